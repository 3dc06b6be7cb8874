/* Writes the seeds' plan form: what read.c reads back to an equal plan. And the lines that it shares with the other text forms. */
#include "plan/write.h"

#include "base/text.h"
#include "plan/form.h"
#include "plan/order.h"
#include "plan/parts.h"
#include "plan/show.h"

#define ADD(buf, literal) ql_buf_add((buf), QL_STR(literal))

static void put_plain(ql_buf *buf, ql_str text) {
  for (size_t i = 0; i < text.len; i++) ql_buf_byte(buf, text.ptr[i] == '\n' || text.ptr[i] == '\r' ? ' ' : text.ptr[i]);
}

void ql__put_text(ql_buf *buf, ql_str text) {
  if (ql__form_guarded(text)) ql_buf_byte(buf, '\\');
  put_plain(buf, text);
}

static void put_list(ql_buf *buf, const ql_str *items, size_t count, bool numbered) {
  for (size_t i = 0; i < count; i++) {
    if (numbered) {
      ql_buf_int(buf, (int64_t)i + 1);
      ADD(buf, ". ");
    } else {
      ADD(buf, "- ");
    }
    ql__put_text(buf, items[i]);
    ql_buf_byte(buf, '\n');
  }
}

void ql__put_heading(ql_buf *buf, const ql__style *style, ql_str words) {
  ql_buf_byte(buf, '\n');
  if (style->markdown) ADD(buf, "## ");
  ql_buf_add(buf, words);
  if (!style->markdown) ql_buf_byte(buf, ':');
  ql_buf_byte(buf, '\n');
}

static void put_section(ql_buf *buf, const ql__style *style, ql_str words, const ql_str *items, size_t count, bool numbered) {
  if (count == 0) return;
  ql__put_heading(buf, style, words);
  put_list(buf, items, count, numbered);
}

