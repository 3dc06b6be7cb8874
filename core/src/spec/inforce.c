#include "spec/inforce.h"

const ql_rule *ql__next_rule(const ql_roster *roster, const ql_agent *agent, ql_rule_kind kind, const ql_rule *after) {
  const ql_rule *rule = after ? after->next : agent->spec ? agent->spec->rules : NULL;
  while (rule && (rule->kind != kind || !ql_roster_rule_on(roster, agent->id, rule->id))) rule = rule->next;
  return rule;
}

const ql_rule_item *ql__next_rule_item(const ql_roster *roster, const ql_agent *agent, const ql_rule *rule, const ql_rule_item *after) {
  const ql_rule_item *item = after ? after->next : rule->first;
  while (item && !ql_roster_rule_on(roster, agent->id, item->id)) item = item->next;
  return item;
}
