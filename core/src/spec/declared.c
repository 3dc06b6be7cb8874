/* Lists of agents under headings about a team, as rules of the kind roster: the one reader of who belongs to whom. */
#include "base/text.h"
#include "spec/naming.h"
#include "spec/policy_words.h"

#define SURE   95 /* the heading is about a list of agents */
#define LIKELY 80 /* it has a word of a team in it */

/* Words of headings under which lists name agents. */
static const ql_str TEAM_WORDS[] = {
    QL_STR_INIT("team"),        QL_STR_INIT("teams"),      QL_STR_INIT("roster"),    QL_STR_INIT("composition"),
    QL_STR_INIT("specialists"), QL_STR_INIT("agents"),     QL_STR_INIT("subagents"), QL_STR_INIT("acolytes"),
    QL_STR_INIT("members"),     QL_STR_INIT("crew"),       QL_STR_INIT("squad"),     QL_STR_INIT("delegates"),
    QL_STR_INIT("teammates"),   QL_STR_INIT("colleagues"), QL_STR_INIT("workers"),   QL_STR_INIT("delegation"),
};

/* What stands between a name and the words about it. */
static const ql_str SEPARATORS[] = {
    QL_STR_INIT(":"), QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94"), QL_STR_INIT("\xE2\x86\x92"),
};

static bool speaks_of_team(ql_str title) {
  size_t from = 0;
  for (size_t i = 0; i <= title.len; i++) {
    if (i < title.len && ql_is_alnum(title.ptr[i])) continue;
    ql_str word = ql_slice(title, from, i);
    for (size_t k = 0; k < QL_COUNT(TEAM_WORDS); k++)
      if (ql_eq_nocase(word, TEAM_WORDS[k])) return true;
    from = i + 1;
  }
  return false;
}

/* A name as ids are written: lower case, and joined by hyphens or dots unless an @ says what it is. */
static bool is_name(ql_str name, bool marked) {
  if (name.len < 2 || !ql_is_alpha(name.ptr[0]) || !ql_is_alnum(name.ptr[name.len - 1])) return false;
  bool joined = false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (ql_to_lower(c) != c || !(ql_is_alnum(c) || c == '-' || c == '.' || c == '_')) return false;
    joined = joined || c == '-' || c == '.';
  }
  return marked || joined;
}

static ql_str skip_separator(ql_str words, bool *found) {
  words = ql_trim(words);
  if (ql_starts(words, QL_STR("for "))) *found = true; /* stays: "for reviews" says what it does */
  for (size_t i = 0; i < QL_COUNT(SEPARATORS); i++) {
    if (!ql_starts(words, SEPARATORS[i])) continue;
    *found = true;
    return ql_trim(ql_slice(words, SEPARATORS[i].len, words.len));
  }
  return words;
}

static size_t name_end(ql_str text) {
  size_t end = 0;
  while (end < text.len && !ql_is_space(text.ptr[end]) && ql_find_byte(QL_STR(":,/()"), text.ptr[end], 0) == SIZE_MAX) end++;
  return end;
}

/* The agent that an item names first, and what stands behind it; false when it names none. */
static bool first_name(const ql_md_block *item, ql_str *name, ql_str *rest) {
  bool lead = item->lead.ptr != NULL, separated = false;
  size_t end = lead ? item->lead.len : name_end(item->text);
  *name = ql_slice(item->text, 0, end);
  *rest = ql_slice(item->text, end, item->text.len);
  (void)skip_separator(*rest, &separated);
  if (ql_ends(*name, QL_STR(":"))) {
    name->len--;
    separated = true;
  }
  bool marked = ql_starts(*name, QL_STR("@"));
  if (marked) *name = ql_slice(*name, 1, name->len);
  return is_name(*name, marked) && (marked || (lead && separated));
}

/* The words about the name before *rest, and the name after them in a row such as "@a (words), @b"; false at the row's end. */
static bool next_name(ql_str *rest, ql_str *words, ql_str *name) {
  bool separated;
  ql_str text = ql_trim(*rest);
  size_t close = ql_starts(text, QL_STR("(")) ? ql_find_byte(text, ')', 0) : SIZE_MAX;
  ql_str behind = close == SIZE_MAX ? text : ql_trim(ql_slice(text, close + 1, text.len));
  bool row = ql_starts(behind, QL_STR(",")) || ql_starts(behind, QL_STR("/"));
  ql_str next = row ? ql_trim(ql_slice(behind, 1, behind.len)) : QL_STR("");
  size_t end = name_end(next);
  *name = ql_slice(next, 1, end);
  if (!ql_starts(next, QL_STR("@")) || !is_name(*name, true)) {
    *words = skip_separator(text, &separated);
    return false;
  }
  *words = close == SIZE_MAX ? QL_STR("") : ql_slice(text, 1, close);
  *rest = ql_slice(next, end, next.len);
  return true;
}

