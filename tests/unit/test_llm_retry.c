#include "support.h"

#include <questline/llm.h>

#include "base/text.h"
#include "llm/when.h"

#define NOW INT64_C(1795300000000) /* 2026-11-21T22:26:40Z */

enum {
#define RETRY(name, value, meaning) name = (value),
#include "llm/retry.def"
};

static ql_arena *a;
static ql_error err;
static const uint8_t least[8] = {0};

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

static ql_value *json(const char *text) {
  ql_value *value = NULL;
  if (ql_json_read(a, str(text), &value, &err) != QL_OK) fail_msg("no JSON: %s", text);
  return value;
}

/* A failure, with `now` and the provider put in where nothing was said. */
static ql_value *verdict_of(const char *failure, const uint8_t entropy[8]) {
  ql_value *value = json(failure), *out = NULL;
  if (!QL_GET(value, "now")) QL_SET(value, "now", ql_int(a, NOW));
  if (!QL_GET(value, "provider")) QL_SET(value, "provider", ql_string(a, str("anthropic")));
  if (ql_llm_retry(a, value, entropy, &out, &err) != QL_OK) fail_msg("%s: %s", failure, err.message);
  return out;
}

#define HEADER(name, value) "\"headers\":[{\"name\":\"" name "\",\"value\":\"" value "\"}]"
#define BOTH(left, n, reset, value)                                                                                                        \
  "\"headers\":[{\"name\":\"" left "\",\"value\":\"" n "\"},{\"name\":\"" reset "\",\"value\":\"" value "\"}]"
#define SPENT(what, until)                                                                                                                 \
  "{\"name\":\"anthropic-ratelimit-" what "-remaining\",\"value\":\"0\"},{\"name\":\"anthropic-ratelimit-" what                            \
  "-reset\",\"value\":\"" until "\"}"

