/* The pieces of an answer and the queue of what they go on with. */
#include <string.h>

#include <questline/limits.h>

#include "llm/decode.h"

#define PARTS_MAX 4096u

static const ql_str kinds[] = {QL_STR_INIT("text"), QL_STR_INIT("image"), QL_STR_INIT("call"), QL_STR_INIT("thinking"),
                               QL_STR_INIT("refusal")};
static const ql_saying sayings[] = {QL_SAY_TEXT, QL_SAY_TEXT, QL_SAY_ARGUMENTS, QL_SAY_THINKING, QL_SAY_REFUSAL};

_Static_assert(QL_REPLY_BYTES_MAX == 8u << 20, "as the words say");

static void reply_limit(ql_stream *s) { ql__fail(s, QL_STR("reply_limit"), QL_STR("The answer is larger than 8 MiB."), 0); }

/* Whether so many bytes more are within the limit. */
static bool keep(ql_stream *s, size_t bytes) {
  if (s->kept + bytes > QL_REPLY_BYTES_MAX) {
    reply_limit(s);
    return false;
  }
  s->kept += bytes;
  return true;
}

/* --- Strings --- */

ql_str ql__copy(ql_stream *s, ql_str bytes) {
  if (!bytes.ptr || !keep(s, bytes.len)) return QL_ABSENT;
  return ql_arena_str(s->arena, bytes);
}

/* In scratch, until the next one. */
static ql_str read_text(ql_stream *s, ql_str string) {
  s->scratch.len = 0;
  ql_scan_text(&s->scratch, string);
  ql_scan_settle(&s->scratch, 0);
  s->failed_memory |= s->scratch.failed;
  return ql_buf_str(&s->scratch);
}

ql_str ql__text(ql_stream *s, ql_str string) {
  return ql_scan_is_string(string) ? ql_arena_str(s->arena, read_text(s, string)) : QL_ABSENT;
}

void ql__set_text(ql_stream *s, ql_str *to, ql_str string) {
  if (!to->ptr && ql_scan_is_string(string) && !ql_scan_is_empty(string)) *to = ql__text(s, string);
}

/* --- The queue --- */

static ql_said *queue(ql_stream *s, ql_saying kind) {
  if (s->said_count == s->said_cap) {
    size_t waiting = s->said_count - s->said_first, cap = s->said_cap;
    if (waiting <= cap / 2 && cap > 0) {
      memmove(s->said, s->said + s->said_first, waiting * sizeof *s->said);
      s->said_first = 0;
      s->said_count = waiting;
    } else {
      size_t more = cap ? 2 * cap : 32;
      ql_said *grown = s->alloc.resize(s->alloc.ctx, s->said, cap * sizeof *s->said, more * sizeof *s->said);
      if (!grown) {
        s->failed_memory = true;
        return NULL;
      }
      s->said = grown;
      s->said_cap = more;
    }
  }
  ql_said *said = &s->said[s->said_count++];
  *said = (ql_said){kind, s->part_count, 0, 0};
  return said;
}

void ql__usage(ql_stream *s) {
  if (!s->usage_waits && queue(s, QL_SAY_USAGE)) s->usage_waits = true;
}

void ql__say_end(ql_stream *s) {
  if (!s->end_said && queue(s, QL_SAY_END)) s->end_said = true;
}

/* Queues what came and was not said. The first half of a character waits for the second one. */
static void say(ql_stream *s, ql_part *part) {
  ql_saying kind = sayings[part->kind];
  size_t to = part->text.len - (ql_scan_is_half(ql_buf_str(&part->text)) ? 3 : 0), index = (size_t)(part - s->parts);
  if (to <= part->said || part->kind == QL_PART_IMAGE || (part->kind == QL_PART_CALL && !part->announced)) return;
  ql_said *last = s->said_count > s->said_first ? &s->said[s->said_count - 1] : NULL;
  if (last && last->kind == kind && last->part == index && last->to == part->said) {
    last->to = to;
  } else {
    ql_said *said = queue(s, kind);
    if (said) *said = (ql_said){kind, index, part->said, to};
  }
  part->said = to;
}

/* --- The parts --- */

ql_part *ql__part_add(ql_stream *s, ql_part_kind kind, uint64_t key) {
  if (s->part_count == PARTS_MAX) {
    reply_limit(s);
    return NULL;
  }
  if (s->part_count == s->part_cap) {
    size_t cap = s->part_cap ? 2 * s->part_cap : 4;
    ql_part *grown = s->alloc.resize(s->alloc.ctx, s->parts, s->part_cap * sizeof *grown, cap * sizeof *grown);
    if (!grown) {
      s->failed_memory = true;
      return NULL;
    }
    s->parts = grown;
    s->part_cap = cap;
  }
  ql_part *part = &s->parts[s->part_count++];
  *part = (ql_part){.kind = kind,
                    .key = key,
                    .text = ql_buf_new(s->alloc),
                    .more = ql_buf_new(s->alloc),
                    .settled = ql_buf_new(s->alloc),
                    .replay = ql_buf_new(s->alloc)};
  return part;
}

