/* The moves of a quest as tools of a model. Private to driver/. */
#ifndef QL_DRIVER_MOVES_H
#define QL_DRIVER_MOVES_H

#include <questline/value.h>

/// The moves that a seat has, as an array of the shape `ModelTool`.
/// @param others  ids of the agents that it can name
ql_value *ql__move_tools(ql_arena *a, bool leads, const ql_value *others);

/// What a call of a tool asks of the quest.
typedef struct ql__move {
  ql_value *command; /* shape `Command`; NULL when problem says why there is none */
  ql_str problem;    /* one sentence for the model */
  bool ends;         /* the turn, where it is accepted */
} ql__move;

/// Whether a tool is a move, of whatever seat.
bool ql__is_move(ql_str tool);
/// Reads a call of a move. Unknown arguments are left to the machine, which names them.
/// @param by         who plays
/// @param arguments  JSON text, as the model wrote it
ql__move ql__read_move(ql_arena *a, ql_str tool, ql_str arguments, ql_str by, bool leads);

#endif
