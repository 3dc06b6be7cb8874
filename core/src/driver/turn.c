/* A turn that a model plays, call by call. */
#include <string.h>

#include <questline/limits.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "driver/images.h"
#include "driver/moves.h"
#include "driver/records.h"
#include "driver/servers.h"
#include "driver/tooling.h"
#include "format/crypto.h"

#define CALLS_MAX     64u  /* of one turn */
#define NUDGES_MAX    2u   /* how often a model is told that its turn is still open */
#define ANSWER_TOKENS 8192 /* where the player says nothing */
#define QUOTED_MAX    400u /* bytes of a model's words in a sentence about it */

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static ql_status settled(const ql__turn *t, ql_error *err) {
  return ql_arena_failed(t->arena) || ql_arena_failed(t->attempt) ? ql__out_of_memory(err) : QL_OK;
}

ql__turn *ql__turn_new(ql_alloc alloc, ql__turn_kind kind, const ql_value *player) {
  ql__turn *t = alloc.resize(alloc.ctx, NULL, 0, sizeof *t);
  if (!t) return NULL;
  *t = (ql__turn){.alloc = alloc,
                  .arena = ql_arena_new(alloc),
                  .attempt = ql_arena_new(alloc),
                  .kind = kind,
                  .player = player,
                  .start = -1,
                  .after = -1,
                  .recalled = -1};
  t->model = TEXT_OF(player, "model");
  if (t->arena && t->attempt) {
    t->messages = ql_array(t->arena);
    if (t->messages) return t;
  }
  ql__turn_free(t);
  return NULL;
}

void ql__turn_free(ql__turn *t) {
  if (!t) return;
  ql_stream_free(t->stream);
  ql_arena_free(t->arena);
  ql_arena_free(t->attempt);
  t->alloc.resize(t->alloc.ctx, t, sizeof *t, 0);
}

/* ---- the conversation ---- */

static ql_value *text_part(ql_arena *a, ql_str text) {
  ql_value *part = ql_object(a);
  QL_SET(part, "kind", ql_string(a, QL_STR("text")));
  QL_SET(part, "text", ql_string(a, text));
  return part;
}

static void add_message(ql__turn *t, ql_str role, ql_value *parts) {
  ql_value *message = ql_object(t->arena);
  QL_SET(message, "parts", parts);
  QL_SET(message, "role", ql_string(t->arena, role));
  ql_push(t->messages, message);
}

void ql__turn_begin(ql__turn *t) {
  t->model = TEXT_OF(t->player, "model");
  t->messages = ql_array(t->arena);
  t->after = t->recalled = -1;
  t->behind = NULL;
  t->tools = NULL;
  t->tooled = false;
  t->images = NULL;
  t->image_bytes = 0;
  t->image_tokens = 0;
  t->calls = t->nudges = 0;
  t->attempt_number = 0;
  t->step = QL__TURN_ASK;
}

void ql__turn_say(ql__turn *t, ql_str role, ql_str text) {
  ql_value *parts = ql_array(t->arena);
  ql_push(parts, text_part(t->arena, ql_arena_str(t->arena, text)));
  add_message(t, ql_arena_str(t->arena, role), parts);
}

/* A call whose arguments are no object is kept as one without: providers take nothing else back. What was wrong is told in its result. */
static void mend_calls(ql_arena *a, ql_value *parts) {
  for (ql_value *part = parts->first; part; part = part->next) {
    ql_value *read = NULL;
    if (!ql_eq(TEXT_OF(part, "kind"), QL_STR("call"))) continue;
    if (ql_json_read(a, TEXT_OF(part, "arguments"), &read, NULL) != QL_OK || read->kind != QL_OBJECT)
      QL_SET(part, "arguments", ql_string(a, QL_STR("{}")));
  }
}

static void keep_reply(ql__turn *t) {
  const ql_value *parts = QL_GET(t->reply, "parts");
  if (!parts || !parts->first) return;
  ql_str text = ql_value_text(t->arena, parts);
  ql_value *copy = NULL;
  if (!text.ptr || ql_canon_read(t->arena, text, &copy, NULL) != QL_OK) return;
  mend_calls(t->arena, copy);
  ql__images_as_words(t->arena, copy);
  add_message(t, QL_STR("assistant"), copy);
}

