/* The JSON form of plans with all they can say, and their hash. */
#include "support.h"

#include <questline/limits.h>

#include "base/text.h"
#include "plans.h"

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

/* Every field there is. */
static const char FULL[] =
    "{\"considered\":[{\"agent\":\"@x\",\"reason\":\"nothing for it\"}],\"declared_groups\":true,\"duration\":\"two weeks\","
    "\"files\":[{\"path\":\"src/a.ts\",\"purpose\":\"Update it\"}],\"findings\":[{\"need\":\"auth\",\"words\":\"sign in\"}],"
    "\"gates\":[{\"evidence\":\"npm test\",\"expect\":\"low\",\"id\":\"risk\",\"judge\":\"rule\",\"source\":{\"agent\":\"@lead\",\"from\":\"rule\",\"line\":7,"
    "\"path\":\"lead.md\",\"rule\":\"gate-1\"},\"task\":\"T1\",\"text\":\"Risk is low\"},"
    "{\"id\":\"coverage\",\"judge\":\"rule\",\"measure\":{\"milli\":85000,\"op\":\">=\",\"unit\":\"%\"},\"text\":\"Coverage\"}],"
    "\"item\":{\"from\":\"document\",\"line\":12,\"path\":\"roadmap.md\",\"words\":\"Sign in\"},\"leader\":\"@lead\","
    "\"needs\":[{\"agent\":\"@a\",\"reason\":\"knows it\"}],\"objective\":\"Build it\",\"order\":[\"T1 first\"],\"phases\":[\"Build\",\"Try\"],"
    "\"rehearsed\":true,\"risks\":[\"It rains\"],\"rollback\":[\"Take it down\"],\"steps\":[\"Do it\"],\"success\":[\"It stands\"],"
    "\"tasks\":[{\"accept\":[\"Holds\"],\"after\":[],\"agent\":\"@a\",\"demands\":[\"Fast\"],\"effort\":\"XL\",\"estimate\":{\"input\":10,\"minutes\":30,\"output\":20},"
    "\"group\":1,\"id\":\"T1\",\"outputs\":[\"src/a.ts\"],\"priority\":\"critical\",\"reason\":\"knows it\",\"rollback\":\"git revert\","
    "\"source\":{\"from\":\"planner\"},\"title\":\"Build\",\"writes\":[\"src/b.ts\"]},"
    "{\"accept\":[],\"after\":[\"T1\"],\"agent\":\"@b\",\"group\":2,\"id\":\"T2\",\"outputs\":[],\"title\":\"Try\"}]}";

static ql_value *value_of(const char *text) {
  ql_value *value = NULL;
  assert_int_equal(ql_json_read(a, str(text), &value, &err), QL_OK);
  return value;
}

static ql_str hash_of(const ql_plan *plan) {
  ql_str hash = QL_ABSENT;
  assert_int_equal(ql_plan_hash(a, plan, &hash, &err), QL_OK);
  assert_int_equal(hash.len, 64);
  return hash;
}

/* Every member that was given is there again, with its members. */
static bool kept(const ql_value *given, const ql_value *got) {
  if (!got || given->kind != got->kind) return false;
  if (given->kind != QL_OBJECT && given->kind != QL_ARRAY) return ql_value_equal(given, got);
  if (given->kind == QL_ARRAY && given->count != got->count) return false;
  const ql_value *other = got->first;
  for (const ql_value *v = given->first; v; v = v->next, other = given->kind == QL_ARRAY ? other->next : other)
    if (!kept(v, given->kind == QL_ARRAY ? other : ql_get(got, v->key))) return false;
  return true;
}

static void every_field_comes_back(void **state) {
  (void)state;
  const ql_value *given = value_of(FULL), *got = ql_plan_value(a, plan_of_json(a, FULL));
  if (!kept(given, got)) fail_msg("%s", ql_value_text(a, got).ptr);
  assert_str_is(ql_value_text(a, QL_GET(QL_GET(got, "tasks")->first, "blocks")), "[\"T2\"]");
}

static void plans_by_chance_come_back(void **state) {
  (void)state;
  unsigned seed = 7;
  for (int round = 0; round < 2000; round++) {
    ql_arena_reset(a);
    const ql_plan *plan = plan_by_chance(a, &seed), *again = NULL;
    ql_value *value = ql_plan_value(a, plan);
    assert_int_equal(ql_plan_from_value(a, value, &again, &err), QL_OK);
    if (!ql_value_equal(value, ql_plan_value(a, again))) fail_msg("round %d", round);
    assert_true(ql_eq(hash_of(plan), hash_of(again)));
    assert_true(ql_eq(hash_of(plan), ql_get_str(value, QL_STR("hash"))));
  }
}

