/* See shim.h for what every operation does with its arguments and its answer. */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include <questline/driver.h>
#include <questline/limits.h>
#include <questline/link.h>
#include <questline/notes.h>
#include <questline/report.h>
#include <questline/route.h>

#include "abi.h"
#include "base/text.h"
#include "format/crypto.h"
#include "format/markdown.h"
#include "spec/bytes.h"

/* ---- the answer ---- */

#define REFUSED       1
#define OUT_KEPT_MAX  (1024u * 1024u)
#define OUT_OF_MEMORY "{\"column\":0,\"detail\":\"\",\"line\":0,\"message\":\"out of memory\",\"offset\":0,\"status\":\"QL_ERR_NOMEM\"}"

static ql_arena *arena; /* of the running operation */
static ql_error error;  /* likewise */
static ql_buf out;      /* its answer, unless that is borrowed */
static ql_str answer;

uint32_t qlw_abi_version(void) { return QLW_ABI_VERSION; }
void *qlw_alloc(uint32_t size) { return malloc(size); }
void qlw_free(void *block, uint32_t size) {
  (void)size;
  free(block);
}
const char *qlw_out_ptr(void) { return answer.ptr; }
uint32_t qlw_out_len(void) { return (uint32_t)answer.len; }

static int32_t give_bytes(ql_str bytes) {
  answer = bytes;
  return QL_OK;
}

static int32_t give_out_of_memory(void) {
  answer = QL_STR(OUT_OF_MEMORY);
  return QL_ERR_NOMEM;
}

/* value is NULL when memory ran out while it was built. */
static int32_t give(const ql_value *value) {
  if (value == NULL || ql_arena_failed(arena)) return give_out_of_memory();
  ql_value_write(&out, value);
  return out.failed ? give_out_of_memory() : give_bytes(ql_buf_str(&out));
}

static int32_t give_nothing(void) { return give_bytes(QL_STR("null")); }

static ql_value *c_string(const char *s) { return ql_string(arena, (ql_str){s, strlen(s)}); }

/* Gives the failure that `error` describes. */
static int32_t give_failure(ql_status status) {
  if (status == QL_ERR_NOMEM) return give_out_of_memory();
  ql_arena_reset(arena);
  ql_value *failure = ql_object(arena);
  QL_SET(failure, "column", ql_int(arena, error.column));
  QL_SET(failure, "detail", c_string(error.detail));
  QL_SET(failure, "line", ql_int(arena, error.line));
  QL_SET(failure, "message", c_string(error.message != NULL ? error.message : ql_status_sentence(status)));
  QL_SET(failure, "offset", ql_int(arena, (int64_t)error.offset));
  QL_SET(failure, "status", c_string(ql_status_name(status)));
  return give(failure) == QL_OK ? (int32_t)status : QL_ERR_NOMEM;
}

static int32_t give_or_fail(ql_status status, const ql_value *value) { return status == QL_OK ? give(value) : give_failure(status); }

/* Forgets the last answer. False when out of memory, which is then the answer. */
static bool begin(void) {
  if (out.alloc.resize == NULL) out = ql_buf_new(ql_alloc_libc());
  if (out.failed || out.cap > OUT_KEPT_MAX) ql_buf_free(&out);
  out.len = 0;
  error = (ql_error){0};
  if (arena == NULL)
    arena = ql_arena_new(ql_alloc_libc());
  else
    ql_arena_reset(arena);
  if (arena == NULL) (void)give_out_of_memory();
  return arena != NULL;
}

/* ---- arguments ---- */

static ql_str view(const char *ptr, uint32_t len) { return (ql_str){ptr, len}; }

static ql_status to_integer(double number, int64_t *integer) {
  if (!(number >= 0 && number <= (double)QL_INT_MAX) || (double)(int64_t)number != number)
    return ql_fail(&error, QL_ERR_ARGUMENT, "a time or a number of an event is an integer from 0 to 2^53-1", QL_ABSENT);
  *integer = (int64_t)number;
  return QL_OK;
}

/* ---- handles: an index, and above it the generation of what stands there ---- */

#define GENERATION_SHIFT 16
#define GENERATION_LAST  0xffffu
#define INDEX_MASK       0xffffu

typedef enum object_kind { NO_OBJECT, ROSTER, QUEST, DRIVER } object_kind;

typedef struct object object;
struct object {
  object_kind kind;
  uint32_t generation;
  void *ptr;
  uint32_t users;      /* drivers that borrow it */
  bool unlinked;       /* roster: files were added since names were resolved */
  object *uses_quest;  /* driver */
  object *uses_roster; /* driver; NULL without one */
};

