/* The next round of work, planned from what quests left open. */
#include <questline/backlog.h>
#include <questline/limits.h>

#include "base/text.h"
#include "base/words.h"
#include "quest/facts.h"

#define WORDS_MAX 300u /* bytes of what somebody said that are told */
#define MINUTE    60000

/* What an agent took for its tasks. */
typedef struct pace {
  ql_str agent;
  int64_t ms, tasks;
} pace;

typedef struct backlog {
  ql_arena *arena;
  pace *paces;
  size_t pace_count, pace_cap;
  ql_value *tasks, *gates, *risks;
  ql_buf missions;
  /* of the quest at hand */
  ql__facts facts;
  ql__opened create;
  ql_str path, name;
  size_t *ids; /* of its tasks the number in the plan, from 1; 0 for those that are closed */
  bool failed;
} backlog;

static ql_str join(backlog *b, const ql_str *pieces, size_t count) { return ql_arena_concat(b->arena, pieces, count); }
#define JOIN(b, ...) join((b), (const ql_str[]){__VA_ARGS__}, QL_COUNT(((const ql_str[]){__VA_ARGS__})))

static const ql__state *state_of(const backlog *b) { return &b->facts.quest->state; }

/* ---- words ---- */

static ql_str short_words(ql_str text) { return text.ptr ? ql__start(ql_trim(ql__first_line(text)), WORDS_MAX) : QL_STR("(withheld)"); }

/* What was said in event n. */
static ql_str words_of(backlog *b, int64_t n) {
  ql__opened event;
  if (n < 0 || !ql__open_event(b->facts.quest, b->arena, n, &event)) {
    b->failed |= n >= 0;
    return QL_STR("");
  }
  const ql_value *words = ql__words_in(&event);
  return words ? short_words(ql__text_at(&event, words)) : QL_STR("");
}

static const ql_value *planned_at(const backlog *b, size_t task) {
  const ql_value *tasks = QL_GET(b->create.d, "tasks"), *item = tasks ? tasks->first : NULL;
  while (item && task-- > 0) item = item->next;
  return item;
}

static ql_str title_of(backlog *b, size_t task) {
  const ql_value *planned = planned_at(b, task);
  return planned ? short_words(ql__text_at(&b->create, QL_GET(planned, "title"))) : words_of(b, state_of(b)->tasks[task].opened_by);
}

static void add_source(backlog *b, ql_value *object, int64_t n) {
  ql_value *source = QL_SET(object, "source", ql_object(b->arena));
  QL_SET(source, "from", ql_string(b->arena, QL_STR("document")));
  QL_SET(source, "line", ql_int(b->arena, n + 1));
  QL_SET(source, "path", ql_string(b->arena, b->path));
}

/* "T2 of quest 4k…, @api, was blocked: no access" */
static void add_risk(backlog *b, ql_str what, size_t seat, ql_str how, ql_str words) {
  ql_str comma = seat == QL__NONE ? QL_STR("") : QL_STR(", "), agent = seat == QL__NONE ? QL_STR("") : state_of(b)->seats[seat].id;
  ql_str colon = words.len > 0 ? QL_STR(": ") : QL_STR("");
  ql_push(b->risks, ql_string(b->arena, JOIN(b, what, QL_STR(" of "), b->name, comma, agent, how, colon, words)));
}

/* ---- how long somebody takes ---- */

static pace *pace_of(backlog *b, ql_str agent) {
  for (size_t i = 0; i < b->pace_count; i++)
    if (ql_eq(b->paces[i].agent, agent)) return &b->paces[i];
  return NULL;
}

static void note_pace(backlog *b, ql_str agent, int64_t ms) {
  pace *known = pace_of(b, agent);
  if (!known) {
    pace *paces = ql_arena_grow(b->arena, b->paces, b->pace_count, &b->pace_cap, sizeof *paces);
    if (!paces) return;
    b->paces = paces;
    known = &paces[b->pace_count++];
    *known = (pace){.agent = agent};
  }
  known->ms += ms;
  known->tasks++;
}

static void note_paces(backlog *b) {
  const ql__state *s = state_of(b);
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task_facts *known = &b->facts.tasks[i];
    if (s->tasks[i].status == QL__DONE && known->given >= 0 && known->closed >= known->given)
      note_pace(b, s->seats[s->tasks[i].seat].id, b->facts.at[known->closed] - b->facts.at[known->given]);
  }
}

