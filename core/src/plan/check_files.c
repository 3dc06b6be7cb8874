/* Files that a plan needs and that are not there. */
#include <stdlib.h>

#include "base/text.h"
#include "plan/check.h"
#include "plan/words.h"

typedef struct known {
  ql_str *paths; /* sorted */
  size_t count;
  ql__uses made; /* by tasks: sorted by path, then by group */
} known;

static int by_path(const void *x, const void *y) {
  const ql_str *a = x, *b = y;
  return ql_compare(*a, *b);
}

static int by_place(const void *x, const void *y) {
  const ql__use *a = x, *b = y;
  int order = ql_compare(a->what, b->what);
  if (order != 0) return order;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  return a->task < b->task ? -1 : a->task > b->task;
}

static bool list_known(const ql__check *c, known *k) {
  const ql_value *paths = c->facts->paths;
  k->paths = ql_arena_array(c->arena, paths->count + 1, sizeof *k->paths);
  if (!k->paths) return false;
  for (const ql_value *path = paths->first; path; path = path->next)
    if (path->kind == QL_STRING && path->text.len > 0) k->paths[k->count++] = ql__plain_path(path->text);
  if (k->count > 1) qsort(k->paths, k->count, sizeof *k->paths, by_path);
  for (size_t i = 0; i < c->plan->task_count; i++) ql__add_files(c->arena, &k->made, c->plan, i, c->dag.group[i], 0);
  if (k->made.count > 1) qsort(k->made.items, k->made.count, sizeof *k->made.items, by_place);
  return !ql_arena_failed(c->arena);
}

static bool is_there(const known *k, ql_str path) {
  return k->count > 0 && bsearch(&path, k->paths, k->count, sizeof *k->paths, by_path) != NULL;
}

