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

/* The designer is asked the same twice, and answers otherwise the second time. */
static ql_str wavers(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)said, (void)uses;
  script s = begin_script(a);
  bool done = count_events(h->quest, "respond", "kind", "completed") > 0, before = count_events(h->quest, "respond", "kind", "blocked") > 0;
  if (!ql_eq(agent, QL_STR("@lead"))) {
    script_calls(&s, "quest_respond",
                 before ? "{\"kind\":\"completed\",\"msg\":\"Drawn. Evidence: x.\"}" : "{\"kind\":\"blocked\",\"msg\":\"Not yet.\"}");
  } else if (done) {
    script_calls(&s, "quest_complete", "{\"summary\":\"x\"}");
  } else {
    script_calls(&s, "quest_message", "{\"msg\":\"Draw it.\",\"task\":\"T1\",\"to\":[\"@api-designer\"]}");
    script_calls(&s, "quest_report", "{\"msg\":\"Handed out.\"}");
  }
  return end_script(&s);
}

static theatre pair(brain b) {
  theatre h = open_theatre(b, QL_STR("")), begun = {.quest = ql_quest_new(ql_alloc_libc()), .now = NOW};
  close_theatre(&h);
  owner_says(&begun,
             "{\"agents\":[\"@lead\",\"@api-designer\"],\"by\":\"@owner\",\"mission\":\"m\",\"seats\":[[\"@lead\",\"model\"],"
             "[\"@api-designer\",\"model\"]],\"tasks\":[{\"id\":\"T1\",\"title\":\"t\",\"to\":\"@api-designer\"}],\"type\":\"create\"}");
  owner_says(&begun, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  h = open_theatre(b, ql_quest_log(begun.quest));
  ql_quest_free(begun.quest);
  return h;
}

/* Starts of a seat with the request that its first one has. */
static size_t asked_as_at_first(const ql_quest *quest, const char *seat) {
  size_t same = 0;
  ql_str first = QL_ABSENT;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *event = ql_quest_event(quest, a, n), *data = QL_GET(event, "data");
    if (!ql_eq(TEXT_OF(event, "type"), QL_STR("start")) || !ql_eq(TEXT_OF(data, "seat"), str(seat))) continue;
    if (!first.ptr) first = TEXT_OF(data, "request");
    same += ql_eq(first, TEXT_OF(data, "request"));
  }
  ql_arena_free(a);
  return same;
}

static void the_same_question_is_answered_in_the_order_of_the_log(void **state) {
  (void)state;
  theatre whole = pair(wavers);
  assert_int_equal(act_all(&whole), QL_DONE);
  assert_quest_is(&whole, "completed");
  assert_int_equal(asked_as_at_first(whole.quest, "@api-designer"), 2);
  theatre h = pair(wavers);
  assert_int_equal(ql_driver_recall(h.driver, whole.quest, true, NULL), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 0);
  assert_same_moves(whole.quest, h.quest, NULL);
  close_theatre(&h);
  /* And after a crash at any event. */
  for (int64_t stop = 2; stop < ql_quest_count(whole.quest); stop++) {
    ql_str log = ql_quest_log(whole.quest), last = ql_quest_line(whole.quest, stop - 1);
    h = open_theatre(wavers, ql_slice(log, 0, (size_t)(last.ptr - log.ptr) + last.len));
    size_t known = count_events(h.quest, "done", "reply", "\"parts\":[");
    assert_int_equal(act_all(&h), QL_DONE);
    assert_int_equal(known + h.calls, whole.calls);
    assert_same_moves(whole.quest, h.quest, NULL);
    close_theatre(&h);
  }
  close_theatre(&whole);
}

/* Every call is recalled, with nothing set aside for it, and none before one that was answered earlier. */
static void assert_recalled_in_order(const ql_quest *quest) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  int64_t last = -1;
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *event = ql_quest_event(quest, a, n);
    if (ql_eq(TEXT_OF(event, "type"), QL_STR("start"))) assert_int_equal(ql_get_int(QL_GET(event, "data"), QL_STR("tokens"), 0), 0);
    if (!ql_eq(TEXT_OF(event, "type"), QL_STR("done"))) continue;
    int64_t recalled = ql_get_int(QL_GET(event, "data"), QL_STR("recalled"), -1);
    assert_true(recalled > last);
    last = recalled;
  }
  ql_arena_free(a);
}

