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

#ifdef __cplusplus
}
#endif
#endif