static const char PURPOSE_WORDS[] = "purpose role description responsib focus capabilit expertise speciali when use";

typedef struct roster {
  ql__compiler *compiler;
  const ql_md_block *heading;
  ql_rule *rule; /* of that heading; NULL before its first agent */
  size_t column; /* of what is said of an agent, in a table of them; 0: it is none */
  ql_str *ids;
  size_t count, cap;
} roster;

static ql_rule *rule_of(roster *r) {
  ql__compiler *c = r->compiler;
  ql__region region = {.heading = r->heading->text};
  int confidence = ql__topic_of(r->heading->text) == QL__ABOUT_ROSTER ? SURE : LIKELY;
  return ql__add_rule(c, QL_RULE_ROSTER, &region, ql__key_words(c->arena, r->heading->text, NULL), confidence);
}

static void add_agent(roster *r, ql_str name, ql_str words, size_t offset, const ql_md_block *b) {
  ql_arena *a = r->compiler->arena;
  ql_str *ids = ql_arena_grow(a, r->ids, r->count, &r->cap, sizeof *ids);
  ql_str id = ql_agent_id(a, name);
  if (!id.ptr || !ids) return;
  r->ids = ids;
  ids[r->count++] = id;
  if (!r->rule) r->rule = rule_of(r);
  ql_rule_item *item = ql__add_item(r->compiler, r->rule, NULL, words.len > 0 ? words : name, offset, b->end, b->line);
  ql_str *agent = item ? ql_arena_get(a, sizeof *agent) : NULL;
  if (!agent) return;
  *agent = id;
  item->name = name;
  item->agents = agent;
  item->agent_count = 1;
}

/* All that an item names. */
static void add_agents(roster *r, const ql_md_block *b) {
  ql_str name, rest, words, following = QL_ABSENT;
  if (!first_name(b, &name, &rest)) return;
  size_t from = 0;
  for (bool more = true; more; name = following) {
    more = next_name(&rest, &words, &following);
    size_t at = ql_find(b->source, name, from);
    if (at != SIZE_MAX) from = at + name.len;
    add_agent(r, name, words, b->offset + (at == SIZE_MAX ? 0 : at), b);
  }
}

/* "| `name` | what for |" below a header that says so. */
static void add_row(roster *r, const ql_md_block *b) {
  if (b->header) {
    bool lists = b->cell_count > 1 && ql__speaks_of(b->cells[0], "agent subagent specialist name member");
    r->column = lists ? 1 : 0;
    for (size_t i = 1; lists && i < b->cell_count; i++) {
      if (!ql__speaks_of(b->cells[i], PURPOSE_WORDS)) continue;
      r->column = i;
      break;
    }
    return;
  }
  if (r->column == 0 || b->cell_count == 0) return;
  ql_str name = ql_trim(b->cells[0]);
  bool marked = ql_starts(name, QL_STR("@"));
  if (marked) name = ql_slice(name, 1, name.len);
  size_t at = ql_find(b->source, name, 0);
  if (is_name(name, marked) && at != SIZE_MAX)
    add_agent(r, name, r->column < b->cell_count ? b->cells[r->column] : QL_STR(""), b->offset + at, b);
}

void ql__compile_roster(ql__compiler *c) {
  roster r = {.compiler = c};
  uint32_t under = 0;   /* level of the heading that speaks of a team; one of level 1 names the file, not a list */
  uint32_t example = 0; /* level of the heading of an example */
  for (size_t i = 0; i < c->outline->count; i++) {
    const ql_md_block *b = &c->outline->blocks[i];
    if (b->kind == QL_MD_HEADING) {
      if (under == 0 || b->level <= under) under = b->level > 1 && speaks_of_team(b->text) ? b->level : 0;
      if (example == 0 || b->level <= example) example = ql__topic_of(b->text) == QL__ABOUT_EXAMPLE ? b->level : 0;
      r.heading = b;
      r.rule = NULL;
    } else if (under > 0 && example == 0 && !b->quoted) {
      if (b->kind == QL_MD_ITEM) add_agents(&r, b);
      if (b->kind == QL_MD_ROW) add_row(&r, b);
    }
  }
  ql__know_agents(c, r.ids, r.count);
}

const ql__declared *ql__find_declared(ql_arena *a, const ql_spec *spec, size_t *count) {
  ql__declared *found = NULL;
  size_t cap = 0;
  *count = 0;
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
    for (const ql_rule_item *item = rule->kind == QL_RULE_ROSTER ? rule->first : NULL; item; item = item->next) {
      ql__declared *grown = item->agent_count > 0 ? ql_arena_grow(a, found, *count, &cap, sizeof *grown) : NULL;
      if (!grown) continue;
      found = grown;
      found[(*count)++] = (ql__declared){item->agents[0], ql_eq(item->text, item->name) ? QL_ABSENT : item->text, item->offset, item->line};
    }
  }
  return found;
}
