/* Entries of frontmatter as the fields of a spec. */
#ifndef QL_SPEC_FIELDS_H
#define QL_SPEC_FIELDS_H

#include "spec/dialect.h"
#include "spec/front.h"

/// Fills in name, description, model, colour and the other keys, and notes what is wrong with them.
void ql__take_fields(ql_arena *a, const ql__front *front, ql_str text, ql__notes *notes, ql_spec *spec);
/// Notes a model that is no longer served.
void ql__check_model(const ql__front *front, ql_str text, ql__dialect dialect, ql__notes *notes, const ql_spec *spec);

#endif
