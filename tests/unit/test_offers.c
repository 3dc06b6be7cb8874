/* What MCP servers offered stands in the log, so that a recorded quest plays without them; and the images their tools give are artifacts. */
#include <questline/limits.h>
#include <questline/link.h>
#include <questline/report.h>

#include "base/text.h"
#include "session_host.h"

char *moves_of(const ql_quest *quest, const char *agent); /* theatre.c */

/* ---- a model that looks something up as often as it is told to, then answers ---- */

static size_t looks;
static char seen[1 << 16]; /* what the designer was sent last */

static ql_str looks_up(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  if (agent.ptr && !ql_eq(agent, QL_STR("@api-designer"))) return play_well(h, a, agent, body, status);
  ql_str text = ql_value_text(a, body);
  snprintf(seen, sizeof seen, "%.*s", (int)text.len, text.ptr);
  size_t made = 0;
  for (size_t at = 0; (at = ql_find(text, QL_STR("\"tool_use_id\""), at)) != SIZE_MAX; at++) made++;
  if (made < looks) return one_call(a, "mcp__docs__find", "{\"q\":1}");
  return agent.ptr ? play_well(h, a, agent, body, status) : words(a, "There it is.");
}

/* ---- the server ---- */

static const char *about;  /* its tool */
static const char *become; /* what its tool is about once it was called; NULL: the same */
static const char *gives;  /* content of its answers */
static bool down, breaks;  /* breaks: at a call, and it is down from then on */

#define WORDS "{\"text\":\"found\",\"type\":\"text\"}"
#define CHART                                                                                                                              \
  "{\"data\":\"iVBORw0K\",\"mimeType\":\"image/png\",\"type\":\"image\"},"                                                                 \
  "{\"data\":\"R0lGODlh\",\"mimeType\":\"image/gif\",\"type\":\"image\"},{\"text\":\"two charts\",\"type\":\"text\"}"

static ql_str rpc(ql_arena *a, int64_t id, const char *before, const char *words_, const char *after) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, QL_STR("{\"id\":"));
  ql_buf_int(&out, id);
  ql_buf_add(&out, QL_STR(",\"jsonrpc\":\"2.0\",\"result\":"));
  ql_buf_add(&out, str(before));
  ql_buf_add(&out, str(words_));
  ql_buf_add(&out, str(after));
  ql_buf_byte(&out, '}');
  return ql_buf_take(&out, a);
}

static ql_str serve(host *h, ql_arena *a, ql_str name, const ql_value *request_, int *status) {
  ql_value *said = NULL;
  (void)name;
  if (ql_eq(TEXT_OF(request_, "method"), QL_STR("DELETE"))) return QL_STR("");
  assert_int_equal(ql_json_read(a, TEXT_OF(request_, "body"), &said, NULL), QL_OK);
  ql_str method = TEXT_OF(said, "method");
  int64_t id = ql_get_int(said, QL_STR("id"), 0);
  down |= breaks && ql_eq(method, QL_STR("tools/call"));
  *status = down ? 0 : ql_starts(method, QL_STR("notifications/")) ? 202 : 200;
  if (*status != 200) return QL_STR("");
  if (ql_eq(method, QL_STR("initialize")))
    return rpc(a, id, "{\"capabilities\":{\"tools\":{\"listChanged\":true}},\"protocolVersion\":\"2025-11-25\",\"serverInfo\":{\"name\":\"",
               "docs", "\",\"version\":\"1\"}}");
  if (ql_eq(method, QL_STR("tools/list"))) {
    h->lists++;
    return rpc(a, id, "{\"tools\":[{\"description\":\"", about, "\",\"inputSchema\":{\"type\":\"object\"},\"name\":\"find\"}]}");
  }
  h->tool_calls++;
  ql_str answer = rpc(a, id, "{\"content\":[", gives, "]}");
  if (!become) return answer;
  about = become;
  const ql_str events_[] = {QL_STR("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\ndata: "), answer,
                            QL_STR("\n\n")};
  return ql_arena_concat(a, events_, QL_COUNT(events_));
}

static void use_docs(host *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *list = NULL;
  assert_int_equal(ql_json_read(a, QL_STR("[{\"name\":\"docs\",\"url\":\"https://docs.example/mcp\"}]"), &list, NULL), QL_OK);
  assert_int_equal(ql_driver_use(h->driver, &(ql_driver_kit){.servers = list}, NULL), QL_OK);
  ql_arena_free(a);
  h->server = serve;
}

