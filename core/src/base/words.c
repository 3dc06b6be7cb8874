#include "base/words.h"

#include "base/text.h"

/* Endings that are cut when at least four characters remain; the longest first. "y" stands for "ies" so that query and queries agree. */
static const struct {
  ql_str ending, by;
} ENDINGS[] = {
    {QL_STR_INIT("ations"), QL_STR_INIT("")}, {QL_STR_INIT("ation"), QL_STR_INIT("")}, {QL_STR_INIT("ating"), QL_STR_INIT("")},
    {QL_STR_INIT("ates"), QL_STR_INIT("")},   {QL_STR_INIT("ate"), QL_STR_INIT("")},   {QL_STR_INIT("ies"), QL_STR_INIT("y")},
    {QL_STR_INIT("ings"), QL_STR_INIT("")},   {QL_STR_INIT("ing"), QL_STR_INIT("")},   {QL_STR_INIT("ers"), QL_STR_INIT("")},
    {QL_STR_INIT("er"), QL_STR_INIT("")},     {QL_STR_INIT("ed"), QL_STR_INIT("")},    {QL_STR_INIT("es"), QL_STR_INIT("")},
    {QL_STR_INIT("e"), QL_STR_INIT("")},
};

size_t ql__stem(char *word, size_t len) {
  ql_str whole = {word, len};
  for (size_t i = 0; i < QL_COUNT(ENDINGS); i++) {
    size_t rest = len - ENDINGS[i].ending.len;
    if (!ql_ends(whole, ENDINGS[i].ending) || rest < 4) continue;
    for (size_t k = 0; k < ENDINGS[i].by.len; k++) word[rest + k] = ENDINGS[i].by.ptr[k];
    return rest + ENDINGS[i].by.len;
  }
  bool plural = len > 3 && word[len - 1] == 's' && word[len - 2] != 's';
  return plural ? len - 1 : len;
}

ql_str ql__start(ql_str text, size_t most) {
  if (text.len <= most) return text;
  while (most > 0 && ((unsigned char)text.ptr[most] & 0xC0u) == 0x80u) most--;
  return ql_slice(text, 0, most);
}

bool ql__is_word_byte(char c) { return ql_is_alnum(c) || (unsigned char)c >= 0x80; }

ql__words ql__words_of(ql_arena *a, ql_str text) {
  ql__words words = {NULL, 0};
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) count += ql__is_word_byte(text.ptr[i]) && (i == 0 || !ql__is_word_byte(text.ptr[i - 1]));
  ql__word *items = ql_arena_array(a, count, sizeof *items);
  char *stems = ql_arena_get(a, text.len + 1);
  if (!items || !stems) return words;
  size_t at = 0;
  while (at < text.len) {
    if (!ql__is_word_byte(text.ptr[at])) {
      at++;
      continue;
    }
    size_t start = at, len = 0;
    for (; at < text.len; at++) {
      char c = text.ptr[at];
      bool inner_dot = c == '.' && at + 1 < text.len && ql__is_word_byte(text.ptr[at + 1]);
      if (!ql__is_word_byte(c) && c != '+' && c != '#' && !inner_dot) break;
      if (c != '.') stems[len++] = ql_to_lower(c);
    }
    items[words.count++] = (ql__word){ql_slice(text, start, at), {stems, ql__stem(stems, len)}};
    stems += len;
  }
  words.items = items;
  return words;
}

bool ql__is_common_word(ql_str word_stem) {
  static const ql_str common[] = {
      QL_STR_INIT("a an the this that these those it its our my your their we you they all any each every some no not new other more most"),
      QL_STR_INIT("and or but if then than so also both first next last after before while when where how what which who still only just"),
      QL_STR_INIT("of in on at to for from by with without into onto over under between through per via as about against across within"),
      QL_STR_INIT("is are be was were been can could should would must may might will do does did have has had let get make use using us"),
  };
  for (size_t i = 0; i < QL_COUNT(common); i++) {
    ql_str rest = common[i], word;
    while (ql__next_item(&rest, &word))
      if (ql_eq(word, word_stem)) return true;
  }
  return false;
}

bool ql__next_item(ql_str *rest, ql_str *item) {
  size_t start = 0;
  while (start < rest->len && rest->ptr[start] == ' ') start++;
  size_t end = start;
  while (end < rest->len && rest->ptr[end] != ' ') end++;
  *item = ql_slice(*rest, start, end);
  *rest = ql_slice(*rest, end, rest->len);
  return item->len > 0;
}

/* A phrase of the tables has no more words than this. */
#define PARTS_MAX 4u

size_t ql__words_find(const ql__words *words, ql_str phrase, size_t from) {
  char bytes[64];
  ql_str parts[PARTS_MAX];
  size_t count = 0, used = 0;
  for (size_t at = 0; at < phrase.len && count < PARTS_MAX && phrase.len <= sizeof bytes; at++) {
    char *part = bytes + used;
    size_t len = 0;
    for (; at < phrase.len && phrase.ptr[at] != '+'; at++) part[len++] = phrase.ptr[at];
    parts[count++] = (ql_str){part, ql__stem(part, len)};
    used += len;
  }
  for (size_t i = from; count > 0 && i + count <= words->count; i++) {
    size_t same = 0;
    while (same < count && ql_eq(parts[same], words->items[i + same].stem)) same++;
    if (same == count) return i;
  }
  return SIZE_MAX;
}
