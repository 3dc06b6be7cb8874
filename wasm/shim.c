/* See shim.h for what every operation does with its arguments and its answer. Here stand the answer, the handles, and what needs neither. */
#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>

#include "abi.h"
#include "base/text.h"
#include "format/crypto.h"
#include "format/markdown.h"
#include "shim_inside.h"

/* ---- the answer ---- */

#define OUT_KEPT_MAX  (1024u * 1024u)
#define OUT_OF_MEMORY "{\"column\":0,\"detail\":\"\",\"line\":0,\"message\":\"out of memory\",\"offset\":0,\"status\":\"QL_ERR_NOMEM\"}"

ql_arena *qlw__arena;
ql_error qlw__error;
ql_buf qlw__out;
static ql_str answer;

uint32_t qlw_abi_version(void) { return QLW_ABI_VERSION; }
void *qlw_alloc(uint32_t size) { return malloc(size); }
void qlw_free(void *block, uint32_t size) {
  (void)size;
  free(block);
}
const char *qlw_out_ptr(void) { return answer.ptr; }
uint32_t qlw_out_len(void) { return (uint32_t)answer.len; }

int32_t qlw__give_bytes(ql_str bytes) {
  answer = bytes;
  return QL_OK;
}

int32_t qlw__give_out_of_memory(void) {
  answer = QL_STR(OUT_OF_MEMORY);
  return QL_ERR_NOMEM;
}

int32_t qlw__give(const ql_value *value) {
  if (value == NULL || ql_arena_failed(qlw__arena)) return qlw__give_out_of_memory();
  ql_value_write(&qlw__out, value);
  return qlw__out.failed ? qlw__give_out_of_memory() : qlw__give_bytes(ql_buf_str(&qlw__out));
}

int32_t qlw__give_nothing(void) { return qlw__give_bytes(QL_STR("null")); }

ql_value *qlw__c_string(const char *s) { return ql_string(qlw__arena, (ql_str){s, strlen(s)}); }

int32_t qlw__give_failure(ql_status status) {
  if (status == QL_ERR_NOMEM) return qlw__give_out_of_memory();
  ql_arena_reset(qlw__arena);
  ql_value *failure = ql_object(qlw__arena);
  QL_SET(failure, "column", ql_int(qlw__arena, qlw__error.column));
  QL_SET(failure, "detail", qlw__c_string(qlw__error.detail));
  QL_SET(failure, "line", ql_int(qlw__arena, qlw__error.line));
  QL_SET(failure, "message", qlw__c_string(qlw__error.message != NULL ? qlw__error.message : ql_status_sentence(status)));
  QL_SET(failure, "offset", ql_int(qlw__arena, (int64_t)qlw__error.offset));
  QL_SET(failure, "status", qlw__c_string(ql_status_name(status)));
  return qlw__give(failure) == QL_OK ? (int32_t)status : QL_ERR_NOMEM;
}

int32_t qlw__give_or_fail(ql_status status, const ql_value *value) {
  return status == QL_OK ? qlw__give(value) : qlw__give_failure(status);
}

bool qlw__begin(void) {
  if (qlw__out.alloc.resize == NULL) qlw__out = ql_buf_new(ql_alloc_libc());
  if (qlw__out.failed || qlw__out.cap > OUT_KEPT_MAX) ql_buf_free(&qlw__out);
  qlw__out.len = 0;
  qlw__error = (ql_error){0};
  if (qlw__arena == NULL)
    qlw__arena = ql_arena_new(ql_alloc_libc());
  else
    ql_arena_reset(qlw__arena);
  if (qlw__arena == NULL) (void)qlw__give_out_of_memory();
  return qlw__arena != NULL;
}

/* ---- arguments ---- */

ql_str qlw__view(const char *ptr, uint32_t len) { return (ql_str){ptr, len}; }

ql_status qlw__to_integer(double number, int64_t *integer) {
  if (!(number >= 0 && number <= (double)QL_INT_MAX) || (double)(int64_t)number != number)
    return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "a time or a number of an event is an integer from 0 to 2^53-1", QL_ABSENT);
  *integer = (int64_t)number;
  return QL_OK;
}

/* ---- handles: an index, and above it the generation of what stands there ---- */

#define GENERATION_SHIFT 16
#define GENERATION_LAST  0xffffu
#define INDEX_MASK       0xffffu

static qlw__object objects[QL_HANDLES_MAX];

qlw__object *qlw__find(uint32_t handle, qlw__kind kind) {
  uint32_t index = handle & INDEX_MASK;
  if (index < QL_HANDLES_MAX) {
    qlw__object *found = &objects[index];
    if (found->kind == kind && found->generation == handle >> GENERATION_SHIFT) return found;
  }
  (void)ql_fail(&qlw__error, QL_ERR_HANDLE, "the handle is closed, was never opened, or is of another kind", QL_ABSENT);
  return NULL;
}

