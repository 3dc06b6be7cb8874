/* From a command to the line it makes, a refusal, or the line it made before. Changes nothing. */
#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"
#include "quest/machine.h"
#include "quest/quest.h"

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

/* The same for the same entropy. */
static ql_value *new_id(ql_arena *a, const uint8_t *entropy) {
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  uint8_t bytes[QL_SALT_BYTES];
  char *id = ql_arena_get(a, 10);
  if (!id) return NULL;
  ql_derive_16(entropy, UINT64_MAX, bytes);
  for (size_t i = 0; i < 10; i++) id[i] = digits[bytes[i] & 31u];
  return ql_string(a, (ql_str){id, 10});
}

/* Blanks and the case of ASCII letters make no other words. */
static ql_str normal_words(ql_arena *a, ql_str text) {
  char *out = ql_arena_get(a, text.len + 1);
  size_t len = 0;
  for (size_t i = 0; out && i < text.len; i++) {
    bool blank = ql_is_space(text.ptr[i]);
    if (blank && (len == 0 || out[len - 1] == ' ')) continue;
    out[len++] = blank ? ' ' : ql_to_lower(text.ptr[i]);
  }
  if (len > 0 && out[len - 1] == ' ') len--;
  return (ql_str){out, len};
}

bool ql__digest(ql_arena *a, ql_str key, ql_str words, char out[QL_HASH_CHARS]) {
  const ql_str pieces[] = {key, QL_STR("\n"), normal_words(a, words)};
  uint8_t hash[QL_HASH_BYTES];
  if (!pieces[2].ptr) return false;
  ql_blake2b_256("questline.same.1", NULL, pieces, QL_COUNT(pieces), hash);
  ql_base64url_write(out, hash, sizeof hash);
  return true;
}

static ql_value *new_key(ql_arena *a, const uint8_t *entropy) {
  uint8_t bytes[QL_SALT_BYTES];
  char *key = ql_arena_get(a, 22);
  if (!key) return NULL;
  ql_derive_16(entropy, UINT64_MAX - 1, bytes);
  return ql_string(a, (ql_str){key, ql_base64url_write(key, bytes, sizeof bytes)});
}

static void fill_digest(const ql_quest *quest, ql_arena *a, ql_value *d) {
  ql_str words = ql_get_str(d, QL_STR("msg"));
  char *digest = ql_arena_get(a, QL_HASH_CHARS);
  if (!digest || !words.ptr || !quest->key.ptr || quest->state.loops == 0) return;
  if (ql__digest(a, quest->key, words, digest)) QL_SET(d, "same", ql_string(a, (ql_str){digest, QL_HASH_CHARS}));
}

/* FNV-1a. */
uint64_t ql__name_hash(ql_str name) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < name.len; i++) hash = (hash ^ (unsigned char)name.ptr[i]) * UINT64_C(1099511628211);
  return hash ? hash : 1;
}

/* The latest artifact of that name takes the place of the one before, if both are of one task. */
static void fill_replaces(const ql_quest *quest, ql_arena *a, ql_value *d) {
  const ql__state *s = &quest->state;
  ql_str name = ql_get_str(d, QL_STR("name")), task = ql_get_str(d, QL_STR("task"));
  size_t of = task.ptr ? ql__task_of(s, task) : QL__NONE;
  uint64_t hash = ql__name_hash(name);
  for (size_t i = s->artifact_count; i-- > 0 && !QL_GET(d, "replaces");) {
    const ql__artifact *artifact = &s->artifacts[i];
    if (artifact->replaced || artifact->task != of || quest->names[i] != hash) continue;
    ql_str text = ql_quest_line(quest, artifact->n);
    ql_value *line;
    if (ql_canon_read(a, ql_slice(text, 0, text.len - 1), &line, NULL) != QL_OK) return; /* out of memory: the caller asks */
    const ql_value *opening = QL_GET(QL_GET(line, "x"), "name");
    if (opening && ql_eq(opening->last->text, name)) QL_SET(d, "replaces", ql_string(a, (ql_str){artifact->hash, 64}));
  }
}

/* What a command may leave out. */
static void fill_in(const ql_quest *quest, ql_arena *a, ql_event_type type, size_t seat, ql_value *d, const uint8_t *entropy) {
  if (type == QL_EVENT_create) {
    QL_SET(d, "format", ql_int(a, QL_QUEST_FORMAT));
    if (!QL_GET(d, "rules")) QL_SET(d, "rules", ql_int(a, QL_QUEST_RULES));
    if (!QL_GET(d, "policy")) QL_SET(d, "policy", ql_string(a, QL_STR("strict")));
    if (QL_GET(d, "loops") && !QL_GET(d, "key")) QL_SET(d, "key", new_key(a, entropy));
  }
  if ((type == QL_EVENT_create || type == QL_EVENT_fork) && !QL_GET(d, "id")) QL_SET(d, "id", new_id(a, entropy));
  if (type == QL_EVENT_respond && !QL_GET(d, "kind"))
    QL_SET(d, "kind", ql_string(a, seat == quest->state.leader ? QL_STR("progress") : QL_STR("completed")));
  if (type == QL_EVENT_message && seat == quest->state.leader) fill_digest(quest, a, d);
  if (type == QL_EVENT_artifact) fill_replaces(quest, a, d);
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
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (!out->by.ptr) return ql_fail(err, QL_ERR_SYNTAX, "a command says who acts", QL_STR("by"));
  size_t seat = ql__seat_of(&quest->state, out->by);
  const ql__seat *known = seat == QL__NONE ? NULL : &quest->state.seats[seat];
  ql_value *d = ql_object(a);
  for (const ql_value *member = command->first; member; member = member->next) {
    bool numeric = ql_eq(member->key, QL_STR("fence")) || ql_eq(member->key, QL_STR("k"));
    if (numeric && (member->kind != QL_INT || member->number < 0))
      return ql_fail(err, QL_ERR_SYNTAX, "a number from 0 was expected", member->key);
    bool computed = ql_eq(member->key, QL_STR("same")); /* never taken from who sends it */
    if (!is_envelope(member->key) && !computed) ql_set(d, member->key, ql_copy(a, member));
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
  bool numbered = QL_GET(command, "k") != NULL; /* a command that says no number repeats none */
  if (numbered && known && event.fence <= known->fence && (event.fence < known->fence || event.counter < known->counter)) {
    status = find_duplicate(quest, a, &event, &decision.duplicate_of, err);
    if (status != QL_OK) return status;
  }
  if (decision.duplicate_of >= 0) {
    *out = decision;
    return QL_OK;
  }
  if (verdict.code == QL__ACCEPTED) {
    status = ql__line_build(a, &event, quest->head, entropy, &decision.line, err);
    int64_t room = (int64_t)QL_QUEST_BYTES_MAX - ql__kept_bytes(&quest->state, &event);
    if (status == QL_OK && (int64_t)(quest->log.len + decision.line.len) > room)
      status = ql_fail(err, QL_ERR_LIMIT, "the quest is larger than QL_QUEST_BYTES_MAX", QL_ABSENT);
    if (status == QL_OK && !ql__remember_made(quest, decision.line)) status = ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  } else {
    decision.refusal = ql__refusal_value(a, &quest->state, verdict);
    if (!decision.refusal) status = ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  if (status == QL_OK) *out = decision;
  return status;
}
