/* The fields of events as options: which there are and how they are read follows from events.def; exceptions stand in one table. */
#include <questline/spec.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"
#include "quest/event.h"

#define REQUIRED true
#define OPTIONAL false
#define FILLED   false

static const struct {
  const char *name, *words;
  ql_event_type type;
  ql__field_kind kind;
  bool required;
} fields[] = {
#define EVENT(type, doc)
#define FIELD(type, name, kind, need, doc) {#name, doc, QL_EVENT_##type, QL__##kind, need},
#include <questline/events.def>
#undef EVENT
#undef FIELD
};

static const char *const events[] = {
#define EVENT(type, doc) #type,
#define FIELD(type, name, kind, need, doc)
#include <questline/events.def>
#undef EVENT
#undef FIELD
};

/* How a kind is read, how its value is shown, what is said behind the meaning of the field. Kinds that are not here are no options: a policy
   file or agent files say them. */
typedef enum reading { NOT_READ, WORD, NUMBER, DURATION, DECIMAL, TEXT, NAMES, PAIRS, COUNTS } reading;

static const struct {
  ql__field_kind kind;
  reading as;
  const char *placeholder, *more;
} kinds[] = {
    {QL__INT, NUMBER, "N", ""},
    {QL__COUNT, NUMBER, "N", ""},
    {QL__TASK, WORD, "ID", ": T1, T2 ..."},
    {QL__AGENT, WORD, "NAME", ""},
    {QL__AGENT_LIST, NAMES, "NAME,...", ", separated by commas"},
    {QL__TEXT, TEXT, "TEXT", "; - reads it from stdin"},
    {QL__SEATS, PAIRS, "NAME=KIND,...", ""},
    {QL__KEYS, PAIRS, "NAME=KEY,...", ""},
    {QL__POLICY, WORD, "POLICY", ""},
    {QL__KIND, WORD, "KIND", ""},
    {QL__SEAT, WORD, "KIND", ": human, model, rehearsal or remote"},
    {QL__WORD, WORD, "WORD", ""},
    {QL__SHA256, WORD, "SHA256", ""},
    {QL__MEDIA, WORD, "TYPE", ""},
    {QL__BUDGET, COUNTS, "WHAT=N,...", "; such as tokens=200000,ms=8h"},
    {QL__DEADLINES, COUNTS, "WHAT=TIME,...", "; such as turn=5m,task=2h,quest=8h"},
    {QL__VERDICT, WORD, "VERDICT", ""},
    {QL__EFFECT, WORD, "KIND", ": http, tool or blob"},
    {QL__OUTCOME, WORD, "OUTCOME", ": ok, error, lost or cancelled"},
};

/* What is not as the kind says. Words: NULL where the event's own will do. */
static const struct {
  cli_option option;
  enum { HIDDEN, OFFERED } shown;
  reading as;
  const char *placeholder, *words;
} exceptions[] = {
    {CLI_FIELD_create_agents, OFFERED, NAMES, "LEADER,NAME...", "who takes part, separated by commas; the first leads"},
    {CLI_FIELD_create_brief, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_create_format, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_create_id, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_create_key, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_create_mission, OFFERED, TEXT, "TEXT", NULL},
    {CLI_FIELD_create_plan, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_create_policy, OFFERED, NOT_READ, "POLICY",
     "strict or parallel (strict), or a JSON file with fields of create: gates, ladder, budget, deadlines, seats, keys ..."},
    {CLI_FIELD_create_rules, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_respond_kind, OFFERED, WORD, "KIND", "a worker's: completed, clarification or blocked (completed); the leader's: progress"},
    {CLI_FIELD_claim_seat, OFFERED, WORD, "KIND", "who sits there now: human, model, rehearsal or remote (human)"},
    {CLI_FIELD_artifact_bytes, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_artifact_hash, HIDDEN, NOT_READ, NULL, NULL},
    {CLI_FIELD_artifact_media, OFFERED, WORD, "TYPE", "its media type (what its name ends in tells)"},
    {CLI_FIELD_artifact_name, OFFERED, TEXT, "TEXT", "its path or title (the path of the file)"},
    {CLI_FIELD_gate_value, OFFERED, DECIMAL, "N", "a number such as 82.5; a gate judged by rule is settled by it"},
    {CLI_FIELD_done_ms, OFFERED, DURATION, "TIME", NULL},
    {CLI_FIELD_usage_ms, OFFERED, DURATION, "TIME", NULL},
};

static reading reading_of(cli_option option) {
  for (size_t i = 0; i < QL_COUNT(exceptions); i++)
    if (exceptions[i].option == option) return exceptions[i].as;
  for (size_t i = 0; i < QL_COUNT(kinds); i++)
    if (kinds[i].kind == fields[option - CLI_FIELDS_FROM].kind) return kinds[i].as;
  return NOT_READ;
}

