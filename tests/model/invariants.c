/* Every invariant of a quest, in our own words, and written anew: none of this asks the machine what it thinks. */
#include "invariants.h"

#include <string.h>

#include "base/text.h"

/* ---- what the words mean ---- */

static bool ended(const ql__state *s) {
  return s->status == QL__COMPLETED || s->status == QL__FAILED || s->status == QL__ABORTED || s->status == QL__TIMED_OUT;
}

static size_t seat_named(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql_eq(s->seats[i].id, id) && !s->seats[i].removed) return i;
  return QL__NONE;
}

static bool asks(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].asker == seat) return true;
  return false;
}

static bool is_asked(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == seat) return true;
  return false;
}

static bool has_slot_on_turn(const ql__state *s, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].seat == seat && s->slots[i].group == s->group && s->slots[i].status == QL__HOLDING) return true;
  return false;
}

/* Has the turn, or had it when the quest was paused. */
static bool has_turn(const ql__state *s, size_t seat) {
  if (s->status != QL__RUNNING && s->status != QL__PAUSED) return false;
  if (s->group == 0) return seat == s->leader;
  return !asks(s, seat) && (is_asked(s, seat) || has_slot_on_turn(s, seat));
}

static bool holds(const ql__state *s, size_t seat) { return s->status == QL__RUNNING && has_turn(s, seat); }
static bool leads_now(const ql__state *s, size_t seat) { return seat == s->leader && holds(s, seat); }
static bool closed(const ql__state *s, size_t task) { return s->tasks[task].status == QL__DONE || s->tasks[task].status == QL__DROPPED; }

static bool waits_for_another(const ql__state *s, size_t task) {
  for (size_t i = 0; i < s->tasks[task].after_count; i++)
    if (!closed(s, s->tasks[task].after[i])) return true;
  return false;
}

static size_t groups_of(const ql__state *s) {
  size_t most = 0;
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group > most) most = s->slots[i].group;
  return most;
}

/* ---- S1, S3, S4: who holds ---- */

static const char *broken_turn(const ql__state *s) {
  /* S1: while it runs, the leader holds alone, or members of the group; in the end nobody does. */
  if (s->status != QL__RUNNING && s->status != QL__PAUSED) {
    bool clear = s->group == 0 && s->slot_count == 0 && s->item_count == 0 && s->frame_count == 0;
    for (size_t i = 0; i < s->seat_count; i++)
      if (ql__holds(s, i)) return "S1: somebody holds where nobody may";
    return clear ? NULL : "S1: a turn is left where nobody holds";
  }
  size_t holders = 0;
  bool leader = false;
  for (size_t i = 0; i < s->seat_count; i++) {
    if (has_turn(s, i) != ql__keeps(s, i)) return "S1: the machine takes somebody else for a holder";
    if (!has_turn(s, i)) continue;
    if (s->seats[i].removed) return "S1: somebody holds who is not in the quest";
    holders++;
    leader = leader || i == s->leader;
  }
  if (holders == 0) return "S1: nobody holds";
  if (leader && holders > 1) return "S1: the leader holds beside others";
  /* S3: nobody has two slots in a group. */
  for (size_t i = 0; i < s->slot_count; i++)
    for (size_t k = 0; k < i; k++) {
      if (s->slots[i].group < s->slots[k].group) return "S3: groups out of order";
      if (s->slots[i].group == s->slots[k].group && s->slots[i].seat == s->slots[k].seat) return "S3: an agent is twice in a group";
    }
  /* S4: a worker's turn starts with a message that was not delivered before. */
  for (size_t i = 0; i < s->slot_count; i++) {
    bool told = false, waits = s->slots[i].status == QL__QUEUED;
    for (size_t k = 0; k < s->item_count; k++) told = told || (s->items[k].slot == i && !s->items[k].returned);
    if (s->slots[i].status == QL__HOLDING && !told) return "S4: a turn without a message";
    if (s->slots[i].status == QL__HOLDING && s->slots[i].group != s->group) return "S4: a turn outside the group that holds";
    /* S9: a turn is never played on a task that waits for another one. */
    for (size_t k = 0; k < s->item_count && s->slots[i].status == QL__HOLDING; k++)
      if (s->items[k].slot == i && !s->items[k].returned && waits_for_another(s, s->items[k].task)) return "S9: delivered too early";
    if (waits && s->slots[i].group <= s->group) return "S4: a slot was passed over";
    if (waits && s->seats[s->slots[i].seat].removed) return "S4: a turn is kept for somebody who left";
  }
  return NULL;
}

/* S5: completed means no task open, no gate open, nothing under way. S1: closing only while something is under way. */
static const char *broken_end(const ql__state *s) {
  if (s->status == QL__CLOSING && s->effect_count == 0) return "S1: closing with nothing under way";
  if (ended(s) && s->effect_count > 0) return "S7: something is under way after the end";
  if (s->status != QL__COMPLETED) return NULL;
  for (size_t i = 0; i < s->task_count; i++)
    if (!closed(s, i)) return "S5: completed with a task open";
  for (size_t i = 0; i < s->gate_count; i++) {
    bool settled = s->gates[i].status == QL__GATE_PASSED || s->gates[i].status == QL__GATE_WAIVED;
    bool moot = s->gates[i].task != QL__NONE && s->tasks[s->gates[i].task].status == QL__DROPPED;
    if (!settled && !moot) return "S5: completed with a gate open";
  }
  return NULL;
}

