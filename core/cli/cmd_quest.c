/* Commands that write an event: create, and one for each of the others. */
#include <questline/limits.h>
#include <questline/plan.h>

#include <string.h>

#include "base/text.h"
#include "signing.h"
#include "store.h"

/// It was accepted before: nothing is written again.
static int tell_duplicate(cli *c, const cli_log *log, int64_t n) {
  if (c->json) {
    ql_value *answer = cli_where(c, log);
    QL_SET(answer, "duplicate_of", ql_int(c->a, n));
    return cli_json(c, answer);
  }
  printf("It was accepted before, as event %lld. Nothing was written.\n", (long long)n);
  return CLI_DONE;
}

/// Asks the machine. A refusal and an ill-formed command are told; otherwise *line is the event, absent for one that was accepted before.
static int decide(cli *c, const cli_log *log, const ql_value *command, ql_str *line) {
  uint8_t entropy[QL_ENTROPY_BYTES];
  ql_decision decision;
  ql_error err = {0};
  if (!cli_random(entropy, sizeof entropy)) return cli_fail_errno(c, "get", "random bytes");
  ql_status status = ql_quest_decide(log->quest, c->a, command, cli_now(), entropy, &decision, &err);
  if (status == QL_ERR_SYNTAX) err.status = QL_ERR_ARGUMENT; /* the options are the command */
  if (status != QL_OK) return cli_fail_error(c, &err, NULL);
  if (decision.refusal) return cli_refuse(c, decision.refusal);
  *line = decision.line;
  return decision.line.ptr ? cli_sign_line(c, log->quest, true, line) : tell_duplicate(c, log, decision.duplicate_of);
}

/* ---- what is said of an accepted command ---- */

/// The fence of the seat that was claimed, to be told to who sits there now; -1 for another command.
static int64_t new_fence(cli *c, const cli_log *log, ql_str *agent) {
  if (!c->value[CLI_FIELD_claim_agent]) return -1;
  const ql_value *event = ql_quest_event(log->quest, c->a, ql_quest_count(log->quest) - 1);
  *agent = ql_get_str(QL_GET(event, "data"), QL_STR("agent"));
  return ql_get_int(ql_quest_monitor(log->quest, c->a, *agent), QL_STR("fence"), -1);
}

static int print_accepted_json(cli *c, const cli_log *log, const ql_value *monitor) {
  ql_str agent;
  int64_t fence = new_fence(c, log, &agent);
  ql_value *answer = cli_where(c, log);
  QL_SET(answer, "event", ql_quest_event(log->quest, c->a, ql_quest_count(log->quest) - 1));
  if (fence >= 0) QL_SET(answer, "fence", ql_int(c->a, fence));
  QL_SET(answer, "holders", ql_copy(c->a, QL_GET(monitor, "holders")));
  QL_SET(answer, "status", ql_string(c->a, ql_get_str(monitor, QL_STR("status"))));
  return cli_json(c, answer);
}

static void print_accepted(cli *c, const cli_log *log, const ql_value *monitor, ql_str by) {
  ql_str status = ql_get_str(monitor, QL_STR("status"));
  const ql_value *holders = QL_GET(monitor, "holders");
  ql_str agent;
  int64_t fence = new_fence(c, log, &agent);
  cli_print_event(c, log->quest, ql_quest_count(log->quest) - 1);
  if (fence >= 0)
    printf("The fence of %.*s is %lld now: with --fence %lld what you send is refused once somebody else takes the seat.\n", (int)agent.len,
           agent.ptr, (long long)fence, (long long)fence);
  if (holders->count == 0) {
    fputs("The quest is ", stdout);
    cli_put(stdout, status);
    puts(".");
    return;
  }
  bool yours = false;
  for (const ql_value *holder = holders->first; holder; holder = holder->next) yours |= ql_eq(holder->text, by);
  fputs("The turn is held by ", stdout);
  cli_print_names(stdout, holders);
  puts(".");
  if (yours || ql_eq(by, QL_STR("@owner"))) return;
  printf("Wait for yours: questline quest monitor --role %s --agent ",
         ql_eq(ql_get_str(monitor, QL_STR("role")), QL_STR("leader")) ? "leader" : "worker");
  cli_put(stdout, by);
  printf(" --quest %s%s\n", cli_quest_words(c, log->quest), cli_store_words(c));
}

/// Applies the line that is in the file now and says what it did.
static int conclude(cli *c, cli_log *log, ql_str line, ql_str by) {
  ql_error err = {0};
  if (ql_quest_append(log->quest, line, &err) != QL_OK) return cli_fail_error(c, &err, log->path);
  const ql_value *monitor = ql_quest_monitor(log->quest, c->a, by);
  if (!monitor) return cli_no_memory(c);
  if (c->json) return print_accepted_json(c, log, monitor);
  print_accepted(c, log, monitor, by);
  return CLI_DONE;
}

/* ---- every command but create ---- */

