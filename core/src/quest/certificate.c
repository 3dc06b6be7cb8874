/* The protocol certificate: what a log proves of a quest, and what it does not. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/facts.h"

static const ql_str UNSIGNED = QL_STR_INIT("Who spoke: a log without signatures says under which name something was said, not by whom."),
                    SIGNED =
                        QL_STR_INIT("Who spoke in lines without a checked signature; and whose the keys are that the first event names.");
static const ql_str NOT_PROVEN[] = {
    QL_STR_INIT("When it was: times are those of the clock that wrote them, and only never fall."),
    QL_STR_INIT("That nobody rewrote the whole log: for that its head must be known from elsewhere."),
    QL_STR_INIT("That an open log is not cut: only a finished quest or a known head shows its end."),
    QL_STR_INIT("That what was said is true, and that work was done well."),
};

static ql_value *commitment_of(const ql_quest *quest, ql_arena *a, int64_t n) {
  ql_str line = ql_quest_line(quest, n);
  ql_value *root;
  if (ql_canon_read(a, ql_slice(line, 0, line.len - 1), &root, NULL) != QL_OK) return NULL;
  return ql_string(a, ql_arena_str(a, ql_get_str(QL_GET(QL_GET(root, "e"), "d"), QL_STR("msg"))));
}

static ql_value *agents_value(const ql__facts *facts, ql_arena *a) {
  const ql__state *s = &facts->quest->state;
  ql_value *agents = ql_array(a);
  for (size_t seat = 0; seat < s->seat_count; seat++) {
    ql_value *agent = ql_push(agents, ql_object(a));
    QL_SET(agent, "agent", ql_string(a, ql_arena_str(a, s->seats[seat].id)));
    QL_SET(agent, "messages", ql_int(a, facts->agents[seat].messages));
    QL_SET(agent, "turns", ql_int(a, facts->agents[seat].turns));
  }
  return agents;
}

/* Who held the turn from when to when, and whether that ended by an answer. */
static ql_value *turns_value(const ql__facts *facts, ql_arena *a) {
  const ql_quest *quest = facts->quest;
  ql_value *turns = ql_array(a);
  for (size_t i = 0; i < quest->hold_count; i++) {
    const ql__hold *hold = &quest->holds[i];
    ql_value *turn = ql_push(turns, ql_object(a));
    QL_SET(turn, "agent", ql_string(a, ql_arena_str(a, quest->state.seats[hold->seat].id)));
    QL_SET(turn, "began", ql_int(a, facts->at[hold->from]));
    if (hold->to >= 0) QL_SET(turn, "ended", ql_int(a, facts->at[hold->to]));
    QL_SET(turn, "from", ql_int(a, hold->from));
    if (hold->to >= 0) QL_SET(turn, "to", ql_int(a, hold->to));
  }
  return turns;
}

static void set_tasks(const ql__facts *facts, ql_arena *a, ql_value *certificate) {
  const ql__state *s = &facts->quest->state;
  ql_value *tasks = ql_array(a), *unanswered = ql_array(a);
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task_facts *known = &facts->tasks[i];
    ql_value *task = ql_push(tasks, ql_object(a));
    bool answered = s->tasks[i].status == QL__DONE && known->closed >= 0;
    QL_SET(task, "agent", ql_string(a, ql_arena_str(a, s->seats[s->tasks[i].seat].id)));
    if (answered) QL_SET(task, "answer", commitment_of(facts->quest, a, known->closed));
    if (known->closed >= 0) QL_SET(task, "closed", ql_int(a, known->closed));
    if (known->given >= 0) QL_SET(task, "given", ql_int(a, known->given));
    QL_SET(task, "id", ql_string(a, ql_task_id(a, i)));
    QL_SET(task, "status", ql_string(a, ql__task_status_name(s->tasks[i].status)));
    if (!answered) ql_push(unanswered, ql_string(a, ql_task_id(a, i)));
  }
  QL_SET(certificate, "tasks", tasks);
  QL_SET(certificate, "unanswered", unanswered);
}

static bool fill(ql_arena *a, const ql_quest *quest, ql_value *certificate) {
  ql__facts facts;
  if (!ql__facts_of(quest, a, &facts)) return false;
  QL_SET(certificate, "agents", agents_value(&facts, a));
  QL_SET(certificate, "quest", ql_string(a, ql_arena_str(a, quest->state.id)));
  QL_SET(certificate, "status", ql_string(a, ql__status_name(quest->state.status)));
  QL_SET(certificate, "turns", turns_value(&facts, a));
  set_tasks(&facts, a, certificate);
  return !ql_arena_failed(a);
}

ql_status ql_quest_certificate(ql_arena *a, ql_str log, ql_str head, ql_value **out, ql_error *err) {
  ql_value *verdict = NULL, *certificate = ql_object(a), *limits = ql_array(a);
  ql_status status = ql_verify(a, log, head, &verdict, err);
  if (status != QL_OK) return status;
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a));
  if (!quest) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  /* Of a log that is not sound: what its sound part says. */
  status = ql_quest_append_log(quest, log, NULL);
  bool ok = status != QL_ERR_NOMEM && fill(a, quest, certificate);
  ql_quest_free(quest);
  ql_push(limits, ql_string(a, QL_GET(verdict, "signers") ? SIGNED : UNSIGNED));
  for (size_t i = 0; i < QL_COUNT(NOT_PROVEN); i++) ql_push(limits, ql_string(a, NOT_PROVEN[i]));
  QL_SET(certificate, "not_proven", limits);
  QL_SET(certificate, "verdict", verdict);
  if (!ok || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = certificate;
  return QL_OK;
}
