/* A plan for people: a Markdown document, and a Mermaid flowchart. */
#include "plan/show.h"

#include "base/date.h"
#include "base/text.h"
#include "format/plain.h"

#define ADD(buf, literal) ql_buf_add((buf), QL_STR(literal))

/* A code span whose fence is longer than any run inside. */
static void add_code(ql_buf *buf, ql_str text) {
  size_t run = 0, longest = 0;
  for (size_t i = 0; i < text.len; i++) {
    run = text.ptr[i] == '`' ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  for (size_t i = 0; i <= longest; i++) ql_buf_byte(buf, '`');
  if (longest > 0) ql_buf_byte(buf, ' ');
  for (size_t i = 0; i < text.len; i++) ql_buf_byte(buf, (unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i]);
  if (longest > 0) ql_buf_byte(buf, ' ');
  for (size_t i = 0; i <= longest; i++) ql_buf_byte(buf, '`');
}

static void add_items(ql_buf *buf, ql_str heading, const ql_str *items, size_t count, bool numbered) {
  if (count == 0) return;
  ADD(buf, "\n## ");
  ql_buf_add(buf, heading);
  ADD(buf, "\n\n");
  for (size_t i = 0; i < count; i++) {
    if (numbered) {
      ql_buf_int(buf, (int64_t)i + 1);
      ADD(buf, ". ");
    } else {
      ADD(buf, "- ");
    }
    ql_markdown_text(buf, items[i]);
    ql_buf_byte(buf, '\n');
  }
}

static void add_ids(ql_buf *buf, const ql_plan *plan, const size_t *indices, size_t count) {
  for (size_t k = 0; k < count; k++) {
    if (k > 0) ADD(buf, ", ");
    ql_buf_add(buf, plan->tasks[indices[k]].id);
  }
}

static void add_list(ql_buf *buf, ql_str lead, const ql_str *items, size_t count, ql_str mark) {
  if (count > 0) ql_buf_add(buf, lead);
  for (size_t k = 0; k < count; k++) {
    ql_buf_add(buf, mark);
    ql_markdown_text(buf, items[k]);
    ADD(buf, "\n");
  }
}

static void add_agents(ql_buf *buf, ql_str heading, const ql_plan_need *agents, size_t count) {
  if (count > 0) ql_buf_add(buf, heading);
  for (size_t i = 0; i < count; i++) {
    ADD(buf, "- ");
    add_code(buf, agents[i].agent);
    if (agents[i].reason.len > 0) ADD(buf, ": ");
    ql_markdown_text(buf, agents[i].reason);
    ADD(buf, "\n");
  }
}

static void add_fact(ql_buf *buf, ql_str name, ql_str words) {
  if (words.len == 0) return;
  ADD(buf, "  \n**");
  ql_buf_add(buf, name);
  ADD(buf, ":** ");
  ql_markdown_text(buf, words);
}

static void add_gates(ql_buf *buf, const ql_plan *plan) {
  if (plan->gate_count == 0) return;
  ADD(buf, "\n## Gates\n\n| Gate | Of | Wants | Shown by |\n| --- | --- | --- | --- |\n");
  for (size_t i = 0; i < plan->gate_count; i++) {
    const ql_plan_gate *gate = &plan->gates[i];
    ADD(buf, "| ");
    ql_markdown_text(buf, gate->text);
    ADD(buf, " | ");
    ql_buf_add(buf, gate->task < plan->task_count ? plan->tasks[gate->task].id : QL_STR("the quest"));
    ADD(buf, " | ");
    if (gate->measured) {
      add_code(buf, ql_relation_sign(gate->wants.relation));
      ADD(buf, " ");
      ql_milli_add(buf, gate->wants.milli);
      if (gate->wants.unit.len > 0) ADD(buf, " ");
      ql_markdown_text(buf, gate->wants.unit);
    } else if (gate->expect.len > 0) {
      ql_markdown_text(buf, gate->expect);
    } else {
      ADD(buf, "somebody looks");
    }
    ADD(buf, " | ");
    ql_markdown_text(buf, gate->evidence);
    ADD(buf, " |\n");
  }
}

static void add_task(ql_buf *buf, const ql_plan *plan, const ql_plan_task *task) {
  ADD(buf, "\n### ");
  ql_buf_add(buf, task->id);
  ADD(buf, ". ");
  ql_markdown_text(buf, task->title);
  ADD(buf, "\n\n**Assigned to:** ");
  if (task->agent.len > 0)
    add_code(buf, task->agent);
  else
    ADD(buf, "nobody");
  if (task->reason.ptr) {
    ADD(buf, "  \n**Why:** ");
    ql_markdown_text(buf, task->reason);
  }
  if (task->after_count > 0) {
    ADD(buf, "  \n**After:** ");
    add_ids(buf, plan, task->after, task->after_count);
  }
  add_fact(buf, QL_STR("Priority"), ql_priority_word(task->priority));
  add_fact(buf, QL_STR("Effort"), ql_effort_word(task->effort));
  add_fact(buf, QL_STR("Taken back by"), task->rollback);
  ADD(buf, "\n");
  add_list(buf, QL_STR("\nHas to meet:\n\n"), task->demands, task->demand_count, QL_STR("- "));
  add_list(buf, QL_STR("\nWrites:\n\n"), task->writes, task->write_count, QL_STR("- "));
  add_list(buf, QL_STR("\nLeaves behind:\n\n"), task->outputs, task->output_count, QL_STR("- "));
  add_list(buf, QL_STR("\nDone when:\n\n"), task->accept, task->accept_count, QL_STR("- [ ] "));
}

static void add_order(ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  if (dag->cycle || plan->task_count == 0) return;
  ADD(buf, "\n## Order of work\n\n| Group | Tasks |\n| --- | --- |\n");
  for (size_t g = 1; g <= dag->group_count; g++) {
    ADD(buf, "| ");
    ql_buf_int(buf, (int64_t)g);
    if (g <= plan->phase_count) ADD(buf, " ");
    if (g <= plan->phase_count) ql_markdown_text(buf, plan->phases[g - 1]);
    ADD(buf, " |");
    for (size_t k = dag->start[g]; k < dag->start[g + 1]; k++) {
      const ql_plan_task *task = &plan->tasks[dag->by_group[k]];
      if (k > dag->start[g]) ADD(buf, ",");
      ADD(buf, " ");
      ql_buf_add(buf, task->id);
      ADD(buf, " ");
      ql_markdown_text(buf, task->title);
    }
    ADD(buf, " |\n");
  }
  ADD(buf, "\nLongest chain: ");
  add_ids(buf, plan, dag->path, dag->path_count);
  ADD(buf, "\n");
}

void ql__write_markdown(ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  ADD(buf, "# ");
  ql_markdown_text(buf, plan->objective);
  ADD(buf, "\n\n");
  if (plan->leader.len > 0) {
    ADD(buf, "Led by ");
    add_code(buf, plan->leader);
    ADD(buf, ". ");
  }
  if (plan->rehearsed) ADD(buf, "Planned by the rehearsal, without a model.");
  ADD(buf, "\n");
  if (plan->duration.len > 0) {
    ADD(buf, "\nTakes ");
    ql_markdown_text(buf, plan->duration);
    ADD(buf, ".\n");
  }
  if (plan->file_count > 0) ADD(buf, "\n## Files to create or modify\n\n");
  for (size_t i = 0; i < plan->file_count; i++) {
    ADD(buf, "- ");
    add_code(buf, plan->files[i].path);
    if (plan->files[i].purpose.len > 0) ADD(buf, ": ");
    ql_markdown_text(buf, plan->files[i].purpose);
    ADD(buf, "\n");
  }
  add_items(buf, QL_STR("Steps"), plan->steps, plan->step_count, true);
  add_agents(buf, QL_STR("\n## Agents needed\n\n"), plan->needs, plan->need_count);
  add_agents(buf, QL_STR("\n## Agents not needed\n\n"), plan->considered, plan->considered_count);
  if (plan->task_count > 0) ADD(buf, "\n## Tasks\n");
  for (size_t i = 0; i < plan->task_count; i++) add_task(buf, plan, &plan->tasks[i]);
  add_order(buf, plan, dag);
  add_items(buf, QL_STR("Dependencies and order"), plan->order, plan->order_count, false);
  add_gates(buf, plan);
  add_items(buf, QL_STR("Done when"), plan->success, plan->success_count, false);
  add_items(buf, QL_STR("Risks"), plan->risks, plan->risk_count, false);
  add_items(buf, QL_STR("Way back"), plan->rollback, plan->rollback_count, false);
}

/* Inside a quoted Mermaid label entities stand for what would end it or be read as Markdown or HTML. */
static void add_label(ql_buf *buf, ql_str text) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    bool plain = c >= 0x80 || ql_is_alnum((char)c) || c == ' ' || c == '.' || c == ',' || c == '-' || c == '/' || c == '@' || c == ':';
    if (plain) {
      ql_buf_byte(buf, (char)c);
    } else if (c < ' ') {
      ql_buf_byte(buf, ' ');
    } else {
      ql_buf_byte(buf, '#');
      ql_buf_int(buf, c);
      ql_buf_byte(buf, ';');
    }
  }
}

