/* monitor: waits until it is an agent's turn, and lets happen what is due meanwhile. */
#include <questline/spec.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

static void print_call(cli *c, const ql_quest *quest, const ql_value *monitor, const char *command, const char *rest) {
  printf("  questline quest %s --quest %s --from ", command, cli_quest_words(c, quest));
  cli_put(stdout, text_of(monitor, "agent"));
  printf("%s%s\n", rest, cli_store_words(c));
}

static void print_watch(cli *c, const ql_quest *quest, const ql_value *monitor) {
  fputs("  questline quest monitor --role ", stdout);
  cli_put(stdout, text_of(monitor, "role"));
  fputs(" --agent ", stdout);
  cli_put(stdout, text_of(monitor, "agent"));
  printf(" --quest %s%s\n", cli_quest_words(c, quest), cli_store_words(c));
}

/// What was said, with how the speaker ended its turn in capitals.
static void print_inbox(const ql_value *inbox) {
  for (const ql_value *item = inbox->first; item; item = item->next) {
    ql_str task = text_of(item, "task"), text = text_of(item, "text"), kind = text_of(item, "kind");
    printf("\nEvent %lld, from ", (long long)ql_get_int(item, QL_STR("n"), 0));
    cli_put(stdout, text_of(item, "from"));
    if (task.ptr) fputs(", task ", stdout);
    cli_put(stdout, task);
    if (kind.ptr) fputs(", ", stdout);
    for (size_t i = 0; kind.ptr && i < kind.len; i++) putchar(kind.ptr[i] - 'a' + 'A'); /* a word of the rules, all small letters */
    puts(":");
    cli_put_block(stdout, text.ptr ? text : QL_STR("(withheld)"), "  ");
  }
}

/* How the first line begins, for who reads text by its beginnings. Kept for good. */
static const struct {
  ql_str turn;
  const char *tag;
} tags[] = {
    {QL_STR_INIT("yours"), "[YOUR-TURN] "},
    {QL_STR_INIT("wait"), "[WAIT] "},
    {QL_STR_INIT("paused"), "[PAUSED] "},
    {QL_STR_INIT("over"), "[OVER] "},
};

/// Who asks, in which quest, and how it is there; the end of the line is the caller's.
static void print_standing(const ql_value *monitor) {
  for (size_t i = 0; i < QL_COUNT(tags); i++)
    if (ql_eq(text_of(monitor, "turn"), tags[i].turn)) fputs(tags[i].tag, stdout);
  cli_put(stdout, text_of(monitor, "agent"));
  fputs(": ", stdout);
  cli_put(stdout, text_of(monitor, "role"));
  fputs(" of quest ", stdout);
  cli_put(stdout, text_of(monitor, "quest"));
  fputs(", ", stdout);
  cli_put(stdout, text_of(monitor, "status"));
  putchar('.');
}

/// Said at once: whoever stops the command before its time has this in hand.
static void print_waiting(const ql_value *monitor, int64_t seconds) {
  print_standing(monitor);
  printf(" Listening for up to %lld s.\n", (long long)seconds);
  (void)fflush(stdout);
}

/// Where things stand, and the very commands that lead on.
static void print_monitor(cli *c, const ql_quest *quest, const ql_value *monitor) {
  ql_str turn = text_of(monitor, "turn"), role = text_of(monitor, "role"), hint = text_of(monitor, "hint");
  const ql_value *holders = QL_GET(monitor, "holders");
  bool yours = ql_eq(turn, QL_STR("yours"));
  print_standing(monitor);
  putchar('\n');
  if (!yours && holders->first) {
    fputs("The turn is held by ", stdout);
    cli_print_names(stdout, holders);
    puts(".");
  }
  print_inbox(QL_GET(monitor, "inbox"));
  fputs(yours ? "\n" : "", stdout);
  cli_put(stdout, hint);
  putchar('\n');
  if (ql_eq(turn, QL_STR("over"))) return;
  if (!yours) {
    puts("Exit code 3: not yet, and nothing is wrong. Ask again now:");
    print_watch(c, quest, monitor);
  } else if (ql_eq(role, QL_STR("leader"))) {
    print_call(c, quest, monitor, "message", " --to NAME --msg TEXT");
    print_call(c, quest, monitor, "respond", " --msg TEXT");
    print_call(c, quest, monitor, "complete", " --summary TEXT");
  } else if (ql_eq(role, QL_STR("worker"))) {
    print_call(c, quest, monitor, "respond", " --kind completed --msg TEXT");
  } else if (ql_eq(text_of(monitor, "status"), QL_STR("proposed"))) {
    print_call(c, quest, monitor, "approve", "");
    print_call(c, quest, monitor, "reject", " --reason TEXT");
  }
}

static int exit_of(const ql_value *monitor) {
  ql_str turn = text_of(monitor, "turn");
  return ql_eq(turn, QL_STR("yours")) ? CLI_DONE : ql_eq(turn, QL_STR("over")) ? CLI_OVER : CLI_NOT_YET;
}

