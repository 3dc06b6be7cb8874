/* Which way of working a request asks for. */
#include <questline/mode.h>

#include "base/text.h"
#include "base/words.h"
#include "spec/inforce.h"

#include <questline/limits.h>

#define NEGATED_REACH 4u /* words between a "not" and what it is about */

typedef struct mode {
  ql_str name;
  const ql_rule_item *item; /* NULL for one that every agent has */
  const char *runs;
  int32_t number;
  bool is_default;
} mode;

typedef struct hit {
  size_t mode; /* its index */
  ql_str trigger;
  const ql_rule_item *item; /* NULL for one that every agent has */
  size_t from, to;          /* bytes of the request */
  bool negated;
} hit;

typedef struct router {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_agent *agent;
  ql_str request;
  mode *modes;
  size_t mode_count, mode_cap;
  hit *hits;
  size_t hit_count, hit_cap;
} router;

/* ---- the modes of an agent ---- */

/* Letters and digits alone count: "PRE-QUEST", "prequest" and "Pre Quest" are one name. */
static bool same_name(ql_str a, ql_str b) {
  size_t i = 0, k = 0;
  for (;;) {
    while (i < a.len && !ql__is_word_byte(a.ptr[i])) i++;
    while (k < b.len && !ql__is_word_byte(b.ptr[k])) k++;
    if (i == a.len || k == b.len) return i == a.len && k == b.len;
    if (ql_to_lower(a.ptr[i++]) != ql_to_lower(b.ptr[k++])) return false;
  }
}

#define OWN_TRIGGERS 2u

static const struct {
  ql_str name;
  const char *runs;
  ql_str triggers[OWN_TRIGGERS];
} OWN[] = {
    {QL_STR_INIT("NORMAL"), "normal", {{NULL, 0}, {NULL, 0}}},
    {QL_STR_INIT("PRE-QUEST"), "prequest", {QL_STR_INIT("PRE-QUEST"), {NULL, 0}}},
    {QL_STR_INIT("QUEST"), "quest", {QL_STR_INIT("QUEST"), QL_STR_INIT("Create quest")}},
};

static const char *runs_of(ql_str name) {
  for (size_t i = 1; i < QL_COUNT(OWN); i++)
    if (same_name(name, OWN[i].name)) return OWN[i].runs;
  return OWN[0].runs;
}

static ql_str literal(const char *s) {
  size_t len = 0;
  while (s[len]) len++;
  return (ql_str){s, len};
}

static void add_mode(router *r, mode m) {
  mode *modes = ql_arena_grow(r->arena, r->modes, r->mode_count, &r->mode_cap, sizeof *modes);
  if (!modes) return;
  r->modes = modes;
  modes[r->mode_count++] = m;
}

/* The first one is the default where the file names none. */
static void find_modes(router *r) {
  bool named = false;
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(r->roster, r->agent, QL_RULE_MODES, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(r->roster, r->agent, rule, item)) != NULL;) {
      bool is_default = (item->flags & QL_ITEM_DEFAULT) && !named;
      named = named || is_default;
      ql_str name = item->name.len > 0 ? item->name : item->text;
      add_mode(r, (mode){name, item, runs_of(name), item->number > 0 ? item->number : (int32_t)r->mode_count + 1, is_default});
    }
  bool none = r->mode_count == 0;
  for (size_t i = 0; none && i < QL_COUNT(OWN); i++) add_mode(r, (mode){OWN[i].name, NULL, OWN[i].runs, (int32_t)i + 1, i == 0});
  if (!named && !none && r->mode_count > 0) r->modes[0].is_default = true;
}

/* ---- triggers ---- */

/* Hyphens and underscores join what is one word. */
static bool is_joined(ql_str text, size_t at) {
  char c = text.ptr[at];
  if (ql__is_word_byte(c)) return true;
  return (c == '-' || c == '_') && at > 0 && at + 1 < text.len && ql__is_word_byte(text.ptr[at - 1]) && ql__is_word_byte(text.ptr[at + 1]);
}

/* Where a trigger that begins at `from` ends; SIZE_MAX when it does not stand there. A hyphen in it may be missing, any break stands for a
   blank. */
