/* Tool calls against what a file lists and what its prose forbids: row S09. */
#include "support.h"

#include <dirent.h>

#include <questline/route.h>
#include <questline/value.h>

#include "base/text.h"
#include "spec/workpath.h"

static ql_arena *a;
static ql_roster *roster;

static const struct {
  const char *path, *text;
} FILES[] = {
    {"free.md", "---\nname: free\ndescription: Does anything.\n---\nWork.\n"},
    {"none.md", "---\nname: none\ndescription: Only talks.\ntools: []\n---\nTalk.\n"},
    {"listed.md",
     "---\nname: listed\ndescription: Few tools.\ntools: Read, Bash(git:*), Bash(npm run test), Write(docs/**), Edit(**/*.adoc), NotebookEdit(/lab/*), "
     "mcp__context7, mcp__github__list_issues, memory, gizmo\n---\nWork.\n"},
    {"keeper.md", "---\nname: keeper\ndescription: Remembers.\ntools: Save Memory\n---\nWork.\n"},
    {"all.md", "---\nname: all\ndescription: All tools.\ntools: '*'\n---\nWork.\n"},
    {"docs.md", "---\nname: docs\ndescription: Plans and writes.\n---\n\n# Docs\n\nYou do not write code yourself.\n"},
    {"strict.md", "---\nname: strict\ndescription: Plans only.\ntools: Read, Write, Bash, WebSearch\n---\n\n# Strict\n\n"
                  "You never modify code.\n\nNever use the WebSearch tool.\n"},
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

typedef struct permit_case {
  const char *agent, *tool, *path;
  bool link;
  const char *decision;
  uint32_t line; /* 0: no rule, no line */
} permit_case;

#define LISTED 4 /* the line of the tools */
#define CODE   8 /* docs.md: the sentence about code */

static const permit_case CASES[] = {
    /* tools that are not listed, that are, and lists without any */
    {"free", "Read", NULL, false, "allow", 0},
    {"free", "Bash", NULL, false, "allow", 0},
    {"free", "Write", "src/app.ts", false, "allow", 0},
    {"free", "whatever", NULL, false, "allow", 0},
    {"free", "mcp__github__delete_repository", NULL, false, "allow", 0},
    {"free", "*", NULL, false, "ask", 0},
    {"none", "Read", "README.md", false, "refuse", 0},
    {"none", "mcp__memory__read_graph", NULL, false, "refuse", 0},
    {"listed", "Read", "src/app.ts", false, "allow", 0},
    {"listed", "read_file", "src/app.ts", false, "allow", 0},
    {"listed", "ReadManyFiles", NULL, false, "allow", 0},
    {"listed", "Grep", NULL, false, "refuse", LISTED},
    {"listed", "MultiEdit", "src/app.ts", false, "refuse", LISTED},
    {"listed", "gizmo", NULL, false, "allow", 0},
    {"listed", "gadget", NULL, false, "refuse", LISTED},
    {"listed", "Bash", NULL, false, "ask", LISTED},
    {"listed", "Bash(git status)", NULL, false, "allow", 0},
    {"listed", "Bash(git)", NULL, false, "allow", 0},
    {"listed", "run_shell_command(git log --oneline)", NULL, false, "allow", 0},
    {"listed", "Bash(github login)", NULL, false, "refuse", LISTED},
    {"listed", "Bash(rm -rf build)", NULL, false, "refuse", LISTED},
    {"listed", "Bash(git status; rm -rf build)", NULL, false, "ask", LISTED},
    {"listed", "Bash(git log | tee app.js)", NULL, false, "ask", LISTED},
    {"listed", "Bash(git log $(id))", NULL, false, "ask", LISTED},
    {"listed", "Bash(git log > app.js)", NULL, false, "ask", LISTED},
    {"listed", "Bash(npm run test)", NULL, false, "allow", 0},
    {"listed", "Bash(npm run test -- --write)", NULL, false, "refuse", LISTED},
    {"listed", "Write", "docs/plan/a.md", false, "allow", 0},
    {"listed", "Write", "./docs//plan/./a.md", false, "allow", 0},
    {"listed", "Write", "docs/../src/a.ts", false, "refuse", LISTED},
    {"listed", "Write", "src/a.ts", false, "refuse", LISTED},
    {"listed", "Write", NULL, false, "ask", LISTED},
    {"listed", "Edit", "a.adoc", false, "allow", 0},
    {"listed", "Edit", "one/two/a.adoc", false, "allow", 0},
    {"listed", "Edit", "one/two/a.ts", false, "refuse", LISTED},
    {"listed", "NotebookEdit", "lab/a.ipynb", false, "allow", 0},
    {"listed", "NotebookEdit", "a.ipynb", false, "refuse", LISTED},
    {"listed", "mcp__context7__get-library-docs", NULL, false, "allow", 0},
    {"listed", "mcp_context7_resolve-library-id", NULL, false, "allow", 0},
    {"listed", "context7/get-library-docs", NULL, false, "allow", 0},
    {"listed", "mcp__github__list_issues", NULL, false, "allow", 0},
    {"listed", "mcp__github__create_issue", NULL, false, "refuse", LISTED},
    {"listed", "mcp__memory__search_nodes", NULL, false, "allow", 0},
    {"listed", "save_memory", NULL, false, "allow", 0},
    {"keeper", "mcp__memory__create_entities", NULL, false, "allow", 0},
    {"keeper", "mcp__memories__create_entities", NULL, false, "refuse", 4},
    {"all", "Bash", NULL, false, "allow", 0},
    {"all", "mcp__x__delete_all", NULL, false, "allow", 0},
    /* paths that leave the workspace, for everybody */
    {"free", "Read", "../secret.txt", false, "refuse", 0},
    {"free", "Write", "docs/../../a.md", false, "refuse", 0},
    {"free", "Write", "docs\\..\\..\\a.md", false, "refuse", 0},
    {"free", "Read", "/etc/passwd", false, "refuse", 0},
    {"free", "Read", "//host/share/a.md", false, "refuse", 0},
    {"free", "Read", "\\\\host\\share\\a.md", false, "refuse", 0},
    {"free", "Write", "C:\\notes.md", false, "refuse", 0},
    {"free", "Write", "c:notes.md", false, "refuse", 0},
    {"free", "Write", "~/notes.md", false, "refuse", 0},
    {"free", "Read", "file:///etc/passwd", false, "refuse", 0},
    {"free", "Read", "a\nb.md", false, "refuse", 0},
    {"free", "Read", "a\x7F.md", false, "refuse", 0},
    {"free", "Read", "\xC3(.md", false, "refuse", 0},
    {"free", "Read", "", false, "refuse", 0},
    {"free", "Read", " /etc/passwd", false, "refuse", 0},
    {"docs", "Write", "docs/plan.md\n", false, "refuse", 0},
    {"docs", "Write", "docs/plan.md ", false, "refuse", 0},
    {"free", "Read", "docs/..", false, "refuse", 0},
    {"free", "Read", "a/./b/../c.md", false, "allow", 0},
    {"free", "Write", "src/app.ts", true, "ask", 0},
    {"all", "Bash", "../x", false, "refuse", 0},
    /* an agent that changes no code: documents only */
    {"docs", "Read", "src/app.ts", false, "allow", 0},
    {"docs", "Grep", NULL, false, "allow", 0},
    {"docs", "TodoWrite", NULL, false, "allow", 0},
    {"docs", "Write", "docs/plan.md", false, "allow", 0},
    {"docs", "Write", "PLAN.MD", false, "allow", 0},
    {"docs", "Edit", "notes.txt", false, "allow", 0},
    {"docs", "MultiEdit", "guide.adoc", false, "allow", 0},
    {"docs", "replace", "flow.mmd", false, "allow", 0},
    {"docs", "edit/createFile", "docs/x.md", false, "allow", 0},
    {"docs", "Write", "docs/./../docs//plan.md", false, "allow", 0},
    {"docs", "Write", "docs\\plan.md", false, "allow", 0},
    {"docs", "Write", NULL, false, "refuse", CODE},
    {"docs", "Write", "src/app.ts", false, "refuse", CODE},
    {"docs", "Edit", "src/app.md.ts", false, "refuse", CODE},
    {"docs", "Write", "Makefile", false, "refuse", CODE},
    {"docs", "Write", "docs/plan.md/../../src/app.js", false, "refuse", CODE},
    {"docs", "Write", "docs/plan.md/", false, "refuse", CODE},
    {"docs", "Write", "docs/plan.md/.", false, "refuse", CODE},
    {"docs", "Write", "docs/.md", false, "refuse", CODE},
    {"docs", "Write", ".md", false, "refuse", CODE},
    {"docs", "Write", "app.js:plan.md", false, "refuse", CODE},
    {"docs", "Write", "plan.md::$DATA", false, "refuse", CODE},
    {"docs", "Write", "app.js.", false, "refuse", CODE},
    {"docs", "Write", "app.js%00.md.js", false, "refuse", CODE},
    {"docs", "Write", "plan.md\xE2\x80\x8B", false, "refuse", CODE},
    {"docs", "Write", "plan.mdx", false, "refuse", CODE},
    {"docs", "Write", "planmd", false, "refuse", CODE},
    {"docs", "Write", "docs/plan.md", true, "refuse", CODE},
    {"docs", "Write", "../plan.md", false, "refuse", 0},
    {"docs", "Read", "docs/plan.md", true, "ask", 0},
    {"docs", "NotebookEdit", "a.ipynb", false, "refuse", CODE},
    {"docs", "patch", "docs/plan.md", false, "refuse", CODE},
    {"docs", "apply_patch", "docs/plan.md", false, "refuse", CODE},
    {"docs", "ApplyPatch", NULL, false, "refuse", CODE},
    {"docs", "new", NULL, false, "refuse", CODE},
    /* commands */
    {"docs", "Bash", NULL, false, "refuse", CODE},
    {"docs", "bash", NULL, false, "refuse", CODE},
    {"docs", "BASH", NULL, false, "refuse", CODE},
    {"docs", "  Bash ", NULL, false, "refuse", CODE},
    {"docs", "Bash(ls)", NULL, false, "refuse", CODE},
    {"docs", "Bash(cat a/b", NULL, false, "refuse", CODE},
    {"docs", "run_shell_command", NULL, false, "refuse", CODE},
    {"docs", "Local Shell", NULL, false, "refuse", CODE},
    {"docs", "execute/runInTerminal", NULL, false, "refuse", CODE},
    {"docs", "PowerShell", "docs/plan.md", false, "refuse", CODE},
    {"docs", "/bin/bash", NULL, false, "refuse", CODE},
    {"docs", "BashOutput", NULL, false, "allow", 0},
    {"docs", "runTests", NULL, false, "ask", CODE},
    {"docs", "Skill", NULL, false, "ask", CODE},
    {"docs", "frobnicate", NULL, false, "ask", CODE},
    {"docs", "B\xD0\xB0sh", NULL, false, "ask", CODE},
    {"docs", "*", NULL, false, "ask", CODE},
    /* MCP tools by their verb */
    {"docs", "mcp__context7__resolve-library-id", NULL, false, "allow", 0},
    {"docs", "mcp__github__list_issues", NULL, false, "allow", 0},
    {"docs", "mcp__x__getElement", NULL, false, "allow", 0},
    {"docs", "mcp__filesystem__read-file", "src/a.ts", false, "allow", 0},
    {"docs", "mcp__filesystem__write-file", "src/a.ts", false, "refuse", CODE},
    {"docs", "mcp__filesystem__write-file", "docs/a.md", false, "allow", 0},
    {"docs", "mcp__filesystem__write-file", NULL, false, "refuse", CODE},
    {"docs", "mcp__filesystem__move_file", "docs/a.md", false, "refuse", CODE},
    {"docs", "mcp__x__search_and_replace", NULL, false, "refuse", CODE},
    {"docs", "mcp__x__readOrDelete", NULL, false, "refuse", CODE},
    {"docs", "mcp__x__execute_command", "docs/a.md", false, "refuse", CODE},
    {"docs", "mcp__memory__create_entities", NULL, false, "allow", 0},
    {"docs", "mcp__memory__delete_observations", NULL, false, "allow", 0},
    {"docs", "mcp__serena__write_memory", NULL, false, "allow", 0},
    {"docs", "mcp__memory__write_file", NULL, false, "refuse", CODE},
    {"docs", "mcp__memory__run_script", NULL, false, "refuse", CODE},
    {"docs", "mcp__x__frobnicate", NULL, false, "ask", CODE},
    {"docs", "mcp__filesystem", NULL, false, "ask", CODE},
    /* several rules: the tool that is named, then code */
    {"strict", "WebSearch", NULL, false, "refuse", 11},
    {"strict", "google_web_search", NULL, false, "refuse", 11},
    {"strict", "Bash", NULL, false, "refuse", 9},
    {"strict", "Write", "plan.md", false, "allow", 0},
    {"strict", "Write", "plan.ts", false, "refuse", 9},
    {"strict", "Edit", "plan.md", false, "refuse", LISTED},
    {"strict", "Read", NULL, false, "allow", 0},
};

static ql_value *permit(const permit_case *c) {
  ql_value *out = NULL;
  ql_status status = ql_permit(a, roster, str(c->agent), str(c->tool), c->path ? str(c->path) : QL_ABSENT, c->link, &out, NULL);
  assert_int_equal(status, QL_OK);
  return out;
}

static void every_call(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    const permit_case *c = &CASES[i];
    const ql_value *out = permit(c);
    ql_str decision = ql_get_str(out, QL_STR("decision")), message = ql_get_str(out, QL_STR("message"));
    int64_t line = ql_get_int(out, QL_STR("line"), 0);
    bool right = ql_eq(decision, str(c->decision)) && line == c->line && (ql_get_str(out, QL_STR("path")).ptr != NULL) == (line > 0) &&
                 message.len > 0 && message.ptr[message.len - 1] == '.' && ql_utf8_bad(message) == SIZE_MAX;
    if (right) continue;
    wrong++;
    print_message("%s %s %s: %.*s, line %d: %.*s\n", c->agent, c->tool, c->path ? c->path : "", (int)decision.len, decision.ptr, (int)line,
                  (int)message.len, message.ptr);
  }
  print_message("# | %zu calls\n", QL_COUNT(CASES));
  assert_int_equal(wrong, 0);
}

