#include <questline/schedule.h>
#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "plan/crew.h"
#include "plan/dag.h"

/* ---- how long ---- */

#define MINUTES_OTHERWISE 30
#define MINUTES_MAX       (QL_INT_MAX / QL_PLAN_TASKS_MAX) /* the sum of all is an integer yet */

int64_t ql_plan_minutes(const ql_plan_task *task) {
  static const int64_t minutes[QL_EFFORT_COUNT] = {MINUTES_OTHERWISE, 15, 30, 60, 120, 240};
  if (task->estimate.minutes < 0) return minutes[task->effort];
  return task->estimate.minutes < MINUTES_MAX ? task->estimate.minutes : MINUTES_MAX;
}

typedef struct timetable {
  ql_arena *arena;
  const ql_plan *plan;
  ql__dag dag;
  size_t *order;  /* tasks, each behind those it waits for */
  size_t *worker; /* whose time a task takes, from 0; tasks without an agent have one each */
  size_t workers;
  int64_t *minutes, *start, *late; /* of each task: length, earliest start, latest start */
  int64_t *tail;                   /* from its start to the end of what waits for it */
  int64_t total, whole;            /* the sum of all; the longest chain */
} timetable;

/* ---- the order ---- */

/* By group, and in a group by level: dependencies inside a declared group count too. */
static bool make_order(timetable *t) {
  size_t n = t->plan->task_count, len = 0;
  size_t *level = ql_arena_array(t->arena, n + 1, sizeof *level);
  size_t *waiting = ql_arena_array(t->arena, n + 1, sizeof *waiting);
  size_t *ready = ql_arena_array(t->arena, n + 1, sizeof *ready);
  t->order = ql_arena_array(t->arena, n + 1, sizeof *t->order);
  size_t *first = ql_arena_array(t->arena, n + 2, sizeof *first), edges = 0;
  for (size_t i = 0; i < n; i++) edges += t->plan->tasks[i].after_count;
  size_t *next = ql_arena_array(t->arena, edges + 1, sizeof *next);
  if (!level || !waiting || !ready || !t->order || !first || !next) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < t->plan->tasks[i].after_count; k++) first[t->plan->tasks[i].after[k] + 2]++;
  for (size_t i = 2; i < n + 2; i++) first[i] += first[i - 1];
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < t->plan->tasks[i].after_count; k++) next[first[t->plan->tasks[i].after[k] + 1]++] = i;
  for (size_t i = 0; i < n; i++) {
    waiting[i] = t->plan->tasks[i].after_count;
    if (waiting[i] == 0) ready[len++] = i;
  }
  for (size_t head = 0; head < len; head++)
    for (size_t e = first[ready[head]]; e < first[ready[head] + 1]; e++)
      if (--waiting[next[e]] == 0) ready[len++] = next[e];
  /* A stable counting sort by group. */
  size_t *place = ql_arena_array(t->arena, t->dag.group_count + 2, sizeof *place);
  if (!place) return false;
  for (size_t i = 0; i < n; i++) place[t->dag.group[i] + 1]++;
  for (size_t g = 1; g < t->dag.group_count + 2; g++) place[g] += place[g - 1];
  for (size_t i = 0; i < len; i++) t->order[place[t->dag.group[ready[i]]]++] = ready[i];
  return true;
}

typedef struct named {
  ql_str agent;
  size_t task;
} named;

static int by_agent(const void *x, const void *y) {
  const named *a = x, *b = y;
  int order = ql_compare(a->agent, b->agent);
  return order != 0 ? order : a->task < b->task ? -1 : a->task > b->task;
}

static bool make_workers(timetable *t) {
  size_t n = t->plan->task_count;
  named *list = ql_arena_array(t->arena, n + 1, sizeof *list);
  t->worker = ql_arena_array(t->arena, n + 1, sizeof *t->worker);
  if (!list || !t->worker) return false;
  for (size_t i = 0; i < n; i++) list[i] = (named){t->plan->tasks[i].agent, i};
  if (n > 1) qsort(list, n, sizeof *list, by_agent);
  for (size_t i = 0; i < n; i++) {
    bool same = i > 0 && list[i].agent.len > 0 && ql_eq(list[i].agent, list[i - 1].agent);
    if (!same) t->workers++;
    t->worker[list[i].task] = t->workers - 1;
  }
  return true;
}

