/* Every invariant of a quest, in our own words, and written anew: the machine is asked only where its own answer is what is looked at. */
#include "invariants.h"

#include <string.h>

#include "base/text.h"
#include "words.h"

/* Who loses or gets a turn because the team changed. */
static bool changes_team(const ql__event *e) { return IS(QL_EVENT_reassign, QL_EVENT_remove, QL_EVENT_promote); }

/* ---- S1: while it runs, the leader holds alone, or members of the group; in the end nobody does ---- */

static const char *nobody_holds(const ql__state *s) {
  bool clear = s->group == 0 && s->slot_count == 0 && s->item_count == 0 && s->frame_count == 0;
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql__holds(s, i)) return "S1: somebody holds where nobody may";
  if (s->status == QL__CLOSING && s->effect_count == 0) return "S1: closing with nothing under way";
  return clear ? NULL : "S1: a turn is left where nobody holds";
}

const char *S1(const step *x) {
  const ql__state *s = x->after;
  size_t holders = 0;
  bool leader = false;
  if (!in_play(s)) return nobody_holds(s);
  for (size_t i = 0; i < s->seat_count; i++) {
    if (has_turn(s, i) != ql__keeps(s, i)) return "S1: the machine takes somebody else for a holder";
    if (!has_turn(s, i)) continue;
    if (s->seats[i].removed) return "S1: somebody holds who is not in the quest";
    holders++;
    leader = leader || i == s->leader;
  }
  if (holders == 0) return "S1: nobody holds";
  if (leader && holders > 1) return "S1: the leader holds beside others";
  bool stands = x->before->status == QL__PAUSED && x->event->type == QL_EVENT_tick;
  return stands && (s->status != QL__PAUSED || s->cause != x->before->cause) ? "S1: time went on in a paused quest" : NULL;
}

/* ---- S2: what is accepted comes from somebody who may, in turn, with the fence of the seat ---- */

static const char *broken_fences(const step *x) {
  const ql__state *before = x->before, *after = x->after;
  const ql__event *e = x->event;
  /* Who lost the seat, or the quest, cannot go on with the old fence. */
  bool over = is_ending(after) || e->type == QL_EVENT_fork;
  for (size_t i = 0; i < before->seat_count && before->status != QL__CLOSING; i++)
    if (over && after->seats[i].fence == before->seats[i].fence) return "S2: a fence survives the end";
  if (IS(QL_EVENT_claim, QL_EVENT_release)) {
    size_t seat = seat_named(before, ql_get_str(e->d, QL_STR("agent")));
    if (after->seats[seat].fence <= before->seats[seat].fence) return "S2: a seat changed hands and kept its fence";
    if (after->seats[seat].taken != (e->type == QL_EVENT_claim)) return "S2: a seat is not as it was said";
  }
  for (size_t i = 0; i < before->seat_count && changes_team(e); i++)
    if (has_turn(before, i) && !has_turn(after, i) && !asks(after, i) && after->seats[i].fence == before->seats[i].fence)
      return "S2: somebody lost the turn and kept the fence";
  return NULL;
}

const char *S2(const step *x) {
  const char *broken = wrong_answer(x->before, x->event, x->answer);
  return broken || !x->after ? broken : broken_fences(x);
}

/* ---- S3: nobody has two slots in a group ---- */

const char *S3(const step *x) {
  const ql__state *s = x->after;
  for (size_t i = 0; i < s->slot_count; i++)
    for (size_t k = 0; k < i; k++) {
      if (s->slots[i].group < s->slots[k].group) return "S3: groups out of order";
      if (s->slots[i].group == s->slots[k].group && s->slots[i].seat == s->slots[k].seat) return "S3: an agent is twice in a group";
    }
  return NULL;
}

/* ---- S4: a worker's turn starts with a message that was not delivered before, and ends exactly once ---- */

static const char *broken_slots(const ql__state *s) {
  for (size_t i = 0; i < s->slot_count; i++) {
    bool told = false, holds = s->slots[i].status == QL__HOLDING, waits = s->slots[i].status == QL__QUEUED;
    for (size_t k = 0; k < s->item_count; k++) {
      if (s->items[k].slot != i || s->items[k].returned) continue;
      told = true;
      if (holds && s->rules > 1 && s->tasks[s->items[k].task].status == QL__TODO) return "S4: somebody works on a task that was not given";
    }
    if (holds && !told) return "S4: a turn without a message";
    if (holds && s->slots[i].group != s->group) return "S4: a turn outside the group that holds";
    if (waits && s->slots[i].group <= s->group) return "S4: a slot was passed over";
    if (waits && s->seats[s->slots[i].seat].removed) return "S4: a turn is kept for somebody who left";
  }
  return NULL;
}

