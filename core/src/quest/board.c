/* The status board, the inbox of an agent, and the timeline. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/facts.h"

/* ---- the board ---- */

static bool has_slot(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].seat == seat && s->slots[i].status == QL__QUEUED) return true;
  return false;
}

/* Waits for the answer of another worker. */
static bool asks(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].asker == seat) return true;
  return false;
}

typedef struct tally {
  int64_t open, done;
} tally;

static ql_str status_of(const ql__state *s, size_t seat, tally tasks) {
  if (ql__over(s)) return tasks.open > 0 ? QL_STR("idle") : QL_STR("done");
  if (ql__shown_holding(s, seat)) return QL_STR("working");
  if (has_slot(s, seat) || asks(s, seat)) return QL_STR("waiting");
  if (s->seats[seat].stuck) return QL_STR("blocked");
  return tasks.done > 0 && tasks.open == 0 ? QL_STR("done") : QL_STR("idle");
}

/* The last thing an agent said. */
static bool set_last(const ql_quest *quest, ql_arena *a, ql_value *row, int64_t n) {
  ql__opened event;
  if (n < 0) return true;
  if (!ql__open_event(quest, a, n, &event)) return false;
  const ql_value *words = ql__words_in(&event);
  ql_value *last = QL_SET(row, "last", ql_object(a));
  QL_SET(last, "at", ql_int(a, ql_get_int(event.e, QL_STR("at"), 0)));
  QL_SET(last, "n", ql_int(a, n));
  QL_SET(last, "text", ql_string(a, words ? ql__first_line(ql__text_at(&event, words)) : QL_ABSENT));
  return true;
}

static bool push_agent(const ql__facts *facts, ql_arena *a, ql_value *agents, size_t seat, tally tasks, int64_t now) {
  const ql__state *s = &facts->quest->state;
  const ql__agent_facts *agent = &facts->agents[seat];
  ql__usage used = ql__used_by(s, seat, QL__NONE);
  ql_value *row = ql_push(agents, ql_object(a)), *open = ql_array(a);
  for (size_t i = 0; i < s->task_count; i++)
    if (s->tasks[i].seat == seat && !ql__closed(&s->tasks[i])) ql_push(open, ql_string(a, ql_task_id(a, i)));
  QL_SET(row, "agent", ql_string(a, s->seats[seat].id));
  QL_SET(row, "completed", ql_int(a, tasks.done));
  QL_SET(row, "elapsed", ql_int(a, agent->since >= 0 ? now - facts->at[agent->since] : 0));
  QL_SET(row, "held", ql_int(a, agent->held_ms));
  QL_SET(row, "leads", ql_bool(a, seat == s->leader));
  QL_SET(row, "micro", ql_int(a, used.micro));
  QL_SET(row, "open", open);
  QL_SET(row, "status", ql_string(a, status_of(s, seat, tasks)));
  QL_SET(row, "tokens", ql_int(a, used.input + used.output));
  QL_SET(row, "turns", ql_int(a, agent->turns));
  return set_last(facts->quest, a, row, agent->last);
}

ql_value *ql_quest_board(const ql_quest *quest, ql_arena *a, int64_t now) {
  const ql__state *s = &quest->state;
  ql__facts facts;
  if (!ql__facts_of(quest, a, &facts)) return NULL;
  tally *tasks = ql_arena_array(a, s->seat_count + 1, sizeof *tasks), all = {0, 0};
  ql_value *board = ql_object(a), *agents = ql_array(a);
  if (!tasks) return NULL;
  if (now < s->at) now = s->at;
  for (size_t i = 0; i < s->task_count; i++) {
    tally *mine = &tasks[s->tasks[i].seat];
    mine->open += !ql__closed(&s->tasks[i]);
    mine->done += s->tasks[i].status == QL__DONE;
  }
  for (size_t seat = 0; seat < s->seat_count; seat++) {
    all.open += tasks[seat].open;
    all.done += tasks[seat].done;
    bool shown = !s->seats[seat].removed && (seat != QL__OWNER || ql__shown_holding(s, seat));
    if (shown && !push_agent(&facts, a, agents, seat, tasks[seat], now)) return NULL;
  }
  QL_SET(board, "agents", agents);
  if (s->status == QL__PAUSED) QL_SET(board, "cause", ql_string(a, ql__cause_name(s->cause)));
  QL_SET(board, "completed", ql_int(a, all.done));
  QL_SET(board, "elapsed", ql_int(a, s->events == 0 ? 0 : (ql__over(s) ? s->at : now) - facts.at[0]));
  QL_SET(board, "id", ql_string(a, s->id));
  QL_SET(board, "micro", ql_int(a, s->used.micro));
  QL_SET(board, "n", ql_int(a, s->events));
  QL_SET(board, "open", ql_int(a, all.open));
  QL_SET(board, "status", ql_string(a, ql__status_name(s->status)));
  QL_SET(board, "tokens", ql_int(a, s->used.input + s->used.output));
  return ql_arena_failed(a) ? NULL : board;
}

/* ---- inbox ---- */