/* S5: what a gate stands on is the artifact of now. */
static const char *broken_gates(const ql__state *s) {
  for (size_t i = 0; i < s->gate_count; i++) {
    const ql__gate *gate = &s->gates[i];
    bool current = gate->artifact[0] == 0 || gate->status == QL__GATE_WAIVED;
    for (size_t k = 0; k < s->artifact_count; k++)
      current = current || (!s->artifacts[k].replaced && memcmp(s->artifacts[k].hash, gate->artifact, 64) == 0);
    if (!current) return "S5: a gate stands on an artifact that was replaced";
  }
  return NULL;
}

static int64_t tokens_of(const ql__usage *u) { return u->input + u->output + u->unknown_tokens; }
static int64_t micro_of(const ql__usage *u) { return u->micro + u->unknown_micro; }

/* S7: the ledger is the sum of its rows; what is reserved is that of the effects under way, and nothing in the end. */
static const char *broken_ledger(const ql__state *s) {
  int64_t tokens = 0, micro = 0, ms = 0, calls = 0, reserved_tokens = 0, reserved_micro = 0;
  for (size_t i = 0; i < s->booking_count; i++) {
    tokens += tokens_of(&s->ledger[i].used);
    micro += micro_of(&s->ledger[i].used);
    ms += s->ledger[i].used.ms;
    calls += s->ledger[i].used.calls;
    for (size_t k = 0; k < i; k++)
      if (s->ledger[k].seat == s->ledger[i].seat && s->ledger[k].task == s->ledger[i].task && ql_eq(s->ledger[k].model, s->ledger[i].model))
        return "S7: two rows for the same";
  }
  for (size_t i = 0; i < s->effect_count; i++) {
    reserved_tokens += s->effects[i].tokens;
    reserved_micro += s->effects[i].micro;
  }
  if (tokens != tokens_of(&s->used) || micro != micro_of(&s->used) || ms != s->used.ms || calls != s->used.calls)
    return "S7: the ledger is not the sum of its rows";
  if (reserved_tokens != s->reserved_tokens || reserved_micro != s->reserved_micro) return "S7: what is reserved is not what is under way";
  return s->reserved_tokens < 0 || s->reserved_micro < 0 ? "S7: less than nothing is reserved" : NULL;
}

/* S11: who waits for whom is a chain without a ring, not longer than the quest allows, and starts at somebody who has a turn. */
static const char *broken_questions(const ql__state *s) {
  for (size_t i = 0; i < s->frame_count; i++) {
    size_t up = s->frames[i].asker;
    int64_t depth = 1;
    for (size_t k = 0; k < i; k++)
      if (s->frames[k].peer == s->frames[i].peer || s->frames[k].asker == s->frames[i].asker) return "S11: a seat asks or answers twice";
    for (bool found = true; found;) {
      found = false;
      for (size_t k = 0; k < s->frame_count && !found; k++)
        if (s->frames[k].peer == up) {
          up = s->frames[k].asker;
          found = true;
          if (++depth > s->consult) return "S11: questions are nested too deep, or in a ring";
        }
    }
    if (depth > s->consult) return "S11: questions are nested too deep";
    if (!has_slot_on_turn(s, up)) return "S11: a question of somebody who has no turn";
    if (has_slot_on_turn(s, s->frames[i].peer)) return "S11: somebody is asked who plays a turn";
  }
  return NULL;
}

const char *broken_world(const ql__state *s) {
  const char *broken = broken_turn(s);
  if (!broken) broken = broken_end(s);
  if (!broken) broken = broken_gates(s);
  if (!broken) broken = broken_ledger(s);
  return broken ? broken : broken_questions(s);
}

/* ---- S2, S5: what is accepted ---- */

static bool is_one_of(ql_event_type type, const ql_event_type *types, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (types[i] == type) return true;
  return false;
}
#define IS(...) is_one_of(e->type, (const ql_event_type[]){__VA_ARGS__}, QL_COUNT(((const ql_event_type[]){__VA_ARGS__})))

/* The command and the state, taken apart. */
typedef struct asked {
  const ql__state *s;
  const ql__event *e;
  size_t by, agent; /* agent: whom a change of the team is about */
  size_t task;      /* its index, also one that is not there yet; QL__NONE where none is named */
  const ql_value *to;
  const ql__gate *gate;
  bool owner, leader, nested;
} asked;

static asked take_apart(const ql__state *s, const ql__event *e) {
  asked q = {.s = s, .e = e, .by = seat_named(s, e->by), .task = QL__NONE, .to = QL_GET(e->d, "to")};
  ql_str task = ql_get_str(e->d, QL_STR("task")), agent = ql_get_str(e->d, QL_STR("agent"));
  if (e->type == QL_EVENT_reassign) agent = ql_get_str(e->d, QL_STR("to"));
  if (e->type == QL_EVENT_start) agent = ql_get_str(e->d, QL_STR("seat"));
  q.agent = agent.ptr ? seat_named(s, agent) : QL__NONE;
  if (task.ptr) q.task = (size_t)(task.ptr[1] - '1');
  for (size_t i = 0; i < s->gate_count; i++)
    if (ql_eq(s->gates[i].id, ql_get_str(e->d, QL_STR("gate")))) q.gate = &s->gates[i];
  q.owner = q.by == QL__OWNER;
  q.leader = q.by == s->leader;
  q.nested = q.by != QL__NONE && is_asked(s, q.by);
  return q;
}

