/* Ways of working: a section each, or an item each, with the words that start it. */
#include "base/text.h"
#include "spec/policy_steps.h"
#include "spec/sentences.h"

static bool is_trigger_label(ql_str text) {
  ql_str rest = text, word = ql__next_word(&rest);
  return ql_starts_nocase(word, QL_STR("trigger"));
}

/* "MODE 2: PRE-QUEST (Planning)" is PRE-QUEST. */
static ql_str mode_name(ql_str heading) {
  size_t sign = 0; /* pictures in front */
  while (sign < heading.len && !ql_is_alnum(heading.ptr[sign])) sign++;
  if (sign < heading.len) heading = ql_slice(heading, sign, heading.len);
  size_t colon = ql_find_byte(heading, ':', 0), open = ql_find_byte(heading, '(', 0);
  ql_str name =
      ql_starts_nocase(heading, QL_STR("mode")) && colon != SIZE_MAX ? ql_slice(heading, colon + 1, open) : ql_slice(heading, 0, open);
  name = ql_trim(name);
  if (name.len > 5 && ql_eq_nocase(ql_slice(name, name.len - 5, name.len), QL_STR(" mode")))
    name = ql_trim(ql_slice(name, 0, name.len - 5));
  return name;
}

static bool is_default(ql_str heading) {
  size_t open = ql_find_byte(heading, '(', 0);
  ql_str rest = ql_slice(heading, open == SIZE_MAX ? heading.len : open, heading.len);
  for (ql_str word; (word = ql__next_word(&rest)).len > 0;)
    if (ql_eq_nocase(word, QL_STR("default"))) return true;
  return false;
}

/* The quoted words of a line: each starts the mode. */
static void add_quoted(ql__compiler *c, ql_rule *rule, ql_rule_item *mode, const ql__point *point) {
  size_t at = 0;
  for (;;) {
    size_t open = ql_find_byte(point->text, '"', at), close = open == SIZE_MAX ? SIZE_MAX : ql_find_byte(point->text, '"', open + 1);
    if (close == SIZE_MAX) return;
    ql__add_point(c, rule, mode, ql_slice(point->text, open + 1, close), point);
    at = close + 1;
  }
}

static bool says_when(ql_str text) {
  ql_str rest = text, word = ql__next_word(&rest);
  if (!ql_eq_nocase(word, QL_STR("when")) && !ql_eq_nocase(word, QL_STR("if"))) return false;
  while ((word = ql__next_word(&rest)).len > 0)
    if (ql_starts_nocase(word, QL_STR("say"))) return true;
  return false;
}

static void add_triggers(ql__compiler *c, ql_rule *rule, ql_rule_item *mode, const ql__point *points, size_t count) {
  bool triggers = false;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (point->fenced) continue;
    bool quoted = point->text.len > 2 && point->text.ptr[0] == '"' && ql_ends(point->text, QL_STR("\""));
    if (!point->item) {
      triggers = is_trigger_label(point->text);
      if (says_when(point->text)) add_quoted(c, rule, mode, point);
    } else if (quoted) {
      ql__add_point(c, rule, mode, ql_slice(point->text, 1, point->text.len - 1), point);
    } else if (triggers) {
      ql__add_point(c, rule, mode, QL_ABSENT, point);
    }
  }
}

static void name_mode(ql_rule *rule, ql_rule_item *item, ql_str title) {
  if (!item) return;
  item->name = mode_name(title);
  item->number = (int32_t)rule->item_count;
  if (is_default(title)) item->flags |= QL_ITEM_DEFAULT;
}

/* A list of modes: "**Review**: what it is". */
static void read_list(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (!ql__is_listed(point) || point->level > 1 || point->fenced || !point->block->lead.ptr || !point->key.ptr) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_MODES, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, point);
    if (rule) name_mode(rule, item, point->key);
  }
}

void ql__compile_modes(ql__compiler *c, const ql__region *region) {
  if (region->own) {
    read_list(c, region);
    return;
  }
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = ql__rule_of_headings(c, region, QL_RULE_MODES);
  ql_rule_item *mode = ql__add_block(c, rule, NULL, region->head);
  if (!mode) return;
  name_mode(rule, mode, region->heading);
  add_triggers(c, rule, mode, points, count);
}
