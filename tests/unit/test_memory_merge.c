/* Two copies of a memory graph that went apart: row S42. */
#include <questline/limits.h>
#include <questline/memory.h>
#include <questline/value.h>

#include "base/text.h"
#include "support.h"

static ql_arena *a;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return 0;
}

static int end(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_memory *graph_of(ql_str lines) {
  ql_memory *m = ql_memory_new(ql_alloc_libc());
  assert_int_equal(ql_memory_read(m, lines, NULL), QL_OK);
  return m;
}

/* The file of what comes of it. */
static ql_str merged(ql_str known, ql_str mine, ql_str theirs) {
  ql_memory *m = graph_of(mine);
  ql_error err = {0};
  if (ql_memory_merge(m, known, theirs, &err) != QL_OK) fail_msg("%s (%s)", err.message, err.detail);
  ql_str lines = ql_memory_write(m, a);
  ql_memory_free(m);
  return lines;
}

/* ---- by example: "name:type=observation,observation; from-type->to" ---- */

static ql_str next(ql_str *rest, char stop) {
  size_t at = ql_find_byte(*rest, stop, 0);
  ql_str part = ql_slice(*rest, 0, at);
  *rest = at == SIZE_MAX ? QL_STR("") : ql_slice(*rest, at + 1, rest->len);
  return ql_trim(part);
}

static void member(ql_buf *buf, const char *before, ql_str text) {
  ql_buf_add(buf, str(before));
  ql_json_string(buf, text);
}

static void add_line(ql_buf *buf, ql_str item) {
  size_t arrow = ql_find(item, QL_STR("->"), 0);
  if (buf->len > 0) ql_buf_byte(buf, '\n');
  if (arrow != SIZE_MAX) {
    ql_str left = ql_slice(item, 0, arrow);
    member(buf, "{\"type\":\"relation\",\"from\":", next(&left, '-'));
    member(buf, ",\"to\":", ql_slice(item, arrow + 2, item.len));
    member(buf, ",\"relationType\":", left);
    ql_buf_byte(buf, '}');
    return;
  }
  ql_str head = next(&item, '=');
  member(buf, "{\"type\":\"entity\",\"name\":", next(&head, ':'));
  member(buf, ",\"entityType\":", head);
  ql_buf_add(buf, QL_STR(",\"observations\":["));
  for (bool first = true; item.len > 0; first = false) member(buf, first ? "" : ",", next(&item, ','));
  ql_buf_add(buf, QL_STR("]}"));
}

static ql_str lines_of(const char *items) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (ql_str rest = str(items); rest.len > 0;) add_line(&buf, next(&rest, ';'));
  return ql_buf_take(&buf, a);
}

static void S42_what_somebody_else_stored_meanwhile(void **state) {
  (void)state;
  static const struct {
    const char *what, *known, *mine, *theirs, *expected;
  } CASES[] = {
      {"nothing", "", "", "", ""},
      {"both add", "a:t=1", "a:t=1,2; b:t", "a:t=1,3; c:t=x", "a:t=1,2,3; b:t; c:t=x"},
      {"both add the same", "", "a:t=1; a-uses->b", "a:t=1; a-uses->b", "a:t=1; a-uses->b"},
      {"they forget an entity", "a:t=1; b:t", "a:t=1; b:t; c:t", "b:t", "b:t; c:t"},
      {"I forget an entity", "a:t=1; b:t", "b:t", "a:t=1; b:t; c:t", "b:t; c:t"},
      {"what is said of it is forgotten too", "a:t=1; b:t", "a:t=1,2; b:t; a-uses->b; b-uses->a", "b:t", "b:t"},
      {"the same the other way", "a:t=1; b:t", "b:t", "a:t=1,2; b:t; a-uses->b; b-uses->a", "b:t"},
      {"an observation is forgotten on either side", "a:t=1,2,3", "a:t=2,3", "a:t=1,2,4", "a:t=2,4"},
      {"a relation is forgotten on either side", "a-x->b; b-x->c", "b-x->c; c-x->d", "a-x->b; e-x->f", "c-x->d; e-x->f"},
      {"relations of names that are no entities stay", "", "a-x->b", "b-x->a", "a-x->b; b-x->a"},
      {"the file was emptied", "a:t=1", "a:t=1; b:t", "", "b:t"},
      {"I know nothing of the file", "", "a:t=1", "a:t=2; b:t", "a:t=1,2; b:t"},
      {"they change a type", "a:t=1", "a:t=1,2", "a:u=1", "a:u=1,2"},
      {"I change a type", "a:t=1", "a:v=1", "a:t=1,3", "a:v=1,3"},
      {"both change a type", "a:t=1", "a:v=1", "a:u=1", "a:v=1"},
      {"forgotten and said anew", "a:t=1", "a:t=9", "a:t=1,2", "a:t=9,2"},
  };
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql_str got = merged(lines_of(CASES[i].known), lines_of(CASES[i].mine), lines_of(CASES[i].theirs));
    ql_str wanted = lines_of(CASES[i].expected);
    if (!ql_eq(got, wanted.ptr ? wanted : QL_STR("")))
      fail_msg("%s:\n%.*s\nexpected\n%.*s", CASES[i].what, (int)got.len, got.ptr, (int)wanted.len, wanted.ptr);
  }
}

