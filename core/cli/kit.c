#include "kit.h"

#include <string.h>

#include "base/text.h"

/* ---- MCP servers ---- */

/* A variable of its own kind: a server that is called as a provider does not get that one's key. */
static void add_secret(cli *c, ql_value *server, ql_str name) {
  char variable[128];
  ql_str slot = ql_arena_concat(c->a, (const ql_str[]){QL_STR("mcp_"), name}, 2);
  if (!slot.ptr || !cli_http_key(slot, variable, sizeof variable)) return;
  ql_value *secret = ql_object(c->a);
  QL_SET(secret, "header", ql_string(c->a, QL_STR("authorization")));
  QL_SET(secret, "prefix", ql_string(c->a, QL_STR("Bearer ")));
  QL_SET(secret, "slot", ql_string(c->a, slot));
  QL_SET(server, "secret", secret);
}

/* Each --mcp is a line. */
static int read_servers(cli *c, ql_value **out) {
  ql_str rest = c->value[CLI_mcp] ? cli_clean(c, c->value[CLI_mcp]) : QL_STR(""), line;
  *out = c->value[CLI_mcp] ? ql_array(c->a) : NULL;
  while (ql_next_line(&rest, &line)) {
    size_t equals = ql_find_byte(line, '=', 0);
    if (equals == SIZE_MAX || equals == 0 || equals + 1 == line.len)
      return cli_fail(c, QL_ERR_ARGUMENT, "--mcp wants NAME=URL, such as docs=https://mcp.example.com/mcp, and not %.*s.", (int)line.len,
                      line.ptr);
    ql_value *server = ql_push(*out, ql_object(c->a));
    QL_SET(server, "name", ql_string(c->a, ql_slice(line, 0, equals)));
    add_secret(c, server, ql_slice(line, 0, equals));
    QL_SET(server, "url", ql_string(c->a, ql_slice(line, equals + 1, line.len)));
  }
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

/* ---- the kit ---- */

int cli_kit_open(cli *c, ql_driver *driver, const ql_value *request, bool words, cli_kit *out) {
  ql_value *servers = NULL;
  ql_error err = {0};
  *out = (cli_kit){.c = c, .memory = {.path = c->value[CLI_remembers]}};
  bool played = QL_GET(request, "players") != NULL;
  if (!played && (c->value[CLI_mcp] || c->value[CLI_remembers] || c->value[CLI_allow_bash] || c->value[CLI_ask]))
    return cli_fail(c, QL_ERR_ARGUMENT, "--mcp, --memory, --ask and --allow-bash are for models: they belong to --provider.");
  const char *ask = c->value[CLI_ask];
  static const char *const ASKS[] = {"change", "all"};
  if (ask && strcmp(ask, ASKS[0]) != 0 && strcmp(ask, ASKS[1]) != 0) return cli_fail_choice(c, "way to --ask:", ask, ASKS, QL_COUNT(ASKS));
  if (ask && c->value[CLI_yes]) return cli_fail(c, QL_ERR_ARGUMENT, "--ask asks, and --yes answers: leave one of them out.");
  if (c->value[CLI_allow_bash] && !c->value[CLI_work])
    return cli_fail(c, QL_ERR_ARGUMENT, "--allow-bash needs --work DIR: commands run in that folder.");
  int code = read_servers(c, &servers);
  if (code == CLI_DONE) code = cli_models_open(c, driver, request, words, &out->models);
  if (code == CLI_DONE) code = cli_work_open(c, &out->work);
  if (code == CLI_DONE && out->memory.path) code = cli_memory_hold(c, &out->memory);
  if (code != CLI_DONE) return code;
  if (played) cli_tools_open(c, driver, &out->work, &out->tools);
  const ql_driver_kit kit = {.workspace = out->work.workspace,
                             .memory = out->memory.memory,
                             .servers = servers,
                             .commands = played && cli_tools_runs_commands(c),
                             .ask = ask ? (ql_str){ask, strlen(ask)} : QL_ABSENT,
                             .partials = !words};
  return ql_driver_use(driver, &kit, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, servers ? "--mcp" : NULL);
}

void cli_kit_close(cli_kit *kit) {
  cli_tools_close(&kit->tools);
  cli_models_close(&kit->models);
  cli_work_close(&kit->work);
  ql_memory_free(kit->memory.memory);
}

int cli_kit_save(cli_kit *kit) { return kit->memory.path ? cli_memory_save(kit->c, &kit->memory) : CLI_DONE; }

int cli_kit_perform(cli_kit *kit, ql_arena *a, const ql_value *effect, bool *mine) {
  ql_str kind = ql_get_str(effect, QL_STR("kind"));
  *mine = true;
  if (ql_eq(kind, QL_STR("http.request"))) return cli_models_ask(&kit->models, effect);
  if (ql_eq(kind, QL_STR("ask.tool"))) return cli_tools_ask(&kit->tools, a, effect);
  if (ql_eq(kind, QL_STR("tool.run"))) return cli_tools_run(&kit->tools, a, effect);
  if (ql_eq(kind, QL_STR("wait"))) return cli_models_wait(&kit->models, &kit->tools, effect);
  if (ql_eq(kind, QL_STR("effect.cancel")))
    return cli_tools_cancel(&kit->tools, ql_get_int(effect, QL_STR("cancels"), 0)) ? CLI_DONE : cli_models_cancel(&kit->models, effect);
  *mine = false;
  return CLI_DONE;
}
