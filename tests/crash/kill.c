/* For tests alone, as LD_PRELOAD: kills the program at its Nth call to the system that leaves something behind or brings something in. QL_KILL_AT says
   N; QL_KILL_HALF=1: where that call writes, half of it is written. QL_KILL_TRACE names a file that gets a line for each such call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static long calls;

static long wanted(const char *name) {
  const char *value = getenv(name);
  return value ? strtol(value, NULL, 10) : 0;
}

static void trace(const char *what, const char *about) {
  const char *path = getenv("QL_KILL_TRACE");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  (void)fprintf(file, "%ld %s %s\n", calls, what, about);
  (void)fclose(file);
}

static void end(void) { (void)kill(getpid(), SIGKILL); }

static void name_of(int fd, char out[512]) {
  char link[64];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(link, out, 511);
  out[len < 0 ? 0 : len] = '\0';
}

/* Whether the program is to end here; it does so at once but where half of a write is wanted. */
static int count(const char *what, const char *about) {
  calls++;
  trace(what, about);
  if (calls != wanted("QL_KILL_AT")) return 0;
  if (wanted("QL_KILL_HALF") && strcmp(what, "write") == 0) return 1;
  end();
  return 0;
}

static int count_fd(const char *what, int fd) {
  char name[512];
  name_of(fd, name);
  return count(what, name);
}

static int is_file(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

static int is_pipe(int fd) {
  struct stat info;
  return fd > STDERR_FILENO && fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t len) {
  REAL(write);
  if (fd > STDERR_FILENO && is_file(fd) && count_fd("write", fd)) {
    (void)!real(fd, bytes, len / 2);
    end();
  }
  return real(fd, bytes, len);
}

int fsync(int fd) {
  REAL(fsync);
  (void)count_fd("fsync", fd);
  return real(fd);
}

int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  (void)count_fd("ftruncate", fd);
  return real(fd, size);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  (void)count("rename", to);
  return real(from, to);
}

int link(const char *from, const char *to) {
  REAL(link);
  (void)count("link", to);
  return real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  (void)count("unlink", path);
  return real(path);
}

int getentropy(void *bytes, size_t len) {
  REAL(getentropy);
  (void)count("getentropy", "-");
  return real(bytes, len);
}

pid_t fork(void) {
  REAL(fork);
  (void)count("fork", "-");
  return real();
}

ssize_t send(int fd, const void *bytes, size_t len, int flags) {
  REAL(send);
  (void)count_fd("send", fd);
  return real(fd, bytes, len, flags);
}

/* What came is there, and nobody has seen it. */
ssize_t recv(int fd, void *bytes, size_t len, int flags) {
  REAL(recv);
  ssize_t got = real(fd, bytes, len, flags);
  if (got > 0) (void)count_fd("recv", fd);
  return got;
}

ssize_t read(int fd, void *bytes, size_t len) {
  REAL(read);
  ssize_t got = real(fd, bytes, len);
  if (got > 0 && is_pipe(fd)) (void)count("read", "output");
  return got;
}
