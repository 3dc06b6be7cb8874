/* Which tools there are, and whether arguments fit them. */
#include <string.h>

#include "base/text.h"
#include "llm/tools.h"
#include "spec/notes.h"

typedef enum kind { KIND_TOOL, KIND_TEXT, KIND_COUNT, KIND_FLAG, KIND_TEXTS, KIND_LIST, KIND_CHOICE } kind;

typedef struct row {
  kind kind;
  bool required, item;
  ql_str choices; /* of a tool: the argument that is its path */
  ql_str name, description;
  ql__runner runs;
} row;

static const row ROWS[] = {
#define REQUIRED      true
#define OPTIONAL      false
#define TEXT          KIND_TEXT, ""
#define COUNT         KIND_COUNT, ""
#define FLAG          KIND_FLAG, ""
#define TEXTS         KIND_TEXTS, ""
#define LIST          KIND_LIST, ""
#define CHOICE(words) KIND_CHOICE, words
#define ROW(kind, choices, name, need, item, description)                                                                                  \
  {kind, need, item, QL_STR_INIT(choices), QL_STR_INIT(name), QL_STR_INIT(description), QL__RUNS_NOTHING},
#define SPREAD(...) ROW(__VA_ARGS__)
#define TOOL(name, runs, path, description)                                                                                                \
  {KIND_TOOL, true, false, QL_STR_INIT(path), QL_STR_INIT(name), QL_STR_INIT(description), QL__RUNS_##runs},
#define ARG(name, kind, need, description)  SPREAD(kind, name, need, false, description)
#define ITEM(name, kind, need, description) SPREAD(kind, name, need, true, description)
#include <questline/tool_schemas.def>
};

static bool take_tool(size_t at, ql__tool_schema *out) {
  const row *tool = &ROWS[at];
  size_t to = at + 1;
  while (to < QL_COUNT(ROWS) && ROWS[to].kind != KIND_TOOL) to++;
  *out = (ql__tool_schema){tool->name, tool->choices, tool->description, tool->runs, at + 1, to};
  return true;
}

bool ql__tool_at(size_t index, ql__tool_schema *out) {
  for (size_t i = 0; i < QL_COUNT(ROWS); i++)
    if (ROWS[i].kind == KIND_TOOL && index-- == 0) return take_tool(i, out);
  return false;
}

bool ql__tool_named(ql_str name, ql__tool_schema *out) {
  for (size_t i = 0; i < QL_COUNT(ROWS); i++)
    if (ROWS[i].kind == KIND_TOOL && ql_eq(ROWS[i].name, name)) return take_tool(i, out);
  return false;
}

/* ---- as JSON Schema ---- */

/* Takes the next of "a|b|c". */
static bool next_choice(ql_str *rest, ql_str *choice) {
  if (!rest->ptr) return false;
  size_t end = ql_find_byte(*rest, '|', 0);
  *choice = ql_slice(*rest, 0, end);
  *rest = end == SIZE_MAX ? QL_ABSENT : ql_slice(*rest, end + 1, rest->len);
  return true;
}

static ql_value *typed(ql_arena *a, const char *type) {
  ql_value *schema = ql_object(a);
  QL_SET(schema, "type", ql_string(a, (ql_str){type, strlen(type)}));
  return schema;
}

static ql_value *schema_of(ql_arena *a, const row *r) {
  static const char *const types[] = {"object", "string", "integer", "boolean", "array", "array", "string"};
  ql_value *schema = typed(a, types[r->kind]);
  if (r->description.len > 0) QL_SET(schema, "description", ql_string(a, r->description));
  if (r->kind == KIND_COUNT) QL_SET(schema, "minimum", ql_int(a, 0));
  if (r->kind == KIND_TEXTS) QL_SET(schema, "items", typed(a, "string"));
  if (r->kind == KIND_CHOICE) {
    ql_value *choices = QL_SET(schema, "enum", ql_array(a));
    ql_str rest = r->choices, choice = QL_ABSENT;
    while (next_choice(&rest, &choice)) ql_push(choices, ql_string(a, choice));
  }
  return schema;
}

/* The object whose members are the rows with `item` from `from`, up to the first that is not below it. */
static ql_value *object_of(ql_arena *a, size_t from, size_t to, bool item) {
  ql_value *schema = typed(a, "object"), *properties = ql_object(a), *required = ql_array(a);
  for (size_t i = from; i < to && ROWS[i].item >= item; i++) {
    if (ROWS[i].item != item) continue;
    ql_value *member = ql_set(properties, ROWS[i].name, schema_of(a, &ROWS[i]));
    if (ROWS[i].kind == KIND_LIST) QL_SET(member, "items", object_of(a, i + 1, to, true));
    if (ROWS[i].required) ql_push(required, ql_string(a, ROWS[i].name));
  }
  QL_SET(schema, "additionalProperties", ql_bool(a, false));
  QL_SET(schema, "properties", properties);
  QL_SET(schema, "required", required);
  return schema;
}

ql_value *ql__tool_value(ql_arena *a, const ql__tool_schema *tool) {
  ql_value *value = ql_object(a);
  QL_SET(value, "description", ql_string(a, tool->description));
  QL_SET(value, "name", ql_string(a, tool->name));
  QL_SET(value, "schema", object_of(a, tool->from, tool->to, false));
  return value;
}

/* ---- whether arguments fit ---- */

static bool is_choice(ql_str choices, ql_str word) {
  ql_str choice = QL_ABSENT;
  while (next_choice(&choices, &choice))
    if (ql_eq(choice, word)) return true;
  return false;
}

static bool fits(const row *r, const ql_value *value) {
  switch (r->kind) {
  case KIND_TEXT: return value->kind == QL_STRING;
  case KIND_COUNT: return value->kind == QL_INT && value->number >= 0;
  case KIND_FLAG: return value->kind == QL_BOOL;
  case KIND_CHOICE: return value->kind == QL_STRING && is_choice(r->choices, value->text);
  case KIND_TEXTS:
  case KIND_LIST:
    if (value->kind != QL_ARRAY) return false;
    for (const ql_value *item = value->first; item; item = item->next)
      if (item->kind != (r->kind == KIND_LIST ? QL_OBJECT : QL_STRING)) return false;
    return true;
  case KIND_TOOL: break;
  }
  return false;
}

static ql_str what_it_is(ql_arena *a, const row *r) {
  static const ql_str WORDS[] = {QL_STR_INIT(""),
                                 QL_STR_INIT("a text"),
                                 QL_STR_INIT("a whole number from 0"),
                                 QL_STR_INIT("true or false"),
                                 QL_STR_INIT("a list of texts"),
                                 QL_STR_INIT("a list of objects")};
  return r->kind == KIND_CHOICE ? ql_arena_concat(a, (ql_str[]){QL_STR("one of "), r->choices}, 2) : WORDS[r->kind];
}

/* The rows of one object, `item` as in object_of. */
static ql_str fault_of(ql_arena *a, size_t from, size_t to, bool item, const ql_value *object) {
  size_t known = 0;
  for (size_t i = from; i < to && ROWS[i].item >= item; i++) {
    const row *r = &ROWS[i];
    if (r->item != item) continue;
    const ql_value *value = ql_get(object, r->name);
    if (!value && r->required) return ql_arena_concat(a, (ql_str[]){QL_STR("The argument "), r->name, QL_STR(" is missing.")}, 3);
    if (!value) continue;
    known++;
    if (!fits(r, value))
      return ql_arena_concat(a, (ql_str[]){QL_STR("The argument "), r->name, QL_STR(" has to be "), what_it_is(a, r), QL_STR(".")}, 5);
    for (const ql_value *one = r->kind == KIND_LIST ? value->first : NULL; one; one = one->next) {
      ql_str fault = fault_of(a, i + 1, to, true, one);
      if (fault.ptr) return fault;
    }
  }
  if (known == object->count) return QL_ABSENT;
  for (const ql_value *member = object->first; member; member = member->next) {
    bool there = false;
    for (size_t i = from; i < to && ROWS[i].item >= item; i++) there = there || (ROWS[i].item == item && ql_eq(ROWS[i].name, member->key));
    if (!there) return ql_arena_concat(a, (ql_str[]){QL_STR("There is no argument "), ql__excerpt(member->key), QL_STR(".")}, 3);
  }
  return QL_ABSENT;
}

ql_str ql__tool_fault(ql_arena *a, const ql__tool_schema *tool, const ql_value *arguments) {
  if (arguments->kind != QL_OBJECT) return QL_STR("The arguments have to be one JSON object.");
  return fault_of(a, tool->from, tool->to, false, arguments);
}
