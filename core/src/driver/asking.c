#include "driver/asking.h"

#include <questline/route.h>

#include "base/text.h"
#include "driver/prompt.h"
#include "driver/tooling.h"

#define NAMED_MAX 64u  /* agents that are offered by name */
#define SAID_MAX  160u /* bytes of what is said of each */

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

/* ---- whom ---- */

static ql_status may_ask(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str other, bool *out, ql_error *err) {
  ql_value *permit = NULL;
  ql_str call = ql_arena_concat(a, (const ql_str[]){QL_STR("Task("), other, QL_STR(")")}, 3);
  ql_status status = call.ptr ? ql_permit(a, roster, agent, call, QL_ABSENT, false, &permit, err) : ql__out_of_memory(err);
  if (status == QL_OK) *out = !ql_eq(TEXT_OF(permit, "decision"), QL_STR("refuse"));
  return status;
}

static void add_agent(ql_buf *out, const ql_agent *agent) {
  ql_str said = ql_slice(agent->description, 0, ql_find_byte(agent->description, '\n', 0));
  if (said.len > SAID_MAX) said = ql_slice(said, 0, SAID_MAX);
  ql_buf_add(out, QL_STR("\n- "));
  ql_buf_add(out, agent->id);
  if (!agent->description.ptr) return;
  ql_buf_add(out, QL_STR(": "));
  ql_buf_add(out, ql_slice(said, 0, ql_utf8_bad(said)));
}

ql_status ql__whom_to_ask(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str *out, ql_error *err) {
  const ql_agent *self = ql_roster_find(roster, agent);
  ql_buf words = ql_buf_new(ql_arena_alloc(a));
  size_t count = 0;
  for (size_t i = 0; i < ql_roster_count(roster) && count < NAMED_MAX; i++) {
    const ql_agent *other = ql_roster_agent(roster, i);
    bool may = false;
    ql_status status = other == self ? QL_OK : may_ask(a, roster, agent, other->id, &may, err);
    if (status != QL_OK) return status;
    if (!may) continue;
    if (count++ == 0)
      ql_buf_add(&words, QL_STR("\n# Whom you can ask\n\nWhat another agent knows better you ask it for, with Task, one after another. It "
                                "sees only your prompt, and you see only its answer.\n"));
    add_agent(&words, other);
  }
  if (count > 0) ql_buf_byte(&words, '\n');
  *out = count > 0 ? ql_buf_take(&words, a) : QL_STR("");
  return ql_arena_failed(a) || words.failed ? ql__out_of_memory(err) : QL_OK;
}

/* ---- asking ---- */

static ql_str prompt_of(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str asker) {
  const ql_str pieces[] = {
      ql__prompt_identity(a, roster, agent), QL_STR("\n# Who asks\n\n"), asker,
      QL_STR(" asks you, while it answers a person. Your answer goes back to it; nothing else that you do is seen.\n")};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

ql_status ql__ask_agent(ql_driver *d, ql__turn *asker, ql_error *err) {
  ql_value *arguments = NULL;
  if (ql_json_read(asker->attempt, TEXT_OF(asker->part, "arguments"), &arguments, NULL) != QL_OK) return ql__out_of_memory(err);
  const ql_agent *agent = ql_roster_find(d->roster, ql_trim(TEXT_OF(arguments, "subagent_type")));
  ql_str text = ql_trim(TEXT_OF(arguments, "prompt")), turned_down = QL_ABSENT;
  ql_status status = ql__turn_down(d, agent->id, text, &turned_down, err);
  if (status != QL_OK) return status;
  if (turned_down.ptr) return ql__tool_answer(asker, turned_down, agent->id, true, err);
  const ql_value *player = ql__player_of(d, agent->id);
  ql__turn *t = ql__turn_new(d->alloc, QL__CHAT, player ? player : asker->player);
  if (!t) return ql__out_of_memory(err);
  t->agent = agent->id;
  t->asker = asker;
  t->calls = asker->calls;
  t->steer = asker->steer == QL__STOP ? QL__STOP : QL__FREE;
  t->step = QL__TURN_EQUIP;
  t->system = prompt_of(t->arena, d->roster, agent->id, d->leader);
  ql__turn_say(t, QL_STR("user"), text);
  if (ql_arena_failed(t->arena)) {
    ql__turn_free(t);
    return ql__out_of_memory(err);
  }
  asker->asked = t;
  asker->step = QL__TURN_TOOL_AGENT;
  ql__add_turn(d, t);
  return QL_OK;
}

/* ---- what came of it ---- */

/* A person stopped it: what both had said until then is the answer. */
static void halt(ql__turn *asker, const ql__turn *asked, ql_str words) {
  const ql_str own = ql__reply_text(asker->attempt, asker->reply);
  const ql_str pieces[] = {own, words.len > 0 && own.len > 0 ? QL_STR("\n\n") : QL_STR(""), asked->agent, QL_STR(", when it was stopped: "),
                           words};
  asker->said = words.len > 0 ? ql_arena_concat(asker->arena, pieces, QL_COUNT(pieces)) : ql_arena_str(asker->arena, own);
  asker->whole = false;
  asker->step = QL__TURN_HALTED;
}

static ql_status answer(ql__turn *asker, const ql__turn *asked, ql_str words, ql_error *err) {
  ql_arena *a = asker->attempt;
  bool cut = ql_eq(TEXT_OF(asked->reply, "end"), QL_STR("length")), empty = words.len == 0;
  ql_str note = cut ? QL_STR("\n[Its answer was cut at its length limit.]") : empty ? QL_STR("[It gave no answer.]") : QL_STR("");
  words = ql_arena_concat(a, (const ql_str[]){words, note}, 2);
  return words.ptr ? ql__tool_answer(asker, words, asked->agent, cut || empty, err) : ql__out_of_memory(err);
}

ql_status ql__take_asked(ql_driver *d, ql__turn *asked, ql_error *err) {
  ql__turn *asker = asked->asker;
  bool failed = asked->step == QL__TURN_FAILED, halted = asked->step == QL__TURN_HALTED;
  const ql_str pieces[] = {asked->before.ptr ? asked->before : QL_STR(""),
                           halted ? asked->said : ql__reply_text(asked->attempt, asked->reply)};
  ql_str words = ql_arena_concat(asker->attempt, pieces, QL_COUNT(pieces));
  ql_status status = words.ptr ? QL_OK : ql__out_of_memory(err);
  if (status == QL_OK && halted) {
    halt(asker, asked, words);
  } else if (status == QL_OK && failed && ql_eq(TEXT_OF(asked->reply, "end"), QL_STR("cancelled"))) {
    asker->problem = ql_arena_str(asker->arena, asked->problem); /* the host ended it, as it ends an answer */
    asker->step = QL__TURN_FAILED;
  } else if (status == QL_OK) {
    status = failed ? ql__tool_answer(asker, asked->problem, asked->agent, true, err) : answer(asker, asked, words, err);
  }
  if (status == QL_OK && ql_arena_failed(asker->arena)) status = ql__out_of_memory(err);
  if (status != QL_OK) return status;
  asker->calls = asked->calls;
  asker->asked = NULL;
  ql__drop_turn(d, asked);
  return QL_OK;
}
