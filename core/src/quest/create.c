/* The first event: what a quest is asked before it exists, and what it starts with. */
#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

#define CONSULT_MAX 8
#define LEVELS_MAX  20u
#define GATES_MAX   1024u

static bool seen_before(const ql_value *list, const ql_value *item) {
  for (const ql_value *other = list->first; other != item; other = other->next)
    if (ql_eq(other->text, item->text)) return true;
  return false;
}

static bool listed(const ql_value *agents, ql_str id) {
  for (const ql_value *agent = agents->first; agent; agent = agent->next)
    if (ql_eq(agent->text, id)) return true;
  return false;
}

static bool pairs_listed(const ql_value *agents, const ql_value *pairs, bool owner) {
  for (const ql_value *pair = pairs ? pairs->first : NULL; pair; pair = pair->next) {
    bool owners = owner && ql_eq(pair->first->text, QL_STR("@owner"));
    if (!owners && !listed(agents, pair->first->text)) return false;
    for (const ql_value *other = pairs->first; other != pair; other = other->next)
      if (ql_eq(other->first->text, pair->first->text)) return false;
  }
  return true;
}

/* Follows dependencies down from each task without recursion: a task met again while it is still on the path closes a cycle. */
static bool has_cycle(const ql_value *const *tasks, size_t count) {
  enum { NEW, ON_PATH, FINISHED };
  uint8_t mark[QL_QUEST_TASKS_MAX] = {0};
  size_t path[QL_QUEST_TASKS_MAX];
  const ql_value *next[QL_QUEST_TASKS_MAX]; /* the dependency to follow next, of each task on the path */
  for (size_t root = 0; root < count; root++) {
    size_t depth = 0;
    size_t task = root;
    if (mark[root] != NEW) continue;
    for (;;) {
      if (mark[task] == NEW) {
        const ql_value *after = QL_GET(tasks[task], "after");
        mark[task] = ON_PATH;
        path[depth] = task;
        next[depth++] = after ? after->first : NULL;
      }
      const ql_value *dependency = next[depth - 1];
      if (!dependency) {
        mark[task] = FINISHED;
        if (--depth == 0) break;
        task = path[depth - 1];
        continue;
      }
      next[depth - 1] = dependency->next;
      size_t target = ql__task_number(dependency->text) - 1;
      if (mark[target] == ON_PATH) return true;
      if (mark[target] == NEW) task = target;
    }
  }
  return false;
}

/* Each task in exactly one group, none before the group of what it needs. */
static bool groups_fit(const ql_value *groups, const ql_value *const *tasks, size_t count, ql_str *about) {
  size_t group_of[QL_QUEST_TASKS_MAX] = {0};
  size_t number = 0, placed = 0;
  for (const ql_value *group = groups->first; group; group = group->next) {
    number++;
    for (const ql_value *id = group->first; id; id = id->next) {
      *about = id->text;
      size_t task = ql__task_number(id->text);
      if (task < 1 || task > count || group_of[task - 1] != 0) return false;
      group_of[task - 1] = number;
      placed++;
    }
  }
  for (size_t i = 0; i < count; i++) {
    const ql_value *after = QL_GET(tasks[i], "after");
    *about = ql_get_str(tasks[i], QL_STR("id"));
    for (const ql_value *id = after ? after->first : NULL; id; id = id->next)
      if (group_of[ql__task_number(id->text) - 1] > group_of[i]) return false;
  }
  return placed == count;
}

static ql__verdict guard_plan(const ql_value *d) {
  const ql_value *agents = QL_GET(d, "agents"), *list = QL_GET(d, "tasks"), *groups = QL_GET(d, "groups");
  const ql_value *tasks[QL_QUEST_TASKS_MAX];
  size_t count = 0;
  if (!list) return groups ? ql__refuse_about(QL__bad_plan, QL_STR("groups without tasks")) : QL__MAY;
  if (list->count > QL_QUEST_TASKS_MAX) return ql__refuse_about(QL__limit, QL_STR("QL_QUEST_TASKS_MAX"));
  for (const ql_value *task = list->first; task; task = task->next) {
    ql_str id = ql_get_str(task, QL_STR("id")), to = ql_get_str(task, QL_STR("to"));
    tasks[count++] = task;
    if (ql__task_number(id) != count || !listed(agents, to) || ql_eq(to, agents->first->text)) return ql__refuse_about(QL__bad_plan, id);
    const ql_value *after = QL_GET(task, "after");
    for (const ql_value *other = after ? after->first : NULL; other; other = other->next)
      if (ql__task_number(other->text) > list->count || seen_before(after, other)) return ql__refuse_about(QL__bad_plan, id);
  }
  if (has_cycle(tasks, count)) return ql__refuse_about(QL__bad_plan, QL_STR("cycle"));
  ql_str about = QL_ABSENT;
  if (groups && !groups_fit(groups, tasks, count, &about)) return ql__refuse_about(QL__bad_plan, about);
  return QL__MAY;
}

