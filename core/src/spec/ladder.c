#include "spec/ladder.h"

#include <string.h>

#include "base/text.h"
#include "spec/tools.h"

#define KEY_MAX 64u

static const ql_str KNOWN[] = {
#define KEY(key) QL_STR_INIT(key),
#include "spec/keys.def"
};

static const ql_str USED_KEYS[] = {
#define USED(key) QL_STR_INIT(key),
#include "spec/keys.def"
};

static const ql_str SPOKEN[] = {
#define SPEECH(word)   QL_STR_INIT(word),
#define DIALOGUE(word) QL_STR_INIT(word),
#include "spec/keys.def"
};

static const ql_str DIALOGUES[] = {
#define DIALOGUE(word) QL_STR_INIT(word),
#include "spec/keys.def"
};

bool ql__key_known(ql_str key) {
  for (size_t i = 0; i < QL_COUNT(KNOWN); i++)
    if (ql_eq(KNOWN[i], key)) return true;
  return false;
}

bool ql__key_used(ql_str key) {
  for (size_t i = 0; i < QL_COUNT(USED_KEYS); i++)
    if (ql_eq(USED_KEYS[i], key)) return true;
  return ql__key_known(key);
}

static bool one_of(ql_str key, const ql_str *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq_nocase(words[i], key)) return true;
  return false;
}

static bool is_speech(ql_str key) { return one_of(key, SPOKEN, QL_COUNT(SPOKEN)); }

bool ql__is_dialogue(ql_str key) { return one_of(key, DIALOGUES, QL_COUNT(DIALOGUES)); }

ql_str ql__key_of_line(ql_str line, size_t *value) {
  size_t colon = ql_find_byte(line, ':', 0);
  if (colon == SIZE_MAX || colon == 0 || colon > KEY_MAX || !(ql_is_alpha(line.ptr[0]) || line.ptr[0] == '_')) return QL_ABSENT;
  if (colon + 1 < line.len && !ql_is_space(line.ptr[colon + 1])) return QL_ABSENT;
  ql_str key = ql_trim(ql_slice(line, 0, colon));
  for (size_t i = 0; i < key.len; i++)
    if (!ql_is_alnum(key.ptr[i]) && key.ptr[i] != '_' && key.ptr[i] != '-') return QL_ABSENT;
  *value = colon + 1;
  while (*value < line.len && (line.ptr[*value] == ' ' || line.ptr[*value] == '\t')) (*value)++;
  return key;
}

/* "name:value": a key that products know, but for the blank behind its colon. */
static ql_str tight_key(ql_str line, size_t *value) {
  size_t colon = ql_find_byte(line, ':', 0);
  ql_str key = ql_slice(line, 0, colon);
  if (colon == SIZE_MAX || colon + 1 >= line.len || ql_is_space(line.ptr[colon + 1]) || !ql__key_known(key)) return QL_ABSENT;
  *value = colon + 1;
  return key;
}

/* ---- a list under no key ---- */

