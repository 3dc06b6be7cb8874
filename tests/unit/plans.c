#include "plans.h"

#include "support.h"

#include "base/text.h"

unsigned chance(unsigned *seed, unsigned below) {
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 8) % below;
}

const ql_plan *plan_of_json(ql_arena *a, const char *text) {
  ql_error err = {0};
  ql_value *value = NULL;
  const ql_plan *plan = NULL;
  ql_status status = ql_json_read(a, str(text), &value, &err);
  if (status == QL_OK) status = ql_plan_from_value(a, value, &plan, &err);
  if (status != QL_OK) fail_msg("%s: %s\n%s", err.message, err.detail, text);
  return plan;
}

static ql_value *word(ql_arena *a, unsigned *seed, const char *const *words, unsigned count) {
  return ql_string(a, str(words[chance(seed, count)]));
}

static ql_value *texts(ql_arena *a, unsigned *seed, unsigned most) {
  static const char *const words[] = {"src/a.ts", "src/b.ts", "the tests for src/a.ts", "a note", "works", "docs/c.md: the text"};
  ql_value *list = ql_array(a);
  for (unsigned i = chance(seed, most + 1); i > 0; i--) ql_push(list, word(a, seed, words, 6));
  return list;
}

static ql_value *source(ql_arena *a, unsigned *seed) {
  static const char *const from[] = {"rule", "document", "objective", "planner", "model", "person"};
  ql_value *object = ql_object(a);
  QL_SET(object, "from", word(a, seed, from, 6));
  if (chance(seed, 2)) QL_SET(object, "line", ql_int(a, 1 + chance(seed, 90)));
  if (chance(seed, 2)) QL_SET(object, "path", ql_string(a, QL_STR("docs/roadmap.md")));
  if (chance(seed, 3) == 0) QL_SET(object, "rule", ql_string(a, QL_STR("gate-1")));
  if (chance(seed, 3) == 0) QL_SET(object, "agent", ql_string(a, QL_STR("@lead")));
  if (chance(seed, 3) == 0) QL_SET(object, "words", ql_string(a, QL_STR("some words")));
  return object;
}

static ql_str numbered(ql_arena *a, const char *before, unsigned number) {
  char text[64];
  snprintf(text, sizeof text, "%s%u", before, number);
  return ql_arena_str(a, str(text));
}

static ql_value *task(ql_arena *a, unsigned *seed, unsigned i, unsigned count) {
  static const char *const agents[] = {"@a", "@b", "@c", "@d", ""}, *const efforts[] = {"XS", "S", "M", "L", "XL"},
                           *const priorities[] = {"low", "medium", "high", "critical"};
  ql_value *object = ql_object(a), *after = QL_SET(object, "after", ql_array(a));
  for (unsigned k = 0; k < count; k++)
    if (k != i && chance(seed, 4) == 0 && (k < i || chance(seed, 25) == 0)) ql_push(after, ql_string(a, numbered(a, "T", k + 1)));
  QL_SET(object, "accept", texts(a, seed, 2));
  QL_SET(object, "agent", word(a, seed, agents, chance(seed, 8) ? 4 : 5));
  if (chance(seed, 2)) QL_SET(object, "demands", texts(a, seed, 2));
  if (chance(seed, 2)) QL_SET(object, "effort", word(a, seed, efforts, 5));
  if (chance(seed, 3) == 0) {
    ql_value *estimate = QL_SET(object, "estimate", ql_object(a));
    if (chance(seed, 2)) QL_SET(estimate, "input", ql_int(a, chance(seed, 9000)));
    if (chance(seed, 2)) QL_SET(estimate, "output", ql_int(a, chance(seed, 9000)));
    QL_SET(estimate, "minutes", ql_int(a, chance(seed, 90)));
  }
  QL_SET(object, "group", ql_int(a, 1 + chance(seed, 4)));
  QL_SET(object, "id", ql_string(a, numbered(a, "T", i + 1)));
  QL_SET(object, "outputs", texts(a, seed, 2));
  if (chance(seed, 2)) QL_SET(object, "priority", word(a, seed, priorities, 4));
  if (chance(seed, 2)) QL_SET(object, "reason", ql_string(a, QL_STR("knows it")));
  if (chance(seed, 3) == 0) QL_SET(object, "rollback", ql_string(a, QL_STR("take it out")));
  if (chance(seed, 2)) QL_SET(object, "source", source(a, seed));
  QL_SET(object, "title", ql_string(a, numbered(a, "Task ", i + 1)));
  if (chance(seed, 2)) QL_SET(object, "writes", texts(a, seed, 2));
  return object;
}

