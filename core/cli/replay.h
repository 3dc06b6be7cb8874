/* A recorded quest played again from its log: no network, no file written, nobody asked. */
#ifndef QL_CLI_REPLAY_H
#define QL_CLI_REPLAY_H

#include <questline/driver.h>

#include "cli.h"

/// What a recorded quest was asked for, shape `Request`, but for who plays it. Its plan is the recorded one.
int cli_recorded_request(cli *c, const ql_quest *recorded, ql_value **out);

/// Calls and uses of tools in a log, and what they took.
typedef struct cli_calls {
  int64_t recalled, asked; /* taken from a recording; performed */
  int64_t tokens, micro;   /* that the recalled ones took when they were performed */
  bool withheld;           /* an answer is there, and its words are not */
  bool offers_withheld;    /* the same of what MCP servers offered */
  bool answered;           /* one is there with its words */
} cli_calls;

/// @param recorded  where recalled answers come from; NULL: they are not looked up
int cli_count_calls(cli *c, const ql_quest *quest, const ql_quest *recorded, cli_calls *out);

/// Plays it into `fresh`, an empty quest, until it is over or something is not recorded.
/// @param request  shape `Request`, with players
int cli_replay(cli *c, const ql_quest *recorded, const ql_roster *roster, const ql_value *request, const ql_driver_kit *kit,
               ql_quest *fresh);

/// Where the moves of two logs part: what agents did and said, whatever it cost and when it was. Shape of the answer: {left, right}, each an
/// event or absent where that log has no more; NULL in *out where they are the same.
int cli_moves_part(cli *c, const ql_quest *left, const ql_quest *right, ql_value **out);

#endif
