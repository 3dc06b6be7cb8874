/* What keeps a plan from running, or should be looked at before it does. */
#include "plan/check.h"

#include <stdlib.h>

#include <questline/limits.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "plan/json.h"

/* The closest name is looked for only so often: it costs a comparison with the whole roster. */
#define SUGGESTIONS_MAX 16u
#define FIXES_MAX       2048u /* edits in all fixes */

/* ---- problems ---- */

ql_value *ql__problem(ql__check *c, ql_severity severity, ql_str code, const ql_plan_task *task, ql_str field, const ql_str *pieces,
                      size_t count) {
  static const ql_str SEVERITIES[] = {
      [QL_SEVERITY_ERROR] = QL_STR_INIT("error"), [QL_SEVERITY_WARNING] = QL_STR_INIT("warning"), [QL_SEVERITY_INFO] = QL_STR_INIT("info")};
  ql_value *problem = ql_push(c->problems, ql_object(c->arena));
  QL_SET(problem, "code", ql_string(c->arena, code));
  QL_SET(problem, "field", ql_string(c->arena, field));
  QL_SET(problem, "message", ql_string(c->arena, ql_arena_concat(c->arena, pieces, count)));
  QL_SET(problem, "severity", ql_string(c->arena, SEVERITIES[severity]));
  if (!task) return problem;
  if (task->source.line > 0) QL_SET(problem, "line", ql_int(c->arena, task->source.line));
  if (task->source.line > 0 && task->source.path.len > 0) QL_SET(problem, "path", ql_string(c->arena, task->source.path));
  QL_SET(problem, "task", ql_string(c->arena, task->id));
  return problem;
}

ql_value *ql__fix(ql__check *c, ql_value *problem) { return c->fixed < FIXES_MAX ? QL_SET(problem, "fix", ql_array(c->arena)) : NULL; }

ql_value *ql__fix_edit(ql__check *c, ql_value *fix, ql_str op, ql_str task) {
  ql_value *edit = ql_push(fix, ql_object(c->arena));
  c->fixed++;
  QL_SET(edit, "op", ql_string(c->arena, op));
  if (task.ptr) QL_SET(edit, "task", ql_string(c->arena, task));
  return edit;
}

void ql__fix_set(ql__check *c, ql_value *fix, ql_str task, ql_str field, ql_value *value) {
  ql_value *edit = ql__fix_edit(c, fix, QL_STR("set"), task);
  QL_SET(edit, "field", ql_string(c->arena, field));
  QL_SET(edit, "value", value);
}

/* ---- agents ---- */

static void check_assignment(ql__check *c, const ql_plan_task *task) {
  if (task->agent.len == 0)
    QL__PROBLEM(c, QL_SEVERITY_ERROR, "unassigned", task, "agent", task->id, QL_STR(" is nobody's; choose an agent for it."));
  else if (ql_eq(task->agent, c->plan->leader))
    QL__PROBLEM(c, QL_SEVERITY_ERROR, "leader-assigned", task, "agent", task->id, QL_STR(" is given to "), task->agent,
                QL_STR(", who leads and cannot message itself; give it to another agent."));
}

/* An agent that the plan names: in a task, or SIZE_MAX. */
typedef struct mention {
  ql_str agent;
  size_t task;
} mention;

static int by_mention(const void *x, const void *y) {
  const mention *a = x, *b = y;
  int order = ql_compare(a->agent, b->agent);
  if (order != 0) return order;
  return a->task < b->task ? -1 : a->task > b->task;
}

static ql_value *needs_with(ql__check *c, ql_str wrong, ql_str right) {
  ql_value *needs = ql_array(c->arena);
  for (size_t i = 0; i < c->plan->need_count; i++) {
    const ql_plan_need *need = &c->plan->needs[i];
    ql_value *item = ql_push(needs, ql_object(c->arena));
    QL_SET(item, "agent", ql_string(c->arena, ql_eq(need->agent, wrong) ? right : need->agent));
    QL_SET(item, "reason", ql_string(c->arena, need->reason));
  }
  return needs;
}

