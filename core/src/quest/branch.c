/* Two logs beside each other: where they part, what differs, and whether one continues the other. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/facts.h"
#include "quest/opened.h"

/* How many events both have from the start. A withheld text makes no difference: the hash is the same. -1 when out of memory. */
static int64_t shared_events(const ql_quest *left, const ql_quest *right, ql_arena *a) {
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  int64_t n = 0, most = left->state.events < right->state.events ? left->state.events : right->state.events;
  bool ok = scratch != NULL;
  while (ok && n < most) {
    if (!ql_eq(ql_quest_line(left, n), ql_quest_line(right, n))) {
      ql_str mine, theirs;
      ql_arena_reset(scratch);
      ok = ql__head_after(left, scratch, n, &mine) && ql__head_after(right, scratch, n, &theirs);
      if (ok && !ql_eq(mine, theirs)) break;
    }
    n++;
  }
  ql_arena_free(scratch);
  return ok ? n : -1;
}

/* ---- compare ---- */

static void differ(ql_arena *a, ql_value *list, ql_str name, ql_value *left, ql_value *right) {
  if (ql_value_equal(left, right)) return;
  ql_value *item = ql_push(list, ql_object(a));
  QL_SET(item, "left", left);
  QL_SET(item, "name", ql_string(a, name));
  QL_SET(item, "right", right);
}

static ql_value *decimal(ql_arena *a, int64_t n) {
  ql_buf digits = ql_buf_new(ql_arena_alloc(a));
  ql_buf_int(&digits, n);
  return ql_string(a, ql_buf_take(&digits, a));
}

static ql_value *task_status(ql_arena *a, const ql__state *s, size_t task) {
  return task < s->task_count ? ql_string(a, ql__task_status_name(s->tasks[task].status)) : ql_null(a);
}

static ql_value *differences(ql_arena *a, const ql__state *x, const ql__state *y) {
  ql_value *list = ql_array(a);
  size_t tasks = x->task_count > y->task_count ? x->task_count : y->task_count;
  differ(a, list, QL_STR("id"), ql_string(a, x->id), ql_string(a, y->id));
  differ(a, list, QL_STR("status"), ql_string(a, ql__status_name(x->status)), ql_string(a, ql__status_name(y->status)));
  differ(a, list, QL_STR("tokens"), decimal(a, x->used.input + x->used.output), decimal(a, y->used.input + y->used.output));
  differ(a, list, QL_STR("micro"), decimal(a, x->used.micro), decimal(a, y->used.micro));
  for (size_t i = 0; i < tasks; i++) differ(a, list, ql_task_id(a, i), task_status(a, x, i), task_status(a, y, i));
  return list;
}

static ql_value *branch_value(const ql_quest *quest, ql_arena *a, int64_t shared) {
  char head[QL_HASH_CHARS];
  ql_value *branch = ql_object(a);
  ql_quest_head(quest, head);
  QL_SET(branch, "events", ql_int(a, quest->state.events));
  if (shared < quest->state.events) QL_SET(branch, "first", ql_quest_event(quest, a, shared));
  QL_SET(branch, "head", ql_string(a, ql_arena_str(a, (ql_str){head, sizeof head})));
  QL_SET(branch, "id", ql_string(a, quest->state.id));
  QL_SET(branch, "status", ql_string(a, ql__status_name(quest->state.status)));
  return branch;
}

ql_value *ql_quest_compare(const ql_quest *left, const ql_quest *right, ql_arena *a) {
  int64_t shared = shared_events(left, right, a);
  if (shared < 0) return NULL;
  bool left_ends = shared == left->state.events, right_ends = shared == right->state.events;
  ql_str relation = left_ends && right_ends ? QL_STR("same")
                    : left_ends             ? QL_STR("right_continues")
                    : right_ends            ? QL_STR("left_continues")
                    : shared == 0           ? QL_STR("unrelated")
                                            : QL_STR("diverged");
  ql_value *comparison = ql_object(a);
  QL_SET(comparison, "differs", differences(a, &left->state, &right->state));
  QL_SET(comparison, "left", branch_value(left, a, shared));
  QL_SET(comparison, "relation", ql_string(a, relation));
  QL_SET(comparison, "right", branch_value(right, a, shared));
  QL_SET(comparison, "shared", ql_int(a, shared));
  return ql_arena_failed(a) ? NULL : comparison;
}

ql_status ql_quest_continuation(const ql_quest *mine, const ql_quest *theirs, ql_arena *a, ql_str *lines, ql_error *err) {
  int64_t shared = shared_events(mine, theirs, a);
  if (shared < 0) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (shared == 0 && mine->state.events > 0) return ql_fail(err, QL_ERR_CONFLICT, "it is another quest", theirs->state.id);
  bool ended = shared == theirs->state.events;
  if (!ended && shared < mine->state.events) {
    ql_fail(err, QL_ERR_CONFLICT, "the logs part ways", theirs->state.id);
    if (err) err->line = (uint32_t)shared + 1;
    return QL_ERR_CONFLICT;
  }
  if (!ended && mine->state.events > 0 && !ql_eq(mine->state.id, theirs->state.id))
    return ql_fail(err, QL_ERR_CONFLICT, "it goes on as another quest: a fork", theirs->state.id);
  ql_str log = ql_quest_log(theirs);
  *lines = ql_slice(log, ended ? log.len : theirs->starts[shared], log.len);
  return QL_OK;
}
