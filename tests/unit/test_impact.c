/* What a change breaks, against a plain search; health over time; and rows S17, S18, S19, S24 on the seed files. */
#include "support.h"

#include <dirent.h>

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

static ql_graph *read_graph(ql_str text) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  ql_error err = {0};
  if (ql_graph_read(graph, text, QL_GRAPH_AUTO, &err) != QL_OK) fail_msg("%s (%s)", err.message, err.detail);
  return graph;
}

static const ql_value *breaks(ql_graph *graph, const char *module) {
  ql_value *value = NULL;
  assert_int_equal(ql_graph_breaks(graph, a, (ql_str[]){str(module)}, 1, &value, NULL), QL_OK);
  return value;
}

#define assert_list(value, name, expected) assert_str_is(ql_value_text(a, QL_GET(value, name)), expected)

/* ---- breaks ---- */

/* page and list need store, store needs db; a test stands beside list; job needs page. */
#define SHOP                                                                                                                                  \
  "{\"edges\":[[\"web/page\",\"core/store\"],[\"web/list\",\"core/store\"],[\"core/store\",\"core/db\"],[\"test/list.test.c\",\"web/list\"]," \
  "[\"job/night\",\"web/page\"]],\"modules\":[]}"

static void a_change_is_felt_by_all_that_need_it(void **state) {
  (void)state;
  ql_graph *graph = read_graph(str(SHOP));
  const ql_value *b = breaks(graph, "core/store"), *risk = QL_GET(b, "risk");
  assert_list(b, "changed", "[\"core/store\"]");
  assert_list(b, "direct", "[\"web/page\",\"web/list\"]");
  assert_list(b, "cascade", "[{\"distance\":2,\"module\":\"job/night\",\"through\":\"web/page\"}]");
  assert_list(b, "tests", "[\"test/list.test.c\"]");
  assert_list(b, "uncovered", "[\"web/page\",\"job/night\"]");
  assert_int_equal(ql_get_int(b, QL_STR("coverage"), -1), 33);
  assert_int_equal(ql_get_int(risk, QL_STR("reach"), -1), 4 * 4000 / 5);
  assert_int_equal(ql_get_int(risk, QL_STR("gap"), -1), 2 * 3000 / 3);
  assert_int_equal(ql_get_int(risk, QL_STR("direct"), -1), 2 * 2000 / 10);
  assert_int_equal(ql_get_int(risk, QL_STR("cycle"), -1), 0);
  assert_int_equal(ql_get_int(risk, QL_STR("score"), -1), (3200 + 2000 + 400 + 50) / 100);
  b = breaks(graph, "core"); /* a group stands for all in it */
  assert_list(b, "changed", "[\"core/store\",\"core/db\"]");
  assert_list(b, "direct", "[\"web/page\",\"web/list\"]");
  b = breaks(graph, "job/night");
  assert_list(b, "direct", "[]");
  assert_int_equal(ql_get_int(b, QL_STR("coverage"), -1), 100);
  assert_int_equal(ql_get_int(QL_GET(b, "risk"), QL_STR("score"), -1), 0);
  ql_graph_free(graph);
}

static void the_risk_has_its_bounds(void **state) {
  (void)state;
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  char name[16];
  for (int i = 0; i < 12; i++) {
    snprintf(name, sizeof name, "m%d", i);
    assert_int_equal(ql_graph_add(graph, str(name), QL_STR("hub"), NULL), QL_OK);
  }
  assert_int_equal(ql_graph_add(graph, QL_STR("hub"), QL_STR("m3"), NULL), QL_OK);
  const ql_value *b = breaks(graph, "hub"); /* all is reached, no test anywhere, ten and more feel it, it is in a cycle */
  assert_int_equal(ql_get_int(QL_GET(b, "risk"), QL_STR("score"), -1), 100);
  assert_null(QL_GET(b, "coverage"));
  ql_graph_free(graph);
}

