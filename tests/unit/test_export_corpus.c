/* Real agent files, written for every product and read again: what the target can say is the same, and what is not is named as a loss. */
#include "support.h"

#include <dirent.h>

#include <questline/spec.h>

#include "base/text.h"

#define SEEDS  QL_SHARED_DIR "/seeds"
#define CORPUS QL_SHARED_DIR "/corpus"

static struct { size_t files, exports, losses, same, wrong; } sum;

static const char *of; /* the file that is looked at */
static ql_str to;      /* the dialect it is written in */

static bool lost(const ql_export *e, const char *field) {
  for (size_t i = 0; i < e->loss_count; i++) {
    ql_str name = e->losses[i].field;
    if (ql_eq(name, str(field)) || (ql_starts(name, str(field)) && name.len > strlen(field) && name.ptr[strlen(field)] == '.')) return true;
  }
  return false;
}

#define wrong(...) (sum.wrong++, print_error("\n%s to %.*s: ", of, (int)to.len, to.ptr), print_error(__VA_ARGS__))

static void check_text(const char *field, ql_str before, ql_str after) {
  if (before.ptr ? !ql_eq(before, after) : after.ptr != NULL)
    wrong("%s was \"%.*s\" and is \"%.*s\"", field, (int)before.len, before.ptr ? before.ptr : "", (int)after.len,
          after.ptr ? after.ptr : "");
}

static bool lists(const ql_spec *spec, ql_str canonical) {
  for (size_t i = 0; i < spec->tool_count; i++)
    if (spec->tools[i].canonical.ptr && ql_eq(spec->tools[i].canonical, canonical)) return true;
  return false;
}

/* No list, and a list of everything, are the same. What only the prose names counts where there is no frontmatter to list it in. */
static bool allows_all(const ql_spec *spec, bool prose_counts) {
  bool listed = spec->tools_from == QL_TOOLS_FROM_FRONTMATTER || (prose_counts && spec->tools_from == QL_TOOLS_FROM_BODY);
  return !listed || lists(spec, QL_STR("*"));
}

/* OpenCode joins the names of server and tool, so that nobody can take them apart again. */
static bool comparable(ql_str canonical) { return !ql_eq(to, QL_STR("opencode")) || !ql_starts(canonical, QL_STR("mcp:")); }

static void check_tools(const ql_spec *before, const ql_spec *after) {
  bool all = allows_all(before, true);
  if (all != allows_all(after, before->tools_from == QL_TOOLS_FROM_BODY)) wrong("its tools are %s listed", all ? "now" : "no longer");
  if (all) return;
  if ((before->tools_state == QL_TOOLS_EMPTY) != (after->tools_state == QL_TOOLS_EMPTY)) wrong("an empty list is not one");
  for (size_t i = 0; i < before->tool_count; i++) {
    ql_str canonical = before->tools[i].canonical;
    if (!canonical.ptr || (comparable(canonical) && !lists(after, canonical)))
      wrong("the tool %.*s is gone", (int)before->tools[i].name.len, before->tools[i].name.ptr);
  }
  for (size_t i = 0; i < after->tool_count; i++) {
    ql_str canonical = after->tools[i].canonical;
    if (canonical.ptr ? comparable(canonical) && !lists(before, canonical) : !ql_eq(to, QL_STR("opencode")))
      wrong("the tool %.*s is new", (int)after->tools[i].name.len, after->tools[i].name.ptr);
  }
}

/* Without a provider before it; the default has no name. */
static ql_str model_of(const ql_spec *spec) {
  ql_str model = spec->model;
  if (!model.ptr || ql_eq_nocase(model, QL_STR("inherit"))) return QL_ABSENT;
  size_t slash = ql_find_byte(model, '/', 0);
  return slash == SIZE_MAX ? model : ql_slice(model, slash + 1, model.len);
}

