/* What is found in plans, where, and that each fix mends it. Who goes first between tasks and between plans. */
#include "support.h"

#include <questline/plan_edit.h>

#include "base/text.h"
#include "plans.h"

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

static ql_value *value_of(const char *text) {
  ql_value *value = NULL;
  assert_int_equal(ql_json_read(a, str(text), &value, &err), QL_OK);
  return value;
}

static const ql_value *find(const ql_value *problems, const char *code) {
  for (const ql_value *p = problems->first; p; p = p->next)
    if (ql_eq(ql_get_str(p, QL_STR("code")), str(code))) return p;
  return NULL;
}

static const ql_plan *fixed(const ql_plan *plan, const ql_value *problem, const ql_roster *roster) {
  ql_value *edited = NULL;
  const ql_plan *after = NULL;
  assert_int_equal(ql_plan_edit(a, plan, QL_GET(problem, "fix"), roster, &edited, &err), QL_OK);
  if (!QL_GET(edited, "plan")) fail_msg("%s\n%s", ql_value_text(a, problem).ptr, ql_value_text(a, edited).ptr);
  assert_int_equal(ql_plan_from_value(a, QL_GET(edited, "plan"), &after, &err), QL_OK);
  return after;
}

#define PLAN(members, tasks)  "{" members "\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[" tasks "]}"
#define TASK(id, agent, more) "{\"agent\":\"" agent "\",\"id\":\"" id "\",\"title\":\"t\"" more "}"
#define IN(group)             ",\"group\":" #group

