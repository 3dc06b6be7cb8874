/* Tools that a file gives under a name its product does not have, or gives and takes away again. */
#include "base/text.h"
#include "spec/accepts.h"
#include "spec/tools.h"

typedef enum others { REFUSED, IGNORED } others;

static const struct {
  ql__dialect dialect;
  others foreign;
} OWN_TOOLS[] = {
#define OWN_TOOLS(dialect, foreign) {QL__##dialect, foreign},
#include "spec/accepts.def"
};

/* ---- names of other products ---- */

/* mcp_server_tool, as Gemini CLI writes it. */
static ql_str joined_mcp_name(ql_arena *a, ql_str canonical) {
  size_t slash = ql_find_byte(canonical, '/', 4);
  return ql_arena_concat(
      a, (ql_str[]){QL_STR("mcp_"), ql_slice(canonical, 4, slash), QL_STR("_"), ql_slice(canonical, slash + 1, canonical.len)}, 4);
}

static void check_tool(const ql_tool *tool, ql_str text, ql__dialect dialect, others foreign, ql__notes *notes) {
  bool mcp = ql_starts(tool->canonical, QL_STR("mcp:"));
  bool own = mcp ? foreign == IGNORED || !ql_starts(tool->name, QL_STR("mcp__")) : ql__tool_of(tool->name, dialect);
  if (own || (foreign == IGNORED && !tool->canonical.ptr)) return;
  ql_str instead = mcp ? joined_mcp_name(notes->arena, tool->canonical) : ql__tool_in(tool->canonical, dialect);
  size_t pattern = ql_find_byte(tool->name, '(', 0);
  if (instead.ptr && !mcp && pattern != SIZE_MAX)
    instead = ql_arena_concat(notes->arena, (ql_str[]){instead, ql_slice(tool->name, pattern, tool->name.len)}, 2);
  if (foreign == IGNORED && !instead.ptr) return;
  ql_str say = instead.ptr ? QL_STR("\". Write \"") : QL_STR("\". Delete it"), end = instead.ptr ? QL_STR("\" instead.") : QL_STR(".");
  ql_diagnostic *d = QL__NOTE(notes, foreign == REFUSED ? QL__TOOL_REFUSED : QL__TOOL_FOREIGN, tool->offset, ql__dialect_product(dialect),
                              foreign == REFUSED ? QL_STR(" refuses the whole file for the tool \"") : QL_STR(" has no tool \""),
                              ql__excerpt(tool->name), say, instead, end);
  if (instead.ptr && ql__tool_stands(text, tool->name, tool->offset))
    ql__note_fix(notes, d, &(ql_edit){tool->offset, tool->name.len, instead}, 1);
}

/* ---- allowed and denied ---- */

/* Whether denying the one takes the other away. */
static bool covers(ql_str denied, ql_str allowed) {
  if (ql_eq(denied, allowed) || ql_eq(denied, QL_STR("*"))) return true;
  bool all = ql_ends(denied, QL_STR("/*")) && ql_starts(denied, QL_STR("mcp:"));
  if (all && ql_starts(allowed, QL_STR("mcp:")))
    return ql_eq(denied, QL_STR("mcp:*/*")) || ql_starts(allowed, ql_slice(denied, 0, denied.len - 1));
  return ql_starts(allowed, denied) && allowed.ptr[denied.len] == '(';
}

static ql_str word_of(const ql_tool *tool) { return tool->canonical.ptr ? tool->canonical : tool->name; }

static void check_denied(ql_arena *a, const ql__front *front, ql_str text, const ql_spec *spec, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("disallowedTools"));
  if (!entry || entry->node->kind == QL_YAML_MAPPING) return;
  size_t count;
  const ql_tool *denied = ql__tools_under(a, entry, text, notes, &count);
  for (size_t i = 0; i < spec->tool_count; i++) {
    const ql_tool *tool = &spec->tools[i];
    size_t k = 0;
    while (k < count && !covers(word_of(&denied[k]), word_of(tool))) k++;
    if (k < count)
      QL__NOTE(notes, QL__TOOL_DENIED, tool->offset, QL_STR("\""), ql__excerpt(tool->name), QL_STR("\" is given here and taken away by \""),
               ql__excerpt(denied[k].name), QL_STR("\" under \"disallowedTools\", which goes first. Delete it from one of them."));
  }
}

/* ---- permissions by pattern: the last one that fits counts ---- */

/* Whether all that the pattern `under` fits is fitted by `over` too. */
static bool is_wider(ql_str over, ql_str under) {
  bool open = ql_ends(over, QL_STR("*")) && ql_find_byte(over, '*', 0) == over.len - 1;
  return open ? ql_starts(under, ql_slice(over, 0, over.len - 1)) : ql_eq(over, under);
}

static bool is_action(const ql_yaml_node *node) {
  return node->kind == QL_YAML_SCALAR &&
         (ql_eq(node->text, QL_STR("allow")) || ql_eq(node->text, QL_STR("ask")) || ql_eq(node->text, QL_STR("deny")));
}

static void check_order(const ql_yaml_node *map, size_t base, ql__notes *notes) {
  for (const ql_yaml_node *rule = map->first; rule; rule = rule->next) {
    if (rule->kind == QL_YAML_SCALAR && !is_action(rule))
      QL__NOTE(notes, QL__UNKNOWN_VALUE, base + rule->offset, QL_STR("A permission is one of: allow ask deny. \""), ql__excerpt(rule->text),
               QL_STR("\" is none."));
    const ql_yaml_node *later = rule->next;
    while (later &&
           !(is_action(rule) && is_action(later) && !ql_eq(rule->text, later->text) && is_wider(later->key->text, rule->key->text)))
      later = later->next;
    if (later)
      QL__NOTE(notes, QL__PERMISSION_SHADOWED, base + rule->key->offset, QL_STR("The last pattern that fits counts, so \""),
               ql__excerpt(later->key->text), QL_STR("\" below overrides \""), ql__excerpt(rule->key->text), QL_STR("\". Move it above."));
  }
}

static void check_permissions(const ql__front *front, ql__notes *notes) {
  const ql__entry *entry = ql__entry_find(front, QL_STR("permission"));
  if (!entry || entry->node->kind != QL_YAML_MAPPING) return;
  check_order(entry->node, entry->base, notes);
  for (const ql_yaml_node *tool = entry->node->first; tool; tool = tool->next)
    if (tool->kind == QL_YAML_MAPPING) check_order(tool, entry->base, notes);
}

void ql__check_grants(ql_arena *a, const ql__front *front, ql_str text, ql__dialect dialect, const ql_spec *spec, ql__notes *notes) {
  for (size_t i = 0; i < QL_COUNT(OWN_TOOLS); i++)
    for (size_t k = 0; OWN_TOOLS[i].dialect == dialect && k < spec->tool_count; k++)
      check_tool(&spec->tools[k], text, dialect, OWN_TOOLS[i].foreign, notes);
  check_denied(a, front, text, spec, notes);
  if (dialect == QL__OPENCODE) check_permissions(front, notes);
}
