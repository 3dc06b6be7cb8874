/* Commands that say what quests have come to: board, inbox, timeline, metrics, reports in Markdown, and the plan of what is left. */
#include <questline/backlog.h>
#include <questline/report.h>
#include <questline/spec.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "plan_facts.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }
static long long number_of(const ql_value *object, const char *key) { return ql_get_int(object, (ql_str){key, strlen(key)}, 0); }

static void put_withheld(ql_str text, size_t columns) { cli_put_short(stdout, text.ptr ? text : QL_STR("(withheld)"), columns); }

/* ---- of one quest ---- */

static void print_board(const ql_value *board) {
  fputs("Quest ", stdout);
  cli_put(stdout, text_of(board, "id"));
  fputs(", ", stdout);
  cli_put(stdout, text_of(board, "status"));
  printf(": %lld tasks completed, %lld open, %lld s, %lld tokens\n\n", number_of(board, "completed"), number_of(board, "open"),
         number_of(board, "elapsed") / 1000, number_of(board, "tokens"));
  for (const ql_value *row = QL_GET(board, "agents")->first; row; row = row->next) {
    ql_str agent = text_of(row, "agent"), status = text_of(row, "status");
    const ql_value *last = QL_GET(row, "last");
    cli_put(stdout, agent);
    cli_pad(stdout, agent.len, 24);
    cli_put(stdout, status);
    cli_pad(stdout, status.len, 8);
    printf("%6lld s %9lld tokens  ", number_of(row, "elapsed") / 1000, number_of(row, "tokens"));
    if (last) put_withheld(text_of(last, "text"), 60);
    putchar('\n');
  }
}

static void print_inbox(const ql_value *inbox) {
  for (const ql_value *item = QL_GET(inbox, "items")->first; item; item = item->next) {
    ql_str task = text_of(item, "task"), text = text_of(item, "text"), kind = text_of(item, "kind"), state = text_of(item, "state");
    const ql_str marks[] = {task, kind, state};
    printf("Event %lld, from ", number_of(item, "n"));
    cli_put(stdout, text_of(item, "from"));
    for (size_t i = 0; i < QL_COUNT(marks); i++) {
      if (marks[i].ptr) fputs(", ", stdout);
      cli_put(stdout, marks[i]);
    }
    puts(":");
    cli_put_block(stdout, text.ptr ? text : QL_STR("(withheld)"), "  ");
  }
}

static void print_timeline(const ql_value *timeline) {
  for (const ql_value *item = QL_GET(timeline, "items")->first; item; item = item->next) {
    ql_str by = text_of(item, "by"), type = text_of(item, "type"), task = text_of(item, "task"), line = text_of(item, "line");
    long long ms = number_of(item, "ms");
    printf("%5lld %7lld.%03lld s  ", number_of(item, "n"), ms / 1000, ms % 1000);
    cli_put(stdout, by);
    cli_pad(stdout, by.len, 20);
    cli_put(stdout, type);
    cli_pad(stdout, type.len, 9);
    cli_put(stdout, task);
    cli_pad(stdout, task.len, 5);
    if (line.ptr || number_of(item, "withheld") > 0) put_withheld(line, 70);
    putchar('\n');
  }
}

typedef enum board_kind { BOARD, INBOX, TIMELINE } board_kind;

static int show(cli *c, board_kind kind) {
  static void (*const print[])(const ql_value *) = {[BOARD] = print_board, [INBOX] = print_inbox, [TIMELINE] = print_timeline};
  const char *path;
  ql_value *value = NULL;
  cli_log log = {.fd = -1};
  int code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE && kind == INBOX) {
    ql_error err = {0};
    ql_str agent = ql_agent_id(c->a, cli_clean(c, c->value[CLI_agent]));
    if (ql_quest_inbox(log.quest, c->a, agent, &value, &err) != QL_OK) code = cli_fail_error(c, &err, "--agent");
  } else if (code == CLI_DONE) {
    value = kind == BOARD ? ql_quest_board(log.quest, c->a, cli_now()) : ql_quest_timeline(log.quest, c->a);
    if (!value) code = cli_no_memory(c);
  }
  if (code == CLI_DONE && c->json)
    code = cli_json(c, value);
  else if (code == CLI_DONE)
    print[kind](value);
  cli_log_close(&log);
  return code;
}

int cli_quest_board(cli *c) { return show(c, BOARD); }
int cli_quest_inbox(cli *c) { return show(c, INBOX); }
int cli_quest_timeline(cli *c) { return show(c, TIMELINE); }

/* ---- of several quests ---- */

typedef struct opened {
  cli_log *logs;
  const ql_quest **quests;
  size_t count;
} opened;

static int open_one(cli *c, const char *path, opened *out) {
  cli_log *log = &out->logs[out->count];
  int code = cli_log_open(c, path, false, log);
  out->quests[out->count++] = log->quest; /* to be closed in any case */
  if (log->fd >= 0) close(log->fd);       /* there may be more quests than files can be open */
  log->fd = -1;
  return code;
}

