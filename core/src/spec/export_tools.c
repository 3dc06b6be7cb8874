/* Tools, as another product names and lists them. No right grows without a loss that says so. */
#include "base/text.h"
#include "format/yaml_write.h"
#include "spec/export.h"
#include "spec/tools.h"

static const struct {
  ql__dialect dialect;
  ql_str canonical, name;
} SPELLINGS[] = {
#define SPELLED(dialect, canonical, name) {QL__##dialect, QL_STR_INIT(canonical), QL_STR_INIT(name)},
#include "spec/export.def"
};

static const ql_str READING[] = {
#define READS(canonical) QL_STR_INIT(canonical),
#include "spec/export.def"
};

static ql_str spell_server(const ql__export *e, ql_str canonical) {
  size_t split = canonical.len;
  while (canonical.ptr[split - 1] != '/') split--;
  ql_str server = ql_slice(canonical, 4, split - 1), tool = ql_slice(canonical, split, canonical.len);
  bool all = ql_eq(tool, QL_STR("*")), everywhere = all && ql_eq(server, QL_STR("*"));
  switch (e->product->servers) {
  case QL__SERVERS_DOUBLE:
    return ql_arena_concat(e->arena, (ql_str[]){QL_STR("mcp__"), server, all ? QL_STR("") : QL_STR("__"), all ? QL_STR("") : tool}, 4);
  case QL__SERVERS_SINGLE:
    return everywhere ? QL_STR("mcp_*") : ql_arena_concat(e->arena, (ql_str[]){QL_STR("mcp_"), server, QL_STR("_"), tool}, 4);
  case QL__SERVERS_SLASH: return ql_arena_concat(e->arena, (ql_str[]){server, QL_STR("/"), tool}, 3);
  case QL__SERVERS_JOINED: break;
  }
  return ql_arena_concat(e->arena, (ql_str[]){server, QL_STR("_"), tool}, 3);
}

/* A tool in the target's words; absent when it has none. */
static ql_str spell(const ql__export *e, const ql_tool *tool) {
  ql_str canonical = tool->canonical;
  if (ql_starts(canonical, QL_STR("mcp:"))) return spell_server(e, canonical);
  size_t open = ql_find_byte(canonical, '(', 0);
  if (open != SIZE_MAX) {
    if (e->target != QL__CLAUDE_CODE) return QL_ABSENT;
    ql_str base = ql__tool_in(ql_slice(canonical, 0, open), e->target);
    return base.ptr ? ql_arena_concat(e->arena, (ql_str[]){base, ql_slice(canonical, open, canonical.len)}, 2) : base;
  }
  if (e->source == e->target) return tool->name;
  for (size_t i = 0; i < QL_COUNT(SPELLINGS); i++)
    if (SPELLINGS[i].dialect == e->target && ql_eq(SPELLINGS[i].canonical, canonical)) return SPELLINGS[i].name;
  return ql__tool_in(canonical, e->target);
}

static void lose_tool(ql__export *e, const ql_tool *tool, ql_str what, ql_str then) {
  ql_str field = ql_arena_concat(e->arena, (ql_str[]){QL_STR("tools."), ql__excerpt(tool->name)}, 2);
  QL__LOSE(e, field, tool->offset, what, e->whom, then);
}

