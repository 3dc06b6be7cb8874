/* Anthropic Messages. */
#include "llm/decode.h"

static const ql_end_word ends[] = {
    {QL_STR_INIT("end_turn"), QL_END_STOP},     {QL_STR_INIT("stop_sequence"), QL_END_STOP},
    {QL_STR_INIT("max_tokens"), QL_END_LENGTH}, {QL_STR_INIT("model_context_window_exceeded"), QL_END_LENGTH},
    {QL_STR_INIT("tool_use"), QL_END_CALLS},    {QL_STR_INIT("pause_turn"), QL_END_PAUSED},
    {QL_STR_INIT("refusal"), QL_END_REFUSED},
};

/* Input is counted in three parts, each of them said or not, and said again. */
enum { FRESH, READ, WRITTEN };

static void take_usage(ql_stream *s, ql_str usage) {
  static const ql_str names[] = {QL_STR_INIT("input_tokens"), QL_STR_INIT("cache_read_input_tokens"),
                                 QL_STR_INIT("cache_creation_input_tokens"), QL_STR_INIT("output_tokens"),
                                 QL_STR_INIT("output_tokens_details")};
  ql_str values[QL_COUNT(names)];
  if (!ql_scan_is_object(usage)) return;
  ql_scan_members(usage, names, QL_COUNT(names), values);
  for (size_t i = FRESH; i <= WRITTEN; i++) ql__count(&s->counts[i], values[i]);
  ql__count(&s->tokens.cached, values[READ]);
  ql__count(&s->tokens.written, values[WRITTEN]);
  ql__count(&s->tokens.output, values[3]);
  ql__count(&s->tokens.reasoning, ql_scan_member(values[4], QL_STR("thinking_tokens")));
  if (s->counts[FRESH] >= 0) s->tokens.input = 0;
  for (size_t i = FRESH; i <= WRITTEN && s->tokens.input >= 0; i++) s->tokens.input += s->counts[i] > 0 ? s->counts[i] : 0;
  ql__usage(s);
}

