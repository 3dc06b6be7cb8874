#include "support.h"

#include <dirent.h>

#include <questline/limits.h>
#include <questline/stream.h>

#include "base/text.h"

static const char *const wires[QL_WIRE_COUNT] = {"messages", "responses", "chat", "generate"};

/* A file of tests/streams. */
typedef struct recorded {
  ql_wire wire;
  int status;
  ql_str type, bytes;
  const char *name;
} recorded;

typedef struct meaning {
  ql_str reply;  /* canonical */
  ql_str deltas; /* canonical, neighbours of one kind and part put together, the usage only as it is at the end */
} meaning;

typedef struct told {
  ql_value *list, *usage;
} told;

static void tell(ql_arena *a, told *t, ql_value *delta) {
  if (ql_eq(ql_get_str(delta, QL_STR("kind")), QL_STR("usage"))) {
    t->usage = QL_GET(delta, "usage");
    return;
  }
  ql_value *last = t->list->last;
  ql_str more = ql_get_str(delta, QL_STR("text"));
  if (last && more.ptr && ql_value_equal(QL_GET(last, "kind"), QL_GET(delta, "kind")) &&
      ql_value_equal(QL_GET(last, "index"), QL_GET(delta, "index"))) {
    const ql_str both[] = {ql_get_str(last, QL_STR("text")), more};
    QL_SET(last, "text", ql_string(a, ql_arena_concat(a, both, 2)));
    return;
  }
  ql_push(t->list, delta);
}

static ql_status drain(ql_stream *stream, ql_arena *a, told *t) {
  for (;;) {
    ql_value *delta;
    ql_status status = ql_stream_next(stream, a, &delta, NULL);
    if (status != QL_OK || !delta) return status;
    tell(a, t, delta);
  }
}

/* Feeds pieces of `step` bytes, after a first one of `first`. */
static ql_status read_pieces(ql_arena *a, ql_alloc alloc, const recorded *r, size_t first, size_t step, ql_stream_end end, meaning *out) {
  ql_stream *stream;
  told t = {ql_array(a), NULL};
  ql_value *reply = NULL;
  ql_status status = ql_stream_new(alloc, r->wire, r->status, r->type, &stream, NULL);
  if (status != QL_OK) return status;
  for (size_t at = 0, next = first; status == QL_OK && at < r->bytes.len; at = next, next = at + step) {
    status = ql_stream_feed(stream, ql_slice(r->bytes, at, next), NULL);
    if (status == QL_OK) status = drain(stream, a, &t);
  }
  if (status == QL_OK) status = ql_stream_finish(stream, end, a, &reply, NULL);
  if (status == QL_OK) status = drain(stream, a, &t);
  ql_stream_free(stream);
  if (status != QL_OK) return status;
  if (t.usage) ql_push(t.list, t.usage);
  out->reply = ql_value_text(a, reply);
  out->deltas = ql_value_text(a, t.list);
  return out->reply.ptr && out->deltas.ptr ? QL_OK : QL_ERR_NOMEM;
}

static void describe(recorded *r, const char *name) {
  static const struct {
    const char *ending, *type;
  } types[] = {{".sse", "text/event-stream; charset=utf-8"},
               {".ndjson", "application/x-ndjson"},
               {".json", "application/json"},
               {".html", "text/html"},
               {".txt", "text/plain"}};
  for (size_t i = 0; i < QL_COUNT(types); i++)
    if (ql_ends(str(name), str(types[i].ending))) r->type = str(types[i].type);
  assert_non_null(r->type.ptr);
  const char *dot = strchr(name, '.');
  r->status = ql_is_digit(dot[1]) ? atoi(dot + 1) : 200;
  r->name = name;
}

static size_t each_recorded(ql_wire wire, void (*act)(const recorded *r, const char *path)) {
  char folder[512], path[1024];
  snprintf(folder, sizeof folder, "%s/streams/%s", QL_TEST_DATA, wires[wire]);
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_name[0] == '.' || ql_ends(str(entry->d_name), QL_STR(".expect"))) continue;
    recorded r = {.wire = wire};
    describe(&r, entry->d_name);
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    char *bytes = read_file(path, &r.bytes.len);
    assert_non_null(bytes);
    r.bytes.ptr = bytes;
    act(&r, path);
    free(bytes);
    count++;
  }
  closedir(dir);
  return count;
}

