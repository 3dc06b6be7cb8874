/* UTF-8 that somebody read as Windows-1252 and saved as UTF-8: each byte of the original has become a character of its own. */
#include "base/text.h"
#include "spec/bytes.h"

/* Windows-1252 from 0x80 to 0x9F. Source: WHATWG Encoding, index-windows-1252. */
static const uint16_t HIGH[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
};

uint32_t ql__cp1252_decode(unsigned char byte) { return byte >= 0x80 && byte <= 0x9F ? HIGH[byte - 0x80] : byte; }

int ql__cp1252_encode(uint32_t code_point) {
  if (code_point <= 0xFF) return (int)code_point;
  for (int i = 0; i < 32; i++)
    if (HIGH[i] == code_point) return 0x80 + i;
  return -1;
}

static bool is_continuation(int byte) { return byte >= 0x80 && byte <= 0xBF; }

/* Quotes and dashes, which may well stand behind a letter with an accent. */
static bool is_punctuation(uint32_t c) { return (c >= 0x2013 && c <= 0x2026) || c == 0x2039 || c == 0x203A || c == 0xAB || c == 0xBB; }

/* One character of the original, written as `characters` characters from *at on, which is moved behind them. False, *at unmoved, when
   what stands there is no such thing, or is more likely meant as it is. */
static bool take_original(ql_str text, size_t *at, char original[4], size_t *length) {
  size_t end = *at;
  uint32_t c;
  if (!ql_utf8_next(text, &end, &c)) return false;
  int lead = ql__cp1252_encode(c);
  size_t want = lead == 0xC2 || lead == 0xC3 ? 2 : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
  if (want == 0) return false;
  original[0] = (char)lead;
  bool punctuated = false;
  for (size_t i = 1; i < want; i++) {
    if (!ql_utf8_next(text, &end, &c)) return false;
    int byte = ql__cp1252_encode(c);
    if (!is_continuation(byte)) return false;
    original[i] = (char)byte;
    punctuated = punctuated || is_punctuation(c);
  }
  size_t from = 0;
  uint32_t meant;
  if (!ql_utf8_next((ql_str){original, want}, &from, &meant) || from != want) return false;
  /* "É”" at the end of a quotation is no "Ô": only arrows, quotes and symbols (lead E2), and emoji, are taken with such a partner. */
  if (punctuated && want < 4 && lead != 0xE2) return false;
  *at = end;
  *length = want;
  return true;
}

static void note_segment(ql_str text, size_t from, size_t to, ql_str repaired, ql__notes *notes) {
  ql_diagnostic *d =
      QL__NOTE(notes, QL__MOJIBAKE, from, QL_STR("\""), ql__excerpt(ql_slice(text, from, to)), QL_STR("\" was \""), ql__excerpt(repaired),
               QL_STR("\" before the file was read as Windows-1252. Replace it, and save the file as UTF-8."));
  ql__note_fix(notes, d, &(ql_edit){from, to - from, repaired}, 1);
}

void ql__find_mojibake(ql_str text, ql__notes *notes) {
  ql_buf repaired = ql_buf_new(ql_arena_alloc(notes->arena));
  /* All lead bytes of UTF-8 are characters that UTF-8 writes with C3 first. */
  for (size_t at = 0; (at = ql_find_byte(text, (char)0xC3, at)) != SIZE_MAX;) {
    size_t start = at, length;
    char original[4];
    repaired.len = 0;
    while (take_original(text, &at, original, &length)) ql_buf_add(&repaired, (ql_str){original, length});
    if (at == start) {
      at++;
    } else if (!ql__note_wanted(notes, QL__MOJIBAKE)) {
      notes->dropped++;
    } else if (!repaired.failed) {
      ql_str words = ql_arena_str(notes->arena, ql_buf_str(&repaired));
      if (words.ptr) note_segment(text, start, at, words, notes);
    }
  }
  if (repaired.failed) (void)ql_arena_get(notes->arena, SIZE_MAX);
  ql_buf_free(&repaired);
}
