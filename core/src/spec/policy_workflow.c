/* What is done each time: steps in order, documents read before, things looked up. */
#include "base/text.h"
#include "base/words.h"
#include "spec/policy_steps.h"
#include "spec/sentences.h"

#define TITLE_MAX   160u /* bytes of a title that are looked at */
#define DETAILS_MAX 16u  /* lines kept below a step that is a heading */

void ql__compile_workflow(ql__compiler *c, const ql__region *region) {
  uint32_t number = region->own || region->label.ptr ? 0 : ql__heading_number(region->heading);
  if (region->own) (void)ql__read_steps(c, region, QL_RULE_WORKFLOW, false);
  if (number == 0) return;
  size_t count, kept = 0;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = ql__rule_of_headings(c, region, QL_RULE_WORKFLOW);
  ql_rule_item *step = ql__add_block(c, rule, NULL, region->head), *above = NULL;
  if (!step) return;
  step->number = (int32_t)number;
  for (size_t i = 0; i < count && kept < DETAILS_MAX; i++) {
    if (!points[i].item || points[i].fenced || points[i].other) continue;
    bool inner = above && points[i].level > 1;
    ql_rule_item *item = ql__add_point(c, rule, inner ? above : step, QL_ABSENT, &points[i]);
    if (!inner) above = item;
    kept++;
  }
}

/* ---- documents ---- */

static bool is_path_char(char c) { return ql_is_alnum(c) || ql_find_byte(QL_STR("._-/*~<>{}@"), c, 0) != SIZE_MAX; }

/* A folder with a slash behind it, or a file with an ending of one to five letters. */
static bool is_path(ql_str word) {
  if (word.len < 3 || ql_find(word, QL_STR("//"), 0) != SIZE_MAX) return false;
  if (word.ptr[word.len - 1] == '/') return true;
  size_t dot = word.len;
  while (dot > 0 && ql_is_alpha(word.ptr[dot - 1])) dot--;
  if (dot < 2 || word.ptr[dot - 1] != '.' || word.len - dot > 5 || word.len == dot) return false;
  static const ql_str endings[] = {QL_STR_INIT("md"),   QL_STR_INIT("mdc"),  QL_STR_INIT("txt"),  QL_STR_INIT("adoc"), QL_STR_INIT("json"),
                                   QL_STR_INIT("yaml"), QL_STR_INIT("yml"),  QL_STR_INIT("toml"), QL_STR_INIT("rst"),  QL_STR_INIT("mmd"),
                                   QL_STR_INIT("csv"),  QL_STR_INIT("html"), QL_STR_INIT("ts"),   QL_STR_INIT("js"),   QL_STR_INIT("py")};
  for (size_t i = 0; i < QL_COUNT(endings); i++)
    if (ql_eq_nocase(ql_slice(word, dot, word.len), endings[i])) return true;
  return false;
}

/* The first path that words name; absent when they name none. */
static ql_str path_in(ql_str words) {
  for (size_t i = 0; i < words.len;) {
    size_t from = i;
    while (i < words.len && is_path_char(words.ptr[i])) i++;
    ql_str word = ql_slice(words, from, i);
    while (word.len > 0 && word.ptr[word.len - 1] == '.') word.len--;
    if (is_path(word)) return word;
    if (i == from) i++;
  }
  return QL_ABSENT;
}

/* The folder that the words above a list name. */
static ql_str folder_of(const ql__region *region) {
  ql_str folder = region->head ? path_in(ql__start(region->head->text, TITLE_MAX)) : QL_ABSENT;
  return folder.ptr && ql_ends(folder, QL_STR("/")) ? folder : QL_ABSENT;
}

void ql__compile_documents(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_str folder = folder_of(region);
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    ql_str path = points[i].item ? path_in(points[i].text) : QL_ABSENT;
    if (!path.ptr) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_DOCUMENTS, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, &points[i]);
    if (!item) return;
    bool bare = folder.ptr && ql_find_byte(path, '/', 0) == SIZE_MAX;
    item->path = bare ? ql_arena_concat(c->arena, (ql_str[]){folder, path}, 2) : path;
  }
}

void ql__compile_fallback(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!points[i].item) continue;
    if (!rule) rule = ql__add_rule(c, QL_RULE_FALLBACK, region, ql__region_title(region), ql__region_confidence(region));
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, &points[i]);
    if (item) item->path = path_in(points[i].text);
  }
}

/* ---- research ---- */

/* "95% certainty", "90% confident": in percent; -1 without. */
static int64_t certainty_in(ql_str words) {
  for (size_t at = 0; (at = ql_find_byte(words, '%', at)) != SIZE_MAX; at++) {
    size_t from = at;
    while (from > 0 && ql_is_digit(words.ptr[from - 1])) from--;
    if (from == at || at - from > 3) continue;
    ql_str rest = ql_slice(words, at + 1, words.len), word = ql__next_word(&rest);
    if (!ql_starts_nocase(word, QL_STR("certain")) && !ql_starts_nocase(word, QL_STR("confiden")) && !ql_eq_nocase(word, QL_STR("sure")))
      continue;
    int64_t percent = 0;
    for (size_t i = from; i < at; i++) percent = percent * 10 + (words.ptr[i] - '0');
    return percent <= 100 ? percent : -1;
  }
  return -1;
}

void ql__compile_research(ql__compiler *c, const ql__region *region) {
  size_t count;
  const ql__point *points = ql__read_points(c, region, &count);
  ql_rule *rule = NULL;
  uint32_t step = 0;
  for (size_t i = 0; i < count; i++) {
    const ql__point *point = &points[i];
    int64_t percent = rule || point->fenced ? -1 : certainty_in(point->text);
    if (percent >= 0) {
      rule = ql__add_rule(c, QL_RULE_RESEARCH, region, ql__region_title(region), ql__region_confidence(region));
      if (!rule) return;
      rule->has_measure = true;
      rule->measure = (ql_measure){QL_AT_LEAST, percent * 1000, QL_STR("%")};
      if (!point->item) ql__place_rule(rule, point->offset, point->end, point->line);
      continue;
    }
    if (!rule || !point->item || point->level > 1 || point->fenced) continue;
    ql_rule_item *item = ql__add_point(c, rule, NULL, QL_ABSENT, point);
    if (!item) return;
    item->number = (int32_t)++step;
    ql__set_tools(c, item, point);
  }
}
