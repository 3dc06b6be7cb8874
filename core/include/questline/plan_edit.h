/* Changing a plan by hand: each edit leaves a plan that can be read, or says why not and leaves it as it was. */
#ifndef QUESTLINE_PLAN_EDIT_H
#define QUESTLINE_PLAN_EDIT_H

#include <questline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes edits one after another; the first that cannot be made ends it, and none is then made. Nor are they made where the plan that comes out could not
/// be read, or has an error that the plan before had not (ql_plan_check), but for tasks without an agent.
/// All edits name tasks as the plan given does, and the tasks that edits before them have added new T1, new T2 … in order; then all are numbered anew.
/// @param edits   one of the shape `PlanEdit`, or an array of them
/// @param roster  for the problems of the plan that comes out; may be NULL
/// @param out     shape `PlanEdited`: the plan and what became of the ids, or why not
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_edit(ql_arena *a, const ql_plan *plan, const ql_value *edits, const ql_roster *roster, ql_value **out,
                                    ql_error *err);

/// What differs between two plans. Tasks are the same where their titles are, whatever their numbers.
/// @param out  shape `PlanChanges`
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_compare(ql_arena *a, const ql_plan *before, const ql_plan *after, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
