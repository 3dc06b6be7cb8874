/* The documents of a project: what `questline load` can choose from. */
#ifndef QL_CLI_DOCUMENTS_H
#define QL_CLI_DOCUMENTS_H

#include <questline/route.h>

#include "cli.h"

typedef struct cli_documents {
  ql_document *at; /* paths from the root of the project, in order of their names */
  size_t count, cap;
  size_t bytes;   /* of all texts */
  size_t large;   /* of which only the size is known */
  size_t no_text; /* left out: not UTF-8, or with NULs */
  bool more;      /* there are more than are looked at */
} cli_documents;

/// Reads the text files below root by their endings, without those of the folder of agent files, and whatever else the rules of the agent
/// name. Symbolic links are not followed.
/// @param specs  the folder of agent files
int cli_read_documents(cli *c, const char *root, const char *specs, const ql_spec *spec, cli_documents *out);

#endif
