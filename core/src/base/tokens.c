/* How many tokens a text is, without a tokenizer: what a run of letters, digits, marks or blanks costs on average. The costs were fitted to
   o200k_base on one half of a collection of agent files; site/docs/routing.md says how far off the other half is. */
#include "base/text.h"

#include <string.h>

#define UNIT 64 /* costs are in parts of a token */

/* A word by its length: behind a blank, which it takes into its own token; behind anything else; in capitals. */
static const uint8_t WORD[] = {59, 68, 53, 66, 76, 64, 73, 74, 81, 80, 83, 97, 95, 109, 132, 145};
static const uint8_t GLUED[] = {74, 48, 64, 42, 46, 63, 67, 89, 118, 121, 137, 152, 164, 178, 192, 205};
static const uint8_t CAPITALS[] = {72, 69, 71, 83, 100, 126, 145, 167};
/* Marks by how many different ones stand together. */
static const uint8_t MARKS[] = {42, 56, 71, 134};

enum {
  WORD_MORE = 18,    /* a letter beyond the table */
  CAPITAL_MORE = 13, /* the same in capitals */
  MARK_MORE = 37,    /* a mark beyond the table */
  MARK_AGAIN = 13,   /* the same mark again, up to three times */
  MARK_LONG = 2,     /* and after that: rules are drawn with these */
  DIGITS = 95,       /* up to three digits */
  BLANKS = 31,       /* two blanks or more */
  BLANK_MARK = 27,   /* one blank before a mark */
  LINE_ENDS = 50,    /* however many */
  ACCENTED = 29,     /* a letter of two bytes */
  ACCENTED_RUN = 29, /* several in a row, once */
  IDEOGRAPH = 49,    /* Han, Kana, Hangul */
  SYMBOL = 80,       /* other characters of three bytes */
  PICTOGRAPH = 100,  /* characters of four bytes */
};

enum { MARK = 'm', BLANK = 'b', LINE_END = 'n', DIGIT = 'd', UPPER = 'u', LOWER = 'l', WIDE = 'w' };

/* What each byte is. */
static const char KINDS[] = "mmmmmmmmmbnmmnmmmmmmmmmmmmmmmmmm" /* control characters */
                            "bmmmmmmmmmmmmmmmddddddddddmmmmmm" /* ' ' to '?' */
                            "muuuuuuuuuuuuuuuuuuuuuuuuuummmmm" /* '@' to '_' */
                            "mllllllllllllllllllllllllllmmmmm" /* '`' to DEL */
                            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" /* above ASCII */
                            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
                            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
                            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";

_Static_assert(sizeof KINDS == 256 + 1, "a kind for every byte");

/* The first byte at or after `at` that is of another kind. */
static size_t run_end(const unsigned char *p, size_t len, size_t at, char kind) {
  while (at < len && KINDS[p[at]] == kind) at++;
  return at;
}

static int64_t by_length(const uint8_t *table, size_t most, size_t len, int64_t more) {
  return len <= most ? table[len - 1] : table[most - 1] + (int64_t)(len - most) * more;
}

/* Capitals, and the small letters behind them. */
static int64_t word_cost(const unsigned char *p, size_t len, size_t start, size_t *end) {
  char before = start > 0 ? KINDS[p[start - 1]] : BLANK;
  size_t small = run_end(p, len, start, UPPER);
  *end = ql_small_letters_end((ql_str){(const char *)p, len}, small);
  if (*end == small) return by_length(CAPITALS, QL_COUNT(CAPITALS), *end - start, CAPITAL_MORE);
  return by_length(before == BLANK || before == LINE_END ? WORD : GLUED, QL_COUNT(WORD), *end - start, WORD_MORE);
}

static int64_t again_cost(size_t same) { return same > 3 ? 3 * MARK_AGAIN + (int64_t)(same - 3) * MARK_LONG : (int64_t)same * MARK_AGAIN; }

static int64_t mark_cost(const unsigned char *p, size_t start, size_t end) {
  size_t same = 0;
  for (size_t i = start + 1; i < end; i++) same += p[i] == p[i - 1];
  return by_length(MARKS, QL_COUNT(MARKS), end - start - same, MARK_MORE) + again_cost(same);
}

/* Bytes above ASCII; what is not UTF-8 costs as if it were. */
static int64_t wide_cost(const unsigned char *p, size_t len, size_t start, size_t *end) {
  unsigned char first = p[start];
  size_t at = start;
  int64_t cost = ACCENTED_RUN;
  if (first >= 0xF0) {
    *end = at + 4 < len ? at + 4 : len;
    return PICTOGRAPH;
  }
  if (first < 0xE0) {
    for (; at < len && p[at] >= 0x80 && p[at] < 0xE0; at += 2) cost += ACCENTED;
    *end = at < len ? at : len;
    return cost;
  }
  if (first >= 0xE4 ? first <= 0xED : first == 0xE3 && at + 1 < len && p[at + 1] >= 0x81) {
    *end = at + 3 < len ? at + 3 : len;
    return IDEOGRAPH;
  }
  size_t same = 0; /* rules and boxes are drawn with these, too */
  for (at += 3; at + 3 <= len && memcmp(p + at, p + start, 3) == 0; at += 3) same++;
  *end = at < len ? at : len;
  return SYMBOL + again_cost(same);
}

int64_t ql_token_estimate(ql_str text) {
  const unsigned char *p = (const unsigned char *)text.ptr;
  int64_t cost = 0;
  for (size_t at = 0, end; at < text.len; at = end) {
    char kind = KINDS[p[at]];
    end = at;
    if (kind == LOWER || kind == UPPER) {
      cost += word_cost(p, text.len, at, &end);
      if (end + 1 < text.len && p[end] == ' ' && KINDS[p[end + 1]] == LOWER) end++; /* the blank is part of the next word */
      continue;
    }
    if (kind == WIDE) {
      cost += wide_cost(p, text.len, at, &end);
      continue;
    }
    end = run_end(p, text.len, at + 1, kind);
    if (kind == MARK)
      cost += mark_cost(p, at, end);
    else if (kind == DIGIT)
      cost += (int64_t)((end - at + 2) / 3) * DIGITS;
    else if (kind == LINE_END)
      cost += LINE_ENDS;
    else if (end - at > 1)
      cost += BLANKS;
    else if (end < text.len && KINDS[p[end]] == MARK)
      cost += BLANK_MARK;
  }
  int64_t tokens = (cost + UNIT / 2) / UNIT;
  return text.len > 0 && tokens == 0 ? 1 : tokens;
}