ql_str ql__reply_text(ql_arena *a, const ql_value *reply) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  const ql_value *parts = QL_GET(reply, "parts");
  for (const ql_value *part = parts ? parts->first : NULL; part; part = part->next) {
    ql_str kind = TEXT_OF(part, "kind"), text = TEXT_OF(part, "text");
    if (text.ptr && (ql_eq(kind, QL_STR("text")) || ql_eq(kind, QL_STR("refusal")))) ql_buf_add(&out, text);
  }
  return ql_buf_take(&out, a);
}

/* ---- a call ---- */

void ql__turn_fail(ql__turn *t, ql_str before, ql_str words) {
  const ql_str pieces[] = {t->agent.ptr ? t->agent : QL_STR("The model"), before, words};
  t->problem = ql_arena_concat(t->arena, pieces, QL_COUNT(pieces));
  t->until = 0;
  t->step = QL__TURN_FAILED;
}

static ql_value *build_call(ql__turn *t) {
  ql_arena *a = t->attempt;
  ql_value *call = ql_object(a);
  static const char *const KEPT[] = {"base_url", "provider", "reasoning", "temperature"};
  for (size_t i = 0; i < QL_COUNT(KEPT); i++) {
    const ql_value *field = ql_get_literal(t->player, KEPT[i]);
    if (field) ql_set_literal(call, KEPT[i], ql_copy(a, field));
  }
  QL_SET(call, "max_tokens", ql_int(a, ql_get_int(t->player, QL_STR("max_tokens"), ANSWER_TOKENS)));
  ql_value *messages = QL_SET(call, "messages", ql_copy(a, t->messages));
  /* It is said again with the next call of the turn, or the next question. A plan is asked for once. */
  if (t->kind != QL__PLANNING && messages && messages->last) QL_SET(messages->last, "cache", ql_bool(a, true));
  QL_SET(call, "model", ql_string(a, t->model));
  if (t->schema) QL_SET(call, "schema", ql_copy(a, t->schema));
  if (t->system.ptr) QL_SET(call, "system", ql_string(a, t->system));
  if (t->tools) QL_SET(call, "tools", ql_copy(a, t->tools));
  return call;
}

/* What it may cost at most. Nothing is guessed where no price is known. */
static void reserve(ql__turn *t, ql_str body) {
  int64_t input = ql_token_estimate(body) - t->image_tokens, output = ql_get_int(t->player, QL_STR("max_tokens"), ANSWER_TOKENS);
  ql_price price;
  t->reserve_tokens = input + output;
  t->reserve_micro = 0;
  if (ql_price_of(t->model, input, &price)) t->reserve_micro = (input * price.input * 5 / 4 + output * price.output) / 1000000 + 1;
}

ql_status ql__turn_ask(ql__turn *t, ql_error *err) {
  if (t->calls++ >= CALLS_MAX) {
    ql__turn_fail(t, QL_STR(" was asked 64 times in one turn without ending it."), QL_STR(""));
    return settled(t, err);
  }
  ql_stream_free(t->stream);
  t->stream = NULL;
  t->reply = NULL;
  t->recalled = -1;
  t->headers = NULL;
  t->told = false;
  t->status = 0;
  t->problem = QL_ABSENT;
  ql_arena_reset(t->attempt);
  ql_error why = {0};
  ql_value *request = NULL;
  const ql_value *call = build_call(t);
  if (settled(t, err) != QL_OK) return QL_ERR_NOMEM;
  ql_status status = ql_llm_request(t->attempt, call, &request, &why);
  if (status == QL_ERR_NOMEM) return ql__out_of_memory(err);
  if (status != QL_OK) {
    ql__turn_fail(t, QL_STR(" cannot be asked: "), (ql_str){why.message, why.message ? strlen(why.message) : 0});
    return settled(t, err);
  }
  uint8_t digest[QL_HASH_BYTES];
  ql_str body = TEXT_OF(request, "body");
  ql_sha256(body, digest);
  ql_hex_write(t->request_hash, digest, sizeof digest);
  reserve(t, body);
  t->request = request;
  t->attempt_number++;
  t->start = -1;
  t->step = t->kind == QL__SEAT ? QL__TURN_LOG_START : QL__TURN_SEND;
  return QL_OK;
}

