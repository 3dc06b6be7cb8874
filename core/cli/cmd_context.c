/* What follows from an agent's file for a request and for the workers of a plan: mode, workflow, context, delegate, form, duplicates. */
#include <questline/context.h>
#include <questline/delegation.h>
#include <questline/duplicates.h>
#include <questline/forms.h>
#include <questline/mode.h>
#include <questline/workflow.h>

#include <string.h>

#include "base/text.h"
#include "documents.h"

static ql_str chosen_of(cli *c) { return c->value[CLI_chosen] ? cli_clean(c, c->value[CLI_chosen]) : QL_ABSENT; }

static void put(const ql_value *object, const char *member) { cli_put(stdout, ql_get_str(object, (ql_str){member, strlen(member)})); }

static void put_line(const ql_value *object) {
  int64_t line = ql_get_int(object, QL_STR("line"), 0);
  if (line > 0) printf("  (line %lld)", (long long)line);
  putchar('\n');
}

/* ---- mode ---- */

int cli_mode(cli *c) {
  ql_str request;
  ql_roster *roster;
  const ql_agent *agent;
  ql_value *mode;
  ql_error err = {0};
  int code = cli_text_within(c, "The request", c->operands[0], QL_REQUEST_BYTES_MAX, &request);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  ql_status status = ql_mode(c->a, roster, agent->id, request, chosen_of(c), &mode, &err);
  if (status != QL_OK) {
    code = cli_fail_error(c, &err, NULL);
  } else if (c->json) {
    code = cli_json(c, mode);
  } else {
    put(mode, "mode");
    fputs(", by ", stdout);
    put(mode, "by");
    if (QL_GET(mode, "words")) {
      fputs(" \"", stdout);
      put(mode, "words");
      fputs("\"", stdout);
    }
    put_line(mode);
  }
  ql_roster_free(roster);
  return code;
}

/* ---- workflow ---- */

static void print_workflow(const ql_value *flow) {
  for (const ql_value *step = QL_GET(flow, "steps")->first; step; step = step->next) {
    printf("%2lld  ", (long long)ql_get_int(step, QL_STR("number"), 0));
    put(step, "status");
    fputs("  ", stdout);
    cli_put_short(stdout, ql_get_str(step, QL_STR("text")), 100);
    put_line(step);
    fputs("    ", stdout);
    put(step, "why");
    putchar('\n');
    const ql_value *reads = QL_GET(step, "reads");
    for (const ql_value *read = reads ? reads->first : NULL; read; read = read->next) {
      fputs("      ", stdout);
      put(read, "status");
      fputs("  ", stdout);
      put(read, "path");
      putchar('\n');
    }
  }
  if (!QL_GET(flow, "hand_off")) return;
  fputs("Hand it to ", stdout);
  put(QL_GET(flow, "hand_off"), "agent");
  fputs(": ", stdout);
  put(QL_GET(flow, "hand_off"), "text");
  putchar('\n');
}

int cli_workflow(cli *c) {
  ql_str request;
  const char *root;
  ql_roster *roster;
  const ql_agent *agent;
  cli_documents documents;
  ql_value *flow = NULL;
  ql_error err = {0};
  int code = cli_text_within(c, "The request", c->operands[0], QL_REQUEST_BYTES_MAX, &request);
  if (code == CLI_DONE) code = cli_root(c, &root);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  code = cli_read_documents(c, root, c->value[CLI_specs], agent->spec, &documents);
  if (code == CLI_DONE && ql_workflow(c->a, roster, agent->id, documents.at, documents.count, request, chosen_of(c), &flow, &err) != QL_OK)
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE && c->json) code = cli_json(c, flow);
  if (code == CLI_DONE && !c->json) print_workflow(flow);
  ql_roster_free(roster);
  return code != CLI_DONE || ql_get_bool(flow, QL_STR("ready")) ? code : CLI_REFUSED;
}

/* ---- context ---- */

static void print_context(const ql_value *plan) {
  char used[CLI_COUNT_MAX], budget[CLI_COUNT_MAX], tokens[CLI_COUNT_MAX];
  for (const ql_value *w = QL_GET(plan, "workers")->first; w; w = w->next) {
    cli_colour_on(stdout, CLI_BOLD);
    put(w, "agent");
    cli_colour_on(stdout, CLI_PLAIN);
    printf("  about %s of %s tokens\n", cli_count(used, ql_get_int(w, QL_STR("used"), 0)),
           cli_count(budget, ql_get_int(w, QL_STR("budget"), 0)));
    for (const ql_value *item = QL_GET(w, "items")->first; item; item = item->next) {
      fputs("  ", stdout);
      put(item, "status");
      fputs("  ", stdout);
      put(item, "path");
      printf("  %s", cli_count(tokens, ql_get_int(item, QL_STR("tokens"), 0)));
      if (QL_GET(item, "why")) {
        fputs("  ", stdout);
        put(QL_GET(item, "why"), "text");
      }
      put_line(QL_GET(item, "why"));
    }
  }
}

