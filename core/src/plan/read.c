/* Reads the plan forms. One pass over the lines; what refers to tasks (dependencies, groups, drawings) is resolved at the end. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/derive.h"
#include "plan/order.h"
#include "plan/parts.h"
#include "plan/reader.h"

#define DETAIL_MAX 60u /* bytes of the text that an error shows */

ql_status ql__read_no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql_status ql__read_fault(const ql__reader *r, ql_str at, ql_status code, const char *message, ql_error *err) {
  ql_str rest = at, piece = QL_STR("");
  if (ql_arena_failed(r->arena)) return ql__read_no_memory(err); /* what was not understood was not read */
  (void)ql_next_line(&rest, &piece);
  piece = ql_slice(piece, 0, DETAIL_MAX);
  ql_status status = ql_fail(err, code, message, ql_slice(piece, 0, ql_utf8_bad(piece)));
  if (!err) return status;
  err->offset = (size_t)(at.ptr - r->text.ptr);
  ql_position(r->text, err->offset, &err->line, &err->column);
  return status;
}

ql_status ql__read_agent(ql__reader *r, ql_str name, ql_str *out, ql_error *err) {
  ql_str agent = ql_agent_id(r->arena, name);
  if (!agent.ptr) return ql__read_fault(r, name, QL_ERR_SYNTAX, "is not an agent's name; write @ and letters, digits, dots or dashes", err);
  *out = agent;
  return QL_OK;
}

void ql__read_reference(ql__reader *r, ql__reference ref) {
  ql__reference *items = ql_arena_grow(r->arena, r->references, r->reference_count, &r->reference_cap, sizeof *items);
  if (!items) return;
  r->references = items;
  items[r->reference_count++] = ref;
}

void ql__read_text(ql__reader *r, ql__texts *texts, ql_str item) {
  item = ql__form_text(item);
  if (item.len == 0) return;
  ql__texts_add(r->arena, texts, item);
  if (!ql_arena_failed(r->arena)) r->last = &texts->items[texts->len - 1];
}

bool ql__read_on(ql__reader *r, ql_str line) {
  if (!r->last) return false;
  if (r->last->len == 0)
    *r->last = ql__form_text(line);
  else
    r->last->len = (size_t)(line.ptr + line.len - r->last->ptr);
  return true;
}

/* ---- files, steps, order ---- */

static void read_file(ql__reader *r, ql_str item) {
  ql_str path, purpose;
  item = ql__form_text(item);
  if (item.len == 0 || ql__form_says_none(item) || (r->strict && !ql__form_is_path(item))) return;
  ql__form_file(item, &path, &purpose);
  if (path.len == 0) return;
  size_t before = r->draft.file_count;
  ql__read_file(r, path, purpose);
  if (r->draft.file_count > before && purpose.len > 0) r->last = &r->draft.files[before].purpose;
}

static void read_step(ql__reader *r, ql_str item, ql__marker marker) {
  bool detail = marker == QL_MARKER_NONE || (r->numbered && marker != QL_MARKER_NUMBER);
  if (detail && ql__read_on(r, item)) return;
  r->last = NULL;
  if (marker == QL_MARKER_NONE || ql__form_says_none(item)) return;
  r->numbered |= marker == QL_MARKER_NUMBER;
  ql__read_text(r, &r->draft.steps, item);
}

static void open_group(ql__reader *r, size_t number, ql_str members) {
  r->sequential = number == 0;
  r->group = number > 0 ? number : r->next_group;
  if (r->group >= r->next_group) r->next_group = r->group + !r->sequential;
  r->last = NULL;
  if (members.len > 0) ql__read_reference(r, (ql__reference){members, SIZE_MAX, SIZE_MAX, r->group, false});
}

