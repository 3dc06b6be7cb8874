/* The file store of the command line, stopped at any moment: killed, out of power, told no by the system, or beside another writer. What it
   acknowledged is there afterwards, and the quest goes on to the very same end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/cli/store.h"
#include "../unit/support.h"
#include "disk.h"
#include "story.h"

/* main.c, which has the program's signals, is not linked. */
bool cli_interrupted(void) { return false; }

static char top[64], work[128], left[128], base[160]; /* base: the store, in work */
static ql_quest *story;                               /* undisturbed */

/* ---- a writer ---- */

static cli new_cli(void) { return (cli){.a = ql_arena_new(ql_alloc_libc()), .value = {[CLI_store] = base}, .json = true, .holds = true}; }

#define BEFORE_OPENING (-1)

/* A fault, armed when the quest has that many events. */
typedef struct attack {
  int64_t events;
  disk_fault fault;
  size_t calls;
  uint32_t seed;
} attack;

static void arm(const attack *plan, int64_t events) {
  if (plan && events == BEFORE_OPENING) disk_arm(plan->fault, plan->events == events ? plan->calls : SIZE_MAX, work, left, plan->seed);
  if (plan && events != BEFORE_OPENING && plan->events == events) disk_set(plan->calls);
}

/* Plays on from where the quest stands until it has `until` events, and tells each one on `tell` once the store has acknowledged it.
   @return CLI_DONE, or what the store said */
static int play(int64_t until, int tell, const attack *plan) {
  cli c = new_cli();
  cli_log log = {.fd = -1};
  const char *folder = NULL, *const *names = NULL;
  size_t count = 0;
  arm(plan, BEFORE_OPENING);
  int code = cli_store_folder(&c, true, &folder);
  if (code == CLI_DONE) code = cli_store_names(&c, folder, &names, &count);
  char path[256] = "";
  for (size_t i = 0; i < count; i++) snprintf(path, sizeof path, "%s/%s", folder, names[i]);
  if (code == CLI_DONE) code = count > 0 ? cli_log_open(&c, path, true, &log) : cli_log_new(&c, &log);
  while (code == CLI_DONE && ql_quest_count(log.quest) < until) {
    ql_str line = story_line(log.quest, c.a);
    arm(plan, ql_quest_count(log.quest));
    code = count > 0 ? cli_log_write(&c, &log, line) : cli_log_create(&c, folder, line, &log);
    if (code == CLI_DONE) assert_int_equal(ql_quest_append(log.quest, line, NULL), QL_OK);
    int64_t acknowledged = ql_quest_count(log.quest);
    if (code == CLI_DONE && tell >= 0) assert_int_equal(write(tell, &acknowledged, sizeof acknowledged), sizeof acknowledged);
    count = 1;
  }
  cli_log_close(&log);
  ql_arena_free(c.a);
  return code;
}

/* The bytes of the one quest there is, up to its last LF, and how many stand behind it; NULL when there is none. The caller frees them. */
static char *whole_lines(size_t *len, size_t *torn) {
  cli c = new_cli();
  const char *folder = NULL, *const *names = NULL;
  char path[256];
  size_t count = 0;
  *len = *torn = 0;
  char *bytes = NULL;
  if (cli_store_folder(&c, false, &folder) == CLI_DONE && cli_store_names(&c, folder, &names, &count) == CLI_DONE && count > 0) {
    assert_int_equal(count, 1);
    snprintf(path, sizeof path, "%s/%s", folder, names[0]);
    bytes = read_file(path, len);
    *torn = *len;
    while (*len > 0 && bytes[*len - 1] != '\n') --*len;
    *torn -= *len;
  }
  ql_arena_free(c.a);
  return bytes;
}

