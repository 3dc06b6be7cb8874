/* Work from the agents' files: breakdowns, patterns and flows become tasks. */
#include "plan/templates.h"

#include <string.h>

#include "base/text.h"
#include "spec/inforce.h"

#define S           QL_STR_INIT
#define TITLE_BYTES 120u
#define ORDER_SHARE 2u /* an order is a breakdown's when it names one in so many of its tasks */

/* ---- what kind of work a line is ---- */

static const struct {
  ql__phase phase;
  ql_str words;
} PHASES[] = {
    {QL_PHASE_BUILD, S("implement implementation build create setup develop code migrate")},
    {QL_PHASE_TEST, S("test tests testing load+test verify verification benchmark")},
    {QL_PHASE_REVIEW, S("audit review validate validation hardening")},
    {QL_PHASE_LOOK, S("analysis analyze analyse identification identify assessment assess gap research gather clarify")},
    {QL_PHASE_DESIGN, S("design architect plan planning strategy selection define definition model contract specify share agree decide")},
    {QL_PHASE_RELEASE, S("deploy deployment rollout roll+out release monitor monitoring switch traffic")},
    {QL_PHASE_WRITE, S("document documentation guide readme")},
};

/* What is left behind, and when it is done, where the file does not say. */
static const struct {
  ql_str output, accept;
} CUSTOM[] = {
    [QL_PHASE_LOOK] = {S("Findings, each with its place"), S("What was not looked at is named")},
    [QL_PHASE_DESIGN] = {S("Note: what is decided, and what was turned down"), S("Those who build on it have agreed")},
    [QL_PHASE_BUILD] = {S("Change with its tests"), S("Its tests pass|Nothing else behaves differently")},
    [QL_PHASE_JOIN] = {S("Both sides connected, with tests"), S("What happens when the other side fails is tested")},
    [QL_PHASE_TEST] = {S("Record of the run: what was tried, what came out"), S("It can be run again and says the same")},
    [QL_PHASE_REVIEW] = {S("Findings, each settled or accepted"), S("Every finding is settled or accepted with a reason")},
    [QL_PHASE_WRITE] = {S("Finished text with examples"), S("Every example was run as it stands")},
    [QL_PHASE_RELEASE] = {S("What runs now, watched for errors"), S("Errors stay at their level from before")},
};

/* By the word of the tables that stands first. */
static ql__phase phase_of(ql_arena *a, ql_str text) {
  ql__words words = ql__words_of(a, text);
  ql__phase phase = QL_PHASE_BUILD;
  size_t first = SIZE_MAX;
  for (size_t i = 0; i < QL_COUNT(PHASES); i++) {
    ql_str rest = PHASES[i].words, phrase;
    while (ql__next_item(&rest, &phrase)) {
      size_t at = ql__words_find(&words, phrase, 0);
      if (at >= first) continue;
      first = at;
      phase = PHASES[i].phase;
    }
  }
  return phase;
}

/* ---- titles ---- */

/* "Assign @x to design the move" and "@x designs the move" without the agent, who stands in the task. */
static ql_str without_agent(ql_str text) {
  ql_str rest = text;
  bool assigns = ql_starts_nocase(rest, QL_STR("assign "));
  if (assigns) rest = ql_slice(rest, 7, rest.len);
  size_t end = ql_find_byte(rest, ' ', 0);
  if (rest.len == 0 || rest.ptr[0] != '@' || end == SIZE_MAX) return text;
  rest = ql_slice(rest, end + 1, rest.len);
  if (ql_starts_nocase(rest, QL_STR("to "))) return ql_slice(rest, 3, rest.len);
  return assigns ? text : rest;
}

static ql_str capital(ql_arena *a, ql_str text) {
  if (text.len == 0 || text.ptr[0] < 'a' || text.ptr[0] > 'z') return text;
  char first = (char)(text.ptr[0] - 'a' + 'A');
  return ql__join(a, (ql_str){&first, 1}, ql_slice(text, 1, text.len), QL_STR(""));
}