const ql_quest *qlw__find_quest(uint32_t handle) {
  const qlw__object *found = qlw__find(handle, QLW__QUEST);
  return found != NULL ? found->ptr : NULL;
}

qlw__object *qlw__find_room(void) {
  for (size_t i = 0; i < QL_HANDLES_MAX; i++)
    if (objects[i].kind == QLW__NOTHING) return &objects[i];
  (void)ql_fail(&qlw__error, QL_ERR_LIMIT, "too many objects are open, close some", QL_STR("QL_HANDLES_MAX"));
  return NULL;
}

static void release(qlw__object *o) {
  o->free(o->ptr);
  ql_arena_free(o->arena);
  for (size_t i = 0; i < QLW__USES; i++)
    if (o->uses[i] != NULL) o->uses[i]->users--;
  *o = (qlw__object){.generation = o->generation};
}

int32_t qlw__give_handle(qlw__object *room, qlw__kind kind, void *ptr, qlw__free *let_go) {
  room->kind = kind;
  room->ptr = ptr;
  room->free = let_go;
  room->generation = room->generation == GENERATION_LAST ? 1 : room->generation + 1;
  int32_t status = qlw__give(ql_int(qlw__arena, (int64_t)((room->generation << GENERATION_SHIFT) | (uint32_t)(room - objects))));
  if (status != QL_OK) release(room); /* without a handle nobody could */
  return status;
}

int32_t qlw_close(uint32_t handle) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  for (qlw__kind kind = (qlw__kind)1; kind < QLW__KINDS; kind++) {
    qlw__object *found = qlw__find(handle, kind);
    if (found == NULL) continue;
    if (found->users > 0)
      return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_STATE, "a driver uses it, close the driver first", QL_ABSENT));
    release(found);
    return qlw__give_nothing();
  }
  return qlw__give_failure(QL_ERR_HANDLE);
}

/* ---- stateless ---- */

int32_t qlw_info(void) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *events = ql_array(qlw__arena), *limits = ql_object(qlw__arena), *statuses = ql_object(qlw__arena),
           *info = ql_object(qlw__arena);
#define FIELD(type, name, kind, need, doc)
#define EVENT(type, doc) ql_push(events, ql_string(qlw__arena, QL_STR(#type)));
#include <questline/events.def>
#undef EVENT
#undef FIELD
#define LIMIT(name, doc) QL_SET(limits, #name, ql_int(qlw__arena, name));
#include <questline/limits.def>
#undef LIMIT
#define X(name, code, sentence) QL_SET(statuses, #name, ql_int(qlw__arena, code));
#include <questline/status.def>
#undef X
  QL_SET(info, "abi", ql_int(qlw__arena, QLW_ABI_VERSION));
  QL_SET(info, "events", events);
  QL_SET(info, "format", ql_int(qlw__arena, QL_QUEST_FORMAT));
  QL_SET(info, "limits", limits);
  QL_SET(info, "rules", ql_int(qlw__arena, QL_QUEST_RULES));
  QL_SET(info, "statuses", statuses);
  return qlw__give(info);
}

int32_t qlw_markdown_html(const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_str html = QL_ABSENT;
  ql_status status = ql_md_html(qlw__arena, qlw__view(text, text_len), &html, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(html) : qlw__give_failure(status);
}

int32_t qlw_markdown_grow(const char *text, uint32_t text_len, uint32_t whole) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_md_growing grown;
  ql_status status = ql_md_grow(qlw__arena, qlw__view(text, text_len), whole != 0, &grown, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  ql_value *value = ql_object(qlw__arena);
  QL_SET(value, "done", ql_string(qlw__arena, grown.done));
  QL_SET(value, "open", ql_string(qlw__arena, grown.open));
  QL_SET(value, "settled", ql_int(qlw__arena, (int64_t)grown.settled));
  return qlw__give(value);
}

int32_t qlw_sha256(const char *bytes, uint32_t bytes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  uint8_t hash[QL_HASH_BYTES];
  ql_sha256(qlw__view(bytes, bytes_len), hash);
  char *hex = ql_arena_get(qlw__arena, 2 * QL_HASH_BYTES);
  if (hex == NULL) return qlw__give_out_of_memory();
  ql_hex_write(hex, hash, QL_HASH_BYTES);
  return qlw__give_bytes((ql_str){hex, 2 * QL_HASH_BYTES});
}

int32_t qlw_canonical(const char *json, uint32_t json_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(json, json_len), &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}
