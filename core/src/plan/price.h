/* What a model costs. Private to plan/. */
#ifndef QL_PLAN_PRICE_H
#define QL_PLAN_PRICE_H

#include <questline/schedule.h>

/// A price table of the user's, shape `PriceTable`; what it says stands before our own.
/// @return QL_OK; QL_ERR_SYNTAX (detail names the member).
QL_NODISCARD ql_status ql__prices_check(ql_arena *a, const ql_value *table, ql_error *err);
/// The price in such a table, which may be NULL, or else in ours. False when there is none.
bool ql__price_in(const ql_value *table, ql_str model, int64_t prompt, ql_price *out);

/// A count in an object that is from 0 to most; absent: *out stays. False for anything else.
bool ql__count_in(const ql_value *object, ql_str key, int64_t most, int64_t *out);
/// "prices[3].input"
ql_str ql__member_text(ql_arena *a, ql_str list, size_t index, ql_str member);

#endif
