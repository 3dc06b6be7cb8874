#include "session_host.h"

#include "base/text.h"

const char *const TEAM[TEAM_COUNT][2] = {
    {"lead.md",
     "---\nname: lead\ndescription: Coordinates the backend team\n---\n\n# Lead\n\nYou never guess.\n\n## Team\n\n- **api-designer**: HTTP API "
     "contracts and endpoints\n- **data-keeper**: database schema and migrations\n- **reviewer**: security review and tests\n"},
    {"api-designer.md", "---\nname: api-designer\ndescription: Designs HTTP API contracts and writes endpoints\n---\n\nYou design APIs.\n"},
    {"data-keeper.md", "---\nname: data-keeper\ndescription: Owns the database schema, migrations and queries\n---\n\nYou keep data.\n"},
    {"reviewer.md", "---\nname: reviewer\ndescription: Security review, tests and code quality\n---\n\nYou review.\n"},
};

/* ---- the model ---- */

static void add_event(ql_buf *out, const char *name, const char *before, const ql_value *value, const char *after) {
  ql_buf_add(out, QL_STR("event: "));
  ql_buf_add(out, str(name));
  ql_buf_add(out, QL_STR("\ndata: "));
  ql_buf_add(out, str(before));
  if (value) ql_value_write(out, value);
  ql_buf_add(out, str(after));
  ql_buf_add(out, QL_STR("\n\n"));
}

void add_begin(ql_buf *out) {
  add_event(
      out, "message_start",
      "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],"
      "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":100,\"output_tokens\":1}}}",
      NULL, "");
}

void add_text(ql_arena *a, ql_buf *out, int index, const char *text) {
  char head[128];
  snprintf(head, sizeof head, "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}", index);
  add_event(out, "content_block_start", head, NULL, "");
  snprintf(head, sizeof head, "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"text_delta\",\"text\":", index);
  add_event(out, "content_block_delta", head, ql_string(a, str(text)), "}}");
  snprintf(head, sizeof head, "{\"type\":\"content_block_stop\",\"index\":%d}", index);
  add_event(out, "content_block_stop", head, NULL, "");
}

void add_call(ql_arena *a, ql_buf *out, int index, const char *tool, ql_str arguments) {
  char head[256];
  snprintf(
      head, sizeof head,
      "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":{\"type\":\"tool_use\",\"id\":\"c%d\",\"name\":\"%s\",\"input\":{}}}",
      index, index, tool);
  add_event(out, "content_block_start", head, NULL, "");
  snprintf(head, sizeof head,
           "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":", index);
  add_event(out, "content_block_delta", head, ql_string(a, arguments), "}}");
  snprintf(head, sizeof head, "{\"type\":\"content_block_stop\",\"index\":%d}", index);
  add_event(out, "content_block_stop", head, NULL, "");
}

ql_str ended(ql_arena *a, ql_buf *out, const char *reason) {
  char data[256];
  snprintf(data, sizeof data,
           "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":20}}",
           reason);
  add_event(out, "message_delta", data, NULL, "");
  add_event(out, "message_stop", "{\"type\":\"message_stop\"}", NULL, "");
  return ql_buf_take(out, a);
}

ql_str one_call(ql_arena *a, const char *tool, const char *arguments) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_begin(&out);
  add_call(a, &out, 0, tool, str(arguments));
  return ended(a, &out, "tool_use");
}

ql_str words(ql_arena *a, const char *text) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  add_begin(&out);
  add_text(a, &out, 0, text);
  return ended(a, &out, "end_turn");
}

static bool closed_task(const ql_value *task) {
  return ql_eq(TEXT_OF(task, "status"), QL_STR("done")) || ql_eq(TEXT_OF(task, "status"), QL_STR("dropped"));
}

static bool ready(const ql_value *tasks, const ql_value *task) {
  for (const ql_value *id = QL_GET(task, "after")->first; id; id = id->next)
    for (const ql_value *other = tasks->first; other; other = other->next)
      if (ql_eq(TEXT_OF(other, "id"), id->text) && !closed_task(other)) return false;
  int64_t group = ql_get_int(task, QL_STR("group"), 0);
  for (const ql_value *other = tasks->first; other; other = other->next)
    if (!closed_task(other) && ql_get_int(other, QL_STR("group"), 0) < group) return false;
  return true;
}

