/* The bytes of an answer: what they are, and how they end. */
#include <string.h>

#include <questline/limits.h>

#include "llm/decode.h"

#define FAILED_FROM 300 /* no answer has such a status of HTTP: elsewhere is not followed, and what is above failed */

#define MESSAGE_MAX 1000u
#define BEGINNING   64u /* bytes that are looked at together until it is known what the body is */

typedef struct wire_decoder {
  void (*event)(ql_stream *s, ql_str json);
  void (*replay)(ql_stream *s, ql_part *part);
} wire_decoder;

static const wire_decoder decoders[QL_WIRE_COUNT] = {
    [QL_WIRE_MESSAGES] = {ql__messages_event, ql__messages_replay},
    [QL_WIRE_RESPONSES] = {ql__responses_event, NULL},
    [QL_WIRE_CHAT] = {ql__chat_event, ql__chat_replay},
    [QL_WIRE_GENERATE] = {ql__generate_event, NULL},
};

/* --- Ends and failures --- */

void ql__count(int64_t *to, ql_str number) {
  int64_t n = ql_scan_int(number, -1);
  if (n >= 0 && n <= QL_INT_MAX / 4) *to = n;
}

void ql__ended(ql_stream *s, const ql_end_word *words, size_t count, ql_str word) {
  if (s->fault_code.ptr || !ql_scan_is_string(word) || ql_scan_is_empty(word)) return; /* what failed did not end well as well */
  ql_str inside = ql_slice(word, 1, word.len - 1);
  s->end = QL_END_STOP;
  for (size_t i = 0; i < count; i++)
    if (ql_eq(words[i].word, inside)) s->end = words[i].end;
  if (!ql_eq(s->reason, inside)) s->reason = ql__text(s, word);
}

