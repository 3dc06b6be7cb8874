/* Finding things in the memory graph. */
#include <stdlib.h>

#include "base/text.h"
#include "base/words.h"
#include "knowledge/memory.h"

/* What a word of the query is worth where it is found; observations count up to three times. The whole query counts as one word more. */
#define IN_NAME            8u
#define IN_TYPE            4u
#define IN_OBSERVATION     2u
#define OBSERVATIONS_COUNT 3u
#define WHOLE_NAME         32u

#define WORDS_FROM 4096u /* bytes of a query that words are taken from */

typedef struct hit {
  size_t place, score;
} hit;

static int best_first(const void *x, const void *y) {
  const hit *a = x, *b = y;
  if (a->score != b->score) return a->score < b->score ? 1 : -1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static bool holds_nocase(ql_str text, ql_str part) {
  for (size_t at = 0; at + part.len <= text.len; at++)
    if (ql_eq_nocase(ql_slice(text, at, at + part.len), part)) return true;
  return false;
}

static size_t score_word(const ql__entity *entity, ql_str stem) {
  size_t score = (holds_nocase(entity->name, stem) ? IN_NAME : 0) + (holds_nocase(entity->type, stem) ? IN_TYPE : 0), seen = 0;
  for (size_t i = 0; i < entity->count && seen < OBSERVATIONS_COUNT; i++) seen += holds_nocase(entity->observations[i], stem) ? 1 : 0;
  return score + seen * IN_OBSERVATION;
}

/* Whatever holds the query as it stands is found, as that server finds it; all is, by an empty one. */
static size_t score_of(const ql__entity *entity, ql_str query, const ql__words *words) {
  size_t score = score_word(entity, query) + (ql_eq_nocase(entity->name, query) ? WHOLE_NAME : 0);
  for (size_t i = 0; i < words->count; i++)
    if (!ql__is_common_word(words->items[i].stem)) score += score_word(entity, words->items[i].stem);
  return score;
}

const size_t *ql__memory_search(const ql_memory *m, ql_arena *a, ql_str query, size_t *count) {
  ql__words words = ql__words_of(a, ql__start(query, WORDS_FROM));
  hit *hits = ql_arena_array(a, m->entity_count + 1, sizeof *hits);
  size_t *places = ql_arena_array(a, m->entity_count + 1, sizeof *places), found = 0;
  if (!hits || !places || ql_arena_failed(a)) return NULL;
  for (size_t i = 0; i < m->entity_count; i++) {
    size_t score = score_of(&m->entities[i], query, &words);
    if (score > 0) hits[found++] = (hit){i, score};
  }
  qsort(hits, found, sizeof *hits, best_first);
  for (size_t i = 0; i < found; i++) places[i] = hits[i].place;
  *count = found;
  return places;
}

static bool settled(const ql__entity *entity) {
  static const ql_str words[] = {QL_STR_INIT("status: completed"), QL_STR_INIT("status: done"), QL_STR_INIT("status: resolved")};
  for (size_t i = 0; i < entity->count; i++)
    for (size_t k = 0; k < QL_COUNT(words); k++)
      if (ql_starts_nocase(entity->observations[i], words[k])) return true;
  return false;
}

ql_value *ql_memory_pending(const ql_memory *m, ql_arena *a) {
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < m->entity_count; i++)
    if (ql_eq_nocase(m->entities[i].type, QL_STR("flag")) && !settled(&m->entities[i])) ql_push(list, ql__entity_value(a, &m->entities[i]));
  return ql_arena_failed(a) ? NULL : list;
}