static void add_node(ql_buf *buf, const ql_plan_task *task, ql_str indent) {
  ql_buf_add(buf, indent);
  ql_buf_add(buf, task->id);
  ADD(buf, "[\"");
  ql_buf_add(buf, task->id);
  ADD(buf, " ");
  add_label(buf, task->title);
  if (task->agent.len > 0) {
    ADD(buf, "<br/>");
    add_label(buf, task->agent);
  }
  ADD(buf, "\"]\n");
}

void ql__write_mermaid(ql_buf *buf, const ql_plan *plan, const ql__dag *dag) {
  ADD(buf, "flowchart LR\n");
  for (size_t g = 1; g <= dag->group_count; g++) {
    ADD(buf, "  subgraph G");
    ql_buf_int(buf, (int64_t)g);
    ADD(buf, "[\"");
    if (g <= plan->phase_count) {
      add_label(buf, plan->phases[g - 1]);
    } else {
      ADD(buf, "Group ");
      ql_buf_int(buf, (int64_t)g);
    }
    ADD(buf, "\"]\n");
    for (size_t k = dag->start[g]; k < dag->start[g + 1]; k++) add_node(buf, &plan->tasks[dag->by_group[k]], QL_STR("    "));
    ADD(buf, "  end\n");
  }
  for (size_t k = 0; k < dag->start[1]; k++) add_node(buf, &plan->tasks[dag->by_group[k]], QL_STR("  "));
  for (size_t i = 0; i < plan->task_count; i++) {
    for (size_t k = 0; k < plan->tasks[i].after_count; k++) {
      ADD(buf, "  ");
      ql_buf_add(buf, plan->tasks[plan->tasks[i].after[k]].id);
      ADD(buf, " --> ");
      ql_buf_add(buf, plan->tasks[i].id);
      ADD(buf, "\n");
    }
  }
}

ql_str ql_plan_write(ql_arena *a, const ql_plan *plan, ql_plan_format format) {
  ql__dag dag;
  if (ql__dag_make(a, plan, &dag, NULL) != QL_OK) return QL_ABSENT;
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  bool made = true;
  switch (format) {
  case QL_PLAN_SEED: ql__write_seed(&buf, plan, &dag); break;
  case QL_PLAN_ROADMAP: made = ql__write_roadmap(a, &buf, plan, &dag); break;
  case QL_PLAN_PREQUEST: made = ql__write_prequest(a, &buf, plan, &dag); break;
  case QL_PLAN_MARKDOWN: ql__write_markdown(&buf, plan, &dag); break;
  case QL_PLAN_MERMAID: ql__write_mermaid(&buf, plan, &dag); break;
  }
  ql_str text = ql_buf_take(&buf, a);
  return made ? text : QL_ABSENT;
}
