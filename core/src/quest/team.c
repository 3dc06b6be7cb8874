/* Who sits where, who is in the quest, who leads, who has which task; and the fork, after which all of that starts anew. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

/* ---- seats ---- */

ql__verdict ql__guard_seat(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  size_t target = ql__seat_of(s, id);
  if (target == QL__NONE || target == QL__OWNER) return ql__refuse_about(QL__not_recruited, id);
  if (seat != QL__OWNER && seat != target) return ql__refuse(QL__owner_only);
  if (event->type == QL_EVENT_release) return s->seats[target].taken ? QL__MAY : ql__refuse_about(QL__seat_free, id);
  return s->seats[target].taken && seat != QL__OWNER ? ql__refuse_about(QL__seat_taken, id) : QL__MAY;
}

void ql__apply_seat_change(ql__state *s, const ql__event *event, bool taken) {
  ql__seat *seat = &s->seats[ql__seat_of(s, ql_get_str(event->d, QL_STR("agent")))];
  ql__start_again(seat);
  seat->taken = taken;
  if (taken) seat->kind = ql_get_str(event->d, QL_STR("seat"));
}

/* ---- slots that change hands or end ---- */

/* What a slot was to do and did not goes back to the leader. */
static void return_item(ql__state *s, ql__item *item) {
  item->returned = true;
  for (size_t i = 0; i < s->item_count && ql__by_rules(s, QL__WORK_IS_OPEN); i++) {
    const ql__item *other = &s->items[i];
    if (other->task == item->task && !other->returned && s->slots[other->slot].status == QL__HOLDING) return; /* somebody works on it */
  }
  if (s->tasks[item->task].status == QL__OPEN) s->tasks[item->task].status = QL__TODO;
}

static bool waits_or_holds(const ql__slot *slot) { return slot->status == QL__QUEUED || slot->status == QL__HOLDING; }

/* The seat takes no further part in this turn: its slots end, its questions are void, who asked it goes on. */
static void leave_turn(ql__state *s, size_t seat) {
  size_t frame = ql__frame_of_peer(s, seat);
  ql__dissolve(s, seat);
  if (frame != QL__NONE) ql__answer_frame(s, ql__frame_of_peer(s, seat), 0);
  for (size_t i = 0; i < s->slot_count; i++) {
    ql__slot *slot = &s->slots[i];
    if (slot->seat != seat || !waits_or_holds(slot)) continue;
    slot->status = slot->status == QL__HOLDING ? QL__ENDED : QL__RETURNED;
    for (size_t k = 0; k < s->item_count; k++)
      if (s->items[k].slot == i && !s->items[k].returned) return_item(s, &s->items[k]);
  }
  ql__start_again(&s->seats[seat]);
  s->seats[seat].heard = 0;
}

/* ---- reassign ---- */

ql__verdict ql__guard_reassign(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("task")), to = ql_get_str(event->d, QL_STR("to"));
  size_t task = ql__task_of(s, id), target = ql__seat_of(s, to);
  (void)seat;
  if (task == QL__NONE) return ql__refuse_about(QL__unknown_task, id);
  if (ql__closed(&s->tasks[task])) return ql__refuse_about(QL__task_closed, id);
  if (target == QL__NONE) return ql__refuse_about(QL__not_recruited, to);
  if (target == s->leader) return ql__refuse_about(QL__leads, to);
  return s->tasks[task].seat == target ? ql__refuse(QL__unchanged) : QL__MAY;
}

static bool has_task(const ql__state *s, size_t slot, size_t task, bool others) {
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].slot == slot && !s->items[i].returned && (s->items[i].task == task) != others) return true;
  return false;
}

/* In place where the slot is about nothing else and the other agent is free to take it; else the task goes back to the leader. */
static void hand_over(ql__state *s, size_t index, size_t task, size_t to) {
  ql__slot *slot = &s->slots[index];
  bool holding = slot->status == QL__HOLDING, alone = !has_task(s, index, task, true);
  if (holding) {
    ql__dissolve(s, slot->seat);
    ql__start_again(&s->seats[slot->seat]);
    s->seats[slot->seat].heard = 0;
  }
  bool engaged = ql__frame_of_asker(s, to) != QL__NONE || ql__frame_of_peer(s, to) != QL__NONE;
  if (alone && ql__slot_of(s, slot->group, to) == QL__NONE && !(holding && engaged)) {
    slot->seat = to;
    slot->since = s->ran;
    return;
  }
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].slot == index && s->items[i].task == task && !s->items[i].returned) return_item(s, &s->items[i]);
  if (alone) slot->status = holding ? QL__ENDED : QL__RETURNED;
}