static void a_nul_in_a_path(void **state) {
  (void)state;
  ql_value *out = NULL;
  assert_int_equal(ql_permit(a, roster, QL_STR("free"), QL_STR("Write"), QL_STR("plan.md\0.js"), false, &out, NULL), QL_OK);
  assert_str_is(ql_get_str(out, QL_STR("decision")), "refuse");
}

static void the_rule_is_named(void **state) {
  (void)state;
  const ql_value *out = permit(&(permit_case){.agent = "@docs", .tool = "Bash"});
  assert_str_is(ql_get_str(out, QL_STR("tool")), "bash");
  assert_str_is(ql_get_str(out, QL_STR("path")), "docs.md");
  assert_true(ql_starts(ql_get_str(out, QL_STR("rule")), QL_STR("restriction:")));
}

static void what_is_switched_off_is_not_asked(void **state) {
  (void)state;
  const permit_case call = {.agent = "docs", .tool = "Write", .path = "src/app.ts"};
  ql_str item = ql_arena_str(a, ql_get_str(permit(&call), QL_STR("rule")));
  assert_int_equal(ql_roster_switch(roster, QL_STR("docs"), item, false, NULL), QL_OK);
  assert_str_is(ql_get_str(permit(&call), QL_STR("decision")), "allow");
  assert_int_equal(ql_roster_switch(roster, QL_STR("docs"), item, true, NULL), QL_OK);
  assert_str_is(ql_get_str(permit(&call), QL_STR("decision")), "refuse");
  ql_str rule = ql_slice(item, 0, ql_find_byte(item, '/', 0));
  assert_int_equal(ql_roster_switch(roster, QL_STR("docs"), rule, false, NULL), QL_OK);
  assert_str_is(ql_get_str(permit(&call), QL_STR("decision")), "allow");
  assert_int_equal(ql_roster_switch(roster, QL_STR("docs"), rule, true, NULL), QL_OK);
}

