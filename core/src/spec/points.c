#include "spec/points.h"

#include "base/text.h"
#include "spec/policy_words.h"

#define LEVELS_MAX 32u
#define KEY_MAX    64u /* bytes of an item that can be a key before a colon */

/* The first word behind a fence that is read as data. */
static const ql_str DATA[] = {
    QL_STR_INIT(""),    QL_STR_INIT("yaml"),     QL_STR_INIT("yml"), QL_STR_INIT("text"),
    QL_STR_INIT("txt"), QL_STR_INIT("markdown"), QL_STR_INIT("md"),  QL_STR_INIT("plaintext"),
};

/* Fences that declare types. */
static const ql_str TYPES[] = {QL_STR_INIT("typescript"), QL_STR_INIT("ts")};

/* Keys of files that build servers and clusters read: they show how something is run. */
static const ql_str PIPELINE[] = {
    QL_STR_INIT("jobs"),       QL_STR_INIT("runs-on"), QL_STR_INIT("uses"),
    QL_STR_INIT("apiVersion"), QL_STR_INIT("script"),  QL_STR_INIT("before_script"),
};

/* What parts strong words from what is said of them. */
static const ql_str PARTS[] = {
    QL_STR_INIT(":"), QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94"), QL_STR_INIT("\xE2\x86\x92"),
};

typedef struct reader {
  ql_arena *arena;
  ql__point *items;
  size_t count, cap;
} reader;

static ql__point *push(reader *r) {
  ql__point *items = ql_arena_grow(r->arena, r->items, r->count, &r->cap, sizeof *items);
  if (!items) return NULL;
  r->items = items;
  ql__point *point = &items[r->count++];
  *point = (ql__point){.level = 0};
  return point;
}

/* ---- Markdown ---- */

static bool drop_part(ql_str *words) {
  *words = ql_trim(*words);
  for (size_t i = 0; i < QL_COUNT(PARTS); i++) {
    if (!ql_starts(*words, PARTS[i])) continue;
    *words = ql_trim(ql_slice(*words, PARTS[i].len, words->len));
    return true;
  }
  return false;
}

static void split_block(const ql_md_block *b, ql__point *point) {
  point->rest = point->text = b->text;
  if (b->lead.ptr) {
    ql_str key = ql_trim(b->lead), rest = ql_slice(b->text, b->lead.len, b->text.len);
    bool own = ql_ends(key, QL_STR(":"));
    if (own) key = ql_trim(ql_slice(key, 0, key.len - 1));
    bool parted = drop_part(&rest);
    if (!own && !parted && rest.len > 0) return;
    point->key = key;
    point->rest = rest;
    return;
  }
  size_t colon = ql_find_byte(ql_slice(b->text, 0, KEY_MAX), ':', 0);
  if (colon == SIZE_MAX || colon == 0 || (colon + 1 < b->text.len && b->text.ptr[colon + 1] != ' ')) return;
  ql_str key = ql_slice(b->text, 0, colon);
  bool open = ql_find_byte(key, '(', 0) != SIZE_MAX && ql_find_byte(key, ')', 0) == SIZE_MAX; /* the colon is inside the brackets */
  if (open || ql_find(key, QL_STR(". "), 0) != SIZE_MAX || b->text.ptr[0] == '"') return;
  point->key = ql_slice(b->text, 0, colon);
  point->rest = ql_trim(ql_slice(b->text, colon + 1, b->text.len));
}

/* ---- paragraphs of lines ---- */

static bool starts_line(ql_str line) {
  ql_str rest;
  return ql_starts(line, QL_STR("**")) || ql__read_mark(line, &rest) != QL__NO_MARK;
}

/* Whether a paragraph is a list without bullets: several lines, and each starts with strong words or a tick. */
static bool is_stack(ql_str source) {
  ql_str line;
  size_t lines = 0;
  while (ql_next_line(&source, &line)) {
    line = ql_trim(line);
    if (!starts_line(line)) return false;
    lines++;
  }
  return lines > 1;
}

