/* What breaks if modules change, and the graph as a value. */
#include <string.h>

#include "base/text.h"
#include "knowledge/graph.h"

/* The risk in percent: what share of the program is reached, how much of what is reached no test covers, how many modules feel it at once
   (ten are as bad as it gets), and whether what changes is part of a cycle. */
#define REACH_WEIGHT  40
#define GAP_WEIGHT    30
#define DIRECT_WEIGHT 20
#define CYCLE_WEIGHT  10
#define DIRECT_MANY   10u
#define COVERED_FROM  50 /* percent of a module that tests run, from which on it counts as covered */
#define FORMULA       "40 x reached / others + 30 x reached code without tests / reached code + 20 x min(1, direct / 10) + 10 x (in a cycle)"
#define UNTOUCHED     UINT32_MAX

typedef struct wave {
  ql_graph *graph;
  ql_arena *arena;
  uint32_t *distance; /* 0 for what changes; UNTOUCHED where the change does not come */
  uint32_t *through;  /* the module that it came through */
  uint32_t *queue;    /* in the order of distance */
  bool *whole;        /* of each group: all of it changes */
  size_t changed, reached;
} wave;

static ql_value *name_of(const wave *w, size_t module) { return ql_string(w->arena, w->graph->modules[module].name); }

static void change(wave *w, size_t module) {
  if (w->distance[module] == 0) return;
  w->distance[module] = 0;
  w->queue[w->changed++] = (uint32_t)module;
}

