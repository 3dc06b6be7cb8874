/* The session without a host: this file is the host. */
#include <questline/driver.h>

#include "base/text.h"
#include "support.h"

#define NOW INT64_C(1763712000000)

static const struct {
  const char *path, *text;
} TEAM[] = {
    {"lead.md",
     "---\nname: lead\ndescription: Coordinates the backend team\n---\n\n# Lead\n\n## Team\n\n- **api-designer**: HTTP API contracts and "
     "endpoints\n- **data-keeper**: database schema and migrations\n- **reviewer**: security review and tests\n"},
    {"api-designer.md", "---\nname: api-designer\ndescription: Designs HTTP API contracts and writes endpoints\n---\n\nYou design APIs.\n"},
    {"data-keeper.md", "---\nname: data-keeper\ndescription: Owns the database schema, migrations and queries\n---\n\nYou keep data.\n"},
    {"reviewer.md", "---\nname: reviewer\ndescription: Security review, tests and code quality\n---\n\nYou review.\n"},
};

static ql_roster *team(void) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(TEAM); i++) assert_int_equal(ql_roster_add(roster, str(TEAM[i].path), str(TEAM[i].text), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

static ql_value *request(ql_arena *a, const char *mode, const char *text) {
  ql_value *r = ql_object(a);
  QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
  if (mode) QL_SET(r, "mode", ql_string(a, str(mode)));
  QL_SET(r, "text", ql_string(a, str(text)));
  return r;
}

/* ---- a host in memory ---- */

typedef struct host {
  ql_quest *quest;
  ql_driver *driver;
  ql_roster *roster;
  size_t effects;
  bool approves; /* what it says when asked; otherwise it rejects */
  char answer[4096];
} host;

static ql_value *result(ql_arena *a, const ql_value *effect) {
  ql_value *r = ql_object(a);
  QL_SET(r, "id", ql_int(a, ql_get_int(effect, QL_STR("id"), -1)));
  return r;
}

static void give_random(ql_arena *a, ql_value *r, uint8_t seed) {
  uint8_t bytes[QL_ENTROPY_BYTES];
  char *text = ql_arena_get(a, 64);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(seed + i * 7);
  QL_SET(r, "bytes", ql_string(a, (ql_str){text, ql_base64url_write(text, bytes, sizeof bytes)}));
}

static bool is_kind(const ql_value *effect, const char *kind) { return ql_eq(ql_get_str(effect, QL_STR("kind")), str(kind)); }

/* Performs one effect. QL_MORE when something was done, QL_DONE when nothing more will come, QL_OK for wait. */
static ql_status perform(host *h, ql_arena *a, ql_error *err) {
  ql_value *effect;
  ql_status status = ql_driver_next(h->driver, a, NOW, &effect, err);
  if (status != QL_OK) return status;
  h->effects++;
  if (is_kind(effect, "done")) return QL_DONE;
  if (is_kind(effect, "wait")) return QL_OK;
  ql_value *r = result(a, effect);
  if (is_kind(effect, "random")) give_random(a, r, (uint8_t)h->effects);
  if (is_kind(effect, "log.append")) QL_SET(r, "outcome", ql_string(a, QL_STR("ok")));
  if (is_kind(effect, "answer")) {
    ql_str answer = ql_get_str(effect, QL_STR("answer"));
    snprintf(h->answer, sizeof h->answer, "%.*s", (int)answer.len, answer.ptr);
  }
  if (is_kind(effect, "ask.human")) {
    ql_value *command = QL_SET(r, "command", ql_object(a));
    QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
    QL_SET(command, "type", ql_string(a, h->approves ? QL_STR("approve") : QL_STR("reject")));
  }
  if (ql_arena_failed(a)) return QL_ERR_NOMEM;
  status = ql_driver_result(h->driver, NOW, r, err);
  return status == QL_OK ? QL_MORE : status;
}

static ql_status step(host *h) {
  ql_error err = {0};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_status status = a ? perform(h, a, &err) : QL_ERR_NOMEM;
  ql_arena_free(a);
  return status;
}

static ql_status run(host *h) {
  ql_status status = QL_MORE;
  while (status == QL_MORE && h->effects < 1000) status = step(h);
  return status;
}

static host opened(const char *mode, const char *text, bool approves) {
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .approves = approves};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, request(a, mode, text), &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  return h;
}

static void closed(host *h) {
  ql_driver_free(h->driver);
  ql_quest_free(h->quest);
  ql_roster_free(h->roster);
}

static void assert_status(const ql_quest *quest, const char *expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(ql_get_str(ql_quest_state(quest, a), QL_STR("status")), expected);
  ql_arena_free(a);
}

static void assert_verdict(const ql_quest *quest, const char *complete) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *verdict;
  assert_int_equal(ql_verify(a, ql_quest_log(quest), QL_ABSENT, &verdict, NULL), QL_OK);
  assert_str_is(ql_get_str(verdict, QL_STR("intact")), "yes");
  assert_str_is(ql_get_str(verdict, QL_STR("legal")), "yes");
  assert_str_is(ql_get_str(verdict, QL_STR("complete")), complete);
  ql_arena_free(a);
}

