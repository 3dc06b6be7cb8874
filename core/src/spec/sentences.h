/* Sentences of a block, with the place where each is written. */
#ifndef QL_SPEC_SENTENCES_H
#define QL_SPEC_SENTENCES_H

#include "format/markdown.h"

typedef struct ql__sentence {
  ql_str text; /* plain; borrows from the block */
  size_t offset, end;
  uint32_t line;
  size_t next; /* where the following one starts in the block's text; 0 before the first */
} ql__sentence;

/// Takes the next sentence of a block; *sentence is zero before the first. False behind the last.
bool ql__next_sentence(ql_str file, const ql_md_block *block, ql__sentence *sentence);

/// Takes the next word of *rest: letters, digits, hyphens, underscores and apostrophes; what stands before it is dropped, what stands behind
/// it stays. Empty at the end.
ql_str ql__next_word(ql_str *rest);
/// The last word of words, or nothing when something else than blanks stands behind it.
ql_str ql__last_word(ql_str words);
/// A place in a text that only moves forward, and whether quotes are open there.
typedef struct ql__quotes {
  size_t at;
  bool open;
} ql__quotes;

/// Whether what starts at `at` stands between quotes; `at` never falls from call to call.
bool ql__is_quoted(ql__quotes *quotes, ql_str text, size_t at);

#endif