/* Each kind of problem: where it is, and that its fix mends it. */
static void problems_have_places_and_fixes(void **state) {
  (void)state;
  static const struct {
    const char *plan, *code, *place, *fix; /* place: "task field"; fix: NULL where there is none */
  } rows[] = {
      {PLAN("", TASK("T1", "@a", ",\"after\":[\"T2\"]") "," TASK("T2", "@b", ",\"after\":[\"T1\"]")), "cycle", "T1 after",
       "[{\"after\":\"T2\",\"op\":\"unlink\",\"task\":\"T1\"}]"},
      {PLAN("", TASK("T1", "@a", ",\"after\":[\"T1\"]")), "cycle", "T1 after", "[{\"after\":\"T1\",\"op\":\"unlink\",\"task\":\"T1\"}]"},
      {PLAN("", TASK("T1", "@a", ",\"after\":[\"T2\"]") "," TASK("T2", "@b", ",\"after\":[\"T1\"]") "," TASK("T3", "@c",
                                                                                                             ",\"after\":[\"T2\"]")),
       "unreachable", "T3 after", "[{\"after\":\"T2\",\"op\":\"unlink\",\"task\":\"T1\"}]"},
      {PLAN("\"declared_groups\":true,",
            TASK("T1", "@a", IN(1)) "," TASK("T2", "@b", IN(1) ",\"after\":[\"T1\"]") "," TASK("T3", "@c", IN(2) ",\"after\":[\"T2\"]")),
       "group-order", "T2 group", "[{\"group\":2,\"op\":\"move\",\"task\":\"T2\"},{\"group\":3,\"op\":\"move\",\"task\":\"T3\"}]"},
      {PLAN("", TASK("T1", "@a", ",\"writes\":[\"./src/a.ts\"]") "," TASK("T2", "@b", ",\"outputs\":[\"tests and src/a.ts\"]")),
       "write-conflict", "T2 writes", "[{\"after\":\"T1\",\"op\":\"link\",\"task\":\"T2\"}]"},
      {PLAN("\"declared_groups\":true,",
            TASK("T1", "@a", IN(1) ",\"writes\":[\"x.c\"]") "," TASK("T2", "@b", IN(1) ",\"writes\":[\"x.c\"]")),
       "write-conflict", "T2 writes", "[{\"group\":2,\"op\":\"move\",\"task\":\"T2\"}]"},
      {PLAN("", TASK("T1", "@a", "") "," TASK("T2", "@a", "")), "overbooked", "T2 agent",
       "[{\"after\":\"T1\",\"op\":\"link\",\"task\":\"T2\"}]"},
      {PLAN("\"phases\":[\"One\",\"Two\"],\"declared_groups\":true,", TASK("T1", "@a", IN(1))), "phase-titles", "- phases",
       "[{\"field\":\"phases\",\"op\":\"set\",\"value\":[\"One\"]}]"},
      {PLAN("\"phases\":[\"One\"],\"declared_groups\":true,", TASK("T1", "@a", IN(1)) "," TASK("T2", "@a", IN(2))), "phase-titles",
       "- phases", "[{\"field\":\"phases\",\"op\":\"set\",\"value\":[\"One\",\"Group 2\"]}]"},
      {PLAN("\"phases\":[\"One\"],", TASK("T1", "@a", "")), "phase-titles", "- phases",
       "[{\"field\":\"phases\",\"op\":\"set\",\"value\":[]}]"},
      {PLAN("\"gates\":[{\"id\":\"g\",\"task\":\"T1\",\"text\":\"Fast\"}],", TASK("T1", "@a", ",\"outputs\":[\"report.md\"]")),
       "gate-without-evidence", "T1 gates",
       "[{\"field\":\"gates\",\"op\":\"set\",\"value\":[{\"evidence\":\"report.md\",\"id\":\"g\",\"judge\":\"seat\",\"task\":\"T1\",\"text\":\"Fast\"}]}]"},
      {PLAN("\"gates\":[{\"id\":\"g\",\"text\":\"Fast\"}],", TASK("T1", "@a", "")), "gate-without-evidence", "- gates", NULL},
      {PLAN("", ""), "empty-plan", "- tasks", NULL},
      {PLAN("", TASK("T1", "", "")), "unassigned", "T1 agent", NULL},
      {PLAN("", TASK("T1", "@lead", "")), "leader-assigned", "T1 agent", NULL},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = plan_of_json(a, rows[i].plan);
    const ql_value *problem = find(ql_plan_check(a, plan, NULL), rows[i].code);
    if (!problem) fail_msg("no %s in %s", rows[i].code, rows[i].plan);
    char place[64];
    ql_str task = ql_get_str(problem, QL_STR("task")), field = ql_get_str(problem, QL_STR("field"));
    snprintf(place, sizeof place, "%.*s %.*s", task.ptr ? (int)task.len : 1, task.ptr ? task.ptr : "-", (int)field.len, field.ptr);
    assert_string_equal(place, rows[i].place);
    if (!rows[i].fix) {
      assert_null(QL_GET(problem, "fix"));
      continue;
    }
    assert_str_is(ql_value_text(a, QL_GET(problem, "fix")), rows[i].fix);
    assert_null(find(ql_plan_check(a, fixed(plan, problem, NULL), NULL), rows[i].code));
  }
}

static void a_problem_has_the_line_its_task_comes_from(void **state) {
  (void)state;
  const ql_plan *plan = plan_of_json(
      a, PLAN("", TASK("T1", "", ",\"source\":{\"from\":\"document\",\"line\":12,\"path\":\"roadmap.md\"}") "," TASK("T2", "", "")));
  const ql_value *problem = ql_plan_check(a, plan, NULL)->first;
  assert_int_equal(ql_get_int(problem, QL_STR("line"), 0), 12);
  assert_str_is(ql_get_str(problem, QL_STR("path")), "roadmap.md");
  assert_null(QL_GET(problem->next, "line"));
  plan = plan_of_json(a, PLAN("\"gates\":[{\"id\":\"g\",\"source\":{\"from\":\"rule\",\"line\":3,\"path\":\"lead.md\"},\"text\":\"t\"}],",
                              TASK("T1", "@a", "")));
  problem = find(ql_plan_check(a, plan, NULL), "gate-without-evidence");
  assert_int_equal(ql_get_int(problem, QL_STR("line"), 0), 3);
}

/* ---- who is there ---- */

