/* Edits work on the JSON form of the plan: its reader then checks the result and numbers the tasks anew. */
#include <questline/limits.h>
#include <questline/plan_edit.h>
#include <string.h>

#include "base/text.h"

typedef struct work {
  ql_arena *arena;
  ql_value *plan;   /* its tasks are in the list below */
  ql_value **tasks; /* in order */
  size_t count, cap;
  size_t made;       /* tasks that edits have added: they are called new T1, new T2 … till the tasks are numbered anew */
  ql_value *merged;  /* by the id of a task that went into another one, the id of that one */
  ql_value *refusal; /* shape `PlanProblem`, once there is one */
} work;

/* ---- refusing ---- */

static bool refuse(work *w, ql_str code, ql_str task, const ql_str *pieces, size_t count) {
  w->refusal = ql_object(w->arena);
  QL_SET(w->refusal, "code", ql_string(w->arena, code));
  QL_SET(w->refusal, "message", ql_string(w->arena, ql_arena_concat(w->arena, pieces, count)));
  QL_SET(w->refusal, "severity", ql_string(w->arena, QL_STR("error")));
  if (task.len > 0) QL_SET(w->refusal, "task", ql_string(w->arena, task));
  return false;
}

#define REFUSE(w, code, task, ...)                                                                                                         \
  refuse((w), QL_STR(code), (task), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/* ---- tasks ---- */

static size_t place_of(const work *w, ql_str id) {
  size_t at = 0;
  while (at < w->count && !ql_eq(ql_get_str(w->tasks[at], QL_STR("id")), id)) at++;
  return at;
}

/* The task that a member of the edit names. */
static bool named(work *w, const ql_value *edit, ql_str member, size_t *out) {
  ql_str id = ql_trim(ql_get_str(edit, member));
  if (id.len == 0) return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("The edit needs "), member, QL_STR(": the id of a task."));
  *out = place_of(w, id);
  return *out < w->count || REFUSE(w, "unknown-task", id, QL_STR("There is no task "), id, QL_STR(" in the plan."));
}

static ql_value *after_of(work *w, ql_value *task) {
  ql_value *after = QL_GET(task, "after");
  return after && after->kind == QL_ARRAY ? after : QL_SET(task, "after", ql_array(w->arena));
}

static bool depends(const ql_value *after, ql_str id) {
  for (const ql_value *item = after ? after->first : NULL; item; item = item->next)
    if (ql_eq(item->text, id)) return true;
  return false;
}

static void depend(work *w, ql_value *task, ql_str id) {
  ql_value *after = after_of(w, task);
  if (!depends(after, id) && !ql_eq(ql_get_str(task, QL_STR("id")), id)) ql_push(after, ql_string(w->arena, id));
}

/* True when it did. */
static bool free_of(work *w, ql_value *task, ql_str id) {
  const ql_value *old = QL_GET(task, "after");
  if (!depends(old, id)) return false;
  ql_value *after = ql_array(w->arena);
  for (const ql_value *item = old->first; item; item = item->next)
    if (!ql_eq(item->text, id)) ql_push(after, ql_string(w->arena, item->text));
  QL_SET(task, "after", after);
  return true;
}

/* A task at a place of the list, with an id that says that it is new. */
static ql_value *insert(work *w, size_t at) {
  ql_value **tasks = ql_arena_grow(w->arena, w->tasks, w->count, &w->cap, sizeof(ql_value *));
  ql_value *task = ql_object(w->arena);
  if (!tasks || !task) return NULL;
  w->tasks = tasks;
  for (size_t i = w->count++; i > at; i--) tasks[i] = tasks[i - 1];
  tasks[at] = task;
  QL_SET(task, "id", ql_string(w->arena, ql_arena_concat(w->arena, (ql_str[]){QL_STR("new "), ql_task_id(w->arena, w->made++)}, 2)));
  return task;
}

static void take_out(work *w, size_t at) {
  for (size_t i = at; i + 1 < w->count; i++) w->tasks[i] = w->tasks[i + 1];
  w->count--;
}

