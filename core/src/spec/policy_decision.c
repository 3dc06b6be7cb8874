/* How a decision is made, step by step; and the phases of the work that one of the steps lays out. */
#include "base/text.h"
#include "spec/policy_steps.h"

/* "Phase 1: words": the number, and the words behind it; 0 without. */
static uint32_t phase_of(const ql_rule_item *item, ql_str *words) {
  if (!ql_starts_nocase(item->text, QL_STR("phase "))) return 0;
  uint32_t number = ql__heading_number(item->text);
  size_t colon = ql_find_byte(ql_slice(item->text, 0, 12), ':', 0);
  *words = colon == SIZE_MAX ? item->text : ql_trim(ql_slice(item->text, colon + 1, item->text.len));
  return number;
}

static void add_phases(ql__compiler *c, const ql__region *region, const ql_rule_item *step, int confidence) {
  ql_str words;
  if (!step->first || step->first == step->last || phase_of(step->first, &words) != 1) return;
  ql_rule *rule = ql__add_rule(c, QL_RULE_PATTERN, region, step->text, confidence);
  for (const ql_rule_item *detail = step->first; detail && rule; detail = detail->next) {
    uint32_t number = phase_of(detail, &words);
    if (number == 0) continue;
    ql_rule_item *phase = ql__add_item(c, rule, NULL, words, detail->offset, detail->end, detail->line);
    if (phase) phase->number = (int32_t)number;
  }
}

void ql__compile_decision(ql__compiler *c, const ql__region *region) {
  ql_rule *before = c->last;
  if (!region->own) return;
  (void)ql__read_steps(c, region, QL_RULE_DECISION, true);
  ql_rule *last = c->last;
  for (const ql_rule *rule = before ? before->next : c->first; rule; rule = rule->next) {
    if (rule->kind == QL_RULE_DECISION)
      for (const ql_rule_item *step = rule->first; step; step = step->next) add_phases(c, region, step, rule->confidence);
    if (rule == last) break;
  }
}
