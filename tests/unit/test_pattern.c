/* Patterns: what fits, what is refused in words, the same answers as the system's regular expressions, and what it costs to be unlucky. */
#include <regex.h>

#include <questline/limits.h>

#include "base/pattern.h"
#include "base/text.h"
#include "support.h"

static ql_arena *a;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return 0;
}

static int end(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static bool fits(ql__pattern *p, const char *line) {
  bool yes = false;
  assert_int_equal(ql__pattern_fits(p, str(line), &yes, NULL), QL_OK);
  return yes;
}

static const struct {
  const char *pattern, *fits, *fits_not; /* lines, between newlines */
  bool any_case;
} EXPRESSIONS[] = {
    {"abc", "abc\nxabcx", "ab\nacb\n", false},
    {"", "\nx", "-", false},
    {"a.c",
     "abc\na\xC3\xA9"
     "c\na\xF0\x9F\x9A\x80"
     "c",
     "ac\nabbc", false},
    {"^a", "a\nab", "ba", false},
    {"a$", "a\nba", "ab", false},
    {"^$", "\n", "a", false},
    {"a|bc|", "a\nx\n", "-", false},
    {"^(a|bc|)$", "a\nbc\n", "b\nabc", false},
    {"^(?:ab|a)(?:c|bcd)$", "abc\nac\nabcd", "a\nabbcd1", false},
    {"^a*$", "\na\naaaa", "b\nab", false},
    {"^a+b?$", "a\nab\naab", "b\nabb\n", false},
    {"^(ab){2,3}$", "abab\nababab", "ab\nabababab", false},
    {"^a{0}b$", "b", "ab", false},
    {"^a{2}$", "aa", "a\naaa", false},
    {"^a{0,2}$", "\na\naa", "aaa", false},
    {"^a{2,}$", "aa\naaaaa", "a", false},
    {"^a{0,}$", "\naaa", "b", false},
    {"a{,2}", "a{,2}", "aa", false}, /* a brace that is no repeat */
    {"interface{}", "interface{}", "interface", false},
    {"^.*?x$", "x\nabx", "xa", false},
    {"^(a*)*b$", "b\naab", "a", false},
    {"^(|a)+$", "\naaa", "b", false},
    {"[a-c]", "b", "d\n-", false},
    {"[a-]", "a\n-", "b", false},
    {"[]a]", "]\na", "b", false},
    {"^[^a]$", "b\n\xC3\xA9", "a\nbb", false},
    {"^[^\xC3\xA9]$", "b\n\xC3\xA8\n\xE2\x86\x92", "\xC3\xA9", false},
    {"^[^\\w]$", "-\n\xC3\xA9", "a\n_", false},
    {"^[^\\W]$", "a\n_", "-\n\xC3\xA9", false},
    {"^[\xC3\xA0-\xC3\xBF]$", "\xC3\xA0\n\xC3\xA9\n\xC3\xBF", "\xC3\x9F\n\xC4\x80", false},
    {"^[\\u00ff-\\x{10000}]$", "\xC3\xBF\n\xE2\x86\x92\n\xF0\x90\x80\x80", "\xC3\xBE\n\xF0\x90\x80\x81", false},
    {"^[\\x{7ff}-\\x{800}]$", "\xDF\xBF\n\xE0\xA0\x80", "\xDF\xBE\n\xE0\xA0\x81", false},
    {"^\\d\\w\\s\\D\\W\\S$", "1a x-y\n1_\tx\xC3\xA9y", "aa x-y", false},
    {"\\bcat\\b", "cat\na cat!\ncat_ cat", "cats\nconcat\ncat_", false},
    {"\\Bcat", "concat", "cat\na cat", false},
    {"^.\\B", "-\nab\n\xC3\xA9-",
     "a\n\xC3\xA9"
     "a",
     false},
    {"\\.\\*\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\\\/\\-", ".*()[]{}|^$\\/-", "x", false},
    {"\\t\\x41\\u0042", "\tAB", "tAB", false},
    {"hello", "HeLLo\nhello", "hell0", true},
    {"(?i)hello", "HELLO", "hell", false},
    {"^[^a]$", "b", "a\nA", true},
    {"[K-M]", "k\nL", "j\nN", true},
    {"(?P<name>a)(?<other>b)", "ab", "a", false},
    {"x*", "\ny", "-", false},
};

static size_t check_lines(const char *lines, ql__pattern *p, bool expected, const char *pattern) {
  char line[64];
  size_t wrong = 0;
  if (strcmp(lines, "-") == 0) return 0;
  for (const char *at = lines;; at++) {
    size_t len = strcspn(at, "\n");
    memcpy(line, at, len);
    line[len] = '\0';
    if (fits(p, line) != expected) {
      print_error("%s: \"%s\" %s\n", pattern, line, expected ? "should fit" : "should not fit");
      wrong++;
    }
    at += len;
    if (*at == '\0') return wrong;
  }
}

static void expressions(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(EXPRESSIONS); i++) {
    ql__pattern *p = NULL;
    ql_error err = {0};
    ql_status status = ql__pattern_make(a, str(EXPRESSIONS[i].pattern), EXPRESSIONS[i].any_case, &p, &err);
    if (status != QL_OK) fail_msg("%s: %s (%s)", EXPRESSIONS[i].pattern, err.message, err.detail);
    wrong += check_lines(EXPRESSIONS[i].fits, p, true, EXPRESSIONS[i].pattern);
    if (strlen(EXPRESSIONS[i].fits_not) > 0) wrong += check_lines(EXPRESSIONS[i].fits_not, p, false, EXPRESSIONS[i].pattern);
  }
  assert_int_equal(wrong, 0);
}

