#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR    512u
#define ENTRIES   16u
#define PATH_SIZE 512u
#define FDS       256

ssize_t __real_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_open(const char *path, int flags, ...);
int __real_mkdir(const char *path, mode_t mode);
int __real_unlink(const char *path);

ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_open(const char *path, int flags, ...);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_unlink(const char *path);

/* A file or folder below the root. */
typedef struct entry {
  char path[PATH_SIZE];
  bool folder, name_safe;
  char *safe; /* of a file: its bytes when it was synced last */
  size_t safe_len;
} entry;

static struct {
  disk_fault fault;
  size_t calls; /* before it happens */
  bool struck;
  char root[PATH_SIZE], left[PATH_SIZE];
  uint64_t chance;
  entry entries[ENTRIES];
  size_t count;
  int by_fd[FDS]; /* 1 + the entry that is open there; 0 */
} disk;

static void must(bool good, const char *what) {
  if (good) return;
  perror(what);
  abort();
}

/* xorshift64*, Vigna 2014. */
static bool coin(void) {
  disk.chance ^= disk.chance >> 12;
  disk.chance ^= disk.chance << 25;
  disk.chance ^= disk.chance >> 27;
  return (disk.chance * UINT64_C(2685821657736338717)) >> 63 != 0;
}

/* ---- what is remembered ---- */

static char *contents(const char *path, size_t *len) {
  struct stat info;
  *len = 0;
  if (stat(path, &info) != 0) return NULL;
  int fd = __real_open(path, O_RDONLY);
  must(fd >= 0, path);
  char *bytes = malloc((size_t)info.st_size + 1);
  must(bytes && read(fd, bytes, (size_t)info.st_size) == info.st_size, path);
  *len = (size_t)info.st_size;
  close(fd);
  return bytes;
}

static bool is_below(const char *path) {
  size_t len = strlen(disk.root);
  return disk.fault != DISK_NONE && strncmp(path, disk.root, len) == 0 && (path[len] == '/' || !path[len]);
}

/* The entry of a path; a new one is as safe as it is said to be. */
static entry *note(const char *given, bool folder, bool safe) {
  char path[PATH_SIZE];
  size_t len = (size_t)snprintf(path, sizeof path, "%s", given);
  must(len < sizeof path, given);
  while (path[len - 1] == '/') path[--len] = 0;
  for (size_t i = 0; i < disk.count; i++)
    if (strcmp(disk.entries[i].path, path) == 0) return &disk.entries[i];
  must(disk.count < ENTRIES, "entries");
  entry *e = &disk.entries[disk.count++];
  *e = (entry){.folder = folder, .name_safe = safe};
  snprintf(e->path, sizeof e->path, "%s", path);
  if (!folder && safe) e->safe = contents(path, &e->safe_len);
  return e;
}

static void note_all(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) return;
  note(path, S_ISDIR(info.st_mode), true);
  if (!S_ISDIR(info.st_mode)) return;
  DIR *folder = opendir(path);
  for (const struct dirent *item; (item = readdir(folder));) {
    char below[PATH_SIZE];
    if (item->d_name[0] == '.' && (!item->d_name[1] || item->d_name[1] == '.')) continue;
    must((size_t)snprintf(below, sizeof below, "%s/%s", path, item->d_name) < sizeof below, path);
    note_all(below);
  }
  closedir(folder);
}

static void synced(entry *e) {
  if (!e->folder) {
    free(e->safe);
    e->safe = contents(e->path, &e->safe_len);
    return;
  }
  size_t len = strlen(e->path);
  for (size_t i = 0; i < disk.count; i++) {
    entry *item = &disk.entries[i];
    if (strncmp(item->path, e->path, len) == 0 && item->path[len] == '/' && !strchr(item->path + len + 1, '/')) item->name_safe = true;
  }
}

/* ---- loss of power ---- */

static void build(const char *path, const char *bytes, size_t len) {
  int fd = __real_open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
  must(fd >= 0 && __real_write(fd, bytes, len) == (ssize_t)len, path);
  close(fd);
}

/* Some of the blocks that were written since; of the last one perhaps a half. A block that did not come is what was there, or zeros. */
static void build_file(const entry *e, const char *path) {
  size_t len, at = 0;
  char *now = contents(e->path, &len);
  size_t longest = len > e->safe_len ? len : e->safe_len, out_len = coin() ? len : e->safe_len;
  char *out = calloc(1, longest + SECTOR);
  must(out != NULL, "memory");
  if (e->safe) memcpy(out, e->safe, e->safe_len);
  for (; now && at < len; at += SECTOR) {
    size_t piece = len - at < SECTOR ? len - at : SECTOR;
    if (at + piece == len && coin()) piece /= 2;
    if (coin()) memcpy(out + at, now + at, piece);
  }
  build(path, out, out_len);
  free(out);
  free(now);
}

