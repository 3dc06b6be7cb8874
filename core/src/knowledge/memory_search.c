/* Finding things in the memory graph, and who may put things there. */
#include <stdlib.h>

#include "base/text.h"
#include "base/words.h"
#include "knowledge/memory.h"
#include "spec/inforce.h"

/* What a word of the query is worth where it is found; observations count up to three times. */
#define IN_NAME            8u
#define IN_TYPE            4u
#define IN_OBSERVATION     2u
#define OBSERVATIONS_COUNT 3u
#define WHOLE_NAME         32u

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

static size_t score_of(const ql__entity *entity, ql_str query, const ql__words *words) {
  size_t score = ql_eq_nocase(entity->name, query) ? WHOLE_NAME : 0;
  for (size_t i = 0; i < words->count; i++)
    if (!ql__is_common_word(words->items[i].stem) || words->count == 1) score += score_word(entity, words->items[i].stem);
  return score;
}

const size_t *ql__memory_search(const ql_memory *m, ql_arena *a, ql_str query, size_t *count) {
  ql__words words = ql__words_of(a, ql__start(query, 4096));
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

/* ---- who may save ---- */

/* Stems that ask for something to be kept: "remember that", "save this to memory". */
static const ql_str ASKS[] = {QL_STR_INIT("remember"), QL_STR_INIT("memoriz"),  QL_STR_INIT("save"),         QL_STR_INIT("persist"),
                              QL_STR_INIT("memory"),   QL_STR_INIT("not+down"), QL_STR_INIT("keep+in+mind"), QL_STR_INIT("don't+forget")};
/* Words before one of them that turn it around. */
static const ql_str NOT[] = {QL_STR_INIT("not"), QL_STR_INIT("don't"), QL_STR_INIT("dont"), QL_STR_INIT("never"), QL_STR_INIT("without")};

static bool turned_around(const ql__words *words, size_t at) {
  for (size_t back = 1; back <= 2 && back <= at; back++)
    for (size_t i = 0; i < QL_COUNT(NOT); i++)
      if (ql_eq_nocase(words->items[at - back].text, NOT[i])) return true;
  return false;
}

static bool asks_to_keep(const ql__words *words) {
  for (size_t i = 0; i < QL_COUNT(ASKS); i++) {
    size_t at = ql__words_find(words, ASKS[i], 0);
    if (at != SIZE_MAX && !turned_around(words, at)) return true;
  }
  return false;
}

ql_status ql_memory_permit(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_value **out, ql_error *err) {
  const ql_agent *found = ql_roster_find(roster, agent);
  if (!found) return ql_fail(err, QL_ERR_NOT_FOUND, "no such agent", agent);
  const ql_rule *rule = NULL;
  while ((rule = ql__next_rule(roster, found, QL_RULE_MEMORY, rule)) != NULL && !rule->on_request) continue;
  ql__words words = ql__words_of(a, ql__start(request, 64 * 1024));
  bool asked = !rule || asks_to_keep(&words);
  ql_value *value = ql_object(a);
  QL_SET(value, "decision", ql_string(a, asked ? QL_STR("allow") : QL_STR("refuse")));
  if (rule) {
    QL_SET(value, "line", ql_int(a, rule->line));
    if (found->spec->path.ptr) QL_SET(value, "path", ql_string(a, found->spec->path));
    QL_SET(value, "rule", ql_string(a, rule->id));
  }
  QL_SET(value, "message",
         ql_string(a, !rule   ? QL_STR("Nothing in the file keeps it from saving.")
                      : asked ? QL_STR("The request asks for something to be kept.")
                              : QL_STR("Its file saves to memory only when somebody asks for it, and this request does not.")));
  QL_SET(value, "tool", ql_string(a, QL_STR("memory")));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
