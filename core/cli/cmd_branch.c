/* Commands about several copies of a quest: certificate, fork, compare, import, redact, reveal. */
#include <questline/report.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "signing.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

static int open_log(cli *c, const char *id, bool writing, cli_log *log) {
  const char *path;
  *log = (cli_log){.fd = -1};
  int code = cli_store_find(c, id, &path);
  return code == CLI_DONE ? cli_log_open(c, path, writing, log) : code;
}

/// Writes a log where --out says; - is stdout. An existing file is not touched.
static int put_log(cli *c, ql_str log) {
  const char *out = c->value[CLI_out];
  if (strcmp(out, "-") != 0) {
    ql_value *answer = ql_object(c->a);
    QL_SET(answer, "file", ql_string(c->a, cli_clean(c, out)));
    int code = cli_write_file(c, out, log);
    return code == CLI_DONE && c->json ? cli_json(c, answer) : code;
  }
  fwrite(log.ptr, 1, log.len, stdout);
  return CLI_DONE;
}

/* ---- certificate ---- */

static void print_certificate(const ql_value *certificate) {
  fputs("Quest ", stdout);
  cli_put(stdout, text_of(certificate, "quest"));
  fputs(", ", stdout);
  cli_put(stdout, text_of(certificate, "status"));
  puts(".");
  for (const ql_value *task = QL_GET(certificate, "tasks")->first; task; task = task->next) {
    ql_str id = text_of(task, "id"), agent = text_of(task, "agent"), status = text_of(task, "status"), answer = text_of(task, "answer");
    fputs("  ", stdout);
    cli_put(stdout, id);
    cli_pad(stdout, id.len, 5);
    cli_put(stdout, agent);
    cli_pad(stdout, agent.len, 24);
    cli_put(stdout, status);
    cli_pad(stdout, status.len, 14);
    cli_put(stdout, answer.ptr ? answer : QL_STR("no answer"));
    putchar('\n');
  }
  printf("%zu turns. Not proven:\n", QL_GET(certificate, "turns")->count);
  for (const ql_value *item = QL_GET(certificate, "not_proven")->first; item; item = item->next) {
    fputs("- ", stdout);
    cli_put(stdout, item->text);
    putchar('\n');
  }
}

int cli_quest_certificate(cli *c) {
  const char *path;
  ql_str log;
  ql_value *certificate;
  ql_error err = {0};
  int code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code == CLI_DONE) code = cli_read(c, path, QL_QUEST_BYTES_MAX, &log);
  if (code != CLI_DONE) return code;
  if (ql_quest_certificate(c->a, log, QL_ABSENT, &certificate, &err) != QL_OK) return cli_fail_error(c, &err, path);
  const ql_value *verdict = QL_GET(certificate, "verdict");
  code = cli_check_signers(c, log, verdict);
  if (code != CLI_DONE) return code;
  if (c->json) {
    code = cli_json(c, certificate);
    return code == CLI_DONE ? cli_verdict_exit(verdict) : code;
  }
  print_certificate(certificate);
  return cli_print_verdict(verdict);
}

/* ---- compare ---- */

static void print_branch(const char *side, const ql_value *branch) {
  const ql_value *first = QL_GET(branch, "first");
  printf("%s: ", side);
  cli_put(stdout, text_of(branch, "id"));
  printf(", %lld events, ", (long long)ql_get_int(branch, QL_STR("events"), 0));
  cli_put(stdout, text_of(branch, "status"));
  if (first) {
    printf("; goes on at event %lld with ", (long long)ql_get_int(first, QL_STR("n"), 0));
    cli_put(stdout, text_of(first, "type"));
    fputs(" of ", stdout);
    cli_put(stdout, text_of(first, "by"));
  }
  putchar('\n');
}

static void print_comparison(const ql_value *comparison) {
  printf("Both have %lld events from the start: ", (long long)ql_get_int(comparison, QL_STR("shared"), 0));
  cli_put(stdout, text_of(comparison, "relation"));
  putchar('\n');
  print_branch("left", QL_GET(comparison, "left"));
  print_branch("right", QL_GET(comparison, "right"));
  for (const ql_value *item = QL_GET(comparison, "differs")->first; item; item = item->next) {
    ql_str left = text_of(item, "left"), right = text_of(item, "right");
    fputs("  ", stdout);
    cli_put(stdout, text_of(item, "name"));
    fputs(": ", stdout);
    cli_put(stdout, left.ptr ? left : QL_STR("-"));
    fputs(" | ", stdout);
    cli_put(stdout, right.ptr ? right : QL_STR("-"));
    putchar('\n');
  }
}