static void who_and_what_must_be_given(void **state) {
  (void)state;
  ql_value *out = NULL;
  ql_error err;
  assert_int_equal(ql_permit(a, roster, QL_STR("nobody"), QL_STR("Read"), QL_ABSENT, false, &out, &err), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_permit(a, roster, QL_STR("free"), QL_STR("  "), QL_ABSENT, false, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_permit(a, roster, QL_STR("free"), QL_STR("(x)"), QL_ABSENT, false, &out, &err), QL_ERR_ARGUMENT);
  assert_null(out);
}

static void globs(void **state) {
  (void)state;
  static const struct {
    const char *pattern, *text;
    bool fits;
  } cases[] = {
      {"a.md", "a.md", true},
      {"a.md", "A.MD", true},
      {"a.md", "b.md", false},
      {"*.md", "a.md", true},
      {"*.md", "x/a.md", false},
      {"**/*.md", "x/y/a.md", true},
      {"**/*.md", "a.md", true},
      {"**/a.md", "ba.md", false},
      {"docs/**", "docs/x/y", true},
      {"docs/**", "doc/x", false},
      {"docs/**", "docs/", true},
      {"*-agent.md", "api-agent.md", true},
      {"*-agent.md", "agent.md", false},
      {"a*b*c", "aXbYc", true},
      {"a*b*c", "aXbYd", false},
      {"**", "", true},
      {"*", "", true},
      {"", "", true},
      {"", "a", false},
      {"a/**/b.md", "a/b.md", true},
      {"a/**/b.md", "a/x/y/b.md", true},
      {"a/**/b.md", "a/xb.md", false},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++)
    if (ql__glob(str(cases[i].pattern), str(cases[i].text)) != cases[i].fits) fail_msg("%s %s", cases[i].pattern, cases[i].text);
}

/* The seed files: two that change no code, one of which names Bash as well. */
static void S09_who_coordinates_writes_no_code_bash_included(void **state) {
  (void)state;
  static const struct {
    const char *file, *agent, *tool, *path, *decision;
    uint32_t line;
  } cases[] = {
      {"000", "coordinator.backend", "Bash", NULL, "refuse", 13},
      {"000", "coordinator.backend", "Write", "src/app.php", "refuse", 13},
      {"000", "coordinator.backend", "Write", ".claude/project/roadmap.md", "allow", 0},
      {"000", "coordinator.backend", "Edit", "docs/plan.md", "refuse", 6},
      {"000", "coordinator.backend", "mcp__context7__get-library-docs", NULL, "allow", 0},
      {"000", "coordinator.backend", "mcp__github__create_issue", NULL, "refuse", 6},
      {"001", "coordinator-backend", "Bash", NULL, "allow", 0},
      {"002", "backend-team-orchestrator", "mcp__filesystem__write-file", "src/a.ts", "allow", 0},
      {"002", "backend-team-orchestrator", "mcp__filesystem__move-file", "src/a.ts", "refuse", 6},
      {"003", "backend-coordinator", "Bash", NULL, "refuse", 24},
      {"003", "backend-coordinator", "Edit", "api/openapi.md", "allow", 0},
      {"003", "backend-coordinator", "Edit", "api/openapi.yaml", "refuse", 24},
      {"004", "backend-architect-agent", "Shell", NULL, "allow", 0},
  };
  ql_roster *seeds = ql_roster_new(ql_alloc_libc());
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
    char path[1024];
    size_t len = 0;
    snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
    char *text = entry->d_name[0] == '0' ? read_file(path, &len) : NULL;
    if (!text) continue;
    assert_int_equal(ql_roster_add(seeds, str(entry->d_name), (ql_str){text, len}, NULL), QL_OK);
    free(text);
  }
  if (folder) closedir(folder);
  assert_int_equal(ql_roster_link(seeds, NULL), QL_OK);
  bool there = ql_roster_find(seeds, QL_STR("coordinator.backend")) != NULL;
  for (size_t i = 0; there && i < QL_COUNT(cases); i++) {
    ql_value *out = NULL;
    ql_str path = cases[i].path ? str(cases[i].path) : QL_ABSENT;
    assert_int_equal(ql_permit(a, seeds, str(cases[i].agent), str(cases[i].tool), path, false, &out, NULL), QL_OK);
    if (!ql_eq(ql_get_str(out, QL_STR("decision")), str(cases[i].decision)) || ql_get_int(out, QL_STR("line"), 0) != cases[i].line)
      fail_msg("%s %s: %s", cases[i].file, cases[i].tool, ql_value_text(a, out).ptr);
  }
  ql_roster_free(seeds);
  if (!there) {
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const permit_case *c = ctx;
  ql_value *out = NULL;
  return ql_permit(arena, roster, str(c->agent), str(c->tool), c->path ? str(c->path) : QL_ABSENT, c->link, &out, NULL);
}

static void memory_runs_out(void **state) {
  (void)state;
  size_t allocations = 0;
  for (size_t i = 0; i < QL_COUNT(CASES); i++) allocations += try_every_allocation(trial, &CASES[i]);
  assert_true(allocations > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_call),
      cmocka_unit_test(a_nul_in_a_path),
      cmocka_unit_test(the_rule_is_named),
      cmocka_unit_test(what_is_switched_off_is_not_asked),
      cmocka_unit_test(who_and_what_must_be_given),
      cmocka_unit_test(globs),
      cmocka_unit_test(S09_who_coordinates_writes_no_code_bash_included),
      cmocka_unit_test(memory_runs_out),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
