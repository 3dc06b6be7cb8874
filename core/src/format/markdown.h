/* Markdown (CommonMark with tables, task lists and strike-through) as an outline with positions, and as safe HTML. The only door to md4c. */
#ifndef QL_FORMAT_MARKDOWN_H
#define QL_FORMAT_MARKDOWN_H

#include <questline/base.h>

typedef enum ql_md_kind {
  QL_MD_HEADING,   /* ATX or setext */
  QL_MD_PARAGRAPH, /* but for the first of a list item: that one is the item's text */
  QL_MD_ITEM,      /* of a list; what it contains follows as blocks of their own with the same depth or more */
  QL_MD_CODE,      /* fenced or indented */
  QL_MD_ROW,       /* of a table */
  QL_MD_HTML,      /* a raw HTML block, comments included */
  QL_MD_RULE,      /* a thematic break */
} ql_md_kind;

typedef enum ql_md_task { QL_MD_TASK_NONE, QL_MD_TASK_OPEN, QL_MD_TASK_DONE } ql_md_task;

typedef struct ql_md_block {
  ql_md_kind kind;
  int level;           /* heading: 1 to 6 */
  int depth;           /* lists around it; of an item, its own list counts: 1 in a list that is in no other */
  bool quoted;         /* inside a block quote */
  bool ordered;        /* item of a numbered list */
  uint32_t number;     /* ordered item: as counted from the list's first number */
  ql_md_task task;     /* item */
  bool header;         /* row: the table's first */
  uint32_t line;       /* from 1 */
  size_t offset;       /* of the first character that is no blank on the block's first line: an item's marker, a heading's first "#" */
  size_t end;          /* behind the block's last character, its last line's break not included; an item ends with its own text */
  ql_str source;       /* the first line as it stands in the text, from offset to the line's end */
  ql_str text;         /* heading, paragraph, item: plain text, markup gone, line breaks as one space; code: its lines; row: empty */
  ql_str lead;         /* the part of text that is strong, emphasised or code and stands at its start; absent when there is none */
  size_t lead_offset;  /* where the lead's words are written */
  ql_str info;         /* code: the words behind the opening fence; absent for indented code */
  const ql_str *cells; /* row: plain text of each cell */
  size_t cell_count;
} ql_md_block;

/// Lists the blocks of text from byte `from` on, in order. Offsets and lines count from the start of text; `source` borrows from it,
/// all else is in the arena.
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX); QL_ERR_NOMEM.
/// Source: CommonMark 0.31; GitHub Flavored Markdown for tables, task lists and strike-through.
QL_NODISCARD ql_status ql_md_outline(ql_arena *a, ql_str text, size_t from, const ql_md_block **out, size_t *count, ql_error *err);

/// Renders HTML that may be put into a page as it is, whoever wrote the Markdown: raw HTML is shown as text, links go only to http,
/// https, mailto, relative addresses and fragments, images become links, headings get ids.
/// @param out  in the arena
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_md_html(ql_arena *a, ql_str text, ql_str *out, ql_error *err);

#endif
