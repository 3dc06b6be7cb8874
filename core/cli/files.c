/* Agent files: found in folders, read, and written anew; the project around them. */
#include <questline/limits.h>
#include <questline/roster.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli.h"
#include "store.h"

/* ---- reading ---- */

static bool is_agent_file(const char *name) {
  const char *ending = strrchr(name, '.');
  return ending && (strcasecmp(ending, ".md") == 0 || strcasecmp(ending, ".mdc") == 0);
}

/// Folders that hold other people's Markdown.
static bool is_skipped(const FTSENT *entry) {
  return entry->fts_level > 0 && (strcmp(entry->fts_name, ".git") == 0 || strcmp(entry->fts_name, "node_modules") == 0);
}

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

void cli_trouble(cli *c, cli_file *file, const char *code, const char *doing, const char *why) {
  const ql_str pieces[] = {QL_STR("Cannot "), {doing, strlen(doing)}, QL_STR(" it: "), {why, strlen(why)}, QL_STR(".")};
  file->code = code;
  file->trouble = ql_arena_concat(c->a, pieces, QL_COUNT(pieces));
}

/// @param why  an errno; 0 when it could be read
static int add(cli *c, cli_files *files, const char *path, ql_str text, int why) {
  if (files->count == QL_ROSTER_FILES_MAX)
    return cli_fail(c, QL_ERR_LIMIT, "There are more than %u agent files (QL_ROSTER_FILES_MAX). Name a smaller folder.",
                    QL_ROSTER_FILES_MAX);
  cli_file *grown = ql_arena_grow(c->a, files->at, files->count, &files->cap, sizeof *grown);
  cli_file file = {.path = ql_arena_str(c->a, (ql_str){path, strlen(path) + 1}).ptr, .text = text};
  file.label = cli_clean(c, strcmp(path, "-") == 0 ? "stdin" : path);
  if (why) cli_trouble(c, &file, "unreadable", "read", strerror(why));
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  files->at = grown;
  files->at[files->count++] = file;
  return CLI_DONE;
}

/// Reads a file. What is too large is a diagnostic of the roster, so one byte more than the limit is enough of it.
static int add_file(cli *c, cli_files *files, const char *path) {
  ql_str text;
  if (cli_read_bytes(c, path, QL_SPEC_BYTES_MAX, &text)) return add(c, files, path, text, 0);
  return cli_interrupted() ? cli_stop(c) : add(c, files, path, QL_ABSENT, errno);
}

static int add_entry(cli *c, cli_files *files, FTS *tree, FTSENT *entry) {
  switch (entry->fts_info) {
  case FTS_D:
    if (is_skipped(entry)) (void)fts_set(tree, entry, FTS_SKIP);
    return CLI_DONE;
  case FTS_F:
    if (entry->fts_level > 0 && !is_agent_file(entry->fts_name)) return CLI_DONE;
    return add_file(c, files, entry->fts_path);
  case FTS_DEFAULT: /* pipes and devices: only where named */ return entry->fts_level > 0 ? CLI_DONE : add_file(c, files, entry->fts_path);
  case FTS_SLNONE: /* a symbolic link to nowhere */
    if (entry->fts_level > 0 && !is_agent_file(entry->fts_name)) return CLI_DONE;
    return add(c, files, entry->fts_path, QL_ABSENT, ENOENT);
  case FTS_DNR:
  case FTS_ERR:
  case FTS_NS: return add(c, files, entry->fts_path, QL_ABSENT, entry->fts_errno);
  default: return CLI_DONE; /* the way back out of a folder; a link to a folder around it */
  }
}

static int add_tree(cli *c, cli_files *files, const char *path) {
  char *roots[2] = {ql_arena_get(c->a, strlen(path) + 1), NULL}; /* a copy: fts wants to write to it */
  if (!roots[0]) return cli_no_memory(c);
  memcpy(roots[0], path, strlen(path) + 1);
  FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
  if (!tree) return cli_fail_errno(c, "read", path);
  int code = CLI_DONE;
  for (;;) {
    errno = 0;
    FTSENT *entry = fts_read(tree);
    if (!entry && errno) code = cli_fail_errno(c, "read", path);
    if (!entry) break;
    code = cli_interrupted() ? cli_stop(c) : add_entry(c, files, tree, entry);
    if (code != CLI_DONE) break;
  }
  (void)fts_close(tree);
  return code;
}

