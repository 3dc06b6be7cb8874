/* record: the log of a quest as a test. test: plays such logs again without a model, and tells what is different now. */
#include <questline/llm.h>
#include <questline/roster.h>

#include <string.h>

#include "base/text.h"
#include "memory_file.h"
#include "models.h"
#include "replay.h"
#include "store.h"
#include "work.h"

static ql_str text_of(const ql_value *object, const char *key) { return ql_get_str(object, (ql_str){key, strlen(key)}); }

/* ---- record ---- */

static int check_recording(cli *c, const ql_quest *quest, cli_calls *calls) {
  ql_value *request;
  int code = cli_recorded_request(c, quest, &request);
  if (code == CLI_DONE) code = cli_count_calls(c, quest, NULL, calls);
  if (code != CLI_DONE) return code;
  if (calls->withheld) return cli_fail(c, QL_ERR_STATE, "Answers of models are withheld in this log, so it cannot be played again.");
  if (calls->offers_withheld)
    return cli_fail(c, QL_ERR_STATE,
                    "The definitions of tools that MCP servers offered are withheld in this log, so it cannot be played again.");
  if (!calls->answered)
    return cli_fail(
        c, QL_ERR_STATE,
        "No answer of a model stands in this log, so it cannot be played again. Answers of a rehearsal are made up anew each time.");
  return CLI_DONE;
}

int cli_record(cli *c) {
  const char *path, *out = c->value[CLI_out];
  cli_log log = {.fd = -1};
  cli_calls calls;
  int code = cli_store_find(c, c->operands[0], &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, false, &log);
  if (code == CLI_DONE) code = check_recording(c, log.quest, &calls);
  if (code == CLI_DONE) code = cli_write_file(c, out, ql_quest_log(log.quest));
  if (code == CLI_DONE && c->json) {
    ql_value *answer = ql_object(c->a);
    QL_SET(answer, "calls", ql_int(c->a, calls.asked + calls.recalled));
    QL_SET(answer, "events", ql_int(c->a, ql_quest_count(log.quest)));
    QL_SET(answer, "file", ql_string(c->a, cli_clean(c, out)));
    code = cli_json(c, answer);
  } else if (code == CLI_DONE) {
    printf("%s: %lld events, %lld calls with their answers. Play it again with: questline test --specs DIR %s\n", out,
           (long long)ql_quest_count(log.quest), (long long)(calls.asked + calls.recalled), out);
  }
  cli_log_close(&log);
  return code;
}

/* ---- who played ---- */

/* What a log says of the model of a seat: the one that answered it first. */
static ql_str model_of(cli *c, const ql_quest *quest, ql_str seat) {
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    const ql_value *data = QL_GET(ql_quest_event(quest, c->a, n), "data"), *start;
    ql_str model = text_of(data, "model");
    if (!model.ptr || ql_get_int(data, QL_STR("start"), -1) < 0) continue;
    start = QL_GET(ql_quest_event(quest, c->a, ql_get_int(data, QL_STR("start"), 0)), "data");
    if (!seat.ptr || ql_eq(text_of(start, "seat"), seat)) return model;
  }
  return QL_ABSENT;
}

static void add_player(cli *c, ql_value *players, ql_str agent, const ql_value *provider, ql_str model) {
  ql_value *player = ql_object(c->a);
  QL_SET(player, "agent", ql_string(c->a, agent));
  if (text_of(provider, "base_url").len == 0) QL_SET(player, "base_url", ql_string(c->a, QL_STR("http://127.0.0.1")));
  QL_SET(player, "model", ql_string(c->a, model));
  QL_SET(player, "provider", ql_string(c->a, text_of(provider, "id")));
  if (c->value[CLI_reasoning]) QL_SET(player, "reasoning", ql_string(c->a, cli_clean(c, c->value[CLI_reasoning])));
  ql_push(players, player);
}

