#include "driver/steer.h"

#include "base/text.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static const ql_str GO_ON = QL_STR_INIT("You were stopped there. Go on from exactly where your words end; repeat nothing of them.");

static const ql_str HOWS[] = {[QL__FREE] = QL_STR_INIT(""),
                              [QL__STOP] = QL_STR_INIT("stop"),
                              [QL__AGAIN] = QL_STR_INIT("again"),
                              [QL__CONTINUE] = QL_STR_INIT("continue")};

ql_status ql_driver_steer(ql_driver *driver, const ql_value *steer, ql_error *err) {
  ql_str agent = TEXT_OF(steer, "agent"), how = TEXT_OF(steer, "how");
  size_t wanted = QL__STOP;
  while (wanted < QL_COUNT(HOWS) && !ql_eq(HOWS[wanted], how)) wanted++;
  if (wanted == QL_COUNT(HOWS)) return ql_fail(err, QL_ERR_ARGUMENT, "it was expected how: stop, again or continue", QL_STR("how"));
  ql__turn *t = driver->turns;
  while (t && (t->stopping || t->step == QL__TURN_FAILED || (agent.ptr ? !ql_eq(t->agent, agent) : t->kind == QL__SEAT))) t = t->next;
  if (!t) return ql_fail(err, QL_ERR_NOT_FOUND, "no model is at work there now", agent);
  t->steer = (ql__steering)wanted;
  if (t->asked && t->steer == QL__STOP) t->asked->steer = QL__STOP; /* whoever is at work for it */
  return QL_OK;
}

/* What came stays, until it is known what becomes of it. */
static void halt(ql__turn *t, bool read) {
  ql_str end = TEXT_OF(t->reply, "end");
  bool broken = ql_eq(end, QL_STR("cancelled")) || ql_eq(end, QL_STR("failed")) || ql_eq(end, QL_STR("cut"));
  t->said = read ? ql_arena_str(t->arena, ql__reply_text(t->attempt, t->reply)) : QL_STR("");
  t->whole = read && !broken;
  t->told_halt = false;
  t->step = QL__TURN_HALTED;
}

/* Whether the model is asked once more. */
static void go_on(ql__turn *t) {
  bool joins = t->steer == QL__CONTINUE;
  t->steer = QL__FREE;
  t->step = QL__TURN_ASK;
  t->attempt_number = 0;
  if (joins && t->whole) {
    t->step = QL__TURN_READ;
  } else if (joins && t->said.len > 0) {
    t->before = ql_arena_concat(t->arena, (const ql_str[]){t->before.ptr ? t->before : QL_STR(""), t->said}, 2);
    ql__turn_say(t, QL_STR("assistant"), t->said);
    ql__turn_say(t, QL_STR("user"), GO_ON);
  }
}

ql_status ql__steer(ql__turn *t, ql_error *err) {
  if (t->steer == QL__FREE || t->stopping) return QL_OK;
  if (t->step == QL__TURN_SEND) ql__turn_unsent(t);
  if (t->step == QL__TURN_READ) halt(t, true);
  bool waits = t->step == QL__TURN_EQUIP && t->kind == QL__CHAT;
  if (waits || t->step == QL__TURN_ASK || t->step == QL__TURN_LOG_START || t->step == QL__TURN_WAIT) halt(t, false);
  if (t->step == QL__TURN_HALTED && t->steer != QL__STOP) go_on(t);
  if (t->step == QL__TURN_HALTED) t->steer = QL__FREE;
  return ql_arena_failed(t->arena) || ql_arena_failed(t->attempt) ? ql__out_of_memory(err) : QL_OK;
}
