/* Lines of a code fence, as people write lists and maps: never read by a YAML reader, for what is marked as YAML seldom is. */
#ifndef QL_SPEC_LINES_H
#define QL_SPEC_LINES_H

#include "format/markdown.h"

typedef struct ql__line {
  uint32_t indent;    /* columns before it; a tab goes to the next multiple of 4 */
  bool item;          /* "- words", "* words" */
  uint32_t number;    /* "3. words" or "3) words"; 0 for none */
  bool body;          /* inside a function or class: an illustration, no rule */
  ql_str key;         /* the words before a colon that ends the line or has a blank behind it, quotes taken off; absent without one */
  ql_str value;       /* what stands behind the key, or the whole line but for marker and comment; quotes are kept; may be empty */
  ql_str comment;     /* behind "#" or "//" with a blank before and behind it; absent without one */
  size_t offset, end; /* of the line's words, marker included, in the file */
  uint32_t line;
} ql__line;

/// The lines of a fence, blank ones left out; strings borrow from text, the file. NULL with *count 0 when there are none, or when out of memory.
const ql__line *ql__scan_fence(ql_arena *a, ql_str text, const ql_md_block *code, size_t *count);
/// A fence with "[words]" for values: something to fill in.
bool ql__is_template(const ql__line *lines, size_t count);
/// Without the quotes around it.
ql_str ql__unquote(ql_str words);

#endif
