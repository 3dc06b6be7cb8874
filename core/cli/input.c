/* What comes in: files, folders of agent files, stdin, the clock, random bytes. */
#include <questline/limits.h>
#include <questline/roster.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli.h"

static int64_t clock_ms(clockid_t clock) {
  struct timespec now = {0};
  (void)clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t cli_now(void) { return clock_ms(CLOCK_REALTIME); }
int64_t cli_monotonic(void) { return clock_ms(CLOCK_MONOTONIC); }

bool cli_random(uint8_t *bytes, size_t len) {
  for (size_t at = 0; at < len;) {
    size_t piece = len - at < 256 ? len - at : 256; /* what getentropy gives at once */
    if (getentropy(bytes + at, piece) != 0) return false;
    at += piece;
  }
  return true;
}

ql_str cli_clean(cli *c, const char *text) {
  ql_str given = {text, strlen(text)};
  if (ql_utf8_bad(given) == SIZE_MAX) return ql_arena_str(c->a, given);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t at = 0; at < given.len;) {
    size_t from = at;
    uint32_t code_point;
    bool good = ql_utf8_next(given, &at, &code_point);
    ql_buf_add(&out, good ? ql_slice(given, from, at) : QL_STR("\xEF\xBF\xBD"));
    if (!good) at++;
  }
  ql_str clean = out.failed ? QL_ABSENT : ql_arena_str(c->a, ql_buf_str(&out));
  ql_buf_free(&out);
  return clean;
}

/* ---- reading ---- */

/// Reads until the end or until max bytes and one more are there. False with errno set.
static bool read_all(int fd, size_t max, ql_buf *out) {
  char piece[64 * 1024];
  while (out->len <= max && !out->failed) {
    ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR && !cli_interrupted()) continue;
    if (got < 0) return false;
    if (got == 0) break;
    ql_buf_add(out, (ql_str){piece, (size_t)got});
  }
  if (out->failed) errno = ENOMEM;
  return !out->failed;
}

/// The bytes in the arena. False with errno set; EISDIR for a folder.
static bool read_path(cli *c, const char *path, size_t max, ql_str *out) {
  bool in = strcmp(path, "-") == 0;
  int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ql_buf bytes = ql_buf_new(ql_alloc_libc());
  bool good = read_all(fd, max, &bytes);
  int why = errno;
  if (!in) (void)close(fd);
  if (good) {
    *out = ql_arena_str(c->a, bytes.ptr ? ql_buf_str(&bytes) : QL_STR(""));
    good = out->ptr != NULL;
    why = ENOMEM;
  }
  ql_buf_free(&bytes);
  errno = why;
  return good;
}

static const char *shown(const char *path) { return strcmp(path, "-") == 0 ? "stdin" : path; }

int cli_read(cli *c, const char *path, size_t max, ql_str *out) {
  ql_str bytes;
  if (!read_path(c, path, max, &bytes)) return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "read", shown(path));
  if (bytes.len > max) return cli_fail(c, QL_ERR_LIMIT, "%s is larger than %zu bytes, the most that is read.", shown(path), max);
  *out = bytes;
  return CLI_DONE;
}

int cli_text(cli *c, const char *label, const char *given, ql_str *out) {
  ql_str text = {given, strlen(given)};
  if (strcmp(given, "-") == 0) {
    int code = cli_read(c, given, QL_LINE_BYTES_MAX, &text);
    if (code != CLI_DONE) return code;
    if (text.len > 0 && text.ptr[text.len - 1] == '\n') text.len--;
    if (text.len > 0 && text.ptr[text.len - 1] == '\r') text.len--;
  }
  if (text.len == 0) return cli_fail(c, QL_ERR_ARGUMENT, "%s is empty.", label);
  if (memchr(text.ptr, '\0', text.len)) return cli_fail(c, QL_ERR_ARGUMENT, "%s has a NUL character in it.", label);
  if (ql_utf8_bad(text) != SIZE_MAX) return cli_fail(c, QL_ERR_ARGUMENT, "%s is not valid UTF-8 text.", label);
  *out = text;
  return CLI_DONE;
}