/* Phases and steps are the same for every objective: their titles say of what this one is. */
static ql_str title_of(const ql__planner *p, const ql_rule_item *item, bool general) {
  ql_str title = capital(p->arena, without_agent(item->text)), subject = p->objective.subject;
  ql__words words = ql__words_of(p->arena, title), wanted = ql__words_of(p->arena, subject);
  bool said = wanted.count == 0;
  for (size_t i = 0; i < words.count && !said; i++) said = ql_eq(words.items[i].stem, wanted.items[wanted.count - 1].stem);
  if (general && !said) title = ql__join(p->arena, title, QL_STR(": "), subject);
  return ql_arena_str(p->arena, ql__start(title, TITLE_BYTES));
}

/* ---- who ---- */

static ql_str kind_word(const ql__template *t) { return (ql_str){ql_rule_kind_id(t->rule->kind), strlen(ql_rule_kind_id(t->rule->kind))}; }

static ql_str whose(const ql__planner *p, const ql__template *t) {
  return ql__join(p->arena, ql__join(p->arena, QL_STR("The "), kind_word(t), QL_STR(" of ")), t->agent->id, QL_STR(" names "));
}

/* By the words of the line and of the field that it, or the title it stands under, is about. */
static void match(ql__planner *p, const ql__template *t, const ql_rule_item *item, ql__work *work) {
  ql_arena *a = p->arena;
  ql__words words = ql__words_of(a, item->text), title = ql__words_of(a, t->rule->title);
  ql_str role = item->name.ptr ? ql_lower(a, item->name) : QL_STR(""), own = QL_STR("");
  unsigned concerns = ql__concerns_of(&words);
  if (concerns == 0 && role.len == 0) concerns = ql__concerns_of(&title);
  bool coding = work->phase == QL_PHASE_BUILD || role.len > 0, check = work->phase == QL_PHASE_TEST || work->phase == QL_PHASE_REVIEW;
  for (size_t i = 0; i < words.count; i++)
    if (!ql__says_little(words.items[i].stem)) own = ql__join(a, own, QL_STR(" "), words.items[i].stem);
  ql_str roles =
      check ? QL_STR("reviewer auditor qa tester architect") : ql__join(a, role, QL_STR(" "), QL_STR("expert engineer developer"));
  ql__wanted wanted = {ql__join(a, own, QL_STR(" "), ql__words_for(a, concerns, coding)), roles, check};
  work->who = ql__match(a, &p->candidates, &p->objective, &wanted, &work->reason);
  if (item->agent_count == 0) return;
  ql_str missing = ql__join(a, whose(p, t), item->agents[0], QL_STR(", and nobody here is called that. "));
  work->reason = ql__join(a, missing, work->reason, QL_STR(""));
}

/* Of those that the file names, one; else whoever fits its words. */
static void assign(ql__planner *p, const ql__template *t, const ql_rule_item *item, ql__work *work) {
  work->who = ql__match_named(&p->candidates, &p->objective, item->agents, item->agent_count);
  if (!work->who)
    match(p, t, item, work);
  else if (item->agent_count == 1)
    work->reason = ql__join(p->arena, whose(p, t), QL_STR("it."), QL_STR(""));
  else
    work->reason = ql__join(p->arena, whose(p, t), ql__enumerate(p->arena, item->agents, item->agent_count),
                            QL_STR("; none of them fits the objective better."));
  if (work->phase == QL_PHASE_BUILD) work->who->builds = true;
}

static ql__work *add_work(ql__planner *p, const ql__template *t, const ql_rule_item *item) {
  if (p->count == QL_WORK_MAX) return NULL;
  ql__work *work = &p->work[p->count];
  bool general = t->rule->kind != QL_RULE_BREAKDOWN;
  *work = (ql__work){.phase = phase_of(p->arena, item->text), .title = title_of(p, item, general)};
  work->noun = ql_task_id(p->arena, p->count++);
  work->source = (ql_plan_source){.origin = QL_FROM_RULE, .agent = t->agent->id, .rule = item->id, .path = t->agent->spec->path};
  work->source.line = item->line;
  work->source.words = item->text;
  for (size_t i = 0; i < item->output_count; i++) ql__texts_add(p->arena, &work->outputs, item->outputs[i]);
  if (item->output_count == 0) ql__fill_list(p, &work->outputs, CUSTOM[work->phase].output, QL_STR(""));
  ql__fill_list(p, &work->accept, CUSTOM[work->phase].accept, QL_STR(""));
  assign(p, t, item, work);
  return work;
}

