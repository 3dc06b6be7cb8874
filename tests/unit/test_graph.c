/* Module graphs: every form they are read from, and what is computed of them against plain ways to compute the same. */
#include "support.h"

#include <questline/impact.h>
#include <questline/limits.h>

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

/* ---- reading ---- */

static ql_graph *read_graph(const char *text, ql_graph_format format) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  ql_error err = {0};
  if (ql_graph_read(graph, str(text), format, &err) != QL_OK) fail_msg("%s: %s (%s)", text, err.message, err.detail);
  return graph;
}

/* "a>b a>c*2 b | a b c d": edges, then modules with what is known of them. */
static const char *shown(ql_graph *graph) {
  static char text[4096];
  ql_value *value = NULL;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  assert_int_equal(ql_graph_value(graph, a, &value, NULL), QL_OK);
  for (const ql_value *edge = QL_GET(value, "edges")->first; edge; edge = edge->next) {
    char times[32] = " ";
    if (QL_GET(edge, "times")) snprintf(times, sizeof times, "*%lld ", (long long)ql_get_int(edge, QL_STR("times"), 0));
    ql_buf_add(&out, ql_get_str(edge, QL_STR("from")));
    ql_buf_byte(&out, '>');
    ql_buf_add(&out, ql_get_str(edge, QL_STR("to")));
    ql_buf_add(&out, str(times));
  }
  ql_buf_byte(&out, '|');
  for (const ql_value *module = QL_GET(value, "modules")->first; module; module = module->next) {
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, ql_get_str(module, QL_STR("name")));
    ql_buf_byte(&out, '@');
    ql_buf_add(&out, ql_get_str(module, QL_STR("group")));
    if (ql_get_bool(module, QL_STR("test"))) ql_buf_byte(&out, '!');
    if (QL_GET(module, "coverage")) ql_buf_byte(&out, '%');
  }
  snprintf(text, sizeof text, "%.*s", (int)out.len, out.ptr);
  ql_buf_free(&out);
  return text;
}

