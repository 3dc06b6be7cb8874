/* Handing a task to a worker: row S38. */
#include "rules.h"

#include <questline/delegation.h>
#include <questline/limits.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Task Delegation Template\n\n```\nWORKER: @name\nGOAL:\n[what]\n\nTASK ID: crew-T01\n\n"
    "DONE WHEN:\n- [ ] it works\n\nDEADLINE:\n[date]\n\nDEPENDENCIES:\n- Depends on: [task]\n- Blocks: [task]\n\nBACKGROUND:\n- [links]\n```\n";

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  if (ql_roster_add(roster, QL_STR("lead.md"), str(LEAD), NULL) != QL_OK) return -1;
  return ql_roster_link(roster, NULL);
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static const ql_value *json(const char *text) {
  ql_value *value = NULL;
  assert_int_equal(ql_json_read(a, str(text), &value, NULL), QL_OK);
  return value;
}

static const ql_value *write(const ql_roster *with, const char *leader, const ql_value *delegation) {
  ql_value *out = NULL;
  ql_error err = {0};
  if (ql_delegation_write(a, with, str(leader), delegation, &out, &err) != QL_OK) fail_msg("%s %s", err.message, err.detail);
  ql_value *back = NULL;
  assert_int_equal(ql_delegation_read(a, with, str(leader), ql_get_str(out, QL_STR("text")), &back, NULL), QL_OK);
  if (!ql_value_equal(back, QL_GET(out, "delegation"))) {
    ql_str text = ql_get_str(out, QL_STR("text")), read = ql_value_text(a, back);
    fail_msg("%.*s\nreads as %.*s", (int)text.len, text.ptr, (int)read.len, read.ptr);
  }
  return out;
}

static ql_value *read_back(const char *text) {
  ql_value *out = NULL;
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, str(text), &out, NULL), QL_OK);
  return out;
}

#define FULL                                                                                                                               \
  "{\"id\":\"T2\",\"agent\":\"@api\",\"objective\":\"Write the handler\",\"priority\":\"high\",\"demands\":[\"under 200 ms\"],"            \
  "\"accept\":[\"tests pass\",\"documented\"],\"after\":[\"T1\"],\"blocks\":[\"T3\",\"T4\"],\"context\":[\"Document: a.md\"],"             \
  "\"outputs\":[\"handler\"],\"success\":[\"shipped\"]}"

static void without_a_form_ours_is_written(void **state) {
  (void)state;
  const ql_value *out = write(NULL, "@lead", json(FULL));
  assert_str_is(
      ql_get_str(out, QL_STR("text")),
      "TO: @api\nID: T2\nPRIORITY: high\n\nOBJECTIVE:\nWrite the handler\n\nREQUIREMENTS:\n- under 200 ms\n\nACCEPTANCE CRITERIA:\n- [ ] tests pass\n"
      "- [ ] documented\n\nDEPENDENCIES:\n- Depends on: T1\n- Blocks: T3, T4\n\nCONTEXT:\n- Document: a.md\n\nEXPECTED OUTPUT:\n- handler\n\n"
      "SUCCESS CRITERIA:\n- shipped\n");
  assert_null(QL_GET(out, "line"));
}

static void the_form_of_the_file_goes_first(void **state) {
  (void)state;
  const ql_value *out = write(roster, "@lead", json(FULL));
  assert_str_is(
      ql_get_str(out, QL_STR("text")),
      "WORKER: @api\n\nGOAL:\nWrite the handler\nTASK ID: crew-T02\n\nDONE WHEN:\n- [ ] tests pass\n- [ ] documented\n\nDEADLINE:\n- None.\n\n"
      "DEPENDENCIES:\n- Depends on: crew-T01\n- Blocks: crew-T03, crew-T04\n\nBACKGROUND:\n- Document: a.md\nPRIORITY: high\n\nREQUIREMENTS:\n"
      "- under 200 ms\n\nEXPECTED OUTPUT:\n- handler\n\nSUCCESS CRITERIA:\n- shipped\n");
  assert_int_equal(ql_get_int(out, QL_STR("line"), 0), 11);
  assert_str_is(ql_get_str(out, QL_STR("path")), "lead.md");
}

