/* From agent files to what a quest is given: hashes, gates and the ladder. */
#include <dirent.h>

#include <questline/plan.h>
#include <questline/quest.h>

#include "base/text.h"
#include "support.h"

static const char LEAD[] = "---\nname: lead\ndescription: Coordinates the harbour team\n---\n\n# Lead\n\n"
                           "## Quality gates\n\n- [ ] Test coverage >= 85%\n- [ ] Reviewed by the pilot\n\n"
                           "## Escalation\n\n### Level 1: Lead (0-15 minutes)\n\n- Retry up to 2 times\n\n"
                           "### Level 2: Owner (15-60 minutes)\n\n- Decides how to go on\n";
static const char PILOT[] = "---\nname: pilot\ndescription: Steers ships\n---\n\n# Pilot\n\n## Quality gates\n\n- [ ] No ship sinks\n";

static ql_roster *team(void) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("lead.md"), str(LEAD), NULL), QL_OK);
  assert_int_equal(ql_roster_add(roster, QL_STR("pilot.md"), str(PILOT), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static ql_value *agents(ql_arena *a, const char *first, const char *second) {
  ql_value *list = ql_array(a);
  ql_push(list, ql_string(a, str(first)));
  ql_push(list, ql_string(a, str(second)));
  return list;
}

static size_t length(const ql_value *terms, const char *field) {
  const ql_value *list = ql_get(terms, str(field));
  return list ? list->count : 0;
}

static void the_leaders_gates_and_ladder_are_taken(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_roster *roster = team();
  const ql_value *terms = ql_plan_terms(a, agents(a, "@lead", "@pilot"), roster);
  assert_int_equal(length(terms, "gates"), 2);
  const ql_value *coverage = QL_GET(terms, "gates")->first, *review = coverage->next;
  assert_str_is(ql_get_str(coverage, QL_STR("judge")), "rule");
  assert_str_is(ql_get_str(coverage, QL_STR("op")), ">=");
  assert_int_equal(ql_get_int(coverage, QL_STR("milli"), 0), 85000);
  assert_str_is(ql_get_str(coverage, QL_STR("unit")), "%");
  assert_str_is(ql_get_str(review, QL_STR("judge")), "seat");
  assert_null(QL_GET(review, "milli"));
  assert_int_equal(length(terms, "ladder"), 2);
  const ql_value *one = QL_GET(terms, "ladder")->first;
  assert_int_equal(ql_get_int(one, QL_STR("max_ms"), 0), 900000);
  assert_int_equal(ql_get_int(one, QL_STR("retries"), 0), 2);
  assert_int_equal(length(terms, "specs"), 2);
  ql_arena_free(a);
  ql_roster_free(roster);
}

static void what_is_not_said_or_switched_off_is_left_out(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_roster *roster = team();
  const ql_value *terms = ql_plan_terms(a, agents(a, "@pilot", "@lead"), roster); /* the other one leads */
  assert_int_equal(length(terms, "gates"), 1);
  assert_null(QL_GET(terms, "ladder"));
  ql_str rule = ql_get_str(QL_GET(terms, "gates")->first, QL_STR("id"));
  assert_int_equal(ql_roster_switch(roster, QL_STR("@pilot"), rule, false, NULL), QL_OK);
  assert_null(QL_GET(ql_plan_terms(a, agents(a, "@pilot", "@lead"), roster), "gates"));
  terms = ql_plan_terms(a, agents(a, "@stranger", "@nobody"), roster);
  assert_non_null(terms);
  assert_int_equal(terms->count, 0);
  ql_arena_free(a);
  ql_roster_free(roster);
}

/* Whatever stands in a file, the machine takes it. */
static void the_machine_takes_them(void **state) {
  (void)state;
  size_t read = 0, gates = 0;
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[1024];
    size_t len;
    snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
    char *text = *entry->d_name != '.' ? read_file(path, &len) : NULL;
    if (!text) continue;
    read++;
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_roster *roster = ql_roster_new(ql_alloc_libc());
    ql_quest *quest = ql_quest_new(ql_alloc_libc());
    assert_int_equal(ql_roster_add(roster, QL_STR("seed.md"), (ql_str){text, len}, NULL), QL_OK);
    assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
    ql_str leader = ql_roster_agent(roster, 0)->id;
    ql_value *who = ql_array(a), *command = ql_object(a);
    ql_push(who, ql_string(a, leader));
    const ql_value *terms = ql_plan_terms(a, who, roster);
    gates += length(terms, "gates");
    for (const ql_value *field = terms->first; field; field = field->next) ql_set(command, field->key, ql_copy(a, field));
    QL_SET(command, "agents", who);
    QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
    QL_SET(command, "mission", ql_string(a, QL_STR("m")));
    QL_SET(command, "type", ql_string(a, QL_STR("create")));
    const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
    ql_decision decision;
    assert_int_equal(ql_quest_decide(quest, a, command, 1, entropy, &decision, NULL), QL_OK);
    assert_null(decision.refusal);
    assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
    ql_quest_free(quest);
    ql_roster_free(roster);
    ql_arena_free(a);
    free(text);
  }
  if (folder) closedir(folder);
  if (read == 0) {
    print_message("SKIP: 5 agent files, their folder is not there\n");
    skip();
  }
  assert_true(gates > 10);
}

static ql_status try_terms(ql_arena *a, const void *roster) {
  ql_value *who = agents(a, "@lead", "@pilot");
  return !ql_arena_failed(a) && ql_plan_terms(a, who, roster) ? QL_OK : QL_ERR_NOMEM;
}

static void memory_may_run_out(void **state) {
  (void)state;
  ql_roster *roster = team();
  assert_true(try_every_allocation(try_terms, roster) > 0);
  ql_roster_free(roster);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_leaders_gates_and_ladder_are_taken),
      cmocka_unit_test(what_is_not_said_or_switched_off_is_left_out),
      cmocka_unit_test(the_machine_takes_them),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
