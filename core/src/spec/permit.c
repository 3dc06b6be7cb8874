/* Whether an agent may make a tool call: first where it goes, then the tools its file lists, then what its prose forbids. */
#include "base/text.h"
#include "spec/bytes.h"
#include "spec/effects.h"
#include "spec/inforce.h"
#include "spec/tools.h"
#include "spec/workpath.h"

#include <questline/route.h>

/* Documents, for agents that change no code. */
static const ql_str DOCUMENTS[] = {QL_STR_INIT(".md"), QL_STR_INIT(".txt"), QL_STR_INIT(".adoc"), QL_STR_INIT(".mmd")};

typedef struct call {
  ql_arena *arena;
  const ql_roster *roster;
  const ql_agent *agent;
  ql_str name;      /* as it was said, without what stands in parentheses */
  ql_str canonical; /* of the name; absent when unknown */
  ql_str argument;  /* what stands in its parentheses; absent without */
  ql_str path;      /* as it was said; absent without */
  ql__workpath place;
  bool link;
  bool any; /* whether any call is allowed is asked: of one that takes a path, some may be */
} call;

static const ql_str ALLOW = QL_STR_INIT("allow"), ASK = QL_STR_INIT("ask"), REFUSE = QL_STR_INIT("refuse");

static ql_str known_name(const call *c) { return c->canonical.ptr ? c->canonical : c->name; }

/* The words of the message are for the person who has to decide, or to mend the call. */
static ql_value *answer(const call *c, ql_str decision, const ql_str *words, size_t count) {
  ql_value *value = ql_object(c->arena);
  QL_SET(value, "decision", ql_string(c->arena, decision));
  QL_SET(value, "message", ql_string(c->arena, ql_arena_concat(c->arena, words, count)));
  QL_SET(value, "tool", ql_string(c->arena, known_name(c)));
  return value;
}

