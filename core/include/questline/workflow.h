/* What an agent does with every request, step by step, as its file demands it. */
#ifndef QUESTLINE_WORKFLOW_H
#define QUESTLINE_WORKFLOW_H

#include <questline/route.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Goes through the steps of an agent's workflow for a request: its identity (a request to give it up is refused), the documents of the
/// project with what is missing and what is read instead, the mode, the request itself (declined where the agent's rules do, with who takes
/// it), and what is looked up below a certainty. The order is the file's; what no step of the file does, and is always done, comes first
/// (identity) or last (mode, request).
/// @param chosen  the mode that was chosen; absent: found out from the request
/// @param out     the shape `Workflow`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_ARGUMENT (an empty request, no such mode); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_workflow(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_document *documents, size_t count,
                                   ql_str request, ql_str chosen, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
