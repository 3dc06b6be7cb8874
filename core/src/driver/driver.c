/* The session between a person's request and a finished quest. All of it is in the struct: not calling any more is how it stops. */
#include <questline/driver.h>

#include <string.h>

#include "base/text.h"
#include "driver/images.h"
#include "driver/partial.h"
#include "driver/servers.h"
#include "driver/tooling.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

ql_status ql__out_of_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql_value *ql__owners_command(ql_arena *a, ql_str type) {
  ql_value *command = ql_object(a);
  QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
  QL_SET(command, "type", ql_string(a, type));
  return command;
}

/* At the end, so that who began first is served first. */
void ql__add_turn(ql_driver *d, ql__turn *turn) {
  ql__turn **link = &d->turns;
  while (*link) link = &(*link)->next;
  *link = turn;
}

void ql__drop_turn(ql_driver *d, ql__turn *turn) {
  ql__turn **link = &d->turns;
  while (*link != turn) link = &(*link)->next;
  *link = turn->next;
  ql__turn_free(turn);
}

/* ---- lifecycle ---- */

/* A copy that lasts as long as the driver. */
static ql_status keep(ql_driver *d, const ql_value *value, const ql_value **out, ql_error *err) {
  ql_str text = value ? ql_value_text(d->arena, value) : QL_ABSENT;
  ql_value *copy = NULL;
  if (!value) return QL_OK;
  if (!text.ptr) return ql__out_of_memory(err);
  ql_status status = ql_canon_read(d->arena, text, &copy, err);
  *out = copy;
  return status;
}

