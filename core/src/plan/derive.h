/* What a plan text leaves unsaid: tasks from its steps, agents from its list. Private to plan/. */
#ifndef QL_PLAN_DERIVE_H
#define QL_PLAN_DERIVE_H

#include "plan/draft.h"

/// One task for each step, or else for each agent needed, one after the other; steps that a sentence of the order puts side by side share
/// what they wait for. @return QL_OK; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__derive_tasks(ql__draft *d, ql_error *err);
/// For every task whose agent is absent: the agent that its title names, else the best matching of those needed, else "".
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__derive_agents(ql__draft *d, ql_error *err);

#endif