/* With no jitter at all: what is left is what the policy waits. */
static void verdicts(void **state) {
  (void)state;
  static const struct {
    const char *failure, *decision;
    int64_t wait; /* from now; -1: no time */
  } rows[] = {
      {"{\"attempt\":1}", "retry", 0}, /* nobody answered */
      {"{\"attempt\":1,\"began\":true}", "retry", 0},
      {"{\"attempt\":6}", "stop", -1},
      {"{\"attempt\":3,\"began\":true}", "stop", -1},
      {"{\"attempt\":1,\"status\":408}", "retry", 0},
      {"{\"attempt\":1,\"status\":409}", "retry", 0},
      {"{\"attempt\":1,\"status\":429}", "retry", 0},
      {"{\"attempt\":1,\"status\":500}", "retry", 0},
      {"{\"attempt\":1,\"status\":502}", "retry", 0},
      {"{\"attempt\":5,\"status\":529}", "retry", 0},
      {"{\"attempt\":6,\"status\":529}", "stop", -1},
      {"{\"attempt\":1,\"status\":400}", "stop", -1},
      {"{\"attempt\":1,\"status\":401}", "stop", -1},
      {"{\"attempt\":1,\"status\":402}", "stop", -1},
      {"{\"attempt\":1,\"status\":403}", "stop", -1},
      {"{\"attempt\":1,\"status\":404}", "stop", -1},
      {"{\"attempt\":1,\"status\":413}", "stop", -1},
      {"{\"attempt\":1,\"status\":302}", "stop", -1},
      /* what the provider names */
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "7") "}", "retry", 7000},
      {"{\"attempt\":1,\"status\":429," HEADER("Retry-After", "0.25") "}", "retry", 250},
      {"{\"attempt\":1,\"status\":503," HEADER("retry-after", "Sat, 21 Nov 2026 22:27:10 GMT") "}", "retry", 30000},
      {"{\"attempt\":1,\"status\":503," HEADER("retry-after", "Saturday, 21-Nov-26 22:27:10 GMT") "}", "retry", 30000},
      {"{\"attempt\":1,\"status\":503," HEADER("retry-after", "Sat Nov 21 22:27:10 2026") "}", "retry", 30000},
      {"{\"attempt\":1,\"status\":503," HEADER("retry-after", "Sat, 21 Nov 2026 22:00:00 GMT") "}", "retry", 0}, /* past */
      {"{\"attempt\":1,\"status\":503," HEADER("retry-after", "soon") "}", "retry", 0},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after-ms", "1500") "}", "retry", 1500},
      {"{\"attempt\":1,\"status\":429,\"headers\":[{\"name\":\"retry-after\",\"value\":\"9\"},{\"name\":\"retry-after-ms\",\"value\":\"20.5\"}]}",
       "retry", 20},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "60") "}", "retry", 60000},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "61") "}", "pause", 61000},
      {"{\"attempt\":6,\"status\":429," HEADER("retry-after", "61") "}", "pause", 61000}, /* a time is a time, after the last attempt too */
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after-ms", "259200000") "}", "pause", 259200000},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "99999999999") "}", "pause", NAMED_MAX_MS},
      {"{\"attempt\":1,\"status\":429," BOTH("anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset",
                                             "2026-11-21T22:26:55Z") "}",
       "retry", 15000},
      {"{\"attempt\":1,\"status\":429," BOTH("anthropic-ratelimit-tokens-remaining", "0", "anthropic-ratelimit-tokens-reset",
                                             "2026-11-21T23:26:55.5+01:00") "}",
       "retry", 15500},
      {"{\"attempt\":1,\"status\":429," BOTH("anthropic-ratelimit-requests-remaining", "5", "anthropic-ratelimit-requests-reset",
                                             "2026-11-21T22:26:55Z") "}",
       "retry", 0},
      {"{\"attempt\":1,\"status\":429," BOTH("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "6m0s") "}", "pause", 360000},
      {"{\"attempt\":1,\"status\":429," BOTH("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "120ms") "}", "retry",
       120},
      /* of two that are used up the one that lasts longer */
      {"{\"attempt\":1,\"status\":429,\"headers\":[" SPENT("requests", "2026-11-21T22:26:55Z") "," SPENT("tokens",
                                                                                                         "2026-11-21T22:26:45Z") "]}",
       "retry", 15000},
      {"{\"attempt\":1,\"status\":429,\"headers\":[" SPENT("requests", "2026-11-21T22:26:45Z") "," SPENT("tokens",
                                                                                                         "2026-11-21T22:26:55Z") "]}",
       "retry", 15000},
      {"{\"attempt\":1,\"status\":429," HEADER("x-ratelimit-reset", "1795300012000") "}", "retry", 12000},
      {"{\"attempt\":1,\"status\":429," HEADER("x-ratelimit-reset", "1795300012") "}", "retry", 12000},
      {"{\"attempt\":1,\"status\":429," HEADER("x-ratelimit-reset", "12") "}", "retry", 12000},
      {"{\"attempt\":1,\"status\":500," BOTH("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "20s") "}", "retry",
       0}, /* is not why */
      {"{\"attempt\":1,\"fault\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Limit reached. Please try again in 1.5s. See the docs.\"}}",
       "retry", 1500},
      {"{\"attempt\":1,\"fault\":{\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"Quota. Please retry in 38.25s.\"},\"status\":429}", "retry",
       38250},
      {"{\"attempt\":1,\"fault\":{\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"try again in a while\"},\"status\":429}", "retry", 0},
      /* words say more than a status */
      {"{\"attempt\":1,\"fault\":{\"code\":\"insufficient_quota\",\"message\":\"\"},\"status\":429}", "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"insufficient_quota\",\"message\":\"\"},\"status\":429," HEADER("x-should-retry", "true") "}",
       "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"insufficient_quota\",\"message\":\"\"},\"status\":429," HEADER("retry-after", "99") "}",
       "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"overloaded_error\",\"message\":\"\"},\"began\":true}", "retry", 0},
      {"{\"attempt\":5,\"fault\":{\"code\":\"overloaded_error\",\"message\":\"\"},\"status\":200}", "retry", 0},
      {"{\"attempt\":1,\"fault\":{\"code\":\"bad_json\",\"message\":\"\"},\"status\":200}", "retry", 0},
      {"{\"attempt\":3,\"fault\":{\"code\":\"bad_json\",\"message\":\"\"},\"status\":200}", "stop", -1},
      {"{\"attempt\":3,\"fault\":{\"code\":\"cut\",\"message\":\"\"},\"status\":200}", "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"line_limit\",\"message\":\"\"},\"status\":200}", "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"invalid_request_error\",\"message\":\"\"},\"status\":200}", "stop", -1},
      {"{\"attempt\":1,\"fault\":{\"code\":\"something_new\",\"message\":\"\"},\"status\":200}", "retry", 0},
      {"{\"attempt\":1,\"fault\":{\"code\":\"http_500\",\"message\":\"\",\"status\":500}}", "retry", 0},
      {"{\"attempt\":1,\"fault\":{\"code\":\"http_404\",\"message\":\"\",\"status\":404}}", "stop", -1},
      /* x-should-retry */
      {"{\"attempt\":1,\"status\":400," HEADER("x-should-retry", "true") "}", "retry", 0},
      {"{\"attempt\":1,\"status\":500," HEADER("x-should-retry", "false") "}", "stop", -1},
      {"{\"attempt\":1,\"status\":500," HEADER("x-should-retry", "maybe") "}", "retry", 0},
      /* fallback */
      {"{\"attempt\":2,\"fallback\":\"m2\",\"status\":529}", "retry", 0},
      {"{\"attempt\":3,\"fallback\":\"m2\",\"status\":529}", "fallback", -1},
      {"{\"attempt\":3,\"fallback\":\"m2\",\"status\":500}", "retry", 0},
      {"{\"attempt\":3,\"fallback\":\"\",\"status\":529}", "retry", 0},
      /* a word for any failure says less than a status */
      {"{\"attempt\":3,\"fallback\":\"m2\",\"fault\":{\"code\":\"server_error\",\"message\":\"\"},\"status\":503}", "fallback", -1},
      {"{\"attempt\":3,\"fallback\":\"m2\",\"fault\":{\"code\":\"INTERNAL\",\"message\":\"\"},\"status\":500}", "retry", 0},
      {"{\"attempt\":1,\"fault\":{\"code\":\"api_error\",\"message\":\"\"},\"status\":200}", "retry", 0},
      /* the sum of it */
      {"{\"attempt\":2,\"since\":1795299400000,\"status\":500}", "retry", 0},
      {"{\"attempt\":2,\"since\":1795299399999,\"status\":500}", "pause", PAUSE_MS},
      {"{\"attempt\":2,\"since\":1795299399999,\"status\":500," HEADER("retry-after", "5") "}", "pause", 5000},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *verdict = verdict_of(rows[i].failure, least);
    ql_str decision = ql_get_str(verdict, QL_STR("decision"));
    int64_t at = ql_get_int(verdict, QL_STR("at"), NOW - 1);
    if (!ql_eq(decision, str(rows[i].decision)) || at - NOW != rows[i].wait)
      fail_msg("%s: %.*s after %lld", rows[i].failure, (int)decision.len, decision.ptr, (long long)(at - NOW));
  }
}