static object objects[QL_HANDLES_MAX];

/* NULL when the handle is closed or of another kind; `error` says so. */
static object *find(uint32_t handle, object_kind kind) {
  uint32_t index = handle & INDEX_MASK;
  if (index < QL_HANDLES_MAX) {
    object *found = &objects[index];
    if (found->kind == kind && found->generation == handle >> GENERATION_SHIFT) return found;
  }
  (void)ql_fail(&error, QL_ERR_HANDLE, "the handle is closed, was never opened, or is of another kind", QL_ABSENT);
  return NULL;
}

static const ql_quest *find_quest(uint32_t handle) {
  const object *found = find(handle, QUEST);
  return found != NULL ? found->ptr : NULL;
}

/* NULL when all are taken; `error` says so. */
static object *find_room(void) {
  for (size_t i = 0; i < QL_HANDLES_MAX; i++)
    if (objects[i].kind == NO_OBJECT) return &objects[i];
  (void)ql_fail(&error, QL_ERR_LIMIT, "too many objects are open, close some", QL_STR("QL_HANDLES_MAX"));
  return NULL;
}

static void release(object *o) {
  switch (o->kind) {
  case ROSTER: ql_roster_free(o->ptr); break;
  case QUEST: ql_quest_free(o->ptr); break;
  case DRIVER:
    ql_driver_free(o->ptr);
    o->uses_quest->users--;
    if (o->uses_roster != NULL) o->uses_roster->users--;
    break;
  case NO_OBJECT: break;
  }
  *o = (object){.generation = o->generation};
}

/* Gives the handle of what stands in room now. */
static int32_t give_handle(object *room) {
  room->generation = room->generation == GENERATION_LAST ? 1 : room->generation + 1;
  int32_t status = give(ql_int(arena, (int64_t)((room->generation << GENERATION_SHIFT) | (uint32_t)(room - objects))));
  if (status != QL_OK) release(room); /* without a handle nobody could */
  return status;
}

int32_t qlw_close(uint32_t handle) {
  if (!begin()) return QL_ERR_NOMEM;
  for (object_kind kind = ROSTER; kind <= DRIVER; kind++) {
    object *found = find(handle, kind);
    if (found == NULL) continue;
    if (found->users > 0) return give_failure(ql_fail(&error, QL_ERR_STATE, "a driver uses it, close the driver first", QL_ABSENT));
    release(found);
    return give_nothing();
  }
  return give_failure(QL_ERR_HANDLE);
}

/* ---- stateless ---- */

int32_t qlw_info(void) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_value *events = ql_array(arena), *limits = ql_object(arena), *statuses = ql_object(arena), *info = ql_object(arena);
#define FIELD(type, name, kind, need, doc)
#define EVENT(type, doc) ql_push(events, ql_string(arena, QL_STR(#type)));
#include <questline/events.def>
#undef EVENT
#undef FIELD
#define LIMIT(name, doc) QL_SET(limits, #name, ql_int(arena, name));
#include <questline/limits.def>
#undef LIMIT
#define X(name, code, sentence) QL_SET(statuses, #name, ql_int(arena, code));
#include <questline/status.def>
#undef X
  QL_SET(info, "abi", ql_int(arena, QLW_ABI_VERSION));
  QL_SET(info, "events", events);
  QL_SET(info, "format", ql_int(arena, QL_QUEST_FORMAT));
  QL_SET(info, "limits", limits);
  QL_SET(info, "rules", ql_int(arena, QL_QUEST_RULES));
  QL_SET(info, "statuses", statuses);
  return give(info);
}

static ql_status parse_spec(ql_str path, ql_str text, ql_str dialect, const ql_spec **spec) {
  return ql_spec_parse_as(arena, path, text, dialect, spec, &error);
}

int32_t qlw_spec_parse(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect,
                       uint32_t dialect_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_spec *spec = NULL;
  ql_status status = parse_spec(view(path, path_len), view(text, text_len), view(dialect, dialect_len), &spec);
  return status == QL_OK ? give(ql_spec_value(arena, spec)) : give_failure(status);
}

int32_t qlw_spec_fix(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                     const char *code, uint32_t code_len, double offset) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_mend which = {view(dialect, dialect_len), view(code, code_len), SIZE_MAX};
  ql_str mended = QL_ABSENT;
  size_t count = 0;
  int64_t at = 0;
  ql_status status = offset >= 0 ? to_integer(offset, &at) : QL_OK;
  if (offset >= 0) which.offset = (size_t)at;
  if (status == QL_OK) status = ql_spec_fix(arena, view(path, path_len), view(text, text_len), which, &mended, &count, &error);
  if (status != QL_OK) return give_failure(status);
  ql_value *value = ql_object(arena);
  QL_SET(value, "mended", ql_int(arena, (int64_t)count));
  QL_SET(value, "text", ql_string(arena, ql__clean_path(arena, mended)));
  return give(value);
}

