#include "spec/lexicon.h"

#include <string.h>

#include "base/text.h"
#include "spec/id.h"

#define NEGATED_MAX 4u  /* telling words that a "not" reaches */
#define EXTRA_TERMS 4u  /* terms of a bag that stand for no word of their own */
#define SLIPS_MAX   64u /* unknown words of a request that are compared with all known ones */
#define SLIP_LEN    6u  /* bytes of a word that may be misspelled */

typedef enum field {
  FIELD_NONE,
  FIELD_SPEED,
  FIELD_API,
  FIELD_DATA,
  FIELD_SAFE,
  FIELD_SPLIT,
  FIELD_FAULT,
  FIELD_IMPACT,
  FIELD_DEPEND,
  FIELD_DEBT,
  FIELD_SHIP,
  FIELD_COMPAT,
  FIELD_MOVE,
  FIELD_SHAPE,
  FIELD_EVENT,
  FIELD_PAY,
  FIELD_MAIL,
  FIELD_COUNT
} field;

_Static_assert(FIELD_COUNT <= QL__FIELDS_MAX, "a bit for every field");

static const struct {
  uint8_t field, kind;
  ql_str words;
} FAMILIES[] = {
#define FAMILY(field, kind, words) {FIELD_##field, QL__##kind, QL_STR_INIT(words)},
#include "spec/families.def"
};

/* Telling in other texts, here said in nearly every request. */
static const ql_str FILLERS =
    QL_STR_INIT("need needs needed require required want please like would how i me am im give tell know now here there "
                "thing much one two three four five six seven eight nine ten dozen");

static bool in_list(ql_str list, ql_str word) {
  ql_str item;
  while (ql__next_item(&list, &item))
    if (ql_eq(item, word)) return true;
  return false;
}

/* ---- stems ---- */

static struct ql__stem_slot *slot_of(const ql__lexicon *l, ql_str stem) {
  size_t at = ql__id_hash(stem) & (l->slot_count - 1);
  while (l->slots[at].stem.ptr && !ql_eq(l->slots[at].stem, stem)) at = (at + 1) & (l->slot_count - 1);
  return &l->slots[at];
}

static bool grow(ql__lexicon *l) {
  struct ql__stem_slot *old = l->slots;
  size_t old_count = l->slot_count, count = old_count > 0 ? 2 * old_count : 1024;
  struct ql__stem_slot *slots = ql_arena_array(l->arena, count, sizeof *slots);
  if (!slots) return false;
  l->slots = slots;
  l->slot_count = count;
  for (size_t i = 0; i < old_count; i++)
    if (old[i].stem.ptr) *slot_of(l, old[i].stem) = old[i];
  return true;
}

static uint32_t add_term(ql__lexicon *l, ql__term_kind kind, uint8_t in_field) {
  ql__term *terms = ql_arena_grow(l->arena, l->terms, l->count, &l->cap, sizeof *terms);
  if (!terms) return 0;
  l->terms = terms;
  terms[l->count] = (ql__term){.kind = (uint8_t)kind, .field = in_field};
  return (uint32_t)l->count++;
}

/* The first family that has a stem keeps it. */
static void add_stem(ql__lexicon *l, ql_str stem, uint32_t term) {
  if (2 * (l->used + 1) > l->slot_count && !grow(l)) return;
  struct ql__stem_slot *slot = slot_of(l, stem);
  if (slot->stem.ptr) return;
  *slot = (struct ql__stem_slot){stem, term};
  l->used++;
}

bool ql__lexicon_make(ql_arena *a, ql__lexicon *out) {
  *out = (ql__lexicon){.arena = a};
  for (size_t i = 0; i < QL_COUNT(FAMILIES); i++) {
    uint32_t term = add_term(out, FAMILIES[i].kind, FAMILIES[i].field);
    if (FAMILIES[i].kind == QL__MANY) out->many = term;
    if (FAMILIES[i].kind == QL__ONE) out->one = term;
    ql__words words = ql__words_of(a, FAMILIES[i].words);
    for (size_t k = 0; k < words.count; k++) add_stem(out, words.items[k].stem, term);
  }
  return !ql_arena_failed(a);
}

