/* The rules of an agent's file that hold: those that nobody switched off. */
#ifndef QL_SPEC_INFORCE_H
#define QL_SPEC_INFORCE_H

#include <questline/roster.h>

/// The first rule of a kind that holds, or the next one behind `after`. NULL when there is none, as for an agent without a file.
const ql_rule *ql__next_rule(const ql_roster *roster, const ql_agent *agent, ql_rule_kind kind, const ql_rule *after);
/// The first item of a rule that holds, or the next one behind `after`; items of items are not walked.
const ql_rule_item *ql__next_rule_item(const ql_roster *roster, const ql_agent *agent, const ql_rule *rule, const ql_rule_item *after);

#endif