static ql_status check_players(const ql_value *players, ql_error *err) {
  if (players && players->kind != QL_ARRAY) return ql_fail(err, QL_ERR_ARGUMENT, "a list of players was expected", QL_STR("players"));
  for (const ql_value *player = players ? players->first : NULL; player; player = player->next) {
    ql_wire wire;
    if (!TEXT_OF(player, "agent").ptr || !TEXT_OF(player, "model").ptr || !TEXT_OF(player, "provider").ptr)
      return ql_fail(err, QL_ERR_ARGUMENT, "a player has an agent, a provider and a model", QL_STR("players"));
    ql_status status = ql_llm_wire(TEXT_OF(player, "provider"), &wire, err);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

static ql_status keep_request(ql_driver *d, const ql_value *request, ql_error *err) {
  d->policy = ql_arena_str(d->arena, TEXT_OF(request, "policy"));
  ql_status status = ql_arena_failed(d->arena) ? ql__out_of_memory(err) : check_players(QL_GET(request, "players"), err);
  if (status == QL_OK) status = keep(d, QL_GET(request, "players"), &d->players, err);
  if (status == QL_OK) status = keep(d, QL_GET(request, "budget"), &d->budget, err);
  return status == QL_OK ? keep(d, QL_GET(request, "documents"), &d->documents, err) : status;
}

ql_status ql_driver_new(ql_alloc alloc, ql_quest *quest, const ql_roster *roster, const ql_value *request, ql_driver **out, ql_error *err) {
  bool fresh = ql_quest_count(quest) == 0;
  if (fresh && (!request || !roster)) return ql_fail(err, QL_ERR_ARGUMENT, "an empty quest needs a request and a roster", QL_ABSENT);
  ql_driver *d = alloc.resize(alloc.ctx, NULL, 0, sizeof *d);
  if (!d) return ql__out_of_memory(err);
  *d = (ql_driver){.alloc = alloc, .arena = ql_arena_new(alloc), .command = ql_arena_new(alloc), .quest = quest, .roster = roster};
  d->mode = QL__PREQUEST; /* a quest opened from its log asks before it starts */
  ql_status status = d->arena && d->command ? keep_request(d, request, err) : ql__out_of_memory(err);
  if (status == QL_OK && fresh) status = ql__begin(d, request, err);
  if (status == QL_OK)
    *out = d;
  else
    ql_driver_free(d);
  return status;
}

void ql_driver_free(ql_driver *driver) {
  if (!driver) return;
  ql_alloc alloc = driver->alloc;
  while (driver->turns) ql__drop_turn(driver, driver->turns);
  ql__servers_free(driver->servers);
  ql_arena_free(driver->arena);
  ql_arena_free(driver->command);
  alloc.resize(alloc.ctx, driver, sizeof *driver, 0);
}

ql_status ql_driver_use(ql_driver *driver, const ql_driver_kit *kit, ql_error *err) {
  ql__servers *servers;
  if (kit->ask.ptr && !ql_eq(kit->ask, QL_STR("change")) && !ql_eq(kit->ask, QL_STR("all")))
    return ql_fail(err, QL_ERR_ARGUMENT, "a person is asked before each change, or before all: change or all was expected", kit->ask);
  ql_status status = ql__servers_new(driver->alloc, kit->servers, &servers, err);
  if (status != QL_OK) return status;
  ql__servers_free(driver->servers);
  driver->servers = servers;
  driver->kit = *kit;
  return QL_OK;
}

/* ---- next ---- */

/* What the quest's present state asks for. */
static ql_status look_at_quest(ql_driver *d, int64_t now, ql_error *err) {
  const ql_value *view = ql_quest_view(d->quest, d->command), *state = ql_quest_state(d->quest, d->command);
  if (!view || !state) return ql__out_of_memory(err);
  ql_str status = TEXT_OF(view, "status");
  bool proposed = ql_eq(status, QL_STR("proposed")), running = ql_eq(status, QL_STR("running"));
  bool goes_on = running || ql_eq(status, QL_STR("paused")) || ql_eq(status, QL_STR("closing"));
  int64_t due = ql_quest_due(d->quest);
  if (d->planned) {
    d->wanted = d->planned;
  } else if (due >= 0 && due <= now) {
    d->wanted = ql__owners_command(d->command, QL_STR("tick"));
  } else if (proposed && d->mode == QL__QUEST) {
    d->wanted = ql__owners_command(d->command, QL_STR("approve"));
  } else {
    ql_status played = ql__play(d, view, state, now, err);
    if (played != QL_OK) return played;
    ql_value *command = NULL;
    if (!d->wanted && running && (played = ql_rehearse(d->quest, d->command, &command, err)) != QL_OK) return played;
    if (command) d->wanted = command;
  }
  if (ql_arena_failed(d->command)) return ql__out_of_memory(err);
  if (!d->wanted && proposed) d->step = QL__STEP_HUMAN;
  if (!d->wanted && !proposed && !goes_on && !d->turns) d->step = QL__STEP_FINISHED;
  return QL_OK;
}

static ql_status look(ql_driver *d, int64_t now, ql_error *err) {
  ql_arena_reset(d->command);
  d->wanted = NULL;
  d->wanting = NULL;
  d->looked_at = ql_quest_count(d->quest);
  ql_status status = d->looked_at == 0 ? ql__before_quest(d, now, err) : look_at_quest(d, now, err);
  if (status == QL_OK && d->wanted) d->step = QL__STEP_RANDOM;
  return status;
}

const ql_plan *ql__plan_in(const ql_quest *quest, ql_arena *a) {
  const ql_plan *plan = NULL;
  ql_str brief = TEXT_OF(QL_GET(ql_quest_event(quest, a, 0), "data"), "brief");
  return brief.ptr && ql_plan_read(a, brief, &plan, NULL) == QL_OK ? plan : NULL;
}

const ql_plan *ql__plan_of(const ql_driver *d, ql_arena *a) {
  const ql_plan *plan = NULL;
  if (!d->plan) return ql__plan_in(d->quest, a);
  return ql_plan_from_value(a, d->plan, &plan, NULL) == QL_OK ? plan : NULL;
}

/* As it was shown; without one the owner is asked without. */
static ql_value *shown_plan(const ql_driver *d, ql_arena *a) {
  const ql_plan *plan = ql__plan_of(d, a);
  return plan ? ql_plan_value(a, plan) : NULL;
}

static ql_value *effect(ql_arena *a, int64_t id, ql_str kind) {
  ql_value *e = ql_object(a);
  QL_SET(e, "id", ql_int(a, id));
  QL_SET(e, "kind", ql_string(a, kind));
  return e;
}

static ql_str head_of(const ql_quest *quest, ql_arena *a) {
  char head[QL_HASH_CHARS];
  ql_quest_head(quest, head);
  return ql_arena_str(a, (ql_str){head, QL_HASH_CHARS});
}

static ql_value *append_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(a, d->effect, QL_STR("log.append")), *lines = ql_array(a);
  ql_push(lines, ql_string(a, d->line));
  QL_SET(e, "expected", ql_string(a, head_of(d->quest, a)));
  QL_SET(e, "lines", lines);
  return e;
}

static ql_value *human_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(a, d->effect, QL_STR("ask.human"));
  ql_str question = d->refused.ptr ? d->refused : QL_STR("Read the plan, then approve or reject it. Nothing runs until you approve.");
  QL_SET(e, "plan", d->plan ? ql_copy(a, d->plan) : shown_plan(d, a));
  QL_SET(e, "question", ql_string(a, question));
  return e;
}

