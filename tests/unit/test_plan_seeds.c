/* Plans made of the seed files, changed, held against each other and remembered: rows S12, S25, S29 and S32. */
#include "rules.h"
#include "stage.h"

#include <questline/decision.h>
#include <questline/learn.h>
#include <questline/memory.h>
#include <questline/plan_edit.h>

#include "base/text.h"

static ql_arena *a;
static ql_error err;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_roster *team_of(size_t index) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("seed/agent.md"), seed(index)->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static const ql_plan *plan_of(const ql_roster *roster, const char *objective) {
  const ql_plan *plan = NULL;
  if (ql_plan_rehearse(a, roster, ql_roster_agent(roster, 0)->id, str(objective), &plan, &err) != QL_OK) fail_msg("%s", err.message);
  return plan;
}

/* The form of the first seed, as it stands in its fence. */
static const ql_plan *written_plan(void) {
  ql_str text = seed(0)->text;
  size_t start = ql_find(text, QL_STR("IMPLEMENTATION PLAN:"), 0);
  const ql_plan *plan = NULL;
  assert_int_not_equal(start, SIZE_MAX);
  assert_int_equal(ql_plan_read(a, ql_slice(text, start, ql_find(text, QL_STR("\n```"), start)), &plan, &err), QL_OK);
  return plan;
}

static const ql_value *find(const ql_value *problems, const char *code) {
  for (const ql_value *p = problems->first; p; p = p->next)
    if (ql_eq(ql_get_str(p, QL_STR("code")), str(code))) return p;
  return NULL;
}

/* The plan after an edit, or NULL where it was turned down, with a reason. What comes out reads the same from its text form. */
static const ql_plan *edit(const ql_plan *plan, const ql_value *edits, const ql_roster *roster) {
  ql_value *out = NULL;
  const ql_plan *after = NULL, *again = NULL;
  ql_str x, y;
  assert_int_equal(ql_plan_edit(a, plan, edits, roster, &out, &err), QL_OK);
  if (!QL_GET(out, "plan")) {
    assert_true(ql_get_str(QL_GET(out, "refusal"), QL_STR("message")).len > 0);
    return NULL;
  }
  assert_int_equal(ql_plan_from_value(a, QL_GET(out, "plan"), &after, &err), QL_OK);
  assert_int_equal(ql_plan_read(a, ql_plan_write(a, after, QL_PLAN_SEED), &again, &err), QL_OK);
  assert_int_equal(ql_plan_hash(a, after, &x, &err), QL_OK);
  assert_int_equal(ql_plan_hash(a, again, &y, &err), QL_OK);
  assert_true(ql_eq(x, y));
  return after;
}

static const ql_plan *edit_json(const ql_plan *plan, const char *edits, const ql_roster *roster) {
  ql_value *value = NULL;
  assert_int_equal(ql_json_read(a, str(edits), &value, &err), QL_OK);
  return edit(plan, value, roster);
}

