/* The share container: what is opened is what was shared, and nothing else is ever opened. */
#include <questline/limits.h>
#include <questline/link.h>
#include <questline/quest.h>

#include "base/text.h"
#include "support.h"

static const uint8_t ENTROPY[QL_ENTROPY_BYTES] = {9};

static void play(ql_quest *quest, const char *command) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *value;
  ql_decision decision;
  assert_int_equal(ql_canon_read(a, str(command), &value, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, value, 1763712000000, ENTROPY, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  ql_arena_free(a);
}

static ql_quest *small_quest(void) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  play(
      quest,
      "{\"agents\":[\"@lead\",\"@api\"],\"by\":\"@owner\",\"mission\":\"Add sign-in \xF0\x9F\x9A\xA8 \\\"now\\\"\",\"tasks\":[{\"accept\":[\"a\",\"b\"],"
      "\"id\":\"T1\",\"outputs\":[\"=not a marker\",\"~nor this\"],\"title\":\"\",\"to\":\"@api\"}],\"type\":\"create\"}");
  play(quest, "{\"by\":\"@owner\",\"type\":\"approve\"}");
  play(quest, "{\"by\":\"@lead\",\"msg\":\"Line one\\nline two\\t\\u0001\",\"task\":\"T1\",\"to\":[\"@api\"],\"type\":\"message\"}");
  return quest;
}

static ql_str made(ql_arena *a, ql_str log) {
  ql_str link;
  assert_int_equal(ql_link_make(a, log, &link, NULL), QL_OK);
  return link;
}

static void assert_opens_as(ql_arena *a, ql_str link, ql_str log) {
  ql_str opened;
  assert_int_equal(ql_link_open(a, link, &opened, NULL), QL_OK);
  assert_int_equal(opened.len, log.len);
  assert_memory_equal(opened.ptr, log.ptr, log.len);
}

static void opens_in_every_spelling(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = small_quest();
  ql_str link = made(a, ql_quest_log(quest));
  const char *const BEFORE[] = {"", "#", "https://quests.example/app/#", "  #", "http://localhost:8787/app/index.html?x=1#"};
  for (size_t i = 0; i < QL_COUNT(BEFORE); i++)
    assert_opens_as(a, ql_arena_concat(a, (const ql_str[]){str(BEFORE[i]), link, str("\n")}, 3), ql_quest_log(quest));
  ql_quest_free(quest);
  ql_arena_free(a);
}

/* A link holds no hash that can be computed again: neither the heads of the lines nor the commitments. */
static void carries_no_hashes_but_one_head(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = small_quest();
  /* 3 lines with 3 heads and 8 commitments are 473 characters of hashes; the link is far shorter than log minus hashes would be otherwise. */
  ql_str link = made(a, ql_quest_log(quest));
  assert_true(link.len * 3 < ql_quest_log(quest).len * 2);
  ql_quest_free(quest);
  ql_arena_free(a);
}

/* Every other character in every place: the link is refused, never opened as something else, never a crash. */
static void every_changed_character_is_refused(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = small_quest();
  ql_str link = made(a, ql_quest_log(quest));
  char *copy = malloc(link.len);
  for (size_t i = 2; i < link.len; i++)
    for (const char *c = i + 2 < link.len ? "A_-z9" : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; *c; c++) {
      memcpy(copy, link.ptr, link.len);
      if (copy[i] == *c) continue;
      copy[i] = *c;
      ql_arena *inner = ql_arena_new(ql_alloc_libc());
      ql_str log;
      assert_int_not_equal(ql_link_open(inner, (ql_str){copy, link.len}, &log, NULL), QL_OK);
      ql_arena_free(inner);
    }
  for (size_t len = 0; len < link.len; len++) {
    ql_str log;
    assert_int_not_equal(ql_link_open(a, ql_slice(link, 0, len), &log, NULL), QL_OK);
  }
  free(copy);
  ql_quest_free(quest);
  ql_arena_free(a);
}

/* A quest that does not fit says how long its link would be. */
static void too_large_says_its_size(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = small_quest();
  char command[2200];
  unsigned noise = 1;
  ql_str link;
  ql_error err = {0};
  ql_status status = QL_OK;
  for (size_t round = 0; round < 40 && status == QL_OK; round++) {
    int len = snprintf(command, sizeof command, "{\"by\":\"@lead\",\"msg\":\"");
    for (size_t i = 0; i < 1024; i++) {
      noise = noise * 1103515245u + 12345u;
      len += snprintf(command + len, sizeof command - (size_t)len, "%c", 'a' + (char)((noise >> 16) % 26));
    }
    snprintf(command + len, sizeof command - (size_t)len, "\",\"to\":[\"@api\"],\"type\":\"message\"}");
    play(quest, command);
    status = ql_link_make(a, ql_quest_log(quest), &link, &err);
    if (status == QL_OK) assert_true(link.len + 1 <= QL_LINK_CHARS_MAX);
  }
  assert_int_equal(status, QL_ERR_LIMIT);
  assert_true(err.offset > QL_LINK_CHARS_MAX);
  ql_quest_free(quest);
  ql_arena_free(a);
}

static void a_newer_version_says_so(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = small_quest();
  ql_str link = made(a, ql_quest_log(quest)), log;
  char *copy = malloc(link.len);
  memcpy(copy, link.ptr, link.len);
  copy[2] = 'A';
  copy[3] = 'g' + (char)(copy[3] - 'Q'); /* the first byte from 1 to 2 */
  ql_error err;
  assert_int_equal(ql_link_open(a, (ql_str){copy, link.len}, &log, &err), QL_ERR_VERSION);
  free(copy);
  ql_quest_free(quest);
  ql_arena_free(a);
}

static ql_status there_and_back(ql_arena *a, const void *ctx) {
  const ql_str *log = ctx;
  ql_str link, opened;
  ql_status status = ql_link_make(a, *log, &link, NULL);
  return status == QL_OK ? ql_link_open(a, link, &opened, NULL) : status;
}

static void memory_may_run_out_anywhere(void **state) {
  (void)state;
  ql_quest *quest = small_quest();
  ql_str log = ql_quest_log(quest);
  try_every_allocation(there_and_back, &log);
  ql_quest_free(quest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opens_in_every_spelling),
      cmocka_unit_test(carries_no_hashes_but_one_head),
      cmocka_unit_test(every_changed_character_is_refused),
      cmocka_unit_test(too_large_says_its_size),
      cmocka_unit_test(a_newer_version_says_so),
      cmocka_unit_test(memory_may_run_out_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
