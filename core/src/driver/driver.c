/* The session between a person's request and a finished quest. All of it is in the struct: not calling any more is how it stops. */
#include <questline/driver.h>
#include <questline/mode.h>

#include <string.h>

#include "base/text.h"
#include "driver/answer.h"

typedef enum step {
  STEP_LOOK,    /* look at the quest and find what comes next */
  STEP_RANDOM,  /* a command is at hand, random bytes are asked for */
  STEP_APPEND,  /* a line is decided, its append is asked for */
  STEP_HUMAN,   /* the owner is asked */
  STEP_ANSWER,  /* words are to be shown */
  STEP_FINISHED /* nothing more will come */
} step;

typedef enum mode { MODE_NORMAL, MODE_PREQUEST, MODE_QUEST, MODE_COUNT } mode;

struct ql_driver {
  ql_alloc alloc;
  ql_arena *arena;   /* lives as long as the driver: the request, the plan, the answer */
  ql_arena *command; /* what is in the making: reset at each look */
  ql_quest *quest;
  mode mode;
  step step;
  int64_t effect; /* id of the open effect */
  ql_str answer;
  const ql_value *create; /* the first command of a new quest; NULL for one that was opened from its log */
  const ql_value *plan;   /* shape Plan, shown to the owner; NULL when the quest was opened from its log */
  const ql_value *wanted; /* the command in the making */
  int64_t looked_at;      /* events of the quest when `wanted` was made */
  ql_str refused;         /* why the owner's last command was not accepted */
  ql_str line;
  uint8_t entropy[QL_ENTROPY_BYTES];
};

/* ---- mode and objective ---- */

static const ql_str MODE_NAMES[MODE_COUNT] = {QL_STR_INIT("normal"), QL_STR_INIT("prequest"), QL_STR_INIT("quest")};

static mode mode_named(ql_str name, mode otherwise) {
  for (size_t i = 0; i < MODE_COUNT; i++)
    if (ql_eq(name, MODE_NAMES[i])) return (mode)i;
  return otherwise;
}

/* An explicit choice wins, then what ql_mode finds in the request. *text loses the words in front that chose. A quest that is not asked for
   in front of the request is not begun unasked: the owner sees its plan first. */
static ql_status find_mode(ql_driver *d, const ql_roster *roster, ql_str agent, ql_str chosen, ql_str *text, ql_error *err) {
  ql_value *found;
  ql_status status = ql_mode(d->arena, roster, agent, *text, QL_ABSENT, &found, err);
  if (status != QL_OK) return status;
  mode routed = mode_named(ql_get_str(found, QL_STR("runs")), MODE_NORMAL);
  const ql_value *hit = QL_GET(found, "hits")->first; /* of them the first in the request; one in front decides */
  bool front = hit && ql_get_int(hit, QL_STR("offset"), -1) == 0;
  d->mode = mode_named(chosen, routed == MODE_QUEST && !front ? MODE_PREQUEST : routed);
  *text = ql_get_str(found, QL_STR("request"));
  return QL_OK;
}

/* ---- from plan to command ---- */

/* Every agent is played by the rehearsal. */
static ql_value *create_command(ql_arena *a, const ql_plan *plan, const ql_roster *roster) {
  ql_value *command = ql_plan_command(a, plan, roster), *seats = ql_array(a), *agents = QL_GET(command, "agents");
  for (const ql_value *agent = agents ? agents->first : NULL; agent; agent = agent->next) {
    ql_value *pair = ql_push(seats, ql_array(a));
    ql_push(pair, ql_string(a, agent->text));
    ql_push(pair, ql_string(a, QL_STR("rehearsal")));
  }
  QL_SET(command, "seats", seats);
  return ql_arena_failed(a) ? NULL : command;
}

/* ---- lifecycle ---- */

static ql_status out_of_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* The plan that came with the request, or what the rehearsal makes of its words. */
static ql_status plan_of_request(ql_driver *d, const ql_roster *roster, const ql_value *request, ql_str leader, ql_str text,
                                 const ql_plan **out, ql_error *err) {
  const ql_value *given = QL_GET(request, "plan");
  return given ? ql_plan_from_value(d->arena, given, out, err) : ql_plan_rehearse(d->arena, roster, leader, text, out, err);
}

