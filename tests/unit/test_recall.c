/* Nobody is asked twice: a quest that stopped anywhere takes what it knows from its log, and a recorded log plays without models. */
#include <questline/link.h>
#include <questline/report.h>

#include "base/text.h"
#include "support.h"
#include "theatre.h"

static const char *const SEATS[] = {"@lead", "@api-designer", "@data-keeper", "@reviewer"};

static void assert_same_moves(const ql_quest *x, const ql_quest *y, const char *agent) {
  char *one = moves_of(x, agent), *other = moves_of(y, agent);
  assert_string_equal(one, other);
  free(one);
  free(other);
}

/* As the command line does: what the artifacts of the log name is there again. */
static void load_made(theatre *h, const theatre *before) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(h->quest); n++) {
    const ql_value *event = ql_quest_event(h->quest, a, n);
    ql_file file;
    if (!ql_eq(TEXT_OF(event, "type"), QL_STR("artifact"))) continue;
    ql_str name = TEXT_OF(QL_GET(event, "data"), "name");
    assert_true(ql_workspace_file(before->files, name, &file));
    assert_int_equal(ql_workspace_write(h->files, name, file.text, NULL), QL_OK);
  }
  ql_arena_free(a);
}

static theatre whole_run(void) {
  theatre h = open_theatre(play_parts, QL_STR(""));
  assert_int_equal(act_all(&h), QL_DONE);
  assert_quest_is(&h, "completed");
  return h;
}

/* Three calls of the leader, three of the designer, three of the keeper (it is told twice that its turn is open), two of the reviewer. */
static void answers_and_results_stand_in_the_log(void **state) {
  (void)state;
  theatre h = whole_run();
  assert_int_equal(h.calls, 11);
  assert_int_equal(count_events(h.quest, "done", "reply", "\"parts\":["), 11);
  assert_int_equal(count_events(h.quest, "done", "reply", "\"changed\":["), 2);
  assert_int_equal(count_events(h.quest, "done", "reply", "One at a time."), 1);
  assert_int_equal(count_events(h.quest, "done", "reply", "c2lnbmVk"), 1); /* what has to be sent back as it came */
  assert_int_equal(count_events(h.quest, "done", "reply", "\"usage\""), 0);
  assert_int_equal(count_events(h.quest, "artifact", "name", "contract.txt"), 1);
  close_theatre(&h);
}

/* After each event of a whole quest, a new driver on the same log. */
static void stopped_after_any_event_nobody_is_asked_twice(void **state) {
  (void)state;
  theatre whole = whole_run();
  for (int64_t stop = 2; stop < ql_quest_count(whole.quest); stop++) {
    theatre first = open_theatre(play_parts, QL_STR(""));
    while (ql_quest_count(first.quest) < stop) assert_int_equal(act(&first), QL_MORE);
    size_t known = count_events(first.quest, "done", "reply", "\"parts\":[");
    theatre second = open_theatre(play_parts, ql_quest_log(first.quest));
    load_made(&second, &first);
    assert_int_equal(act_all(&second), QL_DONE);
    assert_quest_is(&second, "completed");
    if (known + second.calls != whole.calls) print_error("stopped at %d: %zu + %zu\n", (int)stop, known, second.calls);
    assert_int_equal(known + second.calls, whole.calls);
    for (size_t i = 0; i < QL_COUNT(SEATS); i++) assert_same_moves(whole.quest, second.quest, SEATS[i]);
    ql_file file;
    assert_true(ql_workspace_file(second.files, QL_STR("contract.txt"), &file));
    close_theatre(&second);
    close_theatre(&first);
  }
  close_theatre(&whole);
}

static theatre replayed(const ql_quest *recorded, bool only) {
  theatre h = open_theatre(play_parts, QL_STR(""));
  assert_int_equal(ql_driver_recall(h.driver, recorded, only, NULL), QL_OK);
  return h;
}

static void a_recorded_quest_plays_without_models(void **state) {
  (void)state;
  theatre whole = whole_run(), h = replayed(whole.quest, true);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 0);
  assert_same_moves(whole.quest, h.quest, NULL);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *used = QL_GET(ql_quest_state(h.quest, a), "used");
  assert_int_equal(ql_get_int(used, QL_STR("input"), 0), 0);
  assert_int_equal(ql_get_int(used, QL_STR("micro"), 0), 0);
  ql_arena_free(a);
  /* What was recalled is a recording again. */
  theatre again = replayed(h.quest, true);
  assert_int_equal(act_all(&again), QL_DONE);
  assert_int_equal(again.calls, 0);
  assert_same_moves(whole.quest, again.quest, NULL);
  close_theatre(&again);
  close_theatre(&h);
  close_theatre(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_and_results_stand_in_the_log),
      cmocka_unit_test(stopped_after_any_event_nobody_is_asked_twice),
      cmocka_unit_test(a_recorded_quest_plays_without_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
