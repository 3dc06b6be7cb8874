/* The small vocabulary that every other header speaks: strings, statuses, errors, memory. */
#ifndef QUESTLINE_BASE_H
#define QUESTLINE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QL_NODISCARD __attribute__((warn_unused_result))
#else
#define QL_NODISCARD
#endif

/// A borrowed view of UTF-8 bytes, not NUL-terminated. ptr is NULL for an absent string; an empty one has len 0 and ptr set.
typedef struct ql_str {
  const char *ptr;
  size_t len;
} ql_str;

#define QL_STR(literal) ((ql_str){"" literal, sizeof(literal) - 1})
#define QL_STR_INIT(literal)                                                                                                               \
  { "" literal, sizeof(literal) - 1 } /* for static tables */
#define QL_ABSENT       ((ql_str){NULL, 0})
#define QL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef enum ql_status {
#define X(name, code, sentence) name = (code),
#include <questline/status.def>
#undef X
} ql_status;

#define QL_ERROR_DETAIL_MAX 160

/// Why a call failed. `message` is static; `detail` is the offending piece, cut to fit, NUL-terminated UTF-8, possibly empty.
typedef struct ql_error {
  ql_status status;
  size_t offset;   /* bytes from the start of the input */
  uint32_t line;   /* from 1; 0 when there is no position */
  uint32_t column; /* from 1, in code points */
  const char *message;
  char detail[QL_ERROR_DETAIL_MAX];
} ql_error;

/// The name ("QL_ERR_LIMIT") and the sentence of a status; never NULL.
const char *ql_status_name(ql_status status);
const char *ql_status_sentence(ql_status status);

/// Fills *err (which may be NULL) and returns status, so that a failure is one line: return ql_fail(err, QL_ERR_SYNTAX, "…", piece);
ql_status ql_fail(ql_error *err, ql_status status, const char *message, ql_str detail);

/// Where memory comes from. One function: size 0 frees, old_size 0 allocates. Returns NULL when out of memory, the old block then stays valid.
typedef struct ql_alloc {
  void *ctx;
  void *(*resize)(void *ctx, void *block, size_t old_size, size_t size);
} ql_alloc;

/// malloc, realloc and free.
ql_alloc ql_alloc_libc(void);

/// Memory that is freed all at once: one arena per parsed document or request. Not shared between threads.
typedef struct ql_arena ql_arena;

/// @return NULL when out of memory.
ql_arena *ql_arena_new(ql_alloc alloc);
void ql_arena_free(ql_arena *arena);
/// Forgets everything in it but keeps its first block for reuse.
void ql_arena_reset(ql_arena *arena);
/// Zeroed, aligned for any type. @return NULL when out of memory; from then on ql_arena_failed() is true.
void *ql_arena_get(ql_arena *arena, size_t size);
/// count * size, checked for overflow.
void *ql_arena_array(ql_arena *arena, size_t count, size_t size);
/// True once any request failed: callers may build a whole tree and ask once at the end.
bool ql_arena_failed(const ql_arena *arena);
/// Grows an arena array that is full: returns items or a larger copy, NULL when out of memory. *cap is updated.
void *ql_arena_grow(ql_arena *arena, void *items, size_t len, size_t *cap, size_t size);
/// A copy that lives as long as the arena; ptr is NULL when out of memory or when s is absent.
ql_str ql_arena_str(ql_arena *arena, ql_str s);
/// The pieces one after another.
ql_str ql_arena_concat(ql_arena *arena, const ql_str *pieces, size_t count);
/// The allocator behind the arena, for wrappers that need blocks of their own.
ql_alloc ql_arena_alloc(const ql_arena *arena);

/// Bytes that grow. Failure is sticky: write all, then ask ql_buf.failed once.
typedef struct ql_buf {
  ql_alloc alloc;
  char *ptr;
  size_t len, cap;
  bool failed;
} ql_buf;

ql_buf ql_buf_new(ql_alloc alloc);
void ql_buf_free(ql_buf *buf);
void ql_buf_add(ql_buf *buf, ql_str s);
void ql_buf_byte(ql_buf *buf, char c);
/// Makes room for `more` bytes, so that writing them cannot fail. False, and failed set, when out of memory.
bool ql_buf_reserve(ql_buf *buf, size_t more);
void ql_buf_int(ql_buf *buf, int64_t value);
/// Borrowed from buf, until the next write.
ql_str ql_buf_str(const ql_buf *buf);
/// The bytes as an arena string; the buffer is freed. Absent when either ran out of memory: then ql_arena_failed() is true.
ql_str ql_buf_take(ql_buf *buf, ql_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
