/* The parts of a plan's text that have fields: tasks, phases, blocks of agents, gates. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/parts.h"
#include "plan/reader.h"

static ql__draft_task *last_task(ql__reader *r) { return &r->draft.tasks[r->draft.task_count - 1]; }

/* A plain list may name a file twice; elsewhere what is said of a file goes together. */
void ql__read_file(ql__reader *r, ql_str path, ql_str purpose) {
  bool plain = r->section == QL_SECTION_FILES && !r->strict;
  for (size_t i = 0; !plain && i < r->draft.file_count && i < QL_PLAN_TASKS_MAX; i++) {
    ql_plan_file *file = &r->draft.files[i];
    if (!ql_eq(file->path, path)) continue;
    if (file->purpose.len == 0) file->purpose = purpose;
    return;
  }
  ql__draft_file(&r->draft, path, purpose);
}

/* ---- tasks ---- */

/* A label that comes a second time is fine in another phase: there tasks are counted from one again. */
static bool is_taken(const ql__reader *r, ql_str label) {
  for (size_t i = 0; i < r->draft.task_count; i++)
    if (r->draft.tasks[i].group < r->draft.phases.len && ql_eq(r->draft.tasks[i].label, label)) return true;
  return false;
}

/* "#7" is no label that a text could name. */
static ql_str nameless(ql__reader *r) {
  ql_str id = ql_task_id(r->arena, r->draft.task_count);
  const ql_str pieces[] = {QL_STR("#"), id};
  return ql_arena_concat(r->arena, pieces, 2);
}

ql_status ql__read_open_task(ql__reader *r, ql_str label, ql_str title, ql_error *err) {
  ql__draft_task *task;
  bool in_phase = r->section == QL_SECTION_ROADMAP;
  if (!label.ptr || (in_phase && is_taken(r, label))) label = nameless(r);
  ql_status status = ql__draft_task_new(&r->draft, label, &task, err);
  if (status == QL_ERR_LIMIT) return ql__read_fault(r, r->line, status, "more tasks than QL_PLAN_TASKS_MAX; make two plans of it", err);
  if (status != QL_OK) return status;
  task->title = title;
  task->agent = QL_ABSENT; /* until somebody is named */
  if (in_phase)
    task->group = r->draft.phases.len;
  else if (r->section != QL_SECTION_NEEDS)
    r->section = QL_SECTION_TASKS;
  r->known |= !in_phase;
  r->has_tasks = r->open = true;
  r->titled = title.len > 0;
  r->last = r->titled ? &task->title : NULL;
  r->list = NULL;
  return QL_OK;
}

static void add_text(ql__reader *r, ql__texts *texts, ql_str text) {
  if (text.len == 0) return;
  ql__texts_add(r->arena, texts, text);
  if (!ql_arena_failed(r->arena)) r->last = &texts->items[texts->len - 1];
}

static void set_text(ql__reader *r, ql_str *text, ql_str value) {
  if (value.len == 0) return;
  *text = value;
  r->last = text;
}

/* A field that says something else than it should is kept as a demand, words and all. */
static void keep_words(ql__reader *r, ql_str field, ql_str value) {
  if (value.len > 0) add_text(r, &last_task(r)->demands, ql__form_text(field));
}

static void add_paths(ql__reader *r, ql__texts *writes, ql_str value) {
  ql_str path;
  while (ql__form_next_path(&value, &path)) {
    if (writes) ql__texts_add(r->arena, writes, path);
    ql__read_file(r, path, QL_STR(""));
  }
}

/* "Task: T2: title" of a block; a second one is another task of the same agent. */
static ql_status read_title(ql__reader *r, ql_str value, ql_error *err) {
  ql_str label = QL_ABSENT, title = value;
  bool labelled = ql__form_task(value, &label, &title);
  ql_status status = QL_OK;
  if (r->titled || !r->open) {
    status = ql__read_open_task(r, label, title, err);
    if (status == QL_OK) last_task(r)->agent = r->block;
    return status;
  }
  ql__draft_task *task = last_task(r);
  if (labelled && !is_taken(r, label)) task->label = label;
  set_text(r, &task->title, title);
  r->titled = true;
  return QL_OK;
}