/* Anything from nothing to a bound that doubles, and no more. */
static void jitter_is_full(void **state) {
  (void)state;
  static const int64_t bounds[] = {1000, 2000, 4000, 8000, 16000};
  for (size_t i = 0; i < QL_COUNT(bounds); i++)
    for (int status = 429; status <= 500; status += 71) {
      int64_t bound = status == 429 ? 5 * bounds[i] : bounds[i], low = INT64_MAX, high = -1;
      if (bound > BACKOFF_MAX_MS) bound = BACKOFF_MAX_MS;
      char failure[64];
      snprintf(failure, sizeof failure, "{\"attempt\":%zu,\"status\":%d}", i + 1, status);
      uint64_t seed = 88172645463325252u;
      for (size_t n = 0; n < 2000; n++) {
        uint8_t entropy[8];
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        for (size_t b = 0; b < 8; b++) entropy[b] = (uint8_t)(seed >> (8 * b));
        int64_t wait = ql_get_int(verdict_of(failure, entropy), QL_STR("at"), 0) - NOW;
        low = wait < low ? wait : low;
        high = wait > high ? wait : high;
      }
      assert_true(low >= 0 && low < bound / 50);
      assert_true(high <= bound && high > bound - bound / 50);
    }
}

/* A named time is waited out in full, and a little more. */
static void a_named_time_is_a_least_time(void **state) {
  (void)state;
  static const uint8_t most[8] = {255, 255, 255, 255, 255, 255, 255, 255};
  int64_t wait = ql_get_int(verdict_of("{\"attempt\":1,\"status\":429," HEADER("retry-after", "7") "}", most), QL_STR("at"), 0) - NOW;
  assert_true(wait >= 7000 && wait <= 7000 + SPREAD_MS);
}

