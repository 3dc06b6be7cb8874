#include "quest/state.h"

#include <string.h>

#include "base/text.h"

static const ql_str STATUS_NAMES[] = {
    [QL__EMPTY] = QL_STR_INIT("empty"),   [QL__PROPOSED] = QL_STR_INIT("proposed"), [QL__RUNNING] = QL_STR_INIT("running"),
    [QL__PAUSED] = QL_STR_INIT("paused"), [QL__CLOSING] = QL_STR_INIT("closing"),   [QL__COMPLETED] = QL_STR_INIT("completed"),
    [QL__FAILED] = QL_STR_INIT("failed"), [QL__ABORTED] = QL_STR_INIT("aborted"),   [QL__TIMED_OUT] = QL_STR_INIT("timed_out"),
};
static const ql_str TASK_NAMES[] = {
    [QL__TODO] = QL_STR_INIT("todo"),       [QL__OPEN] = QL_STR_INIT("open"), [QL__CLARIFICATION] = QL_STR_INIT("clarification"),
    [QL__BLOCKED] = QL_STR_INIT("blocked"), [QL__DONE] = QL_STR_INIT("done"), [QL__DROPPED] = QL_STR_INIT("dropped"),
};
static const ql_str SLOT_NAMES[] = {
    [QL__QUEUED] = QL_STR_INIT("queued"),
    [QL__HOLDING] = QL_STR_INIT("holding"),
    [QL__ENDED] = QL_STR_INIT("ended"),
    [QL__RETURNED] = QL_STR_INIT("returned"),
};

static const ql_str CAUSE_NAMES[] = {
    [QL__BY_OWNER] = QL_STR_INIT("owner"), [QL__BY_BUDGET] = QL_STR_INIT("budget"), [QL__BY_LOOP] = QL_STR_INIT("loop"),
    [QL__BY_TURN] = QL_STR_INIT("turn"),   [QL__BY_TASK] = QL_STR_INIT("task"),     [QL__BY_LADDER] = QL_STR_INIT("ladder"),
};

ql_str ql__status_name(ql__status status) { return STATUS_NAMES[status]; }
ql_str ql__task_status_name(ql__task_status status) { return TASK_NAMES[status]; }
ql_str ql__slot_status_name(ql__slot_status status) { return SLOT_NAMES[status]; }

ql_str ql__cause_name(ql__cause cause) { return CAUSE_NAMES[cause]; }

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
  size_t slot = ql__slot_of(s, s->group, seat);
  return slot != QL__NONE && s->slots[slot].status == QL__HOLDING;
}

bool ql__holds(const ql__state *s, size_t seat) { return s->status == QL__RUNNING && ql__keeps(s, seat); }

bool ql__shown_holding(const ql__state *s, size_t seat) { return s->status == QL__PROPOSED ? seat == QL__OWNER : ql__holds(s, seat); }

bool ql__over(const ql__state *s) { return s->status >= QL__COMPLETED; }
bool ql__closed(const ql__task *task) { return task->status == QL__DONE || task->status == QL__DROPPED; }

/* ---- room ---- */

static size_t length(const ql_value *list) { return list ? list->count : 0; }

static bool grow(ql_arena *a, void **items, size_t len, size_t *cap, size_t size, size_t more) {
  while (*cap < len + more) {
    size_t had = *cap;
    void *wider = ql_arena_grow(a, *items, had, cap, size);
    if (!wider) return false;
    *items = wider;
  }
  return true;
}

#define GROW(a, items, len, cap, more) grow((a), (void **)&(items), (len), &(cap), sizeof *(items), (more))

static bool reserve_create(ql_arena *a, ql__state *s, const ql_value *d) {
  const ql_value *tasks = QL_GET(d, "tasks");
  s->seats = ql_arena_array(a, length(QL_GET(d, "agents")) + 1, sizeof *s->seats);
  if (!s->seats || !GROW(a, s->tasks, s->task_count, s->task_cap, length(tasks))) return false;
  size_t i = 0;
  for (const ql_value *task = tasks ? tasks->first : NULL; task; task = task->next, i++) {
    s->tasks[i].after = ql_arena_array(a, length(QL_GET(task, "after")) + 1, sizeof(size_t));
    if (!s->tasks[i].after) return false;
  }
  return true;
}

