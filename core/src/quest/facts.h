/* What is counted of a quest for boards, metrics and reports: one pass over its log. */
#ifndef QL_QUEST_FACTS_H
#define QL_QUEST_FACTS_H

#include "quest/opened.h"

/* How the event ended a turn. */
typedef enum ql__answer { QL__NO_ANSWER, QL__ANSWERED, QL__ASKED, QL__STUCK } ql__answer;

typedef struct ql__task_facts {
  int64_t given, closed; /* n of the first message about it and of the event that closed it; -1 where there is none */
} ql__task_facts;

typedef struct ql__agent_facts {
  int64_t turns, held_ms; /* that were ended */
  int64_t messages, answers, stuck, completed;
  int64_t last;  /* n of the last message or answer; -1 for none */
  int64_t since; /* the event after which it holds; -1 when it does not */
} ql__agent_facts;

typedef struct ql__facts {
  const ql_quest *quest;
  int64_t *at;      /* of each event */
  uint8_t *answers; /* ql__answer of each event */
  ql__task_facts *tasks;
  ql__agent_facts *agents; /* by seat */
  int64_t counts[QL_EVENT_COUNT];
} ql__facts;

/// @return false when out of memory.
bool ql__facts_of(const ql_quest *quest, ql_arena *a, ql__facts *out);
/// The rows of the ledger that are a seat's or a task's, summed; QL__NONE: of any.
ql__usage ql__used_by(const ql__state *s, size_t seat, size_t task);

#endif
