/* A key that a server repeats. The same texts go through the other hosts as vectors (tests/vectors/blank). */
#include <time.h>

#include <questline/blank.h>

#include "base/text.h"
#include "support.h"

#define KEY "aab-aaab-key"

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

/* All that is told of bytes that come in pieces of one length, the first one of another. */
static ql_str through(ql_str key, ql_str bytes, size_t first, size_t each) {
  ql_blank *blank = ql_blank_new(ql_alloc_libc(), key);
  ql_buf told = ql_buf_new(ql_alloc_libc());
  for (size_t at = 0, next = first; at < bytes.len || at == 0; at = next, next += each) {
    ql_buf_add(&told, ql_blank_bytes(blank, ql_slice(bytes, at, next)));
    if (bytes.len == 0) break;
  }
  ql_buf_add(&told, ql_blank_rest(blank));
  ql_buf_add(&told, ql_blank_rest(blank)); /* once */
  ql_blank_free(blank);
  return ql_buf_take(&told, a);
}

/* The first key from the left, then the first one after it. */
static ql_str plainly(ql_str key, ql_str text) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t from = 0;
  for (size_t at; (at = ql_find(text, key, from)) != SIZE_MAX; from = at + key.len) {
    ql_buf_add(&out, ql_slice(text, from, at));
    ql_buf_add(&out, QL_STR("[key]"));
  }
  ql_buf_add(&out, ql_slice(text, from, text.len));
  return ql_buf_take(&out, a);
}

static void a_key_is_taken_out_wherever_it_is_cut(void **state) {
  (void)state;
  static const char *const TEXTS[][2] = {
      {"It is " KEY ", and " KEY KEY ".", "It is [key], and [key][key]."},
      {"aa" KEY " aab-aaab-ke", "aa[key] aab-aaab-ke"},
      {"aab-aab-aaab-key", "aab-[key]"},
      {"aab-aaab-aaab-key", "aab-a[key]"},
      {"aab-aaaab-key" KEY "y", "aab-aaaab-key[key]y"},
      {"aab-aaab-ke", "aab-aaab-ke"},
      {"a", "a"},
      {KEY, "[key]"},
      {"", ""},
  };
  ql_blank *blank = ql_blank_new(ql_alloc_libc(), QL_STR(KEY));
  for (size_t i = 0; i < QL_COUNT(TEXTS); i++) {
    ql_str text = str(TEXTS[i][0]);
    for (size_t first = 0; first <= text.len; first++)
      for (size_t each = 1; each <= text.len + 1; each++) assert_str_is(through(QL_STR(KEY), text, first, each), TEXTS[i][1]);
    assert_str_is(ql_blank_text(blank, a, text), TEXTS[i][1]);
  }
  ql_blank_free(blank);
}

static void what_is_no_key_passes(void **state) {
  (void)state;
  assert_str_is(through(QL_ABSENT, QL_STR("a word"), 1, 1), "a word");
  assert_str_is(through(QL_STR(""), QL_STR("a word"), 1, 1), "a word");
  assert_str_is(through(QL_STR("1234567"), QL_STR("1234567"), 7, 7), "1234567");
  assert_str_is(through(QL_STR("12345678"), QL_STR("12345678"), 7, 7), "[key]");
  ql_blank *none = ql_blank_new(ql_alloc_libc(), QL_STR("word"));
  assert_str_is(ql_blank_text(none, a, QL_STR("a word")), "a word");
  assert_true(ql_blank_bytes(none, QL_ABSENT).ptr != NULL);
  ql_blank_free(none);
  ql_blank_free(NULL);
}

static void a_text_beside_the_bytes_leaves_them_alone(void **state) {
  (void)state;
  ql_blank *blank = ql_blank_new(ql_alloc_libc(), QL_STR(KEY));
  assert_str_is(ql_blank_bytes(blank, QL_STR("so: aab-aa")), "so: ");
  assert_str_is(ql_blank_text(blank, a, QL_STR("ab-key")), "ab-key");
  assert_str_is(ql_blank_bytes(blank, QL_STR("ab-key.")), "[key].");
  assert_str_is(ql_blank_rest(blank), "");
  ql_blank_free(blank);
}

/* Keys and texts of two letters, in which beginnings of the key stand in each other. */
static void keys_that_repeat_themselves(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (size_t round = 0; round < 4000; round++) {
    char key[14], text[80];
    size_t key_len = QL_BLANK_KEY_MIN + round % 6, len = 20 + round % 60;
    for (size_t i = 0; i < sizeof key + sizeof text; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      char letter = (seed >> 40) % 5 == 0 ? 'b' : 'a';
      *(i < sizeof key ? &key[i] : &text[i - sizeof key]) = letter;
    }
    ql_arena_reset(a);
    ql_str k = {key, key_len}, t = {text, len}, wanted = plainly(k, t);
    assert_true(ql_eq(through(k, t, 1 + round % 7, 1 + round % 11), wanted));
    assert_true(ql_eq(through(k, t, 1, 1), wanted));
  }
}

static ql_status a_use(ql_arena *r, const void *ctx) {
  (void)ctx;
  ql_blank *blank = ql_blank_new(ql_arena_alloc(r), QL_STR(KEY));
  if (!blank) return QL_ERR_NOMEM;
  ql_str waiting = ql_blank_bytes(blank, QL_STR("aab-")), told = ql_blank_bytes(blank, QL_STR("aaab-key here"));
  if (waiting.ptr && told.ptr) assert_str_is(told, "[key] here");
  if (!told.ptr) assert_str_is(ql_blank_bytes(blank, QL_STR("aaab-key here")), waiting.ptr ? "[key] here" : "aaab-key here");
  ql_str text = ql_blank_text(blank, r, QL_STR(KEY));
  if (text.ptr) assert_str_is(text, "[key]");
  ql_blank_free(blank);
  return waiting.ptr && told.ptr && text.ptr ? QL_OK : QL_ERR_NOMEM;
}

static void without_memory_nothing_is_lost(void **state) {
  (void)state;
  assert_true(try_every_allocation(a_use, NULL) >= 3);
}

/* Seconds for bytes that are the beginning of the key again and again, one by one. */
static double seconds_for(size_t bytes) {
  static const char KEY_OF_AS[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
  ql_blank *blank = ql_blank_new(ql_alloc_libc(), str(KEY_OF_AS));
  clock_t start = clock();
  size_t told = 0;
  for (size_t i = 0; i < bytes; i++) told += ql_blank_bytes(blank, i % 97 == 96 ? QL_STR("c") : QL_STR("a")).len;
  clock_t stop = clock();
  told += ql_blank_rest(blank).len;
  assert_int_equal(told, bytes);
  ql_blank_free(blank);
  return (double)(stop - start) / CLOCKS_PER_SEC;
}

static void four_times_the_bytes_cost_four_times_as_much(void **state) {
  (void)state;
  double best = 100;
  for (int i = 0; i < 5 && best > 6; i++) {
    double once = seconds_for(1u << 20), ratio = seconds_for(4u << 20) / (once > 0 ? once : 1e-6);
    if (ratio < best) best = ratio;
    print_message("1 MB byte by byte: %.3f s; 4 MB: %.1f times that\n", once, ratio);
  }
  assert_true(best <= 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_key_is_taken_out_wherever_it_is_cut), TEST(what_is_no_key_passes),          TEST(a_text_beside_the_bytes_leaves_them_alone),
      TEST(keys_that_repeat_themselves),           TEST(without_memory_nothing_is_lost), TEST(four_times_the_bytes_cost_four_times_as_much),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
