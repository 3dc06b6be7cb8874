/* For tests alone, as LD_PRELOAD: kills the program at one of its calls to the system that leave something behind or bring something in. Each has a
   label, such as `write log start Bash`. QL_KILL_WHAT says at which label, QL_KILL_AT at the how manieth of it; QL_KILL_HOW=after: when the call was
   made, QL_KILL_HOW=half: where it writes, when half of it was written. QL_KILL_TRACE names a file that gets a line for each such call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define LABEL      128
#define MANY       512

static long calls;                /* with the label that is wanted */
static char started[MANY][LABEL]; /* what the event of that number began */
static char line[LABEL];          /* what was written to the log last */
static char sent[MANY][LABEL];    /* what was sent last over that descriptor */

static void end(void) { (void)kill(getpid(), SIGKILL); }

static int how(const char *word) {
  const char *value = getenv("QL_KILL_HOW");
  return value && strcmp(value, word) == 0;
}

/* Whether the program is to end when this call was made; where it is to end before that, it does so at once. */
static int count(const char *what, const char *about) {
  char label[2 * LABEL];
  const char *path = getenv("QL_KILL_TRACE"), *wanted = getenv("QL_KILL_WHAT"), *at = getenv("QL_KILL_AT");
  (void)snprintf(label, sizeof label, "%s%s%s", what, *about ? " " : "", about);
  FILE *file = path ? fopen(path, "a") : NULL;
  if (file) {
    (void)fprintf(file, "%s\n", label);
    (void)fclose(file);
  }
  if (!wanted || strcmp(wanted, label) != 0 || ++calls != (at ? strtol(at, NULL, 10) : 1)) return 0;
  if (how("after") || (how("half") && strcmp(what, "write") == 0)) return 1;
  end();
  return 0;
}

static void end_if(int due) {
  if (due) end();
}

/* ---- what a call is about ---- */

/* A kind of file, or a name. */
static const char *place_of(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
  if (strstr(path, "/blobs/")) return "blob";
  if (strncmp(name, ".questline-", 11) == 0) return "unfinished";
  if (dot && strcmp(dot, ".quest") == 0) return "log";
  return dot && strcmp(dot, ".partial") == 0 ? "partial" : name;
}

static const char *place_of_fd(int fd) {
  static char path[512];
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(link, path, sizeof path - 1);
  path[len < 0 ? 0 : len] = '\0';
  return place_of(path);
}

/* The word behind `before` in bytes; "" where it is not there. */
static void word_after(const void *bytes, size_t len, const char *before, char out[LABEL]) {
  const char *from = memmem(bytes, len, before, strlen(before)), *last = (const char *)bytes + len;
  size_t at = 0;
  if (from)
    for (from += strlen(before); from < last && *from != '"' && *from != ',' && *from != '}' && at + 1 < LABEL; from++) out[at++] = *from;
  out[at] = '\0';
}

/* The type of an event; of a call its tool too, or that it is a model's. Its end is what makes it one. */
static void name_line(const void *bytes, size_t len) {
  char type[LABEL], tool[LABEL], n[LABEL];
  if (len == 1) {
    (void)snprintf(line + strlen(line), LABEL - strlen(line), " end");
    return;
  }
  word_after(bytes, len, "\"t\":\"", type);
  word_after(bytes, len, "\"tool\":\"", tool);
  int starts = strcmp(type, "start") == 0, done = strcmp(type, "done") == 0;
  word_after(bytes, len, done ? "\"start\":" : "\"n\":", n);
  size_t slot = (size_t)strtol(n, NULL, 10) % MANY;
  if (starts) (void)snprintf(started[slot], LABEL, "%s", *tool ? tool : "model");
  const char *of = !starts && !done ? "" : *started[slot] ? started[slot] : "lost"; /* begun before this program was */
  (void)snprintf(line, LABEL, "log %.40s%s%.60s", type, *of ? " " : "", of);
}

