/* A plan from a JSON value. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/draft.h"
#include "plan/json.h"

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

typedef ql_status add_agent(ql__draft *d, ql_str agent, ql_str reason, ql_error *err);

static ql_status read_agents(ql__draft *d, const ql_value *value, ql_str list, add_agent *add, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, (place){QL_ABSENT, SIZE_MAX, list, SIZE_MAX}, &array, err);
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next, i++) {
    place at = PLACE(list, i, "agent");
    ql_str agent = QL_STR(""), reason = QL_STR("");
    status = get_agent(d->arena, v, at, &agent, err);
    if (status == QL_OK && agent.len == 0) status = fault(d->arena, at, QL_ERR_SYNTAX, "must not be empty", err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(list, i, "reason"), false, &reason, err);
    if (status == QL_OK) status = add(d, agent, reason, err);
  }
  return status;
}

static ql_status read_findings(ql__draft *d, const ql_value *value, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, TOP("findings"), &array, err);
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next, i++) {
    ql_str need = QL_STR(""), words = QL_STR("");
    status = get_text(d->arena, v, PLACE(QL_STR("findings"), i, "need"), true, &need, err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(QL_STR("findings"), i, "words"), false, &words, err);
    if (status == QL_OK) ql__draft_finding(d, need, words);
  }
  return status;
}

#define COUNT_MAX INT64_C(1000000000000) /* so that the counts of all tasks can be added up */

/* A whole number of an object's; out stays where there is none. */
static ql_status get_count(ql_arena *a, const ql_value *object, ql_str member, place at, int64_t *out, ql_error *err) {
  const ql_value *v = ql_get(object, member);
  if (!v) return QL_OK;
  if (v->kind != QL_INT || v->number < 0 || v->number > COUNT_MAX)
    return fault(a, at, QL_ERR_SYNTAX, "has numbers: whole ones, from 0 to 10^12", err);
  *out = v->number;
  return QL_OK;
}

static ql_status get_source(ql_arena *a, const ql_value *object, place at, ql_plan_source *out, ql_error *err) {
  const ql_value *v = ql_get(object, at.member);
  if (!v) return QL_OK;
  ql_str from = ql_get_str(v, QL_STR("from"));
  out->origin = (ql_origin)ql__word_index(ql__origins, QL_ORIGIN_COUNT, from);
  if (out->origin == QL_FROM_NOWHERE)
    return fault(a, at, QL_ERR_SYNTAX, "says from where: rule, document, objective, planner, model or person", err);
  int64_t line = 0;
  ql_status status = get_count(a, v, QL_STR("line"), at, &line, err);
  if (status == QL_OK && line > UINT32_MAX) status = fault(a, at, QL_ERR_SYNTAX, "has a line that is too large", err);
  out->line = (uint32_t)line;
  struct {
    ql_str name, *text;
  } texts[] = {{QL_STR("agent"), &out->agent}, {QL_STR("path"), &out->path}, {QL_STR("rule"), &out->rule}, {QL_STR("words"), &out->words}};
  for (size_t i = 0; status == QL_OK && i < QL_COUNT(texts); i++) {
    const ql_value *text = ql_get(v, texts[i].name);
    if (text && text->kind != QL_STRING) return fault(a, at, QL_ERR_SYNTAX, "has agent, path, rule and words: strings", err);
    if (text) *texts[i].text = ql__one_line(a, text->text);
    if (text && !texts[i].text->ptr) status = no_memory(err);
  }
  return status;
}

static ql_status read_measure(ql__draft *d, const ql_value *v, size_t i, ql_plan_gate *gate, ql_error *err) {
  place at = PLACE(QL_STR("gates"), i, "measure");
  const ql_value *measure = QL_GET(v, "measure"), *milli = QL_GET(measure, "milli");
  if (!measure) return QL_OK;
  ql_relation relation;
  if (!ql_relation_read(ql_get_str(measure, QL_STR("op")), &relation) || !milli || milli->kind != QL_INT)
    return fault(d->arena, at, QL_ERR_SYNTAX, "has op (<, <=, =, >=, >), milli and unit", err);
  ql_str unit = ql_get_str(measure, QL_STR("unit"));
  gate->wants = (ql_measure){relation, milli->number, ql__one_line(d->arena, unit.ptr ? unit : QL_STR(""))};
  gate->measured = true;
  return gate->wants.unit.ptr ? QL_OK : no_memory(err);
}

#define GATE_ID_MAX 160u /* bytes of a word in an event */

