/* A message held against its form. */
#include <questline/limits.h>

#include "base/text.h"
#include "plan/forms.h"

#define NEAR           2u   /* slips of the pen in a name that is suggested */
#define PROBLEMS_MAX   200u /* that are told */
#define CONCAT(a, ...) ql_arena_concat((a), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/* An object that is still to be looked at. */
typedef struct open_object {
  struct open_object *next;
  const ql_value *fields, *value;
  bool free;
  ql_str path;
} open_object;

typedef struct judge {
  ql_arena *arena;
  const ql_roster *roster;
  ql_value *problems;
  bool errors;
  open_object *last;
} judge;

static void note(judge *j, const char *code, bool error, ql_str path, ql_str message) {
  ql_arena *a = j->arena;
  j->errors = j->errors || error;
  if (!j->problems || j->problems->count >= PROBLEMS_MAX) return;
  size_t len = 0;
  while (code[len]) len++;
  ql_value *problem = ql_push(j->problems, ql_object(a));
  QL_SET(problem, "code", ql_string(a, (ql_str){code, len}));
  QL_SET(problem, "message", ql_string(a, message));
  QL_SET(problem, "path", ql_string(a, path));
  QL_SET(problem, "severity", ql_string(a, error ? QL_STR("error") : QL_STR("warning")));
}

/* ---- paths ---- */

static bool is_plain(ql_str name) {
  for (size_t i = 0; i < name.len; i++)
    if (!ql_is_alnum(name.ptr[i]) && name.ptr[i] != '_' && name.ptr[i] != '-') return false;
  return name.len > 0;
}

static ql_str inside(ql_arena *a, ql_str path, ql_str name) {
  if (!is_plain(name)) return CONCAT(a, path, QL_STR("[\""), name, QL_STR("\"]"));
  return path.len > 0 ? CONCAT(a, path, QL_STR("."), name) : name;
}

static ql_str at_index(ql_arena *a, ql_str path, size_t index) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, path);
  ql_buf_byte(&out, '[');
  ql_buf_int(&out, (int64_t)index);
  ql_buf_byte(&out, ']');
  return ql_buf_take(&out, a);
}

/* ---- types ---- */

/* A number with a fraction is read as its text. */
static bool is_number(const ql_value *v) {
  if (v->kind == QL_INT) return true;
  if (v->kind != QL_STRING || v->text.len == 0) return false;
  bool digit = false;
  for (size_t i = 0; i < v->text.len; i++) {
    if (ql_find_byte(QL_STR("0123456789.eE+-"), v->text.ptr[i], 0) == SIZE_MAX) return false;
    digit = digit || ql_is_digit(v->text.ptr[i]);
  }
  return digit;
}

static const struct {
  ql_str type, words;
  ql_kind kind;
} TYPES[] = {
    {QL_STR_INIT("string"), QL_STR_INIT("a text"), QL_STRING},      {QL_STR_INIT("boolean"), QL_STR_INIT("true or false"), QL_BOOL},
    {QL_STR_INIT("array"), QL_STR_INIT("a list in [ ]"), QL_ARRAY}, {QL_STR_INIT("object"), QL_STR_INIT("fields in { }"), QL_OBJECT},
    {QL_STR_INIT("number"), QL_STR_INIT("a number"), QL_INT},
};

/* Absent when it is of the type, else what it should be. */
static ql_str wanted(ql_str type, const ql_value *v) {
  for (size_t i = 0; i < QL_COUNT(TYPES); i++)
    if (ql_eq(type, TYPES[i].type))
      return v->kind == TYPES[i].kind || (TYPES[i].kind == QL_INT && is_number(v)) ? QL_ABSENT : TYPES[i].words;
  return QL_ABSENT;
}

/* ---- fields ---- */

static void open_inside(judge *j, const ql_value *fields, bool free, const ql_value *value, ql_str path) {
  open_object *o = ql_arena_get(j->arena, sizeof *o);
  if (!o) return;
  *o = (open_object){NULL, fields, value, free, path};
  j->last->next = o;
  j->last = o;
}

/* More is not told, so it need not be found out. */
static bool is_full(const judge *j) { return j->problems && j->problems->count >= PROBLEMS_MAX; }

static void check_agent(judge *j, const ql_value *v, ql_str path) {
  if (is_full(j) || v->kind != QL_STRING || v->text.len == 0 || ql_roster_find(j->roster, v->text)) return;
  ql_str near = ql_roster_suggest(j->roster, v->text);
  note(j, "agent", false, path,
       near.ptr ? CONCAT(j->arena, QL_STR("Nobody is called "), v->text, QL_STR(". Is it "), near, QL_STR("?"))
                : CONCAT(j->arena, QL_STR("Nobody is called "), v->text, QL_STR(". Name an agent of the roster.")));
}

