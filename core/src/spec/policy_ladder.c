/* How a problem climbs: the levels of a ladder, and what goes to others at once. */
#include "base/text.h"
#include "spec/policy_quantity.h"
#include "spec/policy_words.h"

#define LEVEL_MAX    20
#define RETRIES_MAX  20
#define RETRIES_SAID 2 /* where a level says "retry" and no number */

#define SURE   95
#define FENCED 90

/* What stands in front of a colon, by what follows it. */
static const char LIMIT_KEYS[] = "time timeframe timeout deadline sla limit response";
static const char ACTION_KEYS[] = "action actions escalate notify contact owner resolution who handled handler responsible";
static const char CONDITION_KEYS[] = "trigger triggers condition conditions when criteria if";

/* First words of what is done on a level; all else is why one is there. */
static const char ACTION_VERBS[] =
    "action ask assess attempt attempts assign call clarify consult consults contact coordinate debug delegate engage escalate escalates fix hand "
    "immediate immediately inform install involve may notify page pause provide reassign re-assign request resolve retry review route rollback send "
    "stop try use work";

typedef struct ladder {
  ql__compiler *compiler;
  ql_rule *rule;
  ql_rule_item *level;
  ql__strings agents; /* of the level */
} ladder;

/* "Level 2: Peers", "Tier 3 - Vendor", "L1: Self". */
static bool read_level(ql_str words, int32_t *number, ql_str *name) {
  ql_str mark;
  if (!ql__read_numbered(words, "level tier l", &mark, name)) return false;
  *number = ql__mark_number(mark);
  return ql_is_digit(mark.ptr[0]) && *number > 0 && *number <= LEVEL_MAX;
}

/* "3 retries", "retry up to 3 times", "2 attempts"; without a number, as often as is usual. */
static void read_retries(ql_rule_item *level, ql_str words) {
  if (!ql__speaks_of(words, "retry retries") && !ql__speaks_of(words, "attempts")) return;
  int32_t said = -1;
  for (size_t i = 0; i < words.len && said < 0; i++) {
    if (!ql_is_digit(words.ptr[i]) || (i > 0 && words.ptr[i - 1] != ' ' && words.ptr[i - 1] != '(')) continue;
    int32_t number = 0;
    for (; i < words.len && ql_is_digit(words.ptr[i]) && number <= RETRIES_MAX; i++) number = number * 10 + (words.ptr[i] - '0');
    ql_str behind = ql_trim(ql_slice(words, i, words.len));
    if (number <= RETRIES_MAX && ql__speaks_of(ql_slice(behind, 0, 8), "retr times attempt")) said = number;
  }
  if (said < 0 && ql__speaks_of(words, "retry") && level->retries < 0) said = RETRIES_SAID;
  if (said >= 0) level->retries = said;
}

static void set_limit(ql_rule_item *level, ql_str words) {
  int64_t least, most;
  if (level->max_ms >= 0 || !ql__read_span(words, &least, &most)) return;
  level->min_ms = least;
  level->max_ms = most;
}

static void close_level(ladder *x) {
  if (x->level) ql__set_agents(x->level, &x->agents);
  x->level = NULL;
  x->agents = (ql__strings){0};
}

/* Words of what is done: the agents in them are the level's too, and how often it is tried. */
static void take_action(ladder *x, ql_rule_item *item, ql_str words) {
  if (!item) return;
  read_retries(x->level, words);
  ql__strings own = {0};
  ql__agents_in(x->compiler, words, true, &own);
  ql__set_agents(item, &own);
  for (size_t i = 0; i < own.count; i++) ql__add_string(x->compiler->arena, &x->agents, own.at[i]);
}

static void open_level(ladder *x, int32_t number, ql_str name, ql_str words, size_t offset, size_t end, uint32_t line) {
  close_level(x);
  x->level = ql__add_item(x->compiler, x->rule, NULL, name.len > 0 ? name : words, offset, end, line);
  if (!x->level) return;
  x->level->number = number;
  x->level->name = name.len > 0 ? name : words;
  if (ql_find(name, QL_STR("(You)"), 0) != SIZE_MAX || ql_find(name, QL_STR("(you)"), 0) != SIZE_MAX)
    ql__add_string(x->compiler->arena, &x->agents, x->compiler->spec->id);
  ql__agents_in(x->compiler, name, true, &x->agents);
  size_t open = ql_find_byte(name, '(', 0);
  if (open != SIZE_MAX) set_limit(x->level, ql_slice(name, open, name.len));
}

static bool is_action(ladder *x, ql_str words) {
  size_t end = 0;
  while (end < words.len && !ql_is_space(words.ptr[end]) && words.ptr[end] != ',') end++;
  ql_str first = ql_slice(words, 0, end);
  if (ql__agent_named(x->compiler, first).ptr) return true;
  for (const char *verb = ACTION_VERBS; *verb;) {
    size_t len = 0;
    while (verb[len] && verb[len] != ' ') len++;
    if (ql_eq_nocase(first, (ql_str){verb, len})) return true;
    verb += len + (verb[len] == ' ');
  }
  return false;
}

