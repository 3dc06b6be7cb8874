#include "spec/lexicon.h"

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

/* ---- reading ---- */

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

static bool is_filler(ql_str stem) { return ql__is_common_word(stem) || in_list(FILLERS, stem) || stem.len < 2; }

/* The known word one slip away, of the same first letter: a letter left out, doubled, wrong, or two swapped. */
static const struct ql__stem_slot *nearly(const ql__lexicon *l, ql_str stem) {
  if (stem.len < SLIP_LEN) return NULL;
  for (size_t i = 0; i < l->slot_count; i++) {
    ql_str known = l->slots[i].stem;
    if (!known.ptr || known.len + 1 < stem.len || known.len > stem.len + 1 || known.len < SLIP_LEN - 1) continue;
    if (known.ptr[0] == stem.ptr[0] && ql_edit_distance(known, stem) <= 1) return &l->slots[i];
  }
  return NULL;
}

typedef struct reader {
  ql__lexicon *lexicon;
  ql__bag bag;
  size_t slips; /* words compared so far */
} reader;

static void put(reader *r, uint32_t term) {
  ql__term *t = &r->lexicon->terms[term];
  if (t->seen == r->lexicon->bags) return;
  t->seen = r->lexicon->bags;
  r->bag.terms[r->bag.count++] = term;
}

/* SIZE_MAX for a word without a term. */
static size_t term_of(reader *r, const ql__word *word, bool learn) {
  ql__lexicon *l = r->lexicon;
  const struct ql__stem_slot *slot = slot_of(l, word->stem);
  if (slot->stem.ptr) return slot->term;
  if (is_filler(word->stem) || ql_is_digit(word->stem.ptr[0])) return SIZE_MAX;
  if (learn) {
    uint32_t term = add_term(l, QL__SUBJECT, FIELD_NONE);
    add_stem(l, word->stem, term);
    return ql_arena_failed(l->arena) ? SIZE_MAX : term;
  }
  slot = r->slips++ < SLIPS_MAX ? nearly(l, word->stem) : NULL;
  if (slot) return slot->term;
  r->bag.unknown++;
  return SIZE_MAX;
}

static void read_word(reader *r, const ql__words *words, size_t i, bool learn) {
  const ql__lexicon *l = r->lexicon;
  const ql__word *word = &words->items[i], *before = i > 0 ? word - 1 : NULL;
  size_t term = term_of(r, word, learn);
  if (term == SIZE_MAX) return;
  if (l->terms[term].kind == QL__PART) {
    bool plural = ql_to_lower(word->text.ptr[word->text.len - 1]) == 's';
    if (before && is_single(before))
      put(r, l->one);
    else if (plural || (before && is_several(before)))
      put(r, l->many);
  }
  put(r, (uint32_t)term);
}

static ql__bag read(ql__lexicon *l, ql_str text, bool learn) {
  ql__words words = ql__words_of(l->arena, text);
  /* more than words: what plurals and parts add, here and by ql__say */
  reader r = {.lexicon = l, .bag = {.terms = ql_arena_array(l->arena, words.count + EXTRA_TERMS, sizeof(uint32_t))}};
  if (!words.items || !r.bag.terms || ql_arena_failed(l->arena)) return (ql__bag){NULL, 0, 0};
  l->bags++;
  size_t negated = 0;
  for (size_t i = 0; i < words.count; i++) {
    const ql__word *word = &words.items[i];
    if (negated > 0 && is_parted(word - 1, word)) negated = 0;
    if (!learn && is_negation(text, word)) {
      negated = NEGATED_MAX;
    } else if (negated > 0) {
      if (!ql__is_common_word(word->stem)) negated--;
    } else {
      read_word(&r, &words, i, learn);
    }
  }
  return ql_arena_failed(l->arena) ? (ql__bag){NULL, 0, 0} : r.bag;
}

ql__bag ql__learn(ql__lexicon *lexicon, ql_str text) { return read(lexicon, text, true); }
ql__bag ql__understand(ql__lexicon *lexicon, ql_str request) { return read(lexicon, request, false); }

bool ql__bag_has(const ql__bag *bag, uint32_t term) {
  for (size_t i = 0; i < bag->count; i++)
    if (bag->terms[i] == term) return true;
  return false;
}

void ql__bag_add(ql__bag *bag, uint32_t term) {
  if (!ql__bag_has(bag, term)) bag->terms[bag->count++] = term;
}
