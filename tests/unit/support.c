#include "support.h"

/* The linker leads every call of these here (--wrap), those of the third-party libraries included. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static size_t allowed_left = SIZE_MAX;
static size_t made;
static bool failed;

static bool fails_now(void) {
  made++;
  if (allowed_left == SIZE_MAX) return false;
  if (allowed_left-- > 0) return false;
  failed = true; /* and allowed_left is SIZE_MAX again */
  return true;
}

void *__wrap_malloc(size_t size) { return fails_now() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return fails_now() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *block, size_t size) { return fails_now() ? NULL : __real_realloc(block, size); }

void fail_allocation(size_t allowed) {
  allowed_left = allowed;
  made = 0;
  failed = false;
}

bool allocation_failed(void) { return failed; }

ql_str str(const char *s) { return (ql_str){s, strlen(s)}; }

void check_str(ql_str actual, const char *expected, const char *file, int line) {
  if (actual.ptr && actual.len == strlen(expected) && memcmp(actual.ptr, expected, actual.len) == 0) return;
  print_error("\"%.*s\" is not \"%s\"\n", (int)actual.len, actual.ptr ? actual.ptr : "", expected);
  _fail(file, line);
}

static void *counting_resize(void *ctx, void *block, size_t old_size, size_t size) {
  size_t *live = ctx;
  ql_alloc libc = ql_alloc_libc();
  void *result = libc.resize(libc.ctx, block, old_size, size);
  if (block && size == 0) --*live;
  if (!block && result) ++*live;
  return result;
}

ql_alloc counting_alloc(size_t *live) { return (ql_alloc){live, counting_resize}; }

size_t check_allocations(memory_trial trial, const void *ctx, const char *file, int line) {
  for (size_t n = 0;; n++) {
    size_t live = 0;
    fail_allocation(n);
    ql_arena *a = ql_arena_new(counting_alloc(&live));
    ql_status status = a ? trial(a, ctx) : QL_ERR_NOMEM;
    size_t count = made;
    bool happened = failed;
    fail_allocation(SIZE_MAX);
    ql_arena_free(a);
    bool right = status >= QL_OK || (happened && status == QL_ERR_NOMEM);
    if (!right || live != 0) {
      print_error("allocation %zu failing: %s, %zu blocks left\n", n, ql_status_name(status), live);
      _fail(file, line);
    }
    if (!happened) return count;
  }
}

char *read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  char *data = NULL;
  size_t cap = 0;
  *len = 0;
  do {
    cap = cap ? cap * 2 : 65536;
    char *grown = realloc(data, cap);
    if (!grown) break;
    data = grown;
    *len += fread(data + *len, 1, cap - *len, file);
  } while (*len == cap);
  fclose(file);
  return data;
}
