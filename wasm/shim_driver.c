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

/* From now on a driver uses this, in place of what it used there before. */
static void swap_use(qlw__object *driver, size_t place, qlw__object *used) {
  if (driver->uses[place] != NULL) driver->uses[place]->users--;
  driver->uses[place] = used;
  if (used != NULL) used->users++;
}

int32_t qlw_driver_use(uint32_t driver, uint32_t workspace, uint32_t memory, const char *kit, uint32_t kit_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER), *files = NULL, *graph = NULL;
  if (found == NULL || (workspace != 0 && (files = qlw__find(workspace, QLW__WORKSPACE)) == NULL) ||
      (memory != 0 && (graph = qlw__find(memory, QLW__MEMORY)) == NULL))
    return qlw__give_failure(QL_ERR_HANDLE);
  ql_arena *arena = ql_arena_new(ql_alloc_libc()); /* the servers last as long as the driver */
  if (arena == NULL) return qlw__give_out_of_memory();
  ql_value *value = NULL;
  ql_status status = kit != NULL ? ql_json_read(arena, qlw__view(kit, kit_len), &value, &qlw__error) : QL_OK;
  ql_driver_kit given = {.workspace = files != NULL ? files->ptr : NULL,
                         .memory = graph != NULL ? graph->ptr : NULL,
                         .servers = QL_GET(value, "servers"),
                         .commands = ql_get_bool(value, QL_STR("commands")),
                         .ask = ql_get_str(value, QL_STR("ask")),
                         .partials = ql_get_bool(value, QL_STR("partials"))};
  if (status == QL_OK) status = ql_driver_use(found->ptr, &given, &qlw__error);
  if (status != QL_OK) {
    ql_arena_free(arena);
    return qlw__give_failure(status);
  }
  ql_arena_free(found->arena);
  found->arena = arena;
  swap_use(found, 2, files);
  swap_use(found, 3, graph);
  return qlw__give_nothing();
}

int32_t qlw_driver_recall(uint32_t driver, uint32_t recorded, uint32_t only) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER), *log = found != NULL ? qlw__find(recorded, QLW__QUEST) : NULL;
  if (log == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_driver_recall(found->ptr, log->ptr, only != 0, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  swap_use(found, 4, log);
  return qlw__give_nothing();
}

int32_t qlw_driver_steer(uint32_t driver, const char *steer, uint32_t steer_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(driver, QLW__DRIVER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(steer, steer_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_driver_steer(found->ptr, value, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
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
