/* Looking at prose: words and their stems. */
#ifndef QL_BASE_WORDS_H
#define QL_BASE_WORDS_H

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
/// Letters, digits and bytes above ASCII.
bool ql__is_word_byte(char c);
/// Shortens a lower-case word in place; returns its length.
size_t ql__stem(char *word, size_t len);

#endif
