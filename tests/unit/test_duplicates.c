/* What documents say more than once: row S20. */
#include "rules.h"

#include <questline/duplicates.h>
#include <questline/limits.h>

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

static const ql_value *look(const ql_document *documents, size_t count) {
  ql_value *out = NULL;
  assert_int_equal(ql_duplicates(a, documents, count, 0, &out, NULL), QL_OK);
  return out;
}

/* "a.md:2-7 b.md:1-8" of the index-th group */
static ql_str places_of(const ql_value *found, size_t index) {
  const ql_value *group = QL_GET(found, "groups")->first;
  while (group && index-- > 0) group = group->next;
  if (!group) return QL_STR("no group");
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (const ql_value *p = QL_GET(group, "places")->first; p; p = p->next) {
    if (out.len > 0) ql_buf_byte(&out, ' ');
    ql_buf_add(&out, ql_get_str(p, QL_STR("path")));
    ql_buf_byte(&out, ':');
    ql_buf_int(&out, ql_get_int(p, QL_STR("line"), 0));
    ql_buf_byte(&out, '-');
    ql_buf_int(&out, ql_get_int(p, QL_STR("to"), 0));
  }
  return ql_buf_take(&out, a);
}

static int64_t number(const ql_value *found, const char *member) { return ql_get_int(found, str(member), -1); }

#define FIVE  "one\ntwo\nthree\nfour\nfive\n"
#define SIX   FIVE "six\n"
#define WORDS "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w"

static void six_lines_or_forty_words(void **state) {
  (void)state;
  const ql_document five[] = {{QL_STR("a"), QL_STR(FIVE "x\n"), 0}, {QL_STR("b"), QL_STR(FIVE "y\n"), 0}};
  assert_int_equal(QL_GET(look(five, 2), "groups")->count, 0);
  const ql_document six[] = {{QL_STR("a"), QL_STR("x\n" SIX "x\n"), 0}, {QL_STR("b"), QL_STR("y\n\n" SIX), 0}, {QL_STR("c"), QL_ABSENT, 9}};
  const ql_value *found = look(six, 3);
  assert_int_equal(QL_GET(found, "groups")->count, 1);
  assert_str_is(places_of(found, 0), "a:2-7 b:3-8");
  assert_int_equal(number(found, "documents"), 2);
  assert_int_equal(number(found, "lines"), 15);
  assert_int_equal(number(found, "duplicated"), 12);
  assert_int_equal(number(found, "basis"), 8000);
  assert_str_is(ql_get_str(QL_GET(found, "groups")->first, QL_STR("text")), "one");
  const ql_document few[] = {{QL_STR("a"), QL_STR(WORDS "\n"), 0}, {QL_STR("b"), QL_STR(WORDS "\n"), 0}};
  assert_int_equal(QL_GET(look(few, 2), "groups")->count, 0);
  const ql_document enough[] = {{QL_STR("a"), QL_STR(WORDS " v\n"), 0}, {QL_STR("b"), QL_STR(WORDS "  v"), 0}};
  assert_str_is(places_of(look(enough, 2), 0), "a:1-1 b:1-1");
}

static void white_space_does_not_count(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR("a"), QL_STR("one x\ntwo\n\nthree\nfour\nfive\nsix\n"), 0},
                                   {QL_STR("b"), QL_STR("\tone \t x\r\n two\r\nthree\r\n\r\n\r\nfour\r\n  five\r\nsix"), 0}};
  assert_str_is(places_of(look(documents, 2), 0), "a:1-7 b:1-8");
  const ql_document joined[] = {{QL_STR("a"), QL_STR("onex\ntwo\nthree\nfour\nfive\nsix\n"), 0}, documents[1]};
  assert_int_equal(QL_GET(look(joined, 2), "groups")->count, 0);
}