static bool unknown_agent(const asked *q) {
  const ql__event *e = q->e;
  if (q->by == QL__NONE) return true;
  if (e->type == QL_EVENT_message)
    for (const ql_value *to = q->to->first; to; to = to->next)
      if (seat_named(q->s, to->text) == QL__NONE) return true;
  if (IS(QL_EVENT_claim, QL_EVENT_release, QL_EVENT_remove, QL_EVENT_promote)) return q->agent == QL__NONE || q->agent == QL__OWNER;
  return IS(QL_EVENT_reassign, QL_EVENT_start, QL_EVENT_usage) && q->agent == QL__NONE;
}

static bool out_of_turn(const asked *q) {
  const ql__event *e = q->e;
  bool own = q->by != QL__NONE && holds(q->s, q->by), leads = q->by != QL__NONE && leads_now(q->s, q->by);
  if (IS(QL_EVENT_message, QL_EVENT_respond)) return !own;
  if (IS(QL_EVENT_fail, QL_EVENT_complete)) return !leads;
  if (IS(QL_EVENT_drop, QL_EVENT_reassign, QL_EVENT_add, QL_EVENT_remove, QL_EVENT_promote)) return !q->owner && !leads;
  if (e->type == QL_EVENT_gate && ql_eq(ql_get_str(e->d, QL_STR("as")), QL_STR("given")) && !own) return true;
  if (IS(QL_EVENT_artifact, QL_EVENT_gate, QL_EVENT_escalate)) return !q->owner && !own;
  return e->type == QL_EVENT_start && q->agent != QL__NONE && !holds(q->s, q->agent);
}

static bool owners_business(const asked *q) {
  const ql__event *e = q->e;
  if (q->owner) return false;
  if (IS(QL_EVENT_claim, QL_EVENT_release)) return q->by != q->agent;
  if (e->type == QL_EVENT_gate) return ql_eq(ql_get_str(e->d, QL_STR("as")), QL_STR("waived"));
  return IS(QL_EVENT_approve, QL_EVENT_reject, QL_EVENT_pause, QL_EVENT_resume, QL_EVENT_abort, QL_EVENT_tick, QL_EVENT_start,
            QL_EVENT_done, QL_EVENT_usage, QL_EVENT_fork, QL_EVENT_upgrade);
}

static bool names_recipient(const asked *q, ql_str id) {
  for (const ql_value *to = q->to->first; to; to = to->next)
    if (ql_eq(to->text, id)) return true;
  return false;
}

static bool names_one_twice(const asked *q) {
  for (const ql_value *to = q->to->first; to; to = to->next)
    for (const ql_value *other = to->next; other; other = other->next)
      if (ql_eq(to->text, other->text)) return true;
  return false;
}

static bool in_group(const ql__state *s, size_t group, size_t seat) {
  for (size_t i = 0; i < s->slot_count; i++)
    if (s->slots[i].group == group && s->slots[i].seat == seat) return true;
  return false;
}

static size_t group_asked_for(const asked *q) {
  bool strict = ql_eq(q->s->policy, QL_STR("strict"));
  return (size_t)ql_get_int(q->e->d, QL_STR("group"), strict ? (int64_t)groups_of(q->s) + 1 : 1);
}

/* Groups are opened one after another; a strict one has one member; only the leader builds them. */
static bool wrong_group(const asked *q) {
  if (!QL_GET(q->e->d, "group")) return false;
  size_t group = group_asked_for(q), count = groups_of(q->s);
  if (!q->leader || group < 1 || group > count + 1) return true;
  if (!ql_eq(q->s->policy, QL_STR("strict"))) return false;
  return q->to->count > 1 || (group <= count && !in_group(q->s, group, seat_named(q->s, q->to->first->text)));
}

static bool unknown_task(const asked *q) {
  const ql__event *e = q->e;
  if (q->task == QL__NONE) return false;
  if (e->type == QL_EVENT_message && q->leader) return q->task > q->s->task_count;
  if (e->type != QL_EVENT_message) return q->task >= q->s->task_count;
  for (size_t i = 0; i < q->s->item_count; i++) {
    const ql__slot *slot = &q->s->slots[q->s->items[i].slot];
    if (q->s->items[i].task == q->task && slot->seat == q->by && slot->group == q->s->group) return false;
  }
  return true;
}

static bool closed_task(const asked *q) {
  const ql__event *e = q->e;
  if (q->task == QL__NONE || q->task >= q->s->task_count) return false;
  if (e->type == QL_EVENT_message) return q->leader && q->s->tasks[q->task].status == QL__DROPPED;
  return IS(QL_EVENT_drop, QL_EVENT_reassign, QL_EVENT_escalate) && closed(q->s, q->task);
}

static bool given_to_another(const asked *q) {
  if (!q->leader || q->task == QL__NONE) return false;
  for (size_t i = 0; i < q->s->item_count; i++)
    if (q->s->items[i].task == q->task && !q->s->items[i].returned &&
        !names_recipient(q, q->s->seats[q->s->slots[q->s->items[i].slot].seat].id))
      return true;
  return false;
}

