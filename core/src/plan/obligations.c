/* What the files of those who take part add to a plan: checks that concern its work, and the steps by which an agent works. */
#include "base/text.h"
#include "plan/planner.h"
#include "spec/inforce.h"

#define S         QL_STR_INIT
#define STEPS_MAX 8u  /* of an agent's way of working */
#define GATES_MAX 48u /* of a plan */

/* What shows that a check holds. */
static const struct {
  ql_str words, evidence;
} EVIDENCE[] = {
    {S("vulnerability security injection secret cors authorization authentication sensitive"), S("report of a security review")},
    {S("response latency throughput p95 memory error performance caching blocking cache"), S("report of a load test")},
    {S("migration schema index backup database"), S("record of the migration on a copy")},
    {S("coverage test tests tested"), S("report of a test run with its coverage")},
    {S("documentation documented comments document versioning endpoints"), S("the document itself")},
    {S("complexity duplication style"), S("report of a static check")},
    {S("monitoring monitored logging"), S("a picture of the dashboard")},
};

static ql_str evidence_for(const ql__words *words) {
  for (size_t i = 0; i < QL_COUNT(EVIDENCE); i++)
    if (ql__mentions(words, EVIDENCE[i].words)) return EVIDENCE[i].evidence;
  return QL_STR("note of who looked, and at what");
}

typedef struct subject {
  ql__words words;
  unsigned concerns;
} subject;

static subject subject_of(const ql__planner *p, const ql__work *work) {
  ql_str text = work->title;
  for (size_t i = 0; i < work->outputs.len; i++) /* but for a path: "docs/" is no field */
    if (ql_find_byte(work->outputs.items[i], ' ', 0) != SIZE_MAX) text = ql__join(p->arena, text, QL_STR(" "), work->outputs.items[i]);
  subject s = {ql__words_of(p->arena, text), 0};
  s.concerns = ql__concerns_of(&s.words);
  if (work->piece) s.concerns |= work->piece->any & p->objective.concerns;
  if (s.concerns & QL_CONCERN_AUTH) s.concerns |= QL_CONCERN_SECURITY;
  return s;
}

static size_t shared(const ql__words *a, const ql__words *b) {
  size_t count = 0;
  for (size_t i = 0; i < a->count; i++)
    for (size_t k = 0; k < b->count; k++)
      if (!ql__is_common_word(a->items[i].stem) && ql_eq(a->items[i].stem, b->items[k].stem)) {
        count++;
        break;
      }
  return count;
}

static bool makes(ql__phase phase) { return phase == QL_PHASE_BUILD || phase == QL_PHASE_JOIN; }

static bool has_word(const ql__words *words, size_t from, ql_str stem) {
  for (size_t i = from; i < words->count; i++)
    if (ql_eq(words->items[i].stem, stem)) return true;
  return false;
}

/* A check of a field. */
typedef struct field_check {
  ql__words words, title; /* its own, and those of its heading */
  unsigned field;
  bool measured;
} field_check;

/* Whether words that tell something, and more than the heading, are among others'. */
static bool touches(const field_check *c, const ql__words *words, size_t from) {
  for (size_t i = 0; i < c->words.count; i++) {
    ql_str stem = c->words.items[i].stem;
    bool tells = !ql__is_common_word(stem) && !ql__says_little(stem) && !has_word(&c->title, 0, stem);
    if (tells && has_word(words, from, stem)) return true;
  }
  return false;
}

/* "if applicable", "where appropriate" */
static bool is_conditional(const ql__words *words) {
  return ql__mentions(words, QL_STR("if+applicable where+appropriate when+applicable where+applicable if+needed where+needed if+any"));
}

/* What the objective is about. What is said of who may sign in, or of money, is about security too. */
static unsigned asked_of(const ql__objective *o) {
  return o->asked | (o->said & (QL_CONCERN_AUTH | QL_CONCERN_SECURITY | QL_CONCERN_PAYMENT) ? QL_CONCERN_SECURITY : 0u);
}

/* Whether a check of a field belongs to a plan, and not to any work of that field: the objective is about the field; or it shares a word with
   the objective, or with the work but for its verb; or it wants a number, which is settled by rule. One that holds "if applicable" belongs to it by
   the objective's words only. */