static size_t replaced; /* how many values another_hash changed */

/* With this one value changed, and nothing else. */
static void another_hash(const ql_value *root, ql_value *v, ql_str hash, const char *name) {
  const ql_plan *plan = NULL;
  ql_value saved = *v;
  if (v->kind == QL_INT) v->number = saved.number == 1 ? 2 : saved.number == 2 ? 1 : saved.number + 1;
  if (v->kind == QL_STRING) v->text = QL_STR("@other");
  if (v->kind == QL_BOOL) v->number = !saved.number;
  ql_status status = ql_plan_from_value(a, root, &plan, &err);
  if (status != QL_OK && v->kind == QL_STRING) { /* one of some words, or an id */
    static const char *const words[] = {"low", "M", "seat", "<", "document", "model", "T2", "T1"};
    for (size_t i = 0; status != QL_OK && i < QL_COUNT(words); i++) {
      v->text = str(words[i]);
      if (!ql_eq(v->text, saved.text)) status = ql_plan_from_value(a, root, &plan, &err);
    }
  }
  if (status == QL_OK) {
    replaced++;
    if (ql_eq(hash_of(plan), hash)) fail_msg("%s does not change the hash", name);
  }
  *v = saved;
}

static void the_hash_is_of_all_that_is_not_computed(void **state) {
  (void)state;
  ql_value *root = value_of(FULL);
  ql_str hash = hash_of(plan_of_json(a, FULL));
  ql_value *stack[256];
  size_t depth = 0, leaves = 0;
  stack[depth++] = root;
  replaced = 0;
  while (depth > 0) {
    ql_value *v = stack[--depth];
    for (ql_value *child = v->first; child; child = child->next) stack[depth++] = child;
    if (v->first || v->kind == QL_ARRAY) continue;
    bool id_of_task = ql_eq(v->key, QL_STR("id")) && v->text.len == 2; /* numbered anew */
    if (id_of_task) continue;
    leaves++;
    another_hash(root, v, hash, ql_value_text(a, v).ptr);
  }
  assert_int_equal(leaves, replaced); /* each was changed to something that can be read */
  static const char *const computed[] = {"groups", "hash", "path", "problems"};
  for (size_t i = 0; i < QL_COUNT(computed); i++) ql_set(root, str(computed[i]), ql_string(a, QL_STR("nonsense")));
  QL_SET(QL_GET(root, "tasks")->first, "blocks", ql_string(a, QL_STR("nonsense")));
  const ql_plan *plan = NULL;
  assert_int_equal(ql_plan_from_value(a, root, &plan, &err), QL_OK);
  assert_true(ql_eq(hash_of(plan), hash));
}

#define WITH(member) "{\"leader\":\"@lead\",\"objective\":\"o\"," member ",\"tasks\":[{\"agent\":\"@a\",\"id\":\"T1\",\"title\":\"t\"}]}"
#define TASK_WITH(member)                                                                                                                  \
  "{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@a\",\"id\":\"T1\",\"title\":\"t\"," member "}]}"
#define GATE(members) WITH("\"gates\":[{\"id\":\"g\",\"judge\":\"seat\",\"text\":\"t\"}," members "]")

