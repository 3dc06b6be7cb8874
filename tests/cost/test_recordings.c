/* What a recording holds is found by what is asked: a recording of four times the calls costs four times as much to play. Time is that of the
   processor, the least of several runs. */
#include "../unit/support.h"

#include <time.h>

#include <questline/driver.h>

#include "base/text.h"
#include "driver/recall.h"

#define SMALL     1000
#define TIMES     4
#define RATIO_MAX 8.0 /* of a cost that should be TIMES; a quadratic one is 16 */
#define RUNS      3
#define ATTEMPTS  4
#define NOW       INT64_C(1763712000000)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef enum order { FORWARD, BACKWARD, ONE_AND_THE_SAME, OTHERS } order;

static const struct {
  const char *name;
  order asked;
  bool unanswered;
} ROWS[] = {{"as they were asked", FORWARD, false},
            {"the last first", BACKWARD, false},
            {"the same again and again", ONE_AND_THE_SAME, false},
            {"what nobody asked", OTHERS, false},
            {"the same again and again, without an answer", ONE_AND_THE_SAME, true}};

static void hash_of(char hash[64], int i, order asked) {
  char text[80];
  snprintf(text, sizeof text, "%064x", asked == ONE_AND_THE_SAME ? 1u : (unsigned)i + 1u);
  memcpy(hash, text, 64);
}

static void say(ql_quest *quest, ql_arena *a, const char *json) {
  const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  ql_value *command = NULL;
  ql_decision decision;
  ql_error err = {0};
  ql_arena_reset(a);
  assert_int_equal(ql_json_read(a, str(json), &command, NULL), QL_OK);
  if (ql_quest_decide(quest, a, command, NOW, entropy, &decision, &err) != QL_OK || decision.refusal) fail_msg("%s: %s", json, err.detail);
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
}

/* Between two calls a seat did something: else the second would be the first one asked anew. */
static ql_quest *recording(int calls, order asked, bool unanswered) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  say(quest, a,
      "{\"agents\":[\"@lead\",\"@api\"],\"by\":\"@owner\",\"mission\":\"m\",\"seats\":[[\"@lead\",\"model\"]],\"type\":\"create\"}");
  for (int i = 0; i < calls; i++) {
    char hash[64], json[320];
    hash_of(hash, i, asked == BACKWARD || asked == OTHERS ? FORWARD : asked);
    snprintf(
        json, sizeof json,
        "{\"attempt\":1,\"by\":\"@owner\",\"effect\":\"http\",\"micro\":0,\"request\":\"%.64s\",\"seat\":\"@lead\",\"tokens\":0,\"type\":\"start\"}",
        hash);
    say(quest, a, json);
    snprintf(json, sizeof json, "{\"by\":\"@owner\",\"outcome\":\"ok\",%s\"start\":%d,\"type\":\"done\"}",
             unanswered ? "" : "\"reply\":\"{\\\"end\\\":\\\"stop\\\",\\\"parts\\\":[]}\",", (int)ql_quest_count(quest) - 1);
    say(quest, a, json);
    hash_of(hash, i, FORWARD);
    snprintf(json, sizeof json,
             "{\"by\":\"@lead\",\"bytes\":1,\"hash\":\"%.64s\",\"media\":\"text/plain\",\"name\":\"f\",\"type\":\"artifact\"}", hash);
    say(quest, a, json);
  }
  ql_arena_free(a);
  return quest;
}

static ql__turn *turn_of_lead(const ql_value *player) {
  ql__turn *t = ql__turn_new(ql_alloc_libc(), QL__SEAT, player);
  t->agent = QL_STR("@lead");
  return t;
}

static double play(const ql_quest *recorded, int calls, order asked, bool unanswered) {
  double least = 1e9;
  for (int run = 0; run < RUNS; run++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_driver *driver = NULL;
    ql_quest *quest = ql_quest_new(ql_alloc_libc());
    ql_value *player = NULL;
    assert_int_equal(ql_quest_append_log(quest, ql_slice(ql_quest_log(recorded), 0, ql_quest_line(recorded, 0).len), NULL), QL_OK);
    assert_int_equal(ql_json_read(a, str("{\"agent\":\"*\",\"model\":\"m\",\"provider\":\"anthropic\"}"), &player, NULL), QL_OK);
    assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, NULL, NULL, &driver, NULL), QL_OK);
    ql__turn *t = turn_of_lead(player);
    double started = now();
    assert_int_equal(ql_driver_recall(driver, recorded, false, NULL), QL_OK);
    int found = 0;
    for (int i = 0; i < calls; i++) {
      ql_arena_reset(t->attempt);
      hash_of(t->request_hash, asked == BACKWARD ? calls - 1 - i : asked == OTHERS ? i + calls : i, asked);
      t->step = QL__TURN_LOG_START;
      t->recalled = -1;
      assert_int_equal(ql__recall_call(driver, t, NULL), QL_OK);
      if (t->recalled < 0) continue;
      found++;
      ql__recall_taken(driver, t);
      t->step = QL__TURN_MOVE;
      assert_true(ql__recall_rank(t) > 0);
      ql__recall_moved(t);
    }
    double spent = now() - started;
    assert_int_equal(found, asked == OTHERS || unanswered ? 0 : calls);
    if (spent < least) least = spent;
    ql__turn_free(t);
    ql_driver_free(driver);
    ql_quest_free(quest);
    ql_arena_free(a);
  }
  return least;
}

static void recordings(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    ql_quest *small = recording(SMALL, ROWS[i].asked, ROWS[i].unanswered),
             *large = recording(SMALL * TIMES, ROWS[i].asked, ROWS[i].unanswered);
    double one = 0, four = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      one = play(small, SMALL, ROWS[i].asked, ROWS[i].unanswered);
      four = play(large, SMALL * TIMES, ROWS[i].asked, ROWS[i].unanswered);
      if (four < RATIO_MAX * one) break;
    }
    print_message("%s: %d and %d calls take %.2f and %.2f ms\n", ROWS[i].name, SMALL, SMALL * TIMES, one * 1e3, four * 1e3);
    wrong += four >= RATIO_MAX * one;
    ql_quest_free(small);
    ql_quest_free(large);
  }
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(recordings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
