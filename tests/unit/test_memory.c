/* The memory graph: rows S25 and S42. What the calls answer is compared with that server itself in tests/differential/memory.test.ts. */
#include <questline/limits.h>
#include <questline/memory.h>
#include <questline/value.h>

#include "base/text.h"
#include "support.h"

static ql_arena *a;
static ql_memory *m;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  m = ql_memory_new(ql_alloc_libc());
  return 0;
}

static int end(void **state) {
  (void)state;
  ql_memory_free(m);
  ql_arena_free(a);
  return 0;
}

/* JSON with ' for ". */
static ql_value *json(const char *text) {
  char *bytes = ql_arena_get(a, strlen(text) + 1);
  ql_value *value = NULL;
  for (size_t i = 0; text[i]; i++) bytes[i] = text[i] == '\'' ? '"' : text[i];
  if (ql_json_read(a, str(bytes), &value, NULL) != QL_OK) fail_msg("no JSON: %s", text);
  return value;
}

static ql_status try_call(const char *tool, const char *arguments, ql_value **out, ql_error *err) {
  return ql_memory_call(m, a, str(tool), json(arguments), out, err);
}

/* The answer, with ' for ". */
static const char *call(const char *tool, const char *arguments) {
  ql_value *out = NULL;
  ql_error err = {0};
  ql_status status = try_call(tool, arguments, &out, &err);
  if (status != QL_OK) fail_msg("%s: %s (%s)", tool, err.message, err.detail);
  ql_str text = ql_value_text(a, out);
  char *c = ql_arena_get(a, text.len + 1);
  for (size_t i = 0; i < text.len; i++) c[i] = text.ptr[i] == '"' ? '\'' : text.ptr[i];
  return c;
}

static ql_str file(void) { return ql_memory_write(m, a); }

static void fill(void) {
  (void)call("create_entities",
             "{'entities':[{'name':'Queue','entityType':'decision','observations':['We take NATS.','Kafka was too large for us.']},"
             "{'name':'billing','entityType':'module','observations':['Owns invoices','Talks to the queue']},"
             "{'name':'flag-1','entityType':'flag','observations':['status: pending','rotate the key']},"
             "{'name':'flag-2','entityType':'Flag','observations':['Status: completed']}]}");
  (void)call("create_relations", "{'relations':[{'from':'billing','to':'Queue','relationType':'uses'},"
                                 "{'from':'billing','to':'nowhere','relationType':'needs'}]}");
}

/* ---- the calls ---- */

static void S25_entities_relations_and_observations(void **state) {
  (void)state;
  fill();
  assert_int_equal(ql_memory_entities(m), 4);
  assert_int_equal(ql_memory_relations(m), 2);
  assert_string_equal(call("create_entities", "{'entities':[{'name':'billing','entityType':'x','observations':['y']},"
                                              "{'name':'new','entityType':'','observations':['y','y']}]}"),
                      "{'entities':[{'entityType':'','name':'new','observations':['y']}]}");
  assert_string_equal(call("mcp__memory__create_relations", "{'relations':[{'from':'billing','to':'Queue','relationType':'uses'},"
                                                            "{'from':'a','to':'b','relationType':'c'}]}"),
                      "{'relations':[{'from':'a','relationType':'c','to':'b'}]}");
  assert_string_equal(call("add_observations", "{'observations':[{'entityName':'billing','contents':['Owns invoices','x','x']}]}"),
                      "{'results':[{'addedObservations':['x'],'entityName':'billing'}]}");
  assert_string_equal(call("delete_observations", "{'deletions':[{'entityName':'billing','observations':['x','never there']},"
                                                  "{'entityName':'nobody','observations':['x']}]}"),
                      "{'message':'Observations deleted successfully','success':true}");
  assert_string_equal(call("delete_relations", "{'relations':[{'from':'a','to':'b','relationType':'c'}]}"),
                      "{'message':'Relations deleted successfully','success':true}");
  assert_string_equal(call("delete_entities", "{'entityNames':['new','nobody']}"),
                      "{'message':'Entities deleted successfully','success':true}");
  assert_string_equal(
      call("open_nodes", "{'names':['billing','Queue','Queue','nobody']}"),
      "{'entities':[{'entityType':'decision','name':'Queue','observations':['We take NATS.','Kafka was too large for us.']},"
      "{'entityType':'module','name':'billing','observations':['Owns invoices','Talks to the queue']}],"
      "'relations':[{'from':'billing','relationType':'uses','to':'Queue'},{'from':'billing','relationType':'needs','to':'nowhere'}]}");
  (void)call("delete_entities", "{'entityNames':['nowhere']}"); /* no entity, but an end of a relation */
  assert_int_equal(ql_memory_relations(m), 1);
  (void)call("delete_entities", "{'entityNames':['billing']}");
  assert_int_equal(ql_memory_relations(m), 0);
  assert_int_equal(ql_memory_entities(m), 3);
  assert_string_equal(call("open_nodes", "{'names':['billing']}"), "{'entities':[],'relations':[]}");
  (void)call("create_entities", "{'entities':[{'name':'billing','entityType':'again','observations':[]}]}");
  assert_string_equal(call("open_nodes", "{'names':['billing']}"),
                      "{'entities':[{'entityType':'again','name':'billing','observations':[]}],'relations':[]}");
}