/* ---- by chance, beside a rule that is written down plainly ---- */

enum { NAMES = 5, WORDS = 4, KINDS = 2, TYPES = 3 };

typedef struct plain {
  uint8_t type[NAMES]; /* 0: no such entity */
  bool said[NAMES][WORDS], related[NAMES][NAMES][KINDS];
} plain;

static uint64_t seed;

static size_t chance(size_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (size_t)(seed >> 33) % below;
}

static void remove_entity(plain *p, size_t name) {
  p->type[name] = 0;
  memset(p->said[name], 0, sizeof p->said[name]);
  for (size_t other = 0; other < NAMES; other++)
    for (size_t kind = 0; kind < KINDS; kind++) p->related[name][other][kind] = p->related[other][name][kind] = false;
}

static plain changed(plain p) {
  for (size_t n = chance(9); n > 0; n--) {
    size_t name = chance(NAMES);
    switch (chance(5)) {
    case 0: remove_entity(&p, name); break;
    case 1: p.type[name] = (uint8_t)(1 + chance(TYPES)); break;
    case 2:
    case 3:
      if (p.type[name]) p.said[name][chance(WORDS)] = chance(2) == 0;
      break;
    case 4: p.related[name][chance(NAMES)][chance(KINDS)] = chance(3) > 0; break;
    }
  }
  return p;
}

static ql_str file_of(const plain *p) {
  char text[4096];
  size_t at = 0;
  text[0] = 0;
#define ADD(...) (at += (size_t)snprintf(text + at, sizeof text - at, __VA_ARGS__))
  for (size_t i = 0; i < NAMES; i++) {
    if (!p->type[i]) continue;
    ADD("n%zu:t%u=", i, p->type[i]);
    for (size_t k = 0; k < WORDS; k++)
      if (p->said[i][k]) ADD("w%zu,", k);
    ADD(";");
  }
  for (size_t i = 0; i < NAMES; i++)
    for (size_t k = 0; k < NAMES; k++)
      for (size_t kind = 0; kind < KINDS; kind++)
        if (p->related[i][k][kind]) ADD("n%zu-r%zu->n%zu;", i, kind, k);
#undef ADD
  ql_str lines = lines_of(text);
  return lines.ptr ? lines : QL_STR("");
}

static size_t number_of(const ql_value *line, const char *key) { return (size_t)(ql_get_str(line, str(key)).ptr[1] - '0'); }

static plain read_back(ql_str lines) {
  plain p = {0};
  for (ql_str line; ql_next_line(&lines, &line);) {
    ql_value *value = NULL;
    assert_int_equal(ql_json_read(a, line, &value, NULL), QL_OK);
    if (!QL_GET(value, "name")) {
      p.related[number_of(value, "from")][number_of(value, "to")][number_of(value, "relationType")] = true;
      continue;
    }
    size_t name = number_of(value, "name");
    p.type[name] = (uint8_t)number_of(value, "entityType");
    for (const ql_value *word = QL_GET(value, "observations")->first; word; word = word->next)
      p.said[name][(size_t)(word->text.ptr[1] - '0')] = true;
  }
  return p;
}

static bool both_or_gained(bool known, bool mine, bool theirs) { return known ? mine && theirs : mine || theirs; }

static plain plainly(const plain *known, const plain *mine, const plain *theirs) {
  plain p = {0};
  bool forgotten[NAMES];
  for (size_t i = 0; i < NAMES; i++) {
    uint8_t k = known->type[i], m = mine->type[i], t = theirs->type[i];
    forgotten[i] = k && (!m || !t);
    p.type[i] = forgotten[i] ? 0 : !m ? t : !t ? m : k == m ? t : m;
    for (size_t w = 0; w < WORDS; w++)
      p.said[i][w] = !forgotten[i] && both_or_gained(known->said[i][w], mine->said[i][w], theirs->said[i][w]);
  }
  for (size_t i = 0; i < NAMES; i++)
    for (size_t k = 0; k < NAMES; k++)
      for (size_t kind = 0; kind < KINDS; kind++)
        p.related[i][k][kind] = !forgotten[i] && !forgotten[k] &&
                                both_or_gained(known->related[i][k][kind], mine->related[i][k][kind], theirs->related[i][k][kind]);
  return p;
}

static void same(const plain *one, const plain *other, const char *what, size_t round) {
  if (memcmp(one, other, sizeof *one) == 0) return;
  ql_str x = file_of(one), y = file_of(other);
  fail_msg("%s, round %zu:\n%.*s\nexpected\n%.*s", what, round, (int)x.len, x.ptr, (int)y.len, y.ptr);
}

