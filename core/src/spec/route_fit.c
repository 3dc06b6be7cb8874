/* How well a request fits: weights of terms, and two measures. */
#include "base/text.h"
#include "spec/route.h"

#define NOISE_MAX    40 /* what a request says beside the matter counts no further */
#define ABILITY_MIN  12 /* a request of two words is no proof of an ability */
#define NEW_WEIGHT   5  /* a term that no text has; an unknown word a little less */
#define WORD_WEIGHT  4
#define UNKNOWN_MAX  1000
#define ONE_WORD_FIT 75

bool ql__ask(ql__asked *asked, ql__lexicon *lexicon, const ql__request *request) {
  *asked = (ql__asked){.lexicon = lexicon, .bag = ql__understand(lexicon, request)};
  asked->has = ql_arena_array(lexicon->arena, lexicon->count, 1);
  if (!asked->has || ql_arena_failed(lexicon->arena)) return false;
  for (size_t i = 0; i < asked->bag.count; i++) asked->has[asked->bag.terms[i]] = 1;
  return true;
}

void ql__say(ql__asked *asked, uint32_t term) {
  if (asked->has[term]) return;
  asked->has[term] = 1;
  asked->bag.terms[asked->bag.count++] = term;
}

static int weight_of(const ql__term *term) {
  static const uint8_t subjects[] = {NEW_WEIGHT, 8, 7, 6, 5, 5};
  switch ((ql__term_kind)term->kind) {
  case QL__SUBJECT: return term->count < QL_COUNT(subjects) ? subjects[term->count] : 4;
  case QL__LOOSE: return 2;
  case QL__ACTION:
  case QL__PART:
  case QL__MANY:
  case QL__ONE: break;
  }
  return 3;
}

void ql__weigh(ql__asked *asked, const ql__evidence *texts, size_t count) {
  ql__term *terms = asked->lexicon->terms;
  for (size_t i = 0; i < asked->lexicon->count; i++) terms[i].count = 0;
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < texts[i].bag.count; k++) {
      uint16_t *seen = &terms[texts[i].bag.terms[k]].count;
      if (*seen < UINT16_MAX) ++*seen;
    }
  }
  for (size_t i = 0; i < asked->bag.count; i++) {
    const ql__term *term = &terms[asked->bag.terms[i]];
    int weight = weight_of(term);
    asked->all += weight;
    if (term->field == 0) continue;
    asked->half[term->field] += weight / 2;
    asked->terms[term->field]++;
  }
  asked->all += (int)(asked->bag.unknown < UNKNOWN_MAX ? asked->bag.unknown : UNKNOWN_MAX) * WORD_WEIGHT;
}

/* What a text and the request have in common. A term counts whole where both have it, and half where the other side has, beside what both
   have, one of the same field. */
typedef struct overlap {
  int all;      /* weight of the text */
  int said;     /* of it, what the request says */
  int matter;   /* of the request, what the text says */
  int subjects; /* of them, those that tell most */
} overlap;

static overlap overlap_of(const ql__asked *asked, const ql__bag *text) {
  const ql__term *terms = asked->lexicon->terms;
  overlap o = {0, 0, 0, 0};
  int half[QL__FIELDS_MAX] = {0}; /* of what both have */
  size_t both[QL__FIELDS_MAX] = {0}, missing[QL__FIELDS_MAX] = {0};
  for (size_t i = 0; i < text->count; i++) {
    const ql__term *term = &terms[text->terms[i]];
    int weight = weight_of(term);
    o.all += weight;
    if (!asked->has[text->terms[i]]) {
      missing[term->field]++;
      continue;
    }
    o.said += weight;
    o.matter += weight;
    o.subjects += term->kind == QL__SUBJECT;
    half[term->field] += weight / 2;
    both[term->field]++;
  }
  for (size_t i = 0; i < text->count; i++) {
    const ql__term *term = &terms[text->terms[i]];
    if (term->field > 0 && !asked->has[text->terms[i]] && asked->terms[term->field] > both[term->field]) o.said += weight_of(term) / 2;
  }
  for (size_t field = 1; field < QL__FIELDS_MAX; field++)
    if (missing[field] > 0) o.matter += asked->half[field] - half[field];
  return o;
}

int ql__fit_example(const ql__asked *asked, const ql__bag *example) {
  overlap o = overlap_of(asked, example);
  if (o.said == 0 || o.matter == 0) return 0;
  int noise = asked->all - o.matter < NOISE_MAX ? asked->all - o.matter : NOISE_MAX;
  return 60 * o.said / o.all + 40 * o.matter / (o.matter + noise);
}

/* Of a long description, one word in common is chance, unless the request says little else. */
int ql__fit_ability(const ql__asked *asked, const ql__bag *ability) {
  overlap o = overlap_of(asked, ability);
  int fit = 100 * o.matter / (asked->all > ABILITY_MIN ? asked->all : ABILITY_MIN);
  return o.subjects > 1 || (o.subjects == 1 && fit >= ONE_WORD_FIT) ? fit : 0;
}