static void what_is_wrong_is_named(void **state) {
  (void)state;
  static const struct {
    const char *json, *detail;
  } rows[] = {
      {TASK_WITH("\"estimate\":7"), "tasks[0].estimate"},
      {TASK_WITH("\"estimate\":{\"input\":-1}"), "tasks[0].estimate"},
      {TASK_WITH("\"estimate\":{\"output\":\"1\"}"), "tasks[0].estimate"},
      {TASK_WITH("\"estimate\":{\"minutes\":1000000000001}"), "tasks[0].estimate"},
      {TASK_WITH("\"effort\":\"XXL\""), "tasks[0].effort"},
      {TASK_WITH("\"priority\":\"urgent\""), "tasks[0].priority"},
      {TASK_WITH("\"demands\":\"x\""), "tasks[0].demands"},
      {TASK_WITH("\"writes\":[1]"), "tasks[0].writes[0]"},
      {TASK_WITH("\"rollback\":[]"), "tasks[0].rollback"},
      {TASK_WITH("\"source\":{\"from\":\"nowhere\"}"), "tasks[0].source"},
      {TASK_WITH("\"source\":{\"from\":\"model\",\"line\":-1}"), "tasks[0].source"},
      {TASK_WITH("\"source\":{\"from\":\"model\",\"line\":4294967296}"), "tasks[0].source"},
      {TASK_WITH("\"source\":{\"from\":\"model\",\"path\":1}"), "tasks[0].source"},
      {WITH("\"item\":\"x\""), "item"},
      {WITH("\"duration\":5"), "duration"},
      {WITH("\"considered\":[{\"agent\":\"?\"}]"), "considered[0].agent"},
      {WITH("\"findings\":[{\"words\":\"x\"}]"), "findings[0].need"},
      {WITH("\"phases\":{}"), "phases"},
      {WITH("\"success\":[[]]"), "success[0]"},
      {GATE("{\"id\":\"g\",\"judge\":\"seat\",\"text\":\"t\"}"), "gates[1].id"},
      {GATE("{\"id\":\"\",\"judge\":\"seat\",\"text\":\"t\"}"), "gates[1].id"},
      {GATE("{\"id\":\"h\",\"judge\":\"seat\",\"text\":\"\"}"), "gates[1].text"},
      {GATE("{\"id\":\"h\",\"judge\":\"dice\",\"text\":\"t\"}"), "gates[1].judge"},
      {GATE("{\"id\":\"h\",\"judge\":\"rule\",\"measure\":{\"milli\":1,\"op\":\"!\"},\"text\":\"t\"}"), "gates[1].measure"},
      {GATE("{\"id\":\"h\",\"judge\":\"rule\",\"measure\":{\"op\":\"<\"},\"text\":\"t\"}"), "gates[1].measure"},
      {GATE("{\"id\":\"h\",\"judge\":\"rule\",\"task\":\"T9\",\"text\":\"t\"}"), "gates[1].task"},
      {GATE("{\"id\":\"h\",\"judge\":\"rule\",\"source\":1,\"text\":\"t\"}"), "gates[1].source"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = NULL;
    if (ql_plan_from_value(a, value_of(rows[i].json), &plan, &err) != QL_ERR_SYNTAX) fail_msg("accepted: %s", rows[i].json);
    assert_string_equal(err.detail, rows[i].detail);
    assert_null(plan);
  }
}

static ql_status with_gates(size_t gates, size_t considered) {
  ql_value *plan = value_of("{\"leader\":\"@l\",\"objective\":\"o\",\"tasks\":[]}"), *list = QL_SET(plan, "gates", ql_array(a)),
           *agents = QL_SET(plan, "considered", ql_array(a));
  const ql_plan *out = NULL;
  char id[32];
  for (size_t i = 0; i < gates; i++) {
    ql_value *gate = ql_push(list, ql_object(a));
    snprintf(id, sizeof id, "g%zu", i);
    QL_SET(gate, "id", ql_string(a, ql_arena_str(a, str(id))));
    QL_SET(gate, "text", ql_string(a, QL_STR("t")));
  }
  for (size_t i = 0; i < considered; i++) {
    ql_value *agent = ql_push(agents, ql_object(a));
    snprintf(id, sizeof id, "@a%zu", i);
    QL_SET(agent, "agent", ql_string(a, ql_arena_str(a, str(id))));
  }
  return ql_plan_from_value(a, plan, &out, &err);
}

static void limits(void **state) {
  (void)state;
  assert_int_equal(with_gates(QL_PLAN_TASKS_MAX, QL_PLAN_TASKS_MAX), QL_OK);
  assert_int_equal(with_gates(QL_PLAN_TASKS_MAX + 1, 0), QL_ERR_LIMIT);
  assert_int_equal(with_gates(0, QL_PLAN_TASKS_MAX + 1), QL_ERR_LIMIT);
}

static ql_status round_trip(ql_arena *arena, const void *ctx) {
  ql_value *value = NULL;
  const ql_plan *plan = NULL;
  ql_str hash;
  ql_status status = ql_json_read(arena, str(ctx), &value, NULL);
  if (status == QL_OK) status = ql_plan_from_value(arena, value, &plan, NULL);
  if (status == QL_OK) status = ql_plan_hash(arena, plan, &hash, NULL);
  return status == QL_OK && !ql_plan_value(arena, plan) ? QL_ERR_NOMEM : status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  assert_true(try_every_allocation(round_trip, FULL) > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_field_comes_back),
      cmocka_unit_test(plans_by_chance_come_back),
      cmocka_unit_test(the_hash_is_of_all_that_is_not_computed),
      cmocka_unit_test(what_is_wrong_is_named),
      cmocka_unit_test(limits),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