int32_t qlw_spec_export(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                        const char *to, uint32_t to_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_spec *spec = NULL;
  ql_export export_ = {0};
  ql_status status = parse_spec(view(path, path_len), view(text, text_len), view(dialect, dialect_len), &spec);
  if (status == QL_OK) status = ql_spec_export(arena, spec, view(text, text_len), view(to, to_len), &export_, &error);
  return status == QL_OK ? give(ql_export_value(arena, &export_)) : give_failure(status);
}

int32_t qlw_markdown_html(const char *text, uint32_t text_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_str html = QL_ABSENT;
  ql_status status = ql_md_html(arena, view(text, text_len), &html, &error);
  return status == QL_OK ? give_bytes(html) : give_failure(status);
}

int32_t qlw_sha256(const char *bytes, uint32_t bytes_len) {
  if (!begin()) return QL_ERR_NOMEM;
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(view(bytes, bytes_len), hash);
  char *hex = ql_arena_get(arena, 2 * QL_HASH_BYTES);
  if (hex == NULL) return give_out_of_memory();
  ql_hex_write(hex, hash, QL_HASH_BYTES);
  return give_bytes((ql_str){hex, 2 * QL_HASH_BYTES});
}

int32_t qlw_canonical(const char *json, uint32_t json_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_status status = ql_json_read(arena, view(json, json_len), &value, &error);
  return give_or_fail(status, value);
}

/* ---- boards, reports, branches ---- */

int32_t qlw_quest_board(uint32_t quest, double now) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_status status = to_integer(now, &time);
  return status == QL_OK ? give(ql_quest_board(found, arena, time)) : give_failure(status);
}

int32_t qlw_quest_inbox(uint32_t quest, const char *agent, uint32_t agent_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *inbox = NULL;
  ql_status status = ql_quest_inbox(found, arena, view(agent, agent_len), &inbox, &error);
  return give_or_fail(status, inbox);
}

int32_t qlw_quest_standing(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  return found != NULL ? give(ql_quest_standing(found, arena)) : give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_timeline(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  return found != NULL ? give(ql_quest_timeline(found, arena)) : give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_compare(uint32_t left, uint32_t right) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *one = find_quest(left), *other = find_quest(right);
  return one != NULL && other != NULL ? give(ql_quest_compare(one, other, arena)) : give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_continuation(uint32_t mine, uint32_t theirs) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *one = find_quest(mine), *other = find_quest(theirs);
  if (one == NULL || other == NULL) return give_failure(QL_ERR_HANDLE);
  ql_str lines = QL_ABSENT;
  ql_status status = ql_quest_continuation(one, other, arena, &lines, &error);
  return status == QL_OK ? give_bytes(lines) : give_failure(status);
}

int32_t qlw_quest_what_if(uint32_t quest, uint32_t branch, const char *change, uint32_t change_len, const char *entropy,
                          uint32_t entropy_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  object *empty = find(branch, QUEST);
  if (found == NULL || empty == NULL) return give_failure(QL_ERR_HANDLE);
  if (entropy_len != QL_ENTROPY_BYTES) return give_failure(ql_fail(&error, QL_ERR_ARGUMENT, "a decision needs 32 random bytes", QL_ABSENT));
  ql_value *value = NULL, *outcome = NULL;
  ql_status status = ql_json_read(arena, view(change, change_len), &value, &error);
  if (status == QL_OK) status = ql_quest_what_if(found, arena, value, (const uint8_t *)entropy, empty->ptr, &outcome, &error);
  return give_or_fail(status, outcome);
}

/* A JSON array of whole numbers. */
static ql_status read_numbers(ql_str text, int64_t **numbers, size_t *count) {
  ql_value *list = NULL;
  ql_status status = ql_json_read(arena, text, &list, &error);
  if (status != QL_OK) return status;
  if (list->kind != QL_ARRAY) return ql_fail(&error, QL_ERR_ARGUMENT, "an array of numbers is needed", QL_ABSENT);
  *numbers = ql_arena_array(arena, list->count + 1, sizeof **numbers);
  if (*numbers == NULL) return QL_ERR_NOMEM;
  for (const ql_value *item = list->first; item != NULL; item = item->next) {
    if (item->kind != QL_INT) return ql_fail(&error, QL_ERR_ARGUMENT, "an array of numbers is needed", QL_ABSENT);
    (*numbers)[(*count)++] = item->number;
  }
  return QL_OK;
}

int32_t qlw_quest_redact(uint32_t quest, const char *events, uint32_t events_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t *numbers = NULL;
  size_t count = 0;
  ql_str log = QL_ABSENT;
  ql_status status = read_numbers(view(events, events_len), &numbers, &count);
  if (status == QL_OK) status = ql_quest_redact(found, arena, numbers, count, &log, &error);
  return status == QL_OK ? give_bytes(log) : give_failure(status);
}

int32_t qlw_quest_reveal(uint32_t quest, uint32_t source, double event) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest), *full = find_quest(source);
  if (found == NULL || full == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t n = -1;
  ql_str log = QL_ABSENT;
  ql_status status = event == -1 ? QL_OK : to_integer(event, &n);
  if (status == QL_OK) status = ql_quest_reveal(found, full, arena, n, &log, &error);
  return status == QL_OK ? give_bytes(log) : give_failure(status);
}

