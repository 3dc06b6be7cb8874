/* What a call is sent as. The bodies themselves are compared with the official SDKs (tests/differential/requests.test.ts) and held by vectors; here:
   what is refused, where it goes, and what happens at limits. */
#include "support.h"

#include <questline/limits.h>
#include <questline/llm.h>

#include "base/text.h"
#include "llm/wire.h"

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

#define HELLO               "\"messages\":[{\"parts\":[{\"kind\":\"text\",\"text\":\"Hello\"}],\"role\":\"user\"}]"
#define TO(provider, model) "\"max_tokens\":64,\"model\":\"" model "\",\"provider\":\"" provider "\""
#define CLAUDE              "{" TO("anthropic", "claude-sonnet-5") ","

static ql_value *request(const char *call) {
  ql_value *out = NULL;
  if (ql_llm_request(a, json(call), &out, &err) != QL_OK) fail_msg("%s: %s %s", call, err.message, err.detail);
  return out;
}

static ql_str word(const ql_value *value, const char *key) { return ql_get_str(value, str(key)); }

/* ---- where it goes ---- */

static void urls_are_joined(void **state) {
  (void)state;
  static const struct {
    const char *provider, *model, *base, *url;
  } rows[] = {
      {"anthropic", "m", "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"},
      {"anthropic", "m", "https://proxy.example/claude/v1/", "https://proxy.example/claude/v1/messages"},
      {"openai", "m", "https://api.openai.com/v1", "https://api.openai.com/v1/responses"},
      {"compatible", "m", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"},
      {"compatible", "m", "http://127.0.0.1:11434/v1///", "http://127.0.0.1:11434/v1/chat/completions"},
      {"compatible", "m", " HTTP://LocalHost:1/a/b ", "http://localhost:1/a/b/chat/completions"},
      {"compatible", "m", "https://x.example/openai?api-version=2", "https://x.example/openai/chat/completions?api-version=2"},
      {"compatible", "m", "http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"},
      {"gemini", "g", "https://h.example/v1", "https://h.example/v1/models/g:streamGenerateContent?alt=sse"},
      {"gemini", "tunedModels/g", "https://h.example/v1?k=1", "https://h.example/v1/tunedModels/g:streamGenerateContent?k=1&alt=sse"},
      {"gemini", "g?x#y", "https://h.example/v1", "https://h.example/v1/models/g%3Fx%23y:streamGenerateContent?alt=sse"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    char call[512];
    snprintf(call, sizeof call, "{\"base_url\":\"%s\"," HELLO ",\"max_tokens\":1,\"model\":\"%s\",\"provider\":\"%s\"}", rows[i].base,
             rows[i].model, rows[i].provider);
    assert_str_is(word(request(call), "url"), rows[i].url);
  }
}

static void base_urls_are_refused(void **state) {
  (void)state;
  static const char *const urls[] = {
      "",
      "ftp://x.example",
      "//x.example",
      "https://",
      "https:///v1",
      "https://u:p@x.example",
      "https://x.example/#a",
      "https://x y",
      "https://x.example:0",
      "https://x:99999",
      "https://x:1a",
      "https://[::1",
      "https://[]",
      "https://x.example/\\\\a",
      "https://\xC3\xA9.example",
      "javascript:alert(1)",
      "https://x.example/%\\u0001",
  };
  for (size_t i = 0; i < QL_COUNT(urls); i++) {
    char call[512];
    ql_value *out = NULL;
    snprintf(call, sizeof call, "{\"base_url\":\"%s\"," HELLO ",\"max_tokens\":1,\"model\":\"m\",\"provider\":\"compatible\"}", urls[i]);
    if (ql_llm_request(a, json(call), &out, &err) != QL_ERR_ARGUMENT) fail_msg("taken: %s", urls[i]);
    assert_null(strstr(err.detail, "u:p")); /* a password is not repeated */
  }
}

static void the_key_has_its_place(void **state) {
  (void)state;
  static const struct {
    const char *call, *header, *prefix, *slot, *headers;
  } rows[] = {
      {CLAUDE HELLO "}", "x-api-key", "", "anthropic",
       "[{\"name\":\"anthropic-dangerous-direct-browser-access\",\"value\":\"true\"},{\"name\":\"anthropic-version\",\"value\":\"2026-10-21\"},"
       "{\"name\":\"content-type\",\"value\":\"application/json\"}]"},
      {"{" TO("openai", "gpt-6.1") "," HELLO "}", "authorization", "Bearer ", "openai",
       "[{\"name\":\"content-type\",\"value\":\"application/json\"}]"},
      {"{" TO("gemini", "g") "," HELLO "}", "x-goog-api-key", "", "gemini", "[{\"name\":\"content-type\",\"value\":\"application/json\"}]"},
      {"{" TO("ollama", "o") "," HELLO "}", NULL, NULL, NULL, "[{\"name\":\"content-type\",\"value\":\"application/json\"}]"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *out = request(rows[i].call), *secret = QL_GET(out, "secret");
    assert_str_is(ql_value_text(a, QL_GET(out, "headers")), rows[i].headers);
    assert_int_equal(secret == NULL, rows[i].header == NULL);
    if (!secret) continue;
    assert_str_is(word(secret, "header"), rows[i].header);
    assert_str_is(word(secret, "prefix"), rows[i].prefix);
    assert_str_is(word(secret, "slot"), rows[i].slot);
  }
}

/* ---- what is refused ---- */

#define PARTS(role, parts)  "{\"parts\":[" parts "],\"role\":\"" role "\"}"
#define USER                PARTS("user", "{\"kind\":\"text\",\"text\":\"Rome?\"}")
#define CALL(id, arguments) "{\"arguments\":\"" arguments "\",\"id\":\"" id "\",\"kind\":\"call\",\"name\":\"weather\"}"
#define RESULT(id)          "{\"id\":\"" id "\",\"kind\":\"result\",\"text\":\"sunny\"}"
#define TALK(messages)      CLAUDE "\"messages\":[" messages "]}"

static void calls_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *call;
    ql_status status;
  } rows[] = {
      {"{" HELLO ",\"max_tokens\":1,\"model\":\"m\",\"provider\":\"nobody\"}", QL_ERR_NOT_FOUND},
      {"{" HELLO ",\"max_tokens\":1,\"model\":\" \",\"provider\":\"openai\"}", QL_ERR_ARGUMENT},
      {"{" HELLO ",\"max_tokens\":0,\"model\":\"m\",\"provider\":\"openai\"}", QL_ERR_ARGUMENT},
      {"{" HELLO ",\"max_tokens\":1,\"model\":\"m\",\"provider\":\"compatible\"}", QL_ERR_ARGUMENT}, /* needs a base URL */
      {CLAUDE "\"messages\":[]}", QL_ERR_ARGUMENT},
      {CLAUDE "\"messages\":3}", QL_ERR_ARGUMENT},
      {TALK(PARTS("user", "{\"kind\":\"text\",\"text\":\"\"}")), QL_ERR_ARGUMENT}, /* nothing to say */
      {TALK(PARTS("system", "")), QL_ERR_ARGUMENT},
      {TALK(PARTS("user", "{\"kind\":\"song\"}")), QL_ERR_ARGUMENT},
      {TALK(PARTS("user", CALL("1", "{}"))), QL_ERR_ARGUMENT}, /* calls are the assistant's */
      {TALK(PARTS("assistant", "{\"kind\":\"text\",\"text\":\"I begin.\"}")), QL_ERR_ARGUMENT},
      {TALK(PARTS("user", RESULT("1"))), QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{}")) "," PARTS("user", RESULT("2"))), QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{}")) "," USER), QL_ERR_ARGUMENT}, /* not answered */
      {TALK(USER "," PARTS("assistant", CALL("1", "{}"))), QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{}") "," CALL("2", "{}")) "," PARTS("user", RESULT("1"))), QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{}") "," CALL("2", "{}")) "," PARTS("user", RESULT("1") "," RESULT("1"))),
       QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{}") "," CALL("1", "{}")) "," PARTS("user", RESULT("1"))), QL_ERR_ARGUMENT},
      {TALK(USER "," PARTS("assistant", CALL("1", "{\\\"city\\\":")) "," PARTS("user", RESULT("1"))), QL_ERR_SYNTAX},
      {TALK(USER "," PARTS("assistant", CALL("1", "[1]")) "," PARTS("user", RESULT("1"))), QL_ERR_SYNTAX},
      {TALK(USER "," PARTS("assistant", "{\"kind\":\"thinking\",\"replay\":\"{\"}")), QL_ERR_SYNTAX},
      {TALK(USER "," PARTS("assistant", "{\"kind\":\"thinking\",\"replay\":\"[]\"}")), QL_ERR_SYNTAX},
      {TALK(PARTS("user", "{\"data\":\"AAAA\",\"kind\":\"image\",\"media\":\"text/html\"}")), QL_ERR_ARGUMENT},
      {TALK(PARTS("user", "{\"data\":\"A-_A\",\"kind\":\"image\",\"media\":\"image/png\"}")), QL_ERR_ARGUMENT},
      {CLAUDE HELLO ",\"schema\":\"{\"}", QL_ERR_SYNTAX},
      {CLAUDE HELLO ",\"schema\":7}", QL_ERR_SYNTAX},
      {CLAUDE HELLO ",\"schema\":{},\"schema_name\":\"two words\"}", QL_ERR_ARGUMENT},
      {CLAUDE HELLO ",\"tools\":[{\"description\":\"\",\"name\":\"a b\",\"schema\":{}}]}", QL_ERR_ARGUMENT},
      {CLAUDE HELLO ",\"tools\":[{\"description\":\"\",\"name\":\"a\",\"schema\":\"nonsense\"}]}", QL_ERR_SYNTAX},
      {CLAUDE HELLO ",\"choice\":\"required\"}", QL_ERR_ARGUMENT}, /* no tools */
      {CLAUDE HELLO ",\"choice\":\"perhaps\"}", QL_ERR_ARGUMENT},
      {CLAUDE HELLO ",\"reasoning\":\"some\"}", QL_ERR_ARGUMENT},
      {CLAUDE HELLO ",\"temperature\":2001}", QL_ERR_ARGUMENT},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *out = NULL;
    ql_status status = ql_llm_request(a, json(rows[i].call), &out, &err);
    if (status != rows[i].status || out) fail_msg("%s: %s", rows[i].call, ql_status_name(status));
  }
}

