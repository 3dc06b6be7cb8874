/* run: the host of the core's driver on a terminal. It performs what the driver asks for: random bytes, appends, the owner's yes. */
#include <questline/driver.h>

#include <string.h>

#include "base/text.h"
#include "kit.h"
#include "partial.h"
#include "replay.h"
#include "signing.h"
#include "store.h"

/* A second question without an event in between means that yes was not accepted. */
#define NEVER_ASKED (-1)

typedef struct session {
  cli *c;
  cli_log log;
  ql_driver *driver;
  ql_arena *step; /* of one effect */
  const char *folder;
  int64_t pace;
  int64_t asked_at; /* events when the owner was asked last, or NEVER_ASKED */
  int64_t shown;    /* events told on the terminal */
  bool unpauses;    /* a paused quest is to go on */
  cli_log recorded; /* whose answers are taken; without a quest where there is none */
  cli_kit kit;
} session;

/* What calls cost is in the log and in the reports, but says nothing of what goes on. Which tool is used does. */
static bool is_bookkeeping(const session *s, int64_t n) {
  const ql_value *event = ql_quest_event(s->log.quest, s->step, n);
  ql_str type = ql_get_str(event, QL_STR("type"));
  return ql_eq(type, QL_STR("done")) || (ql_eq(type, QL_STR("start")) && !QL_GET(QL_GET(event, "data"), "tool"));
}

static void print_new_events(session *s) {
  cli_models_wipe(&s->kit.models);
  for (; s->shown < ql_quest_count(s->log.quest); s->shown++)
    if (!s->c->json && !is_bookkeeping(s, s->shown)) cli_print_event(s->c, s->log.quest, s->shown);
  (void)fflush(stdout);
}

/// Hands a result to the driver; result has its members but for the effect's id.
static int answer(session *s, const ql_value *effect, ql_value *result) {
  ql_error err = {0};
  QL_SET(result, "id", ql_int(s->step, ql_get_int(effect, QL_STR("id"), 0)));
  if (ql_arena_failed(s->step)) return cli_no_memory(s->c);
  return ql_driver_result(s->driver, cli_now(), result, &err) == QL_OK ? CLI_DONE : cli_fail_error(s->c, &err, NULL);
}

/* ---- effects ---- */

static int give_random(session *s, const ql_value *effect) {
  uint8_t bytes[256];
  size_t len = (size_t)ql_get_int(effect, QL_STR("n"), 0);
  if (len > sizeof bytes || !cli_random(bytes, len)) return cli_fail_errno(s->c, "get", "random bytes");
  char text[(sizeof bytes * 4 + 2) / 3];
  ql_value *result = ql_object(s->step);
  QL_SET(result, "bytes", ql_string(s->step, (ql_str){text, ql_base64url_write(text, bytes, len)}));
  return answer(s, effect, result);
}

/// Writes the line unless somebody else wrote first. Signed, where there is a key for it; the driver keeps it as it was made.
static int append(session *s, ql_str line, ql_str *outcome) {
  bool changed = false;
  int code = cli_sign_line(s->c, s->log.quest, false, &line);
  if (code != CLI_DONE) return code;
  if (s->log.fd < 0)
    code = cli_log_create(s->c, s->folder, line, &s->log);
  else if ((code = cli_log_lock(s->c, &s->log, &changed)) == CLI_DONE && !changed)
    code = cli_log_write(s->c, &s->log, line);
  if (s->log.fd >= 0) cli_log_unlock(&s->log);
  *outcome = changed ? QL_STR("conflict") : QL_STR("ok");
  return code;
}