static void name_request(int fd, const void *bytes, size_t len) {
  char method[LABEL];
  const char *mcp = memmem(bytes, len < 64 ? len : 64, " /mcp", 5);
  if (fd < 0 || fd >= MANY) return;
  word_after(bytes, len, "\"method\":\"", method);
  (void)snprintf(sent[fd], LABEL, "%s%s%.60s", mcp ? "server" : "model", mcp ? " " : "", !mcp ? "" : *method ? method : "session");
}

static int is_a(int fd, mode_t kind) {
  struct stat info;
  return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == kind;
}

static int is_socket(int fd) { return fd >= 0 && fd < MANY && *sent[fd] && is_a(fd, S_IFSOCK); }

/* ---- the calls ---- */

ssize_t write(int fd, const void *bytes, size_t len) {
  REAL(write);
  if (fd <= STDERR_FILENO || !is_a(fd, S_IFREG)) return real(fd, bytes, len);
  const char *place = place_of_fd(fd);
  int log = strcmp(place, "log") == 0;
  if (log) name_line(bytes, len);
  int due = count("write", log ? line : place);
  ssize_t done = real(fd, bytes, due && how("half") ? len / 2 : len);
  end_if(due);
  return done;
}

int fsync(int fd) {
  REAL(fsync);
  const char *place = place_of_fd(fd);
  int due = count("fsync", strcmp(place, "log") == 0 ? line : place), done = real(fd);
  end_if(due);
  return done;
}

int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  int due = count("ftruncate", place_of_fd(fd)), done = real(fd, size);
  end_if(due);
  return done;
}

int rename(const char *from, const char *to) {
  REAL(rename);
  int due = count("rename", place_of(to)), done = real(from, to);
  end_if(due);
  return done;
}

int link(const char *from, const char *to) {
  REAL(link);
  int due = count("link", place_of(to)), done = real(from, to);
  end_if(due);
  return done;
}

int unlink(const char *path) {
  REAL(unlink);
  int due = count("unlink", place_of(path)), done = real(path);
  end_if(due);
  return done;
}

int getentropy(void *bytes, size_t len) {
  REAL(getentropy);
  int due = count("getentropy", ""), done = real(bytes, len);
  end_if(due);
  return done;
}

pid_t fork(void) {
  REAL(fork);
  int due = count("fork", "");
  pid_t child = real();
  end_if(due && child != 0);
  return child;
}

ssize_t send(int fd, const void *bytes, size_t len, int flags) {
  REAL(send);
  name_request(fd, bytes, len);
  int due = count("send", is_socket(fd) ? sent[fd] : "");
  ssize_t done = real(fd, bytes, len, flags);
  end_if(due);
  return done;
}

/* What came is there, and nobody has seen it. */
ssize_t recv(int fd, void *bytes, size_t len, int flags) {
  REAL(recv);
  ssize_t got = real(fd, bytes, len, flags);
  if (got > 0) end_if(count("recv", is_socket(fd) ? sent[fd] : ""));
  return got;
}

/* Of a connection, with all that was still to come over it. */
int close(int fd) {
  REAL(close);
  int due = is_socket(fd) && count("close", sent[fd]);
  if (fd >= 0 && fd < MANY) *sent[fd] = '\0';
  int done = real(fd);
  end_if(due);
  return done;
}

/* Output of a command, or what a person typed. */
ssize_t read(int fd, void *bytes, size_t len) {
  REAL(read);
  ssize_t got = real(fd, bytes, len);
  if (got <= 0) return got;
  if (fd > STDERR_FILENO && is_a(fd, S_IFIFO)) end_if(count("read", "output"));
  if (fd == STDIN_FILENO && is_a(fd, S_IFCHR)) end_if(count("read", "terminal"));
  return got;
}

/* A question is about to be put to who sits at the terminal. */
int tcflush(int fd, int queue) {
  REAL(tcflush);
  int due = count("ask", "terminal"), done = real(fd, queue);
  end_if(due);
  return done;
}

/* There is nothing to do until then. */
int pselect(int n, fd_set *in, fd_set *out, fd_set *other, const struct timespec *limit, const sigset_t *mask) {
  REAL(pselect);
  int due = n == 0 && count("sleep", ""), ready = real(n, in, out, other, limit, mask);
  end_if(due);
  return ready;
}
