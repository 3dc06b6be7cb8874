#include "story.h"

#include <stdio.h>
#include <string.h>

#include "../unit/support.h"

#define NOW INT64_C(1763712000000)

/* A round of the leader and two workers, with the owner in between. 'T' stands for a text, a long one each seventh time: longer than a block
   of a disk, so that a crash can tear it. */
static const char *const ROUND[] = {
    "{\"by\":\"@lead\",\"group\":1,\"msg\":\"T\",\"to\":[\"@api\"],\"type\":\"message\"}",
    "{\"by\":\"@lead\",\"group\":1,\"msg\":\"T\",\"to\":[\"@db\"],\"type\":\"message\"}",
    "{\"by\":\"@lead\",\"msg\":\"T\",\"type\":\"respond\"}",
    "{\"by\":\"@api\",\"msg\":\"T\",\"to\":[\"@lead\"],\"type\":\"message\"}",
    "{\"agent\":\"@api\",\"by\":\"@owner\",\"input\":100,\"micro\":7,\"output\":9,\"type\":\"usage\"}",
    "{\"by\":\"@api\",\"msg\":\"T\",\"type\":\"respond\"}",
    "{\"by\":\"@owner\",\"reason\":\"T\",\"type\":\"pause\"}",
    "{\"by\":\"@owner\",\"type\":\"resume\"}",
    "{\"by\":\"@owner\",\"type\":\"tick\"}",
    "{\"by\":\"@db\",\"msg\":\"T\",\"type\":\"respond\"}",
};
static const char CREATE[] =
    "{\"agents\":[\"@lead\",\"@api\",\"@db\"],\"by\":\"@owner\",\"mission\":\"T\",\"policy\":\"parallel\",\"type\":\"create\"}";

static void write_text(int64_t n, char *out, size_t cap) {
  size_t len = (size_t)snprintf(out, cap, "text %lld", (long long)n);
  for (size_t want = n % 7 == 3 ? 1500 : len; len < want; len++) out[len] = (char)('a' + (int64_t)len % 26);
  out[len] = 0;
}

ql_str story_line(const ql_quest *quest, ql_arena *a) {
  int64_t n = ql_quest_count(quest);
  const uint8_t entropy[QL_ENTROPY_BYTES] = {(uint8_t)n, (uint8_t)(n >> 8), 5};
  const char *pattern = n == 0 ? CREATE : ROUND[(size_t)(n - 1) % QL_COUNT(ROUND)], *hole = strstr(pattern, "\"T\"");
  char text[2000], json[3000];
  ql_value *command;
  ql_decision decision;
  ql_error err = {0};
  write_text(n, text, sizeof text);
  if (hole)
    snprintf(json, sizeof json, "%.*s\"%s\"%s", (int)(hole - pattern), pattern, text, hole + 3);
  else
    snprintf(json, sizeof json, "%s", pattern);
  assert_int_equal(ql_json_read(a, str(json), &command, &err), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, command, NOW + n * 1000, entropy, &decision, &err), QL_OK);
  assert_null(decision.refusal);
  return decision.line;
}

ql_quest *story_told(void) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  while (ql_quest_count(quest) < STORY_EVENTS) {
    ql_arena_reset(a);
    assert_int_equal(ql_quest_append(quest, story_line(quest, a), NULL), QL_OK);
  }
  ql_arena_free(a);
  return quest;
}
