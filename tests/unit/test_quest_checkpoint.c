/* A checkpoint and the lines behind it give what all lines give: at every event of every log of the vectors. */
#include <questline/checkpoint.h>
#include <questline/report.h>

#include <dirent.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

static ql_str text_of(ql_arena *a, const ql_value *value) {
  assert_non_null(value);
  return ql_value_text(a, value);
}

static ql_quest *folded(ql_str log) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(quest, log, NULL), QL_OK);
  return quest;
}

static size_t line_end(ql_str log, int64_t n) {
  size_t at = 0;
  for (int64_t i = 0; i <= n; i++) at = ql_find_byte(log, '\n', at) + 1;
  return at;
}

static ql_str checkpoint_of(ql_arena *a, const ql_quest *quest) {
  ql_str bytes;
  assert_int_equal(ql_quest_checkpoint(quest, a, &bytes, NULL), QL_OK);
  return bytes;
}

/* Each type of command, by the owner and by each holder: both answer the same to all of them. */
static void assert_decide_alike(const ql_quest *x, const ql_quest *y) {
  static const char *const MORE[] = {
      "'type':'approve'",
      "'type':'pause'",
      "'type':'resume'",
      "'type':'tick'",
      "'type':'abort'",
      "'type':'complete','summary':'s'",
      "'type':'respond','msg':'m'",
      "'type':'message','msg':'m','to':['@api']",
      "'type':'message','msg':'m','task':'T1','to':['@api']",
      "'type':'drop','task':'T1'",
      "'type':'claim','agent':'@api','seat':'model'",
      "'type':'remove','agent':'@api'",
      "'type':'add','agent':'@new'",
      "'type':'escalate','task':'T1'",
      "'type':'usage','agent':'@api','model':'m-1','input':4",
      "'type':'done','outcome':'ok','start':7",
      "'type':'upgrade','to':2",
      "'type':'artifact','bytes':1,'hash':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','media':'a/b','name':'login.ts','task':'T1'",
      "'type':'gate','gate':'g1','as':'waived'",
  };
  static const uint8_t ENTROPY[QL_ENTROPY_BYTES] = {5};
  for (size_t by = 0; by < x->state.seat_count && by < 4; by++)
    for (size_t i = 0; i < QL_COUNT(MORE); i++) {
      ql_arena *a = ql_arena_new(ql_alloc_libc());
      char json[512];
      ql_value *command;
      ql_decision p = {0}, q = {0};
      ql_str id = x->state.seats[by].id;
      snprintf(json, sizeof json, "{'by':'%.*s',%s}", (int)id.len, id.ptr, MORE[i]);
      for (char *c = json; *c; c++)
        if (*c == '\'') *c = '"';
      assert_int_equal(ql_json_read(a, str(json), &command, NULL), QL_OK);
      ql_status one = ql_quest_decide(x, a, command, x->state.at + 5000, ENTROPY, &p, NULL);
      ql_status other = ql_quest_decide(y, a, command, x->state.at + 5000, ENTROPY, &q, NULL);
      assert_int_equal(one, other);
      assert_true(one != QL_OK || (ql_eq(p.line, q.line) && p.duplicate_of == q.duplicate_of && !p.refusal == !q.refusal));
      if (one == QL_OK && p.refusal) assert_true(ql_value_equal(p.refusal, q.refusal));
      ql_arena_free(a);
    }
}

/* The canonical state, the bytes of another checkpoint (which hold all that is no part of it), the views. */
static void assert_alike(const ql_quest *x, const ql_quest *y, bool thorough) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  char hx[QL_HASH_CHARS], hy[QL_HASH_CHARS];
  assert_true(ql_eq(text_of(a, ql_quest_state(x, a)), text_of(a, ql_quest_state(y, a))));
  assert_int_equal(ql_quest_state_hash(x, hx, NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(y, hy, NULL), QL_OK);
  assert_memory_equal(hx, hy, QL_HASH_CHARS);
  assert_int_equal(ql_quest_count(x), ql_quest_count(y));
  if (ql_quest_count(x) > 0) assert_true(ql_eq(checkpoint_of(a, x), checkpoint_of(a, y)));
  assert_true(ql_eq(ql_quest_log(x), ql_quest_log(y)));
  for (int64_t n = 0; n < ql_quest_count(x); n++) assert_true(ql_eq(ql_quest_line(x, n), ql_quest_line(y, n)));
  assert_memory_equal(x->open_holds, y->open_holds, sizeof x->open_holds);
  if (thorough) {
    assert_true(ql_eq(text_of(a, ql_quest_view(x, a)), text_of(a, ql_quest_view(y, a))));
    assert_true(ql_eq(text_of(a, ql_quest_board(x, a, x->state.at)), text_of(a, ql_quest_board(y, a, x->state.at))));
    assert_decide_alike(x, y);
  }
  ql_arena_free(a);
}

static size_t opened;

