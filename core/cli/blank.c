#include "blank.h"

#include <string.h>

#include "base/text.h"

#define SHORTEST 8u /* shorter ones are no secrets, and stand in other words */
#define INSTEAD  QL_STR("[key]")

cli_blank cli_blank_of(const char *key) {
  size_t len = key ? strlen(key) : 0;
  return len < SHORTEST ? (cli_blank){0} : (cli_blank){.key = key, .len = len};
}

/* How much of the key's beginning ends with its first n bytes and then c. */
static size_t fits(const cli_blank *b, size_t n, char c) {
  for (size_t skip = 0; skip <= n; skip++)
    if (memcmp(b->key, b->key + skip, n - skip) == 0 && b->key[n - skip] == c) return n - skip + 1;
  return 0;
}

/* What waits is the beginning of the key itself, so that nothing of it is kept. */
bool cli_blank_bytes(cli_blank *b, ql_str bytes, cli_told *tell, void *ctx) {
  if (!b->key) return tell(ctx, bytes);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < bytes.len; i++) {
    size_t before = b->held, none = 0;
    b->held = fits(b, before, bytes.ptr[i]);
    none = before + 1 - b->held; /* so many bytes turned out to be no part of it */
    ql_buf_add(&out, (ql_str){b->key, none < before ? none : before});
    if (b->held == 0) ql_buf_byte(&out, bytes.ptr[i]);
    if (b->held < b->len) continue;
    ql_buf_add(&out, INSTEAD);
    b->held = 0;
  }
  bool told = !out.failed && (out.len == 0 || tell(ctx, (ql_str){out.ptr, out.len}));
  ql_buf_free(&out);
  return told;
}

bool cli_blank_rest(cli_blank *b, cli_told *tell, void *ctx) {
  size_t held = b->held;
  b->held = 0;
  return held == 0 || tell(ctx, (ql_str){b->key, held});
}

static bool add(void *ctx, ql_str bytes) {
  ql_buf_add(ctx, bytes);
  return true;
}

ql_str cli_blank_text(const cli_blank *b, ql_arena *a, ql_str text) {
  cli_blank own = {.key = b->key, .len = b->len};
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  (void)cli_blank_bytes(&own, text, add, &out);
  (void)cli_blank_rest(&own, add, &out);
  return ql_buf_take(&out, a);
}