static void every_form_is_read(void **state) {
  static const struct {
    const char *text;
    ql_graph_format format; /* what it is; it is found out as well */
    const char *expected;
  } forms[] = {
      {"{\"modules\":[{\"name\":\"src/pay/card.c\",\"coverage\":80},{\"name\":\"src/web/page.c\",\"group\":\"pages\"},\"src/free.c\"],"
       "\"edges\":[[\"src/web/page.c\",\"src/pay/card.c\"],{\"from\":\"src/pay/card.c\",\"to\":\"src/db.c\",\"times\":3},"
       "[\"src/db.c\",\"src/db.c\"]]}",
       QL_GRAPH_OWN,
       "src/pay/card.c>src/db.c*3 src/web/page.c>src/pay/card.c | src/pay/card.c@pay% src/web/page.c@pages src/free.c@. src/db.c@."},
      {"{\"modules\":[{\"source\":\"src/cart/sum.js\",\"dependencies\":[{\"module\":\"../tax\",\"resolved\":\"src/tax/index.js\","
       "\"dependencyTypes\":[\"local\"]},{\"module\":\"fs\",\"resolved\":\"fs\",\"coreModule\":true}]},"
       "{\"source\":\"src/tax/index.js\",\"dependencies\":[{\"resolved\":\"src/cart/sum.js\"}]},"
       "{\"source\":\"src/cart/sum.spec.js\",\"dependencies\":[{\"resolved\":\"src/cart/sum.js\"}]}],\"summary\":{\"error\":0}}",
       QL_GRAPH_CRUISE,
       "src/cart/sum.js>src/tax/index.js src/cart/sum.js>fs src/tax/index.js>src/cart/sum.js src/cart/sum.spec.js>src/cart/sum.js "
       "| src/cart/sum.js@cart src/tax/index.js@tax fs@. src/cart/sum.spec.js@cart!"},
      {"{\"app.js\":[\"lib/a.js\",\"lib/b.js\"],\"lib/a.js\":[\"lib/b.js\"],\"lib/b.js\":[]}", QL_GRAPH_MADGE,
       "app.js>lib/a.js app.js>lib/b.js lib/a.js>lib/b.js | app.js@. lib/a.js@lib lib/b.js@lib"},
      {"{\"shop\":{\"bacon\":1,\"imported_by\":[\"__main__\"],\"imports\":[\"shop.cart\"],\"name\":\"shop\",\"path\":\"shop/__init__.py\"},"
       "\"shop.cart\":{\"bacon\":2,\"imports\":[\"shop\"],\"name\":\"shop.cart\",\"path\":null},\"sys\":{\"bacon\":2,\"name\":\"sys\"}}",
       QL_GRAPH_PYDEPS, "shop>shop.cart shop.cart>shop | shop@. shop.cart@shop sys@."},
      {"main.o: src/main.c src/list.h \\\n  src/a\\ b.h src/$$x.h\\\n ./src/list.h\n\nsrc/list.h:\n# a word\nlist.o lib.o: \\\r\n "
       "src/list.c\\\r\n src/list.h\n",
       QL_GRAPH_MAKE,
       "src/main.c>src/list.h*2 src/main.c>src/a b.h src/main.c>src/$x.h src/list.c>src/list.h "
       "| src/main.c@src src/list.h@src src/a b.h@src src/$x.h@src src/list.c@src"},
      {"{\"leader\":\"@lead\",\"objective\":\"Paint\",\"tasks\":[{\"id\":\"T1\",\"agent\":\"@a\",\"title\":\"x\"},"
       "{\"id\":\"T2\",\"agent\":\"@a\",\"title\":\"y\",\"after\":[\"T1\"]}]}",
       QL_GRAPH_PLAN, "T2>T1 | T1@. T2@."},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(forms); i++) {
    ql_graph *told = read_graph(forms[i].text, forms[i].format), *found = read_graph(forms[i].text, QL_GRAPH_AUTO);
    assert_string_equal(shown(told), forms[i].expected);
    assert_string_equal(shown(found), forms[i].expected);
    ql_value *value = NULL;
    assert_int_equal(ql_graph_value(told, a, &value, NULL), QL_OK);
    ql_graph *again = ql_graph_new(ql_alloc_libc()); /* what is written is read as the same */
    assert_int_equal(ql_graph_read(again, ql_value_text(a, value), QL_GRAPH_AUTO, NULL), QL_OK);
    assert_string_equal(shown(again), forms[i].expected);
    ql_graph_free(told);
    ql_graph_free(found);
    ql_graph_free(again);
  }
}

static void what_is_no_graph_is_refused(void **state) {
  static const struct {
    const char *text;
    ql_graph_format format;
    ql_status status;
    const char *message;
    uint32_t line;
  } wrong[] = {
      {"", QL_GRAPH_AUTO, QL_ERR_SYNTAX, "there is no graph in an empty text", 0},
      {" \n", QL_GRAPH_MAKE, QL_ERR_SYNTAX, "there is no graph in an empty text", 0},
      {"[]", QL_GRAPH_AUTO, QL_ERR_SYNTAX, "a module graph is a JSON object", 0},
      {"{\"modules\":{}}", QL_GRAPH_OWN, QL_ERR_SYNTAX, "modules is not a list", 0},
      {"{\"modules\":[{}]}", QL_GRAPH_OWN, QL_ERR_SYNTAX, "a module has no name", 0},
      {"{\"modules\":[{\"name\":\" \"}]}", QL_GRAPH_OWN, QL_ERR_ARGUMENT, "a module needs a name", 0},
      {"{\"modules\":[{\"name\":\"a\",\"coverage\":101}]}", QL_GRAPH_OWN, QL_ERR_SYNTAX, "coverage is a percentage", 0},
      {"{\"edges\":[[\"a\"]],\"modules\":[]}", QL_GRAPH_OWN, QL_ERR_SYNTAX, "an edge is [from, to], or an object with from and to", 0},
      {"{\"edges\":[{\"from\":\"a\",\"times\":0,\"to\":\"b\"}],\"modules\":[]}", QL_GRAPH_OWN, QL_ERR_SYNTAX, "times is a count", 0},
      {"{\"edges\":[{\"from\":\"a\",\"times\":9007199254740991,\"to\":\"b\"}],\"modules\":[]}", QL_GRAPH_OWN, QL_ERR_LIMIT,
       "QL_GRAPH_EDGES_MAX", 0},
      {"{\"modules\":[{\"dependencies\":[]}]}", QL_GRAPH_CRUISE, QL_ERR_SYNTAX, "a module has no source", 0},
      {"{\"a\":[1]}", QL_GRAPH_MADGE, QL_ERR_SYNTAX, "a dependency is not named by a string", 0},
      {"{\"a\":{}}", QL_GRAPH_MADGE, QL_ERR_SYNTAX, "a module's dependencies are not a list", 0},
      {"{\"a\":{\"imports\":{}}}", QL_GRAPH_PYDEPS, QL_ERR_SYNTAX, "imports is not a list", 0},
      {"{\"tasks\":[{}]}", QL_GRAPH_PLAN, QL_ERR_SYNTAX, "a task has no id", 0},
      {"a.o: a.c\nwords only\n", QL_GRAPH_AUTO, QL_ERR_SYNTAX, "a rule has no colon after its targets", 2},
      {"a.o: a\xff", QL_GRAPH_AUTO, QL_ERR_UTF8, "the text is not UTF-8", 0},
      {"{\"a\":", QL_GRAPH_AUTO, QL_ERR_SYNTAX, NULL, 0},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(wrong); i++) {
    ql_graph *graph = ql_graph_new(ql_alloc_libc());
    ql_error err = {0};
    ql_status status = ql_graph_read(graph, str(wrong[i].text), wrong[i].format, &err);
    if (status != wrong[i].status || (wrong[i].message && strcmp(err.message, wrong[i].message) != 0) ||
        (wrong[i].line > 0 && err.line != wrong[i].line))
      fail_msg("%s: %s, %s, line %u", wrong[i].text, ql_status_name(status), err.message ? err.message : "", err.line);
    ql_graph_free(graph);
  }
}

