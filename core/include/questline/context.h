/* What the workers of a plan are given: documents and sections of documents, by the context rules in the leader's file. */
#ifndef QUESTLINE_CONTEXT_H
#define QUESTLINE_CONTEXT_H

#include <questline/plan.h>
#include <questline/route.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Holds documents against what the leader's file says about each worker. A line of a rule is met by a path, a title or a heading that has
/// all telling words of one of its parts ("API requirements and contracts" has two, "requirements" tells nothing). What is withheld stays so,
/// whatever else gives it; a heading that is withheld takes its section away. What no line is about is withheld from workers whom
/// some line gives something, and given to the others. Documents go into the budget in their order, each as long as it fits.
/// @param roster  linked; agents of the plan that it does not have get what they would get without a file
/// @param window  tokens of the model's window; 0: what the worker's loading rule says, else 200,000
/// @param budget  tokens that may be used of it; 0: half the window
/// @param out     the shape `ContextPlan`
/// @return QL_OK; QL_ERR_ARGUMENT (budget above window, or below 0); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_context_plan(ql_arena *a, const ql_roster *roster, const ql_plan *plan, const ql_document *documents,
                                       size_t count, int64_t window, int64_t budget, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
