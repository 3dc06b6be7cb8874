/* A person stops one model while the others go on, has it asked again, or lets it go on from its words. */
#include "base/text.h"
#include "support.h"
#include "theatre.h"

static ql_status steer(theatre *h, const char *agent, const char *how) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value = ql_object(a);
  if (agent) QL_SET(value, "agent", ql_string(a, str(agent)));
  QL_SET(value, "how", ql_string(a, str(how)));
  ql_status status = ql_driver_steer(h->driver, value, NULL);
  ql_arena_free(a);
  return status;
}

/* Whether the deltas since the last time say that it stands still. */
static bool shown_stopped(theatre *h, const char *agent) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *deltas;
  bool stopped = false;
  assert_int_equal(ql_driver_deltas(h->driver, a, &deltas, NULL), QL_OK);
  for (const ql_value *item = deltas->first; item; item = item->next)
    if (ql_get_bool(item, QL_STR("stopped"))) {
      assert_str_is(TEXT_OF(item, "agent"), agent);
      stopped = true;
    }
  ql_arena_free(a);
  return stopped;
}

static ql_str thoughtful(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  if (!ql_eq(agent, QL_STR("@data-keeper"))) return play_parts(h, a, agent, said, uses);
  script s = begin_script(a);
  script_says(&s, "There are twelve tables, and each of them has its key. ");
  script_calls(&s, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"Kept. Evidence: 12 tables.\"}");
  return end_script(&s);
}

/* The keeper was stopped in the middle of its words; the others have answered. */
static theatre stopped_one(void) {
  theatre h = open_theatre(thoughtful, QL_STR(""));
  snprintf(h.holds, sizeof h.holds, "@data-keeper");
  h.lets_go = 900;
  assert_int_equal(act_all(&h), QL_OK); /* all others are done, and it says nothing more */
  assert_int_equal(count_events(h.quest, "respond", NULL, NULL), 3);
  assert_false(shown_stopped(&h, "@data-keeper"));
  assert_int_equal(steer(&h, "@data-keeper", "stop"), QL_OK);
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.cancelled, 1);
  assert_true(shown_stopped(&h, "@data-keeper"));
  assert_false(shown_stopped(&h, "@data-keeper")); /* said once */
  assert_quest_is(&h, "running");
  assert_int_equal(count_events(h.quest, "done", "outcome", "cancelled"), 1);
  assert_int_equal(count_events(h.quest, "pause", NULL, NULL), 0);
  h.holds[0] = '\0';
  return h;
}

static void others_go_on_while_one_is_stopped(void **state) {
  (void)state;
  theatre h = stopped_one();
  size_t calls = h.calls;
  assert_int_equal(steer(&h, "@data-keeper", "stop"), QL_OK); /* it is already */
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.calls, calls);
  close_theatre(&h);
}

static void what_was_stopped_is_asked_again(void **state) {
  (void)state;
  theatre h = stopped_one();
  assert_int_equal(steer(&h, "@data-keeper", "again"), QL_OK);
  assert_int_equal(act(&h), QL_MORE);
  while (h.open_count == 0) assert_int_equal(act(&h), QL_MORE);
  assert_int_equal(ql_find(str(h.said), QL_STR("twelve tables"), 0), SIZE_MAX);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_quest_is(&h, "completed");
  close_theatre(&h);
}

static void what_was_stopped_goes_on_from_its_words(void **state) {
  (void)state;
  theatre h = stopped_one();
  assert_int_equal(steer(&h, "@data-keeper", "continue"), QL_OK);
  while (h.open_count == 0) assert_int_equal(act(&h), QL_MORE);
  size_t words = ql_find(str(h.said), QL_STR("There are twelve tables"), 0), order = ql_find(str(h.said), QL_STR("Go on from exactly"), 0);
  assert_true(words != SIZE_MAX && order != SIZE_MAX && words < order);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_quest_is(&h, "completed");
  close_theatre(&h);
}