ql_status ql__turn_head(ql__turn *t, const ql_value *result, ql_error *err) {
  ql_wire wire;
  ql_str type = QL_ABSENT;
  const ql_value *headers = QL_GET(result, "headers");
  for (const ql_value *h = headers ? headers->first : NULL; h; h = h->next)
    if (ql_eq_nocase(TEXT_OF(h, "name"), QL_STR("content-type"))) type = TEXT_OF(h, "value");
  t->status = (int)ql_get_int(result, QL_STR("status"), 0);
  if (headers) {
    ql_str text = ql_value_text(t->attempt, headers);
    ql_value *copy = NULL;
    if (!text.ptr || ql_canon_read(t->attempt, text, &copy, NULL) != QL_OK) return ql__out_of_memory(err);
    t->headers = copy;
  }
  ql_status status = ql_llm_wire(TEXT_OF(t->player, "provider"), &wire, err);
  return status == QL_OK ? ql_stream_new(t->alloc, wire, t->status, type, &t->stream, err) : status;
}

ql_status ql__turn_bytes(ql__turn *t, ql_str bytes, ql_error *err) {
  return t->stream ? ql_stream_feed(t->stream, bytes, err) : ql_fail(err, QL_ERR_ARGUMENT, "bytes came before the status", QL_ABSENT);
}

/* The answer where nothing came at all. */
static ql_value *no_answer(ql__turn *t, bool cancelled) {
  ql_arena *a = t->attempt;
  ql_value *reply = ql_object(a), *fault = ql_object(a);
  QL_SET(fault, "code", ql_string(a, QL_STR("unreachable")));
  QL_SET(fault, "message", ql_string(a, t->problem.ptr ? t->problem : QL_STR("No answer came.")));
  QL_SET(reply, "end", ql_string(a, cancelled ? QL_STR("cancelled") : QL_STR("failed")));
  if (!cancelled) QL_SET(reply, "fault", fault);
  QL_SET(reply, "parts", ql_array(a));
  QL_SET(reply, "usage", ql_object(a));
  return reply;
}

ql_status ql__turn_end(ql__turn *t, const ql_value *result, int64_t now, ql_error *err) {
  ql_str outcome = TEXT_OF(result, "outcome");
  bool complete = ql_eq(outcome, QL_STR("complete")), cancelled = ql_eq(outcome, QL_STR("cancelled"));
  if (!complete && !cancelled && !ql_eq(outcome, QL_STR("cut")))
    return ql_fail(err, QL_ERR_ARGUMENT, "an outcome was expected: complete, cut or cancelled", QL_STR("outcome"));
  t->problem = ql_arena_str(t->attempt, TEXT_OF(result, "problem"));
  t->took = now > t->sent_at ? now - t->sent_at : 0;
  if (!t->stream) {
    t->reply = no_answer(t, cancelled);
  } else {
    complete |= ql_stream_over(t->stream); /* it is whole, however the connection ended */
    ql_stream_end how = complete ? QL_STREAM_COMPLETE : cancelled ? QL_STREAM_CANCELLED : QL_STREAM_CUT;
    ql_status status = ql_stream_finish(t->stream, how, t->attempt, &t->reply, err);
    if (status != QL_OK) return status;
  }
  t->step = t->start >= 0 ? QL__TURN_LOG_DONE : QL__TURN_READ;
  if (t->start >= 0 && !complete) ql__images_leave(t);
  bool whole = t->start >= 0 && complete && !QL_GET(t->reply, "fault");
  return whole && settled(t, err) == QL_OK ? ql__images_hash(t, err) : settled(t, err);
}

void ql__turn_unsent(ql__turn *t) {
  t->took = 0;
  t->recalled = -1;
  t->reply = no_answer(t, true);
  t->step = t->start >= 0 ? QL__TURN_LOG_DONE : QL__TURN_READ;
}

ql_status ql__turn_abandon(ql__turn *t, ql_error *err) {
  if (t->step == QL__TURN_SEND || (t->step == QL__TURN_RECALLED && !t->outcome)) {
    ql__turn_unsent(t);
    if (t->start < 0) t->step = QL__TURN_OVER;
  } else if (t->step == QL__TURN_IMAGE) {
    t->unkept = !t->outcome;
    t->step = t->outcome ? QL__TURN_TOOL_DONE : QL__TURN_LOG_DONE;
  } else if (t->step == QL__TURN_TOOL_RUN || t->step == QL__TURN_TOOL_SEND || t->step == QL__TURN_RECALLED ||
             (t->step == QL__TURN_TOOL_OUT && t->server)) {
    if (t->server && ql__servers_drop(t, err) != QL_OK) return QL_ERR_NOMEM;
    t->outcome = NULL;
    t->made = NULL;
    t->recalled = -1;
    t->step = t->start >= 0 ? QL__TURN_TOOL_DONE : QL__TURN_OVER;
  }
  return settled(t, err);
}

