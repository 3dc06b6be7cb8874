/* Ed25519 (RFC 8032). The core holds no keys: what it says is to be signed, the command line signs. */
#ifndef QL_CLI_ED25519_H
#define QL_CLI_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_SEED_BYTES      32
#define CLI_PUBLIC_BYTES    32
#define CLI_SIGNATURE_BYTES 64

void cli_ed25519_public(const uint8_t seed[CLI_SEED_BYTES], uint8_t out[CLI_PUBLIC_BYTES]);
void cli_ed25519_sign(const uint8_t seed[CLI_SEED_BYTES], const uint8_t *message, size_t len, uint8_t out[CLI_SIGNATURE_BYTES]);
/// Whether the signature is the key's, over these bytes. Keys and signatures of small order fit nothing.
bool cli_ed25519_fits(const uint8_t key[CLI_PUBLIC_BYTES], const uint8_t *message, size_t len,
                      const uint8_t signature[CLI_SIGNATURE_BYTES]);

#endif
