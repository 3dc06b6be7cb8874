/* Reads the seeds' plan form. One pass over the lines; what refers to tasks (dependencies, groups) is resolved at the end. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/derive.h"
#include "plan/draft.h"
#include "plan/form.h"

#define DETAIL_MAX 60u /* bytes of the text that an error shows */

/* Text that names tasks, kept until all tasks are known. */
typedef struct reference {
  ql_str text;
  size_t task;  /* that depends on what it names; SIZE_MAX for a group's members */
  size_t group; /* of the members */
  bool one;     /* only the first label counts: the rest is a title */
} reference;

typedef struct reader {
  ql_arena *arena;
  ql_str text;
  ql__draft draft;
  ql__section section;
  ql_str *last;      /* the text that a further line goes on; NULL behind a blank line */
  ql__texts *list;   /* of the open task, that its bullets go to; NULL when there is none */
  bool known;        /* a heading of the form was seen */
  bool has_tasks;    /* tasks stand in the text itself */
  bool numbered;     /* the steps are a numbered list, so that bullets in it are details */
  size_t group;      /* the open group of DEPENDENCIES & ORDER; 0 before the first */
  size_t next_group; /* one above the largest so far */
  bool sequential;   /* each member of the open list is a group of its own */
  reference *references;
  size_t reference_count, reference_cap;
} reader;

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static ql_status fault(const reader *r, ql_str at, ql_status code, const char *message, ql_error *err) {
  ql_str rest = at, piece = QL_STR("");
  (void)ql_next_line(&rest, &piece);
  piece = ql_slice(piece, 0, DETAIL_MAX);
  ql_status status = ql_fail(err, code, message, ql_slice(piece, 0, ql_utf8_bad(piece)));
  if (!err) return status;
  err->offset = (size_t)(at.ptr - r->text.ptr);
  ql_position(r->text, err->offset, &err->line, &err->column);
  return status;
}

static void add_reference(reader *r, reference ref) {
  reference *items = ql_arena_grow(r->arena, r->references, r->reference_count, &r->reference_cap, sizeof *items);
  if (!items) return;
  r->references = items;
  items[r->reference_count++] = ref;
}

static void add_text(reader *r, ql__texts *texts, ql_str text) {
  text = ql__form_text(text);
  if (text.len == 0) return;
  ql__texts_add(r->arena, texts, text);
  if (!ql_arena_failed(r->arena)) r->last = &texts->items[texts->len - 1];
}

/* The text goes on: from its start to the end of this line, line ends included; they become spaces at the end of reading. False when no
   text is open. */
static bool extend(reader *r, ql_str line) {
  if (!r->last) return false;
  if (r->last->len == 0)
    *r->last = ql__form_text(line);
  else
    r->last->len = (size_t)(line.ptr + line.len - r->last->ptr);
  return true;
}

static void read_file(reader *r, ql_str item) {
  ql_str path, purpose;
  item = ql__form_text(item);
  if (item.len == 0 || ql__form_says_none(item)) return;
  ql__form_file(item, &path, &purpose);
  if (path.len == 0) return;
  ql__draft_file(&r->draft, path, purpose);
  if (ql_arena_failed(r->arena)) return;
  ql_plan_file *file = &r->draft.files[r->draft.file_count - 1];
  r->last = purpose.len > 0 ? &file->purpose : NULL;
}

static ql_status read_need(reader *r, ql_str item, ql_error *err) {
  ql_str name, reason;
  bool struck = ql_starts(item, QL_STR("~~")); /* considered and not needed */
  if (struck || !ql__form_need(item, &name, &reason)) return QL_OK;
  ql_str agent = ql_agent_id(r->arena, name);
  if (!agent.ptr) return ql_arena_failed(r->arena) ? no_memory(err) : fault(r, name, QL_ERR_SYNTAX, "is not an agent's name", err);
  size_t before = r->draft.need_count;
  ql_status status = ql__draft_need(&r->draft, agent, reason, err);
  if (status == QL_OK && r->draft.need_count > before && reason.len > 0) r->last = &r->draft.needs[before].reason;
  return status;
}

