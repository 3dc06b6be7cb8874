// Plans, as text, as JSON and made for an objective: what is read is written back so that it reads the same, and no form fails on it.

#include <stdlib.h>

#include <questline/plan.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(ql_arena *a, const ql_plan *plan, const ql_plan *again) {
  ql_value *x = ql_plan_value(a, plan), *y = ql_plan_value(a, again);
  if (!x || !ql_value_equal(x, y) || plan->task_count != again->task_count) abort();
  for (size_t i = 0; i < plan->task_count; i++)
    if (plan->tasks[i].group != again->tasks[i].group) abort();
}

static void check_text(ql_arena *a, const ql_plan *plan) {
  const ql_plan *again;
  const size_t *groups;
  ql_error err;
  ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
  if (!text.ptr || ql_plan_read(a, text, &again, &err) != QL_OK) abort();
  check_same(a, plan, again);
  if (!ql_plan_write(a, plan, QL_PLAN_MARKDOWN).ptr || !ql_plan_write(a, plan, QL_PLAN_MERMAID).ptr) abort();
  ql_status status = ql_plan_groups(a, plan, &groups, &err);
  if (status != QL_OK && (status != QL_ERR_STATE || err.detail[0] == 0)) abort();
}

/* Whatever is asked for, the planner answers with a plan that can be run. */
static void check_planner(ql_arena *a, ql_str objective) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  ql_str lead = QL_STR(
      "---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Team\n\n- `@api-dev` - HTTP endpoints\n- `@data` - schema, queries\n");
  const ql_plan *plan;
  ql_error err;
  if (!roster || ql_roster_add(roster, QL_STR("lead.md"), lead, &err) != QL_OK || ql_roster_link(roster, &err) != QL_OK) abort();
  if (ql_plan_rehearse(a, roster, QL_STR("@lead"), objective, &plan, &err) == QL_OK) {
    ql_value *problems = ql_plan_check(a, plan, roster);
    if (!problems || plan->task_count == 0 || plan->task_count > 12) abort();
    for (const ql_value *p = problems->first; p; p = p->next)
      if (ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"))) abort();
    check_text(a, plan);
  } else if (err.status != QL_ERR_ARGUMENT) {
    abort();
  }
  ql_roster_free(roster);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_plan *plan, *again;
  ql_value *value;
  ql_error err;
  if (ql_plan_read(a, text, &plan, &err) == QL_OK)
    check_text(a, plan);
  else if (err.offset > size)
    abort();
  if (ql_json_read(a, text, &value, &err) == QL_OK && ql_plan_from_value(a, value, &plan, &err) == QL_OK) {
    if (ql_plan_from_value(a, ql_plan_value(a, plan), &again, &err) != QL_OK) abort();
    check_same(a, plan, again);
    check_text(a, plan);
  }
  if (ql_utf8_bad(text) == SIZE_MAX && ql_find_byte(text, '\0', 0) == SIZE_MAX) check_planner(a, text);
  ql_arena_free(a);
  return 0;
}
