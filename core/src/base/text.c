#include "base/text.h"

#include <string.h>

/* What an ASCII character is; bits. */
enum { SPACE = 1, DIGIT = 2, LETTER = 4 };

#define TEN(kind)        kind, kind, kind, kind, kind, kind, kind, kind, kind, kind
#define TWENTY_SIX(kind) TEN(kind), TEN(kind), kind, kind, kind, kind, kind, kind

static const uint8_t KINDS[256] = {['\t'] = SPACE,
                                   ['\n'] = SPACE,
                                   ['\r'] = SPACE,
                                   [' '] = SPACE,
                                   ['0'] = TEN(DIGIT),
                                   ['A'] = TWENTY_SIX(LETTER),
                                   ['a'] = TWENTY_SIX(LETTER)};

char ql_to_lower(char c) { return (unsigned)c - 'A' < 26 ? (char)(c + ('a' - 'A')) : c; }

bool ql_eq_nocase(ql_str a, ql_str b) { return a.len == b.len && ql_starts_nocase(a, b); }

int ql_compare(ql_str a, ql_str b) {
  size_t common = a.len < b.len ? a.len : b.len;
  int order = common > 0 ? memcmp(a.ptr, b.ptr, common) : 0;
  if (order != 0) return order;
  return a.len < b.len ? -1 : a.len > b.len;
}

bool ql_starts(ql_str s, ql_str prefix) { return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0); }

bool ql_starts_nocase(ql_str s, ql_str prefix) {
  if (s.len < prefix.len) return false;
  for (size_t i = 0; i < prefix.len; i++)
    if (ql_to_lower(s.ptr[i]) != ql_to_lower(prefix.ptr[i])) return false;
  return true;
}

