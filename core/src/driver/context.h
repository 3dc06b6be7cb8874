/* The documents a worker's turn begins with: those that the rules of the leader's file give it. Private to driver/. */
#ifndef QL_DRIVER_CONTEXT_H
#define QL_DRIVER_CONTEXT_H

#include <questline/plan.h>
#include <questline/roster.h>

/// What a worker is given, each document between marks, and the names of those that are kept back; empty where no rule is about it: it reads what
/// it needs with its tools then.
/// @param documents  shape `PackSource[]`; may be NULL
/// @param out        in the arena
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__given_documents(ql_arena *a, const ql_roster *roster, const ql_plan *plan, ql_str agent,
                                           const ql_value *documents, ql_str *out, ql_error *err);

/// What an agent's file has it load before it plans, as an array of the shape `PlanContext`; empty where it says nothing of documents.
QL_NODISCARD ql_status ql__loaded_documents(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_value *documents, ql_value **out,
                                            ql_error *err);

#endif
