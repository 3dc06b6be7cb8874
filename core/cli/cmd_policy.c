/* questline policy: the rules that stand in the prose of agent files. */
#include <questline/limits.h>
#include <questline/spec.h>

#include <string.h>

#include "base/text.h"
#include "cli.h"

#define LEVELS       3 /* items, items of items, and those of these */
#define LINE_COLUMNS 6 /* of a line number */

/// The files and what of them is shown.
typedef struct policy {
  const ql_spec **specs; /* one for each file; NULL where there is none */
  cli_files files;
  bool all;            /* kinds */
  ql_rule_kind kind;   /* counts unless all */
  ql_str agent;        /* an id; absent for all */
  size_t rules, items; /* shown */
} policy;

static bool is_shown(const policy *p, const ql_spec *spec, const ql_rule *rule) {
  return (!p->agent.ptr || ql_eq(p->agent, spec->id)) && (p->all || rule->kind == p->kind);
}

/* ---- values in words ---- */

/// Values stand between brackets, with semicolons between them; *open once there is one.
static void next_word(bool *open) {
  fputs(*open ? "; " : "  [", stdout);
  *open = true;
}

static void put_milli(int64_t milli) {
  char digits[4];
  int64_t whole = milli / 1000, rest = milli % 1000;
  if (milli < 0) putchar('-');
  printf("%lld", (long long)(whole < 0 ? -whole : whole));
  if (rest == 0) return;
  snprintf(digits, sizeof digits, "%03d", (int)(rest < 0 ? -rest : rest));
  for (size_t last = strlen(digits); last > 0 && digits[last - 1] == '0'; last--) digits[last - 1] = '\0';
  printf(".%s", digits);
}

static void put_measure(bool *open, const ql_measure *measure) {
  static const char *const signs[] = {[QL_LESS] = "<", [QL_AT_MOST] = "<=", [QL_EQUAL] = "=", [QL_AT_LEAST] = ">=", [QL_MORE_THAN] = ">"};
  next_word(open);
  printf("%s ", signs[measure->relation]);
  put_milli(measure->milli);
  if (measure->unit.len > 0 && *measure->unit.ptr != '/') putchar(' ');
  cli_put(stdout, measure->unit);
}

/// A time in the largest unit that holds it without a rest.
static void put_time(int64_t ms) {
  static const struct {
    int64_t ms;
    const char *unit;
  } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
  size_t i = 0;
  while (ms % units[i].ms != 0) i++;
  printf("%lld %s", (long long)(ms / units[i].ms), units[i].unit);
}

static void put_times(bool *open, int64_t min, int64_t max) {
  if (min < 0 && max < 0) return;
  next_word(open);
  if (max == 0) {
    fputs("at once", stdout);
    return;
  }
  if (min >= 0 && min != max) put_time(min);
  if (min >= 0 && max >= 0 && min != max) fputs(" to ", stdout);
  if (max >= 0) put_time(max);
}

static void put_tokens(bool *open, const char *what, int64_t tokens) {
  if (tokens < 0) return;
  next_word(open);
  char count[CLI_COUNT_MAX];
  printf("%s%s tokens", what, cli_count(count, tokens));
}

static void put_list(bool *open, const char *lead, const ql_str *list, size_t count) {
  if (count == 0) return;
  next_word(open);
  fputs(lead, stdout);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) fputs(", ", stdout);
    cli_put(stdout, list[i]);
  }
}

static void put_word(bool *open, const char *lead, ql_str word) {
  if (word.len > 0) put_list(open, lead, &word, 1);
}

static void put_flags(bool *open, unsigned flags) {
  static const struct {
    unsigned flag;
    const char *word;
  } words[] = {{QL_ITEM_DEFAULT, "unless something else is asked for"},
               {QL_ITEM_PARALLEL, "together"},
               {QL_ITEM_WILDCARD, "all that fits"},
               {QL_ITEM_GIVEN, "given"},
               {QL_ITEM_WITHHELD, "kept back"}};
  for (size_t i = 0; i < QL_COUNT(words); i++) {
    if (!(flags & words[i].flag)) continue;
    next_word(open);
    fputs(words[i].word, stdout);
  }
}

/* ---- rules ---- */

static bool ends_word(ql_str text, size_t at) {
  return at == 0 || at >= text.len || !ql_is_alnum(text.ptr[at - 1]) || !ql_is_alnum(text.ptr[at]);
}

/// Whether the word stands in the text as a word.
static bool holds(ql_str text, ql_str word) {
  for (size_t at = 0; at + word.len <= text.len; at++)
    if (ql_eq_nocase(ql_slice(text, at, at + word.len), word) && ends_word(text, at) && ends_word(text, at + word.len)) return true;
  return false;
}

