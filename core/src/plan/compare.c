/* What differs between two plans. */
#include <stdlib.h>

#include <questline/plan_edit.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "plan/check.h"
#include "plan/json.h"

/* Tasks of both plans by title; of several with one title the first of one goes with the first of the other. */
typedef struct titled {
  ql_str title;
  size_t place;
  bool after; /* of the second plan */
} titled;

static int by_title(const void *x, const void *y) {
  const titled *a = x, *b = y;
  int order = ql_compare(a->title, b->title);
  if (order != 0) return order;
  if (a->after != b->after) return a->after - b->after;
  return a->place < b->place ? -1 : a->place > b->place;
}

typedef struct comparison {
  ql_arena *arena;
  const ql_plan *before, *after;
  const ql_value **old_tasks, **new_tasks;
  size_t *twin_of_old, *twin_of_new; /* SIZE_MAX where there is none */
} comparison;

static bool find_twins(comparison *c) {
  size_t n = c->before->task_count, m = c->after->task_count;
  titled *list = ql_arena_array(c->arena, n + m + 1, sizeof *list);
  c->twin_of_old = ql_arena_array(c->arena, n + 1, sizeof *c->twin_of_old);
  c->twin_of_new = ql_arena_array(c->arena, m + 1, sizeof *c->twin_of_new);
  if (!list || !c->twin_of_old || !c->twin_of_new) return false;
  for (size_t i = 0; i < n; i++) {
    list[i] = (titled){c->before->tasks[i].title, i, false};
    c->twin_of_old[i] = SIZE_MAX;
  }
  for (size_t i = 0; i < m; i++) {
    list[n + i] = (titled){c->after->tasks[i].title, i, true};
    c->twin_of_new[i] = SIZE_MAX;
  }
  if (n + m > 1) qsort(list, n + m, sizeof *list, by_title);
  for (size_t from = 0; from < n + m;) {
    size_t middle = from, end = from;
    while (end < n + m && ql_eq(list[end].title, list[from].title)) middle += !list[end++].after;
    for (size_t k = 0; from + k < middle && middle + k < end; k++) {
      c->twin_of_old[list[from + k].place] = list[middle + k].place;
      c->twin_of_new[list[middle + k].place] = list[from + k].place;
    }
    from = end;
  }
  return true;
}

static const ql_value **items_of(ql_arena *a, const ql_value *list) {
  const ql_value **items = ql_arena_array(a, list->count + 1, sizeof(ql_value *));
  size_t i = 0;
  for (const ql_value *item = items ? list->first : NULL; item; item = item->next) items[i++] = item;
  return items;
}

static bool equal(const ql_value *x, const ql_value *y) { return x == y || (x && y && ql_value_equal(x, y)); }

/* The dependencies of a task by title, for ids differ. */
static bool same_after(const comparison *c, size_t old, size_t new) {
  const ql_plan_task *a = &c->before->tasks[old], *b = &c->after->tasks[new];
  if (a->after_count != b->after_count) return false;
  for (size_t i = 0; i < a->after_count; i++) {
    size_t k = 0;
    while (k < b->after_count && b->after[k] != c->twin_of_old[a->after[i]]) k++;
    if (k == b->after_count) return false;
  }
  return true;
}

static void compare_task(comparison *c, size_t old, size_t new, ql_value *changed) {
  static const ql_str members[] = {
      QL_STR_INIT("accept"),   QL_STR_INIT("agent"),   QL_STR_INIT("demands"),  QL_STR_INIT("effort"),
      QL_STR_INIT("estimate"), QL_STR_INIT("outputs"), QL_STR_INIT("priority"), QL_STR_INIT("reason"),
      QL_STR_INIT("rollback"), QL_STR_INIT("source"),  QL_STR_INIT("writes"),
  };
  const ql_value *a = c->old_tasks[old], *b = c->new_tasks[new];
  ql_value *fields = ql_array(c->arena);
  if (!same_after(c, old, new)) ql_push(fields, ql_string(c->arena, QL_STR("after")));
  if (c->before->tasks[old].group != c->after->tasks[new].group) ql_push(fields, ql_string(c->arena, QL_STR("group"))); /* declared ones */
  for (size_t i = 0; i < QL_COUNT(members); i++) {
    const ql_value *x = ql_get(a, members[i]), *y = ql_get(b, members[i]);
    if (!equal(x, y)) ql_push(fields, ql_string(c->arena, members[i]));
  }
  if (!fields || fields->count == 0) return;
  ql_value *item = ql_push(changed, ql_object(c->arena));
  QL_SET(item, "after", ql_copy(c->arena, b));
  QL_SET(item, "before", ql_copy(c->arena, a));
  QL_SET(item, "fields", fields);
}

