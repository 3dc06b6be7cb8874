#include "ed25519.h"

#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

/* The calls that make something never fail. */

void cli_ed25519_public(const uint8_t seed[CLI_SEED_BYTES], uint8_t out[CLI_PUBLIC_BYTES]) {
  unsigned char secret[crypto_sign_ed25519_SECRETKEYBYTES];
  (void)crypto_sign_ed25519_seed_keypair(out, secret, seed);
  sodium_memzero(secret, sizeof secret);
}

void cli_ed25519_sign(const uint8_t seed[CLI_SEED_BYTES], const uint8_t *message, size_t len, uint8_t out[CLI_SIGNATURE_BYTES]) {
  unsigned char secret[crypto_sign_ed25519_SECRETKEYBYTES], key[CLI_PUBLIC_BYTES];
  (void)crypto_sign_ed25519_seed_keypair(key, secret, seed);
  (void)crypto_sign_ed25519_detached(out, NULL, message, len, secret);
  sodium_memzero(secret, sizeof secret);
}

bool cli_ed25519_fits(const uint8_t key[CLI_PUBLIC_BYTES], const uint8_t *message, size_t len,
                      const uint8_t signature[CLI_SIGNATURE_BYTES]) {
  return crypto_sign_ed25519_verify_detached(signature, message, len, key) == 0;
}
