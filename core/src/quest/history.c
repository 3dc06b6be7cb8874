/* What a screen wants to know of the past and the state does not keep: who held the turn when, and what became of each message. */
#include "quest/quest.h"

ql_status ql__history_reserve(ql_quest *quest, ql_error *err) {
  const ql__state *s = &quest->state;
  size_t holds = s->seat_count + 1, tasks = s->item_count + 1; /* an event can start that many */
  bool ok = true;
  while (ok && quest->hold_cap < quest->hold_count + holds) {
    ql__hold *grown = ql_arena_grow(quest->arena, quest->holds, quest->hold_cap, &quest->hold_cap, sizeof *grown);
    if ((ok = grown != NULL)) quest->holds = grown;
  }
  while (ok && quest->hold_task_cap < quest->hold_task_count + tasks) {
    size_t *grown = ql_arena_grow(quest->arena, quest->hold_tasks, quest->hold_task_cap, &quest->hold_task_cap, sizeof *grown);
    if ((ok = grown != NULL)) quest->hold_tasks = grown;
  }
  if (ok) {
    uint8_t *grown = ql_arena_grow(quest->arena, quest->delivery, (size_t)s->events, &quest->delivery_cap, sizeof *grown);
    if ((ok = grown != NULL)) quest->delivery = grown;
  }
  return ok ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

static void open_hold(ql_quest *quest, size_t seat, int64_t n) {
  const ql__state *s = &quest->state;
  ql__hold *hold = &quest->holds[quest->hold_count++];
  quest->open_holds[seat] = quest->hold_count;
  *hold = (ql__hold){seat, n, -1, quest->hold_task_count, 0};
  size_t slot = s->group > 0 ? ql__slot_of(s, s->group, seat) : QL__NONE;
  for (size_t i = 0; slot != QL__NONE && i < s->item_count; i++) {
    if (s->items[i].slot != slot || s->items[i].returned) continue;
    quest->hold_tasks[quest->hold_task_count++] = s->items[i].task;
    hold->task_count++;
  }
}

static void note_holds(ql_quest *quest, const ql__event *event) {
  const ql__state *s = &quest->state;
  for (size_t seat = 0; seat < s->seat_count; seat++) {
    bool holds = ql__shown_holding(s, seat);
    ql__hold *open = quest->open_holds[seat] > 0 ? &quest->holds[quest->open_holds[seat] - 1] : NULL;
    bool ended = open && (!holds || (event->type == QL_EVENT_respond && ql__seat_of(s, event->by) == seat));
    if (ended) {
      open->to = event->n;
      quest->open_holds[seat] = 0;
    }
    if (holds && (!open || ended)) open_hold(quest, seat, event->n);
  }
}

static void note_deliveries(ql_quest *quest, const ql__event *event) {
  const ql__state *s = &quest->state;
  quest->delivery[event->n] = QL__NOT_SENT;
  for (size_t i = 0; i < s->item_count; i++) {
    const ql__item *item = &s->items[i];
    bool waits = s->slots[item->slot].status == QL__QUEUED;
    quest->delivery[item->n] = waits ? QL__WAITS : item->returned ? QL__CAME_BACK : QL__DELIVERED;
  }
  for (size_t i = 0; i < s->frame_count; i++) quest->delivery[s->frames[i].n] = QL__DELIVERED;
  if (s->item_count > 0) return;
  /* The turn is over: what still waited was never delivered. */
  for (int64_t n = quest->turn_from; n <= event->n; n++)
    if (quest->delivery[n] == QL__WAITS) quest->delivery[n] = QL__CAME_BACK;
  quest->turn_from = event->n + 1;
}

void ql__history_note(ql_quest *quest, const ql__event *event) {
  note_holds(quest, event);
  note_deliveries(quest, event);
  bool ends = ql__over(&quest->state) || quest->state.status == QL__CLOSING;
  if (ends && quest->ended == 0) quest->ended = event->n;
}
