/* Seats that models play, without a network: session_host.c is the host, and the provider, and the model. */
#include "session_host.h"

#include "base/text.h"

/* ---- tests ---- */

static void models_play_a_quest_to_its_end(void **state) {
  (void)state;
  host h = opened(play_well, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_terminal(&h);
  assert_int_equal(h.calls, 6); /* three turns of the leader, one of each worker */
  assert_int_equal(events(&h, "start", NULL, NULL), 6);
  assert_int_equal(events(&h, "done", "outcome", "ok"), 6);
  assert_int_equal(events(&h, "respond", "msg", "12 tests"), 3);
  for (size_t i = 0; i < 3; i++) assert_int_equal(events(&h, "start", "task", (const char *const[]){"T1", "T2", "T3"}[i]), 1);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *used = QL_GET(ql_quest_state(h.quest, a), "used");
  assert_int_equal(ql_get_int(used, QL_STR("input"), 0), 600);
  assert_int_equal(ql_get_int(used, QL_STR("output"), 0), 120);
  assert_true(ql_get_int(used, QL_STR("micro"), 0) > 0);
  ql_arena_free(a);
  closed(&h);
}

static ql_str check_request(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  ql_str text = ql_value_text(a, body);
  assert_true(ql_find(text, QL_STR("You are @"), 0) != SIZE_MAX);
  bool leads = ql_eq(agent, QL_STR("@lead"));
  assert_true(ql_find(ql_value_text(a, QL_GET(body, "messages")), QL_STR("cache_control"), 0) != SIZE_MAX);
  assert_int_equal(ql_find(text, QL_STR("You never guess."), 0) != SIZE_MAX, leads);
  assert_int_equal(ql_find(text, QL_STR("\"quest_complete\""), 0) != SIZE_MAX, leads);
  assert_int_equal(ql_find(text, QL_STR("\"quest_respond\""), 0) != SIZE_MAX, !leads);
  if (leads && h->mood == 0) assert_true(ql_find(text, QL_STR("; after T1; T2"), 0) != SIZE_MAX);
  if (ql_eq(agent, QL_STR("@data-keeper"))) {
    assert_true(ql_find(text, QL_STR("from=\\\"@lead\\\">\\nPlease do it.\\n</data"), 0) != SIZE_MAX); /* words of others are data */
    assert_true(ql_find(text, QL_STR("Schema"), 0) != SIZE_MAX);
    assert_true(ql_find(text, QL_STR("Contract"), 0) == SIZE_MAX); /* another's task is none of its business */
  }
  h->mood++;
  return play_well(h, a, agent, body, status);
}

static void each_is_told_who_it_is_and_its_own_tasks(void **state) {
  (void)state;
  host h = opened(check_request, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.mood, 6);
  closed(&h);
}

static ql_str stumble(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  static const char *const TRIES[] = {"{\"msg\":\"x\",\"to\":[\"@nobody\"]}", "{\"msg\":\"x\"}",
                                      "{\"msg\":", "{\"msg\":\"x\",\"to\":[\"@lead\"],\"weather\":1}"};
  static const char *const TOLD[] = {"@nobody", "to", "JSON", "weather"};
  if (!ql_eq(agent, QL_STR("@lead")) || h->mood >= 5) return play_well(h, a, agent, body, status);
  if (h->mood > 0 && h->mood <= 4) {
    ql_str text = ql_value_text(a, body);
    assert_true(ql_find(text, str(TOLD[h->mood - 1]), 0) != SIZE_MAX);
    assert_true(ql_find(text, QL_STR("\"is_error\":true"), 0) != SIZE_MAX);
  }
  return h->mood < 4 ? one_call(a, "quest_message", TRIES[h->mood++])
                     : (h->mood++, one_call(a, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"x\"}"));
}

static void a_refused_move_is_told_and_made_better(void **state) {
  (void)state;
  host h = opened(stumble, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_int_equal(h.mood, 5);
  closed(&h);
}

static ql_str chat_only(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (ql_eq(agent, QL_STR("@lead"))) return play_well(h, a, agent, body, status);
  h->mood++;
  return words(a, "I have done the work, believe me.");
}

static void a_workers_words_count_at_last(void **state) {
  (void)state;
  host h = opened(chat_only, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_int_equal(h.mood, 9); /* each was told twice that its turn is open */
  assert_int_equal(events(&h, "respond", "msg", "believe me"), 3);
  closed(&h);
}

static ql_str leader_chats(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)h, (void)agent, (void)body, (void)status;
  return words(a, "We should think about this.");
}

static void a_leader_that_only_talks_pauses_the_quest(void **state) {
  (void)state;
  host h = opened(leader_chats, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 3);
  assert_int_equal(events(&h, "pause", "reason", "made no move"), 1);
  h.brain = play_well;
  write_command(&h, RESUME);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  closed(&h);
}

static ql_str overloaded(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (h->mood++ < 2) {
    *status = 529;
    return QL_STR("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}");
  }
  return play_well(h, a, agent, body, status);
}

static void what_passes_is_tried_again(void **state) {
  (void)state;
  host h = opened(overloaded, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_int_equal(events(&h, "done", "outcome", "error"), 2);
  assert_int_equal(h.calls, 8);
  assert_true(h.now > NOW);
  closed(&h);
}

static ql_str wrong_key(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (h->mood == 0) {
    *status = 401;
    return QL_STR("{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key\"}}");
  }
  return play_well(h, a, agent, body, status);
}

static void what_does_not_pass_pauses_the_quest_and_says_why(void **state) {
  (void)state;
  host h = opened(wrong_key, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 1);
  assert_int_equal(events(&h, "pause", "reason", "@lead could not be asked"), 1);
  h.mood = 1;
  write_command(&h, RESUME);
  assert_int_equal(run(&h), QL_DONE);
  assert_terminal(&h);
  closed(&h);
}

static ql_str declines(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)h, (void)agent, (void)body, (void)status;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_begin(&out);
  add_text(a, &out, 0, "No.");
  return ended(a, &out, "refusal");
}

/* The reason of the last pause, and until when it is; -1 for no time. */
static int64_t paused_until(const host *h, const char *reason) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *event = ql_quest_event(h->quest, a, ql_quest_count(h->quest) - 1);
  assert_str_is(TEXT_OF(event, "type"), "pause");
  assert_str_is(TEXT_OF(QL_GET(event, "data"), "reason"), reason);
  int64_t until = ql_get_int(QL_GET(event, "data"), QL_STR("until"), -1);
  ql_arena_free(a);
  return until;
}

static ql_str names_a_time(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (h->mood > 0) return play_well(h, a, agent, body, status);
  *status = 429;
  return QL_STR("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Please try again in 3h.\"}}");
}

static void a_long_wait_pauses_the_quest_until_then(void **state) {
  (void)state;
  host h = opened(names_a_time, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 1);
  assert_int_equal(h.now, NOW); /* nobody waited */
  assert_int_equal(paused_until(&h, "@lead could not be asked: Anthropic is asked too often (HTTP 429); it can be asked again in 3 h."),
                   NOW + 3 * 3600000);
  h.mood = 1;
  h.now = NOW + 3 * 3600000;
  write_command(&h, RESUME);
  assert_int_equal(run(&h), QL_DONE);
  assert_terminal(&h);
  closed(&h);
}

/* The time of a wait that is over is not that of a pause for something else. */
static ql_str waits_and_declines(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  return h->mood == 0 ? overloaded(h, a, agent, body, status) : declines(h, a, agent, body, status);
}

static void a_pause_without_a_time_has_none(void **state) {
  (void)state;
  static const struct {
    brain brain;
    const char *reason;
  } rows[] = {
      {wrong_key, "@lead could not be asked: Anthropic refused the key (HTTP 401): invalid x-api-key."},
      {waits_and_declines, "@lead declined to answer: No."},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    host h = opened(rows[i].brain, "quest", "Sign-in", true);
    assert_int_equal(run(&h), QL_OK);
    assert_int_equal(paused_until(&h, rows[i].reason), -1);
    closed(&h);
  }
}

static ql_str unreachable(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (h->mood++ == 0) {
    *status = 0;
    return QL_STR("");
  }
  return play_well(h, a, agent, body, status);
}

static void no_answer_at_all_is_tried_again(void **state) {
  (void)state;
  host h = opened(unreachable, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_int_equal(events(&h, "done", "outcome", "error"), 1);
  closed(&h);
}

static void a_budget_stops_a_call_before_it_is_sent(void **state) {
  (void)state;
  host h = opened(play_well, "prequest", "Sign-in", true);
  while (ql_quest_count(h.quest) < 2) assert_int_equal(step(&h), QL_MORE); /* created, approved */
  write_command(&h, "{\"by\":\"@owner\",\"type\":\"pause\"}");
  write_command(&h, "{\"budget\":{\"tokens\":9000},\"by\":\"@owner\",\"type\":\"resume\"}");
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 0); /* 8192 for the answer, and a prompt of more than 808 */
  write_command(&h, "{\"budget\":{\"tokens\":900000},\"by\":\"@owner\",\"type\":\"resume\"}");
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  closed(&h);
}

/* An answer that is not over yet is sent back as it is, and the model goes on. */
static ql_str breaks_off(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  static const char *const REASONS[] = {"pause_turn", "max_tokens"};
  ql_str text = ql_value_text(a, body);
  if (h->mood < 2) {
    ql_buf out = ql_buf_new(ql_arena_alloc(a));
    add_begin(&out);
    add_text(a, &out, 0, h->mood == 0 ? "The first half" : "and a long tail");
    return ended(a, &out, REASONS[h->mood++]);
  }
  if (h->mood++ == 2) {
    size_t first = ql_find(text, QL_STR("The first half"), 0), tail = ql_find(text, QL_STR("and a long tail"), 0);
    size_t told = ql_find(text, QL_STR("Your answer was cut at its length limit."), 0);
    assert_true(first < tail && tail < told && told != SIZE_MAX);
    assert_true(ql_find(text, QL_STR("Your turn is still open"), 0) == SIZE_MAX);
  }
  return play_well(h, a, agent, body, status);
}

static void what_is_not_over_goes_on(void **state) {
  (void)state;
  host h = opened(breaks_off, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(&h, "completed");
  assert_int_equal(h.calls, 8);
  closed(&h);
}

static ql_str always_overloaded(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  bool fallback = ql_eq(TEXT_OF(body, "model"), QL_STR("claude-sonnet-4-5"));
  assert_int_equal(fallback, h->calls >= 3);
  h->mood = 0;
  return overloaded(h, a, agent, body, status);
}

/* The fallback has all attempts, and none of its own. */
static void a_fallback_is_asked_from_the_start(void **state) {
  (void)state;
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = always_overloaded, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = request(a, "quest", "Sign-in");
  QL_SET(r, "plan", plan(a));
  QL_SET(QL_GET(r, "players")->first, "fallback", ql_string(a, QL_STR("claude-sonnet-4-5")));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  assert_int_equal(run(&h), QL_OK);
  assert_int_equal(h.calls, 3 + 6);
  assert_int_equal(paused_until(&h, "@lead could not be asked: Anthropic is overloaded (HTTP 529) in 6 attempts: Overloaded."), -1);
  closed(&h);
}

/* Always the same work, which is always done. */
static ql_str go_in_circles(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)h, (void)body, (void)status;
  if (!ql_eq(agent, QL_STR("@lead"))) return one_call(a, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"Done.\"}");
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_begin(&out);
  add_call(a, &out, 0, "quest_message", QL_STR("{\"msg\":\"Please begin.\",\"task\":\"T1\",\"to\":[\"@api-designer\"]}"));
  add_call(a, &out, 1, "quest_report", QL_STR("{\"msg\":\"It is handed out.\"}"));
  return ended(a, &out, "tool_use");
}

static void models_that_go_in_circles_stop_without_a_limit(void **state) {
  (void)state;
  host h = opened(go_in_circles, "quest", "Sign-in", true);
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 32 + 8 * 3 + 1); /* one for each turn, and that which went beyond */
  write_command(&h, "{\"budget\":{\"turns\":58},\"by\":\"@owner\",\"type\":\"resume\"}");
  assert_int_equal(run(&h), QL_OK);
  assert_status(&h, "paused");
  assert_int_equal(h.calls, 58 + 1);
  closed(&h);
}