/* Stopped and told to begin anew in one word, while the call is under way. */
static void a_call_under_way_is_asked_anew(void **state) {
  (void)state;
  theatre h = open_theatre(thoughtful, QL_STR(""));
  snprintf(h.holds, sizeof h.holds, "@data-keeper");
  h.lets_go = 900;
  assert_int_equal(act_all(&h), QL_OK);
  h.holds[0] = '\0';
  assert_int_equal(steer(&h, "@data-keeper", "again"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.cancelled, 1);
  assert_int_equal(count_events(h.quest, "done", "outcome", "cancelled"), 1);
  close_theatre(&h);
}

static ql_str beginning_of(const ql_quest *quest, int64_t events) {
  ql_str log = ql_quest_log(quest), last = ql_quest_line(quest, events - 1);
  return ql_slice(log, 0, (size_t)(last.ptr - log.ptr) + last.len);
}

static void assert_moves(const ql_quest *x, const ql_quest *y) {
  static const char *const SEATS[] = {"@lead", "@api-designer", "@data-keeper", "@reviewer"};
  for (size_t i = 0; i < QL_COUNT(SEATS); i++) {
    char *one = moves_of(x, SEATS[i]), *other = moves_of(y, SEATS[i]);
    assert_string_equal(one, other);
    free(one);
    free(other);
  }
}

static size_t answers_in(const ql_quest *quest) { return count_events(quest, "done", "reply", "\"parts\":["); }

/* Stopped at each step of it: before the start is logged, before it is sent, before its end is logged, while it uses a tool. A move that is at hand is made. */
static void stopped_anywhere_it_can_go_on(void **state) {
  (void)state;
  static const char *const HOWS[] = {"again", "continue"};
  for (size_t i = 0; i < QL_COUNT(HOWS); i++) {
    bool over = false;
    size_t halted = 0;
    for (size_t stop = 1; !over; stop++) {
      theatre h = open_theatre(play_parts, QL_STR(""));
      while (h.effects < stop && !over) over = act(&h) == QL_DONE;
      if (!over && steer(&h, "@api-designer", "stop") == QL_OK) {
        bool stands = act_all(&h) == QL_OK;
        halted += stands;
        assert_int_equal(steer(&h, "@api-designer", HOWS[i]), stands ? QL_OK : QL_ERR_NOT_FOUND);
      }
      assert_int_equal(act_all(&h), QL_DONE);
      assert_quest_is(&h, "completed");
      assert_int_equal(count_events(h.quest, "artifact", NULL, NULL), 1);
      /* And its log is one that can be gone on from. */
      theatre second = open_theatre(play_parts, beginning_of(h.quest, ql_quest_count(h.quest) - 4));
      load_made(&second, &h);
      assert_int_equal(act_all(&second), QL_DONE);
      assert_moves(h.quest, second.quest);
      close_theatre(&second);
      close_theatre(&h);
    }
    assert_true(halted > 10);
  }
}

/* After a reload the seat begins again where the log ends: what is known is not asked, what was stopped is. */
static void a_stopped_seat_outlives_a_reload(void **state) {
  (void)state;
  theatre h = stopped_one();
  theatre second = open_theatre(thoughtful, ql_quest_log(h.quest));
  assert_int_equal(act_all(&second), QL_DONE);
  assert_quest_is(&second, "completed");
  assert_int_equal(second.calls, 2); /* the keeper, and the leader at the end */
  close_theatre(&second);
  close_theatre(&h);
}

/* What was said until the stop stands in the log: with it the model is not asked twice either. */
static void what_went_on_outlives_a_reload(void **state) {
  (void)state;
  theatre h = stopped_one();
  int64_t stopped = ql_quest_count(h.quest);
  assert_int_equal(count_events(h.quest, "done", "reply", "\"end\":\"cancelled\""), 1);
  assert_int_equal(steer(&h, "@data-keeper", "continue"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  for (int64_t events = stopped + 1; events < ql_quest_count(h.quest); events++) {
    theatre second = open_theatre(thoughtful, beginning_of(h.quest, events));
    size_t known = answers_in(second.quest);
    load_made(&second, &h);
    while (second.calls == 0 && act(&second) == QL_MORE) continue;
    assert_int_equal(ql_find(str(second.said), QL_STR("Go on from exactly"), 0) != SIZE_MAX, events < stopped + 2);
    assert_int_equal(act_all(&second), QL_DONE);
    assert_int_equal(known + second.calls, answers_in(h.quest));
    assert_moves(h.quest, second.quest);
    close_theatre(&second);
  }
  close_theatre(&h);
}

/* A recording in which somebody was stopped: nobody has to do that again. */
static void a_recorded_stop_plays_by_itself(void **state) {
  (void)state;
  static const char *const HOWS[] = {"again", "continue"};
  for (size_t i = 0; i < QL_COUNT(HOWS); i++) {
    theatre h = stopped_one(), again = open_theatre(thoughtful, QL_STR("")), third = open_theatre(thoughtful, QL_STR(""));
    assert_int_equal(steer(&h, "@data-keeper", HOWS[i]), QL_OK);
    assert_int_equal(act_all(&h), QL_DONE);
    assert_int_equal(ql_driver_recall(again.driver, h.quest, true, NULL), QL_OK);
    assert_int_equal(act_all(&again), QL_DONE);
    assert_int_equal(again.calls, 0);
    assert_moves(h.quest, again.quest);
    assert_int_equal(count_events(again.quest, "done", "outcome", "cancelled"), i);
    assert_int_equal(ql_driver_recall(third.driver, again.quest, true, NULL), QL_OK);
    assert_int_equal(act_all(&third), QL_DONE);
    assert_int_equal(third.calls, 0);
    close_theatre(&third);
    close_theatre(&again);
    close_theatre(&h);
  }
}

/* Where nobody said how it goes on there, nobody knows here. */
static void a_recorded_stop_alone_is_no_answer(void **state) {
  (void)state;
  theatre h = stopped_one(), again = open_theatre(thoughtful, QL_STR(""));
  assert_int_equal(ql_driver_recall(again.driver, h.quest, true, NULL), QL_OK);
  assert_int_equal(act_all(&again), QL_OK);
  assert_int_equal(count_events(again.quest, "pause", "reason", "@data-keeper's call 1 of this turn is in the recording without an answer"),
                   1);
  assert_int_equal(count_events(again.quest, "done", "outcome", "cancelled"), 0);
  close_theatre(&again);
  close_theatre(&h);
}

static void who_is_not_at_work_is_not_steered(void **state) {
  (void)state;
  theatre h = open_theatre(play_parts, QL_STR(""));
  assert_int_equal(steer(&h, "@lead", "stop"), QL_ERR_NOT_FOUND); /* nothing began yet */
  assert_int_equal(act(&h), QL_MORE);
  assert_int_equal(steer(&h, NULL, "stop"), QL_ERR_NOT_FOUND);
  assert_int_equal(steer(&h, "@reviewer", "stop"), QL_ERR_NOT_FOUND);
  assert_int_equal(steer(&h, "@lead", "jump"), QL_ERR_ARGUMENT);
  assert_int_equal(steer(&h, "@lead", ""), QL_ERR_ARGUMENT);
  close_theatre(&h);
}

static ql_str long_words(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)h, (void)agent, (void)said, (void)uses;
  script s = begin_script(a);
  char words[32768];
  memset(words, 'x', sizeof words - 1);
  words[sizeof words - 1] = '\0';
  script_says(&s, words);
  script_says(&s, words);
  return end_script(&s);
}

/* ---- before there is a quest ---- */

static ql_str answers(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)agent, (void)said, (void)uses;
  script s = begin_script(a);
  script_says(&s, h->calls == 0 ? "In the repository, next to the rest of the pages that nobody reads." : "next to the code.");
  return end_script(&s);
}

static theatre asked(const char *mode) {
  theatre h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = troupe(NULL), .brain = answers, .now = NOW, .lets_go = 900};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, player_request(a, mode, "Where is it?"), &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  while (h.open_count == 0) assert_int_equal(act(&h), QL_MORE);
  snprintf(h.holds, sizeof h.holds, "%s", "-");
  h.open[0].agent[0] = '-';
  h.open[0].agent[1] = '\0';
  while (act(&h) == QL_MORE) continue;
  h.holds[0] = '\0';
  return h;
}

