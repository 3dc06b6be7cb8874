/* What each worker of a plan is given: rows S37 and S15. */
#include "rules.h"

#include <questline/context.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static const char LEAD[] =
    "---\nname: lead\ndescription: Leads.\n---\n\n# Lead\n\n## Team\n\n- `@api-dev` - API\n- `@data-dev` - Data\n- `@free-dev` - All\n"
    "- `@shy-dev` - Some\n\n## Context Filtering Rules\n\n**For @api-dev:**\n- \xE2\x9C\x85 API requirements and contracts\n"
    "- \xE2\x9C\x85 Versioning strategy\n- \xE2\x9D\x8C Database implementation details\n\n**For @data-dev:**\n- \xE2\x9C\x85 Existing schema\n"
    "- \xE2\x9C\x85 Query patterns (of this service)\n- \xE2\x9D\x8C API implementation\n- \xE2\x9D\x8C Frontend HTML/CSS\n\n"
    "**For @shy-dev:**\n- \xE2\x9D\x8C Database admin tasks\n";

static const char GUIDE[] =
    "# Guide\n\nWords above.\n\n## API\n\nHow to call it.\n\n### Storage in the database\n\nHidden below.\n\n#### API limits\n\nHidden too.\n\n"
    "## Schema\n\nTables and columns.\n\n## Holidays\n\nNobody asked.\n";

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  if (ql_roster_add(roster, QL_STR("lead.md"), str(LEAD), NULL) != QL_OK) return -1;
  if (ql_roster_add(roster, QL_STR("api-dev.md"), QL_STR("---\nname: api-dev\ndescription: APIs.\n---\nWrite handlers.\n"), NULL) != QL_OK)
    return -1;
  return ql_roster_link(roster, NULL);
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static const ql_plan *plan_for(ql_arena *arena, const char *leader, const char *const *agents, size_t count) {
  ql_plan *plan = ql_arena_get(arena, sizeof *plan);
  ql_plan_task *tasks = ql_arena_array(arena, count, sizeof *tasks);
  if (!plan || !tasks) return NULL;
  for (size_t i = 0; i < count; i++) tasks[i] = (ql_plan_task){.id = QL_STR("T1"), .title = QL_STR("Do the work"), .agent = str(agents[i])};
  *plan = (ql_plan){.objective = QL_STR("Work"), .leader = str(leader), .tasks = tasks, .task_count = count};
  return plan;
}

static const char *const TEAM[] = {"@api-dev", "@data-dev", "@free-dev", "@api-dev", "@shy-dev"};

static ql_status make(const ql_document *documents, size_t count, int64_t window, int64_t budget, ql_value **out) {
  return ql_context_plan(a, roster, plan_for(a, "@lead", TEAM, QL_COUNT(TEAM)), documents, count, window, budget, out, NULL);
}

static const ql_value *worker_of(const ql_value *plan, const char *agent) {
  for (const ql_value *w = QL_GET(plan, "workers")->first; w; w = w->next)
    if (ql_eq(ql_get_str(w, QL_STR("agent")), str(agent))) return w;
  fail_msg("no worker %s", agent);
  return NULL;
}

static const ql_value *item_of(const ql_value *plan, const char *agent, const char *path) {
  for (const ql_value *i = QL_GET(worker_of(plan, agent), "items")->first; i; i = i->next)
    if (ql_eq(ql_get_str(i, QL_STR("path")), str(path))) return i;
  fail_msg("no item %s", path);
  return NULL;
}

/* "given rule 16", "withheld default 0" */
static void check(const ql_value *plan, const char *agent, const char *path, const char *expected) {
  const ql_value *item = item_of(plan, agent, path);
  char got[128];
  ql_str status = ql_get_str(item, QL_STR("status")), by = ql_get_str(item, QL_STR("by"));
  (void)snprintf(got, sizeof got, "%.*s %.*s %lld", (int)status.len, status.ptr, (int)by.len, by.ptr,
                 (long long)ql_get_int(QL_GET(item, "why"), QL_STR("line"), 0));
  if (strcmp(got, expected) != 0) fail_msg("%s for %s: %s, not %s", path, agent, got, expected);
}

