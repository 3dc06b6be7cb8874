/* OpenAI Responses. */
#include "llm/decode.h"

static const ql_end_word incomplete[] = {
    {QL_STR_INIT("max_output_tokens"), QL_END_LENGTH},
    {QL_STR_INIT("max_messages"), QL_END_LENGTH},
    {QL_STR_INIT("content_filter"), QL_END_FILTERED},
    {QL_STR_INIT("steered"), QL_END_PAUSED},
};
static const ql_end_word statuses[] = {
    {QL_STR_INIT("completed"), QL_END_STOP},
    {QL_STR_INIT("cancelled"), QL_END_CANCELLED},
    {QL_STR_INIT("incomplete"), QL_END_LENGTH},
};

#define CARRIED_MAX (1024u * 1024u)  /* bytes of a message times its contents but one */
#define ITEM_KEY    UINT64_C(0xFFFF) /* of an item that is one part; contents of a message have their own number there */

/* Out of range, a number means the first: no provider has so many. */
static uint64_t small(int64_t n, uint64_t below) { return n >= 0 && (uint64_t)n < below ? (uint64_t)n : 0; }

static uint64_t item_key(int64_t item) { return small(item, UINT64_C(1) << 32) << 16 | ITEM_KEY; }
static uint64_t content_key(int64_t item, int64_t content) { return small(item, UINT64_C(1) << 32) << 16 | small(content, ITEM_KEY); }

static void take_usage(ql_stream *s, ql_str usage) {
  static const ql_str names[] = {QL_STR_INIT("input_tokens"), QL_STR_INIT("output_tokens"), QL_STR_INIT("input_tokens_details"),
                                 QL_STR_INIT("output_tokens_details")};
  ql_str v[QL_COUNT(names)];
  if (!ql_scan_is_object(usage)) return;
  ql_scan_members(usage, names, QL_COUNT(names), v);
  ql__count(&s->tokens.input, v[0]);
  ql__count(&s->tokens.output, v[1]);
  ql__count(&s->tokens.cached, ql_scan_member(v[2], QL_STR("cached_tokens")));
  ql__count(&s->tokens.written, ql_scan_member(v[2], QL_STR("cache_write_tokens")));
  ql__count(&s->tokens.reasoning, ql_scan_member(v[3], QL_STR("reasoning_tokens")));
  ql__usage(s);
}

/* Paragraphs of reasoning come numbered, one after the other. */
static void reason(ql_stream *s, int64_t index, int64_t paragraph, ql_str text) {
  ql_part *part = ql__part_need(s, QL_PART_THINKING, item_key(index));
  if (!part) return;
  uint32_t group = (uint32_t)small(paragraph, UINT32_MAX);
  if (part->text.len > 0 && group != part->group) ql__part_bytes(s, part, QL_STR("\n\n"));
  part->group = group;
  ql__part_text(s, part, text);
}

static void reason_whole(ql_stream *s, int64_t index, ql_str list) {
  ql_scan scan = ql_scan_open(list);
  ql_str none, item;
  for (int64_t paragraph = 0; ql_scan_next(&scan, &none, &item); paragraph++)
    reason(s, index, paragraph, ql_scan_member(item, QL_STR("text")));
}

static bool is_whole(ql_str item) {
  ql_str status = ql_scan_member(item, QL_STR("status"));
  return !ql_eq(status, QL_STR("\"incomplete\"")) && !ql_eq(status, QL_STR("\"in_progress\""));
}

/* Whether each of the contents may carry the item. Too many for that are written anew when they go back. */
static bool is_carried(ql_str item, ql_scan contents) {
  ql_str none, content;
  size_t bytes = 0;
  for (size_t count = 0; ql_scan_next(&contents, &none, &content); bytes = ++count * item.len)
    if (bytes > CARRIED_MAX) return false;
  return is_whole(item);
}