/* ---- without limits ---- */

/* Earliest and latest starts where everybody can do everything at once. A declared group waits for all groups before it. */
static bool make_times(timetable *t) {
  size_t n = t->plan->task_count;
  t->minutes = ql_arena_array(t->arena, n + 1, sizeof *t->minutes);
  t->start = ql_arena_array(t->arena, n + 1, sizeof *t->start);
  t->late = ql_arena_array(t->arena, n + 1, sizeof *t->late);
  t->tail = ql_arena_array(t->arena, n + 1, sizeof *t->tail);
  int64_t *after = ql_arena_array(t->arena, n + 1, sizeof *after); /* the longest tail of what waits for it */
  if (!t->minutes || !t->start || !t->late || !t->tail || !after) return false;
  int64_t barrier = 0, reached = 0;
  size_t group = 0;
  for (size_t i = 0; i < n; i++) t->total += t->minutes[i] = ql_plan_minutes(&t->plan->tasks[i]);
  for (size_t k = 0; k < n; k++) {
    size_t i = t->order[k];
    const ql_plan_task *task = &t->plan->tasks[i];
    if (t->dag.declared && t->dag.group[i] != group) barrier = reached;
    group = t->dag.group[i];
    t->start[i] = barrier;
    for (size_t e = 0; e < task->after_count; e++) {
      int64_t end = t->start[task->after[e]] + t->minutes[task->after[e]];
      if (end > t->start[i]) t->start[i] = end;
    }
    if (t->start[i] + t->minutes[i] > reached) reached = t->start[i] + t->minutes[i];
  }
  t->whole = reached;
  int64_t later = 0, behind = 0; /* what follows the barrier; the longest tail of the group in hand */
  group = 0;
  for (size_t k = n; k-- > 0;) {
    size_t i = t->order[k];
    const ql_plan_task *task = &t->plan->tasks[i];
    if (t->dag.declared && t->dag.group[i] != group) later = behind;
    group = t->dag.group[i];
    t->tail[i] = t->minutes[i] + (after[i] > later ? after[i] : later);
    if (t->tail[i] > behind) behind = t->tail[i];
    t->late[i] = t->whole - t->tail[i];
    for (size_t e = 0; e < task->after_count; e++)
      if (t->tail[i] > after[task->after[e]]) after[task->after[e]] = t->tail[i];
  }
  return true;
}

/* ---- with so many at work ----
   All before a barrier ends before it: what stands between two barriers is shared out by itself. Without declared groups that is everything. */

/* So many at once are looked at one by one; behind them, as many as help. */
#define CREWS_SHOWN 32u
/* How much of all searches together. */
#define NODES_MAX   300000u

typedef struct part {
  ql__work work;
  size_t from; /* its first job in the order */
} part;

typedef struct places {
  size_t *at;            /* of each task in the order */
  size_t *number, *part; /* of each worker: its number in the part it was last seen in, and which that is */
} places;

