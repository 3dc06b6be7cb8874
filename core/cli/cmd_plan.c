/* questline plan schedule, plan cost: when the tasks of a plan can run, and what it costs. */
#include <questline/report.h>
#include <questline/schedule.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"
#include "plan_facts.h"
#include "store.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }
static int64_t number_of(const ql_value *object, const char *key) { return ql_get_int(object, (ql_str){key, strlen(key)}, 0); }

static void put_column(ql_str text, size_t columns) {
  cli_put(stdout, text);
  cli_pad(stdout, text.len, columns);
}

static void put_number(int64_t n, int columns) {
  char count[CLI_COUNT_MAX];
  printf("%*s", columns, cli_count(count, n));
}

/* ---- schedule ---- */

/// The crew that is asked for, or the largest below it: more would not help. NULL for a plan without tasks.
static const ql_value *crew_for(const ql_value *crews, int64_t at_once) {
  const ql_value *crew = crews->first;
  while (crew && crew->next && (at_once == 0 || number_of(crew->next, "at_once") <= at_once)) crew = crew->next;
  return crew;
}

static int print_schedule(cli *c, const ql_plan *plan, const ql_value *schedule, int64_t at_once) {
  const ql_value *crews = QL_GET(schedule, "crews"), *crew = crew_for(crews, at_once), *task = QL_GET(schedule, "tasks")->first;
  if (c->json) return cli_json(c, schedule);
  fputs("at once   minutes\n", stdout);
  for (const ql_value *each = crews->first; each; each = each->next) {
    printf("%7lld", (long long)number_of(each, "at_once"));
    put_number(number_of(each, "minutes"), 10);
    fputs(ql_get_bool(each, QL_STR("shortest")) ? "  the shortest there is\n" : "", stdout);
    if (!ql_get_bool(each, QL_STR("shortest"))) printf("  none is shorter than %lld\n", (long long)number_of(each, "bound"));
  }
  if (crew) printf("\nWith %lld at once:\n  start  minutes  slack  task\n", (long long)number_of(crew, "at_once"));
  for (size_t i = 0; crew && i < plan->task_count; i++, task = task->next) {
    put_number(ql_get_int(QL_GET(crew, "starts"), plan->tasks[i].id, 0), 7);
    put_number(number_of(task, "minutes"), 9);
    put_number(number_of(task, "slack"), 7);
    fputs("  ", stdout);
    put_column(plan->tasks[i].id, 6);
    put_column(plan->tasks[i].agent, 24);
    fputc(' ', stdout);
    cli_put_short(stdout, plan->tasks[i].title, 60);
    putchar('\n');
  }
  fputs("\nCritical: ", stdout);
  for (const ql_value *id = QL_GET(schedule, "critical")->first; id; id = id->next) {
    cli_put(stdout, id->text);
    fputs(id->next ? " -> " : "", stdout);
  }
  printf("\n");
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

int cli_plan_schedule(cli *c) {
  const ql_plan *plan;
  ql_value *schedule;
  ql_error err = {0};
  int64_t at_once = 0;
  int code = c->value[CLI_at_once] ? cli_number(c, CLI_at_once, QL_PLAN_TASKS_MAX, &at_once) : CLI_DONE;
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[0], &plan);
  if (code != CLI_DONE) return code;
  if (ql_plan_schedule(c->a, plan, &schedule, &err) != QL_OK) return cli_fail_error(c, &err, c->operands[0]);
  return print_schedule(c, plan, schedule, at_once);
}

/* ---- cost ---- */

static void put_money(const ql_value *item) {
  int64_t micro = number_of(item, "micro");
  if (QL_GET(item, "micro"))
    printf("  %8lld.%04lld $", (long long)(micro / 1000000), (long long)(micro % 1000000 / 100));
  else
    fputs("   no price known", stdout);
}

static void put_row(const ql_value *item) {
  put_number(number_of(item, "input"), 12);
  put_number(number_of(item, "output"), 12);
  put_money(item);
}

static int print_cost(cli *c, const ql_value *cost) {
  if (c->json) return cli_json(c, cost);
  printf("%-30s %11s %11s %15s\n", "", "input", "output", "money");
  for (const ql_value *agent = QL_GET(cost, "agents")->first; agent; agent = agent->next) {
    put_column(text_of(agent, "agent"), 30);
    put_row(agent);
    fputs("  ", stdout);
    cli_put(stdout, text_of(agent, "model"));
    putchar('\n');
  }
  for (const ql_value *task = QL_GET(cost, "tasks")->first; task; task = task->next) {
    fputs("  ", stdout);
    put_column(text_of(task, "task"), 6);
    put_column(text_of(task, "agent"), 22);
    put_row(task);
    fputs("  ", stdout);
    cli_put(stdout, text_of(task, "from"));
    putchar('\n');
  }
  put_column(QL_STR("in all"), 30);
  put_row(cost);
  putchar('\n');
  if (QL_GET(cost, "unknown")->count > 0) fputs("Without those of whose model no price is known.\n", stdout);
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

static int read_sizes(cli *c, const ql_value **out) {
  const char *path;
  cli_log log;
  int code = cli_store_find(c, c->value[CLI_measured], &path);
  if (code != CLI_DONE) return code;
  code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE) {
    /* The sizes borrow from nothing but the arena. */
    *out = ql_quest_sizes(log.quest, c->a);
    if (!*out) code = cli_no_memory(c);
  }
  cli_log_close(&log);
  return code;
}

int cli_plan_cost(cli *c) {
  const ql_plan *plan;
  ql_roster *roster = NULL;
  ql_cost_terms terms = {NULL, NULL, NULL};
  ql_value *cost;
  ql_error err = {0};
  int code = cli_one_stdin(c);
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[0], &plan);
  if (code == CLI_DONE) code = cli_read_prices(c, &terms.prices);
  if (code == CLI_DONE && c->value[CLI_measured]) code = read_sizes(c, &terms.sizes);
  if (code == CLI_DONE && c->value[CLI_specs]) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  terms.roster = roster;
  ql_status status = ql_plan_cost(c->a, plan, &terms, &cost, &err);
  code = status == QL_OK ? print_cost(c, cost) : cli_fail_error(c, &err, terms.prices ? c->value[CLI_prices] : NULL);
  ql_roster_free(roster);
  return code;
}
