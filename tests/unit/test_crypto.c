#include "support.h"

#include "base/text.h"
#include "format/crypto.h"

static void check_hex(const uint8_t *bytes, size_t len, const char *expected) {
  char hex[2 * QL_HASH_BYTES + 1] = "";
  ql_hex_write(hex, bytes, len);
  assert_string_equal(hex, expected);
}

/* A chain of three events: the bytes of E and the h that an independent program computed. */
static const struct {
  const char *event, *hash;
} CHAIN[] = {
    {"{\"at\":1763712000000,\"by\":\"@owner\",\"d\":{\"agents\":[\"@lead\",\"@backend.api\"],\"format\":1,\"mission\":"
     "\"UHyzLP8PJ2MmCbtXcmCI6OQCY3pxaYYn1dFL_gQWZPk\",\"policy\":\"strict\",\"rules\":1,\"specs\":[[\"@lead\","
     "\"e3456bc1f4d270f4a97933758645fdc21e39642b31ca343c1818f7972ac27906\"]]},\"f\":1,\"k\":0,\"n\":0,\"t\":\"create\"}",
     "2cUfA2Fy9YhbxtrEv0ZM0pEEvzioXmKVqPtkWa2GAaI"},
    {"{\"at\":1763712004211,\"by\":\"@lead\",\"d\":{\"group\":1,\"msg\":\"MNrgnIa2TdOpVABwnu511CFyCV0dMpJJ6YDa6drydlk\",\"task\":\"T1\","
     "\"to\":[\"@backend.api\"]},\"f\":1,\"k\":0,\"n\":1,\"t\":\"message\"}",
     "szdr0r4mXhmAd7FoDyElxGYXc38LUz-XkCSh5e5lPNk"},
    {"{\"at\":1763712004212,\"by\":\"@lead\",\"d\":{\"kind\":\"progress\",\"msg\":\"X7DtQlqm0CGs0Z7mPMMpor2KJiJCIR-R69rB5U3ZaBM\"},\"f\":1,"
     "\"k\":1,\"n\":2,\"t\":\"respond\"}",
     "4VpImiMw-c3Kv1au6x5mbTYdn3JD-BBJymHwf7LwicM"},
};

static void head_chain(void **state) {
  (void)state;
  uint8_t head[QL_HASH_BYTES] = {0};
  for (size_t i = 0; i < QL_COUNT(CHAIN); i++) {
    ql_str pieces[] = {{(const char *)head, sizeof head}, str(CHAIN[i].event)};
    uint8_t next[QL_HASH_BYTES];
    ql_blake2b_256("questline.head.1", NULL, pieces, 2, next);
    char text[43];
    assert_int_equal(ql_base64url_write(text, next, sizeof next), 43);
    assert_str_is(((ql_str){text, 43}), CHAIN[i].hash);
    memcpy(head, next, sizeof head);
  }
}

static void commitments(void **state) {
  (void)state;
  static const struct {
    const char *salt, *text, *commitment;
  } cases[] = {
      {"HSj-rfZN2xD4pvNKy1RVeQ", "Add OAuth2 login", "UHyzLP8PJ2MmCbtXcmCI6OQCY3pxaYYn1dFL_gQWZPk"},
      {"wb63CKH63qlhooWJcpIbxw", "Write /auth/callback. \xE2\x80\x9CPKCE\xE2\x80\x9D only.\n",
       "MNrgnIa2TdOpVABwnu511CFyCV0dMpJJ6YDa6drydlk"},
      {"AuPFKmJ0-xbZVJNLFbCpLQ", "Instructions sent", "X7DtQlqm0CGs0Z7mPMMpor2KJiJCIR-R69rB5U3ZaBM"},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    uint8_t salt[QL_SALT_BYTES], out[QL_HASH_BYTES];
    size_t len;
    assert_true(ql_base64url_read(str(cases[i].salt), salt, sizeof salt, &len) && len == sizeof salt);
    ql_str body = str(cases[i].text);
    ql_blake2b_256("questline.body.1", salt, &body, 1, out);
    char text[43];
    ql_base64url_write(text, out, sizeof out);
    assert_str_is(((ql_str){text, 43}), cases[i].commitment);
  }
}

/* Values from Python's hashlib.blake2b. */
static void blake2b(void **state) {
  (void)state;
  uint8_t out[QL_HASH_BYTES], salt[QL_SALT_BYTES];
  ql_blake2b_256("questline.stat.1", NULL, NULL, 0, out);
  check_hex(out, sizeof out, "685dacd76b2c4d6b4e81975c23e15d68420bd52a478820b9986547350e85666c");
  for (uint8_t i = 0; i < sizeof salt; i++) salt[i] = i;
  ql_str abc = QL_STR("abc");
  ql_blake2b_256("questline.stat.1", salt, &abc, 1, out);
  check_hex(out, sizeof out, "211b41e5135e207774d12a95938c2bb4f8c487e42d8dd06edbd6309c19cde62e");
  ql_str pieces[] = {QL_STR("a"), QL_ABSENT, QL_STR(""), QL_STR("bc")};
  uint8_t split[QL_HASH_BYTES];
  ql_blake2b_256("questline.stat.1", salt, pieces, QL_COUNT(pieces), split);
  assert_memory_equal(out, split, sizeof out);
}

static void derived(void **state) {
  (void)state;
  uint8_t key[QL_HASH_BYTES], out[QL_SALT_BYTES];
  for (uint8_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)(255 - i);
  ql_derive_16(key, 0, out);
  check_hex(out, sizeof out, "a8a4aacc04e37c1c2091d0acdb9fefab");
  ql_derive_16(key, UINT64_C(0x0102030405060708), out);
  check_hex(out, sizeof out, "e8c212d2ecb652f8ed23fb2e83f50623");
}

/* FIPS 180-4 examples, and two blocks' border. */
static void sha256(void **state) {
  (void)state;
  uint8_t out[QL_HASH_BYTES];
  ql_sha256(QL_ABSENT, out);
  check_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  ql_sha256(QL_STR("abc"), out);
  check_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ql_sha256(QL_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
  check_hex(out, sizeof out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(head_chain), cmocka_unit_test(commitments), cmocka_unit_test(blake2b),
      cmocka_unit_test(derived),    cmocka_unit_test(sha256),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
