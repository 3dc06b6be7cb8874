#include "theatre.h"

#include "base/text.h"
#include "support.h"

/* ---- answers ---- */

static void add_event(ql_buf *out, const char *name, const char *before, const ql_value *value, const char *after) {
  ql_buf_add(out, QL_STR("event: "));
  ql_buf_add(out, str(name));
  ql_buf_add(out, QL_STR("\ndata: "));
  ql_buf_add(out, str(before));
  if (value) ql_value_write(out, value);
  ql_buf_add(out, str(after));
  ql_buf_add(out, QL_STR("\n\n"));
}

script begin_script(ql_arena *a) {
  script s = {.out = ql_buf_new(ql_arena_alloc(a)), .arena = a};
  add_event(
      &s.out, "message_start",
      "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\","
      "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":100,\"output_tokens\":1}}}",
      NULL, "");
  return s;
}

static void add_block(script *s, const char *block, const char *delta, const char *field, const char *words) {
  char head[256];
  snprintf(head, sizeof head, "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":%s}", s->index, block);
  add_event(&s->out, "content_block_start", head, NULL, "");
  /* In pieces, so that there is a middle. */
  size_t len = strlen(words), most = len < 1024 ? 16 : 65536;
  for (size_t at = 0, piece; at < len; at += piece) {
    piece = len - at < most ? len - at : most;
    snprintf(head, sizeof head, "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"%s\",\"%s\":", s->index, delta,
             field);
    add_event(&s->out, "content_block_delta", head, ql_string(s->arena, (ql_str){words + at, piece}), "}}");
  }
}

static void end_block(script *s) {
  char head[64];
  snprintf(head, sizeof head, "{\"type\":\"content_block_stop\",\"index\":%d}", s->index++);
  add_event(&s->out, "content_block_stop", head, NULL, "");
}

void script_says(script *s, const char *words) {
  add_block(s, "{\"type\":\"text\",\"text\":\"\"}", "text_delta", "text", words);
  end_block(s);
}

void script_thinks(script *s, const char *words, const char *signature) {
  char head[256];
  add_block(s, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}", "thinking_delta", "thinking", words);
  snprintf(head, sizeof head,
           "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"%s\"}}", s->index,
           signature);
  add_event(&s->out, "content_block_delta", head, NULL, "");
  end_block(s);
}

void script_calls(script *s, const char *tool, const char *arguments) {
  char block[160];
  snprintf(block, sizeof block, "{\"type\":\"tool_use\",\"id\":\"c%d\",\"name\":\"%s\",\"input\":{}}", s->index, tool);
  add_block(s, block, "input_json_delta", "partial_json", arguments);
  end_block(s);
  s->calls = true;
}

ql_str end_script(script *s) {
  char data[256];
  snprintf(data, sizeof data,
           "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":20}}",
           s->calls ? "tool_use" : "end_turn");
  add_event(&s->out, "message_delta", data, NULL, "");
  add_event(&s->out, "message_stop", "{\"type\":\"message_stop\"}", NULL, "");
  return ql_buf_take(&s->out, s->arena);
}

static bool all_closed(const ql_quest *quest, ql_arena *a) {
  const ql_value *tasks = QL_GET(ql_quest_view(quest, a), "tasks");
  for (const ql_value *task = tasks ? tasks->first : NULL; task; task = task->next)
    if (!ql_eq(TEXT_OF(task, "status"), QL_STR("done"))) return false;
  return true;
}

static void play_leader(theatre *h, script *s, size_t uses) {
  if (all_closed(h->quest, s->arena)) {
    script_calls(s, "quest_complete", "{\"summary\":\"All is done.\"}");
  } else if (uses == 0) {
    script_thinks(s, "One at a time.", "c2lnbmVk");
    script_calls(s, "quest_message", "{\"msg\":\"Draw the contract.\",\"task\":\"T1\",\"to\":[\"@api-designer\"]}");
  } else {
    script_calls(s, "quest_message", "{\"msg\":\"Keep the data.\",\"task\":\"T2\",\"to\":[\"@data-keeper\"]}");
    script_calls(s, "quest_message", "{\"msg\":\"Review it.\",\"task\":\"T3\",\"to\":[\"@reviewer\"]}");
    script_calls(s, "quest_report", "{\"msg\":\"Handed out.\"}");
  }
}