/* That limit is for models alone, and for who set none. */
static void the_limit_of_turns_is_for_models(void **state) {
  (void)state;
  static const struct {
    const char *players, *budget;
    int64_t turns, tokens; /* -1: no limit */
  } rows[] = {
      {NULL, NULL, -1, -1},
      {"[]", NULL, -1, -1},
      {"[]", "{}", -1, -1},
      {"[]", "{\"tokens\":9000}", -1, 9000},
      {"[{\"agent\":\"@reviewer\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", NULL, 32 + 8 * 3, -1},
      {"[{\"agent\":\"@reviewer\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", "{\"micro\":9000}", -1, -1},
      {"[{\"agent\":\"@reviewer\",\"model\":\"nobody-knows\",\"provider\":\"anthropic\"}]", "{\"micro\":9000}", 32 + 8 * 3, -1},
      {"[{\"agent\":\"@reviewer\",\"fallback\":\"nobody-knows\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]",
       "{\"micro\":9000}", 32 + 8 * 3, -1},
      {"[{\"agent\":\"@reviewer\",\"model\":\"nobody-knows\",\"provider\":\"anthropic\"}]", "{\"ms\":9000}", -1, -1},
      {"[{\"agent\":\"@reviewer\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", "{\"tokens\":9000}", -1, 9000},
      {"[{\"agent\":\"@reviewer\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", "{\"turns\":5}", 5, -1},
      {"[{\"agent\":\"@reviewer\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", "{}", 32 + 8 * 3, -1},
      {"[{\"agent\":\"@reviewer\",\"fallback\":\"\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]", "{\"micro\":9000}", -1,
       -1},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = play_well, .now = NOW};
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *r = ql_object(a), *read = NULL;
    QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
    QL_SET(r, "mode", ql_string(a, QL_STR("quest")));
    QL_SET(r, "plan", plan(a));
    QL_SET(r, "text", ql_string(a, QL_STR("Sign-in")));
    if (rows[i].players && ql_json_read(a, str(rows[i].players), &read, NULL) == QL_OK) QL_SET(r, "players", read);
    if (rows[i].budget && ql_json_read(a, str(rows[i].budget), &read, NULL) == QL_OK) QL_SET(r, "budget", read);
    assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
    while (ql_quest_count(h.quest) == 0) assert_int_equal(step(&h), QL_MORE);
    const ql_value *budget = QL_GET(QL_GET(ql_quest_event(h.quest, a, 0), "data"), "budget");
    assert_int_equal(ql_get_int(budget, QL_STR("turns"), -1), rows[i].turns);
    assert_int_equal(ql_get_int(budget, QL_STR("tokens"), -1), rows[i].tokens);
    ql_arena_free(a);
    closed(&h);
  }
}