static void paths_and_titles_meet_lines(void **state) {
  (void)state;
  const ql_document documents[] = {
      {QL_STR("docs/openapi.md"), QL_STR("Words."), 0},
      {QL_STR("db/schema.sql"), QL_STR("create table"), 0},
      {QL_STR("notes/x.md"), QL_STR("# Contracts\n\nA."), 0},
      {QL_STR("src/userApi.ts"), QL_STR("code"), 0},
      {QL_STR("web/page.html"), QL_STR("<p>"), 0},
      {QL_STR("holidays.md"), QL_STR("July."), 0},
      {QL_STR("slowQueries.txt"), QL_ABSENT, 500},
  };
  ql_value *plan = NULL;
  assert_int_equal(make(documents, QL_COUNT(documents), 0, 0, &plan), QL_OK);
  assert_int_equal(QL_GET(plan, "workers")->count, 4);
  check(plan, "@api-dev", "docs/openapi.md", "given rule 18");
  check(plan, "@api-dev", "db/schema.sql", "withheld rule 20");
  check(plan, "@api-dev", "notes/x.md", "given rule 18");
  check(plan, "@api-dev", "src/userApi.ts", "given rule 18");
  check(plan, "@api-dev", "holidays.md", "withheld default 0");
  check(plan, "@data-dev", "db/schema.sql", "given rule 23");
  check(plan, "@data-dev", "docs/openapi.md", "withheld rule 25");
  check(plan, "@data-dev", "web/page.html", "withheld rule 26");
  check(plan, "@data-dev", "slowQueries.txt", "given rule 24");
  assert_int_equal(ql_get_int(item_of(plan, "@data-dev", "slowQueries.txt"), QL_STR("tokens"), 0), 500);
  /* nobody says anything of it: it gets all; only what is withheld is said: all else */
  check(plan, "@free-dev", "db/schema.sql", "given default 0");
  check(plan, "@shy-dev", "db/schema.sql", "given default 0");
  const ql_value *why = QL_GET(item_of(plan, "@api-dev", "notes/x.md"), "why");
  assert_str_is(ql_get_str(why, QL_STR("where")), "title");
  assert_str_is(ql_get_str(why, QL_STR("words")), "Contracts");
  const ql_value *unmet = QL_GET(worker_of(plan, "@api-dev"), "unmet");
  assert_int_equal(unmet->count, 1);
  assert_str_is(ql_get_str(unmet->first, QL_STR("text")), "Versioning strategy");
}

static void sections_go_their_own_ways(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR("guide.md"), str(GUIDE), 0}};
  ql_value *plan = NULL;
  assert_int_equal(make(documents, 1, 0, 0, &plan), QL_OK);
  const ql_value *item = item_of(plan, "@api-dev", "guide.md"), *part = QL_GET(item, "parts")->first;
  check(plan, "@api-dev", "guide.md", "part rule 0");
  const struct {
    const char *heading;
    int64_t line;
    bool given;
  } parts[] = {{"Guide", 1, false}, {"API", 5, true}, {"Storage in the database", 9, false}, {"Schema", 17, false}};
  int64_t tokens = 0;
  for (size_t i = 0; i < QL_COUNT(parts); i++, part = part->next) {
    assert_non_null(part);
    assert_str_is(ql_get_str(part, QL_STR("heading")), parts[i].heading);
    assert_int_equal(ql_get_int(part, QL_STR("line"), 0), parts[i].line);
    assert_int_equal(ql_get_bool(part, QL_STR("given")), parts[i].given);
    if (parts[i].given) tokens += ql_get_int(part, QL_STR("tokens"), 0);
  }
  assert_null(part);
  assert_int_equal(ql_get_int(item, QL_STR("tokens"), 0), tokens);
  check(plan, "@free-dev", "guide.md", "given default 0");
  assert_int_equal(ql_get_int(item_of(plan, "@free-dev", "guide.md"), QL_STR("tokens"), 0), ql_token_estimate(str(GUIDE)));
}

static void what_does_not_fit_is_left_out(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR("a.md"), QL_ABSENT, 600}, {QL_STR("b.md"), QL_ABSENT, 500}, {QL_STR("c.md"), QL_ABSENT, 300}};
  ql_value *plan = NULL;
  assert_int_equal(make(documents, 3, 2000, 0, &plan), QL_OK);
  check(plan, "@free-dev", "a.md", "given default 0");
  check(plan, "@free-dev", "b.md", "left_out budget 0");
  check(plan, "@free-dev", "c.md", "given default 0");
  const ql_value *w = worker_of(plan, "@free-dev");
  assert_int_equal(ql_get_int(w, QL_STR("budget"), 0), 1000);
  assert_int_equal(ql_get_int(w, QL_STR("used"), 0), 900 + ql_get_int(w, QL_STR("tasks"), 0));
  assert_int_equal(make(documents, 3, 100, 101, &plan), QL_ERR_ARGUMENT);
  assert_int_equal(make(documents, 3, 0, -1, &plan), QL_ERR_ARGUMENT);
  /* its own file and its tasks come first */
  assert_int_equal(make(documents, 3, 0, 0, &plan), QL_OK);
  w = worker_of(plan, "@api-dev");
  assert_int_equal(ql_get_int(w, QL_STR("own"), 0), ql_roster_find(roster, QL_STR("api-dev"))->spec->tokens);
  assert_int_equal(ql_get_int(w, QL_STR("tasks"), 0), 2 * ql_token_estimate(QL_STR("Do the work")));
  assert_int_equal(ql_get_int(w, QL_STR("window"), 0), 200000);
}