static void who_changes_must_be_known(void **state) {
  (void)state;
  ql_graph *graph = read_graph(str(SHOP)), *empty = ql_graph_new(ql_alloc_libc());
  ql_value *value = NULL;
  ql_error err = {0};
  assert_int_equal(ql_graph_breaks(graph, a, (ql_str[]){QL_STR("web"), QL_STR("wbe")}, 2, &value, &err), QL_ERR_NOT_FOUND);
  assert_string_equal(err.detail, "wbe");
  assert_int_equal(ql_graph_breaks(graph, a, NULL, 0, &value, &err), QL_ERR_ARGUMENT);
  assert_int_equal(ql_graph_breaks(empty, a, (ql_str[]){QL_STR("x")}, 1, &value, &err), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_graph_coupling(empty, a, 0, &value, &err), QL_OK);
  assert_list(value, "order", "[]");
  ql_graph_free(graph);
  ql_graph_free(empty);
}

#define N 16u

static uint32_t roll(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33);
}

static size_t index_of(ql_str name) { return (size_t)atoi(ql_arena_str(a, name).ptr + 1); }

/* Distances by going over all edges again and again; who is a test and what is covered by looking at each pair. */
static void breaks_are_those_of_brute_force(void **state) {
  uint64_t seed = 99;
  (void)state;
  for (size_t round = 0; round < 500; round++) {
    size_t n = 2 + roll(&seed) % (N - 1), distance[N], root = roll(&seed) % n;
    bool edge[N][N] = {{false}}, test[N];
    ql_graph *graph = ql_graph_new(ql_alloc_libc());
    ql_buf text = ql_buf_new(ql_arena_alloc(a));
    char piece[96];
    ql_buf_add(&text, QL_STR("{\"edges\":["));
    const char *comma = "";
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) {
        if (i == j || roll(&seed) % 5 != 0) continue;
        edge[i][j] = true;
        snprintf(piece, sizeof piece, "%s[\"m%zu\",\"m%zu\"]", comma, i, j);
        ql_buf_add(&text, str(piece));
        comma = ",";
      }
    ql_buf_add(&text, QL_STR("],\"modules\":["));
    for (size_t i = 0; i < n; i++) {
      test[i] = roll(&seed) % 4 == 0;
      snprintf(piece, sizeof piece, "%s{\"name\":\"m%zu\",\"test\":%s}", i ? "," : "", i, test[i] ? "true" : "false");
      ql_buf_add(&text, str(piece));
    }
    ql_buf_add(&text, QL_STR("]}"));
    assert_int_equal(ql_graph_read(graph, ql_buf_str(&text), QL_GRAPH_AUTO, NULL), QL_OK);
    ql_buf_free(&text);
    for (size_t i = 0; i < n; i++) distance[i] = i == root ? 0 : 1000;
    for (size_t k = 0; k < n; k++)
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          if (edge[i][j] && distance[j] + 1 < distance[i]) distance[i] = distance[j] + 1;
    snprintf(piece, sizeof piece, "m%zu", root);
    const ql_value *b = breaks(graph, piece);
    size_t direct = 0, cascade = 0, tests = 0, bare = 0;
    for (size_t i = 0; i < n; i++) {
      if (distance[i] == 0 || distance[i] == 1000) continue;
      tests += test[i];
      if (test[i]) continue;
      direct += distance[i] == 1;
      cascade += distance[i] > 1;
      bool covered = false;
      for (size_t k = 0; k < n; k++) covered = covered || (test[k] && edge[k][i]);
      bare += !covered;
    }
    assert_int_equal(QL_GET(b, "direct")->count, direct);
    assert_int_equal(QL_GET(b, "tests")->count, tests);
    assert_int_equal(QL_GET(b, "cascade")->count, cascade);
    assert_int_equal(QL_GET(b, "uncovered")->count, bare);
    for (const ql_value *m = QL_GET(b, "direct")->first; m; m = m->next) assert_int_equal(distance[index_of(m->text)], 1);
    for (const ql_value *m = QL_GET(b, "cascade")->first; m; m = m->next) {
      size_t at = index_of(ql_get_str(m, QL_STR("module"))), through = index_of(ql_get_str(m, QL_STR("through")));
      assert_int_equal(ql_get_int(m, QL_STR("distance"), 0), distance[at]);
      assert_true(edge[at][through] && distance[through] + 1 == distance[at]);
    }
    int64_t score = ql_get_int(QL_GET(b, "risk"), QL_STR("score"), -1);
    assert_true(score >= 0 && score <= 100);
    ql_graph_free(graph);
    ql_arena_reset(a);
  }
}

