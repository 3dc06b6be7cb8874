/* questline export: agent files for other products. */
#include <questline/limits.h>
#include <questline/spec.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli.h"
#include "store.h"

typedef struct piece {
  const cli_file *file;
  ql_export export_;
  const char *to; /* where it is written; NULL without --out */
  ql_str there;   /* what stands there now; absent when nothing does */
  bool written;   /* now; not when the same bytes stood there */
} piece;

typedef struct exports {
  cli_files files;
  piece *pieces;
  size_t count, losses;
} exports;

/* ---- making ---- */

static const char *join(cli *c, const char *folder, ql_str path) {
  return ql_arena_concat(c->a, (const ql_str[]){{folder, strlen(folder)}, QL_STR("/"), path, {"", 1}}, 4).ptr;
}

static int export_file(cli *c, const cli_file *file, ql_str from, ql_str to, piece *out) {
  const ql_spec *spec;
  ql_error err = {0};
  *out = (piece){.file = file};
  ql_status status = ql_spec_parse_as(c->a, file->label, file->text, from, &spec, &err);
  if (status == QL_ERR_LIMIT)
    return cli_fail(c, status, "%.*s is larger than %u bytes (QL_SPEC_BYTES_MAX).", (int)file->label.len, file->label.ptr,
                    QL_SPEC_BYTES_MAX);
  if (status == QL_OK) status = ql_spec_export(c->a, spec, file->text, to, &out->export_, &err);
  if (status != QL_OK) return cli_fail_error(c, &err, file->path);
  if (!c->value[CLI_folder]) return CLI_DONE;
  out->to = join(c, c->value[CLI_folder], out->export_.path);
  return out->to ? CLI_DONE : cli_no_memory(c);
}

static int export_all(cli *c, exports *x) {
  ql_str from, to;
  int code = cli_dialect(c, CLI_dialect, &from);
  if (code == CLI_DONE) code = cli_dialect(c, CLI_target, &to);
  if (code == CLI_DONE) code = cli_read_files(c, c->operands, c->operand_count, &x->files);
  if (code != CLI_DONE) return code;
  if (x->files.count == 0) return cli_fail(c, QL_ERR_NOT_FOUND, "There is no *.md or *.mdc file to export.");
  if (x->files.count > 1 && !c->value[CLI_folder])
    return cli_fail(c, QL_ERR_ARGUMENT, "These are %zu files, and stdout takes one. Say where to write them with --out DIR.",
                    x->files.count);
  x->pieces = ql_arena_array(c->a, x->files.count, sizeof *x->pieces);
  if (!x->pieces) return cli_no_memory(c);
  for (size_t i = 0; i < x->files.count && code == CLI_DONE; i++) {
    if (cli_interrupted()) return cli_stop(c);
    if (!x->files.at[i].text.ptr) continue;
    code = export_file(c, &x->files.at[i], from, to, &x->pieces[x->count]);
    if (code == CLI_DONE) x->losses += x->pieces[x->count++].export_.loss_count;
  }
  return code;
}

/* ---- writing ---- */

/// Looks before anything is written: two files for one place, and files that are there.
static int look(cli *c, exports *x) {
  for (size_t i = 0; i < x->count; i++) {
    piece *p = &x->pieces[i];
    for (size_t k = 0; k < i; k++)
      if (strcmp(x->pieces[k].to, p->to) == 0)
        return cli_fail(c, QL_ERR_CONFLICT, "%s and %s would both become %s. Export one of them elsewhere.", x->pieces[k].file->path,
                        p->file->path, p->to);
    if (!cli_read_bytes(c, p->to, QL_SPEC_BYTES_MAX, &p->there)) {
      if (errno == ENOENT) continue;
      return cli_interrupted() ? cli_stop(c) : cli_fail_errno(c, "read", p->to);
    }
    if (!ql_eq(p->there, p->export_.text) && !c->value[CLI_force])
      return cli_fail(c, QL_ERR_CONFLICT, "%s is there already and differs. Replace it with --force, or choose another folder with --out.",
                      p->to);
  }
  return CLI_DONE;
}

/// The folders on the way to a file. False with errno set.
static bool make_folders(cli *c, const char *path) {
  ql_str copy = ql_arena_str(c->a, (ql_str){path, strlen(path) + 1});
  char *at = copy.ptr ? ql_arena_get(c->a, copy.len) : NULL;
  if (!at) return (errno = ENOMEM, false);
  memcpy(at, path, copy.len);
  for (char *slash = strchr(at + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(at, 0777) != 0 && errno != EEXIST) return false;
    *slash = '/';
  }
  return true;
}