static void long_calls_are_refused(void **state) {
  (void)state;
  size_t len = QL_CALL_BYTES_MAX + 1;
  char *text = malloc(len);
  memset(text, 'x', len);
  ql_value *call = json(CLAUDE HELLO "}"), *out = NULL;
  QL_SET(call, "system", ql_string(a, (ql_str){text, len}));
  assert_int_equal(ql_llm_request(a, call, &out, &err), QL_ERR_LIMIT);
  QL_SET(call, "system", ql_string(a, (ql_str){text, len - 1})); /* with what stands around it, still too long */
  assert_int_equal(ql_llm_request(a, call, &out, &err), QL_ERR_LIMIT);
  QL_SET(call, "system", ql_string(a, (ql_str){text, len - 1000}));
  assert_int_equal(ql_llm_request(a, call, &out, &err), QL_OK);
  assert_true(word(out, "body").len <= QL_CALL_BYTES_MAX);
  memset(text, '"', len); /* each is two bytes in the body */
  QL_SET(call, "system", ql_string(a, (ql_str){text, len / 2 + 1}));
  assert_int_equal(ql_llm_request(a, call, &out, &err), QL_ERR_LIMIT);
  free(text);
}

static void parallel_calls_are_counted(void **state) {
  (void)state;
  for (size_t most = QL_CALL_PARALLEL_MAX; most <= QL_CALL_PARALLEL_MAX + 1; most++) {
    ql_value *call = json(CLAUDE "\"messages\":[" USER "," PARTS("assistant", "") "," PARTS("user", "") "]}"), *out = NULL;
    ql_value *calls = QL_GET(QL_GET(call, "messages")->first->next, "parts"), *results = QL_GET(QL_GET(call, "messages")->last, "parts");
    for (size_t i = 0; i < most; i++) {
      char id[24];
      snprintf(id, sizeof id, "c%zu", i);
      ql_value *one = ql_push(calls, json("{\"kind\":\"call\",\"name\":\"t\"}")), *two = ql_push(results, json("{\"kind\":\"result\"}"));
      QL_SET(one, "id", ql_string(a, ql_arena_str(a, str(id))));
      QL_SET(two, "id", ql_string(a, ql_arena_str(a, str(id))));
    }
    assert_int_equal(ql_llm_request(a, call, &out, &err), most <= QL_CALL_PARALLEL_MAX ? QL_OK : QL_ERR_LIMIT);
  }
}

