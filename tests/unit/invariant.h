/* What has to be true of every state of a quest, and of every step from one to the next: S1 to S12 of the protocol as far as two states can show
   them. Used by the unit tests and by the model checker. */
#ifndef QL_TEST_INVARIANT_H
#define QL_TEST_INVARIANT_H

#include <questline/limits.h>

#include "quest/state.h"

/* As much of a state as a step is measured against. */
typedef struct snapshot {
  ql__status status;
  int64_t events, at, ran, tokens, micro;
  size_t seats, leader, effects;
  int64_t fences[QL_QUEST_AGENTS_MAX + 1];
  bool held[QL_QUEST_AGENTS_MAX + 1];
  size_t items;
  bool returned[QL_TURN_STEPS_MAX];
} snapshot;

void take_snapshot(const ql__state *s, snapshot *out);

/// NULL when all holds, else the invariant that is broken: "S1: ...".
const char *broken_state(const ql__state *s);
/// The same of the step that `event` made. @param event  as it was accepted
const char *broken_step(const snapshot *before, const ql__state *after, const ql__event *event);

#endif