static void read_order(ql__reader *r, ql_str item, ql__marker marker) {
  size_t number;
  ql_str members, label, title;
  if (ql__form_group(item, &number, &members)) {
    open_group(r, number, members);
    return;
  }
  bool chain = r->chains.len < QL_PLAN_TASKS_MAX && ql__order_is_chain(item);
  bool member = !chain && r->group > 0 && ql__form_task(item, &label, &title);
  if (!member && !chain && marker == QL_MARKER_NONE && ql__read_on(r, item)) return;
  r->last = NULL;
  if (chain) ql__texts_add(r->arena, &r->chains, item);
  if (!member && !ql__form_says_none(item)) ql__read_text(r, &r->draft.order, item);
  if (chain) r->last = NULL;
  if (!member) return;
  if (r->sequential) r->group = r->next_group++;
  ql__read_reference(r, (ql__reference){label, SIZE_MAX, SIZE_MAX, r->group, true});
}

/* ---- sections ---- */

static void read_finding(ql__reader *r, ql_str item) {
  ql_str need, words;
  if (ql__form_says_none(item)) return;
  if (!ql__get_key(r->arena, item, &need, &words)) {
    need = QL_STR("");
    words = item;
  }
  ql__draft_finding(&r->draft, need, ql__form_text(words));
  if (words.len > 0 && !ql_arena_failed(r->arena)) r->last = &r->draft.findings[r->draft.finding_count - 1].words;
}

/* Pieces of an estimated time; the one that is called the total is the time. */
static void read_time(ql__reader *r, ql_str item) {
  ql_str s = item;
  size_t emphasis = ql__cut_emphasis(&s), colon = ql_find_byte(s, ':', 0);
  bool total = emphasis > 0 && colon != SIZE_MAX && ql_eq_nocase(ql__cut_emphasis_end(ql_slice(s, 0, colon)), QL_STR("total"));
  if (r->total && !total) return;
  if (total) {
    s = ql_slice(s, colon + 1, s.len);
    ql__cut_emphasis(&s);
    item = ql_trim(s);
    r->times.len = 0;
    r->total = true;
  }
  ql__read_text(r, &r->times, item);
}

/* An objective in quotes is meant without them. */
static ql_str unquoted(ql_str s) {
  bool quoted = s.len > 1 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"';
  return quoted ? ql_trim(ql_slice(s, 1, s.len - 1)) : ql__form_text(s);
}

static bool is_of_the_form(ql__section section) {
  return section == QL_SECTION_PLAN || section == QL_SECTION_FILES || section == QL_SECTION_STEPS || section == QL_SECTION_NEEDS ||
         section == QL_SECTION_ORDER || section == QL_SECTION_TASKS || section == QL_SECTION_RISKS || section == QL_SECTION_ROADMAP;
}

static ql_status open_section(ql__reader *r, ql__section section, ql_str rest, ql_error *err) {
  bool in_plan = r->section == QL_SECTION_PLAN || r->section == QL_SECTION_FILES || r->section == QL_SECTION_STEPS;
  ql_status status = ql__read_end_phase(r, err);
  if (status != QL_OK) return status;
  if (section == QL_SECTION_FILES) r->strict = !in_plan;
  r->section = section;
  r->last = NULL;
  r->base = SIZE_MAX;
  r->known |= is_of_the_form(section);
  r->has_tasks |= section == QL_SECTION_TASKS;
  if (section == QL_SECTION_MAKER) r->draft.rehearsed = ql_starts_nocase(rest, QL_STR("rehearsal"));
  if (section == QL_SECTION_OBJECTIVE) {
    r->draft.objective = unquoted(rest);
    r->last = &r->draft.objective;
  }
  ql_str name;
  if (section == QL_SECTION_LEADER && ql__form_agent(rest, &name)) return ql__read_agent(r, name, &r->draft.leader, err);
  if (section == QL_SECTION_FROM && !ql__get_source(r->arena, rest, &r->draft.item))
    return ql__read_fault(r, rest, QL_ERR_SYNTAX, "is no source; write one such as document, path \"roadmap.md\", line 12", err);
  if (section == QL_SECTION_FILES && rest.len > 0) read_file(r, rest);
  if (section == QL_SECTION_DURATION && rest.len > 0) {
    ql__read_text(r, &r->times, rest);
    r->total = true;
  }
  return QL_OK;
}

