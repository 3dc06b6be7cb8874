#include <sodium/crypto_generichash_blake2b.h>
#include <sodium/crypto_hash_sha256.h>

#include "format/crypto.h"

static const unsigned char *bytes_of(ql_str s) { return (const unsigned char *)s.ptr; }

/* The calls below fail for wrong lengths only, and ours are constants. */

void ql_blake2b_256(const char person[QL_PERSON_BYTES], const uint8_t *salt, const ql_str *pieces, size_t count,
                    uint8_t out[QL_HASH_BYTES]) {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(&state, NULL, 0, QL_HASH_BYTES, salt, (const unsigned char *)person);
  for (size_t i = 0; i < count; i++)
    if (pieces[i].len > 0) crypto_generichash_blake2b_update(&state, bytes_of(pieces[i]), pieces[i].len);
  crypto_generichash_blake2b_final(&state, out, QL_HASH_BYTES);
}

void ql_derive_16(const uint8_t key[QL_HASH_BYTES], uint64_t index, uint8_t out[QL_SALT_BYTES]) {
  static const unsigned char person[QL_PERSON_BYTES + 1] = "questline.salt.1";
  unsigned char little_endian[8];
  for (size_t i = 0; i < sizeof little_endian; i++) little_endian[i] = (unsigned char)(index >> (8 * i));
  crypto_generichash_blake2b_salt_personal(out, QL_SALT_BYTES, little_endian, sizeof little_endian, key, QL_HASH_BYTES, NULL, person);
}

void ql_sha256(ql_str bytes, uint8_t out[QL_HASH_BYTES]) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  if (bytes.len > 0) crypto_hash_sha256_update(&state, bytes_of(bytes), bytes.len);
  crypto_hash_sha256_final(&state, out);
}
