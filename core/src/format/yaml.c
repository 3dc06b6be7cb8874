#include <yaml.h>

#include <questline/limits.h>

#include "base/text.h"
#include "format/yaml.h"

/* A collection being read. */
typedef struct level {
  ql_yaml_node *node;
  ql_yaml_node *last;      /* child */
  const ql_yaml_node *key; /* of a mapping: waits for its value */
} level;

typedef struct reader {
  ql_arena *arena;
  ql_str text;
  yaml_parser_t parser;
  size_t chars, bytes; /* a place in the text: libyaml counts characters, we count bytes */
  size_t nodes, depth;
  level stack[QL_FRONTMATTER_DEPTH_MAX];
  ql_yaml_node *root;
  ql_error *err;
} reader;

static ql_status fault(reader *r, ql_status status, size_t at, const char *message) {
  ql_str rest = ql_slice(r->text, at, r->text.len), line = QL_ABSENT;
  ql_next_line(&rest, &line);
  ql_fail(r->err, status, message, ql_slice(line, 0, ql_utf8_bad(line)));
  if (r->err) {
    r->err->offset = at;
    ql_position(r->text, at, &r->err->line, &r->err->column);
  }
  return status;
}

static bool continues(char c) { return ((unsigned char)c & 0xC0u) == 0x80u; }

/* The byte offset of a mark. Marks come nearly in order, so the place moves little from one to the next. */
static size_t offset_of(reader *r, yaml_mark_t mark) {
  while (r->chars < mark.index && r->bytes < r->text.len) {
    do r->bytes++;
    while (r->bytes < r->text.len && continues(r->text.ptr[r->bytes]));
    r->chars++;
  }
  while (r->chars > mark.index) {
    do r->bytes--;
    while (continues(r->text.ptr[r->bytes]));
    r->chars--;
  }
  return r->bytes;
}

static ql_status parser_fault(reader *r) {
  const yaml_parser_t *p = &r->parser;
  if (p->error == YAML_MEMORY_ERROR) return fault(r, QL_ERR_NOMEM, 0, "out of memory");
  size_t at = p->error == YAML_READER_ERROR ? p->problem_offset : offset_of(r, p->problem_mark);
  return fault(r, QL_ERR_SYNTAX, at < r->text.len ? at : r->text.len, p->problem ? p->problem : "not well-formed YAML");
}

static ql_yaml_style scalar_style(yaml_scalar_style_t style) {
  switch (style) {
  case YAML_SINGLE_QUOTED_SCALAR_STYLE: return QL_YAML_SINGLE;
  case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return QL_YAML_DOUBLE;
  case YAML_LITERAL_SCALAR_STYLE: return QL_YAML_LITERAL;
  case YAML_FOLDED_SCALAR_STYLE: return QL_YAML_FOLDED;
  case YAML_ANY_SCALAR_STYLE:
  case YAML_PLAIN_SCALAR_STYLE: break;
  }
  return QL_YAML_PLAIN;
}

/* Puts a finished scalar or an opened collection where it belongs. */
static ql_status attach(reader *r, ql_yaml_node *node) {
  level *top = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
  if (!top) {
    r->root = node;
  } else if (top->node->kind == QL_YAML_MAPPING && !top->key) {
    if (node->kind != QL_YAML_SCALAR)
      return fault(r, QL_ERR_SYNTAX, node->offset, "a list or mapping cannot be a key; put the key in quotes");
    top->key = node;
  } else {
    node->key = top->key;
    top->key = NULL;
    if (top->last)
      top->last->next = node;
    else
      top->node->first = node;
    top->last = node;
    top->node->count++;
  }
  if (node->kind == QL_YAML_SCALAR) return QL_OK;
  if (r->depth == QL_FRONTMATTER_DEPTH_MAX) return fault(r, QL_ERR_LIMIT, node->offset, "nested deeper than QL_FRONTMATTER_DEPTH_MAX");
  r->stack[r->depth++] = (level){node, NULL, NULL};
  return QL_OK;
}

