/* The form of a model's answer. Private to plan/. */
#ifndef QL_PLAN_ANSWER_H
#define QL_PLAN_ANSWER_H

#include <questline/value.h>

/// The JSON Schema of plan_answer.def, every member required and no other allowed. NULL when out of memory.
ql_value *ql__answer_schema(ql_arena *a);
/// What an answer has of another type, or not at all: adds to problems, shape `PlanProblem`. Empty lists and words may be missing.
void ql__answer_check(ql_arena *a, const ql_value *answer, ql_value *problems);
/// The JSON object in a text that could be a plan; NULL when there is none. *broken says whether one began and did not end.
ql_value *ql__answer_find(ql_arena *a, ql_str text, bool *broken);

#endif