bool ql__lexicon_copy(ql_arena *a, const ql__lexicon *from, ql__lexicon *out) {
  *out = *from;
  out->arena = a;
  out->cap = from->count;
  out->terms = ql_arena_array(a, from->count, sizeof *out->terms);
  out->slots = ql_arena_array(a, from->slot_count, sizeof *out->slots);
  if (!out->terms || !out->slots) return false;
  memcpy(out->terms, from->terms, from->count * sizeof *out->terms);
  memcpy(out->slots, from->slots, from->slot_count * sizeof *out->slots);
  return true;
}

/* ---- words ---- */

/* At least three, as figures ("3+", "12") or in words. */
static bool is_several(const ql__word *word) {
  if (ql_is_digit(word->text.ptr[0])) return word->text.ptr[0] >= '3' || (word->text.len > 1 && ql_is_digit(word->text.ptr[1]));
  return in_list(QL_STR("three four five six seven eight nine ten dozen"), word->stem);
}

static bool is_single(const ql__word *word) { return ql_eq(word->text, QL_STR("1")) || ql_eq(word->stem, QL_STR("one")); }

/* "not", and what is left of "don't". */
static bool is_negation(ql_str text, const ql__word *word) {
  static const ql_str curly = QL_STR_INIT("\xE2\x80\x99t");
  if (ql_eq(word->stem, QL_STR("not")) || ql_ends(word->stem, curly)) return true;
  return ql_eq(word->stem, QL_STR("t")) && word->text.ptr > text.ptr && word->text.ptr[-1] == '\'';
}

/* Whether a clause ends between two words. */
static bool is_parted(const ql__word *before, const ql__word *word) {
  for (const char *p = before->text.ptr + before->text.len; p < word->text.ptr; p++)
    if (ql_find_byte(QL_STR(",.;:!?\n()"), *p, 0) != SIZE_MAX) return true;
  return false;
}

static bool is_filler(ql_str stem) {
  return stem.len < 2 || ql_is_digit(stem.ptr[0]) || ql__is_common_word(stem) || in_list(FILLERS, stem);
}

/* "one module", "modules", "4 modules": what counts of it is seen by its term. */
static ql__said said_of(const ql__words *words, size_t i) {
  const ql__word *word = &words->items[i], *before = i > 0 ? word - 1 : NULL;
  ql__said said = {.stem = word->stem, .single = before && is_single(before)};
  said.many = !said.single && (ql_to_lower(word->text.ptr[word->text.len - 1]) == 's' || (before && is_several(before)));
  return said;
}

/* ---- requests ---- */

/* Whether it is new among those before. */
static bool is_new(ql__said *slots, size_t mask, ql__said said) {
  size_t at = ql__id_hash(said.stem) & mask;
  for (; slots[at].stem.ptr; at = (at + 1) & mask)
    if (ql_eq(slots[at].stem, said.stem) && slots[at].single == said.single && slots[at].many == said.many) return false;
  slots[at] = said;
  return true;
}

bool ql__read_request(ql_arena *a, const ql__lexicon *families, ql_str text, ql__request *out) {
  ql__words words = ql__words_of(a, text);
  size_t size = 16, negated = 0, count = 0;
  while (size < 2 * words.count) size *= 2;
  ql__said *slots = ql_arena_array(a, size, sizeof *slots), *items = ql_arena_array(a, words.count + 1, sizeof *items);
  if (!slots || !items || ql_arena_failed(a)) return false;
  for (size_t i = 0; i < words.count; i++) {
    const ql__word *word = &words.items[i];
    if (negated > 0 && is_parted(word - 1, word)) negated = 0;
    if (is_negation(text, word)) {
      negated = NEGATED_MAX;
    } else if (negated > 0) {
      if (!ql__is_common_word(word->stem)) negated--;
    } else {
      ql__said said = said_of(&words, i);
      if (!is_new(slots, size - 1, said)) continue;
      if (slot_of(families, said.stem)->stem.ptr || !is_filler(said.stem)) items[count++] = said;
    }
  }
  *out = (ql__request){text, items, count};
  return true;
}

