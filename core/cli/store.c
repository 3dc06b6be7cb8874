#include "store.h"

#include <questline/limits.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define ENDING ".quest"

static ql_str c_str(const char *s) { return (ql_str){s, strlen(s)}; }

/// The pieces one after another, NUL-terminated. NULL when out of memory.
static const char *join(cli *c, const char *x, const char *y, const char *z) {
  return ql_arena_concat(c->a, (const ql_str[]){c_str(x), c_str(y), c_str(z), {"", 1}}, 4).ptr;
}

/* ---- folders ---- */

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/// Makes a folder unless it is there. False with errno set.
static bool make_folder(const char *path) { return mkdir(path, 0777) == 0 || (errno == EEXIST && is_folder(path)); }

static bool sync_file(int fd) {
  while (fsync(fd) != 0)
    if (errno != EINTR) return false;
  return true;
}

/// Makes the names in a folder last.
static bool sync_folder(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  bool good = sync_file(fd) || errno == EINVAL; /* file systems that cannot, keep names anyway */
  (void)close(fd);
  return good;
}

static bool sync_parent(cli *c, const char *path) {
  size_t end = strlen(path);
  while (end > 1 && path[end - 1] == '/') end--;
  while (end > 0 && path[end - 1] != '/') end--;
  const char *parent = end > 0 ? ql_arena_concat(c->a, (const ql_str[]){{path, end}, {"", 1}}, 2).ptr : ".";
  if (!parent) errno = ENOMEM;
  return parent && sync_folder(parent);
}

/// The .questline folder here or above; NULL when there is none or no memory.
static const char *find_above(cli *c) {
  char *here = realpath(".", NULL);
  const char *found = NULL;
  for (bool more = here != NULL; more && !found;) {
    const char *path = join(c, here, "/", ".questline");
    if (path && is_folder(path)) found = path;
    more = here[1] != '\0'; /* the root is the last */
    char *slash = strrchr(here, '/');
    slash[slash == here ? 1 : 0] = '\0';
  }
  free(here);
  return found;
}

int cli_store_folder(cli *c, bool make, const char **out) {
  const char *base = c->value[CLI_store] ? c->value[CLI_store] : find_above(c);
  if (!base && !make)
    return cli_fail(
        c, QL_ERR_NOT_FOUND,
        "There is no .questline folder here or above. Go where your quests are, name the folder with --store, or create a quest.");
  if (!base) base = ".questline";
  const char *folder = join(c, base, "/", "quests");
  if (!folder) return cli_no_memory(c);
  if (make) {
    if (!make_folder(base)) return cli_fail_errno(c, "make the folder", base);
    if (!make_folder(folder)) return cli_fail_errno(c, "make the folder", folder);
    /* Each time: whoever made them may have been stopped before this. */
    if (!sync_parent(c, base) || !sync_folder(base)) return cli_fail_errno(c, "write", base);
  } else if (!is_folder(folder)) {
    return cli_fail(c, QL_ERR_NOT_FOUND, "There is no folder %s. Create a quest first.", folder);
  }
  *out = folder;
  return CLI_DONE;
}

/* ---- names ---- */

