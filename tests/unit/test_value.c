#include "support.h"

#include <questline/limits.h>
#include <questline/value.h>

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

static void keys_sorted_and_unique(void **state) {
  (void)state;
  static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
  for (size_t i = 0; i < QL_COUNT(orders); i++) {
    ql_value *o = ql_object(a);
    for (size_t k = 0; k < 3; k++) ql_set(o, (ql_str){&orders[i][k], 1}, ql_int(a, (int64_t)k));
    for (size_t k = 0; k < 3; k++) ql_set(o, (ql_str){&orders[i][k], 1}, ql_int(a, orders[i][k]));
    ql_set(o, QL_STR("bb"), ql_null(a));
    ql_set(o, QL_STR("d"), ql_bool(a, true));
    assert_int_equal(o->count, 5);
    assert_str_is(o->last->key, "d");
    assert_str_is(ql_value_text(a, o), "{\"a\":97,\"b\":98,\"bb\":null,\"c\":99,\"d\":true}");
  }
}

static void builders_accept_null(void **state) {
  (void)state;
  assert_ptr_equal(ql_push(NULL, NULL), NULL);
  assert_ptr_equal(ql_set(NULL, QL_STR("k"), NULL), NULL);
  ql_value *list = ql_array(a);
  assert_ptr_equal(ql_push(list, NULL), NULL);
  assert_int_equal(list->count, 0);
  assert_int_equal(ql_string(a, QL_ABSENT)->kind, QL_NULL);
  assert_int_equal(ql_string(a, QL_STR(""))->kind, QL_STRING);
}

static void readers_answer_absent(void **state) {
  (void)state;
  ql_value *o = ql_object(a);
  QL_SET(o, "n", ql_int(a, 5));
  QL_SET(o, "s", ql_string(a, QL_STR("x")));
  QL_SET(o, "b", ql_bool(a, true));
  assert_ptr_equal(QL_GET(NULL, "n"), NULL);
  assert_ptr_equal(QL_GET(ql_array(a), "n"), NULL);
  assert_ptr_equal(QL_GET(o, "N"), NULL); /* case counts */
  assert_ptr_equal(ql_get_str(o, QL_STR("n")).ptr, NULL);
  assert_int_equal(ql_get_int(o, QL_STR("s"), -1), -1);
  assert_int_equal(ql_get_int(o, QL_STR("b"), -1), -1);
  assert_int_equal(ql_get_int(o, QL_STR("n"), -1), 5);
  assert_false(ql_get_bool(o, QL_STR("n")));
  assert_true(ql_get_bool(o, QL_STR("b")));
}

static void equality(void **state) {
  (void)state;
  static const char *const texts[] = {"null",
                                      "true",
                                      "false",
                                      "0",
                                      "1",
                                      "\"\"",
                                      "\"1\"",
                                      "[]",
                                      "{}",
                                      "[null]",
                                      "[[]]",
                                      "[[],[]]",
                                      "[[[]]]",
                                      "{\"a\":1}",
                                      "{\"a\":2}",
                                      "{\"b\":1}",
                                      "[1]",
                                      "[1,2]",
                                      "[2,1]",
                                      "{\"a\":[1]}",
                                      "{\"a\":[2]}",
                                      "[{\"a\":1}]",
                                      "{\"a\":{},\"b\":1}"};
  ql_value *values[QL_COUNT(texts)], *again;
  for (size_t i = 0; i < QL_COUNT(texts); i++) assert_int_equal(ql_canon_read(a, str(texts[i]), &values[i], NULL), QL_OK);
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    assert_int_equal(ql_canon_read(a, str(texts[i]), &again, NULL), QL_OK);
    for (size_t k = 0; k < QL_COUNT(texts); k++)
      if (ql_value_equal(values[k], again) != (i == k)) fail_msg("%s and %s", texts[k], texts[i]);
  }
  assert_true(ql_value_equal(NULL, NULL));
  assert_false(ql_value_equal(values[0], NULL));
  /* A value that was built equals one that was read. */
  ql_value *built = ql_array(a);
  ql_push(built, ql_int(a, 1));
  ql_push(built, ql_int(a, 2));
  assert_int_equal(ql_canon_read(a, QL_STR("[1,2]"), &again, NULL), QL_OK);
  assert_true(ql_value_equal(built, again));
}

static void string_escapes(void **state) {
  (void)state;
  char all[128];
  size_t len = 0;
  for (int c = 1; c < 0x80; c++) all[len++] = (char)c;
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_json_string(&out, (ql_str){all, len});
  assert_str_is(ql_buf_str(&out),
                "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014"
                "\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f !\\\"#$%&'()*+,-./0123456789:;<=>?"
                "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\x7f\"");
  ql_value *back;
  assert_int_equal(ql_canon_read(a, ql_buf_str(&out), &back, NULL), QL_OK);
  assert_int_equal(back->text.len, len);
  assert_memory_equal(back->text.ptr, all, len);
  ql_buf_free(&out);
}

/* Deeper than any reader would take: the writer refuses instead of overrunning its stack. */
static void too_deep_to_write(void **state) {
  (void)state;
  ql_value *root = ql_array(a), *inner = root;
  for (size_t i = 0; i < 2 * QL_JSON_DEPTH_MAX; i++) inner = ql_push(inner, ql_array(a));
  assert_ptr_equal(ql_value_text(a, root).ptr, NULL);
  assert_ptr_equal(ql_value_text(a, NULL).ptr, NULL);
  assert_false(ql_value_equal(root, root)); /* out of reach of its stack, so not known to be equal */
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  ql_value *o = ql_object(arena);
  for (int i = 0; i < 300; i++) ql_push(QL_SET(o, "list", ql_array(arena)), ql_int(arena, i));
  if (ql_arena_failed(arena)) return QL_ERR_NOMEM;
  return ql_value_text(arena, o).ptr ? QL_OK : QL_ERR_NOMEM;
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_sorted_and_unique),
      cmocka_unit_test(builders_accept_null),
      cmocka_unit_test(readers_answer_absent),
      cmocka_unit_test(equality),
      cmocka_unit_test(string_escapes),
      cmocka_unit_test(too_deep_to_write),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
