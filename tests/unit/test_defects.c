/* The defects D1 to D15 of the scripts that this protocol comes from, tried on the machine itself. What they do to processes and files is tried
   in tests/cli/defects.test.ts. */
#include <questline/limits.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

#define TEAM "'agents':['@lead','@api','@db']"

static void talk(stage *g, const char *to) {
  char more[128];
  snprintf(more, sizeof more, "'to':['%s']", to);
  ACCEPTED(does(g, "@lead", "message", more));
}

static void d1_the_leaders_answer_is_the_leaders_and_hands_the_turn_to_the_worker(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  talk(g, "@api");
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@api");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(ql_get_str(ql_quest_event(g->quest, a, 2), QL_STR("by")), "@lead");
  ql_arena_free(a);
  REFUSED("not_your_turn", does(g, "@db", "respond", "")); /* nobody speaks for somebody else's turn */
  strike_stage(g);
}

static void d2_the_leader_gives_work_to_several_workers_in_one_turn(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'policy':'parallel'");
  talk(g, "@api");
  talk(g, "@db");
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_string_equal(holders(g), "@api @db");
  strike_stage(g);
}

static void d3_a_message_to_a_misspelled_name_is_refused_and_the_turn_stays(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  REFUSED("not_recruited", does(g, "@lead", "message", "'to':['@apii']"));
  REFUSED("not_recruited", does(g, "@apii", "respond", ""));
  assert_string_equal(holders(g), "@lead");
  strike_stage(g);
}

static void d4_a_quest_that_failed_or_ran_out_of_time_stays_so(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'deadlines':{'quest':1000}");
  later(g, 2000);
  ACCEPTED(does(g, "@owner", "tick", ""));
  assert_string_equal(status(g), "timed_out");
  REFUSED("quest_over", does(g, "@lead", "message", "'to':['@api']"));
  strike_stage(g);
  g = raise_stage(TEAM);
  ACCEPTED(does(g, "@lead", "fail", ""));
  REFUSED("quest_over", does(g, "@lead", "message", "'to':['@api']"));
  REFUSED("quest_over", does(g, "@owner", "resume", ""));
  assert_string_equal(status(g), "failed");
  strike_stage(g);
}

static void d5_nobody_ends_or_stops_a_quest_out_of_turn(void **state) {
  (void)state;
  static const char *const LEADERS[] = {"complete", "fail"}, *const OWNERS[] = {"pause", "resume", "abort", "approve", "reject"};
  stage *g = raise_stage(TEAM);
  talk(g, "@api");
  ACCEPTED(does(g, "@lead", "respond", ""));
  for (size_t i = 0; i < QL_COUNT(LEADERS); i++) {
    REFUSED("leader_only", does(g, "@api", LEADERS[i], ""));
    REFUSED("leader_only", does(g, "@owner", LEADERS[i], ""));
    REFUSED("not_your_turn", does(g, "@lead", LEADERS[i], ""));
  }
  for (size_t i = 0; i < QL_COUNT(OWNERS); i++) {
    const char *refused = does(g, "@api", OWNERS[i], "");
    assert_true(strcmp(refused, "owner_only") == 0 || strcmp(refused, "not_paused") == 0 || strcmp(refused, "not_proposed") == 0);
  }
  assert_string_equal(status(g), "running");
  strike_stage(g);
}

static void d6_whatever_ends_a_quest_takes_the_turn_from_everybody(void **state) {
  (void)state;
  static const struct { const char *by, *type; } ENDINGS[] = {{"@lead", "complete"}, {"@lead", "fail"}, {"@owner", "abort"}};
  for (size_t i = 0; i < QL_COUNT(ENDINGS); i++) {
    stage *g = raise_stage(TEAM);
    ACCEPTED(does(g, ENDINGS[i].by, ENDINGS[i].type, ""));
    assert_string_equal(holders(g), "");
    strike_stage(g);
  }
}

static void assert_turn(const stage *g, const char *agent, const char *turn) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(ql_get_str(ql_quest_monitor(g->quest, a, str(agent)), QL_STR("turn")), turn);
  ql_arena_free(a);
}

static void d7_the_leader_sees_that_the_quest_is_over(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ACCEPTED(does(g, "@lead", "complete", ""));
  assert_turn(g, "@lead", "over");
  strike_stage(g);
}