static void who_loses_the_turn_is_stopped(void **state) {
  (void)state;
  host h = opened(play_well, "quest", "Sign-in", true);
  while (h.open_count == 0) assert_int_equal(step(&h), QL_MORE);
  write_command(&h, "{\"agent\":\"@lead\",\"by\":\"@owner\",\"seat\":\"human\",\"type\":\"claim\"}");
  ql_status status = QL_MORE;
  while (status == QL_MORE) status = step(&h);
  assert_int_equal(status, QL_OK); /* a person sits there */
  assert_int_equal(h.open_count, 0);
  assert_int_equal(events(&h, "done", NULL, NULL), 1);
  assert_int_equal(events(&h, "message", NULL, NULL), 0);
  closed(&h);
}

static void what_was_only_announced_is_not_sent_for_who_lost_the_turn(void **state) {
  (void)state;
  host h = opened(play_well, "quest", "Sign-in", true);
  until_last(&h, "start", 0);
  write_command(&h, "{\"agent\":\"@lead\",\"by\":\"@owner\",\"seat\":\"human\",\"type\":\"claim\"}");
  assert_int_equal(run(&h), QL_OK);
  assert_int_equal(h.calls, 0);
  assert_int_equal(events(&h, "done", "outcome", "cancelled"), 1);
  assert_int_equal(events(&h, "done", "reply", ""), 0); /* nothing was said */
  assert_nothing_open(&h);
  closed(&h);
}

