/* chat: a conversation with one agent. models: what a provider has, which is also the test of the connection to it. */
#include <questline/driver.h>
#include <questline/llm.h>
#include <questline/roster.h>

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "kit.h"
#include "store.h"

/* ---- chat ---- */

typedef struct talk {
  cli *c;
  const ql_roster *roster;
  ql_str agent;
  ql_value *history; /* shape ModelMessage[] */
  bool person;       /* who reads and writes at a terminal */
  bool stopped;      /* and stopped this answer */
} talk;

static void remember(talk *t, ql_str role, ql_str words) {
  ql_arena *a = t->c->a;
  ql_value *message = ql_push(t->history, ql_object(a)), *parts = ql_array(a), *part = ql_push(parts, ql_object(a));
  QL_SET(part, "kind", ql_string(a, QL_STR("text")));
  QL_SET(part, "text", ql_string(a, ql_arena_str(a, words)));
  QL_SET(message, "parts", parts);
  QL_SET(message, "role", ql_string(a, role));
}

static int finish(talk *t, const cli_models *models, const ql_value *effect) {
  cli *c = t->c;
  ql_str answer = ql_get_str(effect, QL_STR("answer"));
  if (ql_get_bool(effect, QL_STR("failed"))) {
    if (models->begun) putchar('\n');
    return cli_fail(c, QL_ERR_STATE, "%.*s", (int)answer.len, answer.ptr);
  }
  if (c->json) return cli_json(c, effect);
  if (models->begun)
    putchar('\n');
  else if (!t->stopped)
    cli_put_block(stdout, answer, "");
  if (t->stopped) cli_note("questline: Stopped. Ctrl-C at the prompt leaves.");
  return CLI_DONE;
}

/* Ctrl-C ends the answer of a conversation at a terminal, and everything else at once. What came until then is the answer. */
static int stop(talk *t, ql_driver *driver, cli_kit *kit) {
  ql_error err = {0};
  ql_value *steer = ql_object(t->c->a);
  cli_models_wipe(&kit->models);
  QL_SET(steer, "how", ql_string(t->c->a, QL_STR("stop")));
  if (!t->person || t->stopped || !cli_take_interrupt()) {
    if (kit->models.begun) putchar('\n');
    (void)fflush(stdout);
    return cli_stop(t->c);
  }
  t->stopped = true;
  /* Where nobody is at work, the answer is whole. */
  return ql_driver_steer(driver, steer, &err) == QL_OK || err.status == QL_ERR_NOT_FOUND ? CLI_DONE : cli_fail_error(t->c, &err, NULL);
}

static int answer(talk *t, ql_driver *driver, cli_kit *kit, ql_str *words) {
  ql_error err = {0};
  for (;;) {
    ql_value *effect;
    bool mine = false;
    int code = cli_interrupted() ? stop(t, driver, kit) : CLI_DONE;
    if (code == CLI_DONE && t->stopped) code = cli_tools_refuse(&kit->tools, t->c->a);
    if (code != CLI_DONE) return code;
    if (ql_driver_next(driver, t->c->a, cli_now(), &effect, &err) != QL_OK) return cli_fail_error(t->c, &err, NULL);
    code = cli_kit_save(kit);
    if (code != CLI_DONE) return code;
    if (ql_eq(ql_get_str(effect, QL_STR("kind")), QL_STR("answer"))) {
      *words = ql_arena_str(t->c->a, ql_get_str(effect, QL_STR("answer"))); /* the driver does not last */
      return finish(t, &kit->models, effect);
    }
    code = cli_kit_perform(kit, t->c->a, effect, &mine);
    if (!mine) return cli_fail(t->c, QL_ERR_STATE, "The driver asked for something that a conversation does not need.");
    if (code != CLI_DONE) return code;
  }
}

static int say(talk *t, ql_str words) {
  cli *c = t->c;
  ql_error err = {0};
  ql_value *request = ql_object(c->a);
  ql_str said = QL_ABSENT;
  ql_driver *driver = NULL;
  cli_kit kit = {0};
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  t->stopped = false;
  QL_SET(request, "agent", ql_string(c->a, t->agent));
  QL_SET(request, "history", ql_copy(c->a, t->history));
  QL_SET(request, "mode", ql_string(c->a, QL_STR("normal")));
  QL_SET(request, "text", ql_string(c->a, words));
  int code = quest ? cli_models_players(c, request) : cli_no_memory(c);
  if (code == CLI_DONE && ql_driver_new(ql_alloc_libc(), quest, t->roster, request, &driver, &err) != QL_OK)
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) code = cli_kit_open(c, driver, request, !c->json, &kit);
  if (code == CLI_DONE) code = answer(t, driver, &kit, &said);
  if (kit.work.workspace && cli_work_save(&kit.work, NULL) != CLI_DONE && code == CLI_DONE) code = CLI_FAILED;
  cli_work_note(&kit.work);
  cli_kit_close(&kit);
  ql_driver_free(driver);
  ql_quest_free(quest);
  if (code != CLI_DONE || (t->stopped && said.len == 0)) return code;
  remember(t, QL_STR("user"), words);
  remember(t, QL_STR("assistant"), said);
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