static ql_roster *team(void) {
  static const char *const names[] = {"lead", "api-architect", "tester"};
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(names); i++) {
    char path[64], text[128];
    snprintf(path, sizeof path, "%s.md", names[i]);
    snprintf(text, sizeof text, "---\nname: %s\ndescription: Does things\n---\n", names[i]);
    assert_int_equal(ql_roster_add(roster, str(path), str(text), NULL), QL_OK);
  }
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static void a_misspelt_agent_is_renamed_wherever_it_stands(void **state) {
  (void)state;
  ql_roster *roster = team();
  const ql_plan *plan = plan_of_json(
      a,
      "{\"leader\":\"@lead\",\"needs\":[{\"agent\":\"@api-architekt\",\"reason\":\"knows it\"},{\"agent\":\"@testar\",\"reason\":\"r\"}],\"objective\":\"o\","
      "\"tasks\":[" TASK("T1", "@api-architekt", "") "," TASK("T2", "@api-architekt", ",\"after\":[\"T1\"]") "]}");
  for (int round = 0; round < 2; round++) {
    const ql_value *problem = find(ql_plan_check(a, plan, roster), "unknown-agent");
    assert_non_null(problem);
    assert_non_null(QL_GET(problem, "fix"));
    plan = fixed(plan, problem, roster);
  }
  assert_int_equal(ql_plan_check(a, plan, roster)->count, 0);
  assert_str_is(plan->needs[0].agent, "@api-architect");
  assert_str_is(plan->needs[0].reason, "knows it");
  assert_str_is(plan->needs[1].agent, "@tester");
  plan = plan_of_json(
      a, "{\"leader\":\"@leed\",\"objective\":\"o\",\"tasks\":[" TASK("T1", "@tester", "") "," TASK("T2", "@somebody-else", "") "]}");
  const ql_value *problems = ql_plan_check(a, plan, roster), *leader = find(problems, "unknown-agent"), *stranger = leader->next;
  assert_str_is(ql_get_str(leader, QL_STR("field")), "leader");
  assert_str_is(fixed(plan, leader, roster)->leader, "@lead");
  assert_str_is(ql_get_str(stranger, QL_STR("task")), "T2");
  assert_null(QL_GET(stranger, "fix"));
  ql_roster_free(roster);
}

/* ---- files ---- */

