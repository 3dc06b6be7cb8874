/* Files are mended round after round, byte by byte, and read as the dialect that is asked for. */
#include "support.h"

#include <dirent.h>
#include <time.h>

#include <questline/limits.h>
#include <questline/roster.h>
#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

#define ALL ((ql_mend){.offset = SIZE_MAX})

static ql_arena *a;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_str fix(ql_str text, ql_mend which, size_t *mended) {
  ql_str out = QL_ABSENT;
  assert_int_equal(ql_spec_fix(a, QL_STR("worker.md"), text, which, &out, mended, NULL), QL_OK);
  return out;
}

static const ql_spec *parse_as(const char *path, const char *text, const char *dialect) {
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse_as(a, str(path), str(text), dialect ? str(dialect) : QL_ABSENT, &spec, NULL), QL_OK);
  return spec;
}

static bool has(const ql_spec *spec, const char *code) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (strcmp(spec->diagnostics[i].code, code) == 0) return true;
  return false;
}

#define WORKER(front, body) "---\nname: worker\n" front "---\n" body "\n"

static void mends(void **state) {
  static const struct {
    const char *file, *mended;
    size_t findings;
  } cases[] = {
      {WORKER("description: Works.\n", "Body."), WORKER("description: Works.\n", "Body."), 0},
      {WORKER("description: Does this: that.\n", "Body."), WORKER("description: \"Does this: that.\"\n", "Body."), 1},
      {"\xEF\xBB\xBF" WORKER("description: Works.\n", "Body."), WORKER("description: Works.\n", "Body."), 1},
      {WORKER("description: Works.\n", "One\x01\x01 two\x7F."), WORKER("description: Works.\n", "One two."), 2},
      {WORKER("description: Works.\n", "caf\xE9"), WORKER("description: Works.\n", "caf\xC3\xA9"), 1},
      /* One stands inside the other: two rounds. */
      {WORKER("description: Caf\xE9: the \x01place.\n", "Body."), WORKER("description: \"Caf\xC3\xA9: the place.\"\n", "Body."), 3},
      /* The fence around it first, then what is in it. */
      {"```md\n---\nname: worker\ndescription: Does this: that.\n---\nBody.\n```\n", WORKER("description: \"Does this: that.\"\n", "Body."),
       2},
      /* One kind of line end, the more frequent one. */
      {WORKER("description: Works.\n", "One.\r\nTwo."), WORKER("description: Works.\n", "One.\nTwo."), 1},
      {"---\r\nname: worker\r\ndescription: Works.\n---\r\nBody.\r\n", "---\r\nname: worker\r\ndescription: Works.\r\n---\r\nBody.\r\n", 1},
      {"---\rname: worker\rdescription: Works.\r---\rBody.\r", WORKER("description: Works.\n", "Body."), 1},
      /* The last one counts, so the first one goes. */
      {WORKER("model: opus\ndescription: Works.\nmodel: haiku # quick\n", "Body."),
       WORKER("description: Works.\nmodel: haiku # quick\n", "Body."), 1},
      {WORKER("description: Works.\nskills:\n  - a\n  - b\nskills: [c]\n", "Body."), WORKER("description: Works.\nskills: [c]\n", "Body."),
       1},
      {WORKER("description: Works.\nmodel: a\nmodel: b\nmodel: c\n", "Body."), WORKER("description: Works.\nmodel: c\n", "Body."), 2},
      {WORKER("description: Works.\nmodel: opus # best\nmodel: haiku\n", "Body."),
       WORKER("description: Works.\nmodel: opus # best\nmodel: haiku\n", "Body."), 0},
      {WORKER("description: Works.\ntools: Read, Bash, Read,  Bash\n", "Body."),
       WORKER("description: Works.\ntools: Read, Bash\n", "Body."), 2},
      {WORKER("description: Works.\ntools: [\"Read\", \"Read\"]\n", "Body."), WORKER("description: Works.\ntools: [\"Read\"]\n", "Body."),
       1},
      {WORKER("description: Works.\ntools:\n  - Read\n  - 'Read'\n  - Bash\n", "Body."),
       WORKER("description: Works.\ntools:\n  - Read\n  - Bash\n", "Body."), 1},
      {"---\nname: worker\ndescription: Works.\ncolour: red\n---\nBody.\n", WORKER("description: Works.\ncolor: red\n", "Body."), 1},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    size_t mended = SIZE_MAX;
    assert_str_is(fix(str(cases[i].file), ALL, &mended), cases[i].mended);
    assert_int_equal(mended, cases[i].findings);
    assert_str_is(fix(str(cases[i].mended), ALL, &mended), cases[i].mended);
    assert_int_equal(mended, 0);
  }
}

