/* Options and operands, through popt; help from the same table. */
#include <popt.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli.h"

typedef struct option_words {
  const char *name, *placeholder, *words;
} option_words;

static const option_words dictionary[CLI_FIELDS_FROM] = {
#define X(id, name, placeholder, words) {name, placeholder, words},
    CLI_OPTIONS(X)
#undef X
};

static option_words words_of(cli_option option) {
  if (option < CLI_FIELDS_FROM) return dictionary[option];
  cli_field field = cli_field_of(option);
  return (option_words){field.name, field.placeholder, field.words};
}

static const char *const exit_words[] = {
    "0 done",          "1 failed, or findings", "2 wrong usage",  "3 not yet: wait for the turn, or a person has to decide",
    "4 quest is over", "5 refused or declined", "130 interrupted"};

/* What a command takes: its own options, then what all take. */
typedef struct option_list {
  struct {
    cli_option option;
    bool required;
  } at[CLI_OPTION_COUNT];
  size_t count;
} option_list;

static void add_option(option_list *list, cli_option option, bool required) {
  list->at[list->count].option = option;
  list->at[list->count++].required = required;
}

static void add_fields(option_list *list, ql_event_type type) {
  for (cli_option option = CLI_FIELDS_FROM; option < CLI_OPTION_COUNT; option++) {
    cli_field field = cli_field_of(option);
    if (field.type == type && field.offered) add_option(list, option, field.required);
  }
}

static option_list options_of(const cli_command *command) {
  option_list list = {.count = 0};
  for (const uint16_t *own = command->options; *own != CLI_END; own++) {
    if (*own == CLI_EVENT)
      add_fields(&list, cli_event_of(command));
    else
      add_option(&list, (cli_option)(*own & ~CLI_REQUIRED), (*own & CLI_REQUIRED) != 0);
  }
  add_option(&list, CLI_json, false);
  add_option(&list, CLI_help, false);
  return list;
}

const char *cli_closest(const char *word, const char *const *names, size_t count) {
  const char *best = NULL;
  size_t best_distance = 3;
  for (size_t i = 0; i < count; i++) {
    size_t distance = ql_edit_distance((ql_str){word, strlen(word)}, (ql_str){names[i], strlen(names[i])});
    if (distance < best_distance && distance < strlen(word)) best = names[i], best_distance = distance;
  }
  return best;
}

int cli_fail_choice(cli *c, const char *what, const char *given, const char *const *names, size_t count) {
  const char *close = cli_closest(given, names, count);
  ql_buf list = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < count; i++) {
    if (i > 0) ql_buf_add(&list, i + 1 < count ? QL_STR(", ") : QL_STR(" and "));
    ql_buf_add(&list, (ql_str){names[i], strlen(names[i])});
  }
  ql_buf_byte(&list, '\0');
  int code = list.failed ? cli_no_memory(c)
                         : cli_fail(c, QL_ERR_ARGUMENT, "There is no %s %s.%s%s%s There are %s.", what, given,
                                    close ? " Did you mean " : "", close ? close : "", close ? "?" : "", list.ptr);
  ql_buf_free(&list);
  return code;
}

static int unknown_option(cli *c, const char *given) {
  const option_list list = options_of(c->command);
  const char *names[CLI_OPTION_COUNT];
  for (size_t i = 0; i < list.count; i++) names[i] = words_of(list.at[i].option).name;
  const char *close = cli_closest(given + strspn(given, "-"), names, list.count);
  if (close) return cli_fail(c, QL_ERR_ARGUMENT, "%s has no option %s. Did you mean --%s?", c->command->name, given, close);
  return cli_fail(c, QL_ERR_ARGUMENT, "%s has no option %s. See questline %s --help.", c->command->name, given, c->command->name);
}

static int bad_option(cli *c, poptContext context, int reason) {
  const char *given = poptBadOption(context, POPT_BADOPTION_NOALIAS);
  if (reason == POPT_ERROR_NOARG) return cli_fail(c, QL_ERR_ARGUMENT, "%s needs a value.", given);
  if (reason == POPT_ERROR_UNWANTEDARG) return cli_fail(c, QL_ERR_ARGUMENT, "%s takes no value.", given);
  if (reason == POPT_ERROR_BADOPT) return unknown_option(c, given);
  return cli_fail(c, QL_ERR_ARGUMENT, "%s: %s.", given, poptStrerror(reason));
}

/* One that may be given several times: a line for each. */
static int keep_more(cli *c, cli_option option, const char *value) {
  const char *before = c->value[option];
  if (strchr(value, '\n')) return cli_fail(c, QL_ERR_ARGUMENT, "--%s takes no line ends.", words_of(option).name);
  const ql_str pieces[] = {{before ? before : "", before ? strlen(before) : 0}, {value, strlen(value)}, {"\n", 2}};
  c->value[option] = ql_arena_concat(c->a, pieces, QL_COUNT(pieces)).ptr;
  return c->value[option] ? CLI_DONE : cli_no_memory(c);
}

/// Keeps the value popt has just read (allocated, or NULL for a switch).
static int keep(cli *c, cli_option option, const char *value) {
  const char *name = words_of(option).name;
  if (option == CLI_mcp) return keep_more(c, option, value);
  if (c->value[option] && value) return cli_fail(c, QL_ERR_ARGUMENT, "--%s is given twice.", name);
  c->value[option] = value ? ql_arena_str(c->a, (ql_str){value, strlen(value) + 1}).ptr : "";
  return c->value[option] ? CLI_DONE : cli_no_memory(c);
}

