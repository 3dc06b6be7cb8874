#include "memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "store.h"

#define TRIES 8

int cli_memory_load(cli *c, cli_memory_file *file) {
  ql_error err = {0};
  ql_memory_free(file->memory);
  file->before = QL_ABSENT;
  file->memory = ql_memory_new(ql_alloc_libc());
  if (!file->memory) return cli_no_memory(c);
  if (access(file->path, F_OK) != 0 && errno == ENOENT) return CLI_DONE;
  int code = cli_read(c, file->path, QL_MEMORY_BYTES_MAX, &file->before);
  if (code != CLI_DONE) return code;
  return ql_memory_read(file->memory, file->before, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, file->path);
}

int cli_memory_hold(cli *c, cli_memory_file *file) {
  int code = cli_memory_load(c, file);
  if (code != CLI_DONE) return code;
  file->held = ql_memory_write(file->memory, c->a);
  return file->held.ptr ? CLI_DONE : cli_no_memory(c);
}

/* The folder of a file, locked; -1 with errno set. */
static int lock_folder(cli *c, const char *path) {
  const char *slash = strrchr(path, '/');
  ql_str folder = slash ? ql_arena_concat(c->a, (const ql_str[]){{path, (size_t)(slash - path) + 1}, {"", 1}}, 2) : QL_STR(".");
  int fd = folder.ptr ? open(folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
    (void)close(fd);
    return -1;
  }
  return fd;
}

/* NULL when it is written; otherwise why not. */
static const char *write_file(cli *c, const cli_memory_file *file, int *code) {
  ql_str after = ql_memory_write(file->memory, c->a);
  *code = CLI_DONE;
  if (!after.ptr) {
    *code = cli_no_memory(c);
    return NULL;
  }
  if (file->before.ptr) return ql_eq(file->before, after) ? NULL : cli_replace_file(c, file->path, file->before, after);
  if (after.len > 0) *code = cli_make_file(c, file->path, after);
  return NULL;
}

int cli_memory_change_file(cli *c, const char *path, cli_memory_change *change, const void *ctx, ql_value **answer) {
  cli_memory_file file = {.path = path};
  int code = CLI_DONE, fd = lock_folder(c, path);
  if (fd < 0) code = cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "write", path);
  const char *why = NULL;
  for (int i = 0; code == CLI_DONE && i < TRIES && (i == 0 || why); i++) {
    code = cli_memory_load(c, &file);
    if (code == CLI_DONE) code = change(c, file.memory, ctx, answer);
    if (code == CLI_DONE) why = write_file(c, &file, &code);
  }
  if (code == CLI_DONE && why) code = cli_fail(c, QL_ERR_CONFLICT, "Cannot write %s: %s.", path, why);
  if (fd >= 0) (void)close(fd);
  ql_memory_free(file.memory);
  return code;
}

/* What somebody else made of the file meanwhile, into the graph. A file that is gone says of nothing that it is forgotten. */
static int merge(cli *c, cli_memory_file *file, ql_str *known) {
  ql_error err = {0};
  ql_str before = *known;
  *known = file->before = QL_ABSENT;
  if (access(file->path, F_OK) != 0 && errno == ENOENT) return CLI_DONE;
  int code = cli_read(c, file->path, QL_MEMORY_BYTES_MAX, &file->before);
  if (code != CLI_DONE) return code;
  *known = file->before;
  return ql_memory_merge(file->memory, before, file->before, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, file->path);
}

static int save(cli *c, cli_memory_file *file) {
  int code = CLI_DONE, fd = lock_folder(c, file->path);
  if (fd < 0) return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "write", file->path);
  const char *why = NULL;
  ql_str known = file->held;
  for (int i = 0; code == CLI_DONE && i < TRIES && (i == 0 || why); i++) {
    if (why || !file->before.ptr) code = merge(c, file, &known);
    if (code == CLI_DONE) why = write_file(c, file, &code);
  }
  (void)close(fd);
  return code == CLI_DONE && why ? cli_fail(c, QL_ERR_CONFLICT, "Cannot write %s: %s.", file->path, why) : code;
}

int cli_memory_save(cli *c, cli_memory_file *file) {
  cli own = *c;
  own.a = ql_arena_new(ql_alloc_libc()); /* asked after each effect: nothing of it lasts */
  ql_str now = own.a ? ql_memory_write(file->memory, own.a) : QL_ABSENT, before = file->before;
  int code = now.ptr ? CLI_DONE : cli_no_memory(c);
  if (code == CLI_DONE && !ql_eq(now, file->held)) {
    code = save(&own, file);
    file->before = before;
    now = code == CLI_DONE ? ql_memory_write(file->memory, c->a) : QL_ABSENT;
    if (now.ptr)
      file->before = file->held = now;
    else if (code == CLI_DONE)
      code = cli_no_memory(c);
  }
  ql_arena_free(own.a);
  return code;
}
