/* Whether somebody asks for something to be kept. In doubt nobody does: what is not saved can be asked for again. */
#include "base/text.h"
#include "base/words.h"
#include "knowledge/memory.h"
#include "spec/inforce.h"

#define REQUEST_MAX 65536u /* bytes that are looked at */
#define REACH       12u    /* words from what is to be done to where to */

/* The words of a request, without what it quotes. */
typedef struct request {
  const ql__word *words;
  const bool *starts; /* the first word of a clause */
  size_t count;
} request;

static bool one_of(ql_str word, ql_str list) {
  ql_str item;
  while (ql__next_item(&list, &item))
    if (ql_eq_nocase(word, item)) return true;
  return false;
}

/* Whether the word at a place is one of these; no word is where there is none. */
static bool is_at(const request *r, size_t at, ql_str list) { return at < r->count && one_of(r->words[at].text, list); }

static bool read_request(ql_arena *a, ql_str text, request *out) {
  ql__words all = ql__words_of(a, text);
  ql__word *words = ql_arena_array(a, all.count + 1, sizeof *words);
  bool *starts = ql_arena_array(a, all.count + 1, sizeof *starts);
  size_t count = 0, at = 0;
  char quote = 0;
  bool starting = true;
  if (!words || !starts || ql_arena_failed(a)) return false;
  for (size_t i = 0; i < all.count; i++) {
    for (size_t from = (size_t)(all.items[i].text.ptr - text.ptr); at < from; at++) {
      char c = text.ptr[at];
      if (c == '"' || c == '`') quote = quote == c ? 0 : quote ? quote : c;
      starting |= ql_find_byte(QL_STR(".,;:!?()\n"), c, 0) != SIZE_MAX;
    }
    at += all.items[i].text.len;
    if (quote) continue;
    words[count] = all.items[i];
    starts[count++] = starting;
    starting = false;
  }
  *out = (request){words, starts, count};
  return true;
}

static size_t clause_start(const request *r, size_t at) {
  while (at > 0 && !r->starts[at]) at--;
  return at;
}

static bool turned_around(const request *r, size_t at) {
  for (size_t i = clause_start(r, at); i < at; i++)
    if (is_at(r, i, QL_STR("not don dont doesn never without no avoid stop needn shouldn cannot"))) return true;
  return false;
}

#define THESE QL_STR("this that it these those my our we i")

/* Whether the verb at a place is what somebody is told to do: it begins its clause, or "can you", "I want you to" and the like come before it. */
static bool is_told(const request *r, size_t at) {
  size_t start = clause_start(r, at), k = at;
  if (turned_around(r, at)) return false;
  while (k > start && is_at(r, k - 1, QL_STR("please also then just kindly always now so but ok okay yes"))) k--;
  if (k == start) return true;
  if (is_at(r, k - 1, QL_STR("and"))) return is_at(r, at + 1, THESE);
  if (is_at(r, k - 1, QL_STR("should must"))) return is_at(r, k - 2, QL_STR("you"));
  if (is_at(r, k - 1, QL_STR("you"))) return is_at(r, k - 2, QL_STR("can could would will"));
  if (!is_at(r, k - 1, QL_STR("to"))) return false;
  return is_at(r, k - 2, QL_STR("you")) || (is_at(r, k - 2, QL_STR("want like")) && is_at(r, k - 3, QL_STR("i we d would")));
}

/* "remember that we deploy on Fridays"; not "remember when …", "a remember me box", "remember to close the file". */
static bool remembers(const request *r, size_t at) {
  if (is_at(r, at, QL_STR("memorize memorise"))) return is_told(r, at);
  if (!is_at(r, at, QL_STR("remember")) || !is_told(r, at)) return false;
  if (is_at(r, at + 1, QL_STR("to"))) return is_at(r, at + 2, QL_STR("always never"));
  return at + 1 < r->count && !is_at(r, at + 1, QL_STR("me when what where who why if whether last yesterday"));
}

/* "don't forget that …" */
static bool is_not_to_forget(const request *r, size_t at) {
  bool no =
      at > 0 && (is_at(r, at - 1, QL_STR("never dont")) || (at > 1 && is_at(r, at - 2, QL_STR("don")) && is_at(r, at - 1, QL_STR("t"))));
  return no && is_at(r, at, QL_STR("forget")) && is_at(r, at + 1, QL_STR("that this it"));
}