int cli_read_files(cli *c, const char *const *paths, size_t count, cli_files *out) {
  *out = (cli_files){0};
  int code = CLI_DONE;
  for (size_t i = 0; i < count && code == CLI_DONE; i++)
    code = strcmp(paths[i], "-") == 0 ? add_file(c, out, paths[i]) : add_tree(c, out, paths[i]);
  return code;
}

size_t cli_tell_troubles(const cli_files *files) {
  size_t count = 0;
  for (size_t i = 0; i < files->count; i++) {
    const cli_file *file = &files->at[i];
    if (!file->code) continue;
    count++;
    cli_put(stderr, file->label);
    fprintf(stderr, ":1:1: error[%s] ", file->code);
    cli_put(stderr, file->trouble);
    fputc('\n', stderr);
  }
  return count;
}

size_t cli_set_troubles(cli *c, const cli_files *files, ql_value *answer) {
  ql_value *list = ql_array(c->a);
  for (size_t i = 0; i < files->count; i++) {
    const cli_file *file = &files->at[i];
    if (!file->code) continue;
    ql_value *one = ql_push(list, ql_object(c->a));
    QL_SET(one, "code", ql_string(c->a, (ql_str){file->code, strlen(file->code)}));
    QL_SET(one, "message", ql_string(c->a, file->trouble));
    QL_SET(one, "path", ql_string(c->a, file->label));
  }
  if (!list || list->count == 0) return 0;
  QL_SET(answer, "failed", list);
  return list->count;
}