/* The target's name for a tool, and what is lost with it; absent when it is left out. */
static ql_str name_tool(ql__export *e, const ql_tool *tool) {
  bool sound = tool->canonical.ptr && (ql__tool_known(tool->name) || ql__tool_shaped(tool->name)); /* text with a / in it is none */
  ql_str name = sound ? spell(e, tool) : QL_ABSENT;
  bool pattern = tool->canonical.ptr && ql_find_byte(tool->canonical, '(', 0) != SIZE_MAX;
  if (!name.ptr) {
    lose_tool(e, tool, pattern ? QL_STR("No tool can be given for some uses only for ") : QL_STR("No such tool is known for "),
              QL_STR("; it is left out."));
    return QL_ABSENT;
  }
  if (e->product->servers == QL__SERVERS_JOINED && ql_starts(tool->canonical, QL_STR("mcp:"))) return name;
  if (!ql_eq(ql__tool_canonical(e->arena, name), tool->canonical)) {
    ql_str then =
        ql_arena_concat(e->arena, (ql_str[]){QL_STR("; it becomes \""), name, QL_STR("\", which stands for other things as well.")}, 3);
    lose_tool(e, tool, QL_STR("No tool of exactly this kind for "), then);
  }
  return name;
}

/* ---- what is taken away ---- */

static void deny(ql__export *e, ql_tool tool, size_t *cap) {
  if (!tool.canonical.ptr) return;
  ql_tool *items = ql_arena_grow(e->arena, e->denied, e->denied_count, cap, sizeof *items);
  if (!items) return;
  items[e->denied_count++] = tool;
  e->denied = items;
}

/* OpenCode has one permission for all that changes files. */
static void deny_switched_off(ql__export *e, const ql__entry *entry, bool permission, size_t *cap) {
  for (const ql_yaml_node *item = entry->node->first; item; item = item->next) {
    ql_str key = item->key->text;
    bool off = item->kind == QL_YAML_SCALAR && (permission ? ql_eq(item->text, QL_STR("deny")) : ql_eq_nocase(item->text, QL_STR("false")));
    if (!off || ql_eq(key, QL_STR("*"))) continue;
    ql_tool tool = {key, ql__tool_canonical(e->arena, key), entry->base + item->key->offset};
    deny(e, tool, cap);
    if (!ql_eq(tool.canonical, QL_STR("edit"))) continue;
    tool.canonical = QL_STR("write");
    deny(e, tool, cap);
  }
}

void ql__export_collect_denied(ql__export *e) {
  size_t cap = 0;
  for (size_t i = 0; i < e->front.count; i++) {
    const ql__entry *entry = &e->front.entries[i];
    bool mapping = entry->node->kind == QL_YAML_MAPPING, permission = ql__spoken_by(entry->key) == QL__SPOKEN_PERMISSION;
    if (mapping && (permission || ql_eq(entry->key, QL_STR("tools")))) deny_switched_off(e, entry, permission, &cap);
    if (ql__spoken_by(entry->key) != QL__SPOKEN_DENIED || e->denied_by_key) continue;
    size_t count = 0;
    ql__notes notes = {.arena = e->arena};
    const ql_tool *listed = ql__tools_under(e->arena, entry, e->spec->text, &notes, &count);
    for (size_t k = 0; k < count; k++) deny(e, listed[k], &cap);
    e->denied_by_key = true;
  }
}

static bool is_denied(const ql__export *e, ql_str canonical) {
  for (size_t i = 0; i < e->denied_count; i++) {
    ql_str denied = e->denied[i].canonical;
    bool all = ql_ends(denied, QL_STR("/*")) && ql_starts(canonical, ql_slice(denied, 0, denied.len - 1));
    if (all || ql_eq(denied, canonical)) return true;
    if (ql_eq(denied, QL_STR("mcp:*/*")) && ql_starts(canonical, QL_STR("mcp:"))) return true;
  }
  return false;
}

/* ---- lists ---- */

typedef struct names {
  ql_str *items;
  size_t count;
} names;

static void add_name(names *to, ql_str name) {
  for (size_t i = 0; i < to->count; i++)
    if (ql_eq(to->items[i], name)) return;
  to->items[to->count++] = name;
}

static names names_of(ql__export *e, const ql_tool *tools, size_t count, bool without_denied) {
  names list = {ql_arena_array(e->arena, count + 1, sizeof *list.items), 0};
  for (size_t i = 0; list.items && i < count; i++) {
    if (without_denied && tools[i].canonical.ptr && is_denied(e, tools[i].canonical)) continue;
    ql_str name = name_tool(e, &tools[i]);
    if (name.ptr) add_name(&list, name);
  }
  return list;
}