static ql_str leader_of(cli *c, const cli_log *log) {
  const ql_value *view = ql_quest_view(log->quest, c->a), *agents = QL_GET(view, "agents");
  for (const ql_value *agent = agents ? agents->first : NULL; agent; agent = agent->next)
    if (ql_get_bool(agent, QL_STR("leads"))) return ql_get_str(agent, QL_STR("id"));
  return QL_ABSENT;
}

/// Who acts: --from, else the owner; to fail a quest is the leader's.
static int read_sender(cli *c, const cli_log *log, ql_str *by) {
  const char *from = c->value[CLI_from];
  if (from) return cli_read_name(c, "--from", (ql_str){from, strlen(from)}, by);
  *by = QL_STR("@owner");
  if (strcmp(c->command->name, "quest fail") == 0) *by = leader_of(c, log);
  return by->ptr ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "%s is empty: it has no leader.", log->path);
}

/// Binds the command to what the sender knows of the quest.
static int bind(cli *c, ql_value *command) {
  static const struct {
    cli_option option;
    ql_str member;
  } known[] = {{CLI_fence, QL_STR_INIT("fence")}, {CLI_counter, QL_STR_INIT("k")}};
  for (size_t i = 0; i < QL_COUNT(known); i++) {
    int64_t number;
    if (!c->value[known[i].option]) continue;
    int code = cli_number(c, known[i].option, QL_INT_MAX, &number);
    if (code != CLI_DONE) return code;
    ql_set(command, known[i].member, ql_int(c->a, number));
  }
  return CLI_DONE;
}

static int act(cli *c, cli_log *log, ql_value *command, const cli_body *body) {
  ql_str by = QL_ABSENT, line = QL_ABSENT;
  int code = read_sender(c, log, &by);
  if (code != CLI_DONE) return code;
  QL_SET(command, "by", ql_string(c->a, by));
  code = decide(c, log, command, &line);
  if (code != CLI_DONE || !line.ptr) return code;
  if (body) code = cli_store_body(c, log->path, body);
  if (code == CLI_DONE) code = cli_log_write(c, log, line);
  return code == CLI_DONE ? conclude(c, log, line, by) : code;
}

int cli_send(cli *c, ql_value *command, const cli_body *body) {
  const char *path;
  int code = bind(c, command);
  if (code == CLI_DONE) code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code != CLI_DONE) return code;
  cli_log log;
  code = cli_log_open(c, path, true, &log);
  if (code == CLI_DONE) code = act(c, &log, command, body);
  cli_log_close(&log);
  return code;
}

int cli_quest_command(cli *c) {
  if (cli_event_of(c->command) == QL_EVENT_claim && !c->value[CLI_FIELD_claim_seat]) c->value[CLI_FIELD_claim_seat] = "human";
  ql_value *command = ql_object(c->a);
  int code = cli_read_fields(c, command); /* before the file is locked: stdin may take its time */
  return code == CLI_DONE ? cli_send(c, command, NULL) : code;
}

/* ---- create ---- */