ql_part *ql__stream_part(ql_stream *s, uint64_t key) {
  for (size_t i = s->part_count; i > 0; i--)
    if (s->parts[i - 1].key == key) return &s->parts[i - 1];
  return NULL;
}

ql_part *ql__part_need(ql_stream *s, ql_part_kind kind, uint64_t key) {
  ql_part *part = ql__stream_part(s, key);
  return part && part->kind == kind ? part : ql__part_add(s, kind, key);
}

bool ql__has(const ql_stream *s, ql_part_kind kind) {
  for (size_t i = 0; i < s->part_count; i++)
    if (s->parts[i].kind == kind) return true;
  return false;
}

/* Something was added to the text from `start` on. */
static void added(ql_stream *s, ql_part *part, size_t start) {
  ql_buf *text = &part->text;
  if (text->failed) {
    s->failed_memory = true;
    return;
  }
  if (!keep(s, text->len - start)) {
    text->len = start;
    return;
  }
  ql_scan_join(text, start);
  size_t half = ql_scan_is_half(ql_buf_str(text)) ? 3 : 0;
  text->len -= half;
  ql_scan_settle(text, start < text->len ? start : text->len);
  text->len += half;
  say(s, part);
}

void ql__part_text(ql_stream *s, ql_part *part, ql_str string) {
  if (!part) return;
  size_t start = part->text.len;
  ql_scan_text(&part->text, string);
  if (part->text.len > start || part->text.failed) added(s, part, start);
}

void ql__part_bytes(ql_stream *s, ql_part *part, ql_str bytes) {
  if (!part) return;
  size_t start = part->text.len;
  ql_buf_add(&part->text, bytes);
  if (part->text.len > start || part->text.failed) added(s, part, start);
}

void ql__part_more(ql_stream *s, ql_part *part, ql_str string) {
  if (!part) return;
  size_t start = part->more.len;
  ql_scan_text(&part->more, string);
  ql_scan_settle(&part->more, start);
  ql__part_grew(s, part, start);
}

void ql__part_grew(ql_stream *s, ql_part *part, size_t start) {
  s->failed_memory |= part->more.failed;
  if (!keep(s, part->more.len - start)) part->more.len = start;
}

static ql_str words_of(const ql_part *part) { return ql_buf_str(part->replaced ? &part->settled : &part->text); }

void ql__part_settle(ql_stream *s, ql_part *part, ql_str string) {
  if (!part || !ql_scan_is_string(string)) return;
  ql_str now = read_text(s, string), had = words_of(part);
  if (ql_eq(now, had)) return;
  if (!part->replaced && ql_starts(now, had)) {
    ql__part_bytes(s, part, ql_slice(now, had.len, now.len));
    return;
  }
  s->kept -= part->settled.len;
  if (!keep(s, now.len)) return;
  part->replaced = true;
  part->settled.len = 0;
  ql_buf_add(&part->settled, now);
  s->failed_memory |= part->settled.failed;
}

void ql__part_close(ql_stream *s, ql_part *part) {
  if (!ql_scan_is_half(ql_buf_str(&part->text))) return;
  ql_scan_settle(&part->text, part->text.len - 3);
  say(s, part);
}

void ql__part_replay(ql_stream *s, ql_part *part, ql_str json) {
  if (!part) return;
  s->kept -= part->replay.len;
  if (!keep(s, json.len)) return;
  part->replay.len = 0;
  ql_buf_add(&part->replay, json);
  s->failed_memory |= part->replay.failed;
}

static void give_id(ql_stream *s, ql_part *part) {
  s->scratch.len = 0;
  ql_buf_add(&s->scratch, QL_STR("call_"));
  ql_buf_int(&s->scratch, part - s->parts);
  s->failed_memory |= s->scratch.failed;
  part->id = ql_arena_str(s->arena, ql_buf_str(&s->scratch));
}

void ql__part_call(ql_stream *s, ql_part *part, ql_str id, ql_str name) {
  if (!part) return;
  ql__set_text(s, &part->id, id);
  ql__set_text(s, &part->name, name);
  if (part->announced || !part->name.ptr) return;
  if (!part->id.ptr) give_id(s, part);
  ql_said *said = queue(s, QL_SAY_CALL);
  if (said) said->part = (size_t)(part - s->parts);
  part->announced = true;
  say(s, part);
}

/* --- Values --- */

static ql_value *copied(ql_arena *a, ql_str s) { return ql_string(a, ql_arena_str(a, s)); }

static void set(ql_arena *a, ql_value *object, const char *key, ql_str text) {
  if (text.ptr) ql_set_literal(object, key, copied(a, text));
}

static ql_value *usage_value(const ql_stream *s, ql_arena *a) {
  const struct {
    const char *key;
    int64_t value;
  } members[] = {{"cached", s->tokens.cached},
                 {"input", s->tokens.input},
                 {"output", s->tokens.output},
                 {"reasoning", s->tokens.reasoning},
                 {"written", s->tokens.written}};
  ql_value *usage = ql_object(a);
  for (size_t i = 0; i < QL_COUNT(members); i++)
    if (members[i].value >= 0) ql_set_literal(usage, members[i].key, ql_int(a, members[i].value));
  return usage;
}

