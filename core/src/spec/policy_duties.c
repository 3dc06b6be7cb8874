/* What an agent is bound to: patterns that work must follow, mandates, tools and what they are for, what is remembered. */
#include "base/text.h"
#include "spec/policy_steps.h"

/* A rule for each group of a list, or one for all of it; items by the words before their colon. */
void ql__compile_enforced(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_str title = ql__region_title(region);
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (point->heads && point->key.ptr && point->rest.len == 0) {
      title = ql__key_words(c->arena, point->key, NULL);
      rule = NULL;
      continue;
    }
    if (!point->item || point->text.len == 0) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_ENFORCED, region, title, ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, point);
    if (item && point->rest.len > 0) item->name = point->key;
  }
}

/* All items of a list, those inside below theirs. */
static ql_rule *take_list(ql__compiler *c, const ql__region *region, ql_rule_kind kind) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *above = NULL;
  uint32_t level = 0;
  for (size_t i = 0; i < count; i++) {
    if (!points[i].item || points[i].text.len == 0) continue;
    if (!rule) {
      rule = ql__add_rule(c, kind, region, ql__region_title(region), ql__region_confidence(region));
      level = points[i].level;
    }
    bool inner = above && points[i].level > level;
    ql_rule_item *item = ql__add_point(c, rule, inner ? above : NULL, QL_ABSENT, &points[i]);
    if (!inner) above = item;
  }
  return rule;
}

void ql__compile_mandate(ql__compiler *c, const ql__region *region) { (void)take_list(c, region, QL_RULE_MANDATE); }

void ql__compile_memory(ql__compiler *c, const ql__region *region) { (void)take_list(c, region, QL_RULE_MEMORY); }

/* Only lines that name a tool. */
void ql__compile_toolkit(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!points[i].item || points[i].fenced) continue;
    ql_rule_item found = {0};
    ql__set_tools(c, &found, &points[i]);
    if (found.tool_count == 0) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_TOOLKIT, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, &points[i]);
    if (!item) return;
    item->name = points[i].key;
    item->tools = found.tools;
    item->tool_count = found.tool_count;
  }
}
