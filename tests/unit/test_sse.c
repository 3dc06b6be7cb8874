#include "support.h"

#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"
#include "format/scan.h"
#include "format/sse.h"

/* All events as name=data;, bytes fed in pieces of `step`. */
static void check_events(ql_sse_form form, ql_str bytes, size_t step, const char *expected) {
  ql_sse sse = ql_sse_new(ql_alloc_libc(), form);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t at = 0; at < bytes.len; at += step) {
    ql_str piece = ql_slice(bytes, at, at + step);
    for (ql_status status; (status = ql_sse_next(&sse, &piece)) != QL_MORE;) {
      assert_int_equal(status, QL_DONE);
      ql_buf_add(&out, ql_buf_str(&sse.name));
      ql_buf_byte(&out, '=');
      ql_buf_add(&out, ql_buf_str(&sse.data));
      ql_buf_byte(&out, ';');
    }
    assert_int_equal(piece.len, 0);
  }
  assert_str_is(ql_buf_str(&out), expected);
  ql_buf_free(&out);
  ql_sse_free(&sse);
}

static void events(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *events;
  } cases[] = {
      {"", ""},
      {"data: a\n\n", "=a;"},
      {"data:a\r\n\r\n", "=a;"},
      {"data: a\r\rdata: b\r\r", "=a;=b;"},
      {"data: a\r\n\rdata: b\n\r\n", "=a;=b;"},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       "=a;"},
      {"\xEF\xBB\xBF\xEF\xBB\xBF"
       "data: a\n\n",
       ""},
      {"\xEF\xBB"
       "data: a\n\ndata: b\n\n",
       "=b;"},
      {"data: a\r\ndata: b\r\n\r\n", "=a\nb;"},
      {"event: x\r\ndata: a\r\n\r\n", "x=a;"},
      {"data:  two blanks\n\n", "= two blanks;"},
      {"data: a\ndata: b\ndata\n\n", "=a\nb\n;"},
      {"data\n\n", "=;"},
      {"data:\n\n", "=;"},
      {": comment\ndata: a\n: data: b\n\n", "=a;"},
      {"event: x\ndata: a\n\ndata: b\n\n", "x=a;=b;"},
      {"event: x\n\ndata: a\n\n", "=a;"},
      {"event: x\nevent: y\ndata: a\n\n", "y=a;"},
      {" data: a\n\nDATA: a\n\ndata : a\n\n", ""},
      {"data: a:b: c\n\n", "=a:b: c;"},
      {"data: a\n", ""},
      {"data: a", ""},
      {"\n\n\ndata: a\n\n\n\n", "=a;"},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++)
    for (size_t step = 1; step < 12; step++) check_events(QL_SSE_EVENTS, str(cases[i].bytes), step, cases[i].events);
}

static void lines(void **state) {
  (void)state;
  for (size_t step = 1; step < 8; step++) {
    check_events(QL_SSE_LINES, QL_STR("{}\n"), step, "={};");
    check_events(QL_SSE_LINES, QL_STR("\xEF\xBB\xBF{\"a\":1}\r\n\r\n  \n{}\r{\n"), step, "={\"a\":1};={};={;");
  }
}

static void fields(void **state) {
  (void)state;
  ql_sse sse = ql_sse_new(ql_alloc_libc(), QL_SSE_EVENTS);
  ql_str bytes = QL_STR("retry: 2500\nid: 7\n\nretry: 1x\nid: a\0b\nretry: \n\ndata: x\nid\n\n");
  assert_int_equal(ql_sse_next(&sse, &bytes), QL_DONE);
  assert_int_equal(sse.retry, 2500);
  assert_int_equal(sse.id.len, 0);
  ql_sse_free(&sse);
  sse = ql_sse_new(ql_alloc_libc(), QL_SSE_EVENTS);
  bytes = QL_STR("id: 7\ndata: x\n\nid: a\0b\ndata: y\n\n");
  assert_int_equal(ql_sse_next(&sse, &bytes), QL_DONE);
  assert_int_equal(ql_sse_next(&sse, &bytes), QL_DONE);
  assert_str_is(ql_buf_str(&sse.id), "7");
  ql_sse_free(&sse);
}

static void rests(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *data;
  } cases[] = {{"data: a", "a"}, {"data: a\n", "a"}, {"data: a\ndata: b", "a\nb"}, {"data: a\n\n", NULL}, {"event: x", NULL}, {"", NULL}};
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_sse sse = ql_sse_new(ql_alloc_libc(), QL_SSE_EVENTS);
    ql_str bytes = str(cases[i].bytes);
    while (ql_sse_next(&sse, &bytes) == QL_DONE) continue;
    assert_int_equal(ql_sse_rest(&sse), cases[i].data ? QL_DONE : QL_MORE);
    if (cases[i].data) assert_str_is(ql_buf_str(&sse.data), cases[i].data);
    ql_sse_free(&sse);
  }
}

/* --- Looking into JSON --- */

