/* What the seed files promise: activation, conduct, knowledge, decisions, messages and duties. Row by row of the policy table. */
#include "support.h"

#include <dirent.h>

#include <questline/spec.h>

#include "base/text.h"

#define SEEDS 5u

static ql_arena *a;
static const ql_spec *seeds[SEEDS];
static char *texts[SEEDS];

static int load(size_t seed) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  if (!folder) return -1;
  char prefix[8], path[1024] = "";
  snprintf(prefix, sizeof prefix, "%03zu_", seed);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, prefix, 4) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  closedir(folder);
  size_t len = 0;
  texts[seed] = read_file(path, &len);
  return texts[seed] ? ql_spec_parse(a, QL_STR("seed/agent.md"), (ql_str){texts[seed], len}, &seeds[seed], NULL) : -1;
}

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  if (!a) return -1;
  for (size_t i = 0; i < SEEDS; i++)
    if (load(i) != 0) seeds[i] = NULL;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  for (size_t i = 0; i < SEEDS; i++) free(texts[i]);
  ql_arena_free(a);
  return 0;
}

static const ql_spec *seed(size_t index) {
  if (!seeds[index]) {
    print_message("skipped: 1 test, no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  return seeds[index];
}

/* ---- looking at rules ---- */

static size_t count_of(const ql_spec *spec, ql_rule_kind kind) {
  size_t count = 0;
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) count += rule->kind == kind;
  return count;
}

static const ql_rule *rule_of(const ql_spec *spec, ql_rule_kind kind, size_t index) {
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next)
    if (rule->kind == kind && index-- == 0) return rule;
  fail_msg("no such rule: %s", ql_rule_kind_id(kind));
  return NULL;
}

static const ql_rule *titled(const ql_spec *spec, ql_rule_kind kind, const char *title) {
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next)
    if (rule->kind == kind && ql_eq(rule->title, str(title))) return rule;
  fail_msg("no %s called %s", ql_rule_kind_id(kind), title);
  return NULL;
}

static size_t below(const ql_rule_item *item) {
  size_t count = 0;
  for (item = item->first; item; item = item->next) count++;
  return count;
}

static const ql_rule_item *item_at(const ql_rule_item *first, size_t index) {
  while (first && index-- > 0) first = first->next;
  assert_non_null(first);
  return first;
}

static const ql_rule_item *named(const ql_rule_item *first, const char *name) {
  for (; first; first = first->next)
    if (ql_eq(first->name, str(name))) return first;
  fail_msg("no item %s", name);
  return NULL;
}

/* The file's own words at an item's place. */
static void assert_place(const ql_spec *spec, const ql_rule_item *item, const char *words) {
  uint32_t line, column;
  assert_true(item->offset < item->end && item->end <= spec->text.len);
  ql_position(spec->text, item->offset, &line, &column);
  assert_int_equal(item->line, line);
  if (ql_find(ql_slice(spec->text, item->offset, item->end), str(words), 0) == SIZE_MAX) fail_msg("%s stands elsewhere", words);
}

/* ---- 000 and 001 ---- */

