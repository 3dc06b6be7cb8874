/* Words of answers that are not whole yet: kept in ID.partial beside the log until their end is logged, and shown when they never got there. */
#ifndef QL_CLI_PARTIAL_H
#define QL_CLI_PARTIAL_H

#include <questline/quest.h>

#include "cli.h"

/// The effect partial.put, into the file of a quest's partials.
int cli_partial_put(cli *c, const char *quest_path, const ql_value *effect);
/// Takes the file away once the end of every answer in it is logged.
int cli_partial_settle(cli *c, const char *quest_path, const ql_quest *quest);
/// Tells what was cut off, of answers whose end is not in the log.
int cli_partial_tell(cli *c, const char *quest_path, const ql_quest *quest);

#endif