static bool belongs(const ql__planner *p, const field_check *c, const ql__words *words) {
  if (touches(c, &p->objective.words, p->objective.verb_end)) return true;
  if (is_conditional(&c->words)) return false;
  return (c->field & asked_of(&p->objective)) || touches(c, words, 1) || c->measured;
}

/* The work that a check concerns: of the same field by the check's heading, with the most words in common, best where something is made or tried.
   A check of no field is for all that is made. SIZE_MAX for the whole, QL_WORK_MAX for none. */
static size_t concerned(const ql__planner *p, const subject *subjects, const field_check *c, const ql_agent *of) {
  size_t best = QL_WORK_MAX, points = 0;
  for (size_t i = 0; i < p->count; i++) {
    const ql__work *work = &p->work[i];
    bool mine = of == p->leader || work->who->agent == of;
    if (!mine || (c->field ? !(c->field & subjects[i].concerns) : !makes(work->phase))) continue;
    if (!c->field && of == p->leader) return SIZE_MAX;
    if (c->field && !belongs(p, c, &subjects[i].words)) continue;
    size_t here = 1 + 2 * shared(&c->words, &subjects[i].words) + (work->phase >= QL_PHASE_BUILD && work->phase <= QL_PHASE_REVIEW);
    if (here <= points) continue;
    points = here;
    best = i;
  }
  return best;
}

static bool known(const ql__draft *d, ql_str id) {
  for (size_t i = 0; i < d->gate_count; i++)
    if (ql_eq(d->gates[i].id, id)) return true;
  return false;
}

static void add_gates(const ql__planner *p, ql__draft *d, const subject *subjects, const ql_agent *agent) {
  const ql_rule *rule = NULL;
  while ((rule = ql__next_rule(p->roster, agent, QL_RULE_GATE, rule))) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(p->roster, agent, rule, item));) {
      bool measured = item->has_measure && item->measure.milli >= 0;
      field_check check = {ql__words_of(p->arena, item->text), ql__words_of(p->arena, rule->title), 0, measured};
      check.field = ql__concerns_of(&check.title);
      size_t task = concerned(p, subjects, &check, agent);
      ql_plan_gate *gate =
          task == QL_WORK_MAX || d->gate_count == GATES_MAX || known(d, item->id) ? NULL : ql__draft_gate(d, item->id, item->text);
      if (!gate) continue;
      gate->task = task;
      gate->measured = measured;
      gate->wants = item->measure;
      if (!gate->measured) gate->expect = item->expect;
      gate->judge = item->judge == QL_JUDGE_RULE && (gate->measured || gate->expect.len > 0) ? QL_JUDGE_RULE : QL_JUDGE_SEAT;
      gate->evidence = evidence_for(&check.words);
      gate->source = (ql_plan_source){.origin = QL_FROM_RULE, .agent = agent->id, .rule = item->id, .path = agent->spec->path};
      gate->source.line = item->line;
    }
  }
}

/* The steps of its file by which an agent always works. */
static void add_demands(const ql__planner *p, ql__draft_task *task, const ql_agent *agent) {
  const ql_rule *rule = ql__next_rule(p->roster, agent, QL_RULE_WORKFLOW, NULL);
  for (const ql_rule_item *item = NULL; rule && (item = ql__next_rule_item(p->roster, agent, rule, item));)
    if (task->demands.len < STEPS_MAX) ql__texts_add(p->arena, &task->demands, item->text);
}

void ql__add_obligations(const ql__planner *p, ql__draft *d) {
  subject *subjects = ql_arena_array(p->arena, p->count, sizeof *subjects);
  if (!subjects || p->objective.kind == QL_KIND_TRIFLE) return;
  for (size_t i = 0; i < p->count; i++) subjects[i] = subject_of(p, &p->work[i]);
  add_gates(p, d, subjects, p->leader);
  for (size_t i = 0; i < p->count; i++) {
    const ql_agent *agent = p->work[i].who->agent;
    bool before = false;
    for (size_t k = 0; k < i; k++) before |= p->work[k].who->agent == agent;
    if (!before) add_gates(p, d, subjects, agent);
    add_demands(p, &d->tasks[i], agent);
  }
}
