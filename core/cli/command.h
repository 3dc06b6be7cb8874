/* A command that a model wanted run and a person allowed: a shell in the folder of --work, beside everything else that goes on. */
#ifndef QL_CLI_COMMAND_H
#define QL_CLI_COMMAND_H

#include "cli.h"

#define CLI_SHELL "/bin/sh"

typedef struct cli_job cli_job;

/// Starts a command with stdin from /dev/null and a clean environment, in a session of its own. NULL when the system starts no process; said.
/// @param id     of the effect
/// @param limit  ms until it is ended
cli_job *cli_job_start(cli *c, int64_t id, const char *folder, ql_str command, int64_t limit);
/// Ends what still runs of it, and frees it.
void cli_job_free(cli_job *job);

int64_t cli_job_id(const cli_job *job);
/// Where more of its output comes from; -1 when none will.
int cli_job_fd(const cli_job *job);
/// ms until cli_job_step has something to do, whether or not there is output.
int64_t cli_job_due(const cli_job *job);
/// Takes what came, and goes on with ending it where that has begun. Never waits. @return true when it is over
bool cli_job_step(cli_job *job);
/// Somebody wants it ended: all processes of its group get TERM, and KILL two seconds later.
void cli_job_cancel(cli_job *job);

/// Of one that is over: what it wrote, stdout and stderr as they came, the middle left out where it is long, and how it ended.
/// @return valid UTF-8 without U+0000; absent when out of memory
ql_str cli_job_text(const cli_job *job, ql_arena *a);
bool cli_job_failed(const cli_job *job);
bool cli_job_cancelled(const cli_job *job);

/// Takes the environment out of what other processes can read of this one, /proc/PID/environ and its memory. To be called before the first
/// command: keys stand there. getenv goes on to work.
void cli_hide_environment(void);

#endif
