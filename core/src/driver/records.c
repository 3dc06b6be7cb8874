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

/* The call that ended, where its answer is there. Records stand in the order of the log. */
static void note_done(ql__records *all, const ql_value *d, const ql_value *open, int64_t n) {
  int64_t start = ql_get_int(d, QL_STR("start"), -1);
  size_t from = 0, to = all->count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (all->items[middle].n < start)
      from = middle + 1;
    else
      to = middle;
  }
  if (!QL_GET(open, "reply") || from == all->count || all->items[from].n != start) return;
  all->items[from].done = n;
  all->items[from].stopped = ql_eq(TEXT_OF(d, "outcome"), QL_STR("cancelled"));
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

/* ---- finding them again ---- */

static size_t place_of(ql__record_kind kind, ql_str who, ql_str hash) {
  uint32_t place = (uint32_t)kind;
  const ql_str pieces[] = {who, hash};
  for (size_t p = 0; p < QL_COUNT(pieces); p++)
    for (size_t i = 0; i < pieces[p].len; i++) place = (place ^ (unsigned char)pieces[p].ptr[i]) * 16777619u;
  return place ^ place >> 15;
}

ql__record **ql__records_find(const ql__records *all, ql__record_kind kind, ql_str who, ql_str hash) {
  size_t at = place_of(kind, who, hash) & all->mask;
  for (ql__record *r; (r = all->first[at]) != NULL; at = (at + 1) & all->mask)
    if (r->kind == kind && ql_eq(r->who, who) && ql_eq(r->hash, hash)) break;
  return &all->first[at];
}

static ql__record **seat_of(const ql__records *all, ql_str who) {
  size_t at = place_of(QL__MOVED, who, QL_ABSENT) & all->mask;
  while (all->seats[at] && !ql_eq(all->seats[at]->who, who)) at = (at + 1) & all->mask;
  return &all->seats[at];
}

/* From the last to the first, so that each finds those behind it. */
static bool link_all(ql_arena *a, ql__records *all) {
  size_t places = 16;
  while (places < all->count * 4) places *= 2;
  all->seats = ql_arena_array(a, places, sizeof *all->seats);
  all->first = ql_arena_array(a, places, sizeof *all->first);
  all->mask = places - 1;
  if (!all->seats || !all->first) return false;
  for (size_t i = all->count; i-- > 0;) {
    ql__record *record = &all->items[i], **same = ql__records_find(all, record->kind, record->who, record->hash);
    ql__record **seat = seat_of(all, record->who);
    record->next = *seat;
    record->same = *same;
    *seat = *same = record;
  }
  return true;
}

void ql__record_taken(const ql__records *all, ql__record *record) {
  ql__record **seat = seat_of(all, record->who);
  record->taken = true;
  if ((*seat)->n < record->n) *seat = record;
}

const ql__record *ql__records_next_call(const ql__records *all, ql_str who) {
  const ql__record *record = *seat_of(all, who);
  while (record && (record->kind != QL__ASKED || record->taken || !ql__record_counts(record))) record = record->next;
  return record;
}

bool ql__record_counts(const ql__record *record) {
  if (record->done < 0) return false;
  const ql__record *next = record->next;
  bool again = next && next->kind == QL__ASKED && ql_eq(next->hash, record->hash);
  return record->stopped ? next && next->kind == QL__ASKED && !again : !again;
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
  if (!ok || !link_all(a, &all) || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
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
