/* Trying a connection: the list of models, and why there is none. */
#ifndef QL_LLM_CONNECTION_H
#define QL_LLM_CONNECTION_H

#include "llm/wire.h"

/// Where a provider lists its models. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__models_url(ql_arena *a, const ql__provider *provider, const ql__url *base, ql_str *out);
/// An array of the shape ModelInfo, sorted by id, of what a provider answered; NULL when that is no list of models, or memory ran out.
ql_value *ql__models_read(ql_arena *a, const ql_value *answer);

#endif
