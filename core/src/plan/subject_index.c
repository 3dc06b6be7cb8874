#include "plan/subject_index.h"

#include <string.h>

typedef struct ql__line_part {
  const ql__words *words;
  struct ql__line_part *next; /* under the same stem */
  size_t first[2];            /* of lines withheld and given; SIZE_MAX for none */
  bool met[2];
  uint64_t round; /* in which it was looked at last */
} part;

/* Its stems, one a line. */
static ql_str key_of(ql_arena *a, const ql__words *words) {
  size_t len = 0;
  for (size_t i = 0; i < words->count; i++) len += words->items[i].stem.len + 1;
  char *key = ql_arena_get(a, len + 1);
  if (!key) return QL_ABSENT;
  size_t at = 0;
  for (size_t i = 0; i < words->count; i++) {
    ql_str stem = words->items[i].stem;
    memcpy(key + at, stem.ptr, stem.len);
    at += stem.len;
    key[at++] = '\n';
  }
  return (ql_str){key, len};
}

/* Numbers the stems and counts the parts that have them. */
static size_t *count_stems(ql_arena *a, ql__subject_index *index, size_t words) {
  size_t *counts = ql_arena_array(a, words + 1, sizeof *counts), number = 0;
  if (!counts || !ql__names_make(a, words, &index->stems)) return NULL;
  for (size_t i = 0; i < index->line_count; i++)
    for (size_t p = 0; p < index->lines[i].subject.count; p++) {
      const ql__words *list = &index->lines[i].subject.parts[p];
      for (size_t w = 0; w < list->count; w++) {
        if (ql__names_put(&index->stems, list->items[w].stem, number)) number++;
        counts[ql__names_get(&index->stems, list->items[w].stem)]++;
      }
    }
  return counts;
}

static size_t rarest(const ql__subject_index *index, const size_t *counts, const ql__words *words) {
  size_t best = ql__names_get(&index->stems, words->items[0].stem);
  for (size_t w = 1; w < words->count; w++) {
    size_t number = ql__names_get(&index->stems, words->items[w].stem);
    if (counts[number] < counts[best]) best = number;
  }
  return best;
}

bool ql__subject_index_make(ql_arena *a, const ql__line *lines, size_t count, ql__subject_index *out) {
  ql__names keys;
  size_t parts = 0, words = 0, made = 0, at = 0;
  *out = (ql__subject_index){.lines = lines, .line_count = count};
  for (size_t i = 0; i < count; i++)
    for (size_t p = 0; p < lines[i].subject.count; p++, parts++) words += lines[i].subject.parts[p].count;
  const size_t *counts = count_stems(a, out, words);
  part *own = ql_arena_array(a, parts + 1, sizeof *own);
  out->first = ql_arena_array(a, words + 1, sizeof *out->first);
  out->parts = ql_arena_array(a, parts + 1, sizeof *out->parts);
  if (!counts || !own || !out->first || !out->parts || !ql__names_make(a, parts, &keys)) return false;
  for (size_t i = 0; i < count; i++)
    for (size_t p = 0; p < lines[i].subject.count; p++) {
      const ql__words *list = &lines[i].subject.parts[p];
      ql_str key = key_of(a, list);
      if (!key.ptr) return false;
      if (ql__names_put(&keys, key, made)) {
        struct ql__line_part **under = &out->first[rarest(out, counts, list)];
        own[made] = (part){.words = list, .next = *under, .first = {SIZE_MAX, SIZE_MAX}};
        *under = &own[made++];
      }
      part *of = &own[ql__names_get(&keys, key)];
      if (of->first[lines[i].given] == SIZE_MAX) of->first[lines[i].given] = i;
      out->parts[at++] = of;
    }
  return true;
}

size_t ql__subject_look(ql__subject_index *index, bool given, const ql__words *here, const ql__words *const *above, size_t above_count,
                        ql_str *met) {
  size_t best = SIZE_MAX;
  index->round++;
  for (size_t k = 0; k <= above_count; k++) {
    const ql__words *words = k < above_count ? above[k] : here;
    for (size_t w = 0; w < words->count; w++) {
      size_t number = ql__names_get(&index->stems, words->items[w].stem);
      for (part *p = number == SIZE_MAX ? NULL : index->first[number]; p; p = p->next) {
        if (p->first[given] == SIZE_MAX || p->round == index->round) continue;
        p->round = index->round;
        if (!ql__part_met(p->words, here, above, above_count)) continue;
        p->met[given] = true;
        if (p->first[given] < best) best = p->first[given];
      }
    }
  }
  if (best != SIZE_MAX) (void)ql__subject_met(&index->lines[best].subject, here, above, above_count, met);
  return best;
}

const bool *ql__subject_lines_met(ql_arena *a, const ql__subject_index *index) {
  bool *met = ql_arena_array(a, index->line_count + 1, sizeof *met);
  size_t at = 0;
  for (size_t i = 0; met && i < index->line_count; i++)
    for (size_t p = 0; p < index->lines[i].subject.count; p++) met[i] = index->parts[at++]->met[index->lines[i].given] || met[i];
  return met;
}
