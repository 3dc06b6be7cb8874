/* Planning with a model: what it is asked, and what is made of its answer. */
#include <questline/plan_model.h>

#include "shim_inside.h"

int32_t qlw_plan_request(uint32_t roster, const char *leader, uint32_t leader_len, const char *objective, uint32_t objective_len,
                         const char *context, uint32_t context_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *documents = NULL, *request = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK && context != NULL) status = ql_json_read(qlw__arena, qlw__view(context, context_len), &documents, &qlw__error);
  if (status == QL_OK)
    status = ql_plan_request(qlw__arena, found->ptr, qlw__view(leader, leader_len), qlw__view(objective, objective_len), documents,
                             &request, &qlw__error);
  return qlw__give_or_fail(status, request);
}

int32_t qlw_plan_answer(uint32_t roster, const char *request, uint32_t request_len, const char *answer, uint32_t answer_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *asked = NULL, *answered = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK) status = ql_json_read(qlw__arena, qlw__view(request, request_len), &asked, &qlw__error);
  if (status == QL_OK) status = ql_plan_answer(qlw__arena, found->ptr, asked, qlw__view(answer, answer_len), &answered, &qlw__error);
  return qlw__give_or_fail(status, answered);
}
