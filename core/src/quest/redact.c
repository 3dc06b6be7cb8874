/* Withholding texts and giving them back. Openings stand outside of every hash, so the log stays the one it was. The key of the digests by
   which equal words are known goes with the first text: who has it can try words. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/quest.h"

static ql_value *read_line(const ql_quest *quest, ql_arena *a, int64_t n) {
  ql_str line = ql_quest_line(quest, n);
  ql_value *root;
  return ql_canon_read(a, ql_slice(line, 0, line.len - 1), &root, NULL) == QL_OK ? root : NULL;
}

/* All openings but the key's. */
static ql_value *without_key(ql_arena *a, const ql_value *open) {
  ql_value *rest = ql_object(a);
  for (const ql_value *member = open ? open->first : NULL; member; member = member->next)
    if (!ql_eq(member->key, QL_STR("key"))) ql_set(rest, member->key, ql_copy(a, member));
  return rest;
}

/* A line with other openings. False when out of memory. */
static bool add_line(ql_buf *out, ql_arena *a, const ql_value *root, const ql_value *open) {
  uint8_t hash[QL_HASH_BYTES];
  size_t len;
  if (!root || ql_arena_failed(a) || !ql_base64url_read(ql_get_str(root, QL_STR("h")), hash, sizeof hash, &len)) return false;
  ql_str line = ql__line_compose(a, QL_GET(root, "e")->text, hash, QL_GET(root, "s"), open);
  ql_buf_add(out, line);
  return line.ptr != NULL;
}

static ql_status finish(ql_arena *a, ql_arena *scratch, ql_buf *out, bool ok, ql_str *log, ql_error *err) {
  ql_arena_free(scratch);
  *log = ql_buf_take(out, a);
  return ok && log->ptr ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

ql_status ql_quest_redact(const ql_quest *quest, ql_arena *a, const int64_t *events, size_t count, ql_str *log, ql_error *err) {
  int64_t total = quest->state.events;
  bool *chosen = ql_arena_array(a, (size_t)total + 1, sizeof *chosen);
  for (size_t i = 0; i < count; i++)
    if (events[i] < 0 || events[i] >= total) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no event of that number", QL_ABSENT);
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  bool ok = scratch && chosen;
  for (size_t i = 0; ok && i < count; i++) chosen[events[i]] = true;
  for (int64_t n = 0; ok && n < total; n++) {
    bool whole = count == 0 || chosen[n];
    if (!whole && n > 0) {
      ql_buf_add(&out, ql_quest_line(quest, n));
      continue;
    }
    ql_arena_reset(scratch);
    const ql_value *root = read_line(quest, scratch, n);
    ok = add_line(&out, scratch, root, whole ? NULL : without_key(scratch, QL_GET(root, "x")));
  }
  return finish(a, scratch, &out, ok, log, err);
}

ql_status ql_quest_reveal(const ql_quest *quest, const ql_quest *source, ql_arena *a, int64_t event, ql_str *log, ql_error *err) {
  int64_t total = quest->state.events;
  if (event >= total) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no event of that number", QL_ABSENT);
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  bool ok = scratch != NULL, same = true;
  for (int64_t n = 0; ok && same && n < total; n++) {
    ql_arena_reset(scratch);
    if (event >= 0 && n != event) {
      ql_buf_add(&out, ql_quest_line(quest, n));
      continue;
    }
    const ql_value *mine = read_line(quest, scratch, n), *theirs = n < source->state.events ? read_line(source, scratch, n) : NULL;
    ok = !ql_arena_failed(scratch);
    same = ok && ql_eq(ql_get_str(mine, QL_STR("h")), ql_get_str(theirs, QL_STR("h")));
    const ql_value *open = QL_GET(theirs, "x");
    if (same) ok = add_line(&out, scratch, mine, event < 0 ? open : without_key(scratch, open));
  }
  ql_status status = finish(a, scratch, &out, ok, log, err);
  return status == QL_OK && !same ? ql_fail(err, QL_ERR_CONFLICT, "it is not the same event in the other log", QL_ABSENT) : status;
}
