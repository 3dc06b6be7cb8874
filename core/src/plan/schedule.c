#include <questline/schedule.h>
#include <stdlib.h>

#include "base/text.h"
#include "plan/dag.h"

#define MINUTES_OTHERWISE 30
#define NEVER             INT64_MAX

int64_t ql_plan_minutes(const ql_plan_task *task) {
  static const int64_t minutes[QL_EFFORT_COUNT] = {MINUTES_OTHERWISE, 15, 30, 60, 120, 240};
  return task->estimate.minutes >= 0 ? task->estimate.minutes : minutes[task->effort];
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

/* ---- with so many at work ---- */

/* No schedule is shorter than the longest chain, the work of the busiest agent, or all the work shared out. */
static int64_t bound(const timetable *t, const int64_t *busy, size_t at_once) {
  int64_t least = t->whole, shared = (t->total + (int64_t)at_once - 1) / (int64_t)at_once;
  for (size_t w = 0; w < t->workers; w++)
    if (busy[w] > least) least = busy[w];
  return shared > least ? shared : least;
}

/* List scheduling: whenever somebody is free, the ready task with the longest tail (Graham, "Bounds on multiprocessing timing anomalies": less than
   twice the shortest). starts is filled. */
static int64_t play(const timetable *t, size_t at_once, int64_t *starts, int64_t *ends, int64_t *free_at) {
  size_t n = t->plan->task_count, done = 0, running = 0, group = 1;
  int64_t now = 0;
  for (size_t i = 0; i < n; i++) starts[i] = ends[i] = NEVER;
  for (size_t w = 0; w < t->workers; w++) free_at[w] = 0;
  while (done < n) {
    size_t best = SIZE_MAX, open_in_group = 0;
    for (size_t k = 0; k < n; k++) {
      size_t i = t->order[k];
      if (t->dag.group[i] == group && (ends[i] == NEVER || ends[i] > now)) open_in_group++;
      if (starts[i] != NEVER || running == at_once || free_at[t->worker[i]] > now || (t->dag.declared && t->dag.group[i] > group)) continue;
      const ql_plan_task *task = &t->plan->tasks[i];
      size_t e = 0;
      while (e < task->after_count && ends[task->after[e]] != NEVER && ends[task->after[e]] <= now) e++;
      if (e == task->after_count && (best == SIZE_MAX || t->tail[i] > t->tail[best])) best = i;
    }
    if (best != SIZE_MAX) {
      starts[best] = now;
      ends[best] = free_at[t->worker[best]] = now + t->minutes[best];
      running++;
      if (t->minutes[best] == 0) {
        running--;
        done++;
      }
      continue;
    }
    if (t->dag.declared && open_in_group == 0 && group < t->dag.group_count) {
      group++;
      continue;
    }
    int64_t next = NEVER;
    for (size_t i = 0; i < n; i++)
      if (ends[i] != NEVER && ends[i] > now && ends[i] < next) next = ends[i];
    if (next == NEVER) break;
    now = next;
    for (size_t i = 0; i < n; i++) {
      if (ends[i] != now || t->minutes[i] == 0) continue;
      running--;
      done++;
    }
  }
  return now;
}

static bool add_crews(timetable *t, ql_value *out) {
  size_t n = t->plan->task_count;
  int64_t *starts = ql_arena_array(t->arena, n + 1, sizeof *starts), *ends = ql_arena_array(t->arena, n + 1, sizeof *ends);
  int64_t *free_at = ql_arena_array(t->arena, t->workers + 1, sizeof *free_at),
          *busy = ql_arena_array(t->arena, t->workers + 1, sizeof *busy);
  ql_value *crews = QL_SET(out, "crews", ql_array(t->arena));
  if (!starts || !ends || !free_at || !busy) return false;
  for (size_t i = 0; i < n; i++) busy[t->worker[i]] += t->minutes[i];
  int64_t unlimited = n > 0 ? play(t, n, starts, ends, free_at) : 0;
  for (size_t at_once = 1; at_once <= t->workers; at_once++) {
    ql_value *crew = ql_push(crews, ql_object(t->arena)), *when = ql_object(t->arena);
    int64_t minutes = play(t, at_once, starts, ends, free_at), least = bound(t, busy, at_once);
    QL_SET(crew, "at_once", ql_int(t->arena, (int64_t)at_once));
    QL_SET(crew, "bound", ql_int(t->arena, least));
    QL_SET(crew, "minutes", ql_int(t->arena, minutes));
    QL_SET(crew, "shortest", ql_bool(t->arena, minutes == least));
    for (size_t i = 0; i < n; i++) ql_set(when, t->plan->tasks[i].id, ql_int(t->arena, starts[i]));
    QL_SET(crew, "starts", when);
    if (minutes <= unlimited) break; /* more would not help */
  }
  return true;
}

/* ---- the answer ---- */

/* Tasks without slack, from the first to the last; of several chains the one that goes on with the smallest index. */
static ql_value *critical(timetable *t) {
  ql_value *chain = ql_array(t->arena);
  int64_t at = 0;
  for (size_t k = 0; k < t->plan->task_count; k++) {
    size_t i = t->order[k];
    if (t->start[i] != at || t->late[i] != at || (t->minutes[i] == 0 && t->whole > 0)) continue;
    ql_push(chain, ql_string(t->arena, t->plan->tasks[i].id));
    at += t->minutes[i];
  }
  return chain;
}

ql_status ql_plan_schedule(ql_arena *a, const ql_plan *plan, ql_value **out, ql_error *err) {
  timetable t = {.arena = a, .plan = plan};
  ql_status status = ql__dag_make(a, plan, &t.dag, err);
  if (status != QL_OK) return status;
  if (t.dag.cycle) return ql_fail(err, QL_ERR_STATE, "these tasks wait for each other", ql__dag_cycle_text(a, plan, &t.dag));
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
