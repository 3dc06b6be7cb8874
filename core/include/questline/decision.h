/* Decisions: options scored against weighted criteria, what would turn the ranking over, and the records that are kept of it. */
#ifndef QUESTLINE_DECISION_H
#define QUESTLINE_DECISION_H

#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The criteria that an agent weighs by its file: an array of the shape `MatrixCriterion`, empty where it says nothing.
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_decision_criteria(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err);

/// Ranks the options of a matrix, and finds for each criterion the nearest weight at which another option would win; the other weights keep
/// their proportions. Integers throughout: scores and weights are taken in thousandths.
/// @param matrix  shape `Matrix`
/// @param out     shape `MatrixRanking`
/// @return QL_OK; QL_ERR_SYNTAX (detail names the member: "options[1].scores.cost"); QL_ERR_LIMIT (QL_MATRIX_SIDE_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_decision_rank(ql_arena *a, const ql_value *matrix, ql_value **out, ql_error *err);

/// A decision record to be filled in, after the file of an agent: the steps of its decision framework, the phases of a migration, its quality
/// gates, and its weighted criteria as a matrix without options. What the file says nothing of is left out.
/// @param out  shape `DecisionRecord`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_decision_template(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err);

/// A decision record in Markdown, of the shape `DecisionRecord`; with a matrix also its ranking.
/// @return QL_OK; QL_ERR_SYNTAX; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_decision_record(ql_arena *a, const ql_value *record, ql_str *out, ql_error *err);

/// What is wrong with a service architecture: an array of the shape `PlanProblem`.
/// @param form  shape `ServiceForm`
/// @return QL_OK; QL_ERR_SYNTAX (detail names the list); QL_ERR_LIMIT (QL_SERVICES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_services_check(ql_arena *a, const ql_value *form, ql_value **out, ql_error *err);
/// The form in Markdown. @return as ql_services_check.
QL_NODISCARD ql_status ql_services_write(ql_arena *a, const ql_value *form, ql_str *out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