static ql_status read_field(ql__reader *r, ql__field field, ql_str item, ql_str value, ql_error *err) {
  ql__draft_task *task = last_task(r);
  r->list = NULL;
  r->last = NULL;
  switch (field) {
  case QL_FIELD_WHY: set_text(r, &task->reason, value); break;
  case QL_FIELD_OUTPUT: add_text(r, r->list = &task->outputs, value); break;
  case QL_FIELD_ACCEPT: add_text(r, r->list = &task->accept, value); break;
  case QL_FIELD_DEMAND: add_text(r, r->list = &task->demands, value); break;
  case QL_FIELD_WRITES: add_text(r, r->list = &task->writes, value); break;
  case QL_FIELD_ROLLBACK: set_text(r, &task->rollback, value); break;
  case QL_FIELD_DEPENDS: ql__read_reference(r, (ql__reference){value, r->draft.task_count - 1, SIZE_MAX, 0, false}); break;
  case QL_FIELD_FILES: add_paths(r, &task->writes, value); break;
  case QL_FIELD_PRIORITY:
    if (!ql_priority_read(value, &task->priority)) keep_words(r, item, value);
    break;
  case QL_FIELD_EFFORT:
    if (!ql_effort_read(value, &task->effort)) keep_words(r, item, value);
    break;
  case QL_FIELD_ESTIMATE:
    if (!ql__get_estimate(value, &task->estimate)) keep_words(r, item, value);
    break;
  case QL_FIELD_SOURCE:
    if (!ql__get_source(r->arena, value, &task->source)) keep_words(r, item, value);
    break;
  case QL_FIELD_ASSIGN: {
    ql_str name;
    task->agent = QL_STR("");
    return ql__form_agent(value, &name) ? ql__read_agent(r, name, &task->agent, err) : QL_OK;
  }
  case QL_FIELD_TASK: return r->block.ptr ? read_title(r, value, err) : QL_OK;
  case QL_FIELD_NONE:
  case QL_FIELD_TASKS:
  case QL_FIELD_MEASURE:
  case QL_FIELD_EXPECT:
  case QL_FIELD_JUDGE:
  case QL_FIELD_EVIDENCE: break;
  }
  return QL_OK;
}

/* Fields of gates, and of blocks outside of one, are words like others. */
static bool is_of_task(const ql__reader *r, ql__field field) {
  bool of_gate = field == QL_FIELD_MEASURE || field == QL_FIELD_EXPECT || field == QL_FIELD_JUDGE || field == QL_FIELD_EVIDENCE;
  return field != QL_FIELD_NONE && field != QL_FIELD_TASKS && !of_gate && (field != QL_FIELD_TASK || r->block.ptr);
}

ql_status ql__read_in_task(ql__reader *r, ql_str item, ql__marker marker, ql_error *err) {
  ql_str value;
  if (r->draft.task_count == 0) return QL_OK;
  ql__field field = ql__form_field(item, &value);
  if (is_of_task(r, field)) return read_field(r, field, item, value, err);
  if (marker == QL_MARKER_NONE && ql__read_on(r, item)) return QL_OK;
  r->last = NULL;
  if ((marker == QL_MARKER_BULLET || marker == QL_MARKER_NUMBER) && r->list) ql__read_text(r, r->list, item);
  return QL_OK;
}

/* ---- phases ---- */

ql_status ql__read_end_phase(ql__reader *r, ql_error *err) {
  size_t phase = r->draft.phases.len;
  r->open = false;
  r->block = QL_ABSENT;
  if (phase == 0 || r->section != QL_SECTION_ROADMAP) return QL_OK;
  if (r->draft.task_count > 0 && last_task(r)->group == phase) return QL_OK;
  ql_status status = ql__read_open_task(r, QL_ABSENT, r->draft.phases.items[phase - 1], err);
  r->open = false;
  return status;
}

ql_status ql__read_phase(ql__reader *r, ql_str title, ql_error *err) {
  ql_status status = ql__read_end_phase(r, err);
  if (status != QL_OK) return status;
  r->section = QL_SECTION_ROADMAP;
  r->base = SIZE_MAX;
  if (r->draft.phases.len == QL_PLAN_TASKS_MAX)
    return ql__read_fault(r, r->line, QL_ERR_LIMIT, "more phases than QL_PLAN_TASKS_MAX; make two plans of it", err);
  if (title.len == 0) {
    ql_str id = ql_task_id(r->arena, r->draft.phases.len);
    const ql_str pieces[] = {QL_STR("Phase "), ql_slice(id, 1, id.len)};
    title = ql_arena_concat(r->arena, pieces, 2);
  }
  ql__texts_add(r->arena, &r->draft.phases, title);
  r->last = NULL;
  return QL_OK;
}

