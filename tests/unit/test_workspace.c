/* Files in memory: paths, what changed, limits, what runs out. */
#include <questline/limits.h>
#include <questline/workspace.h>

#include "base/text.h"
#include "knowledge/workspace.h"
#include "support.h"

static ql_arena *a;
static ql_workspace *w;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  w = ql_workspace_new(ql_alloc_libc());
  return 0;
}

static int end(void **state) {
  (void)state;
  ql_workspace_free(w);
  ql_arena_free(a);
  return 0;
}

static ql_status load(const char *path, const char *bytes) { return ql_workspace_load(w, str(path), str(bytes), NULL); }
static ql_status write(const char *path, const char *text) { return ql_workspace_write(w, str(path), str(text), NULL); }

/* "kind path size", a line each. */
static const char *changes(void) {
  ql_value *list = ql_workspace_changes(w, a);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  assert_non_null(list);
  for (const ql_value *c = list->first; c; c = c->next) {
    ql_buf_add(&out, ql_get_str(c, QL_STR("kind")));
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, ql_get_str(c, QL_STR("path")));
    ql_buf_byte(&out, ' ');
    ql_buf_int(&out, ql_get_int(c, QL_STR("size"), -1));
    ql_buf_byte(&out, ql_get_str(c, QL_STR("before")).ptr ? 'b' : '-');
    ql_buf_byte(&out, ql_get_str(c, QL_STR("after")).ptr ? 'a' : '-');
    ql_buf_byte(&out, '\n');
  }
  ql_buf_byte(&out, '\0');
  return ql_buf_take(&out, a).ptr;
}

static void paths(void **state) {
  (void)state;
  static const char *const wrong[] = {"",     "/a",  "a/",  "./a",      "a/./b", "../a", "a/../b", "a//b",
                                      "a\\b", "~/a", "C:a", "file://a", " a",    "a\n",  "a\x01",  "\xFF"};
  static const char *const right[] = {"a", "b/c", "B/C", "b.c", "d e/f", ".git/x", "\xC3\xA9", "..a", "a..b/c"};
  for (size_t i = 0; i < QL_COUNT(wrong); i++)
    if (load(wrong[i], "x") != QL_ERR_ARGUMENT) fail_msg("%s", wrong[i]);
  for (size_t i = 0; i < QL_COUNT(right); i++)
    if (load(right[i], "x") != QL_OK) fail_msg("%s", right[i]);
  assert_int_equal(ql_workspace_files(w), QL_COUNT(right));
  assert_int_equal(load("b", "x"), QL_ERR_ARGUMENT);   /* a folder */
  assert_int_equal(load("a/x", "x"), QL_ERR_ARGUMENT); /* below a file */
  assert_int_equal(load("b/c/d", "x"), QL_ERR_ARGUMENT);
  assert_int_equal(ql_workspace_files(w), QL_COUNT(right));
  ql_file file;
  assert_true(ql_workspace_file(w, QL_STR("b/c"), &file));
  assert_false(ql_workspace_file(w, QL_STR("b"), &file));
  assert_false(ql_workspace_file(w, QL_STR("b/C"), &file));
}

