/* Quests: opened, asked, appended to, looked at, verified. */
#include <questline/driver.h>
#include <questline/quest.h>

#include "base/text.h"
#include "shim_inside.h"

static void free_quest(void *ptr) { ql_quest_free(ptr); }

int32_t qlw_quest_open(const char *log, uint32_t log_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  if (quest == NULL) return qlw__give_out_of_memory();
  ql_status status = log_len > 0 ? ql_quest_append_log(quest, qlw__view(log, log_len), &qlw__error) : QL_OK;
  if (status != QL_OK) {
    ql_quest_free(quest);
    return qlw__give_failure(status);
  }
  return qlw__give_handle(room, QLW__QUEST, quest, free_quest);
}

static ql_value *decision_value(const ql_decision *decision) {
  ql_value *value = ql_object(qlw__arena);
  if (decision->duplicate_of >= 0) QL_SET(value, "duplicate_of", ql_int(qlw__arena, decision->duplicate_of));
  if (decision->line.ptr != NULL) QL_SET(value, "line", ql_string(qlw__arena, decision->line));
  if (decision->refusal != NULL) QL_SET(value, "refusal", decision->refusal);
  return value;
}

static int32_t decide(uint32_t quest, ql_str command, double now, ql_str entropy, bool line_alone) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  if (entropy.len != QL_ENTROPY_BYTES)
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a decision needs 32 random bytes", QL_ABSENT));
  int64_t time = 0;
  ql_value *value = NULL;
  ql_decision decision = {QL_ABSENT, NULL, -1};
  ql_status status = qlw__to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(qlw__arena, command, &value, &qlw__error);
  if (status == QL_OK) status = ql_quest_decide(found, qlw__arena, value, time, (const uint8_t *)entropy.ptr, &decision, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  if (line_alone && decision.line.ptr != NULL) return qlw__give_bytes(decision.line);
  int32_t given = qlw__give(decision_value(&decision));
  return given == QL_OK && (line_alone || decision.refusal != NULL) ? REFUSED : given;
}

int32_t qlw_quest_decide(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len) {
  return decide(quest, qlw__view(command, command_len), now, qlw__view(entropy, entropy_len), false);
}

int32_t qlw_quest_line(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len) {
  return decide(quest, qlw__view(command, command_len), now, qlw__view(entropy, entropy_len), true);
}

int32_t qlw_quest_append(uint32_t quest, const char *lines, uint32_t lines_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(quest, QLW__QUEST);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str text = qlw__view(lines, lines_len);
  bool one_without_end = ql_find_byte(text, '\n', 0) == SIZE_MAX;
  ql_status status = one_without_end ? ql_quest_append(found->ptr, text, &qlw__error) : ql_quest_append_log(found->ptr, text, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_quest_verdict(uint32_t quest, const char *head, uint32_t head_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *verdict = NULL;
  ql_status status = ql_quest_verdict(found, qlw__arena, qlw__view(head, head_len), &verdict, &qlw__error);
  return qlw__give_or_fail(status, verdict);
}

int32_t qlw_quest_head(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  char head[QL_HASH_CHARS];
  ql_quest_head(found, head);
  ql_value *value = ql_object(qlw__arena);
  int64_t due = ql_quest_due(found);
  if (due >= 0) QL_SET(value, "due", ql_int(qlw__arena, due));
  QL_SET(value, "head", ql_string(qlw__arena, (ql_str){head, sizeof head}));
  QL_SET(value, "id", ql_string(qlw__arena, ql_quest_id(found)));
  QL_SET(value, "n", ql_int(qlw__arena, ql_quest_count(found)));
  return qlw__give(value);
}

int32_t qlw_quest_view(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  return found != NULL ? qlw__give(ql_quest_view(found, qlw__arena)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_view_at(uint32_t quest, double n) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_value *qlw__view = NULL;
  ql_status status = qlw__to_integer(n, &at);
  if (status == QL_OK) status = ql_quest_view_at(found, qlw__arena, at, &qlw__view, &qlw__error);
  return qlw__give_or_fail(status, qlw__view);
}

int32_t qlw_quest_state(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  char hash[QL_HASH_CHARS];
  ql_status status = ql_quest_state_hash(found, hash, &qlw__error);
  ql_value *value = ql_object(qlw__arena);
  QL_SET(value, "hash", ql_string(qlw__arena, (ql_str){hash, sizeof hash}));
  QL_SET(value, "state", ql_quest_state(found, qlw__arena));
  return qlw__give_or_fail(status, value);
}

int32_t qlw_quest_monitor(uint32_t quest, const char *agent, uint32_t agent_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str name = qlw__view(agent, agent_len);
  const ql_value *monitor = ql_quest_monitor(found, qlw__arena, name);
  if (monitor == NULL && !ql_arena_failed(qlw__arena))
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_NOT_FOUND, "nobody of that name is in the quest", name));
  return qlw__give(monitor);
}

/* The number of an event of the quest, or of the one to come where `next` allows it. */
static ql_status to_event(const ql_quest *quest, double number, bool next, int64_t *n) {
  ql_status status = qlw__to_integer(number, n);
  if (status != QL_OK) return status;
  if (*n < ql_quest_count(quest) + (next ? 1 : 0)) return QL_OK;
  return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "the quest has no event of that number", QL_ABSENT);
}

int32_t qlw_quest_event(uint32_t quest, double n) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_status status = to_event(found, n, false, &at);
  return status == QL_OK ? qlw__give(ql_quest_event(found, qlw__arena, at)) : qlw__give_failure(status);
}

int32_t qlw_quest_log(uint32_t quest, double from) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t first = 0;
  ql_status status = to_event(found, from, true, &first);
  if (status != QL_OK) return qlw__give_failure(status);
  if (first == 0) return qlw__give_bytes(ql_quest_log(found));
  for (int64_t n = first; n < ql_quest_count(found); n++) ql_buf_add(&qlw__out, ql_quest_line(found, n));
  return qlw__out.failed ? qlw__give_out_of_memory() : qlw__give_bytes(ql_buf_str(&qlw__out));
}

int32_t qlw_quest_rehearse(uint32_t quest) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_quest *found = qlw__find_quest(quest);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *command;
  ql_status status = ql_rehearse(found, qlw__arena, &command, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  return command != NULL ? qlw__give(command) : qlw__give_nothing();
}

int32_t qlw_verify(const char *log, uint32_t log_len, const char *head, uint32_t head_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *verdict = NULL;
  ql_status status = ql_verify(qlw__arena, qlw__view(log, log_len), qlw__view(head, head_len), &verdict, &qlw__error);
  return qlw__give_or_fail(status, verdict);
}
