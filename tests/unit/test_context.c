/* What is loaded on activation: row S15. */
#include "support.h"

#include <dirent.h>

#include <questline/route.h>
#include <questline/value.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static const struct {
  const char *path, *text;
} FILES[] = {
    {".claude/agents/head.md",
     "---\nname: head\ndescription: Leads.\n---\n\n# Head\n\n"
     "## Mandatory Workflow\n\n1. **Read project context from `.claude/project/` documents**:\n\n"
     "   - `aims.md` - Aims\n   - `plan.md` - Plan\n\n"
     "   **FALLBACK if `.claude/project/` doesn't exist:**\n\n"
     "   - Check for START.md in project root\n   - Check for notes/ folders\n   - Review any \\*.txt files\n\n"
     "## Complete Knowledge Loading\n\n### What I Load on Activation\n\n```yaml\nloaded:\n  parts:\n"
     "    - fish-agent: 9,000 tokens\n    - lost-agent: 7,000 tokens\n    - [every *-agent in .claude/agents/]\n\n"
     "  rest:\n    - All routes: 5,000 tokens\n    - map.md: 3,000 tokens\n```\n\n"
     "```python\ndef load():\n    \"\"\"\n    100k context window\n    \"\"\"\n```\n"},
    {".claude/agents/fish-agent.md", "---\nname: fish-agent\ndescription: Fish.\n---\nSwim in the cold water of the north.\n"},
    {".claude/agents/bird-agent.md", "---\nname: bird-agent\ndescription: Birds.\n---\nFly.\n"},
    {"elsewhere/cat-agent.md", "---\nname: cat-agent\ndescription: Cats.\n---\nPurr.\n"},
    {"dog-agent.md", "---\nname: dog-agent\ndescription: Dogs.\n---\nBark.\n"},
    {".claude/agents/tree.md", "---\nname: tree\ndescription: Trees.\n---\nGrow.\n"},
};

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(FILES); i++)
    if (ql_roster_add(roster, str(FILES[i].path), str(FILES[i].text), NULL) != QL_OK) return -1;
  return ql_roster_link(roster, NULL);
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static ql_value *pack(const ql_document *documents, size_t count, int64_t window, int64_t budget) {
  ql_value *out = NULL;
  assert_int_equal(ql_context_pack(a, roster, QL_STR("head"), documents, count, window, budget, &out, NULL), QL_OK);
  return out;
}

/* "path path path" */
static ql_str paths_of(const ql_value *pack, const char *list) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (const ql_value *item = ql_get(pack, str(list))->first; item; item = item->next) {
    if (out.len > 0) ql_buf_byte(&out, ' ');
    ql_buf_add(&out, ql_get_str(item, QL_STR("path")));
  }
  return ql_buf_take(&out, a);
}

static const ql_value *item_of(const ql_value *pack, const char *list, const char *path) {
  for (const ql_value *item = ql_get(pack, str(list))->first; item; item = item->next)
    if (ql_eq(ql_get_str(item, QL_STR("path")), str(path))) return item;
  fail_msg("no %s among what is %s", path, list);
  return NULL;
}

static int64_t tokens_of(const ql_value *pack, const char *list, const char *path) {
  return ql_get_int(item_of(pack, list, path), QL_STR("tokens"), -1);
}

static ql_str why_of(const ql_value *pack, const char *list, const char *path) {
  return ql_get_str(item_of(pack, list, path), QL_STR("why"));
}

#define AGENTS ".claude/agents/fish-agent.md .claude/agents/bird-agent.md dog-agent.md"

