#include "support.h"

#include <questline/limits.h>

#include "base/text.h"
#include "format/frontmatter.h"
#include "format/yaml.h"

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

static const ql_yaml_node *read_yaml(const char *text) {
  const ql_yaml_node *node = NULL;
  ql_error err = {0};
  if (ql_yaml_read(a, str(text), &node, &err) != QL_OK) fail_msg("%s: %s at %zu", text, err.message, err.offset);
  return node;
}

/* Fences. */

static void fences(void **state) {
  static const struct {
    const char *text;
    ql_fence_state state;
    size_t open, block, block_end, body;
  } cases[] = {
      {"---\nname: x\n---\nbody", QL_FENCE_CLOSED, 0, 4, 12, 16},
      {"---\nname: x\n...\nbody", QL_FENCE_CLOSED, 0, 4, 12, 16},
      {"---\r\nname: x\r\n---\r\nbody", QL_FENCE_CLOSED, 0, 5, 14, 19},
      {"---\rname: x\r---\rbody", QL_FENCE_CLOSED, 0, 4, 12, 16},
      {"\xEF\xBB\xBF---\na: b\n---\n", QL_FENCE_CLOSED, 3, 7, 12, 16},
      {"\n \n---  \na: b\n--- \t\nx", QL_FENCE_CLOSED, 3, 9, 14, 20},
      {"---\n---\n", QL_FENCE_CLOSED, 0, 4, 4, 8},
      {"---\n# note\n\n---", QL_FENCE_CLOSED, 0, 4, 12, 15},
      {"---\na: b\n---", QL_FENCE_CLOSED, 0, 4, 9, 12},
      {"---\ntext\na: |\n  ---\n---\n", QL_FENCE_CLOSED, 0, 4, 20, 24},
      {"---\na: b\n\n# Title\n", QL_FENCE_OPEN, 0, 4, 18, 4},
      {"---\na: b\n----\n", QL_FENCE_OPEN, 0, 4, 14, 4},
      {"", QL_FENCE_NONE, 0, 0, 0, 0},
      {"\n\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"\xEF\xBB\xBF# Title", QL_FENCE_NONE, 3, 3, 3, 3},
      {"# Title\n---\na: b\n---\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"Title\n---\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {" ---\na: b\n---\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"----\na: b\n----\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"--- x\na: b\n---\n", QL_FENCE_NONE, 0, 0, 0, 0},
      /* A thematic break, prose, and a setext underline or a second break. */
      {"---\n\nSome prose here.\n\nHeading\n---\nmore", QL_FENCE_NONE, 0, 0, 0, 0},
      {"---\nSome prose: with a colon behind blanks\n---\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"---\nSome prose.\n", QL_FENCE_NONE, 0, 0, 0, 0},
      {"---\nSome prose.\nnote: later\n", QL_FENCE_NONE, 0, 0, 0, 0},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_frontmatter f = ql_frontmatter_find(str(cases[i].text));
    if (f.state != cases[i].state || f.open != cases[i].open || f.block != cases[i].block || f.block_end != cases[i].block_end ||
        f.body != cases[i].body)
      fail_msg("%s: state %d, %zu %zu %zu %zu", cases[i].text, (int)f.state, f.open, f.block, f.block_end, f.body);
  }
}

static void fence_limit(void **state) {
  (void)state;
  for (size_t over = 0; over < 2; over++) {
    ql_buf b = ql_buf_new(ql_alloc_libc());
    ql_buf_add(&b, QL_STR("---\na: "));
    while (b.len < 4 + QL_FRONTMATTER_BYTES_MAX + over - 1) ql_buf_byte(&b, 'x');
    ql_buf_add(&b, QL_STR("\n---\n"));
    ql_frontmatter f = ql_frontmatter_find(ql_buf_str(&b));
    assert_int_equal(f.state, over ? QL_FENCE_TOO_LARGE : QL_FENCE_CLOSED);
    if (!over) assert_int_equal(f.block_end - f.block, QL_FRONTMATTER_BYTES_MAX);
    const ql_yaml_node *node;
    ql_str block = ql_slice(ql_buf_str(&b), 4, b.len - 4);
    assert_int_equal(ql_yaml_read(a, block, &node, NULL), over ? QL_ERR_LIMIT : QL_OK);
    ql_buf_free(&b);
  }
}

/* The tree. */

static void check_node(const char *text, const ql_yaml_node *node, ql_yaml_style style, const char *source) {
  assert_non_null(node);
  assert_int_equal(node->style, style);
  assert_str_is(ql_slice(str(text), node->offset, node->end_offset), source);
}

static void tree(void **state) {
  (void)state;
  static const char text[] = "name: \xC3\xA9 agent\r\n"
                             "tools: [Read, \"Bash\"]\r\n"
                             "list:\r\n"
                             "  - 'it''s'\r\n"
                             "  - k: v\r\n"
                             "    k: w\r\n"
                             "text: |\r\n"
                             "  one\r\n"
                             "  two\r\n"
                             "fold: >-\r\n"
                             "  a\r\n"
                             "  b\r\n"
                             "empty:\r\n"
                             "\xF0\x9F\x9A\x80: end # comment\r\n";
  const ql_yaml_node *root = read_yaml(text);
  assert_int_equal(root->kind, QL_YAML_MAPPING);
  assert_int_equal(root->count, 7);
  const ql_yaml_node *name = root->first;
  check_node(text, name->key, QL_YAML_PLAIN, "name");
  check_node(text, name, QL_YAML_PLAIN, "\xC3\xA9 agent");
  assert_str_is(name->text, "\xC3\xA9 agent");
  const ql_yaml_node *tools = name->next;
  check_node(text, tools, QL_YAML_FLOW, "[Read, \"Bash\"]");
  check_node(text, tools->first, QL_YAML_PLAIN, "Read");
  check_node(text, tools->first->next, QL_YAML_DOUBLE, "\"Bash\"");
  assert_str_is(tools->first->next->text, "Bash");
  const ql_yaml_node *items = ql_yaml_get(root, QL_STR("list"));
  check_node(text, items, QL_YAML_BLOCK, "- 'it''s'\r\n  - k: v\r\n    k: w");
  check_node(text, items->first, QL_YAML_SINGLE, "'it''s'");
  assert_str_is(items->first->text, "it's");
  /* Equal keys are kept. */
  const ql_yaml_node *pair = items->first->next;
  assert_int_equal(pair->count, 2);
  assert_str_is(pair->first->next->key->text, "k");
  assert_str_is(ql_yaml_get(pair, QL_STR("k"))->text, "v");
  assert_str_is(ql_yaml_get(root, QL_STR("text"))->text, "one\ntwo\n");
  assert_int_equal(ql_yaml_get(root, QL_STR("text"))->style, QL_YAML_LITERAL);
  assert_str_is(ql_yaml_get(root, QL_STR("fold"))->text, "a b");
  assert_int_equal(ql_yaml_get(root, QL_STR("fold"))->style, QL_YAML_FOLDED);
  assert_str_is(ql_yaml_get(root, QL_STR("empty"))->text, "");
  const ql_yaml_node *rocket = ql_yaml_get(root, QL_STR("\xF0\x9F\x9A\x80"));
  check_node(text, rocket->key, QL_YAML_PLAIN, "\xF0\x9F\x9A\x80");
  check_node(text, rocket, QL_YAML_PLAIN, "end");
  assert_null(ql_yaml_get(root, QL_STR("Name")));
  assert_null(ql_yaml_get(name, QL_STR("name")));
  assert_null(ql_yaml_get(NULL, QL_STR("name")));
}

static void empty_documents(void **state) {
  static const char *const texts[] = {"", "\n\n", "# only a comment\n", "\xEF\xBB\xBF"};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    const ql_yaml_node *node = read_yaml(texts[i]);
    assert_int_equal(ql_yaml_scalar_type(node), QL_YAML_NULL);
    assert_str_is(ql_value_text(a, ql_yaml_value(a, node)), "null");
  }
  const ql_yaml_node *node;
  assert_int_equal(ql_yaml_read(a, QL_ABSENT, &node, NULL), QL_OK);
}

static void refuses(void **state) {
  static const struct {
    const char *text;
    ql_status status;
    size_t offset;
    uint32_t line, column;
  } cases[] = {
      {"a: &x 1\nb: 2", QL_ERR_SYNTAX, 3, 1, 4},
      {"a: 1\nb: *x", QL_ERR_SYNTAX, 8, 2, 4},
      {"a: !!str 1", QL_ERR_SYNTAX, 3, 1, 4},
      {"a: !x 1", QL_ERR_SYNTAX, 3, 1, 4},
      {"a: 1\n---\nb: 2", QL_ERR_SYNTAX, 5, 2, 1},
      {"%YAML 1.1\n---\na: 1", QL_ERR_SYNTAX, 0, 1, 1},
      {"? [a, b]\n: c", QL_ERR_SYNTAX, 2, 1, 3},
      {"{{name}}: x", QL_ERR_SYNTAX, 0, 1, 1},
      {"\xC3\xA9: x\ndescription: Use this agent: when x", QL_ERR_SYNTAX, 33, 2, 28},
      {"a: \"x", QL_ERR_SYNTAX, 5, 1, 6},
      {"a: [1, 2", QL_ERR_SYNTAX, 8, 1, 9},
      {"a: b\n\tc: d", QL_ERR_SYNTAX, 5, 2, 1},
      {"a: \"\\0\"", QL_ERR_SYNTAX, 3, 1, 4},
      {"a: \x01", QL_ERR_SYNTAX, 3, 1, 4},
      {"a: \xC3\x28", QL_ERR_UTF8, 3, 1, 4},
      {"a: \"\\ud800\"", QL_ERR_SYNTAX, 6, 1, 7},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_yaml_node *node = NULL;
    ql_error err = {0};
    ql_status status = ql_yaml_read(a, str(cases[i].text), &node, &err);
    if (status != cases[i].status || node || err.offset != cases[i].offset || err.line != cases[i].line || err.column != cases[i].column)
      fail_msg("%s: %s (%s) at %zu, %u:%u", cases[i].text, ql_status_name(status), err.message ? err.message : "", err.offset, err.line,
               err.column);
  }
}

static void limits(void **state) {
  (void)state;
  const ql_yaml_node *node;
  ql_error err;
  for (size_t over = 0; over < 2; over++) {
    ql_buf deep = ql_buf_new(ql_alloc_libc()), wide = ql_buf_new(ql_alloc_libc());
    for (size_t i = 0; i < QL_FRONTMATTER_DEPTH_MAX + over; i++) ql_buf_byte(&deep, '[');
    for (size_t i = 0; i < QL_FRONTMATTER_DEPTH_MAX + over; i++) ql_buf_byte(&deep, ']');
    assert_int_equal(ql_yaml_read(a, ql_buf_str(&deep), &node, &err), over ? QL_ERR_LIMIT : QL_OK);
    if (!over) assert_non_null(ql_yaml_value(a, node));
    for (size_t i = 1; i < QL_FRONTMATTER_NODES_MAX + over; i++) ql_buf_add(&wide, QL_STR("- x\n"));
    assert_int_equal(ql_yaml_read(a, ql_buf_str(&wide), &node, &err), over ? QL_ERR_LIMIT : QL_OK);
    if (!over) assert_int_equal(node->count, QL_FRONTMATTER_NODES_MAX - 1);
    ql_buf_free(&deep);
    ql_buf_free(&wide);
  }
}

/* Types and values. */

static void core_schema(void **state) {
  static const struct {
    const char *scalar;
    ql_yaml_type type;
    const char *value;
  } cases[] = {
      {"null", QL_YAML_NULL, "null"},
      {"Null", QL_YAML_NULL, "null"},
      {"NULL", QL_YAML_NULL, "null"},
      {"~", QL_YAML_NULL, "null"},
      {"nUll", QL_YAML_STRING, "\"nUll\""},
      {"true", QL_YAML_BOOL, "true"},
      {"True", QL_YAML_BOOL, "true"},
      {"TRUE", QL_YAML_BOOL, "true"},
      {"false", QL_YAML_BOOL, "false"},
      {"FALSE", QL_YAML_BOOL, "false"},
      {"tRUE", QL_YAML_STRING, "\"tRUE\""},
      {"yes", QL_YAML_STRING, "\"yes\""},
      {"no", QL_YAML_STRING, "\"no\""},
      {"on", QL_YAML_STRING, "\"on\""},
      {"off", QL_YAML_STRING, "\"off\""},
      {"0", QL_YAML_INT, "0"},
      {"-0", QL_YAML_INT, "0"},
      {"+12", QL_YAML_INT, "12"},
      {"-12", QL_YAML_INT, "-12"},
      {"007", QL_YAML_INT, "7"},
      {"0x1F", QL_YAML_INT, "31"},
      {"0o17", QL_YAML_INT, "15"},
      {"0o18", QL_YAML_STRING, "\"0o18\""},
      {"0x", QL_YAML_STRING, "\"0x\""},
      {"-0x1", QL_YAML_STRING, "\"-0x1\""},
      {"0X1", QL_YAML_STRING, "\"0X1\""},
      {"1_000", QL_YAML_STRING, "\"1_000\""},
      {"9007199254740991", QL_YAML_INT, "9007199254740991"},
      {"9007199254740992", QL_YAML_INT, "\"9007199254740992\""},
      {"-9007199254740991", QL_YAML_INT, "-9007199254740991"},
      {"99999999999999999999999999", QL_YAML_INT, "\"99999999999999999999999999\""},
      {"0x1FFFFFFFFFFFFF", QL_YAML_INT, "9007199254740991"},
      {"0x20000000000000", QL_YAML_INT, "\"0x20000000000000\""},
      {"1.0", QL_YAML_FLOAT, "\"1.0\""},
      {"1.", QL_YAML_FLOAT, "\"1.\""},
      {".5", QL_YAML_FLOAT, "\".5\""},
      {"-.5e+3", QL_YAML_FLOAT, "\"-.5e+3\""},
      {"1e3", QL_YAML_FLOAT, "\"1e3\""},
      {".inf", QL_YAML_FLOAT, "\".inf\""},
      {"-.INF", QL_YAML_FLOAT, "\"-.INF\""},
      {".NaN", QL_YAML_FLOAT, "\".NaN\""},
      {"1e", QL_YAML_STRING, "\"1e\""},
      {"e3", QL_YAML_STRING, "\"e3\""},
      {".", QL_YAML_STRING, "\".\""},
      {"1.2.3", QL_YAML_STRING, "\"1.2.3\""},
      {"12:30", QL_YAML_STRING, "\"12:30\""},
      {"2024-01-01", QL_YAML_STRING, "\"2024-01-01\""},
      {"'true'", QL_YAML_STRING, "\"true\""},
      {"\"12\"", QL_YAML_STRING, "\"12\""},
      {"''", QL_YAML_STRING, "\"\""},
      {"|\n  1", QL_YAML_STRING, "\"1\""},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    const ql_yaml_node *node = read_yaml(cases[i].scalar);
    if (ql_yaml_scalar_type(node) != cases[i].type) fail_msg("%s is of type %d", cases[i].scalar, (int)ql_yaml_scalar_type(node));
    assert_str_is(ql_value_text(a, ql_yaml_value(a, node)), cases[i].value);
  }
}

static void values(void **state) {
  static const struct {
    const char *yaml, *json;
  } cases[] = {
      {"b: 1\na: [x, {c: null}, []]\n", "{\"a\":[\"x\",{\"c\":null},[]],\"b\":1}"},
      {"k: 1\nk: 2", "{\"k\":2}"},
      {"1: a\ntrue: b", "{\"1\":\"a\",\"true\":\"b\"}"},
      {"- - 1\n  - 2\n- {}\n", "[[1,2],{}]"},
      {"a:\n- 1\n- 2\nb:\n", "{\"a\":[1,2],\"b\":null}"},
      {"d: one\n  two\n\n  three", "{\"d\":\"one two\\nthree\"}"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) assert_str_is(ql_value_text(a, ql_yaml_value(a, read_yaml(cases[i].yaml))), cases[i].json);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_yaml_node *node;
  ql_status status = ql_yaml_read(arena, str(ctx), &node, NULL);
  if (status != QL_OK) return status;
  return ql_yaml_value(arena, node) ? QL_OK : QL_ERR_NOMEM;
}

static void memory(void **state) {
  (void)state;
  static const char text[] = "name: x\ntools: [Read, \"Bash\"]\nlist:\n  - a\n  - k: 'v'\ntext: |\n  one\n  two\n";
  assert_true(try_every_allocation(trial, text) > 30); /* libyaml's own are among them */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fences),          cmocka_unit_test(fence_limit), cmocka_unit_test(tree),
      cmocka_unit_test(empty_documents), cmocka_unit_test(refuses),     cmocka_unit_test(limits),
      cmocka_unit_test(core_schema),     cmocka_unit_test(values),      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
