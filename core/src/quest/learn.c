/* What went well and what did not, as calls of the memory graph: one entity a lesson, named by what it is about, so that the same lesson of
   another quest adds to it. */
#include <questline/learn.h>

#include "base/text.h"
#include "base/words.h"
#include "quest/facts.h"

#define WORDS_MAX 300u /* bytes of what somebody said that are told */

typedef struct lessons {
  ql_arena *arena;
  ql_arena *scratch; /* for one event at a time */
  const ql__facts *facts;
  const ql__state *s;
  ql__opened create;
  ql_str self; /* the name of the quest's own entity */
  ql_value *entities, *observations, *relations;
  bool withheld; /* words are missing */
  bool failed;
} lessons;

static ql_str join(lessons *l, const ql_str *pieces, size_t count) { return ql_arena_concat(l->arena, pieces, count); }
#define JOIN(l, ...) join((l), (const ql_str[]){__VA_ARGS__}, QL_COUNT(((const ql_str[]){__VA_ARGS__})))

static ql_str number(lessons *l, int64_t n) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(l->arena));
  ql_buf_int(&buf, n);
  return ql_buf_take(&buf, l->arena);
}

/* What somebody said, as the end of a sentence: ": words"; nothing where there is nothing to say. */
static ql_str said(lessons *l, const ql__opened *event, const ql_value *node) {
  if (!node) return QL_STR("");
  ql_str text = ql__text_at(event, node), line = ql_trim(ql__first_line(text));
  if (!text.ptr) l->withheld = true;
  return line.len == 0 ? QL_STR("") : JOIN(l, QL_STR(": "), ql__start(line, WORDS_MAX));
}

/* "T2" and its title where the plan gave it one. */
static ql_str task_words(lessons *l, size_t task) {
  const ql_value *planned = QL_GET(l->create.d, "tasks"), *found = planned ? planned->first : NULL;
  for (size_t i = 0; i < task && found; i++) found = found->next;
  return JOIN(l, QL_STR("T"), number(l, (int64_t)task + 1), said(l, &l->create, found ? QL_GET(found, "title") : NULL));
}

static bool holds_text(const ql_value *list, ql_str text) {
  for (const ql_value *item = list->first; item; item = item->next)
    if (ql_eq(item->text, text)) return true;
  return false;
}

/* The observations of an entity, which is added when it is not there. */
static ql_value *about(lessons *l, ql_str type, ql_str name) {
  for (const ql_value *o = l->observations->first; o; o = o->next)
    if (ql_eq(ql_get_str(o, QL_STR("entityName")), name)) return QL_GET(o, "contents");
  ql_value *entity = ql_push(l->entities, ql_object(l->arena)), *observed = ql_push(l->observations, ql_object(l->arena));
  QL_SET(entity, "entityType", ql_string(l->arena, type));
  QL_SET(entity, "name", ql_string(l->arena, name));
  QL_SET(entity, "observations", ql_array(l->arena));
  QL_SET(observed, "entityName", ql_string(l->arena, name));
  return QL_SET(observed, "contents", ql_array(l->arena));
}

static void relate(lessons *l, ql_str from, ql_str type, ql_str to) {
  for (const ql_value *r = l->relations->first; r; r = r->next)
    if (ql_eq(ql_get_str(r, QL_STR("from")), from) && ql_eq(ql_get_str(r, QL_STR("to")), to)) return;
  ql_value *relation = ql_push(l->relations, ql_object(l->arena));
  QL_SET(relation, "from", ql_string(l->arena, from));
  QL_SET(relation, "relationType", ql_string(l->arena, type));
  QL_SET(relation, "to", ql_string(l->arena, to));
}

/* What a kind of lesson is called, and how the quest stands to it. */
static const struct {
  ql_str type, relation;
} KINDS[] = {{QL_STR_INIT("pattern"), QL_STR_INIT("showed")},
             {QL_STR_INIT("antipattern"), QL_STR_INIT("ran into")},
             {QL_STR_INIT("decision"), QL_STR_INIT("decided")}};