static void a_conversation_that_is_stopped_is_answered_by_what_came(void **state) {
  (void)state;
  theatre h = asked("normal");
  assert_int_equal(steer(&h, NULL, "stop"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.cancelled, 1);
  assert_true(h.cut && !h.failed);
  assert_true(strlen(h.answer) > 0 &&
              strncmp("In the repository, next to the rest of the pages that nobody reads.", h.answer, strlen(h.answer)) == 0);
  assert_int_equal(steer(&h, NULL, "stop"), QL_ERR_NOT_FOUND);
  close_theatre(&h);
}

static void a_conversation_goes_on_from_its_words(void **state) {
  (void)state;
  theatre h = asked("normal");
  assert_int_equal(steer(&h, NULL, "continue"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 2);
  assert_true(strncmp("In the repos", h.answer, 12) == 0);
  assert_string_equal(h.answer + strlen(h.answer) - 17, "next to the code.");
  assert_false(h.cut);
  close_theatre(&h);
}

/* Who says what in the last request, a line each; without the first words, which are the task. */
static void assert_said(const theatre *h, const char *expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *body = NULL;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  assert_int_equal(ql_json_read(a, str(h->said), &body, NULL), QL_OK);
  for (const ql_value *message = QL_GET(body, "messages")->first->next; message; message = message->next) {
    const ql_value *content = QL_GET(message, "content");
    assert_int_equal(content->count, 1);
    ql_buf_add(&out, TEXT_OF(message, "role"));
    ql_buf_add(&out, QL_STR(": "));
    ql_buf_add(&out, TEXT_OF(content->first, "text"));
    ql_buf_byte(&out, '\n');
  }
  assert_str_is(ql_buf_take(&out, a), expected);
  ql_arena_free(a);
}

#define FIRST_WORDS "In the repository, next to the rest of the pages that nobody rea"
#define FIRST       "assistant: " FIRST_WORDS "\n"
#define GO_ON       "user: You were stopped there. Go on from exactly where your words end; repeat nothing of them.\n"

/* The answer to the n-th call comes up to so many bytes. */
static void comes_up_to(theatre *h, size_t n, size_t bytes) {
  while (h->calls < n) assert_int_equal(act(h), QL_MORE);
  snprintf(h->open[0].agent, sizeof h->open[0].agent, "-");
  snprintf(h->holds, sizeof h->holds, "-");
  h->lets_go = bytes;
  while (act(h) == QL_MORE) continue;
  h->holds[0] = '\0';
}

/* Each piece is sent as what was said, once, and the answer is all of them. */
static void stopped_twice_it_is_joined_from_all_its_pieces(void **state) {
  (void)state;
  theatre h = asked("normal");
  assert_int_equal(steer(&h, NULL, "continue"), QL_OK);
  comes_up_to(&h, 2, 560);
  assert_said(&h, FIRST GO_ON);
  assert_int_equal(steer(&h, NULL, "continue"), QL_OK);
  while (h.calls < 3) assert_int_equal(act(&h), QL_MORE);
  assert_said(&h, FIRST GO_ON "assistant: next to the code\n" GO_ON);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 3);
  assert_string_equal(h.answer, FIRST_WORDS "next to the codenext to the code.");
  close_theatre(&h);
}

/* Before a word came there is nothing to go on from: it is asked as at first. */
static void stopped_before_its_words_it_is_asked_the_same(void **state) {
  (void)state;
  theatre h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = troupe(NULL), .brain = answers, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, player_request(a, "normal", "Where is it?"), &h.driver, NULL), QL_OK);
  comes_up_to(&h, 1, 300);
  char *first = malloc(sizeof h.said);
  memcpy(first, h.said, sizeof h.said);
  assert_int_equal(steer(&h, NULL, "continue"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 2);
  assert_string_equal(h.said, first);
  assert_string_equal(h.answer, "next to the code.");
  free(first);
  ql_arena_free(a);
  close_theatre(&h);
}

