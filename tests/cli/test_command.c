// The runner of commands: what a command gets, what is kept of what it writes, and that nothing of it stays behind.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/cli/command.h"
#include "../unit/support.h"

#define LONG 60000 /* ms: no command here takes as long */

bool cli_interrupted(void) { return false; }

static char folder[] = "/tmp/questline-command-XXXXXX";
static ql_arena *a;

static int set_up(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  ql_arena_free(a);
  return rmdir(folder);
}

static cli_job *start(const char *command, int64_t limit) {
  static cli c;
  c.a = a;
  cli_job *job = cli_job_start(&c, 7, folder, str(command), limit);
  assert_non_null(job);
  assert_int_equal(cli_job_id(job), 7);
  return job;
}

static void finish(cli_job *job) {
  while (!cli_job_step(job)) {
    struct pollfd output = {.fd = cli_job_fd(job), .events = POLLIN};
    assert_true(poll(&output, 1, (int)cli_job_due(job)) >= 0 || errno == EINTR);
  }
}

typedef struct ended {
  ql_str text;
  bool failed, cancelled;
} ended;

static ended run_within(const char *command, int64_t limit) {
  cli_job *job = start(command, limit);
  finish(job);
  ended out = {cli_job_text(job, a), cli_job_failed(job), cli_job_cancelled(job)};
  cli_job_free(job);
  assert_non_null(out.text.ptr);
  return out;
}

static ended run(const char *command) { return run_within(command, LONG); }

static bool has(ql_str text, const char *piece) { return memmem(text.ptr, text.len, piece, strlen(piece)) != NULL; }

static bool is_alive(pid_t pid) { return kill(pid, 0) == 0; }

/* The number a command wrote in front of everything else. */
static pid_t pid_in(ql_str text) {
  char digits[16] = "";
  memcpy(digits, text.ptr, text.len < 15 ? text.len : 15);
  pid_t pid = (pid_t)strtol(digits, NULL, 10);
  assert_true(pid > 1);
  return pid;
}

/* A killed process that nobody waits for is gone once init has taken it. */
static void assert_gone(pid_t pid) {
  for (int i = 0; i < 500 && is_alive(pid); i++) {
    char path[64], line[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file) return;
    (void)!fgets(line, sizeof line, file);
    fclose(file);
    if (strstr(line, ") Z ")) return;
    (void)poll(NULL, 0, 10);
  }
  assert_false(is_alive(pid));
}

static void test_words(void **state) {
  static const struct {
    const char *command, *text;
    bool failed;
  } CASES[] = {
      {"true", "(exit code 0)", false},
      {"exit 3", "(exit code 3)", true},
      {"printf 'one\\ntwo'", "one\ntwo\n(exit code 0)", false},
      {"echo out; echo err >&2; echo out", "out\nerr\nout\n(exit code 0)", false},
      {"cat; echo \"<$(tty)>\"", "<not a tty>\n(exit code 0)", false},
      {"kill -SEGV $$", "(Ended by signal 11: Segmentation fault.)", true},
      {"printf 'a\\0b\\377c\\303\\245'",
       "a\xEF\xBF\xBD"
       "b\xEF\xBF\xBD"
       "c\xC3\xA5\n(exit code 0)",
       false},
      {"no-such-program-at-all 2>/dev/null", "(exit code 127)", true},
      {": > /dev/tty", NULL, true},
      {"ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 \n(exit code 0)", false}, /* 3: the folder that ls reads */
  };
  (void)state;
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    ended e = run(CASES[i].command);
    if (CASES[i].text) assert_str_is(e.text, CASES[i].text);
    assert_int_equal(e.failed, CASES[i].failed);
    assert_false(e.cancelled);
  }
}

static void test_folder(void **state) {
  (void)state;
  assert_true(has(run("pwd").text, folder + 4));
  static cli c;
  c.a = a;
  cli_job *job = cli_job_start(&c, 7, "/no/such/folder", str("echo ran"), LONG);
  finish(job);
  ql_str text = cli_job_text(job, a);
  assert_true(has(text, "The folder is gone") && has(text, "(exit code 126)") && !has(text, "ran"));
  cli_job_free(job);
}

