/* Answers that are known are not asked for again: those of the quest's own log, and those of a recorded one. Private to driver/. */
#ifndef QL_DRIVER_RECALL_H
#define QL_DRIVER_RECALL_H

#include "driver/records.h"
#include "driver/session.h"

/// Plays a turn that was begun before, as far as the log has it: the same prompt, the answers that are logged, the moves that are logged.
/// @param on  true: the turn stands where the log ends; false: it was not begun before, or what it was asked then is not known
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__replay_turn(ql_driver *d, ql__turn *t, bool *on, ql_error *err);

/// A call, or the tool at hand, is about to be announced: its answer is taken from the recorded log where that has it.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__recall_call(ql_driver *d, ql__turn *t, ql_error *err);
QL_NODISCARD ql_status ql__recall_tool(ql_driver *d, ql__turn *t, ql_error *err);

/// The answer is logged: it is not taken twice.
void ql__recall_taken(const ql_driver *d, ql__turn *t);

/// The place in the recorded log of what the turn wants to have logged; -1 where it has none. What has a lower one comes first.
int64_t ql__recall_rank(const ql__turn *t);
/// The turn's move is logged.
void ql__recall_moved(ql__turn *t);
/// The artifact that the recorded tool left behind where the turn stands at, as shape `Command`; NULL for none.
ql_value *ql__recall_made(const ql_driver *d, const ql__turn *t, ql_arena *a);

#endif
