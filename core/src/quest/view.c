/* What people and programs are shown of a quest: screens, monitors, single events. Reads only. */
#include "base/text.h"
#include "quest/machine.h"
#include "quest/opened.h"

static ql_value *id_list(ql_arena *a, const size_t *tasks, size_t count) {
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(list, ql_string(a, ql_task_id(a, tasks[i])));
  return list;
}

/* ---- events with their openings ---- */

ql_value *ql_quest_event(const ql_quest *quest, ql_arena *a, int64_t n) {
  ql__opened event;
  if (!ql__open_event(quest, a, n, &event)) return NULL;
  /* The openings go where their commitments stand. */
  for (size_t i = 0; i < event.count; i++) {
    event.texts[i].node->text = event.plain[i];
    if (!event.plain[i].ptr) event.texts[i].node->kind = QL_NULL;
  }
  ql_value *line, *value = ql_object(a);
  ql_str bytes = ql_quest_line(quest, n);
  if (ql_canon_read(a, ql_slice(bytes, 0, bytes.len - 1), &line, NULL) != QL_OK) return NULL;
  QL_SET(value, "at", ql_int(a, ql_get_int(event.e, QL_STR("at"), 0)));
  QL_SET(value, "by", ql_string(a, ql_get_str(event.e, QL_STR("by"))));
  QL_SET(value, "data", ql_copy(a, event.d));
  QL_SET(value, "h", ql_string(a, ql_get_str(line, QL_STR("h"))));
  QL_SET(value, "n", ql_int(a, n));
  QL_SET(value, "type", ql_string(a, ql__event_name(event.type)));
  QL_SET(value, "withheld", ql_int(a, (int64_t)event.withheld));
  return ql_arena_failed(a) ? NULL : value;
}

/* ---- tasks ---- */

/* The group of each task: declared, or one more than the largest of those it depends on. */
static size_t *task_groups(ql_arena *a, const ql__state *s, size_t *count) {
  size_t *groups = ql_arena_array(a, s->task_count + 1, sizeof *groups);
  *count = 0;
  if (!groups) return NULL;
  for (size_t i = 0; i < s->task_count; i++) groups[i] = s->tasks[i].group > 0 ? s->tasks[i].group : 1;
  /* A plan has no cycle, so this settles after as many rounds as its longest path has steps. */
  for (bool moved = true; moved;) {
    moved = false;
    for (size_t i = 0; i < s->task_count; i++)
      for (size_t k = 0; s->tasks[i].group == 0 && k < s->tasks[i].after_count; k++)
        if (groups[i] <= groups[s->tasks[i].after[k]]) {
          groups[i] = groups[s->tasks[i].after[k]] + 1;
          moved = true;
        }
  }
  for (size_t i = 0; i < s->task_count; i++)
    if (groups[i] > *count) *count = groups[i];
  return groups;
}

static ql_value *groups_value(ql_arena *a, const ql__state *s, const size_t *group_of, size_t count) {
  ql_value *groups = ql_array(a);
  for (size_t g = 1; g <= count; g++) {
    ql_value *group = ql_push(groups, ql_array(a));
    for (size_t i = 0; i < s->task_count; i++)
      if (group_of[i] == g) ql_push(group, ql_string(a, ql_task_id(a, i)));
  }
  return groups;
}

static ql_value *text_list(ql_arena *a, const ql__opened *create, const ql_value *nodes) {
  ql_value *list = ql_array(a);
  for (const ql_value *node = nodes ? nodes->first : NULL; node; node = node->next) ql_push(list, ql_string(a, ql__text_at(create, node)));
  return list;
}