/* After the tasks, whose ids it names. */
static ql_status read_gates(ql__draft *d, const ql_value *value, ql_error *err) {
  const ql_value *array = NULL;
  ql_status status = get_array(d->arena, value, TOP("gates"), &array, err);
  size_t i = 0;
  for (const ql_value *v = array ? array->first : NULL; status == QL_OK && v; v = v->next, i++) {
    ql_str gates = QL_STR("gates"), id = QL_STR(""), text = QL_STR(""), task = QL_ABSENT;
    if (i == QL_PLAN_TASKS_MAX) return fault(d->arena, TOP("gates"), QL_ERR_LIMIT, "more gates than QL_PLAN_TASKS_MAX", err);
    status = get_text(d->arena, v, PLACE(gates, i, "id"), true, &id, err);
    if (status == QL_OK && (id.len == 0 || id.len > GATE_ID_MAX || ql_find_byte(id, 0x7f, 0) != SIZE_MAX))
      status = fault(d->arena, PLACE(gates, i, "id"), QL_ERR_SYNTAX, "must be a word of at most 160 bytes", err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(gates, i, "text"), true, &text, err);
    if (status == QL_OK && text.len == 0) status = fault(d->arena, PLACE(gates, i, "text"), QL_ERR_SYNTAX, "must not be empty", err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(gates, i, "task"), false, &task, err);
    if (status != QL_OK) break;
    for (size_t k = 0; k < d->gate_count; k++)
      if (ql_eq(d->gates[k].id, id)) return fault(d->arena, PLACE(gates, i, "id"), QL_ERR_SYNTAX, "is the id of two gates", err);
    ql_plan_gate *gate = ql__draft_gate(d, id, text);
    if (!gate) return no_memory(err);
    const ql_value *judge = QL_GET(v, "judge");
    if (judge && ql_eq(judge->text, QL_STR("rule")))
      gate->judge = QL_JUDGE_RULE;
    else if (judge && !ql_eq(judge->text, QL_STR("seat")))
      return fault(d->arena, PLACE(gates, i, "judge"), QL_ERR_SYNTAX, "must be rule or seat", err);
    if (task.ptr) {
      gate->task = ql__draft_find(d, task);
      if (gate->task == SIZE_MAX) return fault(d->arena, PLACE(gates, i, "task"), QL_ERR_SYNTAX, "names no task of the plan", err);
    }
    status = get_text(d->arena, v, PLACE(gates, i, "evidence"), false, &gate->evidence, err);
    if (status == QL_OK) status = get_text(d->arena, v, PLACE(gates, i, "expect"), false, &gate->expect, err);
    if (status == QL_OK) status = read_measure(d, v, i, gate, err);
    if (status == QL_OK) status = get_source(d->arena, v, PLACE(gates, i, "source"), &gate->source, err);
  }
  return status;
}

static ql_status read_estimate(ql_arena *a, const ql_value *v, size_t i, ql_plan_estimate *out, ql_error *err) {
  const ql_value *estimate = QL_GET(v, "estimate");
  place at = PLACE(QL_STR("tasks"), i, "estimate");
  if (estimate && estimate->kind != QL_OBJECT) return fault(a, at, QL_ERR_SYNTAX, "must be an object", err);
  ql_status status = get_count(a, estimate, QL_STR("input"), at, &out->input, err);
  if (status == QL_OK) status = get_count(a, estimate, QL_STR("output"), at, &out->output, err);
  return status == QL_OK ? get_count(a, estimate, QL_STR("minutes"), at, &out->minutes, err) : status;
}

/* What a task may say beside what it must. */
static ql_status read_more(ql_arena *a, const ql_value *v, size_t i, ql__draft_task *task, ql_error *err) {
  ql_str tasks = QL_STR("tasks"), priority = QL_ABSENT, effort = QL_ABSENT;
  ql_status status = get_texts(a, v, PLACE(tasks, i, "demands"), &task->demands, err);
  if (status == QL_OK) status = get_texts(a, v, PLACE(tasks, i, "writes"), &task->writes, err);
  if (status == QL_OK) status = get_text(a, v, PLACE(tasks, i, "rollback"), false, &task->rollback, err);
  if (status == QL_OK) status = get_text(a, v, PLACE(tasks, i, "priority"), false, &priority, err);
  if (status == QL_OK && priority.len > 0 && !ql_priority_read(priority, &task->priority))
    status = fault(a, PLACE(tasks, i, "priority"), QL_ERR_SYNTAX, "must be low, medium, high or critical", err);
  if (status == QL_OK) status = get_text(a, v, PLACE(tasks, i, "effort"), false, &effort, err);
  if (status == QL_OK && effort.len > 0 && !ql_effort_read(effort, &task->effort))
    status = fault(a, PLACE(tasks, i, "effort"), QL_ERR_SYNTAX, "must be XS, S, M, L or XL", err);
  if (status == QL_OK) status = read_estimate(a, v, i, &task->estimate, err);
  return status == QL_OK ? get_source(a, v, PLACE(tasks, i, "source"), &task->source, err) : status;
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
  if (status == QL_OK) status = read_more(a, v, i, task, err);
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
  if (status == QL_OK) status = read_agents(&d, value, QL_STR("needs"), ql__draft_need, err);
  if (status == QL_OK) status = read_agents(&d, value, QL_STR("considered"), ql__draft_consider, err);
  if (status == QL_OK) status = read_findings(&d, value, err);
  if (status == QL_OK) status = read_tasks(&d, value, err);
  if (status == QL_OK) status = read_gates(&d, value, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("order"), &d.order, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("risks"), &d.risks, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("rollback"), &d.rollback, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("success"), &d.success, err);
  if (status == QL_OK) status = get_texts(a, value, TOP("phases"), &d.phases, err);
  if (status == QL_OK) status = get_text(a, value, TOP("duration"), false, &d.duration, err);
  if (status == QL_OK) status = get_source(a, value, TOP("item"), &d.item, err);
  return status == QL_OK ? ql__draft_build(&d, out, err) : status;
}
