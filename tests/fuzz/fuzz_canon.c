// Canonical JSON: what is read is written back byte by byte, and the reader of foreign JSON agrees about it.

#include <stdlib.h>

#include <questline/value.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *canonical, *foreign, *again;
  ql_error err;
  ql_status status = ql_json_read(a, text, &foreign, &err);
  if (status != QL_OK && (err.status != status || err.offset > size)) abort();
  if (status == QL_OK) {
    /* Its own form is canonical, but for keys that are not ASCII. */
    ql_str written = ql_value_text(a, foreign);
    if (!written.ptr || ql_json_read(a, written, &again, &err) != QL_OK || !ql_value_equal(foreign, again)) abort();
  }
  if (ql_canon_read(a, text, &canonical, &err) == QL_OK) {
    if (status != QL_OK || !ql_value_equal(canonical, foreign) || !ql_eq(ql_value_text(a, canonical), text)) abort();
  } else if (err.offset > size) {
    abort();
  }
  ql_arena_free(a);
  return 0;
}