static ql_value *pairs(ql_arena *a, unsigned *seed, const char *first, const char *second, unsigned most) {
  ql_value *list = ql_array(a);
  for (unsigned i = chance(seed, most + 1); i > 0; i--) {
    ql_value *item = ql_push(list, ql_object(a));
    ql_set(item, str(first), ql_string(a, numbered(a, strcmp(first, "agent") == 0 ? "@more" : "src/f", i)));
    ql_set(item, str(second), ql_string(a, chance(seed, 2) ? QL_STR("Update it") : QL_STR("New")));
  }
  return list;
}

static ql_value *gate(ql_arena *a, unsigned *seed, unsigned i, unsigned tasks) {
  static const char *const relations[] = {"<", "<=", "=", ">=", ">"};
  ql_value *object = ql_object(a);
  bool rule = chance(seed, 2);
  QL_SET(object, "id", ql_string(a, numbered(a, "gate-", i)));
  QL_SET(object, "judge", ql_string(a, rule ? QL_STR("rule") : QL_STR("seat")));
  QL_SET(object, "text", ql_string(a, numbered(a, "Gate ", i)));
  if (chance(seed, 2)) QL_SET(object, "evidence", ql_string(a, QL_STR("npm test")));
  if (chance(seed, 2)) QL_SET(object, "source", source(a, seed));
  if (tasks > 0 && chance(seed, 2)) QL_SET(object, "task", ql_string(a, numbered(a, "T", 1 + chance(seed, tasks))));
  if (chance(seed, 2)) {
    ql_value *measure = QL_SET(object, "measure", ql_object(a));
    QL_SET(measure, "milli", ql_int(a, chance(seed, 99000)));
    QL_SET(measure, "op", word(a, seed, relations, 5));
    QL_SET(measure, "unit", ql_string(a, chance(seed, 2) ? QL_STR("%") : QL_STR("")));
  } else if (rule) {
    QL_SET(object, "expect", ql_string(a, QL_STR("low")));
  }
  return object;
}

ql_value *value_by_chance(ql_arena *a, unsigned *seed) {
  ql_value *plan = ql_object(a), *tasks = ql_array(a), *gates = ql_array(a);
  unsigned count = chance(seed, 10);
  for (unsigned i = 0; i < count; i++) ql_push(tasks, task(a, seed, i, count));
  for (unsigned i = chance(seed, 4); i > 0; i--) ql_push(gates, gate(a, seed, i, count));
  QL_SET(plan, "considered", pairs(a, seed, "agent", "reason", 2));
  QL_SET(plan, "declared_groups", ql_bool(a, chance(seed, 3) == 0));
  if (chance(seed, 3) == 0) QL_SET(plan, "duration", ql_string(a, QL_STR("two weeks")));
  QL_SET(plan, "files", pairs(a, seed, "path", "purpose", 3));
  QL_SET(plan, "findings", pairs(a, seed, "need", "words", 2));
  QL_SET(plan, "gates", gates);
  if (chance(seed, 3) == 0) QL_SET(plan, "item", source(a, seed));
  QL_SET(plan, "leader", ql_string(a, chance(seed, 9) ? QL_STR("@lead") : QL_STR("")));
  QL_SET(plan, "needs", pairs(a, seed, "agent", "reason", 2));
  QL_SET(plan, "objective", ql_string(a, QL_STR("Build it")));
  QL_SET(plan, "order", texts(a, seed, 2));
  QL_SET(plan, "phases", texts(a, seed, 3));
  QL_SET(plan, "rehearsed", ql_bool(a, chance(seed, 2)));
  QL_SET(plan, "risks", texts(a, seed, 2));
  QL_SET(plan, "rollback", texts(a, seed, 2));
  QL_SET(plan, "steps", texts(a, seed, 3));
  QL_SET(plan, "success", texts(a, seed, 2));
  QL_SET(plan, "tasks", tasks);
  return plan;
}

const ql_plan *plan_by_chance(ql_arena *a, unsigned *seed) {
  ql_error err = {0};
  const ql_plan *plan = NULL;
  if (ql_plan_from_value(a, value_by_chance(a, seed), &plan, &err) != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  return plan;
}
