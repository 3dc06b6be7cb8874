/* Rules that somebody switched off, by agent and id; kept over every link. */
#include "base/text.h"
#include "spec/id.h"
#include "spec/roster.h"

/* Where the switch is, or belongs, among those in order. */
static size_t place_of(const ql_roster *roster, ql_str agent, ql_str rule, bool *found) {
  size_t from = 0, to = roster->switch_count;
  *found = false;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    int order = ql_compare(roster->switches[middle].agent, agent);
    if (order == 0) order = ql_compare(roster->switches[middle].rule, rule);
    *found = *found || order == 0;
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

ql_status ql_roster_switch(ql_roster *roster, ql_str agent, ql_str rule, bool on, ql_error *err) {
  char id[QL_AGENT_ID_MAX];
  agent = (ql_str){id, ql__write_id(id, agent)};
  bool found;
  size_t at = place_of(roster, agent, rule, &found);
  if (found) roster->switches[at].off = !on;
  if (found || on) return QL_OK;
  ql_arena *a = roster->kept;
  ql__switch made = {ql_arena_str(a, agent), ql_arena_str(a, rule), true};
  ql__switch *switches = ql_arena_grow(a, roster->switches, roster->switch_count, &roster->switch_cap, sizeof *switches);
  if (!switches || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  roster->switches = switches;
  for (size_t i = roster->switch_count++; i > at; i--) switches[i] = switches[i - 1];
  switches[at] = made;
  return QL_OK;
}

bool ql_roster_rule_on(const ql_roster *roster, ql_str agent, ql_str rule) {
  char id[QL_AGENT_ID_MAX];
  bool found;
  size_t at = place_of(roster, (ql_str){id, ql__write_id(id, agent)}, rule, &found);
  return !found || !roster->switches[at].off;
}
