/* questline impact: how a program hangs together, what a change breaks, and its health over time. */
#include <questline/impact.h>
#include <questline/limits.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"

#define MOST_SHOWN 20 /* entries of a list where --most says nothing */

static const char *const formats[] = {
    [QL_GRAPH_AUTO] = "auto",     [QL_GRAPH_OWN] = "own",   [QL_GRAPH_CRUISE] = "cruise", [QL_GRAPH_MADGE] = "madge",
    [QL_GRAPH_PYDEPS] = "pydeps", [QL_GRAPH_MAKE] = "make", [QL_GRAPH_PLAN] = "plan"};

static int read_format(cli *c, ql_graph_format *out) {
  const char *given = c->value[CLI_graph_format];
  size_t i = 0;
  while (given && i < QL_COUNT(formats) && strcmp(given, formats[i]) != 0) i++;
  if (i == QL_COUNT(formats)) return cli_fail_choice(c, "format", given, formats, QL_COUNT(formats));
  *out = (ql_graph_format)i;
  return CLI_DONE;
}

/// The files that are named, or stdin. Calls `take` with the text of each.
static int for_each_file(cli *c, int (*take)(cli *c, const char *path, ql_str text, void *ctx), void *ctx) {
  static const char *const standard[] = {"-"};
  const char *const *paths = c->operand_count > 0 ? c->operands : standard;
  size_t count = c->operand_count > 0 ? c->operand_count : 1;
  int code = CLI_DONE;
  for (size_t i = 0; code == CLI_DONE && i < count; i++) {
    ql_str text;
    if (cli_interrupted()) return cli_stop(c);
    code = cli_read(c, paths[i], QL_JSON_BYTES_MAX, &text);
    if (code == CLI_DONE) code = take(c, strcmp(paths[i], "-") == 0 ? "stdin" : paths[i], text, ctx);
  }
  return code;
}