static void first_documents_then_agents_then_entries(void **state) {
  (void)state;
  const ql_document documents[] = {
      {QL_STR("START.md"), QL_STR("Start here."), 0},
      {QL_STR("./.claude/project/aims.md"), QL_STR("Our aims are few."), 0},
      {QL_STR("map.md"), QL_ABSENT, 1234},
  };
  const ql_value *p = pack(documents, QL_COUNT(documents), 0, 0);
  assert_int_equal(ql_get_int(p, QL_STR("window"), 0), 100000);
  assert_int_equal(ql_get_int(p, QL_STR("budget"), 0), 50000);
  assert_str_is(paths_of(p, "loaded"), ".claude/agents/head.md .claude/project/aims.md " AGENTS " All routes map.md");
  assert_str_is(paths_of(p, "left_out"), "");
  assert_str_is(paths_of(p, "missing"), ".claude/project/plan.md lost-agent");
  assert_str_is(why_of(p, "loaded", ".claude/agents/head.md"), "its own file");
  assert_str_is(why_of(p, "loaded", ".claude/project/aims.md"), "line 12, read first");
  /* real sizes where they are known, else the stated ones */
  assert_int_equal(tokens_of(p, "loaded", ".claude/agents/fish-agent.md"), ql_token_estimate(str(FILES[1].text)));
  assert_int_equal(tokens_of(p, "loaded", ".claude/project/aims.md"), ql_token_estimate(QL_STR("Our aims are few.")));
  assert_int_equal(tokens_of(p, "loaded", "map.md"), 1234);
  assert_int_equal(tokens_of(p, "loaded", "All routes"), 5000);
  assert_true(ql_find(why_of(p, "loaded", "All routes"), QL_STR("stated"), 0) != SIZE_MAX);
  assert_int_equal(tokens_of(p, "missing", "lost-agent"), 7000);
  int64_t sum = 0;
  for (const ql_value *item = QL_GET(p, "loaded")->first; item; item = item->next) sum += ql_get_int(item, QL_STR("tokens"), 0);
  assert_int_equal(ql_get_int(p, QL_STR("used"), 0), sum);
}

static void what_is_read_instead(void **state) {
  (void)state;
  const ql_document documents[] = {
      {QL_STR("notes/b.md"), QL_STR("B"), 0},   {QL_STR("deep/c.txt"), QL_STR("C"), 0},  {QL_STR("notes/deep/a.md"), QL_STR("A"), 0},
      {QL_STR("todo.TXT"), QL_STR("D"), 0},     {QL_STR("notesx/e.md"), QL_STR("E"), 0}, {QL_STR("../out.txt"), QL_STR("F"), 0},
      {QL_STR("start.md"), QL_STR("Start"), 0},
  };
  const ql_value *p = pack(documents, QL_COUNT(documents), 0, 0);
  assert_str_is(paths_of(p, "loaded"), ".claude/agents/head.md start.md notes/b.md notes/deep/a.md todo.TXT " AGENTS " All routes");
  assert_str_is(paths_of(p, "missing"), ".claude/project/aims.md .claude/project/plan.md lost-agent map.md");

  p = pack(NULL, 0, 0, 0);
  assert_str_is(paths_of(p, "missing"), ".claude/project/aims.md .claude/project/plan.md START.md lost-agent map.md");
}

static void what_does_not_fit(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR(".claude/project/aims.md"), QL_ABSENT, 900},
                                   {QL_STR(".claude/project/plan.md"), QL_ABSENT, 100}};
  int64_t own = tokens_of(pack(NULL, 0, 0, 0), "loaded", ".claude/agents/head.md");
  const ql_value *p = pack(documents, 2, own + 1000, own + 250);
  assert_true(ql_starts(paths_of(p, "loaded"), QL_STR(".claude/agents/head.md .claude/project/plan.md ")));
  assert_str_is(paths_of(p, "left_out"), ".claude/project/aims.md All routes");
  assert_str_is(why_of(p, "left_out", ".claude/project/aims.md"), "line 12, read first; does not fit, 250 tokens are left");
  assert_true(ql_get_int(p, QL_STR("used"), 0) <= own + 250);
  /* to the token */
  p = pack(documents, 2, own + 1000, own + 900);
  assert_int_equal(tokens_of(p, "loaded", ".claude/project/aims.md"), 900);
  assert_int_equal(ql_get_int(p, QL_STR("used"), 0), own + 900);
  p = pack(documents, 2, own + 1000, 1);
  assert_str_is(paths_of(p, "loaded"), "");
  const ql_document vast[] = {{QL_STR(".claude/project/aims.md"), QL_ABSENT, INT64_MAX},
                              {QL_STR(".claude/project/plan.md"), QL_ABSENT, -5}};
  p = pack(vast, 2, 0, 0);
  assert_int_equal(tokens_of(p, "left_out", ".claude/project/aims.md"), QL_INT_MAX);
  assert_int_equal(tokens_of(p, "loaded", ".claude/project/plan.md"), 0);
}

static void what_is_switched_off_is_not_loaded(void **state) {
  (void)state;
  const ql_spec *head = ql_roster_find(roster, QL_STR("head"))->spec;
  ql_str loading = QL_ABSENT;
  for (const ql_rule *rule = head->rules; rule; rule = rule->next)
    if (rule->kind == QL_RULE_LOADING) loading = rule->id;
  assert_non_null(loading.ptr);
  assert_int_equal(ql_roster_switch(roster, QL_STR("head"), loading, false, NULL), QL_OK);
  const ql_value *p = pack(NULL, 0, 0, 0);
  assert_str_is(paths_of(p, "loaded"), ".claude/agents/head.md");
  assert_int_equal(ql_get_int(p, QL_STR("window"), 0), 200000);
  assert_int_equal(ql_roster_switch(roster, QL_STR("head"), loading, true, NULL), QL_OK);
}

