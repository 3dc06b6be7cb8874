/* Agent files and plans: spec, roster, plan. */
#include <questline/limits.h>
#include <questline/roadmap.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"
#include "plan_facts.h"
#include "planner.h"

const char *cli_plural(int64_t count) { return count == 1 ? "" : "s"; }

static const struct {
  const char *word;
  cli_colour colour;
} severities[] = {
    [QL_SEVERITY_ERROR] = {"error", CLI_RED}, [QL_SEVERITY_WARNING] = {"warning", CLI_YELLOW}, [QL_SEVERITY_INFO] = {"info", CLI_DIM}};

static cli_colour colour_of(ql_str severity) {
  for (size_t i = 0; i < QL_COUNT(severities); i++)
    if (ql_eq(severity, (ql_str){severities[i].word, strlen(severities[i].word)})) return severities[i].colour;
  return CLI_PLAIN;
}

void cli_print_diagnostic(FILE *to, ql_str path, const ql_value *d) {
  ql_str severity = ql_get_str(d, QL_STR("severity"));
  cli_put(to, path);
  fprintf(to, ":%lld:%lld: ", (long long)ql_get_int(d, QL_STR("line"), 0), (long long)ql_get_int(d, QL_STR("column"), 0));
  cli_colour_on(to, colour_of(severity));
  cli_put(to, severity);
  fputc('[', to);
  cli_put(to, ql_get_str(d, QL_STR("code")));
  fputc(']', to);
  cli_colour_on(to, CLI_PLAIN);
  fputc(' ', to);
  cli_put(to, ql_get_str(d, QL_STR("message")));
  fputc('\n', to);
}

/* ---- spec ---- */

static void print_line(const char *name, ql_str text) {
  printf("%-12s ", name);
  if (text.ptr)
    cli_put_short(stdout, text, 120);
  else
    fputs("(none)", stdout);
  putchar('\n');
}

static void print_tools(const ql_spec *spec) {
  static const char *const origins[] = {
      [QL_TOOLS_FROM_NONE] = "", [QL_TOOLS_FROM_FRONTMATTER] = "", [QL_TOOLS_FROM_BODY] = " (listed in the text)"};
  printf("%-12s ", "tools");
  if (spec->tools_state == QL_TOOLS_ABSENT) fputs("(not said)", stdout);
  if (spec->tools_state == QL_TOOLS_EMPTY) fputs("(an empty list: no tool)", stdout);
  for (size_t i = 0; i < spec->tool_count; i++) {
    if (i > 0) fputs(", ", stdout);
    cli_put(stdout, spec->tools[i].name);
  }
  puts(origins[spec->tools_from]);
}

/// How many rules of each kind.
static void print_rules(const ql_spec *spec) {
  size_t counts[QL_RULE_KIND_COUNT] = {0};
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) counts[rule->kind]++;
  printf("%-12s %zu", "rules", spec->rule_count);
  const char *separator = ": ";
  for (int kind = 0; kind < QL_RULE_KIND_COUNT; kind++) {
    if (counts[kind] == 0) continue;
    printf("%s%s", separator, ql_rule_kind_id((ql_rule_kind)kind));
    if (counts[kind] > 1) printf(" %zu", counts[kind]);
    separator = ", ";
  }
  putchar('\n');
}

