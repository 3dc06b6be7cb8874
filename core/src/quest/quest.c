#include "quest/quest.h"

#include <string.h>

#include <questline/limits.h>

#include "base/text.h"

/* ---- lifecycle ---- */

ql_quest *ql_quest_new(ql_alloc alloc) {
  ql_quest *quest = alloc.resize(alloc.ctx, NULL, 0, sizeof *quest);
  if (!quest) return NULL;
  *quest = (ql_quest){.alloc = alloc, .arena = ql_arena_new(alloc), .scratch = ql_arena_new(alloc), .log = ql_buf_new(alloc)};
  quest->made = quest->arena ? ql_arena_get(quest->arena, sizeof *quest->made) : NULL;
  if (quest->made) *quest->made = (ql__made){ql_buf_new(alloc), -1};
  if (quest->made && quest->scratch) return quest;
  ql_quest_free(quest);
  return NULL;
}

void ql_quest_free(ql_quest *quest) {
  if (!quest) return;
  ql_alloc alloc = quest->alloc;
  ql_buf_free(&quest->log);
  if (quest->made) ql_buf_free(&quest->made->line);
  ql_arena_free(quest->arena);
  ql_arena_free(quest->scratch);
  alloc.resize(alloc.ctx, quest, sizeof *quest, 0);
}

int64_t ql_quest_count(const ql_quest *quest) { return quest->state.events; }
ql_str ql_quest_id(const ql_quest *quest) { return quest->state.id; }
ql_str ql_quest_log(const ql_quest *quest) { return ql_buf_str(&quest->log); }

ql_str ql_quest_line(const ql_quest *quest, int64_t n) {
  if (n < 0 || n >= quest->state.events) return QL_ABSENT;
  size_t end = n + 1 < quest->state.events ? quest->starts[n + 1] : quest->log.len;
  return ql_slice(ql_buf_str(&quest->log), quest->starts[n], end);
}

void ql_quest_head(const ql_quest *quest, char head[QL_HASH_CHARS]) { ql_base64url_write(head, quest->head, QL_HASH_BYTES); }

int64_t ql_quest_due(const ql_quest *quest) { return ql__due_at(&quest->state); }

ql_value *ql_quest_state(const ql_quest *quest, ql_arena *a) { return ql__state_value(a, &quest->state); }

ql_status ql_quest_state_hash(const ql_quest *quest, char hash[QL_HASH_CHARS], ql_error *err) {
  ql_arena *a = ql_arena_new(quest->alloc);
  ql_buf bytes = ql_buf_new(quest->alloc);
  const ql_value *state = a ? ql__state_value(a, &quest->state) : NULL;
  if (state) ql_value_write(&bytes, state);
  bool ok = state && !bytes.failed;
  if (ok) {
    uint8_t out[QL_HASH_BYTES];
    ql_str text = ql_buf_str(&bytes);
    ql_blake2b_256("questline.stat.1", NULL, &text, 1, out);
    ql_base64url_write(hash, out, sizeof out);
  }
  ql_buf_free(&bytes);
  ql_arena_free(a);
  return ok ? QL_OK : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
}

/* ---- append ---- */

static ql_status illegal(ql_error *err, ql__verdict verdict) { return ql_fail(err, QL_ERR_STATE, "rule", ql__refusal_name(verdict.code)); }

/* The state borrows strings from these events, so they are read again where they can stay. */
static bool is_kept(ql_event_type type) {
  return type == QL_EVENT_create || type == QL_EVENT_claim || type == QL_EVENT_add || type == QL_EVENT_fork;
}

