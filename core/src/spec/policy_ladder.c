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
static const char ACTION_KEYS[] = "action actions escalate notify contact owner resolution who handled handler responsible try fixes";
static const char CONDITION_KEYS[] = "trigger triggers condition conditions when criteria if";
static const char OTHER_KEYS[] = "success include includes example note goal target";

/* First words of what is done on a level; all else is why one is there. */
static const char ACTION_VERBS[] =
    "action ask assess attempt attempts assign call clarify consult consults contact coordinate debug delegate engage escalate escalates fix hand "
    "immediate immediately inform install involve may notify page pause provide reassign re-assign request resolve retry review route rollback send "
    "stop try use work";

/* What a title inside a level says of the lines below it. */
typedef enum part { PART_ANY, PART_CONDITIONS, PART_ACTIONS, PART_ARROWS } part;

typedef struct ladder {
  ql__compiler *compiler;
  ql_rule *rule;
  ql_rule_item *level;
  ql__strings agents; /* of the level */
  part part;
} ladder;

/* "Level 2: Peers", "Tier 3 - Vendor", "L1: Self". *number is 0 for one that no ladder has. */
static bool read_level(ql_str words, int32_t *number, ql_str *name) {
  ql_str mark;
  if (!ql__read_numbered(words, "level tier l", &mark, name) || !ql_is_digit(mark.ptr[0])) return false;
  *number = ql__mark_number(mark);
  if (*number > LEVEL_MAX) *number = 0;
  return true;
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
  x->part = PART_ANY;
}

/* Words of what is done: the agents in them are the level's too, and how often it is tried. */
static void take_action(ladder *x, ql_rule_item *item, ql_str words) {
  if (!item) return;
  read_retries(x->level, words);
  if (ql__speaks_of(words, "timeout limit within")) set_limit(x->level, words);
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

static void add_action(ladder *x, ql_rule_item *parent, ql_str words, const ql__point *p) {
  take_action(x, add_part(x, parent, "action", words, p), words);
}

/* "problem → what is done" */
static bool take_arrow(ladder *x, ql_str words, const ql__point *p) {
  ql_str before, behind;
  if (!ql__split_arrow(words, &before, &behind) || before.len == 0 || behind.len == 0) return false;
  ql_rule_item *condition = add_part(x, x->level, "condition", before, p);
  if (condition) add_action(x, condition, behind, p);
  return true;
}

static void take_part(ladder *x, const ql__point *p) {
  ql_str words;
  ql__read_mark(p->text, &words);
  if (!x->level || !ql__has_words(words)) return;
  bool keyed = p->key.ptr && p->rest.len > 0;
  if (keyed && ql__speaks_of(p->key, LIMIT_KEYS)) {
    set_limit(x->level, p->rest);
    add_part(x, x->level, "limit", p->text, p);
  } else if (keyed && ql__speaks_of(p->key, OTHER_KEYS)) {
    return;
  } else if (keyed && ql__speaks_of(p->key, ACTION_KEYS)) {
    add_action(x, x->level, p->rest, p);
  } else if (keyed && ql__speaks_of(p->key, CONDITION_KEYS)) {
    add_part(x, x->level, "condition", p->rest, p);
  } else if (!(p->item || p->fenced) || take_arrow(x, words, p) || x->part == PART_ARROWS) {
    return;
  } else if (x->part == PART_ACTIONS || (x->part == PART_ANY && is_action(x, words))) {
    add_action(x, x->level, words, p);
  } else {
    add_part(x, x->level, "condition", words, p);
  }
}

static part part_of(ql_str title) {
  if (ql__speaks_of(title, OTHER_KEYS)) return PART_ARROWS;
  if (ql__speaks_of(title, CONDITION_KEYS)) return PART_CONDITIONS;
  return ql__speaks_of(title, ACTION_KEYS) ? PART_ACTIONS : PART_ARROWS;
}

void ql__compile_escalation(ql__compiler *c, const ql__region *region) {
  ladder x = {.compiler = c};
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  int32_t number;
  ql_str name;
  const ql_md_block *head = region->head;
  if (ql__head_words(region).ptr && read_level(head->text, &number, &name) && number > 0) {
    x.rule = ql__ongoing_rule(c, QL_RULE_ESCALATION, region, ql__title_above(c->arena, region), SURE);
    open_level(&x, number, name, head->text, head->offset, head->end, head->line);
  }
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (read_level(p->text, &number, &name)) {
      close_level(&x);
      if (number == 0) continue;
      if (!x.rule)
        x.rule =
            ql__add_rule(c, QL_RULE_ESCALATION, region, ql__key_words(c->arena, ql__region_title(region), NULL), p->fenced ? FENCED : SURE);
      open_level(&x, number, name, p->text, p->offset, p->end, p->line);
    } else if (ql__is_title(p) && !p->fenced) {
      x.part = part_of(p->text);
    } else {
      take_part(&x, p);
    }
  }
  close_level(&x);
  if (!x.rule) ql__compile_escalate_when(c, region);
}

