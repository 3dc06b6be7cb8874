/* Numbered steps, which several kinds of rules consist of. Tools that words name. */
#ifndef QL_SPEC_POLICY_STEPS_H
#define QL_SPEC_POLICY_STEPS_H

#include "spec/points.h"

/// Adds a rule for each run of numbered points of a region, its deeper points as details; a number that starts again starts another rule.
/// Keys with a number ("2_weigh_options:") count. @return the last rule; NULL when there was no run of at least two.
ql_rule *ql__read_steps(ql__compiler *c, const ql__region *region, ql_rule_kind kind, bool fences);
/// The number that a heading gives: "Step 2: words", "Phase 2", "2. words"; 0 for none.
uint32_t ql__heading_number(ql_str heading);
/// The rule whose items are the headings below one heading, while that section lasts: found, or started with that heading for a title.
ql_rule *ql__rule_of_headings(ql__compiler *c, const ql__region *region, ql_rule_kind kind);

/// Fills in the tools that a point names: in backticks if known, elsewhere if spelled as nothing but a tool is ("WebSearch").
void ql__set_tools(ql__compiler *c, ql_rule_item *item, const ql__point *point);

#endif
