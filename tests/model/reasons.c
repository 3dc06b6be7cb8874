/* What speaks against a command: every reason of refusals.def in our own words. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "words.h"

static bool leads_now(const ql__state *s, size_t seat) { return seat == s->leader && has_turn_now(s, seat); }

/* The command and the state, taken apart. */
typedef struct asked {
  const ql__state *s;
  const ql__event *e;
  size_t by, agent; /* agent: whom a change of the team is about */
  size_t peer;      /* the worker that a worker speaks to, or QL__NONE */
  size_t task;      /* its index, also one that is not there yet; QL__NONE where none is named */
  const ql_value *to;
  const ql__gate *gate;
  bool owner, leader, nested;
} asked;

static size_t number_of(ql_str id) {
  size_t number = 0;
  for (size_t i = 1; i < id.len; i++) number = number * 10 + (size_t)(id.ptr[i] - '0');
  return number;
}

static size_t peer_of(const asked *q) {
  if (q->e->type != QL_EVENT_message || q->leader || q->by == QL__NONE) return QL__NONE;
  for (const ql_value *to = q->to->first; to; to = to->next) {
    size_t seat = seat_named(q->s, to->text);
    if (seat != q->s->leader) return seat;
  }
  return QL__NONE;
}

static asked take_apart(const ql__state *s, const ql__event *e) {
  asked q = {.s = s, .e = e, .by = seat_named(s, e->by), .task = QL__NONE, .to = QL_GET(e->d, "to")};
  ql_str task = ql_get_str(e->d, QL_STR("task")), agent = ql_get_str(e->d, QL_STR("agent"));
  if (e->type == QL_EVENT_reassign) agent = ql_get_str(e->d, QL_STR("to"));
  if (e->type == QL_EVENT_start) agent = ql_get_str(e->d, QL_STR("seat"));
  q.agent = agent.ptr ? seat_named(s, agent) : QL__NONE;
  if (task.ptr) q.task = number_of(task) - 1;
  for (size_t i = 0; i < s->gate_count; i++)
    if (ql_eq(s->gates[i].id, ql_get_str(e->d, QL_STR("gate")))) q.gate = &s->gates[i];
  q.owner = q.by == QL__OWNER;
  q.leader = q.by == s->leader;
  q.nested = q.by != QL__NONE && is_asked(s, q.by);
  q.peer = peer_of(&q);
  return q;
}

/* Also of one who left. */
static bool was_here(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql_eq(s->seats[i].id, id)) return true;
  return false;
}

static bool unknown_agent(const asked *q) {
  const ql__event *e = q->e;
  if (q->by == QL__NONE) return true;
  if (e->type == QL_EVENT_message)
    for (const ql_value *to = q->to->first; to; to = to->next)
      if (seat_named(q->s, to->text) == QL__NONE) return true;
  if (IS(QL_EVENT_claim, QL_EVENT_release, QL_EVENT_remove, QL_EVENT_promote)) return q->agent == QL__NONE || q->agent == QL__OWNER;
  if (e->type == QL_EVENT_usage) return !was_here(q->s, ql_get_str(e->d, QL_STR("agent")));
  return IS(QL_EVENT_reassign, QL_EVENT_start) && q->agent == QL__NONE;
}

static bool out_of_turn(const asked *q) {
  const ql__event *e = q->e;
  bool own = q->by != QL__NONE && has_turn_now(q->s, q->by), leads = q->by != QL__NONE && leads_now(q->s, q->by);
  if (IS(QL_EVENT_message, QL_EVENT_respond)) return !own;
  if (IS(QL_EVENT_fail, QL_EVENT_complete)) return !leads;
  if (IS(QL_EVENT_drop, QL_EVENT_reassign, QL_EVENT_add, QL_EVENT_remove, QL_EVENT_promote)) return !q->owner && !leads;
  if (e->type == QL_EVENT_gate && ql_eq(ql_get_str(e->d, QL_STR("as")), QL_STR("given")) && !own) return true;
  if (IS(QL_EVENT_artifact, QL_EVENT_gate, QL_EVENT_escalate)) return !q->owner && !own;
  return e->type == QL_EVENT_start && q->agent != QL__NONE && !has_turn_now(q->s, q->agent);
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
  if (e->type == QL_EVENT_message && q->leader) return q->task > q->s->task_count || q->task >= QL_QUEST_TASKS_MAX;
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
  return IS(QL_EVENT_drop, QL_EVENT_reassign, QL_EVENT_escalate) && is_closed_task(q->s, q->task);
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
    bool given = is_closed_task(s, need);
    for (size_t k = 0; k < s->item_count; k++) {
      const ql__slot *slot = &s->slots[s->items[k].slot];
      bool before = slot->group < group_asked_for(q) || (slot->group == group_asked_for(q) && names_recipient(q, s->seats[slot->seat].id));
      given = given || (s->items[k].task == need && !s->items[k].returned && before);
    }
    if (!given) return true;
  }
  return false;
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
  if (e->type == QL_EVENT_message) return q->peer != QL__NONE && q->task != QL__NONE;
  if (task == QL__NONE || task >= q->s->task_count || q->leader || q->s->tasks[task].seat == q->by) return false;
  return evidence_of(q) == GIVEN || (e->type == QL_EVENT_escalate && !q->owner);
}