/* ---- bodies ---- */

/* The same call in another order of members gives the same bytes; a replay keeps its own. */
static void bodies_are_canonical(void **state) {
  (void)state;
  ql_str first = word(request(CLAUDE "\"system\":\"S\"," HELLO "}"), "body");
  ql_str second = word(request("{" HELLO ",\"system\":\"S\"," TO("anthropic", "claude-sonnet-5") "}"), "body");
  assert_true(ql_eq(first, second));
  assert_str_is(first, "{\"max_tokens\":64,\"messages\":[{\"content\":[{\"text\":\"Hello\",\"type\":\"text\"}],\"role\":\"user\"}],"
                       "\"model\":\"claude-sonnet-5\",\"stream\":true,\"system\":[{\"text\":\"S\",\"type\":\"text\"}]}");
  const char *replay = "{ \\\"type\\\":\\\"thinking\\\",\\\"signature\\\":\\\"E\\\\u0041=\\\", \\\"thinking\\\":\\\"\\\", \\\"n\\\":1.50 }";
  char call[1024];
  snprintf(call, sizeof call,
           CLAUDE "\"messages\":[" USER "," PARTS("assistant", "{\"kind\":\"thinking\",\"replay\":\"%s\"}") "," USER "]}", replay);
  ql_str body = word(request(call), "body");
  assert_true(ql_find(body, QL_STR("[{ \"type\":\"thinking\",\"signature\":\"E\\u0041=\", \"thinking\":\"\", \"n\":1.50 }]"), 0) !=
              SIZE_MAX);
}

