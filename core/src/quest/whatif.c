/* A recorded quest played again with one answer changed. What others did is taken from the recording, as long as the machine lets them. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/machine.h"
#include "quest/opened.h"
#include "quest/quest.h"

/* What can be changed. */
static const struct {
  ql_event_type type;
  ql_str field;
} CHANGEABLE[] = {
    {QL_EVENT_message, QL_STR_INIT("msg")}, {QL_EVENT_respond, QL_STR_INIT("kind")},  {QL_EVENT_respond, QL_STR_INIT("msg")},
    {QL_EVENT_gate, QL_STR_INIT("as")},     {QL_EVENT_gate, QL_STR_INIT("evidence")}, {QL_EVENT_gate, QL_STR_INIT("value")},
    {QL_EVENT_gate, QL_STR_INIT("word")},
};

/* Events by which somebody says or decides something, and so could have said something else. */
#define BIT(type) (UINT64_C(1) << QL_EVENT_##type)
static const uint64_t SAID = BIT(message) | BIT(respond) | BIT(drop) | BIT(pause) | BIT(resume) | BIT(abort) | BIT(fail) | BIT(complete) |
                             BIT(artifact) | BIT(gate) | BIT(reassign) | BIT(add) | BIT(remove) | BIT(promote) | BIT(escalate);
#undef BIT

typedef struct replay {
  const ql_quest *quest; /* the recording */
  ql_quest *branch;
  ql_arena *a, *step; /* of the answer, of one event */
  const uint8_t *entropy;
  int64_t at;        /* the changed event */
  int64_t *numbers;  /* of each recorded event in the branch; those before `at` have their own */
  uint64_t commands; /* decided so far: each has its own entropy */
  bool *told;        /* by seat: knows the changed words */
  size_t told_count;
  ql_str gate; /* the changed event is about it; or absent */
  ql_value *doubtful, *left_out, *diverged;
  int64_t kept;
} replay;

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* ---- commands ---- */

static void next_entropy(replay *r, uint8_t out[QL_ENTROPY_BYTES]) {
  ql_derive_16(r->entropy, 2 * r->commands, out);
  ql_derive_16(r->entropy, 2 * r->commands + 1, out + QL_SALT_BYTES);
  r->commands++;
}

/* Decides and appends; *refusal, in r->step, is set when the machine says no. */
static ql_status perform(replay *r, const ql_value *command, int64_t now, const uint8_t *entropy, const ql_value **refusal, ql_error *err) {
  ql_decision decision;
  if (ql_arena_failed(r->step)) return no_memory(err);
  ql_status status = ql_quest_decide(r->branch, r->step, command, now, entropy, &decision, err);
  if (status != QL_OK) return status;
  *refusal = decision.refusal;
  return decision.refusal ? QL_OK : ql_quest_append(r->branch, decision.line, err);
}

static ql_status add_fork(replay *r, ql_error *err) {
  uint8_t entropy[QL_ENTROPY_BYTES];
  const ql_value *refusal;
  ql_value *command = ql_object(r->step);
  next_entropy(r, entropy);
  QL_SET(command, "by", ql_string(r->step, QL_STR("@owner")));
  QL_SET(command, "from", ql_int(r->step, r->at - 1));
  QL_SET(command, "type", ql_string(r->step, QL_STR("fork")));
  ql_status status = perform(r, command, r->branch->state.at, entropy, &refusal, err);
  return status == QL_OK && refusal ? ql_fail(err, QL_ERR_STATE, "the quest cannot be forked there", QL_ABSENT) : status;
}

/* The command that made a recorded event, bound to the branch. */
static ql_value *command_of(replay *r, const ql_value *event) {
  ql_value *command = ql_object(r->step);
  ql_str type = ql_get_str(event, QL_STR("type"));
  bool fork = ql_eq(type, QL_STR("fork"));
  for (const ql_value *member = QL_GET(event, "data")->first; member; member = member->next)
    if (!fork || !ql_eq(member->key, QL_STR("id")))
      ql_set(command, member->key, ql_copy(r->step, member)); /* the branch gets an id of its own */
  if (ql_eq(type, QL_STR("done"))) QL_SET(command, "start", ql_int(r->step, r->numbers[ql_get_int(command, QL_STR("start"), 0)]));
  if (fork) QL_SET(command, "from", ql_int(r->step, r->branch->state.events - 1));
  QL_SET(command, "by", ql_string(r->step, ql_get_str(event, QL_STR("by"))));
  QL_SET(command, "type", ql_string(r->step, type));
  return command;
}

/* ---- the changed event ---- */

static bool changeable(ql_event_type type, ql_str field) {
  for (size_t i = 0; i < QL_COUNT(CHANGEABLE); i++)
    if (CHANGEABLE[i].type == type && ql_eq(CHANGEABLE[i].field, field)) return true;
  return false;
}

static ql_value *shown(ql_arena *a, const ql_value *value) {
  if (!value || value->kind == QL_NULL) return ql_null(a);
  if (value->kind == QL_STRING) return ql_string(a, ql_arena_str(a, value->text));
  ql_buf digits = ql_buf_new(ql_arena_alloc(a));
  ql_buf_int(&digits, value->number);
  return ql_string(a, ql_buf_take(&digits, a));
}

