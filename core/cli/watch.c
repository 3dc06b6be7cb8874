/* Waiting: for a file to change, or for time to pass. A signal ends both. */
#include "store.h"

#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/* Where the system does not notify (network file systems, no watch left), the file is looked at this often. */
#define LOOK_EVERY_MS 5000

cli_watch cli_watch_open(const char *path) {
  int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB) < 0) {
    (void)close(fd);
    fd = -1;
  }
  return (cli_watch){fd};
}

void cli_watch_close(cli_watch watch) {
  if (watch.fd >= 0) (void)close(watch.fd);
}

/// Waits until fd (when not negative) is readable or ms have passed. Signals are let through only while it waits, so none is missed.
static cli_woken wait_for(int fd, int64_t ms) {
  sigset_t stops, before;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  (void)sigprocmask(SIG_BLOCK, &stops, &before);
  fd_set set;
  FD_ZERO(&set);
  if (fd >= 0) FD_SET(fd, &set);
  const struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  int ready = cli_interrupted() ? 0 : pselect(fd + 1, fd >= 0 ? &set : NULL, NULL, NULL, &limit, &before);
  (void)sigprocmask(SIG_SETMASK, &before, NULL);
  if (cli_interrupted()) return CLI_SIGNAL;
  return ready > 0 ? CLI_CHANGED : CLI_TIMEOUT;
}

cli_woken cli_watch_wait(cli_watch watch, int64_t deadline) {
  int64_t left = deadline - cli_monotonic();
  if (left <= 0) return CLI_TIMEOUT;
  cli_woken woken = wait_for(watch.fd, left < LOOK_EVERY_MS ? left : LOOK_EVERY_MS);
  char events[4096];
  while (woken == CLI_CHANGED && read(watch.fd, events, sizeof events) > 0) continue;
  return woken == CLI_TIMEOUT && cli_monotonic() < deadline ? CLI_CHANGED : woken;
}

bool cli_wait_input(void) {
  cli_woken woken = CLI_TIMEOUT;
  while (woken == CLI_TIMEOUT) woken = wait_for(STDIN_FILENO, LOOK_EVERY_MS);
  return woken == CLI_CHANGED;
}

cli_woken cli_sleep(int64_t ms) { return ms > 0 ? wait_for(-1, ms) : CLI_TIMEOUT; }
