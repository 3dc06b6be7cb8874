/* The seats that models play. */
#include "base/text.h"
#include "driver/context.h"
#include "driver/images.h"
#include "driver/look.h"
#include "driver/moves.h"
#include "driver/offers.h"
#include "driver/prompt.h"
#include "driver/recall.h"
#include "driver/servers.h"
#include "driver/steer.h"
#include "driver/tooling.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

const ql_value *ql__player_of(const ql_driver *d, ql_str agent) {
  const ql_value *any = NULL;
  for (const ql_value *player = d->players ? d->players->first : NULL; player; player = player->next) {
    ql_str who = TEXT_OF(player, "agent");
    if (ql_eq(who, agent)) return player;
    if (ql_eq(who, QL_STR("*"))) any = player;
  }
  return any;
}

/* ---- turns follow the quest ---- */

/* The event since which an agent holds the turn; -1 when it does not. A pause keeps it. */
static int64_t held_from(const ql_value *view, ql_str agent) {
  if (!ql__lists(QL_GET(view, "holders"), agent) && !ql__lists(QL_GET(view, "kept"), agent)) return -1;
  int64_t from = -1;
  for (const ql_value *hold = QL_GET(view, "holds")->first; hold; hold = hold->next)
    if (ql_eq(TEXT_OF(hold, "agent"), agent)) from = ql_get_int(hold, QL_STR("from"), -1);
  return from;
}

static const ql_value *seat_of(const ql_value *view, ql_str agent) {
  const ql_value *seat = QL_GET(view, "agents")->first;
  while (seat && !ql_eq(TEXT_OF(seat, "id"), agent)) seat = seat->next;
  return seat;
}

/* The same turn, and nobody has sat down on the seat or left it since. */
static bool goes_on(const ql_value *view, const ql__turn *t) {
  const ql_value *seat = seat_of(view, t->agent);
  return seat && ql_get_int(seat, QL_STR("fence"), -1) == t->fence && held_from(view, t->agent) == t->held_from;
}

static ql__turn *turn_of(const ql_driver *d, ql_str agent) {
  ql__turn *t = d->turns;
  while (t && (t->stopping || !ql_eq(t->agent, agent))) t = t->next;
  return t;
}

/* The task that a worker's turn is about, so that what it takes is booked there; absent where it is not one. */
static ql_str task_of(const ql_value *view, ql_str agent) {
  const ql_value *tasks = ql__held_tasks(view, agent);
  return tasks && tasks->count == 1 ? tasks->first->text : QL_ABSENT;
}

/* Whom an agent can name. */
static ql_value *others(ql_arena *a, const ql_value *view, ql_str agent) {
  ql_value *ids = ql_array(a);
  for (const ql_value *seat = QL_GET(view, "agents")->first; seat; seat = seat->next) {
    ql_str id = TEXT_OF(seat, "id");
    if (!ql_eq(id, agent) && !ql_eq(id, QL_STR("@owner"))) ql_push(ids, ql_string(a, ql_arena_str(a, id)));
  }
  return ids;
}

ql_status ql__prepare_turn(ql_driver *d, ql__turn *t, const ql_quest *quest, ql_error *err) {
  const ql_value *view = ql_quest_view(quest, d->command), *state = ql_quest_state(quest, d->command);
  const ql_value *monitor = ql_quest_monitor(quest, d->command, t->agent);
  if (!view || !state || !monitor) return ql__out_of_memory(err);
  ql__turn_begin(t);
  t->task = t->leads ? QL_ABSENT : ql_arena_str(t->arena, task_of(view, t->agent));
  t->system = ql__prompt_seat(t->arena, d->roster, t->agent, t->leads);
  t->tools = ql__move_tools(t->arena, t->leads, others(t->arena, view, t->agent));
  ql_str documents = QL_STR("");
  ql_status status = QL_OK;
  if (!t->leads) status = ql__given_documents(t->arena, d->roster, ql__plan_of(d, d->command), t->agent, d->documents, &documents, err);
  if (status != QL_OK) return status;
  ql__turn_say(t, QL_STR("user"), ql__prompt_turn(t->arena, view, state, monitor, documents));
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : ql__offer_tools(d, t, err);
}

static ql_status begin_turn(ql_driver *d, const ql_value *view, const ql_value *seat, const ql_value *player, ql_error *err) {
  ql__turn *t = ql__turn_new(d->alloc, QL__SEAT, player);
  if (!t) return ql__out_of_memory(err);
  ql__add_turn(d, t);
  t->agent = ql_arena_str(t->arena, TEXT_OF(seat, "id"));
  t->leads = ql_get_bool(seat, QL_STR("leads"));
  t->fence = ql_get_int(seat, QL_STR("fence"), -1);
  t->held_from = held_from(view, t->agent);
  t->step = QL__TURN_EQUIP;
  return t->agent.ptr ? QL_OK : ql__out_of_memory(err);
}

