/* What is wrong with the order of a plan: who waits for whom, and who is in whose way. */
#include <stdlib.h>

#include <questline/schedule.h>

#include "base/text.h"
#include "plan/check.h"
#include "plan/words.h"

/* ---- who goes first ---- */

int64_t *ql__tails(ql_arena *a, const ql_plan *plan, const ql__dag *dag) {
  int64_t *tail = ql_arena_array(a, plan->task_count + 1, sizeof *tail);
  int64_t *behind = ql_arena_array(a, plan->task_count + 1, sizeof *behind);
  if (!tail || !behind) return NULL;
  for (size_t k = dag->order_count; k-- > 0;) {
    const ql_plan_task *task = &plan->tasks[dag->order[k]];
    int64_t length = tail[dag->order[k]] = ql_plan_minutes(task) + behind[dag->order[k]];
    for (size_t e = 0; e < task->after_count; e++)
      if (length > behind[task->after[e]]) behind[task->after[e]] = length;
  }
  return tail;
}

int ql__goes_first(const ql__use *x, const ql__use *y, ql__rule_of_order *rule) {
  *rule = QL_ORDER_PRIORITY;
  if (x->priority != y->priority) return x->priority > y->priority ? -1 : 1;
  *rule = QL_ORDER_TAIL;
  if (x->tail != y->tail) return x->tail > y->tail ? -1 : 1;
  *rule = QL_ORDER_NUMBER;
  return x->task < y->task ? -1 : x->task > y->task;
}

static int by_use(const void *x, const void *y) {
  const ql__use *a = x, *b = y;
  ql__rule_of_order rule;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  int order = ql_compare(a->what, b->what);
  return order != 0 ? order : ql__goes_first(a, b, &rule);
}

void ql__sort_uses(ql__uses *uses) {
  if (uses->count > 1) qsort(uses->items, uses->count, sizeof *uses->items, by_use);
}

void ql__add_use(ql_arena *a, ql__uses *uses, const ql_plan *plan, size_t task, size_t group, int64_t tail, ql_str what) {
  ql__use *wider = ql_arena_grow(a, uses->items, uses->count, &uses->cap, sizeof *wider);
  if (!wider) return;
  ql_priority priority = plan->tasks[task].priority;
  uses->items = wider;
  wider[uses->count++] = (ql__use){group, what, priority == QL_PRIORITY_NONE ? QL_PRIORITY_MEDIUM : priority, tail, task};
}

ql_str ql__plain_path(ql_str path) {
  while (ql_starts(path, QL_STR("./"))) path = ql_slice(path, 2, path.len);
  return path;
}

void ql__add_files(ql_arena *a, ql__uses *uses, const ql_plan *plan, size_t task, size_t group, int64_t tail) {
  const ql_plan_task *t = &plan->tasks[task];
  for (size_t i = 0; i < t->write_count; i++) ql__add_use(a, uses, plan, task, group, tail, ql__plain_path(t->writes[i]));
  for (size_t i = 0; i < t->output_count; i++) {
    ql_str rest = t->outputs[i], path;
    while (ql__next_file(&rest, &path)) ql__add_use(a, uses, plan, task, group, tail, ql__plain_path(path));
  }
}

/* ---- fixes ---- */

/* Moves a task to a group, and whatever waits for it behind that. Without cycles only. */
static void fix_by_moving(ql__check *c, ql_value *problem, size_t task, size_t group) {
  const ql_plan *plan = c->plan;
  size_t *want = ql_arena_array(c->arena, plan->task_count, sizeof *want);
  ql_value *fix = want ? ql__fix(c, problem) : NULL;
  if (!fix) return;
  for (size_t i = 0; i < plan->task_count; i++) want[i] = c->dag.group[i];
  want[task] = group;
  for (size_t k = 0; k < c->dag.order_count; k++) {
    size_t i = c->dag.order[k];
    for (size_t e = 0; e < plan->tasks[i].after_count; e++) {
      size_t after = plan->tasks[i].after[e];
      if (want[after] != c->dag.group[after] && want[i] <= want[after]) want[i] = want[after] + 1;
    }
    if (want[i] == c->dag.group[i]) continue;
    QL_SET(ql__fix_edit(c, fix, QL_STR("move"), plan->tasks[i].id), "group", ql_int(c->arena, (int64_t)want[i]));
  }
}

