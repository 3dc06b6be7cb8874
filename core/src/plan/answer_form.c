/* The form of a model's answer: one table for the schema that it is given and for looking at what it gave. */
#include "plan/answer.h"

#include <questline/limits.h>

#include "base/text.h"

typedef struct row {
  ql_str shape; /* of the first row of a shape */
  ql_str name, type, doc;
} row;

#define SHAPE(shape, doc)      {QL_STR_INIT(#shape), {NULL, 0}, {NULL, 0}, QL_STR_INIT(doc)},
#define FIELD(name, type, doc) {{NULL, 0}, QL_STR_INIT(#name), QL_STR_INIT(#type), QL_STR_INIT(doc)},
#define END
static const row ROWS[] = {
#include <questline/plan_answer.def>
};
#undef SHAPE
#undef FIELD
#undef END

#define PROBLEMS_MAX 24u /* of the form; more help nobody */
#define STARTS_MAX   16u /* braces that are tried */

/* The head of a shape; NULL where a type is none of these. */
static const row *shape_of(ql_str type) {
  for (size_t i = 0; i < QL_COUNT(ROWS); i++)
    if (ROWS[i].shape.ptr && ql_eq(ROWS[i].shape, type)) return &ROWS[i];
  return NULL;
}

static bool is_field(const row *r) { return r < ROWS + QL_COUNT(ROWS) && !r->shape.ptr; }

static ql_str item_type(ql_str type) { return ql_ends(type, QL_STR("[]")) ? ql_slice(type, 0, type.len - 2) : QL_ABSENT; }

/* The next word of `"low" | "high"`. */
static bool next_word(ql_str *type, ql_str *word) {
  size_t from = ql_find_byte(*type, '"', 0), to = from == SIZE_MAX ? SIZE_MAX : ql_find_byte(*type, '"', from + 1);
  if (to == SIZE_MAX) return false;
  *word = ql_slice(*type, from + 1, to);
  *type = ql_slice(*type, to + 1, type->len);
  return true;
}

/* ---- the schema ---- */

static ql_value *object_schema(ql_arena *a, const row *head);

/* A shape holds others, at most two deep. */
static ql_value *type_schema(ql_arena *a, ql_str type) {
  ql_str item = item_type(type), word;
  const row *shape = shape_of(type);
  if (shape) return object_schema(a, shape);
  ql_value *schema = ql_object(a);
  QL_SET(schema, "type", ql_string(a, item.ptr ? QL_STR("array") : QL_STR("string")));
  if (item.ptr) QL_SET(schema, "items", type_schema(a, item));
  ql_value *words = ql_array(a);
  while (!item.ptr && next_word(&type, &word)) ql_push(words, ql_string(a, word));
  if (words && words->count > 0) QL_SET(schema, "enum", words);
  return schema;
}

static ql_value *object_schema(ql_arena *a, const row *head) {
  ql_value *schema = ql_object(a), *properties = ql_object(a), *required = ql_array(a);
  for (const row *r = head + 1; is_field(r); r++) {
    ql_value *member = ql_set(properties, r->name, type_schema(a, r->type));
    if (r->doc.len > 0) QL_SET(member, "description", ql_string(a, r->doc));
    ql_push(required, ql_string(a, r->name));
  }
  QL_SET(schema, "additionalProperties", ql_bool(a, false));
  QL_SET(schema, "description", ql_string(a, head->doc));
  QL_SET(schema, "properties", properties);
  QL_SET(schema, "required", required);
  QL_SET(schema, "type", ql_string(a, QL_STR("object")));
  return schema;
}

ql_value *ql__answer_schema(ql_arena *a) {
  ql_value *schema = object_schema(a, shape_of(QL_STR("PlanAnswer")));
  return ql_arena_failed(a) ? NULL : schema;
}

/* ---- looking at an answer ---- */

typedef struct look {
  ql_arena *arena;
  ql_value *problems;
} look;

static void complain(look *l, ql_str code, const ql_str *pieces, size_t count, ql_str field, ql_str task) {
  if (!l->problems || l->problems->count >= PROBLEMS_MAX) return;
  ql_value *problem = ql_push(l->problems, ql_object(l->arena));
  QL_SET(problem, "code", ql_string(l->arena, code));
  QL_SET(problem, "field", ql_string(l->arena, field));
  QL_SET(problem, "message", ql_string(l->arena, ql_arena_concat(l->arena, pieces, count)));
  QL_SET(problem, "severity", ql_string(l->arena, QL_STR("error")));
  if (task.len > 0) QL_SET(problem, "task", ql_string(l->arena, task));
}

static bool is_word(ql_str type, ql_str text) {
  ql_str word;
  bool any = false;
  while (next_word(&type, &word)) {
    if (ql_eq_nocase(word, text)) return true;
    any = true;
  }
  return !any;
}

