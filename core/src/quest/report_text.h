/* What the sections of a report are written with. Failure shows in w->buf and w->failed. */
#ifndef QL_QUEST_REPORT_TEXT_H
#define QL_QUEST_REPORT_TEXT_H

#include "quest/facts.h"

typedef struct ql__report {
  ql_buf buf;
  ql_arena *scratch; /* for one event at a time */
  bool failed;
  const ql__facts *facts;
  ql__opened create;     /* of this quest */
  const ql_value **plan; /* its tasks, as many as there are in create */
  size_t planned;
  int64_t from, to;
} ql__report;

#define QL__WRITE(w, literal) ql_buf_add(&(w)->buf, QL_STR(literal))

void ql__write_count(ql__report *w, int64_t n);
void ql__write_time(ql__report *w, int64_t at);     /* 2025-11-21 08:00 UTC */
void ql__write_duration(ql__report *w, int64_t ms); /* 1 d 2 h, 3 min 4 s, 0.5 s */
/// A text of somebody's: escaped; what was withheld is said to be.
void ql__write_text(ql__report *w, ql_str text);
void ql__write_first_line(ql__report *w, ql_str text);
/// "T1 Add a login": the title of the plan, or the first line of the message that opened it.
void ql__write_task(ql__report *w, size_t task);
/// The words of event n, or nothing where it has none; `lead` stands before them.
void ql__write_words(ql__report *w, int64_t n, ql_str lead);
bool ql__in_period(const ql__report *w, int64_t n);
/// Reads event n into memory that lasts until the next call.
bool ql__report_event(ql__report *w, int64_t n, ql__opened *event);

typedef void ql__section(ql__report *w);
ql__section ql__section_head, ql__section_agents, ql__section_done, ql__section_open, ql__section_dropped, ql__section_tasks,
    ql__section_decisions, ql__section_questions, ql__section_gates, ql__section_artifacts, ql__section_usage, ql__section_proof;

#endif