static ql_str reads_first(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  return ql_eq(agent, QL_STR("@api-designer")) ? one_call(a, "Read", "{\"file_path\":\"a.txt\"}") : play_well(h, a, agent, body, status);
}

static void a_tool_is_not_used_for_who_lost_the_turn(void **state) {
  (void)state;
  host h = opened(reads_first, "quest", "Sign-in", true);
  ql_workspace *files = ql_workspace_new(ql_alloc_libc());
  assert_int_equal(ql_workspace_load(files, QL_STR("a.txt"), QL_STR("words"), NULL), QL_OK);
  assert_int_equal(ql_driver_use(h.driver, &(ql_driver_kit){.workspace = files}, NULL), QL_OK);
  until_last(&h, "start", 2); /* the leader's call, the worker's call, the worker's tool */
  write_command(&h, "{\"agent\":\"@api-designer\",\"by\":\"@owner\",\"seat\":\"human\",\"type\":\"claim\"}");
  assert_int_equal(run(&h), QL_OK);
  assert_int_equal(events(&h, "start", "effect", "tool"), 1);
  assert_int_equal(events(&h, "done", "outcome", "cancelled"), 1);
  assert_nothing_open(&h);
  closed(&h);
  ql_workspace_free(files);
}

/* Not calling any more, at every point, then a new driver on the same log: it ends, and what stood in the log stays. */
static void stopped_anywhere_it_goes_on_from_the_log(void **state) {
  (void)state;
  bool ended = false;
  size_t lost = 0;
  for (size_t stop = 1; !ended; stop++) {
    host h = opened(play_well, "quest", "Sign-in", true);
    while (h.effects < stop && !ended) ended = step(&h) == QL_DONE;
    if (ql_quest_count(h.quest) == 0 || ended) {
      closed(&h);
      continue;
    }
    host second = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = play_well, .now = NOW};
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_str log = ql_quest_log(h.quest);
    assert_int_equal(ql_quest_append_log(second.quest, log, NULL), QL_OK);
    assert_int_equal(ql_driver_new(ql_alloc_libc(), second.quest, second.roster, request(a, "quest", "x"), &second.driver, NULL), QL_OK);
    ql_arena_free(a);
    assert_int_equal(run(&second), QL_DONE);
    assert_status(&second, "completed");
    assert_terminal(&second);
    assert_memory_equal(ql_quest_log(second.quest).ptr, log.ptr, log.len);
    lost += events(&second, "done", "outcome", "lost");
    closed(&second);
    closed(&h);
  }
  assert_true(lost > 0);
}

