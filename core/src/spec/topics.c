#include "spec/topics.h"

#include "base/text.h"

#define WORDS_MAX 96u /* bytes of a heading that are looked at */

typedef enum place { PLACE_ANY, PLACE_START, PLACE_WHOLE, PLACE_HEAD } place;

static const struct {
  ql_str words;
  place where;
  ql__topic topic;
} ALIASES[] = {
#define ALIAS(words, where, topic) {QL_STR_INIT(words), PLACE_##where, QL__ABOUT_##topic},
#include "spec/topics.def"
};

/* Bytes of a picture or sign at `at`: dashes, arrows, ticks, emoji; 0 for letters of any script. */
static size_t sign_at(ql_str title, size_t at) {
  unsigned char c = (unsigned char)title.ptr[at];
  if (c == 0xF0) return 4;
  bool sign = c == 0xE2 || (c == 0xEF && at + 1 < title.len && (unsigned char)title.ptr[at + 1] == 0xB8);
  return sign ? 3 : 0;
}

/* Lower case, one blank between words, one at the end of all. */
static ql_str normalise(ql_str title, char out[WORDS_MAX]) {
  size_t len = 0;
  for (size_t i = 0; i < title.len && len + 2 < WORDS_MAX; i++) {
    char c = title.ptr[i];
    bool apostrophe = c == '\'' || (i + 2 < title.len && c == '\xE2' && title.ptr[i + 1] == '\x80' && title.ptr[i + 2] == '\x99');
    if (apostrophe) {
      i += c == '\'' ? 0 : 2;
    } else if (sign_at(title, i) > 0) {
      i += sign_at(title, i) - 1;
      if (len > 0 && out[len - 1] != ' ') out[len++] = ' ';
    } else if (ql_is_alnum(c) || (unsigned char)c >= 0x80u) {
      out[len++] = ql_to_lower(c);
    } else if (len > 0 && out[len - 1] != ' ') {
      out[len++] = ' ';
    }
  }
  if (len > 0 && out[len - 1] != ' ') out[len++] = ' ';
  return (ql_str){out, len};
}

/* Whether the alias stands at `at`, where a word starts. */
static bool stands(ql_str title, size_t at, size_t alias, bool heading) {
  ql_str words = ALIASES[alias].words;
  bool open = ql_ends(words, QL_STR("*"));
  if (open) words.len--;
  ql_str here = ql_slice(title, at, title.len);
  if (!ql_starts(here, words) || (!open && here.ptr[words.len] != ' ')) return false;
  switch (ALIASES[alias].where) {
  case PLACE_ANY: return true;
  case PLACE_START: return at == 0;
  case PLACE_WHOLE: return at == 0 && words.len + 1 == title.len;
  case PLACE_HEAD: return heading && at == 0 && words.len + 1 == title.len;
  }
  return false;
}

/* The first alias that is not before the word. */
static size_t first_at(ql_str word) {
  size_t from = 0, to = QL_COUNT(ALIASES);
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    unsigned char first = (unsigned char)ALIASES[middle].words.ptr[0], wanted = (unsigned char)word.ptr[0];
    if (first < wanted || (first == wanted && ql_compare(ALIASES[middle].words, word) < 0))
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static ql__topic topic_of(ql_str title, bool heading) {
  char room[WORDS_MAX];
  ql_str words = normalise(title, room);
  ql__topic best = QL__ABOUT_NOTHING;
  size_t best_weight = 0;
  for (size_t at = 0; at < words.len;) {
    size_t next = ql_find_byte(words, ' ', at) + 1;
    ql_str word = ql_slice(words, at, next - 1);
    for (size_t i = first_at(word); i < QL_COUNT(ALIASES) && ql_starts(ALIASES[i].words, word); i++) {
      size_t weight = 2 * ALIASES[i].words.len + (ALIASES[i].where == PLACE_ANY ? 0 : 1);
      if (ALIASES[i].where != PLACE_ANY) weight += WORDS_MAX;
      if (weight <= best_weight || !stands(words, at, i, heading)) continue;
      best = ALIASES[i].topic;
      best_weight = weight;
    }
    at = next;
  }
  return best;
}

ql__topic ql__topic_of(ql_str title) { return topic_of(title, false); }

ql__topic ql__heading_topic(ql_str title) { return topic_of(title, true); }
