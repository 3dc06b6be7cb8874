#include "invariant.h"

#include <string.h>

#include "base/text.h"
#include "quest/machine.h"

void take_snapshot(const ql__state *s, snapshot *out) {
  memset(out, 0, sizeof *out);
  out->status = s->status;
  out->events = s->events;
  out->at = s->at;
  out->ran = s->ran;
  out->tokens = s->used.input + s->used.output + s->used.unknown_tokens;
  out->micro = s->used.micro + s->used.unknown_micro;
  out->seats = s->seat_count;
  out->leader = s->leader;
  out->effects = s->effect_count;
  for (size_t i = 0; i < s->seat_count; i++) {
    out->fences[i] = s->seats[i].fence;
    out->held[i] = ql__holds(s, i);
  }
  out->items = s->item_count;
  for (size_t i = 0; i < s->item_count && i < QL_TURN_STEPS_MAX; i++) out->returned[i] = s->items[i].returned;
}

static const char *broken_turn(const ql__state *s) {
  size_t holders = 0, leaders = 0;
  for (size_t i = 0; i < s->seat_count; i++) {
    if (!ql__keeps(s, i)) continue;
    holders++;
    leaders += i == s->leader;
    if (s->seats[i].removed) return "S1: somebody holds who is not in the quest";
  }
  if (s->status != QL__RUNNING && s->status != QL__PAUSED) {
    bool clear = s->group == 0 && s->slot_count == 0 && s->item_count == 0 && s->frame_count == 0;
    return clear ? NULL : "S1: a turn is left where nobody holds";
  }
  if (holders == 0) return "S1: nobody holds";
  if (leaders > 0 && holders > 1) return "S1: the leader holds beside others";
  for (size_t i = 0; i < s->slot_count; i++)
    for (size_t k = 0; k < i; k++)
      if (s->slots[i].group == s->slots[k].group && s->slots[i].seat == s->slots[k].seat) return "S3: an agent is twice in a group";
  for (size_t i = 0; i < s->slot_count; i++) {
    if (s->slots[i].status != QL__HOLDING) continue;
    bool told = false;
    for (size_t k = 0; k < s->item_count; k++) {
      if (s->items[k].slot != i || s->items[k].returned) continue;
      told = true;
      if (s->tasks[s->items[k].task].status == QL__TODO) return "S4: somebody works on a task that was not given";
    }
    if (!told) return "S4: a turn without a message";
    if (s->slots[i].group != s->group) return "S4: a turn outside the group that holds";
  }
  return NULL;
}

static const char *broken_end(const ql__state *s) {
  if (s->status == QL__CLOSING && s->effect_count == 0) return "S1: closing with nothing under way";
  if (ql__over(s) && s->effect_count > 0) return "S7: something is under way after the end";
  if (s->status != QL__COMPLETED) return NULL;
  for (size_t i = 0; i < s->task_count; i++)
    if (!ql__closed(&s->tasks[i])) return "S5: completed with a task open";
  for (size_t i = 0; i < s->gate_count; i++)
    if (ql__gate_blocks(s, &s->gates[i])) return "S5: completed with a gate open";
  return NULL;
}

static const char *broken_ledger(const ql__state *s) {
  ql__usage sum = {0};
  int64_t tokens = 0, micro = 0;
  for (size_t i = 0; i < s->booking_count; i++) {
    const ql__usage *row = &s->ledger[i].used;
    const int64_t more[] = {row->input, row->output, row->cached,         row->reasoning,    row->micro,
                            row->ms,    row->calls,  row->unknown_tokens, row->unknown_micro};
    int64_t *const to[] = {&sum.input, &sum.output, &sum.cached,         &sum.reasoning,    &sum.micro,
                           &sum.ms,    &sum.calls,  &sum.unknown_tokens, &sum.unknown_micro};
    for (size_t k = 0; k < QL_COUNT(more); k++) *to[k] += more[k];
  }
  for (size_t i = 0; i < s->effect_count; i++) {
    tokens += s->effects[i].tokens;
    micro += s->effects[i].micro;
  }
  if (memcmp(&sum, &s->used, sizeof sum) != 0) return "S7: the ledger is not the sum of its rows";
  return tokens == s->reserved_tokens && micro == s->reserved_micro ? NULL : "S7: what is reserved is not what is under way";
}

static const char *broken_questions(const ql__state *s) {
  for (size_t i = 0; i < s->frame_count; i++) {
    int64_t depth = 1;
    size_t asker = s->frames[i].asker;
    for (size_t k = 0; k < i; k++)
      if (s->frames[k].peer == s->frames[i].peer || s->frames[k].asker == asker) return "S11: a seat asks or answers twice";
    for (size_t up = ql__frame_of_peer(s, asker); up != QL__NONE; up = ql__frame_of_peer(s, asker)) {
      asker = s->frames[up].asker;
      if (++depth > s->consult) return "S11: questions are nested too deep";
    }
    size_t slot = ql__slot_of(s, s->group, asker);
    if (depth > s->consult) return "S11: questions are nested too deep";
    if (slot == QL__NONE || s->slots[slot].status != QL__HOLDING) return "S11: a question of somebody who has no turn";
  }
  return NULL;
}

const char *broken_state(const ql__state *s) {
  const char *(*const CHECKS[])(const ql__state *) = {broken_turn, broken_end, broken_ledger, broken_questions};
  for (size_t i = 0; i < QL_COUNT(CHECKS); i++) {
    const char *broken = CHECKS[i](s);
    if (broken) return broken;
  }
  return NULL;
}

static bool dependency_open(const ql__state *s, size_t task) {
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!ql__closed(&s->tasks[s->tasks[task].after[i]])) return true;
  return false;
}

/* The owner may do much at any time; an agent may take and leave its own seat. */
static bool free_of_turns(ql_event_type type, size_t seat) {
  if (seat == QL__OWNER) return type != QL_EVENT_message && type != QL_EVENT_respond;
  return type == QL_EVENT_claim || type == QL_EVENT_release;
}

const char *broken_step(const snapshot *before, const ql__state *after, const ql__event *event) {
  if (before->status >= QL__COMPLETED) return "S6: an event behind the end";
  if (after->events != before->events + 1 || after->at < before->at || after->ran < before->ran) return "S7: n or time fell";
  if (after->used.input + after->used.output + after->used.unknown_tokens < before->tokens ||
      after->used.micro + after->used.unknown_micro < before->micro)
    return "S7: the ledger fell";
  for (size_t i = 0; i < before->seats; i++)
    if (after->seats[i].fence < before->fences[i]) return "S7: a fence fell";
  if (before->status == QL__EMPTY) return NULL;
  size_t seat = QL__NONE;
  for (size_t i = 0; i < before->seats; i++)
    if (ql_eq(after->seats[i].id, event->by)) seat = i;
  if (seat == QL__NONE || event->fence != before->fences[seat]) return "S2: accepted from nobody, or with a stale fence";
  if (!free_of_turns(event->type, seat) && !before->held[seat]) return "S2: accepted from somebody who does not hold";
  if (event->type == QL_EVENT_complete && (seat != before->leader || before->effects > 0)) return "S5: completed by another, or too early";
  bool team = event->type == QL_EVENT_reassign || event->type == QL_EVENT_remove || event->type == QL_EVENT_promote;
  for (size_t i = 0; i < after->item_count && i < before->items; i++)
    if (after->items[i].returned && !before->returned[i] && !team && !dependency_open(after, after->items[i].task))
      return "S9: returned for no reason";
  return NULL;
}
