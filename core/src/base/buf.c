#include <string.h>

#include <questline/base.h>

#define SMALLEST      256u
#define GROWS_BY_HALF (1024u * 1024u)

ql_buf ql_buf_new(ql_alloc alloc) { return (ql_buf){alloc, NULL, 0, 0, false}; }

void ql_buf_free(ql_buf *buf) {
  if (buf->ptr) buf->alloc.resize(buf->alloc.ctx, buf->ptr, buf->cap, 0);
  *buf = ql_buf_new(buf->alloc);
}

bool ql_buf_reserve(ql_buf *buf, size_t more) {
  if (buf->failed) return false;
  if (more <= buf->cap - buf->len) return true;
  if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
    buf->failed = true;
    return false;
  }
  /* A large one grows by half: while it is copied both are there. What is known to come is taken exactly. */
  size_t cap = buf->cap + (buf->cap < GROWS_BY_HALF ? buf->cap : buf->cap / 2);
  if (cap < SMALLEST) cap = SMALLEST;
  if (cap - buf->len < more) cap = buf->len + more;
  char *grown = buf->alloc.resize(buf->alloc.ctx, buf->ptr, buf->cap, cap);
  if (!grown) {
    buf->failed = true;
    return false;
  }
  buf->ptr = grown;
  buf->cap = cap;
  return true;
}

void ql_buf_add(ql_buf *buf, ql_str s) {
  if (s.len == 0 || !ql_buf_reserve(buf, s.len)) return;
  memcpy(buf->ptr + buf->len, s.ptr, s.len);
  buf->len += s.len;
}

void ql_buf_byte(ql_buf *buf, char c) {
  if (!ql_buf_reserve(buf, 1)) return;
  buf->ptr[buf->len++] = c;
}

void ql_buf_int(ql_buf *buf, int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + (char)(rest % 10));
    rest /= 10;
  } while (rest > 0);
  if (value < 0) digits[--at] = '-';
  ql_buf_add(buf, (ql_str){digits + at, sizeof digits - at});
}

ql_str ql_buf_str(const ql_buf *buf) { return (ql_str){buf->ptr ? buf->ptr : "", buf->len}; }
