/* Signatures: what is signed, and putting them into lines. */
#include "shim_inside.h"

int32_t qlw_quest_signatures(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  return found != NULL ? qlw__give(ql_quest_signatures(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_signature(uint32_t quest, const char *line, uint32_t line_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = ql_quest_signature(found, qlw__arena, qlw__view(line, line_len), &value, &qlw__error);
  return status == QL_OK && value == NULL ? qlw__give_nothing() : qlw__give_or_fail(status, value);
}

int32_t qlw_quest_sign(uint32_t quest, double n, const char *signature, uint32_t signature_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(quest, QLW__QUEST);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_status status = qlw__to_integer(n, &at);
  if (status == QL_OK) status = ql_quest_sign(found->ptr, at, qlw__view(signature, signature_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_line_sign(const char *line, uint32_t line_len, const char *signature, uint32_t signature_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_str made = QL_ABSENT;
  ql_status status = ql_line_sign(qlw__arena, qlw__view(line, line_len), qlw__view(signature, signature_len), &made, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(made) : qlw__give_failure(status);
}