static void accepted_and_declined_requests(void **state) {
  static const struct {
    const char *title, *first, *last;
    size_t count;
  } groups[] = {
      {"architectural changes", "Migrate from monolith to microservices", "Add CQRS pattern", 5},
      {"cross module operations", "Find all duplicate code across modules", "Add distributed tracing", 5},
      {"systemic analysis", "What breaks if we change User model?", "Security audit across all endpoints", 5},
      {"migration planning", "Database migration strategy", "Service extraction roadmap", 4},
  };
  static const char *const handlers[2][4] = {{"@acolyte.api", "@payments-agent", "@database-agent", "@acolyte.auth"},
                                             {"@api-agent", "@payments-agent", "@database-agent", "@auth-agent"}};
  static const char *const declined[] = {"Add endpoint to API", "Fix bug in payments", "Optimize specific query", "Add test to auth"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    size_t accepted = 0;
    for (size_t k = 0; k < QL_COUNT(groups); k++) {
      const ql_rule *rule = titled(spec, QL_RULE_ACCEPT, groups[k].title);
      assert_int_equal(rule->item_count, groups[k].count);
      assert_str_is(rule->first->text, groups[k].first);
      assert_str_is(rule->last->text, groups[k].last);
      assert_place(spec, rule->last, groups[k].last);
      assert_true(rule->confidence >= 90);
      accepted += rule->item_count;
    }
    assert_int_equal(accepted, 19);
    const ql_rule *rule = titled(spec, QL_RULE_DECLINE, "local changes");
    assert_int_equal(rule->item_count, 4);
    for (size_t k = 0; k < 4; k++) {
      const ql_rule_item *item = item_at(rule->first, k);
      assert_str_is(item->text, declined[k]);
      assert_int_equal(item->agent_count, 1);
      assert_str_is(item->agents[0], handlers[i][k]);
    }
  }
}

static void call_and_do_not_call_conditions(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    const ql_rule *call = titled(spec, QL_RULE_ACCEPT, "call coordinator backend when");
    assert_int_equal(call->item_count, 10);
    assert_str_is(call->first->text, "Change affects 3+ modules");
    assert_str_is(call->last->text, "Global optimization required");
    const ql_rule *other = titled(spec, QL_RULE_DECLINE, "dont call for");
    assert_int_equal(other->item_count, 5);
    assert_str_is(other->first->text, "Single module changes");
    assert_str_is(other->last->text, "Simple refactorings");
    assert_int_equal(count_of(spec, QL_RULE_ACCEPT), 5);
    assert_int_equal(count_of(spec, QL_RULE_DECLINE), 2);
  }
}

static void S15_the_sixteen_entries_are_added_up(void **state) {
  static const size_t sizes[] = {6, 5, 3, 3};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(count_of(spec, QL_RULE_LOADING), 1);
    const ql_rule *rule = rule_of(spec, QL_RULE_LOADING, 0);
    assert_int_equal(rule->item_count, 4);
    size_t numbered = 0, wildcards = 0;
    int64_t sum = 0;
    for (size_t k = 0; k < 4; k++) {
      const ql_rule_item *group = item_at(rule->first, k);
      assert_int_equal(below(group), sizes[k]);
      for (const ql_rule_item *entry = group->first; entry; entry = entry->next) {
        numbered += entry->tokens > 0;
        sum += entry->tokens > 0 ? entry->tokens : 0;
        wildcards += (entry->flags & QL_ITEM_WILDCARD) != 0;
      }
    }
    assert_int_equal(numbered, 16);
    assert_int_equal(wildcards, 1);
    assert_int_equal(sum, 120000);
    assert_int_equal(rule->sum_tokens, 120000);
    assert_int_equal(rule->stated_tokens, 100000);
    assert_int_equal(rule->window_tokens, 200000);
    assert_str_is(named(rule->first, "quality")->last->name, "Performance baselines");
    const ql_diagnostic *found = NULL;
    for (size_t k = 0; k < spec->diagnostic_count; k++)
      if (strcmp(spec->diagnostics[k].code, "total-mismatch") == 0) found = &spec->diagnostics[k];
    assert_non_null(found);
    assert_true(ql_starts(ql_slice(spec->text, found->offset, spec->text.len), QL_STR("# TOTAL: ~100,000 tokens")));
    assert_true(ql_find(found->message, QL_STR("100000"), 0) != SIZE_MAX && ql_find(found->message, QL_STR("120000"), 0) != SIZE_MAX);
  }
}

