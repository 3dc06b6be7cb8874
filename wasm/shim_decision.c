/* Decisions: matrices, records, service architectures. */
#include <questline/decision.h>

#include "base/text.h"
#include "shim_inside.h"

static ql_status read_json(const char *json, uint32_t json_len, ql_value **value) {
  return ql_json_read(qlw__arena, qlw__view(json, json_len), value, &qlw__error);
}

static int32_t give_text(ql_status status, ql_str text) { return status == QL_OK ? qlw__give_bytes(text) : qlw__give_failure(status); }

int32_t qlw_decision_criteria(uint32_t roster, const char *agent, uint32_t agent_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *criteria = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK) status = ql_decision_criteria(qlw__arena, found->ptr, qlw__view(agent, agent_len), &criteria, &qlw__error);
  return qlw__give_or_fail(status, criteria);
}

int32_t qlw_decision_rank(const char *matrix, uint32_t matrix_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *ranking = NULL;
  ql_status status = read_json(matrix, matrix_len, &value);
  if (status == QL_OK) status = ql_decision_rank(qlw__arena, value, &ranking, &qlw__error);
  return qlw__give_or_fail(status, ranking);
}

int32_t qlw_decision_record(const char *record, uint32_t record_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_str text = QL_ABSENT;
  ql_status status = read_json(record, record_len, &value);
  if (status == QL_OK) status = ql_decision_record(qlw__arena, value, &text, &qlw__error);
  return give_text(status, text);
}

int32_t qlw_services_check(const char *form, uint32_t form_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL, *problems = NULL;
  ql_status status = read_json(form, form_len, &value);
  if (status == QL_OK) status = ql_services_check(qlw__arena, value, &problems, &qlw__error);
  return qlw__give_or_fail(status, problems);
}

int32_t qlw_services_write(const char *form, uint32_t form_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_str text = QL_ABSENT;
  ql_status status = read_json(form, form_len, &value);
  if (status == QL_OK) status = ql_services_write(qlw__arena, value, &text, &qlw__error);
  return give_text(status, text);
}

int32_t qlw_decision_template(uint32_t roster, const char *agent, uint32_t agent_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *record = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK) status = ql_decision_template(qlw__arena, found->ptr, qlw__view(agent, agent_len), &record, &qlw__error);
  return qlw__give_or_fail(status, record);
}
