/* Agent ids without an arena. */
#ifndef QL_SPEC_ID_H
#define QL_SPEC_ID_H

#include <questline/limits.h>
#include <questline/spec.h>

/// Writes what ql_agent_id answers. @return its length, 0 when there is none.
size_t ql__write_id(char out[QL_AGENT_ID_MAX], ql_str name);
/// FNV-1a, for tables of ids.
uint32_t ql__id_hash(ql_str id);

#endif
