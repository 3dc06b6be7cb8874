/* The canonical state, of which the state hash is made. What is empty or as at the start is left out. */
#include "base/text.h"
#include "quest/state.h"

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
    if (s->seats[i].heard > 0) QL_SET(seat, "heard", ql_int(a, s->seats[i].heard));
    if (s->seats[i].removed) QL_SET(seat, "removed", ql_bool(a, true));
    if (s->seats[i].spec.ptr) QL_SET(seat, "spec", ql_string(a, s->seats[i].spec));
    if (s->seats[i].stuck) QL_SET(seat, "stuck", ql_bool(a, true));
    if (s->seats[i].taken) QL_SET(seat, "taken", ql_bool(a, true));
  }
  return seats;
}

/* Adds a member unless it is 0, which is how it starts. */
static void set_count(ql_arena *a, ql_value *object, const char *key, int64_t value) {
  if (value != 0) ql_set_literal(object, key, ql_int(a, value));
}

static ql_value *level_value(ql_arena *a, const ql__task *task) {
  ql_value *ladder = ql_object(a);
  QL_SET(ladder, "level", ql_int(a, (int64_t)task->level));
  if (task->reminded) QL_SET(ladder, "reminded", ql_bool(a, true));
  QL_SET(ladder, "since", ql_int(a, task->level_since));
  set_count(a, ladder, "tries", task->tries);
  return ladder;
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
    if (task->level > 0) QL_SET(item, "ladder", level_value(a, task));
    if (s->task_ms > 0) QL_SET(item, "since", ql_int(a, task->since));
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
    if (s->turn_ms > 0 && s->slots[i].status == QL__HOLDING) QL_SET(slot, "since", ql_int(a, s->slots[i].since));
    QL_SET(slot, "status", ql_string(a, SLOT_NAMES[s->slots[i].status]));
  }
  return groups;
}

/* [asker, peer, n, since?]: who waits for whom. */
static ql_value *questions_value(ql_arena *a, const ql__state *s) {
  ql_value *questions = ql_array(a);
  for (size_t i = 0; i < s->frame_count; i++) {
    ql_value *question = ql_push(questions, ql_array(a));
    ql_push(question, ql_string(a, s->seats[s->frames[i].asker].id));
    ql_push(question, ql_string(a, s->seats[s->frames[i].peer].id));
    ql_push(question, ql_int(a, s->frames[i].n));
    if (s->turn_ms > 0) ql_push(question, ql_int(a, s->frames[i].since));
  }
  return questions;
}

static ql_value *gates_value(ql_arena *a, const ql__state *s) {
  static const ql_str STATUSES[] = {
      [QL__GATE_OPEN] = QL_STR_INIT("open"),     [QL__GATE_GIVEN] = QL_STR_INIT("given"),   [QL__GATE_PASSED] = QL_STR_INIT("passed"),
      [QL__GATE_FAILED] = QL_STR_INIT("failed"), [QL__GATE_WAIVED] = QL_STR_INIT("waived"),
  };
  static const ql_str RELATIONS[] = {[QL__LT] = QL_STR_INIT("<"),
                                     [QL__LE] = QL_STR_INIT("<="),
                                     [QL__EQ] = QL_STR_INIT("="),
                                     [QL__GE] = QL_STR_INIT(">="),
                                     [QL__GT] = QL_STR_INIT(">")};
  ql_value *gates = ql_array(a);
  for (size_t i = 0; i < s->gate_count; i++) {
    const ql__gate *gate = &s->gates[i];
    ql_value *item = ql_push(gates, ql_object(a));
    if (gate->artifact[0]) QL_SET(item, "artifact", ql_string(a, (ql_str){gate->artifact, 64}));
    if (gate->giver != QL__NONE) QL_SET(item, "by", ql_string(a, s->seats[gate->giver].id));
    if (gate->expect.ptr) QL_SET(item, "expect", ql_string(a, gate->expect));
    QL_SET(item, "id", ql_string(a, gate->id));
    QL_SET(item, "judge", ql_string(a, gate->by_rule ? QL_STR("rule") : QL_STR("seat")));
    if (gate->relation != QL__ANY) {
      QL_SET(item, "milli", ql_int(a, gate->milli));
      QL_SET(item, "op", ql_string(a, RELATIONS[gate->relation]));
    }
    set_count(a, item, "n", gate->n);
    QL_SET(item, "status", ql_string(a, STATUSES[gate->status]));
    if (gate->task != QL__NONE) QL_SET(item, "task", ql_string(a, ql_task_id(a, gate->task)));
    QL_SET(item, "text", ql_string(a, gate->text));
    if (gate->unit.ptr) QL_SET(item, "unit", ql_string(a, gate->unit));
  }
  return gates;
}

