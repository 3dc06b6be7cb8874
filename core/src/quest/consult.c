/* Questions between workers: a nested turn. The asker waits, the peer holds, and its answer gives the turn back. A seat asks one question at a
   time and answers one, so who waits for whom is a chain. */
#include "base/text.h"
#include "quest/machine.h"

size_t ql__frame_of_peer(const ql__state *s, size_t peer) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == peer) return i;
  return QL__NONE;
}

size_t ql__frame_of_asker(const ql__state *s, size_t asker) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].asker == asker) return i;
  return QL__NONE;
}

static bool engaged(const ql__state *s, size_t seat) {
  return ql__holds(s, seat) || ql__frame_of_asker(s, seat) != QL__NONE || ql__frame_of_peer(s, seat) != QL__NONE;
}

/* How many questions lead to what this seat does now. */
static int64_t depth_of(const ql__state *s, size_t seat) {
  int64_t depth = 0;
  for (size_t frame = ql__frame_of_peer(s, seat); frame != QL__NONE; frame = ql__frame_of_peer(s, s->frames[frame].asker)) depth++;
  return depth;
}

ql__verdict ql__guard_consult(const ql__state *s, const ql__event *event, size_t asker, size_t peer) {
  if (s->consult == 0 || peer == QL__OWNER || asker == QL__OWNER) return ql__refuse_about(QL__route_via_leader, s->seats[s->leader].id);
  if (QL_GET(event->d, "group")) return ql__refuse(QL__bad_group);
  if (QL_GET(event->d, "task")) return ql__refuse_about(QL__not_your_task, ql_get_str(event->d, QL_STR("task")));
  if (engaged(s, peer)) return ql__refuse_about(QL__busy, s->seats[peer].id);
  return depth_of(s, asker) >= s->consult ? ql__refuse(QL__depth) : QL__MAY;
}

bool ql__waits(const ql__state *s, size_t seat) { return ql__by_rules(s, QL__WAITING_STANDS) && ql__frame_of_asker(s, seat) != QL__NONE; }

/* From since when it runs to how much of it is used, and back. */
void ql__turn_clock(ql__state *s, size_t seat) {
  size_t frame = ql__frame_of_peer(s, seat), slot = ql__slot_of(s, s->group, seat);
  int64_t *since = frame != QL__NONE ? &s->frames[frame].since : slot != QL__NONE ? &s->slots[slot].since : NULL;
  if (since && *since >= 0) *since = s->ran - *since;
}

void ql__apply_consult(ql__state *s, const ql__event *event, size_t asker) {
  size_t peer = ql__seat_of(s, QL_GET(event->d, "to")->first->text);
  s->frames[s->frame_count++] = (ql__frame){asker, peer, event->n, s->ran};
  if (ql__waits(s, asker)) ql__turn_clock(s, asker);
}

static void take_out(ql__state *s, size_t frame) {
  if (ql__waits(s, s->frames[frame].asker)) ql__turn_clock(s, s->frames[frame].asker);
  s->frame_count--;
  for (size_t i = frame; i < s->frame_count; i++) s->frames[i] = s->frames[i + 1];
}

void ql__answer_frame(ql__state *s, size_t frame, int64_t n) {
  s->seats[s->frames[frame].asker].heard = n;
  s->seats[s->frames[frame].peer].heard = 0;
  take_out(s, frame);
}

void ql__dissolve(ql__state *s, size_t asker) {
  for (size_t frame = ql__frame_of_asker(s, asker); frame != QL__NONE; frame = ql__frame_of_asker(s, asker)) {
    asker = s->frames[frame].peer;
    take_out(s, frame);
    ql__start_again(&s->seats[asker]);
    s->seats[asker].heard = 0;
  }
}
