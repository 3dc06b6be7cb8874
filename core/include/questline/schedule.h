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

/// The schedule of a plan: start, end and slack of each task where enough are at work, the critical chain, and for 1, 2, 3 … (up to 32, then as
/// many as help) at work at once the time it takes and what no schedule can be shorter than. Declared groups are barriers; an agent does one
/// task at a time. Up to 16 tasks between two barriers are searched for the shortest schedule; it is only called so when that is proven.
/// @param out  shape `Schedule`
/// @return QL_OK; QL_ERR_STATE (a cycle: detail shows it; or a task waits for one of a later group: detail names it); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_schedule(ql_arena *a, const ql_plan *plan, ql_value **out, ql_error *err);

/// What a model costs, in micro-dollars for a million tokens.
typedef struct ql_price {
  int64_t input, cached, output;
} ql_price;

/// The price of prices.def of a model, by its id or the word that agent files use for it ("opus", "anthropic/claude-opus-4.5"). False when none is
/// known: nothing is guessed.
/// @param prompt  tokens of the request; long ones may cost more each
bool ql_price_of(ql_str model, int64_t prompt, ql_price *out);

/// What a cost is computed from, beside the plan; each may be NULL.
typedef struct ql_cost_terms {
  const ql_roster *roster; /* for the sizes of agent files and their models */
  const ql_value *prices;  /* shape `PriceTable`: stands before prices.def */
  const ql_value *sizes;   /* shape `TaskSize[]`, as ql_quest_sizes measures them: stand before what the plan estimates */
} ql_cost_terms;

/// What a plan costs when each task is one request: its agent reads its file, the words of the task and what the tasks before it leave
/// behind, and writes by the effort (XS 500 tokens, S 1500, M 4000, L 8000, XL 16000; 1500 where nothing is said). The leader reads its file,
/// the words and the outcome of each task, and writes the words. Sizes measured stand before estimates given in the plan, these before
/// computed ones. Nothing is thought to be cached but what was measured so. What has no price is listed, and not part of the sum of money.
/// @param terms  may be NULL
/// @param out    shape `PlanCost`
/// @return QL_OK; QL_ERR_SYNTAX (prices or sizes: detail names the member, "prices[2].input"); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_cost(ql_arena *a, const ql_plan *plan, const ql_cost_terms *terms, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
