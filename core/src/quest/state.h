/* The state of a quest: the fold over its events. Only apply writes it. It holds commitments, never bodies. */
#ifndef QL_QUEST_STATE_H
#define QL_QUEST_STATE_H

#include <questline/plan.h>

#include "quest/event.h"

#define QL__OWNER 0u /* seat 0 is the owner; the agents follow in the order of create and add. Who leads is in the state. */
#define QL__NONE  SIZE_MAX

#define QL__CLOSING_MS INT64_C(30000) /* how long an ending quest waits for what is under way */

typedef enum ql__status {
  QL__EMPTY,
  QL__PROPOSED,
  QL__RUNNING,
  QL__PAUSED,
  QL__CLOSING, /* nobody holds; it ends as ql__state.outcome says when all that is under way has settled */
  QL__COMPLETED,
  QL__FAILED,
  QL__ABORTED,
  QL__TIMED_OUT,
  QL__STATUS_COUNT
} ql__status;

typedef struct ql__seat {
  ql_str id;
  int64_t fence, counter; /* the counter of its next command */
  ql_str kind;            /* human, model, rehearsal or remote */
  bool taken;             /* claimed by somebody */
  bool stuck;             /* its last answer asked or was blocked */
  bool removed;           /* nobody of that name is in the quest any more */
  int64_t heard;          /* n of the last answer to a question it asked in this turn; 0 for none */
  ql_str spec;            /* of an agent that was added; those of create are in ql__state.specs */
} ql__seat;

/* Why a quest is paused. */
typedef enum ql__cause {
  QL__BY_OWNER,
  QL__BY_BUDGET,
  QL__BY_LOOP,
  QL__BY_TURN,  /* a turn took too long */
  QL__BY_TASK,  /* a task did */
  QL__BY_LADDER /* a matter went through all levels, or to one that asks at once */
} ql__cause;

typedef enum ql__task_status { QL__TODO, QL__OPEN, QL__CLARIFICATION, QL__BLOCKED, QL__DONE, QL__DROPPED } ql__task_status;

typedef struct ql__task {
  size_t seat;
  ql__task_status status;
  size_t *after; /* indices of tasks */
  size_t after_count;
  int64_t opened_by;   /* n of the message that made it; 0 for a task of the plan */
  size_t group;        /* declared group from 1; 0 when there are none */
  int64_t since;       /* ms of running time when it was opened first; -1 before, and when its deadline has passed */
  size_t level;        /* of the ladder, from 1; 0 while nothing is the matter; one more than there are when all were gone through */
  int64_t level_since; /* ms of running time when that level was entered; -1 when its limit has passed */
  int64_t tries;       /* blocked answers on that level */
  bool reminded;       /* the lower end of the level's range has passed */
} ql__task;

typedef enum ql__slot_status { QL__QUEUED, QL__HOLDING, QL__ENDED, QL__RETURNED } ql__slot_status;

/* A place in the order of a turn: an agent in a group. */
typedef struct ql__slot {
  size_t group; /* from 1 */
  size_t seat;
  ql__slot_status status;
  int64_t
      since; /* ms of running time when its turn started; -1 when its deadline has passed; of one that waits (ql__waits) what it has used */
} ql__slot;

/* A worker asked another one and waits: a nested turn. */
typedef struct ql__frame {
  size_t asker, peer;
  int64_t n;     /* the message */
  int64_t since; /* as of a slot */
} ql__frame;

typedef enum ql__gate_status { QL__GATE_OPEN, QL__GATE_GIVEN, QL__GATE_PASSED, QL__GATE_FAILED, QL__GATE_WAIVED } ql__gate_status;
typedef enum ql__relation { QL__ANY, QL__LT, QL__LE, QL__EQ, QL__GE, QL__GT } ql__relation;

