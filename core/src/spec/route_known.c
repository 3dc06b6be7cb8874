/* Whom a file knows by name: who handles what it turns down, what it loads, its team. */
#include "base/text.h"
#include "spec/id.h"
#include "spec/inforce.h"
#include "spec/route.h"

#define NAME_MAX_BYTES QL_AGENT_ID_MAX

/* Callings: they say what somebody is, not what for. */
static const ql_str CALLINGS =
    QL_STR_INIT("agent acolyte expert engineer specialist architect developer dev pro coordinator orchestrator team lead "
                "leader master admin administrator guru reviewer");

typedef struct gathering {
  ql_arena *arena;
  ql__lexicon *lexicon;
  const ql_roster *roster;
  const ql_agent *agent;
  ql__known *items;
  size_t count, cap;
} gathering;

static bool is_calling(ql_str word) {
  ql_str list = CALLINGS, item;
  while (ql__next_item(&list, &item))
    if (ql_eq(item, word)) return true;
  return false;
}

ql_str ql__name_words(ql_arena *a, ql_str id) {
  char *out = ql_arena_get(a, id.len + 1);
  if (!out) return QL_ABSENT;
  size_t len = 0;
  for (size_t from = 0, to; from < id.len; from = to + 1) {
    for (to = from; to < id.len && ql_is_alnum(id.ptr[to]);) to++;
    if (to == from || is_calling(ql_slice(id, from, to))) continue;
    for (size_t i = from; i < to; i++) out[len++] = id.ptr[i];
    out[len++] = ' ';
  }
  return (ql_str){out, len};
}

static void add(gathering *g, ql_str name) {
  char id[NAME_MAX_BYTES];
  ql_str written = {id, ql__write_id(id, name)};
  if (written.len == 0 || ql_eq(written, g->agent->id)) return;
  for (size_t i = 0; i < g->count; i++)
    if (ql_eq(g->items[i].id, written)) return;
  ql__known *items = ql_arena_grow(g->arena, g->items, g->count, &g->cap, sizeof *items);
  if (!items) return;
  g->items = items;
  items[g->count++] = (ql__known){ql_arena_str(g->arena, written), ql__learn(g->lexicon, ql__name_words(g->arena, written))};
}

/* "acolyte.api" and "queue-agent" are names, "All routes" is none. */
static bool is_name(ql_str words) {
  bool joined = false;
  for (size_t i = 0; i < words.len; i++) {
    if (ql_is_space(words.ptr[i]) || ql_is_digit(words.ptr[0])) return false;
    joined = joined || words.ptr[i] == '-' || words.ptr[i] == '.';
  }
  return joined;
}

static void add_handlers(gathering *g) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(g->roster, g->agent, QL_RULE_DECLINE, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(g->roster, g->agent, rule, item)) != NULL;)
      for (size_t i = 0; i < item->agent_count; i++) add(g, item->agents[i]);
}

static void add_loaded(gathering *g) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(g->roster, g->agent, QL_RULE_LOADING, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(g->roster, g->agent, rule, item)) != NULL;) {
      if (item->tokens >= 0 && item->name.ptr && is_name(item->name)) add(g, item->name);
      for (const ql_rule_item *inner = item->first; inner; inner = inner->next)
        if (inner->tokens >= 0 && inner->name.ptr && is_name(inner->name)) add(g, inner->name);
    }
  }
}

ql__known *ql__known_to(ql_arena *a, ql__lexicon *lexicon, const ql_roster *roster, const ql_agent *agent, size_t *count) {
  gathering g = {.arena = a, .lexicon = lexicon, .roster = roster, .agent = agent};
  add_handlers(&g);
  add_loaded(&g);
  size_t team_count;
  const ql_agent *const *team = ql_roster_team(roster, agent, &team_count);
  for (size_t i = 0; i < team_count; i++) add(&g, team[i]->id);
  *count = g.count;
  return g.items;
}

bool ql__is_named(const ql__asked *asked, const ql__bag *name) {
  bool telling = false;
  for (size_t i = 0; i < name->count; i++) {
    uint32_t term = name->terms[i];
    if (asked->lexicon->terms[term].kind != QL__SUBJECT) continue;
    if (!asked->has[term]) return false;
    telling = true;
  }
  return telling;
}
