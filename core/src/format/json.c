/* Foreign JSON. cJSON builds the tree, but is lenient where RFC 8259 is not, keeps numbers as doubles, cuts them at 63 characters, ends
   strings at U+0000 and cannot tell a syntax error from a lack of memory. So a strict scan goes first, numbers are hidden from cJSON and
   read from the source, and whatever it still refuses can only be memory. Its lookup functions (which ignore case) are not used. */
#include <string.h>

#include <cJSON.h>

#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"

#define COMPACT_MAX 65536u /* bytes up to which a document is tried as one without blanks, whose values cJSON would give as well */

/* What cJSON calls in place of strtod: the numbers it meets are the zeros that the scan left. */
double ql_cjson_strtod(const char *text, char **end);
double ql_cjson_strtod(const char *text, char **end) {
  size_t digits = 0;
  while (ql_is_digit(text[digits])) digits++;
  memcpy(end, &(const char *){text + digits}, sizeof *end);
  return 0;
}

typedef struct scanner {
  ql_str text;
  size_t at;
  char *copy; /* gets every number blanked out */
  ql_error *err;
} scanner;

static ql_status fault(scanner *s, ql_status status, size_t at, const char *message) {
  ql_str piece = ql_slice(s->text, at, at + 24);
  ql_fail(s->err, status, message, ql_slice(piece, 0, ql_utf8_bad(piece)));
  if (s->err) {
    s->err->offset = at;
    ql_position(s->text, at, &s->err->line, &s->err->column);
  }
  return status;
}

static int peek(const scanner *s) { return s->at < s->text.len ? (unsigned char)s->text.ptr[s->at] : -1; }

static bool take(scanner *s, char c) {
  if (peek(s) != c) return false;
  s->at++;
  return true;
}

static void skip_digits(scanner *s) {
  while (s->at < s->text.len && ql_is_digit(s->text.ptr[s->at])) s->at++;
}

/* Moves behind a number. False when it is not one by the grammar of RFC 8259. */
static bool skip_number(scanner *s) {
  take(s, '-');
  size_t digits = s->at;
  skip_digits(s);
  if (s->at == digits || (s->text.ptr[digits] == '0' && s->at > digits + 1)) return false;
  if (take(s, '.')) {
    size_t fraction = s->at;
    skip_digits(s);
    if (s->at == fraction) return false;
  }
  if (take(s, 'e') || take(s, 'E')) {
    if (!take(s, '+')) take(s, '-');
    size_t exponent = s->at;
    skip_digits(s);
    if (s->at == exponent) return false;
  }
  return true;
}

/* The code unit of the \uXXXX at `at`, -1 when there is none. */
static int code_unit(ql_str text, size_t at) {
  ql_str six = ql_slice(text, at, at + 6);
  if (six.len != 6 || !ql_starts(six, QL_STR("\\u"))) return -1;
  int value = 0;
  for (size_t i = 2; i < 6; i++) {
    char h = ql_to_lower(six.ptr[i]);
    if (!ql_is_digit(h) && !(h >= 'a' && h <= 'f')) return -1;
    value = value * 16 + (ql_is_digit(h) ? h - '0' : h - 'a' + 10);
  }
  return value;
}

static ql_status check_escape(scanner *s) {
  size_t start = s->at;
  char c = start + 1 < s->text.len ? s->text.ptr[start + 1] : '\0';
  if (c != '\0' && memchr("\"\\/bfnrt", c, 8)) {
    s->at += 2;
    return QL_OK;
  }
  int unit = code_unit(s->text, start);
  if (unit < 0) return fault(s, QL_ERR_SYNTAX, start, "no such escape");
  if (unit == 0) return fault(s, QL_ERR_SYNTAX, start, "U+0000 is not allowed in a string");
  s->at += 6;
  if (unit < 0xD800 || unit > 0xDFFF) return QL_OK;
  int low = unit < 0xDC00 ? code_unit(s->text, s->at) : -1;
  if (low < 0xDC00 || low > 0xDFFF) return fault(s, QL_ERR_SYNTAX, start, "half of a surrogate pair");
  s->at += 6;
  return QL_OK;
}

