/* The shapes Rule, RuleItem and Measure of shapes.def. Members are set in the order of their keys, which is the quickest. */
#include <string.h>

#include <questline/policy.h>

#include "base/text.h"

#define LEVELS 3 /* items, items of items, and those of these: policy.c makes no deeper ones */

static ql_str literal(const char *s) { return (ql_str){s, strlen(s)}; }

static const ql_str SIGNS[] = {[QL_LESS] = QL_STR_INIT("<"),
                               [QL_AT_MOST] = QL_STR_INIT("<="),
                               [QL_EQUAL] = QL_STR_INIT("="),
                               [QL_AT_LEAST] = QL_STR_INIT(">="),
                               [QL_MORE_THAN] = QL_STR_INIT(">")};

ql_str ql_relation_sign(ql_relation relation) { return SIGNS[relation]; }

bool ql_relation_read(ql_str sign, ql_relation *out) {
  for (size_t i = 0; i < QL_COUNT(SIGNS); i++) {
    if (!ql_eq(SIGNS[i], sign)) continue;
    *out = (ql_relation)i;
    return true;
  }
  return false;
}

ql_value *ql_measure_value(ql_arena *a, const ql_measure *measure) {
  ql_value *value = ql_object(a);
  QL_SET(value, "milli", ql_int(a, measure->milli));
  QL_SET(value, "op", ql_string(a, SIGNS[measure->relation]));
  QL_SET(value, "unit", ql_string(a, measure->unit.ptr ? measure->unit : QL_STR("")));
  return value;
}

static void set_list(ql_arena *a, ql_value *value, const char *key, const ql_str *list, size_t count) {
  if (count == 0) return;
  ql_value *array = ql_set_literal(value, key, ql_array(a));
  for (size_t i = 0; i < count; i++) ql_push(array, ql_string(a, list[i]));
}

static void set_text(ql_arena *a, ql_value *value, const char *key, ql_str text) {
  if (text.ptr) ql_set_literal(value, key, ql_string(a, text));
}

static void set_from(ql_arena *a, ql_value *value, const char *key, int64_t number, int64_t least) {
  if (number >= least) ql_set_literal(value, key, ql_int(a, number));
}

static void set_flag(ql_arena *a, ql_value *value, const char *key, bool set) {
  if (set) ql_set_literal(value, key, ql_bool(a, true));
}

/* *items is the list for the items below it; NULL without any. */
static ql_value *item_value(ql_arena *a, const ql_rule_item *item, ql_value **items) {
  ql_value *value = ql_object(a);
  set_list(a, value, "after", item->after, item->after_count);
  set_list(a, value, "agents", item->agents, item->agent_count);
  set_flag(a, value, "default", item->flags & QL_ITEM_DEFAULT);
  QL_SET(value, "end", ql_int(a, (int64_t)item->end));
  set_text(a, value, "expect", item->expect);
  if (item->flags & (QL_ITEM_GIVEN | QL_ITEM_WITHHELD)) QL_SET(value, "given", ql_bool(a, item->flags & QL_ITEM_GIVEN));
  QL_SET(value, "id", ql_string(a, item->id));
  *items = item->first ? QL_SET(value, "items", ql_array(a)) : NULL;
  if (item->judge != QL_JUDGE_NONE) QL_SET(value, "judge", ql_string(a, literal(item->judge == QL_JUDGE_RULE ? "rule" : "seat")));
  QL_SET(value, "line", ql_int(a, item->line));
  set_from(a, value, "max_ms", item->max_ms, 0);
  if (item->has_measure) QL_SET(value, "measure", ql_measure_value(a, &item->measure));
  set_from(a, value, "min_ms", item->min_ms, 0);
  set_text(a, value, "name", item->name);
  set_from(a, value, "number", item->number, 1);
  QL_SET(value, "offset", ql_int(a, (int64_t)item->offset));
  set_list(a, value, "outputs", item->outputs, item->output_count);
  set_flag(a, value, "parallel", item->flags & QL_ITEM_PARALLEL);
  set_text(a, value, "path", item->path);
  set_from(a, value, "retries", item->retries, 0);
  set_list(a, value, "severity", item->severity, item->severity_count);
  QL_SET(value, "text", ql_string(a, item->text));
  set_from(a, value, "tokens", item->tokens, 0);
  set_list(a, value, "tools", item->tools, item->tool_count);
  set_text(a, value, "type", item->type);
  set_flag(a, value, "wildcard", item->flags & QL_ITEM_WILDCARD);
  return value;
}

static ql_value *items_value(ql_arena *a, const ql_rule_item *first) {
  struct {
    const ql_rule_item *next;
    ql_value *list;
  } levels[LEVELS];
  ql_value *all = ql_array(a);
  size_t depth = 0;
  levels[depth].next = first;
  levels[depth++].list = all;
  while (depth > 0) {
    const ql_rule_item *item = levels[depth - 1].next;
    if (!item) {
      depth--;
      continue;
    }
    levels[depth - 1].next = item->next;
    ql_value *below = NULL;
    ql_push(levels[depth - 1].list, item_value(a, item, &below));
    if (!item->first || depth == LEVELS) continue;
    levels[depth].next = item->first;
    levels[depth++].list = below;
  }
  return all;
}

ql_value *ql_rule_value(ql_arena *a, const ql_rule *rule) {
  ql_value *value = ql_object(a);
  set_list(a, value, "agents", rule->agents, rule->agent_count);
  QL_SET(value, "confidence", ql_int(a, rule->confidence));
  QL_SET(value, "end", ql_int(a, (int64_t)rule->end));
  QL_SET(value, "heading", ql_string(a, rule->heading));
  QL_SET(value, "id", ql_string(a, rule->id));
  QL_SET(value, "items", items_value(a, rule->first));
  QL_SET(value, "kind", ql_string(a, literal(ql_rule_kind_id(rule->kind))));
  QL_SET(value, "line", ql_int(a, rule->line));
  if (rule->has_measure) QL_SET(value, "measure", ql_measure_value(a, &rule->measure));
  set_text(a, value, "name", rule->name);
  QL_SET(value, "offset", ql_int(a, (int64_t)rule->offset));
  set_flag(a, value, "on_request", rule->on_request);
  set_from(a, value, "stated_tokens", rule->stated_tokens, 0);
  set_from(a, value, "sum_tokens", rule->sum_tokens, 0);
  QL_SET(value, "title", ql_string(a, rule->title));
  set_from(a, value, "window_tokens", rule->window_tokens, 0);
  return ql_arena_failed(a) ? NULL : value;
}
