/* Who should take a request: examples, conditions and abilities that stand in the files, compared with its words. */
#include "spec/route.h"

#include "base/text.h"
#include "spec/bytes.h"
#include "spec/inforce.h"

#include <questline/route.h>

#define FITS        40 /* what fits less tells nothing */
#define ABLE        45
#define CLOSE       3 /* two that differ by less are as good */
#define REACH_SHIFT 8 /* what "all modules" or "a single one" adds to one side and takes from the other */
#define REASONS_MAX 5u
#define WORDS_MAX   240u /* bytes of a description that are shown */
#define MANY_PARTS  3u   /* parts that are named, for a change to concern many */

typedef enum answer { ANSWER_UNKNOWN, ANSWER_ACCEPT, ANSWER_DECLINE } answer;

typedef struct verdict {
  const ql_agent *agent;
  answer answer;
  int score;
  ql_str take;           /* absent where nobody is known */
  ql__evidence *reasons; /* best first */
  size_t reason_count;
} verdict;

/* Everybody in the roster but those that lead, made when first asked for. */
typedef struct everybody {
  ql__lexicon lexicon;
  ql__asked asked;
  ql__evidence *items;
  bool *named; /* by item: the request says its name */
  size_t count;
  bool made;
} everybody;

typedef struct desk {
  ql_arena *arena;
  ql_arena *scratch; /* of one verdict */
  const ql_roster *roster;
  ql__lexicon families;
  ql__request request;
  bool takeover;
  everybody others;
} desk;

/* ---- what a file says of requests ---- */

typedef struct examples {
  ql__evidence *items;
  size_t count, cap;
} examples;

static void add_example(desk *d, ql__lexicon *l, examples *all, const ql_agent *agent, const ql_rule_item *item, bool declines) {
  ql__evidence *items = ql_arena_grow(d->scratch, all->items, all->count, &all->cap, sizeof *items);
  if (!items) return;
  all->items = items;
  items[all->count++] = (ql__evidence){.agent = agent, .item = item, .declines = declines, .bag = ql__learn(l, item->text)};
}

static void collect(desk *d, ql__lexicon *l, const ql_agent *agent, ql_rule_kind kind, examples *all) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(d->roster, agent, kind, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(d->roster, agent, rule, item)) != NULL;) {
      add_example(d, l, all, agent, item, kind == QL_RULE_DECLINE);
      for (const ql_rule_item *inner = item->first; inner; inner = inner->next)
        if (ql_roster_rule_on(d->roster, agent->id, inner->id)) add_example(d, l, all, agent, inner, kind == QL_RULE_DECLINE);
    }
  }
}

/* Best first; those that fit equally stay in the order of the file. The list is short enough for an insertion sort: only the best few are kept. */
static void keep_reasons(desk *d, verdict *v, const ql__evidence *items, size_t count, int least) {
  v->reasons = ql_arena_array(d->arena, REASONS_MAX, sizeof *v->reasons);
  for (size_t i = 0; v->reasons && i < count; i++) {
    if (items[i].score < least) continue;
    size_t at = v->reason_count;
    while (at > 0 && v->reasons[at - 1].score < items[i].score) at--;
    if (at == REASONS_MAX) continue;
    if (v->reason_count < REASONS_MAX) v->reason_count++;
    for (size_t k = v->reason_count - 1; k > at; k--) v->reasons[k] = v->reasons[k - 1];
    v->reasons[at] = items[i];
  }
}

/* ---- what agents say of themselves ---- */

static ql__evidence ability_of(ql_arena *a, ql__lexicon *l, const ql_agent *agent) {
  ql_str words[] = {ql__name_words(a, agent->id), agent->description.ptr ? agent->description : QL_STR("")};
  return (ql__evidence){.agent = agent, .bag = ql__learn(l, ql_arena_concat(a, words, 2))};
}

static void fit_abilities(ql__asked *asked, ql__evidence *items, size_t count) {
  ql__weigh(asked, items, count);
  for (size_t i = 0; i < count; i++) items[i].score = ql__fit_ability(asked, &items[i].bag);
}

