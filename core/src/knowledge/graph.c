#include "knowledge/graph.h"

#include <stdlib.h>
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql_graph *ql_graph_new(ql_alloc alloc) {
  ql_arena *arena = ql_arena_new(alloc);
  ql_graph *graph = arena ? ql_arena_get(arena, sizeof *graph) : NULL;
  if (graph) graph->arena = arena;
  if (arena && !graph) ql_arena_free(arena);
  return graph;
}

void ql_graph_free(ql_graph *graph) {
  if (!graph) return;
  ql_arena_free(graph->lists);
  ql_arena_free(graph->arena);
}

size_t ql_graph_modules(const ql_graph *graph) { return graph->count; }
size_t ql_graph_edges(const ql_graph *graph) { return graph->edge_count; }

/* ---- adding ---- */

/* Tests by the habits of their names: a/__tests__/x.js, x.test.ts, x_test.go, test_x.py, tests/x.c. */
static bool names_test(ql_str name) {
  static const ql_str folders[] = {QL_STR_INIT("test"), QL_STR_INIT("tests"), QL_STR_INIT("__tests__"), QL_STR_INIT("spec"),
                                   QL_STR_INIT("specs")};
  size_t from = 0;
  for (size_t slash; (slash = ql_find_byte(name, '/', from)) != SIZE_MAX; from = slash + 1)
    for (size_t i = 0; i < QL_COUNT(folders); i++)
      if (ql_eq_nocase(ql_slice(name, from, slash), folders[i])) return true;
  ql_str file = ql_slice(name, from, name.len);
  return ql_starts(file, QL_STR("test_")) || ql_starts(file, QL_STR("tests.")) || ql_find(file, QL_STR(".test."), 0) != SIZE_MAX ||
         ql_find(file, QL_STR(".spec."), 0) != SIZE_MAX || ql_find(file, QL_STR("_test."), 0) != SIZE_MAX;
}

static bool make_room(ql_graph *graph) {
  if (graph->count < graph->room) return true;
  size_t room = graph->room == 0 ? 64 : graph->room * 2;
  ql__names index;
  if (!ql__names_make(graph->arena, room, &index)) return false;
  for (size_t i = 0; i < graph->count; i++) ql__names_put(&index, graph->modules[i].name, i);
  graph->index = index;
  graph->room = room;
  return true;
}

ql_str ql__graph_name(ql_str name) {
  name = ql_trim(name);
  while (ql_starts(name, QL_STR("./"))) name = ql_slice(name, 2, name.len);
  return name;
}

ql_status ql__graph_module(ql_graph *graph, ql_str name, ql__module **out, ql_error *err) {
  name = ql__graph_name(name);
  if (name.len == 0) return ql_fail(err, QL_ERR_ARGUMENT, "a module needs a name", QL_ABSENT);
  if (ql_find_byte(name, 0, 0) != SIZE_MAX) return ql_fail(err, QL_ERR_ARGUMENT, "a name has a NUL character in it", QL_ABSENT);
  if (!make_room(graph)) return no_memory(err);
  size_t at = ql__names_get(&graph->index, name);
  if (at == SIZE_MAX) {
    if (graph->count == QL_GRAPH_MODULES_MAX) return ql_fail(err, QL_ERR_LIMIT, "QL_GRAPH_MODULES_MAX", name);
    ql__module *modules = ql_arena_grow(graph->arena, graph->modules, graph->count, &graph->cap, sizeof *modules);
    ql_str copy = ql_arena_str(graph->arena, name);
    if (!modules || !copy.ptr) return no_memory(err);
    graph->modules = modules;
    at = graph->count++;
    modules[at] = (ql__module){.name = copy, .group = QL_STR(""), .coverage = -1, .debt = -1, .serious = -1, .test = names_test(copy)};
    ql__names_put(&graph->index, copy, at);
    graph->sealed = false;
  }
  *out = &graph->modules[at];
  return QL_OK;
}

