// Plans, as text and as JSON: what is read is written back so that it reads the same, and no form fails on it.

#include <stdlib.h>

#include <questline/plan.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(ql_arena *a, const ql_plan *plan, const ql_plan *again) {
  ql_value *x = ql_plan_value(a, plan), *y = ql_plan_value(a, again);
  if (!x || !ql_value_equal(x, y) || plan->task_count != again->task_count) abort();
  for (size_t i = 0; i < plan->task_count; i++)
    if (plan->tasks[i].group != again->tasks[i].group) abort();
}

static void check_text(ql_arena *a, const ql_plan *plan) {
  const ql_plan *again;
  const size_t *groups;
  ql_error err;
  ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
  if (!text.ptr || ql_plan_read(a, text, &again, &err) != QL_OK) abort();
  check_same(a, plan, again);
  if (!ql_plan_write(a, plan, QL_PLAN_MARKDOWN).ptr || !ql_plan_write(a, plan, QL_PLAN_MERMAID).ptr) abort();
  ql_status status = ql_plan_groups(a, plan, &groups, &err);
  if (status != QL_OK && (status != QL_ERR_STATE || err.detail[0] == 0)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_plan *plan, *again;
  ql_value *value;
  ql_error err;
  if (ql_plan_read(a, text, &plan, &err) == QL_OK)
    check_text(a, plan);
  else if (err.offset > size)
    abort();
  if (ql_json_read(a, text, &value, &err) == QL_OK && ql_plan_from_value(a, value, &plan, &err) == QL_OK) {
    if (ql_plan_from_value(a, ql_plan_value(a, plan), &again, &err) != QL_OK) abort();
    check_same(a, plan, again);
    check_text(a, plan);
  }
  ql_arena_free(a);
  return 0;
}
