/* What a region says point by point, whether it is a Markdown list or the lines of a fence. */
#ifndef QL_SPEC_POINTS_H
#define QL_SPEC_POINTS_H

#include "spec/policy.h"

typedef struct ql__point {
  ql_str text;     /* its words, marker, markup and comment gone; empty for a line of a fence that is all comment */
  ql_str key;      /* the words before a colon, or strong ones that start it; absent without any */
  ql_str rest;     /* behind the key and what parts it from the rest; text itself without a key; may be empty */
  ql_str comment;  /* of a line of a fence; absent without one */
  uint32_t level;  /* of nesting: 0 for what stands in no list, or outermost in its fence */
  uint32_t number; /* of a numbered one; 0 for none */
  bool item;       /* of a list */
  bool heads;      /* deeper ones follow */
  bool fenced;
  bool other; /* below a label inside the list that is about something else, and so in a region of its own */
  size_t offset, end;
  uint32_t line;
  const ql_md_block *block; /* the block it is, or the fence it stands in */
} ql__point;

/// The points of a region: list items and paragraphs; of fences that hold data, not programs or forms to fill in, the lines outside functions.
/// Not what is quoted, nor tables. NULL with *count 0 when there are none, or when out of memory.
const ql__point *ql__read_points(ql__compiler *c, const ql__region *region, size_t *count);
/// The same, with declarations of types in TypeScript too: their comments can say what is asked for.
const ql__point *ql__read_types(ql__compiler *c, const ql__region *region, size_t *count);
/// Adds a point to a rule, with a text of its own if one is given.
ql_rule_item *ql__add_point(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, const ql__point *point);
/// Whether a point is one of several: an item of a list, or a line of a paragraph that is a list without bullets.
bool ql__is_listed(const ql__point *point);
/// A key as words: underscores are blanks, a number in front is taken off and put into *number when that is not NULL.
ql_str ql__key_words(ql_arena *a, ql_str key, uint32_t *number);
/// The title of the rules of a region: its label, or else its heading, or else the heading above.
ql_str ql__region_title(const ql__region *region);
/// How sure the rules of a region are: its own words name the topic, or only a heading above does.
int ql__region_confidence(const ql__region *region);

#endif
