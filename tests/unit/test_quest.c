/* The quest as C callers see it: limits, memory, and what the vectors cannot reach. The rules themselves are in tests/vectors/quest. */
#include <questline/limits.h>
#include <questline/quest.h>

#include "base/text.h"
#include "quest/quest.h"
#include "support.h"

#define NOW INT64_C(1763712000000)

static const uint8_t ENTROPY[QL_ENTROPY_BYTES] = {7};

/* Decides and appends a command given as canonical JSON; the status of the first that fails, or a refusal's code in *refused. */
static ql_status play(ql_quest *quest, ql_alloc alloc, ql_str command, char refused[64]) {
  ql_arena *a = ql_arena_new(alloc);
  ql_value *value;
  ql_decision decision;
  ql_error err;
  if (!a) return QL_ERR_NOMEM;
  ql_status status = ql_canon_read(a, command, &value, &err);
  if (status == QL_OK) status = ql_quest_decide(quest, a, value, NOW, ENTROPY, &decision, &err);
  if (refused) refused[0] = 0;
  if (status == QL_OK && decision.refusal) {
    ql_str code = ql_get_str(decision.refusal, QL_STR("code"));
    if (refused) snprintf(refused, 64, "%.*s", (int)code.len, code.ptr);
  } else if (status == QL_OK) {
    status = ql_quest_append(quest, decision.line, &err);
  }
  ql_arena_free(a);
  return status;
}

static ql_status play_c(ql_quest *quest, const char *command, char refused[64]) {
  return play(quest, ql_alloc_libc(), str(command), refused);
}

static const char *const STORY[] = {
    "{\"agents\":[\"@lead\",\"@api\",\"@db\"],\"by\":\"@owner\",\"mission\":\"Add sign-in\",\"tasks\":[{\"accept\":[\"Reviewed\"],\"id\":\"T1\","
    "\"outputs\":[\"api.yaml\"],\"title\":\"Contract\",\"to\":\"@api\"},{\"after\":[\"T1\"],\"id\":\"T2\",\"title\":\"Schema\",\"to\":\"@db\"}],"
    "\"type\":\"create\"}",
    "{\"by\":\"@owner\",\"type\":\"approve\"}",
    "{\"by\":\"@lead\",\"msg\":\"Contract first\",\"task\":\"T1\",\"to\":[\"@api\"],\"type\":\"message\"}",
    "{\"by\":\"@lead\",\"msg\":\"Then the schema\",\"task\":\"T2\",\"to\":[\"@db\"],\"type\":\"message\"}",
    "{\"by\":\"@lead\",\"msg\":\"Go\",\"type\":\"respond\"}",
    "{\"by\":\"@api\",\"msg\":\"Done\",\"type\":\"respond\"}",
    "{\"agent\":\"@db\",\"by\":\"@owner\",\"seat\":\"model\",\"type\":\"claim\"}",
    "{\"by\":\"@db\",\"msg\":\"Done\",\"type\":\"respond\"}",
    "{\"by\":\"@lead\",\"summary\":\"Both stand\",\"type\":\"complete\"}",
};

static ql_quest *told(size_t steps) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  for (size_t i = 0; i < steps; i++) assert_int_equal(play_c(quest, STORY[i], NULL), QL_OK);
  return quest;
}