static int by_bytes(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

static bool is_quest_name(const char *name) {
  size_t len = strlen(name);
  return *name != '.' && len > strlen(ENDING) && strcmp(name + len - strlen(ENDING), ENDING) == 0;
}

int cli_store_names(cli *c, const char *folder, const char *const **names, size_t *count) {
  DIR *open_folder = opendir(folder);
  if (!open_folder) return cli_fail_errno(c, "read", folder);
  const char **list = NULL;
  size_t cap = 0, len = 0;
  bool good = true;
  for (const struct dirent *entry; good && (entry = readdir(open_folder));) {
    if (!is_quest_name(entry->d_name)) continue;
    const char **grown = ql_arena_grow(c->a, list, len, &cap, sizeof *list);
    if (grown) list = grown;
    good = grown && (list[len] = join(c, entry->d_name, "", "")) != NULL;
    if (good) len++;
  }
  (void)closedir(open_folder);
  if (!good) return cli_no_memory(c);
  if (len > 0) qsort(list, len, sizeof *list, by_bytes);
  *names = list;
  *count = len;
  return CLI_DONE;
}

/// As ids are written: Crockford's base32 reads o as 0, i and l as 1, and does not mind case and hyphens.
static ql_str normal_id(cli *c, const char *given) {
  char *out = ql_arena_get(c->a, strlen(given) + 1);
  size_t len = 0;
  for (; out && *given; given++) {
    char digit = ql_to_lower(*given);
    if (digit == '-') continue;
    out[len++] = digit == 'o' ? '0' : digit == 'i' || digit == 'l' ? '1' : digit;
  }
  return (ql_str){out, len};
}

static int tell_ambiguous(cli *c, const char *id, const char *const *names, const size_t *matches, size_t count) {
  ql_buf list = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < count; i++) {
    ql_str name = c_str(names[matches[i]]);
    if (i > 0) ql_buf_add(&list, QL_STR(", "));
    ql_buf_add(&list, ql_slice(name, 0, name.len - strlen(ENDING)));
  }
  ql_buf_byte(&list, '\0');
  int code =
      list.failed ? cli_no_memory(c) : cli_fail(c, QL_ERR_STATE, "Several quests begin with %s: %s. Give more characters.", id, list.ptr);
  ql_buf_free(&list);
  return code;
}

int cli_store_find(cli *c, const char *id, const char **path) {
  if (strchr(id, '/') || is_quest_name(id)) {
    *path = id;
    return CLI_DONE;
  }
  const char *folder = NULL, *const *names = NULL;
  size_t count = 0, found = 0;
  int code = cli_store_folder(c, false, &folder);
  if (folder) code = cli_store_names(c, folder, &names, &count);
  if (code != CLI_DONE) return code;
  ql_str start = normal_id(c, id);
  size_t *matches = ql_arena_array(c->a, count + 1, sizeof *matches);
  if (!start.ptr || !matches) return cli_no_memory(c);
  for (size_t i = 0; i < count && start.len > 0; i++)
    if (ql_starts(c_str(names[i]), start)) matches[found++] = i;
  if (found == 0)
    return cli_fail(c, QL_ERR_NOT_FOUND, "There is no quest whose id begins with %s in %s. See questline quest list.", id, folder);
  if (found > 1) return tell_ambiguous(c, id, names, matches, found);
  *path = join(c, folder, "/", names[matches[0]]);
  return *path ? CLI_DONE : cli_no_memory(c);
}

/* ---- bodies ---- */

/// The folder blobs beside the folder quests that a quest lies in, or beside the quest itself.
static const char *blob_folder(cli *c, const char *quest_path) {
  static const char quests[] = "quests/";
  const size_t len = sizeof quests - 1;
  size_t end = strlen(quest_path);
  while (end > 0 && quest_path[end - 1] != '/') end--;
  bool stored = end > len && quest_path[end - len - 1] == '/' && memcmp(quest_path + end - len, quests, len) == 0;
  const ql_str parts[] = {{quest_path, stored ? end - len : end}, QL_STR("blobs"), {"", 1}};
  return ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
}

/* The name of an unfinished file tells the process, so that two do not write into one. */
int cli_store_body(cli *c, const char *quest_path, const cli_body *body) {
  const char *folder = blob_folder(c, quest_path);
  char part[32];
  (void)snprintf(part, sizeof part, ".%ld", (long)getpid());
  const char *path = folder ? join(c, folder, "/", body->hash) : NULL, *unfinished = path ? join(c, path, part, "") : NULL;
  struct stat info;
  if (!unfinished) return cli_no_memory(c);
  if (!make_folder(folder)) return cli_fail_errno(c, "make the folder", folder);
  if (stat(path, &info) == 0 && (size_t)info.st_size == body->bytes.len) return CLI_DONE;
  int code = cli_write_file(c, unfinished, body->bytes);
  if (code != CLI_DONE) return code;
  if (rename(unfinished, path) == 0 && sync_folder(folder)) return CLI_DONE;
  code = cli_fail_errno(c, "write", path);
  (void)unlink(unfinished);
  return code;
}