static ql_rule_item *add_part(ladder *x, ql_rule_item *parent, const char *what, ql_str words, const ql__point *p) {
  ql_rule_item *item = ql__add_point(x->compiler, x->rule, parent, words, p);
  size_t len = 0;
  while (what[len]) len++;
  if (item) item->name = (ql_str){what, len};
  return item;
}

static void take_part(ladder *x, const ql__point *p) {
  if (!x->level || p->text.len == 0) return;
  ql_str before, behind, rest = p->rest.len > 0 ? p->rest : QL_ABSENT;
  bool keyed = p->key.ptr && rest.ptr;
  if (keyed && ql__speaks_of(p->key, LIMIT_KEYS)) {
    set_limit(x->level, rest);
    add_part(x, x->level, "limit", p->text, p);
  } else if (keyed && ql__speaks_of(p->key, ACTION_KEYS)) {
    take_action(x, add_part(x, x->level, "action", rest, p), rest);
  } else if (ql__split_arrow(p->text, &before, &behind) && before.len > 0 && behind.len > 0) {
    ql_rule_item *condition = add_part(x, x->level, "condition", before, p);
    if (condition) take_action(x, add_part(x, condition, "action", behind, p), behind);
  } else if (!(keyed && ql__speaks_of(p->key, CONDITION_KEYS)) && is_action(x, p->text)) {
    take_action(x, add_part(x, x->level, "action", p->text, p), p->text);
  } else {
    add_part(x, x->level, "condition", keyed && ql__speaks_of(p->key, CONDITION_KEYS) ? rest : p->text, p);
  }
}

/* The ladder of a region whose heading is one of its levels: it goes on from heading to heading. */
static ql_rule *ladder_above(ql__compiler *c, const ql__region *region) {
  ql__region above = *region;
  above.heading = region->parent;
  above.label = QL_ABSENT;
  if (c->last && c->last->kind == QL_RULE_ESCALATION && c->last->heading.ptr == above.heading.ptr) return c->last;
  return ql__add_rule(c, QL_RULE_ESCALATION, &above, ql__key_words(c->arena, above.heading, NULL), SURE);
}

void ql__compile_escalation(ql__compiler *c, const ql__region *region) {
  ladder x = {.compiler = c};
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  int32_t number;
  ql_str name;
  const ql_md_block *head = region->head;
  if (head && head->kind == QL_MD_HEADING && read_level(head->text, &number, &name)) {
    x.rule = ladder_above(c, region);
    open_level(&x, number, name, head->text, head->offset, head->end, head->line);
  }
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (read_level(p->text, &number, &name)) {
      if (!x.rule)
        x.rule =
            ql__add_rule(c, QL_RULE_ESCALATION, region, ql__key_words(c->arena, ql__region_title(region), NULL), p->fenced ? FENCED : SURE);
      open_level(&x, number, name, p->text, p->offset, p->end, p->line);
    } else if (p->item || p->fenced) {
      take_part(&x, p);
    } else if (ql__is_title(p)) {
      close_level(&x);
    }
  }
  close_level(&x);
}

/* ---- at once ---- */

void ql__compile_escalate_when(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_str title = ql__region_title(region);
  ql_rule *rule = NULL;
  ql__strings whom = {0};
  ql__agents_in(c, title, true, &whom);
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (ql__is_title(p) && (!p->item || p->heads)) {
      rule = NULL;
      title = p->text;
      whom = (ql__strings){0};
      ql__agents_in(c, title, true, &whom);
    }
    if (!p->item || (ql__is_title(p) && p->heads)) continue;
    ql_str text, before, behind;
    if (ql__read_mark(p->text, &text) == QL__CROSS || text.len == 0) continue;
    if (!rule) {
      rule = ql__add_rule(c, QL_RULE_ESCALATE_WHEN, region, ql__key_words(c->arena, title, NULL), region->own ? SURE : FENCED);
      if (rule) {
        rule->agents = whom.at;
        rule->agent_count = whom.count;
      }
    }
    bool arrow = ql__split_arrow(text, &before, &behind) && before.len > 0 && behind.len > 0;
    ql_rule_item *item = ql__add_point(c, rule, NULL, arrow ? before : text, p);
    ql__strings agents = {0};
    ql__agents_in(c, arrow ? behind : text, arrow, &agents);
    ql__set_agents(item, &agents);
    if (item && arrow) {
      ql_rule_item *action = ql__add_point(c, rule, item, behind, p);
      if (action) action->name = QL_STR("action");
    }
  }
}