static ql_value *tasks_value(const ql_quest *quest, ql_arena *a, const ql__opened *create, const size_t *group_of) {
  const ql__state *s = &quest->state;
  ql_value *tasks = ql_array(a);
  const ql_value *planned = QL_GET(create->d, "tasks");
  const ql_value *plan = planned ? planned->first : NULL;
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    ql_str title = QL_ABSENT;
    ql__opened message;
    if (plan) title = ql__text_at(create, QL_GET(plan, "title"));
    if (!plan && ql__open_event(quest, a, task->opened_by, &message)) title = ql__first_line(ql__text_at(&message, ql__words_in(&message)));
    ql_value *item = ql_push(tasks, ql_object(a));
    QL_SET(item, "accept", text_list(a, create, plan ? QL_GET(plan, "accept") : NULL));
    QL_SET(item, "after", id_list(a, task->after, task->after_count));
    QL_SET(item, "agent", ql_string(a, s->seats[task->seat].id));
    QL_SET(item, "group", ql_int(a, (int64_t)group_of[i]));
    QL_SET(item, "id", ql_string(a, ql_task_id(a, i)));
    QL_SET(item, "outputs", text_list(a, create, plan ? QL_GET(plan, "outputs") : NULL));
    QL_SET(item, "status", ql_string(a, ql__task_status_name(task->status)));
    QL_SET(item, "title", ql_string(a, title));
    if (plan) plan = plan->next;
  }
  return tasks;
}

/* ---- seats, holds, what comes next ---- */

static bool has_queued_slot(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].seat == seat && s->slots[i].status == QL__QUEUED) return true;
  return false;
}

static ql_value *seats_value(ql_arena *a, const ql__state *s) {
  ql_value *seats = ql_array(a);
  for (size_t i = 0; i < s->seat_count; i++) {
    ql_value *seat = ql_push(seats, ql_object(a));
    ql_str status = ql__shown_holding(s, i) ? QL_STR("holding")
                    : has_queued_slot(s, i) ? QL_STR("waiting")
                    : s->seats[i].stuck     ? QL_STR("blocked")
                                            : QL_STR("idle");
    QL_SET(seat, "fence", ql_int(a, s->seats[i].fence));
    QL_SET(seat, "id", ql_string(a, s->seats[i].id));
    QL_SET(seat, "k", ql_int(a, s->seats[i].counter));
    QL_SET(seat, "kind", ql_string(a, s->seats[i].kind));
    QL_SET(seat, "leads", ql_bool(a, i == s->leader));
    QL_SET(seat, "status", ql_string(a, status));
    QL_SET(seat, "taken", ql_bool(a, s->seats[i].taken));
  }
  return seats;
}

static ql_value *holds_value(const ql_quest *quest, ql_arena *a) {
  ql_value *holds = ql_array(a);
  for (size_t i = 0; i < quest->hold_count; i++) {
    const ql__hold *hold = &quest->holds[i];
    ql_value *item = ql_push(holds, ql_object(a));
    QL_SET(item, "agent", ql_string(a, quest->state.seats[hold->seat].id));
    QL_SET(item, "from", ql_int(a, hold->from));
    QL_SET(item, "tasks", id_list(a, quest->hold_tasks + hold->first_task, hold->task_count));
    if (hold->to >= 0) QL_SET(item, "to", ql_int(a, hold->to));
  }
  return holds;
}

static ql_value *push_next(ql_arena *a, ql_value *next, ql_str agent, bool planned) {
  ql_value *item = ql_push(next, ql_object(a));
  QL_SET(item, "agent", ql_string(a, agent));
  QL_SET(item, "planned", ql_bool(a, planned));
  return QL_SET(item, "tasks", ql_array(a));
}

/* First those who were sent a message, then the leader who reads the answers, then the plan. */
static ql_value *next_value(ql_arena *a, const ql__state *s, const size_t *group_of, size_t group_count) {
  ql_value *next = ql_array(a);
  if (ql__over(s) || s->status == QL__CLOSING) return next;
  for (size_t i = 0; i < s->slot_count; i++) {
    if (s->slots[i].status != QL__QUEUED) continue;
    ql_value *tasks = push_next(a, next, s->seats[s->slots[i].seat].id, false);
    for (size_t k = 0; k < s->item_count; k++)
      if (s->items[k].slot == i) ql_push(tasks, ql_string(a, ql_task_id(a, s->items[k].task)));
  }
  bool leader_returns = s->slot_count > 0 || s->status == QL__PROPOSED;
  if (leader_returns) push_next(a, next, s->seats[s->leader].id, false);
  for (size_t g = 1; g <= group_count; g++) {
    ql_value *tasks = NULL;
    size_t before = QL__NONE;
    for (size_t i = 0; i < s->task_count; i++) {
      if (group_of[i] != g || s->tasks[i].status != QL__TODO) continue;
      if (s->tasks[i].seat != before) tasks = push_next(a, next, s->seats[s->tasks[i].seat].id, true);
      before = s->tasks[i].seat;
      ql_push(tasks, ql_string(a, ql_task_id(a, i)));
    }
  }
  return next;
}

