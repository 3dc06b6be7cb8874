/* A recorded quest played again with one answer changed. */
#include <questline/report.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

static const uint8_t ENTROPY[QL_ENTROPY_BYTES] = {1, 2, 3};

/* Two tasks, the second after the first; @a ends T1, @b T2, @lead completes. 8 events. */
static stage *play(void) {
  stage *g = raise_stage(
      "'agents':['@lead','@a','@b'],'tasks':[{'id':'T1','title':'one','to':'@a'},{'after':['T1'],'id':'T2','title':'two','to':'@b'}]");
  ACCEPTED(say(g, "{'by':'@owner','type':'approve'}"));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@a']"));           /* 2 */
  ACCEPTED(does(g, "@lead", "message", "'task':'T2','to':['@b']"));           /* 3 */
  ACCEPTED(does(g, "@lead", "respond", ""));                                  /* 4 */
  ACCEPTED(does(g, "@a", "respond", "'kind':'completed'"));                   /* 5 */
  ACCEPTED(does(g, "@b", "respond", "'kind':'completed'"));                   /* 6 */
  ACCEPTED(say(g, "{'by':'@lead','type':'complete','summary':'all of it'}")); /* 7 */
  return g;
}

typedef struct outcome {
  ql_arena *a;
  ql_quest *branch;
  const ql_value *answer; /* NULL when it failed */
  ql_status status;
} outcome;

static outcome what_if(const ql_quest *quest, const char *change) {
  outcome o = {.a = ql_arena_new(ql_alloc_libc()), .branch = ql_quest_new(ql_alloc_libc())};
  ql_value *value, *answer = NULL;
  ql_error err = {0};
  assert_int_equal(ql_json_read(o.a, str(change), &value, &err), QL_OK);
  o.status = ql_quest_what_if(quest, o.a, value, ENTROPY, o.branch, &answer, &err);
  o.answer = answer;
  if (o.status != QL_OK) return o;
  ql_value *verdict;
  assert_int_equal(ql_verify(o.a, ql_quest_log(o.branch), QL_ABSENT, &verdict, NULL), QL_OK);
  assert_str_is(ql_get_str(verdict, QL_STR("legal")), "yes");
  ql_str mine = ql_quest_log(quest), theirs = ql_quest_log(o.branch);
  ql_str last = ql_quest_line(quest, ql_get_int(answer, QL_STR("at"), 0) - 1);
  size_t shared = (size_t)(last.ptr - mine.ptr) + last.len;
  assert_memory_equal(mine.ptr, theirs.ptr, shared);
  assert_int_equal(ql_get_int(answer, QL_STR("events"), 0), ql_quest_count(o.branch));
  return o;
}

static void forget(outcome *o) {
  ql_quest_free(o->branch);
  ql_arena_free(o->a);
}

/* Numbers of a list, with blanks between. */
static const char *numbers(const outcome *o, const char *name) {
  static char text[128];
  size_t len = 0;
  text[0] = '\0';
  for (const ql_value *item = ql_get(o->answer, str(name))->first; item; item = item->next)
    len += (size_t)snprintf(text + len, sizeof text - len, "%s%lld", len > 0 ? " " : "", (long long)item->number);
  return text;
}

static void assert_diverged(const outcome *o, int64_t n, const char *code) {
  const ql_value *diverged = QL_GET(o->answer, "diverged");
  assert_non_null(diverged);
  assert_int_equal(ql_get_int(diverged, QL_STR("n"), -1), n);
  if (*code)
    assert_str_is(ql_get_str(QL_GET(diverged, "refusal"), QL_STR("code")), code);
  else
    assert_null(QL_GET(diverged, "refusal"));
}

static ql_str task_status(const outcome *o, int64_t index) {
  const ql_value *task = QL_GET(ql_quest_view(o->branch, o->a), "tasks")->first;
  while (index-- > 0) task = task->next;
  return ql_get_str(task, QL_STR("status"));
}

