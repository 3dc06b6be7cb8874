/* A task of a plan as a delegation, and a delegation as text. */
#include "plan/delegation.h"

#include "base/text.h"
#include "plan/draft.h"
#include "plan/form.h"
#include "spec/notes.h"

#define CONCAT(a, ...) ql_arena_concat((a), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/* ---- of a task ---- */

static ql_value *texts(ql_arena *a, const ql_str *items, size_t count) {
  ql_value *array = ql_array(a);
  for (size_t i = 0; i < count; i++) ql_push(array, ql_string(a, items[i]));
  return array;
}

static void add(ql_arena *a, ql_value *array, ql_str text) { ql_push(array, ql_string(a, text)); }

/* "docs/api.md, about 900 tokens; without: Storage" */
static void add_document(ql_arena *a, ql_value *array, const ql_value *item) {
  ql_str status = ql_get_str(item, QL_STR("status"));
  if (!ql_eq(status, QL_STR("given")) && !ql_eq(status, QL_STR("part"))) return;
  ql_str text = CONCAT(a, QL_STR("Document: "), ql_get_str(item, QL_STR("path")), QL_STR(", about "),
                       ql__number(a, (size_t)ql_get_int(item, QL_STR("tokens"), 0)), QL_STR(" tokens"));
  const ql_value *parts = QL_GET(item, "parts");
  bool first = true;
  for (const ql_value *part = parts ? parts->first : NULL; part; part = part->next) {
    if (!ql_get_bool(part, QL_STR("given"))) continue;
    text = CONCAT(a, text, first ? QL_STR("; of it: ") : QL_STR(", "), ql_get_str(part, QL_STR("heading")));
    first = false;
  }
  add(a, array, text);
}

static ql_value *context_of(ql_arena *a, const ql_plan *plan, const ql_plan_task *task, const ql_value *context) {
  ql_value *array = ql_array(a);
  if (plan->objective.len > 0) add(a, array, CONCAT(a, QL_STR("The whole: "), plan->objective));
  for (size_t i = 0; i < task->after_count; i++) {
    const ql_plan_task *before = &plan->tasks[task->after[i]];
    for (size_t k = 0; k < before->output_count; k++)
      add(a, array, CONCAT(a, QL_STR("From "), before->id, QL_STR(": "), before->outputs[k]));
  }
  const ql_value *workers = QL_GET(context, "workers");
  for (const ql_value *w = workers ? workers->first : NULL; w; w = w->next) {
    if (!ql_eq(ql_get_str(w, QL_STR("agent")), task->agent)) continue;
    for (const ql_value *item = QL_GET(w, "items") ? QL_GET(w, "items")->first : NULL; item; item = item->next)
      add_document(a, array, item);
  }
  return array;
}

/* The gates of the task; without any, its acceptance criteria are what counts. */
static ql_value *success_of(ql_arena *a, const ql_plan *plan, size_t index) {
  ql_value *array = ql_array(a);
  for (size_t i = 0; i < plan->gate_count; i++)
    if (plan->gates[i].task == index) add(a, array, plan->gates[i].text);
  if (!array || array->first || plan->tasks[index].accept_count == 0) return array;
  add(a, array, QL_STR("All acceptance criteria are met."));
  return array;
}

ql_status ql_delegation_of(ql_arena *a, const ql_plan *plan, ql_str id, const ql_value *context, ql_value **out, ql_error *err) {
  size_t index = 0;
  while (index < plan->task_count && !ql_eq_nocase(plan->tasks[index].id, id)) index++;
  if (index == plan->task_count) return ql_fail(err, QL_ERR_NOT_FOUND, "the plan has no such task", id);
  const ql_plan_task *task = &plan->tasks[index];
  ql_value *value = ql_object(a), *after = ql_array(a), *blocks = ql_array(a), *outputs = texts(a, task->outputs, task->output_count);
  for (size_t i = 0; i < task->after_count; i++) add(a, after, plan->tasks[task->after[i]].id);
  for (size_t i = 0; i < plan->task_count; i++)
    for (size_t k = 0; k < plan->tasks[i].after_count; k++)
      if (plan->tasks[i].after[k] == index) add(a, blocks, plan->tasks[i].id);
  for (size_t i = 0; i < task->write_count; i++) add(a, outputs, CONCAT(a, QL_STR("File: "), task->writes[i]));
  QL_SET(value, "accept", texts(a, task->accept, task->accept_count));
  QL_SET(value, "after", after);
  QL_SET(value, "agent", ql_string(a, task->agent));
  QL_SET(value, "blocks", blocks);
  QL_SET(value, "context", context_of(a, plan, task, context));
  QL_SET(value, "demands", texts(a, task->demands, task->demand_count));
  QL_SET(value, "id", ql_string(a, task->id));
  QL_SET(value, "objective", ql_string(a, task->title));
  QL_SET(value, "outputs", outputs);
  if (task->priority != QL_PRIORITY_NONE) QL_SET(value, "priority", ql_string(a, ql_priority_word(task->priority)));
  QL_SET(value, "success", success_of(a, plan, index));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}