ql_status ql__state_reserve(ql_arena *a, ql__state *s, const ql__event *event, ql_error *err) {
  bool ok = true;
  size_t to = event->type == QL_EVENT_message ? length(QL_GET(event->d, "to")) : 0;
  if (event->type == QL_EVENT_create) ok = reserve_create(a, s, event->d);
  ok = ok && GROW(a, s->messages, s->message_count, s->message_cap, 1) && GROW(a, s->slots, s->slot_count, s->slot_cap, to) &&
       GROW(a, s->items, s->item_count, s->item_cap, to) && GROW(a, s->tasks, s->task_count, s->task_cap, to);
  return ok ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

/* ---- apply ---- */

static void apply_seats(ql__state *s, const ql_value *d) {
  s->seats[s->seat_count++] = (ql__seat){.id = QL_STR("@owner"), .fence = 1, .kind = QL_STR("human")};
  for (const ql_value *agent = QL_GET(d, "agents")->first; agent; agent = agent->next)
    s->seats[s->seat_count++] = (ql__seat){.id = agent->text, .fence = 1, .kind = QL_STR("human")};
  const ql_value *seats = QL_GET(d, "seats");
  for (const ql_value *pair = seats ? seats->first : NULL; pair; pair = pair->next)
    s->seats[ql__seat_of(s, pair->first->text)].kind = pair->last->text;
}

static void apply_tasks(ql__state *s, const ql_value *d) {
  const ql_value *tasks = QL_GET(d, "tasks");
  for (const ql_value *item = tasks ? tasks->first : NULL; item; item = item->next) {
    ql__task *task = &s->tasks[s->task_count++];
    size_t *room = task->after;
    *task = (ql__task){.seat = ql__seat_of(s, ql_get_str(item, QL_STR("to"))), .after = room};
    const ql_value *after = QL_GET(item, "after");
    for (const ql_value *id = after ? after->first : NULL; id; id = id->next)
      task->after[task->after_count++] = ql__task_number(id->text) - 1;
  }
  const ql_value *groups = QL_GET(d, "groups");
  size_t number = 0;
  for (const ql_value *group = groups ? groups->first : NULL; group; group = group->next) {
    number++;
    for (const ql_value *id = group->first; id; id = id->next) s->tasks[ql__task_of(s, id->text)].group = number;
  }
}

static void apply_create(ql__state *s, const ql__event *event) {
  const ql_value *d = event->d;
  s->id = ql_get_str(d, QL_STR("id"));
  s->mission = ql_get_str(d, QL_STR("mission"));
  s->policy = ql_get_str(d, QL_STR("policy"));
  s->rules = ql_get_int(d, QL_STR("rules"), 0);
  s->specs = QL_GET(d, "specs");
  s->leader = QL__OWNER + 1;
  apply_seats(s, d);
  apply_tasks(s, d);
  s->status = s->task_count > 0 ? QL__PROPOSED : QL__RUNNING;
}

static void end_turns(ql__state *s, ql__status status) {
  s->status = status;
  s->group = s->slot_count = s->item_count = 0;
  for (size_t i = 0; i < s->seat_count; i++) {
    s->seats[i].fence++;
    s->seats[i].counter = 0;
  }
}

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
    item->returned = dependency_open(s, item->task);
    if (!item->returned) holds = true;
    if (item->returned && s->tasks[item->task].status == QL__OPEN) s->tasks[item->task].status = QL__TODO;
  }
  s->slots[slot].status = holds ? QL__HOLDING : QL__RETURNED;
  return holds;
}

/* The next group that has somebody to hold the turn; behind the last one the leader holds and a new turn is built. */
static void pass_on(ql__state *s) {
  size_t last = ql__group_count(s);
  while (s->group < last) {
    s->group++;
    bool held = false;
    for (size_t i = 0; i < s->slot_count; i++)
      if (s->slots[i].group == s->group && start_slot(s, i)) held = true;
    if (held) return;
  }
  s->group = s->slot_count = s->item_count = 0;
}