static void a_parallel_group_is_asked_at_once(void **state) {
  (void)state;
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = play_well, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  write_command(
      &h,
      "{\"agents\":[\"@lead\",\"@api-designer\",\"@data-keeper\",\"@reviewer\"],\"by\":\"@owner\",\"mission\":\"m\",\"policy\":\"parallel\","
      "\"seats\":[[\"@lead\",\"model\"],[\"@api-designer\",\"model\"],[\"@data-keeper\",\"model\"],[\"@reviewer\",\"model\"]],\"tasks\":[{"
      "\"id\":\"T1\",\"title\":\"a\",\"to\":\"@api-designer\"},{\"id\":\"T2\",\"title\":\"b\",\"to\":\"@data-keeper\"},{\"id\":\"T3\","
      "\"title\":\"c\",\"to\":\"@reviewer\"}],\"type\":\"create\"}");
  write_command(&h, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.most_open, 3);
  assert_terminal(&h);
  closed(&h);
}

static ql_str talk(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)h, (void)status;
  assert_null(agent.ptr);
  assert_true(ql_find(ql_value_text(a, body), QL_STR("Where do you keep the schema?"), 0) != SIZE_MAX);
  return words(a, "In the repository.");
}

static void a_conversation_is_answered_by_the_model(void **state) {
  (void)state;
  host h = opened(talk, "normal", "Where do you keep the schema?", false);
  assert_int_equal(run(&h), QL_DONE);
  assert_string_equal(h.answer, "In the repository.");
  assert_false(h.answer_failed);
  assert_false(h.answer_cut);
  assert_int_equal(h.answer_micro, 100 * 1 + 20 * 5);
  assert_int_equal(ql_quest_count(h.quest), 0);
  closed(&h);
}

static ql_str keeps_the_prompt(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  ql_str answer = talk(h, a, agent, body, status), count = QL_STR("\"input_tokens\":100");
  size_t at = ql_find(answer, count, 0) + count.len;
  const ql_str pieces[] = {ql_slice(answer, 0, at), QL_STR(",\"cache_creation_input_tokens\":400,\"cache_read_input_tokens\":1000"),
                           ql_slice(answer, at, answer.len)};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

/* What is written to a cache costs a quarter more, what is read from it a tenth. */
static void what_a_provider_keeps_is_paid_for(void **state) {
  (void)state;
  host h = opened(keeps_the_prompt, "normal", "Where do you keep the schema?", false);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.answer_input, 1500);
  assert_int_equal(h.answer_micro, 100 * 1 + 400 * 5 / 4 + 1000 / 10 + 20 * 5);
  closed(&h);
}

static void what_is_declined_was_paid_for_all_the_same(void **state) {
  (void)state;
  host h = opened(declines, "normal", "Where do you keep the schema?", false);
  assert_int_equal(run(&h), QL_DONE);
  assert_true(h.answer_failed);
  assert_int_equal(h.answer_micro, 100 * 1 + 20 * 5);
  closed(&h);
}

static ql_str talks_too_long(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)h, (void)agent, (void)body, (void)status;
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_begin(&out);
  add_text(a, &out, 0, "In the");
  return ended(a, &out, "max_tokens");
}

static void an_answer_that_is_cut_says_so(void **state) {
  (void)state;
  host h = opened(talks_too_long, "normal", "Where do you keep the schema?", false);
  assert_int_equal(run(&h), QL_DONE);
  assert_string_equal(h.answer, "In the");
  assert_true(h.answer_cut && !h.answer_failed);
  closed(&h);
}

static ql_str plans(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (agent.ptr) return play_well(h, a, agent, body, status);
  h->mood++;
  assert_true(ql_find(ql_value_text(a, QL_GET(body, "messages")), QL_STR("cache_control"), 0) == SIZE_MAX); /* asked for once */
  return words(
      a,
      "{\"tasks\":[{\"accept\":[\"it works\"],\"after\":[],\"agent\":\"@api-designer\",\"id\":\"T1\",\"outputs\":[\"contract.md\"],\"title\":\"Write the "
      "contract\",\"reason\":\"it designs APIs\"}]}");
}