static void decision_steps(void **state) {
  static const char *const steps[] = {"analyze current state", "evaluate impact", "design migration path", "coordinate execution"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(count_of(spec, QL_RULE_DECISION), i == 0 ? 2 : 1);
    const ql_rule *rule = titled(spec, QL_RULE_DECISION, "decision framework");
    assert_int_equal(rule->item_count, 4);
    for (size_t k = 0; k < 4; k++) {
      const ql_rule_item *step = item_at(rule->first, k);
      assert_int_equal(step->number, k + 1);
      assert_str_is(step->text, steps[k]);
      assert_int_equal(below(step), 4);
    }
  }
  const ql_rule *other = titled(seed(0), QL_RULE_DECISION, "Systemic Decision Framework");
  assert_int_equal(other->item_count, 5);
  assert_int_equal(other->last->number, 5);
  assert_true(ql_starts(other->last->text, QL_STR("Quality Assurance")));
}

/* Not the phases of the form of an answer, nor those of an example. */
static void migration_phases(void **state) {
  static const char *const phases[] = {"Preparation (no breaking changes)", "Parallel run (both systems)", "Migration (with rollback plan)",
                                       "Cleanup (remove old code)"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(count_of(spec, QL_RULE_PATTERN), 1);
    const ql_rule *rule = titled(spec, QL_RULE_PATTERN, "design migration path");
    assert_int_equal(rule->item_count, 4);
    for (size_t k = 0; k < 4; k++) {
      assert_int_equal(item_at(rule->first, k)->number, k + 1);
      assert_str_is(item_at(rule->first, k)->text, phases[k]);
    }
  }
}

static void enforced_patterns(void **state) {
  static const char *const titles[] = {"separation of concerns", "error handling", "security", "performance"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(count_of(spec, QL_RULE_ENFORCED), 4);
    for (size_t k = 0; k < 4; k++) assert_int_equal(titled(spec, QL_RULE_ENFORCED, titles[k])->item_count, 4);
    const ql_rule_item *item = named(titled(spec, QL_RULE_ENFORCED, titles[0])->first, "Repositories");
    assert_str_is(item->text, "Repositories: Data access only");
  }
}

static void message_forms(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(count_of(spec, QL_RULE_MESSAGE), 3);
    const ql_rule *request = rule_of(spec, QL_RULE_MESSAGE, 0), *response = rule_of(spec, QL_RULE_MESSAGE, 1),
                  *directive = rule_of(spec, QL_RULE_MESSAGE, 2);
    assert_str_is(request->name, "request");
    assert_int_equal(request->item_count, 4);
    assert_str_is(named(request->first, "to")->type, "string");
    assert_str_is(named(request->first, "query")->type, "string");
    assert_str_is(named(request->first, "context")->type, "object");
    assert_str_is(named(named(request->first, "context")->first, "constraints")->type, "array");
    assert_str_is(response->name, "response");
    const ql_rule_item *analysis = named(response->first, "analysis");
    assert_int_equal(below(analysis), 4);
    assert_str_is(named(named(analysis->first, "current_state")->first, "total_endpoints")->type, "number");
    assert_str_is(named(analysis->first, "impact_assessment")->type, "object");
    assert_int_equal(below(named(analysis->first, "migration_plan")), 3);
    assert_str_is(named(analysis->first, "risks")->type, "array");
    assert_int_equal(below(named(analysis->first, "risks")), 3);
    assert_str_is(directive->name, "directive");
    const ql_rule_item *body = named(directive->first, "directive");
    assert_int_equal(below(body), 4);
    assert_str_is(named(body->first, "task")->type, "string");
    assert_str_is(named(body->first, "context")->type, "string");
    assert_str_is(named(body->first, "specific_instructions")->type, "object");
    assert_str_is(named(body->first, "coordination_points")->type, "array");
    assert_place(spec, named(body->first, "coordination_points"), "\"coordination_points\"");
  }
}

static void what_is_remembered(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(count_of(seed(i), QL_RULE_MEMORY), 1);
    const ql_rule *rule = titled(seed(i), QL_RULE_MEMORY, "What I Remember");
    assert_int_equal(rule->item_count, 7);
    assert_false(rule->on_request);
  }
}

/* ---- 000 ---- */

