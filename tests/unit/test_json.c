#include "support.h"

#include <questline/limits.h>
#include <questline/value.h>

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

static const struct {
  const char *foreign, *canonical;
} ACCEPTED[] = {
    {" null ", "null"},
    {"\t[ true , false\r\n]\n", "[true,false]"},
    {"{}", "{}"},
    {"[]", "[]"},
    {"{\"b\":{\"d\":1,\"c\":[]},\"a\":2}", "{\"a\":2,\"b\":{\"c\":[],\"d\":1}}"},
    {"{\"Name\":1,\"name\":2,\"NAME\":3}", "{\"NAME\":3,\"Name\":1,\"name\":2}"},
    {"{\"\":0}", "{\"\":0}"},
    {"\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\\u001F\"", "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u001f\""},
    {"\"\\uD83D\\uDE80\\u20ac\\uABCD\"", "\"\xF0\x9F\x9A\x80\xE2\x82\xAC\xEA\xAF\x8D\""},
    {"\"\x7F\xC3\xA9\"", "\"\x7F\xC3\xA9\""},
    {"\xEF\xBB\xBF{\"a\":1}", "{\"a\":1}"},
    {"\xEF\xBB\xBF"
     "7",
     "7"},
    /* Numbers: exact integers, all others as they were written. */
    {"0", "0"},
    {"-0", "0"},
    {"-0.0e-7", "0"},
    {"0e999999999999999999999", "0"},
    {"42", "42"},
    {"-42", "-42"},
    {"9007199254740991", "9007199254740991"},
    {"-9007199254740991", "-9007199254740991"},
    {"9007199254740992", "\"9007199254740992\""},
    {"-9007199254740992", "\"-9007199254740992\""},
    {"9007199254740993", "\"9007199254740993\""},
    {"123456789012345678901234567890", "\"123456789012345678901234567890\""},
    {"1.0", "1"},
    {"1.50e2", "150"},
    {"-12.5e+1", "-125"},
    {"1000e-3", "1"},
    {"1001e-3", "\"1001e-3\""},
    {"100.5", "\"100.5\""},
    {"0.1", "\"0.1\""},
    {"1e15", "1000000000000000"},
    {"1e16", "\"1e16\""},
    {"90071992547409910e-1", "9007199254740991"},
    {"1E400", "\"1E400\""},
    {"1e-400", "\"1e-400\""},
    {"1e99999999999999999999", "\"1e99999999999999999999\""},
    {"[1,\"2\",-3.5,\"\\\"4\",5,{\"k7\":[6]}]", "[1,\"2\",\"-3.5\",\"\\\"4\",5,{\"k7\":[6]}]"},
    /* Longer than any buffer for a number. */
    {"[1000000000000000000000000000000000000000000000000000000000000000000000000000000000001,2]",
     "[\"1000000000000000000000000000000000000000000000000000000000000000000000000000000000001\",2]"},
    {"0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", "0"},
};

static void accepts(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(ACCEPTED); i++) {
    ql_value *value;
    ql_error err = {0};
    if (ql_json_read(a, str(ACCEPTED[i].foreign), &value, &err) != QL_OK) fail_msg("%s: %s", ACCEPTED[i].foreign, err.message);
    assert_str_is(ql_value_text(a, value), ACCEPTED[i].canonical);
  }
}

static void refuses(void **state) {
  static const struct {
    const char *text;
    size_t offset;
  } cases[] = {
      {"", 0},
      {"  ", 2},
      {"\xEF\xBB\xBF", 3},
      {"nul", 0},
      {"True", 0},
      {"null x", 5},
      {"1 2", 2},
      {"[1,]", 3},
      {"[,1]", 1},
      {"[1", 2},
      {"[", 1},
      {"{", 1},
      {"]", 0},
      {"[1}", 2},
      {"{\"a\":1,}", 7},
      {"{\"a\" 1}", 5},
      {"{\"a\":}", 5},
      {"{a:1}", 1},
      {"{\"a\":1", 6},
      {"{1:2}", 1},
      {"'a'", 0},
      {"01", 0},
      {"-", 0},
      {"+1", 0},
      {".5", 0},
      {"5.", 0},
      {"1e", 0},
      {"1e+", 0},
      {"0x10", 1},
      {"NaN", 0},
      {"-Infinity", 0},
      {"\"a", 0},
      {"\"\t\"", 1},
      {"\"a\nb\"", 2},
      {"\"\\x\"", 1},
      {"\"\\u12\"", 1},
      {"\"\\u12g4\"", 1},
      {"\"\\ud800\"", 1},
      {"\"\\udc00\"", 1},
      {"\"\\ud800\\u0041\"", 1},
      {"\"\\ud800\\ud800\"", 1},
      {"\"\\u0000\"", 1},
      {"\"a\\", 2},
      {"/* c */ 1", 0},
      {"1 // c", 2},
      {"\x0B"
       "1",
       0},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_value *value = NULL;
    ql_error err = {0};
    ql_status status = ql_json_read(a, str(cases[i].text), &value, &err);
    if (status != QL_ERR_SYNTAX || err.offset != cases[i].offset || value)
      fail_msg("%s: %s at %zu", cases[i].text, ql_status_name(status), err.offset);
  }
}