/* What has to be shown for one task from now on has to be shown for another, or for none: then the gate goes. */
static void move_gates(work *w, ql_str from, ql_str to) {
  const ql_value *old = QL_GET(w->plan, "gates");
  ql_value *gates = ql_array(w->arena);
  for (const ql_value *gate = old && old->kind == QL_ARRAY ? old->first : NULL; gate; gate = gate->next) {
    bool about = ql_eq(ql_get_str(gate, QL_STR("task")), from);
    if (about && !to.ptr) continue;
    ql_value *kept = ql_push(gates, ql_copy(w->arena, gate));
    if (about) QL_SET(kept, "task", ql_string(w->arena, to));
  }
  if (old && old->kind == QL_ARRAY) QL_SET(w->plan, "gates", gates);
}

static void copy_member(work *w, ql_value *to, const ql_value *from, ql_str member) {
  const ql_value *value = ql_get(from, member);
  if (value) ql_set(to, member, ql_copy(w->arena, value));
}

/* By hand: what the plan says of where the task came from no longer holds. */
static void by_hand(work *w, ql_value *task) {
  ql_value *source = ql_object(w->arena);
  QL_SET(source, "from", ql_string(w->arena, QL_STR("person")));
  QL_SET(task, "source", source);
}

static bool is_declared(const work *w) { return ql_get_bool(w->plan, QL_STR("declared_groups")); }

/* ---- edits ---- */

static const ql_str TASK_MEMBERS[] = {
    QL_STR_INIT("accept"),   QL_STR_INIT("demands"), QL_STR_INIT("effort"),   QL_STR_INIT("estimate"), QL_STR_INIT("outputs"),
    QL_STR_INIT("priority"), QL_STR_INIT("reason"),  QL_STR_INIT("rollback"), QL_STR_INIT("title"),    QL_STR_INIT("writes"),
};
static const ql_str PLAN_MEMBERS[] = {
    QL_STR_INIT("considered"), QL_STR_INIT("duration"), QL_STR_INIT("files"),     QL_STR_INIT("findings"), QL_STR_INIT("gates"),
    QL_STR_INIT("leader"),     QL_STR_INIT("needs"),    QL_STR_INIT("objective"), QL_STR_INIT("order"),    QL_STR_INIT("phases"),
    QL_STR_INIT("risks"),      QL_STR_INIT("rollback"), QL_STR_INIT("steps"),     QL_STR_INIT("success"),
};

/* One id, or a list of them. */
static bool add_after(work *w, ql_value *task, const ql_value *ids) {
  const ql_value *item = ids && ids->kind == QL_ARRAY ? ids->first : ids;
  for (; item; item = ids->kind == QL_ARRAY ? item->next : NULL) {
    ql_str id = item->kind == QL_STRING ? ql_trim(item->text) : QL_STR("");
    if (id.len == 0 || place_of(w, id) == w->count)
      return REFUSE(w, "unknown-task", id, QL_STR("The new task cannot wait for "), id.len > 0 ? id : QL_STR("that"),
                    QL_STR(": there is no such task in the plan."));
    depend(w, task, id);
  }
  return true;
}

static bool add_task(work *w, const ql_value *edit) {
  if (ql_trim(ql_get_str(edit, QL_STR("title"))).len == 0) return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("A new task needs a title."));
  size_t at = w->count;
  if (QL_GET(edit, "before") && !named(w, edit, QL_STR("before"), &at)) return false;
  ql_value *task = insert(w, at);
  if (!task) return false;
  QL_SET(task, "agent", ql_string(w->arena, QL_STR("")));
  copy_member(w, task, edit, QL_STR("agent"));
  if (!add_after(w, task, QL_GET(edit, "after"))) return false;
  for (size_t i = 0; i < QL_COUNT(TASK_MEMBERS); i++) copy_member(w, task, edit, TASK_MEMBERS[i]);
  if (is_declared(w)) {
    int64_t last = 0;
    for (size_t i = 0; i < w->count; i++)
      if (ql_get_int(w->tasks[i], QL_STR("group"), 0) > last) last = ql_get_int(w->tasks[i], QL_STR("group"), 0);
    QL_SET(task, "group", ql_int(w->arena, ql_get_int(edit, QL_STR("group"), last + 1)));
  }
  by_hand(w, task);
  return true;
}

