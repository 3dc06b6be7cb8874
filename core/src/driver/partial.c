#include "driver/partial.h"

#define EVERY_MS    1000
#define EVERY_BYTES 4096u

ql_str ql__partial_words(const ql__turn *t, ql_arena *a, int64_t now) {
  if (t->step != QL__TURN_OPEN || t->start < 0 || !t->stream) return QL_ABSENT;
  ql_str grown = ql_stream_words(t->stream, t->put, a);
  bool due = grown.len >= EVERY_BYTES || now - t->put_at >= EVERY_MS;
  return grown.ptr && grown.len > 0 && due ? grown : QL_ABSENT;
}