cli_field cli_field_of(cli_option option) {
  const size_t index = (size_t)(option - CLI_FIELDS_FROM);
  cli_field field = {.name = fields[index].name, .words = fields[index].words, .more = "", .type = fields[index].type};
  for (size_t i = 0; i < QL_COUNT(kinds); i++) {
    if (kinds[i].kind != fields[index].kind) continue;
    field.placeholder = kinds[i].placeholder;
    field.more = kinds[i].more;
    field.offered = true;
    field.required = fields[index].required;
  }
  for (size_t i = 0; i < QL_COUNT(exceptions); i++) {
    if (exceptions[i].option != option) continue;
    field.offered = exceptions[i].shown == OFFERED;
    field.required = false;
    if (exceptions[i].placeholder) field.placeholder = exceptions[i].placeholder;
    if (exceptions[i].words) field.words = exceptions[i].words;
    if (exceptions[i].words && exceptions[i].as != TEXT) field.more = "";
  }
  return field;
}

ql_event_type cli_event_of(const cli_command *command) {
  const char *blank = strchr(command->name, ' ');
  for (size_t i = 0; blank && i < QL_COUNT(events); i++)
    if (strcmp(events[i], blank + 1) == 0) return (ql_event_type)i;
  return QL_EVENT_COUNT;
}

/* ---- values ---- */

int cli_read_name(cli *c, const char *label, ql_str given, ql_str *out) {
  ql_str name = ql_trim(given);
  bool plain = ql_utf8_bad(name) == SIZE_MAX;
  for (size_t i = 0; i < name.len; i++)
    plain &= ql_is_alnum(name.ptr[i]) || (unsigned char)name.ptr[i] >= 0x80 || strchr("@._- '\"", name.ptr[i]) != NULL;
  *out = plain ? ql_agent_id(c->a, name) : QL_ABSENT;
  if (out->ptr) return CLI_DONE;
  return cli_fail(c, QL_ERR_ARGUMENT, "%s wants names separated by commas, such as @lead,@api; %.*s is none.", label, (int)given.len,
                  given.ptr);
}

/// The part before the first comma, trimmed; the rest behind it. False when it was the last.
static bool take_part(ql_str *rest, ql_str *part) {
  size_t end = ql_find_byte(*rest, ',', 0);
  bool more = end != SIZE_MAX;
  *part = ql_trim(ql_slice(*rest, 0, more ? end : rest->len));
  if (more) *rest = ql_slice(*rest, end + 1, rest->len);
  return more;
}

static int read_names(cli *c, const char *label, ql_str rest, ql_value *out) {
  for (bool more = true; more;) {
    ql_str part, name;
    more = take_part(&rest, &part);
    int code = cli_read_name(c, label, part, &name);
    if (code != CLI_DONE) return code;
    ql_push(out, ql_string(c->a, name));
  }
  return CLI_DONE;
}

static int read_pairs(cli *c, const char *label, ql_str rest, ql_value *out) {
  for (bool more = true; more;) {
    ql_str part, name;
    more = take_part(&rest, &part);
    size_t sign = ql_find_byte(part, '=', 0);
    if (sign == SIZE_MAX) return cli_fail(c, QL_ERR_ARGUMENT, "%s wants pairs such as @api=model,@tests=human.", label);
    int code = cli_read_name(c, label, ql_slice(part, 0, sign), &name);
    if (code != CLI_DONE) return code;
    ql_value *pair = ql_push(out, ql_array(c->a));
    ql_push(pair, ql_string(c->a, name));
    ql_push(pair, ql_string(c->a, ql_trim(ql_slice(part, sign + 1, part.len))));
  }
  return CLI_DONE;
}

/// Digits at the beginning; what stands behind them is left in *text. False without any, or for a number that is too large.
static bool take_digits(ql_str *text, int64_t *out) {
  size_t at = 0;
  int64_t number = 0;
  for (; at < text->len && ql_is_digit(text->ptr[at]) && number <= QL_INT_MAX; at++) number = number * 10 + (text->ptr[at] - '0');
  *text = ql_slice(*text, at, text->len);
  *out = number;
  return at > 0 && number <= QL_INT_MAX;
}

static bool read_duration(ql_str text, int64_t *out) {
  static const struct {
    ql_str unit;
    int64_t ms;
  } units[] = {{QL_STR_INIT(""), 1},      {QL_STR_INIT("ms"), 1},      {QL_STR_INIT("s"), 1000},
               {QL_STR_INIT("m"), 60000}, {QL_STR_INIT("h"), 3600000}, {QL_STR_INIT("d"), 86400000}};
  int64_t number;
  if (!take_digits(&text, &number)) return false;
  for (size_t i = 0; i < QL_COUNT(units); i++) {
    if (!ql_eq(text, units[i].unit) || number > QL_INT_MAX / units[i].ms) continue;
    *out = number * units[i].ms;
    return true;
  }
  return false;
}

