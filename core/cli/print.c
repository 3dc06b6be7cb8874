/* How quests look on a terminal. */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "store.h"

void cli_print_names(FILE *to, const ql_value *names) {
  for (const ql_value *name = names ? names->first : NULL; name; name = name->next) {
    if (name != names->first) fputs(", ", to);
    cli_put(to, name->text);
  }
}

/// Lead and the word in quotes, NUL-terminated.
static const char *quoted(cli *c, ql_str lead, const char *word) {
  ql_buf words = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&words, lead);
  ql_buf_byte(&words, '\'');
  for (; *word; word++) {
    if (*word == '\'')
      ql_buf_add(&words, QL_STR("'\\''"));
    else
      ql_buf_byte(&words, *word);
  }
  ql_buf_add(&words, (ql_str){"'", 2});
  const char *kept = words.failed ? NULL : ql_arena_str(c->a, ql_buf_str(&words)).ptr;
  ql_buf_free(&words);
  return kept ? kept : "";
}

const char *cli_store_words(cli *c) { return c->value[CLI_store] ? quoted(c, QL_STR(" --store "), c->value[CLI_store]) : ""; }

const char *cli_quest_words(cli *c, const ql_quest *quest) {
  const char *given = c->value[CLI_quest];
  ql_str id = ql_quest_id(quest);
  if (given && (!id.ptr || strpbrk(given, "/."))) return quoted(c, QL_STR(""), given);
  const char *kept = id.ptr ? ql_arena_concat(c->a, (const ql_str[]){id, {"", 1}}, 2).ptr : NULL;
  return kept ? kept : "";
}

ql_value *cli_where(cli *c, const cli_log *log) {
  char head[QL_HASH_CHARS];
  ql_value *where = ql_object(c->a);
  ql_quest_head(log->quest, head);
  QL_SET(where, "file", ql_string(c->a, cli_clean(c, log->path)));
  QL_SET(where, "head", ql_string(c->a, ql_arena_str(c->a, (ql_str){head, QL_HASH_CHARS})));
  QL_SET(where, "id", ql_string(c->a, ql_quest_id(log->quest)));
  QL_SET(where, "n", ql_int(c->a, ql_quest_count(log->quest)));
  return where;
}

/* ---- events ---- */

