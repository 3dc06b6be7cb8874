/* Time and money: deadlines, the ladder, the budget, effects under way, the same words again. */
#include "base/text.h"
#include "stage.h"
#include "support.h"

#define TEAM  "'agents':['@lead','@api','@db']"
#define START "'attempt':1,'effect':'http','request':'0000000000000000000000000000000000000000000000000000000000000000'"

static stage *api_works(const char *more) {
  char create[512];
  snprintf(create, sizeof create, TEAM "%s", more);
  stage *g = raise_stage(create);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  return g;
}

static const char *tick(stage *g) { return does(g, "@owner", "tick", ""); }
static ql__cause cause(const stage *g) { return state_of(g)->cause; }

/* How what the owner is told begins. */
static bool hints(const stage *g, const char *words) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  bool so = ql_starts(ql_get_str(ql_quest_monitor(g->quest, a, QL_STR("@owner")), QL_STR("hint")), str(words));
  ql_arena_free(a);
  return so;
}

static size_t level(const stage *g) { return state_of(g)->tasks[0].level; }

/* ---- deadlines ---- */

static void a_late_turn_pauses(void **state) {
  (void)state;
  stage *g = api_works(",'deadlines':{'turn':1000}");
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 1000);
  later(g, 900);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  REFUSED("owner_only", does(g, "@lead", "tick", ""));
  later(g, 100);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "paused");
  assert_int_equal(cause(g), QL__BY_TURN);
  later(g, 100000); /* the clock stands */
  ACCEPTED(tick(g));
  ACCEPTED(does(g, "@owner", "resume", ""));
  assert_string_equal(holders(g), "@api");
  later(g, 900);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  later(g, 100);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "paused");
  strike_stage(g);
}

static void a_pause_keeps_what_is_left(void **state) {
  (void)state;
  stage *g = api_works(",'deadlines':{'turn':1000}");
  later(g, 600);
  ACCEPTED(does(g, "@owner", "pause", ""));
  assert_int_equal(ql__due_at(state_of(g)), -1);
  later(g, 5000);
  ACCEPTED(does(g, "@owner", "resume", ""));
  later(g, 300);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  later(g, 100);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "paused");
  strike_stage(g);
}

static void a_new_holder_of_the_seat_has_no_more_time(void **state) {
  (void)state;
  stage *g = api_works(",'deadlines':{'turn':1000}");
  later(g, 990);
  ACCEPTED(does(g, "@owner", "claim", "'agent':'@api','seat':'model'"));
  later(g, 10);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_TURN);
  strike_stage(g);
}

static void the_leader_and_who_is_asked_have_deadlines_too(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'deadlines':{'turn':1000}");
  later(g, 1000);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_TURN);
  strike_stage(g);
  g = api_works(",'consult':1,'deadlines':{'turn':1000}");
  later(g, 500);
  ACCEPTED(does(g, "@api", "message", "'to':['@db']"));
  later(g, 600);
  ACCEPTED(tick(g)); /* of who waits, it stands */
  assert_string_equal(status(g), "running");
  later(g, 400);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_TURN);
  assert_int_equal(state_of(g)->frames[0].since, -1);
  assert_true(state_of(g)->slots[0].since >= 0);
  strike_stage(g);
}

/* @api has used 500 of its 1000 ms when it asks; @db takes 900 to answer. */
static stage *asked_late(const char *more) {
  stage *g = api_works(more);
  later(g, 500);
  ACCEPTED(does(g, "@api", "message", "'to':['@db']"));
  later(g, 900);
  return g;
}

static void who_waits_for_an_answer_loses_no_time(void **state) {
  (void)state;
  stage *g = asked_late(",'consult':1,'deadlines':{'turn':1000}");
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 499); /* one ms from the command before */
  later(g, 400);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  later(g, 100);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_TURN);
  strike_stage(g);
  g = asked_late(",'consult':1,'deadlines':{'turn':1000}"); /* whoever asked goes on, also when it is not answered */
  ACCEPTED(does(g, "@owner", "remove", "'agent':'@db'"));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 499);
  strike_stage(g);
}

