/* questline check: what is wrong with agent files, in four forms, and mending them. */
#include <questline/limits.h>
#include <questline/roster.h>

#include <string.h>

#include "base/text.h"
#include "findings.h"

typedef enum format { TEXT, JSON, SARIF, GITHUB } format;

static const char *const formats[] = {[TEXT] = "text", [JSON] = "json", [SARIF] = "sarif", [GITHUB] = "github"};

/// --format and --json, which is the same as --format json.
static int read_format(cli *c, format *out) {
  const char *given = c->value[CLI_format];
  *out = c->json ? JSON : TEXT;
  if (!given) return CLI_DONE;
  size_t i = 0;
  while (i < QL_COUNT(formats) && strcmp(formats[i], given) != 0) i++;
  if (i == QL_COUNT(formats)) return cli_fail_choice(c, "format", given, formats, QL_COUNT(formats));
  if (c->json && i != JSON) return cli_fail(c, QL_ERR_ARGUMENT, "--json is --format json. Leave out one of them.");
  *out = (format)i;
  c->json = i == JSON;
  return CLI_DONE;
}

/// The mended text of stdin goes to stdout, so nothing else can.
static int check_fix(cli *c, format how, bool *to_stdout) {
  *to_stdout = false;
  if (!c->value[CLI_fix]) return c->value[CLI_dry_run] ? cli_fail(c, QL_ERR_ARGUMENT, "--dry-run belongs to --fix.") : CLI_DONE;
  for (size_t i = 0; i < c->operand_count; i++) *to_stdout |= strcmp(c->operands[i], "-") == 0 && !c->value[CLI_dry_run];
  if (*to_stdout && c->operand_count > 1) return cli_fail(c, QL_ERR_ARGUMENT, "--fix writes what - mends to stdout. Give - alone.");
  if (*to_stdout && how != TEXT)
    return cli_fail(c, QL_ERR_ARGUMENT, "--fix - writes the mended text to stdout, so findings cannot go there as %s.", formats[how]);
  return CLI_DONE;
}

#define DIALECTS_MAX 32

int cli_dialect(cli *c, cli_option option, ql_str *out) {
  const char *given = c->value[option], *names[DIALECTS_MAX];
  ql_str id, product;
  *out = QL_ABSENT;
  for (size_t i = 0; given && i < DIALECTS_MAX; i++) {
    if (!ql_dialect_at(i, &id, &product)) return cli_fail_choice(c, "dialect", given, names, i);
    *out = id;
    if (ql_eq(id, (ql_str){given, strlen(given)})) break;
    names[i] = ql_arena_concat(c->a, (const ql_str[]){id, {"", 1}}, 2).ptr;
    if (!names[i]) return cli_no_memory(c);
  }
  return CLI_DONE;
}

/* ---- printing ---- */

static int print_json(cli *c, const cli_findings *f) {
  ql_value *answer = ql_object(c->a);
  (void)cli_set_troubles(c, f->files, answer);
  QL_SET(answer, "errors", ql_int(c->a, f->errors));
  QL_SET(answer, "files", f->found);
  if (f->mended) QL_SET(answer, "mended", f->mended);
  QL_SET(answer, "warnings", ql_int(c->a, f->warnings));
  return cli_json(c, answer);
}

static void print_text(const cli_findings *f, FILE *to) {
  for (const ql_value *file = f->found->first; file; file = file->next)
    for (const ql_value *d = QL_GET(file, "diagnostics")->first; d; d = d->next)
      cli_print_diagnostic(to, ql_get_str(file, QL_STR("path")), d);
  if (fflush(stdout) == 0) (void)cli_tell_troubles(f->files);
}

static void print_summary(const cli_findings *f, bool dry) {
  int64_t mended = 0, in = f->mended ? (int64_t)f->mended->count : 0;
  for (const ql_value *file = in > 0 ? f->mended->first : NULL; file; file = file->next) mended += ql_get_int(file, QL_STR("findings"), 0);
  if (mended > 0)
    cli_note("%lld finding%s %s in %lld file%s", (long long)mended, cli_plural(mended), dry ? "would be mended" : "mended", (long long)in,
             cli_plural(in));
  cli_note("%zu file%s, %lld error%s, %lld warning%s", f->found->count, cli_plural((int64_t)f->found->count), (long long)f->errors,
           cli_plural(f->errors), (long long)f->warnings, cli_plural(f->warnings));
}

static int print(cli *c, const cli_findings *f, format how, bool to_stdout) {
  bool dry = c->value[CLI_dry_run] != NULL;
  FILE *lines = how == TEXT && !to_stdout ? stdout : stderr;
  ql_str mended = to_stdout ? f->files->at[0].text : QL_ABSENT;
  if (mended.ptr && mended.len <= QL_SPEC_BYTES_MAX) fwrite(mended.ptr, 1, mended.len, stdout);
  if (f->mended && how != JSON) cli_print_mended(lines, f->files, f->mended, dry);
  switch (how) {
  case JSON: return print_json(c, f);
  case SARIF: return cli_print_sarif(c, f);
  case GITHUB: cli_print_github(f); break;
  case TEXT: print_text(f, lines); break;
  }
  if (fflush(stdout) == 0) print_summary(f, dry);
  return CLI_DONE;
}

static int check(cli *c, cli_findings *f, ql_str dialect, ql_roster **roster) {
  int code = cli_make_roster(c, f->files, dialect, roster);
  if (code != CLI_DONE) return code;
  const ql_value *value = ql_roster_value(c->a, *roster);
  f->found = QL_GET(value, "files");
  if (!f->found) return cli_no_memory(c);
  f->errors = ql_get_int(value, QL_STR("errors"), 0);
  f->warnings = ql_get_int(value, QL_STR("warnings"), 0);
  for (size_t i = 0; i < f->files->count; i++) f->errors += f->files->at[i].code != NULL;
  return CLI_DONE;
}

int cli_check(cli *c) {
  format how;
  bool to_stdout;
  ql_str dialect;
  cli_files files;
  cli_findings findings = {.files = &files};
  ql_roster *roster = NULL;
  int code = read_format(c, &how);
  if (code == CLI_DONE) code = check_fix(c, how, &to_stdout);
  if (code == CLI_DONE) code = cli_dialect(c, CLI_dialect, &dialect);
  if (code == CLI_DONE) code = cli_read_files(c, c->operands, c->operand_count, &files);
  if (code == CLI_DONE && files.count == 0) code = cli_fail(c, QL_ERR_NOT_FOUND, "There is no *.md or *.mdc file to check.");
  if (code == CLI_DONE && c->value[CLI_fix]) code = cli_mend(c, &files, dialect, !c->value[CLI_dry_run], &findings.mended);
  if (code == CLI_DONE) code = check(c, &findings, dialect, &roster);
  if (code == CLI_DONE) code = print(c, &findings, how, to_stdout);
  ql_roster_free(roster);
  bool failed = findings.errors > 0 || (c->value[CLI_strict] && findings.warnings > 0);
  return code == CLI_DONE && failed ? CLI_FAILED : code;
}