static void must_be(const recorded *r, const char *how, size_t at, ql_str is, ql_str expected) {
  if (ql_eq(is, expected)) return;
  fail_msg("%s/%s, %s %zu:\n  %.*s\n  expected\n  %.*s", wires[r->wire], r->name, how, at, (int)is.len, is.ptr, (int)expected.len,
           expected.ptr);
}

static void means_what_it_should(const recorded *r, const char *path) {
  char expected_path[1100];
  snprintf(expected_path, sizeof expected_path, "%s.expect", path);
  ql_str expected;
  char *text = read_file(expected_path, &expected.len);
  assert_non_null(text);
  expected = ql_trim((ql_str){text, expected.len});
  ql_arena *a = ql_arena_new(ql_alloc_libc()), *kept = ql_arena_new(ql_alloc_libc());
  meaning whole, other;
  assert_int_equal(read_pieces(kept, ql_alloc_libc(), r, r->bytes.len, 1, QL_STREAM_COMPLETE, &whole), QL_OK);
  must_be(r, "whole", 0, whole.reply, expected);
  assert_int_equal(read_pieces(a, ql_alloc_libc(), r, 1, 1, QL_STREAM_COMPLETE, &other), QL_OK);
  must_be(r, "byte by byte", 0, other.reply, whole.reply);
  must_be(r, "byte by byte, deltas", 0, other.deltas, whole.deltas);
  for (size_t at = 1; at < r->bytes.len; at++) {
    ql_arena_reset(a);
    assert_int_equal(read_pieces(a, ql_alloc_libc(), r, at, r->bytes.len, QL_STREAM_COMPLETE, &other), QL_OK);
    must_be(r, "split at", at, other.reply, whole.reply);
    must_be(r, "deltas, split at", at, other.deltas, whole.deltas);
  }
  ql_arena_free(a);
  ql_arena_free(kept);
  free(text);
}

static void recorded_streams(void **state) {
  (void)state;
  for (size_t wire = 0; wire < QL_WIRE_COUNT; wire++) assert_true(each_recorded((ql_wire)wire, means_what_it_should) >= 25);
}

/* What was said on the way is what the reply holds: the words of each part, in order. */
static void deltas_are_the_reply(const recorded *r, const char *path) {
  (void)path;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  meaning m;
  ql_value *reply, *deltas;
  assert_int_equal(read_pieces(a, ql_alloc_libc(), r, 1, 1, QL_STREAM_COMPLETE, &m), QL_OK);
  assert_int_equal(ql_canon_read(a, m.reply, &reply, NULL), QL_OK);
  assert_int_equal(ql_canon_read(a, m.deltas, &deltas, NULL), QL_OK);
  ql_buf said = ql_buf_new(ql_alloc_libc()), held = ql_buf_new(ql_alloc_libc());
  bool ended = false;
  for (const ql_value *delta = deltas->first; delta; delta = delta->next) {
    ql_str kind = ql_get_str(delta, QL_STR("kind"));
    if (ended) assert_null(kind.ptr); /* behind the end only the usage that read_pieces put there */
    ended |= ql_eq(kind, QL_STR("end"));
    if (!ql_eq(kind, QL_STR("arguments"))) ql_buf_add(&said, ql_get_str(delta, QL_STR("text")));
  }
  for (const ql_value *part = QL_GET(reply, "parts")->first; part; part = part->next) ql_buf_add(&held, ql_get_str(part, QL_STR("text")));
  must_be(r, "deltas", 0, ql_buf_str(&said), ql_buf_str(&held));
  assert_true(ended);
  ql_buf_free(&said);
  ql_buf_free(&held);
  ql_arena_free(a);
}

static void words_on_the_way(void **state) {
  (void)state;
  for (size_t wire = 0; wire < QL_WIRE_COUNT; wire++) each_recorded((ql_wire)wire, deltas_are_the_reply);
}

static ql_status trial(ql_arena *a, const void *ctx) {
  meaning m;
  const recorded *r = ctx;
  return read_pieces(a, ql_arena_alloc(a), r, r->bytes.len / 2 + 1, r->bytes.len, QL_STREAM_COMPLETE, &m);
}

