/* Rules as JSON, made by hand: what each field of the structs comes to. */
#include "support.h"

#include <questline/policy.h>

static ql_str json_of(ql_arena *a, const ql_rule *rule) {
  ql_value *value = ql_rule_value(a, rule);
  return value ? ql_value_text(a, value) : QL_ABSENT;
}

#define NOTHING_SAID .number = 0, .retries = -1, .tokens = -1, .min_ms = -1, .max_ms = -1

static void assert_json(const ql_rule *rule, const char *expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(json_of(a, rule), expected);
  ql_arena_free(a);
}

static void only_what_is_said(void **state) {
  (void)state;
  ql_rule_item item = {.id = QL_STR("memory:m/i"), .text = QL_STR("names"), NOTHING_SAID, .offset = 8, .end = 15, .line = 2};
  const ql_rule rule = {.kind = QL_RULE_MEMORY,
                        .id = QL_STR("memory:m"),
                        .title = QL_STR("M"),
                        .heading = QL_STR("H"),
                        .confidence = 90,
                        .sum_tokens = -1,
                        .stated_tokens = -1,
                        .window_tokens = -1,
                        .first = &item,
                        .last = &item,
                        .item_count = 1,
                        .offset = 8,
                        .end = 15,
                        .line = 2};
  assert_json(&rule,
              "{\"confidence\":90,\"end\":15,\"heading\":\"H\",\"id\":\"memory:m\",\"items\":[{\"end\":15,\"id\":\"memory:m/i\",\"line\":2,"
              "\"offset\":8,\"text\":\"names\"}],\"kind\":\"memory\",\"line\":2,\"offset\":8,\"title\":\"M\"}");
}

static void all_that_can_be_said(void **state) {
  (void)state;
  static const ql_str agents[] = {QL_STR_INIT("@a"), QL_STR_INIT("@b")}, words[] = {QL_STR_INIT("w")};
  ql_rule_item item = {.id = QL_STR("i"),
                       .text = QL_STR("t"),
                       .name = QL_STR("n"),
                       .path = QL_STR("p"),
                       .expect = QL_STR("low"),
                       .type = QL_STR("string"),
                       .agents = agents,
                       .agent_count = 2,
                       .tools = words,
                       .tool_count = 1,
                       .outputs = words,
                       .output_count = 1,
                       .after = words,
                       .after_count = 1,
                       .severity = words,
                       .severity_count = 1,
                       .measure = {QL_AT_LEAST, 80000, QL_STR("%")},
                       .has_measure = true,
                       .judge = QL_JUDGE_RULE,
                       .flags = QL_ITEM_DEFAULT | QL_ITEM_PARALLEL | QL_ITEM_WILDCARD | QL_ITEM_WITHHELD,
                       .number = 3,
                       .retries = 0,
                       .tokens = 0,
                       .min_ms = 0,
                       .max_ms = 7200000,
                       .offset = 1,
                       .end = 2,
                       .line = 1};
  const ql_rule rule = {.kind = QL_RULE_ESCALATE_WHEN,
                        .id = QL_STR("r"),
                        .title = QL_STR("T"),
                        .heading = QL_STR(""),
                        .name = QL_STR("rn"),
                        .confidence = 50,
                        .agents = agents,
                        .agent_count = 1,
                        .measure = {QL_LESS, 95, QL_STR("")},
                        .has_measure = true,
                        .on_request = true,
                        .sum_tokens = 1,
                        .stated_tokens = 2,
                        .window_tokens = 3,
                        .first = &item,
                        .last = &item,
                        .item_count = 1,
                        .offset = 1,
                        .end = 2,
                        .line = 1};
  assert_json(
      &rule,
      "{\"agents\":[\"@a\"],\"confidence\":50,\"end\":2,\"heading\":\"\",\"id\":\"r\",\"items\":[{\"after\":[\"w\"],\"agents\":[\"@a\","
      "\"@b\"],\"default\":true,\"end\":2,\"expect\":\"low\",\"given\":false,\"id\":\"i\",\"judge\":\"rule\",\"line\":1,"
      "\"max_ms\":7200000,\"measure\":{\"milli\":80000,\"op\":\">=\",\"unit\":\"%\"},\"min_ms\":0,\"name\":\"n\",\"number\":3,"
      "\"offset\":1,\"outputs\":[\"w\"],\"parallel\":true,\"path\":\"p\",\"retries\":0,\"severity\":[\"w\"],\"text\":\"t\","
      "\"tokens\":0,\"tools\":[\"w\"],\"type\":\"string\",\"wildcard\":true}],\"kind\":\"escalate-when\",\"line\":1,"
      "\"measure\":{\"milli\":95,\"op\":\"<\",\"unit\":\"\"},\"name\":\"rn\",\"offset\":1,\"on_request\":true,"
      "\"stated_tokens\":2,\"sum_tokens\":1,\"title\":\"T\",\"window_tokens\":3}");
}