static ql_value *answer_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(a, d->effect, QL_STR("answer"));
  QL_SET(e, "answer", ql_string(a, d->answer));
  if (d->answer_cut) QL_SET(e, "cut", ql_bool(a, true));
  if (d->answer_failed) QL_SET(e, "failed", ql_bool(a, true));
  if (d->raw.ptr) QL_SET(e, "raw", ql_string(a, d->raw));
  if (d->rehearsed) QL_SET(e, "rehearsed", ql_bool(a, true));
  ql__bill_say(d, e, a);
  return e;
}

/* Nothing to do but to wait: for a result, for somebody, or for the time of another attempt. */
static ql_value *wait_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(a, d->last_id + 1, QL_STR("wait"));
  int64_t until = ql__play_due(d), servers = ql__servers_due(d);
  if (until < 0 || (servers >= 0 && servers < until)) until = servers;
  if (until >= 0) QL_SET(e, "until", ql_int(a, until));
  return e;
}

static ql_value *present(ql_driver *d, ql_arena *a) {
  ql_value *e = NULL;
  if (d->step == QL__STEP_LOOK) return wait_effect(d, a);
  if (d->step == QL__STEP_FINISHED) return effect(a, d->last_id + 1, QL_STR("done"));
  if (d->effect == 0) d->effect = ++d->last_id;
  switch (d->step) {
  case QL__STEP_RANDOM:
    e = effect(a, d->effect, QL_STR("random"));
    QL_SET(e, "n", ql_int(a, QL_ENTROPY_BYTES));
    return e;
  case QL__STEP_APPEND: return append_effect(d, a);
  case QL__STEP_HUMAN: return human_effect(d, a);
  case QL__STEP_ANSWER: return answer_effect(d, a);
  case QL__STEP_LOOK:
  case QL__STEP_FINISHED: return e;
  }
  return e;
}

/* Nobody waits for more of it: the turn is gone, or the answer is whole, or failed, while bytes still come. */
static bool unwanted(const ql__turn *t) {
  if (t->step == QL__TURN_TOOL_OUT) return !t->told && !t->server && (t->stopping || t->steer == QL__STOP);
  return t->step == QL__TURN_OPEN && !t->told && (t->stopping || t->steer != QL__FREE || (t->stream && ql_stream_over(t->stream)));
}