static bool make_part(timetable *t, places *p, size_t from, size_t to, size_t number, part *out) {
  size_t count = to - from, edges = 0;
  ql__job *jobs = ql_arena_array(t->arena, count, sizeof *jobs);
  for (size_t k = from; k < to; k++) edges += t->plan->tasks[t->order[k]].after_count;
  size_t *next = ql_arena_array(t->arena, edges + 1, sizeof *next);
  if (!jobs || !next) return false;
  *out = (part){{jobs, next, count, 0}, from};
  for (size_t j = 0; j < count; j++) {
    size_t i = t->order[from + j], w = t->worker[i];
    const ql_plan_task *task = &t->plan->tasks[i];
    if (p->part[w] != number) p->number[w] = out->work.workers++;
    p->part[w] = number;
    jobs[j].worker = p->number[w];
    jobs[j].minutes = t->minutes[i];
    for (size_t e = 0; e < task->after_count; e++) {
      if (p->at[task->after[e]] < from) continue;
      jobs[j].waits++;
      jobs[p->at[task->after[e]] - from].last++; /* a count, for now */
    }
  }
  edges = 0;
  for (size_t j = 0; j < count; j++) {
    size_t waiters = jobs[j].last;
    jobs[j].first = jobs[j].last = edges;
    edges += waiters;
  }
  for (size_t j = 0; j < count; j++) {
    const ql_plan_task *task = &t->plan->tasks[t->order[from + j]];
    for (size_t e = 0; e < task->after_count; e++)
      if (p->at[task->after[e]] >= from) next[jobs[p->at[task->after[e]] - from].last++] = j;
  }
  for (size_t j = count; j-- > 0;) {
    for (size_t e = jobs[j].first; e < jobs[j].last; e++)
      if (jobs[next[e]].tail > jobs[j].tail) jobs[j].tail = jobs[next[e]].tail;
    jobs[j].tail += jobs[j].minutes;
  }
  return true;
}

static bool make_parts(timetable *t, part **parts, size_t *count) {
  size_t n = t->plan->task_count, from = 0;
  places p = {ql_arena_array(t->arena, n + 1, sizeof *p.at), ql_arena_array(t->arena, n + 1, sizeof *p.number),
              ql_arena_array(t->arena, n + 1, sizeof *p.part)};
  *parts = ql_arena_array(t->arena, n + 1, sizeof **parts);
  if (!p.at || !p.number || !p.part || !*parts) return false;
  for (size_t k = 0; k < n; k++) p.at[t->order[k]] = k;
  for (size_t k = 1; k <= n; k++) {
    if (k < n && (!t->dag.declared || t->dag.group[t->order[k]] == t->dag.group[t->order[from]])) continue;
    if (!make_part(t, &p, from, k, *count + 1, &(*parts)[*count])) return false;
    ++*count;
    from = k;
  }
  return true;
}

/* Shares out part after part. What fewer can do in less time (there are such cases) is theirs. */
static bool share_out(timetable *t, const part *parts, size_t count, size_t at_once, int64_t *starts, uint32_t *nodes, ql__crew *out) {
  *out = (ql__crew){0, 0};
  for (size_t p = 0; p < count; p++) {
    ql__crew crew;
    if (ql__share_out(t->arena, &parts[p].work, at_once, starts + parts[p].from, nodes, &crew) != QL_OK) return false;
    for (size_t j = 0; j < parts[p].work.count; j++) starts[parts[p].from + j] += out->minutes;
    out->minutes += crew.minutes;
    out->bound += crew.bound;
  }
  return true;
}

static bool add_crews(timetable *t, ql_value *out) {
  size_t n = t->plan->task_count, count = 0;
  part *parts;
  ql_value *crews = QL_SET(out, "crews", ql_array(t->arena));
  int64_t *starts = ql_arena_array(t->arena, n + 1, sizeof *starts), *best = ql_arena_array(t->arena, n + 1, sizeof *best);
  uint32_t nodes = NODES_MAX;
  int64_t minutes = INT64_MAX;
  ql__crew all;
  if (!starts || !best || !make_parts(t, &parts, &count)) return false;
  if (t->workers > 0 && !share_out(t, parts, count, t->workers, starts, &nodes, &all)) return false;
  for (size_t at_once = 1; at_once <= t->workers; at_once++) {
    ql__crew crew;
    if (at_once > CREWS_SHOWN) at_once = t->workers;
    if (!share_out(t, parts, count, at_once, starts, &nodes, &crew)) return false;
    if (crew.minutes < minutes) memcpy(best, starts, n * sizeof *best);
    if (crew.minutes < minutes) minutes = crew.minutes;
    ql_value *item = ql_push(crews, ql_object(t->arena)), *when = ql_object(t->arena);
    QL_SET(item, "at_once", ql_int(t->arena, (int64_t)at_once));
    QL_SET(item, "bound", ql_int(t->arena, crew.bound));
    QL_SET(item, "minutes", ql_int(t->arena, minutes));
    QL_SET(item, "shortest", ql_bool(t->arena, minutes == crew.bound));
    for (size_t k = 0; k < n; k++) ql_set(when, t->plan->tasks[t->order[k]].id, ql_int(t->arena, best[k]));
    QL_SET(item, "starts", when);
    if (minutes <= all.minutes || minutes == t->whole) break; /* more would not help */
  }
  return true;
}

