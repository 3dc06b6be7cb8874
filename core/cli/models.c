#include "models.h"

#include <questline/llm.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store.h"

/// Whether the key of a provider is there. With an address of one's own there may be no need for one.
static int check_key(cli *c) {
  ql_error err = {0};
  ql_value *request = NULL;
  char name[128];
  ql_str base = c->value[CLI_base_url] ? cli_clean(c, c->value[CLI_base_url]) : QL_ABSENT;
  if (ql_llm_models_request(c->a, cli_clean(c, c->value[CLI_provider]), base, &request, &err) != QL_OK)
    return cli_fail_error(c, &err, "--provider");
  if (base.ptr) return CLI_DONE;
  const ql_value *secret = QL_GET(request, "secret");
  if (!secret || cli_http_key(ql_get_str(secret, QL_STR("slot")), name, sizeof name)) return CLI_DONE;
  return cli_fail(c, QL_ERR_ARGUMENT, "There is no key for %s. Put it into the environment: export %s=...", c->value[CLI_provider], name);
}

int cli_models_players(cli *c, ql_value *request) {
  static const struct {
    cli_option option;
    const char *field;
  } FIELDS[] = {{CLI_base_url, "base_url"},
                {CLI_fallback, "fallback"},
                {CLI_model, "model"},
                {CLI_provider, "provider"},
                {CLI_reasoning, "reasoning"}};
  ql_value *player = ql_object(c->a), *players = ql_array(c->a);
  for (size_t i = 0; i < QL_COUNT(FIELDS); i++) {
    const char *given = c->value[FIELDS[i].option];
    if (!given) continue;
    if (!c->value[CLI_provider])
      return cli_fail(c, QL_ERR_ARGUMENT, "--model, --base-url, --fallback and --reasoning belong to --provider.");
    ql_set_literal(player, FIELDS[i].field, ql_string(c->a, cli_clean(c, given)));
  }
  if (!c->value[CLI_provider]) return CLI_DONE;
  if (!c->value[CLI_model])
    return cli_fail(c, QL_ERR_ARGUMENT, "--provider needs --model NAME. `questline models --provider NAME` lists what there is.");
  QL_SET(player, "agent", ql_string(c->a, QL_STR("*")));
  ql_push(players, player);
  QL_SET(request, "players", players);
  return ql_arena_failed(c->a) ? cli_no_memory(c) : check_key(c);
}

/* ---- what comes ---- */

static bool hand_back(cli_models *m, ql_value *result, int64_t id, ql_arena *a) {
  ql_error err = {0};
  QL_SET(result, "id", ql_int(a, id));
  if (ql_arena_failed(a))
    m->failed = cli_no_memory(m->c);
  else if (ql_driver_result(m->driver, cli_now(), result, &err) != QL_OK)
    m->failed = cli_fail_error(m->c, &err, NULL);
  return m->failed == CLI_DONE;
}

static bool take_head(void *ctx, int64_t id, int status, const ql_value *headers, ql_arena *a) {
  ql_value *result = ql_object(a);
  QL_SET(result, "headers", ql_copy(a, headers));
  QL_SET(result, "status", ql_int(a, status));
  return hand_back(ctx, result, id, a);
}

static void tell_problem(cli_models *m, const ql_value *item) {
  cli_models_wipe(m);
  fputs("questline: ", stderr);
  cli_put(stderr, ql_get_str(item, QL_STR("server")));
  fputs(": ", stderr);
  cli_put(stderr, ql_get_str(item, QL_STR("problem")));
  fputc('\n', stderr);
}

/* An answer begins: of another agent that is asked meanwhile, or of the one who answers, on a line of its own. */
static void tell_beginning(cli_models *m, ql_str other) {
  char name[sizeof m->other];
  snprintf(name, sizeof name, "%.*s", (int)other.len, other.ptr ? other.ptr : "");
  if (m->begun) putchar('\n');
  if (other.ptr) m->begun = false;
  if (other.ptr && strcmp(name, m->other) != 0) {
    cli_models_wipe(m);
    (void)fflush(stdout);
    fputs("questline: ", stderr);
    cli_put(stderr, other);
    fputs(" is asked.\n", stderr);
  }
  memcpy(m->other, name, sizeof name);
}