/// In thousandths.
static bool read_decimal(ql_str text, int64_t *out) {
  int64_t whole, part = 0;
  if (!take_digits(&text, &whole) || whole > QL_INT_MAX / 1000 - 1) return false;
  if (text.len > 0) {
    int64_t scale = 100;
    if (text.ptr[0] != '.' || text.len < 2 || text.len > 4) return false;
    for (size_t i = 1; i < text.len; i++, scale /= 10) {
      if (!ql_is_digit(text.ptr[i])) return false;
      part += (text.ptr[i] - '0') * scale;
    }
  }
  *out = whole * 1000 + part;
  return true;
}

static int read_counts(cli *c, const char *label, bool times, ql_str rest, ql_value *out) {
  for (bool more = true; more;) {
    ql_str part, number;
    int64_t count;
    more = take_part(&rest, &part);
    size_t sign = ql_find_byte(part, '=', 0);
    ql_str name = ql_trim(ql_slice(part, 0, sign == SIZE_MAX ? part.len : sign));
    number = sign == SIZE_MAX ? QL_STR("") : ql_trim(ql_slice(part, sign + 1, part.len));
    bool time = times || ql_eq(name, QL_STR("ms"));
    bool good = time ? read_duration(number, &count) : take_digits(&number, &count) && number.len == 0;
    if (!good || name.len == 0 || ql_get(out, name))
      return cli_fail(c, QL_ERR_ARGUMENT, "%s wants %s, each once.", label,
                      times ? "times such as turn=5m,task=2h,quest=8h (ms, s, m, h or d)"
                            : "numbers such as tokens=200000,micro=5000000,turns=40,ms=8h");
    ql_set(out, name, ql_int(c->a, count));
  }
  return CLI_DONE;
}

int cli_read_counts(cli *c, const char *label, const char *given, ql_value *out) {
  return out ? read_counts(c, label, false, (ql_str){given, strlen(given)}, out) : cli_no_memory(c);
}

int cli_read_field(cli *c, cli_option option, ql_value *command) {
  const char *name = fields[option - CLI_FIELDS_FROM].name, *given = c->value[option];
  const ql_str raw = {given, strlen(given)};
  const char *label = ql_arena_concat(c->a, (const ql_str[]){QL_STR("--"), {name, strlen(name)}, {"", 1}}, 3).ptr;
  if (!label) return cli_no_memory(c);
  ql_value *value = NULL;
  ql_str text = raw;
  int64_t number = 0;
  bool good = true;
  int code = CLI_DONE;
  switch (reading_of(option)) {
  case NOT_READ: return CLI_DONE;
  case WORD: value = ql_string(c->a, cli_clean(c, given)); break;
  case NUMBER: good = take_digits(&text, &number) && text.len == 0; break;
  case DURATION: good = read_duration(raw, &number); break;
  case DECIMAL: good = read_decimal(raw, &number); break;
  case TEXT:
    code = cli_text(c, label, given, &text);
    value = ql_string(c->a, text);
    break;
  case NAMES: code = read_names(c, label, raw, value = ql_array(c->a)); break;
  case PAIRS: code = read_pairs(c, label, raw, value = ql_array(c->a)); break;
  case COUNTS: code = read_counts(c, label, option == CLI_FIELD_create_deadlines, raw, value = ql_object(c->a)); break;
  }
  if (!good) return cli_fail(c, QL_ERR_ARGUMENT, "%s wants a number, not %s.", label, given);
  if (code == CLI_DONE) ql_set(command, (ql_str){name, strlen(name)}, value ? value : ql_int(c->a, number));
  return code;
}

int cli_read_fields(cli *c, ql_value *command) {
  const ql_event_type type = cli_event_of(c->command);
  size_t from_stdin = 0;
  for (cli_option option = CLI_FIELDS_FROM; option < CLI_OPTION_COUNT; option++) {
    const char *given = c->value[option];
    if (!given) continue;
    if (reading_of(option) == TEXT && strcmp(given, "-") == 0 && ++from_stdin > 1)
      return cli_fail(c, QL_ERR_ARGUMENT, "Only one text can come from stdin.");
    int code = cli_read_field(c, option, command);
    if (code != CLI_DONE) return code;
  }
  QL_SET(command, "type", ql_string(c->a, (ql_str){events[type], strlen(events[type])}));
  return ql_arena_failed(c->a) ? cli_no_memory(c) : CLI_DONE;
}
