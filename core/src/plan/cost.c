/* Tokens and money of a plan. */
#include <questline/limits.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "plan/price.h"

#define TOKENS_MAX  INT64_C(1000000000) /* of one task; with prices up to PRICE_MAX all sums stay integers of JSON */
#define PER_MILLION INT64_C(1000000)

typedef enum size_from { MEASURED, GIVEN, COMPUTED } size_from;

typedef struct task_size {
  size_from from;
  int64_t input, cached, output; /* cached: of the input */
} task_size;

typedef struct payer {
  ql_str agent, model, fallback; /* fallback: absent where none is asked */
  int64_t file;                  /* tokens of its file */
  int64_t turns, input, output, micro, dearest;
  bool priced, bounded; /* all of it; and by the fallback, too */
  bool free;            /* no model plays it */
} payer;

typedef struct costs {
  ql_arena *arena;
  const ql_plan *plan;
  const ql_cost_terms *terms;
  payer *payers; /* the leader first, then in order of tasks */
  size_t payer_count;
  task_size *sizes;
  const ql_value **measured; /* of each task, or NULL */
} costs;

static int64_t most(int64_t tokens) { return tokens < TOKENS_MAX ? tokens : TOKENS_MAX; }

/* ---- sizes ---- */

static int64_t words_of(ql_str text) { return text.len > 0 ? ql_token_estimate(text) : 0; }

static int64_t words_of_all(const ql_str *texts, size_t count) {
  int64_t tokens = 0;
  for (size_t i = 0; i < count; i++) tokens += words_of(texts[i]);
  return tokens;
}

static int64_t task_words(const ql_plan *plan, const ql_plan_task *task) {
  return words_of(plan->objective) + words_of(task->title) + words_of_all(task->outputs, task->output_count) +
         words_of_all(task->accept, task->accept_count) + words_of_all(task->demands, task->demand_count) +
         words_of_all(task->writes, task->write_count);
}

static int64_t output_of(const ql_plan_task *task) {
  static const int64_t tokens[QL_EFFORT_COUNT] = {1500, 500, 1500, 4000, 8000, 16000};
  return task->estimate.output >= 0 ? most(task->estimate.output) : tokens[task->effort];
}

/* What is measured of tasks that the plan has not is passed over. */
static ql_status read_sizes(costs *c, ql_error *err) {
  static const ql_str members[] = {QL_STR_INIT("cached"), QL_STR_INIT("input"), QL_STR_INIT("output")};
  const ql_value *sizes = c->terms->sizes;
  if (sizes && sizes->kind != QL_ARRAY) return ql_fail(err, QL_ERR_SYNTAX, "sizes are a list", QL_STR("sizes"));
  size_t index = 0;
  for (const ql_value *item = sizes ? sizes->first : NULL; item; item = item->next, index++) {
    ql_str id = ql_get_str(item, QL_STR("task"));
    for (size_t m = 0; m < QL_COUNT(members); m++) {
      int64_t number = 0;
      if (ql__count_in(item, members[m], QL_INT_MAX, &number)) continue;
      ql_str where = ql__member_text(c->arena, QL_STR("sizes"), index, members[m]);
      return ql_fail(err, where.ptr ? QL_ERR_SYNTAX : QL_ERR_NOMEM, "a size is a whole number of tokens", where);
    }
    for (size_t i = 0; i < c->plan->task_count; i++)
      if (ql_eq(c->plan->tasks[i].id, id)) c->measured[i] = item;
  }
  return QL_OK;
}

static void size_task(costs *c, size_t index, const payer *who) {
  const ql_plan_task *task = &c->plan->tasks[index];
  const ql_value *measured = c->measured[index];
  task_size *size = &c->sizes[index];
  bool given = task->estimate.input >= 0 || task->estimate.output >= 0;
  *size = (task_size){given ? GIVEN : COMPUTED, most(task->estimate.input), 0, output_of(task)};
  if (task->estimate.input < 0) {
    size->input = who->file + task_words(c->plan, task);
    for (size_t k = 0; k < task->after_count; k++) size->input += output_of(&c->plan->tasks[task->after[k]]);
    size->input = most(size->input);
  }
  if (!measured) return;
  size->from = MEASURED;
  bool words = ql_eq(ql_get_str(measured, QL_STR("from")), QL_STR("words")); /* what was said, without the file of who read it */
  size->input = most(most(ql_get_int(measured, QL_STR("input"), size->input)) + (words ? who->file : 0));
  size->output = most(ql_get_int(measured, QL_STR("output"), size->output));
  size->cached = most(ql_get_int(measured, QL_STR("cached"), 0));
  if (size->cached > size->input) size->cached = size->input;
}

/* ---- who pays ---- */

static payer *payer_of(costs *c, ql_str agent) {
  for (size_t i = 0; i < c->payer_count; i++)
    if (ql_eq(c->payers[i].agent, agent)) return &c->payers[i];
  const ql_agent *found = c->terms->roster ? ql_roster_find(c->terms->roster, agent) : NULL;
  payer *added = &c->payers[c->payer_count++];
  *added = (payer){.agent = agent, .priced = true, .bounded = true};
  if (found && found->spec) {
    added->file = most(found->spec->tokens);
    added->model = found->spec->model;
  }
  const ql_value *players = c->terms->prices ? QL_GET(c->terms->prices, "players") : NULL, *player = players ? players->first : NULL;
  while (player && !ql_eq(ql_get_str(player, QL_STR("agent")), agent)) player = player->next;
  added->free = players && !player;
  if (players) added->model = ql_get_str(player, QL_STR("model"));
  if (players) added->fallback = ql_get_str(player, QL_STR("fallback"));
  bool inherits = added->model.len == 0 || ql_eq_nocase(added->model, QL_STR("inherit"));
  if (inherits && !players && c->terms->prices) added->model = ql_get_str(c->terms->prices, QL_STR("model"));
  return added;
}