/* ---- breakdowns and their order ---- */

typedef struct breakdown {
  ql__planner *p;
  const ql_agent *agent;
  ql_str marks[QL_WORK_MAX]; /* "A" of each work, by its index */
  size_t groups;             /* barriers so far */
} breakdown;

static size_t marked(const breakdown *b, ql_str mark) {
  for (size_t i = 0; mark.len > 0 && i < b->p->count; i++)
    if (ql_eq_nocase(b->marks[i], mark)) return i;
  return SIZE_MAX;
}

/* The work before `before` whose title has the first word of a phrase that any has: "endpoints defined" is after what makes endpoints. */
static uint32_t speaking_of(const breakdown *b, ql_str phrase, uint32_t before) {
  ql__words wanted = ql__words_of(b->p->arena, phrase);
  for (size_t w = 0; w < wanted.count; w++) {
    uint32_t found = 0;
    for (size_t i = 0; i < b->p->count && !ql__is_common_word(wanted.items[w].stem); i++) {
      ql__words title = ql__words_of(b->p->arena, b->p->work[i].title);
      for (size_t k = 0; k < title.count && (before & (UINT32_C(1) << i)); k++)
        if (ql_eq(title.items[k].stem, wanted.items[w].stem)) found |= UINT32_C(1) << i;
    }
    if (found) return found;
  }
  return 0;
}

static uint32_t waits_for(const breakdown *b, const ql_rule_item *item, uint32_t before) {
  uint32_t after = 0;
  for (size_t i = 0; i < item->after_count; i++) {
    size_t index = marked(b, item->after[i]);
    after |= index == SIZE_MAX ? speaking_of(b, item->after[i], before) : before & (UINT32_C(1) << index);
  }
  return after;
}

static const ql_rule *order_of(const breakdown *b) {
  const ql_rule *rule = NULL;
  while ((rule = ql__next_rule(b->p->roster, b->agent, QL_RULE_ORDER, rule))) {
    size_t named = 0;
    for (const ql_rule_item *group = rule->first; group; group = group->next)
      for (const ql_rule_item *item = group->first; item; item = item->next) named += marked(b, item->name) != SIZE_MAX;
    if (ORDER_SHARE * named >= b->p->count) return rule;
  }
  return NULL;
}

/* A parallel group is one barrier; each line of a sequence is one of its own, and waits for the line before it where it says nothing else. */
static void take_group(breakdown *b, const ql_rule_item *group, uint32_t *placed) {
  ql__planner *p = b->p;
  bool parallel = group->flags & QL_ITEM_PARALLEL;
  uint32_t before = *placed, behind = waits_for(b, group, before), last = behind;
  for (const ql_rule_item *item = group->first; item; item = item->next) {
    size_t index = marked(b, item->name);
    if (index == SIZE_MAX || (*placed & (UINT32_C(1) << index)) || !ql_roster_rule_on(p->roster, b->agent->id, item->id)) continue;
    uint32_t after = waits_for(b, item, before);
    if (!parallel || before == *placed) b->groups++;
    p->work[index].group = b->groups;
    p->work[index].after = after ? after : last;
    *placed |= UINT32_C(1) << index;
    if (parallel) continue;
    before = *placed;
    last = UINT32_C(1) << index;
  }
}

