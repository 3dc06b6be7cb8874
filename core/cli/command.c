#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* Of what is longer, so much is kept of its beginning and of its end. Together they stay below what a result of a tool may have. */
#define KEPT    (24u * 1024u)
#define LOOK_MS 50   /* whether the shell has ended */
#define LEFT_MS 300  /* after the shell has ended, for what it left running to end as well */
#define TERM_MS 2000 /* between TERM and KILL */

typedef enum stage {
  STAGE_RUNS,
  STAGE_LEFT,   /* the shell has ended, something it started holds its output */
  STAGE_TERMED, /* TERM was sent */
  STAGE_OVER
} stage;

typedef enum reason { REASON_NONE, REASON_LIMIT, REASON_CANCELLED } reason;

struct cli_job {
  int64_t id, limit;
  pid_t group; /* of the shell, which leads it; not reaped until the end, so that nobody else gets its number */
  int fd;
  stage stage;
  reason reason;    /* why it was ended before its time */
  bool left;        /* something was still running when the shell had ended */
  int64_t next;     /* monotonic time when the stage ends by itself */
  int exited, code; /* of waitid, si_code and si_status; 0 while it runs */
  char first[KEPT], last[KEPT];
  size_t total; /* bytes it wrote */
};

/* ---- the child ---- */

static const char *const PASSED[] = {"PATH", "HOME", "LANG", "TERM"};

typedef struct launch {
  const char *folder;
  char *words[4], *environment[QL_COUNT(PASSED) + 1];
  int output;
  pid_t parent;
} launch;

static char *variable(ql_arena *a, const char *name) {
  const char *value = getenv(name);
  if (!value) return NULL;
  size_t len = strlen(name);
  char *text = ql_arena_get(a, len + strlen(value) + 2);
  if (!text) return NULL;
  memcpy(text, name, len);
  text[len] = '=';
  memcpy(text + len + 1, value, strlen(value) + 1);
  return text;
}

static bool make_launch(ql_arena *a, const char *folder, ql_str command, launch *out) {
  static char shell[] = CLI_SHELL, option[] = "-c";
  char *words = ql_arena_get(a, command.len + 1);
  if (!words) return false;
  memcpy(words, command.ptr, command.len);
  words[command.len] = '\0';
  *out = (launch){.folder = folder, .words = {shell, option, words}, .parent = getpid()};
  size_t count = 0;
  for (size_t i = 0; i < QL_COUNT(PASSED); i++) {
    char *text = variable(a, PASSED[i]);
    if (text) out->environment[count++] = text;
  }
  return !ql_arena_failed(a);
}

/* In a session of its own it has no terminal to read keys from, and Ctrl-C there is ours to pass on. Should we be killed, so is the shell. */
static _Noreturn void become(const launch *l) {
  static const char lost[] = "The folder is gone, or nothing may be started there.\n";
  struct sigaction action = {.sa_handler = SIG_DFL};
  int nothing = open("/dev/null", O_RDONLY);
  (void)setsid();
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)sigaction(SIGXFSZ, &action, NULL);
  if (getppid() == l->parent && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(l->output, STDOUT_FILENO) >= 0 &&
      dup2(l->output, STDERR_FILENO) >= 0 && chdir(l->folder) == 0) {
    closefrom(STDERR_FILENO + 1);
    (void)execve(l->words[0], l->words, l->environment);
  }
  (void)!write(l->output, lost, sizeof lost - 1);
  _exit(126);
}

static bool fork_job(cli_job *job, launch *l) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  l->output = ends[1];
  (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
  (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  job->group = fork();
  if (job->group == 0) become(l);
  int why = errno;
  (void)close(ends[1]);
  job->fd = ends[0];
  errno = why;
  return job->group > 0;
}

/* To all of them; where the child has not come to setsid yet, to itself. */
static void signal_group(const cli_job *job, int number) {
  if (kill(-job->group, number) != 0) (void)kill(job->group, number);
}

cli_job *cli_job_start(cli *c, int64_t id, const char *folder, ql_str command, int64_t limit) {
  launch l;
  cli_job *job = calloc(1, sizeof *job);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  bool made = job && a && make_launch(a, folder, command, &l);
  if (made) {
    *job = (cli_job){.id = id, .limit = limit, .fd = -1, .next = cli_monotonic() + limit};
    if (!fork_job(job, &l)) {
      (void)cli_fail_errno(c, "start", CLI_SHELL);
      if (job->fd >= 0) (void)close(job->fd);
      made = false;
    }
  } else {
    (void)cli_no_memory(c);
  }
  ql_arena_free(a);
  if (made) return job;
  free(job);
  return NULL;
}

/* ---- while it runs ---- */

/* The first bytes stay, of the others the last ones: in a ring. */
static void keep(cli_job *job, const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++, job->total++) {
    if (job->total < KEPT)
      job->first[job->total] = bytes[i];
    else
      job->last[job->total % KEPT] = bytes[i];
  }
}

/* A command that never stops writing must not keep everybody else from going on. */
static void take_output(cli_job *job) {
  char piece[16384];
  for (int i = 0; job->fd >= 0 && i < 64; i++) {
    ssize_t got = read(job->fd, piece, sizeof piece);
    if (got > 0) keep(job, piece, (size_t)got);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      (void)close(job->fd);
      job->fd = -1;
    }
  }
}