static void a_plan_is_asked_of_the_model_and_carried_out(void **state) {
  (void)state;
  host h = opened(plans, "prequest", OBJECTIVE, false);
  assert_int_equal(run(&h), QL_DONE);
  if (h.answer[0]) print_error("%s\n%s\n", h.answer, h.raw);
  assert_status(&h, "completed");
  assert_int_equal(events(&h, "usage", NULL, NULL), 1);
  assert_true(h.mood >= 1);
  closed(&h);
}

static ql_str plans_badly(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)agent, (void)body, (void)status;
  h->mood++;
  return words(a, "I would rather not plan today.");
}

static void a_plan_that_cannot_be_read_fails_with_what_was_written(void **state) {
  (void)state;
  host h = opened(plans_badly, "prequest", OBJECTIVE, false);
  assert_int_equal(run(&h), QL_DONE);
  assert_true(h.answer_failed);
  assert_string_equal(h.raw, "I would rather not plan today.");
  assert_int_equal(h.mood, 2); /* asked, and asked once more with what was wrong */
  assert_int_equal(ql_quest_count(h.quest), 0);
  closed(&h);
}

static void what_models_add_is_shown_as_it_comes(void **state) {
  (void)state;
  host h = opened(talk, "normal", "Where do you keep the schema?", false);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_buf shown = ql_buf_new(ql_alloc_libc());
  size_t beginnings = 0;
  for (ql_status status = QL_MORE; status == QL_MORE;) {
    status = step(&h);
    ql_value *deltas;
    assert_int_equal(ql_driver_deltas(h.driver, a, &deltas, NULL), QL_OK);
    for (const ql_value *item = deltas->first; item; item = item->next) {
      const ql_value *delta = QL_GET(item, "delta");
      beginnings += delta == NULL;
      if (ql_eq(TEXT_OF(delta, "kind"), QL_STR("text"))) ql_buf_add(&shown, TEXT_OF(delta, "text"));
    }
  }
  assert_int_equal(beginnings, 1);
  assert_str_is(ql_buf_str(&shown), "In the repository.");
  ql_buf_free(&shown);
  ql_arena_free(a);
  closed(&h);
}

/* ---- memory that runs out ---- */

/* A worker that makes a mistake, is told, and ends its turn; a leader that hands out one task and completes. */
static ql_str act_out(ql_arena *a, const ql_quest *quest, ql_str agent, const ql_value *body) {
  ql_str said = ql_value_text(a, body);
  if (!agent.ptr) return words(a, "In the repository.");
  if (!ql_eq(agent, QL_STR("@lead")))
    return ql_find(said, QL_STR("is_error"), 0) == SIZE_MAX ? one_call(a, "quest_respond", "{\"kind\":")
                                                            : one_call(a, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"Done.\"}");
  const ql_value *tasks = QL_GET(ql_quest_view(quest, a), "tasks"), *task = tasks ? tasks->first : NULL;
  if (!task) return QL_ABSENT;
  if (ql_eq(TEXT_OF(task, "status"), QL_STR("done"))) return one_call(a, "quest_complete", "{\"summary\":\"x\"}");
  if (ql_eq(TEXT_OF(task, "status"), QL_STR("open"))) return one_call(a, "quest_report", "{\"msg\":\"x\"}");
  return one_call(a, "quest_message", "{\"msg\":\"x\",\"task\":\"T1\",\"to\":[\"@reviewer\"]}");
}

static ql_status answer_call(ql_driver *driver, const ql_quest *quest, ql_arena *a, const ql_value *effect) {
  ql_value *body = NULL, *head = result(a, ql_get_int(effect, QL_STR("id"), 0)), *end = result(a, ql_get_int(effect, QL_STR("id"), 0));
  ql_status status = ql_json_read(a, TEXT_OF(QL_GET(effect, "request"), "body"), &body, NULL);
  if (status != QL_OK) return status;
  ql_str answer = act_out(a, quest, TEXT_OF(effect, "agent"), body);
  QL_SET(head, "status", ql_int(a, 200));
  QL_SET(end, "outcome", ql_string(a, QL_STR("complete")));
  if (ql_arena_failed(a) || !answer.ptr) return QL_ERR_NOMEM;
  status = ql_driver_result(driver, NOW, head, NULL);
  if (status == QL_OK) status = ql_driver_bytes(driver, ql_get_int(effect, QL_STR("id"), 0), answer, NULL);
  ql_value *deltas;
  if (status == QL_OK) status = ql_driver_deltas(driver, a, &deltas, NULL);
  return status == QL_OK ? ql_driver_result(driver, NOW, end, NULL) : status;
}