/* ---- talk ---- */

/* For each event, 1 + the index of the hold that it ended, 0 when it ended none. NULL when out of memory. */
static const size_t *holds_by_end(const ql_quest *quest, ql_arena *a) {
  size_t *ends = ql_arena_array(a, (size_t)quest->state.events + 1, sizeof *ends);
  for (size_t i = 0; ends && i < quest->hold_count; i++)
    if (quest->holds[i].to >= 0) ends[quest->holds[i].to] = i + 1;
  return ends;
}

static void set_talk_tasks(const ql_quest *quest, ql_arena *a, ql_value *item, const ql__opened *event, int64_t n, const size_t *ends) {
  const ql__state *s = &quest->state;
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  ql_value *tasks = ql_array(a);
  if (task.ptr) {
    ql_push(tasks, ql_string(a, task));
    QL_SET(item, "task", ql_string(a, task));
  } else if (event->type == QL_EVENT_message) {
    for (size_t i = 0; i < s->task_count; i++)
      if (s->tasks[i].opened_by == n) ql_push(tasks, ql_string(a, ql_task_id(a, i)));
  } else if (event->type == QL_EVENT_respond) {
    const ql__hold *hold = ends[n] > 0 ? &quest->holds[ends[n] - 1] : NULL;
    if (hold) tasks = id_list(a, quest->hold_tasks + hold->first_task, hold->task_count);
  }
  QL_SET(item, "tasks", tasks);
}

/* Whom it is about: those it is sent to, or the agent whose seat, task or place it changes. */
static ql_value *addressees(ql_arena *a, const ql_value *d) {
  const ql_value *to = QL_GET(d, "to"), *agent = QL_GET(d, "agent");
  if (to && to->kind == QL_ARRAY) return ql_copy(a, to);
  ql_value *list = ql_array(a);
  const ql_value *one = to && to->kind == QL_STRING ? to : agent;
  if (one) ql_push(list, ql_string(a, one->text));
  return list;
}

static bool push_talk(const ql_quest *quest, ql_arena *a, ql_value *talk, int64_t n, const size_t *ends) {
  static const ql_str DELIVERY[] = {
      [QL__WAITS] = QL_STR_INIT("queued"), [QL__DELIVERED] = QL_STR_INIT("delivered"), [QL__CAME_BACK] = QL_STR_INIT("returned")};
  ql__opened event;
  if (!ql__open_event(quest, a, n, &event)) return false;
  const ql_value *words = ql__words_in(&event);
  ql_str text = words ? ql__text_at(&event, words) : QL_ABSENT, kind = ql_get_str(event.d, QL_STR("kind"));
  int64_t until = ql_get_int(event.d, QL_STR("until"), 0);
  ql_value *item = ql_push(talk, ql_object(a));
  QL_SET(item, "at", ql_int(a, ql_get_int(event.e, QL_STR("at"), 0)));
  QL_SET(item, "by", ql_string(a, ql_get_str(event.e, QL_STR("by"))));
  if (kind.ptr) QL_SET(item, "kind", ql_string(a, kind));
  QL_SET(item, "n", ql_int(a, n));
  if (quest->delivery[n] != QL__NOT_SENT) QL_SET(item, "state", ql_string(a, DELIVERY[quest->delivery[n]]));
  set_talk_tasks(quest, a, item, &event, n, ends);
  QL_SET(item, "text", ql_string(a, text));
  QL_SET(item, "to", addressees(a, event.d));
  QL_SET(item, "type", ql_string(a, ql__event_name(event.type)));
  if (until > 0) QL_SET(item, "until", ql_int(a, until));
  QL_SET(item, "withheld", ql_bool(a, words && !text.ptr));
  return true;
}

