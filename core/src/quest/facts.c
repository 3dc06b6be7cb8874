#include "quest/facts.h"

#include "base/text.h"

static void note_message(ql__facts *facts, const ql__state *s, const ql_value *d, int64_t n) {
  size_t task = ql__task_of(s, ql_get_str(d, QL_STR("task")));
  if (task != QL__NONE && facts->tasks[task].given < 0) facts->tasks[task].given = n;
}

static void note_answer(ql__facts *facts, const ql_value *d, int64_t n) {
  static const ql_str KINDS[] = {
      [QL__ANSWERED] = QL_STR_INIT("completed"), [QL__ASKED] = QL_STR_INIT("clarification"), [QL__STUCK] = QL_STR_INIT("blocked")};
  ql_str kind = ql_get_str(d, QL_STR("kind"));
  for (size_t i = QL__ANSWERED; i < QL_COUNT(KINDS); i++)
    if (ql_eq(kind, KINDS[i])) facts->answers[n] = (uint8_t)i;
}

/* One event, read in memory that is used again for the next. */
static bool note_event(ql__facts *facts, ql_arena *scratch, int64_t n) {
  const ql__state *s = &facts->quest->state;
  ql_str line = ql_quest_line(facts->quest, n);
  ql_value *root;
  ql_arena_reset(scratch);
  if (ql_canon_read(scratch, ql_slice(line, 0, line.len - 1), &root, NULL) != QL_OK) return false;
  const ql_value *e = QL_GET(root, "e"), *d = QL_GET(e, "d");
  ql_event_type type = ql__event_type(ql_get_str(e, QL_STR("t")));
  facts->at[n] = ql_get_int(e, QL_STR("at"), 0);
  facts->counts[type]++;
  if (type == QL_EVENT_message) note_message(facts, s, d, n);
  if (type == QL_EVENT_respond) note_answer(facts, d, n);
  size_t dropped = type == QL_EVENT_drop ? ql__task_of(s, ql_get_str(d, QL_STR("task"))) : QL__NONE;
  if (dropped != QL__NONE) facts->tasks[dropped].closed = n;
  return true;
}

/* Who said what: the state keeps the sender of every message and answer. */
static void note_speech(ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  for (size_t i = 0; i < s->message_count; i++) {
    ql__agent_facts *agent = &facts->agents[s->messages[i].seat];
    ql__answer answer = (ql__answer)facts->answers[s->messages[i].n];
    agent->last = s->messages[i].n;
    agent->messages++;
    if (answer != QL__NO_ANSWER) agent->answers++;
    if (answer == QL__ASKED || answer == QL__STUCK) agent->stuck++;
  }
}

/* A task is closed by the last answer that completed a turn about it. */
static void note_holds(ql__facts *facts) {
  const ql_quest *quest = facts->quest;
  for (size_t i = 0; i < quest->hold_count; i++) {
    const ql__hold *hold = &quest->holds[i];
    ql__agent_facts *agent = &facts->agents[hold->seat];
    if (hold->to < 0) {
      agent->since = hold->from;
      continue;
    }
    agent->turns++;
    agent->held_ms += facts->at[hold->to] - facts->at[hold->from];
    for (size_t k = 0; k < hold->task_count && facts->answers[hold->to] == QL__ANSWERED; k++) {
      size_t task = quest->hold_tasks[hold->first_task + k];
      if (quest->state.tasks[task].status == QL__DONE) facts->tasks[task].closed = hold->to;
    }
  }
}

static void note_tasks(ql__facts *facts) {
  const ql__state *s = &facts->quest->state;
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    if (task->opened_by > 0) facts->tasks[i].given = task->opened_by;
    if (!ql__closed(task)) facts->tasks[i].closed = -1;
    if (task->status == QL__DONE) facts->agents[task->seat].completed++;
  }
}

bool ql__facts_of(const ql_quest *quest, ql_arena *a, ql__facts *out) {
  const ql__state *s = &quest->state;
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  *out = (ql__facts){.quest = quest};
  out->at = ql_arena_array(a, (size_t)s->events + 1, sizeof *out->at);
  out->answers = ql_arena_array(a, (size_t)s->events + 1, sizeof *out->answers);
  out->tasks = ql_arena_array(a, s->task_count + 1, sizeof *out->tasks);
  out->agents = ql_arena_array(a, s->seat_count + 1, sizeof *out->agents);
  bool ok = scratch && !ql_arena_failed(a);
  for (size_t i = 0; ok && i < s->task_count; i++) out->tasks[i] = (ql__task_facts){-1, -1};
  for (size_t i = 0; ok && i < s->seat_count; i++) out->agents[i].last = out->agents[i].since = -1;
  for (int64_t n = 0; ok && n < s->events; n++) ok = note_event(out, scratch, n);
  if (ok) {
    note_speech(out);
    note_holds(out);
    note_tasks(out);
  }
  ql_arena_free(scratch);
  return ok;
}

ql__usage ql__used_by(const ql__state *s, size_t seat, size_t task) {
  ql__usage sum = {0};
  for (size_t i = 0; i < s->booking_count; i++) {
    const ql__booking *row = &s->ledger[i];
    if ((seat != QL__NONE && row->seat != seat) || (task != QL__NONE && row->task != task)) continue;
    const ql__usage *used = &row->used;
    sum.input += used->input;
    sum.output += used->output;
    sum.cached += used->cached;
    sum.reasoning += used->reasoning;
    sum.micro += used->micro;
    sum.ms += used->ms;
    sum.calls += used->calls;
    sum.unknown_tokens += used->unknown_tokens;
    sum.unknown_micro += used->unknown_micro;
  }
  return sum;
}