static void a_plan_that_is_stopped_is_none(void **state) {
  (void)state;
  theatre h = asked("prequest");
  assert_int_equal(steer(&h, NULL, "stop"), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_true(h.failed && h.cut);
  assert_int_equal(ql_quest_count(h.quest), 0);
  close_theatre(&h);
}

/* Words are put aside as they come, so that a crash leaves them: at most once a second, or when they are many. */
static void words_are_put_aside(void **state) {
  (void)state;
  theatre h = open_theatre(thoughtful, QL_STR(""));
  assert_int_equal(ql_driver_use(h.driver, &(ql_driver_kit){.workspace = h.files, .partials = true}, NULL), QL_OK);
  snprintf(h.holds, sizeof h.holds, "@data-keeper");
  h.lets_go = 700;
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.puts, 0); /* no second has passed */
  h.now += 999;
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.puts, 0);
  h.now += 1;
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.puts, 1);
  size_t first = strlen(h.partial);
  assert_true(first > 0 && strncmp("There are twelve tables, and each of them has its key. ", h.partial, first) == 0);
  h.now += 5000;
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.puts, 1); /* nothing new */
  h.lets_go = 1100;
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.puts, 2);
  assert_true(strlen(h.partial) > first &&
              strncmp("There are twelve tables, and each of them has its key. ", h.partial, strlen(h.partial)) == 0);
  h.holds[0] = '\0';
  assert_int_equal(act_all(&h), QL_DONE);
  close_theatre(&h);
}

