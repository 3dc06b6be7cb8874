/* Ed25519 as the command line makes and checks it: the vectors of RFC 8032, 7.1, and what must not fit. */
#include "support.h"

#include "../../core/cli/ed25519.c"

static const struct {
  const char *seed, *key, *message, *signature;
} VECTORS[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

static size_t from_hex(const char *hex, uint8_t *out) {
  size_t len = strlen(hex) / 2;
  for (size_t i = 0; i < len; i++) {
    char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
    out[i] = (uint8_t)strtoul(pair, NULL, 16);
  }
  return len;
}

static void the_vectors_of_the_rfc(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(VECTORS); i++) {
    uint8_t seed[32], key[32], message[64], signature[64], made[64];
    assert_int_equal(from_hex(VECTORS[i].seed, seed), sizeof seed);
    assert_int_equal(from_hex(VECTORS[i].key, key), sizeof key);
    assert_int_equal(from_hex(VECTORS[i].signature, signature), sizeof signature);
    size_t len = from_hex(VECTORS[i].message, message);
    cli_ed25519_public(seed, made);
    assert_memory_equal(made, key, sizeof key);
    cli_ed25519_sign(seed, message, len, made);
    assert_memory_equal(made, signature, sizeof signature);
    assert_true(cli_ed25519_fits(key, message, len, signature));
  }
}

/* One flipped bit anywhere in the key, the message or the signature, and nothing fits. */
static void a_flipped_bit_does_not_fit(void **state) {
  (void)state;
  uint8_t all[32 + 2 + 64];
  from_hex(VECTORS[2].key, all);
  from_hex(VECTORS[2].message, all + 32);
  from_hex(VECTORS[2].signature, all + 34);
  assert_true(cli_ed25519_fits(all, all + 32, 2, all + 34));
  for (size_t bit = 0; bit < sizeof all * 8; bit++) {
    all[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    assert_false(cli_ed25519_fits(all, all + 32, 2, all + 34));
    all[bit / 8] ^= (uint8_t)(1u << (bit % 8));
  }
}

/* A key of small order would fit what nobody signed. */
static void a_key_of_small_order_does_not_fit(void **state) {
  (void)state;
  const uint8_t zeros[64] = {0}, one[64] = {1};
  assert_false(cli_ed25519_fits(zeros, zeros, 0, zeros));
  assert_false(cli_ed25519_fits(one, zeros, 0, one));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_vectors_of_the_rfc),
      cmocka_unit_test(a_flipped_bit_does_not_fit),
      cmocka_unit_test(a_key_of_small_order_does_not_fit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
