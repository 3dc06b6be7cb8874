/* What an objective needs, found in its words. */
#include "base/text.h"
#include "plan/planner.h"

/* Marks the words that the phrases are. */
static bool mark(const ql__words *words, ql_str phrases, bool *marks) {
  bool any = false;
  ql_str phrase;
  while (ql__next_item(&phrases, &phrase)) {
    size_t length = 1;
    for (size_t i = 0; i < phrase.len; i++) length += phrase.ptr[i] == '+';
    for (size_t at = 0; (at = ql__words_find(words, phrase, at)) != SIZE_MAX; at++) {
      for (size_t k = 0; k < length; k++) marks[at + k] = true;
      any = true;
    }
  }
  return any;
}

/* "REST API, endpoint": neighbours stay together as they were written; none is said twice. */
static ql_str said(ql_arena *a, const ql__words *words, const bool *marks) {
  ql__texts runs = {0};
  for (size_t i = 0; i < words->count; i++) {
    size_t end = i;
    while (end < words->count && marks[end]) end++;
    if (end == i) continue;
    const ql_str *first = &words->items[i].text, *last = &words->items[end - 1].text;
    ql_str run = {first->ptr, (size_t)(last->ptr + last->len - first->ptr)};
    bool known = false;
    for (size_t k = 0; k < runs.len; k++) known |= ql_eq_nocase(runs.items[k], run);
    if (!known) ql__texts_add(a, &runs, run);
    i = end;
  }
  ql_str out = QL_STR("");
  for (size_t i = 0; i < runs.len; i++) out = ql__join(a, out, i > 0 ? QL_STR(", ") : QL_STR(""), runs.items[i]);
  return out;
}

/* A need is told by its own words, and by those of whatever brings it along when something new is made: who adds a login needs a schema. */
static bool tells(const ql__planner *p, size_t index, size_t other) {
  const ql__telltale *need = &ql__telltales[index], *by = &ql__telltales[other];
  if (by->need.ptr && ql_eq(need->need, by->need)) return true;
  return (by->implies & need->concern & p->objective.concerns) && p->objective.kind == QL_KIND_CREATE &&
         !(p->objective.said & need->concern);
}

void ql__add_findings(const ql__planner *p, ql__draft *d) {
  const ql__words *words = &p->objective.words;
  for (size_t i = 0; i < ql__telltale_count; i++) {
    const ql__telltale *need = &ql__telltales[i];
    bool known = !need->need.ptr, any = false;
    for (size_t k = 0; k < i; k++) known |= need->need.ptr && ql__telltales[k].need.ptr && ql_eq(need->need, ql__telltales[k].need);
    bool *marks = known ? NULL : ql_arena_array(p->arena, words->count + 1, sizeof *marks);
    if (!marks) continue;
    for (size_t k = 0; k < ql__telltale_count; k++)
      if (tells(p, i, k)) any |= mark(words, ql__telltales[k].phrases, marks);
    if (any) ql__draft_finding(d, need->need, said(p->arena, words, marks));
  }
}