static void a_line_that_is_switched_off_tells_nothing(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR("db/schema.md"), QL_STR("x"), 0}};
  ql_value *plan = NULL;
  assert_int_equal(make(documents, 1, 0, 0, &plan), QL_OK);
  ql_str rule = ql_get_str(QL_GET(item_of(plan, "@api-dev", "db/schema.md"), "why"), QL_STR("rule"));
  assert_int_equal(ql_roster_switch(roster, QL_STR("lead"), rule, false, NULL), QL_OK);
  assert_int_equal(make(documents, 1, 0, 0, &plan), QL_OK);
  check(plan, "@api-dev", "db/schema.md", "withheld default 0");
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  const ql_document documents[] = {{QL_STR("guide.md"), str(GUIDE), 0}, {QL_STR("db/schema.sql"), QL_STR("x"), 0}};
  ql_value *out = NULL;
  const ql_plan *plan = plan_for(arena, "@lead", TEAM, QL_COUNT(TEAM));
  return plan ? ql_context_plan(arena, roster, plan, documents, 2, 0, 0, &out, NULL) : QL_ERR_NOMEM;
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 0);
}

static void S37_each_specialist_gets_what_its_rules_allow(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  ql_roster *old = roster;
  roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("seed/agent.md"), spec->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  static const char *const agents[] = {"@api-architect", "@database-optimizer", "@nodejs-expert", "@java-expert"};
  const ql_document documents[] = {
      {QL_STR("docs/api-contracts.md"), QL_STR("# API contracts\n"), 0}, {QL_STR("db/schema.sql"), QL_STR("create"), 0},
      {QL_STR("docs/performance.md"), QL_STR("# Performance\n"), 0},     {QL_STR("web/site.css"), QL_STR("p{}"), 0},
      {QL_STR("docs/business-logic.md"), QL_STR("# Rules\n"), 0},
  };
  ql_value *plan = NULL;
  const ql_plan *of = plan_for(a, "@backend-coordinator", agents, QL_COUNT(agents));
  assert_int_equal(ql_context_plan(a, roster, of, documents, QL_COUNT(documents), 0, 0, &plan, NULL), QL_OK);
  check(plan, "@api-architect", "docs/api-contracts.md", "given rule 116");
  check(plan, "@api-architect", "db/schema.sql", "withheld rule 120");
  check(plan, "@database-optimizer", "db/schema.sql", "given rule 145");
  check(plan, "@database-optimizer", "docs/performance.md", "given rule 143");
  check(plan, "@database-optimizer", "docs/business-logic.md", "withheld rule 147");
  check(plan, "@database-optimizer", "docs/api-contracts.md", "withheld rule 148");
  check(plan, "@nodejs-expert", "db/schema.sql", "given rule 135");
  check(plan, "@nodejs-expert", "web/site.css", "withheld rule 138");
  check(plan, "@nodejs-expert", "docs/business-logic.md", "given rule 134");
  check(plan, "@java-expert", "web/site.css", "given default 0");
  ql_roster_free(roster);
  roster = old;
}

static void S15_the_window_of_a_worker_is_its_loading_rules(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  ql_roster *old = roster;
  roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("seed/agent.md"), spec->text, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  static const char *const agents[] = {"@coordinator.backend"};
  const ql_document documents[] = {{QL_STR("map.md"), QL_ABSENT, 95000}};
  ql_value *plan = NULL;
  assert_int_equal(ql_context_plan(a, roster, plan_for(a, "@coordinator.backend", agents, 1), documents, 1, 0, 0, &plan, NULL), QL_OK);
  const ql_value *w = worker_of(plan, "@coordinator.backend");
  assert_int_equal(ql_get_int(w, QL_STR("window"), 0), 200000);
  assert_int_equal(ql_get_int(w, QL_STR("budget"), 0), 100000);
  assert_int_equal(ql_get_int(w, QL_STR("own"), 0), spec->tokens);
  check(plan, "@coordinator.backend", "map.md", "left_out budget 0");
  ql_roster_free(roster);
  roster = old;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(paths_and_titles_meet_lines),
      TEST(sections_go_their_own_ways),
      TEST(what_does_not_fit_is_left_out),
      TEST(a_line_that_is_switched_off_tells_nothing),
      TEST(memory_that_runs_out_is_told),
      TEST(S37_each_specialist_gets_what_its_rules_allow),
      TEST(S15_the_window_of_a_worker_is_its_loading_rules),
  };
  return cmocka_run_group_tests_name("context of workers", tests, load_seeds, free_seeds);
}
