/* YAML of frontmatter as a tree that remembers where everything stood. The only door to libyaml.
   Anchors, aliases, tags, directives, a second document and collections as keys are refused: no agent file needs them. */
#ifndef QL_FORMAT_YAML_H
#define QL_FORMAT_YAML_H

#include <questline/value.h>

typedef enum ql_yaml_kind { QL_YAML_SCALAR, QL_YAML_SEQUENCE, QL_YAML_MAPPING } ql_yaml_kind;

/// The first five are of scalars, the last two of collections.
typedef enum ql_yaml_style {
  QL_YAML_PLAIN,
  QL_YAML_SINGLE,  /* '…' */
  QL_YAML_DOUBLE,  /* "…" */
  QL_YAML_LITERAL, /* | */
  QL_YAML_FOLDED,  /* > */
  QL_YAML_BLOCK,
  QL_YAML_FLOW, /* […] and {…} */
} ql_yaml_style;

typedef struct ql_yaml_node ql_yaml_node;
struct ql_yaml_node {
  ql_yaml_kind kind;
  ql_yaml_style style;
  ql_str text; /* of a scalar: its value, in the arena; never absent there */
  size_t offset,
      end_offset; /* bytes into the text that was read, quotes and brackets included; a block collection ends with its last child */
  const ql_yaml_node *key;   /* of a mapping's child: its key, always a scalar */
  const ql_yaml_node *first; /* items of a sequence, values of a mapping, as written, equal keys kept */
  const ql_yaml_node *next;  /* the following sibling */
  size_t count;              /* children */
};

/// What the YAML 1.2 core schema makes of a scalar.
typedef enum ql_yaml_type { QL_YAML_NULL, QL_YAML_BOOL, QL_YAML_INT, QL_YAML_FLOAT, QL_YAML_STRING } ql_yaml_type;

/// Reads one document. Of an empty one the result is an empty plain scalar.
/// @param out  in the arena, as are all its strings
/// @return QL_OK; QL_ERR_SYNTAX (err has offset, line and column, and a detail); QL_ERR_UTF8; QL_ERR_LIMIT (QL_FRONTMATTER_BYTES_MAX,
///         _DEPTH_MAX, _NODES_MAX; keys count as nodes); QL_ERR_NOMEM.
/// Source: YAML 1.2, as far as libyaml (1.1) reads it.
QL_NODISCARD ql_status ql_yaml_read(ql_arena *a, ql_str text, const ql_yaml_node **out, ql_error *err);

/// The type of a scalar: plain ones by the YAML 1.2 core schema (so yes, no, on and off are strings), all others strings.
/// A collection gives QL_YAML_STRING.
ql_yaml_type ql_yaml_scalar_type(const ql_yaml_node *node);

/// The first value of a mapping with that key, NULL when there is none or node is no mapping.
const ql_yaml_node *ql_yaml_get(const ql_yaml_node *node, ql_str key);

/// The tree as a value: null, booleans, integers (also 0x and 0o) within QL_INT_MAX, all else strings that keep the text as written.
/// Of equal keys the last one counts. Strings are borrowed from node.
/// @return NULL when out of memory.
ql_value *ql_yaml_value(ql_arena *a, const ql_yaml_node *node);

#endif
