#include "support.h"

#include "base/text.h"

/* Arena. */

static void arena_memory(void **state) {
  (void)state;
  size_t live = 0;
  ql_arena *a = ql_arena_new(counting_alloc(&live));
  for (size_t size = 0; size < 3000; size += 7) {
    unsigned char *p = ql_arena_get(a, size);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
    for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
    memset(p, 0xAA, size);
  }
  assert_true(live > 2);
  ql_arena_reset(a);
  assert_int_equal(live, 2); /* itself and a block */
  unsigned char *again = ql_arena_get(a, 64);
  for (size_t i = 0; i < 64; i++) assert_int_equal(again[i], 0);
  assert_non_null(ql_arena_get(a, 1000000));
  ql_arena_free(a);
  assert_int_equal(live, 0);
  ql_arena_free(NULL);
}

static void arena_overflow(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_false(ql_arena_failed(a));
  assert_null(ql_arena_array(a, SIZE_MAX / 2, 4));
  assert_true(ql_arena_failed(a));
  ql_arena_reset(a);
  assert_false(ql_arena_failed(a));
  assert_null(ql_arena_get(a, SIZE_MAX - 3));
  assert_true(ql_arena_failed(a));
  ql_arena_reset(a);
  ql_str huge = {"", SIZE_MAX / 8 * 3};
  ql_str pieces[3] = {huge, huge, huge};
  assert_null(ql_arena_concat(a, pieces, 3).ptr);
  assert_true(ql_arena_failed(a));
  ql_arena_free(a);
}

static void arena_strings(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_null(ql_arena_str(a, QL_ABSENT).ptr);
  assert_str_is(ql_arena_str(a, QL_STR("")), "");
  ql_str pieces[] = {QL_STR("one"), QL_STR(""), QL_ABSENT, QL_STR(" two")};
  assert_str_is(ql_arena_concat(a, pieces, QL_COUNT(pieces)), "one two");
  int *numbers = NULL;
  size_t cap = 0;
  for (size_t i = 0; i < 100; i++) {
    numbers = ql_arena_grow(a, numbers, i, &cap, sizeof *numbers);
    assert_true(cap > i);
    numbers[i] = (int)i;
  }
  for (int i = 0; i < 100; i++) assert_int_equal(numbers[i], i);
  ql_arena_free(a);
}

static ql_status arena_trial(ql_arena *a, const void *ctx) {
  (void)ctx;
  int *numbers = NULL;
  size_t cap = 0;
  for (size_t i = 0; i < 5000; i++) {
    numbers = ql_arena_grow(a, numbers, i, &cap, sizeof *numbers);
    if (!numbers) return ql_arena_failed(a) ? QL_ERR_NOMEM : QL_ERR_STATE;
    numbers[i] = 1;
  }
  return QL_OK;
}

static void arena_out_of_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(arena_trial, NULL) > 3);
}

/* Buffer. */