/* ---- health ---- */

static ql_status health_of(const char *text, ql_value **out, ql_error *err) {
  ql_value *list = NULL;
  assert_int_equal(ql_json_read(a, str(text), &list, NULL), QL_OK);
  return ql_health(a, list, out, err);
}

static void measures_are_told_over_time(void **state) {
  ql_value *value = NULL;
  (void)state;
  assert_int_equal(health_of("[{\"at\":20,\"bottlenecks\":[\"slow\"],\"coupling\":3200,\"coverage\":84000},{\"at\":10,\"coupling\":4100},"
                             "{\"at\":20,\"coupling\":3000}]",
                             &value, NULL),
                   QL_OK);
  assert_list(value, "measures",
              "[{\"better\":\"less\",\"change\":-200,\"latest\":3000,\"name\":\"coupling\",\"points\":[{\"at\":10,\"value\":4100},"
              "{\"at\":20,\"value\":3200},{\"at\":20,\"value\":3000}],\"unit\":\"/10\"},{\"better\":\"more\",\"latest\":84000,"
              "\"name\":\"coverage\",\"points\":[{\"at\":20,\"value\":84000}],\"unit\":\"%\"}]");
  assert_list(value, "missing", "[\"duplication\",\"performance\",\"security\"]");
  assert_list(value, "bottlenecks", "[]"); /* the last one names none */
}

static void debt_that_is_paid_off_is_gone(void **state) {
  ql_value *value = NULL;
  (void)state;
  assert_int_equal(
      health_of("[{\"at\":1,\"debt\":[{\"items\":5,\"module\":\"pay\",\"serious\":2},{\"items\":2,\"module\":\"api\"}]},{\"at\":2},"
                "{\"at\":3,\"debt\":[{\"items\":3,\"module\":\"api\"},{\"items\":1,\"module\":\"api\",\"serious\":1},"
                "{\"items\":1,\"module\":\"new\"}]},{\"at\":4,\"debt\":[{\"items\":6,\"module\":\"api\"}]}]",
                &value, NULL),
      QL_OK);
  assert_list(value, "debt",
              "[{\"change\":2,\"latest\":6,\"module\":\"api\",\"points\":[{\"at\":1,\"value\":2},{\"at\":3,\"value\":4},"
              "{\"at\":4,\"value\":6}]},{\"change\":-1,\"latest\":0,\"module\":\"new\",\"points\":[{\"at\":3,\"value\":1},"
              "{\"at\":4,\"value\":0}]},{\"change\":-5,\"latest\":0,\"module\":\"pay\",\"points\":[{\"at\":1,\"value\":5},"
              "{\"at\":3,\"value\":0}]}]");
}