/* Rounded up. -1 without a price. */
static int64_t money(const costs *c, ql_str model, const task_size *size) {
  ql_price price;
  if (model.len == 0 || !ql__price_in(c->terms->prices, model, size->input, &price)) return -1;
  int64_t parts = (size->input - size->cached) * price.input + size->cached * price.cached + size->output * price.output;
  return (parts + PER_MILLION - 1) / PER_MILLION;
}

static int64_t pay(const costs *c, payer *who, const task_size *size) {
  who->turns++;
  if (who->free) return 0;
  int64_t micro = money(c, who->model, size), other = who->fallback.len > 0 ? money(c, who->fallback, size) : micro;
  who->dearest += other > micro ? other : micro > 0 ? micro : 0;
  who->bounded &= micro >= 0 && other >= 0;
  who->input += size->input;
  who->output += size->output;
  who->micro += micro > 0 ? micro : 0;
  who->priced &= micro >= 0;
  return micro;
}

/* ---- the answer ---- */

static void add_task(costs *c, ql_value *tasks, size_t index) {
  static const ql_str from[] = {QL_STR_INIT("measured"), QL_STR_INIT("given"), QL_STR_INIT("computed")};
  const ql_plan_task *task = &c->plan->tasks[index];
  payer *who = payer_of(c, task->agent);
  task_size *size = &c->sizes[index];
  size_task(c, index, who);
  int64_t micro = pay(c, who, size);
  ql_value *item = ql_push(tasks, ql_object(c->arena));
  QL_SET(item, "agent", ql_string(c->arena, task->agent));
  if (size->cached > 0) QL_SET(item, "cached", ql_int(c->arena, size->cached));
  QL_SET(item, "from", ql_string(c->arena, from[size->from]));
  QL_SET(item, "input", ql_int(c->arena, size->input));
  if (micro >= 0) QL_SET(item, "micro", ql_int(c->arena, micro));
  QL_SET(item, "output", ql_int(c->arena, size->output));
  QL_SET(item, "task", ql_string(c->arena, task->id));
  payer *leader = &c->payers[0];
  int64_t words = task_words(c->plan, task);
  const task_size led = {COMPUTED, most(leader->file + words + size->output), 0, most(words)};
  if (who != leader) (void)pay(c, leader, &led);
}

static ql_value *answer(costs *c, ql_value *tasks) {
  ql_value *value = ql_object(c->arena), *agents = ql_array(c->arena), *unknown = ql_array(c->arena);
  int64_t input = 0, output = 0, micro = 0;
  for (size_t i = 0; i < c->payer_count; i++) {
    const payer *who = &c->payers[i];
    ql_value *item = ql_push(agents, ql_object(c->arena));
    QL_SET(item, "agent", ql_string(c->arena, who->agent));
    if (who->fallback.len > 0 && who->bounded) QL_SET(item, "dearest", ql_int(c->arena, who->dearest));
    if (who->fallback.len > 0) QL_SET(item, "fallback", ql_string(c->arena, who->fallback));
    QL_SET(item, "input", ql_int(c->arena, who->input));
    if (who->priced) QL_SET(item, "micro", ql_int(c->arena, who->micro));
    if (who->model.len > 0) QL_SET(item, "model", ql_string(c->arena, who->model));
    QL_SET(item, "output", ql_int(c->arena, who->output));
    QL_SET(item, "turns", ql_int(c->arena, who->turns));
    input += who->input;
    output += who->output;
    micro += who->micro;
    if (who->priced) continue;
    ql_value *gap = ql_push(unknown, ql_object(c->arena));
    QL_SET(gap, "agent", ql_string(c->arena, who->agent));
    if (who->model.len > 0) QL_SET(gap, "model", ql_string(c->arena, who->model));
  }
  QL_SET(value, "agents", agents);
  QL_SET(value, "input", ql_int(c->arena, input));
  QL_SET(value, "micro", ql_int(c->arena, micro));
  QL_SET(value, "output", ql_int(c->arena, output));
  QL_SET(value, "tasks", tasks);
  QL_SET(value, "unknown", unknown);
  return value;
}

ql_status ql_plan_cost(ql_arena *a, const ql_plan *plan, const ql_cost_terms *terms, ql_value **out, ql_error *err) {
  static const ql_cost_terms nothing = {NULL, NULL, NULL};
  costs c = {.arena = a, .plan = plan, .terms = terms ? terms : &nothing};
  c.payers = ql_arena_array(a, plan->task_count + 1, sizeof *c.payers);
  c.sizes = ql_arena_array(a, plan->task_count + 1, sizeof *c.sizes);
  c.measured = ql_arena_array(a, plan->task_count + 1, sizeof *c.measured);
  ql_value *tasks = ql_array(a);
  if (!c.payers || !c.sizes || !c.measured || !tasks) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_status status = c.terms->prices ? ql__prices_check(a, c.terms->prices, err) : QL_OK;
  if (status == QL_OK) status = read_sizes(&c, err);
  if (status != QL_OK) return status;
  (void)payer_of(&c, plan->leader);
  for (size_t i = 0; i < plan->task_count; i++) add_task(&c, tasks, i);
  ql_value *value = answer(&c, tasks);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
