/* What a fix is: made alone, its finding is gone and nothing else of the file has changed; made with all others, nothing is left to mend. Held
   against every vector in every dialect, and against damaged ones. */
#include "support.h"

#include <dirent.h>

#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

#define MUTANTS  12u /* of each vector */
#define TEXT_MAX 65536u

static struct { size_t files, findings; } sum;

/* What is put into files, to see what becomes of it. */
static const ql_str PIECES[] = {
    QL_STR_INIT("---\n"),
    QL_STR_INIT("\xEF\xBB\xBF"),
    QL_STR_INIT("\r\n"),
    QL_STR_INIT("\r"),
    QL_STR_INIT("\t"),
    QL_STR_INIT("\n\n"),
    QL_STR_INIT("```\n"),
    QL_STR_INIT("...\n"),
    QL_STR_INIT("tools: Raed, Raed\n"),
    QL_STR_INIT("\xC3\xA2\xE2\x80\xA0\xE2\x80\x99"),
    QL_STR_INIT("\xE9"),
    QL_STR_INIT("\0"),
    QL_STR_INIT("\x01"),
    QL_STR_INIT("name: A b\n"),
    QL_STR_INIT("colour: x: y\n"),
    QL_STR_INIT("maxTurns: \"5\"\n"),
    QL_STR_INIT("color: gren\n"),
    QL_STR_INIT("model: claude-2\n"),
    QL_STR_INIT("- Read\n"),
    QL_STR_INIT("\""),
    QL_STR_INIT("{{X}}"),
    QL_STR_INIT(": "),
    QL_STR_INIT("<example>\n"),
    QL_STR_INIT("user: a\n"),
    QL_STR_INIT("  "),
    QL_STR_INIT("tools:\n  Read: true\n"),
    QL_STR_INIT("max_turns: 4\n"),
    QL_STR_INIT("\xFF\xFE"),
    QL_STR_INIT("tools: [a, a]\n"),
    QL_STR_INIT("hidden: yes\n"),
    QL_STR_INIT("|\n"),
    QL_STR_INIT("@"),
};

static unsigned long long dice;

/* The same for a name wherever and whenever it is read. */
static void shuffle(const char *name) {
  dice = 88172645463325252u;
  for (; *name != '\0'; name++) dice = (dice ^ (unsigned char)*name) * 1099511628211u;
}

static size_t roll(size_t sides) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return sides > 0 ? (size_t)(dice % sides) : 0;
}

/* Takes some bytes out, or puts a piece in, at a line's start or anywhere. */
static size_t damage(char *text, size_t len) {
  size_t at = roll(len + 1);
  while (roll(2) == 0 && at > 0 && text[at - 1] != '\n') at--;
  if (roll(3) == 0) {
    size_t out = roll(6);
    if (out > len - at) out = len - at;
    memmove(text + at, text + at + out, len - at - out);
    return len - out;
  }
  ql_str piece = PIECES[roll(QL_COUNT(PIECES))];
  if (len + piece.len > TEXT_MAX) return len;
  memmove(text + at + piece.len, text + at, len - at);
  memcpy(text + at, piece.ptr, piece.len);
  return len + piece.len;
}

typedef struct trial {
  ql_arena *arena;
  const char *name;
  ql_str file, dialect;
  const ql_spec *spec;
} trial;

static void complain(const trial *t, const ql_diagnostic *d, const char *what) {
  print_message("%.*s\n", (int)t->file.len, t->file.ptr);
  fail_msg("%s as %.*s: %s at %zu %s", t->name, (int)t->dialect.len, t->dialect.ptr, d->code, d->offset, what);
}

static const ql_spec *parse(const trial *t, ql_str file) {
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse_as(t->arena, QL_STR("worker.md"), file, t->dialect, &spec, NULL), QL_OK);
  return spec;
}

static ql_str mend(const trial *t, ql_str file, ql_mend which, size_t *mended) {
  ql_str out = QL_ABSENT;
  which.dialect = t->dialect;
  assert_int_equal(ql_spec_fix(t->arena, QL_STR("worker.md"), file, which, &out, mended, NULL), QL_OK);
  return out;
}

/* The file with the edits of one finding. */
static ql_str edited(const trial *t, const ql_diagnostic *d) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t at = 0;
  for (size_t i = 0; i < d->fix_count; i++) {
    const ql_edit *edit = &d->fix[i];
    bool rises = i == 0 || edit->offset > d->fix[i - 1].offset;
    if (!rises || edit->offset < at || edit->offset > t->file.len || edit->length > t->file.len - edit->offset)
      complain(t, d, "has edits that overlap, or lie outside of the file");
    ql_buf_add(&out, ql_slice(t->file, at, edit->offset));
    ql_buf_add(&out, edit->text);
    at = edit->offset + edit->length;
  }
  ql_buf_add(&out, ql_slice(t->file, at, t->file.len));
  ql_str copy = ql_arena_str(t->arena, out.len > 0 ? ql_buf_str(&out) : QL_STR(""));
  ql_buf_free(&out);
  return copy;
}

