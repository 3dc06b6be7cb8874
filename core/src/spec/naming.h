/* Where the prose of a file names agents: in lists that declare them, and in passing. */
#ifndef QL_SPEC_NAMING_H
#define QL_SPEC_NAMING_H

#include "spec/parse.h"

typedef struct ql__declared {
  ql_str id;
  ql_str description; /* the words beside the name; absent when there are none */
  size_t offset;      /* of the name */
  uint32_t line;
} ql__declared;

typedef struct ql__mention {
  ql_str id;
  size_t offset, length; /* as written, the @ included */
  uint32_t line;
  bool agent_like; /* hyphens or dots join its words; a single word may be anything */
} ql__mention;

/// The agents of the rules of the kind roster, in the order of the file. NULL with *count 0 when there are none, or when out of memory.
const ql__declared *ql__find_declared(ql_arena *a, const ql_spec *spec, size_t *count);

/// The names behind an @ in the prose that could be agents, each where it stands first: not in code, addresses, paths, package names,
/// at-rules and placeholders. NULL with *count 0 when there are none, or when out of memory.
const ql__mention *ql__find_mentions(ql_arena *a, const ql_spec *spec, const ql__outline *outline, size_t *count);

#endif
