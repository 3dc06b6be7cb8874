/* Gemini: each piece is a whole answer in small, with whole calls. */
#include "llm/decode.h"

static const ql_end_word ends[] = {
    {QL_STR_INIT("STOP"), QL_END_STOP},
    {QL_STR_INIT("MAX_TOKENS"), QL_END_LENGTH},
    {QL_STR_INIT("CONTINUATION"), QL_END_PAUSED},
    {QL_STR_INIT("SAFETY"), QL_END_FILTERED},
    {QL_STR_INIT("RECITATION"), QL_END_FILTERED},
    {QL_STR_INIT("BLOCKLIST"), QL_END_FILTERED},
    {QL_STR_INIT("PROHIBITED_CONTENT"), QL_END_FILTERED},
    {QL_STR_INIT("SPII"), QL_END_FILTERED},
    {QL_STR_INIT("IMAGE_SAFETY"), QL_END_FILTERED},
    {QL_STR_INIT("IMAGE_PROHIBITED_CONTENT"), QL_END_FILTERED},
    {QL_STR_INIT("IMAGE_RECITATION"), QL_END_FILTERED},
    {QL_STR_INIT("LANGUAGE"), QL_END_FAILED},
    {QL_STR_INIT("OTHER"), QL_END_FAILED},
    {QL_STR_INIT("MALFORMED_FUNCTION_CALL"), QL_END_FAILED},
    {QL_STR_INIT("UNEXPECTED_TOOL_CALL"), QL_END_FAILED},
    {QL_STR_INIT("TOO_MANY_TOOL_CALLS"), QL_END_FAILED},
    {QL_STR_INIT("MALFORMED_RESPONSE"), QL_END_FAILED},
    {QL_STR_INIT("NO_IMAGE"), QL_END_FAILED},
    {QL_STR_INIT("IMAGE_OTHER"), QL_END_FAILED},
};

/* A part of the answer goes on while pieces of its kind come and none of them is signed: signed ones go back as they are. */
enum { LOOSE, SIGNED };

static void take_usage(ql_stream *s, ql_str usage) {
  static const ql_str names[] = {QL_STR_INIT("promptTokenCount"), QL_STR_INIT("toolUsePromptTokenCount"),
                                 QL_STR_INIT("candidatesTokenCount"), QL_STR_INIT("thoughtsTokenCount"),
                                 QL_STR_INIT("cachedContentTokenCount")};
  ql_str v[QL_COUNT(names)];
  if (!ql_scan_is_object(usage)) return;
  ql_scan_members(usage, names, QL_COUNT(names), v);
  for (size_t i = 0; i < QL_COUNT(s->counts); i++) ql__count(&s->counts[i], v[i]);
  for (size_t i = 0; i < 4; i += 2) {
    int64_t *sum = i == 0 ? &s->tokens.input : &s->tokens.output, x = s->counts[i], y = s->counts[i + 1];
    if (x >= 0 || y >= 0) *sum = (x > 0 ? x : 0) + (y > 0 ? y : 0);
  }
  s->tokens.reasoning = s->counts[3];
  ql__count(&s->tokens.cached, v[4]);
  ql__usage(s);
}

static ql_part *last_part(ql_stream *s) { return s->part_count > 0 ? &s->parts[s->part_count - 1] : NULL; }

static void take_words(ql_stream *s, ql_str text, bool thought, ql_str piece, bool is_signed) {
  ql_part_kind kind = thought ? QL_PART_THINKING : QL_PART_TEXT;
  if (!is_signed && ql_scan_is_empty(text)) return;
  ql_part *last = last_part(s);
  bool goes_on = last && last->kind == kind && last->key == LOOSE && !is_signed;
  ql_part *part = goes_on ? last : ql__part_add(s, kind, is_signed ? SIGNED : LOOSE);
  ql__part_text(s, part, text);
  if (is_signed) ql__part_replay(s, part, piece);
}

