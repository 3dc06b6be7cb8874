/* What the unit tests share: cmocka with its headers, strings, and memory that runs out on demand. */
#ifndef QL_TEST_SUPPORT_H
#define QL_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <questline/base.h>

/// A view of a C string.
ql_str str(const char *s);

#define assert_str_is(actual, expected) check_str((actual), (expected), __FILE__, __LINE__)
void check_str(ql_str actual, const char *expected, const char *file, int line);

/// An allocator that counts the blocks it has given out and not got back, in *live.
ql_alloc counting_alloc(size_t *live);

/// From now on the allocation after `allowed` more ones fails, once, wherever in the program it is made; SIZE_MAX: none does.
void fail_allocation(size_t allowed);
/// True when it has failed since.
bool allocation_failed(void);

/// Runs `trial` with every single allocation failing once: it must then answer QL_ERR_NOMEM, or do without; with none failing it must
/// succeed. No block of the arena's allocator may be left. Returns how many allocations a run makes.
typedef ql_status (*memory_trial)(ql_arena *a, const void *ctx);
#define try_every_allocation(trial, ctx) check_allocations((trial), (ctx), __FILE__, __LINE__)
size_t check_allocations(memory_trial trial, const void *ctx, const char *file, int line);

/// A whole file; NULL when there is none. The caller frees it.
char *read_file(const char *path, size_t *len);

#endif