/* Each operation on the written plan and on plans made by rules; what has to come out is said for each. */
static void S12_plans_of_the_seeds_are_changed_and_stay_plans(void **state) {
  (void)state;
  static const struct {
    const char *edit;
    int tasks; /* more or fewer than before */
  } OPS[] = {
      {"{\"op\":\"add\",\"title\":\"Tell people\",\"agent\":\"@writer\",\"after\":[\"T1\"]}", 1},
      {"{\"op\":\"split\",\"task\":\"T1\",\"titles\":[\"One half\",\"The other\"]}", 1},
      {"{\"op\":\"merge\",\"tasks\":[\"T1\",\"T2\"],\"title\":\"Both\"}", -1},
      {"{\"op\":\"reassign\",\"task\":\"T2\",\"to\":\"@writer\"}", 0},
      {"{\"op\":\"order\",\"task\":\"T3\",\"before\":\"T1\"}", 0},
      {"{\"op\":\"set\",\"task\":\"T1\",\"field\":\"outputs\",\"value\":[\"docs/a.md\"]}", 0},
      {"{\"op\":\"remove\",\"task\":\"T3\"}", -1},
  };
  ql_roster *teams[] = {team_of(2), team_of(3)};
  const ql_plan *plans[] = {written_plan(), plan_of(teams[0], "Decompose the shop into microservices"),
                            plan_of(teams[1], "Add user authentication system with OAuth2 and JWT")};
  for (size_t i = 0; i < QL_COUNT(plans); i++) {
    const ql_plan *plan = plans[i];
    assert_true(plan->task_count >= 3);
    for (size_t k = 0; k < QL_COUNT(OPS); k++) {
      const ql_plan *after = edit_json(plan, OPS[k].edit, NULL);
      if (!after) fail_msg("plan %zu: %s was turned down", i, OPS[k].edit);
      if (after->task_count != plan->task_count + (size_t)OPS[k].tasks) fail_msg("plan %zu: %s", i, OPS[k].edit);
    }
    char move[64];
    (void)snprintf(move, sizeof move, "{\"op\":\"move\",\"task\":\"T%zu\",\"group\":99}", plan->task_count);
    const ql_plan *moved = edit_json(plan, move, NULL);
    assert_true(moved && moved->tasks[plan->task_count - 1].group > moved->tasks[0].group);
    /* What would make a ring is turned down. */
    assert_null(edit_json(plan, "{\"op\":\"link\",\"task\":\"T1\",\"after\":\"T1\"}", NULL));
    assert_null(
        edit_json(edit_json(plan, "{\"op\":\"add\",\"title\":\"x\",\"agent\":\"@writer\",\"before\":\"T1\",\"after\":[\"T1\"]}", NULL),
                  "{\"op\":\"link\",\"task\":\"T2\",\"after\":\"T1\"}", NULL));
  }
  /* Files with purpose, numbered steps, agents with reasons, order: the four parts of the form are those of the file. */
  assert_true(plans[0]->file_count > 0 && plans[0]->step_count > 0 && plans[0]->need_count > 0 && plans[0]->order_count > 0);
  for (size_t i = 0; i < QL_COUNT(teams); i++) ql_roster_free(teams[i]);
}

/* In the example of the fourth seed two tasks of one group have one assignee; of two plans of one team, both want its people. */
static void S32_plans_of_the_seeds_that_want_one_agent(void **state) {
  (void)state;
  ql_roster *roster = team_of(3);
  const ql_plan *plan = plan_of(roster, "Add user authentication system with OAuth2 and JWT");
  assert_true(ql_eq(plan->tasks[2].agent, plan->tasks[3].agent) && plan->tasks[2].group == plan->tasks[3].group);
  size_t fixes = 0;
  for (const ql_value *problem; (problem = find(ql_plan_check(a, plan, roster), "overbooked")) != NULL; fixes++) {
    assert_true(fixes < 20);
    if (fixes == 0) assert_true(ql_find(ql_get_str(problem, QL_STR("message")), plan->tasks[2].agent, 0) != SIZE_MAX);
    plan = edit(plan, QL_GET(problem, "fix"), roster);
    assert_non_null(plan);
  }
  assert_true(fixes > 0 && plan->task_count == 8);

  const ql_plan *plans[] = {plan, plan_of(roster, "Add a column for notes to the orders table")};
  ql_value *list = NULL;
  assert_int_equal(ql_plan_conflicts(a, plans, 2, &list, &err), QL_OK);
  bool found = false;
  for (const ql_value *conflict = list->first; conflict; conflict = conflict->next) {
    found |= ql_eq(ql_get_str(conflict, QL_STR("name")), QL_STR("@database-optimizer"));
    size_t both = 0;
    for (const ql_value *use = QL_GET(conflict, "uses")->first; use; use = use->next) {
      both |= (size_t)1 << ql_get_int(use, QL_STR("plan"), 0);
      assert_true(ql_get_str(use, QL_STR("by")).len > 0); /* the rule that says who goes first */
    }
    assert_int_equal(both, 3);
  }
  assert_true(found);
  ql_roster_free(roster);
}

/* The members of an interface that stands in a file: "name: Type[];" below its title. */
static bool declares(ql_str text, const char *interface, const char *member) {
  size_t at = ql_find(text, str(interface), 0), end = ql_find(text, QL_STR("\n}"), at == SIZE_MAX ? 0 : at);
  return at != SIZE_MAX && ql_find(ql_slice(text, at, end), str(member), 0) != SIZE_MAX;
}