static void a_blocked_task_returns_what_waits_for_it(void **state) {
  (void)state;
  stage *g = play();
  outcome o = what_if(g->quest, "{\"at\":5,\"kind\":\"blocked\"}");
  assert_int_equal(o.status, QL_OK);
  assert_diverged(&o, 6, "not_your_turn"); /* @b's turn never comes */
  assert_int_equal(ql_get_int(o.answer, QL_STR("kept"), -1), 0);
  assert_str_is(task_status(&o, 0), "blocked");
  assert_str_is(task_status(&o, 1), "todo");
  assert_str_is(QL_GET(o.answer, "holders")->first->text, "@lead");
  assert_int_equal(QL_GET(o.answer, "holders")->count, 1);
  const ql_value *changed = QL_GET(o.answer, "changed")->first;
  assert_str_is(ql_get_str(changed, QL_STR("left")), "completed");
  assert_str_is(ql_get_str(changed, QL_STR("right")), "blocked");
  assert_int_equal(ql_quest_count(o.branch), 5 + 1 + 1); /* the prefix, the fork, the changed answer */
  forget(&o);
  strike_stage(g);
}

static void another_text_keeps_all(void **state) {
  (void)state;
  stage *g = play();
  static const struct {
    const char *change, *doubtful;
  } ROWS[] = {{"{\"at\":2,\"msg\":\"otherwise\"}", "5"}, /* told to @a, who answers in 5 */
              {"{\"at\":3,\"msg\":\"otherwise\"}", "6"}, /* to @b */
              {"{\"at\":4,\"msg\":\"otherwise\"}", ""},  /* to the owner, who says nothing any more */
              {"{\"at\":5,\"msg\":\"otherwise\"}", "7"}, /* to @lead */
              {"{\"at\":6,\"msg\":\"otherwise\"}", "7"}};
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    outcome o = what_if(g->quest, ROWS[i].change);
    assert_int_equal(o.status, QL_OK);
    assert_null(QL_GET(o.answer, "diverged"));
    assert_int_equal(ql_get_int(o.answer, QL_STR("kept"), -1), 7 - ql_get_int(o.answer, QL_STR("at"), 0));
    assert_string_equal(numbers(&o, "doubtful"), ROWS[i].doubtful);
    assert_string_equal(numbers(&o, "left_out"), "");
    assert_str_is(ql_get_str(o.answer, QL_STR("status")), "completed");
    forget(&o);
  }
  strike_stage(g);
}

static void a_gate_that_fails_blocks_completion(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@a'],'gates':[{'id':'tests','judge':'rule','milli':80000,'op':'>=','text':'covered'}]");
  ACCEPTED(does(g, "@lead", "message", "'to':['@a']"));                                                        /* 1 */
  ACCEPTED(does(g, "@lead", "respond", ""));                                                                   /* 2 */
  ACCEPTED(say(g, "{'by':'@a','type':'gate','gate':'tests','as':'given','value':90000,'evidence':'report'}")); /* 3 */
  ACCEPTED(does(g, "@a", "respond", ""));                                                                      /* 4 */
  ACCEPTED(say(g, "{'by':'@lead','type':'complete','summary':'done'}"));                                       /* 5 */
  outcome o = what_if(g->quest, "{\"at\":3,\"value\":79999}");
  assert_int_equal(o.status, QL_OK);
  assert_diverged(&o, 5, "gates_open");
  assert_int_equal(ql_get_int(o.answer, QL_STR("kept"), -1), 1);
  assert_str_is(ql_get_str(QL_GET(o.answer, "changed")->first, QL_STR("left")), "90000");
  assert_str_is(QL_GET(o.answer, "holders")->first->text, "@lead");
  forget(&o);
  o = what_if(g->quest, "{\"at\":3,\"evidence\":null}"); /* taken away: the number still settles it */
  assert_int_equal(o.status, QL_OK);
  assert_null(QL_GET(o.answer, "diverged"));
  assert_string_equal(numbers(&o, "doubtful"), "5"); /* the leader knows the gates */
  forget(&o);
  o = what_if(g->quest, "{\"at\":3,\"value\":null}"); /* the changed command itself is refused */
  assert_int_equal(o.status, QL_OK);
  assert_diverged(&o, 3, "bad_evidence");
  assert_int_equal(ql_quest_count(o.branch), 4);
  forget(&o);
  strike_stage(g);
}