static void set(size_t times, const char *content) {
  looks = times;
  gives = content;
  about = "Finds pages";
  become = NULL;
  down = breaks = false;
}

static host recorded(void) {
  host h = opened(looks_up, "quest", "Sign-in", true);
  use_docs(&h);
  assert_int_equal(run(&h), QL_DONE);
  assert_terminal(&h);
  return h;
}

static host replayed(const ql_quest *log) {
  host h = opened(looks_up, "quest", "Sign-in", true);
  assert_int_equal(ql_driver_recall(h.driver, log, true, NULL), QL_OK);
  return h;
}

static void assert_plays_again(const host *whole) {
  host h = replayed(whole->quest);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.calls, 0);
  assert_terminal(&h);
  char *one = moves_of(whole->quest, NULL), *other = moves_of(h.quest, NULL);
  assert_string_equal(one, other);
  free(one);
  free(other);
  assert_int_equal(events(&h, "start", "offers", ""), events(whole, "start", "offers", ""));
  closed(&h);
}

static void assert_paused_for(const ql_quest *log, const char *reason) {
  host h = replayed(log);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(run(&h), QL_OK);
  assert_int_equal(h.calls, 0);
  assert_status(&h, "paused");
  const ql_value *last = ql_quest_event(h.quest, a, ql_quest_count(h.quest) - 1);
  assert_str_is(TEXT_OF(QL_GET(last, "data"), "reason"), reason);
  ql_arena_free(a);
  closed(&h);
}

/* ---- definitions ---- */

static void definitions_stand_in_the_log_once(void **state) {
  (void)state;
  set(2, WORDS);
  host whole = recorded();
  assert_int_equal(whole.tool_calls, 2);
  assert_int_equal(events(&whole, "start", "offers", ""), 1);
  assert_int_equal(events(&whole, "start", "offers",
                          "{\"docs\":[{\"description\":\"Finds pages\",\"name\":\"mcp__docs__find\",\"schema\":{\"type\":\"object\"}}]}"),
                   1);
  assert_plays_again(&whole);
  /* What was played again is a recording itself. */
  host again = replayed(whole.quest);
  assert_int_equal(run(&again), QL_DONE);
  assert_plays_again(&again);
  closed(&again);
  closed(&whole);
}

/* Nobody is asked, not even servers that the host has. */
static void no_server_is_asked(void **state) {
  (void)state;
  set(1, WORDS);
  host whole = recorded();
  about = "Finds other pages";
  host h = replayed(whole.quest);
  use_docs(&h);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.lists + h.tool_calls + h.calls, 0);
  closed(&h);
  /* Where somebody may be asked, a server is: with other tools it is another question. */
  h = opened(looks_up, "quest", "Sign-in", true);
  use_docs(&h);
  assert_int_equal(ql_driver_recall(h.driver, whole.quest, false, NULL), QL_OK);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.lists, 1);
  assert_true(h.calls > 0);
  closed(&h);
  closed(&whole);
}

static void a_server_that_failed_has_failed_here_too(void **state) {
  (void)state;
  set(1, WORDS);
  down = true;
  host whole = recorded();
  assert_int_equal(events(&whole, "start", "offers", "{\"docs\":[]}"), 1);
  assert_int_equal(events(&whole, "start", "offers", ""), 1);
  assert_plays_again(&whole);
  closed(&whole);
}

static void a_server_that_fails_later_offers_nothing_from_there_on(void **state) {
  (void)state;
  set(1, WORDS);
  breaks = true;
  host whole = recorded();
  assert_int_equal(events(&whole, "start", "offers", "Finds pages"), 1);
  assert_int_equal(events(&whole, "start", "offers", "{\"docs\":[]}"), 1);
  assert_plays_again(&whole);
  closed(&whole);
}

/* The turn that is under way has what it was offered; the one that begins later has what there is then. */
static void tools_that_change_are_said_again(void **state) {
  (void)state;
  set(2, WORDS);
  become = "Finds pages and people";
  host whole = recorded();
  assert_int_equal(whole.lists, 2 + 1); /* each call says that they changed */
  assert_int_equal(events(&whole, "start", "offers", "Finds pages\""), 1);
  assert_int_equal(events(&whole, "start", "offers", "Finds pages and people\""), 1);
  assert_non_null(strstr(seen, "\"Finds pages\""));
  assert_null(strstr(seen, "people"));
  assert_plays_again(&whole);
  closed(&whole);
}