static ql_value *players_of(cli *c, const ql_quest *quest, const ql_value *provider, ql_str model) {
  ql_value *players = ql_array(c->a);
  const ql_value *agents = QL_GET(QL_GET(ql_quest_event(quest, c->a, 0), "data"), "agents");
  for (const ql_value *agent = agents ? agents->first : NULL; agent; agent = agent->next) {
    ql_str own = c->value[CLI_model] ? QL_ABSENT : model_of(c, quest, agent->text);
    if (own.ptr) add_player(c, players, agent->text, provider, own);
  }
  add_player(c, players, QL_STR("*"), provider, model);
  return players;
}

/* ---- one recording ---- */

typedef struct trial {
  cli *c;
  const ql_roster *roster;
  ql_driver_kit kit;
  const ql_quest *recorded;
} trial;

typedef struct outcome {
  ql_quest *quest;
  cli_calls calls;
  ql_value *part; /* NULL: every move is the same */
} outcome;

static int play(const trial *t, const ql_value *request, outcome *out) {
  cli *c = t->c;
  *out = (outcome){.quest = ql_quest_new(ql_alloc_libc())};
  int code = out->quest ? cli_replay(c, t->recorded, t->roster, request, &t->kit, out->quest) : cli_no_memory(c);
  if (code == CLI_DONE) code = cli_count_calls(c, out->quest, NULL, &out->calls);
  if (code == CLI_DONE) code = cli_moves_part(c, t->recorded, out->quest, &out->part);
  return code;
}

/* Which provider's words the requests were in stands in no log: the one whose requests are found in it. */
static int try_providers(const trial *t, ql_value *request, ql_str model, outcome *best) {
  cli *c = t->c;
  ql_value *providers = NULL;
  ql_error err = {0};
  int code = ql_llm_providers(c->a, &providers, &err) == QL_OK ? CLI_DONE : cli_fail_error(c, &err, NULL);
  ql_str wanted = c->value[CLI_provider] ? cli_clean(c, c->value[CLI_provider]) : QL_ABSENT;
  bool known = false;
  for (const ql_value *p = code == CLI_DONE ? providers->first : NULL; p && code == CLI_DONE; p = p->next) {
    if (wanted.ptr && !ql_eq(wanted, text_of(p, "id"))) continue;
    known = true;
    outcome now;
    QL_SET(request, "players", players_of(c, t->recorded, p, model));
    code = play(t, request, &now);
    bool better = code == CLI_DONE && (!best->quest || !now.part || now.calls.recalled > best->calls.recalled);
    ql_quest_free(better ? best->quest : now.quest);
    if (better) *best = now;
    if (code == CLI_DONE && !best->part) break;
  }
  if (code == CLI_DONE && !known) return cli_fail(c, QL_ERR_ARGUMENT, "There is no provider %s.", c->value[CLI_provider]);
  return code;
}

static int play_recorded(const trial *t, outcome *out) {
  cli *c = t->c;
  ql_value *request;
  cli_calls calls;
  int code = check_recording(c, t->recorded, &calls);
  if (code == CLI_DONE) code = cli_recorded_request(c, t->recorded, &request);
  if (code != CLI_DONE) return code;
  ql_str model = c->value[CLI_model] ? cli_clean(c, c->value[CLI_model]) : model_of(c, t->recorded, QL_ABSENT);
  return try_providers(t, request, model, out);
}

/* ---- what is different ---- */

static ql_str spec_of(const ql_value *specs, ql_str agent) {
  for (const ql_value *pair = specs ? specs->first : NULL; pair; pair = pair->next)
    if (ql_eq(pair->first->text, agent)) return pair->last->text;
  return QL_ABSENT;
}