/* With the tools it has, from where the log ends. */
static ql_status begin_play(ql_driver *d, ql__turn *t, int64_t now, ql_error *err) {
  bool ready = true, begun = false;
  ql_status status = ql__servers_open(d, t, t->agent, now, &ready, err);
  if (status != QL_OK || !ready) return status;
  status = ql__replay_turn(d, t, &begun, err);
  if (status == QL_OK) status = begun ? ql__recall_call(d, t, err) : ql__prepare_turn(d, t, d->quest, err);
  if (status != QL_OK) t->step = QL__TURN_EQUIP;
  return status;
}

/* Whether a call is neither under way nor to be logged, so that nothing is owed when the turn is dropped. */
static bool at_rest(const ql__turn *t) {
  switch (t->step) {
  case QL__TURN_SEND: return t->start < 0;
  case QL__TURN_OPEN:
  case QL__TURN_IMAGE:
  case QL__TURN_IMAGE_OPEN:
  case QL__TURN_RECALLED:
  case QL__TURN_LOG_DONE:
  case QL__TURN_TOOL_OPEN:
  case QL__TURN_TOOL_RUN:
  case QL__TURN_TOOL_SEND:
  case QL__TURN_TOOL_OUT:
  case QL__TURN_TOOL_AGENT:
  case QL__TURN_TOOL_DONE: return false;
  case QL__TURN_ASK:
  case QL__TURN_EQUIP:
  case QL__TURN_HALTED:
  case QL__TURN_LOG_START:
  case QL__TURN_IMAGE_MADE:
  case QL__TURN_READ:
  case QL__TURN_MOVE:
  case QL__TURN_TOOL_LOOK:
  case QL__TURN_TOOL_ASK:
  case QL__TURN_TOOL_START:
  case QL__TURN_TOOL_MADE:
  case QL__TURN_TOOL_TOLD:
  case QL__TURN_WAIT:
  case QL__TURN_FAILED:
  case QL__TURN_OVER: return true;
  }
  return true;
}

static ql_status follow(ql_driver *d, const ql_value *view, bool running, ql_error *err) {
  for (ql__turn *t = d->turns, *next; t; t = next) {
    next = t->next;
    if (!goes_on(view, t)) t->stopping = true;
    bool over = t->stopping || t->step == QL__TURN_OVER || (t->step == QL__TURN_FAILED && !running);
    if (over && at_rest(t)) ql__drop_turn(d, t);
  }
  ql_status status = QL_OK;
  const ql_value *seats = QL_GET(view, "agents");
  for (const ql_value *seat = running ? seats->first : NULL; seat && status == QL_OK; seat = seat->next) {
    ql_str id = TEXT_OF(seat, "id");
    const ql_value *player = ql_eq(TEXT_OF(seat, "kind"), QL_STR("model")) ? ql__player_of(d, id) : NULL;
    if (player && !turn_of(d, id) && held_from(view, id) >= 0) status = begin_turn(d, view, seat, player, err);
  }
  return status;
}

/* ---- what is to be logged ---- */

/* A start without an end, of a seat that is played here, but not by a call that is known: a crash came between. */
static bool in_doubt(const ql_driver *d, const ql_value *effect) {
  int64_t n = ql_get_int(effect, QL_STR("n"), -1);
  if (!ql__player_of(d, TEXT_OF(effect, "agent"))) return false;
  for (const ql__turn *t = d->turns; t; t = t->next)
    if (t->start == n) return false;
  return true;
}

static ql_value *lost(ql_arena *a, const ql_value *effect) {
  ql_value *command = ql__owners_command(a, QL_STR("done"));
  QL_SET(command, "outcome", ql_string(a, QL_STR("lost")));
  QL_SET(command, "start", ql_int(a, ql_get_int(effect, QL_STR("n"), 0)));
  return command;
}

static ql_value *give_up(ql_arena *a, const ql__turn *t) {
  ql_value *command = ql__owners_command(a, QL_STR("pause"));
  QL_SET(command, "reason", ql_string(a, t->problem));
  if (t->until > 0) QL_SET(command, "until", ql_int(a, t->until));
  return command;
}

static ql_value *announced(const ql_driver *d, const ql__turn *t) {
  ql_value *command = ql__turn_start(t, d->command);
  ql__offers_log(d, t, command);
  return command;
}

/* The file at which the turn stands. */
static ql_value *made(const ql_driver *d, const ql__turn *t, const ql_value *state) {
  return t->recalled >= 0 ? ql__recall_made(d, t, d->command) : ql__tool_made(d, t, state, d->command);
}