static int write_piece(cli *c, piece *p) {
  if (p->there.ptr && ql_eq(p->there, p->export_.text)) return CLI_DONE;
  if (cli_interrupted()) return cli_stop(c);
  if (!p->there.ptr) {
    if (!make_folders(c, p->to)) return cli_fail_errno(c, "make the folder of", p->to);
    int code = cli_write_file(c, p->to, p->export_.text);
    if (code != CLI_DONE) return code;
  } else {
    const char *why = cli_replace_file(c, p->to, p->there, p->export_.text);
    if (why && cli_interrupted()) return cli_stop(c);
    if (why) return cli_fail(c, QL_ERR_STATE, "Cannot write %s: %s.", p->to, why);
  }
  p->written = true;
  return CLI_DONE;
}

/* ---- printing ---- */

static void print_losses(const piece *p) {
  for (size_t i = 0; i < p->export_.loss_count; i++) {
    const ql_loss *loss = &p->export_.losses[i];
    cli_put(stderr, p->file->label);
    fprintf(stderr, ":%u: ", loss->line);
    cli_colour_on(stderr, CLI_YELLOW);
    fputs("loss[", stderr);
    cli_put(stderr, loss->field);
    fputc(']', stderr);
    cli_colour_on(stderr, CLI_PLAIN);
    fputc(' ', stderr);
    cli_put(stderr, loss->message);
    fputc('\n', stderr);
  }
}

static int print_json(cli *c, const exports *x) {
  ql_value *answer = ql_object(c->a), *list = QL_SET(answer, "exports", ql_array(c->a));
  for (size_t i = 0; i < x->count; i++) {
    const piece *p = &x->pieces[i];
    ql_value *value = ql_push(list, ql_export_value(c->a, &p->export_));
    QL_SET(value, "file", ql_string(c->a, p->file->label));
    if (p->to) QL_SET(value, "to", ql_string(c->a, cli_clean(c, p->to)));
    QL_SET(value, "written", ql_bool(c->a, p->written));
  }
  QL_SET(answer, "losses", ql_int(c->a, (int64_t)x->losses));
  (void)cli_set_troubles(c, &x->files, answer);
  return cli_json(c, answer);
}

/// Where each was written, or the text itself.
static void print_files(const exports *x) {
  for (size_t i = 0; i < x->count; i++) {
    const piece *p = &x->pieces[i];
    bool same = p->there.ptr && ql_eq(p->there, p->export_.text);
    if (!p->to) fwrite(p->export_.text.ptr, 1, p->export_.text.len, stdout);
    if (!p->to || !(p->written || same)) continue;
    cli_put(stdout, (ql_str){p->to, strlen(p->to)});
    fputs(same ? " (the same already)\n" : "\n", stdout);
  }
}

static void tell_losses(const exports *x, bool kept_back, bool to_files) {
  size_t written = 0;
  for (size_t i = 0; i < x->count; i++) {
    print_losses(&x->pieces[i]);
    written += x->pieces[i].written;
  }
  const char *plural = x->losses == 1 ? "" : "es";
  if (kept_back)
    cli_note("%zu loss%s, so nothing was written (--strict).", x->losses, plural);
  else if (to_files)
    cli_note("%zu file%s written, %zu loss%s", written, cli_plural((int64_t)written), x->losses, plural);
}

int cli_export(cli *c) {
  exports x = {0};
  int code = export_all(c, &x);
  if (code != CLI_DONE) return code;
  size_t troubles = x.files.count - x.count;
  if (!c->json) (void)cli_tell_troubles(&x.files);
  bool kept_back = x.losses > 0 && c->value[CLI_lossless];
  if (c->value[CLI_folder] && !kept_back) {
    code = look(c, &x);
    for (size_t i = 0; i < x.count && code == CLI_DONE; i++) code = write_piece(c, &x.pieces[i]);
  }
  if (c->json) {
    if (code == CLI_DONE) code = print_json(c, &x);
  } else {
    if (!kept_back) print_files(&x); /* also when the next could not be written */
    if (code == CLI_DONE && fflush(stdout) == 0) tell_losses(&x, kept_back, c->value[CLI_folder] != NULL);
  }
  return code == CLI_DONE && (troubles > 0 || kept_back) ? CLI_FAILED : code;
}