typedef enum kind { WELL, BADLY, DECIDED } kind;

/* @param agent  whom it is about; absent for nobody */
static void learn(lessons *l, kind how, ql_str name, ql_str agent, ql_str words) {
  ql_value *list = about(l, KINDS[how].type, name);
  ql_str text = JOIN(l, l->self, QL_STR(": "), words);
  if (ql_arena_failed(l->arena)) {
    l->failed = true;
    return;
  }
  if (!holds_text(list, text)) ql_push(list, ql_string(l->arena, text));
  relate(l, l->self, KINDS[how].relation, name);
  if (!agent.ptr) return;
  (void)about(l, QL_STR("agent"), agent);
  relate(l, name, QL_STR("is about"), agent);
}

static ql_str agent_of(const lessons *l, size_t seat) { return l->s->seats[seat].id; }

/* ---- events ---- */

/* Of whoever ended its turn with the event n: which tasks were open before it. */
static void learn_answer(lessons *l, const ql__opened *event, int64_t n) {
  static const struct {
    ql_str kind, name;
  } ANSWERS[] = {{QL_STR_INIT("blocked"), QL_STR_INIT(" gets blocked")}, {QL_STR_INIT("clarification"), QL_STR_INIT(" has to ask back")}};
  const ql_quest *quest = l->facts->quest;
  for (size_t i = 0; i < QL_COUNT(ANSWERS); i++) {
    if (!ql_eq(ql_get_str(event->d, QL_STR("kind")), ANSWERS[i].kind)) continue;
    ql_str words = said(l, event, QL_GET(event->d, "msg")), agent = ql_arena_str(l->arena, ql_get_str(event->e, QL_STR("by")));
    for (size_t h = 0; h < quest->hold_count; h++)
      for (size_t k = 0; quest->holds[h].to == n && k < quest->holds[h].task_count; k++)
        learn(l, BADLY, JOIN(l, agent, ANSWERS[i].name), agent,
              JOIN(l, task_words(l, quest->hold_tasks[quest->holds[h].first_task + k]), QL_STR(" \xe2\x80\x94"),
                   words.len ? ql_slice(words, 1, words.len) : QL_STR(" no words")));
  }
}

static void learn_gate(lessons *l, const ql__opened *event) {
  static const struct {
    ql_str as, name;
    kind how;
  } VERDICTS[] = {{QL_STR_INIT("fail"), QL_STR_INIT(" fails"), BADLY}, {QL_STR_INIT("waived"), QL_STR_INIT(" is done without"), BADLY}};
  ql_str gate = ql_arena_str(l->arena, ql_get_str(event->d, QL_STR("gate")));
  for (size_t i = 0; i < QL_COUNT(VERDICTS); i++)
    if (ql_eq(ql_get_str(event->d, QL_STR("as")), VERDICTS[i].as))
      learn(l, VERDICTS[i].how, JOIN(l, QL_STR("Gate "), gate, VERDICTS[i].name), QL_ABSENT,
            JOIN(l, QL_STR("by "), ql_get_str(event->e, QL_STR("by")), said(l, event, QL_GET(event->d, "evidence"))));
}

/* What somebody decided, with the reason where one was given. */
static const struct {
  ql_event_type type;
  ql_str said;
  ql_str about; /* the field that says what */
} DECISIONS[] = {
    {QL_EVENT_approve, QL_STR_INIT("approved the plan"), QL_STR_INIT("")},
    {QL_EVENT_reject, QL_STR_INIT("rejected the plan"), QL_STR_INIT("")},
    {QL_EVENT_drop, QL_STR_INIT("dropped "), QL_STR_INIT("task")},
    {QL_EVENT_reassign, QL_STR_INIT("gave another agent "), QL_STR_INIT("task")},
    {QL_EVENT_add, QL_STR_INIT("added "), QL_STR_INIT("agent")},
    {QL_EVENT_remove, QL_STR_INIT("removed "), QL_STR_INIT("agent")},
    {QL_EVENT_promote, QL_STR_INIT("promoted "), QL_STR_INIT("agent")},
    {QL_EVENT_pause, QL_STR_INIT("paused the quest"), QL_STR_INIT("")},
    {QL_EVENT_abort, QL_STR_INIT("aborted the quest"), QL_STR_INIT("")},
    {QL_EVENT_fail, QL_STR_INIT("ended the quest as failed"), QL_STR_INIT("")},
};