static void check_losses(const ql_spec *spec, const ql_export *e) {
  for (size_t i = 0; i < e->loss_count; i++) {
    const ql_loss *loss = &e->losses[i];
    uint32_t line = 0, column = 0;
    if (i > 0 && loss->offset < e->losses[i - 1].offset) wrong("losses are not in order");
    if (loss->offset > spec->text.len) wrong("a loss stands behind the file");
    if (i > 20) continue;
    ql_position(spec->text, loss->offset, &line, &column);
    if (line != loss->line) wrong("the loss of %.*s has a wrong line", (int)loss->field.len, loss->field.ptr);
  }
}

static bool found(const ql_spec *spec, const char *code) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (strcmp(spec->diagnostics[i].code, code) == 0) return true;
  return false;
}

static void check_export(ql_arena *a, const ql_spec *spec, ql_str file) {
  ql_export e;
  assert_int_equal(ql_spec_export(a, spec, file, to, &e, NULL), QL_OK);
  sum.exports++;
  sum.losses += e.loss_count;
  check_losses(spec, &e);
  if (ql_eq(to, str(spec->dialect))) {
    if (!ql_eq(e.text, file) || e.loss_count > 0) wrong("a file of this dialect is not written as it is");
    sum.same++;
    return;
  }
  const ql_spec *again = NULL;
  assert_int_equal(ql_spec_parse_as(a, e.path, e.text, to, &again, NULL), QL_OK);
  for (size_t i = 0; i < again->diagnostic_count; i++) {
    const ql_diagnostic *d = &again->diagnostics[i];
    if (d->severity == QL_SEVERITY_ERROR) wrong("%s, line %u: %.*s", d->code, (unsigned)d->line, (int)d->message.len, d->message.ptr);
  }
  if (!lost(&e, "name") && !ql_eq(spec->id, again->id)) check_text("id", spec->id, again->id);
  if (!lost(&e, "description")) check_text("description", spec->description, again->description);
  if (!lost(&e, "model")) check_text("model", model_of(spec), model_of(again));
  if (!lost(&e, "tools") && !lost(&e, "disallowedTools") && !lost(&e, "permission")) check_tools(spec, again);
  if (!found(spec, "wrapped-in-fence") && !ql_ends(e.text, ql_slice(file, spec->body_offset, file.len))) wrong("the prose is another one");
}

static void check_file(const char *path) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  size_t len = 0;
  char *text = read_file(path, &len);
  if (!text) fail_msg("cannot read %s", path);
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, str(path), (ql_str){text, len}, &spec, NULL), QL_OK);
  sum.files++;
  of = path;
  ql_str product;
  for (size_t i = 0; ql_dialect_at(i, &to, &product); i++) check_export(a, spec, (ql_str){text, len});
  free(text);
  ql_arena_free(a);
}

static void every_seed(void **state) {
  (void)state;
  DIR *folder = opendir(SEEDS);
  if (!folder) {
    print_message("skipped: no seeds at %s\n", SEEDS);
    skip();
  }
  char path[1024];
  size_t before = sum.files;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, SEEDS "/%s", entry->d_name);
    check_file(path);
  }
  closedir(folder);
  assert_int_equal(sum.files - before, 5);
  assert_int_equal(sum.wrong, 0);
}

static void every_file(void **state) {
  (void)state;
  size_t len = 0;
  char *manifest = read_file(CORPUS "/manifest.tsv", &len);
  if (!manifest) {
    print_message("skipped: no corpus at %s\n", CORPUS);
    skip();
  }
  ql_str rest = {manifest, len}, row = QL_ABSENT;
  ql_next_line(&rest, &row);
  while (ql_next_line(&rest, &row)) {
    char path[1024];
    snprintf(path, sizeof path, CORPUS "/%.*s", (int)(ql_find_byte(row, '\t', 0) == SIZE_MAX ? row.len : ql_find_byte(row, '\t', 0)),
             row.ptr);
    check_file(path);
  }
  free(manifest);
  assert_true(sum.files > 1000);
  assert_int_equal(sum.wrong, 0);
  print_message("%zu files, %zu exports, %zu of them to their own dialect, %zu losses\n", sum.files, sum.exports, sum.same, sum.losses);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_seed), cmocka_unit_test(every_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
