/* Raw deflate with a preset dictionary. The only door to zlib. The same input gives the same bytes on every target. */
#ifndef QL_FORMAT_DEFLATE_H
#define QL_FORMAT_DEFLATE_H

#include <questline/base.h>

/// Compresses at level 9. Of a dictionary only the last 32 KiB count; it may be empty.
/// @param out  in the arena
/// @return QL_OK; QL_ERR_LIMIT (in or dictionary of 1 GiB or more); QL_ERR_NOMEM.
/// Source: RFC 1951.
QL_NODISCARD ql_status ql_deflate(ql_arena *a, ql_str dictionary, ql_str in, ql_str *out, ql_error *err);

/// Expands what ql_deflate made with the same dictionary; `in` must hold one stream and nothing after it.
/// @param max_out  bytes that out may have; memory in proportion to it is not taken before the bytes are there
/// @return QL_OK; QL_ERR_LIMIT (would be longer than max_out); QL_ERR_SYNTAX (damaged, cut short, or bytes left over); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_inflate(ql_arena *a, ql_str dictionary, ql_str in, size_t max_out, ql_str *out, ql_error *err);

#endif
