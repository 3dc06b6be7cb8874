#include "spec/tools.h"

#include "base/text.h"

#define TOOLS_MAX  QL_FRONTMATTER_NODES_MAX
#define SEPARATORS QL_STR(" \t;|")

/* The list while it grows. */
typedef struct listing {
  ql_arena *arena;
  ql_str text; /* of the file */
  ql__notes *notes;
  ql_tool *items;
  size_t count, cap;
  bool full;
  bool commas; /* between the names */
} listing;

bool ql__tool_stands(ql_str text, ql_str name, size_t offset) {
  char next = offset + name.len < text.len ? text.ptr[offset + name.len] : ' ';
  if (ql_find_byte(name, '\\', 0) != SIZE_MAX) return false; /* half of an escape */
  return ql_starts(ql_slice(text, offset, text.len), name) && !ql_is_alnum(next) && next != '_' && next != '-';
}

/* "Read Write" and "Read; Write" with commas; absent when these are not known tools. */
static ql_str with_commas(ql_arena *a, ql_str name) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  bool known = true;
  for (size_t at = 0; known && at < name.len;) {
    size_t from = at;
    while (at < name.len && ql_find_byte(SEPARATORS, name.ptr[at], 0) == SIZE_MAX) at++;
    ql_str word = ql_slice(name, from, at);
    known = ql__tool_known(word) && ql__tool_shaped(word);
    if (out.len > 0) ql_buf_add(&out, QL_STR(", "));
    ql_buf_add(&out, word);
    while (at < name.len && ql_find_byte(SEPARATORS, name.ptr[at], 0) != SIZE_MAX) at++;
  }
  if (known || out.failed) return ql_buf_take(&out, a);
  ql_buf_free(&out);
  return QL_ABSENT;
}

static void note_unknown(listing *l, ql_str name, size_t offset) {
  if (!ql__note_wanted(l->notes, QL__TOOL_UNKNOWN)) {
    l->notes->dropped++;
    return;
  }
  ql_str close = ql__tool_suggest(name);
  if (!close.ptr && l->commas) close = with_commas(l->arena, name);
  ql_diagnostic *d =
      QL__NOTE(l->notes, QL__TOOL_UNKNOWN, offset, QL_STR("No product known here has a tool \""), ql__excerpt(name), QL_STR("\"."),
               close.ptr ? QL_STR(" Did you mean \"") : QL_STR(" Check its spelling; most products leave out what they do not know."),
               close.ptr ? close : QL_STR(""), close.ptr ? QL_STR("\"?") : QL_STR(""));
  if (close.ptr && ql__tool_stands(l->text, name, offset)) ql__note_fix(l->notes, d, &(ql_edit){offset, name.len, close}, 1);
}

static void add_tool(listing *l, ql_str name, size_t offset) {
  if (name.len == 0 || l->full) return;
  if (l->count == TOOLS_MAX) {
    QL__NOTE(l->notes, QL__FRONTMATTER_LIMIT, offset,
             QL_STR("More tools than QL_FRONTMATTER_NODES_MAX; the rest is left out. Shorten the list."));
    l->full = true;
    return;
  }
  ql_tool *items = ql_arena_grow(l->arena, l->items, l->count, &l->cap, sizeof *items);
  if (!items) return;
  l->items = items;
  ql_str canonical = ql__tool_canonical(l->arena, name);
  items[l->count++] = (ql_tool){name, canonical, offset};
  if (!canonical.ptr) note_unknown(l, name, offset);
}

static ql_str without_quotes(ql_str s) {
  bool quoted = s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0];
  return quoted ? ql_slice(s, 1, s.len - 1) : s;
}

/* Names between commas that stand in no parentheses; each is looked for behind the one before it, between the offsets from and to. */
static void add_comma_list(listing *l, ql_str names, size_t from, size_t to) {
  size_t start = 0;
  int depth = 0;
  bool lost = false; /* one is written otherwise than it is read: the rest has its place */
  for (size_t i = 0; i <= names.len; i++) {
    char c = i < names.len ? names.ptr[i] : ',';
    if (c == '(') depth++;
    if (c == ')' && depth > 0) depth--;
    if (i < names.len && (c != ',' || depth > 0)) continue;
    ql_str name = without_quotes(ql_trim(ql_slice(names, start, i)));
    size_t at = lost ? SIZE_MAX : ql_find(ql_slice(l->text, from, to), name, 0);
    lost = at == SIZE_MAX;
    if (!lost) from += at;
    add_tool(l, name, from);
    if (!lost) from += name.len;
    start = i + 1;
  }
}

