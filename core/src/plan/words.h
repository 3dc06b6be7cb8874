/* Titles and file names in prose. Private to plan/. */
#ifndef QL_PLAN_WORDS_H
#define QL_PLAN_WORDS_H

#include "base/words.h"

/// The first clause of a line, without emphasis and without the agent it starts with, at most eight words:
/// "**@api**: Draft the routes (v1)." → "Draft the routes".
ql_str ql__short_title(ql_arena *a, ql_str text);
/// Takes the next file name of *rest ("src/a.ts", "README.md"), without quotes or punctuation around it; false when there is none left.
bool ql__next_file(ql_str *rest, ql_str *path);

#endif
