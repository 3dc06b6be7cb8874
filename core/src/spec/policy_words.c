#include "spec/policy_words.h"

#include "base/text.h"
#include "spec/id.h"

#define IN_FENCE  1000u
#define TITLE_MAX 100u

static const ql_str ARROWS[] = {
    QL_STR_INIT("\xE2\x86\x92"), /* and the same once read as Windows-1252 */
    QL_STR_INIT("\xC3\xA2\xE2\x80\xA0\xE2\x80\x99"),
    QL_STR_INIT("->"),
    QL_STR_INIT("=>"),
    QL_STR_INIT("\xE2\x87\x92"),
    QL_STR_INIT("\xE2\x9E\x9C"),
    QL_STR_INIT("\xE2\x9E\xA1"),
    QL_STR_INIT("\xE2\x9F\xB6"),
};

static const struct {
  ql_str sign;
  ql__mark mark;
} MARKS[] = {
    {QL_STR_INIT("\xE2\x9C\x85"), QL__TICK},  {QL_STR_INIT("\xE2\x9C\x94"), QL__TICK},
    {QL_STR_INIT("\xE2\x9C\x93"), QL__TICK},  {QL_STR_INIT("\xE2\x98\x90"), QL__TICK},
    {QL_STR_INIT("\xE2\x98\x91"), QL__TICK},  {QL_STR_INIT("\xE2\x97\xBB"), QL__TICK},
    {QL_STR_INIT("\xE2\x96\xA1"), QL__TICK},  {QL_STR_INIT("[ ]"), QL__TICK},
    {QL_STR_INIT("[x]"), QL__TICK},           {QL_STR_INIT("[X]"), QL__TICK},
    {QL_STR_INIT("\xE2\x9D\x8C"), QL__CROSS}, {QL_STR_INIT("\xE2\x9C\x97"), QL__CROSS},
    {QL_STR_INIT("\xE2\x9C\x98"), QL__CROSS}, {QL_STR_INIT("\xE2\x9C\x96"), QL__CROSS},
    {QL_STR_INIT("\xE2\x9B\x94"), QL__CROSS}, {QL_STR_INIT("\xF0\x9F\x9A\xAB"), QL__CROSS},
};

/* Last words of names that are callings. */
static const ql_str CALLINGS[] = {
    QL_STR_INIT("admin"),      QL_STR_INIT("agent"),    QL_STR_INIT("analyst"),        QL_STR_INIT("analyzer"),  QL_STR_INIT("architect"),
    QL_STR_INIT("auditor"),    QL_STR_INIT("builder"),  QL_STR_INIT("coordinator"),    QL_STR_INIT("debugger"),  QL_STR_INIT("designer"),
    QL_STR_INIT("developer"),  QL_STR_INIT("engineer"), QL_STR_INIT("expert"),         QL_STR_INIT("lead"),      QL_STR_INIT("manager"),
    QL_STR_INIT("optimizer"),  QL_STR_INIT("operator"), QL_STR_INIT("orchestrator"),   QL_STR_INIT("planner"),   QL_STR_INIT("pro"),
    QL_STR_INIT("researcher"), QL_STR_INIT("reviewer"), QL_STR_INIT("scientist"),      QL_STR_INIT("scribe"),    QL_STR_INIT("specialist"),
    QL_STR_INIT("strategist"), QL_STR_INIT("tester"),   QL_STR_INIT("troubleshooter"), QL_STR_INIT("validator"), QL_STR_INIT("writer"),
};

size_t ql__arrow_at(ql_str s, size_t from) {
  ql_str here = ql_slice(s, from, s.len);
  for (size_t i = 0; i < QL_COUNT(ARROWS); i++)
    if (ql_starts(here, ARROWS[i])) return ARROWS[i].len;
  return 0;
}

bool ql__split_arrow(ql_str s, ql_str *before, ql_str *behind) {
  for (size_t i = 0; i < s.len; i++) {
    size_t arrow = ql__arrow_at(s, i);
    if (arrow == 0) continue;
    *before = ql_trim(ql_slice(s, 0, i));
    *behind = ql_trim(ql_slice(s, i + arrow, s.len));
    return true;
  }
  *before = ql_trim(s);
  *behind = QL_STR("");
  return false;
}

bool ql__speaks_of(ql_str s, const char *words) {
  while (*words) {
    size_t len = 0;
    while (words[len] && words[len] != ' ') len++;
    ql_str word = {words, len};
    for (size_t i = 0; i + len <= s.len; i++)
      if ((i == 0 || !ql_is_alnum(s.ptr[i - 1])) && ql_starts_nocase(ql_slice(s, i, s.len), word)) return true;
    words += len;
    while (*words == ' ') words++;
  }
  return false;
}

bool ql__has_words(ql_str s) {
  for (size_t i = 0; i < s.len; i++) {
    if (ql_is_alnum(s.ptr[i])) return true;
    /* Signs of our own: arrows, lines of boxes, ticks (U+2190 to U+27FF). */
    bool sign = i + 1 < s.len && s.ptr[i] == '\xE2' && (unsigned char)s.ptr[i + 1] >= 0x86u && (unsigned char)s.ptr[i + 1] <= 0x9Fu;
    if (sign)
      i += 2;
    else if ((unsigned char)s.ptr[i] >= 0x80u)
      return true;
  }
  return false;
}

