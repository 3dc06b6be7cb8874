/* What follows from the rules of agent files: permit. */
#include <questline/route.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli.h"

/// --root, or here. One that is no folder is an error.
static int read_root(cli *c, const char **root) {
  struct stat info;
  *root = c->value[CLI_root] ? c->value[CLI_root] : ".";
  if (stat(*root, &info) != 0) return cli_fail_errno(c, "read", *root);
  return S_ISDIR(info.st_mode) ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "--root wants a folder, and %s is none.", *root);
}

/* ---- permit ---- */

/// A path that begins with the project's own folder, from there; any other as it is.
static const char *from_root(const char *root, const char *path) {
  char *real = realpath(root, NULL);
  size_t len = real ? strlen(real) : 0;
  const char *rest = path;
  if (len > 0 && strncmp(path, real, len) == 0 && path[len] == '/') rest = path + len + strspn(path + len, "/");
  free(real);
  return rest;
}

/// Whether the path, or a folder on the way to it, is a symbolic link; also where that cannot be found out.
static int find_link(cli *c, const char *root, const char *path, bool *link) {
  size_t root_len = strlen(root), len = strlen(path);
  char *whole = ql_arena_get(c->a, root_len + len + 2);
  if (!whole) return cli_no_memory(c);
  memcpy(whole, root, root_len);
  whole[root_len] = '/';
  memcpy(whole + root_len + 1, path, len + 1);
  *link = false;
  for (size_t at = 1; at <= len && !*link; at++) {
    if (path[at] != '/' && path[at] != '\0') continue;
    struct stat info;
    whole[root_len + 1 + at] = '\0';
    if (lstat(whole, &info) == 0)
      *link = S_ISLNK(info.st_mode);
    else
      *link = errno != ENOENT && errno != ENOTDIR;
    whole[root_len + 1 + at] = path[at];
  }
  return CLI_DONE;
}

static const struct {
  ql_str decision;
  int code;
  cli_colour colour;
} decisions[] = {{QL_STR_INIT("allow"), CLI_DONE, CLI_GREEN},
                 {QL_STR_INIT("ask"), CLI_NOT_YET, CLI_YELLOW},
                 {QL_STR_INIT("refuse"), CLI_REFUSED, CLI_RED}};

static int print_permit(cli *c, const ql_value *permit) {
  ql_str decision = ql_get_str(permit, QL_STR("decision")), path = ql_get_str(permit, QL_STR("path")),
         rule = ql_get_str(permit, QL_STR("rule"));
  size_t i = 0;
  while (i + 1 < QL_COUNT(decisions) && !ql_eq(decisions[i].decision, decision)) i++;
  if (c->json) {
    int code = cli_json(c, permit);
    return code == CLI_DONE ? decisions[i].code : code;
  }
  cli_colour_on(stdout, decisions[i].colour);
  cli_put(stdout, decision);
  cli_colour_on(stdout, CLI_PLAIN);
  fputs(": ", stdout);
  cli_put(stdout, ql_get_str(permit, QL_STR("message")));
  putchar('\n');
  if (path.ptr) {
    fputs("  ", stdout);
    cli_put(stdout, path);
    printf(":%lld  ", (long long)ql_get_int(permit, QL_STR("line"), 0));
    cli_put(stdout, rule.ptr ? rule : QL_STR("tools"));
    putchar('\n');
  }
  return decisions[i].code;
}

int cli_permit(cli *c) {
  const char *root, *path = NULL;
  ql_roster *roster;
  const ql_agent *agent;
  ql_value *permit;
  ql_error err = {0};
  bool link = false;
  int code = read_root(c, &root);
  if (code == CLI_DONE && c->operand_count > 1) {
    path = from_root(root, c->operands[1]);
    if (*path != '/') code = find_link(c, root, path, &link);
  }
  if (code == CLI_DONE) code = cli_open_team(c, &roster, &agent);
  if (code != CLI_DONE) return code;
  ql_str tool = cli_clean(c, c->operands[0]), file = path ? (ql_str){path, strlen(path)} : QL_ABSENT;
  ql_status status = ql_permit(c->a, roster, agent->id, tool, file, link, &permit, &err);
  code = status == QL_OK ? print_permit(c, permit) : cli_fail_error(c, &err, NULL);
  ql_roster_free(roster);
  return code;
}