/* ---- the whole view ---- */

static bool all_rehearsed(const ql__state *s) {
  for (size_t i = QL__OWNER + 1; i < s->seat_count; i++)
    if (!s->seats[i].removed && !ql_eq(s->seats[i].kind, QL_STR("rehearsal"))) return false;
  return s->seat_count > 1;
}

/* How it ended: the words of the event that ended it. */
static ql_str last_words(const ql_quest *quest, ql_arena *a) {
  ql__opened event;
  if (quest->ended == 0 || !ql__open_event(quest, a, quest->ended, &event)) return QL_ABSENT;
  const ql_value *words = ql__words_in(&event);
  return words ? ql__text_at(&event, words) : QL_ABSENT;
}

static void set_limit(ql_arena *a, ql_value *view, const ql__state *s) {
  ql__limit next;
  if (!ql__next_limit(s, &next)) return;
  ql_value *limit = ql_object(a);
  QL_SET(limit, "kind", ql_string(a, next.kind));
  QL_SET(limit, "left", ql_int(a, next.left));
  QL_SET(limit, "of", ql_int(a, next.of));
  QL_SET(view, "limit", limit);
}

static void set_holders(ql_arena *a, ql_value *view, const ql__state *s) {
  ql_value *holders = ql_array(a), *kept = ql_array(a);
  for (size_t i = 0; i < s->seat_count; i++) {
    if (ql__shown_holding(s, i)) ql_push(holders, ql_string(a, s->seats[i].id));
    if (s->status == QL__PAUSED && ql__keeps(s, i)) ql_push(kept, ql_string(a, s->seats[i].id));
  }
  QL_SET(view, "kept", kept);
  bool owner = s->seat_count > 0 && ql__shown_holding(s, QL__OWNER), leader = s->seat_count > 1 && ql__shown_holding(s, s->leader);
  QL_SET(view, "holders", holders);
  QL_SET(view, "holder",
         ql_string(a, owner && holders->count == 1 ? QL_STR("owner")
                      : leader                     ? QL_STR("leader")
                      : holders->count > 0         ? QL_STR("group")
                                                   : QL_STR("nobody")));
}

static ql_str hash_text(ql_arena *a, const char hash[QL_HASH_CHARS]) { return ql_arena_str(a, (ql_str){hash, QL_HASH_CHARS}); }

ql_value *ql_quest_view(const ql_quest *quest, ql_arena *a) {
  const ql__state *s = &quest->state;
  ql_value *view = ql_object(a), *talk = ql_array(a);
  char hash[QL_HASH_CHARS], head[QL_HASH_CHARS];
  ql__opened create = {0};
  size_t group_count;
  size_t *group_of = task_groups(a, s, &group_count);
  const size_t *ends = holds_by_end(quest, a);
  if (!group_of || !ends || !view || !talk || ql_quest_state_hash(quest, hash, NULL) != QL_OK) return NULL;
  if (s->events > 0 && !ql__open_event(quest, a, 0, &create)) return NULL;
  for (int64_t n = 0; n < s->events; n++)
    if (!push_talk(quest, a, talk, n, ends)) return NULL;
  ql_quest_head(quest, head);
  set_holders(a, view, s);
  QL_SET(view, "agents", seats_value(a, s));
  QL_SET(view, "at", ql_int(a, s->at));
  int64_t due = ql__due_at(s);
  if (due >= 0) QL_SET(view, "due", ql_int(a, due));
  if (s->status == QL__PAUSED) QL_SET(view, "cause", ql_string(a, ql__cause_name(s->cause)));
  QL_SET(view, "groups", groups_value(a, s, group_of, group_count));
  QL_SET(view, "head", ql_string(a, hash_text(a, head)));
  QL_SET(view, "holds", holds_value(quest, a));
  QL_SET(view, "id", ql_string(a, s->id));
  set_limit(a, view, s);
  QL_SET(view, "mission", ql_string(a, s->events > 0 ? ql__text_at(&create, QL_GET(create.d, "mission")) : QL_ABSENT));
  QL_SET(view, "n", ql_int(a, s->events));
  QL_SET(view, "next", next_value(a, s, group_of, group_count));
  ql_str plan = ql_get_str(create.d, QL_STR("plan"));
  if (plan.ptr) QL_SET(view, "plan", ql_string(a, plan));
  QL_SET(view, "policy", ql_string(a, s->policy.ptr ? s->policy : QL_STR("strict")));
  QL_SET(view, "rehearsed", ql_bool(a, all_rehearsed(s)));
  QL_SET(view, "state_hash", ql_string(a, hash_text(a, hash)));
  QL_SET(view, "status", ql_string(a, ql__status_name(s->status)));
  QL_SET(view, "summary", ql_string(a, last_words(quest, a)));
  QL_SET(view, "talk", talk);
  QL_SET(view, "tasks", tasks_value(quest, a, &create, group_of));
  QL_SET(view, "withheld", ql_int(a, quest->withheld));
  return ql_arena_failed(a) ? NULL : view;
}