/* NULL when out of memory. */
static const everybody *others_of(desk *d) {
  everybody *e = &d->others;
  if (e->made) return e;
  size_t total = ql_roster_count(d->roster);
  e->items = ql_arena_array(d->arena, total + 1, sizeof *e->items);
  e->named = ql_arena_array(d->arena, total + 1, sizeof *e->named);
  if (!e->items || !e->named || !ql__lexicon_copy(d->arena, &d->families, &e->lexicon)) return NULL;
  for (size_t i = 0; i < total; i++) {
    const ql_agent *agent = ql_roster_agent(d->roster, i);
    if (!agent->leads) e->items[e->count++] = ability_of(d->arena, &e->lexicon, agent);
  }
  if (!ql__ask(&e->asked, &e->lexicon, &d->request)) return NULL;
  fit_abilities(&e->asked, e->items, e->count);
  for (size_t i = 0; i < e->count; i++) {
    ql__bag name = ql__learn(&e->lexicon, ql__name_words(d->arena, e->items[i].agent->id)); /* nothing new in it */
    e->named[i] = ql__is_named(&e->asked, &name);
  }
  if (ql_arena_failed(d->arena)) return NULL;
  e->made = true;
  return e;
}

/* The only other agent that the request names. */
static ql_str only_other(desk *d, const ql_agent *agent) {
  const everybody *e = others_of(d);
  const ql_agent *found = NULL;
  for (size_t i = 0; e && i < e->count; i++) {
    if (!e->named[i] || e->items[i].agent == agent) continue;
    if (found) return QL_ABSENT;
    found = e->items[i].agent;
  }
  return found ? found->id : QL_ABSENT;
}

/* ---- who takes what is turned down ---- */

/* An example names who handles a request like it only where the request says all that the example is about: a bug is not one in payments. */
static bool says_subjects(const ql__asked *asked, const ql__bag *example) {
  for (size_t i = 0; i < example->count; i++) {
    const ql__term *term = &asked->lexicon->terms[example->terms[i]];
    if (term->kind == QL__SUBJECT && !asked->has[example->terms[i]] && asked->terms[term->field] == 0) return false;
  }
  return true;
}

static bool is_among(const ql__known *known, size_t count, const ql__asked *asked, ql_str id) {
  for (size_t i = 0; i < count; i++)
    if (ql_eq(known[i].id, id) && ql__is_named(asked, &known[i].name)) return true;
  return false;
}

/* The only one of those that the request names; *names is how many it does. */
static ql_str only_named(const ql__asked *asked, const ql__known *known, size_t count, size_t *names) {
  ql_str id = QL_ABSENT;
  *names = 0;
  for (size_t i = 0; i < count; i++) {
    if (!ql__is_named(asked, &known[i].name)) continue;
    id = known[i].id;
    ++*names;
  }
  return *names == 1 ? id : QL_ABSENT;
}

/* Whom the best fitting example names, among those that the request names itself; else the only one it names. */
static ql_str handler_of(desk *d, const ql_agent *agent, const ql__asked *asked, const examples *all, const ql__known *known,
                         size_t known_count) {
  size_t named;
  ql_str only = only_named(asked, known, known_count, &named);
  const ql__evidence *best = NULL;
  for (size_t i = 0; i < all->count; i++) {
    const ql__evidence *e = &all->items[i];
    if (!e->declines || e->item->agent_count == 0 || e->score < FITS || (best && e->score <= best->score)) continue;
    if (named > 0 ? is_among(known, known_count, asked, e->item->agents[0]) : says_subjects(asked, &e->bag)) best = e;
  }
  if (best) return best->item->agents[0];
  return named > 0 ? only : only_other(d, agent);
}

/* Parts that are named, each once: "api, auth and payments" concerns three. */
static size_t count_parts(const ql__asked *asked, const ql__known *known, size_t count) {
  size_t parts = 0;
  for (size_t i = 0; i < count; i++) parts += ql__is_named(asked, &known[i].name);
  return parts;
}