static void only_what_is_asked_for(void **state) {
  (void)state;
  ql_str file = QL_STR("---\nname: worker\ndescription: Does this: that.\n---\nOne\x01, two\x7F, caf\xE9.\n");
  size_t mended;
  ql_mend controls = {.code = QL_STR("control-character"), .offset = SIZE_MAX};
  assert_str_is(fix(file, controls, &mended), "---\nname: worker\ndescription: Does this: that.\n---\nOne, two, caf\xE9.\n");
  assert_int_equal(mended, 2);
  ql_mend there = {.offset = ql_find_byte(file, '\x7F', 0)};
  assert_str_is(fix(file, there, &mended), "---\nname: worker\ndescription: Does this: that.\n---\nOne\x01, two, caf\xE9.\n");
  assert_int_equal(mended, 1);
  ql_mend nowhere = {.offset = 1};
  ql_str same = fix(file, nowhere, &mended);
  assert_true(ql_eq(same, file));
  assert_int_equal(mended, 0);
}

static void mends_utf16(void **state) {
  static const struct {
    const char *bytes;
    size_t len;
    const char *text; /* NULL: it is not sound */
  } cases[] = {
      {"\xFF\xFE"
       "a\0\n\0",
       6, "a\n"},
      {"\xFE\xFF"
       "\0a\0\n",
       6, "a\n"},
      {"\xFF\xFE"
       "\x3D\xD8\x00\xDE\x92\x21",
       8, "\xF0\x9F\x98\x80\xE2\x86\x92"},
      {"\xFF\xFE"
       "a\0b",
       5, NULL},
      {"\xFF\xFE"
       "\x3D\xD8"
       "a\0",
       6, NULL},
      {"\xFF\xFE"
       "\x00\xDE",
       4, NULL},
      {"\xFF\xFE"
       "a\0\x3D\xD8",
       6, NULL},
      {"\xFF\xFE"
       "\0\0",
       4, NULL},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str file = {cases[i].bytes, cases[i].len};
    size_t mended;
    ql_str out = fix(file, (ql_mend){.code = QL_STR("utf-16"), .offset = SIZE_MAX}, &mended);
    if (cases[i].text)
      assert_str_is(out, cases[i].text);
    else
      assert_true(ql_eq(out, file));
    assert_int_equal(mended, cases[i].text != NULL);
  }
}

/* A byte that is not UTF-8 is never written back as a question mark. */
static void keeps_foreign_bytes(void **state) {
  (void)state;
  ql_str file = QL_STR("---\nname: worker\ndescription: Does this: caf\xE9.\n---\nBody.\n");
  ql_mend colon = {.code = QL_STR("unquoted-colon"), .offset = SIZE_MAX};
  size_t mended;
  assert_true(ql_eq(fix(file, colon, &mended), file));
  assert_int_equal(mended, 0);
  assert_str_is(fix(file, ALL, &mended), "---\nname: worker\ndescription: \"Does this: caf\xC3\xA9.\"\n---\nBody.\n");
  assert_int_equal(mended, 2);
}

/* More findings than an answer shows are mended all the same, and more than a round sees too. */
static void mends_many(void **state) {
  (void)state;
  enum { COUNT = 9000 };
  ql_buf text = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&text, QL_STR("---\nname: worker\ndescription: Works.\n---\n"));
  for (size_t i = 0; i < COUNT; i++) ql_buf_add(&text, QL_STR("a\x01 b\n"));
  size_t mended;
  ql_str out = fix(ql_buf_str(&text), ALL, &mended);
  assert_int_equal(mended, COUNT);
  assert_int_equal(out.len, text.len - COUNT);
  ql_buf_free(&text);
}

static void refuses(void **state) {
  (void)state;
  ql_error err;
  ql_str out = QL_STR("untouched");
  size_t mended = 7;
  ql_mend which = {.dialect = QL_STR("claude-cod"), .offset = SIZE_MAX};
  assert_int_equal(ql_spec_fix(a, QL_ABSENT, QL_STR("x"), which, &out, &mended, &err), QL_ERR_ARGUMENT);
  assert_string_equal(err.detail, "claude-cod, did you mean claude-code?");
  size_t len = QL_SPEC_BYTES_MAX + 1;
  char *big = malloc(len);
  assert_non_null(big);
  memset(big, 'x', len);
  assert_int_equal(ql_spec_fix(a, QL_ABSENT, (ql_str){big, len}, ALL, &out, &mended, &err), QL_ERR_LIMIT);
  assert_non_null(strstr(err.message, "QL_SPEC_BYTES_MAX"));
  /* At the limit, and above it once it is mended. */
  memset(big + len - 2, '\xE9', 1);
  assert_int_equal(ql_spec_fix(a, QL_ABSENT, (ql_str){big, len - 1}, ALL, &out, &mended, &err), QL_ERR_LIMIT);
  assert_non_null(strstr(err.message, "QL_SPEC_BYTES_MAX"));
  assert_str_is(out, "untouched");
  assert_int_equal(mended, 7);
  free(big);
}