/* A task it needs is neither closed nor given earlier in this turn. */
static bool too_early(const asked *q) {
  const ql__state *s = q->s;
  if (!q->leader || q->task == QL__NONE || q->task >= s->task_count || s->group != 0) return false;
  for (size_t i = 0; i < s->tasks[q->task].after_count; i++) {
    size_t need = s->tasks[q->task].after[i];
    bool given = closed(s, need);
    for (size_t k = 0; k < s->item_count; k++) {
      const ql__slot *slot = &s->slots[s->items[k].slot];
      bool before = slot->group < group_asked_for(q) || (slot->group == group_asked_for(q) && names_recipient(q, s->seats[slot->seat].id));
      given = given || (s->items[k].task == need && !s->items[k].returned && before);
    }
    if (!given) return true;
  }
  return false;
}

/* The worker that a worker speaks to, or QL__NONE. */
static size_t peer_of(const asked *q) {
  if (q->e->type != QL_EVENT_message || q->leader || q->by == QL__NONE) return QL__NONE;
  for (const ql_value *to = q->to->first; to; to = to->next) {
    size_t seat = seat_named(q->s, to->text);
    if (seat != q->s->leader) return seat;
  }
  return QL__NONE;
}

static int64_t questions_above(const ql__state *s, size_t seat) {
  int64_t depth = 0;
  for (size_t i = 0; i < s->frame_count; i++)
    if (s->frames[i].peer == seat) {
      depth++;
      seat = s->frames[i].asker;
      i = SIZE_MAX; /* from the start */
    }
  return depth;
}

static bool passed_or_waived(const ql__gate *gate) { return gate->status == QL__GATE_PASSED || gate->status == QL__GATE_WAIVED; }

/* A task of the turn has a gate for which nothing was shown. */
static bool nothing_shown(const asked *q) {
  const ql__state *s = q->s;
  if (q->leader || q->nested || !ql_eq(ql_get_str(q->e->d, QL_STR("kind")), QL_STR("completed"))) return false;
  for (size_t i = 0; i < s->item_count; i++) {
    const ql__slot *slot = &s->slots[s->items[i].slot];
    if (slot->seat != q->by || slot->group != s->group || s->items[i].returned) continue;
    for (size_t g = 0; g < s->gate_count; g++) {
      bool shown = passed_or_waived(&s->gates[g]) || (!s->gates[g].by_rule && s->gates[g].status == QL__GATE_GIVEN);
      if (s->gates[g].task == s->items[i].task && !shown && s->tasks[s->items[i].task].status != QL__DROPPED) return true;
    }
  }
  return false;
}

static bool is_artifact(const ql__state *s, ql_str hash) {
  for (size_t i = 0; i < s->artifact_count; i++)
    if (!s->artifacts[i].replaced && memcmp(s->artifacts[i].hash, hash.ptr, 64) == 0) return true;
  return false;
}

static bool unknown_artifact(const asked *q) {
  ql_str about = ql_get_str(q->e->d, QL_STR("artifact")), replaces = ql_get_str(q->e->d, QL_STR("replaces"));
  bool given = ql_eq(ql_get_str(q->e->d, QL_STR("as")), QL_STR("given"));
  return (given && about.ptr && !is_artifact(q->s, about)) || (replaces.ptr && !is_artifact(q->s, replaces));
}

typedef enum evidence { NO_GATE, GIVEN, JUDGED, WAIVED } evidence;

static evidence evidence_of(const asked *q) {
  ql_str as = ql_get_str(q->e->d, QL_STR("as"));
  if (q->e->type != QL_EVENT_gate || !q->gate) return NO_GATE;
  return ql_eq(as, QL_STR("given")) ? GIVEN : ql_eq(as, QL_STR("waived")) ? WAIVED : JUDGED;
}

static bool missing_evidence(const asked *q) {
  const ql_value *d = q->e->d;
  if (q->e->type == QL_EVENT_respond) return q->by != QL__NONE && nothing_shown(q);
  evidence kind = evidence_of(q);
  bool shown = QL_GET(d, "artifact") || QL_GET(d, "evidence") || QL_GET(d, "value") || QL_GET(d, "word");
  return (kind == GIVEN && !q->gate->by_rule && !shown) || (kind == JUDGED && q->gate->status == QL__GATE_OPEN);
}

static bool wrong_evidence(const asked *q) {
  const ql_value *value = QL_GET(q->e->d, "value"), *word = QL_GET(q->e->d, "word");
  evidence kind = evidence_of(q);
  if (kind == NO_GATE || kind == WAIVED || !q->gate->by_rule) return false;
  return kind == JUDGED || (q->gate->relation != QL__ANY ? !value : value || !word);
}

static bool settled_gate(const asked *q) {
  evidence kind = evidence_of(q);
  return kind != NO_GATE && (q->gate->status == QL__GATE_WAIVED || (kind == WAIVED && q->gate->status == QL__GATE_PASSED));
}

static bool anothers_task(const asked *q) {
  const ql__event *e = q->e;
  size_t task = e->type == QL_EVENT_gate ? (q->gate ? q->gate->task : QL__NONE) : q->task;
  if (e->type == QL_EVENT_message) return peer_of(q) != QL__NONE && q->task != QL__NONE;
  if (task == QL__NONE || task >= q->s->task_count || q->leader || q->s->tasks[task].seat == q->by) return false;
  return evidence_of(q) == GIVEN || (e->type == QL_EVENT_escalate && !q->owner);
}

