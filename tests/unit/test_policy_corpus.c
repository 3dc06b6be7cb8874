/* Which kinds of rules real agent files hold. The table that it prints stands in the documentation. */
#include "support.h"

#include <questline/spec.h>

#include "base/text.h"

#define CORPUS QL_SHARED_DIR "/corpus"

static size_t files, with_rules, holding[QL_RULE_KIND_COUNT], rules[QL_RULE_KIND_COUNT], items[QL_RULE_KIND_COUNT];

#define LEVELS 3 /* of items inside items */

/* Each has words and an id, and lies inside its rule and on its line. */
static void check_items(const ql_spec *spec, const ql_rule *rule, const ql_rule_item *first, int level) {
  for (const ql_rule_item *item = first; item; item = item->next) {
    uint32_t line, column;
    ql_position(spec->text, item->offset, &line, &column);
    bool inside = item->offset >= rule->offset && item->offset < item->end && item->end <= rule->end && rule->end <= spec->text.len;
    if (!item->text.ptr || !item->id.ptr || !inside || item->line != line || level > LEVELS)
      fail_msg("%s: an item of %.*s is out of place", spec->path.ptr, (int)rule->id.len, rule->id.ptr);
    items[rule->kind]++;
    check_items(spec, rule, item->first, level + 1);
  }
}

static void count_file(ql_str name) {
  char path[1024];
  snprintf(path, sizeof path, CORPUS "/%.*s", (int)name.len, name.ptr);
  size_t len = 0;
  char *text = read_file(path, &len);
  if (!text) fail_msg("cannot read %s", path);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, str(path), (ql_str){text, len}, &spec, NULL), QL_OK);
  bool seen[QL_RULE_KIND_COUNT] = {false};
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
    if (!seen[rule->kind]) holding[rule->kind]++;
    seen[rule->kind] = true;
    rules[rule->kind]++;
    assert_true(rule->confidence >= 50 && rule->confidence <= 100);
    check_items(spec, rule, rule->first, 1);
  }
  files++;
  with_rules += spec->rule_count > 0;
  ql_arena_free(a);
  free(text);
}

static void kinds_of_rules(void **state) {
  (void)state;
  size_t len = 0;
  char *manifest = read_file(CORPUS "/manifest.tsv", &len);
  if (!manifest) {
    print_message("skipped: 1 test, no corpus at %s\n", CORPUS);
    skip();
  }
  ql_str rest = {manifest, len}, row = QL_ABSENT;
  ql_next_line(&rest, &row);
  while (ql_next_line(&rest, &row)) count_file(ql_slice(row, 0, ql_find_byte(row, '\t', 0)));
  free(manifest);
  print_message("| rule | files of %zu | rules | items |\n|---|---:|---:|---:|\n", files);
  for (int kind = 0; kind < QL_RULE_KIND_COUNT; kind++)
    print_message("| %s | %zu | %zu | %zu |\n", ql_rule_kind_id((ql_rule_kind)kind), holding[kind], rules[kind], items[kind]);
  print_message("| any | %zu | | |\n", with_rules);
  assert_true(files > 1000 && with_rules > files / 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kinds_of_rules)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
