/* What planning reads costs time and memory by its size, and no faster: documents against context rules, and documents against each other, at
   one and at four times a size. As test_linear.c, time is that of the processor, the least of several runs. */
#include "../unit/support.h"

#include <time.h>

#include <questline/context.h>
#include <questline/duplicates.h>

#include "base/text.h"

#define TIMES     4u
#define RATIO_MAX 8.0 /* of a cost that should be TIMES; a quadratic one is 16 */
#define RUNS      3
#define ATTEMPTS  4

static void *counting(void *ctx, void *block, size_t old_size, size_t size) {
  size_t *bytes = ctx;
  ql_alloc libc = ql_alloc_libc();
  *bytes += size;
  return libc.resize(libc.ctx, block, old_size, size);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct cost {
  double seconds;
  size_t bytes;
} cost;

/* What is asked, and of what: made once for a size, asked several times. */
typedef void work(ql_arena *a, const void *input);

static cost measure(work *does, const void *input) {
  cost least = {1e9, 0};
  for (int run = 0; run < RUNS; run++) {
    least.bytes = 0;
    ql_arena *a = ql_arena_new((ql_alloc){&least.bytes, counting});
    double started = now();
    does(a, input);
    double spent = now() - started;
    if (spent < least.seconds) least.seconds = spent;
    ql_arena_free(a);
  }
  return least;
}

/* Tries again while the time looks wrong: a machine can be unlucky more often than a cost can be lucky. */
static size_t check(const char *name, work *does, const void *small, const void *large) {
  cost one = {0}, four = {0};
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    one = measure(does, small);
    four = measure(does, large);
    if (four.seconds / one.seconds < RATIO_MAX) break;
  }
  bool right = four.seconds / one.seconds < RATIO_MAX && (double)four.bytes / (double)one.bytes < RATIO_MAX;
  print_message("%s: %.2f and %.2f ms, %zu and %zu KiB\n", name, one.seconds * 1e3, four.seconds * 1e3, one.bytes / 1024,
                four.bytes / 1024);
  return right ? 0 : 1;
}

/* count times the unit; $ is a number that counts up, % one that counts to `most` over and over. */
static void repeat(ql_buf *out, const char *unit, size_t count, size_t most) {
  for (size_t n = 0; n < count; n++)
    for (const char *p = unit; *p; p++) {
      if (*p == '$')
        ql_buf_int(out, (int64_t)n);
      else if (*p == '%')
        ql_buf_int(out, (int64_t)(n % most));
      else
        ql_buf_byte(out, *p);
    }
  assert_false(out->failed);
}

/* ---- context ---- */

#define LINES    500u /* of each of two workers */
#define HEADINGS 1500u

typedef struct reading {
  ql_roster *roster;
  ql_plan_task tasks[2];
  ql_plan plan;
  ql_buf text;
  ql_document document;
} reading;

static void read_for_workers(ql_arena *a, const void *input) {
  const reading *r = input;
  ql_value *value = NULL;
  assert_int_equal(ql_context_plan(a, r->roster, &r->plan, &r->document, 1, 0, 0, &value, NULL), QL_OK);
}

static reading *new_reading(const char *line, const char *heading, size_t times) {
  reading *r = calloc(1, sizeof *r);
  ql_buf file = ql_buf_new(ql_alloc_libc());
  assert_non_null(r);
  ql_buf_add(
      &file,
      QL_STR("---\nname: lead\ndescription: Leads.\n---\n\n## Team\n\n- `@one-dev` - A\n- `@two-dev` - B\n\n## Context Filtering Rules\n"));
  for (size_t i = 0; i < 2; i++) {
    ql_buf_add(&file, i == 0 ? QL_STR("\n**For @one-dev:**\n") : QL_STR("\n**For @two-dev:**\n"));
    repeat(&file, line, LINES * times, LINES * times);
  }
  r->roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(r->roster, QL_STR("lead.md"), ql_buf_str(&file), NULL), QL_OK);
  assert_int_equal(ql_roster_link(r->roster, NULL), QL_OK);
  ql_buf_free(&file);
  r->text = ql_buf_new(ql_alloc_libc());
  repeat(&r->text, heading, HEADINGS * times, LINES * times);
  r->document = (ql_document){QL_STR("guide.md"), ql_buf_str(&r->text), 0};
  for (size_t i = 0; i < 2; i++)
    r->tasks[i] = (ql_plan_task){.id = QL_STR("T1"), .title = QL_STR("Work"), .agent = i == 0 ? QL_STR("@one-dev") : QL_STR("@two-dev")};
  r->plan = (ql_plan){.objective = QL_STR("Work"), .leader = QL_STR("@lead"), .tasks = r->tasks, .task_count = 2};
  return r;
}

