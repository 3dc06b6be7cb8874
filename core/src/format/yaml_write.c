#include "format/yaml_write.h"

#include <questline/limits.h>

#include "base/text.h"

/* Words that YAML 1.1 or 1.2 take for something else than a string. */
static const ql_str WORDS[] = {
    QL_STR_INIT("null"), QL_STR_INIT("true"), QL_STR_INIT("false"), QL_STR_INIT("yes"), QL_STR_INIT("no"),
    QL_STR_INIT("on"),   QL_STR_INIT("off"),  QL_STR_INIT("y"),     QL_STR_INIT("n"),
};

static void indentation(ql_buf *out, size_t indent) {
  for (size_t i = 0; i < indent; i++) ql_buf_byte(out, ' ');
}

/* Characters that YAML does not know as they are, or takes for line ends. */
static bool needs_escape(uint32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE ||
         c == 0xFFFF;
}

static bool is_clean(ql_str text) {
  uint32_t c;
  for (size_t at = 0; at < text.len;)
    if (!ql_utf8_next(text, &at, &c) || needs_escape(c)) return false;
  return true;
}

/* Can stand without quotes, whatever type YAML gives it. */
static bool stands_plain(ql_str text) {
  if (text.len == 0 || !is_clean(text)) return false;
  unsigned char first = (unsigned char)text.ptr[0], last = (unsigned char)text.ptr[text.len - 1];
  if (!(ql_is_alnum((char)first) || first == '_' || first == '/' || first == '$' || first >= 0x80) || last == ':' || last == ' ')
    return false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
    if (c == '\n' || c == '\t' || (c == ':' && next == ' ') || (c == ' ' && next == '#')) return false;
  }
  return true;
}

static bool is_string_anyway(ql_str text) {
  if (ql_is_digit(text.ptr[0])) return false;
  for (size_t i = 0; i < QL_COUNT(WORDS); i++)
    if (ql_eq_nocase(text, WORDS[i])) return false;
  return true;
}

static void write_escape(ql_buf *out, uint32_t c) {
  static const char digits[] = "0123456789abcdef";
  ql_buf_add(out, c < 0x100 ? QL_STR("\\x") : QL_STR("\\u"));
  for (int shift = c < 0x100 ? 4 : 12; shift >= 0; shift -= 4) ql_buf_byte(out, digits[(c >> shift) & 15u]);
}

static void write_quoted(ql_buf *out, ql_str text) {
  uint32_t c;
  ql_buf_byte(out, '"');
  for (size_t at = 0, from = 0; at < text.len && ql_utf8_next(text, &at, &c); from = at) {
    if (c == '\n' || c == '\t')
      ql_buf_add(out, c == '\n' ? QL_STR("\\n") : QL_STR("\\t"));
    else if (needs_escape(c))
      write_escape(out, c);
    else if (c == '"' || c == '\\')
      ql_buf_add(out, c == '"' ? QL_STR("\\\"") : QL_STR("\\\\"));
    else
      ql_buf_add(out, ql_slice(text, from, at));
  }
  ql_buf_byte(out, '"');
}

static void write_flat(ql_buf *out, ql_str text) {
  if (stands_plain(text) && is_string_anyway(text))
    ql_buf_add(out, text);
  else
    write_quoted(out, text);
}

static bool stands_as_block(ql_str text) {
  return ql_find_byte(text, '\n', 0) != SIZE_MAX && text.ptr[0] != '\n' && text.ptr[0] != ' ' && text.ptr[0] != '\t' && is_clean(text);
}

/* "|-" and the lines of the text, each below the entry. */
static void write_block(ql_buf *out, size_t indent, ql_str text) {
  size_t breaks = 0;
  while (breaks < text.len && text.ptr[text.len - 1 - breaks] == '\n') breaks++;
  ql_buf_add(out, breaks == 0 ? QL_STR("|-") : breaks == 1 ? QL_STR("|") : QL_STR("|+"));
  for (size_t from = 0; from < text.len;) {
    size_t end = ql_find_byte(text, '\n', from);
    ql_str line = ql_slice(text, from, end);
    ql_buf_byte(out, '\n');
    if (line.len > 0) indentation(out, indent);
    ql_buf_add(out, line);
    from = end == SIZE_MAX ? text.len : end + 1;
  }
}

static void write_string(ql_buf *out, size_t indent, ql_str text) {
  if (stands_as_block(text))
    write_block(out, indent, text);
  else
    write_flat(out, text);
}

void ql_yaml_write_key(ql_buf *out, size_t indent, ql_str key) {
  indentation(out, indent);
  write_flat(out, key);
  ql_buf_byte(out, ':');
}

void ql_yaml_write_text(ql_buf *out, size_t indent, ql_str key, ql_str text) {
  ql_yaml_write_key(out, indent, key);
  ql_buf_byte(out, ' ');
  write_string(out, indent + 2, text);
  ql_buf_byte(out, '\n');
}

void ql_yaml_write_item(ql_buf *out, size_t indent, ql_str text) {
  indentation(out, indent);
  ql_buf_add(out, QL_STR("- "));
  write_flat(out, text);
  ql_buf_byte(out, '\n');
}

/* A plain scalar stays plain, so that every reader makes of it what it made before. */
static void write_scalar(ql_buf *out, size_t indent, const ql_yaml_node *node) {
  bool plain = node->style == QL_YAML_PLAIN && (ql_yaml_scalar_type(node) != QL_YAML_STRING || stands_plain(node->text));
  if (plain && node->text.len == 0) return;
  ql_buf_byte(out, ' ');
  if (plain)
    ql_buf_add(out, node->text);
  else
    write_string(out, indent, node->text);
}

typedef struct level {
  const ql_yaml_node *next;
  size_t indent;
} level;

void ql_yaml_write_tree(ql_buf *out, size_t indent, bool item, ql_str key, const ql_yaml_node *value) {
  level stack[QL_FRONTMATTER_DEPTH_MAX];
  size_t depth = 0;
  bool begun = item; /* the line holds "- " already */
  if (item) {
    indentation(out, indent);
    ql_buf_add(out, QL_STR("- "));
    indent += 2;
  }
  const ql_yaml_node *node = value;
  for (;;) {
    bool in_mapping = depth == 0 || node->key;
    if (in_mapping) {
      ql_yaml_write_key(out, begun ? 0 : indent, depth == 0 ? key : node->key->text);
    } else {
      indentation(out, begun ? 0 : indent);
      ql_buf_byte(out, '-');
    }
    begun = false;
    if (node->kind == QL_YAML_SCALAR) {
      write_scalar(out, indent + 2, node);
    } else if (!node->first || depth == QL_FRONTMATTER_DEPTH_MAX) {
      ql_buf_add(out, node->kind == QL_YAML_MAPPING ? QL_STR(" {}") : QL_STR(" []"));
    } else {
      begun = !in_mapping;
      ql_buf_byte(out, begun ? ' ' : '\n');
      stack[depth++] = (level){node->next, indent};
      indent += 2;
      node = node->first;
      continue;
    }
    ql_buf_byte(out, '\n');
    node = depth > 0 ? node->next : NULL;
    while (!node && depth > 0) {
      node = stack[--depth].next;
      indent = stack[depth].indent;
      if (depth == 0) node = NULL;
    }
    if (!node) return;
  }
}
