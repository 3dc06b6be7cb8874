/* Models: what they are asked, what is done when that fails, which there are. */
#include <questline/llm.h>

#include "shim_inside.h"

typedef ql_status operation(ql_arena *a, const ql_value *value, ql_value **out, ql_error *err);

/* An operation on a value that comes as JSON. */
static int32_t run(operation *operate, const char *json, uint32_t json_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *out = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(json, json_len), &value, &qlw__error);
  if (status == QL_OK) status = operate(qlw__arena, value, &out, &qlw__error);
  return qlw__give_or_fail(status, out);
}

int32_t qlw_llm_providers(void) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *list = NULL;
  ql_status status = ql_llm_providers(qlw__arena, &list, &qlw__error);
  return qlw__give_or_fail(status, list);
}

int32_t qlw_llm_request(const char *call, uint32_t call_len) { return run(ql_llm_request, call, call_len); }
int32_t qlw_llm_models_read(const char *attempt, uint32_t attempt_len) { return run(ql_llm_models_read, attempt, attempt_len); }

int32_t qlw_llm_retry(const char *failure, uint32_t failure_len, const char *entropy, uint32_t entropy_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *verdict = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(failure, failure_len), &value, &qlw__error);
  if (status == QL_OK && entropy_len != 8) status = ql_fail(&qlw__error, QL_ERR_ARGUMENT, "entropy is 8 bytes", QL_ABSENT);
  if (status == QL_OK) status = ql_llm_retry(qlw__arena, value, (const uint8_t *)entropy, &verdict, &qlw__error);
  return qlw__give_or_fail(status, verdict);
}

int32_t qlw_llm_models_request(const char *provider, uint32_t provider_len, const char *base_url, uint32_t base_url_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *request = NULL;
  ql_status status =
      ql_llm_models_request(qlw__arena, qlw__view(provider, provider_len), qlw__view(base_url, base_url_len), &request, &qlw__error);
  return qlw__give_or_fail(status, request);
}

int32_t qlw_llm_sign_in(const char *provider, uint32_t provider_len, const char *base_url, uint32_t base_url_len, const char *page,
                        uint32_t page_len, const char *entropy, uint32_t entropy_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *signing = NULL;
  ql_status status = QL_OK;
  if (entropy_len != QL_SIGN_IN_BYTES) status = ql_fail(&qlw__error, QL_ERR_ARGUMENT, "entropy is 48 bytes", QL_ABSENT);
  if (status == QL_OK)
    status = ql_llm_sign_in(qlw__arena, qlw__view(provider, provider_len), qlw__view(base_url, base_url_len), qlw__view(page, page_len),
                            (const uint8_t *)entropy, &signing, &qlw__error);
  return qlw__give_or_fail(status, signing);
}

int32_t qlw_llm_sign_in_request(const char *signing, uint32_t signing_len, const char *query, uint32_t query_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *request = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(signing, signing_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_llm_sign_in_request(qlw__arena, value, qlw__view(query, query_len), &request, &qlw__error);
  return qlw__give_or_fail(status, request);
}
