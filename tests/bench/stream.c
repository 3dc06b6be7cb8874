/* questline-bench-stream WIRE FILE: what it costs to decode an answer, in pieces of 16 KiB, each thing that is said taken as it comes. The answer
   is JSON for bench-llm.ts: milliseconds of each round. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <questline/stream.h>

#include "base/text.h"

#define ROUNDS     9
#define PIECE      16384u
#define FILE_BYTES (64u * 1024u * 1024u)

static void stop(const char *what) {
  fprintf(stderr, "questline-bench-stream: %s\n", what);
  exit(1);
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void read_answer(ql_wire wire, ql_str bytes) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_stream *stream;
  ql_value *value;
  ql_status status = a ? ql_stream_new(ql_alloc_libc(), wire, 200, QL_STR("text/event-stream"), &stream, NULL) : QL_ERR_NOMEM;
  if (status != QL_OK) stop("out of memory");
  for (size_t at = 0; at < bytes.len && status == QL_OK; at += PIECE) {
    ql_arena_reset(a);
    status = ql_stream_feed(stream, ql_slice(bytes, at, at + PIECE), NULL);
    do {
      if (status == QL_OK) status = ql_stream_next(stream, a, &value, NULL);
    } while (status == QL_OK && value);
  }
  if (status == QL_OK) status = ql_stream_finish(stream, QL_STREAM_COMPLETE, a, &value, NULL);
  if (status != QL_OK || !ql_eq(ql_get_str(value, QL_STR("end")), QL_STR("stop"))) stop("the answer was not read to its end");
  ql_stream_free(stream);
  ql_arena_free(a);
}

int main(int argc, char **argv) {
  static const char *const wires[QL_WIRE_COUNT] = {"messages", "responses", "chat", "generate"};
  size_t wire = 0;
  while (argc == 3 && wire < QL_WIRE_COUNT && strcmp(wires[wire], argv[1]) != 0) wire++;
  FILE *file = argc == 3 && wire < QL_WIRE_COUNT ? fopen(argv[2], "rb") : NULL;
  char *bytes = malloc(FILE_BYTES);
  if (!file || !bytes) stop("usage: questline-bench-stream WIRE FILE");
  size_t len = fread(bytes, 1, FILE_BYTES, file);
  fclose(file);
  printf("[");
  for (int round = -2; round < ROUNDS; round++) {
    double started = now_ms();
    read_answer((ql_wire)wire, (ql_str){bytes, len});
    if (round >= 0) printf("%s%.3f", round > 0 ? "," : "", now_ms() - started);
  }
  printf("]\n");
  free(bytes);
  return 0;
}
