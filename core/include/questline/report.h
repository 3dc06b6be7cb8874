/* What a quest has come to: boards, numbers, reports and certificates, all generated from logs. Reads only. */
#ifndef QUESTLINE_REPORT_H
#define QUESTLINE_REPORT_H

#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Who works, waits, is stuck or done: shape `Board`. NULL when out of memory.
/// @param now  ms since epoch, for how long somebody has held; what lies before the last event counts as that event's time
ql_value *ql_quest_board(const ql_quest *quest, ql_arena *a, int64_t now);
/// All that was said to an agent, in order: shape `Inbox`. NULL when nobody of that name is in the quest, or when out of memory.
ql_value *ql_quest_inbox(const ql_quest *quest, ql_arena *a, ql_str agent);
/// Every event as one line for people: shape `Timeline`. NULL when out of memory.
ql_value *ql_quest_timeline(const ql_quest *quest, ql_arena *a);
/// The numbers of metrics.def over all quests given: shape `Metrics`. What cannot be computed from them is null. NULL when out of memory.
ql_value *ql_quest_metrics(const ql_quest *const *quests, size_t count, ql_arena *a);

/// A report in Markdown over all quests given. What was withheld is said to be; texts stand in it as text, whatever they hold.
/// @param kind  "standup", "review", "sprint" or "final"
/// @param from  ms since epoch: what happened before is left out, and what happens from `to` on. How things stand is as of each log's end.
/// @return QL_OK; QL_ERR_ARGUMENT (no such kind); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_report(const ql_quest *const *quests, size_t count, ql_arena *a, ql_str kind, int64_t from, int64_t to,
                                       ql_str *out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
