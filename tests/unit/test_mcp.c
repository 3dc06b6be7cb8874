/* The MCP client without a network: what is sent, what comes of it, and memory that runs out in the middle of it. */
#include <questline/limits.h>
#include <questline/mcp.h>

#include "base/text.h"
#include "support.h"

#define GREETING "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}}}}"
#define TOOLS                                                                                                                              \
  "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"tools\":["                                                                                  \
  "{\"name\":\"read.tide\",\"description\":\"Reads.\",\"inputSchema\":{\"type\":\"object\"}},"                                             \
  "{\"name\":\"read/tide\",\"title\":\"Reads too.\"},{\"name\":\"read.tide\"},{\"name\":\"\"},7]}}"
#define ANSWER "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"low \\ud83c\\udf0a\"}]}}"

static ql_value *server(ql_arena *a, const char *url) {
  ql_value *value = ql_object(a), *secret = QL_SET(value, "secret", ql_object(a));
  QL_SET(secret, "header", ql_string(a, QL_STR("authorization")));
  QL_SET(secret, "prefix", ql_string(a, QL_STR("Bearer ")));
  QL_SET(secret, "slot", ql_string(a, QL_STR("harbour")));
  QL_SET(value, "name", ql_string(a, QL_STR("tide")));
  QL_SET(value, "url", ql_string(a, str(url)));
  return value;
}

static ql_value *headers(ql_arena *a, const char *type, const char *session) {
  ql_value *list = ql_array(a);
  const char *pairs[][2] = {{"Content-Type", type}, {"Mcp-Session-Id", session}};
  for (size_t i = 0; i < QL_COUNT(pairs); i++) {
    if (!pairs[i][1]) continue;
    ql_value *header = ql_push(list, ql_object(a));
    QL_SET(header, "name", ql_string(a, str(pairs[i][0])));
    QL_SET(header, "value", ql_string(a, str(pairs[i][1])));
  }
  return list;
}

/* The next exchange is answered so; its text as JSON, absent when there was none. */
static ql_status exchange(ql_mcp *mcp, ql_arena *a, int status, const char *type, const char *body, ql_stream_end end, ql_str *sent) {
  ql_value *next = NULL;
  ql_status found = ql_mcp_next(mcp, a, &next, NULL);
  if (found != QL_OK) return found;
  *sent = next ? ql_value_text(a, next) : QL_ABSENT;
  if (!next) return QL_OK;
  int64_t id = ql_get_int(next, QL_STR("id"), 0);
  if (status != 0) found = ql_mcp_begin(mcp, id, status, headers(a, type, status == 200 ? "s-1" : NULL), NULL);
  if (found == QL_OK && status != 0) found = ql_mcp_feed(mcp, id, str(body), NULL);
  if (found == QL_OK) found = ql_mcp_end(mcp, id, end, NULL);
  return found;
}

static ql_str next_result(ql_mcp *mcp, ql_arena *a) {
  ql_value *result = NULL;
  assert_int_equal(ql_mcp_result(mcp, a, &result, NULL), QL_OK);
  return result ? ql_value_text(a, result) : QL_ABSENT;
}

static bool contains(ql_str text, const char *piece) { return text.ptr && ql_find(text, str(piece), 0) != SIZE_MAX; }

/* A client that knows its tools. */
static ql_status begin(ql_mcp *mcp, ql_arena *a) {
  int64_t id;
  ql_str sent;
  ql_status status = ql_mcp_list(mcp, &id, NULL);
  if (status == QL_OK) status = exchange(mcp, a, 200, "application/json; charset=utf-8", GREETING, QL_STREAM_COMPLETE, &sent);
  if (status == QL_OK) status = exchange(mcp, a, 202, NULL, "", QL_STREAM_COMPLETE, &sent);
  if (status == QL_OK) status = exchange(mcp, a, 200, "application/json", TOOLS, QL_STREAM_COMPLETE, &sent);
  return status;
}

/* A whole session: the list, a call over a stream that is cut and taken up, a question of the server, the end. */
static ql_status session(ql_arena *a, const void *ctx) {
  (void)ctx;
  ql_mcp *mcp = NULL;
  ql_value *result = NULL;
  int64_t id;
  ql_str sent;
  ql_value *description = server(a, "https://tide.example/mcp");
  if (ql_arena_failed(a)) return QL_ERR_NOMEM;
  ql_status status = ql_mcp_new(ql_arena_alloc(a), description, &mcp, NULL);
  if (status == QL_OK) status = begin(mcp, a);
  if (status == QL_OK) status = ql_mcp_result(mcp, a, &result, NULL);
  if (status == QL_OK) status = ql_mcp_call(mcp, QL_STR("mcp__tide__read_tide_2"), QL_STR("{\"day\":3}"), &id, NULL);
  if (status == QL_OK) status = exchange(mcp, a, 200, "text/event-stream", "id: e7\ndata:\n\n", QL_STREAM_CUT, &sent);
  if (status == QL_OK)
    status = exchange(mcp, a, 200, "text/event-stream",
                      "data: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"ping\"}\n\ndata: " ANSWER "\n\n", QL_STREAM_COMPLETE, &sent);
  if (status == QL_OK) status = exchange(mcp, a, 202, NULL, "", QL_STREAM_COMPLETE, &sent);
  if (status == QL_OK) status = ql_mcp_result(mcp, a, &result, NULL);
  if (status == QL_OK) status = ql_mcp_close(mcp, NULL);
  if (status == QL_OK) status = exchange(mcp, a, 200, NULL, "", QL_STREAM_COMPLETE, &sent);
  ql_mcp_free(mcp);
  return ql_arena_failed(a) ? QL_ERR_NOMEM : status;
}