static ql_status read_item(ql__reader *r, ql_str item, ql__marker marker, ql_error *err) {
  bool plain = marker == QL_MARKER_NONE;
  ql__texts *list = NULL;
  switch (r->section) {
  case QL_SECTION_TASKS: return ql__read_in_task(r, item, marker, err);
  case QL_SECTION_ROADMAP: return ql__read_in_phase(r, item, marker, err);
  case QL_SECTION_NEEDS: return ql__read_need(r, item, marker, err);
  case QL_SECTION_GATES: return ql__read_gate(r, item, marker, err);
  case QL_SECTION_ORDER: read_order(r, item, marker); return QL_OK;
  case QL_SECTION_STEPS: read_step(r, item, marker); return QL_OK;
  case QL_SECTION_RISKS: list = &r->draft.risks; break;
  case QL_SECTION_SUCCESS: list = &r->draft.success; break;
  case QL_SECTION_ROLLBACK: list = &r->draft.rollback; break;
  case QL_SECTION_PHASES: list = &r->draft.phases; break;
  case QL_SECTION_NONE:
  case QL_SECTION_PLAN:
  case QL_SECTION_FILES:
  case QL_SECTION_FINDINGS:
  case QL_SECTION_DURATION:
  case QL_SECTION_OBJECTIVE:
  case QL_SECTION_LEADER:
  case QL_SECTION_MAKER:
  case QL_SECTION_FROM:
  case QL_SECTION_HEADER:
  case QL_SECTION_OTHER: break;
  }
  if (plain && ql__read_on(r, item)) return QL_OK;
  bool detail = r->section == QL_SECTION_FILES && r->base != SIZE_MAX && r->indent > r->base;
  if (detail && ql__read_on(r, item)) return QL_OK;
  r->last = NULL;
  if (!plain && !detail) r->base = r->indent;
  if (list && !ql__form_says_none(item)) ql__read_text(r, list, item);
  if (r->section == QL_SECTION_FILES && !plain && !detail) read_file(r, item);
  if (r->section == QL_SECTION_FINDINGS && !plain) read_finding(r, item);
  if (r->section == QL_SECTION_DURATION) read_time(r, item);
  return QL_OK;
}

/* ---- lines ---- */

