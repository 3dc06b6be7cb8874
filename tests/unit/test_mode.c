/* Which way of working a request asks for: row S06. */
#include "rules.h"

#include <questline/limits.h>
#include <questline/mode.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Operation Modes\n\n### MODE 1: TALK\n\n**Triggers**:\n\n- Code review\n\n"
    "### MODE 2: RE-CHECK (Default)\n\nWhen somebody says \"RE-CHECK\" - look again.\n\n### MODE 3: CHECK\n\n"
    "When somebody says \"CHECK\" or \"Run a check of X\" - look.\n\n- \"Check [name]\"\n";

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  if (ql_roster_add(roster, QL_STR("lead.md"), str(LEAD), NULL) != QL_OK) return -1;
  if (ql_roster_add(roster, QL_STR("plain.md"), QL_STR("---\nname: plain\ndescription: Plain.\n---\n# Plain\n"), NULL) != QL_OK) return -1;
  return ql_roster_link(roster, NULL);
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static const ql_value *ask(const char *agent, const char *request, const char *chosen) {
  ql_value *out = NULL;
  ql_error err = {0};
  if (ql_mode(a, roster, str(agent), str(request), chosen ? str(chosen) : QL_ABSENT, &out, &err) != QL_OK) fail_msg("%s", err.message);
  return out;
}

/* "mode by words | request" */
static void check(const char *agent, const char *request, const char *expected) {
  const ql_value *m = ask(agent, request, NULL);
  ql_str words = ql_get_str(m, QL_STR("words"));
  char got[512];
  ql_str mode = ql_get_str(m, QL_STR("mode")), by = ql_get_str(m, QL_STR("by")), rest = ql_get_str(m, QL_STR("request"));
  (void)snprintf(got, sizeof got, "%.*s %.*s %.*s| %.*s", (int)mode.len, mode.ptr, (int)by.len, by.ptr, (int)words.len,
                 words.ptr ? words.ptr : "", (int)rest.len, rest.ptr);
  assert_string_equal(got, expected);
}

static void the_file_says_what_starts_a_mode(void **state) {
  (void)state;
  check("lead", "How does login work?", "RE-CHECK default | How does login work?");
  check("lead", "a code  review, please", "TALK trigger code  review| a code  review, please");
  check("lead", "check the login", "CHECK trigger check| the login");
  check("lead", "RE-CHECK: the login", "RE-CHECK trigger RE-CHECK| the login");
  check("lead", "recheck it", "RE-CHECK trigger recheck| it");
  check("lead", "Please re check it", "RE-CHECK trigger re check| Please re check it");
  check("lead", "Run a check of the login", "CHECK trigger Run a check of| Run a check of the login");
  /* whole words alone */
  check("lead", "checks and rechecking", "RE-CHECK default | checks and rechecking");
  check("lead", "a spell-check", "RE-CHECK default | a spell-check");
  check("lead", "Check", "CHECK trigger Check| ");
  /* in front goes before longer, longer before shorter */
  check("lead", "check it in a code review", "CHECK trigger check| it in a code review");
  check("lead", "do a check and a code review", "TALK trigger code review| do a check and a code review");
}

static void what_is_not_wanted_does_not_count(void **state) {
  (void)state;
  check("lead", "This is not a check", "RE-CHECK default | This is not a check");
  check("lead", "Don't run the check, explain it", "RE-CHECK default | Don't run the check, explain it");
  check("lead", "Don\xE2\x80\x99t check", "RE-CHECK default | Don\xE2\x80\x99t check");
  check("lead", "Do not wait. Check it", "CHECK trigger Check| Do not wait. Check it");
  check("lead", "no check now, later check it", "CHECK trigger check| no check now, later check it");
  check("lead", "not one two three four check", "CHECK trigger check| not one two three four check");
  check("lead", "not one two three check", "RE-CHECK default | not one two three check");
  const ql_value *hit = QL_GET(ask("lead", "This is not a check", NULL), "hits")->first;
  assert_true(ql_get_bool(hit, QL_STR("negated")));
  assert_int_equal(ql_get_int(hit, QL_STR("offset"), -1), 14);
}