static ql_status open_task(reader *r, ql_str label, ql_str title, ql_error *err) {
  ql__draft_task *task;
  ql_status status = ql__draft_task_new(&r->draft, label, &task, err);
  if (status != QL_OK) return status == QL_ERR_LIMIT ? fault(r, label, status, "more tasks than QL_PLAN_TASKS_MAX", err) : status;
  task->title = title;
  task->agent = QL_ABSENT; /* until somebody is named */
  r->section = QL_SECTION_TASKS;
  r->known = r->has_tasks = true;
  r->last = title.len > 0 ? &task->title : NULL;
  r->list = NULL;
  return QL_OK;
}

static ql_status read_field(reader *r, ql__field field, ql_str value, ql_error *err) {
  ql__draft_task *task = &r->draft.tasks[r->draft.task_count - 1];
  r->list = NULL;
  r->last = NULL;
  switch (field) {
  case QL_FIELD_NONE: break;
  case QL_FIELD_WHY:
    if (value.len == 0) break;
    task->reason = value;
    r->last = &task->reason;
    break;
  case QL_FIELD_OUTPUT:
  case QL_FIELD_ACCEPT:
    r->list = field == QL_FIELD_OUTPUT ? &task->outputs : &task->accept;
    if (value.len == 0) break;
    ql__texts_add(r->arena, r->list, value);
    if (!ql_arena_failed(r->arena)) r->last = &r->list->items[r->list->len - 1];
    break;
  case QL_FIELD_DEPENDS: add_reference(r, (reference){value, r->draft.task_count - 1, 0, false}); break;
  case QL_FIELD_ASSIGN: {
    ql_str name;
    task->agent = QL_STR("");
    if (!ql__form_agent(value, &name)) break;
    task->agent = ql_agent_id(r->arena, name);
    if (!task->agent.ptr) return ql_arena_failed(r->arena) ? no_memory(err) : fault(r, name, QL_ERR_SYNTAX, "is not an agent's name", err);
    break;
  }
  }
  return QL_OK;
}

static ql_status read_in_task(reader *r, ql_str item, ql__marker marker, ql_error *err) {
  ql_str value;
  if (r->draft.task_count == 0) return QL_OK;
  ql__field field = ql__form_field(item, &value);
  if (field != QL_FIELD_NONE) return read_field(r, field, value, err);
  if (marker == QL_MARKER_NONE && extend(r, item)) return QL_OK;
  r->last = NULL;
  if ((marker == QL_MARKER_BULLET || marker == QL_MARKER_NUMBER) && r->list) add_text(r, r->list, item);
  return QL_OK;
}

static void open_group(reader *r, size_t number, ql_str members) {
  r->sequential = number == 0;
  r->group = number > 0 ? number : r->next_group;
  if (r->group >= r->next_group) r->next_group = r->group + !r->sequential;
  r->last = NULL;
  if (members.len > 0) add_reference(r, (reference){members, SIZE_MAX, r->group, false});
}

static void read_order(reader *r, ql_str item, ql__marker marker) {
  size_t number;
  ql_str members, label, title;
  if (ql__form_group(item, &number, &members)) {
    open_group(r, number, members);
    return;
  }
  bool member = r->group > 0 && ql__form_task(item, &label, &title);
  if (!member && marker == QL_MARKER_NONE && extend(r, item)) return;
  r->last = NULL;
  if (!member && !ql__form_says_none(item)) add_text(r, &r->draft.order, item);
  if (!member) return;
  if (r->sequential) r->group = r->next_group++;
  add_reference(r, (reference){label, SIZE_MAX, r->group, true});
}

/* An objective in quotes is meant without them. */
static ql_str unquoted(ql_str s) {
  bool quoted = s.len > 1 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"';
  return quoted ? ql_trim(ql_slice(s, 1, s.len - 1)) : ql__form_text(s);
}

static ql_status open_section(reader *r, ql__section section, ql_str rest, ql_error *err) {
  r->section = section;
  r->last = NULL;
  r->known |= section != QL_SECTION_OBJECTIVE && section != QL_SECTION_LEADER && section != QL_SECTION_MAKER && section != QL_SECTION_OTHER;
  r->has_tasks |= section == QL_SECTION_TASKS;
  if (section == QL_SECTION_MAKER) r->draft.rehearsed = ql_starts_nocase(rest, QL_STR("rehearsal"));
  if (section == QL_SECTION_OBJECTIVE) {
    r->draft.objective = unquoted(rest);
    r->last = &r->draft.objective;
  }
  ql_str name;
  if (section == QL_SECTION_LEADER && ql__form_agent(rest, &name)) {
    r->draft.leader = ql_agent_id(r->arena, name);
    if (!r->draft.leader.ptr)
      return ql_arena_failed(r->arena) ? no_memory(err) : fault(r, name, QL_ERR_SYNTAX, "is not an agent's name", err);
  }
  if (section == QL_SECTION_FILES && rest.len > 0) read_file(r, rest);
  return QL_OK;
}