int cli_read_body(cli *c, const char *quest_path, ql_str hash, size_t max, ql_str *out) {
  const char *folder = blob_folder(c, quest_path);
  char name[65] = "";
  if (hash.len < sizeof name) memcpy(name, hash.ptr, hash.len);
  const char *path = folder ? join(c, folder, "/", name) : NULL;
  if (!path) return cli_no_memory(c);
  *out = QL_ABSENT;
  if (cli_read_bytes(c, path, max, out)) return CLI_DONE;
  return errno == ENOENT ? CLI_DONE : cli_fail_errno(c, "read", path);
}

/* ---- reading ---- */

static bool lock(int fd, int how) {
  while (flock(fd, how) != 0)
    if (errno != EINTR || cli_interrupted()) return false;
  return true;
}

/// Whether the file that is open is no longer the one of that name.
static bool is_gone(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && info.st_nlink == 0;
}

/// Locks a file; the one that took its place meanwhile, where one did (`quest sign`).
static bool lock_log(cli_log *log, int how) {
  for (;;) {
    if (!lock(log->fd, how)) return false;
    if (!is_gone(log->fd)) return true;
    int fd = open(log->path, (fcntl(log->fd, F_GETFL) & (O_ACCMODE | O_APPEND)) | O_CLOEXEC);
    if (fd < 0) return true; /* removed: told where it is read */
    (void)close(log->fd);
    log->fd = fd;
    log->replaced = true;
  }
}

static int lock_failed(cli *c, const char *path) { return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "lock", path); }

/// Reads `len` bytes at `from`. False with errno set; 0 when the file is shorter.
static bool read_at(int fd, size_t from, char *out, size_t len) {
  for (size_t at = 0; at < len;) {
    ssize_t got = pread(fd, out + at, len - at, (off_t)(from + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = 0;
      return false;
    }
    at += (size_t)got;
  }
  return true;
}

/// What a line says its head is; absent where it is no line.
static ql_str head_of(cli *c, ql_str line) {
  ql_value *value;
  return ql_canon_read(c->a, ql_trim(line), &value, NULL) == QL_OK ? ql_get_str(value, QL_STR("h")) : QL_ABSENT;
}

static int damaged(cli *c, const cli_log *log, const ql_error *err) {
  if (err->status == QL_ERR_NOMEM) return cli_no_memory(c);
  if (err->status == QL_ERR_VERSION)
    return cli_fail(c, QL_ERR_VERSION, "%s, line %u, was written by newer rules. A newer Questline can read it.", log->path, err->line);
  return cli_fail(c, err->status, "%s is damaged at line %u (%s%s%s). See questline verify %s.", log->path, err->line, err->message,
                  *err->detail ? " " : "", err->detail, log->path);
}

/// Finds in a file that took another one's place where the lines end that were read there: with signatures they are longer.
static int find_place(cli *c, cli_log *log) {
  ql_str bytes;
  int64_t left = ql_quest_count(log->quest);
  size_t from = 0, at = 0;
  if (!cli_read_bytes(c, log->path, (size_t)QL_QUEST_BYTES_MAX + QL_LINE_BYTES_MAX, &bytes))
    return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "read", log->path);
  for (; left > 0; left--) {
    size_t end = ql_find_byte(bytes, '\n', at);
    if (end == SIZE_MAX) break;
    from = at;
    at = end + 1;
  }
  char head[QL_HASH_CHARS];
  ql_quest_head(log->quest, head);
  if (left > 0 || (at > 0 && !ql_eq(head_of(c, ql_slice(bytes, from, at)), (ql_str){head, QL_HASH_CHARS})))
    return cli_fail(c, QL_ERR_INTEGRITY, "%s was replaced by another quest while it was open.", log->path);
  log->size = at;
  log->replaced = false;
  return CLI_DONE;
}