static void a_choice_wins(void **state) {
  (void)state;
  const ql_value *m = ask("lead", "check the login", "talk");
  assert_str_is(ql_get_str(m, QL_STR("mode")), "TALK");
  assert_str_is(ql_get_str(m, QL_STR("by")), "choice");
  assert_false(ql_get_str(m, QL_STR("words")).ptr);
  assert_str_is(ql_get_str(ask("lead", "x", "2"), QL_STR("mode")), "RE-CHECK");
  ql_value *out = NULL;
  assert_int_equal(ql_mode(a, roster, QL_STR("lead"), QL_STR("x"), QL_STR("4"), &out, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_mode(a, roster, QL_STR("lead"), QL_STR("x"), QL_STR(""), &out, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_mode(a, roster, QL_STR("nobody"), QL_STR("x"), QL_ABSENT, &out, NULL), QL_ERR_NOT_FOUND);
  assert_null(out);
}

static void who_has_no_modes_has_three(void **state) {
  (void)state;
  check("plain", "Add login", "NORMAL default | Add login");
  check("plain", "PRE-QUEST: Add login", "PRE-QUEST trigger PRE-QUEST| Add login");
  check("plain", "create quest for adding login", "QUEST trigger create quest| adding login");
  check("plain", "quest - add login", "QUEST trigger quest| add login");
  check("plain", "Tell me what a quest is", "NORMAL default | Tell me what a quest is");
  check("plain", "Questions about a quest", "NORMAL default | Questions about a quest");
  check("plain", "quest-like, they say", "NORMAL default | quest-like, they say");
  const ql_value *m = ask("plain", "quest: x", NULL);
  assert_str_is(ql_get_str(m, QL_STR("runs")), "quest");
  assert_null(QL_GET(m, "line"));
  assert_int_equal(QL_GET(m, "modes")->count, 3);
}

static void a_mode_that_is_switched_off_is_not_asked(void **state) {
  (void)state;
  const ql_value *hit = QL_GET(ask("lead", "check", NULL), "hits")->first;
  assert_int_equal(ql_roster_switch(roster, QL_STR("lead"), ql_get_str(hit, QL_STR("rule")), false, NULL), QL_OK);
  check("lead", "check", "CHECK trigger check| ");
  for (const ql_rule_item *mode = ql_roster_find(roster, QL_STR("lead"))->spec->rules->first; mode; mode = mode->next)
    if (ql_eq(mode->name, QL_STR("CHECK"))) assert_int_equal(ql_roster_switch(roster, QL_STR("lead"), mode->id, false, NULL), QL_OK);
  check("lead", "check", "RE-CHECK default | check");
}

static void a_request_has_a_limit(void **state) {
  (void)state;
  char *text = malloc(QL_REQUEST_BYTES_MAX + 1);
  memset(text, 'q', QL_REQUEST_BYTES_MAX + 1);
  ql_value *out = NULL;
  assert_int_equal(ql_mode(a, roster, QL_STR("lead"), (ql_str){text, QL_REQUEST_BYTES_MAX}, QL_ABSENT, &out, NULL), QL_OK);
  assert_int_equal(ql_mode(a, roster, QL_STR("lead"), (ql_str){text, QL_REQUEST_BYTES_MAX + 1}, QL_ABSENT, &out, NULL), QL_ERR_LIMIT);
  free(text);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  ql_value *out = NULL;
  return ql_mode(arena, roster, QL_STR("lead"), QL_STR("not a check, a code review"), QL_ABSENT, &out, NULL);
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 0);
}

static void S06_the_mode_comes_from_triggers_of_the_seed(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  ql_roster *old = roster;
  roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("lead.md"), spec->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  const char *lead = "coordinator.backend";
  check(lead, "How are the modules coupled?", "NORMAL default | How are the modules coupled?");
  check(lead, "I need architecture guidance", "NORMAL trigger architecture guidance| I need architecture guidance");
  check(lead, "PRE-QUEST: extract billing", "PRE-QUEST trigger PRE-QUEST| extract billing");
  check(lead, "Create quest for implementing login", "QUEST trigger Create quest for implementing| implementing login");
  check(lead, "Explain it, this is not a quest", "NORMAL default | Explain it, this is not a quest");
  const ql_value *m = ask(lead, "Create quest for implementing login", NULL);
  assert_int_equal(ql_get_int(m, QL_STR("line"), 0), 116);
  assert_str_is(ql_get_str(m, QL_STR("path")), "lead.md");
  assert_str_is(ql_get_str(m, QL_STR("runs")), "quest");
  assert_int_equal(QL_GET(m, "modes")->count, 3);
  assert_str_is(ql_get_str(ask(lead, "PRE-QUEST: x", "normal"), QL_STR("mode")), "NORMAL");
  ql_roster_free(roster);
  roster = old;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_file_says_what_starts_a_mode, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_not_wanted_does_not_count, setup, teardown),
      cmocka_unit_test_setup_teardown(a_choice_wins, setup, teardown),
      cmocka_unit_test_setup_teardown(who_has_no_modes_has_three, setup, teardown),
      cmocka_unit_test_setup_teardown(a_mode_that_is_switched_off_is_not_asked, setup, teardown),
      cmocka_unit_test_setup_teardown(a_request_has_a_limit, setup, teardown),
      cmocka_unit_test_setup_teardown(memory_that_runs_out_is_told, setup, teardown),
      cmocka_unit_test_setup_teardown(S06_the_mode_comes_from_triggers_of_the_seed, setup, teardown),
  };
  return cmocka_run_group_tests_name("mode", tests, load_seeds, free_seeds);
}