static ql_status check_string(scanner *s) {
  size_t start = s->at;
  if (!take(s, '"')) return fault(s, QL_ERR_SYNTAX, start, start < s->text.len ? "a key in quotes is expected" : "the text ends too early");
  while (s->at < s->text.len) {
    char c = s->text.ptr[s->at];
    if (c == '"') {
      s->at++;
      return QL_OK;
    }
    if ((unsigned char)c < 0x20) return fault(s, QL_ERR_SYNTAX, s->at, "a control character must be escaped");
    if (c != '\\') {
      s->at++;
      continue;
    }
    ql_status status = check_escape(s);
    if (status != QL_OK) return status;
  }
  return fault(s, QL_ERR_SYNTAX, start, "the string is not closed");
}

static ql_status check_scalar(scanner *s) {
  static const ql_str words[] = {QL_STR_INIT("null"), QL_STR_INIT("true"), QL_STR_INIT("false")};
  size_t start = s->at;
  int c = peek(s);
  if (c == '"') return check_string(s);
  if (c == '-' || (c >= '0' && c <= '9')) {
    if (!skip_number(s)) return fault(s, QL_ERR_SYNTAX, start, "not a JSON number");
    memset(s->copy + start, ' ', s->at - start);
    s->copy[start] = '0';
    return QL_OK;
  }
  for (size_t i = 0; i < QL_COUNT(words); i++) {
    if (!ql_starts(ql_slice(s->text, start, s->text.len), words[i])) continue;
    s->at += words[i].len;
    return QL_OK;
  }
  return fault(s, QL_ERR_SYNTAX, start, c < 0 ? "the text ends too early" : "a JSON value is expected");
}

typedef enum expectation {
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END, /* right after "[" */
  EXPECT_KEY,
  EXPECT_KEY_OR_END, /* right after "{" */
  EXPECT_NEXT,       /* after a value: a comma, the end of the collection or of the text */
} expectation;

static void skip_space(scanner *s) {
  while (s->at < s->text.len && ql_is_space(s->text.ptr[s->at])) s->at++;
}

/* Checks the whole text against RFC 8259, the depth limit included. */
static ql_status check_document(scanner *s) {
  bool in_object[QL_JSON_DEPTH_MAX];
  size_t depth = 0;
  expectation expect = EXPECT_VALUE;
  for (;;) {
    ql_status status = QL_OK;
    skip_space(s);
    switch (expect) {
    case EXPECT_KEY_OR_END:
    case EXPECT_VALUE_OR_END:
      if (take(s, expect == EXPECT_KEY_OR_END ? '}' : ']')) {
        depth--;
        expect = EXPECT_NEXT;
      } else {
        expect = expect == EXPECT_KEY_OR_END ? EXPECT_KEY : EXPECT_VALUE;
      }
      break;
    case EXPECT_KEY:
      status = check_string(s);
      skip_space(s);
      if (status == QL_OK && !take(s, ':')) status = fault(s, QL_ERR_SYNTAX, s->at, "a colon is expected after a key");
      expect = EXPECT_VALUE;
      break;
    case EXPECT_VALUE: {
      bool object = peek(s) == '{';
      if (!object && peek(s) != '[') {
        status = check_scalar(s);
        expect = EXPECT_NEXT;
        break;
      }
      if (depth == QL_JSON_DEPTH_MAX) return fault(s, QL_ERR_LIMIT, s->at, "nested deeper than QL_JSON_DEPTH_MAX");
      s->at++;
      in_object[depth++] = object;
      expect = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
      break;
    }
    case EXPECT_NEXT:
      if (depth == 0) return s->at == s->text.len ? QL_OK : fault(s, QL_ERR_SYNTAX, s->at, "something follows the JSON document");
      if (take(s, ','))
        expect = in_object[depth - 1] ? EXPECT_KEY : EXPECT_VALUE;
      else if (take(s, in_object[depth - 1] ? '}' : ']'))
        depth--;
      else
        status =
            fault(s, QL_ERR_SYNTAX, s->at, peek(s) < 0 ? "the text ends too early" : "a comma or the end of the collection is expected");
      break;
    }
    if (status != QL_OK) return status;
  }
}

