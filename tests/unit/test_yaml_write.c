#include "support.h"

#include <questline/limits.h>

#include "base/text.h"
#include "format/yaml_write.h"

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

static const ql_yaml_node *read(ql_str yaml) {
  const ql_yaml_node *root = NULL;
  if (ql_yaml_read(a, yaml, &root, NULL) != QL_OK) fail_msg("not YAML: %.*s", (int)yaml.len, yaml.ptr);
  return root;
}

static ql_str text_written(const char *key, ql_str text) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_yaml_write_text(&out, 0, str(key), text);
  assert_false(out.failed);
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

/* How a text is written, and that it is the same string when it is read. */
static void texts(void **state) {
  static const struct {
    const char *text, *yaml;
  } cases[] = {
      {"plain words", "k: plain words\n"},
      {"Caf\xC3\xA9, \xF0\x9F\xA7\xAD {a} [b] & c", "k: Caf\xC3\xA9, \xF0\x9F\xA7\xAD {a} [b] & c\n"},
      {"a#b c:d", "k: a#b c:d\n"},
      {"a #b", "k: \"a #b\"\n"},
      {"a: b", "k: \"a: b\"\n"},
      {"a:", "k: \"a:\"\n"},
      {"", "k: \"\"\n"},
      {" a", "k: \" a\"\n"},
      {"a ", "k: \"a \"\n"},
      {"*", "k: \"*\"\n"},
      {"@a", "k: \"@a\"\n"},
      {"- a", "k: \"- a\"\n"},
      {"true", "k: \"true\"\n"},
      {"No", "k: \"No\"\n"},
      {"null", "k: \"null\"\n"},
      {"~", "k: \"~\"\n"},
      {"12", "k: \"12\"\n"},
      {"1.5e3", "k: \"1.5e3\"\n"},
      {"2026-08-01", "k: \"2026-08-01\"\n"},
      {".5", "k: \".5\"\n"},
      {"say \"x\" \\n", "k: say \"x\" \\n\n"},
      {"\"x\" \\", "k: \"\\\"x\\\" \\\\\"\n"},
      {"a\tb", "k: \"a\\tb\"\n"},
      {"a\rb", "k: \"a\\x0db\"\n"},
      {"a\x01\x7F", "k: \"a\\x01\\x7f\"\n"},
      {"a\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF", "k: \"a\\x85\\u2028\\ufeff\"\n"},
      {"one\ntwo", "k: |-\n  one\n  two\n"},
      {"one\n\n two: #\n", "k: |\n  one\n\n   two: #\n"},
      {"one\n\n\n", "k: |+\n  one\n\n\n"},
      {" one\ntwo", "k: \" one\\ntwo\"\n"},
      {"\none", "k: \"\\none\"\n"},
      {"one\r\ntwo", "k: \"one\\x0d\\ntwo\"\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str yaml = text_written("k", str(cases[i].text));
    assert_str_is(yaml, cases[i].yaml);
    const ql_yaml_node *value = ql_yaml_get(read(yaml), QL_STR("k"));
    assert_non_null(value);
    assert_int_equal(ql_yaml_scalar_type(value), QL_YAML_STRING);
    assert_str_is(value->text, cases[i].text);
  }
}

static void keys(void **state) {
  (void)state;
  assert_str_is(text_written("a: b", QL_STR("c")), "\"a: b\": c\n");
  assert_str_is(text_written("yes", QL_STR("c")), "\"yes\": c\n");
  assert_str_is(text_written("two\nlines", QL_STR("c")), "\"two\\nlines\": c\n");
}

static ql_str tree_written(bool item, const char *yaml) {
  const ql_yaml_node *value = ql_yaml_get(read(str(yaml)), QL_STR("k"));
  assert_non_null(value);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_yaml_write_tree(&out, item ? 2 : 0, item, QL_STR("k"), value);
  assert_false(out.failed);
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

/* Trees, and that they are the same when they are read. */
static void trees(void **state) {
  static const struct {
    const char *from, *yaml;
  } cases[] = {
      {"k: 'true'", "k: \"true\"\n"},
      {"k: true", "k: true\n"},
      {"k: 0x10\nnot: this", "k: 0x10\n"},
      {"k: yes", "k: yes\n"},
      {"k: 2.0.0", "k: 2.0.0\n"},
      {"k:\nnext: 1", "k:\n"},
      {"k: {}", "k: {}\n"},
      {"k: []", "k: []\n"},
      {"k: [a, 'b: c', 1]", "k:\n  - a\n  - \"b: c\"\n  - 1\n"},
      {"k: {a: 1, b: {c: [x, {d: e, f: g}], h: i}}\nnext: 1",
       "k:\n  a: 1\n  b:\n    c:\n      - x\n      - d: e\n        f: g\n    h: i\n"},
      {"k: [[a, b], [], [[c]]]", "k:\n  - - a\n    - b\n  - []\n  - - - c\n"},
      {"k:\n  - |\n    one\n    two\n  - b", "k:\n  - |\n    one\n    two\n  - b\n"},
      {"k:\n  a: |-\n    one\n    two\n  b: 1", "k:\n  a: |-\n    one\n    two\n  b: 1\n"},
      {"k: [null, ~, '']", "k:\n  - null\n  - ~\n  - \"\"\n"},
      {"k:\n  -\n  - a", "k:\n  -\n  - a\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str yaml = tree_written(false, cases[i].from);
    assert_str_is(yaml, cases[i].yaml);
    ql_value *before = ql_yaml_value(a, ql_yaml_get(read(str(cases[i].from)), QL_STR("k")));
    ql_value *after = ql_yaml_value(a, ql_yaml_get(read(yaml), QL_STR("k")));
    assert_true(ql_value_equal(before, after));
  }
  assert_str_is(tree_written(true, "k: {a: {b: 1}, c: 2}"), "  - k:\n      a:\n        b: 1\n      c: 2\n");
}

/* As deep as the reader goes. */
static void deepest(void **state) {
  (void)state;
  ql_buf in = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&in, QL_STR("k: "));
  for (size_t i = 1; i < QL_FRONTMATTER_DEPTH_MAX; i++) ql_buf_byte(&in, '[');
  ql_buf_add(&in, QL_STR("x"));
  for (size_t i = 1; i < QL_FRONTMATTER_DEPTH_MAX; i++) ql_buf_byte(&in, ']');
  ql_buf_byte(&in, '\0');
  ql_str yaml = tree_written(false, in.ptr);
  ql_value *before = ql_yaml_value(a, read(str(in.ptr)));
  assert_true(ql_value_equal(before, ql_yaml_value(a, read(yaml))));
  ql_buf_free(&in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts),
      cmocka_unit_test(keys),
      cmocka_unit_test(trees),
      cmocka_unit_test(deepest),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
