/* A conversation or a quest that models play, with this file as their host: what they answer stands in the vector, or in tests/streams. What the
   core makes of it is what counts: the requests it sends, what it says on the way, what its tools do to the files, and the log. */
#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <questline/quest.h>

#include "../../wasm/shim.h"
#include "base/text.h"

#define FIRST_NOW   INT64_C(1763712000000)
#define EFFECTS_MAX 400
#define PIECE       7 /* bytes of an answer that are handed in at once */

typedef struct host {
  ql_arena *a;
  const ql_value *vector, *next; /* the answer that comes next */
  uint32_t driver;
  int64_t now;
  ql_value *asked, *effects;
  ql_buf *more;
} host;

static ql_value *result_of(host *h, const ql_value *effect) {
  ql_value *result = ql_object(h->a);
  QL_SET(result, "id", ql_int(h->a, ql_get_int(effect, QL_STR("id"), 0)));
  return result;
}

static void hand_back(host *h, const ql_value *result) {
  ql_str json = ql_value_text(h->a, result);
  if (qlw_driver_result(h->driver, (double)h->now, PASS(json)) != QL_OK) give_up("a result was not taken", answered(h->a));
  h->now += 10;
}

static void set_word(host *h, ql_value *object, const char *key, const char *word) {
  ql_set(object, (ql_str){key, strlen(key)}, ql_string(h->a, (ql_str){word, strlen(word)}));
}

/* The answer of a model, a few bytes at a time; without a status nobody answers. */
static void answer(host *h, const ql_value *effect) {
  const ql_value *said = h->next;
  ql_value *end = result_of(h, effect);
  ql_str how = ql_get_str(said, QL_STR("end"));
  int64_t status = ql_get_int(said, QL_STR("status"), said ? 200 : 0);
  ql_value *request = ql_copy(h->a, QL_GET(effect, "request")), *body = NULL;
  ql_error err = {0};
  ql_value_write(h->more, request);
  if (ql_json_read(h->a, ql_get_str(request, QL_STR("body")), &body, &err) != QL_OK) give_up("a request is no JSON", QL_ABSENT);
  QL_SET(request, "body", body);
  ql_push(h->asked, request);
  if (said) h->next = said->next;
  if (status > 0) {
    ql_value *head = result_of(h, effect), *headers = QL_SET(head, "headers", ql_array(h->a)), *header = ql_push(headers, ql_object(h->a));
    const ql_value *more = QL_GET(said, "headers");
    ql_str type = ql_get_str(said, QL_STR("type")), bytes = vector_bytes(h->a, said, "text", "bytes");
    set_word(h, header, "name", "content-type");
    QL_SET(header, "value", ql_string(h->a, type.ptr ? type : QL_STR("text/event-stream")));
    for (more = more ? more->first : NULL; more; more = more->next) ql_push(headers, ql_copy(h->a, more));
    QL_SET(head, "status", ql_int(h->a, status));
    hand_back(h, head);
    for (size_t at = 0; at < bytes.len; at += PIECE) {
      ql_str piece = ql_slice(bytes, at, at + PIECE);
      double id = (double)ql_get_int(effect, QL_STR("id"), 0);
      if (qlw_driver_bytes(h->driver, id, PASS(piece)) != QL_OK) give_up("bytes were not taken", answered(h->a));
      (void)qlw_driver_deltas(h->driver);
      ql_buf_add(h->more, answered(h->a));
    }
  }
  QL_SET(end, "outcome", ql_string(h->a, how.ptr ? how : status > 0 ? QL_STR("complete") : QL_STR("cut")));
  hand_back(h, end);
}