static int append_lines(session *s, const ql_value *effect) {
  ql_str outcome = QL_STR("ok");
  const ql_value *lines = QL_GET(effect, "lines");
  int code = lines && lines->count == 1 ? CLI_DONE : cli_fail(s->c, QL_ERR_STATE, "The driver asked for several lines at once.");
  if (code == CLI_DONE) code = cli_work_keep(&s->kit.work, lines->first->text, s->log.path);
  if (code == CLI_DONE) code = append(s, lines->first->text, &outcome);
  if (code != CLI_DONE) return code;
  ql_value *result = ql_object(s->step);
  QL_SET(result, "outcome", ql_string(s->step, outcome));
  code = answer(s, effect, result);
  if (code == CLI_DONE) code = cli_partial_settle(s->c, s->log.path, s->log.quest);
  if (code == CLI_DONE) code = cli_work_save(&s->kit.work, s->log.path);
  if (code != CLI_DONE) return code;
  print_new_events(s);
  (void)cli_sleep(s->pace);
  return CLI_DONE;
}

/// The command line is the owner, and to run a quest is to approve it.
static int approve(session *s, const ql_value *effect) {
  ql_str question = ql_get_str(effect, QL_STR("question"));
  int64_t now = ql_quest_count(s->log.quest);
  if (s->asked_at == now) return cli_fail(s->c, QL_ERR_STATE, "%.*s", (int)question.len, question.ptr);
  s->asked_at = now;
  ql_value *result = ql_object(s->step), *command = ql_object(s->step);
  QL_SET(command, "by", ql_string(s->step, QL_STR("@owner")));
  QL_SET(command, "type", ql_string(s->step, QL_STR("approve")));
  QL_SET(result, "command", command);
  return answer(s, effect, result);
}

/// Words in place of a plan.
static int show_answer(session *s, const ql_value *effect) {
  ql_str words = ql_get_str(effect, QL_STR("answer")), raw = ql_get_str(effect, QL_STR("raw"));
  cli_models_wipe(&s->kit.models);
  if (raw.ptr && !s->c->json) {
    cli_note("questline: This is what the model wrote:");
    cli_put_block(stderr, raw, "  ");
  }
  return cli_fail(s->c, QL_ERR_STATE, "%.*s", (int)words.len, words.ptr);
}

/// An image that a model made, beside the quest.
static int keep_blob(session *s, const ql_value *effect) {
  ql_str hash = ql_get_str(effect, QL_STR("hash"));
  cli_body body = {0};
  ql_value *result = ql_object(s->step);
  bool good = ql_base64_read(s->step, ql_get_str(effect, QL_STR("data")), &body.bytes) && hash.len < sizeof body.hash;
  if (good) memcpy(body.hash, hash.ptr, hash.len);
  good = good && cli_store_body(s->c, s->log.path, &body) == CLI_DONE;
  QL_SET(result, "outcome", ql_string(s->step, good ? QL_STR("ok") : QL_STR("unknown")));
  return answer(s, effect, result);
}

/// @return what perform returns: CLI_DONE to go on; *over is set when there is nothing more to do.
static int perform(session *s, const ql_value *effect, bool *over) {
  bool mine = false;
  int code = cli_kit_save(&s->kit); /* before the next event says that it was done */
  if (code == CLI_DONE) code = cli_kit_perform(&s->kit, s->step, effect, &mine);
  if (mine || code != CLI_DONE) return code;
  ql_str kind = ql_get_str(effect, QL_STR("kind"));
  if (ql_eq(kind, QL_STR("random"))) return give_random(s, effect);
  if (ql_eq(kind, QL_STR("log.append"))) return append_lines(s, effect);
  if (ql_eq(kind, QL_STR("ask.human"))) return approve(s, effect);
  if (ql_eq(kind, QL_STR("blob.put"))) return keep_blob(s, effect);
  if (ql_eq(kind, QL_STR("answer"))) return show_answer(s, effect);
  if (ql_eq(kind, QL_STR("partial.put"))) return cli_partial_put(s->c, s->log.path, effect);
  *over = ql_eq(kind, QL_STR("done"));
  return *over ? CLI_DONE
               : cli_fail(s->c, QL_ERR_STATE, "The driver asked for %.*s, which this program does not know.", (int)kind.len, kind.ptr);
}