static void S25_search_gives_the_best_first(void **state) {
  (void)state;
  static const struct {
    const char *query, *names;
  } CASES[] = {
      {"queue", "Queue billing"},
      {"QUEUE", "Queue billing"},
      {"billing", "billing"},
      {"what owns the invoices", "billing"},
      {"flag", "flag-1 flag-2"},
      {"pending", "flag-1"},
      {"status: ", "flag-1 flag-2"},
      {"large for", "Queue"},
      {"the", "billing flag-1"},
      {"", "Queue billing flag-1 flag-2"},
      {"zebra", ""},
      {"rotating keys", "flag-1"},
  };
  fill();
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql_value *arguments = ql_object(a), *out = NULL;
    ql_buf names = ql_buf_new(ql_alloc_libc());
    QL_SET(arguments, "query", ql_string(a, str(CASES[i].query)));
    assert_int_equal(ql_memory_call(m, a, QL_STR("search_nodes"), arguments, &out, NULL), QL_OK);
    for (const ql_value *e = QL_GET(out, "entities")->first; e; e = e->next) {
      if (names.len) ql_buf_byte(&names, ' ');
      ql_buf_add(&names, ql_get_str(e, QL_STR("name")));
    }
    if (!ql_eq(ql_buf_str(&names), str(CASES[i].names)))
      fail_msg("%s: %.*s, expected %s", CASES[i].query, (int)names.len, names.ptr, CASES[i].names);
    ql_buf_free(&names);
  }
}

static void S25_pending_flags(void **state) {
  (void)state;
  fill();
  ql_value *list = ql_memory_pending(m, a);
  assert_int_equal(list->count, 1);
  assert_str_is(ql_get_str(list->first, QL_STR("name")), "flag-1");
  (void)call("add_observations", "{'observations':[{'entityName':'flag-1','contents':['status: done']}]}");
  assert_int_equal(ql_memory_pending(m, a)->count, 0);
}

