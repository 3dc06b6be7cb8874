/* From a person's words to an answer, or to a plan that a quest begins with. */
#include <questline/mode.h>
#include <questline/plan_model.h>
#include <questline/route.h>
#include <questline/schedule.h>

#include <string.h>

#include "base/text.h"
#include "driver/answer.h"
#include "driver/asking.h"
#include "driver/context.h"
#include "driver/prompt.h"
#include "driver/session.h"
#include "driver/steer.h"
#include "driver/tooling.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static const ql_str MODE_NAMES[QL__MODE_COUNT] = {QL_STR_INIT("normal"), QL_STR_INIT("prequest"), QL_STR_INIT("quest")};

/* Models that go round in circles stop somewhere, also where nobody set a limit: far beyond what a plan takes that goes well. */
#define TURNS_SPARE 32
#define TURNS_TASK  8

/* Money is no limit to a model whose price nobody knows. */
static bool all_priced(const ql_driver *d) {
  static const char *const MODELS[] = {"fallback", "model"};
  ql_price price;
  for (const ql_value *player = d->players->first; player; player = player->next)
    for (size_t i = 0; i < QL_COUNT(MODELS); i++) {
      const ql_value *model = ql_get_literal(player, MODELS[i]);
      if (model && model->text.len > 0 && !ql_price_of(model->text, 1, &price)) return false;
    }
  return true;
}

static bool binds(const ql_driver *d) {
  static const char *const SURE[] = {"ms", "tokens", "turns"};
  for (size_t i = 0; i < QL_COUNT(SURE); i++)
    if (ql_get_literal(d->budget, SURE[i])) return true;
  return !d->players || !d->players->first || (QL_GET(d->budget, "micro") && all_priced(d));
}

static ql_value *budget_of(const ql_driver *d, const ql_plan *plan) {
  ql_value *budget = d->budget ? ql_copy(d->arena, d->budget) : ql_object(d->arena);
  if (d->budget && binds(d)) return budget;
  QL_SET(budget, "turns", ql_int(d->arena, TURNS_SPARE + TURNS_TASK * (int64_t)plan->task_count));
  return budget;
}

/* Agents with a model are played by it, all others by the rehearsal. */
static ql_value *create_command(const ql_driver *d, const ql_plan *plan) {
  ql_arena *a = d->arena;
  ql_value *command = ql_plan_command(a, plan, d->roster), *seats = ql_array(a), *agents = QL_GET(command, "agents");
  for (const ql_value *agent = agents ? agents->first : NULL; agent; agent = agent->next) {
    ql_value *pair = ql_push(seats, ql_array(a));
    ql_push(pair, ql_string(a, agent->text));
    ql_push(pair, ql_string(a, ql__player_of(d, agent->text) ? QL_STR("model") : QL_STR("rehearsal")));
  }
  QL_SET(command, "seats", seats);
  if ((d->budget && d->budget->first) || (d->players && d->players->first)) QL_SET(command, "budget", budget_of(d, plan));
  if (d->policy.ptr) QL_SET(command, "policy", ql_string(a, d->policy));
  return ql_arena_failed(a) ? NULL : command;
}

static ql_status take_plan(ql_driver *d, const ql_plan *plan, ql_error *err) {
  const size_t *groups;
  ql_status status = ql_plan_groups(d->arena, plan, &groups, err);
  if (status != QL_OK) return status;
  d->plan = ql_plan_value(d->arena, plan);
  d->create = create_command(d, plan);
  return d->plan && d->create ? QL_OK : ql__out_of_memory(err);
}

static ql_status show(ql_driver *d, ql_str words, ql_error *err) {
  d->answer = ql_arena_str(d->arena, words);
  d->step = QL__STEP_ANSWER;
  return d->answer.ptr ? QL_OK : ql__out_of_memory(err);
}

/* ---- a conversation ---- */

/* Which line it is that decides. */
static void add_line(ql_buf *out, const ql_value *reason) {
  int64_t line = ql_get_int(reason, QL_STR("line"), 0);
  if (line == 0) return;
  ql_buf_add(out, QL_STR(" (line "));
  ql_buf_int(out, line);
  ql_buf_byte(out, ')');
}