ql__mark ql__read_mark(ql_str s, ql_str *rest) {
  s = ql_trim(s);
  *rest = s;
  for (size_t i = 0; i < QL_COUNT(MARKS); i++) {
    if (!ql_starts(s, MARKS[i].sign)) continue;
    s = ql_slice(s, MARKS[i].sign.len, s.len);
    if (ql_starts(s, QL_STR("\xEF\xB8\x8F"))) s = ql_slice(s, 3, s.len); /* asks for the sign in colour */
    *rest = ql_trim(s);
    return MARKS[i].mark;
  }
  return QL__NO_MARK;
}

void ql__add_string(ql_arena *a, ql__strings *strings, ql_str s) {
  if (!s.ptr || s.len == 0 || strings->count == QL__STRINGS_MAX) return;
  for (size_t i = 0; i < strings->count; i++)
    if (ql_eq(strings->at[i], s)) return;
  ql_str *at = ql_arena_grow(a, strings->at, strings->count, &strings->cap, sizeof *at);
  if (!at) return;
  strings->at = at;
  at[strings->count++] = s;
}

/* ---- agents ---- */

/* The slot of an id, or the free one where it belongs. */
static ql_str *slot_of(const ql__compiler *c, ql_str id) {
  size_t at = ql__id_hash(id) & c->known_mask;
  while (c->known[at].ptr && !ql_eq(c->known[at], id)) at = (at + 1) & c->known_mask;
  return &c->known[at];
}

void ql__know_agents(ql__compiler *c, const ql_str *ids, size_t count) {
  size_t size = 4;
  while (size < 2 * (count + 1)) size *= 2;
  c->known = ql_arena_array(c->arena, size, sizeof *c->known);
  c->known_mask = size - 1;
  for (size_t i = 0; c->known && i < count; i++) *slot_of(c, ids[i]) = ids[i];
  if (c->known && c->spec->id.ptr) *slot_of(c, c->spec->id) = c->spec->id;
}

static ql_str known(const ql__compiler *c, ql_str name) {
  char room[QL_AGENT_ID_MAX];
  size_t len = c->known ? ql__write_id(room, name) : 0;
  return len > 0 ? *slot_of(c, (ql_str){room, len}) : QL_ABSENT;
}

static bool is_name_char(char c) { return ql_is_alnum(c) || c == '-' || c == '_' || c == '.'; }

/* The end of the name at `from`: full stops and hyphens at its end are no part of it. */
static size_t name_end(ql_str s, size_t from) {
  size_t end = from;
  while (end < s.len && is_name_char(s.ptr[end])) end++;
  while (end > from && !ql_is_alnum(s.ptr[end - 1])) end--;
  return end;
}

/* Words as ids are written that are joined: single ones are too often words of the prose. */
static bool is_joined(ql_str name) {
  bool joined = false;
  for (size_t i = 0; i < name.len; i++) {
    if (!is_name_char(name.ptr[i]) || ql_to_lower(name.ptr[i]) != name.ptr[i]) return false;
    joined = joined || name.ptr[i] == '-' || name.ptr[i] == '.';
  }
  return joined && name.len > 2;
}

static bool has_calling(ql_str name) {
  for (size_t i = 0; i < QL_COUNT(CALLINGS); i++) {
    size_t before = name.len > CALLINGS[i].len ? name.len - CALLINGS[i].len - 1 : 0;
    if (before > 0 && ql_ends(name, CALLINGS[i]) && !ql_is_alnum(name.ptr[before])) return true;
  }
  return false;
}

static ql_str unmarked(ql__compiler *c, ql_str name, bool guess) {
  if (!is_joined(name)) return QL_ABSENT;
  ql_str id = known(c, name);
  return !id.ptr && guess && has_calling(name) ? ql_agent_id(c->arena, name) : id;
}

void ql__agents_in(ql__compiler *c, ql_str words, bool guess, ql__strings *out) {
  for (size_t i = 0; i < words.len; i++) {
    bool starts = i == 0 || !is_name_char(words.ptr[i - 1]), marked = words.ptr[i] == '@';
    if (!starts || (!marked && !ql_is_alpha(words.ptr[i]))) continue;
    size_t end = name_end(words, i + marked);
    ql_str name = ql_slice(words, i + marked, end);
    if (end == i + marked) continue;
    bool path = end + 1 < words.len && words.ptr[end] == '/' && words.ptr[end + 1] != ' ' && words.ptr[end + 1] != '@';
    if (!marked)
      ql__add_string(c->arena, out, unmarked(c, name, guess));
    else if (ql_is_alpha(name.ptr[0]) && !path)
      ql__add_string(c->arena, out, ql_agent_id(c->arena, name));
    i = end - 1;
  }
}