/* ---- tests ---- */

#define OBJECTIVE "Add sign-in with OAuth2: API endpoints, database schema, security review"

static void a_quest_runs_to_its_end(void **state) {
  (void)state;
  host h = opened("quest", OBJECTIVE, false);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(h.quest, "completed");
  assert_verdict(h.quest, "terminal");
  assert_true(ql_quest_count(h.quest) >= 8);
  closed(&h);
}

static void a_prequest_waits_for_the_owner(void **state) {
  (void)state;
  for (int approves = 0; approves <= 1; approves++) {
    host h = opened("prequest", OBJECTIVE, approves);
    assert_int_equal(run(&h), QL_DONE);
    assert_status(h.quest, approves ? "completed" : "aborted");
    assert_verdict(h.quest, "terminal");
    closed(&h);
  }
}

static void a_plan_that_comes_with_the_request_is_the_one_that_is_carried_out(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *plan, *r = request(a, "prequest", "Add an endpoint");
  ql_error err = {0};
  assert_int_equal(ql_json_read(a,
                                str("{\"leader\":\"@lead\",\"objective\":\"By hand\",\"tasks\":[{\"agent\":\"@reviewer\",\"id\":\"T1\","
                                    "\"title\":\"Look at it\"}]}"),
                                &plan, &err),
                   QL_OK);
  QL_SET(r, "plan", plan);
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .approves = true};
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
  while (ql_quest_count(h.quest) == 0) assert_int_equal(step(&h), QL_MORE);
  const ql_value *data = QL_GET(ql_quest_event(h.quest, a, 0), "data");
  assert_true(ql_eq(ql_get_str(data, QL_STR("mission")), QL_STR("By hand")));
  assert_true(ql_eq(ql_get_str(QL_GET(data, "tasks")->first, QL_STR("title")), QL_STR("Look at it")));
  const ql_plan *read;
  ql_str hash;
  assert_int_equal(ql_plan_from_value(a, plan, &read, &err), QL_OK);
  assert_int_equal(ql_plan_hash(a, read, &hash, &err), QL_OK);
  assert_true(ql_eq(ql_get_str(data, QL_STR("plan")), hash));
  assert_int_equal(run(&h), QL_DONE);
  assert_verdict(h.quest, "terminal");
  closed(&h);

  ql_driver *none = NULL;
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_roster *roster = team();
  QL_SET(r, "plan", ql_object(a));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, r, &none, &err), QL_ERR_SYNTAX);
  assert_null(none);
  ql_quest_free(quest);
  ql_roster_free(roster);
  ql_arena_free(a);
}

static void normal_answers_without_a_log(void **state) {
  (void)state;
  host h = opened(NULL, "Where do you keep the database schema?", false);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(ql_quest_count(h.quest), 0);
  assert_non_null(strstr(h.answer, "no model was asked"));
  assert_non_null(strstr(h.answer, "@data-keeper"));
  closed(&h);
}

