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

static ql_value *json(const char *text) {
  ql_value *value = NULL;
  if (ql_json_read(a, str(text), &value, &err) != QL_OK) fail_msg("no JSON: %s", text);
  return value;
}

static ql_value *tried(const char *attempt) {
  ql_value *out = NULL;
  if (ql_llm_models_read(a, json(attempt), &out, &err) != QL_OK) fail_msg("%s: %s", attempt, err.message);
  return out;
}

static ql_str word(const ql_value *value, const char *key) { return ql_get_str(value, str(key)); }

static void lists_are_asked_for(void **state) {
  (void)state;
  static const struct {
    const char *provider, *base, *url;
  } rows[] = {
      {"anthropic", NULL, "https://api.anthropic.com/v1/models?limit=1000"},
      {"anthropic", "https://p.example/v1/", "https://p.example/v1/models?limit=1000"},
      {"openai", NULL, "https://api.openai.com/v1/models"},
      {"gemini", NULL, "https://generativelanguage.googleapis.com/v1/models?pageSize=1000"},
      {"openrouter", NULL, "https://openrouter.ai/api/v1/models"},
      {"ollama", NULL, "http://127.0.0.1:11434/v1/models"},
      {"compatible", "http://10.0.0.2:8000/v1", "http://10.0.0.2:8000/v1/models"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *out = NULL;
    ql_str base = rows[i].base ? str(rows[i].base) : QL_ABSENT;
    assert_int_equal(ql_llm_models_request(a, str(rows[i].provider), base, &out, &err), QL_OK);
    assert_str_is(word(out, "url"), rows[i].url);
    assert_str_is(word(out, "method"), "GET");
    assert_null(QL_GET(out, "body"));
  }
  ql_value *out = NULL;
  assert_int_equal(ql_llm_models_request(a, str("compatible"), QL_ABSENT, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_llm_models_request(a, str("nobody"), QL_ABSENT, &out, &err), QL_ERR_NOT_FOUND);
}

#define ANSWER(provider, body) "{\"body\":\"" body "\",\"has_key\":true,\"provider\":\"" provider "\",\"status\":200}"

static void lists_are_read(void **state) {
  (void)state;
  static const struct {
    const char *attempt, *models;
  } rows[] = {
      {ANSWER("anthropic",
              "{\\\"data\\\":[{\\\"id\\\":\\\"b\\\",\\\"display_name\\\":\\\"B\\\",\\\"max_input_tokens\\\":1000,\\\"max_tokens\\\":64},"
              "{\\\"id\\\":\\\"a\\\",\\\"max_tokens\\\":null}],\\\"has_more\\\":false}"),
       "[{\"id\":\"a\"},{\"id\":\"b\",\"input\":1000,\"output\":64,\"title\":\"B\"}]"},
      {ANSWER(
           "openai",
           "{\\\"object\\\":\\\"list\\\",\\\"data\\\":[{\\\"id\\\":\\\"z\\\"},{\\\"id\\\":\\\"z\\\"},{\\\"id\\\":\\\"y\\\"},{\\\"id\\\":3},7,{\\\"id\\\":\\\"x\\\"}]}"),
       "[{\"id\":\"x\"},{\"id\":\"y\"},{\"id\":\"z\"}]"},
      {ANSWER(
           "gemini",
           "{\\\"models\\\":[{\\\"name\\\":\\\"models/g\\\",\\\"displayName\\\":\\\"G\\\",\\\"inputTokenLimit\\\":9,\\\"outputTokenLimit\\\":5,"
           "\\\"supportedGenerationMethods\\\":[\\\"generateContent\\\"]},{\\\"name\\\":\\\"models/e\\\","
           "\\\"supportedGenerationMethods\\\":[\\\"embedContent\\\"]}]}"),
       "[{\"id\":\"g\",\"input\":9,\"output\":5,\"title\":\"G\"}]"},
      {ANSWER(
           "openrouter",
           "{\\\"data\\\":[{\\\"id\\\":\\\"v/m\\\",\\\"name\\\":\\\"V: M\\\",\\\"context_length\\\":8,\\\"top_provider\\\":{\\\"max_completion_tokens\\\":4}}]}"),
       "[{\"id\":\"v/m\",\"input\":8,\"output\":4,\"title\":\"V: M\"}]"},
      {ANSWER("vllm", "{\\\"data\\\":[{\\\"id\\\":\\\"m\\\",\\\"max_model_len\\\":8}]}"), "[{\"id\":\"m\",\"input\":8}]"},
      {ANSWER("llamacpp", "{\\\"data\\\":[{\\\"id\\\":\\\"m\\\",\\\"meta\\\":{\\\"n_ctx_train\\\":8}}]}"), "[{\"id\":\"m\",\"input\":8}]"},
      {ANSWER("compatible", "[{\\\"id\\\":\\\"m\\\"}]"), "[]"}, /* no base URL was given */
      {ANSWER("ollama", "[{\\\"id\\\":\\\"m\\\"}]"), "[{\"id\":\"m\"}]"},
      {ANSWER("ollama", "{\\\"data\\\":[]}"), "[]"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) assert_str_is(ql_value_text(a, QL_GET(tried(rows[i].attempt), "models")), rows[i].models);
}

/* Many models in the worst order are sorted, equal ones once. */
static void long_lists_are_sorted(void **state) {
  (void)state;
  ql_value *answer = ql_array(a), *attempt = json(ANSWER("ollama", ""));
  for (size_t i = 0; i < 5000; i++) {
    char id[16];
    snprintf(id, sizeof id, "m%05zu", (5000 - i) / 2);
    QL_SET(ql_push(answer, ql_object(a)), "id", ql_string(a, ql_arena_str(a, str(id))));
  }
  QL_SET(attempt, "body", ql_string(a, ql_value_text(a, answer)));
  ql_value *out = NULL;
  assert_int_equal(ql_llm_models_read(a, attempt, &out, &err), QL_OK);
  const ql_value *models = QL_GET(out, "models");
  assert_int_equal(models->count, 2501);
  for (const ql_value *one = models->first; one->next; one = one->next) assert_true(ql_compare(word(one, "id"), word(one->next, "id")) < 0);
}

#define PAGE ",\"origin\":\"https://q.example\""

static void causes_are_found(void **state) {
  (void)state;
  static const struct {
    const char *attempt, *cause, *says;
  } rows[] = {
      {ANSWER("ollama", "{\\\"data\\\":[{\\\"id\\\":\\\"m\\\"}]}"), "ok", "Ollama answers."},
      {ANSWER("ollama", "{\\\"data\\\":[]}"), "ok", "no model"},
      {"{\"has_key\":true,\"provider\":\"openai\"" PAGE "}", "cors", "https://api.openai.com/v1"},
      {"{\"has_key\":false,\"provider\":\"openai\"" PAGE "}", "key_missing", "no key was sent"},
      {"{\"has_key\":false,\"problem\":\"Could not resolve host.\",\"provider\":\"openai\"}", "unreachable", "(Could not resolve host)"},
      {"{\"has_key\":false,\"provider\":\"ollama\"}", "not_running", "start Ollama"},
      {"{\"has_key\":false,\"provider\":\"ollama\"" PAGE "}", "origins", "https://q.example"},
      {"{\"has_key\":false,\"provider\":\"ollama\"" PAGE ",\"status\":403}", "origins", "does not let https://q.example in"},
      {"{\"has_key\":false,\"provider\":\"llamacpp\"" PAGE "}", "not_running", "start llama.cpp"},
      {"{\"base_url\":\"http://192.168.1.7:11434/v1\",\"has_key\":false,\"provider\":\"ollama\"" PAGE "}", "mixed_content",
       "which is http"},
      {"{\"base_url\":\"http://localhost:11434/v1\",\"has_key\":false,\"provider\":\"ollama\"" PAGE "}", "origins", ""},
      {"{\"base_url\":\"http://192.168.1.7:11434/v1\",\"has_key\":false,\"origin\":\"http://q.example\",\"provider\":\"ollama\"}", "cors",
       ""},
      {"{\"base_url\":\"http://192.168.1.7:11434/v1\",\"has_key\":false,\"provider\":\"ollama\"}", "unreachable", ""},
      {"{\"has_key\":false,\"provider\":\"anthropic\",\"status\":401}", "key_missing", "wants a key"},
      {"{\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"invalid x-api-key\\\"}}\",\"has_key\":true,\"provider\":\"anthropic\",\"status\":401}",
       "key_refused", "(invalid x-api-key)"},
      {"{\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"CORS requests are not allowed for this Organization because of its settings.\\\"}}\",\"has_key\":true,"
       "\"provider\":\"anthropic\",\"status\":401" PAGE "}",
       "org_cors", "organisation"},
      {"{\"body\":\"CORS requests must set 'anthropic-dangerous-direct-browser-access' header\",\"has_key\":true,\"provider\":\"anthropic\",\"status\":401" PAGE
       "}",
       "cors", "took out"},
      {"{\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"API key not valid.\\\",\\\"status\\\":\\\"INVALID_ARGUMENT\\\"}}\",\"has_key\":true,\"provider\":\"gemini\",\"status\":400}",
       "key_refused", "API key not valid"},
      {"{\"has_key\":false,\"provider\":\"gemini\",\"status\":403}", "key_missing", ""},
      {"{\"has_key\":true,\"provider\":\"openai\",\"status\":403}", "key_refused", "does not allow"},
      {"{\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"This organization has been disabled.\\\"}}\",\"has_key\":true,\"provider\":\"anthropic\",\"status\":400}",
       "org_setting", "(This organization has been disabled)"},
      {"{\"body\":\"{\\\"error\\\":{\\\"message\\\":\\\"Your organization must be verified to use this model.\\\"}}\",\"has_key\":true,\"provider\":\"openai\",\"status\":403}",
       "org_setting", "must be verified"},
      {"{\"body\":\"our organization has been disabled\",\"has_key\":true,\"provider\":\"openai\",\"status\":200}", "not_json", ""},
      {"{\"has_key\":true,\"provider\":\"openai\",\"status\":429}", "rate_limited", "connection works"},
      {"{\"base_url\":\"http://127.0.0.1:11434\",\"has_key\":false,\"provider\":\"ollama\",\"status\":404}", "not_found", "/v1"},
      {"{\"has_key\":false,\"provider\":\"ollama\",\"status\":404}", "not_found", "see that the base URL is right"},
      {"{\"has_key\":false,\"provider\":\"ollama\",\"status\":307}", "not_found", "sends elsewhere"},
      {"{\"body\":\"<!doctype html>\",\"has_key\":true,\"provider\":\"openai\",\"status\":200}", "not_json", "web page"},
      {"{\"body\":\"{\\\"data\\\":\",\"has_key\":true,\"provider\":\"openai\",\"status\":200}", "not_json", "does not answer with JSON"},
      {"{\"body\":\"{\\\"ok\\\":1}\",\"has_key\":true,\"provider\":\"openai\",\"status\":200}", "not_json", "no list"},
      {"{\"has_key\":true,\"provider\":\"openai\",\"status\":200}", "not_json", ""},
      {"{\"body\":\"{\\\"error\\\":\\\"loading\\\"}\",\"has_key\":true,\"provider\":\"openai\",\"status\":503}", "server",
       "HTTP 503 (loading)"},
      {"{\"base_url\":\"ollama\",\"has_key\":false,\"provider\":\"ollama\"}", "unreachable", "base URL"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *test = tried(rows[i].attempt);
    ql_str cause = word(test, "cause"), message = word(test, "message");
    if (!ql_eq(cause, str(rows[i].cause)) || ql_find(message, str(rows[i].says), 0) == SIZE_MAX)
      fail_msg("%s: %.*s: %.*s", rows[i].attempt, (int)cause.len, cause.ptr, (int)message.len, message.ptr);
    assert_true(ql_ends(message, QL_STR(".")));
  }
}

static void commands_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *attempt, *command;
    size_t commands;
  } rows[] = {
      {"{\"has_key\":false,\"provider\":\"ollama\"" PAGE ",\"platform\":\"macos\"}",
       "launchctl setenv OLLAMA_ORIGINS 'https://q.example' && (osascript -e 'quit app \"Ollama\"'; sleep 2; open -a Ollama)", 3},
      {"{\"has_key\":false,\"provider\":\"ollama\"" PAGE "}",
       "sudo mkdir -p /etc/systemd/system/ollama.service.d && printf '[Service]\\nEnvironment=\"OLLAMA_ORIGINS=%s\"\\n' 'https://q.example' | sudo tee "
       "/etc/systemd/system/ollama.service.d/origins.conf && sudo systemctl daemon-reload && sudo systemctl restart ollama",
       3},
      {"{\"has_key\":false,\"provider\":\"lmstudio\"" PAGE "}", "lms server start --cors", 0},
      {"{\"has_key\":false,\"provider\":\"vllm\"}", "vllm serve MODEL --port 8000", 0},
      {"{\"has_key\":false,\"provider\":\"openai\"}", NULL, 0},
      {"{\"has_key\":false,\"origin\":\"https://q.example';rm -r ~;'\",\"provider\":\"ollama\"}",
       "sudo systemctl start ollama || ollama serve", 3}, /* no origin */
      {"{\"has_key\":false,\"origin\":\"null\",\"provider\":\"ollama\"}", "sudo systemctl start ollama || ollama serve", 3},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *test = tried(rows[i].attempt), *commands = QL_GET(test, "commands");
    if (rows[i].command)
      assert_str_is(word(test, "command"), rows[i].command);
    else
      assert_null(QL_GET(test, "command"));
    assert_int_equal(commands ? commands->count : 0, rows[i].commands);
  }
}

/* A model that the host runs: no address, no request; whether it is there is said in the words of the Prompt API. */
static void a_browsers_own_model(void **state) {
  (void)state;
  static const struct {
    const char *attempt, *cause, *begin;
    size_t models;
  } rows[] = {
      {"{\"availability\":\"available\",\"has_key\":false,\"provider\":\"browser\"}", "ok", "This browser runs a model on this device", 1},
      {"{\"availability\":\"downloadable\",\"has_key\":false,\"provider\":\"browser\"}", "download", "This browser can run a model", 0},
      {"{\"availability\":\"downloading\",\"has_key\":false,\"provider\":\"browser\"}", "download", "This browser is downloading", 0},
      {"{\"availability\":\"unavailable\",\"has_key\":false,\"provider\":\"browser\"}", "not_there", "This browser has no model that", 0},
      {"{\"has_key\":false,\"provider\":\"browser\"}", "not_there", "This browser has no model of its own", 0},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *out = tried(rows[i].attempt);
    assert_str_is(word(out, "cause"), rows[i].cause);
    assert_true(ql_starts(word(out, "message"), str(rows[i].begin)));
    assert_int_equal(QL_GET(out, "models")->count, rows[i].models);
  }
  ql_value *out = NULL;
  const char *call = "{\"max_tokens\":9,\"messages\":[{\"parts\":[{\"kind\":\"text\",\"text\":\"x\"}],\"role\":\"user\"}],"
                     "\"model\":\"built-in\",\"provider\":\"browser\"}";
  assert_int_equal(ql_llm_models_request(a, str("browser"), QL_ABSENT, &out, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_llm_request(a, json(call), &out, &err), QL_OK);
  assert_str_is(word(out, "url"), "prompt://browser/chat/completions");
  assert_null(QL_GET(out, "secret"));
  ql_value *elsewhere = json(call);
  QL_SET(elsewhere, "base_url", ql_string(a, str("http://127.0.0.1:1/v1")));
  assert_int_equal(ql_llm_request(a, elsewhere, &out, &err), QL_ERR_ARGUMENT);
  QL_SET(elsewhere, "base_url", ql_string(a, str("prompt:")));
  QL_SET(elsewhere, "provider", ql_string(a, str("compatible")));
  assert_int_equal(ql_llm_request(a, elsewhere, &out, &err), QL_ERR_ARGUMENT); /* nobody else speaks for it */
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *attempt = NULL, *out = NULL;
  ql_status status = ql_json_read(arena, str(ctx), &attempt, NULL);
  return status == QL_OK ? ql_llm_models_read(arena, attempt, &out, NULL) : status;
}

static ql_status trial_request(ql_arena *arena, const void *ctx) {
  ql_value *out = NULL;
  return ql_llm_models_request(arena, str(ctx), QL_ABSENT, &out, NULL);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, ANSWER("ollama", "[{\\\"id\\\":\\\"m\\\"},{\\\"id\\\":\\\"b\\\"}]")) > 1);
  assert_true(try_every_allocation(trial, "{\"has_key\":false,\"provider\":\"ollama\"" PAGE "}") > 1);
  assert_true(try_every_allocation(trial_request, "anthropic") > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(lists_are_asked_for),  TEST(lists_are_read),     TEST(long_lists_are_sorted),
      TEST(causes_are_found),     TEST(commands_are_exact), TEST(every_allocation_may_fail),
      TEST(a_browsers_own_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
