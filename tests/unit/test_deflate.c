#include "support.h"

#include "base/text.h"
#include "format/deflate.h"

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

/* Bytes that do not compress, the same in every run. */
static ql_str noise(size_t len) {
  char *bytes = ql_arena_get(a, len);
  uint32_t x = 1;
  for (size_t i = 0; i < len; i++) {
    x = x * 1664525u + 1013904223u;
    bytes[i] = (char)(x >> 24);
  }
  return (ql_str){bytes, len};
}

static ql_str zeros(size_t len) { return (ql_str){ql_arena_get(a, len), len}; }

static void round_trips(void **state) {
  (void)state;
  static const char *const texts[] = {"", "a", "{\"t\":\"message\",\"by\":\"@lead\"}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  static const char *const dictionaries[] = {"", "{\"t\":\"message\",\"by\":\"@"};
  ql_str inputs[QL_COUNT(texts) + 3];
  for (size_t i = 0; i < QL_COUNT(texts); i++) inputs[i] = str(texts[i]);
  inputs[QL_COUNT(texts)] = noise(100000);
  inputs[QL_COUNT(texts) + 1] = zeros(1000000);
  inputs[QL_COUNT(texts) + 2] = QL_ABSENT;
  for (size_t i = 0; i < QL_COUNT(inputs); i++)
    for (size_t d = 0; d < QL_COUNT(dictionaries); d++) {
      ql_str packed, plain;
      assert_int_equal(ql_deflate(a, str(dictionaries[d]), inputs[i], &packed, NULL), QL_OK);
      assert_int_equal(ql_inflate(a, str(dictionaries[d]), packed, inputs[i].len, &plain, NULL), QL_OK);
      assert_true(ql_eq(plain, inputs[i]));
    }
}

static void dictionary_counts(void **state) {
  (void)state;
  ql_str text = QL_STR("{\"at\":1763712000000,\"by\":\"@owner\",\"d\":{}}"), dictionary = QL_STR("{\"at\":1763,\"by\":\"@owner\",\"d\":");
  ql_str with, without, plain = QL_ABSENT;
  assert_int_equal(ql_deflate(a, dictionary, text, &with, NULL), QL_OK);
  assert_int_equal(ql_deflate(a, QL_ABSENT, text, &without, NULL), QL_OK);
  assert_true(with.len < without.len);
  /* Without it, or with another one, the bytes mean something else or nothing. */
  ql_status status = ql_inflate(a, QL_ABSENT, with, 1000, &plain, NULL);
  assert_true(status == QL_ERR_SYNTAX || !ql_eq(plain, text));
}

/* The bytes are part of the link format: they may not change with a build. */
static void bytes_are_fixed(void **state) {
  (void)state;
  ql_str packed;
  assert_int_equal(ql_deflate(a, QL_STR("hello, "), QL_STR("hello, hello, world"), &packed, NULL), QL_OK);
  char hex[64] = "";
  assert_true(packed.len < 32);
  ql_hex_write(hex, (const uint8_t *)packed.ptr, packed.len);
  assert_string_equal(hex, "cb40a1caf38b725200");
}

static void length_limit(void **state) {
  (void)state;
  ql_str packed, plain;
  ql_error err;
  static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 100000};
  for (size_t i = 0; i < QL_COUNT(sizes); i++) {
    assert_int_equal(ql_deflate(a, QL_ABSENT, zeros(sizes[i]), &packed, NULL), QL_OK);
    assert_int_equal(ql_inflate(a, QL_ABSENT, packed, sizes[i], &plain, &err), QL_OK);
    if (sizes[i] > 0) assert_int_equal(ql_inflate(a, QL_ABSENT, packed, sizes[i] - 1, &plain, &err), QL_ERR_LIMIT);
  }
  /* A bomb of 64 MiB is refused without the memory for it. */
  assert_int_equal(ql_deflate(a, QL_ABSENT, zeros(64u * 1024u * 1024u), &packed, NULL), QL_OK);
  size_t live = 0;
  ql_arena *small = ql_arena_new(counting_alloc(&live));
  assert_int_equal(ql_inflate(small, QL_ABSENT, packed, 1000, &plain, &err), QL_ERR_LIMIT);
  ql_arena_free(small);
  assert_int_equal(live, 0);
  ql_str huge = {"", 1024u * 1024u * 1024u};
  assert_int_equal(ql_deflate(a, QL_ABSENT, huge, &packed, &err), QL_ERR_LIMIT);
  assert_int_equal(ql_inflate(a, QL_ABSENT, huge, 10, &plain, &err), QL_ERR_LIMIT);
}

static void garbage(void **state) {
  (void)state;
  ql_str text = QL_STR("the quick brown fox jumps over the lazy dog, over and over"), packed, plain = QL_ABSENT;
  assert_int_equal(ql_deflate(a, QL_ABSENT, text, &packed, NULL), QL_OK);
  for (size_t len = 0; len < packed.len; len++)
    assert_int_equal(ql_inflate(a, QL_ABSENT, ql_slice(packed, 0, len), 1000, &plain, NULL), QL_ERR_SYNTAX);
  ql_str parts[] = {packed, QL_STR("x")};
  ql_error err;
  assert_int_equal(ql_inflate(a, QL_ABSENT, ql_arena_concat(a, parts, 2), 1000, &plain, &err), QL_ERR_SYNTAX);
  assert_int_equal(err.offset, packed.len);
  assert_int_equal(ql_inflate(a, QL_ABSENT, QL_STR("\xFF\xFF\xFF"), 1000, &plain, NULL), QL_ERR_SYNTAX);
  assert_int_equal(ql_inflate(a, QL_ABSENT, QL_ABSENT, 1000, &plain, NULL), QL_ERR_SYNTAX);
  assert_null(plain.ptr); /* untouched by failures */
  /* No single wrong bit may do more than fail or give other bytes. */
  for (size_t bit = 0; bit < packed.len * 8; bit++) {
    ql_str copy = ql_arena_str(a, packed);
    char *bytes = ql_arena_get(a, copy.len);
    memcpy(bytes, copy.ptr, copy.len);
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
    ql_status status = ql_inflate(a, QL_ABSENT, (ql_str){bytes, copy.len}, 1000, &plain, NULL);
    assert_true(status == QL_OK || status == QL_ERR_SYNTAX || status == QL_ERR_LIMIT);
  }
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_str *text = ctx;
  ql_str packed, plain;
  ql_status status = ql_deflate(arena, QL_STR("dictionary"), *text, &packed, NULL);
  if (status == QL_OK) status = ql_inflate(arena, QL_STR("dictionary"), packed, text->len, &plain, NULL);
  if (status == QL_OK && !ql_eq(plain, *text)) return QL_ERR_INTEGRITY;
  return status;
}

static void memory(void **state) {
  (void)state;
  ql_str text = noise(50000);
  assert_true(try_every_allocation(trial, &text) > 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trips),  cmocka_unit_test(dictionary_counts), cmocka_unit_test(bytes_are_fixed),
      cmocka_unit_test(length_limit), cmocka_unit_test(garbage),           cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
