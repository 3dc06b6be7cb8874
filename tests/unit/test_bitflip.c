/* Every single bit of every byte of a finished quest's log is flipped, one at a time: each must be found, in its line. Each flip is put to
   the check of its line, which is what verification is made of, behind the lines before it; and to verification as a whole, which costs the
   length of the log each time: all bits of a small log, one bit of each byte of a long one. */
#include <questline/driver.h>

#include <dirent.h>

#include "base/text.h"
#include "support.h"

#define NOW INT64_C(1763712000000)

static const struct {
  const char *path, *text;
} TEAM[] = {
    {"orchestrator.md",
     "---\nname: orchestrator\ndescription: Coordinates the web team and plans its work\n---\n\n# Orchestrator\n\n## Team\n\n"
     "- **api-builder**: HTTP endpoints, authentication and sessions\n- **schema-keeper**: Database schema and migrations\n"},
    {"api-builder.md", "---\nname: api-builder\ndescription: Builds HTTP endpoints with authentication\n---\n\nYou write endpoints.\n"},
};

/* A counter in place of chance: the same log each time. */
static ql_str next_random(ql_arena *a, uint8_t *counter) {
  uint8_t bytes[QL_ENTROPY_BYTES] = {++*counter};
  char *text = ql_arena_get(a, 64);
  return (ql_str){text, ql_base64url_write(text, bytes, sizeof bytes)};
}

/* What a host does, with the log in memory. */
static void play_to_end(ql_driver *driver) {
  uint8_t counter = 0;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (;;) {
    ql_value *effect, *result;
    ql_error err = {0};
    ql_arena_reset(a);
    assert_int_equal(ql_driver_next(driver, a, NOW, &effect, &err), QL_OK);
    ql_str kind = ql_get_str(effect, QL_STR("kind"));
    if (ql_eq(kind, QL_STR("done"))) break;
    result = ql_object(a);
    QL_SET(result, "id", ql_int(a, ql_get_int(effect, QL_STR("id"), 0)));
    if (ql_eq(kind, QL_STR("random")))
      QL_SET(result, "bytes", ql_string(a, next_random(a, &counter)));
    else
      QL_SET(result, "outcome", ql_string(a, QL_STR("ok")));
    assert_int_equal(ql_driver_result(driver, NOW, result, &err), QL_OK);
  }
  ql_arena_free(a);
}

/* The log of a rehearsed quest; the caller frees it. */
static char *log_of(ql_roster *roster, ql_str leader, ql_str objective, size_t *len) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_value *request = ql_object(a);
  ql_driver *driver;
  ql_error err = {0};
  QL_SET(request, "agent", ql_string(a, leader));
  QL_SET(request, "mode", ql_string(a, QL_STR("quest")));
  QL_SET(request, "text", ql_string(a, objective));
  assert_int_equal(ql_driver_new(ql_alloc_libc(), quest, roster, request, &driver, &err), QL_OK);
  play_to_end(driver);
  ql_str log = ql_quest_log(quest);
  char *copy = malloc(log.len);
  assert_non_null(copy);
  memcpy(copy, log.ptr, log.len);
  *len = log.len;
  ql_driver_free(driver);
  ql_quest_free(quest);
  ql_arena_free(a);
  return copy;
}

static const ql_value *verify(ql_arena *a, const char *log, size_t len) {
  ql_value *verdict;
  ql_error err = {0};
  ql_arena_reset(a);
  assert_int_equal(ql_verify(a, (ql_str){log, len}, QL_ABSENT, &verdict, &err), QL_OK);
  return verdict;
}

static void check_in_full(ql_arena *a, const char *log, size_t len, size_t at, unsigned bit, int64_t line) {
  const ql_value *verdict = verify(a, log, len), *problem = QL_GET(verdict, "problem");
  bool found = ql_eq(ql_get_str(verdict, QL_STR("intact")), QL_STR("no")) && ql_get_int(problem, QL_STR("line"), 0) == line &&
               ql_get_str(problem, QL_STR("cause")).len > 0 && ql_get_int(verdict, QL_STR("events"), -1) == line - 1;
  if (found) return;
  ql_str text = ql_value_text(a, verdict);
  fail_msg("bit %u of byte %zu, in line %d: %.*s", bit, at, (int)line, (int)text.len, text.ptr);
}