static void the_first_word_chooses_the_mode(void **state) {
  (void)state;
  static const struct {
    const char *text, *status;
    bool answers;
  } CASES[] = {
      {"PRE-QUEST: " OBJECTIVE, "aborted", false},   {"prequest " OBJECTIVE, "aborted", false},
      {"QUEST: " OBJECTIVE, "completed", false},     {"Create quest for " OBJECTIVE, "completed", false},
      {"Questions about the schema", "empty", true}, {"Tell me what a quest is", "empty", true},
  };
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    host h = opened(NULL, CASES[i].text, false);
    assert_int_equal(run(&h), QL_DONE);
    assert_status(h.quest, CASES[i].status);
    assert_int_equal(h.answer[0] != 0, CASES[i].answers);
    if (!CASES[i].answers) {
      ql_arena *a = ql_arena_new(ql_alloc_libc());
      assert_str_is(ql_get_str(ql_quest_view(h.quest, a), QL_STR("mission")), OBJECTIVE);
      ql_arena_free(a);
    }
    closed(&h);
  }
}

/* The modes of a file hold, also where a mode is chosen that it does not have; in mid-sentence they do not begin a quest unasked. */
static void the_modes_of_a_file_choose(void **state) {
  (void)state;
  static const char LEAD[] =
      "---\nname: lead\ndescription: Coordinates backend work\n---\n\n# Lead\n\n## Operation Modes\n\n"
      "### MODE 1: NORMAL (Default)\n\nAnswers.\n\n### MODE 2: QUEST\n\nWhen somebody says \"Go ahead with\" - do it.\n";
  static const struct {
    const char *mode, *text, *status;
  } CASES[] = {
      {NULL, "go ahead with: " OBJECTIVE, "completed"},
      {NULL, "Please go ahead with this: " OBJECTIVE, "aborted"},
      {NULL, "Do not go ahead with this: " OBJECTIVE, "empty"},
      {NULL, "PRE-QUEST: " OBJECTIVE, "empty"},
      {"prequest", OBJECTIVE, "aborted"},
      {"normal", "go ahead with: " OBJECTIVE, "empty"},
  };
  for (size_t i = 0; i < QL_COUNT(CASES); i++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = ql_roster_new(ql_alloc_libc())};
    for (size_t k = 0; k < QL_COUNT(TEAM); k++)
      assert_int_equal(ql_roster_add(h.roster, str(TEAM[k].path), k == 0 ? str(LEAD) : str(TEAM[k].text), NULL), QL_OK);
    assert_int_equal(ql_roster_link(h.roster, NULL), QL_OK);
    assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, request(a, CASES[i].mode, CASES[i].text), &h.driver, NULL), QL_OK);
    ql_arena_free(a);
    assert_int_equal(run(&h), QL_DONE);
    assert_status(h.quest, CASES[i].status);
    closed(&h);
  }
}

/* Not calling any more, at every point, then a new driver on the same log: it ends, and what stood in the log stays. */
static void stopped_anywhere_it_goes_on_from_the_log(void **state) {
  (void)state;
  bool ended = false;
  for (size_t stop = 1; !ended; stop++) {
    host h = opened("quest", OBJECTIVE, true);
    while (h.effects < stop && !ended) ended = step(&h) == QL_DONE;
    if (ql_quest_count(h.quest) == 0 || ended) {
      closed(&h);
      continue;
    }
    ql_quest *again = ql_quest_new(ql_alloc_libc());
    ql_str log = ql_quest_log(h.quest);
    assert_int_equal(ql_quest_append_log(again, log, NULL), QL_OK);
    host second = {.quest = again, .approves = true};
    assert_int_equal(ql_driver_new(ql_alloc_libc(), again, NULL, NULL, &second.driver, NULL), QL_OK);
    assert_int_equal(run(&second), QL_DONE);
    assert_status(again, "completed");
    assert_verdict(again, "terminal");
    assert_memory_equal(ql_quest_log(again).ptr, log.ptr, log.len);
    ql_driver_free(second.driver);
    ql_quest_free(again);
    closed(&h);
  }
}

