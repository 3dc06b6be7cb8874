#include "spec/locate.h"

#include "base/text.h"
#include "format/frontmatter.h"

typedef struct finder {
  ql_arena *arena;
  ql_str text; /* up to the end of the prose */
  ql__notes *notes;
  ql__place place;
} finder;

static bool is_code_fence(ql_str line) { return ql_starts(line, QL_STR("```")) || ql_starts(line, QL_STR("~~~")); }

static bool is_fence(ql_str line) { return ql_eq(ql_trim(line), QL_STR("---")); }

/* The first line that is not blank, from *rest on; absent when there is none. */
static ql_str first_words(ql_str *rest) {
  ql_str line = QL_ABSENT;
  while (ql_next_line(rest, &line))
    if (ql_trim(line).len > 0) return line;
  return QL_ABSENT;
}

/* The whole file in a code fence, as chat programs hand it out. Answers where what is inside starts. */
static size_t unwrap(finder *f) {
  ql_str text = f->text, rest = text, line = first_words(&rest);
  if (!line.ptr || !is_code_fence(line)) return 0;
  size_t first = (size_t)(line.ptr - text.ptr), inside = text.len - rest.len;
  line = first_words(&rest);
  if (!line.ptr || !is_fence(line)) return 0;
  size_t end = text.len;
  while (end > inside && ql_is_space(text.ptr[end - 1])) end--;
  size_t last = end;
  while (last > inside && text.ptr[last - 1] != '\n' && text.ptr[last - 1] != '\r') last--;
  bool closed = is_code_fence(ql_slice(text, last, end));
  f->place.hidden = "it starts with a code fence";
  ql_diagnostic *d = QL__NOTE(f->notes, QL__WRAPPED, first,
                              QL_STR("The whole file stands in a code fence, so its frontmatter is not at the top. Delete the fence."));
  ql_edit edits[] = {{first, inside - first, QL_STR("")}, {last, text.len - last, QL_STR("")}};
  ql__note_fix(f->notes, d, edits, closed ? 2 : 1);
  if (closed) f->text.len = last;
  return inside;
}

/* Where frontmatter that nothing closes ends: at the first line that is no part of a mapping. *mark is set to a line of dashes there. */
static size_t guess_end(ql_str text, size_t from, ql_str *mark) {
  ql_str rest = ql_slice(text, from, text.len), line = QL_ABSENT;
  size_t end = from;
  bool blank = false;
  while (ql_next_line(&rest, &line)) {
    size_t value, dashes = 0;
    ql_str words = ql_trim(line), key = ql__key_of_line(line, &value);
    if (words.len == 0) {
      blank = true;
      continue;
    }
    while (dashes < words.len && words.ptr[dashes] == '-') dashes++;
    if (dashes == words.len && dashes >= 3) {
      *mark = line;
      return end;
    }
    bool item = ql_starts(words, QL_STR("- ")), indented = ql_is_space(line.ptr[0]);
    bool belongs = key.ptr ? !blank || ql__key_known(key) : !blank && (item || indented);
    if (!belongs) return end;
    blank = false;
    end = text.len - rest.len;
  }
  return end;
}

static void close_front(finder *f) {
  ql_str mark = QL_ABSENT;
  size_t end = guess_end(f->text, f->place.block.start, &mark);
  f->place.block.end = f->place.body = end;
  f->place.hidden = "nothing closes its frontmatter";
  ql_diagnostic *d = QL__NOTE(f->notes, QL__FENCE_OPEN, f->place.open,
                              QL_STR("Nothing closes the frontmatter. Put a line of three dashes below its last key."));
  bool cut = end > 0 && f->text.ptr[end - 1] != '\n' && f->text.ptr[end - 1] != '\r'; /* its last line has no line end */
  ql_edit edit = {end, 0, cut ? QL_STR("\n---\n") : QL_STR("---\n")};
  if (mark.ptr) {
    size_t at = (size_t)(mark.ptr - f->text.ptr);
    edit = (ql_edit){at, mark.len, QL_STR("---")};
    f->place.body = at + mark.len;
  }
  ql__note_fix(f->notes, d, &edit, 1);
}

/* Frontmatter whose fences are indented, with the rest of the file as a rule. YAML reads keys that are indented alike. */
static void take_indented(finder *f, ql_str line, ql_str rest) {
  size_t from = (size_t)(line.ptr - f->text.ptr), to = from;
  size_t count = 0, cap = 0;
  ql_edit *edits = NULL;
  ql_str next = ql_slice(f->text, from, f->text.len);
  bool closed = false;
  while (!closed && ql_next_line(&next, &line)) {
    size_t at = (size_t)(line.ptr - f->text.ptr), blanks = 0;
    while (blanks < line.len && line.ptr[blanks] == ' ') blanks++;
    to = at;
    closed = at > from && is_fence(line);
    if (blanks == 0) continue;
    edits = ql_arena_grow(f->arena, edits, count, &cap, sizeof *edits);
    if (!edits) return;
    edits[count++] = (ql_edit){at, blanks, QL_STR("")};
  }
  if (!closed || !edits || to - from > QL_FRONTMATTER_BYTES_MAX) return;
  f->place.block = (ql__block){f->text.len - rest.len, to};
  f->place.body = f->text.len - next.len;
  f->place.open = edits[0].offset + edits[0].length;
  f->place.has_front = true;
  f->place.hidden = "the opening --- is indented";
  ql_diagnostic *d =
      QL__NOTE(f->notes, QL__FENCE_INDENTED, f->place.open,
               QL_STR("The opening --- is indented, so no tool sees the frontmatter. Delete the blanks before it and its keys."));
  ql__note_fix(f->notes, d, edits, count);
}

