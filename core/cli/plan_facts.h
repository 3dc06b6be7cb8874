/* What a plan is held against beside itself: --files, --budget, --prices. */
#ifndef QL_CLI_PLAN_FACTS_H
#define QL_CLI_PLAN_FACTS_H

#include <questline/plan.h>

#include "cli.h"

/// Says so where more than one operand or option wants stdin.
int cli_one_stdin(cli *c);
/// --prices, where it is given; otherwise *out stays as it is.
int cli_read_prices(cli *c, const ql_value **out);
/// The findings of ql_plan_check_with by what the options say. Prices are read anyway, the cost is computed for a budget.
/// @param roster  may be NULL
int cli_plan_problems(cli *c, const ql_plan *plan, const ql_roster *roster, const ql_value **out);
/// CLI_FAILED when there is an error among them, with --strict also for a warning; else CLI_DONE.
int cli_plan_verdict(const cli *c, const ql_value *problems);
/// Prints a plan, in the form that was asked for, and on stderr what keeps it from running. roster may be NULL.
int cli_print_plan(cli *c, const ql_plan *plan, const ql_roster *roster);

#endif
