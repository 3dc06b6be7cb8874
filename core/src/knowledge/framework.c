/* The decision framework of an agent's file as a decision record to be filled in. */
#include <questline/decision.h>

#include "base/text.h"
#include "spec/inforce.h"

/* Which part of a record a step of the framework is about, by a word of it. */
static const struct part {
  ql_str word, member;
} PARTS[] = {{QL_STR_INIT("current"), QL_STR_INIT("current")},         {QL_STR_INIT("impact"), QL_STR_INIT("impact")},
             {QL_STR_INIT("migration"), QL_STR_INIT("phases")},        {QL_STR_INIT("coordinat"), QL_STR_INIT("coordination")},
             {QL_STR_INIT("execution"), QL_STR_INIT("coordination")},  {QL_STR_INIT("quality"), QL_STR_INIT("gates")},
             {QL_STR_INIT("consequence"), QL_STR_INIT("consequences")}};

static bool has_word(ql_str text, ql_str word) {
  for (size_t i = 0; i + word.len <= text.len; i++)
    if (ql_starts_nocase(ql_slice(text, i, text.len), word)) return true;
  return false;
}

static ql_value *list_of(ql_arena *a, ql_value *record, ql_str member) {
  ql_value *list = ql_get(record, member);
  return list ? list : ql_set(record, member, ql_array(a));
}

/* The framework may stand in a file twice, once short and once in full. */
static void add_once(ql_arena *a, ql_value *list, ql_str text) {
  for (const ql_value *item = list ? list->first : NULL; item; item = item->next)
    if (ql_eq_nocase(item->text, text)) return;
  ql_push(list, ql_string(a, text));
}

/* "Current State Analysis - Load all": what is to be done. */
static ql_str after_dash(ql_str text) {
  for (size_t i = 0; i + 3 <= text.len; i++)
    if (ql_starts(ql_slice(text, i, text.len), QL_STR(" - "))) return ql_slice(text, i + 3, text.len);
  return text;
}

static void add_step(ql_arena *a, ql_value *record, const ql_rule_item *step) {
  for (size_t p = 0; p < QL_COUNT(PARTS); p++) {
    if (!has_word(step->text, PARTS[p].word)) continue;
    if (ql_eq(PARTS[p].member, QL_STR("phases"))) return; /* they are a rule of their own */
    ql_value *list = list_of(a, record, PARTS[p].member);
    if (!step->first) add_once(a, list, after_dash(step->text));
    for (const ql_rule_item *detail = step->first; detail; detail = detail->next) add_once(a, list, detail->text);
    return;
  }
}

static void add_phases(ql_arena *a, ql_value *record, const ql_roster *roster, const ql_agent *agent) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(roster, agent, QL_RULE_PATTERN, rule)) != NULL;) {
    if (!has_word(rule->title, QL_STR("migration")) || QL_GET(record, "phases")) continue;
    ql_value *phases = QL_SET(record, "phases", ql_array(a));
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(roster, agent, rule, item)) != NULL;) {
      ql_value *phase = ql_push(phases, ql_object(a));
      QL_SET(phase, "name", ql_string(a, item->text));
    }
  }
}

static void add_gates(ql_arena *a, ql_value *record, const ql_roster *roster, const ql_agent *agent) {
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(roster, agent, QL_RULE_GATE, rule)) != NULL;)
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(roster, agent, rule, item)) != NULL;) {
      ql_str named[] = {item->name, QL_STR(": "), item->text};
      bool whole = item->name.len == 0 || ql_starts(item->text, item->name);
      add_once(a, list_of(a, record, QL_STR("gates")), whole ? item->text : ql_arena_concat(a, named, QL_COUNT(named)));
    }
}

ql_status ql_decision_template(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err) {
  ql_value *criteria, *record = ql_object(a);
  ql_status status = ql_decision_criteria(a, roster, agent, &criteria, err);
  if (status != QL_OK) return status;
  const ql_agent *found = ql_roster_find(roster, agent);
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(roster, found, QL_RULE_DECISION, rule)) != NULL;)
    for (const ql_rule_item *step = NULL; (step = ql__next_rule_item(roster, found, rule, step)) != NULL;) add_step(a, record, step);
  add_gates(a, record, roster, found);
  add_phases(a, record, roster, found);
  if (criteria->count > 0) {
    ql_value *matrix = QL_SET(record, "matrix", ql_object(a));
    QL_SET(matrix, "criteria", criteria);
    QL_SET(matrix, "options", ql_array(a));
  }
  ql_push(QL_SET(record, "participants", ql_array(a)), ql_string(a, found->id));
  QL_SET(record, "status", ql_string(a, QL_STR("proposed")));
  QL_SET(record, "title", ql_string(a, QL_STR("A decision to be made")));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = record;
  return QL_OK;
}
