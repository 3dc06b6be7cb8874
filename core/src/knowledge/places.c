#include "knowledge/places.h"

#include <questline/value.h>

#include "base/text.h"
#include "spec/inforce.h"
#include "spec/workpath.h"

#define WINDOW_TOKENS 200000

bool ql__places_make(ql_arena *a, const ql_document *documents, size_t count, ql__places *out) {
  ql_str *paths = ql_arena_array(a, count + 1, sizeof *paths);
  *out = (ql__places){.arena = a, .documents = documents, .paths = paths, .count = count};
  if (!paths || !ql__names_make(a, count, &out->by_path)) return false;
  for (size_t i = 0; i < count; i++) {
    paths[i] = ql__workpath_of(a, documents[i].path).path;
    if (paths[i].len == 0) continue;
    ql_str key = ql_lower(a, paths[i]);
    if (!key.ptr) return false;
    ql__names_put(&out->by_path, key, i);
  }
  return !ql_arena_failed(a);
}

size_t ql__places_find(const ql__places *places, ql_str path) {
  ql_str key = ql_lower(places->arena, ql__workpath_of(places->arena, path).path);
  return key.len > 0 ? ql__names_get(&places->by_path, key) : SIZE_MAX;
}

static bool is_pattern(ql_str place) { return ql_find_byte(place, '*', 0) != SIZE_MAX; }

bool ql__places_many(ql_str place) { return is_pattern(place) || ql_ends(place, QL_STR("/")); }

/* A folder stands for what is in it, a pattern for what fits it. */
size_t ql__places_next(const ql__places *places, ql_str place, size_t from) {
  bool pattern = is_pattern(place);
  ql_str folder = pattern ? place : ql__workpath_of(places->arena, place).path;
  for (size_t i = from; folder.len > 0 && i < places->count; i++) {
    ql_str path = places->paths[i];
    bool inside = path.len > folder.len && path.ptr[folder.len] == '/' && ql_starts_nocase(path, folder);
    if (path.len > 0 && (pattern ? ql__glob(place, path) : inside)) return i;
  }
  return SIZE_MAX;
}

int64_t ql__document_tokens(const ql_document *d) {
  int64_t tokens = d->text.ptr ? ql_token_estimate(d->text) : d->tokens;
  return tokens < 0 ? 0 : tokens > QL_INT_MAX ? QL_INT_MAX : tokens;
}

int64_t ql__window_of(const ql_roster *roster, const ql_agent *agent) {
  for (const ql_rule *rule = NULL; agent && (rule = ql__next_rule(roster, agent, QL_RULE_LOADING, rule)) != NULL;)
    if (rule->window_tokens > 0) return rule->window_tokens;
  return WINDOW_TOKENS;
}