static size_t indent_of(ql_str line) {
  size_t indent = 0;
  for (size_t i = 0; i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'); i++) indent += line.ptr[i] == '\t' ? 4 - indent % 4 : 1;
  return indent;
}

/* "---", "***": a line between parts. */
static bool is_rule(ql_str item) {
  size_t same = 0;
  while (same < item.len && item.ptr[same] == item.ptr[0]) same++;
  return item.len > 2 && same == item.len && (item.ptr[0] == '-' || item.ptr[0] == '*');
}

static size_t hashes_of(ql_str item) {
  size_t hashes = 0;
  while (hashes < item.len && item.ptr[hashes] == '#') hashes++;
  return hashes;
}

/* Where a line such as "Phase 2 - Screens:" opens a phase. */
static bool may_be_phase(const ql__reader *r, ql__marker marker, size_t hashes) {
  bool of_plan = r->section == QL_SECTION_PLAN || r->section == QL_SECTION_STEPS;
  return marker == QL_MARKER_NONE && (hashes > 0 || r->section == QL_SECTION_ROADMAP || (of_plan && r->indent == 0));
}

/* "# PRE-QUEST title" names the objective where nothing else does. */
static bool read_title(ql__reader *r, ql_str item, size_t hashes) {
  ql_str title = ql_trim(ql_slice(item, hashes, item.len));
  if (hashes != 1 || r->draft.objective.len > 0 || !ql_starts_nocase(title, QL_STR("pre-quest"))) return false;
  title = ql_trim(ql_slice(title, 9, title.len));
  if (ql_starts(title, QL_STR(":"))) title = ql_trim(ql_slice(title, 1, title.len));
  r->draft.objective = title;
  return true;
}

static ql_status read_line(ql__reader *r, ql_error *err) {
  ql_str item = ql_trim(r->line), label, title, rest, value;
  bool fence = ql_starts(item, QL_STR("```")) || ql_starts(item, QL_STR("~~~"));
  r->indent = indent_of(r->line);
  if (item.len == 0 || fence || is_rule(item)) {
    r->last = NULL;
    return QL_OK;
  }
  ql__marker marker = ql__form_marker(&item);
  bool plain = marker == QL_MARKER_NONE, indented = r->indent > 0;
  size_t hashes = plain ? hashes_of(item) : 0, number;
  if (may_be_phase(r, marker, hashes) && ql__form_phase(item, &title)) return ql__read_phase(r, title, err);
  /* Inside of a task a field goes before a heading of that name. */
  bool field = r->open && plain && indented && ql__form_field(item, &value) != QL_FIELD_NONE;
  ql__section heading = field ? QL_SECTION_NONE : ql__form_heading(item, marker, r->section, &rest);
  if (heading == QL_SECTION_OTHER && r->level > 0 && hashes > r->level) { /* a part of the section */
    r->last = NULL;
    r->base = SIZE_MAX;
    return QL_OK;
  }
  if (heading != QL_SECTION_NONE) {
    if (heading == QL_SECTION_OTHER && read_title(r, item, hashes)) heading = QL_SECTION_HEADER;
    r->level = hashes;
    return open_section(r, heading, rest, err);
  }
  bool tasks = r->section == QL_SECTION_TASKS, lists = r->section == QL_SECTION_ORDER || r->section == QL_SECTION_ROADMAP;
  bool may_open = tasks ? marker != QL_MARKER_ARROW : plain && !indented && !lists;
  if (may_open && ql__form_task(item, &label, &title)) return ql__read_open_task(r, label, title, err);
  if (plain && !indented && !lists && ql__form_group(item, &number, &rest)) r->section = QL_SECTION_ORDER;
  return read_item(r, item, marker, err);
}

/* ---- the end ---- */

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

static ql_status resolve(ql__reader *r, const ql__reference *ref, ql_error *err) {
  ql_str rest = ref->text, word;
  bool called, found = false;
  while (next_label(&rest, &word, &called)) {
    size_t task = ql__draft_find(&r->draft, word);
    if (task == SIZE_MAX && (called || looks_numbered(word) || ref->one))
      return ql__read_fault(r, word, QL_ERR_SYNTAX, "names a task that is not in the plan; add it, or take the name out", err);
    if (task == SIZE_MAX) continue;
    found = true;
    ql_status status = QL_OK;
    if (ref->task != SIZE_MAX)
      status = ql__draft_after(&r->draft, ref->task, task, err);
    else if (ref->gate != SIZE_MAX)
      r->draft.gates[ref->gate].task = task;
    else if (r->draft.tasks[task].group == 0)
      r->draft.tasks[task].group = ref->group;
    if (status != QL_OK)
      return status == QL_ERR_LIMIT ? ql__read_fault(r, word, status, "more dependencies than QL_PLAN_EDGES_MAX; make two plans of it", err)
                                    : status;
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

static void flatten_all(ql__reader *r) {
  ql__draft *d = &r->draft;
  const ql__texts *lists[] = {&d->steps, &d->order, &d->risks, &d->rollback, &d->success, &d->phases, &r->times};
  flatten(r->arena, &d->objective);
  for (size_t i = 0; i < QL_COUNT(lists); i++) flatten_list(r->arena, lists[i]);
  for (size_t i = 0; i < d->file_count; i++) flatten(r->arena, &d->files[i].purpose);
  for (size_t i = 0; i < d->need_count; i++) flatten(r->arena, &d->needs[i].reason);
  for (size_t i = 0; i < d->considered_count; i++) flatten(r->arena, &d->considered[i].reason);
  for (size_t i = 0; i < d->finding_count; i++) flatten(r->arena, &d->findings[i].words);
  for (size_t i = 0; i < d->gate_count; i++) {
    flatten(r->arena, &d->gates[i].text);
    flatten(r->arena, &d->gates[i].expect);
    flatten(r->arena, &d->gates[i].evidence);
  }
  for (size_t i = 0; i < d->task_count; i++) {
    ql__draft_task *task = &d->tasks[i];
    const ql__texts *parts[] = {&task->outputs, &task->accept, &task->demands, &task->writes};
    flatten(r->arena, &task->title);
    flatten(r->arena, &task->reason);
    flatten(r->arena, &task->rollback);
    for (size_t k = 0; k < QL_COUNT(parts); k++) flatten_list(r->arena, parts[k]);
  }
}

static ql_str joined(ql_arena *a, const ql__texts *texts) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < texts->len; i++) {
    if (i > 0) ql_buf_add(&buf, QL_STR("; "));
    ql_buf_add(&buf, texts->items[i]);
  }
  return ql_buf_take(&buf, a);
}

/* What the tasks wait for, by their fields and by drawings; and who does them. */
static ql_status finish_tasks(ql__reader *r, ql_error *err) {
  ql_status status = QL_OK;
  ql_str bad = QL_ABSENT;
  for (size_t i = 0; status == QL_OK && r->has_tasks && i < r->reference_count; i++) status = resolve(r, &r->references[i], err);
  if (status != QL_OK) return status;
  flatten_all(r);
  if (!r->has_tasks) status = ql__derive_tasks(&r->draft, err);
  if (status == QL_OK) status = ql__derive_agents(&r->draft, err);
  size_t twice;
  if (status == QL_OK && !r->has_tasks) status = ql__draft_index(&r->draft, &twice, err); /* drawings may name them */
  if (status == QL_OK) status = ql__order_apply(&r->draft, &r->chains, !r->has_tasks, &bad, err);
  if (status == QL_ERR_LIMIT && bad.ptr)
    return ql__read_fault(r, bad, status, "more dependencies than QL_PLAN_EDGES_MAX; make two plans of it", err);
  return status == QL_ERR_SYNTAX ? ql__read_fault(r, bad, status, "names a task that is not in the plan; add it, or take the name out", err)
                                 : status;
}

static ql_status finish(ql__reader *r, const ql_plan **out, ql_error *err) {
  size_t twice;
  if (!r->known)
    return ql__read_fault(r, r->text, QL_ERR_SYNTAX, "no heading of a plan is there; add one, such as IMPLEMENTATION PLAN or TASKS", err);
  ql_status status = ql__read_end_phase(r, err);
  if (status == QL_OK) status = ql__draft_index(&r->draft, &twice, err);
  if (status == QL_OK && twice != SIZE_MAX)
    return ql__read_fault(r, r->draft.tasks[twice].label, QL_ERR_SYNTAX, "two tasks have this name; rename one", err);
  if (status == QL_OK) status = finish_tasks(r, err);
  if (status == QL_OK && r->times.len > 0) r->draft.duration = joined(r->arena, &r->times);
  return status == QL_OK ? ql__draft_build(&r->draft, out, err) : status;
}

ql_status ql_plan_read(ql_arena *a, ql_str text, const ql_plan **out, ql_error *err) {
  ql__reader r = {.arena = a, .text = text, .draft = ql__draft_new(a), .next_group = 1, .base = SIZE_MAX};
  if (text.len > QL_JSON_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the plan is longer than QL_JSON_BYTES_MAX", QL_ABSENT);
  size_t bad = ql_utf8_bad(text);
  if (bad != SIZE_MAX) return ql__read_fault(&r, ql_slice(text, bad, bad), QL_ERR_UTF8, "not valid UTF-8; save the file as UTF-8", err);
  size_t nul = ql_find_byte(text, '\0', 0);
  if (nul != SIZE_MAX)
    return ql__read_fault(&r, ql_slice(text, nul, nul), QL_ERR_SYNTAX, "U+0000 is not allowed in a plan; take it out", err);
  ql_str rest = text;
  if (ql_starts(rest, QL_STR("\xEF\xBB\xBF"))) rest = ql_slice(rest, 3, rest.len);
  while (ql_next_line(&rest, &r.line)) {
    ql_status status = read_line(&r, err);
    if (status != QL_OK) return status;
    if (ql_arena_failed(a)) return ql__read_no_memory(err);
  }
  return finish(&r, out, err);
}
