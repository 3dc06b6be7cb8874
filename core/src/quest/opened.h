/* One event with its openings, for whatever shows it to people. */
#ifndef QL_QUEST_OPENED_H
#define QL_QUEST_OPENED_H

#include "quest/quest.h"

typedef struct ql__opened {
  const ql_value *e, *d, *open; /* open: x, or NULL */
  ql_event_type type;
  ql__text *texts;
  ql_str *plain; /* absent where withheld */
  size_t count, withheld;
} ql__opened;

/// Reads event n again; it passed every check when it was appended, so only memory can fail.
bool ql__open_event(const ql_quest *quest, ql_arena *a, int64_t n, ql__opened *out);
/// The head after event n, borrowed from the log. False when out of memory.
bool ql__head_after(const ql_quest *quest, ql_arena *scratch, int64_t n, ql_str *head);
/// The opened text of a node of d; absent when withheld.
ql_str ql__text_at(const ql__opened *event, const ql_value *node);
/// The words of an event: what was said, why, or what for. NULL where it has none.
const ql_value *ql__words_in(const ql__opened *event);
/// Absent for an absent text.
ql_str ql__first_line(ql_str text);

#endif
