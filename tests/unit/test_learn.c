/* What a finished quest teaches: row S25. */
#include <questline/learn.h>
#include <questline/memory.h>
#include <questline/report.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

static ql_arena *a;
static stage *g;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  g = NULL;
  return 0;
}

static int end(void **state) {
  (void)state;
  if (g) strike_stage(g);
  ql_arena_free(a);
  return 0;
}

/* Two tasks of @api, one of @data, a gate; @data is blocked first, the gate fails first. */
static void play(void) {
  g = raise_stage("'agents':['@lead','@api','@data'],'mission':'Let people export their orders.\\nAs CSV.','id':'0123456789',"
                  "'gates':[{'id':'coverage','text':'Most of it is tested','op':'>=','milli':90000,'unit':'%','judge':'rule'}],"
                  "'tasks':[{'id':'T1','title':'Make the table','to':'@data'},{'id':'T2','title':'Serve it','to':'@api','after':['T1']}]");
  ACCEPTED(say(g, "{'by':'@owner','type':'approve','reason':'Looks fine.'}"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@data'],'task':'T1'"));
  ACCEPTED(does(g, "@lead", "respond", "'kind':'progress'"));
  ACCEPTED(say(g, "{'by':'@data','type':'respond','kind':'blocked','msg':'Nobody gave me the key.\\nReally.'}"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@data'],'task':'T1'"));
  ACCEPTED(does(g, "@lead", "respond", "'kind':'progress'"));
  ACCEPTED(does(g, "@data", "respond", "'kind':'completed'"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@api'],'task':'T2'"));
  ACCEPTED(does(g, "@lead", "respond", "'kind':'progress'"));
  ACCEPTED(say(g, "{'by':'@api','type':'gate','gate':'coverage','as':'given','value':50000}"));
  ACCEPTED(say(g, "{'by':'@api','type':'gate','gate':'coverage','as':'given','value':95000}"));
  later(g, 3 * 3600 * 1000);
  ACCEPTED(does(g, "@api", "respond", "'kind':'completed'"));
  ACCEPTED(say(g, "{'by':'@lead','type':'complete','summary':'Done.'}"));
}

static const ql_value *learned(const ql_quest *quest) {
  ql_value *out = NULL;
  assert_int_equal(ql_quest_learn(quest, a, &out, NULL), QL_OK);
  return out;
}

static void remember(ql_memory *memory, const ql_value *what) {
  for (const ql_value *call = QL_GET(what, "calls")->first; call; call = call->next) {
    ql_value *out;
    assert_int_equal(ql_memory_call(memory, a, ql_get_str(call, QL_STR("tool")), QL_GET(call, "arguments"), &out, NULL), QL_OK);
  }
}

static void S25_a_finished_quest_leaves_patterns_and_antipatterns(void **state) {
  (void)state;
  play();
  const ql_value *what = learned(g->quest);
  ql_memory *memory = ql_memory_new(ql_alloc_libc());
  assert_false(ql_get_bool(what, QL_STR("withheld")));
  remember(memory, what);
  ql_str file = ql_memory_write(memory, a);
  static const char *const EXPECTED[] = {
      "{\"type\":\"entity\",\"name\":\"Quest 0123456789\",\"entityType\":\"quest\",\"observations\":[\"Objective: Let people export their orders.\",\"Ended: "
      "completed\",\"2 of 2 tasks completed\",\"Took 3 h\"]}",
      "{\"type\":\"entity\",\"name\":\"@api completes without asking back\",\"entityType\":\"pattern\",\"observations\":[\"Quest 0123456789: T2: Serve it\"]}",
      "{\"type\":\"entity\",\"name\":\"Gate coverage passes\",\"entityType\":\"pattern\",\"observations\":[\"Quest 0123456789: passed: Most of it is tested\"]}",
      "{\"type\":\"entity\",\"name\":\"@data gets blocked\",\"entityType\":\"antipattern\",\"observations\":[\"Quest 0123456789: T1: Make the table \xe2\x80\x94 "
      "Nobody gave me the key.\"]}",
      "{\"type\":\"entity\",\"name\":\"Decision 1 of Quest 0123456789\",\"entityType\":\"decision\",\"observations\":[\"Quest 0123456789: @owner approved the "
      "plan: Looks fine.\"]}",
      "{\"type\":\"relation\",\"from\":\"Quest 0123456789\",\"to\":\"@data gets blocked\",\"relationType\":\"ran into\"}",
      "{\"type\":\"relation\",\"from\":\"@data gets blocked\",\"to\":\"@data\",\"relationType\":\"is about\"}",
      "{\"type\":\"relation\",\"from\":\"@lead\",\"to\":\"Quest 0123456789\",\"relationType\":\"led\"}",
  };
  for (size_t i = 0; i < QL_COUNT(EXPECTED); i++)
    if (ql_find(file, str(EXPECTED[i]), 0) == SIZE_MAX) fail_msg("not learned: %s\nbut\n%.*s", EXPECTED[i], (int)file.len, file.ptr);
  assert_int_equal(ql_find(file, QL_STR("@data completes"), 0), SIZE_MAX);
  remember(memory, learned(g->quest)); /* twice is as once */
  assert_true(ql_eq(ql_memory_write(memory, a), file));
  ql_memory_free(memory);
}

static void what_is_withheld_is_not_told(void **state) {
  (void)state;
  play();
  ql_str log = QL_ABSENT;
  assert_int_equal(ql_quest_redact(g->quest, a, NULL, 0, &log, NULL), QL_OK);
  ql_quest *bare = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(bare, log, NULL), QL_OK);
  const ql_value *what = learned(bare);
  ql_str text = ql_value_text(a, what);
  assert_true(ql_get_bool(what, QL_STR("withheld")));
  assert_int_equal(ql_find(text, QL_STR("Nobody gave"), 0), SIZE_MAX);
  assert_int_equal(ql_find(text, QL_STR("export their"), 0), SIZE_MAX);
  assert_int_equal(ql_find(text, QL_STR("Looks fine"), 0), SIZE_MAX);
  assert_true(ql_find(text, QL_STR("@data gets blocked"), 0) != SIZE_MAX);
  ql_quest_free(bare);
}

static void a_quest_that_failed_is_an_antipattern(void **state) {
  (void)state;
  g = raise_stage("'agents':['@lead','@api'],'id':'0123456789'");
  ql_value *out = NULL;
  assert_int_equal(ql_quest_learn(g->quest, a, &out, NULL), QL_ERR_STATE);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(say(g, "{'by':'@lead','type':'fail','reason':'The provider is gone.'}"));
  ql_str text = ql_value_text(a, learned(g->quest));
  assert_true(ql_find(text, QL_STR("A quest ends failed"), 0) != SIZE_MAX);
  assert_true(ql_find(text, QL_STR("@lead ended the quest as failed: The provider is gone."), 0) != SIZE_MAX);
  assert_int_equal(ql_find(text, QL_STR("\"pattern\""), 0), SIZE_MAX);
}

static ql_status trial(ql_arena *r, const void *quest) {
  ql_value *out;
  return ql_quest_learn(quest, r, &out, NULL);
}

static void memory_that_runs_out_is_said(void **state) {
  (void)state;
  play();
  assert_true(try_every_allocation(trial, g->quest) > 2);
}

static void an_empty_quest_teaches_nothing(void **state) {
  (void)state;
  ql_quest *empty = ql_quest_new(ql_alloc_libc());
  ql_value *out = NULL;
  assert_int_equal(ql_quest_learn(empty, a, &out, NULL), QL_ERR_STATE);
  ql_quest_free(empty);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(S25_a_finished_quest_leaves_patterns_and_antipatterns),
      TEST(what_is_withheld_is_not_told),
      TEST(a_quest_that_failed_is_an_antipattern),
      TEST(memory_that_runs_out_is_said),
      TEST(an_empty_quest_teaches_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
