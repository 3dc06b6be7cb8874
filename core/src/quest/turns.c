/* Turns: the leader builds groups, their members hold one group after another, answers close tasks, endings clear it all. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

/* ---- what may be said ---- */

static bool seen_before(const ql_value *list, const ql_value *item) {
  for (const ql_value *other = list->first; other != item; other = other->next)
    if (ql_eq(other->text, item->text)) return true;
  return false;
}

/* Will the task be closed, as far as the turn that is being built can tell, when (group, slot) comes to hold? */
static bool covered(const ql__state *s, size_t task, size_t group, size_t seat) {
  if (ql__closed(&s->tasks[task])) return true;
  for (size_t i = 0; i < s->item_count; i++) {
    const ql__slot *slot = &s->slots[s->items[i].slot];
    if (s->items[i].returned) continue; /* its task went to somebody else */
    if (s->items[i].task == task && (slot->group < group || (slot->group == group && slot->seat == seat))) return true;
  }
  return false;
}

static ql__verdict guard_task(const ql__state *s, ql_str id, size_t group, size_t seat) {
  size_t task = ql__task_of(s, id);
  if (task == QL__NONE) return ql__task_number(id) == s->task_count + 1 ? QL__MAY : ql__refuse_about(QL__unknown_task, id);
  if (s->tasks[task].status == QL__DROPPED) return ql__refuse_about(QL__task_closed, id);
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].task == task && !s->items[i].returned && s->slots[s->items[i].slot].seat != seat)
      return ql__refuse_about(QL__task_taken, id);
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!covered(s, s->tasks[task].after[i], group, seat)) return (ql__verdict){QL__dependency_open, QL_ABSENT, s->tasks[task].after[i]};
  return QL__MAY;
}

static ql__verdict guard_order(const ql__state *s, const ql__event *event) {
  const ql_value *to = QL_GET(event->d, "to");
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  bool strict = ql_eq(s->policy, QL_STR("strict"));
  size_t groups = ql__group_count(s);
  size_t group = (size_t)ql_get_int(event->d, QL_STR("group"), (int64_t)(strict ? groups + 1 : 1));
  bool given = QL_GET(event->d, "group") != NULL;
  for (const ql_value *agent = to->first; agent; agent = agent->next) {
    size_t seat = ql__seat_of(s, agent->text);
    if (seat == s->leader) return ql__refuse(QL__self);
    if (seat == QL__NONE) return ql__refuse_about(QL__not_recruited, agent->text);
    if (seen_before(to, agent)) return ql__refuse_about(QL__duplicate_recipient, agent->text);
    bool joins = strict && group <= groups && ql__slot_of(s, group, seat) == QL__NONE;
    if (group < 1 || group > groups + 1 || joins || (strict && given && to->count > 1)) return ql__refuse(QL__bad_group);
  }
  if (s->item_count + to->count > QL_TURN_STEPS_MAX) return ql__refuse_about(QL__limit, QL_STR("QL_TURN_STEPS_MAX"));
  if (!task.ptr)
    return s->task_count + to->count > QL_QUEST_TASKS_MAX ? ql__refuse_about(QL__limit, QL_STR("QL_QUEST_TASKS_MAX")) : QL__MAY;
  if (to->count > 1) return ql__refuse(QL__one_recipient);
  if (ql__task_number(task) > QL_QUEST_TASKS_MAX) return ql__refuse_about(QL__unknown_task, task);
  return guard_task(s, task, group, ql__seat_of(s, to->first->text));
}

/* A worker's message is a progress note to the leader, or a question to another worker. */
static ql__verdict guard_note(const ql__state *s, const ql__event *event, size_t seat) {
  const ql_value *to = QL_GET(event->d, "to");
  ql_str id = ql_get_str(event->d, QL_STR("task"));
  for (const ql_value *agent = to->first; agent; agent = agent->next) {
    size_t peer = ql__seat_of(s, agent->text);
    if (peer == seat) return ql__refuse(QL__self);
    if (peer == QL__NONE) return ql__refuse_about(QL__not_recruited, agent->text);
    if (peer != s->leader) return to->count > 1 ? ql__refuse(QL__one_recipient) : ql__guard_consult(s, event, seat, peer);
  }
  if (to->count > 1) return ql__refuse_about(QL__duplicate_recipient, to->first->text);
  if (QL_GET(event->d, "group")) return ql__refuse(QL__bad_group);
  if (!id.ptr) return QL__MAY;
  size_t task = ql__task_of(s, id), slot = ql__slot_of(s, s->group, seat);
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].slot == slot && s->items[i].task == task) return QL__MAY;
  return ql__refuse_about(QL__unknown_task, id);
}

