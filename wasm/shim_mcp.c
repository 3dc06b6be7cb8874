/* Clients of MCP servers, for trying one; quests have theirs inside their driver. */
#include <questline/mcp.h>

#include "shim_inside.h"

static void let_go(void *mcp) { ql_mcp_free(mcp); }

static ql_mcp *find_mcp(uint32_t handle) {
  const qlw__object *found = qlw__find(handle, QLW__MCP);
  return found != NULL ? found->ptr : NULL;
}

int32_t qlw_mcp_new(const char *server, uint32_t server_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_mcp *mcp = NULL;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_status status = ql_json_read(qlw__arena, qlw__view(server, server_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_mcp_new(ql_alloc_libc(), value, &mcp, &qlw__error);
  return status == QL_OK ? qlw__give_handle(room, QLW__MCP, mcp, let_go) : qlw__give_failure(status);
}

int32_t qlw_mcp_list(uint32_t mcp) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  int64_t id = 0;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_mcp_list(found, &id, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_mcp_end_session(uint32_t mcp) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_mcp_close(found, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_mcp_next(uint32_t mcp) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  ql_value *exchange = NULL;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_mcp_next(found, qlw__arena, &exchange, &qlw__error);
  return status == QL_OK && exchange == NULL ? qlw__give(ql_null(qlw__arena)) : qlw__give_or_fail(status, exchange);
}

int32_t qlw_mcp_begin(uint32_t mcp, double exchange, double status, const char *headers, uint32_t headers_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  int64_t id = 0, code = 0;
  ql_value *value = NULL;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status read = qlw__to_integer(exchange, &id);
  if (read == QL_OK) read = qlw__to_integer(status, &code);
  if (read == QL_OK) read = ql_json_read(qlw__arena, qlw__view(headers, headers_len), &value, &qlw__error);
  if (read == QL_OK) read = ql_mcp_begin(found, id, (int)code, value, &qlw__error);
  return read == QL_OK ? qlw__give_nothing() : qlw__give_failure(read);
}

int32_t qlw_mcp_feed(uint32_t mcp, double exchange, const char *bytes, uint32_t bytes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  int64_t id = 0;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = qlw__to_integer(exchange, &id);
  if (status == QL_OK) status = ql_mcp_feed(found, id, qlw__view(bytes, bytes_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_mcp_end(uint32_t mcp, double exchange, uint32_t whole) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  int64_t id = 0;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = qlw__to_integer(exchange, &id);
  if (status == QL_OK) status = ql_mcp_end(found, id, whole != 0 ? QL_STREAM_COMPLETE : QL_STREAM_CUT, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_mcp_result(uint32_t mcp) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mcp *found = find_mcp(mcp);
  ql_value *result = NULL;
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_mcp_result(found, qlw__arena, &result, &qlw__error);
  return status == QL_OK && result == NULL ? qlw__give(ql_null(qlw__arena)) : qlw__give_or_fail(status, result);
}

int32_t qlw_mcp_tested(const char *attempt, uint32_t attempt_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *test = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(attempt, attempt_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_mcp_tested(qlw__arena, value, &test, &qlw__error);
  return qlw__give_or_fail(status, test);
}