static void an_agent_without_rules(void **state) {
  (void)state;
  ql_value *out = NULL;
  assert_int_equal(ql_context_pack(a, roster, QL_STR("tree"), NULL, 0, 0, 0, &out, NULL), QL_OK);
  assert_str_is(paths_of(out, "loaded"), ".claude/agents/tree.md");
  assert_int_equal(ql_get_int(out, QL_STR("budget"), 0), 100000);
}

static void what_cannot_be_packed(void **state) {
  (void)state;
  ql_value *out = NULL;
  ql_error err;
  assert_int_equal(ql_context_pack(a, roster, QL_STR("nobody"), NULL, 0, 0, 0, &out, &err), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_context_pack(a, roster, QL_STR("head"), NULL, 0, 1000, 1001, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_context_pack(a, roster, QL_STR("head"), NULL, 0, -1, 0, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_context_pack(a, roster, QL_STR("head"), NULL, 0, 0, -1, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_context_pack(a, roster, QL_STR("head"), NULL, 0, INT64_MAX, 0, &out, &err), QL_ERR_ARGUMENT);
  assert_null(out);
}

/* The first seed, with nothing but itself: 57,000 tokens stated for things, six documents and five agents that are not there. */
static void S15_all_is_loaded_and_counted_against_the_window(void **state) {
  (void)state;
  ql_roster *seeds = ql_roster_new(ql_alloc_libc());
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
    char path[1024];
    size_t len = 0;
    snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
    char *text = strncmp(entry->d_name, "000_", 4) == 0 ? read_file(path, &len) : NULL;
    if (!text) continue;
    assert_int_equal(ql_roster_add(seeds, QL_STR("seed.md"), (ql_str){text, len}, NULL), QL_OK);
    free(text);
  }
  if (folder) closedir(folder);
  assert_int_equal(ql_roster_link(seeds, NULL), QL_OK);
  if (ql_roster_count(seeds) == 0) {
    ql_roster_free(seeds);
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  ql_value *out = NULL;
  assert_int_equal(ql_context_pack(a, seeds, QL_STR("coordinator.backend"), NULL, 0, 0, 0, &out, NULL), QL_OK);
  assert_int_equal(ql_get_int(out, QL_STR("window"), 0), 200000);
  assert_int_equal(ql_get_int(out, QL_STR("budget"), 0), 100000);
  assert_int_equal(ql_get_int(out, QL_STR("used"), 0), 57000 + tokens_of(out, "loaded", "seed.md"));
  assert_int_equal(QL_GET(out, "loaded")->count, 1 + 11);
  assert_int_equal(QL_GET(out, "missing")->count, 6 + 1 + 5);
  assert_int_equal(tokens_of(out, "missing", "payments-agent"), 18000);
  assert_int_equal(QL_GET(out, "left_out")->count, 0);
  assert_int_equal(ql_context_pack(a, seeds, QL_STR("coordinator.backend"), NULL, 0, 0, 30000, &out, NULL), QL_OK);
  assert_true(ql_get_int(out, QL_STR("used"), 0) <= 30000 && QL_GET(out, "left_out")->count > 0);
  assert_int_equal(QL_GET(out, "loaded")->count + QL_GET(out, "left_out")->count, 1 + 11);
  ql_roster_free(seeds);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  const ql_document documents[] = {{QL_STR("START.md"), QL_STR("Start."), 0}, {QL_STR("notes/a.md"), QL_ABSENT, 60000}};
  ql_value *out = NULL;
  return ql_context_pack(arena, roster, QL_STR("head"), documents, QL_COUNT(documents), 0, 0, &out, NULL);
}

static void memory_runs_out(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_documents_then_agents_then_entries),
      cmocka_unit_test(what_is_read_instead),
      cmocka_unit_test(what_does_not_fit),
      cmocka_unit_test(what_is_switched_off_is_not_loaded),
      cmocka_unit_test(an_agent_without_rules),
      cmocka_unit_test(what_cannot_be_packed),
      cmocka_unit_test(S15_all_is_loaded_and_counted_against_the_window),
      cmocka_unit_test(memory_runs_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
