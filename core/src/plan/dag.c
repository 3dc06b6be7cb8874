#include "plan/dag.h"

#include <stdlib.h>

/* Of a cycle longer than this the middle is not printed. */
#define CYCLE_SHOWN 12u

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

typedef struct walk {
  const ql_plan *plan;
  size_t *waiting; /* dependencies that have no place yet */
  size_t *queue;   /* tasks in the order of work */
  size_t done;     /* of the queue */
  size_t *level;   /* topological level, from 1 */
  size_t *before;  /* the dependency that sets the level; SIZE_MAX when there is none */
} walk;

/* Kahn's algorithm over lists of dependants. */
static bool order_tasks(ql_arena *a, walk *w) {
  const ql_plan *plan = w->plan;
  size_t n = plan->task_count, edges = 0;
  size_t *first = ql_arena_array(a, n + 1, sizeof *first);
  for (size_t i = 0; i < n; i++) edges += plan->tasks[i].after_count;
  size_t *dependants = ql_arena_array(a, edges, sizeof *dependants);
  if (!first || !dependants) return false;
  for (size_t i = 0; i < n; i++) {
    w->before[i] = SIZE_MAX;
    w->level[i] = 1;
    w->waiting[i] = plan->tasks[i].after_count;
    for (size_t k = 0; k < plan->tasks[i].after_count; k++) first[plan->tasks[i].after[k] + 1]++;
  }
  for (size_t i = 0; i < n; i++) first[i + 1] += first[i];
  for (size_t i = n; i-- > 0;)
    for (size_t k = plan->tasks[i].after_count; k-- > 0;) dependants[--first[plan->tasks[i].after[k] + 1]] = i;
  /* The starts have moved down by one place: the list of task i is now [first[i + 1], first[i + 2]), the last one ends at the count. */
  size_t tail = 0;
  for (size_t i = 0; i < n; i++)
    if (w->waiting[i] == 0) w->queue[tail++] = i;
  while (w->done < tail) {
    size_t task = w->queue[w->done++];
    size_t end = task + 2 <= n ? first[task + 2] : edges;
    for (size_t e = first[task + 1]; e < end; e++) {
      size_t next = dependants[e];
      if (w->level[next] <= w->level[task]) {
        w->level[next] = w->level[task] + 1;
        w->before[next] = task;
      }
      if (--w->waiting[next] == 0) w->queue[tail++] = next;
    }
  }
  return true;
}

/* Follows unmet dependencies until a task comes up again: those between are the cycle. */
static bool find_cycle(ql_arena *a, const walk *w, ql__dag *out) {
  const ql_plan *plan = w->plan;
  size_t n = plan->task_count;
  size_t *seen = ql_arena_array(a, n, sizeof *seen); /* position in trail, from 1 */
  size_t *trail = ql_arena_array(a, n, sizeof *trail);
  if (!seen || !trail) return false;
  size_t at = 0, len = 0;
  while (w->waiting[at] == 0) at++;
  while (seen[at] == 0) {
    trail[len++] = at;
    seen[at] = len;
    for (size_t k = 0; k < plan->tasks[at].after_count; k++) {
      size_t after = plan->tasks[at].after[k];
      if (w->waiting[after] == 0) continue;
      at = after;
      break;
    }
  }
  size_t start = seen[at] - 1;
  out->cycle_count = len - start;
  out->cycle = ql_arena_array(a, out->cycle_count, sizeof *out->cycle);
  if (!out->cycle) return false;
  size_t smallest = start;
  for (size_t i = start; i < len; i++)
    if (trail[i] < trail[smallest]) smallest = i;
  /* The trail runs against the order of work. */
  for (size_t i = 0; i < out->cycle_count; i++) out->cycle[i] = trail[start + (smallest - start + out->cycle_count - i) % out->cycle_count];
  return true;
}

static int by_number(const void *x, const void *y) {
  const size_t *a = x, *b = y;
  return *a < *b ? -1 : *a > *b;
}

/* Numbers without gaps: the rank of each group among those that occur. */
static bool close_gaps(ql_arena *a, size_t n, ql__dag *out) {
  size_t *sorted = ql_arena_array(a, n, sizeof *sorted);
  if (!sorted) return false;
  size_t len = 0;
  for (size_t i = 0; i < n; i++)
    if (out->group[i] > 0) sorted[len++] = out->group[i];
  if (len > 1) qsort(sorted, len, sizeof *sorted, by_number);
  size_t distinct = 0;
  for (size_t i = 0; i < len; i++)
    if (i == 0 || sorted[i] != sorted[i - 1]) sorted[distinct++] = sorted[i];
  for (size_t i = 0; i < n; i++) {
    if (out->group[i] == 0) continue;
    size_t low = 0, high = distinct;
    while (high - low > 1) {
      size_t middle = low + (high - low) / 2;
      if (sorted[middle] <= out->group[i])
        low = middle;
      else
        high = middle;
    }
    out->group[i] = low + 1;
  }
  out->group_count = distinct;
  return true;
}