/* Hands out all that is ready, in one answer with several calls; completes when nothing is left. */
static ql_str lead_well(host *h, ql_arena *a) {
  const ql_value *tasks = QL_GET(ql_quest_view(h->quest, a), "tasks");
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  int index = 0;
  add_begin(&out);
  for (const ql_value *task = tasks->first; task; task = task->next) {
    if (closed_task(task) || !ready(tasks, task)) continue;
    ql_value *arguments = ql_object(a), *to = ql_array(a);
    ql_push(to, ql_string(a, TEXT_OF(task, "agent")));
    QL_SET(arguments, "msg", ql_string(a, QL_STR("Please do it.")));
    QL_SET(arguments, "task", ql_string(a, TEXT_OF(task, "id")));
    QL_SET(arguments, "to", to);
    add_call(a, &out, index++, "quest_message", ql_value_text(a, arguments));
  }
  if (index > 0)
    add_call(a, &out, index, "quest_report", QL_STR("{\"msg\":\"Handed out.\"}"));
  else
    add_call(a, &out, index, "quest_complete", QL_STR("{\"summary\":\"All is done.\"}"));
  return ended(a, &out, "tool_use");
}

ql_str play_well(host *h, ql_arena *a, ql_str agent, const ql_value *body, int *status) {
  (void)body;
  (void)status;
  if (ql_eq(agent, QL_STR("@lead"))) return lead_well(h, a);
  return one_call(a, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"Done. Evidence: all 12 tests pass.\"}");
}

/* ---- the host ---- */