static void what_changed(void **state) {
  (void)state;
  assert_int_equal(load("a", "one"), QL_OK);
  assert_int_equal(load("d/b", "two"), QL_OK);
  assert_int_equal(load("d/c", "three"), QL_OK);
  assert_string_equal(changes(), "");
  assert_int_equal(write("d/b", "2"), QL_OK);
  assert_int_equal(write("d/new", ""), QL_OK);
  assert_int_equal(ql_workspace_remove(w, QL_STR("a"), NULL), QL_OK);
  assert_int_equal(write("d/c", "three"), QL_OK); /* the same */
  assert_string_equal(changes(), "removed a 0b-\nchanged d/b 1ba\nadded d/new 0-a\n");
  assert_int_equal(ql_workspace_remove(w, QL_STR("a"), NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_workspace_remove(w, QL_STR("d"), NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_workspace_remove(w, QL_STR("d/new"), NULL), QL_OK); /* as if it had never been */
  assert_int_equal(write("d/b", "two"), QL_OK);                           /* as it was */
  assert_string_equal(changes(), "removed a 0b-\n");
  assert_int_equal(ql_workspace_saved(w, QL_STR("a"), NULL), QL_OK);
  assert_string_equal(changes(), "");
  assert_int_equal(write("a", "again"), QL_OK);
  assert_string_equal(changes(), "added a 5-a\n");
  assert_int_equal(ql_workspace_saved(w, QL_STR("a"), NULL), QL_OK);
  assert_string_equal(changes(), "");
  assert_int_equal(ql_workspace_saved(w, QL_STR("never"), NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(write("a", "mine"), QL_OK);
  assert_int_equal(load("a", "theirs"), QL_OK); /* read again */
  assert_string_equal(changes(), "");
  assert_int_equal(ql_workspace_bytes(w), 6 + 3 + 5);
}

static void hashes(void **state) {
  (void)state;
  assert_int_equal(load("a", "abc"), QL_OK);
  assert_int_equal(write("a", ""), QL_OK);
  ql_value *change = ql_workspace_changes(w, a)->first;
  assert_str_is(ql_get_str(change, QL_STR("before")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_str_is(ql_get_str(change, QL_STR("after")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void what_is_no_text(void **state) {
  (void)state;
  ql_file file;
  assert_int_equal(ql_workspace_load(w, QL_STR("p.png"), (ql_str){"\x89PNG\0", 5}, NULL), QL_OK);
  assert_int_equal(load("latin", "caf\xE9"), QL_OK);
  assert_true(ql_workspace_file(w, QL_STR("p.png"), &file));
  assert_null(file.text.ptr);
  assert_int_equal(file.size, 5);
  assert_int_equal(ql_workspace_bytes(w), 0);
  assert_int_equal(ql_workspace_write(w, QL_STR("x"), (ql_str){"a\0b", 3}, NULL), QL_ERR_UTF8);
  assert_int_equal(write("x", "\xFF"), QL_ERR_UTF8);
  assert_int_equal(ql_workspace_remove(w, QL_STR("p.png"), NULL), QL_OK);
  assert_string_equal(changes(), "removed p.png 0b-\n");
}

static void in_order(void **state) {
  (void)state;
  static const char *const files[] = {"a.c", "a/b", "a/b.c", "a/b0", "a0", "b/x/y/z", "B", "a-b/x", "z"};
  static const char *const sorted[] = {"B", "a-b/x", "a.c", "a/b", "a/b.c", "a/b0", "a0", "b/x/y/z", "z"};
  for (size_t i = 0; i < QL_COUNT(files); i++) assert_int_equal(load(files[i], "x"), QL_OK);
  assert_int_equal(load("gone/away", "x"), QL_OK);
  assert_int_equal(ql_workspace_remove(w, QL_STR("gone/away"), NULL), QL_OK);
  ql__walk walk = ql__workspace_walk(a, ql__workspace_find(w, QL_STR("")));
  for (size_t i = 0; i < QL_COUNT(sorted); i++) assert_str_is(ql__workspace_next(&walk)->path, sorted[i]);
  assert_null(ql__workspace_next(&walk));
  assert_null(ql__workspace_find(w, QL_STR("gone")));
  size_t count;
  const ql__node **children = ql__workspace_children(a, ql__workspace_find(w, QL_STR("a")), &count);
  assert_int_equal(count, 3);
  assert_str_is(children[0]->path, "a/b");
}

static void limits(void **state) {
  (void)state;
  char *bytes = malloc(QL_WORKSPACE_FILE_MAX + 1), name[QL_WORKSPACE_PATH_MAX + 1];
  memset(bytes, 'x', QL_WORKSPACE_FILE_MAX + 1);
  memset(name, 'n', sizeof name);
  assert_int_equal(ql_workspace_load(w, (ql_str){name, QL_WORKSPACE_PATH_MAX}, QL_STR("x"), NULL), QL_OK);
  assert_int_equal(ql_workspace_load(w, (ql_str){name, QL_WORKSPACE_PATH_MAX + 1}, QL_STR("x"), NULL), QL_ERR_LIMIT);
  assert_int_equal(ql_workspace_remove(w, (ql_str){name, QL_WORKSPACE_PATH_MAX}, NULL), QL_OK);
  assert_int_equal(ql_workspace_write(w, QL_STR("a"), (ql_str){bytes, QL_WORKSPACE_FILE_MAX + 1}, NULL), QL_ERR_LIMIT);
  assert_int_equal(ql_workspace_write(w, QL_STR("a"), (ql_str){bytes, QL_WORKSPACE_FILE_MAX}, NULL), QL_OK);
  free(bytes);
}

static void limits_of_all(void **state) {
  (void)state;
  char *bytes = malloc(QL_WORKSPACE_FILE_MAX), name[16];
  memset(bytes, 'x', QL_WORKSPACE_FILE_MAX);
  for (size_t i = 0; i < QL_WORKSPACE_BYTES_MAX / QL_WORKSPACE_FILE_MAX; i++) {
    snprintf(name, sizeof name, "large%zu", i);
    assert_int_equal(ql_workspace_load(w, str(name), (ql_str){bytes, QL_WORKSPACE_FILE_MAX}, NULL), QL_OK);
  }
  assert_int_equal(ql_workspace_bytes(w), QL_WORKSPACE_BYTES_MAX);
  assert_int_equal(load("more", "x"), QL_ERR_LIMIT);
  assert_int_equal(load("large0", "xy"), QL_OK); /* in place of one */
  assert_int_equal(load("more", "x"), QL_OK);
  free(bytes);
}

static void as_many_as_there_may_be(void **state) {
  (void)state;
  char name[32];
  for (size_t i = 2; i < QL_WORKSPACE_FILES_MAX; i++) { /* the root and a folder count */
    snprintf(name, sizeof name, "f/%zu", i);
    assert_int_equal(load(name, ""), QL_OK);
  }
  assert_int_equal(load("f/more", ""), QL_ERR_LIMIT);
  assert_int_equal(ql_workspace_remove(w, QL_STR("f/7"), NULL), QL_OK);
  assert_int_equal(load("f/more", ""), QL_ERR_LIMIT); /* it is remembered */
  assert_int_equal(load("f/7", "x"), QL_OK);
}

static ql_status use(ql_arena *arena, const void *ctx) {
  ql_alloc alloc = ql_arena_alloc(arena);
  ql_workspace *own = ql_workspace_new(alloc);
  char name[32];
  (void)ctx;
  if (!own) return QL_ERR_NOMEM;
  ql_status status = QL_OK;
  for (int i = 0; status == QL_OK && i < 80; i++) {
    snprintf(name, sizeof name, "folder%d/file%d", i % 7, i);
    status = ql_workspace_load(own, str(name), QL_STR("some words"), NULL);
    if (status == QL_ERR_NOMEM && ql_workspace_files(own) != (size_t)i) fail_msg("%d files, not %zu", i, ql_workspace_files(own));
  }
  if (status == QL_OK) status = ql_workspace_write(own, QL_STR("folder1/file1"), QL_STR("others"), NULL);
  if (status == QL_OK && !ql_workspace_changes(own, arena)) status = QL_ERR_NOMEM;
  ql_workspace_free(own);
  return status;
}

static void out_of_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(use, NULL) > 80);
}

static void what_is_not_loaded(void **state) {
  (void)state;
  static const struct {
    const char *path, *why;
  } rows[] = {
      {"src/a.ts", NULL},
      {".git", "hidden"},
      {"src/.env", "hidden"},
      {".github/x.yml", "hidden"},
      {"node_modules", "packages"},
      {"a/node_modules/b", "packages"},
      {"my_node_modules/x", NULL},
      {"", NULL},
      {"a..b", NULL},
      {".a/node_modules", "hidden"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_str why = ql_workspace_skips(str(rows[i].path));
    if (rows[i].why ? !ql_eq(why, str(rows[i].why)) : why.ptr != NULL) fail_msg("%s", rows[i].path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(paths, begin, end),
      cmocka_unit_test_setup_teardown(what_changed, begin, end),
      cmocka_unit_test_setup_teardown(hashes, begin, end),
      cmocka_unit_test_setup_teardown(what_is_no_text, begin, end),
      cmocka_unit_test_setup_teardown(in_order, begin, end),
      cmocka_unit_test_setup_teardown(limits, begin, end),
      cmocka_unit_test_setup_teardown(limits_of_all, begin, end),
      cmocka_unit_test_setup_teardown(as_many_as_there_may_be, begin, end),
      cmocka_unit_test(what_is_not_loaded),
      cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
