/* A quest that is full: what it still takes, so that it can settle and end; and how many artifacts it has. */
#include <questline/limits.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define START "'attempt':1,'effect':'http','micro':1,'request':'" ZEROS "','seat':'@lead','tokens':1"

/* What the guard says when there were so many events already. */
static const char *with_events(stage *g, int64_t events, const char *type, const char *more) {
  ql__state *s = &g->quest->state;
  static char code[64];
  int64_t before = s->events;
  char json[512];
  ql_value *command;
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  snprintf(json, sizeof json, "{'by':'@owner','type':'%s'%s%s}", type, *more ? "," : "", more);
  for (char *c = json; *c; c++)
    if (*c == '\'') *c = '"';
  s->events = events;
  assert_int_equal(ql_json_read(a, str(json), &command, NULL), QL_OK);
  ql_status status = ql_quest_decide(g->quest, a, command, g->now, entropy, &decision, NULL);
  s->events = before;
  ql_str refused = status == QL_ERR_LIMIT ? QL_STR("bytes") : decision.refusal ? ql_get_str(decision.refusal, QL_STR("code")) : QL_STR("");
  snprintf(code, sizeof code, "%.*s", (int)refused.len, refused.ptr);
  ql_arena_free(a);
  return code;
}

static const char *with_bytes(stage *g, size_t free, const char *type, const char *more) {
  size_t before = g->quest->log.len;
  g->quest->log.len = QL_QUEST_BYTES_MAX - free; /* decide reads no line of it */
  const char *code = with_events(g, state_of(g)->events, type, more);
  g->quest->log.len = before;
  return code;
}

#define FULL     ((int64_t)QL_QUEST_EVENTS_MAX)
#define REQUESTS (FULL - (int64_t)QL_QUEST_RESERVE_EVENTS - 1) /* the last number a request can have when nothing is under way */

static void requests_end_before_facts_and_facts_before_endings(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  ACCEPTED(with_events(g, REQUESTS, "pause", ""));
  REFUSED("limit", with_events(g, REQUESTS + 1, "pause", ""));
  ACCEPTED(with_events(g, REQUESTS + 1, "tick", ""));
  ACCEPTED(with_events(g, FULL - 3, "usage", "'agent':'@api','input':1"));
  REFUSED("limit", with_events(g, FULL - 2, "usage", "'agent':'@api','input':1"));
  REFUSED("limit", with_events(g, FULL - 2, "tick", ""));
  ACCEPTED(with_events(g, FULL - 2, "abort", ""));
  REFUSED("limit", with_events(g, FULL - 1, "abort", "")); /* no room for the tick behind it */
  REFUSED("limit", with_events(g, FULL, "abort", ""));
  strike_stage(g);
}

static void what_is_under_way_keeps_its_room(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  REFUSED("limit", with_events(g, REQUESTS, "start", START)); /* with the event that settles it */
  ACCEPTED(with_events(g, REQUESTS - 1, "start", START));
  int64_t first = state_of(g)->events;
  ACCEPTED(does(g, "@owner", "start", START));
  ACCEPTED(does(g, "@owner", "start", START));
  char done[64];
  snprintf(done, sizeof done, "'outcome':'ok','start':%d", (int)first);
  ACCEPTED(with_events(g, REQUESTS - 2, "pause", ""));
  REFUSED("limit", with_events(g, REQUESTS - 1, "pause", ""));
  ACCEPTED(with_events(g, FULL - 5, "tick", ""));
  REFUSED("limit", with_events(g, FULL - 4, "tick", ""));
  ACCEPTED(with_events(g, FULL - 4, "abort", ""));
  REFUSED("limit", with_events(g, FULL - 3, "abort", ""));
  ACCEPTED(with_events(g, FULL - 1, "done", done));
  REFUSED("limit", with_events(g, FULL, "done", done));
  strike_stage(g);
}

static void a_full_quest_that_is_ending_ends(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  ACCEPTED(does(g, "@owner", "start", START));
  ACCEPTED(does(g, "@owner", "abort", ""));
  REFUSED("limit", with_events(g, FULL - 1, "tick", "")); /* it would change nothing and take the last room */
  later(g, QL__CLOSING_MS);
  ACCEPTED(with_events(g, FULL - 1, "tick", ""));
  REFUSED("limit", with_events(g, FULL, "tick", ""));
  ACCEPTED(does(g, "@owner", "tick", ""));
  assert_string_equal(status(g), "aborted");
  strike_stage(g);
}

static void bytes_are_kept_too(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  ACCEPTED(with_bytes(g, QL_QUEST_RESERVE_BYTES + 1000, "pause", ""));
  REFUSED("bytes", with_bytes(g, QL_QUEST_RESERVE_BYTES + 10, "pause", ""));
  ACCEPTED(with_bytes(g, QL_QUEST_RESERVE_BYTES + 10, "tick", ""));
  REFUSED("bytes", with_bytes(g, QL_LINE_BYTES_MAX, "tick", ""));
  ACCEPTED(with_bytes(g, QL_LINE_BYTES_MAX, "abort", ""));
  REFUSED("bytes", with_bytes(g, 100, "abort", ""));
  strike_stage(g);
}