static void what_is_too_large_for_a_line_is_left_out(void **state) {
  (void)state;
  set(1, WORDS);
  size_t len = QL_LINE_BYTES_MAX / 2; /* in pairs, each of which is four bytes in the text of a line */
  char *much = malloc(len + 1);
  memset(much, '\\', len);
  much[len] = '\0';
  about = much;
  host whole = recorded();
  assert_int_equal(events(&whole, "start", "offers", "{\"docs\":null}"), 1);
  assert_int_equal(events(&whole, "start", "offers", ""), 1);
  assert_paused_for(
      whole.quest,
      "@lead was offered tools of the MCP server docs whose definitions were too large for the recording, and nobody is asked here.");
  closed(&whole);
  free(much);
}

static void what_is_withheld_is_said(void **state) {
  (void)state;
  set(1, WORDS);
  host whole = recorded();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *copy = ql_quest_new(ql_alloc_libc()), *opened_ = ql_quest_new(ql_alloc_libc());
  ql_str log, link;
  assert_int_equal(ql_quest_redact(whole.quest, a, NULL, 0, &log, NULL), QL_OK);
  assert_int_equal(ql_quest_append_log(copy, log, NULL), QL_OK);
  assert_paused_for(copy,
                    "@lead was offered tools of MCP servers whose definitions are withheld in the recording, and nobody is asked here.");
  /* A link is small: it carries none. */
  assert_int_equal(ql_link_make(a, ql_quest_log(whole.quest), &link, NULL), QL_OK);
  assert_true(ql_find(link, QL_STR("offers"), 0) == SIZE_MAX);
  assert_int_equal(ql_link_open(a, link, &log, NULL), QL_OK);
  assert_int_equal(ql_quest_append_log(opened_, log, NULL), QL_OK);
  assert_true(ql_find(log, QL_STR("Finds pages"), 0) == SIZE_MAX);
  ql_quest_free(copy);
  ql_quest_free(opened_);
  ql_arena_free(a);
  closed(&whole);
}

/* ---- images ---- */

static host reopened(ql_str log) {
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = looks_up, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(h.quest, log, NULL), QL_OK);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  use_docs(&h);
  return h;
}

static void images_of_tools_are_artifacts(void **state) {
  (void)state;
  set(1, CHART);
  host whole = recorded();
  assert_int_equal(whole.blobs, 2);
  assert_int_equal(events(&whole, "artifact", NULL, NULL), 2);
  assert_int_equal(events(&whole, "artifact", "name", "image-1.png"), 1);
  assert_int_equal(events(&whole, "artifact", "name", "image-2.gif"), 1);
  assert_int_equal(events(&whole, "done", "reply", "\"bytes\":6,\"data\":\"iVBORw0K\",\"hash\":\""), 1);
  assert_non_null(strstr(seen, "\"data\":\"iVBORw0K\"")); /* and the model is shown them */
  assert_plays_again(&whole);
  /* The same bytes once more are the same artifact. */
  set(2, CHART);
  host twice = recorded();
  assert_int_equal(events(&twice, "artifact", NULL, NULL), 2);
  closed(&twice);
  closed(&whole);
}

/* Kept first, then the end is logged, then the artifact. */
static void stopped_after_any_event_the_images_are_there_once(void **state) {
  (void)state;
  set(1, CHART);
  host whole = recorded();
  for (int64_t stop = 2; stop < ql_quest_count(whole.quest); stop++) {
    host first = opened(looks_up, "quest", "Sign-in", true);
    use_docs(&first);
    while (ql_quest_count(first.quest) < stop) assert_int_equal(step(&first), QL_MORE);
    host second = reopened(ql_quest_log(first.quest));
    assert_int_equal(run(&second), QL_DONE);
    assert_terminal(&second);
    assert_int_equal(events(&second, "artifact", NULL, NULL), 2);
    assert_true(first.blobs + second.blobs >= 2);
    assert_int_equal(events(&second, "start", "offers", ""), 1); /* nor are definitions said twice */
    closed(&second);
    closed(&first);
  }
  closed(&whole);
}

