/* What the YAML 1.2 core schema makes of plain scalars (YAML 1.2.2, section 10.3.2), and trees of them as values. */
#include <questline/limits.h>

#include "base/text.h"
#include "format/yaml.h"

static const struct {
  ql_str word;
  ql_yaml_type type;
} WORDS[] = {
    {QL_STR_INIT(""), QL_YAML_NULL},      {QL_STR_INIT("~"), QL_YAML_NULL},     {QL_STR_INIT("null"), QL_YAML_NULL},
    {QL_STR_INIT("Null"), QL_YAML_NULL},  {QL_STR_INIT("NULL"), QL_YAML_NULL},  {QL_STR_INIT("true"), QL_YAML_BOOL},
    {QL_STR_INIT("True"), QL_YAML_BOOL},  {QL_STR_INIT("TRUE"), QL_YAML_BOOL},  {QL_STR_INIT("false"), QL_YAML_BOOL},
    {QL_STR_INIT("False"), QL_YAML_BOOL}, {QL_STR_INIT("FALSE"), QL_YAML_BOOL}, {QL_STR_INIT(".nan"), QL_YAML_FLOAT},
    {QL_STR_INIT(".NaN"), QL_YAML_FLOAT}, {QL_STR_INIT(".NAN"), QL_YAML_FLOAT},
};

static ql_str behind(ql_str s, size_t from) { return ql_slice(s, from, s.len); }

static ql_str unsigned_part(ql_str s) { return ql_starts(s, QL_STR("-")) || ql_starts(s, QL_STR("+")) ? behind(s, 1) : s; }

/* The value of a digit, 99 when it is none. */
static unsigned digit_value(char c) {
  if (ql_is_digit(c)) return (unsigned)(c - '0');
  char lower = ql_to_lower(c);
  return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 99;
}

/* The digits of an integer and their base; absent when s is no integer. */
static ql_str integer_digits(ql_str s, unsigned *base) {
  ql_str digits = unsigned_part(s);
  *base = 10;
  if (ql_starts(s, QL_STR("0x")) || ql_starts(s, QL_STR("0o"))) {
    *base = s.ptr[1] == 'x' ? 16 : 8;
    digits = behind(s, 2);
  }
  for (size_t i = 0; i < digits.len; i++)
    if (digit_value(digits.ptr[i]) >= *base) return QL_ABSENT;
  return digits.len > 0 ? digits : QL_ABSENT;
}

static size_t count_digits(ql_str s) {
  size_t n = 0;
  while (n < s.len && ql_is_digit(s.ptr[n])) n++;
  return n;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, or an infinity. */
static bool is_float(ql_str s) {
  ql_str rest = unsigned_part(s);
  if (ql_eq(rest, QL_STR(".inf")) || ql_eq(rest, QL_STR(".Inf")) || ql_eq(rest, QL_STR(".INF"))) return true;
  size_t whole = count_digits(rest), fraction = 0;
  rest = behind(rest, whole);
  if (ql_starts(rest, QL_STR("."))) {
    fraction = count_digits(behind(rest, 1));
    rest = behind(rest, 1 + fraction);
  }
  if (whole + fraction == 0) return false;
  if (rest.len == 0) return true;
  if (ql_to_lower(rest.ptr[0]) != 'e') return false;
  rest = unsigned_part(behind(rest, 1));
  return rest.len > 0 && count_digits(rest) == rest.len;
}

ql_yaml_type ql_yaml_scalar_type(const ql_yaml_node *node) {
  if (node->kind != QL_YAML_SCALAR || node->style != QL_YAML_PLAIN) return QL_YAML_STRING;
  for (size_t i = 0; i < QL_COUNT(WORDS); i++)
    if (ql_eq(node->text, WORDS[i].word)) return WORDS[i].type;
  unsigned base;
  if (integer_digits(node->text, &base).ptr) return QL_YAML_INT;
  return is_float(node->text) ? QL_YAML_FLOAT : QL_YAML_STRING;
}

static ql_value *integer_value(ql_arena *a, ql_str s) {
  unsigned base;
  ql_str digits = integer_digits(s, &base);
  int64_t value = 0;
  for (size_t i = 0; i < digits.len; i++) {
    value = value * base + digit_value(digits.ptr[i]);
    if (value > QL_INT_MAX) return ql_string(a, s);
  }
  return ql_int(a, ql_starts(s, QL_STR("-")) ? -value : value);
}

static ql_value *make(ql_arena *a, const ql_yaml_node *node) {
  if (node->kind == QL_YAML_MAPPING) return ql_object(a);
  if (node->kind == QL_YAML_SEQUENCE) return ql_array(a);
  switch (ql_yaml_scalar_type(node)) {
  case QL_YAML_NULL: return ql_null(a);
  case QL_YAML_BOOL: return ql_bool(a, ql_to_lower(node->text.ptr[0]) == 't');
  case QL_YAML_INT: return integer_value(a, node->text);
  case QL_YAML_FLOAT:
  case QL_YAML_STRING: break;
  }
  return ql_string(a, node->text);
}

ql_value *ql_yaml_value(ql_arena *a, const ql_yaml_node *node) {
  struct level {
    ql_value *value;
    const ql_yaml_node *next;
  } stack[QL_FRONTMATTER_DEPTH_MAX];
  size_t depth = 0;
  ql_value *root = NULL;
  for (;;) {
    ql_value *value = make(a, node);
    if (!value) return NULL;
    if (depth == 0)
      root = value;
    else if (stack[depth - 1].value->kind == QL_OBJECT)
      ql_set(stack[depth - 1].value, node->key->text, value);
    else
      ql_push(stack[depth - 1].value, value);
    if (node->kind != QL_YAML_SCALAR) stack[depth++] = (struct level){value, node->first};
    while (depth > 0 && !stack[depth - 1].next) depth--;
    if (depth == 0) return root;
    node = stack[depth - 1].next;
    stack[depth - 1].next = node->next;
  }
}
