/* What an agent is bound to: patterns that work must follow, tools and what they are for, what is remembered. */
#include "base/text.h"
#include "spec/dialect.h"
#include "spec/policy_steps.h"
#include "spec/tools.h"

#define NAMES_MAX 8u /* tools at the start of a line */

/* A rule for each group of a list, or one for all of it; items by the words before their colon. */
void ql__compile_enforced(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_str title = ql__region_title(region);
  bool fenced = false;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (point->heads && point->key.ptr && point->rest.len == 0) {
      title = ql__key_words(c->arena, point->key, NULL);
      rule = NULL;
      continue;
    }
    if (!point->item || point->text.len == 0 || point->other) continue;
    if (fenced && !point->fenced) { /* a list behind the fence is no part of its last group */
      title = ql__region_title(region);
      rule = NULL;
    }
    fenced = point->fenced;
    if (!rule) rule = ql__add_rule(c, QL_RULE_ENFORCED, region, title, ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, point);
    if (item && point->rest.len > 0) item->name = point->key;
  }
}

void ql__compile_memory(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  ql_rule_item *above = NULL;
  uint32_t level = 0;
  for (size_t i = 0; i < count; i++) {
    if (!ql__is_listed(&points[i]) || points[i].text.len == 0 || points[i].other) continue;
    if (!rule) {
      rule = ql__add_rule(c, QL_RULE_MEMORY, region, ql__region_title(region), ql__region_confidence(region));
      level = points[i].level;
    }
    bool inner = above && points[i].level > level;
    ql_rule_item *item = ql__add_point(c, rule, inner ? above : NULL, QL_ABSENT, &points[i]);
    if (!inner) above = item;
  }
}

/* "Bash (for builds)", "Read/Write: what for": a list of tools by their very names. */
static void take_first_names(ql__compiler *c, ql_rule_item *item, ql_str words) {
  ql_str tools[NAMES_MAX];
  size_t count = 0;
  for (;;) {
    size_t end = 0;
    while (end < words.len && (ql_is_alnum(words.ptr[end]) || words.ptr[end] == '_')) end++;
    ql_str name = ql_slice(words, 0, end);
    if (count == NAMES_MAX || !ql__tool_of(name, QL__CLAUDE_CODE)) break;
    tools[count++] = ql__tool_canonical(c->arena, name);
    words = ql_slice(words, end, words.len);
    if (words.len == 0 || (words.ptr[0] != '/' && words.ptr[0] != ',')) break;
    words = ql_trim(ql_slice(words, 1, words.len));
  }
  bool ends = words.len == 0 || ql_find_byte(QL_STR(":(-"), ql_trim(words).ptr[0], 0) != SIZE_MAX || words.ptr[0] == '\xE2';
  ql_str *copy = count > 0 && ends ? ql_arena_array(c->arena, count, sizeof *copy) : NULL;
  if (!copy) return;
  for (size_t i = 0; i < count; i++) copy[i] = tools[i];
  item->tools = copy;
  item->tool_count = count;
}

/* Only lines that name a tool. */
void ql__compile_toolkit(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!ql__is_listed(&points[i]) || points[i].fenced || points[i].other) continue;
    ql_rule_item found = {0};
    ql__set_tools(c, &found, &points[i]);
    if (found.tool_count == 0) take_first_names(c, &found, points[i].text);
    if (found.tool_count == 0) take_first_names(c, &found, points[i].rest);
    if (found.tool_count == 0) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_TOOLKIT, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, &points[i]);
    if (!item) return;
    item->name = points[i].key;
    item->tools = found.tools;
    item->tool_count = found.tool_count;
  }
}
