/* Writes the two forms that put the tasks into phases: the rules' mini-roadmap, and the pre-quest document. */
#include "base/text.h"
#include "plan/show.h"
#include "plan/write.h"

#define ADD(buf, literal) ql_buf_add((buf), QL_STR(literal))

static void put_phase(ql_buf *buf, const ql_plan *plan, size_t group, bool markdown) {
  ql_str title = group <= plan->phase_count ? plan->phases[group - 1] : QL_STR("");
  ql_buf_add(buf, markdown ? QL_STR("\n### Phase ") : QL_STR("\nPhase "));
  ql_buf_int(buf, (int64_t)group);
  if (title.len > 0) ADD(buf, " - ");
  ql__put_text(buf, title);
  ql_buf_add(buf, markdown ? QL_STR("\n\n") : QL_STR(":\n"));
}

/* "1. **@agent**:" and the task below it; somebody has to be named for that. */
static void put_block(ql_buf *buf, const ql__style *style, const ql_plan *plan, size_t task, size_t number) {
  ql_str agent = plan->tasks[task].agent;
  ql_buf_int(buf, (int64_t)number);
  ADD(buf, ". ");
  if (agent.len == 0) {
    ql__put_task(buf, style, plan, task);
    return;
  }
  ADD(buf, "**");
  ql_buf_add(buf, agent);
  ADD(buf, "**:\n");
  ql_buf_add(buf, style->field);
  ADD(buf, "Task: ");
  ql__put_title(buf, style, plan, task);
  ql__put_body(buf, style, plan, task);
}

static void put_phases(ql_buf *buf, const ql__style *style, const ql_plan *plan, const ql__dag *dag) {
  ql__put_heading(buf, style, QL_STR("MINI-ROADMAP"));
  for (size_t g = 1; g <= dag->group_count; g++) {
    put_phase(buf, plan, g, style->markdown);
    for (size_t k = dag->start[g]; k < dag->start[g + 1]; k++) {
      size_t task = dag->by_group[k];
      if (style->markdown) {
        put_block(buf, style, plan, task, k - dag->start[g] + 1);
      } else {
        ADD(buf, "- ");
        ql__put_task(buf, style, plan, task);
      }
    }
  }
  if (dag->start[1] == 0 && plan->task_count > 0) return;
  ql__put_heading(buf, style, QL_STR("TASKS")); /* those that wait for each other have no phase; with none at all the heading says so */
  for (size_t k = 0; k < dag->start[1]; k++) ql__put_task(buf, style, plan, dag->by_group[k]);
}

static bool write_phases(ql_arena *a, ql_buf *buf, const ql_plan *plan, const ql__dag *dag, ql__style style) {
  size_t *places = ql_arena_array(a, plan->task_count + 1, sizeof *places), cyclic = dag->start[1];
  if (!places) return false;
  /* Tasks without a phase come last in the text. */
  for (size_t k = 0; k < plan->task_count; k++) places[dag->by_group[k]] = k < cyclic ? plan->task_count - cyclic + k : k - cyclic;
  style.places = places;
  ql__put_head(buf, &style, plan);
  put_phases(buf, &style, plan, dag);
  if (plan->file_count > 0) ql__put_heading(buf, &style, QL_STR("FILES TO CREATE/MODIFY"));
  for (size_t i = 0; i < plan->file_count; i++) {
    ADD(buf, "- ");
    ql__put_file(buf, &plan->files[i], true);
    ql_buf_byte(buf, '\n');
  }
  ql__put_needs(buf, plan, &style);
  ql__put_heading(buf, &style, QL_STR("DEPENDENCIES & ORDER"));
  ql__put_order(buf, plan);
  ql__put_rest(buf, &style, plan);
  return true;
}

bool ql__write_roadmap(ql_arena *a, ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  static const ql__style style = {
      .objective = QL_STR_INIT("OBJECTIVE: "), .field = QL_STR_INIT("  \xE2\x86\x92 "), .output = QL_STR_INIT("Output")};
  return write_phases(a, buf, plan, dag, style);
}

bool ql__write_prequest(ql_arena *a, ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  static const ql__style style = {.objective = QL_STR_INIT("# PRE-QUEST\n\nRequest: "),
                                  .field = QL_STR_INIT("   - "),
                                  .output = QL_STR_INIT("Deliverables"),
                                  .markdown = true};
  return write_phases(a, buf, plan, dag, style);
}