static ql_status reserve(ql_quest *quest, const ql__event *event, size_t bytes, ql_error *err) {
  size_t count = (size_t)quest->state.events;
  size_t *starts = ql_arena_grow(quest->arena, quest->starts, count, &quest->start_cap, sizeof *starts);
  if (!starts) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  quest->starts = starts;
  if (!ql_buf_reserve(&quest->log, bytes + 1)) {
    quest->log.failed = false; /* nothing was lost: the next line may fit again */
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  if (event->type == QL_EVENT_artifact) {
    uint64_t *names = ql_arena_grow(quest->arena, quest->names, quest->state.artifact_count, &quest->name_cap, sizeof *names);
    if (!names) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    quest->names = names;
  }
  ql_status status = ql__history_reserve(quest, err);
  return status == QL_OK ? ql__state_reserve(quest->arena, &quest->state, event, err) : status;
}

/* The digest of words that can be read is theirs. */
static ql_status check_digest(const ql_quest *quest, const ql__line *line, ql_error *err) {
  const ql_value *opening = line->event.type == QL_EVENT_message ? QL_GET(line->open, "msg") : NULL;
  ql_str given = opening ? ql_get_str(line->event.d, QL_STR("same")) : QL_ABSENT;
  char digest[QL_HASH_CHARS];
  if (!given.ptr || !quest->key.ptr) return QL_OK;
  if (!ql__digest(quest->scratch, quest->key, opening->last->text, digest)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  return ql_eq(given, (ql_str){digest, QL_HASH_CHARS}) ? QL_OK : ql_fail(err, QL_ERR_INTEGRITY, "commitment", QL_STR("same"));
}

bool ql__remember_made(const ql_quest *quest, ql_str line) {
  ql__made *made = quest->made;
  made->line.len = 0;
  made->line.failed = false;
  ql_buf_add(&made->line, line);
  made->n = made->line.failed ? -1 : quest->state.events;
  return !made->line.failed;
}

static bool is_made(const ql_quest *quest, ql_str line) {
  const ql__made *made = quest->made;
  return made->n == quest->state.events && ql_eq(line, ql_slice(ql_buf_str(&made->line), 0, made->line.len - 1));
}

/* All that is asked of a line from outside. */
static ql_status read_foreign(const ql_quest *quest, ql_str line, ql__line *out, ql_error *err) {
  ql_status status = ql__line_read(quest->scratch, line, quest->head, quest->state.events, out, err);
  if (status != QL_OK) return status;
  if (out->event.at < quest->state.at) return ql_fail(err, QL_ERR_STATE, "rule", QL_STR("time_fell"));
  ql__verdict verdict = ql__guard(&quest->state, &out->event);
  return verdict.code == QL__ACCEPTED ? check_digest(quest, out, err) : illegal(err, verdict);
}

static ql_status append(ql_quest *quest, ql_str line, ql_error *err) {
  ql_arena_reset(quest->scratch);
  ql__line read;
  ql_status status = is_made(quest, line) ? ql__line_reread(quest->scratch, line, &read, err) : read_foreign(quest, line, &read, err);
  if (status != QL_OK) return status;
  if (quest->log.len + line.len + 1 > QL_QUEST_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "limit", QL_STR("QL_QUEST_BYTES_MAX"));
  if (is_kept(read.event.type)) {
    ql_value *kept;
    ql_str copy = ql_arena_str(quest->arena, line);
    status = copy.ptr ? ql_canon_read(quest->arena, copy, &kept, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
    if (status != QL_OK) return status;
    read.event.d = QL_GET(QL_GET(kept, "e"), "d");
    const ql_value *key = QL_GET(QL_GET(kept, "x"), "key");
    if (key) quest->key = key->last->text; /* its commitment was checked */
  }
  status = reserve(quest, &read.event, line.len, err);
  if (status != QL_OK) return status;
  quest->starts[quest->state.events] = quest->log.len;
  ql_buf_add(&quest->log, line);
  ql_buf_byte(&quest->log, '\n');
  memcpy(quest->head, read.hash, QL_HASH_BYTES);
  quest->withheld += (int64_t)read.withheld;
  if (read.event.type == QL_EVENT_artifact) {
    const ql_value *opening = QL_GET(read.open, "name");
    quest->names[quest->state.artifact_count] = opening ? ql__name_hash(opening->last->text) : 0;
  }
  ql__state_apply(&quest->state, &read.event);
  ql__history_note(quest, &read.event);
  return QL_OK;
}

ql_status ql_quest_append(ql_quest *quest, ql_str line, ql_error *err) {
  if (line.len > 0 && line.ptr[line.len - 1] == '\n') line.len--;
  ql_status status = append(quest, line, err);
  if (err && status != QL_OK) err->line = (uint32_t)quest->state.events + 1;
  return status;
}

ql_status ql_quest_append_log(ql_quest *quest, ql_str log, ql_error *err) {
  size_t at = 0;
  if (log.len <= QL_QUEST_BYTES_MAX && !ql_buf_reserve(&quest->log, log.len)) {
    quest->log.failed = false;
    return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  while (at < log.len) {
    size_t end = ql_find_byte(log, '\n', at);
    if (end == SIZE_MAX) {
      ql_fail(err, QL_ERR_SYNTAX, "torn_tail", QL_ABSENT);
      if (err) err->line = (uint32_t)quest->state.events + 1;
      return QL_ERR_SYNTAX;
    }
    ql_status status = ql_quest_append(quest, ql_slice(log, at, end), err);
    if (status != QL_OK) return status;
    at = end + 1;
  }
  return QL_OK;
}
