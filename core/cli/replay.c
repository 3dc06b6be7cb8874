#include "replay.h"

#include <questline/plan.h>

#include <string.h>

#include "base/text.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

int cli_recorded_request(cli *c, const ql_quest *recorded, ql_value **out) {
  ql_error err = {0};
  const ql_value *create = QL_GET(ql_quest_event(recorded, c->a, 0), "data"), *agents = QL_GET(create, "agents");
  ql_str mission = text_of(create, "mission"), brief = text_of(create, "brief"), policy = text_of(create, "policy");
  const ql_plan *plan = NULL;
  if (!agents || !agents->first) return ql_arena_failed(c->a) ? cli_no_memory(c) : cli_fail(c, QL_ERR_STATE, "There is no first event.");
  if (!mission.ptr) return cli_fail(c, QL_ERR_STATE, "What was asked for is withheld in this log, so it cannot be asked again.");
  if (brief.ptr && ql_plan_read(c->a, brief, &plan, &err) != QL_OK) return cli_fail_error(c, &err, "the plan in the log");
  ql_value *request = ql_object(c->a);
  QL_SET(request, "agent", ql_string(c->a, agents->first->text));
  QL_SET(request, "mode", ql_string(c->a, QL_STR("quest")));
  if (plan) QL_SET(request, "plan", ql_plan_value(c->a, plan));
  QL_SET(request, "policy", ql_string(c->a, policy));
  QL_SET(request, "text", ql_string(c->a, mission));
  *out = request;
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

int cli_count_calls(cli *c, const ql_quest *quest, const ql_quest *recorded, cli_calls *out) {
  *out = (cli_calls){0};
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *event = ql_quest_event(quest, c->a, n), *data = QL_GET(event, "data"), *reply = QL_GET(data, "reply");
    const ql_value *offers = QL_GET(data, "offers");
    if (!event) return cli_no_memory(c);
    out->offers_withheld |= offers && offers->kind != QL_STRING;
    if (!ql_eq(text_of(event, "type"), QL_STR("done"))) continue;
    int64_t from = ql_get_int(data, QL_STR("recalled"), -1);
    out->withheld |= reply && reply->kind != QL_STRING;
    out->answered |= reply && reply->kind == QL_STRING;
    out->asked += from < 0;
    out->recalled += from >= 0;
    const ql_value *then = recorded && from >= 0 ? QL_GET(ql_quest_event(recorded, c->a, from), "data") : NULL;
    out->tokens += ql_get_int(then, QL_STR("input"), 0) + ql_get_int(then, QL_STR("output"), 0);
    out->micro += ql_get_int(then, QL_STR("micro"), 0);
  }
  return CLI_DONE;
}

/* ---- playing ---- */

/* What the recording does not tell is not done here either: such an effect ends as if nobody were there. */
static ql_value *result_of(ql_arena *a, const ql_value *effect) {
  ql_str kind = text_of(effect, "kind");
  ql_value *result = ql_object(a);
  QL_SET(result, "id", ql_int(a, ql_get_int(effect, QL_STR("id"), 0)));
  if (ql_eq(kind, QL_STR("random"))) {
    uint8_t bytes[256];
    char text[(sizeof bytes * 4 + 2) / 3];
    size_t len = (size_t)ql_get_int(effect, QL_STR("n"), 0);
    if (len > sizeof bytes || !cli_random(bytes, len)) return NULL;
    QL_SET(result, "bytes", ql_string(a, ql_arena_str(a, (ql_str){text, ql_base64url_write(text, bytes, len)})));
  } else if (ql_eq(kind, QL_STR("log.append")) || ql_eq(kind, QL_STR("blob.put"))) {
    QL_SET(result, "outcome", ql_string(a, QL_STR("ok")));
  } else if (ql_eq(kind, QL_STR("ask.human"))) {
    ql_value *command = ql_object(a);
    QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
    QL_SET(command, "type", ql_string(a, QL_STR("approve")));
    QL_SET(result, "command", command);
  } else if (ql_eq(kind, QL_STR("ask.tool"))) {
    QL_SET(result, "allowed", ql_bool(a, false));
  } else if (ql_eq(kind, QL_STR("http.request")) || ql_eq(kind, QL_STR("tool.run"))) {
    QL_SET(result, "outcome", ql_string(a, QL_STR("cancelled")));
  } else {
    return NULL;
  }
  return result;
}

