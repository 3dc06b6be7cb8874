/* The MCP client for a test in another language, which does the fetches: one JSON a line in, one JSON a line out. The first line is the server
   ("McpServer"); each other one says what to do, and its answer holds all exchanges and results that wait, the id of what was wanted, and the
   status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <questline/mcp.h>

#include "base/text.h"

#define LINE_MAX_BYTES (32u * 1024u * 1024u)

static ql_stream_end end_of(ql_str word) {
  if (ql_eq(word, QL_STR("complete"))) return QL_STREAM_COMPLETE;
  return ql_eq(word, QL_STR("cut")) ? QL_STREAM_CUT : QL_STREAM_CANCELLED;
}

static ql_status feed(ql_mcp *mcp, ql_str text, int64_t exchange) {
  uint8_t *bytes = malloc(text.len + 1);
  size_t len = 0;
  if (!bytes || !ql_base64url_read(text, bytes, text.len, &len)) abort();
  ql_status status = ql_mcp_feed(mcp, exchange, (ql_str){(const char *)bytes, len}, NULL);
  free(bytes);
  return status;
}

static ql_status perform(ql_mcp *mcp, const ql_value *line, int64_t *id) {
  ql_str what = ql_get_str(line, QL_STR("do"));
  int64_t exchange = ql_get_int(line, QL_STR("exchange"), 0);
  if (ql_eq(what, QL_STR("list"))) return ql_mcp_list(mcp, id, NULL);
  if (ql_eq(what, QL_STR("ping"))) return ql_mcp_ping(mcp, id, NULL);
  if (ql_eq(what, QL_STR("listen"))) return ql_mcp_listen(mcp, id, NULL);
  if (ql_eq(what, QL_STR("call")))
    return ql_mcp_call(mcp, ql_get_str(line, QL_STR("name")), ql_get_str(line, QL_STR("arguments")), id, NULL);
  if (ql_eq(what, QL_STR("cancel"))) return ql_mcp_cancel(mcp, ql_get_int(line, QL_STR("id"), 0), NULL);
  if (ql_eq(what, QL_STR("close"))) return ql_mcp_close(mcp, NULL);
  if (ql_eq(what, QL_STR("begin")))
    return ql_mcp_begin(mcp, exchange, (int)ql_get_int(line, QL_STR("status"), 0), QL_GET(line, "headers"), NULL);
  if (ql_eq(what, QL_STR("feed"))) return feed(mcp, ql_get_str(line, QL_STR("bytes")), exchange);
  if (ql_eq(what, QL_STR("end"))) return ql_mcp_end(mcp, exchange, end_of(ql_get_str(line, QL_STR("end"))), NULL);
  return QL_ERR_ARGUMENT;
}

static ql_value *all(ql_mcp *mcp, ql_arena *a, ql_status (*next)(ql_mcp *, ql_arena *, ql_value **, ql_error *)) {
  ql_value *list = ql_array(a);
  for (;;) {
    ql_value *item = NULL;
    if (next(mcp, a, &item, NULL) != QL_OK) abort();
    if (!item) return list;
    ql_push(list, item);
  }
}

int main(void) {
  ql_alloc alloc = ql_alloc_libc();
  ql_mcp *mcp = NULL;
  char *line = malloc(LINE_MAX_BYTES);
  while (line && fgets(line, (int)LINE_MAX_BYTES, stdin)) {
    ql_arena *a = ql_arena_new(alloc);
    ql_value *value = NULL;
    int64_t id = 0;
    if (!a || ql_json_read(a, (ql_str){line, strlen(line)}, &value, NULL) != QL_OK) abort();
    ql_status status = mcp ? perform(mcp, value, &id) : ql_mcp_new(alloc, value, &mcp, NULL);
    if (!mcp) abort();
    ql_value *answer = ql_object(a);
    QL_SET(answer, "exchanges", all(mcp, a, ql_mcp_next));
    QL_SET(answer, "id", ql_int(a, id));
    QL_SET(answer, "results", all(mcp, a, ql_mcp_result));
    const char *name = ql_status_name(status);
    QL_SET(answer, "status", ql_string(a, (ql_str){name, strlen(name)}));
    ql_str text = ql_value_text(a, answer);
    fwrite(text.ptr, 1, text.len, stdout);
    fputc('\n', stdout);
    fflush(stdout);
    ql_arena_free(a);
  }
  free(line);
  ql_mcp_free(mcp);
  return 0;
}