/* Lets a task wait for another of its group. */
static void fix_by_waiting(ql__check *c, ql_value *problem, size_t task, size_t first) {
  if (c->dag.declared) {
    fix_by_moving(c, problem, task, c->dag.group[first] + 1);
    return;
  }
  ql_value *fix = ql__fix(c, problem);
  if (fix) QL_SET(ql__fix_edit(c, fix, QL_STR("link"), c->plan->tasks[task].id), "after", ql_string(c->arena, c->plan->tasks[first].id));
}

/* ---- cycles ---- */

typedef struct dependants {
  size_t *first, *next; /* those of task i: next[first[i]] up to next[first[i + 1]] */
} dependants;

static bool list_dependants(ql_arena *a, const ql_plan *plan, dependants *d) {
  size_t edges = 0, n = plan->task_count;
  for (size_t i = 0; i < n; i++) edges += plan->tasks[i].after_count;
  d->first = ql_arena_array(a, n + 2, sizeof *d->first);
  d->next = ql_arena_array(a, edges + 1, sizeof *d->next);
  if (!d->first || !d->next) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t e = 0; e < plan->tasks[i].after_count; e++) d->first[plan->tasks[i].after[e] + 2]++;
  for (size_t i = 2; i < n + 2; i++) d->first[i] += d->first[i - 1];
  for (size_t i = 0; i < n; i++)
    for (size_t e = 0; e < plan->tasks[i].after_count; e++) d->next[d->first[plan->tasks[i].after[e] + 1]++] = i;
  return true;
}

/* Walks from each task to those that wait for it; a dependency that leads back onto the path is taken out. Without those there is no cycle left. */
static void add_unlinks(ql__check *c, const dependants *d, ql_value *fix) {
  enum { NEW, ON_PATH, FINISHED };
  size_t n = c->plan->task_count;
  size_t *mark = ql_arena_array(c->arena, n, sizeof *mark), *path = ql_arena_array(c->arena, n, sizeof *path);
  size_t *at = ql_arena_array(c->arena, n, sizeof *at);
  if (!mark || !path || !at || !fix) return;
  for (size_t root = 0; root < n; root++) {
    size_t depth = 0;
    if (mark[root] == NEW) path[depth++] = root;
    while (depth > 0) {
      size_t task = path[depth - 1];
      if (mark[task] == NEW) {
        mark[task] = ON_PATH;
        at[task] = d->first[task];
      }
      if (at[task] == d->first[task + 1]) {
        mark[task] = FINISHED;
        depth--;
        continue;
      }
      size_t next = d->next[at[task]++];
      if (mark[next] == NEW) path[depth++] = next;
      if (mark[next] != ON_PATH) continue;
      ql_value *edit = ql__fix_edit(c, fix, QL_STR("unlink"), c->plan->tasks[next].id);
      QL_SET(edit, "after", ql_string(c->arena, c->plan->tasks[task].id));
    }
  }
}

/* Tasks that wait for a cycle and are in none: what is left of those without a place when all that lead to nothing but each other are taken away. */
static void check_unreachable(ql__check *c, const dependants *d, const ql_value *fix) {
  const ql_plan *plan = c->plan;
  size_t n = plan->task_count, head = 0, tail = 0;
  bool *placed = ql_arena_array(c->arena, n, sizeof *placed);
  size_t *open = ql_arena_array(c->arena, n, sizeof *open), *queue = ql_arena_array(c->arena, n, sizeof *queue);
  if (!placed || !open || !queue) return;
  for (size_t k = 0; k < c->dag.order_count; k++) placed[c->dag.order[k]] = true;
  for (size_t i = 0; i < n; i++) {
    open[i] = d->first[i + 1] - d->first[i];
    if (!placed[i] && open[i] == 0) queue[tail++] = i;
  }
  while (head < tail) {
    const ql_plan_task *task = &plan->tasks[queue[head++]];
    ql_value *problem =
        QL__PROBLEM(c, QL_SEVERITY_ERROR, "unreachable", task, "after", task->id,
                    QL_STR(" can never start: it waits for tasks that wait for each other. Take one of their dependencies out."));
    ql_value *own = ql__fix(c, problem);
    if (own) QL_SET(problem, "fix", ql_copy(c->arena, fix));
    for (size_t e = 0; e < task->after_count; e++)
      if (!placed[task->after[e]] && --open[task->after[e]] == 0) queue[tail++] = task->after[e];
  }
}

