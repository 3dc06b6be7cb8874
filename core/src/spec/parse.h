/* Reading an agent file, for those who want more of it than ql_spec holds. */
#ifndef QL_SPEC_PARSE_H
#define QL_SPEC_PARSE_H

#include <questline/spec.h>

#include "format/markdown.h"
#include "spec/dialect.h"

typedef struct ql__outline {
  const ql_md_block *blocks;
  size_t count;
} ql__outline;

typedef struct ql__reading {
  ql__dialect dialect; /* QL__DIALECT_COUNT: found out from the file */
  size_t findings;     /* at most, of each severity; 0: QL_SPEC_DIAGNOSTICS_MAX in all */
} ql__reading;

/// ql_spec_parse, and the blocks of the prose.
QL_NODISCARD ql_status ql__parse(ql_arena *a, ql_str path, ql_str text, ql__reading how, const ql_spec **out, ql__outline *outline,
                                 ql_error *err);

#endif