static size_t open_task(ql__state *s, ql_str id, size_t seat, int64_t n) {
  size_t task = id.ptr ? ql__task_of(s, id) : QL__NONE;
  if (task == QL__NONE) {
    task = s->task_count++;
    s->tasks[task] = (ql__task){.opened_by = n};
  }
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
    if (s->items[i].slot == slot && !s->items[i].returned && task->status != QL__DROPPED) task->status = status;
  }
  s->slots[slot].status = QL__ENDED;
  s->seats[seat].stuck = status != QL__DONE;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group == s->group && s->slots[i].status == QL__HOLDING) return;
  pass_on(s);
}

static void remember(ql__state *s, const ql__event *event, size_t seat) {
  ql_str commitment = ql_get_str(event->d, QL_STR("msg"));
  ql__message *message = &s->messages[s->message_count++];
  message->n = event->n;
  message->seat = seat;
  memcpy(message->commitment, commitment.ptr, QL_HASH_CHARS);
}

static void apply_seat_change(ql__state *s, const ql__event *event, bool taken) {
  ql__seat *seat = &s->seats[ql__seat_of(s, ql_get_str(event->d, QL_STR("agent")))];
  seat->fence++;
  seat->counter = 0;
  seat->taken = taken;
  if (taken) seat->kind = ql_get_str(event->d, QL_STR("seat"));
}

void ql__state_apply(ql__state *s, const ql__event *event) {
  if (event->type == QL_EVENT_create) apply_create(s, event);
  size_t seat = ql__seat_of(s, event->by);
  s->at = event->at;
  s->events = event->n + 1;
  s->seats[seat].counter++;
  switch (event->type) {
  case QL_EVENT_create: break;
  case QL_EVENT_approve:
  case QL_EVENT_resume: s->status = QL__RUNNING; break;
  case QL_EVENT_pause: s->status = QL__PAUSED; break;
  case QL_EVENT_reject:
  case QL_EVENT_abort: end_turns(s, QL__ABORTED); break;
  case QL_EVENT_fail: end_turns(s, QL__FAILED); break;
  case QL_EVENT_complete: end_turns(s, QL__COMPLETED); break;
  case QL_EVENT_message:
    remember(s, event, seat);
    if (seat == s->leader) apply_order(s, event);
    break;
  case QL_EVENT_respond:
    remember(s, event, seat);
    if (seat == s->leader)
      pass_on(s);
    else
      apply_answer(s, event, seat);
    break;
  case QL_EVENT_drop: s->tasks[ql__task_of(s, ql_get_str(event->d, QL_STR("task")))].status = QL__DROPPED; break;
  case QL_EVENT_claim: apply_seat_change(s, event, true); break;
  case QL_EVENT_release: apply_seat_change(s, event, false); break;
  case QL_EVENT_artifact:
  case QL_EVENT_gate:
  case QL_EVENT_reassign:
  case QL_EVENT_add:
  case QL_EVENT_remove:
  case QL_EVENT_promote:
  case QL_EVENT_escalate:
  case QL_EVENT_tick:
  case QL_EVENT_start:
  case QL_EVENT_done:
  case QL_EVENT_usage:
  case QL_EVENT_fork:
  case QL_EVENT_upgrade:
  case QL_EVENT_COUNT: break;
  }
}

/* ---- canonical state ---- */

static void set_list(ql_value *object, ql_str key, ql_value *list) {
  if (list && list->count > 0) ql_set(object, key, list);
}

static ql_value *seats_value(ql_arena *a, const ql__state *s) {
  ql_value *seats = ql_array(a);
  for (size_t i = 0; i < s->seat_count; i++) {
    ql_value *seat = ql_push(seats, ql_object(a));
    QL_SET(seat, "agent", ql_string(a, s->seats[i].id));
    QL_SET(seat, "fence", ql_int(a, s->seats[i].fence));
    QL_SET(seat, "k", ql_int(a, s->seats[i].counter));
    QL_SET(seat, "kind", ql_string(a, s->seats[i].kind));
    if (s->seats[i].stuck) QL_SET(seat, "stuck", ql_bool(a, true));
    if (s->seats[i].taken) QL_SET(seat, "taken", ql_bool(a, true));
  }
  return seats;
}

