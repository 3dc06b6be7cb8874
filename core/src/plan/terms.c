/* What the files of those who take part say about a quest: their hashes, and from the file of who leads the gates and the ladder. */
#include <questline/limits.h>
#include <questline/plan.h>

#include "base/text.h"
#include "plan/terms.h"
#include "spec/inforce.h"

#define WORD_MAX   160u /* bytes of a word in an event */
#define LEVELS_MAX 20u  /* of a quest's ladder */

ql_value *ql__spec_hashes(ql_arena *a, const ql_value *agents, const ql_roster *roster) {
  ql_value *specs = ql_array(a);
  for (const ql_value *agent = agents ? agents->first : NULL; agent; agent = agent->next) {
    const ql_agent *known = ql_roster_find(roster, agent->text);
    if (!known || !known->spec) continue;
    ql_value *pair = ql_push(specs, ql_array(a));
    ql_push(pair, ql_string(a, agent->text));
    ql_push(pair, ql_string(a, ql_arena_str(a, (ql_str){known->spec->sha256, 64})));
  }
  return specs;
}

static ql_value *copied(ql_arena *a, ql_str text) { return ql_string(a, ql_arena_str(a, text)); }

/* ---- gates ---- */

static bool fits_word(ql_str word) {
  bool fits = word.len > 0 && word.len <= WORD_MAX;
  for (size_t i = 0; i < word.len; i++) fits &= (unsigned char)word.ptr[i] >= ' ' && word.ptr[i] != 0x7f;
  return fits;
}

void ql__add_gate(ql_arena *a, ql_value *gates, const ql__gate_terms *terms) {
  static const ql_str RELATIONS[] = {[QL_LESS] = QL_STR_INIT("<"),
                                     [QL_AT_MOST] = QL_STR_INIT("<="),
                                     [QL_EQUAL] = QL_STR_INIT("="),
                                     [QL_AT_LEAST] = QL_STR_INIT(">="),
                                     [QL_MORE_THAN] = QL_STR_INIT(">")};
  bool number = terms->measured && terms->wants.milli >= 0, word = !number && fits_word(terms->expect);
  bool by_rule = terms->judge == QL_JUDGE_RULE && (number || word);
  ql_value *gate = fits_word(terms->id) ? ql_push(gates, ql_object(a)) : NULL;
  if (word) QL_SET(gate, "expect", copied(a, terms->expect));
  QL_SET(gate, "id", copied(a, terms->id));
  QL_SET(gate, "judge", ql_string(a, by_rule ? QL_STR("rule") : QL_STR("seat")));
  if (number) QL_SET(gate, "milli", ql_int(a, terms->wants.milli));
  if (number) QL_SET(gate, "op", ql_string(a, RELATIONS[terms->wants.relation]));
  if (terms->task.ptr) QL_SET(gate, "task", copied(a, terms->task));
  QL_SET(gate, "text", copied(a, terms->text));
  if (number && fits_word(terms->wants.unit)) QL_SET(gate, "unit", copied(a, terms->wants.unit));
}

static void add_item(ql_arena *a, ql_value *gates, const ql_rule_item *item) {
  ql__add_gate(a, gates,
               &(ql__gate_terms){.id = item->id,
                                 .text = item->text,
                                 .expect = item->expect,
                                 .wants = item->measure,
                                 .measured = item->has_measure,
                                 .judge = item->judge});
}

/* ---- the ladder ---- */

static void add_level(ql_arena *a, ql_value *ladder, const ql_rule_item *item) {
  ql_value *level = ql_push(ladder, ql_object(a)), *to = ql_array(a);
  if (item->max_ms >= 0) QL_SET(level, "max_ms", ql_int(a, item->max_ms));
  if (item->min_ms >= 0 && item->min_ms <= item->max_ms) QL_SET(level, "min_ms", ql_int(a, item->min_ms));
  QL_SET(level, "name", copied(a, item->name.len > 0 ? item->name : item->text));
  if (item->retries >= 0) QL_SET(level, "retries", ql_int(a, item->retries));
  for (size_t i = 0; i < item->agent_count; i++) ql_push(to, copied(a, item->agents[i]));
  if (item->agent_count > 0) QL_SET(level, "to", to);
}

static void add_rules(ql_arena *a, const ql_roster *roster, const ql_agent *leader, ql_value *gates, ql_value *ladder) {
  const ql_rule *rule = NULL;
  while ((rule = ql__next_rule(roster, leader, QL_RULE_GATE, rule)))
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(roster, leader, rule, item));) add_item(a, gates, item);
  rule = ql__next_rule(roster, leader, QL_RULE_ESCALATION, NULL); /* the first one counts */
  for (const ql_rule_item *item = NULL; rule && (item = ql__next_rule_item(roster, leader, rule, item));)
    if (ladder->count < LEVELS_MAX) add_level(a, ladder, item);
}

ql_value *ql_plan_terms(ql_arena *a, const ql_value *agents, const ql_roster *roster) {
  ql_value *terms = ql_object(a), *gates = ql_array(a), *ladder = ql_array(a), *specs = ql__spec_hashes(a, agents, roster);
  const ql_agent *leader = agents && agents->first ? ql_roster_find(roster, agents->first->text) : NULL;
  if (leader && leader->spec) add_rules(a, roster, leader, gates, ladder);
  if (ql_arena_failed(a)) return NULL;
  if (gates->count > 0) QL_SET(terms, "gates", gates);
  if (ladder->count > 0) QL_SET(terms, "ladder", ladder);
  if (specs->count > 0) QL_SET(terms, "specs", specs);
  return ql_arena_failed(a) ? NULL : terms;
}
