/* Who should do a piece of work: agents' names and descriptions against the words of the work. Private to plan/. */
#ifndef QL_PLAN_MATCH_H
#define QL_PLAN_MATCH_H

#include "plan/objective.h"
#include <questline/roster.h>

typedef struct ql__candidate {
  const ql_agent *agent;
  ql_str id; /* in the arena */
  ql__words name, description;
  bool team;   /* the leader's lists name it */
  bool builds; /* it has a task that makes something, so that another one should check */
} ql__candidate;

typedef struct ql__candidates {
  ql__candidate *items; /* the leader's team in its order, then other agents, then other leaders */
  size_t count;
} ql__candidates;

/// What a piece of work asks of an agent.
typedef struct ql__wanted {
  ql_str words; /* of the field: "database schema sql" */
  ql_str roles; /* in a name: "architect designer" */
  bool check;   /* better not by who builds */
} ql__wanted;

/// @return false when out of memory.
bool ql__candidates_of(ql_arena *a, const ql_roster *roster, const ql_agent *leader, ql__candidates *out);
/// The best candidate, and in words why; there must be at least one.
ql__candidate *ql__match(ql_arena *a, const ql__candidates *c, const ql__objective *o, const ql__wanted *wanted, ql_str *reason);
/// The best by the words of the objective alone, of those an agent file names for a piece of work; the first where none is better.
/// NULL when none of them is a candidate.
ql__candidate *ql__match_named(const ql__candidates *c, const ql__objective *o, const ql_str *ids, size_t count);
/// True when a name says one of the words: of somebody of the team, or of anybody where there is no team.
bool ql__has_specialist(const ql__candidates *c, ql_str words);

#endif