static void read_step(reader *r, ql_str item, ql__marker marker) {
  bool detail = marker == QL_MARKER_NONE || (r->numbered && marker != QL_MARKER_NUMBER);
  if (detail && extend(r, item)) return;
  r->last = NULL;
  if (marker == QL_MARKER_NONE || ql__form_says_none(item)) return;
  r->numbered |= marker == QL_MARKER_NUMBER;
  add_text(r, &r->draft.steps, item);
}

static ql_status read_item(reader *r, ql_str item, ql__marker marker, ql_error *err) {
  if (r->section == QL_SECTION_TASKS) return read_in_task(r, item, marker, err);
  if (r->section == QL_SECTION_ORDER) {
    read_order(r, item, marker);
    return QL_OK;
  }
  if (r->section == QL_SECTION_STEPS) {
    read_step(r, item, marker);
    return QL_OK;
  }
  bool plain = marker == QL_MARKER_NONE;
  if (plain && extend(r, item)) return QL_OK;
  r->last = NULL;
  if (r->section == QL_SECTION_NEEDS) return read_need(r, item, err);
  if (r->section == QL_SECTION_FILES && !plain) read_file(r, item);
  if (r->section == QL_SECTION_RISKS && !ql__form_says_none(item)) add_text(r, &r->draft.risks, item);
  return QL_OK;
}

static ql_status read_line(reader *r, ql_str line, ql_error *err) {
  bool indented = line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
  ql_str item = ql_trim(line), label, title, rest, number_rest;
  bool fence = ql_starts(item, QL_STR("```")) || ql_starts(item, QL_STR("~~~"));
  if (item.len == 0 || fence) {
    r->last = NULL;
    return QL_OK;
  }
  ql__marker marker = ql__form_marker(&item);
  ql__section heading = ql__form_heading(item, marker, r->section, &rest);
  if (heading != QL_SECTION_NONE) return open_section(r, heading, rest, err);
  bool plain = marker == QL_MARKER_NONE;
  bool may_open = r->section == QL_SECTION_TASKS ? marker != QL_MARKER_ARROW : plain && !indented && r->section != QL_SECTION_ORDER;
  if (may_open && ql__form_task(item, &label, &title)) return open_task(r, label, title, err);
  size_t number;
  if (plain && !indented && r->section != QL_SECTION_ORDER && ql__form_group(item, &number, &number_rest)) r->section = QL_SECTION_ORDER;
  return read_item(r, item, marker, err);
}

/* The next word that may be a label; *called says that "task" stands before it. */
static bool next_label(ql_str *rest, ql_str *word, bool *called) {
  *called = false;
  for (;;) {
    size_t start = 0;
    while (start < rest->len && !ql_is_alnum(rest->ptr[start])) start++;
    size_t end = start;
    while (end < rest->len && (ql_is_alnum(rest->ptr[end]) || rest->ptr[end] == '.' || rest->ptr[end] == '_' || rest->ptr[end] == '-'))
      end++;
    *word = ql_slice(*rest, start, end);
    *rest = ql_slice(*rest, end, rest->len);
    while (word->len > 0 && (word->ptr[word->len - 1] == '.' || word->ptr[word->len - 1] == '-')) word->len--;
    if (word->len == 0) return false;
    if (!ql_eq_nocase(*word, QL_STR("task")) && !ql_eq_nocase(*word, QL_STR("tasks"))) return true;
    *called = true;
  }
}

static bool looks_numbered(ql_str word) {
  size_t digits = 0;
  for (size_t i = 1; i < word.len; i++) digits += ql_is_digit(word.ptr[i]);
  return word.len > 1 && word.ptr[0] == 'T' && digits == word.len - 1;
}