/* ---- signatures ---- */

int32_t qlw_quest_signatures(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  return found != NULL ? give(ql_quest_signatures(found, arena)) : give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_signature(uint32_t quest, const char *line, uint32_t line_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = ql_quest_signature(found, arena, view(line, line_len), &value, &error);
  return status == QL_OK && value == NULL ? give_nothing() : give_or_fail(status, value);
}

int32_t qlw_quest_sign(uint32_t quest, double n, const char *signature, uint32_t signature_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = find(quest, QUEST);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_status status = to_integer(n, &at);
  if (status == QL_OK) status = ql_quest_sign(found->ptr, at, view(signature, signature_len), &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}

int32_t qlw_line_sign(const char *line, uint32_t line_len, const char *signature, uint32_t signature_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_str made = QL_ABSENT;
  ql_status status = ql_line_sign(arena, view(line, line_len), view(signature, signature_len), &made, &error);
  return status == QL_OK ? give_bytes(made) : give_failure(status);
}

/* ---- several quests ---- */

static ql_status read_quests(ql_str text, const ql_quest ***quests, size_t *count) {
  int64_t *handles = NULL;
  size_t given = 0;
  ql_status status = read_numbers(text, &handles, &given);
  if (status != QL_OK) return status;
  *quests = ql_arena_array(arena, given + 1, sizeof **quests);
  if (*quests == NULL) return QL_ERR_NOMEM;
  for (; *count < given; ++*count) {
    int64_t handle = handles[*count];
    (*quests)[*count] = handle >= 0 && handle <= UINT32_MAX ? find_quest((uint32_t)handle) : NULL;
    if ((*quests)[*count] == NULL) return QL_ERR_HANDLE;
  }
  return QL_OK;
}

int32_t qlw_quest_metrics(const char *quests, uint32_t quests_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest **found = NULL;
  size_t count = 0;
  ql_status status = read_quests(view(quests, quests_len), &found, &count);
  return status == QL_OK ? give(ql_quest_metrics(found, count, arena)) : give_failure(status);
}

int32_t qlw_quest_report(const char *quests, uint32_t quests_len, const char *kind, uint32_t kind_len, double from, double to) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest **found = NULL;
  size_t count = 0;
  int64_t first = 0, last = 0;
  ql_str text = QL_ABSENT;
  ql_status status = read_quests(view(quests, quests_len), &found, &count);
  if (status == QL_OK) status = to_integer(from, &first);
  if (status == QL_OK) status = to_integer(to, &last);
  if (status == QL_OK) status = ql_quest_report(found, count, arena, view(kind, kind_len), first, last, &text, &error);
  return status == QL_OK ? give_bytes(text) : give_failure(status);
}

int32_t qlw_certificate(const char *log, uint32_t log_len, const char *head, uint32_t head_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_value *certificate = NULL;
  ql_status status = ql_quest_certificate(arena, view(log, log_len), view(head, head_len), &certificate, &error);
  return give_or_fail(status, certificate);
}

int32_t qlw_verify(const char *log, uint32_t log_len, const char *head, uint32_t head_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_value *verdict = NULL;
  ql_status status = ql_verify(arena, view(log, log_len), view(head, head_len), &verdict, &error);
  return give_or_fail(status, verdict);
}

int32_t qlw_link_make(const char *log, uint32_t log_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_str fragment = QL_ABSENT;
  ql_status status = ql_link_make(arena, view(log, log_len), &fragment, &error);
  return status == QL_OK ? give(ql_link_value(arena, fragment)) : give_failure(status);
}

int32_t qlw_link_open(const char *text, uint32_t text_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_str log = QL_ABSENT;
  ql_status status = ql_link_open(arena, view(text, text_len), &log, &error);
  return status == QL_OK ? give_bytes(log) : give_failure(status);
}

/* ---- rosters and plans ---- */

int32_t qlw_roster_new(void) {
  if (!begin()) return QL_ERR_NOMEM;
  object *room = find_room();
  if (room == NULL) return give_failure(QL_ERR_LIMIT);
  room->ptr = ql_roster_new(ql_alloc_libc());
  if (room->ptr == NULL) return give_out_of_memory();
  room->kind = ROSTER;
  room->unlinked = true;
  return give_handle(room);
}

/* The roster with its names resolved. */
static ql_status find_roster(uint32_t handle, object **found) {
  object *o = find(handle, ROSTER);
  if (o == NULL) return QL_ERR_HANDLE;
  if (o->unlinked) {
    ql_status status = ql_roster_link(o->ptr, &error);
    if (status != QL_OK) return status;
    o->unlinked = false;
  }
  *found = o;
  return QL_OK;
}

int32_t qlw_roster_value(uint32_t roster) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = NULL;
  ql_status status = find_roster(roster, &found);
  return status == QL_OK ? give(ql_roster_value(arena, found->ptr)) : give_failure(status);
}

