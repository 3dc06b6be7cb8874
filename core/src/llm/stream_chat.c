/* OpenAI Chat Completions, and what others made of it. Ollama's own form, one JSON a line, is read here too. */
#include "llm/decode.h"

static const ql_end_word ends[] = {
    {QL_STR_INIT("stop"), QL_END_STOP},          {QL_STR_INIT("length"), QL_END_LENGTH},
    {QL_STR_INIT("max_tokens"), QL_END_LENGTH},  {QL_STR_INIT("model_length"), QL_END_LENGTH},
    {QL_STR_INIT("tool_calls"), QL_END_CALLS},   {QL_STR_INIT("function_call"), QL_END_CALLS},
    {QL_STR_INIT("refusal"), QL_END_REFUSED},    {QL_STR_INIT("content_filter"), QL_END_FILTERED},
    {QL_STR_INIT("sensitive"), QL_END_FILTERED},
};

/* A message has one text, one refusal and one reasoning; calls are found by their index. */
#define TEXT_KEY     (UINT64_C(1) << 40)
#define REFUSAL_KEY  (UINT64_C(2) << 40)
#define THINKING_KEY (UINT64_C(3) << 40)
#define LEGACY_KEY   (UINT64_C(4) << 40)
#define INDEX_MAX    65535

static void take_usage(ql_stream *s, ql_str usage) {
  static const ql_str names[] = {QL_STR_INIT("prompt_tokens"), QL_STR_INIT("completion_tokens"), QL_STR_INIT("prompt_tokens_details"),
                                 QL_STR_INIT("completion_tokens_details"), QL_STR_INIT("prompt_cache_hit_tokens")};
  ql_str v[QL_COUNT(names)];
  if (!ql_scan_is_object(usage)) return;
  ql_scan_members(usage, names, QL_COUNT(names), v);
  ql__count(&s->tokens.input, v[0]);
  ql__count(&s->tokens.output, v[1]);
  ql__count(&s->tokens.cached, v[4]);
  ql__count(&s->tokens.cached, ql_scan_member(v[2], QL_STR("cached_tokens")));
  ql__count(&s->tokens.written, ql_scan_member(v[2], QL_STR("cache_write_tokens")));
  ql__count(&s->tokens.reasoning, ql_scan_member(v[3], QL_STR("reasoning_tokens")));
  ql__usage(s);
}

/* --- Reasoning --- */

static void think(ql_stream *s, ql_str text) {
  if (ql_scan_is_string(text) && !ql_scan_is_empty(text)) ql__part_text(s, ql__part_need(s, QL_PART_THINKING, THINKING_KEY), text);
}

/* Details come in pieces of numbered items. `more` holds the list as it will go back, without its brackets; its last item is open (group 1)
   behind the words that came, and goes on with pieces of the same type and number. A string is added to as it stands, escapes included. */
enum { CLOSED, OPEN };
static const ql_str detail_names[] = {QL_STR_INIT("type"), QL_STR_INIT("index"), QL_STR_INIT("text"), QL_STR_INIT("summary"),
                                      QL_STR_INIT("signature")};

static void close_detail(ql_part *part, ql_str signature) {
  if (part->group != OPEN) return;
  part->group = CLOSED;
  ql_buf_byte(&part->more, '"');
  if (signature.ptr) {
    ql_buf_add(&part->more, QL_STR(",\"signature\":"));
    ql_buf_add(&part->more, signature);
  }
  ql_buf_byte(&part->more, '}');
}

static bool is_word_key(ql_str key) {
  return ql_eq(key, QL_STR("\"text\"")) || ql_eq(key, QL_STR("\"summary\"")) || ql_eq(key, QL_STR("\"signature\""));
}

/* Its members but the words and the signature, and the beginning of the words. What it goes on by is kept beside: a piece is not to cost what
   the item it belongs to does. */
static void open_detail(ql_stream *s, ql_part *part, ql_str item, ql_str name, const ql_str v[]) {
  ql_scan scan = ql_scan_open(item);
  ql_str key, value;
  ql_buf *out = &part->more;
  if (out->len > 0) ql_buf_byte(out, ',');
  ql_buf_byte(out, '{');
  while (ql_scan_next(&scan, &key, &value)) {
    if (is_word_key(key)) continue;
    ql_buf_add(out, key);
    ql_buf_byte(out, ':');
    ql_buf_add(out, value);
    ql_buf_byte(out, ',');
  }
  ql_buf_byte(out, '"');
  ql_buf_add(out, name);
  ql_buf_add(out, QL_STR("\":\""));
  part->source = ql__copy(s, v[0]);
  part->media = ql__copy(s, v[1]);
  part->group = OPEN;
}