/* A gate judged by rule has a number with its relation, or a word; nothing else has. */
static bool gate_fits(const ql_value *gate, const ql_value *gates, size_t tasks) {
  bool rule = ql_eq(ql_get_str(gate, QL_STR("judge")), QL_STR("rule"));
  bool number = QL_GET(gate, "milli") != NULL, relation = QL_GET(gate, "op") != NULL, word = QL_GET(gate, "expect") != NULL;
  if (number != relation || (rule && number == word)) return false;
  ql_str task = ql_get_str(gate, QL_STR("task"));
  if (task.ptr && ql__task_number(task) > tasks) return false;
  for (const ql_value *other = gates->first; other != gate; other = other->next)
    if (ql_eq(ql_get_str(other, QL_STR("id")), ql_get_str(gate, QL_STR("id")))) return false;
  return true;
}

static ql__verdict guard_policy(const ql_value *d) {
  const ql_value *gates = QL_GET(d, "gates"), *ladder = QL_GET(d, "ladder"), *tasks = QL_GET(d, "tasks");
  if (ql_get_int(d, QL_STR("consult"), 0) > CONSULT_MAX) return ql__refuse_about(QL__bad_policy, QL_STR("consult"));
  if (ql_get_int(d, QL_STR("loops"), 2) < 2) return ql__refuse_about(QL__bad_policy, QL_STR("loops"));
  if (ladder && ladder->count > LEVELS_MAX) return ql__refuse_about(QL__bad_policy, QL_STR("ladder"));
  if (gates && gates->count > GATES_MAX) return ql__refuse_about(QL__bad_policy, QL_STR("gates"));
  for (const ql_value *gate = gates ? gates->first : NULL; gate; gate = gate->next)
    if (!gate_fits(gate, gates, tasks ? tasks->count : 0)) return ql__refuse_about(QL__bad_policy, ql_get_str(gate, QL_STR("id")));
  for (const ql_value *level = ladder ? ladder->first : NULL; level; level = level->next) {
    const ql_value *most = QL_GET(level, "max_ms");
    if (most && ql_get_int(level, QL_STR("min_ms"), 0) > most->number) return ql__refuse_about(QL__bad_policy, QL_STR("ladder"));
  }
  return QL__MAY;
}

ql__verdict ql__guard_create(const ql__event *event) {
  const ql_value *d = event->d, *agents = QL_GET(d, "agents");
  if (!ql_eq(event->by, QL_STR("@owner"))) return ql__refuse(QL__owner_only);
  if (!ql__known_rules(ql_get_int(d, QL_STR("rules"), 0))) return ql__refuse(QL__not_known_rules);
  if (agents->count > QL_QUEST_AGENTS_MAX) return ql__refuse_about(QL__limit, QL_STR("QL_QUEST_AGENTS_MAX"));
  for (const ql_value *agent = agents->first; agent; agent = agent->next)
    if (ql_eq(agent->text, QL_STR("@owner")) || seen_before(agents, agent)) return ql__refuse(QL__bad_agents);
  if (!pairs_listed(agents, QL_GET(d, "seats"), false) || !pairs_listed(agents, QL_GET(d, "specs"), false) ||
      !pairs_listed(agents, QL_GET(d, "keys"), true))
    return ql__refuse(QL__bad_agents);
  ql__verdict verdict = guard_plan(d);
  return verdict.code == QL__ACCEPTED ? guard_policy(d) : verdict;
}

/* ---- what it starts with ---- */

static size_t length(const ql_value *list) { return list ? list->count : 0; }

bool ql__reserve_create(ql_arena *a, ql__state *s, const ql_value *d) {
  const ql_value *tasks = QL_GET(d, "tasks");
  bool ok = QL__GROW(a, s->seats, s->seat_count, s->seat_cap, length(QL_GET(d, "agents")) + 1) &&
            QL__GROW(a, s->tasks, s->task_count, s->task_cap, length(tasks));
  s->gates = ql_arena_array(a, length(QL_GET(d, "gates")) + 1, sizeof *s->gates);
  s->levels = ql_arena_array(a, length(QL_GET(d, "ladder")) + 1, sizeof *s->levels);
  s->frames = ql_arena_array(a, QL_GET(d, "consult") ? QL_QUEST_AGENTS_MAX + 1 : 1, sizeof *s->frames);
  s->repeats = ql_arena_array(a, QL_GET(d, "loops") ? QL__REPEATS_MAX : 1, sizeof *s->repeats);
  if (!ok || !s->gates || !s->levels || !s->frames || !s->repeats) return false;
  size_t i = 0;
  for (const ql_value *task = tasks ? tasks->first : NULL; task; task = task->next, i++) {
    s->tasks[i].after = ql_arena_array(a, length(QL_GET(task, "after")) + 1, sizeof(size_t));
    if (!s->tasks[i].after) return false;
  }
  return true;
}

