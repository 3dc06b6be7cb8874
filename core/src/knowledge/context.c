/* What an agent loads on activation, packed into its window. */
#include "base/text.h"
#include "knowledge/places.h"
#include "spec/inforce.h"
#include "spec/notes.h"
#include "spec/workpath.h"

#include <questline/route.h>

typedef struct packing {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_agent *agent;
  ql__places places; /* the documents */
  ql__names taken;   /* what was looked at already, by path or name */
  int64_t budget, used;
  ql_value *loaded, *left_out, *missing;
} packing;

static void add(packing *p, ql_value *list, ql_str path, int64_t tokens, ql_str why) {
  ql_value *item = ql_push(list, ql_object(p->arena));
  QL_SET(item, "path", ql_string(p->arena, path));
  QL_SET(item, "tokens", ql_int(p->arena, tokens));
  QL_SET(item, "why", ql_string(p->arena, why));
}

/* Loads it when it fits and was not looked at before. */
static void take(packing *p, ql_str path, int64_t tokens, ql_str why) {
  if (!ql__names_put(&p->taken, path, 0)) return;
  if (tokens <= p->budget - p->used) {
    p->used += tokens;
    add(p, p->loaded, path, tokens, why);
    return;
  }
  ql_str pieces[] = {why, QL_STR("; does not fit, "), ql__number(p->arena, (size_t)(p->budget - p->used)), QL_STR(" tokens are left")};
  add(p, p->left_out, path, tokens, ql_arena_concat(p->arena, pieces, QL_COUNT(pieces)));
}

static void miss(packing *p, ql_str path, int64_t tokens, ql_str why) {
  if (ql__names_put(&p->taken, path, 0)) add(p, p->missing, path, tokens, why);
}

/* "line 34, read first" */
static ql_str why_line(packing *p, const ql_rule_item *item, ql_str what) {
  return ql_arena_concat(p->arena, (ql_str[]){QL_STR("line "), ql__number(p->arena, item->line), QL_STR(", "), what}, 4);
}

/* ---- documents ---- */

static void take_document(packing *p, size_t index, ql_str why) {
  take(p, p->places.paths[index], ql__document_tokens(&p->places.documents[index]), why);
}

/* Whether any of them is there. */
static bool take_first_documents(packing *p) {
  bool found = false;
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(p->roster, p->agent, QL_RULE_DOCUMENTS, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(p->roster, p->agent, rule, item)) != NULL;) {
      if (!item->path.ptr) continue;
      size_t index = ql__places_find(&p->places, item->path);
      ql_str why = why_line(p, item, QL_STR("read first"));
      found = found || index != SIZE_MAX;
      if (index != SIZE_MAX)
        take_document(p, index, why);
      else
        miss(p, item->path, 0, why);
    }
  }
  return found;
}

static void take_fallback(packing *p) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(p->roster, p->agent, QL_RULE_FALLBACK, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(p->roster, p->agent, rule, item)) != NULL;) {
      if (!item->path.ptr) continue;
      ql_str why = why_line(p, item, QL_STR("read where the first documents are missing"));
      bool many = ql__places_many(item->path);
      size_t index = many ? SIZE_MAX : ql__places_find(&p->places, item->path);
      for (size_t i = 0; many && (i = ql__places_next(&p->places, item->path, i)) != SIZE_MAX; i++) take_document(p, i, why);
      if (many) continue;
      if (index != SIZE_MAX)
        take_document(p, index, why);
      else
        miss(p, item->path, 0, why);
    }
  }
}

/* ---- what the loading rule names ---- */

static ql_str path_of(const ql_agent *agent) { return agent->spec->path.ptr ? agent->spec->path : agent->id; }

static ql_str folder_of(ql_str path) {
  size_t len = path.len;
  while (len > 0 && path.ptr[len - 1] != '/') len--;
  return ql_slice(path, 0, len);
}

/* "every *-agent in .claude/agents/": a pattern for names, and a folder. Either may be absent, then all fit. */
static void read_wildcard(ql_str text, ql_str *names, ql_str *folder) {
  static const ql_str around = QL_STR_INIT("[](){}\"'`,;:");
  *names = *folder = QL_ABSENT;
  for (size_t at = 0, end; at < text.len; at = end + 1) {
    for (end = at; end < text.len && !ql_is_space(text.ptr[end]);) end++;
    ql_str word = ql_slice(text, at, end);
    while (word.len > 0 && ql_find_byte(around, word.ptr[0], 0) != SIZE_MAX) word = ql_slice(word, 1, word.len);
    while (word.len > 0 && ql_find_byte(around, word.ptr[word.len - 1], 0) != SIZE_MAX) word.len--;
    ql_str before = folder_of(word), name = ql_slice(word, before.len, word.len);
    if (before.len > 0 && !folder->ptr) *folder = before;
    if (ql_find_byte(name, '*', 0) == SIZE_MAX || names->ptr) continue;
    *names = ql_ends(name, QL_STR(".md")) ? ql_slice(name, 0, name.len - 3) : name;
  }
}

/* A file without a folder in its path may lie in any. */
static bool is_in(ql_str path, ql_str folder) {
  ql_str own = folder_of(path);
  if (!folder.ptr || own.len == 0) return true;
  size_t from = own.len >= folder.len ? own.len - folder.len : 0;
  return ql_eq(ql_slice(own, from, own.len), folder) && (from == 0 || own.ptr[from - 1] == '/');
}

