/* A plan as a JSON value. */
#include "plan/json.h"
#include "base/text.h"
#include "format/crypto.h"
#include "plan/dag.h"

const ql_str ql__origins[QL_ORIGIN_COUNT] = {QL_STR_INIT(""),          QL_STR_INIT("rule"),    QL_STR_INIT("document"),
                                             QL_STR_INIT("objective"), QL_STR_INIT("planner"), QL_STR_INIT("model"),
                                             QL_STR_INIT("person")};

static const ql_str PRIORITIES[QL_PRIORITY_COUNT] = {QL_STR_INIT(""), QL_STR_INIT("low"), QL_STR_INIT("medium"), QL_STR_INIT("high"),
                                                     QL_STR_INIT("critical")};
static const ql_str EFFORTS[QL_EFFORT_COUNT] = {QL_STR_INIT(""),  QL_STR_INIT("XS"), QL_STR_INIT("S"),
                                                QL_STR_INIT("M"), QL_STR_INIT("L"),  QL_STR_INIT("XL")};

size_t ql__word_index(const ql_str *words, size_t count, ql_str word) {
  size_t i = 1;
  while (i < count && !ql_eq_nocase(words[i], word)) i++;
  return i < count ? i : 0;
}

ql_str ql_priority_word(ql_priority priority) { return PRIORITIES[priority]; }
ql_str ql_effort_word(ql_effort effort) { return EFFORTS[effort]; }

bool ql_priority_read(ql_str word, ql_priority *out) {
  *out = (ql_priority)ql__word_index(PRIORITIES, QL_PRIORITY_COUNT, word);
  return *out != QL_PRIORITY_NONE;
}

bool ql_effort_read(ql_str word, ql_effort *out) {
  *out = (ql_effort)ql__word_index(EFFORTS, QL_EFFORT_COUNT, word);
  return *out != QL_EFFORT_NONE;
}

/* ---- pieces ---- */

static ql_value *strings(ql_arena *a, const ql_str *items, size_t count) {
  ql_value *array = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(array, ql_string(a, items[i]));
  return array;
}

/* What is empty is left out. */
static void some_strings(ql_arena *a, ql_value *object, ql_str key, const ql_str *items, size_t count) {
  if (count > 0) ql_set(object, key, strings(a, items, count));
}

static void some_text(ql_arena *a, ql_value *object, ql_str key, ql_str text) {
  if (text.len > 0) ql_set(object, key, ql_string(a, text));
}

static void some_count(ql_arena *a, ql_value *object, ql_str key, int64_t count) {
  if (count >= 0) ql_set(object, key, ql_int(a, count));
}

static ql_value *pair(ql_arena *a, ql_str key_1, ql_str value_1, ql_str key_2, ql_str value_2) {
  ql_value *object = ql_object(a);
  ql_set(object, key_1, ql_string(a, value_1));
  ql_set(object, key_2, ql_string(a, value_2));
  return object;
}

static ql_value *pairs(ql_arena *a, const ql_plan_need *needs, size_t count) {
  ql_value *array = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(array, pair(a, QL_STR("agent"), needs[i].agent, QL_STR("reason"), needs[i].reason));
  return array;
}

static void some_source(ql_arena *a, ql_value *object, ql_str key, const ql_plan_source *source) {
  if (source->origin == QL_FROM_NOWHERE) return;
  ql_value *value = ql_set(object, key, ql_object(a));
  some_text(a, value, QL_STR("agent"), source->agent);
  QL_SET(value, "from", ql_string(a, ql__origins[source->origin]));
  if (source->line > 0) QL_SET(value, "line", ql_int(a, source->line));
  some_text(a, value, QL_STR("path"), source->path);
  some_text(a, value, QL_STR("rule"), source->rule);
  some_text(a, value, QL_STR("words"), source->words);
}