/* The event with what `change` says in place of what it said; null takes a field away. *changed lists what differs. */
static ql_status apply_change(replay *r, ql_value *event, const ql_value *change, ql_value *changed, ql_error *err) {
  const ql_event_type type = ql__event_type(ql_get_str(event, QL_STR("type")));
  const ql_value *data = QL_GET(event, "data");
  ql_value *after = ql_object(r->step);
  for (const ql_value *member = change->first; member; member = member->next) {
    const ql_value *before = ql_get(data, member->key);
    if (ql_eq(member->key, QL_STR("at"))) continue;
    if (!changeable(type, member->key))
      return ql_fail(err, QL_ERR_ARGUMENT, "this cannot be changed in an event of that type", member->key);
    if (before ? ql_value_equal(before, member) : member->kind == QL_NULL) continue;
    ql_value *item = ql_push(changed, ql_object(r->a));
    QL_SET(item, "left", shown(r->a, before));
    QL_SET(item, "name", ql_string(r->a, ql_arena_str(r->a, member->key)));
    QL_SET(item, "right", shown(r->a, member));
  }
  for (const ql_value *member = data->first; member; member = member->next)
    if (!ql_get(change, member->key)) ql_set(after, member->key, ql_copy(r->step, member));
  for (const ql_value *member = change->first; member; member = member->next)
    if (member->kind != QL_NULL && !ql_eq(member->key, QL_STR("at"))) ql_set(after, member->key, ql_copy(r->step, member));
  QL_SET(event, "data", after);
  if (ql_arena_failed(r->a) || ql_arena_failed(r->step)) return no_memory(err);
  return changed->count > 0 ? QL_OK : ql_fail(err, QL_ERR_ARGUMENT, "nothing is changed", QL_ABSENT);
}

/* ---- who knows ---- */

static void tell(replay *r, size_t seat) {
  if (seat < r->told_count) r->told[seat] = true;
}

/* Before the event is appended: whom its words go to. */
static void note_told(replay *r, const ql_value *event) {
  const ql__state *s = &r->branch->state;
  const ql_value *data = QL_GET(event, "data"), *to = QL_GET(data, "to");
  size_t by = ql__seat_of(s, ql_get_str(event, QL_STR("by"))), frame = ql__frame_of_peer(s, by);
  r->gate = ql_get_str(data, QL_STR("gate"));
  if (r->gate.ptr) r->gate = ql_arena_str(r->a, r->gate);
  for (const ql_value *name = to ? to->first : NULL; name; name = name->next) tell(r, ql__seat_of(s, name->text));
  if (to) return;
  if (frame != QL__NONE && !r->gate.ptr)
    tell(r, s->frames[frame].asker);
  else
    tell(r, by == s->leader && !r->gate.ptr ? QL__OWNER : s->leader);
}

static bool may_not_hold(const replay *r, const ql_value *event, ql_event_type type) {
  size_t seat = ql__seat_of(&r->branch->state, ql_get_str(event, QL_STR("by")));
  bool same_gate = r->gate.ptr && ql_eq(ql_get_str(QL_GET(event, "data"), QL_STR("gate")), r->gate);
  bool knows = same_gate || (seat < r->told_count && r->told[seat]);
  return knows && ((SAID >> type) & 1u);
}

/* ---- the rest of the recording ---- */

/* The fork settled it already: what was under way counts as lost, seats are empty. */
static bool is_settled(const replay *r, const ql_value *event, ql_str code) {
  ql_str type = ql_get_str(event, QL_STR("type"));
  if (ql_eq(type, QL_STR("release"))) return ql_eq(code, QL_STR("seat_free"));
  return ql_eq(type, QL_STR("done")) && ql_eq(code, QL_STR("unknown_start")) &&
         ql_get_int(QL_GET(event, "data"), QL_STR("start"), 0) < r->at;
}

static void diverge(replay *r, const ql_value *event, const ql_value *refusal) {
  r->diverged = ql_object(r->a);
  QL_SET(r->diverged, "by", ql_string(r->a, ql_arena_str(r->a, ql_get_str(event, QL_STR("by")))));
  QL_SET(r->diverged, "n", ql_int(r->a, ql_get_int(event, QL_STR("n"), 0)));
  /* It is written and read again, since its strings end with the step. */
  ql_str text = refusal ? ql_arena_str(r->a, ql_value_text(r->step, refusal)) : QL_ABSENT;
  ql_value *kept;
  if (text.ptr && ql_canon_read(r->a, text, &kept, NULL) == QL_OK) QL_SET(r->diverged, "refusal", kept);
  QL_SET(r->diverged, "type", ql_string(r->a, ql_arena_str(r->a, ql_get_str(event, QL_STR("type")))));
}