/* The command a turn waits to have logged; NULL for none. */
static const ql_value *command_of(ql_driver *d, ql__turn *t, const ql_value *state, bool running) {
  switch (t->step) {
  case QL__TURN_LOG_START: return running && !t->stopping ? announced(d, t) : NULL;
  case QL__TURN_LOG_DONE: return ql__turn_done(t, d->command);
  case QL__TURN_MOVE: return running && !t->stopping ? ql_copy(d->command, t->command) : NULL;
  case QL__TURN_FAILED: return running ? give_up(d->command, t) : NULL;
  case QL__TURN_TOOL_START: return running && !t->stopping ? ql__tool_start(t, d->command) : NULL;
  case QL__TURN_TOOL_DONE: return ql__tool_done(t, d->command);
  case QL__TURN_TOOL_MADE: return running && !t->stopping ? made(d, t, state) : NULL;
  case QL__TURN_IMAGE_MADE: return running && !t->stopping ? ql__image_made(t, state, d->command) : NULL;
  case QL__TURN_RECALLED: return t->outcome ? ql__tool_done(t, d->command) : ql__turn_done(t, d->command);
  case QL__TURN_EQUIP:
  case QL__TURN_TOOL_LOOK:
  case QL__TURN_TOOL_ASK:
  case QL__TURN_TOOL_OPEN:
  case QL__TURN_TOOL_RUN:
  case QL__TURN_TOOL_SEND:
  case QL__TURN_TOOL_OUT:
  case QL__TURN_TOOL_AGENT:
  case QL__TURN_TOOL_TOLD:
  case QL__TURN_ASK:
  case QL__TURN_SEND:
  case QL__TURN_OPEN:
  case QL__TURN_READ:
  case QL__TURN_WAIT:
  case QL__TURN_IMAGE:
  case QL__TURN_IMAGE_OPEN:
  case QL__TURN_HALTED:
  case QL__TURN_OVER: return NULL;
  }
  return NULL;
}

/* Goes to the next file that is to be logged; behind the last one come images. */
static void find_made(ql_driver *d, ql__turn *t, const ql_value *state) {
  while (t->made && !made(d, t, state)) t->made = t->made->next;
  if (t->made) return;
  t->image = ql__image_first(t, "hash");
  t->step = QL__TURN_IMAGE_MADE;
}

/* Goes to the next image; behind the last one the answer is acted on, or the model is told. */
static void find_image(ql_driver *d, ql__turn *t, const ql_value *state) {
  while (t->image && !ql__image_made(t, state, d->command)) t->image = ql__image_with(t->image->next, "hash");
  if (!t->image) t->step = t->outcome ? QL__TURN_TOOL_TOLD : QL__TURN_READ;
}

static ql_status advance(ql_driver *d, ql__turn *t, const ql_value *state, int64_t now, bool running, ql_error *err) {
  ql_status status = QL_OK;
  if (t->step == QL__TURN_WAIT && t->until <= now) t->step = QL__TURN_ASK;
  if (t->stopping) status = ql__turn_abandon(t, err);
  if (status == QL_OK && t->step == QL__TURN_EQUIP && running) status = begin_play(d, t, now, err);
  if (status == QL_OK && t->step == QL__TURN_TOOL_MADE) find_made(d, t, state);
  if (status == QL_OK && t->step == QL__TURN_IMAGE_MADE) find_image(d, t, state);
  if (status == QL_OK && t->step == QL__TURN_TOOL_TOLD) status = ql__turn_tool_told(t, err);
  if (status == QL_OK) status = ql__steer(t, err);
  if (status == QL_OK && t->step == QL__TURN_READ) status = ql__turn_read(t, now, err);
  if (status == QL_OK && running) status = ql__recall_tool(d, t, err);
  if (status == QL_OK && t->step == QL__TURN_TOOL_LOOK && running) status = ql__look_at_tool(d, t, err);
  if (status == QL_OK && t->step == QL__TURN_TOOL_RUN) status = ql__use_tool(d, t, now, err);
  if (status == QL_OK && t->step == QL__TURN_ASK && running) {
    status = ql__turn_ask(t, err);
    if (status == QL_OK) status = ql__recall_call(d, t, err);
  }
  return status;
}

ql_status ql__play(ql_driver *d, const ql_value *view, const ql_value *state, int64_t now, ql_error *err) {
  bool running = ql_eq(TEXT_OF(view, "status"), QL_STR("running"));
  ql_status status = d->servers || d->only ? ql__offers_follow(d->arena, d->command, d->quest, &d->offers, err) : QL_OK;
  if (status == QL_OK) status = follow(d, view, running, err);
  for (ql__turn *t = d->turns; t && status == QL_OK; t = t->next) status = advance(d, t, state, now, running, err);
  if (status != QL_OK) return status;
  const ql_value *effects = QL_GET(state, "effects");
  for (const ql_value *effect = effects ? effects->first : NULL; effect && !d->wanted; effect = effect->next)
    if (in_doubt(d, effect)) d->wanted = lost(d->command, effect);
  int64_t first = INT64_MAX;
  bool unsettled = d->wanted != NULL;
  for (ql__turn *t = d->turns; t && !unsettled; t = t->next) {
    int64_t rank = ql__recall_rank(t);
    const ql_value *command = rank < first ? command_of(d, t, state, running) : NULL;
    if (!command) continue;
    d->wanted = command;
    d->wanting = t;
    first = rank;
  }
  return QL_OK;
}