/* So that no line is lost on the way: all of them are read. */
static void assert_lines(const reading *r, size_t lines) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value = NULL;
  assert_int_equal(ql_context_plan(a, r->roster, &r->plan, &r->document, 1, 0, 0, &value, NULL), QL_OK);
  for (const ql_value *w = QL_GET(value, "workers")->first; w; w = w->next)
    assert_int_equal(ql_get_int(w, QL_STR("rules"), -1), (int64_t)lines);
  ql_arena_free(a);
}

static void free_reading(reading *r) {
  ql_roster_free(r->roster);
  ql_buf_free(&r->text);
  free(r);
}

#define YES "- \xE2\x9C\x85 "
#define NO  "- \xE2\x9D\x8C "

static void documents_against_rules(void **state) {
  (void)state;
  static const struct {
    const char *name, *line, *heading;
  } CASES[] = {
      {"lines that nothing meets", YES "Thing$\n", "## Words $\n\nText.\n\n"},
      {"each heading meets a line", YES "Thing$\n", "## Thing%\n\nText.\n\n"},
      {"one word in all lines", YES "Schema\n", "## Schema\n\nText.\n\n"},
      {"one word in all lines, and another", YES "Schema thing$\n", "## Schema thing%\n\nText.\n\n"},
      {"parts of lines", NO "Schema/thing$, word$ and other$\n", "## Thing% of word%\n\nText.\n\n"},
      {"headings below headings", YES "Schema thing$\n", "# Schema\n## Thing%\n### Other\n#### Schema\n##### Thing%\n"},
  };
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    reading *small = new_reading(CASES[i].line, CASES[i].heading, 1), *large = new_reading(CASES[i].line, CASES[i].heading, TIMES);
    assert_lines(small, LINES);
    assert_lines(large, LINES * TIMES);
    wrong += check(CASES[i].name, read_for_workers, small, large);
    free_reading(small);
    free_reading(large);
  }
  assert_int_equal(wrong, 0);
}

/* ---- duplicates ---- */

#define UNITS 2000u /* of each of three documents */

typedef struct copies {
  ql_buf text;
  ql_document documents[3];
} copies;

static void look_for_duplicates(ql_arena *a, const void *input) {
  const copies *c = input;
  ql_value *value = NULL;
  assert_int_equal(ql_duplicates(a, c->documents, QL_COUNT(c->documents), 0, &value, NULL), QL_OK);
}

static copies *new_copies(const char *unit, size_t most, size_t times) {
  copies *c = calloc(1, sizeof *c);
  assert_non_null(c);
  c->text = ql_buf_new(ql_alloc_libc());
  repeat(&c->text, unit, UNITS * times, most);
  static const char *const paths[] = {"a.md", "b.md", "c.md"};
  for (size_t i = 0; i < QL_COUNT(paths); i++) c->documents[i] = (ql_document){str(paths[i]), ql_buf_str(&c->text), 0};
  c->documents[2].text.len /= 2; /* what only some go on with */
  return c;
}

static void documents_against_each_other(void **state) {
  (void)state;
  static const struct {
    const char *name, *unit;
    size_t most;
  } CASES[] = {
      {"copies of lines that all differ", "This is line $ of it.\n", 1},
      {"one line over and over", "The same words.\n", 1},
      {"two lines by turns", "Line %.\n", 2},
      {"seven lines by turns", "Line %.\n", 7},
      {"runs that part ways", "Line %.\nand\nso\non\nit\ngoes\n$\n", 11},
      {"lines of forty words", "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w $\n", 1},
      {"empty lines", "\n \n\t\n", 1},
      {"line ends of all kinds", "a%\r\nb\rc\n", 3},
  };
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    copies *small = new_copies(CASES[i].unit, CASES[i].most, 1), *large = new_copies(CASES[i].unit, CASES[i].most, TIMES);
    wrong += check(CASES[i].name, look_for_duplicates, small, large);
    ql_buf_free(&small->text);
    ql_buf_free(&large->text);
    free(small);
    free(large);
  }
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_against_rules),
      cmocka_unit_test(documents_against_each_other),
  };
  return cmocka_run_group_tests_name("linear plan", tests, NULL, NULL);
}