/* ---- the end ---- */

static int stopped(session *s) {
  cli_models_wipe(&s->kit.models);
  if (s->log.fd < 0) return cli_stop(s->c);
  cli_note("questline: Interrupted after %lld events. Nothing is lost; go on with: questline resume %s%s",
           (long long)ql_quest_count(s->log.quest), cli_quest_words(s->c, s->log.quest), cli_store_words(s->c));
  return CLI_INTERRUPTED;
}

/// Why nothing goes on: the last pause, or who is waited for.
static void tell_wait(session *s, const ql_value *view) {
  ql_str reason = QL_ABSENT;
  int64_t until = 0;
  if (ql_eq(ql_get_str(view, QL_STR("status")), QL_STR("paused"))) {
    bool by_guard = QL_GET(view, "cause") && !ql_eq(ql_get_str(view, QL_STR("cause")), QL_STR("owner"));
    for (int64_t n = ql_quest_count(s->log.quest) - 1; n >= 0 && !by_guard; n--) {
      const ql_value *event = ql_quest_event(s->log.quest, s->c->a, n);
      if (!ql_eq(ql_get_str(event, QL_STR("type")), QL_STR("pause"))) continue;
      reason = ql_get_str(QL_GET(event, "data"), QL_STR("reason"));
      until = ql_get_int(QL_GET(event, "data"), QL_STR("until"), 0);
      break;
    }
    if (!reason.ptr) reason = ql_get_str(ql_quest_monitor(s->log.quest, s->c->a, QL_STR("@owner")), QL_STR("hint"));
    fputs("Paused", stdout);
    if (reason.ptr) fputs(": ", stdout);
    cli_put(stdout, reason);
    if (!reason.ptr) putchar('.');
  } else {
    fputs("The turn is held by ", stdout);
    cli_print_names(stdout, QL_GET(view, "holders"));
    fputs(". Nobody plays it here.", stdout);
  }
  char after[CLI_STAMP_MAX];
  printf(" Go on %s%s with: questline resume %s%s\n", until > 0 ? "after " : "later", until > 0 ? cli_stamp(after, until) : "",
         cli_quest_words(s->c, s->log.quest), cli_store_words(s->c));
}

/* What was not asked again, and what that saved. */
static int tell_recalled(session *s) {
  cli_calls calls;
  char tokens[CLI_COUNT_MAX];
  if (!s->recorded.quest || s->c->json) return CLI_DONE;
  int code = cli_count_calls(s->c, s->log.quest, s->recorded.quest, &calls);
  if (code != CLI_DONE) return code;
  printf("%lld call%s taken from the recording, %lld asked; saved %s tokens", (long long)calls.recalled, cli_plural(calls.recalled),
         (long long)calls.asked, cli_count(tokens, calls.tokens));
  if (calls.micro > 0) printf(", $%lld.%06lld", (long long)(calls.micro / 1000000), (long long)(calls.micro % 1000000));
  putchar('\n');
  return CLI_DONE;
}