static void d8_a_worker_waits_in_a_new_quest_whatever_became_of_its_older_one(void **state) {
  (void)state;
  stage *old = raise_stage(TEAM), *fresh = raise_stage(TEAM);
  ACCEPTED(does(old, "@lead", "complete", ""));
  assert_turn(old, "@api", "over");
  assert_turn(fresh, "@api", "wait");
  strike_stage(old);
  strike_stage(fresh);
}

static void d9_a_quest_that_did_not_succeed_releases_its_workers_too(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  talk(g, "@api");
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@owner", "abort", ""));
  assert_turn(g, "@api", "over");
  assert_turn(g, "@db", "over");
  strike_stage(g);
}

/* Two texts of 60,000 characters wiped the history there. */
static void d10_a_size_refuses_the_new_event_and_never_wipes_the_old_ones(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  size_t len = QL_LINE_BYTES_MAX;
  char *json = malloc(len + 200);
  for (size_t round = 0; round < 3; round++) {
    size_t text = round < 2 ? 60000 : len, at = (size_t)sprintf(json, "{\"by\":\"@lead\",\"msg\":\"");
    memset(json + at, 'x', text);
    sprintf(json + at + text, "\",\"to\":[\"@api\"],\"type\":\"message\"}");
    if (round < 2) {
      ACCEPTED(say(g, json));
      continue;
    }
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
    ql_value *command;
    ql_decision decision;
    assert_int_equal(ql_canon_read(a, str(json), &command, NULL), QL_OK);
    assert_int_equal(ql_quest_decide(g->quest, a, command, g->now, entropy, &decision, NULL), QL_ERR_LIMIT);
    for (int64_t n = 1; n <= 2; n++) assert_int_equal(ql_get_str(QL_GET(ql_quest_event(g->quest, a, n), "data"), QL_STR("msg")).len, 60000);
    ql_arena_free(a);
  }
  assert_int_equal(ql_quest_count(g->quest), 3);
  free(json);
  strike_stage(g);
}

static void d11_names_are_made_equal_once_and_a_beginning_is_not_a_match(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['backend.lead','backend.api','@backend.api-gateway']");
  ACCEPTED(does(g, "Backend.Lead", "message", "'to':['@BACKEND.api-gateway']"));
  ACCEPTED(does(g, "@backend.lead", "respond", ""));
  assert_string_equal(holders(g), "@backend.api-gateway");
  REFUSED("not_your_turn", does(g, "backend.api", "respond", ""));
  ACCEPTED(does(g, "backend.api-gateway", "respond", ""));
  strike_stage(g);
}

