/* What a file's own product makes of its frontmatter: keys it does not read, values it does not know, names it does not take. */
#ifndef QL_SPEC_ACCEPTS_H
#define QL_SPEC_ACCEPTS_H

#include "spec/dialect.h"
#include "spec/front.h"
#include "spec/parse.h"

/// Notes what stands in the frontmatter and is not as the product wants it.
void ql__check_keys(const ql__front *front, ql_str text, ql__dialect dialect, ql__notes *notes);
/// The same for the name of the agent, and for how long its prose is.
void ql__check_name(const ql__front *front, const ql_spec *spec, ql__dialect dialect, ql__notes *notes);
void ql__check_length(const ql_spec *spec, ql_str prose, ql__dialect dialect, ql__notes *notes);
/// Whether the product reads the key, and its value is of the kind and, where words are listed, one of those that it takes.
bool ql__value_taken(ql__dialect dialect, ql_str key, const ql_yaml_node *value);
/// Whether the product takes an agent of this name.
bool ql__name_taken(ql__dialect dialect, ql_str name);

/// Notes tools that the product does not have, or that another key or a later pattern takes away again.
void ql__check_grants(ql_arena *a, const ql__front *front, ql_str text, ql__dialect dialect, const ql_spec *spec, ql__notes *notes);

/// Notes "{{name}}" in the texts of the frontmatter and in the prose [body, end), code blocks apart.
void ql__find_placeholders(ql_str text, const ql__front *front, const ql__outline *outline, size_t body, size_t end, ql__notes *notes);

#endif