/* False at the end. */
static bool perform(host *h, ql_value *effect) {
  ql_str kind = ql_get_str(effect, QL_STR("kind"));
  if (ql_eq(kind, QL_STR("http.request"))) {
    answer(h, effect);
    return true;
  }
  ql_value *result = result_of(h, effect);
  if (ql_eq(kind, QL_STR("random"))) {
    char bytes[64];
    uint8_t ones[QL_ENTROPY_BYTES];
    memset(ones, 1, sizeof ones);
    size_t len = ql_base64url_write(bytes, ones, (size_t)ql_get_int(effect, QL_STR("n"), 0));
    QL_SET(result, "bytes", ql_string(h->a, ql_arena_str(h->a, (ql_str){bytes, len})));
    hand_back(h, result);
    return true;
  }
  ql_push(h->effects, effect);
  if (ql_eq(kind, QL_STR("done"))) return false;
  if (ql_eq(kind, QL_STR("wait"))) {
    h->now = ql_get_int(effect, QL_STR("until"), -1);
    return h->now >= 0;
  }
  if (ql_eq(kind, QL_STR("log.append")) || ql_eq(kind, QL_STR("blob.put"))) set_word(h, result, "outcome", "ok");
  if (ql_eq(kind, QL_STR("ask.tool"))) QL_SET(result, "allowed", ql_bool(h->a, ql_get_bool(h->vector, QL_STR("allow"))));
  if (ql_eq(kind, QL_STR("ask.human"))) {
    ql_value *command = QL_SET(result, "command", ql_object(h->a));
    set_word(h, command, "by", "@owner");
    set_word(h, command, "type", "approve");
  }
  if (!ql_eq(kind, QL_STR("partial.put")) && !ql_eq(kind, QL_STR("effect.cancel"))) hand_back(h, result);
  return true;
}

static uint32_t open_workspace(ql_arena *a, const ql_value *vector) {
  (void)qlw_workspace_new();
  uint32_t workspace = answered_handle(a);
  const ql_value *files = QL_GET(vector, "workspace");
  for (const ql_value *file = files ? files->first : NULL; file; file = file->next) {
    ql_str path = ql_get_str(file, QL_STR("path")), text = vector_bytes(a, file, "text", "bytes");
    if (qlw_workspace_load(workspace, PASS(path), PASS(text)) != QL_OK) give_up("a file was not loaded", answered(a));
  }
  return workspace;
}

void run_drive(ql_arena *a, const ql_value *vector, outcome *out) {
  const ql_value *said = QL_GET(vector, "said");
  host h = {.a = a, .vector = vector, .next = said ? said->first : NULL, .now = FIRST_NOW, .more = &out->more};
  h.asked = ql_array(a);
  h.effects = ql_array(a);
  (void)qlw_quest_open(NULL, 0);
  uint32_t quest = answered_handle(a), roster = open_roster(a, vector), workspace = open_workspace(a, vector);
  ql_str request = json_of(a, vector, "driver"), kit = json_of(a, vector, "kit");
  (void)qlw_driver_new(quest, roster, PASS(request));
  h.driver = answered_handle(a);
  if (qlw_driver_use(h.driver, workspace, 0, PASS(kit)) != QL_OK) give_up("a kit was not taken", answered(a));
  size_t effects = 0;
  do {
    if (++effects > EFFECTS_MAX || qlw_driver_next(h.driver, (double)h.now) != QL_OK) give_up("a driver does not end", answered(a));
  } while (perform(&h, answered_value(a)));
  ql_value *answer_value = ql_object(a);
  QL_SET(answer_value, "asked", h.asked);
  (void)qlw_workspace_changes(workspace);
  QL_SET(answer_value, "changes", answered_value(a));
  QL_SET(answer_value, "effects", h.effects);
  ql_value_write(&out->answer, answer_value);
  (void)qlw_quest_log(quest, 0);
  ql_buf_add(&out->more, answered(a));
  done(h.driver);
  done(workspace);
  done(roster);
  done(quest);
}

/* --- The answers of tests/streams that are whole texts: a conversation with each of them --- */

static const char *const wires[][2] = {{"messages", "anthropic"}, {"responses", "openai"}, {"chat", "openrouter"}, {"generate", "gemini"}};

static int is_expected(const struct dirent *entry) { return ql_ends((ql_str){entry->d_name, strlen(entry->d_name)}, QL_STR(".expect")); }

static ql_str content_type(ql_str name) {
  return ql_ends(name, QL_STR(".ndjson")) ? QL_STR("application/x-ndjson")
         : ql_ends(name, QL_STR(".json")) ? QL_STR("application/json")
                                          : QL_STR("text/event-stream");
}

