/* A quest that is played by commands written as JSON with ' for ". After each accepted command every invariant is checked, and at the end that
   replaying the log, and replaying it without its openings, gives the same state. */
#ifndef QL_TEST_STAGE_H
#define QL_TEST_STAGE_H

#include "quest/quest.h"

typedef struct stage {
  ql_quest *quest;
  int64_t now; /* of the next command, ms */
} stage;

stage *raise_stage(const char *create);
void strike_stage(stage *g);
/// The refusal's code, "" when it was accepted, "duplicate" when it was accepted before. Valid until the next call.
const char *say(stage *g, const char *command);
/// say() on the agent's turn: {'by': by, 'type': type, 'msg': "m", ...more}. @param more  members that follow, or ""
const char *does(stage *g, const char *by, const char *type, const char *more);
/// Names of those who hold, in the order of seats, with blanks between.
const char *holders(const stage *g);
const char *status(const stage *g);
void later(stage *g, int64_t ms);
const ql__state *state_of(const stage *g);

#define ACCEPTED(call)      assert_string_equal((call), "")
#define REFUSED(code, call) assert_string_equal((call), (code))

#endif
