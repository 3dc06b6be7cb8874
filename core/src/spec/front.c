#include "spec/front.h"

#include <string.h>

#include "base/text.h"
#include "spec/ladder.h"

const ql__entry *ql__entry_find(const ql__front *front, ql_str key) {
  for (size_t i = front->count; i-- > 0;)
    if (ql_eq(front->entries[i].key, key)) return &front->entries[i];
  return NULL;
}

ql__entry *ql__add_entry(ql_arena *a, ql__front *front, ql__entry entry) {
  ql__entry *entries = ql_arena_grow(a, front->entries, front->count, &front->cap, sizeof *entries);
  if (!entries) return NULL;
  front->entries = entries;
  entries[front->count] = entry;
  return &entries[front->count++];
}

/* The lines below a plain value that are all list items: YAML takes them for more words of it, the author meant a list. */
static bool continues_as_list(ql_str written, size_t *first) {
  ql_str rest = written, line = QL_ABSENT;
  if (!ql_next_line(&rest, &line)) return false;
  bool any = false;
  while (rest.len > 0) {
    size_t at = written.len - rest.len;
    ql_next_line(&rest, &line);
    ql_str words = ql_trim(line);
    if (words.len == 0) continue;
    if (!ql_starts(words, QL_STR("- "))) return false;
    if (!any) *first = at;
    any = true;
  }
  return any;
}

static bool take_mapping(ql_arena *a, ql_str text, size_t base, const ql_yaml_node *root, ql__front *out) {
  for (const ql_yaml_node *node = root->first; node; node = node->next) {
    ql__entry entry = {node->key->text, base + node->key->offset, base, base + node->offset, base + node->end_offset, node};
    size_t list = 0;
    ql_str written = ql_slice(text, entry.value, entry.value_end);
    if (node->kind == QL_YAML_SCALAR && node->style == QL_YAML_PLAIN && continues_as_list(written, &list) &&
        ql__adopt_orphans(a, text, (ql__block){entry.value + list, entry.value_end}, out)) {
      entry.value_end = entry.value;
      ql_str rest = written, line = QL_ABSENT;
      ql_next_line(&rest, &line);
      ql_yaml_node *cut = ql_arena_get(a, sizeof *cut);
      if (!cut) return false;
      *cut = *node;
      cut->text = ql_trim(line);
      cut->end_offset = cut->offset + cut->text.len;
      entry.node = cut;
      entry.value_end = entry.value + cut->text.len;
    }
    if (!ql__add_entry(a, out, entry)) return false;
  }
  return true;
}

/* The bytes of a leading character that YAML does not know, 0 when it does. */
static size_t foreign_width(ql_str s) {
  if (ql_starts(s, QL_STR("\xEF\xBB\xBF")) || ql_starts(s, QL_STR("\xEF\xBF\xBE")) || ql_starts(s, QL_STR("\xEF\xBF\xBF"))) return 3;
  bool c1 = s.len > 1 && (unsigned char)s.ptr[0] == 0xC2 && (unsigned char)s.ptr[1] < 0xA0 && (unsigned char)s.ptr[1] != 0x85;
  return c1 ? 2 : 0;
}

/* YAML knows fewer characters than text does, and wants blanks for indentation. Each foreign byte becomes a blank, so offsets hold. */
static ql_str prepare(ql_arena *a, ql_str block, ql__notes *notes, size_t base) {
  char *copy = NULL;
  ql_edit *edits = NULL;
  size_t edit_count = 0, edit_cap = 0;
  bool indenting = true;
  for (size_t i = 0; i < block.len; i++) {
    unsigned char c = (unsigned char)block.ptr[i];
    bool tab = c == '\t' && indenting;
    bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    if (c == '\n' || c == '\r')
      indenting = true;
    else if (c != ' ' && c != '\t')
      indenting = false;
    size_t wide = c < 0x80 ? 0 : foreign_width(ql_slice(block, i, i + 3));
    if (!tab && !control && wide == 0) continue;
    if (!copy) {
      copy = ql_arena_get(a, block.len + 1);
      if (!copy) return QL_ABSENT;
      memcpy(copy, block.ptr, block.len);
    }
    for (size_t k = 0; k < (wide ? wide : 1); k++) copy[i + k] = ' ';
    if (wide) i += wide - 1;
    if (!tab) continue;
    edits = ql_arena_grow(a, edits, edit_count, &edit_cap, sizeof *edits);
    if (!edits) return QL_ABSENT;
    edits[edit_count++] = (ql_edit){base + i, 1, QL_STR("  ")};
  }
  if (edit_count > 0) {
    ql_diagnostic *d = QL__NOTE(notes, QL__TAB, edits[0].offset, QL_STR("YAML allows no tabs for indentation: use two blanks."));
    ql__note_fix(notes, d, edits, edit_count);
  }
  return copy ? (ql_str){copy, block.len} : block;
}

/* A description whose words stand in lines of their own, not indented: YAML makes keys of speakers, and of all that has a colon. */
static bool speaks_below_description(const ql_yaml_node *root) {
  bool described = false, empty = false;
  for (const ql_yaml_node *node = root->first; node; node = node->next) {
    if (described && node->kind == QL_YAML_SCALAR && ql__is_dialogue(node->key->text)) return true;
    if (empty && !ql__key_known(node->key->text)) return true;
    bool text = ql_eq(node->key->text, QL_STR("description")) && node->kind == QL_YAML_SCALAR;
    described = text && node->style == QL_YAML_PLAIN;
    empty = text && (node->style == QL_YAML_LITERAL || node->style == QL_YAML_FOLDED) && node->text.len == 0;
  }
  return false;
}

