#include "plan/draft.h"

#include <stdlib.h>

#include <questline/limits.h>

#include "base/text.h"
#include "plan/dag.h"

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql__draft ql__draft_new(ql_arena *a) {
  ql__draft d = {0};
  d.arena = a;
  d.objective = d.leader = QL_STR("");
  return d;
}

void ql__texts_add(ql_arena *a, ql__texts *texts, ql_str text) {
  ql_str *items = ql_arena_grow(a, texts->items, texts->len, &texts->cap, sizeof *items);
  if (!items) return;
  texts->items = items;
  items[texts->len++] = text;
}

void ql__draft_file(ql__draft *d, ql_str path, ql_str purpose) {
  ql_plan_file *files = ql_arena_grow(d->arena, d->files, d->file_count, &d->file_cap, sizeof *files);
  if (!files) return;
  d->files = files;
  files[d->file_count++] = (ql_plan_file){path, purpose};
}

static ql_status name_once(ql_arena *a, ql_plan_need **list, size_t *count, size_t *cap, ql_plan_need need, ql_error *err) {
  for (size_t i = 0; i < *count; i++)
    if (ql_eq((*list)[i].agent, need.agent)) return QL_OK;
  if (*count == QL_PLAN_TASKS_MAX) return ql_fail(err, QL_ERR_LIMIT, "more agents than tasks can be: QL_PLAN_TASKS_MAX", need.agent);
  ql_plan_need *wider = ql_arena_grow(a, *list, *count, cap, sizeof *wider);
  if (!wider) return no_memory(err);
  *list = wider;
  wider[(*count)++] = need;
  return QL_OK;
}

ql_status ql__draft_need(ql__draft *d, ql_str agent, ql_str reason, ql_error *err) {
  return name_once(d->arena, &d->needs, &d->need_count, &d->need_cap, (ql_plan_need){agent, reason}, err);
}

ql_status ql__draft_consider(ql__draft *d, ql_str agent, ql_str reason, ql_error *err) {
  return name_once(d->arena, &d->considered, &d->considered_count, &d->considered_cap, (ql_plan_need){agent, reason}, err);
}

void ql__draft_finding(ql__draft *d, ql_str need, ql_str words) {
  ql_plan_finding *findings = ql_arena_grow(d->arena, d->findings, d->finding_count, &d->finding_cap, sizeof *findings);
  if (!findings) return;
  d->findings = findings;
  findings[d->finding_count++] = (ql_plan_finding){need, words};
}

ql_plan_gate *ql__draft_gate(ql__draft *d, ql_str id, ql_str text) {
  ql_plan_gate *gates = ql_arena_grow(d->arena, d->gates, d->gate_count, &d->gate_cap, sizeof *gates);
  if (!gates) return NULL;
  d->gates = gates;
  gates[d->gate_count] = (ql_plan_gate){.id = id, .text = text, .task = SIZE_MAX, .judge = QL_JUDGE_SEAT};
  return &gates[d->gate_count++];
}

ql_status ql__draft_task_new(ql__draft *d, ql_str label, ql__draft_task **out, ql_error *err) {
  if (d->task_count == QL_PLAN_TASKS_MAX) return ql_fail(err, QL_ERR_LIMIT, "more tasks than QL_PLAN_TASKS_MAX", label);
  ql__draft_task *tasks = ql_arena_grow(d->arena, d->tasks, d->task_count, &d->task_cap, sizeof *tasks);
  if (!tasks) return no_memory(err);
  d->tasks = tasks;
  tasks[d->task_count] = (ql__draft_task){.label = label, .title = QL_STR(""), .agent = QL_STR(""), .estimate = {-1, -1, -1}};
  *out = &tasks[d->task_count++];
  return QL_OK;
}

ql_status ql__draft_after(ql__draft *d, size_t task, size_t after, ql_error *err) {
  if (d->edge_count == QL_PLAN_EDGES_MAX)
    return ql_fail(err, QL_ERR_LIMIT, "more dependencies than QL_PLAN_EDGES_MAX", d->tasks[task].label);
  ql__draft_edge *edges = ql_arena_grow(d->arena, d->edges, d->edge_count, &d->edge_cap, sizeof *edges);
  if (!edges) return no_memory(err);
  d->edges = edges;
  edges[d->edge_count++] = (ql__draft_edge){task, after};
  return QL_OK;
}

/* What qsort sees: its comparison has no context argument. */
typedef struct labelled {
  ql_str label;
  size_t index;
} labelled;

static int by_label(const void *x, const void *y) {
  const labelled *a = x, *b = y;
  int order = ql_compare(a->label, b->label);
  if (order != 0) return order;
  return a->index < b->index ? -1 : a->index > b->index;
}

ql_status ql__draft_index(ql__draft *d, size_t *twice, ql_error *err) {
  labelled *sorted = ql_arena_array(d->arena, d->task_count, sizeof *sorted);
  d->by_label = ql_arena_array(d->arena, d->task_count, sizeof *d->by_label);
  if (!sorted || !d->by_label) return no_memory(err);
  for (size_t i = 0; i < d->task_count; i++) sorted[i] = (labelled){d->tasks[i].label, i};
  if (d->task_count > 1) qsort(sorted, d->task_count, sizeof *sorted, by_label);
  size_t second = SIZE_MAX;
  for (size_t i = 0; i < d->task_count; i++) {
    d->by_label[i] = sorted[i].index;
    if (i > 0 && ql_eq(sorted[i].label, sorted[i - 1].label) && sorted[i].index < second) second = sorted[i].index;
  }
  *twice = second;
  return QL_OK;
}

