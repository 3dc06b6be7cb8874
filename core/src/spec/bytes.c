#include "spec/bytes.h"

#include <string.h>

#include "base/text.h"

#define LINE_EDITS_MAX 4096u

#define BOM QL_STR("\xEF\xBB\xBF")

/* What stands somewhere in a file, so that only what is there is looked for. */
enum { HAS_CONTROL = 1, HAS_CR = 2, HAS_HIGH = 4, HAS_C3 = 8 };

static unsigned survey(ql_str text) {
  unsigned found = 0;
  for (size_t i = 0; i < text.len; i++) {
    while (ql_plain_at(text, i)) i += 8;
    if (i == text.len) break;
    unsigned char c = (unsigned char)text.ptr[i];
    if (c >= ' ' && c < 0x7F) continue;
    if (c >= 0x80)
      found |= c == 0xC3 ? HAS_HIGH | HAS_C3 : HAS_HIGH;
    else if (c == '\r')
      found |= HAS_CR;
    else if (c != '\n' && c != '\t')
      found |= HAS_CONTROL;
  }
  return found;
}

/* A run of bytes that are not UTF-8. One byte of a Windows-1252 text has an obvious meaning, so a fix is offered. */
static void note_invalid(ql_arena *a, ql__notes *notes, ql_str run, size_t offset) {
  if (!ql__note_wanted(notes, QL__INVALID_UTF8)) {
    notes->dropped++;
    return;
  }
  ql_buf repaired = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < run.len; i++) ql_utf8_add(&repaired, ql__cp1252_decode((unsigned char)run.ptr[i]));
  ql_str text = repaired.failed ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&repaired));
  ql_buf_free(&repaired);
  if (!text.ptr) {
    (void)ql_arena_get(a, SIZE_MAX); /* the arena is asked at the end */
    return;
  }
  ql_diagnostic *d = QL__NOTE(notes, QL__INVALID_UTF8, offset, QL_STR("Not UTF-8. Save the file as UTF-8; as Windows-1252 this reads \""),
                              ql__excerpt(text), QL_STR("\"."));
  ql__note_fix(notes, d, &(ql_edit){offset, run.len, text}, 1);
}

static void clean_invalid(ql_arena *a, char *copy, ql_str file, ql__notes *notes) {
  size_t at = 0;
  while (at < file.len) {
    size_t bad = ql_utf8_bad(ql_slice(file, at, file.len));
    if (bad == SIZE_MAX) return;
    size_t start = at + bad;
    uint32_t code_point;
    for (at = start; at < file.len;) {
      size_t next = at;
      if (ql_utf8_next(file, &next, &code_point)) break;
      copy[at++] = '?';
    }
    note_invalid(a, notes, ql_slice(file, start, at), start);
  }
}

ql_str ql__clean_path(ql_arena *a, ql_str path) {
  char *copy = path.ptr ? ql_arena_get(a, path.len + 1) : NULL;
  if (!copy) return QL_ABSENT;
  uint32_t code_point;
  for (size_t at = 0, next = 0; at < path.len; at = next) {
    bool valid = ql_utf8_next(path, &next, &code_point) && code_point != 0;
    if (next == at) next++;
    for (size_t i = at; i < next; i++) copy[i] = valid ? path.ptr[i] : '?';
  }
  return (ql_str){copy, path.len};
}

static void note_controls(char *copy, ql_str text, ql__notes *notes) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if ((c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r') continue;
    size_t start = i;
    while (i + 1 < text.len && text.ptr[i + 1] == text.ptr[i]) i++;
    ql_diagnostic *d;
    if (c == 0) {
      for (size_t at = start; at <= i; at++) copy[at] = '?';
      d = QL__NOTE(notes, QL__NUL, start, QL_STR("A NUL byte: programs written in C stop reading here. Delete it."));
    } else {
      d = QL__NOTE(notes, QL__CONTROL, start, QL_STR("An invisible control character. Delete it."));
    }
    ql__note_fix(notes, d, &(ql_edit){start, i + 1 - start, QL_STR("")}, 1);
  }
}

/* All line ends as `kind`; no fix when that would be too many edits to hand around. */
static void fix_line_ends(ql_str text, ql__notes *notes, ql_diagnostic *d, ql_str kind, size_t count) {
  if (!d || count > LINE_EDITS_MAX) return;
  ql_edit *edits = ql_arena_array(notes->arena, count, sizeof *edits);
  size_t made = 0;
  for (size_t i = 0; edits && i < text.len && made < count; i++) {
    if (text.ptr[i] != '\n' && text.ptr[i] != '\r') continue;
    size_t length = ql_starts(ql_slice(text, i, i + 2), QL_STR("\r\n")) ? 2 : 1;
    if (!ql_eq(ql_slice(text, i, i + length), kind)) edits[made++] = (ql_edit){i, length, kind};
    i += length - 1;
  }
  if (!edits) return;
  d->fix = edits;
  d->fix_count = made;
}