/* The lines of an entry, when nothing else stands in them. */
static bool whole_lines(const ql__entry *entry, ql_str text, ql_edit *out) {
  size_t from = entry->key_offset, to = ql_line_end(text, entry->value_end);
  if (from > 0 && text.ptr[from - 1] != '\n' && text.ptr[from - 1] != '\r') return false;
  if (entry->value_end < entry->key_offset || ql_trim(ql_slice(text, entry->value_end, to)).len > 0) return false;
  to += ql_starts(ql_slice(text, to, text.len), QL_STR("\r\n")) ? 2 : 1;
  *out = (ql_edit){from, to - from, QL_STR("")};
  return to <= text.len;
}

static void note_duplicates(const ql__front *front, ql_str text, ql__notes *notes) {
  for (size_t i = 0; i < front->count; i++) {
    const ql__entry *entry = &front->entries[i];
    if (ql__entry_find(front, entry->key) == entry) continue;
    ql_diagnostic *d = QL__NOTE(notes, QL__DUPLICATE_KEY, entry->key_offset, QL_STR("The key \""), ql__excerpt(entry->key),
                                QL_STR("\" stands again below; the last one counts here, and some tools refuse the file. Delete one."));
    ql_edit edit;
    if (whole_lines(entry, text, &edit)) ql__note_fix(notes, d, &edit, 1);
  }
}

static void note_orphans(const ql__front *front, ql_str text, ql__notes *notes) {
  if (front->orphan_count == 0) return;
  bool adopted = !ql__entry_find(front, QL_STR("tools"));
  size_t at = front->orphan_line, words = at;
  while (words < text.len && (text.ptr[words] == ' ' || text.ptr[words] == '\t')) words++;
  if (!adopted) {
    QL__NOTE(notes, QL__ORPHAN_LIST, words,
             QL_STR("This list stands under no key, and there is a key \"tools\" already. Move it under a key, or delete it."));
    return;
  }
  ql_diagnostic *d =
      QL__NOTE(notes, QL__ORPHAN_LIST, words, QL_STR("This list stands under no key; its "), ql__number(notes->arena, front->orphan_count),
               QL_STR(" items are taken as the tools. Put a line \"tools:\" above it."));
  bool crlf = ql_find(text, QL_STR("\r\n"), 0) != SIZE_MAX;
  ql_edit *edits = ql_arena_array(notes->arena, front->orphan_count, sizeof *edits);
  if (!edits) return;
  edits[0] = (ql_edit){at, 0, crlf ? QL_STR("tools:\r\n") : QL_STR("tools:\n")};
  size_t count = 1;
  for (size_t i = 1; i < front->orphan_count; i++) {
    /* An item that is indented otherwise than the first one is none to YAML. */
    size_t from = front->orphans[i].offset, dash;
    while (from > at && text.ptr[from - 1] != '\n' && text.ptr[from - 1] != '\r') from--;
    for (dash = from; text.ptr[dash] != '-';) dash++;
    if (dash - from != words - at) edits[count++] = (ql_edit){from, dash - from, ql_slice(text, at, words)};
  }
  ql__note_fix(notes, d, edits, count);
}

ql_status ql__read_front(ql_arena *a, ql_str text, ql__block block, ql__notes *notes, ql__front *out) {
  *out = (ql__front){0};
  ql_str yaml = prepare(a, ql_slice(text, block.start, block.end), notes, block.start);
  if (!yaml.ptr) return QL_ERR_NOMEM;
  const ql_yaml_node *root = NULL;
  ql_error err = {0};
  ql_status status = ql_yaml_read(a, yaml, &root, &err);
  if (status == QL_ERR_NOMEM) return status;
  if (status == QL_OK && root->kind == QL_YAML_SCALAR && root->text.len == 0) {
    QL__NOTE(notes, QL__FRONTMATTER_EMPTY, block.start,
             QL_STR("The frontmatter holds no key. Give it a name and a description, or delete its fences."));
    return QL_OK;
  }
  bool mapping = status == QL_OK && root->kind == QL_YAML_MAPPING;
  if (mapping && !speaks_below_description(root)) {
    if (!take_mapping(a, text, block.start, root, out)) return QL_ERR_NOMEM;
  } else {
    if (status == QL_ERR_LIMIT)
      QL__NOTE(notes, QL__FRONTMATTER_LIMIT, block.start + err.offset, QL_STR("The frontmatter is "),
               (ql_str){err.message, strlen(err.message)}, QL_STR(". Make it simpler: what is beyond the limit is kept as text."));
    out->invalid = !mapping && status != QL_ERR_LIMIT;
    status = ql__read_by_key(a, text, yaml, block, notes, out);
    if (status != QL_OK) return status;
  }
  note_duplicates(out, text, notes);
  note_orphans(out, text, notes);
  return ql_arena_failed(a) ? QL_ERR_NOMEM : QL_OK;
}