static void S29_the_form_for_services_has_the_parts_of_the_seed(void **state) {
  (void)state;
  static const struct {
    const char *member, *section;
  } PARTS[] = {{"service_boundaries:", "## Services"},
               {"communication_patterns:", "## Communication"},
               {"data_consistency:", "## Consistency"},
               {"deployment_strategy:", "## Deployment"}};
  ql_str text = seed(2)->text, written = QL_ABSENT;
  ql_value *form = NULL, *found = NULL;
  ql_roster *roster = team_of(2);
  assert_int_equal(
      ql_json_read(
          a,
          QL_STR("{\"communication\":[{\"from\":\"shop\",\"style\":\"event\",\"to\":\"bills\"}],\"consistency\":[{\"data\":\"orders\","
                 "\"model\":\"eventual\",\"owner\":\"shop\"}],\"deployment\":[{\"service\":\"shop\",\"strategy\":\"canary\"},{\"service\":"
                 "\"bills\",\"strategy\":\"canary\"}],\"services\":[{\"name\":\"shop\"},{\"name\":\"bills\"}],\"title\":\"Shop\"}"),
          &form, &err),
      QL_OK);
  /* Each service is a specialist's of that team. */
  ql_value *service = QL_GET(form, "services")->first;
  for (size_t i = 1; service; service = service->next, i++)
    QL_SET(service, "team", ql_string(a, rule_at(seed(2), QL_RULE_ROSTER, 0)->first->agents[0]));
  assert_int_equal(ql_services_check(a, form, &found, &err), QL_OK);
  assert_int_equal(found->count, 0);
  assert_int_equal(ql_services_write(a, form, &written, &err), QL_OK);
  for (size_t i = 0; i < QL_COUNT(PARTS); i++) {
    assert_true(declares(text, "interface ServiceArchitecture", PARTS[i].member));
    assert_true(ql_find(written, str(PARTS[i].section), 0) != SIZE_MAX);
  }
  ql_roster_free(roster);
}

/* The file lists the tools of a memory server: each is a call of ours. A quest of a plan of its own is remembered under the names it shows. */
static void S25_what_the_seed_remembers_is_remembered(void **state) {
  (void)state;
  ql_str text = seed(2)->text;
  ql_memory *memory = ql_memory_new(ql_alloc_libc());
  size_t tools = 0;
  for (size_t at = 0; (at = ql_find(text, QL_STR("mcp__memory__"), at)) != SIZE_MAX; tools++) {
    at += 13;
    ql_value *out = NULL, *arguments = NULL;
    ql_str name = ql_trim(ql_slice(text, at, ql_line_end(text, at)));
    assert_int_equal(ql_json_read(a, QL_STR("{\"entities\":[],\"observations\":[],\"query\":\"x\",\"relations\":[]}"), &arguments, NULL),
                     QL_OK);
    if (ql_memory_call(memory, a, name, arguments, &out, NULL) != QL_OK) fail_msg("%.*s is no call", (int)name.len, name.ptr);
  }
  assert_int_equal(tools, 5);

  ql_roster *roster = team_of(2);
  const ql_plan *plan = plan_of(roster, "Optimize the performance of the checkout API");
  stage g = {.quest = ql_quest_new(ql_alloc_libc()), .now = 1763712000000};
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  assert_int_equal(ql_quest_decide(g.quest, a, ql_plan_command(a, plan, roster), g.now, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(g.quest, decision.line, NULL), QL_OK);
  assert_string_equal(say(&g, "{'by':'@owner','type':'reject','reason':'Measure first'}"), "");
  ql_value *learned = NULL, *out = NULL, *query = ql_object(a);
  assert_int_equal(ql_quest_learn(g.quest, a, &learned, &err), QL_OK);
  for (const ql_value *call = QL_GET(learned, "calls")->first; call; call = call->next)
    assert_int_equal(ql_memory_call(memory, a, ql_get_str(call, QL_STR("tool")), QL_GET(call, "arguments"), &out, &err), QL_OK);
  QL_SET(query, "query", ql_string(a, QL_STR("Measure first")));
  assert_int_equal(ql_memory_call(memory, a, QL_STR("search_nodes"), query, &out, &err), QL_OK);
  assert_true(QL_GET(out, "entities")->count > 0);
  ql_quest_free(g.quest);
  ql_roster_free(roster);
  ql_memory_free(memory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(S12_plans_of_the_seeds_are_changed_and_stay_plans),
      TEST(S32_plans_of_the_seeds_that_want_one_agent),
      TEST(S29_the_form_for_services_has_the_parts_of_the_seed),
      TEST(S25_what_the_seed_remembers_is_remembered),
  };
  return cmocka_run_group_tests_name("plans of the seeds", tests, load_seeds, free_seeds);
}
