/* Runs of equal lines. Each line gets a number, equal ones the same; of each place the shortest run that is long enough gets one too. Runs
   that stand in the same places, one line on, are pieces of a longer one. */
#include <questline/duplicates.h>
#include <questline/limits.h>

#include "base/text.h"
#include "base/words.h"

#define GROUPS_LISTED 100u
#define BASIS         10000
#define NONE          UINT32_MAX

typedef struct row {
  ql_str text; /* as it stands, trimmed */
  uint32_t id; /* equal rows have the same */
  uint32_t words, document, line;
} row;

typedef struct seed {
  uint32_t first, count; /* its places in desk.places */
  bool joined;           /* it goes on from another one */
} seed;

typedef struct desk {
  ql_arena *arena;
  const ql_document *documents;
  size_t document_count;
  row *rows;
  uint32_t row_count;
  uint32_t *kinds;  /* of each row, the seed that begins there; NONE */
  uint32_t *spans;  /* of each row, the rows of that seed */
  uint32_t *places; /* rows, those of a seed side by side, rising */
  seed *seeds;
  uint32_t seed_count;
} desk;

typedef struct group {
  uint32_t seed, rows, words;
} group;

/* ---- lines ---- */

static uint64_t mix(uint64_t h, uint64_t v) {
  h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
  return h ^ (h >> 29);
}

/* Takes the next byte of a line, a run of white space as one blank. 0 at the end. */
static char next_byte(ql_str s, size_t *at) {
  if (*at == s.len) return 0;
  char c = s.ptr[(*at)++];
  if (!ql_is_space(c)) return c;
  while (*at < s.len && ql_is_space(s.ptr[*at])) ++*at;
  return ' ';
}

static bool same_line(ql_str x, ql_str y) {
  for (size_t i = 0, k = 0;;) {
    char c = next_byte(x, &i), d = next_byte(y, &k);
    if (c != d) return false;
    if (c == 0) return i == x.len && k == y.len;
  }
}

static uint64_t hash_line(ql_str s, uint32_t *words) {
  uint64_t h = 1;
  bool inside = false;
  *words = 0;
  for (size_t at = 0; at < s.len;) {
    char c = next_byte(s, &at);
    bool letter = ql__is_word_byte(c);
    *words += letter && !inside;
    inside = letter;
    h = mix(h, (unsigned char)c);
  }
  return h;
}

static size_t table_size(size_t count) {
  size_t size = 64;
  while (size < 2 * count) size *= 2;
  return size;
}

/* Every line that is not empty, of every document. */
static bool read_rows(desk *d) {
  size_t lines = 0;
  ql_str rest, text;
  for (size_t i = 0; i < d->document_count; i++)
    for (rest = d->documents[i].text; ql_next_line(&rest, &text);) lines += ql_trim(text).len > 0;
  size_t size = table_size(lines);
  uint32_t *slots = ql_arena_array(d->arena, size, sizeof *slots); /* rows, from 1 */
  d->rows = ql_arena_array(d->arena, lines + 1, sizeof *d->rows);
  if (!slots || !d->rows) return false;
  for (size_t i = 0; i < d->document_count; i++) {
    uint32_t number = 0;
    for (rest = d->documents[i].text; ql_next_line(&rest, &text);) {
      number++;
      text = ql_trim(text);
      if (text.len == 0) continue;
      row *r = &d->rows[d->row_count];
      *r = (row){.text = text, .document = (uint32_t)i, .line = number};
      size_t at = (size_t)hash_line(text, &r->words) & (size - 1);
      while (slots[at] != 0 && !same_line(d->rows[slots[at] - 1].text, text)) at = (at + 1) & (size - 1);
      if (slots[at] == 0) slots[at] = d->row_count + 1;
      r->id = slots[at] - 1;
      d->row_count++;
    }
  }
  return true;
}

/* ---- seeds ---- */

/* Rows from here on that are long enough, in the same document; 0 when there are not so many. */
static uint32_t span_at(const desk *d, uint32_t from) {
  uint32_t words = 0;
  for (uint32_t n = 0; n < QL_DUPLICATE_LINES && from + n < d->row_count; n++) {
    if (d->rows[from + n].document != d->rows[from].document) return 0;
    words += d->rows[from + n].words;
    if (words >= QL_DUPLICATE_WORDS || n + 1 == QL_DUPLICATE_LINES) return n + 1;
  }
  return 0;
}

static bool same_span(const desk *d, uint32_t x, uint32_t y, uint32_t rows) {
  if (d->spans[y] != rows) return false;
  for (uint32_t i = 0; i < rows; i++)
    if (d->rows[x + i].id != d->rows[y + i].id) return false;
  return true;
}