/* Whoever waited for it waits for what it waited for. Its gates go with it. */
static bool remove_task(work *w, const ql_value *edit) {
  size_t at;
  if (!named(w, edit, QL_STR("task"), &at)) return false;
  ql_value *gone = w->tasks[at];
  ql_str id = ql_get_str(gone, QL_STR("id"));
  take_out(w, at);
  move_gates(w, id, QL_ABSENT);
  for (size_t i = 0; i < w->count; i++) {
    if (!free_of(w, w->tasks[i], id)) continue;
    for (const ql_value *item = after_of(w, gone)->first; item; item = item->next) depend(w, w->tasks[i], item->text);
  }
  return true;
}

static bool all_titled(work *w, const ql_value *titles, ql_str id) {
  for (const ql_value *title = titles->first; title; title = title->next)
    if (ql_trim(title->text).len == 0) return REFUSE(w, "bad-edit", id, QL_STR("Each part of "), id, QL_STR(" needs a title."));
  return true;
}

/* The last of parts that follow each other is where the whole is done. */
static void end_with(work *w, ql_value *whole, ql_value *last) {
  copy_member(w, last, whole, QL_STR("accept"));
  QL_SET(whole, "accept", ql_array(w->arena));
  move_gates(w, ql_get_str(whole, QL_STR("id")), ql_get_str(last, QL_STR("id")));
}

/* Its parts one after another, or side by side; who waited for it waits for the last, or for all. The first keeps what the whole had, but for what has
   to hold in the end where they follow each other. */
static bool split_task(work *w, const ql_value *edit) {
  size_t at;
  const ql_value *titles = QL_GET(edit, "titles"), *agents = QL_GET(edit, "agents");
  if (!named(w, edit, QL_STR("task"), &at)) return false;
  ql_value *whole = w->tasks[at], *previous = whole;
  ql_str id = ql_get_str(whole, QL_STR("id"));
  if (!titles || titles->kind != QL_ARRAY || titles->count < 2)
    return REFUSE(w, "bad-edit", id, QL_STR("To split "), id, QL_STR(" name its parts: titles, two or more."));
  if (!all_titled(w, titles, id)) return false;
  bool together = ql_get_bool(edit, QL_STR("together"));
  ql_value *waiting = ql_array(w->arena); /* parts that others wait for in its place */
  if (together) ql_push(waiting, ql_string(w->arena, id));
  const ql_value *agent = agents ? agents->first : NULL;
  QL_SET(whole, "title", ql_copy(w->arena, titles->first));
  if (agent && agent->text.len > 0) QL_SET(whole, "agent", ql_copy(w->arena, agent));
  size_t place = at;
  for (const ql_value *title = titles->first->next; title; title = title->next) {
    ql_value *part = insert(w, ++place);
    if (!part) return false;
    agent = agent ? agent->next : NULL;
    QL_SET(part, "title", ql_copy(w->arena, title));
    if (agent && agent->text.len > 0)
      QL_SET(part, "agent", ql_copy(w->arena, agent));
    else
      copy_member(w, part, whole, QL_STR("agent"));
    copy_member(w, part, whole, QL_STR("group"));
    copy_member(w, part, whole, QL_STR("priority"));
    if (together)
      copy_member(w, part, whole, QL_STR("after"));
    else
      depend(w, part, ql_get_str(previous, QL_STR("id")));
    if (together || !title->next) ql_push(waiting, ql_string(w->arena, ql_get_str(part, QL_STR("id"))));
    by_hand(w, part);
    previous = part;
  }
  for (size_t i = 0; i < w->count; i++) {
    if ((i >= at && i <= place) || !free_of(w, w->tasks[i], id)) continue;
    for (const ql_value *item = waiting->first; item; item = item->next) depend(w, w->tasks[i], item->text);
  }
  if (!together) end_with(w, whole, previous);
  if (!together && is_declared(w)) {
    /* Parts that wait for each other cannot stand in one barrier. */
    int64_t group = ql_get_int(whole, QL_STR("group"), 1), more = (int64_t)titles->count - 1;
    for (size_t i = 0; i < w->count; i++) {
      int64_t own = ql_get_int(w->tasks[i], QL_STR("group"), 0);
      if (own > group) QL_SET(w->tasks[i], "group", ql_int(w->arena, own + more));
    }
    for (size_t i = at + 1; i <= place; i++) QL_SET(w->tasks[i], "group", ql_int(w->arena, group + (int64_t)(i - at)));
  }
  by_hand(w, whole);
  return true;
}

