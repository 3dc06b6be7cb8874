/* Which tools an agent is offered, and its calls: leave first, then the arguments, then the work, and a file is written last of all. */
#include <string.h>

#include <questline/limits.h>
#include <questline/route.h>

#include "base/text.h"
#include "format/crypto.h"
#include "llm/tools.h"
#include "spec/notes.h"

#define NAME_MAX_BYTES 64u

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

/* ---- what is offered ---- */

static bool is_there(const ql_toolbox *box, ql__runner runs) {
  switch (runs) {
  case QL__RUNS_FILES: return box->workspace != NULL;
  case QL__RUNS_NOTHING: return true;
  case QL__RUNS_MEMORY: return box->memory != NULL;
  case QL__RUNS_AGENT: return box->agents;
  case QL__RUNS_COMMAND: return box->commands;
  }
  return false;
}

static ql_status offer(ql_arena *a, const ql_toolbox *box, ql_value *tools, ql_str name, ql_value *tool, ql_error *err) {
  bool ever = false;
  ql_status status = ql_permit_ever(a, box->roster, box->agent, name, &ever, err);
  if (status == QL_OK && ever) ql_push(tools, tool);
  return status;
}

ql_status ql_tools_for(ql_arena *a, const ql_toolbox *box, ql_value **out, ql_error *err) {
  ql_value *tools = ql_array(a);
  ql__tool_schema tool;
  ql_status status = QL_OK;
  for (size_t i = 0; status == QL_OK && ql__tool_at(i, &tool); i++)
    if (is_there(box, tool.runs)) status = offer(a, box, tools, tool.name, ql__tool_value(a, &tool), err);
  for (const ql_value *server = box->servers ? box->servers->first : NULL; status == QL_OK && server; server = server->next) {
    ql_str name = ql_get_str(server, QL_STR("name"));
    if (ql_starts(name, QL_STR("mcp__")) && !ql__tool_named(name, &tool)) status = offer(a, box, tools, name, ql_copy(a, server), err);
  }
  if (status != QL_OK) return status;
  if (ql_arena_failed(a)) return no_memory(err);
  *out = tools;
  return QL_OK;
}

/* ---- a call ---- */

typedef struct call {
  ql__running run;
  ql_str name, words; /* words: the arguments as they came */
  bool known;         /* a tool of the table */
  ql__tool_schema tool;
  ql_str runs; /* as in ToolOutcome */
  bool looks;  /* nothing is done */
  ql_str asks; /* the agent that is to be asked; absent for none */
} call;

