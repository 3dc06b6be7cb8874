/* Keys in files, and what is signed and checked with them. */
#ifndef QL_CLI_SIGNING_H
#define QL_CLI_SIGNING_H

#include <questline/quest.h>

#include "cli.h"
#include "ed25519.h"

typedef struct cli_key {
  uint8_t seed[CLI_SEED_BYTES];
  char public_key[QL_HASH_CHARS]; /* in base64url, as event 0 names it */
} cli_key;

/// Makes a key and a file for it that only its owner may read; an existing file is not touched.
int cli_key_make(cli *c, const char *path, cli_key *out);
/// Reads one. A file that others may read is refused.
int cli_key_read(cli *c, const char *path, cli_key *out);
void cli_key_forget(cli_key *key);

/// The signature of what a shape `Signature` asks for, in base64url.
ql_str cli_signature_of(cli *c, const cli_key *key, const ql_value *asked);

/// Signs a line that is about to be written, with the key of --sign or of QUESTLINE_SIGN, when event 0 names that key for its author.
/// @param must  fail with --sign where it does not
int cli_sign_line(cli *c, const ql_quest *quest, bool must, ql_str *line);

/// Checks the signatures of a log: fills in `wrong` of the verdict's signers. A verdict without signers stays as it is.
int cli_check_signers(cli *c, ql_str log, const ql_value *verdict);

#endif