/* What is in the file is how the story begins, and all of it that was acknowledged is there. @return bytes behind the last LF */
static size_t check_nothing_lost(int64_t acknowledged) {
  size_t len, torn, least = 0;
  char *bytes = whole_lines(&len, &torn);
  for (int64_t n = 0; n < acknowledged; n++) least += ql_quest_line(story, n).len;
  assert_true(len >= least);
  assert_true(len <= ql_quest_log(story).len);
  if (len > 0) assert_memory_equal(bytes, ql_quest_log(story).ptr, len);
  free(bytes);
  return torn;
}

static void check_same(const ql_quest *quest) {
  char hashes[2][QL_HASH_CHARS];
  assert_int_equal(ql_quest_count(quest), STORY_EVENTS);
  assert_int_equal(ql_quest_state_hash(quest, hashes[0], NULL), QL_OK);
  assert_int_equal(ql_quest_state_hash(story, hashes[1], NULL), QL_OK);
  assert_memory_equal(hashes[0], hashes[1], QL_HASH_CHARS);
  ql_quest_head(quest, hashes[0]);
  ql_quest_head(story, hashes[1]);
  assert_memory_equal(hashes[0], hashes[1], QL_HASH_CHARS);
}

static void check_same_end(void) {
  size_t len, torn;
  char *bytes = whole_lines(&len, &torn);
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  assert_non_null(bytes);
  assert_int_equal(ql_quest_append_log(quest, (ql_str){bytes, len}, NULL), QL_OK);
  check_same(quest);
  ql_quest_free(quest);
  free(bytes);
}

/* ---- a life: a process that writes until it is stopped ---- */

typedef struct life {
  int64_t acknowledged; /* events, all told */
  int status;           /* of waitpid */
} life;

static life live(int64_t until, const attack *plan) {
  int ends[2];
  life lived = {0, 0};
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO); /* what is said of torn tails */
    _exit(play(until, ends[1], plan));
  }
  close(ends[1]);
  while (read(ends[0], &lived.acknowledged, sizeof lived.acknowledged) > 0) continue;
  close(ends[0]);
  assert_int_equal(waitpid(child, &lived.status, 0), child);
  if (WIFEXITED(lived.status) && WEXITSTATUS(lived.status) == DISK_EXIT) {
    disk_remove(work);
    assert_int_equal(rename(left, work), 0);
  }
  return lived;
}

static bool was_stopped(life l) {
  return (WIFSIGNALED(l.status) && WTERMSIG(l.status) == SIGKILL) || (WIFEXITED(l.status) && WEXITSTATUS(l.status) == DISK_EXIT);
}

static int begin(void **state) {
  (void)state;
  disk_arm(DISK_NONE, 0, work, left, 0);
  disk_remove(work);
  disk_remove(left);
  return mkdir(work, 0777);
}

/* Each event's write is stopped at one of its calls; calls and ways take turns. */
static void stopped_once_in_every_write(const disk_fault *ways, size_t count) {
  for (int64_t n = 0; n < STORY_EVENTS; n++) {
    const attack plan = {n, ways[(size_t)n / 4 % count], (size_t)n % 4, (uint32_t)n};
    life last = live(n + 1, &plan);
    if (!was_stopped(last)) fail_msg("event %d: %d, %d acknowledged", (int)n, last.status, (int)last.acknowledged);
    check_nothing_lost(last.acknowledged);
  }
  assert_int_equal(live(STORY_EVENTS, NULL).status, 0);
  check_same_end();
}

static void killed_in_every_write(void **state) {
  (void)state;
  static const disk_fault WAYS[] = {DISK_KILL, DISK_KILL_LATE};
  stopped_once_in_every_write(WAYS, QL_COUNT(WAYS));
}

static void the_power_goes_in_every_write(void **state) {
  (void)state;
  static const disk_fault WAYS[] = {DISK_POWER};
  stopped_once_in_every_write(WAYS, QL_COUNT(WAYS));
}