static void merging_is_what_the_plain_rule_says(void **state) {
  (void)state;
  seed = 42;
  for (size_t round = 0; round < 3000; round++) {
    ql_arena_reset(a);
    plain nothing = {0}, known = changed(changed(changed(nothing))), mine = changed(known), theirs = changed(known);
    ql_str k = file_of(&known), m = file_of(&mine), t = file_of(&theirs), got = merged(k, m, t);
    plain wanted = plainly(&known, &mine, &theirs), result = read_back(got), other;
    same(&result, &wanted, "merged", round);

    assert_true(ql_eq(merged(k, got, t), got)); /* once more */
    assert_true(ql_eq(merged(t, got, t), got)); /* and when it is known */
    other = read_back(merged(k, t, m));
    for (size_t i = 0; i < NAMES; i++)
      if (mine.type[i] != known.type[i] && theirs.type[i] != known.type[i]) other.type[i] = result.type[i];
    same(&other, &result, "the other way round", round);
  }
}

/* ---- what goes wrong ---- */

static void a_merge_that_fails_changes_nothing(void **state) {
  (void)state;
  ql_error err = {0};
  ql_str before = lines_of("a:t=1; b:t; a-x->b");
  ql_memory *m = graph_of(before);
  assert_int_equal(ql_memory_merge(m, QL_STR(""), QL_STR("{\"type\":\"entity\",\"name\":\"c\",\"entityType\":\"t\"}\n\nnonsense"), &err),
                   QL_ERR_SYNTAX);
  assert_int_equal(err.line, 3);
  assert_int_equal(ql_memory_merge(m, QL_STR("{}"), QL_STR(""), &err), QL_ERR_SYNTAX);
  assert_true(ql_eq(ql_memory_write(m, a), before));

  ql_buf mine = ql_buf_new(ql_arena_alloc(a)), theirs = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&mine, QL_STR("f:t="));
  ql_buf_add(&theirs, QL_STR("new:t; f:t="));
  for (size_t i = 0; i < QL_MEMORY_OBSERVATIONS_MAX; i++) {
    char word[32];
    snprintf(word, sizeof word, "%zu,", i);
    ql_buf_add(&mine, str(word));
    if (i == 0) ql_buf_add(&theirs, QL_STR("other,"));
  }
  ql_buf_byte(&mine, '\0');
  ql_buf_byte(&theirs, '\0');
  ql_memory *full = graph_of(lines_of(mine.ptr));
  ql_str was = ql_memory_write(full, a);
  assert_int_equal(ql_memory_merge(full, QL_ABSENT, lines_of(theirs.ptr), &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_MEMORY_OBSERVATIONS_MAX");
  assert_true(ql_eq(ql_memory_write(full, a), was));
  ql_buf_free(&mine);
  ql_buf_free(&theirs);
  ql_memory_free(full);
  ql_memory_free(m);
}

static void without_memory_the_graph_is_as_before(void **state) {
  (void)state;
  ql_str known = lines_of("a:t=1,2; b:t; a-x->b"), mine = lines_of("a:t=2,3; b:t; c:t; a-x->b; c-x->b"),
         theirs = lines_of("a:u=1,2,4; d:t=1; a-x->b; d-x->a");
  size_t live = 0, runs = 0;
  for (bool failed = true; failed; runs++) {
    ql_memory *m = ql_memory_new(counting_alloc(&live));
    assert_int_equal(ql_memory_read(m, mine, NULL), QL_OK);
    fail_allocation(runs);
    ql_status status = ql_memory_merge(m, known, theirs, NULL);
    failed = allocation_failed();
    fail_allocation(SIZE_MAX);
    ql_str now = ql_memory_write(m, a);
    if (failed)
      assert_true(status == QL_ERR_NOMEM && ql_eq(now, mine));
    else
      assert_true(status == QL_OK && ql_eq(now, lines_of("a:u=2,3,4; c:t; d:t=1; d-x->a")));
    ql_memory_free(m);
    assert_int_equal(live, 0);
  }
  assert_true(runs > 10);
}

/* A graph that took something in is one to go on with: found by name, changed, merged again. */
static void a_merged_graph_goes_on(void **state) {
  (void)state;
  ql_memory *m = graph_of(lines_of("a:t=1; a-x->b"));
  ql_str first = lines_of("a:t=1; b:t=2; a-x->b; b-x->a");
  assert_int_equal(ql_memory_merge(m, lines_of("a:t=1; a-x->b"), first, NULL), QL_OK);
  ql_value *arguments = NULL, *out = NULL;
  assert_int_equal(ql_json_read(a, QL_STR("{\"observations\":[{\"contents\":[\"3\"],\"entityName\":\"b\"}]}"), &arguments, NULL), QL_OK);
  assert_int_equal(ql_memory_call(m, a, QL_STR("add_observations"), arguments, &out, NULL), QL_OK);
  assert_int_equal(ql_memory_merge(m, first, lines_of("b:t=2"), NULL), QL_OK);
  assert_true(ql_eq(ql_memory_write(m, a), lines_of("b:t=2,3")));
  assert_int_equal(ql_memory_entities(m), 1);
  assert_int_equal(ql_memory_relations(m), 0);
  ql_memory_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(S42_what_somebody_else_stored_meanwhile),
      TEST(merging_is_what_the_plain_rule_says),
      TEST(a_merge_that_fails_changes_nothing),
      TEST(without_memory_the_graph_is_as_before),
      TEST(a_merged_graph_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