/* ---- tasks ---- */

/* The texts of a member of a planned task. */
static void add_texts(backlog *b, ql_value *task, const ql_value *planned, ql_str member) {
  const ql_value *texts = planned ? ql_get(planned, member) : NULL;
  ql_value *list = ql_set(task, member, ql_array(b->arena));
  for (const ql_value *text = texts ? texts->first : NULL; text; text = text->next)
    ql_push(list, ql_string(b->arena, short_words(ql__text_at(&b->create, text))));
}

static void add_task(backlog *b, size_t index) {
  const ql__state *s = state_of(b);
  const ql__task *task = &s->tasks[index];
  const ql_value *planned = planned_at(b, index);
  ql_str agent = s->seats[task->seat].id, title = title_of(b, index);
  ql_value *out = ql_push(b->tasks, ql_object(b->arena)), *after = ql_array(b->arena);
  for (size_t i = 0; i < task->after_count; i++)
    if (b->ids[task->after[i]] > 0) ql_push(after, ql_string(b->arena, ql_task_id(b->arena, b->ids[task->after[i]] - 1)));
  add_texts(b, out, planned, QL_STR("accept"));
  QL_SET(out, "after", after);
  QL_SET(out, "agent", ql_string(b->arena, agent));
  QL_SET(out, "id", ql_string(b->arena, ql_task_id(b->arena, b->ids[index] - 1)));
  add_texts(b, out, planned, QL_STR("outputs"));
  QL_SET(out, "reason", ql_string(b->arena, JOIN(b, QL_STR("had it in "), b->name)));
  add_source(b, out, task->opened_by);
  QL_SET(out, "title", ql_string(b->arena, title.len > 0 ? title : JOIN(b, ql_task_id(b->arena, index), QL_STR(" of "), b->name)));
  const pace *known = pace_of(b, agent);
  if (known)
    QL_SET(QL_SET(out, "estimate", ql_object(b->arena)), "minutes", ql_int(b->arena, (known->ms / known->tasks + MINUTE - 1) / MINUTE));
}

static void add_tasks(backlog *b) {
  const ql__state *s = state_of(b);
  size_t number = b->tasks->count;
  for (size_t i = 0; i < s->task_count; i++) b->ids[i] = ql__closed(&s->tasks[i]) ? 0 : ++number;
  for (size_t i = 0; i < s->task_count && !b->failed; i++) {
    const ql__task *task = &s->tasks[i];
    ql_str id = ql_task_id(b->arena, i), last = QL_STR("");
    bool stuck = task->status == QL__BLOCKED || task->status == QL__CLARIFICATION;
    if (b->ids[i] > 0) add_task(b, i);
    if (stuck) last = words_of(b, b->facts.agents[task->seat].last);
    if (task->status == QL__BLOCKED) add_risk(b, id, task->seat, QL_STR(", was blocked"), last);
    if (task->status == QL__CLARIFICATION) add_risk(b, id, task->seat, QL_STR(", has an open question"), last);
    if (task->status == QL__DROPPED) add_risk(b, id, task->seat, QL_STR(", was dropped"), words_of(b, b->facts.tasks[i].closed));
  }
}

/* ---- gates ---- */

static bool has_gate(const backlog *b, ql_str id) {
  for (const ql_value *gate = b->gates->first; gate; gate = gate->next)
    if (ql_eq(ql_get_str(gate, QL_STR("id")), id)) return true;
  return false;
}

/* As the plan of that quest had it; that of a task which is closed was settled with it. */
static void add_gate(backlog *b, const ql_value *gate, const ql__gate *known) {
  static const ql_str SAME[] = {QL_STR_INIT("expect"), QL_STR_INIT("judge")},
                      MEASURE[] = {QL_STR_INIT("milli"), QL_STR_INIT("op"), QL_STR_INIT("unit")};
  ql_str id = has_gate(b, known->id) ? JOIN(b, known->id, QL_STR("-"), state_of(b)->id) : known->id;
  if ((known->task != QL__NONE && b->ids[known->task] == 0) || has_gate(b, id)) return;
  ql_value *out = ql_push(b->gates, ql_object(b->arena));
  QL_SET(out, "id", ql_string(b->arena, id));
  for (size_t i = 0; i < QL_COUNT(SAME); i++)
    if (ql_get(gate, SAME[i])) ql_set(out, SAME[i], ql_copy(b->arena, ql_get(gate, SAME[i])));
  if (known->relation != QL__ANY) {
    ql_value *measure = QL_SET(out, "measure", ql_object(b->arena));
    for (size_t i = 0; i < QL_COUNT(MEASURE); i++)
      if (ql_get(gate, MEASURE[i])) ql_set(measure, MEASURE[i], ql_copy(b->arena, ql_get(gate, MEASURE[i])));
  }
  add_source(b, out, 0);
  if (known->task != QL__NONE) QL_SET(out, "task", ql_string(b->arena, ql_task_id(b->arena, b->ids[known->task] - 1)));
  QL_SET(out, "text", ql_string(b->arena, short_words(ql__text_at(&b->create, QL_GET(gate, "text")))));
}