/* What an observer can see: log, head and state hash. */
static void assert_same(const ql_quest *x, const ql_quest *y) {
  char hx[QL_HASH_CHARS], hy[QL_HASH_CHARS];
  ql_str lx = ql_quest_log(x), ly = ql_quest_log(y);
  assert_int_equal(lx.len, ly.len);
  assert_memory_equal(lx.ptr, ly.ptr, lx.len);
  assert_int_equal(ql_quest_state_hash(x, hx, NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(y, hy, NULL), QL_OK);
  assert_memory_equal(hx, hy, QL_HASH_CHARS);
}

static void replay_equals_live(void **state) {
  (void)state;
  for (size_t steps = 1; steps <= QL_COUNT(STORY); steps++) {
    ql_quest *live = told(steps), *replay = ql_quest_new(ql_alloc_libc());
    assert_int_equal(ql_quest_append_log(replay, ql_quest_log(live), NULL), QL_OK);
    assert_same(live, replay);
    ql_quest_free(live);
    ql_quest_free(replay);
  }
}

/* The state hash of a redacted log is that of the full one: every opening taken out, one line at a time. */
static void redacted_replay_equals_full(void **state) {
  (void)state;
  ql_quest *full = told(QL_COUNT(STORY)), *redacted = ql_quest_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(full); n++) {
    char line[8192];
    ql_str text = ql_quest_line(full, n);
    memcpy(line, text.ptr, text.len);
    line[text.len] = 0;
    char *x = strstr(line, ",\"x\":");
    if (x) strcpy(x, "}\n");
    assert_int_equal(ql_quest_append(redacted, str(line), NULL), QL_OK);
  }
  char hx[QL_HASH_CHARS], hy[QL_HASH_CHARS];
  assert_int_equal(ql_quest_state_hash(full, hx, NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(redacted, hy, NULL), QL_OK);
  assert_memory_equal(hx, hy, QL_HASH_CHARS);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *view = ql_quest_view(redacted, a);
  assert_int_equal(ql_get_int(view, QL_STR("withheld"), -1), 11); /* mission, 2 titles, accept, output, 3 messages, 2 answers, summary */
  assert_int_equal(QL_GET(view, "mission")->kind, QL_NULL);
  ql_arena_free(a);
  ql_quest_free(full);
  ql_quest_free(redacted);
}

/* Every allocation fails once: the call says so, nothing leaks, and the quest is what it was. */
static void out_of_memory_leaves_the_quest_as_it_was(void **state) {
  (void)state;
  for (size_t step = 0; step < QL_COUNT(STORY); step++) {
    ql_quest *before = told(step), *after = told(step + 1);
    bool failed = true;
    for (size_t allowed = 0; failed; allowed++) {
      size_t live = 0;
      ql_quest *quest = ql_quest_new(counting_alloc(&live));
      assert_int_equal(ql_quest_append_log(quest, ql_quest_log(before), NULL), QL_OK);
      fail_allocation(allowed);
      ql_status status = play(quest, ql_alloc_libc(), str(STORY[step]), NULL);
      failed = allocation_failed();
      fail_allocation(SIZE_MAX);
      assert_int_equal(status, failed ? QL_ERR_NOMEM : QL_OK);
      assert_same(quest, failed ? before : after);
      /* With memory back, the same command is taken. */
      if (failed) assert_int_equal(play(quest, ql_alloc_libc(), str(STORY[step]), NULL), QL_OK);
      assert_same(quest, after);
      ql_quest_free(quest);
      assert_int_equal(live, 0);
    }
    ql_quest_free(before);
    ql_quest_free(after);
  }
}

typedef ql_value *reader(const ql_quest *quest, ql_arena *a);

static ql_value *read_state(const ql_quest *quest, ql_arena *a) { return ql_quest_state(quest, a); }
static ql_value *read_view(const ql_quest *quest, ql_arena *a) { return ql_quest_view(quest, a); }
static ql_value *read_monitor(const ql_quest *quest, ql_arena *a) { return ql_quest_monitor(quest, a, QL_STR("@lead")); }
static ql_value *read_event(const ql_quest *quest, ql_arena *a) { return ql_quest_event(quest, a, 0); }
static ql_value *read_view_at(const ql_quest *quest, ql_arena *a) {
  ql_value *view = NULL;
  return ql_quest_view_at(quest, a, 3, &view, NULL) == QL_OK ? view : NULL;
}
static ql_value *read_verdict(const ql_quest *quest, ql_arena *a) {
  ql_value *verdict = NULL;
  return ql_verify(a, ql_quest_log(quest), QL_ABSENT, &verdict, NULL) == QL_OK ? verdict : NULL;
}

static void reads_survive_failing_memory(void **state) {
  (void)state;
  reader *const READERS[] = {read_state, read_view, read_monitor, read_event, read_view_at, read_verdict};
  ql_quest *quest = told(7);
  for (size_t i = 0; i < QL_COUNT(READERS); i++) {
    bool failed = true;
    for (size_t allowed = 0; failed; allowed++) {
      fail_allocation(allowed);
      ql_arena *a = ql_arena_new(ql_alloc_libc());
      const ql_value *value = a ? READERS[i](quest, a) : NULL;
      failed = allocation_failed();
      fail_allocation(SIZE_MAX);
      assert_true(value || failed);
      ql_arena_free(a);
    }
  }
  ql_quest_free(quest);
}

static void agents_at_the_limit_and_one_more(void **state) {
  (void)state;
  for (size_t count = QL_QUEST_AGENTS_MAX; count <= QL_QUEST_AGENTS_MAX + 1; count++) {
    char command[4096], refused[64];
    size_t len = (size_t)snprintf(command, sizeof command, "{\"agents\":[");
    for (size_t i = 0; i < count; i++) len += (size_t)snprintf(command + len, sizeof command - len, "%s\"@a%zu\"", i ? "," : "", i);
    snprintf(command + len, sizeof command - len, "],\"by\":\"@owner\",\"mission\":\"m\",\"type\":\"create\"}");
    ql_quest *quest = ql_quest_new(ql_alloc_libc());
    assert_int_equal(play_c(quest, command, refused), QL_OK);
    assert_string_equal(refused, count > QL_QUEST_AGENTS_MAX ? "limit" : "");
    ql_quest_free(quest);
  }
}

static void steps_of_a_turn_at_the_limit_and_one_more(void **state) {
  (void)state;
  char refused[64];
  ql_quest *quest = told(0);
  assert_int_equal(play_c(quest, "{\"agents\":[\"@lead\",\"@api\"],\"by\":\"@owner\",\"mission\":\"m\",\"type\":\"create\"}", NULL), QL_OK);
  for (size_t i = 0; i <= QL_TURN_STEPS_MAX; i++) {
    assert_int_equal(play_c(quest, "{\"by\":\"@lead\",\"msg\":\"x\",\"to\":[\"@api\"],\"type\":\"message\"}", refused), QL_OK);
    assert_string_equal(refused, i == QL_TURN_STEPS_MAX ? "limit" : "");
  }
  ql_quest_free(quest);
}

/* The longest line that fits is taken, one byte more is refused by name and leaves the quest as it was. */
static void a_line_at_the_limit_and_one_more(void **state) {
  (void)state;
  ql_quest *quest = told(0);
  size_t overhead = 0;
  for (size_t round = 0; round < 3; round++) {
    size_t text = round == 0 ? 1000 : QL_LINE_BYTES_MAX - overhead + (round - 1);
    char *command = malloc(text + 200);
    size_t len = (size_t)snprintf(command, 200, "{\"agents\":[\"@lead\"],\"by\":\"@owner\",\"mission\":\"");
    memset(command + len, 'x', text);
    strcpy(command + len + text, "\",\"type\":\"create\"}");
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *value;
    ql_decision decision;
    ql_error err = {0};
    assert_int_equal(ql_canon_read(a, str(command), &value, &err), QL_OK);
    ql_status status = ql_quest_decide(quest, a, value, NOW, ENTROPY, &decision, &err);
    assert_int_equal(status, round < 2 ? QL_OK : QL_ERR_LIMIT);
    if (round == 0) overhead = decision.line.len - text;
    if (round == 2) assert_non_null(strstr(err.message, "QL_LINE_BYTES_MAX"));
    ql_arena_free(a);
    free(command);
  }
  assert_int_equal(ql_quest_count(quest), 0);
  ql_quest_free(quest);
}

/* A refusal leaves the state bytes equal, whatever is asked of whom, at every point of a quest. */
static void refusals_leave_no_trace(void **state) {
  (void)state;
  static const char *const TYPES[] = {"approve", "reject", "pause", "resume", "abort", "fail"};
  for (size_t steps = 1; steps <= QL_COUNT(STORY); steps++) {
    ql_quest *quest = told(steps), *same = told(steps);
    size_t refusals = 0;
    for (size_t i = 0; i < QL_COUNT(TYPES); i++) {
      char command[128], refused[64];
      snprintf(command, sizeof command, "{\"by\":\"@db\",\"type\":\"%s\"}", TYPES[i]);
      assert_int_equal(play_c(quest, command, refused), QL_OK);
      refusals += refused[0] != 0;
    }
    assert_int_equal(refusals, QL_COUNT(TYPES));
    assert_same(quest, same);
    ql_quest_free(quest);
    ql_quest_free(same);
  }
}

/* A well-formed answer of @db as event n, whoever holds the turn. */
static ql_str forged(ql_arena *a, const uint8_t *previous, int64_t n) {
  ql_value *d = ql_object(a);
  ql_str line;
  QL_SET(d, "kind", ql_string(a, QL_STR("completed")));
  QL_SET(d, "msg", ql_string(a, QL_STR("Forged")));
  const ql__event event = {QL_EVENT_respond, QL_STR("@db"), NOW, 1, 0, n, d};
  assert_int_equal(ql__line_build(a, &event, previous, ENTROPY, &line, NULL), QL_OK);
  return line;
}

static void assert_verdict(ql_arena *a, ql_str log, const char *intact, const char *legal, const char *cause, int64_t line) {
  ql_value *verdict;
  assert_int_equal(ql_verify(a, log, QL_ABSENT, &verdict, NULL), QL_OK);
  const ql_value *problem = QL_GET(verdict, "problem");
  assert_str_is(ql_get_str(verdict, QL_STR("intact")), intact);
  assert_str_is(ql_get_str(verdict, QL_STR("legal")), legal);
  assert_str_is(ql_get_str(problem, QL_STR("cause")), cause);
  assert_int_equal(ql_get_int(problem, QL_STR("line"), 0), line);
}

/* A line that is written, hashed and chained as it should be, of a move that the state forbids: intact, and not legal. What stands behind it
   is checked all the same. */
static void an_illegal_event_is_found(void **state) {
  (void)state;
  ql_quest *quest = told(5);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql__line read;
  ql_str sixth = forged(a, quest->head, 5);
  assert_int_equal(ql__line_read(a, (ql_str){sixth.ptr, sixth.len - 1}, quest->head, 5, &read, NULL), QL_OK);
  ql_str log = ql_arena_concat(a, (const ql_str[]){ql_quest_log(quest), sixth, forged(a, read.hash, 6)}, 3);
  assert_verdict(a, log, "yes", "no", "not_your_turn", 6);
  char *bytes = malloc(log.len);
  memcpy(bytes, log.ptr, log.len);
  bytes[log.len - 6] = 'D'; /* the last letter of the seventh line's text */
  assert_verdict(a, (ql_str){bytes, log.len}, "no", "no", "commitment", 7);
  free(bytes);
  assert_verdict(a, (ql_str){log.ptr, log.len - 1}, "no", "no", "torn_tail", 7);
  ql_arena_free(a);
  ql_quest_free(quest);
}

/* What decide made is not checked again when it is appended; anything else is, were it off by a byte, and so is what was made for an
   earlier state. */
static void only_what_was_decided_is_trusted(void **state) {
  (void)state;
  ql_quest *quest = told(5), *same = told(5);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *answer, *pause;
  ql_decision decision, other;
  assert_int_equal(ql_canon_read(a, str(STORY[5]), &answer, NULL), QL_OK);
  assert_int_equal(ql_canon_read(a, QL_STR("{\"by\":\"@owner\",\"type\":\"pause\"}"), &pause, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, pause, NOW, ENTROPY, &other, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, answer, NOW, ENTROPY, &decision, NULL), QL_OK);
  char *bytes = malloc(decision.line.len);
  for (size_t i = 0; i + 1 < decision.line.len; i++) {
    memcpy(bytes, decision.line.ptr, decision.line.len);
    bytes[i] ^= 1;
    assert_int_not_equal(ql_quest_append(quest, (ql_str){bytes, decision.line.len}, NULL), QL_OK);
  }
  free(bytes);
  assert_int_not_equal(ql_quest_append(quest, ql_slice(decision.line, 0, decision.line.len - 2), NULL), QL_OK);
  assert_int_not_equal(ql_quest_append(quest, forged(a, quest->head, 5), NULL), QL_OK);
  assert_same(quest, same);
  assert_int_equal(ql_quest_append(quest, other.line, NULL), QL_OK); /* decided before, and checked */
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_ERR_INTEGRITY);
  assert_int_equal(ql_quest_append(same, other.line, NULL), QL_OK);
  assert_same(quest, same);
  ql_arena_free(a);
  ql_quest_free(quest);
  ql_quest_free(same);
}