static void play_designer(script *s, size_t uses) {
  if (uses == 0)
    script_calls(s, "Read", "{\"file_path\":\"a.txt\"}");
  else if (uses == 1)
    script_calls(s, "Write", "{\"content\":\"a contract\\n\",\"file_path\":\"contract.txt\"}");
  else
    script_calls(s, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"The contract is drawn. Evidence: contract.txt.\"}");
}

ql_str play_parts(theatre *h, ql_arena *a, ql_str agent, ql_str said, size_t uses) {
  (void)said;
  script s = begin_script(a);
  if (ql_eq(agent, QL_STR("@lead")))
    play_leader(h, &s, uses);
  else if (ql_eq(agent, QL_STR("@api-designer")))
    play_designer(&s, uses);
  else if (ql_eq(agent, QL_STR("@data-keeper")))
    script_says(&s, "The data are kept. Evidence: 12 tables.");
  else if (uses == 0)
    script_calls(&s, "quest_message", "{\"msg\":\"x\",\"to\":[\"@nobody\"]}");
  else
    script_calls(&s, "quest_respond", "{\"kind\":\"completed\",\"msg\":\"Reviewed. Evidence: 3 findings.\"}");
  return end_script(&s);
}

/* ---- the stage ---- */

ql_roster *troupe(const char *reviewer) {
  const char *const FILES[][2] = {
      {"lead.md",
       "---\nname: lead\ndescription: Coordinates the backend team\n---\n\n# Lead\n\n## Team\n\n- **api-designer**: HTTP API contracts\n- "
       "**data-keeper**: database schema\n- **reviewer**: security review\n"},
      {"api-designer.md", "---\nname: api-designer\ndescription: Designs HTTP API contracts\n---\n\nYou design APIs.\n"},
      {"data-keeper.md", "---\nname: data-keeper\ndescription: Owns the database schema\n---\n\nYou keep data.\n"},
      {"reviewer.md", reviewer ? reviewer : "---\nname: reviewer\ndescription: Security review\n---\n\nYou review.\n"},
  };
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(FILES); i++) assert_int_equal(ql_roster_add(roster, str(FILES[i][0]), str(FILES[i][1]), NULL), QL_OK);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  return roster;
}

ql_value *player_request(ql_arena *a, const char *mode, const char *text) {
  static const char json[] = "[{\"agent\":\"*\",\"model\":\"claude-haiku-4-5\",\"provider\":\"anthropic\"}]";
  ql_value *r = ql_object(a), *players;
  assert_int_equal(ql_json_read(a, str(json), &players, NULL), QL_OK);
  QL_SET(r, "agent", ql_string(a, QL_STR("@lead")));
  QL_SET(r, "mode", ql_string(a, str(mode)));
  QL_SET(r, "players", players);
  QL_SET(r, "text", ql_string(a, str(text)));
  return r;
}

static const char CREATE[] =
    "{\"agents\":[\"@lead\",\"@api-designer\",\"@data-keeper\",\"@reviewer\"],\"by\":\"@owner\",\"mission\":\"Sign-in\",\"policy\":\"parallel\","
    "\"seats\":[[\"@lead\",\"model\"],[\"@api-designer\",\"model\"],[\"@data-keeper\",\"model\"],[\"@reviewer\",\"model\"]],\"tasks\":["
    "{\"id\":\"T1\",\"title\":\"Contract\",\"to\":\"@api-designer\"},{\"id\":\"T2\",\"title\":\"Schema\",\"to\":\"@data-keeper\"},"
    "{\"id\":\"T3\",\"title\":\"Review\",\"to\":\"@reviewer\"}],\"type\":\"create\"}";

