/* What is made of a model's answer: a plan, a second request, or a failure that keeps it. */
#include "plan/answer.h"

#include <questline/limits.h>
#include <questline/plan_model.h>

#include "base/text.h"
#include "base/words.h"

#define SHOWN_MAX 32768u /* bytes of an answer that are sent back for repair */

typedef struct answered {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_value *request;
  ql_str leader, objective;
  ql_value *problems;
} answered;

static void complain(answered *w, ql_str code, ql_str message) {
  ql_value *problem = ql_push(w->problems, ql_object(w->arena));
  QL_SET(problem, "code", ql_string(w->arena, code));
  QL_SET(problem, "message", ql_string(w->arena, message));
  QL_SET(problem, "severity", ql_string(w->arena, QL_STR("error")));
}

static bool has_errors(const ql_value *problems) {
  for (const ql_value *p = problems ? problems->first : NULL; p; p = p->next)
    if (ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"))) return true;
  return false;
}

/* ---- a plan of it ---- */

/* The value as ql_plan_from_value takes it: who leads and for what is not the model's to say, and an empty word says nothing. */
static ql_value *settle(answered *w, const ql_value *answer) {
  static const ql_str KEPT[] = {QL_STR_INIT("files"), QL_STR_INIT("gates"),   QL_STR_INIT("needs"),
                                QL_STR_INIT("order"), QL_STR_INIT("risks"),   QL_STR_INIT("rollback"),
                                QL_STR_INIT("steps"), QL_STR_INIT("success"), QL_STR_INIT("tasks")};
  ql_value *plan = ql_object(w->arena);
  for (size_t i = 0; i < QL_COUNT(KEPT); i++) {
    const ql_value *member = ql_get(answer, KEPT[i]);
    if (!member || member->kind != QL_ARRAY) continue;
    ql_value *list = ql_set(plan, KEPT[i], ql_array(w->arena));
    for (const ql_value *item = member->first; item; item = item->next) {
      ql_value *copy = ql_push(list, item->kind == QL_OBJECT ? ql_object(w->arena) : ql_copy(w->arena, item));
      for (const ql_value *m = item->kind == QL_OBJECT ? item->first : NULL; m; m = m->next)
        if (m->kind != QL_NULL && !(m->kind == QL_STRING && m->text.len == 0)) ql_set(copy, m->key, ql_copy(w->arena, m));
    }
  }
  QL_SET(plan, "leader", ql_string(w->arena, w->leader));
  QL_SET(plan, "objective", ql_string(w->arena, w->objective));
  return plan;
}

static ql_plan_source from_model(void) { return (ql_plan_source){.origin = QL_FROM_MODEL}; }

/* The same plan, said to come from a model, for whoever asked. NULL when out of memory. */
static const ql_plan *sign(answered *w, const ql_plan *plan) {
  ql_plan *own = ql_arena_get(w->arena, sizeof *own);
  ql_plan_task *tasks = ql_arena_array(w->arena, plan->task_count + 1, sizeof *tasks);
  ql_plan_gate *gates = ql_arena_array(w->arena, plan->gate_count + 1, sizeof *gates);
  if (!own || !tasks || !gates) return NULL;
  *own = *plan;
  for (size_t i = 0; i < plan->task_count; i++) {
    tasks[i] = plan->tasks[i];
    tasks[i].source = from_model();
  }
  for (size_t i = 0; i < plan->gate_count; i++) {
    gates[i] = plan->gates[i];
    gates[i].source = from_model();
  }
  own->tasks = tasks;
  own->gates = gates;
  own->leader = w->leader;
  own->objective = w->objective;
  own->rehearsed = false;
  return own;
}

/* Adds what keeps it from running. NULL when out of memory, or when something does. */
static const ql_plan *accept(answered *w, const ql_plan *plan) {
  const ql_plan *own = sign(w, plan);
  ql_value *found = own ? ql_plan_check(w->arena, own, w->roster) : NULL;
  for (const ql_value *p = found ? found->first : NULL; p; p = p->next) ql_push(w->problems, ql_copy(w->arena, p));
  return found && !has_errors(w->problems) ? own : NULL;
}

static const ql_plan *read_json(answered *w, ql_str text) {
  bool broken;
  const ql_value *answer = text.len <= QL_JSON_BYTES_MAX ? ql__answer_find(w->arena, text, &broken) : NULL;
  const ql_plan *plan;
  ql_error err = {0};
  if (text.len > QL_JSON_BYTES_MAX)
    complain(w, QL_STR("too-large"), QL_STR("The answer is too large."));
  else if (!answer)
    complain(w, broken ? QL_STR("broken-json") : QL_STR("no-json"),
             broken ? QL_STR("The JSON object does not end, or is no JSON.") : QL_STR("There is no JSON object in the answer."));
  else
    ql__answer_check(w->arena, answer, w->problems);
  if (!answer || has_errors(w->problems)) return NULL;
  if (ql_plan_from_value(w->arena, settle(w, answer), &plan, &err) == QL_OK) return accept(w, plan);
  ql_str detail = {err.detail, 0};
  while (detail.ptr[detail.len] != '\0') detail.len++;
  ql_str message = {err.message, 0};
  while (message.ptr && message.ptr[message.len] != '\0') message.len++;
  complain(w, QL_STR("wrong-plan"), ql_arena_concat(w->arena, (const ql_str[]){detail, QL_STR(" "), message, QL_STR(".")}, 4));
  return NULL;
}

/* One of the text forms. What was wrong with the JSON is no concern of it. */
static const ql_plan *read_text(answered *w, ql_str text) {
  const ql_plan *plan;
  answered again = *w;
  again.problems = ql_array(w->arena);
  if (ql_plan_read(w->arena, text, &plan, NULL) != QL_OK) return NULL;
  const ql_plan *own = accept(&again, plan);
  if (own) w->problems = again.problems;
  return own;
}

/* ---- what comes next ---- */

static void say(answered *w, ql_value *messages, ql_str role, ql_str text) {
  ql_value *message = ql_push(messages, ql_object(w->arena));
  QL_SET(message, "role", ql_string(w->arena, role));
  QL_SET(message, "text", ql_string(w->arena, text));
}

static ql_value *repair(answered *w, ql_str answer) {
  ql_value *request = ql_copy(w->arena, w->request), *messages = QL_GET(request, "messages");
  ql_buf buf = ql_buf_new(ql_arena_alloc(w->arena));
  ql_buf_add(&buf, QL_STR("This cannot be used as a plan:\n\n"));
  for (const ql_value *p = w->problems->first; p; p = p->next) {
    if (!ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error"))) continue;
    ql_buf_add(&buf, QL_STR("- "));
    ql_buf_add(&buf, ql_get_str(p, QL_STR("message")));
    ql_buf_byte(&buf, '\n');
  }
  ql_buf_add(&buf, QL_STR("\nAnswer once more, with the whole plan mended: one JSON object that fits the schema, and nothing else.\n"));
  ql_str shown = ql_trim(ql__start(answer, SHOWN_MAX));
  say(w, messages, QL_STR("assistant"), shown.len > 0 ? shown : QL_STR("(empty)"));
  say(w, messages, QL_STR("user"), ql_buf_take(&buf, w->arena));
  QL_SET(request, "round", ql_int(w->arena, 1));
  return request;
}

static ql_value *outcome(answered *w, ql_str what, ql_str message) {
  ql_value *value = ql_object(w->arena);
  QL_SET(value, "message", ql_string(w->arena, message));
  QL_SET(value, "outcome", ql_string(w->arena, what));
  QL_SET(value, "problems", w->problems);
  return value;
}

static ql_value *planned(answered *w, const ql_plan *plan, ql_str form) {
  ql_value *value = outcome(w, QL_STR("plan"), QL_STR("The answer is a plan."));
  QL_SET(value, "form", ql_string(w->arena, form));
  QL_SET(value, "plan", ql_plan_value(w->arena, plan));
  return value;
}

static ql_value *conclude(answered *w, ql_str answer) {
  const ql_plan *plan = read_json(w, answer);
  if (plan) return planned(w, plan, QL_STR("json"));
  if (ql_get_int(w->request, QL_STR("round"), 0) == 0) {
    ql_value *value = outcome(w, QL_STR("repair"), QL_STR("The answer cannot be used; the model is asked once more."));
    QL_SET(value, "repair", repair(w, answer));
    return value;
  }
  plan = read_text(w, answer);
  if (plan) return planned(w, plan, QL_STR("text"));
  ql_value *value = outcome(w, QL_STR("failed"), QL_STR("The model gave no usable plan, asked twice; its last answer is kept."));
  QL_SET(value, "raw", ql_string(w->arena, answer));
  return value;
}

ql_status ql_plan_answer(ql_arena *a, const ql_roster *roster, const ql_value *request, ql_str answer, ql_value **out, ql_error *err) {
  const ql_value *messages = QL_GET(request, "messages"), *round = QL_GET(request, "round");
  ql_str leader = ql_get_str(request, QL_STR("leader")), objective = ql_get_str(request, QL_STR("objective"));
  if (!leader.ptr || !objective.ptr || !messages || messages->kind != QL_ARRAY || !round || round->kind != QL_INT)
    return ql_fail(err, QL_ERR_ARGUMENT, "this is no request for a plan", QL_ABSENT);
  const ql_agent *leads = ql_roster_find(roster, leader);
  if (!leads) return ql_fail(err, QL_ERR_NOT_FOUND, "no such agent", leader);
  if (ql_utf8_bad(answer) != SIZE_MAX || ql_find_byte(answer, '\0', 0) != SIZE_MAX)
    return ql_fail(err, QL_ERR_UTF8, "the answer is no text", QL_ABSENT);
  answered w = {a, roster, request, leads->id, objective, ql_array(a)};
  ql_value *value = conclude(&w, answer);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
