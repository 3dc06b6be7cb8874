/* Orders of work as people draw them: "@data → (@api ∥ @screens) → @tests", "Sequential: A, B, C". Private to plan/. */
#ifndef QL_PLAN_ORDER_H
#define QL_PLAN_ORDER_H

#include "plan/draft.h"

/// Whether an item of DEPENDENCIES & ORDER is such a drawing and no sentence: names with →, ->, =>, ∥ or || between them, or behind
/// "Sequential:" or "Parallel:". Both signs may have been read as Windows-1252 and saved again.
bool ql__order_is_chain(ql_str item);
/// Makes dependencies of the drawings: what stands behind an arrow waits for what stands before it. A name is that of a task, or of an agent:
/// then it stands for the agent's tasks; where an agent comes twice, for one after the other of them. What is said of agents never goes against
/// declared groups, nor, where tasks have dependencies of their own or were derived, against the order in which they stand; but where drawings
/// name everybody with a derived task, they take the place of the derived order.
/// @param derived  the tasks and their dependencies do not stand in the text
/// @param bad      the name of a task that is not in the plan
/// @return QL_OK; QL_ERR_SYNTAX or QL_ERR_LIMIT (QL_PLAN_EDGES_MAX), at *bad; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__order_apply(ql__draft *d, const ql__texts *chains, bool derived, ql_str *bad, ql_error *err);

#endif
