/* Words of the JSON form of plans. Private to plan/. */
#ifndef QL_PLAN_JSON_H
#define QL_PLAN_JSON_H

#include <questline/plan.h>

extern const ql_str ql__origins[QL_ORIGIN_COUNT]; /* by ql_origin; "" for QL_FROM_NOWHERE */

/// The place of a word, whatever its case, from 1; 0 when it is none of them.
size_t ql__word_index(const ql_str *words, size_t count, ql_str word);

/// The gates of a plan as its JSON form has them.
ql_value *ql__plan_gates(ql_arena *a, const ql_plan *plan);

#endif
