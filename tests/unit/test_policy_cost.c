/* What rules of conduct, requests, knowledge and duties cost, and how many are kept. */
#include "support.h"

#include <time.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

static char *repeat(const char *head, const char *line, size_t times, size_t *len) {
  size_t head_len = strlen(head), line_len = strlen(line);
  *len = head_len + times * line_len;
  char *text = malloc(*len);
  assert_non_null(text);
  memcpy(text, head, head_len);
  for (size_t i = 0; i < times; i++) memcpy(text + head_len + i * line_len, line, line_len);
  return text;
}

/* The rule and its items count; what is more is told once. */
static void as_many_items_as_are_kept(void **state) {
  (void)state;
  for (size_t more = 0; more < 2; more++) {
    size_t len, told = 0;
    char *text = repeat("## Key mandates\n\n", "- go\n", QL_RULE_ITEMS_MAX - 1 + more, &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    const ql_spec *spec;
    assert_int_equal(ql_spec_parse(a, QL_STR("agent.md"), (ql_str){text, len}, &spec, NULL), QL_OK);
    assert_int_equal(spec->rule_count, 1);
    assert_int_equal(spec->rules->item_count, QL_RULE_ITEMS_MAX - 1);
    for (size_t i = 0; i < spec->diagnostic_count; i++) told += strcmp(spec->diagnostics[i].code, "more-rules") == 0;
    assert_int_equal(told, more);
    ql_arena_free(a);
    free(text);
  }
}

/* A heading is kept with each of its rules, so not all of a long one is. */
static void long_headings(void **state) {
  (void)state;
  size_t len;
  char *text = repeat("## Never do \xC3\xA9", "\xC3\xA9", 50000, &len), *whole = malloc(len + 60000);
  assert_non_null(whole);
  memcpy(whole, text, len);
  whole[len++] = '\n';
  for (int i = 0; i < 1000; i++) len += (size_t)sprintf(whole + len, "\n**Output format**:\n- a\n\n**x**:\n- b\n");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec;
  assert_int_equal(ql_spec_parse(a, QL_STR("agent.md"), (ql_str){whole, len}, &spec, NULL), QL_OK);
  assert_true(spec->rule_count > 500);
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
    assert_true(rule->heading.len > 100 && rule->heading.len <= 160 && rule->title.len <= 160);
    assert_int_equal(ql_utf8_bad(rule->heading), SIZE_MAX);
  }
  ql_arena_free(a);
  free(whole);
  free(text);
}

static double seconds_of(const char *head, const char *line, size_t times) {
  size_t len;
  char *text = repeat(head, line, times, &len);
  double best = 1e9;
  for (int round = 0; round < 3; round++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    const ql_spec *spec;
    assert_int_equal(ql_spec_parse(a, QL_STR("agent.md"), (ql_str){text, len}, &spec, NULL), QL_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    if (seconds < best) best = seconds;
    ql_arena_free(a);
  }
  free(text);
  return best;
}

/* Four times as much of the same takes not much more than four times as long. */
static void cost_is_linear(void **state) {
  static const struct {
    const char *head, *line;
  } shapes[] = {
      {"", "You never write code. "},
      {"", "never "},
      {"", "\"never write code\" "},
      {"\"", "you do not modify code when "},
      {"", "do not write or edit or create , / "},
      {"", "\xE2\x80\x9Cnever use Bash, "},
      {"x ", "! - never"},
      {"", "**You** b*c*. "},
      {"", "remember only when the user asks "},
      {"", "You are strictly read-only a in a in "},
      {"- never ", "write, edit or "},
      {"## Never\n\n", "- use Bash, Read or Write\n"},
      {"## Never\n\n- ", "use Bash, "},
      {"## Rules\n\n", "- do\n  - not\n"},
      {"## When to use\n\n", "- \"a\" -> b-c handles\n"},
      {"## When not to use\n\n- ", "(a"},
      {"## When not to use\n\n- ", "(use "},
      {"## When not to use\n\n- a", ", use @b-c handles"},
      {"## When to use\n\n- ", "a, use b; see c (to d-e "},
      {"## When to use\n\n", "**Group**:\n- a:\n  - b\n"},
      {"## When to use\n\n```yaml\n", "a:\n  - \"b\"  c handles\n"},
      {"## When to use\n\n```yaml\n", " - a: "},
      {"## When to use\n\n", "\"a\" \"b "},
      {"## Mandatory workflow\n\n", "1. a\n\nthen:\n\n"},
      {"## Mandatory workflow\n\n", "1. a\n   - b\n2. c\n\nx\n\n"},
      {"## Workflow\n\n", "### Step 1: a\n- b\n"},
      {"## Decision framework\n\n```yaml\n", "1_a:\n  - Phase 1: b\n  - Phase 2: c\n"},
      {"## Communication protocol\n\n", "```json\n{\"a\": [{\"b\": \"c\\\"\"}]}\n```\n\n"},
      {"## Communication protocol\n\n```json\n{\"a\": ", "[{\"b\": "},
      {"## Patterns I enforce\n\n```yaml\n", "a:\n  - b: c\n"},
      {"## Tools\n\n- ", "`Read` Bash "},
      {"## Tools\n\n", "- Bash/Read: `x`\n"},
      {"## What I load on activation\n\n```yaml\n", "a:\n  - b: 5 tokens\n  # total: 5\n"},
      {"## What I load on activation\n\n- ", "5 6k 7,000 "},
      {"## Operating modes\n\n", "### Mode 1: a\n\nWhen one says \"b\"\n\n"},
      {"## Required reading\n\n- ", "a/b.md .x "},
      {"## Knowledge protocol\n\n", "5% certain\n\n- `Read` a\n"},
      {"## What I remember\n\n", "- a:\n  - never:\n    - b\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(shapes); i++) {
    size_t times = 60000 / strlen(shapes[i].line);
    double once = seconds_of(shapes[i].head, shapes[i].line, times), four = seconds_of(shapes[i].head, shapes[i].line, 4 * times);
    if (four > 10 * once + 0.02) fail_msg("shape %zu: %f s and %f s", i, once, four);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_many_items_as_are_kept), cmocka_unit_test(long_headings),
                                     cmocka_unit_test(cost_is_linear)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