int cli_read_plan(cli *c, const char *path, const ql_plan **plan) {
  ql_str text;
  ql_value *value;
  ql_error err = {0};
  int code = cli_read(c, path, QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  bool json = ql_starts(ql_trim(text), QL_STR("{"));
  ql_status status = json ? ql_json_read(c->a, text, &value, &err) : ql_plan_read(c->a, text, plan, &err);
  if (json && status == QL_OK) status = ql_plan_from_value(c->a, value, plan, &err);
  return status == QL_OK ? CLI_DONE : cli_fail_error(c, &err, path);
}

/// The command that a plan makes; --specs adds the hashes of its agents' files.
static int plan_command(cli *c, ql_value **command) {
  const ql_plan *plan = NULL;
  ql_roster *roster = NULL;
  int code = cli_read_plan(c, c->value[CLI_plan], &plan);
  if (code == CLI_DONE && c->value[CLI_specs]) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  *command = ql_plan_command(c->a, plan, roster);
  if (roster) ql_roster_free(roster);
  return *command ? CLI_DONE : cli_no_memory(c);
}

static void take_over(cli *c, ql_value *command, const ql_value *fields) {
  for (const ql_value *member = fields->first; member; member = member->next) ql_set(command, member->key, ql_copy(c->a, member));
}

/// --policy is one of the two words, or a file with fields of create.
static int read_policy(cli *c, ql_value *command) {
  const char *given = c->value[CLI_FIELD_create_policy];
  if (!given) return CLI_DONE;
  if (strcmp(given, "-") != 0 && !strpbrk(given, "./")) {
    QL_SET(command, "policy", ql_string(c->a, cli_clean(c, given)));
    return CLI_DONE;
  }
  ql_str text;
  ql_value *fields;
  ql_error err = {0};
  int code = cli_read(c, given, QL_JSON_BYTES_MAX, &text);
  if (code != CLI_DONE) return code;
  if (ql_json_read(c->a, text, &fields, &err) != QL_OK) return cli_fail_error(c, &err, given);
  if (fields->kind != QL_OBJECT) return cli_fail(c, QL_ERR_ARGUMENT, "%s is no JSON object with fields of create.", given);
  take_over(c, command, fields);
  return CLI_DONE;
}

static bool has_gate(const ql_value *gates, ql_str id) {
  for (const ql_value *gate = gates->first; gate; gate = gate->next)
    if (ql_eq(ql_get_str(gate, QL_STR("id")), id)) return true;
  return false;
}

/// The plan's gates go first; of one id there is one gate.
static void keep_gates(cli *c, const ql_value *planned, ql_value *terms) {
  if (!planned) return;
  const ql_value *others = QL_GET(terms, "gates");
  ql_value *gates = ql_copy(c->a, planned);
  for (const ql_value *gate = others ? others->first : NULL; gates && gate; gate = gate->next)
    if (!has_gate(planned, ql_get_str(gate, QL_STR("id")))) ql_push(gates, ql_copy(c->a, gate));
  QL_SET(terms, "gates", gates);
}

/// --agents-from: what the files of those who take part say about them.
static int read_terms(cli *c, ql_value *command) {
  ql_roster *roster;
  if (!c->value[CLI_agents_from]) return CLI_DONE;
  int code = cli_read_team(c, c->value[CLI_agents_from], &roster);
  if (code != CLI_DONE) return code;
  ql_value *terms = ql_plan_terms(c->a, QL_GET(command, "agents"), roster);
  if (terms) keep_gates(c, QL_GET(command, "gates"), terms);
  if (terms) take_over(c, command, terms);
  ql_roster_free(roster);
  return terms ? CLI_DONE : cli_no_memory(c);
}

static int check_create(cli *c, const ql_value *command) {
  if (!QL_GET(command, "mission")) return cli_fail(c, QL_ERR_ARGUMENT, "quest create needs --mission TEXT, or a --plan that says it.");
  if (!QL_GET(command, "agents"))
    return cli_fail(c, QL_ERR_ARGUMENT, "quest create needs --agents LEADER,NAME..., or a --plan that names them.");
  return CLI_DONE;
}

/// What is named later goes before what is named earlier: the plan, the agents' files, the policy file, the other options.
static int read_create(cli *c, ql_value **command) {
  const char *inputs[] = {c->value[CLI_plan], c->value[CLI_FIELD_create_mission], c->value[CLI_FIELD_create_policy]};
  size_t from_stdin = 0;
  for (size_t i = 0; i < QL_COUNT(inputs); i++) from_stdin += inputs[i] && strcmp(inputs[i], "-") == 0;
  if (from_stdin > 1) return cli_fail(c, QL_ERR_ARGUMENT, "Only one text can come from stdin.");
  if (!c->value[CLI_plan] && c->value[CLI_specs]) return cli_fail(c, QL_ERR_ARGUMENT, "--specs belongs to a --plan.");
  ql_value *options = ql_object(c->a), *policy = ql_object(c->a);
  *command = ql_object(c->a);
  int code = c->value[CLI_plan] ? plan_command(c, command) : CLI_DONE;
  if (code == CLI_DONE) code = read_policy(c, policy);
  if (code == CLI_DONE) code = cli_read_fields(c, options);
  if (code != CLI_DONE) return code;
  take_over(c, *command, policy); /* they say who takes part */
  take_over(c, *command, options);
  code = check_create(c, *command);
  if (code == CLI_DONE) code = read_terms(c, *command);
  if (code != CLI_DONE) return code;
  take_over(c, *command, policy);
  take_over(c, *command, options);
  QL_SET(*command, "by", ql_string(c->a, QL_STR("@owner")));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

int cli_quest_create(cli *c) {
  ql_value *command = NULL;
  const char *folder = NULL;
  ql_str line = QL_ABSENT;
  int code = read_create(c, &command);
  if (code != CLI_DONE) return code;
  cli_log log;
  code = cli_log_new(c, &log);
  if (code == CLI_DONE) code = decide(c, &log, command, &line);
  if (code == CLI_DONE) code = cli_store_folder(c, true, &folder);
  if (code == CLI_DONE) code = cli_log_create(c, folder, line, &log);
  ql_error err = {0};
  if (code == CLI_DONE && ql_quest_append(log.quest, line, &err) != QL_OK) code = cli_fail_error(c, &err, log.path);
  if (code == CLI_DONE && c->json) code = cli_json(c, cli_where(c, &log));
  if (code == CLI_DONE && !c->json) {
    ql_str id = ql_quest_id(log.quest);
    cli_put(stdout, id);
    putchar('\n');
    if (c->value[CLI_plan] && fflush(stdout) == 0)
      cli_note("It waits for approval: questline quest approve --quest %.*s%s", (int)id.len, id.ptr, cli_store_words(c));
  }
  cli_log_close(&log);
  return code;
}