static bool open_task(const ql__state *s) {
  for (size_t i = 0; i < s->task_count; i++)
    if (!closed(s, i)) return true;
  return false;
}

static bool open_gate(const ql__state *s) {
  for (size_t i = 0; i < s->gate_count; i++) {
    bool moot = s->gates[i].task != QL__NONE && s->tasks[s->gates[i].task].status == QL__DROPPED;
    if (!passed_or_waived(&s->gates[i]) && !moot) return true;
  }
  return false;
}

static bool under_way(const ql__state *s, int64_t n) {
  for (size_t i = 0; i < s->effect_count; i++)
    if (s->effects[i].n == n) return true;
  return false;
}

static bool nothing_new(const asked *q) {
  const ql__event *e = q->e;
  if (e->type == QL_EVENT_reassign) return q->task < q->s->task_count && q->s->tasks[q->task].seat == q->agent;
  if (e->type == QL_EVENT_promote) return q->agent == q->s->leader;
  if (e->type == QL_EVENT_artifact) return is_artifact(q->s, ql_get_str(e->d, QL_STR("hash")));
  if (e->type == QL_EVENT_upgrade) return ql_get_int(e->d, QL_STR("to"), 0) <= q->s->rules;
  return e->type == QL_EVENT_fork && ql_eq(ql_get_str(e->d, QL_STR("id")), q->s->id);
}

/* Is this a reason against the command? */
static bool speaks_against(const asked *q, ql__refusal_code reason) {
  const ql__state *s = q->s;
  const ql__event *e = q->e;
  bool message = e->type == QL_EVENT_message && q->by != QL__NONE, known = q->by != QL__NONE;
  bool fact = IS(QL_EVENT_tick, QL_EVENT_done, QL_EVENT_usage);
  size_t peer = peer_of(q);
  switch (reason) {
  case QL__not_your_turn: return out_of_turn(q);
  case QL__stale_fence: return known && e->fence != s->seats[q->by].fence;
  case QL__counter_gap: return known && e->counter != s->seats[q->by].counter;
  case QL__not_recruited: return unknown_agent(q);
  case QL__self: return message && names_recipient(q, e->by);
  case QL__duplicate_recipient: return message && names_one_twice(q);
  case QL__one_recipient: return message && q->to->count > 1 && (!q->leader || q->task != QL__NONE);
  case QL__bad_group: return message && wrong_group(q);
  case QL__unknown_task: return unknown_task(q);
  case QL__task_closed: return closed_task(q);
  case QL__task_taken: return message && given_to_another(q);
  case QL__dependency_open: return message && too_early(q);
  case QL__route_via_leader: return peer != QL__NONE && (s->consult == 0 || peer == QL__OWNER || q->owner);
  case QL__busy: return peer != QL__NONE && (holds(s, peer) || asks(s, peer) || is_asked(s, peer));
  case QL__depth: return peer != QL__NONE && questions_above(s, q->by) >= s->consult;
  case QL__bad_kind: return e->type == QL_EVENT_respond && q->leader != ql_eq(ql_get_str(e->d, QL_STR("kind")), QL_STR("progress"));
  case QL__nothing_sent: return e->type == QL_EVENT_respond && q->leader && s->slot_count == 0;
  case QL__tasks_open: return e->type == QL_EVENT_complete && open_task(s);
  case QL__gates_open: return e->type == QL_EVENT_complete && open_gate(s);
  case QL__effects_open: return e->type == QL_EVENT_complete && s->effect_count > 0;
  case QL__owner_only: return owners_business(q);
  case QL__leader_only:
    return !q->leader && (IS(QL_EVENT_fail, QL_EVENT_complete) ||
                          (!q->owner && IS(QL_EVENT_drop, QL_EVENT_reassign, QL_EVENT_add, QL_EVENT_remove, QL_EVENT_promote)));
  case QL__not_proposed: return IS(QL_EVENT_approve, QL_EVENT_reject) && (s->status == QL__RUNNING || s->status == QL__PAUSED);
  case QL__not_approved:
    return s->status == QL__PROPOSED &&
           IS(QL_EVENT_message, QL_EVENT_respond, QL_EVENT_drop, QL_EVENT_pause, QL_EVENT_resume, QL_EVENT_fail, QL_EVENT_complete,
              QL_EVENT_artifact, QL_EVENT_gate, QL_EVENT_escalate, QL_EVENT_start);
  case QL__paused:
    return s->status == QL__PAUSED &&
           (!q->owner || IS(QL_EVENT_message, QL_EVENT_respond, QL_EVENT_pause, QL_EVENT_fail, QL_EVENT_complete, QL_EVENT_start));
  case QL__not_paused: return s->status == QL__RUNNING && e->type == QL_EVENT_resume;
  case QL__quest_over: return ended(s) || (s->status == QL__CLOSING && !fact);
  case QL__already_created: return e->type == QL_EVENT_create;
  case QL__seat_taken: return e->type == QL_EVENT_claim && q->agent != QL__NONE && s->seats[q->agent].taken && !q->owner;
  case QL__seat_free: return e->type == QL_EVENT_release && q->agent != QL__NONE && !s->seats[q->agent].taken;
  case QL__evidence_missing: return missing_evidence(q);
  case QL__self_judged: return evidence_of(q) == JUDGED && q->gate->giver == q->by;
  case QL__unknown_gate: return e->type == QL_EVENT_gate && !q->gate;
  case QL__gate_settled: return settled_gate(q);
  case QL__bad_evidence: return wrong_evidence(q);
  case QL__not_your_task: return known && anothers_task(q);
  case QL__unknown_artifact: return unknown_artifact(q);
  case QL__unknown_start: return e->type == QL_EVENT_done && !under_way(s, ql_get_int(e->d, QL_STR("start"), -1));
  case QL__already_recruited: return e->type == QL_EVENT_add && q->agent != QL__NONE;
  case QL__leads: return IS(QL_EVENT_reassign, QL_EVENT_remove) && q->agent == s->leader;
  case QL__unchanged: return nothing_new(q);
  case QL__bad_fork: return e->type == QL_EVENT_fork && ql_get_int(e->d, QL_STR("from"), -1) != s->events - 1;
  case QL__not_known_rules: return e->type == QL_EVENT_upgrade && ql_get_int(e->d, QL_STR("to"), 0) > 1;
  case QL__ACCEPTED:
  case QL__not_created:
  case QL__bad_agents:
  case QL__bad_plan:
  case QL__bad_policy:
  case QL__limit: /* no limit is near in so small a quest */
  case QL__REFUSAL_COUNT: break;
  }
  return false;
}