static void say_parts(ql__asked *asked, const ql__known *known, size_t count) {
  ql__lexicon *l = asked->lexicon;
  if (count_parts(asked, known, count) < MANY_PARTS) return;
  ql__say(asked, l->many);
  for (uint32_t i = 0; i < l->count; i++)
    if (l->terms[i].kind == QL__PART) ql__say(asked, i);
}

static int best_of(const examples *all, bool declines) {
  int best = 0;
  for (size_t i = 0; i < all->count; i++)
    if (all->items[i].declines == declines && all->items[i].score > best) best = all->items[i].score;
  return best;
}

/* Whether a file tells requests apart by how far they reach. */
static bool minds_reach(const examples *all, const ql__lexicon *l) {
  for (size_t i = 0; i < all->count; i++)
    if (ql__bag_has(&all->items[i].bag, all->items[i].declines ? l->one : l->many)) return true;
  return false;
}

static void judge_by_examples(desk *d, ql__asked *asked, examples *all, const ql__known *known, size_t known_count, verdict *v) {
  const ql__lexicon *l = asked->lexicon;
  for (size_t i = 0; i < all->count; i++) all->items[i].score = ql__fit_example(asked, &all->items[i].bag);
  int accept = best_of(all, false), decline = best_of(all, true);
  keep_reasons(d, v, all->items, all->count, FITS);
  v->score = accept > decline ? accept : decline;
  if (v->score < FITS) return;
  int reach = minds_reach(all, l) ? REACH_SHIFT * (asked->has[l->many] - asked->has[l->one]) : 0;
  int lead = accept - decline + 2 * reach;
  if (lead > -CLOSE && lead < CLOSE) return;
  v->answer = lead > 0 ? ANSWER_ACCEPT : ANSWER_DECLINE;
  v->take = lead > 0 ? v->agent->id : handler_of(d, v->agent, asked, all, known, known_count);
}

/* The examples of the side that won come first. */
static void order_reasons(verdict *v) {
  if (v->answer == ANSWER_UNKNOWN) return;
  bool declines = v->answer == ANSWER_DECLINE;
  for (size_t i = 1; i < v->reason_count; i++) {
    ql__evidence moved = v->reasons[i];
    size_t at = i;
    while (at > 0 && moved.declines == declines && v->reasons[at - 1].declines != declines) {
      v->reasons[at] = v->reasons[at - 1];
      at--;
    }
    v->reasons[at] = moved;
  }
}

/* ---- agents whose files do not say what they take ---- */

/* By the description of its own and those of its team. */
static bool judge_abilities(desk *d, const ql_agent *agent, verdict *v) {
  ql__lexicon l;
  ql__asked asked;
  size_t team_count, count = 0;
  const ql_agent *const *team = ql_roster_team(d->roster, agent, &team_count);
  ql__evidence *items = ql_arena_array(d->scratch, team_count + 1, sizeof *items);
  if (!items || !ql__lexicon_copy(d->scratch, &d->families, &l)) return false;
  items[count++] = ability_of(d->scratch, &l, agent);
  for (size_t i = 0; i < team_count; i++) items[count++] = ability_of(d->scratch, &l, team[i]);
  if (!ql__ask(&asked, &l, &d->request)) return false;
  fit_abilities(&asked, items, count);
  keep_reasons(d, v, items, count, ABLE);
  if (v->reason_count == 0) return v->reasons != NULL;
  v->score = v->reasons[0].score;
  v->answer = ANSWER_ACCEPT;
  v->take = v->reasons[0].agent->id;
  return true;
}

/* ---- a verdict ---- */

static const ql_rule_item *guard_of(const desk *d, const ql_agent *agent) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(d->roster, agent, QL_RULE_IDENTITY, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(d->roster, agent, rule, item)) != NULL;)
      if (ql_eq(item->name, QL_STR("guard"))) return item;
  return NULL;
}

