// Module graphs from any text in any form: what was read is written and read again as the same, and the answers on it hold together. A text that
// begins with [ is read as snapshots of health too.

#include <stdlib.h>
#include <string.h>

#include <questline/impact.h>
#include <questline/limits.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static ql_str answer(ql_arena *a, const ql_value *value) {
  ql_str text = ql_value_text(a, value);
  ql_value *again = NULL;
  check(text.ptr != NULL && ql_canon_read(a, text, &again, NULL) == QL_OK);
  return text;
}

static size_t number(const ql_value *object, const char *name) {
  int64_t n = ql_get_int(object, (ql_str){name, strlen(name)}, -1);
  check(n >= 0);
  return (size_t)n;
}

/* Every module is taken out once, each with no more left than the whole; every cycle goes back to where it began. */
static void check_coupling(ql_arena *a, const ql_value *coupling, size_t modules) {
  size_t taken = 0, grouped = 0;
  for (const ql_value *step = QL_GET(coupling, "order")->first; step; step = step->next) {
    taken += number(step, "size");
    check(number(step, "left") <= number(step, "in") + number(step, "out"));
  }
  for (const ql_value *step = QL_GET(coupling, "services")->first; step; step = step->next) grouped += number(step, "size");
  check(taken == modules && grouped == modules && number(coupling, "score") <= 10000);
  for (const ql_value *cycle = QL_GET(coupling, "cycles")->first; cycle; cycle = cycle->next) {
    const ql_value *path = QL_GET(cycle, "path");
    check(path->count >= 3 && ql_eq(path->first->text, path->last->text) && number(cycle, "size") >= 2);
  }
  (void)answer(a, coupling);
}

static void check_breaks(ql_arena *a, ql_graph *graph, ql_str module) {
  ql_value *breaks = NULL;
  check(ql_graph_breaks(graph, a, &module, 1, &breaks, NULL) == QL_OK);
  size_t reached = QL_GET(breaks, "direct")->count + QL_GET(breaks, "cascade")->count + QL_GET(breaks, "tests")->count;
  check(reached + QL_GET(breaks, "changed")->count <= ql_graph_modules(graph));
  check(number(QL_GET(breaks, "risk"), "score") <= 100);
  (void)answer(a, breaks);
}

static void check_graph(ql_arena *a, ql_graph *graph) {
  ql_value *value = NULL, *coupling = NULL, *again = NULL;
  check(ql_graph_value(graph, a, &value, NULL) == QL_OK && ql_graph_coupling(graph, a, 0, &coupling, NULL) == QL_OK);
  check_coupling(a, coupling, ql_graph_modules(graph));
  const ql_value *first = QL_GET(value, "modules")->first;
  if (first) check_breaks(a, graph, ql_get_str(first, QL_STR("name")));
  ql_str text = answer(a, value);
  ql_graph *copy = ql_graph_new(ql_alloc_libc());
  check(ql_graph_read(copy, text, QL_GRAPH_OWN, NULL) == QL_OK && ql_graph_value(copy, a, &again, NULL) == QL_OK);
  check(ql_eq(answer(a, again), text));
  ql_graph_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int format = QL_GRAPH_AUTO; format <= QL_GRAPH_PLAN; format++) {
    ql_graph *graph = ql_graph_new(ql_alloc_libc());
    if (ql_graph_read(graph, text, (ql_graph_format)format, NULL) == QL_OK) check_graph(a, graph);
    ql_graph_free(graph);
  }
  ql_value *list = NULL, *health = NULL;
  if (ql_starts(text, QL_STR("[")) && ql_json_read(a, text, &list, NULL) == QL_OK && ql_health(a, list, &health, NULL) == QL_OK)
    (void)answer(a, health);
  ql_arena_free(a);
  return 0;
}