/* Agents whose file is another one than event 0 names, or is gone. */
static ql_value *changed_specs(cli *c, const ql_quest *recorded, const ql_quest *fresh) {
  const ql_value *then = QL_GET(QL_GET(ql_quest_event(recorded, c->a, 0), "data"), "specs");
  const ql_value *now = QL_GET(QL_GET(ql_quest_event(fresh, c->a, 0), "data"), "specs");
  ql_value *list = ql_array(c->a);
  for (const ql_value *pair = then ? then->first : NULL; pair; pair = pair->next) {
    ql_str hash = spec_of(now, pair->first->text);
    if (hash.ptr && ql_eq(hash, pair->last->text)) continue;
    ql_value *item = ql_push(list, ql_object(c->a));
    QL_SET(item, "agent", ql_string(c->a, pair->first->text));
    if (hash.ptr) QL_SET(item, "now", ql_string(c->a, hash));
    QL_SET(item, "then", ql_string(c->a, pair->last->text));
  }
  return list;
}

/* Why the quest stood still, in the driver's words; absent where it did not. */
static ql_str problem_of(cli *c, const ql_quest *fresh) {
  const ql_value *last = ql_quest_event(fresh, c->a, ql_quest_count(fresh) - 1);
  return ql_eq(text_of(last, "type"), QL_STR("pause")) ? text_of(QL_GET(last, "data"), "reason") : QL_ABSENT;
}

static ql_value *move_of(cli *c, const ql_value *part, const char *side) {
  const ql_value *move = ql_get_literal(part, side);
  return move ? ql_copy(c->a, move) : ql_null(c->a);
}

/* A copy: events borrow from their quests, which do not last. */
static ql_value *verdict_of(cli *c, const char *file, const trial *t, const outcome *o) {
  ql_error err = {0};
  ql_value *verdict = ql_object(c->a), *copy = NULL;
  ql_str problem = o->part ? problem_of(c, o->quest) : QL_ABSENT;
  QL_SET(verdict, "calls", ql_int(c->a, o->calls.recalled));
  if (o->part) QL_SET(verdict, "changed_specs", changed_specs(c, t->recorded, o->quest));
  QL_SET(verdict, "file", ql_string(c->a, cli_clean(c, file)));
  QL_SET(verdict, "ok", ql_bool(c->a, !o->part));
  if (o->part) QL_SET(verdict, "now", move_of(c, o->part, "right"));
  if (problem.ptr) QL_SET(verdict, "problem", ql_string(c->a, problem));
  if (o->part) QL_SET(verdict, "then", move_of(c, o->part, "left"));
  ql_str text = ql_value_text(c->a, verdict);
  return text.ptr && ql_json_read(c->a, text, &copy, &err) == QL_OK ? copy : NULL;
}

static void print_move(const char *when, const ql_value *move) {
  printf("  %s: ", when);
  if (!move || move->kind != QL_OBJECT) {
    puts("nothing more.");
    return;
  }
  printf("event %lld, ", (long long)ql_get_int(move, QL_STR("n"), 0));
  cli_put(stdout, text_of(move, "by"));
  putchar(' ');
  cli_put(stdout, text_of(move, "type"));
  const ql_value *data = QL_GET(move, "data");
  for (const ql_value *item = data ? data->first : NULL; item; item = item->next) {
    if (item->kind != QL_STRING || ql_eq(item->key, QL_STR("same"))) continue;
    fputs(", ", stdout);
    cli_put(stdout, item->key);
    fputs(" \"", stdout);
    cli_put_short(stdout, item->text, 60);
    putchar('"');
  }
  putchar('\n');
}