static void files_that_are_not_there(void **state) {
  (void)state;
  static const struct {
    const char *plan, *message, *fix; /* message: a part of it, NULL for no problem */
  } rows[] = {
      {PLAN("", TASK("T1", "@a", ",\"demands\":[\"Keep to src/api.ts\"]")), NULL, NULL},
      {PLAN("", TASK("T1", "@a", ",\"demands\":[\"Keep to ./src/api.ts\"]")), NULL, NULL},
      {PLAN("", TASK("T1", "@a", ",\"demands\":[\"Small\",\"Keep to lib/api.ts, as it is\"]")), "Did you mean src/api.ts?",
       "[{\"field\":\"demands\",\"op\":\"set\",\"task\":\"T1\",\"value\":[\"Small\",\"Keep to src/api.ts, as it is\"]}]"},
      {PLAN("", TASK("T1", "@a", ",\"demands\":[\"Keep to src/new.ts\"]")), "T1 needs src/new.ts, which is not there;", NULL},
      {PLAN("", TASK("T1", "@a", ",\"demands\":[\"Keep to twice.ts\"]")), "which is not there;", NULL}, /* two of that name */
      {PLAN("", TASK("T1", "@a", ",\"writes\":[\"src/new.ts\"]") "," TASK("T2", "@b",
                                                                          ",\"after\":[\"T1\"],\"demands\":[\"Keep to src/new.ts\"]")),
       NULL, NULL},
      {PLAN("", TASK("T1", "@a", ",\"writes\":[\"src/new.ts\"]") "," TASK("T2", "@b", ",\"demands\":[\"Keep to src/new.ts\"]")),
       "put it behind T1", "[{\"after\":\"T1\",\"op\":\"link\",\"task\":\"T2\"}]"},
      {PLAN("", TASK("T1", "@a", ",\"writes\":[\"src/new.ts\"],\"demands\":[\"src/new.ts\"]")), NULL, NULL},
      {PLAN("\"files\":[{\"path\":\"lib/api.ts\",\"purpose\":\"Update the routes\"}],", TASK("T1", "@a", "")),
       "The plan changes lib/api.ts",
       "[{\"field\":\"files\",\"op\":\"set\",\"value\":[{\"path\":\"src/api.ts\",\"purpose\":\"Update the routes\"}]}]"},
      {PLAN("\"files\":[{\"path\":\"lib/api.ts\",\"purpose\":\"New routes\"}],", TASK("T1", "@a", "")), NULL, NULL},
      {PLAN("\"files\":[{\"path\":\"lib/api.ts\",\"purpose\":\"Updated routes\"}],", TASK("T1", "@a", "")), NULL, NULL},
  };
  const ql_plan_facts facts = {.paths = value_of("[\"src/api.ts\",\"README.md\",\"a/twice.ts\",\"b/twice.ts\"]")};
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = plan_of_json(a, rows[i].plan);
    assert_null(find(ql_plan_check(a, plan, NULL), "missing-file")); /* nothing is known of files */
    const ql_value *problem = find(ql_plan_check_with(a, plan, &facts), "missing-file");
    if ((problem != NULL) != (rows[i].message != NULL)) fail_msg("%s", rows[i].plan);
    if (!problem) continue;
    ql_str message = ql_get_str(problem, QL_STR("message"));
    if (ql_find(message, str(rows[i].message), 0) == SIZE_MAX) fail_msg("%.*s", (int)message.len, message.ptr);
    if (!rows[i].fix) {
      assert_null(QL_GET(problem, "fix"));
      continue;
    }
    assert_str_is(ql_value_text(a, QL_GET(problem, "fix")), rows[i].fix);
    assert_null(find(ql_plan_check_with(a, fixed(plan, problem, NULL), &facts), "missing-file"));
  }
}

/* ---- the budget ---- */

static void a_plan_over_its_budget(void **state) {
  (void)state;
  static const char PLAN_TEXT[] = PLAN("", TASK("T1", "@a", ",\"estimate\":{\"input\":600,\"minutes\":10,\"output\":300}") "," TASK(
                                               "T2", "@b", ",\"after\":[\"T1\"],\"estimate\":{\"input\":100,\"minutes\":5}"));
  static const struct {
    const char *budget, *cost;
    bool over;
  } rows[] = {
      {"{\"tokens\":1000}", NULL, false},
      {"{\"tokens\":999}", NULL, true},
      {"{\"ms\":900000}", NULL, false},
      {"{\"ms\":899999}", NULL, true},
      {"{\"micro\":5}", NULL, false},
      {"{\"micro\":5}", "{\"input\":1,\"micro\":5,\"output\":1}", false},
      {"{\"micro\":4}", "{\"input\":1,\"micro\":5,\"output\":1}", true},
      {"{\"tokens\":10}", "{\"input\":5,\"micro\":5,\"output\":5}", false},
      {"{\"tokens\":10}", "{\"input\":6,\"micro\":5,\"output\":5}", true},
      {"{}", NULL, false},
  };
  const ql_plan *plan = plan_of_json(a, PLAN_TEXT);
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan_facts facts = {.budget = value_of(rows[i].budget), .cost = rows[i].cost ? value_of(rows[i].cost) : NULL};
    if ((find(ql_plan_check_with(a, plan, &facts), "over-budget") != NULL) != rows[i].over) fail_msg("%s", rows[i].budget);
  }
  assert_null(find(ql_plan_check(a, plan, NULL), "over-budget"));
}