/// Whether the name tells what neither the words nor the agents of the item do.
static bool name_tells(const ql_rule_item *item) {
  if (item->name.len == 0 || holds(item->text, item->name)) return false;
  for (size_t i = 0; i < item->agent_count; i++)
    if (ql_eq_nocase(ql_slice(item->agents[i], 1, item->agents[i].len), item->name)) return false;
  return true;
}

/// What was read out of an item's words.
static void put_compiled(const ql_rule_item *item) {
  bool open = false;
  if (!holds(item->text, item->path)) put_word(&open, "", item->path);
  if (item->has_measure) put_measure(&open, &item->measure);
  if (item->judge != QL_JUDGE_SEAT) put_word(&open, "= ", item->expect);
  put_list(&open, "of severity ", item->severity, item->severity_count);
  put_times(&open, item->min_ms, item->max_ms);
  if (item->retries >= 0) {
    next_word(&open);
    printf("%d retr%s", (int)item->retries, item->retries == 1 ? "y" : "ies");
  }
  put_tokens(&open, "", item->tokens);
  put_word(&open, "", item->type);
  put_list(&open, "", item->agents, item->agent_count);
  put_list(&open, "tools: ", item->tools, item->tool_count);
  put_list(&open, "leaves: ", item->outputs, item->output_count);
  put_list(&open, "after ", item->after, item->after_count);
  put_flags(&open, item->flags);
  if (item->judge == QL_JUDGE_SEAT) {
    next_word(&open);
    fputs("somebody has to look", stdout);
  }
  if (open) putchar(']');
}

static void print_item(const ql_rule_item *item, int level) {
  cli_colour_on(stdout, CLI_DIM);
  printf("%*u", LINE_COLUMNS, item->line);
  cli_colour_on(stdout, CLI_PLAIN);
  printf("%*s", 2 + 2 * level, "");
  if (item->number > 0) printf("%d. ", (int)item->number);
  if (name_tells(item)) {
    cli_put(stdout, item->name);
    fputs(": ", stdout);
  }
  cli_put(stdout, item->text);
  cli_colour_on(stdout, CLI_DIM);
  put_compiled(item);
  cli_colour_on(stdout, CLI_PLAIN);
  putchar('\n');
}

/// @return how many
static size_t print_items(const ql_rule_item *first) {
  const ql_rule_item *at[LEVELS] = {first};
  size_t count = 0;
  for (int level = 0; level >= 0;) {
    const ql_rule_item *item = at[level];
    if (!item) {
      level--;
      continue;
    }
    print_item(item, level);
    count++;
    at[level] = item->next;
    if (level + 1 < LEVELS) at[++level] = item->first;
  }
  return count;
}

/// @return how many items it has
static size_t print_rule(const ql_rule *rule) {
  const char *title = ql_rule_kind_title(rule->kind);
  bool titled = rule->title.len > 0 && !ql_eq_nocase(rule->title, (ql_str){title, strlen(title)});
  bool open = false;
  putchar('\n');
  cli_colour_on(stdout, CLI_DIM);
  printf("%*u", LINE_COLUMNS, rule->line);
  cli_colour_on(stdout, CLI_PLAIN);
  cli_colour_on(stdout, CLI_BOLD);
  printf("  %s", title);
  if (titled) fputs(": ", stdout);
  if (titled) cli_put(stdout, rule->title);
  cli_colour_on(stdout, CLI_PLAIN);
  cli_colour_on(stdout, CLI_DIM);
  put_word(&open, "", rule->name);
  put_list(&open, "", rule->agents, rule->agent_count);
  if (rule->has_measure) put_measure(&open, &rule->measure);
  put_tokens(&open, "sum ", rule->sum_tokens);
  put_tokens(&open, "the file says ", rule->stated_tokens);
  put_tokens(&open, "window ", rule->window_tokens);
  if (rule->on_request) next_word(&open), fputs("only when asked", stdout);
  if (open) putchar(']');
  fputs("  ", stdout);
  cli_put(stdout, rule->id);
  printf(", %d %% sure\n", rule->confidence);
  cli_colour_on(stdout, CLI_PLAIN);
  return print_items(rule->first);
}

static void print_file(policy *p, const cli_file *file, const ql_spec *spec) {
  size_t before = p->rules;
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
    if (!is_shown(p, spec, rule)) continue;
    if (p->rules++ == before) {
      fputs(before ? "\n" : "", stdout);
      cli_put(stdout, file->label);
      fputs("  ", stdout);
      cli_put(stdout, spec->id);
      putchar('\n');
    }
    p->items += print_rule(rule);
  }
}