/// Reads what stands behind the lines already read. The file is locked.
static int read_on(cli *c, cli_log *log) {
  struct stat info;
  int code = log->replaced ? find_place(c, log) : CLI_DONE;
  if (code != CLI_DONE) return code;
  if (fstat(log->fd, &info) != 0) return cli_fail_errno(c, "read", log->path);
  if (!S_ISREG(info.st_mode)) return cli_fail(c, QL_ERR_STATE, "%s is no plain file.", log->path);
  size_t size = (size_t)info.st_size;
  if (info.st_nlink == 0) return cli_fail(c, QL_ERR_NOT_FOUND, "%s was removed.", log->path);
  if (size < log->size) return cli_fail(c, QL_ERR_INTEGRITY, "%s lost events while it was open.", log->path);
  if (size > (size_t)QL_QUEST_BYTES_MAX + QL_LINE_BYTES_MAX)
    return cli_fail(c, QL_ERR_LIMIT, "%s is larger than %u bytes, the most that a quest may have.", log->path, QL_QUEST_BYTES_MAX);
  size_t len = size - log->size;
  log->torn = 0;
  if (len == 0) return CLI_DONE;
  char *bytes = malloc(len);
  if (!bytes) return cli_no_memory(c);
  ql_error err = {0};
  if (!read_at(log->fd, log->size, bytes, len)) {
    code = errno ? cli_fail_errno(c, "read", log->path) : cli_fail(c, QL_ERR_INTEGRITY, "%s lost events while it was open.", log->path);
  } else {
    size_t whole = len;
    while (whole > 0 && bytes[whole - 1] != '\n') whole--;
    if (ql_quest_append_log(log->quest, (ql_str){bytes, whole}, &err) != QL_OK) {
      code = damaged(c, log, &err);
    } else {
      log->size += whole;
      log->torn = len - whole;
    }
  }
  free(bytes);
  return code;
}

int cli_log_bytes(cli *c, const char *path, ql_str *out) {
  struct stat info;
  bool plain = strcmp(path, "-") != 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode);
  int fd = plain ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd >= 0 && !lock(fd, LOCK_SH)) {
    int code = lock_failed(c, path);
    (void)close(fd);
    return code;
  }
  int code = cli_read(c, path, QL_QUEST_BYTES_MAX, out);
  if (fd >= 0) (void)close(fd);
  return code;
}

int cli_log_refresh(cli *c, cli_log *log) {
  if (!lock_log(log, LOCK_SH)) return lock_failed(c, log->path);
  int code = read_on(c, log);
  (void)flock(log->fd, LOCK_UN);
  return code;
}

/* ---- writing ---- */

/// False with errno set.
static bool write_all(int fd, ql_str bytes) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;
    if (written <= 0) return false;
    bytes = ql_slice(bytes, (size_t)written, bytes.len);
  }
  return true;
}

/// Makes a file that could not be written as long as before; false, with errno as it is.
static bool take_back(int fd, size_t size) {
  int why = errno;
  if (ftruncate(fd, (off_t)size) != 0 || !sync_file(fd))
    cli_note("questline: what was half written could not be taken back; the next writer moves it aside.");
  errno = why;
  return false;
}

/// Writes all at the end. False with errno set and the file as long as before.
static bool append_synced(int fd, size_t size, ql_str bytes) { return (write_all(fd, bytes) && sync_file(fd)) || take_back(fd, size); }

/// The same for a line: its LF is written when all before it has reached the disk. A disk that loses power in the middle may have taken
/// later blocks and not earlier ones; so a line that has its end is whole, and one that was cut is a torn tail.
static bool append_line(int fd, size_t size, ql_str line) {
  ql_str end = ql_slice(line, line.len - 1, line.len);
  return (write_all(fd, ql_slice(line, 0, line.len - 1)) && sync_file(fd) && write_all(fd, end) && sync_file(fd)) || take_back(fd, size);
}

/// ID.torn beside ID.quest.
static const char *beside(cli *c, const char *path, ql_str ending) {
  size_t stem = strlen(path) - (is_quest_name(path) ? strlen(ENDING) : 0);
  return ql_arena_concat(c->a, (const ql_str[]){{path, stem}, ending, {"", 1}}, 3).ptr;
}