ql_roster *team(void) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < TEAM_COUNT; i++) assert_int_equal(ql_roster_add(roster, str(TEAM[i][0]), str(TEAM[i][1]), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

ql_value *request(ql_arena *a, const char *mode, const char *text) {
  static const char json[] = "[{\"agent\":\"*\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]";
  ql_value *r = ql_object(a), *players;
  assert_int_equal(ql_json_read(a, str(json), &players, NULL), QL_OK);
  QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
  QL_SET(r, "mode", ql_string(a, str(mode)));
  QL_SET(r, "players", players);
  QL_SET(r, "text", ql_string(a, str(text)));
  return r;
}

/* Three tasks for three agents; the first two may run at once. */
ql_value *plan(ql_arena *a) {
  static const char json[] =
      "{\"leader\":\"@lead\",\"objective\":\"Sign-in\",\"tasks\":[{\"agent\":\"@api-designer\",\"id\":\"T1\",\"title\":\"Contract\"},"
      "{\"agent\":\"@data-keeper\",\"id\":\"T2\",\"title\":\"Schema\"},{\"after\":[\"T1\",\"T2\"],\"agent\":\"@reviewer\",\"id\":\"T3\",\"title\":\"Review\"}]}";
  ql_value *value;
  assert_int_equal(ql_json_read(a, str(json), &value, NULL), QL_OK);
  return value;
}

host opened(brain b, const char *mode, const char *text, bool planned) {
  host h = {.quest = ql_quest_new(ql_alloc_libc()), .roster = team(), .brain = b, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *r = request(a, mode, text);
  ql_error err = {0};
  if (planned) QL_SET(r, "plan", plan(a));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, r, &h.driver, &err), QL_OK);
  ql_arena_free(a);
  return h;
}

void closed(host *h) {
  for (size_t i = 0; i < h->open_count; i++) free(h->open[i].answer);
  ql_driver_free(h->driver);
  ql_quest_free(h->quest);
  ql_roster_free(h->roster);
}

ql_value *result(ql_arena *a, int64_t id) {
  ql_value *r = ql_object(a);
  QL_SET(r, "id", ql_int(a, id));
  return r;
}

void hand_back(host *h, const ql_value *r) {
  ql_error err = {0};
  ql_status status = ql_driver_result(h->driver, h->now, r, &err);
  if (status != QL_OK) print_error("%s: %s\n", err.message, err.detail);
  assert_int_equal(status, QL_OK);
}

static void keep_answer(host *h, const ql_value *effect, ql_str answer, int status, bool served) {
  assert_true(h->open_count < QL_COUNT(h->open));
  size_t at = h->open_count++;
  ql_str agent = TEXT_OF(effect, "agent");
  h->open[at].id = ql_get_int(effect, QL_STR("id"), 0);
  h->open[at].status = status;
  h->open[at].served = served;
  h->open[at].len = answer.len;
  h->open[at].told = 0;
  h->open[at].answer = calloc(1, answer.len + 1);
  if (answer.len > 0) memcpy(h->open[at].answer, answer.ptr, answer.len);
  snprintf(h->open[at].agent, sizeof h->open[at].agent, "%.*s", (int)agent.len, agent.ptr ? agent.ptr : "");
  if (h->open_count > h->most_open) h->most_open = h->open_count;
}

static void take_request(host *h, ql_arena *a, const ql_value *effect) {
  ql_value *body;
  const ql_value *sent = QL_GET(effect, "request");
  ql_str name = TEXT_OF(effect, "server");
  int status = 200;
  if (name.ptr) {
    ql_str answer = h->server(h, a, name, sent, &status);
    keep_answer(h, effect, answer, status, true);
    return;
  }
  assert_int_equal(ql_json_read(a, TEXT_OF(sent, "body"), &body, NULL), QL_OK);
  ql_str answer = h->brain(h, a, TEXT_OF(effect, "agent"), body, &status);
  h->calls++;
  keep_answer(h, effect, answer, status, false);
}

static void forget(host *h, size_t at) {
  free(h->open[at].answer);
  h->open_count--;
  for (size_t i = at; i < h->open_count; i++) h->open[i] = h->open[i + 1];
}

static void end_open(host *h, ql_arena *a, size_t at, const char *outcome, const char *problem) {
  ql_value *end = result(a, h->open[at].id);
  QL_SET(end, "outcome", ql_string(a, str(outcome)));
  if (problem) QL_SET(end, "problem", ql_string(a, str(problem)));
  forget(h, at);
  hand_back(h, end);
}

static void add_header(ql_arena *a, ql_value *headers, const char *name, const char *value) {
  ql_value *header = ql_push(headers, ql_object(a));
  QL_SET(header, "name", ql_string(a, str(name)));
  QL_SET(header, "value", ql_string(a, str(value)));
}

/* One piece of one answer. */
static void go_on(host *h, ql_arena *a, size_t at) {
  if (h->open[at].status == 0) {
    end_open(h, a, at, "cut", "Connection refused");
    return;
  }
  if (h->open[at].told == 0) {
    ql_value *head = result(a, h->open[at].id), *headers = ql_array(a);
    bool events = h->open[at].status == 200 && (!h->open[at].served || ql_starts(str(h->open[at].answer), QL_STR("data: ")));
    add_header(a, headers, "content-type", events ? "text/event-stream" : "application/json");
    if (h->open[at].served) add_header(a, headers, "mcp-session-id", "s1");
    QL_SET(head, "headers", headers);
    QL_SET(head, "status", ql_int(a, h->open[at].status));
    hand_back(h, head);
  }
  size_t left = h->open[at].len - h->open[at].told, piece = left < 700 ? left : 700;
  assert_int_equal(ql_driver_bytes(h->driver, h->open[at].id, (ql_str){h->open[at].answer + h->open[at].told, piece}, NULL), QL_OK);
  h->open[at].told += piece;
  if (h->open[at].told == h->open[at].len) end_open(h, a, at, "complete", NULL);
}

/* One that has something to say; open_count for none. */
static size_t talker(const host *h) {
  for (size_t i = 0; i < h->open_count; i++) {
    size_t at = (h->effects + i) % h->open_count;
    if (h->open[at].status != HANGS) return at;
  }
  return h->open_count;
}

bool is_kind(const ql_value *effect, const char *kind) { return ql_eq(TEXT_OF(effect, "kind"), str(kind)); }

static void end_command(host *h, ql_arena *a, int64_t id, const char *outcome, ql_str text, bool failed) {
  ql_value *r = result(a, id);
  if (failed) QL_SET(r, "error", ql_bool(a, true));
  QL_SET(r, "outcome", ql_string(a, str(outcome)));
  if (text.ptr) QL_SET(r, "text", ql_string(a, text));
  h->running = 0;
  hand_back(h, r);
}

static void cancel(host *h, ql_arena *a, int64_t id) {
  h->cancelled++;
  if (id == h->running) {
    end_command(h, a, id, "cancelled", QL_STR("half"), false);
    return;
  }
  for (size_t i = 0; i < h->open_count; i++)
    if (h->open[i].id == id) {
      end_open(h, a, i, "cancelled", NULL);
      return;
    }
  fail();
}

static void ask_person(host *h, ql_arena *a, const ql_value *effect) {
  ql_value *r = result(a, ql_get_int(effect, QL_STR("id"), -1));
  ql_str question = TEXT_OF(effect, "question");
  h->asked++;
  h->asked_again += ql_get_bool(effect, QL_STR("again"));
  snprintf(h->question, sizeof h->question, "%.*s", (int)question.len, question.ptr);
  QL_SET(r, "allowed", ql_bool(a, !h->refuses));
  hand_back(h, r);
}

static void run_command(host *h, ql_arena *a, const ql_value *effect) {
  ql_value *arguments;
  bool failed = false;
  int64_t id = ql_get_int(effect, QL_STR("id"), -1);
  assert_int_equal(ql_json_read(a, TEXT_OF(QL_GET(effect, "tool"), "arguments"), &arguments, NULL), QL_OK);
  ql_str command = TEXT_OF(arguments, "command");
  snprintf(h->command, sizeof h->command, "%.*s", (int)command.len, command.ptr);
  h->commands++;
  h->limit = ql_get_int(effect, QL_STR("limit"), 0);
  ql_str text = h->shell(h, command, &failed);
  if (text.ptr)
    end_command(h, a, id, "complete", text, failed);
  else
    h->running = id;
}

static void give_random(host *h, ql_arena *a, ql_value *r) {
  uint8_t bytes[QL_ENTROPY_BYTES];
  char *text = ql_arena_get(a, 64);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(h->effects + i * 7);
  QL_SET(r, "bytes", ql_string(a, (ql_str){text, ql_base64url_write(text, bytes, sizeof bytes)}));
}

/* QL_MORE when something was done, QL_DONE at the end, QL_OK when nothing can be done but to wait for a person. */
ql_status step(host *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *effect;
  ql_error err = {0};
  ql_status status = ql_driver_next(h->driver, a, h->now, &effect, &err), outcome = QL_MORE;
  if (status != QL_OK) print_error("%s: %s\n", err.message, err.detail);
  assert_int_equal(status, QL_OK);
  h->effects++;
  int64_t id = ql_get_int(effect, QL_STR("id"), -1);
  if (h->stops_before && is_kind(effect, "log.append") &&
      ql_find(QL_GET(effect, "lines")->first->text, str(h->stops_before), 0) != SIZE_MAX) {
    ql_arena_free(a);
    return QL_OK;
  }
  if (is_kind(effect, "done"))
    outcome = QL_DONE;
  else if (is_kind(effect, "http.request"))
    take_request(h, a, effect);
  else if (is_kind(effect, "effect.cancel"))
    cancel(h, a, ql_get_int(effect, QL_STR("cancels"), 0));
  else if (is_kind(effect, "ask.tool"))
    ask_person(h, a, effect);
  else if (is_kind(effect, "tool.run"))
    run_command(h, a, effect);
  else if (is_kind(effect, "wait")) {
    int64_t until = ql_get_int(effect, QL_STR("until"), -1);
    if (talker(h) < h->open_count)
      go_on(h, a, talker(h));
    else if (until >= 0)
      h->now = until;
    else
      outcome = QL_OK;
  } else {
    ql_value *r = result(a, id);
    if (is_kind(effect, "random")) give_random(h, a, r);
    if (is_kind(effect, "log.append") || is_kind(effect, "blob.put")) QL_SET(r, "outcome", ql_string(a, QL_STR("ok")));
    h->blobs += is_kind(effect, "blob.put");
    if (is_kind(effect, "answer")) {
      ql_str answer = TEXT_OF(effect, "answer"), raw = TEXT_OF(effect, "raw");
      snprintf(h->answer, sizeof h->answer, "%.*s", (int)answer.len, answer.ptr);
      snprintf(h->raw, sizeof h->raw, "%.*s", (int)raw.len, raw.ptr ? raw.ptr : "");
      h->answer_failed = ql_get_bool(effect, QL_STR("failed"));
      h->answer_cut = ql_get_bool(effect, QL_STR("cut"));
      h->answer_micro = ql_get_int(effect, QL_STR("micro"), -1);
      h->answer_input = ql_get_int(QL_GET(effect, "usage"), QL_STR("input"), -1);
      assert_true(h->answer_micro < 0 || ql_eq(TEXT_OF(effect, "model"), QL_STR("claude-haiku-4-5")));
    }
    if (is_kind(effect, "ask.human")) {
      ql_value *command = QL_SET(r, "command", ql_object(a));
      QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
      QL_SET(command, "type", ql_string(a, QL_STR("approve")));
    }
    hand_back(h, r);
  }
  ql_arena_free(a);
  return outcome;
}

/* Why it stands still. */
static void tell_pause(const host *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(h->quest); n++) {
    ql_str line = ql_value_text(a, ql_quest_event(h->quest, a, n));
    print_message("%.*s\n", (int)(line.len < 400 ? line.len : 400), line.ptr);
  }
  ql_arena_free(a);
}