/* ---- what is logged of a call ---- */

ql_value *ql__turn_start(const ql__turn *t, ql_arena *a) {
  ql_value *command = ql__owners_command(a, QL_STR("start"));
  QL_SET(command, "attempt", ql_int(a, t->attempt_number));
  QL_SET(command, "effect", ql_string(a, QL_STR("http")));
  QL_SET(command, "micro", ql_int(a, t->reserve_micro));
  QL_SET(command, "request", ql_string(a, (ql_str){t->request_hash, sizeof t->request_hash}));
  QL_SET(command, "seat", ql_string(a, t->agent));
  if (t->task.ptr) QL_SET(command, "task", ql_string(a, t->task));
  QL_SET(command, "tokens", ql_int(a, t->reserve_tokens));
  return command;
}

/* What is written to a cache costs a quarter more than what is only read. */
static int64_t spent(const ql__turn *t, const ql_value *usage) {
  int64_t input = ql_get_int(usage, QL_STR("input"), 0), cached = ql_get_int(usage, QL_STR("cached"), 0);
  int64_t written = ql_get_int(usage, QL_STR("written"), 0), output = ql_get_int(usage, QL_STR("output"), 0);
  ql_price price;
  if (!ql_price_of(t->model, input, &price)) return -1;
  return ((input - cached) * price.input + written * price.input / 4 + cached * price.cached + output * price.output + 500000) / 1000000;
}

static void add_cost(const ql__turn *t, ql_value *command, ql_arena *a) {
  static const char *const COUNTED[] = {"cached", "input", "output", "reasoning"};
  const ql_value *usage = QL_GET(t->reply, "usage");
  ql_str model = TEXT_OF(t->reply, "model");
  for (size_t i = 0; i < QL_COUNT(COUNTED); i++) {
    const ql_value *count = ql_get_literal(usage, COUNTED[i]);
    if (count) ql_set_literal(command, COUNTED[i], ql_copy(a, count));
  }
  int64_t micro = spent(t, usage);
  if (micro >= 0) QL_SET(command, "micro", ql_int(a, micro));
  if (!model.ptr || model.len == 0) model = t->model;
  QL_SET(command, "model", ql_string(a, ql_slice(model, 0, 160)));
  QL_SET(command, "ms", ql_int(a, t->took));
}

ql_value *ql__turn_done(const ql__turn *t, ql_arena *a) {
  ql_str end = TEXT_OF(t->reply, "end");
  bool cancelled = ql_eq(end, QL_STR("cancelled")), failed = ql_eq(end, QL_STR("failed")) || ql_eq(end, QL_STR("cut"));
  bool says = !failed && QL_GET(t->reply, "parts") && (!cancelled || QL_GET(t->reply, "parts")->first);
  ql_value *command = ql__owners_command(a, QL_STR("done"));
  if (t->recalled >= 0)
    QL_SET(command, "recalled", ql_int(a, t->recalled));
  else
    add_cost(t, command, a);
  QL_SET(command, "outcome", ql_string(a, cancelled ? QL_STR("cancelled") : failed ? QL_STR("error") : QL_STR("ok")));
  if (t->start >= 0 && says && !t->unkept) ql__log_reply(a, command, t->reply);
  QL_SET(command, "start", ql_int(a, t->start));
  return command;
}

/* ---- what is made of an answer ---- */

static void next_call(ql__turn *t) {
  t->step = QL__TURN_ASK;
  t->attempt_number = 0;
}

/* A worker's words without a tool are taken as its answer at last; a leader's are not, for it would have done nothing. */
static void take_words(ql__turn *t) {
  ql_str text = ql__reply_text(t->attempt, t->reply);
  if (t->leads || text.len == 0) {
    ql__turn_fail(
        t, t->leads ? QL_STR(" wrote, but made no move, although it was told twice that its turn is open.") : QL_STR(" gave no answer."),
        QL_STR(""));
    return;
  }
  ql_value *command = ql_object(t->attempt);
  QL_SET(command, "by", ql_string(t->attempt, t->agent));
  QL_SET(command, "kind", ql_string(t->attempt, QL_STR("completed")));
  QL_SET(command, "msg", ql_string(t->attempt, text));
  QL_SET(command, "type", ql_string(t->attempt, QL_STR("respond")));
  t->command = command;
  t->ends = true;
  t->part = NULL;
  t->step = QL__TURN_MOVE;
}

