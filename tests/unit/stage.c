#include "stage.h"

#include <stdlib.h>

#include "../model/invariants.h"
#include "support.h"

static char answer[128];

const ql__state *state_of(const stage *g) { return &g->quest->state; }
void later(stage *g, int64_t ms) { g->now += ms; }
const char *status(const stage *g) {
  ql_str name = ql__status_name(g->quest->state.status);
  snprintf(answer, sizeof answer, "%.*s", (int)name.len, name.ptr);
  return answer;
}

const char *holders(const stage *g) {
  size_t len = 0;
  answer[0] = 0;
  for (size_t i = 0; i < g->quest->state.seat_count; i++) {
    ql_str id = g->quest->state.seats[i].id;
    if (ql__holds(&g->quest->state, i))
      len += (size_t)snprintf(answer + len, sizeof answer - len, "%s%.*s", len ? " " : "", (int)id.len, id.ptr);
  }
  return answer;
}

static void accept(stage *g, ql_arena *a, ql_str line) {
  const ql__state before = kept_state(a, &g->quest->state);
  ql__line read;
  ql_error err;
  assert_int_equal(ql__line_read(a, (ql_str){line.ptr, line.len - 1}, g->quest->head, g->quest->state.events, &read, &err), QL_OK);
  assert_int_equal(ql_quest_append(g->quest, line, &err), QL_OK);
  const char *broken = broken_step(&(step){&before, &read.event, QL__ACCEPTED, &g->quest->state});
  if (broken) fail_msg("%s", broken);
}

const char *say(stage *g, const char *command) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  char *json = malloc(strlen(command) + 1);
  uint8_t entropy[QL_ENTROPY_BYTES] = {(uint8_t)g->quest->state.events, (uint8_t)(g->quest->state.events >> 8), 1};
  char before[QL_HASH_CHARS], after[QL_HASH_CHARS];
  ql_value *value;
  ql_decision decision;
  ql_error err = {0};
  strcpy(json, command);
  for (char *c = json; *c; c++)
    if (*c == '\'') *c = '"';
  assert_int_equal(ql_json_read(a, str(json), &value, &err), QL_OK);
  assert_int_equal(ql_quest_state_hash(g->quest, before, NULL), QL_OK);
  ql_status decided = ql_quest_decide(g->quest, a, value, g->now, entropy, &decision, &err);
  if (decided != QL_OK) fail_msg("%s: %s (%s)", command, err.message, err.detail);
  /* A question changes nothing, whatever the answer. */
  assert_int_equal(ql_quest_state_hash(g->quest, after, NULL), QL_OK);
  const char *broken = S8((ql_str){before, QL_HASH_CHARS}, (ql_str){after, QL_HASH_CHARS});
  if (broken) fail_msg("%s", broken);
  ql_str code = decision.refusal ? ql_get_str(decision.refusal, QL_STR("code")) : QL_STR("");
  if (decision.duplicate_of >= 0) code = QL_STR("duplicate");
  if (code.len == 0) accept(g, a, decision.line);
  g->now++;
  snprintf(answer, sizeof answer, "%.*s", (int)code.len, code.ptr);
  free(json);
  ql_arena_free(a);
  return answer;
}

const char *does(stage *g, const char *by, const char *type, const char *more) {
  char command[1024];
  bool speaks = strcmp(type, "message") == 0 || strcmp(type, "respond") == 0;
  const char *words = speaks && !strstr(more, "'msg'") ? ",'msg':'m'" : strcmp(type, "complete") == 0 ? ",'summary':'s'" : "";
  snprintf(command, sizeof command, "{'by':'%s','type':'%s'%s%s%s}", by, type, words, *more ? "," : "", more);
  return say(g, command);
}

stage *raise_stage(const char *create) {
  stage *g = calloc(1, sizeof *g);
  g->quest = ql_quest_new(ql_alloc_libc());
  g->now = INT64_C(1763712000000);
  char command[4096];
  const char *mission = strstr(create, "'mission'") ? "" : "'mission':'m',";
  snprintf(command, sizeof command, "{'by':'@owner',%s'type':'create',%s}", mission, create);
  assert_string_equal(say(g, command), "");
  return g;
}

/* The log without its openings. */
static ql_quest *redacted(const ql_quest *full) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_error err;
  for (int64_t n = 0; n < ql_quest_count(full); n++) {
    ql_str text = ql_quest_line(full, n);
    char *line = malloc(text.len + 1);
    memcpy(line, text.ptr, text.len);
    line[text.len] = 0;
    char *x = strstr(line, ",\"x\":");
    if (x) strcpy(x, "}\n");
    assert_int_equal(ql_quest_append(quest, str(line), &err), QL_OK);
    free(line);
  }
  return quest;
}

void strike_stage(stage *g) {
  ql_quest *again = ql_quest_new(ql_alloc_libc()), *bare = redacted(g->quest);
  char hashes[3][QL_HASH_CHARS];
  assert_int_equal(ql_quest_append_log(again, ql_quest_log(g->quest), NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(g->quest, hashes[0], NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(again, hashes[1], NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(bare, hashes[2], NULL), QL_OK);
  const char *broken = S10((ql_str){hashes[0], QL_HASH_CHARS}, (ql_str){hashes[1], QL_HASH_CHARS}, (ql_str){hashes[2], QL_HASH_CHARS});
  if (broken) fail_msg("%s", broken);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *known, *checked;
  assert_int_equal(ql_quest_verdict(g->quest, a, QL_ABSENT, &known, NULL), QL_OK);
  assert_int_equal(ql_verify(a, ql_quest_log(g->quest), QL_ABSENT, &checked, NULL), QL_OK);
  assert_true(ql_value_equal(known, checked));
  ql_arena_free(a);
  ql_quest_free(again);
  ql_quest_free(bare);
  ql_quest_free(g->quest);
  free(g);
}
