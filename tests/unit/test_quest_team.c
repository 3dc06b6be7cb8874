/* Questions between workers, and changes of the team while a turn is played. Every step is checked against the invariants. */
#include "stage.h"
#include "support.h"

#define TEAM "'agents':['@lead','@api','@db','@ops']"

/* @api holds T1, @db waits with T2, both in groups of their own. */
static stage *two_in_a_row(const char *more) {
  char create[512];
  snprintf(create, sizeof create, TEAM "%s", more);
  stage *g = raise_stage(create);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@api");
  return g;
}

static stage *two_at_once(const char *more) {
  char create[512];
  snprintf(create, sizeof create, TEAM ",'policy':'parallel'%s", more);
  stage *g = raise_stage(create);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api','@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@api @db");
  return g;
}

static void a_question_gives_the_turn_and_takes_it_back(void **state) {
  (void)state;
  stage *g = two_in_a_row(",'consult':2");
  ACCEPTED(does(g, "@api", "message", "'to':['@ops']"));
  assert_string_equal(holders(g), "@ops");
  REFUSED("not_your_turn", does(g, "@api", "respond", ""));
  REFUSED("busy", does(g, "@ops", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@ops", "message", "'to':['@db']")); /* waits in a later group: free to answer */
  assert_string_equal(holders(g), "@db");
  ACCEPTED(does(g, "@db", "respond", "'kind':'blocked'"));
  assert_string_equal(holders(g), "@ops");
  ACCEPTED(does(g, "@ops", "respond", ""));
  assert_string_equal(holders(g), "@api");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *inbox = QL_GET(ql_quest_monitor(g->quest, a, QL_STR("@api")), "inbox");
  assert_int_equal(inbox->count, 2); /* the work, and the answer */
  assert_str_is(ql_get_str(inbox->last, QL_STR("from")), "@ops");
  ql_arena_free(a);
  assert_int_equal(state_of(g)->tasks[0].status, QL__OPEN); /* an answer closes no task */
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_string_equal(holders(g), "@db");
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  strike_stage(g);
}

static void questions_have_a_depth(void **state) {
  (void)state;
  stage *g = two_in_a_row(",'consult':1");
  REFUSED("one_recipient", does(g, "@api", "message", "'to':['@ops','@db']"));
  ACCEPTED(does(g, "@api", "message", "'to':['@ops']"));
  REFUSED("depth", does(g, "@ops", "message", "'to':['@db']"));
  strike_stage(g);
  g = two_in_a_row("");
  REFUSED("route_via_leader", does(g, "@api", "message", "'to':['@ops']"));
  strike_stage(g);
}

static void a_holder_is_busy(void **state) {
  (void)state;
  stage *g = two_at_once(",'consult':3");
  REFUSED("busy", does(g, "@api", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@api", "message", "'to':['@ops']"));
  REFUSED("busy", does(g, "@db", "message", "'to':['@ops']"));
  REFUSED("busy", does(g, "@db", "message", "'to':['@api']"));
  strike_stage(g);
}

static void a_task_is_reassigned_in_place(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  int64_t fence = state_of(g)->seats[2].fence;
  REFUSED("leader_only", does(g, "@api", "reassign", "'task':'T1','to':'@ops'"));
  REFUSED("not_your_turn", does(g, "@lead", "reassign", "'task':'T1','to':'@ops'"));
  REFUSED("leads", does(g, "@owner", "reassign", "'task':'T1','to':'@lead'"));
  REFUSED("unchanged", does(g, "@owner", "reassign", "'task':'T1','to':'@api'"));
  REFUSED("unknown_task", does(g, "@owner", "reassign", "'task':'T9','to':'@ops'"));
  ACCEPTED(does(g, "@owner", "reassign", "'task':'T1','to':'@ops'"));
  assert_string_equal(holders(g), "@ops");
  assert_int_equal(state_of(g)->seats[2].fence, fence + 1);
  REFUSED("stale_fence", does(g, "@api", "respond", "'fence':1,'k':0"));
  ACCEPTED(does(g, "@ops", "respond", ""));
  assert_string_equal(holders(g), "@db");
  /* @db is the last of the turn; @ops has ended its own. */
  ACCEPTED(does(g, "@owner", "reassign", "'task':'T2','to':'@ops'"));
  assert_string_equal(holders(g), "@ops");
  ACCEPTED(does(g, "@ops", "respond", ""));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void a_slot_ends_where_the_other_agent_has_one(void **state) {
  (void)state;
  stage *g = two_at_once("");
  ACCEPTED(does(g, "@owner", "reassign", "'task':'T1','to':'@db'"));
  assert_string_equal(holders(g), "@db");
  assert_int_equal(state_of(g)->tasks[0].status, QL__TODO);
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  REFUSED("tasks_open", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@db", "respond", ""));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

/* A message that went back closes nothing for those that wait for its task. */
static void what_went_back_covers_no_dependency(void **state) {
  (void)state;
  stage *g = raise_stage(
      TEAM ",'policy':'parallel','tasks':[{'id':'T1','title':'a','to':'@api'},{'after':['T1'],'id':'T2','title':'b','to':'@ops'},"
           "{'id':'T3','title':'c','to':'@db'}]");
  ACCEPTED(does(g, "@owner", "approve", ""));
  ACCEPTED(does(g, "@lead", "message", "'task':'T3','to':['@db']"));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
  ACCEPTED(does(g, "@lead", "reassign", "'task':'T1','to':'@db'"));
  REFUSED("dependency_open", does(g, "@lead", "message", "'group':2,'task':'T2','to':['@ops']"));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@db']"));
  ACCEPTED(does(g, "@lead", "message", "'group':2,'task':'T2','to':['@ops']"));
  strike_stage(g);
}

/* Every entry of the talk names agents in a list, whatever the event calls them. */
static void the_talk_says_whom_it_is_about(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  ACCEPTED(does(g, "@owner", "claim", "'agent':'@db','seat':'model'"));
  ACCEPTED(does(g, "@owner", "reassign", "'task':'T1','to':'@ops'"));
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *talk = QL_GET(ql_quest_view(g->quest, a), "talk");
  assert_str_is(QL_GET(talk->last, "to")->first->text, "@ops");
  size_t lists = 0;
  for (const ql_value *entry = talk->first; entry; entry = entry->next) lists += QL_GET(entry, "to")->kind == QL_ARRAY;
  assert_int_equal(lists, talk->count);
  ql_arena_free(a);
  strike_stage(g);
}

static void a_reassigned_asker_leaves_no_question(void **state) {
  (void)state;
  stage *g = two_in_a_row(",'consult':2");
  ACCEPTED(does(g, "@api", "message", "'to':['@ops']"));
  ACCEPTED(does(g, "@owner", "reassign", "'task':'T1','to':'@ops'"));
  assert_string_equal(holders(g), "@ops");
  assert_int_equal(state_of(g)->frame_count, 0);
  ACCEPTED(does(g, "@ops", "respond", ""));
  assert_int_equal(state_of(g)->tasks[0].status, QL__DONE);
  strike_stage(g);
}

static void while_a_turn_is_built_it_can_be_given_to_another(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'policy':'parallel'");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api','@db']"));
  ACCEPTED(does(g, "@lead", "reassign", "'task':'T1','to':'@db'")); /* has a slot: the task goes back */
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));           /* its slot is used again */
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@api @db");
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_int_equal(state_of(g)->tasks[0].status, QL__OPEN);
  assert_int_equal(state_of(g)->tasks[2].status, QL__DONE);
  ACCEPTED(does(g, "@db", "respond", ""));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void agents_come_and_go(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  REFUSED("leader_only", does(g, "@api", "add", "'agent':'@new'"));
  ACCEPTED(does(g, "@owner", "add", "'agent':'New','seat':'model'"));
  REFUSED("already_recruited", does(g, "@owner", "add", "'agent':'@new'"));
  REFUSED("leads", does(g, "@owner", "remove", "'agent':'@lead'"));
  REFUSED("not_recruited", does(g, "@owner", "remove", "'agent':'@owner'"));
  ACCEPTED(does(g, "@owner", "remove", "'agent':'@api'"));
  assert_string_equal(holders(g), "@db");
  REFUSED("not_recruited", does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  REFUSED("not_recruited", does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':4")); /* a fact, whoever left since */
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@new']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@new");
  /* Who comes back has the old seat and a new fence. */
  ACCEPTED(does(g, "@owner", "add", "'agent':'@api'"));
  assert_int_equal(state_of(g)->seat_count, 6);
  REFUSED("stale_fence", does(g, "@api", "respond", "'fence':1,'k':0"));
  ACCEPTED(does(g, "@owner", "remove", "'agent':'@new'"));
  assert_string_equal(holders(g), "@lead");
  strike_stage(g);
}

static void who_was_asked_and_leaves_gives_the_turn_back(void **state) {
  (void)state;
  stage *g = two_in_a_row(",'consult':2");
  ACCEPTED(does(g, "@api", "message", "'to':['@ops']"));
  ACCEPTED(does(g, "@ops", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@owner", "remove", "'agent':'@ops'"));
  assert_string_equal(holders(g), "@api");
  REFUSED("stale_fence", does(g, "@db", "respond", "'fence':1,'k':0"));
  strike_stage(g);
}

static void another_leads(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  REFUSED("unchanged", does(g, "@owner", "promote", "'agent':'@lead'"));
  ACCEPTED(does(g, "@owner", "promote", "'agent':'@api'")); /* it holds: its turn ends */
  assert_string_equal(holders(g), "@db");
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_string_equal(holders(g), "@api");
  ACCEPTED(does(g, "@api", "message", "'task':'T1','to':['@lead']"));
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  ACCEPTED(does(g, "@lead", "respond", ""));
  REFUSED("leader_only", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@api", "complete", ""));
  strike_stage(g);
}

static void who_is_promoted_while_a_turn_is_built_loses_its_place_in_it(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@lead", "promote", "'agent':'@api'"));
  assert_string_equal(holders(g), "@api");
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_string_equal(holders(g), "@db");
  strike_stage(g);
}

static void the_owner_answers_like_anybody(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ACCEPTED(does(g, "@lead", "message", "'to':['@owner']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@owner");
  REFUSED("not_your_turn", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@owner", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void a_fork_is_another_quest(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  char command[128];
  ACCEPTED(does(g, "@owner", "claim", "'agent':'@api','seat':'model'"));
  ACCEPTED(does(g, "@owner", "start",
                "'attempt':1,'effect':'http','micro':5,'request':'"
                "0000000000000000000000000000000000000000000000000000000000000000','seat':'@api','tokens':7"));
  REFUSED("bad_fork", does(g, "@owner", "fork", "'from':2,'id':'0123456789'"));
  int64_t fence = state_of(g)->seats[2].fence;
  snprintf(command, sizeof command, "'from':%d,'id':'0123456789'", (int)state_of(g)->events - 1);
  ACCEPTED(does(g, "@owner", "fork", command));
  assert_str_is(ql_quest_id(g->quest), "0123456789");
  assert_int_equal(state_of(g)->seats[2].fence, fence + 1);
  assert_false(state_of(g)->seats[2].taken);
  assert_int_equal(state_of(g)->effect_count, 0);
  assert_int_equal(state_of(g)->used.unknown_tokens, 7);
  assert_string_equal(holders(g), "@api");
  ACCEPTED(does(g, "@api", "respond", ""));
  strike_stage(g);
}

static void a_fork_without_an_id_gets_one(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  char command[64], before[16];
  ql_str id = ql_quest_id(g->quest);
  assert_int_equal(id.len, 10);
  memcpy(before, id.ptr, id.len);
  snprintf(command, sizeof command, "'from':%d", (int)state_of(g)->events - 1);
  ACCEPTED(does(g, "@owner", "fork", command));
  id = ql_quest_id(g->quest);
  assert_int_equal(id.len, 10);
  assert_memory_not_equal(id.ptr, before, id.len);
  for (size_t i = 0; i < id.len; i++) assert_non_null(memchr("0123456789abcdefghjkmnpqrstvwxyz", id.ptr[i], 32));
  strike_stage(g);
}

static void a_fork_that_loses_more_than_the_budget_pauses(void **state) {
  (void)state;
  stage *g = two_in_a_row(",'budget':{'tokens':5}");
  char command[128];
  ACCEPTED(does(g, "@owner", "start",
                "'attempt':1,'effect':'http','micro':0,'request':'"
                "0000000000000000000000000000000000000000000000000000000000000000','seat':'@api','tokens':4"));
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':2"));
  assert_string_equal(status(g), "running");
  snprintf(command, sizeof command, "'from':%d,'id':'0123456789'", (int)state_of(g)->events - 1);
  ACCEPTED(does(g, "@owner", "fork", command));
  assert_string_equal(status(g), "paused");
  assert_int_equal(state_of(g)->cause, QL__BY_BUDGET);
  strike_stage(g);
}

/* T2 comes before and after T1, on which it depends: the first message goes back, the second is delivered. */
static void what_somebody_works_on_is_open(void **state) {
  (void)state;
  for (int rules = 1; rules <= 2; rules++) {
    char create[256];
    snprintf(
        create, sizeof create,
        "'agents':['@lead','@api','@db'],'rules':%d,'tasks':[{'id':'T1','title':'a','to':'@api'},{'after':['T1'],'id':'T2','title':'b','to':'@db'}]",
        rules);
    stage *g = raise_stage(create);
    ACCEPTED(does(g, "@owner", "approve", ""));
    ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
    ACCEPTED(does(g, "@lead", "respond", ""));
    ACCEPTED(does(g, "@api", "respond", ""));
    ACCEPTED(does(g, "@lead", "message", "'task':'T2','to':['@db']"));
    ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
    ACCEPTED(does(g, "@lead", "message", "'task':'T2','to':['@db']"));
    ACCEPTED(does(g, "@lead", "respond", ""));
    assert_int_equal(state_of(g)->tasks[1].status, QL__TODO);
    ACCEPTED(does(g, "@api", "respond", ""));
    assert_string_equal(holders(g), "@db");
    assert_int_equal(state_of(g)->tasks[1].status, rules == 1 ? QL__TODO : QL__OPEN);
    strike_stage(g);
  }
}

static void rules_are_never_older_nor_unknown(void **state) {
  (void)state;
  stage *g = two_in_a_row("");
  assert_int_equal(state_of(g)->rules, 2);
  REFUSED("unchanged", does(g, "@owner", "upgrade", "'to':1"));
  REFUSED("unchanged", does(g, "@owner", "upgrade", "'to':2"));
  REFUSED("not_known_rules", does(g, "@owner", "upgrade", "'to':3"));
  strike_stage(g);
  g = two_in_a_row(",'rules':1");
  assert_int_equal(state_of(g)->rules, 1);
  REFUSED("owner_only", does(g, "@api", "upgrade", "'to':2"));
  ACCEPTED(does(g, "@owner", "upgrade", "'to':2"));
  assert_int_equal(state_of(g)->rules, 2);
  REFUSED("unchanged", does(g, "@owner", "upgrade", "'to':2"));
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_question_gives_the_turn_and_takes_it_back),
      cmocka_unit_test(questions_have_a_depth),
      cmocka_unit_test(a_holder_is_busy),
      cmocka_unit_test(a_task_is_reassigned_in_place),
      cmocka_unit_test(a_slot_ends_where_the_other_agent_has_one),
      cmocka_unit_test(what_went_back_covers_no_dependency),
      cmocka_unit_test(the_talk_says_whom_it_is_about),
      cmocka_unit_test(a_reassigned_asker_leaves_no_question),
      cmocka_unit_test(while_a_turn_is_built_it_can_be_given_to_another),
      cmocka_unit_test(agents_come_and_go),
      cmocka_unit_test(who_was_asked_and_leaves_gives_the_turn_back),
      cmocka_unit_test(another_leads),
      cmocka_unit_test(who_is_promoted_while_a_turn_is_built_loses_its_place_in_it),
      cmocka_unit_test(the_owner_answers_like_anybody),
      cmocka_unit_test(a_fork_is_another_quest),
      cmocka_unit_test(a_fork_without_an_id_gets_one),
      cmocka_unit_test(a_fork_that_loses_more_than_the_budget_pauses),
      cmocka_unit_test(what_somebody_works_on_is_open),
      cmocka_unit_test(rules_are_never_older_nor_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
