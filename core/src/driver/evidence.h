/* How the rehearsal shows what gates ask for. Private to driver/. */
#ifndef QL_DRIVER_EVIDENCE_H
#define QL_DRIVER_EVIDENCE_H

#include <questline/value.h>

/// The next command by which a worker shows what a gate of its tasks, held as ids, wants; the gates of the quest too when its tasks are the last ones.
/// NULL when nothing is wanting.
ql_value *ql__show_evidence(ql_arena *a, const ql_value *gates, const ql_value *held, bool last, ql_str worker);
/// The next command by which the leader judges evidence of others, or shows a number that the quest itself wants. NULL when there is none.
ql_value *ql__judge_evidence(ql_arena *a, const ql_value *gates, ql_str leader);
/// Whether a gate that keeps the quest from its end is left to somebody else: a person has to judge.
bool ql__gates_open(const ql_value *gates, const ql_value *tasks);

#endif
