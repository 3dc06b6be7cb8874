#include "support.h"

#include <time.h>

#include <questline/limits.h>
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

static const ql_spec *parse_at(const char *path, ql_str text) {
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, path ? str(path) : QL_ABSENT, text, &spec, NULL), QL_OK);
  return spec;
}

static const ql_spec *parse(const char *text) { return parse_at("w.md", str(text)); }

static const ql_diagnostic *finding(const ql_spec *spec, const char *code) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (strcmp(spec->diagnostics[i].code, code) == 0) return &spec->diagnostics[i];
  return NULL;
}

/* The codes of a spec's findings, in order, with blanks between. */
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

static ql_str tools(const ql_spec *spec) { return ql_value_text(a, ql_get(ql_spec_value(a, spec), QL_STR("tools"))); }

/* The text with a finding's edits made. */
static ql_str fixed(const ql_spec *spec, const char *code) {
  const ql_diagnostic *d = finding(spec, code);
  assert_non_null(d);
  assert_true(d->fix_count > 0);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t at = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    ql_buf_add(&out, ql_slice(spec->text, at, d->fix[i].offset));
    ql_buf_add(&out, d->fix[i].text);
    at = d->fix[i].offset + d->fix[i].length;
  }
  ql_buf_add(&out, ql_slice(spec->text, at, spec->text.len));
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

