/* The memory graph, who may save to it, and what a quest taught. */
#include <questline/learn.h>
#include <questline/memory.h>

#include "shim_inside.h"

static void let_go(void *memory) { ql_memory_free(memory); }

static ql_memory *find_memory(uint32_t handle) {
  const qlw__object *found = qlw__find(handle, QLW__MEMORY);
  return found != NULL ? found->ptr : NULL;
}

int32_t qlw_memory_open(const char *lines, uint32_t lines_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_memory *memory = ql_memory_new(ql_alloc_libc());
  if (memory == NULL) return qlw__give_out_of_memory();
  ql_status status = ql_memory_read(memory, qlw__view(lines, lines_len), &qlw__error);
  if (status == QL_OK) return qlw__give_handle(room, QLW__MEMORY, memory, let_go);
  ql_memory_free(memory);
  return qlw__give_failure(status);
}

int32_t qlw_memory_read(uint32_t memory, const char *lines, uint32_t lines_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_memory *found = find_memory(memory);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_memory_read(found, qlw__view(lines, lines_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_memory_merge(uint32_t memory, const char *known, uint32_t known_len, const char *theirs, uint32_t theirs_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_memory *found = find_memory(memory);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_memory_merge(found, qlw__view(known, known_len), qlw__view(theirs, theirs_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_memory_write(uint32_t memory) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_memory *found = find_memory(memory);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str lines = ql_memory_write(found, qlw__arena);
  return lines.ptr != NULL ? qlw__give_bytes(lines) : qlw__give_out_of_memory();
}

int32_t qlw_memory_call(uint32_t memory, const char *tool, uint32_t tool_len, const char *arguments, uint32_t arguments_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_memory *found = find_memory(memory);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL, *result = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(arguments, arguments_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_memory_call(found, qlw__arena, qlw__view(tool, tool_len), value, &result, &qlw__error);
  return qlw__give_or_fail(status, result);
}

int32_t qlw_memory_pending(uint32_t memory) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_memory *found = find_memory(memory);
  return found != NULL ? qlw__give(ql_memory_pending(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_memory_permit(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *permit = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK)
    status = ql_memory_permit(qlw__arena, found->ptr, qlw__view(agent, agent_len), qlw__view(request, request_len), &permit, &qlw__error);
  return qlw__give_or_fail(status, permit);
}

int32_t qlw_quest_learn(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *learned = NULL;
  ql_status status = ql_quest_learn(found, qlw__arena, &learned, &qlw__error);
  return qlw__give_or_fail(status, learned);
}