ql_status run(host *h) {
  ql_status status = QL_MORE;
  while (status == QL_MORE && h->effects < 3000) status = step(h);
  assert_true(h->effects < 3000);
  if (getenv("SESSION_LOG")) tell_pause(h);
  return status;
}

/* ---- what came of it ---- */

void assert_status(const host *h, const char *expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(TEXT_OF(ql_quest_state(h->quest, a), "status"), expected);
  ql_arena_free(a);
}

void assert_terminal(const host *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *verdict;
  assert_int_equal(ql_verify(a, ql_quest_log(h->quest), QL_ABSENT, &verdict, NULL), QL_OK);
  assert_str_is(TEXT_OF(verdict, "intact"), "yes");
  assert_str_is(TEXT_OF(verdict, "legal"), "yes");
  assert_str_is(TEXT_OF(verdict, "complete"), "terminal");
  ql_arena_free(a);
}

/* Events of a type; with a field that has these words where field is not NULL. */
size_t events(const host *h, const char *type, const char *field, const char *value) {
  size_t count = 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(h->quest); n++) {
    const ql_value *event = ql_quest_event(h->quest, a, n);
    if (!ql_eq(TEXT_OF(event, "type"), str(type))) continue;
    ql_str text = field ? ql_get_str(QL_GET(event, "data"), str(field)) : QL_ABSENT;
    count += !field || (text.ptr && ql_find(text, str(value), 0) != SIZE_MAX);
  }
  ql_arena_free(a);
  return count;
}