static bool find_seeds(desk *d) {
  size_t size = table_size(d->row_count);
  uint32_t *slots = ql_arena_array(d->arena, size, sizeof *slots); /* seeds, from 1 */
  d->kinds = ql_arena_array(d->arena, d->row_count + 1u, sizeof *d->kinds);
  d->spans = ql_arena_array(d->arena, d->row_count + 1u, sizeof *d->spans);
  d->places = ql_arena_array(d->arena, d->row_count + 1u, sizeof *d->places);
  d->seeds = ql_arena_array(d->arena, d->row_count + 1u, sizeof *d->seeds);
  uint32_t *starts = ql_arena_array(d->arena, d->row_count + 1u, sizeof *starts); /* of each seed, its first row */
  if (!slots || !d->kinds || !d->spans || !d->places || !d->seeds || !starts) return false;
  for (uint32_t i = 0; i < d->row_count; i++) d->spans[i] = span_at(d, i);
  for (uint32_t i = 0; i < d->row_count; i++) {
    d->kinds[i] = NONE;
    if (d->spans[i] == 0) continue;
    uint64_t h = d->spans[i];
    for (uint32_t k = 0; k < d->spans[i]; k++) h = mix(h, d->rows[i + k].id);
    size_t at = (size_t)h & (size - 1);
    while (slots[at] != 0 && !same_span(d, i, starts[slots[at] - 1], d->spans[i])) at = (at + 1) & (size - 1);
    if (slots[at] == 0) {
      starts[d->seed_count] = i;
      slots[at] = ++d->seed_count;
    }
    d->kinds[i] = slots[at] - 1;
    d->seeds[slots[at] - 1].count++;
  }
  uint32_t next = 0;
  for (uint32_t s = 0; s < d->seed_count; s++) {
    d->seeds[s].first = next;
    next += d->seeds[s].count;
    d->seeds[s].count = 0;
  }
  for (uint32_t i = 0; i < d->row_count; i++) {
    if (d->kinds[i] == NONE) continue;
    seed *s = &d->seeds[d->kinds[i]];
    d->places[s->first + s->count++] = i;
  }
  return true;
}

/* ---- groups ---- */

/* The seed that begins one row on in every place of another, and nowhere else. NONE when there is none. */
static uint32_t follower(const desk *d, uint32_t s) {
  const seed *x = &d->seeds[s];
  uint32_t next = d->places[x->first] + 1 < d->row_count ? d->kinds[d->places[x->first] + 1] : NONE;
  if (next == NONE || next == s || d->seeds[next].count != x->count) return NONE;
  for (uint32_t i = 0; i < x->count; i++)
    if (d->places[x->first + i] + 1 != d->places[d->seeds[next].first + i]) return NONE;
  return next;
}

static bool is_group(const seed *s) { return s->count > 1; }

/* Marks what goes on from something, so that groups begin at their beginnings. There is no ring: the first place moves on with each step. */
static void join_seeds(desk *d, uint32_t *next) {
  for (uint32_t s = 0; s < d->seed_count; s++) {
    next[s] = is_group(&d->seeds[s]) ? follower(d, s) : NONE;
    if (next[s] != NONE) d->seeds[next[s]].joined = true;
  }
}

/* Larger first: by the rows that could go, then by place. */
static int compare(const desk *d, const group *x, const group *y) {
  uint64_t a = (uint64_t)x->rows * (d->seeds[x->seed].count - 1), b = (uint64_t)y->rows * (d->seeds[y->seed].count - 1);
  if (a != b) return a > b ? -1 : 1;
  uint32_t p = d->places[d->seeds[x->seed].first], q = d->places[d->seeds[y->seed].first];
  return p < q ? -1 : p > q;
}

static void sift(const desk *d, group *heap, size_t at, size_t count) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= count) return;
    if (child + 1 < count && compare(d, &heap[child], &heap[child + 1]) < 0) child++;
    if (compare(d, &heap[at], &heap[child]) >= 0) return;
    group g = heap[at];
    heap[at] = heap[child];
    heap[child] = g;
    at = child;
  }
}

static void sort_groups(const desk *d, group *groups, size_t count) {
  for (size_t i = count / 2; i-- > 0;) sift(d, groups, i, count);
  for (size_t end = count; end-- > 1;) {
    group g = groups[0];
    groups[0] = groups[end];
    groups[end] = g;
    sift(d, groups, 0, end);
  }
}

/* Places that overlap are one: a line that is repeated over and over. Returns how many are left. */
static uint32_t part_places(desk *d, group *g) {
  seed *s = &d->seeds[g->seed];
  uint32_t kept = 0, end = 0;
  for (uint32_t i = 0; i < s->count; i++) {
    uint32_t place = d->places[s->first + i];
    if (kept > 0 && place < end) continue;
    d->places[s->first + kept++] = place;
    end = place + g->rows;
  }
  return s->count = kept;
}