/* Cut to fit, between characters. */
static ql_str short_message(ql_str text) {
  size_t end = text.len < MESSAGE_MAX ? text.len : MESSAGE_MAX;
  while (end < text.len && end > 0 && ((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) end--;
  return ql_slice(text, 0, end);
}

void ql__fail(ql_stream *s, ql_str code, ql_str message, int64_t status) {
  if (s->fault_code.ptr) return;
  s->fault_code = ql_arena_str(s->arena, code);
  s->fault_message = ql_arena_str(s->arena, short_message(message));
  s->fault_status = status ? status : s->status >= FAILED_FROM ? s->status : 0;
  s->end = QL_END_FAILED;
  s->over = true;
}

/* With http_STATUS for a code and a sentence of our own where none is given. */
static void fail_status(ql_stream *s, int64_t status, ql_str message) {
  s->scratch.len = 0;
  ql_buf_add(&s->scratch, QL_STR("http_"));
  ql_buf_int(&s->scratch, status);
  ql_str code = ql_arena_str(s->arena, ql_buf_str(&s->scratch));
  if (message.len == 0) {
    s->scratch.len = 0;
    ql_buf_add(&s->scratch, QL_STR("The provider answered with status "));
    ql_buf_int(&s->scratch, status);
    ql_buf_byte(&s->scratch, '.');
    message = ql_arena_str(s->arena, ql_buf_str(&s->scratch));
  }
  s->failed_memory |= s->scratch.failed;
  ql__fail(s, code, message, status);
}

/* The status that an error of a name has where it comes as an answer of its own.
   Source: the providers' pages on errors. */
static int64_t status_of(ql_str code) {
  static const struct {
    ql_str code;
    int status;
  } known[] = {
      {QL_STR_INIT("invalid_request_error"), 400},
      {QL_STR_INIT("INVALID_ARGUMENT"), 400},
      {QL_STR_INIT("authentication_error"), 401},
      {QL_STR_INIT("UNAUTHENTICATED"), 401},
      {QL_STR_INIT("billing_error"), 402},
      {QL_STR_INIT("permission_error"), 403},
      {QL_STR_INIT("PERMISSION_DENIED"), 403},
      {QL_STR_INIT("not_found_error"), 404},
      {QL_STR_INIT("NOT_FOUND"), 404},
      {QL_STR_INIT("request_too_large"), 413},
      {QL_STR_INIT("rate_limit_error"), 429},
      {QL_STR_INIT("rate_limit_exceeded"), 429},
      {QL_STR_INIT("RESOURCE_EXHAUSTED"), 429},
      {QL_STR_INIT("api_error"), 500},
      {QL_STR_INIT("server_error"), 500},
      {QL_STR_INIT("INTERNAL"), 500},
      {QL_STR_INIT("UNAVAILABLE"), 503},
      {QL_STR_INIT("timeout_error"), 504},
      {QL_STR_INIT("DEADLINE_EXCEEDED"), 504},
      {QL_STR_INIT("overloaded_error"), 529},
  };
  for (size_t i = 0; i < QL_COUNT(known); i++)
    if (ql_eq(known[i].code, code)) return known[i].status;
  return 0;
}

static bool is_status(int64_t n) { return n >= 400 && n <= 599; }

void ql__error(ql_stream *s, ql_str error) {
  static const ql_str names[] = {QL_STR_INIT("code"), QL_STR_INIT("status"), QL_STR_INIT("type"), QL_STR_INIT("message")};
  ql_str v[QL_COUNT(names)], code = QL_ABSENT, message = ql__text(s, error);
  ql_scan_members(error, names, QL_COUNT(names), v);
  if (!message.ptr) message = ql__text(s, v[3]);
  int64_t number = ql_scan_int(v[0], 0);
  for (size_t i = 0; i < 3 && !code.ptr; i++) ql__set_text(s, &code, v[i]);
  int64_t status = is_status(number) ? number : is_status(s->status) ? s->status : status_of(code);
  if (!code.ptr && status)
    fail_status(s, status, message);
  else
    ql__fail(s, code.ptr ? code : QL_STR("error"), message.len > 0 ? message : QL_STR("The provider gave no reason."), status);
}

bool ql__error_body(ql_stream *s, ql_str json) {
  static const ql_str names[] = {QL_STR_INIT("error"), QL_STR_INIT("message"), QL_STR_INIT("detail")};
  ql_str v[QL_COUNT(names)], key, item;
  ql_scan list = ql_scan_open(json);
  if (ql_scan_is_array(json) && ql_scan_next(&list, &key, &item)) json = item;
  ql_scan_members(json, names, QL_COUNT(names), v);
  if (ql_scan_is_object(v[0]) || ql_scan_is_string(v[0])) {
    ql__error(s, v[0]);
  } else if (ql_scan_is_string(v[1])) {
    ql__error(s, json); /* an error without an envelope */
  } else if (ql_scan_is_string(v[2])) {
    ql__error(s, v[2]);
  } else {
    list = ql_scan_open(v[2]); /* what a schema found wrong */
    if (!ql_scan_is_array(v[2]) || !ql_scan_next(&list, &key, &item)) return false;
    ql__error(s, ql_scan_member(item, QL_STR("msg")));
  }
  return true;
}

/* --- Events --- */

static void bad_json(ql_stream *s) { ql__fail(s, QL_STR("bad_json"), QL_STR("A piece of the answer is no JSON."), 0); }

/* The data as UTF-8. */
static ql_str as_utf8(ql_stream *s, ql_str data) {
  if (ql_utf8_bad(data) == SIZE_MAX) return data;
  s->mended.len = 0;
  ql_scan_mend_utf8(&s->mended, data);
  s->failed_memory |= s->mended.failed;
  return ql_buf_str(&s->mended);
}

/* False when it is no JSON. */
static bool take_json(ql_stream *s, ql_str data) {
  data = ql_trim(as_utf8(s, data));
  if (s->failed_memory) return true;
  if (!ql_scan_whole(data)) return false;
  decoders[s->wire].event(s, data);
  return true;
}

static void take_event(ql_stream *s, bool ended) {
  ql_str data = ql_buf_str(&s->sse.data);
  if (data.len == 0) return;
  if (ql_eq(ql_trim(data), QL_STR("[DONE]"))) {
    s->began = s->over = true;
    return;
  }
  if (!take_json(s, data)) {
    if (ended) bad_json(s);
    return;
  }
  s->began = true;
}

_Static_assert(QL_SSE_LINE_MAX == 8u << 20 && QL_SSE_EVENT_MAX == 8u << 20, "as the words say");

static void past_limit(ql_stream *s, ql_str limit) {
  ql_str message = ql_eq(limit, QL_STR("line_limit")) ? QL_STR("A line of the answer is longer than 8 MiB.")
                                                      : QL_STR("A piece of the answer is larger than 8 MiB.");
  ql__fail(s, limit, message, 0);
}

static void feed_events(ql_stream *s, ql_str bytes) {
  while (!s->over && !s->failed_memory) {
    ql_status status = ql_sse_next(&s->sse, &bytes);
    if (status == QL_MORE) return;
    if (status == QL_DONE) take_event(s, true);
    if (status == QL_ERR_LIMIT) past_limit(s, s->sse.crossed);
    if (status == QL_ERR_NOMEM) s->failed_memory = true;
    s->failed_memory |= ql_arena_failed(s->arena);
  }
}

/* --- Bodies --- */

static bool add_whole(ql_stream *s, ql_str bytes) {
  if (s->whole.len + bytes.len > QL_SSE_EVENT_MAX) {
    past_limit(s, QL_STR("event_limit"));
    return false;
  }
  ql_buf_add(&s->whole, bytes);
  s->failed_memory |= s->whole.failed;
  return !s->whole.failed;
}

static const ql_str bom = QL_STR_INIT("\xEF\xBB\xBF");

/* A byte order mark is one at the very beginning only. */
static ql_str without_bom(const ql_stream *s, ql_str start) {
  return !s->blanks && ql_starts(start, bom) ? ql_slice(start, bom.len, start.len) : start;
}

/* What the first byte says that is no blank. An event stream cannot begin with a bracket of JSON or HTML. */
static ql_body body_of(const ql_stream *s, ql_str start) {
  if (!s->blanks && start.len < bom.len && ql_starts(bom, start)) return QL_BODY_UNKNOWN;
  ql_str rest = ql_trim(without_bom(s, start));
  if (rest.len == 0) return QL_BODY_UNKNOWN;
  if (s->content == QL_CONTENT_LINES && s->status < FAILED_FROM) return QL_BODY_EVENTS;
  bool document = memchr("{[<", rest.ptr[0], 3) != NULL;
  return document || (s->status >= FAILED_FROM && s->content != QL_CONTENT_EVENTS) ? QL_BODY_WHOLE : QL_BODY_EVENTS;
}

/* Of blanks before anything only that there is one in the line matters. */
static void forget_blanks(ql_stream *s) {
  ql_str held = ql_buf_str(&s->whole);
  if (held.len == 0 || !ql_is_space(held.ptr[held.len - 1])) return;
  bool in_line = held.ptr[held.len - 1] == ' ' || held.ptr[held.len - 1] == '\t';
  s->blanks = true;
  s->whole.len = 0;
  if (in_line) ql_buf_byte(&s->whole, ' ');
}

/* Looks at the first bytes. */
static void begin(ql_stream *s, ql_str piece) {
  if (!add_whole(s, piece)) return;
  s->body = body_of(s, ql_buf_str(&s->whole));
  if (s->body == QL_BODY_UNKNOWN) forget_blanks(s);
  if (s->body != QL_BODY_EVENTS) return;
  s->sse.form = s->content == QL_CONTENT_LINES ? QL_SSE_LINES : QL_SSE_EVENTS;
  if (s->blanks) s->sse.state = QL_SSE_LINE;
  feed_events(s, ql_buf_str(&s->whole));
  ql_buf_free(&s->whole);
}

static void feed(ql_stream *s, ql_str bytes) {
  while (s->body == QL_BODY_UNKNOWN && bytes.len > 0 && !s->failed_memory) {
    begin(s, ql_slice(bytes, 0, BEGINNING));
    bytes = ql_slice(bytes, BEGINNING, bytes.len);
  }
  if (s->body == QL_BODY_EVENTS)
    feed_events(s, bytes);
  else
    add_whole(s, bytes);
}

static bool said_anything(const ql_stream *s) { return s->end != QL_END_NONE || s->part_count > 0; }

/* A body of one document: an answer, a list of pieces of one, or an error. */
static void take_document(ql_stream *s, ql_str json) {
  ql_str none, item;
  if (ql_scan_is_array(json) && s->wire == QL_WIRE_GENERATE) {
    for (ql_scan list = ql_scan_open(json); !s->over && ql_scan_next(&list, &none, &item);) decoders[s->wire].event(s, item);
  } else if (s->status < FAILED_FROM) {
    decoders[s->wire].event(s, json);
  }
  if (s->end == QL_END_NONE && ql__error_body(s, json)) return;
  if (s->status >= FAILED_FROM)
    fail_status(s, s->status, QL_STR(""));
  else if (!said_anything(s))
    ql__fail(s, QL_STR("bad_json"), QL_STR("The answer is JSON of another kind."), 0);
  else if (s->end == QL_END_NONE)
    s->end = QL_END_STOP;
}

/* A body that is no JSON: a page or words of something between here and the provider. */
static void take_other(ql_stream *s, ql_str body) {
  bool page = ql_starts(body, QL_STR("<"));
  ql_str line = ql_slice(body, 0, ql_line_end(body, 0)),
         words = page ? QL_STR("") : ql_trim(ql_slice(line, 0, ql_find_byte(line, '\0', 0)));
  if (s->status >= FAILED_FROM)
    fail_status(s, s->status, words);
  else
    ql__fail(s, QL_STR("bad_json"), page ? QL_STR("A web page came in place of an answer.") : QL_STR("The answer is no JSON."), 0);
}

/* A body that was kept to its end. Several JSON, each in its line, are pieces of an answer, whatever the content type says. */
static void finish_whole(ql_stream *s, bool ended) {
  ql_str body = ql_trim(as_utf8(s, without_bom(s, ql_buf_str(&s->whole))));
  if (s->failed_memory || body.len == 0) return;
  s->began = true;
  if (ql_scan_whole(body)) {
    take_document(s, body);
  } else if (s->status < FAILED_FROM && ql_scan_is_object(body) && ql_scan_whole(ql_slice(body, 0, ql_line_end(body, 0)))) {
    s->sse.form = QL_SSE_LINES;
    feed_events(s, body);
    s->body = QL_BODY_EVENTS;
  } else if (ended || s->status >= FAILED_FROM) {
    take_other(s, body);
  }
}

/* --- The stream --- */

static ql_content content_of(ql_str type) {
  static const ql_str lines[] = {QL_STR_INIT("application/x-ndjson"), QL_STR_INIT("application/ndjson"), QL_STR_INIT("application/jsonl"),
                                 QL_STR_INIT("application/x-jsonlines")};
  type = ql_trim(type);
  if (ql_starts_nocase(type, QL_STR("text/event-stream"))) return QL_CONTENT_EVENTS;
  for (size_t i = 0; i < QL_COUNT(lines); i++)
    if (ql_starts_nocase(type, lines[i])) return QL_CONTENT_LINES;
  return QL_CONTENT_OTHER;
}

ql_status ql_stream_new(ql_alloc alloc, ql_wire wire, int status, ql_str content_type, ql_stream **out, ql_error *err) {
  ql_stream *s = alloc.resize(alloc.ctx, NULL, 0, sizeof *s);
  if (!s) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *s = (ql_stream){.alloc = alloc,
                   .arena = ql_arena_new(alloc),
                   .wire = wire,
                   .status = status,
                   .content = content_of(content_type),
                   .sse = ql_sse_new(alloc, QL_SSE_EVENTS),
                   .whole = ql_buf_new(alloc),
                   .scratch = ql_buf_new(alloc),
                   .mended = ql_buf_new(alloc),
                   .tokens = {-1, -1, -1, -1, -1},
                   .counts = {-1, -1, -1, -1}};
  if (!s->arena) {
    ql_stream_free(s);
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  *out = s;
  return QL_OK;
}

void ql_stream_free(ql_stream *s) {
  if (!s) return;
  for (size_t i = 0; i < s->part_count; i++) {
    ql_buf_free(&s->parts[i].text);
    ql_buf_free(&s->parts[i].more);
    ql_buf_free(&s->parts[i].settled);
    ql_buf_free(&s->parts[i].replay);
  }
  s->alloc.resize(s->alloc.ctx, s->parts, s->part_cap * sizeof *s->parts, 0);
  s->alloc.resize(s->alloc.ctx, s->said, s->said_cap * sizeof *s->said, 0);
  ql_sse_free(&s->sse);
  ql_buf_free(&s->whole);
  ql_buf_free(&s->scratch);
  ql_buf_free(&s->mended);
  ql_arena_free(s->arena);
  s->alloc.resize(s->alloc.ctx, s, sizeof *s, 0);
}

bool ql_stream_over(const ql_stream *s) { return s->over; }

static ql_status memory_of(ql_stream *s, ql_error *err) {
  s->failed_memory |= ql_arena_failed(s->arena);
  return s->failed_memory ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : QL_OK;
}

/* Nothing more is said after the end. */
static void close_parts(ql_stream *s) {
  for (size_t i = 0; i < s->part_count; i++) ql__part_close(s, &s->parts[i]);
  ql__say_end(s);
}

ql_status ql_stream_feed(ql_stream *s, ql_str bytes, ql_error *err) {
  if (bytes.len > 0 && !s->over && !s->finished) {
    feed(s, bytes);
    if (s->over) close_parts(s);
  }
  return memory_of(s, err);
}

/* The end, where the provider did not say that it is one. */
static void settle_end(ql_stream *s, ql_stream_end end) {
  if (s->end == QL_END_NONE && s->over) s->end = QL_END_STOP; /* nothing but [DONE] */
  if (s->end == QL_END_STOP && ql__has(s, QL_PART_CALL)) s->end = QL_END_CALLS;
  if (s->end == QL_END_STOP && ql__has(s, QL_PART_REFUSAL)) s->end = QL_END_REFUSED;
  if (s->end == QL_END_CALLS && !ql__has(s, QL_PART_CALL)) s->end = QL_END_STOP;
  if (s->end != QL_END_NONE) return;
  if (end == QL_STREAM_CANCELLED) {
    s->end = QL_END_CANCELLED;
  } else if (s->status >= FAILED_FROM) {
    fail_status(s, s->status, QL_STR(""));
  } else if (end == QL_STREAM_COMPLETE && !s->began) {
    ql__fail(s, QL_STR("empty_stream"), QL_STR("The answer is empty."), 0);
  } else {
    ql__fail(s, QL_STR("cut"), QL_STR("The stream broke off before the answer was whole."), 0);
    s->end = QL_END_CUT;
  }
}

ql_status ql_stream_finish(ql_stream *s, ql_stream_end end, ql_arena *a, ql_value **reply, ql_error *err) {
  if (s->finished) return ql_fail(err, QL_ERR_STATE, "the stream is finished", QL_ABSENT);
  s->finished = true;
  if (!s->over && s->body != QL_BODY_EVENTS) finish_whole(s, end == QL_STREAM_COMPLETE);
  if (!s->over && s->body == QL_BODY_EVENTS) {
    ql_status status = ql_sse_rest(&s->sse);
    if (status == QL_DONE) take_event(s, false);
    if (status == QL_ERR_LIMIT) past_limit(s, s->sse.crossed);
    if (status == QL_ERR_NOMEM) s->failed_memory = true;
  }
  settle_end(s, end);
  close_parts(s);
  for (size_t i = 0; i < s->part_count; i++) {
    if (decoders[s->wire].replay) decoders[s->wire].replay(s, &s->parts[i]);
    s->failed_memory |= s->parts[i].text.failed || s->parts[i].replay.failed;
  }
  s->over = true;
  ql_value *value = ql__reply(s, a);
  ql_status status = memory_of(s, err);
  if (status != QL_OK) return status;
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *reply = value;
  return QL_OK;
}