ql_status ql__graph_edge(ql_graph *graph, ql_str from, ql_str to, uint64_t times, ql_error *err) {
  ql__module *source, *target;
  ql_status status = ql__graph_module(graph, from, &source, err);
  size_t source_at = status == QL_OK ? (size_t)(source - graph->modules) : 0;
  if (status == QL_OK) status = ql__graph_module(graph, to, &target, err);
  if (status != QL_OK) return status;
  size_t target_at = (size_t)(target - graph->modules);
  if (source_at == target_at) return QL_OK;
  if (times > QL_GRAPH_EDGES_MAX - graph->edge_count) return ql_fail(err, QL_ERR_LIMIT, "QL_GRAPH_EDGES_MAX", from);
  for (; times > 0; times--) {
    ql__edge *edges = ql_arena_grow(graph->arena, graph->edges, graph->edge_count, &graph->edge_cap, sizeof *edges);
    if (!edges) return no_memory(err);
    graph->edges = edges;
    edges[graph->edge_count++] = (ql__edge){(uint32_t)source_at, (uint32_t)target_at};
  }
  graph->sealed = false;
  return QL_OK;
}

ql_status ql_graph_add(ql_graph *graph, ql_str from, ql_str to, ql_error *err) { return ql__graph_edge(graph, from, to, 1, err); }

/* ---- lists ---- */

/* Counting sort by one end, then each list loses its repetitions; `last` remembers where in the lists a neighbour was put last. */
bool ql__adjacent_make(ql_arena *a, const ql__edge *edges, size_t m, size_t n, bool forward, ql__adjacent *out) {
  ql__adjacent lists = {ql_arena_array(a, n + 2, sizeof(size_t)), ql_arena_array(a, m + 1, sizeof(uint32_t)),
                        ql_arena_array(a, m + 1, sizeof(uint32_t))};
  size_t *last = ql_arena_array(a, n + 1, sizeof *last);
  if (!lists.start || !lists.to || !lists.times || !last) return false;
  for (size_t e = 0; e < m; e++) lists.start[(forward ? edges[e].from : edges[e].to) + 2]++;
  for (size_t i = 2; i < n + 2; i++) lists.start[i] += lists.start[i - 1];
  for (size_t e = 0; e < m; e++) {
    uint32_t owner = forward ? edges[e].from : edges[e].to;
    lists.to[lists.start[owner + 1]++] = forward ? edges[e].to : edges[e].from;
  }
  size_t kept = 0, from = 0;
  for (size_t i = 0; i < n; i++) {
    size_t end = lists.start[i + 1], begin = kept;
    for (; from < end; from++) {
      uint32_t to = lists.to[from];
      if (last[to] > begin) {
        lists.times[last[to] - 1]++;
        continue;
      }
      lists.to[kept] = to;
      lists.times[kept++] = 1;
      last[to] = kept;
    }
    lists.start[i] = begin;
  }
  lists.start[n] = kept;
  *out = lists;
  return true;
}

/* ---- groups ---- */

/* Of the program's own: it needs something. Tests often lie beside it, and what others made lies anywhere. */
static bool is_own(const ql_graph *graph, size_t module) {
  return !graph->modules[module].test && graph->needs.start[module] < graph->needs.start[module + 1];
}

static ql_str folders_of(ql_str name) {
  while (name.len > 0 && name.ptr[name.len - 1] != '/') name.len--;
  return name;
}

/* The folders that the program's own modules share: "src/" of "src/a/x.c" and "src/b/y.c"; when all lie in one folder, those above it. */
static ql_str shared_folders(const ql_graph *graph) {
  ql_str shared = QL_ABSENT;
  for (size_t i = 0; i < graph->count; i++) {
    ql_str name = graph->modules[i].name;
    if (!is_own(graph, i)) continue;
    if (!shared.ptr) shared = name;
    size_t same = 0;
    while (same < shared.len && same < name.len && name.ptr[same] == shared.ptr[same]) same++;
    shared.len = same;
  }
  shared = folders_of(shared);
  for (size_t i = 0; i < graph->count; i++)
    if (is_own(graph, i) && ql_find_byte(graph->modules[i].name, '/', shared.len) != SIZE_MAX) return shared;
  return shared.len > 0 ? folders_of(ql_slice(shared, 0, shared.len - 1)) : shared;
}

/* The folder below those that are shared; "." for what lies in none. Dots part the names of languages that have no paths. */
static ql_str folder_of(ql_str name, ql_str shared, char mark) {
  ql_str rest = shared.len > 0 && ql_starts(name, shared) ? ql_slice(name, shared.len, name.len) : name;
  size_t end = ql_find_byte(rest, mark, 0);
  return end == SIZE_MAX || end == 0 ? QL_STR(".") : ql_slice(rest, 0, end);
}