/* Of seats that play at once each may be the last: what is recalled comes in the order of the log, and not of the seats. */
static void seats_that_play_at_once_are_recalled_in_the_order_of_the_log(void **state) {
  (void)state;
  for (size_t i = 1; i < QL_COUNT(SEATS); i++) {
    theatre whole = open_theatre(play_parts, QL_STR(""));
    snprintf(whole.holds, sizeof whole.holds, "%s", SEATS[i]);
    assert_int_equal(act_all(&whole), QL_OK);
    assert_int_equal(count_events(whole.quest, "respond", NULL, NULL), 3);
    whole.holds[0] = '\0';
    assert_int_equal(act_all(&whole), QL_DONE);
    theatre h = replayed(whole.quest, true);
    assert_int_equal(act_all(&h), QL_DONE);
    assert_same_moves(whole.quest, h.quest, NULL);
    assert_recalled_in_order(h.quest);
    close_theatre(&h);
    close_theatre(&whole);
  }
}

/* Another file of the reviewer: it is asked, and everybody whose requests are the same is not. */
static void only_what_differs_is_asked(void **state) {
  (void)state;
  theatre whole = whole_run(), h = open_theatre(play_parts, QL_STR(""));
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_roster *other = troupe("---\nname: reviewer\ndescription: Security review\n---\n\nYou review twice.\n");
  ql_driver_free(h.driver);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, other, player_request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  assert_int_equal(ql_driver_use(h.driver, &(ql_driver_kit){.workspace = h.files}, NULL), QL_OK);
  assert_int_equal(ql_driver_recall(h.driver, whole.quest, false, NULL), QL_OK);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, 3); /* the leader too: what took its time comes to it last */
  for (size_t i = 0; i < QL_COUNT(SEATS); i++) assert_same_moves(whole.quest, h.quest, SEATS[i]);
  ql_file file; /* what was written is there for who is asked now */
  assert_true(ql_workspace_file(h.files, QL_STR("contract.txt"), &file));
  ql_driver_free(h.driver);
  h.driver = NULL;
  close_theatre(&h);
  ql_roster_free(other);
  ql_arena_free(a);
  close_theatre(&whole);
}

static ql_str pause_reason(const ql_quest *quest, ql_arena *a) {
  for (int64_t n = ql_quest_count(quest) - 1; n >= 0; n--) {
    const ql_value *event = ql_quest_event(quest, a, n);
    if (ql_eq(TEXT_OF(event, "type"), QL_STR("pause"))) return TEXT_OF(QL_GET(event, "data"), "reason");
  }
  return QL_ABSENT;
}

static void assert_paused_for(const ql_quest *recorded, const char *mission, const char *reason) {
  theatre h = open_theatre(play_parts, QL_STR(""));
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  if (mission) {
    ql_driver_free(h.driver);
    ql_quest_free(h.quest);
    h.quest = ql_quest_new(ql_alloc_libc());
    owner_says(&h, mission);
    owner_says(&h, "{\"by\":\"@owner\",\"type\":\"approve\"}");
    assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, player_request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  }
  assert_int_equal(ql_driver_recall(h.driver, recorded, true, NULL), QL_OK);
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(h.calls, 0);
  assert_quest_is(&h, "paused");
  assert_str_is(pause_reason(h.quest, a), reason);
  owner_says(&h, "{\"by\":\"@owner\",\"type\":\"resume\"}"); /* it is the same again */
  assert_int_equal(act_all(&h), QL_OK);
  assert_int_equal(count_events(h.quest, "pause", "reason", reason), 2);
  ql_arena_free(a);
  close_theatre(&h);
}

static ql_quest *redacted(const ql_quest *quest, ql_arena *a) {
  ql_quest *copy = ql_quest_new(ql_alloc_libc());
  ql_str log;
  assert_int_equal(ql_quest_redact(quest, a, NULL, 0, &log, NULL), QL_OK);
  assert_int_equal(ql_quest_append_log(copy, log, NULL), QL_OK);
  return copy;
}

static void what_is_not_recorded_pauses_and_says_who(void **state) {
  (void)state;
  theatre whole = whole_run();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *copy = redacted(whole.quest, a);
  assert_paused_for(whole.quest,
                    "{\"agents\":[\"@lead\",\"@api-designer\"],\"by\":\"@owner\",\"mission\":\"Another\",\"seats\":[[\"@lead\",\"model\"]],"
                    "\"tasks\":[{\"id\":\"T1\",\"title\":\"Contract\",\"to\":\"@api-designer\"}],\"type\":\"create\"}",
                    "@lead's call 1 of this turn asks something else than the recording, and nobody is asked here.");
  assert_paused_for(copy, NULL,
                    "@lead's call 1 of this turn is in the recording without an answer (it was withheld, too large, or failed), and nobody "
                    "is asked here.");
  /* Where somebody may be asked, a log without its texts is no help, and no harm. */
  theatre h = replayed(copy, false);
  assert_int_equal(act_all(&h), QL_DONE);
  assert_int_equal(h.calls, whole.calls);
  close_theatre(&h);
  ql_quest_free(copy);
  ql_arena_free(a);
  close_theatre(&whole);
}