/* From the first folder on, each call is the last once, with several fates of what was not synced; then the next one goes on. */
static void the_beginning_stopped_at_every_call(void **state) {
  static const disk_fault FAULTS[] = {DISK_KILL, DISK_KILL_LATE, DISK_POWER};
  for (size_t f = 0; f < QL_COUNT(FAULTS); f++)
    for (uint32_t seed = 0; seed < (FAULTS[f] == DISK_POWER ? 5 : 1); seed++) {
      bool stopped = true;
      for (size_t calls = 0; stopped; calls++) {
        begin(state);
        const attack once = {BEFORE_OPENING, FAULTS[f], calls, seed}, again = {BEFORE_OPENING, FAULTS[f], calls / 2, seed + 100};
        life first = live(4, &once);
        stopped = was_stopped(first);
        check_nothing_lost(first.acknowledged);
        life second = live(6, &again); /* in the middle of mending, too */
        check_nothing_lost(second.acknowledged > first.acknowledged ? second.acknowledged : first.acknowledged);
        assert_int_equal(live(8, NULL).status, 0);
        check_nothing_lost(8);
      }
    }
}

/* Once no, and the file is as before and the same command succeeds; a signal or a short write is no reason to fail. */
static void the_system_says_no_at_every_call(void **state) {
  static const disk_fault FAULTS[] = {DISK_FULL, DISK_BROKEN, DISK_SIGNAL, DISK_SHORT};
  for (size_t f = 0; f < QL_COUNT(FAULTS); f++) {
    bool struck = true;
    for (size_t calls = 0; struck; calls++) {
      begin(state);
      disk_arm(DISK_NONE, 0, work, NULL, 0);
      assert_int_equal(play(9, -1, NULL), CLI_DONE);
      disk_arm(FAULTS[f], calls, work, NULL, 0);
      int code = play(12, -1, NULL);
      struck = disk_struck();
      disk_arm(DISK_NONE, 0, work, NULL, 0);
      bool harmless = !struck || FAULTS[f] == DISK_SIGNAL || FAULTS[f] == DISK_SHORT;
      assert_int_equal(code, harmless ? CLI_DONE : CLI_FAILED);
      assert_int_equal(check_nothing_lost(harmless ? 12 : 9), 0);
      assert_int_equal(play(14, -1, NULL), CLI_DONE);
      check_nothing_lost(14);
    }
  }
}

/* ---- in process: every line torn at every byte ---- */

/* A piece of a line is never taken for a line, wherever it is cut, its LF alone included, and leaves the quest as it was: then the whole line is
   taken, and the end is the same. The state is hashed once for each line; the head and the count are looked at for each cut. */
static void every_line_torn_at_every_byte(void **state) {
  (void)state;
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  size_t cuts = 0;
  for (int64_t n = 0; n < STORY_EVENTS; n++) {
    ql_str line = ql_quest_line(story, n);
    char head[QL_HASH_CHARS], now[QL_HASH_CHARS], before[QL_HASH_CHARS], after[QL_HASH_CHARS];
    ql_quest_head(quest, head);
    assert_int_equal(ql_quest_state_hash(quest, before, NULL), QL_OK);
    for (size_t cut = 1; cut < line.len; cut++, cuts++) {
      ql_error err = {0};
      ql_status status = ql_quest_append_log(quest, (ql_str){line.ptr, cut}, &err);
      if (status != QL_ERR_SYNTAX || strcmp(err.message, "torn_tail") != 0) fail_msg("line %d, cut at %zu, is no torn tail", (int)n, cut);
      if (cut + 1 < line.len && ql_quest_append(quest, (ql_str){line.ptr, cut}, NULL) == QL_OK)
        fail_msg("line %d, cut at %zu", (int)n, cut);
      if (ql_quest_count(quest) != n) fail_msg("line %d was taken when cut at %zu", (int)n, cut);
      ql_quest_head(quest, now);
      if (memcmp(head, now, sizeof head) != 0) fail_msg("line %d, cut at %zu, changed the head", (int)n, cut);
    }
    assert_int_equal(ql_quest_state_hash(quest, after, NULL), QL_OK);
    assert_memory_equal(before, after, QL_HASH_CHARS);
    assert_int_equal(ql_quest_append(quest, line, NULL), QL_OK);
  }
  assert_true(cuts > 100000);
  check_same(quest);
  ql_quest_free(quest);
}