static ql_status prepare(ql_driver *d, const ql_roster *roster, const ql_value *request, ql_error *err) {
  ql_str text = ql_arena_str(d->arena, ql_get_str(request, QL_STR("text")));
  ql_str agent = ql_get_str(request, QL_STR("agent"));
  if (ql_arena_failed(d->arena)) return out_of_memory(err);
  if (!agent.ptr) return ql_fail(err, QL_ERR_ARGUMENT, "a request says which agent is asked", QL_STR("agent"));
  if (!text.ptr) return ql_fail(err, QL_ERR_ARGUMENT, "a request says what is wanted", QL_STR("text"));
  const ql_agent *leader = ql_roster_find(roster, agent);
  if (!leader) return ql_fail(err, QL_ERR_NOT_FOUND, "nobody in the roster has that name", agent);
  ql_status status = find_mode(d, roster, leader->id, ql_get_str(request, QL_STR("mode")), &text, err);
  if (status != QL_OK) return status;
  if (text.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "a request says what is wanted", QL_STR("text"));
  if (d->mode == MODE_NORMAL) {
    d->answer = ql__rehearsed_answer(d->arena, roster, leader, text);
    d->step = STEP_ANSWER;
    return d->answer.ptr ? QL_OK : out_of_memory(err);
  }
  const ql_plan *plan;
  status = plan_of_request(d, roster, request, leader->id, text, &plan, err);
  const size_t *groups;
  if (status == QL_OK) status = ql_plan_groups(d->arena, plan, &groups, err);
  if (status != QL_OK) return status;
  d->plan = ql_plan_value(d->arena, plan);
  d->create = create_command(d->arena, plan, roster);
  return d->plan && d->create ? QL_OK : out_of_memory(err);
}

ql_status ql_driver_new(ql_alloc alloc, ql_quest *quest, const ql_roster *roster, const ql_value *request, ql_driver **out, ql_error *err) {
  if (ql_quest_count(quest) == 0 && (!request || !roster))
    return ql_fail(err, QL_ERR_ARGUMENT, "an empty quest needs a request and a roster", QL_ABSENT);
  ql_driver *d = alloc.resize(alloc.ctx, NULL, 0, sizeof *d);
  if (!d) return out_of_memory(err);
  *d = (ql_driver){.alloc = alloc, .arena = ql_arena_new(alloc), .command = ql_arena_new(alloc), .quest = quest, .effect = 1};
  d->mode = MODE_PREQUEST; /* a quest opened from its log asks before it starts */
  ql_status status = d->arena && d->command ? QL_OK : out_of_memory(err);
  if (status == QL_OK && ql_quest_count(quest) == 0) status = prepare(d, roster, request, err);
  if (status == QL_OK)
    *out = d;
  else
    ql_driver_free(d);
  return status;
}

void ql_driver_free(ql_driver *driver) {
  if (!driver) return;
  ql_alloc alloc = driver->alloc;
  ql_arena_free(driver->arena);
  ql_arena_free(driver->command);
  alloc.resize(alloc.ctx, driver, sizeof *driver, 0);
}

/* ---- next ---- */

static ql_value *owners_command(ql_arena *a, ql_str type) {
  ql_value *command = ql_object(a);
  QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
  QL_SET(command, "type", ql_string(a, type));
  return command;
}

/* What the quest's present state asks for. */
static ql_status look(ql_driver *d, int64_t now, ql_error *err) {
  ql_arena_reset(d->command);
  d->wanted = NULL;
  d->looked_at = ql_quest_count(d->quest);
  if (ql_quest_count(d->quest) == 0) {
    d->wanted = d->create;
    d->step = STEP_RANDOM;
    return QL_OK;
  }
  const ql_value *state = ql_quest_state(d->quest, d->command);
  if (!state) return out_of_memory(err);
  ql_str status = ql_get_str(state, QL_STR("status"));
  bool proposed = ql_eq(status, QL_STR("proposed")), running = ql_eq(status, QL_STR("running")), paused = ql_eq(status, QL_STR("paused"));
  int64_t due = ql_quest_due(d->quest);
  if (due >= 0 && due <= now) {
    d->wanted = owners_command(d->command, QL_STR("tick"));
  } else if (proposed && d->mode == MODE_QUEST) {
    d->wanted = owners_command(d->command, QL_STR("approve"));
  } else if (running) {
    ql_value *command;
    ql_status rehearsed = ql_rehearse(d->quest, d->command, &command, err);
    if (rehearsed != QL_OK) return rehearsed;
    d->wanted = command;
  }
  if (ql_arena_failed(d->command)) return out_of_memory(err);
  if (d->wanted)
    d->step = STEP_RANDOM;
  else if (proposed)
    d->step = STEP_HUMAN;
  else if (!running && !paused)
    d->step = STEP_FINISHED;
  return QL_OK;
}

