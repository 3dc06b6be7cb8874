/* From a plan to its quest: the hash it starts with, and the gates it brings. */
#include "support.h"

#include <questline/plan.h>
#include <questline/quest.h>

#include "base/text.h"

static ql_arena *a;
static ql_error err;

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

static const char PLAN[] =
    "{\"gates\":[{\"id\":\"coverage\",\"judge\":\"rule\",\"measure\":{\"milli\":85000,\"op\":\">=\",\"unit\":\"%\"},\"task\":\"T2\",\"text\":\"Coverage of 85%\"},"
    "{\"expect\":\"low\",\"id\":\"risk\",\"judge\":\"rule\",\"text\":\"Risk is low\"},{\"id\":\"look\",\"judge\":\"rule\",\"text\":\"Looks right\"}],"
    "\"leader\":\"@lead\",\"objective\":\"Build a pier\",\"tasks\":[{\"agent\":\"@a\",\"id\":\"T1\",\"title\":\"Draw\"},"
    "{\"after\":[\"T1\"],\"agent\":\"@b\",\"id\":\"T2\",\"title\":\"Build\"}]}";

static const ql_plan *plan_of(ql_arena *arena, const char *text) {
  ql_value *value = NULL;
  const ql_plan *plan = NULL;
  if (ql_json_read(arena, str(text), &value, &err) != QL_OK) return NULL;
  return ql_plan_from_value(arena, value, &plan, &err) == QL_OK ? plan : NULL;
}

static ql_quest *started(const ql_value *command) {
  static const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_decision decision;
  assert_int_equal(ql_quest_decide(quest, a, command, 1, entropy, &decision, &err), QL_OK);
  if (decision.refusal) fail_msg("%.*s", (int)ql_value_text(a, decision.refusal).len, ql_value_text(a, decision.refusal).ptr);
  assert_int_equal(ql_quest_append(quest, decision.line, &err), QL_OK);
  return quest;
}

static void the_quest_starts_with_exactly_that_plans_hash(void **state) {
  (void)state;
  const ql_plan *plan = plan_of(a, PLAN);
  ql_str hash;
  assert_int_equal(ql_plan_hash(a, plan, &hash, &err), QL_OK);
  ql_quest *quest = started(ql_plan_command(a, plan, NULL));
  assert_true(ql_eq(ql_get_str(ql_quest_view(quest, a), QL_STR("plan")), hash));
  const ql_value *event = ql_quest_event(quest, a, 0), *data = QL_GET(event, "data");
  assert_true(ql_eq(ql_get_str(data, QL_STR("plan")), hash));
  ql_quest_free(quest);
}

static void a_quest_without_a_plan_has_no_hash_of_one(void **state) {
  (void)state;
  ql_value *command = NULL;
  assert_int_equal(
      ql_json_read(a, QL_STR("{\"agents\":[\"@lead\"],\"by\":\"@owner\",\"mission\":\"m\",\"type\":\"create\"}"), &command, &err), QL_OK);
  ql_quest *quest = started(command);
  assert_null(QL_GET(ql_quest_view(quest, a), "plan"));
  ql_quest_free(quest);
}

static void the_plans_gates_are_the_quests(void **state) {
  (void)state;
  const ql_value *command = ql_plan_command(a, plan_of(a, PLAN), NULL), *gates = QL_GET(command, "gates");
  assert_str_is(
      ql_value_text(a, gates),
      "[{\"id\":\"coverage\",\"judge\":\"rule\",\"milli\":85000,\"op\":\">=\",\"task\":\"T2\",\"text\":\"Coverage of 85%\",\"unit\":\"%\"},"
      "{\"expect\":\"low\",\"id\":\"risk\",\"judge\":\"rule\",\"text\":\"Risk is low\"},"
      "{\"id\":\"look\",\"judge\":\"seat\",\"text\":\"Looks right\"}]");
  ql_quest_free(started(command));
}

static ql_status try_command(ql_arena *arena, const void *ctx) {
  const ql_plan *plan = plan_of(arena, ctx);
  return plan && ql_plan_command(arena, plan, NULL) ? QL_OK : QL_ERR_NOMEM;
}

static void memory_may_run_out(void **state) {
  (void)state;
  assert_true(try_every_allocation(try_command, PLAN) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_quest_starts_with_exactly_that_plans_hash),
      cmocka_unit_test(a_quest_without_a_plan_has_no_hash_of_one),
      cmocka_unit_test(the_plans_gates_are_the_quests),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
