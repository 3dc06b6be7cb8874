/* questline check --fix. */
#include <questline/limits.h>
#include <questline/spec.h>

#include <string.h>

#include "base/text.h"
#include "findings.h"

#define PLACES 6  /* of findings that were mended, in one line */
#define SHOWN  60 /* code points of a text that an edit takes out or puts in */

/// The findings of a file that can be mended, as they stood in it.
static int mendable(cli *c, const cli_file *file, ql_str dialect, ql_value **out) {
  const ql_spec *spec;
  ql_error err = {0};
  if (ql_spec_parse_as(c->a, file->label, file->text, dialect, &spec, &err) != QL_OK) return cli_fail_error(c, &err, file->path);
  *out = ql_array(c->a);
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (spec->diagnostics[i].fix_count > 0) ql_push(*out, ql_diagnostic_value(c->a, &spec->diagnostics[i]));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

static int mend_file(cli *c, cli_file *file, ql_str dialect, bool write, ql_value *mended) {
  ql_str text;
  size_t count = 0;
  ql_error err = {0};
  ql_value *diagnostics = NULL;
  ql_status status = ql_spec_fix(c->a, file->label, file->text, (ql_mend){.dialect = dialect, .offset = SIZE_MAX}, &text, &count, &err);
  if (status == QL_ERR_LIMIT) return CLI_DONE; /* would be too large when mended; its findings stay */
  if (status != QL_OK) return cli_fail_error(c, &err, file->path);
  if (ql_eq(text, file->text)) return CLI_DONE;
  int code = mendable(c, file, dialect, &diagnostics);
  if (code != CLI_DONE) return code;
  bool to_file = write && strcmp(file->path, "-") != 0;
  const char *why = to_file ? cli_replace_file(c, file->path, file->text, text) : NULL;
  if (why && cli_interrupted()) return cli_stop(c);
  if (why) {
    cli_trouble(c, file, "unwritable", "write", why);
    return CLI_DONE;
  }
  file->before = file->text;
  file->text = text;
  ql_value *value = ql_push(mended, ql_object(c->a));
  QL_SET(value, "diagnostics", diagnostics);
  QL_SET(value, "findings", ql_int(c->a, (int64_t)count));
  QL_SET(value, "path", ql_string(c->a, file->label));
  QL_SET(value, "written", ql_bool(c->a, to_file));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

int cli_mend(cli *c, cli_files *files, ql_str dialect, bool write, ql_value **mended) {
  *mended = ql_array(c->a);
  int code = CLI_DONE;
  for (size_t i = 0; i < files->count && code == CLI_DONE; i++) {
    if (cli_interrupted()) return cli_stop(c);
    cli_file *file = &files->at[i];
    if (file->text.ptr && file->text.len <= QL_SPEC_BYTES_MAX) code = mend_file(c, file, dialect, write, *mended);
  }
  return code;
}

/* ---- listing ---- */

static void put_quoted(FILE *to, ql_str text) {
  size_t end = 0;
  for (size_t i = 0; i < SHOWN && end < text.len; i++) {
    uint32_t code_point;
    if (!ql_utf8_next(text, &end, &code_point)) end++;
  }
  fputc('"', to);
  cli_put(to, ql_slice(text, 0, end));
  fputs(end < text.len ? " ...\"" : "\"", to);
}

static void print_edit(FILE *to, cli_cursor *cursor, ql_str code, const ql_value *edit) {
  size_t offset = (size_t)ql_get_int(edit, QL_STR("offset"), 0), length = (size_t)ql_get_int(edit, QL_STR("length"), 0);
  ql_str text = ql_get_str(edit, QL_STR("text"));
  cli_seek(cursor, offset);
  fprintf(to, "  %u:%u ", cursor->line, cursor->column);
  cli_put(to, code);
  fputs(length == 0 ? ": puts in " : text.len == 0 ? ": takes out " : ": puts ", to);
  if (text.len > 0) put_quoted(to, text);
  if (length > 0 && text.len > 0) fputs(" for ", to);
  if (length > 0) put_quoted(to, ql_slice(cursor->text, offset, offset + length));
  fputc('\n', to);
}

/// One edit on each line.
static void print_edits(FILE *to, const cli_file *file, const ql_value *diagnostics, int64_t count) {
  cli_cursor cursor = {.text = file->before};
  int64_t behind = count - (int64_t)diagnostics->count; /* what shows only when these are mended */
  fputs(":\n", to);
  for (const ql_value *d = diagnostics->first; d; d = d->next)
    for (const ql_value *edit = QL_GET(d, "fix")->first; edit; edit = edit->next)
      print_edit(to, &cursor, ql_get_str(d, QL_STR("code")), edit);
  if (behind > 0) fprintf(to, "  and %lld more behind them\n", (long long)behind);
}

/// All on one line.
static void print_places(FILE *to, const ql_value *diagnostics, int64_t count) {
  const ql_value *d = diagnostics->first;
  for (int shown = 0; d && shown < PLACES; d = d->next, shown++) {
    fprintf(to, "%s%lld:%lld ", shown ? ", " : ": ", (long long)ql_get_int(d, QL_STR("line"), 0),
            (long long)ql_get_int(d, QL_STR("column"), 0));
    cli_put(to, ql_get_str(d, QL_STR("code")));
  }
  fputs(d || count > (int64_t)diagnostics->count ? " ...\n" : "\n", to);
}

static void print_file(FILE *to, const cli_file *file, const ql_value *mended, bool dry) {
  const ql_value *diagnostics = QL_GET(mended, "diagnostics");
  int64_t count = ql_get_int(mended, QL_STR("findings"), 0);
  cli_put(to, file->label);
  fprintf(to, ": %s %lld finding%s", dry ? "would mend" : "mended", (long long)count, cli_plural(count));
  if (dry)
    print_edits(to, file, diagnostics, count);
  else
    print_places(to, diagnostics, count);
}

void cli_print_mended(FILE *to, const cli_files *files, const ql_value *mended, bool dry) {
  const ql_value *next = mended->first;
  for (size_t i = 0; i < files->count; i++) {
    const cli_file *file = &files->at[i];
    if (!file->before.ptr) continue;
    print_file(to, file, next, dry);
    next = next->next;
  }
}
