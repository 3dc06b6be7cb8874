// What the hash and seal sources of libsodium need of its utils.c, core.c and randombytes.c, without the operating
// system those bring in. (abort would import proc_exit into the wasm; a trap needs nothing.)

#include <string.h>

#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

// The barrier, as in libsodium itself, keeps the compiler from leaving out what nobody reads again.
void sodium_memzero(void *const pnt, const size_t len) {
  if (len > 0) memset(pnt, 0, len);
  __asm__ __volatile__("" : : "r"(pnt) : "memory");
}

void sodium_misuse(void) { __builtin_trap(); }

// Referenced by the key generators only. The core has no randomness: random bytes are arguments.
void randombytes_buf(void *const buf, const size_t size) {
  (void)buf;
  (void)size;
  __builtin_trap();
}