static void lose_power(void) {
  for (size_t i = 0; i < disk.count; i++) {
    const entry *e = &disk.entries[i];
    char path[2 * PATH_SIZE], parent[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s%s", disk.left, e->path + strlen(disk.root));
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    if (i > 0 && access(parent, F_OK) != 0) continue;
    if (!e->name_safe && coin()) continue;
    if (e->folder)
      must(__real_mkdir(path, 0777) == 0, path);
    else
      build_file(e, path);
  }
  _exit(DISK_EXIT);
}

/* ---- the calls ---- */

/* True when it is this call's turn. */
static bool strikes(void) {
  if (disk.fault == DISK_NONE || disk.struck || disk.calls-- > 0) return false;
  disk.struck = true;
  return true;
}

/* Before the call. False, with errno set, when it fails. */
static bool goes_on(bool struck, bool writes) {
  if (!struck) return true;
  if (disk.fault == DISK_KILL && !writes) raise(SIGKILL);
  if (disk.fault == DISK_FULL) errno = ENOSPC;
  if (disk.fault == DISK_BROKEN) errno = EIO;
  if (disk.fault == DISK_SIGNAL) errno = EINTR;
  return disk.fault != DISK_FULL && disk.fault != DISK_BROKEN && disk.fault != DISK_SIGNAL;
}

static void after(bool struck) {
  int kept = errno;
  if (struck && disk.fault == DISK_KILL_LATE) raise(SIGKILL);
  if (struck && disk.fault == DISK_POWER) lose_power();
  errno = kept;
}

static entry *entry_of(int fd) { return fd >= 0 && fd < FDS && disk.by_fd[fd] > 0 ? &disk.entries[disk.by_fd[fd] - 1] : NULL; }

ssize_t __wrap_write(int fd, const void *bytes, size_t len) {
  if (!entry_of(fd)) return __real_write(fd, bytes, len);
  bool struck = strikes();
  bool half = struck && len > 1 && disk.fault != DISK_KILL_LATE && disk.fault != DISK_POWER && disk.fault != DISK_SIGNAL;
  ssize_t written = half ? __real_write(fd, bytes, len / 2) : 0;
  if (struck && disk.fault == DISK_KILL) raise(SIGKILL);
  if (half && disk.fault == DISK_SHORT) return written;
  if (!goes_on(struck, true)) return -1;
  written = __real_write(fd, bytes, len);
  after(struck);
  return written;
}

int __wrap_fsync(int fd) {
  entry *e = entry_of(fd);
  if (!e) return __real_fsync(fd);
  bool struck = strikes();
  if (!goes_on(struck, false)) return -1;
  synced(e); /* the disk is this one: the real one need not be waited for */
  after(struck);
  return 0;
}

int __wrap_ftruncate(int fd, off_t size) {
  if (!entry_of(fd)) return __real_ftruncate(fd, size);
  bool struck = strikes();
  if (!goes_on(struck, false)) return -1;
  int answer = __real_ftruncate(fd, size);
  after(struck);
  return answer;
}

int __wrap_open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & O_CREAT) ? (mode_t)va_arg(more, int) : 0;
  va_end(more);
  bool changes = is_below(path) && (flags & O_CREAT) && access(path, F_OK) != 0, struck = changes && strikes();
  if (!goes_on(struck, false)) return -1;
  int fd = __real_open(path, flags, mode);
  if (fd >= 0 && fd < FDS) disk.by_fd[fd] = is_below(path) ? (int)(note(path, (flags & O_DIRECTORY) != 0, !changes) - disk.entries) + 1 : 0;
  after(struck);
  return fd;
}

int __wrap_mkdir(const char *path, mode_t mode) {
  bool changes = is_below(path) && access(path, F_OK) != 0, struck = changes && strikes();
  if (!goes_on(struck, false)) return -1;
  int answer = __real_mkdir(path, mode);
  if (changes && answer == 0) note(path, true, false);
  after(struck);
  return answer;
}

int __wrap_unlink(const char *path) {
  bool changes = is_below(path), struck = changes && strikes();
  if (!goes_on(struck, false)) return -1;
  int answer = __real_unlink(path);
  after(struck);
  return answer;
}

/* ---- for the tests ---- */

void disk_arm(disk_fault fault, size_t calls, const char *root, const char *left, uint32_t seed) {
  for (size_t i = 0; i < disk.count; i++) free(disk.entries[i].safe);
  memset(&disk, 0, sizeof disk);
  disk.fault = fault;
  disk.calls = calls;
  disk.chance = UINT64_C(0x9e3779b97f4a7c15) * (seed + 1u);
  snprintf(disk.root, sizeof disk.root, "%s", root);
  snprintf(disk.left, sizeof disk.left, "%s", left ? left : "");
  if (fault != DISK_NONE) note_all(root);
}

void disk_set(size_t calls) { disk.calls = calls; }
bool disk_struck(void) { return disk.struck; }

void disk_remove(const char *path) {
  DIR *folder = opendir(path);
  for (const struct dirent *item; folder && (item = readdir(folder));) {
    char below[2 * PATH_SIZE];
    if (item->d_name[0] == '.' && (!item->d_name[1] || (item->d_name[1] == '.' && !item->d_name[2]))) continue;
    snprintf(below, sizeof below, "%s/%s", path, item->d_name);
    disk_remove(below);
  }
  if (folder) closedir(folder);
  remove(path);
}
