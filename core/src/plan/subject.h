/* What a line of a context rule is about, and whether a place of a document is about that. Private to plan/. */
#ifndef QL_PLAN_SUBJECT_H
#define QL_PLAN_SUBJECT_H

#include "base/words.h"

/// Words that say little in such lines, and words that mean another one.
typedef struct ql__subjects {
  ql_arena *arena;
  ql__words weak, same; /* same: pairs, the second is used for the first */
} ql__subjects;

/// Parts of a line: each a list of stems, all of which have to be met.
typedef struct ql__subject {
  ql__words *parts;
  size_t count;
} ql__subject;

/// False when out of memory.
bool ql__subjects_make(ql_arena *a, ql__subjects *out);
/// What a line is about; what stands in brackets is left out.
ql__subject ql__subject_of(const ql__subjects *s, ql_str line);
/// The words of a heading or a title.
ql__words ql__place_words(const ql__subjects *s, ql_str text);
/// The words of a path, its names taken apart, with what its ending says: code, sql, ...
ql__words ql__path_words(const ql__subjects *s, ql_str path);
/// Whether a part of a line has all its words in here or above, at least one of them here.
bool ql__part_met(const ql__words *part, const ql__words *here, const ql__words *const *above, size_t above_count);
/// Whether one part of a line is met so. *met is the first word of here that it met.
bool ql__subject_met(const ql__subject *subject, const ql__words *here, const ql__words *const *above, size_t above_count, ql_str *met);

#endif