static void whole(void **state) {
  (void)state;
  static const char *const good[] = {
      "{}", " [ ] ", "0", "-0.5e+3", "\"\\ud800\"", "[1,{\"a\":[null,true,false]},\"\"]", "{\"a\":1,\"a\":2}", "\"\\u0000\""};
  static const char *const bad[] = {"",      "{",          "[1,]",  "{\"a\"}",      "{\"a\":}",    "{,}", "[,]", "01",
                                    "1.",    "+1",         "\"a",   "\"\\x\"",      "\"\\u12g4\"", "tru", "nul", "{} {}",
                                    "[1 2]", "{\"a\":1,}", "{1:2}", "\"\n\"",       "\"\\",        "]",   "}",   "{\"a\":1]",
                                    "[}",    "1e",         "-",     "[\"a\",\"b\"", "\"\\u00",     ","};
  for (size_t i = 0; i < QL_COUNT(good); i++) assert_true(ql_scan_whole(str(good[i])));
  for (size_t i = 0; i < QL_COUNT(bad); i++)
    if (ql_scan_whole(str(bad[i]))) fail_msg("%s is no JSON", bad[i]);
  for (size_t depth = QL_JSON_DEPTH_MAX; depth <= QL_JSON_DEPTH_MAX + 1; depth++) {
    char nested[2 * (QL_JSON_DEPTH_MAX + 1)];
    memset(nested, '[', depth);
    memset(nested + depth, ']', depth);
    assert_int_equal(ql_scan_whole((ql_str){nested, 2 * depth}), depth == QL_JSON_DEPTH_MAX);
  }
}

static void members(void **state) {
  (void)state;
  static const ql_str names[] = {QL_STR_INIT("a"), QL_STR_INIT("b"), QL_STR_INIT("none"), QL_STR_INIT("null")};
  ql_str v[4];
  ql_scan_members(QL_STR(" "), names, 4, v);
  assert_null(v[0].ptr);
  ql_scan_members(QL_STR("{ \"x\" : {\"a\":0} , \"\\u0061\" : [1, {\"b\":2}] ,\"b\":\"}\\\"\", \"null\" : null, \"b\" : 7 }"), names, 4, v);
  assert_str_is(v[0], "[1, {\"b\":2}]");
  assert_str_is(v[1], "7");
  assert_null(v[2].ptr);
  assert_null(v[3].ptr);
  ql_scan scan = ql_scan_open(v[0]);
  ql_str key, value;
  assert_true(ql_scan_next(&scan, &key, &value));
  assert_str_is(value, "1");
  assert_true(ql_scan_next(&scan, &key, &value));
  assert_null(key.ptr);
  assert_str_is(value, "{\"b\":2}");
  assert_false(ql_scan_next(&scan, &key, &value));
  scan = ql_scan_open(QL_STR("\"text\""));
  assert_false(ql_scan_next(&scan, &key, &value));
  assert_int_equal(ql_scan_int(QL_STR("-12"), 5), -12);
  assert_int_equal(ql_scan_int(QL_STR("9007199254740991"), 5), QL_INT_MAX);
  assert_int_equal(ql_scan_int(QL_STR("9007199254740992"), 5), 5);
  assert_int_equal(ql_scan_int(QL_STR("1.0"), 5), 5);
  assert_int_equal(ql_scan_int(QL_STR("-"), 5), 5);
  assert_int_equal(ql_scan_int(QL_ABSENT, 5), 5);
}

static void texts(void **state) {
  (void)state;
  static const struct {
    const char *json, *text;
  } cases[] = {{"\"a\\n\\u00e9\\\"\\/\"", "a\n\xC3\xA9\"/"},
               {"\"\\u0000\"", "\xEF\xBF\xBD"},
               {"\"\\ud83e\\udd8a\"", "\xF0\x9F\xA6\x8A"},
               {"\"\\ud83e\"", "\xEF\xBF\xBD"},
               {"\"\\udd8a\"", "\xEF\xBF\xBD"},
               {"\"\\ud83e.\\udd8a\"", "\xEF\xBF\xBD.\xEF\xBF\xBD"},
               {"\"\\ud83e\\ud83e\\udd8a\"", "\xEF\xBF\xBD\xF0\x9F\xA6\x8A"},
               {"12", ""},
               {"\"\xED\x9F\xBF\"", "\xED\x9F\xBF"}};
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_buf out = ql_buf_new(ql_alloc_libc());
    ql_scan_text(&out, str(cases[i].json));
    ql_scan_settle(&out, 0);
    assert_str_is(ql_buf_str(&out), cases[i].text);
    ql_buf_free(&out);
  }
  static const struct {
    const char *bytes, *mended;
  } broken[] = {{"a", "a"},
                {"\xFF"
                 "a",
                 "\xEF\xBF\xBD"
                 "a"},
                {"\xE2\x82", "\xEF\xBF\xBD"},
                {"\xE2\x28\xA1", "\xEF\xBF\xBD(\xEF\xBF\xBD"},
                {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                {"\xF0\x9F\xA6x", "\xEF\xBF\xBDx"},
                {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
                {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}};
  for (size_t i = 0; i < QL_COUNT(broken); i++) {
    ql_buf out = ql_buf_new(ql_alloc_libc());
    ql_scan_mend_utf8(&out, str(broken[i].bytes));
    assert_str_is(ql_buf_str(&out), broken[i].mended);
    ql_buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events), cmocka_unit_test(lines),   cmocka_unit_test(fields), cmocka_unit_test(rests),
      cmocka_unit_test(whole),  cmocka_unit_test(members), cmocka_unit_test(texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