static void nudge(ql__turn *t, ql_str words) {
  if (t->nudges++ >= NUDGES_MAX) {
    take_words(t);
    return;
  }
  keep_reply(t);
  ql__turn_say(t, QL_STR("user"), words);
  next_call(t);
}

static void add_result(ql__turn *t, const ql_value *call, ql_str words, bool failed) {
  ql_arena *a = t->arena;
  ql_value *part = ql_object(a);
  if (failed) QL_SET(part, "error", ql_bool(a, true));
  QL_SET(part, "id", ql_string(a, ql_arena_str(a, TEXT_OF(call, "id"))));
  QL_SET(part, "kind", ql_string(a, QL_STR("result")));
  QL_SET(part, "name", ql_string(a, ql_arena_str(a, TEXT_OF(call, "name"))));
  QL_SET(part, "text", ql_string(a, ql_arena_str(a, words)));
  ql_push(t->results, part);
}

/* Goes to the next call of the answer; behind the last one the model is asked again. */
static void next_move(ql__turn *t) {
  while (t->part) {
    const ql_value *call = t->part;
    if (!ql_eq(TEXT_OF(call, "kind"), QL_STR("call"))) {
      t->part = call->next;
      continue;
    }
    if (t->tooled && !ql__is_move(TEXT_OF(call, "name"))) {
      t->start = -1;
      t->approved = false;
      t->again = false;
      t->broken_off = false;
      t->outcome = NULL;
      t->step = QL__TURN_TOOL_LOOK;
      ql__tool_hash(t);
      return;
    }
    ql__move move = ql__read_move(t->attempt, TEXT_OF(call, "name"), TEXT_OF(call, "arguments"), t->agent, t->leads);
    if (move.command) {
      t->command = move.command;
      t->ends = move.ends;
      t->step = QL__TURN_MOVE;
      return;
    }
    add_result(t, call, move.problem, true);
    t->part = call->next;
  }
  for (const ql_value *image = t->images ? t->images->first : NULL; image; image = image->next)
    ql_push(t->results, ql_copy(t->arena, image));
  t->images = NULL;
  if (t->results->first) add_message(t, QL_STR("user"), t->results);
  next_call(t);
}

static void take_calls(ql__turn *t) {
  keep_reply(t);
  t->results = ql_array(t->arena);
  t->part = QL_GET(t->reply, "parts")->first;
  next_move(t);
}

/* Some models take no tools at all. Where there is nothing to work with, what they say without is an answer too. */
static bool goes_without_tools(ql__turn *t) {
  ql_str said = TEXT_OF(QL_GET(t->reply, "fault"), "message");
  if (!t->bare.ptr || !t->tools || ql_find(said, QL_STR("tool"), 0) == SIZE_MAX) return false;
  t->system = t->bare;
  t->tools = NULL;
  t->tooled = false;
  next_call(t);
  return true;
}

static ql_status judge_failure(ql__turn *t, int64_t now, ql_error *err) {
  ql_arena *a = t->attempt;
  const ql_value *fault = QL_GET(t->reply, "fault");
  if (t->status >= 400 && goes_without_tools(t)) return QL_OK;
  ql_value *failure = ql_object(a), *verdict = NULL;
  ql_str fallback = TEXT_OF(t->player, "fallback");
  QL_SET(failure, "attempt", ql_int(a, t->attempt_number));
  QL_SET(failure, "began", ql_bool(a, QL_GET(t->reply, "parts")->first != NULL));
  if (fallback.ptr && !ql_eq(fallback, t->model)) QL_SET(failure, "fallback", ql_string(a, fallback));
  if (fault) QL_SET(failure, "fault", ql_copy(a, fault));
  if (t->headers) QL_SET(failure, "headers", ql_copy(a, t->headers));
  QL_SET(failure, "now", ql_int(a, now));
  QL_SET(failure, "provider", ql_string(a, TEXT_OF(t->player, "provider")));
  QL_SET(failure, "since", ql_int(a, t->since));
  if (t->status > 0) QL_SET(failure, "status", ql_int(a, t->status));
  /* The jitter only has to differ from one caller to the next. */
  uint8_t entropy[QL_HASH_BYTES];
  ql_buf seed = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&seed, (ql_str){t->request_hash, sizeof t->request_hash});
  ql_buf_int(&seed, now);
  ql_sha256(ql_buf_take(&seed, a), entropy);
  if (settled(t, err) != QL_OK) return QL_ERR_NOMEM;
  ql_status status = ql_llm_retry(a, failure, entropy, &verdict, err);
  if (status != QL_OK) return status;
  ql_str decision = TEXT_OF(verdict, "decision");
  if (ql_eq(decision, QL_STR("retry"))) {
    t->until = ql_get_int(verdict, QL_STR("at"), now);
    t->step = QL__TURN_WAIT;
  } else if (ql_eq(decision, QL_STR("fallback"))) {
    t->model = ql_arena_str(t->arena, TEXT_OF(verdict, "model"));
    next_call(t);
  } else {
    ql__turn_fail(t, QL_STR(" could not be asked: "), TEXT_OF(verdict, "message"));
    t->until = ql_get_int(verdict, QL_STR("at"), 0);
  }
  return settled(t, err);
}

