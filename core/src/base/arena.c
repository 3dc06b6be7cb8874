#include <stdlib.h>
#include <string.h>

#include <questline/base.h>

#define BLOCK_SIZE 4096u
#define BLOCK_KEPT (256u * 1024u) /* the largest that survives a reset */
#define ALIGNMENT  _Alignof(max_align_t)

typedef struct block {
  struct block *previous;
  size_t used, size; /* payload bytes */
} block;

struct ql_arena {
  ql_alloc alloc;
  block *top;
  bool failed;
};

/* The payload starts at the next aligned address after the header. */
#define HEADER ((sizeof(block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static void *libc_resize(void *ctx, void *ptr, size_t old_size, size_t size) {
  (void)ctx;
  (void)old_size;
  if (size == 0) {
    free(ptr);
    return NULL;
  }
  return realloc(ptr, size);
}

ql_alloc ql_alloc_libc(void) { return (ql_alloc){NULL, libc_resize}; }

ql_arena *ql_arena_new(ql_alloc alloc) {
  ql_arena *arena = alloc.resize(alloc.ctx, NULL, 0, sizeof *arena);
  if (arena) *arena = (ql_arena){alloc, NULL, false};
  return arena;
}

static void drop_top(ql_arena *arena) {
  block *old = arena->top;
  arena->top = old->previous;
  arena->alloc.resize(arena->alloc.ctx, old, HEADER + old->size, 0);
}

void ql_arena_free(ql_arena *arena) {
  if (!arena) return;
  while (arena->top) drop_top(arena);
  arena->alloc.resize(arena->alloc.ctx, arena, sizeof *arena, 0);
}

/* Blocks grow, so the last ones are the largest. */
void ql_arena_reset(ql_arena *arena) {
  while (arena->top && arena->top->previous && arena->top->size > BLOCK_KEPT) drop_top(arena);
  block *kept = arena->top;
  if (kept) {
    arena->top = kept->previous;
    while (arena->top) drop_top(arena);
    *kept = (block){NULL, 0, kept->size};
    arena->top = kept;
  }
  arena->failed = false;
}

/* Not cleared. */
static void *take(ql_arena *arena, size_t size) {
  if (size > SIZE_MAX / 2) {
    arena->failed = true;
    return NULL;
  }
  size_t need = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  block *top = arena->top;
  if (!top || top->size - top->used < need) {
    size_t payload = need > BLOCK_SIZE ? need : BLOCK_SIZE;
    /* Blocks double up to 256 KiB, so that a large document costs few of them. */
    if (top && payload < top->size * 2 && top->size < 128u * 1024u) payload = top->size * 2;
    top = arena->alloc.resize(arena->alloc.ctx, NULL, 0, HEADER + payload);
    if (!top) {
      arena->failed = true;
      return NULL;
    }
    *top = (block){arena->top, 0, payload};
    arena->top = top;
  }
  void *result = (char *)top + HEADER + top->used;
  top->used += need;
  return result;
}

void *ql_arena_get(ql_arena *arena, size_t size) {
  void *result = take(arena, size);
  if (result) memset(result, 0, size);
  return result;
}

void *ql_arena_array(ql_arena *arena, size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) {
    arena->failed = true;
    return NULL;
  }
  return ql_arena_get(arena, count * size);
}

bool ql_arena_failed(const ql_arena *arena) { return arena->failed; }

void *ql_arena_grow(ql_arena *arena, void *items, size_t len, size_t *cap, size_t size) {
  if (len < *cap) return items;
  size_t wider = *cap ? *cap * 2 : 8;
  void *copy = ql_arena_array(arena, wider, size);
  if (!copy) return NULL;
  if (len > 0) memcpy(copy, items, len * size);
  *cap = wider;
  return copy;
}

ql_str ql_arena_str(ql_arena *arena, ql_str s) {
  if (!s.ptr) return QL_ABSENT;
  char *copy = take(arena, s.len + 1);
  if (!copy) return QL_ABSENT;
  if (s.len > 0) memcpy(copy, s.ptr, s.len);
  copy[s.len] = 0;
  return (ql_str){copy, s.len};
}

ql_str ql_arena_concat(ql_arena *arena, const ql_str *pieces, size_t count) {
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    if (pieces[i].len > SIZE_MAX / 4 - total) {
      arena->failed = true;
      return QL_ABSENT;
    }
    total += pieces[i].len;
  }
  char *out = take(arena, total + 1);
  if (!out) return QL_ABSENT;
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (pieces[i].len > 0) memcpy(out + at, pieces[i].ptr, pieces[i].len);
    at += pieces[i].len;
  }
  out[total] = 0;
  return (ql_str){out, total};
}

ql_str ql_buf_take(ql_buf *buf, ql_arena *arena) {
  if (buf->failed) arena->failed = true;
  ql_str text = buf->failed ? QL_ABSENT : ql_arena_str(arena, ql_buf_str(buf));
  ql_buf_free(buf);
  return text;
}

ql_alloc ql_arena_alloc(const ql_arena *arena) { return arena->alloc; }