static void longer_runs_of_fewer_places_are_groups_of_their_own(void **state) {
  (void)state;
  const ql_document documents[] = {
      {QL_STR("a"), QL_STR(SIX "seven\neight\n"), 0}, {QL_STR("b"), QL_STR(SIX "seven\neight\n"), 0}, {QL_STR("c"), QL_STR(SIX), 0}};
  const ql_value *found = look(documents, 3);
  assert_int_equal(QL_GET(found, "groups")->count, 2);
  assert_str_is(places_of(found, 0), "a:1-6 b:1-6 c:1-6");
  assert_str_is(places_of(found, 1), "a:2-8 b:2-8");
  assert_int_equal(number(found, "duplicated"), 22);
  assert_int_equal(number(found, "basis"), 10000);
}

static void within_one_document_too(void **state) {
  (void)state;
  const ql_document one[] = {{QL_STR("a"), QL_STR(SIX "between\n" SIX), 0}};
  assert_str_is(places_of(look(one, 1), 0), "a:1-6 a:8-13");
  const ql_document eleven[] = {{QL_STR("a"), QL_STR("x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"), 0}};
  assert_int_equal(QL_GET(look(eleven, 1), "groups")->count, 0);
  const ql_document twelve[] = {{QL_STR("a"), QL_STR("x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"), 0}};
  assert_str_is(places_of(look(twelve, 1), 0), "a:1-6 a:7-12");
  assert_int_equal(number(look(NULL, 0), "basis"), 0);
}

static void documents_have_a_limit_and_groups_too(void **state) {
  (void)state;
  char *text = malloc(QL_DUPLICATE_BYTES_MAX + 1);
  memset(text, 'x', QL_DUPLICATE_BYTES_MAX + 1);
  ql_document d[] = {{QL_STR("a"), {text, QL_DUPLICATE_BYTES_MAX - 1}, 0}, {QL_STR("b"), QL_STR("x"), 0}, {QL_STR("c"), QL_STR("y"), 0}};
  ql_value *out = NULL;
  assert_int_equal(ql_duplicates(a, d, 2, 0, &out, NULL), QL_OK);
  assert_int_equal(ql_duplicates(a, d, 3, 0, &out, NULL), QL_ERR_LIMIT);
  free(text);
  const ql_document two[] = {{QL_STR("a"), QL_STR(SIX "k\n" SIX "seven\n"), 0}, {QL_STR("b"), QL_STR(SIX "seven\n"), 0}};
  assert_int_equal(ql_duplicates(a, two, 2, 1, &out, NULL), QL_OK);
  assert_int_equal(QL_GET(out, "groups")->count, 1);
  assert_int_equal(number(out, "more"), 1);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  const ql_document documents[] = {{QL_STR("a"), QL_STR("x\n" SIX "x\n"), 0}, {QL_STR("b"), QL_STR("y\n\n" SIX), 0}};
  ql_value *out = NULL;
  return ql_duplicates(arena, documents, 2, 0, &out, NULL);
}

static void memory_that_runs_out_is_told(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 0);
}

static void S20_the_two_coordinators_share_what_they_copied(void **state) {
  (void)state;
  const ql_document documents[] = {{QL_STR("000"), seed(0)->text, 0}, {QL_STR("001"), seed(1)->text, 0}, {QL_STR("003"), seed(3)->text, 0}};
  const ql_value *found = look(documents, 3), *group = QL_GET(found, "groups")->first;
  assert_non_null(group);
  assert_true(number(group, "lines") > 40);
  assert_true(number(found, "basis") > 5000 && number(found, "basis") < 9900);
  for (const ql_value *g = group; g; g = g->next) assert_true(QL_GET(g, "places")->count > 1);
  assert_int_equal(number(look(&documents[2], 1), "basis"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(six_lines_or_forty_words),
      TEST(white_space_does_not_count),
      TEST(longer_runs_of_fewer_places_are_groups_of_their_own),
      TEST(within_one_document_too),
      TEST(documents_have_a_limit_and_groups_too),
      TEST(memory_that_runs_out_is_told),
      TEST(S20_the_two_coordinators_share_what_they_copied),
  };
  return cmocka_run_group_tests_name("duplicates", tests, load_seeds, free_seeds);
}