/* Looks without reaping. */
static bool has_exited(cli_job *job) {
  siginfo_t info = {0};
  if (job->exited) return true;
  if (waitid(P_PID, (id_t)job->group, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return false;
  job->exited = info.si_code;
  job->code = info.si_status;
  return true;
}

static void go_to(cli_job *job, stage to, int64_t ms) {
  job->stage = to;
  job->next = cli_monotonic() + ms;
}

static void terminate(cli_job *job, reason why) {
  if (job->stage != STAGE_RUNS && job->stage != STAGE_LEFT) return;
  job->left = job->stage == STAGE_LEFT;
  if (why != REASON_NONE) job->reason = why;
  signal_group(job, SIGTERM);
  go_to(job, STAGE_TERMED, TERM_MS);
}

static void close_job(cli_job *job) {
  signal_group(job, SIGKILL); /* also what runs on without holding the output */
  take_output(job);
  siginfo_t info = {0};
  while (waitid(P_PID, (id_t)job->group, &info, WEXITED) != 0 && errno == EINTR) continue;
  if (!job->exited) job->exited = info.si_code, job->code = info.si_status;
  if (job->fd >= 0) (void)close(job->fd); /* somebody who left the group still holds it */
  job->fd = -1;
  job->stage = STAGE_OVER;
}

bool cli_job_step(cli_job *job) {
  take_output(job);
  bool exited = has_exited(job), due = cli_monotonic() >= job->next;
  switch (job->stage) {
  case STAGE_RUNS:
    if (exited)
      go_to(job, STAGE_LEFT, LEFT_MS);
    else if (due)
      terminate(job, REASON_LIMIT);
    break;
  case STAGE_LEFT:
    if (due) terminate(job, REASON_NONE);
    break;
  case STAGE_TERMED:
    if (due) close_job(job);
    break;
  case STAGE_OVER: return true;
  }
  if (exited && job->fd < 0 && job->stage != STAGE_OVER) close_job(job);
  return job->stage == STAGE_OVER;
}

void cli_job_cancel(cli_job *job) { terminate(job, REASON_CANCELLED); }

void cli_job_free(cli_job *job) {
  if (!job) return;
  if (job->stage != STAGE_OVER) close_job(job);
  free(job);
}

int64_t cli_job_id(const cli_job *job) { return job->id; }
int cli_job_fd(const cli_job *job) { return job->fd; }

int64_t cli_job_due(const cli_job *job) {
  int64_t left = job->next - cli_monotonic();
  return left < 0 ? 0 : left < LOOK_MS ? left : LOOK_MS;
}

/* ---- what came of it ---- */

bool cli_job_cancelled(const cli_job *job) { return job->reason == REASON_CANCELLED; }
bool cli_job_failed(const cli_job *job) { return job->reason != REASON_NONE || job->exited != CLD_EXITED || job->code != 0; }

/* Models are told in text: other bytes become U+FFFD. */
static void add_clean(ql_buf *out, ql_str bytes) {
  for (size_t at = 0; at < bytes.len;) {
    size_t from = at;
    uint32_t code_point = 0;
    bool good = ql_utf8_next(bytes, &at, &code_point) && code_point != 0;
    ql_buf_add(out, good ? ql_slice(bytes, from, at) : QL_STR("\xEF\xBF\xBD"));
    if (at == from) at++;
  }
}

static void add_output(const cli_job *job, ql_buf *out) {
  char bytes[2 * KEPT], number[CLI_COUNT_MAX];
  size_t first = job->total < KEPT ? job->total : KEPT, more = job->total - first, last = more < KEPT ? more : KEPT;
  memcpy(bytes, job->first, first);
  for (size_t i = 0; i < last; i++) bytes[first + i] = job->last[(job->total - last + i) % KEPT];
  if (more == last) { /* all of it; in one piece, for a character that stands in both */
    add_clean(out, (ql_str){bytes, first + last});
    return;
  }
  const char *count = cli_count(number, (int64_t)(more - last));
  add_clean(out, (ql_str){bytes, first});
  ql_buf_add(out, QL_STR("\n[… "));
  ql_buf_add(out, (ql_str){count, strlen(count)});
  ql_buf_add(out, QL_STR(" bytes left out …]\n"));
  add_clean(out, (ql_str){bytes + first, last});
}

static void add_end(const cli_job *job, ql_buf *out) {
  char text[160];
  int len = 0;
  if (job->reason == REASON_CANCELLED)
    len = snprintf(text, sizeof text, "(Stopped by the person.)");
  else if (job->reason == REASON_LIMIT)
    len = snprintf(text, sizeof text, "(Ended: it took longer than %.1f s.)", (double)job->limit / 1000);
  else if (job->exited == CLD_EXITED)
    len = snprintf(text, sizeof text, "(exit code %d)", job->code);
  else
    len = snprintf(text, sizeof text, "(Ended by signal %d: %s.)", job->code, strsignal(job->code));
  ql_buf_add(out, (ql_str){text, (size_t)len});
  if (job->left) ql_buf_add(out, QL_STR(" What it left running was ended."));
}

ql_str cli_job_text(const cli_job *job, ql_arena *a) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  add_output(job, &out);
  if (out.len > 0 && out.ptr[out.len - 1] != '\n') ql_buf_byte(&out, '\n');
  add_end(job, &out);
  ql_str text = out.failed ? QL_ABSENT : ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return text;
}

/* ---- keys ---- */

extern char **environ;

void cli_hide_environment(void) {
  (void)prctl(PR_SET_DUMPABLE, 0);
  for (char **at = environ; at && *at; at++) {
    char *copy = strdup(*at);
    if (!copy) return;
    explicit_bzero(*at, strlen(*at));
    *at = copy;
  }
}
