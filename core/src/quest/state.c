#include "quest/state.h"

#include "base/text.h"
#include "quest/machine.h"

/* ---- questions ---- */

size_t ql__seat_of(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->seat_count; i++)
    if (!s->seats[i].removed && ql_eq(s->seats[i].id, id)) return i;
  return QL__NONE;
}

size_t ql__task_number(ql_str id) {
  size_t number = 0;
  for (size_t i = 1; i < id.len; i++) number = number * 10 + (size_t)(id.ptr[i] - '0');
  return number;
}

size_t ql__task_of(const ql__state *s, ql_str id) {
  size_t number = ql__task_number(id);
  return number >= 1 && number <= s->task_count ? number - 1 : QL__NONE;
}

size_t ql__group_count(const ql__state *s) { return s->slot_count > 0 ? s->slots[s->slot_count - 1].group : 0; }

size_t ql__slot_of(const ql__state *s, size_t group, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group == group && s->slots[i].seat == seat) return i;
  return QL__NONE;
}

bool ql__keeps(const ql__state *s, size_t seat) {
  if (s->group == 0) return seat == s->leader;
  if (ql__frame_of_asker(s, seat) != QL__NONE) return false;
  if (ql__frame_of_peer(s, seat) != QL__NONE) return true;
  size_t slot = ql__slot_of(s, s->group, seat);
  return slot != QL__NONE && s->slots[slot].status == QL__HOLDING;
}

bool ql__holds(const ql__state *s, size_t seat) { return s->status == QL__RUNNING && ql__keeps(s, seat); }

bool ql__shown_holding(const ql__state *s, size_t seat) { return s->status == QL__PROPOSED ? seat == QL__OWNER : ql__holds(s, seat); }

bool ql__over(const ql__state *s) { return s->status >= QL__COMPLETED; }
bool ql__closed(const ql__task *task) { return task->status == QL__DONE || task->status == QL__DROPPED; }

/* ---- room ---- */

bool ql__grow(ql_arena *a, void **items, size_t len, size_t *cap, size_t size, size_t more) {
  while (*cap < len + more) {
    size_t had = *cap;
    void *wider = ql_arena_grow(a, *items, had, cap, size);
    if (!wider) return false;
    *items = wider;
  }
  return true;
}

ql_status ql__state_reserve(ql_arena *a, ql__state *s, const ql__event *event, ql_error *err) {
  const ql_value *to = QL_GET(event->d, "to");
  size_t count = event->type == QL_EVENT_message ? to->count : 0;
  bool ok = event->type != QL_EVENT_create || ql__reserve_create(a, s, event->d);
  ok = ok && QL__GROW(a, s->messages, s->message_count, s->message_cap, 1) && QL__GROW(a, s->slots, s->slot_count, s->slot_cap, count) &&
       QL__GROW(a, s->items, s->item_count, s->item_cap, count) && QL__GROW(a, s->tasks, s->task_count, s->task_cap, count);
  if (event->type == QL_EVENT_add) ok = ok && QL__GROW(a, s->seats, s->seat_count, s->seat_cap, 1);
  if (event->type == QL_EVENT_artifact) ok = ok && ql__reserve_artifacts(a, s, 1);
  ok = ok && ql__reserve_ledger(a, s, event);
  return ok ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

/* ---- apply ---- */

void ql__state_apply(ql__state *s, const ql__event *event) {
  if (event->type == QL_EVENT_create) ql__apply_create(s, event);
  size_t seat = ql__seat_of(s, event->by);
  if (s->status == QL__RUNNING && event->type != QL_EVENT_create) s->ran += event->at - s->at;
  s->at = event->at;
  s->events = event->n + 1;
  s->seats[seat].counter++;
  switch (event->type) {
  case QL_EVENT_create: break;
  case QL_EVENT_approve: s->status = QL__RUNNING; break;
  case QL_EVENT_resume: ql__apply_resume(s, event); break;
  case QL_EVENT_pause: ql__pause(s, QL__BY_OWNER); break;
  case QL_EVENT_reject:
  case QL_EVENT_abort: ql__end_quest(s, QL__ABORTED); break;
  case QL_EVENT_fail: ql__end_quest(s, QL__FAILED); break;
  case QL_EVENT_complete: ql__end_quest(s, QL__COMPLETED); break;
  case QL_EVENT_message: ql__apply_message(s, event, seat); break;
  case QL_EVENT_respond: ql__apply_respond(s, event, seat); break;
  case QL_EVENT_drop: ql__apply_drop(s, event); break;
  case QL_EVENT_claim: ql__apply_seat_change(s, event, true); break;
  case QL_EVENT_release: ql__apply_seat_change(s, event, false); break;
  case QL_EVENT_artifact: ql__apply_artifact(s, event); break;
  case QL_EVENT_gate: ql__apply_gate(s, event, seat); break;
  case QL_EVENT_reassign: ql__apply_reassign(s, event); break;
  case QL_EVENT_add: ql__apply_add(s, event); break;
  case QL_EVENT_remove: ql__apply_remove(s, event); break;
  case QL_EVENT_promote: ql__apply_promote(s, event); break;
  case QL_EVENT_escalate: ql__apply_escalate(s, event); break;
  case QL_EVENT_tick: ql__apply_tick(s); break;
  case QL_EVENT_start: ql__apply_start(s, event); break;
  case QL_EVENT_done: ql__apply_done(s, event); break;
  case QL_EVENT_usage: ql__apply_usage(s, event); break;
  case QL_EVENT_fork: ql__apply_fork(s, event); break;
  case QL_EVENT_upgrade: ql__apply_upgrade(s, event); break;
  case QL_EVENT_COUNT: break;
  }
}
