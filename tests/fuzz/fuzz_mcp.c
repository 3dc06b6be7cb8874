// What an MCP server says, of whatever bytes: a session always goes on or ends, a stream gives the same whole and byte by byte, and every result can
// be read. The first byte says the content type and how the connection ends; the rest is what each exchange is answered with.

#include <stdlib.h>

#include <questline/mcp.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static ql_value *headers(ql_arena *a, bool events) {
  ql_value *list = ql_array(a), *header = ql_push(list, ql_object(a));
  QL_SET(header, "name", ql_string(a, QL_STR("content-type")));
  QL_SET(header, "value", ql_string(a, events ? QL_STR("text/event-stream") : QL_STR("application/json")));
  return list;
}

/* All that is said, with the requests that are sent on the way. */
static ql_str play(ql_arena *a, ql_str body, uint8_t how, size_t step) {
  ql_buf said = ql_buf_new(ql_alloc_libc());
  ql_mcp *mcp = NULL;
  ql_value *server = ql_object(a), *next = NULL, *result = NULL;
  int64_t id;
  QL_SET(server, "name", ql_string(a, QL_STR("tide")));
  QL_SET(server, "url", ql_string(a, QL_STR("https://tide.example/")));
  check(ql_mcp_new(ql_alloc_libc(), server, &mcp, NULL) == QL_OK && ql_mcp_list(mcp, &id, NULL) == QL_OK);
  check(ql_mcp_listen(mcp, &id, NULL) == QL_OK && ql_mcp_ping(mcp, &id, NULL) == QL_OK);
  /* Each exchange gets a part of the bytes, so that one input can answer several. */
  size_t rounds = 0;
  for (;; rounds++) {
    check(ql_mcp_next(mcp, a, &next, NULL) == QL_OK);
    if (!next || rounds >= 60) break;
    ql_str text = ql_value_text(a, next);
    ql_buf_add(&said, text);
    if (!QL_GET(next, "request")) continue;
    int64_t exchange = ql_get_int(next, QL_STR("id"), 0);
    size_t end = ql_find_byte(body, '\x1e', 0);
    ql_str part = ql_slice(body, 0, end);
    body = end < body.len ? ql_slice(body, end + 1, body.len) : QL_STR("");
    check(ql_mcp_begin(mcp, exchange, (how & 4) && rounds % 5 == 4 ? 404 : 200, headers(a, how & 1), NULL) == QL_OK);
    for (size_t at = 0; at < part.len; at += step) check(ql_mcp_feed(mcp, exchange, ql_slice(part, at, at + step), NULL) == QL_OK);
    check(ql_mcp_end(mcp, exchange, (how & 2) ? QL_STREAM_CUT : QL_STREAM_COMPLETE, NULL) == QL_OK);
  }
  for (;;) {
    check(ql_mcp_result(mcp, a, &result, NULL) == QL_OK);
    if (!result) break;
    ql_buf_add(&said, ql_value_text(a, result));
  }
  ql_mcp_free(mcp);
  return ql_buf_take(&said, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || size > 65536) return 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  check(a != NULL);
  ql_str body = {(const char *)data + 1, size - 1};
  ql_str whole = play(a, body, data[0], SIZE_MAX / 2), bytes = play(a, body, data[0], 1);
  check(!ql_arena_failed(a) && ql_eq(whole, bytes));
  ql_arena_free(a);
  return 0;
}
