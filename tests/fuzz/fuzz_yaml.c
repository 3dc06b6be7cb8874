// Frontmatter and its YAML: nodes lie within the text and within one another, and every tree has a value.

#include <stdlib.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/frontmatter.h"
#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static void check_tree(const ql_yaml_node *root, size_t len) {
  const ql_yaml_node *open[QL_FRONTMATTER_DEPTH_MAX + 2];
  size_t depth = 0, seen = 0;
  for (const ql_yaml_node *node = root; node || depth > 0;) {
    if (!node) {
      node = open[--depth]->next;
      continue;
    }
    check(node->offset <= node->end_offset && node->end_offset <= len && seen++ < QL_FRONTMATTER_NODES_MAX);
    if (depth > 0) check(node->end_offset <= open[depth - 1]->end_offset);
    if (node->key) check(node->key->text.ptr && node->key->end_offset <= node->offset);
    check((node->kind == QL_YAML_SCALAR) == (node->text.ptr != NULL));
    check(depth <= QL_FRONTMATTER_DEPTH_MAX);
    open[depth] = node;
    if (node->first) {
      depth++;
      node = node->first;
    } else {
      node = depth > 0 ? node->next : NULL;
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_frontmatter f = ql_frontmatter_find(text);
  check(f.open <= f.block && f.block <= f.block_end && f.block_end <= size && f.body <= size);
  check(f.state != QL_FENCE_CLOSED || (f.block_end < f.body && ql_starts(ql_slice(text, f.open, size), QL_STR("---"))));
  ql_str yaml = f.state == QL_FENCE_CLOSED ? ql_slice(text, f.block, f.block_end) : text;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_yaml_node *root;
  ql_error err;
  ql_status status = ql_yaml_read(a, yaml, &root, &err);
  if (status == QL_OK) {
    check_tree(root, yaml.len);
    ql_value *value = ql_yaml_value(a, root), *again;
    ql_str written = ql_value_text(a, value);
    check(written.ptr && ql_json_read(a, written, &again, NULL) == QL_OK && ql_value_equal(value, again));
  } else {
    check(err.status == status && err.offset <= yaml.len && err.line > 0 && err.column > 0);
  }
  ql_arena_free(a);
  return 0;
}