static int print_json(cli *c, const policy *p) {
  ql_value *answer = ql_object(c->a), *files = QL_SET(answer, "files", ql_array(c->a));
  for (size_t i = 0; i < p->files.count; i++) {
    const ql_spec *spec = p->specs[i];
    if (!spec || (p->agent.ptr && !ql_eq(p->agent, spec->id))) continue;
    ql_value *file = ql_push(files, ql_object(c->a)), *rules = ql_array(c->a);
    for (const ql_rule *rule = spec->rules; rule; rule = rule->next)
      if (is_shown(p, spec, rule)) ql_push(rules, ql_rule_value(c->a, rule));
    QL_SET(file, "agent", ql_string(c->a, spec->id));
    QL_SET(file, "path", ql_string(c->a, p->files.at[i].label));
    QL_SET(file, "rules", rules);
  }
  bool failed = cli_set_troubles(c, &p->files, answer) > 0;
  int code = cli_json(c, answer);
  return code == CLI_DONE && failed ? CLI_FAILED : code;
}

/* ---- reading ---- */

static int read_kind(cli *c, policy *p) {
  const char *given = c->value[CLI_rules], *names[QL_RULE_KIND_COUNT];
  p->all = !given;
  for (int kind = 0; given && kind < QL_RULE_KIND_COUNT; kind++) {
    names[kind] = ql_rule_kind_id((ql_rule_kind)kind);
    p->kind = (ql_rule_kind)kind;
    if (strcmp(names[kind], given) == 0) return CLI_DONE;
  }
  return given ? cli_fail_choice(c, "kind of rule", given, names, QL_RULE_KIND_COUNT) : CLI_DONE;
}

static int parse_files(cli *c, policy *p) {
  ql_str dialect;
  int code = cli_dialect(c, CLI_dialect, &dialect);
  if (code == CLI_DONE) code = cli_read_files(c, c->operands, c->operand_count, &p->files);
  if (code != CLI_DONE) return code;
  if (p->files.count == 0) return cli_fail(c, QL_ERR_NOT_FOUND, "There is no *.md or *.mdc file to read.");
  p->specs = ql_arena_array(c->a, p->files.count, sizeof(void *));
  if (!p->specs) return cli_no_memory(c);
  for (size_t i = 0; i < p->files.count; i++) {
    cli_file *file = &p->files.at[i];
    ql_error err = {0};
    if (cli_interrupted()) return cli_stop(c);
    if (!file->text.ptr) continue;
    ql_status status = ql_spec_parse_as(c->a, file->label, file->text, dialect, &p->specs[i], &err);
    if (status == QL_ERR_LIMIT) cli_trouble(c, file, "file-too-large", "read", "it is larger than QL_SPEC_BYTES_MAX");
    if (status != QL_OK && status != QL_ERR_LIMIT) return cli_fail_error(c, &err, file->path);
  }
  return CLI_DONE;
}

/// --agent: one of the files' own names.
static int read_agent(cli *c, policy *p) {
  const char *given = c->value[CLI_only];
  if (!given) return CLI_DONE;
  const char **names = ql_arena_array(c->a, p->files.count, sizeof *names);
  p->agent = ql_agent_id(c->a, cli_clean(c, given));
  size_t count = 0;
  for (size_t i = 0; names && i < p->files.count; i++) {
    if (!p->specs[i]) continue;
    if (ql_eq(p->specs[i]->id, p->agent)) return CLI_DONE;
    names[count++] = ql_arena_concat(c->a, (const ql_str[]){p->specs[i]->id, {"", 1}}, 2).ptr;
  }
  ql_str id = ql_arena_concat(c->a, (const ql_str[]){p->agent, {"", 1}}, 2);
  if (ql_arena_failed(c->a)) return cli_no_memory(c);
  const char *close = cli_closest(id.ptr, names, count);
  return close ? cli_fail(c, QL_ERR_NOT_FOUND, "None of these files is named %s. Did you mean %s?", given, close)
               : cli_fail(c, QL_ERR_NOT_FOUND, "None of these files is named %s.", given);
}

int cli_policy(cli *c) {
  policy p = {0};
  int code = read_kind(c, &p);
  if (code == CLI_DONE) code = parse_files(c, &p);
  if (code == CLI_DONE) code = read_agent(c, &p);
  if (code != CLI_DONE) return code;
  if (c->json) return print_json(c, &p);
  size_t troubles = cli_tell_troubles(&p.files);
  for (size_t i = 0; i < p.files.count; i++)
    if (p.specs[i]) print_file(&p, &p.files.at[i], p.specs[i]);
  if (fflush(stdout) == 0)
    cli_note("%zu rule%s with %zu item%s", p.rules, cli_plural((int64_t)p.rules), p.items, cli_plural((int64_t)p.items));
  return troubles > 0 ? CLI_FAILED : CLI_DONE;
}
