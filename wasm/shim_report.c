/* What quests look like from outside: boards, reports, branches. */
#include <questline/report.h>

#include "base/text.h"
#include "shim_inside.h"

int32_t qlw_quest_board(uint32_t quest, double now) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_status status = qlw__to_integer(now, &time);
  return status == QL_OK ? qlw__give(ql_quest_board(found, qlw__arena, time)) : qlw__give_failure(status);
}

int32_t qlw_quest_inbox(uint32_t quest, const char *agent, uint32_t agent_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *inbox = NULL;
  ql_status status = ql_quest_inbox(found, qlw__arena, qlw__view(agent, agent_len), &inbox, &qlw__error);
  return qlw__give_or_fail(status, inbox);
}

int32_t qlw_quest_standing(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  return found != NULL ? qlw__give(ql_quest_standing(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_timeline(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  return found != NULL ? qlw__give(ql_quest_timeline(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_compare(uint32_t left, uint32_t right) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *one = qlw__find_quest(left), *other = qlw__find_quest(right);
  return one != NULL && other != NULL ? qlw__give(ql_quest_compare(one, other, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_continuation(uint32_t mine, uint32_t theirs) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *one = qlw__find_quest(mine), *other = qlw__find_quest(theirs);
  if (one == NULL || other == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str lines = QL_ABSENT;
  ql_status status = ql_quest_continuation(one, other, qlw__arena, &lines, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(lines) : qlw__give_failure(status);
}

int32_t qlw_quest_join(uint32_t mine, uint32_t theirs) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *one = qlw__find_quest(mine), *other = qlw__find_quest(theirs);
  if (one == NULL || other == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str log = QL_ABSENT;
  ql_status status = ql_quest_join(one, other, qlw__arena, &log, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(log) : qlw__give_failure(status);
}

int32_t qlw_quest_what_if(uint32_t quest, uint32_t branch, const char *change, uint32_t change_len, const char *entropy,
                          uint32_t entropy_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  qlw__object *empty = qlw__find(branch, QLW__QUEST);
  if (found == NULL || empty == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  if (entropy_len != QL_ENTROPY_BYTES)
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a decision needs 32 random bytes", QL_ABSENT));
  ql_value *value = NULL, *outcome = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(change, change_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_quest_what_if(found, qlw__arena, value, (const uint8_t *)entropy, empty->ptr, &outcome, &qlw__error);
  return qlw__give_or_fail(status, outcome);
}

/* A JSON array of whole numbers. */
static ql_status read_numbers(ql_str text, int64_t **numbers, size_t *count) {
  ql_value *list = NULL;
  ql_status status = ql_json_read(qlw__arena, text, &list, &qlw__error);
  if (status != QL_OK) return status;
  if (list->kind != QL_ARRAY) return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "an array of numbers is needed", QL_ABSENT);
  *numbers = ql_arena_array(qlw__arena, list->count + 1, sizeof **numbers);
  if (*numbers == NULL) return QL_ERR_NOMEM;
  for (const ql_value *item = list->first; item != NULL; item = item->next) {
    if (item->kind != QL_INT) return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "an array of numbers is needed", QL_ABSENT);
    (*numbers)[(*count)++] = item->number;
  }
  return QL_OK;
}

int32_t qlw_quest_redact(uint32_t quest, const char *events, uint32_t events_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t *numbers = NULL;
  size_t count = 0;
  ql_str log = QL_ABSENT;
  ql_status status = read_numbers(qlw__view(events, events_len), &numbers, &count);
  if (status == QL_OK) status = ql_quest_redact(found, qlw__arena, numbers, count, &log, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(log) : qlw__give_failure(status);
}

int32_t qlw_quest_reveal(uint32_t quest, uint32_t source, double event) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest), *full = qlw__find_quest(source);
  if (found == NULL || full == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t n = -1;
  ql_str log = QL_ABSENT;
  ql_status status = event == -1 ? QL_OK : qlw__to_integer(event, &n);
  if (status == QL_OK) status = ql_quest_reveal(found, full, qlw__arena, n, &log, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(log) : qlw__give_failure(status);
}

/* ---- several quests ---- */

ql_status qlw__read_quests(ql_str text, const ql_quest ***quests, size_t *count) {
  int64_t *handles = NULL;
  size_t given = 0;
  ql_status status = read_numbers(text, &handles, &given);
  if (status != QL_OK) return status;
  *quests = ql_arena_array(qlw__arena, given + 1, sizeof **quests);
  if (*quests == NULL) return QL_ERR_NOMEM;
  for (; *count < given; ++*count) {
    int64_t handle = handles[*count];
    (*quests)[*count] = handle >= 0 && handle <= UINT32_MAX ? qlw__find_quest((uint32_t)handle) : NULL;
    if ((*quests)[*count] == NULL) return QL_ERR_HANDLE;
  }
  return QL_OK;
}

int32_t qlw_quest_metrics(const char *quests, uint32_t quests_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest **found = NULL;
  size_t count = 0;
  ql_status status = qlw__read_quests(qlw__view(quests, quests_len), &found, &count);
  return status == QL_OK ? qlw__give(ql_quest_metrics(found, count, qlw__arena)) : qlw__give_failure(status);
}

int32_t qlw_quest_report(const char *quests, uint32_t quests_len, const char *kind, uint32_t kind_len, double from, double to) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest **found = NULL;
  size_t count = 0;
  int64_t first = 0, last = 0;
  ql_str text = QL_ABSENT;
  ql_status status = qlw__read_quests(qlw__view(quests, quests_len), &found, &count);
  if (status == QL_OK) status = qlw__to_integer(from, &first);
  if (status == QL_OK) status = qlw__to_integer(to, &last);
  if (status == QL_OK) status = ql_quest_report(found, count, qlw__arena, qlw__view(kind, kind_len), first, last, &text, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(text) : qlw__give_failure(status);
}

int32_t qlw_certificate(const char *log, uint32_t log_len, const char *head, uint32_t head_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *certificate = NULL;
  ql_status status = ql_quest_certificate(qlw__arena, qlw__view(log, log_len), qlw__view(head, head_len), &certificate, &qlw__error);
  return qlw__give_or_fail(status, certificate);
}
