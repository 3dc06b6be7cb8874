#include "plan/subject.h"

#include "base/text.h"

#define PLACE_MAX 512u /* bytes of a place that are looked at */

static const ql_str WEAK =
    QL_STR_INIT("requirements details implementation implementations configuration tasks constraints options patterns "
                "strategy points existing specifications relevant detailed information documentation documents files "
                "guidelines rules concerns aspects context overview");
static const ql_str SAME =
    QL_STR_INIT("db database dbs database auth authentication perf performance config configuration ui frontend "
                "scaling scalability scale scalability scalable scalability infra infrastructure architectural architecture "
                "ops devops deployment devops migrations migration versions versioning errors error openapi api");

/* What the ending of a file says about it. */
static const struct {
  ql_str endings, words;
} KINDS[] = {
    {QL_STR_INIT("c h cc cpp cs ex exs go java js jsx kt mjs php py rb rs scala swift ts tsx"), QL_STR_INIT("code")},
    {QL_STR_INIT("sql ddl prisma"), QL_STR_INIT("sql database schema code")},
    {QL_STR_INIT("html htm vue svelte"), QL_STR_INIT("html frontend code")},
    {QL_STR_INIT("css scss sass less"), QL_STR_INIT("css frontend code")},
    {QL_STR_INIT("graphql gql proto"), QL_STR_INIT("api schema code")},
    {QL_STR_INIT("tf dockerfile"), QL_STR_INIT("devops infrastructure code")},
};

static bool has(const ql__words *words, ql_str stem) {
  for (size_t i = 0; i < words->count; i++)
    if (ql_eq(words->items[i].stem, stem)) return true;
  return false;
}

bool ql__subjects_make(ql_arena *a, ql__subjects *out) {
  *out = (ql__subjects){a, ql__words_of(a, WEAK), ql__words_of(a, SAME)};
  return !ql_arena_failed(a);
}

ql__words ql__place_words(const ql__subjects *s, ql_str text) {
  ql__words words = ql__words_of(s->arena, ql__start(text, PLACE_MAX));
  for (size_t i = 0; i < words.count; i++)
    for (size_t k = 0; k + 1 < s->same.count; k += 2)
      if (ql_eq(words.items[i].stem, s->same.items[k].stem)) {
        words.items[i].stem = s->same.items[k + 1].stem;
        break;
      }
  return words;
}

/* Takes words out; *out has none when none are left. */
static void drop_words(const ql__words *words, const ql__words *weak, ql__words *out) {
  out->count = 0;
  for (size_t i = 0; i < words->count; i++)
    if (!ql__is_common_word(words->items[i].stem) && !(weak && has(weak, words->items[i].stem))) out->items[out->count++] = words->items[i];
}

/* Without weak words; with them when nothing else is left. */
static ql__words telling(const ql__subjects *s, ql_str text) {
  ql__words words = ql__place_words(s, text), out = {ql_arena_array(s->arena, words.count + 1, sizeof *out.items), 0};
  if (!out.items) return out;
  drop_words(&words, &s->weak, &out);
  if (out.count == 0) drop_words(&words, NULL, &out);
  return out;
}

/* The length of what parts a line at `at`: "/", ",", "&", ";", " and ", " or "; 0 for nothing. */
static size_t parting(ql_str line, size_t at) {
  static const ql_str words[] = {QL_STR_INIT(" and "), QL_STR_INIT(" or "), QL_STR_INIT(" / ")};
  for (size_t i = 0; i < QL_COUNT(words); i++)
    if (ql_starts_nocase(ql_slice(line, at, line.len), words[i])) return words[i].len;
  return ql_find_byte(QL_STR("/,&;"), line.ptr[at], 0) != SIZE_MAX;
}

ql__subject ql__subject_of(const ql__subjects *s, ql_str line) {
  size_t open = ql_find_byte(line, '(', 0);
  if (open != SIZE_MAX && open > 0) line = ql_slice(line, 0, open);
  line = ql__start(line, PLACE_MAX);
  size_t most = 1;
  for (size_t at = 0; at < line.len; at++) most += parting(line, at) > 0;
  ql__subject subject = {ql_arena_array(s->arena, most, sizeof *subject.parts), 0};
  if (!subject.parts) return subject;
  for (size_t from = 0, at = 0; at <= line.len; at++) {
    size_t skip = at < line.len ? parting(line, at) : 1;
    if (skip == 0) continue;
    ql__words words = telling(s, ql_slice(line, from, at));
    if (words.count > 0) subject.parts[subject.count++] = words;
    from = at + skip;
    at = from - 1;
  }
  return subject;
}

ql__words ql__path_words(const ql__subjects *s, ql_str path) {
  ql_buf out = ql_buf_new(ql_arena_alloc(s->arena));
  size_t last = 0;
  for (size_t i = 0; i < path.len; i++) {
    char c = path.ptr[i];
    bool hump = i > 0 && c >= 'A' && c <= 'Z' && path.ptr[i - 1] >= 'a' && path.ptr[i - 1] <= 'z';
    if (hump) ql_buf_byte(&out, ' ');
    ql_buf_byte(&out, ql__is_word_byte(c) ? c : ' ');
    if (c == '.' || c == '/') last = i + 1;
  }
  ql_str ending = ql_slice(path, last, path.len), list, one;
  for (size_t i = 0; i < QL_COUNT(KINDS); i++) {
    for (list = KINDS[i].endings; ql__next_item(&list, &one);) {
      if (!ql_eq_nocase(one, ending)) continue;
      ql_buf_byte(&out, ' ');
      ql_buf_add(&out, KINDS[i].words);
    }
  }
  ql_str text = ql_buf_take(&out, s->arena);
  /* the end of a long path says more than its start */
  if (text.len > PLACE_MAX) text = ql_slice(text, text.len - PLACE_MAX, text.len);
  return ql__place_words(s, text.ptr ? text : QL_STR(""));
}

bool ql__part_met(const ql__words *part, const ql__words *here, const ql__words *const *above, size_t above_count) {
  bool own = false;
  for (size_t i = 0; i < part->count; i++) {
    ql_str stem = part->items[i].stem;
    bool found = has(here, stem);
    own = own || found;
    for (size_t k = 0; k < above_count && !found; k++) found = has(above[k], stem);
    if (!found) return false;
  }
  return own;
}

bool ql__subject_met(const ql__subject *subject, const ql__words *here, const ql__words *const *above, size_t above_count, ql_str *met) {
  for (size_t p = 0; p < subject->count; p++) {
    if (!ql__part_met(&subject->parts[p], here, above, above_count)) continue;
    for (size_t i = 0; i < here->count; i++)
      if (has(&subject->parts[p], here->items[i].stem)) {
        *met = here->items[i].text;
        return true;
      }
  }
  return false;
}
