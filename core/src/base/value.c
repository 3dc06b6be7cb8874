#include <string.h>

#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"

static ql_value *make(ql_arena *a, ql_kind kind) {
  ql_value *v = ql_arena_get(a, sizeof *v);
  if (v) v->kind = kind;
  return v;
}

ql_value *ql_null(ql_arena *a) { return make(a, QL_NULL); }
ql_value *ql_array(ql_arena *a) { return make(a, QL_ARRAY); }
ql_value *ql_object(ql_arena *a) { return make(a, QL_OBJECT); }

ql_value *ql_bool(ql_arena *a, bool b) {
  ql_value *v = make(a, QL_BOOL);
  if (v) v->number = b;
  return v;
}

ql_value *ql_int(ql_arena *a, int64_t n) {
  ql_value *v = make(a, QL_INT);
  if (v) v->number = n;
  return v;
}

ql_value *ql_raw(ql_arena *a, ql_str json) {
  ql_value *v = make(a, QL_INT);
  if (v) v->text = json;
  return v;
}

ql_value *ql_string(ql_arena *a, ql_str s) {
  if (!s.ptr) return ql_null(a);
  ql_value *v = make(a, QL_STRING);
  if (v) v->text = s;
  return v;
}

ql_value *ql_push(ql_value *array, ql_value *item) {
  if (!array || !item) return item;
  if (array->last)
    array->last->next = item;
  else
    array->first = item;
  array->last = item;
  array->count++;
  return item;
}

ql_value *ql_set(ql_value *object, ql_str key, ql_value *item) {
  if (!object || !item) return item;
  item->key = key;
  if (!object->last || ql_compare(object->last->key, key) < 0) return ql_push(object, item);
  ql_value **link = &object->first;
  while (*link && ql_compare((*link)->key, key) < 0) link = &(*link)->next;
  bool replaces = *link && ql_eq((*link)->key, key);
  item->next = replaces ? (*link)->next : *link;
  if (replaces && object->last == *link) object->last = item;
  *link = item;
  if (!replaces) object->count++;
  return item;
}

ql_value *ql_get(const ql_value *object, ql_str key) {
  if (!object || object->kind != QL_OBJECT) return NULL;
  for (ql_value *child = object->first; child; child = child->next)
    if (ql_eq(child->key, key)) return child;
  return NULL;
}

static ql_str of_literal(const char *key) { return (ql_str){key, strlen(key)}; }

ql_value *ql_set_literal(ql_value *object, const char *key, ql_value *item) { return ql_set(object, of_literal(key), item); }
ql_value *ql_get_literal(const ql_value *object, const char *key) { return ql_get(object, of_literal(key)); }

ql_str ql_get_str(const ql_value *object, ql_str key) {
  const ql_value *v = ql_get(object, key);
  return v && v->kind == QL_STRING ? v->text : QL_ABSENT;
}

int64_t ql_get_int(const ql_value *object, ql_str key, int64_t otherwise) {
  const ql_value *v = ql_get(object, key);
  return v && v->kind == QL_INT ? v->number : otherwise;
}

bool ql_get_bool(const ql_value *object, ql_str key) {
  const ql_value *v = ql_get(object, key);
  return v && v->kind == QL_BOOL && v->number != 0;
}

static bool same_scalar(const ql_value *x, const ql_value *y) {
  return x->kind == y->kind && x->number == y->number && x->count == y->count &&
         ((x->kind != QL_STRING && x->kind != QL_INT) || ql_eq(x->text, y->text));
}

bool ql_value_equal(const ql_value *x, const ql_value *y) {
  const ql_value *stack_x[QL_JSON_DEPTH_MAX + 2], *stack_y[QL_JSON_DEPTH_MAX + 2];
  size_t depth = 0;
  if (!x || !y) return x == y;
  if (!same_scalar(x, y)) return false;
  stack_x[0] = x->first;
  stack_y[0] = y->first;
  for (;;) {
    x = stack_x[depth];
    y = stack_y[depth];
    if (!x) {
      if (depth == 0) return true;
      depth--;
      continue;
    }
    if (!same_scalar(x, y) || !ql_eq(x->key, y->key)) return false;
    stack_x[depth] = x->next;
    stack_y[depth] = y->next;
    if (!x->first) continue;
    if (++depth >= QL_COUNT(stack_x)) return false;
    stack_x[depth] = x->first;
    stack_y[depth] = y->first;
  }
}