/* Both read the same quest and both decide; the one that writes second is told. */
static void d12_of_two_that_decide_at_the_same_moment_none_is_forgotten(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_decision decisions[2], again;
  ql_value *commands[2];
  char head[QL_HASH_CHARS], json[200];
  ql_quest_head(g->quest, head);
  for (uint8_t i = 0; i < 2; i++) {
    const uint8_t entropy[QL_ENTROPY_BYTES] = {i};
    snprintf(json, sizeof json, "{\"by\":\"@lead\",\"head\":\"%.*s\",\"msg\":\"%d\",\"to\":[\"@api\"],\"type\":\"message\"}", QL_HASH_CHARS,
             head, i);
    assert_int_equal(ql_canon_read(a, ql_arena_str(a, str(json)), &commands[i], NULL), QL_OK);
    assert_int_equal(ql_quest_decide(g->quest, a, commands[i], g->now, entropy, &decisions[i], NULL), QL_OK);
    assert_non_null(decisions[i].line.ptr);
  }
  const uint8_t entropy[QL_ENTROPY_BYTES] = {2};
  assert_int_equal(ql_quest_append(g->quest, decisions[0].line, NULL), QL_OK);
  assert_int_not_equal(ql_quest_append(g->quest, decisions[1].line, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(g->quest, a, commands[1], g->now, entropy, &again, NULL), QL_ERR_CONFLICT);
  ACCEPTED(does(g, "@lead", "message", "'msg':'1','to':['@api']")); /* read again, decided again */
  assert_int_equal(ql_quest_count(g->quest), 3);
  ql_arena_free(a);
  strike_stage(g);
}

static void d13_who_gave_the_instructions_stands_beside_them(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ACCEPTED(does(g, "@lead", "message", "'msg':'Write it','to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *inbox = QL_GET(ql_quest_monitor(g->quest, a, QL_STR("@api")), "inbox");
  assert_int_equal(inbox->count, 1);
  assert_str_is(ql_get_str(inbox->first, QL_STR("from")), "@lead");
  assert_str_is(ql_get_str(inbox->first, QL_STR("text")), "Write it");
  ql_arena_free(a);
  strike_stage(g);
}

static void d14_nobody_writes_to_itself_and_two_quests_of_one_moment_differ_in_name(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  REFUSED("self", does(g, "@lead", "message", "'to':['@lead']"));
  strike_stage(g);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quests[2];
  for (uint8_t i = 0; i < 2; i++) {
    const uint8_t entropy[QL_ENTROPY_BYTES] = {i};
    ql_value *command;
    ql_decision decision;
    quests[i] = ql_quest_new(ql_alloc_libc());
    assert_int_equal(
        ql_canon_read(a, QL_STR("{\"agents\":[\"@lead\"],\"by\":\"@owner\",\"mission\":\"m\",\"type\":\"create\"}"), &command, NULL),
        QL_OK);
    assert_int_equal(ql_quest_decide(quests[i], a, command, 0, entropy, &decision, NULL), QL_OK);
    assert_int_equal(ql_quest_append(quests[i], decision.line, NULL), QL_OK);
  }
  assert_false(ql_eq(ql_quest_id(quests[0]), ql_quest_id(quests[1])));
  ql_quest_free(quests[0]);
  ql_quest_free(quests[1]);
  ql_arena_free(a);
}

static void d15_what_was_said_and_how_the_state_changed_is_all_in_the_log(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM);
  ACCEPTED(does(g, "@owner", "pause", "'reason':'Under review'"));
  assert_string_equal(status(g), "paused");
  ACCEPTED(does(g, "@owner", "resume", "'reason':'Reviewed'"));
  assert_string_equal(status(g), "running");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  static const char *const WORDS[] = {"Under review", "Reviewed"}, *const STATUS[] = {"paused", "running"};
  for (int64_t n = 1; n <= 2; n++) {
    ql_value *then;
    assert_str_is(ql_get_str(QL_GET(ql_quest_event(g->quest, a, n), "data"), QL_STR("reason")), WORDS[n - 1]);
    assert_int_equal(ql_quest_view_at(g->quest, a, n, &then, NULL), QL_OK);
    assert_str_is(ql_get_str(then, QL_STR("status")), STATUS[n - 1]);
  }
  ql_arena_free(a);
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(d1_the_leaders_answer_is_the_leaders_and_hands_the_turn_to_the_worker),
      cmocka_unit_test(d2_the_leader_gives_work_to_several_workers_in_one_turn),
      cmocka_unit_test(d3_a_message_to_a_misspelled_name_is_refused_and_the_turn_stays),
      cmocka_unit_test(d4_a_quest_that_failed_or_ran_out_of_time_stays_so),
      cmocka_unit_test(d5_nobody_ends_or_stops_a_quest_out_of_turn),
      cmocka_unit_test(d6_whatever_ends_a_quest_takes_the_turn_from_everybody),
      cmocka_unit_test(d7_the_leader_sees_that_the_quest_is_over),
      cmocka_unit_test(d8_a_worker_waits_in_a_new_quest_whatever_became_of_its_older_one),
      cmocka_unit_test(d9_a_quest_that_did_not_succeed_releases_its_workers_too),
      cmocka_unit_test(d10_a_size_refuses_the_new_event_and_never_wipes_the_old_ones),
      cmocka_unit_test(d11_names_are_made_equal_once_and_a_beginning_is_not_a_match),
      cmocka_unit_test(d12_of_two_that_decide_at_the_same_moment_none_is_forgotten),
      cmocka_unit_test(d13_who_gave_the_instructions_stands_beside_them),
      cmocka_unit_test(d14_nobody_writes_to_itself_and_two_quests_of_one_moment_differ_in_name),
      cmocka_unit_test(d15_what_was_said_and_how_the_state_changed_is_all_in_the_log),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