/* What one wire signed is not shown to another: thinking is dropped, the rest is written anew. */
static void foreign_replays_are_left_out(void **state) {
  (void)state;
  static const char *const replays[] = {
      "{\\\"type\\\":\\\"thinking\\\",\\\"thinking\\\":\\\"SECRET\\\",\\\"signature\\\":\\\"s\\\"}",
      "{\\\"type\\\":\\\"reasoning\\\",\\\"id\\\":\\\"SECRET\\\",\\\"summary\\\":[]}",
      "{\\\"reasoning_content\\\":\\\"SECRET\\\"}",
      "{\\\"thoughtSignature\\\":\\\"SECRET\\\"}",
  };
  static const char *const providers[] = {"anthropic", "openai", "ollama", "gemini"};
  for (size_t p = 0; p < QL_COUNT(providers); p++)
    for (size_t r = 0; r < QL_COUNT(replays); r++) {
      char call[1024];
      snprintf(call, sizeof call,
               "{\"max_tokens\":9,\"messages\":[" USER
               "," PARTS("assistant", "{\"kind\":\"thinking\",\"replay\":\"%s\",\"text\":\"Hm\"},"
                                      "{\"kind\":\"text\",\"text\":\"Hi\"}") "," USER "],\"model\":\"m\",\"provider\":\"%s\"}",
               replays[r], providers[p]);
      ql_str body = word(request(call), "body");
      assert_int_equal(ql_find(body, QL_STR("SECRET"), 0) != SIZE_MAX, p == r);
      assert_true(ql_find(body, QL_STR("Hi"), 0) != SIZE_MAX);
    }
}

/* Four places may be kept at most: the system prompt and the last three. */
static void marks_are_at_most_four(void **state) {
  (void)state;
  ql_value *call = json(CLAUDE "\"messages\":[],\"system\":\"S\"}"), *messages = QL_GET(call, "messages");
  for (size_t i = 0; i < 9; i++) {
    ql_value *message = ql_push(messages, json(i % 2 ? PARTS("assistant", "{\"kind\":\"text\",\"text\":\"A\"}") : USER));
    QL_SET(message, "cache", ql_bool(a, true));
  }
  ql_value *out = NULL;
  assert_int_equal(ql_llm_request(a, call, &out, &err), QL_OK);
  ql_str body = word(out, "body"), mark = QL_STR("cache_control");
  size_t count = 0, at = ql_find(body, mark, 0), first = at;
  for (; at != SIZE_MAX; at = ql_find(body, mark, at + 1)) count++;
  assert_int_equal(count, 4);
  assert_true(first > body.len / 2); /* of the messages, the last ones */
}

