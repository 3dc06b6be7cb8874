/* what-if: a recorded quest played again with one answer changed. The branch goes into the store, or where --out says. */
#include <questline/report.h>

#include <string.h>

#include "base/text.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

static int read_change(cli *c, ql_value *change) {
  static const cli_option options[] = {CLI_FIELD_message_msg, CLI_FIELD_respond_kind, CLI_FIELD_gate_as,
                                       CLI_FIELD_gate_value,  CLI_FIELD_gate_word,    CLI_FIELD_gate_evidence};
  int64_t at = 0;
  int code = cli_number(c, CLI_at, QL_INT_MAX, &at);
  for (size_t i = 0; i < QL_COUNT(options) && code == CLI_DONE; i++)
    if (c->value[options[i]]) code = cli_read_field(c, options[i], change);
  QL_SET(change, "at", ql_int(c->a, at));
  return code == CLI_DONE && ql_arena_failed(c->a) ? cli_no_memory(c) : code;
}

/* ---- the answer ---- */

static void print_numbers(const ql_value *numbers) {
  for (const ql_value *item = numbers->first; item; item = item->next)
    printf("%s%lld", item == numbers->first ? "" : ", ", (long long)item->number);
}

static void print_value(ql_str value) {
  fputs(value.ptr ? "\"" : "nothing", stdout);
  if (!value.ptr) return;
  cli_put_short(stdout, value, 60);
  putchar('"');
}

static void print_changed(const ql_value *answer) {
  printf("Event %lld changed: ", (long long)ql_get_int(answer, QL_STR("at"), 0));
  for (const ql_value *item = QL_GET(answer, "changed")->first; item; item = item->next) {
    cli_put(stdout, text_of(item, "name"));
    fputs(" from ", stdout);
    print_value(text_of(item, "left"));
    fputs(" to ", stdout);
    print_value(text_of(item, "right"));
    fputs(item->next ? "; " : ".\n", stdout);
  }
}

static void print_diverged(const ql_value *diverged) {
  const ql_value *refusal = QL_GET(diverged, "refusal");
  printf("The recording parts ways at event %lld, ", (long long)ql_get_int(diverged, QL_STR("n"), 0));
  cli_put(stdout, text_of(diverged, "by"));
  putchar(' ');
  cli_put(stdout, text_of(diverged, "type"));
  fputs(": ", stdout);
  if (!refusal) {
    puts("its words are withheld, so it cannot be said again.");
    return;
  }
  cli_put(stdout, text_of(refusal, "message"));
  printf(" [");
  cli_put(stdout, text_of(refusal, "code"));
  puts("]");
}

static void print_answer(const ql_value *answer) {
  const ql_value *diverged = QL_GET(answer, "diverged"), *doubtful = QL_GET(answer, "doubtful"), *left_out = QL_GET(answer, "left_out"),
                 *holders = QL_GET(answer, "holders");
  int64_t kept = ql_get_int(answer, QL_STR("kept"), 0);
  print_changed(answer);
  printf("%lld recorded event%s behind it follow%s.\n", (long long)kept, cli_plural(kept), kept == 1 ? "s" : "");
  if (diverged)
    print_diverged(diverged);
  else
    puts("All of the recording follows.");
  if (doubtful->first) {
    fputs("Who had been told what was changed might have answered otherwise: event ", stdout);
    print_numbers(doubtful);
    puts(".");
  }
  if (left_out->first) {
    fputs("Left out, since the fork settled it already: event ", stdout);
    print_numbers(left_out);
    puts(".");
  }
  fputs("Quest ", stdout);
  cli_put(stdout, text_of(answer, "id"));
  fputs(" is ", stdout);
  cli_put(stdout, text_of(answer, "status"));
  if (holders->first) fputs("; the turn is held by ", stdout);
  cli_print_names(stdout, holders);
  puts(".");
}

/* ---- the command ---- */

/// Writes the branch, and says what came of it unless the branch itself goes to stdout.
static int write_branch(cli *c, cli_log *branch, ql_value *answer) {
  const char *out = c->value[CLI_out];
  bool streamed = out && strcmp(out, "-") == 0;
  int code = CLI_DONE;
  if (streamed) {
    ql_str log = ql_quest_log(branch->quest);
    fwrite(log.ptr, 1, log.len, stdout);
    return CLI_DONE;
  }
  branch->path = out;
  code = out ? cli_write_file(c, out, ql_quest_log(branch->quest)) : cli_log_keep(c, branch);
  if (code != CLI_DONE) return code;
  QL_SET(answer, "file", ql_string(c->a, cli_clean(c, branch->path)));
  if (c->json) return cli_json(c, answer);
  print_answer(answer);
  return CLI_DONE;
}

/* Another cast: it is played anew, and asked only where the words of a request are not those of the recording. */
static int play_again(cli *c) {
  static const cli_option CHANGES[] = {CLI_FIELD_message_msg,
                                       CLI_FIELD_respond_kind,
                                       CLI_FIELD_gate_as,
                                       CLI_FIELD_gate_value,
                                       CLI_FIELD_gate_word,
                                       CLI_FIELD_gate_evidence,
                                       CLI_out};
  if (!c->value[CLI_specs])
    return cli_fail(c, QL_ERR_ARGUMENT,
                    "quest what-if needs --at N with a changed answer, or --specs DIR to play it again with these agents.");
  for (size_t i = 0; i < QL_COUNT(CHANGES); i++)
    if (c->value[CHANGES[i]]) return cli_fail(c, QL_ERR_ARGUMENT, "A changed answer and --out belong to --at N.");
  return cli_play_again(c, c->value[CLI_quest]);
}

int cli_quest_what_if(cli *c) {
  static const cli_option PLAYED[] = {CLI_specs, CLI_provider, CLI_model, CLI_base_url,   CLI_fallback, CLI_reasoning, CLI_work,
                                      CLI_write, CLI_yes,      CLI_ask,   CLI_allow_bash, CLI_mcp,      CLI_remembers};
  if (!c->value[CLI_at]) return play_again(c);
  for (size_t i = 0; i < QL_COUNT(PLAYED); i++)
    if (c->value[PLAYED[i]])
      return cli_fail(c, QL_ERR_ARGUMENT,
                      "--at changes an answer of the recording; --specs, --provider and what belongs to them play it again without --at.");
  cli_log log = {.fd = -1}, branch = {.fd = -1};
  const char *path;
  uint8_t entropy[QL_ENTROPY_BYTES];
  ql_value *change = ql_object(c->a), *answer = NULL;
  ql_error err = {0};
  int code = read_change(c, change);
  if (code == CLI_DONE) code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE) code = cli_log_new(c, &branch);
  if (code == CLI_DONE && !cli_random(entropy, sizeof entropy)) code = cli_fail_errno(c, "get", "random bytes");
  if (code == CLI_DONE && ql_quest_what_if(log.quest, c->a, change, entropy, branch.quest, &answer, &err) != QL_OK)
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) code = write_branch(c, &branch, answer);
  cli_log_close(&branch);
  cli_log_close(&log);
  return code;
}