static void add_texts(work *w, ql_value *to, const ql_value *from, ql_str member) {
  const ql_value *more = ql_get(from, member);
  if (!more || more->kind != QL_ARRAY || more->count == 0) return;
  ql_value *list = ql_get(to, member);
  if (!list || list->kind != QL_ARRAY) list = ql_set(to, member, ql_array(w->arena));
  for (const ql_value *item = more->first; item; item = item->next)
    if (!depends(list, item->text)) ql_push(list, ql_string(w->arena, item->text));
}

/* What two tasks take, one task takes. */
static void add_estimates(work *w, ql_value *to, const ql_value *from) {
  const ql_value *more = QL_GET(from, "estimate");
  ql_value *sum = more ? ql_copy(w->arena, more) : NULL;
  const ql_value *own = QL_GET(to, "estimate");
  for (const ql_value *item = sum && own ? own->first : NULL; item; item = item->next)
    ql_set(sum, item->key, ql_int(w->arena, item->number + ql_get_int(more, item->key, 0)));
  if (sum) QL_SET(to, "estimate", sum);
}

/* The larger priority and effort, and a way back where there was none. */
static void take_larger(work *w, ql_value *to, const ql_value *from) {
  ql_priority own, other;
  ql_effort size, more;
  if (ql_priority_read(ql_get_str(from, QL_STR("priority")), &other) &&
      (!ql_priority_read(ql_get_str(to, QL_STR("priority")), &own) || other > own))
    copy_member(w, to, from, QL_STR("priority"));
  if (ql_effort_read(ql_get_str(from, QL_STR("effort")), &more) &&
      (!ql_effort_read(ql_get_str(to, QL_STR("effort")), &size) || more > size))
    copy_member(w, to, from, QL_STR("effort"));
  if (!QL_GET(to, "rollback")) copy_member(w, to, from, QL_STR("rollback"));
}

/* Into the first of them. */
static bool merge_tasks(work *w, const ql_value *edit) {
  const ql_value *ids = QL_GET(edit, "tasks"), *title = QL_GET(edit, "title");
  if (title && ql_trim(title->text).len == 0) return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("What comes of merging needs a title."));
  if (!ids || ids->kind != QL_ARRAY || ids->count < 2)
    return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("To merge, name two tasks or more: tasks."));
  for (const ql_value *item = ids->first; item; item = item->next)
    if (item->kind != QL_STRING || place_of(w, item->text) == w->count)
      return REFUSE(w, "unknown-task", item->text, QL_STR("There is no task "), item->text.ptr ? item->text : QL_STR("of that id"),
                    QL_STR(" in the plan."));
  ql_value *first = w->tasks[place_of(w, ids->first->text)];
  ql_str id = ql_get_str(first, QL_STR("id"));
  for (const ql_value *item = ids->first->next; item; item = item->next) {
    if (ql_eq(item->text, id)) continue;
    size_t at = place_of(w, item->text);
    if (at == w->count) continue; /* named twice */
    ql_value *other = w->tasks[at];
    take_out(w, at);
    ql_set(w->merged, ql_get_str(other, QL_STR("id")), ql_string(w->arena, id));
    move_gates(w, ql_get_str(other, QL_STR("id")), id);
    (void)free_of(w, first, ql_get_str(other, QL_STR("id")));
    static const ql_str lists[] = {QL_STR_INIT("outputs"), QL_STR_INIT("accept"), QL_STR_INIT("demands"), QL_STR_INIT("writes")};
    for (size_t i = 0; i < QL_COUNT(lists); i++) add_texts(w, first, other, lists[i]);
    add_estimates(w, first, other);
    take_larger(w, first, other);
    for (const ql_value *after = after_of(w, other)->first; after; after = after->next) depend(w, first, after->text);
    for (size_t i = 0; i < w->count; i++)
      if (free_of(w, w->tasks[i], item->text)) depend(w, w->tasks[i], id);
    int64_t group = ql_get_int(other, QL_STR("group"), 0);
    if (is_declared(w) && group > ql_get_int(first, QL_STR("group"), 0)) QL_SET(first, "group", ql_int(w->arena, group));
  }
  copy_member(w, first, edit, QL_STR("title"));
  copy_member(w, first, edit, QL_STR("agent"));
  by_hand(w, first);
  return true;
}