static void by_rules_1_the_time_of_who_waits_ran_on(void **state) {
  (void)state;
  stage *g = asked_late(",'consult':1,'deadlines':{'turn':1000},'rules':1");
  ACCEPTED(tick(g));
  assert_int_equal(state_of(g)->slots[0].since, -1);
  assert_true(state_of(g)->frames[0].since >= 0);
  ACCEPTED(does(g, "@owner", "upgrade", "'to':2")); /* it was late already: it has its whole time when it goes on */
  ACCEPTED(does(g, "@owner", "resume", ""));
  later(g, 90);
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 1000);
  strike_stage(g);
  g = asked_late(",'consult':1,'deadlines':{'turn':2000},'rules':1");
  ACCEPTED(does(g, "@owner", "upgrade", "'to':2")); /* from here on it stands */
  later(g, 900);
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 2000 - 501 - 901);
  strike_stage(g);
}

static void questions_below_questions_stand_too(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api','@db','@ops'],'consult':2,'deadlines':{'turn':1000}");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  later(g, 299);
  ACCEPTED(does(g, "@api", "message", "'to':['@db']"));
  later(g, 399);
  ACCEPTED(does(g, "@db", "message", "'to':['@ops']"));
  later(g, 898);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  ACCEPTED(does(g, "@ops", "respond", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 600);
  later(g, 499);
  ACCEPTED(does(g, "@db", "respond", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 700);
  strike_stage(g);
}

static void a_late_task_pauses_whoever_has_it(void **state) {
  (void)state;
  stage *g = api_works(",'deadlines':{'task':1000}");
  later(g, 500);
  ACCEPTED(does(g, "@api", "respond", "'kind':'clarification'"));
  later(g, 600);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_TASK);
  ACCEPTED(does(g, "@owner", "resume", ""));
  ACCEPTED(does(g, "@lead", "drop", "'task':'T1'"));
  later(g, 5000);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  strike_stage(g);
}

static void a_late_quest_times_out(void **state) {
  (void)state;
  stage *g = api_works(",'deadlines':{'quest':1000,'turn':900}");
  later(g, 2000);
  ACCEPTED(tick(g)); /* both are due */
  assert_string_equal(status(g), "timed_out");
  REFUSED("quest_over", tick(g));
  strike_stage(g);
}

static void shows(const stage *g, const char *kind, int64_t left, int64_t of) {
  ql__limit limit;
  assert_true(ql__next_limit(state_of(g), &limit));
  assert_true(ql_eq(limit.kind, (ql_str){kind, strlen(kind)}));
  assert_int_equal(limit.left, left);
  assert_int_equal(limit.of, of);
}

static void the_limit_of_the_turn_is_shown_before_others(void **state) {
  (void)state;
  ql__limit limit;
  stage *g = api_works(",'deadlines':{'quest':5000,'task':2000,'turn':3000}");
  shows(g, "turn", 3000, 3000);
  later(g, 1199); /* and each command takes one */
  ACCEPTED(does(g, "@owner", "pause", ""));
  shows(g, "turn", 1800, 3000);
  assert_int_equal(ql__due_at(state_of(g)), -1);
  later(g, 9000);
  ACCEPTED(does(g, "@owner", "resume", ""));
  shows(g, "turn", 1800, 3000);
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 799); /* the task is due first: it began a command earlier */
  strike_stage(g);
  g = api_works(",'deadlines':{'quest':5000,'task':2000}");
  shows(g, "task", 1999, 2000);
  ACCEPTED(does(g, "@owner", "abort", ""));
  assert_false(ql__next_limit(state_of(g), &limit));
  strike_stage(g);
}

/* ---- the ladder ---- */

#define LADDER ",'ladder':[{'retries':2,'to':['@lead']},{'max_ms':4000,'min_ms':2000,'to':['@db']},{'max_ms':1000},{'max_ms':0,'min_ms':0}]"

static const char *blocked_again(stage *g) {
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  return does(g, "@api", "respond", "'kind':'blocked'");
}