static void money_and_time_are_said_in_words(void **state) {
  (void)state;
  static const char PLAN_TEXT[] = PLAN("", TASK("T1", "@a", ",\"estimate\":{\"minutes\":10}"));
  static const struct {
    const char *budget;
    int64_t micro;
    const char *says;
  } rows[] = {
      {"{\"micro\":1000000}", 1234567, "take 1.234567 dollars, the budget has 1.00 dollars;"},
      {"{\"micro\":20}", 500000, "take 0.50 dollars, the budget has 0.00002 dollars;"},
      {"{\"ms\":300000}", 0, "take 10 minutes, the budget has 5 minutes;"},
      {"{\"ms\":1}", 0, "take 10 minutes, the budget has 1 milliseconds;"},
      {"{\"tokens\":7}", 0, "take 9 tokens, the budget has 7 tokens;"},
  };
  const ql_plan *plan = plan_of_json(a, PLAN_TEXT);
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *cost = value_of("{\"input\":8,\"output\":1}");
    QL_SET(cost, "micro", ql_int(a, rows[i].micro));
    const ql_plan_facts facts = {.budget = value_of(rows[i].budget), .cost = cost};
    ql_str said = ql_get_str(find(ql_plan_check_with(a, plan, &facts), "over-budget"), QL_STR("message"));
    assert_int_not_equal(ql_find(said, (ql_str){rows[i].says, strlen(rows[i].says)}, 0), SIZE_MAX);
  }
}

static void a_budget_of_money_wants_all_prices(void **state) {
  (void)state;
  static const struct {
    const char *budget, *cost;
    bool told;
  } rows[] = {
      {"{\"micro\":9}", "{\"input\":1,\"micro\":5,\"output\":1,\"unknown\":[{\"agent\":\"@a\"}]}", true},
      {"{\"micro\":9}", "{\"input\":1,\"micro\":5,\"output\":1,\"unknown\":[]}", false},
      {"{\"tokens\":9}", "{\"input\":1,\"micro\":5,\"output\":1,\"unknown\":[{\"agent\":\"@a\"}]}", false},
  };
  const ql_plan *plan = plan_of_json(a, PLAN("", TASK("T1", "@a", "")));
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan_facts facts = {.budget = value_of(rows[i].budget), .cost = value_of(rows[i].cost)};
    if ((find(ql_plan_check_with(a, plan, &facts), "no-price") != NULL) != rows[i].told) fail_msg("%s", rows[i].cost);
  }
}

/* ---- S32 ---- */

