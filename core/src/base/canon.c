/* The strict reader of canonical JSON: the hot path of verify. One pass, an explicit stack, strings borrowed where they hold no escape. */
#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"

typedef struct reader {
  ql_arena *arena;
  ql_str text;
  size_t at;
  ql_error *err;
  bool any_order; /* of keys */
} reader;

#define UNSORTED_MAX 32u /* members of an object up to which a key may stand anywhere: each takes its place by comparing */

static ql_status fault(reader *r, ql_status status, size_t at, const char *message) {
  ql_str piece = ql_slice(r->text, at, at + 24);
  ql_fail(r->err, status, message, ql_slice(piece, 0, ql_utf8_bad(piece)));
  if (r->err) r->err->offset = at;
  return status;
}

static int peek(const reader *r) { return r->at < r->text.len ? (unsigned char)r->text.ptr[r->at] : -1; }

/* The character an escape stands for, -1 when it is not the canonical escape of one. */
static int escape(reader *r) {
  static const char short_form[] = "\"\\bfnrt", meaning[] = "\"\\\b\f\n\r\t";
  int c = peek(r);
  for (size_t i = 0; c > 0 && i < sizeof short_form - 1; i++) {
    if (c != short_form[i]) continue;
    r->at++;
    return (unsigned char)meaning[i];
  }
  ql_str six = ql_slice(r->text, r->at, r->at + 5);
  if (six.len != 5 || !ql_starts(six, QL_STR("u00"))) return -1;
  int value = 0;
  for (size_t i = 3; i < 5; i++) {
    char h = six.ptr[i];
    if (!ql_is_digit(h) && !(h >= 'a' && h <= 'f')) return -1;
    value = value * 16 + (ql_is_digit(h) ? h - '0' : h - 'a' + 10);
  }
  bool has_short = value == '\b' || value == '\t' || value == '\n' || value == '\f' || value == '\r';
  if (value == 0 || value >= 0x20 || has_short) return -1;
  r->at += 5;
  return value;
}

static ql_status read_string(reader *r, ql_str *out) {
  size_t start = ++r->at; /* behind the quote */
  size_t escapes = 0;
  for (;;) {
    r->at = ql_json_ascii_end(r->text, r->at);
    int c = peek(r);
    if (c < 0) return fault(r, QL_ERR_SYNTAX, start - 1, "the string is not closed");
    if (c == '"') break;
    if (c < 0x20) return fault(r, QL_ERR_SYNTAX, r->at, "a control character must be escaped");
    if (c == '\\') {
      size_t at = r->at++;
      if (escape(r) < 0) return fault(r, QL_ERR_SYNTAX, at, "not the canonical escape of a character");
      escapes++;
    } else {
      uint32_t code_point;
      if (!ql_utf8_next(r->text, &r->at, &code_point)) return fault(r, QL_ERR_UTF8, r->at, "not valid UTF-8");
    }
  }
  ql_str raw = ql_slice(r->text, start, r->at++);
  *out = raw;
  if (escapes == 0) return QL_OK;
  char *plain = ql_arena_get(r->arena, raw.len);
  if (!plain) return fault(r, QL_ERR_NOMEM, start, "out of memory");
  reader inner = {r->arena, raw, 0, NULL, false};
  size_t len = 0;
  while (inner.at < raw.len) {
    char c = raw.ptr[inner.at++];
    plain[len++] = c == '\\' ? (char)escape(&inner) : c;
  }
  *out = (ql_str){plain, len};
  return QL_OK;
}

static ql_status read_int(reader *r, int64_t *out) {
  size_t start = r->at;
  bool negative = peek(r) == '-';
  if (negative) r->at++;
  size_t digits = r->at;
  int64_t value = 0;
  while (peek(r) >= '0' && peek(r) <= '9') {
    if (r->at - digits >= 16) return fault(r, QL_ERR_SYNTAX, start, "the integer is out of range");
    value = value * 10 + (peek(r) - '0');
    r->at++;
  }
  size_t count = r->at - digits;
  bool leading_zero = count > 1 && r->text.ptr[digits] == '0';
  if (count == 0 || leading_zero || (negative && value == 0)) return fault(r, QL_ERR_SYNTAX, start, "not a canonical integer");
  if (value > QL_INT_MAX) return fault(r, QL_ERR_SYNTAX, start, "the integer is out of range");
  *out = negative ? -value : value;
  return QL_OK;
}

static bool literal(reader *r, ql_str word) {
  if (!ql_starts(ql_slice(r->text, r->at, r->text.len), word)) return false;
  r->at += word.len;
  return true;
}

