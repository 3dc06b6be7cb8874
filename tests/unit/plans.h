/* Plans for tests: from JSON, and by chance. */
#ifndef QL_TEST_PLANS_H
#define QL_TEST_PLANS_H

#include <questline/plan.h>

/// A number below `below`, from a seed that moves on.
unsigned chance(unsigned *seed, unsigned below);
/// A plan from JSON, in any order of keys; the test fails when it is none.
const ql_plan *plan_of_json(ql_arena *a, const char *text);
/// A plan with every field filled now and then: up to nine tasks of up to four agents, sometimes a cycle, sometimes declared groups.
const ql_plan *plan_by_chance(ql_arena *a, unsigned *seed);
/// The same as its JSON value, before it is read.
ql_value *value_by_chance(ql_arena *a, unsigned *seed);

#endif
