// The lines between the fences, read as every dialect and written for every other: the file's own dialect gives back the file byte by byte,
// what was written for a product is read as that product's, and the prose is the same in all of them.

#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROSE "\n---\nYou do the work. Ask @another-agent.\n"

static void check(bool right) {
  if (!right) abort();
}

static void check_export(ql_arena *a, const ql_spec *spec, ql_str file, ql_str dialect) {
  ql_export out;
  const ql_spec *back = NULL;
  check(ql_spec_export(a, spec, file, dialect, &out, NULL) == QL_OK);
  check(out.text.ptr != NULL && out.path.len > 0 && ql_value_text(a, ql_export_value(a, &out)).ptr != NULL);
  for (size_t i = 0; i < out.loss_count; i++) check(out.losses[i].offset <= file.len && out.losses[i].message.len > 0);
  if (ql_eq(dialect, (ql_str){spec->dialect, strlen(spec->dialect)})) check(ql_eq(out.text, file));
  if (ql_spec_parse_as(a, out.path, out.text, dialect, &back, NULL) != QL_OK) return; /* past the limit by what the product wants added */
  ql_export again;
  check(ql_spec_export(a, back, out.text, dialect, &again, NULL) == QL_OK && ql_eq(again.text, out.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_buf file = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&file, QL_STR("---\n"));
  ql_buf_add(&file, (ql_str){(const char *)data, size});
  ql_buf_add(&file, QL_STR(PROSE));
  ql_str text = ql_buf_str(&file), id, product;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL;
  size_t dialects = 0, sum = size;
  while (ql_dialect_at(dialects, &id, &product)) dialects++;
  for (size_t i = 0; i < size; i++) sum += data[i];
  /* One of the dialects by turns, and two to write: all pairs would be a hundred runs. */
  check(ql_dialect_at(sum % dialects, &id, &product));
  if (text.len <= QL_SPEC_BYTES_MAX) {
    check(ql_spec_parse_as(a, QL_STR("some-agent.md"), text, id, &spec, NULL) == QL_OK);
    check(spec->body_offset <= text.len && ql_agent_id_valid(spec->id) && ql_value_text(a, ql_spec_value(a, spec)).ptr != NULL);
    check_export(a, spec, text, id);
    check(ql_dialect_at(sum / dialects % dialects, &id, &product));
    check_export(a, spec, text, id);
  }
  ql_arena_free(a);
  ql_buf_free(&file);
  return 0;
}
