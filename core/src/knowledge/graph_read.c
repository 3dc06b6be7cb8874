/* What a module graph is read from. */
#include "base/text.h"
#include "knowledge/graph.h"

/* One reading: its own arena, because foreign JSON is larger than what is kept of it. */
typedef struct reading {
  ql_graph *graph;
  ql_arena *arena;
  ql_error *err;
} reading;

static ql_status wrong(reading *r, const char *message, ql_str piece) { return ql_fail(r->err, QL_ERR_SYNTAX, message, piece); }

/* key: the member that holds the name; absent where the items are names. */
static ql_status add_all(reading *r, ql_str from, const ql_value *names, ql_str key) {
  ql__module *module;
  ql_status status = ql__graph_module(r->graph, from, &module, r->err);
  for (const ql_value *item = names ? names->first : NULL; status == QL_OK && item; item = item->next) {
    ql_str to = key.ptr ? ql_get_str(item, key) : item->kind == QL_STRING ? item->text : QL_ABSENT;
    if (!to.ptr) return wrong(r, "a dependency is not named by a string", from);
    status = ql_graph_add(r->graph, from, to, r->err);
  }
  return status;
}

/* ---- our own ---- */

static ql_status read_own_module(reading *r, const ql_value *item) {
  ql_str name = item->kind == QL_STRING ? item->text : ql_get_str(item, QL_STR("name"));
  ql__module *module;
  if (!name.ptr) return wrong(r, "a module has no name", QL_STR("modules"));
  ql_status status = ql__graph_module(r->graph, name, &module, r->err);
  if (status != QL_OK || item->kind != QL_OBJECT) return status;
  ql_str group = ql_get_str(item, QL_STR("group"));
  if (group.len > 0) {
    module->group = ql_arena_str(r->graph->arena, group);
    module->grouped = true;
    if (!module->group.ptr) return ql_fail(r->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  }
  module->coverage = ql_get_int(item, QL_STR("coverage"), module->coverage);
  module->debt = ql_get_int(item, QL_STR("debt"), module->debt);
  module->serious = ql_get_int(item, QL_STR("serious"), module->serious);
  if (QL_GET(item, "test")) module->test = ql_get_bool(item, QL_STR("test"));
  if (module->coverage > 100) return wrong(r, "coverage is a percentage", name);
  return QL_OK;
}

static ql_status read_own_edge(reading *r, const ql_value *item) {
  bool pair = item->kind == QL_ARRAY && item->count == 2 && item->first->kind == QL_STRING && item->last->kind == QL_STRING;
  ql_str from = pair ? item->first->text : ql_get_str(item, QL_STR("from"));
  ql_str to = pair ? item->last->text : ql_get_str(item, QL_STR("to"));
  if (!from.ptr || !to.ptr) return wrong(r, "an edge is [from, to], or an object with from and to", QL_STR("edges"));
  int64_t times = pair ? 1 : ql_get_int(item, QL_STR("times"), 1);
  return times > 0 ? ql__graph_edge(r->graph, from, to, (uint64_t)times, r->err) : wrong(r, "times is a count", from);
}

static ql_status read_own(reading *r, const ql_value *root) {
  const ql_value *modules = QL_GET(root, "modules"), *edges = QL_GET(root, "edges");
  if (!modules || modules->kind != QL_ARRAY) return wrong(r, "modules is not a list", QL_STR("modules"));
  ql_status status = QL_OK;
  for (const ql_value *item = modules->first; status == QL_OK && item; item = item->next) status = read_own_module(r, item);
  for (const ql_value *item = edges ? edges->first : NULL; status == QL_OK && item; item = item->next) status = read_own_edge(r, item);
  return status;
}

/* ---- what kept tools print ---- */

static ql_status read_cruise(reading *r, const ql_value *root) {
  const ql_value *modules = QL_GET(root, "modules");
  ql_status status = modules && modules->kind == QL_ARRAY ? QL_OK : wrong(r, "modules is not a list", QL_STR("modules"));
  for (const ql_value *item = modules ? modules->first : NULL; status == QL_OK && item; item = item->next) {
    ql_str source = ql_get_str(item, QL_STR("source"));
    status = source.ptr ? add_all(r, source, QL_GET(item, "dependencies"), QL_STR("resolved"))
                        : wrong(r, "a module has no source", QL_STR("modules"));
  }
  return status;
}

static ql_status read_madge(reading *r, const ql_value *root) {
  ql_status status = QL_OK;
  for (const ql_value *item = root->first; status == QL_OK && item; item = item->next)
    status =
        item->kind == QL_ARRAY ? add_all(r, item->key, item, QL_ABSENT) : wrong(r, "a module's dependencies are not a list", item->key);
  return status;
}

static ql_status read_pydeps(reading *r, const ql_value *root) {
  ql_status status = QL_OK;
  for (const ql_value *item = root->first; status == QL_OK && item; item = item->next) {
    const ql_value *imports = QL_GET(item, "imports");
    if (item->kind != QL_OBJECT || (imports && imports->kind != QL_ARRAY)) return wrong(r, "imports is not a list", item->key);
    status = add_all(r, item->key, imports, QL_ABSENT);
  }
  return status;
}

static ql_status read_plan(reading *r, const ql_value *root) {
  const ql_value *tasks = QL_GET(root, "tasks");
  ql_status status = tasks && tasks->kind == QL_ARRAY ? QL_OK : wrong(r, "tasks is not a list", QL_STR("tasks"));
  for (const ql_value *task = tasks ? tasks->first : NULL; status == QL_OK && task; task = task->next) {
    ql_str id = ql_get_str(task, QL_STR("id"));
    status = id.ptr ? add_all(r, id, QL_GET(task, "after"), QL_ABSENT) : wrong(r, "a task has no id", QL_STR("tasks"));
  }
  return status;
}

/* ---- rules of make ---- */

/* How many bytes the line end at `at` takes; 0 where there is none. */
static size_t line_end_at(ql_str text, size_t at) {
  if (at >= text.len) return 0;
  if (text.ptr[at] == '\n') return 1;
  return text.ptr[at] != '\r' ? 0 : at + 1 < text.len && text.ptr[at + 1] == '\n' ? 2 : 1;
}

/* The next name of a rule: blanks part names unless a backslash stands before them, and one before the end of a line goes on; $$ is $. Names
   are written into out. False at the end of the rule. */
static bool next_name(ql_str text, size_t *at, ql_buf *out) {
  out->len = 0;
  while (*at < text.len && line_end_at(text, *at) == 0) {
    char c = text.ptr[*at], after = *at + 1 < text.len ? text.ptr[*at + 1] : '\n';
    size_t end = c == '\\' ? line_end_at(text, *at + 1) : 0;
    if (end > 0 || c == ' ' || c == '\t') {
      *at += 1 + end;
      if (out->len > 0) break;
      continue;
    }
    if ((c == '\\' && (after == ' ' || after == '#')) || (c == '$' && after == '$')) c = text.ptr[++*at];
    ++*at;
    ql_buf_byte(out, c);
    bool last = after == ' ' || after == '\t' || after == '\n' || after == '\r' || (after == '\\' && line_end_at(text, *at + 1) > 0);
    if (c == ':' && last) break;
  }
  return out->len > 0 && !out->failed;
}

static ql_status read_rule(reading *r, ql_str text, size_t *at, ql_buf *name, ql_buf *source) {
  size_t start = *at;
  bool targets = true;
  source->len = 0;
  ql_status status = QL_OK;
  while (status == QL_OK && next_name(text, at, name)) {
    ql_str word = ql_buf_str(name);
    if (targets) {
      targets = !ql_ends(word, QL_STR(":"));
    } else if (source->len == 0) {
      ql_buf_add(source, word); /* what is compiled needs all that follows */
      ql__module *module;
      status = source->failed ? QL_OK : ql__graph_module(r->graph, word, &module, r->err);
    } else {
      status = ql_graph_add(r->graph, ql_buf_str(source), word, r->err);
    }
  }
  if (status == QL_OK && (name->failed || source->failed)) return ql_fail(r->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (status == QL_OK && targets && *at > start && ql_trim(ql_slice(text, start, *at)).len > 0)
    return wrong(r, "a rule has no colon after its targets", ql_slice(text, start, ql_line_end(text, start)));
  return status;
}

static ql_status read_make(reading *r, ql_str text) {
  ql_buf name = ql_buf_new(ql_arena_alloc(r->arena)), source = ql_buf_new(ql_arena_alloc(r->arena));
  ql_status status = QL_OK;
  uint32_t column;
  for (size_t at = 0; status == QL_OK && at < text.len; at++) {
    size_t start = at;
    if (text.ptr[at] == '#')
      at = ql_line_end(text, at);
    else
      status = read_rule(r, text, &at, &name, &source);
    if (status == QL_ERR_SYNTAX && r->err) ql_position(text, start, &r->err->line, &column);
  }
  ql_buf_free(&name);
  ql_buf_free(&source);
  return status;
}

/* ---- which ---- */

static ql_graph_format format_of(const ql_value *root) {
  const ql_value *modules = QL_GET(root, "modules");
  if (modules && modules->kind == QL_ARRAY) return modules->first && QL_GET(modules->first, "source") ? QL_GRAPH_CRUISE : QL_GRAPH_OWN;
  const ql_value *tasks = QL_GET(root, "tasks");
  if (tasks && tasks->kind == QL_ARRAY && QL_GET(root, "objective")) return QL_GRAPH_PLAN;
  return root->first && root->first->kind == QL_OBJECT ? QL_GRAPH_PYDEPS : QL_GRAPH_MADGE;
}

static ql_status read_json(reading *r, ql_str text, ql_graph_format format) {
  ql_value *root;
  ql_status status = ql_json_read(r->arena, text, &root, r->err);
  if (status != QL_OK) return status;
  if (root->kind != QL_OBJECT) return wrong(r, "a module graph is a JSON object", QL_ABSENT);
  switch (format == QL_GRAPH_AUTO ? format_of(root) : format) {
  case QL_GRAPH_CRUISE: return read_cruise(r, root);
  case QL_GRAPH_MADGE: return read_madge(r, root);
  case QL_GRAPH_PYDEPS: return read_pydeps(r, root);
  case QL_GRAPH_PLAN: return read_plan(r, root);
  case QL_GRAPH_AUTO:
  case QL_GRAPH_MAKE:
  case QL_GRAPH_OWN: break;
  }
  return read_own(r, root);
}

ql_status ql_graph_read(ql_graph *graph, ql_str text, ql_graph_format format, ql_error *err) {
  reading r = {graph, ql_arena_new(ql_arena_alloc(graph->arena)), err};
  if (!r.arena) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_str trimmed = ql_trim(text);
  bool json = ql_starts(trimmed, QL_STR("{")) || ql_starts(trimmed, QL_STR("["));
  bool make = format == QL_GRAPH_MAKE || (format == QL_GRAPH_AUTO && !json);
  size_t bad = make ? ql_utf8_bad(text) : SIZE_MAX;
  ql_status status;
  if (trimmed.len == 0)
    status = ql_fail(err, QL_ERR_SYNTAX, "there is no graph in an empty text", QL_ABSENT);
  else if (bad != SIZE_MAX)
    status = ql_fail(err, QL_ERR_UTF8, "the text is not UTF-8", QL_ABSENT);
  else
    status = make ? read_make(&r, text) : read_json(&r, text, format);
  ql_arena_free(r.arena);
  return status;
}
