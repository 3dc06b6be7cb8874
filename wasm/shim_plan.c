/* Plans: made, read, checked, written. */
#include <questline/plan.h>

#include "base/text.h"
#include "shim_inside.h"

int32_t qlw_plan_rehearse(uint32_t roster, const char *leader, uint32_t leader_len, const char *objective, uint32_t objective_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  const ql_plan *plan = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK)
    status =
        ql_plan_rehearse(qlw__arena, found->ptr, qlw__view(leader, leader_len), qlw__view(objective, objective_len), &plan, &qlw__error);
  return status == QL_OK ? qlw__give(ql_plan_value(qlw__arena, plan)) : qlw__give_failure(status);
}

static const struct {
  ql_str name;
  ql_plan_format format;
} plan_formats[] = {
    {QL_STR_INIT("seed"), QL_PLAN_SEED},       {QL_STR_INIT("markdown"), QL_PLAN_MARKDOWN}, {QL_STR_INIT("mermaid"), QL_PLAN_MERMAID},
    {QL_STR_INIT("roadmap"), QL_PLAN_ROADMAP}, {QL_STR_INIT("prequest"), QL_PLAN_PREQUEST},
};

static ql_status read_plan_format(ql_str name, ql_plan_format *format) {
  for (size_t i = 0; i < QL_COUNT(plan_formats); i++) {
    if (!ql_eq(plan_formats[i].name, name)) continue;
    *format = plan_formats[i].format;
    return QL_OK;
  }
  return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a plan is written as seed, markdown, mermaid, roadmap or prequest", name);
}

/* A plan given as JSON, and the roster it is looked at with; without one, handle 0, that stays NULL. */
static ql_status read_plan(uint32_t roster, ql_str json, const ql_roster **with, const ql_plan **plan) {
  qlw__object *found = NULL;
  ql_value *value = NULL;
  ql_status status = roster != 0 ? qlw__find_roster(roster, &found) : QL_OK;
  if (status == QL_OK) status = ql_json_read(qlw__arena, json, &value, &qlw__error);
  if (status == QL_OK) status = ql_plan_from_value(qlw__arena, value, plan, &qlw__error);
  *with = status == QL_OK && found != NULL ? found->ptr : NULL;
  return status;
}

int32_t qlw_plan_complete(const char *plan, uint32_t plan_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *none = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(0, qlw__view(plan, plan_len), &none, &read);
  return status == QL_OK ? qlw__give(ql_plan_value(qlw__arena, read)) : qlw__give_failure(status);
}

int32_t qlw_plan_check(uint32_t roster, const char *plan, uint32_t plan_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *with = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(roster, qlw__view(plan, plan_len), &with, &read);
  return status == QL_OK ? qlw__give(ql_plan_check(qlw__arena, read, with)) : qlw__give_failure(status);
}

int32_t qlw_plan_check_with(uint32_t roster, const char *plan, uint32_t plan_len, const char *facts, uint32_t facts_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_plan_facts known = {0};
  const ql_plan *read = NULL;
  ql_value *value = NULL;
  ql_status status = read_plan(roster, qlw__view(plan, plan_len), &known.roster, &read);
  if (status == QL_OK) status = ql_json_read(qlw__arena, qlw__view(facts, facts_len), &value, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  known.budget = QL_GET(value, "budget");
  known.cost = QL_GET(value, "cost");
  known.paths = QL_GET(value, "paths");
  return qlw__give(ql_plan_check_with(qlw__arena, read, &known));
}

int32_t qlw_plan_command(uint32_t roster, const char *plan, uint32_t plan_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *with = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(roster, qlw__view(plan, plan_len), &with, &read);
  return status == QL_OK ? qlw__give(ql_plan_command(qlw__arena, read, with)) : qlw__give_failure(status);
}

int32_t qlw_plan_write(const char *plan, uint32_t plan_len, const char *format, uint32_t format_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_plan_format as = QL_PLAN_SEED;
  const ql_roster *none = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan_format(qlw__view(format, format_len), &as);
  if (status == QL_OK) status = read_plan(0, qlw__view(plan, plan_len), &none, &read);
  if (status != QL_OK) return qlw__give_failure(status);
  ql_str text = ql_plan_write(qlw__arena, read, as);
  return text.ptr != NULL ? qlw__give_bytes(text) : qlw__give_out_of_memory();
}

int32_t qlw_plan_read(const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_plan *plan = NULL;
  ql_status status = ql_plan_read(qlw__arena, qlw__view(text, text_len), &plan, &qlw__error);
  return status == QL_OK ? qlw__give(ql_plan_value(qlw__arena, plan)) : qlw__give_failure(status);
}