size_t ql__draft_find(const ql__draft *d, ql_str label) {
  size_t low = 0, high = d->task_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = ql_compare(d->tasks[d->by_label[middle]].label, label);
    if (order == 0) return d->by_label[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return SIZE_MAX;
}

ql_str ql__one_line(ql_arena *a, ql_str text) {
  char *out = ql_arena_get(a, text.len + 1);
  if (!out) return QL_ABSENT;
  size_t len = 0;
  bool space = false;
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] <= ' ') {
      space = len > 0;
      continue;
    }
    if (space) out[len++] = ' ';
    space = false;
    out[len++] = text.ptr[i];
  }
  return (ql_str){out, len};
}

ql_str ql_task_id(ql_arena *a, size_t index) {
  char digits[24];
  size_t at = sizeof digits;
  for (size_t rest = index + 1; rest > 0; rest /= 10) digits[--at] = (char)('0' + (char)(rest % 10));
  digits[--at] = 'T';
  return ql_arena_str(a, (ql_str){digits + at, sizeof digits - at});
}

/* Fills after and after_count of every task. Going through the edges by rising target makes each list come out sorted. */
static bool build_after(const ql__draft *d, ql_plan_task *tasks) {
  size_t n = d->task_count;
  size_t *first = ql_arena_array(d->arena, n + 1, sizeof *first); /* where a target's edges start in by_target */
  size_t *by_target = ql_arena_array(d->arena, d->edge_count, sizeof *by_target);
  size_t *room = ql_arena_array(d->arena, n, sizeof *room); /* edges of a task, duplicates counted */
  size_t **lists = ql_arena_array(d->arena, n, sizeof *lists);
  size_t *cells = ql_arena_array(d->arena, d->edge_count, sizeof *cells);
  if (!first || !by_target || !room || !lists || !cells) return false;
  for (size_t e = 0; e < d->edge_count; e++) {
    first[d->edges[e].after + 1]++;
    room[d->edges[e].task]++;
  }
  for (size_t i = 0; i < n; i++) {
    first[i + 1] += first[i];
    lists[i] = cells;
    cells += room[i];
  }
  for (size_t e = d->edge_count; e-- > 0;) by_target[--first[d->edges[e].after + 1]] = e;
  for (size_t i = 0; i < d->edge_count; i++) {
    const ql__draft_edge *edge = &d->edges[by_target[i]];
    ql_plan_task *task = &tasks[edge->task];
    if (task->after_count > 0 && lists[edge->task][task->after_count - 1] == edge->after) continue;
    lists[edge->task][task->after_count++] = edge->after;
  }
  for (size_t i = 0; i < n; i++) tasks[i].after = lists[i];
  return true;
}

ql_status ql__draft_build(ql__draft *d, const ql_plan **out, ql_error *err) {
  ql_plan *plan = ql_arena_get(d->arena, sizeof *plan);
  ql_plan_task *tasks = ql_arena_array(d->arena, d->task_count, sizeof *tasks);
  if (!plan || !tasks || !build_after(d, tasks)) return no_memory(err);
  bool declared = false;
  for (size_t i = 0; i < d->task_count; i++) {
    const ql__draft_task *from = &d->tasks[i];
    ql_plan_task *task = &tasks[i];
    task->id = ql_task_id(d->arena, i);
    task->title = from->title;
    task->agent = from->agent;
    task->reason = from->reason;
    task->outputs = from->outputs.items;
    task->output_count = from->outputs.len;
    task->accept = from->accept.items;
    task->accept_count = from->accept.len;
    task->group = from->group;
    task->priority = from->priority;
    task->effort = from->effort;
    task->demands = from->demands.items;
    task->demand_count = from->demands.len;
    task->writes = from->writes.items;
    task->write_count = from->writes.len;
    task->rollback = from->rollback;
    task->estimate = from->estimate;
    task->source = from->source;
    declared |= from->group > 0;
  }
  *plan = (ql_plan){.objective = d->objective, .leader = d->leader, .files = d->files, .file_count = d->file_count};
  plan->steps = d->steps.items;
  plan->step_count = d->steps.len;
  plan->needs = d->needs;
  plan->need_count = d->need_count;
  plan->tasks = tasks;
  plan->task_count = d->task_count;
  plan->order = d->order.items;
  plan->order_count = d->order.len;
  plan->risks = d->risks.items;
  plan->risk_count = d->risks.len;
  plan->findings = d->findings;
  plan->finding_count = d->finding_count;
  plan->gates = d->gates;
  plan->gate_count = d->gate_count;
  plan->rollback = d->rollback.items;
  plan->rollback_count = d->rollback.len;
  plan->success = d->success.items;
  plan->success_count = d->success.len;
  plan->considered = d->considered;
  plan->considered_count = d->considered_count;
  plan->phases = d->phases.items;
  plan->phase_count = d->phases.len;
  plan->duration = d->duration;
  plan->item = d->item;
  plan->rehearsed = d->rehearsed;
  if (declared) {
    ql__dag dag;
    ql_status status = ql__dag_make(d->arena, plan, &dag, err);
    if (status != QL_OK) return status;
    for (size_t i = 0; i < d->task_count; i++) tasks[i].group = dag.group[i];
  }
  if (ql_arena_failed(d->arena)) return no_memory(err);
  *out = plan;
  return QL_OK;
}
