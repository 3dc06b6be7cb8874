/* Reads answers of models and prints what they mean, for the tests that ask others about the same bytes:
     stream-dump WIRE STATUS CONTENT-TYPE FILE...
   One line each: {"deltas":[...],"reply":{...}}. */
#include <stdio.h>
#include <stdlib.h>

#include <questline/stream.h>

#include "base/text.h"
#include "support.h"

static const ql_str wires[QL_WIRE_COUNT] = {QL_STR_INIT("messages"), QL_STR_INIT("responses"), QL_STR_INIT("chat"),
                                            QL_STR_INIT("generate")};

static ql_value *read_answer(ql_arena *a, ql_wire wire, int status, ql_str type, ql_str bytes) {
  ql_stream *stream;
  ql_value *delta, *reply, *out = ql_object(a), *deltas = QL_SET(out, "deltas", ql_array(a));
  if (ql_stream_new(ql_alloc_libc(), wire, status, type, &stream, NULL) != QL_OK) return NULL;
  bool right = ql_stream_feed(stream, bytes, NULL) == QL_OK && ql_stream_finish(stream, QL_STREAM_COMPLETE, a, &reply, NULL) == QL_OK;
  while (right && ql_stream_next(stream, a, &delta, NULL) == QL_OK && delta) ql_push(deltas, delta);
  ql_stream_free(stream);
  if (!right) return NULL;
  QL_SET(out, "reply", reply);
  return out;
}

int main(int argc, char **argv) {
  size_t wire = 0;
  while (argc > 4 && wire < QL_COUNT(wires) && !ql_eq(wires[wire], (ql_str){argv[1], strlen(argv[1])})) wire++;
  if (argc <= 4 || wire == QL_COUNT(wires)) {
    fputs("usage: stream-dump messages|responses|chat|generate STATUS CONTENT-TYPE FILE...\n", stderr);
    return 2;
  }
  for (int i = 4; i < argc; i++) {
    size_t len;
    char *bytes = read_file(argv[i], &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *out =
        bytes && a ? read_answer(a, (ql_wire)wire, atoi(argv[2]), (ql_str){argv[3], strlen(argv[3])}, (ql_str){bytes, len}) : NULL;
    ql_str text = ql_value_text(a, out);
    if (!out || !text.ptr) {
      fprintf(stderr, "stream-dump: %s: cannot be read\n", argv[i]);
      return 1;
    }
    printf("%.*s\n", (int)text.len, text.ptr);
    ql_arena_free(a);
    free(bytes);
  }
  return 0;
}
