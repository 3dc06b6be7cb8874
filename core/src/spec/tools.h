/* Tools: how files list them, and what every product's names for them come to. */
#ifndef QL_SPEC_TOOLS_H
#define QL_SPEC_TOOLS_H

#include "format/markdown.h"
#include "spec/front.h"

/// The canonical name: from tools.def, a pattern in parentheses kept; "mcp:server/tool" for the spellings of MCP tools, "*" in place of the
/// server or the tool meaning all. Absent when unknown, or when out of memory.
ql_str ql__tool_canonical(ql_arena *a, ql_str name);
/// A name that stands in tools.def, with or without a pattern, or that is spelled as only MCP tools are.
bool ql__tool_known(ql_str name);
/// What could be a tool's name: no blanks but in parentheses, at most 128 bytes.
bool ql__tool_shaped(ql_str name);
/// Whether the family has a tool of exactly this name, a pattern in parentheses aside; those of every product are in each family.
bool ql__tool_of(ql_str name, size_t family);
/// The family's first name for what is canonically called so; absent when it has none.
ql_str ql__tool_in(ql_str canonical, size_t family);
/// Which dialect's tools have this name: a ql__dialect, or QL__DIALECT_COUNT when it tells nothing.
size_t ql__tool_family(ql_str name);
/// The known name closest to one that is not known; absent when none is close.
ql_str ql__tool_suggest(ql_str name);

/// Whether the name, and no longer one, stands there in the file as it is read: not so behind escapes, or where a name spans lines.
bool ql__tool_stands(ql_str text, ql_str name, size_t offset);
/// The tools that a list or a text under some key names; NULL with *count 0 for none, or when out of memory.
const ql_tool *ql__tools_under(ql_arena *a, const ql__entry *entry, ql_str text, ql__notes *notes, size_t *count);
/// Fills in the tools of spec from its frontmatter.
void ql__take_tools(ql_arena *a, const ql__front *front, ql_str text, ql__notes *notes, ql_spec *spec);
/// Of a file without frontmatter: the names in backticks below a heading that speaks of tools.
void ql__take_body_tools(ql_arena *a, const ql_md_block *blocks, size_t count, ql_str text, ql__notes *notes, ql_spec *spec);

#endif