/* Words without the signs of strong ones and of code. */
static ql_str plain(ql_arena *a, ql_str words) {
  if (ql_find(words, QL_STR("**"), 0) == SIZE_MAX && ql_find_byte(words, '`', 0) == SIZE_MAX) return words;
  char *out = ql_arena_get(a, words.len + 1);
  if (!out) return QL_STR("");
  size_t len = 0;
  for (size_t i = 0; i < words.len; i++) {
    bool strong = words.ptr[i] == '*' && i + 1 < words.len && words.ptr[i + 1] == '*';
    i += strong;
    if (!strong && words.ptr[i] != '`') out[len++] = words.ptr[i];
  }
  return (ql_str){out, len};
}

static void read_stack(reader *r, const ql_md_block *b, ql_str text, ql_str source) {
  ql_str line;
  for (uint32_t number = b->line; ql_next_line(&source, &line); number++) {
    ql__point *point = push(r);
    if (!point) return;
    line = ql_trim(line);
    point->level = b->depth;
    point->offset = (size_t)(line.ptr - text.ptr);
    point->end = point->offset + line.len;
    point->line = number;
    point->block = b;
    point->text = point->rest = ql_trim(plain(r->arena, line));
    size_t close = ql_starts(line, QL_STR("**")) ? ql_find(line, QL_STR("**"), 2) : SIZE_MAX;
    if (close == SIZE_MAX) continue;
    ql_str key = ql_trim(ql_slice(line, 2, close)), rest = ql_slice(line, close + 2, line.len);
    bool own = ql_ends(key, QL_STR(":"));
    if (!drop_part(&rest) && !own && rest.len > 0) continue;
    point->key = ql_trim(ql_slice(key, 0, key.len - own));
    point->rest = plain(r->arena, rest);
  }
}

static void read_block(reader *r, const ql_md_block *b) {
  ql__point *point = push(r);
  if (!point) return;
  point->level = b->depth;
  point->item = b->kind == QL_MD_ITEM;
  point->number = b->ordered ? b->number : 0;
  point->offset = b->offset;
  point->end = b->end;
  point->line = b->line;
  point->block = b;
  split_block(b, point);
}

/* ---- fences ---- */

static bool one_of(ql_str word, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq_nocase(word, words[i])) return true;
  return false;
}

static bool is_pipeline(const ql__line *lines, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (lines[i].key.ptr && one_of(lines[i].key, PIPELINE, QL_COUNT(PIPELINE))) return true;
  return false;
}

static bool holds_data(const ql_md_block *code, bool types) {
  if (!ql_starts(code->source, QL_STR("```")) && !ql_starts(code->source, QL_STR("~~~"))) return false;
  ql_str info = code->info.ptr ? ql_trim(code->info) : QL_STR("");
  size_t word = 0;
  while (word < info.len && !ql_is_space(info.ptr[word])) word++;
  info = ql_slice(info, 0, word);
  return one_of(info, DATA, QL_COUNT(DATA)) || (types && one_of(info, TYPES, QL_COUNT(TYPES)));
}

static void read_line(reader *r, const ql_md_block *code, const ql__line *line, uint32_t level) {
  ql__point *point = push(r);
  if (!point) return;
  point->rest = line->value;
  point->text = line->value;
  point->key = line->key;
  if (line->key.ptr && line->value.len == 0)
    point->text = line->key;
  else if (line->key.ptr)
    point->text = (ql_str){line->key.ptr, (size_t)(line->value.ptr + line->value.len - line->key.ptr)};
  point->comment = line->comment;
  point->level = level;
  point->number = line->number;
  point->item = line->item || line->number > 0;
  point->fenced = true;
  point->offset = line->offset;
  point->end = line->end;
  point->line = line->line;
  point->block = code;
}

