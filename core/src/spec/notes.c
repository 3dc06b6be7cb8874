#include "spec/notes.h"

#include <string.h>

#include "base/text.h"

#define EXCERPT_MAX 60u

static const struct {
  const char *code;
  ql_severity severity;
} CODES[] = {
#define DIAGNOSTIC(name, code, severity, meaning) {code, QL_SEVERITY_##severity},
#include <questline/diagnostics.def>
#undef DIAGNOSTIC
};

const char *ql__code_word(ql__code code) { return CODES[code].code; }

bool ql__note_wanted(const ql__notes *notes, ql__code code) {
  return notes->kept[CODES[code].severity] < (notes->most > 0 ? notes->most : QL_SPEC_DIAGNOSTICS_MAX);
}

ql_diagnostic *ql__note(ql__notes *notes, ql__code code, size_t offset, const ql_str *pieces, size_t count) {
  if (!ql__note_wanted(notes, code)) {
    notes->dropped++;
    return NULL;
  }
  ql_diagnostic *items = ql_arena_grow(notes->arena, notes->items, notes->count, &notes->cap, sizeof *items);
  if (!items) return NULL;
  notes->items = items;
  notes->kept[CODES[code].severity]++;
  ql_diagnostic *added = &items[notes->count++];
  *added = (ql_diagnostic){
      .code = CODES[code].code,
      .severity = CODES[code].severity,
      .offset = offset,
      .message = ql_arena_concat(notes->arena, pieces, count),
  };
  return added;
}

void ql__note_fix(ql__notes *notes, ql_diagnostic *finding, const ql_edit *edits, size_t count) {
  if (!finding) return;
  ql_edit *copy = ql_arena_array(notes->arena, count, sizeof *copy);
  if (!copy) return;
  memcpy(copy, edits, count * sizeof *copy);
  finding->fix = copy;
  finding->fix_count = count;
}

/* Merge sort, from runs of one upwards: keeps the order of equal offsets. */
static void sort(ql_diagnostic *items, ql_diagnostic *spare, size_t count) {
  for (size_t run = 1; run < count; run *= 2) {
    for (size_t from = 0; from < count; from += 2 * run) {
      size_t middle = from + run < count ? from + run : count, end = from + 2 * run < count ? from + 2 * run : count;
      for (size_t at = from, left = from, right = middle; at < end; at++) {
        bool take_left = left < middle && (right == end || items[left].offset <= items[right].offset);
        spare[at] = take_left ? items[left++] : items[right++];
      }
    }
    memcpy(items, spare, count * sizeof *items);
  }
}

/* Leaves out the least grave ones at the end, until the rest and the note that says so fit. */
static void thin_out(ql__notes *notes) {
  if (notes->most > 0 || (notes->dropped == 0 && notes->count <= QL_SPEC_DIAGNOSTICS_MAX)) return;
  size_t room = QL_SPEC_DIAGNOSTICS_MAX - 1, left[QL_SEVERITY_INFO + 1], count = 0;
  for (int severity = QL_SEVERITY_ERROR; severity <= QL_SEVERITY_INFO; severity++) {
    size_t of = ql__notes_of(notes->items, notes->count, (ql_severity)severity);
    left[severity] = of < room ? of : room;
    room -= left[severity];
  }
  for (size_t i = 0; i < notes->count; i++) {
    if (left[notes->items[i].severity] == 0) continue;
    left[notes->items[i].severity]--;
    notes->items[count++] = notes->items[i];
  }
  notes->dropped += notes->count - count;
  notes->count = count;
  size_t last = notes->count > 0 ? notes->items[notes->count - 1].offset : 0;
  ql_str words[] = {ql__number(notes->arena, notes->dropped),
                    QL_STR(" more findings are not shown. Mend the ones above and check the file again.")};
  ql_diagnostic *items = ql_arena_grow(notes->arena, notes->items, notes->count, &notes->cap, sizeof *items);
  if (!items) return;
  notes->items = items;
  items[notes->count++] = (ql_diagnostic){.code = CODES[QL__MORE].code,
                                          .severity = CODES[QL__MORE].severity,
                                          .offset = last,
                                          .message = ql_arena_concat(notes->arena, words, QL_COUNT(words))};
}

void ql__notes_finish(ql__notes *notes, ql_str text) {
  ql_diagnostic *spare = ql_arena_array(notes->arena, notes->count, sizeof *spare);
  if (!spare) return;
  sort(notes->items, spare, notes->count);
  thin_out(notes);
  size_t at = 0;
  uint32_t line = 1, column = 1;
  for (size_t i = 0; i < notes->count; i++) {
    ql_diagnostic *d = &notes->items[i];
    if (d->offset > text.len) d->offset = text.len;
    for (; at < d->offset; at++) {
      bool ends = text.ptr[at] == '\n' || (text.ptr[at] == '\r' && !(at + 1 < text.len && text.ptr[at + 1] == '\n'));
      column = ends ? 1 : column + (((unsigned char)text.ptr[at] & 0xC0u) != 0x80u);
      line += ends;
    }
    d->line = line;
    d->column = column;
  }
}

size_t ql__notes_of(const ql_diagnostic *items, size_t count, ql_severity severity) {
  size_t of = 0;
  for (size_t i = 0; i < count; i++) of += items[i].severity == severity;
  return of;
}

ql_str ql__excerpt(ql_str piece) {
  ql_str rest = ql_trim(piece), line = QL_STR("");
  ql_next_line(&rest, &line);
  if (line.len <= EXCERPT_MAX) return line;
  line.len = EXCERPT_MAX;
  while (line.len > 0 && ((unsigned char)line.ptr[line.len] & 0xC0u) == 0x80u) line.len--;
  return line;
}

ql_str ql__number(ql_arena *a, size_t n) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + n % 10);
    n /= 10;
  } while (n > 0);
  return ql_arena_str(a, (ql_str){digits + at, sizeof digits - at});
}
