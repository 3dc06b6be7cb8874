/* Module graphs as madge, dependency-cruiser and gcc really print them (tests/graphs): what our readers make of them, and what the tools say themselves. */
#include "support.h"

#include <questline/impact.h>

#include "base/text.h"

static ql_arena *a;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_str fixture(const char *name) {
  char path[512];
  size_t len = 0;
  snprintf(path, sizeof path, "%s/graphs/%s", QL_TEST_DATA, name);
  char *text = read_file(path, &len);
  if (!text) fail_msg("%s is not there", path);
  ql_str copy = ql_arena_str(a, (ql_str){text, len});
  free(text);
  return copy;
}

static const ql_value *json(const char *name) {
  ql_value *value = NULL;
  assert_int_equal(ql_json_read(a, fixture(name), &value, NULL), QL_OK);
  return value;
}

static ql_graph *read_graph(const char *name, ql_graph_format format) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  ql_error err = {0};
  if (ql_graph_read(graph, fixture(name), format, &err) != QL_OK) fail_msg("%s: %s (%s)", name, err.message, err.detail);
  return graph;
}

/* The edges between modules that start with `inside`, and those modules, in byte order. */
static ql_str shown(ql_graph *graph, const char *inside) {
  ql_str lines[64], swap;
  size_t count = 0;
  ql_value *value = NULL;
  assert_int_equal(ql_graph_value(graph, a, &value, NULL), QL_OK);
  for (const ql_value *edge = QL_GET(value, "edges")->first; edge; edge = edge->next) {
    const ql_str pieces[] = {ql_get_str(edge, QL_STR("from")), QL_STR(" > "), ql_get_str(edge, QL_STR("to")), QL_STR("\n")};
    if (ql_starts(pieces[0], str(inside)) && ql_starts(pieces[2], str(inside))) lines[count++] = ql_arena_concat(a, pieces, 4);
  }
  for (const ql_value *module = QL_GET(value, "modules")->first; module; module = module->next) {
    const ql_str pieces[] = {ql_get_str(module, QL_STR("name")), QL_STR("\n")};
    if (ql_starts(pieces[0], str(inside))) lines[count++] = ql_arena_concat(a, pieces, 2);
  }
  for (size_t i = 1; i < count; i++)
    for (size_t k = i; k > 0 && ql_compare(lines[k - 1], lines[k]) > 0; k--) {
      swap = lines[k];
      lines[k] = lines[k - 1];
      lines[k - 1] = swap;
    }
  return ql_arena_concat(a, lines, count);
}

static const ql_value *cycles(ql_graph *graph) {
  ql_value *coupling = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &coupling, NULL), QL_OK);
  return QL_GET(coupling, "cycles");
}

static void two_tools_make_the_same_graph(void **state) {
  static const struct {
    const char *file;
    ql_graph_format format;
  } tools[] = {{"madge.json", QL_GRAPH_MADGE},
               {"madge.json", QL_GRAPH_AUTO},
               {"dependency-cruiser.json", QL_GRAPH_CRUISE},
               {"dependency-cruiser.json", QL_GRAPH_AUTO}};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(tools); i++) {
    ql_graph *graph = read_graph(tools[i].file, tools[i].format);
    assert_str_is(shown(graph, "src/"), "src/main.ts\n"
                                        "src/main.ts > src/orders/order.ts\n"
                                        "src/main.ts > src/users/user.ts\n"
                                        "src/orders/discount.ts\n"
                                        "src/orders/discount.ts > src/orders/price.ts\n"
                                        "src/orders/order.ts\n"
                                        "src/orders/order.ts > src/orders/price.ts\n"
                                        "src/orders/order.ts > src/shared/log.js\n"
                                        "src/orders/order.ts > src/users/user.ts\n"
                                        "src/orders/price.ts\n"
                                        "src/orders/price.ts > src/orders/discount.ts\n"
                                        "src/orphan.ts\n"
                                        "src/shared/log.js\n"
                                        "src/users/user.ts\n"
                                        "src/users/user.ts > src/shared/log.js\n");
    ql_graph_free(graph);
  }
}

