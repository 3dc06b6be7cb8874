#include "base/text.h"
#include "spec/id.h"
#include "spec/naming.h"

#define SPAN_MAX 4096u /* bytes of a code span; longer ones are taken for stray backticks */

/* Characters before an @ that starts a mention; a letter makes an address of it, a slash a path. Other bytes than ASCII may stand there. */
#define BEFORE QL_STR(" \t\r\n([{\"'*_|,;:>+=&")
/* Characters behind a name that show it to be something else: a package, a decorator, a wildcard, a placeholder, an address. */
#define BEHIND QL_STR("/(*@<{[=\\$")

/* Last words behind a dot: files and addresses, not agents. */
static const ql_str ENDINGS[] = {
    QL_STR_INIT("md"),   QL_STR_INIT("mdc"), QL_STR_INIT("txt"),  QL_STR_INIT("json"), QL_STR_INIT("yaml"), QL_STR_INIT("yml"),
    QL_STR_INIT("toml"), QL_STR_INIT("xml"), QL_STR_INIT("html"), QL_STR_INIT("css"),  QL_STR_INIT("scss"), QL_STR_INIT("js"),
    QL_STR_INIT("jsx"),  QL_STR_INIT("mjs"), QL_STR_INIT("ts"),   QL_STR_INIT("tsx"),  QL_STR_INIT("py"),   QL_STR_INIT("rs"),
    QL_STR_INIT("go"),   QL_STR_INIT("rb"),  QL_STR_INIT("sh"),   QL_STR_INIT("sql"),  QL_STR_INIT("csv"),  QL_STR_INIT("com"),
    QL_STR_INIT("org"),  QL_STR_INIT("net"), QL_STR_INIT("io"),   QL_STR_INIT("dev"),  QL_STR_INIT("java"), QL_STR_INIT("png"),
    QL_STR_INIT("svg"),  QL_STR_INIT("pdf"), QL_STR_INIT("log"),  QL_STR_INIT("env"),
};

/* Words with hyphens that CSS, TypeScript and documentation comments put behind an @. */
static const ql_str DIRECTIVES[] = {
    QL_STR_INIT("@font-face"),       QL_STR_INIT("@font-feature-values"), QL_STR_INIT("@font-palette-values"),
    QL_STR_INIT("@counter-style"),   QL_STR_INIT("@color-profile"),       QL_STR_INIT("@starting-style"),
    QL_STR_INIT("@view-transition"), QL_STR_INIT("@position-try"),        QL_STR_INIT("@custom-media"),
    QL_STR_INIT("@custom-selector"), QL_STR_INIT("@custom-variant"),      QL_STR_INIT("@ts-ignore"),
    QL_STR_INIT("@ts-expect-error"), QL_STR_INIT("@ts-nocheck"),          QL_STR_INIT("@ts-check"),
    QL_STR_INIT("@vite-ignore"),     QL_STR_INIT("@page-break"),
};

/* Parts of names that stand for a name. */
static const ql_str PLACEHOLDERS[] = {
    QL_STR_INIT("name"),    QL_STR_INIT("your"),    QL_STR_INIT("my"),  QL_STR_INIT("some"),
    QL_STR_INIT("another"), QL_STR_INIT("example"), QL_STR_INIT("xxx"),
};

static bool one_of(ql_str word, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq(word, words[i])) return true;
  return false;
}

static bool is_name_char(char c) { return ql_is_alnum(c) || c == '-' || c == '.' || c == '_'; }

/* Looks at the parts between hyphens, dots and underscores. */
static bool stands_for_agent(ql_str id, bool *joined) {
  ql_str name = ql_slice(id, 1, id.len), last = QL_ABSENT;
  size_t from = 0;
  bool dotted = false, code = false; /* "st.cache_data" is a name of code */
  *joined = false;
  if (one_of(id, DIRECTIVES, QL_COUNT(DIRECTIVES))) return false;
  for (size_t i = 0; i <= name.len; i++) {
    if (i < name.len && ql_is_alnum(name.ptr[i])) continue;
    last = ql_slice(name, from, i);
    if (one_of(last, PLACEHOLDERS, QL_COUNT(PLACEHOLDERS))) return false;
    *joined = *joined || (i < name.len && name.ptr[i] != '_');
    dotted = dotted || (i < name.len && name.ptr[i] == '.');
    code = code || (i < name.len && name.ptr[i] == '_');
    from = i + 1;
  }
  *joined = *joined && !(dotted && code);
  return !(dotted && one_of(last, ENDINGS, QL_COUNT(ENDINGS)));
}