/* ---- as it is written: every text one line, no empty ones ---- */

static ql_status wrong(ql_error *err, ql_str member, const char *what) { return ql_fail(err, QL_ERR_SYNTAX, what, member); }

static ql_status clean_text(ql_arena *a, const ql_value *from, ql_str member, bool required, ql_value *to, ql_error *err) {
  const ql_value *v = ql_get(from, member);
  if (!v && !required) return QL_OK;
  if (!v || v->kind != QL_STRING) return wrong(err, member, "must be a text");
  ql_set(to, member, ql_string(a, ql__one_line(a, v->text)));
  return QL_OK;
}

static ql_status clean_list(ql_arena *a, const ql_value *from, ql_str member, ql_value *to, ql_error *err) {
  const ql_value *v = ql_get(from, member);
  ql_value *array = ql_set(to, member, ql_array(a));
  if (v && v->kind != QL_ARRAY) return wrong(err, member, "must be a list of texts");
  for (const ql_value *item = v ? v->first : NULL; item; item = item->next) {
    if (item->kind != QL_STRING) return wrong(err, member, "must be a list of texts");
    ql_str text = ql__one_line(a, item->text);
    if (text.len > 0) add(a, array, text);
  }
  return QL_OK;
}

static ql_status clean_ids(const ql__blank *blank, ql_value *to, ql_str member, ql_error *err) {
  ql_value *v = ql_get(to, member);
  for (ql_value *item = v && v->kind == QL_ARRAY ? v->first : v; item; item = v->kind == QL_ARRAY ? item->next : NULL) {
    if (!ql__is_task_name(item->text) || ql__form_says_none(item->text) || ql_ends(item->text, QL_STR(".")))
      return wrong(err, member, "ids have letters, digits, dots, hyphens and underscores only, no dot at the end, and none is no id");
    item->text = ql__blank_read_id(blank, item->text);
  }
  return QL_OK;
}

static ql_status clean(const ql__blank *blank, const ql_value *from, ql_value *to, ql_error *err) {
  static const ql_str lists[] = {QL_STR_INIT("accept"),  QL_STR_INIT("after"),   QL_STR_INIT("blocks"), QL_STR_INIT("context"),
                                 QL_STR_INIT("demands"), QL_STR_INIT("outputs"), QL_STR_INIT("success")};
  static const ql_str ids[] = {QL_STR_INIT("after"), QL_STR_INIT("blocks"), QL_STR_INIT("id")};
  ql_arena *a = blank->arena;
  if (!from || from->kind != QL_OBJECT) return wrong(err, QL_ABSENT, "a delegation is an object");
  ql_status status = clean_text(a, from, QL_STR("agent"), true, to, err);
  if (status == QL_OK) status = clean_text(a, from, QL_STR("id"), true, to, err);
  if (status == QL_OK) status = clean_text(a, from, QL_STR("objective"), true, to, err);
  if (status == QL_OK) status = clean_text(a, from, QL_STR("priority"), false, to, err);
  for (size_t i = 0; status == QL_OK && i < QL_COUNT(lists); i++) status = clean_list(a, from, lists[i], to, err);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  for (size_t i = 0; status == QL_OK && i < QL_COUNT(ids); i++) status = clean_ids(blank, to, ids[i], err);
  ql_priority priority;
  ql_str word = ql_get_str(to, QL_STR("priority"));
  if (status == QL_OK && word.ptr && (!ql_priority_read(word, &priority) || priority == QL_PRIORITY_NONE))
    return wrong(err, QL_STR("priority"), "is low, medium, high or critical");
  if (status == QL_OK && word.ptr) QL_SET(to, "priority", ql_string(a, ql_priority_word(priority)));
  return status;
}

/* ---- writing ---- */

/* A backslash before what would be read as something else. */
static void write_text(ql_buf *out, const ql__blank *blank, ql_str text, bool item) {
  ql__part part;
  ql_str value;
  char c = text.len > 0 ? text.ptr[0] : ' ';
  bool sign = c == '\\' || c == '[' || ql__form_says_none(text);
  if (!item) sign = sign || !(ql_is_alpha(c) || c == '@') || ql__blank_label(blank, text, &part, &value);
  if (sign) ql_buf_byte(out, '\\');
  ql_buf_add(out, text);
}