static void test_memory(void **state) {
  (void)state;
  assert_in_range(try_every_allocation(session, NULL), 40, 1000);
}

typedef struct fixture {
  ql_arena *a;
  ql_mcp *mcp;
} fixture;

static int setup(void **state) {
  static fixture f;
  f.a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_mcp_new(ql_alloc_libc(), server(f.a, "https://tide.example/mcp"), &f.mcp, NULL), QL_OK);
  *state = &f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  ql_mcp_free(f->mcp);
  ql_arena_free(f->a);
  return 0;
}

static void test_requests(void **state) {
  fixture *f = *state;
  int64_t id;
  ql_str sent;
  assert_int_equal(ql_mcp_list(f->mcp, &id, NULL), QL_OK);
  assert_int_equal(exchange(f->mcp, f->a, 200, "application/json", GREETING, QL_STREAM_COMPLETE, &sent), QL_OK);
  assert_true(contains(sent, "\"headers\":[{\"name\":\"accept\",\"value\":\"application/json, text/event-stream\"},"
                             "{\"name\":\"content-type\",\"value\":\"application/json\"}],\"method\":\"POST\","
                             "\"secret\":{\"header\":\"authorization\",\"prefix\":\"Bearer \",\"slot\":\"harbour\"},"
                             "\"url\":\"https://tide.example/mcp\""));
  assert_int_equal(exchange(f->mcp, f->a, 202, NULL, "", QL_STREAM_COMPLETE, &sent), QL_OK);
  assert_true(contains(sent, "notifications/initialized"));
  assert_true(
      contains(sent, "{\"name\":\"mcp-protocol-version\",\"value\":\"2025-06-18\"},{\"name\":\"mcp-session-id\",\"value\":\"s-1\"}"));
  assert_int_equal(exchange(f->mcp, f->a, 200, "application/json", TOOLS, QL_STREAM_COMPLETE, &sent), QL_OK);
  assert_str_is(
      next_result(f->mcp, f->a),
      "{\"id\":1,\"kind\":\"tools\",\"tools\":[{\"description\":\"Reads.\",\"name\":\"mcp__tide__read_tide\",\"schema\":"
      "{\"type\":\"object\"}},{\"description\":\"Reads too.\",\"name\":\"mcp__tide__read_tide_2\",\"schema\":{\"type\":\"object\"}}]}");
  assert_int_equal(ql_mcp_call(f->mcp, QL_STR("mcp__tide__read_tide_2"), QL_STR(" {\"day\":0.5} "), &id, NULL), QL_OK);
  assert_int_equal(exchange(f->mcp, f->a, 200, "text/event-stream", "data: " ANSWER "\n\n", QL_STREAM_COMPLETE, &sent), QL_OK);
  assert_true(contains(sent, "\\\"params\\\":{\\\"arguments\\\":{\\\"day\\\":0.5},\\\"name\\\":\\\"read/tide\\\"}"));
  assert_str_is(next_result(f->mcp, f->a),
                "{\"id\":2,\"kind\":\"call\",\"parts\":[{\"kind\":\"text\",\"text\":\"low \xF0\x9F\x8C\x8A\"}]}");
  assert_null(next_result(f->mcp, f->a).ptr);
}

/* Every split of a stream gives what the whole gives. */
static void test_splits(void **state) {
  fixture *f = *state;
  const char *stream = "\xEF\xBB\xBF: hello\r\nid: e1\r\nevent: message\r\ndata: " ANSWER "\r\n\r\n";
  for (size_t at = 0; at <= strlen(stream); at++) {
    ql_mcp *mcp = NULL;
    ql_value *next = NULL;
    int64_t id;
    assert_int_equal(ql_mcp_new(ql_alloc_libc(), server(f->a, "https://tide.example/mcp"), &mcp, NULL), QL_OK);
    assert_int_equal(begin(mcp, f->a), QL_OK);
    assert_true(contains(next_result(mcp, f->a), "tools"));
    assert_int_equal(ql_mcp_call(mcp, QL_STR("mcp__tide__read_tide"), QL_STR("{}"), &id, NULL), QL_OK);
    assert_int_equal(ql_mcp_next(mcp, f->a, &next, NULL), QL_OK);
    id = ql_get_int(next, QL_STR("id"), 0);
    assert_int_equal(ql_mcp_begin(mcp, id, 200, headers(f->a, "text/event-stream", NULL), NULL), QL_OK);
    assert_int_equal(ql_mcp_feed(mcp, id, ql_slice(str(stream), 0, at), NULL), QL_OK);
    assert_int_equal(ql_mcp_feed(mcp, id, ql_slice(str(stream), at, SIZE_MAX), NULL), QL_OK);
    assert_true(contains(next_result(mcp, f->a), "low"));
    /* The answer is whole: what the server still holds open may be dropped. */
    assert_int_equal(ql_mcp_next(mcp, f->a, &next, NULL), QL_OK);
    assert_str_is(ql_get_str(next, QL_STR("kind")), "drop");
    ql_mcp_free(mcp);
  }
}

