/* Events compared by what they say. */
#ifndef QL_QUEST_SAME_H
#define QL_QUEST_SAME_H

#include <questline/quest.h>

/// Whether two lines, each with its LF and read before, are by the same agent and say the same, whenever they were written. What is withheld in one of
/// them is not compared. False also when out of memory.
bool ql__same_words(ql_arena *a, ql_str x, ql_str y);

#endif