static void what_is_no_snapshot_is_refused(void **state) {
  static const struct {
    const char *text, *detail;
  } wrong[] = {
      {"{}", ""},
      {"[1]", "at"},
      {"[{\"coupling\":1}]", "at"},
      {"[{\"at\":1,\"coupling\":3.2}]", "coupling"},
      {"[{\"at\":1,\"security\":-1}]", "security"},
      {"[{\"at\":1,\"bottlenecks\":\"x\"}]", "bottlenecks"},
      {"[{\"at\":1,\"bottlenecks\":[1]}]", "bottlenecks"},
      {"[{\"at\":1,\"debt\":{}}]", "debt"},
      {"[{\"at\":1,\"debt\":[{\"items\":1}]}]", "debt"},
      {"[{\"at\":1,\"debt\":[{\"items\":-1,\"module\":\"a\"}]}]", "debt"},
      {"[{\"at\":1,\"debt\":[{\"items\":1,\"module\":\"a\",\"serious\":-1}]}]", "debt"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(wrong); i++) {
    ql_value *value = NULL;
    ql_error err = {0};
    assert_int_equal(health_of(wrong[i].text, &value, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.detail, wrong[i].detail);
    assert_null(value);
  }
}

static ql_status read_and_ask(ql_arena *arena, const void *ctx) {
  ql_value *list = NULL, *value = NULL;
  ql_status status = ql_json_read(arena, str(ctx), &list, NULL);
  return status == QL_OK ? ql_health(arena, list, &value, NULL) : status;
}

static void memory_may_run_out_anywhere(void **state) {
  ql_buf text = ql_buf_new(ql_arena_alloc(a));
  char piece[128];
  (void)state;
  ql_buf_byte(&text, '[');
  for (int i = 0; i < 100; i++) { /* more than one block of an arena holds */
    snprintf(piece, sizeof piece, "{\"at\":%d,\"bottlenecks\":[\"x\"],\"coupling\":1,\"debt\":[{\"items\":1,\"module\":\"m%d\"}]},", i, i);
    ql_buf_add(&text, str(piece));
  }
  ql_buf_add(&text, QL_STR("{\"at\":1}]"));
  ql_buf_byte(&text, 0);
  assert_true(try_every_allocation(read_and_ask, text.ptr) > 5);
  ql_buf_free(&text);
}

/* ---- written ---- */

static ql_status write_both(ql_arena *arena, const void *ctx) {
  ql_value *value = NULL;
  ql_str text = QL_ABSENT;
  ql_status status = ql_json_read(arena, str(ctx), &value, NULL);
  if (status == QL_OK) status = ql_impact_write(arena, value, false, &text, NULL);
  if (status == QL_OK) status = ql_impact_write(arena, value, true, &text, NULL);
  return status;
}

static void what_is_written_needs_memory_alone(void **state) {
  static const char *const odd[] = {
      "{\"matrix\":1}", "{\"matrix\":[1,[{}]],\"levels\":[[],[3]],\"groups\":[1,2,\"a\"],\"cycles\":[1,{\"path\":[1]}]}",
      "{\"risk\":[],\"changed\":{\"a\":1},\"direct\":5}", "{\"measures\":[1,{}],\"debt\":[null],\"missing\":\"x\"}"};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(odd); i++) assert_int_equal(write_both(a, odd[i]), QL_OK); /* whatever stands in it */
  assert_int_equal(write_both(a, "{}"), QL_ERR_SYNTAX);
  assert_int_equal(write_both(a, "[]"), QL_ERR_SYNTAX);
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  char from[32], to[32];
  for (int i = 0; i < 300; i++) { /* more than one block of an arena holds */
    snprintf(from, sizeof from, "g%d/a|%d", i % 9, i);
    snprintf(to, sizeof to, "g%d/a|%d", i * 7 % 9, i * 13 % 300);
    assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
  }
  ql_value *value = NULL;
  ql_str text;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  assert_int_equal(ql_impact_write(a, value, true, &text, NULL), QL_OK);
  assert_true(ql_find(text, QL_STR("a\\|7"), 0) != SIZE_MAX); /* a name does not end a cell */
  assert_true(try_every_allocation(write_both, ql_arena_str(a, ql_value_text(a, value)).ptr) > 20);
  assert_true(try_every_allocation(write_both, ql_arena_str(a, ql_value_text(a, breaks(graph, "g0/a|0"))).ptr) > 5);
  ql_graph_free(graph);
}

/* ---- the seed files ---- */

/* The text of the first seed; skips where there is none. */
static ql_str seed_text(void) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  char path[1024] = "";
  for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, "000_", 4) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  if (folder) closedir(folder);
  size_t len = 0;
  char *text = read_file(path, &len);
  if (!text) {
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  ql_str copy = ql_arena_str(a, (ql_str){text, len});
  free(text);
  return copy;
}