static void a_name_has_no_nul(void **state) {
  (void)state;
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  static const char rule[] = "a.o: a\0b";
  assert_int_equal(ql_graph_read(graph, (ql_str){rule, sizeof rule - 1}, QL_GRAPH_AUTO, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_graph_add(graph, QL_STR("a"), (ql_str){"b\0", 2}, NULL), QL_ERR_ARGUMENT);
  ql_graph_free(graph);
}

/* A number of times a module needs itself costs nothing. */
static void a_module_does_not_need_itself(void **state) {
  (void)state;
  ql_graph *graph = read_graph("{\"edges\":[{\"from\":\"a\",\"times\":1048576,\"to\":\"./a\"}],\"modules\":[\"a\",\"./a\"]}", QL_GRAPH_OWN);
  assert_int_equal(ql_graph_modules(graph), 1);
  assert_int_equal(ql_graph_edges(graph), 0);
  ql_graph_free(graph);
}

static void limits_are_kept(void **state) {
  (void)state;
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  ql_error err = {0};
  char name[32];
  for (size_t i = 0; i < QL_GRAPH_MODULES_MAX; i++) {
    snprintf(name, sizeof name, "m%zu", i);
    assert_int_equal(ql_graph_add(graph, QL_STR("m0"), str(name), NULL), QL_OK);
  }
  assert_int_equal(ql_graph_modules(graph), QL_GRAPH_MODULES_MAX);
  assert_int_equal(ql_graph_add(graph, QL_STR("m0"), QL_STR("one more"), &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_GRAPH_MODULES_MAX");
  while (ql_graph_edges(graph) < QL_GRAPH_EDGES_MAX) assert_int_equal(ql_graph_add(graph, QL_STR("m1"), QL_STR("m2"), NULL), QL_OK);
  assert_int_equal(ql_graph_add(graph, QL_STR("m1"), QL_STR("m2"), &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_GRAPH_EDGES_MAX");
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 3, &value, NULL), QL_OK);
  assert_int_equal(ql_get_int(value, QL_STR("edges"), 0), QL_GRAPH_MODULES_MAX);
  ql_graph_free(graph);
}

/* ---- against plain ways ---- */

#define N 12u

typedef struct plain {
  size_t n;
  bool edge[N][N], reach[N][N]; /* reach: by one or more steps */
} plain;

static uint32_t roll(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33);
}

static ql_graph *random_graph(uint64_t *seed, plain *p) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  ql_buf text = ql_buf_new(ql_arena_alloc(a));
  char piece[64];
  *p = (plain){.n = 1 + roll(seed) % N};
  uint32_t dense = 1 + roll(seed) % 8;
  ql_buf_add(&text, QL_STR("{\"modules\":["));
  for (size_t i = 0; i < p->n; i++) {
    snprintf(piece, sizeof piece, "%s{\"group\":\"g%u\",\"name\":\"%zu\"}", i ? "," : "", roll(seed) % 4, i);
    ql_buf_add(&text, str(piece));
  }
  ql_buf_add(&text, QL_STR("]}"));
  assert_int_equal(ql_graph_read(graph, ql_buf_str(&text), QL_GRAPH_AUTO, NULL), QL_OK);
  ql_buf_free(&text);
  for (size_t i = 0; i < p->n; i++)
    for (size_t j = 0; j < p->n; j++) {
      if (i == j || roll(seed) % (dense + 2) != 0) continue;
      char from[32], to[32];
      snprintf(from, sizeof from, "%zu", i);
      snprintf(to, sizeof to, "%zu", j);
      assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
      p->edge[i][j] = p->reach[i][j] = true;
    }
  for (size_t k = 0; k < p->n; k++)
    for (size_t i = 0; i < p->n; i++)
      for (size_t j = 0; j < p->n; j++) p->reach[i][j] = p->reach[i][j] || (p->reach[i][k] && p->reach[k][j]);
  return graph;
}

static size_t index_of(const ql_value *name) {
  char text[8];
  snprintf(text, sizeof text, "%.*s", (int)name->text.len, name->text.ptr);
  return (size_t)atoi(text);
}

/* The fewest steps from a module back to itself. */
static size_t shortest_round(const plain *p, size_t root) {
  size_t steps[N], queue[N * N + 1], head = 0, tail = 0;
  for (size_t i = 0; i < N; i++) steps[i] = SIZE_MAX;
  for (size_t j = 0; j < p->n; j++)
    if (p->edge[root][j]) {
      steps[j] = 1;
      queue[tail++] = j;
    }
  while (head < tail) {
    size_t at = queue[head++];
    for (size_t j = 0; j < p->n; j++)
      if (p->edge[at][j] && steps[j] == SIZE_MAX) {
        steps[j] = steps[at] + 1;
        queue[tail++] = j;
      }
  }
  return steps[root];
}

static void check_cycles(const plain *p, const ql_value *coupling) {
  bool told[N] = {false};
  size_t before = SIZE_MAX;
  for (const ql_value *cycle = QL_GET(coupling, "cycles")->first; cycle; cycle = cycle->next) {
    const ql_value *modules = QL_GET(cycle, "modules"), *path = QL_GET(cycle, "path");
    size_t size = (size_t)ql_get_int(cycle, QL_STR("size"), 0), first = index_of(modules->first);
    assert_true(size == modules->count && size >= 2 && size <= before);
    before = size;
    for (const ql_value *one = modules->first; one; one = one->next) {
      assert_false(told[index_of(one)]);
      told[index_of(one)] = true;
      for (const ql_value *other = modules->first; other; other = other->next)
        assert_true(one == other || p->reach[index_of(one)][index_of(other)]);
    }
    assert_true(index_of(path->first) == first && index_of(path->last) == first);
    assert_int_equal(path->count - 1, shortest_round(p, first));
    for (const ql_value *step = path->first; step->next; step = step->next) assert_true(p->edge[index_of(step)][index_of(step->next)]);
  }
  for (size_t i = 0; i < p->n; i++) assert_int_equal(told[i], p->reach[i][i]); /* no cycle is left out */
}

static void cycles_are_those_of_a_plain_search(void **state) {
  uint64_t seed = 17;
  (void)state;
  for (size_t round = 0; round < 400; round++) {
    plain p;
    ql_graph *graph = random_graph(&seed, &p);
    ql_value *coupling = NULL;
    assert_int_equal(ql_graph_coupling(graph, a, 0, &coupling, NULL), QL_OK);
    check_cycles(&p, coupling);
    size_t edges = 0, knotted = 0;
    for (size_t i = 0; i < p.n; i++) knotted += p.reach[i][i];
    for (const ql_value *m = QL_GET(coupling, "coupling")->first; m; m = m->next) {
      size_t at = index_of(QL_GET(m, "module")), in = 0, out = 0;
      for (size_t k = 0; k < p.n; k++) {
        in += p.edge[k][at];
        out += p.edge[at][k];
      }
      edges += out;
      assert_int_equal(ql_get_int(m, QL_STR("in"), -1), in);
      assert_int_equal(ql_get_int(m, QL_STR("out"), -1), out);
      assert_int_equal(ql_get_int(m, QL_STR("instability"), -1), out * 100 / (in + out));
      assert_int_equal(ql_get_bool(m, QL_STR("cycle")), p.reach[at][at]);
    }
    assert_int_equal(ql_get_int(coupling, QL_STR("edges"), -1), edges);
    assert_true(ql_get_int(coupling, QL_STR("score"), -1) >= (int64_t)(knotted * 4000 / p.n));
    assert_true(ql_get_int(coupling, QL_STR("score"), -1) <= 10000);
    ql_graph_free(graph);
    ql_arena_reset(a);
  }
}

/* part: of each module. Every step has the fewest dependencies with what is still there. */
static void check_order(const plain *p, const size_t *part, size_t parts, const ql_value *steps, const size_t *taken) {
  bool gone[N] = {false};
  size_t s = 0;
  assert_int_equal(steps->count, parts);
  for (const ql_value *step = steps->first; step; step = step->next, s++) {
    size_t left[N] = {0}, least = SIZE_MAX, in = 0, out = 0;
    for (size_t i = 0; i < p->n; i++)
      for (size_t j = 0; j < p->n; j++) {
        if (!p->edge[i][j] || part[i] == part[j]) continue;
        out += part[i] == taken[s];
        in += part[j] == taken[s];
        if (gone[part[i]] || gone[part[j]]) continue;
        left[part[i]]++;
        left[part[j]]++;
      }
    for (size_t k = 0; k < N; k++) {
      bool there = false;
      for (size_t i = 0; i < p->n; i++) there = there || (part[i] == k && !gone[k]);
      if (there && left[k] < least) least = left[k];
    }
    assert_false(gone[taken[s]]);
    assert_int_equal(ql_get_int(step, QL_STR("left"), -1), left[taken[s]]);
    assert_int_equal(left[taken[s]], least);
    assert_int_equal(ql_get_int(step, QL_STR("in"), -1), in);
    assert_int_equal(ql_get_int(step, QL_STR("out"), -1), out);
    gone[taken[s]] = true;
  }
}

static void what_is_taken_out_is_least_coupled(void **state) {
  uint64_t seed = 4711;
  (void)state;
  for (size_t round = 0; round < 400; round++) {
    plain p;
    ql_graph *graph = random_graph(&seed, &p);
    ql_value *coupling = NULL, *whole = NULL;
    assert_int_equal(ql_graph_coupling(graph, a, 0, &coupling, NULL), QL_OK);
    assert_int_equal(ql_graph_value(graph, a, &whole, NULL), QL_OK);
    size_t part[N], taken[N], parts = 0, s = 0;
    for (size_t i = 0; i < p.n; i++) { /* a cycle is one part, named after its first module */
      part[i] = i;
      for (size_t j = i; j-- > 0;)
        if (p.reach[i][j] && p.reach[j][i]) part[i] = j;
      part[i] = part[part[i]];
      parts += part[i] == i;
    }
    for (const ql_value *step = QL_GET(coupling, "order")->first; step; step = step->next)
      taken[s++] = part[index_of(QL_GET(step, "modules")->first)];
    check_order(&p, part, parts, QL_GET(coupling, "order"), taken);
    size_t i = 0;
    bool known[N] = {false};
    parts = s = 0;
    for (const ql_value *m = QL_GET(whole, "modules")->first; m; m = m->next, i++) {
      part[i] = (size_t)(ql_get_str(m, QL_STR("group")).ptr[1] - '0');
      parts += !known[part[i]];
      known[part[i]] = true;
    }
    for (const ql_value *step = QL_GET(coupling, "services")->first; step; step = step->next)
      taken[s++] = (size_t)(ql_get_str(step, QL_STR("group")).ptr[1] - '0');
    check_order(&p, part, parts, QL_GET(coupling, "services"), taken);
    ql_graph_free(graph);
    ql_arena_reset(a);
  }
}

/* ---- the matrix, pairs, interfaces ---- */

static void the_matrix_has_levels(void **state) {
  (void)state;
  /* web needs db nine times, pay six times and log thrice: all, two thirds and one third of the most. */
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  static const struct {
    const char *to;
    int times;
  } needs[] = {{"db", 9}, {"pay", 6}, {"log", 3}, {"mail", 7}};
  for (size_t i = 0; i < QL_COUNT(needs); i++)
    for (int k = 0; k < needs[i].times; k++) {
      char from[16], to[16];
      snprintf(from, sizeof from, "web/%d", k);
      snprintf(to, sizeof to, "%s/x", needs[i].to);
      assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
      assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK); /* twice is no second dependency */
    }
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  assert_str_is(ql_value_text(a, QL_GET(value, "groups")), "[\"db\",\"log\",\"mail\",\"pay\",\"web\"]");
  assert_str_is(ql_value_text(a, QL_GET(value, "matrix")->last), "[9,3,7,6,0]");
  assert_str_is(ql_value_text(a, QL_GET(value, "levels")->last), "[\"high\",\"low\",\"high\",\"medium\",\"none\"]");
  assert_str_is(ql_value_text(a, QL_GET(value, "matrix")->first), "[0,0,0,0,0]");
  ql_graph_free(graph);
}