static const struct {
  const char *glob, *fits, *fits_not;
} GLOBS[] = {
    {"*.c", "a.c\nsrc/b.c\na/b/c.c", "a.h\nc\na.c/x"},
    {"src/*.c", "src/a.c", "a.c\nsrc/x/a.c\nxsrc/a.c"},
    {"**/*.c", "a.c\nsrc/a.c", "a.h"},
    {"src/**", "src/a\nsrc/a/b", "src\nx/src/a"},
    {"src/**/x.c", "src/x.c\nsrc/a/b/x.c", "src/ax.c\nx.c"},
    {"a?c",
     "abc\na\xC3\xA9"
     "c\nd/abc",
     "ac\na/c"},
    {"[a-c]x", "bx", "dx"},
    {"[!a-c]x", "dx", "bx\n/x"},
    {"*.{ts,tsx}", "a.ts\nb/c.tsx", "a.js"},
    {"{src,lib}/**/*.{c,h}", "src/a.c\nlib/x/y.h", "doc/a.c"},
    {"{a,{b,c}d}", "a\nbd\ncd", "b\nd"},
    {"./a.md", "a.md", "b/a.md.x"},
    {"a.b", "a.b", "axb"},
    {"a+(b)|c^$", "a+(b)|c^$", "aab"},
    {"{a", "{a", "a"},
    {"[a", "[a", "a"},
    {"\\*", "*", "a"},
    {"A*", "Ab", "ab"},
};

static void globs(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(GLOBS); i++) {
    ql__pattern *p = NULL;
    assert_int_equal(ql__pattern_glob(a, str(GLOBS[i].glob), &p, NULL), QL_OK);
    wrong += check_lines(GLOBS[i].fits, p, true, GLOBS[i].glob) + check_lines(GLOBS[i].fits_not, p, false, GLOBS[i].glob);
  }
  assert_int_equal(wrong, 0);
}

static void refused_in_words(void **state) {
  (void)state;
  static const struct {
    const char *pattern, *message;
    size_t offset;
  } CASES[] = {
      {"a(?=b)", "nothing can look ahead or behind here", 1},
      {"(?<!b)a", "nothing can look ahead or behind here", 0},
      {"(a)\\1", "nothing can refer back to a group", 3},
      {"\\p{L}", "there are no Unicode classes here: write a range", 0},
      {"a\\n", "lines are looked at one by one, so no line end is ever found", 1},
      {"(a", "a ( is not closed", 0},
      {"a)", "a ) closes nothing", 1},
      {"[a", "a [ is not closed", 0},
      {"[", "a [ is not closed", 0},
      {"*a", "there is nothing to repeat", 0},
      {"a|+", "there is nothing to repeat", 2},
      {"a**", "there is nothing to repeat", 2},
      {"a++", "there is nothing to repeat", 2},
      {"^*", "there is nothing to repeat", 1},
      {"a{3,2}", "the second number of a repeat is the larger one", 1},
      {"[z-a]", "a range has to go up", 2},
      {"[[:alpha:]]", "classes have no names here: write \\w, \\d, \\s or a range", 1},
      {"\\q", "there is no such escape here", 0},
      {"\\", "the pattern ends too early", 1},
      {"\\x{110000}", "no number of a character", 2},
      {"\\ud800", "no number of a character", 2},
      {"(?s).", "there is no such group here; (?i) may stand at the start alone", 0},
      {"(?<name", "the name of a group is not closed", 0},
      {"\xFF", "the pattern is no text", 0},
  };
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql__pattern *p = NULL;
    ql_error err = {0};
    assert_int_equal(ql__pattern_make(a, str(CASES[i].pattern), false, &p, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.message, CASES[i].message);
    if (err.offset != CASES[i].offset) fail_msg("%s at %zu", CASES[i].pattern, err.offset);
    assert_null(p);
  }
}

