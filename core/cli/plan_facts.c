/* What a plan is held against beside itself: the files of the project, and a budget with what the plan costs. */
#include "plan_facts.h"

#include <questline/limits.h>
#include <questline/schedule.h>

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define PATHS_MAX 200000u

static bool is_stdin(const char *path) { return path && strcmp(path, "-") == 0; }

int cli_one_stdin(cli *c) {
  static const cli_option options[] = {CLI_edits, CLI_known, CLI_prices, CLI_roadmap};
  size_t from_stdin = 0;
  for (size_t i = 0; i < c->operand_count; i++) from_stdin += is_stdin(c->operands[i]);
  for (size_t i = 0; i < QL_COUNT(options); i++) from_stdin += is_stdin(c->value[options[i]]);
  return from_stdin > 1 ? cli_fail(c, QL_ERR_ARGUMENT, "Only one text can come from stdin.") : CLI_DONE;
}

/* ---- files ---- */

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

static int add_entry(cli *c, FTS *tree, FTSENT *entry, const char *root, ql_value *paths) {
  bool skipped = entry->fts_level > 0 && (strcmp(entry->fts_name, ".git") == 0 || strcmp(entry->fts_name, "node_modules") == 0);
  if (entry->fts_info == FTS_D && skipped) (void)fts_set(tree, entry, FTS_SKIP);
  if (entry->fts_info == FTS_DNR) cli_note("questline: Cannot read %s: %s.", entry->fts_path, strerror(entry->fts_errno));
  if (entry->fts_info != FTS_F && entry->fts_info != FTS_SL && entry->fts_info != FTS_SLNONE) return CLI_DONE;
  if (paths->count == PATHS_MAX) return cli_fail(c, QL_ERR_LIMIT, "%s has more than %u files. List those that count.", root, PATHS_MAX);
  const char *path = entry->fts_path + strlen(root);
  return ql_push(paths, ql_string(c->a, cli_clean(c, path + strspn(path, "/")))) ? CLI_DONE : cli_no_memory(c);
}

/// Symbolic links are files here and not followed: they may lead out of the project, or in a ring.
static int list_folder(cli *c, const char *root, ql_value *paths) {
  char *roots[2] = {ql_arena_get(c->a, strlen(root) + 1), NULL}; /* a copy: fts wants to write to it */
  if (!roots[0]) return cli_no_memory(c);
  memcpy(roots[0], root, strlen(root) + 1);
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
  if (!tree) return cli_fail_errno(c, "read", root);
  int code = CLI_DONE;
  while (code == CLI_DONE) {
    FTSENT *entry = fts_read(tree);
    if (!entry) break;
    code = cli_interrupted() ? cli_stop(c) : add_entry(c, tree, entry, root, paths);
  }
  (void)fts_close(tree);
  return code;
}

/// One path on each line.
static int read_list(cli *c, const char *path, ql_value *paths) {
  ql_str text, line;
  int code = cli_read(c, path, QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  if (ql_utf8_bad(text) != SIZE_MAX) return cli_fail(c, QL_ERR_UTF8, "%s is not UTF-8.", path);
  while (ql_next_line(&text, &line))
    if (ql_trim(line).len > 0) ql_push(paths, ql_string(c->a, ql_trim(line)));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

static int read_paths(cli *c, const ql_value **out) {
  const char *from = c->value[CLI_known];
  struct stat info;
  if (!from) return CLI_DONE;
  ql_value *paths = ql_array(c->a);
  if (!paths) return cli_no_memory(c);
  *out = paths;
  bool folder = !is_stdin(from) && stat(from, &info) == 0 && S_ISDIR(info.st_mode);
  return folder ? list_folder(c, from, paths) : read_list(c, from, paths);
}

/* ---- the budget ---- */

static int read_budget(cli *c, const ql_value **out) {
  static const char *const known[] = {"tokens", "micro", "ms"};
  ql_value *budget = ql_object(c->a);
  if (!c->value[CLI_within]) return CLI_DONE;
  int code = cli_read_counts(c, "--budget", c->value[CLI_within], budget);
  for (const ql_value *limit = code == CLI_DONE ? budget->first : NULL; limit; limit = limit->next) {
    size_t i = 0;
    while (i < QL_COUNT(known) && !ql_eq(limit->key, (ql_str){known[i], strlen(known[i])})) i++;
    ql_str name = ql_arena_concat(c->a, (const ql_str[]){limit->key, {"", 1}}, 2);
    if (!name.ptr) return cli_no_memory(c);
    if (i == QL_COUNT(known)) return cli_fail_choice(c, "budget of a plan called", name.ptr, known, QL_COUNT(known));
  }
  *out = budget;
  return code;
}

int cli_read_prices(cli *c, const ql_value **out) {
  ql_str text;
  ql_value *value;
  ql_error err = {0};
  if (!c->value[CLI_prices]) return CLI_DONE;
  int code = cli_read(c, c->value[CLI_prices], QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  if (ql_json_read(c->a, text, &value, &err) != QL_OK) return cli_fail_error(c, &err, c->value[CLI_prices]);
  *out = value;
  return CLI_DONE;
}

int cli_plan_problems(cli *c, const ql_plan *plan, const ql_roster *roster, const ql_value **out) {
  ql_plan_facts facts = {.roster = roster};
  ql_cost_terms terms = {.roster = roster};
  ql_value *cost = NULL;
  ql_error err = {0};
  int code = read_paths(c, &facts.paths);
  if (code == CLI_DONE) code = read_budget(c, &facts.budget);
  if (code == CLI_DONE) code = cli_read_prices(c, &terms.prices);
  if (code != CLI_DONE) return code;
  if (facts.budget && ql_plan_cost(c->a, plan, &terms, &cost, &err) != QL_OK)
    return cli_fail_error(c, &err, terms.prices ? c->value[CLI_prices] : NULL);
  facts.cost = cost;
  *out = ql_plan_check_with(c->a, plan, &facts);
  return *out ? CLI_DONE : cli_no_memory(c);
}

int cli_plan_verdict(const cli *c, const ql_value *problems) {
  for (const ql_value *p = problems->first; p; p = p->next) {
    ql_str severity = ql_get_str(p, QL_STR("severity"));
    if (ql_eq(severity, QL_STR("error")) || (c->value[CLI_strict] && ql_eq(severity, QL_STR("warning")))) return CLI_FAILED;
  }
  return CLI_DONE;
}
