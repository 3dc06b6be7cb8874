/* Times as headers and sentences of providers give them. */
#ifndef QL_LLM_WHEN_H
#define QL_LLM_WHEN_H

#include <questline/base.h>

/// ms of a number of seconds, which may have a fraction: "30", "0.5". False when it is none.
bool ql__seconds(ql_str s, int64_t *ms);
/// ms of a duration: "6m0s", "1.5s", "20ms", "1h2m". False when it is none.
bool ql__duration(ql_str s, int64_t *ms);
/// ms since 1970 of an HTTP date in any of its three forms. Two figures of a year are of the century that puts it at most 50 years after `now`.
/// Source: RFC 9110 5.6.7.
bool ql__http_date(ql_str s, int64_t now, int64_t *at);
/// ms since 1970 of "2026-11-21T22:00:00Z", with a fraction or an offset. Source: RFC 3339.
bool ql__stamp(ql_str s, int64_t *at);

#endif
