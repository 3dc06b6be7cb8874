/* OpenAI Chat Completions, and all that is compatible: only what the smallest of them take, unless the model or the host is known to take more.
   Source: the types of openai 7.57; the pages of OpenRouter, Ollama, vLLM, LM Studio, llama.cpp and Mistral. */
#include "base/text.h"
#include "llm/wire.h"

static ql_value *message_of(ql_arena *a, ql_value *messages, const char *role) {
  ql_value *message = ql_push(messages, ql_object(a));
  QL_SET(message, "role", ql__word(a, role));
  return message;
}

static ql_value *text_content(ql_arena *a, ql_str text, bool mark) {
  ql_value *content = ql__typed(a, "text");
  if (mark) QL_SET(content, "cache_control", ql__typed(a, "ephemeral"));
  QL_SET(content, "text", ql_string(a, text));
  return content;
}

/* One text alone is a string: many servers take nothing else. */
static void set_text(const ql__call *call, ql_value *message, ql_str text, bool cache) {
  ql_arena *a = call->a;
  if (cache && call->trait->further == QL__CACHE)
    ql_push(QL_SET(message, "content", ql_array(a)), text_content(a, text, true));
  else
    QL_SET(message, "content", ql_string(a, text));
}

static void add_user(const ql__call *call, const ql__turn *turn, ql_value *messages) {
  ql_arena *a = call->a;
  size_t at = 0;
  for (; at < turn->count && turn->parts[at].kind == QL__RESULT; at++) {
    ql_value *message = message_of(a, messages, "tool");
    set_text(call, message, ql__result_text(a, &turn->parts[at]), turn->parts[at].cache);
    QL_SET(message, "tool_call_id", ql_string(a, turn->parts[at].id));
  }
  if (at == turn->count) return;
  ql_value *message = message_of(a, messages, "user");
  if (at + 1 == turn->count && turn->parts[at].kind == QL__TEXT) {
    set_text(call, message, turn->parts[at].text, turn->parts[at].cache);
    return;
  }
  ql_value *content = QL_SET(message, "content", ql_array(a));
  for (; at < turn->count; at++) {
    const ql__part *part = &turn->parts[at];
    if (part->kind == QL__TEXT) {
      ql_push(content, text_content(a, part->text, part->cache && call->trait->further == QL__CACHE));
      continue;
    }
    ql_value *image = ql_push(content, ql__typed(a, "image_url")), *url = QL_SET(image, "image_url", ql_object(a));
    QL_SET(url, "url", ql_string(a, ql__data_url(a, part)));
  }
}

static ql_value *tool_call(ql_arena *a, const ql__part *part) {
  ql_value *item = ql__typed(a, "function"), *function = QL_SET(item, "function", ql_object(a));
  QL_SET(function, "arguments", ql_string(a, part->arguments));
  QL_SET(function, "name", ql_string(a, part->name));
  QL_SET(item, "id", ql_string(a, part->id));
  return ql__with_replay(a, part, item);
}

static void add_assistant(const ql__call *call, const ql__turn *turn, ql_value *messages) {
  ql_arena *a = call->a;
  ql_value *message = message_of(a, messages, "assistant"), *calls = NULL;
  ql_buf said = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < turn->count; i++) {
    const ql__part *part = &turn->parts[i];
    if (part->kind == QL__THINKING) {
      message = ql__with_replay(a, part, message);
    } else if (part->kind == QL__CALL) {
      if (!calls) calls = QL_SET(message, "tool_calls", ql_array(a));
      ql_push(calls, tool_call(a, part));
    } else {
      ql_buf_add(&said, part->text);
    }
  }
  bool silent = said.len == 0;
  ql_str text = ql_buf_take(&said, a);
  QL_SET(message, "content", silent && calls ? ql_null(a) : ql_string(a, text));
}

static void add_tools(const ql__call *call, ql_value *body) {
  ql_arena *a = call->a;
  if (call->tool_count == 0) return;
  ql_value *tools = QL_SET(body, "tools", ql_array(a));
  for (size_t i = 0; i < call->tool_count; i++) {
    ql_value *tool = ql_push(tools, ql__typed(a, "function"));
    QL_SET(tool, "function", ql__function(a, &call->tools[i], "parameters"));
  }
  if (call->choice != QL__AUTO) QL_SET(body, "tool_choice", ql__word(a, call->choice == QL__NO_CALL ? "none" : "required"));
}

static void add_schema(const ql__call *call, ql_value *body) {
  ql_arena *a = call->a;
  if (!call->schema.ptr) return;
  ql_value *format = QL_SET(body, "response_format", ql__typed(a, "json_schema")), *schema = QL_SET(format, "json_schema", ql_object(a));
  QL_SET(schema, "name", ql_string(a, call->schema_name));
  QL_SET(schema, "schema", ql_raw(a, call->schema));
  QL_SET(schema, "strict", ql_bool(a, call->strict));
}

void ql__chat_form(const ql__call *call, ql__form *out) {
  ql_arena *a = call->a;
  ql_value *body = out->body, *messages = ql_array(a);
  if (call->trait->further == QL__COMPLETION)
    QL_SET(body, "max_completion_tokens", ql_int(a, call->max_tokens));
  else
    QL_SET(body, "max_tokens", ql_int(a, call->max_tokens));
  QL_SET(body, "messages", messages);
  if (call->system.len > 0) set_text(call, message_of(a, messages, "system"), call->system, call->cache);
  for (size_t i = 0; i < call->turn_count; i++) (call->turns[i].assistant ? add_assistant : add_user)(call, &call->turns[i], messages);
  QL_SET(body, "model", ql_string(a, call->model));
  ql_str effort = call->level == QL__SWITCHED_OFF ? call->trait->off : call->level_word;
  if (effort.len > 0 && (call->host & QL__REASONING))
    QL_SET(QL_SET(body, "reasoning", ql_object(a)), "effort", ql_string(a, effort));
  else if (effort.len > 0)
    QL_SET(body, "reasoning_effort", ql_string(a, effort));
  add_schema(call, body);
  QL_SET(body, "stream", ql_bool(a, true));
  if (!(call->host & QL__NO_USAGE)) QL_SET(QL_SET(body, "stream_options", ql_object(a)), "include_usage", ql_bool(a, true));
  if (call->temperature.ptr) QL_SET(body, "temperature", ql_raw(a, call->temperature));
  add_tools(call, body);
  out->path = QL_STR("/chat/completions");
}