static bool open_task(const ql__state *s) {
  for (size_t i = 0; i < s->task_count; i++)
    if (!is_closed_task(s, i)) return true;
  return false;
}

static bool open_gate(const ql__state *s) {
  for (size_t i = 0; i < s->gate_count; i++)
    if (is_open_gate(s, &s->gates[i])) return true;
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

/* What would be booked or reserved makes a sum that no log can hold. */
static bool too_much(const ql__state *s, const ql_value *d) {
  const ql__usage *used = &s->used;
  int64_t tokens = ql_get_int(d, QL_STR("input"), 0) + ql_get_int(d, QL_STR("output"), 0) + ql_get_int(d, QL_STR("tokens"), 0);
  return used->cached + ql_get_int(d, QL_STR("cached"), 0) > QL_INT_MAX ||
         used->reasoning + ql_get_int(d, QL_STR("reasoning"), 0) > QL_INT_MAX || used->ms + ql_get_int(d, QL_STR("ms"), 0) > QL_INT_MAX ||
         tokens_of(used) + s->reserved_tokens + tokens > QL_INT_MAX ||
         micro_of(used) + s->reserved_micro + ql_get_int(d, QL_STR("micro"), 0) > QL_INT_MAX;
}

static bool beyond_a_limit(const asked *q) {
  const ql__state *s = q->s;
  const ql__event *e = q->e;
  if (s->events >= (int64_t)QL_QUEST_EVENTS_MAX) return true;
  if (e->type == QL_EVENT_add) return s->seat_count > QL_QUEST_AGENTS_MAX && !was_here(s, ql_get_str(e->d, QL_STR("agent")));
  if (e->type == QL_EVENT_artifact) return s->rules > 1 && s->artifact_count >= QL_QUEST_ARTIFACTS_MAX;
  if (IS(QL_EVENT_start, QL_EVENT_done, QL_EVENT_usage)) return too_much(s, e->d);
  if (e->type != QL_EVENT_message || !q->leader) return false;
  return s->item_count + q->to->count > QL_TURN_STEPS_MAX || (q->task == QL__NONE && s->task_count + q->to->count > QL_QUEST_TASKS_MAX);
}

/* Is this a reason against the command? */
static bool speaks_against(const asked *q, ql__refusal_code reason) {
  const ql__state *s = q->s;
  const ql__event *e = q->e;
  bool message = e->type == QL_EVENT_message && q->by != QL__NONE, known = q->by != QL__NONE;
  bool fact = IS(QL_EVENT_tick, QL_EVENT_done, QL_EVENT_usage);
  size_t peer = q->peer;
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
  case QL__busy: return peer != QL__NONE && (has_turn_now(s, peer) || asks(s, peer) || is_asked(s, peer));
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
  case QL__quest_over: return is_terminal(s) || (s->status == QL__CLOSING && !fact);
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
  case QL__limit: return beyond_a_limit(q);
  case QL__not_known_rules: return e->type == QL_EVENT_upgrade && ql_get_int(e->d, QL_STR("to"), 0) > QL_QUEST_RULES;
  case QL__ACCEPTED:
  case QL__not_created:
  case QL__bad_agents:
  case QL__bad_plan:
  case QL__bad_policy:
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
  if (q->peer == QL__NONE || (!detail && code != QL__route_via_leader)) return NULL;
  if (speaks_against(q, QL__self) && q->to->count == 1) return "S2: who speaks to itself is told something else";
  return detail && speaks_against(q, QL__route_via_leader) ? "S2: who may not ask anybody is told something else" : NULL;
}

/* S2: accepted is only what comes from somebody who may, in turn, with the fence of the seat; and what has no reason against it is accepted. */
const char *wrong_answer(const ql__state *s, const ql__event *event, ql__refusal_code code) {
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
