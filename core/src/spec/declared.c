#include "base/text.h"
#include "spec/id.h"
#include "spec/naming.h"

/* Words of headings under which lists name agents. */
static const ql_str TEAM_WORDS[] = {
    QL_STR_INIT("team"),        QL_STR_INIT("teams"),      QL_STR_INIT("roster"),    QL_STR_INIT("composition"),
    QL_STR_INIT("specialists"), QL_STR_INIT("agents"),     QL_STR_INIT("subagents"), QL_STR_INIT("acolytes"),
    QL_STR_INIT("members"),     QL_STR_INIT("crew"),       QL_STR_INIT("squad"),     QL_STR_INIT("delegates"),
    QL_STR_INIT("teammates"),   QL_STR_INIT("colleagues"), QL_STR_INIT("workers"),   QL_STR_INIT("delegation"),
};

/* What stands between a name and the words about it. */
static const ql_str SEPARATORS[] = {
    QL_STR_INIT(":"), QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94"), QL_STR_INIT("\xE2\x86\x92"),
};

static bool speaks_of_team(ql_str title) {
  size_t from = 0;
  for (size_t i = 0; i <= title.len; i++) {
    if (i < title.len && ql_is_alnum(title.ptr[i])) continue;
    ql_str word = ql_slice(title, from, i);
    for (size_t k = 0; k < QL_COUNT(TEAM_WORDS); k++)
      if (ql_eq_nocase(word, TEAM_WORDS[k])) return true;
    from = i + 1;
  }
  return false;
}

/* A name as ids are written: lower case, and joined by hyphens or dots unless an @ says what it is. */
static bool is_name(ql_str name, bool marked) {
  if (name.len < 2 || !ql_is_alpha(name.ptr[0]) || !ql_is_alnum(name.ptr[name.len - 1])) return false;
  bool joined = false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (ql_to_lower(c) != c || !(ql_is_alnum(c) || c == '-' || c == '.' || c == '_')) return false;
    joined = joined || c == '-' || c == '.';
  }
  return marked || joined;
}

static ql_str skip_separator(ql_str words, bool *found) {
  words = ql_trim(words);
  for (size_t i = 0; i < QL_COUNT(SEPARATORS); i++) {
    if (!ql_starts(words, SEPARATORS[i])) continue;
    *found = true;
    return ql_trim(ql_slice(words, SEPARATORS[i].len, words.len));
  }
  return words;
}

/* The agent that an item names, false when it names none. */
static bool read_item(const ql_md_block *item, ql_str *name, ql_str *words) {
  bool lead = item->lead.ptr != NULL, separated = false;
  size_t end = item->lead.len;
  if (!lead)
    for (end = 0; end < item->text.len && !ql_is_space(item->text.ptr[end]) && item->text.ptr[end] != ':';) end++;
  *name = ql_slice(item->text, 0, end);
  *words = skip_separator(ql_slice(item->text, end, item->text.len), &separated);
  if (ql_ends(*name, QL_STR(":"))) {
    name->len--;
    separated = true;
  }
  bool marked = ql_starts(*name, QL_STR("@"));
  if (marked) *name = ql_slice(*name, 1, name->len);
  return is_name(*name, marked) && (marked || (lead && separated));
}

const ql__declared *ql__find_declared(ql_arena *a, const ql__outline *outline, size_t *count) {
  ql__declared *items = NULL;
  size_t len = 0, cap = 0;
  uint32_t under = 0; /* level of the heading that speaks of a team; one of level 1 names the file, not a list */
  *count = 0;
  for (size_t i = 0; i < outline->count; i++) {
    const ql_md_block *b = &outline->blocks[i];
    ql_str name, words;
    if (b->kind == QL_MD_HEADING && (under == 0 || b->level <= under)) under = b->level > 1 && speaks_of_team(b->text) ? b->level : 0;
    if (b->kind != QL_MD_ITEM || under == 0 || b->quoted || !read_item(b, &name, &words)) continue;
    ql_str id = ql_agent_id(a, name);
    if (!id.ptr) continue;
    items = ql_arena_grow(a, items, len, &cap, sizeof *items);
    if (!items) return NULL;
    size_t in_line = ql_find(b->source, name, 0);
    items[len++] = (ql__declared){id, words.len > 0 ? words : QL_ABSENT, b->offset + (in_line == SIZE_MAX ? 0 : in_line), b->line};
  }
  *count = len;
  return items;
}
