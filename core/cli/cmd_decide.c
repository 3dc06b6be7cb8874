/* questline decide, questline services: options weighed, decision records, service architectures. */
#include <questline/decision.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

static int read_json(cli *c, const char *path, ql_value **out) {
  ql_str text;
  ql_error err = {0};
  int code = cli_read(c, path, QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  return ql_json_read(c->a, text, out, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, path);
}

/// Thousandths, to three places.
static void put_milli(int64_t milli) { printf("%lld.%03lld", (long long)(milli / 1000), (long long)(milli % 1000)); }

static int print_markdown(cli *c, const ql_value *record, const char *path) {
  ql_str text;
  ql_error err = {0};
  if (ql_decision_record(c->a, record, &text, &err) != QL_OK) return cli_fail_error(c, &err, path);
  if (c->json) {
    ql_value *answer = ql_object(c->a);
    QL_SET(answer, "markdown", ql_string(c->a, text));
    return cli_json(c, answer);
  }
  cli_put_block(stdout, text, "");
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

static int print_ranking(cli *c, const ql_value *ranking) {
  if (c->json) return cli_json(c, ranking);
  for (const ql_value *option = QL_GET(ranking, "options")->first; option; option = option->next) {
    printf("%3lld  ", (long long)ql_get_int(option, QL_STR("rank"), 0));
    put_milli(ql_get_int(option, QL_STR("total"), 0));
    fputs("  ", stdout);
    cli_put(stdout, text_of(option, "name"));
    putchar('\n');
  }
  for (const ql_value *gap = QL_GET(ranking, "missing")->first; gap; gap = gap->next) {
    fputs("no score for ", stdout);
    cli_put(stdout, text_of(gap, "criterion"));
    fputs(": ", stdout);
    cli_put(stdout, text_of(gap, "option"));
    putchar('\n');
  }
  putchar('\n');
  for (const ql_value *flip = QL_GET(ranking, "sensitivity")->first; flip; flip = flip->next) {
    cli_put(stdout, text_of(flip, "criterion"));
    fputs(" weighs ", stdout);
    put_milli(ql_get_int(flip, QL_STR("weight"), 0));
    if (!QL_GET(flip, "to")) {
      fputs(" %; no weight of it changes the winner\n", stdout);
      continue;
    }
    fputs(" %; at ", stdout);
    put_milli(ql_get_int(flip, QL_STR("at"), 0));
    fputs(" % ", stdout);
    cli_put(stdout, text_of(flip, "to"));
    fputs(" draws level\n", stdout);
  }
  return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

/// Without a matrix: a record to be filled in, after the agent's file.
static int print_template(cli *c, const ql_roster *roster, const ql_agent *agent) {
  ql_value *record;
  ql_error err = {0};
  if (ql_decision_template(c->a, roster, agent->id, &record, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  return c->value[CLI_record] ? print_markdown(c, record, NULL) : cli_json(c, record);
}

/// A matrix, or a record with a matrix in it. Where it has no criteria they are those of the agent's file.
static int decide(cli *c, const ql_roster *roster, const ql_agent *agent) {
  const char *path = c->operands[0];
  ql_value *given, *criteria, *ranking;
  ql_error err = {0};
  int code = read_json(c, path, &given);
  if (code != CLI_DONE) return code;
  bool whole = QL_GET(given, "title") != NULL;
  ql_value *matrix = whole ? QL_GET(given, "matrix") : given;
  if (matrix && agent && !QL_GET(matrix, "criteria")) {
    if (ql_decision_criteria(c->a, roster, agent->id, &criteria, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
    if (matrix->kind == QL_OBJECT) QL_SET(matrix, "criteria", criteria);
  }
  if (c->value[CLI_record]) {
    ql_value *record = whole ? given : ql_object(c->a);
    if (!whole) QL_SET(record, "matrix", matrix);
    if (!whole) QL_SET(record, "title", ql_string(c->a, QL_STR("Decision")));
    return print_markdown(c, record, path);
  }
  if (ql_decision_rank(c->a, matrix, &ranking, &err) != QL_OK) return cli_fail_error(c, &err, path);
  return print_ranking(c, ranking);
}

int cli_decide(cli *c) {
  ql_roster *roster = NULL;
  const ql_agent *agent = NULL;
  if (!c->value[CLI_agent] != !c->value[CLI_specs]) return cli_fail(c, QL_ERR_ARGUMENT, "--agent and --specs belong together.");
  if (c->operand_count == 0 && !c->value[CLI_agent])
    return cli_fail(c, QL_ERR_ARGUMENT, "Give a matrix, or --agent and --specs for a record to be filled in.");
  int code = c->value[CLI_agent] ? cli_open_team(c, CLI_agent, &roster, &agent) : CLI_DONE;
  if (code != CLI_DONE) return code;
  code = c->operand_count > 0 ? decide(c, roster, agent) : print_template(c, roster, agent);
  ql_roster_free(roster);
  return code;
}

/// @return CLI_FAILED when there is an error among the problems.
static int tell_problems(const ql_value *problems) {
  int code = CLI_DONE;
  for (const ql_value *p = problems->first; p; p = p->next) {
    ql_str severity = text_of(p, "severity"), message = text_of(p, "message"), id = text_of(p, "code");
    if (ql_eq(severity, QL_STR("error"))) code = CLI_FAILED;
    cli_note("services: %.*s[%.*s] %.*s", (int)severity.len, severity.ptr, (int)id.len, id.ptr, (int)message.len, message.ptr);
  }
  return code;
}

int cli_services(cli *c) {
  ql_value *form, *problems;
  ql_str text;
  ql_error err = {0};
  int code = read_json(c, c->operands[0], &form);
  if (code != CLI_DONE) return code;
  if (ql_services_check(c->a, form, &problems, &err) != QL_OK || ql_services_write(c->a, form, &text, &err) != QL_OK)
    return cli_fail_error(c, &err, c->operands[0]);
  if (!c->json) {
    cli_put_block(stdout, text, "");
    return fflush(stdout) == 0 ? tell_problems(problems) : CLI_FAILED;
  }
  ql_value *answer = ql_object(c->a);
  QL_SET(answer, "markdown", ql_string(c->a, text));
  QL_SET(answer, "problems", problems);
  code = cli_json(c, answer);
  for (const ql_value *p = problems->first; p && code == CLI_DONE; p = p->next)
    if (ql_eq(text_of(p, "severity"), QL_STR("error"))) code = CLI_FAILED;
  return code;
}