int cli_spec(cli *c) {
  ql_str text, dialect;
  const ql_spec *spec;
  ql_error err = {0};
  const char *path = c->operands[0];
  int code = cli_dialect(c, CLI_dialect, &dialect);
  if (code == CLI_DONE) code = cli_read(c, path, QL_SPEC_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  ql_str label = cli_clean(c, strcmp(path, "-") == 0 ? "stdin" : path);
  if (ql_spec_parse_as(c->a, label, text, dialect, &spec, &err) != QL_OK) return cli_fail_error(c, &err, path);
  if (c->json) return cli_json(c, ql_spec_value(c->a, spec));
  print_line("id", spec->id);
  print_line("name", spec->name);
  print_line("description", spec->description);
  print_line("model", spec->model);
  print_line("color", spec->color);
  print_tools(spec);
  print_line("dialect", (ql_str){spec->dialect, strlen(spec->dialect)});
  print_rules(spec);
  printf("%-12s %zu, about %lld tokens\n%-12s %s\n", "sections", spec->section_count, (long long)spec->tokens, "sha256", spec->sha256);
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    ql_value *d = ql_diagnostic_value(c->a, &spec->diagnostics[i]);
    if (!d) return cli_no_memory(c);
    cli_print_diagnostic(stdout, spec->path, d);
  }
  return CLI_DONE;
}

/* ---- roster ---- */

int cli_read_team(cli *c, const char *folder, ql_roster **out) {
  cli_files files;
  int code = cli_read_files(c, &folder, 1, &files);
  if (code != CLI_DONE) return code;
  (void)cli_tell_troubles(&files);
  ql_roster *roster;
  code = cli_make_roster(c, &files, QL_ABSENT, &roster);
  if (code != CLI_DONE) return code;
  if (ql_roster_count(roster) > 0) {
    *out = roster;
    return CLI_DONE;
  }
  ql_roster_free(roster);
  return cli_fail(c, QL_ERR_NOT_FOUND, "There is no agent file (*.md, *.mdc) in %s.", folder);
}

static void print_agent(const ql_value *agent) {
  ql_str id = ql_get_str(agent, QL_STR("id")), about = ql_get_str(agent, QL_STR("description"));
  bool declared = ql_eq(ql_get_str(agent, QL_STR("source")), QL_STR("declared")), leads = ql_get_bool(agent, QL_STR("leads"));
  cli_put(stdout, id);
  cli_pad(stdout, id.len, 30);
  printf("%-13s  ", leads ? "leads" : declared ? "only named" : "");
  cli_put_short(stdout, about.ptr ? about : QL_STR(""), 80);
  int64_t errors = ql_get_int(agent, QL_STR("errors"), 0), warnings = ql_get_int(agent, QL_STR("warnings"), 0);
  if (errors > 0) printf("  [%lld error%s]", (long long)errors, cli_plural(errors));
  if (warnings > 0) printf("  [%lld warning%s]", (long long)warnings, cli_plural(warnings));
  putchar('\n');
}

static int print_roster(cli *c, const ql_roster *roster) {
  const ql_value *value = ql_roster_value(c->a, roster);
  if (!value) return cli_no_memory(c);
  if (c->json) return cli_json(c, value);
  for (const ql_value *agent = QL_GET(value, "agents")->first; agent; agent = agent->next) print_agent(agent);
  int64_t errors = ql_get_int(value, QL_STR("errors"), 0), warnings = ql_get_int(value, QL_STR("warnings"), 0);
  if (errors + warnings > 0 && fflush(stdout) == 0)
    cli_note("%lld error%s, %lld warning%s: questline check %s", (long long)errors, cli_plural(errors), (long long)warnings,
             cli_plural(warnings), c->operands[0]);
  return CLI_DONE;
}

int cli_roster(cli *c) {
  ql_roster *roster;
  int code = cli_read_team(c, c->operands[0], &roster);
  if (code != CLI_DONE) return code;
  code = print_roster(c, roster);
  ql_roster_free(roster);
  return code;
}

/* ---- plan ---- */

int cli_open_team(cli *c, cli_option who, ql_roster **out, const ql_agent **agent) {
  const char *specs = c->value[CLI_specs], *given = c->value[who];
  int code = cli_read_team(c, specs, out);
  if (code != CLI_DONE) return code;
  ql_str name = cli_clean(c, given);
  *agent = ql_roster_find(*out, name);
  if (*agent) return CLI_DONE;
  ql_str close = ql_roster_suggest(*out, name);
  code = close.ptr ? cli_fail(c, QL_ERR_NOT_FOUND, "Nobody in %s is named %s. Did you mean %.*s?", specs, given, (int)close.len, close.ptr)
                   : cli_fail(c, QL_ERR_NOT_FOUND, "Nobody in %s is named %s. See questline roster %s.", specs, given, specs);
  ql_roster_free(*out);
  return code;
}

