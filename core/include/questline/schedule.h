/* When the tasks of a plan can run, how long that takes with so many at work at once, and what it costs. */
#ifndef QUESTLINE_SCHEDULE_H
#define QUESTLINE_SCHEDULE_H

#include <questline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How long a task is thought to take: its own estimate, else by its effort (XS 15, S 30, M 60, L 120, XL 240 minutes of an agent's work),
/// else 30 minutes.
int64_t ql_plan_minutes(const ql_plan_task *task);

/// The schedule of a plan: start, end and slack of each task where enough are at work, the critical chain, and for 1, 2, 3 … at work at once the
/// time it takes and what no schedule can be shorter than. Declared groups are barriers; an agent does one task at a time.
/// @param out  shape `Schedule`
/// @return QL_OK; QL_ERR_STATE (a cycle: detail shows it); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_schedule(ql_arena *a, const ql_plan *plan, ql_value **out, ql_error *err);

/// What a plan costs: for each task what its agent reads (its file, the words of the task, what the tasks before it leave behind) and
/// writes, and that at the prices of prices.def for its model. Estimates given in the plan stand before computed ones.
/// @param roster  for the sizes of files and their models; may be NULL
/// @param out     shape `PlanCost`
/// @return QL_OK; QL_ERR_STATE (a cycle); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_cost(ql_arena *a, const ql_plan *plan, const ql_roster *roster, ql_value **out, ql_error *err);

/// The price of a model in micro-dollars for a million tokens, of its id as models.def has it. False when none is known.
bool ql_price(ql_str model, int64_t *input, int64_t *cached, int64_t *output);

#ifdef __cplusplus
}
#endif
#endif
