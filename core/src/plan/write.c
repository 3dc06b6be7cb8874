/* Writes the seeds' plan form: what read.c reads back to an equal plan. */
#include "base/text.h"
#include "plan/dag.h"
#include "plan/form.h"
#include "plan/show.h"

#define ADD(buf, literal) ql_buf_add((buf), QL_STR(literal))

/* One line; a backslash before what the reader would otherwise take for more than text. */
static void add_text(ql_buf *buf, ql_str text) {
  if (ql__form_guarded(text)) ql_buf_byte(buf, '\\');
  for (size_t i = 0; i < text.len; i++) ql_buf_byte(buf, text.ptr[i] == '\n' || text.ptr[i] == '\r' ? ' ' : text.ptr[i]);
}

static void add_list(ql_buf *buf, const ql_str *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ADD(buf, "- ");
    add_text(buf, items[i]);
    ql_buf_byte(buf, '\n');
  }
}

static void add_fields(ql_buf *buf, ql_str name, const ql_str *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ADD(buf, "  \xE2\x86\x92 ");
    ql_buf_add(buf, name);
    ADD(buf, ": ");
    add_text(buf, items[i]);
    ql_buf_byte(buf, '\n');
  }
}

/* "path: purpose"; the path in backticks when it would not be read back plain. */
static void add_file(ql_buf *buf, const ql_plan_file *file) {
  size_t start = buf->len;
  for (int quoted = 0; quoted < 2; quoted++) {
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < file->path.len; i++) {
      run = file->path.ptr[i] == '`' ? run + 1 : 0;
      if (run > longest) longest = run;
    }
    buf->len = start;
    for (size_t i = 0; quoted && i <= longest; i++) ql_buf_byte(buf, '`');
    if (quoted && longest > 0) ql_buf_byte(buf, ' ');
    ql_buf_add(buf, file->path);
    if (quoted && longest > 0) ql_buf_byte(buf, ' ');
    for (size_t i = 0; quoted && i <= longest; i++) ql_buf_byte(buf, '`');
    if (file->purpose.len > 0) ADD(buf, ": ");
    ql_buf_add(buf, file->purpose);
    if (buf->failed) return;
    ql_str item = {buf->ptr + start, buf->len - start}, path, purpose, rest;
    ql__form_file(ql__form_text(item), &path, &purpose);
    bool heading = ql__form_heading(item, QL_MARKER_BULLET, QL_SECTION_FILES, &rest) != QL_SECTION_NONE;
    bool none = ql_eq_nocase(ql_slice(item, 0, 4), QL_STR("none")) || ql_eq_nocase(ql_slice(item, 0, 7), QL_STR("nothing"));
    if (!heading && !none && ql_eq(path, file->path) && ql_eq(purpose, file->purpose)) return;
  }
}

static void add_plan(ql_buf *buf, const ql_plan *plan) {
  ADD(buf, "IMPLEMENTATION PLAN:\n- Files to create/modify:\n");
  if (plan->file_count == 0) ADD(buf, "  - none\n");
  for (size_t i = 0; i < plan->file_count; i++) {
    ADD(buf, "  - ");
    add_file(buf, &plan->files[i]);
    ql_buf_byte(buf, '\n');
  }
  ADD(buf, "- Step-by-step approach:\n");
  for (size_t i = 0; i < plan->step_count; i++) {
    ADD(buf, "  ");
    ql_buf_int(buf, (int64_t)i + 1);
    ADD(buf, ". ");
    add_text(buf, plan->steps[i]);
    ql_buf_byte(buf, '\n');
  }
}

static void add_task(ql_buf *buf, const ql_plan *plan, const ql_plan_task *task) {
  ADD(buf, "Task ");
  ql_buf_add(buf, task->id);
  ADD(buf, ": ");
  add_text(buf, task->title);
  ql_buf_byte(buf, '\n');
  ql_str agent = task->agent.len > 0 ? task->agent : QL_STR("nobody");
  add_fields(buf, QL_STR("Assign to"), &agent, 1);
  if (task->reason.ptr) add_fields(buf, QL_STR("Why"), &task->reason, 1);
  add_fields(buf, QL_STR("Output"), task->outputs, task->output_count);
  add_fields(buf, QL_STR("Done when"), task->accept, task->accept_count);
  if (task->after_count == 0) return;
  ADD(buf, "  \xE2\x86\x92 Depends on: ");
  for (size_t k = 0; k < task->after_count; k++) {
    if (k > 0) ADD(buf, ", ");
    ql_buf_add(buf, plan->tasks[task->after[k]].id);
  }
  ql_buf_byte(buf, '\n');
}

static void add_groups(ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  for (size_t g = 1; dag->declared && g <= dag->group_count; g++) {
    size_t first = dag->start[g], end = dag->start[g + 1];
    if (end - first > 1) ADD(buf, "Parallel ");
    ADD(buf, "Group ");
    ql_buf_int(buf, (int64_t)g);
    for (size_t k = first; k < end; k++) {
      ql_buf_add(buf, k == first ? QL_STR(": ") : QL_STR(", "));
      ql_buf_add(buf, plan->tasks[dag->by_group[k]].id);
    }
    ql_buf_byte(buf, '\n');
  }
}

void ql__write_seed(ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  ADD(buf, "OBJECTIVE: ");
  add_text(buf, plan->objective);
  if (plan->leader.len > 0) {
    ADD(buf, "\nLEADER: ");
    ql_buf_add(buf, plan->leader);
  }
  if (plan->rehearsed) ADD(buf, "\nPLANNED BY: rehearsal, without a model");
  ADD(buf, "\n\n");
  add_plan(buf, plan);
  ADD(buf, "\nAGENTS NEEDED:\n");
  for (size_t i = 0; i < plan->need_count; i++) {
    ADD(buf, "- ");
    ql_buf_add(buf, plan->needs[i].agent);
    if (plan->needs[i].reason.len > 0) ADD(buf, ": ");
    ql_buf_add(buf, plan->needs[i].reason);
    ql_buf_byte(buf, '\n');
  }
  ADD(buf, "\nTASKS:\n");
  for (size_t i = 0; i < plan->task_count; i++) {
    if (i > 0) ql_buf_byte(buf, '\n');
    add_task(buf, plan, &plan->tasks[i]);
  }
  ADD(buf, "\nDEPENDENCIES & ORDER:\n");
  add_list(buf, plan->order, plan->order_count);
  add_groups(buf, plan, dag);
  if (plan->risk_count > 0) ADD(buf, "\nRISKS:\n");
  add_list(buf, plan->risks, plan->risk_count);
}