static void without_memory(const recorded *r, const char *path) {
  (void)path;
  try_every_allocation(trial, r);
}

static void memory_runs_out(void **state) {
  (void)state;
  for (size_t wire = 0; wire < QL_WIRE_COUNT; wire++) each_recorded((ql_wire)wire, without_memory);
}

/* Every stream cut anywhere, by the connection or by the host: what came is kept, no call comes of half its arguments. */
static void cut_anywhere(const recorded *r, const char *path) {
  (void)path;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t len = 0; len < r->bytes.len; len++) {
    ql_arena_reset(a);
    recorded piece = *r;
    piece.bytes.len = len;
    meaning m;
    ql_value *reply, *json;
    assert_int_equal(read_pieces(a, ql_alloc_libc(), &piece, len, 1, len % 2 ? QL_STREAM_CUT : QL_STREAM_CANCELLED, &m), QL_OK);
    assert_int_equal(ql_canon_read(a, m.reply, &reply, NULL), QL_OK);
    ql_str end = ql_get_str(reply, QL_STR("end"));
    bool whole = ql_eq(end, QL_STR("calls")) || ql_eq(end, QL_STR("stop"));
    bool has_fault = QL_GET(reply, "fault") != NULL;
    assert_int_equal(has_fault, ql_eq(end, QL_STR("cut")) || ql_eq(end, QL_STR("failed")));
    for (const ql_value *part = QL_GET(reply, "parts")->first; part; part = part->next) {
      if (whole || !ql_eq(ql_get_str(part, QL_STR("kind")), QL_STR("call"))) continue;
      assert_int_equal(ql_json_read(a, ql_get_str(part, QL_STR("arguments")), &json, NULL), QL_OK);
    }
  }
  ql_arena_free(a);
}

static void cut_streams(void **state) {
  (void)state;
  for (size_t wire = 0; wire < QL_WIRE_COUNT; wire++) each_recorded((ql_wire)wire, cut_anywhere);
}

/* --- Limits --- */

static ql_value *read_body(ql_arena *a, ql_wire wire, ql_str type, ql_str bytes) {
  ql_stream *stream;
  ql_value *reply;
  assert_int_equal(ql_stream_new(ql_alloc_libc(), wire, 200, type, &stream, NULL), QL_OK);
  assert_int_equal(ql_stream_feed(stream, bytes, NULL), QL_OK);
  assert_int_equal(ql_stream_finish(stream, QL_STREAM_COMPLETE, a, &reply, NULL), QL_OK);
  ql_stream_free(stream);
  return reply;
}

static ql_str with_filler(ql_arena *a, const char *before, size_t filler, const char *behind) {
  char *many = ql_arena_get(a, filler + 1);
  memset(many, 'x', filler);
  const ql_str pieces[] = {str(before), {many, filler}, str(behind)};
  return ql_arena_concat(a, pieces, 3);
}

static void at_a_limit(ql_wire wire, const char *type, const char *before, size_t filler, const char *behind, const char *code) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *reply = read_body(a, wire, str(type), with_filler(a, before, filler, behind)), *fault = QL_GET(reply, "fault");
  if (code)
    assert_str_is(ql_get_str(fault, QL_STR("code")), code);
  else
    assert_null(fault);
  ql_arena_free(a);
}

static void limits(void **state) {
  (void)state;
  static const char *const sse = "text/event-stream", *const json = "application/json";
  /* One line, its end not counted: a comment. */
  static const char *const done = "\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n";
  at_a_limit(QL_WIRE_CHAT, sse, ":", QL_SSE_LINE_MAX - 1, done, NULL);
  at_a_limit(QL_WIRE_CHAT, sse, ":", QL_SSE_LINE_MAX, done, "line_limit");
  /* One event of two lines. */
  static const char *const second = "\"}\ndata:,\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n";
  static const char *const first = "data:{\"x\":{\"y\":\"";
  size_t rest = strlen(first) + strlen(second) - strlen("data:\ndata:\n\n") + 1; /* an LF joins them */
  at_a_limit(QL_WIRE_CHAT, sse, first, QL_SSE_EVENT_MAX - rest, second, NULL);
  at_a_limit(QL_WIRE_CHAT, sse, first, QL_SSE_EVENT_MAX - rest + 1, second, "event_limit");
  /* A body of one document. */
  static const char *const head = "{\"choices\":[{\"finish_reason\":\"stop\"}],\"x\":\"", *const tail = "\"}";
  size_t frame = strlen(head) + strlen(tail);
  at_a_limit(QL_WIRE_CHAT, json, head, QL_SSE_EVENT_MAX - frame, tail, NULL);
  at_a_limit(QL_WIRE_CHAT, json, head, QL_SSE_EVENT_MAX - frame + 1, tail, "event_limit");
}