/// Those named by the operands; all of the store where there are none.
static int open_quests(cli *c, opened *out) {
  const char *folder = NULL, *const *names = c->operands;
  size_t count = c->operand_count;
  int code = count > 0 ? CLI_DONE : cli_store_folder(c, false, &folder);
  if (code == CLI_DONE && folder) code = cli_store_names(c, folder, &names, &count);
  if (code != CLI_DONE) return code;
  out->logs = ql_arena_array(c->a, count + 1, sizeof *out->logs);
  out->quests = ql_arena_array(c->a, count + 1, sizeof *out->quests);
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  for (size_t i = 0; code == CLI_DONE && i < count; i++) {
    const char *path = NULL;
    if (folder) {
      const ql_str parts[] = {{folder, strlen(folder)}, QL_STR("/"), {names[i], strlen(names[i])}, {"", 1}};
      path = ql_arena_concat(c->a, parts, QL_COUNT(parts)).ptr;
      code = path ? CLI_DONE : cli_no_memory(c);
    } else {
      code = cli_store_find(c, names[i], &path);
    }
    if (code == CLI_DONE) code = open_one(c, path, out);
  }
  return code;
}

static void close_quests(opened *quests) {
  for (size_t i = 0; i < quests->count; i++) cli_log_close(&quests->logs[i]);
}

static void print_value(const ql_value *value, ql_str unit) {
  if (value->kind == QL_NULL)
    fputs("no data", stdout);
  else if (ql_eq(unit, QL_STR("basis")))
    printf("%lld.%02lld %%", (long long)value->number / 100, (long long)value->number % 100);
  else if (ql_eq(unit, QL_STR("count")))
    printf("%lld", (long long)value->number);
  else {
    printf("%lld ", (long long)value->number);
    cli_put(stdout, ql_eq(unit, QL_STR("micro")) ? QL_STR("micro-dollars") : unit);
  }
}

static void print_metrics(const ql_value *metrics) {
  for (const ql_value *metric = QL_GET(metrics, "metrics")->first; metric; metric = metric->next) {
    ql_str name = text_of(metric, "name"), unit = text_of(metric, "unit");
    cli_put(stdout, name);
    cli_pad(stdout, name.len, 26);
    print_value(QL_GET(metric, "value"), unit);
    fputs("  (", stdout);
    cli_put(stdout, text_of(metric, "definition"));
    puts(")");
    for (const ql_value *part = QL_GET(metric, "parts")->first; part; part = part->next) {
      ql_str of = text_of(part, "name");
      fputs("  ", stdout);
      cli_put(stdout, of);
      cli_pad(stdout, of.len, 24);
      print_value(QL_GET(part, "value"), unit);
      putchar('\n');
    }
  }
}

int cli_quest_metrics(cli *c) {
  opened quests = {NULL, NULL, 0};
  int code = open_quests(c, &quests);
  ql_value *metrics = code == CLI_DONE ? ql_quest_metrics(quests.quests, quests.count, c->a) : NULL;
  if (code == CLI_DONE && !metrics) code = cli_no_memory(c);
  if (code == CLI_DONE && c->json)
    code = cli_json(c, metrics);
  else if (code == CLI_DONE)
    print_metrics(metrics);
  close_quests(&quests);
  return code;
}

static const struct {
  const char *command, *kind;
  int64_t days; /* 0: all there are */
} REPORTS[] = {
    {"quest standup", "standup", 1}, {"quest review", "review", 7}, {"quest sprint", "sprint", 14}, {"quest report", "final", 0}};

int cli_quest_report(cli *c) {
  size_t which = 0;
  while (which + 1 < QL_COUNT(REPORTS) && strcmp(REPORTS[which].command, c->command->name) != 0) which++;
  int64_t days = REPORTS[which].days, now = cli_now();
  int code = c->value[CLI_days] ? cli_number(c, CLI_days, 36500, &days) : CLI_DONE;
  if (code != CLI_DONE) return code;
  opened quests = {NULL, NULL, 0};
  ql_str text;
  ql_error err = {0};
  code = open_quests(c, &quests);
  if (code == CLI_DONE) {
    int64_t from = days > 0 ? now - days * 86400000 : 0;
    ql_str kind = {REPORTS[which].kind, strlen(REPORTS[which].kind)};
    if (ql_quest_report(quests.quests, quests.count, c->a, kind, from, QL_INT_MAX, &text, &err) != QL_OK)
      code = cli_fail_error(c, &err, NULL);
  }
  if (code == CLI_DONE && c->json) {
    ql_value *answer = ql_object(c->a);
    QL_SET(answer, "markdown", ql_string(c->a, text));
    code = cli_json(c, answer);
  } else if (code == CLI_DONE) {
    cli_put_block(stdout, text, "");
  }
  close_quests(&quests);
  return code;
}

/* ---- the next round ---- */

int cli_quest_backlog(cli *c) {
  if (!!c->value[CLI_md] + !!c->value[CLI_mermaid] + c->json > 1)
    return cli_fail(c, QL_ERR_ARGUMENT, "Choose one of --json, --md and --mermaid.");
  opened quests = {NULL, NULL, 0};
  ql_roster *roster = NULL;
  const ql_plan *plan;
  ql_error err = {0};
  ql_str leader = c->value[CLI_agent] ? ql_agent_id(c->a, cli_clean(c, c->value[CLI_agent])) : QL_ABSENT;
  int code = c->value[CLI_specs] ? cli_read_team(c, c->value[CLI_specs], &roster) : CLI_DONE;
  if (code != CLI_DONE) return code;
  code = open_quests(c, &quests);
  if (code == CLI_DONE) {
    ql_status status = ql_quest_backlog(quests.quests, quests.count, c->a, leader, &plan, &err);
    code = status == QL_OK ? cli_print_plan(c, plan, roster) : cli_fail_error(c, &err, NULL);
  }
  close_quests(&quests);
  ql_roster_free(roster);
  return code;
}
