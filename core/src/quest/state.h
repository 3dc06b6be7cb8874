/* The state of a quest: the fold over its events. Only apply writes it. It holds commitments, never bodies. */
#ifndef QL_QUEST_STATE_H
#define QL_QUEST_STATE_H

#include <questline/plan.h>

#include "quest/event.h"

#define QL__OWNER  0u /* seat 0 is the owner, seat 1 the leader, the workers follow in the order of create */
#define QL__LEADER 1u
#define QL__NONE   SIZE_MAX

typedef enum ql__status {
  QL__EMPTY,
  QL__PROPOSED,
  QL__RUNNING,
  QL__PAUSED,
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
} ql__seat;

typedef enum ql__task_status { QL__TODO, QL__OPEN, QL__CLARIFICATION, QL__BLOCKED, QL__DONE, QL__DROPPED } ql__task_status;

typedef struct ql__task {
  size_t seat;
  ql__task_status status;
  size_t *after; /* indices of tasks */
  size_t after_count;
  int64_t opened_by; /* n of the message that made it; 0 for a task of the plan */
  size_t group;      /* declared group from 1; 0 when there are none */
} ql__task;

typedef enum ql__slot_status { QL__QUEUED, QL__HOLDING, QL__ENDED, QL__RETURNED } ql__slot_status;

/* A place in the order of a turn: an agent in a group. */
typedef struct ql__slot {
  size_t group; /* from 1 */
  size_t seat;
  ql__slot_status status;
} ql__slot;

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
} ql__state;

size_t ql__seat_of(const ql__state *s, ql_str id); /* QL__NONE when nobody has that name */
size_t ql__task_number(ql_str id);                 /* of a well-formed id: "T3" is 3 */
size_t ql__task_of(const ql__state *s, ql_str id); /* "T3" is 2; QL__NONE when there is no such task */
size_t ql__group_count(const ql__state *s);        /* of this turn */
size_t ql__slot_of(const ql__state *s, size_t group, size_t seat);
bool ql__keeps(const ql__state *s, size_t seat); /* holds, or will when a pause is over */
bool ql__holds(const ql__state *s, size_t seat);
bool ql__shown_holding(const ql__state *s, size_t seat); /* a proposed quest waits for its owner: for a screen that holds too */
bool ql__over(const ql__state *s);
bool ql__closed(const ql__task *task); /* done or dropped */
ql_str ql__status_name(ql__status status);
ql_str ql__task_status_name(ql__task_status status);
ql_str ql__slot_status_name(ql__slot_status status);

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
