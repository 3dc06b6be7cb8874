/* The three hash functions of the log. The only door to libsodium. */
#ifndef QL_FORMAT_CRYPTO_H
#define QL_FORMAT_CRYPTO_H

#include <questline/base.h>

#define QL_HASH_BYTES   32
#define QL_PERSON_BYTES 16
#define QL_SALT_BYTES   16

/// BLAKE2b-256 with salt and personalisation over the pieces one after another.
/// @param person  a use of the hash, zero padded: "questline.head.1" fills it exactly
/// @param salt    QL_SALT_BYTES bytes, or NULL for zeros
/// Source: RFC 7693; the parameter block of the BLAKE2 paper, section 2.8.
void ql_blake2b_256(const char person[QL_PERSON_BYTES], const uint8_t *salt, const ql_str *pieces, size_t count,
                    uint8_t out[QL_HASH_BYTES]);

/// The index-th 128-bit value of a key: BLAKE2b-128 keyed, person "questline.salt.1", over index as 8 bytes, little-endian.
void ql_derive_16(const uint8_t key[QL_HASH_BYTES], uint64_t index, uint8_t out[QL_SALT_BYTES]);

/// Source: FIPS 180-4.
void ql_sha256(ql_str bytes, uint8_t out[QL_HASH_BYTES]);

#endif