static ql_status read_struck(ql__reader *r, ql_str name, ql_str reason, ql_error *err) {
  ql_str agent;
  ql_status status = ql__read_agent(r, name, &agent, err);
  size_t before = r->draft.considered_count;
  if (status == QL_OK) status = ql__draft_consider(&r->draft, agent, reason, err);
  if (status == QL_ERR_LIMIT) return ql__read_fault(r, r->line, status, "more agents than QL_PLAN_TASKS_MAX; name fewer", err);
  if (status == QL_OK && r->draft.considered_count > before && reason.len > 0) r->last = &r->draft.considered[before].reason;
  return status;
}

ql_status ql__read_in_phase(ql__reader *r, ql_str item, ql__marker marker, ql_error *err) {
  ql_str value, label, title, name;
  ql__field field = ql__form_field(item, &value);
  bool detail = r->open && (marker == QL_MARKER_ARROW || r->indent > r->base);
  if (field == QL_FIELD_TASKS) {
    r->base = SIZE_MAX;
    r->open = false;
    r->last = NULL;
    return QL_OK;
  }
  if (field == QL_FIELD_FILES && !detail) {
    add_paths(r, NULL, value);
    r->last = NULL;
    return QL_OK;
  }
  if (detail && is_of_task(r, field)) return read_field(r, field, item, value, err);
  if (marker == QL_MARKER_NONE && (detail || !ql__form_task(item, &label, &title))) {
    (void)ql__read_on(r, item);
    return QL_OK;
  }
  r->last = NULL;
  if (detail) {
    ql__read_text(r, r->list ? r->list : &last_task(r)->demands, item);
    return QL_OK;
  }
  if (r->base == SIZE_MAX || r->indent < r->base) r->base = r->indent;
  r->block = QL_ABSENT;
  if (ql__form_says_none(item)) return QL_OK;
  if (ql__form_struck(item, &name, &value)) return read_struck(r, name, value, err);
  if (ql__form_task(item, &label, &title)) return ql__read_open_task(r, label, title, err);
  if (!ql__form_block(item, &name, &value)) return ql__read_open_task(r, QL_ABSENT, ql__form_text(item), err);
  ql_str agent;
  ql_status status = ql__read_agent(r, name, &agent, err);
  if (status == QL_OK) status = ql__read_open_task(r, QL_ABSENT, value, err);
  if (status != QL_OK) return status;
  last_task(r)->agent = r->block = agent;
  r->titled = false; /* what stands behind the name gives way to "Task: …" */
  return QL_OK;
}

/* ---- agents needed ---- */

ql_status ql__read_need(ql__reader *r, ql_str item, ql__marker marker, ql_error *err) {
  ql_str name, reason, value, agent;
  ql__field field = ql__form_field(item, &value);
  bool detail = r->block.ptr && (marker == QL_MARKER_ARROW || r->indent > r->base);
  bool blocks = r->draft.phases.len == 0; /* tasks stand in the phases, or else here */
  if (detail && blocks && field == QL_FIELD_TASK) return read_title(r, value, err);
  if (detail && r->open && is_of_task(r, field)) return read_field(r, field, item, value, err);
  if (detail && r->open && r->list && marker != QL_MARKER_NONE) {
    ql__read_text(r, r->list, item);
    return QL_OK;
  }
  bool more = detail && !ql_starts(item, QL_STR("@")) && !ql__form_block(item, &name, &reason);
  if ((marker == QL_MARKER_NONE || more) && (ql__read_on(r, item) || more)) return QL_OK;
  r->last = NULL;
  r->open = r->titled = false;
  r->block = QL_ABSENT;
  if (r->base == SIZE_MAX || r->indent < r->base) r->base = r->indent;
  if (ql__form_struck(item, &name, &reason)) return read_struck(r, name, reason, err);
  if (!ql__form_need(item, &name, &reason)) return QL_OK;
  ql_status status = ql__read_agent(r, name, &agent, err);
  size_t before = r->draft.need_count;
  if (status == QL_OK) status = ql__draft_need(&r->draft, agent, reason, err);
  if (status != QL_OK)
    return status == QL_ERR_LIMIT ? ql__read_fault(r, name, status, "more agents than QL_PLAN_TASKS_MAX; name fewer", err) : status;
  r->block = agent;
  if (r->draft.need_count > before && reason.len > 0) r->last = &r->draft.needs[before].reason;
  return QL_OK;
}