static void buffer(void **state) {
  (void)state;
  static const struct {
    int64_t value;
    const char *text;
  } ints[] = {{0, "0"}, {-1, "-1"}, {10, "10"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
  size_t live = 0;
  ql_buf b = ql_buf_new(counting_alloc(&live));
  assert_str_is(ql_buf_str(&b), "");
  for (size_t i = 0; i < QL_COUNT(ints); i++) {
    b.len = 0;
    ql_buf_int(&b, ints[i].value);
    assert_str_is(ql_buf_str(&b), ints[i].text);
  }
  b.len = 0;
  for (int i = 0; i < 1000; i++) ql_buf_byte(&b, (char)('a' + i % 26));
  ql_buf_add(&b, QL_ABSENT);
  assert_int_equal(b.len, 1000);
  assert_int_equal(b.ptr[999], 'a' + 999 % 26);
  ql_buf_add(&b, (ql_str){"", SIZE_MAX / 2});
  assert_true(b.failed);
  ql_buf_byte(&b, 'x'); /* sticky */
  assert_int_equal(b.len, 1000);
  ql_buf_free(&b);
  assert_int_equal(live, 0);
  fail_allocation(0);
  ql_buf_add(&b, QL_STR("x"));
  fail_allocation(SIZE_MAX);
  assert_true(b.failed);
  ql_buf_free(&b);
}

/* Errors. */

static void errors(void **state) {
  (void)state;
  ql_error err;
  assert_int_equal(ql_fail(NULL, QL_ERR_LIMIT, "m", QL_ABSENT), QL_ERR_LIMIT);
  assert_int_equal(ql_fail(&err, QL_ERR_SYNTAX, "m", QL_STR("piece")), QL_ERR_SYNTAX);
  assert_string_equal(err.detail, "piece");
  assert_int_equal(err.line, 0);
  /* Two-byte characters: the cut falls between them. */
  char wide[400];
  for (size_t i = 0; i < sizeof wide; i++) wide[i] = (i % 2) ? '\xA9' : '\xC3';
  for (size_t start = 0; start < 2; start++) {
    char text[401] = "x";
    memcpy(text + start, wide, sizeof wide);
    ql_fail(&err, QL_ERR_SYNTAX, "m", (ql_str){text, sizeof wide + start});
    size_t len = strlen(err.detail);
    assert_true(len >= QL_ERROR_DETAIL_MAX - 2 && len < QL_ERROR_DETAIL_MAX);
    assert_int_equal(ql_utf8_bad((ql_str){err.detail, len}), SIZE_MAX);
  }
  assert_string_equal(ql_status_name(QL_ERR_INTEGRITY), "QL_ERR_INTEGRITY");
  assert_string_equal(ql_status_sentence(QL_ERR_UTF8), "not valid UTF-8");
}

/* Text. */

static void comparing(void **state) {
  (void)state;
  assert_true(ql_eq(QL_STR(""), QL_ABSENT));
  assert_true(ql_eq_nocase(QL_STR("aBc"), QL_STR("AbC")));
  assert_false(ql_eq_nocase(QL_STR("a["), QL_STR("A{")));
  assert_true(ql_compare(QL_STR("a"), QL_STR("ab")) < 0);
  assert_true(ql_compare(QL_STR("\xFF"), QL_STR("a")) > 0);
  assert_int_equal(ql_compare(QL_ABSENT, QL_STR("")), 0);
  assert_true(ql_starts(QL_STR("abc"), QL_STR("")) && ql_starts(QL_STR("abc"), QL_STR("ab")) && !ql_starts(QL_STR("ab"), QL_STR("abc")));
  assert_true(ql_starts_nocase(QL_STR("ABC"), QL_STR("ab")) && !ql_starts_nocase(QL_STR("A"), QL_STR("ab")));
  assert_true(ql_ends(QL_STR("abc"), QL_STR("bc")) && !ql_ends(QL_STR("c"), QL_STR("bc")));
  assert_int_equal(ql_find(QL_STR("aaab"), QL_STR("aab"), 0), 1);
  assert_int_equal(ql_find(QL_STR("aaab"), QL_STR("ab"), 3), SIZE_MAX);
  assert_int_equal(ql_find(QL_STR("abc"), QL_STR("abcd"), 0), SIZE_MAX);
  assert_int_equal(ql_find(QL_STR("abc"), QL_STR(""), 3), 3);
  assert_int_equal(ql_find_byte(QL_STR("abca"), 'a', 1), 3);
  assert_int_equal(ql_find_byte(QL_STR("abc"), 'c', 3), SIZE_MAX);
  assert_str_is(ql_slice(QL_STR("abc"), 1, 99), "bc");
  assert_str_is(ql_slice(QL_STR("abc"), 5, 2), "");
  assert_str_is(ql_trim(QL_STR(" \t\r\n a b \n")), "a b");
  assert_str_is(ql_trim(QL_STR(" \n")), "");
}

static void lines(void **state) {
  (void)state;
  static const char *const expected[] = {"one", "two", "", "three", "", "four"};
  ql_str rest = QL_STR("one\ntwo\r\n\rthree\n\nfour"), line;
  for (size_t i = 0; i < QL_COUNT(expected); i++) {
    assert_true(ql_next_line(&rest, &line));
    assert_str_is(line, expected[i]);
  }
  assert_false(ql_next_line(&rest, &line));
  rest = QL_STR("last\n");
  assert_true(ql_next_line(&rest, &line));
  assert_false(ql_next_line(&rest, &line));
}

static void kinds_of_characters(void **state) {
  (void)state;
  for (int i = 0; i < 256; i++) {
    char c = (char)i;
    bool lower = i >= 'a' && i <= 'z', upper = i >= 'A' && i <= 'Z', digit = i >= '0' && i <= '9';
    assert_int_equal(ql_is_alpha(c), lower || upper);
    assert_int_equal(ql_is_digit(c), digit);
    assert_int_equal(ql_is_alnum(c), lower || upper || digit);
    assert_int_equal(ql_is_space(c), i == ' ' || i == '\t' || i == '\r' || i == '\n');
    assert_int_equal(ql_to_lower(c), upper ? (char)(i + 32) : c);
  }
}

/* What is looked at eight bytes at a time gives the same with any byte in any place. */
static void eight_at_a_time(void **state) {
  (void)state;
  char text[24 + 4];
  for (size_t len = 0; len <= 24; len++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      for (size_t place = 0; place < len; place++) {
        memset(text, 'x', sizeof text);
        text[place] = (char)byte;
        ql_str s = {text, len};
        bool ends = byte == '\n' || byte == '\r', plain = (byte >= ' ' && byte < 0x7F) || byte == '\n';
        assert_int_equal(ql_line_end(s, 0), ends ? place : len);
        assert_int_equal(ql_line_end(s, place + 1), len);
        assert_int_equal(ql_small_letters_end(s, 0), byte >= 'a' && byte <= 'z' ? len : place);
        assert_int_equal(ql_json_plain_end(s, 0), byte < ' ' || byte == '"' || byte == '\\' ? place : len);
        assert_int_equal(ql_utf8_bad(s), byte < 0x80 ? SIZE_MAX : place);
        assert_int_equal(ql_utf8_count(s), len - (byte >= 0x80 && byte < 0xC0));
        for (size_t at = 0; at <= len; at++) {
          bool inside = at <= place && place < at + 8;
          assert_int_equal(ql_plain_at(s, at), at + 8 <= len && (!inside || plain));
        }
      }
    }
  }
}

static void positions(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t offset;
    uint32_t line, column;
  } cases[] = {
      {"", 0, 1, 1},         {"ab", 2, 1, 3},     {"a\nb", 1, 1, 2},      {"a\nb", 2, 2, 1},
      {"a\r\nb", 2, 1, 3},   {"a\r\nb", 3, 2, 1}, {"a\rb", 2, 2, 1},      {"a\r\rb", 3, 3, 1},
      {"a\n\r\nb", 4, 3, 1}, {"a\r", 2, 2, 1},    {"\xC3\xA9x", 2, 1, 2}, {"\xF0\x9F\x9A\x80x\n\xE2\x82\xACy", 9, 2, 2},
      {"ab", 99, 1, 3},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    uint32_t line = 0, column = 0;
    ql_position(str(cases[i].text), cases[i].offset, &line, &column);
    if (line != cases[i].line || column != cases[i].column) fail_msg("case %zu: %u:%u", i, line, column);
  }
}