static bool change_named(wave *w, ql_str name) {
  ql_graph *g = w->graph;
  size_t at = g->count > 0 ? ql__names_get(&g->index, name) : SIZE_MAX;
  if (at != SIZE_MAX) {
    change(w, at);
    return true;
  }
  size_t low = 0, high = g->group_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (ql_compare(g->groups[middle], name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == g->group_count || !ql_eq(g->groups[low], name)) return false;
  w->whole[low] = true;
  return true;
}

/* All groups that were named, in one walk, however many they are. */
static void change_groups(wave *w) {
  for (size_t i = 0; i < w->graph->count; i++)
    if (w->whole[w->graph->group_of[i]]) change(w, i);
}

static void spread(wave *w) {
  const ql__adjacent *needed = &w->graph->needed;
  size_t tail = w->changed;
  for (size_t head = 0; head < tail; head++) {
    uint32_t at = w->queue[head];
    for (size_t e = needed->start[at]; e < needed->start[at + 1]; e++) {
      uint32_t user = needed->to[e];
      if (w->distance[user] != UNTOUCHED) continue;
      w->distance[user] = w->distance[at] + 1;
      w->through[user] = at;
      w->queue[tail++] = user;
    }
  }
  w->reached = tail - w->changed;
}

/* ---- tests ---- */

/* A module is covered when a test needs it, or when so much of it is known to be run by tests. */
static bool covered(const wave *w, size_t module) {
  const ql_graph *g = w->graph;
  if (g->modules[module].coverage >= 0) return g->modules[module].coverage >= COVERED_FROM;
  for (size_t e = g->needed.start[module]; e < g->needed.start[module + 1]; e++)
    if (g->modules[g->needed.to[e]].test) return true;
  return false;
}

static bool knows_tests(const ql_graph *g) {
  for (size_t i = 0; i < g->count; i++)
    if (g->modules[i].test || g->modules[i].coverage >= 0) return true;
  return false;
}

static bool in_cycle(const wave *w) {
  const ql_graph *g = w->graph;
  for (size_t i = 0; i < w->changed; i++) {
    uint32_t at = w->queue[i];
    for (size_t e = g->needs.start[at]; e < g->needs.start[at + 1]; e++)
      if (g->knot[g->needs.to[e]] == g->knot[at]) return true;
  }
  return false;
}

/* ---- the answer ---- */

static int64_t part(size_t of, size_t whole, int64_t weight) {
  return whole == 0 ? 0 : (int64_t)(of < whole ? of : whole) * weight * 100 / (int64_t)whole;
}

static ql_value *impact(wave *w) {
  ql_graph *g = w->graph;
  ql_arena *a = w->arena;
  ql_value *changed = ql_array(a), *direct = ql_array(a), *cascade = ql_array(a), *tests = ql_array(a), *bare = ql_array(a);
  size_t uncovered = 0, code = 0;
  for (size_t i = 0; i < w->changed; i++) ql_push(changed, name_of(w, w->queue[i]));
  for (size_t i = w->changed; i < w->changed + w->reached; i++) {
    uint32_t at = w->queue[i];
    if (g->modules[at].test) {
      ql_push(tests, name_of(w, at));
      continue;
    }
    code++;
    if (!covered(w, at)) {
      uncovered++;
      ql_push(bare, name_of(w, at));
    }
    if (w->distance[at] == 1) {
      ql_push(direct, name_of(w, at));
      continue;
    }
    ql_value *item = ql_push(cascade, ql_object(a));
    QL_SET(item, "distance", ql_int(a, w->distance[at]));
    QL_SET(item, "module", name_of(w, at));
    QL_SET(item, "through", name_of(w, w->through[at]));
  }
  bool known = knows_tests(g), cycle = in_cycle(w);
  int64_t reach = part(w->reached, g->count - w->changed, REACH_WEIGHT), gap = known      ? part(uncovered, code, GAP_WEIGHT)
                                                                               : code > 0 ? GAP_WEIGHT * 100
                                                                                          : 0;
  int64_t felt = part(direct ? direct->count : 0, DIRECT_MANY, DIRECT_WEIGHT), knot = cycle ? CYCLE_WEIGHT * 100 : 0;
  ql_value *risk = ql_object(a), *value = ql_object(a);
  QL_SET(risk, "cycle", ql_int(a, knot));
  QL_SET(risk, "direct", ql_int(a, felt));
  QL_SET(risk, "formula", ql_string(a, QL_STR(FORMULA)));
  QL_SET(risk, "gap", ql_int(a, gap));
  QL_SET(risk, "reach", ql_int(a, reach));
  QL_SET(risk, "score", ql_int(a, (reach + gap + felt + knot + 50) / 100));
  QL_SET(value, "cascade", cascade);
  QL_SET(value, "changed", changed);
  if (known) QL_SET(value, "coverage", ql_int(a, code == 0 ? 100 : (int64_t)((code - uncovered) * 100 / code)));
  QL_SET(value, "direct", direct);
  QL_SET(value, "modules", ql_int(a, (int64_t)g->count));
  QL_SET(value, "risk", risk);
  QL_SET(value, "tests", tests);
  QL_SET(value, "uncovered", bare);
  return value;
}

ql_status ql_graph_breaks(ql_graph *graph, ql_arena *a, const ql_str *modules, size_t count, ql_value **out, ql_error *err) {
  if (count == 0) return ql_fail(err, QL_ERR_ARGUMENT, "name the modules that change", QL_ABSENT);
  ql_status status = ql__graph_seal(graph, err);
  if (status != QL_OK) return status;
  size_t n = graph->count + 1;
  wave w = {
      .graph = graph,
      .arena = a,
      .distance = ql_arena_array(a, n, sizeof *w.distance),
      .through = ql_arena_array(a, n, sizeof *w.through),
      .queue = ql_arena_array(a, n, sizeof *w.queue),
      .whole = ql_arena_array(a, n, sizeof *w.whole),
  };
  if (!w.distance || !w.through || !w.queue || !w.whole) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  memset(w.distance, 0xff, n * sizeof *w.distance);
  for (size_t i = 0; i < count; i++)
    if (!change_named(&w, ql__graph_name(modules[i]))) return ql_fail(err, QL_ERR_NOT_FOUND, "no module or group of that name", modules[i]);
  change_groups(&w);
  spread(&w);
  ql_value *value = impact(&w);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}

/* ---- the graph itself ---- */

static ql_value *module_value(ql_arena *a, const ql__module *module) {
  ql_value *item = ql_object(a);
  if (module->coverage >= 0) QL_SET(item, "coverage", ql_int(a, module->coverage));
  if (module->debt >= 0) QL_SET(item, "debt", ql_int(a, module->debt));
  QL_SET(item, "group", ql_string(a, module->group));
  QL_SET(item, "name", ql_string(a, module->name));
  if (module->serious >= 0) QL_SET(item, "serious", ql_int(a, module->serious));
  if (module->test) QL_SET(item, "test", ql_bool(a, true));
  return item;
}

ql_status ql_graph_value(ql_graph *graph, ql_arena *a, ql_value **out, ql_error *err) {
  ql_status status = ql__graph_seal(graph, err);
  if (status != QL_OK) return status;
  ql_value *modules = ql_array(a), *edges = ql_array(a), *value = ql_object(a);
  for (size_t i = 0; i < graph->count; i++) {
    ql_push(modules, module_value(a, &graph->modules[i]));
    for (size_t e = graph->needs.start[i]; e < graph->needs.start[i + 1]; e++) {
      ql_value *edge = ql_push(edges, ql_object(a));
      QL_SET(edge, "from", ql_string(a, graph->modules[i].name));
      QL_SET(edge, "to", ql_string(a, graph->modules[graph->needs.to[e]].name));
      if (graph->needs.times[e] > 1) QL_SET(edge, "times", ql_int(a, graph->needs.times[e]));
    }
  }
  QL_SET(value, "edges", edges);
  QL_SET(value, "modules", modules);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = value;
  return QL_OK;
}