/* The words of a list item without its dash, its comment and its quotes; absent when the line is no item. */
static ql_str item_words(ql_str line, size_t *offset) {
  size_t at = 0;
  while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) at++;
  if (at + 1 >= line.len || line.ptr[at] != '-' || (line.ptr[at + 1] != ' ' && line.ptr[at + 1] != '\t')) return QL_ABSENT;
  for (at++; at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t');) at++;
  size_t end = line.len;
  for (size_t i = at; i < line.len && end == line.len; i++)
    if (line.ptr[i] == '#' && (line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t')) end = i;
  ql_str words = ql_trim(ql_slice(line, at, end));
  bool quoted = words.len >= 2 && (words.ptr[0] == '"' || words.ptr[0] == '\'') && words.ptr[words.len - 1] == words.ptr[0];
  *offset = at + (quoted ? 1u : 0u);
  return quoted ? ql_slice(words, 1, words.len - 1) : words;
}

bool ql__adopt_orphans(ql_arena *a, ql_str text, ql__block lines, ql__front *out) {
  if (out->orphan_count > 0) return false;
  ql_str rest = ql_slice(text, lines.start, lines.end), line = QL_ABSENT;
  size_t at = lines.start, first = SIZE_MAX, known = 0, count = 0;
  ql__orphan *orphans = NULL;
  size_t cap = 0;
  while (ql_next_line(&rest, &line)) {
    ql_str words = ql_trim(line);
    size_t offset = 0, start = at;
    at = lines.end - rest.len;
    if (words.len == 0 || words.ptr[0] == '#') continue;
    ql_str name = item_words(line, &offset);
    if (!name.ptr || !ql__tool_shaped(name)) return false;
    if (first == SIZE_MAX) first = start;
    known += ql__tool_canonical(a, name).ptr != NULL;
    orphans = ql_arena_grow(a, orphans, count, &cap, sizeof *orphans);
    if (!orphans) return false;
    orphans[count++] = (ql__orphan){name, start + offset};
  }
  if (known == 0) return false;
  out->orphans = orphans;
  out->orphan_count = count;
  out->orphan_line = first;
  return true;
}

/* ---- segments: a key and all that belongs to it ---- */

typedef struct segment {
  ql_str key;
  size_t start;       /* of the key's line, in the block */
  size_t value, line; /* of the value, and the end of the key's line, in the block */
  size_t end;         /* of its last line, line break included */
  bool runs_on;       /* a line of it is not indented */
  bool tight;         /* no blank stands behind its colon */
} segment;

typedef struct splitter {
  ql_arena *arena;
  ql_str block;
  segment *items;
  size_t count, cap;
  bool loose;        /* a line that is neither key nor list stands since the last key */
  size_t example;    /* where an open <example> closes; 0 when none is open */
  bool never_closes; /* no </example> stands in the rest */
  size_t stray_end;  /* of the lines before the first key */
} splitter;

static bool seen(const splitter *s, ql_str key) {
  for (size_t i = 0; i < s->count; i++)
    if (ql_eq(s->items[i].key, key)) return true;
  return false;
}

/* Descriptions hold dialogues whose lines look like keys. A key that products know is one, once; any other word and colon is a key only
   where no text has run on since the last key, and never when it is how people begin to speak. */
static bool starts_segment(splitter *s, ql_str key, size_t at) {
  if (at < s->example) return false;
  if (ql__key_known(key)) return !(s->loose && seen(s, key));
  if (s->loose || is_speech(key)) return false;
  bool prose = s->count > 0 && ql_eq(s->items[s->count - 1].key, QL_STR("description"));
  return !prose || !(key.ptr[0] >= 'A' && key.ptr[0] <= 'Z');
}

static void look_for_example(splitter *s, ql_str line, size_t at) {
  size_t opens = SIZE_MAX;
  for (size_t from = 0; (from = ql_find(line, QL_STR("<example>"), from)) != SIZE_MAX; from++) opens = from;
  if (opens == SIZE_MAX || at < s->example || s->never_closes) return;
  size_t closes = ql_find(s->block, QL_STR("</example>"), at + opens);
  s->never_closes = closes == SIZE_MAX;
  if (!s->never_closes) s->example = closes;
}

static bool add_segment(splitter *s, ql_str line, size_t at, ql_str key, size_t value) {
  segment *items = ql_arena_grow(s->arena, s->items, s->count, &s->cap, sizeof *items);
  if (!items) return false;
  s->items = items;
  items[s->count++] = (segment){.key = key, .start = at, .value = at + value, .line = at + line.len};
  s->loose = false;
  return true;
}

/* False when memory is out. Past QL_FRONTMATTER_NODES_MAX keys the rest belongs to the last one. */
static bool split(splitter *s) {
  ql_str rest = s->block, line = QL_ABSENT;
  size_t at = 0;
  while (ql_next_line(&rest, &line)) {
    size_t value = 0, next = s->block.len - rest.len;
    ql_str words = ql_trim(line), key = ql__key_of_line(line, &value);
    bool indented = line.len > 0 && ql_is_space(line.ptr[0]), tight = !key.ptr;
    if (tight) key = tight_key(line, &value);
    if (key.ptr && s->count < QL_FRONTMATTER_NODES_MAX && starts_segment(s, key, at)) {
      if (!add_segment(s, line, at, key, value)) return false;
      s->items[s->count - 1].tight = tight;
    } else if (words.len > 0 && !indented && words.ptr[0] != '#' && !ql_starts(words, QL_STR("- "))) {
      s->loose = true;
      if (s->count > 0) s->items[s->count - 1].runs_on = true;
    }
    look_for_example(s, line, at);
    if (s->count > 0)
      s->items[s->count - 1].end = next;
    else
      s->stray_end = next;
    at = next;
  }
  return true;
}

/* ---- values taken literally ---- */

static bool is_prose_key(ql_str key) { return ql_eq(key, QL_STR("description")) || ql_eq(key, QL_STR("name")); }

/* What starts on a line of its own is a list or a mapping, but for keys that take text. */
static bool is_structure(ql_str key, ql_str written) {
  return written.len > 0 && (written.ptr[0] == '\n' || written.ptr[0] == '\r') && !is_prose_key(key);
}

/* The length of the line "|" or ">" that starts a block scalar, its line break not included; 0 when there is none. */
static size_t block_header(ql_str written) {
  ql_str rest = written, line = QL_STR("");
  if (!(ql_starts(written, QL_STR("|")) || ql_starts(written, QL_STR(">"))) || !ql_next_line(&rest, &line)) return 0;
  ql_str marks = ql_trim(line);
  for (size_t i = 1; i < marks.len; i++)
    if (!ql_is_digit(marks.ptr[i]) && marks.ptr[i] != '+' && marks.ptr[i] != '-') return 0;
  return line.len;
}

/* The words of a value: its first line, indented lines after a blank, other lines on lines of their own. */
static ql_str literal_words(ql_arena *a, ql_str written, bool keep_lines) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_str rest = ql_trim(written), line = QL_ABSENT;
  bool first = true, blank = false;
  while (ql_next_line(&rest, &line)) {
    ql_str words = ql_trim(line);
    if (words.len == 0) {
      blank = true;
      continue;
    }
    bool folded = !keep_lines && !blank && ql_is_space(line.ptr[0]);
    if (!first) ql_buf_add(&out, folded ? QL_STR(" ") : blank ? QL_STR("\n\n") : QL_STR("\n"));
    ql_buf_add(&out, words);
    first = blank = false;
  }
  ql_str words = out.failed ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&out));
  if (out.failed) (void)ql_arena_get(a, SIZE_MAX);
  ql_buf_free(&out);
  return words;
}