/* The plan as it was shown, from the log itself; NULL when it is withheld or cannot be read, which is no error: the owner is asked without. */
static ql_value *plan_of_log(const ql_driver *d, ql_arena *a) {
  const ql_plan *plan;
  ql_str brief = ql_get_str(QL_GET(ql_quest_event(d->quest, a, 0), "data"), QL_STR("brief"));
  return brief.ptr && ql_plan_read(a, brief, &plan, NULL) == QL_OK ? ql_plan_value(a, plan) : NULL;
}

static ql_value *effect(const ql_driver *d, ql_arena *a, ql_str kind) {
  ql_value *e = ql_object(a);
  QL_SET(e, "id", ql_int(a, d->effect));
  QL_SET(e, "kind", ql_string(a, kind));
  return e;
}

static ql_str head_of(const ql_quest *quest, ql_arena *a) {
  char head[QL_HASH_CHARS];
  ql_quest_head(quest, head);
  return ql_arena_str(a, (ql_str){head, QL_HASH_CHARS});
}

static ql_value *append_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(d, a, QL_STR("log.append")), *lines = ql_array(a);
  ql_push(lines, ql_string(a, d->line));
  QL_SET(e, "expected", ql_string(a, head_of(d->quest, a)));
  QL_SET(e, "lines", lines);
  return e;
}

static ql_value *human_effect(const ql_driver *d, ql_arena *a) {
  ql_value *e = effect(d, a, QL_STR("ask.human"));
  ql_str question = d->refused.ptr ? d->refused : QL_STR("Read the plan, then approve or reject it. Nothing runs until you approve.");
  QL_SET(e, "plan", d->plan ? ql_copy(a, d->plan) : plan_of_log(d, a));
  QL_SET(e, "question", ql_string(a, question));
  return e;
}

static ql_value *present(const ql_driver *d, ql_arena *a) {
  ql_value *e = NULL;
  switch (d->step) {
  case STEP_LOOK: return effect(d, a, QL_STR("wait"));
  case STEP_RANDOM:
    e = effect(d, a, QL_STR("random"));
    QL_SET(e, "n", ql_int(a, QL_ENTROPY_BYTES));
    return e;
  case STEP_APPEND: return append_effect(d, a);
  case STEP_HUMAN: return human_effect(d, a);
  case STEP_ANSWER:
    e = effect(d, a, QL_STR("answer"));
    QL_SET(e, "answer", ql_string(a, d->answer));
    QL_SET(e, "rehearsed", ql_bool(a, true));
    return e;
  case STEP_FINISHED: return effect(d, a, QL_STR("done"));
  }
  return e;
}

ql_status ql_driver_next(ql_driver *driver, ql_arena *a, int64_t now, ql_value **out, ql_error *err) {
  ql_status status = QL_OK;
  /* The quest may have gone on by other hands while the owner was asked. */
  if (driver->step == STEP_LOOK || driver->step == STEP_HUMAN) {
    driver->step = STEP_LOOK;
    status = look(driver, now, err);
  }
  if (status != QL_OK) return status;
  ql_value *e = present(driver, a);
  if (!e || ql_arena_failed(a)) return out_of_memory(err);
  *out = e;
  return QL_OK;
}

/* ---- results ---- */