/* What is cut is taken up from the last event, after the time the server said, and not for ever. */
static void test_resume(void **state) {
  fixture *f = *state;
  int64_t id;
  ql_str sent;
  assert_int_equal(begin(f->mcp, f->a), QL_OK);
  assert_int_equal(ql_mcp_call(f->mcp, QL_STR("mcp__tide__read_tide"), QL_STR("{}"), &id, NULL), QL_OK);
  assert_int_equal(exchange(f->mcp, f->a, 200, "text/event-stream", "retry: 70\nid: e7\ndata:\n\n", QL_STREAM_CUT, &sent), QL_OK);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(exchange(f->mcp, f->a, 0, NULL, "", QL_STREAM_CUT, &sent), QL_OK);
    assert_true(contains(sent, "{\"name\":\"last-event-id\",\"value\":\"e7\"}"));
    assert_true(contains(sent, i == 0 ? "\"wait\":70}" : i == 1 ? "\"wait\":2000}" : "\"wait\":"));
    assert_false(contains(sent, "\"body\""));
  }
  assert_true(contains(next_result(f->mcp, f->a), "\"tools\""));
  assert_true(contains(next_result(f->mcp, f->a), "\"code\":\"cut\""));
}

/* A server that always forgets is not greeted for ever. */
static void test_forgetful(void **state) {
  fixture *f = *state;
  int64_t id;
  char greeting[300];
  assert_int_equal(ql_mcp_ping(f->mcp, &id, NULL), QL_OK);
  for (int rounds = 0;; rounds++) {
    assert_in_range(rounds, 0, 20);
    ql_str result = next_result(f->mcp, f->a);
    if (result.ptr) {
      assert_true(contains(result, "\"code\":\"http_404\""));
      break;
    }
    ql_value *next = NULL;
    assert_int_equal(ql_mcp_next(f->mcp, f->a, &next, NULL), QL_OK);
    assert_non_null(next);
    id = ql_get_int(next, QL_STR("id"), 0);
    ql_value *message = NULL;
    assert_int_equal(ql_json_read(f->a, ql_get_str(QL_GET(next, "request"), QL_STR("body")), &message, NULL), QL_OK);
    bool greets = ql_eq(ql_get_str(message, QL_STR("method")), QL_STR("initialize"));
    assert_int_equal(ql_mcp_begin(f->mcp, id, greets ? 200 : 404, headers(f->a, "application/json", "s-2"), NULL), QL_OK);
    snprintf(greeting, sizeof greeting, "{\"id\":%d,\"result\":{\"protocolVersion\":\"2025-11-25\"}}",
             (int)ql_get_int(message, QL_STR("id"), 0));
    assert_int_equal(ql_mcp_feed(f->mcp, id, str(greets ? greeting : ""), NULL), QL_OK);
    assert_int_equal(ql_mcp_end(f->mcp, id, QL_STREAM_COMPLETE, NULL), QL_OK);
  }
}

static void test_refused(void **state) {
  fixture *f = *state;
  ql_mcp *mcp = NULL;
  int64_t id;
  ql_value *nameless = server(f->a, "https://tide.example/");
  QL_SET(nameless, "name", ql_string(f->a, QL_STR("a b")));
  assert_int_equal(ql_mcp_new(ql_alloc_libc(), nameless, &mcp, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_mcp_new(ql_alloc_libc(), server(f->a, "ftp://tide.example/"), &mcp, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_mcp_call(f->mcp, QL_STR("mcp__tide__read"), QL_STR("{}"), &id, NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_mcp_cancel(f->mcp, 7, NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_mcp_end(f->mcp, 7, QL_STREAM_CUT, NULL), QL_OK);
  for (unsigned i = 0; i < QL_MCP_OPEN_MAX; i++) assert_int_equal(ql_mcp_ping(f->mcp, &id, NULL), QL_OK);
  assert_int_equal(ql_mcp_ping(f->mcp, &id, NULL), QL_ERR_LIMIT);
  assert_int_equal(ql_mcp_close(f->mcp, NULL), QL_OK);
  for (unsigned i = 0; i < QL_MCP_OPEN_MAX; i++) assert_true(contains(next_result(f->mcp, f->a), "cancelled"));
  assert_null(next_result(f->mcp, f->a).ptr);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_memory),
      cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
      cmocka_unit_test_setup_teardown(test_splits, setup, teardown),
      cmocka_unit_test_setup_teardown(test_resume, setup, teardown),
      cmocka_unit_test_setup_teardown(test_forgetful, setup, teardown),
      cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