/* Text beside text, until there is no more room; what was there stays. */
static void reply_limit(void **state) {
  (void)state;
  for (size_t over = 0; over < 2; over++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_stream *stream;
    ql_value *reply;
    assert_int_equal(ql_stream_new(ql_alloc_libc(), QL_WIRE_CHAT, 200, QL_STR("text/event-stream"), &stream, NULL), QL_OK);
    ql_str half = with_filler(a, "data: {\"choices\":[{\"delta\":{\"content\":\"", QL_REPLY_BYTES_MAX / 2, "\"}}]}\n\n");
    ql_str other = with_filler(a, "data: {\"choices\":[{\"delta\":{\"content\":\"", QL_REPLY_BYTES_MAX / 2 + over, "\"}}]}\n\n");
    assert_int_equal(ql_stream_feed(stream, half, NULL), QL_OK);
    assert_false(ql_stream_over(stream));
    assert_int_equal(ql_stream_feed(stream, other, NULL), QL_OK);
    assert_int_equal(ql_stream_over(stream), over);
    assert_int_equal(ql_stream_finish(stream, QL_STREAM_CANCELLED, a, &reply, NULL), QL_OK);
    assert_str_is(ql_get_str(reply, QL_STR("end")), over ? "failed" : "cancelled");
    if (over) assert_str_is(ql_get_str(QL_GET(reply, "fault"), QL_STR("code")), "reply_limit");
    assert_int_equal(ql_get_str(QL_GET(reply, "parts")->first, QL_STR("text")).len, over ? QL_REPLY_BYTES_MAX / 2 : QL_REPLY_BYTES_MAX);
    ql_stream_free(stream);
    ql_arena_free(a);
  }
}

