/* What agent files say about a quest. Private to plan/. */
#ifndef QL_PLAN_TERMS_H
#define QL_PLAN_TERMS_H

#include <questline/roster.h>

/// [agent, SHA-256] of each agent of a list that has a file.
ql_value *ql__spec_hashes(ql_arena *a, const ql_value *agents, const ql_roster *roster);

#endif
