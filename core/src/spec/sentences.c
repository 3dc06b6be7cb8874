#include "spec/sentences.h"

#include "base/text.h"

#define MARKUP_MAX 512u /* bytes that markup can push a word away from where it is looked for */

static bool is_word_char(char c) { return ql_is_alnum(c) || c == '-' || c == '_' || c == '\''; }

/* A mark that ends a sentence, with a blank and no small letter behind it: "e.g. this" goes on. */
static bool ends_sentence(ql_str text, size_t at) {
  char c = text.ptr[at];
  if (c != '.' && c != '!' && c != '?') return false;
  if (at + 1 == text.len) return true;
  if (!ql_is_space(text.ptr[at + 1])) return false;
  return at + 2 >= text.len || ql_to_lower(text.ptr[at + 2]) != text.ptr[at + 2] || !ql_is_alpha(text.ptr[at + 2]);
}

/* Where a sentence that is written from `start` on ends: markup only makes it longer than its text. */
static size_t end_of(ql_str file, size_t start, ql_str text) {
  size_t words = text.len;
  while (words > 0 && !is_word_char(text.ptr[words - 1])) words--;
  ql_str last = ql__last_word(ql_slice(text, 0, words));
  size_t from = start + (words - last.len), at = ql_find(ql_slice(file, 0, from + MARKUP_MAX), last, from);
  if (at == SIZE_MAX || last.len == 0) return start + text.len < file.len ? start + text.len : file.len;
  for (at += last.len; words < text.len && at < file.len && file.ptr[at] == text.ptr[words]; at++) words++;
  return at;
}

bool ql__next_sentence(ql_str file, const ql_md_block *block, ql__sentence *sentence) {
  size_t from = sentence->next, to = from;
  while (from < block->text.len && ql_is_space(block->text.ptr[from])) from++;
  if (from >= block->text.len) return false;
  for (to = from; to < block->text.len && !ends_sentence(block->text, to);) to++;
  if (to < block->text.len) to++;
  bool first = sentence->next == 0;
  if (first) {
    sentence->offset = block->offset;
    sentence->line = block->line;
  }
  ql_str here = ql_slice(file, 0, block->end);
  size_t at = sentence->offset + (first ? 0 : sentence->text.len); /* markup only moves it further on */
  sentence->text = ql_slice(block->text, from, to);
  ql_str rest = sentence->text, word = ql__next_word(&rest);
  size_t start = word.len > 0 ? ql_find(ql_slice(here, 0, at + MARKUP_MAX), word, at) : at;
  if (start >= here.len) start = sentence->offset;
  for (size_t i = sentence->offset; i < start; i++)
    sentence->line += file.ptr[i] == '\n' || (file.ptr[i] == '\r' && !(i + 1 < file.len && file.ptr[i + 1] == '\n'));
  sentence->offset = start;
  sentence->end = end_of(here, start, sentence->text);
  sentence->next = to;
  return true;
}

ql_str ql__next_word(ql_str *rest) {
  size_t from = 0;
  while (from < rest->len && !ql_is_alnum(rest->ptr[from])) from++;
  size_t to = ql_small_letters_end(*rest, from);
  while (to < rest->len && is_word_char(rest->ptr[to])) to++;
  ql_str word = ql_slice(*rest, from, to);
  *rest = ql_slice(*rest, to, rest->len);
  return word;
}

ql_str ql__last_word(ql_str words) {
  words = ql_trim(words);
  size_t from = words.len;
  while (from > 0 && is_word_char(words.ptr[from - 1])) from--;
  while (from < words.len && !ql_is_alnum(words.ptr[from])) from++; /* a dash is no word */
  return ql_slice(words, from, words.len);
}

bool ql__is_quoted(ql__quotes *quotes, ql_str text, size_t at) {
  for (; quotes->at < at && quotes->at < text.len; quotes->at++) {
    const char *here = text.ptr + quotes->at;
    if (here[0] == '"') quotes->open = !quotes->open;
    if (quotes->at + 2 >= text.len || here[0] != '\xE2' || here[1] != '\x80') continue;
    if (here[2] == '\x9C') quotes->open = true;
    if (here[2] == '\x9D') quotes->open = false;
  }
  return quotes->open;
}