int cli_quest_compare(cli *c) {
  cli_log left, right = {.fd = -1};
  int code = open_log(c, c->operands[0], false, &left);
  if (code == CLI_DONE) code = open_log(c, c->operands[1], false, &right);
  const ql_value *comparison = code == CLI_DONE ? ql_quest_compare(left.quest, right.quest, c->a) : NULL;
  if (code == CLI_DONE && !comparison)
    code = cli_no_memory(c);
  else if (code == CLI_DONE && c->json)
    code = cli_json(c, comparison);
  else if (code == CLI_DONE)
    print_comparison(comparison);
  cli_log_close(&left);
  cli_log_close(&right);
  return code;
}

/* ---- fork ---- */

/// The first events of a quest as a quest of their own, without a file.
static int cut(cli *c, const cli_log *log, int64_t last, cli_log *out) {
  ql_str all = ql_quest_log(log->quest), line = ql_quest_line(log->quest, last);
  ql_error err = {0};
  if (!line.ptr) return cli_fail(c, QL_ERR_ARGUMENT, "The quest has no event %lld.", (long long)last);
  int code = cli_log_new(c, out);
  if (code != CLI_DONE) return code;
  ql_status status = ql_quest_append_log(out->quest, ql_slice(all, 0, (size_t)(line.ptr - all.ptr) + line.len), &err);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, log->path);
}

