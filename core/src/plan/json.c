/* A plan as a JSON value, and back. */
#include <questline/limits.h>

#include "plan/dag.h"
#include "plan/draft.h"

static ql_value *strings(ql_arena *a, const ql_str *items, size_t count) {
  ql_value *array = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(array, ql_string(a, items[i]));
  return array;
}

static ql_value *pair(ql_arena *a, ql_str key_1, ql_str value_1, ql_str key_2, ql_str value_2) {
  ql_value *object = ql_object(a);
  ql_set(object, key_1, ql_string(a, value_1));
  ql_set(object, key_2, ql_string(a, value_2));
  return object;
}

static ql_value *task_value(ql_arena *a, const ql_plan *plan, const ql_plan_task *task, size_t group) {
  ql_value *object = ql_object(a);
  ql_value *after = ql_array(a);
  for (size_t k = 0; k < task->after_count; k++) ql_push(after, ql_string(a, plan->tasks[task->after[k]].id));
  QL_SET(object, "accept", strings(a, task->accept, task->accept_count));
  QL_SET(object, "after", after);
  QL_SET(object, "agent", ql_string(a, task->agent));
  QL_SET(object, "group", ql_int(a, (int64_t)group));
  QL_SET(object, "id", ql_string(a, task->id));
  QL_SET(object, "outputs", strings(a, task->outputs, task->output_count));
  if (task->reason.ptr) QL_SET(object, "reason", ql_string(a, task->reason));
  QL_SET(object, "title", ql_string(a, task->title));
  return object;
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

ql_value *ql_plan_value(ql_arena *a, const ql_plan *plan) {
  ql__dag dag;
  if (ql__dag_make(a, plan, &dag, NULL) != QL_OK) return NULL;
  ql_value *files = ql_array(a), *needs = ql_array(a), *tasks = ql_array(a), *path = ql_array(a);
  for (size_t i = 0; i < plan->file_count; i++)
    ql_push(files, pair(a, QL_STR("path"), plan->files[i].path, QL_STR("purpose"), plan->files[i].purpose));
  for (size_t i = 0; i < plan->need_count; i++)
    ql_push(needs, pair(a, QL_STR("agent"), plan->needs[i].agent, QL_STR("reason"), plan->needs[i].reason));
  for (size_t i = 0; i < plan->task_count; i++) ql_push(tasks, task_value(a, plan, &plan->tasks[i], dag.group[i]));
  for (size_t i = 0; i < dag.path_count; i++) ql_push(path, ql_string(a, plan->tasks[dag.path[i]].id));
  ql_value *object = ql_object(a);
  QL_SET(object, "declared_groups", ql_bool(a, dag.declared));
  QL_SET(object, "files", files);
  QL_SET(object, "groups", groups_value(a, plan, &dag));
  QL_SET(object, "leader", ql_string(a, plan->leader));
  QL_SET(object, "needs", needs);
  QL_SET(object, "objective", ql_string(a, plan->objective));
  QL_SET(object, "order", strings(a, plan->order, plan->order_count));
  QL_SET(object, "path", path);
  QL_SET(object, "problems", ql_plan_check(a, plan, NULL));
  QL_SET(object, "rehearsed", ql_bool(a, plan->rehearsed));
  QL_SET(object, "risks", strings(a, plan->risks, plan->risk_count));
  QL_SET(object, "steps", strings(a, plan->steps, plan->step_count));
  QL_SET(object, "tasks", tasks);
  return ql_arena_failed(a) ? NULL : object;
}

/* Where in the value a fault lies: list[index].member[inner]; SIZE_MAX leaves an index out, absent a name. */
typedef struct place {
  ql_str list;
  size_t index;
  ql_str member;
  size_t inner;
} place;

static void add_index(ql_buf *buf, size_t index) {
  if (index == SIZE_MAX) return;
  ql_buf_byte(buf, '[');
  ql_buf_int(buf, (int64_t)index);
  ql_buf_byte(buf, ']');
}

static ql_status fault(ql_arena *a, place at, ql_status code, const char *message, ql_error *err) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&buf, at.list);
  add_index(&buf, at.index);
  if (at.list.ptr && at.member.ptr) ql_buf_byte(&buf, '.');
  ql_buf_add(&buf, at.member);
  add_index(&buf, at.inner);
  ql_status status = ql_fail(err, code, message, ql_buf_str(&buf));
  ql_buf_free(&buf);
  return status;
}

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* The array at place; NULL in *out when it is missing. */
static ql_status get_array(ql_arena *a, const ql_value *object, place at, const ql_value **out, ql_error *err) {
  const ql_value *v = ql_get(object, at.member);
  if (v && v->kind != QL_ARRAY) return fault(a, at, QL_ERR_SYNTAX, "must be an array", err);
  *out = v;
  return QL_OK;
}