static size_t match(ql_str text, size_t from, ql_str trigger) {
  size_t at = from;
  for (size_t i = 0; i < trigger.len;) {
    if (ql__is_word_byte(trigger.ptr[i])) {
      if (at == text.len || ql_to_lower(text.ptr[at]) != ql_to_lower(trigger.ptr[i])) return SIZE_MAX;
      at++, i++;
      continue;
    }
    bool blank = false;
    for (; i < trigger.len && !ql__is_word_byte(trigger.ptr[i]); i++) blank = blank || ql_is_space(trigger.ptr[i]);
    size_t before = at;
    while (at < text.len && !ql__is_word_byte(text.ptr[at])) at++;
    if (at == before && blank && i < trigger.len) return SIZE_MAX;
    if (i == trigger.len) at = before;
  }
  return at == text.len || !is_joined(text, at) ? at : SIZE_MAX;
}

/* Without what stands for anything at its end: "Create quest for X", "plan [task]", and without signs there. */
static ql_str bare(ql_str trigger) {
  for (;;) {
    size_t end = trigger.len;
    while (end > 0 && !ql__is_word_byte(trigger.ptr[end - 1]) && trigger.ptr[end - 1] != ']' && trigger.ptr[end - 1] != '>') end--;
    size_t from = end;
    char last = end > 0 ? trigger.ptr[end - 1] : ' ';
    if (last == ']' || last == '>') {
      char open = last == ']' ? '[' : '<';
      while (from > 0 && trigger.ptr[from - 1] != open) from--;
      from = from > 0 ? from - 1 : 0;
    } else {
      while (from > 0 && ql__is_word_byte(trigger.ptr[from - 1])) from--;
      bool one_letter = end - from == 1 && trigger.ptr[from] >= 'A' && trigger.ptr[from] <= 'Z';
      if (!one_letter) return ql_slice(trigger, 0, end);
    }
    if (from == 0) return ql_slice(trigger, 0, 0);
    trigger = ql_slice(trigger, 0, from);
  }
}

static bool is_negation(ql_str word) {
  static const ql_str words[] = {QL_STR_INIT("not"),    QL_STR_INIT("no"),   QL_STR_INIT("never"),  QL_STR_INIT("without"),
                                 QL_STR_INIT("cannot"), QL_STR_INIT("dont"), QL_STR_INIT("instead")};
  static const ql_str endings[] = {QL_STR_INIT("n't"), QL_STR_INIT("n\xE2\x80\x99t")};
  for (size_t i = 0; i < QL_COUNT(words); i++)
    if (ql_eq_nocase(word, words[i])) return true;
  for (size_t i = 0; i < QL_COUNT(endings); i++)
    if (word.len > endings[i].len && ql_eq_nocase(ql_slice(word, word.len - endings[i].len, word.len), endings[i])) return true;
  return false;
}

static bool ends_part(char c) { return ql_find_byte(QL_STR(",.;:!?\n()"), c, 0) != SIZE_MAX; }

/* A "not" a few words before, in the same part of the sentence. */
static bool is_negated(ql_str text, size_t at) {
  for (size_t words = 0; words < NEGATED_REACH; words++) {
    while (at > 0 && !ql__is_word_byte(text.ptr[at - 1])) {
      if (ends_part(text.ptr[at - 1])) return false;
      at--;
    }
    size_t end = at;
    while (at > 0 && (ql__is_word_byte(text.ptr[at - 1]) || text.ptr[at - 1] == '\'')) at--;
    if (at == end) return false;
    if (is_negation(ql_slice(text, at, end))) return true;
  }
  return false;
}