static void three_modes(void **state) {
  static const struct {
    const char *name;
    size_t triggers;
    bool usual;
  } modes[] = {{"NORMAL", 5, true}, {"PRE-QUEST", 1, false}, {"QUEST", 4, false}};
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, QL_RULE_MODES), 1);
  const ql_rule *rule = titled(spec, QL_RULE_MODES, "Operation Modes");
  assert_int_equal(rule->item_count, 3);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule_item *mode = item_at(rule->first, i);
    assert_str_is(mode->name, modes[i].name);
    assert_int_equal(mode->number, i + 1);
    assert_int_equal(below(mode), modes[i].triggers);
    assert_int_equal((mode->flags & QL_ITEM_DEFAULT) != 0, modes[i].usual);
  }
  assert_str_is(item_at(item_at(rule->first, 2)->first, 1)->text, "Create quest");
  assert_str_is(item_at(rule->first, 1)->first->text, "PRE-QUEST");
  assert_int_equal(count_of(seed(1), QL_RULE_MODES), 0);
}

static void six_documents_and_their_fallback(void **state) {
  static const char *const paths[] = {
      ".claude/project/vision.md",           ".claude/project/architecture.md",    ".claude/project/technical-decisions.md",
      ".claude/project/team-preferences.md", ".claude/project/project-context.md", ".claude/project/roadmap.md"};
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, QL_RULE_DOCUMENTS), 1);
  const ql_rule *documents = rule_of(spec, QL_RULE_DOCUMENTS, 0), *fallback = rule_of(spec, QL_RULE_FALLBACK, 0);
  assert_int_equal(documents->item_count, 6);
  for (size_t i = 0; i < 6; i++) assert_str_is(item_at(documents->first, i)->path, paths[i]);
  assert_int_equal(fallback->item_count, 4);
  assert_str_is(fallback->first->path, "README.md");
  assert_null(item_at(fallback->first, 1)->path.ptr);
  assert_str_is(item_at(fallback->first, 2)->path, "docs/");
}

static void no_code_and_no_bash_for_it(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, QL_RULE_RESTRICTION), 1);
  const ql_rule *rule = rule_of(spec, QL_RULE_RESTRICTION, 0);
  assert_int_equal(rule->item_count, 2);
  assert_str_is(rule->first->name, "code");
  assert_place(spec, rule->first, "You DO NOT modify code directly");
  assert_str_is(rule->last->name, "tool");
  assert_int_equal(rule->last->tool_count, 1);
  assert_str_is(rule->last->tools[0], "bash");
  assert_place(spec, rule->last, "NEVER use Bash");
}

static void identity(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, QL_RULE_IDENTITY), 1);
  const ql_rule *rule = rule_of(spec, QL_RULE_IDENTITY, 0);
  assert_int_equal(rule->item_count, 4);
  assert_str_is(rule->first->name, "guard");
  assert_str_is(rule->last->name, "decline");
  assert_true(ql_find(rule->last->text, QL_STR("alternatives"), 0) != SIZE_MAX);
}

static void workflow_and_research(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, QL_RULE_WORKFLOW), 1);
  const ql_rule *workflow = rule_of(spec, QL_RULE_WORKFLOW, 0), *research = rule_of(spec, QL_RULE_RESEARCH, 0);
  assert_str_is(workflow->heading, "Mandatory Workflow (ALL MODES)");
  assert_int_equal(workflow->item_count, 4);
  assert_int_equal(workflow->last->number, 4);
  assert_str_is(workflow->last->text, "Handle the current request");
  assert_true(research->has_measure);
  assert_int_equal(research->measure.relation, QL_AT_LEAST);
  assert_int_equal(research->measure.milli, 95000);
  assert_str_is(research->measure.unit, "%");
  assert_int_equal(research->item_count, 3);
  assert_str_is(research->first->tools[0], "mcp:context7/*");
  assert_str_is(item_at(research->first, 1)->tools[0], "web-search");
  assert_int_equal(research->last->tool_count, 0);
}

/* ---- 003 and 004 ---- */

