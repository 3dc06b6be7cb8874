/* Signing in at a provider: what is sent, and what comes back. */
#include "support.h"

#include <questline/llm.h>

#include "base/text.h"

static ql_arena *a;
static ql_error err;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

/* The octets of RFC 7636, appendix B, then those of a state. */
static const uint8_t entropy[QL_SIGN_IN_BYTES] = {116, 24,  223, 180, 151, 153, 224, 37,  79, 250, 96, 125, 216, 173, 187, 186,
                                                  22,  212, 37,  77,  105, 214, 191, 240, 91, 88,  5,  88,  83,  132, 141, 121};

#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define STATE    "AAAAAAAAAAAAAAAAAAAAAA"

static ql_str word(const ql_value *value, const char *key) { return ql_get_str(value, str(key)); }

static ql_value *begun(const char *base) {
  ql_value *out = NULL;
  ql_status status = ql_llm_sign_in(a, str("openrouter"), base ? str(base) : QL_ABSENT, str("https://app.example/q/"), entropy, &out, &err);
  if (status != QL_OK) fail_msg("%s", err.message);
  return out;
}

static void a_person_is_sent_there(void **state) {
  (void)state;
  const ql_value *out = begun(NULL);
  assert_str_is(word(out, "verifier"), VERIFIER);
  assert_str_is(word(out, "state"), STATE);
  assert_str_is(word(out, "url"), "https://openrouter.ai/auth?callback_url=https://app.example/q/%3Fstate%3D" STATE
                                  "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
  assert_true(ql_starts(word(begun("http://127.0.0.1:9/x/api/v1/"), "url"), str("http://127.0.0.1:9/x/auth?callback_url=")));
}

static void who_has_no_page_is_said(void **state) {
  (void)state;
  static const struct {
    const char *provider, *base, *page;
    ql_status status;
  } rows[] = {
      {"anthropic", NULL, "https://app.example/", QL_ERR_ARGUMENT},
      {"nobody", NULL, "https://app.example/", QL_ERR_NOT_FOUND},
      {"openrouter", "https://proxy.example/v1", "https://app.example/", QL_ERR_ARGUMENT},
      {"openrouter", NULL, "https://app.example/?a=b", QL_ERR_ARGUMENT},
      {"openrouter", NULL, "file:///tmp/app", QL_ERR_ARGUMENT},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *out = NULL;
    ql_str base = rows[i].base ? str(rows[i].base) : QL_ABSENT;
    assert_int_equal(ql_llm_sign_in(a, str(rows[i].provider), base, str(rows[i].page), entropy, &out, &err), rows[i].status);
  }
}

static void a_code_is_exchanged(void **state) {
  (void)state;
  static const char *const queries[] = {"state=" STATE "&code=c%2F1%2b", "code=c/1%2B&state=" STATE, "state=" STATE "?code=c/1%2B"};
  for (size_t i = 0; i < QL_COUNT(queries); i++) {
    ql_value *out = NULL;
    assert_int_equal(ql_llm_sign_in_request(a, begun(NULL), str(queries[i]), &out, &err), QL_OK);
    assert_str_is(ql_value_text(a, out),
                  "{\"body\":\"{\\\"code\\\":\\\"c/1+\\\",\\\"code_challenge_method\\\":\\\"S256\\\",\\\"code_verifier\\\":\\\"" VERIFIER
                  "\\\"}\",\"headers\":[{\"name\":\"content-type\",\"value\":\"application/json\"}],\"method\":\"POST\","
                  "\"url\":\"https://openrouter.ai/api/v1/auth/keys\"}");
  }
}

static void what_is_no_answer_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *query, *detail;
  } rows[] = {
      {"", NULL},
      {"code=c", NULL},
      {"code=c&state=other", NULL},
      {"code=c&state=" STATE "A", NULL},
      {"state=" STATE, NULL},
      {"state=" STATE "&code=", NULL},
      {"state=" STATE "&code=%FF", NULL},
      {"state=" STATE "&error=access_denied", "access_denied"},
      {"error=access_denied&error_description=You+said%20no%&state=" STATE, "You said no%"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *out = NULL;
    err = (ql_error){0};
    assert_int_equal(ql_llm_sign_in_request(a, begun(NULL), str(rows[i].query), &out, &err), QL_ERR_STATE);
    if (rows[i].detail) assert_string_equal(err.detail, rows[i].detail);
  }
}

static void why_there_is_no_key_is_said(void **state) {
  (void)state;
  static const struct {
    const char *attempt, *cause, *message;
  } rows[] = {
      {"\"problem\":\"Failed to fetch\"", "unreachable",
       "OpenRouter could not be reached to fetch the key (Failed to fetch): see that there is a network, then sign in again."},
      {"\"status\":403,\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"Invalid code\\\"}}\"", "key_refused",
       "OpenRouter did not take the code of this sign-in, which may be used up or too old (Invalid code): sign in again."},
      {"\"status\":405", "not_found", "https://openrouter.ai/api/v1 gives no keys: see that the base URL is right, or enter a key."},
      {"\"status\":200,\"body\":\"{\\\"data\\\":[]}\"", "not_json", "OpenRouter answered without a key: sign in again, or enter one."},
      {"\"status\":502", "server", "OpenRouter answered with HTTP 502: sign in again later, or enter a key."},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *attempt = NULL, *out = NULL;
    const ql_str pieces[] = {str("{\"has_key\":false,\"provider\":\"openrouter\",\"sign_in\":true,"), str(rows[i].attempt), str("}")};
    assert_int_equal(ql_json_read(a, ql_arena_concat(a, pieces, QL_COUNT(pieces)), &attempt, &err), QL_OK);
    assert_int_equal(ql_llm_models_read(a, attempt, &out, &err), QL_OK);
    assert_str_is(word(out, "cause"), rows[i].cause);
    assert_str_is(word(out, "message"), rows[i].message);
    assert_int_equal(QL_GET(out, "models")->count, 0);
  }
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *signing = NULL, *out = NULL;
  ql_status status = ql_llm_sign_in(arena, str("openrouter"), QL_ABSENT, str("https://app.example/"), entropy, &signing, NULL);
  return status == QL_OK ? ql_llm_sign_in_request(arena, signing, str(ctx), &out, NULL) : status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, "code=c&state=" STATE) > 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(a_person_is_sent_there),       TEST(who_has_no_page_is_said),     TEST(a_code_is_exchanged),
      TEST(what_is_no_answer_is_refused), TEST(why_there_is_no_key_is_said), TEST(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