typedef struct ql__gate {
  ql_str id, expect, unit, text; /* expect: absent unless a word settles it; text: its commitment */
  bool by_rule;
  ql__relation relation; /* QL__ANY: no number settles it */
  int64_t milli;
  size_t task; /* QL__NONE: completion */
  ql__gate_status status;
  size_t giver;      /* who gave the evidence; QL__NONE before */
  int64_t n;         /* the last event about it */
  char artifact[64]; /* SHA-256 of what the evidence is about; a first byte of 0 for nothing */
} ql__gate;

typedef struct ql__level {
  int64_t min_ms, max_ms; /* -1 where nothing is said; both 0: at once */
  int64_t retries;        /* -1 where nothing is said */
  const ql_value *to;     /* or NULL: the owner */
} ql__level;

/* Limits; 0 where there is none. */
typedef struct ql__limits {
  int64_t micro, ms, tokens, turns;
} ql__limits;

typedef struct ql__artifact {
  int64_t n, bytes;
  char hash[64];
  size_t task;   /* or QL__NONE */
  bool replaced; /* another one took its place */
} ql__artifact;

/* An effect under way and what is reserved for it. */
typedef struct ql__effect {
  int64_t n, tokens, micro;
  size_t seat, task; /* task: or QL__NONE */
} ql__effect;

/* What was used; tokens are input and output together. Unknown: reserved by effects that were lost. */
typedef struct ql__usage {
  int64_t input, output, cached, reasoning, micro, ms, calls;
  int64_t unknown_tokens, unknown_micro;
} ql__usage;

/* A row of the ledger: what one agent used of one model for one task. */
typedef struct ql__booking {
  size_t seat, task; /* task: or QL__NONE */
  ql_str model;      /* or absent */
  ql__usage used;
} ql__booking;

/* The same words to the same agent, with nothing completed since. */
typedef struct ql__repeat {
  size_t seat;
  int64_t count;
  char digest[QL_HASH_CHARS];
} ql__repeat;

/* A message waiting in a slot. */
typedef struct ql__item {
  size_t slot, task;
  int64_t n;
  bool returned;
} ql__item;

typedef struct ql__message {
  int64_t n;
  size_t seat;
  char commitment[QL_HASH_CHARS];
} ql__message;

typedef struct ql__state {
  ql__status status;
  ql_str id, mission, policy; /* mission: its commitment */
  int64_t rules, at, events;
  ql__seat *seats; /* the owner included */
  size_t seat_count;
  const ql_value *specs; /* the pairs of event 0, or NULL */
  ql__task *tasks;
  size_t task_count, task_cap;
  ql__slot *slots; /* of the turn that is being built or played, groups in rising order */
  size_t slot_count, slot_cap;
  ql__item *items;
  size_t item_count, item_cap;
  size_t group; /* the group that holds; 0 while the leader does */
  ql__message *messages;
  size_t message_count, message_cap;
  size_t leader; /* a seat */
  size_t seat_cap;
  ql__status outcome;                 /* of a closing quest */
  int64_t closing_at;                 /* when it began to close */
  ql__cause cause;                    /* of a pause */
  int64_t ran;                        /* ms it was running until `at`: the clock of every limit, which stands while it is paused */
  int64_t leader_since;               /* of the leader's turn; -1 when its deadline has passed */
  int64_t turn_ms, task_ms, quest_ms; /* deadlines; 0 where there is none */
  int64_t turns;                      /* that were ended */
  int64_t escalations, trips;         /* levels entered, guards that paused: counted for reports, no part of the canonical state */
  ql__limits budget;
  ql__usage used; /* the sum of the ledger */
  int64_t reserved_tokens, reserved_micro;
  ql__booking *ledger;
  size_t booking_count, booking_cap;
  ql_str *models; /* their names, kept for the ledger */
  size_t model_count, model_cap;
  ql__effect *effects;
  size_t effect_count, effect_cap;
  int64_t consult; /* how deep; 0: not at all */
  ql__frame *frames;
  size_t frame_count;
  ql__gate *gates;
  size_t gate_count;
  ql__level *levels;
  size_t level_count;
  ql__artifact *artifacts;
  size_t artifact_count, artifact_cap;
  uint32_t *by_hash; /* 1 + the index of the last artifact with that hash; open addressing, of a power of two */
  size_t by_hash_cap;
  int64_t loops; /* 0: no loop guard */
  ql__repeat *repeats;
  size_t repeat_count;
  const ql_value *keys; /* the pairs of event 0, or NULL */
  ql_str parent;        /* the quest it was forked from, and the last event that both share */
  int64_t parent_from;
} ql__state;

