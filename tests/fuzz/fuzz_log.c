// Bytes as a log, once as they are and once with every hash put right, so that what an event says is reached: verify never fails on it and
// never calls a log legal that cannot be appended line by line, nor the other way round.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "quest/quest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

static bool says(const ql_value *verdict, const char *member, const char *word) {
  return ql_eq(ql_get_str(verdict, (ql_str){member, strlen(member)}), (ql_str){word, strlen(word)});
}

/* Line by line, each on its own. @return the status of the first that is not taken; bytes behind the last LF are QL_ERR_SYNTAX. */
static ql_status append_each(ql_quest *quest, ql_str log) {
  while (log.len > 0) {
    size_t end = ql_find_byte(log, '\n', 0);
    if (end == SIZE_MAX) return QL_ERR_SYNTAX;
    int64_t count = ql_quest_count(quest);
    ql_status status = ql_quest_append(quest, ql_slice(log, 0, end), NULL);
    check(ql_quest_count(quest) == count + (status == QL_OK));
    if (status != QL_OK) return status;
    log = ql_slice(log, end + 1, log.len);
  }
  return QL_OK;
}

static void check_log(ql_arena *a, ql_str log) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_value *verdict, *view;
  char hash[QL_HASH_CHARS], head[QL_HASH_CHARS];
  check(ql_verify(a, log, QL_ABSENT, &verdict, NULL) == QL_OK);
  ql_status status = append_each(quest, log);
  int64_t count = ql_quest_count(quest);
  bool good = status == QL_OK && count > 0;
  check(says(verdict, "legal", "yes") == good);
  check(says(verdict, "legal", "no") == (status == QL_ERR_STATE));
  check(!good || says(verdict, "intact", "yes"));
  check(ql_get_int(verdict, QL_STR("events"), -1) >= count);
  check((QL_GET(verdict, "problem") == NULL) == (good || (status == QL_ERR_VERSION && says(verdict, "intact", "yes"))));
  check(ql_quest_state_hash(quest, hash, NULL) == QL_OK);
  check(ql_eq(ql_get_str(verdict, QL_STR("state_hash")), (ql_str){hash, QL_HASH_CHARS}));
  ql_quest_head(quest, head);
  if (good) check(ql_eq(ql_get_str(verdict, QL_STR("head")), (ql_str){head, QL_HASH_CHARS}));
  if (count > 0) {
    check(ql_quest_view(quest, a) != NULL);
    check(ql_quest_view_at(quest, a, count / 2, &view, NULL) == QL_OK);
    for (size_t i = 0; i < quest->state.seat_count; i++)
      check(quest->state.seats[i].removed || ql_quest_monitor(quest, a, quest->state.seats[i].id) != NULL);
  }
  ql_quest_free(quest);
}

/* The same lines in a chain that is right, as far as they can be read. */
static ql_str chained(ql_arena *a, ql_str log) {
  uint8_t head[QL_HASH_BYTES] = {0};
  ql_str out = QL_STR("");
  while (log.len > 0) {
    size_t end = ql_find_byte(log, '\n', 0);
    ql_value *line;
    if (end == SIZE_MAX || ql_canon_read(a, ql_slice(log, 0, end), &line, NULL) != QL_OK) break;
    const ql_value *e = QL_GET(line, "e");
    if (!e) break;
    ql_buf bytes = ql_buf_new(ql_alloc_libc());
    ql_value_write(&bytes, e);
    uint8_t hash[QL_HASH_BYTES];
    ql__chain(head, ql_buf_str(&bytes), hash);
    ql_str whole = ql__line_compose(a, ql_buf_str(&bytes), hash, QL_GET(line, "s"), QL_GET(line, "x"));
    ql_buf_free(&bytes);
    memcpy(head, hash, sizeof head);
    out = ql_arena_concat(a, (const ql_str[]){out, whole}, 2);
    log = ql_slice(log, end + 1, log.len);
  }
  return ql_arena_concat(a, (const ql_str[]){out, log}, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = {(const char *)data, size};
  check_log(a, log);
  check_log(a, chained(a, log));
  ql_arena_free(a);
  return 0;
}
