/* The lines of a worker's context rules, found by their words. Private to plan/. */
#ifndef QL_PLAN_SUBJECT_INDEX_H
#define QL_PLAN_SUBJECT_INDEX_H

#include "knowledge/names.h"
#include "plan/subject.h"

/// A line: what it is about, and which of the two kinds it is.
typedef struct ql__line {
  ql__subject subject;
  bool given;
} ql__line;

typedef struct ql__subject_index {
  const ql__line *lines; /* borrowed */
  size_t line_count;
  ql__names stems;              /* each with its number */
  struct ql__line_part **first; /* by number: the parts that are looked for by that stem */
  struct ql__line_part **parts; /* of all lines, in order; equal ones are one */
  uint64_t round;               /* of looking */
} ql__subject_index;

/// Each part of a line stands under that of its stems that the fewest parts have. False when out of memory.
bool ql__subject_index_make(ql_arena *a, const ql__line *lines, size_t count, ql__subject_index *out);
/// The first line of a kind that a place meets, as ql__subject_met; SIZE_MAX for none. All that are met are kept in mind.
/// Cost: by the words of here and above, and the parts that stand under them; not by the lines there are.
size_t ql__subject_look(ql__subject_index *index, bool given, const ql__words *here, const ql__words *const *above, size_t above_count,
                        ql_str *met);
/// For each line whether something met it. NULL when out of memory.
const bool *ql__subject_lines_met(ql_arena *a, const ql__subject_index *index);

#endif