/* ---- at once ---- */

static const char REASON_WORDS[] = "if when escalate escalation condition conditions situation scenario trigger triggers stop";
static const char REACTION_WORDS[] = "ask action escalate response contact";

typedef struct reasons {
  ql__compiler *compiler;
  const ql__region *region;
  ql_rule *rule; /* NULL before the first condition below the title */
  ql_str title;
} reasons;

static ql_rule *rule_of(reasons *x) {
  ql__compiler *c = x->compiler;
  if (x->rule) return x->rule;
  x->rule = ql__add_rule(c, QL_RULE_ESCALATE_WHEN, x->region, ql__key_words(c->arena, x->title, NULL), x->region->own ? SURE : FENCED);
  if (!x->rule) return NULL;
  ql__strings whom = {0};
  ql__agents_in(c, x->title, true, &whom);
  x->rule->agents = whom.at;
  x->rule->agent_count = whom.count;
  return x->rule;
}

/* A condition and, where something is said of it, what is done then. */
static void add_reason(reasons *x, ql_str words, ql_str action, size_t offset, size_t end, uint32_t line) {
  ql__compiler *c = x->compiler;
  ql_rule *rule = rule_of(x);
  ql_rule_item *item = ql__add_item(c, rule, NULL, words, offset, end, line);
  if (!item) return;
  ql__strings agents = {0};
  ql__agents_in(c, action.len > 0 ? action : words, action.len > 0, &agents);
  ql__set_agents(item, &agents);
  ql_rule_item *below = action.len > 0 ? ql__add_item(c, rule, item, action, offset, end, line) : NULL;
  if (below) below->name = QL_STR("action");
}

static void take_reason(reasons *x, const ql__point *p) {
  ql_str words, before, behind;
  if (ql__read_mark(p->text, &words) == QL__CROSS || words.len == 0) return;
  bool keyed = p->key.ptr && p->rest.len > 0,
       said = ql_starts_nocase(words, QL_STR("escalate if")) || ql_starts_nocase(words, QL_STR("escalate when"));
  if (keyed && said) {
    words = p->rest;
  } else if (x->region->topic == QL__ABOUT_ESCALATION && !ql__speaks_of(x->title, "if when") && !said) {
    return;
  }
  bool arrow = ql__split_arrow(words, &before, &behind) && before.len > 0 && behind.len > 0;
  add_reason(x, arrow ? before : words, arrow ? behind : QL_STR(""), p->offset, p->end, p->line);
}

/* A table of situations and what is done in each. */
static void take_rows(reasons *x) {
  size_t column = 0;
  bool fits = false;
  for (size_t i = 0; i < x->region->count; i++) {
    const ql_md_block *b = &x->region->blocks[i];
    if (b->kind != QL_MD_ROW || b->quoted || b->cell_count == 0) continue;
    if (b->header) {
      fits = ql__speaks_of(b->cells[0], REASON_WORDS);
      for (column = b->cell_count - 1; column > 0 && !ql__speaks_of(b->cells[column], REACTION_WORDS);) column--;
    } else if (fits && b->cells[0].len > 0) {
      add_reason(x, b->cells[0], column > 0 && column < b->cell_count ? b->cells[column] : QL_STR(""), b->offset, b->end, b->line);
    }
  }
}

void ql__compile_escalate_when(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  reasons x = {.compiler = c, .region = region, .title = ql__region_title(region)};
  bool silent = !region->own && !ql__speaks_of(region->heading, REASON_WORDS); /* below a title about something else */
  for (size_t i = 0; i < count; i++) {
    const ql__point *p = &points[i];
    if (ql__is_title(p) && (!p->item || p->heads)) {
      x.rule = NULL;
      x.title = p->text;
      silent = !ql__speaks_of(p->text, REASON_WORDS);
    } else if (p->item && !silent) {
      take_reason(&x, p);
    }
  }
  x.rule = NULL;
  x.title = ql__region_title(region);
  take_rows(&x);
}