static ql_status resolve(reader *r, const reference *ref, ql_error *err) {
  ql_str rest = ref->text, word;
  bool called, found = false;
  while (next_label(&rest, &word, &called)) {
    size_t task = ql__draft_find(&r->draft, word);
    if (task == SIZE_MAX && (called || looks_numbered(word) || ref->one))
      return fault(r, word, QL_ERR_SYNTAX, "names a task that is not in the plan", err);
    if (task == SIZE_MAX) continue;
    found = true;
    ql_status status = QL_OK;
    if (ref->task != SIZE_MAX)
      status = ql__draft_after(&r->draft, ref->task, task, err);
    else if (r->draft.tasks[task].group == 0)
      r->draft.tasks[task].group = ref->group;
    if (status != QL_OK) return status == QL_ERR_LIMIT ? fault(r, word, status, "more dependencies than QL_PLAN_EDGES_MAX", err) : status;
    if (ref->one) break;
  }
  /* "Depends on: the endpoints being agreed": no task, but worth keeping. */
  if (!found && ref->task != SIZE_MAX && ref->text.len > 0 && !ql__form_says_none(ref->text))
    ql__texts_add(r->arena, &r->draft.order, ref->text);
  return QL_OK;
}

static void flatten(ql_arena *a, ql_str *text) {
  bool several = ql_find_byte(*text, '\n', 0) != SIZE_MAX || ql_find_byte(*text, '\r', 0) != SIZE_MAX;
  if (several) *text = ql__one_line(a, *text);
}

static void flatten_list(ql_arena *a, const ql__texts *texts) {
  for (size_t i = 0; i < texts->len; i++) flatten(a, &texts->items[i]);
}

static void flatten_all(reader *r) {
  ql__draft *d = &r->draft;
  flatten(r->arena, &d->objective);
  flatten_list(r->arena, &d->steps);
  flatten_list(r->arena, &d->order);
  flatten_list(r->arena, &d->risks);
  for (size_t i = 0; i < d->file_count; i++) flatten(r->arena, &d->files[i].purpose);
  for (size_t i = 0; i < d->need_count; i++) flatten(r->arena, &d->needs[i].reason);
  for (size_t i = 0; i < d->task_count; i++) {
    flatten(r->arena, &d->tasks[i].title);
    flatten(r->arena, &d->tasks[i].reason);
    flatten_list(r->arena, &d->tasks[i].outputs);
    flatten_list(r->arena, &d->tasks[i].accept);
  }
}

static ql_status finish(reader *r, const ql_plan **out, ql_error *err) {
  size_t twice;
  if (!r->known) return fault(r, r->text, QL_ERR_SYNTAX, "no heading of a plan is there, such as IMPLEMENTATION PLAN or TASKS", err);
  ql_status status = ql__draft_index(&r->draft, &twice, err);
  if (status == QL_OK && twice != SIZE_MAX) return fault(r, r->draft.tasks[twice].label, QL_ERR_SYNTAX, "two tasks have this name", err);
  for (size_t i = 0; status == QL_OK && r->has_tasks && i < r->reference_count; i++) status = resolve(r, &r->references[i], err);
  if (status != QL_OK) return status;
  flatten_all(r);
  if (!r->has_tasks) status = ql__derive_tasks(&r->draft, err);
  if (status == QL_OK) status = ql__derive_agents(&r->draft, err);
  return status == QL_OK ? ql__draft_build(&r->draft, out, err) : status;
}

ql_status ql_plan_read(ql_arena *a, ql_str text, const ql_plan **out, ql_error *err) {
  reader r = {.arena = a, .text = text, .draft = ql__draft_new(a), .next_group = 1};
  if (text.len > QL_JSON_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the plan is longer than QL_JSON_BYTES_MAX", QL_ABSENT);
  size_t bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) return fault(&r, ql_slice(text, bad, bad), QL_ERR_UTF8, "not valid UTF-8", err);
  size_t nul = ql_find_byte(text, '\0', 0);
  if (nul != SIZE_MAX) return fault(&r, ql_slice(text, nul, nul), QL_ERR_SYNTAX, "U+0000 is not allowed in a plan", err);
  ql_str rest = text, line;
  if (ql_starts(rest, QL_STR("\xEF\xBB\xBF"))) rest = ql_slice(rest, 3, rest.len);
  while (ql_next_line(&rest, &line)) {
    ql_status status = read_line(&r, line, err);
    if (status != QL_OK) return status;
    if (ql_arena_failed(a)) return no_memory(err);
  }
  return finish(&r, out, err);
}