/* One that no driver uses, whose names have to be resolved again. */
static ql_status find_free_roster(uint32_t handle, ql_roster **roster) {
  object *o = find(handle, ROSTER);
  if (o == NULL) return QL_ERR_HANDLE;
  if (o->users > 0) return ql_fail(&error, QL_ERR_STATE, "a driver uses the roster, close the driver first", QL_ABSENT);
  o->unlinked = true;
  *roster = o->ptr;
  return QL_OK;
}

int32_t qlw_roster_add(uint32_t roster, const char *path, uint32_t path_len, const char *text, uint32_t text_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_roster *found = NULL;
  ql_status status = find_free_roster(roster, &found);
  if (status == QL_OK) status = ql_roster_add(found, view(path, path_len), view(text, text_len), &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}

int32_t qlw_roster_dialect(uint32_t roster, const char *dialect, uint32_t dialect_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_roster *found = NULL;
  ql_status status = find_free_roster(roster, &found);
  if (status == QL_OK) status = ql_roster_dialect(found, view(dialect, dialect_len), &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}

int32_t qlw_roster_switch(uint32_t roster, const char *agent, uint32_t agent_len, const char *rule, uint32_t rule_len, uint32_t on) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = find(roster, ROSTER);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_status status = ql_roster_switch(found->ptr, view(agent, agent_len), view(rule, rule_len), on != 0, &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}

int32_t qlw_permit(uint32_t roster, const char *agent, uint32_t agent_len, const char *tool, uint32_t tool_len, const char *path,
                   uint32_t path_len, uint32_t link) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = NULL;
  ql_value *permit = NULL;
  ql_status status = find_roster(roster, &found);
  if (status == QL_OK)
    status = ql_permit(arena, found->ptr, view(agent, agent_len), view(tool, tool_len), view(path, path_len), link != 0, &permit, &error);
  return give_or_fail(status, permit);
}

int32_t qlw_route(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = NULL;
  ql_value *route = NULL;
  ql_status status = find_roster(roster, &found);
  if (status == QL_OK) status = ql_route(arena, found->ptr, view(agent, agent_len), view(request, request_len), &route, &error);
  return give_or_fail(status, route);
}

static ql_status read_documents(ql_str json, ql_document **documents, size_t *count) {
  ql_value *value = NULL;
  ql_status status = ql_json_read(arena, json, &value, &error);
  if (status != QL_OK) return status;
  if (value->kind != QL_ARRAY) return ql_fail(&error, QL_ERR_ARGUMENT, "documents are an array", QL_ABSENT);
  *documents = ql_arena_array(arena, value->count + 1, sizeof **documents);
  if (*documents == NULL) return ql_fail(&error, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *count = 0;
  for (const ql_value *item = value->first; item; item = item->next) {
    ql_document *document = &(*documents)[(*count)++];
    *document = (ql_document){ql_get_str(item, QL_STR("path")), ql_get_str(item, QL_STR("text")), ql_get_int(item, QL_STR("tokens"), 0)};
    if (document->path.ptr == NULL) return ql_fail(&error, QL_ERR_ARGUMENT, "a document has no path", QL_ABSENT);
  }
  return QL_OK;
}

int32_t qlw_context_pack(uint32_t roster, const char *agent, uint32_t agent_len, const char *documents, uint32_t documents_len,
                         double window, double budget) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = NULL;
  ql_value *pack = NULL;
  ql_document *list = NULL;
  size_t count = 0;
  int64_t most = 0, wanted = 0;
  ql_status status = find_roster(roster, &found);
  if (status == QL_OK) status = to_integer(window, &most);
  if (status == QL_OK) status = to_integer(budget, &wanted);
  if (status == QL_OK) status = read_documents(view(documents, documents_len), &list, &count);
  if (status == QL_OK) status = ql_context_pack(arena, found->ptr, view(agent, agent_len), list, count, most, wanted, &pack, &error);
  return give_or_fail(status, pack);
}

int32_t qlw_plan_rehearse(uint32_t roster, const char *leader, uint32_t leader_len, const char *objective, uint32_t objective_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = NULL;
  const ql_plan *plan = NULL;
  ql_status status = find_roster(roster, &found);
  if (status == QL_OK)
    status = ql_plan_rehearse(arena, found->ptr, view(leader, leader_len), view(objective, objective_len), &plan, &error);
  return status == QL_OK ? give(ql_plan_value(arena, plan)) : give_failure(status);
}

static const struct {
  ql_str name;
  ql_plan_format format;
} plan_formats[] = {
    {QL_STR_INIT("seed"), QL_PLAN_SEED},
    {QL_STR_INIT("markdown"), QL_PLAN_MARKDOWN},
    {QL_STR_INIT("mermaid"), QL_PLAN_MERMAID},
};

static ql_status read_plan_format(ql_str name, ql_plan_format *format) {
  for (size_t i = 0; i < QL_COUNT(plan_formats); i++) {
    if (!ql_eq(plan_formats[i].name, name)) continue;
    *format = plan_formats[i].format;
    return QL_OK;
  }
  return ql_fail(&error, QL_ERR_ARGUMENT, "a plan is written as seed, markdown or mermaid", name);
}

/* A plan given as JSON, and the roster it is looked at with; without one, handle 0, that stays NULL. */
static ql_status read_plan(uint32_t roster, ql_str json, const ql_roster **with, const ql_plan **plan) {
  object *found = NULL;
  ql_value *value = NULL;
  ql_status status = roster != 0 ? find_roster(roster, &found) : QL_OK;
  if (status == QL_OK) status = ql_json_read(arena, json, &value, &error);
  if (status == QL_OK) status = ql_plan_from_value(arena, value, plan, &error);
  *with = status == QL_OK && found != NULL ? found->ptr : NULL;
  return status;
}

int32_t qlw_plan_complete(const char *plan, uint32_t plan_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_roster *none = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(0, view(plan, plan_len), &none, &read);
  return status == QL_OK ? give(ql_plan_value(arena, read)) : give_failure(status);
}

int32_t qlw_plan_check(uint32_t roster, const char *plan, uint32_t plan_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_roster *with = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(roster, view(plan, plan_len), &with, &read);
  return status == QL_OK ? give(ql_plan_check(arena, read, with)) : give_failure(status);
}

int32_t qlw_plan_command(uint32_t roster, const char *plan, uint32_t plan_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_roster *with = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan(roster, view(plan, plan_len), &with, &read);
  return status == QL_OK ? give(ql_plan_command(arena, read, with)) : give_failure(status);
}

int32_t qlw_plan_write(const char *plan, uint32_t plan_len, const char *format, uint32_t format_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_plan_format as = QL_PLAN_SEED;
  const ql_roster *none = NULL;
  const ql_plan *read = NULL;
  ql_status status = read_plan_format(view(format, format_len), &as);
  if (status == QL_OK) status = read_plan(0, view(plan, plan_len), &none, &read);
  if (status != QL_OK) return give_failure(status);
  ql_str text = ql_plan_write(arena, read, as);
  return text.ptr != NULL ? give_bytes(text) : give_out_of_memory();
}

int32_t qlw_plan_read(const char *text, uint32_t text_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_plan *plan = NULL;
  ql_status status = ql_plan_read(arena, view(text, text_len), &plan, &error);
  return status == QL_OK ? give(ql_plan_value(arena, plan)) : give_failure(status);
}

/* ---- quests ---- */

int32_t qlw_quest_open(const char *log, uint32_t log_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *room = find_room();
  if (room == NULL) return give_failure(QL_ERR_LIMIT);
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  if (quest == NULL) return give_out_of_memory();
  ql_status status = log_len > 0 ? ql_quest_append_log(quest, view(log, log_len), &error) : QL_OK;
  if (status != QL_OK) {
    ql_quest_free(quest);
    return give_failure(status);
  }
  room->kind = QUEST;
  room->ptr = quest;
  return give_handle(room);
}

static ql_value *decision_value(const ql_decision *decision) {
  ql_value *value = ql_object(arena);
  if (decision->duplicate_of >= 0) QL_SET(value, "duplicate_of", ql_int(arena, decision->duplicate_of));
  if (decision->line.ptr != NULL) QL_SET(value, "line", ql_string(arena, decision->line));
  if (decision->refusal != NULL) QL_SET(value, "refusal", decision->refusal);
  return value;
}

static int32_t decide(uint32_t quest, ql_str command, double now, ql_str entropy, bool line_alone) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  if (entropy.len != QL_ENTROPY_BYTES) return give_failure(ql_fail(&error, QL_ERR_ARGUMENT, "a decision needs 32 random bytes", QL_ABSENT));
  int64_t time = 0;
  ql_value *value = NULL;
  ql_decision decision = {QL_ABSENT, NULL, -1};
  ql_status status = to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(arena, command, &value, &error);
  if (status == QL_OK) status = ql_quest_decide(found, arena, value, time, (const uint8_t *)entropy.ptr, &decision, &error);
  if (status != QL_OK) return give_failure(status);
  if (line_alone && decision.line.ptr != NULL) return give_bytes(decision.line);
  int32_t given = give(decision_value(&decision));
  return given == QL_OK && (line_alone || decision.refusal != NULL) ? REFUSED : given;
}

