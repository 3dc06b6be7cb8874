/* What a sentence forbids, and words by the dozen to tell it. */
#ifndef QL_SPEC_CONDUCT_H
#define QL_SPEC_CONDUCT_H

#include "spec/points.h"
#include "spec/sentences.h"

typedef struct ql__word_set {
  const ql_str *items;
  size_t count;
} ql__word_set;

#define WORDS(name, ...)                                                                                                                   \
  static const ql_str name##_items[] = {__VA_ARGS__};                                                                                      \
  static const ql__word_set name = {name##_items, QL_COUNT(name##_items)}
#define W(word) QL_STR_INIT(word)

/// Whether word is one of a set, in any case.
bool ql__is_one_of(ql_str word, ql__word_set set);

/// Looks for a "never" of the agent's in a sentence of the text `around`, and names what it forbids: code, or tools.
bool ql__restricts(ql_arena *a, ql_str sentence, ql_str around, ql__quotes *quotes, ql_rule_item *out);
/// Names what is forbidden by words that stand behind a "never"; false when that is nothing that can be enforced.
bool ql__name_restriction(ql_arena *a, ql_str rest, ql_rule_item *out);
/// Gives an item, which may be NULL, the name and tools that were found.
void ql__name_item(ql_rule_item *item, const ql_rule_item *found);
/// Adds what the sentences of a block say of the agent's conduct; the rules are started when the first is found.
void ql__read_conduct(ql__compiler *c, const ql__region *region, const ql_md_block *block, ql_rule **restriction, ql_rule **identity);

#endif