/* Without the openings of its replies a quest goes on as well: it asks again. */
static void a_log_that_was_redacted_goes_on(void **state) {
  (void)state;
  theatre first = open_theatre(play_parts, QL_STR(""));
  while (count_events(first.quest, "done", "reply", "parts") < 4) assert_int_equal(act(&first), QL_MORE);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *copy = redacted(first.quest, a);
  theatre second = open_theatre(play_parts, ql_quest_log(copy));
  load_made(&second, &first);
  assert_int_equal(act_all(&second), QL_DONE);
  assert_quest_is(&second, "completed");
  assert_true(second.calls > 7);
  close_theatre(&second);
  ql_quest_free(copy);
  ql_arena_free(a);
  close_theatre(&first);
}

static ql_str only_talks(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)h, (void)agent, (void)said, (void)uses;
  script s = begin_script(a);
  script_says(&s, "We should think about this.");
  return end_script(&s);
}

/* A turn that failed is begun anew after resume, also by another driver; what it said then is not taken again. */
static void what_led_nowhere_is_asked_anew(void **state) {
  (void)state;
  theatre first = open_theatre(only_talks, QL_STR(""));
  assert_int_equal(act_all(&first), QL_OK);
  assert_quest_is(&first, "paused");
  assert_int_equal(first.calls, 3);
  owner_says(&first, "{\"by\":\"@owner\",\"type\":\"resume\"}");
  theatre second = open_theatre(play_parts, ql_quest_log(first.quest));
  while (count_events(second.quest, "message", NULL, NULL) == 0) assert_int_equal(act(&second), QL_MORE);
  assert_int_equal(second.calls, 1);
  /* And that beginning is known, when it crashes behind it. */
  theatre third = open_theatre(play_parts, ql_quest_log(second.quest));
  assert_int_equal(act_all(&third), QL_DONE);
  assert_int_equal(second.calls + third.calls, 11);
  close_theatre(&third);
  close_theatre(&second);
  close_theatre(&first);
}

static ql_str says_much(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  if (!ql_eq(agent, QL_STR("@data-keeper"))) return play_parts(h, a, agent, said, uses);
  script s = begin_script(a);
  size_t len = 700u * 1024u;
  char *words = malloc(len + 1);
  memset(words, '"', len); /* each is two bytes in JSON, and four in JSON in JSON */
  words[len] = '\0';
  script_says(&s, words);
  script_calls(&s, "quest_respond", "{\"msg\":\"Kept.\"}");
  free(words);
  return end_script(&s);
}

static void a_reply_that_does_not_fit_is_left_out(void **state) {
  (void)state;
  theatre h = open_theatre(says_much, QL_STR(""));
  assert_int_equal(act_all(&h), QL_DONE);
  assert_quest_is(&h, "completed");
  assert_int_equal(count_events(h.quest, "done", "outcome", "ok"), 11); /* nine calls, two uses of tools */
  assert_int_equal(count_events(h.quest, "done", "reply", "\"parts\":["), 8);
  close_theatre(&h);
}

static void a_link_leaves_replies_out(void **state) {
  (void)state;
  theatre h = whole_run();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *opened = ql_quest_new(ql_alloc_libc());
  ql_str link, log;
  ql_value *verdict;
  assert_int_equal(ql_link_make(a, ql_quest_log(h.quest), &link, NULL), QL_OK);
  assert_int_equal(ql_link_open(a, link, &log, NULL), QL_OK);
  assert_int_equal(ql_verify(a, log, QL_ABSENT, &verdict, NULL), QL_OK);
  assert_str_is(TEXT_OF(verdict, "complete"), "terminal");
  assert_int_equal(ql_get_int(verdict, QL_STR("withheld"), 0), 13);
  assert_int_equal(ql_quest_append_log(opened, log, NULL), QL_OK);
  assert_int_equal(count_events(opened, "done", "reply", ""), 0);
  assert_same_moves(h.quest, opened, NULL);
  ql_quest_free(opened);
  ql_arena_free(a);
  close_theatre(&h);
}

/* ---- memory that runs out ---- */

typedef struct recording {
  ql_str log, beginning;
} recording;