static void check_value(judge *j, const ql_value *field, const ql_value *v, ql_str path) {
  ql_arena *a = j->arena;
  ql_str type = ql_get_str(field, QL_STR("type")), words = wanted(type, v), name = ql_get_str(field, QL_STR("name"));
  const ql_value *fields = QL_GET(field, "fields");
  bool to = ql_eq(name, QL_STR("to"));
  if (words.ptr) {
    note(j, "type", true, path, CONCAT(a, QL_STR("Write "), words, QL_STR(".")));
    return;
  }
  bool none = v->kind == QL_STRING ? ql_trim(v->text).len == 0 : v->kind == QL_ARRAY && !v->first;
  if (none && ql_get_bool(field, QL_STR("required"))) note(j, "empty", false, path, QL_STR("Nothing is said here. Fill it in."));
  if (to && v->kind == QL_STRING) check_agent(j, v, path);
  if (v->kind == QL_OBJECT) open_inside(j, fields, ql_get_bool(field, QL_STR("free")), v, path);
  if (v->kind != QL_ARRAY) return;
  size_t index = 0;
  for (const ql_value *item = v->first; item; item = item->next, index++) {
    if (!to && !fields->first) continue;
    ql_str at = at_index(a, path, index);
    if (to) check_agent(j, item, at);
    if (!fields->first) continue;
    if (item->kind == QL_OBJECT)
      open_inside(j, fields, false, item, at);
    else
      note(j, "type", true, at, QL_STR("Write fields in { }."));
  }
}

static void note_unknown(judge *j, const open_object *o, const ql_value *member) {
  ql_arena *a = j->arena;
  ql_str near = QL_ABSENT;
  size_t best = NEAR + 1;
  if (is_full(j)) return;
  for (const ql_value *f = o->fields->first; f; f = f->next) {
    ql_str name = ql_get_str(f, QL_STR("name"));
    size_t distance = ql_edit_distance(name, member->key);
    if (distance >= best || ql_get(o->value, name)) continue;
    best = distance;
    near = name;
  }
  note(j, "unknown", false, inside(a, o->path, member->key),
       near.ptr ? CONCAT(a, QL_STR("The form has no such field. Is it "), near, QL_STR("?")) : QL_STR("The form has no such field."));
}

static void check_object(judge *j, const open_object *o) {
  for (const ql_value *f = o->free ? NULL : o->fields->first; f; f = f->next) {
    ql_str name = ql_get_str(f, QL_STR("name"));
    if (ql_get_bool(f, QL_STR("required")) && !ql_get(o->value, name))
      note(j, "missing", true, inside(j->arena, o->path, name), QL_STR("The field is missing. Add it."));
  }
  for (const ql_value *member = o->value->first; member; member = member->next) {
    const ql_value *field = ql__form_field_of(o->fields, o->free, member->key);
    if (field)
      check_value(j, field, member, inside(j->arena, o->path, member->key));
    else if (!o->free)
      note_unknown(j, o, member);
  }
}

/* Whoever a directive goes to is told something of its own. */
static void check_instructions(judge *j, const ql_value *message) {
  const ql_value *to = QL_GET(message, "to"), *body = QL_GET(message, "directive");
  const ql_value *each = QL_GET(body ? body : message, "specific_instructions");
  if (!to || to->kind != QL_ARRAY || !each || each->kind != QL_OBJECT) return;
  ql_str path = body ? QL_STR("directive.specific_instructions") : QL_STR("specific_instructions");
  size_t count = 0;
  for (const ql_value *one = to->first; one && count < QL_QUEST_AGENTS_MAX; one = one->next, count++) {
    if (one->kind != QL_STRING || ql_get(each, one->text)) continue;
    note(j, "missing", false, inside(j->arena, path, one->text),
         CONCAT(j->arena, QL_STR("There are no instructions for "), one->text, QL_STR(". Add them.")));
  }
}

static ql_value *result(judge *j, const ql_value *form, const ql_value *message) {
  ql_value *value = ql_object(j->arena);
  QL_SET(value, "form", ql_string(j->arena, ql_get_str(form, QL_STR("name"))));
  QL_SET(value, "problems", j->problems);
  if (!j->errors && message) QL_SET(value, "text", ql_string(j->arena, ql_value_text(j->arena, message)));
  return ql_arena_failed(j->arena) ? NULL : value;
}

ql_value *ql__form_judge(ql_arena *a, const ql_roster *roster, const ql_value *form, const ql_value *message) {
  open_object first = {NULL, QL_GET(form, "fields"), message, false, QL_STR("")};
  judge j = {.arena = a, .roster = roster, .problems = ql_array(a), .last = &first};
  if (message->kind != QL_OBJECT) {
    note(&j, "type", true, QL_STR(""), QL_STR("A message is fields in { }."));
    return result(&j, form, NULL);
  }
  for (const open_object *o = &first; o; o = o->next) check_object(&j, o);
  check_instructions(&j, message);
  return result(&j, form, message);
}

ql_status ql_form_check(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str name, ql_str text, ql_value **out, ql_error *err) {
  ql_value *form, *message = NULL, *value;
  ql_error wrong = {0};
  ql_status status = ql__form_find(a, roster, agent, name, &form, err);
  if (status != QL_OK) return status;
  status = ql_json_read(a, text, &message, &wrong);
  if (status == QL_ERR_NOMEM) return ql_fail(err, status, "out of memory", QL_ABSENT);
  if (status == QL_OK) {
    value = ql__form_judge(a, roster, form, message);
  } else {
    judge j = {.arena = a, .roster = roster, .problems = ql_array(a)};
    ql_str message_text = {wrong.message, 0};
    while (wrong.message && wrong.message[message_text.len]) message_text.len++;
    note(&j, "json", true, QL_STR(""), CONCAT(a, QL_STR("This is no JSON: "), message_text, QL_STR(".")));
    value = result(&j, form, NULL);
  }
  if (!value) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
