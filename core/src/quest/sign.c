/* Signatures of lines. They stand beside the event, outside the hash, and are made and checked by the host; here is what is signed, where a
   signature stands, and which key it has to fit. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/quest.h"

#define SIGNATURE_CHARS 86 /* 64 bytes in base64url */

/* "questline.sign.1" and the head after the line: with it all that came before. */
static ql_str signed_bytes(ql_arena *a, const uint8_t head[QL_HASH_BYTES]) {
  return ql_arena_concat(a, (const ql_str[]){QL_STR("questline.sign.1"), {(const char *)head, QL_HASH_BYTES}}, 2);
}

static ql_str in_base64url(ql_arena *a, ql_str bytes) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_base64url_add(&out, (const uint8_t *)bytes.ptr, bytes.len);
  return ql_buf_take(&out, a);
}

static ql_status parse_line(ql_arena *a, ql_str line, ql_value **out, uint8_t head[QL_HASH_BYTES], ql_error *err) {
  if (line.len > 0 && line.ptr[line.len - 1] == '\n') line.len--;
  ql_status status = ql_canon_read(a, line, out, err);
  if (status != QL_OK) return status;
  size_t len = 0;
  ql_str h = ql_get_str(*out, QL_STR("h"));
  const ql_value *e = QL_GET(*out, "e");
  if (!h.ptr || !e || e->kind != QL_OBJECT || !ql_base64url_read(h, head, QL_HASH_BYTES, &len) || len != QL_HASH_BYTES)
    return ql_fail(err, QL_ERR_SYNTAX, "not an event line", QL_ABSENT);
  return QL_OK;
}

ql_status ql_line_to_sign(ql_arena *a, ql_str line, ql_str *bytes, ql_error *err) {
  ql_value *root;
  uint8_t head[QL_HASH_BYTES];
  ql_status status = parse_line(a, line, &root, head, err);
  if (status != QL_OK) return status;
  ql_str made = signed_bytes(a, head);
  if (!made.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *bytes = made;
  return QL_OK;
}

static bool is_signature(ql_str s) {
  uint8_t bytes[64];
  size_t len = 0;
  return s.len == SIGNATURE_CHARS && ql_base64url_read(s, bytes, sizeof bytes, &len);
}

ql_status ql_line_sign(ql_arena *a, ql_str line, ql_str signature, ql_str *out, ql_error *err) {
  ql_value *root;
  uint8_t head[QL_HASH_BYTES];
  if (!is_signature(signature)) return ql_fail(err, QL_ERR_ARGUMENT, "a signature is 64 bytes in base64url", signature);
  ql_status status = parse_line(a, line, &root, head, err);
  if (status != QL_OK) return status;
  ql_value *signatures = ql_array(a);
  ql_push(signatures, ql_string(a, signature));
  ql_str made = ql__line_compose(a, QL_GET(root, "e")->text, head, signatures, QL_GET(root, "x"));
  if (!made.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (made.len > QL_LINE_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the event is longer than QL_LINE_BYTES_MAX", QL_ABSENT);
  *out = made;
  return QL_OK;
}

static ql_str key_of(const ql__state *s, ql_str agent) {
  for (const ql_value *pair = s->keys ? s->keys->first : NULL; pair; pair = pair->next)
    if (ql_eq(pair->first->text, agent)) return pair->last->text;
  return QL_ABSENT;
}

ql_value *ql_quest_signatures(const ql_quest *quest, ql_arena *a) {
  ql_value *list = ql_array(a);
  for (int64_t n = 0; quest->state.keys && n < quest->state.events; n++) {
    ql_value *root;
    uint8_t head[QL_HASH_BYTES];
    if (parse_line(a, ql_quest_line(quest, n), &root, head, NULL) != QL_OK) return NULL;
    ql_str by = ql_get_str(QL_GET(root, "e"), QL_STR("by")), key = key_of(&quest->state, by);
    const ql_value *signatures = QL_GET(root, "s");
    if (!key.ptr) continue;
    ql_value *item = ql_push(list, ql_object(a));
    QL_SET(item, "by", ql_string(a, by));
    QL_SET(item, "bytes", ql_string(a, in_base64url(a, signed_bytes(a, head))));
    QL_SET(item, "key", ql_string(a, key));
    QL_SET(item, "n", ql_int(a, n));
    if (signatures) QL_SET(item, "signature", ql_string(a, signatures->first->text));
  }
  return ql_arena_failed(a) ? NULL : list;
}
