#include "tools.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"

#define LIMIT_MS 120000 /* of a command where nothing is said */

/* Each has its effect's words in an arena of its own. */
struct cli_question {
  cli_question *next;
  ql_arena *a;
  const ql_value *effect;
};

struct cli_run_job {
  cli_run_job *next;
  cli_job *job;
  cli_seen *seen; /* the folder as it was before */
};

static bool has_terminal(void) { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

bool cli_tools_runs_commands(const cli *c) { return c->value[CLI_work] && (c->value[CLI_allow_bash] || has_terminal()); }

void cli_tools_open(cli *c, ql_driver *driver, cli_work *work, cli_tools *out) {
  *out = (cli_tools){.c = c, .driver = driver, .work = work};
  if (cli_tools_runs_commands(c)) cli_hide_environment();
}

static void drop_question(cli_tools *tools) {
  cli_question *first = tools->questions;
  tools->questions = first->next;
  tools->asked = false;
  ql_arena_free(first->a);
  free(first);
}

static void drop_job(cli_tools *tools, cli_run_job *run) {
  cli_run_job **link = &tools->jobs;
  while (*link != run) link = &(*link)->next;
  *link = run->next;
  cli_job_free(run->job);
  cli_seen_free(run->seen);
  free(run);
}

/* ---- results ---- */

static int hand_back(cli_tools *tools, ql_arena *a, int64_t id, ql_value *result) {
  ql_error err = {0};
  QL_SET(result, "id", ql_int(a, id));
  if (ql_arena_failed(a)) return cli_no_memory(tools->c);
  return ql_driver_result(tools->driver, cli_now(), result, &err) == QL_OK ? CLI_DONE : cli_fail_error(tools->c, &err, NULL);
}

static int tell_allowed(cli_tools *tools, const ql_value *effect, bool allowed, ql_arena *a) {
  ql_value *result = ql_object(a);
  QL_SET(result, "allowed", ql_bool(a, allowed));
  return hand_back(tools, a, ql_get_int(effect, QL_STR("id"), 0), result);
}

static int tell_end(cli_tools *tools, ql_arena *a, int64_t id, ql_str text, bool error, bool cancelled) {
  ql_value *result = ql_object(a);
  QL_SET(result, "error", ql_bool(a, error));
  QL_SET(result, "outcome", ql_string(a, cancelled ? QL_STR("cancelled") : QL_STR("complete")));
  QL_SET(result, "text", ql_string(a, text));
  return hand_back(tools, a, id, result);
}

/* ---- questions ---- */

static bool is_command(const ql_value *effect) { return ql_eq(ql_get_str(QL_GET(effect, "tool"), QL_STR("name")), QL_STR("Bash")); }

/* The command line in a call's arguments; absent where they have none. */
static ql_str command_of(const ql_value *effect, ql_arena *a, int64_t *limit) {
  ql_error err = {0};
  ql_value *arguments = NULL;
  if (ql_json_read(a, ql_get_str(QL_GET(effect, "tool"), QL_STR("arguments")), &arguments, &err) != QL_OK) return QL_ABSENT;
  if (limit) *limit = ql_get_int(arguments, QL_STR("timeout"), LIMIT_MS);
  return ql_get_str(arguments, QL_STR("command"));
}

static void put_question(const cli_tools *tools, const cli_question *question) {
  const ql_value *effect = question->effect, *tool = QL_GET(effect, "tool");
  ql_str command = is_command(effect) ? command_of(effect, question->a, NULL) : QL_ABSENT;
  fputc('\n', stderr);
  cli_put(stderr, ql_get_str(effect, QL_STR("agent")));
  if (command.ptr) {
    fputs(" wants to run, with " CLI_SHELL " in ", stderr);
    cli_put(stderr, (ql_str){tools->work->root, strlen(tools->work->root)});
    fputs(":\n", stderr);
    cli_put_block(stderr, command, "  ");
  } else {
    fputs(" wants to use ", stderr);
    cli_put(stderr, ql_get_str(tool, QL_STR("name")));
    fputc(' ', stderr);
    cli_put(stderr, ql_get_str(tool, QL_STR("arguments")));
    fputc('\n', stderr);
  }
  cli_put(stderr, ql_get_str(effect, QL_STR("question")));
  fputs(" Allow it? [y/N] ", stderr);
}

/* What was typed before a question stood there is no answer to it. */
static void show_question(cli_tools *tools) {
  if (!tools->questions || tools->asked) return;
  (void)tcflush(STDIN_FILENO, TCIFLUSH);
  put_question(tools, tools->questions);
  tools->asked = true;
}

static int queue(cli_tools *tools, const ql_value *effect) {
  cli_question *question = calloc(1, sizeof *question), **end = &tools->questions;
  ql_arena *a = question ? ql_arena_new(ql_alloc_libc()) : NULL;
  const ql_value *copy = a ? ql_copy(a, effect) : NULL;
  if (!copy) {
    ql_arena_free(a);
    free(question);
    return cli_no_memory(tools->c);
  }
  *question = (cli_question){.a = a, .effect = copy};
  while (*end) end = &(*end)->next;
  *end = question;
  return CLI_DONE;
}

/* A yes that is given for all: --allow-bash for commands, --yes for everything else. Never for what may have been done already. */
int cli_tools_ask(cli_tools *tools, ql_arena *a, const ql_value *effect) {
  cli *c = tools->c;
  bool command = is_command(effect), again = ql_get_bool(effect, QL_STR("again"));
  if (c->value[command ? CLI_allow_bash : CLI_yes] && !again) return tell_allowed(tools, effect, true, a);
  if (has_terminal() && !tools->ended) return queue(tools, effect);
  ql_str agent = ql_get_str(effect, QL_STR("agent")), name = ql_get_str(QL_GET(effect, "tool"), QL_STR("name"));
  if (again)
    cli_note(
        "questline: %.*s of %.*s is refused: the same call was begun before the quest was interrupted, and may have been carried out. Only a "
        "person at a terminal allows it once more.",
        (int)name.len, name.ptr, (int)agent.len, agent.ptr);
  else if (command)
    cli_note("questline: A command of %.*s is refused: there is no terminal to ask at. --allow-bash allows every command.", (int)agent.len,
             agent.ptr);
  else
    cli_note("questline: %.*s of %.*s is refused: there is no terminal to ask at.%s", (int)name.len, name.ptr, (int)agent.len, agent.ptr,
             c->value[CLI_ask] ? "" : " --yes allows what agents' files want asked.");
  return tell_allowed(tools, effect, false, a);
}

/// What was typed, up to the end of a line; the rest of it is nobody's answer. A terminal hands out whole lines.
static int take_answer(cli_tools *tools, ql_arena *a) {
  char line[256];
  ssize_t got = read(STDIN_FILENO, line, sizeof line);
  if (got < 0) return CLI_DONE;
  tools->ended = got == 0;
  if (tools->ended) fputc('\n', stderr);
  int code = tell_allowed(tools, tools->questions->effect, got > 0 && (line[0] == 'y' || line[0] == 'Y'), a);
  drop_question(tools);
  return code;
}

int cli_tools_refuse(cli_tools *tools, ql_arena *a) {
  int code = CLI_DONE;
  while (tools->questions && code == CLI_DONE) {
    code = tell_allowed(tools, tools->questions->effect, false, a);
    drop_question(tools);
  }
  return code;
}

/* ---- commands ---- */

int cli_tools_run(cli_tools *tools, ql_arena *a, const ql_value *effect) {
  cli *c = tools->c;
  int64_t id = ql_get_int(effect, QL_STR("id"), 0), said = LIMIT_MS;
  ql_str command = command_of(effect, a, &said);
  if (!command.ptr || !tools->work->root) return cli_fail(c, QL_ERR_STATE, "The driver wants something run that is no command.");
  cli_run_job *run = calloc(1, sizeof *run);
  if (!run) return cli_no_memory(c);
  run->seen = cli_work_look(tools->work);
  run->job = run->seen ? cli_job_start(c, id, tools->work->root, command, ql_get_int(effect, QL_STR("limit"), said)) : NULL;
  run->next = tools->jobs;
  tools->jobs = run;
  if (run->job) return CLI_DONE;
  drop_job(tools, run);
  return CLI_FAILED;
}

bool cli_tools_cancel(cli_tools *tools, int64_t id) {
  for (cli_run_job *run = tools->jobs; run; run = run->next) {
    if (cli_job_id(run->job) != id) continue;
    cli_job_cancel(run->job);
    return true;
  }
  return false;
}

static int finish(cli_tools *tools, cli_run_job *run, ql_arena *a) {
  ql_str text = cli_job_text(run->job, a);
  int code = text.ptr ? cli_work_take(tools->work, run->seen) : cli_no_memory(tools->c);
  if (code == CLI_DONE) code = tell_end(tools, a, cli_job_id(run->job), text, cli_job_failed(run->job), cli_job_cancelled(run->job));
  drop_job(tools, run);
  return code;
}

/* ---- what is waited for ---- */

void cli_tools_close(cli_tools *tools) {
  for (cli_run_job *run = tools->jobs; run; run = run->next) cli_job_cancel(run->job);
  for (bool over = false; !over;) {
    int64_t due = 0;
    over = true;
    for (cli_run_job *run = tools->jobs; run; run = run->next) {
      if (cli_job_step(run->job)) continue;
      over = false;
      due = cli_job_due(run->job);
    }
    if (!over && poll(NULL, 0, (int)due) < 0 && errno != EINTR) break;
  }
  while (tools->jobs) drop_job(tools, tools->jobs);
  while (tools->questions) drop_question(tools);
}

bool cli_tools_busy(const cli_tools *tools) { return tools->questions || tools->jobs; }
bool cli_tools_asking(const cli_tools *tools) { return tools->questions != NULL; }

size_t cli_tools_fds(const cli_tools *tools, int *fds, size_t max) {
  size_t count = 0;
  if (tools->questions && count < max) fds[count++] = STDIN_FILENO;
  for (const cli_run_job *run = tools->jobs; run && count < max; run = run->next) fds[count++] = cli_job_fd(run->job);
  return count;
}

int64_t cli_tools_due(const cli_tools *tools, int64_t ms) {
  for (const cli_run_job *run = tools->jobs; run; run = run->next) {
    int64_t due = cli_job_due(run->job);
    if (due < ms) ms = due;
  }
  return ms;
}

static bool is_typed(void) {
  struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&in, 1, 0) > 0;
}

int cli_tools_step(cli_tools *tools, ql_arena *a) {
  int code = tools->asked && is_typed() ? take_answer(tools, a) : CLI_DONE;
  for (cli_run_job *run = tools->jobs, *next; run && code == CLI_DONE; run = next) {
    next = run->next;
    if (cli_job_step(run->job)) code = finish(tools, run, a);
  }
  show_question(tools);
  return code;
}