/* The source of the next number at or after s->at; there is one. */
static ql_str next_number(scanner *s) {
  for (;;) {
    char c = s->text.ptr[s->at];
    if (c == '-' || ql_is_digit(c)) {
      size_t start = s->at;
      skip_number(s);
      return ql_slice(s->text, start, s->at);
    }
    s->at++;
    if (c != '"') continue;
    while (s->text.ptr[s->at] != '"') s->at += s->text.ptr[s->at] == '\\' ? 2 : 1;
    s->at++;
  }
}

/* Multiplies by ten, so often. False beyond QL_INT_MAX. */
static bool scale(int64_t *value, size_t zeros) {
  if (*value == 0) return true;
  for (; zeros > 0; zeros--) {
    if (*value > QL_INT_MAX / 10) return false;
    *value *= 10;
  }
  return true;
}

/* The exponent behind the digits; far beyond any document's length it stays where it is. */
static int64_t exponent_of(ql_str digits) {
  int64_t value = 0;
  bool below = ql_starts(digits, QL_STR("-"));
  for (size_t i = 0; i < digits.len; i++)
    if (ql_is_digit(digits.ptr[i]) && value < 2 * (int64_t)QL_JSON_BYTES_MAX) value = value * 10 + (digits.ptr[i] - '0');
  return below ? -value : value;
}

/* Reads a number's source as an integer, exactly; 1.50e2 is one. False when it is none or beyond QL_INT_MAX. */
static bool exact_integer(ql_str source, int64_t *out) {
  bool negative = source.ptr[0] == '-', fraction = false;
  int64_t value = 0, exponent = 0;
  size_t places = 0; /* digits not yet in value: zeros, until another one follows */
  size_t i = negative;
  for (; i < source.len && ql_to_lower(source.ptr[i]) != 'e'; i++) {
    char c = source.ptr[i];
    if (c == '.') {
      fraction = true;
      continue;
    }
    exponent -= fraction;
    places++;
    if (c == '0') continue;
    if (!scale(&value, places)) return false;
    value += c - '0';
    if (value > QL_INT_MAX) return false;
    places = 0;
  }
  exponent += (int64_t)places + exponent_of(ql_slice(source, i + 1, source.len));
  if (value != 0 && (exponent < 0 || !scale(&value, (size_t)exponent))) return false;
  *out = negative ? -value : value;
  return true;
}

/* Merges two lists that are sorted by key. */
static ql_value *merge(ql_value *x, ql_value *y) {
  ql_value *head = NULL, **tail = &head;
  while (x && y) {
    ql_value **smaller = ql_compare(x->key, y->key) <= 0 ? &x : &y;
    *tail = *smaller;
    *smaller = (*smaller)->next;
    tail = &(*tail)->next;
  }
  *tail = x ? x : y;
  return head;
}

/* Sorts the members of an object. Returns a key that stands there twice, absent when all differ. */
static ql_str sort_members(ql_value *object) {
  ql_value *runs[48] = {NULL}; /* runs[i] is empty or holds 2^i members */
  for (ql_value *v = object->first, *next; v; v = next) {
    next = v->next;
    v->next = NULL;
    size_t i = 0;
    for (; runs[i]; i++) {
      v = merge(runs[i], v);
      runs[i] = NULL;
    }
    runs[i] = v;
  }
  ql_value *sorted = NULL;
  for (size_t i = 0; i < QL_COUNT(runs); i++)
    if (runs[i]) sorted = merge(runs[i], sorted);
  object->first = sorted;
  for (ql_value *v = sorted; v; v = v->next) {
    object->last = v;
    if (v->next && ql_eq(v->key, v->next->key)) return v->key;
  }
  return QL_ABSENT;
}

