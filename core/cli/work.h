/* The folder that models work on: read into a workspace, and written back when that is allowed. */
#ifndef QL_CLI_WORK_H
#define QL_CLI_WORK_H

#include <questline/roster.h>
#include <questline/workspace.h>

#include "cli.h"

typedef struct cli_seen cli_seen; /* files of the folder, with when each was written */

typedef struct cli_work {
  cli *c;
  const char *root;
  ql_workspace *workspace; /* NULL where no folder is given */
  bool writes;             /* changes go into the folder; else only beside the quest */
  size_t written, kept;    /* files: in the folder; only beside the quest */
} cli_work;

/// Reads the folder of --work: its text files, but for what is hidden, node_modules, and what is larger than the workspace takes.
int cli_work_open(cli *c, cli_work *out);
/// What models left behind in an earlier part of the quest, and stands beside it, is as they left it.
int cli_work_again(cli_work *work, const ql_quest *quest, const char *quest_path);
struct stat;
/// @param whole  the path as the system knows it
/// @param path   from the folder on
typedef int cli_work_visit(void *ctx, const char *whole, ql_str path, const struct stat *info);
/// Visits the files of the folder that models may see, until one visit is not CLI_DONE.
int cli_work_walk(cli_work *work, cli_work_visit *visit, void *ctx);
/// The documents of that folder are added to a request that models play.
/// @param leader  whose rules may name more of them; may be absent
int cli_work_documents(cli *c, const ql_roster *roster, ql_str leader, ql_value *request);
void cli_work_close(cli_work *work);
/// Saves what models changed: in the folder where --write says so, and unless somebody else changed the file meanwhile; its bytes are kept beside
/// the quest in any case.
/// @param quest_path  NULL: there is no quest
int cli_work_save(cli_work *work, const char *quest_path);
/// The bytes of the file that a line of the log is about to name as an artifact are kept before it does: they may be a command's, of a part of the
/// quest that was killed.
int cli_work_keep(cli_work *work, ql_str line, const char *quest_path);
/// What stands in the folder now: to be asked before a command, see cli_work_take. NULL when it cannot be read; said.
cli_seen *cli_work_look(cli_work *work);
void cli_seen_free(cli_seen *seen);
/// Files that are not as they were then are taken over into the workspace, as an agent's changes.
int cli_work_take(cli_work *work, const cli_seen *seen);
/// Tells on stderr what a conversation changed.
void cli_work_note(const cli_work *work);
/// Tells what was changed, and where it is.
void cli_work_tell(const cli_work *work);

#endif