static ql_value *gate_value(ql_arena *a, const ql_plan *plan, const ql_plan_gate *gate) {
  ql_value *object = ql_object(a);
  some_text(a, object, QL_STR("evidence"), gate->evidence);
  some_text(a, object, QL_STR("expect"), gate->expect);
  QL_SET(object, "id", ql_string(a, gate->id));
  QL_SET(object, "judge", ql_string(a, gate->judge == QL_JUDGE_RULE ? QL_STR("rule") : QL_STR("seat")));
  if (gate->measured) QL_SET(object, "measure", ql_measure_value(a, &gate->wants));
  some_source(a, object, QL_STR("source"), &gate->source);
  if (gate->task != SIZE_MAX) QL_SET(object, "task", ql_string(a, plan->tasks[gate->task].id));
  QL_SET(object, "text", ql_string(a, gate->text));
  return object;
}

ql_value *ql__plan_gates(ql_arena *a, const ql_plan *plan) {
  ql_value *gates = ql_array(a);
  for (size_t i = 0; i < plan->gate_count; i++) ql_push(gates, gate_value(a, plan, &plan->gates[i]));
  return gates;
}

static ql_value *task_body(ql_arena *a, const ql_plan *plan, const ql_plan_task *task) {
  ql_value *object = ql_object(a);
  ql_value *after = ql_array(a);
  for (size_t k = 0; k < task->after_count; k++) ql_push(after, ql_string(a, plan->tasks[task->after[k]].id));
  QL_SET(object, "accept", strings(a, task->accept, task->accept_count));
  QL_SET(object, "after", after);
  QL_SET(object, "agent", ql_string(a, task->agent));
  some_strings(a, object, QL_STR("demands"), task->demands, task->demand_count);
  some_text(a, object, QL_STR("effort"), ql_effort_word(task->effort));
  const ql_plan_estimate *e = &task->estimate;
  if (e->input >= 0 || e->output >= 0 || e->minutes >= 0) {
    ql_value *estimate = QL_SET(object, "estimate", ql_object(a));
    some_count(a, estimate, QL_STR("input"), e->input);
    some_count(a, estimate, QL_STR("minutes"), e->minutes);
    some_count(a, estimate, QL_STR("output"), e->output);
  }
  if (task->group > 0) QL_SET(object, "group", ql_int(a, (int64_t)task->group));
  QL_SET(object, "id", ql_string(a, task->id));
  QL_SET(object, "outputs", strings(a, task->outputs, task->output_count));
  some_text(a, object, QL_STR("priority"), ql_priority_word(task->priority));
  if (task->reason.ptr) QL_SET(object, "reason", ql_string(a, task->reason));
  some_text(a, object, QL_STR("rollback"), task->rollback);
  some_source(a, object, QL_STR("source"), &task->source);
  QL_SET(object, "title", ql_string(a, task->title));
  some_strings(a, object, QL_STR("writes"), task->writes, task->write_count);
  return object;
}

/* ---- the plan ---- */

/* All that is not computed: what a plan's hash is of. */
static ql_value *body(ql_arena *a, const ql_plan *plan) {
  ql_value *files = ql_array(a), *tasks = ql_array(a), *findings = ql_array(a), *object = ql_object(a);
  for (size_t i = 0; i < plan->file_count; i++)
    ql_push(files, pair(a, QL_STR("path"), plan->files[i].path, QL_STR("purpose"), plan->files[i].purpose));
  for (size_t i = 0; i < plan->finding_count; i++)
    ql_push(findings, pair(a, QL_STR("need"), plan->findings[i].need, QL_STR("words"), plan->findings[i].words));
  bool declared = false;
  for (size_t i = 0; i < plan->task_count; i++) {
    ql_push(tasks, task_body(a, plan, &plan->tasks[i]));
    declared |= plan->tasks[i].group > 0;
  }
  if (plan->considered_count > 0) QL_SET(object, "considered", pairs(a, plan->considered, plan->considered_count));
  QL_SET(object, "declared_groups", ql_bool(a, declared));
  some_text(a, object, QL_STR("duration"), plan->duration);
  QL_SET(object, "files", files);
  if (plan->finding_count > 0) QL_SET(object, "findings", findings);
  if (plan->gate_count > 0) QL_SET(object, "gates", ql__plan_gates(a, plan));
  some_source(a, object, QL_STR("item"), &plan->item);
  QL_SET(object, "leader", ql_string(a, plan->leader));
  QL_SET(object, "needs", pairs(a, plan->needs, plan->need_count));
  QL_SET(object, "objective", ql_string(a, plan->objective));
  QL_SET(object, "order", strings(a, plan->order, plan->order_count));
  some_strings(a, object, QL_STR("phases"), plan->phases, plan->phase_count);
  QL_SET(object, "rehearsed", ql_bool(a, plan->rehearsed));
  QL_SET(object, "risks", strings(a, plan->risks, plan->risk_count));
  some_strings(a, object, QL_STR("rollback"), plan->rollback, plan->rollback_count);
  QL_SET(object, "steps", strings(a, plan->steps, plan->step_count));
  some_strings(a, object, QL_STR("success"), plan->success, plan->success_count);
  QL_SET(object, "tasks", tasks);
  return object;
}

