/* Reading a delegation, whoever wrote it. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/delegation.h"
#include "plan/draft.h"
#include "plan/form.h"

typedef struct reader {
  ql__blank blank;
  ql_value *out;
  ql_value *lists[QL__PART_COUNT]; /* NULL for those that are one text */
  ql_value *blocks;
  ql_value *target; /* a text that goes on with the following lines; NULL for none */
  ql_buf words;     /* of it, so far */
  ql__part part;    /* whose lines follow; QL__PART_COUNT for none of ours */
  bool labelled;    /* a label was seen */
} reader;

/* ---- values ---- */

/* An id at the end of a sentence. */
static ql_str undotted(ql_str id) {
  while (ql_ends(id, QL_STR("."))) id.len--;
  return id;
}

/* "T1, T2"; what stands in brackets is a place to be filled in. */
static void take_ids(reader *r, ql_value *array, ql_str words) {
  for (size_t at = 0; at <= words.len;) {
    size_t comma = ql_find_byte(words, ',', at), end = comma == SIZE_MAX ? words.len : comma;
    ql_str id = ql_trim(ql_slice(words, at, end));
    id = undotted(id);
    if (ql__is_task_name(id) && !ql__form_says_none(id)) ql_push(array, ql_string(r->blank.arena, ql__blank_read_id(&r->blank, id)));
    at = end + 1;
  }
}

static void take_dependency(reader *r, ql_str item) {
  size_t colon = ql_find_byte(item, ':', 0);
  ql_str key = colon == SIZE_MAX ? QL_STR("") : ql__unstarred(ql_slice(item, 0, colon));
  ql_str words = colon == SIZE_MAX ? item : ql__unstarred(ql_slice(item, colon + 1, item.len));
  bool blocks = ql_starts_nocase(key, QL_STR("block")) && !ql_starts_nocase(key, QL_STR("blocked"));
  take_ids(r, blocks ? r->blocks : r->lists[QL__PART_DEPENDS], words);
}

/* Without the box in front, or the backslash that says that the rest is meant as it stands. Absent for "None.". */
static ql_str plain(ql_str item) {
  bool box = item.len > 3 && item.ptr[0] == '[' && item.ptr[2] == ']' && item.ptr[3] == ' ';
  if (box) item = ql_trim(ql_slice(item, 4, item.len));
  if (ql_starts(item, QL_STR("\\"))) return ql_trim(ql_slice(item, 1, item.len));
  return ql__form_says_none(item) ? QL_ABSENT : item;
}

static void finish(reader *r) {
  if (r->target) r->target->text = ql_buf_take(&r->words, r->blank.arena);
  r->target = NULL;
}

static void append(reader *r, ql_value *target, ql_str words) {
  if (r->target != target) {
    finish(r);
    r->target = target;
    r->words = ql_buf_new(ql_arena_alloc(r->blank.arena));
    if (target) ql_buf_add(&r->words, target->text);
  }
  if (r->words.len > 0) ql_buf_byte(&r->words, ' ');
  ql_buf_add(&r->words, words);
}

static void take(reader *r, ql_str item, bool listed) {
  ql_arena *a = r->blank.arena;
  if (r->part == QL__PART_COUNT) return;
  if (r->part == QL__PART_DEPENDS) {
    take_dependency(r, item);
    return;
  }
  ql_str words = plain(ql__one_line(a, item));
  if (words.len == 0) return;
  ql_priority priority;
  switch (r->part) {
  case QL__PART_ID:
    words = undotted(words);
    if (ql_get_str(r->out, QL_STR("id")).len == 0 && ql__is_task_name(words) && !ql__form_says_none(words))
      QL_SET(r->out, "id", ql_string(a, ql__blank_read_id(&r->blank, words)));
    return;
  case QL__PART_PRIORITY:
    if (ql_priority_read(words, &priority) && priority != QL_PRIORITY_NONE)
      QL_SET(r->out, "priority", ql_string(a, ql_priority_word(priority)));
    return;
  case QL__PART_TO:
  case QL__PART_OBJECTIVE: append(r, ql_get(r->out, ql__part_names[r->part].member), words); return;
  case QL__PART_DEMANDS:
  case QL__PART_ACCEPT:
  case QL__PART_CONTEXT:
  case QL__PART_OUTPUTS:
  case QL__PART_SUCCESS:
  case QL__PART_DEPENDS:
  case QL__PART_COUNT: break;
  }
  ql_value *list = r->lists[r->part];
  if (!list) return;
  if (!listed && list->last) /* goes on from the line before */
    append(r, list->last, words);
  else
    ql_push(list, ql_string(a, words));
}

static void read_line(reader *r, ql_str line) {
  ql_str text = ql_trim(line), value;
  if (text.len == 0 || ql_starts(text, QL_STR("```"))) return;
  bool literal = text.ptr[0] == '\\';
  bool listed = !literal && ql__form_marker(&text) != QL_MARKER_NONE;
  if (!listed && !literal && ql__blank_label(&r->blank, text, &r->part, &value)) {
    r->labelled = true;
    if (r->part != QL__PART_DEPENDS || value.len == 0) text = value; /* "Blocks: T2" is label and item */
  }
  if (text.len > 0) take(r, text, listed);
}

ql_status ql_delegation_read(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str text, ql_value **out, ql_error *err) {
  if (text.len > QL_JSON_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the message is longer than QL_JSON_BYTES_MAX", QL_ABSENT);
  size_t bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) {
    ql_status status = ql_fail(err, QL_ERR_UTF8, "the message is not UTF-8", QL_ABSENT);
    if (err) err->offset = bad;
    return status;
  }
  static const ql__part texts[] = {QL__PART_TO, QL__PART_ID, QL__PART_OBJECTIVE};
  reader r = {.blank = ql__blank_of(a, roster, leader), .out = ql_object(a), .part = QL__PART_COUNT};
  for (size_t i = QL__PART_DEMANDS; i < QL__PART_COUNT; i++) r.lists[i] = ql_set(r.out, ql__part_names[i].member, ql_array(a));
  r.blocks = QL_SET(r.out, "blocks", ql_array(a));
  for (size_t i = 0; i < QL_COUNT(texts); i++) ql_set(r.out, ql__part_names[texts[i]].member, ql_string(a, QL_STR("")));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (ql_str rest = text, line; ql_next_line(&rest, &line) && !ql_arena_failed(a);) read_line(&r, line);
  finish(&r);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (!r.labelled) return ql_fail(err, QL_ERR_SYNTAX, "no label of a delegation is there, as OBJECTIVE:", QL_ABSENT);
  *out = r.out;
  return QL_OK;
}