/* The words of a reply that ended as it should, with nothing but words; absent for any other. */
static ql_str words_of(ql_arena *a, const ql_value *reply) {
  ql_buf words = ql_buf_new(ql_arena_alloc(a));
  bool whole = ql_eq(ql_get_str(reply, QL_STR("end")), QL_STR("stop"));
  for (const ql_value *part = QL_GET(reply, "parts")->first; part; part = part->next) {
    ql_str kind = ql_get_str(part, QL_STR("kind"));
    if (ql_eq(kind, QL_STR("text"))) ql_buf_add(&words, ql_get_str(part, QL_STR("text")));
    whole &= ql_eq(kind, QL_STR("text")) || ql_eq(kind, QL_STR("thinking"));
  }
  ql_str text = ql_buf_take(&words, a);
  return whole && ql_trim(text).len > 0 ? text : QL_ABSENT;
}

static ql_value *conversation(ql_arena *a, const char *provider, ql_str name, ql_str bytes, ql_str words) {
  char json[512];
  ql_value *vector = NULL;
  ql_error err = {0};
  (void)snprintf(
      json, sizeof json,
      "{\"driver\":{\"agent\":\"@lead\",\"mode\":\"normal\",\"text\":\"Well?\",\"players\":[{\"agent\":\"@lead\",\"model\":\"m\","
      "\"provider\":\"%s\"}]},\"files\":[{\"path\":\"lead.md\",\"text\":\"---\\nname: lead\\ndescription: Leads.\\n---\\nYou lead.\\n\"}],"
      "\"said\":[{}],\"expect\":{\"effects\":[{\"kind\":\"answer\"},{\"kind\":\"done\"}]}}",
      provider);
  ql_str copy = ql_arena_str(a, (ql_str){json, strlen(json)});
  if (ql_json_read(a, copy, &vector, &err) != QL_OK) give_up("no vector", QL_ABSENT);
  ql_value *said = QL_GET(vector, "said")->first, *answer_effect = QL_GET(QL_GET(vector, "expect"), "effects")->first;
  char *encoded = need(ql_arena_get(a, bytes.len * 4 / 3 + 4));
  size_t len = ql_base64url_write(encoded, (const uint8_t *)bytes.ptr, bytes.len);
  QL_SET(said, "bytes", ql_string(a, (ql_str){encoded, len}));
  QL_SET(said, "type", ql_string(a, content_type(name)));
  QL_SET(answer_effect, "answer", ql_string(a, words));
  return vector;
}

ql_value *generate_streams(ql_arena *a, const char *dir) {
  ql_value *all = ql_array(a);
  for (size_t wire = 0; wire < QL_COUNT(wires); wire++) {
    char path[4096];
    struct dirent **entries = NULL;
    (void)snprintf(path, sizeof path, "%s/../streams/%s", dir, wires[wire][0]);
    int count = scandir(path, &entries, is_expected, alphasort);
    if (count <= 0) give_up("no streams", (ql_str){path, strlen(path)});
    for (int i = 0; i < count; i++) {
      ql_value *reply = NULL;
      ql_error err = {0};
      (void)snprintf(path, sizeof path, "%s/../streams/%s/%s", dir, wires[wire][0], entries[i]->d_name);
      if (ql_json_read(a, read_file(a, path), &reply, &err) != QL_OK) give_up("not JSON", (ql_str){path, strlen(path)});
      ql_str words = words_of(a, reply), name = {entries[i]->d_name, strlen(entries[i]->d_name) - strlen(".expect")};
      path[strlen(path) - strlen(".expect")] = '\0';
      if (words.ptr) {
        const ql_str pieces[] = {{wires[wire][0], strlen(wires[wire][0])}, QL_STR("-"), ql_arena_str(a, name)};
        ql_value *vector = ql_push(all, conversation(a, wires[wire][1], pieces[2], read_file(a, path), words));
        QL_SET(vector, "name", ql_string(a, ql_arena_concat(a, pieces, QL_COUNT(pieces))));
      }
      free(entries[i]);
    }
    free(entries);
  }
  return all;
}