/* What versions of the rules differ in; see versions.def. */
typedef enum ql__flag {
#define VERSION(number, what)
#define FLAG(name, since, meaning) QL__##name,
#include <questline/versions.def>
#undef VERSION
#undef FLAG
  QL__FLAG_COUNT
} ql__flag;

/// Whether that holds by the rules this quest is played by.
bool ql__by_rules(const ql__state *s, ql__flag flag);

#define QL__REPEATS_MAX 64u /* the oldest is forgotten */

size_t ql__seat_of(const ql__state *s, ql_str id); /* QL__NONE when nobody of that name is in the quest */
size_t ql__task_number(ql_str id);                 /* of a well-formed id: "T3" is 3 */
size_t ql__task_of(const ql__state *s, ql_str id); /* "T3" is 2; QL__NONE when there is no such task */
size_t ql__group_count(const ql__state *s);        /* of this turn */
size_t ql__slot_of(const ql__state *s, size_t group, size_t seat);
bool ql__waits(const ql__state *s, size_t seat); /* for an answer, and its clock stands */
bool ql__keeps(const ql__state *s, size_t seat); /* holds, or will when a pause is over */
bool ql__holds(const ql__state *s, size_t seat);
bool ql__shown_holding(const ql__state *s, size_t seat); /* a proposed quest waits for its owner: for a screen that holds too */
bool ql__over(const ql__state *s);
bool ql__closed(const ql__task *task); /* done or dropped */
ql_str ql__status_name(ql__status status);
ql_str ql__task_status_name(ql__task_status status);
ql_str ql__slot_status_name(ql__slot_status status);
ql_str ql__cause_name(ql__cause cause);
/// When the next limit passes, ms since epoch, if nothing else happens: then a tick is due. -1 when none will.
int64_t ql__due_at(const ql__state *s);

typedef struct ql__limit {
  ql_str kind;  /* static */
  int64_t left; /* ms, at the last event; stands while the quest is paused */
  int64_t of;   /* ms in all */
} ql__limit;

/// The limit that a screen shows: of the turn that is held, the one that ends first; of anything else where turns have none.
/// @return false when there is none
bool ql__next_limit(const ql__state *s, ql__limit *out);

/// Makes room for what the event may add, so that apply cannot fail. The state reads the same afterwards.
ql_status ql__state_reserve(ql_arena *a, ql__state *s, const ql__event *event, ql_error *err);
/// The only writer. The event has passed the guard and the room is reserved.
void ql__state_apply(ql__state *s, const ql__event *event);
/// Canonical state: members whose value is empty are left out.
ql_value *ql__state_value(ql_arena *a, const ql__state *s);

/* ---- the guard: what decide and verify both ask ---- */

typedef enum ql__refusal_code {
  QL__ACCEPTED,
#define X(code, sentence) QL__##code,
#include <questline/refusals.def>
#undef X
  QL__REFUSAL_COUNT
} ql__refusal_code;

/// Why not. `about` names what completes the sentence: an agent, a task, a limit; absent where `blocker`, a task's index, does.
typedef struct ql__verdict {
  ql__refusal_code code;
  ql_str about;
  size_t blocker;
} ql__verdict;

/// Is this event legal in this state? Fence and counter included.
ql__verdict ql__guard(const ql__state *s, const ql__event *event);
ql_str ql__refusal_name(ql__refusal_code code);
/// The shape `Refusal`.
ql_value *ql__refusal_value(ql_arena *a, const ql__state *s, ql__verdict verdict);

#endif