static void verdicts_are_said(void **state) {
  (void)state;
  static const struct {
    const char *failure, *message;
  } rows[] = {
      {"{\"attempt\":1,\"status\":529," HEADER("retry-after", "7") "}", "Anthropic is overloaded (HTTP 529); it is asked again in 7 s."},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "120") "}",
       "Anthropic is asked too often (HTTP 429); it can be asked again in 2 min."},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "119") "}",
       "Anthropic is asked too often (HTTP 429); it can be asked again in 119 s."},
      {"{\"attempt\":1,\"status\":429," HEADER("retry-after", "7201") "}",
       "Anthropic is asked too often (HTTP 429); it can be asked again in 3 h."},
      {"{\"attempt\":3,\"fallback\":\"m2\",\"status\":529}", "Anthropic is overloaded (HTTP 529); m2 is asked in its place."},
      {"{\"attempt\":6}", "Anthropic could not be reached in 6 attempts."},
      {"{\"attempt\":1,\"fault\":{\"code\":\"x\",\"message\":\"model: m is unknown.\"},\"status\":404}",
       "Anthropic refused the request (HTTP 404): model: m is unknown."},
      {"{\"attempt\":1,\"fault\":{\"code\":\"insufficient_quota\",\"message\":\"\"},\"provider\":\"openai\",\"status\":429}",
       "OpenAI has no credit left for this key (HTTP 429)."},
      {"{\"attempt\":1,\"fault\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\"API key not valid.\"},\"provider\":\"gemini\",\"status\":400}",
       "Google Gemini refused the key (HTTP 400): API key not valid."},
      {"{\"attempt\":1,\"fault\":{\"code\":\"http_302\",\"message\":\"Found\"},\"status\":302}",
       "Anthropic sends elsewhere; give the base URL it leads to (HTTP 302)."},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    assert_str_is(ql_get_str(verdict_of(rows[i].failure, least), QL_STR("message")), rows[i].message);
  assert_str_is(ql_get_str(verdict_of("{\"attempt\":3,\"fallback\":\"m2\",\"status\":529}", least), QL_STR("model")), "m2");
}

static void failures_are_refused(void **state) {
  (void)state;
  ql_value *out = NULL;
  assert_int_equal(ql_llm_retry(a, json("{\"now\":1,\"provider\":\"openai\"}"), least, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_llm_retry(a, json("{\"attempt\":0,\"now\":1,\"provider\":\"openai\"}"), least, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_llm_retry(a, json("{\"attempt\":1,\"now\":-7,\"provider\":\"openai\"}"), least, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_llm_retry(a, json("{\"attempt\":1,\"now\":1,\"provider\":\"x\"}"), least, &out, &err), QL_ERR_NOT_FOUND);
}

static void times_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t ms; /* -1: none */
  } durations[] = {{"6m0s", 360000}, {"1.5s", 1500}, {"20ms", 20}, {"1h2m3s", 3723000}, {"2d", 172800000},       {"", -1},      {"s", -1},
                   {"5", -1},        {"1s ", -1},    {"1x", -1},   {"-1s", -1},         {"99999999999999d", -1}, {"0.0005s", 0}};
  static const struct {
    const char *text;
    int64_t at;
  } stamps[] = {{"1970-01-01T00:00:00Z", 0},        {"2000-02-29T12:00:00.25Z", 951825600250},
                {"2026-11-21T22:26:40-00:00", NOW}, {"2026-11-21T23:26:40+01:00", NOW},
                {"2026-13-01T00:00:00Z", -1},       {"2026-11-21", -1},
                {"2026-11-21T22:26:40", -1},        {"2026-11-21T24:00:00Z", -1},
                {"1969-12-31T00:00:00Z", -1},       {"2026-11-21T22:26:40+01", -1},
                {"2026-11-21T22:26:40Zx", -1}};
  static const struct {
    const char *text;
    int64_t at;
  } dates[] = {{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
               {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777000},
               {"Sun Nov  6 08:49:37 1994", 784111777000},
               {"Sun, 06 Nov 1994", -1},
               {"Sun, 32 Nov 1994 08:49:37 GMT", -1},
               {"Sun, 06 Xxx 1994 08:49:37 GMT", -1},
               {"", -1},
               {"7", -1},
               {"06 Nov 08:49", -1}};
  int64_t got;
  for (size_t i = 0; i < QL_COUNT(durations); i++) assert_int_equal(ql__duration(str(durations[i].text), &got) ? got : -1, durations[i].ms);
  for (size_t i = 0; i < QL_COUNT(stamps); i++) assert_int_equal(ql__stamp(str(stamps[i].text), &got) ? got : -1, stamps[i].at);
  for (size_t i = 0; i < QL_COUNT(dates); i++) assert_int_equal(ql__http_date(str(dates[i].text), NOW, &got) ? got : -1, dates[i].at);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *failure = NULL, *out = NULL;
  ql_status status = ql_json_read(arena, str(ctx), &failure, NULL);
  return status == QL_OK ? ql_llm_retry(arena, failure, least, &out, NULL) : status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, "{\"attempt\":1,\"now\":1,\"provider\":\"openai\",\"status\":429}") > 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(verdicts),
      TEST(jitter_is_full),
      TEST(a_named_time_is_a_least_time),
      TEST(verdicts_are_said),
      TEST(failures_are_refused),
      TEST(times_are_read),
      TEST(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