static void note_line_ends(ql_str text, ql__notes *notes) {
  size_t lf = 0, crlf = 0, cr = 0, first_cr = 0, odd = SIZE_MAX;
  char first = 0;
  for (size_t i = 0; i < text.len; i++) {
    char kind = text.ptr[i];
    if (kind != '\n' && kind != '\r') continue;
    size_t at = i;
    if (kind == '\n') {
      lf++;
    } else if (i + 1 < text.len && text.ptr[i + 1] == '\n') {
      crlf++;
      kind = 'b';
      i++;
    } else {
      if (cr++ == 0) first_cr = at;
    }
    if (first == 0) first = kind;
    if (kind != first && odd == SIZE_MAX) odd = at;
  }
  ql_diagnostic *d = NULL;
  bool windows = crlf > lf;
  if (cr > 0)
    d = QL__NOTE(notes, QL__CR_ENDS, first_cr, ql__number(notes->arena, cr),
                 QL_STR(" lines end with a bare CR. Most tools read them as one line: save the file with LF."));
  else if (lf > 0 && crlf > 0)
    d = QL__NOTE(notes, QL__LINE_ENDS, odd, QL_STR("Line ends change here: "), ql__number(notes->arena, lf), QL_STR(" LF and "),
                 ql__number(notes->arena, crlf), QL_STR(" CRLF in the file. Save it with one kind."));
  fix_line_ends(text, notes, d, windows ? QL_STR("\r\n") : QL_STR("\n"), cr + (windows ? lf : crlf));
}

/* The UTF-16 file as UTF-8; absent when it is not sound, or when out of memory. */
static ql_str decode_utf16(ql_arena *a, ql_str file) {
  bool big = (unsigned char)file.ptr[0] == 0xFE, sound = file.len % 2 == 0;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  uint32_t high = 0;
  for (size_t i = 2; i + 1 < file.len && sound; i += 2) {
    unsigned first = (unsigned char)file.ptr[i], second = (unsigned char)file.ptr[i + 1];
    uint32_t unit = big ? first << 8 | second : second << 8 | first;
    bool lead = unit >= 0xD800 && unit <= 0xDBFF, trail = unit >= 0xDC00 && unit <= 0xDFFF;
    sound = (high != 0) == trail && unit != 0;
    if (sound && !lead) ql_utf8_add(&out, trail ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
    high = lead ? unit : 0;
  }
  if (sound && high == 0) return ql_buf_take(&out, a);
  ql_buf_free(&out);
  return QL_ABSENT;
}

static void note_utf16(ql_arena *a, ql_str file, ql__notes *notes) {
  ql_diagnostic *d = QL__NOTE(notes, QL__UTF16, 0, QL_STR("The file is UTF-16. Save it as UTF-8; nothing in it can be read as it is."));
  ql_str text = decode_utf16(a, file);
  if (text.ptr) ql__note_fix(notes, d, &(ql_edit){0, file.len, text}, 1);
}

ql_str ql__clean(ql_arena *a, ql_str file, ql__notes *notes) {
  char *copy = ql_arena_get(a, file.len + 1);
  if (!copy) return QL_ABSENT;
  if (file.len > 0) memcpy(copy, file.ptr, file.len);
  ql_str text = {copy, file.len};
  if (ql_trim(file).len == 0 || (ql_starts(file, BOM) && ql_trim(ql_slice(file, 3, file.len)).len == 0))
    QL__NOTE(notes, QL__EMPTY_FILE, 0, QL_STR("The file is empty. Give it a name, a description and instructions, or delete it."));
  if (ql_starts(file, QL_STR("\xFF\xFE")) || ql_starts(file, QL_STR("\xFE\xFF"))) {
    note_utf16(a, file, notes);
    for (size_t i = 0; i < file.len; i++)
      if ((unsigned char)copy[i] >= 0x80 || copy[i] == 0) copy[i] = '?';
    return text;
  }
  if (ql_starts(file, BOM)) {
    ql_diagnostic *d = QL__NOTE(notes, QL__BOM, 0, QL_STR("A byte order mark. Some tools then see no frontmatter: delete it."));
    ql__note_fix(notes, d, &(ql_edit){0, 3, QL_STR("")}, 1);
  }
  unsigned found = survey(file);
  if (found & HAS_HIGH) clean_invalid(a, copy, file, notes);
  if (found & HAS_CONTROL) note_controls(copy, text, notes);
  if (found & HAS_CR) note_line_ends(text, notes);
  if (found & HAS_C3) ql__find_mojibake(text, notes);
  return text;
}
