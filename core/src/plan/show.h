/* The writers behind ql_plan_write. They append to buf and show failure there. Private to plan/. */
#ifndef QL_PLAN_SHOW_H
#define QL_PLAN_SHOW_H

#include "plan/dag.h"

void ql__write_seed(ql_buf *buf, const ql_plan *plan, const ql__dag *dag);
/// False when out of memory.
bool ql__write_roadmap(ql_arena *a, ql_buf *buf, const ql_plan *plan, const ql__dag *dag);
bool ql__write_prequest(ql_arena *a, ql_buf *buf, const ql_plan *plan, const ql__dag *dag);
void ql__write_markdown(ql_buf *buf, const ql_plan *plan, const ql__dag *dag);
void ql__write_mermaid(ql_buf *buf, const ql_plan *plan, const ql__dag *dag);

#endif