/* By the answer of who holds it, or by a change of the team. */
static const char *broken_turns(const step *x, size_t by) {
  const ql__state *before = x->before, *after = x->after;
  const ql__event *e = x->event;
  for (size_t i = 0; i < before->seat_count && !is_ending(after) && !changes_team(e); i++) {
    bool spoke = i == by && IS(QL_EVENT_respond, QL_EVENT_message);
    if (has_turn(before, i) && !has_turn(after, i) && !spoke) return "S4: a turn ended without an answer";
    if (!has_turn(before, i) && has_turn(after, i) && !IS(QL_EVENT_respond, QL_EVENT_message) && before->status != QL__PROPOSED)
      return "S4: a turn began without one that ended";
  }
  return NULL;
}

/* Its tasks are as the answer says. */
static const char *broken_answer(const step *x, size_t by) {
  const ql__state *before = x->before;
  ql_str kind = ql_get_str(x->event->d, QL_STR("kind"));
  ql__task_status says = ql_eq(kind, QL_STR("completed")) ? QL__DONE : ql_eq(kind, QL_STR("blocked")) ? QL__BLOCKED : QL__CLARIFICATION;
  if (x->event->type != QL_EVENT_respond || by == before->leader || is_asked(before, by)) return NULL;
  for (size_t i = 0; i < before->item_count; i++) {
    const ql__slot *slot = &before->slots[before->items[i].slot];
    size_t task = before->items[i].task;
    if (slot->seat != by || slot->group != before->group || before->items[i].returned) continue;
    ql__task_status expected = before->tasks[task].status == QL__DROPPED ? QL__DROPPED : says;
    if (x->after->tasks[task].status != expected) return "S4: a task is not as the answer says";
  }
  return NULL;
}

const char *S4(const step *x) {
  size_t by = seat_named(x->before, x->event->by);
  const char *broken = broken_slots(x->after);
  if (!broken) broken = broken_turns(x, by);
  return broken ? broken : broken_answer(x, by);
}

/* ---- S5: completed is by the leader, with no task, gate and effect open ---- */

/* What a gate stands on is the artifact of now. */
static const char *broken_evidence(const step *x) {
  const ql__state *s = x->after;
  ql_str replaces = ql_get_str(x->event->d, QL_STR("replaces"));
  for (size_t i = 0; i < s->gate_count; i++) {
    const ql__gate *gate = &s->gates[i], *was = &x->before->gates[i];
    bool current = gate->artifact[0] == 0 || gate->status == QL__GATE_WAIVED;
    for (size_t k = 0; k < s->artifact_count; k++)
      current = current || (!s->artifacts[k].replaced && memcmp(s->artifacts[k].hash, gate->artifact, 64) == 0);
    if (!current) return "S5: a gate stands on an artifact that was replaced";
    bool about = replaces.ptr && was->status != QL__GATE_WAIVED && memcmp(was->artifact, replaces.ptr, 64) == 0;
    if (about && gate->status != QL__GATE_OPEN) return "S5: stale evidence still counts";
  }
  return NULL;
}

const char *S5(const step *x) {
  const ql__state *s = x->after;
  if (x->event->type == QL_EVENT_complete && seat_named(x->before, x->event->by) != x->before->leader) return "S5: completed by another";
  if (x->event->type == QL_EVENT_complete && x->before->effect_count > 0) return "S5: completed too early";
  for (size_t i = 0; s->status == QL__COMPLETED && i < s->task_count; i++)
    if (!is_closed_task(s, i)) return "S5: completed with a task open";
  for (size_t i = 0; s->status == QL__COMPLETED && i < s->gate_count; i++)
    if (is_open_gate(s, &s->gates[i])) return "S5: completed with a gate open";
  return broken_evidence(x);
}

/* ---- S6: behind the end nothing happens ---- */

const char *S6(const step *x) {
  if (is_terminal(x->before)) return "S6: an event behind the end";
  bool other = x->before->status == QL__CLOSING && x->after->status != QL__CLOSING && x->after->status != x->before->outcome;
  return other ? "S6: it ended as something else" : NULL;
}

/* ---- S7: fences, n, time and ledger never fall; the ledger is the sum of its rows; what is reserved is what is under way ---- */

#define SUMS 9u
static void sums_of(const ql__usage *u, int64_t sums[SUMS]) {
  const int64_t all[SUMS] = {u->input, u->output, u->cached, u->reasoning, u->micro, u->ms, u->calls, u->unknown_tokens, u->unknown_micro};
  memcpy(sums, all, sizeof all);
}