/* ---- agent files ---- */

static bool is_agent_file(const char *name) {
  const char *ending = strrchr(name, '.');
  return ending && (strcasecmp(ending, ".md") == 0 || strcasecmp(ending, ".mdc") == 0);
}

/// Folders that hold other people's Markdown.
static bool is_skipped(const FTSENT *entry) {
  return entry->fts_level > 0 && (strcmp(entry->fts_name, ".git") == 0 || strcmp(entry->fts_name, "node_modules") == 0);
}

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

static void tell_unreadable(const char *path, int why, size_t *unreadable) {
  cli_note("%s:1:1: error[unreadable] Cannot read it: %s.", path, strerror(why));
  ++*unreadable;
}

/// Adds a file. What is too large is a diagnostic of the roster, so one byte more than the limit is enough of it.
static int add_file(cli *c, ql_roster *roster, const char *path, size_t *unreadable) {
  ql_str text;
  ql_error err = {0};
  if (!read_path(c, path, QL_SPEC_BYTES_MAX, &text)) {
    if (cli_interrupted()) return cli_stop(c);
    tell_unreadable(path, errno, unreadable);
    return CLI_DONE;
  }
  ql_status status = ql_roster_add(roster, cli_clean(c, strcmp(path, "-") == 0 ? "stdin" : path), text, &err);
  bool too_large = status == QL_ERR_LIMIT && text.len > QL_SPEC_BYTES_MAX;
  return status == QL_OK || too_large ? CLI_DONE : cli_fail_error(c, &err, path);
}

static int add_entry(cli *c, ql_roster *roster, FTS *tree, FTSENT *entry, size_t *unreadable) {
  switch (entry->fts_info) {
  case FTS_D:
    if (is_skipped(entry)) (void)fts_set(tree, entry, FTS_SKIP);
    return CLI_DONE;
  case FTS_F:
    if (entry->fts_level > 0 && !is_agent_file(entry->fts_name)) return CLI_DONE;
    return add_file(c, roster, entry->fts_path, unreadable);
  case FTS_DEFAULT: /* pipes and devices: only where named */
    return entry->fts_level > 0 ? CLI_DONE : add_file(c, roster, entry->fts_path, unreadable);
  case FTS_SLNONE: /* a symbolic link to nowhere */
    if (entry->fts_level > 0 && !is_agent_file(entry->fts_name)) return CLI_DONE;
    tell_unreadable(entry->fts_path, ENOENT, unreadable);
    return CLI_DONE;
  case FTS_DNR:
  case FTS_ERR:
  case FTS_NS: tell_unreadable(entry->fts_path, entry->fts_errno, unreadable); return CLI_DONE;
  default: return CLI_DONE; /* the way back out of a folder; a link to a folder around it */
  }
}

static int add_tree(cli *c, ql_roster *roster, const char *path, size_t *unreadable) {
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
    code = cli_interrupted() ? cli_stop(c) : add_entry(c, roster, tree, entry, unreadable);
    if (code != CLI_DONE) break;
  }
  (void)fts_close(tree);
  return code;
}

int cli_read_roster(cli *c, const char *const *paths, size_t count, ql_roster **out, size_t *unreadable) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  ql_error err = {0};
  if (!roster) return cli_no_memory(c);
  int code = CLI_DONE;
  for (size_t i = 0; i < count && code == CLI_DONE; i++) {
    bool in = strcmp(paths[i], "-") == 0;
    code = in ? add_file(c, roster, paths[i], unreadable) : add_tree(c, roster, paths[i], unreadable);
  }
  if (code == CLI_DONE && ql_roster_link(roster, &err) != QL_OK) code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) {
    *out = roster;
    return CLI_DONE;
  }
  ql_roster_free(roster);
  return code;
}