/* What stands below a line, until the next empty one. */
static ql_str block(ql_str text, const char *title) {
  size_t at = ql_find(text, str(title), 0);
  assert_true(at != SIZE_MAX);
  size_t end = ql_find(text, QL_STR("\n\n"), at);
  return ql_slice(text, at, end == SIZE_MAX ? text.len : end);
}

static ql_str word_at(ql_str text, size_t *at) {
  while (*at < text.len && strchr(" \n", text.ptr[*at])) ++*at;
  size_t start = *at;
  while (*at < text.len && !strchr(" \n", text.ptr[*at])) ++*at;
  return ql_slice(text, start, *at);
}

#define SERVICES 4u

typedef struct seed_matrix {
  ql_str names[SERVICES], words[SERVICES][SERVICES];
} seed_matrix;

/* "api: - HIGH MED LOW", a line for each service. */
static seed_matrix read_matrix(ql_str text) {
  seed_matrix m;
  ql_str lines = block(text, "module_coupling_matrix:");
  size_t at = ql_find(lines, QL_STR("#"), 0);
  assert_true(at != SIZE_MAX);
  at = ql_line_end(lines, at);
  for (size_t r = 0; r < SERVICES; r++) {
    ql_str name = word_at(lines, &at);
    m.names[r] = ql_slice(name, 0, name.len - 1);
    for (size_t c = 0; c < SERVICES; c++) m.words[r][c] = word_at(lines, &at);
  }
  return m;
}

/* HIGH as three dependencies, MED as two, LOW as one. */
static ql_graph *graph_of(const seed_matrix *m) {
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  for (size_t r = 0; r < SERVICES; r++)
    for (size_t c = 0; c < SERVICES; c++) {
      int times = ql_eq(m->words[r][c], QL_STR("HIGH"))  ? 3
                  : ql_eq(m->words[r][c], QL_STR("MED")) ? 2
                                                         : !ql_eq(m->words[r][c], QL_STR("-"));
      for (int k = 0; k < times; k++) {
        char from[64], to[64];
        snprintf(from, sizeof from, "%.*s/%d", (int)m->names[r].len, m->names[r].ptr, k);
        snprintf(to, sizeof to, "%.*s/entry", (int)m->names[c].len, m->names[c].ptr);
        assert_int_equal(ql_graph_add(graph, str(from), str(to), NULL), QL_OK);
      }
    }
  return graph;
}

static size_t place_in(const ql_value *list, ql_str name) {
  size_t at = 0;
  for (const ql_value *item = list->first; item; item = item->next, at++)
    if (ql_eq(item->text, name)) return at;
  fail_msg("%.*s is missing", (int)name.len, name.ptr);
  return SIZE_MAX;
}

static const ql_value *item_at(const ql_value *list, size_t at) {
  const ql_value *item = list->first;
  while (at-- > 0) item = item->next;
  return item;
}