void write_command(host *h, const char *json) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *command;
  ql_decision decision;
  const uint8_t entropy[QL_ENTROPY_BYTES] = {9};
  assert_int_equal(ql_json_read(a, str(json), &command, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(h->quest, a, command, h->now, entropy, &decision, NULL), QL_OK);
  assert_non_null(decision.line.ptr);
  assert_int_equal(ql_quest_append(h->quest, decision.line, NULL), QL_OK);
  ql_arena_free(a);
}

static ql_str last_type(const host *h, ql_arena *a) { return TEXT_OF(ql_quest_event(h->quest, a, ql_quest_count(h->quest) - 1), "type"); }

/* Until the log ends with an event of that type, `skip` more of which may come before. */
void until_last(host *h, const char *type, size_t skip) {
  for (bool there = false; !there;) {
    int64_t before = ql_quest_count(h->quest);
    assert_int_equal(step(h), QL_MORE);
    if (ql_quest_count(h->quest) == before) continue;
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    if (ql_eq(last_type(h, a), str(type)) && skip-- == 0) there = true;
    ql_arena_free(a);
  }
}

void assert_nothing_open(const host *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *effects = QL_GET(ql_quest_state(h->quest, a), "effects");
  assert_true(!effects || !effects->first);
  ql_arena_free(a);
}
