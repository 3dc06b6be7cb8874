/* Which rules a quest is played by. */
#include "quest/machine.h"

static const int64_t SINCE[] = {
#define VERSION(number, what)
#define FLAG(name, since, meaning) [QL__##name] = since,
#include <questline/versions.def>
#undef VERSION
#undef FLAG
};
_Static_assert(QL_COUNT(SINCE) == QL__FLAG_COUNT, "each flag holds since some version");

enum {
  NEWEST = 0
#define VERSION(number, what) +1
#define FLAG(name, since, meaning)
#include <questline/versions.def>
#undef VERSION
#undef FLAG
};
_Static_assert(QL_QUEST_RULES == NEWEST, "quests begin by the newest rules");

bool ql__by_rules(const ql__state *s, ql__flag flag) { return s->rules >= SINCE[flag]; }

bool ql__known_rules(int64_t rules) { return rules >= 1 && rules <= QL_QUEST_RULES; }

ql__verdict ql__guard_upgrade(const ql__state *s, const ql__event *event, size_t seat) {
  int64_t to = ql_get_int(event->d, QL_STR("to"), 0);
  (void)seat;
  if (!ql__known_rules(to)) return ql__refuse(QL__not_known_rules);
  return to <= s->rules ? ql__refuse(QL__unchanged) : QL__MAY;
}

void ql__apply_upgrade(ql__state *s, const ql__event *event) {
  bool stood = ql__by_rules(s, QL__WAITING_STANDS);
  s->rules = ql_get_int(event->d, QL_STR("to"), s->rules);
  for (size_t i = 0; i < s->frame_count && !stood && ql__by_rules(s, QL__WAITING_STANDS); i++) ql__turn_clock(s, s->frames[i].asker);
}
