// Exporting: what is written for another product is read there without damage, and to its own dialect a file is written as it is.

#include <stdlib.h>
#include <string.h>

#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Findings that a file made here must not have: frontmatter that YAML does not read, and what a product refuses a file for. */
static const char *const NEVER[] = {
    "unquoted-colon", "unquoted-symbol", "run-on-value", "orphan-list",   "unreadable-value", "stray-text",   "tab-indent",
    "duplicate-key",  "silent-skip",     "refused-key",  "refused-value", "refused-tool",     "name-refused", "empty-frontmatter",
};

static void check(bool right) {
  if (!right) abort();
}

static void check_read(ql_arena *a, const ql_export *e, ql_str dialect) {
  const ql_spec *spec = NULL;
  if (ql_spec_parse_as(a, e->path, e->text, dialect, &spec, NULL) != QL_OK) return; /* larger than a file may be */
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    for (size_t k = 0; k < QL_COUNT(NEVER); k++) check(strcmp(spec->diagnostics[i].code, NEVER[k]) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str file = {(const char *)data, size}, dialect, product;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL;
  if (ql_spec_parse(a, QL_STR("agents/some-agent.md"), file, &spec, NULL) == QL_OK) {
    for (size_t i = 0; ql_dialect_at(i, &dialect, &product); i++) {
      ql_export e;
      check(ql_spec_export(a, spec, file, dialect, &e, NULL) == QL_OK);
      bool own = ql_eq(dialect, (ql_str){spec->dialect, strlen(spec->dialect)});
      if (own)
        check(ql_eq(e.text, file) && e.loss_count == 0);
      else
        check_read(a, &e, dialect);
      ql_value *value = NULL;
      check(ql_canon_read(a, ql_value_text(a, ql_export_value(a, &e)), &value, NULL) == QL_OK);
    }
  }
  ql_arena_free(a);
  return 0;
}
