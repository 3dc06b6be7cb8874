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

#define YES       QL__ACCEPTED
#define APPROVAL  QL__not_approved
#define STOPPED   QL__paused
#define NO        QL__quest_over
#define CREATED   QL__already_created
#define NOT_ASKED QL__not_proposed
static const rule RULES[] = {
    [QL_EVENT_create] = {OWNER, CREATED, CREATED, CREATED, CREATED, NULL},
    [QL_EVENT_approve] = {OWNER, YES, NOT_ASKED, NOT_ASKED, NO, NULL},
    [QL_EVENT_reject] = {OWNER, YES, NOT_ASKED, NOT_ASKED, NO, NULL},
    [QL_EVENT_message] = {HOLDER, APPROVAL, YES, STOPPED, NO, ql__guard_message},
    [QL_EVENT_respond] = {HOLDER, APPROVAL, YES, STOPPED, NO, ql__guard_respond},
    [QL_EVENT_drop] = {LEADER_ON_TURN_OR_OWNER, APPROVAL, YES, YES, NO, ql__guard_drop},
    [QL_EVENT_pause] = {OWNER, APPROVAL, YES, STOPPED, NO, NULL},
    [QL_EVENT_resume] = {OWNER, APPROVAL, QL__not_paused, YES, NO, NULL},
    [QL_EVENT_abort] = {OWNER, YES, YES, YES, NO, NULL},
    [QL_EVENT_fail] = {LEADER_ON_TURN, APPROVAL, YES, STOPPED, NO, NULL},
    [QL_EVENT_complete] = {LEADER_ON_TURN, APPROVAL, YES, STOPPED, NO, ql__guard_complete},
    [QL_EVENT_claim] = {ANYONE, YES, YES, YES, NO, ql__guard_seat},
    [QL_EVENT_release] = {ANYONE, YES, YES, YES, NO, ql__guard_seat},
    [QL_EVENT_artifact] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, ql__guard_artifact},
    [QL_EVENT_gate] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, ql__guard_gate},
    [QL_EVENT_reassign] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, ql__guard_reassign},
    [QL_EVENT_add] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, ql__guard_add},
    [QL_EVENT_remove] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, ql__guard_remove},
    [QL_EVENT_promote] = {LEADER_ON_TURN_OR_OWNER, YES, YES, YES, NO, ql__guard_promote},
    [QL_EVENT_escalate] = {HOLDER_OR_OWNER, APPROVAL, YES, YES, NO, ql__guard_escalate},
    [QL_EVENT_tick] = {OWNER, YES, YES, YES, YES, NULL},
    [QL_EVENT_start] = {OWNER, APPROVAL, YES, STOPPED, NO, ql__guard_start},
    [QL_EVENT_done] = {OWNER, YES, YES, YES, YES, ql__guard_done},
    [QL_EVENT_usage] = {OWNER, YES, YES, YES, YES, ql__guard_usage},
    [QL_EVENT_fork] = {OWNER, YES, YES, YES, NO, ql__guard_fork},
    [QL_EVENT_upgrade] = {OWNER, YES, YES, YES, NO, ql__guard_upgrade},
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
  if (s->events >= (int64_t)QL_QUEST_EVENTS_MAX) return ql__refuse_about(QL__limit, QL_STR("QL_QUEST_EVENTS_MAX"));
  code = refused_by_role(s, r, seat);
  if (code != QL__ACCEPTED) return ql__refuse(code);
  return r->more ? r->more(s, event, seat) : QL__MAY;
}
