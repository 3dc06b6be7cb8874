/* Planning with a model: what it is asked, and what is made of its answer. No provider is known here and nothing is sent. */
#ifndef QUESTLINE_PLAN_MODEL_H
#define QUESTLINE_PLAN_MODEL_H

#include <questline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Asks a model for a plan: the leader's identity and the rules of its file that are on, the agents with what they do, the objective, the
/// documents, and the JSON Schema of the answer.
/// @param context  array of the shape `PlanContext`; may be NULL
/// @param out      shape `PlanRequest`
/// @return QL_OK; QL_ERR_ARGUMENT (empty objective; a document without path or text); QL_ERR_NOT_FOUND (leader); QL_ERR_LIMIT
///         (QL_PLAN_REQUEST_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_request(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str objective, const ql_value *context,
                                       ql_value **out, ql_error *err);

/// Makes a plan of an answer. JSON is found in code fences and among prose. What is wrong with the first answer becomes a second request, once;
/// when that answer is no better, the text forms are tried, and then it has failed, with the answer kept. Leader and objective are those of the
/// request, whatever the answer says; the source of every task and gate is the model.
/// @param request  shape `PlanRequest`, as it was asked
/// @param out      shape `PlanAnswered`
/// @return QL_OK; QL_ERR_ARGUMENT (no request); QL_ERR_NOT_FOUND (its leader is not in the roster); QL_ERR_UTF8; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_answer(ql_arena *a, const ql_roster *roster, const ql_value *request, ql_str answer, ql_value **out,
                                      ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