ql_status ql_stream_next(ql_stream *s, ql_arena *a, ql_value **delta, ql_error *err) {
  static const ql_str names[] = {QL_STR_INIT("text"),      QL_STR_INIT("thinking"), QL_STR_INIT("refusal"), QL_STR_INIT("call"),
                                 QL_STR_INIT("arguments"), QL_STR_INIT("usage"),    QL_STR_INIT("end")};
  if (s->said_first == s->said_count) {
    *delta = NULL;
    return QL_OK;
  }
  const ql_said *said = &s->said[s->said_first];
  ql_value *value = ql_object(a);
  QL_SET(value, "index", ql_int(a, (int64_t)said->part));
  QL_SET(value, "kind", ql_string(a, names[said->kind]));
  switch (said->kind) {
  case QL_SAY_TEXT:
  case QL_SAY_THINKING:
  case QL_SAY_REFUSAL:
  case QL_SAY_ARGUMENTS: set(a, value, "text", ql_slice(ql_buf_str(&s->parts[said->part].text), said->from, said->to)); break;
  case QL_SAY_CALL:
    set(a, value, "id", s->parts[said->part].id);
    set(a, value, "name", s->parts[said->part].name);
    break;
  case QL_SAY_USAGE: QL_SET(value, "usage", usage_value(s, a)); break;
  case QL_SAY_END: break;
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (said->kind == QL_SAY_USAGE) s->usage_waits = false;
  if (++s->said_first == s->said_count) s->said_first = s->said_count = 0;
  *delta = value;
  return QL_OK;
}

/* The arguments of a call; absent where it has to be left out. */
static ql_str arguments_of(const ql_stream *s, const ql_part *part) {
  bool regular = s->end == QL_END_CALLS || s->end == QL_END_STOP || s->end == QL_END_PAUSED;
  ql_str text = ql_trim(words_of(part));
  if (text.len == 0) return regular || part->whole ? QL_STR("{}") : QL_ABSENT;
  return regular || ql_scan_whole(text) ? text : QL_ABSENT;
}

static ql_value *part_value(ql_stream *s, ql_arena *a, ql_part *part) {
  ql_str text = words_of(part), replay = ql_buf_str(&part->replay), arguments = QL_ABSENT;
  if (part->kind == QL_PART_CALL) {
    arguments = arguments_of(s, part);
    if (!arguments.ptr) return NULL;
    if (!part->id.ptr) give_id(s, part);
  } else if (text.len == 0 && replay.len == 0) {
    return NULL;
  }
  ql_value *value = ql_object(a);
  QL_SET(value, "kind", ql_string(a, kinds[part->kind]));
  if (part->kind == QL_PART_CALL) {
    set(a, value, "arguments", arguments);
    set(a, value, "id", part->id);
    set(a, value, "name", part->name);
  } else if (part->kind == QL_PART_IMAGE) {
    set(a, value, "data", text);
    set(a, value, "media", part->media);
  } else if (text.len > 0 || part->kind == QL_PART_TEXT) {
    set(a, value, "text", text);
  }
  if (replay.len > 0) set(a, value, "replay", replay);
  return value;
}

ql_value *ql__reply(ql_stream *s, ql_arena *a) {
  static const ql_str ends[] = {QL_STR_INIT(""),        QL_STR_INIT("stop"),     QL_STR_INIT("calls"),  QL_STR_INIT("length"),
                                QL_STR_INIT("refused"), QL_STR_INIT("filtered"), QL_STR_INIT("paused"), QL_STR_INIT("failed"),
                                QL_STR_INIT("cut"),     QL_STR_INIT("cancelled")};
  ql_value *reply = ql_object(a), *parts = ql_array(a);
  for (size_t i = 0; i < s->part_count; i++) {
    ql_value *part = part_value(s, a, &s->parts[i]);
    if (part) ql_push(parts, part);
  }
  QL_SET(reply, "end", ql_string(a, ends[s->end]));
  if (s->fault_code.ptr) {
    ql_value *fault = ql_object(a);
    set(a, fault, "code", s->fault_code);
    set(a, fault, "message", s->fault_message);
    if (s->fault_status > 0) QL_SET(fault, "status", ql_int(a, s->fault_status));
    QL_SET(reply, "fault", fault);
  }
  set(a, reply, "id", s->id);
  set(a, reply, "model", s->model);
  QL_SET(reply, "parts", parts);
  set(a, reply, "reason", s->reason);
  QL_SET(reply, "usage", usage_value(s, a));
  return reply;
}

/* --- What came so far --- */

ql_str ql_stream_words(const ql_stream *s, size_t from, ql_arena *a) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0, before = 0; i < s->part_count; i++) {
    const ql_part *part = &s->parts[i];
    ql_str text = ql_buf_str(&part->text);
    if (part->kind != QL_PART_TEXT) continue;
    if (ql_scan_is_half(text)) text.len -= 3;
    if (before + text.len > from) ql_buf_add(&out, ql_slice(text, from > before ? from - before : 0, text.len));
    before += text.len;
  }
  return ql_buf_take(&out, a);
}
