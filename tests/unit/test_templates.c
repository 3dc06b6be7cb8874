/* Plans from the work that stands in agents' files: rows S27, S35, S36, S40 and S43. */
#include "rules.h"

#include <questline/plan.h>

#include "base/text.h"

static ql_arena *a;

static int setup(void **state) {
  a = ql_arena_new(ql_alloc_libc());
  return a ? load_seeds(state) : -1;
}

static int teardown(void **state) {
  ql_arena_free(a);
  return free_seeds(state);
}

static ql_roster *roster_of(const char *path, ql_str text) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, str(path), text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static ql_roster *seed_roster(size_t index) { return roster_of("team/lead.md", seed(index)->text); }

static const ql_plan *plan_of(const ql_roster *roster, ql_str leader, ql_str objective) {
  const ql_plan *plan = NULL;
  ql_error err = {0};
  if (ql_plan_rehearse(a, roster, leader, objective, &plan, &err) != QL_OK)
    fail_msg("%.*s: %s", (int)objective.len, objective.ptr, err.message);
  return plan;
}

#define FOR(roster, objective) plan_of((roster), ql_roster_agent((roster), 0)->id, str(objective))

static bool says(ql_str text, ql_str word) {
  ql_str low = ql_lower(a, text);
  return ql_find(low, ql_lower(a, word), 0) != SIZE_MAX;
}

static bool a_title_says(const ql_plan *plan, ql_str word) {
  for (size_t i = 0; i < plan->task_count; i++)
    if (says(plan->tasks[i].title, word)) return true;
  return false;
}

static bool has_task(const ql_plan *plan, ql_str agent) {
  for (size_t i = 0; i < plan->task_count; i++)
    if (ql_eq(plan->tasks[i].agent, agent)) return true;
  return false;
}

static bool can_run(const ql_plan *plan, const ql_roster *roster) {
  for (const ql_value *p = ql_plan_check(a, plan, roster)->first; p; p = p->next)
    if (ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"))) return false;
  return true;
}

static ql_str titles(const ql_plan *plan) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < plan->task_count; i++) {
    ql_buf_add(&buf, plan->tasks[i].title);
    ql_buf_byte(&buf, '\n');
  }
  return ql_buf_take(&buf, a);
}

/* ---- the seeds ---- */

static ql_str next(ql_str *rest) {
  size_t end = ql_find_byte(*rest, '|', 0);
  ql_str item = ql_slice(*rest, 0, end);
  *rest = end == SIZE_MAX ? QL_STR("") : ql_slice(*rest, end + 1, rest->len);
  return item;
}