static ql_value *ask_about_tool(ql_driver *d, ql__turn *t, ql_arena *a) {
  ql_value *e, *tool = ql_object(a);
  t->step = QL__TURN_TOOL_OPEN;
  t->effect = ++d->last_id;
  e = effect(a, t->effect, QL_STR("ask.tool"));
  QL_SET(tool, "arguments", ql_string(a, TEXT_OF(t->part, "arguments")));
  QL_SET(tool, "name", ql_string(a, TEXT_OF(t->part, "name")));
  if (t->again) QL_SET(e, "again", ql_bool(a, true));
  QL_SET(e, "agent", ql_string(a, t->agent.ptr ? t->agent : d->leader));
  QL_SET(e, "question", ql_string(a, t->question));
  QL_SET(e, "tool", tool);
  return e;
}

static ql_value *run_tool(ql_driver *d, ql__turn *t, ql_arena *a) {
  t->step = QL__TURN_TOOL_OUT;
  t->effect = ++d->last_id;
  t->told = false;
  ql__tool_hand_out(d, t);
  ql_value *e = effect(a, t->effect, QL_STR("tool.run")), *tool = ql_object(a);
  QL_SET(tool, "arguments", ql_string(a, TEXT_OF(t->part, "arguments")));
  QL_SET(tool, "name", ql_string(a, TEXT_OF(t->part, "name")));
  if (t->agent.ptr) QL_SET(e, "agent", ql_string(a, t->agent));
  QL_SET(e, "limit", ql_int(a, ql__tool_limit(t)));
  if (t->start >= 0) QL_SET(e, "start", ql_int(a, t->start));
  QL_SET(e, "tool", tool);
  return e;
}

/* A call that is to be sent, or to be ended; NULL for none. Each is handed out once. */
static ql_value *hand_out(ql_driver *d, ql_arena *a, int64_t now) {
  for (ql__turn *t = d->turns; t; t = t->next) {
    if (unwanted(t)) {
      t->told = true;
      ql_value *e = effect(a, ++d->last_id, QL_STR("effect.cancel"));
      QL_SET(e, "cancels", ql_int(a, t->effect));
      return e;
    }
    if (t->step == QL__TURN_TOOL_ASK) return ask_about_tool(d, t, a);
    if (t->step == QL__TURN_TOOL_SEND) return run_tool(d, t, a);
    if (t->step == QL__TURN_IMAGE) {
      t->step = QL__TURN_IMAGE_OPEN;
      t->effect = ++d->last_id;
      ql_value *e = effect(a, t->effect, QL_STR("blob.put"));
      ql__image_put(t, e, a);
      return e;
    }
    if (t->step != QL__TURN_SEND) continue;
    t->step = QL__TURN_OPEN;
    t->effect = ++d->last_id;
    t->sent_at = t->put_at = now;
    t->put = 0;
    if (t->attempt_number == 1) t->since = now;
    t->fresh = true;
    ql_value *e = effect(a, t->effect, QL_STR("http.request"));
    if (t->agent.ptr) QL_SET(e, "agent", ql_string(a, t->agent));
    QL_SET(e, "request", ql_copy(a, t->request));
    if (t->start >= 0) QL_SET(e, "start", ql_int(a, t->start));
    return e;
  }
  return NULL;
}

/* What a host keeps of answers that are not whole yet; NULL for none. */
static ql_value *put_partial(ql_driver *d, ql_arena *a, int64_t now) {
  for (ql__turn *t = d->kit.partials ? d->turns : NULL; t; t = t->next) {
    ql_str words = ql__partial_words(t, a, now);
    if (!words.ptr) continue;
    ql_value *e = effect(a, ++d->last_id, QL_STR("partial.put"));
    QL_SET(e, "agent", ql_string(a, t->agent));
    QL_SET(e, "offset", ql_int(a, (int64_t)t->put));
    QL_SET(e, "start", ql_int(a, t->start));
    QL_SET(e, "text", ql_string(a, words));
    t->put += words.len;
    t->put_at = now;
    return e;
  }
  return NULL;
}