/* Event n of the recording, the first of them changed. */
static ql_status play(replay *r, int64_t n, const ql_value *change, ql_value *changed, ql_error *err) {
  uint8_t entropy[QL_ENTROPY_BYTES];
  const ql_value *refusal = NULL;
  ql_arena_reset(r->step);
  ql_value *event = ql_quest_event(r->quest, r->step, n);
  ql_status status = event ? QL_OK : no_memory(err);
  if (status == QL_OK && n == r->at) status = apply_change(r, event, change, changed, err);
  if (status != QL_OK) return status;
  ql_event_type type = ql__event_type(ql_get_str(event, QL_STR("type")));
  bool withheld = false;
  for (const ql_value *member = QL_GET(event, "data")->first; member; member = member->next) withheld |= member->kind == QL_NULL;
  if (!withheld) {
    bool doubtful = n > r->at && may_not_hold(r, event, type);
    if (n == r->at) note_told(r, event);
    next_entropy(r, entropy);
    status = perform(r, command_of(r, event), ql_get_int(event, QL_STR("at"), 0), entropy, &refusal, err);
    if (status == QL_OK && !refusal) {
      r->numbers[n] = r->branch->state.events - 1;
      if (n > r->at) r->kept++;
      if (doubtful) ql_push(r->doubtful, ql_int(r->a, n));
      return QL_OK;
    }
    if (status == QL_ERR_SYNTAX) return ql_fail(err, QL_ERR_ARGUMENT, "no such value", QL_ABSENT); /* only the change can be that */
    if (status != QL_OK) return status;
  }
  if (refusal && n > r->at && is_settled(r, event, ql_get_str(refusal, QL_STR("code")))) {
    r->numbers[n] = -1;
    ql_push(r->left_out, ql_int(r->a, n));
    return QL_OK;
  }
  diverge(r, event, refusal);
  return ql_arena_failed(r->a) || ql_arena_failed(r->step) ? no_memory(err) : QL_OK;
}

/* ---- the answer ---- */

static ql_value *answer_of(replay *r, ql_value *changed) {
  const ql__state *s = &r->branch->state;
  char head[QL_HASH_CHARS];
  ql_value *answer = ql_object(r->a), *holders = ql_array(r->a);
  ql_quest_head(r->branch, head);
  for (size_t i = 0; i < s->seat_count; i++)
    if (ql__shown_holding(s, i)) ql_push(holders, ql_string(r->a, s->seats[i].id));
  QL_SET(answer, "at", ql_int(r->a, r->at));
  QL_SET(answer, "changed", changed);
  if (r->diverged) QL_SET(answer, "diverged", r->diverged);
  QL_SET(answer, "doubtful", r->doubtful);
  QL_SET(answer, "events", ql_int(r->a, s->events));
  QL_SET(answer, "head", ql_string(r->a, ql_arena_str(r->a, (ql_str){head, sizeof head})));
  QL_SET(answer, "holders", holders);
  QL_SET(answer, "id", ql_string(r->a, s->id));
  QL_SET(answer, "kept", ql_int(r->a, r->kept));
  QL_SET(answer, "left_out", r->left_out);
  QL_SET(answer, "status", ql_string(r->a, ql__status_name(s->status)));
  return ql_arena_failed(r->a) ? NULL : answer;
}

static ql_status run(replay *r, const ql_value *change, ql_value **out, ql_error *err) {
  const int64_t count = r->quest->state.events;
  ql_value *changed = ql_array(r->a);
  ql_str log = ql_quest_log(r->quest);
  r->doubtful = ql_array(r->a);
  r->left_out = ql_array(r->a);
  r->told_count = r->quest->state.seat_count;
  r->told = ql_arena_array(r->a, r->told_count + 1, sizeof *r->told);
  r->numbers = ql_arena_array(r->a, (size_t)count, sizeof *r->numbers);
  if (ql_arena_failed(r->a)) return no_memory(err);
  for (int64_t i = 0; i < r->at; i++) r->numbers[i] = i;
  ql_status status = ql_quest_append_log(r->branch, ql_slice(log, 0, r->quest->starts[r->at]), err);
  if (status == QL_OK) status = add_fork(r, err);
  for (int64_t n = r->at; status == QL_OK && n < count && !r->diverged; n++) status = play(r, n, change, changed, err);
  if (status != QL_OK) return status;
  ql_value *answer = answer_of(r, changed);
  if (!answer) return no_memory(err);
  *out = answer;
  return QL_OK;
}

ql_status ql_quest_what_if(const ql_quest *quest, ql_arena *a, const ql_value *change, const uint8_t *entropy, ql_quest *branch,
                           ql_value **out, ql_error *err) {
  replay r = {.quest = quest, .branch = branch, .a = a, .entropy = entropy, .at = ql_get_int(change, QL_STR("at"), -1)};
  if (branch->state.events > 0) return ql_fail(err, QL_ERR_ARGUMENT, "an empty quest is needed for the branch", QL_ABSENT);
  if (r.at < 1 || r.at >= quest->state.events) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no such event to change", QL_STR("at"));
  r.step = ql_arena_new(quest->alloc);
  if (!r.step) return no_memory(err);
  ql_status status = run(&r, change, out, err);
  ql_arena_free(r.step);
  return status;
}