static void check_log(ql_str log) {
  ql_quest *whole = folded(log);
  int64_t events = ql_quest_count(whole);
  for (int64_t n = 0; n < events; n++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    size_t end = line_end(log, n);
    ql_quest *part = folded(ql_slice(log, 0, end));
    ql_str bytes = checkpoint_of(a, part);
    ql_checkpoint_use use = QL_CHECKPOINT_NONE;
    ql_quest *again = ql_quest_new(ql_alloc_libc()), *on = ql_quest_new(ql_alloc_libc());
    assert_int_equal(ql_quest_open_checkpoint(again, ql_slice(log, 0, end), bytes, &use, NULL), QL_OK);
    assert_int_equal(use, QL_CHECKPOINT_USED);
    assert_alike(part, again, true);
    assert_int_equal(ql_quest_open_checkpoint(on, log, bytes, &use, NULL), QL_OK);
    assert_int_equal(use, QL_CHECKPOINT_USED);
    assert_alike(whole, on, n == 0);
    opened += 2;
    ql_quest_free(part);
    ql_quest_free(again);
    ql_quest_free(on);
    ql_arena_free(a);
  }
  ql_quest_free(whole);
}

/* ---- the logs of the vectors ---- */

/* A vector of quests holds commands: the log is what they make. */
static ql_str played(ql_arena *a, const ql_value *steps) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  uint8_t entropy[QL_ENTROPY_BYTES] = {0};
  int64_t now = INT64_C(1763712000000);
  for (const ql_value *step = steps->first; step; step = step->next, now += 1000, entropy[0]++) {
    ql_value *command = QL_GET(step, "command");
    ql_decision decision = {0};
    if (!command) continue;
    if (command->kind == QL_STRING && ql_json_read(a, command->text, &command, NULL) != QL_OK) continue;
    if (ql_quest_decide(quest, a, command, ql_get_int(step, QL_STR("now"), now), entropy, &decision, NULL) != QL_OK) continue;
    if (decision.line.ptr) assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  }
  ql_str log = ql_arena_str(a, ql_quest_log(quest));
  ql_quest_free(quest);
  return log;
}

static bool is_sound(ql_str log) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  bool sound = ql_quest_append_log(quest, log, NULL) == QL_OK && ql_quest_count(quest) > 0;
  ql_quest_free(quest);
  return sound;
}

static size_t each_vector(const char *area, void (*check)(ql_str log)) {
  char folder[512], path[1024];
  size_t logs = 0;
  snprintf(folder, sizeof folder, "%s/vectors/%s", QL_TEST_DATA, area);
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (!strstr(entry->d_name, ".json")) continue;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    char *bytes = read_file(path, &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *vector;
    assert_int_equal(ql_json_read(a, (ql_str){bytes, len}, &vector, NULL), QL_OK);
    const ql_value *steps = QL_GET(vector, "steps");
    ql_str log = steps ? played(a, steps) : ql_get_str(vector, QL_STR("log"));
    if (log.ptr && is_sound(log)) {
      check(log);
      logs++;
    }
    ql_arena_free(a);
    free(bytes);
  }
  (void)closedir(dir);
  return logs;
}

static void a_checkpoint_and_the_rest_are_the_whole(void **state) {
  (void)state;
  size_t quests = each_vector("quest", check_log), reports = each_vector("report", check_log), verified = each_vector("verify", check_log);
  print_message("%zu + %zu + %zu logs, %zu openings\n", quests, reports, verified, opened);
  assert_true(quests > 80 && reports >= 3 && verified >= 8 && opened > 900);
}

/* ---- what is not used ---- */

static ql_str golden(ql_arena *a) {
  size_t len = 0;
  char path[512];
  ql_value *vector;
  snprintf(path, sizeof path, "%s/vectors/verify/the-golden-log-of-rules-2.json", QL_TEST_DATA);
  char *bytes = read_file(path, &len);
  assert_int_equal(ql_json_read(a, ql_arena_str(a, (ql_str){bytes, len}), &vector, NULL), QL_OK);
  free(bytes);
  return ql_get_str(vector, QL_STR("log"));
}

static ql_checkpoint_use use_of(ql_str log, ql_str bytes, ql_status expected) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_checkpoint_use use = QL_CHECKPOINT_USED;
  assert_int_equal(ql_quest_open_checkpoint(quest, log, bytes, &use, NULL), expected);
  if (expected == QL_OK) {
    ql_quest *whole = folded(log);
    assert_alike(whole, quest, false);
    ql_quest_free(whole);
  }
  ql_quest_free(quest);
  return use;
}