/* words as a YAML scalar in double quotes. */
static ql_str quoted(ql_arena *a, ql_str words) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_json_string(&out, words);
  ql_str text = out.failed ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&out));
  if (out.failed) (void)ql_arena_get(a, SIZE_MAX);
  ql_buf_free(&out);
  return text;
}

static ql_str unquoted(ql_str words) {
  bool both = words.len >= 2 && (words.ptr[0] == '"' || words.ptr[0] == '\'') && words.ptr[words.len - 1] == words.ptr[0];
  bool open = ql_starts(words, QL_STR("\"")) && ql_find_byte(words, '"', 1) == SIZE_MAX; /* nobody closed it */
  return both ? ql_slice(words, 1, words.len - 1) : open ? ql_slice(words, 1, words.len) : words;
}

/* A colon that YAML takes for the end of a key. */
static size_t colon_in(ql_str written) {
  for (size_t at = 0; (at = ql_find_byte(written, ':', at)) != SIZE_MAX; at++)
    if (at + 1 == written.len || ql_is_space(written.ptr[at + 1])) return at;
  return SIZE_MAX;
}

static void note_literal(ql__notes *notes, const segment *s, ql_str written, size_t offset, ql_str words) {
  bool symbol = written.len > 0 && ql_find_byte(QL_STR("*&!%@`|>"), written.ptr[0], 0) != SIZE_MAX;
  size_t colon = colon_in(written);
  ql_str key = ql__excerpt(s->key);
  ql_diagnostic *d;
  if (s->tight) {
    d = QL__NOTE(notes, QL__TIGHT_COLON, offset, QL_STR("No blank stands behind the colon of \""), key,
                 QL_STR("\", so YAML sees no key. Put one there."));
    ql__note_fix(notes, d, &(ql_edit){offset, 0, QL_STR(" ")}, 1);
    return;
  }
  if (is_structure(s->key, written) || words.len == 0) {
    QL__NOTE(notes, QL__UNREADABLE, offset, QL_STR("YAML cannot read the value of \""), key,
             QL_STR("\": it is kept as text. Mend its indentation and quotes."));
    return;
  }
  if (s->runs_on || block_header(written) > 0)
    d = QL__NOTE(
        notes, QL__RUN_ON, offset, QL_STR("The value of \""), key,
        QL_STR(
            "\" goes on in lines that are not indented, which YAML takes for something else. Put it in double quotes, or behind | with its lines indented."));
  else if (symbol)
    d = QL__NOTE(notes, QL__UNQUOTED_SYMBOL, offset, QL_STR("YAML keeps "), ql_slice(written, 0, 1),
                 QL_STR(" at the start of a value for itself. Put the value of \""), key, QL_STR("\" in double quotes."));
  else if (colon != SIZE_MAX)
    d = QL__NOTE(notes, QL__UNQUOTED_COLON, offset + colon, QL_STR("A colon and a blank end a key in YAML. Put the value of \""), key,
                 QL_STR("\" in double quotes; the rest of the line is taken as it stands."));
  else
    d = QL__NOTE(notes, QL__UNREADABLE, offset, QL_STR("YAML cannot read the value of \""), key,
                 QL_STR("\". Put it in double quotes; it is taken as it stands."));
  /* A value on a line of its own is moved to its key's line. */
  ql_str blank = ql_is_space(written.ptr[0]) ? QL_STR(" ") : QL_STR("");
  ql_str fixed = ql_arena_concat(notes->arena, (const ql_str[]){blank, quoted(notes->arena, words)}, 2);
  if (fixed.ptr) ql__note_fix(notes, d, &(ql_edit){offset, written.len, fixed}, 1);
}

