/* Documents by their paths, what a place that somebody names stands for, and the window they go into. */
#ifndef QL_KNOWLEDGE_PLACES_H
#define QL_KNOWLEDGE_PLACES_H

#include <questline/route.h>

#include "knowledge/names.h"

typedef struct ql__places {
  ql_arena *arena;
  const ql_document *documents;
  const ql_str *paths; /* normalised; empty for those that are outside of the project */
  size_t count;
  ql__names by_path; /* in lower case */
} ql__places;

/// False when out of memory.
bool ql__places_make(ql_arena *a, const ql_document *documents, size_t count, ql__places *out);
/// SIZE_MAX when it is not among those that were given.
size_t ql__places_find(const ql__places *places, ql_str path);
/// Whether a place may stand for several documents: a folder, or a pattern.
bool ql__places_many(ql_str place);
/// The next document that such a place stands for, at or after `from`; SIZE_MAX when there is none.
size_t ql__places_next(const ql__places *places, ql_str place, size_t from);
/// Tokens of a document: estimated from its text, or as they were given.
int64_t ql__document_tokens(const ql_document *document);
/// Tokens of an agent's window: what its loading rule says, else 200,000. agent may be NULL.
int64_t ql__window_of(const ql_roster *roster, const ql_agent *agent);

#endif
