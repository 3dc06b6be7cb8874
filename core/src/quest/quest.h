/* What the files of this folder know of a quest: its log, its state, and the history that screens need and the state hash does not. */
#ifndef QL_QUEST_QUEST_H
#define QL_QUEST_QUEST_H

#include <questline/limits.h>

#include "quest/state.h"

/* Somebody held the turn from the event `from` to the event `to`. */
typedef struct ql__hold {
  size_t seat;
  int64_t from, to;              /* to is -1 while it lasts */
  size_t first_task, task_count; /* in ql_quest.hold_tasks */
} ql__hold;

typedef enum ql__delivery { QL__NOT_SENT, QL__WAITS, QL__DELIVERED, QL__CAME_BACK } ql__delivery;

/* The line that was decided last. Appended as it is, it is not checked again: decide has just done so. */
typedef struct ql__made {
  ql_buf line; /* with its LF */
  int64_t n;   /* of its event; -1 for none */
} ql__made;

struct ql_quest {
  ql_alloc alloc;
  ql__made *made;  /* behind a pointer: to decide changes nothing of the quest */
  ql_arena *arena; /* what the state borrows: lives as long as the quest */
  ql_arena *scratch;
  ql__state state;
  ql_str key; /* of the digests of messages; absent where there is none or it was withheld */
  uint8_t head[QL_HASH_BYTES];
  ql_buf log;
  size_t *starts; /* of each line in log, and one past the end */
  size_t start_cap;
  int64_t turn_from; /* the first event of the turn that is being built or played */
  uint8_t *delivery; /* ql__delivery of the message of each event */
  size_t delivery_cap;
  ql__hold *holds;
  size_t hold_count, hold_cap;
  size_t open_holds[QL_QUEST_AGENTS_MAX + 1]; /* by seat: 1 + the index of the hold that lasts, 0 when there is none */
  size_t *hold_tasks;
  size_t hold_task_count, hold_task_cap;
  uint64_t *names; /* of each artifact, a hash by which decide finds the one that another takes the place of; 0 where it is withheld */
  size_t name_cap;
  int64_t withheld;
  int64_t ended; /* the event that ended it; 0 while it lasts */
};

/// The keyed digest by which equal words are known (person "questline.same.1"). False when out of memory.
bool ql__digest(ql_arena *a, ql_str key, ql_str words, char out[QL_HASH_CHARS]);

/// The agents with a key, each with how many lines it wrote and how many carry a signature: shapes `Signer`. NULL when out of memory.
ql_value *ql__signers(const ql_quest *quest, ql_arena *a);

/// Remembers what was decided. False when out of memory: then it would be checked like any other line.
bool ql__remember_made(const ql_quest *quest, ql_str line);

/// By which artifacts' names are told apart before they are read; never 0.
uint64_t ql__name_hash(ql_str name);

/// Room for what one event can add to the history.
ql_status ql__history_reserve(ql_quest *quest, ql_error *err);
/// Looks at the state after an event: closes and opens holds, notes deliveries.
void ql__history_note(ql_quest *quest, const ql__event *event);

#endif