/* The first place of a trigger where it is wanted, else the first one. What every agent has is asked for in front: "quest" is a word like others. */
static void look_for(router *r, size_t mode_index, ql_str written, const ql_rule_item *item) {
  ql_str trigger = bare(written), text = r->request;
  size_t skip = 0;
  while (skip < trigger.len && !ql__is_word_byte(trigger.ptr[skip])) skip++;
  trigger = ql_slice(trigger, skip, trigger.len);
  hit found = {.trigger = QL_ABSENT};
  size_t end_of_search = item ? text.len : 1;
  for (size_t at = 0; trigger.len > 0 && at < text.len && at < end_of_search && (!found.trigger.ptr || found.negated); at++) {
    if (ql_to_lower(text.ptr[at]) != ql_to_lower(trigger.ptr[0]) || (at > 0 && is_joined(text, at - 1))) continue;
    size_t end = match(text, at, trigger);
    if (end == SIZE_MAX) continue;
    bool negated = is_negated(text, at);
    if (!found.trigger.ptr || !negated) found = (hit){mode_index, written, item, at, end, negated};
  }
  hit *hits = found.trigger.ptr ? ql_arena_grow(r->arena, r->hits, r->hit_count, &r->hit_cap, sizeof *hits) : NULL;
  if (!hits) return;
  r->hits = hits;
  hits[r->hit_count++] = found;
}

static void find_hits(router *r) {
  for (size_t i = 0; i < r->mode_count; i++) {
    const ql_rule_item *mode_item = r->modes[i].item;
    for (size_t k = 0; !mode_item && k < OWN_TRIGGERS; k++)
      if (OWN[i].triggers[k].ptr) look_for(r, i, OWN[i].triggers[k], NULL);
    for (const ql_rule_item *item = mode_item ? mode_item->first : NULL; item; item = item->next)
      if (ql_roster_rule_on(r->roster, r->agent->id, item->id)) look_for(r, i, item->text, item);
  }
  for (size_t i = 1; i < r->hit_count; i++) /* by place; there are few */
    for (size_t k = i; k > 0 && r->hits[k - 1].from > r->hits[k].from; k--) {
      hit h = r->hits[k];
      r->hits[k] = r->hits[k - 1];
      r->hits[k - 1] = h;
    }
}

/* ---- the answer ---- */

/* In front of the request, then the longer one, then the first. */
static const hit *best_hit(const router *r) {
  const hit *best = NULL;
  for (size_t i = 0; i < r->hit_count; i++) {
    const hit *h = &r->hits[i];
    if (h->negated) continue;
    bool front = h->from == 0, longer = best && h->to - h->from > best->to - best->from;
    if (!best || (front && best->from > 0) || (front == (best->from == 0) && longer)) best = h;
  }
  return best;
}

/* SIZE_MAX when it is none. */
static size_t find_chosen(const router *r, ql_str chosen) {
  for (size_t i = 0; i < r->mode_count; i++)
    if (same_name(r->modes[i].name, chosen)) return i;
  for (size_t i = 0; i < r->mode_count; i++) {
    int32_t number = 0;
    size_t k = 0;
    for (; k < chosen.len && k < 6 && ql_is_digit(chosen.ptr[k]); k++) number = number * 10 + (chosen.ptr[k] - '0');
    if (k > 0 && k == chosen.len && number == r->modes[i].number) return i;
  }
  for (size_t i = 0; i < r->mode_count; i++)
    if (same_name(literal(r->modes[i].runs), chosen)) return i;
  return SIZE_MAX;
}

/* Whether words say nothing but which mode is wanted: "QUEST", "create quest". */
static bool only_names(ql_str words, ql_str name) {
  static const ql_str calls[] = {QL_STR_INIT("create"), QL_STR_INIT("start"), QL_STR_INIT("open"), QL_STR_INIT("begin"), QL_STR_INIT("a"),
                                 QL_STR_INIT("the"),    QL_STR_INIT("new"),   QL_STR_INIT("mode"), QL_STR_INIT("for")};
  for (size_t at = 0; at < words.len;) {
    size_t end = match(words, at, name), from = at;
    if (end != SIZE_MAX) {
      at = end;
      continue;
    }
    while (at < words.len && ql__is_word_byte(words.ptr[at])) at++;
    bool known = at == from;
    for (size_t i = 0; i < QL_COUNT(calls); i++) known = known || ql_eq_nocase(ql_slice(words, from, at), calls[i]);
    if (!known) return false;
    if (at == from) at++;
  }
  return true;
}