static void a_call_that_fails_changes_nothing(void **state) {
  (void)state;
  static const struct {
    const char *tool, *arguments;
    ql_status status;
    const char *detail;
  } CASES[] = {
      {"drop_everything", "{}", QL_ERR_NOT_FOUND, "drop_everything"},
      {"", "{}", QL_ERR_NOT_FOUND, ""},
      {"memory__", "{}", QL_ERR_NOT_FOUND, "memory__"},
      {"create_entities", "null", QL_ERR_SYNTAX, "entities"},
      {"create_entities", "{}", QL_ERR_SYNTAX, "entities"},
      {"create_entities", "{'entities':{}}", QL_ERR_SYNTAX, "entities"},
      {"create_entities", "{'entities':['x']}", QL_ERR_SYNTAX, "name"},
      {"create_entities", "{'entities':[{'name':'ok','entityType':'t','observations':[]},{'name':1,'entityType':'t','observations':[]}]}",
       QL_ERR_SYNTAX, "name"},
      {"create_entities", "{'entities':[{'name':'ok','observations':[]}]}", QL_ERR_SYNTAX, "entityType"},
      {"create_entities", "{'entities':[{'name':'ok','entityType':'t'}]}", QL_ERR_SYNTAX, "observations"},
      {"create_entities", "{'entities':[{'name':'ok','entityType':'t','observations':[{}]}]}", QL_ERR_SYNTAX, "observations"},
      {"create_relations", "{'relations':[{'from':'a','to':'b'}]}", QL_ERR_SYNTAX, "relationType"},
      {"create_relations", "{'relations':[{'from':'a','relationType':'b'}]}", QL_ERR_SYNTAX, "to"},
      {"add_observations", "{'observations':[{'entityName':'billing','contents':['one']},{'entityName':'nobody','contents':['x']}]}",
       QL_ERR_NOT_FOUND, "nobody"},
      {"add_observations", "{'observations':[{'entityName':'billing'}]}", QL_ERR_SYNTAX, "contents"},
      {"delete_entities", "{'entityNames':'billing'}", QL_ERR_SYNTAX, "entityNames"},
      {"delete_entities", "{'entityNames':['billing',3]}", QL_ERR_SYNTAX, "entityNames"},
      {"delete_observations", "{'deletions':[{'entityName':'billing','observations':['Owns invoices']},{}]}", QL_ERR_SYNTAX, "entityName"},
      {"delete_relations", "{'relations':'all'}", QL_ERR_SYNTAX, "relations"},
      {"search_nodes", "{'query':7}", QL_ERR_SYNTAX, "query"},
      {"open_nodes", "{}", QL_ERR_SYNTAX, "names"},
  };
  fill();
  ql_str before = file();
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql_error err = {0};
    ql_value *out = NULL;
    ql_status status = try_call(CASES[i].tool, CASES[i].arguments, &out, &err);
    if (status != CASES[i].status || strcmp(err.detail, CASES[i].detail) != 0)
      fail_msg("case %zu: status %d, %s (%s)", i, (int)status, err.message, err.detail);
    assert_null(out);
    assert_true(ql_eq(file(), before));
  }
}

static void which_calls_change_the_graph(void **state) {
  (void)state;
  assert_true(ql_memory_changes(QL_STR("create_entities")));
  assert_true(ql_memory_changes(QL_STR("mcp__memory__delete_relations")));
  assert_false(ql_memory_changes(QL_STR("read_graph")));
  assert_false(ql_memory_changes(QL_STR("search_nodes")));
  assert_false(ql_memory_changes(QL_STR("nonsense")));
}

/* ---- limits ---- */

static ql_str numbered(const char *word, size_t i) {
  char text[64];
  snprintf(text, sizeof text, "%s%zu", word, i);
  return ql_arena_str(a, str(text));
}

static ql_value *entity(ql_str name, size_t observations) {
  ql_value *value = ql_object(a), *list = ql_array(a);
  for (size_t i = 0; i < observations; i++) ql_push(list, ql_string(a, numbered("o", i)));
  QL_SET(value, "name", ql_string(a, name));
  QL_SET(value, "entityType", ql_string(a, QL_STR("t")));
  QL_SET(value, "observations", list);
  return value;
}

static ql_status give(const char *tool, const char *member, ql_value *list, ql_error *err) {
  ql_value *arguments = ql_object(a), *out = NULL;
  ql_set(arguments, str(member), list);
  return ql_memory_call(m, a, str(tool), arguments, &out, err);
}

