/* Anthropic Messages. Source: the types of @anthropic-ai/sdk 1.12, and platform.claude.com on thinking, caching and API version 2026-10-21. */
#include "base/text.h"
#include "llm/wire.h"

#define MARKS_MAX  4    /* places up to which a prompt may be kept, in one request */
#define BUDGET_MIN 1024 /* tokens; a budget is also below max_tokens */

static ql_value *mark(ql_arena *a, ql_value *block) {
  QL_SET(block, "cache_control", ql__typed(a, "ephemeral"));
  return block;
}

static ql_value *text_block(ql_arena *a, ql_str text) {
  ql_value *block = ql__typed(a, "text");
  QL_SET(block, "text", ql_string(a, text));
  return block;
}

static ql_value *image_block(ql_arena *a, const ql__part *part) {
  ql_value *block = ql__typed(a, "image"), *source = QL_SET(block, "source", ql__typed(a, "base64"));
  QL_SET(source, "data", ql_string(a, part->data));
  QL_SET(source, "media_type", ql_string(a, part->media));
  return block;
}

static ql_value *call_block(ql_arena *a, const ql__part *part) {
  ql_value *block = ql__typed(a, "tool_use");
  QL_SET(block, "id", ql_string(a, part->id));
  QL_SET(block, "input", ql_raw(a, part->arguments));
  QL_SET(block, "name", ql_string(a, part->name));
  return block;
}

static ql_value *result_block(ql_arena *a, const ql__part *part) {
  ql_value *block = ql__typed(a, "tool_result");
  if (part->text.len > 0) QL_SET(block, "content", ql_string(a, part->text));
  if (part->error) QL_SET(block, "is_error", ql_bool(a, true));
  QL_SET(block, "tool_use_id", ql_string(a, part->id));
  return block;
}

static ql_value *thinking_block(ql_arena *a, const ql__part *part) {
  ql_value *block = ql__typed(a, "thinking");
  QL_SET(block, "thinking", ql_string(a, part->text.ptr ? part->text : QL_STR("")));
  return block;
}

static ql_value *block_of(ql_arena *a, const ql__part *part) {
  switch (part->kind) {
  case QL__TEXT:
  case QL__REFUSAL: return text_block(a, part->text);
  case QL__IMAGE: return image_block(a, part);
  case QL__CALL: return call_block(a, part);
  case QL__RESULT: return result_block(a, part);
  case QL__THINKING: return ql__with_replay(a, part, thinking_block(a, part));
  }
  return NULL;
}

static bool takes_mark(const ql__part *part) { return part->cache && part->kind != QL__THINKING; }

static void add_messages(const ql__call *call, ql_value *body) {
  ql_arena *a = call->a;
  ql_value *messages = QL_SET(body, "messages", ql_array(a));
  size_t marks = 0, room = call->system.len > 0 ? MARKS_MAX - 1 : MARKS_MAX;
  for (size_t i = 0; i < call->turn_count; i++)
    for (size_t j = 0; j < call->turns[i].count; j++) marks += takes_mark(&call->turns[i].parts[j]);
  for (size_t i = 0; i < call->turn_count; i++) {
    const ql__turn *turn = &call->turns[i];
    ql_value *message = ql_push(messages, ql_object(a)), *content = QL_SET(message, "content", ql_array(a));
    QL_SET(message, "role", ql__word(a, turn->assistant ? "assistant" : "user"));
    for (size_t j = 0; j < turn->count; j++) {
      ql_value *block = ql_push(content, block_of(a, &turn->parts[j]));
      if (takes_mark(&turn->parts[j]) && marks-- <= room) mark(a, block);
    }
  }
}

/* Thinking cannot be had together with a call that is demanded. */
static void add_thinking(const ql__call *call, ql_value *body, ql_value *output) {
  static const int64_t budgets[] = {[QL__LOW] = 2048, [QL__MEDIUM] = 8192, [QL__HIGH] = 24576};
  ql_arena *a = call->a;
  ql_str off = call->trait->off;
  if (call->level == QL__UNSAID) return;
  if (call->level == QL__SWITCHED_OFF) {
    if (ql_eq(off, QL_STR("disabled")))
      QL_SET(body, "thinking", ql__typed(a, "disabled"));
    else if (off.len > 0)
      QL_SET(output, "effort", ql_string(a, off));
    return;
  }
  bool thinks = call->choice != QL__REQUIRED;
  if (call->trait->reasoning == QL__BUDGET) {
    int64_t budget = budgets[call->level] < call->max_tokens ? budgets[call->level] : call->max_tokens - 1;
    if (!thinks || budget < BUDGET_MIN) return;
    ql_value *thinking = QL_SET(body, "thinking", ql__typed(a, "enabled"));
    QL_SET(thinking, "budget_tokens", ql_int(a, budget));
    return;
  }
  QL_SET(output, "effort", ql_string(a, call->level_word));
  if (!thinks) return;
  ql_value *thinking = QL_SET(body, "thinking", ql__typed(a, "adaptive"));
  QL_SET(thinking, "display", ql__word(a, "summarized"));
}

static void add_tools(const ql__call *call, ql_value *body) {
  static const char *const choices[] = {[QL__AUTO] = "auto", [QL__NO_CALL] = "none", [QL__REQUIRED] = "any"};
  if (call->tool_count == 0) return;
  ql_value *tools = QL_SET(body, "tools", ql_array(call->a));
  for (size_t i = 0; i < call->tool_count; i++) ql_push(tools, ql__function(call->a, &call->tools[i], "input_schema"));
  if (call->choice != QL__AUTO) QL_SET(body, "tool_choice", ql__typed(call->a, choices[call->choice]));
}

void ql__messages_form(const ql__call *call, ql__form *out) {
  ql_arena *a = call->a;
  ql_value *body = out->body, *output = ql_object(a);
  QL_SET(body, "max_tokens", ql_int(a, call->max_tokens));
  add_messages(call, body);
  QL_SET(body, "model", ql_string(a, call->model));
  QL_SET(body, "stream", ql_bool(a, true));
  if (call->system.len > 0) {
    ql_value *block = ql_push(QL_SET(body, "system", ql_array(a)), text_block(a, call->system));
    if (call->cache) mark(a, block);
  }
  add_thinking(call, body, output);
  if (call->schema.ptr) {
    ql_value *format = QL_SET(output, "format", ql__typed(a, "json_schema"));
    QL_SET(format, "schema", ql_raw(a, call->schema));
  }
  if (output && output->count > 0) QL_SET(body, "output_config", output);
  add_tools(call, body);
  out->path = ql_ends(call->base.path, QL_STR("/v1")) ? QL_STR("/messages") : QL_STR("/v1/messages");
}
