/* What an agent loads on activation, and how large it says that is. */
#include "base/text.h"
#include "spec/points.h"

#define ABOUT_PERCENT 5 /* how far a sum may be from a total that is given as "about" */

/* A number at *at: thousands parted by commas or underscores, "k" for thousand. -1 when none is there; *at is moved behind it. */
static int64_t read_count(ql_str text, size_t *at) {
  size_t i = *at;
  int64_t count = 0;
  if (i >= text.len || !ql_is_digit(text.ptr[i])) return -1;
  for (; i < text.len && count < INT64_C(1000000000); i++) {
    bool parted = (text.ptr[i] == ',' || text.ptr[i] == '_') && i + 1 < text.len && ql_is_digit(text.ptr[i + 1]);
    if (parted) continue;
    if (!ql_is_digit(text.ptr[i])) break;
    count = count * 10 + (text.ptr[i] - '0');
  }
  if (i < text.len && ql_to_lower(text.ptr[i]) == 'k') {
    count *= 1000;
    i++;
  }
  *at = i;
  return count;
}

/* The number that stands before a word: "15,000 tokens", "~2k tokens". -1 without one. */
static int64_t count_before(ql_str text, ql_str word, size_t *number_at) {
  for (size_t i = 0; i < text.len;) {
    if (!ql_is_digit(text.ptr[i]) || (i > 0 && (ql_is_alnum(text.ptr[i - 1]) || text.ptr[i - 1] == '.'))) {
      i++;
      continue;
    }
    *number_at = i;
    int64_t count = read_count(text, &i);
    ql_str behind = ql_slice(text, i, text.len);
    while (behind.len > 0 && (behind.ptr[0] == ' ' || behind.ptr[0] == '-')) behind = ql_slice(behind, 1, behind.len);
    if (ql_starts_nocase(behind, word)) return count;
  }
  return -1;
}

static int64_t tokens_in(ql_str text, bool *about) {
  size_t at = 0;
  int64_t tokens = count_before(text, QL_STR("token"), &at);
  *about = tokens >= 0 && at > 0 && text.ptr[at - 1] == '~';
  return tokens;
}

/* "200k context window", "128k token context". */
static int64_t window_in(ql_str text) {
  size_t at;
  int64_t window = count_before(text, QL_STR("context window"), &at);
  if (window < 0) window = count_before(text, QL_STR("token context"), &at);
  return window < 0 ? count_before(text, QL_STR("token window"), &at) : window;
}

static bool is_wildcard(ql_str text) {
  if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']') return true;
  return ql_find_byte(text, '*', 0) != SIZE_MAX;
}

static bool states_total(ql_str text) { return ql_starts_nocase(text, QL_STR("total")) || ql_starts_nocase(text, QL_STR("sum")); }

typedef struct total {
  int64_t tokens;
  bool about;
  size_t offset;
} total;

static void note_mismatch(ql__compiler *c, const ql_rule *rule, total stated) {
  int64_t sum = rule->sum_tokens, apart = sum > stated.tokens ? sum - stated.tokens : stated.tokens - sum;
  int64_t allowed = stated.about ? stated.tokens * ABOUT_PERCENT / 100 : 0;
  if (apart <= allowed || !ql__note_wanted(c->notes, QL__TOTAL_MISMATCH)) return;
  QL__NOTE(c->notes, QL__TOTAL_MISMATCH, stated.offset, QL_STR("The total is given as "), ql__number(c->arena, (size_t)stated.tokens),
           QL_STR(" tokens, but the entries come to "), ql__number(c->arena, (size_t)sum), QL_STR(". Correct the total or the entries."));
}

/* An entry or a group of entries; false for what is neither. */
static bool is_entry(const ql__point *point) {
  bool about;
  return point->item && (tokens_in(point->text, &about) >= 0 || (point->fenced && is_wildcard(point->text)));
}

static void add_entry(ql__compiler *c, ql_rule *rule, ql_rule_item *group, const ql__point *point) {
  bool about;
  ql_rule_item *item = ql__add_point(c, rule, group, QL_ABSENT, point);
  if (!item) return;
  item->tokens = tokens_in(point->text, &about);
  if (item->tokens >= 0) {
    item->name = point->key;
    rule->sum_tokens = (rule->sum_tokens < 0 ? 0 : rule->sum_tokens) + item->tokens;
  } else {
    item->flags |= QL_ITEM_WILDCARD;
  }
}

/* The window is often named in a remark of the code that loads, which is no rule otherwise. */
static int64_t window_of(const ql__region *region) {
  for (size_t i = 0; i < region->count; i++) {
    int64_t window = window_in(region->blocks[i].text);
    if (window >= 0) return window;
  }
  return -1;
}

/* Entries with sizes, and what stands beside them for "all that fits"; without a single size it is no budget. */
static ql_rule *read_entries(ql__compiler *c, const ql__region *region) {
  size_t count, sized = 0;
  const ql__point *points = ql__read_points(c, region, &count);
  bool about;
  for (size_t i = 0; i < count; i++) sized += points[i].item && points[i].key.ptr && tokens_in(points[i].rest, &about) >= 0;
  if (sized < 2) return NULL;
  ql_rule *rule = ql__add_rule(c, QL_RULE_LOADING, region, ql__region_title(region), ql__region_confidence(region));
  ql_rule_item *group = NULL;
  const ql__point *heading = NULL;
  total stated = {.tokens = -1};
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    ql_str words = point->text.len > 0 ? point->text : point->comment;
    if (words.ptr && states_total(words)) {
      stated.tokens = tokens_in(words, &stated.about);
      stated.offset = point->offset;
    } else if (is_entry(point)) {
      if (heading && heading->level + 1 == point->level) {
        group = ql__add_point(c, rule, NULL, heading->key, heading);
        if (group) group->name = heading->key;
      } else if (heading || point->level == 0) {
        group = NULL;
      }
      heading = NULL;
      add_entry(c, rule, group, point);
    } else if (point->heads && point->key.ptr) {
      heading = point;
    }
  }
  if (!rule) return NULL;
  rule->stated_tokens = stated.tokens;
  if (stated.tokens >= 0 && rule->sum_tokens >= 0) note_mismatch(c, rule, stated);
  return rule;
}

void ql__compile_loading(ql__compiler *c, const ql__region *region) {
  ql_rule *before = c->last, *rule = read_entries(c, region);
  int64_t window = window_of(region);
  if (!rule && before && before->kind == QL_RULE_LOADING && before->window_tokens < 0) rule = before;
  if (rule && window >= 0) rule->window_tokens = window;
}
