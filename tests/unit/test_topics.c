/* What headings are about, and lines of fences. */
#include "support.h"

#include "base/text.h"
#include "spec/lines.h"
#include "spec/topics.h"

static const ql_str ALIASES[] = {
#define ALIAS(words, where, topic) QL_STR_INIT(words),
#include "spec/topics.def"
};

/* They are looked up by their first word, so they have to be in byte order; and only words that a heading can come to are worth a row. */
static void aliases_are_in_order(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(ALIASES); i++) {
    ql_str words = ALIASES[i];
    if (i > 0 && ql_compare(ALIASES[i - 1], words) >= 0) fail_msg("\"%s\" stands before \"%s\"", ALIASES[i - 1].ptr, words.ptr);
    for (size_t k = 0; k < words.len; k++) {
      char c = words.ptr[k];
      bool blank = c == ' ' && k > 0 && k + 1 < words.len && words.ptr[k - 1] != ' ';
      bool star = c == '*' && k + 1 == words.len;
      if (!blank && !star && !ql_is_digit(c) && !(c >= 'a' && c <= 'z')) fail_msg("no heading comes to \"%s\"", words.ptr);
    }
  }
}

static void what_titles_are_about(void **state) {
  static const struct {
    const char *title;
    ql__topic label, heading;
  } cases[] = {
      {"When to Use", QL__ABOUT_NOTHING, QL__ABOUT_ACCEPT},
      {"when to use this tool", QL__ABOUT_ACCEPT, QL__ABOUT_ACCEPT},
      {"When to use a queue", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"\xF0\x9F\x9A\xA8 When to Call Me", QL__ABOUT_ACCEPT, QL__ABOUT_ACCEPT},
      {"\xE2\x9D\x8C I DON'T ACTIVATE FOR:", QL__ABOUT_DECLINE, QL__ABOUT_DECLINE},
      {"I don\xE2\x80\x99t activate for", QL__ABOUT_DECLINE, QL__ABOUT_DECLINE},
      {"DON'T Call Me For", QL__ABOUT_DECLINE, QL__ABOUT_DECLINE},
      {"Call me for:", QL__ABOUT_ACCEPT, QL__ABOUT_ACCEPT},
      {"2. Operating Loop", QL__ABOUT_WORKFLOW, QL__ABOUT_WORKFLOW},
      {"Workflow", QL__ABOUT_NOTHING, QL__ABOUT_WORKFLOW},
      {"Workflow engines", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"decision_framework", QL__ABOUT_DECISION, QL__ABOUT_DECISION},
      {"Systemic Decisions, and How", QL__ABOUT_DECISION, QL__ABOUT_DECISION},
      {"Decision Examples", QL__ABOUT_EXAMPLE, QL__ABOUT_EXAMPLE},
      {"Example: a decision framework", QL__ABOUT_EXAMPLE, QL__ABOUT_EXAMPLE},
      {"Quality gates (all)", QL__ABOUT_GATE, QL__ABOUT_GATE},
      {"Memory Management", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"Reactivate formation", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"\xF0", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"never", QL__ABOUT_RESTRICTION, QL__ABOUT_RESTRICTION},
      {"Never mind", QL__ABOUT_NOTHING, QL__ABOUT_NOTHING},
      {"Rules", QL__ABOUT_NOTHING, QL__ABOUT_MANDATE},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    if (ql__topic_of(str(cases[i].title)) != cases[i].label) fail_msg("as a label: %s", cases[i].title);
    if (ql__heading_topic(str(cases[i].title)) != cases[i].heading) fail_msg("as a heading: %s", cases[i].title);
  }
}

/* Each alias is found by its own words, and a title that goes on for long is looked at only from the start. */
static void every_alias_is_found(void **state) {
  static const ql__topic topics[] = {
#define ALIAS(words, where, topic) QL__ABOUT_##topic,
#include "spec/topics.def"
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(ALIASES); i++) {
    ql_str words = ALIASES[i];
    if (ql_ends(words, QL_STR("*"))) words.len--;
    if (ql__heading_topic(words) != topics[i]) fail_msg("\"%s\" is about something else", ALIASES[i].ptr);
  }
  char title[400];
  memset(title, 'x', sizeof title);
  memcpy(title + 200, " operating loop ", 16);
  assert_int_equal(ql__topic_of((ql_str){title, sizeof title}), QL__ABOUT_NOTHING);
}

/* ---- lines ---- */

typedef struct fence {
  ql_arena *arena;
  ql_str text;
  const ql__line *lines;
  size_t count;
} fence;

static fence scan(const char *text) {
  fence f = {.arena = ql_arena_new(ql_alloc_libc()), .text = str(text)};
  const ql_md_block *blocks;
  size_t count;
  assert_int_equal(ql_md_outline(f.arena, f.text, 0, &blocks, &count, NULL), QL_OK);
  assert_int_equal(count, 1);
  assert_int_equal(blocks[0].kind, QL_MD_CODE);
  f.lines = ql__scan_fence(f.arena, f.text, &blocks[0], &f.count);
  for (size_t i = 0; i < f.count; i++) {
    uint32_t line, column;
    ql_position(f.text, f.lines[i].offset, &line, &column);
    assert_int_equal(f.lines[i].line, line);
    assert_true(f.lines[i].offset < f.lines[i].end && f.lines[i].end <= f.text.len);
  }
  return f;
}

