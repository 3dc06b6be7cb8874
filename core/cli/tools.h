/* The effects ask.tool and tool.run: what a person is asked about tools, and the commands that were allowed. Nothing here waits. */
#ifndef QL_CLI_TOOLS_H
#define QL_CLI_TOOLS_H

#include <questline/driver.h>

#include "work.h"

typedef struct cli_question cli_question;
typedef struct cli_run_job cli_run_job;

typedef struct cli_tools {
  cli *c;
  ql_driver *driver;
  cli_work *work;
  cli_question *questions; /* in order; the first one stands on the terminal */
  cli_run_job *jobs;       /* commands that run */
  bool asked;              /* it does */
  bool ended;              /* nothing more can be typed */
} cli_tools;

/// @param work  where commands run; without a folder there are none
void cli_tools_open(cli *c, ql_driver *driver, cli_work *work, cli_tools *out);
/// Ends the commands that still run, as the Ctrl-C does that is often the reason.
void cli_tools_close(cli_tools *tools);

/// Whether models may run commands here: where there is a folder, and a person who allows them, now or with --allow-bash.
bool cli_tools_runs_commands(const cli *c);

/// The effects. Their results come at once or with cli_tools_step.
int cli_tools_ask(cli_tools *tools, ql_arena *a, const ql_value *effect);
int cli_tools_run(cli_tools *tools, ql_arena *a, const ql_value *effect);
/// Answers no to every question that stands or waits.
int cli_tools_refuse(cli_tools *tools, ql_arena *a);
/// Ends the command of an effect; false when it is no command's.
bool cli_tools_cancel(cli_tools *tools, int64_t id);

bool cli_tools_busy(const cli_tools *tools);
/// A question stands on the terminal.
bool cli_tools_asking(const cli_tools *tools);
/// What is to be waited for: descriptors, as many as there are up to max, and how long at most, in ms.
size_t cli_tools_fds(const cli_tools *tools, int *fds, size_t max);
int64_t cli_tools_due(const cli_tools *tools, int64_t ms);
/// Takes what was typed and what commands wrote. @param a  for the results of those that are over
int cli_tools_step(cli_tools *tools, ql_arena *a);

#endif
