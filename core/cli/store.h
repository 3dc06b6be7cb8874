/* Quests on disk: one file each, locked while written, synced before anything is said about it. */
#ifndef QL_CLI_STORE_H
#define QL_CLI_STORE_H

#include <questline/quest.h>

#include "cli.h"

/// An open quest file and what stands in it.
typedef struct cli_log {
  const char *path;
  ql_quest *quest;
  size_t size; /* bytes of whole lines read so far */
  size_t torn; /* bytes behind them that are no whole line */
  int fd;
  bool replaced; /* the file is another one now, and size is not known */
} cli_log;

/// The folder of quests: DIR/quests of --store, else .questline/quests found here or above.
/// @param make  create it here when there is none; otherwise that is an error
int cli_store_folder(cli *c, bool make, const char **out);
/// The file of the quest that --quest names.
int cli_store_find(cli *c, const char *id, const char **path);
/// Names of the quest files in a folder, sorted; "0123456789.quest".
int cli_store_names(cli *c, const char *folder, const char *const **names, size_t *count);

/// An empty quest without a file.
int cli_log_new(cli *c, cli_log *log);
/// Opens and reads a quest. Writing: the file stays locked until it is closed or unlocked, and a torn tail is moved to ID.torn. Reading
/// mends nothing. log is to be closed in any case.
int cli_log_open(cli *c, const char *path, bool writing, cli_log *log);
/// Locks the file for writing and reads what others wrote meanwhile; *changed says whether there was anything.
int cli_log_lock(cli *c, cli_log *log, bool *changed);
void cli_log_unlock(cli_log *log);
/// The bytes of a quest's file, or of stdin for "-", read while nobody is writing a line.
int cli_log_bytes(cli *c, const char *path, ql_str *out);
/// Reads what others wrote meanwhile.
int cli_log_refresh(cli *c, cli_log *log);
/// Both put a line into the file and sync it, not into log->quest: that is the caller's next step. @return CLI_DONE; CLI_FAILED, said, with
/// the file as it was before.
int cli_log_create(cli *c, const char *folder, ql_str line, cli_log *log); /* makes the file of a new quest, and leaves it locked */
int cli_log_write(cli *c, cli_log *log, ql_str line);                      /* adds to one that is locked */
/// Puts a whole log in the place of what stands in a file that is locked, all at once; log->quest stays as it is.
int cli_log_replace(cli *c, cli_log *log, ql_str bytes);
void cli_log_close(cli_log *log);

/// Opens the notes of a quest: ID.notes beside ID.quest, all whole lines of which are *lines. Writing: the file is made when it is not there,
/// stays locked until it is closed, and a torn tail is moved to ID.notes.torn; cli_log_write adds to it. file is to be closed in any case.
int cli_notes_open(cli *c, const char *quest_path, bool writing, cli_log *file, ql_str *lines);

/// Writes a whole new file and syncs it; an existing one is an error.
int cli_write_file(cli *c, const char *path, ql_str bytes);

/// What was made, and is to be kept beside the log.
typedef struct cli_body {
  ql_str bytes;
  char hash[65]; /* SHA-256, NUL-terminated */
} cli_body;

/// Keeps a body in the folder blobs beside the folder of the quest, under its hash; one that is there already stays as it is.
int cli_store_body(cli *c, const char *quest_path, const cli_body *body);
/// A body that was kept; absent when there is none of that hash (64 hexadecimal digits).
/// @param max  bytes
int cli_read_body(cli *c, const char *quest_path, ql_str hash, size_t max, ql_str *out);
/// Binds the command to --fence and --counter and writes its event into the quest of --quest. The body is kept before the event is written, and
/// not when the event is refused. @param body  NULL for none
int cli_send(cli *c, ql_value *command, const cli_body *body);

/// Waits until a file changes. Notified by the system where that is to be had, else by looking at it every few seconds.
typedef struct cli_watch {
  int fd;
} cli_watch;

typedef enum cli_woken { CLI_CHANGED, CLI_TIMEOUT, CLI_SIGNAL } cli_woken;

/// Begins to listen; to be called before the file is read.
cli_watch cli_watch_open(const char *path);
/// @param deadline  by cli_monotonic
cli_woken cli_watch_wait(cli_watch watch, int64_t deadline);
void cli_watch_close(cli_watch watch);
/// Until somebody typed something at the terminal, or ended it; false when interrupted, also a moment before.
bool cli_wait_input(void);
/// Waits, unless interrupted.
cli_woken cli_sleep(int64_t ms);

/* cmd_branch.c */

/// Writes a quest that has no file into the store under its id.
int cli_log_keep(cli *c, cli_log *log);
/// Adds to a quest that is open for writing the events and the texts that a copy of it has more; nothing of either is lost.
/// @param advice  what to do where they part ways
int cli_log_join(cli *c, cli_log *mine, const cli_log *theirs, const char *advice);

/* print.c */

/// One line about event n: who, what, the beginning of the text.
void cli_print_event(cli *c, const ql_quest *quest, int64_t n);
/// For the commands we tell people to type, quoted for a shell: " --store DIR" when it was given; the quest, by its id or as it was given.
const char *cli_store_words(cli *c);
const char *cli_quest_words(cli *c, const ql_quest *quest);
/// {"head", "id", "n"} and the file of a quest.
ql_value *cli_where(cli *c, const cli_log *log);
/// The names of a list, separated by ", ".
void cli_print_names(FILE *to, const ql_value *names);
/// Prints the verdict in words. @return CLI_DONE, or CLI_FAILED when one of it is no.
int cli_print_verdict(const ql_value *verdict);
/// CLI_FAILED when one of a verdict is no.
int cli_verdict_exit(const ql_value *verdict);

#endif