static void S27_four_patterns_are_templates_and_thirty_objectives_get_what_they_ask(void **state) {
  (void)state;
  static const struct {
    const char *objective;
    size_t phases;
    const char *must, *must_not, *agent;
  } ROWS[] = {
#define ROW(objective, phases, must, must_not, agent) {objective, phases, must, must_not, agent},
#include "objectives.def"
#undef ROW
  };
  ql_roster *roster = seed_roster(2);
  size_t wrong = 0, patterns = 0;
  ql_str seen[QL_COUNT(ROWS)];
  const ql_rule *rules[QL_COUNT(ROWS)];
  assert_int_equal(QL_COUNT(ROWS), 30);
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    const ql_plan *plan = FOR(roster, ROWS[i].objective);
    const char *name = ROWS[i].objective;
    if (!can_run(plan, roster) && ++wrong) print_message("%s: cannot run\n", name);
    if (plan->phase_count != ROWS[i].phases && ++wrong) print_message("%s: %zu phases\n", name, plan->phase_count);
    for (ql_str rest = str(ROWS[i].must); rest.len > 0;) {
      ql_str word = next(&rest);
      if (!a_title_says(plan, word) && ++wrong) print_message("%s: nothing of %.*s\n%s", name, (int)word.len, word.ptr, titles(plan).ptr);
    }
    for (ql_str rest = str(ROWS[i].must_not); rest.len > 0;) {
      ql_str word = next(&rest);
      if (a_title_says(plan, word) && ++wrong) print_message("%s: %.*s\n%s", name, (int)word.len, word.ptr, titles(plan).ptr);
    }
    if (*ROWS[i].agent && !has_task(plan, str(ROWS[i].agent)) && ++wrong) print_message("%s: nothing for %s\n", name, ROWS[i].agent);
    seen[i] = titles(plan);
    for (size_t k = 0; k < i; k++)
      if (ql_eq(seen[i], seen[k]) && ++wrong) print_message("%s and %s: the same tasks\n", name, ROWS[k].objective);
    if (plan->phase_count == 0) continue;
    /* Each phase is a barrier, its title the file's, each task a line of it. */
    const ql_rule *found = NULL;
    for (size_t n = 0; n < count_rules(seed(2), QL_RULE_PATTERN); n++) {
      const ql_rule *rule = rule_at(seed(2), QL_RULE_PATTERN, n);
      if (ql_eq(rule->first->text, plan->phases[0])) found = rule;
    }
    assert_non_null(found);
    size_t at = 0, group = 0;
    for (const ql_rule_item *phase = found->first; phase; phase = phase->next, group++) {
      assert_true(ql_eq(plan->phases[group], phase->text));
      for (const ql_rule_item *duty = phase->first; duty; duty = duty->next, at++) {
        assert_int_equal(plan->tasks[at].group, group + 1);
        assert_int_equal(plan->tasks[at].source.line, duty->line);
        assert_true(ql_eq(plan->tasks[at].source.rule, duty->id));
        if (duty->agent_count > 0) assert_true(ql_eq(plan->tasks[at].agent, duty->agents[0]));
      }
    }
    assert_int_equal(at, plan->task_count);
    bool new = true;
    for (size_t k = 0; k < patterns; k++) new &= rules[k] != found;
    if (new) rules[patterns++] = found;
  }
  assert_int_equal(wrong, 0);
  assert_int_equal(patterns, 4);
  ql_roster_free(roster);
}

static ql_str words_of_need(const ql_plan *plan, const char *need) {
  for (size_t i = 0; i < plan->finding_count; i++)
    if (ql_eq(plan->findings[i].need, str(need))) return plan->findings[i].words;
  return QL_STR("");
}

static void S35_needs_are_found_in_the_objective(void **state) {
  (void)state;
  static const struct {
    const char *objective, *need, *words;
  } ROWS[] = {
      {"Build a REST API for invoices", "endpoints", "REST API"},
      {"Add a column to the orders table", "schema", "column, table"},
      {"Add sign-in with OAuth2", "auth", "sign-in, OAuth2"},
      {"Add sign-in with OAuth2", "schema", "sign-in, OAuth2"}, /* comes with it */
      {"Cut the latency of the search page, p95 is too slow", "performance", "latency, p95, slow"},
      {"Make the importer scalable for more throughput", "scalability", "scalable, throughput"},
      {"Connect the third-party CRM and Stripe", "integrations", "Connect, third-party, Stripe"},
      {"Add metrics and logging to the worker", "monitoring", "metrics, logging"},
      {"Fix the login crash", "schema", ""}, /* a repair brings nothing along */
      {"Plant a hedge", "endpoints", ""},
  };
  ql_roster *roster = seed_roster(3);
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) assert_str_is(words_of_need(FOR(roster, ROWS[i].objective), ROWS[i].need), ROWS[i].words);
  ql_roster_free(roster);
}

/* The objective of the example in the seed. */
static ql_str example_objective(void) {
  ql_str text = seed(3)->text, mark = QL_STR("Objective: \"");
  size_t start = ql_find(text, mark, 0);
  assert_int_not_equal(start, SIZE_MAX);
  start += mark.len;
  return ql_slice(text, start, ql_find_byte(text, '"', start));
}

static bool has_gate(const ql_plan *plan, const char *words) {
  for (size_t i = 0; i < plan->gate_count; i++)
    if (ql_find(plan->gates[i].text, str(words), 0) != SIZE_MAX) return true;
  return false;
}