static bool reassign_task(work *w, const ql_value *edit) {
  size_t at;
  ql_str to = ql_agent_id(w->arena, ql_get_str(edit, QL_STR("to")));
  if (!named(w, edit, QL_STR("task"), &at)) return false;
  if (!to.ptr) return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("To whom? The edit needs to: an agent's name."));
  QL_SET(w->tasks[at], "agent", ql_string(w->arena, to));
  QL_SET(w->tasks[at], "reason", ql_string(w->arena, QL_STR("chosen by hand")));
  return true;
}

/* To another group: where groups were computed they are declared from now on. */
static bool move_task(work *w, const ql_value *edit) {
  size_t at;
  int64_t group = ql_get_int(edit, QL_STR("group"), 0);
  if (!named(w, edit, QL_STR("task"), &at)) return false;
  if (group < 1 || group > QL_PLAN_TASKS_MAX) return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("A group is a number from 1."));
  QL_SET(w->plan, "declared_groups", ql_bool(w->arena, true));
  QL_SET(w->tasks[at], "group", ql_int(w->arena, group));
  return true;
}

/* To another place of the list, before a task or at the end; nothing else changes but the numbers. */
static bool order_task(work *w, const ql_value *edit) {
  size_t at, before = w->count;
  if (!named(w, edit, QL_STR("task"), &at)) return false;
  if (QL_GET(edit, "before") && !named(w, edit, QL_STR("before"), &before)) return false;
  ql_value *task = w->tasks[at];
  take_out(w, at);
  if (before > at) before--;
  for (size_t i = w->count++; i > before; i--) w->tasks[i] = w->tasks[i - 1];
  w->tasks[before] = task;
  return true;
}

static bool link_tasks(work *w, const ql_value *edit) {
  size_t at, after;
  if (!named(w, edit, QL_STR("task"), &at) || !named(w, edit, QL_STR("after"), &after)) return false;
  if (at == after) return REFUSE(w, "cycle", ql_get_str(edit, QL_STR("task")), QL_STR("A task cannot wait for itself."));
  depend(w, w->tasks[at], ql_get_str(w->tasks[after], QL_STR("id")));
  return true;
}

static bool unlink_tasks(work *w, const ql_value *edit) {
  size_t at, after;
  if (!named(w, edit, QL_STR("task"), &at) || !named(w, edit, QL_STR("after"), &after)) return false;
  ql_str id = ql_get_str(w->tasks[at], QL_STR("id")), other = ql_get_str(w->tasks[after], QL_STR("id"));
  return free_of(w, w->tasks[at], other) || REFUSE(w, "no-link", id, id, QL_STR(" does not depend on "), other, QL_STR("."));
}

static bool set_member(work *w, const ql_value *edit) {
  ql_str field = ql_get_str(edit, QL_STR("field"));
  const ql_value *value = QL_GET(edit, "value");
  bool of_task = QL_GET(edit, "task") != NULL;
  const ql_str *known = of_task ? TASK_MEMBERS : PLAN_MEMBERS;
  size_t count = of_task ? QL_COUNT(TASK_MEMBERS) : QL_COUNT(PLAN_MEMBERS), i = 0, at = 0;
  if (of_task && !named(w, edit, QL_STR("task"), &at)) return false;
  while (i < count && !ql_eq(known[i], field)) i++;
  if (i == count || !value || value->kind == QL_NULL)
    return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("There is no field "), field.ptr ? field : QL_STR("of that name"),
                  QL_STR(" that can be set, or the value is missing."));
  ql_value *to = of_task ? w->tasks[at] : w->plan;
  if ((ql_eq(field, QL_STR("title")) || ql_eq(field, QL_STR("objective"))) && ql_trim(value->text).len == 0)
    return REFUSE(w, "bad-edit", of_task ? ql_get_str(to, QL_STR("id")) : QL_ABSENT, QL_STR("It cannot be without "), field, QL_STR("."));
  ql_set(to, known[i], ql_copy(w->arena, value));
  if (of_task) by_hand(w, to);
  return true;
}

