/* Two copies of one quest as one log. Openings and signatures stand outside of every hash, so that copies may differ in them: nothing of either is lost. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/quest.h"

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* The texts of an event that are known by now, with their salts. */
typedef struct known {
  ql__text *texts;
  ql_str *plain;
  uint8_t (*salts)[QL_SALT_BYTES];
  size_t count;
} known;

/* Adds those that a line opens. Its pairs stand in the order of the texts. */
static ql_status gather(ql_arena *a, known *k, const ql_value *open, ql_error *err) {
  ql_str *words, field = QL_ABSENT;
  const ql_value *pair = NULL;
  size_t withheld, len;
  ql_status status = ql__texts_open(a, k->texts, k->count, open, &words, &withheld, err);
  for (size_t i = 0; status == QL_OK && i < k->count; i++) {
    if (!words[i].ptr) continue;
    bool next = k->texts[i].list && field.ptr && ql_eq(field, k->texts[i].field);
    const ql_value *member = next ? pair->next : ql_get(open, k->texts[i].field);
    pair = k->texts[i].list && !next ? member->first : member;
    field = k->texts[i].field;
    k->plain[i] = words[i];
    (void)ql_base64url_read(pair->first->text, k->salts[i], QL_SALT_BYTES, &len); /* it was read before */
  }
  return status;
}

/* The same event in two copies. */
static ql_status join_lines(ql_arena *a, ql_str mine, ql_str theirs, ql_str *out, ql_error *err) {
  ql_value *one, *other;
  uint8_t hash[QL_HASH_BYTES];
  size_t len;
  ql_status status = ql_canon_read(a, ql_slice(mine, 0, mine.len - 1), &one, err);
  if (status == QL_OK) status = ql_canon_read(a, ql_slice(theirs, 0, theirs.len - 1), &other, err);
  if (status != QL_OK) return status;
  const ql_value *e = QL_GET(one, "e"), *signatures = QL_GET(one, "s");
  known k = {.count = ql__event_texts(a, ql__event_type(ql_get_str(e, QL_STR("t"))), QL_GET(e, "d"), &k.texts)};
  k.plain = ql_arena_array(a, k.count + 1, sizeof *k.plain);
  k.salts = ql_arena_array(a, k.count + 1, sizeof *k.salts);
  if (ql_arena_failed(a)) return no_memory(err);
  status = gather(a, &k, QL_GET(other, "x"), err);
  if (status == QL_OK) status = gather(a, &k, QL_GET(one, "x"), err);
  if (status != QL_OK) return status;
  const ql_value *open = ql__openings(a, k.texts, k.plain, (const uint8_t(*)[QL_SALT_BYTES])k.salts, k.count);
  (void)ql_base64url_read(ql_get_str(one, QL_STR("h")), hash, sizeof hash, &len);
  *out = open ? ql__line_compose(a, e->text, hash, signatures ? signatures : QL_GET(other, "s"), open) : QL_ABSENT;
  return out->ptr ? QL_OK : no_memory(err);
}

/* Each line is checked as one from outside: what only one copy opened may contradict what only the other one did. */
static ql_status join(const ql_quest *mine, const ql_quest *theirs, ql_arena *scratch, ql_quest *both, ql_error *err) {
  int64_t least = mine->state.events < theirs->state.events ? mine->state.events : theirs->state.events;
  const ql_quest *longer = mine->state.events == least ? theirs : mine;
  ql_status status = QL_OK;
  for (int64_t n = 0; status == QL_OK && n < longer->state.events; n++) {
    ql_str line = ql_quest_line(longer, n);
    if (n < least && !ql_eq(ql_quest_line(mine, n), ql_quest_line(theirs, n))) {
      ql_arena_reset(scratch);
      status = join_lines(scratch, ql_quest_line(mine, n), ql_quest_line(theirs, n), &line, err);
    }
    if (status == QL_OK) status = ql_quest_append(both, line, err);
  }
  return status;
}

ql_status ql_quest_join(const ql_quest *mine, const ql_quest *theirs, ql_arena *a, ql_str *log, ql_error *err) {
  bool shorter = mine->state.events < theirs->state.events;
  ql_str lines;
  ql_status status = ql_quest_continuation(shorter ? mine : theirs, shorter ? theirs : mine, a, &lines, err);
  if (status != QL_OK) return status;
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  ql_quest *both = ql_quest_new(ql_arena_alloc(a));
  status = scratch && both ? join(mine, theirs, scratch, both, err) : no_memory(err);
  ql_str text = status == QL_OK ? ql_arena_str(a, ql_quest_log(both)) : QL_ABSENT;
  ql_quest_free(both);
  ql_arena_free(scratch);
  if (status == QL_OK && !text.ptr) status = no_memory(err);
  if (status == QL_OK) *log = text;
  return status;
}
