// What the hash, seal and sign sources of libsodium need of its utils.c, core.c and randombytes.c, without the operating
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

// In a time that says nothing of where they differ.
int sodium_memcmp(const void *const b1_, const void *const b2_, size_t len) {
  const volatile unsigned char *b1 = b1_, *b2 = b2_;
  unsigned char differ = 0;
  for (size_t i = 0; i < len; i++) differ = (unsigned char)(differ | (b1[i] ^ b2[i]));
  return differ == 0 ? 0 : -1;
}

int sodium_is_zero(const unsigned char *n, const size_t nlen) {
  volatile unsigned char any = 0;
  for (size_t i = 0; i < nlen; i++) any = (unsigned char)(any | n[i]);
  return any == 0;
}

void sodium_misuse(void) { __builtin_trap(); }

// Referenced by the key generators only. The core has no randomness: random bytes are arguments.
void randombytes_buf(void *const buf, const size_t size) {
  (void)buf;
  (void)size;
  __builtin_trap();
}