/* The same through the store, for the last line of a short quest: the piece is moved aside, and the line is written again. */
static void a_file_torn_at_every_byte_goes_on(void **state) {
  (void)state;
  cli c = new_cli();
  const char *folder;
  char path[256], aside[256];
  disk_arm(DISK_NONE, 0, work, NULL, 0);
  assert_int_equal(play(5, -1, NULL), CLI_DONE);
  assert_int_equal(cli_store_folder(&c, false, &folder), CLI_DONE);
  ql_str id = ql_quest_id(story), line = ql_quest_line(story, 4);
  snprintf(path, sizeof path, "%s/%.*s.quest", folder, (int)id.len, id.ptr);
  snprintf(aside, sizeof aside, "%s/%.*s.torn", folder, (int)id.len, id.ptr);
  size_t len, tail, torn_len;
  free(whole_lines(&len, &tail));
  int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  for (size_t cut = 1; cut < line.len; cut++) {
    assert_int_equal(truncate(path, (off_t)(len - line.len + cut)), 0);
    (void)unlink(aside);
    assert_int_equal(play(5, -1, NULL), CLI_DONE);
    check_nothing_lost(5);
    char *torn = read_file(aside, &torn_len);
    assert_int_equal(torn_len, cut);
    assert_memory_equal(torn, line.ptr, cut);
    free(torn);
  }
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(nowhere);
  ql_arena_free(c.a);
}

/* ---- two writers ---- */

#define EACH 60

/* Waits until the other one is here too. */
static void meet(const int me[2], const int other[2]) {
  char byte = 0;
  assert_int_equal(write(other[1], &byte, 1), 1);
  assert_int_equal(read(me[0], &byte, 1), 1);
}