static void print_news(cli_models *m) {
  ql_error err = {0};
  ql_value *deltas = NULL;
  if (!m->words && !m->servers) return;
  ql_arena_reset(m->step);
  if (ql_driver_deltas(m->driver, m->step, &deltas, &err) != QL_OK) {
    m->failed = cli_fail_error(m->c, &err, NULL);
    return;
  }
  for (const ql_value *item = deltas->first; item; item = item->next) {
    const ql_value *delta = QL_GET(item, "delta");
    ql_str kind = ql_get_str(delta, QL_STR("kind")), other = ql_get_str(item, QL_STR("agent"));
    if (QL_GET(item, "problem")) tell_problem(m, item);
    if (m->words && !delta && !QL_GET(item, "server")) tell_beginning(m, other);
    if (!m->words || other.ptr || (!ql_eq(kind, QL_STR("text")) && !ql_eq(kind, QL_STR("refusal")))) continue;
    cli_models_wipe(m);
    cli_put_piece(stdout, ql_get_str(delta, QL_STR("text")));
    m->begun = true;
  }
  (void)fflush(stdout);
}

static bool take_bytes(void *ctx, int64_t id, ql_str bytes) {
  cli_models *m = ctx;
  ql_error err = {0};
  m->bytes += bytes.len;
  if (ql_driver_bytes(m->driver, id, bytes, &err) != QL_OK) m->failed = cli_fail_error(m->c, &err, NULL);
  if (m->failed == CLI_DONE) print_news(m);
  return m->failed == CLI_DONE;
}

static void take_end(void *ctx, int64_t id, const char *outcome, const char *problem) {
  cli_models *m = ctx;
  ql_arena_reset(m->step);
  ql_value *result = ql_object(m->step);
  QL_SET(result, "outcome", ql_string(m->step, (ql_str){outcome, strlen(outcome)}));
  if (problem) QL_SET(result, "problem", ql_string(m->step, cli_clean(m->c, problem)));
  (void)hand_back(m, result, id, m->step);
}

/* ---- effects ---- */

int cli_models_open(cli *c, ql_driver *driver, const ql_value *request, bool words, cli_models *out) {
  *out = (cli_models){
      .c = c, .driver = driver, .words = words, .servers = c->value[CLI_mcp] != NULL, .progress = !c->json && isatty(STDERR_FILENO)};
  if (!QL_GET(request, "players")) return CLI_DONE;
  out->step = ql_arena_new(ql_alloc_libc());
  if (!out->step) return cli_no_memory(c);
  out->http = cli_http_new((cli_http_listener){.ctx = out, .head = take_head, .bytes = take_bytes, .end = take_end});
  return out->http ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "HTTP cannot be set up.");
}

void cli_models_close(cli_models *models) {
  cli_models_wipe(models);
  cli_http_free(models->http);
  ql_arena_free(models->step);
}

int cli_models_ask(cli_models *models, const ql_value *effect) {
  if (cli_http_open(models->http) == 0) {
    models->since = cli_monotonic();
    models->bytes = 0;
  }
  return cli_http_send(models->c, models->http, ql_get_int(effect, QL_STR("id"), 0), QL_GET(effect, "request"));
}

int cli_models_cancel(cli_models *models, const ql_value *effect) {
  cli_http_cancel(models->http, ql_get_int(effect, QL_STR("cancels"), 0));
  return models->failed;
}

void cli_models_wipe(cli_models *models) {
  if (models->standing) fputs("\r\033[K", stderr);
  models->standing = false;
}

static void show_progress(cli_models *models) {
  char bytes[CLI_COUNT_MAX];
  size_t open = cli_http_open(models->http);
  if (!models->progress || models->begun || open == 0) return;
  fprintf(stderr, "\r\033[K%zu answer%s under way, %s bytes, %lld s", open, cli_plural((int64_t)open),
          cli_count(bytes, (int64_t)models->bytes), (long long)((cli_monotonic() - models->since) / 1000));
  models->standing = true;
}

static int wait_here(cli_models *models, cli_tools *tools, int64_t ms) {
  int fds[CLI_WAIT_MAX];
  size_t count = cli_tools_fds(tools, fds, CLI_WAIT_MAX);
  cli_http_wait(models->http, cli_tools_due(tools, ms), fds, count);
  if (models->failed != CLI_DONE || cli_interrupted()) return models->failed;
  print_news(models);
  if (cli_tools_asking(tools)) cli_models_wipe(models);
  if (!cli_tools_asking(tools)) show_progress(models);
  ql_arena_reset(models->step);
  int code = cli_tools_step(tools, models->step);
  return code != CLI_DONE ? code : models->failed;
}

int cli_models_wait(cli_models *models, cli_tools *tools, const ql_value *effect) {
  int64_t until = ql_get_int(effect, QL_STR("until"), -1), left = until - cli_now();
  if (models->http && (cli_http_open(models->http) > 0 || cli_tools_busy(tools)))
    return wait_here(models, tools, until < 0 ? 1000 : left > 0 ? left : 0);
  if (until < 0) return CLI_NOT_YET;
  if (left >= 2000) cli_note("questline: The model is asked again in %lld s.", (long long)(left / 1000));
  (void)cli_sleep(left);
  return CLI_DONE;
}
