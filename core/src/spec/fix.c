/* Mends a file: the edits of its findings, round after round. */
#include <questline/limits.h>

#include "base/text.h"
#include "spec/parse.h"

#define FINDINGS_MAX 65536u /* of each severity in a round: more would not fit into the memory that a page gives us */
#define ROUNDS_MAX   16u    /* that see every finding: one fix lays open what stood behind another, so a few are enough */

typedef struct mender {
  ql_mend which;
  ql_str file;
  const ql_spec *spec; /* of this round */
  ql_buf *out;
  size_t done;   /* bytes of the file that are dealt with; SIZE_MAX before the first edit */
  size_t mended; /* findings */
} mender;

static bool is_wanted(const mender *m, const ql_diagnostic *d) {
  size_t len = 0;
  while (d->code[len] != '\0') len++;
  if (d->fix_count == 0 || (m->which.offset != SIZE_MAX && m->which.offset != d->offset)) return false;
  return !m->which.code.ptr || ql_eq(m->which.code, (ql_str){d->code, len});
}

/* A text that is made of what is written has question marks for bytes that are not UTF-8: those are mended first, by their own finding. */
static bool would_lose_bytes(const mender *m, const ql_diagnostic *d) {
  if (d->code == ql__code_word(QL__INVALID_UTF8) || d->code == ql__code_word(QL__UTF16)) return false;
  for (size_t i = 0; i < d->fix_count; i++) {
    size_t from = d->fix[i].offset, to = from + d->fix[i].length;
    if (d->fix[i].text.len > 0 && !ql_eq(ql_slice(m->file, from, to), ql_slice(m->spec->text, from, to))) return true;
  }
  return false;
}

/* Not so when it begins before what the last one ended with, or puts something in at the same place. */
static bool fits(const mender *m, const ql_diagnostic *d) {
  const ql_edit *first = &d->fix[0];
  return m->done == SIZE_MAX || first->offset > m->done || (first->offset == m->done && first->length > 0);
}

static void apply(mender *m, const ql_diagnostic *d) {
  for (size_t i = 0; i < d->fix_count; i++) {
    ql_buf_add(m->out, ql_slice(m->file, m->done == SIZE_MAX ? 0 : m->done, d->fix[i].offset));
    ql_buf_add(m->out, d->fix[i].text);
    m->done = d->fix[i].offset + d->fix[i].length;
  }
  m->mended++;
}

/* Writes the file with every fix that fits behind the one before it. False when there is none. */
static bool mend_once(mender *m) {
  m->done = SIZE_MAX;
  for (size_t i = 0; i < m->spec->diagnostic_count; i++) {
    const ql_diagnostic *d = &m->spec->diagnostics[i];
    if (is_wanted(m, d) && fits(m, d) && !would_lose_bytes(m, d)) apply(m, d);
  }
  if (m->done == SIZE_MAX) return false;
  ql_buf_add(m->out, ql_slice(m->file, m->done, m->file.len));
  return true;
}

static ql_status mend(ql_arena *a, ql_str path, ql__reading how, mender *m, ql_buf buffers[2], ql_error *err) {
  size_t seen_all = 0;
  for (size_t round = 0; round < ROUNDS_MAX + QL_SPEC_BYTES_MAX / FINDINGS_MAX && seen_all < ROUNDS_MAX; round++) {
    ql__outline outline = {0};
    ql_arena_reset(a);
    ql_status status = ql__parse(a, path, m->file, how, &m->spec, &outline, err);
    if (status != QL_OK) return status;
    m->out = &buffers[round % 2];
    m->out->len = 0;
    if (!mend_once(m)) return QL_OK;
    if (m->out->failed) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    m->file = ql_buf_str(m->out);
    if (m->which.offset != SIZE_MAX) break;
    seen_all += m->spec->diagnostic_count < FINDINGS_MAX;
  }
  return m->file.len > QL_SPEC_BYTES_MAX ? ql_fail(err, QL_ERR_LIMIT, "larger than QL_SPEC_BYTES_MAX when mended", path) : QL_OK;
}

ql_status ql_spec_fix(ql_arena *a, ql_str path, ql_str text, ql_mend which, ql_str *out, size_t *mended, ql_error *err) {
  ql__reading how = {.findings = FINDINGS_MAX};
  ql_status status = ql__dialect_named(which.dialect, &how.dialect, err);
  if (status != QL_OK) return status;
  ql_arena *spare = ql_arena_new(ql_arena_alloc(a));
  if (!spare) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_buf buffers[2] = {ql_buf_new(ql_arena_alloc(a)), ql_buf_new(ql_arena_alloc(a))};
  mender m = {.which = which, .file = text};
  status = mend(spare, path, how, &m, buffers, err);
  ql_str copy = status == QL_OK ? ql_arena_str(a, m.file.ptr ? m.file : QL_STR("")) : QL_ABSENT;
  if (status == QL_OK && !copy.ptr) status = ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; i < QL_COUNT(buffers); i++) ql_buf_free(&buffers[i]);
  ql_arena_free(spare);
  if (status != QL_OK) return status;
  *out = copy;
  if (mended) *mended = m.mended;
  return QL_OK;
}