static int fill(cli *c, const cli_files *files, ql_str dialect, ql_roster *roster) {
  ql_error err = {0};
  if (ql_roster_dialect(roster, dialect, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  for (size_t i = 0; i < files->count; i++) {
    const cli_file *file = &files->at[i];
    if (!file->text.ptr) continue;
    ql_status status = ql_roster_add(roster, file->label, file->text, &err);
    bool too_large = status == QL_ERR_LIMIT && file->text.len > QL_SPEC_BYTES_MAX;
    if (status != QL_OK && !too_large) return cli_fail_error(c, &err, file->path);
  }
  return ql_roster_link(roster, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

int cli_make_roster(cli *c, const cli_files *files, ql_str dialect, ql_roster **out) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  if (!roster) return cli_no_memory(c);
  int code = fill(c, files, dialect, roster);
  if (code == CLI_DONE)
    *out = roster;
  else
    ql_roster_free(roster);
  return code;
}

/* ---- writing anew ---- */

static const char OTHERS[] = "somebody else changed it meanwhile; run the command again";

/// Writes everything and sees it on the disk. False with errno set.
static bool write_synced(int fd, ql_str bytes) {
  for (size_t at = 0; at < bytes.len;) {
    ssize_t written = write(fd, bytes.ptr + at, bytes.len - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    at += (size_t)written;
  }
  return fsync(fd) == 0;
}

/// The permissions, and the owner where this is allowed.
static bool dress(int fd, const struct stat *like) {
  struct stat now;
  if (fstat(fd, &now) != 0) return false;
  if ((now.st_uid != like->st_uid || now.st_gid != like->st_gid) && fchown(fd, like->st_uid, like->st_gid) != 0 && errno != EPERM)
    return false;
  return fchmod(fd, like->st_mode & 0777) == 0;
}

/// A new file beside the old one takes its place. False with errno set, and nothing left behind.
static bool swap(cli *c, const char *target, const struct stat *like, ql_str text) {
  const char *slash = strrchr(target, '/');
  ql_str folder = {target, slash ? (size_t)(slash - target) + 1 : 0};
  ql_str name = ql_arena_concat(c->a, (const ql_str[]){folder, QL_STR(".questline-XXXXXX"), {"", 1}}, 3);
  char *path = name.ptr ? strdup(name.ptr) : NULL; /* mkstemp writes to it */
  int fd = path ? mkstemp(path) : -1;
  bool good = fd >= 0 && dress(fd, like) && write_synced(fd, text);
  if (good) good = rename(path, target) == 0;
  int why = path ? errno : ENOMEM;
  if (fd >= 0) (void)close(fd);
  if (fd >= 0 && !good) (void)unlink(path);
  free(path);
  errno = why;
  return good;
}

/// Makes the new name in the folder last; a folder that cannot is no reason to say that the file was not written.
static void sync_folder_of(cli *c, const char *target) {
  const char *slash = strrchr(target, '/');
  ql_str folder = ql_arena_concat(c->a, (const ql_str[]){{target, slash ? (size_t)(slash - target) + 1 : 0}, {"", 1}}, 2);
  int fd = folder.ptr ? open(folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  (void)fsync(fd);
  (void)close(fd);
}

int cli_make_file(cli *c, const char *path, ql_str bytes) {
  const char *slash = strrchr(path, '/');
  char part[40];
  int len = snprintf(part, sizeof part, ".questline-%ld", (long)getpid());
  ql_str folder = {path, slash ? (size_t)(slash - path) + 1 : 0};
  const char *unfinished = ql_arena_concat(c->a, (const ql_str[]){folder, {part, (size_t)len}, {"", 1}}, 3).ptr;
  if (!unfinished) return cli_no_memory(c);
  int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  bool written = fd >= 0 && write_synced(fd, bytes), good = written && link(unfinished, path) == 0;
  int why = errno;
  if (fd >= 0) (void)close(fd);
  if (fd >= 0) (void)unlink(unfinished);
  if (good) sync_folder_of(c, path);
  errno = why;
  if (good) return CLI_DONE;
  bool unlinkable = written && (why == EPERM || why == EOPNOTSUPP || why == ENOSYS || why == EMLINK); /* there are no hard links there */
  return unlinkable ? cli_write_file(c, path, bytes) : cli_fail_errno(c, fd < 0 || why == EEXIST ? "make" : "write", path);
}

static const char *replace(cli *c, const char *target, ql_str before, ql_str after) {
  struct stat info;
  ql_str now;
  if (stat(target, &info) != 0) return strerror(errno);
  if (!S_ISREG(info.st_mode)) return "it is no plain file";
  if ((info.st_mode & 0222) == 0) return "it is read-only";
  if (access(target, W_OK) != 0 || !cli_read_bytes(c, target, before.len > after.len ? before.len : after.len, &now))
    return strerror(errno);
  if (ql_eq(now, after)) return NULL; /* the same file by another name */
  if (!ql_eq(now, before)) return OTHERS;
  if (!swap(c, target, &info, after)) return strerror(errno);
  sync_folder_of(c, target);
  return NULL;
}

const char *cli_replace_file(cli *c, const char *path, ql_str before, ql_str after) {
  char *target = realpath(path, NULL);
  if (!target) return strerror(errno);
  const char *why = replace(c, target, before, after);
  free(target);
  return why;
}

/* ---- the project ---- */

int cli_root(cli *c, const char **root) {
  struct stat info;
  *root = c->value[CLI_root] ? c->value[CLI_root] : ".";
  if (stat(*root, &info) != 0) return cli_fail_errno(c, "read", *root);
  return S_ISDIR(info.st_mode) ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "--root wants a folder, and %s is none.", *root);
}

int cli_find_link(cli *c, const char *root, const char *path, bool *link) {
  size_t root_len = strlen(root), len = strlen(path);
  char *whole = ql_arena_get(c->a, root_len + len + 2);
  if (!whole) return cli_no_memory(c);
  memcpy(whole, root, root_len);
  whole[root_len] = '/';
  memcpy(whole + root_len + 1, path, len + 1);
  *link = false;
  for (size_t at = 1; at <= len && !*link; at++) {
    if (path[at] != '/' && path[at] != '\0') continue;
    struct stat info;
    whole[root_len + 1 + at] = '\0';
    if (lstat(whole, &info) == 0)
      *link = S_ISLNK(info.st_mode);
    else
      *link = errno != ENOENT && errno != ENOTDIR;
    whole[root_len + 1 + at] = path[at];
  }
  return CLI_DONE;
}
