/* The share container of a `#q=` link: a whole quest, compressed, without anything that can be recomputed, with one head. */
#ifndef QUESTLINE_LINK_H
#define QUESTLINE_LINK_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/// @param log  an intact log
/// @param out  "q=…", the fragment without its #; base64url characters only after the sign
/// @return QL_OK; QL_ERR_INTEGRITY, QL_ERR_SYNTAX (the log is not intact); QL_ERR_LIMIT (longer than QL_LINK_CHARS_MAX: err->offset is the
///         length it would have, offer the file instead); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_link_make(ql_arena *a, ql_str log, ql_str *out, ql_error *err);
/// @param text  a whole URL, "#q=…" or "q=…"
/// @param log   the same bytes that were shared; without the openings of `reply`, which no link carries
/// @return QL_OK; QL_ERR_SYNTAX (no such link, or cut short); QL_ERR_INTEGRITY (checksum or head differs); QL_ERR_VERSION; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_link_open(ql_arena *a, ql_str text, ql_str *log, ql_error *err);
/// The shape `Link` of a fragment that ql_link_make gave: with its #, its length, and a warning when it is long. NULL when out of memory.
ql_value *ql_link_value(ql_arena *a, ql_str fragment);

#ifdef __cplusplus
}
#endif
#endif