static void a_matter_climbs_on_retries_then_on_time(void **state) {
  (void)state;
  stage *g = api_works(LADDER);
  ACCEPTED(does(g, "@api", "respond", "'kind':'blocked'"));
  assert_int_equal(level(g), 1);
  later(g, 1000000); /* the first level has no time */
  ACCEPTED(tick(g));
  ACCEPTED(blocked_again(g));
  assert_int_equal(level(g), 1);
  ACCEPTED(blocked_again(g));
  assert_int_equal(level(g), 2);
  later(g, 2000);
  ACCEPTED(tick(g));
  assert_true(state_of(g)->tasks[0].reminded);
  assert_string_equal(holders(g), "@lead"); /* it never steals a turn */
  later(g, 2000);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 3);
  later(g, 1000);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 4); /* at once: it pauses and asks */
  assert_string_equal(status(g), "paused");
  assert_int_equal(cause(g), QL__BY_LADDER);
  ACCEPTED(does(g, "@owner", "resume", ""));
  ACCEPTED(does(g, "@owner", "escalate", "'task':'T1'"));
  assert_int_equal(level(g), 5); /* behind the last: paused, never failed */
  assert_string_equal(status(g), "paused");
  ACCEPTED(does(g, "@owner", "resume", ""));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_int_equal(level(g), 0);
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

#define STEPS ",'ladder':[{'max_ms':1000},{'max_ms':2000,'min_ms':500,'to':['@db']},{'max_ms':4000}]"

static stage *stuck(const char *more) {
  stage *g = api_works(more);
  ACCEPTED(does(g, "@api", "respond", "'kind':'blocked'"));
  assert_int_equal(level(g), 1);
  return g;
}

static void a_late_tick_climbs_what_has_passed(void **state) {
  (void)state;
  stage *g = stuck(STEPS);
  int64_t entered = state_of(g)->tasks[0].level_since;
  later(g, 3600);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 3);
  assert_int_equal(state_of(g)->tasks[0].level_since, entered + 3000); /* not when the tick came */
  assert_int_equal(state_of(g)->escalations, 3);
  later(g, 3397);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 3);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 4);
  assert_int_equal(cause(g), QL__BY_LADDER);
  strike_stage(g);
  g = stuck(STEPS); /* the reminder of a level it came to in the same tick */
  later(g, 1700);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 2);
  assert_true(state_of(g)->tasks[0].reminded);
  strike_stage(g);
  g = stuck(STEPS); /* once behind the last level, once paused */
  later(g, 1000000);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 4);
  assert_int_equal(state_of(g)->trips, 1);
  strike_stage(g);
}

static void by_rules_1_a_tick_climbs_one_level(void **state) {
  (void)state;
  stage *g = stuck(STEPS ",'rules':1");
  later(g, 3600);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 2);
  assert_int_equal(state_of(g)->tasks[0].level_since, state_of(g)->ran);
  ACCEPTED(does(g, "@owner", "upgrade", "'to':2"));
  later(g, 6000);
  ACCEPTED(tick(g));
  assert_int_equal(level(g), 4);
  strike_stage(g);
}