static void write_list(ql_buf *out, const ql_value *array, ql_str mark) {
  if (!array || !array->first) ql_buf_add(out, QL_STR("- None.\n"));
  for (const ql_value *item = array ? array->first : NULL; item; item = item->next) {
    ql_buf_add(out, mark);
    write_text(out, NULL, item->text, true);
    ql_buf_byte(out, '\n');
  }
}

static void write_ids(ql_buf *out, const ql__blank *blank, ql_str label, const ql_value *array) {
  ql_buf_add(out, QL_STR("- "));
  ql_buf_add(out, label);
  if (!array->first) ql_buf_add(out, QL_STR("none"));
  for (const ql_value *item = array->first; item; item = item->next) {
    if (item != array->first) ql_buf_add(out, QL_STR(", "));
    ql_buf_add(out, ql__blank_id(blank, item->text));
  }
  ql_buf_byte(out, '\n');
}

static void write_part(ql_buf *out, const ql__blank *blank, ql_str label, ql__part part, const ql_value *d) {
  bool inline_ = part == QL__PART_TO || part == QL__PART_ID || part == QL__PART_PRIORITY;
  ql_str text = part < QL__PART_COUNT ? ql_get_str(d, ql__part_names[part].member) : QL_ABSENT;
  const ql_value *list = part < QL__PART_COUNT ? ql_get(d, ql__part_names[part].member) : NULL;
  if (!inline_ && out->len > 0) ql_buf_byte(out, '\n');
  ql_buf_add(out, label);
  ql_buf_add(out, inline_ ? QL_STR(": ") : QL_STR(":\n"));
  switch (part) {
  case QL__PART_ID: ql_buf_add(out, ql__blank_id(blank, text)); break;
  case QL__PART_PRIORITY: ql_buf_add(out, text.ptr ? text : QL_STR("none")); break;
  case QL__PART_TO:
  case QL__PART_OBJECTIVE:
    if (text.len == 0)
      ql_buf_add(out, QL_STR("None."));
    else
      write_text(out, blank, text, false);
    break;
  case QL__PART_ACCEPT: write_list(out, list, QL_STR("- [ ] ")); return;
  case QL__PART_DEPENDS:
    write_ids(out, blank, QL_STR("Depends on: "), list);
    write_ids(out, blank, QL_STR("Blocks: "), QL_GET(d, "blocks"));
    return;
  case QL__PART_DEMANDS:
  case QL__PART_CONTEXT:
  case QL__PART_OUTPUTS:
  case QL__PART_SUCCESS: write_list(out, list, QL_STR("- ")); return;
  case QL__PART_COUNT: write_list(out, NULL, QL_STR("- ")); return;
  }
  ql_buf_byte(out, '\n');
}

/* Whether a form without a field for it would lose something. */
static bool is_needed(const ql_value *d, ql__part part) {
  const ql_value *v = ql_get(d, ql__part_names[part].member);
  if (part == QL__PART_DEPENDS && QL_GET(d, "blocks")->first) return true;
  return v && (v->kind == QL_STRING ? v->text.len > 0 : v->first != NULL);
}

static ql_str write(const ql__blank *blank, const ql_value *d) {
  bool done[QL__PART_COUNT + 1] = {false};
  ql_buf out = ql_buf_new(ql_arena_alloc(blank->arena));
  for (const ql_rule_item *item = NULL; (item = ql__blank_next(blank, item)) != NULL;) {
    ql__part part = ql__part_of(item->name, false);
    write_part(&out, blank, item->name, done[part] ? QL__PART_COUNT : part, d);
    done[part] = part != QL__PART_COUNT;
  }
  for (size_t i = 0; i < QL__PART_COUNT; i++)
    if (!done[i] && (!blank->rule || is_needed(d, (ql__part)i))) write_part(&out, blank, ql__part_names[i].label, (ql__part)i, d);
  return ql_buf_take(&out, blank->arena);
}

ql_status ql_delegation_write(ql_arena *a, const ql_roster *roster, ql_str leader, const ql_value *delegation, ql_value **out,
                              ql_error *err) {
  ql__blank blank = ql__blank_of(a, roster, leader);
  ql_value *value = ql_object(a), *d = QL_SET(value, "delegation", ql_object(a));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_status status = clean(&blank, delegation, d, err);
  if (status != QL_OK) return status;
  if (blank.rule) {
    QL_SET(value, "line", ql_int(a, blank.rule->line));
    QL_SET(value, "path", ql_string(a, blank.leader->spec->path.ptr ? blank.leader->spec->path : blank.leader->id));
  }
  QL_SET(value, "text", ql_string(a, write(&blank, d)));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