static void S36_the_example_of_the_seed_comes_out_and_for_nothing_else(void **state) {
  (void)state;
  ql_roster *roster = seed_roster(3);
  const ql_plan *plan = plan_of(roster, QL_STR("@backend-coordinator"), example_objective());
  const ql_rule *rule = rule_at(seed(3), QL_RULE_BREAKDOWN, 0);
  static const size_t GROUPS[] = {1, 1, 2, 2, 3, 4, 5, 6}; /* two that were declared, then one after another */
  size_t at = 0;
  assert_int_equal(plan->task_count, 8);
  for (const ql_rule_item *item = rule->first; item; item = item->next, at++) {
    const ql_plan_task *task = &plan->tasks[at];
    assert_true(ql_eq(task->title, item->text));
    assert_true(ql_eq(task->agent, item->agents[0]));
    assert_true(ql_eq(task->outputs[0], item->outputs[0]));
    assert_int_equal(task->group, GROUPS[at]);
    assert_int_equal(task->source.origin, QL_FROM_RULE);
    assert_int_equal(task->source.line, item->line);
    assert_true(task->reason.len > 0 && task->effort != QL_EFFORT_NONE && task->priority != QL_PRIORITY_NONE);
  }
  assert_int_equal(plan->tasks[2].after_count, 2);                             /* after A and B */
  assert_int_equal(plan->tasks[4].after[0], 2);                                /* "after endpoints defined" */
  assert_int_equal(plan->tasks[5].after[0], 1);                                /* "after schema ready" */
  assert_true(plan->tasks[6].after_count > 1 && plan->tasks[6].after[0] >= 2); /* "after implementation" */
  assert_int_equal(plan->tasks[7].after[0], 6);                                /* the end */
  /* Of the file's checks those that concern this work, and no others of their field. */
  static const char *const IN[] = {"style guide", "Authentication", "brute force", "Response time", "N+1", "Migration scripts"};
  static const char *const OUT[] = {"Pagination", "versioning", "Backup", "Memory usage", "Caching", "fixtures", "business logic"};
  assert_true(can_run(plan, roster) && plan->gate_count >= QL_COUNT(IN) && plan->gate_count <= 18);
  for (size_t i = 0; i < QL_COUNT(IN); i++)
    if (!has_gate(plan, IN[i])) fail_msg("no gate about %s", IN[i]);
  for (size_t i = 0; i < QL_COUNT(OUT); i++)
    if (has_gate(plan, OUT[i])) fail_msg("a gate about %s", OUT[i]);
  for (size_t i = 0; i < plan->gate_count; i++) {
    const ql_plan_gate *gate = &plan->gates[i];
    assert_true(gate->evidence.len > 0 && gate->source.line > 0 && ql_eq(gate->source.rule, gate->id));
    if (says(gate->text, QL_STR("N+1"))) assert_true(gate->task == 7); /* performance */
    if (says(gate->text, QL_STR("style guide"))) assert_true(gate->task == SIZE_MAX);
  }
  /* Python asks for the other one. */
  plan = FOR(roster, "Add user authentication with OAuth2 and JWT in Python");
  assert_str_is(plan->tasks[2].agent, "@python-pro");
  static const char *const OTHERS[] = {"Add rate limiting to the public API", "Move sessions from MySQL to Redis",
                                       "Fix the authentication endpoints", "Fix a typo in the README"};
  for (size_t i = 0; i < QL_COUNT(OTHERS); i++) {
    plan = FOR(roster, OTHERS[i]);
    assert_true(can_run(plan, roster));
    for (size_t k = 0; k < plan->task_count; k++) {
      assert_int_equal(plan->tasks[k].source.origin, QL_FROM_PLANNER);
      for (const ql_rule_item *item = rule->first; item; item = item->next) assert_false(ql_eq(plan->tasks[k].title, item->text));
    }
    assert_false(a_title_says(plan, QL_STR("OAuth")) || a_title_says(plan, QL_STR("JWT")));
  }
  assert_int_equal(plan->task_count, 1);
  assert_int_equal(plan->tasks[0].effort, QL_EFFORT_XS);
  assert_int_equal(plan->gate_count, 0);
  assert_str_is(ql_get_str(ql_plan_check(a, plan, roster)->first, QL_STR("code")), "no-quest-needed");
  /* What is switched off does not count. */
  assert_int_equal(ql_roster_switch(roster, QL_STR("@backend-coordinator"), rule->id, false, NULL), QL_OK);
  plan = plan_of(roster, QL_STR("@backend-coordinator"), example_objective());
  assert_int_equal(plan->tasks[0].source.origin, QL_FROM_PLANNER);
  ql_roster_free(roster);
}

