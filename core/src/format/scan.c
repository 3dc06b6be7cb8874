#include "format/scan.h"

#include <string.h>

#include <questline/limits.h>
#include <questline/value.h>

#include "base/text.h"

#define REPLACEMENT 0xFFFDu

static size_t skip_space(ql_str s, size_t at) {
  while (at < s.len && ql_is_space(s.ptr[at])) at++;
  return at;
}

/* Behind the string whose quote stands at `at`. */
static size_t skip_string(ql_str s, size_t at) {
  at = ql_json_plain_end(s, at + 1);
  while (s.ptr[at] != '"') at = ql_json_plain_end(s, at + 2);
  return at + 1;
}

/* --- Whole? --- */

static int hex_digit(char c) {
  c = ql_to_lower(c);
  if (ql_is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool good_string(ql_str s, size_t *at) {
  size_t i = *at;
  if (i >= s.len || s.ptr[i] != '"') return false;
  for (i++;;) {
    i = ql_json_plain_end(s, i);
    if (i >= s.len || (unsigned char)s.ptr[i] < 0x20) return false;
    if (s.ptr[i++] == '"') break;
    if (i >= s.len) return false;
    char c = s.ptr[i++];
    if (c == '\0' || !memchr("\"\\/bfnrtu", c, 9)) return false;
    if (c != 'u') continue;
    for (size_t end = i + 4; i < end; i++)
      if (i >= s.len || hex_digit(s.ptr[i]) < 0) return false;
  }
  *at = i;
  return true;
}

static bool good_digits(ql_str s, size_t *at) {
  size_t start = *at;
  while (*at < s.len && ql_is_digit(s.ptr[*at])) ++*at;
  return *at > start;
}

static bool good_number(ql_str s, size_t *at) {
  *at += s.ptr[*at] == '-';
  size_t first = *at;
  if (!good_digits(s, at) || (s.ptr[first] == '0' && *at > first + 1)) return false;
  if (*at < s.len && s.ptr[*at] == '.') {
    ++*at;
    if (!good_digits(s, at)) return false;
  }
  if (*at < s.len && ql_to_lower(s.ptr[*at]) == 'e') {
    ++*at;
    if (*at < s.len && (s.ptr[*at] == '+' || s.ptr[*at] == '-')) ++*at;
    if (!good_digits(s, at)) return false;
  }
  return true;
}

static bool good_scalar(ql_str s, size_t *at) {
  static const ql_str words[] = {QL_STR_INIT("null"), QL_STR_INIT("true"), QL_STR_INIT("false")};
  if (*at >= s.len) return false;
  char c = s.ptr[*at];
  if (c == '"') return good_string(s, at);
  if (c == '-' || ql_is_digit(c)) return good_number(s, at);
  for (size_t i = 0; i < QL_COUNT(words); i++) {
    if (!ql_starts(ql_slice(s, *at, s.len), words[i])) continue;
    *at += words[i].len;
    return true;
  }
  return false;
}

/* A key with its colon. */
static bool good_key(ql_str s, size_t *at) {
  *at = skip_space(s, *at);
  if (!good_string(s, at)) return false;
  *at = skip_space(s, *at);
  return *at < s.len && s.ptr[(*at)++] == ':';
}

bool ql_scan_whole(ql_str s) {
  char closes[QL_JSON_DEPTH_MAX];
  size_t depth = 0, at = 0;
  for (;;) {
    at = skip_space(s, at);
    if (at >= s.len) return false;
    char c = s.ptr[at];
    bool opened = c == '{' || c == '[';
    if (opened) {
      if (depth == QL_JSON_DEPTH_MAX) return false;
      closes[depth++] = c == '{' ? '}' : ']';
      at = skip_space(s, at + 1);
    } else if (!good_scalar(s, &at)) {
      return false;
    }
    for (;; opened = false) {
      at = skip_space(s, at);
      if (depth == 0) return at == s.len;
      if (at >= s.len) return false;
      if (s.ptr[at] != closes[depth - 1]) break;
      at++;
      depth--;
    }
    if (!opened && s.ptr[at++] != ',') return false;
    if (closes[depth - 1] == '}' && !good_key(s, &at)) return false;
  }
}

/* --- Looking --- */

static bool begins(ql_str value, char c) { return value.len > 0 && value.ptr[0] == c; }
bool ql_scan_is_object(ql_str value) { return begins(value, '{'); }
bool ql_scan_is_array(ql_str value) { return begins(value, '['); }
bool ql_scan_is_string(ql_str value) { return begins(value, '"'); }
bool ql_scan_true(ql_str value) { return begins(value, 't'); }

bool ql_scan_is_empty(ql_str value) {
  if (begins(value, '"')) return value.len == 2;
  size_t at = skip_space(value, 1);
  return (begins(value, '{') || begins(value, '[')) && at + 1 == value.len;
}

/* Behind the value at `at`. */
static size_t skip_value(ql_str s, size_t at) {
  char c = s.ptr[at];
  if (c == '"') return skip_string(s, at);
  if (c != '{' && c != '[') {
    while (at < s.len && s.ptr[at] != ',' && s.ptr[at] != '}' && s.ptr[at] != ']' && !ql_is_space(s.ptr[at])) at++;
    return at;
  }
  for (size_t depth = 0;;) {
    c = s.ptr[at];
    if (c == '"') {
      at = skip_string(s, at);
      continue;
    }
    at++;
    if (c == '{' || c == '[') depth++;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
}

ql_scan ql_scan_open(ql_str value) { return (ql_scan){value, 0}; }

bool ql_scan_next(ql_scan *scan, ql_str *key, ql_str *value) {
  ql_str s = scan->text;
  if (!ql_scan_is_object(s) && !ql_scan_is_array(s)) return false;
  size_t at = skip_space(s, scan->at == 0 ? 1 : scan->at);
  if (at < s.len && s.ptr[at] == ',') at = skip_space(s, at + 1);
  if (at >= s.len || s.ptr[at] == '}' || s.ptr[at] == ']') return false;
  *key = QL_ABSENT;
  if (ql_scan_is_object(s)) {
    size_t end = skip_string(s, at);
    *key = ql_slice(s, at, end);
    at = skip_space(s, skip_space(s, end) + 1);
  }
  scan->at = skip_value(s, at);
  *value = ql_slice(s, at, scan->at);
  return true;
}

/* The character of the escape at *at, and moves behind it. */
static uint32_t escaped(ql_str s, size_t *at) {
  static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  char c = s.ptr[*at + 1];
  *at += 2;
  if (c != 'u') return (unsigned char)meant[(const char *)memchr(plain, c, 8) - plain];
  uint32_t unit = 0;
  for (size_t end = *at + 4; *at < end; ++*at) unit = unit * 16 + (uint32_t)hex_digit(s.ptr[*at]);
  return unit == 0 ? REPLACEMENT : unit;
}

/* Whether what stands between the quotes of a key is this name. */
static bool is_escaped_name(ql_str inside, ql_str name) {
  size_t at = 0, done = 0;
  while (at < inside.len && done < name.len) {
    uint32_t c = inside.ptr[at] == '\\' ? escaped(inside, &at) : (unsigned char)inside.ptr[at++];
    if (c != (unsigned char)name.ptr[done++]) return false;
  }
  return at == inside.len && done == name.len;
}

static bool is_name(ql_str inside, ql_str name) {
  return inside.len == name.len && inside.ptr[0] == name.ptr[0] && memcmp(inside.ptr, name.ptr, name.len) == 0;
}

void ql_scan_members(ql_str object, const ql_str *names, size_t count, ql_str *values) {
  for (size_t i = 0; i < count; i++) values[i] = QL_ABSENT;
  if (!ql_scan_is_object(object)) return;
  ql_scan scan = ql_scan_open(object);
  ql_str key, value;
  while (ql_scan_next(&scan, &key, &value)) {
    ql_str inside = ql_slice(key, 1, key.len - 1);
    bool plain = !memchr(inside.ptr, '\\', inside.len);
    for (size_t i = 0; i < count; i++)
      if (plain ? is_name(inside, names[i]) : is_escaped_name(inside, names[i])) values[i] = begins(value, 'n') ? QL_ABSENT : value;
  }
}

ql_str ql_scan_member(ql_str object, ql_str name) {
  ql_str value;
  ql_scan_members(object, &name, 1, &value);
  return value;
}

int64_t ql_scan_int(ql_str value, int64_t otherwise) {
  size_t at = begins(value, '-');
  int64_t n = 0;
  if (value.len == at) return otherwise;
  for (size_t i = at; i < value.len; i++) {
    if (!ql_is_digit(value.ptr[i]) || n > QL_INT_MAX / 10) return otherwise;
    n = n * 10 + (value.ptr[i] - '0');
  }
  if (n > QL_INT_MAX) return otherwise;
  return at ? -n : n;
}

/* --- Text --- */

static const ql_str replacement = QL_STR_INIT("\xEF\xBF\xBD");

/* Whether the three bytes at `at` are half of a surrogate pair: the first for 0xA0, the second for 0xB0. */
static bool half_at(const char *bytes, size_t len, size_t at, unsigned which) {
  return at + 3 <= len && (unsigned char)bytes[at] == 0xED && ((unsigned char)bytes[at + 1] & 0xF0u) == which;
}

bool ql_scan_is_half(ql_str text) { return text.len >= 3 && half_at(text.ptr, text.len, text.len - 3, 0xA0); }

/* As UTF-8 would, were it a character. */
static void add_half(ql_buf *out, uint32_t unit) {
  ql_buf_byte(out, (char)0xED);
  ql_buf_byte(out, (char)(0x80 | ((unit >> 6) & 0x3F)));
  ql_buf_byte(out, (char)(0x80 | (unit & 0x3F)));
}

static uint32_t bits(const char *half) {
  return (((uint32_t)(unsigned char)half[1] & 0x0Fu) << 6) | ((uint32_t)(unsigned char)half[2] & 0x3Fu);
}

void ql_scan_join(ql_buf *out, size_t at) {
  if (at < 3 || at >= out->len || !half_at(out->ptr, at, at - 3, 0xA0)) return;
  if (!half_at(out->ptr, out->len, at, 0xB0)) {
    memcpy(out->ptr + at - 3, replacement.ptr, replacement.len);
    return;
  }
  uint32_t c = 0x10000u + (bits(out->ptr + at - 3) << 10) + bits(out->ptr + at);
  const char four[] = {(char)(0xF0u | (c >> 18)), (char)(0x80u | ((c >> 12) & 0x3Fu)), (char)(0x80u | ((c >> 6) & 0x3Fu)),
                       (char)(0x80u | (c & 0x3Fu))};
  memcpy(out->ptr + at - 3, four, 4);
  memmove(out->ptr + at + 1, out->ptr + at + 3, out->len - at - 3);
  out->len -= 2;
}

void ql_scan_settle(ql_buf *out, size_t from) {
  for (size_t at = from; at + 3 <= out->len; at++) {
    const char *next = memchr(out->ptr + at, 0xED, out->len - at);
    if (!next) return;
    at = (size_t)(next - out->ptr);
    if (half_at(out->ptr, out->len, at, 0xA0) || half_at(out->ptr, out->len, at, 0xB0)) memcpy(out->ptr + at, replacement.ptr, 3);
  }
}

void ql_scan_text(ql_buf *out, ql_str value) {
  if (!ql_scan_is_string(value)) return;
  ql_str s = ql_slice(value, 1, value.len - 1);
  for (size_t at = 0; at < s.len;) {
    size_t end = ql_json_plain_end(s, at);
    ql_buf_add(out, ql_slice(s, at, end));
    at = end;
    if (at >= s.len) return;
    uint32_t c = escaped(s, &at);
    if (c < 0xD800 || c > 0xDFFF) {
      ql_utf8_add(out, c);
      continue;
    }
    size_t start = out->len;
    add_half(out, c);
    if (out->failed) return;
    if (c >= 0xDC00) ql_scan_join(out, start);
  }
}

/* How many bytes at `at`, where no character stands, one replacement is for. */
static size_t broken_piece(ql_str s, size_t at) {
  unsigned char first = (unsigned char)s.ptr[at], low = 0x80, high = 0xBF;
  size_t more = first >= 0xC2 && first <= 0xDF ? 1 : (first & 0xF0u) == 0xE0 ? 2 : first >= 0xF0 && first <= 0xF4 ? 3 : 0;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  size_t end = at + 1;
  for (; more > 0 && end < s.len && (unsigned char)s.ptr[end] >= low && (unsigned char)s.ptr[end] <= high; more--, end++) {
    low = 0x80;
    high = 0xBF;
  }
  return end - at;
}

void ql_scan_mend_utf8(ql_buf *out, ql_str text) {
  while (text.len > 0) {
    size_t bad = ql_utf8_bad(text), end = bad < text.len ? bad : text.len;
    ql_buf_add(out, ql_slice(text, 0, end));
    if (end < text.len) {
      ql_buf_add(out, replacement);
      end += broken_piece(text, end);
    }
    text = ql_slice(text, end, text.len);
  }
}