static ql_status play_through(ql_driver *driver, const ql_quest *quest, ql_arena *a) {
  for (size_t i = 0; i < 200; i++) {
    ql_value *effect;
    ql_status status = ql_driver_next(driver, a, NOW, &effect, NULL);
    if (status != QL_OK) return status;
    ql_value *r = result(a, ql_get_int(effect, QL_STR("id"), 0));
    if (is_kind(effect, "done")) return QL_OK;
    if (is_kind(effect, "random")) QL_SET(r, "bytes", ql_string(a, QL_STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")));
    if (is_kind(effect, "log.append")) QL_SET(r, "outcome", ql_string(a, QL_STR("ok")));
    if (ql_arena_failed(a)) return QL_ERR_NOMEM;
    if (is_kind(effect, "http.request"))
      status = answer_call(driver, quest, a, effect);
    else if (!is_kind(effect, "wait") && !is_kind(effect, "effect.cancel"))
      status = ql_driver_result(driver, NOW, r, NULL);
    if (status != QL_OK) return status;
  }
  return QL_ERR_STATE;
}

static ql_status play_all(ql_arena *a, const void *ctx) {
  const char *mode = ctx;
  static const char one_task[] =
      "{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@reviewer\",\"id\":\"T1\",\"title\":\"t\"}]}";
  static const char players[] = "[{\"agent\":\"*\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]";
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a));
  ql_roster *roster = ql_roster_new(ql_arena_alloc(a));
  ql_driver *driver = NULL;
  ql_value *r = ql_object(a), *value = NULL;
  ql_status status = quest && roster ? QL_OK : QL_ERR_NOMEM;
  for (size_t i = 0; i < TEAM_COUNT && status == QL_OK; i++) status = ql_roster_add(roster, str(TEAM[i][0]), str(TEAM[i][1]), NULL);
  if (status == QL_OK) status = ql_roster_link(roster, NULL);
  if (status == QL_OK) status = ql_json_read(a, str(one_task), &value, NULL);
  if (strcmp(mode, "quest") == 0) QL_SET(r, "plan", value);
  if (status == QL_OK) status = ql_json_read(a, str(players), &value, NULL);
  QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
  QL_SET(r, "mode", ql_string(a, str(mode)));
  QL_SET(r, "players", value);
  QL_SET(r, "text", ql_string(a, QL_STR("o")));
  if (status == QL_OK && ql_arena_failed(a)) status = QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_driver_new(ql_arena_alloc(a), quest, roster, r, &driver, NULL);
  if (status == QL_OK) status = play_through(driver, quest, a);
  ql_driver_free(driver);
  ql_quest_free(quest);
  ql_roster_free(roster);
  return status;
}

static void when_memory_runs_out_it_says_so(void **state) {
  (void)state;
  assert_true(try_every_allocation(play_all, "normal") > 10);
  assert_true(try_every_allocation(play_all, "quest") > 100);
}

/* The leader's rules give the designer the API, and keep the database from it. */
static const char FILTER[] =
    "---\nname: lead\ndescription: Coordinates\n---\n\n# Lead\n\n## Team\n\n- **api-designer**: API\n- **data-keeper**: data\n- "
    "**reviewer**: tests\n\n## Context Filtering Rules\n\n**For @api-designer:**\n- \xE2\x9C\x85 API requirements and contracts\n- "
    "\xE2\x9D\x8C Database implementation details\n";
static const char GUIDE[] =
    "# Guide\n\n## API requirements\n\nAnswer within a second.\n\n## Database implementation\n\nTables are secret.\n";

static ql_str look_for_documents(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  ql_str text = ql_value_text(a, body);
  if (ql_eq(agent, QL_STR("@api-designer"))) {
    assert_true(ql_find(text, QL_STR("Answer within a second."), 0) != SIZE_MAX);
    assert_true(ql_find(text, QL_STR("Tables are secret."), 0) == SIZE_MAX);
    assert_true(ql_find(text, QL_STR("from=\\\"docs/guide.md\\\">\\n"), 0) != SIZE_MAX);
    assert_true(ql_find(text, QL_STR("- docs/data.md: not for you\\n"), 0) != SIZE_MAX);
    h->mood++;
  } else if (!ql_eq(agent, QL_STR("@lead"))) {
    assert_true(ql_find(text, QL_STR("Answer within a second."), 0) == SIZE_MAX); /* no rule is about them: they read what they need */
    h->mood++;
  }
  return play_well(h, a, agent, body, status);
}

