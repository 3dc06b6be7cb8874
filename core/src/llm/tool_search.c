/* Glob and Grep. */
#include <string.h>

#include <questline/limits.h>

#include "base/pattern.h"
#include "base/text.h"
#include "llm/tools.h"
#include "spec/notes.h"

/* False after saying what is wrong with it. */
static bool made(ql__running *r, ql_str what, ql_status status, const ql_error *err) {
  if (status == QL_OK) return true;
  ql_str message = {err->message, strlen(err->message)}, detail = ql_arena_str(r->arena, (ql_str){err->detail, strlen(err->detail)});
  QL__TOOL_FAIL(r, QL_STR("The "), what, QL_STR(" cannot be used: "), message, status == QL_ERR_SYNTAX ? QL_STR(", at byte ") : QL_STR(""),
                status == QL_ERR_SYNTAX ? ql__tool_number(r->arena, err->offset + 1) : QL_STR(""),
                detail.len > 0 ? QL_STR(": ") : QL_STR(""), detail);
  return false;
}

static ql_str below(const ql__node *root, const ql__node *file) {
  return root == file || root->path.len == 0 ? file->path : ql_slice(file->path, root->path.len + 1, file->path.len);
}

/* Adds a line to what is answered; false, after a note, when there is no room. */
static bool add_found(ql__running *r, size_t found, size_t limit, size_t len) {
  if (found < limit && ql__tool_room(r, len + 64)) return true;
  r->truncated = true;
  ql_buf_add(&r->text, QL_STR("[There may be more. Narrow the search, or raise head_limit.]\n"));
  return false;
}

/* ---- Glob ---- */

/* Where files that fit can be: the folder that the pattern names before its first star, or the very file. NULL when there is none. */
static const ql__node *start_of(ql__running *r, const ql__node *root, ql_str pattern) {
  size_t end = 0, slash = SIZE_MAX;
  for (; end < pattern.len && ql_find_byte(QL_STR("*?[{\\"), pattern.ptr[end], 0) == SIZE_MAX; end++)
    if (pattern.ptr[end] == '/') slash = end;
  if (slash == SIZE_MAX) return root;
  ql_str known = ql_slice(pattern, 0, end == pattern.len ? end : slash);
  ql_str path = root->path.len == 0 ? known : ql_arena_concat(r->arena, (ql_str[]){root->path, QL_STR("/"), known}, 3);
  return path.ptr ? ql__workspace_find(r->box->workspace, path) : NULL;
}

void ql__tool_glob(ql__running *r) {
  ql_str words = ql__tool_text(r, "pattern");
  const ql__node *root = ql__tool_place(r, "path");
  ql__pattern *pattern = NULL;
  ql_error err = {0};
  while (ql_starts(words, QL_STR("./"))) words = ql_slice(words, 2, words.len);
  if (!root || !made(r, QL_STR("pattern"), ql__pattern_glob(r->arena, words, &pattern, &err), &err)) return;
  const ql__node *start = start_of(r, root, words);
  size_t found = 0;
  ql__walk walk = start ? ql__workspace_walk(r->arena, start) : (ql__walk){.count = 0};
  for (const ql__node *file; (file = ql__workspace_next(&walk)) != NULL;) {
    bool fits = false;
    if (!made(r, QL_STR("pattern"), ql__pattern_fits(pattern, below(root, file), &fits, &err), &err)) return;
    if (!fits) continue;
    if (!add_found(r, found, SIZE_MAX, file->path.len)) return;
    found++;
    ql_buf_add(&r->text, file->path);
    ql_buf_byte(&r->text, '\n');
  }
  if (found == 0) ql_buf_add(&r->text, QL_STR("[No file fits.]\n"));
}

/* ---- Grep ---- */

typedef enum output { MODE_FILES, MODE_CONTENT, MODE_COUNT } output;

typedef struct search {
  ql__running *run;
  ql__pattern *pattern;
  output mode;
  bool numbers;
  size_t before, after, limit;
  size_t found; /* lines, or files */
  ql_error err;
} search;

/* A place in a file: where its line starts, and its number. */
typedef struct place {
  size_t at, number;
} place;

static ql_str line_at(ql_str text, size_t at, size_t *next) {
  size_t end = ql_find_byte(text, '\n', at);
  *next = end == SIZE_MAX ? text.len : end + 1;
  ql_str line = ql_slice(text, at, end);
  if (ql_ends(line, QL_STR("\r"))) line.len--;
  return line;
}