static ql_status decide(ql_driver *d, int64_t now, ql_error *err) {
  ql_decision decision;
  ql_status status = ql_quest_decide(d->quest, d->command, d->wanted, now, d->entropy, &decision, err);
  /* The owner spoke about an older state, or memory ran out: look again and ask again. */
  if (status == QL_ERR_CONFLICT || status == QL_ERR_NOMEM) d->step = STEP_LOOK;
  if (status != QL_OK) return status == QL_ERR_CONFLICT ? QL_OK : status;
  if (decision.refusal) {
    bool owners = ql_eq(ql_get_str(d->wanted, QL_STR("by")), QL_STR("@owner")),
         tick = ql_eq(ql_get_str(d->wanted, QL_STR("type")), QL_STR("tick"));
    if ((!owners || tick) && d->looked_at == ql_quest_count(d->quest)) /* asking again would be refused again, for ever */
      return ql_fail(err, QL_ERR_STATE, "the driver made a move that is not legal", ql_get_str(decision.refusal, QL_STR("code")));
    d->refused = ql_arena_str(d->arena, ql_get_str(decision.refusal, QL_STR("message")));
    d->step = STEP_LOOK;
    return d->refused.ptr ? QL_OK : out_of_memory(err);
  }
  d->refused = QL_ABSENT;
  d->line = decision.line;
  d->step = decision.line.ptr ? STEP_APPEND : STEP_LOOK;
  return QL_OK;
}

static ql_status take_random(ql_driver *d, int64_t now, const ql_value *result, ql_error *err) {
  size_t len = 0;
  ql_str bytes = ql_get_str(result, QL_STR("bytes"));
  if (!bytes.ptr || !ql_base64url_read(bytes, d->entropy, sizeof d->entropy, &len) || len != sizeof d->entropy)
    return ql_fail(err, QL_ERR_ARGUMENT, "as many random bytes as were asked for, in base64url, were expected", QL_STR("bytes"));
  return decide(d, now, err);
}

static ql_status take_append(ql_driver *d, const ql_value *result, ql_error *err) {
  ql_str outcome = ql_get_str(result, QL_STR("outcome"));
  if (ql_eq(outcome, QL_STR("full"))) {
    d->step = STEP_APPEND; /* nothing is lost: the same line is asked for again when there is room */
    return QL_OK;
  }
  bool ok = ql_eq(outcome, QL_STR("ok"));
  if (!ok && !ql_eq(outcome, QL_STR("conflict")) && !ql_eq(outcome, QL_STR("unknown")))
    return ql_fail(err, QL_ERR_ARGUMENT, "an outcome was expected: ok, conflict, full or unknown", QL_STR("outcome"));
  /* On a conflict, or when nobody knows, the host has brought the quest up to date with its store: look again. */
  ql_status status = ok ? ql_quest_append(d->quest, d->line, err) : QL_OK;
  if (status == QL_OK) d->step = STEP_LOOK;
  return status;
}

static ql_status take_command(ql_driver *d, const ql_value *result, ql_error *err) {
  const ql_value *command = QL_GET(result, "command");
  if (!command || command->kind != QL_OBJECT) return ql_fail(err, QL_ERR_ARGUMENT, "the owner's command was expected", QL_STR("command"));
  ql_arena_reset(d->command);
  ql_str text = ql_value_text(d->command, command);
  ql_value *kept;
  if (!text.ptr || ql_canon_read(d->command, text, &kept, err) != QL_OK) return out_of_memory(err);
  d->wanted = kept;
  d->step = STEP_RANDOM;
  return QL_OK;
}

ql_status ql_driver_result(ql_driver *driver, int64_t now, const ql_value *result, ql_error *err) {
  if (ql_get_int(result, QL_STR("id"), -1) != driver->effect)
    return ql_fail(err, QL_ERR_ARGUMENT, "no effect with that id is open", QL_STR("id"));
  ql_status status = QL_OK;
  switch (driver->step) {
  case STEP_RANDOM: status = take_random(driver, now, result, err); break;
  case STEP_APPEND: status = take_append(driver, result, err); break;
  case STEP_HUMAN: status = take_command(driver, result, err); break;
  case STEP_ANSWER: driver->step = STEP_FINISHED; break;
  case STEP_LOOK:
  case STEP_FINISHED: return ql_fail(err, QL_ERR_ARGUMENT, "this effect has no result", QL_STR("id"));
  }
  if (status == QL_OK) driver->effect++;
  return status;
}
