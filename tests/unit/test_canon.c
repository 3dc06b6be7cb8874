#include "support.h"

#include <questline/limits.h>
#include <questline/value.h>

typedef struct refusal {
  const char *text;
  ql_status status;
  size_t offset;
} refusal;

/* What is canonical is written back byte by byte. */
static void accepts(void **state) {
  static const char *const texts[] = {
      "null",
      "true",
      "false",
      "0",
      "-1",
      "9007199254740991",
      "-9007199254740991",
      "\"\"",
      "[]",
      "{}",
      "[1,\"x\",[],{},null,true,false]",
      "{\"\":1,\"A\":2,\"a\":{\"b\":[]},\"ab\":3,\"b\":4}",
      "\"\\\"\\\\\\b\\t\\n\\f\\r\"",
      "\"\\u0001\\u0007\\u000b\\u000e\\u001f\"",
      "\"/\x7f\xC2\x80\xE2\x82\xAC\xEF\xBF\xBF\xF0\x9F\x9A\x80\xF4\x8F\xBF\xBF\"",
      "\"\xE2\x80\xA8 and \xEF\xBB\xBF\"",
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *value;
    ql_error err = {0};
    if (ql_canon_read(a, str(texts[i]), &value, &err) != QL_OK) fail_msg("%s: %s at %zu", texts[i], err.message, err.offset);
    assert_str_is(ql_value_text(a, value), texts[i]);
    ql_arena_free(a);
  }
}

static void refuses(void **state) {
  static const refusal cases[] = {
      {"", QL_ERR_SYNTAX, 0},
      {" null", QL_ERR_SYNTAX, 0},
      {"null ", QL_ERR_SYNTAX, 4},
      {"nul", QL_ERR_SYNTAX, 0},
      {"nullx", QL_ERR_SYNTAX, 4},
      {"[1, 2]", QL_ERR_SYNTAX, 3},
      {"[1,]", QL_ERR_SYNTAX, 3},
      {"[1", QL_ERR_SYNTAX, 2},
      {"[", QL_ERR_SYNTAX, 1},
      {"[1}", QL_ERR_SYNTAX, 2},
      {"{\"a\":1", QL_ERR_SYNTAX, 6},
      {"{\"a\" :1}", QL_ERR_SYNTAX, 4},
      {"{\"a\"}", QL_ERR_SYNTAX, 4},
      {"{a:1}", QL_ERR_SYNTAX, 1},
      {"{\"b\":1,\"a\":2}", QL_ERR_SYNTAX, 7},
      {"{\"a\":1,\"a\":2}", QL_ERR_SYNTAX, 7},
      {"{\"\xC3\xA9\":1}", QL_ERR_SYNTAX, 1},
      {"01", QL_ERR_SYNTAX, 0},
      {"-0", QL_ERR_SYNTAX, 0},
      {"-", QL_ERR_SYNTAX, 0},
      {"+1", QL_ERR_SYNTAX, 0},
      {"1.0", QL_ERR_SYNTAX, 1},
      {"1e3", QL_ERR_SYNTAX, 1},
      {"9007199254740992", QL_ERR_SYNTAX, 0},
      {"-9007199254740992", QL_ERR_SYNTAX, 0},
      {"90071992547409910", QL_ERR_SYNTAX, 0},
      {"\"a", QL_ERR_SYNTAX, 0},
      {"\"\n\"", QL_ERR_SYNTAX, 1},
      {"\"\\/\"", QL_ERR_SYNTAX, 1},
      {"\"\\u0041\"", QL_ERR_SYNTAX, 1},
      {"\"\\u000a\"", QL_ERR_SYNTAX, 1},
      {"\"\\u001F\"", QL_ERR_SYNTAX, 1},
      {"\"\\u0000\"", QL_ERR_SYNTAX, 1},
      {"\"\\u00\"", QL_ERR_SYNTAX, 1},
      {"\"\\ud800\"", QL_ERR_SYNTAX, 1},
      {"\"\\x\"", QL_ERR_SYNTAX, 1},
      {"\"\\", QL_ERR_SYNTAX, 1},
      {"\"\xFF\"", QL_ERR_UTF8, 1},
      {"\"a\xC2\"", QL_ERR_UTF8, 2},
      {"\"\xC0\x80\"", QL_ERR_UTF8, 1},         /* overlong */
      {"\"\xE0\x80\x80\"", QL_ERR_UTF8, 1},     /* overlong */
      {"\"\xED\xA0\x80\"", QL_ERR_UTF8, 1},     /* surrogate */
      {"\"\xF4\x90\x80\x80\"", QL_ERR_UTF8, 1}, /* beyond U+10FFFF */
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *value = NULL;
    ql_error err = {0};
    ql_status status = ql_canon_read(a, str(cases[i].text), &value, &err);
    if (status != cases[i].status || err.offset != cases[i].offset || err.status != status || value)
      fail_msg("%s: %s at %zu", cases[i].text, ql_status_name(status), err.offset);
    ql_arena_free(a);
  }
}

