/* Real agent files: none crashes the parser or gives an answer that is no JSON, and what two YAML parsers found in them is found here. */
#include "support.h"

#include <time.h>

#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"
#include "format/crypto.h"

#define FILE_MS_MAX 50.0 /* of processor time, for one file */

#define CORPUS QL_SHARED_DIR "/corpus"

/* Findings that say that YAML does not read the frontmatter as it stands. */
static const char *const LADDER[] = {"unquoted-colon", "unquoted-symbol", "run-on-value", "unreadable-value", "stray-text", "orphan-list"};

static struct {
  size_t files, bytes, with_errors, with_warnings, fixes, mended, rewritten;
  double slowest;
} sum;

/* Best of three: what the file costs, not what else the machine did. */
static void time_file(const char *path, ql_str text) {
  double best = 1e9;
  for (int i = 0; i < 3; i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    const ql_spec *spec = NULL;
    clock_t start = clock();
    assert_int_equal(ql_spec_parse(a, str(path), text, &spec, NULL), QL_OK);
    double took = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
    if (took < best) best = took;
    ql_arena_free(a);
  }
  if (best > sum.slowest) sum.slowest = best;
#ifdef __OPTIMIZE__
#ifndef __SANITIZE_ADDRESS__
  if (best > FILE_MS_MAX) fail_msg("%s takes %.1f ms", path, best);
#endif
#endif
}

/* All that can be mended is, in one go, and nothing is left to mend. */
static void fix_file(ql_arena *a, const char *path, ql_str text) {
  ql_mend which = {.offset = SIZE_MAX};
  ql_str once = QL_ABSENT, twice = QL_ABSENT;
  size_t mended = 0, again = 0;
  assert_int_equal(ql_spec_fix(a, str(path), text, which, &once, &mended, NULL), QL_OK);
  assert_int_equal(ql_spec_fix(a, str(path), once, which, &twice, &again, NULL), QL_OK);
  if (again > 0 || !ql_eq(once, twice)) fail_msg("%s: %zu findings are left to mend", path, again);
  if ((mended > 0) == ql_eq(once, text)) fail_msg("%s: %zu findings mended", path, mended);
  sum.rewritten += mended > 0;
}

static size_t count_of(const ql_spec *spec, const char *code) {
  size_t count = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) count += strcmp(spec->diagnostics[i].code, code) == 0;
  return count;
}

static bool climbed(const ql_spec *spec) {
  for (size_t i = 0; i < QL_COUNT(LADDER); i++)
    if (count_of(spec, LADDER[i]) > 0) return true;
  return false;
}

static ql_str apply(ql_arena *a, const ql_spec *spec, const ql_diagnostic *d) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t at = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    ql_buf_add(&out, ql_slice(spec->text, at, d->fix[i].offset));
    ql_buf_add(&out, d->fix[i].text);
    at = d->fix[i].offset + d->fix[i].length;
  }
  ql_buf_add(&out, ql_slice(spec->text, at, spec->text.len));
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

/* A fix removes its finding, and what was read with the help of the ladder is read the same without. */
static void check_fixes(ql_arena *a, const ql_spec *spec) {
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    const ql_diagnostic *d = &spec->diagnostics[i];
    if (d->fix_count == 0) continue;
    const ql_spec *again = NULL;
    assert_int_equal(ql_spec_parse(a, spec->path, apply(a, spec, d), &again, NULL), QL_OK);
    sum.fixes++;
    if (count_of(again, d->code) >= count_of(spec, d->code)) fail_msg("%s: the fix of %s does not mend it", spec->path.ptr, d->code);
    bool ladder = false;
    for (size_t k = 0; k < QL_COUNT(LADDER); k++) ladder = ladder || strcmp(d->code, LADDER[k]) == 0;
    if (!ladder) continue;
    sum.mended++;
    if (!ql_eq(spec->name, again->name) || !ql_eq(spec->description, again->description) || spec->tool_count != again->tool_count)
      fail_msg("%s: the fix of %s changes what is read", spec->path.ptr, d->code);
  }
}

static bool has_key(const ql_spec *spec, ql_str key) {
  if (ql_eq(key, QL_STR("name"))) return spec->name.ptr || ql_get(spec->extra, key);
  if (ql_eq(key, QL_STR("description"))) return spec->description.ptr || count_of(spec, "description-missing") > 0;
  if (ql_eq(key, QL_STR("model"))) return spec->model.ptr != NULL;
  if (ql_eq(key, QL_STR("color"))) return spec->color.ptr != NULL;
  if (ql_eq(key, QL_STR("tools")))
    return spec->tools_state != QL_TOOLS_ABSENT || ql_get(spec->extra, key) || count_of(spec, "tools-null") > 0;
  return ql_get(spec->extra, key) != NULL;
}

static ql_str column(ql_str *row) {
  size_t tab = ql_find_byte(*row, '\t', 0);
  ql_str cell = ql_slice(*row, 0, tab);
  *row = tab == SIZE_MAX ? QL_STR("") : ql_slice(*row, tab + 1, row->len);
  return cell;
}

