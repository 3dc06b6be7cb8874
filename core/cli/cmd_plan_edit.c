/* questline plan check, edit, compare, show: plans that are there already. */
#include <questline/plan_edit.h>
#include <questline/schedule.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"
#include "plan_facts.h"

/// One line each: severity[code] T2 outputs: what to do.
static int print_problems(FILE *to, const ql_value *problems) {
  for (const ql_value *p = problems->first; p; p = p->next) {
    ql_str task = ql_get_str(p, QL_STR("task"));
    cli_put(to, ql_get_str(p, QL_STR("severity")));
    fputs("[", to);
    cli_put(to, ql_get_str(p, QL_STR("code")));
    fputs("] ", to);
    if (task.ptr) cli_put(to, task);
    fputs(task.ptr ? " " : "", to);
    cli_put(to, ql_get_str(p, QL_STR("field")));
    fputs(": ", to);
    cli_put(to, ql_get_str(p, QL_STR("message")));
    fputs(QL_GET(p, "fix") ? " (has a fix)\n" : "\n", to);
  }
  return fflush(to) == 0 ? CLI_DONE : CLI_FAILED;
}

/// --specs, where it is given.
static int read_roster(cli *c, ql_roster **roster) {
  *roster = NULL;
  return c->value[CLI_specs] ? cli_read_team(c, c->value[CLI_specs], roster) : CLI_DONE;
}

int cli_plan_check(cli *c) {
  const ql_plan *plan;
  ql_roster *roster = NULL;
  const ql_value *problems;
  int code = cli_one_stdin(c);
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[0], &plan);
  if (code == CLI_DONE) code = read_roster(c, &roster);
  if (code != CLI_DONE) return code;
  code = cli_plan_problems(c, plan, roster, &problems);
  if (roster) ql_roster_free(roster);
  if (code != CLI_DONE) return code;
  code = c->json ? cli_json(c, problems) : print_problems(stdout, problems);
  return code == CLI_DONE ? cli_plan_verdict(c, problems) : code;
}

int cli_plan_edit(cli *c) {
  const ql_plan *plan;
  ql_roster *roster = NULL;
  ql_value *edits, *edited;
  ql_str text;
  ql_error err = {0};
  const char *from = c->value[CLI_edits];
  int code = cli_one_stdin(c);
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[0], &plan);
  if (code == CLI_DONE) code = cli_read(c, from, QL_JSON_BYTES_MAX, &text);
  if (code == CLI_DONE && ql_json_read(c->a, text, &edits, &err) != QL_OK) code = cli_fail_error(c, &err, from);
  if (code == CLI_DONE) code = read_roster(c, &roster);
  if (code != CLI_DONE) return code;
  ql_status status = ql_plan_edit(c->a, plan, edits, roster, &edited, &err);
  if (roster) ql_roster_free(roster);
  if (status != QL_OK) return cli_fail_error(c, &err, NULL);
  if (QL_GET(edited, "refusal")) return cli_refuse(c, QL_GET(edited, "refusal"));
  return cli_json(c, c->json ? edited : QL_GET(edited, "plan"));
}

static void print_titles(const char *sign, const ql_value *tasks) {
  for (const ql_value *task = tasks->first; task; task = task->next) {
    fputs(sign, stdout);
    cli_put(stdout, ql_get_str(task, QL_STR("title")));
    putchar('\n');
  }
}

static void print_names(const ql_value *names) {
  for (const ql_value *name = names->first; name; name = name->next) {
    cli_put(stdout, name->text);
    fputs(name->next ? ", " : "\n", stdout);
  }
}

static ql_str number_text(cli *c, int64_t n, bool money) {
  char text[CLI_COUNT_MAX + 16];
  if (money)
    snprintf(text, sizeof text, "%s%lld.%04lld $", n < 0 ? "-" : "", (long long)((n < 0 ? -n : n) / 1000000),
             (long long)((n < 0 ? -n : n) % 1000000 / 100));
  else
    cli_count(text, n);
  return ql_arena_str(c->a, (ql_str){text, strlen(text)});
}

static void put_right(ql_str text, size_t columns) {
  printf("%*s", (int)(text.len < columns ? columns - text.len : 0), "");
  cli_put(stdout, text);
}

static const struct {
  const char *word, *member;
  bool cost, money; /* of PlanCost, not of PlanSize; micro-dollars */
} SIZES[] = {{"tasks", "tasks", false, false},     {"steps", "groups", false, false},     {"agents", "agents", false, false},
             {"minutes", "minutes", false, false}, {"tokens read", "input", true, false}, {"tokens written", "output", true, false},
             {"money", "micro", true, true}};

