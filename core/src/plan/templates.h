/* Which work of an agent's file fits an objective. Private to plan/. */
#ifndef QL_PLAN_TEMPLATES_H
#define QL_PLAN_TEMPLATES_H

#include "plan/planner.h"

/// A breakdown, a pattern or a flow of a file, and whose it is.
typedef struct ql__template {
  const ql_agent *agent;
  const ql_rule *rule;
} ql__template;

/// How well it fits, 0 for not at all; work of other kinds compares by it too.
int ql__template_fit(const ql__planner *p, const ql__template *t);
/// Whether an item of a breakdown is about something that the objective does not name: "Implement JWT middleware" where nobody said JWT.
bool ql__template_foreign(const ql__planner *p, const ql_rule_item *item);

#endif