static void by_rules_1_a_full_quest_takes_nothing(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api'],'rules':1");
  ACCEPTED(with_events(g, FULL - 1, "pause", ""));
  REFUSED("limit", with_events(g, FULL, "pause", ""));
  REFUSED("limit", with_events(g, FULL, "tick", ""));
  REFUSED("limit", with_events(g, FULL, "abort", ""));
  ACCEPTED(with_bytes(g, 1000, "pause", ""));
  strike_stage(g);
}

/* ---- artifacts ---- */

static void made(char *out, size_t size, unsigned number, const char *name) {
  snprintf(out, size, "'bytes':1,'hash':'%064x','media':'text/plain','name':'%s'", number * 7919u, name);
}

/* Straight into the state: as many as there may be, without as many lines. */
static void fill(stage *g, unsigned count) {
  ql__state *s = &g->quest->state;
  ql_error err = {0};
  for (unsigned i = (unsigned)s->artifact_count; i < count; i++) {
    char text[256];
    snprintf(text, sizeof text, "{\"bytes\":1,\"hash\":\"%064x\",\"media\":\"text/plain\",\"name\":\"\"}", i * 7919u);
    ql_value *d;
    assert_int_equal(ql_canon_read(g->quest->arena, ql_arena_str(g->quest->arena, str(text)), &d, &err), QL_OK);
    const ql__event event = {QL_EVENT_artifact, QL_STR("@owner"), s->at, s->seats[0].fence, s->seats[0].counter, s->events, d};
    assert_int_equal(ql__guard(s, &event).code, QL__ACCEPTED);
    assert_int_equal(ql__state_reserve(g->quest->arena, s, &event, &err), QL_OK);
    ql__state_apply(s, &event);
  }
}

static ql__verdict of_artifact(stage *g, unsigned number) {
  ql__state *s = &g->quest->state;
  char text[256];
  ql_value *d;
  snprintf(text, sizeof text, "{\"bytes\":1,\"hash\":\"%064x\",\"media\":\"text/plain\",\"name\":\"\"}", number * 7919u);
  assert_int_equal(ql_canon_read(g->quest->arena, ql_arena_str(g->quest->arena, str(text)), &d, NULL), QL_OK);
  const ql__event event = {QL_EVENT_artifact, QL_STR("@owner"), s->at, s->seats[0].fence, s->seats[0].counter, s->events, d};
  return ql__guard(s, &event);
}

static void artifacts_at_the_limit_and_one_more(void **state) {
  (void)state;
  for (int rules = 2; rules >= 1; rules--) {
    char create[64];
    snprintf(create, sizeof create, "'agents':['@lead','@api'],'rules':%d", rules);
    stage *g = raise_stage(create);
    fill(g, QL_QUEST_ARTIFACTS_MAX - 1);
    assert_int_equal(of_artifact(g, QL_QUEST_ARTIFACTS_MAX - 1).code, QL__ACCEPTED);
    fill(g, QL_QUEST_ARTIFACTS_MAX);
    for (unsigned i = 0; i < QL_QUEST_ARTIFACTS_MAX; i++) assert_int_equal(of_artifact(g, i).code, QL__unchanged); /* each is found */
    ql__verdict verdict = of_artifact(g, QL_QUEST_ARTIFACTS_MAX);
    assert_int_equal(verdict.code, rules == 2 ? QL__limit : QL__ACCEPTED);
    if (rules == 2) assert_str_is(verdict.about, "QL_QUEST_ARTIFACTS_MAX");
    assert_int_equal(state_of(g)->artifact_count, QL_QUEST_ARTIFACTS_MAX);
    ql_quest_free(g->quest);
    free(g);
  }
}

static void an_artifact_of_the_same_name_takes_its_place(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api']");
  char more[256];
  for (unsigned i = 0; i < 40; i++) {
    char name[16];
    snprintf(name, sizeof name, "f%u", i % 20);
    made(more, sizeof more, i, name);
    ACCEPTED(does(g, "@owner", "artifact", more));
  }
  for (unsigned i = 0; i < 40; i++) assert_int_equal(state_of(g)->artifacts[i].replaced, i < 20);
  made(more, sizeof more, 3, "f3"); /* the first content comes back */
  ACCEPTED(does(g, "@owner", "artifact", more));
  assert_true(state_of(g)->artifacts[23].replaced);
  REFUSED("unchanged", does(g, "@owner", "artifact", more));
  made(more, sizeof more, 23, "other"); /* and so does the second, under another name */
  ACCEPTED(does(g, "@owner", "artifact", more));
  assert_false(state_of(g)->artifacts[40].replaced);
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_end_before_facts_and_facts_before_endings),
      cmocka_unit_test(what_is_under_way_keeps_its_room),
      cmocka_unit_test(a_full_quest_that_is_ending_ends),
      cmocka_unit_test(bytes_are_kept_too),
      cmocka_unit_test(by_rules_1_a_full_quest_takes_nothing),
      cmocka_unit_test(artifacts_at_the_limit_and_one_more),
      cmocka_unit_test(an_artifact_of_the_same_name_takes_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
