/* Gemini generateContent, streamed. Source: the types of @google/genai 3.1, and ai.google.dev on thinking and thought signatures. */
#include "base/text.h"
#include "llm/wire.h"

/* Stands for a signature where a call of another model is shown to one that wants its calls signed. */
#define NO_SIGNATURE "skip_thought_signature_validator"

/* A call that came without an id is answered without one. */
static bool knows_id(ql_arena *a, const ql__part *call) {
  size_t at = 0, inner = 0;
  ql_str key = QL_ABSENT, json = QL_ABSENT, member = QL_ABSENT, value = QL_ABSENT;
  while (call->replay.ptr && ql__next_member(a, call->replay, &at, &key, &json)) {
    if (!ql_eq(key, QL_STR("functionCall")) || !ql_starts(json, QL_STR("{"))) continue;
    while (ql__next_member(a, json, &inner, &member, &value))
      if (ql_eq(member, QL_STR("id"))) return true;
    return false;
  }
  return true;
}

static ql_value *call_part(ql_arena *a, const ql__part *part, bool sign) {
  ql_value *built = ql_object(a), *call = QL_SET(built, "functionCall", ql_object(a));
  QL_SET(call, "args", ql_raw(a, part->arguments));
  QL_SET(call, "id", ql_string(a, part->id));
  QL_SET(call, "name", ql_string(a, part->name));
  if (sign) QL_SET(built, "thoughtSignature", ql__word(a, NO_SIGNATURE));
  return ql__with_replay(a, part, built);
}

static ql_value *result_part(ql_arena *a, const ql__part *part) {
  ql_value *built = ql_object(a), *result = QL_SET(built, "functionResponse", ql_object(a));
  if (knows_id(a, part->call)) QL_SET(result, "id", ql_string(a, part->id));
  QL_SET(result, "name", ql_string(a, part->name));
  ql_set_literal(QL_SET(result, "response", ql_object(a)), part->error ? "error" : "output", ql_string(a, part->text));
  return built;
}

static ql_value *text_part(ql_arena *a, const ql__part *part) {
  ql_value *built = ql_object(a);
  QL_SET(built, "text", ql_string(a, part->text.ptr ? part->text : QL_STR("")));
  if (part->kind == QL__THINKING) QL_SET(built, "thought", ql_bool(a, true));
  return ql__with_replay(a, part, built);
}

static ql_value *image_part(ql_arena *a, const ql__part *part) {
  ql_value *built = ql_object(a), *data = QL_SET(built, "inlineData", ql_object(a));
  QL_SET(data, "data", ql_string(a, part->data));
  QL_SET(data, "mimeType", ql_string(a, part->media));
  return built;
}

static void add_contents(const ql__call *call, ql_value *body) {
  ql_arena *a = call->a;
  ql_value *contents = QL_SET(body, "contents", ql_array(a));
  for (size_t i = 0; i < call->turn_count; i++) {
    const ql__turn *turn = &call->turns[i];
    ql_value *content = ql_push(contents, ql_object(a)), *parts = QL_SET(content, "parts", ql_array(a));
    QL_SET(content, "role", ql__word(a, turn->assistant ? "model" : "user"));
    bool first = call->trait->further == QL__SIGNED; /* only the first of several calls has to be signed */
    for (size_t j = 0; j < turn->count; j++) {
      const ql__part *part = &turn->parts[j];
      switch (part->kind) {
      case QL__TEXT:
      case QL__REFUSAL:
      case QL__THINKING: ql_push(parts, text_part(a, part)); break;
      case QL__IMAGE: ql_push(parts, image_part(a, part)); break;
      case QL__RESULT: ql_push(parts, result_part(a, part)); break;
      case QL__CALL:
        ql_push(parts, call_part(a, part, first && !part->replay.ptr));
        first = false;
        break;
      }
    }
  }
}

static void add_thinking(const ql__call *call, ql_value *config) {
  static const int64_t budgets[] = {[QL__LOW] = 1024, [QL__MEDIUM] = 8192, [QL__HIGH] = 24576};
  static const char *const levels[] = {[QL__LOW] = "LOW", [QL__MEDIUM] = "MEDIUM", [QL__HIGH] = "HIGH"};
  ql_arena *a = call->a;
  if (call->level == QL__UNSAID || call->trait->reasoning == QL__NONE) return;
  ql_value *thinking = QL_SET(config, "thinkingConfig", ql_object(a));
  bool off = call->level == QL__SWITCHED_OFF, budget = call->trait->reasoning == QL__BUDGET;
  if (!off) QL_SET(thinking, "includeThoughts", ql_bool(a, true));
  if (budget)
    QL_SET(thinking, "thinkingBudget", off ? ql_raw(a, call->trait->off) : ql_int(a, budgets[call->level]));
  else
    QL_SET(thinking, "thinkingLevel", off ? ql_string(a, call->trait->off) : ql__word(a, levels[call->level]));
}

static void add_tools(const ql__call *call, ql_value *body) {
  ql_arena *a = call->a;
  if (call->tool_count == 0) return;
  ql_value *declared = QL_SET(ql_push(QL_SET(body, "tools", ql_array(a)), ql_object(a)), "functionDeclarations", ql_array(a));
  for (size_t i = 0; i < call->tool_count; i++) ql_push(declared, ql__function(a, &call->tools[i], "parametersJsonSchema"));
  if (call->choice == QL__AUTO) return;
  ql_value *config = QL_SET(QL_SET(body, "toolConfig", ql_object(a)), "functionCallingConfig", ql_object(a));
  QL_SET(config, "mode", ql__word(a, call->choice == QL__NO_CALL ? "NONE" : "ANY"));
}

void ql__generate_form(const ql__call *call, ql__form *out) {
  ql_arena *a = call->a;
  ql_value *body = out->body, *config = QL_SET(body, "generationConfig", ql_object(a));
  add_contents(call, body);
  QL_SET(config, "maxOutputTokens", ql_int(a, call->max_tokens));
  if (call->schema.ptr) {
    QL_SET(config, "responseJsonSchema", ql_raw(a, call->schema));
    QL_SET(config, "responseMimeType", ql__word(a, "application/json"));
  }
  if (call->temperature.ptr) QL_SET(config, "temperature", ql_raw(a, call->temperature));
  add_thinking(call, config);
  if (call->system.len > 0) {
    ql_value *system = QL_SET(body, "systemInstruction", ql_object(a));
    QL_SET(ql_push(QL_SET(system, "parts", ql_array(a)), ql_object(a)), "text", ql_string(a, call->system));
    QL_SET(system, "role", ql__word(a, "user"));
  }
  add_tools(call, body);
  bool placed = ql_find_byte(call->model, '/', 0) != SIZE_MAX; /* models/NAME, tunedModels/NAME */
  ql_str pieces[] = {placed ? QL_STR("/") : QL_STR("/models/"), ql__url_segments(a, call->model), QL_STR(":streamGenerateContent")};
  out->path = ql_arena_concat(a, pieces, QL_COUNT(pieces));
  out->query = QL_STR("alt=sse");
}