/// Adds the event to the copy.
static int add_fork(cli *c, cli_log *copy, int64_t last) {
  uint8_t entropy[QL_ENTROPY_BYTES];
  ql_decision decision;
  ql_error err = {0};
  ql_value *command = ql_object(c->a);
  QL_SET(command, "by", ql_string(c->a, QL_STR("@owner")));
  QL_SET(command, "from", ql_int(c->a, last));
  QL_SET(command, "type", ql_string(c->a, QL_STR("fork")));
  if (!cli_random(entropy, sizeof entropy)) return cli_fail_errno(c, "get", "random bytes");
  ql_status status = ql_quest_decide(copy->quest, c->a, command, cli_now(), entropy, &decision, &err);
  if (status == QL_OK && decision.refusal) return cli_refuse(c, decision.refusal);
  int code = status == QL_OK ? cli_sign_line(c, copy->quest, true, &decision.line) : CLI_DONE;
  if (code != CLI_DONE) return code;
  if (status == QL_OK) status = ql_quest_append(copy->quest, decision.line, &err);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

int cli_log_keep(cli *c, cli_log *log) {
  const char *folder;
  int code = cli_store_folder(c, true, &folder);
  if (code != CLI_DONE) return code;
  const ql_str parts[] = {{folder, strlen(folder)}, QL_STR("/"), ql_quest_id(log->quest), QL_STR(".quest"), {"", 1}};
  log->path = ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
  return log->path ? cli_write_file(c, log->path, ql_quest_log(log->quest)) : cli_no_memory(c);
}

/// @param added  events that came from somebody else; -1 where that is not the point
static int tell(cli *c, const cli_log *log, int64_t added) {
  if (c->json) {
    ql_value *where = cli_where(c, log);
    if (added >= 0) QL_SET(where, "added", ql_int(c->a, added));
    return cli_json(c, where);
  }
  cli_put(stdout, ql_quest_id(log->quest));
  putchar('\n');
  return CLI_DONE;
}

int cli_quest_fork(cli *c) {
  cli_log log, copy = {.fd = -1};
  int64_t last = 0;
  int code = open_log(c, c->value[CLI_quest], false, &log);
  if (code == CLI_DONE) last = ql_quest_count(log.quest) - 1;
  if (code == CLI_DONE && c->value[CLI_at]) code = cli_number(c, CLI_at, QL_INT_MAX, &last);
  if (code == CLI_DONE) code = cut(c, &log, last, &copy);
  if (code == CLI_DONE) code = add_fork(c, &copy, last);
  if (code == CLI_DONE) code = cli_log_keep(c, &copy);
  if (code == CLI_DONE) code = tell(c, &copy, -1);
  cli_log_close(&copy);
  cli_log_close(&log);
  return code;
}

/* ---- import ---- */

/// Writes what the joined log has more than the one that is open. Where only events came they are added behind it, as those of a turn are.
static int write_more(cli *c, cli_log *mine, ql_str log) {
  ql_str before = ql_quest_log(mine->quest);
  bool same = ql_starts(log, before);
  if (same && log.len == before.len) return CLI_DONE;
  return same ? cli_log_write(c, mine, ql_slice(log, before.len, log.len)) : cli_log_replace(c, mine, log);
}

int cli_log_join(cli *c, cli_log *mine, const cli_log *theirs, const char *advice) {
  ql_str log;
  ql_error err = {0};
  ql_status status = ql_quest_join(mine->quest, theirs->quest, c->a, &log, &err);
  if (status == QL_ERR_CONFLICT && err.line > 0)
    return cli_fail(c, status, "%s and %s part ways at line %u. Nothing was written. %s", mine->path, theirs->path, err.line, advice);
  if (status != QL_OK) return cli_fail_error(c, &err, theirs->path);
  cli_log both;
  int code = write_more(c, mine, log);
  if (code == CLI_DONE) code = cli_log_new(c, &both);
  if (code != CLI_DONE) return code;
  if (ql_quest_append_log(both.quest, log, &err) != QL_OK) {
    cli_log_close(&both);
    return cli_fail_error(c, &err, mine->path);
  }
  ql_quest_free(mine->quest);
  mine->quest = both.quest;
  return CLI_DONE;
}

/// Adds to a quest what a copy of it has more.
static int take_over(cli *c, cli_log *mine, const cli_log *theirs) {
  const int64_t before = ql_quest_count(mine->quest);
  int code = cli_log_join(c, mine, theirs, "See questline quest compare.");
  return code == CLI_DONE ? tell(c, mine, ql_quest_count(mine->quest) - before) : code;
}

int cli_quest_import(cli *c) {
  cli_log theirs = {.fd = -1}, mine = {.fd = -1};
  const char *folder, *path = NULL;
  int code = cli_log_open(c, c->operands[0], false, &theirs);
  if (code == CLI_DONE && !ql_quest_id(theirs.quest).ptr)
    code = cli_fail(c, QL_ERR_STATE, "%s has no id: it cannot be imported.", c->operands[0]);
  if (code == CLI_DONE) code = cli_store_folder(c, true, &folder);
  if (code == CLI_DONE) {
    const ql_str parts[] = {{folder, strlen(folder)}, QL_STR("/"), ql_quest_id(theirs.quest), QL_STR(".quest"), {"", 1}};
    path = ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
    if (!path) code = cli_no_memory(c);
  }
  if (code == CLI_DONE && access(path, F_OK) != 0) {
    code = cli_log_keep(c, &theirs);
    if (code == CLI_DONE) code = tell(c, &theirs, ql_quest_count(theirs.quest));
  } else if (code == CLI_DONE) {
    code = cli_log_open(c, path, true, &mine);
    if (code == CLI_DONE) code = take_over(c, &mine, &theirs);
  }
  cli_log_close(&mine);
  cli_log_close(&theirs);
  return code;
}

/* ---- redact, reveal ---- */

static int read_events(cli *c, int64_t **events, size_t *count) {
  const char *given = c->value[CLI_events];
  ql_str rest = {given ? given : "", given ? strlen(given) : 0};
  *events = ql_arena_array(c->a, rest.len + 1, sizeof **events);
  if (!*events) return cli_no_memory(c);
  for (size_t at = 0; at < rest.len; at++) {
    int64_t n = 0;
    size_t from = at;
    while (at < rest.len && ql_is_digit(rest.ptr[at]) && n < QL_INT_MAX / 10) n = n * 10 + (rest.ptr[at++] - '0');
    bool ends = at == rest.len || (rest.ptr[at] == ',' && at + 1 < rest.len);
    if (at == from || !ends) return cli_fail(c, QL_ERR_ARGUMENT, "--events wants numbers separated by commas, such as 3,7.");
    (*events)[(*count)++] = n;
  }
  return given && *count == 0 ? cli_fail(c, QL_ERR_ARGUMENT, "--events wants numbers separated by commas, such as 3,7.") : CLI_DONE;
}

int cli_quest_redact(cli *c) {
  cli_log log = {.fd = -1};
  int64_t *events;
  size_t count = 0;
  ql_str text;
  ql_error err = {0};
  int code = read_events(c, &events, &count);
  if (code == CLI_DONE) code = open_log(c, c->value[CLI_quest], false, &log);
  if (code == CLI_DONE && ql_quest_redact(log.quest, c->a, events, count, &text, &err) != QL_OK) code = cli_fail_error(c, &err, "--events");
  if (code == CLI_DONE) code = put_log(c, text);
  cli_log_close(&log);
  return code;
}

int cli_quest_reveal(cli *c) {
  cli_log bare = {.fd = -1}, full = {.fd = -1};
  int64_t event = -1;
  ql_str text;
  ql_error err = {0};
  int code = c->value[CLI_at] ? cli_number(c, CLI_at, QL_INT_MAX, &event) : CLI_DONE;
  if (code == CLI_DONE) code = open_log(c, c->value[CLI_quest], false, &full);
  if (code == CLI_DONE) code = cli_log_open(c, c->operands[0], false, &bare);
  if (code == CLI_DONE && ql_quest_reveal(bare.quest, full.quest, c->a, event, &text, &err) != QL_OK)
    code = cli_fail_error(c, &err, c->operands[0]);
  if (code == CLI_DONE) code = put_log(c, text);
  cli_log_close(&bare);
  cli_log_close(&full);
  return code;
}