static bool is_name(ql_str name) {
  for (size_t i = 0; i < name.len; i++)
    if (!ql_is_alnum(name.ptr[i]) && name.ptr[i] != '_' && name.ptr[i] != '-') return false;
  return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

static bool has_server_tool(const ql_toolbox *box, ql_str name) {
  for (const ql_value *tool = box->servers ? box->servers->first : NULL; tool; tool = tool->next)
    if (ql_eq(ql_get_str(tool, QL_STR("name")), name)) return ql_starts(name, QL_STR("mcp__"));
  return false;
}

static ql_str runs_of(ql__runner runs) {
  return runs == QL__RUNS_AGENT ? QL_STR("agent") : runs == QL__RUNS_COMMAND ? QL_STR("command") : QL_STR("here");
}

/* Who is to be asked: another agent that there is. */
static void find_agent(call *c) {
  ql__running *r = &c->run;
  const ql_roster *roster = r->box->roster;
  ql_str name = ql_trim(ql_get_str(r->arguments, QL_STR("subagent_type")));
  const ql_agent *found = ql_roster_find(roster, name);
  ql_str near = found ? QL_ABSENT : ql_roster_suggest(roster, name);
  if (!found)
    QL__TOOL_FAIL(r, QL_STR("There is no agent "), ql__excerpt(name), near.ptr ? QL_STR(". Did you mean ") : QL_STR(""),
                  near.ptr ? near : QL_STR(""), near.ptr ? QL_STR("?") : QL_STR("."));
  else if (found == ql_roster_find(roster, r->box->agent))
    QL__TOOL_FAIL(r, QL_STR("You are "), found->id, QL_STR(" yourself: do this without handing it on."));
  else if (ql_trim(ql_get_str(r->arguments, QL_STR("prompt"))).len == 0)
    QL__TOOL_FAIL(r, QL_STR("The argument prompt is empty: say what the agent has to know."));
  if (found) c->asks = found->id;
}

/* What the call is about, and what can be said against it before anybody is asked. NULL when out of memory. */
static ql_status read_call(call *c, ql_error *err) {
  ql__running *r = &c->run;
  c->known = ql__tool_named(c->name, &c->tool);
  c->runs = c->known ? runs_of(c->tool.runs) : has_server_tool(r->box, c->name) ? QL_STR("mcp") : QL_STR("nowhere");
  if (ql_eq(c->runs, QL_STR("nowhere")))
    QL__TOOL_FAIL(r, QL_STR("There is no tool "), ql__excerpt(c->name), QL_STR("."));
  else if (c->known && !is_there(r->box, c->tool.runs)) {
    c->runs = QL_STR("nowhere");
    QL__TOOL_FAIL(
        r, c->name,
        c->tool.runs == QL__RUNS_COMMAND
            ? QL_STR(" does nothing here: this host runs no commands. Read, search and edit files with the other tools, and say which "
                     "command somebody should run.")
        : c->tool.runs == QL__RUNS_AGENT ? QL_STR(" does nothing here: ")
                                         : QL_STR(" does nothing here: there is nothing it could work on."),
        c->tool.runs != QL__RUNS_AGENT ? QL_STR("")
        : r->box->alone.ptr            ? r->box->alone
                                       : QL_STR("work is handed out by who leads a quest, with quest_message."));
  }
  if (c->words.len > QL_TOOL_ARGUMENTS_MAX) {
    if (!r->error)
      QL__TOOL_FAIL(r, QL_STR("The arguments are longer than "), ql__tool_number(r->arena, QL_TOOL_ARGUMENTS_MAX), QL_STR(" bytes."));
    return QL_OK;
  }
  ql_value *arguments = NULL;
  ql_error why = {0};
  ql_status status = ql_json_read(r->arena, ql_trim(c->words).len > 0 ? c->words : QL_STR("{}"), &arguments, &why);
  if (status == QL_ERR_NOMEM) return no_memory(err);
  r->arguments = arguments;
  if (r->error) return QL_OK;
  if (status != QL_OK) {
    QL__TOOL_FAIL(r, QL_STR("The arguments are no JSON: "), (ql_str){why.message, strlen(why.message)}, QL_STR(", at byte "),
                  ql__tool_number(r->arena, why.offset + 1), QL_STR("."));
    return QL_OK;
  }
  ql_str fault = c->known                       ? ql__tool_fault(r->arena, &c->tool, arguments)
                 : arguments->kind == QL_OBJECT ? QL_ABSENT
                                                : QL_STR("The arguments have to be one JSON object.");
  if (fault.ptr)
    QL__TOOL_FAIL(r, fault);
  else if (c->known && c->tool.runs == QL__RUNS_AGENT)
    find_agent(c);
  return QL_OK;
}

/* Asks the agent's file, and for what is remembered also whoever it works for. */
static ql_status ask_leave(call *c, ql_value **permit, ql_error *err) {
  ql__running *r = &c->run;
  const ql_toolbox *box = r->box;
  ql_str tool = c->name, path = QL_ABSENT;
  if (c->known && c->tool.path.len > 0) path = ql_get_str(r->arguments, c->tool.path);
  if (c->known && c->tool.runs == QL__RUNS_COMMAND) {
    ql_str command = ql_get_str(r->arguments, QL_STR("command"));
    if (command.ptr) tool = ql_arena_concat(r->arena, (ql_str[]){tool, QL_STR("("), command, QL_STR(")")}, 4);
  }
  if (c->asks.ptr) tool = ql_arena_concat(r->arena, (ql_str[]){tool, QL_STR("("), c->asks, QL_STR(")")}, 4);
  /* The root is no file: leave is asked for the whole workspace. */
  if (c->known && ql_eq(c->tool.path, QL_STR("path")) && (path.len == 0 || ql_eq(path, QL_STR(".")) || ql_eq(path, QL_STR("./"))))
    path = QL_ABSENT;
  if (!tool.ptr) return no_memory(err);
  if (!is_name(c->name)) tool = QL_STR("*"); /* asks who would be allowed anything: it is run nowhere */
  ql_status status = ql_permit(r->arena, box->roster, box->agent, tool, path, false, permit, err);
  if (status != QL_OK || !c->known || c->tool.runs != QL__RUNS_MEMORY || !ql_memory_changes(c->name)) return status;
  if (!ql_eq(ql_get_str(*permit, QL_STR("decision")), QL_STR("allow"))) return status;
  return ql_memory_permit(r->arena, box->roster, box->agent, box->request, permit, err);
}

static void refuse(ql__running *r, const ql_value *permit) {
  ql_str path = ql_get_str(permit, QL_STR("path"));
  int64_t line = ql_get_int(permit, QL_STR("line"), 0);
  QL__TOOL_FAIL(r, QL_STR("Refused: "), ql_get_str(permit, QL_STR("message")));
  if (!path.ptr || line == 0) return;
  ql_buf_add(&r->text, QL_STR(" ("));
  ql_buf_add(&r->text, path);
  ql_buf_add(&r->text, QL_STR(", line "));
  ql_buf_int(&r->text, line);
  ql_buf_byte(&r->text, ')');
}

static void keep_todos(ql__running *r) {
  size_t open = 0;
  const ql_value *todos = QL_GET(r->arguments, "todos");
  for (const ql_value *todo = todos->first; todo; todo = todo->next)
    open += !ql_eq(ql_get_str(todo, QL_STR("status")), QL_STR("completed"));
  ql_buf_add(&r->text, QL_STR("The list is kept: "));
  ql__tool_add_count(&r->text, open);
  ql_buf_add(&r->text, QL_STR(" of "));
  ql__tool_add_count(&r->text, todos->count);
  ql_buf_add(&r->text, QL_STR(" open.\n"));
}

static void call_memory(call *c) {
  ql__running *r = &c->run;
  ql_value *answer = NULL;
  ql_error err = {0};
  ql_status status = ql_memory_call(r->box->memory, r->arena, c->name, r->arguments, &answer, &err);
  if (status == QL_ERR_NOMEM) {
    r->text.failed = true;
  } else if (status != QL_OK) {
    QL__TOOL_FAIL(r, QL_STR("Nothing was changed: "), (ql_str){err.message, strlen(err.message)}, QL_STR(": "),
                  ql_arena_str(r->arena, (ql_str){err.detail, strlen(err.detail)}));
  } else {
    ql_str text = ql_value_text(r->arena, answer);
    r->truncated = text.len > QL_TOOL_TEXT_MAX;
    if (!r->truncated) {
      ql_buf_add(&r->text, text);
      return;
    }
    size_t end = QL_TOOL_TEXT_MAX;
    while (((unsigned char)text.ptr[end] & 0xC0u) == 0x80u) end--;
    ql_buf_add(&r->text, ql_slice(text, 0, end));
    ql_buf_add(&r->text, QL_STR("\n[… and "));
    ql__tool_add_count(&r->text, text.len - end);
    ql_buf_add(&r->text, QL_STR(" bytes more. Search for what you need.]\n"));
  }
}

static void run(call *c) {
  static const struct {
    ql_str name;
    ql__tool_run *run;
  } TOOLS[] = {
      {QL_STR_INIT("Read"), ql__tool_read},
      {QL_STR_INIT("LS"), ql__tool_list},
      {QL_STR_INIT("Glob"), ql__tool_glob},
      {QL_STR_INIT("Grep"), ql__tool_grep},
      {QL_STR_INIT("Write"), ql__tool_write_file},
      {QL_STR_INIT("Edit"), ql__tool_edit},
      {QL_STR_INIT("MultiEdit"), ql__tool_multi_edit},
      {QL_STR_INIT("TodoWrite"), keep_todos},
  };
  if (c->tool.runs == QL__RUNS_MEMORY) call_memory(c);
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
    if (ql_eq(TOOLS[i].name, c->name)) TOOLS[i].run(&c->run);
}

/* ---- what came of it ---- */

static ql_value *sha256_of(ql_arena *a, ql_str bytes) {
  uint8_t hash[QL_HASH_BYTES];
  char hex[2 * QL_HASH_BYTES];
  ql_sha256(bytes, hash);
  ql_hex_write(hex, hash, sizeof hash);
  return ql_string(a, ql_arena_str(a, (ql_str){hex, sizeof hex}));
}

static ql_value *outcome_of(call *c, const ql_value *permit, bool answered) {
  ql__running *r = &c->run;
  ql_arena *a = r->arena;
  ql_value *outcome = ql_object(a);
  QL_SET(outcome, "arguments_sha256", sha256_of(a, c->words));
  QL_SET(outcome, "permit", ql_copy(a, permit));
  QL_SET(outcome, "runs", ql_string(a, c->runs));
  if (!answered) return outcome;
  ql_value *result = QL_SET(outcome, "result", ql_object(a));
  ql_str text = ql_arena_str(a, ql_buf_str(&r->text));
  QL_SET(result, "changed", r->error ? ql_array(a) : ql_copy(a, r->changed));
  QL_SET(result, "error", ql_bool(a, r->error));
  QL_SET(result, "text", ql_string(a, text));
  QL_SET(result, "truncated", ql_bool(a, r->truncated));
  QL_SET(outcome, "result_sha256", sha256_of(a, text));
  return outcome;
}

/* The file, last of all. When it cannot be written that is the outcome. */
static ql_status write_file(call *c, const ql_value *permit, ql_value **outcome, ql_error *err) {
  ql__running *r = &c->run;
  ql_error why = {0};
  ql_status status = ql_workspace_write(r->box->workspace, r->path, r->content, &why);
  if (status == QL_OK) return QL_OK;
  if (status == QL_ERR_NOMEM) return no_memory(err);
  QL__TOOL_FAIL(r, QL_STR("Nothing was written: "), (ql_str){why.message, strlen(why.message)}, QL_STR(": "),
                ql_arena_str(r->arena, (ql_str){why.detail, strlen(why.detail)}));
  *outcome = outcome_of(c, permit, true);
  return QL_OK;
}

static ql_status make(call *c, bool approved, ql_value **out, ql_error *err) {
  ql__running *r = &c->run;
  ql_value *permit = NULL, *outcome = NULL;
  ql_status status = read_call(c, err);
  if (status == QL_OK) status = ask_leave(c, &permit, err);
  if (status != QL_OK) return status;
  ql_str decision = ql_get_str(permit, QL_STR("decision"));
  bool here = !c->looks && ql_eq(c->runs, QL_STR("here")), refused = ql_eq(decision, QL_STR("refuse"));
  bool allowed = ql_eq(decision, QL_STR("allow")) || (approved && !refused);
  if (refused) refuse(r, permit);
  if (allowed && here && !r->error) run(c);
  outcome = outcome_of(c, permit, r->error || (allowed && here));
  if (ql_arena_failed(r->arena) || r->text.failed || r->edited.failed) return no_memory(err);
  if (r->path.ptr && !r->error) status = write_file(c, permit, &outcome, err);
  if (status == QL_OK && (ql_arena_failed(r->arena) || r->text.failed)) status = no_memory(err);
  if (status == QL_OK) *out = outcome;
  return status;
}

static ql_status begin(ql_arena *a, const ql_toolbox *box, const ql_value *said, bool looks, bool approved, ql_value **out, ql_error *err) {
  ql_str words = ql_get_str(said, QL_STR("arguments"));
  call c = {.run = {.arena = a,
                    .box = box,
                    .text = ql_buf_new(ql_arena_alloc(a)),
                    .edited = ql_buf_new(ql_arena_alloc(a)),
                    .changed = ql_array(a)},
            .name = ql_get_str(said, QL_STR("name")),
            .words = words.ptr ? words : QL_STR(""),
            .looks = looks};
  if (!c.name.ptr) c.name = QL_STR("");
  ql_status status = make(&c, approved, out, err);
  ql_buf_free(&c.run.text);
  ql_buf_free(&c.run.edited);
  return status;
}

ql_status ql_tool_call(ql_arena *a, const ql_toolbox *box, const ql_value *said, bool approved, ql_value **out, ql_error *err) {
  return begin(a, box, said, false, approved, out, err);
}

ql_status ql__tool_look(ql_arena *a, const ql_toolbox *box, const ql_value *said, ql_value **out, ql_error *err) {
  return begin(a, box, said, true, false, out, err);
}