static void only_the_most_coupled_groups_are_in_the_matrix(void **state) {
  (void)state;
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  for (int i = 0; i < 40; i++)
    for (int k = 0; k <= i; k++) {
      char from[16], to[16];
      snprintf(from, sizeof from, "g%02d/%d", i, k);
      snprintf(to, sizeof to, "g%02d/0", (i + 1) % 40);
      assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
    }
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 5, &value, NULL), QL_OK);
  assert_int_equal(QL_GET(value, "groups")->count, 32);
  assert_int_equal(QL_GET(value, "matrix")->count, 32);
  assert_int_equal(QL_GET(value, "coupling")->count, 5);
  assert_int_equal(QL_GET(value, "order")->count, 5);
  assert_str_is(QL_GET(value, "groups")->last->text, "g39");
  ql_graph_free(graph);
}

static void close_pairs_and_wide_use_are_told(void **state) {
  (void)state;
  ql_graph *graph = read_graph("{\"edges\":[[\"a/x\",\"b/y\"],[\"b/y\",\"a/x\"],{\"from\":\"c/p\",\"times\":3,\"to\":\"d/q\"},"
                               "[\"d/q\",\"c/p\"],[\"a/x\",\"e/core\"],[\"b/y\",\"e/core\"],[\"c/p\",\"e/core\"],[\"e/own\",\"e/core\"]],"
                               "\"modules\":[{\"debt\":2,\"name\":\"a/x\"},{\"debt\":7,\"name\":\"b/y\",\"serious\":1},\"e/core\"]}",
                               QL_GRAPH_AUTO);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  assert_str_is(ql_value_text(a, QL_GET(value, "tight")), "[{\"back\":1,\"from\":\"c/p\",\"there\":3,\"to\":\"d/q\"},"
                                                          "{\"back\":1,\"from\":\"a/x\",\"there\":1,\"to\":\"b/y\"}]");
  assert_str_is(ql_value_text(a, QL_GET(value, "interfaces")), "[{\"groups\":3,\"module\":\"e/core\",\"users\":4}]");
  assert_str_is(ql_value_text(a, QL_GET(value, "debt")),
                "[{\"items\":7,\"module\":\"b/y\",\"serious\":1},{\"items\":2,\"module\":\"a/x\"}]");
  ql_value *first = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 1, &first, NULL), QL_OK); /* the weightiest first, however few */
  assert_str_is(ql_value_text(a, QL_GET(first, "tight")), "[{\"back\":1,\"from\":\"c/p\",\"there\":3,\"to\":\"d/q\"}]");
  ql_graph_free(graph);
}