static ql_value *levels_value(ql_arena *a, const ql__state *s) {
  ql_value *levels = ql_array(a);
  for (size_t i = 0; i < s->level_count; i++) {
    const ql__level *level = &s->levels[i];
    ql_value *item = ql_push(levels, ql_object(a));
    if (level->max_ms >= 0) QL_SET(item, "max_ms", ql_int(a, level->max_ms));
    if (level->min_ms >= 0) QL_SET(item, "min_ms", ql_int(a, level->min_ms));
    if (level->retries >= 0) QL_SET(item, "retries", ql_int(a, level->retries));
    if (level->to) QL_SET(item, "to", ql_copy(a, level->to));
  }
  return levels;
}

static ql_value *artifacts_value(ql_arena *a, const ql__state *s) {
  ql_value *artifacts = ql_array(a);
  for (size_t i = 0; i < s->artifact_count; i++) {
    const ql__artifact *artifact = &s->artifacts[i];
    ql_value *item = ql_push(artifacts, ql_object(a));
    QL_SET(item, "bytes", ql_int(a, artifact->bytes));
    QL_SET(item, "hash", ql_string(a, (ql_str){artifact->hash, 64}));
    QL_SET(item, "n", ql_int(a, artifact->n));
    if (artifact->replaced) QL_SET(item, "replaced", ql_bool(a, true));
    if (artifact->task != QL__NONE) QL_SET(item, "task", ql_string(a, ql_task_id(a, artifact->task)));
  }
  return artifacts;
}

static void set_usage(ql_arena *a, ql_value *object, const ql__usage *used) {
  set_count(a, object, "cached", used->cached);
  set_count(a, object, "calls", used->calls);
  set_count(a, object, "input", used->input);
  set_count(a, object, "micro", used->micro);
  set_count(a, object, "ms", used->ms);
  set_count(a, object, "output", used->output);
  set_count(a, object, "reasoning", used->reasoning);
  set_count(a, object, "unknown_micro", used->unknown_micro);
  set_count(a, object, "unknown_tokens", used->unknown_tokens);
}

static ql_value *ledger_value(ql_arena *a, const ql__state *s) {
  ql_value *ledger = ql_array(a);
  for (size_t i = 0; i < s->booking_count; i++) {
    const ql__booking *row = &s->ledger[i];
    ql_value *item = ql_push(ledger, ql_object(a));
    QL_SET(item, "agent", ql_string(a, s->seats[row->seat].id));
    if (row->model.ptr) QL_SET(item, "model", ql_string(a, row->model));
    if (row->task != QL__NONE) QL_SET(item, "task", ql_string(a, ql_task_id(a, row->task)));
    set_usage(a, item, &row->used);
  }
  return ledger;
}

static ql_value *effects_value(ql_arena *a, const ql__state *s) {
  ql_value *effects = ql_array(a);
  for (size_t i = 0; i < s->effect_count; i++) {
    const ql__effect *effect = &s->effects[i];
    ql_value *item = ql_push(effects, ql_object(a));
    QL_SET(item, "agent", ql_string(a, s->seats[effect->seat].id));
    QL_SET(item, "micro", ql_int(a, effect->micro));
    QL_SET(item, "n", ql_int(a, effect->n));
    if (effect->task != QL__NONE) QL_SET(item, "task", ql_string(a, ql_task_id(a, effect->task)));
    QL_SET(item, "tokens", ql_int(a, effect->tokens));
  }
  return effects;
}

