/* The folder that models work on: read into a workspace, and written back when that is allowed. */
#ifndef QL_CLI_WORK_H
#define QL_CLI_WORK_H

#include <questline/roster.h>
#include <questline/workspace.h>

#include "cli.h"

typedef struct cli_work {
  cli *c;
  const char *root;
  ql_workspace *workspace; /* NULL where no folder is given */
  bool writes;             /* changes go into the folder; else only beside the quest */
  size_t written, kept;    /* files */
} cli_work;

/// Reads the folder of --work: its text files, but for what is hidden, node_modules, and what is larger than the workspace takes.
int cli_work_open(cli *c, cli_work *out);
/// What models left behind in an earlier part of the quest, and stands beside it, is as they left it.
int cli_work_again(cli_work *work, const ql_quest *quest, const char *quest_path);
/// The documents of that folder are added to a request that models play.
/// @param leader  whose rules may name more of them; may be absent
int cli_work_documents(cli *c, const ql_roster *roster, ql_str leader, ql_value *request);
void cli_work_close(cli_work *work);
/// Saves what models changed: in the folder where --write says so, and unless somebody else changed the file meanwhile; its bytes are kept beside
/// the quest in any case.
int cli_work_save(cli_work *work, const char *quest_path);
/// Tells what was changed, and where it is.
void cli_work_tell(const cli_work *work);

#endif