static ql_str hash_of(ql_arena *a, const ql_value *value) {
  uint8_t bytes[QL_HASH_BYTES];
  char digits[2 * QL_HASH_BYTES];
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_value_write(&buf, value);
  ql_sha256(ql_buf_str(&buf), bytes);
  bool made = !buf.failed && !ql_arena_failed(a);
  ql_buf_free(&buf);
  ql_hex_write(digits, bytes, sizeof bytes);
  return made ? ql_arena_str(a, (ql_str){digits, sizeof digits}) : QL_ABSENT;
}

ql_status ql_plan_hash(ql_arena *a, const ql_plan *plan, ql_str *out, ql_error *err) {
  ql_str hash = hash_of(a, body(a, plan));
  if (!hash.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = hash;
  return QL_OK;
}

static ql_value *groups_value(ql_arena *a, const ql_plan *plan, const ql__dag *dag) {
  ql_value *groups = ql_array(a);
  if (dag->cycle) return groups;
  for (size_t g = 1; g <= dag->group_count; g++) {
    ql_value *group = ql_push(groups, ql_array(a));
    for (size_t k = dag->start[g]; k < dag->start[g + 1]; k++) ql_push(group, ql_string(a, plan->tasks[dag->by_group[k]].id));
  }
  return groups;
}

/* The place of each task, and who waits for it. */
static bool add_places(ql_arena *a, const ql_plan *plan, const ql__dag *dag, const ql_value *tasks) {
  ql_value **blocks = ql_arena_array(a, plan->task_count + 1, sizeof(ql_value *));
  if (!blocks || !tasks) return false;
  size_t i = 0;
  for (ql_value *task = tasks->first; task; task = task->next, i++) {
    blocks[i] = QL_SET(task, "blocks", ql_array(a));
    QL_SET(task, "group", ql_int(a, (int64_t)dag->group[i]));
  }
  for (i = 0; i < plan->task_count; i++)
    for (size_t k = 0; k < plan->tasks[i].after_count; k++) ql_push(blocks[plan->tasks[i].after[k]], ql_string(a, plan->tasks[i].id));
  return true;
}

ql_value *ql_plan_value(ql_arena *a, const ql_plan *plan) {
  ql__dag dag;
  if (ql__dag_make(a, plan, &dag, NULL) != QL_OK) return NULL;
  ql_value *object = body(a, plan), *path = ql_array(a);
  QL_SET(object, "hash", ql_string(a, hash_of(a, object)));
  if (!add_places(a, plan, &dag, QL_GET(object, "tasks"))) return NULL;
  for (size_t i = 0; i < dag.path_count; i++) ql_push(path, ql_string(a, plan->tasks[dag.path[i]].id));
  QL_SET(object, "groups", groups_value(a, plan, &dag));
  QL_SET(object, "path", path);
  QL_SET(object, "problems", ql_plan_check(a, plan, NULL));
  return ql_arena_failed(a) ? NULL : object;
}
