/* What the parts of the rehearsal planner share. Private to plan/. */
#ifndef QL_PLAN_PLANNER_H
#define QL_PLAN_PLANNER_H

#include "plan/draft.h"
#include "plan/match.h"
#include "plan/pieces.h"

#define QL_WORK_MAX 32u /* pieces of work in one plan: bits of `after` */

/* A piece of work on its way to a task: one of the planner's own, or one that an agent's file has. */
typedef struct ql__work {
  const ql__piece *piece; /* NULL when a file has it */
  ql__phase phase;
  ql__candidate *who;
  ql_str named; /* what {x} stands for */
  ql_str title, noun, reason;
  ql__texts outputs, accept;
  uint32_t after;  /* bits of the work it waits for */
  uint32_t behind; /* bits of all that comes before it, directly or not */
  unsigned level;  /* from 1 */
  size_t group;    /* the declared barrier, from 1; 0 when there are none */
  ql_plan_source source;
} ql__work;

typedef struct ql__planner {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_agent *leader;
  ql__objective objective;
  ql__candidates candidates;
  ql_str slug;    /* of the subject; absent when it has no ASCII letter */
  ql__work *work; /* QL_WORK_MAX of them */
  size_t count;
  ql__texts phases; /* titles of the declared groups */
} ql__planner;

/* ---- fill.c: texts ---- */

ql_str ql__join(ql_arena *a, ql_str x, ql_str y, ql_str z);
/// "T1", "T1 and T2", "T1, T2 and T3"
ql_str ql__enumerate(ql_arena *a, const ql_str *items, size_t count);
ql_str ql__enumerate_tasks(ql_arena *a, uint32_t tasks);
/// Fills in a text of the tables. After {s} a word that ends the subject already is not said twice.
ql_str ql__fill(const ql__planner *p, ql_str text, ql_str named);
/// Adds each item of a list parted by '|', filled in.
void ql__fill_list(const ql__planner *p, ql__texts *out, ql_str list, ql_str named);
/// The subject as part of a file name; absent when it has no ASCII letter.
ql_str ql__slug(ql_arena *a, ql_str subject);
/// The words of the fields that these concerns touch; with those of whoever writes code where none is touched that is done otherwise.
ql_str ql__words_for(ql_arena *a, unsigned concerns, bool coding);

/* ---- needs.c: what the objective needs ---- */

/// "auth" for "OAuth2", "schema" for "table": each need once, with the words that tell it.
void ql__add_findings(const ql__planner *p, ql__draft *d);

/* ---- templates.c: work from the agents' files ---- */

/// Fills in the work when a breakdown, a pattern or a flow of the roster's files fits the objective: the leader's before others'.
/// @return false when none fits: nothing is filled in then.
bool ql__use_template(ql__planner *p);

/* ---- obligations.c: what files add to a plan that stands ---- */

/// The checks of the files of those who take part that concern the work, as gates; and the steps by which an agent works, as demands on its
/// tasks. d has its tasks.
void ql__add_obligations(const ql__planner *p, ql__draft *d);

#endif
