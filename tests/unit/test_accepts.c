/* What each product makes of a file that is written for it: keys, values, names, tools, length; and what templates leave open. */
#include "support.h"

#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

static ql_arena *a;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static const ql_spec *parse_as(const char *path, ql_str text, const char *dialect) {
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse_as(a, str(path), text, dialect ? str(dialect) : QL_ABSENT, &spec, NULL), QL_OK);
  return spec;
}

static const ql_diagnostic *finding(const ql_spec *spec, const char *code) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (strcmp(spec->diagnostics[i].code, code) == 0) return &spec->diagnostics[i];
  return NULL;
}

static ql_str codes(const ql_spec *spec) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    if (i > 0) ql_buf_byte(&out, ' ');
    ql_buf_add(&out, str(spec->diagnostics[i].code));
  }
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

/* The line in which the finding stands. */
static ql_str line_at(ql_str text, size_t offset) {
  size_t from = offset, to = ql_find_byte(text, '\n', offset);
  while (from > 0 && text.ptr[from - 1] != '\n') from--;
  return ql_slice(text, from, to);
}

/* A finding in frontmatter: its codes, where the first of them stands, and the line after its fix. */
typedef struct front_case {
  const char *dialect, *yaml, *codes;
  const char *line;  /* of the first finding */
  const char *fixed; /* that line when everything is mended; NULL: nothing can be */
} front_case;

static void check_front(const front_case *c) {
  char text[1024];
  snprintf(text, sizeof text, "---\nname: w\ndescription: Works.\n%s---\nBody.\n", c->yaml);
  const ql_spec *spec = parse_as("w.md", str(text), c->dialect);
  assert_str_is(codes(spec), c->codes);
  if (spec->diagnostic_count == 0) return;
  assert_str_is(line_at(spec->text, spec->diagnostics[0].offset), c->line);
  if ((spec->diagnostics[0].fix_count > 0) != (c->fixed != NULL)) fail_msg("%s: %s", c->yaml, c->fixed ? "no fix" : "a fix");
  ql_str out;
  ql_mend which = {.dialect = str(c->dialect), .offset = SIZE_MAX};
  assert_int_equal(ql_spec_fix(a, QL_STR("w.md"), str(text), which, &out, NULL, NULL), QL_OK);
  if (!c->fixed) return;
  assert_str_is(line_at(out, spec->diagnostics[0].offset), c->fixed);
  assert_null(finding(parse_as("w.md", out, c->dialect), spec->diagnostics[0].code));
}