static void S32_who_goes_first_between_tasks(void **state) {
  (void)state;
  static const struct {
    const char *first, *then, *rule; /* members of T1 and T2 */
    const char *waits;
  } rows[] = {
      {"", "", "its number is smaller", "T2"},
      {",\"priority\":\"low\"", "", "its priority is higher", "T1"},
      {"", ",\"priority\":\"medium\"", "its number is smaller", "T2"}, /* nothing said is medium */
      {"", ",\"priority\":\"high\"", "its priority is higher", "T1"},
      {",\"effort\":\"S\"", ",\"effort\":\"XL\"", "more work waits for it", "T1"},
      {",\"effort\":\"XL\"", ",\"priority\":\"critical\",\"effort\":\"XS\"", "its priority is higher", "T1"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_str pieces[] = {QL_STR("{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@a\",\"id\":\"T1\",\"title\":\"t\""),
                             str(rows[i].first), QL_STR("},{\"agent\":\"@a\",\"id\":\"T2\",\"title\":\"t\""), str(rows[i].then),
                             QL_STR("}]}")};
    ql_str text = ql_arena_concat(a, pieces, QL_COUNT(pieces));
    const ql_plan *plan = plan_of_json(a, ql_arena_str(a, text).ptr);
    const ql_value *problem = find(ql_plan_check(a, plan, NULL), "overbooked");
    assert_str_is(ql_get_str(problem, QL_STR("task")), rows[i].waits);
    if (ql_find(ql_get_str(problem, QL_STR("message")), str(rows[i].rule), 0) == SIZE_MAX) fail_msg("row %zu", i);
  }
}

/* Whatever is in whose way: fix after fix, until nobody is. */
static void S32_fixes_end_with_nobody_in_the_way(void **state) {
  (void)state;
  static const char *const codes[] = {"cycle", "unreachable", "group-order", "write-conflict", "overbooked", "phase-titles"};
  unsigned seed = 3;
  size_t applied = 0;
  for (int round = 0; round < 400; round++) {
    ql_arena_reset(a);
    const ql_plan *plan = plan_by_chance(a, &seed);
    size_t tasks = plan->task_count;
    for (int step = 0;; step++) {
      const ql_value *problem = NULL, *problems = ql_plan_check(a, plan, NULL);
      for (size_t i = 0; i < QL_COUNT(codes) && !problem; i++) problem = find(problems, codes[i]);
      if (!problem) break;
      if (step > 200) fail_msg("round %d does not end: %s", round, ql_value_text(a, problem).ptr);
      const ql_value *between = QL_GET(problem, "tasks");
      ql_str key = between ? ql_value_text(a, between) : QL_STR(""), code = ql_get_str(problem, QL_STR("code"));
      assert_non_null(QL_GET(problem, "fix"));
      plan = fixed(plan, problem, NULL);
      applied++;
      problems = ql_plan_check(a, plan, NULL);
      for (const ql_value *p = problems->first; p; p = p->next)
        if (ql_eq(ql_get_str(p, QL_STR("code")), code) && ql_eq(ql_get_str(p, QL_STR("task")), ql_get_str(problem, QL_STR("task"))) &&
            QL_GET(p, "tasks") && ql_eq(ql_value_text(a, QL_GET(p, "tasks")), key))
          fail_msg("round %d: still there: %s", round, ql_value_text(a, p).ptr);
    }
    assert_int_equal(plan->task_count, tasks);
  }
  assert_true(applied > 400);
}

static ql_str conflicts_of(const char *const *texts, size_t count) {
  const ql_plan *plans[4];
  ql_value *list = NULL;
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < count; i++) plans[i] = plan_of_json(a, texts[i]);
  assert_int_equal(ql_plan_conflicts(a, plans, count, &list, &err), QL_OK);
  for (const ql_value *conflict = list->first; conflict; conflict = conflict->next) {
    ql_buf_add(&buf, ql_get_str(conflict, QL_STR("name")));
    ql_buf_add(&buf, QL_STR(":"));
    for (const ql_value *use = QL_GET(conflict, "uses")->first; use; use = use->next) {
      ql_buf_add(&buf, QL_STR(" "));
      ql_buf_int(&buf, ql_get_int(use, QL_STR("plan"), -1));
      ql_buf_add(&buf, QL_STR("/"));
      ql_buf_add(&buf, ql_get_str(use, QL_STR("task")));
      ql_buf_add(&buf, QL_STR(" "));
      ql_buf_add(&buf, ql_get_str(use, QL_STR("by")));
    }
    ql_buf_add(&buf, QL_STR("; "));
  }
  return ql_buf_take(&buf, a);
}

static void S32_two_plans_that_want_one_agent_or_file(void **state) {
  (void)state;
  static const struct {
    const char *plans[3];
    const char *expected;
  } rows[] = {
      {{PLAN("", TASK("T1", "@a", "")), PLAN("", TASK("T1", "@b", "")), NULL}, ""},
      {{PLAN("", TASK("T1", "@a", "")), PLAN("", TASK("T1", "@a", "")), NULL}, "@a: 0/T1 number 1/T1 order; "},
      {{PLAN("", TASK("T1", "@a", "")), PLAN("", TASK("T1", "@a", ",\"priority\":\"high\"")), NULL}, "@a: 1/T1 priority 0/T1 order; "},
      {{PLAN("", TASK("T1", "@a", "")), PLAN("", TASK("T1", "@a", "") "," TASK("T2", "@b", ",\"after\":[\"T1\"]")), NULL},
       "@a: 1/T1 tail 0/T1 order; "},
      /* within a plan its own order holds: the critical task waits for the low one */
      {{PLAN("", TASK("T1", "@a", ",\"priority\":\"low\"") "," TASK("T2", "@a", ",\"after\":[\"T1\"],\"priority\":\"critical\"")),
        PLAN("", TASK("T1", "@a", "")), NULL},
       "@a: 1/T1 priority 0/T1 order 0/T2 order; "},
      {{PLAN("", TASK("T1", "@a", ",\"writes\":[\"x.c\"],\"outputs\":[\"x.c\"]")), PLAN("", TASK("T1", "@b", ",\"outputs\":[\"./x.c\"]")),
        NULL},
       "x.c: 0/T1 number 1/T1 order; "},
      {{PLAN("", TASK("T1", "@a", "")), PLAN("", TASK("T1", "@a", ",\"priority\":\"high\"")),
        PLAN("", TASK("T1", "@a", ",\"effort\":\"XL\""))},
       "@a: 1/T1 priority 2/T1 tail 0/T1 order; "},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) assert_str_is(conflicts_of(rows[i].plans, rows[i].plans[2] ? 3 : 2), rows[i].expected);
  const ql_plan *knot = plan_of_json(a, PLAN("", TASK("T1", "@a", ",\"after\":[\"T1\"]")));
  ql_value *list = NULL;
  assert_int_equal(ql_plan_conflicts(a, &knot, 1, &list, &err), QL_ERR_STATE);
  assert_string_equal(err.detail, "T1 -> T1");
}

