/* Whether work of an agent's file fits an objective: its own words against the objective's. */
#include "base/text.h"
#include "plan/templates.h"
#include "spec/inforce.h"

#define S QL_STR_INIT

#define MADE   (QL_KIND_CREATE)
#define REMADE (QL_KIND_CHANGE | QL_KIND_MIGRATE | QL_KIND_UPGRADE)

enum { FIT_FLOW = 100, FIT_PATTERN = 200, FIT_BREAKDOWN = 300 };

/* What the title of a pattern or a flow is about, and by which words an objective is about the same. */
static const struct {
  ql_str title;   /* one of these is in the title */
  unsigned kinds; /* of the objective */
  ql_str said;    /* one of these is in the objective, */
  ql_str subject; /* or one of these ends its subject, */
  unsigned asked; /* or what it asks for is this and nothing else */
} TOPICS[] = {
    {S("greenfield scratch"), MADE, S("greenfield from+scratch ground+up new+project new+product new+system brand+new"),
     S("platform saas marketplace mvp product"), 0},
    {S("legacy moderniz modernis"), REMADE, S("legacy modernize modernise modernization modernisation replatform strangler"), S(""), 0},
    {S("microservice decomposition decompose"), MADE | REMADE,
     S("monolith bounded+context service+boundary decompose decomposition microservice+architecture into+microservices to+microservices"),
     S(""), 0},
    {S("performance optimization optimisation"), QL_KIND_SPEED, S(""), S(""), ~0u},
    {S("database schema migration"), MADE | REMADE | QL_KIND_REMOVE, S(""), S(""), QL_CONCERN_DATA | QL_CONCERN_SMALL},
    {S("api contract"), MADE, S(""), S(""), QL_CONCERN_API},
    {S("incident outage hotfix bug"), QL_KIND_FIX, S(""), S(""), ~0u},
    {S("security audit"), QL_KIND_AUDIT, S("security secure vulnerability harden"), S(""), 0},
    {S("release deployment rollout"), QL_KIND_RELEASE, S(""), S(""), ~0u},
};

static bool has_stem(const ql__words *words, ql_str stem) {
  for (size_t i = 0; i < words->count; i++)
    if (ql_eq(words->items[i].stem, stem)) return true;
  return false;
}

/* ---- patterns and flows: by their titles ---- */

static bool asks_for(const ql__objective *o, unsigned concerns) {
  if (concerns == ~0u) return true;
  return o->asked != 0 && (o->asked & ~concerns) == 0;
}

/* A title that no topic knows fits an objective that says all its telling words. */
static bool says_title(const ql__objective *o, const ql__words *title) {
  size_t telling = 0;
  for (size_t i = 0; i < title->count; i++) {
    ql_str stem = title->items[i].stem;
    if (ql__says_little(stem) || ql_is_digit(stem.ptr[0])) continue;
    if (!has_stem(&o->words, stem)) return false;
    telling++;
  }
  return telling > 1;
}

static int fit_titled(const ql__planner *p, const ql_rule *rule, int worth) {
  const ql__objective *o = &p->objective;
  ql__words title = ql__words_of(p->arena, rule->title), subject = ql__words_of(p->arena, o->subject);
  ql__words last = subject.count > 0 ? (ql__words){&subject.items[subject.count - 1], 1} : subject;
  bool known = false;
  for (size_t i = 0; i < QL_COUNT(TOPICS); i++) {
    if (!ql__mentions(&title, TOPICS[i].title)) continue;
    known = true;
    if (!(TOPICS[i].kinds & o->kind)) continue;
    if (ql__mentions(&o->words, TOPICS[i].said)) return worth + 2;
    if (ql__mentions(&last, TOPICS[i].subject)) return worth + 1;
    if (TOPICS[i].asked != 0 && asks_for(o, TOPICS[i].asked)) return worth + 1;
  }
  return !known && says_title(o, &title) ? worth : 0;
}

/* ---- breakdowns: by their tasks ---- */

static ql__words item_words(const ql__planner *p, const ql_rule_item *item) {
  ql_str text = item->text;
  for (size_t i = 0; i < item->output_count; i++) text = ql__join(p->arena, text, QL_STR(" "), item->outputs[i]);
  return ql__words_of(p->arena, text);
}

/* "OAuth2", "JWT", "Redis": a thing of its own. */
static bool is_name(const ql__word *word) {
  static const ql_str general = S("crud http https rest json xml html css cli id ci cd qa e2e");
  ql__words one = {(ql__word *)(uintptr_t)word, 1};
  if (ql__says_little(word->stem) || ql__mentions(&one, general)) return false;
  size_t capitals = 0, digits = 0;
  for (size_t i = 0; i < word->text.len; i++) {
    capitals += word->text.ptr[i] >= 'A' && word->text.ptr[i] <= 'Z';
    digits += ql_is_digit(word->text.ptr[i]);
  }
  return capitals > 1 || (capitals > 0 && digits > 0) || (ql__concerns_of(&one) & QL_CONCERN_NAMED);
}

bool ql__template_foreign(const ql__planner *p, const ql_rule_item *item) {
  ql__words words = ql__words_of(p->arena, item->text);
  for (size_t i = 0; i < words.count; i++)
    if (is_name(&words.items[i]) && !has_stem(&p->objective.words, words.items[i].stem)) return true;
  return false;
}

/* Half of what is telling in the objective stands in the tasks that would be kept, most of the tasks are kept, they are the same kind of work, and
   what most of them are about is what the objective is about. */
static int fit_breakdown(const ql__planner *p, const ql__template *t) {
  const ql__objective *o = &p->objective;
  size_t all = 0, kept = 0, same = 0, found = 0, counts[32] = {0};
  bool *seen = ql_arena_array(p->arena, o->telling.count + 1, sizeof *seen);
  for (const ql_rule_item *item = NULL; seen && (item = ql__next_rule_item(p->roster, t->agent, t->rule, item));) {
    all++;
    ql__objective task;
    if (ql__template_foreign(p, item) || !ql__objective_read(p->arena, item->text, &task)) continue;
    ql__words words = item_words(p, item);
    unsigned concerns = ql__concerns_of(&words);
    kept++;
    same += task.kind == o->kind;
    for (size_t i = 0; i < QL_COUNT(counts); i++) counts[i] += (concerns >> i) & 1u;
    for (size_t i = 0; i < o->telling.count; i++) seen[i] |= has_stem(&words, o->telling.items[i].stem);
  }
  for (size_t i = 0; seen && i < o->telling.count; i++) found += seen[i];
  if (kept == 0 || 2 * kept < all || 2 * same < kept || found == 0 || 2 * found < o->telling.count) return 0;
  size_t lead = 0;
  for (size_t i = 1; i < QL_COUNT(counts); i++)
    if (counts[i] > counts[lead]) lead = i;
  if (2 * counts[lead] >= kept ? !(o->said & (1u << lead)) : found < 2) return 0;
  return FIT_BREAKDOWN + (int)(100 * found / o->telling.count);
}

int ql__template_fit(const ql__planner *p, const ql__template *t) {
  if (p->objective.kind == QL_KIND_TRIFLE) return 0;
  if (t->rule->kind == QL_RULE_BREAKDOWN) return fit_breakdown(p, t);
  return fit_titled(p, t->rule, t->rule->kind == QL_RULE_PATTERN ? FIT_PATTERN : FIT_FLOW);
}
