/* What has to be true of a quest: S1 to S12 and L1 to L4. All of them are in invariants.c. */
#ifndef QL_TEST_INVARIANTS_H
#define QL_TEST_INVARIANTS_H

#include "model.h"

/// S1, S3, S4, S5, S7, S11 of one state. NULL, or which is broken: "S1: ...".
const char *broken_world(const ql__state *s);
/// S2, S4, S6, S7, S9 and L4 of an accepted event.
const char *broken_change(const ql__state *before, const ql__state *after, const ql__event *event);
/// S2 and S5 of what the guard said: who is accepted has no reason against it, and a refusal's reason is so.
const char *broken_answer(const ql__state *s, const ql__event *event, ql__refusal_code code);
/// S2 of a quest that does not exist yet. @param create  the event that opens it
const char *broken_start(const ql__event *create);
/// S8: the bytes of the state before and after commands that were refused.
const char *broken_refusal(const world *before, const world *after);

/// Liveness: from each state that `matters`, steps of the kind that `moves` allows reach one that is the `goal`.
typedef struct promise {
  const char *broken;
  bool (*matters)(const slice *what, const ql__state *s);
  bool (*goal)(const slice *what, const ql__state *s);
  bool (*moves)(const ql__state *before, const ql__event *event);
} promise;
extern const promise PROMISES[];
extern const size_t PROMISE_COUNT;

#endif