static void refuses_twice_the_same_key(void **state) {
  static const char *const texts[] = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"\\u0061\":3}", "[{\"x\":{\"k\":1,\"k\":2}}]",
                                      "{\"\":1,\"\":2}", "{\"b\":1,\"a\":2,\"b\":3}"};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    ql_value *value = NULL;
    ql_error err;
    assert_int_equal(ql_json_read(a, str(texts[i]), &value, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.message, "a key stands twice in one object");
    assert_null(value);
  }
}

static void refuses_foreign_bytes(void **state) {
  (void)state;
  ql_value *value;
  ql_error err;
  assert_int_equal(ql_json_read(a, QL_STR("\"a\0b\""), &value, &err), QL_ERR_SYNTAX);
  assert_int_equal(ql_json_read(a, QL_STR("1\0"), &value, &err), QL_ERR_SYNTAX);
  assert_int_equal(ql_json_read(a, QL_ABSENT, &value, &err), QL_ERR_SYNTAX);
  assert_int_equal(ql_json_read(a, QL_STR("[\"\xC3\x28\"]"), &value, &err), QL_ERR_UTF8);
  assert_int_equal(err.offset, 2);
  assert_int_equal(ql_json_read(a, QL_STR("[1,\r\n \"\xC3\xA9\", x]"), &value, &err), QL_ERR_SYNTAX);
  assert_int_equal(err.line, 2);
  assert_int_equal(err.column, 7);
}

static ql_str repeated(const char *opening, const char *core, const char *closing, size_t times) {
  ql_buf b = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < times; i++) ql_buf_add(&b, str(opening));
  ql_buf_add(&b, str(core));
  for (size_t i = 0; i < times; i++) ql_buf_add(&b, str(closing));
  ql_str copy = ql_arena_str(a, ql_buf_str(&b));
  ql_buf_free(&b);
  return copy;
}

static void limits(void **state) {
  (void)state;
  ql_value *value;
  ql_error err;
  static const char *const cores[] = {"1", "[]", "{}"};
  for (size_t i = 0; i < QL_COUNT(cores); i++) {
    size_t free_levels = QL_JSON_DEPTH_MAX - (i > 0);
    assert_int_equal(ql_json_read(a, repeated("[", cores[i], "]", free_levels), &value, &err), QL_OK);
    assert_int_equal(ql_json_read(a, repeated("{\"a\":", cores[i], "}", free_levels), &value, &err), QL_OK);
    assert_int_equal(ql_json_read(a, repeated("[", cores[i], "]", free_levels + 1), &value, &err), QL_ERR_LIMIT);
    assert_int_equal(ql_json_read(a, repeated("{\"a\":", cores[i], "}", free_levels + 1), &value, &err), QL_ERR_LIMIT);
  }
  assert_int_equal(ql_json_read(a, repeated("[", "", "", 1000000), &value, &err), QL_ERR_LIMIT);
  /* A string that fills the document to the last byte. */
  ql_str full = repeated("", "\"", "x", QL_JSON_BYTES_MAX - 2);
  ql_str pieces[] = {full, QL_STR("\"")};
  ql_str document = ql_arena_concat(a, pieces, 2);
  assert_int_equal(document.len, QL_JSON_BYTES_MAX);
  assert_int_equal(ql_json_read(a, document, &value, &err), QL_OK);
  assert_int_equal(value->text.len, QL_JSON_BYTES_MAX - 2);
  ql_str longer[] = {document, QL_STR(" ")};
  assert_int_equal(ql_json_read(a, ql_arena_concat(a, longer, 2), &value, &err), QL_ERR_LIMIT);
}

/* Keys in falling order: an insertion sort would take minutes. */
static void many_keys(void **state) {
  (void)state;
  ql_buf b = ql_buf_new(ql_alloc_libc());
  ql_buf_byte(&b, '{');
  for (int64_t i = 299999; i >= 100000; i--) {
    ql_buf_add(&b, QL_STR("\"k"));
    ql_buf_int(&b, i);
    ql_buf_add(&b, i > 100000 ? QL_STR("\":1,") : QL_STR("\":2}"));
  }
  ql_value *value;
  assert_int_equal(ql_json_read(a, ql_buf_str(&b), &value, NULL), QL_OK);
  ql_buf_free(&b);
  assert_int_equal(value->count, 200000);
  assert_str_is(value->first->key, "k100000");
  assert_int_equal(value->first->number, 2);
  assert_str_is(value->last->key, "k299999");
  for (const ql_value *v = value->first; v->next; v = v->next) assert_true(ql_compare(v->key, v->next->key) < 0);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *value;
  return ql_json_read(arena, str(ctx), &value, NULL);
}

static void memory(void **state) {
  (void)state;
  static const char text[] = "{\"b\":[1,2.5,\"x\\n\",null,true],\"a\":{\"c\":\"d\"},\"e\":123456789012345678901234567890}";
  size_t count = try_every_allocation(trial, text);
  if (count < 15) fail_msg("only %zu", count); /* cJSON's own are among them */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts),
      cmocka_unit_test(refuses),
      cmocka_unit_test(refuses_twice_the_same_key),
      cmocka_unit_test(refuses_foreign_bytes),
      cmocka_unit_test(limits),
      cmocka_unit_test(many_keys),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
