#include "spec/policy_steps.h"

#include "base/text.h"
#include "spec/sentences.h"
#include "spec/tools.h"

#define TOOLS_MAX 32u /* tools of one point */

/* Of a numbered item, or of a key with a number in front: "1_look_around". */
static uint32_t number_of(const ql__point *point) {
  if (point->number > 0 || !point->fenced || !point->key.ptr) return point->number;
  uint32_t number = 0;
  size_t at = 0;
  for (; at < point->key.len && at < 3 && ql_is_digit(point->key.ptr[at]); at++)
    number = number * 10 + (uint32_t)(point->key.ptr[at] - '0');
  return at < point->key.len && ql_find_byte(QL_STR("_.- "), point->key.ptr[at], 0) != SIZE_MAX ? number : 0;
}

static ql_rule_item *add_step(ql__compiler *c, ql_rule *rule, const ql__point *point, uint32_t number) {
  bool key = point->fenced && point->key.ptr && point->rest.len == 0;
  ql_rule_item *item = ql__add_point(c, rule, NULL, key ? ql__key_words(c->arena, point->key, NULL) : QL_ABSENT, point);
  if (item) item->number = (int32_t)number;
  return item;
}

/* How many points from `from` on are numbered one after another, deeper ones in between. */
static size_t run_length(const ql__point *points, size_t count, size_t from) {
  size_t length = 0;
  uint32_t last = 0;
  for (size_t i = from; i < count; i++) {
    if (points[i].level > points[from].level || points[i].text.len == 0) continue;
    uint32_t number = number_of(&points[i]);
    if (points[i].level < points[from].level || (number > 0 && number <= last)) break;
    if (number == 0 && points[i].item) break;
    if (number == 0) continue;
    last = number;
    length++;
  }
  return length;
}

ql_rule *ql__read_steps(ql__compiler *c, const ql__region *region, ql_rule_kind kind, bool fences) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_str title = ql__region_title(region);
  ql_rule *rule = NULL, *any = NULL;
  ql_rule_item *step = NULL, *detail = NULL;
  uint32_t level = 0, last = 0;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if ((point->fenced && !fences) || point->text.len == 0 || point->other) continue;
    uint32_t number = number_of(point);
    if (rule && point->level > level) {
      if (!step) continue;
      bool inner = detail && point->level > level + 1;
      ql_rule_item *item = ql__add_point(c, rule, inner ? detail : step, QL_ABSENT, point);
      if (!inner) detail = item;
      continue;
    }
    step = detail = NULL;
    if (rule && (point->level < level || (number > 0 && number <= last) || (number == 0 && point->item))) rule = NULL;
    if (number == 0) {
      bool names = !point->item && !rule && (point->fenced ? point->heads && point->key.ptr : any && ql_ends(point->text, QL_STR(":")));
      if (names) title = point->fenced ? ql__key_words(c->arena, point->key, NULL) : point->text;
      continue;
    }
    if (!rule) {
      if (run_length(points, count, i) < 2) continue;
      any = rule = ql__add_rule(c, kind, region, title, ql__region_confidence(region));
      title = ql__region_title(region);
      level = point->level;
    }
    last = number;
    step = add_step(c, rule, point, number);
  }
  return any;
}

uint32_t ql__heading_number(ql_str heading) {
  static const ql_str words[] = {QL_STR_INIT("step"), QL_STR_INIT("phase"), QL_STR_INIT("stage")};
  ql_str rest = heading, word = ql__next_word(&rest);
  for (size_t i = 0; i < QL_COUNT(words); i++) {
    if (!ql_eq_nocase(word, words[i])) continue;
    word = ql__next_word(&rest);
    break;
  }
  uint32_t number = 0;
  size_t at = 0;
  for (; at < word.len && at < 3 && ql_is_digit(word.ptr[at]); at++) number = number * 10 + (uint32_t)(word.ptr[at] - '0');
  bool inner = rest.len > 1 && rest.ptr[0] == '.' && ql_is_digit(rest.ptr[1]); /* "Step 2.1" */
  return at == word.len && !inner ? number : 0;
}

ql_rule *ql__rule_of_headings(ql__compiler *c, const ql__region *region, ql_rule_kind kind) {
  if (c->spread && c->spread->kind == kind && c->spread_below.ptr == region->parent.ptr) return c->spread;
  c->spread = ql__add_rule(c, kind, region, region->parent, 85);
  c->spread_below = region->parent;
  if (c->spread) c->spread->heading = c->spread->title;
  return c->spread;
}

/* ---- tools ---- */

/* Small and capital letters mixed, or the mark of an MCP tool: no word of prose looks like that. */
static bool is_unmistakable(ql_str word) {
  if (ql_starts(word, QL_STR("mcp__"))) return true;
  bool small = false;
  for (size_t i = 0; i < word.len; i++) {
    bool capital = ql_to_lower(word.ptr[i]) != word.ptr[i];
    if (capital && small) return true;
    small = !capital && ql_is_alpha(word.ptr[i]);
  }
  return false;
}

static size_t add_tool(ql_arena *a, ql_str name, ql_str *tools, size_t count) {
  ql_str canonical = count < TOOLS_MAX && ql__tool_known(name) ? ql__tool_canonical(a, name) : QL_ABSENT;
  if (!canonical.ptr) return count;
  for (size_t i = 0; i < count; i++)
    if (ql_eq(tools[i], canonical)) return count;
  tools[count] = canonical;
  return count + 1;
}

void ql__set_tools(ql__compiler *c, ql_rule_item *item, const ql__point *point) {
  ql_str rest = ql_slice(c->spec->text, point->offset, point->end), tools[TOOLS_MAX];
  size_t count = 0;
  while (item && rest.len > 0) {
    size_t tick = ql_find_byte(rest, '`', 0), close = tick == SIZE_MAX ? SIZE_MAX : ql_find_byte(rest, '`', tick + 1);
    ql_str plain = ql_slice(rest, 0, tick);
    for (ql_str word; (word = ql__next_word(&plain)).len > 0;)
      if (is_unmistakable(word)) count = add_tool(c->arena, word, tools, count);
    if (close == SIZE_MAX) break;
    count = add_tool(c->arena, ql_slice(rest, tick + 1, close), tools, count);
    rest = ql_slice(rest, close + 1, rest.len);
  }
  ql_str *copy = count > 0 ? ql_arena_array(c->arena, count, sizeof *copy) : NULL;
  if (!copy) return;
  for (size_t i = 0; i < count; i++) copy[i] = tools[i];
  item->tools = copy;
  item->tool_count = count;
}
