/* A task as the message that hands it to a worker, written in the form that the leader's file has for that, and read back. */
#ifndef QUESTLINE_DELEGATION_H
#define QUESTLINE_DELEGATION_H

#include <questline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The delegation of a task of a plan, as data.
/// @param context  what ql_context_plan said, shape `ContextPlan`: the documents the worker is given are named; may be NULL
/// @param out      the shape `Delegation`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such task); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_delegation_of(ql_arena *a, const ql_plan *plan, ql_str task, const ql_value *context, ql_value **out,
                                        ql_error *err);

/// Writes a delegation: the fields of the text form in the leader's file, in its order and with its labels, and behind them what that form
/// has no field for; without one a form of our own. Texts become one line each.
/// @param roster  may be NULL; leader: whose file is looked at, may be absent
/// @param out     the shape `DelegationText`
/// @return QL_OK; QL_ERR_SYNTAX (detail names the member that is missing or no text); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_delegation_write(ql_arena *a, const ql_roster *roster, ql_str leader, const ql_value *delegation, ql_value **out,
                                           ql_error *err);

/// Reads such a message, also one that a person or a model wrote: labels in any case, with or without Markdown around them, fields in any
/// order. What ql_delegation_write wrote reads back as it was.
/// @param out  the shape `Delegation`
/// @return QL_OK; QL_ERR_SYNTAX (no label of the form is there); QL_ERR_UTF8; QL_ERR_LIMIT (QL_JSON_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_delegation_read(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str text, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
