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

/* A character of the text, or what several of them were, and where it starts. */
typedef struct piece {
  uint32_t c;
  bool mended;
  size_t from;
} piece;

/* How many bytes a character has in UTF-8 whose first one this is; 0 for others. */
static size_t bytes_of(int lead) {
  return lead == 0xC2 || lead == 0xC3 ? 2 : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The character that these were; false when they are none, or are more likely meant as they are. */
static bool take_original(const piece *items, size_t count, uint32_t *original) {
  char bytes[4];
  if (bytes_of(ql__cp1252_encode(items[0].c)) != count) return false;
  bool punctuated = false;
  for (size_t i = 0; i < count; i++) {
    int byte = ql__cp1252_encode(items[i].c);
    if (i > 0 && !is_continuation(byte)) return false;
    bytes[i] = (char)byte;
    punctuated = punctuated || (i > 0 && is_punctuation(items[i].c));
  }
  size_t end = 0;
  if (!ql_utf8_next((ql_str){bytes, count}, &end, original) || end != count) return false;
  /* "É”" at the end of a quotation is no "Ô": only arrows, quotes and symbols (lead E2), and emoji, are taken with such a partner. */
  return !punctuated || count == 4 || bytes[0] == '\xE2';
}

/* Takes the last pieces for what they were, and again with that one: some texts were read wrongly more than once. */
static size_t join(piece *items, size_t count) {
  for (size_t last = 2; last <= 4 && last <= count;) {
    piece *first = &items[count - last];
    uint32_t original;
    if (!take_original(first, last, &original)) {
      last++;
      continue;
    }
    *first = (piece){original, true, first->from};
    count -= last - 1;
    last = 2;
  }
  return count;
}

static void note_segment(ql_str text, size_t from, size_t to, ql_str repaired, ql__notes *notes) {
  ql_diagnostic *d =
      QL__NOTE(notes, QL__MOJIBAKE, from, QL_STR("\""), ql__excerpt(ql_slice(text, from, to)), QL_STR("\" was \""), ql__excerpt(repaired),
               QL_STR("\" before the file was read as Windows-1252. Replace it, and save the file as UTF-8."));
  ql__note_fix(notes, d, &(ql_edit){from, to - from, repaired}, 1);
}

/* The pieces from `at` on that were bytes above ASCII. */
static size_t read_pieces(ql_str text, size_t at, ql_buf *pieces) {
  uint32_t c;
  pieces->len = 0;
  for (size_t end = at; at < text.len && ql_utf8_next(text, &end, &c) && ql__cp1252_encode(c) >= 0x80; at = end) {
    if (!ql_buf_reserve(pieces, sizeof(piece))) return text.len;
    piece *items = (piece *)(void *)pieces->ptr;
    size_t count = pieces->len / sizeof *items;
    items[count] = (piece){c, false, at};
    pieces->len = join(items, count + 1) * sizeof *items;
  }
  return at;
}

static void note_pieces(ql_str text, const piece *items, size_t count, size_t end, ql_buf *repaired, ql__notes *notes) {
  for (size_t i = 0, next; i < count; i = next) {
    next = i + 1;
    if (!items[i].mended) continue;
    repaired->len = 0;
    ql_utf8_add(repaired, items[i].c);
    for (; next < count && items[next].mended; next++) ql_utf8_add(repaired, items[next].c);
    if (!ql__note_wanted(notes, QL__MOJIBAKE)) {
      notes->dropped++;
      continue;
    }
    ql_str words = repaired->failed ? QL_ABSENT : ql_arena_str(notes->arena, ql_buf_str(repaired));
    if (words.ptr) note_segment(text, items[i].from, next < count ? items[next].from : end, words, notes);
  }
}

void ql__find_mojibake(ql_str text, ql__notes *notes) {
  ql_alloc alloc = ql_arena_alloc(notes->arena);
  ql_buf repaired = ql_buf_new(alloc), pieces = ql_buf_new(alloc);
  /* All lead bytes of UTF-8 are characters that UTF-8 writes with C3 first. */
  for (size_t at = 0; (at = ql_find_byte(text, (char)0xC3, at)) != SIZE_MAX;) {
    at = read_pieces(text, at, &pieces);
    note_pieces(text, (const piece *)(const void *)pieces.ptr, pieces.len / sizeof(piece), at, &repaired, notes);
  }
  if (repaired.failed || pieces.failed) (void)ql_arena_get(notes->arena, SIZE_MAX);
  ql_buf_free(&repaired);
  ql_buf_free(&pieces);
}