static void a_flipped_bit_anywhere_never_gives_another_state(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = golden(a);
  size_t end = line_end(log, 11);
  ql_quest *part = folded(ql_slice(log, 0, end));
  ql_str bytes = checkpoint_of(a, part);
  char *flipped = ql_arena_get(a, bytes.len), *other = ql_arena_get(a, log.len);
  memcpy(flipped, bytes.ptr, bytes.len);
  memcpy(other, log.ptr, log.len);
  for (size_t i = 0; i < bytes.len; i++) {
    flipped[i] ^= (char)(1 << i % 8);
    assert_int_equal(use_of(log, (ql_str){flipped, bytes.len}, QL_OK), QL_CHECKPOINT_DAMAGED);
    flipped[i] ^= (char)(1 << i % 8);
    assert_int_equal(use_of(log, (ql_str){bytes.ptr, i}, QL_OK), QL_CHECKPOINT_DAMAGED);
  }
  for (size_t i = 0; i < log.len; i += 7) { /* of the log: it is told as without a checkpoint */
    other[i] ^= 1;
    ql_quest *bare = ql_quest_new(ql_alloc_libc()), *with = ql_quest_new(ql_alloc_libc());
    ql_checkpoint_use use;
    ql_error one = {0}, two = {0};
    ql_status expected = ql_quest_append_log(bare, (ql_str){other, log.len}, &one);
    assert_int_not_equal(expected, QL_OK);
    assert_int_equal(ql_quest_open_checkpoint(with, (ql_str){other, log.len}, bytes, &use, &two), expected);
    assert_int_equal(use, i < end ? QL_CHECKPOINT_OTHER_LOG : QL_CHECKPOINT_USED);
    assert_int_equal(one.line, two.line);
    assert_alike(bare, with, false);
    ql_quest_free(bare);
    ql_quest_free(with);
    other[i] ^= 1;
  }
  ql_quest_free(part);
  ql_arena_free(a);
}

static void what_does_not_fit_is_not_used(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = golden(a);
  ql_quest *part = folded(ql_slice(log, 0, line_end(log, 9)));
  ql_str bytes = checkpoint_of(a, part), none;
  assert_int_equal(use_of(log, QL_ABSENT, QL_OK), QL_CHECKPOINT_NONE);
  assert_int_equal(use_of(ql_slice(log, 0, line_end(log, 8)), bytes, QL_OK), QL_CHECKPOINT_OTHER_LOG); /* a shorter one */
  assert_int_equal(use_of(ql_slice(log, 0, line_end(log, 9)), bytes, QL_OK), QL_CHECKPOINT_USED);
  assert_int_equal(use_of(ql_slice(log, 0, log.len - 1), bytes, QL_ERR_SYNTAX), QL_CHECKPOINT_USED); /* a torn tail is one */
  stage *g = raise_stage("'agents':['@lead','@api']");
  assert_int_equal(use_of(ql_quest_log(g->quest), bytes, QL_OK), QL_CHECKPOINT_OTHER_LOG);
  strike_stage(g);
  /* another build: its name, and the hash over it */
  char *foreign = ql_arena_get(a, bytes.len);
  memcpy(foreign, bytes.ptr, bytes.len);
  foreign[16 + QL_HASH_BYTES + 3] ^= 1;
  ql_str body = {foreign + 16 + QL_HASH_BYTES, bytes.len - 16 - QL_HASH_BYTES};
  uint8_t hash[QL_HASH_BYTES];
  ql_blake2b_256("questline.ckpt.1", NULL, &body, 1, hash);
  memcpy(foreign + 16, hash, sizeof hash);
  assert_int_equal(use_of(log, (ql_str){foreign, bytes.len}, QL_OK), QL_CHECKPOINT_OTHER_BUILD);
  assert_int_equal(ql_quest_open_checkpoint(part, log, bytes, NULL, NULL), QL_ERR_ARGUMENT);
  ql_quest *empty = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_checkpoint(empty, a, &none, NULL), QL_ERR_ARGUMENT);
  ql_quest_free(empty);
  ql_quest_free(part);
  ql_arena_free(a);
}

/* ---- memory ---- */

typedef struct given {
  ql_str log, bytes;
} given;

static ql_status open_and_write(ql_arena *a, const void *ctx) {
  const given *from = ctx;
  ql_quest *quest = ql_quest_new(ql_arena_alloc(a));
  if (!quest) return QL_ERR_NOMEM;
  ql_str bytes;
  ql_status status = ql_quest_open_checkpoint(quest, from->log, from->bytes, NULL, NULL);
  if (status == QL_OK) status = ql_quest_checkpoint(quest, a, &bytes, NULL);
  ql_quest_free(quest);
  return status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = golden(a);
  ql_quest *part = folded(ql_slice(log, 0, line_end(log, 14)));
  const given from = {log, checkpoint_of(a, part)};
  assert_true(try_every_allocation(open_and_write, &from) > 5);
  ql_quest_free(part);
  ql_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_checkpoint_and_the_rest_are_the_whole),
      cmocka_unit_test(a_flipped_bit_anywhere_never_gives_another_state),
      cmocka_unit_test(what_does_not_fit_is_not_used),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