/// Prints what keeps a plan from running, or should be looked at.
static void tell_problems(const ql_value *problems) {
  for (const ql_value *p = problems->first; p; p = p->next) {
    ql_str severity = ql_get_str(p, QL_STR("severity")), message = ql_get_str(p, QL_STR("message")), id = ql_get_str(p, QL_STR("code"));
    cli_note("plan: %.*s[%.*s] %.*s", (int)severity.len, severity.ptr, (int)id.len, id.ptr, (int)message.len, message.ptr);
  }
}

int cli_print_plan(cli *c, const ql_plan *plan, const ql_roster *roster) {
  const ql_value *problems;
  int code = cli_plan_problems(c, plan, roster, &problems);
  if (code != CLI_DONE) return code;
  if (c->json) {
    ql_value *value = ql_plan_value(c->a, plan);
    QL_SET(value, "problems", ql_copy(c->a, problems));
    code = cli_json(c, value);
    return code == CLI_DONE ? cli_plan_verdict(c, problems) : code;
  }
  ql_plan_format format = c->value[CLI_md] ? QL_PLAN_MARKDOWN : c->value[CLI_mermaid] ? QL_PLAN_MERMAID : QL_PLAN_SEED;
  ql_str text = ql_plan_write(c->a, plan, format);
  if (!text.ptr) return cli_no_memory(c);
  cli_put_block(stdout, text, "");
  if (fflush(stdout) != 0) return CLI_FAILED;
  tell_problems(problems);
  return cli_plan_verdict(c, problems);
}

int cli_plan(cli *c) {
  if (!!c->value[CLI_md] + !!c->value[CLI_mermaid] + c->json > 1)
    return cli_fail(c, QL_ERR_ARGUMENT, "Choose one of --json, --md and --mermaid.");
  ql_str objective;
  ql_roster *roster;
  const ql_agent *leader;
  const ql_plan *plan = NULL;
  ql_error err = {0};
  ql_plan_source item = {0};
  bool asks = c->value[CLI_provider] || c->value[CLI_model] || c->value[CLI_base_url] || c->value[CLI_fallback] || c->value[CLI_reasoning];
  if ((c->operand_count == 0) == !c->value[CLI_roadmap])
    return cli_fail(c, QL_ERR_ARGUMENT, "Give an objective, or --roadmap FILE: one of them.");
  if (c->value[CLI_item] && !c->value[CLI_roadmap]) return cli_fail(c, QL_ERR_ARGUMENT, "--item goes with --roadmap.");
  if (c->value[CLI_work] && !asks)
    return cli_fail(c, QL_ERR_ARGUMENT, "--work belongs to --provider: without a model no document is read.");
  int code = cli_one_stdin(c);
  if (code != CLI_DONE) return code;
  code = c->value[CLI_roadmap] ? cli_roadmap_request(c, &objective, &item) : cli_text(c, "The objective", c->operands[0], &objective);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &leader);
  if (code != CLI_DONE) return code;
  if (asks)
    code = cli_ask_plan(c, roster, leader->id, objective, &plan);
  else if (ql_plan_rehearse(c->a, roster, leader->id, objective, &plan, &err) != QL_OK)
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE && item.origin != QL_FROM_NOWHERE) plan = ql_plan_for_item(c->a, plan, &item);
  if (code == CLI_DONE) code = plan ? cli_print_plan(c, plan, roster) : cli_no_memory(c);
  ql_roster_free(roster);
  return code;
}
