/* A recorded log in place of models. */
#include <string.h>

#include "base/text.h"
#include "driver/offers.h"
#include "driver/recall.h"
#include "driver/tooling.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

ql_status ql_driver_recall(ql_driver *driver, const ql_quest *recorded, bool only, ql_error *err) {
  ql__records records;
  bool fresh = ql_quest_count(driver->quest) == 0;
  if (fresh && driver->mode == QL__NORMAL) return ql_fail(err, QL_ERR_STATE, "a conversation stands in no log", QL_ABSENT);
  ql_status status = ql__records_read(driver->arena, recorded, 0, QL_ABSENT, &records, err);
  if (status == QL_OK && fresh) status = ql__recall_plan(driver, recorded, only, err);
  if (status == QL_OK && only) status = ql__offers_follow(driver->arena, driver->command, recorded, &driver->recorded_offers, err);
  if (status != QL_OK) return status;
  driver->recorded = recorded;
  driver->only = only;
  driver->records = records;
  return QL_OK;
}

/* The next call of the seat with that hash; *known says whether one was there at all. What cannot be taken any more is not looked at again. */
static ql_status find(const ql_driver *d, const ql__turn *t, ql__record_kind kind, ql_str hash, ql__record **found, ql_value **answer,
                      bool *known, ql_error *err) {
  const char *const holds = kind == QL__ASKED ? "parts" : "changed";
  ql__record **first = ql__records_find(&d->records, kind, t->agent, hash);
  *answer = NULL;
  *known = false;
  for (ql__record *record = *first; record; record = record->same) {
    if (record->taken) {
      if (record == *first && record->same) *first = record->same;
      continue;
    }
    *known = true;
    if (!ql__record_counts(record)) {
      record->taken = record->same != NULL; /* the last one says that there was one */
      continue;
    }
    ql_value *reply = NULL;
    ql_status status = ql__record_reply(t->attempt, d->recorded, record->done, &reply, err);
    if (status != QL_OK) return status;
    if (!ql_get_literal(reply, holds)) {
      record->done = -1;
      continue;
    }
    *found = record;
    *answer = reply;
    return QL_OK;
  }
  return QL_OK;
}

static const ql_str OTHER = QL_STR_INIT(" asks something else than the recording, and nobody is asked here.");
static const ql_str UNANSWERED =
    QL_STR_INIT(" is in the recording without an answer (it was withheld, too large, or failed), and nobody is asked here.");

static ql_status not_recorded(ql__turn *t, ql_str what, bool known, ql_error *err) {
  ql_buf words = ql_buf_new(ql_arena_alloc(t->arena));
  ql_buf_add(&words, QL_STR("'s "));
  ql_buf_add(&words, what);
  ql_buf_int(&words, t->calls);
  ql_buf_add(&words, QL_STR(" of this turn"));
  ql_str said = ql_buf_take(&words, t->arena);
  ql__turn_fail(t, said, known ? UNANSWERED : OTHER);
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : QL_OK;
}

ql_status ql__recall_call(ql_driver *d, ql__turn *t, ql_error *err) {
  ql__record *record = NULL;
  ql_value *reply;
  bool known;
  if (!d->recorded || t->step != QL__TURN_LOG_START) return QL_OK;
  ql_status status = find(d, t, QL__ASKED, (ql_str){t->request_hash, sizeof t->request_hash}, &record, &reply, &known, err);
  if (status != QL_OK) return status;
  t->after = -1;
  t->behind = NULL;
  if (!reply) return d->only ? not_recorded(t, QL_STR("call "), known, err) : QL_OK;
  t->reply = reply;
  t->recalled = record->done;
  t->record = record;
  t->reserve_tokens = t->reserve_micro = 0;
  return QL_OK;
}

ql_status ql__recall_tool(ql_driver *d, ql__turn *t, ql_error *err) {
  ql__record *record = NULL;
  ql_value *result;
  bool known;
  if (!d->recorded || t->step != QL__TURN_TOOL_LOOK || t->recalled >= 0) return QL_OK;
  const ql_value *start = ql__tool_start(t, t->attempt);
  if (!start) return ql__out_of_memory(err);
  ql_status status = find(d, t, QL__USED, TEXT_OF(start, "request"), &record, &result, &known, err);
  if (status != QL_OK) return status;
  if (!result) return d->only ? not_recorded(t, QL_STR("use of a tool after call "), known, err) : QL_OK;
  const ql_value *changed = QL_GET(result, "changed");
  if (changed->first && !d->only && d->kit.workspace) return QL_OK; /* what is asked live later has to find the files */
  t->outcome = result;
  t->made = changed->first;
  t->recalled = record->done;
  t->record = record;
  t->step = QL__TURN_TOOL_START;
  return QL_OK;
}

void ql__recall_taken(const ql_driver *d, ql__turn *t) {
  ql__record_taken(&d->records, t->record);
  t->behind = t->record;
  t->after = t->recalled;
  if (t->outcome) return; /* of a tool it is known until the model is told */
  t->recalled = -1;
  if (t->record->stopped) t->steer = QL__CONTINUE; /* as the person did there */
}

/* ---- the order ---- */

/* The next event of the seat in the recording, before it asks again. */
static const ql__record *next_move(const ql__turn *t) {
  for (const ql__record *record = t->behind ? t->behind->next : NULL; record; record = record->next) {
    if (record->n <= t->after) continue;
    if (record->kind == QL__ASKED) return NULL;
    if (record->kind == QL__MOVED) return record;
  }
  return NULL;
}

int64_t ql__recall_rank(const ql__turn *t) {
  if (t->step == QL__TURN_RECALLED) return t->recalled;
  const ql__record *move =
      t->step == QL__TURN_MOVE || t->step == QL__TURN_TOOL_MADE || t->step == QL__TURN_IMAGE_MADE ? next_move(t) : NULL;
  return move ? move->n : -1;
}

void ql__recall_moved(ql__turn *t) {
  const ql__record *move = next_move(t);
  if (move) t->after = move->n;
}

ql_value *ql__recall_made(const ql_driver *d, const ql__turn *t, ql_arena *a) {
  static const char *const KEPT[] = {"bytes", "hash", "media", "name"};
  for (const ql__record *record = t->behind ? t->behind->next : NULL; record && record->kind != QL__ASKED; record = record->next) {
    if (record->n <= t->after || !ql_eq(record->hash, TEXT_OF(t->made, "after"))) continue;
    const ql_value *data = record->kind == QL__MOVED ? QL_GET(ql_quest_event(d->recorded, a, record->n), "data") : NULL;
    if (!TEXT_OF(data, "name").ptr) continue;
    ql_value *command = ql_object(a);
    for (size_t k = 0; k < QL_COUNT(KEPT); k++) ql_set_literal(command, KEPT[k], ql_copy(a, ql_get_literal(data, KEPT[k])));
    QL_SET(command, "by", ql_string(a, t->agent));
    if (t->task.ptr) QL_SET(command, "task", ql_string(a, t->task));
    QL_SET(command, "type", ql_string(a, QL_STR("artifact")));
    return command;
  }
  return NULL;
}
