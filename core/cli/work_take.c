/* What a command changed in the folder that models work on: found by looking at it before and after. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "work.h"

/* A file that is written gets another change time, also where its content time is set back. */
typedef struct stamp {
  ql_str path;
  struct timespec changed;
  off_t size;
  ino_t inode;
  bool found; /* again */
} stamp;

struct cli_seen {
  ql_arena *a;
  stamp *at;
  size_t count, cap;
};

void cli_seen_free(cli_seen *seen) {
  if (!seen) return;
  free(seen->at);
  ql_arena_free(seen->a);
  free(seen);
}

static int by_path(const void *x, const void *y) {
  ql_str l = ((const stamp *)x)->path, r = ((const stamp *)y)->path;
  int order = memcmp(l.ptr, r.ptr, l.len < r.len ? l.len : r.len);
  return order ? order : (l.len > r.len) - (l.len < r.len);
}

static int note(void *ctx, const char *whole, ql_str path, const struct stat *info) {
  cli_seen *seen = ctx;
  (void)whole;
  if (seen->count == seen->cap) {
    size_t cap = seen->cap ? seen->cap * 2 : 256;
    stamp *more = realloc(seen->at, cap * sizeof *more);
    if (!more) return CLI_FAILED;
    seen->at = more;
    seen->cap = cap;
  }
  seen->at[seen->count++] =
      (stamp){.path = ql_arena_str(seen->a, path), .changed = info->st_ctim, .size = info->st_size, .inode = info->st_ino};
  return ql_arena_failed(seen->a) ? CLI_FAILED : CLI_DONE;
}

cli_seen *cli_work_look(cli_work *work) {
  cli_seen *seen = calloc(1, sizeof *seen);
  if (seen) seen->a = ql_arena_new(ql_alloc_libc());
  if (seen && seen->a && cli_work_walk(work, note, seen) == CLI_DONE) {
    if (seen->count > 0) qsort(seen->at, seen->count, sizeof *seen->at, by_path);
    return seen;
  }
  cli_seen_free(seen);
  return NULL;
}

typedef struct taking {
  cli_work *work;
  const cli_seen *seen;
} taking;

static bool is_same(const stamp *before, const struct stat *now) {
  return before->changed.tv_sec == now->st_ctim.tv_sec && before->changed.tv_nsec == now->st_ctim.tv_nsec && before->size == now->st_size &&
         before->inode == now->st_ino;
}

/* Text is a change as an agent makes one; of other bytes the workspace knows that they are there. What it cannot take is left as it is. */
static int take(void *ctx, const char *whole, ql_str path, const struct stat *info) {
  const taking *t = ctx;
  cli_work *work = t->work;
  stamp *before = t->seen->count > 0 ? bsearch(&(stamp){.path = path}, t->seen->at, t->seen->count, sizeof *t->seen->at, by_path) : NULL;
  if (before) before->found = true;
  if (before && is_same(before, info)) return CLI_DONE;
  cli reader = *work->c;
  ql_error err = {0};
  ql_file file;
  ql_str bytes;
  ql_status status = QL_OK;
  reader.a = ql_arena_new(ql_alloc_libc());
  if (!reader.a) return cli_no_memory(work->c);
  if (!cli_read_bytes(&reader, whole, QL_WORKSPACE_FILE_MAX, &bytes))
    cli_note("questline: Cannot read %s: %s.", whole, strerror(errno));
  else if (!ql_workspace_file(work->workspace, path, &file) || !file.text.ptr || !ql_eq(file.text, bytes))
    status = ql_workspace_write(work->workspace, path, bytes, &err);
  if (status == QL_ERR_UTF8) status = ql_workspace_load(work->workspace, path, bytes, &err);
  ql_arena_free(reader.a);
  return status == QL_ERR_NOMEM ? cli_no_memory(work->c) : CLI_DONE;
}

int cli_work_take(cli_work *work, const cli_seen *seen) {
  taking t = {work, seen};
  ql_error err = {0};
  int code = cli_work_walk(work, take, &t);
  for (size_t i = 0; i < seen->count && code == CLI_DONE; i++)
    if (!seen->at[i].found && ql_workspace_remove(work->workspace, seen->at[i].path, &err) == QL_ERR_NOMEM) code = cli_no_memory(work->c);
  return code;
}