static const char *broken_ledger(const ql__state *s) {
  int64_t sum[SUMS] = {0}, row[SUMS], used[SUMS], tokens = 0, micro = 0;
  for (size_t i = 0; i < s->booking_count; i++) {
    sums_of(&s->ledger[i].used, row);
    for (size_t k = 0; k < SUMS; k++) sum[k] += row[k];
    for (size_t k = 0; k < i; k++)
      if (s->ledger[k].seat == s->ledger[i].seat && s->ledger[k].task == s->ledger[i].task && ql_eq(s->ledger[k].model, s->ledger[i].model))
        return "S7: two rows for the same";
  }
  for (size_t i = 0; i < s->effect_count; i++) {
    tokens += s->effects[i].tokens;
    micro += s->effects[i].micro;
  }
  sums_of(&s->used, used);
  if (memcmp(sum, used, sizeof sum) != 0) return "S7: the ledger is not the sum of its rows";
  if (tokens != s->reserved_tokens || micro != s->reserved_micro) return "S7: what is reserved is not what is under way";
  if (tokens < 0 || micro < 0) return "S7: less than nothing is reserved";
  return is_terminal(s) && s->effect_count > 0 ? "S7: something is under way after the end" : NULL;
}

/* A budget that is passed pauses. */
static const char *broken_budget(const ql__state *before, const ql__state *after) {
  const ql__limits *most = &after->budget;
  bool more = tokens_of(&after->used) > tokens_of(&before->used) || micro_of(&after->used) > micro_of(&before->used) ||
              after->turns > before->turns;
  bool beyond = (most->tokens > 0 && tokens_of(&after->used) > most->tokens) || (most->micro > 0 && micro_of(&after->used) > most->micro) ||
                (most->turns > 0 && after->turns > most->turns);
  return more && beyond && after->status == QL__RUNNING ? "S7: more than the budget was used, and it runs on" : NULL;
}

const char *S7(const step *x) {
  const ql__state *before = x->before, *after = x->after;
  int64_t was[SUMS], is[SUMS];
  if (after->events != before->events + 1 || after->at < before->at || after->ran < before->ran) return "S7: n or time fell";
  if (before->status != QL__RUNNING && after->ran != before->ran) return "S7: the clock ran while it stood";
  sums_of(&before->used, was);
  sums_of(&after->used, is);
  for (size_t i = 0; i < SUMS; i++)
    if (is[i] < was[i]) return "S7: the ledger fell";
  for (size_t i = 0; i < before->seat_count; i++)
    if (after->seats[i].fence < before->seats[i].fence) return "S7: a fence fell";
  if (x->event->type == QL_EVENT_fork && after->effect_count > 0) return "S7: what was under way is so in two quests";
  const char *broken = broken_ledger(after);
  return broken ? broken : broken_budget(before, after);
}

/* ---- S8: a refusal leaves no trace ---- */

const char *S8(ql_str before, ql_str after) { return ql_eq(before, after) ? NULL : "S8: a refusal changed the state"; }

/* ---- S9, L4: a returned message's task waits for another one; each message is delivered or returned ---- */

static const ql__item *same_item(const ql__state *s, const ql__item *item) {
  for (size_t i = 0; i < s->item_count; i++)
    if (s->items[i].n == item->n && s->items[i].task == item->task) return &s->items[i];
  return NULL;
}

const char *S9(const step *x) {
  const ql__state *after = x->after;
  for (size_t i = 0; i < x->before->item_count; i++) {
    const ql__item *was = &x->before->items[i], *is = same_item(after, was);
    if (!is || !is->returned || was->returned) continue;
    if (!changes_team(x->event) && !waits_for_another(after, was->task)) return "S9: returned for no reason";
    if (after->tasks[was->task].status == QL__OPEN) return "S9: returned, and still open";
  }
  for (size_t i = 0; i < after->item_count; i++) {
    const ql__item *item = &after->items[i];
    if (after->slots[item->slot].status == QL__HOLDING && !item->returned && waits_for_another(after, item->task))
      return "S9: delivered too early";
  }
  return NULL;
}

const char *L4(const step *x) {
  for (size_t i = 0; i < x->before->item_count && !is_ending(x->after) && !changes_team(x->event); i++) {
    const ql__item *was = &x->before->items[i];
    bool waited = x->before->slots[was->slot].status == QL__QUEUED && !was->returned;
    if (waited && !same_item(x->after, was) && !waits_for_another(x->after, was->task)) return "L4: a message is lost";
  }
  return NULL;
}

/* ---- S10: replay = live = redacted replay ---- */

const char *S10(ql_str live, ql_str replayed, ql_str redacted) {
  if (!ql_eq(live, replayed)) return "S10: replay is not what was live";
  return ql_eq(live, redacted) ? NULL : "S10: replay of the redacted log is not what was live";
}

