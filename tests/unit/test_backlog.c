/* The plan of what quests left open: row S30. What it says in full is in the reports of tests/unit/test_report.c. */
#include "rules.h"
#include "stage.h"

#include <questline/backlog.h>
#include <questline/report.h>

#include "base/text.h"

static ql_arena *a;

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

static const char CREATE[] =
    "'mission':'Sell tea','agents':['@lead','@api','@data'],'id':'0123456789','tasks':["
    "{'id':'T1','title':'Tables','to':'@data'},{'id':'T2','title':'Export','to':'@api','after':['T1'],'outputs':['export.csv'],"
    "'accept':['It opens']},{'id':'T3','title':'Charts','to':'@api','after':['T2']},{'id':'T4','title':'Poster','to':'@data'}],'gates':["
    "{'id':'seen','judge':'seat','text':'Somebody looked'},{'id':'fast','judge':'rule','op':'<','milli':200000,'unit':'ms',"
    "'text':'Fast','task':'T2'},{'id':'whole','judge':'seat','text':'All of it'}]";

/* T1 is done in two minutes, T2 blocked, T4 dropped; T3 was never begun. */
static stage *play(void) {
  stage *g = raise_stage(CREATE);
  ACCEPTED(say(g, "{'by':'@owner','type':'approve'}"));
  ACCEPTED(say(g, "{'by':'@lead','type':'message','task':'T1','to':['@data'],'msg':'Make the tables'}"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@data','type':'gate','gate':'seen','as':'given','evidence':'A picture'}"));
  later(g, 100000);
  ACCEPTED(does(g, "@data", "respond", ""));
  ACCEPTED(say(g, "{'by':'@lead','type':'gate','gate':'seen','as':'pass'}"));
  ACCEPTED(say(g, "{'by':'@lead','type':'drop','task':'T4','reason':'No paper'}"));
  ACCEPTED(say(g, "{'by':'@lead','type':'message','task':'T2','to':['@api'],'msg':'Export it'}"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@api','type':'respond','kind':'blocked','msg':'No access to the tables\\nat all'}"));
  return g;
}

static const ql_plan *backlog(const ql_quest *const *quests, size_t count, ql_str leader) {
  const ql_plan *plan = NULL;
  ql_error err = {0};
  if (ql_quest_backlog(quests, count, a, leader, &plan, &err) != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  return plan;
}

static void what_is_open_is_planned_again(void **state) {
  (void)state;
  stage *g = play();
  const ql_quest *one = g->quest;
  const ql_plan *plan = backlog(&one, 1, QL_ABSENT);
  assert_str_is(plan->objective, "Sell tea");
  assert_str_is(plan->leader, "@lead");
  assert_int_equal(plan->task_count, 2);
  const ql_plan_task *export = &plan->tasks[0], *charts = &plan->tasks[1];
  assert_str_is(export->title, "Export");
  assert_str_is(export->agent, "@api");
  assert_str_is(export->reason, "had it in quest 0123456789");
  assert_str_is(export->outputs[0], "export.csv");
  assert_str_is(export->accept[0], "It opens");
  assert_int_equal(export->after_count, 0); /* the tables are there */
  assert_int_equal(charts->after_count, 1);
  assert_int_equal(charts->after[0], 0);
  assert_int_equal(export->source.origin, QL_FROM_DOCUMENT);
  assert_str_is(export->source.path, "0123456789.quest");
  assert_int_equal(export->source.line, 1);
  /* A gate that passed is over; what was measured still is. */
  assert_int_equal(plan->gate_count, 2);
  assert_str_is(plan->gates[0].id, "fast");
  assert_int_equal(plan->gates[0].task, 0);
  assert_true(plan->gates[0].measured && plan->gates[0].wants.milli == 200000 && plan->gates[0].wants.relation == QL_LESS);
  assert_str_is(plan->gates[1].text, "All of it");
  assert_int_equal(plan->risk_count, 2);
  assert_str_is(plan->risks[0], "T2 of quest 0123456789, @api, was blocked: No access to the tables");
  assert_str_is(plan->risks[1], "T4 of quest 0123456789, @data, was dropped: No paper");
  assert_str_is(backlog(&one, 1, QL_STR("@other"))->leader, "@other");
  strike_stage(g);
}

static void several_quests_are_one_plan(void **state) {
  (void)state;
  stage *g = play(), *other = raise_stage("'mission':'Sell cups','agents':['@boss','@data'],'gates':["
                                          "{'id':'whole','judge':'seat','text':'All cups'}]");
  ql_quest *empty = ql_quest_new(ql_alloc_libc());
  ACCEPTED(say(other, "{'by':'@boss','type':'message','to':['@data'],'msg':'Count the cups\\nplease'}"));
  const ql_quest *all[] = {g->quest, empty, other->quest};
  const ql_plan *plan = backlog(all, 3, QL_ABSENT);
  assert_str_is(plan->objective, "Sell tea; Sell cups");
  assert_str_is(plan->leader, "@boss");
  assert_int_equal(plan->task_count, 3);
  assert_str_is(plan->tasks[2].title, "Count the cups");
  assert_int_equal(plan->tasks[2].source.line, 2);      /* the message that made it */
  assert_int_equal(plan->tasks[2].estimate.minutes, 2); /* what @data took in the other quest, rounded up */
  assert_int_equal(plan->gate_count, 3);                /* both are called whole */
  assert_true(ql_starts(plan->gates[2].id, QL_STR("whole-")));
  ql_quest_free(empty);
  strike_stage(g);
  strike_stage(other);
}

static void nothing_open_is_no_plan(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  const ql_quest *one = g->quest;
  const ql_plan *plan = NULL;
  assert_int_equal(ql_quest_backlog(&one, 1, a, QL_ABSENT, &plan, NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_quest_backlog(NULL, 0, a, QL_ABSENT, &plan, NULL), QL_ERR_NOT_FOUND);
  assert_null(plan);
  strike_stage(g);
}

static void what_is_withheld_is_said_to_be(void **state) {
  (void)state;
  stage *g = play();
  ql_str log;
  assert_int_equal(ql_quest_redact(g->quest, a, NULL, 0, &log, NULL), QL_OK);
  ql_quest *bare = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(bare, log, NULL), QL_OK);
  const ql_quest *one = bare;
  const ql_plan *plan = backlog(&one, 1, QL_ABSENT);
  assert_str_is(plan->objective, "(withheld)");
  assert_str_is(plan->tasks[0].title, "(withheld)");
  assert_str_is(plan->risks[0], "T2 of quest 0123456789, @api, was blocked: (withheld)");
  ql_quest_free(bare);
  strike_stage(g);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_quest *one = ctx;
  const ql_plan *plan;
  return ql_quest_backlog(&one, 1, arena, QL_ABSENT, &plan, NULL);
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  stage *g = play();
  assert_true(try_every_allocation(trial, g->quest) > 5);
  strike_stage(g);
}

/* ---- the seed ---- */

static ql_roster *team_of(const ql_spec *spec) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("seed/agent.md"), spec->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static stage *open_quest(const ql_plan *plan, const ql_roster *roster) {
  stage *g = calloc(1, sizeof *g);
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  *g = (stage){.quest = ql_quest_new(ql_alloc_libc()), .now = 1763712000000};
  assert_int_equal(ql_quest_decide(g->quest, a, ql_plan_command(a, plan, roster), g->now, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(g->quest, decision.line, NULL), QL_OK);
  return g;
}

/* Plays the first tasks of a plan: some are done, then one is blocked. Returns how many are closed. */
static size_t play_some(stage *g, const ql_plan *plan, size_t done) {
  ACCEPTED(say(g, "{'by':'@owner','type':'approve'}"));
  for (size_t i = 0; i <= done; i++) {
    char line[512];
    ql_str agent = plan->tasks[i].agent;
    const char *leader = ql_arena_concat(a, (ql_str[]){plan->leader, QL_STR("\0")}, 2).ptr;
    const char *worker = ql_arena_concat(a, (ql_str[]){agent, QL_STR("\0")}, 2).ptr;
    (void)snprintf(line, sizeof line, "{'by':'%s','type':'message','task':'T%zu','to':['%s'],'msg':'Go'}", leader, i + 1, worker);
    ACCEPTED(say(g, line));
    ACCEPTED(does(g, leader, "respond", ""));
    later(g, 600000);
    ACCEPTED(does(g, worker, "respond", i < done ? "" : "'kind':'blocked'"));
  }
  return done;
}

/* The three meetings of the seed, each with what the file says comes out of it, from one quest of a plan that its own pattern made. */
static void S30_standup_review_and_sprint_come_from_logs(void **state) {
  const ql_spec *spec = seed(2);
  ql_roster *roster = team_of(spec);
  const ql_plan *plan = NULL, *next = NULL;
  assert_int_equal(count_rules(spec, QL_RULE_CEREMONY), 3);
  const char *objective = "Decompose the shop into microservices";
  assert_int_equal(ql_plan_rehearse(a, roster, spec->id, str(objective), &plan, NULL), QL_OK);
  assert_true(plan->phase_count > 0 && plan->task_count > 4);
  stage *g = open_quest(plan, roster);
  size_t done = play_some(g, plan, 2);
  const ql_quest *one = g->quest;
  static const struct {
    const char *kind, *says;
  } REPORTS[] = {{"standup", "T1 "},
                 {"standup", "### Open questions"},
                 {"review", "### Decisions"},
                 {"sprint", "### Completed"},
                 {"sprint", "### Open"}};
  for (size_t i = 0; i < QL_COUNT(REPORTS); i++) {
    ql_str text;
    assert_int_equal(ql_quest_report(&one, 1, a, str(REPORTS[i].kind), 0, QL_INT_MAX, &text, NULL), QL_OK);
    if (ql_find(text, str(REPORTS[i].says), 0) == SIZE_MAX) fail_msg("%s: no %s", REPORTS[i].kind, REPORTS[i].says);
  }
  /* Sprint planning: backlog with assigned specialists, dependencies, risks, tests to be shown. */
  assert_int_equal(ql_quest_backlog(&one, 1, a, QL_ABSENT, &next, NULL), QL_OK);
  assert_int_equal(next->task_count, plan->task_count - done);
  for (size_t i = 0; i < next->task_count; i++) {
    assert_true(ql_eq(next->tasks[i].title, plan->tasks[done + i].title) && ql_eq(next->tasks[i].agent, plan->tasks[done + i].agent));
    for (size_t k = 0; k < next->tasks[i].after_count; k++) assert_true(next->tasks[i].after[k] < i);
  }
  assert_int_equal(next->risk_count, 1);
  assert_int_equal(next->gate_count, plan->gate_count);
  assert_true(next->gate_count > 0);
  for (const ql_value *p = ql_plan_check(a, next, roster)->first; p; p = p->next)
    assert_false(ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error")));
  strike_stage(g);
  ql_roster_free(roster);
  (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_is_open_is_planned_again),  TEST(several_quests_are_one_plan),  TEST(nothing_open_is_no_plan),
      TEST(what_is_withheld_is_said_to_be), TEST(memory_that_runs_out_is_told), TEST(S30_standup_review_and_sprint_come_from_logs),
  };
  return cmocka_run_group_tests_name("backlog", tests, load_seeds, free_seeds);
}
