/* Real agent files: none crashes the parser or gives an answer that is no JSON, and what two YAML parsers found in them is found here. */
#include "support.h"

#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

#define CORPUS QL_SHARED_DIR "/corpus"

/* Findings that say that YAML does not read the frontmatter as it stands. */
static const char *const LADDER[] = {"unquoted-colon", "unquoted-symbol", "run-on-value", "unreadable-value", "stray-text", "orphan-list"};

static struct { size_t files, bytes, with_errors, with_warnings, fixes, mended; } sum;

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
  print_message("%zu files, %zu bytes: %zu with errors, %zu with warnings; %zu fixes tried, %zu of them of YAML\n", sum.files, sum.bytes,
                sum.with_errors, sum.with_warnings, sum.fixes, sum.mended);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
