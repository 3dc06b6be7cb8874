#include "work.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <questline/roster.h>

#include "base/text.h"
#include "documents.h"
#include "format/crypto.h"
#include "store.h"

/* ---- reading ---- */

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

static bool is_skipped(const FTSENT *entry) {
  return entry->fts_level > 0 && ql_workspace_skips((ql_str){entry->fts_name, entry->fts_namelen}).ptr != NULL;
}

typedef struct reading {
  cli_work *work;
  size_t left_out;
} reading;

static int add_file(void *ctx, const char *whole, ql_str path, const struct stat *info) {
  reading *r = ctx;
  cli_work *work = r->work;
  ql_error err = {0};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  cli reader = *work->c;
  ql_str bytes;
  (void)info;
  if (!a) return cli_no_memory(work->c);
  reader.a = a; /* the workspace has its own copy */
  ql_status status = QL_OK;
  if (!cli_read_bytes(&reader, whole, QL_WORKSPACE_FILE_MAX, &bytes))
    cli_note("questline: Cannot read %s: %s.", whole, strerror(errno));
  else
    status = ql_workspace_load(work->workspace, path, bytes, &err);
  ql_arena_free(a);
  if (status == QL_ERR_LIMIT || status == QL_ERR_ARGUMENT) {
    r->left_out++;
    return CLI_DONE;
  }
  return status == QL_OK ? CLI_DONE : cli_fail_error(work->c, &err, whole);
}

/* Symbolic links are not followed: they may lead out of the folder, or in a ring. */
int cli_work_walk(cli_work *work, cli_work_visit *visit, void *ctx) {
  cli *c = work->c;
  char *roots[2] = {strdup(work->root), NULL};
  FTS *tree = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name) : NULL;
  int code = tree ? CLI_DONE : cli_fail_errno(c, "read", work->root);
  while (code == CLI_DONE) {
    FTSENT *entry = fts_read(tree);
    if (!entry) break;
    if (cli_interrupted()) code = cli_stop(c);
    if (entry->fts_info == FTS_D && is_skipped(entry)) (void)fts_set(tree, entry, FTS_SKIP);
    if (entry->fts_info != FTS_F || is_skipped(entry) || code != CLI_DONE) continue;
    const char *path = entry->fts_path + strlen(work->root);
    path += strspn(path, "/");
    code = visit(ctx, entry->fts_path, (ql_str){path, strlen(path)}, entry->fts_statp);
  }
  if (tree) (void)fts_close(tree);
  free(roots[0]);
  return code;
}

static int read_folder(cli_work *work) {
  reading r = {.work = work};
  int code = cli_work_walk(work, add_file, &r);
  if (r.left_out > 0)
    cli_note("questline: %zu file%s too large, or past what a workspace takes, left out.", r.left_out, cli_plural((int64_t)r.left_out));
  return code;
}

int cli_work_open(cli *c, cli_work *out) {
  struct stat info;
  *out = (cli_work){.c = c, .root = c->value[CLI_work], .writes = c->value[CLI_write] != NULL};
  if (!out->root) return out->writes ? cli_fail(c, QL_ERR_ARGUMENT, "--write belongs to --work DIR.") : CLI_DONE;
  if (stat(out->root, &info) != 0) return cli_fail_errno(c, "read", out->root);
  if (!S_ISDIR(info.st_mode)) return cli_fail(c, QL_ERR_ARGUMENT, "--work wants a folder, and %s is none.", out->root);
  out->workspace = ql_workspace_new(ql_alloc_libc());
  return out->workspace ? read_folder(out) : cli_no_memory(c);
}

