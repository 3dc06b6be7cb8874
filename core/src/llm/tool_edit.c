/* Edits: words in a file are replaced where they stand. */
#include <questline/limits.h>

#include "base/text.h"
#include "llm/tools.h"
#include "spec/notes.h"

#define LINES_SHOWN 5u

/* Finds words in time proportional to the text, whatever they are. Source: Knuth, Morris, Pratt, "Fast pattern matching in strings". */
typedef struct finder {
  ql_str words;
  uint32_t *back; /* how many of the first bytes also end there */
} finder;

static bool prepare(ql_arena *a, ql_str words, finder *f) {
  *f = (finder){words, ql_arena_array(a, words.len, sizeof *f->back)};
  if (!f->back) return false;
  for (size_t i = 1, k = 0; i < words.len; i++) {
    while (k > 0 && words.ptr[i] != words.ptr[k]) k = f->back[k - 1];
    if (words.ptr[i] == words.ptr[k]) k++;
    f->back[i] = (uint32_t)k;
  }
  return true;
}

/* Where the words start, from *at on, SIZE_MAX for nowhere. *state is 0 to begin with; left as it is, the next place may overlap this one. */
static size_t find_next(const finder *f, ql_str text, size_t *at, size_t *state) {
  size_t k = *state;
  for (size_t i = *at; i < text.len; i++) {
    while (k > 0 && (k == f->words.len || text.ptr[i] != f->words.ptr[k])) k = f->back[k - 1];
    if (text.ptr[i] == f->words.ptr[k]) k++;
    if (k < f->words.len) continue;
    *at = i + 1;
    *state = k;
    return i + 1 - k;
  }
  return SIZE_MAX;
}

/* Files of one system are edited with line ends of the other: models write LF. */
static bool has_crlf(ql_str text) {
  size_t end = ql_find_byte(text, '\n', 0);
  return end != SIZE_MAX && end > 0 && text.ptr[end - 1] == '\r';
}

static ql_str with_crlf(ql_arena *a, ql_str text) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '\n') ql_buf_byte(&out, '\r');
    ql_buf_byte(&out, text.ptr[i]);
  }
  return ql_buf_take(&out, a);
}

typedef struct edit {
  ql_str old, new;
  bool all;
  size_t number; /* from 1; 0 for an edit that is alone */
} edit;

static ql_str which(ql__running *r, const edit *e) {
  if (e->number == 0) return QL_STR("Nothing was changed: ");
  return ql_arena_concat(r->arena, (ql_str[]){QL_STR("Nothing was changed: edit "), ql__tool_number(r->arena, e->number), QL_STR(": ")}, 3);
}

/* Says where the words stand that should stand once only. */
static void fail_ambiguous(ql__running *r, const edit *e, const finder *f, ql_str text) {
  ql_buf lines = ql_buf_new(ql_arena_alloc(r->arena));
  size_t count = 0, at = 0, state = 0, line = 1, counted = 0;
  for (size_t found; (found = find_next(f, text, &at, &state)) != SIZE_MAX; count++) {
    if (count >= LINES_SHOWN) continue;
    for (; counted < found; counted++) line += text.ptr[counted] == '\n';
    if (count > 0) ql_buf_add(&lines, QL_STR(", "));
    ql_buf_int(&lines, (int64_t)line);
  }
  if (count > LINES_SHOWN) ql_buf_add(&lines, QL_STR(", …"));
  QL__TOOL_FAIL(r, which(r, e), QL_STR("old_string stands there "), ql__tool_number(r->arena, count), QL_STR(" times (lines "),
                ql_buf_take(&lines, r->arena), QL_STR("). Give more of what is around it, or set replace_all."));
}