static const struct edit_kind {
  ql_str op;
  bool (*make)(work *w, const ql_value *edit);
} KINDS[] = {
    {QL_STR_INIT("add"), add_task},      {QL_STR_INIT("remove"), remove_task},     {QL_STR_INIT("split"), split_task},
    {QL_STR_INIT("merge"), merge_tasks}, {QL_STR_INIT("reassign"), reassign_task}, {QL_STR_INIT("move"), move_task},
    {QL_STR_INIT("order"), order_task},  {QL_STR_INIT("link"), link_tasks},        {QL_STR_INIT("unlink"), unlink_tasks},
    {QL_STR_INIT("set"), set_member},
};

static bool make_edit(work *w, const ql_value *edit) {
  ql_str op = ql_get_str(edit, QL_STR("op"));
  for (size_t i = 0; i < QL_COUNT(KINDS); i++)
    if (ql_eq(KINDS[i].op, op)) return KINDS[i].make(w, edit);
  return REFUSE(w, "bad-edit", QL_ABSENT, QL_STR("An edit's op is add, remove, split, merge, reassign, move, order, link, unlink or set."));
}

/* ---- the result ---- */

static bool begin(work *w, const ql_plan *plan) {
  w->plan = ql_plan_value(w->arena, plan);
  const ql_value *tasks = QL_GET(w->plan, "tasks");
  if (!tasks) return false;
  w->cap = tasks->count + 8;
  w->tasks = ql_arena_array(w->arena, w->cap, sizeof(ql_value *));
  for (ql_value *task = w->tasks ? tasks->first : NULL; task; task = task->next) w->tasks[w->count++] = task;
  return w->tasks != NULL;
}

static bool has_task(const work *w, ql_str agent) {
  for (size_t i = 0; i < w->count; i++)
    if (ql_eq(ql_get_str(w->tasks[i], QL_STR("agent")), agent)) return true;
  return false;
}

/* Who lost the last task is not needed any more; who got one is. */
static void renew_needs(work *w, const ql_plan *before) {
  const ql_value *old = QL_GET(w->plan, "needs");
  if (!old || old->kind != QL_ARRAY) return; /* the reader says so */
  ql_value *needs = ql_array(w->arena);
  for (const ql_value *need = old->first; need; need = need->next) {
    ql_str agent = ql_get_str(need, QL_STR("agent"));
    bool had = false;
    for (size_t k = 0; k < before->task_count; k++) had |= ql_eq(before->tasks[k].agent, agent);
    if (!had || has_task(w, agent)) ql_push(needs, ql_copy(w->arena, need));
  }
  for (size_t i = 0; i < w->count; i++) {
    ql_str agent = ql_get_str(w->tasks[i], QL_STR("agent"));
    bool known = !ql_agent_id(w->arena, agent).ptr; /* nobody, or no name, which the reader says */
    for (const ql_value *need = needs ? needs->first : NULL; need; need = need->next)
      known |= ql_eq(ql_get_str(need, QL_STR("agent")), agent);
    if (known) continue;
    ql_value *need = ql_push(needs, ql_object(w->arena));
    QL_SET(need, "agent", ql_string(w->arena, agent));
    QL_SET(need, "reason", ql_string(w->arena, ql_get_str(w->tasks[i], QL_STR("title"))));
  }
  QL_SET(w->plan, "needs", needs);
}

/* The plan with its tasks in their new order. They are taken out of the array they stood in, so they are copied. */
static ql_value *whole(work *w) {
  ql_value *tasks = ql_array(w->arena);
  for (size_t i = 0; i < w->count; i++) ql_push(tasks, ql_copy(w->arena, w->tasks[i]));
  QL_SET(w->plan, "tasks", tasks);
  return w->plan;
}

/* By the id that a task had, the one it has now; of one that was merged the id of what it went into. */
static ql_value *new_ids(work *w, const ql_plan *before) {
  ql_value *ids = ql_object(w->arena);
  for (size_t i = 0; i < before->task_count; i++) {
    ql_str id = before->tasks[i].id;
    for (ql_str into; (into = ql_get_str(w->merged, id)).ptr;) id = into;
    size_t at = place_of(w, id);
    if (at < w->count) ql_set(ids, before->tasks[i].id, ql_string(w->arena, ql_task_id(w->arena, at)));
  }
  return ids;
}