/* Every place where the plan has the wrong name. */
static void fix_by_renaming(ql__check *c, ql_value *problem, ql_str wrong, ql_str right) {
  const ql_plan *plan = c->plan;
  bool needed = false;
  ql_value *fix = ql__fix(c, problem);
  if (!fix) return;
  for (size_t i = 0; i < plan->need_count; i++) needed |= ql_eq(plan->needs[i].agent, wrong);
  if (needed) ql__fix_set(c, fix, QL_ABSENT, QL_STR("needs"), needs_with(c, wrong, right));
  if (ql_eq(plan->leader, wrong)) ql__fix_set(c, fix, QL_ABSENT, QL_STR("leader"), ql_string(c->arena, right));
  for (size_t i = 0; i < plan->task_count; i++)
    if (ql_eq(plan->tasks[i].agent, wrong))
      QL_SET(ql__fix_edit(c, fix, QL_STR("reassign"), plan->tasks[i].id), "to", ql_string(c->arena, right));
}

static void check_known(ql__check *c, const ql_roster *roster, const mention *who, size_t *suggestions) {
  const ql_plan_task *task = who->task != SIZE_MAX ? &c->plan->tasks[who->task] : NULL;
  ql_str close = (*suggestions)++ < SUGGESTIONS_MAX ? ql_roster_suggest(roster, who->agent) : QL_ABSENT;
  ql_str field = task ? QL_STR("agent") : ql_eq(who->agent, c->plan->leader) ? QL_STR("leader") : QL_STR("needs");
  const ql_str with[] = {QL_STR("Nobody here is called "), who->agent, QL_STR(". Did you mean "), close, QL_STR("?")};
  const ql_str without[] = {QL_STR("Nobody here is called "), who->agent, QL_STR("; add its file or choose another agent.")};
  ql_value *problem = ql__problem(c, QL_SEVERITY_ERROR, QL_STR("unknown-agent"), task, field, close.ptr ? with : without,
                                  close.ptr ? QL_COUNT(with) : QL_COUNT(without));
  if (close.ptr) fix_by_renaming(c, problem, who->agent, close);
}

/* All agents by name, each once: how many there are, and whether the roster knows them. */
static void check_agents(ql__check *c) {
  const ql_plan *plan = c->plan;
  const ql_roster *roster = c->facts->roster;
  mention *agents = ql_arena_array(c->arena, plan->task_count + plan->need_count + 1, sizeof *agents);
  size_t n = 0, distinct = 0, suggestions = 0;
  if (!agents) return;
  for (size_t i = 0; i < plan->task_count; i++)
    if (plan->tasks[i].agent.len > 0) agents[n++] = (mention){plan->tasks[i].agent, i};
  for (size_t i = 0; i < plan->need_count; i++) agents[n++] = (mention){plan->needs[i].agent, SIZE_MAX};
  if (plan->leader.len > 0) agents[n++] = (mention){plan->leader, SIZE_MAX};
  if (n > 1) qsort(agents, n, sizeof *agents, by_mention);
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && ql_eq(agents[i].agent, agents[i - 1].agent)) continue;
    distinct++;
    if (roster && !ql_roster_find(roster, agents[i].agent)) check_known(c, roster, &agents[i], &suggestions);
  }
  if (distinct > QL_QUEST_AGENTS_MAX)
    QL__PROBLEM(c, QL_SEVERITY_ERROR, "too-many-agents", NULL, "tasks",
                QL_STR("The plan names more agents than a quest can hold (64); give tasks to fewer."));
}

/* ---- gates ---- */