void ql__apply_reassign(ql__state *s, const ql__event *event) {
  size_t task = ql__task_of(s, ql_get_str(event->d, QL_STR("task"))), to = ql__seat_of(s, ql_get_str(event->d, QL_STR("to")));
  s->tasks[task].seat = to;
  for (size_t i = 0; i < s->slot_count; i++)
    if (waits_or_holds(&s->slots[i]) && has_task(s, i, task, false)) hand_over(s, i, task, to);
  ql__pass_on_if_done(s);
}

/* ---- add, remove, promote ---- */

size_t ql__ever_seated(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql_eq(s->seats[i].id, id)) return i;
  return QL__NONE;
}

ql__verdict ql__guard_add(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  (void)seat;
  if (ql__seat_of(s, id) != QL__NONE) return ql__refuse_about(QL__already_recruited, id);
  bool full = s->seat_count > QL_QUEST_AGENTS_MAX && ql__ever_seated(s, id) == QL__NONE;
  return full ? ql__refuse_about(QL__limit, QL_STR("QL_QUEST_AGENTS_MAX")) : QL__MAY;
}

void ql__apply_add(ql__state *s, const ql__event *event) {
  ql_str id = ql_get_str(event->d, QL_STR("agent")), kind = ql_get_str(event->d, QL_STR("seat"));
  size_t index = ql__ever_seated(s, id);
  if (index == QL__NONE) {
    index = s->seat_count++;
    s->seats[index] = (ql__seat){.id = id};
  }
  ql__seat *seat = &s->seats[index];
  ql__start_again(seat);
  seat->removed = seat->stuck = false;
  seat->kind = kind.ptr ? kind : QL_STR("human");
  seat->spec = ql_get_str(event->d, QL_STR("spec"));
}

ql__verdict ql__guard_remove(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  size_t target = ql__seat_of(s, id);
  (void)seat;
  if (target == QL__NONE || target == QL__OWNER) return ql__refuse_about(QL__not_recruited, id);
  return target == s->leader ? ql__refuse_about(QL__leads, id) : QL__MAY;
}

void ql__apply_remove(ql__state *s, const ql__event *event) {
  size_t seat = ql__seat_of(s, ql_get_str(event->d, QL_STR("agent")));
  leave_turn(s, seat);
  s->seats[seat].removed = true;
  s->seats[seat].taken = false;
  ql__forget_repeats(s, seat);
  ql__pass_on_if_done(s);
}

ql__verdict ql__guard_promote(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  size_t target = ql__seat_of(s, id);
  (void)seat;
  if (target == QL__NONE || target == QL__OWNER) return ql__refuse_about(QL__not_recruited, id);
  return target == s->leader ? ql__refuse(QL__unchanged) : QL__MAY;
}

void ql__apply_promote(ql__state *s, const ql__event *event) {
  size_t seat = ql__seat_of(s, ql_get_str(event->d, QL_STR("agent")));
  leave_turn(s, seat);
  ql__start_again(&s->seats[s->leader]);
  s->leader = seat;
  s->leader_since = s->ran;
  ql__pass_on_if_done(s);
}

/* ---- fork ---- */

ql__verdict ql__guard_fork(const ql__state *s, const ql__event *event, size_t seat) {
  (void)seat;
  if (ql_get_int(event->d, QL_STR("from"), -1) != s->events - 1) return ql__refuse(QL__bad_fork);
  return ql_eq(ql_get_str(event->d, QL_STR("id")), s->id) ? ql__refuse(QL__unchanged) : QL__MAY;
}

void ql__apply_fork(ql__state *s, const ql__event *event) {
  s->parent = s->id;
  s->parent_from = ql_get_int(event->d, QL_STR("from"), 0);
  s->id = ql_get_str(event->d, QL_STR("id"));
  for (size_t i = 0; i < s->seat_count; i++) {
    ql__start_again(&s->seats[i]);
    s->seats[i].taken = false;
  }
  ql__settle_as_lost(s);
  ql__check_budget(s); /* what is unknown counts as used */
}