static void the_coordinator_writes_no_code(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_of(spec, QL_RULE_RESTRICTION), 1);
  const ql_rule *rule = rule_of(spec, QL_RULE_RESTRICTION, 0);
  assert_int_equal(rule->item_count, 1);
  assert_str_is(rule->first->name, "code");
  assert_place(spec, rule->first, "You do NOT write code");
}

static void mandates_and_loop(void **state) {
  (void)state;
  const ql_spec *spec = seed(4);
  assert_int_equal(count_of(spec, QL_RULE_MANDATE), 1);
  assert_int_equal(titled(spec, QL_RULE_MANDATE, "Key Mandates")->item_count, 4);
  assert_int_equal(count_of(spec, QL_RULE_WORKFLOW), 1);
  const ql_rule *loop = titled(spec, QL_RULE_WORKFLOW, "Operating Loop");
  assert_int_equal(loop->item_count, 4);
  assert_true(ql_starts(loop->first->text, QL_STR("Clarify goals")));
}

static void toolkit(void **state) {
  static const struct {
    const char *name, *tools;
  } groups[] = {
      {"Recon & Context", "glob list read grep"},
      {"Authoring & Refactors", "edit write"},
      {"Execution & Planning", "bash todo"},
      {"Knowledge Retention", "memory"},
      {"External Research", "web-fetch web-search image"},
  };
  (void)state;
  const ql_spec *spec = seed(4);
  const ql_rule *rule = titled(spec, QL_RULE_TOOLKIT, "Primary Toolkit");
  assert_int_equal(rule->item_count, 5);
  for (size_t i = 0; i < 5; i++) {
    const ql_rule_item *group = item_at(rule->first, i);
    assert_str_is(group->name, groups[i].name);
    char tools[64] = "";
    for (size_t k = 0; k < group->tool_count; k++)
      snprintf(tools + strlen(tools), sizeof tools - strlen(tools), "%s%.*s", k ? " " : "", (int)group->tools[k].len, group->tools[k].ptr);
    assert_string_equal(tools, groups[i].tools);
  }
}

static void memory_only_on_request(void **state) {
  (void)state;
  const ql_spec *spec = seed(4);
  assert_int_equal(count_of(spec, QL_RULE_MEMORY), 1);
  const ql_rule *rule = rule_of(spec, QL_RULE_MEMORY, 0);
  assert_true(rule->on_request);
  assert_place(spec, rule->first, "only when the user explicitly requests");
}

/* Every seed is compiled to the same bytes from any copy, and ids are unique. */
static void ids_are_unique(void **state) {
  (void)state;
  for (size_t i = 0; i < SEEDS; i++) {
    const ql_spec *spec = seed(i);
    for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
      assert_true(rule->next == NULL || rule->next->offset >= rule->offset);
      for (const ql_rule *other = rule->next; other; other = other->next) assert_false(ql_eq(rule->id, other->id));
      for (const ql_rule_item *item = rule->first; item; item = item->next) {
        assert_true(item->offset >= rule->offset && item->end <= rule->end);
        for (const ql_rule_item *other = item->next; other; other = other->next) assert_false(ql_eq(item->id, other->id));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepted_and_declined_requests),
      cmocka_unit_test(call_and_do_not_call_conditions),
      cmocka_unit_test(S15_the_sixteen_entries_are_added_up),
      cmocka_unit_test(decision_steps),
      cmocka_unit_test(migration_phases),
      cmocka_unit_test(enforced_patterns),
      cmocka_unit_test(message_forms),
      cmocka_unit_test(what_is_remembered),
      cmocka_unit_test(three_modes),
      cmocka_unit_test(six_documents_and_their_fallback),
      cmocka_unit_test(no_code_and_no_bash_for_it),
      cmocka_unit_test(identity),
      cmocka_unit_test(workflow_and_research),
      cmocka_unit_test(the_coordinator_writes_no_code),
      cmocka_unit_test(mandates_and_loop),
      cmocka_unit_test(toolkit),
      cmocka_unit_test(memory_only_on_request),
      cmocka_unit_test(ids_are_unique),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