static const ql__refusal_code STATUS_REASONS[] = {QL__quest_over, QL__not_approved, QL__not_proposed, QL__paused, QL__not_paused};

/* What the status of the quest has against a command is said before anything else. */
static const char *hides_status(const asked *q, ql__refusal_code code) {
  bool against = false;
  if (q->by == QL__NONE) return NULL;
  for (size_t i = 0; i < QL_COUNT(STATUS_REASONS); i++) {
    if (code == STATUS_REASONS[i]) return NULL;
    against = against || speaks_against(q, STATUS_REASONS[i]);
  }
  return against && code != QL__already_created ? "S2: the status of the quest is not given as the reason" : NULL;
}

/* Who may not do it at all is told so, and learns nothing else of the quest. */
static const char *hides_role(const asked *q, ql__refusal_code code) {
  const ql__event *e = q->e;
  bool sooner = code == QL__stale_fence || code == QL__counter_gap || code == QL__not_recruited || code == QL__owner_only;
  for (size_t i = 0; i < QL_COUNT(STATUS_REASONS); i++) sooner = sooner || code == STATUS_REASONS[i];
  bool of_owner = IS(QL_EVENT_approve, QL_EVENT_reject, QL_EVENT_pause, QL_EVENT_resume, QL_EVENT_abort, QL_EVENT_tick, QL_EVENT_start,
                     QL_EVENT_done, QL_EVENT_usage, QL_EVENT_fork, QL_EVENT_upgrade);
  if (code == QL__not_your_turn && speaks_against(q, QL__leader_only)) return "S2: somebody who does not lead is told to wait for the turn";
  return of_owner && !q->owner && !sooner ? "S2: somebody who may not do it hears more than that" : NULL;
}

/* Where nobody may ask a worker, that is the reason, not who is free; and nobody may ask itself. */
static const char *hides_route(const asked *q, ql__refusal_code code) {
  bool detail = code == QL__busy || code == QL__depth || code == QL__not_your_task;
  if (peer_of(q) == QL__NONE || (!detail && code != QL__route_via_leader)) return NULL;
  if (speaks_against(q, QL__self) && q->to->count == 1) return "S2: who speaks to itself is told something else";
  return detail && speaks_against(q, QL__route_via_leader) ? "S2: who may not ask anybody is told something else" : NULL;
}

/* S2: accepted is only what comes from somebody who may, in turn, with the fence of the seat; and what has no reason against it is accepted. */
const char *broken_answer(const ql__state *s, const ql__event *event, ql__refusal_code code) {
  static char text[128];
  const asked q = take_apart(s, event);
  const char *form = "S2: refused for a reason that is not so: ";
  if (code != QL__ACCEPTED && speaks_against(&q, code)) {
    const char *hidden = hides_status(&q, code);
    if (!hidden) hidden = hides_role(&q, code);
    return hidden ? hidden : hides_route(&q, code);
  }
  for (size_t i = QL__ACCEPTED + 1; code == QL__ACCEPTED && i < QL__REFUSAL_COUNT; i++)
    if (speaks_against(&q, (ql__refusal_code)i)) {
      form = "S2: accepted in spite of ";
      code = (ql__refusal_code)i;
    }
  if (code == QL__ACCEPTED) return NULL;
  ql_str name = ql__refusal_name(code);
  size_t len = strlen(form);
  memcpy(text, form, len);
  memcpy(text + len, name.ptr, name.len);
  text[len + name.len] = 0;
  return text;
}

/* S2: a quest begins with create, by the owner, with the first command of the first fence. */
const char *broken_start(const ql__event *create) {
  const ql__state none = {.status = QL__EMPTY};
  ql__event other[] = {*create, *create, *create, *create, *create};
  const ql__refusal_code says[] = {QL__ACCEPTED, QL__owner_only, QL__stale_fence, QL__stale_fence, QL__not_created};
  other[1].by = QL_STR("@a");
  other[2].fence = 2;
  other[3].counter = 1;
  other[4].type = QL_EVENT_tick;
  for (size_t i = 0; i < QL_COUNT(other); i++)
    if (ql__guard(&none, &other[i]).code != says[i]) return "S2: a quest begins otherwise";
  return NULL;
}

