/* Which product an agent file is written for. */
#ifndef QL_SPEC_DIALECT_H
#define QL_SPEC_DIALECT_H

#include "spec/front.h"

typedef enum ql__dialect {
#define DIALECT(name, id, product, reads) QL__##name,
#include "spec/dialects.def"
  QL__DIALECT_COUNT
} ql__dialect;

/// What a product does with a file that it cannot read.
typedef enum ql__reads {
  QL__SKIPS,   /* leaves it out without a word */
  QL__REPORTS, /* says so */
  QL__IGNORES, /* does not read frontmatter */
} ql__reads;

/// The dialect with that id; of an absent one QL__DIALECT_COUNT, "find out". @return QL_OK; QL_ERR_ARGUMENT when there is none.
QL_NODISCARD ql_status ql__dialect_named(ql_str id, ql__dialect *out, ql_error *err);
/// By path, keys and tools; QL__PLAIN when nothing tells. *sure is whether enough tells to check the file by it.
ql__dialect ql__dialect_of(const ql_spec *spec, const ql__front *front, bool *sure);
const char *ql__dialect_id(ql__dialect dialect);
ql_str ql__dialect_product(ql__dialect dialect);
ql__reads ql__dialect_reads(ql__dialect dialect);

#endif
