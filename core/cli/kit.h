/* What models play with on the command line: their requests, a folder, commands, memory, MCP servers. And the effects of a driver that need these. */
#ifndef QL_CLI_KIT_H
#define QL_CLI_KIT_H

#include "memory_file.h"
#include "models.h"
#include "tools.h"

typedef struct cli_kit {
  cli *c;
  cli_models models;
  cli_work work;
  cli_tools tools;
  cli_memory_file memory;
} cli_kit;

/// Gives a driver what the options say, before it is asked for its first effect.
/// @param request  that it was made with
/// @param words    answers are printed as they come, and not kept before they are whole
int cli_kit_open(cli *c, ql_driver *driver, const ql_value *request, bool words, cli_kit *out);
/// Ends what is under way. Before the driver is freed.
void cli_kit_close(cli_kit *kit);

/// Performs http.request, effect.cancel, ask.tool, tool.run and wait; *mine is false for any other effect.
/// @return CLI_NOT_YET where nobody is waited for but somebody elsewhere
int cli_kit_perform(cli_kit *kit, ql_arena *a, const ql_value *effect, bool *mine);
/// Saves what models remember.
int cli_kit_save(cli_kit *kit);

#endif
