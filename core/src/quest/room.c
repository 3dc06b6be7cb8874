/* How full a quest may get. Requests end first: what is left is kept for what happened anyway and for ending the quest. Each effect under way keeps
   the room of the event that settles it. */
#include <questline/limits.h>

#include "quest/machine.h"

#define LAST_EVENTS 2    /* an ending, and the tick that ends the waiting for what never settles */
#define FACT_BYTES  2048 /* more than any fact has */

typedef enum use { REQUEST, FACT, ENDING, SETTLING } use;

static use use_of(const ql__state *s, ql_event_type type, int64_t at) {
  static const uint8_t USES[QL_EVENT_COUNT] = {
      [QL_EVENT_reject] = ENDING, [QL_EVENT_abort] = ENDING, [QL_EVENT_fail] = ENDING, [QL_EVENT_complete] = ENDING,
      [QL_EVENT_done] = SETTLING, [QL_EVENT_usage] = FACT,   [QL_EVENT_tick] = FACT,
  };
  bool last = type == QL_EVENT_tick && s->status == QL__CLOSING && at - s->closing_at >= QL__CLOSING_MS;
  return last ? SETTLING : (use)USES[type];
}

/* What has to be left behind this event: so many times `each`, and for a request `reserve` besides. */
static int64_t kept(const ql__state *s, use what, bool starts, int64_t each, int64_t last, int64_t reserve) {
  int64_t owed = ((int64_t)s->effect_count + starts) * each;
  switch (what) {
  case REQUEST: return owed + reserve;
  case FACT: return owed + last;
  case ENDING: return owed + each;
  case SETTLING: break;
  }
  return 0;
}

bool ql__has_room(const ql__state *s, const ql__event *event) {
  int64_t left = (int64_t)QL_QUEST_EVENTS_MAX - s->events;
  if (!ql__by_rules(s, QL__KEEPS_ROOM)) return left > 0;
  use what = use_of(s, event->type, event->at);
  return left > kept(s, what, event->type == QL_EVENT_start, 1, LAST_EVENTS, QL_QUEST_RESERVE_EVENTS);
}

int64_t ql__kept_bytes(const ql__state *s, const ql__event *event) {
  if (!ql__by_rules(s, QL__KEEPS_ROOM)) return 0;
  /* What came in answer is logged where there is room to spare; that an effect ended, in the room that is kept for it. */
  use what = QL_GET(event->d, "reply") ? REQUEST : use_of(s, event->type, event->at);
  int64_t last = (int64_t)QL_LINE_BYTES_MAX + FACT_BYTES;
  return kept(s, what, event->type == QL_EVENT_start, FACT_BYTES, last, QL_QUEST_RESERVE_BYTES);
}