/* ---- one segment ---- */

typedef struct ladder {
  ql_arena *arena;
  ql_str text, yaml;
  size_t base; /* of the block in the file */
  ql__notes *notes;
  ql__front *out;
  bool foreign, broken; /* what stood in the way was YAML that is not supported here, or no YAML */
} ladder;

static bool read_strictly(ladder *l, const segment *s, size_t end, ql_status *status) {
  const ql_yaml_node *root = NULL;
  *status = ql_yaml_read(l->arena, ql_slice(l->yaml, s->start, end), &root, NULL);
  if (*status != QL_OK || root->kind != QL_YAML_MAPPING || root->count != 1 || !ql_eq(root->first->key->text, s->key)) return false;
  size_t base = l->base + s->start;
  ql__entry entry = {s->key, base, base, base + root->first->offset, base + root->first->end_offset, root->first};
  if (!ql__add_entry(l->arena, l->out, entry)) *status = QL_ERR_NOMEM;
  return true;
}

static ql_status take_literally(ladder *l, const segment *s, size_t end) {
  ql_str written = ql_slice(l->yaml, s->value, end);
  while (written.len > 0 && ql_is_space(written.ptr[written.len - 1])) written.len--;
  ql_str body = ql_slice(written, block_header(written), written.len);
  ql_str words = unquoted(literal_words(l->arena, body, body.len < written.len || is_structure(s->key, written)));
  ql_yaml_node *node = ql_arena_get(l->arena, sizeof *node);
  if (!words.ptr || !node) return QL_ERR_NOMEM;
  *node = (ql_yaml_node){.kind = QL_YAML_SCALAR, .style = QL_YAML_LITERAL, .text = words, .end_offset = written.len};
  size_t value = l->base + s->value;
  ql__entry entry = {s->key, l->base + s->start, value, value, value + written.len, node};
  if (!ql__add_entry(l->arena, l->out, entry)) return QL_ERR_NOMEM;
  note_literal(l->notes, s, written, value, words);
  /* Anchors, tags, and aliases of anchors are YAML, although not here. */
  bool foreign = ql_starts(written, QL_STR("&")) || ql_starts(written, QL_STR("!")) || (l->foreign && ql_starts(written, QL_STR("*")));
  if (foreign)
    l->foreign = true;
  else
    l->broken = true;
  return QL_OK;
}

/* Where the list starts with which the lines below the key's own end, blanks and comments apart. SIZE_MAX when there is none. */
static size_t list_below(const ladder *l, const segment *s) {
  if (s->value >= s->line) return SIZE_MAX;
  ql_str rest = ql_slice(l->yaml, s->line, s->end), line = QL_ABSENT;
  if (!ql_next_line(&rest, &line)) return SIZE_MAX;
  size_t first = SIZE_MAX;
  while (rest.len > 0) {
    size_t at = s->end - rest.len;
    ql_next_line(&rest, &line);
    ql_str words = ql_trim(line);
    if (words.len == 0 || words.ptr[0] == '#') continue;
    first = !ql_starts(words, QL_STR("- ")) ? SIZE_MAX : first == SIZE_MAX ? at : first;
  }
  return first;
}

static ql_status read_segment(ladder *l, const segment *s) {
  ql_status status;
  size_t list = list_below(l, s), end = s->end;
  if (list != SIZE_MAX && ql__adopt_orphans(l->arena, l->text, (ql__block){l->base + list, l->base + s->end}, l->out)) end = list;
  if (read_strictly(l, s, end, &status)) return status;
  return status == QL_ERR_NOMEM ? status : take_literally(l, s, end);
}

ql_status ql__read_by_key(ql_arena *a, ql_str text, ql_str yaml, ql__block block, ql__notes *notes, ql__front *out) {
  splitter s = {.arena = a, .block = yaml};
  ladder l = {.arena = a, .text = text, .yaml = yaml, .base = block.start, .notes = notes, .out = out};
  if (!split(&s)) return QL_ERR_NOMEM;
  ql_str stray = ql_slice(text, block.start, block.start + s.stray_end);
  ql_str words = ql_trim(stray);
  if (words.len > 0 && !ql__adopt_orphans(a, text, (ql__block){block.start, block.start + s.stray_end}, out))
    QL__NOTE(notes, QL__STRAY_TEXT, (size_t)(words.ptr - text.ptr), QL_STR("\""), ql__excerpt(words),
             QL_STR("\" belongs to no key. Put a key and a colon before it, or move it below the frontmatter."));
  for (size_t i = 0; i < s.count; i++) {
    ql_status status = read_segment(&l, &s.items[i]);
    if (status != QL_OK) return status;
  }
  if (l.foreign && !l.broken && words.len == 0 && out->orphan_count == 0) out->invalid = false;
  return QL_OK;
}
