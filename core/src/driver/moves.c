#include "driver/moves.h"

#include "base/text.h"

#define LEADER   1u
#define WORKER   2u
#define BOTH     (LEADER | WORKER)
#define REQUIRED true
#define OPTIONAL false

static const ql_str PREFIX = QL_STR_INIT("quest_");

typedef enum kind { WORDS, WORD, AGENT, AGENTS, TASK, NUMBER, ENDING, GIVEN, JUDGED } kind;

/* How a kind is said in JSON Schema. */
static const struct {
  ql_str type, pattern, words[3];
} KINDS[] = {
    [WORDS] = {QL_STR_INIT("string"), {0}, {{0}}},
    [WORD] = {QL_STR_INIT("string"), {0}, {{0}}},
    [AGENT] = {QL_STR_INIT("string"), {0}, {{0}}},
    [AGENTS] = {QL_STR_INIT("string"), {0}, {{0}}},
    [TASK] = {QL_STR_INIT("string"), QL_STR_INIT("^T[0-9]+$"), {{0}}},
    [NUMBER] = {QL_STR_INIT("integer"), {0}, {{0}}},
    [ENDING] = {QL_STR_INIT("string"), {0}, {QL_STR_INIT("completed"), QL_STR_INIT("clarification"), QL_STR_INIT("blocked")}},
    [GIVEN] = {QL_STR_INIT("string"), {0}, {QL_STR_INIT("given")}},
    [JUDGED] = {QL_STR_INIT("string"), {0}, {QL_STR_INIT("pass"), QL_STR_INIT("fail")}},
};

typedef struct argument {
  ql_str move, name;
  kind kind;
  bool needed;
  ql_str doc;
} argument;

typedef struct move {
  ql_str name, command;
  unsigned who;
  bool ends;
  ql_str doc;
} move;

static const move MOVES[] = {
#define MOVE(name, command, who, ends, doc) {QL_STR_INIT("quest_" #name), QL_STR_INIT(command), who, ends, QL_STR_INIT(doc)},
#define ARG(move, name, kind, need, doc)
#include <questline/moves.def>
};

static const argument ARGUMENTS[] = {
#define MOVE(name, command, who, ends, doc)
#define ARG(move, name, kind, need, doc) {QL_STR_INIT("quest_" #move), QL_STR_INIT(#name), kind, need, QL_STR_INIT(doc)},
#include <questline/moves.def>
};

static ql_value *string_schema(ql_arena *a, kind k, const ql_value *others) {
  ql_value *schema = ql_object(a), *words = k == AGENT || k == AGENTS ? ql_copy(a, others) : NULL;
  for (size_t i = 0; i < QL_COUNT(KINDS[k].words) && KINDS[k].words[i].ptr; i++) {
    if (!words) words = ql_array(a);
    ql_push(words, ql_string(a, KINDS[k].words[i]));
  }
  if (words) QL_SET(schema, "enum", words);
  if (KINDS[k].pattern.ptr) QL_SET(schema, "pattern", ql_string(a, KINDS[k].pattern));
  QL_SET(schema, "type", ql_string(a, KINDS[k].type));
  return schema;
}

static ql_value *schema_of(ql_arena *a, const argument *arg, const ql_value *others) {
  ql_value *schema = string_schema(a, arg->kind, others);
  if (arg->kind == AGENTS) {
    ql_value *list = ql_object(a);
    QL_SET(list, "items", schema);
    QL_SET(list, "minItems", ql_int(a, 1));
    QL_SET(list, "type", ql_string(a, QL_STR("array")));
    schema = list;
  }
  QL_SET(schema, "description", ql_string(a, arg->doc));
  return schema;
}

static ql_value *tool(ql_arena *a, const move *m, const ql_value *others) {
  ql_value *tool = ql_object(a), *schema = ql_object(a), *fields = ql_object(a), *needed = ql_array(a);
  for (size_t i = 0; i < QL_COUNT(ARGUMENTS); i++) {
    if (!ql_eq(ARGUMENTS[i].move, m->name)) continue;
    ql_set(fields, ARGUMENTS[i].name, schema_of(a, &ARGUMENTS[i], others));
    if (ARGUMENTS[i].needed) ql_push(needed, ql_string(a, ARGUMENTS[i].name));
  }
  QL_SET(schema, "additionalProperties", ql_bool(a, false));
  QL_SET(schema, "properties", fields);
  QL_SET(schema, "required", needed);
  QL_SET(schema, "type", ql_string(a, QL_STR("object")));
  QL_SET(tool, "description", ql_string(a, m->doc));
  QL_SET(tool, "name", ql_string(a, m->name));
  QL_SET(tool, "schema", schema);
  return tool;
}

static unsigned role(bool leads) { return leads ? LEADER : WORKER; }

ql_value *ql__move_tools(ql_arena *a, bool leads, const ql_value *others) {
  ql_value *tools = ql_array(a);
  for (size_t i = 0; i < QL_COUNT(MOVES); i++)
    if (MOVES[i].who & role(leads)) ql_push(tools, tool(a, &MOVES[i], others));
  return tools;
}

bool ql__is_move(ql_str name) { return ql_starts(name, PREFIX); }

static const move *find(ql_str name) {
  for (size_t i = 0; i < QL_COUNT(MOVES); i++)
    if (ql_eq(MOVES[i].name, name)) return &MOVES[i];
  return NULL;
}

ql__move ql__read_move(ql_arena *a, ql_str name, ql_str arguments, ql_str by, bool leads) {
  const move *m = find(name);
  ql_value *read = NULL;
  if (!m || !(m->who & role(leads)))
    return (ql__move){.problem = QL_STR("There is no such tool for your seat. Use one of those that you were offered.")};
  if (ql_json_read(a, arguments, &read, NULL) != QL_OK || read->kind != QL_OBJECT)
    return (ql__move){.problem = QL_STR("The arguments are no JSON object. Call the tool again with an object that fits its schema.")};
  ql_value *command = ql_object(a);
  for (const ql_value *field = read->first; field; field = field->next)
    if (field->kind != QL_NULL) ql_set(command, field->key, ql_copy(a, field)); /* models like to say null for nothing */
  QL_SET(command, "by", ql_string(a, by));
  QL_SET(command, "type", ql_string(a, m->command));
  return (ql__move){.command = command, .ends = m->ends};
}
