/* The driver plans in front of a quest that is never written: what it asks for beside the model is acknowledged and forgotten. */
#include "planner.h"

#include <questline/driver.h>
#include <questline/plan_model.h>

#include "base/text.h"
#include "models.h"
#include "tools.h"

typedef struct planning {
  cli *c;
  ql_driver *driver;
  cli_models models;
  cli_tools tools; /* none: a plan is made of words */
} planning;

static int hand_back(planning *p, const ql_value *effect, ql_value *result) {
  ql_error err = {0};
  QL_SET(result, "id", ql_int(p->c->a, ql_get_int(effect, QL_STR("id"), 0)));
  if (ql_arena_failed(p->c->a)) return cli_no_memory(p->c);
  return ql_driver_result(p->driver, cli_now(), result, &err) == QL_OK ? CLI_DONE : cli_fail_error(p->c, &err, NULL);
}

static int give_random(planning *p, const ql_value *effect) {
  uint8_t bytes[QL_ENTROPY_BYTES];
  char text[(sizeof bytes * 4 + 2) / 3];
  ql_value *result = ql_object(p->c->a);
  if (!cli_random(bytes, sizeof bytes)) return cli_fail_errno(p->c, "get", "random bytes");
  QL_SET(result, "bytes", ql_string(p->c->a, (ql_str){text, ql_base64url_write(text, bytes, sizeof bytes)}));
  return hand_back(p, effect, result);
}

static int acknowledge(planning *p, const ql_value *effect) {
  ql_value *result = ql_object(p->c->a);
  QL_SET(result, "outcome", ql_string(p->c->a, QL_STR("ok")));
  return hand_back(p, effect, result);
}

static int tell_failure(planning *p, const ql_value *effect) {
  ql_str words = ql_get_str(effect, QL_STR("answer")), raw = ql_get_str(effect, QL_STR("raw"));
  cli_models_wipe(&p->models);
  if (raw.ptr && !p->c->json) {
    cli_note("questline: This is what the model wrote:");
    cli_put_block(stderr, raw, "  ");
  }
  return cli_fail(p->c, QL_ERR_STATE, "%.*s", (int)words.len, words.ptr);
}

static int go_on(planning *p, const ql_plan **out) {
  cli *c = p->c;
  ql_error err = {0};
  for (;;) {
    ql_value *effect;
    int code = CLI_DONE;
    if (cli_interrupted()) {
      cli_models_wipe(&p->models);
      return cli_stop(c);
    }
    if (ql_driver_next(p->driver, c->a, cli_now(), &effect, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
    ql_str kind = ql_get_str(effect, QL_STR("kind"));
    if (ql_eq(kind, QL_STR("ask.human"))) {
      cli_models_wipe(&p->models);
      return ql_plan_from_value(c->a, QL_GET(effect, "plan"), out, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
    }
    if (ql_eq(kind, QL_STR("answer"))) return tell_failure(p, effect);
    if (ql_eq(kind, QL_STR("random")))
      code = give_random(p, effect);
    else if (ql_eq(kind, QL_STR("log.append")))
      code = acknowledge(p, effect);
    else if (ql_eq(kind, QL_STR("http.request")))
      code = cli_models_ask(&p->models, effect);
    else if (ql_eq(kind, QL_STR("effect.cancel")))
      code = cli_models_cancel(&p->models, effect);
    else
      code = cli_models_wait(&p->models, &p->tools, effect);
    if (code != CLI_DONE) return code;
  }
}

int cli_ask_plan(cli *c, const ql_roster *roster, ql_str leader, ql_str objective, const ql_plan **out) {
  cli_work work = {.c = c};
  planning p = {.c = c};
  ql_error err = {0};
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_value *request = ql_object(c->a);
  QL_SET(request, "agent", ql_string(c->a, leader));
  QL_SET(request, "mode", ql_string(c->a, QL_STR("prequest")));
  QL_SET(request, "text", ql_string(c->a, objective));
  int code = quest && !ql_arena_failed(c->a) ? cli_models_players(c, request) : cli_no_memory(c);
  if (code == CLI_DONE) code = cli_work_documents(c, roster, leader, request);
  if (code == CLI_DONE && ql_driver_new(ql_alloc_libc(), quest, roster, request, &p.driver, &err) != QL_OK)
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) code = cli_models_open(c, p.driver, request, false, &p.models);
  cli_tools_open(c, p.driver, &work, &p.tools);
  if (code == CLI_DONE) code = go_on(&p, out);
  cli_tools_close(&p.tools);
  cli_models_close(&p.models);
  ql_driver_free(p.driver);
  ql_quest_free(quest);
  return code;
}