static void a_matter_climbs_by_command(void **state) {
  (void)state;
  stage *g = api_works(LADDER);
  REFUSED("not_your_turn", does(g, "@lead", "escalate", "'task':'T1'"));
  REFUSED("unknown_task", does(g, "@api", "escalate", "'task':'T2'"));
  ACCEPTED(does(g, "@api", "escalate", "'task':'T1'"));
  assert_int_equal(level(g), 1);
  assert_string_equal(holders(g), "@api");
  ACCEPTED(does(g, "@api", "respond", ""));
  REFUSED("task_closed", does(g, "@lead", "escalate", "'task':'T1'"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  REFUSED("not_your_task", does(g, "@db", "escalate", "'task':'T3'"));
  strike_stage(g);
  g = api_works(""); /* without a ladder there is the owner */
  ACCEPTED(does(g, "@api", "escalate", "'task':'T1'"));
  assert_int_equal(cause(g), QL__BY_LADDER);
  strike_stage(g);
}

/* ---- the budget ---- */

static void a_start_reserves_and_a_done_settles(void **state) {
  (void)state;
  stage *g = api_works(",'budget':{'micro':100,'tokens':1000}");
  REFUSED("not_your_turn", does(g, "@owner", "start", START ",'micro':60,'seat':'@lead','tokens':1"));
  REFUSED("not_recruited", does(g, "@owner", "start", START ",'micro':60,'seat':'@x','tokens':1"));
  REFUSED("owner_only", does(g, "@api", "start", START ",'micro':60,'seat':'@api','tokens':1"));
  int64_t start = state_of(g)->events;
  ACCEPTED(does(g, "@owner", "start", START ",'micro':60,'seat':'@api','task':'T1','tokens':600"));
  assert_int_equal(state_of(g)->reserved_micro, 60);
  char done[128];
  REFUSED("unknown_start", does(g, "@owner", "done", "'outcome':'ok','start':1"));
  snprintf(done, sizeof done, "'input':300,'micro':20,'model':'m-1','outcome':'ok','output':50,'start':%d", (int)start);
  ACCEPTED(does(g, "@owner", "done", done));
  REFUSED("unknown_start", does(g, "@owner", "done", done));
  assert_int_equal(state_of(g)->reserved_tokens, 0);
  assert_int_equal(state_of(g)->used.input, 300);
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':5,'model':'m-1','task':'T1'"));
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':5,'model':'m-2','task':'T1'"));
  assert_int_equal(state_of(g)->booking_count, 2);
  assert_int_equal(state_of(g)->ledger[0].used.input, 305);
  strike_stage(g);
}

static void what_was_lost_is_booked_as_unknown(void **state) {
  (void)state;
  stage *g = api_works(",'budget':{'micro':100}");
  char done[96];
  snprintf(done, sizeof done, "'input':3,'outcome':'lost','start':%d", (int)state_of(g)->events);
  ACCEPTED(does(g, "@owner", "start", START ",'micro':60,'seat':'@api','tokens':7"));
  ACCEPTED(does(g, "@owner", "done", done));
  assert_int_equal(state_of(g)->used.unknown_micro, 60);
  assert_int_equal(state_of(g)->used.unknown_tokens, 7);
  ACCEPTED(does(g, "@owner", "start", START ",'micro':41,'seat':'@api','tokens':7")); /* and counts */
  assert_int_equal(cause(g), QL__BY_BUDGET);
  strike_stage(g);
}

static void what_does_not_fit_is_not_started_and_pauses(void **state) {
  (void)state;
  stage *g = api_works(",'budget':{'micro':100}");
  ACCEPTED(does(g, "@owner", "start", START ",'micro':100,'seat':'@api','tokens':1"));
  ACCEPTED(does(g, "@owner", "start", START ",'micro':1,'seat':'@api','tokens':1"));
  assert_int_equal(state_of(g)->effect_count, 1);
  assert_int_equal(cause(g), QL__BY_BUDGET);
  assert_true(hints(g, "What is left of the budget"));
  REFUSED("paused", does(g, "@owner", "start", START ",'micro':1,'seat':'@api','tokens':1"));
  REFUSED("paused", does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@owner", "resume", "'budget':{'micro':101}"));
  assert_string_equal(holders(g), "@api");
  ACCEPTED(does(g, "@owner", "start", START ",'micro':1,'seat':'@api','tokens':1"));
  assert_int_equal(state_of(g)->effect_count, 2);
  strike_stage(g);
}

static void an_overrun_is_recorded_and_pauses(void **state) {
  (void)state;
  stage *g = api_works(",'budget':{'tokens':10}");
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':10"));
  assert_string_equal(status(g), "running");
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','output':1"));
  assert_int_equal(cause(g), QL__BY_BUDGET);
  assert_true(hints(g, "The budget is used up"));
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','output':1")); /* facts are never refused */
  assert_int_equal(state_of(g)->used.output, 2);
  strike_stage(g);
}

/* What is used up to the last bit is used up, of whichever limit; and what did not fit is not. */
static void what_is_used_up_is_told_from_what_did_not_fit(void **state) {
  (void)state;
  static const struct {
    const char *budget, *used;
  } rows[] = {{",'budget':{'tokens':10}", "'agent':'@api','input':10"}, {",'budget':{'micro':10}", "'agent':'@api','micro':10"}};
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    for (int spent = 0; spent < 2; spent++) {
      stage *g = api_works(rows[i].budget);
      if (spent) ACCEPTED(does(g, "@owner", "usage", rows[i].used));
      ACCEPTED(does(g, "@owner", "start", START ",'micro':11,'seat':'@api','tokens':11"));
      assert_int_equal(cause(g), QL__BY_BUDGET);
      assert_true(hints(g, spent ? "The budget is used up" : "What is left of the budget"));
      strike_stage(g);
    }
}

static void turns_and_running_time_are_a_budget(void **state) {
  (void)state;
  stage *g = api_works(",'budget':{'turns':2}");
  ACCEPTED(does(g, "@api", "respond", ""));
  assert_string_equal(status(g), "running");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  assert_int_equal(cause(g), QL__BY_BUDGET);
  assert_true(hints(g, "The budget is used up"));
  strike_stage(g);
  g = api_works(",'budget':{'ms':1000}");
  later(g, 2000);
  ACCEPTED(tick(g));
  assert_int_equal(cause(g), QL__BY_BUDGET);
  assert_true(hints(g, "The budget is used up"));
  ACCEPTED(does(g, "@owner", "resume", "'budget':{'ms':9000}"));
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "running");
  strike_stage(g);
}

/* ---- endings with something under way ---- */

static void an_ending_quest_waits_for_what_is_under_way(void **state) {
  (void)state;
  stage *g = api_works("");
  int64_t start = state_of(g)->events;
  char done[96];
  snprintf(done, sizeof done, "'outcome':'cancelled','start':%d", (int)start);
  ACCEPTED(does(g, "@owner", "start", START ",'micro':1,'seat':'@api','tokens':1"));
  ACCEPTED(does(g, "@api", "respond", ""));
  REFUSED("effects_open", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@owner", "abort", ""));
  assert_string_equal(status(g), "closing");
  assert_string_equal(holders(g), "");
  REFUSED("quest_over", does(g, "@lead", "message", "'to':['@api']"));
  REFUSED("quest_over", does(g, "@owner", "resume", ""));
  ACCEPTED(does(g, "@owner", "usage", "'agent':'@api','input':3"));
  ACCEPTED(does(g, "@owner", "done", done));
  assert_string_equal(status(g), "aborted");
  REFUSED("quest_over", does(g, "@owner", "usage", "'agent':'@api','input':3"));
  strike_stage(g);
}

static void what_never_settles_is_lost_after_a_while(void **state) {
  (void)state;
  stage *g = api_works("");
  ACCEPTED(does(g, "@owner", "start", START ",'micro':8,'seat':'@api','tokens':9"));
  ACCEPTED(does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@lead", "fail", ""));
  assert_int_equal(ql__due_at(state_of(g)), state_of(g)->at + 30000);
  later(g, 29000);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "closing");
  later(g, 1000);
  ACCEPTED(tick(g));
  assert_string_equal(status(g), "failed");
  assert_int_equal(state_of(g)->used.unknown_tokens, 9);
  assert_int_equal(state_of(g)->used.unknown_micro, 8);
  strike_stage(g);
}

/* ---- the same words again ---- */

static const char *tell(stage *g, const char *words) {
  char more[128];
  snprintf(more, sizeof more, "'msg':'%s','task':'T1','to':['@api']", words);
  ACCEPTED(does(g, "@lead", "message", more));
  return "";
}

static void the_third_time_the_same_words_pause(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'loops':3");
  tell(g, "Fix  the login");
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@api", "respond", "'kind':'clarification'"));
  tell(g, "fix the LOGIN ");
  tell(g, "something else");
  assert_string_equal(status(g), "running");
  tell(g, "Fix the login");
  assert_int_equal(cause(g), QL__BY_LOOP);
  ACCEPTED(does(g, "@owner", "resume", ""));
  ACCEPTED(does(g, "@lead", "respond", "")); /* the turn is intact */
  assert_string_equal(holders(g), "@api");
  strike_stage(g);
}

static void something_completed_starts_the_count_again(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'loops':2");
  for (int i = 0; i < 3; i++) {
    tell(g, "Fix the login");
    ACCEPTED(does(g, "@lead", "respond", ""));
    ACCEPTED(does(g, "@api", "respond", ""));
  }
  assert_string_equal(status(g), "running");
  tell(g, "Fix the login");
  tell(g, "Fix the login");
  assert_int_equal(cause(g), QL__BY_LOOP);
  strike_stage(g);
}

static void the_oldest_words_are_forgotten(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'loops':2");
  char words[32];
  for (unsigned i = 0; i <= QL__REPEATS_MAX; i++) {
    snprintf(words, sizeof words, "number %u", i);
    tell(g, words);
  }
  tell(g, "number 0");
  assert_string_equal(status(g), "running");
  tell(g, words);
  assert_int_equal(cause(g), QL__BY_LOOP);
  strike_stage(g);
}

static void who_comes_back_was_told_nothing(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'loops':2");
  tell(g, "Fix the login");
  ACCEPTED(does(g, "@lead", "remove", "'agent':'@api'"));
  ACCEPTED(does(g, "@lead", "add", "'agent':'@api'"));
  tell(g, "Fix the login");
  assert_string_equal(status(g), "running");
  strike_stage(g);
}

static void a_digest_is_not_taken_from_who_sends_it(void **state) {
  (void)state;
  stage *g = raise_stage(TEAM ",'loops':2");
  ACCEPTED(does(g, "@lead", "message", "'msg':'a','same':'UHyzLP8PJ2MmCbtXcmCI6OQCY3pxaYYn1dFL_gQWZPk','to':['@api']"));
  ACCEPTED(does(g, "@lead", "message", "'msg':'b','same':'UHyzLP8PJ2MmCbtXcmCI6OQCY3pxaYYn1dFL_gQWZPk','to':['@api']"));
  assert_string_equal(status(g), "running");
  assert_int_equal(state_of(g)->repeat_count, 2);
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_late_turn_pauses),
      cmocka_unit_test(a_pause_keeps_what_is_left),
      cmocka_unit_test(a_new_holder_of_the_seat_has_no_more_time),
      cmocka_unit_test(the_leader_and_who_is_asked_have_deadlines_too),
      cmocka_unit_test(who_waits_for_an_answer_loses_no_time),
      cmocka_unit_test(by_rules_1_the_time_of_who_waits_ran_on),
      cmocka_unit_test(questions_below_questions_stand_too),
      cmocka_unit_test(a_late_task_pauses_whoever_has_it),
      cmocka_unit_test(a_late_quest_times_out),
      cmocka_unit_test(the_limit_of_the_turn_is_shown_before_others),
      cmocka_unit_test(a_matter_climbs_on_retries_then_on_time),
      cmocka_unit_test(a_late_tick_climbs_what_has_passed),
      cmocka_unit_test(by_rules_1_a_tick_climbs_one_level),
      cmocka_unit_test(a_matter_climbs_by_command),
      cmocka_unit_test(a_start_reserves_and_a_done_settles),
      cmocka_unit_test(what_was_lost_is_booked_as_unknown),
      cmocka_unit_test(what_does_not_fit_is_not_started_and_pauses),
      cmocka_unit_test(an_overrun_is_recorded_and_pauses),
      cmocka_unit_test(what_is_used_up_is_told_from_what_did_not_fit),
      cmocka_unit_test(turns_and_running_time_are_a_budget),
      cmocka_unit_test(an_ending_quest_waits_for_what_is_under_way),
      cmocka_unit_test(what_never_settles_is_lost_after_a_while),
      cmocka_unit_test(the_third_time_the_same_words_pause),
      cmocka_unit_test(something_completed_starts_the_count_again),
      cmocka_unit_test(the_oldest_words_are_forgotten),
      cmocka_unit_test(who_comes_back_was_told_nothing),
      cmocka_unit_test(a_digest_is_not_taken_from_who_sends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