static bool add_line(search *s, const ql__node *file, ql_str line, size_t number, char mark) {
  ql__running *r = s->run;
  size_t len = line.len < QL_TOOL_LINE_MAX ? line.len : QL_TOOL_LINE_MAX;
  if (!add_found(r, mark == ':' ? s->found : 0, s->limit, file->path.len + len)) return false;
  ql_buf_add(&r->text, file->path);
  ql_buf_byte(&r->text, mark);
  if (s->numbers) {
    ql_buf_int(&r->text, (int64_t)number);
    ql_buf_byte(&r->text, mark);
  }
  ql__tool_add_line(r, line);
  return true;
}

/* The lines before one that fits, from the first that was not shown. */
static bool add_before(search *s, const ql__node *file, ql_str text, place hit, place shown) {
  place from = hit;
  while (from.at > shown.at && hit.number - from.number < s->before) {
    for (from.at--; from.at > shown.at && text.ptr[from.at - 1] != '\n';) from.at--;
    from.number--;
  }
  if ((s->before > 0 || s->after > 0) && from.at > shown.at && s->found > 0) ql_buf_add(&s->run->text, QL_STR("--\n"));
  while (from.at < hit.at) {
    ql_str line = line_at(text, from.at, &from.at);
    if (!add_line(s, file, line, from.number++, '-')) return false;
  }
  return true;
}

/* One file. False when the search is over. */
static bool search_file(search *s, const ql__node *file) {
  ql__running *r = s->run;
  ql_str text = {file->bytes, file->size};
  place shown = {0, 1};
  size_t hits = 0, follow = 0, next = 0;
  for (place p = {0, 1}; p.at < text.len; p = (place){next, p.number + 1}) {
    ql_str line = line_at(text, p.at, &next);
    bool fits = false;
    if (!made(r, QL_STR("pattern"), ql__pattern_fits(s->pattern, line, &fits, &s->err), &s->err)) return false;
    if (!fits && follow == 0) continue;
    if (fits) {
      hits++;
      if (s->mode == MODE_FILES) break;
    }
    if (s->mode == MODE_COUNT) continue;
    if (fits ? !add_before(s, file, text, p, shown) || !add_line(s, file, line, p.number, ':') : !add_line(s, file, line, p.number, '-'))
      return false;
    if (fits) s->found++;
    follow = fits ? s->after : follow - 1;
    shown = (place){next, p.number + 1};
  }
  if (hits == 0 || s->mode == MODE_CONTENT) return true;
  if (!add_found(r, s->found, s->limit, file->path.len)) return false;
  s->found++;
  ql_buf_add(&r->text, file->path);
  if (s->mode == MODE_COUNT) {
    ql_buf_byte(&r->text, ':');
    ql_buf_int(&r->text, (int64_t)hits);
  }
  ql_buf_byte(&r->text, '\n');
  return true;
}

void ql__tool_grep(ql__running *r) {
  search s = {.run = r, .numbers = true};
  ql__pattern *glob = NULL;
  ql_str mode = ql__tool_text(r, "output_mode"), names = ql__tool_text(r, "glob");
  const ql_value *numbers = QL_GET(r->arguments, "-n");
  size_t around = ql__tool_count(r, "-C", 0);
  const ql__node *root = ql__tool_place(r, "path");
  if (!root) return;
  s.mode = ql_eq(mode, QL_STR("content")) ? MODE_CONTENT : ql_eq(mode, QL_STR("count")) ? MODE_COUNT : MODE_FILES;
  if (numbers) s.numbers = numbers->number == 1;
  s.before = ql__tool_count(r, "-B", around);
  s.after = ql__tool_count(r, "-A", around);
  s.limit = ql__tool_count(r, "head_limit", SIZE_MAX);
  ql_status status = ql__pattern_make(r->arena, ql__tool_text(r, "pattern"), ql_get_bool(r->arguments, QL_STR("-i")), &s.pattern, &s.err);
  if (!made(r, QL_STR("pattern"), status, &s.err)) return;
  if (names.ptr && !made(r, QL_STR("glob"), ql__pattern_glob(r->arena, names, &glob, &s.err), &s.err)) return;
  ql__walk walk = ql__workspace_walk(r->arena, root);
  for (const ql__node *file; (file = ql__workspace_next(&walk)) != NULL;) {
    bool wanted = file->bytes != NULL;
    if (wanted && glob && !made(r, QL_STR("glob"), ql__pattern_fits(glob, below(root, file), &wanted, &s.err), &s.err)) return;
    if (wanted && !search_file(&s, file)) return;
  }
  if (s.found == 0) ql_buf_add(&r->text, QL_STR("[Nothing fits.]\n"));
}