/* Only with a reason is a decision worth remembering. */
static void learn_decision(lessons *l, const ql__opened *event, int64_t n) {
  for (size_t i = 0; i < QL_COUNT(DECISIONS); i++) {
    if (DECISIONS[i].type != event->type) continue;
    ql_str why = said(l, event, QL_GET(event->d, "reason"));
    if (why.len == 0) return;
    ql_str what = ql_get_str(event->d, DECISIONS[i].about);
    learn(l, DECIDED, JOIN(l, QL_STR("Decision "), number(l, n), QL_STR(" of "), l->self), QL_ABSENT,
          JOIN(l, ql_get_str(event->e, QL_STR("by")), QL_STR(" "), DECISIONS[i].said, what.ptr ? what : QL_STR(""), why));
  }
}

static bool learn_events(lessons *l) {
  for (int64_t n = 1; n < l->s->events && !l->failed; n++) {
    ql__opened event;
    ql_arena_reset(l->scratch);
    if (!ql__open_event(l->facts->quest, l->scratch, n, &event)) return false;
    if (event.type == QL_EVENT_respond) learn_answer(l, &event, n);
    if (event.type == QL_EVENT_gate) learn_gate(l, &event);
    if (event.type == QL_EVENT_escalate)
      learn(l, BADLY, QL_STR("Tasks go up the ladder"), QL_ABSENT,
            JOIN(l, task_words(l, ql__task_of(l->s, ql_get_str(event.d, QL_STR("task")))), said(l, &event, QL_GET(event.d, "reason"))));
    learn_decision(l, &event, n);
  }
  return !l->failed;
}

/* ---- the whole ---- */

static ql_str duration(lessons *l, int64_t ms) {
  static const struct {
    int64_t ms;
    ql_str unit;
  } UNITS[] = {{86400000, QL_STR_INIT(" d")}, {3600000, QL_STR_INIT(" h")}, {60000, QL_STR_INIT(" min")}, {1000, QL_STR_INIT(" s")}};
  for (size_t i = 0; i < QL_COUNT(UNITS); i++)
    if (ms >= UNITS[i].ms) return JOIN(l, number(l, ms / UNITS[i].ms), UNITS[i].unit);
  return JOIN(l, number(l, ms), QL_STR(" ms"));
}

static void learn_agents(lessons *l) {
  for (size_t seat = QL__OWNER + 1; seat < l->s->seat_count; seat++) {
    const ql__agent_facts *known = &l->facts->agents[seat];
    if (known->completed == 0 || known->stuck > 0 || l->s->seats[seat].removed) continue;
    ql_str agent = agent_of(l, seat);
    for (size_t i = 0; i < l->s->task_count; i++)
      if (l->s->tasks[i].seat == seat && l->s->tasks[i].status == QL__DONE)
        learn(l, WELL, JOIN(l, agent, QL_STR(" completes without asking back")), agent, task_words(l, i));
  }
}

static void learn_gates(lessons *l) {
  const ql_value *list = QL_GET(l->create.d, "gates"), *gate = list ? list->first : NULL;
  for (size_t i = 0; i < l->s->gate_count && gate; i++, gate = gate->next)
    if (l->s->gates[i].status == QL__GATE_PASSED)
      learn(l, WELL, JOIN(l, QL_STR("Gate "), l->s->gates[i].id, QL_STR(" passes")), QL_ABSENT,
            JOIN(l, QL_STR("passed"), said(l, &l->create, QL_GET(gate, "text"))));
}