static ql_str delivery_name(const ql_quest *quest, int64_t n) {
  static const ql_str NAMES[] = {
      [QL__WAITS] = QL_STR_INIT("queued"), [QL__DELIVERED] = QL_STR_INIT("delivered"), [QL__CAME_BACK] = QL_STR_INIT("returned")};
  return quest->delivery[n] == QL__NOT_SENT ? QL_ABSENT : NAMES[quest->delivery[n]];
}

static bool names(const ql_value *list, ql_str id) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next)
    if (ql_eq(item->text, id)) return true;
  return false;
}

/* A message goes to those it names, an answer of a worker to the leader, the leader's own to the owner. */
static bool is_for(const ql__opened *event, ql_str agent, bool leads, bool owner) {
  const ql_value *to = QL_GET(event->d, "to");
  if (event->type == QL_EVENT_message) return names(to, agent);
  if (event->type != QL_EVENT_respond) return false;
  bool note = ql_eq(ql_get_str(event->d, QL_STR("kind")), QL_STR("progress"));
  return note ? owner : leads && !ql_eq(ql_get_str(event->e, QL_STR("by")), agent);
}

static ql_value *copy_text(ql_arena *a, ql_str text) { return text.ptr ? ql_string(a, ql_arena_str(a, text)) : ql_null(a); }

ql_status ql_quest_inbox(const ql_quest *quest, ql_arena *a, ql_str agent, ql_value **out, ql_error *err) {
  const ql__state *s = &quest->state;
  size_t seat = ql__seat_of(s, agent);
  if (seat == QL__NONE) return ql_fail(err, QL_ERR_NOT_FOUND, "nobody of that name is in the quest", agent);
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  ql_value *inbox = ql_object(a), *items = ql_array(a);
  bool ok = scratch != NULL;
  for (size_t i = 0; ok && i < s->message_count; i++) {
    ql__opened event;
    int64_t n = s->messages[i].n;
    ql_arena_reset(scratch);
    ok = ql__open_event(quest, scratch, n, &event);
    if (!ok || !is_for(&event, agent, seat == s->leader, seat == QL__OWNER)) continue;
    const ql_value *words = ql__words_in(&event);
    ql_str kind = ql_get_str(event.d, QL_STR("kind")), task = ql_get_str(event.d, QL_STR("task")), state = delivery_name(quest, n);
    ql_value *item = ql_push(items, ql_object(a));
    QL_SET(item, "at", ql_int(a, ql_get_int(event.e, QL_STR("at"), 0)));
    QL_SET(item, "from", ql_string(a, s->seats[s->messages[i].seat].id));
    if (kind.ptr) QL_SET(item, "kind", copy_text(a, kind));
    QL_SET(item, "n", ql_int(a, n));
    if (state.ptr) QL_SET(item, "state", ql_string(a, state));
    if (task.ptr) QL_SET(item, "task", copy_text(a, task));
    QL_SET(item, "text", copy_text(a, words ? ql__text_at(&event, words) : QL_ABSENT));
  }
  ql_arena_free(scratch);
  QL_SET(inbox, "agent", ql_string(a, s->seats[seat].id));
  QL_SET(inbox, "items", items);
  *out = inbox;
  return ok && !ql_arena_failed(a) ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

/* ---- timeline ---- */

ql_value *ql_quest_timeline(const ql_quest *quest, ql_arena *a) {
  const ql__state *s = &quest->state;
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  ql_value *timeline = ql_object(a), *items = ql_array(a);
  int64_t first = 0;
  bool ok = scratch != NULL;
  for (int64_t n = 0; ok && n < s->events; n++) {
    ql__opened event;
    ql_arena_reset(scratch);
    ok = ql__open_event(quest, scratch, n, &event);
    if (!ok) break;
    const ql_value *words = ql__words_in(&event), *to = QL_GET(event.d, "to");
    ql_str task = ql_get_str(event.d, QL_STR("task")), agent = ql_get_str(event.d, QL_STR("agent"));
    int64_t at = ql_get_int(event.e, QL_STR("at"), 0);
    if (n == 0) first = at;
    ql_value *item = ql_push(items, ql_object(a)), *whom = ql_array(a);
    for (const ql_value *name = to && to->kind == QL_ARRAY ? to->first : NULL; name; name = name->next)
      ql_push(whom, copy_text(a, name->text));
    if (to && to->kind == QL_STRING) ql_push(whom, copy_text(a, to->text));
    if (agent.ptr) ql_push(whom, copy_text(a, agent));
    QL_SET(item, "at", ql_int(a, at));
    QL_SET(item, "by", copy_text(a, ql_get_str(event.e, QL_STR("by"))));
    QL_SET(item, "line", copy_text(a, words ? ql__first_line(ql__text_at(&event, words)) : QL_ABSENT));
    QL_SET(item, "ms", ql_int(a, at - first));
    QL_SET(item, "n", ql_int(a, n));
    if (task.ptr) QL_SET(item, "task", copy_text(a, task));
    QL_SET(item, "to", whom);
    QL_SET(item, "type", ql_string(a, ql__event_name(event.type)));
    QL_SET(item, "withheld", ql_int(a, (int64_t)event.withheld));
  }
  ql_arena_free(scratch);
  QL_SET(timeline, "id", ql_string(a, s->id));
  QL_SET(timeline, "items", items);
  return ok && !ql_arena_failed(a) ? timeline : NULL;
}