/* ---- S11: who waits for whom is a chain without a ring, not longer than the quest allows, and starts at somebody who has a turn ---- */

const char *S11(const step *x) {
  const ql__state *s = x->after;
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

/* ---- S12: duplicates are idempotent ---- */

const char *S12(int64_t n, int64_t answer, ql_str before, ql_str after) {
  if (!ql_eq(before, after)) return "S12: a command that came again changed the state";
  return answer == n ? NULL : "S12: a command that comes again is not known again";
}

/* ---- L1, L2, L3 ---- */

static unsigned standing_of(bool matters, bool reached) { return (matters ? MATTERS : 0u) | (reached ? REACHED : 0u); }

/* Agents silent: ticks alone reach owner-held, paused or terminal; a closing quest ends. */
unsigned L1(const ql__state *s) {
  bool runs = s->status == QL__RUNNING, limited = s->turn_ms > 0 || s->quest_ms > 0;
  bool reached = (runs && has_turn(s, QL__OWNER)) || s->status == QL__PAUSED || is_terminal(s);
  return standing_of((runs && limited) || s->status == QL__CLOSING, reached);
}

/* Budget left: agents alone reach leader-held. Where a limit trips on the way, the owner is asked. */
unsigned L2(const ql__state *s) {
  bool runs = s->status == QL__RUNNING;
  return standing_of(runs, (runs && has_turn(s, s->leader)) || (s->status == QL__PAUSED && s->cause != QL__BY_OWNER));
}

/* Satisfiable gates and budget: completion is reachable without owner, abort, fail or waiver. */
unsigned L3(const ql__state *s) {
  bool budget = s->budget.tokens == 0 && s->budget.turns == 0 && s->level_count == 0 && s->loops == 0;
  return standing_of(s->status == QL__RUNNING && budget, s->status == QL__COMPLETED);
}

static bool time_only(const ql__state *s, const ql__event *e) { return e->type == QL_EVENT_tick && e->at > s->at; }

/* An answer of the owner to the leader's question is one of a holder; facts are nobody's. */
static bool agents_only(const ql__state *s, const ql__event *e) {
  (void)s;
  return IS(QL_EVENT_message, QL_EVENT_respond, QL_EVENT_done);
}

static bool agents_and_gates(const ql__state *s, const ql__event *e) {
  if (agents_only(s, e)) return true;
  bool owner = seat_named(s, e->by) == QL__OWNER, waived = ql_eq(ql_get_str(e->d, QL_STR("as")), QL_STR("waived"));
  return !owner && !waived && IS(QL_EVENT_gate, QL_EVENT_artifact, QL_EVENT_drop, QL_EVENT_complete);
}

const promise PROMISES[] = {
    {"L1: nobody says anything, time passes, and neither the owner is asked nor is it over", L1, time_only},
    {"L2: the agents cannot bring the turn back to the leader", L2, agents_only},
    {"L3: the agents cannot complete it", L3, agents_and_gates},
};
const size_t PROMISE_COUNT = QL_COUNT(PROMISES);

/* ---- all of them ---- */

const char *broken_step(const step *x) {
  static invariant *const ALL[] = {S1, S2, S3, S4, S5, S6, S7, S9, S11, L4};
  const char *broken = NULL;
  if (x->before->status == QL__EMPTY) return broken_ledger(x->after);
  for (size_t i = 0; i < QL_COUNT(ALL) && !broken; i++) broken = ALL[i](x);
  return broken;
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

static void *kept(ql_arena *a, const void *items, size_t count, size_t size) {
  void *copy = ql_arena_get(a, count * size + 1);
  if (copy && count > 0) memcpy(copy, items, count * size);
  return copy;
}

ql__state kept_state(ql_arena *a, const ql__state *s) {
  ql__state copy = *s;
  copy.seats = kept(a, s->seats, s->seat_count, sizeof *s->seats);
  copy.tasks = kept(a, s->tasks, s->task_count, sizeof *s->tasks);
  copy.slots = kept(a, s->slots, s->slot_count, sizeof *s->slots);
  copy.items = kept(a, s->items, s->item_count, sizeof *s->items);
  copy.frames = kept(a, s->frames, s->frame_count, sizeof *s->frames);
  copy.gates = kept(a, s->gates, s->gate_count, sizeof *s->gates);
  copy.effects = kept(a, s->effects, s->effect_count, sizeof *s->effects);
  copy.artifacts = kept(a, s->artifacts, s->artifact_count, sizeof *s->artifacts);
  copy.ledger = kept(a, s->ledger, s->booking_count, sizeof *s->ledger);
  return copy;
}