static bool list_groups(ql_arena *a, size_t n, ql__dag *out) {
  out->start = ql_arena_array(a, out->group_count + 2, sizeof *out->start);
  out->by_group = ql_arena_array(a, n, sizeof *out->by_group);
  if (!out->start || !out->by_group) return false;
  for (size_t i = 0; i < n; i++) out->start[out->group[i] + 1]++;
  for (size_t g = 0; g <= out->group_count; g++) out->start[g + 1] += out->start[g];
  for (size_t i = n; i-- > 0;) out->by_group[--out->start[out->group[i] + 1]] = i;
  /* The starts have moved down by one place. */
  for (size_t g = 0; g <= out->group_count; g++) out->start[g] = out->start[g + 1];
  out->start[out->group_count + 1] = n;
  return true;
}

/* Declared groups stay; another task comes right after the groups it depends on. */
static void place_in_groups(const walk *w, ql__dag *out) {
  const ql_plan *plan = w->plan;
  for (size_t i = 0; i < plan->task_count; i++) out->group[i] = plan->tasks[i].group;
  for (size_t q = 0; q < w->done; q++) {
    size_t i = w->queue[q], largest = 0;
    if (out->group[i] > 0) continue;
    for (size_t k = 0; k < plan->tasks[i].after_count; k++) {
      size_t after = plan->tasks[i].after[k];
      if (out->group[after] > largest) largest = out->group[after];
    }
    out->group[i] = largest + 1;
  }
}

ql_status ql__dag_make(ql_arena *a, const ql_plan *plan, ql__dag *out, ql_error *err) {
  size_t n = plan->task_count;
  *out = (ql__dag){0};
  walk w = {.plan = plan};
  w.waiting = ql_arena_array(a, n, sizeof *w.waiting);
  w.queue = ql_arena_array(a, n, sizeof *w.queue);
  w.level = ql_arena_array(a, n, sizeof *w.level);
  w.before = ql_arena_array(a, n, sizeof *w.before);
  out->group = ql_arena_array(a, n, sizeof *out->group);
  out->path = ql_arena_array(a, n, sizeof *out->path);
  if (!w.waiting || !w.queue || !w.level || !w.before || !out->group || !out->path || !order_tasks(a, &w)) return no_memory(err);
  out->order = w.queue;
  out->order_count = w.done;
  if (w.done < n && !find_cycle(a, &w, out)) return no_memory(err);
  for (size_t i = 0; i < n; i++) out->declared |= plan->tasks[i].group > 0;
  place_in_groups(&w, out);
  if (!close_gaps(a, n, out) || !list_groups(a, n, out)) return no_memory(err);
  if (out->cycle || n == 0) return QL_OK;
  size_t last = 0;
  for (size_t i = 1; i < n; i++)
    if (w.level[i] > w.level[last]) last = i;
  out->path_count = w.level[last];
  for (size_t k = out->path_count; k-- > 0; last = w.before[last]) out->path[k] = last;
  return QL_OK;
}

ql_str ql__dag_cycle_text(ql_arena *a, const ql_plan *plan, const ql__dag *dag) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  size_t n = dag->cycle_count;
  for (size_t i = 0; i < n; i++) {
    if (n > CYCLE_SHOWN && i >= CYCLE_SHOWN / 2 && i < n - CYCLE_SHOWN / 2) {
      if (i == CYCLE_SHOWN / 2) ql_buf_add(&buf, QL_STR("... -> "));
      continue;
    }
    ql_buf_add(&buf, plan->tasks[dag->cycle[i]].id);
    ql_buf_add(&buf, QL_STR(" -> "));
  }
  ql_buf_add(&buf, plan->tasks[dag->cycle[0]].id);
  return ql_buf_take(&buf, a);
}

ql_status ql_plan_groups(ql_arena *a, const ql_plan *plan, const size_t **groups, ql_error *err) {
  ql__dag dag;
  ql_status status = ql__dag_make(a, plan, &dag, err);
  if (status != QL_OK) return status;
  if (dag.cycle) {
    ql_str text = ql__dag_cycle_text(a, plan, &dag);
    return text.ptr ? ql_fail(err, QL_ERR_STATE, "these tasks wait for each other", text) : no_memory(err);
  }
  *groups = dag.group;
  return QL_OK;
}