ql_status ql_quest_view_at(const ql_quest *quest, ql_arena *a, int64_t n, ql_value **out, ql_error *err) {
  if (n < 0 || n >= quest->state.events) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no such event", QL_ABSENT);
  ql_str last = ql_quest_line(quest, n);
  ql_str log = ql_quest_log(quest);
  ql_quest *earlier = ql_quest_new(quest->alloc);
  if (!earlier) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_status status = ql_quest_append_log(earlier, ql_slice(log, 0, (size_t)(last.ptr - log.ptr) + last.len), err);
  /* The view borrows nothing from the earlier quest once it is written and read again in the caller's arena. */
  ql_arena *inner = status == QL_OK ? ql_arena_new(quest->alloc) : NULL;
  const ql_value *view = inner ? ql_quest_view(earlier, inner) : NULL;
  ql_str text = view ? ql_value_text(inner, view) : QL_ABSENT;
  text = text.ptr ? ql_arena_str(a, text) : QL_ABSENT;
  if (status == QL_OK) status = text.ptr ? ql_canon_read(a, text, out, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_arena_free(inner);
  ql_quest_free(earlier);
  return status;
}

/* ---- monitor ---- */

static ql_value *push_inbox(const ql_quest *quest, ql_arena *a, ql_value *inbox, int64_t n, size_t task) {
  ql__opened event;
  if (!ql__open_event(quest, a, n, &event)) return NULL;
  const ql_value *words = ql__words_in(&event);
  ql_str kind = ql_get_str(event.d, QL_STR("kind"));
  ql_value *item = ql_push(inbox, ql_object(a));
  QL_SET(item, "from", ql_string(a, ql_get_str(event.e, QL_STR("by"))));
  if (kind.ptr) QL_SET(item, "kind", ql_string(a, kind));
  QL_SET(item, "n", ql_int(a, n));
  if (task != QL__NONE) QL_SET(item, "task", ql_string(a, ql_task_id(a, task)));
  QL_SET(item, "text", ql_string(a, words ? ql__text_at(&event, words) : QL_ABSENT));
  return item;
}

/* A worker reads what its slot holds; the leader what was said since its own last words. */
static void fill_inbox(const ql_quest *quest, ql_arena *a, ql_value *inbox, size_t seat) {
  const ql__state *s = &quest->state;
  size_t slot = s->group > 0 ? ql__slot_of(s, s->group, seat) : QL__NONE;
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == seat) push_inbox(quest, a, inbox, s->frames[i].n, QL__NONE);
  for (size_t i = 0; seat != s->leader && slot != QL__NONE && i < s->item_count; i++)
    if (s->items[i].slot == slot && !s->items[i].returned) push_inbox(quest, a, inbox, s->items[i].n, s->items[i].task);
  if (s->seats[seat].heard > 0) push_inbox(quest, a, inbox, s->seats[seat].heard, QL__NONE);
  if (seat != s->leader) return;
  size_t from = s->message_count;
  while (from > 0 && s->messages[from - 1].seat != s->leader) from--;
  for (size_t i = from; i < s->message_count; i++) push_inbox(quest, a, inbox, s->messages[i].n, QL__NONE);
}

