/* Gates and artifacts: who may show what, who judges, what blocks. */
#include "stage.h"
#include "support.h"

#define HASH(c) "'" c c c c c c c c "'"
#define ONE     HASH("11111111")
#define TWO     HASH("22222222")

#define GATED                                                                                                                              \
  "'agents':['@lead','@api','@db'],'tasks':[{'id':'T1','title':'API','to':'@api'},{'id':'T2','title':'DB','to':'@db'}],'gates':["          \
  "{'id':'coverage','judge':'rule','milli':80000,'op':'>=','task':'T1','text':'Coverage','unit':'%'},"                                     \
  "{'id':'review','judge':'seat','task':'T1','text':'Reviewed'},"                                                                          \
  "{'expect':'green','id':'build','judge':'rule','text':'The build'}]"

/* @api holds T1. */
static stage *gated(void) {
  stage *g = raise_stage(GATED);
  ACCEPTED(does(g, "@owner", "approve", ""));
  ACCEPTED(does(g, "@lead", "message", "'task':'T1','to':['@api']"));
  ACCEPTED(does(g, "@lead", "message", "'task':'T2','to':['@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  return g;
}

static ql__gate_status gate(const stage *g, size_t i) { return state_of(g)->gates[i].status; }

static void a_task_wants_its_evidence(void **state) {
  (void)state;
  stage *g = gated();
  REFUSED("evidence_missing", does(g, "@api", "respond", ""));
  REFUSED("unknown_gate", does(g, "@api", "gate", "'as':'given','gate':'x','value':1"));
  REFUSED("bad_evidence", does(g, "@api", "gate", "'as':'given','gate':'coverage','word':'much'"));
  REFUSED("bad_evidence", does(g, "@api", "gate", "'as':'given','gate':'coverage'"));
  ACCEPTED(does(g, "@api", "gate", "'as':'given','gate':'coverage','value':79999"));
  assert_int_equal(gate(g, 0), QL__GATE_FAILED);
  REFUSED("evidence_missing", does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@api", "gate", "'as':'given','gate':'coverage','value':80000"));
  assert_int_equal(gate(g, 0), QL__GATE_PASSED);
  REFUSED("evidence_missing", does(g, "@api", "respond", ""));
  REFUSED("evidence_missing", does(g, "@api", "gate", "'as':'given','gate':'review'"));
  ACCEPTED(does(g, "@api", "gate", "'as':'given','evidence':'Read it','gate':'review'"));
  ACCEPTED(does(g, "@api", "respond", "")); /* shown is enough to end the turn; it is judged before the quest is completed */
  strike_stage(g);
}

static void an_open_end_wants_no_evidence(void **state) {
  (void)state;
  stage *g = gated();
  ACCEPTED(does(g, "@api", "respond", "'kind':'blocked'"));
  strike_stage(g);
}

static void another_seat_judges(void **state) {
  (void)state;
  stage *g = gated();
  REFUSED("evidence_missing", does(g, "@owner", "gate", "'as':'pass','gate':'review'"));
  ACCEPTED(does(g, "@api", "gate", "'as':'given','evidence':'Read it','gate':'review'"));
  REFUSED("self_judged", does(g, "@api", "gate", "'as':'pass','gate':'review'"));
  REFUSED("bad_evidence", does(g, "@owner", "gate", "'as':'pass','gate':'coverage'"));
  REFUSED("not_your_turn", does(g, "@db", "gate", "'as':'pass','gate':'review'"));
  REFUSED("not_your_turn", does(g, "@lead", "gate", "'as':'pass','gate':'review'"));
  REFUSED("not_your_turn", does(g, "@owner", "gate", "'as':'given','evidence':'x','gate':'review'"));
  ACCEPTED(does(g, "@api", "gate", "'as':'given','gate':'coverage','value':90000"));
  ACCEPTED(does(g, "@api", "respond", ""));
  REFUSED("not_your_task", does(g, "@db", "gate", "'as':'given','gate':'coverage','value':1"));
  ACCEPTED(does(g, "@db", "gate", "'as':'fail','gate':'review'"));
  assert_int_equal(gate(g, 1), QL__GATE_FAILED);
  ACCEPTED(does(g, "@db", "respond", ""));
  REFUSED("gates_open", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@lead", "gate", "'as':'pass','gate':'review'"));
  REFUSED("gates_open", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'build','word':'red'"));
  REFUSED("gates_open", does(g, "@lead", "complete", ""));
  ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'build','word':'green'"));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void the_owner_can_do_without(void **state) {
  (void)state;
  stage *g = gated();
  REFUSED("owner_only", does(g, "@api", "gate", "'as':'waived','gate':'review'"));
  ACCEPTED(does(g, "@owner", "gate", "'as':'waived','evidence':'No time','gate':'review'"));
  REFUSED("gate_settled", does(g, "@owner", "gate", "'as':'waived','gate':'review'"));
  REFUSED("gate_settled", does(g, "@api", "gate", "'as':'given','evidence':'x','gate':'review'"));
  ACCEPTED(does(g, "@owner", "gate", "'as':'waived','gate':'coverage'"));
  ACCEPTED(does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@owner", "drop", "'task':'T2'"));
  ACCEPTED(does(g, "@db", "respond", ""));
  ACCEPTED(does(g, "@owner", "gate", "'as':'waived','gate':'build'"));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void gates_of_a_dropped_task_do_not_count(void **state) {
  (void)state;
  stage *g = gated();
  ACCEPTED(does(g, "@owner", "drop", "'task':'T1'"));
  ACCEPTED(does(g, "@api", "respond", ""));
  ACCEPTED(does(g, "@db", "respond", ""));
  ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'build','word':'green'"));
  ACCEPTED(does(g, "@lead", "complete", ""));
  strike_stage(g);
}

static void another_artifact_makes_evidence_stale(void **state) {
  (void)state;
  stage *g = gated();
  REFUSED("unknown_artifact", does(g, "@api", "gate", "'artifact':" ONE ",'as':'given','gate':'review'"));
  REFUSED("not_your_turn", does(g, "@db", "artifact", "'bytes':3,'hash':" ONE ",'media':'text/plain','name':'a','task':'T1'"));
  REFUSED("unknown_task", does(g, "@api", "artifact", "'bytes':3,'hash':" ONE ",'media':'text/plain','name':'a','task':'T7'"));
  REFUSED("unknown_artifact", does(g, "@api", "artifact", "'bytes':3,'hash':" ONE ",'media':'text/plain','name':'a','replaces':" TWO));
  ACCEPTED(does(g, "@api", "artifact", "'bytes':3,'hash':" ONE ",'media':'text/plain','name':'a','task':'T1'"));
  REFUSED("unchanged", does(g, "@api", "artifact", "'bytes':3,'hash':" ONE ",'media':'text/plain','name':'b','task':'T1'"));
  ACCEPTED(does(g, "@api", "gate", "'artifact':" ONE ",'as':'given','gate':'review'"));
  ACCEPTED(does(g, "@api", "gate", "'artifact':" ONE ",'as':'given','gate':'coverage','value':80000"));
  /* The same name, so it takes the place of the first. */
  ACCEPTED(does(g, "@api", "artifact", "'bytes':4,'hash':" TWO ",'media':'text/plain','name':'a','task':'T1'"));
  assert_true(state_of(g)->artifacts[0].replaced);
  assert_int_equal(gate(g, 0), QL__GATE_OPEN);
  assert_int_equal(gate(g, 1), QL__GATE_OPEN);
  REFUSED("unknown_artifact", does(g, "@api", "gate", "'artifact':" ONE ",'as':'given','gate':'review'"));
  REFUSED("evidence_missing", does(g, "@owner", "gate", "'as':'pass','gate':'review'"));
  ACCEPTED(does(g, "@api", "artifact", "'bytes':4,'hash':" ONE ",'media':'text/plain','name':'other','task':'T1'"));
  assert_false(state_of(g)->artifacts[1].replaced);
  strike_stage(g);
}

static void every_relation_decides(void **state) {
  (void)state;
  static const struct {
    const char *op;
    ql__gate_status below, equal, above;
  } ROWS[] = {
      {"<", QL__GATE_PASSED, QL__GATE_FAILED, QL__GATE_FAILED}, {"<=", QL__GATE_PASSED, QL__GATE_PASSED, QL__GATE_FAILED},
      {"=", QL__GATE_FAILED, QL__GATE_PASSED, QL__GATE_FAILED}, {">=", QL__GATE_FAILED, QL__GATE_PASSED, QL__GATE_PASSED},
      {">", QL__GATE_FAILED, QL__GATE_FAILED, QL__GATE_PASSED},
  };
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    char create[256];
    snprintf(create, sizeof create, "'agents':['@lead'],'gates':[{'id':'g','judge':'rule','milli':5,'op':'%s','text':'t'}]", ROWS[i].op);
    stage *g = raise_stage(create);
    ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'g','value':4"));
    assert_int_equal(gate(g, 0), ROWS[i].below);
    ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'g','value':5"));
    assert_int_equal(gate(g, 0), ROWS[i].equal);
    ACCEPTED(does(g, "@lead", "gate", "'as':'given','gate':'g','value':6"));
    assert_int_equal(gate(g, 0), ROWS[i].above);
    strike_stage(g);
  }
}

static void unusable_rules_are_refused(void **state) {
  (void)state;
  static const char *const BAD[] = {
      "'gates':[{'id':'g','judge':'rule','text':'t'}]",
      "'gates':[{'id':'g','judge':'rule','milli':5,'text':'t'}]",
      "'gates':[{'expect':'x','id':'g','judge':'rule','milli':5,'op':'<','text':'t'}]",
      "'gates':[{'id':'g','judge':'seat','task':'T1','text':'t'}]",
      "'gates':[{'id':'g','judge':'seat','text':'t'},{'id':'g','judge':'seat','text':'t'}]",
      "'ladder':[{'max_ms':1,'min_ms':2}]",
      "'consult':9",
      "'loops':1",
  };
  for (size_t i = 0; i < QL_COUNT(BAD); i++) {
    char command[256];
    stage g = {ql_quest_new(ql_alloc_libc()), 0};
    snprintf(command, sizeof command, "{'agents':['@lead'],'by':'@owner','mission':'m','type':'create',%s}", BAD[i]);
    assert_string_equal(say(&g, command), "bad_policy");
    ql_quest_free(g.quest);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_task_wants_its_evidence),
      cmocka_unit_test(an_open_end_wants_no_evidence),
      cmocka_unit_test(another_seat_judges),
      cmocka_unit_test(the_owner_can_do_without),
      cmocka_unit_test(gates_of_a_dropped_task_do_not_count),
      cmocka_unit_test(another_artifact_makes_evidence_stale),
      cmocka_unit_test(every_relation_decides),
      cmocka_unit_test(unusable_rules_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
