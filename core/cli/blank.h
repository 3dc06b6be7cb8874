/* Takes a key out of what a server says: some repeat it in their complaints, and what they say is stored and shown. */
#ifndef CLI_BLANK_H
#define CLI_BLANK_H

#include "cli.h"

typedef struct cli_blank {
  const char *key; /* of the environment; NULL: nothing is taken out */
  size_t len;
  size_t held; /* bytes of the key that came last, and may be its beginning */
} cli_blank;

/// Takes bytes that may be told; false: the listener wants no more.
typedef bool cli_told(void *ctx, ql_str bytes);

cli_blank cli_blank_of(const char *key);
/// Tells bytes as they come, but for the key, wherever they are cut. What may be its beginning waits for the next ones.
bool cli_blank_bytes(cli_blank *b, ql_str bytes, cli_told *tell, void *ctx);
/// Tells what waited, at the end of all.
bool cli_blank_rest(cli_blank *b, cli_told *tell, void *ctx);
/// A text without the key, in the arena; absent when out of memory.
ql_str cli_blank_text(const cli_blank *b, ql_arena *a, ql_str text);

#endif