/* A start that did not fit the budget was logged as what paused the quest: nothing is under way. */
static bool under_way(const ql_driver *d, int64_t n) {
  const ql_value *state = ql_quest_state(d->quest, d->command), *effects = QL_GET(state, "effects");
  for (const ql_value *effect = effects ? effects->first : NULL; effect; effect = effect->next)
    if (ql_get_int(effect, QL_STR("n"), -1) == n) return true;
  return false;
}

ql_status ql__played(ql_driver *d, int64_t n, ql_str refusal, ql_error *err) {
  ql__turn *t = d->wanting;
  d->wanting = NULL;
  switch (t->step) {
  case QL__TURN_LOG_START:
    if (refusal.ptr) {
      t->problem = ql_arena_str(t->arena, refusal);
      t->step = QL__TURN_FAILED;
    } else if (under_way(d, n)) {
      t->start = n;
      t->offers = NULL;
      t->step = t->recalled >= 0 ? QL__TURN_RECALLED : QL__TURN_SEND;
    } else {
      t->attempt_number--;
      t->step = QL__TURN_ASK;
    }
    return ql_arena_failed(t->arena) || ql_arena_failed(d->command) ? ql__out_of_memory(err) : QL_OK;
  case QL__TURN_TOOL_START:
    if (refusal.ptr) {
      t->problem = ql_arena_str(t->arena, refusal);
      t->step = QL__TURN_FAILED;
    } else if (under_way(d, n)) {
      t->start = n;
      t->step = t->recalled >= 0 ? QL__TURN_RECALLED : QL__TURN_TOOL_RUN;
    }
    return ql_arena_failed(t->arena) || ql_arena_failed(d->command) ? ql__out_of_memory(err) : QL_OK;
  case QL__TURN_RECALLED:
  case QL__TURN_LOG_DONE:
  case QL__TURN_TOOL_DONE:
    if (refusal.ptr && !t->unkept) { /* what came is too large for the log, or cannot stand in it: that it came is logged */
      t->unkept = true;
      return QL_OK;
    }
    t->unkept = false;
    t->step = t->step == QL__TURN_TOOL_DONE || t->outcome ? QL__TURN_TOOL_MADE : QL__TURN_IMAGE_MADE;
    if (t->step == QL__TURN_IMAGE_MADE) t->image = ql__image_first(t, "hash");
    if (t->recalled >= 0) ql__recall_taken(d, t);
    return QL_OK;
  case QL__TURN_IMAGE_MADE:
    if (!refusal.ptr) ql__recall_moved(t);
    t->image = ql__image_with(t->image->next, "hash");
    return QL_OK;
  case QL__TURN_TOOL_MADE: /* one that was refused is in the workspace all the same */
    if (!refusal.ptr) ql__recall_moved(t);
    t->made = t->made->next;
    return QL_OK;
  case QL__TURN_MOVE: {
    if (!refusal.ptr) ql__recall_moved(t);
    ql_status status = ql__turn_moved(t, refusal, err);
    if (status == QL_OK && t->step == QL__TURN_OVER) ql__drop_turn(d, t);
    return status;
  }
  case QL__TURN_FAILED: ql__drop_turn(d, t); return QL_OK;
  case QL__TURN_EQUIP:
  case QL__TURN_TOOL_LOOK:
  case QL__TURN_TOOL_ASK:
  case QL__TURN_TOOL_OPEN:
  case QL__TURN_TOOL_RUN:
  case QL__TURN_TOOL_SEND:
  case QL__TURN_TOOL_OUT:
  case QL__TURN_TOOL_AGENT:
  case QL__TURN_TOOL_TOLD:
  case QL__TURN_ASK:
  case QL__TURN_SEND:
  case QL__TURN_OPEN:
  case QL__TURN_READ:
  case QL__TURN_WAIT:
  case QL__TURN_IMAGE:
  case QL__TURN_IMAGE_OPEN:
  case QL__TURN_HALTED:
  case QL__TURN_OVER: return QL_OK;
  }
  return QL_OK;
}

int64_t ql__play_due(const ql_driver *d) {
  int64_t due = -1;
  for (const ql__turn *t = d->turns; t; t = t->next)
    if (t->step == QL__TURN_WAIT && (due < 0 || t->until < due)) due = t->until;
  return due;
}
