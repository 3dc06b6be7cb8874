/* What has to be true of a quest: S1 to S12 and L1 to L4 of the protocol, each a function of that name, all of them in invariants.c. The model
   checker asks them of every state and step, the unit tests of every event they play, the fuzzer of every event it makes. */
#ifndef QL_TEST_INVARIANTS_H
#define QL_TEST_INVARIANTS_H

#include "quest/state.h"

/* An event, and what is there before and behind it. */
typedef struct step {
  const ql__state *before;
  const ql__event *event;
  ql__refusal_code answer; /* of the guard */
  const ql__state *after;  /* NULL when it was refused */
} step;

/// NULL when it holds, else what is broken: "S1: ...". @param x  accepted, except for S2, which is asked of refusals too
typedef const char *invariant(const step *x);
invariant S1, S2, S3, S4, S5, S6, S7, S9, S11, L4;

/// A refusal leaves the state's bytes equal.
const char *S8(ql_str before, ql_str after);
/// Hashes of the state: as it was played, of its log, and of the log without its openings.
const char *S10(ql_str live, ql_str replayed, ql_str redacted);
/// A command that comes again is the event it was. @param n  that event. @param answer  the event it is said to be, -1 for none
const char *S12(int64_t n, int64_t answer, ql_str before, ql_str after);

/* Liveness: from each state that matters, steps that may be counted on reach one that is promised. */
typedef enum standing { MATTERS = 1, REACHED = 2 } standing;
typedef struct promise {
  const char *broken;
  unsigned (*standing)(const ql__state *s);
  bool (*steps)(const ql__state *before, const ql__event *event);
} promise;
unsigned L1(const ql__state *s), L2(const ql__state *s), L3(const ql__state *s);
extern const promise PROMISES[];
extern const size_t PROMISE_COUNT;

/// All that can be asked of one step: the first that is broken, or NULL. Of `create` only what the state behind it says.
const char *broken_step(const step *x);
/// S2 of a quest that does not exist yet. @param create  the event that opens it
const char *broken_start(const ql__event *create);

/// The state as it is now, for the step that follows: lists are copied into the arena.
ql__state kept_state(ql_arena *a, const ql__state *s);

#endif