static int print(cli *c, const ql_value *value) {
  ql_str text;
  ql_error err = {0};
  if (c->json) return cli_json(c, value);
  if (ql_impact_write(c->a, value, c->value[CLI_md] != NULL, &text, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  cli_put_block(stdout, text, "");
  return CLI_DONE;
}

/* ---- graphs ---- */

typedef struct graphs {
  ql_graph *graph;
  ql_graph_format format;
} graphs;

static int take_graph(cli *c, const char *path, ql_str text, void *ctx) {
  graphs *g = ctx;
  ql_error err = {0};
  return ql_graph_read(g->graph, text, g->format, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, path);
}

static bool is_last_part(ql_str name, ql_str part) {
  return name.len > part.len && ql_ends(name, part) && strchr("/.", name.ptr[name.len - part.len - 1]);
}

/// The module or group that was meant: one that ends in what was given, or the one with the fewest letters between. Absent when none is near.
static ql_str meant(const ql_value *modules, ql_str given) {
  static const ql_str members[] = {QL_STR_INIT("name"), QL_STR_INIT("group")};
  ql_str best = QL_ABSENT;
  size_t distance = given.len > 3 ? 3 : given.len;
  for (const ql_value *module = modules->first; module; module = module->next)
    for (size_t i = 0; i < QL_COUNT(members); i++) {
      ql_str name = ql_get_str(module, members[i]);
      if (is_last_part(name, given)) return name;
      size_t letters = ql_edit_distance(given, name);
      if (letters < distance) best = name, distance = letters;
    }
  return best;
}

static int fail_unknown(cli *c, ql_graph *graph, ql_str given) {
  ql_value *value;
  ql_error err = {0};
  if (ql_graph_value(graph, c->a, &value, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  ql_str close = meant(QL_GET(value, "modules"), given);
  int given_len = (int)given.len, close_len = (int)close.len;
  if (!close.ptr) return cli_fail(c, QL_ERR_NOT_FOUND, "There is no module or group %.*s.", given_len, given.ptr);
  return cli_fail(c, QL_ERR_NOT_FOUND, "There is no module or group %.*s. Did you mean %.*s?", given_len, given.ptr, close_len, close.ptr);
}

/// "a,b": the modules that --change names.
static int read_modules(cli *c, const char *given, ql_str **out, size_t *count) {
  ql_str rest = cli_clean(c, given);
  ql_str *list = ql_arena_array(c->a, rest.len + 1, sizeof *list);
  if (!list || !rest.ptr) return cli_no_memory(c);
  *count = 0;
  for (size_t from = 0; from <= rest.len;) {
    size_t comma = ql_find_byte(rest, ',', from), end = comma == SIZE_MAX ? rest.len : comma;
    ql_str name = ql_trim(ql_slice(rest, from, end));
    if (name.len > 0) list[(*count)++] = name;
    from = end + 1;
  }
  *out = list;
  return *count > 0 ? CLI_DONE : cli_fail(c, QL_ERR_ARGUMENT, "--change names no module.");
}

static int ask(cli *c, ql_graph *graph, size_t most) {
  ql_value *value;
  ql_str *modules = NULL;
  size_t count = 0;
  ql_error err = {0};
  if (!c->value[CLI_change])
    return ql_graph_coupling(graph, c->a, most, &value, &err) == QL_OK ? print(c, value) : cli_fail_error(c, &err, NULL);
  int code = read_modules(c, c->value[CLI_change], &modules, &count);
  if (code != CLI_DONE) return code;
  for (size_t i = 0; i < count; i++) {
    ql_status status = ql_graph_breaks(graph, c->a, modules + i, 1, &value, &err);
    if (status == QL_ERR_NOT_FOUND) return fail_unknown(c, graph, modules[i]);
    if (status != QL_OK) return cli_fail_error(c, &err, NULL);
  }
  return ql_graph_breaks(graph, c->a, modules, count, &value, &err) == QL_OK ? print(c, value) : cli_fail_error(c, &err, NULL);
}

static int impact(cli *c) {
  int64_t most = MOST_SHOWN;
  graphs g = {0};
  int code = read_format(c, &g.format);
  if (code == CLI_DONE && c->value[CLI_most]) code = cli_number(c, CLI_most, QL_GRAPH_EDGES_MAX, &most);
  if (code != CLI_DONE) return code;
  g.graph = ql_graph_new(ql_alloc_libc());
  if (!g.graph) return cli_no_memory(c);
  code = for_each_file(c, take_graph, &g);
  if (code == CLI_DONE) code = ask(c, g.graph, (size_t)most);
  ql_graph_free(g.graph);
  return code;
}

/* ---- health ---- */

/// A snapshot, or a list of them.
static int take_snapshots(cli *c, const char *path, ql_str text, void *ctx) {
  ql_value *value, *list = ctx;
  ql_error err = {0};
  if (ql_json_read(c->a, text, &value, &err) != QL_OK) return cli_fail_error(c, &err, path);
  for (ql_value *item = value->kind == QL_ARRAY ? value->first : value, *next; item; item = next) {
    next = value->kind == QL_ARRAY ? item->next : NULL;
    item->next = NULL;
    ql_push(list, item);
  }
  return CLI_DONE;
}

static int health(cli *c) {
  ql_value *list = ql_array(c->a), *value;
  ql_error err = {0};
  if (!list) return cli_no_memory(c);
  int code = for_each_file(c, take_snapshots, list);
  if (code != CLI_DONE) return code;
  return ql_health(c->a, list, &value, &err) == QL_OK ? print(c, value) : cli_fail_error(c, &err, NULL);
}

int cli_impact(cli *c) {
  bool graph = c->value[CLI_graph_format] || c->value[CLI_change] || c->value[CLI_most];
  if (c->json && c->value[CLI_md]) return cli_fail(c, QL_ERR_ARGUMENT, "--json and --md are two forms; choose one.");
  if (!c->value[CLI_health]) return impact(c);
  return graph ? cli_fail(c, QL_ERR_ARGUMENT, "--health reads snapshots, no graph: --format, --change and --most do not go with it.")
               : health(c);
}