/* Who judges has read the evidence. */
static void a_judgement_of_changed_evidence_is_doubtful(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@a'],'gates':[{'id':'review','judge':'seat','text':'reviewed'}]");
  ACCEPTED(does(g, "@lead", "message", "'to':['@a']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@a','type':'gate','gate':'review','as':'given','evidence':'as agreed'}")); /* 3 */
  ACCEPTED(say(g, "{'by':'@owner','type':'pause'}"));                                                /* 4: not about it */
  ACCEPTED(say(g, "{'by':'@owner','type':'gate','gate':'review','as':'pass'}"));                     /* 5 */
  ACCEPTED(say(g, "{'by':'@owner','type':'resume'}"));
  outcome o = what_if(g->quest, "{\"at\":3,\"evidence\":\"not at all\"}");
  assert_int_equal(o.status, QL_OK);
  assert_string_equal(numbers(&o, "doubtful"), "5");
  forget(&o);
  strike_stage(g);
}

/* Numbers of events inside commands are those of the branch; what the fork settled is left out. */
static void effects_are_bound_anew(void **state) {
  (void)state;
  static const char start[] = "{'by':'@owner','type':'start','seat':'@a','effect':'http','attempt':1,'tokens':100,'micro':0,'request':'"
                              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}";
  stage *g = raise_stage("'agents':['@lead','@a']");
  ACCEPTED(does(g, "@lead", "message", "'to':['@a']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@owner','type':'claim','agent':'@a','seat':'model'}"));        /* 3 */
  ACCEPTED(say(g, start));                                                               /* 4 */
  ACCEPTED(does(g, "@a", "message", "'to':['@lead'],'msg':'on it'"));                    /* 5 */
  ACCEPTED(say(g, "{'by':'@owner','type':'done','start':4,'outcome':'ok','input':10}")); /* 6: under way at the fork */
  ACCEPTED(say(g, "{'by':'@owner','type':'release','agent':'@a'}"));                     /* 7: the fork freed it */
  ACCEPTED(say(g, start));                                                               /* 8 */
  ACCEPTED(say(g, "{'by':'@owner','type':'done','start':8,'outcome':'ok','input':20}")); /* 9 */
  ACCEPTED(say(g, "{'by':'@owner','type':'fork','from':9,'id':'0123456789'}"));          /* 10 */
  ACCEPTED(does(g, "@a", "respond", ""));                                                /* 11 */
  outcome o = what_if(g->quest, "{\"at\":5,\"msg\":\"otherwise\"}");
  assert_int_equal(o.status, QL_OK);
  assert_null(QL_GET(o.answer, "diverged"));
  assert_string_equal(numbers(&o, "left_out"), "6 7");
  assert_int_equal(ql_get_int(o.answer, QL_STR("kept"), -1), 4);
  assert_int_equal(ql_quest_count(o.branch), 11);
  const ql_value *settled = ql_quest_event(o.branch, o.a, 8);
  assert_str_is(ql_get_str(settled, QL_STR("type")), "done");
  assert_int_equal(ql_get_int(QL_GET(settled, "data"), QL_STR("start"), -1), 7);
  assert_false(ql_eq(ql_quest_id(o.branch), ql_quest_id(g->quest)));
  forget(&o);
  strike_stage(g);
}

