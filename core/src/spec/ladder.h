/* The lower rungs of the recovery ladder: frontmatter that YAML does not read as a whole. */
#ifndef QL_SPEC_LADDER_H
#define QL_SPEC_LADDER_H

#include "spec/front.h"

/// Reads key by key. yaml is the block, prepared for YAML; notes say which rung read what.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__read_by_key(ql_arena *a, ql_str text, ql_str yaml, ql__block block, ql__notes *notes, ql__front *out);

/// Sets the items of a list aside when all of them look like tools and one at least is known. Comments are no part of an item.
/// False when they do not, when another list was set aside before, or when memory is out.
bool ql__adopt_orphans(ql_arena *a, ql_str text, ql__block lines, ql__front *out);

/// A word that speakers in examples have before a colon.
bool ql__is_dialogue(ql_str key);

/// NULL when out of memory.
ql__entry *ql__add_entry(ql_arena *a, ql__front *front, ql__entry entry);

#endif
