/* A message made of what somebody filled in. */
#include "base/text.h"
#include "plan/forms.h"

#define STEPS_MAX 16u /* of one path */

/* One step of a path: into a field, or an item of a list. */
typedef struct step {
  ql_str name; /* absent: an item */
  size_t index;
} step;

static bool is_name_byte(char c) { return ql_is_alnum(c) || c == '_' || c == '-'; }

/* "analysis.risks[0]", "specific_instructions[\"team.api\"]". Takes the next step; false when it is none. */
static bool next_step(ql_str path, size_t *at, step *out) {
  if (path.ptr[*at] == '[') {
    size_t from = *at + 1;
    bool quoted = from < path.len && path.ptr[from] == '"';
    size_t end = quoted ? ql_find(path, QL_STR("\"]"), from + 1) : ql_find_byte(path, ']', from);
    if (end == SIZE_MAX || end == from) return false;
    *at = end + (quoted ? 2 : 1);
    if (quoted) {
      *out = (step){ql_slice(path, from + 1, end), 0};
      return true;
    }
    size_t index = 0;
    for (size_t i = from; i < end; i++) {
      if (!ql_is_digit(path.ptr[i]) || end - from > 5) return false;
      index = index * 10 + (size_t)(path.ptr[i] - '0');
    }
    *out = (step){QL_ABSENT, index};
    return true;
  }
  if (path.ptr[*at] == '.' && *at > 0) ++*at;
  size_t from = *at;
  while (*at < path.len && is_name_byte(path.ptr[*at])) ++*at;
  *out = (step){ql_slice(path, from, *at), 0};
  return *at > from;
}

/* The value that a text is for a field: of its type where it can be, else the text, which the check then tells about. */
static ql_value *typed(ql_arena *a, ql_str type, ql_str text) {
  if (ql_eq(type, QL_STR("array"))) {
    ql_value *array = ql_array(a);
    for (ql_str line; ql_next_line(&text, &line);)
      if (ql_trim(line).len > 0) ql_push(array, ql_string(a, ql_trim(line)));
    return array;
  }
  bool yes = ql_eq_nocase(text, QL_STR("true")) || ql_eq_nocase(text, QL_STR("yes"));
  if (ql_eq(type, QL_STR("boolean")) && (yes || ql_eq_nocase(text, QL_STR("false")) || ql_eq_nocase(text, QL_STR("no"))))
    return ql_bool(a, yes);
  ql_value *number = NULL;
  if (ql_eq(type, QL_STR("number")) && ql_json_read(a, text, &number, NULL) == QL_OK && number->kind == QL_INT) return number;
  return ql_string(a, text);
}

/* The item of a list, made when it is the next one; NULL when items before it are missing. */
static ql_value *item_at(ql_arena *a, ql_value *array, size_t index, bool object) {
  if (index == array->count) return ql_push(array, object ? ql_object(a) : ql_array(a));
  ql_value *item = array->first;
  for (size_t i = 0; item && i < index; i++) item = item->next;
  return item;
}

static bool put(ql_arena *a, const ql_value *form, ql_value *message, ql_str path, ql_str text) {
  step steps[STEPS_MAX];
  size_t count = 0;
  for (size_t at = 0; at < path.len; count++)
    if (count == STEPS_MAX || !next_step(path, &at, &steps[count])) return false;
  if (count == 0 || !steps[0].name.ptr) return false;
  const ql_value *fields = QL_GET(form, "fields"), *field = NULL;
  ql_value *value = message;
  bool free = false;
  for (size_t i = 0; i < count; i++) {
    bool last = i + 1 == count, list = !last && !steps[i + 1].name.ptr;
    if (steps[i].name.ptr) {
      if (value->kind != QL_OBJECT) return false;
      field = ql__form_field_of(fields, free, steps[i].name);
      ql_value *inner = ql_get(value, steps[i].name);
      if (!inner || last)
        inner = ql_set(value, steps[i].name, last ? typed(a, ql_get_str(field, QL_STR("type")), text) : list ? ql_array(a) : ql_object(a));
      value = inner;
    } else if (value->kind != QL_ARRAY) {
      return false;
    } else if (last) {
      if (steps[i].index != value->count) return false;
      value = ql_push(value, ql_string(a, text));
    } else {
      value = item_at(a, value, steps[i].index, !list);
    }
    if (!value) return ql_arena_failed(a);
    fields = field ? QL_GET(field, "fields") : NULL;
    free = ql_get_bool(field, QL_STR("free"));
  }
  return true;
}

ql_status ql_form_fill(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str name, const ql_value *entries, ql_value **out,
                       ql_error *err) {
  ql_value *form, *message = ql_object(a);
  ql_status status = ql__form_find(a, roster, agent, name, &form, err);
  if (status != QL_OK) return status;
  if (!entries || entries->kind != QL_ARRAY) return ql_fail(err, QL_ERR_SYNTAX, "entries are a list", QL_ABSENT);
  for (const ql_value *e = entries->first; message && e; e = e->next) {
    ql_str path = ql_get_str(e, QL_STR("path")), text = ql_trim(ql_get_str(e, QL_STR("text")));
    if (!path.ptr) return ql_fail(err, QL_ERR_SYNTAX, "an entry has path and text", QL_ABSENT);
    if (text.len > 0 && !put(a, form, message, path, text))
      return ql_fail(err, QL_ERR_SYNTAX, "this path leads nowhere; items of a list come in their order", path);
    if (ql_arena_failed(a)) break;
  }
  ql_value *value = ql_arena_failed(a) ? NULL : ql__form_judge(a, roster, form, message);
  if (!value) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
