/* Numbers in prose: what a check asks for, and how long something may take. No floats: thousandths and milliseconds. */
#ifndef QL_SPEC_POLICY_QUANTITY_H
#define QL_SPEC_POLICY_QUANTITY_H

#include <questline/policy.h>

/// The first number in words that says how large something is to be: "at least 80 %", "maximum 10", "<200ms", ">4.5/5", "90% or more",
/// "85%+", "zero warnings"; and a bare "100%" or "0%". Not: versions, dates, paths, ranges, "95th percentile", "200/201".
/// The unit borrows from words. Numbers with more than three decimals or beyond 10^12 are left alone.
bool ql__read_measure(ql_str words, ql_measure *out);

/// How long: "2-4 hours", "48 hours", "30 minutes", "1 business day" (a day of 24 hours), "an hour", "immediately" (0 and 0).
/// *min_ms is -1 unless a range or "immediately" is said.
bool ql__read_span(ql_str words, int64_t *min_ms, int64_t *max_ms);

/// A percentage at the start of words: "35% - what for". *rest is what stands behind it and a separator.
bool ql__read_percent(ql_str words, ql_measure *out, ql_str *rest);

#endif
