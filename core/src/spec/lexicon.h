/* Words of requests as terms: stems, and families of words that mean the same (families.def). */
#ifndef QL_SPEC_LEXICON_H
#define QL_SPEC_LEXICON_H

#include "base/words.h"

typedef enum ql__term_kind { QL__SUBJECT, QL__ACTION, QL__LOOSE, QL__PART, QL__MANY, QL__ONE } ql__term_kind;

typedef struct ql__term {
  uint8_t kind;
  uint8_t field;  /* terms of one field are close; 0: of none */
  uint16_t count; /* of the texts that are weighed, how many have it: the caller's to set */
  uint32_t seen;  /* the last bag it was put into */
} ql__term;

#define QL__FILLER UINT32_MAX /* of a word that tells nothing */

typedef struct ql__lexicon {
  ql_arena *arena;
  ql__term *terms;
  size_t count, cap;
  struct ql__stem_slot {
    ql_str stem;   /* absent: free */
    uint32_t term; /* its index, or QL__FILLER */
  } * slots;       /* open addressing */
  size_t slot_count, used;
  uint32_t bags;
  uint32_t many, one; /* the terms of these kinds */
} ql__lexicon;

/// What a text says, each term once.
typedef struct ql__bag {
  uint32_t *terms;
  size_t count;
  size_t unknown; /* telling words that the lexicon does not have */
} ql__bag;

#define QL__FIELDS_MAX 32u

/// A telling word of a request.
typedef struct ql__said {
  ql_str stem;
  bool single, many; /* "one" stands before it; it is a plural, or a number from three on stands before it */
} ql__said;

/// What a request says: each word once, without what is negated and without words that tell nothing.
typedef struct ql__request {
  ql_str text;
  const ql__said *items;
  size_t count;
} ql__request;

/// With the families in it. False when out of memory.
bool ql__lexicon_make(ql_arena *a, ql__lexicon *out);
/// The same words and terms, to which others can be added. False when out of memory.
bool ql__lexicon_copy(ql_arena *a, const ql__lexicon *from, ql__lexicon *out);
/// Reads a request; the lexicon needs to have the families only. False when out of memory.
bool ql__read_request(ql_arena *a, const ql__lexicon *families, ql_str text, ql__request *out);
/// The terms of a text; words that are new are added. Empty when out of memory.
ql__bag ql__learn(ql__lexicon *lexicon, ql_str text);
/// The terms of a request: new words are counted, but for those that are a slip of the pen away from a known one.
ql__bag ql__understand(ql__lexicon *lexicon, const ql__request *request);
/// Whether a bag has a term.
bool ql__bag_has(const ql__bag *bag, uint32_t term);

#endif