/* "QUEST: add login" and "Create quest for login" without the words in front. */
static ql_str without_front(const router *r) {
  ql_str rest = r->request;
  for (size_t i = 0; i < r->hit_count; i++) {
    const hit *h = &r->hits[i];
    if (h->from > 0 || h->negated || !only_names(ql_slice(r->request, 0, h->to), r->modes[h->mode].name)) continue;
    ql_str behind = ql_trim(ql_slice(r->request, h->to, r->request.len));
    if (behind.len < rest.len) rest = behind;
  }
  if (rest.len == r->request.len) return rest;
  if (ql_starts_nocase(rest, QL_STR("for "))) rest = ql_slice(rest, 4, rest.len);
  while (rest.len > 0 && (rest.ptr[0] == ':' || rest.ptr[0] == '-')) rest = ql_trim(ql_slice(rest, 1, rest.len));
  return ql_trim(rest);
}

static ql_value *hit_value(const router *r, const hit *h) {
  ql_arena *a = r->arena;
  ql_value *value = ql_object(a);
  if (h->item) QL_SET(value, "line", ql_int(a, h->item->line));
  QL_SET(value, "mode", ql_string(a, r->modes[h->mode].name));
  QL_SET(value, "negated", ql_bool(a, h->negated));
  QL_SET(value, "offset", ql_int(a, (int64_t)h->from));
  if (h->item) QL_SET(value, "rule", ql_string(a, h->item->id));
  QL_SET(value, "trigger", ql_string(a, h->trigger));
  QL_SET(value, "words", ql_string(a, ql_slice(r->request, h->from, h->to)));
  return value;
}

static ql_value *mode_value(ql_arena *a, const mode *m) {
  ql_value *value = ql_object(a);
  QL_SET(value, "default", ql_bool(a, m->is_default));
  if (m->item) QL_SET(value, "line", ql_int(a, m->item->line));
  QL_SET(value, "name", ql_string(a, m->name));
  QL_SET(value, "number", ql_int(a, m->number));
  QL_SET(value, "runs", ql_string(a, literal(m->runs)));
  return value;
}

static ql_value *answer(const router *r, size_t chosen) {
  ql_arena *a = r->arena;
  const hit *decided = chosen == SIZE_MAX ? best_hit(r) : NULL;
  size_t index = decided ? decided->mode : chosen;
  for (size_t i = 0; index == SIZE_MAX && i < r->mode_count; i++)
    if (r->modes[i].is_default) index = i;
  const mode *m = &r->modes[index];
  const ql_rule_item *item = decided ? decided->item : m->item;
  ql_value *value = ql_object(a), *hits = QL_SET(value, "hits", ql_array(a)), *modes = QL_SET(value, "modes", ql_array(a));
  for (size_t i = 0; i < r->hit_count; i++) ql_push(hits, hit_value(r, &r->hits[i]));
  for (size_t i = 0; i < r->mode_count; i++) ql_push(modes, mode_value(a, &r->modes[i]));
  QL_SET(value, "agent", ql_string(a, r->agent->id));
  QL_SET(value, "by", ql_string(a, decided ? QL_STR("trigger") : chosen != SIZE_MAX ? QL_STR("choice") : QL_STR("default")));
  if (item) QL_SET(value, "line", ql_int(a, item->line));
  QL_SET(value, "mode", ql_string(a, m->name));
  if (item && r->agent->spec->path.ptr) QL_SET(value, "path", ql_string(a, r->agent->spec->path));
  QL_SET(value, "request", ql_string(a, without_front(r)));
  if (item) QL_SET(value, "rule", ql_string(a, item->id));
  QL_SET(value, "runs", ql_string(a, literal(m->runs)));
  if (decided) QL_SET(value, "words", ql_string(a, ql_slice(r->request, decided->from, decided->to)));
  return value;
}

ql_status ql_mode(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_str chosen, ql_value **out, ql_error *err) {
  router r = {.arena = a, .roster = roster, .agent = ql_roster_find(roster, agent), .request = ql_trim(request)};
  if (!r.agent) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  if (request.len > QL_REQUEST_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the request is longer than QL_REQUEST_BYTES_MAX", QL_ABSENT);
  find_modes(&r);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  size_t index = chosen.ptr ? find_chosen(&r, chosen) : SIZE_MAX;
  if (chosen.ptr && index == SIZE_MAX) return ql_fail(err, QL_ERR_ARGUMENT, "the agent has no such mode", chosen);
  find_hits(&r);
  ql_value *value = ql_arena_failed(a) ? NULL : answer(&r, index);
  if (!value || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