static void S17_the_matrix_of_the_seed_is_told_with_its_levels(void **state) {
  (void)state;
  seed_matrix m = read_matrix(seed_text());
  ql_graph *graph = graph_of(&m);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  for (size_t r = 0; r < SERVICES; r++)
    for (size_t c = 0; c < SERVICES; c++) {
      const ql_value *row = item_at(QL_GET(value, "levels"), place_in(QL_GET(value, "groups"), m.names[r]));
      ql_str level = item_at(row, place_in(QL_GET(value, "groups"), m.names[c]))->text, word = m.words[r][c];
      assert_str_is(level, ql_eq(word, QL_STR("HIGH"))  ? "high"
                           : ql_eq(word, QL_STR("MED")) ? "medium"
                           : ql_eq(word, QL_STR("LOW")) ? "low"
                                                        : "none");
    }
  ql_graph_free(graph);
  /* The seed's ways to say it: modules, dependencies, circular ones, a metric. */
  static const char *const asked[] = {"modules", "edges", "cycles", "score"};
  for (size_t i = 0; i < QL_COUNT(asked); i++) assert_non_null(ql_get(value, str(asked[i])));
}

static void S18_what_breaks_if_a_service_of_the_seed_changes(void **state) {
  (void)state;
  ql_str text = seed_text(), asked = block(text, "whatBreaksIf(");
  seed_matrix m = read_matrix(text);
  static const struct {
    const char *asked, *answered;
  } members[] = {{"direct_impact", "direct"}, {"cascade_effects", "cascade"}, {"test_coverage", "tests"}, {"risk_score", "risk"}};
  ql_graph *graph = graph_of(&m);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_breaks(graph, a, &m.names[0], 1, &value, NULL), QL_OK);
  for (size_t i = 0; i < QL_COUNT(members); i++) {
    assert_true(ql_find(asked, str(members[i].asked), 0) != SIZE_MAX);
    assert_non_null(ql_get(value, str(members[i].answered)));
  }
  size_t users = 0; /* whoever needs the first service feels it at once */
  for (size_t r = 1; r < SERVICES; r++)
    users += ql_eq(m.words[r][0], QL_STR("HIGH")) ? 3 : ql_eq(m.words[r][0], QL_STR("MED")) ? 2 : !ql_eq(m.words[r][0], QL_STR("-"));
  assert_int_equal(QL_GET(value, "direct")->count, users);
  ql_graph_free(graph);
}

static void S19_the_services_of_the_seed_are_taken_out_least_coupled_first(void **state) {
  (void)state;
  ql_str text = seed_text(), asked = block(text, "suggestDecoupling(");
  assert_true(ql_find(text, QL_STR("least coupled first"), 0) != SIZE_MAX);
  assert_true(ql_find(asked, QL_STR("tight_couples"), 0) != SIZE_MAX && ql_find(asked, QL_STR("interface_suggestions"), 0) != SIZE_MAX);
  seed_matrix m = read_matrix(text);
  ql_graph *graph = graph_of(&m);
  ql_value *value = NULL;
  assert_int_equal(ql_graph_coupling(graph, a, 0, &value, NULL), QL_OK);
  const ql_value *services = QL_GET(value, "services");
  assert_int_equal(services->count, SERVICES);
  int64_t all[SERVICES], least = INT64_MAX;
  for (size_t i = 0; i < SERVICES; i++) {
    const ql_value *step = item_at(services, i);
    all[i] = ql_get_int(step, QL_STR("in"), 0) + ql_get_int(step, QL_STR("out"), 0);
    if (all[i] < least) least = all[i];
  }
  assert_int_equal(all[0], least);
  assert_int_equal(ql_get_int(item_at(services, 0), QL_STR("left"), -1), least);
  assert_int_equal(ql_get_int(item_at(services, SERVICES - 1), QL_STR("left"), -1), 0);
  assert_int_equal(QL_GET(value, "interfaces")->count, SERVICES); /* each is used by the three others */
  assert_true(QL_GET(value, "tight")->count == 0 || QL_GET(value, "order")->count > 0);
  ql_graph_free(graph);
}

/* "3.2/10" and "84%" in thousandths. */
static int64_t thousandths(ql_str lines, const char *name) {
  size_t at = ql_find(lines, str(name), 0);
  assert_true(at != SIZE_MAX);
  const char *number = lines.ptr + at + strlen(name) + 1;
  char *end = NULL;
  long whole = strtol(number, &end, 10);
  return whole * 1000 + (*end == '.' ? (end[1] - '0') * 100 : 0);
}