static void S40_changes_of_the_database_and_contracts_of_apis_go_by_their_flows(void **state) {
  (void)state;
  ql_roster *roster = seed_roster(3);
  static const struct {
    const char *objective;
    size_t flow, agent_at;
    const char *agent;
  } ROWS[] = {
      {"Add a column for notes to the orders table", 0, 0, "@database-optimizer"},
      {"Add a column for notes to the orders table", 0, 3, "@database-admin"},
      {"Partition the orders table", 0, 1, "@database-optimizer"},
      {"Design a REST API for partners", 1, 0, "@api-architect"},
  };
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    const ql_plan *plan = FOR(roster, ROWS[i].objective);
    const ql_rule *rule = rule_at(seed(3), QL_RULE_FLOW, ROWS[i].flow);
    assert_true(can_run(plan, roster));
    assert_int_equal(plan->task_count, rule->item_count);
    size_t at = 0;
    for (const ql_rule_item *item = rule->first; item; item = item->next, at++) {
      assert_true(ql_eq(plan->tasks[at].source.rule, item->id));
      assert_int_equal(plan->tasks[at].after_count, at > 0);
    }
    assert_str_is(plan->tasks[ROWS[i].agent_at].agent, ROWS[i].agent);
  }
  const ql_plan *plan = FOR(roster, ROWS[0].objective);
  assert_true(says(plan->tasks[1].rollback, QL_STR("rollback")) && plan->rollback_count == 1 &&
              ql_starts(plan->rollback[0], QL_STR("T2: ")));
  plan = FOR(roster, ROWS[3].objective);
  assert_true(says(plan->tasks[1].reason, QL_STR("@frontend-coordinator, and nobody here is called that")));
  /* Neither flow is for these. */
  static const char *const OTHERS[] = {"Add rate limiting to the public API", "Fix the slow query of the order report",
                                       "Move sessions from MySQL to Redis"};
  for (size_t i = 0; i < QL_COUNT(OTHERS); i++) assert_int_equal(FOR(roster, OTHERS[i])->tasks[0].source.origin, QL_FROM_PLANNER);
  ql_roster_free(roster);
}