/* Where an offset comes to lie. */
static size_t moved(const ql_diagnostic *d, size_t offset) {
  size_t to = offset;
  for (size_t i = 0; i < d->fix_count; i++) {
    const ql_edit *edit = &d->fix[i];
    if (edit->offset >= offset) break;
    if (edit->offset + edit->length > offset) return to - (offset - edit->offset);
    to = to - edit->length + edit->text.len;
  }
  return to;
}

static bool has_at(const ql_spec *spec, const char *code, size_t offset) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (spec->diagnostics[i].offset == offset && strcmp(spec->diagnostics[i].code, code) == 0) return true;
  return false;
}

/* Whether another finding with its code comes to lie where this one was. */
static bool is_followed(const trial *t, const ql_diagnostic *d) {
  for (size_t i = 0; i < t->spec->diagnostic_count; i++) {
    const ql_diagnostic *other = &t->spec->diagnostics[i];
    if (other != d && strcmp(other->code, d->code) == 0 && moved(d, other->offset) == moved(d, d->offset)) return true;
  }
  return false;
}

static void mend_alone(const trial *t, const ql_diagnostic *d) {
  size_t mended = 0;
  ql_str alone = mend(t, t->file, (ql_mend){.code = str(d->code), .offset = d->offset}, &mended), right = edited(t, d);
  if (mended == 0) {
    /* Only where it would write question marks for bytes that are no UTF-8. */
    if (ql_eq(t->file, t->spec->text)) complain(t, d, "is not mended");
    return;
  }
  sum.findings++;
  if (!is_followed(t, d) && !ql_eq(alone, right)) complain(t, d, "changes more than its edits");
  if (has_at(parse(t, right), d->code, moved(d, d->offset)) && !is_followed(t, d)) complain(t, d, "is there still");
}

static void try_file(const char *name, ql_str file, ql_str dialect) {
  trial t = {.arena = ql_arena_new(ql_alloc_libc()), .name = name, .file = file, .dialect = dialect};
  t.spec = parse(&t, file);
  for (size_t i = 0; i < t.spec->diagnostic_count; i++)
    if (t.spec->diagnostics[i].fix_count > 0) mend_alone(&t, &t.spec->diagnostics[i]);
  size_t first = 0, second = 0;
  ql_mend all = {.offset = SIZE_MAX};
  ql_str once = mend(&t, file, all, &first), twice = mend(&t, once, all, &second);
  if (second > 0 || !ql_eq(once, twice)) {
    print_message("%.*s\n", (int)once.len, once.ptr);
    fail_msg("%s as %.*s: %zu findings are left to mend", name, (int)dialect.len, dialect.ptr, second);
  }
  sum.files++;
  ql_arena_free(t.arena);
}

static void try_vector(const char *name, ql_str file) {
  static size_t turn;
  ql_str id, product;
  size_t dialects = 0;
  for (; ql_dialect_at(dialects, &id, &product); dialects++) try_file(name, file, id);
  char *text = malloc(TEXT_MAX);
  assert_non_null(text);
  for (size_t i = 0; i < MUTANTS; i++) {
    memcpy(text, file.ptr, file.len);
    size_t len = file.len;
    for (size_t times = 1 + roll(5); times > 0; times--) len = damage(text, len);
    if (!ql_dialect_at(turn++ % (dialects + 1), &id, &product)) id = QL_ABSENT;
    try_file(name, (ql_str){text, len}, id);
  }
  free(text);
}

static void try_folder(const char *path) {
  DIR *folder = opendir(path);
  assert_non_null(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    char whole[1024];
    snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
    size_t len = 0;
    char *json = read_file(whole, &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *vector = NULL;
    assert_int_equal(ql_json_read(a, (ql_str){json, len}, &vector, NULL), QL_OK);
    ql_str text = ql_get_str(vector, QL_STR("text"));
    shuffle(entry->d_name);
    if (text.ptr && text.len < TEXT_MAX / 2) try_vector(entry->d_name, text);
    ql_arena_free(a);
    free(json);
  }
  closedir(folder);
}

static void every_fix(void **state) {
  (void)state;
  try_folder(QL_TEST_DATA "/vectors/spec");
  try_folder(QL_TEST_DATA "/vectors/fix");
  print_message("%zu files, %zu findings mended alone\n", sum.files, sum.findings);
  assert_true(sum.findings > 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_fix)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