static void check_line(const char *text, const char *key, const char *value, const char *comment) {
  char all[256];
  snprintf(all, sizeof all, "```yaml\n%s\n```\n", text);
  fence f = scan(all);
  assert_int_equal(f.count, 1);
  const ql__line *line = &f.lines[0];
  if (key)
    assert_str_is(line->key, key);
  else if (line->key.ptr)
    fail_msg("%s has a key: %.*s", text, (int)line->key.len, line->key.ptr);
  assert_str_is(line->value, value);
  if (comment)
    assert_str_is(line->comment, comment);
  else
    assert_null(line->comment.ptr);
  ql_arena_free(f.arena);
}

static void keys_values_and_comments(void **state) {
  (void)state;
  check_line("name: value", "name", "value", NULL);
  check_line("name:", "name", "", NULL);
  check_line("name: # why", "name", "", "why");
  check_line("\"a key\": value", "a key", "value", NULL);
  check_line("two words: 3.2/10  # lower is better", "two words", "3.2/10", "lower is better");
  check_line("coverage: number; // minimum 80%", "coverage", "number;", "minimum 80%");
  check_line("http://example.org/a", NULL, "http://example.org/a", NULL);
  check_line("see: http://example.org/a#b", "see", "http://example.org/a#b", NULL);
  check_line("- Phase 1: Preparation (no haste)", "Phase 1", "Preparation (no haste)", NULL);
  check_line("- \"Fix: the login\"", NULL, "\"Fix: the login\"", NULL);
  check_line("- \"Add a field\"  api.agent handles", NULL, "\"Add a field\"  api.agent handles", NULL);
  check_line("12:30 daily", NULL, "12:30 daily", NULL);
  check_line("# only words", NULL, "", "only words");
  check_line("// only words", NULL, "", "only words");
  check_line("issue #12 stays", NULL, "issue #12 stays", NULL);
  check_line("key: `a # b`", "key", "`a # b`", NULL);
}

static void markers_and_indentation(void **state) {
  (void)state;
  fence f = scan("```\nroot:\n  - one\n\t* two\n   3. three\n 4) four\n-five\n 2024. five\n12345. six\n```\n");
  static const struct {
    uint32_t indent, number;
    bool item;
  } lines[] = {{0, 0, false}, {2, 0, true}, {4, 0, true}, {3, 3, false}, {1, 4, false}, {0, 0, false}, {1, 2024, false}, {0, 0, false}};
  (void)state;
  assert_int_equal(f.count, QL_COUNT(lines));
  for (size_t i = 0; i < f.count; i++) {
    assert_int_equal(f.lines[i].indent, lines[i].indent);
    assert_int_equal(f.lines[i].number, lines[i].number);
    assert_int_equal(f.lines[i].item, lines[i].item);
  }
  assert_str_is(f.lines[3].value, "three");
  ql_arena_free(f.arena);
}

static void line_ends_of_all_kinds(void **state) {
  (void)state;
  static const char *const texts[] = {"```\na: 1\nb: 2\n\nc: 3\n```\n", "```\r\na: 1\r\nb: 2\r\n\r\nc: 3\r\n```\r\n",
                                      "~~~ yaml\na: 1\nb: 2\n\nc: 3\n~~~", "```\na: 1\nb: 2\n\nc: 3"};
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    fence f = scan(texts[i]);
    assert_int_equal(f.count, 3);
    assert_str_is(f.lines[2].key, "c");
    assert_str_is(f.lines[2].value, "3");
    assert_int_equal(f.lines[2].line, 5);
    ql_arena_free(f.arena);
  }
}

static void bodies_of_functions(void **state) {
  (void)state;
  fence f = scan("```\nsteps:\n  - one\nfunction plan() {\n  call: me\n}\nafter: 2\ndef act():\n    - three\nend: 4\n```\n");
  static const bool body[] = {false, false, true, true, true, false, true, true, false};
  assert_int_equal(f.count, QL_COUNT(body));
  for (size_t i = 0; i < f.count; i++) assert_int_equal(f.lines[i].body, body[i]);
  ql_arena_free(f.arena);
}

static void forms_to_fill_in(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_form;
  } cases[] = {
      {"```\nOBJECTIVE:\n[what is wanted]\n```\n", true},       {"```\ntask: [the task]\n```\n", true}, {"```\nlist: [a, b]\n```\n", false},
      {"```\nagents:\n  - [every *-agent here]\n```\n", false}, {"```\nempty: []\n```\n", false},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    fence f = scan(cases[i].text);
    assert_int_equal(ql__is_template(f.lines, f.count), cases[i].is_form);
    ql_arena_free(f.arena);
  }
}

static void quotes_are_taken_off(void **state) {
  (void)state;
  assert_str_is(ql__unquote(QL_STR(" \"a\" ")), "a");
  assert_str_is(ql__unquote(QL_STR("'a'")), "a");
  assert_str_is(ql__unquote(QL_STR("`a`")), "a");
  assert_str_is(ql__unquote(QL_STR("\"a'")), "\"a'");
  assert_str_is(ql__unquote(QL_STR("\"")), "\"");
  assert_str_is(ql__unquote(QL_STR("")), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(aliases_are_in_order),     cmocka_unit_test(what_titles_are_about),   cmocka_unit_test(every_alias_is_found),
      cmocka_unit_test(keys_values_and_comments), cmocka_unit_test(markers_and_indentation), cmocka_unit_test(line_ends_of_all_kinds),
      cmocka_unit_test(bodies_of_functions),      cmocka_unit_test(forms_to_fill_in),        cmocka_unit_test(quotes_are_taken_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
