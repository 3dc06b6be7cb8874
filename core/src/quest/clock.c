/* What time does: deadlines, the ladder of escalation, the end of a closing quest. All limits but that one run on the quest's running time,
   which stands while it is paused; so a pause keeps what is left of each. */
#include "base/text.h"
#include "quest/machine.h"

/* ---- the ladder ---- */

/* @param since  ms of running time */
static void enter_level(ql__state *s, size_t index, size_t level, int64_t since) {
  ql__task *task = &s->tasks[index];
  task->level = level;
  task->level_since = since;
  task->tries = 0;
  task->reminded = false;
  s->escalations++;
  bool last = level > s->level_count;
  bool at_once = !last && s->levels[level - 1].min_ms == 0 && s->levels[level - 1].max_ms == 0;
  if (last || at_once) ql__pause(s, QL__BY_LADDER);
}

static size_t one_up(const ql__state *s, const ql__task *task) {
  return task->level > s->level_count ? s->level_count + 1 : task->level + 1;
}

void ql__task_blocked(ql__state *s, size_t index) {
  ql__task *task = &s->tasks[index];
  if (s->level_count == 0) return;
  if (task->level == 0 || task->level > s->level_count) {
    enter_level(s, index, one_up(s, task), s->ran);
    return;
  }
  int64_t retries = s->levels[task->level - 1].retries;
  task->tries++;
  if (retries >= 0 && task->tries >= retries) enter_level(s, index, one_up(s, task), s->ran);
}

void ql__task_settled(ql__state *s, size_t index) {
  ql__task *task = &s->tasks[index];
  task->level = 0;
  task->level_since = task->tries = 0;
  task->reminded = false;
}

ql__verdict ql__guard_escalate(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("task"));
  size_t task = ql__task_of(s, id);
  if (task == QL__NONE) return ql__refuse_about(QL__unknown_task, id);
  if (ql__closed(&s->tasks[task])) return ql__refuse_about(QL__task_closed, id);
  bool may = seat == QL__OWNER || seat == s->leader || s->tasks[task].seat == seat;
  return may ? QL__MAY : ql__refuse_about(QL__not_your_task, id);
}

void ql__apply_escalate(ql__state *s, const ql__event *event) {
  size_t task = ql__task_of(s, ql_get_str(event->d, QL_STR("task")));
  enter_level(s, task, one_up(s, &s->tasks[task]), s->ran);
}

/* ---- what is due ---- */

typedef enum due_kind { DUE_BUDGET, DUE_CLOSING, DUE_LEVEL, DUE_QUEST, DUE_REMINDER, DUE_TASK, DUE_TURN } due_kind;

/* A limit that is reached at some time; the clock is that of `ran`, for DUE_CLOSING that of `at`. */
typedef struct due {
  int64_t at;
  due_kind kind;
  size_t name; /* a task, or a seat */
  int64_t limit;
} due;

/* In the order of time, kind and name; kinds in the order of their names. */
static void consider(due *first, bool *found, int64_t since, int64_t limit, due_kind kind, size_t name) {
  const due one = {since + limit, kind, name, limit};
  bool sooner = one.at != first->at ? one.at < first->at : one.kind != first->kind ? one.kind < first->kind : one.name < first->name;
  if (!*found || sooner) *first = one;
  *found = true;
}

static void consider_turns(const ql__state *s, due *first, bool *found) {
  if (s->turn_ms == 0) return;
  if (s->group == 0 && s->leader_since >= 0) consider(first, found, s->leader_since, s->turn_ms, DUE_TURN, s->leader);
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].status == QL__HOLDING && s->slots[i].since >= 0 && !ql__waits(s, s->slots[i].seat))
      consider(first, found, s->slots[i].since, s->turn_ms, DUE_TURN, s->slots[i].seat);
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].since >= 0 && !ql__waits(s, s->frames[i].peer))
      consider(first, found, s->frames[i].since, s->turn_ms, DUE_TURN, s->frames[i].peer);
}

static void consider_tasks(const ql__state *s, due *first, bool *found) {
  if (s->task_ms == 0 && s->level_count == 0) return;
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    if (ql__closed(task)) continue;
    if (s->task_ms > 0 && task->since >= 0) consider(first, found, task->since, s->task_ms, DUE_TASK, i);
    if (task->level == 0 || task->level > s->level_count) continue;
    const ql__level *level = &s->levels[task->level - 1];
    bool ranged = level->min_ms > 0 && level->min_ms != level->max_ms;
    if (ranged && !task->reminded) consider(first, found, task->level_since, level->min_ms, DUE_REMINDER, i);
    if (level->max_ms > 0) consider(first, found, task->level_since, level->max_ms, DUE_LEVEL, i);
  }
}