/* The contents of a message at its end; what came before is not said again. Each of them carries the item, which goes back once. */
static void take_contents(ql_stream *s, int64_t index, ql_str item, ql_str list) {
  static const ql_str names[] = {QL_STR_INIT("type"), QL_STR_INIT("text"), QL_STR_INIT("refusal")};
  ql_scan scan = ql_scan_open(list);
  ql_str none, content, v[QL_COUNT(names)];
  bool carried = is_carried(item, scan);
  for (int64_t number = 0; ql_scan_next(&scan, &none, &content); number++) {
    ql_scan_members(content, names, QL_COUNT(names), v);
    bool refusal = ql_eq(v[0], QL_STR("\"refusal\""));
    ql_part *part = ql__part_need(s, refusal ? QL_PART_REFUSAL : QL_PART_TEXT, content_key(index, number));
    ql__part_settle(s, part, refusal ? v[2] : v[1]);
    if (carried) ql__part_replay(s, part, item);
  }
}

static void end_call(ql_stream *s, ql_part *part, ql_str item, ql_str arguments) {
  ql__part_settle(s, part, arguments);
  if (!part || !is_whole(item)) return;
  part->whole = true;
  ql__part_replay(s, part, item);
}

static void end_reasoning(ql_stream *s, int64_t index, ql_part *part, ql_str item) {
  ql_str summary = ql_scan_member(item, QL_STR("summary"));
  if (part && part->text.len == 0) reason_whole(s, index, ql_scan_is_empty(summary) ? ql_scan_member(item, QL_STR("content")) : summary);
  if (is_whole(item)) ql__part_replay(s, part, item);
}

