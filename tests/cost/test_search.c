/* What tools of models cost grows with what they look at and no faster, whatever pattern a model thinks of: files of one thing over and over,
   searched, found and edited at one and at four times a size. */
#include "../unit/support.h"

#include <time.h>

#include <questline/tools.h>
#include <questline/value.h>

#include "base/text.h"

#define SMALL     (128u * 1024u)
#define TIMES     4u
#define RATIO_MAX 8.0 /* of a cost that should be TIMES; a quadratic one is 16 */
#define RUNS      3
#define ATTEMPTS  4

static ql_roster *roster;

static const struct {
  const char *name, *unit, *tool, *arguments; /* ' for "; the file is a.txt */
} CALLS[] = {
    {"stars in stars", "a", "Grep", "{'pattern':'(a*)*b'}"},
    {"two ways for everything", "a", "Grep", "{'pattern':'(a|a)*b'}"},
    {"two lengths", "a", "Grep", "{'pattern':'(a|aa)+$b'}"},
    {"many wide stars", "a", "Grep", "{'pattern':'.*.*.*.*.*b'}"},
    {"a counted tail", "ab", "Grep", "{'pattern':'a.{200}c'}"},
    {"more states than are kept", "abbaababbbaa$", "Grep", "{'pattern':'(a|b)*a[ab0-9]{14}c'}"},
    {"short lines", "aaaa\n", "Grep", "{'pattern':'(x+x+)+y'}"},
    {"empty lines", "\n", "Grep", "{'pattern':'^(a?){30}b$'}"},
    {"all lines shown around", "a\nb\n", "Grep", "{'pattern':'a','output_mode':'count','-C':50}"},
    {"edges of words", "a ", "Grep", "{'pattern':'(\\\\ba\\\\b ?)*b'}"},
    {"words that almost stand there", "a", "Edit",
     "{'file_path':'a.txt','old_string':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab','new_string':'x'}"},
    {"words that overlap", "ab", "Edit", "{'file_path':'a.txt','old_string':'abab','new_string':'x'}"},
    {"all replaced", "ab", "Edit", "{'file_path':'a.txt','old_string':'ab','new_string':'b','replace_all':true}"},
    {"the last lines", "a\n", "Read", "{'file_path':'a.txt','offset':60000}"},
};

static ql_str build(const char *unit, size_t size) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (int64_t number = 1; out.len < size; number++) {
    for (const char *p = unit; *p; p++) {
      if (*p == '$')
        ql_buf_int(&out, number);
      else
        ql_buf_byte(&out, *p);
    }
  }
  assert_false(out.failed);
  return ql_buf_str(&out);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void call(ql_workspace *w, const char *tool, const char *arguments) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_toolbox box = {.roster = roster, .agent = QL_STR("@a"), .workspace = w, .request = QL_STR("x")};
  ql_value *said = ql_object(a), *out = NULL;
  char *words = ql_arena_get(a, strlen(arguments) + 1);
  for (size_t i = 0; arguments[i]; i++) words[i] = arguments[i] == '\'' ? '"' : arguments[i];
  QL_SET(said, "arguments", ql_string(a, str(words)));
  QL_SET(said, "name", ql_string(a, str(tool)));
  assert_int_equal(ql_tool_call(a, &box, said, false, &out, NULL), QL_OK);
  ql_str text = ql_get_str(QL_GET(out, "result"), QL_STR("text"));
  if (ql_find(text, QL_STR("cannot be used"), 0) != SIZE_MAX) fail_msg("%s: %.*s", arguments, (int)text.len, text.ptr);
  ql_arena_free(a);
}

static double seconds(ql_str file, size_t i) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    ql_workspace *w = ql_workspace_new(ql_alloc_libc());
    assert_int_equal(ql_workspace_load(w, QL_STR("a.txt"), file, NULL), QL_OK);
    double started = now();
    call(w, CALLS[i].tool, CALLS[i].arguments);
    double spent = now() - started;
    if (spent < least) least = spent;
    ql_workspace_free(w);
  }
  return least;
}

static void calls(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(CALLS); i++) {
    ql_str small = build(CALLS[i].unit, SMALL), large = build(CALLS[i].unit, SMALL * TIMES);
    double one = 0, four = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      one = seconds(small, i);
      four = seconds(large, i);
      if (four / one < RATIO_MAX) break;
    }
    bool right = four / one < RATIO_MAX;
    print_message("%s: %.2f and %.2f ms%s\n", CALLS[i].name, one * 1e3, four * 1e3, right ? "" : ", too much");
    wrong += !right;
    free((void *)(uintptr_t)small.ptr);
    free((void *)(uintptr_t)large.ptr);
  }
  assert_int_equal(wrong, 0);
}

/* As many files, and one more folder with ten. */
static ql_workspace *many(size_t files) {
  ql_workspace *w = ql_workspace_new(ql_alloc_libc());
  char path[64];
  for (size_t i = 0; i < files; i++) {
    snprintf(path, sizeof path, "d%zu/e%zu/f%zu.c", i / 400, i / 20, i);
    assert_int_equal(ql_workspace_load(w, str(path), QL_STR("int x;\n"), NULL), QL_OK);
  }
  for (size_t i = 0; i < 10; i++) {
    snprintf(path, sizeof path, "here/x%zu.md", i);
    assert_int_equal(ql_workspace_load(w, str(path), QL_STR("words\n"), NULL), QL_OK);
  }
  return w;
}

static double seconds_of(ql_workspace *w, const char *tool, const char *arguments, int times) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    double started = now();
    for (int i = 0; i < times; i++) call(w, tool, arguments);
    double spent = now() - started;
    if (spent < least) least = spent;
  }
  return least;
}

/* Looking into one folder costs the same, however many files there are elsewhere; looking at all of them costs as many times more. */
static void folders(void **state) {
  (void)state;
  static const struct {
    const char *tool, *arguments;
    int times;
    double most;
  } ASKED[] = {
      {"LS", "{'path':'here'}", 200, 3},
      {"Glob", "{'pattern':'here/**/*.md'}", 200, 3},
      {"Grep", "{'pattern':'words','path':'here'}", 200, 3},
      {"Read", "{'file_path':'here/x1.md'}", 200, 3},
      {"Write", "{'file_path':'here/x1.md','content':'new'}", 200, 3},
      {"Glob", "{'pattern':'**/**/**/**/x?.{md,txt}'}", 1, 12},
      {"Grep", "{'pattern':'none'}", 1, 12},
  };
  ql_workspace *small = many(12000), *large = many(48000);
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(ASKED); i++) {
    double one = 0, four = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      one = seconds_of(small, ASKED[i].tool, ASKED[i].arguments, ASKED[i].times);
      four = seconds_of(large, ASKED[i].tool, ASKED[i].arguments, ASKED[i].times);
      if (four / one < ASKED[i].most) break;
    }
    bool right = four / one < ASKED[i].most;
    print_message("%s %s: %.2f and %.2f ms%s\n", ASKED[i].tool, ASKED[i].arguments, one * 1e3, four * 1e3, right ? "" : ", too much");
    wrong += !right;
  }
  assert_int_equal(wrong, 0);
  ql_workspace_free(small);
  ql_workspace_free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(calls), cmocka_unit_test(folders)};
  roster = ql_roster_new(ql_alloc_libc());
  if (ql_roster_add(roster, QL_STR("a.md"), QL_STR("---\nname: a\ndescription: b\n---\nWords.\n"), NULL) != QL_OK ||
      ql_roster_link(roster, NULL) != QL_OK)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  ql_roster_free(roster);
  return failed;
}