int32_t qlw_quest_decide(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len) {
  return decide(quest, view(command, command_len), now, view(entropy, entropy_len), false);
}

int32_t qlw_quest_line(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len) {
  return decide(quest, view(command, command_len), now, view(entropy, entropy_len), true);
}

int32_t qlw_quest_append(uint32_t quest, const char *lines, uint32_t lines_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = find(quest, QUEST);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_str text = view(lines, lines_len);
  bool one_without_end = ql_find_byte(text, '\n', 0) == SIZE_MAX;
  ql_status status = one_without_end ? ql_quest_append(found->ptr, text, &error) : ql_quest_append_log(found->ptr, text, &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}

int32_t qlw_quest_verdict(uint32_t quest, const char *head, uint32_t head_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *verdict = NULL;
  ql_status status = ql_quest_verdict(found, arena, view(head, head_len), &verdict, &error);
  return give_or_fail(status, verdict);
}

int32_t qlw_quest_head(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  char head[QL_HASH_CHARS];
  ql_quest_head(found, head);
  ql_value *value = ql_object(arena);
  int64_t due = ql_quest_due(found);
  if (due >= 0) QL_SET(value, "due", ql_int(arena, due));
  QL_SET(value, "head", ql_string(arena, (ql_str){head, sizeof head}));
  QL_SET(value, "id", ql_string(arena, ql_quest_id(found)));
  QL_SET(value, "n", ql_int(arena, ql_quest_count(found)));
  return give(value);
}

int32_t qlw_quest_view(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  return found != NULL ? give(ql_quest_view(found, arena)) : give_failure(QL_ERR_HANDLE);
}

int32_t qlw_quest_view_at(uint32_t quest, double n) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_value *view = NULL;
  ql_status status = to_integer(n, &at);
  if (status == QL_OK) status = ql_quest_view_at(found, arena, at, &view, &error);
  return give_or_fail(status, view);
}