static int make_context(cli *c, const ql_roster *roster, const ql_plan *plan, ql_value **out) {
  const char *root;
  cli_documents documents;
  int64_t window = 0, budget = 0;
  ql_error err = {0};
  const ql_agent *leader = ql_roster_find(roster, plan->leader);
  int code = cli_root(c, &root);
  if (code == CLI_DONE && c->value[CLI_window]) code = cli_number(c, CLI_window, 1000000000, &window);
  if (code == CLI_DONE && c->value[CLI_budget]) code = cli_number(c, CLI_budget, 1000000000, &budget);
  if (code == CLI_DONE) code = cli_read_documents(c, root, c->value[CLI_specs], leader ? leader->spec : NULL, &documents);
  if (code != CLI_DONE) return code;
  ql_status status = ql_context_plan(c->a, roster, plan, documents.at, documents.count, window, budget, out, &err);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
}

int cli_context(cli *c) {
  const ql_plan *plan;
  ql_roster *roster;
  ql_value *context;
  int code = cli_read_plan(c, c->operands[0], &plan);
  if (code == CLI_DONE) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  code = make_context(c, roster, plan, &context);
  if (code == CLI_DONE && c->json) code = cli_json(c, context);
  if (code == CLI_DONE && !c->json) print_context(context);
  ql_roster_free(roster);
  return code;
}

int cli_delegate(cli *c) {
  const ql_plan *plan;
  ql_roster *roster = NULL;
  ql_value *context = NULL, *delegation, *text;
  ql_error err = {0};
  int code = cli_read_plan(c, c->operands[0], &plan);
  if (code == CLI_DONE && c->value[CLI_specs]) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  if (roster) code = make_context(c, roster, plan, &context);
  ql_status status = QL_OK;
  if (code == CLI_DONE) status = ql_delegation_of(c->a, plan, cli_clean(c, c->operands[1]), context, &delegation, &err);
  if (code == CLI_DONE && status == QL_OK) status = ql_delegation_write(c->a, roster, plan->leader, delegation, &text, &err);
  if (status != QL_OK) code = cli_fail_error(c, &err, c->operands[0]);
  if (code == CLI_DONE && c->json) code = cli_json(c, text);
  if (code == CLI_DONE && !c->json) cli_put_block(stdout, ql_get_str(text, QL_STR("text")), "");
  ql_roster_free(roster);
  return code;
}

/* ---- forms ---- */

static int print_check(cli *c, const ql_value *check) {
  ql_str text = ql_get_str(check, QL_STR("text"));
  int code = c->json ? cli_json(c, check) : CLI_DONE;
  for (const ql_value *p = c->json ? NULL : QL_GET(check, "problems")->first; p; p = p->next) {
    put(p, "severity");
    fputs("  ", stdout);
    put(p, "path");
    fputs("  ", stdout);
    put(p, "message");
    putchar('\n');
  }
  if (!c->json && text.ptr) {
    cli_put(stdout, text);
    putchar('\n');
  }
  return code == CLI_DONE && !text.ptr ? CLI_FAILED : code;
}

static int work_on_form(cli *c, bool fill) {
  ql_str text;
  ql_roster *roster;
  const ql_agent *agent;
  ql_value *entries = NULL, *check = NULL;
  ql_error err = {0};
  int code = cli_read(c, c->operands[1], QL_JSON_BYTES_MAX, &text);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  ql_str form = cli_clean(c, c->operands[0]);
  ql_status status = fill ? ql_json_read(c->a, text, &entries, &err) : ql_form_check(c->a, roster, agent->id, form, text, &check, &err);
  if (fill && status == QL_OK) status = ql_form_fill(c->a, roster, agent->id, form, entries, &check, &err);
  code = status == QL_OK ? print_check(c, check) : cli_fail_error(c, &err, c->operands[1]);
  ql_roster_free(roster);
  return code;
}

int cli_form_check(cli *c) { return work_on_form(c, false); }
int cli_form_fill(cli *c) { return work_on_form(c, true); }

/* ---- duplicates ---- */

static void print_duplicates(const ql_value *found) {
  for (const ql_value *group = QL_GET(found, "groups")->first; group; group = group->next) {
    printf("%lld lines: ", (long long)ql_get_int(group, QL_STR("lines"), 0));
    cli_put_short(stdout, ql_get_str(group, QL_STR("text")), 80);
    putchar('\n');
    for (const ql_value *p = QL_GET(group, "places")->first; p; p = p->next) {
      fputs("  ", stdout);
      put(p, "path");
      printf(":%lld-%lld\n", (long long)ql_get_int(p, QL_STR("line"), 0), (long long)ql_get_int(p, QL_STR("to"), 0));
    }
  }
  int64_t basis = ql_get_int(found, QL_STR("basis"), 0);
  printf("%lld of %lld lines stand somewhere else as well: %lld.%02lld %%\n", (long long)ql_get_int(found, QL_STR("duplicated"), 0),
         (long long)ql_get_int(found, QL_STR("lines"), 0), (long long)(basis / 100), (long long)(basis % 100));
}

int cli_duplicates(cli *c) {
  cli_files files;
  ql_value *found;
  ql_error err = {0};
  int code = cli_read_files(c, c->operands, c->operand_count, &files);
  if (code != CLI_DONE) return code;
  ql_document *documents = ql_arena_array(c->a, files.count + 1, sizeof *documents);
  for (size_t i = 0; documents && i < files.count; i++) documents[i] = (ql_document){files.at[i].label, files.at[i].text, 0};
  if (!documents || ql_duplicates(c->a, documents, files.count, 0, &found, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  if (c->json)
    code = cli_json(c, found);
  else
    print_duplicates(found);
  return cli_tell_troubles(&files) > 0 && code == CLI_DONE ? CLI_FAILED : code;
}