/// Moves bytes that are no whole line to ID.torn. They are added there before they are taken away here.
static int mend_torn(cli *c, cli_log *log) {
  const char *aside = beside(c, log->path, QL_STR(".torn"));
  char *bytes = malloc(log->torn);
  int fd = -1, code = CLI_DONE;
  bool good = aside && bytes;
  if (!good) errno = ENOMEM;
  if (good) good = read_at(log->fd, log->size, bytes, log->torn);
  if (good) good = (fd = open(aside, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) >= 0;
  struct stat info;
  if (good) good = fstat(fd, &info) == 0 && append_synced(fd, (size_t)info.st_size, (ql_str){bytes, log->torn});
  if (good) good = sync_parent(c, aside);
  if (good) good = ftruncate(log->fd, (off_t)log->size) == 0 && sync_file(log->fd);
  if (!good) code = cli_fail_errno(c, "mend the torn end of", log->path);
  if (fd >= 0) (void)close(fd);
  free(bytes);
  if (code != CLI_DONE) return code;
  cli_note("questline: The last %zu bytes of %s were no whole %s; a write was cut short. They are in %s now.", log->torn, log->path,
           log->quest ? "event" : "note", aside);
  log->torn = 0;
  return CLI_DONE;
}

int cli_log_lock(cli *c, cli_log *log, bool *changed) {
  int64_t before = ql_quest_count(log->quest);
  if (!lock_log(log, LOCK_EX)) return lock_failed(c, log->path);
  int code = read_on(c, log);
  if (code == CLI_DONE && log->torn > 0) code = mend_torn(c, log);
  if (code != CLI_DONE) cli_log_unlock(log);
  *changed = ql_quest_count(log->quest) != before;
  return code;
}

void cli_log_unlock(cli_log *log) { (void)flock(log->fd, LOCK_UN); }

int cli_log_new(cli *c, cli_log *log) {
  *log = (cli_log){.path = "", .fd = -1, .quest = ql_quest_new(ql_alloc_libc())};
  return log->quest ? CLI_DONE : cli_no_memory(c);
}

int cli_log_open(cli *c, const char *path, bool writing, cli_log *log) {
  int made = cli_log_new(c, log);
  if (made != CLI_DONE) return made;
  log->path = path;
  log->fd = open(path, (writing ? O_RDWR | O_APPEND : O_RDONLY) | O_CLOEXEC);
  if (log->fd < 0) return cli_fail_errno(c, writing ? "write" : "read", path);
  bool changed;
  if (writing) return cli_log_lock(c, log, &changed);
  int code = cli_log_refresh(c, log);
  if (code == CLI_DONE && log->torn > 0)
    cli_note("questline: The last %zu bytes of %s are no whole event and are left out.", log->torn, path);
  return code;
}

int cli_log_write(cli *c, cli_log *log, ql_str line) {
  if (!append_line(log->fd, log->size, line)) return cli_fail_errno(c, "write", log->path);
  log->size += line.len;
  return CLI_DONE;
}

/// The id in the first line of a quest; absent when there is none.
static ql_str id_of(cli *c, ql_str line) {
  ql_value *value;
  ql_error err;
  if (ql_canon_read(c->a, ql_trim(line), &value, &err) != QL_OK) return QL_ABSENT;
  return ql_get_str(QL_GET(QL_GET(value, "e"), "d"), QL_STR("id"));
}

int cli_log_create(cli *c, const char *folder, ql_str line, cli_log *log) {
  ql_str id = id_of(c, line);
  const char *path =
      id.ptr ? ql_arena_concat(c->a, (const ql_str[]){c_str(folder), QL_STR("/"), id, QL_STR(ENDING), {"", 1}}, 5).ptr : NULL;
  if (!path) return cli_no_memory(c);
  log->path = path;
  log->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (log->fd < 0) return cli_fail_errno(c, "make", path);
  bool good = lock(log->fd, LOCK_EX) && append_line(log->fd, 0, line) && sync_folder(folder);
  int code = good ? CLI_DONE : cli_fail_errno(c, "write", path);
  if (!good) (void)unlink(path);
  if (good) log->size = line.len;
  return code;
}

/// A new file beside the old one takes its name. False with errno set, and the old one as it was.
static bool swap_in(cli *c, cli_log *log, const char *target, ql_str bytes) {
  struct stat like;
  const char *fresh = join(c, target, ".new", ""); /* one writer at a time: what stands there is left from one that was stopped */
  if (!fresh || fstat(log->fd, &like) != 0) return false;
  int fd = open(fresh, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, like.st_mode & 0777);
  if (fd < 0) return false;
  bool good =
      fchmod(fd, like.st_mode & 0777) == 0 && lock(fd, LOCK_EX) && write_all(fd, bytes) && sync_file(fd) && rename(fresh, target) == 0;
  int why = errno;
  if (good) {
    (void)close(log->fd);
    log->fd = fd;
    log->size = bytes.len;
  } else {
    (void)close(fd);
    (void)unlink(fresh);
  }
  errno = why;
  return good;
}

int cli_log_replace(cli *c, cli_log *log, ql_str bytes) {
  char *target = realpath(log->path, NULL); /* a symbolic link stays one */
  bool good = target && swap_in(c, log, target, bytes) && sync_parent(c, target);
  int code = good ? CLI_DONE : cli_fail_errno(c, "write", log->path);
  free(target);
  return code;
}

void cli_log_close(cli_log *log) {
  if (log->fd >= 0) (void)close(log->fd); /* and with it the lock */
  ql_quest_free(log->quest);
  log->quest = NULL;
  log->fd = -1;
}

/// Reads all lines of a file that is locked.
static int read_lines(cli *c, cli_log *file, ql_str *lines) {
  struct stat info;
  if (fstat(file->fd, &info) != 0) return cli_fail_errno(c, "read", file->path);
  if (!S_ISREG(info.st_mode)) return cli_fail(c, QL_ERR_STATE, "%s is no plain file.", file->path);
  size_t len = (size_t)info.st_size;
  if (len > QL_QUEST_BYTES_MAX) return cli_fail(c, QL_ERR_LIMIT, "%s is larger than %u bytes.", file->path, QL_QUEST_BYTES_MAX);
  char *bytes = ql_arena_get(c->a, len + 1);
  if (!bytes) return cli_no_memory(c);
  if (!read_at(file->fd, 0, bytes, len)) return cli_fail_errno(c, "read", file->path);
  while (len > 0 && bytes[len - 1] != '\n') len--;
  file->size = len;
  file->torn = (size_t)info.st_size - len;
  *lines = (ql_str){bytes, len};
  return CLI_DONE;
}

int cli_notes_open(cli *c, const char *quest_path, bool writing, cli_log *file, ql_str *lines) {
  *file = (cli_log){.path = beside(c, quest_path, QL_STR(".notes")), .fd = -1};
  *lines = QL_STR("");
  if (!file->path) return cli_no_memory(c);
  file->fd = open(file->path, (writing ? O_RDWR | O_APPEND | O_CREAT : O_RDONLY) | O_CLOEXEC, 0666);
  if (file->fd < 0) return !writing && errno == ENOENT ? CLI_DONE : cli_fail_errno(c, writing ? "write" : "read", file->path);
  if (!lock(file->fd, writing ? LOCK_EX : LOCK_SH)) return lock_failed(c, file->path);
  int code = read_lines(c, file, lines);
  if (code == CLI_DONE && writing && file->torn > 0) code = mend_torn(c, file);
  if (code == CLI_DONE && writing && file->size == 0 && !sync_parent(c, file->path)) code = cli_fail_errno(c, "write", file->path);
  if (!writing && file->torn > 0)
    cli_note("questline: The last %zu bytes of %s are no whole note and are left out.", file->torn, file->path);
  return code;
}

int cli_write_file(cli *c, const char *path, ql_str bytes) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return cli_fail_errno(c, "make", path);
  bool good = append_synced(fd, 0, bytes) && sync_parent(c, path);
  int code = good ? CLI_DONE : cli_fail_errno(c, "write", path);
  (void)close(fd);
  if (!good) (void)unlink(path);
  return code;
}