static void many_words_are_put_aside_at_once(void **state) {
  (void)state;
  theatre h = open_theatre(NULL, QL_STR(""));
  h.brain = long_words;
  assert_int_equal(ql_driver_use(h.driver, &(ql_driver_kit){.workspace = h.files, .partials = true}, NULL), QL_OK);
  snprintf(h.holds, sizeof h.holds, "@lead");
  h.lets_go = 60000;
  assert_int_equal(act_all(&h), QL_OK);
  assert_true(h.puts > 0);
  assert_true(h.put_bytes >= 4096);
  close_theatre(&h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(others_go_on_while_one_is_stopped),
      cmocka_unit_test(what_was_stopped_is_asked_again),
      cmocka_unit_test(what_was_stopped_goes_on_from_its_words),
      cmocka_unit_test(a_call_under_way_is_asked_anew),
      cmocka_unit_test(stopped_anywhere_it_can_go_on),
      cmocka_unit_test(a_stopped_seat_outlives_a_reload),
      cmocka_unit_test(what_went_on_outlives_a_reload),
      cmocka_unit_test(a_recorded_stop_plays_by_itself),
      cmocka_unit_test(a_recorded_stop_alone_is_no_answer),
      cmocka_unit_test(who_is_not_at_work_is_not_steered),
      cmocka_unit_test(a_conversation_that_is_stopped_is_answered_by_what_came),
      cmocka_unit_test(a_conversation_goes_on_from_its_words),
      cmocka_unit_test(stopped_twice_it_is_joined_from_all_its_pieces),
      cmocka_unit_test(stopped_before_its_words_it_is_asked_the_same),
      cmocka_unit_test(a_plan_that_is_stopped_is_none),
      cmocka_unit_test(words_are_put_aside),
      cmocka_unit_test(many_words_are_put_aside_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