static void whatever_the_words_are_they_read_back(void **state) {
  (void)state;
  static const char *const words[] = {"None.",          "none",           "\\\\x",         "[ ] box",     "- dash",    "1. one",
                                      "Context: all",   "DEADLINE: soon", "# heading",     "**x**",       "```",       "[x] y",
                                      "* star",         "a: b",           "Priority: low", "\\u2022 dot", "\\\\[ ] z", "T1, T2",
                                      "Depends on: T1", "  a \\n b\\t ",  "\\u2192 x",     "\\\\",        "Objective", ":"};
  for (size_t i = 0; i < QL_COUNT(words); i++) {
    char text[512];
    (void)snprintf(
        text, sizeof text,
        "{\"id\":\"T1\",\"agent\":\"%s\",\"objective\":\"%s\",\"demands\":[\"%s\"],\"accept\":[\"%s\",\"\",\"%s\"],\"context\":[\"%s\"]}",
        words[i], words[i], words[i], words[i], words[i], words[i]);
    write(NULL, "", json(text));
    write(roster, "lead", json(text));
  }
  write(roster, "lead", json("{\"id\":\"crew-T0012\",\"agent\":\"\",\"objective\":\"\",\"after\":[\"T01\",\"login-api\"]}"));
}

static void what_people_write_is_read(void **state) {
  (void)state;
  const ql_value *d = read_back(
      "Hello,\n\n## Task ID: T7\n**Assigned to:** @api\n**Priority**: HIGH\n## Objective\nWrite the\nhandler.\n\nAcceptance criteria:\n1. [x] tests pass\n"
      "* documented,\n  in English\nDepends on: T1, T2 and none\nDependencies:\n- Blocked by: T03\n- Blocks: [what this unblocks]\n\nDeliverables:\n- a\n");
  assert_str_is(
      ql_value_text(a, d),
      "{\"accept\":[\"tests pass\",\"documented, in English\"],\"after\":[\"T1\",\"T3\"],\"agent\":\"@api\",\"blocks\":[],\"context\":[],"
      "\"demands\":[],\"id\":\"T7\",\"objective\":\"Write the handler.\",\"outputs\":[\"a\"],\"priority\":\"high\",\"success\":[]}");
  assert_str_is(ql_get_str(read_back("ID: \x10\x10None.\nOBJECTIVE: \x10None.\n"), QL_STR("id")), "");
  ql_value *out = NULL;
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, QL_STR("Nothing of it."), &out, NULL), QL_ERR_SYNTAX);
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, QL_STR("ID: \xFF"), &out, NULL), QL_ERR_UTF8);
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, QL_STR(""), &out, NULL), QL_ERR_SYNTAX);
}

static void what_is_no_delegation_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *detail;
  } rows[] = {{"[]", ""},
              {"{\"agent\":\"@a\",\"id\":\"T1\"}", "objective"},
              {"{\"agent\":\"@a\",\"id\":\"T 1\",\"objective\":\"x\"}", "id"},
              {"{\"agent\":\"@a\",\"id\":\"None.\",\"objective\":\"x\"}", "id"},
              {"{\"agent\":\"@a\",\"id\":\"T1\",\"objective\":\"x\",\"after\":[\"a,b\"]}", "after"},
              {"{\"agent\":\"@a\",\"id\":\"T1\",\"objective\":\"x\",\"accept\":\"y\"}", "accept"},
              {"{\"agent\":\"@a\",\"id\":\"T1\",\"objective\":\"x\",\"accept\":[1]}", "accept"},
              {"{\"agent\":\"@a\",\"id\":\"T1\",\"objective\":\"x\",\"priority\":\"soon\"}", "priority"}};
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *out = NULL;
    ql_error err = {0};
    assert_int_equal(ql_delegation_write(a, NULL, QL_ABSENT, json(rows[i].text), &out, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.detail, rows[i].detail);
  }
}