static ql_str inside_brackets(ql_str s) {
  if (ql_starts(s, QL_STR("["))) s = ql_slice(s, 1, s.len);
  if (ql_ends(s, QL_STR("]"))) s.len--;
  return s;
}

static void take_scalar(listing *l, const ql__entry *entry) {
  const ql_yaml_node *node = entry->node;
  ql_str words = node->text;
  if (node->style == QL_YAML_LITERAL && ql_starts(words, QL_STR("- "))) {
    ql_str rest = words, line = QL_ABSENT;
    while (ql_next_line(&rest, &line)) add_tool(l, ql_trim(ql_slice(line, ql_starts(line, QL_STR("- ")) ? 2 : 0, line.len)), entry->value);
    return;
  }
  if (node->style == QL_YAML_LITERAL) words = inside_brackets(words);
  l->commas = true;
  add_comma_list(l, words, entry->value, entry->value_end);
}

static void take_sequence(listing *l, const ql__entry *entry) {
  for (const ql_yaml_node *item = entry->node->first; item; item = item->next) {
    size_t offset = entry->base + item->offset;
    if (item->kind == QL_YAML_SCALAR) {
      if (item->style != QL_YAML_PLAIN) offset++;
      add_tool(l, ql_trim(item->text), offset);
    } else if (item->kind == QL_YAML_MAPPING && item->count == 1) {
      add_tool(l, item->first->key->text, entry->base + item->first->key->offset);
    } else {
      QL__NOTE(l->notes, QL__WRONG_TYPE, offset, QL_STR("A tool is one word. This item is left out: write its name alone."));
    }
  }
}

static bool is_true(const ql_yaml_node *node) {
  if (node->kind != QL_YAML_SCALAR) return true;
  return ql_eq_nocase(node->text, QL_STR("true")) || ql_eq_nocase(node->text, QL_STR("yes")) || ql_eq_nocase(node->text, QL_STR("allow")) ||
         ql_eq_nocase(node->text, QL_STR("ask"));
}

/* The tools that are switched on. False when none is: then only some are taken away, and the others stay as if nothing were listed. */
static bool take_mapping(listing *l, const ql__entry *entry) {
  size_t on = 0;
  for (const ql_yaml_node *item = entry->node->first; item; item = item->next) {
    if (!is_true(item)) continue;
    on++;
    add_tool(l, item->key->text, entry->base + item->key->offset);
  }
  const ql_yaml_node *rest = ql_yaml_get(entry->node, QL_STR("*"));
  bool closed = on > 0 || (rest && !is_true(rest));
  QL__NOTE(
      l->notes, QL__TOOLS_MAP, entry->value,
      closed ? QL_STR("Only the tools that are switched on are taken; OpenCode leaves those that are not named on as well. Name them all.")
             : QL_STR("This only takes tools away, so all others are allowed. Switch \"*\" off and on what the agent needs to be sure."));
  return closed;
}

/* An item of a list of tools, with the comma before it or as the line it stands in. */
static bool whole_item(ql_str text, const ql_tool *tool, ql_edit *out) {
  size_t from = tool->offset, to = from + tool->name.len;
  if (!ql__tool_stands(text, tool->name, from)) return false;
  bool quoted =
      from > 0 && (text.ptr[from - 1] == '"' || text.ptr[from - 1] == '\'') && to < text.len && text.ptr[to] == text.ptr[from - 1];
  from -= quoted;
  to += quoted;
  while (from > 0 && (text.ptr[from - 1] == ' ' || text.ptr[from - 1] == '\t')) from--;
  if (from > 0 && text.ptr[from - 1] == ',') {
    *out = (ql_edit){from - 1, to - from + 1, QL_STR("")};
    return true;
  }
  size_t end = ql_line_end(text, to);
  if (from == 0 || text.ptr[from - 1] != '-' || ql_trim(ql_slice(text, to, end)).len > 0) return false;
  for (from--; from > 0 && (text.ptr[from - 1] == ' ' || text.ptr[from - 1] == '\t');) from--;
  if (from == 0 || (text.ptr[from - 1] != '\n' && text.ptr[from - 1] != '\r')) return false;
  end += ql_starts(ql_slice(text, end, text.len), QL_STR("\r\n")) ? 2 : 1;
  *out = (ql_edit){from, end - from, QL_STR("")};
  return end <= text.len;
}