/* Nesting by indentation, as YAML has it: the items of a list may stand in the column of their key. */
static void read_fence(reader *r, ql_str text, const ql_md_block *code) {
  size_t count;
  const ql__line *lines = ql__scan_fence(r->arena, text, code, &count);
  if (!lines || ql__is_template(lines, count) || is_pipeline(lines, count)) return;
  uint32_t open[LEVELS_MAX];
  uint32_t depth = 0;
  for (size_t i = 0; i < count; i++) {
    if (lines[i].body) continue;
    bool item = lines[i].item || lines[i].number > 0, comment = lines[i].value.len == 0 && !lines[i].key.ptr;
    uint32_t column = 2 * lines[i].indent + (item ? 1 : 0);
    if (!comment) {
      while (depth > 0 && open[depth - 1] >= column) depth--;
      if (depth < LEVELS_MAX) open[depth++] = column;
    }
    read_line(r, code, &lines[i], comment ? 0 : depth - 1);
  }
}

static const ql__point *read_points(ql__compiler *c, const ql__region *region, bool types, size_t *count) {
  reader r = {.arena = c->arena};
  uint32_t other = 0; /* depth of the open label about something else */
  for (size_t i = 0; i < region->count; i++) {
    const ql_md_block *b = &region->blocks[i];
    if (b->quoted) continue;
    if (b->depth <= other) other = 0;
    size_t before = r.count;
    ql_str source = b->kind == QL_MD_PARAGRAPH ? ql_slice(c->spec->text, b->offset, b->end) : QL_STR("");
    if (is_stack(source))
      read_stack(&r, b, c->spec->text, source);
    else if (b->kind == QL_MD_ITEM || b->kind == QL_MD_PARAGRAPH)
      read_block(&r, b);
    else if (b->kind == QL_MD_CODE && holds_data(b, types))
      read_fence(&r, c->spec->text, b);
    for (size_t k = before; other > 0 && k < r.count; k++) r.items[k].other = true;
    if (other == 0 && b->depth > 0 && ql__is_label(b)) {
      ql__topic topic = ql__topic_of(b->text);
      if (topic != QL__ABOUT_NOTHING && topic != region->topic) other = b->depth;
    }
  }
  for (size_t i = 0; i + 1 < r.count; i++) {
    const ql__point *next = &r.items[i + 1];
    for (size_t k = i + 2; next->text.len == 0 && k < r.count && k < i + 8; k++) next = &r.items[k];
    r.items[i].heads = next->level > r.items[i].level && next->fenced == r.items[i].fenced && (next->item || next->key.ptr);
  }
  *count = r.count;
  return r.items;
}

const ql__point *ql__read_points(ql__compiler *c, const ql__region *region, size_t *count) { return read_points(c, region, false, count); }

const ql__point *ql__read_types(ql__compiler *c, const ql__region *region, size_t *count) { return read_points(c, region, true, count); }

ql_rule_item *ql__add_point(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, const ql__point *point) {
  return ql__add_item(c, rule, parent, text.ptr ? text : point->text, point->offset, point->end, point->line);
}

bool ql__is_listed(const ql__point *point) { return point->item || (!point->fenced && point->text.ptr != point->block->text.ptr); }

ql_str ql__key_words(ql_arena *a, ql_str key, uint32_t *number) {
  size_t digits = 0;
  uint32_t value = 0;
  for (; digits < key.len && digits < 4 && ql_is_digit(key.ptr[digits]); digits++) value = value * 10 + (uint32_t)(key.ptr[digits] - '0');
  if (digits > 0 && digits < key.len && (key.ptr[digits] == '_' || key.ptr[digits] == '.')) {
    size_t end = digits;
    while (end < key.len && (ql_is_digit(key.ptr[end]) || key.ptr[end] == '.')) end++; /* "12.1 Gates" */
    if (end == key.len || key.ptr[end] != ' ') end = digits + 1;
    key = ql_trim(ql_slice(key, end, key.len));
    if (number) *number = value;
  }
  if (ql_find_byte(key, '_', 0) == SIZE_MAX) return key;
  char *words = ql_arena_get(a, key.len);
  if (!words) return QL_ABSENT;
  for (size_t i = 0; i < key.len; i++) words[i] = key.ptr[i] == '_' ? ' ' : key.ptr[i];
  return (ql_str){words, key.len};
}

ql_str ql__region_title(const ql__region *region) {
  if (region->label.ptr) return region->label;
  return region->heading.len > 0 ? region->heading : region->parent;
}

int ql__region_confidence(const ql__region *region) { return region->own ? 95 : 85; }