int cli_work_again(cli_work *work, const ql_quest *quest, const char *quest_path) {
  cli c = *work->c;
  int code = CLI_DONE;
  for (int64_t n = 0; work->workspace && n < ql_quest_count(quest) && code == CLI_DONE; n++) {
    ql_str bytes = QL_ABSENT;
    ql_error err = {0};
    c.a = ql_arena_new(ql_alloc_libc());
    const ql_value *event = c.a ? ql_quest_event(quest, c.a, n) : NULL, *data = QL_GET(event, "data");
    ql_str name = ql_get_str(data, QL_STR("name"));
    if (!event) code = cli_no_memory(work->c);
    bool made = ql_eq(ql_get_str(event, QL_STR("type")), QL_STR("artifact")) && name.ptr;
    if (made && code == CLI_DONE) code = cli_read_body(&c, quest_path, ql_get_str(data, QL_STR("hash")), QL_WORKSPACE_FILE_MAX, &bytes);
    /* What people recorded by hand may be no file of the workspace, or no text. */
    if (bytes.ptr && ql_workspace_write(work->workspace, name, bytes, &err) == QL_ERR_NOMEM) code = cli_no_memory(work->c);
    ql_arena_free(c.a);
  }
  return code;
}

int cli_work_documents(cli *c, const ql_roster *roster, ql_str leader, ql_value *request) {
  const char *root = c->value[CLI_work], *specs = c->value[CLI_specs];
  const ql_agent *agent = roster && leader.ptr ? ql_roster_find(roster, leader) : NULL;
  cli_documents documents;
  if (!root || !specs || !QL_GET(request, "players")) return CLI_DONE;
  int code = cli_read_documents(c, root, specs, agent ? agent->spec : NULL, &documents);
  if (code != CLI_DONE) return code;
  ql_value *list = ql_array(c->a);
  for (size_t i = 0; i < documents.count; i++) {
    if (!documents.at[i].text.ptr) continue;
    ql_value *document = ql_push(list, ql_object(c->a));
    QL_SET(document, "path", ql_string(c->a, documents.at[i].path));
    QL_SET(document, "text", ql_string(c->a, documents.at[i].text));
  }
  QL_SET(request, "documents", list);
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

void cli_work_close(cli_work *work) { ql_workspace_free(work->workspace); }

/* ---- writing ---- */

/* Folders on the way to a file, below the root. */
static bool make_way(char *whole, size_t root) {
  for (char *at = whole + root + 1; (at = strchr(at, '/')) != NULL; at++) {
    *at = '\0';
    bool good = mkdir(whole, 0777) == 0 || errno == EEXIST;
    *at = '/';
    if (!good) return false;
  }
  return true;
}

static void hash_of(ql_str bytes, char hex[65]) {
  uint8_t digest[QL_HASH_BYTES];
  ql_sha256(bytes, digest);
  ql_hex_write(hex, digest, sizeof digest);
  hex[64] = '\0';
}

/* Why a change cannot go into the folder; NULL when it stands there, as what a command made does without leave to write. */
static const char *write_back(cli_work *work, cli *c, const ql_value *change, ql_str text, bool *stands) {
  ql_str path = ql_get_str(change, QL_STR("path")), before = ql_get_str(change, QL_STR("before"));
  const ql_str pieces[] = {{work->root, strlen(work->root)}, QL_STR("/"), path, {"", 1}};
  char *whole = NULL, hash[65];
  ql_str joined = ql_arena_concat(c->a, pieces, QL_COUNT(pieces)), there = QL_ABSENT;
  bool link = false;
  if (joined.ptr) whole = ql_arena_get(c->a, joined.len);
  if (!whole) return "out of memory";
  memcpy(whole, joined.ptr, joined.len);
  if (cli_find_link(c, work->root, whole + strlen(work->root) + 1, &link) != CLI_DONE || link) return "a symbolic link stands in the way";
  bool exists = cli_read_bytes(c, whole, QL_WORKSPACE_FILE_MAX, &there);
  *stands = exists && ql_eq(there, text);
  if (*stands || !work->writes) return NULL;
  *stands = true;
  if (exists) hash_of(there, hash);
  if (exists != (before.ptr != NULL) || (exists && !ql_eq(before, (ql_str){hash, 64}))) return "somebody else changed it meanwhile";
  if (exists) return cli_replace_file(c, whole, there, text);
  if (!make_way(whole, strlen(work->root))) return strerror(errno);
  return cli_make_file(c, whole, text) == CLI_DONE ? NULL : "see above";
}

static int save(cli_work *work, cli *c, const ql_value *change, const char *quest_path) {
  ql_file file;
  ql_error err = {0};
  ql_str path = ql_get_str(change, QL_STR("path"));
  cli_body body;
  if (!ql_workspace_file(work->workspace, path, &file) || !file.text.ptr) return CLI_DONE; /* no tool takes files away */
  body.bytes = file.text;
  hash_of(file.text, body.hash);
  int code = quest_path ? cli_store_body(c, quest_path, &body) : CLI_DONE;
  if (code != CLI_DONE) return code;
  bool stands = false;
  const char *why = write_back(work, c, change, file.text, &stands);
  if (why && quest_path)
    cli_note("questline: %.*s is not written: %s. It is kept beside the quest as %.12s…", (int)path.len, path.ptr, why, body.hash);
  else if (why)
    cli_note("questline: %.*s is not written: %s.", (int)path.len, path.ptr, why);
  if (stands && !why)
    work->written++;
  else
    work->kept++;
  return ql_workspace_saved(work->workspace, path, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

int cli_work_keep(cli_work *work, ql_str line, const char *quest_path) {
  ql_value *root = NULL;
  ql_file file;
  cli_body body;
  if (!work->workspace || !line.ptr || ql_find(line, QL_STR("\"t\":\"artifact\""), 0) == SIZE_MAX) return CLI_DONE;
  cli c = *work->c;
  c.a = ql_arena_new(ql_alloc_libc());
  int code = c.a ? CLI_DONE : cli_no_memory(work->c);
  if (code == CLI_DONE && ql_json_read(c.a, ql_trim(line), &root, NULL) == QL_OK) {
    const ql_value *name = QL_GET(QL_GET(root, "x"), "name");
    ql_str path = name && name->last ? name->last->text : QL_ABSENT;
    bool there = path.ptr && ql_workspace_file(work->workspace, path, &file) && file.text.ptr;
    if (there) hash_of(body.bytes = file.text, body.hash);
    if (there && ql_eq(ql_get_str(QL_GET(QL_GET(root, "e"), "d"), QL_STR("hash")), (ql_str){body.hash, 64}))
      code = cli_store_body(&c, quest_path, &body);
  }
  ql_arena_free(c.a);
  return code;
}

int cli_work_save(cli_work *work, const char *quest_path) {
  if (!work->workspace) return CLI_DONE;
  cli c = *work->c;
  c.a = ql_arena_new(ql_alloc_libc()); /* asked after each event: nothing of it lasts */
  const ql_value *changes = c.a ? ql_workspace_changes(work->workspace, c.a) : NULL;
  int code = changes ? CLI_DONE : cli_no_memory(work->c);
  for (const ql_value *change = changes ? changes->first : NULL; change && code == CLI_DONE; change = change->next)
    code = save(work, &c, change, quest_path);
  ql_arena_free(c.a);
  return code;
}

void cli_work_note(const cli_work *work) {
  if (work->written > 0) cli_note("questline: %zu file%s written in %s", work->written, cli_plural((int64_t)work->written), work->root);
  if (work->kept > 0)
    cli_note("questline: %zu changed file%s not kept: --write puts them into %s", work->kept, cli_plural((int64_t)work->kept), work->root);
}

void cli_work_tell(const cli_work *work) {
  if (work->written > 0) printf("%zu file%s written in %s\n", work->written, cli_plural((int64_t)work->written), work->root);
  if (work->kept > 0)
    printf("%zu changed file%s kept beside the quest, not in %s: --write puts them there\n", work->kept, cli_plural((int64_t)work->kept),
           work->root);
}
