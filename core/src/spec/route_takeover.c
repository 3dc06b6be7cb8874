/* Requests that are about who the agent is, not about work. */
#include "base/text.h"
#include "spec/route.h"

#define NEAR 7u /* words behind the verb that are looked at */

/* Phrases at the start of a clause, and anywhere; words joined by '+'. */
static const ql_str OPENINGS = QL_STR_INIT("act+as pretend+to+be pretend+you+are behave+as roleplay play+the+role");
static const ql_str ANYWHERE = QL_STR_INIT("you+are+now you+are+no+longer from+now+on+you your+new+role new+persona jailbreak");
/* Stems: what is done to which of the agent's rules, and what shows that they are meant. "Ignore the lint rule" is work. */
static const ql_str VERBS = QL_STR_INIT("ignor forget disregard overrid bypass discard");
static const ql_str RULES = QL_STR_INIT("instruction rule role identity persona prompt guidelin restriction told");
static const ql_str OWNERS = QL_STR_INIT("your you previou prior earli above before");

static bool in_list(ql_str list, ql_str word) {
  ql_str item;
  while (ql__next_item(&list, &item))
    if (ql_eq(item, word)) return true;
  return false;
}

static bool starts_clause(const ql__words *words, size_t at) {
  if (at == 0) return true;
  const ql__word *before = &words->items[at - 1];
  for (const char *p = before->text.ptr + before->text.len; p < words->items[at].text.ptr; p++)
    if (!ql_is_space(*p)) return true;
  return ql_eq(before->stem, QL_STR("and")) || ql_eq(before->stem, QL_STR("pleas"));
}

static bool throws_off(const ql__words *words, size_t verb) {
  bool rule = false, own = false;
  for (size_t i = verb + 1; i < words->count && i <= verb + NEAR; i++) {
    rule = rule || in_list(RULES, words->items[i].stem);
    own = own || in_list(OWNERS, words->items[i].stem);
  }
  return rule && own;
}

bool ql__is_takeover(ql_arena *a, ql_str request) {
  ql__words words = ql__words_of(a, request);
  ql_str list = ANYWHERE, phrase;
  while (ql__next_item(&list, &phrase))
    if (ql__words_find(&words, phrase, 0) != SIZE_MAX) return true;
  list = OPENINGS;
  while (ql__next_item(&list, &phrase))
    for (size_t at = 0; (at = ql__words_find(&words, phrase, at)) != SIZE_MAX; at++)
      if (starts_clause(&words, at)) return true;
  for (size_t i = 0; i < words.count; i++)
    if (in_list(VERBS, words.items[i].stem) && throws_off(&words, i)) return true;
  return false;
}