static void S43_who_works_in_a_loop_has_its_steps_as_demands(void **state) {
  (void)state;
  static const char LEAD[] =
      "---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Team\n\n- `@backend-architect-agent` - APIs\n- `@scribe` - docs\n";
  ql_str loop_text = seed(4)->text;
  const ql_rule *loop = rule_at(seed(4), QL_RULE_WORKFLOW, 0);
  ql_roster *roster = roster_of("lead.md", str(LEAD));
  assert_int_equal(ql_roster_add(roster, QL_STR("architect.md"), loop_text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  const ql_plan *plan = FOR(roster, "Build a REST API for invoices and write a guide");
  size_t tasks = 0, others = 0;
  for (size_t i = 0; i < plan->task_count; i++) {
    bool architects = ql_eq(plan->tasks[i].agent, QL_STR("@backend-architect-agent"));
    assert_int_equal(plan->tasks[i].demand_count, architects ? 4 : 0); /* clarify, gather, apply, verify */
    const ql_rule_item *step = loop->first;
    for (size_t k = 0; k < plan->tasks[i].demand_count; k++, step = step->next) assert_true(ql_eq(plan->tasks[i].demands[k], step->text));
    tasks += architects;
    others += !architects;
  }
  assert_true(tasks > 0 && others > 0);
  ql_roster_free(roster);
}

/* ---- files of our own ---- */

static const char YARD[] =
    "---\nname: yard\ndescription: Coordinates a shipyard.\n---\n# Yard\n\n"
    "## Team\n\n- `@hull` - hulls and planks\n- `@sail` - sails and ropes\n- `@paint` - paint and names\n\n"
    "## Task breakdown\n\n```\n"
    "Task A: Draw the hull\n  → Assign to: @hull\n  → Output: drawing.svg\n\n"
    "Task B: Sew the sails\n  → Assign to: @sail or @paint\n  → Output: three sails\n  → Depends on: A\n\n"
    "Task C: Fit the RADAR\n  → Assign to: @paint\n  → Depends on: B\n\n"
    "Task D: Paint the hull\n  → Assign to: @stranger\n  → Depends on: C\n```\n\n"
    "## Hull repair process\n\n### Phase 1: Dry dock\n\n- hull: Lift the hull\n- Scrape it\n\n### Phase 2: Water\n\n- sail: Rig the sails\n\n"
    "## Quality gates\n\n- [ ] No leak after a day\n- [ ] Sails hold at 30 knots\n";

static void foreign_names_are_left_out_and_what_hangs_on_them_holds(void **state) {
  (void)state;
  ql_roster *roster = roster_of("yard.md", str(YARD));
  const ql_plan *plan = FOR(roster, "Draw, sew and paint the hull and the sails");
  assert_str_is(titles(plan), "Draw the hull\nSew the sails\nPaint the hull\n");
  assert_str_is(plan->tasks[1].agent, "@sail");
  assert_int_equal(plan->tasks[1].after[0], 0);
  assert_true(says(plan->tasks[2].reason, QL_STR("@stranger, and nobody here is called that")));
  assert_str_is(plan->tasks[0].writes[0], "drawing.svg");
  assert_true(can_run(plan, roster));
  plan = FOR(roster, "Draw the hull, sew the sails, fit the radar and paint the hull");
  assert_int_equal(plan->task_count, 4);
  assert_int_equal(plan->tasks[3].after[0], 2);
  assert_true(plan->gate_count > 0);
  ql_roster_free(roster);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  static const char *const OBJECTIVES[] = {"Draw, sew and paint the hull and the sails", "Hull repair process for the ketch"};
  for (size_t i = 0; i < QL_COUNT(OBJECTIVES); i++) {
    const ql_plan *plan = NULL;
    ql_status status = ql_plan_rehearse(arena, ctx, QL_STR("@yard"), str(OBJECTIVES[i]), &plan, NULL);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

static void memory(void **state) {
  (void)state;
  ql_roster *roster = roster_of("yard.md", str(YARD));
  assert_true(try_every_allocation(trial, roster) > 5);
  ql_roster_free(roster);
}

/* As many tasks as a plan of this kind takes, and more. */
static void a_breakdown_has_limits(void **state) {
  (void)state;
  for (size_t n = 31; n <= 34; n++) {
    ql_buf buf = ql_buf_new(ql_alloc_libc());
    ql_buf_add(
        &buf,
        QL_STR("---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Team\n\n- `@ann` - ropes\n\n## Task breakdown\n\n```\n"));
    for (size_t i = 0; i < n; i++) {
      char line[128];
      snprintf(line, sizeof line, "Task %zu: Splice rope %zu\n  → Depends on: %zu\n\n", i + 1, i + 1, i);
      ql_buf_add(&buf, str(line));
    }
    ql_roster *roster = roster_of("lead.md", ql_buf_str(&buf));
    const ql_plan *plan = FOR(roster, "Splice every rope");
    assert_int_equal(plan->task_count, n < 32 ? n : 32);
    assert_true(can_run(plan, roster));
    ql_roster_free(roster);
    ql_buf_free(&buf);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(S27_four_patterns_are_templates_and_thirty_objectives_get_what_they_ask),
      cmocka_unit_test(S35_needs_are_found_in_the_objective),
      cmocka_unit_test(S36_the_example_of_the_seed_comes_out_and_for_nothing_else),
      cmocka_unit_test(S40_changes_of_the_database_and_contracts_of_apis_go_by_their_flows),
      cmocka_unit_test(S43_who_works_in_a_loop_has_its_steps_as_demands),
      cmocka_unit_test(foreign_names_are_left_out_and_what_hangs_on_them_holds),
      cmocka_unit_test(memory),
      cmocka_unit_test(a_breakdown_has_limits),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
