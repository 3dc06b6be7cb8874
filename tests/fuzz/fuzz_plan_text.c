// Plans as text: what is read is written back so that it reads the same.

#include <stdlib.h>

#include <questline/plan.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_plan *plan, *again;
  ql_error err;
  ql_status status = ql_plan_read(a, text, &plan, &err);
  if (status != QL_OK) {
    if (err.offset > size || (status == QL_ERR_SYNTAX && err.line == 0)) abort();
  } else {
    ql_str x, y;
    const size_t *groups;
    status = ql_plan_groups(a, plan, &groups, &err);
    if (status != QL_OK && (status != QL_ERR_STATE || err.detail[0] == 0)) abort();
    if (ql_plan_read(a, ql_plan_write(a, plan, QL_PLAN_SEED), &again, &err) != QL_OK) abort();
    if (ql_plan_hash(a, plan, &x, NULL) != QL_OK || ql_plan_hash(a, again, &y, NULL) != QL_OK || !ql_eq(x, y)) abort();
    for (int format = QL_PLAN_MARKDOWN; format <= QL_PLAN_PREQUEST; format++) {
      ql_str written = ql_plan_write(a, plan, (ql_plan_format)format);
      if (!written.ptr) abort();
      if (format < QL_PLAN_ROADMAP) continue;
      if (ql_plan_read(a, written, &again, &err) != QL_OK || again->task_count != plan->task_count) abort();
    }
  }
  ql_arena_free(a);
  return 0;
}