ql_value *ql_copy(ql_arena *a, const ql_value *value) {
  const ql_value *from[QL_JSON_DEPTH_MAX];
  ql_value *to[QL_JSON_DEPTH_MAX];
  size_t depth = 0;
  ql_value *root = NULL;
  const ql_value *v = value;
  while (v) {
    ql_value *copy = ql_arena_get(a, sizeof *copy);
    if (!copy) return NULL;
    *copy = (ql_value){.kind = v->kind, .number = v->number, .text = v->text, .key = v->key};
    if (depth > 0)
      ql_push(to[depth - 1], copy);
    else
      root = copy;
    if (v->first) {
      if (depth == QL_COUNT(from)) return NULL;
      from[depth] = v;
      to[depth++] = copy;
      v = v->first;
      continue;
    }
    while (depth > 0 && !v->next) v = from[--depth];
    v = depth > 0 ? v->next : NULL;
  }
  return root;
}

void ql_json_string(ql_buf *out, ql_str s) {
  static const char hex[] = "0123456789abcdef";
  if (!ql_buf_reserve(out, s.len + 2)) return;
  ql_buf_byte(out, '"');
  size_t plain = 0;
  for (size_t i = 0; (i = ql_json_plain_end(s, i)) < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    ql_buf_add(out, ql_slice(s, plain, i));
    plain = i + 1;
    ql_buf_byte(out, '\\');
    switch (c) {
    case '"':
    case '\\': ql_buf_byte(out, (char)c); break;
    case '\b': ql_buf_byte(out, 'b'); break;
    case '\t': ql_buf_byte(out, 't'); break;
    case '\n': ql_buf_byte(out, 'n'); break;
    case '\f': ql_buf_byte(out, 'f'); break;
    case '\r': ql_buf_byte(out, 'r'); break;
    default:
      ql_buf_add(out, QL_STR("u00"));
      ql_buf_byte(out, hex[c >> 4]);
      ql_buf_byte(out, hex[c & 15]);
    }
  }
  ql_buf_add(out, ql_slice(s, plain, s.len));
  ql_buf_byte(out, '"');
}

static void write_open(ql_buf *out, const ql_value *v) {
  switch (v->kind) {
  case QL_NULL: ql_buf_add(out, QL_STR("null")); break;
  case QL_BOOL: ql_buf_add(out, v->number ? QL_STR("true") : QL_STR("false")); break;
  case QL_INT:
    if (v->text.ptr)
      ql_buf_add(out, v->text);
    else
      ql_buf_int(out, v->number);
    break;
  case QL_STRING: ql_json_string(out, v->text); break;
  case QL_ARRAY: ql_buf_byte(out, '['); break;
  case QL_OBJECT: ql_buf_byte(out, '{'); break;
  }
}

void ql_value_write(ql_buf *out, const ql_value *value) {
  const ql_value *stack[QL_JSON_DEPTH_MAX + 2]; /* the open collections */
  size_t depth = 0;
  const ql_value *v = value;
  if (!v) {
    out->failed = true;
    return;
  }
  for (;;) {
    if (depth > 0 && stack[depth - 1]->kind == QL_OBJECT) {
      ql_json_string(out, v->key);
      ql_buf_byte(out, ':');
    }
    write_open(out, v);
    bool collection = v->kind == QL_ARRAY || v->kind == QL_OBJECT;
    if (collection && v->first) {
      if (depth == QL_COUNT(stack)) {
        out->failed = true;
        return;
      }
      stack[depth++] = v;
      v = v->first;
      continue;
    }
    if (collection) ql_buf_byte(out, v->kind == QL_ARRAY ? ']' : '}');
    while (depth > 0 && !v->next) {
      v = stack[--depth];
      ql_buf_byte(out, v->kind == QL_ARRAY ? ']' : '}');
    }
    if (depth == 0) return;
    v = v->next;
    ql_buf_byte(out, ',');
  }
}

ql_str ql_value_text(ql_arena *a, const ql_value *value) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_value_write(&buf, value);
  return ql_buf_take(&buf, a);
}
