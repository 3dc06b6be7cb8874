/* Logs as files and links: verify, link make, link open. */
#include <questline/limits.h>
#include <questline/link.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "signing.h"
#include "store.h"

#define BASE_URL  "http://localhost:8787/app/"
#define ELSEWHERE "Write the link's quest elsewhere with --out FILE."

/// The bytes of the log an operand names: a file, stdin, or a quest of the store.
static int read_log(cli *c, ql_str *log) {
  const char *path = c->operands[0];
  if (strcmp(path, "-") != 0 && access(path, F_OK) != 0 && !strchr(path, '/') && !strchr(path, '.')) {
    int code = cli_store_find(c, path, &path);
    if (code != CLI_DONE) return code;
  }
  return cli_log_bytes(c, path, log);
}

static bool is_head(ql_str text) {
  uint8_t bytes[32];
  size_t len;
  return text.len == QL_HASH_CHARS && ql_base64url_read(text, bytes, sizeof bytes, &len) && len == sizeof bytes;
}

/// False also where no agent has a key: then nothing is signed.
static bool all_signed(const ql_value *verdict) {
  const ql_value *signers = QL_GET(verdict, "signers");
  bool all = signers != NULL;
  for (const ql_value *signer = all ? signers->first : NULL; signer; signer = signer->next)
    all &= ql_get_int(signer, QL_STR("lines"), 0) == ql_get_int(signer, QL_STR("signed"), 0);
  return all;
}

int cli_verify(cli *c) {
  ql_str log, head = QL_ABSENT;
  ql_value *verdict;
  ql_error err = {0};
  if (c->value[CLI_head]) {
    head = (ql_str){c->value[CLI_head], strlen(c->value[CLI_head])};
    if (!is_head(head)) return cli_fail(c, QL_ERR_ARGUMENT, "--head wants the %d characters of a head.", QL_HASH_CHARS);
  }
  int code = read_log(c, &log);
  if (code != CLI_DONE) return code;
  if (ql_verify(c->a, log, head, &verdict, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  code = cli_check_signers(c, log, verdict);
  if (code != CLI_DONE) return code;
  if (c->json)
    code = cli_json(c, verdict);
  else
    (void)cli_print_verdict(verdict);
  if (code == CLI_DONE && c->value[CLI_signed_] && !all_signed(verdict)) code = CLI_FAILED;
  return code == CLI_DONE ? cli_verdict_exit(verdict) : code;
}

/* ---- link make ---- */

int cli_link_make(cli *c) {
  ql_str log, fragment;
  ql_error err = {0};
  int code = read_log(c, &log);
  if (code != CLI_DONE) return code;
  ql_status status = ql_link_make(c->a, log, &fragment, &err);
  if (status == QL_ERR_LIMIT)
    return cli_fail(c, status, "The link would have %zu characters, and %u is the most. Send the file %s itself.", err.offset,
                    QL_LINK_CHARS_MAX, c->operands[0]);
  if (status != QL_OK) return cli_fail_error(c, &err, c->operands[0]);
  ql_value *link = ql_link_value(c->a, fragment);
  ql_str base = cli_clean(c, c->value[CLI_base] ? c->value[CLI_base] : BASE_URL);
  size_t end = ql_find_byte(base, '#', 0);
  ql_str url = ql_arena_concat(c->a, (const ql_str[]){ql_slice(base, 0, end), ql_get_str(link, QL_STR("fragment"))}, 2);
  QL_SET(link, "url", ql_string(c->a, url));
  if (c->json) return cli_json(c, link);
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  cli_put(stdout, url);
  putchar('\n');
  ql_str warning = ql_get_str(link, QL_STR("warning"));
  if (fflush(stdout) == 0 && warning.ptr)
    cli_note("%.*s (%lld characters)", (int)warning.len, warning.ptr, (long long)ql_get_int(link, QL_STR("chars"), 0));
  return CLI_DONE;
}

/* ---- link open ---- */

/// What came is not trusted: a log that breaks a rule does not get into the store.
static int check(cli *c, ql_str log, ql_quest *quest) {
  ql_error err = {0};
  ql_status status = ql_quest_append_log(quest, log, &err);
  if (status == QL_OK) return CLI_DONE;
  return cli_fail(c, status, "The quest in the link is not sound: line %u (%s%s%s). Nothing was written.", err.line, err.message,
                  *err.detail ? " " : "", err.detail);
}

/// Whether the file holds a quest at all: one that does not is not touched.
static int look(cli *c, const char *path) {
  cli_log there;
  int code = cli_log_open(c, path, false, &there);
  bool empty = code == CLI_DONE && ql_quest_count(there.quest) == 0;
  cli_log_close(&there);
  return empty ? cli_fail(c, QL_ERR_CONFLICT, "%s is there already and is no quest. " ELSEWHERE, path) : code;
}

/// The same quest that is there already is joined with it; another one is not overwritten.
static int keep(cli *c, cli_log *opened, ql_str log) {
  const char *path = opened->path;
  if (access(path, F_OK) != 0) return cli_write_file(c, path, log);
  cli_log there;
  int code = look(c, path);
  if (code != CLI_DONE) return code;
  code = cli_log_open(c, path, true, &there);
  const ql_str before = code == CLI_DONE ? ql_arena_str(c->a, ql_quest_log(there.quest)) : QL_ABSENT;
  opened->path = "the quest in the link";
  if (code == CLI_DONE) code = before.ptr ? cli_log_join(c, &there, opened, ELSEWHERE) : cli_no_memory(c);
  opened->path = path;
  if (code == CLI_DONE) {
    bool more = !ql_eq(before, ql_quest_log(there.quest));
    cli_note("%s is here already%s.", path, more ? "; what the link has more was added" : ", with all that is in the link");
    ql_quest_free(opened->quest);
    opened->quest = there.quest;
    there.quest = NULL;
  }
  cli_log_close(&there);
  return code;
}

static int write_quest(cli *c, ql_str log, cli_log *opened) {
  const char *out = c->value[CLI_out], *folder;
  ql_str id = ql_quest_id(opened->quest);
  if (out && strcmp(out, "-") == 0) {
    fwrite(log.ptr, 1, log.len, stdout);
    return CLI_DONE;
  }
  if (!out && !id.ptr) return cli_fail(c, QL_ERR_STATE, "The quest in the link has no id. Say where to write it with --out FILE.");
  int code = out ? CLI_DONE : cli_store_folder(c, true, &folder);
  if (code != CLI_DONE) return code;
  if (!out) {
    const ql_str parts[] = {{folder, strlen(folder)}, QL_STR("/"), id, QL_STR(".quest"), {"", 1}};
    out = ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
    if (!out) return cli_no_memory(c);
  }
  opened->path = out;
  code = keep(c, opened, log);
  if (code != CLI_DONE) return code;
  if (c->json) return cli_json(c, cli_where(c, opened));
  cli_put(stdout, (ql_str){out, strlen(out)});
  putchar('\n');
  return CLI_DONE;
}

int cli_link_open(cli *c) {
  ql_str text, log;
  ql_error err = {0};
  cli_log opened;
  int code = cli_text(c, "The link", c->operands[0], &text);
  if (code != CLI_DONE) return code;
  if (ql_link_open(c->a, text, &log, &err) != QL_OK) return cli_fail_error(c, &err, "The link");
  code = cli_log_new(c, &opened);
  if (code == CLI_DONE) code = check(c, log, opened.quest);
  if (code == CLI_DONE) code = write_quest(c, log, &opened);
  cli_log_close(&opened);
  return code;
}