/* ---- gates ---- */

#define GATE_ID_MAX 160u /* bytes of a word in an event */

static ql_status open_gate(ql__reader *r, ql_str item, ql_error *err) {
  ql_str id, text;
  if (!ql__get_key(r->arena, item, &id, &text) || id.len == 0) {
    ql_str number = ql_task_id(r->arena, r->draft.gate_count);
    const ql_str pieces[] = {QL_STR("G"), ql_slice(number, 1, number.len)};
    id = ql_arena_concat(r->arena, pieces, 2);
    text = item;
  }
  text = ql__form_text(text);
  if (r->draft.gate_count == QL_PLAN_TASKS_MAX)
    return ql__read_fault(r, item, QL_ERR_LIMIT, "more gates than QL_PLAN_TASKS_MAX; join some", err);
  if (id.len > GATE_ID_MAX || ql_find_byte(id, 0x7f, 0) != SIZE_MAX)
    return ql__read_fault(r, item, QL_ERR_SYNTAX, "the gate's name is longer than 160 bytes, or no word; shorten it", err);
  for (size_t i = 0; i < r->draft.gate_count; i++)
    if (ql_eq(r->draft.gates[i].id, id)) return ql__read_fault(r, item, QL_ERR_SYNTAX, "two gates have this name; rename one", err);
  ql_plan_gate *gate = ql__draft_gate(&r->draft, id, text.len > 0 ? text : id);
  if (!gate) return ql__read_no_memory(err);
  r->open = true;
  r->last = text.len > 0 ? &gate->text : NULL;
  return QL_OK;
}

static ql_status read_gate_field(ql__reader *r, ql__field field, ql_str value, ql_error *err) {
  ql_plan_gate *gate = &r->draft.gates[r->draft.gate_count - 1];
  r->last = NULL;
  if (field == QL_FIELD_TASK && value.len > 0) ql__read_reference(r, (ql__reference){value, SIZE_MAX, r->draft.gate_count - 1, 0, true});
  if (field == QL_FIELD_EXPECT) set_text(r, &gate->expect, value);
  if (field == QL_FIELD_EVIDENCE) set_text(r, &gate->evidence, value);
  if (field == QL_FIELD_JUDGE) gate->judge = ql_eq_nocase(value, QL_STR("rule")) ? QL_JUDGE_RULE : QL_JUDGE_SEAT;
  if (field == QL_FIELD_MEASURE) {
    gate->measured = ql__get_measure(value, &gate->wants);
    if (!gate->measured) return ql__read_fault(r, value, QL_ERR_SYNTAX, "is no measure; write one such as \">= 80 %\"", err);
  }
  if (field == QL_FIELD_SOURCE && !ql__get_source(r->arena, value, &gate->source))
    return ql__read_fault(r, value, QL_ERR_SYNTAX, "is no source; begin with rule, document, objective, planner, model or person", err);
  return QL_OK;
}

ql_status ql__read_gate(ql__reader *r, ql_str item, ql__marker marker, ql_error *err) {
  ql_str value;
  bool detail = r->open && (marker == QL_MARKER_ARROW || r->indent > r->base);
  ql__field field = ql__form_field(item, &value);
  bool of_gate = field == QL_FIELD_TASK || field == QL_FIELD_EXPECT || field == QL_FIELD_EVIDENCE || field == QL_FIELD_JUDGE ||
                 field == QL_FIELD_MEASURE || field == QL_FIELD_SOURCE;
  if (detail && of_gate) return read_gate_field(r, field, value, err);
  if (marker == QL_MARKER_NONE || detail) {
    (void)ql__read_on(r, item);
    return QL_OK;
  }
  r->base = r->indent;
  r->last = NULL;
  return ql__form_says_none(item) ? QL_OK : open_gate(r, item, err);
}