static ql_str copy_string(ql_arena *a, const char *s) { return ql_arena_str(a, (ql_str){s, strlen(s)}); }

static ql_value *make(ql_arena *a, const cJSON *item, scanner *numbers) {
  if (cJSON_IsObject(item)) return ql_object(a);
  if (cJSON_IsArray(item)) return ql_array(a);
  if (cJSON_IsString(item)) return ql_string(a, copy_string(a, item->valuestring));
  if (cJSON_IsBool(item)) return ql_bool(a, cJSON_IsTrue(item) != 0);
  if (cJSON_IsNull(item)) return ql_null(a);
  ql_str source = next_number(numbers);
  int64_t n;
  return exact_integer(source, &n) ? ql_int(a, n) : ql_string(a, ql_arena_str(a, source));
}

/* Copies the tree. Document order, which is what keeps `numbers` in step. */
static ql_status convert(ql_arena *a, const cJSON *item, scanner *numbers, ql_value **out) {
  struct level {
    ql_value *value;
    const cJSON *next;
  } stack[QL_JSON_DEPTH_MAX];
  size_t depth = 0;
  ql_value *root = NULL;
  for (;;) {
    ql_value *value = make(a, item, numbers);
    if (item->string && value) value->key = copy_string(a, item->string);
    if (ql_arena_failed(a)) return fault(numbers, QL_ERR_NOMEM, 0, "out of memory");
    if (depth > 0)
      ql_push(stack[depth - 1].value, value);
    else
      root = value;
    if (value->kind == QL_ARRAY || value->kind == QL_OBJECT) stack[depth++] = (struct level){value, item->child};
    while (depth > 0 && !stack[depth - 1].next) {
      ql_value *done = stack[--depth].value;
      ql_str twice = done->kind == QL_OBJECT ? sort_members(done) : QL_ABSENT;
      if (twice.ptr) return ql_fail(numbers->err, QL_ERR_SYNTAX, "a key stands twice in one object", twice);
    }
    if (depth == 0) {
      *out = root;
      return QL_OK;
    }
    item = stack[depth - 1].next;
    stack[depth - 1].next = item->next;
  }
}

ql_status ql_json_read(ql_arena *a, ql_str text, ql_value **out, ql_error *err) {
  if (text.len > QL_JSON_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the JSON document is larger than QL_JSON_BYTES_MAX", QL_ABSENT);
  ql_str copy = text.len <= COMPACT_MAX ? ql_arena_str(a, text) : QL_ABSENT;
  if (copy.ptr && ql_compact_read(a, copy, out) == QL_OK) return QL_OK;
  size_t start = ql_starts(text, QL_STR("\xEF\xBB\xBF")) ? 3 : 0;
  scanner s = {text, start, NULL, err};
  size_t bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) return fault(&s, QL_ERR_UTF8, bad, "not valid UTF-8");
  ql_alloc alloc = ql_arena_alloc(a);
  s.copy = alloc.resize(alloc.ctx, NULL, 0, text.len + 1);
  if (!s.copy) return fault(&s, QL_ERR_NOMEM, 0, "out of memory");
  if (text.len > 0) memcpy(s.copy, text.ptr, text.len);
  s.copy[text.len] = '\0';
  ql_status status = check_document(&s);
  cJSON *tree = status == QL_OK ? cJSON_ParseWithLengthOpts(s.copy + start, text.len + 1 - start, NULL, true) : NULL;
  alloc.resize(alloc.ctx, s.copy, text.len + 1, 0);
  if (status != QL_OK) return status;
  if (!tree) return fault(&s, QL_ERR_NOMEM, 0, "out of memory");
  s.at = start;
  status = convert(a, tree, &s, out);
  cJSON_Delete(tree);
  return status;
}
