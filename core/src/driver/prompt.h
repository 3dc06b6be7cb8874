/* What a model is told that plays a seat. Private to driver/. */
#ifndef QL_DRIVER_PROMPT_H
#define QL_DRIVER_PROMPT_H

#include <questline/quest.h>
#include <questline/roster.h>

/// Who it is: the prose of its file, or what others say of it; and how it keeps to that.
/// @param roster  may be NULL
ql_str ql__prompt_identity(ql_arena *a, const ql_roster *roster, ql_str agent);

/// The same with the rules of a quest for a leader or a worker.
ql_str ql__prompt_seat(ql_arena *a, const ql_roster *roster, ql_str agent, bool leads);

/// What the seat knows as its turn begins: the objective, the plan and its gates for the leader, its own tasks for a worker, and the messages
/// that wait for it. What other agents wrote stands in blocks of data.
/// @param view, state, monitor  of the quest; monitor is the seat's
/// @param documents  what ql__given_documents said
ql_str ql__prompt_turn(ql_arena *a, const ql_value *view, const ql_value *state, const ql_value *monitor, ql_str documents);

#endif
