/* What quests left open, as the plan of the next round of work: generated from their logs. Reads only. */
#ifndef QUESTLINE_BACKLOG_H
#define QUESTLINE_BACKLOG_H

#include <questline/plan.h>
#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Plans the next round: each task that is neither completed nor dropped, with who had it, what it waits for, and the minutes that agent took for a
/// task on average; gates that have not passed; the missions as its objective; as risks what stands in the way of a task, gates that failed and what was dropped. The source of
/// each task and gate is the line of the log that made it, of a file named after the quest's id. Texts that were withheld are said to be.
/// @param quests  in this order; those without an event are left out
/// @param leader  who leads the next round; absent: who leads the last of them
/// @return QL_OK; QL_ERR_NOT_FOUND (nothing is open); QL_ERR_LIMIT (QL_PLAN_TASKS_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_backlog(const ql_quest *const *quests, size_t count, ql_arena *a, ql_str leader, const ql_plan **out,
                                        ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