static bool fits_names(const ql_agent *agent, ql_str names) {
  ql_str path = path_of(agent), stem = ql_slice(path, folder_of(path).len, path.len);
  if (ql_ends(stem, QL_STR(".md"))) stem.len -= 3;
  return !names.ptr || ql__glob(names, stem) || ql__glob(names, ql_slice(agent->id, 1, agent->id.len));
}

static void take_wildcard(packing *p, const ql_rule_item *item) {
  ql_str names, folder, why = why_line(p, item, QL_STR("stands for all agent files that fit"));
  read_wildcard(item->text, &names, &folder);
  for (size_t i = 0; i < ql_roster_count(p->roster); i++) {
    const ql_agent *agent = ql_roster_agent(p->roster, i);
    if (agent->spec && fits_names(agent, names) && is_in(path_of(agent), folder)) take(p, path_of(agent), agent->spec->tokens, why);
  }
}

/* "acolyte.api" is somebody, "All routes" is a heap of things. */
static bool names_agent(ql_str name) {
  bool joined = false;
  for (size_t i = 0; i < name.len; i++) {
    if (ql_is_space(name.ptr[i])) return false;
    joined = joined || name.ptr[i] == '-' || name.ptr[i] == '.';
  }
  return joined;
}

static void take_entry(packing *p, const ql_rule_item *item) {
  const ql_agent *agent = ql_roster_find(p->roster, item->name);
  size_t index = ql__places_find(&p->places, item->name);
  if (agent && agent->spec)
    take(p, path_of(agent), agent->spec->tokens, why_line(p, item, QL_STR("named there")));
  else if (index != SIZE_MAX)
    take_document(p, index, why_line(p, item, QL_STR("named there")));
  else if (names_agent(item->name))
    miss(p, item->name, item->tokens, why_line(p, item, QL_STR("named there; the size is the one stated")));
  else
    take(p, item->name, item->tokens, why_line(p, item, QL_STR("named there; the size is the one stated, nothing of that name was given")));
}

/* One level down as well: entries are grouped. */
static void take_entries(packing *p, bool wildcards) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(p->roster, p->agent, QL_RULE_LOADING, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(p->roster, p->agent, rule, item)) != NULL;) {
      for (const ql_rule_item *one = item->first ? item->first : item; one; one = item->first ? one->next : NULL) {
        bool wildcard = one->flags & QL_ITEM_WILDCARD;
        if (wildcard != wildcards || !ql_roster_rule_on(p->roster, p->agent->id, one->id)) continue;
        if (wildcard)
          take_wildcard(p, one);
        else if (one->tokens >= 0 && one->name.ptr)
          take_entry(p, one);
      }
    }
  }
}

/* ---- all of it ---- */

/* Every name that can be taken: documents, agents, and what rules name. */
static size_t count_names(const packing *p) {
  size_t count = p->places.count + ql_roster_count(p->roster) + 1;
  for (const ql_rule *rule = p->agent->spec ? p->agent->spec->rules : NULL; rule; rule = rule->next)
    if (rule->kind == QL_RULE_DOCUMENTS || rule->kind == QL_RULE_FALLBACK || rule->kind == QL_RULE_LOADING)
      for (const ql_rule_item *item = rule->first; item; item = item->next) {
        count++;
        for (const ql_rule_item *inner = item->first; inner; inner = inner->next) count++;
      }
  return count;
}

static ql_status pack(packing *p, int64_t window, ql_value **out) {
  p->loaded = ql_array(p->arena);
  p->left_out = ql_array(p->arena);
  p->missing = ql_array(p->arena);
  if (!ql__names_make(p->arena, count_names(p), &p->taken)) return QL_ERR_NOMEM;
  if (p->agent->spec)
    take(p, path_of(p->agent), p->agent->spec->tokens, QL_STR("its own file"));
  else
    miss(p, p->agent->id, 0, QL_STR("its own file, which is not in the roster"));
  if (!take_first_documents(p)) take_fallback(p);
  take_entries(p, true);
  take_entries(p, false);
  ql_value *value = ql_object(p->arena);
  QL_SET(value, "budget", ql_int(p->arena, p->budget));
  QL_SET(value, "left_out", p->left_out);
  QL_SET(value, "loaded", p->loaded);
  QL_SET(value, "missing", p->missing);
  QL_SET(value, "used", ql_int(p->arena, p->used));
  QL_SET(value, "window", ql_int(p->arena, window));
  if (ql_arena_failed(p->arena)) return QL_ERR_NOMEM;
  *out = value;
  return QL_OK;
}

ql_status ql_context_pack(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_document *documents, size_t count, int64_t window,
                          int64_t budget, ql_value **out, ql_error *err) {
  const ql_agent *found = ql_roster_find(roster, agent);
  if (!found) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  if (window < 0 || window > QL_INT_MAX || budget < 0)
    return ql_fail(err, QL_ERR_ARGUMENT, "window and budget are numbers of tokens", QL_ABSENT);
  if (window == 0) window = ql__window_of(roster, found);
  if (budget == 0) budget = window / 2;
  if (budget > window) return ql_fail(err, QL_ERR_ARGUMENT, "the budget is larger than the window", QL_ABSENT);
  packing p = {.arena = a, .roster = roster, .agent = found, .budget = budget};
  ql_status status = ql__places_make(a, documents, count, &p.places) ? pack(&p, window, out) : QL_ERR_NOMEM;
  return status == QL_OK ? QL_OK : ql_fail(err, status, "out of memory", QL_ABSENT);
}