ql__verdict ql__guard_message(const ql__state *s, const ql__event *event, size_t seat) {
  return seat == s->leader ? guard_order(s, event) : guard_note(s, event, seat);
}

ql__verdict ql__guard_respond(const ql__state *s, const ql__event *event, size_t seat) {
  bool progress = ql_eq(ql_get_str(event->d, QL_STR("kind")), QL_STR("progress"));
  if (progress != (seat == s->leader)) return ql__refuse(QL__bad_kind);
  if (seat == s->leader) return s->slot_count == 0 ? ql__refuse(QL__nothing_sent) : QL__MAY;
  bool nested = ql__frame_of_peer(s, seat) != QL__NONE; /* an answer to a question closes no task */
  if (nested || !ql_eq(ql_get_str(event->d, QL_STR("kind")), QL_STR("completed"))) return QL__MAY;
  size_t slot = ql__slot_of(s, s->group, seat);
  for (size_t i = 0; i < s->item_count; i++) {
    if (s->items[i].slot != slot || s->items[i].returned || s->tasks[s->items[i].task].status == QL__DROPPED) continue;
    size_t gate = ql__gate_wanting(s, s->items[i].task);
    if (gate != QL__NONE) return ql__refuse_about(QL__evidence_missing, s->gates[gate].id);
  }
  return QL__MAY;
}

ql__verdict ql__guard_drop(const ql__state *s, const ql__event *event, size_t seat) {
  (void)seat;
  ql_str id = ql_get_str(event->d, QL_STR("task"));
  size_t task = ql__task_of(s, id);
  if (task == QL__NONE) return ql__refuse_about(QL__unknown_task, id);
  return ql__closed(&s->tasks[task]) ? ql__refuse_about(QL__task_closed, id) : QL__MAY;
}

ql__verdict ql__guard_complete(const ql__state *s, const ql__event *event, size_t seat) {
  (void)event;
  (void)seat;
  for (size_t i = 0; i < s->task_count; i++)
    if (!ql__closed(&s->tasks[i])) return ql__refuse(QL__tasks_open);
  for (size_t i = 0; i < s->gate_count; i++)
    if (ql__gate_blocks(s, &s->gates[i])) return ql__refuse(QL__gates_open);
  return s->effect_count > 0 ? ql__refuse(QL__effects_open) : QL__MAY;
}

/* ---- what it does ---- */

static bool dependency_open(const ql__state *s, size_t task) {
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!ql__closed(&s->tasks[s->tasks[task].after[i]])) return true;
  return false;
}

/* Delivers what a slot may do now and returns what it may not: a message whose task waits for another one. */
static bool start_slot(ql__state *s, size_t slot) {
  bool holds = false;
  for (size_t i = 0; i < s->item_count; i++) {
    ql__item *item = &s->items[i];
    if (item->slot != slot) continue;
    if (item->returned) continue; /* long ago: its task may be somebody else's by now */
    item->returned = dependency_open(s, item->task);
    ql__task *task = &s->tasks[item->task];
    if (!item->returned) holds = true;
    if (item->returned && task->status == QL__OPEN) task->status = QL__TODO;
    if (!item->returned && task->status == QL__TODO && ql__by_rules(s, QL__WORK_IS_OPEN)) task->status = QL__OPEN;
  }
  s->slots[slot].status = holds ? QL__HOLDING : QL__RETURNED;
  s->slots[slot].since = s->ran;
  return holds;
}

/* The next group that has somebody to hold the turn; behind the last one the leader holds and a new turn is built. */
static void pass_on(ql__state *s) {
  size_t last = ql__group_count(s);
  while (s->group < last) {
    s->group++;
    bool held = false;
    for (size_t i = 0; i < s->slot_count; i++)
      if (s->slots[i].group == s->group && s->slots[i].status == QL__QUEUED && start_slot(s, i)) held = true;
    if (held) return;
  }
  s->group = s->slot_count = s->item_count = 0;
  s->leader_since = s->ran;
}

void ql__pass_on_if_done(ql__state *s) {
  if (s->group == 0) return;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group == s->group && s->slots[i].status == QL__HOLDING) return;
  pass_on(s);
}

static size_t open_task(ql__state *s, ql_str id, size_t seat, int64_t n) {
  size_t task = id.ptr ? ql__task_of(s, id) : QL__NONE;
  if (task == QL__NONE) {
    task = s->task_count++;
    s->tasks[task] = (ql__task){.opened_by = n, .since = -1};
  }
  if (s->tasks[task].since < 0 || s->tasks[task].status == QL__DONE) s->tasks[task].since = s->ran;
  s->tasks[task].seat = seat;
  s->tasks[task].status = QL__OPEN;
  return task;
}