static bool judge(desk *d, const ql_agent *agent, verdict *v) {
  *v = (verdict){.agent = agent};
  const ql_rule_item *guard = d->takeover ? guard_of(d, agent) : NULL;
  if (guard) {
    v->answer = ANSWER_DECLINE;
    v->score = 100;
    keep_reasons(d, v, &(ql__evidence){.agent = agent, .item = guard, .declines = true, .score = 100}, 1, FITS);
    return v->reasons != NULL;
  }
  ql__lexicon l;
  ql__asked asked;
  examples all = {0};
  if (!ql__lexicon_copy(d->scratch, &d->families, &l)) return false;
  collect(d, &l, agent, QL_RULE_ACCEPT, &all);
  collect(d, &l, agent, QL_RULE_DECLINE, &all);
  if (all.count == 0) return !ql_arena_failed(d->scratch) && judge_abilities(d, agent, v);
  size_t known_count;
  ql__known *known = ql__known_to(d->scratch, &l, d->roster, agent, &known_count);
  if (ql_arena_failed(d->scratch) || !ql__ask(&asked, &l, &d->request)) return false;
  say_parts(&asked, known, known_count);
  ql__weigh(&asked, all.items, all.count);
  judge_by_examples(d, &asked, &all, known, known_count, v);
  order_reasons(v);
  v->take = ql_arena_str(d->arena, v->take);
  return !ql_arena_failed(d->arena) && !ql_arena_failed(d->scratch);
}

/* ---- the best taker ---- */

typedef struct takers {
  struct taker {
    ql_str id;
    int score;
  } * items;
  size_t count;
} takers;

static void add_taker(takers *t, ql_str id, int score) {
  size_t i = 0;
  while (i < t->count && !ql_eq(t->items[i].id, id)) i++;
  if (i == t->count) t->items[t->count++] = (struct taker){id, score};
  if (score > t->items[i].score) t->items[i].score = score;
}

/* Those that accept and those to whom others point; else whoever says that he can do it. */
static bool find_takers(desk *d, const verdict *verdicts, size_t count, takers *out) {
  *out = (takers){ql_arena_array(d->arena, count + REASONS_MAX, sizeof *out->items), 0};
  if (!out->items) return false;
  for (size_t i = 0; i < count; i++)
    if (verdicts[i].take.ptr) add_taker(out, verdicts[i].take, verdicts[i].score);
  if (out->count > 0 || d->takeover) return true;
  verdict able = {0};
  const everybody *e = others_of(d);
  if (!e) return false;
  keep_reasons(d, &able, e->items, e->count, ABLE);
  for (size_t i = 0; i < able.reason_count; i++) add_taker(out, able.reasons[i].agent->id, able.reasons[i].score);
  return true;
}

static void set_takers(desk *d, ql_value *value, const takers *t) {
  int best = 0;
  for (size_t i = 0; i < t->count; i++)
    if (t->items[i].score > best) best = t->items[i].score;
  ql_value *ties = ql_array(d->arena);
  size_t good = 0;
  ql_str one = QL_ABSENT;
  for (size_t i = 0; i < t->count; i++) {
    if (t->items[i].score + CLOSE <= best) continue;
    one = t->items[i].id;
    good++;
  }
  if (good == 1) QL_SET(value, "take", ql_string(d->arena, one));
  for (size_t i = 0; good > 1 && i < t->count; i++)
    if (t->items[i].score + CLOSE > best) ql_push(ties, ql_string(d->arena, t->items[i].id));
  QL_SET(value, "ties", ties);
}

/* ---- the answer ---- */

/* A description stands in the frontmatter; that of a declared agent where it is declared. */
static uint32_t description_line(const ql_agent *agent) {
  uint32_t line = 1, column;
  if (!agent->spec) return agent->declared_line;
  size_t at = agent->description.ptr ? ql_find(agent->spec->text, ql_slice(agent->description, 0, 40), 0) : SIZE_MAX;
  if (at != SIZE_MAX) ql_position(agent->spec->text, at, &line, &column);
  return line;
}