static void S24_the_health_of_the_seed_is_told_over_time(void **state) {
  (void)state;
  ql_str text = seed_text(), health = block(text, "backend_health:"), debt = block(text, "technical_debt:");
  static const struct {
    const char *asked, *name;
  } measures[] = {{"coupling_score", "coupling"},
                  {"duplication_index", "duplication"},
                  {"test_coverage", "coverage"},
                  {"performance_score", "performance"},
                  {"security_score", "security"}};
  ql_value *list = ql_array(a), *before = ql_push(list, ql_object(a)), *now = ql_push(list, ql_object(a)), *items = ql_array(a),
           *value = NULL;
  QL_SET(before, "at", ql_int(a, 1000));
  QL_SET(now, "at", ql_int(a, 2000));
  for (size_t i = 0; i < QL_COUNT(measures); i++) {
    int64_t number = thousandths(health, measures[i].asked);
    ql_set(now, str(measures[i].name), ql_int(a, number));
    ql_set(before, str(measures[i].name), ql_int(a, number + 500));
  }
  int64_t sum = 0;
  for (size_t at = ql_line_end(debt, ql_find(debt, QL_STR("by_module:"), 0)); at < debt.len;) {
    ql_str name = word_at(debt, &at), number = word_at(debt, &at);
    if (number.len == 0 || !ql_ends(name, QL_STR(":"))) break;
    ql_value *item = ql_push(items, ql_object(a));
    QL_SET(item, "items", ql_int(a, strtol(ql_arena_str(a, number).ptr, NULL, 10)));
    QL_SET(item, "module", ql_string(a, ql_slice(name, 0, name.len - 1)));
    sum += ql_get_int(item, QL_STR("items"), 0);
  }
  QL_SET(now, "debt", items);
  assert_int_equal(sum * 1000, thousandths(debt, "total_items"));
  assert_int_equal(ql_health(a, list, &value, NULL), QL_OK);
  assert_int_equal(QL_GET(value, "measures")->count, QL_COUNT(measures));
  assert_int_equal(QL_GET(value, "missing")->count, 0);
  for (const ql_value *m = QL_GET(value, "measures")->first; m; m = m->next) {
    assert_int_equal(ql_get_int(m, QL_STR("change"), 0), -500);
    assert_int_equal(ql_get_int(m, QL_STR("latest"), 0), ql_get_int(now, ql_get_str(m, QL_STR("name")), -1));
  }
  assert_int_equal(QL_GET(value, "debt")->count, items->count);
  int64_t most = INT64_MAX;
  for (const ql_value *m = QL_GET(value, "debt")->first; m; m = m->next) {
    assert_true(ql_get_int(m, QL_STR("latest"), 0) <= most);
    most = ql_get_int(m, QL_STR("latest"), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_change_is_felt_by_all_that_need_it),
      cmocka_unit_test(the_risk_has_its_bounds),
      cmocka_unit_test(who_changes_must_be_known),
      cmocka_unit_test(breaks_are_those_of_brute_force),
      cmocka_unit_test(measures_are_told_over_time),
      cmocka_unit_test(debt_that_is_paid_off_is_gone),
      cmocka_unit_test(what_is_no_snapshot_is_refused),
      cmocka_unit_test(memory_may_run_out_anywhere),
      cmocka_unit_test(what_is_written_needs_memory_alone),
      cmocka_unit_test(S17_the_matrix_of_the_seed_is_told_with_its_levels),
      cmocka_unit_test(S18_what_breaks_if_a_service_of_the_seed_changes),
      cmocka_unit_test(S19_the_services_of_the_seed_are_taken_out_least_coupled_first),
      cmocka_unit_test(S24_the_health_of_the_seed_is_told_over_time),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