static ql_str beginning(ql_str text) {
  ql_str cut = ql_slice(text, 0, QUOTED_MAX);
  size_t bad = ql_utf8_bad(cut);
  return bad == SIZE_MAX ? cut : ql_slice(cut, 0, bad);
}

static const ql_str OPEN_LEADER = QL_STR_INIT(
    "Your turn is still open, and words outside of tools are seen by nobody. Make your moves with the quest tools, and end with quest_report or quest_complete.");
static const ql_str OPEN_WORKER =
    QL_STR_INIT("Your turn is still open, and words outside of tools are seen by nobody. End it with quest_respond.");
static const ql_str CUT_SHORT = QL_STR_INIT("Your answer was cut at its length limit. Go on where it ended, in fewer words.");

ql_status ql__turn_read(ql__turn *t, int64_t now, ql_error *err) {
  ql_str end = TEXT_OF(t->reply, "end");
  if (t->stopping) {
    t->step = QL__TURN_OVER;
  } else if (ql_eq(end, QL_STR("cancelled"))) {
    ql__turn_fail(t, QL_STR(" was stopped."), QL_STR(""));
  } else if (ql_eq(end, QL_STR("failed")) || ql_eq(end, QL_STR("cut"))) {
    return judge_failure(t, now, err);
  } else if (ql_eq(end, QL_STR("refused")) || ql_eq(end, QL_STR("filtered"))) {
    ql_str text = ql__reply_text(t->attempt, t->reply);
    ql__turn_fail(t, ql_eq(end, QL_STR("refused")) ? QL_STR(" declined to answer") : QL_STR(" was stopped by its provider's safety filter"),
                  text.len > 0 ? ql_arena_concat(t->attempt, (const ql_str[]){QL_STR(": "), beginning(text)}, 2) : QL_STR("."));
  } else if (ql_eq(end, QL_STR("paused"))) {
    keep_reply(t);
    next_call(t);
  } else if (ql_eq(end, QL_STR("calls")) && (t->kind == QL__SEAT || t->tooled)) {
    take_calls(t);
  } else if (t->kind == QL__SEAT) {
    nudge(t, ql_eq(end, QL_STR("length")) ? CUT_SHORT : t->leads ? OPEN_LEADER : OPEN_WORKER);
  } else {
    t->step = QL__TURN_OVER;
  }
  return settled(t, err);
}

ql_status ql__turn_moved(ql__turn *t, ql_str refusal, ql_error *err) {
  const ql_value *call = t->part;
  t->command = NULL;
  if (!refusal.ptr && t->ends) {
    t->step = QL__TURN_OVER;
  } else if (!call) { /* words that were taken for an answer, and were not accepted */
    ql__turn_fail(t, QL_STR(" answered in words, which was refused: "), refusal);
  } else {
    add_result(t, call, refusal.ptr ? refusal : QL_STR("Done."), refusal.ptr != NULL);
    t->part = call->next;
    next_move(t);
  }
  return settled(t, err);
}

ql_status ql__turn_tool_told(ql__turn *t, ql_error *err) {
  const ql_value *call = t->part;
  add_result(t, call, TEXT_OF(t->outcome, "text"), ql_get_bool(t->outcome, QL_STR("error")));
  ql__tool_show(t);
  t->start = t->recalled = -1;
  t->outcome = NULL;
  t->part = call->next;
  next_move(t);
  return settled(t, err);
}