static size_t find_groups(desk *d, group *groups) {
  size_t count = 0;
  uint32_t *next = ql_arena_array(d->arena, d->seed_count + 1u, sizeof *next);
  if (!next) return 0;
  join_seeds(d, next);
  for (uint32_t s = 0; s < d->seed_count; s++) {
    if (!is_group(&d->seeds[s]) || d->seeds[s].joined) continue;
    uint32_t start = d->places[d->seeds[s].first], last = s, steps = 0;
    for (; next[last] != NONE; steps++) last = next[last];
    group g = {s, steps + d->spans[start + steps], 0};
    for (uint32_t i = 0; i < g.rows; i++) g.words += d->rows[start + i].words;
    groups[count++] = g;
  }
  return count;
}

/* ---- the answer ---- */

static ql_value *group_value(const desk *d, const group *g) {
  ql_arena *a = d->arena;
  const seed *s = &d->seeds[g->seed];
  ql_value *value = ql_object(a), *places = ql_array(a);
  for (uint32_t i = 0; i < s->count; i++) {
    const row *first = &d->rows[d->places[s->first + i]], *last = first + g->rows - 1;
    ql_value *place = ql_push(places, ql_object(a));
    QL_SET(place, "line", ql_int(a, first->line));
    QL_SET(place, "path", ql_string(a, d->documents[first->document].path));
    QL_SET(place, "to", ql_int(a, last->line));
  }
  QL_SET(value, "lines", ql_int(a, g->rows));
  QL_SET(value, "places", places);
  QL_SET(value, "text", ql_string(a, ql__start(d->rows[d->places[s->first]].text, 160)));
  QL_SET(value, "words", ql_int(a, g->words));
  return value;
}

/* Rows that lie in some group. */
static int64_t count_rows(const desk *d, const group *groups, size_t count) {
  uint32_t *upto = ql_arena_array(d->arena, d->row_count + 1u, sizeof *upto); /* where a run that begins here ends */
  int64_t rows = 0;
  if (!upto) return 0;
  for (size_t i = 0; i < count; i++) {
    const seed *s = &d->seeds[groups[i].seed];
    for (uint32_t k = 0; k < s->count; k++) {
      uint32_t place = d->places[s->first + k], end = place + groups[i].rows;
      if (upto[place] < end) upto[place] = end;
    }
  }
  uint32_t end = 0;
  for (uint32_t i = 0; i < d->row_count; i++) {
    if (upto[i] > end) end = upto[i];
    rows += i < end;
  }
  return rows;
}

static ql_value *answer(desk *d, size_t most) {
  ql_arena *a = d->arena;
  group *groups = ql_arena_array(a, d->seed_count + 1u, sizeof *groups);
  if (!groups) return NULL;
  size_t found = find_groups(d, groups), count = 0, documents = 0;
  for (size_t i = 0; i < found; i++)
    if (part_places(d, &groups[i]) > 1) groups[count++] = groups[i];
  sort_groups(d, groups, count);
  int64_t rows = count_rows(d, groups, count);
  ql_value *value = ql_object(a), *list = ql_array(a);
  for (size_t i = 0; i < count && i < most; i++) ql_push(list, group_value(d, &groups[i]));
  for (size_t i = 0; i < d->document_count; i++) documents += d->documents[i].text.ptr != NULL;
  QL_SET(value, "basis", ql_int(a, d->row_count > 0 ? rows * BASIS / d->row_count : 0));
  QL_SET(value, "documents", ql_int(a, (int64_t)documents));
  QL_SET(value, "duplicated", ql_int(a, rows));
  QL_SET(value, "groups", list);
  QL_SET(value, "lines", ql_int(a, d->row_count));
  QL_SET(value, "more", ql_int(a, count > most ? (int64_t)(count - most) : 0));
  return value;
}

ql_status ql_duplicates(ql_arena *a, const ql_document *documents, size_t count, size_t most, ql_value **out, ql_error *err) {
  desk d = {.arena = a, .documents = documents, .document_count = count};
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    if (documents[i].text.len > QL_DUPLICATE_BYTES_MAX - bytes)
      return ql_fail(err, QL_ERR_LIMIT, "the documents have more text than QL_DUPLICATE_BYTES_MAX", documents[i].path);
    bytes += documents[i].text.len;
  }
  ql_value *value = read_rows(&d) && find_seeds(&d) ? answer(&d, most > 0 ? most : GROUPS_LISTED) : NULL;
  if (!value || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