static void keep_detail(ql_stream *s, ql_part *part, ql_str item, ql_str *words) {
  ql_str v[QL_COUNT(detail_names)];
  ql_scan_members(item, detail_names, QL_COUNT(detail_names), v);
  size_t which = ql_scan_is_string(v[2]) ? 2 : 3;
  *words = v[which];
  size_t start = part->more.len;
  if (!ql_scan_is_string(v[which]) && !v[4].ptr) {
    close_detail(part, QL_ABSENT);
    if (part->more.len > 0) ql_buf_byte(&part->more, ',');
    ql_buf_add(&part->more, item);
  } else {
    if (part->group != OPEN || !ql_eq(v[0], part->source) || !ql_eq(v[1], part->media)) {
      close_detail(part, QL_ABSENT);
      open_detail(s, part, item, detail_names[which], v);
    }
    if (v[which].len > 2) ql_buf_add(&part->more, ql_slice(v[which], 1, v[which].len - 1));
    if (v[4].ptr) close_detail(part, v[4]);
  }
  ql__part_grew(s, part, start);
}

static void take_reasoning(ql_stream *s, ql_str content, ql_str reasoning, ql_str details) {
  ql_scan scan = ql_scan_open(details);
  ql_str none, item, words;
  bool said = ql_scan_is_string(content) || ql_scan_is_string(reasoning);
  think(s, ql_scan_is_string(content) ? content : reasoning);
  while (ql_scan_is_array(details) && ql_scan_next(&scan, &none, &item)) {
    ql_part *part = ql__part_need(s, QL_PART_THINKING, THINKING_KEY);
    if (!part || !ql_scan_is_object(item)) return;
    keep_detail(s, part, item, &words);
    if (!said) think(s, words);
  }
  ql_part *part = ql__stream_part(s, THINKING_KEY);
  if (part && !part->name.ptr && part->text.len > 0)
    part->name = ql_scan_is_string(content) ? QL_STR("reasoning_content") : QL_STR("reasoning");
}

/* Reasoning goes back as members of the message, as it came: whole items where there were some. A call goes back with what came beside its
   name and arguments: the signature of a provider that speaks this form beside its own. */
void ql__chat_replay(ql_stream *s, ql_part *part) {
  (void)s;
  if (part->kind == QL_PART_CALL && part->source.ptr) {
    ql_buf_add(&part->replay, QL_STR("{\"extra_content\":"));
    ql_buf_add(&part->replay, part->source);
    ql_buf_byte(&part->replay, '}');
  }
  if (part->kind != QL_PART_THINKING) return;
  close_detail(part, QL_ABSENT);
  ql_buf *out = &part->replay;
  if (part->more.len > 0) {
    ql_buf_add(out, QL_STR("{\"reasoning_details\":["));
    ql_buf_add(out, ql_buf_str(&part->more));
    ql_buf_add(out, QL_STR("]}"));
  } else if (part->name.ptr) {
    ql_buf_add(out, QL_STR("{\""));
    ql_buf_add(out, part->name);
    ql_buf_add(out, QL_STR("\":"));
    ql_json_string(out, ql_buf_str(&part->text));
    ql_buf_byte(out, '}');
  }
}

/* --- Words and calls --- */

static void take_content(ql_stream *s, ql_str content) {
  static const ql_str names[] = {QL_STR_INIT("text"), QL_STR_INIT("thinking")};
  if (ql_scan_is_string(content) && !ql_scan_is_empty(content)) ql__part_text(s, ql__part_need(s, QL_PART_TEXT, TEXT_KEY), content);
  if (!ql_scan_is_array(content)) return;
  ql_scan scan = ql_scan_open(content);
  ql_str none, item, inner, v[QL_COUNT(names)];
  while (ql_scan_next(&scan, &none, &item)) {
    ql_scan_members(item, names, QL_COUNT(names), v);
    if (ql_scan_is_string(v[0])) ql__part_text(s, ql__part_need(s, QL_PART_TEXT, TEXT_KEY), v[0]);
    ql_scan thoughts = ql_scan_open(v[1]);
    while (ql_scan_next(&thoughts, &none, &inner)) think(s, ql_scan_member(inner, QL_STR("text")));
  }
}

static ql_part *last_call(ql_stream *s) {
  for (size_t i = s->part_count; i > 0; i--)
    if (s->parts[i - 1].kind == QL_PART_CALL) return &s->parts[i - 1];
  return NULL;
}

static bool is_other(ql_stream *s, ql_str had, ql_str said) {
  return had.ptr && ql_scan_is_string(said) && !ql_scan_is_empty(said) && !ql_eq(ql__text(s, said), had);
}

/* The call that a piece belongs to. Some servers give no index, or the same one to every call: then another id begins another call. */
static ql_part *call_of(ql_stream *s, ql_str index, ql_str id, ql_str name) {
  int64_t number = ql_scan_int(index, -1);
  bool numbered = number >= 0 && number <= INDEX_MAX, named = ql_scan_is_string(name) && !ql_scan_is_empty(name);
  ql_part *part = numbered ? ql__stream_part(s, (uint64_t)number) : last_call(s);
  bool begins = named && part && (is_other(s, part->id, id) || (!numbered && !ql_scan_is_string(id)));
  if (part && !begins) return part;
  return ql__part_add(s, QL_PART_CALL, numbered ? (uint64_t)number : LEGACY_KEY);
}