static ql_value *reason_value(desk *d, const ql__evidence *e) {
  ql_arena *a = d->arena;
  ql_value *value = ql_object(a);
  const ql_spec *spec = e->item ? e->agent->spec : e->agent->spec ? e->agent->spec : e->agent->declared_by;
  ql_str words = e->item ? e->item->text : e->agent->description.ptr ? ql__start(e->agent->description, WORDS_MAX) : e->agent->id;
  if (e->item && e->item->agent_count > 0) QL_SET(value, "agent", ql_string(a, e->item->agents[0]));
  if (!e->item) QL_SET(value, "agent", ql_string(a, e->agent->id));
  QL_SET(value, "line", ql_int(a, e->item ? e->item->line : description_line(e->agent)));
  QL_SET(value, "path", spec ? ql_string(a, spec->path) : ql_null(a));
  if (e->item) QL_SET(value, "rule", ql_string(a, e->item->id));
  QL_SET(value, "score", ql_int(a, e->score));
  QL_SET(value, "text", ql_string(a, words));
  return value;
}

static ql_value *verdict_value(desk *d, const verdict *v) {
  static const ql_str words[] = {QL_STR_INIT("unknown"), QL_STR_INIT("accept"), QL_STR_INIT("decline")};
  ql_value *value = ql_object(d->arena), *reasons = ql_array(d->arena);
  QL_SET(value, "agent", ql_string(d->arena, v->agent->id));
  for (size_t i = 0; i < v->reason_count; i++) ql_push(reasons, reason_value(d, &v->reasons[i]));
  QL_SET(value, "reasons", reasons);
  if (v->take.ptr) QL_SET(value, "take", ql_string(d->arena, v->take));
  QL_SET(value, "verdict", ql_string(d->arena, words[v->answer]));
  return value;
}

static ql_status route(desk *d, const ql_agent *agent, ql_value **out) {
  size_t total = ql_roster_count(d->roster), count = 0;
  verdict *verdicts = ql_arena_array(d->arena, agent ? 1 : total + 1, sizeof *verdicts);
  takers t;
  if (!verdicts) return QL_ERR_NOMEM;
  for (size_t i = 0; i < (agent ? 1 : total); i++) {
    const ql_agent *one = agent ? agent : ql_roster_agent(d->roster, i);
    if (!agent && !one->leads) continue;
    ql_arena_reset(d->scratch);
    if (!judge(d, one, &verdicts[count++])) return QL_ERR_NOMEM;
  }
  if (!find_takers(d, verdicts, count, &t)) return QL_ERR_NOMEM;
  ql_value *value = ql_object(d->arena), *list = ql_array(d->arena);
  QL_SET(value, "request", ql_string(d->arena, d->request.text));
  set_takers(d, value, &t);
  for (size_t i = 0; i < count; i++) ql_push(list, verdict_value(d, &verdicts[i]));
  QL_SET(value, "verdicts", list);
  if (ql_arena_failed(d->arena)) return QL_ERR_NOMEM;
  *out = value;
  return QL_OK;
}

ql_status ql_route(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_value **out, ql_error *err) {
  if (request.len > QL_REQUEST_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the request is longer than QL_REQUEST_BYTES_MAX", QL_ABSENT);
  const ql_agent *found = agent.ptr ? ql_roster_find(roster, agent) : NULL;
  if (agent.ptr && !found) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  if (ql_trim(request).len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "a request has to say something", QL_ABSENT);
  desk d = {.arena = a, .scratch = ql_arena_new(ql_arena_alloc(a)), .roster = roster};
  ql_str text = ql__clean_path(a, ql_trim(request));
  ql_status status = QL_ERR_NOMEM;
  if (d.scratch && text.ptr && ql__lexicon_make(a, &d.families) && ql__read_request(a, &d.families, text, &d.request)) {
    d.takeover = ql__is_takeover(a, text);
    status = route(&d, found, out);
  }
  if (d.scratch) ql_arena_free(d.scratch);
  return status == QL_OK ? QL_OK : ql_fail(err, status, "out of memory", QL_ABSENT);
}
