/* What agents read and hand on: context, modes, workflows, delegations, messages with fields. */
#include <questline/context.h>
#include <questline/delegation.h>
#include <questline/duplicates.h>
#include <questline/forms.h>
#include <questline/mode.h>
#include <questline/workflow.h>

#include "shim_inside.h"

static ql_status read_json(const char *json, uint32_t json_len, ql_value **value) {
  return ql_json_read(qlw__arena, qlw__view(json, json_len), value, &qlw__error);
}

static ql_status read_documents(const char *json, uint32_t json_len, ql_document **documents, size_t *count) {
  ql_value *value = NULL;
  ql_status status = read_json(json, json_len, &value);
  if (status != QL_OK) return status;
  if (value->kind != QL_ARRAY) return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "documents are an array", QL_ABSENT);
  *documents = ql_arena_array(qlw__arena, value->count + 1, sizeof **documents);
  if (*documents == NULL) return ql_fail(&qlw__error, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *count = 0;
  for (const ql_value *item = value->first; item; item = item->next) {
    ql_document *document = &(*documents)[(*count)++];
    *document = (ql_document){ql_get_str(item, QL_STR("path")), ql_get_str(item, QL_STR("text")), ql_get_int(item, QL_STR("tokens"), 0)};
    if (document->path.ptr == NULL) return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a document has no path", QL_ABSENT);
  }
  return QL_OK;
}

static ql_status read_plan(const char *json, uint32_t json_len, const ql_plan **plan) {
  ql_value *value = NULL;
  ql_status status = read_json(json, json_len, &value);
  return status == QL_OK ? ql_plan_from_value(qlw__arena, value, plan, &qlw__error) : status;
}

/* Of a handle that may be 0. */
static ql_status find_roster(uint32_t handle, const ql_roster **roster) {
  qlw__object *found = NULL;
  ql_status status = handle != 0 ? qlw__find_roster(handle, &found) : QL_OK;
  *roster = found != NULL ? found->ptr : NULL;
  return status;
}

static ql_status need_roster(uint32_t handle, const ql_roster **roster) {
  qlw__object *found = NULL;
  ql_status status = qlw__find_roster(handle, &found);
  if (status == QL_OK) *roster = found->ptr;
  return status;
}

int32_t qlw_context_pack(uint32_t roster, const char *agent, uint32_t agent_len, const char *documents, uint32_t documents_len,
                         double window, double budget) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *pack = NULL;
  ql_document *list = NULL;
  size_t count = 0;
  int64_t most = 0, wanted = 0;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK) status = qlw__to_integer(window, &most);
  if (status == QL_OK) status = qlw__to_integer(budget, &wanted);
  if (status == QL_OK) status = read_documents(documents, documents_len, &list, &count);
  if (status == QL_OK)
    status = ql_context_pack(qlw__arena, team, qlw__view(agent, agent_len), list, count, most, wanted, &pack, &qlw__error);
  return qlw__give_or_fail(status, pack);
}

int32_t qlw_context_plan(uint32_t roster, const char *plan, uint32_t plan_len, const char *documents, uint32_t documents_len, double window,
                         double budget) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  const ql_plan *read = NULL;
  ql_value *value = NULL;
  ql_document *list = NULL;
  size_t count = 0;
  int64_t most = 0, wanted = 0;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK) status = qlw__to_integer(window, &most);
  if (status == QL_OK) status = qlw__to_integer(budget, &wanted);
  if (status == QL_OK) status = read_plan(plan, plan_len, &read);
  if (status == QL_OK) status = read_documents(documents, documents_len, &list, &count);
  if (status == QL_OK) status = ql_context_plan(qlw__arena, team, read, list, count, most, wanted, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_mode(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len, const char *chosen,
                 uint32_t chosen_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *mode = NULL;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK)
    status = ql_mode(qlw__arena, team, qlw__view(agent, agent_len), qlw__view(request, request_len), qlw__view(chosen, chosen_len), &mode,
                     &qlw__error);
  return qlw__give_or_fail(status, mode);
}

