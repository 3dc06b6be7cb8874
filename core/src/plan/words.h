/* Looking at prose: words and their stems, file names. Private to plan/. */
#ifndef QL_PLAN_WORDS_H
#define QL_PLAN_WORDS_H

#include <questline/base.h>

typedef struct ql__word {
  ql_str text; /* as written; borrows from the text that was split */
  ql_str stem; /* lower case, dots taken out, common English endings cut */
} ql__word;

typedef struct ql__words {
  ql__word *items;
  size_t count;
} ql__words;

/// At most so many bytes from the start, never part of a character.
ql_str ql__start(ql_str text, size_t most);
/// Words are runs of letters, digits and bytes above ASCII, with dots, + and # inside or behind ("Node.js", "C++", "C#").
/// Empty when out of memory: ask ql_arena_failed.
ql__words ql__words_of(ql_arena *a, ql_str text);
/// The place of a phrase, its stems joined by '+' ("speed+up"), at or after from; SIZE_MAX when it is not there.
size_t ql__words_find(const ql__words *words, ql_str phrase, size_t from);
/// Words that say nothing about a subject: "the", "with", "should".
bool ql__is_common_word(ql_str stem);
/// Takes the next space-separated item of *rest; false at the end.
bool ql__next_item(ql_str *rest, ql_str *item);

/// The first clause of a line, without emphasis and without the agent it starts with, at most eight words:
/// "**@api**: Draft the routes (v1)." → "Draft the routes".
ql_str ql__short_title(ql_arena *a, ql_str text);
/// Takes the next file name of *rest ("src/a.ts", "README.md"), without quotes or punctuation around it; false when there is none left.
bool ql__next_file(ql_str *rest, ql_str *path);

#endif
