/* Small things in prose that many rules have: arrows, ticks and crosses, and agents that are named. */
#ifndef QL_SPEC_POLICY_WORDS_H
#define QL_SPEC_POLICY_WORDS_H

#include "spec/points.h"

/// Bytes of the arrow that stands at `from`, one that was read in a wrong encoding included; 0 without.
size_t ql__arrow_at(ql_str s, size_t from);
/// What stands before and behind the first arrow, trimmed. False without one; *before is then all of it.
bool ql__split_arrow(ql_str s, ql_str *before, ql_str *behind);
/// Whether one of the words, in lower case with single blanks between them, starts a word of s.
bool ql__speaks_of(ql_str s, const char *words);

/// Whether there is anything but signs in s.
bool ql__has_words(ql_str s);

typedef enum ql__mark { QL__NO_MARK, QL__TICK, QL__CROSS } ql__mark;

/// A tick, a box or a cross at the start of s. *rest is what stands behind it, or s.
ql__mark ql__read_mark(ql_str s, ql_str *rest);

/// Strings that are collected, each once.
typedef struct ql__strings {
  ql_str *at;
  size_t count, cap;
} ql__strings;

#define QL__STRINGS_MAX 32u /* what is more is left out */

void ql__add_string(ql_arena *a, ql__strings *strings, ql_str s);

/// Remembers the agents that the file itself names in its lists, and its own id.
void ql__know_agents(ql__compiler *c, const ql_str *ids, size_t count);
/// Adds the ids of the agents named in words: with an @, known from the file or, where `guess`, with a calling at the end.
void ql__agents_in(ql__compiler *c, ql_str words, bool guess, ql__strings *out);
/// The id of the agent that words are the name of: with an @, known from the file, or a calling behind a hyphen ("data-engineer").
/// Absent when they are none.
ql_str ql__agent_named(ql__compiler *c, ql_str words);
/// Gives an item the agents.
void ql__set_agents(ql_rule_item *item, const ql__strings *agents);

/// "Phase 2: Build", "Level 1 - Self", "Task A (design)": one of the labels, in lower case with blanks between them, and a number or a
/// capital letter. *mark is that, *rest what follows it and a separator. False for anything else.
bool ql__read_numbered(ql_str words, const char *labels, ql_str *mark, ql_str *rest);
/// A mark as a number: 3 for "3" and for "C"; 0 when it is beyond 999.
int32_t ql__mark_number(ql_str mark);
/// "A & B", "A, B and C": the marks, when words are nothing else; or else words as a whole.
void ql__add_marks(ql_arena *a, ql__strings *out, ql_str words);
/// Takes a separator off the start of words: a colon, a hyphen, a dash.
ql_str ql__skip_separator(ql_str words);

/// The words of the heading or label that a region starts with, when it is the first part of that; absent for later parts.
ql_str ql__head_words(const ql__region *region);
/// The title of the rule that a region with such a head is part of.
ql_str ql__title_above(ql_arena *a, const ql__region *region);

/// Where a point stands: lines of a fence below everything else.
uint32_t ql__depth(const ql__point *point);
/// How many points stand below the i-th.
size_t ql__below(const ql__point *points, size_t count, size_t i);
/// Whether a point is no more than the name of what follows it.
bool ql__is_title(const ql__point *point);

#endif
