#include "words.h"

#include "base/text.h"

bool is_terminal(const ql__state *s) {
  return s->status == QL__COMPLETED || s->status == QL__FAILED || s->status == QL__ABORTED || s->status == QL__TIMED_OUT;
}

bool is_ending(const ql__state *s) { return is_terminal(s) || s->status == QL__CLOSING; }
bool in_play(const ql__state *s) { return s->status == QL__RUNNING || s->status == QL__PAUSED; }

size_t seat_named(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql_eq(s->seats[i].id, id) && !s->seats[i].removed) return i;
  return QL__NONE;
}

bool asks(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].asker == seat) return true;
  return false;
}

bool is_asked(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == seat) return true;
  return false;
}

bool has_slot_on_turn(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].seat == seat && s->slots[i].group == s->group && s->slots[i].status == QL__HOLDING) return true;
  return false;
}

bool has_turn(const ql__state *s, size_t seat) {
  if (!in_play(s)) return false;
  if (s->group == 0) return seat == s->leader;
  return !asks(s, seat) && (is_asked(s, seat) || has_slot_on_turn(s, seat));
}

bool has_turn_now(const ql__state *s, size_t seat) { return s->status == QL__RUNNING && has_turn(s, seat); }
bool is_closed_task(const ql__state *s, size_t task) { return s->tasks[task].status == QL__DONE || s->tasks[task].status == QL__DROPPED; }

bool waits_for_another(const ql__state *s, size_t task) {
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!is_closed_task(s, s->tasks[task].after[i])) return true;
  return false;
}

bool passed_or_waived(const ql__gate *gate) { return gate->status == QL__GATE_PASSED || gate->status == QL__GATE_WAIVED; }

bool is_open_gate(const ql__state *s, const ql__gate *gate) {
  bool moot = gate->task != QL__NONE && s->tasks[gate->task].status == QL__DROPPED;
  return !passed_or_waived(gate) && !moot;
}

size_t groups_of(const ql__state *s) {
  size_t most = 0;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group > most) most = s->slots[i].group;
  return most;
}

int64_t tokens_of(const ql__usage *u) { return u->input + u->output + u->unknown_tokens; }
int64_t micro_of(const ql__usage *u) { return u->micro + u->unknown_micro; }
