// Objectives: whatever is asked for, the planner answers with a plan that can be run.

#include <stdlib.h>

#include <questline/plan.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static void check_plan(ql_arena *a, const ql_roster *roster, const ql_plan *plan) {
  const size_t *groups;
  ql_value *problems = ql_plan_check(a, plan, roster);
  check(problems && plan->task_count > 0 && plan->task_count <= 12);
  for (const ql_value *p = problems->first; p; p = p->next) check(!ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error")));
  check(ql_plan_groups(a, plan, &groups, NULL) == QL_OK);
}

static const char LEAD[] =
    "---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Team\n\n- `@api-dev` - HTTP endpoints\n- `@data` - schema, queries\n";

/* Read once: reading files is another harness's business. */
static const ql_roster *team(void) {
  static ql_roster *roster;
  if (roster) return roster;
  roster = ql_roster_new(ql_alloc_libc());
  check(ql_roster_add(roster, QL_STR("lead.md"), (ql_str){LEAD, sizeof LEAD - 1}, NULL) == QL_OK);
  check(ql_roster_link(roster, NULL) == QL_OK);
  return roster;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str objective = {(const char *)data, size}, x, y;
  if (ql_utf8_bad(objective) != SIZE_MAX || ql_find_byte(objective, '\0', 0) != SIZE_MAX) return 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_roster *roster = team();
  const ql_plan *plan, *again;
  ql_error err;
  ql_status status = ql_plan_rehearse(a, roster, QL_STR("@lead"), objective, &plan, &err);
  check(status == QL_OK || status == QL_ERR_ARGUMENT);
  if (status == QL_OK) {
    check_plan(a, roster, plan);
    check(ql_plan_read(a, ql_plan_write(a, plan, QL_PLAN_SEED), &again, &err) == QL_OK);
    check(ql_plan_hash(a, plan, &x, NULL) == QL_OK && ql_plan_hash(a, again, &y, NULL) == QL_OK && ql_eq(x, y));
  }
  ql_arena_free(a);
  return 0;
}