static ql_status make_repeated(size_t count, const char *last) {
  ql_buf text = ql_buf_new(ql_alloc_libc());
  ql__pattern *p = NULL;
  for (size_t i = 0; i < count; i++) ql_buf_byte(&text, 'a');
  ql_buf_add(&text, str(last));
  ql_status status = ql__pattern_make(a, ql_buf_str(&text), false, &p, NULL);
  ql_buf_free(&text);
  return status;
}

static void limits(void **state) {
  (void)state;
  ql__pattern *p = NULL;
  assert_int_equal(make_repeated(QL_PATTERN_STATES_MAX - 1, ""), QL_OK); /* and the end */
  assert_int_equal(make_repeated(QL_PATTERN_STATES_MAX, ""), QL_ERR_LIMIT);
  assert_int_equal(make_repeated(1, "{2047}"), QL_OK);
  assert_int_equal(make_repeated(1, "{2048}"), QL_ERR_LIMIT);
  assert_int_equal(make_repeated(1, "{99999999999999999999}"), QL_ERR_LIMIT);
  assert_int_equal(ql__pattern_make(a, str("(((((a{9}){9}){9}){9}){9}){9}"), false, &p, NULL), QL_ERR_LIMIT);
  char *comment = ql_arena_get(a, QL_PATTERN_BYTES_MAX + 1);
  memset(comment, '|', QL_PATTERN_BYTES_MAX + 1);
  for (size_t i = 0; i < 2 * 1024; i++) comment[i] = i % 2 ? ']' : '['; /* text that is long, not large */
  assert_int_equal(ql__pattern_make(a, (ql_str){comment, QL_PATTERN_BYTES_MAX + 1}, false, &p, NULL), QL_ERR_LIMIT);
  memset(comment, 'a', QL_PATTERN_BYTES_MAX);
  comment[0] = '[';
  comment[QL_PATTERN_BYTES_MAX - 1] = ']';
  assert_int_equal(ql__pattern_make(a, (ql_str){comment, QL_PATTERN_BYTES_MAX}, false, &p, NULL), QL_OK);
  assert_int_equal(ql__pattern_glob(a, (ql_str){comment, QL_PATTERN_BYTES_MAX / 8 + 1}, &p, NULL), QL_ERR_LIMIT);
}

/* More states than are kept, and more work than is done. */
static void states_are_forgotten(void **state) {
  (void)state;
  static char line[1 << 20];
  ql__pattern *p = NULL;
  uint32_t seed = 1;
  for (size_t i = 0; i < sizeof line; i++) line[i] = ((seed = seed * 1664525u + 1013904223u) >> 30) & 1 ? 'a' : 'b';
  for (size_t i = 14; i < sizeof line; i++)
    if (line[i - 14] == 'a') line[i] = 'b'; /* never an a with another one 14 behind it */
  assert_int_equal(ql__pattern_make(a, str("a.{13}a"), false, &p, NULL), QL_OK);
  bool yes = true;
  assert_int_equal(ql__pattern_fits(p, (ql_str){line, 200000}, &yes, NULL), QL_OK);
  assert_false(yes);
  memcpy(line + 150000, "axxxxxxxxxxxxxa", 15);
  assert_int_equal(ql__pattern_fits(p, (ql_str){line, 200000}, &yes, NULL), QL_OK);
  assert_true(yes);
  memset(line, 'b', sizeof line);
  for (size_t i = 0; i < sizeof line; i += 3 + i % 7) line[i] = 'a';
  assert_int_equal(ql__pattern_make(a, str("(a|b)*a(a|b){150}x(a|b){100}"), false, &p, NULL), QL_OK);
  ql_error err = {0};
  ql_status status = QL_OK;
  for (int i = 0; i < 64 && status == QL_OK; i++) {
    for (size_t k = 0; k < sizeof line; k++) line[k] = ((seed = seed * 1664525u + 1013904223u) >> 30) & 1 ? 'a' : 'b';
    status = ql__pattern_fits(p, (ql_str){line, sizeof line}, &yes, &err);
  }
  assert_int_equal(status, QL_ERR_LIMIT);
  assert_string_equal(err.detail, "QL_PATTERN_WORK_MAX");
}

