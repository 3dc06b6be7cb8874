/* A check of a plan under way. Private to plan/. */
#ifndef QL_PLAN_CHECK_H
#define QL_PLAN_CHECK_H

#include "plan/dag.h"

typedef struct ql__check {
  ql_arena *arena;
  const ql_plan *plan;
  const ql_plan_facts *facts;
  ql__dag dag;
  int64_t *tail; /* of each task: minutes from its start to the end of all that waits for it */
  ql_value *problems;
  size_t fixed; /* edits in fixes so far */
} ql__check;

/// A problem at the end of the list. @param task  NULL: of the whole plan; its source gives the line
ql_value *ql__problem(ql__check *c, ql_severity severity, ql_str code, const ql_plan_task *task, ql_str field, const ql_str *pieces,
                      size_t count);
#define QL__PROBLEM(c, severity, code, task, field, ...)                                                                                   \
  ql__problem((c), (severity), QL_STR(code), (task), QL_STR(field), (const ql_str[]){__VA_ARGS__},                                         \
              sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/// The fix of a problem, empty to begin with; NULL when there are so many already that no more are wanted.
ql_value *ql__fix(ql__check *c, ql_value *problem);
/// Adds an edit to a fix. @param task  absent for an edit of the plan
ql_value *ql__fix_edit(ql__check *c, ql_value *fix, ql_str op, ql_str task);
/// Adds an edit that sets a field; takes value over.
void ql__fix_set(ql__check *c, ql_value *fix, ql_str task, ql_str field, ql_value *value);

/// Cycles, tasks that never start, groups against dependencies, tasks of one group that want one agent or one file.
void ql__check_order(ql__check *c);
/// Files that are not there.
void ql__check_files(ql__check *c);

/// Minutes of each task and of the longest chain of those that wait for it; 0 for tasks that have no place. NULL when out of memory.
int64_t *ql__tails(ql_arena *a, const ql_plan *plan, const ql__dag *dag);

typedef enum ql__rule_of_order { QL_ORDER_PRIORITY, QL_ORDER_TAIL, QL_ORDER_NUMBER } ql__rule_of_order;

/// A task that wants something that others want too.
typedef struct ql__use {
  size_t group; /* in which it wants it; 0 for none */
  ql_str what;
  ql_priority priority; /* medium where none is said */
  int64_t tail;
  size_t task;
} ql__use;

/// Which of two goes first: below 0 for x. *rule is what decided.
int ql__goes_first(const ql__use *x, const ql__use *y, ql__rule_of_order *rule);

typedef struct ql__uses {
  ql__use *items;
  size_t count, cap;
} ql__uses;

/// Adds a use of a task; out of memory shows in ql_arena_failed.
void ql__add_use(ql_arena *a, ql__uses *uses, const ql_plan *plan, size_t task, size_t group, int64_t tail, ql_str what);
/// Adds all files that a task writes: of its paths, and of those that its outputs name.
void ql__add_files(ql_arena *a, ql__uses *uses, const ql_plan *plan, size_t task, size_t group, int64_t tail);
/// By group, what is wanted, and who goes first.
void ql__sort_uses(ql__uses *uses);
/// A path without "./" before it.
ql_str ql__plain_path(ql_str path);

#endif
