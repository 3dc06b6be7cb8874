/* A plan in the making: what the readers and the planner fill before it becomes a const ql_plan. Private to plan/. */
#ifndef QL_PLAN_DRAFT_H
#define QL_PLAN_DRAFT_H

#include <questline/plan.h>

typedef struct ql__texts {
  ql_str *items;
  size_t len, cap;
} ql__texts;

typedef struct ql__draft_task {
  ql_str label; /* as its source calls it: "T1", "A"; the finished plan counts T1, T2 … */
  ql_str title, agent, reason;
  ql__texts outputs, accept, demands, writes;
  size_t group; /* declared, from 1; 0 when not */
  ql_priority priority;
  ql_effort effort;
  ql_str rollback; /* may be absent */
  ql_plan_estimate estimate;
  ql_plan_source source;
} ql__draft_task;

typedef struct ql__draft_edge {
  size_t task, after;
} ql__draft_edge;

typedef struct ql__draft {
  ql_arena *arena;
  ql_str objective, leader;
  bool rehearsed;
  ql_str duration; /* may be absent */
  ql_plan_source item;
  ql__texts steps, order, risks, rollback, success, phases;
  ql_plan_file *files;
  size_t file_count, file_cap;
  ql_plan_need *needs;
  size_t need_count, need_cap;
  ql_plan_need *considered;
  size_t considered_count, considered_cap;
  ql_plan_finding *findings;
  size_t finding_count, finding_cap;
  ql_plan_gate *gates;
  size_t gate_count, gate_cap;
  ql__draft_task *tasks;
  size_t task_count, task_cap;
  ql__draft_edge *edges;
  size_t edge_count, edge_cap;
  size_t *by_label; /* task indices sorted by label, after ql__draft_index */
} ql__draft;

/// A draft without anything in it; all strings are "" rather than absent.
ql__draft ql__draft_new(ql_arena *a);
/// Appends; out of memory shows in ql_arena_failed.
void ql__texts_add(ql_arena *a, ql__texts *texts, ql_str text);
void ql__draft_file(ql__draft *d, ql_str path, ql_str purpose);
/// @return QL_OK, also for an agent that is there already (the first reason stays); QL_ERR_LIMIT (QL_PLAN_TASKS_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_need(ql__draft *d, ql_str agent, ql_str reason, ql_error *err);
/// Likewise for an agent that is not needed. @return QL_OK; QL_ERR_LIMIT (QL_PLAN_TASKS_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_consider(ql__draft *d, ql_str agent, ql_str reason, ql_error *err);
void ql__draft_finding(ql__draft *d, ql_str need, ql_str words);
/// A gate at the end, not measured and of the whole quest to begin with; NULL when out of memory, valid until the next.
ql_plan_gate *ql__draft_gate(ql__draft *d, ql_str id, ql_str text);
/// A new task at the end; *out is valid until the next. @return QL_OK; QL_ERR_LIMIT (QL_PLAN_TASKS_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_task_new(ql__draft *d, ql_str label, ql__draft_task **out, ql_error *err);
/// @return QL_OK; QL_ERR_LIMIT (QL_PLAN_EDGES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_after(ql__draft *d, size_t task, size_t after, ql_error *err);

/// Makes labels searchable. *twice is the second task of two with one label, SIZE_MAX when there are none. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_index(ql__draft *d, size_t *twice, ql_error *err);
/// The task with this label, SIZE_MAX when there is none.
size_t ql__draft_find(const ql__draft *d, ql_str label);

/// The finished plan: ids T1, T2 …, dependencies sorted and unique, declared groups numbered without gaps and completed for tasks that
/// have none. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__draft_build(ql__draft *d, const ql_plan **out, ql_error *err);

/// One line of text: white space and control characters become single spaces, none at the ends. A copy; "" for an absent string.
ql_str ql__one_line(ql_arena *a, ql_str text);

#endif
