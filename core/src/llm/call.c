/* A call is read and checked before any of it is written: messages of one side become one turn, results come first in theirs, every call of a
   tool is answered once. */
#include <questline/limits.h>

#include "base/date.h"
#include "base/text.h"
#include "llm/wire.h"

#define PROPERTIES_MAX 256u /* of one object of a schema, up to which it is looked at whether the schema is strict */

typedef struct reader {
  ql__call *call;
  ql_error *err;
  size_t bytes; /* of all texts so far */
} reader;

static ql_status refuse(reader *r, const char *message, ql_str detail) { return ql_fail(r->err, QL_ERR_ARGUMENT, message, detail); }
static ql_status no_memory(reader *r) { return ql_fail(r->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static ql_status count_bytes(reader *r, ql_str s) {
  r->bytes += s.len;
  return r->bytes <= QL_CALL_BYTES_MAX ? QL_OK : ql_fail(r->err, QL_ERR_LIMIT, "the request is too long", QL_STR("QL_CALL_BYTES_MAX"));
}

static bool is_name(ql_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (!ql_is_alnum(s.ptr[i]) && s.ptr[i] != '_' && s.ptr[i] != '-') return false;
  return s.len > 0 && s.len <= 64;
}

/* JSON text that has to hold an object. */
static ql_status read_object(reader *r, ql_str text, const char *otherwise, ql_value **out) {
  ql_value *value = NULL;
  ql_status status = ql_json_read(r->call->a, text, &value, r->err);
  if (status == QL_OK && value->kind != QL_OBJECT) status = ql_fail(r->err, QL_ERR_SYNTAX, otherwise, QL_ABSENT);
  if (status == QL_OK) *out = value;
  return status;
}

/* ---- replays ---- */

/* What marks JSON as a wire's own: a member, of that value unless it is empty. */
static const struct {
  ql_wire wire;
  ql_str key, json;
} replays[] = {
    {QL_WIRE_MESSAGES, QL_STR_INIT("type"), QL_STR_INIT("\"thinking\"")},
    {QL_WIRE_MESSAGES, QL_STR_INIT("type"), QL_STR_INIT("\"redacted_thinking\"")},
    {QL_WIRE_MESSAGES, QL_STR_INIT("signature"), QL_STR_INIT("")},
    {QL_WIRE_RESPONSES, QL_STR_INIT("type"), QL_STR_INIT("\"reasoning\"")},
    {QL_WIRE_RESPONSES, QL_STR_INIT("type"), QL_STR_INIT("\"message\"")},
    {QL_WIRE_RESPONSES, QL_STR_INIT("type"), QL_STR_INIT("\"function_call\"")},
    {QL_WIRE_CHAT, QL_STR_INIT("reasoning_details"), QL_STR_INIT("")},
    {QL_WIRE_CHAT, QL_STR_INIT("reasoning_content"), QL_STR_INIT("")},
    {QL_WIRE_CHAT, QL_STR_INIT("reasoning"), QL_STR_INIT("")},
    {QL_WIRE_CHAT, QL_STR_INIT("extra_content"), QL_STR_INIT("")},
    {QL_WIRE_GENERATE, QL_STR_INIT("thoughtSignature"), QL_STR_INIT("")},
    {QL_WIRE_GENERATE, QL_STR_INIT("functionCall"), QL_STR_INIT("")},
    {QL_WIRE_GENERATE, QL_STR_INIT("thought"), QL_STR_INIT("")},
};

/* Keeps a replay that is of this wire. */
static void take_replay(reader *r, ql_str json, ql__part *part) {
  size_t at = 0;
  ql_str key = QL_ABSENT, value = QL_ABSENT;
  bool fits = false, typed = false;
  while (ql__next_member(r->call->a, json, &at, &key, &value)) {
    typed |= ql_eq(key, QL_STR("type"));
    for (size_t i = 0; i < QL_COUNT(replays); i++)
      fits |= replays[i].wire == r->call->provider->wire && ql_eq(replays[i].key, key) &&
              (replays[i].json.len == 0 || ql_eq(replays[i].json, value));
  }
  if (!fits) return;
  part->replay = json;
  part->whole = typed;
}

/* ---- parts ---- */

static const struct {
  ql_str name;
  bool user, assistant;
} kinds[] = {
    [QL__TEXT] = {QL_STR_INIT("text"), true, true},          [QL__IMAGE] = {QL_STR_INIT("image"), true, false},
    [QL__CALL] = {QL_STR_INIT("call"), false, true},         [QL__RESULT] = {QL_STR_INIT("result"), true, false},
    [QL__THINKING] = {QL_STR_INIT("thinking"), false, true}, [QL__REFUSAL] = {QL_STR_INIT("refusal"), false, true},
};

static bool is_media(ql_str media) {
  static const ql_str known[] = {QL_STR_INIT("image/png"), QL_STR_INIT("image/jpeg"), QL_STR_INIT("image/gif"), QL_STR_INIT("image/webp")};
  for (size_t i = 0; i < QL_COUNT(known); i++)
    if (ql_eq(known[i], media)) return true;
  return false;
}

static bool is_base64(ql_str s) {
  size_t end = s.len;
  while (end > 0 && s.len - end < 2 && s.ptr[end - 1] == '=') end--;
  for (size_t i = 0; i < end; i++)
    if (!ql_is_alnum(s.ptr[i]) && s.ptr[i] != '+' && s.ptr[i] != '/') return false;
  return s.len > 0 && s.len % 4 == 0;
}

static ql_status check_part(reader *r, ql__part *part) {
  ql_value *object = NULL;
  switch (part->kind) {
  case QL__IMAGE:
    if (!is_media(part->media)) return refuse(r, "an image is PNG, JPEG, GIF or WebP", part->media);
    return is_base64(part->data) ? QL_OK : refuse(r, "the data of an image is base64", QL_ABSENT);
  case QL__CALL:
    if (!is_name(part->name)) return refuse(r, "the name of a tool is of letters, digits, _ and -, at most 64", part->name);
    if (part->id.len == 0) return refuse(r, "a tool call has no id", part->name);
    if (ql_trim(part->arguments).len == 0) part->arguments = QL_STR("{}");
    return read_object(r, part->arguments, "the arguments of a tool call are no JSON object", &object);
  case QL__RESULT:
    if (part->text.ptr == NULL) part->text = QL_STR("");
    return QL_OK;
  case QL__TEXT:
  case QL__THINKING:
  case QL__REFUSAL: return QL_OK;
  }
  return QL_OK;
}

static ql_status read_part(reader *r, const ql_value *value, bool assistant, ql__part *part) {
  ql_str kind = ql_get_str(value, QL_STR("kind")), replay = ql_get_str(value, QL_STR("replay"));
  size_t k = 0;
  while (k < QL_COUNT(kinds) && !ql_eq(kinds[k].name, kind)) k++;
  if (k == QL_COUNT(kinds)) return refuse(r, "no such kind of part", kind);
  if (!(assistant ? kinds[k].assistant : kinds[k].user)) return refuse(r, "this part is the other side's", kind);
  *part = (ql__part){.kind = (ql__kind)k,
                     .error = ql_get_bool(value, QL_STR("error")),
                     .text = ql_get_str(value, QL_STR("text")),
                     .id = ql_get_str(value, QL_STR("id")),
                     .name = ql_get_str(value, QL_STR("name")),
                     .arguments = ql_get_str(value, QL_STR("arguments")),
                     .media = ql_get_str(value, QL_STR("media")),
                     .data = ql_get_str(value, QL_STR("data"))};
  const ql_str counted[] = {part->text, part->arguments, part->data, replay};
  ql_status status = QL_OK;
  for (size_t i = 0; status == QL_OK && i < QL_COUNT(counted); i++) status = count_bytes(r, counted[i]);
  if (status == QL_OK) status = check_part(r, part);
  ql_value *object = NULL;
  if (status != QL_OK || !replay.ptr) return status;
  status = read_object(r, replay, "a replay is no JSON object", &object);
  if (status == QL_OK) take_replay(r, replay, part);
  return status;
}

/* Nothing is sent of an empty text, and of thinking that the provider did not sign. */
static bool is_sent(const ql__part *part) {
  switch (part->kind) {
  case QL__TEXT:
  case QL__REFUSAL: return part->text.len > 0 || part->replay.ptr;
  case QL__THINKING: return part->replay.ptr;
  case QL__IMAGE:
  case QL__CALL:
  case QL__RESULT: return true;
  }
  return true;
}

/* ---- turns ---- */

static ql_status check_calls(reader *r, const ql__turn *turn) {
  size_t calls = 0;
  for (size_t i = 0; i < turn->count; i++) {
    if (turn->parts[i].kind != QL__CALL) continue;
    if (++calls > QL_CALL_PARALLEL_MAX) return ql_fail(r->err, QL_ERR_LIMIT, "too many tool calls at once", QL_STR("QL_CALL_PARALLEL_MAX"));
    for (size_t j = 0; j < i; j++)
      if (turn->parts[j].kind == QL__CALL && ql_eq(turn->parts[j].id, turn->parts[i].id))
        return refuse(r, "two tool calls have one id", turn->parts[i].id);
  }
  return QL_OK;
}

static const ql__part *find_call(const ql__turn *turn, ql_str id) {
  for (size_t i = 0; turn && turn->assistant && i < turn->count; i++)
    if (turn->parts[i].kind == QL__CALL && ql_eq(turn->parts[i].id, id)) return &turn->parts[i];
  return NULL;
}

static ql_status match_results(reader *r, const ql__turn *before, ql__turn *turn) {
  size_t calls = 0, results = 0;
  for (size_t i = 0; before && i < before->count; i++) calls += before->parts[i].kind == QL__CALL;
  for (; results < turn->count && turn->parts[results].kind == QL__RESULT; results++) {
    ql__part *part = &turn->parts[results];
    part->call = results < calls ? find_call(before, part->id) : NULL;
    if (!part->call) return refuse(r, "this result answers no tool call of the message before", part->id);
    for (size_t j = 0; j < results; j++)
      if (turn->parts[j].call == part->call) return refuse(r, "a tool call is answered twice", part->id);
    part->name = part->call->name;
  }
  return results == calls ? QL_OK : refuse(r, "a tool call of the message before has no result", QL_ABSENT);
}

/* Puts the parts of one side into a turn, results first, and marks where each message that may be kept ends. */
static ql_status make_turn(reader *r, ql__part *parts, size_t count, bool assistant) {
  ql__call *call = r->call;
  ql__turn *turn = &call->turns[call->turn_count];
  *turn = (ql__turn){assistant, ql_arena_array(call->a, count, sizeof *parts), count};
  if (!turn->parts) return no_memory(r);
  size_t at = 0;
  for (int results = 1; results >= 0; results--)
    for (size_t i = 0; i < count; i++)
      if ((parts[i].kind == QL__RESULT) == (results == 1)) turn->parts[at++] = parts[i];
  ql_status status = assistant ? check_calls(r, turn) : match_results(r, call->turn_count ? turn - 1 : NULL, turn);
  if (status == QL_OK) call->turn_count++;
  return status;
}

/* All parts that are sent, one after another; sides[i] says whose part i is. */
static ql_status read_parts(reader *r, const ql_value *messages, ql__part *parts, bool *sides, size_t *count) {
  size_t n = 0;
  for (const ql_value *message = messages->first; message; message = message->next) {
    ql_str role = ql_get_str(message, QL_STR("role"));
    bool assistant = ql_eq(role, QL_STR("assistant")), cache = ql_get_bool(message, QL_STR("cache"));
    if (!assistant && !ql_eq(role, QL_STR("user"))) return refuse(r, "a message is the user's or the assistant's", role);
    const ql_value *list = QL_GET(message, "parts");
    size_t first = n;
    for (const ql_value *value = list && list->kind == QL_ARRAY ? list->first : NULL; value; value = value->next) {
      ql_status status = read_part(r, value, assistant, &parts[n]);
      if (status != QL_OK) return status;
      sides[n] = assistant;
      if (is_sent(&parts[n])) n++;
    }
    if (n > first && cache) parts[n - 1].cache = r->call->cache = true;
  }
  *count = n;
  return QL_OK;
}

static ql_status read_messages(reader *r, const ql_value *messages) {
  ql__call *call = r->call;
  size_t most = 0, count = 0;
  if (!messages || messages->kind != QL_ARRAY) return refuse(r, "there is no message", QL_ABSENT);
  for (const ql_value *message = messages->first; message; message = message->next) {
    const ql_value *list = QL_GET(message, "parts");
    most += list ? list->count : 0;
  }
  ql__part *parts = ql_arena_array(call->a, most + 1, sizeof *parts); /* one that is not sent is read into the place behind */
  bool *sides = ql_arena_array(call->a, most + 1, sizeof *sides);
  call->turns = ql_arena_array(call->a, most + 1, sizeof *call->turns);
  if (!parts || !sides || !call->turns) return no_memory(r);
  ql_status status = read_parts(r, messages, parts, sides, &count);
  for (size_t from = 0, to = 0; status == QL_OK && from < count; from = to) {
    while (to < count && sides[to] == sides[from]) to++;
    status = make_turn(r, &parts[from], to - from, sides[from]);
  }
  if (status != QL_OK) return status;
  if (call->turn_count == 0) return refuse(r, "there is no message", QL_ABSENT);
  if (!call->turns[0].assistant && call->turns[call->turn_count - 1].assistant) {
    ql__turn none = {0};
    return match_results(r, &call->turns[call->turn_count - 1], &none); /* nobody is left to answer */
  }
  return call->turns[0].assistant ? refuse(r, "the first message is the user's", QL_ABSENT) : QL_OK;
}

/* ---- schemas and tools ---- */

static bool names_all(const ql_value *required, const ql_value *properties) {
  if (!required || required->count != properties->count || properties->count > PROPERTIES_MAX) return false;
  for (const ql_value *property = properties->first; property; property = property->next) {
    const ql_value *name = required->first;
    while (name && !(name->kind == QL_STRING && ql_eq(name->text, property->key))) name = name->next;
    if (!name) return false;
  }
  return true;
}

/* Whether one object of a schema may be part of a strict one. */
static bool is_strict_object(const ql_value *node) {
  static const char *const beyond[] = {"allOf", "oneOf", "not", "if", "patternProperties", "dependentRequired", "dependentSchemas"};
  for (size_t i = 0; i < QL_COUNT(beyond); i++)
    if (ql_get_literal(node, beyond[i])) return false;
  const ql_value *properties = QL_GET(node, "properties"), *others = QL_GET(node, "additionalProperties");
  bool object = (properties && properties->kind == QL_OBJECT) || ql_eq(ql_get_str(node, QL_STR("type")), QL_STR("object"));
  if (!object) return true;
  return properties && properties->kind == QL_OBJECT && others && others->kind == QL_BOOL && others->number == 0 &&
         names_all(QL_GET(node, "required"), properties);
}

static bool is_strict(const ql_value *schema) {
  const ql_value *open[QL_JSON_DEPTH_MAX + 2];
  size_t depth = 0;
  if (!ql_eq(ql_get_str(schema, QL_STR("type")), QL_STR("object"))) return false;
  for (const ql_value *node = schema;;) {
    if (node->kind == QL_OBJECT && !is_strict_object(node)) return false;
    if (node->first) {
      if (depth == QL_COUNT(open)) return false;
      open[depth++] = node;
      node = node->first;
      continue;
    }
    while (depth > 0 && !node->next) node = open[--depth];
    if (depth == 0) return true;
    node = node->next;
  }
}

/* A schema as JSON text; absent when there is none. */
static ql_status read_schema(reader *r, const ql_value *value, ql_str *text, bool *strict) {
  ql_value *read = NULL;
  ql_status status = QL_OK;
  if (!value || value->kind == QL_NULL) return QL_OK;
  if (value->kind == QL_STRING)
    status = read_object(r, value->text, "a schema is no JSON object", &read);
  else if (value->kind != QL_OBJECT)
    status = ql_fail(r->err, QL_ERR_SYNTAX, "a schema is no JSON object", QL_ABSENT);
  if (status != QL_OK) return status;
  *text = read ? value->text : ql_value_text(r->call->a, value);
  if (!text->ptr) return no_memory(r);
  if (strict) *strict = is_strict(read ? read : value);
  return count_bytes(r, *text);
}

static ql_status read_tools(reader *r, const ql_value *tools) {
  ql__call *call = r->call;
  if (!tools || tools->kind != QL_ARRAY || tools->count == 0) return QL_OK;
  call->tools = ql_arena_array(call->a, tools->count, sizeof *call->tools);
  if (!call->tools) return no_memory(r);
  for (const ql_value *value = tools->first; value; value = value->next) {
    ql__tool *tool = &call->tools[call->tool_count++];
    *tool = (ql__tool){ql_get_str(value, QL_STR("name")), ql_get_str(value, QL_STR("description")), QL_STR("{\"type\":\"object\"}")};
    if (!is_name(tool->name)) return refuse(r, "the name of a tool is of letters, digits, _ and -, at most 64", tool->name);
    ql_status status = count_bytes(r, tool->description);
    if (status == QL_OK) status = read_schema(r, QL_GET(value, "schema"), &tool->schema, NULL);
    if (status != QL_OK) return status;
  }
  return QL_OK;
}

/* ---- the rest ---- */

/* One of several words; 0, the first, when nothing is said. False when it is another. */
static bool read_word(ql_str word, const ql_str *words, size_t count, size_t *out) {
  *out = 0;
  if (!word.ptr) return true;
  while (*out < count && !ql_eq(words[*out], word)) ++*out;
  return *out < count;
}

static ql_status read_settings(reader *r, const ql_value *value) {
  static const ql_str choices[] = {QL_STR_INIT("auto"), QL_STR_INIT("none"), QL_STR_INIT("required")};
  static const ql_str levels[] = {QL_STR_INIT(""), QL_STR_INIT("off"), QL_STR_INIT("low"), QL_STR_INIT("medium"), QL_STR_INIT("high")};
  ql__call *call = r->call;
  size_t choice = 0, level = 0;
  ql_str choice_word = ql_get_str(value, QL_STR("choice")), level_word = ql_get_str(value, QL_STR("reasoning"));
  if (!read_word(choice_word, choices, QL_COUNT(choices), &choice)) return refuse(r, "choice is auto, none or required", choice_word);
  if (!read_word(level_word, levels, QL_COUNT(levels), &level)) return refuse(r, "reasoning is off, low, medium or high", level_word);
  call->choice = (ql__choice)choice;
  call->level = (ql__level)level;
  if (level > QL__SWITCHED_OFF) call->level_word = levels[level];
  call->max_tokens = ql_get_int(value, QL_STR("max_tokens"), 0);
  if (call->max_tokens < 1) return refuse(r, "max_tokens says how long the answer may be", QL_ABSENT);
  call->schema_name = ql_get_str(value, QL_STR("schema_name"));
  if (!call->schema_name.ptr) call->schema_name = QL_STR("answer");
  if (!is_name(call->schema_name)) return refuse(r, "the name of a schema is of letters, digits, _ and -, at most 64", call->schema_name);
  const ql_value *temperature = QL_GET(value, "temperature");
  if (!temperature || temperature->kind == QL_NULL) return QL_OK;
  if (temperature->kind != QL_INT || temperature->number < 0 || temperature->number > 2000)
    return refuse(r, "the temperature is given in thousandths, 0 to 2000", QL_ABSENT);
  bool sent = call->trait->temperature == QL__ANY || (call->trait->temperature == QL__OFF && call->level == QL__SWITCHED_OFF);
  if (!sent) return QL_OK;
  ql_buf buf = ql_buf_new(ql_arena_alloc(call->a));
  ql_milli_add(&buf, temperature->number);
  call->temperature = ql_buf_take(&buf, call->a);
  return call->temperature.ptr ? QL_OK : no_memory(r);
}

/* What comes before the model's own name in some APIs says nothing about it. */
static ql_str bare_model(ql_str model) {
  ql_str folder = QL_STR("models/");
  return ql_starts(model, folder) ? ql_slice(model, folder.len, model.len) : model;
}

ql_status ql__call_read(ql_arena *a, const ql_value *value, ql__call *out, ql_error *err) {
  *out = (ql__call){.a = a};
  reader r = {out, err, 0};
  ql_status status = ql__find_provider(ql_get_str(value, QL_STR("provider")), &out->provider, err);
  if (status != QL_OK) return status;
  ql_str base = ql_get_str(value, QL_STR("base_url"));
  status = ql__base_url(out->provider, base, &out->base, err);
  if (status != QL_OK) return status;
  out->model = ql_trim(ql_get_str(value, QL_STR("model")));
  if (out->model.len == 0) return refuse(&r, "no model is named", QL_ABSENT);
  out->trait = ql__trait_of(out->provider->wire, bare_model(out->model));
  out->host = ql__host_flags(out->base.host);
  out->system = ql_get_str(value, QL_STR("system"));
  status = count_bytes(&r, out->system);
  if (status == QL_OK) status = read_settings(&r, value);
  if (status == QL_OK) status = read_schema(&r, QL_GET(value, "schema"), &out->schema, &out->strict);
  if (status == QL_OK) status = read_tools(&r, QL_GET(value, "tools"));
  if (status == QL_OK) status = read_messages(&r, QL_GET(value, "messages"));
  if (status == QL_OK && out->choice == QL__REQUIRED && out->tool_count == 0)
    return refuse(&r, "a tool has to be called, and there is none", QL_ABSENT);
  return status;
}