/* S8: what is refused leaves no trace. */
const char *broken_refusal(const world *before, const world *after) {
  return memcmp(before, after, sizeof *before) == 0 ? NULL : "S8: a refusal changed the state";
}

/* ---- S4, S6, S7, S9, L4: from one state to the next ---- */

static const char *broken_items(const ql__state *before, const ql__state *after, const ql__event *e) {
  bool team = IS(QL_EVENT_reassign, QL_EVENT_remove, QL_EVENT_promote);
  bool over = ended(after) || after->status == QL__CLOSING;
  for (size_t i = 0; i < before->item_count; i++) {
    const ql__item *was = &before->items[i], *is = NULL;
    for (size_t k = 0; k < after->item_count; k++)
      if (after->items[k].n == was->n && after->items[k].task == was->task) is = &after->items[k];
    bool waited = before->slots[was->slot].status == QL__QUEUED && !was->returned;
    /* S9: what is returned waits for another task, or its turn was taken away. */
    if (is && is->returned && !was->returned && !team && !waits_for_another(after, was->task)) return "S9: returned for no reason";
    if (is && is->returned && !was->returned && after->tasks[was->task].status == QL__OPEN) return "S9: returned, and still open";
    /* L4: a message is delivered or returned, unless its quest ends. */
    if (!is && waited && !over && !team && !waits_for_another(after, was->task)) return "L4: a message is lost";
  }
  return NULL;
}

/* S4: a turn ends once, by the answer of who holds it or by a change of the team, and its tasks are as the answer says. */
static const char *broken_answers(const ql__state *before, const ql__state *after, const ql__event *e) {
  bool over = ended(after) || after->status == QL__CLOSING;
  bool team = IS(QL_EVENT_reassign, QL_EVENT_remove, QL_EVENT_promote);
  size_t by = seat_named(before, e->by);
  for (size_t i = 0; i < before->seat_count && !over && !team; i++) {
    bool questions = e->type == QL_EVENT_message || (e->type == QL_EVENT_respond && (i == by || asks(before, i)));
    if (has_turn(before, i) && !has_turn(after, i) && !(e->type == QL_EVENT_respond && i == by) && !(questions && i == by))
      return "S4: a turn ended without an answer";
    if (!has_turn(before, i) && has_turn(after, i) && e->type != QL_EVENT_respond && e->type != QL_EVENT_message &&
        before->status != QL__PROPOSED)
      return "S4: a turn began without one that ended";
  }
  if (e->type != QL_EVENT_respond || by == before->leader || is_asked(before, by)) return NULL;
  ql_str kind = ql_get_str(e->d, QL_STR("kind"));
  ql__task_status says = ql_eq(kind, QL_STR("completed")) ? QL__DONE : ql_eq(kind, QL_STR("blocked")) ? QL__BLOCKED : QL__CLARIFICATION;
  for (size_t i = 0; i < before->item_count; i++) {
    const ql__slot *slot = &before->slots[before->items[i].slot];
    size_t task = before->items[i].task;
    if (slot->seat != by || slot->group != before->group || before->items[i].returned) continue;
    ql__task_status expected = before->tasks[task].status == QL__DROPPED ? QL__DROPPED : says;
    if (after->tasks[task].status != expected) return "S4: a task is not as the answer says";
  }
  return NULL;
}

/* S5: evidence about an artifact that another one replaces is void. */
static const char *broken_evidence(const ql__state *before, const ql__state *after, const ql__event *e) {
  ql_str replaces = ql_get_str(e->d, QL_STR("replaces"));
  for (size_t i = 0; replaces.ptr && i < before->gate_count; i++) {
    const ql__gate *gate = &before->gates[i];
    bool about = gate->status != QL__GATE_WAIVED && memcmp(gate->artifact, replaces.ptr, 64) == 0;
    if (about && after->gates[i].status != QL__GATE_OPEN) return "S5: stale evidence still counts";
  }
  return NULL;
}

/* S1, S7: a paused quest stands; a budget that is passed pauses; a fork leaves nothing under way. */
static const char *broken_clocks(const ql__state *before, const ql__state *after, const ql__event *e) {
  if (before->status == QL__PAUSED && e->type == QL_EVENT_tick && (after->status != QL__PAUSED || after->cause != before->cause))
    return "S1: time went on in a paused quest";
  if (e->type == QL_EVENT_fork && after->effect_count > 0) return "S7: what was under way is so in two quests";
  bool more = tokens_of(&after->used) > tokens_of(&before->used) || after->turns > before->turns;
  bool beyond = (after->budget.tokens > 0 && tokens_of(&after->used) > after->budget.tokens) ||
                (after->budget.micro > 0 && micro_of(&after->used) > after->budget.micro) ||
                (after->budget.turns > 0 && after->turns > after->budget.turns);
  return more && beyond && after->status == QL__RUNNING ? "S7: more than the budget was used, and it runs on" : NULL;
}