/* ---- the answer ---- */

/* The task that goes on with the critical chain behind another one: one that waits for it, or the first behind the barrier. */
static size_t next_critical(const timetable *t, size_t place, size_t before) {
  size_t n = t->plan->task_count, beyond = SIZE_MAX;
  int64_t at = before == SIZE_MAX ? 0 : t->start[before] + t->minutes[before];
  for (size_t k = place; k < n; k++) {
    size_t i = t->order[k];
    if (t->start[i] != at || t->late[i] != at) continue;
    if (before == SIZE_MAX) return i;
    const ql_plan_task *task = &t->plan->tasks[i];
    for (size_t e = 0; e < task->after_count; e++)
      if (task->after[e] == before) return i;
    if (beyond == SIZE_MAX && t->dag.declared && t->dag.group[i] > t->dag.group[before]) beyond = i;
  }
  return beyond;
}

static ql_value *critical(const timetable *t) {
  ql_value *chain = ql_array(t->arena);
  size_t place = 0;
  for (size_t i = next_critical(t, 0, SIZE_MAX); i != SIZE_MAX; i = next_critical(t, place, i)) {
    ql_push(chain, ql_string(t->arena, t->plan->tasks[i].id));
    while (t->order[place] != i) place++;
    place++;
  }
  return chain;
}

/* A task cannot wait for one that stands behind a later barrier. */
static ql_status check_groups(const timetable *t, ql_error *err) {
  for (size_t i = 0; t->dag.declared && i < t->plan->task_count; i++) {
    const ql_plan_task *task = &t->plan->tasks[i];
    for (size_t e = 0; e < task->after_count; e++)
      if (t->dag.group[task->after[e]] > t->dag.group[i])
        return ql_fail(err, QL_ERR_STATE, "a task waits for one of a later group", task->id);
  }
  return QL_OK;
}

ql_status ql_plan_schedule(ql_arena *a, const ql_plan *plan, ql_value **out, ql_error *err) {
  timetable t = {.arena = a, .plan = plan};
  ql_status status = ql__dag_make(a, plan, &t.dag, err);
  if (status != QL_OK) return status;
  if (t.dag.cycle) return ql_fail(err, QL_ERR_STATE, "these tasks wait for each other", ql__dag_cycle_text(a, plan, &t.dag));
  status = check_groups(&t, err);
  if (status != QL_OK) return status;
  ql_value *value = ql_object(a), *tasks = ql_array(a);
  if (!make_order(&t) || !make_workers(&t) || !make_times(&t)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < plan->task_count; i++) {
    ql_value *task = ql_push(tasks, ql_object(a));
    QL_SET(task, "end", ql_int(a, t.start[i] + t.minutes[i]));
    QL_SET(task, "id", ql_string(a, plan->tasks[i].id));
    QL_SET(task, "minutes", ql_int(a, t.minutes[i]));
    QL_SET(task, "slack", ql_int(a, t.late[i] - t.start[i]));
    QL_SET(task, "start", ql_int(a, t.start[i]));
  }
  QL_SET(value, "critical", critical(&t));
  if (!add_crews(&t, value) || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  QL_SET(value, "minutes", ql_int(a, t.whole));
  QL_SET(value, "tasks", tasks);
  QL_SET(value, "work", ql_int(a, t.total));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
