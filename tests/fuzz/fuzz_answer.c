// Answers of a model: up to the first NUL the first one, behind it the second. Each round ends as it may, and a plan that comes of it can run.

#include <stdlib.h>

#include <questline/plan_model.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static bool has_errors(const ql_value *problems) {
  for (const ql_value *p = problems->first; p; p = p->next)
    if (ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"))) return true;
  return false;
}

/* Leader and objective are those that were asked for, and no task says that anybody else wrote it. */
static void check_plan(ql_arena *a, const ql_roster *roster, const ql_value *value) {
  const ql_plan *plan = NULL;
  check(ql_plan_from_value(a, value, &plan, NULL) == QL_OK);
  check(ql_eq(plan->leader, QL_STR("@lead")) && ql_eq(plan->objective, QL_STR("Export orders")) && !plan->rehearsed);
  check(!has_errors(ql_plan_check(a, plan, roster)));
  for (size_t i = 0; i < plan->task_count; i++) check(plan->tasks[i].source.origin == QL_FROM_MODEL);
  for (size_t i = 0; i < plan->gate_count; i++) check(plan->gates[i].source.origin == QL_FROM_MODEL);
}

/* The request that is to be asked next; NULL when it is over. */
static const ql_value *answer(ql_arena *a, const ql_roster *roster, const ql_value *request, ql_str text) {
  ql_value *out = NULL, *again = NULL;
  ql_status status = ql_plan_answer(a, roster, request, text, &out, NULL);
  bool is_text = ql_utf8_bad(text) == SIZE_MAX && ql_find_byte(text, '\0', 0) == SIZE_MAX;
  check(status == (is_text ? QL_OK : QL_ERR_UTF8));
  if (!is_text) return NULL;
  check(ql_canon_read(a, ql_value_text(a, out), &again, NULL) == QL_OK);
  ql_str outcome = ql_get_str(out, QL_STR("outcome"));
  bool first = ql_get_int(request, QL_STR("round"), -1) == 0;
  if (ql_eq(outcome, QL_STR("plan"))) {
    check(!has_errors(QL_GET(out, "problems")));
    check_plan(a, roster, QL_GET(out, "plan"));
    return NULL;
  }
  check(has_errors(QL_GET(out, "problems")) && ql_eq(outcome, first ? QL_STR("repair") : QL_STR("failed")));
  if (!first) check(ql_eq(ql_get_str(out, QL_STR("raw")), text));
  return QL_GET(out, "repair");
}

static const ql_str FILES[][2] = {
    {QL_STR_INIT("lead.md"), QL_STR_INIT("---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Team\n\n- `@api` - HTTP endpoints\n"
                                         "- `@data` - schema\n\n## Quality gates\n\n- Test coverage at least 90%\n")},
    {QL_STR_INIT("api.md"), QL_STR_INIT("---\nname: api\ndescription: Builds endpoints.\ntools: Read, Bash\n---\nBuild.\n")},
    {QL_STR_INIT("data.md"), QL_STR_INIT("---\nname: data\ndescription: Designs schemas.\n---\nDesign.\n")}};

/* Read once: reading files is another harness's business. */
static const ql_roster *team(void) {
  static ql_roster *roster;
  if (roster) return roster;
  roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(FILES); i++) check(ql_roster_add(roster, FILES[i][0], FILES[i][1], NULL) == QL_OK);
  check(ql_roster_link(roster, NULL) == QL_OK);
  return roster;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_roster *roster = team();
  ql_value *request = NULL;
  check(ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export orders"), NULL, &request, NULL) == QL_OK);
  size_t nul = ql_find_byte(text, '\0', 0);
  ql_str second = nul == SIZE_MAX ? QL_STR("") : ql_slice(text, nul + 1, size);
  const ql_value *next = answer(a, roster, request, ql_slice(text, 0, nul == SIZE_MAX ? size : nul));
  if (next) check(answer(a, roster, next, second) == NULL);
  ql_arena_free(a);
  return 0;
}
