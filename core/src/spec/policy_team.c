/* What a team does with itself: who is given what, and when it meets. */
#include "base/text.h"
#include "spec/policy_words.h"

#define SURE   95
#define FENCED 90

/* ---- context ---- */

static const char GIVE_WORDS[] = "include includes give given provide needs need receives share load";
static const char WITHHOLD_WORDS[] = "exclude excludes withhold withheld omit hide never without";

typedef struct context {
  ql__compiler *compiler;
  const ql__region *region;
  ql_rule *rule;
  ql_str title;
  ql__strings agents; /* of the title; none: no rule is made */
  unsigned how;       /* of lines without a sign: QL_ITEM_GIVEN, QL_ITEM_WITHHELD or 0 */
} context;

static void name_whom(context *x, ql_str title) {
  ql__strings agents = {0};
  ql__agents_in(x->compiler, title, true, &agents);
  bool names = agents.count > 0;
  if (!names && x->agents.count > 0 && ql__speaks_of(title, WITHHOLD_WORDS)) {
    x->how = QL_ITEM_WITHHELD;
  } else if (!names && x->agents.count > 0 && ql__speaks_of(title, GIVE_WORDS)) {
    x->how = QL_ITEM_GIVEN;
  } else {
    x->title = title;
    x->agents = agents;
    x->rule = NULL;
    x->how = 0;
  }
}

static void add_context(context *x, const ql__point *p) {
  ql__compiler *c = x->compiler;
  ql_str text;
  ql__mark mark = ql__read_mark(p->text, &text);
  unsigned how = mark == QL__TICK ? QL_ITEM_GIVEN : mark == QL__CROSS ? QL_ITEM_WITHHELD : x->how;
  if (how == 0 || x->agents.count == 0 || text.len == 0) return;
  if (!x->rule) {
    x->rule = ql__add_rule(c, QL_RULE_CONTEXT, x->region, ql__key_words(c->arena, x->title, NULL), SURE);
    if (!x->rule) return;
    x->rule->agents = x->agents.at;
    x->rule->agent_count = x->agents.count;
  }
  ql_rule_item *item = ql__add_point(c, x->rule, NULL, text, p);
  if (item) item->flags = how;
}

void ql__compile_context(ql__compiler *c, const ql__region *region) {
  context x = {.compiler = c, .region = region};
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  name_whom(&x, ql__region_title(region));
  for (size_t i = 0; i < count; i++) {
    if (ql__is_title(&points[i]))
      name_whom(&x, points[i].text);
    else
      add_context(&x, &points[i]);
  }
}

/* ---- meetings ---- */

static const struct {
  const char *words, *name;
} CADENCES[] = {
    {"daily standup stand-up", "daily"}, {"weekly", "weekly"}, {"biweekly bi-weekly", "biweekly"}, {"monthly", "monthly"},
    {"quarterly", "quarterly"},          {"sprint", "sprint"}, {"retrospective", "retrospective"}, {"milestone", "milestone"},
};

static const struct {
  const char *words, *name;
} PARTS[] = {
    {"participants attendees", "participants"},
    {"agenda topics", "agenda"},
    {"inputs input", "inputs"},
    {"process steps activities", "process"},
    {"outputs output outcomes deliverables", "outputs"},
};

static ql_str literal(const char *s) {
  size_t len = 0;
  while (s[len]) len++;
  return (ql_str){s, len};
}

static ql_str cadence_of(ql_str title) {
  for (size_t i = 0; i < QL_COUNT(CADENCES); i++)
    if (ql__speaks_of(title, CADENCES[i].words)) return literal(CADENCES[i].name);
  return QL_ABSENT;
}

static ql_str part_of(ql_str key) {
  for (size_t i = 0; key.ptr && i < QL_COUNT(PARTS); i++)
    if (ql__speaks_of(ql_slice(key, 0, 16), PARTS[i].words)) return literal(PARTS[i].name);
  return QL_ABSENT;
}

static void add_line(ql__compiler *c, ql_rule *rule, ql_rule_item *part, ql_str text, const ql__point *p) {
  ql_rule_item *item = ql__add_point(c, rule, part, text, p);
  ql__strings agents = {0};
  ql__add_string(c->arena, &agents, ql__agent_named(c, text));
  ql__set_agents(item, &agents);
}

/* "[lead, testers]" or "lead, testers" */
static void add_inline(ql__compiler *c, ql_rule *rule, ql_rule_item *part, const ql__point *p) {
  ql_str words = p->rest;
  if (ql_starts(words, QL_STR("[")) && ql_ends(words, QL_STR("]"))) words = ql_slice(words, 1, words.len - 1);
  for (size_t from = 0; from < words.len;) {
    size_t comma = ql_find_byte(words, ',', from), end = comma == SIZE_MAX ? words.len : comma;
    ql_str word = ql_trim(ql_slice(words, from, end));
    if (word.len > 0) add_line(c, rule, part, word, p);
    from = end + 1;
  }
}

void ql__compile_ceremony(ql__compiler *c, const ql__region *region) {
  ql_str title = ql__region_title(region), cadence = cadence_of(title);
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *part = NULL;
  uint32_t depth = 0;
  for (size_t i = 0; i < count && cadence.ptr; i++) {
    const ql__point *p = &points[i];
    bool under = part && ql__depth(p) > depth;
    ql_str name = under ? QL_ABSENT : part_of(p->key);
    if (name.ptr) {
      if (!rule) rule = ql__add_rule(c, QL_RULE_CEREMONY, region, ql__key_words(c->arena, title, NULL), p->fenced ? FENCED : SURE);
      if (!rule) return;
      rule->name = cadence;
      part = ql__add_point(c, rule, NULL, p->key, p);
      if (!part) return;
      part->name = name;
      depth = ql__depth(p);
      add_inline(c, rule, part, p);
    } else if (under && p->text.len > 0) {
      add_line(c, rule, part, p->text, p);
    } else if (p->text.len > 0) {
      part = NULL;
    }
  }
}
