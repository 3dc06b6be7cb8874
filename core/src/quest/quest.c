#include "quest/quest.h"

#include <string.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"

/* ---- lifecycle ---- */

ql_quest *ql_quest_new(ql_alloc alloc) {
  ql_quest *quest = alloc.resize(alloc.ctx, NULL, 0, sizeof *quest);
  if (!quest) return NULL;
  *quest = (ql_quest){.alloc = alloc, .arena = ql_arena_new(alloc), .scratch = ql_arena_new(alloc), .log = ql_buf_new(alloc)};
  if (quest->arena && quest->scratch) return quest;
  ql_quest_free(quest);
  return NULL;
}

void ql_quest_free(ql_quest *quest) {
  if (!quest) return;
  ql_alloc alloc = quest->alloc;
  ql_buf_free(&quest->log);
  ql_arena_free(quest->arena);
  ql_arena_free(quest->scratch);
  alloc.resize(alloc.ctx, quest, sizeof *quest, 0);
}

int64_t ql_quest_count(const ql_quest *quest) { return quest->state.events; }
ql_str ql_quest_id(const ql_quest *quest) { return quest->state.id; }
ql_str ql_quest_log(const ql_quest *quest) { return ql_buf_str(&quest->log); }

ql_str ql_quest_line(const ql_quest *quest, int64_t n) {
  if (n < 0 || n >= quest->state.events) return QL_ABSENT;
  size_t end = n + 1 < quest->state.events ? quest->starts[n + 1] : quest->log.len;
  return ql_slice(ql_buf_str(&quest->log), quest->starts[n], end);
}

void ql_quest_head(const ql_quest *quest, char head[QL_HASH_CHARS]) { ql_base64url_write(head, quest->head, QL_HASH_BYTES); }

ql_value *ql_quest_state(const ql_quest *quest, ql_arena *a) { return ql__state_value(a, &quest->state); }

