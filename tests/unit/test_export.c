/* What becomes of each part of an agent file in other products. tests/vectors/export holds whole files. */
#include "support.h"

#include <questline/limits.h>
#include <questline/spec.h>

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

static ql_export export_from(const char *from, ql_str file, const char *to) {
  const ql_spec *spec = NULL;
  ql_export e = {0};
  assert_int_equal(ql_spec_parse_as(a, QL_STR("agents/some-agent.md"), file, from ? str(from) : QL_ABSENT, &spec, NULL), QL_OK);
  assert_int_equal(ql_spec_export(a, spec, file, str(to), &e, NULL), QL_OK);
  return e;
}

/* "name: a" and so on, below lines that every file has. */
static ql_str file_with(const char *lines) {
  return ql_arena_concat(a, (ql_str[]){QL_STR("---\nname: a\ndescription: D\n"), str(lines), QL_STR("---\nText\n")}, 3);
}

/* The fields of the losses, with blanks between. */
static ql_str fields_of(const ql_export *e) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < e->loss_count; i++) {
    if (i > 0) ql_buf_byte(&out, ' ');
    ql_buf_add(&out, e->losses[i].field);
  }
  ql_str copy = ql_arena_str(a, out.len > 0 ? ql_buf_str(&out) : QL_STR(""));
  ql_buf_free(&out);
  return copy;
}

