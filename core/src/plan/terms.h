/* What agent files say about a quest. Private to plan/. */
#ifndef QL_PLAN_TERMS_H
#define QL_PLAN_TERMS_H

#include <questline/policy.h>
#include <questline/roster.h>

/// [agent, SHA-256] of each agent of a list that has a file.
ql_value *ql__spec_hashes(ql_arena *a, const ql_value *agents, const ql_roster *roster);

/// A gate, of an agent's file or of a plan.
typedef struct ql__gate_terms {
  ql_str id, text, expect, task; /* expect, task: may be absent */
  ql_measure wants;              /* counts when measured */
  bool measured;
  ql_judge judge;
} ql__gate_terms;

/// Adds it in the form of create's gates: a number or a word settles it, all else is judged by a seat. One whose id is no word of an event is left out.
void ql__add_gate(ql_arena *a, ql_value *gates, const ql__gate_terms *terms);

#endif
