/* Source: D. Knuth, J. Morris, V. Pratt, "Fast pattern matching in strings": of what came, only how much of the key it ends with is kept, and each
   byte is looked at about once, however the bytes are cut. */
#include <questline/blank.h>

#include <string.h>

#include "base/text.h"

#define INSTEAD QL_STR("[key]") /* no longer than any key, so that what is told is never longer than what came */

struct ql_blank {
  ql_alloc alloc;
  ql_buf out;
  size_t size;     /* of this block */
  size_t len;      /* of the key; 0: nothing is taken out */
  size_t held;     /* bytes of the key that came last, and may be its beginning */
  const char *key; /* behind what follows */
  size_t back[];   /* of the first n + 1 bytes of the key: how many of them are its beginning once more, at their end */
};

ql_blank *ql_blank_new(ql_alloc alloc, ql_str key) {
  if (key.len < QL_BLANK_KEY_MIN) key.len = 0;
  size_t each = sizeof(size_t) + 1;
  if (key.len > (SIZE_MAX - sizeof(ql_blank)) / each) return NULL;
  size_t size = sizeof(ql_blank) + key.len * each;
  ql_blank *b = alloc.resize(alloc.ctx, NULL, 0, size);
  if (!b) return NULL;
  *b = (ql_blank){.alloc = alloc, .out = ql_buf_new(alloc), .size = size, .len = key.len};
  if (key.len == 0) return b;
  char *copy = (char *)(b->back + key.len);
  memcpy(copy, key.ptr, key.len);
  b->key = copy;
  b->back[0] = 0;
  for (size_t i = 1, n = 0; i < key.len; i++) {
    while (n > 0 && copy[n] != copy[i]) n = b->back[n - 1];
    if (copy[n] == copy[i]) n++;
    b->back[i] = n;
  }
  return b;
}

void ql_blank_free(ql_blank *b) {
  if (!b) return;
  ql_buf_free(&b->out);
  b->alloc.resize(b->alloc.ctx, b, b->size, 0);
}

/* Held is as in ql_blank; what waits is the beginning of the key itself, so that nothing of it is kept. */
static void take(const ql_blank *b, size_t *held, ql_buf *out, ql_str bytes) {
  if (b->len == 0) ql_buf_add(out, bytes);
  for (size_t i = 0; b->len > 0 && i < bytes.len; i++) {
    if (*held == 0) {
      size_t plain = i;
      i = ql_find_byte(bytes, b->key[0], i);
      ql_buf_add(out, ql_slice(bytes, plain, i));
      if (i == SIZE_MAX) return;
    }
    while (*held > 0 && b->key[*held] != bytes.ptr[i]) {
      size_t shorter = b->back[*held - 1];
      ql_buf_add(out, (ql_str){b->key, *held - shorter}); /* they turned out to be no part of it */
      *held = shorter;
    }
    if (b->key[*held] != bytes.ptr[i]) {
      ql_buf_byte(out, bytes.ptr[i]);
    } else if (++*held == b->len) {
      ql_buf_add(out, INSTEAD);
      *held = 0;
    }
  }
}

ql_str ql_blank_bytes(ql_blank *b, ql_str bytes) {
  b->out.len = 0;
  if (ql_buf_reserve(&b->out, b->held + bytes.len)) {
    take(b, &b->held, &b->out, bytes);
    return ql_buf_str(&b->out);
  }
  ql_buf_free(&b->out); /* a later call may have more luck */
  return QL_ABSENT;
}

ql_str ql_blank_rest(ql_blank *b) {
  ql_str rest = {b->held > 0 ? b->key : "", b->held};
  b->held = 0;
  return rest;
}

ql_str ql_blank_text(const ql_blank *b, ql_arena *a, ql_str text) {
  size_t held = 0;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  take(b, &held, &out, text);
  ql_buf_add(&out, (ql_str){b->key, held});
  return ql_buf_take(&out, a);
}
