/* Where the frontmatter of a file is, if anywhere. Looks at lines only, reads no YAML. */
#ifndef QL_FORMAT_FRONTMATTER_H
#define QL_FORMAT_FRONTMATTER_H

#include <questline/base.h>

typedef enum ql_fence_state {
  QL_FENCE_NONE,      /* the first line that is not blank is no "---", or what follows it is prose between thematic breaks */
  QL_FENCE_CLOSED,    /* a block between two fences */
  QL_FENCE_OPEN,      /* "---" opens it and nothing closes it */
  QL_FENCE_TOO_LARGE, /* more than QL_FRONTMATTER_BYTES_MAX before the closing fence */
} ql_fence_state;

/// Byte offsets into the text. Of NONE all four are where the text starts behind a byte order mark; of OPEN and TOO_LARGE the block
/// reaches to the end of the text and the body is what follows the opening fence.
typedef struct ql_frontmatter {
  ql_fence_state state;
  size_t open;             /* the opening fence */
  size_t block, block_end; /* the lines between the fences, the last line break included */
  size_t body;             /* the first byte behind the closing fence's line */
} ql_frontmatter;

/// Splits a file. An opening "---" and a closing "---" or "..." stand alone on their line from its first column, but for trailing blanks;
/// a byte order mark and blank lines may come first; LF, CRLF and CR end lines.
ql_frontmatter ql_frontmatter_find(ql_str text);

#endif