bool ql_ends(ql_str s, ql_str suffix) {
  return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t ql_find_byte(ql_str s, char c, size_t from) {
  if (from >= s.len) return SIZE_MAX;
  const char *hit = memchr(s.ptr + from, c, s.len - from);
  return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

size_t ql_find(ql_str s, ql_str needle, size_t from) {
  if (needle.len == 0) return from <= s.len ? from : SIZE_MAX;
  while (from + needle.len <= s.len) {
    size_t at = ql_find_byte(s, needle.ptr[0], from);
    if (at == SIZE_MAX || at + needle.len > s.len) return SIZE_MAX;
    if (memcmp(s.ptr + at, needle.ptr, needle.len) == 0) return at;
    from = at + 1;
  }
  return SIZE_MAX;
}

ql_str ql_slice(ql_str s, size_t from, size_t to) {
  if (to > s.len) to = s.len;
  if (from > to) from = to;
  return (ql_str){s.ptr ? s.ptr + from : NULL, to - from};
}

bool ql_is_space(char c) { return KINDS[(unsigned char)c] & SPACE; }
bool ql_is_digit(char c) { return KINDS[(unsigned char)c] & DIGIT; }
bool ql_is_alpha(char c) { return KINDS[(unsigned char)c] & LETTER; }
bool ql_is_alnum(char c) { return KINDS[(unsigned char)c] & (DIGIT | LETTER); }

ql_str ql_trim(ql_str s) {
  while (s.len > 0 && ql_is_space(s.ptr[0])) s = (ql_str){s.ptr + 1, s.len - 1};
  while (s.len > 0 && ql_is_space(s.ptr[s.len - 1])) s.len--;
  return s;
}

ql_str ql_lower(ql_arena *a, ql_str s) {
  char *out = ql_arena_get(a, s.len + 1);
  if (!out) return QL_ABSENT;
  for (size_t i = 0; i < s.len; i++) out[i] = ql_to_lower(s.ptr[i]);
  return (ql_str){out, s.len};
}

/* Texts are long and most of their bytes are ordinary, so eight are looked at together, the first of them lowest. A finding is 0x80 in the
   place of a byte; above the first one there may be false ones. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t eight(ql_str s, size_t at) {
  const unsigned char *p = (const unsigned char *)s.ptr + at;
  return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
         (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* Not memcmp, which in core.wasm looks at one byte after the other. */
bool ql_eq(ql_str a, ql_str b) {
  if (a.len != b.len) return false;
  size_t at = 0;
  for (; at + 8 <= a.len; at += 8)
    if (eight(a, at) != eight(b, at)) return false;
  while (at < a.len && a.ptr[at] == b.ptr[at]) at++;
  return at == a.len;
}

static uint64_t find_zero(uint64_t bytes) { return (bytes - EACH(1)) & ~bytes & EACH(0x80); }

/* The place of the first finding, 8 without one. */
static size_t first_of(uint64_t findings) {
  if (findings == 0) return 8;
  uint64_t below = (findings & (~findings + 1)) - 1;
  return (size_t)(((below & EACH(1)) * EACH(1)) >> 56) - 1;
}

size_t ql_line_end(ql_str s, size_t from) {
  size_t at = from;
  for (size_t found; at + 8 <= s.len; at += 8) {
    uint64_t bytes = eight(s, at);
    found = first_of(find_zero(bytes ^ EACH('\n')) | find_zero(bytes ^ EACH('\r')));
    if (found < 8) return at + found;
  }
  while (at < s.len && s.ptr[at] != '\n' && s.ptr[at] != '\r') at++;
  return at;
}

/* Bytes with one of the bits `foreign` end it too. */
static size_t plain_end(ql_str s, size_t at, unsigned char foreign) {
  for (size_t found; at + 8 <= s.len; at += 8) {
    uint64_t bytes = eight(s, at);
    uint64_t controls = (bytes - EACH(' ')) & ~bytes & EACH(0x80);
    found = first_of(controls | (bytes & EACH(foreign)) | find_zero(bytes ^ EACH('"')) | find_zero(bytes ^ EACH('\\')));
    if (found < 8) return at + found;
  }
  while (at < s.len && (unsigned char)s.ptr[at] >= ' ' && !((unsigned char)s.ptr[at] & foreign) && s.ptr[at] != '"' && s.ptr[at] != '\\')
    at++;
  return at;
}

size_t ql_json_plain_end(ql_str s, size_t from) { return plain_end(s, from, 0); }
size_t ql_json_ascii_end(ql_str s, size_t from) { return plain_end(s, from, 0x80); }

size_t ql_small_letters_end(ql_str s, size_t from) {
  size_t at = from;
  for (size_t found; at + 8 <= s.len; at += 8) {
    uint64_t bytes = eight(s, at), low = bytes & EACH(0x7F);
    uint64_t letters = (low + EACH(0x80 - 'a')) & ~(low + EACH(0x7F - 'z')) & ~bytes;
    found = first_of(~letters & EACH(0x80));
    if (found < 8) return at + found;
  }
  while (at < s.len && s.ptr[at] >= 'a' && s.ptr[at] <= 'z') at++;
  return at;
}

bool ql_plain_at(ql_str s, size_t at) {
  if (at + 8 > s.len) return false;
  uint64_t bytes = eight(s, at), x = bytes ^ EACH('\n');
  uint64_t line_feeds = ~(((x & EACH(0x7F)) + EACH(0x7F)) | x | EACH(0x7F)); /* 0x80 in the place of each */
  bytes |= line_feeds >> 2;                                                  /* now a mark, which is plain */
  return ((bytes | (bytes - EACH(' ')) | (bytes + EACH(1))) & EACH(0x80)) == 0;
}

bool ql_next_line(ql_str *rest, ql_str *line) {
  if (rest->len == 0) return false;
  size_t end = ql_line_end(*rest, 0);
  *line = ql_slice(*rest, 0, end);
  if (end + 1 < rest->len && rest->ptr[end] == '\r' && rest->ptr[end + 1] == '\n') end++;
  *rest = ql_slice(*rest, end + 1, rest->len);
  return true;
}

bool ql_utf8_next(ql_str s, size_t *at, uint32_t *code_point) {
  size_t left = *at < s.len ? s.len - *at : 0;
  if (left == 0) return false;
  const unsigned char *p = (const unsigned char *)s.ptr + *at;
  if (p[0] < 0x80) {
    *code_point = p[0];
    *at += 1;
    return true;
  }
  size_t size = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
  if (p[0] < 0xC2 || p[0] > 0xF4 || left < size) return false;
  uint32_t value = p[0] & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((p[i] & 0xC0u) != 0x80u) return false;
    value = (value << 6) | (p[i] & 0x3Fu);
  }
  bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
  *code_point = value;
  *at += size;
  return true;
}

void ql_utf8_add(ql_buf *out, uint32_t c) {
  if (c < 0x80) {
    ql_buf_byte(out, (char)c);
    return;
  }
  if (c < 0x800) {
    ql_buf_byte(out, (char)(0xC0u | (c >> 6)));
  } else if (c < 0x10000) {
    ql_buf_byte(out, (char)(0xE0u | (c >> 12)));
    ql_buf_byte(out, (char)(0x80u | ((c >> 6) & 0x3Fu)));
  } else {
    ql_buf_byte(out, (char)(0xF0u | (c >> 18)));
    ql_buf_byte(out, (char)(0x80u | ((c >> 12) & 0x3Fu)));
    ql_buf_byte(out, (char)(0x80u | ((c >> 6) & 0x3Fu)));
  }
  ql_buf_byte(out, (char)(0x80u | (c & 0x3Fu)));
}

size_t ql_utf8_bad(ql_str s) {
  size_t at = 0;
  uint32_t code_point;
  while (at < s.len) {
    if (at + 8 <= s.len && (eight(s, at) & EACH(0x80)) == 0)
      at += 8;
    else if ((unsigned char)s.ptr[at] < 0x80)
      at++;
    else if (!ql_utf8_next(s, &at, &code_point))
      return at;
  }
  return SIZE_MAX;
}

size_t ql_utf8_count(ql_str s) {
  size_t count = 0, at = 0;
  for (; at + 8 <= s.len; at += 8) {
    uint64_t bytes = eight(s, at), continuing = (bytes >> 7) & ~(bytes >> 6) & EACH(1);
    count += 8 - (size_t)((continuing * EACH(1)) >> 56);
  }
  for (; at < s.len; at++) count += ((unsigned char)s.ptr[at] & 0xC0u) != 0x80u;
  return count;
}

void ql_position(ql_str text, size_t offset, uint32_t *line, uint32_t *column) {
  if (offset > text.len) offset = text.len;
  uint32_t lines = 1;
  size_t start = 0;
  for (size_t i = 0; i < offset; i++) {
    bool ends = text.ptr[i] == '\n' || (text.ptr[i] == '\r' && !(i + 1 < text.len && text.ptr[i + 1] == '\n'));
    if (!ends) continue;
    lines++;
    start = i + 1;
  }
  *line = lines;
  *column = (uint32_t)ql_utf8_count(ql_slice(text, start, offset)) + 1;
}

size_t ql_edit_distance(ql_str a, ql_str b) {
  if (a.len > 64 || b.len > 64) return SIZE_MAX;
  while (a.len > 0 && b.len > 0 && a.ptr[0] == b.ptr[0]) {
    a = ql_slice(a, 1, a.len);
    b = ql_slice(b, 1, b.len);
  }
  while (a.len > 0 && b.len > 0 && a.ptr[a.len - 1] == b.ptr[b.len - 1]) {
    a.len--;
    b.len--;
  }
  /* Three rows of the optimal string alignment table. */
  size_t rows[3][65];
  for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t cost = a.ptr[i - 1] != b.ptr[j - 1];
      size_t best = before[j - 1] + cost;
      if (before[j] + 1 < best) best = before[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] && earlier[j - 2] + 1 < best)
        best = earlier[j - 2] + 1;
      now[j] = best;
    }
  }
  return rows[a.len % 3][b.len];
}

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t ql_base64url_write(char *out, const uint8_t *bytes, size_t len) {
  size_t at = 0;
  for (size_t i = 0; i < len; i += 3) {
    size_t have = len - i < 3 ? len - i : 3;
    uint32_t word = (uint32_t)bytes[i] << 16;
    if (have > 1) word |= (uint32_t)bytes[i + 1] << 8;
    if (have > 2) word |= bytes[i + 2];
    for (size_t k = 0; k <= have; k++) out[at++] = ALPHABET[(word >> (18 - 6 * k)) & 63u];
  }
  return at;
}