static void check_file(ql_str row) {
  ql_str file = column(&row);
  for (int i = 0; i < 3; i++) (void)column(&row);
  bool front = ql_eq(column(&row), QL_STR("yes"));
  ql_str strict = column(&row);
  (void)column(&row);
  ql_str keys = column(&row);

  ql_arena *a = ql_arena_new(ql_alloc_libc());
  char path[1024];
  snprintf(path, sizeof path, CORPUS "/%.*s", (int)file.len, file.ptr);
  size_t len = 0;
  char *text = read_file(path, &len);
  if (!text) fail_msg("cannot read %s", path);
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, str(path), (ql_str){text, len}, &spec, NULL), QL_OK);
  ql_value *again = NULL;
  assert_int_equal(ql_canon_read(a, ql_value_text(a, ql_spec_value(a, spec)), &again, NULL), QL_OK);
  size_t errors = 0, warnings = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    errors += spec->diagnostics[i].severity == QL_SEVERITY_ERROR;
    warnings += spec->diagnostics[i].severity == QL_SEVERITY_WARNING;
  }
  sum.files++;
  sum.bytes += len;
  sum.with_errors += errors > 0;
  sum.with_warnings += warnings > 0;
  if (front && climbed(spec) == ql_eq(strict, QL_STR("yes")))
    fail_msg("%s: other YAML parsers say strict: %.*s", path, (int)strict.len, strict.ptr);
  for (size_t from = 0; front && from < keys.len;) {
    size_t comma = ql_find_byte(keys, ',', from);
    ql_str key = ql_slice(keys, from, comma == SIZE_MAX ? keys.len : comma);
    if (!has_key(spec, key)) fail_msg("%s: the key %.*s is lost", path, (int)key.len, key.ptr);
    from = comma == SIZE_MAX ? keys.len : comma + 1;
  }
  check_fixes(a, spec);
  fix_file(a, path, (ql_str){text, len});
  time_file(path, (ql_str){text, len});
  free(text);
  ql_arena_free(a);
}

static void every_file(void **state) {
  (void)state;
  size_t len = 0;
  char *manifest = read_file(CORPUS "/manifest.tsv", &len);
  if (!manifest) {
    print_message("skipped: no corpus at %s\n", CORPUS);
    skip();
  }
  ql_str rest = {manifest, len}, row = QL_ABSENT;
  ql_next_line(&rest, &row);
  while (ql_next_line(&rest, &row)) check_file(row);
  free(manifest);
  assert_true(sum.files > 1000);
  print_message("%zu files, %zu bytes: %zu with errors, %zu with warnings; %zu fixes tried, %zu of them of YAML; %zu files rewritten\n",
                sum.files, sum.bytes, sum.with_errors, sum.with_warnings, sum.fixes, sum.mended, sum.rewritten);
  print_message("the slowest file takes %.2f ms\n", sum.slowest);
}

/* What YAML rejects is read as people read it. */
static void rejected_files(void **state) {
  static const struct {
    const char *path;
    size_t length;
    const char *sha256;
  } files[] = {
#define REJECTED(path, length, sha256) {path, length, sha256},
#include "rejected.def"
  };
  (void)state;
  size_t right = 0;
  for (size_t i = 0; i < QL_COUNT(files); i++) {
    char path[1024], hex[2 * QL_HASH_BYTES + 1] = "";
    snprintf(path, sizeof path, CORPUS "/%s", files[i].path);
    size_t len = 0;
    char *text = read_file(path, &len);
    if (!text && i == 0) {
      print_message("skipped: no corpus at %s\n", CORPUS);
      skip();
    }
    assert_non_null(text);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    const ql_spec *spec = NULL;
    assert_int_equal(ql_spec_parse(a, str(path), (ql_str){text, len}, &spec, NULL), QL_OK);
    ql_buf read = ql_buf_new(ql_alloc_libc());
    ql_buf_add(&read, spec->name);
    ql_buf_byte(&read, '\n');
    ql_buf_add(&read, spec->description);
    for (size_t k = 0; k < spec->tool_count; k++) {
      ql_buf_byte(&read, '\n');
      ql_buf_add(&read, spec->tools[k].name);
    }
    uint8_t hash[QL_HASH_BYTES];
    ql_sha256(ql_buf_str(&read), hash);
    ql_hex_write(hex, hash, sizeof hash);
    bool same = read.len == files[i].length && strcmp(hex, files[i].sha256) == 0;
    right += same;
    if (!same) print_message("%s is read otherwise\n", files[i].path);
    ql_buf_free(&read);
    ql_arena_free(a);
    free(text);
  }
  print_message("%zu of %zu files that YAML rejects are read in full\n", right, QL_COUNT(files));
  assert_int_equal(QL_COUNT(files), 52);
  assert_int_equal(right, 52);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_file), cmocka_unit_test(rejected_files)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