ql_status ql__turn_down(ql_driver *d, ql_str agent, ql_str text, ql_str *words, ql_error *err) {
  ql_value *route = NULL;
  ql_error why = {0};
  ql_status status = ql_route(d->arena, d->roster, agent, text, &route, &why);
  *words = QL_ABSENT;
  if (status == QL_ERR_NOMEM) return ql__out_of_memory(err);
  if (status != QL_OK) return QL_OK; /* too long to be looked up: the model is asked */
  const ql_value *verdict = QL_GET(route, "verdicts")->first;
  if (!verdict || !ql_eq(TEXT_OF(verdict, "verdict"), QL_STR("decline"))) return QL_OK;
  const ql_value *reasons = QL_GET(verdict, "reasons"), *reason = reasons ? reasons->first : NULL;
  bool keeps_role = ql_starts(TEXT_OF(reason, "rule"), QL_STR("identity:"));
  if (!keeps_role && d->mode != QL__NORMAL) return QL_OK;
  ql_str take = TEXT_OF(verdict, "take");
  ql_buf out = ql_buf_new(ql_arena_alloc(d->arena));
  ql_buf_add(&out, agent);
  ql_buf_add(&out,
             keeps_role ? QL_STR(" keeps to its role by the rules of its file") : QL_STR(" turns this down by the rules of its file"));
  add_line(&out, reason);
  ql_buf_add(&out, keeps_role ? QL_STR(". Say what is to be done instead.") : QL_STR("."));
  if (take.ptr) {
    ql_buf_add(&out, QL_STR(" The one to ask is "));
    ql_buf_add(&out, take);
    ql_buf_byte(&out, '.');
  }
  *words = ql_buf_take(&out, d->arena);
  return words->ptr ? QL_OK : ql__out_of_memory(err);
}

static ql_status converse(ql_driver *d, const ql_value *player, const ql_value *request, ql_str text, ql_error *err) {
  ql_status status = QL_OK;
  ql__turn *t = ql__turn_new(d->alloc, QL__CHAT, player);
  if (!t) return ql__out_of_memory(err);
  t->step = QL__TURN_EQUIP;
  ql__add_turn(d, t);
  t->system = ql__prompt_identity(t->arena, d->roster, d->leader);
  const ql_value *history = QL_GET(request, "history");
  ql_str said = history ? ql_value_text(t->arena, history) : QL_ABSENT;
  if (said.ptr && (status = ql_canon_read(t->arena, said, &t->messages, err)) != QL_OK) return status;
  ql__turn_say(t, QL_STR("user"), text);
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : QL_OK;
}

/* ---- a plan ---- */

static ql_status ask_for_plan(ql_driver *d, const ql_value *player, ql_error *err) {
  ql__turn *t = ql__turn_new(d->alloc, QL__PLANNING, player);
  if (!t) return ql__out_of_memory(err);
  ql__add_turn(d, t);
  t->system = TEXT_OF(d->asked, "system");
  t->schema = ql_copy(t->arena, QL_GET(d->asked, "schema"));
  for (const ql_value *m = QL_GET(d->asked, "messages")->first; m; m = m->next) ql__turn_say(t, TEXT_OF(m, "role"), TEXT_OF(m, "text"));
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : QL_OK;
}

/* What planning took is logged as soon as there is a log. */
static void book_plan(ql_driver *d, const ql_value *took) {
  static const char *const KEPT[] = {"cached", "input", "micro", "ms", "output", "reasoning"};
  ql_value *usage = ql__owners_command(d->arena, QL_STR("usage"));
  QL_SET(usage, "agent", ql_string(d->arena, d->leader));
  for (size_t i = 0; i < QL_COUNT(KEPT); i++) {
    const ql_value *field = ql_get_literal(took, KEPT[i]);
    if (field) ql_set_literal(usage, KEPT[i], ql_copy(d->arena, field));
  }
  QL_SET(usage, "model", ql_string(d->arena, ql_arena_str(d->arena, TEXT_OF(took, "model")))); /* the turn does not last */
  if (!d->bills) d->bills = ql_array(d->arena);
  ql_push(d->bills, usage);
  d->planned = d->bills ? d->bills->first : NULL;
}

static ql_status make_plan(ql_driver *d, const ql_value *request, ql_str text, ql_error *err) {
  const ql_value *given = QL_GET(request, "plan"), *player = ql__player_of(d, d->leader);
  const ql_plan *plan;
  ql_status status;
  if (!given && player) {
    ql_value *asked = NULL;
    ql_value *loaded = NULL;
    status = ql__loaded_documents(d->arena, d->roster, d->leader, d->documents, &loaded, err);
    if (status == QL_OK) status = ql_plan_request(d->arena, d->roster, d->leader, text, loaded, &asked, err);
    d->asked = asked;
    return status == QL_OK ? ask_for_plan(d, player, err) : status;
  }
  const ql_value *planned = given ? QL_GET(request, "planned") : NULL;
  for (const ql_value *took = planned ? planned->first : NULL; took; took = took->next) book_plan(d, took);
  status = given ? ql_plan_from_value(d->arena, given, &plan, err) : ql_plan_rehearse(d->arena, d->roster, d->leader, text, &plan, err);
  return status == QL_OK ? take_plan(d, plan, err) : status;
}