/* A quest is opened in the middle of a turn, and plays on from another log. */
static ql_status recall_all(ql_arena *a, const void *ctx) {
  const recording *r = ctx;
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a)), *recorded = ql_quest_new(ql_arena_alloc(a));
  ql_driver *driver = NULL;
  ql_value *players = NULL, *request = ql_object(a);
  ql_status status = quest && recorded ? ql_quest_append_log(recorded, r->log, NULL) : QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_quest_append_log(quest, r->beginning, NULL);
  if (status == QL_OK)
    status = ql_json_read(a, str("[{\"agent\":\"*\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]"), &players, NULL);
  QL_SET(request, "players", players);
  if (status == QL_OK && ql_arena_failed(a)) status = QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_driver_new(ql_arena_alloc(a), quest, NULL, request, &driver, NULL);
  if (status == QL_OK) status = ql_driver_recall(driver, recorded, true, NULL);
  for (bool over = false; status == QL_OK && !over;) {
    ql_value *effect;
    status = ql_driver_next(driver, a, NOW, &effect, NULL);
    if (status != QL_OK) break;
    ql_str kind = TEXT_OF(effect, "kind");
    ql_value *result = ql_object(a);
    QL_SET(result, "id", ql_int(a, ql_get_int(effect, QL_STR("id"), 0)));
    over = ql_eq(kind, QL_STR("done"));
    assert_false(ql_eq(kind, QL_STR("http.request")) || ql_eq(kind, QL_STR("wait")));
    if (ql_eq(kind, QL_STR("random"))) QL_SET(result, "bytes", ql_string(a, QL_STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")));
    if (ql_eq(kind, QL_STR("log.append"))) QL_SET(result, "outcome", ql_string(a, QL_STR("ok")));
    if (ql_arena_failed(a)) status = QL_ERR_NOMEM;
    if (status == QL_OK && !over) status = ql_driver_result(driver, NOW, result, NULL);
  }
  ql_driver_free(driver);
  ql_quest_free(quest);
  ql_quest_free(recorded);
  return status;
}

static ql_str leader_alone(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)said;
  script s = begin_script(a);
  if (!ql_eq(agent, QL_STR("@lead"))) {
    script_calls(&s, "quest_respond", "{\"msg\":\"x\"}");
    return end_script(&s);
  }
  bool done = count_events(h->quest, "respond", NULL, NULL) > 1;
  if (done)
    script_calls(&s, "quest_complete", "{\"summary\":\"x\"}");
  else if (uses == 0)
    script_calls(&s, "quest_message", "{\"msg\":\"x\",\"to\":[\"@nobody\"]}");
  else if (uses == 1)
    script_calls(&s, "quest_message", "{\"msg\":\"x\",\"task\":\"T1\",\"to\":[\"@api-designer\"]}");
  else
    script_calls(&s, "quest_report", "{\"msg\":\"x\"}");
  return end_script(&s);
}

static void when_memory_runs_out_it_says_so(void **state) {
  (void)state;
  theatre h = open_theatre(leader_alone, QL_STR(""));
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_driver_free(h.driver);
  ql_quest_free(h.quest);
  h.quest = ql_quest_new(ql_alloc_libc());
  owner_says(&h,
             "{\"agents\":[\"@lead\",\"@api-designer\"],\"by\":\"@owner\",\"mission\":\"m\",\"seats\":[[\"@lead\",\"model\"],"
             "[\"@api-designer\",\"model\"]],\"tasks\":[{\"id\":\"T1\",\"title\":\"t\",\"to\":\"@api-designer\"}],\"type\":\"create\"}");
  owner_says(&h, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, NULL, player_request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  while (count_events(h.quest, "message", NULL, NULL) == 0) assert_int_equal(act(&h), QL_MORE);
  ql_str beginning = ql_arena_str(a, ql_quest_log(h.quest)); /* the second call is known, the third is not asked */
  assert_int_equal(act_all(&h), QL_DONE);
  const recording r = {ql_quest_log(h.quest), beginning};
  assert_true(try_every_allocation(recall_all, &r) > 200);
  ql_arena_free(a);
  close_theatre(&h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_and_results_stand_in_the_log),
      cmocka_unit_test(stopped_after_any_event_nobody_is_asked_twice),
      cmocka_unit_test(a_recorded_quest_plays_without_models),
      cmocka_unit_test(the_same_question_is_answered_in_the_order_of_the_log),
      cmocka_unit_test(seats_that_play_at_once_are_recalled_in_the_order_of_the_log),
      cmocka_unit_test(only_what_differs_is_asked),
      cmocka_unit_test(what_is_not_recorded_pauses_and_says_who),
      cmocka_unit_test(a_log_that_was_redacted_goes_on),
      cmocka_unit_test(what_led_nowhere_is_asked_anew),
      cmocka_unit_test(a_reply_that_does_not_fit_is_left_out),
      cmocka_unit_test(a_link_leaves_replies_out),
      cmocka_unit_test(when_memory_runs_out_it_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
