/* Text of strangers inside of Markdown. */
#ifndef QL_FORMAT_PLAIN_H
#define QL_FORMAT_PLAIN_H

#include <questline/base.h>

/// Text as itself: whatever Markdown or HTML would read into it is escaped, line ends become spaces.
void ql_markdown_text(ql_buf *buf, ql_str text);

#endif