static ql_status get_text(ql_arena *a, const ql_value *object, place at, bool required, ql_str *out, ql_error *err) {
  const ql_value *v = ql_get(object, at.member);
  if (!v && !required) return QL_OK;
  if (!v) return fault(a, at, QL_ERR_SYNTAX, "is missing", err);
  if (v->kind != QL_STRING) return fault(a, at, QL_ERR_SYNTAX, "must be a string", err);
  *out = ql__one_line(a, v->text);
  return out->ptr ? QL_OK : no_memory(err);
}

/* An agent's name in its normal form; "" stays. */
static ql_status get_agent(ql_arena *a, const ql_value *object, place at, ql_str *out, ql_error *err) {
  ql_str name = QL_STR("");
  ql_status status = get_text(a, object, at, true, &name, err);
  if (status != QL_OK || name.len == 0) {
    if (status == QL_OK) *out = name;
    return status;
  }
  ql_str id = ql_agent_id(a, name);
  if (ql_arena_failed(a)) return no_memory(err);
  if (!id.ptr) return fault(a, at, QL_ERR_SYNTAX, "is not an agent's name", err);
  *out = id;
  return QL_OK;
}

/* Empty texts say nothing and are left out. */
static ql_status get_texts(ql_arena *a, const ql_value *object, place at, ql__texts *out, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(a, object, at, &array, err);
  if (status != QL_OK || !array) return status;
  at.inner = 0;
  for (const ql_value *item = array->first; item; item = item->next, at.inner++) {
    if (item->kind != QL_STRING) return fault(a, at, QL_ERR_SYNTAX, "must be a string", err);
    ql_str text = ql__one_line(a, item->text);
    if (text.len > 0) ql__texts_add(a, out, text);
  }
  return ql_arena_failed(a) ? no_memory(err) : QL_OK;
}

#define PLACE(list_, index_, member_) ((place){(list_), (index_), QL_STR(member_), SIZE_MAX})
#define TOP(member_)                  PLACE(QL_ABSENT, SIZE_MAX, member_)

static ql_status read_files(ql__draft *d, const ql_value *value, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, TOP("files"), &array, err);
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next, i++) {
    ql_str path = QL_STR(""), purpose = QL_STR("");
    status = get_text(d->arena, v, PLACE(QL_STR("files"), i, "path"), true, &path, err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(QL_STR("files"), i, "purpose"), false, &purpose, err);
    if (status != QL_OK) break;
    if (path.len == 0) return fault(d->arena, PLACE(QL_STR("files"), i, "path"), QL_ERR_SYNTAX, "must not be empty", err);
    ql__draft_file(d, path, purpose);
  }
  return status;
}

static ql_status read_needs(ql__draft *d, const ql_value *value, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, TOP("needs"), &array, err);
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next, i++) {
    place at = PLACE(QL_STR("needs"), i, "agent");
    ql_str agent = QL_STR(""), reason = QL_STR("");
    status = get_agent(d->arena, v, at, &agent, err);
    if (status == QL_OK && agent.len == 0) status = fault(d->arena, at, QL_ERR_SYNTAX, "must not be empty", err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(QL_STR("needs"), i, "reason"), false, &reason, err);
    if (status == QL_OK) status = ql__draft_need(d, agent, reason, err);
  }
  return status;
}

