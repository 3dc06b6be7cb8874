#include "driver/records.h"

#include "base/text.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static ql_value *read_line(ql_arena *a, const ql_quest *quest, int64_t n) {
  ql_str line = ql_quest_line(quest, n);
  ql_value *root = NULL;
  return ql_canon_read(a, ql_slice(line, 0, line.len - 1), &root, NULL) == QL_OK ? root
                                                                                 : NULL; /* it was read before: only memory can fail */
}

static ql__record *add(ql_arena *a, ql__records *all, ql__record_kind kind, ql_str who, ql_str hash, int64_t n) {
  ql__record *items = ql_arena_grow(a, all->items, all->count, &all->cap, sizeof *items);
  if (!items) return NULL;
  all->items = items;
  items[all->count] = (ql__record){.kind = kind, .who = ql_arena_str(a, who), .hash = ql_arena_str(a, hash), .n = n, .done = -1};
  return &items[all->count++];
}

/* The call that ended, where its answer is there. */
static void note_done(ql__records *all, const ql_value *d, const ql_value *open, int64_t n) {
  int64_t start = ql_get_int(d, QL_STR("start"), -1);
  if (!QL_GET(open, "reply")) return;
  for (size_t i = all->count; i-- > 0;)
    if (all->items[i].n == start) all->items[i].done = n;
}

static void note(ql_arena *a, ql__records *all, const ql_value *root, int64_t n, ql_str who) {
  const ql_value *e = QL_GET(root, "e"), *d = QL_GET(e, "d");
  ql_str type = TEXT_OF(e, "t"), by = TEXT_OF(e, "by"), seat = TEXT_OF(d, "seat"), effect = TEXT_OF(d, "effect");
  if (ql_eq(type, QL_STR("done"))) {
    note_done(all, d, QL_GET(root, "x"), n);
  } else if (ql_eq(type, QL_STR("start"))) {
    if (!who.ptr || ql_eq(seat, who)) add(a, all, ql_eq(effect, QL_STR("http")) ? QL__ASKED : QL__USED, seat, TEXT_OF(d, "request"), n);
  } else if (!ql_eq(by, QL_STR("@owner")) && (!who.ptr || ql_eq(by, who))) {
    add(a, all, QL__MOVED, by, ql_eq(type, QL_STR("artifact")) ? TEXT_OF(d, "hash") : QL_ABSENT, n);
  }
}

ql_status ql__records_read(ql_arena *a, const ql_quest *quest, int64_t from, ql_str who, ql__records *out, ql_error *err) {
  ql_arena *line = ql_arena_new(ql_arena_alloc(a));
  ql__records all = {0};
  bool ok = line != NULL;
  for (int64_t n = from; ok && n < ql_quest_count(quest); n++) {
    ql_arena_reset(line);
    const ql_value *root = read_line(line, quest, n);
    if ((ok = root != NULL)) note(a, &all, root, n, who);
  }
  ql_arena_free(line);
  if (!ok || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = all;
  return QL_OK;
}

ql_status ql__record_reply(ql_arena *a, const ql_quest *quest, int64_t n, ql_value **out, ql_error *err) {
  const ql_value *root = read_line(a, quest, n), *opening = QL_GET(QL_GET(root, "x"), "reply");
  ql_value *reply = NULL;
  *out = NULL;
  if (opening && ql_canon_read(a, opening->last->text, &reply, NULL) == QL_ERR_NOMEM) reply = NULL;
  if (reply && reply->kind == QL_OBJECT && QL_GET(reply, "parts") && QL_GET(reply, "parts")->kind == QL_ARRAY) {
    QL_SET(reply, "usage", ql_object(a));
    *out = reply;
  } else if (reply && reply->kind == QL_OBJECT && TEXT_OF(reply, "text").ptr) {
    if (!QL_GET(reply, "changed")) QL_SET(reply, "changed", ql_array(a));
    *out = reply;
  }
  return !root || ql_arena_failed(a) ? ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT) : QL_OK;
}

void ql__log_reply(ql_arena *a, ql_value *command, const ql_value *answer) {
  static const char *const BESIDE[] = {"id", "model", "usage"};
  ql_value *kept = ql_object(a);
  for (const ql_value *member = answer->first; member; member = member->next) {
    bool beside = false;
    for (size_t i = 0; i < QL_COUNT(BESIDE); i++) beside |= ql_get_literal(answer, BESIDE[i]) == member;
    if (!beside) ql_set(kept, member->key, ql_copy(a, member));
  }
  QL_SET(command, "reply", ql_string(a, kept ? ql_value_text(a, kept) : QL_ABSENT));
}