static void add_gates(backlog *b) {
  const ql__state *s = state_of(b);
  const ql_value *gates = QL_GET(b->create.d, "gates"), *gate = gates ? gates->first : NULL;
  for (size_t i = 0; i < s->gate_count && gate; i++, gate = gate->next) {
    const ql__gate *known = &s->gates[i];
    if (known->status == QL__GATE_PASSED || known->status == QL__GATE_WAIVED) continue;
    add_gate(b, gate, known);
    if (known->status == QL__GATE_FAILED)
      add_risk(b, JOIN(b, QL_STR("The gate "), known->id), QL__NONE, QL_STR(" failed"), words_of(b, known->n));
  }
}

/* ---- quests ---- */

/* False when out of memory. */
static bool take_up(backlog *b, const ql_quest *quest) {
  if (!ql__facts_of(quest, b->arena, &b->facts) || !ql__open_event(quest, b->arena, 0, &b->create)) return false;
  ql_str id = quest->state.id.ptr ? quest->state.id : QL_STR("unnamed");
  b->path = JOIN(b, id, QL_STR(".quest"));
  b->name = JOIN(b, QL_STR("quest "), id);
  b->ids = ql_arena_array(b->arena, quest->state.task_count + 1, sizeof *b->ids);
  return b->ids && !ql_arena_failed(b->arena);
}

static void add_mission(backlog *b) {
  if (b->missions.len > 0) ql_buf_add(&b->missions, QL_STR("; "));
  ql_buf_add(&b->missions, short_words(ql__text_at(&b->create, QL_GET(b->create.d, "mission"))));
}

static ql_status gather(backlog *b, const ql_quest *const *quests, size_t count, ql_str *leader, ql_error *err) {
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < count; i++) {
      size_t before = b->tasks->count;
      if (quests[i]->state.events == 0) continue;
      if (!take_up(b, quests[i])) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
      if (pass == 0) {
        note_paces(b);
        continue;
      }
      add_tasks(b);
      add_gates(b);
      *leader = state_of(b)->seats[state_of(b)->leader].id;
      if (b->tasks->count > before) add_mission(b);
      if (b->failed || ql_arena_failed(b->arena)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
      if (b->tasks->count > QL_PLAN_TASKS_MAX)
        return ql_fail(err, QL_ERR_LIMIT, "more is open than one plan holds; name fewer quests", QL_STR("QL_PLAN_TASKS_MAX"));
    }
  return QL_OK;
}

ql_status ql_quest_backlog(const ql_quest *const *quests, size_t count, ql_arena *a, ql_str leader, const ql_plan **out, ql_error *err) {
  backlog b = {.arena = a, .tasks = ql_array(a), .gates = ql_array(a), .risks = ql_array(a), .missions = ql_buf_new(ql_arena_alloc(a))};
  ql_str led = QL_STR("");
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_status status = gather(&b, quests, count, &led, err);
  if (status != QL_OK) return status;
  if (b.tasks->count == 0) return ql_fail(err, QL_ERR_NOT_FOUND, "no task is open", QL_ABSENT);
  ql_value *plan = ql_object(a);
  QL_SET(plan, "gates", b.gates);
  QL_SET(plan, "leader", ql_string(a, leader.ptr ? leader : led));
  QL_SET(plan, "objective", ql_string(a, ql_buf_take(&b.missions, a)));
  QL_SET(plan, "risks", b.risks);
  QL_SET(plan, "tasks", b.tasks);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  return ql_plan_from_value(a, plan, out, err);
}