/* What a task leaves behind shows whether its gate is passed. */
static void fix_by_outputs(ql__check *c, ql_value *problem, size_t index) {
  const ql_plan_gate *gate = &c->plan->gates[index];
  const ql_plan_task *task = gate->task != SIZE_MAX ? &c->plan->tasks[gate->task] : NULL;
  if (!task || task->output_count == 0) return;
  const ql_value *whole = ql__plan_gates(c->arena, c->plan);
  ql_value *fix = whole ? ql__fix(c, problem) : NULL;
  if (!fix) return;
  ql_value *gates = ql_copy(c->arena, whole), *found = gates ? gates->first : NULL;
  for (size_t i = 0; i < index && found; i++) found = found->next;
  QL_SET(found, "evidence", ql_string(c->arena, task->outputs[0]));
  ql__fix_set(c, fix, QL_ABSENT, QL_STR("gates"), gates);
}

static void check_gate(ql__check *c, size_t index) {
  const ql_plan_gate *gate = &c->plan->gates[index];
  if (gate->evidence.len > 0) return;
  ql_value *problem =
      QL__PROBLEM(c, QL_SEVERITY_WARNING, "gate-without-evidence", gate->task != SIZE_MAX ? &c->plan->tasks[gate->task] : NULL, "gates",
                  QL_STR("Nothing is said of what shows that \""), gate->text, QL_STR("\" holds; name a command, a report or a file."));
  if (gate->source.line > 0) {
    QL_SET(problem, "line", ql_int(c->arena, gate->source.line));
    if (gate->source.path.len > 0) QL_SET(problem, "path", ql_string(c->arena, gate->source.path));
  }
  fix_by_outputs(c, problem, index);
}

/* ---- the whole ---- */

static ql_str digits(ql__check *c, int64_t number) { return ql_value_text(c->arena, ql_int(c->arena, number)); }

static void check_phases(ql__check *c) {
  const ql_plan *plan = c->plan;
  size_t groups = c->dag.declared ? c->dag.group_count : 0;
  if (plan->phase_count == 0 || plan->phase_count == groups || c->dag.cycle) return;
  ql_value *problem =
      QL__PROBLEM(c, QL_SEVERITY_WARNING, "phase-titles", NULL, "phases", QL_STR("There are "), digits(c, (int64_t)plan->phase_count),
                  QL_STR(" titles of phases for "), digits(c, (int64_t)groups), QL_STR(" declared groups; give each group one title."));
  ql_value *fix = ql__fix(c, problem), *titles = ql_array(c->arena);
  if (!fix) return;
  for (size_t g = 0; g < groups; g++) {
    const ql_str own[] = {QL_STR("Group "), digits(c, (int64_t)g + 1)};
    ql_push(titles, ql_string(c->arena, g < plan->phase_count ? plan->phases[g] : ql_arena_concat(c->arena, own, QL_COUNT(own))));
  }
  ql__fix_set(c, fix, QL_ABSENT, QL_STR("phases"), titles);
}

/* Without a computed cost: what the tasks themselves are said to take. */
static int64_t estimated_tokens(const ql_plan *plan) {
  int64_t tokens = 0;
  for (size_t i = 0; i < plan->task_count; i++) {
    const ql_plan_estimate *e = &plan->tasks[i].estimate;
    tokens += (e->input > 0 ? e->input : 0) + (e->output > 0 ? e->output : 0);
  }
  return tokens;
}

/* Cents, and the rest down to a millionth where there is any. */
static ql_str dollars(ql__check *c, int64_t micro) {
  char decimals[6];
  size_t used = 6;
  for (int64_t i = 6, rest = micro % 1000000; i-- > 0; rest /= 10) decimals[i] = (char)('0' + rest % 10);
  while (used > 2 && decimals[used - 1] == '0') used--;
  const ql_str pieces[] = {digits(c, micro / 1000000), QL_STR("."), {decimals, used}, QL_STR(" dollars")};
  return ql_arena_concat(c->arena, pieces, QL_COUNT(pieces));
}

static ql_str minutes(ql__check *c, int64_t ms) {
  bool whole = ms % 60000 == 0;
  const ql_str pieces[] = {digits(c, whole ? ms / 60000 : ms), whole ? QL_STR(" minutes") : QL_STR(" milliseconds")};
  return ql_arena_concat(c->arena, pieces, QL_COUNT(pieces));
}