static ql_value *tasks_value(ql_arena *a, const ql__state *s) {
  ql_value *tasks = ql_array(a);
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    ql_value *item = ql_push(tasks, ql_object(a));
    ql_value *after = ql_array(a);
    for (size_t k = 0; k < task->after_count; k++) ql_push(after, ql_string(a, ql_task_id(a, task->after[k])));
    set_list(item, QL_STR("after"), after);
    if (task->group > 0) QL_SET(item, "group", ql_int(a, (int64_t)task->group));
    QL_SET(item, "id", ql_string(a, ql_task_id(a, i)));
    QL_SET(item, "status", ql_string(a, TASK_NAMES[task->status]));
    QL_SET(item, "to", ql_string(a, s->seats[task->seat].id));
  }
  return tasks;
}

/* [[{agent, inbox: [[n, task, "returned"?]], status}]]: one list for each group. */
static ql_value *groups_value(ql_arena *a, const ql__state *s) {
  ql_value *groups = ql_array(a), *group = NULL;
  for (size_t i = 0; i < s->slot_count; i++) {
    if (i == 0 || s->slots[i].group != s->slots[i - 1].group) group = ql_push(groups, ql_array(a));
    ql_value *slot = ql_push(group, ql_object(a)), *inbox = ql_array(a);
    QL_SET(slot, "agent", ql_string(a, s->seats[s->slots[i].seat].id));
    for (size_t k = 0; k < s->item_count; k++) {
      if (s->items[k].slot != i) continue;
      ql_value *item = ql_push(inbox, ql_array(a));
      ql_push(item, ql_int(a, s->items[k].n));
      ql_push(item, ql_string(a, ql_task_id(a, s->items[k].task)));
      if (s->items[k].returned) ql_push(item, ql_string(a, SLOT_NAMES[QL__RETURNED]));
    }
    QL_SET(slot, "inbox", inbox);
    QL_SET(slot, "status", ql_string(a, SLOT_NAMES[s->slots[i].status]));
  }
  return groups;
}

ql_value *ql__state_value(ql_arena *a, const ql__state *s) {
  ql_value *state = ql_object(a), *holders = ql_array(a), *messages = ql_array(a);
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql__holds(s, i)) ql_push(holders, ql_string(a, s->seats[i].id));
  for (size_t i = 0; i < s->message_count; i++) {
    const ql__message *m = &s->messages[i];
    ql_value *item = ql_push(messages, ql_array(a));
    ql_push(item, ql_int(a, m->n));
    ql_push(item, ql_string(a, s->seats[m->seat].id));
    ql_push(item, ql_string(a, (ql_str){m->commitment, QL_HASH_CHARS}));
  }
  QL_SET(state, "at", ql_int(a, s->at));
  QL_SET(state, "events", ql_int(a, s->events));
  if (s->group > 0) QL_SET(state, "group", ql_int(a, (int64_t)s->group));
  set_list(state, QL_STR("groups"), groups_value(a, s));
  set_list(state, QL_STR("holders"), holders);
  if (s->id.ptr) QL_SET(state, "id", ql_string(a, s->id));
  set_list(state, QL_STR("messages"), messages);
  if (s->mission.ptr) QL_SET(state, "mission", ql_string(a, s->mission));
  if (s->policy.ptr) QL_SET(state, "policy", ql_string(a, s->policy));
  QL_SET(state, "rules", ql_int(a, s->rules));
  set_list(state, QL_STR("seats"), seats_value(a, s));
  if (s->specs) QL_SET(state, "specs", ql_copy(a, s->specs));
  QL_SET(state, "status", ql_string(a, STATUS_NAMES[s->status]));
  set_list(state, QL_STR("tasks"), tasks_value(a, s));
  return ql_arena_failed(a) ? NULL : state;
}