/* The first task that makes the file; NULL when none does. */
static const ql__use *maker_of(const known *k, ql_str path) {
  size_t low = 0, high = k->made.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (ql_compare(k->made.items[middle].what, path) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < k->made.count && ql_eq(k->made.items[low].what, path) ? &k->made.items[low] : NULL;
}

static ql_str base_name(ql_str path) {
  size_t start = path.len;
  while (start > 0 && path.ptr[start - 1] != '/') start--;
  return ql_slice(path, start, path.len);
}

/* The one file of the same name elsewhere; absent when there is none or more than one. */
static ql_str elsewhere(const known *k, ql_str path) {
  ql_str name = base_name(path), found = QL_ABSENT;
  for (size_t i = 0; i < k->count; i++) {
    if (!ql_eq(base_name(k->paths[i]), name)) continue;
    if (found.ptr && !ql_eq(found, k->paths[i])) return QL_ABSENT;
    found = k->paths[i];
  }
  return found;
}

static ql_value *missing(ql__check *c, const ql_plan_task *task, ql_str field, ql_str path, ql_str other) {
  const ql_str of_plan[] = {QL_STR("The plan changes "), path, QL_STR(", which is not there")};
  const ql_str of_task[] = {task ? task->id : QL_STR(""), QL_STR(" needs "), path, QL_STR(", which is not there")};
  ql_str start = task ? ql_arena_concat(c->arena, of_task, QL_COUNT(of_task)) : ql_arena_concat(c->arena, of_plan, QL_COUNT(of_plan));
  const ql_str with[] = {start, QL_STR(". Did you mean "), other, QL_STR("?")};
  const ql_str without[] = {start, QL_STR("; name its path from the root of the project, or add a task that makes it.")};
  return ql__problem(c, QL_SEVERITY_WARNING, QL_STR("missing-file"), task, field, other.ptr ? with : without,
                     other.ptr ? QL_COUNT(with) : QL_COUNT(without));
}

/* ---- what a task needs ---- */

static void fix_demand(ql__check *c, ql_value *problem, const ql_plan_task *task, size_t which, ql_str wrong, ql_str right) {
  ql_value *fix = ql__fix(c, problem), *demands = ql_array(c->arena);
  if (!fix) return;
  for (size_t i = 0; i < task->demand_count; i++) {
    ql_str text = task->demands[i];
    if (i == which) {
      size_t at = (size_t)(wrong.ptr - text.ptr);
      const ql_str pieces[] = {ql_slice(text, 0, at), right, ql_slice(text, at + wrong.len, text.len)};
      text = ql_arena_concat(c->arena, pieces, QL_COUNT(pieces));
    }
    ql_push(demands, ql_string(c->arena, text));
  }
  ql__fix_set(c, fix, task->id, QL_STR("demands"), demands);
}

static void check_demand(ql__check *c, const known *k, size_t index, size_t which) {
  const ql_plan_task *task = &c->plan->tasks[index];
  ql_str rest = task->demands[which], path;
  while (ql__next_file(&rest, &path)) {
    ql_str plain = ql__plain_path(path);
    if (is_there(k, plain)) continue;
    const ql__use *maker = maker_of(k, plain);
    if (!maker) {
      ql_str other = elsewhere(k, plain);
      ql_value *problem = missing(c, task, QL_STR("demands"), path, other);
      if (other.ptr) fix_demand(c, problem, task, which, path, other);
      continue;
    }
    if (maker->task == index || c->dag.cycle || maker->group < c->dag.group[index]) continue;
    const ql_plan_task *by = &c->plan->tasks[maker->task];
    ql_value *problem =
        QL__PROBLEM(c, QL_SEVERITY_WARNING, "missing-file", task, "demands", task->id, QL_STR(" needs "), path, QL_STR(", which "), by->id,
                    QL_STR(" makes and it does not wait for; put it behind "), by->id, QL_STR("."));
    ql_value *fix = maker->group == c->dag.group[index] && !c->dag.declared ? ql__fix(c, problem) : NULL;
    if (fix) QL_SET(ql__fix_edit(c, fix, QL_STR("link"), task->id), "after", ql_string(c->arena, by->id));
  }
}

/* ---- what the plan changes ---- */

/* Said of a file that is there already. */
static bool says_change(ql_str purpose) {
  static const ql_str verbs[] = {QL_STR_INIT("modify"),   QL_STR_INIT("update"),  QL_STR_INIT("change"), QL_STR_INIT("edit"),
                                 QL_STR_INIT("extend"),   QL_STR_INIT("fix"),     QL_STR_INIT("remove"), QL_STR_INIT("delete"),
                                 QL_STR_INIT("refactor"), QL_STR_INIT("rewrite"), QL_STR_INIT("rename"), QL_STR_INIT("move")};
  for (size_t i = 0; i < QL_COUNT(verbs); i++)
    if (ql_starts_nocase(purpose, verbs[i]) && (purpose.len == verbs[i].len || !ql_is_alnum(purpose.ptr[verbs[i].len]))) return true;
  return false;
}

static void fix_file(ql__check *c, ql_value *problem, size_t which, ql_str right) {
  ql_value *fix = ql__fix(c, problem), *files = ql_array(c->arena);
  if (!fix) return;
  for (size_t i = 0; i < c->plan->file_count; i++) {
    ql_value *file = ql_push(files, ql_object(c->arena));
    QL_SET(file, "path", ql_string(c->arena, i == which ? right : c->plan->files[i].path));
    QL_SET(file, "purpose", ql_string(c->arena, c->plan->files[i].purpose));
  }
  ql__fix_set(c, fix, QL_ABSENT, QL_STR("files"), files);
}

void ql__check_files(ql__check *c) {
  known k = {0};
  if (!list_known(c, &k)) return;
  for (size_t i = 0; i < c->plan->task_count; i++)
    for (size_t d = 0; d < c->plan->tasks[i].demand_count; d++) check_demand(c, &k, i, d);
  for (size_t i = 0; i < c->plan->file_count; i++) {
    const ql_plan_file *file = &c->plan->files[i];
    ql_str plain = ql__plain_path(file->path);
    if (!says_change(file->purpose) || is_there(&k, plain) || maker_of(&k, plain)) continue;
    ql_str other = elsewhere(&k, plain);
    ql_value *problem = missing(c, NULL, QL_STR("files"), file->path, other);
    if (other.ptr) fix_file(c, problem, i, other);
  }
}
