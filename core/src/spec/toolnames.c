#include "base/text.h"
#include "spec/dialect.h"
#include "spec/tools.h"

#define NAME_MAX_BYTES 128u
#define CLOSE          2u /* edits between a name and one it may be meant for */

enum { QL__ANY = QL__DIALECT_COUNT }; /* the family of tools that tell nothing */

static const struct {
  ql_str name, canonical;
  size_t family;
} TOOLS[] = {
#define TOOL(name, canonical, family) {QL_STR_INIT(name), QL_STR_INIT(canonical), QL__##family},
#include "spec/tools.def"
};

static const ql_str SERVERS[] = {
#define SERVER(name) QL_STR_INIT(name),
#include "spec/tools.def"
};

/* Exactly first: "Read" and "read" are tools of different products. */
static size_t find_tool(ql_str name) {
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
    if (ql_eq(TOOLS[i].name, name)) return i;
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
    if (ql_eq_nocase(TOOLS[i].name, name)) return i;
  return SIZE_MAX;
}

static bool is_server(ql_str name) {
  for (size_t i = 0; i < QL_COUNT(SERVERS); i++)
    if (ql_eq_nocase(SERVERS[i], name)) return true;
  return false;
}

static ql_str mcp(ql_arena *a, ql_str server, ql_str tool) {
  if (server.len == 0) return QL_ABSENT;
  return ql_arena_concat(a, (ql_str[]){QL_STR("mcp:"), server, QL_STR("/"), tool.len > 0 ? tool : QL_STR("*")}, 4);
}

/* mcp__server__tool (Claude Code), mcp_server_tool (Gemini CLI), server/tool (Copilot, VS Code), or the server alone. */
static ql_str mcp_name(ql_arena *a, ql_str name) {
  if (ql_starts_nocase(name, QL_STR("mcp__"))) {
    ql_str rest = ql_slice(name, 5, name.len);
    size_t split = ql_find(rest, QL_STR("__"), 0);
    if (split == SIZE_MAX) return mcp(a, rest, QL_ABSENT);
    return mcp(a, ql_slice(rest, 0, split), ql_slice(rest, split + 2, rest.len));
  }
  if (ql_starts_nocase(name, QL_STR("mcp_"))) {
    ql_str rest = ql_slice(name, 4, name.len);
    size_t split = ql_find_byte(rest, '_', 0);
    return mcp(a, ql_slice(rest, 0, split), split == SIZE_MAX ? QL_ABSENT : ql_slice(rest, split + 1, rest.len));
  }
  size_t slash = ql_find_byte(name, '/', 0);
  if (slash != SIZE_MAX && slash + 1 < name.len) {
    size_t last = slash;
    for (size_t at; (at = ql_find_byte(name, '/', last + 1)) != SIZE_MAX && at + 1 < name.len;) last = at;
    return mcp(a, ql_slice(name, 0, last), ql_slice(name, last + 1, name.len));
  }
  return is_server(name) ? mcp(a, name, QL_ABSENT) : QL_ABSENT;
}

ql_str ql__tool_canonical(ql_arena *a, ql_str name) {
  size_t found = find_tool(name);
  if (found != SIZE_MAX) return TOOLS[found].canonical;
  size_t open = ql_find_byte(name, '(', 0);
  if (open != SIZE_MAX && open > 0 && name.ptr[name.len - 1] == ')') {
    found = find_tool(ql_trim(ql_slice(name, 0, open)));
    if (found == SIZE_MAX) return QL_ABSENT;
    return ql_arena_concat(a, (ql_str[]){TOOLS[found].canonical, ql_slice(name, open, name.len)}, 2);
  }
  return mcp_name(a, name);
}

bool ql__tool_of(ql_str name, size_t family) {
  ql_str bare = ql_trim(ql_slice(name, 0, ql_find_byte(name, '(', 0)));
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
    if ((TOOLS[i].family == family || TOOLS[i].family == QL__ANY) && ql_eq(TOOLS[i].name, bare)) return true;
  return false;
}

ql_str ql__tool_in(ql_str canonical, size_t family) {
  ql_str bare = ql_slice(canonical, 0, ql_find_byte(canonical, '(', 0));
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++)
    if (TOOLS[i].family == family && ql_eq(TOOLS[i].canonical, bare)) return TOOLS[i].name;
  return QL_ABSENT;
}

bool ql__tool_known(ql_str name) {
  size_t open = ql_find_byte(name, '(', 0);
  return name.len > 0 && (find_tool(ql_slice(name, 0, open)) != SIZE_MAX || ql_starts(name, QL_STR("mcp__")));
}

bool ql__tool_shaped(ql_str name) {
  if (name.len == 0 || name.len > NAME_MAX_BYTES || !(ql_is_alpha(name.ptr[0]) || name.ptr[0] == '*' || name.ptr[0] == '_')) return false;
  size_t open = ql_find_byte(name, '(', 0);
  if (open != SIZE_MAX) return name.ptr[name.len - 1] == ')';
  for (size_t i = 0; i < name.len; i++)
    if (!ql_is_alnum(name.ptr[i]) && ql_find_byte(QL_STR("_-./*:"), name.ptr[i], 0) == SIZE_MAX) return false;
  return true;
}

size_t ql__tool_family(ql_str name) {
  size_t found = find_tool(ql_slice(name, 0, ql_find_byte(name, '(', 0)));
  if (found != SIZE_MAX)
    return ql_eq(TOOLS[found].name, ql_slice(name, 0, TOOLS[found].name.len)) ? TOOLS[found].family : QL__DIALECT_COUNT;
  if (ql_starts(name, QL_STR("mcp__"))) return QL__CLAUDE_CODE;
  return is_server(name) ? QL__ACOLYTES : QL__DIALECT_COUNT;
}

ql_str ql__tool_suggest(ql_str name) {
  size_t best = SIZE_MAX;
  ql_str closest = QL_ABSENT;
  for (size_t i = 0; i < QL_COUNT(TOOLS); i++) {
    size_t distance =
        name.len > TOOLS[i].name.len + CLOSE || TOOLS[i].name.len > name.len + CLOSE ? SIZE_MAX : ql_edit_distance(TOOLS[i].name, name);
    if (distance > CLOSE || distance >= best || distance * 3 > TOOLS[i].name.len) continue;
    best = distance;
    closest = TOOLS[i].name;
  }
  return closest;
}