/* ---- files far above the limit ---- */

static size_t requested; /* bytes, of all allocations */

static void *measuring_resize(void *ctx, void *block, size_t old_size, size_t size) {
  (void)ctx;
  if (size > old_size) requested += size - old_size;
  ql_alloc libc = ql_alloc_libc();
  return libc.resize(libc.ctx, block, old_size, size);
}

/* Refused by the limit's name before anything of the file's size is asked for. */
static void refuses_large_files(void **state) {
  (void)state;
  size_t len = 10u * 1024u * 1024u;
  char *big = malloc(len);
  assert_non_null(big);
  memset(big, 'x', len);
  ql_arena *arena = ql_arena_new((ql_alloc){NULL, measuring_resize});
  ql_roster *roster = ql_roster_new((ql_alloc){NULL, measuring_resize});
  const ql_spec *spec = NULL;
  ql_error err;
  ql_str out;
  requested = 0;
  clock_t start = clock();
  assert_int_equal(ql_spec_parse(arena, QL_STR("big.md"), (ql_str){big, len}, &spec, &err), QL_ERR_LIMIT);
  double ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
  assert_non_null(strstr(err.message, "QL_SPEC_BYTES_MAX"));
  assert_string_equal(err.detail, "big.md");
  assert_true(requested < 1024);
  assert_int_equal(ql_spec_fix(arena, QL_STR("big.md"), (ql_str){big, len}, ALL, &out, NULL, &err), QL_ERR_LIMIT);
  assert_int_equal(ql_roster_add(roster, QL_STR("big.md"), (ql_str){big, len}, &err), QL_ERR_LIMIT);
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  assert_true(requested < 16384);
  print_message("10 MiB are refused in %.3f ms, and %zu bytes of memory\n", ms, requested);
  ql_roster_free(roster);
  ql_arena_free(arena);
  free(big);
}

static ql_status fix_trial(ql_arena *arena, const void *ctx) {
  ql_str out;
  return ql_spec_fix(arena, QL_STR("worker.md"), str(ctx), ALL, &out, NULL, NULL);
}

static void fixing_without_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(fix_trial, "```\n---\nname: caf\xE9\ndescription: Does this: that.\n---\nBody\x01.\n```\n") > 5);
}

/* ---- descriptions that run on ---- */

static const char *const LADDER[] = {"silent-skip",      "unquoted-colon", "unquoted-symbol", "run-on-value",
                                     "unreadable-value", "stray-text",     "orphan-list"};

/* Once mended, what was read with the recovery ladder is read without it, and reads the same. */
static void check_trap(const char *path) {
  size_t len = 0, mended = 0;
  char *json = read_file(path, &len);
  assert_non_null(json);
  ql_value *vector = NULL;
  assert_int_equal(ql_json_read(a, (ql_str){json, len}, &vector, NULL), QL_OK);
  ql_str name = ql_get_str(vector, QL_STR("path")), text = ql_get_str(vector, QL_STR("text"));
  const ql_spec *before = NULL, *after = NULL;
  assert_int_equal(ql_spec_parse(a, name, text, &before, NULL), QL_OK);
  assert_int_equal(ql_spec_parse(a, name, fix(text, ALL, &mended), &after, NULL), QL_OK);
  assert_true(mended > 0);
  for (size_t i = 0; i < QL_COUNT(LADDER); i++)
    if (has(after, LADDER[i])) fail_msg("%s: %s is left", path, LADDER[i]);
  ql_value *was = ql_spec_value(a, before), *is = ql_spec_value(a, after);
  static const char *const fields[] = {"name", "description", "model", "color", "tools", "extra"};
  for (size_t i = 0; i < QL_COUNT(fields); i++)
    if (!ql_value_equal(ql_get(was, str(fields[i])), ql_get(is, str(fields[i])))) fail_msg("%s: %s is read otherwise", path, fields[i]);
  free(json);
}

