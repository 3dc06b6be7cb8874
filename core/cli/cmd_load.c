/* questline load: what an agent would read on activation, and what does not fit. */
#include <questline/route.h>

#include <string.h>

#include "base/text.h"
#include "documents.h"

#define TOKENS_MAX    1000000000 /* of a window */
#define TOKEN_COLUMNS 9          /* of a number of tokens */

static void print_list(const char *title, const ql_value *list) {
  char count[CLI_COUNT_MAX];
  if (!list->first) return;
  cli_colour_on(stdout, CLI_BOLD);
  puts(title);
  cli_colour_on(stdout, CLI_PLAIN);
  for (const ql_value *item = list->first; item; item = item->next) {
    int64_t tokens = ql_get_int(item, QL_STR("tokens"), 0);
    printf("%*s  ", TOKEN_COLUMNS, tokens > 0 ? cli_count(count, tokens) : "");
    cli_put(stdout, ql_get_str(item, QL_STR("path")));
    fputs("  ", stdout);
    cli_colour_on(stdout, CLI_DIM);
    cli_put(stdout, ql_get_str(item, QL_STR("why")));
    cli_colour_on(stdout, CLI_PLAIN);
    putchar('\n');
  }
}

static void print_pack(const ql_value *pack) {
  char used[CLI_COUNT_MAX], budget[CLI_COUNT_MAX], window[CLI_COUNT_MAX];
  print_list("Loaded, in this order", QL_GET(pack, "loaded"));
  print_list("Left out", QL_GET(pack, "left_out"));
  print_list("Missing", QL_GET(pack, "missing"));
  printf("About %s tokens of a budget of %s, in a window of %s.\n", cli_count(used, ql_get_int(pack, QL_STR("used"), 0)),
         cli_count(budget, ql_get_int(pack, QL_STR("budget"), 0)), cli_count(window, ql_get_int(pack, QL_STR("window"), 0)));
}

/// What was not looked at, so that nobody takes it for missing.
static void tell_limits(const cli_documents *documents) {
  if (documents->large > 0)
    cli_note("%zu document%s too large to read; the tokens are guessed from the size.", documents->large,
             documents->large == 1 ? " is" : "s are");
  if (documents->no_text > 0) cli_note("%zu file%s no text and left out.", documents->no_text, documents->no_text == 1 ? " is" : "s are");
  if (documents->more)
    cli_note("There are more documents than %zu; the rest was not looked at. Name a smaller folder with --root.", documents->count);
}

static int read_tokens(cli *c, cli_option option, int64_t *out) {
  if (!c->value[option]) return CLI_DONE;
  int code = cli_number(c, option, TOKENS_MAX, out);
  return code == CLI_DONE && *out == 0 ? cli_fail(c, QL_ERR_ARGUMENT, "No token is too few. Leave the option out.") : code;
}

static int load(cli *c, const char *root, const ql_roster *roster, const ql_agent *agent, int64_t window, int64_t budget) {
  cli_documents documents;
  ql_value *pack;
  ql_error err = {0};
  int code = cli_read_documents(c, root, c->value[CLI_specs], agent->spec, &documents);
  if (code != CLI_DONE) return code;
  ql_status status = ql_context_pack(c->a, roster, agent->id, documents.at, documents.count, window, budget, &pack, &err);
  if (status != QL_OK) return cli_fail_error(c, &err, NULL);
  if (c->json)
    code = cli_json(c, pack);
  else
    print_pack(pack);
  if (fflush(stdout) == 0) tell_limits(&documents);
  bool lacks = QL_GET(pack, "left_out")->first || QL_GET(pack, "missing")->first;
  return code == CLI_DONE && lacks && c->value[CLI_complete] ? CLI_FAILED : code;
}

int cli_load(cli *c) {
  const char *root;
  int64_t window = 0, budget = 0;
  ql_roster *roster;
  const ql_agent *agent;
  int code = read_tokens(c, CLI_window, &window);
  if (code == CLI_DONE) code = read_tokens(c, CLI_budget, &budget);
  if (code == CLI_DONE) code = cli_root(c, &root);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  code = load(c, root, roster, agent, window, budget);
  ql_roster_free(roster);
  return code;
}