/* Makes one edit of a text; the number of places is added to *places. False after saying what is wrong, or when out of memory. */
static bool apply(ql__running *r, edit e, ql_str text, ql_buf *out, size_t *places) {
  finder f;
  if (e.old.len == 0) {
    QL__TOOL_FAIL(r, which(r, &e), QL_STR("old_string is empty. Write makes or replaces a whole file."));
    return false;
  }
  if (ql_eq(e.old, e.new)) {
    QL__TOOL_FAIL(r, which(r, &e), QL_STR("old_string and new_string are the same."));
    return false;
  }
  if (has_crlf(text) && ql_find_byte(e.old, '\r', 0) == SIZE_MAX && ql_find_byte(e.new, '\r', 0) == SIZE_MAX) {
    e.old = with_crlf(r->arena, e.old);
    e.new = with_crlf(r->arena, e.new);
  }
  if (!e.old.ptr || !e.new.ptr || !prepare(r->arena, e.old, &f)) return false;
  size_t at = 0, state = 0, from = 0, found = find_next(&f, text, &at, &state);
  if (found == SIZE_MAX) {
    QL__TOOL_FAIL(r, which(r, &e),
                  QL_STR("old_string does not stand in the file. Read it again: blanks and line ends have to be the same."));
    return false;
  }
  size_t again = at;
  if (!e.all && find_next(&f, text, &again, &state) != SIZE_MAX) {
    fail_ambiguous(r, &e, &f, text);
    return false;
  }
  out->len = 0;
  while (found != SIZE_MAX && out->len <= QL_WORKSPACE_FILE_MAX) {
    ql_buf_add(out, ql_slice(text, from, found));
    ql_buf_add(out, e.new);
    from = found + e.old.len;
    ++*places;
    state = 0;
    found = e.all ? find_next(&f, text, &at, &state) : SIZE_MAX;
  }
  ql_buf_add(out, ql_slice(text, from, text.len));
  if (out->len <= QL_WORKSPACE_FILE_MAX) return !out->failed;
  QL__TOOL_FAIL(r, which(r, &e), QL_STR("the file would be larger than "), ql__tool_number(r->arena, QL_WORKSPACE_FILE_MAX),
                QL_STR(" bytes."));
  return false;
}

static edit edit_of(const ql_value *arguments, size_t number) {
  return (edit){ql_get_str(arguments, QL_STR("old_string")), ql_get_str(arguments, QL_STR("new_string")),
                ql_get_bool(arguments, QL_STR("replace_all")), number};
}

/* All edits, one after another, between two buffers. */
static void edit_file(ql__running *r, const ql__node *file, const ql_value *first, bool alone) {
  ql_str text = {file->bytes, file->size};
  size_t places = 0, number = 0;
  ql_buf spare = ql_buf_new(ql_arena_alloc(r->arena));
  bool right = true;
  for (const ql_value *item = first; right && item; item = alone ? NULL : item->next) {
    ql_buf into = spare;
    right = apply(r, edit_of(item, alone ? 0 : ++number), text, &into, &places);
    spare = r->edited;
    r->edited = into;
    text = ql_buf_str(&r->edited);
  }
  ql_buf_free(&spare);
  if (!right) return;
  ql__tool_write(r, file->path, text);
  ql_buf_add(&r->text, QL_STR("Edited "));
  ql_buf_add(&r->text, file->path);
  ql_buf_add(&r->text, QL_STR(" in "));
  ql__tool_add_count(&r->text, places);
  ql_buf_add(&r->text, places == 1 ? QL_STR(" place.\n") : QL_STR(" places.\n"));
}

void ql__tool_edit(ql__running *r) {
  const ql__node *file = ql__tool_file(r, "file_path");
  if (file) edit_file(r, file, r->arguments, true);
}

void ql__tool_multi_edit(ql__running *r) {
  const ql__node *file = ql__tool_file(r, "file_path");
  const ql_value *edits = QL_GET(r->arguments, "edits");
  if (!file) return;
  if (edits->count == 0 || edits->count > QL_TOOL_EDITS_MAX) {
    QL__TOOL_FAIL(r, QL_STR("Nothing was changed: a call makes 1 to "), ql__tool_number(r->arena, QL_TOOL_EDITS_MAX), QL_STR(" edits."));
    return;
  }
  edit_file(r, file, edits->first, false);
}
