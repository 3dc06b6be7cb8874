/* Markdown as an outline with positions, and as safe HTML. The only door to md4c. CommonMark with tables, task lists and strike-through,
   but HTML is text: agent files are full of <placeholders> and of sections in tags, and a page must not get markup from a stranger. */
#ifndef QL_FORMAT_MARKDOWN_H
#define QL_FORMAT_MARKDOWN_H

#include <questline/base.h>

typedef enum ql_md_kind {
  QL_MD_HEADING,   /* ATX or setext */
  QL_MD_PARAGRAPH, /* but for the first of a list item: that one is the item's text */
  QL_MD_ITEM,      /* of a list; what it contains follows as blocks of their own with the same depth or more */
  QL_MD_CODE,      /* fenced or indented */
  QL_MD_ROW,       /* of a table */
} ql_md_kind;

typedef enum ql_md_task { QL_MD_TASK_NONE, QL_MD_TASK_OPEN, QL_MD_TASK_DONE } ql_md_task;

typedef struct ql_md_block {
  ql_md_kind kind;
  uint32_t level;      /* heading: 1 to 6 */
  uint32_t depth;      /* lists around it; of an item, its own list counts: 1 in a list that is in no other */
  uint32_t number;     /* ordered item: counted from the list's first number */
  uint32_t line;       /* from 1 */
  bool quoted;         /* inside a block quote */
  bool ordered;        /* item of a numbered list */
  bool header;         /* row: the table's first */
  ql_md_task task;     /* item */
  size_t offset;       /* of the first character that is no blank on the block's first line: an item's marker, a heading's first "#" */
  size_t words;        /* where its first word is written, behind markers and boxes */
  size_t end;          /* the end of the last line that has words of it, the break not included; of an item, of its own words */
  ql_str source;       /* the first line as it stands in the text, from offset to the line's end */
  ql_str text;         /* plain text, markup gone, a line break one space; code: its lines as they are; row: empty */
  ql_str lead;         /* the part of text that is strong, emphasised or code and stands at its start; absent when there is none */
  size_t lead_offset;  /* where the lead's words are written */
  ql_str info;         /* fenced code: the words behind the opening fence; absent for all else */
  const ql_str *cells; /* row: plain text of each cell; empty ones at the end are left out */
  size_t cell_count;
} ql_md_block;

/// Blocks of one outline; what follows is not looked at.
#define QL_MD_BLOCKS_MAX 65536u

/// Lists the blocks of text from byte `from` on, in order. Offsets and lines count from the start of text; `source` borrows from it,
/// all else is in the arena. Blocks without a single word are left out.
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX); QL_ERR_NOMEM.
/// Source: CommonMark 0.31; GitHub Flavored Markdown for tables, task lists and strike-through.
QL_NODISCARD ql_status ql_md_outline(ql_arena *a, ql_str text, size_t from, const ql_md_block **out, size_t *count, ql_error *err);

#define QL_MD_IDS_MAX 1024u

/// Renders HTML that may be put into a page as it is, whoever wrote the Markdown: raw HTML is shown as text, links go only to http,
/// https, mailto, relative addresses and fragments, images become links. The first QL_MD_IDS_MAX headings get ids: "h-" and the words
/// joined by dashes, a number behind it where it would stand twice; a link to "#words" is led to "#h-words".
/// @param out  in the arena
/// @return QL_OK; QL_ERR_LIMIT (more than QL_SPEC_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_md_html(ql_arena *a, ql_str text, ql_str *out, ql_error *err);

/// An answer that grows: what is done of it stays as it is, whatever is written behind.
typedef struct ql_md_growing {
  size_t settled; /* bytes of the text that are done; what follows is handed in again with what is added */
  ql_str done;    /* HTML of these */
  ql_str open;    /* HTML of the rest */
} ql_md_growing;

/// Renders an answer as it grows, or what was not done of it yet. The HTML is that of ql_md_html, but for what a page that shows many of a
/// model's answers cannot use: headings have no ids, and links go nowhere but to http, https and mailto. Addresses of links that are written
/// at another place of the text ("[words][1]") are found only where both places are rendered together.
/// @param whole  nothing more will come: all of it is done
/// @param out    in the arena
/// @return QL_OK; QL_ERR_LIMIT (more than QL_REPLY_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_md_grow(ql_arena *a, ql_str text, bool whole, ql_md_growing *out, ql_error *err);

#endif
