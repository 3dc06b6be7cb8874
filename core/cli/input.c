/* What comes in: files, stdin, the clock, random bytes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

bool cli_read_bytes(cli *c, const char *path, size_t max, ql_str *out) {
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

int cli_read_limited(cli *c, const char *path, size_t max, const char *limit, ql_str *out) {
  ql_str bytes;
  if (!cli_read_bytes(c, path, max, &bytes)) return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "read", shown(path));
  if (bytes.len > max)
    return cli_fail(c, QL_ERR_LIMIT, "%s is larger than %zu bytes, the most that is read (%s).", shown(path), max, limit);
  *out = bytes;
  return CLI_DONE;
}

int cli_text_limited(cli *c, const char *label, const char *given, size_t max, const char *limit, ql_str *out) {
  ql_str text = {given, strlen(given)};
  if (strcmp(given, "-") == 0) {
    int code = cli_read_limited(c, given, max, limit, &text);
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