static void a_message_has_a_limit(void **state) {
  (void)state;
  size_t len = QL_JSON_BYTES_MAX;
  char *text = malloc(len + 1);
  for (size_t i = 0; i <= len; i++) text[i] = i % 2 ? '\n' : 'x';
  memcpy(text, "OBJECTIVE:\n", 11);
  ql_value *out = NULL;
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, (ql_str){text, len}, &out, NULL), QL_OK);
  assert_int_equal(ql_get_str(out, QL_STR("objective")).len, len - 13);
  assert_int_equal(ql_delegation_read(a, NULL, QL_ABSENT, (ql_str){text, len + 1}, &out, NULL), QL_ERR_LIMIT);
  free(text);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *out = NULL, *back = NULL;
  ql_status status = ql_delegation_write(arena, roster, QL_STR("lead"), ctx, &out, NULL);
  return status == QL_OK ? ql_delegation_read(arena, roster, QL_STR("lead"), ql_get_str(out, QL_STR("text")), &back, NULL) : status;
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, json(FULL)) > 0);
}

static void S38_a_task_is_handed_over_in_the_form_of_the_seed(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  ql_roster *team = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(team, QL_STR("seed/agent.md"), spec->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(team, NULL), QL_OK);
  const ql_plan *plan = NULL;
  ql_value *d = NULL;
  const ql_value *wanted = json(
      "{\"objective\":\"Ship\",\"leader\":\"@backend-coordinator\",\"tasks\":[{\"id\":\"T1\",\"title\":\"Design\",\"agent\":\"@api-architect\",\"outputs\":[\"spec\"]},"
      "{\"id\":\"T2\",\"title\":\"Build\",\"agent\":\"@nodejs-expert\",\"after\":[\"T1\"],\"accept\":[\"tests pass\"],\"priority\":\"high\"},"
      "{\"id\":\"T3\",\"title\":\"Audit\",\"agent\":\"@backend-architect\",\"after\":[\"T2\"]}]}");
  assert_int_equal(ql_plan_from_value(a, wanted, &plan, NULL), QL_OK);
  assert_int_equal(ql_delegation_of(a, plan, QL_STR("T2"), NULL, &d, NULL), QL_OK);
  assert_int_equal(ql_delegation_of(a, plan, QL_STR("T9"), NULL, &d, NULL), QL_ERR_NOT_FOUND);
  const ql_value *out = write(team, "@backend-coordinator", d);
  ql_str text = ql_get_str(out, QL_STR("text"));
  static const char *const lines[] = {"DELEGATION TO: @nodejs-expert\n",
                                      "TASK ID: backend-T002\n",
                                      "PRIORITY: high\n",
                                      "OBJECTIVE:\nBuild\n",
                                      "REQUIREMENTS:\n- None.\n",
                                      "ACCEPTANCE CRITERIA:\n- [ ] tests pass\n",
                                      "- Depends on: backend-T001\n",
                                      "- Blocks: backend-T003\n",
                                      "CONTEXT:\n- The whole: Ship\n- From T1: spec\n",
                                      "EXPECTED OUTPUT:\n- None.\n",
                                      "SUCCESS CRITERIA:\n- All acceptance criteria are met.\n"};
  size_t at = 0;
  for (size_t i = 0; i < QL_COUNT(lines); i++) { /* in the order of the form */
    size_t found = ql_find(text, str(lines[i]), at);
    if (found == SIZE_MAX) fail_msg("no %s in %.*s", lines[i], (int)text.len, text.ptr);
    at = found;
  }
  assert_int_equal(ql_get_int(out, QL_STR("line"), 0), 213);
  ql_roster_free(team);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(without_a_form_ours_is_written),        TEST(the_form_of_the_file_goes_first),
      TEST(whatever_the_words_are_they_read_back), TEST(what_people_write_is_read),
      TEST(what_is_no_delegation_is_refused),      TEST(a_message_has_a_limit),
      TEST(memory_that_runs_out_is_told),          TEST(S38_a_task_is_handed_over_in_the_form_of_the_seed),
  };
  return cmocka_run_group_tests_name("delegation", tests, load_seeds, free_seeds);
}