const char *broken_change(const ql__state *before, const ql__state *after, const ql__event *e) {
  /* S6: behind the end nothing happens. */
  if (ended(before)) return "S6: an event behind the end";
  if (before->status == QL__CLOSING && after->status != QL__CLOSING && after->status != before->outcome)
    return "S6: it ended as something else";
  /* S7: fences, n, time and the ledger never fall. */
  if (after->events != before->events + 1 || after->at < before->at || after->ran < before->ran) return "S7: n or time fell";
  if (before->status != QL__RUNNING && after->ran != before->ran) return "S7: the clock ran while it stood";
  if (tokens_of(&after->used) < tokens_of(&before->used) || micro_of(&after->used) < micro_of(&before->used)) return "S7: the ledger fell";
  for (size_t i = 0; i < before->seat_count; i++)
    if (after->seats[i].fence < before->seats[i].fence) return "S7: a fence fell";
  /* S2: who lost the seat, or the quest, cannot go on with the old fence. */
  bool over = ended(after) || after->status == QL__CLOSING || e->type == QL_EVENT_fork;
  for (size_t i = 0; i < before->seat_count && before->status != QL__CLOSING; i++)
    if (over && after->seats[i].fence == before->seats[i].fence) return "S2: a fence survives the end";
  if (IS(QL_EVENT_claim, QL_EVENT_release)) {
    size_t seat = seat_named(before, ql_get_str(e->d, QL_STR("agent")));
    if (after->seats[seat].fence <= before->seats[seat].fence) return "S2: a seat changed hands and kept its fence";
    if (after->seats[seat].taken != (e->type == QL_EVENT_claim)) return "S2: a seat is not as it was said";
  }
  if (IS(QL_EVENT_reassign, QL_EVENT_remove, QL_EVENT_promote))
    for (size_t i = 0; i < before->seat_count; i++)
      if (has_turn(before, i) && !has_turn(after, i) && !asks(after, i) && after->seats[i].fence == before->seats[i].fence)
        return "S2: somebody lost the turn and kept the fence";
  /* S5: only the leader completes. */
  if (e->type == QL_EVENT_complete && (seat_named(before, e->by) != before->leader || before->effect_count > 0))
    return "S5: completed by another, or too early";
  const char *broken = broken_clocks(before, after, e);
  if (!broken) broken = broken_evidence(before, after, e);
  if (!broken) broken = broken_items(before, after, e);
  return broken ? broken : broken_answers(before, after, e);
}

/* ---- L1, L2, L3 ---- */

static bool runs(const slice *what, const ql__state *s) {
  (void)what;
  return s->status == QL__RUNNING;
}
static bool closes(const slice *what, const ql__state *s) {
  (void)what;
  return s->status == QL__CLOSING;
}
static bool runs_with_deadline(const slice *what, const ql__state *s) { return runs(what, s) && (s->turn_ms > 0 || s->quest_ms > 0); }
static bool with_owner_or_over(const slice *what, const ql__state *s) {
  (void)what;
  bool owner = s->status == QL__RUNNING && has_turn(s, QL__OWNER);
  return owner || s->status == QL__PAUSED || s->status == QL__PROPOSED || ended(s);
}
static bool is_ended(const slice *what, const ql__state *s) {
  (void)what;
  return ended(s);
}
/* Where a limit trips on the way, the owner is asked. */
static bool leader_holds_or_limit(const slice *what, const ql__state *s) {
  (void)what;
  return (s->status == QL__RUNNING && has_turn(s, s->leader)) || (s->status == QL__PAUSED && s->cause != QL__BY_OWNER);
}
/* Satisfiable, and budget left. */
static bool can_be_done(const slice *what, const ql__state *s) {
  (void)what;
  return s->status == QL__RUNNING && s->budget.tokens == 0 && s->budget.turns == 0 && s->level_count == 0 && s->loops == 0;
}
static bool is_completed(const slice *what, const ql__state *s) {
  (void)what;
  return s->status == QL__COMPLETED;
}

static bool time_only(const ql__state *s, const ql__event *e) { return e->type == QL_EVENT_tick && e->at > s->at; }
/* An answer of the owner to the leader's question is one of a holder; facts are nobody's. */
static bool agents_only(const ql__state *s, const ql__event *e) {
  (void)s;
  return IS(QL_EVENT_message, QL_EVENT_respond, QL_EVENT_done) && e->d != NULL;
}
static bool agents_and_gates(const ql__state *s, const ql__event *e) {
  bool owner = seat_named(s, e->by) == QL__OWNER;
  if (IS(QL_EVENT_message, QL_EVENT_respond, QL_EVENT_done)) return true;
  return !owner && !ql_eq(ql_get_str(e->d, QL_STR("as")), QL_STR("waived")) &&
         IS(QL_EVENT_gate, QL_EVENT_artifact, QL_EVENT_drop, QL_EVENT_complete);
}

const promise PROMISES[] = {
    {"L1: nobody says anything, time passes, and neither the owner is asked nor is it over", runs_with_deadline, with_owner_or_over,
     time_only},
    {"L1: it is closing, time passes, and it does not end", closes, is_ended, time_only},
    {"L2: the agents cannot bring the turn back to the leader", runs, leader_holds_or_limit, agents_only},
    {"L3: the agents cannot complete it", can_be_done, is_completed, agents_and_gates},
};
const size_t PROMISE_COUNT = QL_COUNT(PROMISES);
