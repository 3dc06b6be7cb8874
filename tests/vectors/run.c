/* questline-vectors: runs the vectors natively. Prints TAP, or the hash of every answer, or one answer. */
#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../wasm/shim.h"
#include "base/text.h"
#include "format/crypto.h"

static const char usage[] = "usage: questline-vectors DIR                    run all vectors, TAP\n"
                            "       questline-vectors --hashes DIR           print the hash of every answer\n"
                            "       questline-vectors --print DIR AREA/NAME  print one answer\n"
                            "       questline-vectors --logs                 print the generated logs as JSON\n"
                            "       questline-vectors --streams DIR          print the conversations with tests/streams as JSON\n"
                            "       questline-vectors --files                print the hash of the Spec of each file named on stdin\n";

typedef enum run_mode { MODE_TAP, MODE_HASHES, MODE_PRINT } run_mode;

typedef struct totals {
  run_mode mode;
  const char *wanted; /* AREA/NAME, in MODE_PRINT */
  size_t count, failed;
} totals;

_Noreturn void give_up(const char *message, ql_str detail) {
  (void)fprintf(stderr, "questline-vectors: %s: %.*s\n", message, (int)detail.len, detail.ptr ? detail.ptr : "");
  exit(2);
}

void *need(void *block) {
  if (block == NULL) give_up("out of memory", QL_ABSENT);
  return block;
}

ql_arena *new_arena(void) { return need(ql_arena_new(ql_alloc_libc())); }

static ql_str read_stream(ql_arena *a, FILE *in, const char *name) {
  ql_buf buf = ql_buf_new(ql_alloc_libc());
  char block[65536];
  for (size_t got; (got = fread(block, 1, sizeof block, in)) > 0;) ql_buf_add(&buf, (ql_str){block, got});
  ql_str text = ql_arena_str(a, ql_buf_str(&buf));
  if (ferror(in) || buf.failed || text.ptr == NULL) give_up("cannot read", (ql_str){name, strlen(name)});
  ql_buf_free(&buf);
  return text;
}

ql_str read_file(ql_arena *a, const char *path) {
  FILE *in = fopen(path, "rb");
  if (in == NULL) give_up("cannot open", (ql_str){path, strlen(path)});
  ql_str text = read_stream(a, in, path);
  (void)fclose(in);
  return text;
}

static void print(ql_str s) { (void)fwrite(s.ptr, 1, s.len, stdout); }

static void print_commented(ql_str s) {
  for (ql_str line; ql_next_line(&s, &line);) printf("# %.*s\n", (int)line.len, line.ptr);
}

static void print_hash(const ql_str *pieces, size_t count) {
  uint8_t hash[QL_HASH_BYTES];
  char hex[2 * QL_HASH_BYTES];
  ql_buf all = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < count; i++) ql_buf_add(&all, pieces[i]);
  ql_sha256(ql_buf_str(&all), hash);
  ql_buf_free(&all);
  ql_hex_write(hex, hash, sizeof hash);
  printf("%.*s", (int)sizeof hex, hex);
}

static void run_vector(totals *t, const area *in, ql_str name, const ql_value *vector) {
  if (t->mode == MODE_PRINT) {
    size_t area_len = strlen(in->name);
    ql_str wanted = {t->wanted, strlen(t->wanted)};
    if (!ql_starts(wanted, (ql_str){in->name, area_len}) || !ql_eq(ql_slice(wanted, area_len + 1, wanted.len), name)) return;
  }
  ql_arena *a = new_arena();
  outcome out = {ql_buf_new(ql_alloc_libc()), ql_buf_new(ql_alloc_libc())};
  in->run(a, vector, &out);
  ql_str answer = ql_buf_str(&out.answer), more = ql_buf_str(&out.more);
  t->count++;
  if (t->mode == MODE_PRINT) {
    print(answer);
    printf("\n");
  } else if (t->mode == MODE_HASHES) {
    printf("%s/%.*s ", in->name, (int)name.len, name.ptr);
    print_hash((const ql_str[]){answer, QL_STR("\n"), more}, 3);
    printf("\n");
  } else {
    ql_value *actual = NULL;
    ql_error err = {0};
    ql_buf why = ql_buf_new(ql_alloc_libc());
    const ql_value *expect = QL_GET(vector, "expect");
    bool good = expect != NULL && ql_canon_read(a, answer, &actual, &err) == QL_OK && expected(a, expect, actual, &why);
    if (expect == NULL) ql_buf_add(&why, QL_STR("the vector expects nothing, so it could not fail"));
    if (err.message != NULL) ql_buf_add(&why, QL_STR("the answer is not canonical JSON"));
    printf("%s %zu - %s/%.*s\n", good ? "ok" : "not ok", t->count, in->name, (int)name.len, name.ptr);
    if (!good) print_commented(ql_buf_str(&why));
    if (!good) t->failed++;
    ql_buf_free(&why);
  }
  ql_buf_free(&out.answer);
  ql_buf_free(&out.more);
  ql_arena_free(a);
}

