/* The order of work of a plan: levels, groups, the longest chain, a cycle. Private to plan/. */
#ifndef QL_PLAN_DAG_H
#define QL_PLAN_DAG_H

#include <questline/plan.h>

typedef struct ql__dag {
  size_t *group; /* of each task, from 1 without gaps; 0 for a task that is in a cycle or behind one and has no declared group */
  size_t group_count;
  size_t *by_group; /* all tasks, by group; in a group by index */
  size_t *start;    /* where group g starts in by_group, from 0 to group_count; start[group_count + 1] is the number of tasks */
  size_t *order;    /* each task behind those it depends on, but for those in a cycle or behind one */
  size_t order_count;
  size_t *path; /* a longest chain of dependent tasks, in the order of work; empty when there is a cycle */
  size_t path_count;
  size_t *cycle; /* tasks that wait for each other, in the order of work, the smallest first; NULL when there is none */
  size_t cycle_count;
  bool declared; /* at least one task has a declared group */
} ql__dag;

/// Linear in tasks and dependencies, but for a sort of the declared group numbers.
/// @return QL_OK, also with a cycle; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__dag_make(ql_arena *a, const ql_plan *plan, ql__dag *out, ql_error *err);
/// The cycle as "T1 -> T3 -> T1", a long one with its middle left out.
ql_str ql__dag_cycle_text(ql_arena *a, const ql_plan *plan, const ql__dag *dag);

#endif
