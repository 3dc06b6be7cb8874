/* "{{name}}": what a template leaves to be filled in. */
#include "base/text.h"
#include "spec/accepts.h"

#define NAME_MAX_BYTES 64u

/* One word, as templates name what they want; what code puts between such braces has dots, blanks or signs. */
static ql_str name_in(ql_str inside) {
  ql_str name = ql_trim(inside);
  if (name.len == 0 || name.len > NAME_MAX_BYTES || !ql_is_alpha(name.ptr[0])) return QL_ABSENT;
  for (size_t i = 0; i < name.len; i++)
    if (!ql_is_alnum(name.ptr[i]) && name.ptr[i] != '_' && name.ptr[i] != '-') return QL_ABSENT;
  return name;
}

/* CAPITALS are for people to fill in; other names in code spans may be for the agent. */
static bool is_for_people(ql_str name) {
  bool capital = false;
  for (size_t i = 0; i < name.len; i++) {
    if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return false;
    capital = capital || ql_is_alpha(name.ptr[i]);
  }
  return capital;
}

typedef struct finder {
  ql_str text;
  ql__notes *notes;
  ql_str seen[16]; /* the first names, each noted once; those behind are noted wherever they stand */
  size_t count;
} finder;

static bool is_new(finder *f, ql_str name) {
  for (size_t i = 0; i < f->count; i++)
    if (ql_eq(f->seen[i], name)) return false;
  if (f->count < QL_COUNT(f->seen)) f->seen[f->count++] = name;
  return true;
}

/* What stands between the braces at `at`; absent when it is no name. */
static ql_str name_at(ql_str text, size_t at) {
  size_t end = at + 2;
  while (end < text.len && end - at <= NAME_MAX_BYTES + 4 && ql_find_byte(QL_STR("{}\n\r"), text.ptr[end], 0) == SIZE_MAX) end++;
  return ql_starts(ql_slice(text, end, text.len), QL_STR("}}")) ? name_in(ql_slice(text, at + 2, end)) : QL_ABSENT;
}

static void look(finder *f, size_t from, size_t to) {
  ql_str text = ql_slice(f->text, 0, to);
  bool span = false;
  for (size_t at = from; at < to; at++) {
    char c = text.ptr[at];
    if (c == '`') span = !span;
    if (c == '\n' || c == '\r') span = false;
    if (c != '{' || !ql_starts(ql_slice(text, at, to), QL_STR("{{"))) continue;
    ql_str name = name_at(text, at);
    if (!name.ptr || (span && !is_for_people(name)) || !is_new(f, name)) continue;
    QL__NOTE(f->notes, QL__PLACEHOLDER, at, QL_STR("Nobody filled in {{"), name,
             QL_STR("}}: the agent reads it as it stands. Put in what it stands for."));
  }
}

void ql__find_placeholders(ql_str text, const ql__front *front, const ql__outline *outline, size_t body, size_t end, ql__notes *notes) {
  if (ql_find(text, QL_STR("{{"), 0) == SIZE_MAX) return;
  finder f = {.text = text, .notes = notes};
  for (size_t i = 0; i < front->count; i++)
    if (front->entries[i].node->kind == QL_YAML_SCALAR) look(&f, front->entries[i].value, front->entries[i].value_end);
  size_t at = body;
  for (size_t i = 0; i < outline->count; i++) {
    const ql_md_block *b = &outline->blocks[i];
    if (b->kind != QL_MD_CODE || b->offset < at) continue;
    look(&f, at, b->offset);
    at = b->end;
  }
  look(&f, at, end);
}