static void keys_and_values(void **state) {
  static const struct {
    const char *from, *to, *lines, *written, *lost;
  } cases[] = {
      {"claude-code", "qwen", "maxTurns: 5\n", "maxTurns: 5\n", ""},
      {"claude-code", "gemini-cli", "maxTurns: 5\n", "max_turns: 5\n", ""},
      {"claude-code", "cursor", "background: true\n", "is_background: true\n", ""},
      {"claude-code", "cursor", "background: false\n", "is_background: false\n", ""},
      {"claude-code", "gemini-cli", "background: false\n", "", ""},
      {"claude-code", "gemini-cli", "background: true\n", "", "background"},
      {"claude-code", "qwen", "permissionMode: bypassPermissions\n", "approvalMode: yolo\n", ""},
      {"claude-code", "qwen", "permissionMode: dontAsk\n", "", "permissionMode"},
      {"qwen", "claude-code", "approvalMode: auto-edit\n", "permissionMode: acceptEdits\n", ""},
      {"qwen", "claude-code", "color: auto\n", "", ""},
      {"opencode", "claude-code", "color: \"#0000FF\"\n", "color: blue\n", ""},
      {"opencode", "claude-code", "color: accent\n", "", "color"},
      {"opencode", "gemini-cli", "temperature: 0.5\ntop_p: 0.9\n", "temperature: 0.5\n", "top_p"},
      {"opencode", "gemini-cli", "steps: 3\n", "max_turns: 3\n", ""},
      {"opencode", "gemini-cli", "maxSteps: 3\n", "max_turns: 3\n", ""},
      {"vscode", "copilot", "user-invokable: false\n", "user-invocable: false\n", ""},
      {"vscode", "copilot", "argument-hint: x\n", "", "argument-hint"},
      {"claude-code", "gemini-cli", "note:\n", "", ""},
      {"claude-code", "gemini-cli", "max_turns: 3\nmaxTurns: 5\n", "max_turns: 3\n", "maxTurns"},
      {"claude-code", "gemini-cli", "maxTurns: many\n", "", "maxTurns"},
      {"claude-code", "copilot", "mcpServers:\n  - db:\n      command: x\n  - other\n", "mcp-servers:\n  db:\n    command: x\n",
       "mcpServers"},
      {"gemini-cli", "claude-code", "mcp_servers:\n  db: {command: x}\n", "mcpServers:\n  - db:\n      command: x\n", ""},
      {"claude-code", "opencode", "model: inherit\n", "mode: subagent\n", ""},
      {"claude-code", "opencode", "mode: primary\n", "mode: primary\n", ""},
      {"claude-code", "opencode", "model: claude-opus-5\n", "model: anthropic/claude-opus-5\nmode: subagent\n", ""},
      {"claude-code", "gemini-cli", "model: claude-opus-5\n", "", "model"},
      {"gemini-cli", "opencode", "model: gemini-3.8-flash\n", "model: google/gemini-3.8-flash\nmode: subagent\n", ""},
      {"opencode", "claude-code", "model: openai/gpt-6\n", "", "model"},
      {"opencode", "claude-code", "model: openrouter/anthropic/claude-opus-5\n", "", "model"},
      {"qwen", "cursor", "model: fast\n", "model: fast\n", ""},
      {"qwen", "claude-code", "model: fast\n", "", "model"},
      {"vscode", "copilot", "model: [GPT-6, Opus 5]\n", "model: GPT-6\n", "model"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_export e = export_from(cases[i].from, file_with(cases[i].lines), cases[i].to);
    bool named = !ql_starts(e.path, QL_STR(".opencode"));
    ql_str expected = ql_arena_concat(a,
                                      (ql_str[]){QL_STR("---\n"), named ? QL_STR("name: a\n") : QL_STR(""), QL_STR("description: D\n"),
                                                 str(cases[i].written), QL_STR("---\nText\n")},
                                      5);
    if (!ql_eq(e.text, expected) || !ql_eq(fields_of(&e), str(cases[i].lost)))
      fail_msg("%s to %s, %s: %.*s lost: %.*s", cases[i].from, cases[i].to, cases[i].lines, (int)e.text.len, e.text.ptr,
               (int)fields_of(&e).len, fields_of(&e).ptr);
  }
}

static void tools(void **state) {
  static const struct {
    const char *from, *to, *lines, *written, *lost;
  } cases[] = {
      {"claude-code", "copilot", "tools: Read, Read, Edit, MultiEdit\n", "tools:\n  - read\n  - edit\n", ""},
      {"claude-code", "copilot", "tools: Write\n", "tools:\n  - edit\n", "tools.Write"},
      {"claude-code", "copilot", "tools: []\n", "tools: []\n", ""},
      {"claude-code", "copilot", "tools: \"*\"\n", "", ""},
      {"claude-code", "copilot", "tools: Frobnicate\n", "tools: []\n", "tools.Frobnicate"},
      {"claude-code", "copilot", "tools: \"Read, some/words and more\"\n", "tools:\n  - read\n", "tools.some/words and more"},
      {"claude-code", "copilot", "tools: Bash(git log)\n", "tools: []\n", "tools.Bash(git log)"},
      {"claude-code", "gemini-cli", "tools: mcp__a__b, mcp__c\n", "tools:\n  - mcp_a_b\n  - mcp_c_*\n", ""},
      {"claude-code", "gemini-cli", "tools: mcp__a_x__b\n", "tools:\n  - mcp_a_x_b\n", "tools.mcp__a_x__b"},
      {"copilot", "claude-code", "tools: [a/b, 'c/*', execute]\n", "tools: mcp__a__b, mcp__c, Bash\n", ""},
      {"acolytes", "claude-code", "tools: Read, context7\n", "tools: Read, mcp__context7\n", ""},
      {"claude-code", "qwen", "tools: Read, Edit\ndisallowedTools: Bash\n",
       "tools:\n  - read_file\n  - edit\ndisallowedTools:\n  - run_shell_command\n", ""},
      {"claude-code", "copilot", "tools: Read, Edit\ndisallowedTools: Edit\n", "tools:\n  - read\n", "disallowedTools"},
      {"claude-code", "copilot", "tools: mcp__a__b, mcp__c__d\ndisallowedTools: mcp__a\n", "tools:\n  - c/d\n", "disallowedTools"},
      {"claude-code", "vscode", "disallowedTools: Edit\n", "", "disallowedTools"},
      {"opencode", "claude-code", "tools:\n  bash: false\n", "disallowedTools: Bash\n", ""},
      {"opencode", "claude-code", "tools:\n  \"*\": false\n  read: true\n", "tools: Read\n", ""},
      {"opencode", "claude-code", "permission:\n  edit: deny\n  bash: allow\n", "disallowedTools: Edit, Write\n", ""},
      {"opencode", "claude-code", "permission:\n  bash:\n    \"git *\": allow\n", "", "permission"},
      {"claude-code", "cursor", "tools: Read, Grep\n", "readonly: true\n", "tools"},
      {"claude-code", "cursor", "tools: Read, Bash\n", "", "tools"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_export e = export_from(cases[i].from, file_with(cases[i].lines), cases[i].to);
    ql_str expected =
        ql_arena_concat(a, (ql_str[]){QL_STR("---\nname: a\ndescription: D\n"), str(cases[i].written), QL_STR("---\nText\n")}, 3);
    if (!ql_eq(e.text, expected) || !ql_eq(fields_of(&e), str(cases[i].lost)))
      fail_msg("%s to %s, %s: %.*s lost: %.*s", cases[i].from, cases[i].to, cases[i].lines, (int)e.text.len, e.text.ptr,
               (int)fields_of(&e).len, fields_of(&e).ptr);
  }
}

static void names(void **state) {
  static const struct {
    const char *name, *to, *path, *written; /* NULL: no key */
    bool lost;
  } cases[] = {
      {"api-agent", "claude-code", ".claude/agents/api-agent.md", "name: api-agent\n", false},
      {"API Agent", "claude-code", ".claude/agents/api-agent.md", "name: api-agent\n", true},
      {"team.api", "claude-code", ".claude/agents/team.api.md", "name: team.api\n", false},
      {"team.api", "gemini-cli", ".gemini/agents/team-api.md", "name: team-api\n", true},
      {"_api", "gemini-cli", ".gemini/agents/api.md", "name: api\n", true},
      {"API Agent", "copilot", ".github/agents/api-agent.agent.md", "name: API Agent\n", false},
      {"api-agent", "opencode", ".opencode/agents/api-agent.md", NULL, false},
      {"API Agent", "opencode", ".opencode/agents/api-agent.md", NULL, true},
      {"\"true\"", "qwen", ".qwen/agents/true.md", "name: \"true\"\n", false},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str file = ql_arena_concat(a, (ql_str[]){QL_STR("---\nname: "), str(cases[i].name), QL_STR("\ndescription: D\n---\nText\n")}, 3);
    ql_export e = export_from("vscode", file, cases[i].to);
    assert_str_is(e.path, cases[i].path);
    assert_int_equal(ql_eq(fields_of(&e), QL_STR("name")), cases[i].lost);
    size_t at = ql_find(e.text, QL_STR("name: "), 0);
    if (!cases[i].written)
      assert_true(at == SIZE_MAX);
    else
      assert_true(ql_starts(ql_slice(e.text, at, e.text.len), str(cases[i].written)));
  }
}

/* Files without frontmatter, and to products that read none. */
static void headings(void **state) {
  (void)state;
  assert_str_is(export_from("agents-md", QL_STR("# Some *Agent*\n\nFirst words. More.\n"), "cursor").text,
                "---\nname: some-agent\n---\n\n# Some *Agent*\n\nFirst words. More.\n");
  assert_str_is(export_from("agents-md", QL_STR("\nNo heading\n"), "qwen").text,
                "---\nname: some-agent\ndescription: No heading\n---\n\nNo heading\n");
  assert_str_is(export_from("agents-md", QL_STR("- a list\n"), "qwen").text,
                "---\nname: some-agent\ndescription: The agent some-agent.\n---\n\n- a list\n");
  assert_str_is(export_from("claude-code", QL_STR("---\nname: some_a\ndescription: \"*Not* markup\"\n---\n\n## Part\n"), "agents-md").text,
                "# some_a\n\n\\*Not\\* markup\n\n## Part\n");
  assert_str_is(export_from("opencode", QL_STR("---\ndisable: false\n---\nText\n"), "vscode").text, "---\nname: some-agent\n---\nText\n");
  assert_str_is(export_from("claude-code", QL_STR("---\nname: some-a\n---\n---\nrule above\n"), "ouroboros").text,
                "# some-a\n\n---\nrule above\n");
  assert_str_is(export_from("claude-code", QL_STR("---\nname: some-a\n---\n# Some A\n"), "agents-md").text, "# Some A\n");
}

static void lines_and_bytes(void **state) {
  (void)state;
  ql_export e = export_from("claude-code", QL_STR("---\r\nname: a\r\ndescription: |\r\n  x\r\n  y\r\n---\r\nText\r\n\r\n"), "gemini-cli");
  assert_str_is(e.text, "---\r\nname: a\r\ndescription: |-\r\n  x\r\n  y\r\n---\r\nText\r\n\r\n");
  e = export_from("claude-code", QL_STR("\xEF\xBB\xBF---\nname: a\ndescription: D\n---\nT\xFF\n"), "copilot");
  assert_str_is(e.text, "---\nname: a\ndescription: D\n---\nT\xFF\n");
  assert_str_is(ql_get_str(ql_export_value(a, &e), QL_STR("text")), "---\nname: a\ndescription: D\n---\nT?\n");
  e = export_from("claude-code", QL_STR("\xEF\xBB\xBF---\nname: a\n---\nT\xFF"), "claude-code");
  assert_str_is(e.text, "\xEF\xBB\xBF---\nname: a\n---\nT\xFF");
}

static void too_long_for_the_target(void **state) {
  (void)state;
  char *text = calloc(40001, 1);
  assert_non_null(text);
  memset(text, 'x', 40000);
  memcpy(text, "---\nname: a\ndescription: D\n---\n", 31);
  text[29990] = '\n';
  ql_export e = export_from("claude-code", (ql_str){text, 40000}, "copilot");
  assert_str_is(fields_of(&e), "body");
  e = export_from("claude-code", (ql_str){text, 30031}, "copilot");
  assert_str_is(fields_of(&e), "");
  free(text);
}

static void refused(void **state) {
  (void)state;
  const ql_spec *spec = NULL;
  ql_export e;
  ql_str file = file_with("");
  assert_int_equal(ql_spec_parse(a, QL_ABSENT, file, &spec, NULL), QL_OK);
  assert_int_equal(ql_spec_export(a, spec, file, QL_STR("nothing"), &e, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_spec_export(a, spec, file, QL_ABSENT, &e, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_spec_export(a, spec, QL_STR("other bytes"), QL_STR("qwen"), &e, NULL), QL_ERR_ARGUMENT);
}

static const char full[] = "---\nname: Some Agent\ndescription: |\n  One: two\n  three\ntools: Read, Write, mcp__a__b, Odd\n"
                           "disallowedTools: Bash\nmodel: claude-opus-5\nmcpServers:\n  - db: {args: [x, y]}\npermissionMode: plan\n"
                           "color: red\nother: {a: [b, c]}\n---\n\n# Some Agent\n\nText.\n";

static ql_status try_export(ql_arena *b, const void *to) {
  const ql_spec *spec = NULL;
  ql_export e = {0};
  ql_status status = ql_spec_parse_as(b, QL_STR("a.md"), str(full), QL_STR("claude-code"), &spec, NULL);
  if (status == QL_OK) status = ql_spec_export(b, spec, str(full), str(to), &e, NULL);
  if (status == QL_OK && !ql_export_value(b, &e)) status = QL_ERR_NOMEM;
  if (status == QL_OK) assert_true(e.text.len > 0 && e.path.len > 0);
  return status;
}

static void out_of_memory(void **state) {
  static const char *const targets[] = {"claude-code", "copilot", "opencode", "gemini-cli", "qwen", "cursor", "agents-md", "acolytes"};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(targets); i++) assert_true(try_every_allocation(try_export, targets[i]) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_and_values), cmocka_unit_test(tools),           cmocka_unit_test(names),
      cmocka_unit_test(headings),        cmocka_unit_test(lines_and_bytes), cmocka_unit_test(too_long_for_the_target),
      cmocka_unit_test(refused),         cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