static ql_status open_node(reader *r, const yaml_event_t *event, ql_yaml_kind kind, ql_yaml_style style, const yaml_char_t *anchor,
                           const yaml_char_t *tag) {
  size_t offset = offset_of(r, event->start_mark);
  if (anchor) return fault(r, QL_ERR_SYNTAX, offset, "anchors are not supported; put a text that starts with & in quotes");
  if (tag) return fault(r, QL_ERR_SYNTAX, offset, "tags are not supported; put a text that starts with ! in quotes");
  if (r->nodes++ == QL_FRONTMATTER_NODES_MAX) return fault(r, QL_ERR_LIMIT, offset, "more values than QL_FRONTMATTER_NODES_MAX");
  ql_yaml_node *node = ql_arena_get(r->arena, sizeof *node);
  if (!node) return fault(r, QL_ERR_NOMEM, 0, "out of memory");
  *node = (ql_yaml_node){.kind = kind, .style = style, .offset = offset, .end_offset = offset_of(r, event->end_mark)};
  if (kind == QL_YAML_SCALAR) {
    ql_str value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (ql_find_byte(value, '\0', 0) != SIZE_MAX) return fault(r, QL_ERR_SYNTAX, offset, "U+0000 is not allowed in a text");
    node->text = ql_arena_str(r->arena, value);
    if (!node->text.ptr) return fault(r, QL_ERR_NOMEM, 0, "out of memory");
  }
  return attach(r, node);
}

static void close_node(reader *r, const yaml_event_t *event) {
  const level *top = &r->stack[--r->depth];
  /* The end of a block collection is known to libyaml only at the next token. */
  if (top->node->style == QL_YAML_FLOW)
    top->node->end_offset = offset_of(r, event->end_mark);
  else if (top->last)
    top->node->end_offset = top->last->end_offset;
}

static ql_status take(reader *r, const yaml_event_t *event) {
  size_t at = offset_of(r, event->start_mark);
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (r->root) return fault(r, QL_ERR_SYNTAX, at, "a second document is not supported");
    if (event->data.document_start.version_directive ||
        event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
      return fault(r, QL_ERR_SYNTAX, at, "directives are not supported");
    return QL_OK;
  case YAML_ALIAS_EVENT: return fault(r, QL_ERR_SYNTAX, at, "aliases are not supported; put a text that starts with * in quotes");
  case YAML_SCALAR_EVENT:
    return open_node(r, event, QL_YAML_SCALAR, scalar_style(event->data.scalar.style), event->data.scalar.anchor, event->data.scalar.tag);
  case YAML_SEQUENCE_START_EVENT:
    return open_node(r, event, QL_YAML_SEQUENCE,
                     event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? QL_YAML_FLOW : QL_YAML_BLOCK,
                     event->data.sequence_start.anchor, event->data.sequence_start.tag);
  case YAML_MAPPING_START_EVENT:
    return open_node(r, event, QL_YAML_MAPPING, event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? QL_YAML_FLOW : QL_YAML_BLOCK,
                     event->data.mapping_start.anchor, event->data.mapping_start.tag);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: close_node(r, event); return QL_OK;
  case YAML_STREAM_END_EVENT: return QL_DONE;
  case YAML_NO_EVENT:
  case YAML_STREAM_START_EVENT:
  case YAML_DOCUMENT_END_EVENT: break;
  }
  return QL_OK;
}

ql_status ql_yaml_read(ql_arena *a, ql_str text, const ql_yaml_node **out, ql_error *err) {
  reader r = {.arena = a, .text = text, .err = err};
  if (text.len > QL_FRONTMATTER_BYTES_MAX) return fault(&r, QL_ERR_LIMIT, 0, "larger than QL_FRONTMATTER_BYTES_MAX");
  size_t bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) return fault(&r, QL_ERR_UTF8, bad, "not valid UTF-8");
  if (!yaml_parser_initialize(&r.parser)) return fault(&r, QL_ERR_NOMEM, 0, "out of memory");
  yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
  ql_status status = QL_OK;
  while (status == QL_OK) {
    yaml_event_t event;
    if (!yaml_parser_parse(&r.parser, &event)) {
      status = parser_fault(&r);
      break;
    }
    status = take(&r, &event);
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&r.parser);
  if (status != QL_DONE) return status;
  if (!r.root) {
    r.root = ql_arena_get(a, sizeof *r.root);
    if (!r.root) return fault(&r, QL_ERR_NOMEM, 0, "out of memory");
    r.root->text = QL_STR("");
  }
  *out = r.root;
  return QL_OK;
}

const ql_yaml_node *ql_yaml_get(const ql_yaml_node *node, ql_str key) {
  if (!node || node->kind != QL_YAML_MAPPING) return NULL;
  for (const ql_yaml_node *child = node->first; child; child = child->next)
    if (ql_eq(child->key->text, key)) return child;
  return NULL;
}