static void workers_are_given_what_the_rules_give_them(void **state) {
  (void)state;
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = ql_roster_new(ql_alloc_libc()), .brain = look_for_documents, .now = NOW};
  assert_int_equal(ql_roster_add(h.roster, QL_STR("lead.md"), str(FILTER), NULL), QL_OK);
  for (size_t i = 1; i < TEAM_COUNT; i++) assert_int_equal(ql_roster_add(h.roster, str(TEAM[i][0]), str(TEAM[i][1]), NULL), QL_OK);
  assert_int_equal(ql_roster_link(h.roster, NULL), QL_OK);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = request(a, "quest", "Sign-in"), *documents = ql_array(a), *document = ql_push(documents, ql_object(a));
  QL_SET(document, "path", ql_string(a, QL_STR("docs/guide.md")));
  QL_SET(document, "text", ql_string(a, str(GUIDE)));
  document = ql_push(documents, ql_object(a));
  QL_SET(document, "path", ql_string(a, QL_STR("docs/data.md")));
  QL_SET(document, "text", ql_string(a, QL_STR("# Database implementation details\n\nIndexes are hidden.\n")));
  QL_SET(r, "documents", documents);
  QL_SET(r, "plan", plan(a));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.mood, 3);
  assert_terminal(&h);
  closed(&h);
}

static void players_have_to_be_known(void **state) {
  (void)state;
  static const char *const WRONG[] = {"[{\"agent\":\"*\",\"model\":\"m\",\"provider\":\"nobody\"}]",
                                      "[{\"agent\":\"*\",\"provider\":\"anthropic\"}]", "{}"};
  for (size_t i = 0; i < QL_COUNT(WRONG); i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_quest *quest = ql_quest_new(ql_alloc_libc());
    ql_roster *roster = team();
    ql_driver *driver = NULL;
    ql_value *r = request(a, "quest", OBJECTIVE), *players;
    assert_int_equal(ql_json_read(a, str(WRONG[i]), &players, NULL), QL_OK);
    QL_SET(r, "players", players);
    assert_int_not_equal(ql_driver_new(ql_alloc_libc(), quest, roster, r, &driver, NULL), QL_OK);
    assert_null(driver);
    ql_roster_free(roster);
    ql_quest_free(quest);
    ql_arena_free(a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(models_play_a_quest_to_its_end),
      cmocka_unit_test(each_is_told_who_it_is_and_its_own_tasks),
      cmocka_unit_test(a_refused_move_is_told_and_made_better),
      cmocka_unit_test(a_workers_words_count_at_last),
      cmocka_unit_test(a_leader_that_only_talks_pauses_the_quest),
      cmocka_unit_test(what_passes_is_tried_again),
      cmocka_unit_test(what_does_not_pass_pauses_the_quest_and_says_why),
      cmocka_unit_test(a_long_wait_pauses_the_quest_until_then),
      cmocka_unit_test(a_pause_without_a_time_has_none),
      cmocka_unit_test(no_answer_at_all_is_tried_again),
      cmocka_unit_test(a_budget_stops_a_call_before_it_is_sent),
      cmocka_unit_test(what_is_not_over_goes_on),
      cmocka_unit_test(a_fallback_is_asked_from_the_start),
      cmocka_unit_test(models_that_go_in_circles_stop_without_a_limit),
      cmocka_unit_test(the_limit_of_turns_is_for_models),
      cmocka_unit_test(who_loses_the_turn_is_stopped),
      cmocka_unit_test(what_was_only_announced_is_not_sent_for_who_lost_the_turn),
      cmocka_unit_test(a_tool_is_not_used_for_who_lost_the_turn),
      cmocka_unit_test(stopped_anywhere_it_goes_on_from_the_log),
      cmocka_unit_test(a_parallel_group_is_asked_at_once),
      cmocka_unit_test(a_conversation_is_answered_by_the_model),
      cmocka_unit_test(what_a_provider_keeps_is_paid_for),
      cmocka_unit_test(what_is_declined_was_paid_for_all_the_same),
      cmocka_unit_test(an_answer_that_is_cut_says_so),
      cmocka_unit_test(a_plan_is_asked_of_the_model_and_carried_out),
      cmocka_unit_test(a_plan_that_cannot_be_read_fails_with_what_was_written),
      cmocka_unit_test(what_models_add_is_shown_as_it_comes),
      cmocka_unit_test(when_memory_runs_out_it_says_so),
      cmocka_unit_test(workers_are_given_what_the_rules_give_them),
      cmocka_unit_test(players_have_to_be_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
