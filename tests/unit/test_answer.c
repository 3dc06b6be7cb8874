/* Planning with a model: what its request holds, and running out of memory; what answers come to is in tests/vectors/answer. */
#include <questline/limits.h>
#include <questline/plan_model.h>

#include "base/text.h"
#include "support.h"

static ql_arena *a;
static ql_roster *roster;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  if (ql_roster_add(roster, QL_STR("lead.md"),
                    QL_STR("---\nname: lead\ndescription: Coordinates.\n---\n# Lead\n\n## Quality gates\n\n- Test coverage at least 90%\n"),
                    NULL) != QL_OK ||
      ql_roster_add(roster, QL_STR("api.md"), QL_STR("---\nname: api\ndescription: Builds endpoints.\ntools: Read, Bash\n---\nBuild.\n"),
                    NULL) != QL_OK)
    return -1;
  return ql_roster_link(roster, NULL);
}

static int end(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static ql_value *asked(const ql_value *context) {
  ql_value *request = NULL;
  assert_int_equal(ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export orders"), context, &request, NULL), QL_OK);
  return request;
}

static bool has(ql_str text, const char *words) { return ql_find(text, str(words), 0) != SIZE_MAX; }

static void the_leader_speaks_by_its_rules(void **state) {
  (void)state;
  ql_str system = ql_get_str(asked(NULL), QL_STR("system"));
  assert_true(ql_starts(system, QL_STR("You are @lead: Coordinates.\n")));
  assert_true(has(system, "Test coverage at least 90%"));
  const ql_agent *lead = ql_roster_find(roster, QL_STR("@lead"));
  for (const ql_rule *rule = lead->spec->rules; rule; rule = rule->next)
    assert_int_equal(ql_roster_switch(roster, QL_STR("@lead"), rule->id, false, NULL), QL_OK);
  assert_false(has(ql_get_str(asked(NULL), QL_STR("system")), "Test coverage")); /* what is switched off is not told */
}

static void the_schema_is_the_table(void **state) {
  (void)state;
  const ql_value *schema = QL_GET(asked(NULL), "schema"), *properties = QL_GET(schema, "properties");
  const ql_value *task = QL_GET(QL_GET(properties, "tasks"), "items"), *members = QL_GET(task, "properties");
  assert_int_equal(QL_GET(schema, "required")->count, properties->count);
  assert_int_equal(QL_GET(task, "required")->count, members->count);
  assert_false(ql_get_bool(schema, QL_STR("additionalProperties")));
  assert_non_null(QL_GET(schema, "additionalProperties"));
  assert_str_is(ql_get_str(QL_GET(members, "effort"), QL_STR("type")), "string");
  assert_int_equal(QL_GET(QL_GET(members, "effort"), "enum")->count, 5);
  assert_str_is(ql_get_str(QL_GET(QL_GET(members, "after"), "items"), QL_STR("type")), "string");
  assert_null(QL_GET(properties, "leader"));
  assert_null(QL_GET(properties, "objective"));
  assert_null(QL_GET(members, "source"));
}

static ql_value *document(ql_str path, ql_str text) {
  ql_value *list = ql_array(a), *one = ql_push(list, ql_object(a));
  if (path.ptr) QL_SET(one, "path", ql_string(a, path));
  if (text.ptr) QL_SET(one, "text", ql_string(a, text));
  return list;
}

static void what_cannot_be_asked_is_said(void **state) {
  (void)state;
  ql_value *request = NULL;
  ql_error err = {0};
  size_t most = QL_PLAN_REQUEST_MAX;
  char *large = ql_arena_get(a, most + 1);
  memset(large, 'x', most);
  assert_int_equal(
      ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export"), document(QL_STR("a.md"), (ql_str){large, most}), &request, &err),
      QL_ERR_LIMIT);
  assert_string_equal(err.detail, "QL_PLAN_REQUEST_MAX");
  assert_int_equal(
      ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export"), document(QL_STR("a.md"), (ql_str){large, most - 4096}), &request, &err),
      QL_OK);
  request = NULL;
  assert_int_equal(ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export"), document(QL_STR("a.md"), QL_ABSENT), &request, &err),
                   QL_ERR_ARGUMENT);
  assert_int_equal(ql_plan_request(a, roster, QL_STR("@lead"), QL_STR("Export"), ql_object(a), &request, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_plan_request(a, roster, QL_STR("@lead"), QL_STR(" "), NULL, &request, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_plan_request(a, roster, QL_STR("@ghost"), QL_STR("Export"), NULL, &request, &err), QL_ERR_NOT_FOUND);
  assert_null(request);
}

static void what_is_no_answer_is_said(void **state) {
  (void)state;
  ql_value *out = NULL, *request = asked(NULL), *other = ql_copy(a, request);
  assert_int_equal(ql_plan_answer(a, roster, NULL, QL_STR("{}"), &out, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_plan_answer(a, roster, ql_object(a), QL_STR("{}"), &out, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_plan_answer(a, roster, request, QL_STR("\xff"), &out, NULL), QL_ERR_UTF8);
  assert_int_equal(ql_plan_answer(a, roster, request, QL_STR("a\0b"), &out, NULL), QL_ERR_UTF8);
  QL_SET(other, "leader", ql_string(a, QL_STR("@ghost")));
  assert_int_equal(ql_plan_answer(a, roster, other, QL_STR("{}"), &out, NULL), QL_ERR_NOT_FOUND);
  assert_null(out);
}

static void a_huge_answer_is_asked_again_in_short(void **state) {
  (void)state;
  size_t len = QL_JSON_BYTES_MAX + 1;
  char *large = ql_arena_get(a, len);
  memset(large, '{', len);
  ql_value *out = NULL;
  assert_int_equal(ql_plan_answer(a, roster, asked(NULL), (ql_str){large, len}, &out, NULL), QL_OK);
  assert_str_is(ql_get_str(QL_GET(out, "problems")->first, QL_STR("code")), "too-large");
  const ql_value *messages = QL_GET(QL_GET(out, "repair"), "messages");
  assert_int_equal(messages->count, 3);
  assert_true(ql_get_str(messages->first->next, QL_STR("text")).len <= 32768);
  ql_value *again = NULL;
  assert_int_equal(ql_plan_answer(a, roster, QL_GET(out, "repair"), (ql_str){large, len}, &again, NULL), QL_OK);
  assert_str_is(ql_get_str(again, QL_STR("outcome")), "failed");
  assert_int_equal(ql_get_str(again, QL_STR("raw")).len, len);
}

static ql_status trial(ql_arena *r, const void *answer) {
  ql_value *request, *out, *last;
  ql_status status = ql_plan_request(r, roster, QL_STR("@lead"), QL_STR("Export orders"), NULL, &request, NULL);
  if (status == QL_OK) status = ql_plan_answer(r, roster, request, QL_STR("no"), &out, NULL);
  if (status == QL_OK) status = ql_plan_answer(r, roster, QL_GET(out, "repair"), str(answer), &last, NULL);
  return status;
}

static void memory_that_runs_out_is_said(void **state) {
  (void)state;
  static const char *const ANSWERS[] = {
      "{\"tasks\":[{\"id\":\"T1\",\"agent\":\"@api\",\"title\":\"Serve\"}],\"gates\":[{\"id\":\"g\",\"text\":\"t\"}]}",
      "{\"tasks\":[{\"id\":\"T1\",\"agent\":\"@ghost\",\"title\":3,\"after\":[1]}]}",
      "IMPLEMENTATION PLAN\n\n1. Serve it\n\nAGENTS NEEDED\n\n- @api: serves\n",
  };
  for (size_t i = 0; i < QL_COUNT(ANSWERS); i++) assert_true(try_every_allocation(trial, ANSWERS[i]) > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_leader_speaks_by_its_rules),        TEST(the_schema_is_the_table),
      TEST(what_cannot_be_asked_is_said),          TEST(what_is_no_answer_is_said),
      TEST(a_huge_answer_is_asked_again_in_short), TEST(memory_that_runs_out_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