static void check_cycle(ql__check *c) {
  dependants d;
  if (!c->dag.cycle || !list_dependants(c->arena, c->plan, &d)) return;
  const ql_plan_task *first = &c->plan->tasks[c->dag.cycle[0]];
  ql_value *problem = QL__PROBLEM(c, QL_SEVERITY_ERROR, "cycle", first, "after", QL_STR("These tasks wait for each other: "),
                                  ql__dag_cycle_text(c->arena, c->plan, &c->dag), QL_STR(". Take one of the dependencies out."));
  ql_value *tasks = QL_SET(problem, "tasks", ql_array(c->arena)), *fix = ql__fix(c, problem);
  for (size_t i = 0; i < c->dag.cycle_count; i++) ql_push(tasks, ql_string(c->arena, c->plan->tasks[c->dag.cycle[i]].id));
  add_unlinks(c, &d, fix);
  check_unreachable(c, &d, fix);
}

/* ---- groups ---- */

static void check_groups(ql__check *c, size_t index) {
  const ql_plan_task *task = &c->plan->tasks[index];
  for (size_t k = 0; k < task->after_count; k++) {
    const ql_plan_task *after = &c->plan->tasks[task->after[k]];
    if (!c->dag.declared || c->dag.cycle || c->dag.group[index] > c->dag.group[task->after[k]]) continue;
    ql_value *problem = QL__PROBLEM(c, QL_SEVERITY_ERROR, "group-order", task, "group", task->id, QL_STR(" depends on "), after->id,
                                    QL_STR(", which does not stand in an earlier group; move one of them."));
    size_t behind = 0;
    for (size_t e = 0; e < task->after_count; e++)
      if (c->dag.group[task->after[e]] > behind) behind = c->dag.group[task->after[e]];
    fix_by_moving(c, problem, index, behind + 1);
  }
}

/* ---- one agent, one file ---- */

static ql_str words_of(ql__rule_of_order rule) {
  static const ql_str words[] = {[QL_ORDER_PRIORITY] = QL_STR_INIT(" goes first: its priority is higher."),
                                 [QL_ORDER_TAIL] = QL_STR_INIT(" goes first: more work waits for it."),
                                 [QL_ORDER_NUMBER] = QL_STR_INIT(" goes first: its number is smaller.")};
  return words[rule];
}

/* Neighbours of a sorted list that want one thing in one group. */
static void check_uses(ql__check *c, ql__uses *uses, bool files) {
  ql__sort_uses(uses);
  for (size_t i = 1; i < uses->count; i++) {
    const ql__use *x = &uses->items[i - 1], *y = &uses->items[i];
    ql__rule_of_order rule;
    if (x->group == 0 || x->group != y->group || x->task == y->task || !ql_eq(x->what, y->what)) continue;
    (void)ql__goes_first(x, y, &rule);
    const ql_plan_task *first = &c->plan->tasks[x->task], *then = &c->plan->tasks[y->task];
    ql_value *problem = files ? QL__PROBLEM(c, QL_SEVERITY_WARNING, "write-conflict", then, "writes", first->id, QL_STR(" and "), then->id,
                                            QL_STR(" stand in one group and both write "), x->what,
                                            QL_STR("; put one after the other or split the file. "), first->id, words_of(rule))
                              : QL__PROBLEM(c, QL_SEVERITY_INFO, "overbooked", then, "agent", first->id, QL_STR(" and "), then->id,
                                            QL_STR(" stand in one group but share "), x->what,
                                            QL_STR(". They will run one after the other. "), first->id, words_of(rule));
    ql_value *tasks = QL_SET(problem, "tasks", ql_array(c->arena));
    ql_push(tasks, ql_string(c->arena, first->id));
    ql_push(tasks, ql_string(c->arena, then->id));
    if (!c->dag.cycle) fix_by_waiting(c, problem, y->task, x->task);
  }
}

void ql__check_order(ql__check *c) {
  ql__uses agents = {0}, files = {0};
  check_cycle(c);
  for (size_t i = 0; i < c->plan->task_count; i++) {
    check_groups(c, i);
    if (c->plan->tasks[i].agent.len > 0) ql__add_use(c->arena, &agents, c->plan, i, c->dag.group[i], c->tail[i], c->plan->tasks[i].agent);
    ql__add_files(c->arena, &files, c->plan, i, c->dag.group[i], c->tail[i]);
  }
  check_uses(c, &files, true);
  check_uses(c, &agents, false);
}