ql_status ql__recall_plan(ql_driver *d, const ql_quest *recorded, bool only, ql_error *err) {
  if (!d->turns || d->turns->kind != QL__PLANNING) return QL_OK; /* the request has one, or the rehearsal makes it */
  const ql_plan *plan = ql__plan_in(recorded, d->arena);
  if (ql_arena_failed(d->arena)) return ql__out_of_memory(err);
  if (!plan) return only ? ql_fail(err, QL_ERR_NOT_FOUND, "the recording has no plan that can be read", QL_ABSENT) : QL_OK;
  ql_status status = take_plan(d, plan, err);
  if (status == QL_OK) ql__drop_turn(d, d->turns);
  return status;
}

static ql__mode mode_named(ql_str name, ql__mode otherwise) {
  for (size_t i = 0; i < QL__MODE_COUNT; i++)
    if (ql_eq(name, MODE_NAMES[i])) return (ql__mode)i;
  return otherwise;
}

/* An explicit choice wins, then what ql_mode finds in the request. *text loses the words in front that chose. A quest that is not asked for
   in front of the request is not begun unasked: the owner sees its plan first. */
static ql_status find_mode(ql_driver *d, ql_str agent, ql_str chosen, ql_str *text, ql_error *err) {
  ql_value *found;
  ql_status status = ql_mode(d->arena, d->roster, agent, *text, QL_ABSENT, &found, err);
  if (status != QL_OK) return status;
  ql__mode routed = mode_named(TEXT_OF(found, "runs"), QL__NORMAL);
  const ql_value *hit = QL_GET(found, "hits")->first; /* of them the first in the request; one in front decides */
  bool front = hit && ql_get_int(hit, QL_STR("offset"), -1) == 0;
  d->mode = mode_named(chosen, routed == QL__QUEST && !front ? QL__PREQUEST : routed);
  *text = TEXT_OF(found, "request");
  return QL_OK;
}

ql_status ql__begin(ql_driver *d, const ql_value *request, ql_error *err) {
  ql_str text = ql_trim(ql_arena_str(d->arena, TEXT_OF(request, "text"))), agent = TEXT_OF(request, "agent");
  if (ql_arena_failed(d->arena)) return ql__out_of_memory(err);
  if (!agent.ptr) return ql_fail(err, QL_ERR_ARGUMENT, "a request says which agent is asked", QL_STR("agent"));
  if (!text.ptr || text.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "a request says what is wanted", QL_STR("text"));
  d->words = text;
  const ql_agent *leader = ql_roster_find(d->roster, agent);
  if (!leader) return ql_fail(err, QL_ERR_NOT_FOUND, "nobody in the roster has that name", agent);
  ql_status status = find_mode(d, leader->id, TEXT_OF(request, "mode"), &text, err);
  if (status != QL_OK) return status;
  d->leader = leader->id;
  if (text.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "a request says what is wanted", QL_STR("text"));
  const ql_value *player = ql__player_of(d, d->leader);
  ql_str turned_down = QL_ABSENT;
  if (player && !QL_GET(request, "plan")) status = ql__turn_down(d, d->leader, text, &turned_down, err);
  if (status != QL_OK) return status;
  if (turned_down.ptr) {
    d->answer_failed = d->mode != QL__NORMAL; /* there is no plan */
    return show(d, turned_down, err);
  }
  if (d->mode != QL__NORMAL) return make_plan(d, request, text, err);
  if (player) return converse(d, player, request, text, err);
  d->rehearsed = true;
  return show(d, ql__rehearsed_answer(d->arena, d->roster, leader, text), err);
}

/* ---- what came of it ---- */

static ql_status take_planned(ql_driver *d, ql__turn *t, ql_error *err) {
  ql_value *answered;
  ql_str text = ql_arena_str(d->arena, ql__reply_text(t->attempt, t->reply));
  const ql_value *player = t->player;
  bool cut = ql_eq(TEXT_OF(t->reply, "end"), QL_STR("length"));
  if (!text.ptr) return ql__out_of_memory(err);
  book_plan(d, ql__turn_done(t, d->arena));
  ql__drop_turn(d, t);
  ql_status status = ql_plan_answer(d->arena, d->roster, d->asked, text, &answered, err);
  if (status != QL_OK) return status;
  ql_str outcome = TEXT_OF(answered, "outcome");
  if (ql_eq(outcome, QL_STR("repair")) && cut) { /* it would be cut again */
    d->raw = text;
    d->answer_cut = d->answer_failed = true;
    return show(d, QL_STR("The plan was not whole when its length was used up: allow longer answers, less reasoning, or ask for less."),
                err);
  }
  if (ql_eq(outcome, QL_STR("repair"))) {
    d->asked = QL_GET(answered, "repair");
    return ask_for_plan(d, player, err);
  }
  const ql_plan *plan;
  if (ql_eq(outcome, QL_STR("plan")) && ql_plan_from_value(d->arena, QL_GET(answered, "plan"), &plan, err) == QL_OK)
    return take_plan(d, plan, err);
  d->raw = TEXT_OF(answered, "raw");
  d->answer_failed = true;
  const ql_value *problem = QL_GET(answered, "problems")->first;
  const ql_str pieces[] = {TEXT_OF(answered, "message"), problem ? QL_STR(" ") : QL_STR(""),
                           problem ? TEXT_OF(problem, "message") : QL_STR("")};
  return show(d, ql_arena_concat(d->arena, pieces, QL_COUNT(pieces)), err);
}