static void note_repeated(listing *l) {
  for (size_t i = 1; i < l->count; i++) {
    for (size_t k = 0; k < i; k++) {
      if (!ql_eq(l->items[i].name, l->items[k].name)) continue;
      ql_diagnostic *d = QL__NOTE(l->notes, QL__TOOL_TWICE, l->items[i].offset, QL_STR("\""), ql__excerpt(l->items[i].name),
                                  QL_STR("\" is listed twice. Delete one."));
      ql_edit edit;
      if (whole_item(l->text, &l->items[i], &edit)) ql__note_fix(l->notes, d, &edit, 1);
      break;
    }
  }
}

const ql_tool *ql__tools_under(ql_arena *a, const ql__entry *entry, ql_str text, ql__notes *notes, size_t *count) {
  listing l = {.arena = a, .text = text, .notes = notes};
  if (entry->node->kind == QL_YAML_SEQUENCE)
    take_sequence(&l, entry);
  else if (entry->node->kind == QL_YAML_SCALAR)
    take_scalar(&l, entry);
  *count = l.count;
  return l.items;
}

void ql__take_tools(ql_arena *a, const ql__front *front, ql_str text, ql__notes *notes, ql_spec *spec) {
  listing l = {.arena = a, .text = text, .notes = notes};
  const ql__entry *entry = ql__entry_find(front, QL_STR("tools"));
  bool listed = entry || front->orphan_count > 0;
  if (!entry) {
    for (size_t i = 0; i < front->orphan_count; i++) add_tool(&l, front->orphans[i].name, front->orphans[i].offset);
  } else if (entry->node->kind == QL_YAML_SEQUENCE) {
    take_sequence(&l, entry);
  } else if (entry->node->kind == QL_YAML_MAPPING) {
    listed = take_mapping(&l, entry);
  } else if (ql_yaml_scalar_type(entry->node) == QL_YAML_NULL) {
    listed = false;
    QL__NOTE(
        notes, QL__TOOLS_NULL, entry->key_offset,
        QL_STR("\"tools\" has no value, which most products read as all tools. List the tools, write [] for none, or delete the key."));
  } else {
    take_scalar(&l, entry);
  }
  note_repeated(&l);
  if (!listed) return;
  spec->tools = l.items;
  spec->tool_count = l.count;
  spec->tools_state = l.count > 0 ? QL_TOOLS_LISTED : QL_TOOLS_EMPTY;
  spec->tools_from = QL_TOOLS_FROM_FRONTMATTER;
}

/* ---- tools named in the prose ---- */

static bool speaks_of_tools(ql_str title) {
  static const ql_str words[] = {QL_STR_INIT("toolkit"), QL_STR_INIT("toolbox"), QL_STR_INIT("tools")};
  for (size_t i = 0; i < QL_COUNT(words); i++)
    if (title.len >= words[i].len && ql_eq_nocase(ql_slice(title, title.len - words[i].len, title.len), words[i])) return true;
  return false;
}

static bool is_listed(const listing *l, ql_str name) {
  for (size_t i = 0; i < l->count; i++)
    if (ql_eq(l->items[i].name, name)) return true;
  return false;
}

/* Known tools in backticks; commands and paths in backticks are none. */
static void take_code_spans(listing *l, ql_str text, size_t from, size_t to) {
  for (size_t open; (open = ql_find_byte(text, '`', from)) < to;) {
    size_t close = ql_find_byte(text, '`', open + 1);
    if (close >= to) return;
    ql_str name = ql_slice(text, open + 1, close);
    from = close + 1;
    if (ql__tool_known(name) && !is_listed(l, name)) add_tool(l, name, open + 1);
  }
}

void ql__take_body_tools(ql_arena *a, const ql_md_block *blocks, size_t count, ql_str text, ql__notes *notes, ql_spec *spec) {
  listing l = {.arena = a, .text = text, .notes = notes};
  uint32_t under = 0; /* level of the heading that speaks of tools */
  for (size_t i = 0; i < count; i++) {
    const ql_md_block *b = &blocks[i];
    if (b->kind == QL_MD_HEADING) {
      if (under == 0 || b->level <= under) under = speaks_of_tools(b->text) ? b->level : 0;
    } else if (under > 0 && (b->kind == QL_MD_ITEM || b->kind == QL_MD_PARAGRAPH)) {
      take_code_spans(&l, text, b->offset, b->end);
    }
  }
  if (l.count == 0) return;
  spec->tools = l.items;
  spec->tool_count = l.count;
  spec->tools_state = QL_TOOLS_LISTED;
  spec->tools_from = QL_TOOLS_FROM_BODY;
}