const char *cli_stamp(char out[CLI_STAMP_MAX], int64_t at) {
  time_t seconds = (time_t)(at / 1000);
  struct tm parts;
  if (!gmtime_r(&seconds, &parts) || strftime(out, CLI_STAMP_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) strcpy(out, "-");
  return out;
}

/// The text an event is about. NULL for one that has none; JSON null where it was withheld.
static const ql_value *words_of(const ql_value *data) {
  static const ql_str fields[] = {QL_STR_INIT("msg"), QL_STR_INIT("mission"), QL_STR_INIT("summary"), QL_STR_INIT("reason")};
  for (size_t i = 0; i < QL_COUNT(fields); i++) {
    const ql_value *words = ql_get(data, fields[i]);
    if (words) return words;
  }
  return NULL;
}

static void print_plain_field(const ql_value *data, ql_str name) {
  ql_str text = ql_get_str(data, name);
  if (!text.ptr) return;
  putchar(' ');
  cli_put(stdout, text);
}

void cli_print_event(cli *c, const ql_quest *quest, int64_t n) {
  ql_value *event = ql_quest_event(quest, c->a, n);
  const ql_value *data = QL_GET(event, "data"), *to = QL_GET(data, "to"), *words = words_of(data);
  printf("%4lld  ", (long long)n);
  char at[CLI_STAMP_MAX];
  printf("%-20s", cli_stamp(at, ql_get_int(event, QL_STR("at"), 0)));
  fputs("  ", stdout);
  cli_colour_on(stdout, CLI_BOLD);
  cli_put(stdout, ql_get_str(event, QL_STR("by")));
  cli_colour_on(stdout, CLI_PLAIN);
  putchar(' ');
  cli_put(stdout, ql_get_str(event, QL_STR("type")));
  print_plain_field(data, QL_STR("kind"));
  print_plain_field(data, QL_STR("task"));
  print_plain_field(data, QL_STR("agent"));
  print_plain_field(data, QL_STR("seat"));
  print_plain_field(data, QL_STR("tool"));
  print_plain_field(data, QL_STR("name"));
  if (to) fputs(" to ", stdout);
  cli_print_names(stdout, to);
  if (words) fputs(": ", stdout);
  if (words && words->kind == QL_NULL) fputs("(withheld)", stdout);
  if (words && words->kind == QL_STRING) cli_put_short(stdout, words->text, 100);
  putchar('\n');
}

/* ---- verdicts ---- */

static bool is(const ql_value *verdict, ql_str key, ql_str word) { return ql_eq(ql_get_str(verdict, key), word); }

int cli_verdict_exit(const ql_value *verdict) {
  bool no = is(verdict, QL_STR("intact"), QL_STR("no")) || is(verdict, QL_STR("legal"), QL_STR("no")) ||
            is(verdict, QL_STR("complete"), QL_STR("no"));
  const ql_value *signers = QL_GET(verdict, "signers");
  for (const ql_value *signer = signers ? signers->first : NULL; signer; signer = signer->next) {
    const ql_value *wrong = QL_GET(signer, "wrong");
    no |= wrong && wrong->first;
  }
  return no ? CLI_FAILED : CLI_DONE;
}

static const struct {
  ql_str verdict, answer, sentence;
  cli_colour colour;
} sentences[] = {
    {QL_STR_INIT("intact"), QL_STR_INIT("yes"), QL_STR_INIT("No byte changed since it was written."), CLI_GREEN},
    {QL_STR_INIT("intact"), QL_STR_INIT("no"), QL_STR_INIT("It is not what was written."), CLI_RED},
    {QL_STR_INIT("legal"), QL_STR_INIT("yes"), QL_STR_INIT("Each move was made by who held the turn."), CLI_GREEN},
    {QL_STR_INIT("legal"), QL_STR_INIT("no"), QL_STR_INIT("A move breaks a rule."), CLI_RED},
    {QL_STR_INIT("legal"), QL_STR_INIT("unknown"), QL_STR_INIT("Not every event could be judged."), CLI_YELLOW},
    {QL_STR_INIT("complete"), QL_STR_INIT("terminal"), QL_STR_INIT("The quest is over, nothing can follow."), CLI_GREEN},
    {QL_STR_INIT("complete"), QL_STR_INIT("anchored"), QL_STR_INIT("It ends at the head that was given."), CLI_GREEN},
    {QL_STR_INIT("complete"), QL_STR_INIT("open"), QL_STR_INIT("Still open. A copy cut short here would look the same."), CLI_YELLOW},
    {QL_STR_INIT("complete"), QL_STR_INIT("no"), QL_STR_INIT("It does not end at the head that was given."), CLI_RED},
};

static void print_problem(const ql_value *problem) {
  printf("line %lld", (long long)ql_get_int(problem, QL_STR("line"), 0));
  int64_t offset = ql_get_int(problem, QL_STR("offset"), 0);
  if (offset > 0) printf(", byte %lld", (long long)offset);
  fputs(": ", stdout);
  cli_put(stdout, ql_get_str(problem, QL_STR("cause")));
  fputs(". ", stdout);
  cli_put(stdout, ql_get_str(problem, QL_STR("message")));
  if (is(problem, QL_STR("verdict"), QL_STR("intact")))
    fputs(" The lines before it are sound; those after it cannot be relied on.", stdout);
  putchar('\n');
}

/// How many lines an agent signed, and which of the signatures do not fit.
static void print_signer(const ql_value *signer) {
  const ql_value *wrong = QL_GET(signer, "wrong");
  int64_t lines = ql_get_int(signer, QL_STR("lines"), 0), signed_lines = ql_get_int(signer, QL_STR("signed"), 0);
  bool bad = wrong && wrong->first, all = signed_lines == lines;
  fputs("signed ", stdout);
  cli_put(stdout, ql_get_str(signer, QL_STR("agent")));
  putchar(' ');
  cli_colour_on(stdout, bad ? CLI_RED : all ? CLI_GREEN : CLI_YELLOW);
  printf("%lld of %lld line%s", (long long)signed_lines, (long long)lines, cli_plural(lines));
  cli_colour_on(stdout, CLI_PLAIN);
  if (bad) printf(". Wrong in line%s", cli_plural((int64_t)wrong->count));
  for (const ql_value *n = bad ? wrong->first : NULL; n; n = n->next)
    printf("%s %lld", n == wrong->first ? "" : ",", (long long)n->number + 1);
  fputs(". Key ", stdout);
  cli_put(stdout, ql_get_str(signer, QL_STR("key")));
  putchar('\n');
}

int cli_print_verdict(const ql_value *verdict) {
  for (size_t i = 0; i < QL_COUNT(sentences); i++) {
    if (!is(verdict, sentences[i].verdict, sentences[i].answer)) continue;
    cli_put(stdout, sentences[i].verdict);
    putchar(' ');
    cli_colour_on(stdout, sentences[i].colour);
    cli_put(stdout, sentences[i].answer);
    cli_colour_on(stdout, CLI_PLAIN);
    fputs(". ", stdout);
    cli_put(stdout, sentences[i].sentence);
    putchar('\n');
  }
  const ql_value *problem = QL_GET(verdict, "problem");
  if (problem) print_problem(problem);
  int64_t withheld = ql_get_int(verdict, QL_STR("withheld"), 0);
  if (withheld > 0) printf("withheld %lld. So many texts were taken out; the rest still verifies.\n", (long long)withheld);
  printf("events %lld\nhead ", (long long)ql_get_int(verdict, QL_STR("events"), 0));
  cli_put(stdout, ql_get_str(verdict, QL_STR("head")));
  fputs("\nstate ", stdout);
  cli_put(stdout, ql_get_str(verdict, QL_STR("state_hash")));
  putchar('\n');
  const ql_value *signers = QL_GET(verdict, "signers");
  int64_t keyless = ql_get_int(verdict, QL_STR("events"), 0);
  for (const ql_value *signer = signers ? signers->first : NULL; signer; signer = signer->next) {
    print_signer(signer);
    keyless -= ql_get_int(signer, QL_STR("lines"), 0);
  }
  if (signers && keyless > 0) printf("%lld line%s of agents without a key.\n", (long long)keyless, cli_plural(keyless));
  puts(
      signers
          ? "A signature that fits shows that who has the key stood by that line and all lines before it. Whose key it is, compare yourself."
          : "This finds accidents and broken rules. It does not prove who spoke, nor stop someone who rewrites the whole log.");
  return cli_verdict_exit(verdict);
}
