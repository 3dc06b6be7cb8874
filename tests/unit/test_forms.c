/* Messages with fields: row S23. */
#include "rules.h"

#include <questline/forms.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Team\n\n- `@api-dev` - API\n\n## Communication Protocol\n\n### Receiving requests\n\n```json\n"
    "{\n  \"to\": \"lead\",\n  \"request\": \"look\",\n  \"urgent\": true,\n  \"size\": 3,\n  \"context\": {\n    \"why\": \"x\",\n    \"tags\": [\"a\"]\n  }\n}\n```\n\n"
    "### My response format\n\n```json\n{\n  \"from\": \"lead\",\n  \"report\": {\n    \"state\": \"x\",\n    \"risks\": [\n      {\"risk\": \"x\", \"level\": 2}\n    ],\n"
    "    \"per_agent\": {\n      \"api-dev\": \"x\"\n    }\n  }\n}\n```\n";

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

static ql_str told(const ql_value *check) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (const ql_value *p = QL_GET(check, "problems")->first; p; p = p->next) {
    if (out.len > 0) ql_buf_add(&out, QL_STR(", "));
    if (ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("warning"))) ql_buf_byte(&out, '?');
    ql_buf_add(&out, ql_get_str(p, QL_STR("code")));
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, ql_get_str(p, QL_STR("path")));
  }
  return ql_buf_take(&out, a);
}

static const ql_value *check(const char *agent, const char *form, const char *text, const char *problems) {
  ql_value *out = NULL;
  assert_int_equal(ql_form_check(a, roster, str(agent), str(form), str(text), &out, NULL), QL_OK);
  assert_str_is(told(out), problems);
  return out;
}

static const ql_value *fill(const char *agent, const char *form, const char *entries, const char *problems) {
  ql_value *out = NULL, *value = NULL;
  ql_error err = {0};
  assert_int_equal(ql_json_read(a, str(entries), &value, NULL), QL_OK);
  if (ql_form_fill(a, roster, str(agent), str(form), value, &out, &err) != QL_OK) fail_msg("%s %s", err.message, err.detail);
  assert_str_is(told(out), problems);
  return out;
}

static void fields_are_those_of_the_file(void **state) {
  (void)state;
  check("lead", "request", "{\"to\":\"lead\",\"request\":\"x\",\"urgent\":false,\"size\":2,\"context\":{}}", "");
  check("lead", "request", "{\"to\":\"lead\",\"request\":\"x\",\"urgent\":\"no\",\"size\":\"two\",\"context\":[]}",
        "type context, type size, type urgent");
  check("lead", "request", "{\"to\":\"lead\",\"request\":\"x\",\"urgent\":false,\"size\":2.5}", "missing context");
  check("lead", "request",
        "{\"to\":\"lead\",\"request\":\" \",\"urgent\":false,\"size\":2,\"context\":{\"tag\":1,\"tags\":[1]},\"sise\":1}",
        "?empty request, ?unknown sise, ?unknown context.tag");
  check("lead", "request", "{\"to\":\"api-def\",\"request\":\"x\",\"urgent\":false,\"size\":2,\"context\":{}}", "?agent to");
  check("lead", "request", "[]", "type ");
  check("lead", "request", "{", "json ");
  check("lead", "request", "", "json ");
}

static void fields_inside_count_too(void **state) {
  (void)state;
  check(
      "lead", "response",
      "{\"from\":\"lead\",\"report\":{\"state\":\"x\",\"risks\":[{\"risk\":\"a\",\"level\":1},{\"risk\":2}],\"per_agent\":{\"any-one\":\"x\",\"other\":3}}}",
      "type report.per_agent.other, missing report.risks[1].level, type report.risks[1].risk");
  check("lead", "response", "{\"from\":\"lead\",\"report\":{\"risks\":[1]}}",
        "missing report.state, missing report.per_agent, type report.risks[0]");
  const ql_value *ok =
      check("lead", "response", "{ \"report\":{\"state\":\"x\",\"risks\":[],\"per_agent\":{}},\"from\":\"lead\"}", "?empty report.risks");
  assert_str_is(ql_get_str(ok, QL_STR("text")), "{\"from\":\"lead\",\"report\":{\"per_agent\":{},\"risks\":[],\"state\":\"x\"}}");
}

