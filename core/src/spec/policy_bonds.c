/* Lists of what an agent has to do and must not do. */
#include "base/text.h"
#include "base/words.h"
#include "spec/conduct.h"
#include "spec/handler.h"
#include "spec/policy_words.h"

#define TITLE_MAX 160u /* bytes of a title that are looked at */

/* A list below one of these forbids each item; below others, only items that forbid by themselves are restrictions. */
WORDS(FORBIDDING, W("not"), W("never"), W("don't"), W("dont"), W("donts"), W("don'ts"), W("cannot"), W("can't"), W("won't"), W("forbidden"),
      W("prohibited"), W("restrictions"), W("prohibitions"), W("off-limits"), W("refuse"));
WORDS(STARTS, W("no"), W("never"), W("not"), W("don't"), W("dont"), W("avoid"), W("cannot"), W("can't"), W("won't"), W("refuse"));
WORDS(BEFORE_NOT, W("do"), W("must"), W("will"), W("should"), W("may"), W("you"), W("i"), W("shall"), W("are"));

/* A cross, or words that forbid by themselves. */
static bool forbids(ql_str text) {
  ql_str rest;
  if (ql__read_mark(text, &rest) == QL__CROSS) return true;
  ql_str word = ql__next_word(&rest);
  if (ql__is_one_of(word, STARTS)) return true;
  for (int more = 0; more < 2 && ql__is_one_of(word, BEFORE_NOT); more++) {
    word = ql__next_word(&rest);
    if (ql__is_one_of(word, STARTS)) return true;
  }
  return false;
}

static bool title_forbids(ql_str title) {
  title = ql__start(title, TITLE_MAX);
  for (ql_str word; (word = ql__next_word(&title)).len > 0;)
    if (ql__is_one_of(word, FORBIDDING)) return true;
  return false;
}

/* The rules that a list of duties comes to. */
typedef struct bonds {
  ql__compiler *c;
  const ql__region *region;
  bool all; /* the title forbids, so each item is forbidden */
  ql_rule *restriction, *mandate, *decline;
} bonds;

static ql_rule *rule_of(bonds *b, ql_rule **rule, ql_rule_kind kind) {
  if (!*rule) *rule = ql__add_rule(b->c, kind, b->region, ql__region_title(b->region), ql__region_confidence(b->region));
  return *rule;
}

/* What somebody else does is turned down; what forbids by itself or by its title is a restriction; the rest is a mandate. */
static ql_rule *add_bond(bonds *b, const ql__point *point, ql_rule_item **item) {
  ql__compiler *c = b->c;
  ql_str words, handler = QL_ABSENT;
  ql__quotes quotes = {0};
  ql_rule_item found = {.name = QL_STR("other")};
  (void)ql__read_mark(point->text, &words);
  bool enforced = ql__restricts(c->arena, words, words, &quotes, &found) || (b->all && ql__name_restriction(c->arena, words, &found));
  ql_str request = b->all && !enforced ? ql__split_handler(words, &handler) : words;
  ql_rule *rule = NULL;
  if (handler.ptr)
    rule = rule_of(b, &b->decline, QL_RULE_DECLINE);
  else if (enforced || b->all || forbids(point->text))
    rule = rule_of(b, &b->restriction, QL_RULE_RESTRICTION);
  else if (b->region->topic == QL__ABOUT_MANDATE)
    rule = rule_of(b, &b->mandate, QL_RULE_MANDATE);
  *item = ql__add_point(c, rule, NULL, request, point);
  if (handler.ptr)
    ql__set_handler(c, *item, handler);
  else if (rule && rule->kind == QL_RULE_RESTRICTION)
    ql__name_item(*item, &found);
  return rule;
}

/* Lists of what is to be done, or not; sentences between them. */
static void read_bonds(ql__compiler *c, const ql__region *region) {
  size_t count;
  if (region->filled) { /* below the list there are further headings, about whatever it may be */
    ql__compile_conduct(c, region);
    return;
  }
  const ql__point *points = ql__read_points(c, region, &count);
  bonds b = {.c = c, .region = region, .all = title_forbids(region->label.ptr ? region->label : region->heading)};
  ql_rule *restriction = NULL, *identity = NULL, *rule = NULL;
  ql_rule_item *above = NULL;
  uint32_t level = 0;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    bool *taken = &c->taken[point->block - c->outline->blocks];
    if (point->other || point->text.len == 0) continue;
    if (!ql__is_listed(point)) {
      if (!point->fenced && !*taken) ql__read_conduct(c, region, point->block, &restriction, &identity);
      continue;
    }
    if (point->item && *taken) continue;
    if (!point->fenced) *taken = true;
    if (above && point->level > level) {
      ql__add_point(c, rule, above, QL_ABSENT, point);
      continue;
    }
    level = point->level;
    rule = add_bond(&b, point, &above);
  }
}

void ql__compile_mandate(ql__compiler *c, const ql__region *region) { read_bonds(c, region); }

void ql__compile_restriction(ql__compiler *c, const ql__region *region) { read_bonds(c, region); }