/* ---- memory ---- */

static const char MUCH[] =
    "{\"declared_groups\":true,\"files\":[{\"path\":\"lib/api.ts\",\"purpose\":\"Update\"}],\"gates\":[{\"id\":\"g\",\"task\":\"T1\",\"text\":\"Fast\"}],"
    "\"leader\":\"@lead\",\"objective\":\"o\",\"phases\":[\"x\"],\"tasks\":[" TASK("T1", "@a", IN(1) ",\"outputs\":[\"x.c\"],\"writes\":[\"x.c\"]") "," TASK(
        "T2", "@a", IN(1) ",\"after\":[\"T1\"],\"demands\":[\"lib/api.ts\"],\"writes\":[\"x.c\"]") "," TASK("T3", "", IN(2)) "]}";
static const char KNOT[] = PLAN(
    "", TASK("T1", "@a", ",\"after\":[\"T2\"]") "," TASK("T2", "@b", ",\"after\":[\"T1\"]") "," TASK("T3", "@c", ",\"after\":[\"T2\"]"));

static ql_status check_all(ql_arena *arena, const void *ctx) {
  ql_value *value = NULL, *paths = NULL, *budget = NULL, *list = NULL;
  const ql_plan *plan = NULL;
  ql_status status = ql_json_read(arena, str(ctx), &value, NULL);
  if (status == QL_OK) status = ql_json_read(arena, QL_STR("[\"src/api.ts\"]"), &paths, NULL);
  if (status == QL_OK) status = ql_json_read(arena, QL_STR("{\"ms\":1}"), &budget, NULL);
  if (status == QL_OK) status = ql_plan_from_value(arena, value, &plan, NULL);
  if (status != QL_OK) return status;
  const ql_plan_facts facts = {.paths = paths, .budget = budget};
  if (!ql_plan_check_with(arena, plan, &facts)) return QL_ERR_NOMEM;
  const ql_plan *const plans[] = {plan, plan};
  status = ql_plan_conflicts(arena, plans, 2, &list, NULL);
  return status == QL_ERR_STATE ? QL_OK : status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  assert_true(try_every_allocation(check_all, MUCH) > 5);
  assert_true(try_every_allocation(check_all, KNOT) > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(problems_have_places_and_fixes),
      cmocka_unit_test(a_problem_has_the_line_its_task_comes_from),
      cmocka_unit_test(a_misspelt_agent_is_renamed_wherever_it_stands),
      cmocka_unit_test(files_that_are_not_there),
      cmocka_unit_test(a_plan_over_its_budget),
      cmocka_unit_test(money_and_time_are_said_in_words),
      cmocka_unit_test(a_budget_of_money_wants_all_prices),
      cmocka_unit_test(S32_who_goes_first_between_tasks),
      cmocka_unit_test(S32_fixes_end_with_nobody_in_the_way),
      cmocka_unit_test(S32_two_plans_that_want_one_agent_or_file),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
