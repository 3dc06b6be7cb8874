/* Requests that an agent takes, and those that it leaves to others. */
#include "base/text.h"
#include "spec/handler.h"
#include "spec/policy_words.h"

#define PROSE_MAX 400u /* bytes of a paragraph that can be a condition */

static ql_rule_item *add_request(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, const ql__point *point) {
  ql_str text, name;
  (void)ql__read_mark(point->text, &text);
  text = ql__split_handler(text, &name);
  ql_rule_item *item = ql__add_point(c, rule, parent, text, point);
  if (rule && rule->kind == QL_RULE_DECLINE) ql__set_handler(c, item, name);
  return item;
}

/* A line that only says what the deeper ones below it are. */
static bool is_group(const ql__point *point) {
  return point->heads && (point->fenced ? point->key.ptr && point->rest.len == 0 : ql_ends(point->text, QL_STR(":")));
}

/* A label in bold type stands over more than a line that only ends with a colon. */
static bool is_bold(const ql__point *point) {
  return !point->fenced && point->block->lead.len > 0 && point->block->lead.len + 1 >= point->text.len;
}

/* Takes the next words between quotes, plain or curly ones. */
static bool next_quoted(ql_str *rest, ql_str *words) {
  static const ql_str curly[] = {QL_STR_INIT("\xE2\x80\x9C"), QL_STR_INIT("\xE2\x80\x9D")};
  size_t plain = ql_find_byte(*rest, '"', 0), open = ql_find(ql_slice(*rest, 0, plain), curly[0], 0);
  bool is_curly = open != SIZE_MAX;
  size_t from = is_curly ? open + curly[0].len : plain;
  if (from == SIZE_MAX) return false;
  if (!is_curly) from++;
  size_t to = is_curly ? ql_find(*rest, curly[1], from) : ql_find_byte(*rest, '"', from);
  if (to == SIZE_MAX) return false;
  *words = ql_slice(*rest, from, to);
  *rest = ql_slice(*rest, to + (is_curly ? curly[1].len : 1), rest->len);
  return true;
}

/* A sentence with two quotations or more lists requests: each of them. */
static bool add_quoted(ql__compiler *c, ql_rule *rule, const ql__point *point) {
  ql_str rest = point->text, words;
  if (!next_quoted(&rest, &words) || !next_quoted(&rest, &words)) return false;
  for (rest = point->text; next_quoted(&rest, &words);) ql__add_point(c, rule, NULL, words, point);
  return true;
}

/* A section without a list: a few sentences say what it is. */
static void read_prose(ql__compiler *c, const ql__region *region, ql_rule_kind kind, const ql__point *points, size_t count) {
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (ql__is_listed(point) || point->fenced || point->text.len > PROSE_MAX || ql_ends(point->text, QL_STR(":"))) continue;
    if (!rule) rule = ql__add_rule(c, kind, region, ql__region_title(region), 70);
    if (!add_quoted(c, rule, point)) add_request(c, rule, NULL, point);
  }
}

/* Whether the words that speak of requests speak of these lines too: what comes behind another label, or below a further heading where the
   first has a list of its own, is mostly about the work itself. */
static bool is_meant(const ql__region *region) { return !region->filled && (!region->head || region->blocks == region->head + 1); }

static void read_requests(ql__compiler *c, const ql__region *region, ql_rule_kind kind) {
  size_t count;
  if (!is_meant(region)) return;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_str title = ql__region_title(region);
  ql_rule *rule = NULL;
  ql_rule_item *above = NULL;
  uint32_t group = 0, first = 0;  /* levels: of the group that is open, of the rule's items */
  bool any = false, bold = false; /* something was found; it stands below a bold label */
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    if (point->other || point->text.len == 0) continue;
    if (is_group(point)) {
      if (any && !bold && is_bold(point)) break;
      bold = bold || is_bold(point);
      rule = NULL;
      title = ql__key_words(c->arena, point->key.ptr ? point->key : point->text, NULL);
      group = point->level;
      continue;
    }
    if (!ql__is_listed(point) && !point->fenced && any) break; /* prose behind the list is about something else */
    if (!ql__is_listed(point)) continue;
    if (rule && point->level < first) rule = NULL;
    if (!rule) {
      if (point->level <= group) title = ql__region_title(region);
      rule = ql__add_rule(c, kind, region, title, ql__region_confidence(region));
      first = point->level;
      above = NULL;
      any = true;
    }
    ql_rule_item *item = add_request(c, rule, point->level > first ? above : NULL, point);
    if (point->level == first) above = item;
  }
  if (!any && region->own) read_prose(c, region, kind, points, count);
}

void ql__compile_accept(ql__compiler *c, const ql__region *region) { read_requests(c, region, QL_RULE_ACCEPT); }

void ql__compile_decline(ql__compiler *c, const ql__region *region) { read_requests(c, region, QL_RULE_DECLINE); }