static void apply_order(ql__state *s, const ql__event *event) {
  bool strict = ql_eq(s->policy, QL_STR("strict"));
  for (const ql_value *to = QL_GET(event->d, "to")->first; to; to = to->next) {
    size_t otherwise = strict ? ql__group_count(s) + 1 : 1;
    size_t group = (size_t)ql_get_int(event->d, QL_STR("group"), (int64_t)otherwise);
    size_t seat = ql__seat_of(s, to->text);
    size_t slot = ql__slot_of(s, group, seat);
    if (slot == QL__NONE) {
      /* Slots stand in the order of their groups. */
      slot = s->slot_count++;
      while (slot > 0 && s->slots[slot - 1].group > group) {
        s->slots[slot] = s->slots[slot - 1];
        for (size_t i = 0; i < s->item_count; i++)
          if (s->items[i].slot == slot - 1) s->items[i].slot = slot;
        slot--;
      }
      s->slots[slot] = (ql__slot){group, seat, QL__QUEUED, 0};
    }
    s->slots[slot].status = QL__QUEUED; /* also one whose task went to somebody else in the meantime */
    size_t task = open_task(s, ql_get_str(event->d, QL_STR("task")), seat, event->n);
    s->items[s->item_count++] = (ql__item){slot, task, event->n, false};
  }
}

static void apply_answer(ql__state *s, const ql__event *event, size_t seat) {
  ql_str kind = ql_get_str(event->d, QL_STR("kind"));
  ql__task_status status = ql_eq(kind, QL_STR("completed")) ? QL__DONE : ql_eq(kind, QL_STR("blocked")) ? QL__BLOCKED : QL__CLARIFICATION;
  size_t slot = ql__slot_of(s, s->group, seat);
  for (size_t i = 0; i < s->item_count; i++) {
    ql__task *task = &s->tasks[s->items[i].task];
    if (s->items[i].slot != slot || s->items[i].returned || task->status == QL__DROPPED) continue;
    task->status = status;
    if (status == QL__DONE) ql__task_settled(s, s->items[i].task);
    if (status == QL__BLOCKED) ql__task_blocked(s, s->items[i].task);
  }
  s->slots[slot].status = QL__ENDED;
  s->seats[seat].stuck = status != QL__DONE;
  s->seats[seat].heard = 0;
  if (status == QL__DONE) ql__forget_repeats(s, seat);
  ql__pass_on_if_done(s);
}

static void remember(ql__state *s, const ql__event *event, size_t seat) {
  ql_str commitment = ql_get_str(event->d, QL_STR("msg"));
  ql__message *message = &s->messages[s->message_count++];
  message->n = event->n;
  message->seat = seat;
  memcpy(message->commitment, commitment.ptr, QL_HASH_CHARS);
}

void ql__apply_message(ql__state *s, const ql__event *event, size_t seat) {
  remember(s, event, seat);
  if (seat == s->leader) {
    apply_order(s, event);
    ql__count_repeats(s, event);
  } else if (ql__seat_of(s, QL_GET(event->d, "to")->first->text) != s->leader) {
    ql__apply_consult(s, event, seat);
  }
}

void ql__apply_respond(ql__state *s, const ql__event *event, size_t seat) {
  size_t frame = ql__frame_of_peer(s, seat);
  remember(s, event, seat);
  s->turns++;
  if (seat == s->leader)
    pass_on(s);
  else if (frame != QL__NONE)
    ql__answer_frame(s, frame, event->n);
  else
    apply_answer(s, event, seat);
  ql__check_budget(s);
}

void ql__apply_drop(ql__state *s, const ql__event *event) {
  size_t task = ql__task_of(s, ql_get_str(event->d, QL_STR("task")));
  s->tasks[task].status = QL__DROPPED;
  ql__task_settled(s, task);
}

/* ---- endings and pauses ---- */

void ql__start_again(ql__seat *seat) {
  seat->fence++;
  seat->counter = 0;
}

void ql__end_quest(ql__state *s, ql__status outcome) {
  s->status = s->effect_count > 0 ? QL__CLOSING : outcome;
  s->outcome = outcome;
  s->closing_at = s->at;
  s->cause = QL__BY_OWNER;
  s->group = s->slot_count = s->item_count = s->frame_count = 0;
  for (size_t i = 0; i < s->seat_count; i++) {
    ql__start_again(&s->seats[i]);
    s->seats[i].heard = 0;
  }
}

void ql__pause(ql__state *s, ql__cause cause) {
  if (s->status != QL__RUNNING) return;
  s->status = QL__PAUSED;
  s->cause = cause;
  s->trips += cause != QL__BY_OWNER;
}