/* ---- the system's own as an oracle ---- */

static uint32_t seed = 12345;
static uint32_t pick(uint32_t below) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 16) % below;
}

/* Random patterns that mean the same to both: no empty ways and groups, one repeat at a time. */
static void add_random(char *out, size_t room, int depth) {
  size_t items = 1 + pick(3);
  for (size_t i = 0; i < items && strlen(out) + 24 < room; i++) {
    if (i > 0 && pick(4) == 0) strcat(out, "|");
    switch (pick(depth > 0 ? 8 : 6)) {
    case 0: strcat(out, "[ab]"); break;
    case 1: strcat(out, "[^a]"); break;
    case 2: strcat(out, "."); break;
    case 3: strcat(out, "b"); break;
    case 4: strcat(out, "c"); break;
    case 5: strcat(out, "a"); break;
    default:
      strcat(out, "(");
      add_random(out, room, depth - 1);
      strcat(out, ")");
    }
    static const char *const repeats[] = {"*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"};
    if (pick(3) == 0) strcat(out, repeats[pick(QL_COUNT(repeats))]);
  }
}

static void as_the_system_does(void **state) {
  (void)state;
  size_t hits = 0, asked = 0;
  for (int i = 0; i < 3000; i++) {
    char pattern[160] = "", line[12];
    regex_t system;
    ql__pattern *p = NULL;
    if (pick(3) == 0) strcat(pattern, "^");
    strcat(pattern, "(");
    add_random(pattern, sizeof pattern - 8, 3);
    strcat(pattern, pick(3) == 0 ? ")$" : ")");
    if (regcomp(&system, pattern, REG_EXTENDED | REG_NOSUB) != 0) fail_msg("%s", pattern);
    ql_arena_reset(a);
    ql_status status = ql__pattern_make(a, str(pattern), false, &p, NULL);
    if (status == QL_ERR_LIMIT) {
      regfree(&system);
      continue;
    }
    assert_int_equal(status, QL_OK);
    for (int k = 0; k < 20; k++) {
      size_t len = pick(sizeof line - 1);
      for (size_t n = 0; n < len; n++) line[n] = (char)('a' + pick(4));
      line[len] = '\0';
      bool expected = regexec(&system, line, 0, NULL, 0) == 0;
      if (fits(p, line) != expected) fail_msg("%s on %s: the system says %d", pattern, line, expected);
      hits += expected;
      asked++;
    }
    regfree(&system);
  }
  print_message("%zu of %zu lines fit\n", hits, asked);
  assert_true(asked > 50000 && hits > asked / 10 && hits < asked - asked / 10);
}

static ql_status make_one(ql_arena *arena, const void *ctx) {
  ql__pattern *p = NULL;
  bool yes;
  (void)ctx;
  ql_status status = ql__pattern_make(arena, QL_STR("(a|[\xC3\xA0-\xC3\xBF])+\\b\\d{2,4}"), true, &p, NULL);
  if (status == QL_OK) status = ql__pattern_fits(p, QL_STR("aaa 123"), &yes, NULL);
  if (status == QL_OK) status = ql__pattern_glob(arena, QL_STR("src/**/*.{c,h}"), &p, NULL);
  return status;
}

static void out_of_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(make_one, NULL) > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(expressions, begin, end),
      cmocka_unit_test_setup_teardown(globs, begin, end),
      cmocka_unit_test_setup_teardown(refused_in_words, begin, end),
      cmocka_unit_test_setup_teardown(limits, begin, end),
      cmocka_unit_test_setup_teardown(states_are_forgotten, begin, end),
      cmocka_unit_test_setup_teardown(as_the_system_does, begin, end),
      cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
