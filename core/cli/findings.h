/* What `questline check` found and mended, and the forms it is printed in. */
#ifndef QL_CLI_FINDINGS_H
#define QL_CLI_FINDINGS_H

#include "cli.h"

typedef struct cli_findings {
  const cli_files *files;
  ql_value *found;          /* the shape FileDiagnostics, one for each file that could be read, in order */
  ql_value *mended;         /* one for each file that was changed: {diagnostics, findings, path, written}; NULL without --fix */
  int64_t errors, warnings; /* errors counts files that could not be read or written, too */
} cli_findings;

/// A place in a text that moves: quickest when the offsets rise.
typedef struct cli_cursor {
  ql_str text;
  size_t at;             /* bytes */
  uint32_t line, column; /* from 1, the column in code points; 0 before the first use */
} cli_cursor;

void cli_seek(cli_cursor *cursor, size_t offset);

/* mend.c */

/// Mends files: the text of each that is changed is replaced, in files and, when write is set, on disk. What cannot be written keeps its
/// text and gets the trouble "unwritable".
int cli_mend(cli *c, cli_files *files, ql_str dialect, bool write, ql_value **mended);
/// Lists what was mended; of a dry run, each edit.
void cli_print_mended(FILE *to, const cli_files *files, const ql_value *mended, bool dry);

/* formats.c */

/// SARIF 2.1.0. Source: OASIS, Static Analysis Results Interchange Format, version 2.1.0.
int cli_print_sarif(cli *c, const cli_findings *findings);
/// Commands that GitHub Actions turns into annotations. Source: GitHub Docs, workflow commands; escapes as in actions/toolkit, command.ts.
void cli_print_github(const cli_findings *findings);

#endif