/* 6 modules, all 4 in cycles of two, 8 dependencies of which 7 go between groups: 4 x 4/6 + 4 x 8/48 + 2 x 7/8 = 5.083. */
static void the_score_is_that_of_the_formula(void **state) {
  (void)state;
  ql_graph *graph = read_graph("{\"edges\":[[\"a/x\",\"b/y\"],[\"b/y\",\"a/x\"],[\"c/p\",\"d/q\"],[\"d/q\",\"c/p\"],[\"a/x\",\"e/core\"],"
                               "[\"b/y\",\"e/core\"],[\"c/p\",\"e/core\"],[\"e/own\",\"e/core\"]],\"modules\":[]}",
                               QL_GRAPH_AUTO);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  assert_int_equal(ql_get_int(value, QL_STR("score"), 0), 2666 + 666 + 1750);
  ql_graph_free(graph);
}

/* What was asked once is asked again after more was added: the answer is that of all, and memory does not pile up. */
static void a_graph_goes_on_growing(void **state) {
  (void)state;
  size_t live = 0;
  ql_graph *graph = ql_graph_new(counting_alloc(&live));
  assert_int_equal(ql_graph_add(graph, QL_STR("a"), QL_STR("b"), NULL), QL_OK);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  assert_int_equal(QL_GET(value, "cycles")->count, 0);
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(ql_graph_add(graph, QL_STR("b"), QL_STR("a"), NULL), QL_OK);
    assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
    assert_int_equal(QL_GET(value, "cycles")->count, 1);
  }
  assert_true(live < 24);
  ql_graph_free(graph);
  assert_int_equal(live, 0);
}