static void mends_traps(void **state) {
  (void)state;
  DIR *folder = opendir(QL_TEST_DATA "/vectors/spec");
  assert_non_null(folder);
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (strncmp(entry->d_name, "trap-", 5) != 0) continue;
    char path[1024];
    snprintf(path, sizeof path, QL_TEST_DATA "/vectors/spec/%s", entry->d_name);
    check_trap(path);
    count++;
  }
  closedir(folder);
  assert_true(count >= 12);
}

/* ---- the seed that was read as Windows-1252 ---- */

static char *read_seed(const char *prefix, size_t *len) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  char path[1024] = "";
  if (!folder) return NULL;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  closedir(folder);
  return read_file(path, len);
}

static void mends_mojibake(void **state) {
  (void)state;
  size_t len = 0, mended = 0;
  char *bytes = read_seed("000_", &len);
  if (!bytes) {
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  ql_str file = {bytes, len}, arrow = QL_STR("\xE2\x86\x92"), siren = QL_STR("\xF0\x9F\x9A\xA8");
  assert_int_equal(ql_find(file, arrow, 0), SIZE_MAX);
  assert_int_equal(ql_find(file, siren, 0), SIZE_MAX);
  ql_mend which = {.code = QL_STR("mojibake"), .offset = SIZE_MAX};
  ql_str out = fix(file, which, &mended);
  assert_true(mended > 0);
  assert_true(ql_find(out, arrow, 0) != SIZE_MAX);
  assert_true(ql_find(out, siren, 0) != SIZE_MAX);
  /* Between the segments every byte is as it was, and each segment is one of the two that were damaged. */
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, QL_ABSENT, file, &spec, NULL), QL_OK);
  size_t at = 0, to = 0, segments = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    const ql_diagnostic *d = &spec->diagnostics[i];
    if (strcmp(d->code, "mojibake") != 0) continue;
    assert_int_equal(d->fix_count, 1);
    ql_edit edit = d->fix[0];
    assert_true(ql_eq(ql_slice(file, at, edit.offset), ql_slice(out, to, to + edit.offset - at)));
    to += edit.offset - at;
    assert_true(ql_eq(ql_slice(out, to, to + edit.text.len), edit.text));
    assert_true(ql_eq(edit.text, arrow) || ql_eq(edit.text, siren));
    to += edit.text.len;
    at = edit.offset + edit.length;
    segments++;
  }
  assert_true(ql_eq(ql_slice(file, at, file.len), ql_slice(out, to, out.len)));
  assert_int_equal(segments, mended);
  print_message("%zu segments mended\n", segments);
  assert_true(ql_eq(fix(out, which, &mended), out));
  assert_int_equal(mended, 0);
  free(bytes);
}

/* ---- dialects ---- */

static void dialects(void **state) {
  (void)state;
  ql_str id, product;
  size_t count = 0;
  for (; ql_dialect_at(count, &id, &product); count++) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)id.len, id.ptr);
    assert_string_equal(parse_as("a.md", WORKER("description: Works.\n", "Body."), name)->dialect, name);
  }
  assert_int_equal(count, 11);
  assert_true(ql_dialect_at(0, &id, &product));
  assert_str_is(id, "claude-code");
  assert_str_is(product, "Claude Code");
}

static void unknown_dialects(void **state) {
  static const struct {
    const char *id, *detail;
  } cases[] = {
      {"Claude-Code", "Claude-Code, did you mean claude-code?"},
      {"gemini", "gemini, did you mean gemini-cli?"},
      {"vscod", "vscod, did you mean vscode?"},
      {"", ""},
      {"x", "x"},
      {"nothing-like-it", "nothing-like-it"},
      {"cur\xFFsor", "cur, did you mean cursor?"},
  };
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_error err;
    const ql_spec *spec = NULL;
    assert_int_equal(ql_spec_parse_as(a, QL_ABSENT, QL_STR("x"), str(cases[i].id), &spec, &err), QL_ERR_ARGUMENT);
    assert_string_equal(err.detail, cases[i].detail);
    assert_null(spec);
    assert_int_equal(ql_roster_dialect(roster, str(cases[i].id), &err), QL_ERR_ARGUMENT);
    assert_string_equal(err.detail, cases[i].detail);
  }
  ql_roster_free(roster);
}

/* What a file's product makes of it depends on which product that is. */
static void dialect_decides(void **state) {
  (void)state;
  const char *nameless = "---\ndescription: Works.\n---\nBody.\n";
  assert_true(has(parse_as("worker.md", nameless, "claude-code"), "silent-skip"));
  assert_true(has(parse_as("worker.md", nameless, "claude-code"), "name-missing"));
  assert_false(has(parse_as("worker.md", nameless, "copilot"), "silent-skip"));
  assert_false(has(parse_as("worker.md", nameless, "copilot"), "name-missing"));
  assert_string_equal(parse_as("x/.claude/agents/worker.md", nameless, NULL)->dialect, "claude-code");
  assert_string_equal(parse_as("x/.claude/agents/worker.md", nameless, "opencode")->dialect, "opencode");
}

