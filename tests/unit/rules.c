#include "rules.h"

#include <dirent.h>

#include "base/text.h"

static ql_arena *arena;
static const ql_spec *seeds[SEEDS];
static char *texts[SEEDS];

static int load(size_t index) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  if (!folder) return -1;
  char prefix[8], path[1024] = "";
  snprintf(prefix, sizeof prefix, "%03zu_", index);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, prefix, 4) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  closedir(folder);
  size_t len = 0;
  texts[index] = read_file(path, &len);
  return texts[index] ? ql_spec_parse(arena, QL_STR("seed/agent.md"), (ql_str){texts[index], len}, &seeds[index], NULL) : -1;
}

int load_seeds(void **state) {
  (void)state;
  arena = ql_arena_new(ql_alloc_libc());
  if (!arena) return -1;
  for (size_t i = 0; i < SEEDS; i++)
    if (load(i) != 0) seeds[i] = NULL;
  return 0;
}

int free_seeds(void **state) {
  (void)state;
  for (size_t i = 0; i < SEEDS; i++) free(texts[i]);
  ql_arena_free(arena);
  return 0;
}

const ql_spec *seed(size_t index) {
  if (!seeds[index]) {
    print_message("skipped: 1 test, no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  return seeds[index];
}

size_t count_rules(const ql_spec *spec, ql_rule_kind kind) {
  size_t count = 0;
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) count += rule->kind == kind;
  return count;
}

const ql_rule *rule_at(const ql_spec *spec, ql_rule_kind kind, size_t index) {
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next)
    if (rule->kind == kind && index-- == 0) return rule;
  fail_msg("no such rule: %s", ql_rule_kind_id(kind));
  return NULL;
}

const ql_rule *rule_titled(const ql_spec *spec, ql_rule_kind kind, const char *title) {
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next)
    if (rule->kind == kind && ql_eq(rule->title, str(title))) return rule;
  fail_msg("no %s called %s", ql_rule_kind_id(kind), title);
  return NULL;
}

size_t count_items(const ql_rule_item *first) {
  size_t count = 0;
  for (; first; first = first->next) count++;
  return count;
}

const ql_rule_item *item_at(const ql_rule_item *first, size_t index) {
  while (first && index-- > 0) first = first->next;
  assert_non_null(first);
  return first;
}

const ql_rule_item *item_named(const ql_rule_item *first, const char *name) {
  for (; first; first = first->next)
    if (ql_eq(first->name, str(name))) return first;
  fail_msg("no item %s", name);
  return NULL;
}

void check_list(const ql_str *list, size_t count, const char *expected, const char *file, int line) {
  char joined[512] = "";
  size_t len = 0;
  for (size_t i = 0; i < count; i++)
    len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%.*s", i > 0 ? " " : "", (int)list[i].len, list[i].ptr);
  check_str(str(joined), expected, file, line);
}

void write_measure(char *out, size_t size, const ql_measure *measure) {
  static const char *const signs[] = {[QL_LESS] = "<", [QL_AT_MOST] = "<=", [QL_EQUAL] = "=", [QL_AT_LEAST] = ">=", [QL_MORE_THAN] = ">"};
  snprintf(out, size, "%s %lld%s%.*s", signs[measure->relation], (long long)measure->milli, measure->unit.len > 0 ? " " : "",
           (int)measure->unit.len, measure->unit.ptr);
}

void check_measure(const ql_rule_item *item, const char *expected, const char *file, int line) {
  char written[96] = "none";
  if (item->has_measure) write_measure(written, sizeof written, &item->measure);
  check_str(str(written), expected ? expected : "none", file, line);
}