static void asked_twice_it_says_the_same(void **state) {
  (void)state;
  host h = opened("quest", OBJECTIVE, true);
  ql_status status = QL_MORE;
  while (status == QL_MORE) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *first, *second;
    assert_int_equal(ql_driver_next(h.driver, a, NOW, &first, NULL), QL_OK);
    assert_int_equal(ql_driver_next(h.driver, a, NOW + 5, &second, NULL), QL_OK);
    assert_true(ql_value_equal(first, second));
    ql_arena_free(a);
    status = step(&h);
  }
  assert_int_equal(status, QL_DONE);
  closed(&h);
}

/* What is due happens before anything else, and once. */
static void a_tick_is_appended_when_it_is_due(void **state) {
  (void)state;
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .approves = true};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const uint8_t entropy[QL_ENTROPY_BYTES] = {5};
  ql_value *create, *effect;
  ql_str text =
      QL_STR("{\"agents\":[\"@lead\",\"@a\"],\"by\":\"@owner\",\"deadlines\":{\"turn\":1000},\"mission\":\"m\",\"type\":\"create\"}");
  ql_decision decision;
  assert_int_equal(ql_canon_read(a, text, &create, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(h.quest, a, create, NOW - 1000, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(h.quest, decision.line, NULL), QL_OK);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, NULL, NULL, &h.driver, NULL), QL_OK);
  assert_int_equal(ql_driver_next(h.driver, a, NOW - 1, &effect, NULL), QL_OK);
  assert_true(is_kind(effect, "wait")); /* people sit there: nothing to play, and nothing due yet */
  assert_int_equal(run(&h), QL_OK);
  assert_int_equal(ql_quest_count(h.quest), 2);
  assert_str_is(ql_get_str(ql_quest_event(h.quest, a, 1), QL_STR("type")), "tick");
  assert_status(h.quest, "paused");
  ql_arena_free(a);
  closed(&h);
}

