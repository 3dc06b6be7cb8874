/* A plan that a model makes, for `questline plan --provider`. */
#ifndef QL_CLI_PLANNER_H
#define QL_CLI_PLANNER_H

#include <questline/plan.h>

#include "cli.h"

/// Asks the model of the options for a plan; nothing is written anywhere. What it wrote in place of one is told on stderr.
/// @param out  lasts as long as the command
int cli_ask_plan(cli *c, const ql_roster *roster, ql_str leader, ql_str objective, const ql_plan **out);

#endif