ql_status ql_driver_next(ql_driver *driver, ql_arena *a, int64_t now, ql_value **out, ql_error *err) {
  ql_status status = ql__servers_take(driver, now, err);
  if (status != QL_OK) return status;
  /* The quest may have gone on by other hands while the owner was asked. */
  if (driver->step == QL__STEP_LOOK || driver->step == QL__STEP_HUMAN) {
    driver->step = QL__STEP_LOOK;
    status = look(driver, now, err);
  }
  bool over = true;
  if (driver->step == QL__STEP_FINISHED) status = ql__servers_close(driver, now, &over, err);
  if (status != QL_OK) return status;
  ql_value *e = hand_out(driver, a, now);
  if (!e && (status = ql__servers_next(driver, a, now, &e, err)) != QL_OK) return status;
  if (!e) e = put_partial(driver, a, now);
  if (!e) e = over ? present(driver, a) : wait_effect(driver, a);
  if (!e || ql_arena_failed(a)) return ql__out_of_memory(err);
  *out = e;
  return QL_OK;
}

/* ---- results ---- */

static ql_status take_refusal(ql_driver *d, const ql_value *refusal, ql_error *err) {
  ql_str message = ql_arena_str(d->command, TEXT_OF(refusal, "message"));
  bool owners = ql_eq(TEXT_OF(d->wanted, "by"), QL_STR("@owner")), tick = ql_eq(TEXT_OF(d->wanted, "type"), QL_STR("tick"));
  d->step = QL__STEP_LOOK;
  if (ql_arena_failed(d->command)) return ql__out_of_memory(err);
  if (d->wanting) return ql__played(d, -1, message, err);
  if (d->wanted == d->planned) { /* nobody is asked about that: it is only not booked */
    d->planned = d->planned->next;
    return QL_OK;
  }
  if ((!owners || tick) && d->looked_at == ql_quest_count(d->quest)) /* asking again would be refused again, for ever */
    return ql_fail(err, QL_ERR_STATE, "the driver made a move that is not legal", TEXT_OF(refusal, "code"));
  d->refused = ql_arena_str(d->arena, message);
  return d->refused.ptr ? QL_OK : ql__out_of_memory(err);
}

ql_str ql__nonsense(ql_arena *a, const ql_error *why) {
  ql_str message = {why->message, strlen(why->message)}, detail = {why->detail, strlen(why->detail)};
  return ql_arena_concat(a, (const ql_str[]){message, detail.len > 0 ? QL_STR(": ") : QL_STR(""), detail}, 3);
}

/* A model's move that is no command at all: it is told what is wrong with it. */
static ql_status take_nonsense(ql_driver *d, const ql_error *why, ql_error *err) {
  ql_str words = ql__nonsense(d->command, why);
  d->step = QL__STEP_LOOK;
  return words.ptr ? ql__played(d, -1, words, err) : ql__out_of_memory(err);
}

static ql_status decide(ql_driver *d, int64_t now, ql_error *err) {
  ql_decision decision;
  ql_error why = {0};
  ql_status status = ql_quest_decide(d->quest, d->command, d->wanted, now, d->entropy, &decision, &why);
  bool told = d->wanting && (status == QL_ERR_SYNTAX || status == QL_ERR_LIMIT);
  if (told) return take_nonsense(d, &why, err);
  /* The owner spoke about an older state, or memory ran out: look again and ask again. */
  if (status == QL_ERR_CONFLICT || status == QL_ERR_NOMEM) d->step = QL__STEP_LOOK;
  if (status == QL_ERR_CONFLICT) return QL_OK;
  if (status != QL_OK) {
    if (err) *err = why;
    return status;
  }
  if (decision.refusal) return take_refusal(d, decision.refusal, err);
  d->refused = QL_ABSENT;
  d->line = decision.line;
  d->step = decision.line.ptr ? QL__STEP_APPEND : QL__STEP_LOOK;
  return QL_OK;
}

