/* Notes beside the log. Whether a line is a note is asked in one place, of what is written as of what is read. */
#include <questline/notes.h>

#include <stdlib.h>

#include <questline/limits.h>
#include <questline/spec.h>

#include "base/text.h"
#include "quest/opened.h"

#define PROBLEMS_KEPT 100u
#define LINE_MAX      (6u * QL_NOTE_BYTES_MAX + 512u) /* every byte of the text escaped, and the rest */

typedef struct entry {
  ql_str id, line;
  bool theirs;
} entry;

typedef struct set {
  ql_arena *a;
  entry *entries;
  size_t count, cap;
  int64_t bad, conflicts;
  ql_value *problems;
} set;

static ql_status out_of_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* ---- what a note is ---- */

static bool is_base64url(const ql_value *v, size_t bytes) {
  uint8_t decoded[QL_HASH_BYTES];
  size_t len = 0;
  return v && v->kind == QL_STRING && ql_base64url_read(v->text, decoded, sizeof decoded, &len) && len == bytes;
}

static bool is_number(const ql_value *v, int64_t below) { return v && v->kind == QL_INT && v->number >= 0 && v->number < below; }

static ql_status check_text(ql_str text, ql_error *err) {
  if (ql_trim(text).len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "the note has no text", QL_ABSENT);
  if (text.len > QL_NOTE_BYTES_MAX)
    return ql_fail(err, QL_ERR_LIMIT, "the text of the note is longer than QL_NOTE_BYTES_MAX", QL_STR("QL_NOTE_BYTES_MAX"));
  if (ql_find_byte(text, 0, 0) != SIZE_MAX || ql_utf8_bad(text) != SIZE_MAX)
    return ql_fail(err, QL_ERR_UTF8, "the text of the note is not UTF-8, or holds U+0000", QL_ABSENT);
  return QL_OK;
}

static ql_status check_note(const ql_value *note, ql_error *err) {
  ql_str by = ql_get_str(note, QL_STR("by")), text = ql_get_str(note, QL_STR("text"));
  if (note->kind != QL_OBJECT || note->count != 6 || !by.ptr || !text.ptr || !is_number(QL_GET(note, "at"), QL_INT_MAX) ||
      !is_number(QL_GET(note, "n"), QL_QUEST_EVENTS_MAX) || !is_base64url(QL_GET(note, "h"), QL_HASH_BYTES) ||
      !is_base64url(QL_GET(note, "id"), QL_NOTE_ID_BYTES))
    return ql_fail(err, QL_ERR_SYNTAX, "not a note: at, by, h, id, n and text", QL_ABSENT);
  if (!ql_agent_id_valid(by)) return ql_fail(err, QL_ERR_ARGUMENT, "the note is by nobody: a name is @ and letters a to z", QL_ABSENT);
  return check_text(text, err);
}

/* ---- sets ---- */

static ql_status read_note(ql_arena *a, ql_str line, ql_value **note, ql_error *err) {
  if (line.len > LINE_MAX) return ql_fail(err, QL_ERR_LIMIT, "the line is longer than any note", QL_STR("QL_NOTE_BYTES_MAX"));
  ql_status status = ql_canon_read(a, line, note, err);
  if (status == QL_OK) status = check_note(*note, err);
  return ql_arena_failed(a) ? QL_ERR_NOMEM : status;
}

static void add_problem(set *s, int64_t number, const char *message) {
  size_t len = 0;
  while (message && message[len]) len++;
  if (s->bad++ >= (int64_t)PROBLEMS_KEPT) return;
  ql_value *problem = ql_push(s->problems, ql_object(s->a));
  QL_SET(problem, "line", ql_int(s->a, number));
  QL_SET(problem, "message", ql_string(s->a, (ql_str){message, len}));
}

