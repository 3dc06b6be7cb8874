// Bytes as a model's answer. The first byte chooses wire, status and content type, the second where the bytes are split: split = whole, what was
// said on the way is what the answer holds, and a call of half its arguments is none.

#include <questline/stream.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "format/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

typedef struct kind_of_answer {
  ql_wire wire;
  int status;
  ql_str type;
  ql_stream_end end;
} kind_of_answer;

static kind_of_answer kind_of(uint8_t first) {
  static const ql_str types[] = {QL_STR_INIT("text/event-stream"), QL_STR_INIT("application/x-ndjson"), QL_STR_INIT("application/json"),
                                 QL_STR_INIT("")};
  return (kind_of_answer){(ql_wire)(first % 4), first & 0x40 ? 429 : 200, types[(first >> 2) % 4], (ql_stream_end)((first >> 4) % 3)};
}

/* The answer as canonical JSON; the words of all parts, as they were said, in *said. */
static ql_str read_answer(ql_arena *a, const kind_of_answer *kind, ql_str bytes, size_t first, size_t step, ql_buf *said,
                          ql_value **reply) {
  ql_stream *stream;
  ql_value *delta;
  bool ended = false;
  check(ql_stream_new(ql_alloc_libc(), kind->wire, kind->status, kind->type, &stream, NULL) == QL_OK);
  for (size_t at = 0, next = first; at < bytes.len; at = next, next = at + step) {
    check(ql_stream_feed(stream, ql_slice(bytes, at, next), NULL) == QL_OK);
    if (next % 2) continue;
    while (ql_stream_next(stream, a, &delta, NULL) == QL_OK && delta) {
      ql_buf_add(said, ql_get_str(delta, QL_STR("text")));
      check(!ended);
      ended |= ql_eq(ql_get_str(delta, QL_STR("kind")), QL_STR("end"));
    }
  }
  check(ql_stream_finish(stream, kind->end, a, reply, NULL) == QL_OK);
  while (ql_stream_next(stream, a, &delta, NULL) == QL_OK && delta) {
    check(!ended);
    ql_buf_add(said, ql_get_str(delta, QL_STR("text")));
    ended |= ql_eq(ql_get_str(delta, QL_STR("kind")), QL_STR("end"));
  }
  check(ended && ql_stream_over(stream));
  ql_stream_free(stream);
  return ql_value_text(a, *reply);
}

static void check_reply(ql_arena *a, ql_str text, const ql_value *reply) {
  ql_value *again;
  check(ql_canon_read(a, text, &again, NULL) == QL_OK);
  ql_str end = ql_get_str(reply, QL_STR("end"));
  bool regular = ql_eq(end, QL_STR("calls")) || ql_eq(end, QL_STR("stop")) || ql_eq(end, QL_STR("paused"));
  bool failed = ql_eq(end, QL_STR("failed")) || ql_eq(end, QL_STR("cut"));
  check(end.len > 0 && failed == (QL_GET(reply, "fault") != NULL));
  for (const ql_value *part = QL_GET(reply, "parts")->first; part; part = part->next) {
    ql_str replay = ql_get_str(part, QL_STR("replay"));
    check(!replay.ptr || (ql_scan_whole(replay) && ql_scan_is_object(replay)));
    if (ql_eq(ql_get_str(part, QL_STR("kind")), QL_STR("call"))) {
      check(ql_get_str(part, QL_STR("id")).len > 0);
      check(regular || ql_scan_whole(ql_get_str(part, QL_STR("arguments"))));
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  kind_of_answer kind = kind_of(data[0]);
  ql_str bytes = {(const char *)data + 2, size - 2};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_buf said = ql_buf_new(ql_alloc_libc()), again = ql_buf_new(ql_alloc_libc());
  ql_value *reply, *other;
  ql_str whole = read_answer(a, &kind, bytes, bytes.len, 1, &said, &reply);
  check_reply(a, whole, reply);
  size_t first = bytes.len * data[1] / 256 + 1, step = data[1] % 7 + 1;
  check(ql_eq(read_answer(a, &kind, bytes, first, bytes.len + 1, &again, &other), whole));
  check(again.len == said.len);
  again.len = 0;
  check(ql_eq(read_answer(a, &kind, bytes, step, step, &again, &other), whole));
  check(again.len == said.len);
  ql_buf_free(&said);
  ql_buf_free(&again);
  ql_arena_free(a);
  return 0;
}