static void withheld_words_end_it(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const int64_t six[] = {6};
  ql_str log;
  assert_int_equal(ql_quest_redact(g->quest, a, six, 1, &log, NULL), QL_OK);
  ql_quest *bare = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(bare, log, NULL), QL_OK);
  outcome o = what_if(bare, "{\"at\":4,\"msg\":\"otherwise\"}");
  assert_int_equal(o.status, QL_OK);
  assert_diverged(&o, 6, "");
  assert_int_equal(ql_get_int(o.answer, QL_STR("kept"), -1), 1);
  forget(&o);
  ql_quest_free(bare);
  ql_arena_free(a);
  strike_stage(g);
}

static void the_same_entropy_gives_the_same_branch(void **state) {
  (void)state;
  stage *g = play();
  outcome x = what_if(g->quest, "{\"at\":5,\"msg\":\"otherwise\"}"), y = what_if(g->quest, "{\"at\":5,\"msg\":\"otherwise\"}");
  assert_true(ql_eq(ql_quest_log(x.branch), ql_quest_log(y.branch)));
  forget(&x);
  forget(&y);
  strike_stage(g);
}

static void wrong_changes_are_errors(void **state) {
  (void)state;
  stage *g = play();
  static const char *const CHANGES[] = {
      "{}",                                /* no event */
      "{\"at\":0,\"mission\":\"m\"}",      /* the beginning is no answer */
      "{\"at\":8,\"msg\":\"m\"}",          /* not there */
      "{\"at\":-1,\"msg\":\"m\"}",         /* nor this */
      "{\"at\":5}",                        /* nothing */
      "{\"at\":5,\"kind\":\"completed\"}", /* the same */
      "{\"at\":5,\"kind\":\"splendid\"}",  /* no such kind */
      "{\"at\":5,\"to\":[\"@b\"]}",        /* not to be changed */
      "{\"at\":7,\"summary\":\"m\"}",      /* nor this */
      "{\"at\":5,\"msg\":7}",              /* no text */
      "{\"at\":5,\"msg\":null}",           /* an answer has words */
  };
  for (size_t i = 0; i < QL_COUNT(CHANGES); i++) {
    outcome o = what_if(g->quest, CHANGES[i]);
    assert_int_equal(o.status, QL_ERR_ARGUMENT);
    forget(&o);
  }
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *change, *answer;
  assert_int_equal(ql_json_read(a, QL_STR("{\"at\":5,\"msg\":\"m\"}"), &change, NULL), QL_OK);
  assert_int_equal(ql_quest_what_if(g->quest, a, change, ENTROPY, g->quest, &answer, NULL),
                   QL_ERR_ARGUMENT); /* a branch that is not empty */
  ql_arena_free(a);
  strike_stage(g);
}

static ql_status try_what_if(ql_arena *a, const void *quest) {
  ql_value *change = ql_object(a), *answer;
  ql_quest *branch = ql_quest_new(ql_arena_alloc(a));
  if (!branch) return QL_ERR_NOMEM;
  QL_SET(change, "at", ql_int(a, 5));
  QL_SET(change, "kind", ql_string(a, QL_STR("blocked")));
  ql_status status = ql_arena_failed(a) ? QL_ERR_NOMEM : ql_quest_what_if(quest, a, change, ENTROPY, branch, &answer, NULL);
  ql_quest_free(branch);
  return status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  stage *g = play();
  assert_true(try_every_allocation(try_what_if, g->quest) > 0);
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_blocked_task_returns_what_waits_for_it),
      cmocka_unit_test(another_text_keeps_all),
      cmocka_unit_test(a_gate_that_fails_blocks_completion),
      cmocka_unit_test(effects_are_bound_anew),
      cmocka_unit_test(a_judgement_of_changed_evidence_is_doubtful),
      cmocka_unit_test(withheld_words_end_it),
      cmocka_unit_test(the_same_entropy_gives_the_same_branch),
      cmocka_unit_test(wrong_changes_are_errors),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