typedef struct finder {
  ql_arena *arena;
  ql_str text;
  ql__mention *items;
  size_t len, cap;
} finder;

static void take_mention(finder *f, size_t at) {
  ql_str text = f->text;
  unsigned char before = at > 0 ? (unsigned char)text.ptr[at - 1] : ' ';
  if (before < 0x80 && ql_find_byte(BEFORE, (char)before, 0) == SIZE_MAX) return;
  size_t end = at + 1;
  while (end < text.len && is_name_char(text.ptr[end])) end++;
  if (end < text.len && ql_find_byte(BEHIND, text.ptr[end], 0) != SIZE_MAX) return;
  while (end > at + 1 && !ql_is_alnum(text.ptr[end - 1])) end--;
  ql_str written = ql_slice(text, at, end);
  bool joined;
  if (!ql_agent_id_valid(written) || !ql_is_alpha(text.ptr[at + 1]) || !stands_for_agent(written, &joined)) return;
  ql__mention *items = ql_arena_grow(f->arena, f->items, f->len, &f->cap, sizeof *items);
  if (!items) return;
  f->items = items;
  items[f->len++] = (ql__mention){written, at, written.len, 0, joined};
}

/* Behind the code span that the backtick at `open` starts, or behind its backticks when nothing near closes them. */
static size_t skip_span(ql_str s, size_t open, size_t to) {
  size_t at = open, limit = to - open > SPAN_MAX ? open + SPAN_MAX : to;
  while (at < limit && s.ptr[at] == '`') at++;
  size_t ticks = at - open, behind = at;
  while (at < limit) {
    size_t run = at;
    while (at < limit && s.ptr[at] == '`') at++;
    if (at - run == ticks) return at;
    if (at == run) at++;
  }
  return behind;
}

/* A line's mentions outside of its code spans. */
static void scan_line(finder *f, size_t from, size_t to) {
  for (size_t i = from; i < to;) {
    if (f->text.ptr[i] == '@') take_mention(f, i);
    i = f->text.ptr[i] == '`' ? skip_span(f->text, i, to) : i + 1;
  }
}

/* Of mentions of one name, the first. */
static void keep_first(finder *f) {
  size_t slots = 16, kept = 0;
  while (slots < f->len * 2) slots *= 2;
  size_t *table = f->len > 1 ? ql_arena_array(f->arena, slots, sizeof *table) : NULL; /* 1 + index; 0 is free */
  if (!table) return;
  for (size_t i = 0; i < f->len; i++) {
    ql__mention m = f->items[i];
    size_t at = ql__id_hash(m.id) & (slots - 1);
    while (table[at] != 0 && !ql_eq(f->items[table[at] - 1].id, m.id)) at = (at + 1) & (slots - 1);
    if (table[at] != 0) continue;
    f->items[kept++] = m;
    table[at] = kept;
  }
  f->len = kept;
}

static void count_lines(finder *f) {
  uint32_t line = 1;
  for (size_t i = 0, at = 0; i < f->len; i++) {
    for (; at < f->items[i].offset; at++)
      line += f->text.ptr[at] == '\n' || (f->text.ptr[at] == '\r' && !(at + 1 < f->text.len && f->text.ptr[at + 1] == '\n'));
    f->items[i].line = line;
  }
}

const ql__mention *ql__find_mentions(ql_arena *a, const ql_spec *spec, const ql__outline *outline, size_t *count) {
  finder f = {.arena = a, .text = spec->text};
  size_t block = 0, at = spec->body_offset;
  while ((at = ql_find_byte(f.text, '@', at)) != SIZE_MAX) {
    while (block < outline->count && (outline->blocks[block].kind != QL_MD_CODE || outline->blocks[block].end <= at)) block++;
    if (block < outline->count && outline->blocks[block].offset <= at) {
      at = outline->blocks[block].end;
      continue;
    }
    size_t start = at, end = at;
    while (start > spec->body_offset && f.text.ptr[start - 1] != '\n' && f.text.ptr[start - 1] != '\r') start--;
    while (end < f.text.len && f.text.ptr[end] != '\n' && f.text.ptr[end] != '\r') end++;
    scan_line(&f, start, end);
    at = end;
  }
  keep_first(&f);
  count_lines(&f);
  *count = f.len;
  return f.items;
}