static ql_value *repeats_value(ql_arena *a, const ql__state *s) {
  ql_value *repeats = ql_array(a);
  for (size_t i = 0; i < s->repeat_count; i++) {
    ql_value *repeat = ql_push(repeats, ql_array(a));
    ql_push(repeat, ql_string(a, s->seats[s->repeats[i].seat].id));
    ql_push(repeat, ql_string(a, (ql_str){s->repeats[i].digest, QL_HASH_CHARS}));
    ql_push(repeat, ql_int(a, s->repeats[i].count));
  }
  return repeats;
}

static void set_object(ql_value *state, ql_str key, ql_value *object) {
  if (object && object->count > 0) ql_set(state, key, object);
}

/* What the limits of the quest are and how much of them is gone. */
static void set_limits(ql_arena *a, ql_value *state, const ql__state *s) {
  ql_value *budget = ql_object(a), *deadlines = ql_object(a), *used = ql_object(a), *reserved = ql_object(a);
  set_count(a, budget, "micro", s->budget.micro);
  set_count(a, budget, "ms", s->budget.ms);
  set_count(a, budget, "tokens", s->budget.tokens);
  set_count(a, budget, "turns", s->budget.turns);
  set_count(a, deadlines, "quest", s->quest_ms);
  set_count(a, deadlines, "task", s->task_ms);
  set_count(a, deadlines, "turn", s->turn_ms);
  set_count(a, reserved, "micro", s->reserved_micro);
  set_count(a, reserved, "tokens", s->reserved_tokens);
  set_usage(a, used, &s->used);
  set_object(state, QL_STR("budget"), budget);
  set_object(state, QL_STR("deadlines"), deadlines);
  set_object(state, QL_STR("reserved"), reserved);
  set_object(state, QL_STR("used"), used);
  if (s->turn_ms > 0 && s->group == 0) QL_SET(state, "leader_since", ql_int(a, s->leader_since));
  if (deadlines && (deadlines->count > 0 || s->budget.ms > 0 || s->level_count > 0)) QL_SET(state, "ran", ql_int(a, s->ran));
  if (s->budget.turns > 0) set_count(a, state, "turns", s->turns);
}

static void set_closing(ql_arena *a, ql_value *state, const ql__state *s) {
  if (s->status != QL__CLOSING) return;
  ql_value *closing = QL_SET(state, "closing", ql_object(a));
  QL_SET(closing, "as", ql_string(a, STATUS_NAMES[s->outcome]));
  QL_SET(closing, "at", ql_int(a, s->closing_at));
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
  set_list(state, QL_STR("artifacts"), artifacts_value(a, s));
  QL_SET(state, "at", ql_int(a, s->at));
  if (s->cause != QL__BY_OWNER) QL_SET(state, "cause", ql_string(a, CAUSE_NAMES[s->cause]));
  set_count(a, state, "consult", s->consult);
  set_list(state, QL_STR("effects"), effects_value(a, s));
  set_list(state, QL_STR("gates"), gates_value(a, s));
  set_list(state, QL_STR("ladder"), levels_value(a, s));
  set_list(state, QL_STR("ledger"), ledger_value(a, s));
  set_count(a, state, "loops", s->loops);
  set_list(state, QL_STR("questions"), questions_value(a, s));
  set_list(state, QL_STR("repeats"), repeats_value(a, s));
  set_limits(a, state, s);
  set_closing(a, state, s);
  if (s->keys) QL_SET(state, "keys", ql_copy(a, s->keys));
  if (s->leader > QL__OWNER + 1) QL_SET(state, "leader", ql_string(a, s->seats[s->leader].id));
  if (s->parent_from > 0 || s->parent.ptr) {
    ql_value *parent = QL_SET(state, "parent", ql_object(a));
    QL_SET(parent, "from", ql_int(a, s->parent_from));
    if (s->parent.ptr) QL_SET(parent, "id", ql_string(a, s->parent));
  }
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
