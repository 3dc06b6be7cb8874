#include <string.h>

/* Input pointers of zlib are then const, as ours are. */
#define ZLIB_CONST
#include <zlib.h>

#include "format/deflate.h"

#define WINDOW     (-15) /* raw deflate, 32 KiB */
#define LEVEL      9
#define MEM_LEVEL  9
#define INPUT_MAX  (1024u * 1024u * 1024u) /* well within zlib's 32-bit counters */
#define PIECE_SIZE 16384u

/* zlib frees blocks without telling their size, which our allocators want to know: it is kept in front of them. */
#define HEADER _Alignof(max_align_t)

static voidpf take(voidpf opaque, uInt items, uInt size) {
  const ql_alloc *alloc = opaque;
  if (size != 0 && items > (SIZE_MAX / 2) / size) return NULL;
  size_t total = HEADER + (size_t)items * size;
  char *block = alloc->resize(alloc->ctx, NULL, 0, total);
  if (!block) return NULL;
  memcpy(block, &total, sizeof total);
  return block + HEADER;
}

static void give_back(voidpf opaque, voidpf ptr) {
  const ql_alloc *alloc = opaque;
  if (!ptr) return;
  char *block = (char *)ptr - HEADER;
  size_t total;
  memcpy(&total, block, sizeof total);
  alloc->resize(alloc->ctx, block, total, 0);
}

static z_stream stream_over(ql_alloc *alloc, ql_str in) {
  return (z_stream){.next_in = (const Bytef *)in.ptr, .avail_in = (uInt)in.len, .zalloc = take, .zfree = give_back, .opaque = alloc};
}

static ql_status out_of_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static ql_status too_large(ql_error *err, const char *message) { return ql_fail(err, QL_ERR_LIMIT, message, QL_ABSENT); }

ql_status ql_deflate(ql_arena *a, ql_str dictionary, ql_str in, ql_str *out, ql_error *err) {
  if (in.len >= INPUT_MAX || dictionary.len >= INPUT_MAX) return too_large(err, "the bytes to compress reach 1 GiB");
  ql_alloc alloc = ql_arena_alloc(a);
  z_stream z = stream_over(&alloc, in);
  if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) return out_of_memory(err);
  if (dictionary.len > 0) deflateSetDictionary(&z, (const Bytef *)dictionary.ptr, (uInt)dictionary.len);
  uLong bound = deflateBound(&z, (uLong)in.len);
  char *packed = ql_arena_get(a, bound);
  if (packed) {
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)bound;
    deflate(&z, Z_FINISH);
  }
  size_t len = (size_t)z.total_out;
  deflateEnd(&z);
  if (!packed) return out_of_memory(err);
  *out = (ql_str){packed, len};
  return QL_OK;
}

/* Expands piece by piece into buf, at most one byte more than max_out. */
static ql_status expand(z_stream *z, size_t max_out, ql_buf *buf, ql_error *err) {
  char piece[PIECE_SIZE];
  for (;;) {
    z->next_out = (Bytef *)piece;
    z->avail_out = PIECE_SIZE;
    int code = inflate(z, Z_NO_FLUSH);
    size_t got = PIECE_SIZE - z->avail_out;
    if (code == Z_MEM_ERROR) return out_of_memory(err);
    if (got > max_out - buf->len) return too_large(err, "the compressed bytes expand to more than is allowed");
    ql_buf_add(buf, (ql_str){piece, got});
    if (buf->failed) return out_of_memory(err);
    if (code == Z_STREAM_END) break;
    if (code != Z_OK) {
      ql_fail(err, QL_ERR_SYNTAX, code == Z_BUF_ERROR ? "the compressed bytes are cut short" : "the compressed bytes are damaged",
              QL_ABSENT);
      if (err) err->offset = z->total_in;
      return QL_ERR_SYNTAX;
    }
  }
  if (z->avail_in == 0) return QL_OK;
  ql_fail(err, QL_ERR_SYNTAX, "something follows the compressed bytes", QL_ABSENT);
  if (err) err->offset = z->total_in;
  return QL_ERR_SYNTAX;
}

ql_status ql_inflate(ql_arena *a, ql_str dictionary, ql_str in, size_t max_out, ql_str *out, ql_error *err) {
  if (in.len >= INPUT_MAX || dictionary.len >= INPUT_MAX) return too_large(err, "the compressed bytes reach 1 GiB");
  ql_alloc alloc = ql_arena_alloc(a);
  z_stream z = stream_over(&alloc, in);
  if (inflateInit2(&z, WINDOW) != Z_OK) return out_of_memory(err);
  ql_buf buf = ql_buf_new(alloc);
  ql_status status = QL_OK;
  if (dictionary.len > 0 && inflateSetDictionary(&z, (const Bytef *)dictionary.ptr, (uInt)dictionary.len) != Z_OK)
    status = out_of_memory(err);
  if (status == QL_OK) status = expand(&z, max_out, &buf, err);
  ql_str copy = status == QL_OK ? ql_arena_str(a, ql_buf_str(&buf)) : QL_ABSENT;
  ql_buf_free(&buf);
  inflateEnd(&z);
  if (status != QL_OK) return status;
  if (!copy.ptr) return out_of_memory(err);
  *out = copy;
  return QL_OK;
}