static bool had_before(const ql_value *problems, const ql_value *problem) {
  ql_str code = ql_get_str(problem, QL_STR("code")), task = ql_get_str(problem, QL_STR("task")),
         words = ql_get_str(problem, QL_STR("message"));
  /* Behind a cycle the others do not show. */
  bool knot = ql_eq(code, QL_STR("cycle")) || ql_eq(code, QL_STR("unreachable")) || ql_eq(code, QL_STR("group-order"));
  for (const ql_value *p = problems ? problems->first : NULL; p; p = p->next) {
    ql_str known = ql_get_str(p, QL_STR("code"));
    if (knot && ql_eq(known, QL_STR("cycle"))) return true;
    if (!ql_eq(known, code)) continue;
    if (ql_eq(ql_get_str(p, QL_STR("message")), words) || (task.ptr && ql_eq(ql_get_str(p, QL_STR("task")), task))) return true;
  }
  return false;
}

/* An edit must not bring a fault that keeps the plan from running, but for a task that is nobody's yet. Faults are told in the ids that whoever edits
   knows. */
static bool brings_fault(work *w, const ql_plan *before, const ql_plan *made, const ql_roster *roster) {
  static const ql_str told[] = {QL_STR_INIT("code"),     QL_STR_INIT("field"), QL_STR_INIT("message"),
                                QL_STR_INIT("severity"), QL_STR_INIT("task"),  QL_STR_INIT("tasks")};
  ql_plan known = *made;
  ql_plan_task *tasks = ql_arena_array(w->arena, made->task_count + 1, sizeof *tasks);
  for (size_t i = 0; tasks && i < made->task_count; i++) {
    tasks[i] = made->tasks[i];
    tasks[i].id = ql_get_str(w->tasks[i], QL_STR("id"));
  }
  known.tasks = tasks;
  const ql_value *old = ql_plan_check(w->arena, before, roster), *new = tasks ? ql_plan_check(w->arena, &known, roster) : NULL;
  for (const ql_value *p = new ? new->first : NULL; p; p = p->next) {
    if (!ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("error")) || ql_eq(ql_get_str(p, QL_STR("code")), QL_STR("unassigned"))) continue;
    if (had_before(old, p)) continue;
    w->refusal = ql_object(w->arena);
    for (size_t i = 0; i < QL_COUNT(told); i++) copy_member(w, w->refusal, p, told[i]);
    return true;
  }
  return false;
}

static bool refuse_unread(work *w, ql_status status, const ql_error *why) {
  ql_str detail = {why->detail, strlen(why->detail)}, message = {why->message, strlen(why->message)};
  ql_str code = status == QL_ERR_LIMIT ? QL_STR("limit") : QL_STR("bad-edit");
  const ql_str pieces[] = {ql_arena_str(w->arena, detail), QL_STR(" "), message, QL_STR(".")};
  return refuse(w, code, QL_ABSENT, pieces, QL_COUNT(pieces));
}

static bool make_edits(work *w, const ql_value *edits) {
  if (!edits || edits->kind != QL_ARRAY) return make_edit(w, edits);
  for (const ql_value *edit = edits->first; edit; edit = edit->next)
    if (!make_edit(w, edit)) return false;
  return true;
}

ql_status ql_plan_edit(ql_arena *a, const ql_plan *plan, const ql_value *edits, const ql_roster *roster, ql_value **out, ql_error *err) {
  work w = {.arena = a, .merged = ql_object(a)};
  ql_error why = {0};
  const ql_plan *made = NULL;
  ql_value *answer = ql_object(a);
  if (!begin(&w, plan)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  bool sound = make_edits(&w, edits);
  if (sound) {
    renew_needs(&w, plan);
    ql_status status = ql_plan_from_value(a, whole(&w), &made, &why);
    if (status == QL_ERR_NOMEM) return ql_fail(err, status, "out of memory", QL_ABSENT);
    sound = status == QL_OK ? !brings_fault(&w, plan, made, roster) : refuse_unread(&w, status, &why);
  }
  if (sound) {
    ql_value *value = QL_SET(answer, "plan", ql_plan_value(a, made));
    QL_SET(answer, "ids", new_ids(&w, plan));
    if (roster) QL_SET(value, "problems", ql_plan_check(a, made, roster));
  } else {
    QL_SET(answer, "refusal", w.refusal);
  }
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = answer;
  return QL_OK;
}
