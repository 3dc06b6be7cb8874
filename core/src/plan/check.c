/* What keeps a plan from running, or should be looked at before it does. */
#include <stdlib.h>

#include <questline/limits.h>

#include "base/text.h"
#include "plan/dag.h"
#include "plan/words.h"

/* The closest name is looked for only so often: it costs a comparison with the whole roster. */
#define SUGGESTIONS_MAX 16u

typedef struct checker {
  ql_arena *arena;
  const ql_plan *plan;
  ql__dag dag;
  ql_value *problems;
} checker;

static const ql_str SEVERITIES[] = {
    [QL_SEVERITY_ERROR] = QL_STR_INIT("error"), [QL_SEVERITY_WARNING] = QL_STR_INIT("warning"), [QL_SEVERITY_INFO] = QL_STR_INIT("info")};

static void add(checker *c, ql_severity severity, ql_str code, ql_str task, const ql_str *pieces, size_t count) {
  ql_value *problem = ql_push(c->problems, ql_object(c->arena));
  QL_SET(problem, "code", ql_string(c->arena, code));
  QL_SET(problem, "message", ql_string(c->arena, ql_arena_concat(c->arena, pieces, count)));
  QL_SET(problem, "severity", ql_string(c->arena, SEVERITIES[severity]));
  if (task.ptr) QL_SET(problem, "task", ql_string(c->arena, task));
}

#define ADD(c, severity, code, task, ...)                                                                                                  \
  add((c), (severity), QL_STR(code), (task), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

static void check_task(checker *c, size_t index) {
  const ql_plan_task *task = &c->plan->tasks[index];
  if (task->agent.len == 0)
    ADD(c, QL_SEVERITY_ERROR, "unassigned", task->id, task->id, QL_STR(" is nobody's; choose an agent for it."));
  else if (ql_eq(task->agent, c->plan->leader))
    ADD(c, QL_SEVERITY_ERROR, "leader-assigned", task->id, task->id, QL_STR(" is given to "), task->agent,
        QL_STR(", who leads and cannot message itself; give it to another agent."));
  for (size_t k = 0; k < task->after_count; k++) {
    const ql_plan_task *after = &c->plan->tasks[task->after[k]];
    if (c->dag.declared && !c->dag.cycle && c->dag.group[index] <= c->dag.group[task->after[k]])
      ADD(c, QL_SEVERITY_ERROR, "group-order", task->id, task->id, QL_STR(" depends on "), after->id,
          QL_STR(", which does not stand in an earlier group; move one of them."));
  }
}

/* A thing that two tasks of one group may both name. */
typedef struct mention {
  size_t group, task;
  ql_str what;
} mention;

static int by_mention(const void *x, const void *y) {
  const mention *a = x, *b = y;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  int order = ql_compare(a->what, b->what);
  if (order != 0) return order;
  return a->task < b->task ? -1 : a->task > b->task;
}

static void sort_mentions(mention *items, size_t count) {
  if (count > 1) qsort(items, count, sizeof *items, by_mention);
}

static void check_outputs(checker *c) {
  mention *files = NULL;
  size_t count = 0, cap = 0;
  for (size_t i = 0; i < c->plan->task_count; i++) {
    const ql_plan_task *task = &c->plan->tasks[i];
    for (size_t k = 0; k < task->output_count; k++) {
      ql_str rest = task->outputs[k], path;
      while (ql__next_file(&rest, &path)) {
        mention *wider = ql_arena_grow(c->arena, files, count, &cap, sizeof *files);
        if (!wider) return;
        files = wider;
        files[count++] = (mention){c->dag.group[i], i, path};
      }
    }
  }
  sort_mentions(files, count);
  for (size_t i = 1; i < count; i++) {
    const mention *a = &files[i - 1], *b = &files[i];
    if (a->group == 0 || a->group != b->group || a->task == b->task || !ql_eq(a->what, b->what)) continue;
    ADD(c, QL_SEVERITY_WARNING, "same-output", c->plan->tasks[b->task].id, c->plan->tasks[a->task].id, QL_STR(" and "),
        c->plan->tasks[b->task].id, QL_STR(" stand in one group and both write "), a->what,
        QL_STR("; put one after the other or split the file."));
  }
}

static void check_shared(checker *c, const mention *agents, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const mention *a = &agents[i - 1], *b = &agents[i];
    if (a->group == 0 || a->group != b->group || a->what.len == 0 || !ql_eq(a->what, b->what)) continue;
    ADD(c, QL_SEVERITY_INFO, "shared-agent", c->plan->tasks[b->task].id, c->plan->tasks[a->task].id, QL_STR(" and "),
        c->plan->tasks[b->task].id, QL_STR(" stand in one group but share "), a->what, QL_STR(". They will run one after the other."));
  }
}