static void utf8(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t bad; /* SIZE_MAX: all is well */
  } cases[] = {
      {"", SIZE_MAX},
      {"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", SIZE_MAX},
      {"a\x80", 1},
      {"a\xC1\xBF", 1},
      {"\xC3", 0},
      {"\xE2\x82", 0},
      {"ab\xE2\x28\xA1", 2},
      {"\xE0\x9F\xBF", 0},
      {"\xED\xA0\x80", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xF4\x90\x80\x80", 0},
      {"\xF5\x80\x80\x80", 0},
      {"\xFE", 0},
      {"\xF0\x9F\x9A", 0},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) assert_int_equal(ql_utf8_bad(str(cases[i].text)), cases[i].bad);
  static const uint32_t points[] = {0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
  ql_buf b = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(points); i++) ql_utf8_add(&b, points[i]);
  assert_int_equal(ql_utf8_count(ql_buf_str(&b)), QL_COUNT(points));
  size_t at = 0;
  for (size_t i = 0; i < QL_COUNT(points); i++) {
    uint32_t point;
    assert_true(ql_utf8_next(ql_buf_str(&b), &at, &point));
    assert_int_equal(point, points[i]);
  }
  uint32_t point = 7;
  assert_false(ql_utf8_next(ql_buf_str(&b), &at, &point));
  assert_int_equal(at, b.len);
  ql_buf_free(&b);
}

static void edit_distance(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    size_t distance;
  } cases[] = {{"", "", 0},      {"", "abc", 3},           {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1},
               {"abc", "bc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},  {"ab", "ba", 1},   {"abcdef", "badcfe", 3}};
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    assert_int_equal(ql_edit_distance(str(cases[i].a), str(cases[i].b)), cases[i].distance);
    assert_int_equal(ql_edit_distance(str(cases[i].b), str(cases[i].a)), cases[i].distance);
  }
  char x[65], y[64];
  memset(x, 'x', sizeof x);
  memset(y, 'y', sizeof y);
  assert_int_equal(ql_edit_distance((ql_str){x, 64}, (ql_str){y, 64}), 64);
  assert_int_equal(ql_edit_distance((ql_str){x, 65}, (ql_str){y, 64}), SIZE_MAX);
}

