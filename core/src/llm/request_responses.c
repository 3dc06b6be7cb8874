/* OpenAI Responses. Nothing is kept by the provider: every call says all, reasoning items with their encrypted content included.
   Source: the types of openai 7.57. */
#include "base/text.h"
#include "format/crypto.h"
#include "llm/wire.h"

static ql_value *content_of(ql_arena *a, const ql__part *part) {
  ql_value *content = ql__typed(a, part->kind == QL__IMAGE ? "input_image" : "input_text");
  if (part->kind == QL__IMAGE) {
    QL_SET(content, "detail", ql__word(a, "auto"));
    QL_SET(content, "image_url", ql_string(a, ql__data_url(a, part)));
  } else {
    QL_SET(content, "text", ql_string(a, part->text));
  }
  return content;
}

static ql_value *call_item(ql_arena *a, const ql__part *part) {
  ql_value *item = ql__typed(a, "function_call");
  QL_SET(item, "arguments", ql_string(a, part->arguments));
  QL_SET(item, "call_id", ql_string(a, part->id));
  QL_SET(item, "name", ql_string(a, part->name));
  return item;
}

static ql_value *result_item(ql_arena *a, const ql__part *part) {
  ql_value *item = ql__typed(a, "function_call_output");
  QL_SET(item, "call_id", ql_string(a, part->id));
  QL_SET(item, "output", ql_string(a, ql__result_text(a, part)));
  return item;
}

static ql_value *said_item(ql_arena *a, const ql__part *part) {
  ql_value *item = ql_object(a);
  QL_SET(item, "content", ql_string(a, part->text));
  QL_SET(item, "role", ql__word(a, "assistant"));
  return item;
}

static void add_user(ql_arena *a, const ql__turn *turn, ql_value *input) {
  ql_value *content = NULL;
  for (size_t i = 0; i < turn->count; i++) {
    const ql__part *part = &turn->parts[i];
    if (part->kind == QL__RESULT) {
      ql_push(input, result_item(a, part));
      continue;
    }
    if (!content) {
      ql_value *item = ql_push(input, ql_object(a));
      content = QL_SET(item, "content", ql_array(a));
      QL_SET(item, "role", ql__word(a, "user"));
    }
    ql_push(content, content_of(a, part));
  }
}

/* Parts of one item carry the same replay; it is sent once. */
static void add_assistant(ql_arena *a, const ql__turn *turn, ql_value *input) {
  ql_str last = QL_ABSENT;
  for (size_t i = 0; i < turn->count; i++) {
    const ql__part *part = &turn->parts[i];
    bool again = part->replay.ptr && last.ptr && ql_eq(part->replay, last);
    last = part->replay;
    if (again) continue;
    ql_push(input, ql__with_replay(a, part, part->kind == QL__CALL ? call_item(a, part) : said_item(a, part)));
  }
}

/* Calls that begin alike are sent to where the beginning is kept. */
static ql_str cache_key(const ql__call *call) {
  ql_buf all = ql_buf_new(ql_arena_alloc(call->a));
  ql_buf_add(&all, call->system);
  for (size_t i = 0; i < call->tool_count; i++) {
    ql_buf_byte(&all, '\n');
    ql_buf_add(&all, call->tools[i].name);
    ql_buf_add(&all, call->tools[i].schema);
  }
  ql_str text = ql_buf_take(&all, call->a);
  char *hex = ql_arena_get(call->a, 2 * QL_HASH_BYTES);
  uint8_t hash[QL_HASH_BYTES];
  if (!text.ptr || !hex) return QL_ABSENT;
  ql_sha256(text, hash);
  ql_hex_write(hex, hash, sizeof hash);
  return (ql_str){hex, 32};
}

static void add_tools(const ql__call *call, ql_value *body) {
  if (call->tool_count == 0) return;
  ql_value *tools = QL_SET(body, "tools", ql_array(call->a));
  for (size_t i = 0; i < call->tool_count; i++) {
    ql_value *tool = ql_push(tools, ql__function(call->a, &call->tools[i], "parameters"));
    QL_SET(tool, "strict", ql_bool(call->a, false));
    QL_SET(tool, "type", ql__word(call->a, "function"));
  }
  if (call->choice != QL__AUTO) QL_SET(body, "tool_choice", ql__word(call->a, call->choice == QL__NO_CALL ? "none" : "required"));
}

void ql__responses_form(const ql__call *call, ql__form *out) {
  ql_arena *a = call->a;
  ql_value *body = out->body, *input = QL_SET(body, "input", ql_array(a));
  for (size_t i = 0; i < call->turn_count; i++) (call->turns[i].assistant ? add_assistant : add_user)(a, &call->turns[i], input);
  if (call->system.len > 0) QL_SET(body, "instructions", ql_string(a, call->system));
  QL_SET(body, "max_output_tokens", ql_int(a, call->max_tokens));
  QL_SET(body, "model", ql_string(a, call->model));
  if (call->cache) QL_SET(body, "prompt_cache_key", ql_string(a, cache_key(call)));
  ql_str effort = call->level == QL__SWITCHED_OFF ? call->trait->off : call->level_word;
  if (call->trait->reasoning == QL__EFFORT && effort.len > 0) {
    ql_value *reasoning = QL_SET(body, "reasoning", ql_object(a));
    QL_SET(reasoning, "effort", ql_string(a, effort));
  }
  QL_SET(body, "store", ql_bool(a, false));
  QL_SET(body, "stream", ql_bool(a, true));
  if (call->temperature.ptr) QL_SET(body, "temperature", ql_raw(a, call->temperature));
  if (call->schema.ptr) {
    ql_value *format = QL_SET(QL_SET(body, "text", ql_object(a)), "format", ql__typed(a, "json_schema"));
    QL_SET(format, "name", ql_string(a, call->schema_name));
    QL_SET(format, "schema", ql_raw(a, call->schema));
    QL_SET(format, "strict", ql_bool(a, call->strict));
  }
  add_tools(call, body);
  out->path = QL_STR("/responses");
}