/* One value without its children; a collection is left open. */
static ql_status read_open(reader *r, ql_value *v) {
  int c = peek(r);
  if (c == '"') {
    v->kind = QL_STRING;
    return read_string(r, &v->text);
  }
  if (c == '-' || (c >= '0' && c <= '9')) {
    v->kind = QL_INT;
    return read_int(r, &v->number);
  }
  if (c == '{' || c == '[') {
    v->kind = c == '{' ? QL_OBJECT : QL_ARRAY;
    r->at++;
    return QL_OK;
  }
  v->kind = QL_BOOL;
  if (literal(r, QL_STR("true"))) {
    v->number = 1;
    return QL_OK;
  }
  if (literal(r, QL_STR("false"))) return QL_OK;
  v->kind = QL_NULL;
  if (literal(r, QL_STR("null"))) return QL_OK;
  return fault(r, QL_ERR_SYNTAX, r->at, "a value was expected");
}

static ql_status read_key(reader *r, const ql_value *object, ql_str *key) {
  size_t at = r->at;
  if (peek(r) != '"') return fault(r, QL_ERR_SYNTAX, at, "a key was expected");
  ql_status status = read_string(r, key);
  if (status != QL_OK) return status;
  for (size_t i = 0; i < key->len; i++)
    if ((unsigned char)key->ptr[i] >= 0x80) return fault(r, QL_ERR_SYNTAX, at, "keys are ASCII");
  if (object->last && ql_compare(object->last->key, *key) >= 0) {
    bool fits = r->any_order && object->count < UNSORTED_MAX && !ql_get(object, *key);
    if (!fits) return fault(r, QL_ERR_SYNTAX, at, "keys must be sorted and unique");
  }
  if (peek(r) != ':') return fault(r, QL_ERR_SYNTAX, r->at, "a colon was expected");
  r->at++;
  return QL_OK;
}

static ql_status read_value(ql_arena *a, ql_str text, bool any_order, ql_value **out, ql_error *err) {
  reader r = {a, text, 0, err, any_order};
  ql_value *stack[QL_JSON_DEPTH_MAX]; /* the open collections */
  size_t depth = 0;
  ql_value *root = NULL;
  for (;;) {
    /* Here a value starts: the root, an item or a member. */
    ql_value *parent = depth > 0 ? stack[depth - 1] : NULL;
    ql_str key = QL_ABSENT;
    ql_status status = QL_OK;
    if (parent && parent->kind == QL_OBJECT) status = read_key(&r, parent, &key);
    if (status != QL_OK) return status;
    ql_value *v = ql_arena_get(a, sizeof *v);
    if (!v) return fault(&r, QL_ERR_NOMEM, r.at, "out of memory");
    status = read_open(&r, v);
    if (status != QL_OK) return status;
    v->key = key;
    if (!parent)
      root = v;
    else if (any_order && key.ptr)
      ql_set(parent, key, v);
    else
      ql_push(parent, v);
    bool open = v->kind == QL_ARRAY || v->kind == QL_OBJECT;
    if (open) {
      int close = v->kind == QL_ARRAY ? ']' : '}';
      v->text = ql_slice(text, r.at - 1, r.at + 1);
      if (depth == QL_COUNT(stack)) return fault(&r, QL_ERR_LIMIT, r.at, "nested deeper than QL_JSON_DEPTH_MAX");
      if (peek(&r) != close) {
        stack[depth++] = v;
        continue;
      }
      r.at++;
    }
    /* Here a value ended: close what ends with it, or go on to the next one. */
    while (depth > 0 && peek(&r) == (stack[depth - 1]->kind == QL_ARRAY ? ']' : '}')) {
      r.at++;
      ql_value *closed = stack[--depth];
      closed->text.len = (size_t)(text.ptr + r.at - closed->text.ptr);
    }
    if (depth == 0) break;
    if (peek(&r) != ',') return fault(&r, QL_ERR_SYNTAX, r.at, "a comma or the end of the collection was expected");
    r.at++;
  }
  if (r.at != text.len) return fault(&r, QL_ERR_SYNTAX, r.at, "bytes after the value");
  *out = root;
  return QL_OK;
}

ql_status ql_canon_read(ql_arena *a, ql_str text, ql_value **out, ql_error *err) { return read_value(a, text, false, out, err); }

ql_status ql_compact_read(ql_arena *a, ql_str text, ql_value **out) { return read_value(a, text, true, out, NULL); }
