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
/// All that was said to an agent, in order: shape `Inbox`.
/// @return QL_OK; QL_ERR_NOT_FOUND (nobody of that name is in the quest); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_inbox(const ql_quest *quest, ql_arena *a, ql_str agent, ql_value **out, ql_error *err);
/// What holds the quest up or may: gates with what was shown for them, tasks on the ladder, the budget, artifacts: shape `Standing`. NULL when out of memory.
ql_value *ql_quest_standing(const ql_quest *quest, ql_arena *a);
/// How large the tasks were, `TaskSize[]`: what was booked for each, or the tokens of the words said about it where nothing was. Tasks of which there is
/// neither are left out. NULL when out of memory.
ql_value *ql_quest_sizes(const ql_quest *quest, ql_arena *a);
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

/// What a log proves: shape `Certificate`. Of a log that is not sound, the sound part, with the verdict beside it.
/// @param head  a head known from elsewhere, or absent
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_certificate(ql_arena *a, ql_str log, ql_str head, ql_value **out, ql_error *err);

/// Where two quests part and what differs: shape `Comparison`. NULL when out of memory.
ql_value *ql_quest_compare(const ql_quest *left, const ql_quest *right, ql_arena *a);
/// The lines by which theirs continues mine, to be appended to mine; borrowed from theirs, empty when there are none.
/// @return QL_OK; QL_ERR_CONFLICT (another quest, a fork, or a log that parts ways: err->line is the first line that differs); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_continuation(const ql_quest *mine, const ql_quest *theirs, ql_arena *a, ql_str *lines, ql_error *err);
/// Two copies of one quest as one log: all events of the longer one, with every text that either opens, and the signature of mine where both
/// have one. The heads stay.
/// @return QL_OK; QL_ERR_CONFLICT (as ql_quest_continuation); QL_ERR_INTEGRITY (texts of both do not go together); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_join(const ql_quest *mine, const ql_quest *theirs, ql_arena *a, ql_str *log, ql_error *err);

/// Plays a recorded quest again with one answer changed: a fork before that event, the changed command, then each recorded one, decided again at
/// its recorded time and bound to the fork's fences, up to the first that the machine refuses or whose words are withheld. The same for the same
/// entropy.
/// @param change   shape `Change`: text, kind, verdict or number of a message, an answer or a gate
/// @param entropy  QL_ENTROPY_BYTES
/// @param branch   an empty quest, which becomes the other one; after an error only to be freed
/// @param out      shape `WhatIf`; borrows from branch until its next append
/// @return QL_OK; QL_ERR_ARGUMENT (no such event, nothing in it that can be changed so, nothing changed); QL_ERR_STATE (a quest that is ending cannot
///         be forked); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_what_if(const ql_quest *quest, ql_arena *a, const ql_value *change, const uint8_t *entropy,
                                        ql_quest *branch, ql_value **out, ql_error *err);

/// The log without the texts of some events; it verifies as before, with the same head. The key of the loop guard is withheld with them.
/// @param events  their numbers; count 0: of all
/// @return QL_OK; QL_ERR_ARGUMENT (no such event); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_redact(const ql_quest *quest, ql_arena *a, const int64_t *events, size_t count, ql_str *log, ql_error *err);
/// The log with the texts of one event given back from another copy of it.
/// @param event  its number; -1: of all
/// @return QL_OK; QL_ERR_ARGUMENT (no such event); QL_ERR_CONFLICT (the other log has another event there); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_reveal(const ql_quest *quest, const ql_quest *source, ql_arena *a, int64_t event, ql_str *log,
                                       ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
