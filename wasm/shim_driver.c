/* Drivers of quests. */
#include <questline/driver.h>

#include "shim_inside.h"

static void free_driver(void *ptr) { ql_driver_free(ptr); }

int32_t qlw_driver_new(uint32_t quest, uint32_t roster, const char *request, uint32_t request_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *uses_quest = qlw__find(quest, QLW__QUEST), *uses_roster = NULL;
  if (uses_quest == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = roster != 0 ? qlw__find_roster(roster, &uses_roster) : QL_OK;
  if (status == QL_OK && request != NULL) status = ql_json_read(qlw__arena, qlw__view(request, request_len), &value, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_driver *driver = NULL;
  status = ql_driver_new(ql_alloc_libc(), uses_quest->ptr, uses_roster != NULL ? uses_roster->ptr : NULL, value, &driver, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  room->uses[0] = uses_quest;
  room->uses[1] = uses_roster;
  uses_quest->users++;
  if (uses_roster != NULL) uses_roster->users++;
  return qlw__give_handle(room, QLW__DRIVER, driver, free_driver);
}

int32_t qlw_driver_next(uint32_t driver, double now) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_value *effect = NULL;
  ql_status status = qlw__to_integer(now, &time);
  if (status == QL_OK) status = ql_driver_next(found->ptr, qlw__arena, time, &effect, &qlw__error);
  return qlw__give_or_fail(status, effect);
}

int32_t qlw_driver_result(uint32_t driver, double now, const char *result, uint32_t result_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_value *value = NULL;
  ql_status status = qlw__to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(qlw__arena, qlw__view(result, result_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_driver_result(found->ptr, time, value, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_driver_bytes(uint32_t driver, double id, const char *bytes, uint32_t bytes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t effect = 0;
  ql_status status = qlw__to_integer(id, &effect);
  if (status == QL_OK) status = ql_driver_bytes(found->ptr, effect, qlw__view(bytes, bytes_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_driver_deltas(uint32_t driver) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *deltas = NULL;
  ql_status status = ql_driver_deltas(found->ptr, qlw__arena, &deltas, &qlw__error);
  return qlw__give_or_fail(status, deltas);
}