static void base64url(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *text;
  } cases[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"\xFB\xFF\xFE", "-__-"}};
  static const char *const bad[] = {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm8=", "Z+8", "Z/8", "Zm 8", "Zm8\n", "Zm9vY", "Zm9vYh", "Zm9vYmF"};
  uint8_t out[8];
  size_t len;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    size_t n = strlen(cases[i].bytes);
    char text[16];
    ql_buf b = ql_buf_new(ql_alloc_libc());
    ql_base64url_add(&b, (const uint8_t *)cases[i].bytes, n);
    assert_str_is(ql_buf_str(&b), cases[i].text);
    ql_buf_free(&b);
    assert_int_equal(ql_base64url_write(text, (const uint8_t *)cases[i].bytes, n), strlen(cases[i].text));
    assert_memory_equal(text, cases[i].text, strlen(cases[i].text));
    assert_true(ql_base64url_read(str(cases[i].text), out, n, &len));
    assert_int_equal(len, n);
    assert_memory_equal(out, cases[i].bytes, n);
    if (n > 0) assert_false(ql_base64url_read(str(cases[i].text), out, n - 1, &len));
  }
  for (size_t i = 0; i < QL_COUNT(bad); i++)
    if (ql_base64url_read(str(bad[i]), out, sizeof out, &len)) fail_msg("%s", bad[i]);
  /* Of all two-character texts exactly 256 are right, one for each byte. */
  size_t right = 0;
  for (int i = 0; i < 256 * 256; i++) {
    char pair[2] = {(char)(i / 256), (char)(i % 256)};
    right += ql_base64url_read((ql_str){pair, 2}, out, 1, &len);
  }
  assert_int_equal(right, 256);
}

static void hex(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0x00, 0x0F, 0xA5, 0xFF};
  char text[9] = "";
  ql_hex_write(text, bytes, sizeof bytes);
  assert_string_equal(text, "000fa5ff");
}

/* How far off it is on real files is measured elsewhere; here, what each kind of character is taken for, and that no end is run over. */
static void tokens(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t least, most;
  } cases[] = {
      {"", 0, 0},
      {" ", 1, 1},
      {"a", 1, 1},
      {"word", 1, 1},
      {"two words", 2, 2},
      {"Accept a request, or turn it down.", 8, 10},
      {"internationalisation", 2, 5},
      {"READ_WRITE_ONLY", 4, 7},
      {"getElementById", 2, 5},
      {"123456789", 3, 5},
      {"--------------------------------", 1, 3},
      {"if (a[i] != b) { return -1; }", 10, 17},
      {"\xC3\xA9t\xC3\xA9", 1, 4},
      {"\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2\xE5\xAD\x97", 3, 4},
      {"\xF0\x9F\x9A\xA8", 1, 3},
      {"\n\n\n\n", 1, 1},
      {"\xC3", 1, 1},
      {"\xE6", 1, 1},
      {"\xF0", 1, 2},
      {"\xFF\xFE", 1, 2},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) assert_in_range(ql_token_estimate(str(cases[i].text)), cases[i].least, cases[i].most);
  static char rule[4096];
  memset(rule, '=', sizeof rule);
  assert_in_range(ql_token_estimate((ql_str){rule, sizeof rule}), 32, 256);
}

static void base64_with_padding(void **state) {
  (void)state;
  static const struct {
    const char *text, *bytes; /* NULL: it is none */
  } cases[] = {{"", ""},       {"TQ==", "M"},  {"TWE=", "Ma"}, {"TWFu", "Man"}, {"+/+/", "\xFB\xFF\xBF"}, {"TQ", NULL},  {"TQ=", NULL},
               {"TR==", NULL}, {"T===", NULL}, {"====", NULL}, {"-_-_", NULL},  {"TWF u", NULL},          {"TW=u", NULL}};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str bytes = QL_ABSENT;
    assert_int_equal(ql_base64_read(a, str(cases[i].text), &bytes), cases[i].bytes != NULL);
    if (cases[i].bytes) assert_str_is(bytes, cases[i].bytes);
  }
  ql_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arena_memory),
      cmocka_unit_test(base64_with_padding),
      cmocka_unit_test(arena_overflow),
      cmocka_unit_test(arena_strings),
      cmocka_unit_test(arena_out_of_memory),
      cmocka_unit_test(buffer),
      cmocka_unit_test(errors),
      cmocka_unit_test(comparing),
      cmocka_unit_test(lines),
      cmocka_unit_test(kinds_of_characters),
      cmocka_unit_test(eight_at_a_time),
      cmocka_unit_test(positions),
      cmocka_unit_test(utf8),
      cmocka_unit_test(edit_distance),
      cmocka_unit_test(base64url),
      cmocka_unit_test(hex),
      cmocka_unit_test(tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