static int read_options(cli *c, poptContext context) {
  for (;;) {
    int got = poptGetNextOpt(context);
    if (got == -1) return CLI_DONE;
    if (got < -1) return bad_option(c, context, got);
    char *value = poptGetOptArg(context);
    int code = keep(c, (cli_option)(got - 1), value);
    free(value);
    if (code != CLI_DONE) return code;
  }
}

static int read_operands(cli *c, poptContext context) {
  const char **rest = poptGetArgs(context);
  size_t count = 0;
  while (rest && rest[count]) count++;
  const cli_command *command = c->command;
  if (count < command->min_operands) return cli_fail(c, QL_ERR_ARGUMENT, "%s needs %s.", command->name, command->operands);
  if (count > command->max_operands)
    return cli_fail(c, QL_ERR_ARGUMENT, "%s does not know what to do with %s. Put a text of several words in quotes.", command->name,
                    rest[command->max_operands]);
  const char **kept = ql_arena_array(c->a, count + 1, sizeof *kept);
  if (!kept) return cli_no_memory(c);
  for (size_t i = 0; i < count; i++) {
    kept[i] = ql_arena_str(c->a, (ql_str){rest[i], strlen(rest[i]) + 1}).ptr;
    if (!kept[i]) return cli_no_memory(c);
  }
  c->operands = kept;
  c->operand_count = count;
  return CLI_DONE;
}

static int check_required(cli *c) {
  const option_list list = options_of(c->command);
  for (size_t i = 0; i < list.count; i++) {
    const option_words words = words_of(list.at[i].option);
    if (list.at[i].required && !c->value[list.at[i].option])
      return cli_fail(c, QL_ERR_ARGUMENT, "%s needs --%s %s. See questline %s --help.", c->command->name, words.name, words.placeholder,
                      c->command->name);
  }
  return CLI_DONE;
}

int cli_parse(cli *c, int argc, const char *const *argv, bool *help) {
  const option_list list = options_of(c->command);
  struct poptOption table[CLI_OPTION_COUNT + 1] = {POPT_TABLEEND};
  for (size_t i = 0; i < list.count; i++) {
    const option_words option = words_of(list.at[i].option);
    table[i] = (struct poptOption){.longName = option.name,
                                   .shortName = list.at[i].option == CLI_help ? 'h' : '\0',
                                   .argInfo = option.placeholder ? POPT_ARG_STRING : POPT_ARG_NONE,
                                   .val = (int)list.at[i].option + 1};
  }
  const char **words = ql_arena_array(c->a, (size_t)argc + 2, sizeof *words);
  if (!words) return cli_no_memory(c);
  words[0] = "questline";
  for (int i = 0; i < argc; i++) {
    /* popt would put the following word in its place, even inside a value */
    if (strstr(argv[i], "!#:+"))
      return cli_fail(c, QL_ERR_ARGUMENT, "A text with !#:+ in it cannot be given here. Write - and send it on stdin.");
    words[i + 1] = argv[i];
  }
  poptContext context = poptGetContext("questline", argc + 1, words, table, 0);
  if (!context) return cli_no_memory(c);
  int code = read_options(c, context);
  *help = c->value[CLI_help] != NULL;
  if (code == CLI_DONE && !*help) code = read_operands(c, context);
  if (code == CLI_DONE && !*help) code = check_required(c);
  poptFreeContext(context);
  return code;
}

int cli_number(cli *c, cli_option option, int64_t max, int64_t *out) {
  const char *text = c->value[option];
  int64_t number = 0;
  bool good = *text != '\0';
  for (; *text && good; text++) {
    good = ql_is_digit(*text) && number <= max;
    number = number * 10 + (*text - '0');
  }
  if (!good || number > max)
    return cli_fail(c, QL_ERR_ARGUMENT, "--%s wants a whole number from 0 to %lld.", words_of(option).name, (long long)max);
  *out = number;
  return CLI_DONE;
}

void cli_print_help(const cli_command *command) {
  const option_list list = options_of(command);
  printf("questline %s: %s\n\nUsage: questline %s", command->name, command->summary, command->name);
  for (size_t i = 0; i < list.count; i++) {
    const option_words words = words_of(list.at[i].option);
    bool required = list.at[i].required;
    printf(" %s--%s%s%s%s", required ? "" : "[", words.name, words.placeholder ? " " : "", words.placeholder ? words.placeholder : "",
           required ? "" : "]");
  }
  printf("%s%s\n\n", *command->operands ? " " : "", command->operands);
  for (size_t i = 0; i < list.count; i++) {
    const cli_option option = list.at[i].option;
    const option_words words = words_of(option);
    int used = printf("  --%s %s", words.name, words.placeholder ? words.placeholder : "");
    cli_pad(stdout, (size_t)used, 26);
    printf("%s%s\n", words.words, option < CLI_FIELDS_FROM ? "" : cli_field_of(option).more);
  }
  printf("\nExample: %s\n\nExit: ", command->example);
  const char *separator = "";
  for (size_t i = 0; i < QL_COUNT(exit_words); i++) {
    if (!(command->exits & (1u << i))) continue;
    printf("%s%s", separator, exit_words[i]);
    separator = "; ";
  }
  printf("\n");
}