/* "note down", "make a note", "take note of", "write it down" */
static bool notes(const request *r, size_t at) {
  if (!is_at(r, at, QL_STR("note make take write jot")) || !is_told(r, at)) return false;
  if (is_at(r, at, QL_STR("note"))) return is_at(r, at + 1, QL_STR("down"));
  if (is_at(r, at, QL_STR("write jot"))) return is_at(r, at + 2, QL_STR("down")) && is_at(r, at + 1, THESE);
  return is_at(r, at + (is_at(r, at + 1, QL_STR("a")) ? 2 : 1), QL_STR("note")) &&
         is_at(r, at + (is_at(r, at + 1, QL_STR("a")) ? 3 : 2), QL_STR("of that this"));
}

/* Whether the words from `at` on name the memory: "to your long-term memory". *whose: they say whose. */
static bool names_memory(const request *r, size_t at, bool *whose) {
  if (!is_at(r, at, QL_STR("to into in"))) return false;
  bool in = is_at(r, at, QL_STR("in"));
  *whose = false;
  for (at++; is_at(r, at, QL_STR("the your our my project team agent long longterm term permanent shared")); at++)
    *whose |= !is_at(r, at, QL_STR("the"));
  if (is_at(r, at, QL_STR("knowledge"))) return is_at(r, at + 1, QL_STR("graph base"));
  if (!is_at(r, at, QL_STR("memory memories"))) return false;
  return (!in || *whose) && !is_at(r, at + 1, QL_STR("instead rather leak leaks usage use limit limits cache buffer pool store map"));
}

/* "for later", "for next time", "for future reference" */
static bool names_later(const request *r, size_t at) {
  return is_at(r, at, QL_STR("for")) &&
         (is_at(r, at + 1, QL_STR("later future next")) || (is_at(r, at + 1, QL_STR("the")) && is_at(r, at + 2, QL_STR("future next"))));
}

/* "save this to memory", "keep that in mind for next time" */
static bool keeps(const request *r, size_t at) {
  bool told = false, whose;
  if (!is_at(r, at, QL_STR("save store write add put commit record persist keep")) || !is_told(r, at)) return false;
  for (size_t i = at + 1; i < r->count && i <= at + REACH; i++) {
    if (names_memory(r, i, &whose)) return whose || told || i == at + 1 || is_at(r, i + 1, QL_STR("knowledge"));
    if (names_later(r, i)) return told;
    told |= is_at(
        r, i,
        QL_STR("this that it these those our my mind decision decisions choice convention lesson lessons preference rule fact facts"));
  }
  return false;
}

static bool asks_to_keep(const request *r) {
  bool (*const ASKS[])(const request *, size_t) = {remembers, is_not_to_forget, notes, keeps};
  for (size_t at = 0; at < r->count; at++)
    for (size_t i = 0; i < QL_COUNT(ASKS); i++)
      if (ASKS[i](r, at)) return true;
  return false;
}

ql_status ql_memory_permit(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str text, ql_value **out, ql_error *err) {
  const ql_agent *found = ql_roster_find(roster, agent);
  if (!found) return ql_fail(err, QL_ERR_NOT_FOUND, "no such agent", agent);
  const ql_rule *rule = NULL;
  while ((rule = ql__next_rule(roster, found, QL_RULE_MEMORY, rule)) != NULL && !rule->on_request) continue;
  request r;
  if (!read_request(a, ql__start(text, REQUEST_MAX), &r)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  bool asked = !rule || asks_to_keep(&r);
  ql_value *value = ql_object(a);
  QL_SET(value, "decision", ql_string(a, asked ? QL_STR("allow") : QL_STR("refuse")));
  if (rule) {
    QL_SET(value, "line", ql_int(a, rule->line));
    if (found->spec->path.ptr) QL_SET(value, "path", ql_string(a, found->spec->path));
    QL_SET(value, "rule", ql_string(a, rule->id));
  }
  QL_SET(value, "message",
         ql_string(a, !rule   ? QL_STR("Nothing in the file keeps it from saving.")
                      : asked ? QL_STR("The request asks for something to be kept.")
                              : QL_STR("Its file saves to memory only when somebody asks for it, and this request does not.")));
  QL_SET(value, "tool", ql_string(a, QL_STR("memory")));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
