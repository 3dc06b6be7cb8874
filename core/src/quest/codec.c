#include "quest/codec.h"

#include <string.h>

#include "base/text.h"
#include "quest/machine.h"

void ql__code_bytes(ql__codec *c, void *bytes, size_t len) {
  if (len == 0) return;
  if (c->out) {
    ql_buf_add(c->out, (ql_str){bytes, len});
  } else if (c->failed || len > c->in.len - c->at) {
    c->failed = true;
  } else {
    memcpy(bytes, c->in.ptr + c->at, len);
    c->at += len;
  }
}

/* Seven bits a byte, the lowest first; the sign in the lowest bit. */
void ql__code_int(ql__codec *c, int64_t *value) {
  uint64_t bits = ((uint64_t)*value << 1) ^ (*value < 0 ? UINT64_MAX : 0);
  uint8_t byte = 0;
  if (c->out) {
    for (; bits >= 128; bits >>= 7) ql_buf_byte(c->out, (char)(bits | 128));
    ql_buf_byte(c->out, (char)bits);
    return;
  }
  bits = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    ql__code_bytes(c, &byte, 1);
    if (c->failed) return;
    bits |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) break;
  }
  *value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
}

void ql__code_bool(ql__codec *c, bool *value) {
  int64_t coded = *value;
  ql__code_int(c, &coded);
  *value = coded != 0;
}

void ql__code_size(ql__codec *c, size_t *value) {
  int64_t coded = *value == SIZE_MAX ? -1 : (int64_t)*value;
  ql__code_int(c, &coded);
  *value = coded < 0 ? SIZE_MAX : (size_t)coded;
}

void ql__code_text(ql__codec *c, ql_str *text) {
  size_t len = text->ptr ? text->len : SIZE_MAX;
  ql__code_size(c, &len);
  if (c->out) {
    if (text->ptr) ql_buf_add(c->out, *text);
    return;
  }
  if (len != SIZE_MAX && len > c->in.len - c->at) c->failed = true;
  *text = QL_ABSENT;
  if (c->failed || len == SIZE_MAX) return;
  *text = ql_arena_str(c->a, ql_slice(c->in, c->at, c->at + len));
  c->failed = !text->ptr;
  c->at += len;
}

void ql__code_hash(ql__codec *c, char hash[QL_HASH_CHARS]) {
  uint8_t bytes[QL_HASH_BYTES] = {0};
  size_t len = 0;
  if (c->out && !ql_base64url_read((ql_str){hash, QL_HASH_CHARS}, bytes, sizeof bytes, &len)) c->out->failed = true;
  ql__code_bytes(c, bytes, sizeof bytes);
  ql_base64url_write(hash, bytes, sizeof bytes);
}

void ql__code_count(ql__codec *c, size_t *count, size_t most) {
  ql__code_size(c, count);
  if (!c->out && (c->failed || *count > most || *count > c->in.len - c->at)) {
    c->failed = true;
    *count = 0;
  }
}

void ql__code_list(ql__codec *c, void **items, size_t *len, size_t *cap, size_t size) {
  size_t had = *len;
  ql__code_count(c, len, SIZE_MAX);
  if (c->out || c->failed || *len <= *cap) return;
  if (ql__grow(c->a, items, had, cap, size, *len - had)) return;
  c->failed = true;
  *len = 0;
}