static void keys(void **state) {
  static const front_case cases[] = {
      {"claude-code", "maxTurns: 5\npermissionMode: plan\nskills: [a]\nbackground: true\n", "", NULL, NULL},
      {"claude-code", "max_turns: 5\n", "misspelled-key", "max_turns: 5", "maxTurns: 5"},
      {"claude-code", "permisionMode: plan\n", "misspelled-key", "permisionMode: plan", "permissionMode: plan"},
      {"claude-code", "disallowed-tools: Bash\n", "misspelled-key", "disallowed-tools: Bash", "disallowedTools: Bash"},
      {"claude-code", "colour: red\n", "misspelled-key", "colour: red", "color: red"},
      {"claude-code", "colour: red\ncolor: red\n", "", NULL, NULL},
      {"claude-code", "whatever: 1\n", "unknown-key", "whatever: 1", NULL},
      {"claude-code", "category: x\nversion: 2\nmode: subagent\n", "", NULL, NULL},
      {"copilot", "mcp_servers: {}\n", "misspelled-key", "mcp_servers: {}", "mcp-servers: {}"},
      {"copilot", "infer: true\n", "retired-key", "infer: true", NULL},
      {"copilot", "whatever: 1\n", "unknown-key", "whatever: 1", NULL},
      {"vscode", "user-invokable: true\n", "retired-key", "user-invokable: true", "user-invocable: true"},
      {"opencode", "maxSteps: 3\n", "retired-key", "maxSteps: 3", "steps: 3"},
      {"opencode", "maxSteps: 3\nsteps: 3\n", "retired-key", "maxSteps: 3", NULL},
      {"opencode", "category: x\n", "moved-key", "category: x", NULL},
      {"gemini-cli", "max_turns: 3\nkind: local\n", "", NULL, NULL},
      {"gemini-cli", "maxTurns: 3\n", "refused-key", "maxTurns: 3", "max_turns: 3"},
      {"gemini-cli", "color: red\n", "refused-key", "color: red", NULL},
      {"gemini-cli", "colour: red\n", "refused-key", "colour: red", NULL},
      {"gemini-cli", "category: x\n", "refused-key", "category: x", NULL},
      {"qwen", "approvalMode: plan\nmaxTurns: 1\n", "", NULL, NULL},
      {"cursor", "isbackground: true\n", "misspelled-key", "isbackground: true", "is_background: true"},
      {"acolytes", "knowledge_scope: x\nwhatever: y\n", "", NULL, NULL},
      {"plain", "max_turns: 5\nwhatever: 1\n", "", NULL, NULL},
      {"plain", "Model: opus\n", "misspelled-key", "Model: opus", "model: opus"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) check_front(&cases[i]);
}

static void values(void **state) {
  static const front_case cases[] = {
      {"claude-code", "permissionMode: accept-edits\n", "unknown-value", "permissionMode: accept-edits", "permissionMode: acceptEdits"},
      {"claude-code", "permissionMode: full\n", "unknown-value", "permissionMode: full", NULL},
      {"claude-code", "memory: projct\n", "unknown-value", "memory: projct", "memory: project"},
      {"claude-code", "effort: extreme\nisolation: worktree\n", "unknown-value", "effort: extreme", NULL},
      {"claude-code", "color: Blue\n", "unknown-color", "color: Blue", "color: blue"},
      {"claude-code", "color: \"#ff0000\"\n", "unknown-color", "color: \"#ff0000\"", NULL},
      {"opencode", "color: \"#ff0000\"\nmode: all\n", "", NULL, NULL},
      {"opencode", "color: \"#ff00\"\n", "unknown-color", "color: \"#ff00\"", NULL},
      {"opencode", "mode: sub-agent\n", "unknown-value", "mode: sub-agent", "mode: subagent"},
      {"copilot", "target: VSCode\n", "unknown-value", "target: VSCode", "target: vscode"},
      {"qwen", "approvalMode: auto_edit\ncolor: auto\n", "unknown-value", "approvalMode: auto_edit", "approvalMode: auto-edit"},
      {"gemini-cli", "kind: here\n", "refused-value", "kind: here", NULL},
      {"claude-code", "maxTurns: \"5\"\n", "wrong-type", "maxTurns: \"5\"", "maxTurns: 5"},
      {"claude-code", "maxTurns: many\n", "wrong-type", "maxTurns: many", NULL},
      {"claude-code", "background: yes\n", "wrong-type", "background: yes", "background: true"},
      {"claude-code", "background:\nmaxTurns: ~\n", "", NULL, NULL},
      {"claude-code", "hooks: none\n", "wrong-type", "hooks: none", NULL},
      {"opencode", "temperature: low\ntop_p: 1\n", "wrong-type", "temperature: low", NULL},
      {"opencode", "tools: read, write\n", "wrong-type", "tools: read, write", NULL},
      {"gemini-cli", "tools: read_file, glob\n", "refused-value", "tools: read_file, glob", "tools: [read_file, glob]"},
      {"gemini-cli", "temperature: \"0.5\"\n", "refused-value", "temperature: \"0.5\"", "temperature: 0.5"},
      {"vscode", "handoffs: next\n", "wrong-type", "handoffs: next", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) check_front(&cases[i]);
}

static void tools(void **state) {
  static const front_case cases[] = {
      {"claude-code", "tools: Read, Bash(git:*), mcp__db__query, Grep\n", "", NULL, NULL},
      {"claude-code", "tools: Raed, Bash\n", "unknown-tool", "tools: Raed, Bash", "tools: Read, Bash"},
      {"claude-code", "tools: read_file\n", "foreign-tool", "tools: read_file", "tools: Read"},
      {"claude-code", "tools: bash(git:*)\n", "foreign-tool", "tools: bash(git:*)", "tools: Bash(git:*)"},
      {"claude-code", "tools: codebase\n", "foreign-tool", "tools: codebase", "tools: Grep"},
      {"claude-code", "tools: think\n", "", NULL, NULL},
      {"opencode", "tools:\n  Read: true\n", "tools-map foreign-tool", "  Read: true", NULL},
      {"gemini-cli", "tools: [read_file, glob, mcp_db_query, \"*\"]\n", "", NULL, NULL},
      {"gemini-cli", "tools: [Bash]\n", "refused-tool", "tools: [Bash]", "tools: [run_shell_command]"},
      {"gemini-cli", "tools: [mcp__db__query]\n", "refused-tool", "tools: [mcp__db__query]", "tools: [mcp_db_query]"},
      {"gemini-cli", "tools: [lint_all]\n", "unknown-tool refused-tool", "tools: [lint_all]", NULL},
      {"copilot", "tools: [Read, shell]\n", "", NULL, NULL},
      {"claude-code", "tools: Read, Bash\ndisallowedTools: Bash\n", "denied-tool", "tools: Read, Bash", NULL},
      {"claude-code", "tools: Read\ndisallowedTools: [Bash, Write]\n", "", NULL, NULL},
      {"claude-code", "tools: Bash(git:*)\ndisallowedTools: Bash\n", "denied-tool", "tools: Bash(git:*)", NULL},
      {"claude-code", "tools: Bash\ndisallowedTools: Bash(rm:*)\n", "", NULL, NULL},
      {"claude-code", "tools: mcp__db__query\ndisallowedTools: mcp__db\n", "denied-tool", "tools: mcp__db__query", NULL},
      {"claude-code", "tools: mcp__db__query\ndisallowedTools: mcp__*\n", "denied-tool", "tools: mcp__db__query", NULL},
      {"claude-code", "tools: mcp__db__query\ndisallowedTools: mcp__dbs\n", "", NULL, NULL},
      {"claude-code", "disallowedTools: Bsah\n", "unknown-tool", "disallowedTools: Bsah", "disallowedTools: Bash"},
      {"opencode", "permission:\n  bash:\n    \"*\": ask\n    \"git *\": allow\n", "", NULL, NULL},
      {"opencode", "permission:\n  bash:\n    \"git *\": allow\n    \"*\": ask\n", "shadowed-permission", "    \"git *\": allow", NULL},
      {"opencode", "permission:\n  bash:\n    \"git push*\": deny\n    \"git *\": allow\n", "shadowed-permission",
       "    \"git push*\": deny", NULL},
      {"opencode", "permission:\n  edit: deny\n  \"*\": deny\n", "", NULL, NULL},
      {"opencode", "permission:\n  edit: deny\n  \"*\": allow\n", "shadowed-permission", "  edit: deny", NULL},
      {"opencode", "permission:\n  edit: never\n", "unknown-value", "  edit: never", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) check_front(&cases[i]);
}

/* ---- names ---- */

static void names(void **state) {
  static const struct {
    const char *dialect, *path, *name, *codes;
    const char *fixed; /* the name when it is mended; NULL: nothing is */
  } cases[] = {
      {"claude-code", "api-pro.md", "api-pro", "", NULL},
      {"claude-code", "api-pro.md", "-api-pro", "silent-skip name-refused name-differs-from-file", "api-pro"},
      {"claude-code", "plug-api.md", "plug:api", "silent-skip name-refused name-normalised", "plug-api"},
      {"claude-code", "other.md", "api-pro", "name-differs-from-file", NULL},
      {"claude-code", "api-pro.md", "API Pro", "name-normalised", NULL},
      {"claude-code", "x/agent.md", "api-pro", "", NULL},
      {"claude-code", "", "api-pro", "", NULL},
      {"gemini-cli", "api_pro.md", "api_pro", "", NULL},
      {"gemini-cli", "api-pro.md", "API Pro", "name-refused name-normalised", "api-pro"},
      {"gemini-cli", "api.pro.md", "api.pro", "name-refused", "api-pro"},
      {"gemini-cli", "_draft.md", "_draft", "silent-skip", NULL},
      {"opencode", "other.md", "api-pro", "name-not-read", NULL},
      {"opencode", "api-pro.md", "api-pro", "", NULL},
      {"copilot", "other.agent.md", "api-pro", "name-differs-from-file", NULL},
      {"acolytes", "b-c.md", "b:c", "silent-skip name-refused name-normalised", "b-c"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[256];
    snprintf(text, sizeof text, "---\nname: \"%s\"\ndescription: Works.\n---\nBody.\n", cases[i].name);
    const ql_spec *spec = parse_as(cases[i].path, str(text), cases[i].dialect);
    assert_str_is(codes(spec), cases[i].codes);
    ql_str out;
    ql_mend which = {.dialect = str(cases[i].dialect), .offset = SIZE_MAX};
    assert_int_equal(ql_spec_fix(a, str(cases[i].path), str(text), which, &out, NULL, NULL), QL_OK);
    assert_str_is(parse_as(cases[i].path, out, cases[i].dialect)->name, cases[i].fixed ? cases[i].fixed : cases[i].name);
  }
}

/* ---- length ---- */

static void lengths(void **state) {
  static const struct {
    const char *dialect, *path, *piece;
    size_t count;
    bool fits;
  } cases[] = {
      {"copilot", "w.agent.md", "\xC3\xA9", 29999, true}, {"copilot", "w.agent.md", "\xC3\xA9", 30000, false},
      {"claude-code", "w.md", "x", 40000, true},          {"agents-md", "AGENTS.md", "x", 32767, true},
      {"agents-md", "AGENTS.md", "x", 32768, false},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_buf text = ql_buf_new(ql_alloc_libc());
    if (strcmp(cases[i].dialect, "agents-md") != 0) ql_buf_add(&text, QL_STR("---\nname: w\ndescription: Works.\n---\n"));
    for (size_t k = 0; k < cases[i].count; k++) ql_buf_add(&text, str(cases[i].piece));
    ql_buf_byte(&text, '\n');
    const ql_diagnostic *d = finding(parse_as(cases[i].path, ql_buf_str(&text), cases[i].dialect), "prompt-too-long");
    assert_int_equal(d == NULL, cases[i].fits);
    ql_buf_free(&text);
  }
}

/* ---- placeholders ---- */

static void placeholders(void **state) {
  static const struct {
    const char *text;
    const char *names; /* those that are found, in order */
  } cases[] = {
      {"Deploys to {{ENVIRONMENT}}.\n", "{{ENVIRONMENT}}"},
      {"Write {{ a-name }} and {{B_2}} and {{a-name}} again.\n", "{{a-name}} {{B_2}}"},
      {"Point `{{REPO_PATH}}` at the checkout; answer `Done: {{what}}`.\n", "{{REPO_PATH}}"},
      {"```sh\ncd {{REPO_PATH}}\n```\nThen stop.\n", ""},
      {"    cd {{REPO_PATH}}\n\nThen {{STOP}}.\n", "{{STOP}}"},
      {"Style {{ color: 'red' }}, {{ github.sha }}, {{.Name}}, {{#if x}}, {{}}, {{ }}, {{$x}}, {{a b}}.\n", ""},
      {"Ask for $ARGUMENTS, ${NAME}, {NAME}, {{NAME} and {{NA\nME}}.\n", ""},
      {"{{{{{{X}}}}}} {{{Y}}}\n", "{{X}} {{Y}}"},
      {"One ` tick\n{{two}} in the next line.\n", "{{two}}"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[512];
    snprintf(text, sizeof text, "---\nname: w\ndescription: Works.\n---\n%s", cases[i].text);
    const ql_spec *spec = parse_as("w.md", str(text), NULL);
    ql_buf out = ql_buf_new(ql_alloc_libc());
    for (size_t k = 0; k < spec->diagnostic_count; k++) {
      const ql_diagnostic *d = &spec->diagnostics[k];
      assert_string_equal(d->code, "unfilled-placeholder");
      size_t open = ql_find(d->message, QL_STR("{{"), 0), close = ql_find(d->message, QL_STR("}}"), 0);
      if (out.len > 0) ql_buf_byte(&out, ' ');
      ql_buf_add(&out, ql_slice(d->message, open, close + 2));
      assert_true(ql_starts(ql_slice(spec->text, d->offset, spec->text.len), QL_STR("{{")));
    }
    ql_buf_byte(&out, '\0');
    assert_string_equal(out.ptr, cases[i].names);
    ql_buf_free(&out);
  }
  const ql_spec *front =
      parse_as("w.md", QL_STR("---\nname: w\ndescription: Works on {{PROJECT}}.\nhooks:\n  x: \"{{y}}\"\n---\nB\n"), NULL);
  assert_str_is(codes(front), "unfilled-placeholder");
}

/* What is written for nobody in particular is held to nobody's rules. */
static void only_when_sure(void **state) {
  (void)state;
  ql_str text = QL_STR("---\nname: w\ndescription: Works.\nmode: scan\nwhatever: 1\n---\nBody.\n");
  assert_str_is(codes(parse_as("w.md", text, NULL)), "");
  assert_string_equal(parse_as("w.md", text, NULL)->dialect, "opencode");
  assert_str_is(codes(parse_as("w.md", text, "opencode")), "unknown-value moved-key");
  assert_str_is(codes(parse_as("a/.opencode/agent/w.md", text, NULL)), "unknown-value moved-key");
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_spec *spec = NULL;
  return ql_spec_parse_as(arena, QL_STR("other.md"), str(ctx), QL_STR("gemini-cli"), &spec, NULL);
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, "---\nname: W x\ndescription: Works {{X}}.\nmaxTurns: 2\nkind: here\ntools: Bash, mcp__a__b\n"
                                          "disallowedTools: Bash\n---\nBody.\n") > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys),    cmocka_unit_test(values),       cmocka_unit_test(tools),          cmocka_unit_test(names),
      cmocka_unit_test(lengths), cmocka_unit_test(placeholders), cmocka_unit_test(only_when_sure), cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