/// costs: of the plan before and of the one after.
static void print_sizes(cli *c, const ql_value *changes, ql_value *const costs[2]) {
  const ql_value *sizes[] = {QL_GET(changes, "before"), QL_GET(changes, "after")};
  printf("\n%-16s%16s%16s%16s\n", "", "before", "after", "difference");
  for (size_t i = 0; i < QL_COUNT(SIZES); i++) {
    ql_str member = {SIZES[i].member, strlen(SIZES[i].member)};
    int64_t numbers[2];
    bool known = true;
    printf("%-16s", SIZES[i].word);
    for (size_t k = 0; k < 2; k++) {
      const ql_value *number = ql_get(SIZES[i].cost ? costs[k] : sizes[k], member);
      known = known && number;
      numbers[k] = number ? number->number : 0;
      put_right(number ? number_text(c, numbers[k], SIZES[i].money) : QL_STR("-"), 16);
    }
    int64_t more = numbers[1] - numbers[0];
    const ql_str signed_text[] = {more > 0 ? QL_STR("+") : QL_STR(""), number_text(c, more, SIZES[i].money)};
    put_right(known ? ql_arena_concat(c->a, signed_text, 2) : QL_STR("-"), 16);
    putchar('\n');
  }
  if (QL_GET(costs[0], "unknown")->count + QL_GET(costs[1], "unknown")->count > 0)
    fputs("Without the money of those of whose model no price is known.\n", stdout);
}

/// As plan cost does, with --specs and --prices.
static int read_costs(cli *c, const ql_plan *const plans[2], ql_value *costs[2]) {
  ql_roster *roster = NULL;
  ql_cost_terms terms = {NULL, NULL, NULL};
  ql_error err = {0};
  ql_status status = QL_OK;
  int code = cli_read_prices(c, &terms.prices);
  if (code == CLI_DONE) code = read_roster(c, &roster);
  if (code != CLI_DONE) return code;
  terms.roster = roster;
  for (size_t i = 0; i < 2 && status == QL_OK; i++) status = ql_plan_cost(c->a, plans[i], &terms, &costs[i], &err);
  if (roster) ql_roster_free(roster);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, terms.prices ? c->value[CLI_prices] : NULL);
}

/// 0: they say the same; 1: they differ.
int cli_plan_compare(cli *c) {
  const ql_plan *plans[2];
  ql_value *changes, *costs[2];
  ql_error err = {0};
  int code = cli_one_stdin(c);
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[0], &plans[0]);
  if (code == CLI_DONE) code = cli_read_plan(c, c->operands[1], &plans[1]);
  if (code == CLI_DONE) code = read_costs(c, plans, costs);
  if (code != CLI_DONE) return code;
  if (ql_plan_compare(c->a, plans[0], plans[1], &changes, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  int verdict = ql_get_bool(changes, QL_STR("same")) ? CLI_DONE : CLI_FAILED;
  if (c->json) {
    code = cli_json(c, changes);
    return code == CLI_DONE ? verdict : code;
  }
  print_titles("- ", QL_GET(changes, "removed"));
  print_titles("+ ", QL_GET(changes, "added"));
  for (const ql_value *change = QL_GET(changes, "changed")->first; change; change = change->next) {
    fputs("~ ", stdout);
    cli_put(stdout, ql_get_str(QL_GET(change, "after"), QL_STR("title")));
    fputs(": ", stdout);
    print_names(QL_GET(change, "fields"));
  }
  if (QL_GET(changes, "fields")->first) fputs("plan: ", stdout);
  print_names(QL_GET(changes, "fields"));
  if (verdict == CLI_DONE)
    puts("The plans say the same.");
  else
    print_sizes(c, changes, costs);
  return fflush(stdout) == 0 ? verdict : CLI_FAILED;
}

int cli_plan_show(cli *c) {
  static const struct {
    const char *name;
    ql_plan_format format;
  } formats[] = {{"text", QL_PLAN_SEED}, {"markdown", QL_PLAN_MARKDOWN}, {"mermaid", QL_PLAN_MERMAID}};
  static const char *const names[] = {"text", "markdown", "mermaid", "json"};
  const char *as = c->value[CLI_as_form] ? c->value[CLI_as_form] : "text";
  const ql_plan *plan;
  size_t i = 0;
  bool json = c->json || strcmp(as, "json") == 0;
  while (i < QL_COUNT(formats) && strcmp(formats[i].name, as) != 0) i++;
  if (i == QL_COUNT(formats) && !json) return cli_fail_choice(c, "--as", as, names, QL_COUNT(names));
  int code = cli_read_plan(c, c->operands[0], &plan);
  if (code != CLI_DONE) return code;
  if (json) return cli_json(c, ql_plan_value(c->a, plan));
  ql_str text = ql_plan_write(c->a, plan, formats[i].format);
  if (!text.ptr) return cli_no_memory(c);
  cli_put_block(stdout, text, "");
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}