ql_status ql_quest_state_hash(const ql_quest *quest, char hash[QL_HASH_CHARS], ql_error *err) {
  ql_arena *a = ql_arena_new(quest->alloc);
  ql_buf bytes = ql_buf_new(quest->alloc);
  const ql_value *state = a ? ql__state_value(a, &quest->state) : NULL;
  if (state) ql_value_write(&bytes, state);
  bool ok = state && !bytes.failed;
  if (ok) {
    uint8_t out[QL_HASH_BYTES];
    ql_str text = ql_buf_str(&bytes);
    ql_blake2b_256("questline.stat.1", NULL, &text, 1, out);
    ql_base64url_write(hash, out, sizeof out);
  }
  ql_buf_free(&bytes);
  ql_arena_free(a);
  return ok ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

/* ---- append ---- */

static ql_status illegal(ql_error *err, ql__verdict verdict) { return ql_fail(err, QL_ERR_STATE, "rule", ql__refusal_name(verdict.code)); }

/* The state borrows strings from these events, so they are read again where they can stay. */
static bool is_kept(ql_event_type type) {
  return type == QL_EVENT_create || type == QL_EVENT_claim || type == QL_EVENT_add || type == QL_EVENT_fork;
}

static ql_status reserve(ql_quest *quest, const ql__event *event, size_t bytes, ql_error *err) {
  size_t count = (size_t)quest->state.events;
  size_t *starts = ql_arena_grow(quest->arena, quest->starts, count, &quest->start_cap, sizeof *starts);
  if (!starts) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  quest->starts = starts;
  if (!ql_buf_reserve(&quest->log, bytes + 1)) {
    quest->log.failed = false; /* nothing was lost: the next line may fit again */
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  ql_status status = ql__history_reserve(quest, err);
  return status == QL_OK ? ql__state_reserve(quest->arena, &quest->state, event, err) : status;
}

static ql_status append(ql_quest *quest, ql_str line, ql_error *err) {
  ql_arena_reset(quest->scratch);
  ql__line read;
  ql_status status = ql__line_read(quest->scratch, line, quest->head, quest->state.events, &read, err);
  if (status != QL_OK) return status;
  if (read.event.at < quest->state.at) return ql_fail(err, QL_ERR_STATE, "rule", QL_STR("time_fell"));
  ql__verdict verdict = ql__guard(&quest->state, &read.event);
  if (verdict.code != QL__ACCEPTED) return illegal(err, verdict);
  if (quest->log.len + line.len + 1 > QL_QUEST_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "limit", QL_STR("QL_QUEST_BYTES_MAX"));
  if (is_kept(read.event.type)) {
    ql_value *kept;
    ql_str copy = ql_arena_str(quest->arena, line);
    status = copy.ptr ? ql_canon_read(quest->arena, copy, &kept, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    if (status != QL_OK) return status;
    read.event.d = QL_GET(QL_GET(kept, "e"), "d");
  }
  status = reserve(quest, &read.event, line.len, err);
  if (status != QL_OK) return status;
  quest->starts[quest->state.events] = quest->log.len;
  ql_buf_add(&quest->log, line);
  ql_buf_byte(&quest->log, '\n');
  memcpy(quest->head, read.hash, QL_HASH_BYTES);
  quest->withheld += (int64_t)read.withheld;
  ql__state_apply(&quest->state, &read.event);
  ql__history_note(quest, &read.event);
  return QL_OK;
}

ql_status ql_quest_append(ql_quest *quest, ql_str line, ql_error *err) {
  if (line.len > 0 && line.ptr[line.len - 1] == '\n') line.len--;
  ql_status status = append(quest, line, err);
  if (err && status != QL_OK) err->line = (uint32_t)quest->state.events + 1;
  return status;
}

ql_status ql_quest_append_log(ql_quest *quest, ql_str log, ql_error *err) {
  size_t at = 0;
  while (at < log.len) {
    size_t end = ql_find_byte(log, '\n', at);
    if (end == SIZE_MAX) {
      ql_fail(err, QL_ERR_SYNTAX, "torn_tail", QL_ABSENT);
      if (err) err->line = (uint32_t)quest->state.events + 1;
      return QL_ERR_SYNTAX;
    }
    ql_status status = ql_quest_append(quest, ql_slice(log, at, end), err);
    if (status != QL_OK) return status;
    at = end + 1;
  }
  return QL_OK;
}

/* ---- decide ---- */

/* Members of a command that are not fields of its event. */
static bool is_envelope(ql_str key) {
  static const ql_str KEYS[] = {QL_STR_INIT("by"), QL_STR_INIT("fence"), QL_STR_INIT("head"), QL_STR_INIT("k"), QL_STR_INIT("type")};
  for (size_t i = 0; i < QL_COUNT(KEYS); i++)
    if (ql_eq(KEYS[i], key)) return true;
  return false;
}

static void normalise(ql_arena *a, ql_value *name) {
  if (!name || name->kind != QL_STRING) return;
  ql_str id = ql_agent_id(a, name->text);
  if (id.ptr) name->text = id;
}

/* Agent names are normalised once, here; everything later compares exactly. */
static void normalise_names(ql_arena *a, ql_event_type type, ql_value *d) {
  static const ql_str LISTS[] = {QL_STR_INIT("agents"), QL_STR_INIT("to")},
                      PAIRS[] = {QL_STR_INIT("seats"), QL_STR_INIT("specs"), QL_STR_INIT("keys")};
  normalise(a, QL_GET(d, "agent"));
  if (type == QL_EVENT_start) normalise(a, QL_GET(d, "seat"));
  for (size_t i = 0; i < QL_COUNT(LISTS); i++) {
    ql_value *list = ql_get(d, LISTS[i]);
    if (!list) continue;
    normalise(a, list); /* of a reassignment: one agent */
    for (ql_value *name = list->first; name; name = name->next) normalise(a, name);
  }
  for (size_t i = 0; i < QL_COUNT(PAIRS); i++) {
    ql_value *list = ql_get(d, PAIRS[i]);
    if (!list) continue;
    for (ql_value *pair = list->first; pair; pair = pair->next) normalise(a, pair->first);
  }
  ql_value *tasks = QL_GET(d, "tasks");
  for (ql_value *task = tasks ? tasks->first : NULL; task; task = task->next) normalise(a, QL_GET(task, "to"));
}

static ql_value *new_id(ql_arena *a, const uint8_t *entropy) {
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  uint8_t bytes[QL_SALT_BYTES];
  char *id = ql_arena_get(a, 10);
  if (!id) return NULL;
  ql_derive_16(entropy, UINT64_MAX, bytes);
  for (size_t i = 0; i < 10; i++) id[i] = digits[bytes[i] & 31u];
  return ql_string(a, (ql_str){id, 10});
}

/* What a command may leave out. */
static void fill_in(const ql_quest *quest, ql_arena *a, ql_event_type type, size_t seat, ql_value *d, const uint8_t *entropy) {
  if (type == QL_EVENT_create) {
    QL_SET(d, "format", ql_int(a, QL_QUEST_FORMAT));
    QL_SET(d, "rules", ql_int(a, QL_QUEST_RULES));
    if (!QL_GET(d, "policy")) QL_SET(d, "policy", ql_string(a, QL_STR("strict")));
    if (!QL_GET(d, "id")) QL_SET(d, "id", new_id(a, entropy));
  }
  if (type == QL_EVENT_respond && !QL_GET(d, "kind"))
    QL_SET(d, "kind", ql_string(a, seat == quest->state.leader ? QL_STR("progress") : QL_STR("completed")));
  /* A single message names its task, so that a reader of the log need not count. */
  const ql_value *to = QL_GET(d, "to");
  if (type == QL_EVENT_message && seat == quest->state.leader && to && to->count == 1 && !QL_GET(d, "task"))
    QL_SET(d, "task", ql_string(a, ql_task_id(a, quest->state.task_count)));
}

/* The event that the same seat made with this fence and counter, -1 when there is none. */
static ql_status find_duplicate(const ql_quest *quest, ql_arena *a, const ql__event *event, int64_t *n, ql_error *err) {
  *n = -1;
  for (int64_t i = quest->state.events - 1; i >= 0; i--) {
    ql_value *line;
    ql_str text = ql_quest_line(quest, i);
    ql_status status = ql_canon_read(a, ql_slice(text, 0, text.len - 1), &line, err);
    if (status != QL_OK) return status;
    const ql_value *e = QL_GET(line, "e");
    bool same = ql_eq(ql_get_str(e, QL_STR("by")), event->by) && ql_get_int(e, QL_STR("f"), -1) == event->fence &&
                ql_get_int(e, QL_STR("k"), -1) == event->counter;
    if (!same) continue;
    *n = i;
    return QL_OK;
  }
  return QL_OK;
}

/* The command as an event whose texts are still plain. */
static ql_status read_command(const ql_quest *quest, ql_arena *a, const ql_value *command, int64_t now, const uint8_t *entropy,
                              ql__event *out, ql_error *err) {
  if (!command || command->kind != QL_OBJECT) return ql_fail(err, QL_ERR_SYNTAX, "a command is an object", QL_ABSENT);
  ql_str type = ql_get_str(command, QL_STR("type")), by = ql_get_str(command, QL_STR("by"));
  out->type = ql__event_type(type);
  if (out->type == QL_EVENT_COUNT) return ql_fail(err, QL_ERR_SYNTAX, "no such command", type);
  out->by = by.ptr ? ql_agent_id(a, by) : QL_ABSENT;
  if (!out->by.ptr) return ql_fail(err, QL_ERR_SYNTAX, "a command says who acts", QL_STR("by"));
  size_t seat = ql__seat_of(&quest->state, out->by);
  const ql__seat *known = seat == QL__NONE ? NULL : &quest->state.seats[seat];
  ql_value *d = ql_object(a);
  for (const ql_value *member = command->first; member; member = member->next) {
    bool numeric = ql_eq(member->key, QL_STR("fence")) || ql_eq(member->key, QL_STR("k"));
    if (numeric && (member->kind != QL_INT || member->number < 0))
      return ql_fail(err, QL_ERR_SYNTAX, "a number from 0 was expected", member->key);
    if (!is_envelope(member->key)) ql_set(d, member->key, ql_copy(a, member));
  }
  normalise_names(a, out->type, d);
  fill_in(quest, a, out->type, seat, d, entropy);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  out->fence = ql_get_int(command, QL_STR("fence"), known ? known->fence : 1);
  out->counter = ql_get_int(command, QL_STR("k"), known ? known->counter : 0);
  out->n = quest->state.events;
  out->at = now > quest->state.at ? now : quest->state.at;
  out->d = d;
  return ql__event_check(out->type, d, QL__PLAIN, err);
}

ql_status ql_quest_decide(const ql_quest *quest, ql_arena *a, const ql_value *command, int64_t now, const uint8_t *entropy,
                          ql_decision *out, ql_error *err) {
  ql__event event;
  ql_status status = read_command(quest, a, command, now, entropy, &event, err);
  if (status != QL_OK) return status;
  char head[QL_HASH_CHARS];
  ql_quest_head(quest, head);
  ql_str expected = ql_get_str(command, QL_STR("head"));
  if (expected.ptr && !ql_eq(expected, (ql_str){head, QL_HASH_CHARS}))
    return ql_fail(err, QL_ERR_CONFLICT, "the quest went on since: read it again", (ql_str){head, QL_HASH_CHARS});
  size_t seat = ql__seat_of(&quest->state, event.by);
  const ql__seat *known = seat == QL__NONE ? NULL : &quest->state.seats[seat];
  ql_decision decision = {QL_ABSENT, NULL, -1};
  ql__verdict verdict = ql__guard(&quest->state, &event);
  if (known && event.fence <= known->fence && (event.fence < known->fence || event.counter < known->counter)) {
    status = find_duplicate(quest, a, &event, &decision.duplicate_of, err);
    if (status != QL_OK) return status;
  }
  if (decision.duplicate_of >= 0) {
    *out = decision;
    return QL_OK;
  }
  if (verdict.code == QL__ACCEPTED) {
    status = ql__line_build(a, &event, quest->head, entropy, &decision.line, err);
    if (status == QL_OK && quest->log.len + decision.line.len > QL_QUEST_BYTES_MAX)
      status = ql_fail(err, QL_ERR_LIMIT, "the quest is larger than QL_QUEST_BYTES_MAX", QL_ABSENT);
  } else {
    decision.refusal = ql__refusal_value(a, &quest->state, verdict);
    if (!decision.refusal) status = ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  if (status == QL_OK) *out = decision;
  return status;
}