static void take_arguments(ql_stream *s, ql_part *part, ql_str arguments) {
  if (ql_scan_is_object(arguments))
    ql__part_bytes(s, part, arguments);
  else
    ql__part_text(s, part, arguments);
}

static void take_call(ql_stream *s, ql_str call) {
  static const ql_str names[] = {QL_STR_INIT("index"), QL_STR_INIT("id"), QL_STR_INIT("function"), QL_STR_INIT("extra_content")};
  static const ql_str inner[] = {QL_STR_INIT("name"), QL_STR_INIT("arguments")};
  ql_str v[QL_COUNT(names)], f[QL_COUNT(inner)];
  ql_scan_members(call, names, QL_COUNT(names), v);
  ql_scan_members(v[2], inner, QL_COUNT(inner), f);
  ql_part *part = call_of(s, v[0], v[1], f[0]);
  ql__part_call(s, part, v[1], f[0]);
  take_arguments(s, part, f[1]);
  if (part && ql_scan_is_object(v[3])) part->source = ql__copy(s, v[3]);
}

static void take_legacy_call(ql_stream *s, ql_str call) {
  static const ql_str names[] = {QL_STR_INIT("name"), QL_STR_INIT("arguments")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(call, names, QL_COUNT(names), v);
  ql_part *part = ql__part_need(s, QL_PART_CALL, LEGACY_KEY);
  ql__part_call(s, part, QL_ABSENT, v[0]);
  take_arguments(s, part, v[1]);
}

static void take_message(ql_stream *s, ql_str message) {
  static const ql_str names[] = {QL_STR_INIT("content"),       QL_STR_INIT("refusal"),           QL_STR_INIT("reasoning_content"),
                                 QL_STR_INIT("reasoning"),     QL_STR_INIT("reasoning_details"), QL_STR_INIT("tool_calls"),
                                 QL_STR_INIT("function_call"), QL_STR_INIT("thinking")};
  ql_str v[QL_COUNT(names)], none, call;
  ql_scan_members(message, names, QL_COUNT(names), v);
  take_reasoning(s, v[2], v[3].ptr ? v[3] : v[7], v[4]);
  take_content(s, v[0]);
  if (ql_scan_is_string(v[1]) && !ql_scan_is_empty(v[1])) ql__part_text(s, ql__part_need(s, QL_PART_REFUSAL, REFUSAL_KEY), v[1]);
  ql_scan scan = ql_scan_open(v[5]);
  while (ql_scan_is_array(v[5]) && ql_scan_next(&scan, &none, &call)) take_call(s, call);
  if (ql_scan_is_object(v[6])) take_legacy_call(s, v[6]);
}

static void take_choice(ql_stream *s, ql_str choice) {
  static const ql_str names[] = {QL_STR_INIT("index"), QL_STR_INIT("delta"), QL_STR_INIT("message"), QL_STR_INIT("finish_reason"),
                                 QL_STR_INIT("error")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(choice, names, QL_COUNT(names), v);
  if (ql_scan_int(v[0], 0) != 0) return; /* one answer was asked for */
  take_message(s, ql_scan_is_object(v[1]) ? v[1] : v[2]);
  if (v[4].ptr)
    ql__error(s, v[4]);
  else
    ql__ended(s, ends, QL_COUNT(ends), v[3]);
}

/* Ollama's own form: the message beside its counts, the last one done. */
static void take_native(ql_stream *s, ql_str json, ql_str message) {
  static const ql_str names[] = {QL_STR_INIT("done"), QL_STR_INIT("done_reason"), QL_STR_INIT("prompt_eval_count"),
                                 QL_STR_INIT("eval_count")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(json, names, QL_COUNT(names), v);
  take_message(s, message);
  if (!ql_scan_true(v[0])) return;
  ql__count(&s->tokens.input, v[2]);
  ql__count(&s->tokens.output, v[3]);
  ql__usage(s);
  ql__ended(s, ends, QL_COUNT(ends), v[1].ptr ? v[1] : QL_STR("\"stop\""));
  s->over = true;
}

void ql__chat_event(ql_stream *s, ql_str json) {
  static const ql_str names[] = {QL_STR_INIT("id"),    QL_STR_INIT("model"), QL_STR_INIT("choices"),
                                 QL_STR_INIT("usage"), QL_STR_INIT("error"), QL_STR_INIT("message")};
  ql_str v[QL_COUNT(names)], none, choice;
  ql_scan_members(json, names, QL_COUNT(names), v);
  if (v[4].ptr) {
    ql__error(s, v[4]);
    return;
  }
  ql__set_text(s, &s->id, v[0]);
  ql__set_text(s, &s->model, v[1]);
  ql_scan scan = ql_scan_open(v[2]);
  while (ql_scan_is_array(v[2]) && ql_scan_next(&scan, &none, &choice)) take_choice(s, choice);
  take_usage(s, v[3]);
  if (!v[2].ptr && ql_scan_is_object(v[5])) take_native(s, json, v[5]);
}