static void roster_dialect(void **state) {
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  static const char *const asked[] = {NULL, "gemini-cli", "cursor", NULL}, *const got[] = {"claude-code", "gemini-cli", "cursor",
                                                                                           "claude-code"};
  for (size_t i = 0; i < QL_COUNT(asked); i++) {
    char text[128];
    snprintf(text, sizeof text, "---\nname: agent-%zu\ndescription: Works.\n---\nBody.\n", i);
    assert_int_equal(ql_roster_dialect(roster, asked[i] ? str(asked[i]) : QL_ABSENT, NULL), QL_OK);
    assert_int_equal(ql_roster_add(roster, QL_ABSENT, str(text), NULL), QL_OK);
  }
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  for (size_t i = 0; i < QL_COUNT(asked); i++) assert_string_equal(ql_roster_agent(roster, i)->spec->dialect, got[i]);
  ql_roster_free(roster);
}

/* ---- switches ---- */

static void switches(void **state) {
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_ABSENT, QL_STR("# Worker\n\nWorks.\n"), NULL), QL_OK);
  assert_true(ql_roster_rule_on(roster, QL_STR("@worker"), QL_STR("forbid")));
  assert_int_equal(ql_roster_switch(roster, QL_STR("Worker"), QL_STR("forbid"), false, NULL), QL_OK);
  for (size_t round = 0; round < 2; round++) {
    assert_false(ql_roster_rule_on(roster, QL_STR("@worker"), QL_STR("forbid")));
    assert_true(ql_roster_rule_on(roster, QL_STR("@worker"), QL_STR("forbid.1")));
    assert_true(ql_roster_rule_on(roster, QL_STR("@other"), QL_STR("forbid")));
    assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  }
  assert_int_equal(ql_roster_switch(roster, QL_STR("@worker"), QL_STR("forbid"), true, NULL), QL_OK);
  assert_true(ql_roster_rule_on(roster, QL_STR("@worker"), QL_STR("forbid")));
  /* Any number, in any order. */
  char rule[16];
  for (size_t i = 0; i < 500; i++) {
    snprintf(rule, sizeof rule, "rule-%zu", i * 37 % 500);
    assert_int_equal(ql_roster_switch(roster, i % 2 ? QL_STR("@a") : QL_STR("@b"), str(rule), false, NULL), QL_OK);
    assert_int_equal(ql_roster_switch(roster, QL_STR("@c"), str(rule), true, NULL), QL_OK);
  }
  for (size_t i = 0; i < 500; i++) {
    snprintf(rule, sizeof rule, "rule-%zu", i * 37 % 500);
    assert_int_equal(ql_roster_rule_on(roster, QL_STR("@a"), str(rule)), i % 2 == 0);
    assert_int_equal(ql_roster_rule_on(roster, QL_STR("@b"), str(rule)), i % 2 != 0);
    assert_true(ql_roster_rule_on(roster, QL_STR("@c"), str(rule)));
  }
  ql_roster_free(roster);
}

static ql_status switch_trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  ql_roster *roster = ql_roster_new(ql_arena_alloc(arena));
  if (!roster) return QL_ERR_NOMEM;
  ql_status status = ql_roster_switch(roster, QL_STR("@a"), QL_STR("forbid"), false, NULL);
  assert_int_equal(ql_roster_rule_on(roster, QL_STR("@a"), QL_STR("forbid")), status != QL_OK);
  ql_roster_free(roster);
  return status;
}

static void switching_without_memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(switch_trial, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mends),
      cmocka_unit_test(only_what_is_asked_for),
      cmocka_unit_test(mends_utf16),
      cmocka_unit_test(keeps_foreign_bytes),
      cmocka_unit_test(mends_many),
      cmocka_unit_test(refuses),
      cmocka_unit_test(refuses_large_files),
      cmocka_unit_test(fixing_without_memory),
      cmocka_unit_test(mends_traps),
      cmocka_unit_test(mends_mojibake),
      cmocka_unit_test(dialects),
      cmocka_unit_test(unknown_dialects),
      cmocka_unit_test(dialect_decides),
      cmocka_unit_test(roster_dialect),
      cmocka_unit_test(switches),
      cmocka_unit_test(switching_without_memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