ql_str ql__agent_named(ql__compiler *c, ql_str words) {
  words = ql__unquote(words);
  bool marked = ql_starts(words, QL_STR("@"));
  ql_str name = marked ? ql_slice(words, 1, words.len) : words;
  if (name.len == 0 || name_end(name, 0) != name.len || !ql_is_alpha(name.ptr[0])) return QL_ABSENT;
  return marked ? ql_agent_id(c->arena, name) : unmarked(c, name, true);
}

void ql__set_agents(ql_rule_item *item, const ql__strings *agents) {
  if (!item || agents->count == 0) return;
  item->agents = agents->at;
  item->agent_count = agents->count;
}

/* ---- numbers of steps ---- */

ql_str ql__skip_separator(ql_str words) {
  static const ql_str separators[] = {QL_STR_INIT(":"), QL_STR_INIT("-"), QL_STR_INIT("\xE2\x80\x93"), QL_STR_INIT("\xE2\x80\x94")};
  words = ql_trim(words);
  for (size_t i = 0; i < QL_COUNT(separators); i++)
    if (ql_starts(words, separators[i])) return ql_trim(ql_slice(words, separators[i].len, words.len));
  return words;
}

/* A number or one capital letter, nothing attached. */
static size_t mark_end(ql_str s, size_t from) {
  size_t end = from;
  while (end < s.len && end < from + 3 && ql_is_digit(s.ptr[end])) end++;
  if (end == from && end < s.len && s.ptr[end] >= 'A' && s.ptr[end] <= 'Z') end++;
  bool attached = end < s.len && (ql_is_alnum(s.ptr[end]) || s.ptr[end] == '-' || s.ptr[end] == '_' ||
                                  (s.ptr[end] == '.' && end + 1 < s.len && ql_is_digit(s.ptr[end + 1])));
  return attached ? from : end;
}

bool ql__read_numbered(ql_str words, const char *labels, ql_str *mark, ql_str *rest) {
  while (*labels) {
    size_t len = 0;
    while (labels[len] && labels[len] != ' ') len++;
    ql_str label = {labels, len};
    labels += len + (labels[len] == ' ');
    if (!ql_starts_nocase(words, label)) continue;
    size_t from = len;
    while (len > 1 && from < words.len && words.ptr[from] == ' ') from++;
    size_t end = mark_end(words, from);
    if (end == from || (len > 1 && from == len)) continue;
    ql_str behind = ql_trim(ql_slice(words, end, words.len));
    *mark = ql_slice(words, from, end);
    *rest = ql__skip_separator(behind);
    while (ql_ends(*rest, QL_STR(":"))) *rest = ql_trim(ql_slice(*rest, 0, rest->len - 1));
    return behind.len == 0 || behind.ptr[0] == '(' || rest->ptr != behind.ptr || rest->len == 0 || ql__arrow_at(behind, 0) > 0;
  }
  return false;
}

int32_t ql__mark_number(ql_str mark) {
  if (mark.len == 0) return 0;
  if (!ql_is_digit(mark.ptr[0])) return ql_to_lower(mark.ptr[0]) - 'a' + 1;
  int32_t number = 0;
  for (size_t i = 0; i < mark.len && number < 1000; i++) number = number * 10 + (mark.ptr[i] - '0');
  return number < 1000 ? number : 0;
}

void ql__add_marks(ql_arena *a, ql__strings *out, ql_str words) {
  words = ql_trim(words);
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < words.len;) {
      ql_str here = ql_slice(words, i, words.len);
      size_t end = mark_end(words, i);
      size_t label = ql_starts_nocase(here, QL_STR("task ")) ? 5 : ql_starts_nocase(here, QL_STR("and ")) ? 4 : 0;
      if (ql_starts_nocase(here, QL_STR("tasks "))) label = 6;
      if (label == 0 && ql_find_byte(QL_STR(" ,&/+"), words.ptr[i], 0) != SIZE_MAX) label = 1;
      if (label == 0 && end == i) {
        ql__add_string(a, out, words);
        return;
      }
      if (label == 0 && pass == 1) ql__add_string(a, out, ql_slice(words, i, end));
      i = label > 0 ? i + label : end;
    }
  }
}

ql_str ql__head_words(const ql__region *region) {
  return region->head && region->blocks == region->head + 1 ? region->head->text : QL_ABSENT;
}

ql_str ql__title_above(ql_arena *a, const ql__region *region) {
  ql_str title = region->label.ptr ? region->heading : region->parent;
  return ql__key_words(a, title.len > 0 ? title : region->heading, NULL);
}

/* ---- points ---- */

uint32_t ql__depth(const ql__point *point) { return point->fenced ? IN_FENCE + point->level : point->level; }

size_t ql__below(const ql__point *points, size_t count, size_t i) {
  size_t below = 0;
  while (i + 1 + below < count && ql__depth(&points[i + 1 + below]) > ql__depth(&points[i])) below++;
  return below;
}

bool ql__is_title(const ql__point *point) {
  if (point->text.len == 0 || point->text.len > TITLE_MAX) return false;
  if (point->key.ptr && point->rest.len == 0) return true;
  const ql_md_block *b = point->block;
  return !point->fenced && !point->item && b->lead.ptr && b->lead.len == b->text.len;
}
