/* The guard of the turn machine: one table says who may do what in which status, one function a command says the rest. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

typedef enum who { ANYONE, OWNER, LEADER_ON_TURN, HOLDER, LEADER_ON_TURN_OR_OWNER, HOLDER_OR_OWNER } who;

/* What a status says to a command: accepted, or the refusal. Terminal ones say quest_over, an empty quest not_created. Facts are what
   happened: nothing but the end of the quest refuses them. */
typedef struct rule {
  who by;
  ql__refusal_code proposed, running, paused, closing;
  ql__guard_fn *more;
} rule;

static const rule RULES[] = {
#define COMMAND(type, who, proposed, running, paused, closing, guard, refusals)                                                            \
  [QL_EVENT_##type] = {who, QL__##proposed, QL__##running, QL__##paused, QL__##closing, guard},
#include <questline/commands.def>
#undef COMMAND
};
_Static_assert(QL_COUNT(RULES) == QL_EVENT_COUNT, "one rule for each command");

static ql__refusal_code refused_by_status(const ql__state *s, const rule *r, size_t seat) {
  switch (s->status) {
  case QL__PROPOSED: return r->proposed;
  case QL__RUNNING: return r->running;
  /* Paused stops the agents; what the table allows then is the owner's. */
  case QL__PAUSED: return r->paused == QL__ACCEPTED && seat != QL__OWNER ? QL__paused : r->paused;
  case QL__CLOSING: return r->closing;
  case QL__EMPTY: return QL__not_created;
  case QL__COMPLETED:
  case QL__FAILED:
  case QL__ABORTED:
  case QL__TIMED_OUT:
  case QL__STATUS_COUNT: break;
  }
  return QL__quest_over;
}

static ql__refusal_code refused_by_role(const ql__state *s, const rule *r, size_t seat) {
  bool leads_now = seat == s->leader && ql__holds(s, seat);
  switch (r->by) {
  case ANYONE: return QL__ACCEPTED;
  case OWNER: return seat == QL__OWNER ? QL__ACCEPTED : QL__owner_only;
  case HOLDER: return ql__holds(s, seat) ? QL__ACCEPTED : QL__not_your_turn;
  case LEADER_ON_TURN:
    if (seat != s->leader) return QL__leader_only;
    return leads_now ? QL__ACCEPTED : QL__not_your_turn;
  case HOLDER_OR_OWNER: return seat == QL__OWNER || ql__holds(s, seat) ? QL__ACCEPTED : QL__not_your_turn;
  case LEADER_ON_TURN_OR_OWNER:
    if (seat == QL__OWNER || leads_now) return QL__ACCEPTED;
    return seat == s->leader ? QL__not_your_turn : QL__leader_only;
  }
  return QL__owner_only;
}

ql__verdict ql__guard(const ql__state *s, const ql__event *event) {
  if (s->status == QL__EMPTY) {
    if (event->type != QL_EVENT_create) return ql__refuse(QL__not_created);
    if (event->fence != 1 || event->counter != 0) return ql__refuse(QL__stale_fence);
    return ql__guard_create(event);
  }
  const rule *r = &RULES[event->type];
  size_t seat = ql__seat_of(s, event->by);
  if (seat == QL__NONE) return ql__refuse_about(QL__not_recruited, event->by);
  ql__refusal_code code = refused_by_status(s, r, seat);
  if (code != QL__ACCEPTED) return ql__refuse(code);
  if (event->fence != s->seats[seat].fence) return ql__refuse(QL__stale_fence);
  if (event->counter != s->seats[seat].counter) return ql__refuse(QL__counter_gap);
  if (!ql__has_room(s, event)) return ql__refuse_about(QL__limit, QL_STR("QL_QUEST_EVENTS_MAX"));
  code = refused_by_role(s, r, seat);
  if (code != QL__ACCEPTED) return ql__refuse(code);
  return r->more ? r->more(s, event, seat) : QL__MAY;
}