/* The work in the order of its groups: what waits for something stands behind it. */
static void sort_by_group(ql__planner *p) {
  for (size_t i = 1; i < p->count; i++) {
    for (size_t k = i; k > 0 && p->work[k - 1].group > p->work[k].group; k--) {
      ql__work moved = p->work[k];
      p->work[k] = p->work[k - 1];
      p->work[k - 1] = moved;
      uint32_t low = UINT32_C(1) << (k - 1), high = UINT32_C(1) << k;
      for (size_t w = 0; w < p->count; w++) {
        uint32_t after = p->work[w].after;
        p->work[w].after = (after & ~(low | high)) | (after & low ? high : 0) | (after & high ? low : 0);
      }
    }
  }
  for (size_t i = 0; i < p->count; i++) p->work[i].noun = ql_task_id(p->arena, i);
}

static void use_breakdown(ql__planner *p, const ql__template *t) {
  breakdown b = {.p = p, .agent = t->agent};
  const ql_rule_item *items[QL_WORK_MAX];
  for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(p->roster, t->agent, t->rule, item));) {
    if (ql__template_foreign(p, item) || p->count == QL_WORK_MAX) continue;
    items[p->count] = item;
    b.marks[p->count] = item->name;
    add_work(p, t, item);
  }
  const ql_rule *order = order_of(&b);
  uint32_t placed = 0;
  for (const ql_rule_item *group = NULL; order && (group = ql__next_rule_item(p->roster, t->agent, order, group));)
    take_group(&b, group, &placed);
  for (size_t i = 0; i < p->count; i++) {
    uint32_t earlier = (UINT32_C(1) << i) - 1;
    if (!(placed & (UINT32_C(1) << i))) p->work[i].after = waits_for(&b, items[i], order ? placed : earlier);
    if (order && !(placed & (UINT32_C(1) << i))) p->work[i].group = b.groups + 1;
  }
  sort_by_group(p);
}

/* ---- patterns: a phase is a barrier ---- */

static void use_pattern(ql__planner *p, const ql__template *t) {
  size_t group = 0;
  for (const ql_rule_item *phase = NULL; (phase = ql__next_rule_item(p->roster, t->agent, t->rule, phase));) {
    size_t first = p->count;
    for (const ql_rule_item *duty = phase->first; duty; duty = duty->next)
      if (ql_roster_rule_on(p->roster, t->agent->id, duty->id)) add_work(p, t, duty);
    if (p->count == first) add_work(p, t, phase);
    if (p->count == first) return; /* full */
    group++;
    for (size_t i = first; i < p->count; i++) p->work[i].group = group;
    ql__texts_add(p->arena, &p->phases, phase->text);
  }
}

/* ---- flows: one step after another ---- */

static void use_flow(ql__planner *p, const ql__template *t) {
  for (const ql_rule_item *step = NULL; (step = ql__next_rule_item(p->roster, t->agent, t->rule, step));) {
    ql__work *work = add_work(p, t, step);
    if (work && p->count > 1) work->after = UINT32_C(1) << (p->count - 2);
  }
}

/* ---- which ---- */

static const struct {
  ql_rule_kind kind;
  void (*use)(ql__planner *p, const ql__template *t);
} KINDS[] = {{QL_RULE_BREAKDOWN, use_breakdown}, {QL_RULE_PATTERN, use_pattern}, {QL_RULE_FLOW, use_flow}};

static void look_at(const ql__planner *p, const ql_agent *agent, ql__template *best, int *fit) {
  for (size_t i = 0; i < QL_COUNT(KINDS); i++) {
    const ql_rule *rule = NULL;
    while ((rule = ql__next_rule(p->roster, agent, KINDS[i].kind, rule))) {
      ql__template t = {agent, rule};
      int fits = ql__template_fit(p, &t);
      if (fits <= *fit) continue;
      *fit = fits;
      *best = t;
    }
  }
}

bool ql__use_template(ql__planner *p) {
  ql__template best = {0};
  int fit = 0;
  look_at(p, p->leader, &best, &fit);
  for (size_t i = 0; i < ql_roster_count(p->roster); i++) {
    const ql_agent *agent = ql_roster_agent(p->roster, i);
    if (agent != p->leader) look_at(p, agent, &best, &fit);
  }
  for (size_t i = 0; fit > 0 && i < QL_COUNT(KINDS); i++)
    if (best.rule->kind == KINDS[i].kind) KINDS[i].use(p, &best);
  return p->count > 0;
}
