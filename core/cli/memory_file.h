/* The file of a memory graph: read, changed and put in its place again all at once. Who of us writes it has its folder locked, and what another
   program wrote meanwhile is not lost: then it is read again. */
#ifndef QL_CLI_MEMORY_FILE_H
#define QL_CLI_MEMORY_FILE_H

#include <questline/memory.h>

#include "cli.h"

typedef struct cli_memory_file {
  const char *path; /* NULL where nothing is remembered */
  ql_memory *memory;
  ql_str before; /* what stands in the file; absent when there is none yet */
  ql_str held;   /* of cli_memory_hold: the graph as it was then, or saved last */
} cli_memory_file;

typedef int cli_memory_change(cli *c, ql_memory *memory, const void *ctx, ql_value **answer);

/// Reads the graph. One that has no file yet is empty. Freed with ql_memory_free.
int cli_memory_load(cli *c, cli_memory_file *file);
/// Changes the graph of a file and writes it. Nothing is written when the change fails.
int cli_memory_change_file(cli *c, const char *path, cli_memory_change *change, const void *ctx, ql_value **answer);
/// Opens a graph that is to be saved again and again while others may write its file.
int cli_memory_hold(cli *c, cli_memory_file *file);
/// Writes a graph that is held, if it was changed. What somebody else added to the file or forgot in it meanwhile is so here too (ql_memory_merge).
int cli_memory_save(cli *c, cli_memory_file *file);

#endif