/* Adds the notes of a text, unsorted, and counts the lines that are none. */
static ql_status add_lines(set *s, ql_str text, bool theirs, ql_error *err) {
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(s->a));
  ql_status status = scratch ? QL_OK : QL_ERR_NOMEM;
  for (int64_t number = 1; status == QL_OK && text.len > 0; number++) {
    size_t end = ql_find_byte(text, '\n', 0);
    ql_str line = ql_slice(text, 0, end);
    text = ql_slice(text, end == SIZE_MAX ? text.len : end + 1, text.len);
    ql_arena_reset(scratch);
    ql_value *note = NULL;
    ql_error why = {0};
    status = read_note(scratch, line, &note, &why);
    if (status == QL_ERR_NOMEM) break;
    if (status != QL_OK) {
      add_problem(s, number, why.message);
      status = QL_OK;
      continue;
    }
    entry *grown = ql_arena_grow(s->a, s->entries, s->count, &s->cap, sizeof *grown);
    if (!grown) {
      status = QL_ERR_NOMEM;
      break;
    }
    s->entries = grown;
    s->entries[s->count++] = (entry){ql_get_str(note, QL_STR("id")), line, theirs}; /* an id holds no escape: it borrows from the line */
  }
  ql_arena_free(scratch);
  return status == QL_OK ? QL_OK : out_of_memory(err);
}

static int by_id(const void *x, const void *y) {
  const entry *left = x, *right = y;
  int order = ql_compare(left->id, right->id);
  if (order == 0) order = ql_compare(left->line, right->line);
  return order != 0 ? order : left->theirs - right->theirs;
}

/* Sorts, and leaves one of each id: the smallest; mine, where both have it. */
static ql_status settle(set *s, ql_error *err) {
  size_t kept = 0;
  ql_str last = QL_ABSENT;
  if (s->count > 1) qsort(s->entries, s->count, sizeof *s->entries, by_id);
  for (size_t i = 0; i < s->count; i++) {
    const entry *e = &s->entries[i];
    if (kept == 0 || !ql_eq(s->entries[kept - 1].id, e->id))
      s->entries[kept++] = *e;
    else if (!ql_eq(last, e->line))
      s->conflicts++;
    last = e->line;
  }
  s->count = kept;
  if (kept > QL_NOTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "more notes than QL_NOTES_MAX", QL_STR("QL_NOTES_MAX"));
  return QL_OK;
}

static ql_status read_set(set *s, ql_str mine, ql_str theirs, ql_error *err) {
  ql_status status = add_lines(s, mine, false, err);
  if (theirs.ptr) { /* what was wrong with mine is told when mine is listed */
    s->bad = 0;
    s->problems = ql_array(s->a);
  }
  if (status == QL_OK) status = add_lines(s, theirs, true, err);
  return status == QL_OK ? settle(s, err) : status;
}

static set new_set(ql_arena *a) { return (set){.a = a, .problems = ql_array(a)}; }

static ql_value *answer_of(const set *s) {
  ql_value *answer = ql_object(s->a);
  QL_SET(answer, "bad", ql_int(s->a, s->bad));
  QL_SET(answer, "conflicts", ql_int(s->a, s->conflicts));
  QL_SET(answer, "problems", s->problems);
  return answer;
}

static ql_status give(ql_arena *a, ql_value *answer, ql_value **out, ql_error *err) {
  if (ql_arena_failed(a)) return out_of_memory(err);
  *out = answer;
  return QL_OK;
}

ql_status ql_notes_merge(ql_arena *a, ql_str mine, ql_str theirs, ql_value **out, ql_error *err) {
  set s = new_set(a);
  ql_status status = read_set(&s, mine, theirs.ptr ? theirs : QL_STR(""), err);
  if (status != QL_OK) return status;
  ql_buf text = ql_buf_new(ql_arena_alloc(a));
  ql_value *fresh = ql_array(a), *answer = answer_of(&s);
  for (size_t i = 0; i < s.count; i++) {
    ql_buf_add(&text, s.entries[i].line);
    ql_buf_byte(&text, '\n');
    if (s.entries[i].theirs) ql_push(fresh, ql_string(a, s.entries[i].line));
  }
  QL_SET(answer, "fresh", fresh);
  QL_SET(answer, "text", ql_string(a, s.count > 0 ? ql_buf_take(&text, a) : QL_STR("")));
  return give(a, answer, out, err);
}

/* ---- notes of a quest ---- */

static int by_place(const void *x, const void *y) {
  const ql_value *left = *(ql_value *const *)x, *right = *(ql_value *const *)y;
  int64_t a = QL_GET(left, "n")->number, b = QL_GET(right, "n")->number;
  if (a == b) a = QL_GET(left, "at")->number, b = QL_GET(right, "at")->number;
  if (a != b) return a < b ? -1 : 1;
  return ql_compare(ql_get_str(left, QL_STR("id")), ql_get_str(right, QL_STR("id")));
}

