/* Lines that the text forms of a plan share. Private to plan/. */
#ifndef QL_PLAN_WRITE_H
#define QL_PLAN_WRITE_H

#include <questline/plan.h>

/// How a form words what all of them say.
typedef struct ql__style {
  ql_str objective;     /* in front of it */
  ql_str field;         /* in front of the name of a field */
  ql_str output;        /* the name of that field */
  bool markdown;        /* headings with ## */
  const size_t *places; /* by task: its number in this text, from 0; NULL: as in the plan */
} ql__style;

/// One line; a backslash before what the reader would otherwise take for more than text.
void ql__put_text(ql_buf *buf, ql_str text);
void ql__put_heading(ql_buf *buf, const ql__style *style, ql_str words);
void ql__put_file(ql_buf *buf, const ql_plan_file *file, bool always_quoted);
/// Objective, leader and where the plan comes from.
void ql__put_head(ql_buf *buf, const ql__style *style, const ql_plan *plan);
void ql__put_needs(ql_buf *buf, const ql_plan *plan, const ql__style *style);
/// "T1: title"; the fields behind title and agent; all of a task.
void ql__put_title(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t task);
void ql__put_body(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t task);
void ql__put_task(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t task);
/// The sentences of the order.
void ql__put_order(ql_buf *buf, const ql_plan *plan);
/// Risks, needs found, gates, success criteria, rollback, estimated time.
void ql__put_rest(ql_buf *buf, const ql__style *style, const ql_plan *plan);

#endif