static ql_status take_answer(ql_driver *d, ql__turn *t, ql_error *err) {
  d->answer_cut = ql_eq(TEXT_OF(t->reply, "end"), QL_STR("length"));
  const ql_str pieces[] = {t->before.ptr ? t->before : QL_STR(""), ql__reply_text(t->attempt, t->reply)};
  ql_status status = show(d, ql_arena_concat(d->arena, pieces, QL_COUNT(pieces)), err);
  ql__drop_turn(d, t);
  return status;
}

/* A person stopped it: what came is the answer. A plan that is not whole is none. */
static ql_status take_halted(ql_driver *d, ql__turn *t, ql_error *err) {
  const ql_str pieces[] = {t->before.ptr ? t->before : QL_STR(""), t->said};
  ql_str words = ql_arena_concat(d->arena, pieces, QL_COUNT(pieces));
  bool plans = t->kind == QL__PLANNING;
  d->answer_cut = true;
  d->answer_failed = plans;
  if (plans && words.len > 0) d->raw = words;
  ql_status status = show(d, plans ? QL_STR("The plan was stopped before it was whole. Ask again when you like.") : words, err);
  ql__drop_turn(d, t);
  return status;
}

static ql_status advance(ql_driver *d, ql__turn *t, int64_t now, ql_error *err) {
  ql_status status = QL_OK;
  if (t->step == QL__TURN_WAIT && t->until <= now) t->step = QL__TURN_ASK;
  if (t->step == QL__TURN_EQUIP) status = ql__equip(d, t, now, err);
  if (status == QL_OK) status = ql__steer(t, err);
  if (status == QL_OK && t->step == QL__TURN_READ) status = ql__turn_read(t, now, err);
  while (status == QL_OK && (t->step == QL__TURN_TOOL_LOOK || t->step == QL__TURN_TOOL_RUN || t->step == QL__TURN_TOOL_TOLD))
    status = t->step == QL__TURN_TOOL_LOOK  ? ql__look_at_tool(d, t, err)
             : t->step == QL__TURN_TOOL_RUN ? ql__use_tool(d, t, now, err)
                                            : ql__turn_tool_told(t, err);
  if (status == QL_OK) status = ql__steer(t, err); /* where its tool was stopped, the model is not asked again */
  return status == QL_OK && t->step == QL__TURN_ASK ? ql__turn_ask(t, err) : status;
}

static bool at_its_end(const ql__turn *t) { return t->step == QL__TURN_OVER || t->step == QL__TURN_FAILED || t->step == QL__TURN_HALTED; }

/* Whoever was asked is at work; then the one who asked it is. */
static ql_status advance_all(ql_driver *d, int64_t now, ql_error *err) {
  for (;;) {
    ql__turn *t = d->turns->asked ? d->turns->asked : d->turns;
    ql_status status = advance(d, t, now, err);
    bool over = status == QL_OK && t->asker && at_its_end(t);
    if (over) status = ql__take_asked(d, t, err);
    if (status != QL_OK || !(over || t->asked)) return status;
  }
}

ql_status ql__before_quest(ql_driver *d, int64_t now, ql_error *err) {
  if (!d->turns) {
    d->wanted = d->create;
    return QL_OK;
  }
  ql_status status = advance_all(d, now, err);
  if (status != QL_OK) return status;
  ql__turn *t = d->turns;
  if (t->step == QL__TURN_HALTED) return take_halted(d, t, err);
  if (t->step == QL__TURN_FAILED) {
    d->answer_failed = true;
    status = show(d, t->problem, err);
    ql__drop_turn(d, t);
    return status;
  }
  if (t->step != QL__TURN_OVER) return QL_OK;
  if (t->kind == QL__CHAT) return take_answer(d, t, err);
  status = take_planned(d, t, err);
  if (status == QL_OK && d->turns) return ql__turn_ask(d->turns, err); /* once more, with what was wrong */
  d->wanted = d->create;
  return status;
}
