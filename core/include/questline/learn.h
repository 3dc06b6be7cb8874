/* What a quest taught: patterns and antipatterns, generated from its log, for the memory graph. Reads only; nothing is saved by it. */
#ifndef QUESTLINE_LEARN_H
#define QUESTLINE_LEARN_H

#include <questline/quest.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Calls of the memory graph (ql_memory_call) that remember a quest that is over: the quest itself, what went well, what did not, what was
/// decided and why, and who took part. From texts that are open alone: what was withheld is not told. The same log gives the same calls, and
/// making them twice is the same as making them once.
/// @param out  shape `Learned`; borrows from quest
/// @return QL_OK; QL_ERR_STATE (the quest is not over); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_quest_learn(const ql_quest *quest, ql_arena *a, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
