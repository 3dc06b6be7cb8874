/* The model checker: what its files share. A world is a whole quest state in one flat block, so that copying it is one assignment. */
#ifndef QL_TEST_MODEL_H
#define QL_TEST_MODEL_H

#include "quest/state.h"

#define SEATS     6u /* the owner, a leader, three workers, and one who may join */
#define TASKS     4u
#define SLOTS     6u
#define ITEMS     6u
#define ROWS      8u
#define EFFECTS   2u
#define ARTIFACTS 3u
#define HASHES    4u /* a power of two above ARTIFACTS */
#define GATES     4u
#define REPEATS   8u

typedef struct world {
  ql__state s; /* its arrays are those below; levels and dependencies never change and stay where create put them */
  ql__seat seats[SEATS];
  ql__task tasks[TASKS];
  ql__slot slots[SLOTS];
  ql__item items[ITEMS];
  ql__message messages[1];
  ql__booking ledger[ROWS];
  ql__effect effects[EFFECTS];
  ql__frame frames[SEATS];
  ql__gate gates[GATES];
  ql__artifact artifacts[ARTIFACTS];
  uint32_t by_hash[2 * HASHES];
  ql__repeat repeats[REPEATS + 1];
} world;

/// A number of a command that depends on the state.
typedef enum number_from { FIXED, LAST_EVENT, EFFECT_0, EFFECT_1 } number_from;

/// A command as somebody may send it in any state.
typedef struct move {
  ql_event_type type;
  ql_str by;
  ql_value *d;
  int64_t fence, counter; /* beside the right one: 0 for an honest command */
  int64_t later;          /* ms that have passed since the last event */
  number_from from;
  ql_value *number; /* what `from` is written to */
} move;

typedef enum policies { NO_POLICY = 0, STRICT = 1, PARALLEL = 2, BOTH = STRICT | PARALLEL } policies;

/// Some features to closure, within bounds: one exploration by each policy.
typedef struct slice {
  const char *name, *leaves_out;
  const char *create;          /* members of the first event but policy and rules, JSON with ' for " */
  const char *const *commands; /* the members of each kind of command, the same way; NULL ends them */
  size_t tasks, items;         /* at most so many in the quest, and in one turn */
  size_t effects;              /* under way; 0: EFFECTS */
  bool by_time;                /* time passes, so that limits do */
  bool all_agents_alike;       /* the leader can change: its name is a name like the others */
  policies quick;              /* by which it is small enough for each run of the tests */
  int64_t rules;               /* by which it begins; 0: the newest */
  size_t most;                 /* states; 0: to closure */
} slice;

/// A slice by one policy.
typedef struct run {
  const slice *what;
  policies policy;
  bool quick, mutant;
} run;

/// What was said to each type of command in each status.
typedef struct said {
  uint64_t codes[QL_EVENT_COUNT][QL__STATUS_COUNT]; /* a bit for each code */
} said;

typedef struct report {
  size_t states, transitions, depth, refusals, beyond; /* beyond: accepted, and not followed because a bound of the slice is reached */
  double seconds;
  bool closed, violated;
} report;

/* moves.c */
const char *policy_name(policies policy);
size_t make_moves(ql_arena *a, const slice *what, move **out);
void raise_world(ql_arena *a, const run *x, world *out);
ql_value *read_members(ql_arena *a, const char *members);
ql_value *create_members(ql_arena *a, const run *x);
ql__event create_event(ql_arena *a, const run *x);
/// The event that the move is in this state.
ql__event event_of(const ql__state *s, const move *m);
void copy_world(world *to, const world *from);
extern const slice SLICES[];
extern const size_t SLICE_COUNT;

/* explore.c */
/// @param heard  what was said is added to it
report explore(const run *one, said *heard);

/* key.c: which states are the same to the model */
typedef struct key {
  uint64_t parts[2];
} key;
key key_of(const slice *what, const world *w);

/* coverage.c: what the table says can be said, and what was. @return how many of its cells and refusals were never met; they are printed */
size_t print_unheard(const said *heard);

/* replay.c: the same commands through decide and append. NULL when log, replay and redacted replay agree with the world at the end. */
const char *replay(const run *x, const move *const *path, size_t count, const world *end);

#endif