static void entities_are_limited(void **state) {
  (void)state;
  ql_error err = {0};
  ql_value *list = ql_array(a);
  for (size_t i = 0; i < QL_MEMORY_ENTITIES_MAX - 1; i++) ql_push(list, entity(numbered("e", i), 0));
  assert_int_equal(give("create_entities", "entities", list, &err), QL_OK);
  ql_value *two = ql_array(a);
  ql_push(two, entity(QL_STR("last"), 1));
  ql_push(two, entity(QL_STR("too many"), 1));
  ql_str before = file();
  assert_int_equal(give("create_entities", "entities", two, &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_MEMORY_ENTITIES_MAX");
  assert_true(ql_eq(file(), before));
  ql_value *one = ql_array(a);
  ql_push(one, entity(QL_STR("last"), 1));
  assert_int_equal(give("create_entities", "entities", one, &err), QL_OK);
  assert_int_equal(ql_memory_entities(m), QL_MEMORY_ENTITIES_MAX);
}

static ql_value *relation(ql_str from) {
  ql_value *value = ql_object(a);
  QL_SET(value, "from", ql_string(a, from));
  QL_SET(value, "to", ql_string(a, QL_STR("x")));
  QL_SET(value, "relationType", ql_string(a, QL_STR("r")));
  return value;
}

static void relations_are_limited(void **state) {
  (void)state;
  ql_error err = {0};
  ql_value *list = ql_array(a), *two = ql_array(a), *one = ql_array(a);
  for (size_t i = 0; i < QL_MEMORY_RELATIONS_MAX - 1; i++) ql_push(list, relation(numbered("e", i)));
  assert_int_equal(give("create_relations", "relations", list, &err), QL_OK);
  ql_push(two, relation(QL_STR("last")));
  ql_push(two, relation(QL_STR("too many")));
  assert_int_equal(give("create_relations", "relations", two, &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_MEMORY_RELATIONS_MAX");
  assert_int_equal(ql_memory_relations(m), QL_MEMORY_RELATIONS_MAX - 1);
  ql_push(one, relation(QL_STR("last")));
  assert_int_equal(give("create_relations", "relations", one, &err), QL_OK);
  assert_int_equal(ql_memory_relations(m), QL_MEMORY_RELATIONS_MAX);
}

static void observations_and_texts_are_limited(void **state) {
  (void)state;
  static char longest[QL_MEMORY_TEXT_MAX + 1];
  memset(longest, 'x', sizeof longest);
  ql_error err = {0};
  ql_value *list = ql_array(a), *more = ql_array(a);
  ql_push(list, entity(QL_STR("full"), QL_MEMORY_OBSERVATIONS_MAX));
  assert_int_equal(give("create_entities", "entities", list, &err), QL_OK);
  ql_push(more, entity(QL_STR("fuller"), QL_MEMORY_OBSERVATIONS_MAX + 1));
  assert_int_equal(give("create_entities", "entities", more, &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_MEMORY_OBSERVATIONS_MAX");
  assert_int_equal(ql_memory_entities(m), 1);
  ql_value *out = NULL;
  assert_int_equal(try_call("add_observations", "{'observations':[{'entityName':'full','contents':['one more']}]}", &out, &err),
                   QL_ERR_LIMIT);
  assert_int_equal(try_call("add_observations", "{'observations':[{'entityName':'full','contents':['o1']}]}", &out, &err), QL_OK);

  ql_value *named = ql_array(a), *too_long = ql_array(a);
  ql_push(named, entity((ql_str){longest, QL_MEMORY_TEXT_MAX}, 0));
  ql_push(too_long, entity((ql_str){longest, QL_MEMORY_TEXT_MAX + 1}, 0));
  assert_int_equal(give("create_entities", "entities", named, &err), QL_OK);
  assert_int_equal(give("create_entities", "entities", too_long, &err), QL_ERR_LIMIT);
  assert_string_equal(err.message, "QL_MEMORY_TEXT_MAX");
  ql_value *far = ql_array(a);
  ql_push(far, relation((ql_str){longest, QL_MEMORY_TEXT_MAX + 1}));
  assert_int_equal(give("create_relations", "relations", far, &err), QL_ERR_LIMIT);

  /* what was added before the limit was met is gone again, of several entities too */
  (void)call("create_entities", "{'entities':[{'name':'small','entityType':'t','observations':[]}]}");
  assert_int_equal(try_call("add_observations",
                            "{'observations':[{'entityName':'small','contents':['a','b']},"
                            "{'entityName':'small','contents':['c']},{'entityName':'full','contents':['one more']}]}",
                            &out, &err),
                   QL_ERR_LIMIT);
  assert_string_equal(call("open_nodes", "{'names':['small']}"),
                      "{'entities':[{'entityType':'t','name':'small','observations':[]}],'relations':[]}");
}

/* ---- memory ---- */

typedef struct meter {
  size_t live, blocks;
} meter;

static void *metered(void *ctx, void *block, size_t old_size, size_t size) {
  meter *count = ctx;
  ql_alloc libc = ql_alloc_libc();
  void *made = libc.resize(libc.ctx, block, old_size, size);
  if (made || size == 0) count->live += size - old_size;
  return made;
}

static void what_is_deleted_gives_its_memory_back(void **state) {
  (void)state;
  meter count = {0};
  ql_memory *mine = ql_memory_new((ql_alloc){&count, metered});
  size_t most = 0;
  for (size_t round = 0; round < 400; round++) {
    ql_arena *r = ql_arena_new(ql_alloc_libc());
    ql_value *add = NULL, *take = NULL, *out = NULL;
    char text[4600];
    int at = snprintf(text, sizeof text, "{\"entities\":[{\"name\":\"n%zu\",\"entityType\":\"t\",\"observations\":[\"", round);
    memset(text + at, 'x', 4400);
    memcpy(text + at + 4400, "\"]}]}", 6);
    assert_int_equal(ql_json_read(r, str(text), &add, NULL), QL_OK);
    assert_int_equal(ql_memory_call(mine, r, QL_STR("create_entities"), add, &out, NULL), QL_OK);
    snprintf(text, sizeof text, "{\"entityNames\":[\"n%zu\"]}", round);
    assert_int_equal(ql_json_read(r, str(text), &take, NULL), QL_OK);
    if (round > 0) assert_int_equal(ql_memory_call(mine, r, QL_STR("delete_entities"), take, &out, NULL), QL_OK);
    if (count.live > most) most = count.live;
    ql_arena_free(r);
  }
  assert_int_equal(ql_memory_entities(mine), 1);
  assert_true(most < 1024 * 1024); /* 1.7 MB went through */
  ql_str kept = ql_memory_write(mine, a);
  assert_true(ql_starts(kept, QL_STR("{\"type\":\"entity\",\"name\":\"n0\"")) && kept.len > 4400);
  ql_memory_free(mine);
  assert_int_equal(count.live, 0);
}

static ql_status a_life(ql_arena *r, const void *ctx) {
  (void)ctx;
  ql_memory *mine = ql_memory_new(ql_arena_alloc(r));
  if (!mine) return QL_ERR_NOMEM;
  static const struct {
    const char *tool, *arguments;
  } CALLS[] = {
      {"create_entities", "{\"entities\":[{\"name\":\"n\",\"entityType\":\"t\",\"observations\":[\"a\",\"b\"]}]}"},
      {"create_relations", "{\"relations\":[{\"from\":\"n\",\"to\":\"e\",\"relationType\":\"r\"}]}"},
      {"add_observations", "{\"observations\":[{\"entityName\":\"n\",\"contents\":[\"c\"]}]}"},
      {"search_nodes", "{\"query\":\"n c\"}"},
      {"open_nodes", "{\"names\":[\"e\"]}"},
      {"read_graph", "{}"},
      {"delete_observations", "{\"deletions\":[{\"entityName\":\"n\",\"observations\":[\"c\"]}]}"},
      {"delete_relations", "{\"relations\":[{\"from\":\"n\",\"to\":\"e\",\"relationType\":\"r\"}]}"},
      {"delete_entities", "{\"entityNames\":[\"e\"]}"},
  };
  ql_status status = ql_memory_read(mine,
                                    QL_STR("{\"type\":\"entity\",\"name\":\"e\",\"entityType\":\"flag\",\"observations\":[\"o\"]}\n"
                                           "{\"type\":\"relation\",\"from\":\"e\",\"to\":\"e\",\"relationType\":\"r\"}"),
                                    NULL);
  for (size_t i = 0; status == QL_OK && i < QL_COUNT(CALLS); i++) {
    ql_value *arguments, *out;
    status = ql_json_read(r, str(CALLS[i].arguments), &arguments, NULL);
    if (status == QL_OK) status = ql_memory_call(mine, r, str(CALLS[i].tool), arguments, &out, NULL);
  }
  if (status == QL_OK && (!ql_memory_pending(mine, r) || !ql_memory_write(mine, r).ptr)) status = QL_ERR_NOMEM;
  if (status != QL_OK && status != QL_ERR_NOMEM) fail_msg("status %d", (int)status);
  ql_memory_free(mine);
  return status;
}

static void memory_that_runs_out_is_said(void **state) {
  (void)state;
  assert_true(try_every_allocation(a_life, NULL) >= 10);
}

/* A graph whose call ran out of memory is whole: what is found by its name is there, and it is written and read again. */
static void after_running_out_the_graph_is_whole(void **state) {
  (void)state;
  ql_value *delete = json("{'entityNames':['e0','e7']}"), *add = json("{'relations':[{'from':'e1','to':'e2','relationType':'r'}]}");
  for (size_t allowed = 0; allowed < 64; allowed++) {
    ql_memory *mine = ql_memory_new(ql_alloc_libc());
    ql_arena *r = ql_arena_new(ql_alloc_libc());
    for (size_t i = 0; i < 65; i++) {
      ql_value *list = ql_array(a), *arguments = ql_object(a), *out;
      ql_push(list, entity(numbered("e", i), 1));
      QL_SET(arguments, "entities", list);
      assert_int_equal(ql_memory_call(mine, r, QL_STR("create_entities"), arguments, &out, NULL), QL_OK);
    }
    ql_value *out = NULL;
    fail_allocation(allowed);
    ql_status deleted = ql_memory_call(mine, r, QL_STR("delete_entities"), delete, &out, NULL);
    ql_status related = ql_memory_call(mine, r, QL_STR("create_relations"), add, &out, NULL);
    bool failed = allocation_failed();
    fail_allocation(SIZE_MAX);
    if (!failed) assert_true(deleted == QL_OK && related == QL_OK);
    ql_memory *again = ql_memory_new(ql_alloc_libc());
    ql_str text = ql_memory_write(mine, a);
    assert_int_equal(ql_memory_read(again, text, NULL), QL_OK);
    assert_true(ql_eq(ql_memory_write(again, a), text));
    assert_int_equal(ql_memory_entities(again), ql_memory_entities(mine));
    ql_memory_free(again);
    ql_memory_free(mine);
    ql_arena_free(r);
    if (!failed) return;
  }
  fail_msg("it never ran through");
}

/* ---- the file ---- */

static const char FILE_OF_THAT_SERVER[] =
    "{\"type\":\"entity\",\"name\":\"a \\\"b\\\" \\\\ \xc3\xa9 \\u001f\",\"entityType\":\"t\\n\\t\\b\\f\\r\",\"observations\":[]}\n"
    "{\"type\":\"entity\",\"name\":\"\",\"entityType\":\"\",\"observations\":[\"one\",\"two \xe2\x80\xa8 \xf0\x9f\x90\x99 /\"]}\n"
    "{\"type\":\"relation\",\"from\":\"\",\"to\":\"nowhere\",\"relationType\":\"\"}\n"
    "{\"type\":\"relation\",\"from\":\"x\",\"to\":\"\",\"relationType\":\"y\"}";

static void S25_the_file_comes_back_byte_for_byte(void **state) {
  (void)state;
  assert_str_is(file(), "");
  assert_int_equal(ql_memory_read(m, QL_STR(""), NULL), QL_OK);
  assert_int_equal(ql_memory_read(m, str(FILE_OF_THAT_SERVER), NULL), QL_OK);
  assert_str_is(file(), FILE_OF_THAT_SERVER);
  assert_int_equal(ql_memory_read(m, str(FILE_OF_THAT_SERVER), NULL), QL_OK); /* what is there already is there once */
  assert_str_is(file(), FILE_OF_THAT_SERVER);
}

static void a_file_is_taken_over_and_nothing_is_lost(void **state) {
  (void)state;
  fill();
  assert_int_equal(
      ql_memory_read(
          m,
          QL_STR("\r\n  \n{ \"observations\" : [\"new\"], \"entityType\":\"other\", \"name\":\"Queue\", \"type\":\"entity\" }\r\n"
                 "{\"type\":\"entity\",\"name\":\"bare\",\"entityType\":\"t\"}\n"),
          NULL),
      QL_OK);
  assert_string_equal(
      call("open_nodes", "{'names':['Queue','bare']}"),
      "{'entities':[{'entityType':'decision','name':'Queue','observations':['We take NATS.','Kafka was too large for us.','new']},"
      "{'entityType':'t','name':'bare','observations':[]}],'relations':[{'from':'billing','relationType':'uses','to':'Queue'}]}");
}

static void a_bad_line_is_told_by_its_number(void **state) {
  (void)state;
  static const struct {
    const char *line;
    ql_status status;
  } CASES[] = {
      {"no JSON", QL_ERR_SYNTAX},
      {"[]", QL_ERR_SYNTAX},
      {"{\"type\":\"thing\"}", QL_ERR_SYNTAX},
      {"{\"type\":\"entity\",\"name\":\"x\"}", QL_ERR_SYNTAX},
      {"{\"type\":\"entity\",\"name\":\"x\",\"entityType\":\"t\",\"observations\":\"o\"}", QL_ERR_SYNTAX},
      {"{\"type\":\"entity\",\"name\":\"x\",\"entityType\":\"t\",\"observations\":[1]}", QL_ERR_SYNTAX},
      {"{\"type\":\"relation\",\"from\":\"x\",\"to\":\"y\"}", QL_ERR_SYNTAX},
      {"{\"type\":\"entity\",\"name\":\"\\u0000\",\"entityType\":\"t\"}", QL_ERR_SYNTAX},
      {"{\"type\":\"entity\",\"name\":\"\xff\",\"entityType\":\"t\"}", QL_ERR_UTF8},
  };
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql_memory *mine = ql_memory_new(ql_alloc_libc());
    ql_str text =
        ql_arena_concat(a, (ql_str[]){QL_STR("{\"type\":\"entity\",\"name\":\"first\",\"entityType\":\"t\"}\n\n"), str(CASES[i].line)}, 2);
    ql_error err = {0};
    ql_status status = ql_memory_read(mine, text, &err);
    if (status != CASES[i].status || err.line != 3) fail_msg("case %zu: status %d in line %u", i, (int)status, err.line);
    ql_memory_free(mine);
  }
}

/* ---- who may save ---- */

static void S42_memory_is_saved_on_request_alone(void **state) {
  (void)state;
  static const struct {
    bool asks;
    const char *words;
  } REQUESTS[] = {
#define REQUEST(asks, words) {asks, words},
#include "memory_requests.def"
#undef REQUEST
  };
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("careful.md"),
                                 QL_STR("---\nname: careful\ndescription: Builds.\n---\n# Careful\n\n## Toolkit\n\n"
                                        "- **Memory**: `Save Memory` (only when the user explicitly asks for it).\n"),
                                 NULL),
                   QL_OK);
  assert_int_equal(ql_roster_add(roster, QL_STR("free.md"), QL_STR("---\nname: free\ndescription: Builds.\n---\nWork.\n"), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(REQUESTS); i++) {
    ql_value *out = NULL;
    assert_int_equal(ql_memory_permit(a, roster, QL_STR("@careful"), str(REQUESTS[i].words), &out, NULL), QL_OK);
    bool allowed = ql_eq(ql_get_str(out, QL_STR("decision")), QL_STR("allow"));
    if (allowed != REQUESTS[i].asks) {
      print_message("%s: %s\n", allowed ? "allowed" : "refused", REQUESTS[i].words);
      wrong++;
    }
    assert_int_equal(ql_get_int(out, QL_STR("line"), 0), 9);
    assert_str_is(ql_get_str(out, QL_STR("path")), "careful.md");
    assert_int_equal(ql_memory_permit(a, roster, QL_STR("@free"), str(REQUESTS[i].words), &out, NULL), QL_OK);
    assert_str_is(ql_get_str(out, QL_STR("decision")), "allow");
    assert_null(QL_GET(out, "rule"));
  }
  assert_int_equal(wrong, 0);
  ql_value *out = NULL;
  assert_int_equal(ql_memory_permit(a, roster, QL_STR("@nobody"), QL_STR("x"), &out, NULL), QL_ERR_NOT_FOUND);
  ql_roster_free(roster);
}

static void S42_the_seed_saves_on_request_alone(void **state) {
  (void)state;
  size_t len = 0;
  char *text = read_file(QL_SHARED_DIR "/seeds/004_396b3d90c630b733.txt", &len);
  if (!text) {
    print_message("1 test skipped: the seed files are not here\n");
    skip();
  }
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  ql_value *out = NULL;
  assert_int_equal(ql_roster_add(roster, QL_STR("seed.md"), (ql_str){text, len}, NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  ql_value *agents = QL_GET(ql_roster_value(a, roster), "agents");
  assert_true(agents && agents->count == 1);
  ql_str id = ql_get_str(agents->first, QL_STR("id"));
  assert_int_equal(ql_memory_permit(a, roster, id, QL_STR("Review the login form."), &out, NULL), QL_OK);
  assert_str_is(ql_get_str(out, QL_STR("decision")), "refuse");
  assert_true(ql_get_int(out, QL_STR("line"), 0) > 0);
  assert_int_equal(ql_memory_permit(a, roster, id, QL_STR("Remember that we deploy on Tuesdays."), &out, NULL), QL_OK);
  assert_str_is(ql_get_str(out, QL_STR("decision")), "allow");
  ql_roster_free(roster);
  free(text);
}

static ql_status a_permit(ql_arena *r, const void *ctx) {
  ql_value *out;
  return ql_memory_permit(r, ctx, QL_STR("@free"), QL_STR("Remember this."), &out, NULL);
}

static void a_permit_without_memory_is_none(void **state) {
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("free.md"), QL_STR("---\nname: free\ndescription: Builds.\n---\nWork.\n"), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  assert_true(try_every_allocation(a_permit, roster) > 0);
  ql_roster_free(roster);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(S25_entities_relations_and_observations),
      TEST(S25_search_gives_the_best_first),
      TEST(S25_pending_flags),
      TEST(a_call_that_fails_changes_nothing),
      TEST(which_calls_change_the_graph),
      TEST(entities_are_limited),
      TEST(relations_are_limited),
      TEST(observations_and_texts_are_limited),
      TEST(what_is_deleted_gives_its_memory_back),
      TEST(memory_that_runs_out_is_said),
      TEST(after_running_out_the_graph_is_whole),
      TEST(S25_the_file_comes_back_byte_for_byte),
      TEST(a_file_is_taken_over_and_nothing_is_lost),
      TEST(a_bad_line_is_told_by_its_number),
      TEST(S42_memory_is_saved_on_request_alone),
      TEST(S42_the_seed_saves_on_request_alone),
      TEST(a_permit_without_memory_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