/* The quest holds the lines before. The next line comes along: without its line end a line runs into it. */
static void check_line(ql_quest *before, ql_str flipped, size_t at, unsigned bit) {
  ql_error err = {0};
  int64_t count = ql_quest_count(before);
  ql_status status = ql_quest_append_log(before, flipped, &err);
  bool found = status == QL_ERR_SYNTAX || status == QL_ERR_UTF8 || status == QL_ERR_INTEGRITY || status == QL_ERR_VERSION;
  if (found && err.line == count + 1 && err.message && *err.message && ql_quest_count(before) == count) return;
  fail_msg("bit %u of byte %zu, in line %d: %s", bit, at, (int)count + 1, ql_status_name(status));
}

static size_t line_end(const char *log, size_t len, size_t from) {
  size_t end = ql_find_byte((ql_str){log, len}, '\n', from);
  return end == SIZE_MAX ? len : end + 1;
}

static void flip_all(char *log, size_t len, bool in_full) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_quest *before = ql_quest_new(ql_alloc_libc());
  const ql_value *whole = verify(a, log, len);
  assert_true(ql_eq(ql_get_str(whole, QL_STR("intact")), QL_STR("yes")));
  assert_true(ql_eq(ql_get_str(whole, QL_STR("legal")), QL_STR("yes")));
  assert_true(ql_eq(ql_get_str(whole, QL_STR("complete")), QL_STR("terminal")));
  for (size_t start = 0, end; start < len; start = end) {
    end = line_end(log, len, start);
    ql_str two_lines = {log + start, line_end(log, len, end) - start};
    for (size_t at = start; at < end; at++) {
      char byte = log[at];
      for (unsigned bit = 0; bit < 8; bit++) {
        log[at] = (char)((unsigned char)byte ^ (1u << bit));
        check_line(before, two_lines, at, bit);
        if (in_full || bit == at % 8) check_in_full(a, log, len, at, bit, ql_quest_count(before) + 1);
      }
      log[at] = byte;
    }
    assert_int_equal(ql_quest_append_log(before, (ql_str){log + start, end - start}, NULL), QL_OK);
  }
  print_message("| %zu bits of %d lines, each found\n", len * 8, (int)ql_quest_count(before));
  ql_quest_free(before);
  ql_arena_free(a);
}

static void add(ql_roster *roster, const char *path, ql_str text) {
  ql_error err = {0};
  assert_int_equal(ql_roster_add(roster, str(path), text, &err), QL_OK);
}

static void flip_all_of(ql_roster *roster, const char *leader, const char *objective, bool in_full) {
  size_t len;
  ql_error err = {0};
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  char *log = log_of(roster, str(leader), str(objective), &len);
  flip_all(log, len, in_full);
  free(log);
  ql_roster_free(roster);
}

static void small_team(void **state) {
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(TEAM); i++) add(roster, TEAM[i].path, str(TEAM[i].text));
  flip_all_of(roster, "@orchestrator", "Fix a typo", true);
}

static void five_seeds(void **state) {
  (void)state;
  struct dirent **entries;
  int count = scandir(QL_SHARED_DIR "/seeds", &entries, NULL, alphasort);
  if (count < 0) skip();
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (int i = 0; i < count; i++) {
    char path[4096];
    size_t len;
    snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entries[i]->d_name);
    char *text = entries[i]->d_name[0] == '.' ? NULL : read_file(path, &len);
    if (text) add(roster, entries[i]->d_name, (ql_str){text, len});
    free(text);
    free(entries[i]);
  }
  free(entries);
  flip_all_of(roster, "@backend-coordinator", "Add user authentication with OAuth2 and JWT", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(small_team), cmocka_unit_test(five_seeds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