int32_t qlw_quest_state(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  char hash[QL_HASH_CHARS];
  ql_status status = ql_quest_state_hash(found, hash, &error);
  ql_value *value = ql_object(arena);
  QL_SET(value, "hash", ql_string(arena, (ql_str){hash, sizeof hash}));
  QL_SET(value, "state", ql_quest_state(found, arena));
  return give_or_fail(status, value);
}

int32_t qlw_quest_monitor(uint32_t quest, const char *agent, uint32_t agent_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_str name = view(agent, agent_len);
  const ql_value *monitor = ql_quest_monitor(found, arena, name);
  if (monitor == NULL && !ql_arena_failed(arena))
    return give_failure(ql_fail(&error, QL_ERR_NOT_FOUND, "nobody of that name is in the quest", name));
  return give(monitor);
}

/* The number of an event of the quest, or of the one to come where `next` allows it. */
static ql_status to_event(const ql_quest *quest, double number, bool next, int64_t *n) {
  ql_status status = to_integer(number, n);
  if (status != QL_OK) return status;
  if (*n < ql_quest_count(quest) + (next ? 1 : 0)) return QL_OK;
  return ql_fail(&error, QL_ERR_ARGUMENT, "the quest has no event of that number", QL_ABSENT);
}

int32_t qlw_quest_event(uint32_t quest, double n) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t at = 0;
  ql_status status = to_event(found, n, false, &at);
  return status == QL_OK ? give(ql_quest_event(found, arena, at)) : give_failure(status);
}