static void a_pause_keeps_the_turn_for_who_held_it(void **state) {
  (void)state;
  ql_quest *quest = told(5);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(QL_GET(ql_quest_view(quest, a), "kept")->count, 0);
  assert_int_equal(play_c(quest, "{\"by\":\"@owner\",\"type\":\"pause\"}", NULL), QL_OK);
  const ql_value *view = ql_quest_view(quest, a);
  assert_int_equal(QL_GET(view, "holders")->count, 0);
  assert_int_equal(QL_GET(view, "kept")->count, 1);
  assert_str_is(QL_GET(view, "kept")->first->text, "@api");
  ql_arena_free(a);
  ql_quest_free(quest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(replay_equals_live),
      cmocka_unit_test(only_what_was_decided_is_trusted),
      cmocka_unit_test(redacted_replay_equals_full),
      cmocka_unit_test(out_of_memory_leaves_the_quest_as_it_was),
      cmocka_unit_test(reads_survive_failing_memory),
      cmocka_unit_test(agents_at_the_limit_and_one_more),
      cmocka_unit_test(steps_of_a_turn_at_the_limit_and_one_more),
      cmocka_unit_test(a_line_at_the_limit_and_one_more),
      cmocka_unit_test(refusals_leave_no_trace),
      cmocka_unit_test(an_illegal_event_is_found),
      cmocka_unit_test(a_pause_keeps_the_turn_for_who_held_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
