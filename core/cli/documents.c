/* The documents of a project: what `questline load` can choose from. */
#include "documents.h"

#include <questline/limits.h>

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/text.h"

#define DOCUMENTS_MAX 4096u
#define BYTES_MAX     (64u * 1024u * 1024u) /* of all texts; of documents behind that, only the size is looked at */
#define BYTES_A_TOKEN 4                     /* where only the size is known */

static bool is_document(const char *name) {
  static const char *const endings[] = {".md", ".mdc", ".markdown", ".txt", ".adoc", ".rst", ".mmd"};
  const char *ending = strrchr(name, '.');
  for (size_t i = 0; ending && i < QL_COUNT(endings); i++)
    if (strcasecmp(ending, endings[i]) == 0) return true;
  return strncasecmp(name, "readme", 6) == 0 && !ending;
}

static bool is_listed(const cli_documents *documents, ql_str path) {
  for (size_t i = 0; i < documents->count; i++)
    if (ql_eq(documents->at[i].path, path)) return true;
  return false;
}

/// @param whole  the file's path; what stands behind the root's is how the project knows it
static int add(cli *c, cli_documents *documents, const char *whole, const char *path, int64_t size) {
  ql_document document = {.path = cli_clean(c, path), .tokens = (size + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN};
  if (documents->count == DOCUMENTS_MAX) {
    documents->more = true;
    return CLI_DONE;
  }
  if (size <= QL_SPEC_BYTES_MAX && documents->bytes + (size_t)size <= BYTES_MAX) {
    ql_str text;
    if (!cli_read_bytes(c, whole, QL_SPEC_BYTES_MAX, &text)) {
      if (cli_interrupted()) return cli_stop(c);
      cli_note("questline: Cannot read %s: %s.", whole, strerror(errno));
      return CLI_DONE;
    }
    if (ql_utf8_bad(text) != SIZE_MAX || memchr(text.ptr, '\0', text.len)) {
      documents->no_text++;
      return CLI_DONE;
    }
    document.text = text;
    documents->bytes += text.len;
  } else {
    documents->large++;
  }
  ql_document *grown = ql_arena_grow(c->a, documents->at, documents->count, &documents->cap, sizeof *grown);
  if (!grown || ql_arena_failed(c->a)) return cli_no_memory(c);
  documents->at = grown;
  documents->at[documents->count++] = document;
  return CLI_DONE;
}

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

/// Folders of others, and the one of the agent files, which are a roster already.
static bool is_skipped(const FTSENT *entry, const struct stat *specs) {
  if (entry->fts_level == 0) return false;
  if (entry->fts_statp->st_dev == specs->st_dev && entry->fts_statp->st_ino == specs->st_ino) return true;
  return strcmp(entry->fts_name, ".git") == 0 || strcmp(entry->fts_name, "node_modules") == 0;
}

static int add_entry(cli *c, cli_documents *documents, FTS *tree, FTSENT *entry, size_t root, const struct stat *specs) {
  if (entry->fts_info == FTS_D && is_skipped(entry, specs)) (void)fts_set(tree, entry, FTS_SKIP);
  if (entry->fts_info == FTS_DNR) cli_note("questline: Cannot read %s: %s.", entry->fts_path, strerror(entry->fts_errno));
  if (entry->fts_info != FTS_F || !is_document(entry->fts_name)) return CLI_DONE;
  const char *path = entry->fts_path + root;
  return add(c, documents, entry->fts_path, path + strspn(path, "/"), entry->fts_statp->st_size);
}

/// Symbolic links are not followed: they may lead out of the project, or in a ring.
static int walk(cli *c, const char *root, const char *specs, cli_documents *documents) {
  struct stat agents = {0};
  char *roots[2] = {ql_arena_get(c->a, strlen(root) + 1), NULL}; /* a copy: fts wants to write to it */
  if (!roots[0]) return cli_no_memory(c);
  memcpy(roots[0], root, strlen(root) + 1);
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
  if (!tree) return cli_fail_errno(c, "read", root);
  int code = stat(specs, &agents) == 0 ? CLI_DONE : cli_fail_errno(c, "read", specs);
  while (code == CLI_DONE && !documents->more) {
    FTSENT *entry = fts_read(tree);
    if (!entry) break;
    code = cli_interrupted() ? cli_stop(c) : add_entry(c, documents, tree, entry, strlen(root), &agents);
  }
  (void)fts_close(tree);
  return code;
}

/* ---- what rules name ---- */

/// A file that is named and was not found by its ending, unless a link leads there.
static int add_named(cli *c, cli_documents *documents, const char *root, ql_str named) {
  struct stat info;
  bool link = false;
  ql_str path = ql_arena_concat(c->a, (const ql_str[]){named, {"", 1}}, 2);
  ql_str whole = ql_arena_concat(c->a, (const ql_str[]){{root, strlen(root)}, QL_STR("/"), named, {"", 1}}, 4);
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  const char *slash = strrchr(path.ptr, '/');
  if (*path.ptr == '/' || strstr(path.ptr, "..") || is_document(slash ? slash + 1 : path.ptr) || is_listed(documents, named))
    return CLI_DONE;
  int code = cli_find_link(c, root, path.ptr, &link);
  if (code != CLI_DONE || link || lstat(whole.ptr, &info) != 0 || !S_ISREG(info.st_mode)) return code;
  return add(c, documents, whole.ptr, path.ptr, info.st_size);
}

static int add_all_named(cli *c, cli_documents *documents, const char *root, const ql_spec *spec) {
  int code = CLI_DONE;
  for (const ql_rule *rule = spec ? spec->rules : NULL; rule; rule = rule->next) {
    if (rule->kind != QL_RULE_DOCUMENTS && rule->kind != QL_RULE_FALLBACK && rule->kind != QL_RULE_LOADING) continue;
    for (const ql_rule_item *item = rule->first; item && code == CLI_DONE; item = item->next)
      if (item->path.len > 0) code = add_named(c, documents, root, item->path);
  }
  return code;
}

int cli_read_documents(cli *c, const char *root, const char *specs, const ql_spec *spec, cli_documents *out) {
  *out = (cli_documents){0};
  int code = walk(c, root, specs, out);
  return code == CLI_DONE ? add_all_named(c, out, root, spec) : code;
}