int32_t qlw_workflow(uint32_t roster, const char *agent, uint32_t agent_len, const char *documents, uint32_t documents_len,
                     const char *request, uint32_t request_len, const char *chosen, uint32_t chosen_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *value = NULL;
  ql_document *list = NULL;
  size_t count = 0;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK) status = read_documents(documents, documents_len, &list, &count);
  if (status == QL_OK)
    status = ql_workflow(qlw__arena, team, qlw__view(agent, agent_len), list, count, qlw__view(request, request_len),
                         qlw__view(chosen, chosen_len), &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_delegation(uint32_t roster, const char *plan, uint32_t plan_len, const char *task, uint32_t task_len, const char *context,
                       uint32_t context_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  const ql_plan *read = NULL;
  ql_value *known = NULL, *delegation = NULL, *text = NULL;
  ql_status status = find_roster(roster, &team);
  if (status == QL_OK) status = read_plan(plan, plan_len, &read);
  if (status == QL_OK && context != NULL) status = read_json(context, context_len, &known);
  if (status == QL_OK) status = ql_delegation_of(qlw__arena, read, qlw__view(task, task_len), known, &delegation, &qlw__error);
  if (status == QL_OK) status = ql_delegation_write(qlw__arena, team, read->leader, delegation, &text, &qlw__error);
  return qlw__give_or_fail(status, text);
}

int32_t qlw_delegation_write(uint32_t roster, const char *leader, uint32_t leader_len, const char *delegation, uint32_t delegation_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *value = NULL, *text = NULL;
  ql_status status = find_roster(roster, &team);
  if (status == QL_OK) status = read_json(delegation, delegation_len, &value);
  if (status == QL_OK) status = ql_delegation_write(qlw__arena, team, qlw__view(leader, leader_len), value, &text, &qlw__error);
  return qlw__give_or_fail(status, text);
}

int32_t qlw_delegation_read(uint32_t roster, const char *leader, uint32_t leader_len, const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *value = NULL;
  ql_status status = find_roster(roster, &team);
  if (status == QL_OK)
    status = ql_delegation_read(qlw__arena, team, qlw__view(leader, leader_len), qlw__view(text, text_len), &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_forms(uint32_t roster, const char *agent, uint32_t agent_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *forms = NULL;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK) status = ql_forms(qlw__arena, team, qlw__view(agent, agent_len), &forms, &qlw__error);
  return qlw__give_or_fail(status, forms);
}

int32_t qlw_form_check(uint32_t roster, const char *agent, uint32_t agent_len, const char *form, uint32_t form_len, const char *text,
                       uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *check = NULL;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK)
    status = ql_form_check(qlw__arena, team, qlw__view(agent, agent_len), qlw__view(form, form_len), qlw__view(text, text_len), &check,
                           &qlw__error);
  return qlw__give_or_fail(status, check);
}

int32_t qlw_form_fill(uint32_t roster, const char *agent, uint32_t agent_len, const char *form, uint32_t form_len, const char *entries,
                      uint32_t entries_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roster *team = NULL;
  ql_value *filled = NULL, *check = NULL;
  ql_status status = need_roster(roster, &team);
  if (status == QL_OK) status = read_json(entries, entries_len, &filled);
  if (status == QL_OK)
    status = ql_form_fill(qlw__arena, team, qlw__view(agent, agent_len), qlw__view(form, form_len), filled, &check, &qlw__error);
  return qlw__give_or_fail(status, check);
}

int32_t qlw_duplicates(const char *documents, uint32_t documents_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_document *list = NULL;
  ql_value *value = NULL;
  size_t count = 0;
  ql_status status = read_documents(documents, documents_len, &list, &count);
  if (status == QL_OK) status = ql_duplicates(qlw__arena, list, count, 0, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}
