/* What follows from the rules of agent files: route and permit. */
#include <questline/limits.h>
#include <questline/route.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli.h"
#include "store.h"

/* ---- route ---- */

/// path:line  rule  "words"
static void print_reason(const ql_value *reason) {
  ql_str path = ql_get_str(reason, QL_STR("path")), rule = ql_get_str(reason, QL_STR("rule"));
  cli_put(stdout, path.ptr ? path : QL_STR("(no file)"));
  printf(":%lld  ", (long long)ql_get_int(reason, QL_STR("line"), 0));
  if (rule.ptr) {
    cli_put(stdout, rule);
    fputs("  ", stdout);
  }
  fputs("\"", stdout);
  cli_put_short(stdout, ql_get_str(reason, QL_STR("text")), 100);
  printf("\"  %lld %%\n", (long long)ql_get_int(reason, QL_STR("score"), 0));
}

/// "@x accepts", "@x declines; @y should take it", "@x: unknown"; below it what that rests on.
static void print_verdict(const ql_value *verdict, bool all) {
  ql_str word = ql_get_str(verdict, QL_STR("verdict")), take = ql_get_str(verdict, QL_STR("take"));
  bool accepts = ql_eq(word, QL_STR("accept")), declines = ql_eq(word, QL_STR("decline"));
  cli_put(stdout, ql_get_str(verdict, QL_STR("agent")));
  fputs(accepts || declines ? " " : ": ", stdout);
  cli_colour_on(stdout, accepts ? CLI_GREEN : declines ? CLI_RED : CLI_YELLOW);
  fputs(accepts ? "accepts" : declines ? "declines" : "unknown", stdout);
  cli_colour_on(stdout, CLI_PLAIN);
  if (!accepts && take.ptr) {
    fputs(declines ? "; " : ", but ", stdout);
    cli_put(stdout, take);
    fputs(" should take it", stdout);
  }
  putchar('\n');
  for (const ql_value *reason = QL_GET(verdict, "reasons")->first; reason; reason = all ? reason->next : NULL) {
    fputs("  ", stdout);
    print_reason(reason);
  }
}

/// Of all who lead: who takes it.
static void print_taker(const ql_value *route) {
  ql_str take = ql_get_str(route, QL_STR("take"));
  const ql_value *ties = QL_GET(route, "ties");
  if (take.ptr) {
    cli_put(stdout, take);
    puts(" should take it.");
  } else if (ties->first) {
    fputs("As good as each other: ", stdout);
    cli_print_names(stdout, ties);
    puts(". Choose one.");
  } else {
    puts("Nobody is known for it.");
  }
}

/// 0 somebody takes it, 5 the agent that was asked declines, 3 somebody has to choose.
static int exit_of_route(const ql_value *route, bool one) {
  ql_str word = ql_get_str(QL_GET(route, "verdicts")->first, QL_STR("verdict"));
  if (!one) return ql_get_str(route, QL_STR("take")).ptr ? CLI_DONE : CLI_NOT_YET;
  return ql_eq(word, QL_STR("accept")) ? CLI_DONE : ql_eq(word, QL_STR("decline")) ? CLI_REFUSED : CLI_NOT_YET;
}

static int print_route(cli *c, const ql_value *route, bool one) {
  if (c->json) {
    int code = cli_json(c, route);
    return code == CLI_DONE ? exit_of_route(route, one) : code;
  }
  if (!one) print_taker(route);
  for (const ql_value *verdict = QL_GET(route, "verdicts")->first; verdict; verdict = verdict->next) print_verdict(verdict, one);
  return exit_of_route(route, one);
}

int cli_route(cli *c) {
  bool one = c->value[CLI_asked] != NULL;
  ql_str request;
  ql_roster *roster;
  const ql_agent *agent = NULL;
  ql_value *route;
  ql_error err = {0};
  int code = cli_text_within(c, "The request", c->operands[0], QL_REQUEST_BYTES_MAX, &request);
  if (code == CLI_DONE) code = one ? cli_open_team(c, CLI_asked, &roster, &agent) : cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  ql_status status = ql_route(c->a, roster, one ? agent->id : QL_ABSENT, request, &route, &err);
  code = status == QL_OK ? print_route(c, route, one) : cli_fail_error(c, &err, NULL);
  ql_roster_free(roster);
  return code;
}

/* ---- permit ---- */

/// A path that begins with the project's own folder, from there; any other as it is.
static const char *from_root(const char *root, const char *path) {
  char *real = realpath(root, NULL);
  size_t len = real ? strlen(real) : 0;
  const char *rest = path;
  if (len > 0 && strncmp(path, real, len) == 0 && path[len] == '/') rest = path + len + strspn(path + len, "/");
  free(real);
  return rest;
}

static const struct {
  ql_str decision;
  int code;
  cli_colour colour;
} decisions[] = {{QL_STR_INIT("allow"), CLI_DONE, CLI_GREEN},
                 {QL_STR_INIT("ask"), CLI_NOT_YET, CLI_YELLOW},
                 {QL_STR_INIT("refuse"), CLI_REFUSED, CLI_RED}};

static int print_permit(cli *c, const ql_value *permit) {
  ql_str decision = ql_get_str(permit, QL_STR("decision")), path = ql_get_str(permit, QL_STR("path")),
         rule = ql_get_str(permit, QL_STR("rule"));
  size_t i = 0;
  while (i + 1 < QL_COUNT(decisions) && !ql_eq(decisions[i].decision, decision)) i++;
  if (c->json) {
    int code = cli_json(c, permit);
    return code == CLI_DONE ? decisions[i].code : code;
  }
  cli_colour_on(stdout, decisions[i].colour);
  cli_put(stdout, decision);
  cli_colour_on(stdout, CLI_PLAIN);
  fputs(": ", stdout);
  cli_put(stdout, ql_get_str(permit, QL_STR("message")));
  putchar('\n');
  if (path.ptr) {
    fputs("  ", stdout);
    cli_put(stdout, path);
    printf(":%lld  ", (long long)ql_get_int(permit, QL_STR("line"), 0));
    cli_put(stdout, rule.ptr ? rule : QL_STR("tools"));
    putchar('\n');
  }
  return decisions[i].code;
}

int cli_permit(cli *c) {
  const char *root, *path = NULL;
  ql_roster *roster;
  const ql_agent *agent;
  ql_value *permit;
  ql_error err = {0};
  bool link = false;
  int code = cli_root(c, &root);
  if (code == CLI_DONE && c->operand_count > 1) {
    path = from_root(root, c->operands[1]);
    if (*path != '/') code = cli_find_link(c, root, path, &link);
  }
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  ql_str tool = cli_clean(c, c->operands[0]), file = path ? (ql_str){path, strlen(path)} : QL_ABSENT;
  ql_status status = ql_permit(c->a, roster, agent->id, tool, file, link, &permit, &err);
  code = status == QL_OK ? print_permit(c, permit) : cli_fail_error(c, &err, NULL);
  ql_roster_free(roster);
  return code;
}
