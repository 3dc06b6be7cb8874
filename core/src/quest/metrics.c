/* Numbers by name: metrics.def says what each is, this file adds them up over quests. */
#include <questline/report.h>

#include <stdlib.h>

#include "base/text.h"
#include "quest/facts.h"

typedef enum metric_id {
#define METRIC(id, name, unit, doc) id,
#include <questline/metrics.def>
#undef METRIC
  METRIC_COUNT
} metric_id;

static const struct {
  ql_str name, unit, definition;
} METRICS[] = {
#define METRIC(id, name, unit, doc) [id] = {QL_STR_INIT(name), QL_STR_INIT(unit), QL_STR_INIT(doc)},
#include <questline/metrics.def>
#undef METRIC
};

/* A number, or two of which it is the ratio; without a divisor there is no data. */
typedef struct fraction {
  int64_t sum, of;
} fraction;

typedef struct part part;
struct part {
  ql_str name;
  fraction value;
  part *next;
};

typedef enum dimension { BY_AGENT, BY_MODEL, BY_TASK, DIMENSION_COUNT } dimension;

typedef struct sums {
  ql_arena *a;
  bool several; /* quests: tasks are named with their quest */
  fraction all[METRIC_COUNT];
  part *parts[METRIC_COUNT][DIMENSION_COUNT], *last[METRIC_COUNT][DIMENSION_COUNT];
  int64_t *task_times, *turn_times;
  size_t task_time_count, turn_time_count;
} sums;

static part *add_part(sums *sum, metric_id metric, dimension by, ql_str name, bool known) {
  part *found = known ? sum->parts[metric][by] : NULL;
  while (found && !ql_eq(found->name, name)) found = found->next;
  if (found) return found;
  part *made = ql_arena_get(sum->a, sizeof *made);
  if (!made) return NULL;
  made->name = name;
  part **end = sum->last[metric][by] ? &sum->last[metric][by]->next : &sum->parts[metric][by];
  *end = sum->last[metric][by] = made;
  return made;
}

static void add(sums *sum, metric_id metric, int64_t value, int64_t of) {
  sum->all[metric].sum += value;
  sum->all[metric].of += of;
}

/* For one agent or model, whose name may have been there before; a task is new. */
static void add_for(sums *sum, metric_id metric, dimension by, ql_str name, int64_t value, int64_t of) {
  if (of == 0) return;
  part *mine = add_part(sum, metric, by, name, by != BY_TASK);
  if (!mine) return;
  mine->value.sum += value;
  mine->value.of += of;
}

static void add_agent(sums *sum, metric_id metric, ql_str agent, int64_t value, int64_t of) {
  add(sum, metric, value, of);
  add_for(sum, metric, BY_AGENT, agent, value, of);
}

/* ---- what one quest adds ---- */

static void add_tasks(sums *sum, const ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    const ql__task_facts *known = &facts->tasks[i];
    ql_str agent = s->seats[task->seat].id;
    bool done = task->status == QL__DONE, closed = ql__closed(task);
    add_agent(sum, TASKS_COMPLETED, agent, done, 1);
    add_agent(sum, TASKS_DROPPED, agent, task->status == QL__DROPPED, 1);
    add_agent(sum, TASKS_OPEN, agent, !closed, 1);
    if (closed) add_agent(sum, TASK_SUCCESS, agent, done, 1);
    if (!done || known->given < 0 || known->closed < 0) continue;
    int64_t ms = facts->at[known->closed] - facts->at[known->given];
    add_agent(sum, TASK_TIME, agent, ms, 1);
    sum->task_times[sum->task_time_count++] = ms;
  }
}

static void add_agents(sums *sum, const ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  for (size_t seat = QL__OWNER + 1; seat < s->seat_count; seat++) {
    const ql__agent_facts *agent = &facts->agents[seat];
    ql_str id = s->seats[seat].id;
    add_agent(sum, TURNS, id, agent->turns, 1);
    add_agent(sum, TURN_TIME, id, agent->held_ms, agent->turns);
    add_agent(sum, MESSAGES, id, agent->messages, 1);
    add_agent(sum, BLOCKED, id, agent->stuck, agent->answers);
  }
  for (size_t i = 0; i < facts->quest->hold_count; i++) {
    const ql__hold *hold = &facts->quest->holds[i];
    if (hold->seat != QL__OWNER && hold->to >= 0) sum->turn_times[sum->turn_time_count++] = facts->at[hold->to] - facts->at[hold->from];
  }
}

static void add_usage(sums *sum, dimension by, ql_str name, const ql__usage *used) {
  add_for(sum, CALLS, by, name, used->calls, 1);
  add_for(sum, TOKENS, by, name, used->input + used->output, 1);
  add_for(sum, COST, by, name, used->micro, 1);
}

static ql_str task_name(sums *sum, const ql__state *s, size_t task) {
  ql_str id = ql_task_id(sum->a, task);
  const ql_str pieces[] = {s->id.ptr ? s->id : QL_STR("-"), QL_STR(" "), id};
  return sum->several ? ql_arena_concat(sum->a, pieces, QL_COUNT(pieces)) : id;
}