/* Two items, the first with one below it that has two below it. */
static ql_rule nested(ql_rule_item items[5]) {
  static const char *const ids[] = {"a", "b", "c", "d", "e"};
  for (size_t i = 0; i < 5; i++) items[i] = (ql_rule_item){.id = str(ids[i]), .text = str(ids[i]), NOTHING_SAID, .line = 1};
  items[0].next = &items[4];
  items[0].first = items[0].last = &items[1];
  items[1].first = &items[2];
  items[1].last = items[2].next = &items[3];
  return (ql_rule){.kind = QL_RULE_MESSAGE,
                   .id = QL_STR("m"),
                   .title = QL_STR("m"),
                   .heading = QL_STR(""),
                   .sum_tokens = -1,
                   .stated_tokens = -1,
                   .window_tokens = -1,
                   .first = &items[0],
                   .last = &items[4],
                   .item_count = 2,
                   .line = 1};
}

static void items_of_items(void **state) {
  (void)state;
  ql_rule_item items[5];
  ql_rule rule = nested(items);
  assert_json(
      &rule,
      "{\"confidence\":0,\"end\":0,\"heading\":\"\",\"id\":\"m\",\"items\":["
      "{\"end\":0,\"id\":\"a\",\"items\":[{\"end\":0,\"id\":\"b\",\"items\":["
      "{\"end\":0,\"id\":\"c\",\"line\":1,\"offset\":0,\"text\":\"c\"},{\"end\":0,\"id\":\"d\",\"line\":1,\"offset\":0,\"text\":\"d\"}],"
      "\"line\":1,\"offset\":0,\"text\":\"b\"}],\"line\":1,\"offset\":0,\"text\":\"a\"},"
      "{\"end\":0,\"id\":\"e\",\"line\":1,\"offset\":0,\"text\":\"e\"}],\"kind\":\"message\",\"line\":1,\"offset\":0,\"title\":\"m\"}");
}

static ql_status write_nested(ql_arena *a, const void *ctx) {
  ql_rule_item items[5];
  ql_rule rule = nested(items);
  (void)ctx;
  return json_of(a, &rule).ptr ? QL_OK : QL_ERR_NOMEM;
}

static void out_of_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(write_nested, NULL) > 0);
}

static void kinds(void **state) {
  (void)state;
  assert_string_equal(ql_rule_kind_id(QL_RULE_MODES), "modes");
  assert_string_equal(ql_rule_kind_id(QL_RULE_ESCALATE_WHEN), "escalate-when");
  assert_string_equal(ql_rule_kind_title(QL_RULE_MEMORY), "Remembers");
  for (int i = 0; i < QL_RULE_KIND_COUNT; i++)
    for (int k = 0; k < i; k++) assert_string_not_equal(ql_rule_kind_id((ql_rule_kind)i), ql_rule_kind_id((ql_rule_kind)k));
}

static void measures(void **state) {
  static const struct {
    ql_relation relation;
    bool below, at, above;
  } cases[] = {
      {QL_LESS, true, false, false},    {QL_AT_MOST, true, true, false},    {QL_EQUAL, false, true, false},
      {QL_AT_LEAST, false, true, true}, {QL_MORE_THAN, false, false, true},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_measure measure = {cases[i].relation, 80000, QL_STR("%")};
    assert_int_equal(ql_measure_holds(&measure, 79999), cases[i].below);
    assert_int_equal(ql_measure_holds(&measure, 80000), cases[i].at);
    assert_int_equal(ql_measure_holds(&measure, 80001), cases[i].above);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_is_said),
      cmocka_unit_test(all_that_can_be_said),
      cmocka_unit_test(items_of_items),
      cmocka_unit_test(out_of_memory),
      cmocka_unit_test(kinds),
      cmocka_unit_test(measures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