static int compare_names(const void *x, const void *y) {
  ql_str a = *(const ql_str *)x, b = *(const ql_str *)y;
  return ql_compare(a, b);
}

static bool make_groups(ql_graph *graph) {
  size_t n = graph->count;
  ql__names known;
  graph->group_of = ql_arena_array(graph->lists, n + 1, sizeof *graph->group_of);
  graph->groups = ql_arena_array(graph->lists, n + 1, sizeof *graph->groups);
  if (!graph->group_of || !graph->groups || !ql__names_make(graph->lists, n, &known)) return false;
  graph->group_count = 0;
  ql_str shared = shared_folders(graph);
  char mark = '.';
  for (size_t i = 0; i < n; i++)
    if (ql_find_byte(graph->modules[i].name, '/', 0) != SIZE_MAX) mark = '/';
  for (size_t i = 0; i < n; i++) {
    ql__module *module = &graph->modules[i];
    if (!module->grouped) module->group = folder_of(module->name, shared, mark);
    if (ql__names_put(&known, module->group, 0)) graph->groups[graph->group_count++] = module->group;
  }
  qsort(graph->groups, graph->group_count, sizeof *graph->groups, compare_names);
  ql__names places;
  if (!ql__names_make(graph->lists, graph->group_count, &places)) return false;
  for (size_t g = 0; g < graph->group_count; g++) ql__names_put(&places, graph->groups[g], g);
  for (size_t i = 0; i < n; i++) graph->group_of[i] = (uint32_t)ql__names_get(&places, graph->modules[i].group);
  return true;
}

/* ---- components ---- */

typedef struct visit {
  uint32_t module;
  size_t edge; /* the next of its list */
} visit;

/* Tarjan: a component is done when its first module has seen nothing older. */
static bool find_knots(ql_graph *graph) {
  size_t n = graph->count, open = 0, depth = 0;
  uint32_t seen = 0;
  uint32_t *order = ql_arena_array(graph->lists, n + 1, sizeof *order); /* of the visit, from 1 */
  uint32_t *low = ql_arena_array(graph->lists, n + 1, sizeof *low);
  uint32_t *stack = ql_arena_array(graph->lists, n + 1, sizeof *stack);
  visit *path = ql_arena_array(graph->lists, n + 1, sizeof *path);
  graph->knot = ql_arena_array(graph->lists, n + 1, sizeof *graph->knot);
  if (!order || !low || !stack || !path || !graph->knot) return false;
  memset(graph->knot, 0xff, n * sizeof *graph->knot); /* still open */
  graph->knot_count = 0;
  for (size_t root = 0; root < n; root++) {
    if (order[root] != 0) continue;
    path[depth++] = (visit){(uint32_t)root, graph->needs.start[root]};
    order[root] = low[root] = ++seen;
    stack[open++] = (uint32_t)root;
    while (depth > 0) {
      visit *at = &path[depth - 1];
      uint32_t v = at->module;
      if (at->edge < graph->needs.start[v + 1]) {
        uint32_t to = graph->needs.to[at->edge++];
        if (order[to] == 0) {
          order[to] = low[to] = ++seen;
          stack[open++] = to;
          path[depth++] = (visit){to, graph->needs.start[to]};
        } else if (graph->knot[to] == UINT32_MAX && order[to] < low[v]) {
          low[v] = order[to];
        }
        continue;
      }
      depth--;
      if (depth > 0 && low[v] < low[path[depth - 1].module]) low[path[depth - 1].module] = low[v];
      if (low[v] != order[v]) continue;
      uint32_t member;
      do {
        member = stack[--open];
        graph->knot[member] = (uint32_t)graph->knot_count;
      } while (member != v);
      graph->knot_count++;
    }
  }
  return true;
}

/* ---- all of it ---- */

ql_status ql__graph_seal(ql_graph *graph, ql_error *err) {
  if (graph->sealed) return QL_OK;
  if (graph->lists)
    ql_arena_reset(graph->lists);
  else
    graph->lists = ql_arena_new(ql_arena_alloc(graph->arena));
  if (!graph->lists || !ql__adjacent_make(graph->lists, graph->edges, graph->edge_count, graph->count, true, &graph->needs) ||
      !ql__adjacent_make(graph->lists, graph->edges, graph->edge_count, graph->count, false, &graph->needed) || !make_groups(graph) ||
      !find_knots(graph))
    return no_memory(err);
  graph->sealed = true;
  return QL_OK;
}
