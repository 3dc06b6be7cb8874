/* Signatures of lines. They stand beside the event, outside the hash, and are made and checked by the host; here is what is signed, where a
   signature stands, and which key it has to fit. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "quest/quest.h"

#define SIGNATURE_BYTES 64
#define SIGNATURE_CHARS 86 /* of them in base64url */

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* A line in parts, as it stands, unchecked but for its shape. */
typedef struct parts {
  const ql_value *e, *signatures, *open;
  ql_str by;
  uint8_t head[QL_HASH_BYTES];
} parts;

static ql_status read_parts(ql_arena *a, ql_str line, parts *out, ql_error *err) {
  if (line.len > 0 && line.ptr[line.len - 1] == '\n') line.len--;
  ql_value *root;
  ql_status status = ql_canon_read(a, line, &root, err);
  if (status != QL_OK) return status;
  size_t len = 0;
  ql_str h = ql_get_str(root, QL_STR("h"));
  out->e = QL_GET(root, "e");
  out->signatures = QL_GET(root, "s");
  out->open = QL_GET(root, "x");
  out->by = ql_get_str(out->e, QL_STR("by"));
  if (!h.ptr || !out->by.ptr || !ql_base64url_read(h, out->head, QL_HASH_BYTES, &len) || len != QL_HASH_BYTES)
    return ql_fail(err, QL_ERR_SYNTAX, "not an event line", QL_ABSENT);
  return QL_OK;
}

/* ---- what is signed ---- */

/* "questline.sign.1" and the head after the line: with it all that came before. */
static ql_str signed_bytes(ql_arena *a, const uint8_t head[QL_HASH_BYTES]) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_str bytes = ql_arena_concat(a, (const ql_str[]){QL_STR("questline.sign.1"), {(const char *)head, QL_HASH_BYTES}}, 2);
  ql_base64url_add(&out, (const uint8_t *)bytes.ptr, bytes.len);
  return ql_buf_take(&out, a);
}

static ql_str key_in(const ql_value *keys, ql_str agent) {
  for (const ql_value *pair = keys ? keys->first : NULL; pair; pair = pair->next)
    if (ql_eq(pair->first->text, agent)) return pair->last->text;
  return QL_ABSENT;
}

/* NULL for a line whose author has no key. Copies what it takes of the line. */
static ql_value *signature_value(ql_arena *a, const parts *line, ql_str key) {
  if (!key.ptr) return NULL;
  ql_value *value = ql_object(a);
  ql_str signature = line->signatures && line->signatures->first ? line->signatures->first->text : QL_ABSENT;
  QL_SET(value, "by", ql_string(a, ql_arena_str(a, line->by)));
  QL_SET(value, "bytes", ql_string(a, signed_bytes(a, line->head)));
  QL_SET(value, "key", ql_string(a, ql_arena_str(a, key)));
  QL_SET(value, "n", ql_int(a, ql_get_int(line->e, QL_STR("n"), 0)));
  if (signature.ptr) QL_SET(value, "signature", ql_string(a, ql_arena_str(a, signature)));
  return value;
}

ql_status ql_quest_signature(const ql_quest *quest, ql_arena *a, ql_str line, ql_value **out, ql_error *err) {
  parts read;
  ql_status status = read_parts(a, line, &read, err);
  if (status != QL_OK) return status;
  bool first = ql_eq(ql_get_str(read.e, QL_STR("t")), QL_STR("create"));
  const ql_value *keys = first ? QL_GET(QL_GET(read.e, "d"), "keys") : quest->state.keys;
  if (first && (!QL_GET(read.e, "d") || ql__event_check(QL_EVENT_create, QL_GET(read.e, "d"), QL__COMMITMENTS, NULL) != QL_OK))
    return ql_fail(err, QL_ERR_SYNTAX, "not an event line", QL_ABSENT);
  ql_value *value = signature_value(a, &read, key_in(keys, read.by));
  if (ql_arena_failed(a)) return no_memory(err);
  *out = value;
  return QL_OK;
}