/* "path: purpose"; the path in backticks when it would not be read back plain. */
void ql__put_file(ql_buf *buf, const ql_plan_file *file, bool always_quoted) {
  size_t start = buf->len;
  for (int quoted = always_quoted; quoted < 2; quoted++) {
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

static void put_agents(ql_buf *buf, const ql_plan_need *needs, size_t count, ql_str around) {
  for (size_t i = 0; i < count; i++) {
    ADD(buf, "- ");
    ql_buf_add(buf, around);
    ql_buf_add(buf, needs[i].agent);
    ql_buf_add(buf, around);
    if (needs[i].reason.len > 0) ADD(buf, ": ");
    put_plain(buf, needs[i].reason);
    ql_buf_byte(buf, '\n');
  }
}

void ql__put_needs(ql_buf *buf, const ql_plan *plan, const ql__style *style) {
  ql__put_heading(buf, style, QL_STR("AGENTS NEEDED"));
  put_agents(buf, plan->needs, plan->need_count, QL_STR(""));
  put_agents(buf, plan->considered, plan->considered_count, QL_STR("~~"));
}

/* ---- tasks ---- */

static void open_field(ql_buf *buf, const ql__style *style, ql_str name) {
  ql_buf_add(buf, style->field);
  ql_buf_add(buf, name);
  ADD(buf, ": ");
}

static void put_field(ql_buf *buf, const ql__style *style, ql_str name, ql_str text) {
  if (text.len == 0) return;
  open_field(buf, style, name);
  ql__put_text(buf, text);
  ql_buf_byte(buf, '\n');
}

static void put_fields(ql_buf *buf, const ql__style *style, ql_str name, const ql_str *items, size_t count) {
  for (size_t i = 0; i < count; i++) put_field(buf, style, name, items[i]);
}

static void put_id(ql_buf *buf, const ql__style *style, size_t task) {
  ql_buf_byte(buf, 'T');
  ql_buf_int(buf, (int64_t)(style->places ? style->places[task] : task) + 1);
}

static void put_from(ql_buf *buf, const ql__style *style, const ql_plan_source *source) {
  if (source->origin == QL_FROM_NOWHERE) return;
  open_field(buf, style, QL_STR("Source"));
  ql__put_source(buf, source);
  ql_buf_byte(buf, '\n');
}

static void put_estimate(ql_buf *buf, const ql__style *style, ql_plan_estimate estimate) {
  if (estimate.input < 0 && estimate.output < 0 && estimate.minutes < 0) return;
  open_field(buf, style, estimate.input < 0 && estimate.output < 0 ? QL_STR("Time") : QL_STR("Estimate"));
  ql__put_estimate(buf, &estimate);
  ql_buf_byte(buf, '\n');
}

void ql__put_title(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t task) {
  put_id(buf, style, task);
  ADD(buf, ": ");
  ql__put_text(buf, plan->tasks[task].title);
  ql_buf_byte(buf, '\n');
}

void ql__put_body(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t index) {
  const ql_plan_task *task = &plan->tasks[index];
  if (task->reason.ptr) {
    open_field(buf, style, QL_STR("Why"));
    ql__put_text(buf, task->reason);
    ql_buf_byte(buf, '\n');
  }
  put_fields(buf, style, style->output, task->outputs, task->output_count);
  put_fields(buf, style, QL_STR("Done when"), task->accept, task->accept_count);
  put_fields(buf, style, QL_STR("Must meet"), task->demands, task->demand_count);
  put_fields(buf, style, QL_STR("Writes"), task->writes, task->write_count);
  put_field(buf, style, QL_STR("Priority"), ql_priority_word(task->priority));
  put_field(buf, style, QL_STR("Effort"), ql_effort_word(task->effort));
  put_estimate(buf, style, task->estimate);
  put_field(buf, style, QL_STR("Rollback"), task->rollback);
  put_from(buf, style, &task->source);
  if (task->after_count == 0) return;
  open_field(buf, style, QL_STR("Depends on"));
  for (size_t k = 0; k < task->after_count; k++) {
    if (k > 0) ADD(buf, ", ");
    put_id(buf, style, task->after[k]);
  }
  ql_buf_byte(buf, '\n');
}

void ql__put_task(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t index) {
  ql_str agent = plan->tasks[index].agent;
  ADD(buf, "Task ");
  ql__put_title(buf, style, plan, index);
  put_field(buf, style, QL_STR("Assign to"), agent.len > 0 ? agent : QL_STR("nobody"));
  ql__put_body(buf, style, plan, index);
}

/* ---- what stands behind the tasks ---- */

static void put_gates(ql_buf *buf, const ql__style *style, const ql_plan *plan) {
  if (plan->gate_count == 0) return;
  ql__put_heading(buf, style, QL_STR("GATES"));
  for (size_t i = 0; i < plan->gate_count; i++) {
    const ql_plan_gate *gate = &plan->gates[i];
    ADD(buf, "- ");
    ql__put_key(buf, gate->id);
    ql__put_text(buf, gate->text);
    ql_buf_byte(buf, '\n');
    if (gate->task != SIZE_MAX) {
      open_field(buf, style, QL_STR("Task"));
      put_id(buf, style, gate->task);
      ql_buf_byte(buf, '\n');
    }
    if (gate->measured) {
      open_field(buf, style, QL_STR("Measure"));
      ql__put_measure(buf, &gate->wants);
      ql_buf_byte(buf, '\n');
    }
    put_field(buf, style, QL_STR("Expect"), gate->expect);
    if (gate->judge == QL_JUDGE_RULE) put_field(buf, style, QL_STR("Judge"), QL_STR("rule"));
    put_field(buf, style, QL_STR("Evidence"), gate->evidence);
    put_from(buf, style, &gate->source);
  }
}

void ql__put_order(ql_buf *buf, const ql_plan *plan) {
  for (size_t i = 0; i < plan->order_count; i++) {
    ADD(buf, "- ");
    if (ql__order_is_chain(plan->order[i]) && !ql__form_guarded(plan->order[i])) ql_buf_byte(buf, '\\');
    ql__put_text(buf, plan->order[i]);
    ql_buf_byte(buf, '\n');
  }
}

void ql__put_rest(ql_buf *buf, const ql__style *style, const ql_plan *plan) {
  put_section(buf, style, QL_STR("RISKS"), plan->risks, plan->risk_count, false);
  if (plan->finding_count > 0) ql__put_heading(buf, style, QL_STR("NEEDS FOUND"));
  for (size_t i = 0; i < plan->finding_count; i++) {
    ADD(buf, "- ");
    ql__put_key(buf, plan->findings[i].need);
    ql__put_text(buf, plan->findings[i].words);
    ql_buf_byte(buf, '\n');
  }
  put_gates(buf, style, plan);
  put_section(buf, style, QL_STR("SUCCESS CRITERIA"), plan->success, plan->success_count, style->markdown);
  put_section(buf, style, QL_STR("ROLLBACK"), plan->rollback, plan->rollback_count, false);
  if (plan->duration.len == 0) return;
  ADD(buf, "\nESTIMATED TIME: ");
  ql__put_text(buf, plan->duration);
  ql_buf_byte(buf, '\n');
}

void ql__put_head(ql_buf *buf, const ql__style *style, const ql_plan *plan) {
  ql_buf_add(buf, style->objective);
  ql__put_text(buf, plan->objective);
  if (plan->leader.len > 0) {
    ADD(buf, "\nLEADER: ");
    ql_buf_add(buf, plan->leader);
  }
  if (plan->rehearsed) ADD(buf, "\nPLANNED BY: rehearsal, without a model");
  if (plan->item.origin != QL_FROM_NOWHERE) {
    ADD(buf, "\nPLANNED FROM: ");
    ql__put_source(buf, &plan->item);
  }
  ADD(buf, "\n");
}

/* ---- the seeds' form ---- */

static const ql__style SEED = {
    .objective = QL_STR_INIT("OBJECTIVE: "), .field = QL_STR_INIT("  \xE2\x86\x92 "), .output = QL_STR_INIT("Output")};

static void add_plan(ql_buf *buf, const ql_plan *plan) {
  ADD(buf, "\nIMPLEMENTATION PLAN:\n- Files to create/modify:\n");
  if (plan->file_count == 0) ADD(buf, "  - none\n");
  for (size_t i = 0; i < plan->file_count; i++) {
    ADD(buf, "  - ");
    ql__put_file(buf, &plan->files[i], false);
    ql_buf_byte(buf, '\n');
  }
  ADD(buf, "- Step-by-step approach:\n");
  for (size_t i = 0; i < plan->step_count; i++) {
    ADD(buf, "  ");
    ql_buf_int(buf, (int64_t)i + 1);
    ADD(buf, ". ");
    ql__put_text(buf, plan->steps[i]);
    ql_buf_byte(buf, '\n');
  }
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
  ql__put_head(buf, &SEED, plan);
  add_plan(buf, plan);
  ql__put_needs(buf, plan, &SEED);
  ql__put_heading(buf, &SEED, QL_STR("TASKS"));
  for (size_t i = 0; i < plan->task_count; i++) {
    if (i > 0) ql_buf_byte(buf, '\n');
    ql__put_task(buf, &SEED, plan, i);
  }
  put_section(buf, &SEED, QL_STR("PHASES"), plan->phases, plan->phase_count, true);
  ql__put_heading(buf, &SEED, QL_STR("DEPENDENCIES & ORDER"));
  ql__put_order(buf, plan);
  add_groups(buf, plan, dag);
  ql__put_rest(buf, &SEED, plan);
}