static void take_call(ql_stream *s, ql_str call, ql_str piece, bool is_signed) {
  static const ql_str names[] = {QL_STR_INIT("id"), QL_STR_INIT("name"), QL_STR_INIT("args")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(call, names, QL_COUNT(names), v);
  ql_part *part = ql__part_add(s, QL_PART_CALL, SIGNED);
  ql__part_call(s, part, v[0], v[1]);
  ql__part_bytes(s, part, ql_scan_is_object(v[2]) ? v[2] : QL_STR("{}"));
  if (part) part->whole = true;
  if (is_signed) ql__part_replay(s, part, piece);
}

static void take_image(ql_stream *s, ql_str image, ql_str piece, bool is_signed) {
  static const ql_str names[] = {QL_STR_INIT("mimeType"), QL_STR_INIT("data")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(image, names, QL_COUNT(names), v);
  ql_part *part = ql__part_add(s, QL_PART_IMAGE, SIGNED);
  ql__part_text(s, part, v[1]);
  if (part) ql__set_text(s, &part->media, v[0]);
  if (is_signed) ql__part_replay(s, part, piece);
}

static void take_part(ql_stream *s, ql_str piece) {
  static const ql_str names[] = {QL_STR_INIT("text"), QL_STR_INIT("thought"), QL_STR_INIT("thoughtSignature"), QL_STR_INIT("functionCall"),
                                 QL_STR_INIT("inlineData")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(piece, names, QL_COUNT(names), v);
  bool is_signed = ql_scan_is_string(v[2]);
  if (ql_scan_is_object(v[3]))
    take_call(s, v[3], piece, is_signed);
  else if (ql_scan_is_string(v[0]))
    take_words(s, v[0], ql_scan_true(v[1]), piece, is_signed);
  else if (ql_scan_is_object(v[4]))
    take_image(s, v[4], piece, is_signed);
  else if (ql_scan_is_object(piece) && !ql_scan_is_empty(piece)) /* code that was run there, and what else goes back as it came */
    ql__part_replay(s, ql__part_add(s, QL_PART_THINKING, SIGNED), piece);
}

static void take_candidate(ql_stream *s, ql_str candidate) {
  static const ql_str names[] = {QL_STR_INIT("content"), QL_STR_INIT("finishReason"), QL_STR_INIT("finishMessage"), QL_STR_INIT("index")};
  ql_str v[QL_COUNT(names)], none, piece;
  ql_scan_members(candidate, names, QL_COUNT(names), v);
  if (ql_scan_int(v[3], 0) != 0) return; /* one answer was asked for */
  ql_scan scan = ql_scan_open(ql_scan_member(v[0], QL_STR("parts")));
  while (ql_scan_next(&scan, &none, &piece)) take_part(s, piece);
  if (ql_eq(v[1], QL_STR("\"FINISH_REASON_UNSPECIFIED\""))) return;
  ql__ended(s, ends, QL_COUNT(ends), v[1]);
  if (s->end != QL_END_FAILED || s->fault_code.ptr) return;
  ql_str message = ql__text(s, v[2]);
  ql__fail(s, s->reason, message.len > 0 ? message : QL_STR("The model could not finish its answer."), 0);
}

static void take_feedback(ql_stream *s, ql_str feedback) {
  static const ql_str names[] = {QL_STR_INIT("blockReason"), QL_STR_INIT("blockReasonMessage")};
  ql_str v[QL_COUNT(names)];
  ql_scan_members(feedback, names, QL_COUNT(names), v);
  if (!ql_scan_is_string(v[0])) return;
  s->reason = ql__text(s, v[0]);
  s->end = QL_END_FILTERED;
  if (ql_scan_is_string(v[1]) && !ql_scan_is_empty(v[1])) ql__part_text(s, ql__part_add(s, QL_PART_REFUSAL, SIGNED), v[1]);
}

void ql__generate_event(ql_stream *s, ql_str json) {
  static const ql_str names[] = {QL_STR_INIT("candidates"), QL_STR_INIT("usageMetadata"),  QL_STR_INIT("modelVersion"),
                                 QL_STR_INIT("responseId"), QL_STR_INIT("promptFeedback"), QL_STR_INIT("error")};
  ql_str v[QL_COUNT(names)], none, candidate;
  ql_scan_members(json, names, QL_COUNT(names), v);
  if (v[5].ptr) {
    ql__error(s, v[5]);
    return;
  }
  ql__set_text(s, &s->model, v[2]);
  ql__set_text(s, &s->id, v[3]);
  ql_scan scan = ql_scan_open(v[0]);
  take_usage(s, v[1]);
  while (ql_scan_is_array(v[0]) && ql_scan_next(&scan, &none, &candidate)) take_candidate(s, candidate);
  take_feedback(s, v[4]);
}