static void a_conversation_keeps_no_images(void **state) {
  (void)state;
  set(1, CHART);
  host h = opened(looks_up, "normal", "Where is the chart?", false);
  ql_driver_free(h.driver);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = request(a, "normal", "Where is the chart?");
  QL_SET(r, "agent", ql_string(a, QL_STR("@api-designer")));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
  ql_arena_free(a);
  use_docs(&h);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(h.blobs, 0);
  closed(&h);
}

/* ---- memory that runs out ---- */

static ql_status play_again(ql_arena *a, const void *ctx) {
  const ql_str *log = ctx;
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a)), *from = ql_quest_new(ql_arena_alloc(a));
  ql_roster *roster = ql_roster_new(ql_arena_alloc(a));
  ql_driver *driver = NULL;
  ql_value *players = NULL, *work = NULL, *r = ql_object(a);
  ql_status status = quest && from && roster ? ql_quest_append_log(from, *log, NULL) : QL_ERR_NOMEM;
  for (size_t i = 0; i < TEAM_COUNT && status == QL_OK; i++) status = ql_roster_add(roster, str(TEAM[i][0]), str(TEAM[i][1]), NULL);
  if (status == QL_OK) status = ql_roster_link(roster, NULL);
  if (status == QL_OK)
    status = ql_json_read(a, QL_STR("[{\"agent\":\"*\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]"), &players, NULL);
  if (status == QL_OK)
    status = ql_json_read(
        a, QL_STR("{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@api-designer\",\"id\":\"T1\",\"title\":\"t\"}]}"),
        &work, NULL);
  QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
  QL_SET(r, "mode", ql_string(a, QL_STR("quest")));
  QL_SET(r, "plan", work);
  QL_SET(r, "players", players);
  QL_SET(r, "text", ql_string(a, QL_STR("o")));
  if (status == QL_OK && ql_arena_failed(a)) status = QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_driver_new(ql_arena_alloc(a), quest, roster, r, &driver, NULL);
  if (status == QL_OK) status = ql_driver_recall(driver, from, true, NULL);
  for (bool over = false; status == QL_OK && !over;) {
    ql_value *effect;
    if ((status = ql_driver_next(driver, a, NOW, &effect, NULL)) != QL_OK) break;
    ql_value *back = result(a, ql_get_int(effect, QL_STR("id"), 0));
    over = is_kind(effect, "done");
    assert_false(is_kind(effect, "http.request") || is_kind(effect, "wait"));
    if (is_kind(effect, "random")) QL_SET(back, "bytes", ql_string(a, QL_STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")));
    if (is_kind(effect, "log.append")) QL_SET(back, "outcome", ql_string(a, QL_STR("ok")));
    if (ql_arena_failed(a)) status = QL_ERR_NOMEM;
    if (status == QL_OK && !over) status = ql_driver_result(driver, NOW, back, NULL);
  }
  ql_driver_free(driver);
  ql_quest_free(quest);
  ql_quest_free(from);
  ql_roster_free(roster);
  return status;
}

static void when_memory_runs_out_it_says_so(void **state) {
  (void)state;
  set(1, CHART);
  host h = opened(looks_up, "quest", "o", false);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = request(a, "quest", "o"), *work;
  ql_str json =
      QL_STR("{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@api-designer\",\"id\":\"T1\",\"title\":\"t\"}]}");
  ql_driver_free(h.driver);
  assert_int_equal(ql_json_read(a, json, &work, NULL), QL_OK);
  QL_SET(r, "plan", work);
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, NULL), QL_OK);
  use_docs(&h);
  assert_int_equal(run(&h), QL_DONE);
  assert_int_equal(events(&h, "artifact", NULL, NULL), 2);
  ql_str log = ql_quest_log(h.quest);
  assert_true(try_every_allocation(play_again, &log) > 300);
  ql_arena_free(a);
  closed(&h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(definitions_stand_in_the_log_once),
      cmocka_unit_test(no_server_is_asked),
      cmocka_unit_test(a_server_that_failed_has_failed_here_too),
      cmocka_unit_test(a_server_that_fails_later_offers_nothing_from_there_on),
      cmocka_unit_test(tools_that_change_are_said_again),
      cmocka_unit_test(what_is_too_large_for_a_line_is_left_out),
      cmocka_unit_test(what_is_withheld_is_said),
      cmocka_unit_test(images_of_tools_are_artifacts),
      cmocka_unit_test(stopped_after_any_event_the_images_are_there_once),
      cmocka_unit_test(a_conversation_keeps_no_images),
      cmocka_unit_test(when_memory_runs_out_it_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