static void write_names(ql__export *e, ql_str key, names list) {
  if (e->product->tools == QL__TOOLS_COMMAS && list.count > 0) {
    ql_buf line = ql_buf_new(ql_arena_alloc(e->arena));
    for (size_t i = 0; i < list.count; i++) {
      if (i > 0) ql_buf_add(&line, QL_STR(", "));
      ql_buf_add(&line, list.items[i]);
    }
    ql_str text = ql_buf_take(&line, e->arena);
    if (text.ptr) ql_yaml_write_text(&e->out, 0, key, text);
    return;
  }
  ql_yaml_write_key(&e->out, 0, key);
  ql_buf_add(&e->out, list.count > 0 ? QL_STR("\n") : QL_STR(" []\n"));
  for (size_t i = 0; i < list.count; i++) ql_yaml_write_item(&e->out, 2, list.items[i]);
}

static void write_switch(ql__export *e, ql_str name, bool on) {
  ql_yaml_write_key(&e->out, 2, name);
  ql_buf_add(&e->out, on ? QL_STR(" true\n") : QL_STR(" false\n"));
}

static void write_switches(ql__export *e, bool closed, names on, names off) {
  ql_buf_add(&e->out, QL_STR("tools:\n"));
  if (closed) write_switch(e, QL_STR("*"), false);
  for (size_t i = 0; i < on.count; i++) write_switch(e, on.items[i], true);
  for (size_t i = 0; i < off.count; i++) write_switch(e, off.items[i], false);
}

static bool only_reads(const ql_spec *spec) {
  for (size_t i = 0; i < spec->tool_count; i++) {
    size_t k = 0;
    while (k < QL_COUNT(READING) && !(spec->tools[i].canonical.ptr && ql_eq(READING[k], spec->tools[i].canonical))) k++;
    if (k == QL_COUNT(READING)) return false;
  }
  return true;
}

/* Cursor can at least be told that an agent changes nothing. */
static void tell_without_list(ql__export *e, size_t at) {
  bool readonly = e->target == QL__CURSOR && only_reads(e->spec);
  if (readonly && !ql__entry_find(&e->front, QL_STR("readonly"))) ql_buf_add(&e->out, QL_STR("readonly: true\n"));
  QL__LOSE(e, QL_STR("tools"), at, QL_STR("No list of tools for "), e->whom,
           readonly ? QL_STR("; \"readonly\" says that it changes nothing.") : QL_STR("; the agent may use all there are."));
}

void ql__export_tools(ql__export *e, size_t at) {
  const ql_spec *spec = e->spec;
  bool all = spec->tools_state == QL_TOOLS_ABSENT;
  for (size_t i = 0; i < spec->tool_count; i++) all = all || (spec->tools[i].canonical.ptr && ql_eq(spec->tools[i].canonical, QL_STR("*")));
  if (e->product->tools == QL__TOOLS_NOWHERE) {
    if (!all) tell_without_list(e, at);
    return;
  }
  bool switches = e->product->tools == QL__TOOLS_SWITCHES;
  ql_str deny_key = ql__spoken_as(e, QL__SPOKEN_DENIED);
  bool deny_too = e->denied_count > 0 && (switches || deny_key.ptr) && (all || e->denied_by_key);
  names given = all ? (names){NULL, 0} : names_of(e, spec->tools, spec->tool_count, !deny_too);
  names taken = deny_too ? names_of(e, e->denied, e->denied_count, false) : (names){NULL, 0};
  if (switches) {
    if (!all || taken.count > 0) write_switches(e, !all, given, taken);
    return;
  }
  if (!all) write_names(e, QL_STR("tools"), given);
  if (taken.count > 0) write_names(e, deny_key, taken);
}