static int play(cli *c, ql_driver *driver, const ql_quest *fresh, ql_arena *step) {
  ql_error err = {0};
  int64_t asked_at = -1; /* events when the owner was asked last: asked again without one in between, yes was not accepted */
  for (;;) {
    ql_value *effect;
    if (cli_interrupted()) return cli_stop(c);
    ql_arena_reset(step);
    if (ql_driver_next(driver, step, cli_now(), &effect, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
    ql_str kind = text_of(effect, "kind");
    if (ql_eq(kind, QL_STR("effect.cancel")) || ql_eq(kind, QL_STR("partial.put"))) continue;
    if (ql_eq(kind, QL_STR("answer"))) {
      ql_str words = text_of(effect, "answer");
      return cli_fail(c, QL_ERR_STATE, "%.*s", (int)words.len, words.ptr);
    }
    if (ql_eq(kind, QL_STR("ask.human"))) {
      ql_str question = text_of(effect, "question");
      if (asked_at == ql_quest_count(fresh)) return cli_fail(c, QL_ERR_STATE, "%.*s", (int)question.len, question.ptr);
      asked_at = ql_quest_count(fresh);
    }
    const ql_value *result = result_of(step, effect);
    if (!result) return ql_arena_failed(step) ? cli_no_memory(c) : CLI_DONE; /* wait, or done */
    if (ql_driver_result(driver, cli_now(), result, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  }
}

int cli_replay(cli *c, const ql_quest *recorded, const ql_roster *roster, const ql_value *request, const ql_driver_kit *kit,
               ql_quest *fresh) {
  ql_error err = {0};
  ql_driver *driver = NULL;
  ql_arena *step = ql_arena_new(ql_alloc_libc());
  int code = step ? CLI_DONE : cli_no_memory(c);
  if (code == CLI_DONE && (ql_driver_new(ql_alloc_libc(), fresh, roster, request, &driver, &err) != QL_OK ||
                           ql_driver_use(driver, kit, &err) != QL_OK || ql_driver_recall(driver, recorded, true, &err) != QL_OK))
    code = cli_fail_error(c, &err, NULL);
  if (code == CLI_DONE) code = play(c, driver, fresh, step);
  ql_driver_free(driver);
  ql_arena_free(step);
  return code;
}

/* ---- comparing ---- */

/* What a move is: not who had to be asked for it, when, how often, and at what cost. */
static bool is_move(const ql_value *event) {
  static const char *const OTHERS[] = {"create", "start", "done", "usage", "tick", "pause", "resume", "claim", "release"};
  ql_str type = text_of(event, "type");
  for (size_t i = 0; i < QL_COUNT(OTHERS); i++)
    if (ql_eq(type, (ql_str){OTHERS[i], strlen(OTHERS[i])})) return false;
  return true;
}

static ql_value *next_move(cli *c, const ql_quest *quest, int64_t *n) {
  while (*n < ql_quest_count(quest)) {
    ql_value *event = ql_quest_event(quest, c->a, (*n)++);
    if (!event || is_move(event)) return event;
  }
  return NULL;
}

/* Without the digest of the words, which is keyed anew in each quest. */
static ql_str data_of(cli *c, const ql_value *event) {
  const ql_value *data = QL_GET(event, "data");
  ql_value *plain = ql_object(c->a);
  for (const ql_value *item = data ? data->first : NULL; item; item = item->next)
    if (!ql_eq(item->key, QL_STR("same"))) ql_set(plain, item->key, ql_copy(c->a, item));
  return ql_value_text(c->a, plain);
}

static bool is_same(cli *c, const ql_value *left, const ql_value *right) {
  ql_str one = data_of(c, left), other = data_of(c, right);
  return ql_eq(text_of(left, "by"), text_of(right, "by")) && ql_eq(text_of(left, "type"), text_of(right, "type")) && ql_eq(one, other);
}

int cli_moves_part(cli *c, const ql_quest *left, const ql_quest *right, ql_value **out) {
  int64_t l = 1, r = 1;
  *out = NULL;
  for (;;) {
    ql_value *one = next_move(c, left, &l), *other = next_move(c, right, &r);
    if (ql_arena_failed(c->a)) return cli_no_memory(c);
    if (!one && !other) return CLI_DONE;
    if (one && other && is_same(c, one, other)) continue;
    *out = ql_object(c->a);
    if (one) QL_SET(*out, "left", one);
    if (other) QL_SET(*out, "right", other);
    return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
  }
}