/* What nobody can do without. */
static bool is_needed(ql_str name) {
  static const ql_str NEEDED[] = {QL_STR_INIT("agent"), QL_STR_INIT("id"),   QL_STR_INIT("path"),
                                  QL_STR_INIT("tasks"), QL_STR_INIT("text"), QL_STR_INIT("title")};
  for (size_t i = 0; i < QL_COUNT(NEEDED); i++)
    if (ql_eq(NEEDED[i], name)) return true;
  return false;
}

static void look_at_object(look *l, const ql_value *value, const row *head, ql_str where);

/* One member; `where` is its path, "tasks[2].after". */
static void look_at(look *l, const ql_value *value, ql_str type, ql_str where, ql_str task) {
  ql_str item = item_type(type);
  ql_kind wanted = item.ptr ? QL_ARRAY : shape_of(type) ? QL_OBJECT : QL_STRING;
  static const ql_str NAMES[] = {
      [QL_STRING] = QL_STR_INIT("a text"), [QL_ARRAY] = QL_STR_INIT("a list"), [QL_OBJECT] = QL_STR_INIT("an object")};
  if (value->kind != wanted) {
    complain(l, QL_STR("wrong-type"), (const ql_str[]){where, QL_STR(" has to be "), NAMES[wanted], QL_STR(".")}, 4, where, task);
  } else if (wanted == QL_OBJECT) {
    look_at_object(l, value, shape_of(type), where);
  } else if (wanted == QL_STRING && !is_word(type, value->text)) {
    complain(l, QL_STR("wrong-word"), (const ql_str[]){where, QL_STR(" has to be one of "), type, QL_STR(".")}, 4, where, task);
  }
  size_t i = 0;
  for (const ql_value *child = value->kind == QL_ARRAY && item.ptr ? value->first : NULL; child; child = child->next, i++) {
    ql_buf buf = ql_buf_new(ql_arena_alloc(l->arena));
    ql_buf_add(&buf, where);
    ql_buf_byte(&buf, '[');
    ql_buf_int(&buf, (int64_t)i);
    ql_buf_byte(&buf, ']');
    ql_str place = ql_buf_take(&buf, l->arena);
    if (l->problems && l->problems->count < PROBLEMS_MAX) look_at(l, child, item, place, task);
  }
}

static void look_at_object(look *l, const ql_value *value, const row *head, ql_str where) {
  ql_str task = ql_eq(head->shape, QL_STR("PlanAnswerTask")) ? ql_get_str(value, QL_STR("id")) : QL_ABSENT;
  for (const row *r = head + 1; is_field(r); r++) {
    const ql_value *member = ql_get(value, r->name);
    ql_str path = where.len == 0 ? r->name : ql_arena_concat(l->arena, (const ql_str[]){where, QL_STR("."), r->name}, 3);
    if (member && member->kind != QL_NULL)
      look_at(l, member, r->type, path, task);
    else if (is_needed(r->name))
      complain(l, QL_STR("missing"), (const ql_str[]){path, QL_STR(" is missing.")}, 2, path, task);
  }
}

void ql__answer_check(ql_arena *a, const ql_value *answer, ql_value *problems) {
  look l = {a, problems};
  look_at_object(&l, answer, shape_of(QL_STR("PlanAnswer")), QL_STR(""));
}

/* ---- finding it ---- */

/* The end of the object that begins at `from`; SIZE_MAX when it does not end. */
static size_t object_end(ql_str text, size_t from) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = from; i < text.len; i++) {
    char c = text.ptr[i];
    if (quoted) {
      if (c == '\\') i++;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      depth++;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return SIZE_MAX;
}

/* {"plan": {…}} and the like stand for what is in them. */
static ql_value *plan_in(ql_value *object) {
  if (QL_GET(object, "tasks")) return object;
  for (ql_value *member = object->first; member; member = member->next)
    if (member->kind == QL_OBJECT && QL_GET(member, "tasks")) return member;
  return NULL;
}

ql_value *ql__answer_find(ql_arena *a, ql_str text, bool *broken) {
  ql_value *any = NULL;
  size_t from = ql_find_byte(text, '{', 0);
  *broken = false;
  for (size_t tries = 0; from != SIZE_MAX && tries < STARTS_MAX; tries++) {
    size_t end = object_end(text, from);
    ql_value *value = NULL;
    bool read = end != SIZE_MAX && ql_json_read(a, ql_slice(text, from, end), &value, NULL) == QL_OK;
    ql_value *plan = read ? plan_in(value) : NULL;
    if (plan) return plan;
    if (read && value->count > 0 && !any && !*broken) any = value; /* not a part of one that is broken */
    *broken |= !read;
    from = ql_find_byte(text, '{', read ? end : from + 1);
  }
  return any;
}