/* Decides on the quest as it is read here, then writes unless somebody wrote since. False when somebody did: that is told as a conflict. */
static bool compare_and_swap(cli *c, cli_log *log, const char *reason, const int me[2], const int other[2]) {
  char json[160], head[QL_HASH_CHARS];
  const uint8_t entropy[QL_ENTROPY_BYTES] = {1};
  ql_value *command;
  ql_decision decision;
  bool changed;
  ql_quest_head(log->quest, head);
  snprintf(json, sizeof json, "{\"by\":\"@owner\",\"head\":\"%.*s\",\"reason\":\"%s\",\"type\":\"%s\"}", QL_HASH_CHARS, head, reason,
           ql_quest_count(log->quest) % 2 ? "pause" : "resume");
  assert_int_equal(ql_json_read(c->a, str(json), &command, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(log->quest, c->a, command, 0, entropy, &decision, NULL), QL_OK);
  assert_non_null(decision.line.ptr);
  if (me) meet(me, other);
  assert_int_equal(cli_log_lock(c, log, &changed), CLI_DONE);
  if (changed) {
    assert_int_equal(ql_quest_decide(log->quest, c->a, command, 0, entropy, &decision, NULL), QL_ERR_CONFLICT);
  } else {
    assert_int_equal(cli_log_write(c, log, decision.line), CLI_DONE);
    assert_int_equal(ql_quest_append(log->quest, decision.line, NULL), QL_OK);
  }
  cli_log_unlock(log);
  return !changed;
}

/* Each round both decide on the same head. @return how often it was told that the other one was first */
static int write_in_rounds(int writer, const char *path, const int me[2], const int other[2]) {
  cli c = new_cli();
  cli_log log;
  int conflicts = 0;
  assert_int_equal(cli_log_open(&c, path, true, &log), CLI_DONE);
  cli_log_unlock(&log);
  for (int i = 0; i < EACH; i++) {
    char reason[32];
    bool changed;
    snprintf(reason, sizeof reason, "%d %d", writer, i);
    meet(me, other);
    assert_int_equal(cli_log_lock(&c, &log, &changed), CLI_DONE);
    cli_log_unlock(&log);
    if (!compare_and_swap(&c, &log, reason, me, other)) {
      conflicts++;
      assert_true(compare_and_swap(&c, &log, reason, NULL, NULL));
    }
  }
  cli_log_close(&log);
  ql_arena_free(c.a);
  return conflicts;
}

static void of_two_writers_each_is_told_when_the_other_was_first(void **state) {
  (void)state;
  cli c = new_cli();
  const char *folder;
  char path[256];
  disk_arm(DISK_NONE, 0, work, NULL, 0);
  assert_int_equal(play(1, -1, NULL), CLI_DONE);
  assert_int_equal(cli_store_folder(&c, false, &folder), CLI_DONE);
  snprintf(path, sizeof path, "%s/%.*s.quest", folder, (int)ql_quest_id(story).len, ql_quest_id(story).ptr);
  int ends[2][2], total = 0;
  pid_t children[2];
  assert_int_equal(pipe(ends[0]), 0);
  assert_int_equal(pipe(ends[1]), 0);
  for (int i = 0; i < 2; i++)
    if ((children[i] = fork()) == 0) _exit(write_in_rounds(i, path, ends[i], ends[1 - i]));
  for (int i = 0; i < 2; i++) {
    int status;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_true(WIFEXITED(status));
    total += WEXITSTATUS(status);
    close(ends[i][0]);
    close(ends[i][1]);
  }
  assert_int_equal(total, EACH); /* of two that decided on the same head, one was told */
  size_t len, torn;
  char *bytes = whole_lines(&len, &torn);
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(quest, (ql_str){bytes, len}, NULL), QL_OK);
  assert_int_equal(ql_quest_count(quest), 1 + 2 * EACH);
  bool there[2][EACH] = {{false}};
  for (int64_t n = 1; n < ql_quest_count(quest); n++) {
    int writer = -1, i = -1;
    ql_str text = ql_get_str(QL_GET(ql_quest_event(quest, c.a, n), "data"), QL_STR("reason"));
    char words[16];
    snprintf(words, sizeof words, "%.*s", (int)text.len, text.ptr);
    assert_int_equal(sscanf(words, "%d %d", &writer, &i), 2);
    assert_false(there[writer][i]);
    there[writer][i] = true;
  }
  ql_quest_free(quest);
  free(bytes);
  ql_arena_free(c.a);
}

static int raise_up(void **state) {
  (void)state;
  const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* thousands of small files: no disk is asked for that */
  snprintf(top, sizeof top, "%s/questline-XXXXXX", memory);
  if (!mkdtemp(top)) return -1;
  snprintf(work, sizeof work, "%s/work", top);
  snprintf(left, sizeof left, "%s/left", top);
  snprintf(base, sizeof base, "%s/store", work);
  story = story_told();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  disk_arm(DISK_NONE, 0, work, NULL, 0);
  disk_remove(top);
  ql_quest_free(story);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(killed_in_every_write, begin),
      cmocka_unit_test_setup(the_power_goes_in_every_write, begin),
      cmocka_unit_test_setup(the_beginning_stopped_at_every_call, begin),
      cmocka_unit_test_setup(the_system_says_no_at_every_call, begin),
      cmocka_unit_test_setup(every_line_torn_at_every_byte, begin),
      cmocka_unit_test_setup(a_file_torn_at_every_byte_goes_on, begin),
      cmocka_unit_test_setup(of_two_writers_each_is_told_when_the_other_was_first, begin),
  };
  return cmocka_run_group_tests(tests, raise_up, tear_down);
}