static void take_item(ql_stream *s, int64_t index, ql_str item, bool done) {
  static const ql_str names[] = {QL_STR_INIT("type"),      QL_STR_INIT("call_id"), QL_STR_INIT("name"),
                                 QL_STR_INIT("arguments"), QL_STR_INIT("content"), QL_STR_INIT("result")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(item, names, QL_COUNT(names), v);
  uint64_t key = item_key(index);
  if (ql_eq(v[0], QL_STR("\"message\""))) {
    if (done) take_contents(s, index, item, v[4]);
  } else if (ql_eq(v[0], QL_STR("\"function_call\""))) {
    ql_part *part = ql__part_need(s, QL_PART_CALL, key);
    ql__part_call(s, part, v[1], v[2]);
    if (done) end_call(s, part, item, v[3]);
  } else if (ql_eq(v[0], QL_STR("\"reasoning\""))) {
    ql_part *part = ql__part_need(s, QL_PART_THINKING, key);
    if (done) end_reasoning(s, index, part, item);
  } else if (done && v[5].ptr && ql_eq(v[0], QL_STR("\"image_generation_call\""))) {
    ql_part *part = ql__part_need(s, QL_PART_IMAGE, key);
    ql__part_settle(s, part, v[5]);
    if (part) part->media = QL_STR("image/png");
  } else if (done && v[0].ptr) {
    ql__part_replay(s, ql__part_need(s, QL_PART_THINKING, key), item);
  }
}

static void take_response(ql_stream *s, ql_str response) {
  static const ql_str names[] = {QL_STR_INIT("id"), QL_STR_INIT("model")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(response, names, QL_COUNT(names), v);
  ql__set_text(s, &s->id, v[0]);
  ql__set_text(s, &s->model, v[1]);
}

/* The response as it stands at its end: also what no event has told. */
static void end_response(ql_stream *s, ql_str response) {
  static const ql_str names[] = {QL_STR_INIT("status"), QL_STR_INIT("output"), QL_STR_INIT("usage"), QL_STR_INIT("error"),
                                 QL_STR_INIT("incomplete_details")};
  ql_str v[QL_COUNT(names)], none, item;
  take_response(s, response);
  ql_scan_members(response, names, QL_COUNT(names), v);
  ql_scan scan = ql_scan_open(v[1]);
  for (int64_t index = 0; ql_scan_next(&scan, &none, &item); index++) take_item(s, index, item, true);
  take_usage(s, v[2]);
  ql_str why = ql_scan_member(v[4], QL_STR("reason"));
  if (ql_eq(v[0], QL_STR("\"failed\"")) || ql_scan_is_object(v[3]))
    ql__error(s, v[3]);
  else if (ql_eq(v[0], QL_STR("\"incomplete\"")) && why.ptr)
    ql__ended(s, incomplete, QL_COUNT(incomplete), why);
  else
    ql__ended(s, statuses, QL_COUNT(statuses), v[0]);
  s->over = true;
}

typedef enum event_kind {
  ITEM_ADDED,
  ITEM_DONE,
  TEXT_DELTA,
  TEXT_DONE,
  REFUSAL_DELTA,
  REFUSAL_DONE,
  ARGUMENTS_DELTA,
  ARGUMENTS_DONE,
  SUMMARY_DELTA,
  REASONING_DELTA,
  CREATED,
  ENDED,
  ERROR,
  OTHER_EVENT,
} event_kind;

static event_kind kind_of(ql_str type) {
  static const struct {
    ql_str type;
    event_kind kind;
  } kinds[] = {
      {QL_STR_INIT("\"response.output_text.delta\""), TEXT_DELTA},
      {QL_STR_INIT("\"response.function_call_arguments.delta\""), ARGUMENTS_DELTA},
      {QL_STR_INIT("\"response.reasoning_summary_text.delta\""), SUMMARY_DELTA},
      {QL_STR_INIT("\"response.reasoning_text.delta\""), REASONING_DELTA},
      {QL_STR_INIT("\"response.refusal.delta\""), REFUSAL_DELTA},
      {QL_STR_INIT("\"response.output_text.done\""), TEXT_DONE},
      {QL_STR_INIT("\"response.refusal.done\""), REFUSAL_DONE},
      {QL_STR_INIT("\"response.function_call_arguments.done\""), ARGUMENTS_DONE},
      {QL_STR_INIT("\"response.output_item.added\""), ITEM_ADDED},
      {QL_STR_INIT("\"response.output_item.done\""), ITEM_DONE},
      {QL_STR_INIT("\"response.created\""), CREATED},
      {QL_STR_INIT("\"response.completed\""), ENDED},
      {QL_STR_INIT("\"response.incomplete\""), ENDED},
      {QL_STR_INIT("\"response.failed\""), ENDED},
      {QL_STR_INIT("\"response.cancelled\""), ENDED},
      {QL_STR_INIT("\"error\""), ERROR},
  };
  for (size_t i = 0; i < QL_COUNT(kinds); i++)
    if (ql_eq(kinds[i].type, type)) return kinds[i].kind;
  return OTHER_EVENT;
}

void ql__responses_event(ql_stream *s, ql_str json) {
  static const ql_str names[] = {QL_STR_INIT("type"),          QL_STR_INIT("output_index"), QL_STR_INIT("content_index"),
                                 QL_STR_INIT("summary_index"), QL_STR_INIT("delta"),        QL_STR_INIT("text"),
                                 QL_STR_INIT("refusal"),       QL_STR_INIT("arguments"),    QL_STR_INIT("item"),
                                 QL_STR_INIT("response"),      QL_STR_INIT("error"),        QL_STR_INIT("object")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(json, names, QL_COUNT(names), v);
  int64_t index = ql_scan_int(v[1], 0), content = ql_scan_int(v[2], 0);
  switch (kind_of(v[0])) {
  case TEXT_DELTA: ql__part_text(s, ql__part_need(s, QL_PART_TEXT, content_key(index, content)), v[4]); return;
  case TEXT_DONE: ql__part_settle(s, ql__part_need(s, QL_PART_TEXT, content_key(index, content)), v[5]); return;
  case REFUSAL_DELTA: ql__part_text(s, ql__part_need(s, QL_PART_REFUSAL, content_key(index, content)), v[4]); return;
  case REFUSAL_DONE: ql__part_settle(s, ql__part_need(s, QL_PART_REFUSAL, content_key(index, content)), v[6]); return;
  case ARGUMENTS_DELTA: ql__part_text(s, ql__part_need(s, QL_PART_CALL, item_key(index)), v[4]); return;
  case ARGUMENTS_DONE: ql__part_settle(s, ql__part_need(s, QL_PART_CALL, item_key(index)), v[7]); return;
  case SUMMARY_DELTA: reason(s, index, ql_scan_int(v[3], 0), v[4]); return;
  case REASONING_DELTA: reason(s, index, content, v[4]); return;
  case ITEM_ADDED: take_item(s, index, v[8], false); return;
  case ITEM_DONE: take_item(s, index, v[8], true); return;
  case CREATED: take_response(s, v[9]); return;
  case ENDED: end_response(s, v[9]); return;
  case ERROR: ql__error(s, v[10].ptr ? v[10] : json); return;
  case OTHER_EVENT: break;
  }
  if (ql_eq(v[11], QL_STR("\"response\"")))
    end_response(s, json);
  else if (v[10].ptr)
    ql__error(s, v[10]);
}