/* The known word one slip away, of the same first letter: a letter left out, doubled, wrong, or two swapped. */
static const struct ql__stem_slot *nearly(const ql__lexicon *l, ql_str stem) {
  if (stem.len < SLIP_LEN) return NULL;
  for (size_t i = 0; i < l->slot_count; i++) {
    ql_str known = l->slots[i].stem;
    if (!known.ptr || l->slots[i].term == QL__FILLER || known.len + 1 < stem.len || known.len > stem.len + 1 || known.len < SLIP_LEN - 1)
      continue;
    if (known.ptr[0] == stem.ptr[0] && ql_edit_distance(known, stem) <= 1) return &l->slots[i];
  }
  return NULL;
}

/* ---- bags ---- */

static void put(ql__lexicon *l, ql__bag *bag, uint32_t term) {
  if (l->terms[term].seen == l->bags) return;
  l->terms[term].seen = l->bags;
  bag->terms[bag->count++] = term;
}

/* A term, and how many parts of the software it speaks of where it speaks of parts. */
static void put_said(ql__lexicon *l, ql__bag *bag, uint32_t term, const ql__said *said) {
  if (l->terms[term].kind == QL__PART && said->single) put(l, bag, l->one);
  if (l->terms[term].kind == QL__PART && said->many) put(l, bag, l->many);
  put(l, bag, term);
}

/* False when out of memory. */
static bool open_bag(ql__lexicon *l, size_t words, ql__bag *bag) {
  *bag = (ql__bag){.terms = ql_arena_array(l->arena, words + EXTRA_TERMS, sizeof *bag->terms)};
  l->bags++;
  return bag->terms && !ql_arena_failed(l->arena);
}

ql__bag ql__learn(ql__lexicon *l, ql_str text) {
  ql__words words = ql__words_of(l->arena, text);
  ql__bag bag;
  if (!open_bag(l, words.count, &bag)) return (ql__bag){NULL, 0, 0};
  for (size_t i = 0; i < words.count && !ql_arena_failed(l->arena); i++) {
    ql_str stem = words.items[i].stem;
    const struct ql__stem_slot *slot = slot_of(l, stem);
    uint32_t term = slot->term;
    if (!slot->stem.ptr) {
      term = is_filler(stem) ? QL__FILLER : add_term(l, QL__SUBJECT, FIELD_NONE);
      add_stem(l, stem, term);
    }
    ql__said said = said_of(&words, i);
    if (term != QL__FILLER) put_said(l, &bag, term, &said);
  }
  return ql_arena_failed(l->arena) ? (ql__bag){NULL, 0, 0} : bag;
}

ql__bag ql__understand(ql__lexicon *l, const ql__request *request) {
  ql__bag bag;
  if (!open_bag(l, request->count, &bag)) return (ql__bag){NULL, 0, 0};
  size_t slips = 0;
  for (size_t i = 0; i < request->count; i++) {
    const ql__said *said = &request->items[i];
    const struct ql__stem_slot *slot = slot_of(l, said->stem);
    if (!slot->stem.ptr) slot = slips++ < SLIPS_MAX ? nearly(l, said->stem) : NULL;
    if (slot && slot->term != QL__FILLER)
      put_said(l, &bag, slot->term, said);
    else
      bag.unknown++;
  }
  return bag;
}

bool ql__bag_has(const ql__bag *bag, uint32_t term) {
  for (size_t i = 0; i < bag->count; i++)
    if (bag->terms[i] == term) return true;
  return false;
}
