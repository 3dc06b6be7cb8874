/* Commands that write an event: create, and one for each of the others. */
#include <questline/limits.h>
#include <questline/plan.h>

#include <string.h>

#include "base/text.h"
#include "store.h"

/* How an option becomes a field of the command. */
typedef enum field_kind { FIELD_WORD, FIELD_TEXT, FIELD_NAMES, FIELD_PAIRS } field_kind;

static const struct {
  ql_str field;
  const char *label;
  cli_option option;
  field_kind kind;
} fields[] = {
#define FIELD(name, kind)                                                                                                                  \
  { QL_STR_INIT(#name), "--" #name, CLI_##name, FIELD_##kind }
    FIELD(agent, WORD),  FIELD(agents, NAMES), FIELD(kind, WORD),   FIELD(mission, TEXT), FIELD(msg, TEXT),  FIELD(policy, WORD),
    FIELD(reason, TEXT), FIELD(seat, WORD),    FIELD(seats, PAIRS), FIELD(summary, TEXT), FIELD(task, WORD), FIELD(to, NAMES),
#undef FIELD
};

/// A name as the core writes it. Brackets and the like are no part of a name but a sign that something else was meant.
static int read_name(cli *c, const char *label, ql_str given, ql_str *out) {
  ql_str name = ql_trim(given);
  bool plain = ql_utf8_bad(name) == SIZE_MAX;
  for (size_t i = 0; i < name.len; i++)
    plain &= ql_is_alnum(name.ptr[i]) || (unsigned char)name.ptr[i] >= 0x80 || strchr("@._- '\"", name.ptr[i]) != NULL;
  *out = plain ? ql_agent_id(c->a, name) : QL_ABSENT;
  if (out->ptr) return CLI_DONE;
  return cli_fail(c, QL_ERR_ARGUMENT, "%s wants names separated by commas, such as @lead,@api; %.*s is none.", label, (int)given.len,
                  given.ptr);
}

static int read_names(cli *c, const char *label, const char *given, ql_value *out) {
  ql_str rest = {given, strlen(given)};
  for (bool more = true; more;) {
    size_t end = ql_find_byte(rest, ',', 0);
    more = end != SIZE_MAX;
    ql_str name;
    int code = read_name(c, label, ql_slice(rest, 0, more ? end : rest.len), &name);
    if (code != CLI_DONE) return code;
    ql_push(out, ql_string(c->a, name));
    if (more) rest = ql_slice(rest, end + 1, rest.len);
  }
  return CLI_DONE;
}

static int read_pairs(cli *c, const char *label, const char *given, ql_value *out) {
  ql_str rest = {given, strlen(given)};
  for (bool more = true; more;) {
    size_t end = ql_find_byte(rest, ',', 0), sign = ql_find_byte(rest, '=', 0);
    more = end != SIZE_MAX;
    if (!more) end = rest.len;
    if (sign >= end) return cli_fail(c, QL_ERR_ARGUMENT, "%s wants pairs such as @api=model,@tests=human.", label);
    ql_str name;
    int code = read_name(c, label, ql_slice(rest, 0, sign), &name);
    if (code != CLI_DONE) return code;
    ql_value *pair = ql_push(out, ql_array(c->a));
    ql_push(pair, ql_string(c->a, name));
    ql_push(pair, ql_string(c->a, ql_trim(ql_slice(rest, sign + 1, end))));
    if (more) rest = ql_slice(rest, end + 1, rest.len);
  }
  return CLI_DONE;
}

static int read_field(cli *c, size_t i, ql_value *command) {
  const char *given = c->value[fields[i].option], *label = fields[i].label;
  ql_value *value = NULL;
  ql_str text = QL_ABSENT;
  int code = CLI_DONE;
  switch (fields[i].kind) {
  case FIELD_WORD: value = ql_string(c->a, cli_clean(c, given)); break;
  case FIELD_TEXT:
    code = cli_text(c, label, given, &text);
    value = ql_string(c->a, text);
    break;
  case FIELD_NAMES:
    value = ql_array(c->a);
    code = read_names(c, label, given, value);
    break;
  case FIELD_PAIRS:
    value = ql_array(c->a);
    code = read_pairs(c, label, given, value);
    break;
  }
  if (code == CLI_DONE) ql_set(command, fields[i].field, value);
  return code;
}

/// The command that the options describe, but for who sends it.
static int read_command(cli *c, ql_value *command) {
  size_t from_stdin = 0;
  for (size_t i = 0; i < QL_COUNT(fields); i++) {
    const char *given = c->value[fields[i].option];
    if (!given) continue;
    if (fields[i].kind == FIELD_TEXT && strcmp(given, "-") == 0 && ++from_stdin > 1)
      return cli_fail(c, QL_ERR_ARGUMENT, "Only one text can come from stdin.");
    int code = read_field(c, i, command);
    if (code != CLI_DONE) return code;
  }
  const char *type = strchr(c->command->name, ' ') + 1;
  QL_SET(command, "type", ql_string(c->a, (ql_str){type, strlen(type)}));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}

/// Asks the machine. A refusal and an ill-formed command are told; otherwise *line is the event.
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
  return CLI_DONE;
}

/* ---- what is said of an accepted command ---- */

static int print_accepted_json(cli *c, const cli_log *log, const ql_value *monitor) {
  ql_value *answer = cli_where(c, log);
  QL_SET(answer, "event", ql_quest_event(log->quest, c->a, ql_quest_count(log->quest) - 1));
  QL_SET(answer, "holders", ql_copy(c->a, QL_GET(monitor, "holders")));
  QL_SET(answer, "status", ql_string(c->a, ql_get_str(monitor, QL_STR("status"))));
  return cli_json(c, answer);
}

static void print_accepted(cli *c, const cli_log *log, const ql_value *monitor, ql_str by) {
  ql_str status = ql_get_str(monitor, QL_STR("status"));
  const ql_value *holders = QL_GET(monitor, "holders");
  cli_print_event(c, log->quest, ql_quest_count(log->quest) - 1);
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
  if (from) return read_name(c, "--from", (ql_str){from, strlen(from)}, by);
  *by = QL_STR("@owner");
  if (strcmp(c->command->name, "quest fail") == 0) *by = leader_of(c, log);
  return by->ptr ? CLI_DONE : cli_fail(c, QL_ERR_STATE, "%s is empty: it has no leader.", log->path);
}

static int act(cli *c, cli_log *log, ql_value *command) {
  ql_str by = QL_ABSENT, line = QL_ABSENT;
  int code = read_sender(c, log, &by);
  if (code != CLI_DONE) return code;
  QL_SET(command, "by", ql_string(c->a, by));
  code = decide(c, log, command, &line);
  if (code == CLI_DONE) code = cli_log_write(c, log, line);
  return code == CLI_DONE ? conclude(c, log, line, by) : code;
}

int cli_quest_command(cli *c) {
  if (strcmp(c->command->name, "quest claim") == 0 && !c->value[CLI_seat]) c->value[CLI_seat] = "human";
  ql_value *command = ql_object(c->a);
  const char *path;
  int code = read_command(c, command); /* before the file is locked: stdin may take its time */
  if (code == CLI_DONE) code = cli_store_find(c, c->value[CLI_quest], &path);
  if (code != CLI_DONE) return code;
  cli_log log;
  code = cli_log_open(c, path, true, &log);
  if (code == CLI_DONE) code = act(c, &log, command);
  cli_log_close(&log);
  return code;
}

/* ---- create ---- */

static int read_plan(cli *c, const ql_plan **plan) {
  ql_str text;
  ql_value *value;
  ql_error err = {0};
  const char *path = c->value[CLI_plan];
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
  int code = read_plan(c, &plan);
  if (code == CLI_DONE && c->value[CLI_specs]) code = cli_read_team(c, c->value[CLI_specs], &roster);
  if (code != CLI_DONE) return code;
  *command = ql_plan_command(c->a, plan, roster);
  if (roster) ql_roster_free(roster);
  return *command ? CLI_DONE : cli_no_memory(c);
}

/// The command of --plan or of nothing yet, with what the other options say in place of it.
static int read_create(cli *c, ql_value **command) {
  const char *plan = c->value[CLI_plan], *mission = c->value[CLI_mission];
  if (plan && mission && strcmp(plan, "-") == 0 && strcmp(mission, "-") == 0)
    return cli_fail(c, QL_ERR_ARGUMENT, "Only one text can come from stdin.");
  if (!plan && c->value[CLI_specs]) return cli_fail(c, QL_ERR_ARGUMENT, "--specs belongs to a --plan.");
  *command = ql_object(c->a);
  int code = plan ? plan_command(c, command) : CLI_DONE;
  if (code == CLI_DONE) code = read_command(c, *command);
  if (code != CLI_DONE) return code;
  if (!QL_GET(*command, "mission")) return cli_fail(c, QL_ERR_ARGUMENT, "quest create needs --mission TEXT, or a --plan that says it.");
  if (!QL_GET(*command, "agents"))
    return cli_fail(c, QL_ERR_ARGUMENT, "quest create needs --agents LEADER,NAME..., or a --plan that names them.");
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