theatre open_theatre(brain b, ql_str log) {
  theatre h = {
      .quest = ql_quest_new(ql_alloc_libc()), .roster = troupe(NULL), .files = ql_workspace_new(ql_alloc_libc()), .brain = b, .now = NOW};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(ql_workspace_load(h.files, QL_STR("a.txt"), QL_STR("words\n"), NULL), QL_OK);
  assert_int_equal(ql_quest_append_log(h.quest, log, NULL), QL_OK);
  if (log.len == 0) {
    owner_says(&h, CREATE);
    owner_says(&h, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  }
  assert_int_equal(ql_driver_new(ql_alloc_libc(), h.quest, h.roster, player_request(a, "quest", "x"), &h.driver, NULL), QL_OK);
  assert_int_equal(ql_driver_use(h.driver, &(ql_driver_kit){.workspace = h.files}, NULL), QL_OK);
  ql_arena_free(a);
  return h;
}

void close_theatre(theatre *h) {
  for (size_t i = 0; i < h->open_count; i++) free(h->open[i].answer);
  ql_driver_free(h->driver);
  ql_quest_free(h->quest);
  ql_roster_free(h->roster);
  ql_workspace_free(h->files);
}

void owner_says(theatre *h, const char *json) {
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

/* ---- the host ---- */

static ql_value *result(ql_arena *a, int64_t id) {
  ql_value *r = ql_object(a);
  QL_SET(r, "id", ql_int(a, id));
  return r;
}

static void hand_back(theatre *h, const ql_value *r) {
  ql_error err = {0};
  ql_status status = ql_driver_result(h->driver, h->now, r, &err);
  if (status != QL_OK) print_error("%s: %s\n", err.message, err.detail);
  assert_int_equal(status, QL_OK);
}

static size_t count_in(ql_str text, ql_str what) {
  size_t count = 0;
  for (size_t at = 0; (at = ql_find(text, what, at)) != SIZE_MAX; at++) count++;
  return count;
}

static void take_request(theatre *h, ql_arena *a, const ql_value *effect) {
  ql_str agent = TEXT_OF(effect, "agent"), body = TEXT_OF(QL_GET(effect, "request"), "body");
  size_t at = h->open_count++;
  assert_true(at < QL_COUNT(h->open));
  ql_str answer = h->brain(h, a, agent, body, count_in(body, QL_STR("\"type\":\"tool_use\"")));
  snprintf(h->said, sizeof h->said, "%.*s", (int)body.len, body.ptr);
  h->calls++;
  h->open[at].id = ql_get_int(effect, QL_STR("id"), 0);
  h->open[at].len = answer.len;
  h->open[at].told = 0;
  h->open[at].answer = malloc(answer.len + 1);
  memcpy(h->open[at].answer, answer.ptr, answer.len);
  snprintf(h->open[at].agent, sizeof h->open[at].agent, "%.*s", (int)agent.len, agent.ptr ? agent.ptr : "");
}

static void end_open(theatre *h, ql_arena *a, size_t at, const char *outcome) {
  ql_value *end = result(a, h->open[at].id);
  QL_SET(end, "outcome", ql_string(a, str(outcome)));
  free(h->open[at].answer);
  h->open_count--;
  for (size_t i = at; i < h->open_count; i++) h->open[i] = h->open[i + 1];
  hand_back(h, end);
}

/* One piece of one answer. False when nothing more of it comes. */
static bool go_on(theatre *h, ql_arena *a, size_t at) {
  bool held = h->holds[0] && strcmp(h->open[at].agent, h->holds) == 0;
  size_t most = held && h->lets_go < h->open[at].len ? h->lets_go : h->open[at].len;
  if (h->open[at].told == most) return false;
  if (h->open[at].told == 0) {
    ql_value *head = result(a, h->open[at].id), *headers = ql_array(a), *header = ql_push(headers, ql_object(a));
    QL_SET(header, "name", ql_string(a, QL_STR("content-type")));
    QL_SET(header, "value", ql_string(a, QL_STR("text/event-stream")));
    QL_SET(head, "headers", headers);
    QL_SET(head, "status", ql_int(a, 200));
    hand_back(h, head);
  }
  size_t left = most - h->open[at].told, piece = left < 700 ? left : left < 7000 ? 700 : left / 2;
  assert_int_equal(ql_driver_bytes(h->driver, h->open[at].id, (ql_str){h->open[at].answer + h->open[at].told, piece}, NULL), QL_OK);
  h->open[at].told += piece;
  if (h->open[at].told == h->open[at].len) end_open(h, a, at, "complete");
  return true;
}

static bool wait_for(theatre *h, ql_arena *a, const ql_value *effect) {
  int64_t until = ql_get_int(effect, QL_STR("until"), -1);
  for (size_t i = 0; i < h->open_count; i++)
    if (go_on(h, a, (h->effects + i) % h->open_count)) return true;
  if (until >= 0) h->now = until;
  return until >= 0;
}

static void cancel(theatre *h, ql_arena *a, int64_t id) {
  for (size_t i = 0; i < h->open_count; i++)
    if (h->open[i].id == id) {
      h->cancelled++;
      end_open(h, a, i, "cancelled");
      return;
    }
  fail();
}

static void take_answer(theatre *h, const ql_value *effect) {
  ql_str answer = TEXT_OF(effect, "answer");
  snprintf(h->answer, sizeof h->answer, "%.*s", (int)answer.len, answer.ptr);
  h->failed = ql_get_bool(effect, QL_STR("failed"));
  h->cut = ql_get_bool(effect, QL_STR("cut"));
}

static void take_partial(theatre *h, const ql_value *effect) {
  ql_str text = TEXT_OF(effect, "text");
  size_t offset = (size_t)ql_get_int(effect, QL_STR("offset"), -1);
  if (offset < sizeof h->partial) {
    assert_true(offset <= strlen(h->partial));
    snprintf(h->partial + offset, sizeof h->partial - offset, "%.*s", (int)text.len, text.ptr);
  }
  h->put_bytes += text.len;
  h->puts++;
}

static bool is_kind(const ql_value *effect, const char *kind) { return ql_eq(TEXT_OF(effect, "kind"), str(kind)); }

static void answer_effect(theatre *h, ql_arena *a, const ql_value *effect) {
  ql_value *r = result(a, ql_get_int(effect, QL_STR("id"), -1));
  if (is_kind(effect, "random")) {
    uint8_t bytes[QL_ENTROPY_BYTES];
    char *text = ql_arena_get(a, 64);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(h->effects + i * 7);
    QL_SET(r, "bytes", ql_string(a, (ql_str){text, ql_base64url_write(text, bytes, sizeof bytes)}));
  }
  if (is_kind(effect, "log.append") || is_kind(effect, "blob.put")) QL_SET(r, "outcome", ql_string(a, QL_STR("ok")));
  h->blobs += is_kind(effect, "blob.put");
  if (is_kind(effect, "ask.tool")) QL_SET(r, "allowed", ql_bool(a, true));
  if (is_kind(effect, "answer")) take_answer(h, effect);
  hand_back(h, r);
}

ql_status act(theatre *h) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *effect;
  ql_error err = {0};
  ql_status status = ql_driver_next(h->driver, a, h->now, &effect, &err), outcome = QL_MORE;
  if (status != QL_OK) print_error("%s: %s\n", err.message, err.detail);
  assert_int_equal(status, QL_OK);
  h->effects++;
  if (is_kind(effect, "done"))
    outcome = QL_DONE;
  else if (is_kind(effect, "http.request"))
    take_request(h, a, effect);
  else if (is_kind(effect, "effect.cancel"))
    cancel(h, a, ql_get_int(effect, QL_STR("cancels"), 0));
  else if (is_kind(effect, "partial.put"))
    take_partial(h, effect);
  else if (is_kind(effect, "wait"))
    outcome = wait_for(h, a, effect) ? QL_MORE : QL_OK;
  else
    answer_effect(h, a, effect);
  ql_arena_free(a);
  return outcome;
}

ql_status act_all(theatre *h) {
  ql_status status = QL_MORE;
  while (status == QL_MORE && h->effects < 5000) status = act(h);
  assert_true(h->effects < 5000);
  return status;
}

/* ---- what came of it ---- */

void assert_quest_is(const theatre *h, const char *expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_str_is(TEXT_OF(ql_quest_state(h->quest, a), "status"), expected);
  ql_arena_free(a);
}

size_t count_events(const ql_quest *quest, const char *type, const char *field, const char *value) {
  size_t count = 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *event = ql_quest_event(quest, a, n);
    if (!ql_eq(TEXT_OF(event, "type"), str(type))) continue;
    ql_str text = field ? ql_get_str(QL_GET(event, "data"), str(field)) : QL_ABSENT;
    count += !field || (text.ptr && ql_find(text, str(value), 0) != SIZE_MAX);
  }
  ql_arena_free(a);
  return count;
}

char *moves_of(const ql_quest *quest, const char *agent) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *event = ql_quest_event(quest, a, n);
    ql_str by = TEXT_OF(event, "by");
    if (ql_eq(by, QL_STR("@owner")) || (agent && !ql_eq(by, str(agent)))) continue;
    ql_buf_add(&out, by);
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, TEXT_OF(event, "type"));
    ql_buf_byte(&out, ' ');
    ql_value_write(&out, QL_GET(event, "data"));
    ql_buf_byte(&out, '\n');
  }
  char *text = malloc(out.len + 1);
  memcpy(text, ql_buf_str(&out).ptr ? ql_buf_str(&out).ptr : "", out.len);
  text[out.len] = '\0';
  ql_buf_free(&out);
  ql_arena_free(a);
  return text;
}

void load_made(theatre *h, const theatre *before) {
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