static void unknown_agent(checker *c, const ql_roster *roster, ql_str agent, ql_str task, size_t *suggestions) {
  ql_str close = (*suggestions)++ < SUGGESTIONS_MAX ? ql_roster_suggest(roster, agent) : QL_ABSENT;
  if (close.ptr)
    ADD(c, QL_SEVERITY_ERROR, "unknown-agent", task, QL_STR("Nobody here is called "), agent, QL_STR(". Did you mean "), close,
        QL_STR("?"));
  else
    ADD(c, QL_SEVERITY_ERROR, "unknown-agent", task, QL_STR("Nobody here is called "), agent,
        QL_STR("; add its file or choose another agent."));
}

/* All agents by name, each once: how many there are, and whether the roster knows them. */
static void check_agents(checker *c, const ql_roster *roster, mention *agents) {
  const ql_plan *plan = c->plan;
  size_t n = 0, distinct = 0, suggestions = 0;
  for (size_t i = 0; i < plan->task_count; i++)
    if (plan->tasks[i].agent.len > 0) agents[n++] = (mention){0, i, plan->tasks[i].agent};
  for (size_t i = 0; i < plan->need_count; i++) agents[n++] = (mention){0, plan->task_count, plan->needs[i].agent};
  if (plan->leader.len > 0) agents[n++] = (mention){0, plan->task_count, plan->leader};
  sort_mentions(agents, n);
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && ql_eq(agents[i].what, agents[i - 1].what)) continue;
    distinct++;
    if (!roster || ql_roster_find(roster, agents[i].what)) continue;
    unknown_agent(c, roster, agents[i].what, agents[i].task < plan->task_count ? plan->tasks[agents[i].task].id : QL_ABSENT, &suggestions);
  }
  if (distinct > QL_QUEST_AGENTS_MAX)
    ADD(c, QL_SEVERITY_ERROR, "too-many-agents", QL_ABSENT,
        QL_STR("The plan names more agents than a quest can hold (64); give tasks to fewer."));
}

ql_value *ql_plan_check(ql_arena *a, const ql_plan *plan, const ql_roster *roster) {
  checker c = {a, plan, {0}, ql_array(a)};
  mention *agents = ql_arena_array(a, plan->task_count + plan->need_count + 1, sizeof *agents);
  if (!c.problems || !agents || ql__dag_make(a, plan, &c.dag, NULL) != QL_OK) return NULL;
  if (plan->task_count == 0) ADD(&c, QL_SEVERITY_ERROR, "empty-plan", QL_ABSENT, QL_STR("The plan has no tasks; add at least one."));
  if (plan->task_count == 1 && plan->tasks[0].effort == QL_EFFORT_XS)
    ADD(&c, QL_SEVERITY_INFO, "no-quest-needed", plan->tasks[0].id, QL_STR("One small task for one agent: no quest is needed, "),
        plan->tasks[0].agent, QL_STR(" can be asked directly."));
  if (plan->leader.len == 0) ADD(&c, QL_SEVERITY_ERROR, "no-leader", QL_ABSENT, QL_STR("The plan names no leader; choose who leads."));
  if (c.dag.cycle)
    ADD(&c, QL_SEVERITY_ERROR, "cycle", plan->tasks[c.dag.cycle[0]].id, QL_STR("These tasks wait for each other: "),
        ql__dag_cycle_text(a, plan, &c.dag), QL_STR(". Take one of the dependencies out."));
  for (size_t i = 0; i < plan->task_count; i++) check_task(&c, i);
  check_outputs(&c);
  for (size_t i = 0; i < plan->task_count; i++) agents[i] = (mention){c.dag.group[i], i, plan->tasks[i].agent};
  sort_mentions(agents, plan->task_count);
  check_shared(&c, agents, plan->task_count);
  check_agents(&c, roster, agents);
  return ql_arena_failed(a) ? NULL : c.problems;
}
