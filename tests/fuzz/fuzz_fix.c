// Mending: a file that was mended has nothing left to mend and stays as it is, and one fix changes what its edits say and no other byte.

#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATH QL_STR("agents/some-agent.md")

static void check(bool right) {
  if (!right) abort();
}

static ql_str code_of(const ql_diagnostic *d) { return (ql_str){d->code, strlen(d->code)}; }

static ql_buf apply(ql_str file, const ql_diagnostic *d) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t at = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    ql_buf_add(&out, ql_slice(file, at, d->fix[i].offset));
    ql_buf_add(&out, d->fix[i].text);
    at = d->fix[i].offset + d->fix[i].length;
  }
  ql_buf_add(&out, ql_slice(file, at, file.len));
  return out;
}

/* Nothing but one finding's edits, in the bytes of the file as it was given. */
static void check_one(ql_arena *a, ql_str file, const ql_spec *spec, size_t index) {
  const ql_diagnostic *d = &spec->diagnostics[index];
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (i != index && spec->diagnostics[i].offset == d->offset && spec->diagnostics[i].code == d->code) return;
  ql_str mended;
  size_t count;
  ql_mend which = {.code = code_of(d), .offset = d->offset};
  if (ql_spec_fix(a, PATH, file, which, &mended, &count, NULL) != QL_OK) return; /* it would grow past the limit */
  ql_buf expected = apply(file, d);
  check(count <= 1 && (count == 0 ? ql_eq(mended, file) : ql_eq(mended, ql_buf_str(&expected))));
  ql_buf_free(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str file = {(const char *)data, size}, mended, again;
  size_t count;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL;
  ql_mend all = {.offset = SIZE_MAX};
  if (ql_spec_parse(a, PATH, file, &spec, NULL) == QL_OK) {
    size_t checked = 0;
    for (size_t i = 0; i < spec->diagnostic_count && checked < 4; i++) {
      if (spec->diagnostics[i].fix_count == 0) continue;
      check_one(a, file, spec, i);
      checked++;
    }
    ql_status status = ql_spec_fix(a, PATH, file, all, &mended, &count, NULL);
    check(status == QL_OK || status == QL_ERR_LIMIT);
    if (status == QL_OK) {
      check(count > 0 || ql_eq(mended, file));
      check(ql_spec_parse(a, PATH, mended, &spec, NULL) == QL_OK);
      for (size_t i = 0; i < spec->diagnostic_count; i++) check(spec->diagnostics[i].fix_count == 0);
      check(ql_spec_fix(a, PATH, mended, all, &again, &count, NULL) == QL_OK && count == 0 && ql_eq(again, mended));
    }
  }
  ql_arena_free(a);
  return 0;
}