ql_status ql_notes_list(const ql_quest *quest, ql_arena *a, ql_str notes, ql_value **out, ql_error *err) {
  set s = new_set(a);
  ql_status status = read_set(&s, notes, QL_ABSENT, err);
  ql_value **list = ql_arena_array(a, s.count + 1, sizeof *list);
  if (status == QL_OK && !list) status = out_of_memory(err);
  for (size_t i = 0; status == QL_OK && i < s.count; i++) status = read_note(a, s.entries[i].line, &list[i], err);
  if (status != QL_OK) return status;
  if (s.count > 1) qsort(list, s.count, sizeof *list, by_place);
  ql_value *sorted = ql_array(a), *answer = answer_of(&s);
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  bool ok = scratch != NULL;
  int64_t known = -1; /* the event whose head is `head` */
  ql_str head = QL_ABSENT;
  for (size_t i = 0; ok && i < s.count; i++) {
    int64_t n = QL_GET(list[i], "n")->number;
    bool has = n < ql_quest_count(quest);
    if (has && n != known) {
      ql_arena_reset(scratch);
      ok = ql__head_after(quest, scratch, n, &head);
      known = n;
    }
    QL_SET(ql_push(sorted, list[i]), "anchored", ql_bool(a, has && ql_eq(head, ql_get_str(list[i], QL_STR("h")))));
  }
  ql_arena_free(scratch);
  QL_SET(answer, "notes", sorted);
  return ok ? give(a, answer, out, err) : out_of_memory(err);
}

ql_status ql_note_make(const ql_quest *quest, ql_arena *a, ql_str notes, const ql_value *draft, int64_t now, const uint8_t *entropy,
                       ql_str *line, ql_error *err) {
  static const ql_str names[] = {QL_STR_INIT("by"), QL_STR_INIT("n"), QL_STR_INIT("text")};
  size_t known = 0;
  for (size_t i = 0; i < QL_COUNT(names); i++) known += ql_get(draft, names[i]) != NULL;
  int64_t last = ql_quest_count(quest) - 1, n = ql_get_int(draft, QL_STR("n"), last);
  const ql_value *number = QL_GET(draft, "n");
  if (!draft || draft->kind != QL_OBJECT || draft->count != known || (number && number->kind != QL_INT))
    return ql_fail(err, QL_ERR_ARGUMENT, "a note has by, text and, unless it is the last event's, n", QL_ABSENT);
  if (n < 0 || n > last) return ql_fail(err, QL_ERR_NOT_FOUND, "the quest has no event of that number", QL_ABSENT);
  ql_str by = ql_get_str(draft, QL_STR("by")), text = ql_get_str(draft, QL_STR("text")), head = QL_ABSENT;
  by = by.ptr && ql_utf8_bad(by) == SIZE_MAX ? ql_agent_id(a, by) : QL_ABSENT;
  char id[QL_NOTE_ID_CHARS];
  ql_base64url_write(id, entropy, QL_NOTE_ID_BYTES);
  ql_value *note = ql_object(a);
  QL_SET(note, "at", ql_int(a, now));
  QL_SET(note, "by", ql_string(a, by.ptr ? by : QL_STR("")));
  QL_SET(note, "id", ql_string(a, ql_arena_str(a, (ql_str){id, sizeof id})));
  QL_SET(note, "n", ql_int(a, n));
  QL_SET(note, "text", ql_string(a, text.ptr ? text : QL_STR("")));
  if (!ql__head_after(quest, a, n, &head) || ql_arena_failed(a)) return out_of_memory(err);
  QL_SET(note, "h", ql_string(a, head));
  ql_status status = check_note(note, err);
  set s = new_set(a);
  if (status == QL_OK) status = read_set(&s, notes, QL_ABSENT, err);
  if (status != QL_OK) return status;
  if (s.count >= QL_NOTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the quest has as many notes as it may have", QL_STR("QL_NOTES_MAX"));
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_value_write(&out, note);
  ql_buf_byte(&out, '\n');
  ql_str made = ql_buf_take(&out, a);
  if (!made.ptr || ql_arena_failed(a)) return out_of_memory(err);
  *line = made;
  return QL_OK;
}