/* What goes along, or does not, with some models, hosts and choices. */
static void bodies_fit_who_is_asked(void **state) {
  (void)state;
#define BUDGET(most, more)                                                                                                                 \
  "{" HELLO ",\"max_tokens\":" most ",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\",\"reasoning\":\"low\"" more "}"
#define ADAPTIVE(more) "{" TO("anthropic", "claude-opus-4-8") "," HELLO ",\"reasoning\":\"high\"" more "}"
#define DEMANDED       ",\"choice\":\"required\",\"tools\":[{\"description\":\"\",\"name\":\"a\",\"schema\":{}}]"
  static const struct {
    const char *call, *words;
    bool there;
  } rows[] = {
      {BUDGET("4096", ""), "\"budget_tokens\":2048", true},
      {BUDGET("1025", ""), "\"budget_tokens\":1024", true}, /* it is below what may be said at all */
      {BUDGET("1024", ""), "thinking", false},              /* and no less than 1024 */
      {BUDGET("4096", DEMANDED), "thinking", false},        /* a call that is demanded comes without thinking */
      {ADAPTIVE(""), "\"thinking\":{\"display\":\"summarized\",\"type\":\"adaptive\"}", true},
      {ADAPTIVE(DEMANDED), "thinking", false},
      {ADAPTIVE(DEMANDED), "\"effort\":\"high\"", true},
      {"{" TO("ollama", "m") "," HELLO "}", "\"stream_options\":{\"include_usage\":true}", true},
      {"{\"base_url\":\"https://api.mistral.ai/v1\"," TO("compatible", "m") "," HELLO "}", "stream_options", false},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_str body = word(request(rows[i].call), "body");
    if ((ql_find(body, str(rows[i].words), 0) != SIZE_MAX) != rows[i].there) fail_msg("%s: %.*s", rows[i].call, (int)body.len, body.ptr);
  }
}

static void providers_are_listed(void **state) {
  (void)state;
  ql_value *list = NULL;
  ql_wire wire;
  assert_int_equal(ql_llm_providers(a, &list, &err), QL_OK);
  assert_int_equal(list->count, 10);
  for (const ql_value *one = list->first; one; one = one->next) {
    ql_str base = word(one, "base_url");
    assert_int_equal(ql_llm_wire(word(one, "id"), &wire, &err), QL_OK);
    bool here = ql_starts(base, QL_STR("http://127.0.0.1")) || ql_eq(word(one, "id"), QL_STR("browser"));
    assert_int_equal(ql_get_bool(one, QL_STR("local")), here);
    assert_true(base.len == 0 || !ql_ends(base, QL_STR("/")));
  }
  assert_int_equal(ql_llm_wire(str("nobody"), &wire, &err), QL_ERR_NOT_FOUND);
}

/* ---- memory ---- */

static ql_status trial(ql_arena *arena, const void *ctx) {
  ql_value *call = NULL, *out = NULL;
  ql_status status = ql_json_read(arena, str(ctx), &call, NULL);
  return status == QL_OK ? ql_llm_request(arena, call, &out, NULL) : status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  static const char *const providers[] = {"anthropic", "openai", "openrouter", "gemini"};
  for (size_t i = 0; i < QL_COUNT(providers); i++) {
    char call[2048];
    snprintf(
        call, sizeof call,
        "{\"max_tokens\":64,\"messages\":[{\"cache\":true,\"parts\":[{\"kind\":\"text\",\"text\":\"Look\"},{\"data\":\"AAAA\",\"kind\":\"image\","
        "\"media\":\"image/png\"}],\"role\":\"user\"}," PARTS(
            "assistant",
            "{\"kind\":\"thinking\",\"replay\":\"{\\\"signature\\\":\\\"s\\\","
            "\\\"reasoning_content\\\":\\\"r\\\",\\\"thoughtSignature\\\":\\\"t\\\"}\"}," CALL(
                "1",
                "{}")) "," PARTS("user",
                                 RESULT(
                                     "1")) "],\"model\":\"m\",\"provider\":\"%s\",\"reasoning\":\"high\",\"schema\":{\"type\":\"object\"},\"system\":\"S\",\"temperature\":500,"
                                           "\"tools\":[{\"description\":\"d\",\"name\":\"weather\",\"schema\":\"{}\"}]}",
        providers[i]);
    assert_true(try_every_allocation(trial, call) > 5);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(urls_are_joined),        TEST(base_urls_are_refused),      TEST(the_key_has_its_place),   TEST(calls_are_refused),
      TEST(long_calls_are_refused), TEST(parallel_calls_are_counted), TEST(bodies_are_canonical),    TEST(foreign_replays_are_left_out),
      TEST(marks_are_at_most_four), TEST(providers_are_listed),       TEST(bodies_fit_who_is_asked), TEST(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