static ql_status read_task(ql__draft *d, const ql_value *v, size_t i, bool declared, ql_error *err) {
  ql_str tasks = QL_STR("tasks"), id = QL_STR("");
  ql_arena *a = d->arena;
  ql__draft_task *task = NULL;
  ql_status status = get_text(a, v, PLACE(tasks, i, "id"), true, &id, err);
  if (status == QL_OK && id.len == 0) status = fault(a, PLACE(tasks, i, "id"), QL_ERR_SYNTAX, "must not be empty", err);
  if (status == QL_OK) status = ql__draft_task_new(d, id, &task, err);
  if (status == QL_OK) status = get_text(a, v, PLACE(tasks, i, "title"), true, &task->title, err);
  if (status == QL_OK) status = get_agent(a, v, PLACE(tasks, i, "agent"), &task->agent, err);
  if (status == QL_OK) status = get_text(a, v, PLACE(tasks, i, "reason"), false, &task->reason, err);
  if (status == QL_OK) status = get_texts(a, v, PLACE(tasks, i, "outputs"), &task->outputs, err);
  if (status == QL_OK) status = get_texts(a, v, PLACE(tasks, i, "accept"), &task->accept, err);
  if (status != QL_OK) return status;
  if (task->reason.len == 0) task->reason = QL_ABSENT;
  if (!declared) return QL_OK;
  const ql_value *group = QL_GET(v, "group");
  bool sound = group && group->kind == QL_INT && group->number >= 0 && group->number <= QL_PLAN_TASKS_MAX;
  if (!sound) return fault(a, PLACE(tasks, i, "group"), QL_ERR_SYNTAX, "must be a number from 1 to QL_PLAN_TASKS_MAX", err);
  task->group = (size_t)group->number;
  return QL_OK;
}

static ql_status read_after(ql__draft *d, const ql_value *v, size_t i, ql_error *err) {
  place at = PLACE(QL_STR("tasks"), i, "after");
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, v, at, &array, err);
  at.inner = 0;
  for (const ql_value *item = array ? array->first : NULL; status == QL_OK && item; item = item->next, at.inner++) {
    if (item->kind != QL_STRING) return fault(d->arena, at, QL_ERR_SYNTAX, "must be a string", err);
    ql_str id = ql__one_line(d->arena, item->text);
    if (!id.ptr) return no_memory(err);
    size_t after = ql__draft_find(d, id);
    if (after == SIZE_MAX) return fault(d->arena, at, QL_ERR_SYNTAX, "names no task of the plan", err);
    status = ql__draft_after(d, i, after, err);
  }
  return status;
}

static ql_status read_tasks(ql__draft *d, const ql_value *value, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, TOP("tasks"), &array, err);
  if (status == QL_OK && !array) status = fault(d->arena, TOP("tasks"), QL_ERR_SYNTAX, "is missing", err);
  bool declared = ql_get_bool(value, QL_STR("declared_groups"));
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next) status = read_task(d, v, i++, declared, err);
  if (status != QL_OK) return status;
  size_t twice;
  status = ql__draft_index(d, &twice, err);
  if (status == QL_OK && twice != SIZE_MAX)
    status = fault(d->arena, PLACE(QL_STR("tasks"), twice, "id"), QL_ERR_SYNTAX, "is the id of two tasks", err);
  i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next) status = read_after(d, v, i++, err);
  return status;
}

ql_status ql_plan_from_value(ql_arena *a, const ql_value *value, const ql_plan **out, ql_error *err) {
  if (!value || value->kind != QL_OBJECT) return ql_fail(err, QL_ERR_SYNTAX, "a plan must be an object", QL_ABSENT);
  ql__draft d = ql__draft_new(a);
  d.rehearsed = ql_get_bool(value, QL_STR("rehearsed"));
  ql_status status = get_text(a, value, TOP("objective"), true, &d.objective, err);
  if (status == QL_OK) status = get_agent(a, value, TOP("leader"), &d.leader, err);
  if (status == QL_OK) status = read_files(&d, value, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("steps"), &d.steps, err);
  if (status == QL_OK) status = read_needs(&d, value, err);
  if (status == QL_OK) status = read_tasks(&d, value, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("order"), &d.order, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("risks"), &d.risks, err);
  return status == QL_OK ? ql__draft_build(&d, out, err) : status;
}
