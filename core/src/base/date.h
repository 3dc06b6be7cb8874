/* Times and numbers as people read them. */
#ifndef QL_BASE_DATE_H
#define QL_BASE_DATE_H

#include <questline/base.h>

/// "2026-07-01", of ms since 1970, UTC.
void ql_date_add(ql_buf *out, int64_t at);
/// "08:05", likewise.
void ql_clock_add(ql_buf *out, int64_t at);
/// Thousandths: "7.4" for 7400, no zeros at the end.
void ql_milli_add(ql_buf *out, int64_t milli);

#endif