static void begin_block(ql_stream *s, uint64_t key, ql_str block) {
  static const ql_str names[] = {QL_STR_INIT("type"), QL_STR_INIT("text"), QL_STR_INIT("thinking"), QL_STR_INIT("signature"),
                                 QL_STR_INIT("id"),   QL_STR_INIT("name"), QL_STR_INIT("input")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(block, names, QL_COUNT(names), v);
  ql_str type = ql__text(s, v[0]);
  if (ql_eq(type, QL_STR("text"))) {
    ql__part_text(s, ql__part_add(s, QL_PART_TEXT, key), v[1]);
  } else if (ql_eq(type, QL_STR("thinking"))) {
    ql_part *part = ql__part_add(s, QL_PART_THINKING, key);
    ql__part_text(s, part, v[2]);
    ql__part_more(s, part, v[3]);
  } else if (ql_eq(type, QL_STR("tool_use"))) {
    ql_part *part = ql__part_add(s, QL_PART_CALL, key);
    ql__part_call(s, part, v[4], v[5]);
    /* It says {} before the pieces come. One that is not empty is all there is. */
    if (part && ql_scan_is_object(v[6]) && !ql_scan_is_empty(v[6])) part->source = ql__copy(s, v[6]);
  } else if (type.ptr) {
    ql_part *part = ql__part_add(s, QL_PART_THINKING, key);
    if (part) part->source = ql__copy(s, block);
  }
}

static void take_delta(ql_stream *s, uint64_t key, ql_str delta) {
  static const ql_str names[] = {QL_STR_INIT("type"), QL_STR_INIT("text"), QL_STR_INIT("thinking"), QL_STR_INIT("signature"),
                                 QL_STR_INIT("partial_json")};
  ql_part *part = ql__stream_part(s, key);
  if (!part) return;
  ql_str v[QL_COUNT(names)];
  ql_scan_members(delta, names, QL_COUNT(names), v);
  if (part->kind == QL_PART_TEXT) ql__part_text(s, part, v[1]);
  if (part->kind == QL_PART_CALL) ql__part_text(s, part, v[4]);
  if (part->kind != QL_PART_THINKING) return;
  if (part->source.ptr) {
    ql__part_more(s, part, v[4]); /* the input of a tool on the provider's side */
    return;
  }
  ql__part_text(s, part, v[2]);
  ql__part_more(s, part, v[3]);
}

static void end_block(ql_stream *s, ql_part *part) {
  if (!part) return;
  part->whole = true;
  if (part->kind == QL_PART_CALL && part->text.len == 0 && part->source.ptr) ql__part_bytes(s, part, part->source);
}

static void replace_input(ql_buf *out, ql_str block, ql_str input) {
  ql_scan scan = ql_scan_open(block);
  ql_str key, value;
  for (char before = '{'; ql_scan_next(&scan, &key, &value); before = ',') {
    ql_buf_byte(out, before);
    ql_buf_add(out, key);
    ql_buf_byte(out, ':');
    ql_buf_add(out, ql_eq(key, QL_STR("\"input\"")) ? input : value);
  }
  ql_buf_byte(out, '}');
}

/* Thinking goes back with its signature, and what only the provider understands as it came. */
void ql__messages_replay(ql_stream *s, ql_part *part) {
  (void)s;
  if (part->kind != QL_PART_THINKING) return;
  ql_str more = ql_buf_str(&part->more);
  ql_buf *out = &part->replay;
  if (part->source.ptr) {
    if (!part->whole) return;
    if (ql_scan_whole(more))
      replace_input(out, part->source, more);
    else
      ql_buf_add(out, part->source);
  } else if (more.len > 0) {
    ql_buf_add(out, QL_STR("{\"signature\":"));
    ql_json_string(out, more);
    ql_buf_add(out, QL_STR(",\"thinking\":"));
    ql_json_string(out, ql_buf_str(&part->text));
    ql_buf_add(out, QL_STR(",\"type\":\"thinking\"}"));
  }
}

static void take_end(ql_stream *s, ql_str message) {
  static const ql_str names[] = {QL_STR_INIT("stop_reason"), QL_STR_INIT("stop_details")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(message, names, QL_COUNT(names), v);
  if (!v[0].ptr) return;
  ql__ended(s, ends, QL_COUNT(ends), v[0]);
  ql_str explanation = ql_scan_member(v[1], QL_STR("explanation"));
  if (s->end == QL_END_REFUSED && ql_scan_is_string(explanation) && !ql_scan_is_empty(explanation))
    ql__part_text(s, ql__part_add(s, QL_PART_REFUSAL, UINT64_MAX), explanation);
}

static void take_message(ql_stream *s, ql_str message) {
  static const ql_str names[] = {QL_STR_INIT("id"), QL_STR_INIT("model"), QL_STR_INIT("usage"), QL_STR_INIT("content")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(message, names, QL_COUNT(names), v);
  ql__set_text(s, &s->id, v[0]);
  ql__set_text(s, &s->model, v[1]);
  ql_scan blocks = ql_scan_open(v[3]);
  ql_str none, block;
  for (uint64_t key = 0; ql_scan_next(&blocks, &none, &block); key++) {
    begin_block(s, key, block);
    end_block(s, ql__stream_part(s, key));
  }
  take_usage(s, v[2]);
  take_end(s, message);
}

void ql__messages_event(ql_stream *s, ql_str json) {
  static const ql_str names[] = {QL_STR_INIT("type"),  QL_STR_INIT("index"), QL_STR_INIT("delta"),  QL_STR_INIT("content_block"),
                                 QL_STR_INIT("usage"), QL_STR_INIT("error"), QL_STR_INIT("message")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(json, names, QL_COUNT(names), v);
  uint64_t key = (uint64_t)ql_scan_int(v[1], 0);
  ql_str type = v[0];
  if (ql_eq(type, QL_STR("\"content_block_delta\""))) {
    take_delta(s, key, v[2]);
  } else if (ql_eq(type, QL_STR("\"content_block_start\""))) {
    begin_block(s, key, v[3]);
  } else if (ql_eq(type, QL_STR("\"content_block_stop\""))) {
    end_block(s, ql__stream_part(s, key));
  } else if (ql_eq(type, QL_STR("\"message_start\""))) {
    take_message(s, v[6]);
  } else if (ql_eq(type, QL_STR("\"message_delta\""))) {
    take_usage(s, v[4]);
    take_end(s, v[2]);
  } else if (ql_eq(type, QL_STR("\"message_stop\""))) {
    if (s->end == QL_END_NONE) s->end = ql__has(s, QL_PART_CALL) ? QL_END_CALLS : QL_END_STOP;
    s->over = true;
  } else if (ql_eq(type, QL_STR("\"message\""))) {
    take_message(s, json);
    s->over = true;
  } else if (v[5].ptr) {
    ql__error(s, v[5]);
  }
}