/* What only one of them lists. */
static void packages_are_modules_where_the_tool_lists_them(void **state) {
  (void)state;
  ql_graph *cruise = read_graph("dependency-cruiser.json", QL_GRAPH_AUTO), *madge = read_graph("madge.json", QL_GRAPH_AUTO);
  assert_int_equal(ql_graph_modules(madge), 7);
  assert_int_equal(ql_graph_edges(madge), 8);
  assert_int_equal(ql_graph_modules(cruise), 9);
  assert_int_equal(ql_graph_edges(cruise), 10);
  ql_value *breaks = NULL;
  const ql_str package[] = {QL_STR("node_modules/tiny/index.js")}, node[] = {QL_STR("fs")};
  assert_int_equal(ql_graph_breaks(cruise, a, package, 1, &breaks, NULL), QL_OK);
  assert_str_is(ql_value_text(a, QL_GET(breaks, "direct")), "[\"src/main.ts\"]");
  assert_int_equal(ql_graph_breaks(cruise, a, node, 1, &breaks, NULL), QL_OK);
  assert_str_is(ql_value_text(a, QL_GET(breaks, "direct")), "[\"src/shared/log.js\"]");
  assert_int_equal(ql_graph_breaks(madge, a, package, 1, &breaks, NULL), QL_ERR_NOT_FOUND);
  ql_graph_free(cruise);
  ql_graph_free(madge);
}

static bool among(const ql_value *list, ql_str name) {
  for (const ql_value *item = list->first; item; item = item->next)
    if (ql_eq(item->text, name)) return true;
  return false;
}

static void the_cycles_are_those_that_the_tools_tell(void **state) {
  (void)state;
  const ql_value *told = json("madge-circular.json"), *modules = QL_GET(json("dependency-cruiser.json"), "modules");
  ql_graph *graphs[] = {read_graph("madge.json", QL_GRAPH_AUTO), read_graph("dependency-cruiser.json", QL_GRAPH_AUTO)};
  for (size_t i = 0; i < QL_COUNT(graphs); i++) {
    const ql_value *found = cycles(graphs[i]), *inside = found->first ? QL_GET(found->first, "modules") : NULL;
    assert_int_equal(found->count, told->count);
    assert_int_equal(inside->count, told->first->count);
    for (const ql_value *name = told->first->first; name; name = name->next) assert_true(among(inside, name->text));
    size_t circular = 0;
    for (const ql_value *module = modules->first; module; module = module->next) {
      for (const ql_value *edge = QL_GET(module, "dependencies")->first; edge; edge = edge->next) {
        bool both = among(inside, ql_get_str(module, QL_STR("source"))) && among(inside, ql_get_str(edge, QL_STR("resolved")));
        assert_int_equal(ql_get_bool(edge, QL_STR("circular")), both);
        circular += both;
      }
    }
    assert_int_equal(circular, 2);
    ql_graph_free(graphs[i]);
  }
}

static void a_compiler_lists_what_a_source_needs(void **state) {
  (void)state;
  ql_graph *told = read_graph("gcc.d", QL_GRAPH_MAKE), *found = read_graph("gcc.d", QL_GRAPH_AUTO);
  static const char expected[] = "lib/list.c\n"
                                 "lib/list.c > lib/list.h\n"
                                 "lib/list.c > lib/name.h\n"
                                 "lib/list.h\n"
                                 "lib/name.h\n"
                                 "main.c\n"
                                 "main.c > lib/list.h\n"
                                 "main.c > lib/name.h\n";
  assert_str_is(shown(told, ""), expected);
  assert_str_is(shown(found, ""), expected);
  assert_int_equal(cycles(found)->count, 0);
  ql_graph_free(told);
  ql_graph_free(found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_tools_make_the_same_graph),
      cmocka_unit_test(packages_are_modules_where_the_tool_lists_them),
      cmocka_unit_test(the_cycles_are_those_that_the_tools_tell),
      cmocka_unit_test(a_compiler_lists_what_a_source_needs),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