static ql_status take_random(ql_driver *d, int64_t now, const ql_value *result, ql_error *err) {
  size_t len = 0;
  ql_str bytes = TEXT_OF(result, "bytes");
  if (!bytes.ptr || !ql_base64url_read(bytes, d->entropy, sizeof d->entropy, &len) || len != sizeof d->entropy)
    return ql_fail(err, QL_ERR_ARGUMENT, "as many random bytes as were asked for, in base64url, were expected", QL_STR("bytes"));
  return decide(d, now, err);
}

static ql_status take_append(ql_driver *d, const ql_value *result, ql_error *err) {
  ql_str outcome = TEXT_OF(result, "outcome");
  if (ql_eq(outcome, QL_STR("full"))) return QL_OK; /* nothing is lost: the same line is asked for again when there is room */
  bool ok = ql_eq(outcome, QL_STR("ok"));
  if (!ok && !ql_eq(outcome, QL_STR("conflict")) && !ql_eq(outcome, QL_STR("unknown")))
    return ql_fail(err, QL_ERR_ARGUMENT, "an outcome was expected: ok, conflict, full or unknown", QL_STR("outcome"));
  /* On a conflict, or when nobody knows, the host has brought the quest up to date with its store: look again. */
  ql_status status = ok ? ql_quest_append(d->quest, d->line, err) : QL_OK;
  if (status != QL_OK) return status;
  d->step = QL__STEP_LOOK;
  if (ok && d->planned && d->wanted == d->planned) d->planned = d->planned->next;
  return ok && d->wanting ? ql__played(d, ql_quest_count(d->quest) - 1, QL_ABSENT, err) : QL_OK;
}

static ql_status take_command(ql_driver *d, const ql_value *result, ql_error *err) {
  const ql_value *command = QL_GET(result, "command");
  if (!command || command->kind != QL_OBJECT) return ql_fail(err, QL_ERR_ARGUMENT, "the owner's command was expected", QL_STR("command"));
  ql_arena_reset(d->command);
  ql_str text = ql_value_text(d->command, command);
  ql_value *kept;
  if (!text.ptr || ql_canon_read(d->command, text, &kept, err) != QL_OK) return ql__out_of_memory(err);
  d->wanted = kept;
  d->wanting = NULL;
  d->step = QL__STEP_RANDOM;
  return QL_OK;
}

static bool is_open(const ql__turn *t) {
  return t->step == QL__TURN_OPEN || t->step == QL__TURN_TOOL_OPEN || t->step == QL__TURN_IMAGE_OPEN ||
         (t->step == QL__TURN_TOOL_OUT && !t->server);
}

/* An image that is not kept is none; the turn goes on without. */
static ql_status take_image(ql__turn *t, const ql_value *result, ql_error *err) {
  ql_str outcome = TEXT_OF(result, "outcome");
  if (!outcome.ptr) return ql_fail(err, QL_ERR_ARGUMENT, "an outcome was expected: ok, or another", QL_STR("outcome"));
  return ql__image_kept(t, ql_eq(outcome, QL_STR("ok")), err);
}

static ql__turn *open_turn(const ql_driver *d, int64_t id) {
  ql__turn *t = d->turns;
  while (t && !(is_open(t) && t->effect == id)) t = t->next;
  return t;
}

/* A person said yes: the tool is used. Or no: the model is told. Both are logged. */
static ql_status take_leave(ql__turn *t, const ql_value *result, ql_error *err) {
  const ql_value *allowed = QL_GET(result, "allowed");
  if (!allowed || allowed->kind != QL_BOOL) return ql_fail(err, QL_ERR_ARGUMENT, "yes or no was expected", QL_STR("allowed"));
  t->approved = allowed->number != 0;
  t->step = t->kind == QL__SEAT ? QL__TURN_TOOL_START : QL__TURN_TOOL_RUN;
  return t->approved ? QL_OK : ql__tool_refused(t, err);
}

