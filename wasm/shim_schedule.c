/* What a plan costs, and how large the tasks of a quest were. */
#include <questline/report.h>
#include <questline/schedule.h>

#include "shim_inside.h"

/* What is not given is NULL. */
static ql_status read_json(const char *json, uint32_t json_len, ql_value **value) {
  *value = NULL;
  return json_len > 0 ? ql_json_read(qlw__arena, qlw__view(json, json_len), value, &qlw__error) : QL_OK;
}

static ql_status read_plan(const char *json, uint32_t json_len, const ql_plan **plan) {
  ql_value *value = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(json, json_len), &value, &qlw__error);
  return status == QL_OK ? ql_plan_from_value(qlw__arena, value, plan, &qlw__error) : status;
}

int32_t qlw_plan_cost(uint32_t roster, const char *plan, uint32_t plan_len, const char *prices, uint32_t prices_len, const char *sizes,
                      uint32_t sizes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  const ql_plan *read = NULL;
  ql_value *table = NULL, *measured = NULL, *cost = NULL;
  ql_status status = roster != 0 ? qlw__find_roster(roster, &found) : QL_OK;
  if (status == QL_OK) status = read_plan(plan, plan_len, &read);
  if (status == QL_OK) status = read_json(prices, prices_len, &table);
  if (status == QL_OK) status = read_json(sizes, sizes_len, &measured);
  const ql_cost_terms terms = {found != NULL ? found->ptr : NULL, table, measured};
  if (status == QL_OK) status = ql_plan_cost(qlw__arena, read, &terms, &cost, &qlw__error);
  return qlw__give_or_fail(status, cost);
}

int32_t qlw_quest_sizes(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  return found != NULL ? qlw__give(ql_quest_sizes(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}
