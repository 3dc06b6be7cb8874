/* Plans at work: changed, compared, put into an order of time. */
#include <questline/plan_edit.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "shim_inside.h"

static ql_status read_plan(const char *json, uint32_t json_len, const ql_plan **plan) {
  ql_value *value = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(json, json_len), &value, &qlw__error);
  return status == QL_OK ? ql_plan_from_value(qlw__arena, value, plan, &qlw__error) : status;
}

int32_t qlw_plan_edit(uint32_t roster, const char *plan, uint32_t plan_len, const char *edits, uint32_t edits_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *with = NULL;
  const ql_plan *read = NULL;
  ql_value *value = NULL, *edited = NULL;
  ql_status status = roster != 0 ? qlw__find_roster(roster, &with) : QL_OK;
  if (status == QL_OK) status = read_plan(plan, plan_len, &read);
  if (status == QL_OK) status = ql_json_read(qlw__arena, qlw__view(edits, edits_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_plan_edit(qlw__arena, read, value, with != NULL ? with->ptr : NULL, &edited, &qlw__error);
  return qlw__give_or_fail(status, edited);
}

int32_t qlw_plan_conflicts(const char *plans, uint32_t plans_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *list = NULL, *conflicts = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(plans, plans_len), &list, &qlw__error);
  if (status == QL_OK && list->kind != QL_ARRAY) status = ql_fail(&qlw__error, QL_ERR_ARGUMENT, "plans are an array", QL_ABSENT);
  const ql_plan **read = status == QL_OK ? ql_arena_array(qlw__arena, list->count + 1, sizeof(ql_plan *)) : NULL;
  if (status == QL_OK && read == NULL) return qlw__give_out_of_memory();
  size_t count = 0;
  for (const ql_value *plan = status == QL_OK ? list->first : NULL; plan != NULL && status == QL_OK; plan = plan->next)
    status = ql_plan_from_value(qlw__arena, plan, &read[count++], &qlw__error);
  if (status == QL_OK) status = ql_plan_conflicts(qlw__arena, read, count, &conflicts, &qlw__error);
  return qlw__give_or_fail(status, conflicts);
}

int32_t qlw_plan_compare(const char *before, uint32_t before_len, const char *after, uint32_t after_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_plan *left = NULL, *right = NULL;
  ql_value *changes = NULL;
  ql_status status = read_plan(before, before_len, &left);
  if (status == QL_OK) status = read_plan(after, after_len, &right);
  if (status == QL_OK) status = ql_plan_compare(qlw__arena, left, right, &changes, &qlw__error);
  return qlw__give_or_fail(status, changes);
}

int32_t qlw_plan_schedule(const char *plan, uint32_t plan_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_plan *read = NULL;
  ql_value *schedule = NULL;
  ql_status status = read_plan(plan, plan_len, &read);
  if (status == QL_OK) status = ql_plan_schedule(qlw__arena, read, &schedule, &qlw__error);
  return qlw__give_or_fail(status, schedule);
}
