// Answers to a list of models, and failures to judge: a cause is always told in one sentence, models are sorted, a verdict has its time.

#include <stdlib.h>

#include <questline/llm.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_models(const ql_value *test) {
  const ql_value *models = QL_GET(test, "models");
  if (ql_get_str(test, QL_STR("message")).len == 0 || !models) abort();
  for (const ql_value *one = models->first; one && one->next; one = one->next)
    if (ql_compare(ql_get_str(one, QL_STR("id")), ql_get_str(one->next, QL_STR("id"))) >= 0) abort();
}

static void check_verdict(const ql_value *verdict) {
  ql_str decision = ql_get_str(verdict, QL_STR("decision"));
  bool timed = ql_eq(decision, QL_STR("retry")) || ql_eq(decision, QL_STR("pause"));
  if (timed != (QL_GET(verdict, "at") != NULL) || ql_utf8_bad(ql_get_str(verdict, QL_STR("message"))) != SIZE_MAX) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ql_str providers[] = {QL_STR_INIT("anthropic"), QL_STR_INIT("openai"), QL_STR_INIT("gemini"), QL_STR_INIT("ollama"),
                                     QL_STR_INIT("compatible")};
  static const uint8_t entropy[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  if (size == 0) return 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str text = {(const char *)data + 1, size - 1};
  ql_value *value = NULL, *test = NULL, *verdict = NULL;
  if (ql_json_read(a, text, &value, NULL) == QL_OK && value->kind == QL_OBJECT) {
    if (ql_llm_models_read(a, value, &test, NULL) == QL_OK) check_models(test);
    if (ql_llm_retry(a, value, entropy, &verdict, NULL) == QL_OK) check_verdict(verdict);
  }
  ql_value *attempt = ql_object(a);
  QL_SET(attempt, "provider", ql_string(a, providers[data[0] % QL_COUNT(providers)]));
  QL_SET(attempt, "base_url", ql_string(a, QL_STR("http://127.0.0.1:1/v1")));
  QL_SET(attempt, "body", ql_string(a, ql_utf8_bad(text) == SIZE_MAX ? text : QL_STR("")));
  QL_SET(attempt, "status", ql_int(a, 200));
  if (ql_llm_models_read(a, attempt, &test, NULL) != QL_OK) abort();
  check_models(test);
  ql_arena_free(a);
  return 0;
}