static void learn_quest(lessons *l) {
  const ql__state *s = l->s;
  size_t done = 0;
  for (size_t i = 0; i < s->task_count; i++) done += s->tasks[i].status == QL__DONE;
  ql_str tasks = JOIN(l, number(l, (int64_t)done), QL_STR(" of "), number(l, (int64_t)s->task_count), QL_STR(" tasks completed"));
  ql_value *list = about(l, QL_STR("quest"), l->self);
  ql_push(list, ql_string(l->arena, JOIN(l, QL_STR("Objective"), said(l, &l->create, QL_GET(l->create.d, "mission")))));
  ql_push(list, ql_string(l->arena, JOIN(l, QL_STR("Ended: "), ql__status_name(s->status))));
  ql_push(list, ql_string(l->arena, tasks));
  ql_push(list, ql_string(l->arena, JOIN(l, QL_STR("Took "), duration(l, s->at - l->facts->at[0]))));
  if (s->used.input + s->used.output > 0)
    ql_push(list, ql_string(l->arena, JOIN(l, QL_STR("Used "), number(l, s->used.input + s->used.output), QL_STR(" tokens"))));
  for (size_t seat = QL__OWNER + 1; seat < s->seat_count; seat++) {
    (void)about(l, QL_STR("agent"), agent_of(l, seat));
    relate(l, agent_of(l, seat), seat == s->leader ? QL_STR("led") : QL_STR("took part in"), l->self);
  }
  bool whole = s->task_count > 0 && done == s->task_count && s->status == QL__COMPLETED;
  if (whole && s->escalations == 0 && s->trips == 0)
    learn(l, WELL, JOIN(l, agent_of(l, s->leader), QL_STR(" leads a quest to its end")), agent_of(l, s->leader), tasks);
  if (s->trips > 0) learn(l, BADLY, QL_STR("A guard pauses the quest"), QL_ABSENT, JOIN(l, number(l, s->trips), QL_STR(" times")));
  if (s->status != QL__COMPLETED)
    learn(l, BADLY, JOIN(l, QL_STR("A quest ends "), ql__status_name(s->status)), agent_of(l, s->leader), tasks);
}

static ql_value *make_call(lessons *l, ql_value *calls, ql_str tool, ql_str member, ql_value *list) {
  ql_value *call = ql_push(calls, ql_object(l->arena)), *arguments = ql_object(l->arena);
  ql_set(arguments, member, list);
  QL_SET(call, "arguments", arguments);
  return QL_SET(call, "tool", ql_string(l->arena, tool));
}

static bool learn_all(lessons *l) {
  if (!ql__open_event(l->facts->quest, l->arena, 0, &l->create)) return false;
  l->self = JOIN(l, QL_STR("Quest "), l->s->id.ptr ? l->s->id : QL_STR("without an id"));
  l->entities = ql_array(l->arena);
  l->observations = ql_array(l->arena);
  l->relations = ql_array(l->arena);
  if (ql_arena_failed(l->arena)) return false;
  learn_quest(l);
  learn_agents(l);
  learn_gates(l);
  return !ql_arena_failed(l->arena) && learn_events(l);
}

ql_status ql_quest_learn(const ql_quest *quest, ql_arena *a, ql_value **out, ql_error *err) {
  ql__facts facts;
  if (quest->state.events == 0 || !ql__over(&quest->state))
    return ql_fail(err, QL_ERR_STATE, "a quest teaches something when it is over", QL_ABSENT);
  lessons l = {.arena = a, .scratch = ql_arena_new(ql_arena_alloc(a)), .facts = &facts, .s = &quest->state};
  bool made = l.scratch && ql__facts_of(quest, a, &facts) && learn_all(&l);
  if (l.scratch) ql_arena_free(l.scratch);
  ql_value *learned = ql_object(a), *calls = ql_array(a);
  if (made) {
    (void)make_call(&l, calls, QL_STR("create_entities"), QL_STR("entities"), l.entities);
    (void)make_call(&l, calls, QL_STR("add_observations"), QL_STR("observations"), l.observations);
    (void)make_call(&l, calls, QL_STR("create_relations"), QL_STR("relations"), l.relations);
  }
  QL_SET(learned, "calls", calls);
  QL_SET(learned, "withheld", ql_bool(a, l.withheld));
  if (!made || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = learned;
  return QL_OK;
}