ql_value *ql_quest_signatures(const ql_quest *quest, ql_arena *a) {
  ql_value *list = ql_array(a);
  for (int64_t n = 0; quest->state.keys && n < quest->state.events; n++) {
    parts line;
    ql_arena_reset(quest->scratch);
    if (read_parts(quest->scratch, ql_quest_line(quest, n), &line, NULL) != QL_OK) return NULL;
    ql_value *value = signature_value(a, &line, key_in(quest->state.keys, line.by));
    if (value) ql_push(list, value);
  }
  return ql_arena_failed(a) ? NULL : list;
}

/* ---- who signs ---- */

static void count_up(ql_value *object, ql_str field) {
  ql_value *count = ql_get(object, field);
  if (count) count->number++;
}

static ql_value *new_signer(ql_arena *a, const ql_value *pair) {
  ql_value *signer = ql_object(a);
  QL_SET(signer, "agent", ql_string(a, ql_arena_str(a, pair->first->text)));
  QL_SET(signer, "key", ql_string(a, ql_arena_str(a, pair->last->text)));
  QL_SET(signer, "lines", ql_int(a, 0));
  QL_SET(signer, "signed", ql_int(a, 0));
  return signer;
}

ql_value *ql__signers(const ql_quest *quest, ql_arena *a) {
  const ql_value *keys = quest->state.keys;
  ql_value *signers = ql_array(a);
  for (const ql_value *pair = keys ? keys->first : NULL; pair; pair = pair->next) ql_push(signers, new_signer(a, pair));
  for (int64_t n = 0; keys && n < quest->state.events; n++) {
    parts line;
    ql_arena_reset(quest->scratch);
    if (ql_arena_failed(a) || read_parts(quest->scratch, ql_quest_line(quest, n), &line, NULL) != QL_OK) return NULL;
    ql_value *signer = signers->first;
    while (signer && !ql_eq(ql_get_str(signer, QL_STR("agent")), line.by)) signer = signer->next;
    if (signer) count_up(signer, QL_STR("lines"));
    if (signer && line.signatures) count_up(signer, QL_STR("signed"));
  }
  return ql_arena_failed(a) ? NULL : signers;
}

/* ---- signing ---- */

static bool is_signature(ql_str s) {
  uint8_t bytes[SIGNATURE_BYTES];
  size_t len = 0;
  return s.len == SIGNATURE_CHARS && ql_base64url_read(s, bytes, sizeof bytes, &len);
}

ql_status ql_line_sign(ql_arena *a, ql_str line, ql_str signature, ql_str *out, ql_error *err) {
  parts read;
  if (!is_signature(signature)) return ql_fail(err, QL_ERR_ARGUMENT, "a signature is 64 bytes in base64url", signature);
  ql_status status = read_parts(a, line, &read, err);
  if (status != QL_OK) return status;
  ql_value *signatures = ql_array(a);
  ql_push(signatures, ql_string(a, signature));
  ql_str made = ql__line_compose(a, read.e->text, read.head, signatures, read.open);
  if (!made.ptr || ql_arena_failed(a)) return no_memory(err);
  if (made.len > QL_LINE_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the event is longer than QL_LINE_BYTES_MAX", QL_ABSENT);
  *out = made;
  return QL_OK;
}

ql_status ql_quest_sign(ql_quest *quest, int64_t n, ql_str signature, ql_error *err) {
  ql_str before = ql_quest_line(quest, n), after;
  if (!before.ptr) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no event of that number", QL_ABSENT);
  ql_arena_reset(quest->scratch);
  ql_status status = ql_line_sign(quest->scratch, before, signature, &after, err);
  if (status != QL_OK) return status;
  ql_buf *log = &quest->log;
  if (log->len - before.len + after.len > QL_QUEST_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "limit", QL_STR("QL_QUEST_BYTES_MAX"));
  if (!ql_buf_reserve(log, after.len)) {
    log->failed = false;
    return no_memory(err);
  }
  size_t from = quest->starts[n], rest = from + before.len, to = from + after.len;
  memmove(log->ptr + to, log->ptr + rest, log->len - rest);
  memcpy(log->ptr + from, after.ptr, after.len);
  log->len = log->len - before.len + after.len;
  for (int64_t i = n + 1; i < quest->state.events; i++) quest->starts[i] = quest->starts[i] - rest + to;
  return QL_OK;
}