/* Somebody else wrote first: the store says conflict, the host brings the quest up to date, the driver decides again. */
static void a_conflict_is_decided_again(void **state) {
  (void)state;
  host h = opened("quest", OBJECTIVE, true);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *effect, *pause = ql_object(a), *resume = ql_object(a);
  do {
    assert_int_equal(step(&h), QL_MORE);
    assert_int_equal(ql_driver_next(h.driver, a, NOW, &effect, NULL), QL_OK);
  } while (ql_quest_count(h.quest) < 5 || !is_kind(effect, "log.append"));
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {3};
  QL_SET(pause, "by", ql_string(a, QL_STR("@owner")));
  QL_SET(pause, "type", ql_string(a, QL_STR("pause")));
  assert_int_equal(ql_quest_decide(h.quest, a, pause, NOW, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(h.quest, decision.line, NULL), QL_OK);
  ql_value *r = result(a, effect);
  QL_SET(r, "outcome", ql_string(a, QL_STR("conflict")));
  assert_int_equal(ql_driver_result(h.driver, NOW, r, NULL), QL_OK);
  assert_int_equal(step(&h), QL_OK); /* paused: wait */
  QL_SET(resume, "by", ql_string(a, QL_STR("@owner")));
  QL_SET(resume, "type", ql_string(a, QL_STR("resume")));
  assert_int_equal(ql_quest_decide(h.quest, a, resume, NOW, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(h.quest, decision.line, NULL), QL_OK);
  assert_int_equal(run(&h), QL_DONE);
  assert_status(h.quest, "completed");
  assert_verdict(h.quest, "terminal");
  ql_arena_free(a);
  closed(&h);
}

static void a_full_store_loses_nothing(void **state) {
  (void)state;
  host h = opened("quest", OBJECTIVE, true);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *effect, *again;
  assert_int_equal(step(&h), QL_MORE);
  assert_int_equal(ql_driver_next(h.driver, a, NOW, &effect, NULL), QL_OK);
  assert_true(is_kind(effect, "log.append"));
  ql_value *r = result(a, effect);
  QL_SET(r, "outcome", ql_string(a, QL_STR("full")));
  assert_int_equal(ql_driver_result(h.driver, NOW, r, NULL), QL_OK);
  assert_int_equal(ql_driver_next(h.driver, a, NOW, &again, NULL), QL_OK);
  assert_true(ql_value_equal(QL_GET(effect, "lines"), QL_GET(again, "lines")));
  assert_int_equal(run(&h), QL_DONE);
  ql_arena_free(a);
  closed(&h);
}

static void wrong_calls_are_errors(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_roster *roster = team();
  ql_driver *driver = NULL;
  ql_value *nobody = request(a, "quest", OBJECTIVE);
  QL_SET(nobody, "agent", ql_string(a, QL_STR("@ghost")));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, NULL, NULL, &driver, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, nobody, &driver, NULL), QL_ERR_NOT_FOUND);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, request(a, "quest", "  "), &driver, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, request(a, NULL, "PRE-QUEST:"), &driver, NULL), QL_ERR_ARGUMENT);
  assert_null(driver);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, request(a, "quest", OBJECTIVE), &driver, NULL), QL_OK);
  ql_value *effect;
  assert_int_equal(ql_driver_next(driver, a, NOW, &effect, NULL), QL_OK);
  ql_value *short_bytes = result(a, effect), *other_id = result(a, effect);
  QL_SET(short_bytes, "bytes", ql_string(a, QL_STR("AAAA")));
  QL_SET(other_id, "id", ql_int(a, 99));
  assert_int_equal(ql_driver_result(driver, NOW, short_bytes, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(ql_driver_result(driver, NOW, other_id, NULL), QL_ERR_ARGUMENT);
  ql_driver_free(driver);
  ql_roster_free(roster);
  ql_quest_free(quest);
  ql_arena_free(a);
}

/* Memory fails once, anywhere: the call says so, and called again it goes on to the end. */
static void memory_may_run_out_anywhere(void **state) {
  (void)state;
  bool failed = true;
  for (size_t allowed = 0; failed; allowed += 7) {
    host h = opened("quest", OBJECTIVE, true);
    fail_allocation(allowed);
    ql_status status = QL_MORE;
    while ((status == QL_MORE || status == QL_ERR_NOMEM) && h.effects < 1000) status = step(&h);
    failed = allocation_failed();
    fail_allocation(SIZE_MAX);
    assert_int_equal(status, QL_DONE);
    assert_verdict(h.quest, "terminal");
    closed(&h);
  }
}

/* An agent with two tasks in one step answers for one at a time: each answer names its own task only. */
static void an_answer_speaks_of_its_own_turn(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_value *command;
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {3};
  assert_int_equal(
      ql_json_read(
          a,
          str("{\"type\":\"create\",\"by\":\"@owner\",\"mission\":\"m\",\"agents\":[\"@lead\",\"@api\"],"
              "\"seats\":[[\"@lead\",\"rehearsal\"],[\"@api\",\"rehearsal\"]],"
              "\"tasks\":[{\"id\":\"T1\",\"title\":\"First\",\"to\":\"@api\"},{\"id\":\"T2\",\"title\":\"Second\",\"to\":\"@api\"}]}"),
          &command, NULL),
      QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, command, NOW, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  assert_int_equal(ql_json_read(a, str("{\"type\":\"approve\",\"by\":\"@owner\"}"), &command, NULL), QL_OK);
  size_t answers = 0;
  while (command) {
    ql_str by = ql_get_str(command, QL_STR("by")), words = ql_get_str(command, QL_STR("msg"));
    if (ql_eq(by, QL_STR("@api"))) {
      bool first = ql_find(words, QL_STR("First"), 0) != SIZE_MAX, second = ql_find(words, QL_STR("Second"), 0) != SIZE_MAX;
      assert_int_equal(first + second, 1);
      answers++;
    }
    assert_int_equal(ql_quest_decide(quest, a, command, NOW, entropy, &decision, NULL), QL_OK);
    assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
    assert_int_equal(ql_rehearse(quest, a, &command, NULL), QL_OK);
  }
  assert_true(answers >= 2);
  assert_status(quest, "completed");
  ql_quest_free(quest);
  ql_arena_free(a);
}

/* ---- rehearsed answers ---- */

typedef struct played {
  size_t asks, blocked, done, given, passed;
  char status[16];
} played;

static void note(const ql_value *command, played *out) {
  ql_str type = ql_get_str(command, QL_STR("type")), kind = ql_get_str(command, QL_STR("kind")), msg = ql_get_str(command, QL_STR("msg"));
  if (ql_eq(type, QL_STR("gate"))) {
    bool given = ql_eq(ql_get_str(command, QL_STR("as")), QL_STR("given"));
    out->given += given;
    out->passed += !given;
  }
  if (!ql_eq(type, QL_STR("respond")) || ql_eq(ql_get_str(command, QL_STR("by")), QL_STR("@lead"))) return;
  if (ql_eq(kind, QL_STR("clarification"))) {
    out->asks++;
  } else if (ql_eq(kind, QL_STR("blocked"))) {
    out->blocked++;
    /* Who is named is another agent, with the work that comes closest. */
    assert_true(ql_find(msg, QL_STR("The one to ask is @"), 0) != SIZE_MAX ||
                ql_find(msg, QL_STR("The owner is the one to ask"), 0) != SIZE_MAX);
    ql_str by = ql_get_str(command, QL_STR("by"));
    assert_int_equal(ql_find(msg, by, 0), SIZE_MAX);
  } else {
    out->done++;
    assert_int_not_equal(ql_find(msg, QL_STR("Evidence: "), 0), SIZE_MAX);
    assert_int_not_equal(ql_find(msg, QL_STR("Leaves: paper"), 0), SIZE_MAX);
    assert_int_not_equal(ql_find(msg, QL_STR("Checked: it holds"), 0), SIZE_MAX);
    assert_int_not_equal(ql_find(msg, QL_STR("Taken back"), 0), SIZE_MAX);
  }
}

/* All seats are the rehearsal's; the quest's id comes from the seed. */
static played play(const char *create, uint8_t seed) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  played out = {0};
  ql_value *command;
  ql_decision decision;
  uint8_t entropy[QL_ENTROPY_BYTES] = {seed, 9};
  assert_int_equal(ql_json_read(a, str(create), &command, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, command, NOW, entropy, &decision, NULL), QL_OK);
  assert_null(decision.refusal);
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  if (ql_eq(ql_get_str(ql_quest_state(quest, a), QL_STR("status")), QL_STR("proposed")))
    assert_int_equal(ql_json_read(a, str("{\"type\":\"approve\",\"by\":\"@owner\"}"), &command, NULL), QL_OK);
  else
    assert_int_equal(ql_rehearse(quest, a, &command, NULL), QL_OK);
  for (size_t steps = 0; command && steps < 200; steps++) {
    note(command, &out);
    assert_int_equal(ql_quest_decide(quest, a, command, NOW, entropy, &decision, NULL), QL_OK);
    if (decision.refusal) fail_msg("%s", ql_value_text(a, decision.refusal).ptr);
    assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
    assert_int_equal(ql_rehearse(quest, a, &command, NULL), QL_OK);
  }
  ql_str status = ql_get_str(ql_quest_state(quest, a), QL_STR("status"));
  snprintf(out.status, sizeof out.status, "%.*s", (int)status.len, status.ptr);
  ql_quest_free(quest);
  ql_arena_free(a);
  return out;
}

#define SEATS "\"seats\":[[\"@lead\",\"rehearsal\"],[\"@api\",\"rehearsal\"],[\"@data\",\"rehearsal\"]]"
#define TASKS                                                                                                                              \
  "\"tasks\":[{\"accept\":[\"it holds\"],\"id\":\"T1\",\"outputs\":[\"paper\"],\"title\":\"Draw the contract\",\"to\":\"@api\"},"          \
  "{\"accept\":[\"it holds\"],\"after\":[\"T1\"],\"id\":\"T2\",\"outputs\":[\"paper\"],\"title\":\"Store it\",\"to\":\"@data\"}]"
#define CREATE "{\"type\":\"create\",\"by\":\"@owner\",\"mission\":\"m\",\"agents\":[\"@lead\",\"@api\",\"@data\"]," SEATS "," TASKS

/* By the id of the quest some answers are questions and some are blocked; it ends all the same, and the same way each time. */
static void S43_some_answers_ask_some_are_blocked_and_name_who_knows(void **state) {
  (void)state;
  played all = {0};
  for (uint8_t seed = 0; seed < 60; seed++) {
    played one = play(CREATE "}", seed), again = play(CREATE "}", seed);
    assert_string_equal(one.status, "completed");
    assert_int_equal(one.done, 2);
    assert_true(one.asks == again.asks && one.blocked == again.blocked);
    assert_true(one.asks + one.blocked <= 2);
    all.asks += one.asks;
    all.blocked += one.blocked;
  }
  assert_in_range(all.asks, 8, 40);
  assert_in_range(all.blocked, 5, 35);
}

/* What a gate wants is shown before the answer, and judged by the leader before the end. */
static void S44_answers_show_their_evidence(void **state) {
  (void)state;
  static const char GATES[] = ",\"gates\":["
                              "{\"id\":\"cover\",\"judge\":\"rule\",\"milli\":80000,\"op\":\">\",\"task\":\"T1\",\"text\":\"Coverage\"},"
                              "{\"id\":\"late\",\"judge\":\"rule\",\"milli\":200000,\"op\":\"<\",\"task\":\"T2\",\"text\":\"Time\"},"
                              "{\"expect\":\"low\",\"id\":\"knot\",\"judge\":\"rule\",\"text\":\"Coupling\"},"
                              "{\"id\":\"read\",\"judge\":\"seat\",\"task\":\"T1\",\"text\":\"Read by two\"},"
                              "{\"id\":\"whole\",\"judge\":\"seat\",\"text\":\"It all holds\"}]}";
  char create[4096];
  snprintf(create, sizeof create, "%s%s", CREATE, GATES);
  for (uint8_t seed = 0; seed < 20; seed++) {
    played one = play(create, seed);
    assert_string_equal(one.status, "completed");
    assert_int_equal(one.given, 5);
    assert_int_equal(one.passed, 2);
    assert_int_equal(one.done, 2);
  }
  /* Nobody has shown it and nobody will: the leader cannot judge its own evidence, and waits for a person. */
  static const char NOBODY[] = "{\"type\":\"create\",\"by\":\"@owner\",\"mission\":\"m\",\"agents\":[\"@lead\",\"@api\"],"
                               "\"seats\":[[\"@lead\",\"rehearsal\"],[\"@api\",\"rehearsal\"]],"
                               "\"gates\":[{\"id\":\"whole\",\"judge\":\"seat\",\"text\":\"It all holds\"}]}";
  played alone = play(NOBODY, 1);
  assert_string_equal(alone.status, "running");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_quest_runs_to_its_end),
      cmocka_unit_test(a_prequest_waits_for_the_owner),
      cmocka_unit_test(a_plan_that_comes_with_the_request_is_the_one_that_is_carried_out),
      cmocka_unit_test(normal_answers_without_a_log),
      cmocka_unit_test(the_first_word_chooses_the_mode),
      cmocka_unit_test(the_modes_of_a_file_choose),
      cmocka_unit_test(stopped_anywhere_it_goes_on_from_the_log),
      cmocka_unit_test(asked_twice_it_says_the_same),
      cmocka_unit_test(a_tick_is_appended_when_it_is_due),
      cmocka_unit_test(a_conflict_is_decided_again),
      cmocka_unit_test(a_full_store_loses_nothing),
      cmocka_unit_test(wrong_calls_are_errors),
      cmocka_unit_test(an_answer_speaks_of_its_own_turn),
      cmocka_unit_test(S43_some_answers_ask_some_are_blocked_and_name_who_knows),
      cmocka_unit_test(S44_answers_show_their_evidence),
      cmocka_unit_test(memory_may_run_out_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
