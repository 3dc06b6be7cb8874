/* The inside of a driver. Private to driver/. */
#ifndef QL_DRIVER_SESSION_H
#define QL_DRIVER_SESSION_H

#include <questline/driver.h>

#include <questline/workspace.h>

#include "driver/records.h"
#include "driver/turn.h"

typedef enum ql__step {
  QL__STEP_LOOK,    /* look at the quest and find what comes next */
  QL__STEP_RANDOM,  /* a command is at hand, random bytes are asked for */
  QL__STEP_APPEND,  /* a line is decided, its append is asked for */
  QL__STEP_HUMAN,   /* the owner is asked */
  QL__STEP_ANSWER,  /* words are to be shown */
  QL__STEP_FINISHED /* nothing more will come */
} ql__step;

typedef enum ql__mode { QL__NORMAL, QL__PREQUEST, QL__QUEST, QL__MODE_COUNT } ql__mode;

typedef struct ql__servers ql__servers;

/* The tools of one MCP server, as an event says. */
typedef struct ql__offer {
  int64_t n;
  ql_str server;         /* absent: what the event says is withheld */
  const ql_value *tools; /* shape ModelTool[]; NULL: they were too large */
} ql__offer;

typedef struct ql__offers {
  ql__offer *items; /* in the order of the log */
  size_t count, cap;
  int64_t seen; /* events that were read */
} ql__offers;

enum { QL__USAGE_COUNT = 5 };

/* What the calls of an answer took together, those of agents that were asked included. */
typedef struct ql__bill {
  int64_t usage[QL__USAGE_COUNT]; /* tokens, in the order of COUNTS in bill.c */
  bool counted[QL__USAGE_COUNT];  /* some call said so many */
  bool any, priced, unpriced;     /* calls at all; some whose price is known; some whose is not */
  int64_t micro, ms;
} ql__bill;

struct ql_driver {
  ql_alloc alloc;
  ql_arena *arena;   /* lives as long as the driver: the request, the plan, the answer */
  ql_arena *command; /* what is in the making: reset at each look */
  ql_quest *quest;
  const ql_roster *roster; /* may be NULL */
  ql_driver_kit kit;
  ql__servers *servers;     /* NULL for none */
  const ql_quest *recorded; /* whose answers are taken in place of asking; NULL for none */
  ql__records records;      /* of that */
  bool only;                /* nobody is asked besides */
  ql__offers offers;        /* of the quest; followed where there are servers, or nobody is asked */
  ql__offers recorded_offers;
  ql__mode mode;
  ql__step step;
  int64_t last_id;           /* of the effects that were handed out */
  int64_t effect;            /* id of the one that steps wait for; 0 while it has none */
  const ql_value *players;   /* shape Player[]; NULL for none */
  ql__turn *turns;           /* what models are in the middle of */
  ql_str policy;             /* of a request; absent for none */
  const ql_value *budget;    /* of a request; NULL for none */
  const ql_value *documents; /* shape PackSource[]; NULL for none */
  ql_str leader;             /* of a request */
  ql_str words;              /* of a request; absent for a quest that was opened from its log */
  const ql_value *asked;     /* shape PlanRequest: what the model that plans was asked */
  ql_str answer, raw;        /* words to be shown */
  bool answer_failed, answer_cut, rehearsed;
  ql_str answer_model;     /* who answered, in the provider's word */
  ql__bill bill;           /* of the answer */
  const ql_value *create;  /* the first command of a new quest; NULL for one that was opened from its log, and while the plan is made */
  const ql_value *plan;    /* shape Plan, shown to the owner; NULL when the quest was opened from its log */
  ql_value *bills;         /* shape Command: what each call took that the plan was made with */
  const ql_value *planned; /* the first of them that is to be logged once the quest is there; NULL for nothing */
  const ql_value *wanted;  /* the command in the making */
  ql__turn *wanting;       /* whose it is; NULL: the driver's own */
  int64_t looked_at;       /* events of the quest when `wanted` was made */
  ql_str refused;          /* why the owner's last command was not accepted */
  ql_str line;
  uint8_t entropy[QL_ENTROPY_BYTES];
};

ql_status ql__out_of_memory(ql_error *err);
ql_value *ql__owners_command(ql_arena *a, ql_str type);
/// What a model is told of a move that is no command. Absent when out of memory.
ql_str ql__nonsense(ql_arena *a, const ql_error *why);
void ql__add_turn(ql_driver *d, ql__turn *turn);
void ql__drop_turn(ql_driver *d, ql__turn *turn);

/// The plan of the quest, from the request or the log; NULL where it is withheld or cannot be read.
const ql_plan *ql__plan_of(const ql_driver *d, ql_arena *a);
/// The same of a log.
const ql_plan *ql__plan_in(const ql_quest *quest, ql_arena *a);

/// The model that plays an agent, shape `Player`; NULL when none does.
const ql_value *ql__player_of(const ql_driver *d, ql_str agent);

/// A call of a conversation, or for a plan, ended: it is counted. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__bill_call(ql_driver *d, const ql__turn *t, ql_error *err);
/// Says in the effect what all of them took.
void ql__bill_say(const ql_driver *d, ql_value *effect, ql_arena *a);

/// What an agent's file turns down is turned down without asking a model, whatever the mode: to give up its role; and, in a conversation, what
/// lies outside of its field, with who takes it. *words is absent when it is not. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__turn_down(ql_driver *d, ql_str agent, ql_str text, ql_str *words, ql_error *err);

/// What a request asks for: an answer, or a plan that a quest begins with. @return as ql_driver_new.
ql_status ql__begin(ql_driver *d, const ql_value *request, ql_error *err);
/// Goes on with that while there is no quest yet. @return QL_OK; QL_ERR_NOMEM.
ql_status ql__before_quest(ql_driver *d, int64_t now, ql_error *err);

/// A plan that a model would have to make is taken from a recorded quest instead.
/// @return QL_OK; QL_ERR_NOT_FOUND (it has none, and nobody is to be asked); QL_ERR_STATE, QL_ERR_SYNTAX, QL_ERR_LIMIT (the plan); QL_ERR_NOMEM.
ql_status ql__recall_plan(ql_driver *d, const ql_quest *recorded, bool only, ql_error *err);

/// What a seat's turn begins with: who the agent is, what it may do, and the quest as it stands there.
/// @param quest  the driver's own, or the beginning of it
/// @return QL_OK; QL_ERR_NOMEM.
ql_status ql__prepare_turn(ql_driver *d, ql__turn *t, const ql_quest *quest, ql_error *err);

/// The turns that models play follow the quest: they begin with those that hold it, and stop with it. Sets wanted and wanting where one of them has
/// something to log.
/// @param view, state  of the quest
/// @return QL_OK; QL_ERR_NOMEM.
ql_status ql__play(ql_driver *d, const ql_value *view, const ql_value *state, int64_t now, ql_error *err);
/// The command of a turn was logged as event n, or refused with these words.
ql_status ql__played(ql_driver *d, int64_t n, ql_str refusal, ql_error *err);
/// The time when a turn goes on by itself; -1 for none.
int64_t ql__play_due(const ql_driver *d);

#endif
