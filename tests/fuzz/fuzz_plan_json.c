// Plans as JSON: what is read is written as JSON and as text so that it reads the same, its tasks stay in the forms with phases.

#include <stdlib.h>

#include <questline/plan.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(ql_arena *a, const ql_plan *plan, const ql_plan *again) {
  ql_str x, y;
  if (ql_plan_hash(a, plan, &x, NULL) != QL_OK || ql_plan_hash(a, again, &y, NULL) != QL_OK || !ql_eq(x, y)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_plan *plan, *again;
  ql_value *value;
  ql_error err;
  if (ql_json_read(a, text, &value, &err) != QL_OK) {
    if (err.offset > size) abort();
  } else if (ql_plan_from_value(a, value, &plan, &err) == QL_OK) {
    ql_value *whole = ql_plan_value(a, plan);
    if (!whole || ql_plan_from_value(a, whole, &again, &err) != QL_OK) abort();
    check_same(a, plan, again);
    if (ql_plan_read(a, ql_plan_write(a, plan, QL_PLAN_SEED), &again, &err) != QL_OK) abort();
    check_same(a, plan, again);
    for (int format = QL_PLAN_ROADMAP; format <= QL_PLAN_PREQUEST; format++) {
      if (ql_plan_read(a, ql_plan_write(a, plan, (ql_plan_format)format), &again, &err) != QL_OK) abort();
      if (again->task_count != plan->task_count || again->gate_count != plan->gate_count) abort();
    }
    if (!ql_plan_write(a, plan, QL_PLAN_MARKDOWN).ptr || !ql_plan_write(a, plan, QL_PLAN_MERMAID).ptr) abort();
  }
  ql_arena_free(a);
  return 0;
}