static ql_str tokens(ql__check *c, int64_t n) { return ql_arena_concat(c->arena, (const ql_str[]){digits(c, n), QL_STR(" tokens")}, 2); }

static void check_budget(ql__check *c) {
  static const struct {
    ql_str name;
    ql_str (*say)(ql__check *c, int64_t amount);
  } kinds[] = {{QL_STR_INIT("micro"), dollars}, {QL_STR_INIT("ms"), minutes}, {QL_STR_INIT("tokens"), tokens}};
  const ql_value *budget = c->facts->budget, *cost = c->facts->cost, *unknown = QL_GET(cost, "unknown");
  int64_t longest = 0;
  for (size_t i = 0; i < c->plan->task_count; i++)
    if (c->tail[i] > longest) longest = c->tail[i];
  const int64_t used[] = {ql_get_int(cost, QL_STR("micro"), 0), longest > QL_INT_MAX / 60000 ? QL_INT_MAX : longest * 60000,
                          cost ? ql_get_int(cost, QL_STR("input"), 0) + ql_get_int(cost, QL_STR("output"), 0) : estimated_tokens(c->plan)};
  for (size_t i = 0; i < QL_COUNT(kinds); i++) {
    int64_t most = ql_get_int(budget, kinds[i].name, INT64_MAX);
    if (used[i] <= most) continue;
    QL__PROBLEM(c, QL_SEVERITY_WARNING, "over-budget", NULL, "estimate", QL_STR("The plan is thought to take "), kinds[i].say(c, used[i]),
                QL_STR(", the budget has "), kinds[i].say(c, most),
                QL_STR("; take tasks out, give them to a cheaper model, or raise the budget."));
  }
  if (!QL_GET(budget, "micro") || !unknown || !unknown->first) return;
  QL__PROBLEM(c, QL_SEVERITY_WARNING, "no-price", NULL, "estimate", QL_STR("The plan may take more money than "), dollars(c, used[0]),
              QL_STR(": no price is known of the model of "), ql_get_str(unknown->first, QL_STR("agent")),
              unknown->count > 1 ? QL_STR(" and others") : QL_STR(""), QL_STR("; name the models, or give their prices."));
}

ql_value *ql_plan_check_with(ql_arena *a, const ql_plan *plan, const ql_plan_facts *facts) {
  static const ql_plan_facts nothing = {0};
  ql__check c = {.arena = a, .plan = plan, .facts = facts ? facts : &nothing, .problems = ql_array(a)};
  if (!c.problems || ql__dag_make(a, plan, &c.dag, NULL) != QL_OK) return NULL;
  c.tail = ql__tails(a, plan, &c.dag);
  if (!c.tail) return NULL;
  if (plan->task_count == 0)
    QL__PROBLEM(&c, QL_SEVERITY_ERROR, "empty-plan", NULL, "tasks", QL_STR("The plan has no tasks; add at least one."));
  if (plan->task_count == 1 && plan->tasks[0].effort == QL_EFFORT_XS)
    QL__PROBLEM(&c, QL_SEVERITY_INFO, "no-quest-needed", &plan->tasks[0], "tasks",
                QL_STR("One small task for one agent: no quest is needed, "), plan->tasks[0].agent, QL_STR(" can be asked directly."));
  if (plan->leader.len == 0)
    QL__PROBLEM(&c, QL_SEVERITY_ERROR, "no-leader", NULL, "leader", QL_STR("The plan names no leader; choose who leads."));
  for (size_t i = 0; i < plan->task_count; i++) check_assignment(&c, &plan->tasks[i]);
  ql__check_order(&c);
  check_agents(&c);
  for (size_t i = 0; i < plan->gate_count; i++) check_gate(&c, i);
  check_phases(&c);
  if (c.facts->paths) ql__check_files(&c);
  check_budget(&c);
  return ql_arena_failed(a) ? NULL : c.problems;
}

ql_value *ql_plan_check(ql_arena *a, const ql_plan *plan, const ql_roster *roster) {
  return ql_plan_check_with(a, plan, &(ql_plan_facts){.roster = roster});
}