static ql_str hint(const ql__state *s, size_t seat, bool holds) {
  static const ql_str PAUSED[] = {
      [QL__BY_OWNER] = QL_STR_INIT("You paused the quest. Resume it to go on."),
      [QL__BY_BUDGET] = QL_STR_INIT("The budget is used up: the quest waits. Resume it with a larger budget, or abort it."),
      [QL__BY_LOOP] =
          QL_STR_INIT("The same words went to one agent again and again: the quest waits. Read the talk, then resume or abort it."),
      [QL__BY_TURN] =
          QL_STR_INIT("A turn took longer than its deadline: the quest waits. Reassign the task, or resume to give it more time."),
      [QL__BY_TASK] =
          QL_STR_INIT("A task took longer than its deadline: the quest waits. Reassign or drop it, or resume to give it more time."),
      [QL__BY_LADDER] = QL_STR_INIT("A task was escalated to you: the quest waits. Help with it, then resume, or drop it."),
  };
  if (ql__over(s)) return QL_STR("The quest is over. Stop monitoring.");
  if (s->status == QL__PROPOSED)
    return seat == QL__OWNER ? QL_STR("Read the plan, then approve or reject it.")
                             : QL_STR("The plan waits for the owner's approval. Monitor again.");
  if (s->status == QL__CLOSING) return QL_STR("The quest is ending: what is still under way settles first. Stop monitoring.");
  if (s->status == QL__PAUSED && s->cause == QL__BY_BUDGET && seat == QL__OWNER && ql__budget_left(s))
    return QL_STR(
        "What is left of the budget is less than the next call may take: the quest waits. Resume it with a larger budget, or abort it.");
  if (s->status == QL__PAUSED)
    return seat == QL__OWNER ? PAUSED[s->cause] : QL_STR("The quest is paused until its owner resumes it. Monitor again.");
  if (!holds) return QL_STR("Wait: it is not your turn. Monitor again.");
  if (seat == s->leader)
    return s->slot_count > 0 ? QL_STR("Send further messages, or respond to end your turn.")
                             : QL_STR("Send messages and then respond, or complete when every task is closed.");
  return QL_STR("Do what the messages ask, then respond with what you did: completed, clarification or blocked.");
}

ql_value *ql_quest_monitor(const ql_quest *quest, ql_arena *a, ql_str agent) {
  const ql__state *s = &quest->state;
  size_t seat = ql__seat_of(s, agent);
  if (seat == QL__NONE) return NULL;
  bool holds = ql__shown_holding(s, seat);
  ql_value *monitor = ql_object(a), *holders = ql_array(a), *inbox = ql_array(a);
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql__shown_holding(s, i)) ql_push(holders, ql_string(a, s->seats[i].id));
  if (holds) fill_inbox(quest, a, inbox, seat);
  ql_str turn = ql__over(s) || s->status == QL__CLOSING ? QL_STR("over")
                : s->status == QL__PAUSED               ? QL_STR("paused")
                : holds                                 ? QL_STR("yours")
                                                        : QL_STR("wait");
  ql_str role = seat == QL__OWNER ? QL_STR("owner") : seat == s->leader ? QL_STR("leader") : QL_STR("worker");
  QL_SET(monitor, "agent", ql_string(a, s->seats[seat].id));
  QL_SET(monitor, "fence", ql_int(a, s->seats[seat].fence));
  QL_SET(monitor, "hint", ql_string(a, hint(s, seat, holds)));
  QL_SET(monitor, "holders", holders);
  QL_SET(monitor, "inbox", inbox);
  QL_SET(monitor, "n", ql_int(a, s->events));
  QL_SET(monitor, "quest", ql_string(a, s->id));
  QL_SET(monitor, "role", ql_string(a, role));
  QL_SET(monitor, "status", ql_string(a, ql__status_name(s->status)));
  QL_SET(monitor, "turn", ql_string(a, turn));
  return ql_arena_failed(a) ? NULL : monitor;
}