static int is_vector(const struct dirent *entry) {
  ql_str name = {entry->d_name, strlen(entry->d_name)};
  return ql_ends(name, QL_STR(".json")) && !ql_starts(name, QL_STR("."));
}

static void run_folder(totals *t, const area *in, const char *dir) {
  char path[4096];
  struct dirent **entries = NULL;
  (void)snprintf(path, sizeof path, "%s/%s", dir, in->name);
  int count = scandir(path, &entries, is_vector, alphasort);
  for (int i = 0; i < count; i++) {
    ql_arena *a = new_arena();
    ql_value *vector = NULL;
    ql_error err = {0};
    ql_str name = {entries[i]->d_name, strlen(entries[i]->d_name)};
    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, in->name, entries[i]->d_name);
    if (ql_json_read(a, read_file(a, path), &vector, &err) != QL_OK) give_up("not JSON", (ql_str){path, strlen(path)});
    run_vector(t, in, ql_slice(name, 0, name.len - 5), vector);
    ql_arena_free(a);
    free(entries[i]);
  }
  free(entries);
}

static void run_generated(totals *t, const area *in, const ql_value *vectors) {
  for (const ql_value *vector = vectors->first; vector; vector = vector->next)
    run_vector(t, in, ql_get_str(vector, QL_STR("name")), vector);
}

static int run_all(run_mode mode, const char *dir, const char *wanted) {
  totals t = {mode, wanted, 0, 0};
  for (size_t i = 0; i < area_count; i++) {
    run_folder(&t, &areas[i], dir);
    ql_arena *a = new_arena();
    if (strcmp(areas[i].name, "logs") == 0) run_generated(&t, &areas[i], generate_logs(a));
    if (strcmp(areas[i].name, "streams") == 0) run_generated(&t, &areas[i], generate_streams(a, dir));
    ql_arena_free(a);
  }
  if (mode == MODE_TAP) printf("1..%zu\n", t.count);
  if (t.count == 0) give_up("no vector", (ql_str){dir, strlen(dir)});
  return t.failed == 0 ? 0 : 1;
}

/* The logs; with a folder, the conversations. */
static int print_generated(const char *dir) {
  ql_arena *a = new_arena();
  print(ql_value_text(a, dir ? generate_streams(a, dir) : generate_logs(a)));
  ql_arena_free(a);
  return 0;
}

static const char *c_path(ql_arena *a, ql_str path) {
  char *copy = need(ql_arena_get(a, path.len + 1));
  memcpy(copy, path.ptr, path.len);
  return copy;
}

static int print_file_hashes(void) {
  ql_arena *a = new_arena();
  ql_str rest = read_stream(a, stdin, "stdin");
  for (ql_str line; ql_next_line(&rest, &line);) {
    ql_arena *b = new_arena();
    ql_str text = read_file(b, c_path(b, line));
    (void)qlw_spec_parse(NULL, 0, text.ptr, (uint32_t)text.len, NULL, 0);
    print_hash((const ql_str[]){{qlw_out_ptr(), qlw_out_len()}}, 1);
    printf(" %.*s\n", (int)line.len, line.ptr);
    ql_arena_free(b);
  }
  ql_arena_free(a);
  return 0;
}

int main(int argc, char **argv) {
  int exit_code = 2;
  if (argc == 2 && strcmp(argv[1], "--logs") == 0)
    exit_code = print_generated(NULL);
  else if (argc == 3 && strcmp(argv[1], "--streams") == 0)
    exit_code = print_generated(argv[2]);
  else if (argc == 2 && strcmp(argv[1], "--files") == 0)
    exit_code = print_file_hashes();
  else if (argc == 3 && strcmp(argv[1], "--hashes") == 0)
    exit_code = run_all(MODE_HASHES, argv[2], NULL);
  else if (argc == 4 && strcmp(argv[1], "--print") == 0)
    exit_code = run_all(MODE_PRINT, argv[2], argv[3]);
  else if (argc == 2 && argv[1][0] != '-')
    exit_code = run_all(MODE_TAP, argv[1], NULL);
  else
    (void)fputs(usage, stderr);
  return fflush(stdout) == 0 ? exit_code : 2;
}