/* What comes again in the place of what was there is counted once: an item is told when it is done and in the response that is. */
static void counted_once(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str item = with_filler(a, "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"", 3u << 20, "\"}]}");
  const ql_str pieces[] = {QL_STR("data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":"), item,
                           QL_STR("}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":["), item,
                           QL_STR("]}}\n\n")};
  ql_value *reply = read_body(a, QL_WIRE_RESPONSES, QL_STR("text/event-stream"), ql_arena_concat(a, pieces, QL_COUNT(pieces)));
  assert_null(QL_GET(reply, "fault"));
  assert_str_is(ql_get_str(reply, QL_STR("end")), "stop");
  assert_int_equal(ql_get_str(QL_GET(reply, "parts")->first, QL_STR("text")).len, 3u << 20);
  ql_arena_free(a);
}

/* An answer that grew too large in its last event has not ended well, whatever the event says. */
static void limit_at_the_end(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str item = with_filler(a, "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"", 5u << 20, "\"}]}");
  const ql_str pieces[] = {QL_STR("data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":["), item,
                           QL_STR("]}}\n\n")};
  ql_value *reply = read_body(a, QL_WIRE_RESPONSES, QL_STR("text/event-stream"), ql_arena_concat(a, pieces, QL_COUNT(pieces)));
  assert_str_is(ql_get_str(reply, QL_STR("end")), "failed");
  assert_str_is(ql_get_str(QL_GET(reply, "fault"), QL_STR("code")), "reply_limit");
  ql_arena_free(a);
}

/* Each text of a message carries the whole of it, unless that would be far more than the answer: then they go back as texts. */
static void carried_items(void **state) {
  (void)state;
  for (size_t large = 0; large < 2; large++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_str bytes = with_filler(
        a,
        "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"content\":["
        "{\"type\":\"output_text\",\"text\":\"a\"},{\"type\":\"output_text\",\"text\":\"b\"},"
        "{\"type\":\"output_text\",\"text\":\"",
        large ? 1u << 20 : 1u << 10, "\"}]}}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n");
    ql_value *reply = read_body(a, QL_WIRE_RESPONSES, QL_STR("text/event-stream"), bytes), *parts = QL_GET(reply, "parts");
    assert_str_is(ql_get_str(reply, QL_STR("end")), "stop");
    assert_int_equal(parts->count, 3);
    for (const ql_value *part = parts->first; part; part = part->next) assert_int_equal(QL_GET(part, "replay") != NULL, !large);
    ql_arena_free(a);
  }
}

/* What providers seldom send. Status 200; expected: members of the reply. */
static void seldom_sent(void **state) {
  (void)state;
  static const char CHAT[] = "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"ab\"}}]}";
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *reply = read_body(a, QL_WIRE_CHAT, QL_STR("application/json"), str(CHAT));
  assert_str_is(ql_get_str(QL_GET(reply, "parts")->first, QL_STR("text")), "ab");
  /* A byte order mark is one at the beginning alone, not behind blanks. */
  ql_str marked[2] = {QL_STR("\xEF\xBB\xBF"), str(CHAT)};
  reply = read_body(a, QL_WIRE_CHAT, QL_STR("application/json"), ql_arena_concat(a, marked, 2));
  assert_null(QL_GET(reply, "fault"));
  char blanks[64 + 3];
  memset(blanks, '\n', 64);
  memcpy(blanks + 64, marked[0].ptr, 3);
  marked[0] = (ql_str){blanks, sizeof blanks};
  reply = read_body(a, QL_WIRE_CHAT, QL_STR("application/json"), ql_arena_concat(a, marked, 2));
  assert_str_is(ql_get_str(reply, QL_STR("end")), "failed");
  assert_int_equal(QL_GET(reply, "parts")->count, 0);
  /* Calls are said, and none comes. */
  reply = read_body(a, QL_WIRE_CHAT, QL_STR("application/json"),
                    QL_STR("{\"choices\":[{\"finish_reason\":\"tool_calls\",\"message\":{\"content\":\"ab\"}}]}"));
  assert_str_is(ql_get_str(reply, QL_STR("end")), "stop");
  /* What was kept, as DeepSeek says it. */
  reply = read_body(a, QL_WIRE_CHAT, QL_STR("application/json"),
                    QL_STR("{\"choices\":[{\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_cache_hit_tokens\":30,\"prompt_tokens\":90}}"));
  assert_int_equal(ql_get_int(QL_GET(reply, "usage"), QL_STR("cached"), -1), 30);
  assert_int_equal(ql_get_int(QL_GET(reply, "usage"), QL_STR("input"), -1), 90);
  /* Long words of an error end between two characters. */
  reply =
      read_body(a, QL_WIRE_CHAT, QL_STR("application/json"), with_filler(a, "{\"error\":{\"message\":\"", 999, "\xC3\xA9 and more.\"}}"));
  ql_str message = ql_get_str(QL_GET(reply, "fault"), QL_STR("message"));
  assert_int_equal(message.len, 999);
  assert_int_equal(message.ptr[998], 'x');
  ql_arena_free(a);
}

/* Nothing at all came: an answer that is empty, or none. */
static void nothing_came(void **state) {
  (void)state;
  static const struct {
    ql_stream_end how;
    const char *end, *code;
  } rows[] = {{QL_STREAM_COMPLETE, "failed", "empty_stream"}, {QL_STREAM_CUT, "cut", "cut"}, {QL_STREAM_CANCELLED, "cancelled", NULL}};
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_stream *stream;
    ql_value *reply;
    assert_int_equal(ql_stream_new(ql_alloc_libc(), QL_WIRE_MESSAGES, 200, QL_STR("text/event-stream"), &stream, NULL), QL_OK);
    assert_int_equal(ql_stream_finish(stream, rows[i].how, a, &reply, NULL), QL_OK);
    assert_str_is(ql_get_str(reply, QL_STR("end")), rows[i].end);
    assert_int_equal(QL_GET(reply, "fault") == NULL, rows[i].code == NULL);
    if (rows[i].code) assert_str_is(ql_get_str(QL_GET(reply, "fault"), QL_STR("code")), rows[i].code);
    ql_stream_free(stream);
    ql_arena_free(a);
  }
}

/* --- The life of a stream --- */

static void life(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_stream *stream;
  ql_value *delta, *reply;
  assert_int_equal(ql_stream_new(ql_alloc_libc(), QL_WIRE_CHAT, 200, QL_ABSENT, &stream, NULL), QL_OK);
  assert_int_equal(ql_stream_next(stream, a, &delta, NULL), QL_OK);
  assert_null(delta);
  assert_int_equal(ql_stream_feed(stream, QL_STR("data: {\"choices\":[{\"delta\":{\"content\":\"ab\"}}]}\n\n"), NULL), QL_OK);
  assert_int_equal(ql_stream_feed(stream, QL_STR("data: {\"choices\":[{\"delta\":{\"content\":\"cd\"}}]}\n\n"), NULL), QL_OK);
  assert_int_equal(ql_stream_next(stream, a, &delta, NULL), QL_OK);
  assert_str_is(ql_value_text(a, delta), "{\"index\":0,\"kind\":\"text\",\"text\":\"abcd\"}");
  assert_false(ql_stream_over(stream));
  assert_int_equal(ql_stream_feed(stream, QL_STR("data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"ef\"}}]}\n\n"), NULL),
                   QL_OK);
  assert_true(ql_stream_over(stream));
  assert_int_equal(ql_stream_finish(stream, QL_STREAM_CUT, a, &reply, NULL), QL_OK);
  assert_str_is(ql_value_text(a, reply), "{\"end\":\"stop\",\"parts\":[{\"kind\":\"text\",\"text\":\"abcd\"}],\"usage\":{}}");
  assert_int_equal(ql_stream_finish(stream, QL_STREAM_CUT, a, &reply, NULL), QL_ERR_STATE);
  assert_int_equal(ql_stream_next(stream, a, &delta, NULL), QL_OK);
  assert_str_is(ql_get_str(delta, QL_STR("kind")), "end");
  assert_int_equal(ql_stream_next(stream, a, &delta, NULL), QL_OK);
  assert_null(delta);
  ql_stream_free(stream);
  ql_stream_free(NULL);
  ql_arena_free(a);
}

/* A provider that says another text at the end than it streamed: the end counts, what was said stays said; what is more is said. */
static void said_otherwise(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  static const struct {
    const char *done, *text, *deltas;
  } cases[] = {
      {"ab", "ab", "[{\"index\":0,\"kind\":\"text\",\"text\":\"ab\"},{\"index\":1,\"kind\":\"end\"}]"},
      {"abc", "abc", "[{\"index\":0,\"kind\":\"text\",\"text\":\"abc\"},{\"index\":1,\"kind\":\"end\"}]"},
      {"\xC3\xA9", "\xC3\xA9", "[{\"index\":0,\"kind\":\"text\",\"text\":\"ab\"},{\"index\":1,\"kind\":\"end\"}]"},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_str pieces[] = {QL_STR("data: {\"type\":\"response.output_text.delta\",\"delta\":\"ab\"}\n\n"
                                    "data: {\"type\":\"response.output_text.done\",\"text\":\""),
                             str(cases[i].done),
                             QL_STR("\"}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n")};
    recorded r = {QL_WIRE_RESPONSES, 200, QL_STR("text/event-stream"), ql_arena_concat(a, pieces, 3), "said otherwise"};
    meaning m;
    ql_value *reply;
    assert_int_equal(read_pieces(a, ql_alloc_libc(), &r, r.bytes.len, 1, QL_STREAM_COMPLETE, &m), QL_OK);
    assert_int_equal(ql_canon_read(a, m.reply, &reply, NULL), QL_OK);
    assert_str_is(ql_get_str(QL_GET(reply, "parts")->first, QL_STR("text")), cases[i].text);
    assert_str_is(m.deltas, cases[i].deltas);
  }
  ql_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recorded_streams), cmocka_unit_test(words_on_the_way),
      cmocka_unit_test(memory_runs_out),  cmocka_unit_test(cut_streams),
      cmocka_unit_test(limits),           cmocka_unit_test(reply_limit),
      cmocka_unit_test(counted_once),     cmocka_unit_test(limit_at_the_end),
      cmocka_unit_test(carried_items),    cmocka_unit_test(life),
      cmocka_unit_test(said_otherwise),   cmocka_unit_test(seldom_sent),
      cmocka_unit_test(nothing_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
