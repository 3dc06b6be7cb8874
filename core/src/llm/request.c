/* The request of a call: what its API's builder wrote, with the fewest headers and the place of the key. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "llm/wire.h"

#define ANTHROPIC_VERSION "2026-10-21"

ql_value *ql__word(ql_arena *a, const char *literal) { return ql_string(a, (ql_str){literal, strlen(literal)}); }

ql_value *ql__typed(ql_arena *a, const char *type) {
  ql_value *object = ql_object(a);
  QL_SET(object, "type", ql__word(a, type));
  return object;
}

ql_str ql__data_url(ql_arena *a, const ql__part *part) {
  ql_str pieces[] = {QL_STR("data:"), part->media, QL_STR(";base64,"), part->data};
  return ql_arena_concat(a, pieces, QL_COUNT(pieces));
}

ql_str ql__result_text(ql_arena *a, const ql__part *part) {
  ql_str pieces[] = {QL_STR("Error: "), part->text};
  return part->error ? ql_arena_concat(a, pieces, QL_COUNT(pieces)) : part->text;
}

ql_value *ql__function(ql_arena *a, const ql__tool *tool, const char *key) {
  ql_value *function = ql_object(a);
  if (tool->description.len > 0) QL_SET(function, "description", ql_string(a, tool->description));
  QL_SET(function, "name", ql_string(a, tool->name));
  ql_set_literal(function, key, ql_raw(a, tool->schema));
  return function;
}

/* ---- replays ---- */

static size_t skip_blanks(ql_str json, size_t at) {
  while (at < json.len && ql_is_space(json.ptr[at])) at++;
  return at;
}

static size_t skip_string(ql_str json, size_t at) {
  for (at++; json.ptr[at] != '"'; at++)
    if (json.ptr[at] == '\\') at++;
  return at + 1;
}

/* Behind the value that begins here. The text was read before, so nothing can be missing. */
static size_t skip_value(ql_str json, size_t at) {
  size_t depth = 0;
  do {
    char c = json.ptr[at];
    if (c == '"') {
      at = skip_string(json, at);
      continue;
    }
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    at++;
  } while (at < json.len && (depth > 0 || !(json.ptr[at] == ',' || json.ptr[at] == '}' || json.ptr[at] == ']')));
  return at;
}

bool ql__next_member(ql_arena *a, ql_str object, size_t *at, ql_str *key, ql_str *json) {
  size_t from = skip_blanks(object, *at);
  from = skip_blanks(object, from + 1); /* behind { or , */
  if (from >= object.len || object.ptr[from] != '"') return false;
  size_t end = skip_string(object, from);
  ql_value *read = NULL;
  if (ql_json_read(a, ql_slice(object, from, end), &read, NULL) != QL_OK) return false; /* out of memory: the arena knows */
  *key = read->text;
  size_t value = skip_blanks(object, skip_blanks(object, end) + 1);
  *at = skip_value(object, value);
  *json = ql_trim(ql_slice(object, value, *at));
  return true;
}

ql_value *ql__with_replay(ql_arena *a, const ql__part *part, ql_value *built) {
  if (!part->replay.ptr) return built;
  if (part->whole) return ql_raw(a, part->replay);
  size_t at = 0;
  ql_str key = QL_ABSENT, json = QL_ABSENT;
  while (ql__next_member(a, part->replay, &at, &key, &json)) ql_set(built, key, ql_raw(a, json));
  return built;
}

/* ---- the request ---- */

static void add_header(ql_arena *a, ql_value *list, ql_str name, ql_str value) {
  ql_value *header = ql_push(list, ql_object(a));
  QL_SET(header, "name", ql_string(a, name));
  QL_SET(header, "value", ql_string(a, value));
}

void ql__add_headers(ql_arena *a, const ql__provider *provider, bool body, ql_value *request) {
  ql_value *headers = QL_SET(request, "headers", ql_array(a));
  if (provider->wire == QL_WIRE_MESSAGES) {
    add_header(a, headers, QL_STR("anthropic-dangerous-direct-browser-access"), QL_STR("true"));
    add_header(a, headers, QL_STR("anthropic-version"), QL_STR(ANTHROPIC_VERSION));
  }
  if (body) add_header(a, headers, QL_STR("content-type"), QL_STR("application/json"));
  if (provider->header.len == 0) return;
  ql_value *secret = QL_SET(request, "secret", ql_object(a));
  QL_SET(secret, "header", ql_string(a, provider->header));
  QL_SET(secret, "prefix", ql_string(a, ql_eq(provider->header, QL_STR("authorization")) ? QL_STR("Bearer ") : QL_STR("")));
  QL_SET(secret, "slot", ql_string(a, provider->slot));
}

ql_status ql_llm_request(ql_arena *a, const ql_value *value, ql_value **out, ql_error *err) {
  static void (*const builders[QL_WIRE_COUNT])(const ql__call *, ql__form *) = {
      [QL_WIRE_MESSAGES] = ql__messages_form,
      [QL_WIRE_RESPONSES] = ql__responses_form,
      [QL_WIRE_CHAT] = ql__chat_form,
      [QL_WIRE_GENERATE] = ql__generate_form,
  };
  ql__call call;
  ql_status status = ql__call_read(a, value, &call, err);
  if (status != QL_OK) return status;
  ql__form form = {.body = ql_object(a), .path = QL_STR(""), .query = QL_STR("")};
  builders[call.provider->wire](&call, &form);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  ql_str body = ql_value_text(a, form.body);
  if (body.len > QL_CALL_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the request is too long", QL_STR("QL_CALL_BYTES_MAX"));
  ql_value *request = ql_object(a);
  QL_SET(request, "body", ql_string(a, body));
  ql__add_headers(a, call.provider, true, request);
  QL_SET(request, "method", ql__word(a, "POST"));
  QL_SET(request, "url", ql_string(a, ql__url_join(a, &call.base, form.path, form.query)));
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = request;
  return QL_OK;
}