static void a_form_is_filled_in(void **state) {
  (void)state;
  const ql_value *out = fill(
      "lead", "request",
      "[{\"path\":\"to\",\"text\":\"lead\"},{\"path\":\"request\",\"text\":\" go \"},{\"path\":\"urgent\",\"text\":\"Yes\"},"
      "{\"path\":\"size\",\"text\":\"7\"},{\"path\":\"context.tags\",\"text\":\"a\\n\\n b\"},{\"path\":\"context.why\",\"text\":\"\"}]",
      "");
  assert_str_is(ql_get_str(out, QL_STR("text")),
                "{\"context\":{\"tags\":[\"a\",\"b\"]},\"request\":\"go\",\"size\":7,\"to\":\"lead\",\"urgent\":true}");
  out = fill(
      "lead", "response",
      "[{\"path\":\"from\",\"text\":\"lead\"},{\"path\":\"report.state\",\"text\":\"x\"},{\"path\":\"report.risks[0].risk\",\"text\":\"a\"},"
      "{\"path\":\"report.risks[0].level\",\"text\":\"1\"},{\"path\":\"report.per_agent[\\\"a.b\\\"]\",\"text\":\"do\"}]",
      "");
  assert_str_is(ql_get_str(out, QL_STR("text")),
                "{\"from\":\"lead\",\"report\":{\"per_agent\":{\"a.b\":\"do\"},\"risks\":[{\"level\":1,\"risk\":\"a\"}],\"state\":\"x\"}}");
  fill("lead", "request", "[{\"path\":\"size\",\"text\":\"many\"}]",
       "missing to, missing request, missing urgent, missing context, type size");
  static const char *const wrong[] = {
      "", ".a", "a..b", "a[", "a[1]", "[0]", "a[x]", "a[0", "a b", "a[\"b", "to.x", "a[99999999]", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"};
  for (size_t i = 0; i < QL_COUNT(wrong); i++) {
    ql_value *value = ql_array(a), *entry = ql_push(value, ql_object(a)), *first = ql_object(a), *answer = NULL;
    QL_SET(entry, "path", ql_string(a, QL_STR("to")));
    QL_SET(entry, "text", ql_string(a, QL_STR("lead")));
    QL_SET(first, "path", ql_string(a, str(wrong[i])));
    QL_SET(first, "text", ql_string(a, QL_STR("x")));
    ql_push(value, first);
    ql_error err = {0};
    if (ql_form_fill(a, roster, QL_STR("lead"), QL_STR("request"), value, &answer, &err) != QL_ERR_SYNTAX)
      fail_msg("%s was followed", wrong[i]);
    assert_string_equal(err.detail, wrong[i]);
  }
}

static void every_agent_has_three(void **state) {
  (void)state;
  check(
      "api-dev", "directive",
      "{\"to\":[\"api-dev\",\"lead\"],\"task\":\"x\",\"context\":\"y\",\"specific_instructions\":{\"api-dev\":\"z\"},\"coordination_points\":[\"p\"]}",
      "?missing specific_instructions.lead");
  check(
      "api-dev", "response",
      "{\"from\":\"lead\",\"current_state\":{\"any\":1},\"impact_assessment\":{},\"migration_plan\":{\"phase_1\":{\"duration\":\"x\",\"tasks\":[\"t\"],\"assigned_to\":[]},"
      "\"phase_2\":{\"tasks\":\"t\"}},\"risks\":[{\"risk\":\"r\"}]}",
      "missing risks[0].mitigation, missing risks[0].severity, type migration_plan.phase_2.tasks");
  ql_value *out = NULL;
  assert_int_equal(ql_form_check(a, roster, QL_STR("lead"), QL_STR("letter"), QL_STR("{}"), &out, NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_form_check(a, roster, QL_STR("nobody"), QL_STR("request"), QL_STR("{}"), &out, NULL), QL_ERR_NOT_FOUND);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  ql_value *out = NULL, *entries = NULL;
  ql_status status = ql_form_check(arena, roster, QL_STR("lead"), QL_STR("response"),
                                   QL_STR("{\"from\":\"x\",\"report\":{\"risks\":[{\"risk\":2}]}}"), &out, NULL);
  if (status == QL_OK) status = ql_json_read(arena, QL_STR("[{\"path\":\"report.risks[0].risk\",\"text\":\"a\"}]"), &entries, NULL);
  return status == QL_OK ? ql_form_fill(arena, roster, QL_STR("lead"), QL_STR("response"), entries, &out, NULL) : status;
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 0);
}

/* The body of the index-th JSON fence of a file. */
static ql_str fence(ql_str text, size_t index) {
  size_t at = 0;
  for (;; index--) {
    at = ql_find(text, QL_STR("```json\n"), at);
    assert_true(at != SIZE_MAX);
    at += 8;
    if (index == 0) return ql_slice(text, at, ql_find(text, QL_STR("```"), at));
  }
}

static void S23_the_messages_of_the_seeds_fit_their_own_forms(void **state) {
  (void)state;
  static const char *const forms[] = {"request", "response", "directive"};
  ql_roster *old = roster;
  for (size_t file = 0; file < 2; file++) {
    const ql_spec *spec = seed(file);
    roster = ql_roster_new(ql_alloc_libc());
    assert_int_equal(ql_roster_add(roster, QL_STR("seed/agent.md"), spec->text, NULL), QL_OK);
    assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
    for (size_t i = 0; i < QL_COUNT(forms); i++) {
      ql_value *out = NULL;
      assert_int_equal(ql_form_check(a, roster, spec->id, str(forms[i]), fence(spec->text, i), &out, NULL), QL_OK);
      assert_true(ql_get_str(out, QL_STR("text")).ptr != NULL); /* no errors */
      for (const ql_value *p = QL_GET(out, "problems")->first; p; p = p->next)
        assert_str_is(ql_get_str(p, QL_STR("code")), "agent"); /* whom these files name is not in the roster */
      assert_int_equal(ql_form_check(a, roster, spec->id, str(forms[i]), QL_STR("{}"), &out, NULL), QL_OK);
      assert_false(ql_get_str(out, QL_STR("text")).ptr);
    }
    ql_value *out = NULL;
    assert_int_equal(ql_form_check(a, roster, spec->id, QL_STR("response"),
                                   QL_STR("{\"from\":\"x\",\"analysis\":{\"migration_plan\":{\"phase_9\":{\"tasks\":1}}}}"), &out, NULL),
                     QL_OK);
    assert_true(ql_find(told(out), QL_STR("type analysis.migration_plan.phase_9.tasks"), 0) != SIZE_MAX);
    ql_roster_free(roster);
  }
  roster = old;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(fields_are_those_of_the_file), TEST(fields_inside_count_too),      TEST(a_form_is_filled_in),
      TEST(every_agent_has_three),        TEST(memory_that_runs_out_is_told), TEST(S23_the_messages_of_the_seeds_fit_their_own_forms),
  };
  return cmocka_run_group_tests_name("forms", tests, load_seeds, free_seeds);
}