static void add_ledger(sums *sum, const ql__state *s) {
  ql__usage *tasks = ql_arena_array(sum->a, s->task_count + 1, sizeof *tasks);
  bool *used = ql_arena_array(sum->a, s->task_count + 1, sizeof *used);
  for (size_t i = 0; tasks && used && i < s->booking_count; i++) {
    const ql__booking *row = &s->ledger[i];
    const ql__usage *u = &row->used;
    add_usage(sum, BY_AGENT, s->seats[row->seat].id, u);
    if (row->model.ptr) add_usage(sum, BY_MODEL, row->model, u);
    add(sum, CALLS, u->calls, 1);
    add(sum, CALL_TIME, u->ms, u->calls);
    add(sum, TOKENS, u->input + u->output, 1);
    add(sum, TOKENS_CACHED, u->cached, 1);
    add(sum, TOKENS_REASONING, u->reasoning, 1);
    add(sum, TOKENS_UNKNOWN, u->unknown_tokens, 1);
    add(sum, COST, u->micro, 1);
    if (row->task == QL__NONE) continue;
    used[row->task] = true;
    tasks[row->task].calls += u->calls;
    tasks[row->task].input += u->input + u->output;
    tasks[row->task].micro += u->micro;
  }
  for (size_t i = 0; tasks && used && i < s->task_count; i++)
    if (used[i]) add_usage(sum, BY_TASK, task_name(sum, s, i), &tasks[i]);
}

static void add_gates(sums *sum, const ql__state *s) {
  for (size_t i = 0; i < s->gate_count; i++) {
    ql__gate_status status = s->gates[i].status;
    if (status == QL__GATE_PASSED || status == QL__GATE_FAILED) add(sum, GATE_PASS, status == QL__GATE_PASSED, 1);
    add(sum, GATES_WAIVED, status == QL__GATE_WAIVED, 1);
  }
}

static void add_quest(sums *sum, const ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  if (s->events == 0) return;
  add(sum, QUESTS_COMPLETED, s->status == QL__COMPLETED, 1);
  if (ql__over(s)) add(sum, QUEST_SUCCESS, s->status == QL__COMPLETED, 1);
  add(sum, ELAPSED, s->at - facts->at[0], 1);
  add(sum, GUARDS, s->trips, 1);
  add(sum, REASSIGNED, facts->counts[QL_EVENT_reassign], 1);
  add(sum, ARTIFACTS, (int64_t)s->artifact_count, 1);
  if (s->level_count > 0) add(sum, ESCALATIONS, s->escalations, 1);
  add_tasks(sum, facts);
  add_agents(sum, facts);
  add_gates(sum, s);
  add_ledger(sum, s);
}

/* ---- the answer ---- */

static int by_size(const void *x, const void *y) {
  int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
  return (a > b) - (a < b);
}

static fraction percentile(int64_t *items, size_t count, size_t percent) {
  if (count == 0) return (fraction){0, 0};
  qsort(items, count, sizeof *items, by_size);
  return (fraction){items[(count * percent + 99) / 100 - 1], 1};
}

static bool is_average(metric_id metric) { return metric == TASK_TIME || metric == TURN_TIME || metric == CALL_TIME; }

static ql_value *number(ql_arena *a, metric_id metric, fraction f) {
  if (f.of == 0) return ql_null(a);
  if (ql_eq(METRICS[metric].unit, QL_STR("basis"))) return ql_int(a, (f.sum * 10000 + f.of / 2) / f.of);
  return ql_int(a, is_average(metric) ? (f.sum + f.of / 2) / f.of : f.sum);
}

static ql_value *metrics_value(sums *sum) {
  static const ql_str DIMENSIONS[] = {
      [BY_AGENT] = QL_STR_INIT("agent"), [BY_MODEL] = QL_STR_INIT("model"), [BY_TASK] = QL_STR_INIT("task")};
  ql_arena *a = sum->a;
  ql_value *list = ql_array(a);
  for (metric_id metric = 0; metric < METRIC_COUNT; metric++) {
    ql_value *item = ql_push(list, ql_object(a)), *parts = ql_array(a);
    for (dimension by = 0; by < DIMENSION_COUNT; by++) {
      for (const part *mine = sum->parts[metric][by]; mine; mine = mine->next) {
        ql_value *row = ql_push(parts, ql_object(a));
        QL_SET(row, "by", ql_string(a, DIMENSIONS[by]));
        QL_SET(row, "name", ql_string(a, mine->name));
        QL_SET(row, "value", number(a, metric, mine->value));
      }
    }
    QL_SET(item, "definition", ql_string(a, METRICS[metric].definition));
    QL_SET(item, "name", ql_string(a, METRICS[metric].name));
    QL_SET(item, "parts", parts);
    QL_SET(item, "unit", ql_string(a, METRICS[metric].unit));
    QL_SET(item, "value", number(a, metric, sum->all[metric]));
  }
  return list;
}

ql_value *ql_quest_metrics(const ql_quest *const *quests, size_t count, ql_arena *a) {
  sums sum = {.a = a, .several = count > 1};
  size_t tasks = 0, turns = 0;
  for (size_t i = 0; i < count; i++) {
    tasks += quests[i]->state.task_count;
    turns += quests[i]->hold_count;
  }
  sum.task_times = ql_arena_array(a, tasks + 1, sizeof *sum.task_times);
  sum.turn_times = ql_arena_array(a, turns + 1, sizeof *sum.turn_times);
  if (ql_arena_failed(a)) return NULL;
  for (size_t i = 0; i < count; i++) {
    ql__facts facts;
    if (!ql__facts_of(quests[i], a, &facts)) return NULL;
    add_quest(&sum, &facts);
  }
  sum.all[TASK_TIME_P95] = percentile(sum.task_times, sum.task_time_count, 95);
  sum.all[TURN_TIME_P95] = percentile(sum.turn_times, sum.turn_time_count, 95);
  ql_value *metrics = ql_object(a);
  QL_SET(metrics, "metrics", metrics_value(&sum));
  QL_SET(metrics, "quests", ql_int(a, (int64_t)count));
  return ql_arena_failed(a) ? NULL : metrics;
}