/* ---- memory ---- */

static ql_status read_and_ask(ql_arena *arena, const void *ctx) {
  ql_graph *graph = ql_graph_new(ql_arena_alloc(arena));
  if (!graph) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_status status = ql_graph_read(graph, str(ctx), QL_GRAPH_AUTO, NULL);
  if (status == QL_OK) status = ql_graph_coupling(graph, arena, 0, &value, NULL);
  if (status == QL_OK) status = ql_graph_value(graph, arena, &value, NULL);
  if (status == QL_OK) status = ql_graph_breaks(graph, arena, (ql_str[]){QL_STR("b")}, 1, &value, NULL);
  ql_graph_free(graph);
  return status;
}

static void memory_may_run_out_anywhere(void **state) {
  ql_buf own = ql_buf_new(ql_arena_alloc(a)), rules = ql_buf_new(ql_arena_alloc(a));
  char piece[64];
  (void)state;
  ql_buf_add(&own, QL_STR("{\"modules\":[{\"debt\":1,\"group\":\"g\",\"name\":\"a\"}],\"edges\":[[\"b\",\"a\"]"));
  for (int i = 0; i < 400; i++) { /* more than one block of an arena holds */
    snprintf(piece, sizeof piece, ",[\"%d\",\"b\"],[\"b\",\"%d\"]", i, i % 20);
    ql_buf_add(&own, str(piece));
    snprintf(piece, sizeof piece, "%d.o: %d.c \\\n b\nb.o: b\n", i, i);
    ql_buf_add(&rules, str(piece));
  }
  ql_buf_add(&own, QL_STR("]}"));
  ql_buf_byte(&own, 0);
  ql_buf_byte(&rules, 0);
  assert_true(try_every_allocation(read_and_ask, own.ptr) > 20);
  assert_true(try_every_allocation(read_and_ask, rules.ptr) > 20);
  ql_buf_free(&own);
  ql_buf_free(&rules);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_is_read),
      cmocka_unit_test(what_is_no_graph_is_refused),
      cmocka_unit_test(a_name_has_no_nul),
      cmocka_unit_test(a_module_does_not_need_itself),
      cmocka_unit_test(limits_are_kept),
      cmocka_unit_test(cycles_are_those_of_a_plain_search),
      cmocka_unit_test(what_is_taken_out_is_least_coupled),
      cmocka_unit_test(the_matrix_has_levels),
      cmocka_unit_test(only_the_most_coupled_groups_are_in_the_matrix),
      cmocka_unit_test(close_pairs_and_wide_use_are_told),
      cmocka_unit_test(the_score_is_that_of_the_formula),
      cmocka_unit_test(a_graph_goes_on_growing),
      cmocka_unit_test(memory_may_run_out_anywhere),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