static void test_environment(void **state) {
  (void)state;
  cli_hide_environment();
  setenv("LANG", "C.UTF-8", 0);
  setenv("TIDE_API_KEY", "planted-0123456789", 1);
  setenv("SSH_AUTH_SOCK", "/nowhere", 0);
  assert_string_equal(getenv("TIDE_API_KEY"), "planted-0123456789");
  ql_str text = run("env; tr '\\0' '\\n' < /proc/self/environ; cat /proc/$PPID/environ; cat /proc/$PPID/cmdline").text;
  assert_true(has(text, "PATH=") && has(text, "LANG=C.UTF-8"));
  /* setenv put these elsewhere: what the process was started with is gone, whoever may look */
  assert_str_is(run("cat /proc/$PPID/environ 2>/dev/null | tr -d '\\0' | wc -c").text, "0\n(exit code 0)");
  assert_false(has(text, "planted") || has(text, "_API_KEY") || has(text, "SSH_AUTH"));
}

static void test_much_output(void **state) {
  (void)state;
  ended e = run("echo begin; yes 0123456789abcde | head -c 8000000; echo end");
  assert_true(e.text.len < 64 * 1024);
  assert_true(has(e.text, "begin\n") && has(e.text, "end\n(exit code 0)"));
  assert_true(has(e.text, "[… 7,950,858 bytes left out …]"));
  e = run("head -c 49152 /dev/zero | tr '\\0' x");
  assert_false(has(e.text, "left out"));
  assert_int_equal(e.text.len, 49152 + strlen("\n(exit code 0)"));
}

static void test_time_limit(void **state) {
  (void)state;
  int64_t before = cli_monotonic();
  ended e = run_within("echo $$; sleep 300 & sleep 300", 100);
  assert_true(e.failed && has(e.text, "(Ended: it took longer than 0.1 s.)"));
  assert_true(cli_monotonic() - before < 10000);
  assert_gone(pid_in(e.text));
  /* who does not listen to TERM, nor does anything it started */
  before = cli_monotonic();
  e = run_within("trap '' TERM; echo $$; while :; do sleep 300; done", 100);
  assert_true(has(e.text, "took longer"));
  assert_true(cli_monotonic() - before >= 2000);
  assert_gone(pid_in(e.text));
}

static void test_endless_output(void **state) {
  (void)state;
  ended e = run_within("echo $$; exec yes", 200);
  assert_true(has(e.text, "took longer") && has(e.text, "left out"));
  assert_gone(pid_in(e.text));
}

static void test_left_behind(void **state) {
  (void)state;
  int64_t before = cli_monotonic();
  ended e = run("sleep 300 & echo $!");
  assert_true(has(e.text, "(exit code 0) What it left running was ended."));
  assert_gone(pid_in(e.text));
  e = run("sleep 300 >/dev/null 2>&1 & echo $!"); /* holds nothing of ours */
  assert_gone(pid_in(e.text));
  e = run("setsid sh -c 'echo $$; exec sleep 300' & sleep 0.2"); /* left the group: not ours to end, but we do not hang */
  assert_true(has(e.text, "(exit code 0)"));
  kill(pid_in(e.text), SIGKILL);
  assert_true(cli_monotonic() - before < 20000);
}

static void test_cancel(void **state) {
  (void)state;
  cli_job *job = start("echo $$; sleep 300", LONG);
  while (cli_job_fd(job) >= 0 && poll(&(struct pollfd){.fd = cli_job_fd(job), .events = POLLIN}, 1, LONG) <= 0) continue;
  assert_false(cli_job_step(job));
  cli_job_cancel(job);
  finish(job);
  ql_str text = cli_job_text(job, a);
  assert_true(has(text, "(Stopped by the person.)") && cli_job_cancelled(job) && cli_job_failed(job));
  assert_gone(pid_in(text));
  cli_job_free(job);
}

static void test_freed_while_it_runs(void **state) {
  (void)state;
  char path[128], pid[16] = "";
  (void)snprintf(path, sizeof path, "%s/pid", folder);
  cli_job *job = start("echo $$ > pid.new; mv pid.new pid; sleep 300", LONG);
  int fd = -1;
  while ((fd = open(path, O_RDONLY)) < 0) assert_false(cli_job_step(job));
  assert_true(read(fd, pid, sizeof pid - 1) > 0);
  close(fd);
  cli_job_free(job);
  assert_gone((pid_t)strtol(pid, NULL, 10));
  assert_int_equal(unlink(path), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words),       cmocka_unit_test(test_folder),     cmocka_unit_test(test_environment),
      cmocka_unit_test(test_much_output), cmocka_unit_test(test_time_limit), cmocka_unit_test(test_endless_output),
      cmocka_unit_test(test_left_behind), cmocka_unit_test(test_cancel),     cmocka_unit_test(test_freed_while_it_runs),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