#define ANSWER(c, decision, ...)                                                                                                           \
  answer((c), (decision), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

static ql_value *at_line(const call *c, ql_value *value, uint32_t line) {
  QL_SET(value, "line", ql_int(c->arena, line));
  if (c->agent->spec->path.ptr) QL_SET(value, "path", ql_string(c->arena, c->agent->spec->path));
  return value;
}

static ql_value *by_rule(const call *c, ql_value *value, const ql_rule_item *item) {
  QL_SET(value, "rule", ql_string(c->arena, item->id));
  return at_line(c, value, item->line);
}

/* ---- the tools that the file lists ---- */

typedef enum fit { FIT_NO, FIT_UNCLEAR, FIT_YES } fit;

/* One command can hold another, and a pattern says nothing of that. */
static bool is_compound(ql_str command) {
  for (size_t i = 0; i < command.len; i++)
    if (ql_find_byte(QL_STR(";&|`$()<>\n\r"), command.ptr[i], 0) != SIZE_MAX) return true;
  return false;
}

/* A pattern of a tool that asks agents names them, with commas between. */
static fit fit_agents(const call *c, ql_str pattern) {
  const ql_agent *asked = ql_roster_find(c->roster, c->argument);
  for (size_t from = 0; from <= pattern.len;) {
    size_t comma = ql_find_byte(pattern, ',', from), to = comma == SIZE_MAX ? pattern.len : comma;
    ql_str name = ql_trim(ql_slice(pattern, from, to));
    if (ql_eq(name, QL_STR("*")) || ql_eq_nocase(name, c->argument) || (asked && asked == ql_roster_find(c->roster, name))) return FIT_YES;
    from = to + 1;
  }
  return FIT_NO;
}

/* "git:*" is git with any arguments, "npm run test" that command alone, "docs/" and stars are for paths. */
static fit fit_pattern(const call *c, ql_str pattern) {
  ql_str argument = c->argument.ptr ? c->argument : c->path.ptr ? c->place.path : QL_ABSENT;
  if (!argument.ptr) return FIT_UNCLEAR;
  if (ql_eq(known_name(c), QL_STR("agent")) && c->argument.ptr) return fit_agents(c, pattern);
  if (!c->argument.ptr) {
    size_t root = ql_starts(pattern, QL_STR("./")) ? 2 : ql_starts(pattern, QL_STR("/")); /* of the workspace, too */
    return ql__glob(ql_slice(pattern, root, pattern.len), argument) ? FIT_YES : FIT_NO;
  }
  if (ql_ends(pattern, QL_STR(":*")) || ql_ends(pattern, QL_STR(" *"))) {
    ql_str command = ql_slice(pattern, 0, pattern.len - 2);
    if (!ql_starts(argument, command) || (argument.len > command.len && argument.ptr[command.len] != ' ')) return FIT_NO;
    return is_compound(argument) ? FIT_UNCLEAR : FIT_YES;
  }
  return ql_eq(pattern, argument) || ql_eq(pattern, QL_STR("*")) ? FIT_YES : FIT_NO;
}

static ql_str server_of(ql_str canonical) { return ql_slice(canonical, 4, ql_find_byte(canonical, '/', 4)); }

/* The name of a server stands for all its tools; so does the tool of a family that keeps a memory, for the server of that name. */
static bool fits_server(const call *c, const ql_tool *tool) {
  if (!c->canonical.ptr || !ql_starts(c->canonical, QL_STR("mcp:"))) return false;
  ql_str server = server_of(c->canonical);
  if (ql_eq_nocase(tool->name, server)) return true;
  if (ql_eq(tool->canonical, QL_STR("memory")) && ql_eq_nocase(server, QL_STR("memory"))) return true;
  if (!tool->canonical.ptr || !ql_starts(tool->canonical, QL_STR("mcp:"))) return false;
  ql_str listed = server_of(tool->canonical);
  return ql_ends(tool->canonical, QL_STR("/*")) && (ql_eq_nocase(listed, server) || ql_eq(listed, QL_STR("*")));
}

static fit fit_tool(const call *c, const ql_tool *tool) {
  if (!tool->canonical.ptr) return ql_eq_nocase(tool->name, c->name) ? FIT_YES : FIT_NO;
  if (ql_eq(tool->canonical, QL_STR("*")) || fits_server(c, tool)) return FIT_YES;
  size_t open = ql_find_byte(tool->canonical, '(', 0);
  if (!ql_eq_nocase(ql_slice(tool->canonical, 0, open), known_name(c))) return FIT_NO;
  return open == SIZE_MAX ? FIT_YES : fit_pattern(c, ql_slice(tool->canonical, open + 1, tool->canonical.len - 1));
}

static ql_value *by_tools(const call *c) {
  const ql_spec *spec = c->agent->spec;
  if (spec->tools_state == QL_TOOLS_ABSENT) return NULL;
  if (spec->tools_state == QL_TOOLS_EMPTY) return ANSWER(c, REFUSE, c->agent->id, QL_STR(" has no tools: its list of tools is empty."));
  fit best = FIT_NO;
  bool asks = false;
  for (size_t i = 0; i < spec->tool_count && best != FIT_YES; i++) {
    fit one = fit_tool(c, &spec->tools[i]);
    if (one > best) best = one;
    asks |= c->argument.ptr && ql_eq(known_name(c), QL_STR("agent")) && ql_starts(spec->tools[i].canonical, QL_STR("agent("));
  }
  if (best == FIT_YES) return NULL;
  uint32_t line, column;
  ql_position(spec->text, spec->tools[0].offset, &line, &column);
  if (best == FIT_NO && asks)
    return at_line(
        c, ANSWER(c, REFUSE, QL_STR("By its file "), c->agent->id, QL_STR(" does not ask "), ql__excerpt(c->argument), QL_STR(".")), line);
  if (best == FIT_NO)
    return at_line(
        c, ANSWER(c, REFUSE, ql__excerpt(c->name), QL_STR(" is not one of the tools that the file of "), c->agent->id, QL_STR(" lists.")),
        line);
  return at_line(c,
                 ANSWER(c, ASK, QL_STR("The file allows some calls of "), ql__excerpt(c->name),
                        QL_STR(" only, and whether this is one is not clear.")),
                 line);
}

/* ---- what the prose forbids ---- */

static bool has_tool(const call *c, const ql_rule_item *item) {
  for (size_t i = 0; i < item->tool_count; i++) {
    ql_str tool = item->tools[i];
    if (ql_eq_nocase(ql_slice(tool, 0, ql_find_byte(tool, '(', 0)), known_name(c)) || ql_eq(tool, QL_STR("*")) ||
        ql_eq_nocase(tool, c->name))
      return true;
    ql_tool listed = {.name = tool, .canonical = tool};
    if (fits_server(c, &listed)) return true;
  }
  return false;
}

static bool is_document(const ql__workpath *place) {
  for (size_t i = 0; i < QL_COUNT(DOCUMENTS); i++) {
    ql_str path = place->path;
    if (path.len <= DOCUMENTS[i].len || !ql_eq_nocase(ql_slice(path, path.len - DOCUMENTS[i].len, path.len), DOCUMENTS[i])) continue;
    /* a name before the ending, and no stream of another file */
    return !place->folder && path.ptr[path.len - DOCUMENTS[i].len - 1] != '/' && ql_find_byte(path, ':', 0) == SIZE_MAX;
  }
  return false;
}

/* Of an agent that changes no code. NULL when it may. */
static ql_value *by_code(const call *c, const ql_rule_item *item) {
  ql_str says = ql_arena_concat(c->arena, (ql_str[]){QL_STR(", and by its file "), c->agent->id, QL_STR(" changes no code.")}, 3);
  switch (ql__effect_of(c->name, c->canonical)) {
  case QL__EFFECT_NONE: return NULL;
  case QL__EFFECT_RUNS:
    return by_rule(c, ANSWER(c, REFUSE, QL_STR("Nobody can tell what a command of "), ql__excerpt(c->name), QL_STR(" changes"), says),
                   item);
  case QL__EFFECT_FILES:
    return by_rule(c, ANSWER(c, REFUSE, QL_STR("A call of "), ql__excerpt(c->name), QL_STR(" can change any file"), says), item);
  case QL__EFFECT_FILE:
    if (c->any) return NULL;
    if (!c->path.ptr)
      return by_rule(c, ANSWER(c, REFUSE, QL_STR("It is not said which file "), ql__excerpt(c->name), QL_STR(" changes"), says), item);
    if (c->link) return by_rule(c, ANSWER(c, REFUSE, ql__excerpt(c->path), QL_STR(" is reached over a link"), says), item);
    if (is_document(&c->place)) return NULL;
    return by_rule(c, ANSWER(c, REFUSE, ql__excerpt(c->path), QL_STR(" is no .md, .txt, .adoc or .mmd file"), says), item);
  case QL__EFFECT_UNKNOWN: break;
  }
  return by_rule(c, ANSWER(c, ASK, QL_STR("Whether "), ql__excerpt(c->name), QL_STR(" changes files is not known here"), says), item);
}

static ql_value *by_restrictions(const call *c) {
  ql_value *asks = NULL;
  for (const ql_rule *rule = NULL; (rule = ql__next_rule(c->roster, c->agent, QL_RULE_RESTRICTION, rule)) != NULL;) {
    for (const ql_rule_item *item = NULL; (item = ql__next_rule_item(c->roster, c->agent, rule, item)) != NULL;) {
      ql_value *found = NULL;
      if (ql_eq(item->name, QL_STR("tool")) && has_tool(c, item))
        found = by_rule(c, ANSWER(c, REFUSE, QL_STR("The file of "), c->agent->id, QL_STR(" forbids "), ql__excerpt(c->name), QL_STR(".")),
                        item);
      else if (ql_eq(item->name, QL_STR("code")))
        found = by_code(c, item);
      if (found && ql_eq(ql_get_str(found, QL_STR("decision")), REFUSE)) return found;
      if (!asks) asks = found;
    }
  }
  return asks;
}

static ql_value *decide(const call *c) {
  if (c->path.ptr && c->place.reach == QL__REACH_UNCLEAR)
    return ANSWER(c, REFUSE,
                  QL_STR("The path is no name of a file: it is empty, names the workspace itself, or has characters no name has."));
  if (c->path.ptr && c->place.reach == QL__REACH_OUTSIDE)
    return ANSWER(c, REFUSE, ql__excerpt(c->path), QL_STR(" leaves the workspace. Give a path from its root."));
  ql_value *found = c->agent->spec ? by_tools(c) : NULL;
  if (found && ql_eq(ql_get_str(found, QL_STR("decision")), REFUSE)) return found;
  ql_value *forbids = c->agent->spec ? by_restrictions(c) : NULL;
  if (forbids && (!found || ql_eq(ql_get_str(forbids, QL_STR("decision")), REFUSE))) found = forbids;
  if (found) return found;
  if (c->path.ptr && c->link)
    return ANSWER(c, ASK, ql__excerpt(c->path), QL_STR(" is reached over a link, and may be a file outside the workspace."));
  if (ql_eq(known_name(c), QL_STR("*"))) return ANSWER(c, ASK, QL_STR("This names all tools. Ask for the one that is called."));
  if (!c->agent->spec) return ANSWER(c, ALLOW, c->agent->id, QL_STR(" has no file that would forbid it."));
  return ANSWER(c, ALLOW, QL_STR("Nothing in the file of "), c->agent->id, QL_STR(" forbids it."));
}

static ql_status permit(call c, ql_str agent, ql_str tool, ql_str path, ql_value **out, ql_error *err) {
  ql_arena *a = c.arena;
  c.agent = ql_roster_find(c.roster, agent);
  if (!c.agent) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  tool = ql__clean_path(a, ql_trim(tool));
  size_t open = ql_find_byte(tool, '(', 0);
  c.name = ql_trim(ql_slice(tool, 0, open));
  if (c.name.len == 0) return tool.ptr ? ql_fail(err, QL_ERR_ARGUMENT, "a tool has to be named", QL_ABSENT) : QL_ERR_NOMEM;
  c.canonical = ql__tool_canonical(a, c.name);
  if (open != SIZE_MAX) c.argument = ql_slice(tool, open + 1, ql_ends(tool, QL_STR(")")) ? tool.len - 1 : tool.len);
  if (path.ptr) {
    c.path = path;
    c.place = ql__workpath_of(a, path);
  }
  ql_value *value = decide(&c);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}

ql_status ql_permit(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str tool, ql_str path, bool link, ql_value **out,
                    ql_error *err) {
  return permit((call){.arena = a, .roster = roster, .link = link}, agent, tool, path, out, err);
}

ql_status ql_permit_ever(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str tool, bool *out, ql_error *err) {
  ql_value *value = NULL;
  ql_status status = permit((call){.arena = a, .roster = roster, .any = true}, agent, tool, QL_ABSENT, &value, err);
  if (status == QL_OK) *out = !ql_eq(ql_get_str(value, QL_STR("decision")), REFUSE);
  return status;
}