void ql_base64url_add(ql_buf *out, const uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i += 3) {
    char quad[4];
    size_t n = ql_base64url_write(quad, bytes + i, len - i < 3 ? len - i : 3);
    ql_buf_add(out, (ql_str){quad, n});
  }
}

static int digit_of(char c) {
  static const int8_t FROM_MINUS_TO_Z[] = {
      62, -1, -1, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,
      6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63, -1,
      26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
  };
  return c >= '-' && c <= 'z' ? FROM_MINUS_TO_Z[c - '-'] : -1;
}

bool ql_base64url_read(ql_str text, uint8_t *out, size_t cap, size_t *len) {
  size_t tail = text.len % 4;
  size_t need = text.len / 4 * 3 + (tail > 0 ? tail - 1 : 0);
  if (tail == 1 || need > cap) return false;
  size_t at = 0;
  for (size_t i = 0; i < text.len; i += 4) {
    size_t have = text.len - i < 4 ? tail : 4;
    int32_t word = 0, bad = 0;
    for (size_t k = 0; k < 4; k++) {
      int digit = k < have ? digit_of(text.ptr[i + k]) : 0;
      bad |= digit;
      word = (int32_t)((uint32_t)word << 6 | (uint32_t)(digit & 63));
    }
    if (bad < 0 || (have == 3 && (word & 0xFF)) || (have == 2 && (word & 0xFFFF))) return false;
    for (size_t k = 0; k + 1 < have; k++) out[at++] = (uint8_t)(word >> (16 - 8 * k));
  }
  *len = at;
  return true;
}

bool ql_base64_read(ql_arena *a, ql_str text, ql_str *bytes) {
  size_t len = text.len, got = 0;
  char *url = ql_arena_get(a, text.len + 1);
  uint8_t *out = ql_arena_get(a, text.len + 1);
  if (!url || !out || len % 4 != 0) return false;
  while (len > 0 && text.len - len < 2 && text.ptr[len - 1] == '=') len--;
  for (size_t i = 0; i < len; i++) {
    char c = text.ptr[i];
    url[i] = c == '+' ? '-' : c == '/' ? '_' : c == '-' || c == '_' ? '!' : c;
  }
  if (!ql_base64url_read((ql_str){url, len}, out, text.len, &got)) return false;
  *bytes = (ql_str){(const char *)out, got};
  return true;
}

void ql_hex_write(char *out, const uint8_t *bytes, size_t len) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < len; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
}
