/* Writes YAML that strict readers of 1.1 and 1.2 read alike: one entry of a mapping at a time. Failure is the buffer's. */
#ifndef QL_FORMAT_YAML_WRITE_H
#define QL_FORMAT_YAML_WRITE_H

#include "format/yaml.h"

/// "key:", without a line end. What cannot stand plain is put in double quotes.
void ql_yaml_write_key(ql_buf *out, size_t indent, ql_str key);
/// "key: text" as a string, whatever it looks like; a literal block when it has several lines. The text is valid UTF-8.
void ql_yaml_write_text(ql_buf *out, size_t indent, ql_str key, ql_str text);
/// "- text".
void ql_yaml_write_item(ql_buf *out, size_t indent, ql_str text);
/// "key: value", a whole tree, in block style. Scalars keep their type. As an item it is a mapping of its own: "- key: value".
void ql_yaml_write_tree(ql_buf *out, size_t indent, bool item, ql_str key, const ql_yaml_node *value);

#endif