static bool ends_in_cr(ql_str text, ql_str line) {
  size_t end = (size_t)(line.ptr - text.ptr) + line.len;
  return end < text.len && text.ptr[end] == '\r';
}

/* Keys down to a fence, a name or a description among them, and no fence above them. */
static void take_unopened(finder *f, ql_str line) {
  size_t open = f->place.open, to = open, value, keys = 0;
  bool crlf = ends_in_cr(f->text, line), named = false;
  ql_str rest = ql_slice(f->text, open, f->text.len);
  while (ql_next_line(&rest, &line) && !is_fence(line)) {
    ql_str words = ql_trim(line), key = ql__key_of_line(line, &value);
    if (words.len == 0 || !(key.ptr || ql_is_space(line.ptr[0]) || words.ptr[0] == '#' || ql_starts(words, QL_STR("- ")))) return;
    keys += key.ptr != NULL;
    named = named || ql_eq(key, QL_STR("name")) || ql_eq(key, QL_STR("description"));
    to = f->text.len - rest.len;
  }
  if (keys < 2 || !named || !is_fence(line) || to - open > QL_FRONTMATTER_BYTES_MAX) return;
  f->place.block = (ql__block){open, to};
  f->place.body = f->text.len - rest.len;
  f->place.has_front = true;
  f->place.hidden = "nothing opens its frontmatter";
  ql_diagnostic *d = QL__NOTE(f->notes, QL__FENCE_MISSING, open,
                              QL_STR("The line of three dashes above the keys is missing, so no tool sees them. Put it there."));
  ql__note_fix(f->notes, d, &(ql_edit){open, 0, crlf ? QL_STR("---\r\n") : QL_STR("---\n")}, 1);
}

/* Frontmatter between lines of +++, with the rest of the file as a rule. It is no prose, and nothing here reads it. */
static void skip_toml(finder *f, ql_str rest) {
  ql_str line = QL_ABSENT;
  while (ql_next_line(&rest, &line)) {
    if (!ql_eq(ql_trim(line), QL_STR("+++"))) continue;
    f->place.body = f->text.len - rest.len;
    f->place.hidden = "its frontmatter is TOML";
    QL__NOTE(f->notes, QL__TOML, f->place.open,
             QL_STR("Frontmatter between +++ is TOML, which no product reads in an agent file. Write it as YAML between lines of ---."));
    return;
  }
}

ql__place ql__locate(ql_arena *a, ql_str text, ql__notes *notes) {
  finder f = {.arena = a, .text = text, .notes = notes};
  size_t start = unwrap(&f);
  ql_frontmatter found = ql_frontmatter_find(ql_slice(f.text, start, f.text.len));
  f.place.open = start + found.open;
  f.place.block = (ql__block){start + found.block, start + found.block_end};
  f.place.body = start + found.body;
  f.place.end = f.text.len;
  f.place.has_front = found.state == QL_FENCE_CLOSED || found.state == QL_FENCE_OPEN;
  if (found.state == QL_FENCE_OPEN) close_front(&f);
  if (found.state == QL_FENCE_CLOSED && ql_starts(ql_slice(f.text, f.place.block.end, f.text.len), QL_STR("..."))) {
    ql_diagnostic *d =
        QL__NOTE(notes, QL__FENCE_DOTS, f.place.block.end, QL_STR("Most tools want three dashes at the end of frontmatter, not dots."));
    ql__note_fix(notes, d, &(ql_edit){f.place.block.end, 3, QL_STR("---")}, 1);
  }
  if (found.state == QL_FENCE_TOO_LARGE) {
    f.place.hidden = "its frontmatter is too large";
    QL__NOTE(notes, QL__FRONTMATTER_LIMIT, f.place.open,
             QL_STR("The frontmatter is larger than QL_FRONTMATTER_BYTES_MAX and was not read. Move text below it."));
  }
  if (found.state == QL_FENCE_NONE) {
    ql_str rest = ql_slice(f.text, f.place.open, f.text.len), line = first_words(&rest);
    f.place.open = line.ptr ? (size_t)(line.ptr - f.text.ptr) : f.text.len;
    f.place.hidden = "it has no frontmatter";
    if (line.ptr && is_fence(line) && line.ptr[0] == ' ') take_indented(&f, line, rest);
    if (line.ptr && ql_eq(ql_trim(line), QL_STR("+++"))) skip_toml(&f, rest);
    if (line.ptr && !f.place.has_front) take_unopened(&f, line);
  }
  return f.place;
}