/// What the run left behind: the file, checked from its bytes.
static int summarise(session *s, int code) {
  cli *c = s->c;
  ql_value *verdict;
  ql_str log;
  ql_error err = {0};
  int read = cli_log_bytes(c, s->log.path, &log);
  if (read != CLI_DONE) return read;
  if (ql_verify(c->a, log, QL_ABSENT, &verdict, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  read = cli_check_signers(c, log, verdict);
  if (read != CLI_DONE) return read;
  const ql_value *view = ql_quest_view(s->log.quest, c->a);
  if (!view) return cli_no_memory(c);
  ql_str status = ql_get_str(view, QL_STR("status"));
  if (c->json) {
    ql_value *where = cli_where(c, &s->log);
    QL_SET(where, "holders", ql_copy(c->a, QL_GET(view, "holders")));
    cli_calls calls;
    if (s->recorded.quest && (read = cli_count_calls(c, s->log.quest, s->recorded.quest, &calls)) != CLI_DONE) return read;
    if (s->recorded.quest) QL_SET(where, "asked", ql_int(c->a, calls.asked));
    if (s->recorded.quest) QL_SET(where, "recalled", ql_int(c->a, calls.recalled));
    if (s->recorded.quest) QL_SET(where, "saved_micro", ql_int(c->a, calls.micro));
    if (s->recorded.quest) QL_SET(where, "saved_tokens", ql_int(c->a, calls.tokens));
    QL_SET(where, "rehearsed", ql_bool(c->a, ql_get_bool(view, QL_STR("rehearsed"))));
    QL_SET(where, "status", ql_string(c->a, status));
    QL_SET(where, "verdict", verdict);
    int printed = cli_json(c, where);
    return printed != CLI_DONE ? printed : code != CLI_DONE ? code : cli_verdict_exit(verdict);
  }
  printf("\nquest %s, ", cli_quest_words(s->c, s->log.quest));
  cli_put(stdout, status);
  puts(ql_get_bool(view, QL_STR("rehearsed")) ? " (a rehearsal: no model was asked, the answers are scripted)" : "");
  fputs("file ", stdout);
  cli_put(stdout, (ql_str){s->log.path, strlen(s->log.path)});
  putchar('\n');
  cli_work_tell(&s->kit.work);
  read = tell_recalled(s);
  if (read != CLI_DONE) return read;
  int checked = cli_print_verdict(verdict);
  if (code == CLI_NOT_YET) tell_wait(s, view);
  return code != CLI_DONE ? code : checked;
}

static int play(session *s) {
  ql_error err = {0};
  int code = CLI_DONE;
  bool over = false;
  while (code == CLI_DONE && !over) {
    ql_value *effect;
    if (cli_interrupted()) return stopped(s);
    ql_arena_reset(s->step);
    if (ql_driver_next(s->driver, s->step, cli_now(), &effect, &err) != QL_OK) return cli_fail_error(s->c, &err, NULL);
    code = perform(s, effect, &over);
  }
  return code == CLI_DONE || code == CLI_NOT_YET ? summarise(s, code) : code;
}

/* ---- the beginning ---- */

static int start(session *s, const ql_roster *roster, const ql_value *request) {
  ql_error err = {0};
  s->step = ql_arena_new(ql_alloc_libc());
  if (!s->step) return cli_no_memory(s->c);
  ql_status status = ql_driver_new(ql_alloc_libc(), s->log.quest, roster, request, &s->driver, &err);
  int code = status == QL_OK ? cli_kit_open(s->c, s->driver, request, false, &s->kit) : cli_fail_error(s->c, &err, NULL);
  if (code == CLI_DONE && s->recorded.quest && ql_driver_recall(s->driver, s->recorded.quest, false, &err) != QL_OK)
    code = cli_fail_error(s->c, &err, "the recording");
  if (code == CLI_DONE && s->log.path) code = cli_work_again(&s->kit.work, s->log.quest, s->log.path);
  if (code == CLI_DONE) code = play(s);
  cli_kit_close(&s->kit);
  ql_driver_free(s->driver);
  ql_arena_free(s->step);
  return code;
}

static int read_order(cli *c, ql_value *request) {
  static const char *const ORDERS[] = {"strict", "parallel"};
  const char *given = c->value[CLI_order];
  for (size_t i = 0; given && i < QL_COUNT(ORDERS); i++)
    if (strcmp(given, ORDERS[i]) == 0) {
      QL_SET(request, "policy", ql_string(c->a, (ql_str){ORDERS[i], strlen(ORDERS[i])}));
      return CLI_DONE;
    }
  return given ? cli_fail_choice(c, "order", given, ORDERS, QL_COUNT(ORDERS)) : CLI_DONE;
}

/* A new quest for what a request wants. */
static int begin_with(session *s, const ql_roster *roster, ql_value *request) {
  cli *c = s->c;
  ql_str leader = ql_get_str(request, QL_STR("agent"));
  int code = ql_arena_failed(c->a) ? cli_no_memory(c) : cli_models_players(c, request);
  if (code == CLI_DONE && c->value[CLI_FIELD_create_budget]) code = cli_read_field(c, CLI_FIELD_create_budget, request);
  if (code == CLI_DONE) code = read_order(c, request);
  if (code == CLI_DONE) code = cli_work_documents(c, roster, leader, request);
  if (code == CLI_DONE) code = cli_store_folder(c, true, &s->folder);
  if (code == CLI_DONE) code = cli_log_new(c, &s->log);
  return code == CLI_DONE ? start(s, roster, request) : code;
}

static int open_recording(session *s, const char *quest) {
  const char *path;
  int code = cli_store_find(s->c, quest, &path);
  return code == CLI_DONE ? cli_log_open(s->c, path, false, &s->recorded) : code;
}

static int begin(session *s) {
  cli *c = s->c;
  ql_str objective;
  ql_roster *roster;
  const ql_agent *leader;
  int code = cli_text(c, "The objective", c->operands[0], &objective);
  if (code == CLI_DONE && c->value[CLI_replay]) code = open_recording(s, c->value[CLI_replay]);
  if (code == CLI_DONE) code = cli_open_team(c, CLI_agent, &roster, &leader);
  if (code != CLI_DONE) return code;
  ql_value *request = ql_object(c->a);
  QL_SET(request, "agent", ql_string(c->a, leader->id));
  QL_SET(request, "mode", ql_string(c->a, QL_STR("quest")));
  QL_SET(request, "text", ql_string(c->a, objective));
  code = begin_with(s, roster, request);
  ql_roster_free(roster);
  return code;
}

static int begin_again(session *s, const char *quest) {
  cli *c = s->c;
  ql_roster *roster = NULL;
  ql_value *request;
  int code = open_recording(s, quest);
  if (code == CLI_DONE) code = cli_recorded_request(c, s->recorded.quest, &request);
  if (code == CLI_DONE) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code == CLI_DONE) code = begin_with(s, roster, request);
  ql_roster_free(roster);
  return code;
}

/// Lets a paused quest go on, as its owner.
static int unpause(session *s) {
  cli *c = s->c;
  ql_error err = {0};
  const ql_value *view = ql_quest_view(s->log.quest, c->a);
  if (!view) return cli_no_memory(c);
  if (!ql_eq(ql_get_str(view, QL_STR("status")), QL_STR("paused"))) return CLI_DONE;
  uint8_t entropy[QL_ENTROPY_BYTES];
  ql_decision decision;
  ql_str outcome;
  ql_value *command = ql_object(c->a);
  QL_SET(command, "by", ql_string(c->a, QL_STR("@owner")));
  QL_SET(command, "type", ql_string(c->a, QL_STR("resume")));
  int code = c->value[CLI_FIELD_resume_budget] ? cli_read_field(c, CLI_FIELD_resume_budget, command) : CLI_DONE;
  if (code != CLI_DONE) return code;
  if (!cli_random(entropy, sizeof entropy)) return cli_fail_errno(c, "get", "random bytes");
  if (ql_quest_decide(s->log.quest, c->a, command, cli_now(), entropy, &decision, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  if (decision.refusal) return cli_refuse(c, decision.refusal);
  code = append(s, decision.line, &outcome);
  if (code == CLI_DONE && ql_eq(outcome, QL_STR("conflict")))
    return cli_fail(c, QL_ERR_CONFLICT, "Somebody else wrote to the quest just now. Try again.");
  if (code == CLI_DONE && ql_quest_append(s->log.quest, decision.line, &err) != QL_OK) return cli_fail_error(c, &err, NULL);
  return code;
}

/// Who leads.
static ql_str leader_of(session *s) {
  const ql_value *view = ql_quest_view(s->log.quest, s->c->a), *seats = QL_GET(view, "agents");
  for (const ql_value *seat = seats ? seats->first : NULL; seat; seat = seat->next)
    if (ql_get_bool(seat, QL_STR("leads"))) return ql_get_str(seat, QL_STR("id"));
  return QL_ABSENT;
}

static int go_on(session *s, const char *quest) {
  cli *c = s->c;
  const char *path;
  ql_roster *roster = NULL;
  ql_value *request = ql_object(c->a);
  int code = cli_models_players(c, request);
  if (code == CLI_DONE) code = cli_store_find(c, quest, &path);
  if (code == CLI_DONE) code = cli_log_open(c, path, true, &s->log);
  if (code != CLI_DONE) return code;
  cli_log_unlock(&s->log); /* taken again for each event, so that others can act too */
  if (ql_quest_count(s->log.quest) == 0) return cli_fail(c, QL_ERR_STATE, "%s is empty: its first event was never written.", path);
  if (c->value[CLI_specs] && (code = cli_read_team(c, c->value[CLI_specs], &roster)) != CLI_DONE) return code;
  s->shown = ql_quest_count(s->log.quest);
  code = cli_partial_tell(c, path, s->log.quest);
  if (code == CLI_DONE) code = cli_work_documents(c, roster, leader_of(s), request);
  if (code == CLI_DONE && s->unpauses) code = unpause(s);
  if (code == CLI_DONE) code = start(s, roster, request);
  ql_roster_free(roster);
  return code;
}

/// @param go  for a quest that is there; NULL: begin a new one
static int run(session *s, const char *quest, int (*go)(session *s, const char *quest)) {
  cli *c = s->c;
  int code = c->value[CLI_pace] ? cli_number(c, CLI_pace, 60000, &s->pace) : CLI_DONE;
  if (code == CLI_DONE) code = go ? go(s, quest) : begin(s);
  cli_log_close(&s->log);
  cli_log_close(&s->recorded);
  return code;
}

static session new_session(cli *c) { return (session){.c = c, .log = {.fd = -1}, .recorded = {.fd = -1}, .asked_at = NEVER_ASKED}; }

int cli_run(cli *c) {
  session s = new_session(c);
  bool fresh = c->operand_count > 0;
  if (fresh == (c->value[CLI_quest] != NULL))
    return cli_fail(c, QL_ERR_ARGUMENT, "run needs an OBJECTIVE with --specs DIR and --agent NAME, or --quest ID to go on with.");
  if (fresh && (!c->value[CLI_specs] || !c->value[CLI_agent]))
    return cli_fail(c, QL_ERR_ARGUMENT, "run needs --specs DIR and --agent NAME beside the objective.");
  if (!fresh && c->value[CLI_agent])
    return cli_fail(c, QL_ERR_ARGUMENT, "--agent belongs to a new objective; --quest goes on with what the log says.");
  if (!fresh && c->value[CLI_FIELD_create_budget])
    return cli_fail(c, QL_ERR_ARGUMENT, "--budget belongs to a new objective; `questline resume ID --budget ...` gives a quest another.");
  if (!fresh && c->value[CLI_replay])
    return cli_fail(c, QL_ERR_ARGUMENT, "--replay belongs to a new objective; a quest that goes on has its own answers in its log.");
  if (!fresh && c->value[CLI_order])
    return cli_fail(c, QL_ERR_ARGUMENT, "--policy belongs to a new objective; --quest goes on with what the log says.");
  if (fresh && c->value[CLI_sign]) return cli_fail(c, QL_ERR_ARGUMENT, "--sign belongs to --quest: a new quest of run names no keys.");
  return run(&s, c->value[CLI_quest], fresh ? NULL : go_on);
}

int cli_resume(cli *c) {
  session s = new_session(c);
  s.unpauses = true;
  return run(&s, c->operands[0], go_on);
}

int cli_play_again(cli *c, const char *quest) {
  session s = new_session(c);
  return run(&s, quest, begin_again);
}
