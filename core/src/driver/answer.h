/* NORMAL mode without a model. */
#ifndef QL_DRIVER_ANSWER_H
#define QL_DRIVER_ANSWER_H

#include <questline/roster.h>

/// What a rehearsal can honestly say to a question: who is asked, which parts of its file speak of the matter, who in its team may know
/// more. NULL ptr when out of memory.
ql_str ql__rehearsed_answer(ql_arena *a, const ql_roster *roster, const ql_agent *agent, ql_str question);

#endif
