// Prose as policy: rules and their items lie in the file, in order, with ids of their own, and the answers built on them are canonical JSON.

#include <stdlib.h>

#include <questline/limits.h>
#include <questline/route.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static ql_str answer(ql_arena *a, const ql_value *value) {
  ql_str text = ql_value_text(a, value);
  ql_value *again = NULL;
  check(text.ptr != NULL && ql_canon_read(a, text, &again, NULL) == QL_OK);
  return text;
}

typedef struct walk {
  ql_arena *arena;
  const ql_spec *spec;
  ql_str *ids;
  size_t count, cap;
} walk;

static void check_words(ql_str words) { check(words.ptr == NULL || ql_utf8_bad(words) == SIZE_MAX); }

static void check_place(const ql_spec *spec, size_t offset, size_t end, uint32_t line) {
  uint32_t is_line, column;
  check(offset <= end && end <= spec->text.len);
  ql_position(spec->text, offset, &is_line, &column);
  check(line == is_line);
}

static void take_id(walk *w, ql_str id) {
  check(id.len > 0 && ql_utf8_bad(id) == SIZE_MAX);
  ql_str *ids = ql_arena_grow(w->arena, w->ids, w->count, &w->cap, sizeof *ids);
  check(ids != NULL);
  w->ids = ids;
  ids[w->count++] = id;
}

static void check_item(walk *w, const ql_rule_item *item, ql_str above) {
  check(ql_starts(item->id, above) && item->text.ptr != NULL);
  take_id(w, item->id);
  check_words(item->text);
  check_words(item->name);
  check_words(item->expect);
  check_place(w->spec, item->offset, item->end, item->line);
  check(item->tokens >= -1 && item->retries >= -1 && item->number >= 0);
  check(item->min_ms >= -1 && item->max_ms >= item->min_ms);
  for (size_t i = 0; i < item->agent_count; i++) check(ql_agent_id_valid(item->agents[i]));
}

static int by_bytes(const void *x, const void *y) {
  ql_str a = *(const ql_str *)x, b = *(const ql_str *)y;
  return ql_compare(a, b);
}

static void check_rules(ql_arena *a, const ql_spec *spec) {
  walk w = {.arena = a, .spec = spec};
  size_t rules = 0, before = 0;
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next, rules++) {
    check(rule->kind < QL_RULE_KIND_COUNT && rule->confidence > 0 && rule->confidence <= 100 && rule->offset >= before);
    before = rule->offset;
    take_id(&w, rule->id);
    check_words(rule->title);
    check_words(rule->heading);
    check_place(spec, rule->offset, rule->end, rule->line);
    size_t items = 0;
    for (const ql_rule_item *item = rule->first; item; item = item->next, items++) {
      check_item(&w, item, rule->id);
      for (const ql_rule_item *inner = item->first; inner; inner = inner->next) {
        check_item(&w, inner, item->id);
        for (const ql_rule_item *last = inner->first; last; last = last->next) check_item(&w, last, inner->id);
      }
    }
    check(items == rule->item_count);
  }
  check(rules == spec->rule_count && w.count <= QL_RULE_ITEMS_MAX + 1);
  if (w.count > 1) qsort(w.ids, w.count, sizeof *w.ids, by_bytes);
  for (size_t i = 1; i < w.count; i++) check(!ql_eq(w.ids[i - 1], w.ids[i]));
}

/* Asks everything that is asked of rules; whatever the answer, it is one. */
static void ask(ql_arena *a, const ql_spec *spec, ql_str file) {
  static const struct {
    ql_str tool, path;
  } calls[] = {{QL_STR_INIT("Write"), QL_STR_INIT("src/main.c")},
               {QL_STR_INIT("Edit"), QL_STR_INIT("docs/../a.md")},
               {QL_STR_INIT("Bash"), {NULL, 0}},
               {QL_STR_INIT("mcp__memory__delete_entities"), {NULL, 0}}};
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  check(ql_roster_add(roster, QL_STR("some-agent.md"), file, NULL) == QL_OK && ql_roster_link(roster, NULL) == QL_OK);
  ql_value *out = NULL;
  if (spec->rules && spec->rules->first && spec->rules->first->text.len > 0) {
    ql_str request = spec->rules->first->text;
    ql_status status = ql_route(a, roster, spec->id, request, &out, NULL);
    check(status == QL_OK || status == QL_ERR_LIMIT || (status == QL_ERR_ARGUMENT && ql_trim(request).len == 0));
    if (status == QL_OK) (void)answer(a, out);
  }
  check(ql_route(a, roster, QL_ABSENT, QL_STR("Which service should own the orders?"), &out, NULL) == QL_OK);
  (void)answer(a, out);
  for (size_t i = 0; i < QL_COUNT(calls); i++) {
    check(ql_permit(a, roster, spec->id, calls[i].tool, calls[i].path, false, &out, NULL) == QL_OK);
    (void)answer(a, out);
  }
  check(ql_context_pack(a, roster, spec->id, NULL, 0, 0, 0, &out, NULL) == QL_OK);
  (void)answer(a, out);
  ql_roster_free(roster);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str file = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL;
  if (ql_spec_parse(a, QL_STR("some-agent.md"), file, &spec, NULL) == QL_OK) {
    check_rules(a, spec);
    (void)answer(a, ql_spec_value(a, spec));
    ask(a, spec, file);
  }
  ql_arena_free(a);
  return 0;
}
