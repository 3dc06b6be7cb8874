#include "driver/images.h"

#include <string.h>

#include "base/text.h"
#include "format/crypto.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static const struct {
  ql_str media, ending;
} FORMS[] = {{QL_STR_INIT("image/png"), QL_STR_INIT(".png")},
             {QL_STR_INIT("image/jpeg"), QL_STR_INIT(".jpg")},
             {QL_STR_INIT("image/gif"), QL_STR_INIT(".gif")},
             {QL_STR_INIT("image/webp"), QL_STR_INIT(".webp")}};

static ql_status out_of_memory(const ql__turn *t, ql_error *err) {
  return ql_arena_failed(t->arena) || ql_arena_failed(t->attempt) ? ql__out_of_memory(err) : QL_OK;
}

static ql_str ending_of(ql_str media) {
  for (size_t i = 0; i < QL_COUNT(FORMS); i++)
    if (ql_eq(FORMS[i].media, media)) return FORMS[i].ending;
  return QL_ABSENT;
}

const ql_value *ql__image_with(const ql_value *part, const char *member) {
  while (part && !(ql_eq(TEXT_OF(part, "kind"), QL_STR("image")) && ql_get_literal(part, member))) part = part->next;
  return part;
}

static const ql_value *images_of(const ql__turn *t) { return t->outcome ? QL_GET(t->outcome, "images") : QL_GET(t->reply, "parts"); }

const ql_value *ql__image_first(const ql__turn *t, const char *member) {
  const ql_value *images = images_of(t);
  return ql__image_with(images ? images->first : NULL, member);
}

/* A copy of what holds it, whose image at hand has these members. */
static void settle(ql__turn *t, ql_str hash, int64_t size) {
  ql_arena *a = t->attempt;
  ql_value *part = ql_object(a), *parts = ql_array(a), *outcome = t->outcome ? ql_copy(a, t->outcome) : NULL;
  if (hash.ptr) {
    QL_SET(part, "bytes", ql_int(a, size));
    QL_SET(part, "hash", ql_string(a, hash));
  }
  if (t->outcome) QL_SET(part, "data", ql_string(a, TEXT_OF(t->image, "data")));
  QL_SET(part, "kind", ql_string(a, QL_STR("image")));
  if (TEXT_OF(t->image, "media").ptr) QL_SET(part, "media", ql_string(a, TEXT_OF(t->image, "media")));
  for (const ql_value *p = images_of(t)->first; p; p = p->next) ql_push(parts, p == t->image ? part : ql_copy(a, p));
  if (t->outcome) {
    QL_SET(outcome, "images", parts);
    t->outcome = outcome;
  } else {
    QL_SET(t->reply, "parts", parts);
  }
  t->image = part ? ql__image_with(part->next, "data") : NULL;
}

static ql_status hash_next(ql__turn *t, ql_error *err) {
  while (t->image) {
    ql_str bytes;
    if (ending_of(TEXT_OF(t->image, "media")).ptr && ql_base64_read(t->attempt, TEXT_OF(t->image, "data"), &bytes)) {
      uint8_t digest[QL_HASH_BYTES];
      ql_sha256(bytes, digest);
      ql_hex_write(t->image_hash, digest, sizeof digest);
      t->image_size = (int64_t)bytes.len;
      break;
    }
    if (out_of_memory(t, err) != QL_OK) return QL_ERR_NOMEM;
    settle(t, QL_ABSENT, 0); /* no image that anybody could keep */
  }
  if (t->image) t->step = QL__TURN_IMAGE;
  return out_of_memory(t, err);
}

ql_status ql__images_hash(ql__turn *t, ql_error *err) {
  t->image = ql__image_first(t, "data");
  return hash_next(t, err);
}

void ql__images_leave(ql__turn *t) {
  t->image = ql__image_first(t, "data");
  while (t->image) settle(t, QL_ABSENT, 0);
}

ql_status ql__image_kept(ql__turn *t, bool kept, ql_error *err) {
  ql_str hash = kept ? ql_arena_str(t->attempt, (ql_str){t->image_hash, sizeof t->image_hash}) : QL_ABSENT;
  settle(t, hash, t->image_size);
  t->step = t->outcome ? QL__TURN_TOOL_DONE : QL__TURN_LOG_DONE;
  return out_of_memory(t, err) == QL_OK ? hash_next(t, err) : QL_ERR_NOMEM;
}

void ql__image_put(const ql__turn *t, ql_value *effect, ql_arena *a) {
  QL_SET(effect, "agent", ql_string(a, t->agent));
  QL_SET(effect, "data", ql_string(a, TEXT_OF(t->image, "data")));
  QL_SET(effect, "hash", ql_string(a, (ql_str){t->image_hash, sizeof t->image_hash}));
  QL_SET(effect, "media", ql_string(a, TEXT_OF(t->image, "media")));
}

ql_value *ql__image_made(const ql__turn *t, const ql_value *state, ql_arena *a) {
  const ql_value *artifacts = QL_GET(state, "artifacts");
  ql_str hash = TEXT_OF(t->image, "hash"), media = TEXT_OF(t->image, "media");
  for (const ql_value *artifact = artifacts ? artifacts->first : NULL; artifact; artifact = artifact->next)
    if (ql_eq(TEXT_OF(artifact, "hash"), hash)) return NULL;
  ql_buf name = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&name, QL_STR("image-"));
  ql_buf_int(&name, artifacts ? (int64_t)artifacts->count + 1 : 1); /* no two of a quest have one name */
  ql_buf_add(&name, ending_of(media).ptr ? ending_of(media) : QL_STR(""));
  ql_value *command = ql_object(a);
  QL_SET(command, "by", ql_string(a, t->agent));
  QL_SET(command, "bytes", ql_int(a, ql_get_int(t->image, QL_STR("bytes"), 0)));
  QL_SET(command, "hash", ql_string(a, hash));
  QL_SET(command, "media", ql_string(a, media));
  QL_SET(command, "name", ql_string(a, ql_buf_take(&name, a)));
  if (t->task.ptr) QL_SET(command, "task", ql_string(a, t->task));
  QL_SET(command, "type", ql_string(a, QL_STR("artifact")));
  return command;
}

void ql__images_as_words(ql_arena *a, ql_value *parts) {
  for (ql_value *part = parts->first; part; part = part->next) {
    ql_str hash = TEXT_OF(part, "hash"), key = part->key;
    if (!ql_eq(TEXT_OF(part, "kind"), QL_STR("image"))) continue;
    const ql_str kept[] = {QL_STR("(An image was here. It is kept as the artifact with the SHA-256 "), hash, QL_STR(".)")};
    ql_value *words = ql_object(a), *next = part->next;
    QL_SET(words, "kind", ql_string(a, QL_STR("text")));
    QL_SET(words, "text", ql_string(a, hash.ptr ? ql_arena_concat(a, kept, QL_COUNT(kept)) : QL_STR("(An image was here.)")));
    if (!words) return;
    *part = *words;
    part->key = key;
    part->next = next;
  }
}