/* Line by line from stdin, until it ends. What goes wrong with one is said, and the conversation goes on. */
static int converse(talk *t) {
  char line[65536];
  bool person = isatty(STDIN_FILENO);
  int code = CLI_DONE;
  t->person = person;
  for (;;) {
    if (person) fputs("> ", stderr);
    if ((person && !cli_wait_input()) || !fgets(line, sizeof line, stdin)) break;
    ql_str words = ql_trim(cli_clean(t->c, line));
    if (words.len == 0) continue;
    code = say(t, words);
    if (code == CLI_INTERRUPTED || (code != CLI_DONE && !person)) return code;
  }
  if (person) fputc('\n', stderr);
  return cli_interrupted() ? CLI_INTERRUPTED : code;
}

int cli_chat(cli *c) {
  ql_roster *roster;
  const ql_agent *agent;
  int code = cli_open_team(c, CLI_agent, &roster, &agent);
  if (code != CLI_DONE) return code;
  talk t = {.c = c, .roster = roster, .agent = agent->id, .history = ql_array(c->a)};
  ql_str words;
  if (c->operand_count == 0) {
    code = converse(&t);
  } else {
    code = cli_text_within(c, "The question", c->operands[0], QL_REQUEST_BYTES_MAX, &words);
    if (code == CLI_DONE) code = say(&t, words);
  }
  ql_roster_free(roster);
  return code;
}

/* ---- models ---- */

typedef struct listing {
  cli *c;
  int status; /* 0: no answer came */
  ql_buf body;
  ql_str problem;
} listing;

static bool take_head(void *ctx, int64_t id, int status, const ql_value *headers, ql_arena *a) {
  (void)id;
  (void)headers;
  (void)a;
  ((listing *)ctx)->status = status;
  return true;
}

static bool take_bytes(void *ctx, int64_t id, ql_str bytes) {
  listing *l = ctx;
  (void)id;
  if (l->body.len + bytes.len > QL_JSON_BYTES_MAX) return false;
  ql_buf_add(&l->body, bytes);
  return !l->body.failed;
}

static void take_end(void *ctx, int64_t id, const char *outcome, const char *problem) {
  listing *l = ctx;
  (void)id;
  (void)outcome;
  if (problem) l->problem = cli_clean(l->c, problem);
}

static int ask(listing *l, const ql_value *request) {
  cli_http *http = cli_http_new((cli_http_listener){.ctx = l, .head = take_head, .bytes = take_bytes, .end = take_end});
  if (!http) return cli_fail(l->c, QL_ERR_STATE, "HTTP cannot be set up.");
  int code = cli_http_send(l->c, http, 1, request);
  while (code == CLI_DONE && cli_http_open(http) > 0) {
    cli_http_wait(http, 1000, NULL, 0);
    if (cli_interrupted()) code = cli_stop(l->c);
  }
  cli_http_free(http);
  return code;
}

static int show(cli *c, const ql_value *test) {
  const ql_value *models = QL_GET(test, "models");
  bool ok = ql_eq(ql_get_str(test, QL_STR("cause")), QL_STR("ok"));
  if (c->json) {
    int code = cli_json(c, test);
    return code != CLI_DONE || ok ? code : CLI_FAILED;
  }
  for (const ql_value *model = models ? models->first : NULL; model; model = model->next) {
    cli_put(stdout, ql_get_str(model, QL_STR("id")));
    putchar('\n');
  }
  if (ok) return CLI_DONE;
  ql_str message = ql_get_str(test, QL_STR("message")), command = ql_get_str(test, QL_STR("command"));
  int code = cli_fail(c, QL_ERR_STATE, "%.*s", (int)message.len, message.ptr);
  if (command.ptr) cli_note("  %.*s", (int)command.len, command.ptr);
  return code;
}

int cli_models_list(cli *c) {
  ql_error err = {0};
  ql_value *request = NULL, *attempt = ql_object(c->a), *test = NULL;
  ql_str provider = cli_clean(c, c->value[CLI_provider]), base = c->value[CLI_base_url] ? cli_clean(c, c->value[CLI_base_url]) : QL_ABSENT;
  if (ql_llm_models_request(c->a, provider, base, &request, &err) != QL_OK) return cli_fail_error(c, &err, "--provider");
  char name[128];
  const ql_value *secret = QL_GET(request, "secret");
  bool has_key = secret && cli_http_key(ql_get_str(secret, QL_STR("slot")), name, sizeof name);
  listing l = {.c = c, .body = ql_buf_new(ql_alloc_libc())};
  int code = ask(&l, request);
  if (base.ptr) QL_SET(attempt, "base_url", ql_string(c->a, base));
  QL_SET(attempt, "body", ql_string(c->a, ql_buf_str(&l.body)));
  QL_SET(attempt, "has_key", ql_bool(c->a, has_key));
#ifdef __APPLE__
  QL_SET(attempt, "platform", ql_string(c->a, QL_STR("macos")));
#endif
  if (l.problem.ptr) QL_SET(attempt, "problem", ql_string(c->a, l.problem));
  QL_SET(attempt, "provider", ql_string(c->a, provider));
  if (l.status > 0) QL_SET(attempt, "status", ql_int(c->a, l.status));
  if (code == CLI_DONE) code = ql_llm_models_read(c->a, attempt, &test, &err) == QL_OK ? show(c, test) : cli_fail_error(c, &err, NULL);
  ql_buf_free(&l.body);
  return code;
}