static void apply_seats(ql__state *s, const ql_value *d) {
  s->seats[s->seat_count++] = (ql__seat){.id = QL_STR("@owner"), .fence = 1, .kind = QL_STR("human")};
  for (const ql_value *agent = QL_GET(d, "agents")->first; agent; agent = agent->next)
    s->seats[s->seat_count++] = (ql__seat){.id = agent->text, .fence = 1, .kind = QL_STR("human")};
  const ql_value *seats = QL_GET(d, "seats");
  for (const ql_value *pair = seats ? seats->first : NULL; pair; pair = pair->next)
    s->seats[ql__seat_of(s, pair->first->text)].kind = pair->last->text;
}

static void apply_tasks(ql__state *s, const ql_value *d) {
  const ql_value *tasks = QL_GET(d, "tasks");
  for (const ql_value *item = tasks ? tasks->first : NULL; item; item = item->next) {
    ql__task *task = &s->tasks[s->task_count++];
    size_t *room = task->after;
    *task = (ql__task){.seat = ql__seat_of(s, ql_get_str(item, QL_STR("to"))), .after = room, .since = -1};
    const ql_value *after = QL_GET(item, "after");
    for (const ql_value *id = after ? after->first : NULL; id; id = id->next)
      task->after[task->after_count++] = ql__task_number(id->text) - 1;
  }
  const ql_value *groups = QL_GET(d, "groups");
  size_t number = 0;
  for (const ql_value *group = groups ? groups->first : NULL; group; group = group->next) {
    number++;
    for (const ql_value *id = group->first; id; id = id->next) s->tasks[ql__task_of(s, id->text)].group = number;
  }
}

static ql__relation relation_of(ql_str op) {
  static const ql_str RELATIONS[] = {[QL__LT] = QL_STR_INIT("<"),
                                     [QL__LE] = QL_STR_INIT("<="),
                                     [QL__EQ] = QL_STR_INIT("="),
                                     [QL__GE] = QL_STR_INIT(">="),
                                     [QL__GT] = QL_STR_INIT(">")};
  for (size_t i = QL__LT; op.ptr && i < QL_COUNT(RELATIONS); i++)
    if (ql_eq(RELATIONS[i], op)) return (ql__relation)i;
  return QL__ANY;
}

static void apply_policy(ql__state *s, const ql_value *d) {
  const ql_value *gates = QL_GET(d, "gates"), *ladder = QL_GET(d, "ladder"), *deadlines = QL_GET(d, "deadlines");
  for (const ql_value *item = gates ? gates->first : NULL; item; item = item->next) {
    ql_str task = ql_get_str(item, QL_STR("task"));
    s->gates[s->gate_count++] = (ql__gate){
        .id = ql_get_str(item, QL_STR("id")),
        .expect = ql_get_str(item, QL_STR("expect")),
        .unit = ql_get_str(item, QL_STR("unit")),
        .text = ql_get_str(item, QL_STR("text")),
        .by_rule = ql_eq(ql_get_str(item, QL_STR("judge")), QL_STR("rule")),
        .relation = relation_of(ql_get_str(item, QL_STR("op"))),
        .milli = ql_get_int(item, QL_STR("milli"), 0),
        .task = task.ptr ? ql__task_of(s, task) : QL__NONE,
        .giver = QL__NONE,
    };
  }
  for (const ql_value *item = ladder ? ladder->first : NULL; item; item = item->next)
    s->levels[s->level_count++] = (ql__level){ql_get_int(item, QL_STR("min_ms"), -1), ql_get_int(item, QL_STR("max_ms"), -1),
                                              ql_get_int(item, QL_STR("retries"), -1), QL_GET(item, "to")};
  s->quest_ms = ql_get_int(deadlines, QL_STR("quest"), 0);
  s->task_ms = ql_get_int(deadlines, QL_STR("task"), 0);
  s->turn_ms = ql_get_int(deadlines, QL_STR("turn"), 0);
  s->consult = ql_get_int(d, QL_STR("consult"), 0);
  s->loops = ql_get_int(d, QL_STR("loops"), 0);
  s->keys = QL_GET(d, "keys");
  ql__set_budget(&s->budget, QL_GET(d, "budget"));
}

void ql__apply_create(ql__state *s, const ql__event *event) {
  const ql_value *d = event->d;
  s->id = ql_get_str(d, QL_STR("id"));
  s->mission = ql_get_str(d, QL_STR("mission"));
  s->policy = ql_get_str(d, QL_STR("policy"));
  s->rules = ql_get_int(d, QL_STR("rules"), 0);
  s->specs = QL_GET(d, "specs");
  s->leader = QL__OWNER + 1;
  apply_seats(s, d);
  apply_tasks(s, d);
  apply_policy(s, d);
  s->status = s->task_count > 0 ? QL__PROPOSED : QL__RUNNING;
}