/// Looks at the quest from the agent's seat; *monitor is in the arena, which must not be reset meanwhile.
static int look(cli *c, const cli_log *log, ql_value **monitor) {
  ql_str given = cli_clean(c, c->value[CLI_agent]), agent = ql_agent_id(c->a, given);
  *monitor = agent.ptr ? ql_quest_monitor(log->quest, c->a, agent) : NULL;
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  if (!*monitor) {
    /* the machine has the words for it */
    const uint8_t entropy[QL_ENTROPY_BYTES] = {0};
    ql_value *command = ql_object(c->a);
    ql_decision decision = {QL_ABSENT, NULL, -1};
    ql_error err = {0};
    QL_SET(command, "by", ql_string(c->a, given));
    QL_SET(command, "type", ql_string(c->a, QL_STR("pause")));
    ql_status status = ql_quest_decide(log->quest, c->a, command, cli_now(), entropy, &decision, &err);
    if (status == QL_ERR_SYNTAX) err.status = QL_ERR_ARGUMENT;
    return status == QL_OK && decision.refusal ? cli_refuse(c, decision.refusal) : cli_fail_error(c, &err, "--agent");
  }
  ql_str role = text_of(*monitor, "role"), said = cli_clean(c, c->value[CLI_role]);
  if (ql_eq(role, said)) return CLI_DONE;
  return cli_fail(c, QL_ERR_ARGUMENT, "%.*s has the role %.*s in this quest, not %.*s.", (int)agent.len, agent.ptr, (int)role.len, role.ptr,
                  (int)said.len, said.ptr);
}

/* ---- what is due ---- */

static bool is_due(const ql_quest *quest) {
  int64_t due = ql_quest_due(quest);
  return due >= 0 && due <= cli_now();
}

/// Writes a tick, unless somebody else did so meanwhile and nothing is due any more. Whoever may not write leaves it to others.
static int fire_due(cli *c, const char *path) {
  cli_log log;
  uint8_t entropy[QL_ENTROPY_BYTES];
  ql_decision decision = {QL_ABSENT, NULL, -1};
  ql_error err = {0};
  if (access(path, W_OK) != 0) return CLI_DONE;
  int code = cli_log_open(c, path, true, &log);
  if (code == CLI_DONE && is_due(log.quest)) {
    ql_value *tick = ql_object(c->a);
    QL_SET(tick, "by", ql_string(c->a, QL_STR("@owner")));
    QL_SET(tick, "type", ql_string(c->a, QL_STR("tick")));
    if (!cli_random(entropy, sizeof entropy)) code = cli_fail_errno(c, "get", "random bytes");
    if (code == CLI_DONE && ql_quest_decide(log.quest, c->a, tick, cli_now(), entropy, &decision, &err) != QL_OK)
      code = cli_fail_error(c, &err, path);
    if (code == CLI_DONE && decision.line.ptr) code = cli_log_write(c, &log, decision.line); /* refused: the log is full */
  }
  cli_log_close(&log);
  return code;
}

/// Waits until the quest went on, time is over, or something is due, which then happens.
static int wait_for_news(cli *c, cli_log *log, cli_watch *watch, int64_t deadline, cli_woken *woken) {
  int64_t seen = ql_quest_count(log->quest);
  int code = CLI_DONE;
  while (code == CLI_DONE && *woken == CLI_CHANGED && ql_quest_count(log->quest) == seen) {
    int64_t due = ql_quest_due(log->quest), left = due - cli_now(), until = deadline;
    if (due >= 0 && left > 0 && cli_monotonic() + left < deadline) until = cli_monotonic() + left;
    *woken = cli_watch_wait(*watch, until);
    int fd = log->fd;
    if (*woken == CLI_TIMEOUT && until < deadline) {
      *woken = CLI_CHANGED;
      code = fire_due(c, log->path);
    }
    if (code == CLI_DONE) code = cli_log_refresh(c, log);
    if (code != CLI_DONE || log->fd == fd) continue;
    cli_watch_close(*watch); /* another file has the name now; what was written before it is watched is read at once */
    *watch = cli_watch_open(log->path);
    code = cli_log_refresh(c, log);
  }
  return code;
}

int cli_quest_monitor(cli *c) {
  static const char *const roles[] = {"leader", "worker", "owner"};
  int64_t seconds = 90; /* coding agents stop a command after 120 s where nothing else is set */
  const char *path, *role = c->value[CLI_role];
  if (strcmp(role, roles[0]) != 0 && strcmp(role, roles[1]) != 0 && strcmp(role, roles[2]) != 0)
    return cli_fail(c, QL_ERR_ARGUMENT, "--role is leader, worker or owner.");
  int code = c->value[CLI_timeout] ? cli_number(c, CLI_timeout, 86400, &seconds) : CLI_DONE;
  if (code == CLI_DONE) code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code != CLI_DONE) return code;
  bool told = c->json || seconds == 0;
  int64_t deadline = cli_monotonic() + seconds * 1000;
  cli_watch watch = cli_watch_open(path);
  cli_log log;
  ql_value *monitor = NULL;
  cli_woken woken = CLI_CHANGED;
  code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE && is_due(log.quest)) {
    code = fire_due(c, path);
    if (code == CLI_DONE) code = cli_log_refresh(c, &log);
  }
  while (code == CLI_DONE) {
    code = look(c, &log, &monitor);
    if (code != CLI_DONE || exit_of(monitor) != CLI_NOT_YET || woken != CLI_CHANGED) break;
    if (!told) print_waiting(monitor, seconds);
    told = true;
    code = wait_for_news(c, &log, &watch, deadline, &woken);
    if (woken == CLI_SIGNAL) code = cli_stop(c);
  }
  if (code == CLI_DONE) {
    code = c->json ? cli_json(c, monitor) : CLI_DONE;
    if (!c->json) print_monitor(c, log.quest, monitor);
    if (code == CLI_DONE) code = exit_of(monitor);
  }
  cli_log_close(&log);
  cli_watch_close(watch);
  return code;
}