static ql_status take_end(ql_driver *d, ql__turn *t, int64_t now, const ql_value *result, ql_error *err) {
  ql_status status = ql__turn_end(t, result, now, err);
  return status == QL_OK && t->kind != QL__SEAT ? ql__bill_call(d, t, err) : status;
}

ql_status ql_driver_result(ql_driver *driver, int64_t now, const ql_value *result, ql_error *err) {
  int64_t id = ql_get_int(result, QL_STR("id"), -1);
  ql__turn *turn = open_turn(driver, id);
  bool servers = false;
  ql_status told = ql__servers_result(driver, result, &servers, err);
  if (servers) return told;
  if (turn && turn->step == QL__TURN_TOOL_OPEN) return take_leave(turn, result, err);
  if (turn && turn->step == QL__TURN_TOOL_OUT) return ql__tool_ran(driver, turn, result, err);
  if (turn && turn->step == QL__TURN_IMAGE_OPEN) return take_image(turn, result, err);
  if (turn && !QL_GET(result, "outcome")) return ql__turn_head(turn, result, err);
  if (turn) return take_end(driver, turn, now, result, err);
  if (id <= 0 || id != driver->effect) return ql_fail(err, QL_ERR_ARGUMENT, "no effect with that id is open", QL_STR("id"));
  ql_status status = QL_OK;
  ql__step step = driver->step;
  switch (step) {
  case QL__STEP_RANDOM: status = take_random(driver, now, result, err); break;
  case QL__STEP_APPEND: status = take_append(driver, result, err); break;
  case QL__STEP_HUMAN: status = take_command(driver, result, err); break;
  case QL__STEP_ANSWER: driver->step = QL__STEP_FINISHED; break;
  case QL__STEP_LOOK:
  case QL__STEP_FINISHED: return ql_fail(err, QL_ERR_ARGUMENT, "this effect has no result", QL_STR("id"));
  }
  if (status == QL_OK) driver->effect = 0;
  return status;
}

ql_status ql_driver_bytes(ql_driver *driver, int64_t id, ql_str bytes, ql_error *err) {
  ql__turn *turn = open_turn(driver, id);
  bool servers = false;
  ql_status told = ql__servers_bytes(driver, id, bytes, &servers, err);
  if (servers) return told;
  return turn && turn->step == QL__TURN_OPEN ? ql__turn_bytes(turn, bytes, err)
                                             : ql_fail(err, QL_ERR_ARGUMENT, "no request with that id is under way", QL_STR("id"));
}

/* ---- what is shown meanwhile ---- */

static void add_delta(ql_arena *a, ql_value *all, const ql__turn *t, ql_value *delta) {
  ql_value *item = ql_push(all, ql_object(a));
  if (t->agent.ptr) QL_SET(item, "agent", ql_string(a, t->agent));
  if (delta) QL_SET(item, "delta", delta);
}

static void add_halt(ql_arena *a, ql_value *all, ql__turn *t) {
  ql_value *item = ql_push(all, ql_object(a));
  if (t->agent.ptr) QL_SET(item, "agent", ql_string(a, t->agent));
  QL_SET(item, "stopped", ql_bool(a, true));
  t->told_halt = true;
}

ql_status ql_driver_deltas(ql_driver *driver, ql_arena *a, ql_value **out, ql_error *err) {
  ql_value *all = ql_array(a);
  for (ql__turn *t = driver->turns; t; t = t->next) {
    if (t->fresh) add_delta(a, all, t, NULL);
    t->fresh = false;
    if (t->step == QL__TURN_HALTED && !t->told_halt) add_halt(a, all, t);
    for (bool more = t->stream != NULL; more;) {
      ql_value *delta = NULL;
      ql_status status = ql_stream_next(t->stream, a, &delta, err);
      if (status != QL_OK) return status;
      more = delta != NULL;
      if (more) add_delta(a, all, t, delta);
    }
  }
  ql__servers_tell(driver, a, all);
  if (!all || ql_arena_failed(a)) return ql__out_of_memory(err);
  *out = all;
  return QL_OK;
}
