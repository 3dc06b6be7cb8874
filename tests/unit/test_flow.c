/* Where the time of a request goes: row S21. */
#include "rules.h"

#include <questline/impact.h>

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

static ql_value *json(const char *text) {
  ql_value *value = NULL;
  if (ql_json_read(a, str(text), &value, NULL) != QL_OK) fail_msg("%s", text);
  return value;
}

static const ql_value *flow_of(const ql_value *spans) {
  ql_value *out = NULL;
  ql_error err = {0};
  if (ql_request_flow(a, spans, &out, &err) != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  return out;
}

#define SPAN(id, parent, name, start, time)                                                                                                \
  "{\"id\":\"" id "\",\"parent\":\"" parent "\",\"name\":\"" name "\",\"start\":" #start ",\"time\":" #time "}"

static void each_step_has_what_its_calls_leave(void **state) {
  (void)state;
  /* b and c overlap by 10, c goes on beyond a's end by 20: of a's 100 they cover 80. */
  const ql_value *flow =
      flow_of(json("[" SPAN("c", "a", "C", 1040, 80) "," SPAN("a", "", "A", 1000, 100) "," SPAN("b", "a", "B", 1020, 30) "]"));
  assert_int_equal(ql_get_int(flow, QL_STR("time"), 0), 120);
  assert_str_is(ql_value_text(a, QL_GET(flow, "chain")),
                "[{\"at\":0,\"depth\":0,\"id\":\"a\",\"name\":\"A\",\"own\":20,\"share\":1666,\"time\":100},"
                "{\"at\":20,\"depth\":1,\"id\":\"b\",\"name\":\"B\",\"own\":30,\"share\":2500,\"time\":30},"
                "{\"at\":40,\"depth\":1,\"id\":\"c\",\"name\":\"C\",\"own\":80,\"share\":6666,\"time\":80}]");
  assert_str_is(ql_value_text(a, QL_GET(flow, "bottlenecks")), "[\"b\",\"c\"]");
}

static void what_is_no_trace_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *spans, *detail;
  } ROWS[] = {{"{}", ""},
              {"[]", ""},
              {"[{}]", ""},
              {"[" SPAN("a", "", "A", -1, 1) "]", "a"},
              {"[" SPAN("a", "", "A", 1, -1) "]", "a"},
              {"[" SPAN("a", "", "A", 1, 1) "," SPAN("a", "", "B", 1, 1) "]", "a"},
              {"[" SPAN("a", "z", "A", 1, 1) "]", "z"},
              {"[" SPAN("a", "b", "A", 1, 1) "," SPAN("b", "a", "B", 1, 1) "," SPAN("c", "", "C", 1, 1) "]", ""}};
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    ql_value *out = NULL;
    ql_error err = {0};
    if (ql_request_flow(a, json(ROWS[i].spans), &out, &err) != QL_ERR_SYNTAX) fail_msg("%s", ROWS[i].spans);
    assert_string_equal(err.detail, ROWS[i].detail);
  }
}

static ql_status trial(ql_arena *arena, const void *spans) {
  ql_value *out;
  return ql_request_flow(arena, spans, &out, NULL);
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, json("[" SPAN("a", "", "A", 0, 9) "," SPAN("b", "a", "B", 1, 3) "]")) > 0);
}

/* The members of the interface that the seed asks for, and the slow step it names: a chain with its times, their breakdown, N+1. */
static void S21_the_flow_of_a_request_of_the_seed(void **state) {
  (void)state;
  static const struct {
    const char *asked, *answered;
  } MEMBERS[] = {{"call_chain", "chain"},
                 {"total_time", "time"},
                 {"breakdown", "breakdown"},
                 {"n_plus_one", "repeated"},
                 {"detectBottlenecks", "bottlenecks"}};
  ql_str text = seed(0)->text, slow = QL_STR("OrderService::processOrder");
  size_t start = ql_find(text, QL_STR("interface PerformanceAnalysis"), 0), at = ql_find(text, slow, 0);
  assert_true(start != SIZE_MAX && at != SIZE_MAX);
  ql_str asked = ql_slice(text, start, ql_find(text, QL_STR("\n```"), start));
  assert_true(ql_starts(ql_slice(text, at + slow.len, text.len), QL_STR(" - 2.3s avg")));

  ql_value *spans = json("[" SPAN("1", "", "POST /orders", 0, 2500000) "," SPAN("2", "1", "x", 100000, 2300000) "]");
  QL_SET(spans->last, "name", ql_string(a, slow));
  for (int i = 0; i < 6; i++) { /* a query for each item */
    char span[128];
    (void)snprintf(span, sizeof span, "{\"id\":\"q%d\",\"parent\":\"2\",\"name\":\"SELECT item\",\"start\":%d,\"time\":20000}", i,
                   200000 + i * 20000);
    ql_push(spans, json(span));
  }
  const ql_value *flow = flow_of(spans);
  for (size_t i = 0; i < QL_COUNT(MEMBERS); i++) {
    assert_true(ql_find(asked, str(MEMBERS[i].asked), 0) != SIZE_MAX);
    assert_non_null(ql_get(flow, str(MEMBERS[i].answered)));
  }
  assert_int_equal(QL_GET(flow, "chain")->count, 8);
  assert_str_is(ql_value_text(a, QL_GET(flow, "bottlenecks")), "[\"2\"]");
  assert_true(ql_eq(ql_get_str(QL_GET(flow, "breakdown")->first, QL_STR("name")), slow));
  assert_int_equal(ql_get_int(QL_GET(flow, "breakdown")->first, QL_STR("own"), 0), 2180000);
  assert_str_is(ql_value_text(a, QL_GET(flow, "repeated")),
                "[{\"by\":\"OrderService::processOrder\",\"calls\":6,\"name\":\"SELECT item\",\"time\":120000}]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_step_has_what_its_calls_leave),
      TEST(what_is_no_trace_is_refused),
      TEST(memory_that_runs_out_is_told),
      TEST(S21_the_flow_of_a_request_of_the_seed),
  };
  return cmocka_run_group_tests_name("flow", tests, load_seeds, free_seeds);
}