static void print_verdict(const ql_value *verdict) {
  bool ok = ql_get_bool(verdict, QL_STR("ok"));
  int64_t calls = ql_get_int(verdict, QL_STR("calls"), 0);
  ql_str problem = text_of(verdict, "problem");
  const ql_value *specs = QL_GET(verdict, "changed_specs");
  cli_colour_on(stdout, ok ? CLI_GREEN : CLI_RED);
  fputs(ok ? "same     " : "differs  ", stdout);
  cli_colour_on(stdout, CLI_PLAIN);
  cli_put(stdout, text_of(verdict, "file"));
  if (ok) printf(": %lld call%s taken from it", (long long)calls, cli_plural(calls));
  putchar('\n');
  if (problem.ptr) cli_put_block(stdout, problem, "  ");
  if (!ok && !problem.ptr) {
    print_move("then", QL_GET(verdict, "then"));
    print_move("now", QL_GET(verdict, "now"));
  }
  for (const ql_value *item = specs ? specs->first : NULL; item; item = item->next) {
    ql_str now = text_of(item, "now");
    fputs("  The file of ", stdout);
    cli_put(stdout, text_of(item, "agent"));
    fputs(now.ptr ? " is another one: SHA-256 " : " is not there; it was SHA-256 ", stdout);
    cli_put_short(stdout, ql_slice(text_of(item, "then"), 0, 12), 12);
    if (now.ptr) fputs(" then, ", stdout);
    if (now.ptr) cli_put_short(stdout, ql_slice(now, 0, 12), 12);
    puts(now.ptr ? " now." : ".");
  }
}

/* ---- the command ---- */

/* What goes wrong with one file is its verdict; the others are played all the same. */
static int test_file(trial *t, const char *file, ql_value **verdict) {
  cli *c = t->c;
  const char *path;
  cli_log log = {.fd = -1};
  outcome o = {0};
  c->holds = true;
  c->held = NULL;
  int code = cli_store_find(c, file, &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, false, &log);
  t->recorded = log.quest;
  if (code == CLI_DONE) code = play_recorded(t, &o);
  c->holds = false;
  if (code == CLI_DONE) {
    *verdict = verdict_of(c, file, t, &o);
    if (!*verdict) code = cli_no_memory(c);
  } else if (c->held && code != CLI_INTERRUPTED) {
    *verdict = ql_object(c->a);
    QL_SET(*verdict, "calls", ql_int(c->a, 0));
    QL_SET(*verdict, "file", ql_string(c->a, cli_clean(c, file)));
    QL_SET(*verdict, "ok", ql_bool(c->a, false));
    QL_SET(*verdict, "problem", ql_string(c->a, text_of(c->held, "message")));
    code = CLI_DONE;
  }
  ql_quest_free(o.quest);
  cli_log_close(&log);
  return code;
}

static int test_all(trial *t) {
  cli *c = t->c;
  ql_value *answer = ql_object(c->a), *list = ql_array(c->a);
  int64_t failed = 0;
  for (size_t i = 0; i < c->operand_count; i++) {
    ql_value *verdict = NULL;
    int code = cli_interrupted() ? cli_stop(c) : test_file(t, c->operands[i], &verdict);
    if (code != CLI_DONE) return code;
    failed += !ql_get_bool(verdict, QL_STR("ok"));
    ql_push(list, verdict);
    if (!c->json) print_verdict(verdict);
  }
  if (!c->json) {
    printf("%zu quest%s, %lld differ%s\n", c->operand_count, cli_plural((int64_t)c->operand_count), (long long)failed,
           failed == 1 ? "s" : "");
    return failed > 0 ? CLI_FAILED : CLI_DONE;
  }
  QL_SET(answer, "failed", ql_int(c->a, failed));
  QL_SET(answer, "quests", list);
  int code = cli_json(c, ql_arena_failed(c->a) ? NULL : answer);
  return code != CLI_DONE ? code : failed > 0 ? CLI_FAILED : CLI_DONE;
}

int cli_test(cli *c) {
  ql_roster *roster = NULL;
  cli_work work = {0};
  cli_memory_file memory = {.path = c->value[CLI_remembers]};
  int code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code == CLI_DONE) code = cli_work_open(c, &work);
  if (code == CLI_DONE && memory.path) code = cli_memory_load(c, &memory);
  trial t = {.c = c,
             .roster = roster,
             .kit = {.workspace = work.workspace, .memory = memory.memory, .commands = c->value[CLI_allow_bash] != NULL}};
  if (code == CLI_DONE) code = test_all(&t);
  ql_memory_free(memory.memory);
  cli_work_close(&work);
  ql_roster_free(roster);
  return code;
}
