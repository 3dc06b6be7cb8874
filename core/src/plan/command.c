/* From a plan to the command that opens its quest. */
#include <questline/plan.h>

#include "base/text.h"
#include "plan/terms.h"

static ql_value *strings(ql_arena *a, const ql_str *items, size_t count) {
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(list, ql_string(a, items[i]));
  return list;
}

static void set_filled(ql_value *object, ql_str key, ql_value *list) {
  if (list && list->count > 0) ql_set(object, key, list);
}

static ql_value *task_value(ql_arena *a, const ql_plan *plan, const ql_plan_task *task) {
  ql_value *item = ql_object(a), *after = ql_array(a);
  for (size_t k = 0; k < task->after_count; k++) ql_push(after, ql_string(a, plan->tasks[task->after[k]].id));
  set_filled(item, QL_STR("accept"), strings(a, task->accept, task->accept_count));
  set_filled(item, QL_STR("after"), after);
  QL_SET(item, "id", ql_string(a, task->id));
  set_filled(item, QL_STR("outputs"), strings(a, task->outputs, task->output_count));
  QL_SET(item, "title", ql_string(a, task->title));
  QL_SET(item, "to", ql_string(a, task->agent));
  return item;
}

static bool listed(const ql_value *list, ql_str id) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next)
    if (ql_eq(item->text, id)) return true;
  return false;
}

/* Groups are written down only where the plan declared them: the others follow from the dependencies. */
static ql_value *declared_groups(ql_arena *a, const ql_plan *plan) {
  ql_value *groups = ql_array(a);
  size_t last = 0;
  for (size_t i = 0; i < plan->task_count; i++)
    if (plan->tasks[i].group > last) last = plan->tasks[i].group;
  for (size_t g = 1; g <= last; g++) {
    ql_value *group = ql_push(groups, ql_array(a));
    for (size_t i = 0; i < plan->task_count; i++)
      if (plan->tasks[i].group == g) ql_push(group, ql_string(a, plan->tasks[i].id));
  }
  return groups;
}

static ql_value *gates_value(ql_arena *a, const ql_plan *plan) {
  ql_value *gates = ql_array(a);
  for (size_t i = 0; i < plan->gate_count; i++) {
    const ql_plan_gate *gate = &plan->gates[i];
    ql__add_gate(a, gates,
                 &(ql__gate_terms){.id = gate->id,
                                   .text = gate->text,
                                   .expect = gate->expect,
                                   .task = gate->task != SIZE_MAX ? plan->tasks[gate->task].id : QL_ABSENT,
                                   .wants = gate->wants,
                                   .measured = gate->measured,
                                   .judge = gate->judge});
  }
  return gates;
}

ql_value *ql_plan_command(ql_arena *a, const ql_plan *plan, const ql_roster *roster) {
  ql_value *command = ql_object(a), *agents = ql_array(a), *tasks = ql_array(a);
  ql_str hash;
  if (ql_plan_hash(a, plan, &hash, NULL) != QL_OK) return NULL;
  ql_push(agents, ql_string(a, plan->leader));
  for (size_t i = 0; i < plan->task_count; i++) {
    if (!listed(agents, plan->tasks[i].agent)) ql_push(agents, ql_string(a, plan->tasks[i].agent));
    ql_push(tasks, task_value(a, plan, &plan->tasks[i]));
  }
  QL_SET(command, "agents", agents);
  QL_SET(command, "brief", ql_string(a, ql_plan_write(a, plan, QL_PLAN_SEED)));
  QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
  set_filled(command, QL_STR("gates"), gates_value(a, plan));
  set_filled(command, QL_STR("groups"), declared_groups(a, plan));
  QL_SET(command, "mission", ql_string(a, plan->objective));
  QL_SET(command, "plan", ql_string(a, hash));
  if (roster) set_filled(command, QL_STR("specs"), ql__spec_hashes(a, agents, roster));
  QL_SET(command, "tasks", tasks);
  QL_SET(command, "type", ql_string(a, QL_STR("create")));
  return ql_arena_failed(a) ? NULL : command;
}