static void ids(void **state) {
  static const struct {
    const char *name, *id; /* NULL: absent */
  } cases[] = {
      {"api-architect", "@api-architect"},
      {"@api-architect", "@api-architect"},
      {"  \"API Architect\" ", "@api-architect"},
      {"`db.postgres`", "@db.postgres"},
      {"Fr\xC3\xA4ulein X", "@fr-ulein-x"},
      {"a / b", "@a-b"},
      {"snake_case", "@snake_case"},
      {"", NULL},
      {"@", NULL},
      {"---", NULL},
      {"\xE5\x90\x8D\xE5\x89\x8D", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str id = ql_agent_id(a, str(cases[i].name));
    if (cases[i].id)
      assert_str_is(id, cases[i].id);
    else
      assert_null(id.ptr);
    if (id.ptr) assert_true(ql_agent_id_valid(id));
  }
  char longest[QL_AGENT_ID_MAX + 1];
  memset(longest, 'a', sizeof longest);
  assert_int_equal(ql_agent_id(a, (ql_str){longest, QL_AGENT_ID_MAX - 1}).len, QL_AGENT_ID_MAX);
  assert_null(ql_agent_id(a, (ql_str){longest, QL_AGENT_ID_MAX}).ptr);
  assert_false(ql_agent_id_valid(QL_STR("api")));
  assert_false(ql_agent_id_valid(QL_STR("@Api")));
  assert_false(ql_agent_id_valid(QL_STR("@")));
}

/* What each list of tools comes to. */
static void tool_lists(void **state) {
  static const struct {
    const char *yaml, *names;
    ql_tools_state state;
  } cases[] = {
      {"", "null", QL_TOOLS_ABSENT},
      {"tools:\n", "null", QL_TOOLS_ABSENT},
      {"tools: []\n", "[]", QL_TOOLS_EMPTY},
      {"tools: \"\"\n", "[]", QL_TOOLS_EMPTY},
      {"tools: Read, Write , Bash\n", "[\"Read\",\"Write\",\"Bash\"]", QL_TOOLS_LISTED},
      {"tools: Bash(git add, git commit), Read\n", "[\"Bash(git add, git commit)\",\"Read\"]", QL_TOOLS_LISTED},
      {"tools: \"Read, Grep\"\n", "[\"Read\",\"Grep\"]", QL_TOOLS_LISTED},
      {"tools: Read\n", "[\"Read\"]", QL_TOOLS_LISTED},
      {"tools: [read, 'search/codebase']\n", "[\"read\",\"search/codebase\"]", QL_TOOLS_LISTED},
      {"tools:\n  - Read\n  - \"Local Shell\"\n", "[\"Read\",\"Local Shell\"]", QL_TOOLS_LISTED},
      {"tools:\n- Read\n- Glob # all of them\n", "[\"Read\",\"Glob\"]", QL_TOOLS_LISTED},
      {"tools:\n  read: true\n  write: false\n  bash: true\n", "[\"read\",\"bash\"]", QL_TOOLS_LISTED},
      {"tools:\n  write: false\n", "null", QL_TOOLS_ABSENT},
      {"tools:\n  \"*\": false\n", "[]", QL_TOOLS_EMPTY},
      {"tools: *\n", "[\"*\"]", QL_TOOLS_LISTED},
      {"tools: \"*\"\n", "[\"*\"]", QL_TOOLS_LISTED},
      {"tools: [read, write\n", "[\"read\",\"write\"]", QL_TOOLS_LISTED},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[512];
    snprintf(text, sizeof text, "---\nname: w\ndescription: Works.\n%s---\nBody.\n", cases[i].yaml);
    const ql_spec *spec = parse(text);
    assert_str_is(tools(spec), cases[i].names);
    assert_int_equal(spec->tools_state, cases[i].state);
    assert_int_equal(spec->tools_from, cases[i].state == QL_TOOLS_ABSENT ? QL_TOOLS_FROM_NONE : QL_TOOLS_FROM_FRONTMATTER);
    for (size_t k = 0; k < spec->tool_count; k++)
      assert_true(ql_starts(ql_slice(spec->text, spec->tools[k].offset, spec->text.len), spec->tools[k].name));
  }
}

static void canonical_names(void **state) {
  static const struct {
    const char *name, *canonical; /* NULL: unknown */
  } cases[] = {
      {"Read", "read"},
      {"MultiEdit", "edit"},
      {"bash", "bash"},
      {"run_shell_command", "bash"},
      {"edit/editFiles", "edit"},
      {"FindFiles", "glob"},
      {"Image Generator", "image"},
      {"WEBFETCH", "web-fetch"},
      {"mcp__context7__resolve-library-id", "mcp:context7/resolve-library-id"},
      {"mcp__serena__*", "mcp:serena/*"},
      {"mcp__serena", "mcp:serena/*"},
      {"mcp_github_create_issue", "mcp:github/create_issue"},
      {"playwright/*", "mcp:playwright/*"},
      {"context7", "mcp:context7/*"},
      {"Bash(git:*)", "bash(git:*)"},
      {"FlyToTheMoon", NULL},
      {"mcp__", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[256];
    snprintf(text, sizeof text, "---\nname: w\ndescription: Works.\ntools: ['%s']\n---\nBody.\n", cases[i].name);
    const ql_spec *spec = parse(text);
    assert_int_equal(spec->tool_count, 1);
    if (cases[i].canonical)
      assert_str_is(spec->tools[0].canonical, cases[i].canonical);
    else
      assert_null(spec->tools[0].canonical.ptr);
    assert_int_equal(finding(spec, "unknown-tool") != NULL, cases[i].canonical == NULL);
  }
  assert_str_is(fixed(parse("---\nname: w\ndescription: W.\ntools: Raed\n---\nB\n"), "unknown-tool"),
                "---\nname: w\ndescription: W.\ntools: Read\n---\nB\n");
}

static void dialects(void **state) {
  static const struct {
    const char *path, *yaml, *dialect;
  } cases[] = {
      {"x.md", "name: w\ndescription: W.\nmodel: opus\n", "claude-code"},
      {"x.md", "description: W.\nmodel: opus\n", "claude-code"},
      {"x.md", "name: w\ndescription: W.\ntools: Read, Bash\n", "claude-code"},
      {"x.md", "description: W.\ntools: [read, grep, webfetch]\n", "opencode"},
      {".github/agents/x.md", "description: W.\n", "copilot"},
      {"repo/x.agent.md", "description: W.\ntools: [search, todo]\n", "copilot"},
      {"x.chatmode.md", "description: W.\ntools: ['codebase', 'usages']\n", "vscode"},
      {"x.md", "description: W.\nhandoffs:\n  - label: Go\n    agent: y\n", "vscode"},
      {"x.md", "description: W.\nmode: subagent\ntools:\n  write: false\n", "opencode"},
      {"C:\\repo\\.opencode\\agent\\x.md", "description: W.\n", "opencode"},
      {"x.md", "name: w\ndescription: W.\nkind: local\nmax_turns: 5\ntools: [read_file]\n", "gemini-cli"},
      {"x.md", "name: w\ndescription: W.\napprovalMode: plan\n", "qwen"},
      {"rules/x.mdc", "description: W.\nglobs: \"*.ts\"\nalwaysApply: false\n", "cursor"},
      {"AGENTS.md", NULL, "agents-md"},
      {"repo/docs/agents.md", NULL, "agents-md"},
      {"x.md", "name: w\ndescription: W.\nactivation: manual\nknowledge_scope: all\n", "acolytes"},
      {"x.md", NULL, "plain"},
      {NULL, NULL, "plain"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[512];
    snprintf(text, sizeof text, cases[i].yaml ? "---\n%s---\nBody.\n" : "%sJust words.\n", cases[i].yaml ? cases[i].yaml : "");
    assert_string_equal(parse_at(cases[i].path, str(text))->dialect, cases[i].dialect);
  }
  assert_string_equal(parse("# W\n\n## Toolkit\n- `FindFiles`, `ReadFile` and `npm test`\n- `FindFiles` again\n")->dialect, "ouroboros");
}

static void names(void **state) {
  static const struct {
    const char *path, *text, *id, *name, *codes; /* name NULL: absent */
  } cases[] = {
      {"api-pro.md", "---\nname: api-pro\ndescription: A.\n---\nB\n", "@api-pro", "api-pro", ""},
      {"api-pro.md", "---\nname: API Pro\ndescription: A.\n---\nB\n", "@api-pro", "API Pro", "name-normalised"},
      {"12.md", "---\nname: 12\ndescription: A.\n---\nB\n", "@12", "12", ""},
      {"dir/x-y.md", "---\ndescription: A.\n---\n# Z\n", "@x-y", NULL, "name-missing"},
      {NULL, "---\ndescription: A.\n---\n# Z\n", "@z", NULL, "name-missing"},
      {"a/x.agent.md", "---\ndescription: A.\n---\n# Z\n", "@x", NULL, ""},
      {"x.md", "---\nname: [a]\ndescription: A.\n---\nB\n", "@x", NULL, "wrong-type name-missing"},
      {"x.md", "---\nname: \xE5\x90\x8D\ndescription: A.\n---\nB\n", "@x", "\xE5\x90\x8D", "name-unusable"},
      {"x.md", "## Two\n\n# One *strong*\n", "@one-strong", "One strong", "no-frontmatter"},
      {"x.md", "Only words.\n", "@x", NULL, "no-frontmatter"},
      {NULL, "Only words.\n", "@unnamed", NULL, "no-frontmatter"},
      {NULL, "", "@unnamed", NULL, "empty-file"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_spec *spec = parse_at(cases[i].path, str(cases[i].text));
    assert_str_is(spec->id, cases[i].id);
    if (cases[i].name)
      assert_str_is(spec->name, cases[i].name);
    else
      assert_null(spec->name.ptr);
    assert_str_is(codes(spec), cases[i].codes);
  }
}

/* The recovery ladder: what is read, what is said, and that the fix makes it YAML. */
static void ladder(void **state) {
  static const struct {
    const char *yaml, *description, *tools, *codes, *fix;
  } cases[] = {
      {"name: w\ndescription: Plain words\n", "Plain words", "null", "", NULL},
      {"name: w\ndescription: Use it when: always\ntools: Read\n", "Use it when: always", "[\"Read\"]", "silent-skip unquoted-colon",
       "unquoted-colon"},
      {"name: w\ndescription: Say \"hi\": it \\n works\n", "Say \"hi\": it \\n works", "null", "silent-skip unquoted-colon",
       "unquoted-colon"},
      {"name: w\ndescription: One: two\n  three: four\n", "One: two three: four", "null", "silent-skip unquoted-colon", "unquoted-colon"},
      {"name: w\ndescription: Works. <example>\nContext: late\nuser: \"go\"\nassistant: \"ok\"\n</example>\nmodel: opus\n",
       "Works. <example>\nContext: late\nuser: \"go\"\nassistant: \"ok\"\n</example>", "null", "silent-skip run-on-value", "run-on-value"},
      {"name: w\ndescription: Ask: me\nuser: hello\nassistant: fine\nNote: odd\ncolor: red\n",
       "Ask: me\nuser: hello\nassistant: fine\nNote: odd", "null", "silent-skip run-on-value", "run-on-value"},
      {"name: w\ndescription: Ask: me\nuser: hello\nname: fake\nmodel: opus\n", "Ask: me\nuser: hello\nname: fake", "null",
       "silent-skip run-on-value", "run-on-value"},
      {"name: w\ndescription:\n  Use it when: always\n  and so on\ncolor: red\n", "Use it when: always and so on", "null",
       "silent-skip unquoted-colon", "unquoted-colon"},
      {"name: w\ndescription: |\nUse it when: always\n\nuser: hi\ncolor: red\n", "Use it when: always\n\nuser: hi", "null", "run-on-value",
       "run-on-value"},
      {"name: w\ndescription: >-\n    Deep\n  shallow: x\n", "Deep\nshallow: x", "null", "silent-skip run-on-value", "run-on-value"},
      {"name: w\ndescription: |works|\n", "|works|", "null", "silent-skip unquoted-symbol", "unquoted-symbol"},
      {"name: w\ndescription: Works\n  - Read # looks\n  - Bash # runs\n", "Works", "[\"Read\",\"Bash\"]", "silent-skip orphan-list",
       "orphan-list"},
      {"name: w\ndescription: Works\n\n  - Read\n  - Bash\n", "Works", "[\"Read\",\"Bash\"]", "orphan-list", "orphan-list"},
      {"name: w\ndescription: Works\n  - milk # one\n  - bread # two\n", NULL, "null", "silent-skip unreadable-value", NULL},
      {"name: w\ndescription: @home is best\n", "@home is best", "null", "silent-skip unquoted-symbol", "unquoted-symbol"},
      {"name: w\ndescription: [Beta] works\n", "[Beta] works", "null", "silent-skip unreadable-value", "unreadable-value"},
      {"name: w\ndescription: Works\ntools:\n\t- Read\n", "Works", "[\"Read\"]", "tab-indent", "tab-indent"},
      {"lost words\nname: w\ndescription: Works\n", "Works", "null", "silent-skip stray-text", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[512];
    snprintf(text, sizeof text, "---\n%s---\nBody.\n", cases[i].yaml);
    const ql_spec *spec = parse(text);
    assert_str_is(spec->name, "w");
    if (cases[i].description) assert_str_is(spec->description, cases[i].description);
    assert_str_is(tools(spec), cases[i].tools);
    assert_str_is(codes(spec), cases[i].codes);
    if (!cases[i].fix) continue;
    const ql_spec *again = parse_at("w.md", fixed(spec, cases[i].fix));
    assert_str_is(codes(again), "");
    assert_str_is(again->description, cases[i].description);
    assert_str_is(tools(again), cases[i].tools);
    assert_true(ql_value_equal(spec->extra, again->extra));
  }
}

static void keys_behind_prose(void **state) {
  (void)state;
  const ql_spec *spec =
      parse("---\nname: w\ndescription: Works. <example>\nname: not this\n</example>\nsla: 5m\nmodel: haiku\n---\nBody.\n");
  assert_str_is(spec->name, "w");
  assert_str_is(spec->model, "haiku");
  assert_str_is(spec->description, "Works. <example>\nname: not this\n</example>\nsla: 5m");
  assert_str_is(ql_value_text(a, spec->extra), "{}");
  /* YAML alone would make keys of the speakers and cut the description. */
  spec = parse("---\nname: w\ndescription: Works with people\nuser: \"go\"\nassistant: \"ok\"\ncolor: red\n---\nBody.\n");
  assert_str_is(spec->description, "Works with people\nuser: \"go\"\nassistant: \"ok\"");
  assert_str_is(spec->color, "red");
  assert_str_is(ql_value_text(a, spec->extra), "{}");
  assert_str_is(codes(spec), "run-on-value");
  spec = parse("---\nname: w\nuser: me\ndescription: Works\n---\nBody.\n");
  assert_str_is(ql_value_text(a, spec->extra), "{\"user\":\"me\"}");
}

static void extra_values(void **state) {
  (void)state;
  const ql_spec *spec =
      parse("---\nname: w\ndescription: W.\nversion: 2.0.0\nratio: 0.10\nturns: 5\nhidden: true\nnone: ~\nwhen: 2024-01-02\nyes: no\n"
            "map: {b: [1, x]}\n\xC3\xA9t\xC3\xA9: sun\nlist: [{\xC3\xA4: 1}]\n---\nBody.\n");
  assert_str_is(
      ql_value_text(a, spec->extra),
      "{\"\\\\u{e9}t\\\\u{e9}\":\"sun\",\"hidden\":true,\"list\":\"[{\xC3\xA4: 1}]\",\"map\":{\"b\":[1,\"x\"]},\"none\":null,\"ratio\":\"0.10\","
      "\"turns\":5,\"version\":\"2.0.0\",\"when\":\"2024-01-02\",\"yes\":\"no\"}");
  /* Twice from one spec: neither answer disturbs the other. */
  ql_str first = ql_value_text(a, ql_spec_value(a, spec));
  ql_value *kept = ql_spec_value(a, spec);
  ql_arena *other = ql_arena_new(ql_alloc_libc());
  assert_true(ql_eq(first, ql_value_text(a, ql_spec_value(other, spec))));
  ql_arena_free(other);
  assert_true(ql_eq(first, ql_value_text(a, kept)));
}

/* Damage to bytes and lines. */
static void damage(void **state) {
#define HEAD "name: w\ndescription: W.\n"
  static const struct {
    const char *text, *codes;
    const char *name; /* expected; NULL: whatever */
    const char *fix;  /* the finding whose fix removes it */
  } cases[] = {
      {"\xEF\xBB\xBF---\n" HEAD "---\nB\n", "byte-order-mark", "w", "byte-order-mark"},
      {"\n\n---\n" HEAD "---\nB\n", "", "w", NULL},
      {"---\r\nname: w\r\ndescription: W.\r\n---\r\nB\r\n", "", "w", NULL},
      {"---\rname: w\rdescription: W.\r---\rB\r", "cr-line-ends", "w", NULL},
      {"---\n" HEAD "---\nB\r\nC\n", "mixed-line-ends", "w", NULL},
      {"---\n" HEAD "...\nB\n", "dots-fence", "w", "dots-fence"},
      {"---\n" HEAD "\n# Title\n", "unclosed-frontmatter silent-skip", "w", "unclosed-frontmatter"},
      {"---\n" HEAD "------\nB\n", "unclosed-frontmatter silent-skip", "w", "unclosed-frontmatter"},
      {"---\n---\nB\n", "name-missing description-missing empty-frontmatter", NULL, NULL},
      {"---\n" HEAD "---\n\n", "empty-body", "w", NULL},
      {"```markdown\n---\n" HEAD "---\nB\n```\n", "wrapped-in-fence silent-skip", "w", "wrapped-in-fence"},
      {"  ---\n  name: w\n  description: W.\n  ---\n  B\n", "indented-frontmatter silent-skip", "w", "indented-frontmatter"},
      {" ---\n  name: w\nB\n", "no-frontmatter", NULL, NULL},
      {"---\n" HEAD "name: v\n---\nB\n", "duplicate-key name-differs-from-file", "v", NULL},
      {"---\n" HEAD "---\nB\x01\x01\n", "control-character", "w", "control-character"},
      {"---\nname: w\ndescription: W.\x07 x\n---\nB\n", "control-character", "w", "control-character"},
      {"---\nname: w\xE9\ndescription: W.\n---\nB\n", "name-normalised name-differs-from-file invalid-utf8", "w?", NULL},
      {"---\n" HEAD "---\n\xFF\xFE\xC3(\n", "invalid-utf8", "w", "invalid-utf8"},
      {"---\n" HEAD "desc: x\nmodle: opus\n---\nB\n", "misspelled-key", "w", NULL},
      {"---\n" HEAD "allowed-tools: Read\n---\nB\n", "misspelled-key", "w", "misspelled-key"},
      {"---\nname: w\ndescription: In C # and more\n---\nB\n", "comment-cut", "w", NULL},
      {"---\n" HEAD "a: &x 1\nb: *x\n---\nB\n", "unquoted-symbol unquoted-symbol", "w", NULL},
      {"---\n" HEAD "a: &x 1\nb: c: d\n---\nB\n", "silent-skip unquoted-symbol unquoted-colon", "w", NULL},
      {"---\n" HEAD "tools: Read, Read\n---\nB\n", "duplicate-tool", "w", NULL},
      {" \n\t\n", "empty-file", NULL, NULL},
      {"\xEF\xBB\xBF", "empty-file byte-order-mark", NULL, NULL},
      {"\xFF\xFEh\x00", "utf-16 no-frontmatter", NULL, NULL},
      {"\n\n", "empty-file", NULL, NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_spec *spec = parse(cases[i].text);
    assert_str_is(codes(spec), cases[i].codes);
    if (cases[i].name) assert_str_is(spec->name, cases[i].name);
    if (cases[i].fix) assert_null(finding(parse_at("w.md", fixed(spec, cases[i].fix)), cases[i].fix));
  }
  const ql_spec *nul = parse_at("w.md", QL_STR("---\n" HEAD "---\nB\0C\n"));
  assert_str_is(codes(nul), "nul-byte");
  assert_str_is(nul->text, "---\n" HEAD "---\nB?C\n");
}

static void positions(void **state) {
  (void)state;
  const ql_spec *spec = parse("---\nname: w\n# \xC3\xA4\xF0\x9F\x9A\xA8\ndescription: A\xC3\xA4 b: c\n---\nB\n");
  const ql_diagnostic *d = finding(spec, "unquoted-colon");
  assert_int_equal(d->line, 4);
  assert_int_equal(d->column, 18);
  assert_int_equal(spec->text.ptr[d->offset], ':');
  spec = parse("---\r\nname: w\r\ndescription: W.\r\nmodel: claude-3-5-sonnet-20240620\r\n---\r\nB\r\n");
  d = finding(spec, "model-retired");
  assert_int_equal(d->line, 4);
  assert_int_equal(d->column, 8);
}

static void mojibake(void **state) {
  static const struct {
    const char *text, *repaired; /* NULL: nothing is found */
  } cases[] = {
      {"go \xC3\xA2\xE2\x80\xA0\xE2\x80\x99 on", "go \xE2\x86\x92 on"},
      {"\xC3\xB0\xC5\xB8\xC5\xA1\xC2\xA8", "\xF0\x9F\x9A\xA8"},
      {"caf\xC3\x83\xC2\xA9", "caf\xC3\xA9"},
      {"don\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2t", "don\xE2\x80\x99t"},
      {"50\xC3\x82\xC2\xA0%", "50\xC2\xA0%"},
      {"\xC3\xA9t\xC3\xA9, na\xC3\xAFve, \xC3\x9C\xC3\x9F", NULL},
      {"\xE2\x80\x9E"
       "caf\xC3\xA9\xE2\x80\x9D\xE2\x80\xA6",
       NULL},
      {"IRM\xC3\x83\xE2\x80\x9D", NULL},
      {"\xE2\x86\x92 \xF0\x9F\x9A\xA8 \xE4\xB8\xAD", NULL},
      /* read wrongly twice, and as often as there are letters */
      {"It\xC3\x83\xC2\xA2\xC3\xA2\xE2\x80\x9A\xC2\xAC\xC3\xA2\xE2\x80\x9E\xC2\xA2s", "It\xE2\x80\x99s"},
      {"\xC3\x82\xC3\x82\xC3\x82\xC2\xA8", "\xC2\xA8"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_spec *spec = parse(cases[i].text);
    assert_int_equal(finding(spec, "mojibake") != NULL, cases[i].repaired != NULL);
    if (cases[i].repaired) assert_str_is(fixed(spec, "mojibake"), cases[i].repaired);
  }
}

static void models(void **state) {
  static const struct {
    const char *model, *instead; /* NULL: still served, or unknown */
  } cases[] = {
      {"claude-3-5-sonnet-20241022", "sonnet"},
      {"claude-3-opus", "opus"},
      {"gemini-1.5-flash-8b", "gemini-3.5-flash-lite"},
      {"gemini-1.5-flash-002", "gemini-3.5-flash"},
      {"Claude-3-Haiku-20240307", "haiku"},
      {"sonnet", NULL},
      {"claude-sonnet-4-5-20250929", NULL},
      {"gpt-9", NULL},
      {"claude-20", NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    char text[256], wanted[256];
    snprintf(text, sizeof text, "---\nname: w\ndescription: W.\nmodel: \"%s\"\n---\nB\n", cases[i].model);
    const ql_spec *spec = parse(text);
    assert_str_is(spec->model, cases[i].model);
    assert_int_equal(finding(spec, "model-retired") != NULL, cases[i].instead != NULL);
    if (!cases[i].instead) continue;
    snprintf(wanted, sizeof wanted, "---\nname: w\ndescription: W.\nmodel: \"%s\"\n---\nB\n", cases[i].instead);
    assert_str_is(fixed(spec, "model-retired"), wanted);
  }
  assert_int_equal(
      finding(parse("---\nname: w\ndescription: W.\nmodel: anthropic/claude-3-opus-20240229\n---\nB\n"), "model-retired")->fix_count, 0);
  assert_str_is(parse("---\nname: w\ndescription: W.\nmodel: [GPT-5, other]\n---\nB\n")->model, "GPT-5");
}

static void sections(void **state) {
  (void)state;
  const char *text =
      "---\nname: w\ndescription: W.\n---\nIntro\n\n# One `code`\na\n\nTwo\n---\nb\n\n### Three\nc\n\n```\n# no\n```\n> # no\n\n# Four\n";
  const ql_spec *spec = parse(text);
  static const struct {
    const char *title;
    int level;
    uint32_t line;
    const char *end; /* what follows */
  } expected[] = {{"One code", 1, 7, "# Four\n"}, {"Two", 2, 10, "# Four\n"}, {"Three", 3, 14, "# Four\n"}, {"Four", 1, 22, ""}};
  assert_int_equal(spec->section_count, QL_COUNT(expected));
  for (size_t i = 0; i < QL_COUNT(expected); i++) {
    assert_str_is(spec->sections[i].title, expected[i].title);
    assert_int_equal(spec->sections[i].level, expected[i].level);
    assert_int_equal(spec->sections[i].line, expected[i].line);
    assert_string_equal(text + spec->sections[i].end, expected[i].end);
  }
}

static void body_tools(void **state) {
  (void)state;
  const ql_spec *spec = parse(
      "# Helper\n\n`Read` is not meant here.\n\n## My Toolkit\n- **See** - `ReadFile`, `SearchText`\n- `ReadFile`, `npm test`, `src/x.ts`\n\n"
      "### More\n`Shell`\n\n## Other\n`WebFetch`\n");
  assert_str_is(tools(spec), "[\"ReadFile\",\"SearchText\",\"Shell\"]");
  assert_int_equal(spec->tools_from, QL_TOOLS_FROM_BODY);
  /* Frontmatter that lists no tools means all of them: the prose does not narrow that. */
  spec = parse("---\nname: w\ndescription: W.\n---\n## Tools\n- `Read`\n");
  assert_int_equal(spec->tools_state, QL_TOOLS_ABSENT);
}

static char *repeat(const char *head, const char *piece, size_t count, const char *tail, size_t *len) {
  size_t h = strlen(head), p = strlen(piece), t = strlen(tail);
  *len = h + p * count + t;
  char *text = malloc(*len + 1);
  assert_non_null(text);
  memcpy(text, head, h);
  for (size_t i = 0; i < count; i++) memcpy(text + h + i * p, piece, p);
  memcpy(text + h + p * count, tail, t + 1);
  return text;
}

static void limits(void **state) {
  (void)state;
  const ql_spec *spec = NULL;
  ql_error err = {0};
  size_t len;
  char *text = repeat("", "x", QL_SPEC_BYTES_MAX, "", &len);
  assert_int_equal(ql_spec_parse(a, QL_ABSENT, (ql_str){text, len}, &spec, NULL), QL_OK);
  free(text);
  spec = NULL;
  text = repeat("", "x", QL_SPEC_BYTES_MAX + 1, "", &len);
  assert_int_equal(ql_spec_parse(a, str("big.md"), (ql_str){text, len}, &spec, &err), QL_ERR_LIMIT);
  assert_non_null(strstr(err.message, "QL_SPEC_BYTES_MAX"));
  assert_string_equal(err.detail, "big.md");
  assert_null(spec);
  free(text);

  text = repeat("---\nname: w\n", "#\n", QL_FRONTMATTER_BYTES_MAX / 2, "---\nB\n", &len);
  assert_non_null(finding(parse(text), "frontmatter-limit"));
  free(text);
  text = repeat("---\nname: w\ndescription: W.\ndeep: ", "[", QL_FRONTMATTER_DEPTH_MAX, "\n---\nB\n", &len);
  spec = parse(text);
  assert_non_null(finding(spec, "frontmatter-limit"));
  assert_str_is(spec->name, "w");
  assert_str_is(spec->description, "W.");
  free(text);
  text = repeat("---\nname: w\ndescription: W.\nx: [", "1,", QL_FRONTMATTER_NODES_MAX, "]\n---\nB\n", &len);
  assert_non_null(finding(parse(text), "frontmatter-limit"));
  free(text);

  text = repeat("---\nname: w\ndescription: W.\ntools: a", ",b", QL_FRONTMATTER_NODES_MAX - 1, "\n---\nB\n", &len);
  spec = parse(text);
  assert_int_equal(spec->tool_count, QL_FRONTMATTER_NODES_MAX);
  assert_null(finding(spec, "frontmatter-limit"));
  free(text);
  text = repeat("---\nname: w\ndescription: W.\ntools: a", ",b", QL_FRONTMATTER_NODES_MAX, "\n---\nB\n", &len);
  spec = parse(text);
  assert_int_equal(spec->tool_count, QL_FRONTMATTER_NODES_MAX);
  assert_non_null(finding(spec, "frontmatter-limit"));
  free(text);

  /* As many findings as fit, then one more. Grave ones are not crowded out. */
  text = repeat("---\nname: w\ndescription: W.\n---\n", "\x01 ", QL_SPEC_DIAGNOSTICS_MAX, "\n", &len);
  spec = parse(text);
  assert_int_equal(spec->diagnostic_count, QL_SPEC_DIAGNOSTICS_MAX);
  assert_null(finding(spec, "more-diagnostics"));
  free(text);
  text = repeat("---\nname: w\ndescription: W.\n---\n", "\x01 ", QL_SPEC_DIAGNOSTICS_MAX + 1, "\xFF\n", &len);
  spec = parse(text);
  assert_int_equal(spec->diagnostic_count, QL_SPEC_DIAGNOSTICS_MAX);
  assert_string_equal(spec->diagnostics[QL_SPEC_DIAGNOSTICS_MAX - 1].code, "more-diagnostics");
  assert_true(ql_starts(spec->diagnostics[QL_SPEC_DIAGNOSTICS_MAX - 1].message, QL_STR("3 more ")));
  assert_non_null(finding(spec, "invalid-utf8"));
  free(text);
}

static double seconds_for(const char *head, const char *piece, size_t count, const char *tail) {
  size_t len;
  char *text = repeat(head, piece, count, tail, &len);
  double best = 1e9;
  for (int i = 0; i < 3; i++) {
    ql_arena *arena = ql_arena_new(ql_alloc_libc());
    const ql_spec *spec = NULL;
    clock_t start = clock();
    assert_int_equal(ql_spec_parse(arena, QL_ABSENT, (ql_str){text, len}, &spec, NULL), QL_OK);
    double took = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (took < best) best = took;
    ql_arena_free(arena);
  }
  free(text);
  return best;
}

/* Four times the text must not take much more than four times as long. */
static void near_linear(void **state) {
  static const struct {
    const char *head, *piece, *tail;
  } cases[] = {
      {"", "\xC3\xA2\xE2\x80\xA0\xE2\x80\x99 ", ""},
      {"", "\xFF ", ""},
      {"", "# x\n\n", ""},
      {"", "- **a-b**: x\n", ""},
      {"", "@a-b @c ` ", ""},
      {"# T\n## Tools\n", "`Read` `mcp__a__b` ", ""},
      {"---\nname: w\n", "description: a: <example>\n", "---\nB\n"},
      {"---\nname: w\ntools: ", "Read,", "\n---\nB\n"},
      {"---\nname: w\nx: : \n", "<example> a: b\n", "---\nB\n"},
      {"---\nname: w\nx: : \n  - Read\n", "  - Read\n", "---\nB\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    size_t piece = strlen(cases[i].piece), most = cases[i].head[0] == '-' ? QL_FRONTMATTER_BYTES_MAX - 64 : QL_SPEC_BYTES_MAX - 64;
    double one = seconds_for(cases[i].head, cases[i].piece, most / piece / 4, cases[i].tail);
    double four = seconds_for(cases[i].head, cases[i].piece, most / piece, cases[i].tail);
    if (four > 0.05 && four > one * 12) {
      print_error("case %zu: %.3f s, four times as much: %.3f s\n", i, one, four);
      fail();
    }
  }
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_spec *spec = NULL;
  ql_status status = ql_spec_parse(arena, QL_STR("a/b.md"), str(ctx), &spec, NULL);
  if (status != QL_OK) {
    assert_null(spec);
    return status;
  }
  return ql_spec_value(arena, spec) ? QL_OK : QL_ERR_NOMEM;
}

static void memory(void **state) {
  (void)state;
  assert_true(
      try_every_allocation(
          trial,
          "---\nname: W w\ndescription: A: b\nuser: x\ntools: *\nmodel: claude-2\n\xC3\xA9: [1, {a: b}]\n---\n# H\n\xC3\x83\xC2\xA9 \xFF\n") >
      30);
  assert_true(try_every_allocation(trial, "---\nname: w\npriority: high\n\n  - Read\n  - x # y\n\tz: 1\n---\nb\x01\n") > 20);
  assert_true(try_every_allocation(trial, "# W\n\n## Toolkit\n- `FindFiles`, `Shell`\n") > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids),
      cmocka_unit_test(tool_lists),
      cmocka_unit_test(canonical_names),
      cmocka_unit_test(dialects),
      cmocka_unit_test(names),
      cmocka_unit_test(ladder),
      cmocka_unit_test(keys_behind_prose),
      cmocka_unit_test(extra_values),
      cmocka_unit_test(damage),
      cmocka_unit_test(positions),
      cmocka_unit_test(mojibake),
      cmocka_unit_test(models),
      cmocka_unit_test(sections),
      cmocka_unit_test(body_tools),
      cmocka_unit_test(limits),
      cmocka_unit_test(near_linear),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
