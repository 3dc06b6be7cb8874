/* Who takes what an agent turns down, as lists of such work say it. */
#ifndef QL_SPEC_HANDLER_H
#define QL_SPEC_HANDLER_H

#include "spec/points.h"

/// Parts a request from who handles it: "words" -> name handles; words - use name; words (defer to name). Quotes around all of the request
/// are taken off. *name is absent when nobody is named.
ql_str ql__split_handler(ql_str text, ql_str *name);
/// The id of that name as the agents of an item.
void ql__set_handler(ql__compiler *c, ql_rule_item *item, ql_str name);

#endif
