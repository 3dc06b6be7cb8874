/* The prose of an agent file. */
#ifndef QL_SPEC_BODY_H
#define QL_SPEC_BODY_H

#include "format/markdown.h"
#include "spec/notes.h"

/// The headings that stand by themselves, as sections. `end` is the end of the prose.
void ql__take_sections(ql_arena *a, const ql_md_block *blocks, size_t count, size_t end, ql_spec *spec);
/// The plain text of the first heading of level 1, or else of the first one; absent when there is none.
ql_str ql__first_heading(const ql_spec *spec);
/// What the prose says first, headings apart: a sentence; absent when it starts with something else.
ql_str ql__opening_sentence(const ql_md_block *blocks, size_t count);

#endif