/* Gates with the titles of their tasks, for ids differ. */
static const ql_value *gates_by_title(ql_arena *a, const ql_plan *plan) {
  ql_value *gates = ql__plan_gates(a, plan), *gate = gates ? gates->first : NULL;
  for (size_t i = 0; i < plan->gate_count && gate; i++, gate = gate->next)
    if (plan->gates[i].task != SIZE_MAX) QL_SET(gate, "task", ql_string(a, plan->tasks[plan->gates[i].task].title));
  return gates;
}

static int by_name(const void *x, const void *y) {
  const ql_str *a = x, *b = y;
  return ql_compare(*a, *b);
}

static ql_value *size_of(ql_arena *a, const ql_plan *plan) {
  ql__dag dag;
  ql_str *agents = ql_arena_array(a, plan->task_count + 1, sizeof *agents);
  if (!agents || ql__dag_make(a, plan, &dag, NULL) != QL_OK) return NULL;
  const int64_t *tail = ql__tails(a, plan, &dag);
  int64_t longest = 0, work = 0, distinct = 0;
  for (size_t i = 0; tail && i < plan->task_count; i++) {
    agents[i] = plan->tasks[i].agent;
    work += ql_plan_minutes(&plan->tasks[i]);
    if (tail[i] > longest) longest = tail[i];
  }
  if (plan->task_count > 1) qsort(agents, plan->task_count, sizeof *agents, by_name);
  for (size_t i = 0; i < plan->task_count; i++) distinct += agents[i].len > 0 && (i == 0 || !ql_eq(agents[i], agents[i - 1]));
  ql_value *size = ql_object(a);
  QL_SET(size, "agents", ql_int(a, distinct));
  QL_SET(size, "groups", ql_int(a, dag.cycle ? 0 : (int64_t)dag.group_count));
  if (!dag.cycle) QL_SET(size, "minutes", ql_int(a, longest));
  QL_SET(size, "tasks", ql_int(a, (int64_t)plan->task_count));
  QL_SET(size, "work", ql_int(a, work));
  return tail ? size : NULL;
}

ql_status ql_plan_compare(ql_arena *a, const ql_plan *before, const ql_plan *after, ql_value **out, ql_error *err) {
  ql_value *old = ql_plan_value(a, before), *new = ql_plan_value(a, after);
  comparison c = {.arena = a, .before = before, .after = after};
  if (old && new) {
    c.old_tasks = items_of(a, QL_GET(old, "tasks"));
    c.new_tasks = items_of(a, QL_GET(new, "tasks"));
  }
  if (!c.old_tasks || !c.new_tasks || !find_twins(&c)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_value *added = ql_array(a), *removed = ql_array(a), *changed = ql_array(a), *fields = ql_array(a), *value = ql_object(a);
  for (size_t i = 0; i < before->task_count; i++) {
    if (c.twin_of_old[i] == SIZE_MAX)
      ql_push(removed, ql_copy(a, c.old_tasks[i]));
    else
      compare_task(&c, i, c.twin_of_old[i], changed);
  }
  for (size_t i = 0; i < after->task_count; i++)
    if (c.twin_of_new[i] == SIZE_MAX) ql_push(added, ql_copy(a, c.new_tasks[i]));
  static const ql_str members[] = {
      QL_STR_INIT("considered"), QL_STR_INIT("declared_groups"), QL_STR_INIT("duration"), QL_STR_INIT("files"),     QL_STR_INIT("findings"),
      QL_STR_INIT("item"),       QL_STR_INIT("leader"),          QL_STR_INIT("needs"),    QL_STR_INIT("objective"), QL_STR_INIT("order"),
      QL_STR_INIT("phases"),     QL_STR_INIT("rehearsed"),       QL_STR_INIT("risks"),    QL_STR_INIT("rollback"),  QL_STR_INIT("steps"),
      QL_STR_INIT("success"),
  };
  for (size_t k = 0; k < QL_COUNT(members); k++)
    if (!equal(ql_get(old, members[k]), ql_get(new, members[k]))) ql_push(fields, ql_string(a, members[k]));
  if (!equal(gates_by_title(a, before), gates_by_title(a, after))) ql_push(fields, ql_string(a, QL_STR("gates")));
  bool same = ql_eq(ql_get_str(old, QL_STR("hash")), ql_get_str(new, QL_STR("hash")));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (!same && added->count + removed->count + changed->count + fields->count == 0) ql_push(fields, ql_string(a, QL_STR("tasks")));
  QL_SET(value, "added", added);
  QL_SET(value, "after", size_of(a, after));
  QL_SET(value, "before", size_of(a, before));
  QL_SET(value, "changed", changed);
  QL_SET(value, "fields", fields);
  QL_SET(value, "removed", removed);
  QL_SET(value, "same", ql_bool(a, same));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