int32_t qlw_quest_log(uint32_t quest, double from) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t first = 0;
  ql_status status = to_event(found, from, true, &first);
  if (status != QL_OK) return give_failure(status);
  if (first == 0) return give_bytes(ql_quest_log(found));
  for (int64_t n = first; n < ql_quest_count(found); n++) ql_buf_add(&out, ql_quest_line(found, n));
  return out.failed ? give_out_of_memory() : give_bytes(ql_buf_str(&out));
}

int32_t qlw_quest_rehearse(uint32_t quest) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *command;
  ql_status status = ql_rehearse(found, arena, &command, &error);
  if (status != QL_OK) return give_failure(status);
  return command != NULL ? give(command) : give_nothing();
}

/* ---- notes ---- */

int32_t qlw_note_make(uint32_t quest, const char *notes, uint32_t notes_len, const char *draft, uint32_t draft_len, double now,
                      const char *entropy, uint32_t entropy_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  if (entropy_len != QL_NOTE_ID_BYTES) return give_failure(ql_fail(&error, QL_ERR_ARGUMENT, "a note needs 16 random bytes", QL_ABSENT));
  int64_t time = 0;
  ql_value *value = NULL;
  ql_str line = QL_ABSENT;
  ql_status status = to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(arena, view(draft, draft_len), &value, &error);
  if (status == QL_OK) status = ql_note_make(found, arena, view(notes, notes_len), value, time, (const uint8_t *)entropy, &line, &error);
  return status == QL_OK ? give_bytes(line) : give_failure(status);
}

int32_t qlw_notes_list(uint32_t quest, const char *notes, uint32_t notes_len) {
  if (!begin()) return QL_ERR_NOMEM;
  const ql_quest *found = find_quest(quest);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *list = NULL;
  ql_status status = ql_notes_list(found, arena, view(notes, notes_len), &list, &error);
  return give_or_fail(status, list);
}

int32_t qlw_notes_merge(const char *mine, uint32_t mine_len, const char *theirs, uint32_t theirs_len) {
  if (!begin()) return QL_ERR_NOMEM;
  ql_value *merged = NULL;
  ql_status status = ql_notes_merge(arena, view(mine, mine_len), view(theirs, theirs_len), &merged, &error);
  return give_or_fail(status, merged);
}

/* ---- drivers ---- */

int32_t qlw_driver_new(uint32_t quest, uint32_t roster, const char *request, uint32_t request_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *uses_quest = find(quest, QUEST), *uses_roster = NULL;
  if (uses_quest == NULL) return give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = roster != 0 ? find_roster(roster, &uses_roster) : QL_OK;
  if (status == QL_OK && request != NULL) status = ql_json_read(arena, view(request, request_len), &value, &error);
  if (status != QL_OK) return give_failure(status);
  object *room = find_room();
  if (room == NULL) return give_failure(QL_ERR_LIMIT);
  ql_driver *driver = NULL;
  status = ql_driver_new(ql_alloc_libc(), uses_quest->ptr, uses_roster != NULL ? uses_roster->ptr : NULL, value, &driver, &error);
  if (status != QL_OK) return give_failure(status);
  room->kind = DRIVER;
  room->ptr = driver;
  room->uses_quest = uses_quest;
  room->uses_roster = uses_roster;
  uses_quest->users++;
  if (uses_roster != NULL) uses_roster->users++;
  return give_handle(room);
}

int32_t qlw_driver_next(uint32_t driver, double now) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = find(driver, DRIVER);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_value *effect = NULL;
  ql_status status = to_integer(now, &time);
  if (status == QL_OK) status = ql_driver_next(found->ptr, arena, time, &effect, &error);
  return give_or_fail(status, effect);
}

int32_t qlw_driver_result(uint32_t driver, double now, const char *result, uint32_t result_len) {
  if (!begin()) return QL_ERR_NOMEM;
  object *found = find(driver, DRIVER);
  if (found == NULL) return give_failure(QL_ERR_HANDLE);
  int64_t time = 0;
  ql_value *value = NULL;
  ql_status status = to_integer(now, &time);
  if (status == QL_OK) status = ql_json_read(arena, view(result, result_len), &value, &error);
  if (status == QL_OK) status = ql_driver_result(found->ptr, time, value, &error);
  return status == QL_OK ? give_nothing() : give_failure(status);
}