/* U+0000 as a byte: no C string can hold it. */
static void refuses_nul(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value;
  assert_int_equal(ql_canon_read(a, QL_STR("\"a\0b\""), &value, NULL), QL_ERR_SYNTAX);
  assert_int_equal(ql_canon_read(a, QL_STR("1\0"), &value, NULL), QL_ERR_SYNTAX);
  ql_arena_free(a);
}

/* Brackets nested so deep, around `core`. */
static ql_str nested(ql_arena *a, size_t depth, bool object, const char *core) {
  ql_str parts[2 * QL_JSON_DEPTH_MAX + 4];
  ql_str opening = object ? QL_STR("{\"k\":") : QL_STR("["), closing = object ? QL_STR("}") : QL_STR("]");
  for (size_t i = 0; i < depth; i++) {
    parts[i] = opening;
    parts[depth + 1 + i] = closing;
  }
  parts[depth] = str(core);
  return ql_arena_concat(a, parts, 2 * depth + 1);
}

static void depth_limit(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value, *again;
  ql_error err;
  for (int i = 0; i < 2; i++) {
    bool object = i == 1;
    ql_str legal = nested(a, QL_JSON_DEPTH_MAX, object, "1");
    assert_int_equal(ql_canon_read(a, legal, &value, &err), QL_OK);
    assert_int_equal(ql_canon_read(a, legal, &again, &err), QL_OK);
    assert_true(ql_value_equal(value, again));
    ql_str written = ql_value_text(a, value);
    assert_int_equal(written.len, legal.len);
    assert_memory_equal(written.ptr, legal.ptr, legal.len);
    assert_int_equal(ql_canon_read(a, nested(a, QL_JSON_DEPTH_MAX + 1, object, "1"), &value, &err), QL_ERR_LIMIT);
    /* The innermost one may be empty and counts all the same. */
    assert_int_equal(ql_canon_read(a, nested(a, QL_JSON_DEPTH_MAX - 1, object, "[]"), &value, &err), QL_OK);
    assert_int_equal(ql_canon_read(a, nested(a, QL_JSON_DEPTH_MAX, object, "[]"), &value, &err), QL_ERR_LIMIT);
    assert_int_equal(ql_canon_read(a, nested(a, QL_JSON_DEPTH_MAX, object, "{}"), &value, &err), QL_ERR_LIMIT);
  }
  ql_arena_free(a);
}

static void values_and_bytes(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *v;
  ql_str text = QL_STR("{\"a\":[1,{\"b\":\"x\\ny\"}],\"n\":-7,\"t\":true}");
  assert_int_equal(ql_canon_read(a, text, &v, NULL), QL_OK);
  assert_int_equal(v->count, 3);
  assert_int_equal(ql_get_int(v, QL_STR("n"), 0), -7);
  assert_true(ql_get_bool(v, QL_STR("t")));
  const ql_value *list = QL_GET(v, "a");
  assert_str_is(list->text, "[1,{\"b\":\"x\\ny\"}]");
  assert_str_is(list->last->text, "{\"b\":\"x\\ny\"}");
  assert_str_is(ql_get_str(list->last, QL_STR("b")), "x\ny");
  /* A string without an escape is not copied. */
  assert_int_equal(ql_canon_read(a, QL_STR("\"plain\""), &v, NULL), QL_OK);
  assert_str_is(v->text, "plain");
  assert_ptr_equal(QL_GET(v, "x"), NULL);
  ql_arena_free(a);
}

static ql_status trial(ql_arena *a, const void *ctx) {
  ql_value *value;
  ql_error err;
  ql_status status = ql_canon_read(a, *(const ql_str *)ctx, &value, &err);
  if (status != QL_OK) return status;
  return ql_value_text(a, value).ptr ? QL_OK : QL_ERR_NOMEM;
}

static void memory(void **state) {
  (void)state;
  char big[20000];
  size_t len = 0;
  big[len++] = '[';
  while (len < sizeof big - 40) len += (size_t)snprintf(big + len, 40, "{\"a\":\"x\\ny\",\"b\":%zu},", len);
  big[len - 1] = ']';
  ql_str text = {big, len};
  assert_true(try_every_allocation(trial, &text) > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts),     cmocka_unit_test(refuses),          cmocka_unit_test(refuses_nul),
      cmocka_unit_test(depth_limit), cmocka_unit_test(values_and_bytes), cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