/* The first limit ahead or behind; false when there is none. */
static bool first_due(const ql__state *s, due *first) {
  bool found = false;
  *first = (due){0};
  if (s->status == QL__CLOSING) consider(first, &found, s->closing_at, QL__CLOSING_MS, DUE_CLOSING, 0);
  if (s->status != QL__RUNNING && s->status != QL__PAUSED) return found;
  if (s->budget.ms > 0 && s->status == QL__RUNNING) consider(first, &found, 0, s->budget.ms, DUE_BUDGET, 0);
  if (s->quest_ms > 0) consider(first, &found, 0, s->quest_ms, DUE_QUEST, 0);
  consider_turns(s, first, &found);
  consider_tasks(s, first, &found);
  return found;
}

int64_t ql__due_at(const ql__state *s) {
  due first;
  if (s->status == QL__PAUSED || !first_due(s, &first)) return -1;
  int64_t at = first.kind == DUE_CLOSING ? first.at : s->at + (first.at - s->ran);
  return at > s->at ? at : s->at;
}

bool ql__next_limit(const ql__state *s, ql__limit *out) {
  static const ql_str KINDS[] = {
      [DUE_BUDGET] = QL_STR_INIT("budget"), [DUE_CLOSING] = QL_STR_INIT("closing"),   [DUE_LEVEL] = QL_STR_INIT("level"),
      [DUE_QUEST] = QL_STR_INIT("quest"),   [DUE_REMINDER] = QL_STR_INIT("reminder"), [DUE_TASK] = QL_STR_INIT("task"),
      [DUE_TURN] = QL_STR_INIT("turn"),
  };
  due first = {0};
  bool found = false;
  if (s->status == QL__RUNNING || s->status == QL__PAUSED) consider_turns(s, &first, &found);
  if (!found && !first_due(s, &first)) return false;
  int64_t left = first.at - (first.kind == DUE_CLOSING ? s->at : s->ran);
  *out = (ql__limit){KINDS[first.kind], left > 0 ? left : 0, first.limit};
  return true;
}

/* ---- tick ---- */

static void turn_is_late(ql__state *s, size_t seat) {
  if (s->group == 0 && seat == s->leader) s->leader_since = -1;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].status == QL__HOLDING && s->slots[i].seat == seat) s->slots[i].since = -1;
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == seat) s->frames[i].since = -1;
  ql__pause(s, QL__BY_TURN);
}

static void fire(ql__state *s, const due *what) {
  switch (what->kind) {
  case DUE_BUDGET: ql__pause(s, QL__BY_BUDGET); break;
  case DUE_CLOSING: ql__settle_as_lost(s); break;
  case DUE_QUEST: ql__end_quest(s, QL__TIMED_OUT); break;
  case DUE_TURN: turn_is_late(s, what->name); break;
  case DUE_REMINDER: s->tasks[what->name].reminded = true; break;
  case DUE_LEVEL: enter_level(s, what->name, one_up(s, &s->tasks[what->name]), ql__by_rules(s, QL__LATE_TICKS) ? what->at : s->ran); break;
  case DUE_TASK:
    s->tasks[what->name].since = -1;
    ql__pause(s, QL__BY_TASK);
    break;
  }
}

/* A paused quest that is ticked fires nothing: its clock stands. What one tick fires is all that was due when it came. */
void ql__apply_tick(ql__state *s) {
  due first;
  if (s->status == QL__PAUSED) return;
  while (first_due(s, &first) && first.at <= (first.kind == DUE_CLOSING ? s->at : s->ran)) fire(s, &first);
}

/* Limits that have passed start again: the owner knows of them. */
void ql__apply_resume(ql__state *s, const ql__event *event) {
  s->status = QL__RUNNING;
  s->cause = QL__BY_OWNER;
  ql__set_budget(&s->budget, QL_GET(event->d, "budget"));
  if (s->leader_since < 0) s->leader_since = s->ran;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].since < 0) s->slots[i].since = ql__waits(s, s->slots[i].seat) ? 0 : s->ran;
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].since < 0) s->frames[i].since = ql__waits(s, s->frames[i].peer) ? 0 : s->ran;
  for (size_t i = 0; i < s->task_count; i++)
    if (s->tasks[i].since < 0 && s->tasks[i].status != QL__TODO) s->tasks[i].since = s->ran;
}
