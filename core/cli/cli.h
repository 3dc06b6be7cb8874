/* What the parts of the command line share. The only C of the project with files, clocks and signals. */
#ifndef QL_CLI_H
#define QL_CLI_H

#include <questline/limits.h>
#include <questline/quest.h>

#include <stdio.h>

/* Exit codes, kept for good. */
typedef enum cli_exit {
  CLI_DONE = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2,
  CLI_NOT_YET = 3,
  CLI_OVER = 4,
  CLI_REFUSED = 5,
  CLI_INTERRUPTED = 130
} cli_exit;

#define CLI_DIALECTS "claude-code, copilot, vscode, opencode, gemini-cli, qwen, cursor, agents-md, acolytes, ouroboros or plain"

/* Every option there is but the fields of events: X(id, name, placeholder or NULL for a switch, what it says). Which commands take it stands in
   main.c. */
#define CLI_OPTIONS(X)                                                                                                                     \
  X(agents_from, "agents-from", "DIR", "folder of agent files: their hashes, and the gates and the ladder in the file of who leads")       \
  X(agent, "agent", "NAME", "the agent")                                                                                                   \
  X(base_url, "base-url", "URL", "where the provider is, in place of its own address")                                                     \
  X(budget, "budget", "N", "tokens of the window that may be used (half of it)")                                                           \
  X(as_form, "as", "FORM", "text, markdown, mermaid or json (text)")                                                                       \
  X(allow_bash, "allow-bash", NULL, "run every command that a model wants run and its file allows, without asking")                        \
  X(ask, "ask", "WHEN", "ask me before each use of a tool: change (where something is changed) or all")                                    \
  X(asked, "agent", "NAME", "ask this agent alone")                                                                                        \
  X(at, "at", "N", "the event it is about: a fork keeps what is up to it; a reveal gives back its texts alone")                            \
  X(at_once, "at-once", "K", "show the schedule with K at work at once (as many as help)")                                                 \
  X(base, "base", "URL", "address of the app that opens the link (http://localhost:8787/app/)")                                            \
  X(by, "by", "NAME", "who writes (@owner)")                                                                                               \
  X(change, "change", "MODULE,...", "what breaks if these modules change; the name of a group stands for all in it")                       \
  X(chosen, "mode", "NAME", "the mode, whatever the request says: its name or number, or normal, prequest or quest")                       \
  X(complete, "strict", NULL, "fail when something is missing or left out: exit code 1")                                                   \
  X(counter, "counter", "N", "how many commands the sender gave since the seat changed hands; the same one again is told apart")           \
  X(days, "days", "N", "look back so many days (1 for a standup, 7 for a review, 14 for a sprint)")                                        \
  X(dialect, "dialect", "ID", "read the files as written for " CLI_DIALECTS " (found out from each file)")                                 \
  X(dry_run, "dry-run", NULL, "with --fix: show the edits, write nothing")                                                                 \
  X(events, "events", "N,N...", "whose texts are withheld; all where nothing is said")                                                     \
  X(edits, "edits", "FILE", "a PlanEdit, or a list of them, as JSON; - is stdin")                                                          \
  X(fallback, "fallback", "NAME", "the model to ask when the first one stays overloaded")                                                  \
  X(fence, "fence", "N", "the fence of the sender's seat, as claim and monitor told it; refused when the seat changed hands since")        \
  X(file, "file", "FILE", "what was made; - is stdin")                                                                                     \
  X(fix, "fix", NULL, "mend what can be mended, in the files; - writes the mended text to stdout")                                         \
  X(folder, "out", "DIR", "write files below DIR, each where its product looks for it")                                                    \
  X(force, "force", NULL, "replace files that are there and differ")                                                                       \
  X(format, "format", "FORMAT", "text, json, sarif or github (text)")                                                                      \
  X(from, "from", "NAME", "who acts")                                                                                                      \
  X(graph_format, "format", "FORMAT", "auto, own, cruise, madge, pydeps, make or plan (auto)")                                             \
  X(head, "head", "HASH", "the head this log must have, as a link or a server told you")                                                   \
  X(health, "health", NULL, "read snapshots of a backend's health in place of graphs, and show them over time")                            \
  X(help, "help", NULL, "this text")                                                                                                       \
  X(known, "files", "PATH", "the files of the project: its folder, or a list, one path a line, as `git ls-files` prints it; - is stdin")   \
  X(item, "item", "N", "the item with this number, as `questline roadmap` shows it (the next one that is pending)")                        \
  X(json, "json", NULL, "print JSON on stdout, errors and refusals too")                                                                   \
  X(key, "key", "FILE", "the key that signs, as `questline key make` made it")                                                             \
  X(lossless, "strict", NULL, "when something would be lost, write nothing and fail: exit code 1")                                         \
  X(md, "md", NULL, "print Markdown")                                                                                                      \
  X(measured, "measured", "QUEST", "take the sizes of tasks from this quest")                                                              \
  X(memory, "file", "FILE", "the file of the memory graph (memory.jsonl in the .questline folder found here or above)")                    \
  X(merge, "merge", "FILE", "take over the notes in FILE first; - is stdin")                                                               \
  X(mermaid, "mermaid", NULL, "print a Mermaid diagram")                                                                                   \
  X(model, "model", "NAME", "the model, as the provider knows it")                                                                         \
  X(most, "most", "N", "entries of a list, the weightiest first; 0: all (20)")                                                             \
  X(no_copy, "no-copy", NULL, "keep no copy of the file in the store, its hash alone")                                                     \
  X(only, "agent", "NAME", "only the rules of this agent")                                                                                 \
  X(order, "policy", "ORDER", "strict: one agent after another; parallel: those of a group at once (strict)")                              \
  X(out, "out", "FILE", "where to write; - is stdout")                                                                                     \
  X(pace, "pace", "MS", "wait so many milliseconds after each event, to watch it")                                                         \
  X(plan, "plan", "FILE", "a plan that `questline plan` made, its text or its JSON; the quest waits for approval; - is stdin")             \
  X(prices, "prices", "FILE", "prices that stand before those we know, as JSON; - is stdin")                                               \
  X(provider, "provider", "NAME", "who plays: anthropic, openai, gemini, openrouter, ollama, ... (the rehearsal)")                         \
  X(mcp, "mcp", "NAME=URL", "an MCP server whose tools models may use; may be given several times; its key is in MCP_NAME_API_KEY")        \
  X(quest, "quest", "ID", "the quest: its id, the first characters of it, or a file")                                                      \
  X(remembers, "memory", "FILE", "the memory graph that models may read and change (as questline memory keeps it)")                        \
  X(reasoning, "reasoning", "LEVEL", "off, low, medium or high (the model's own)")                                                         \
  X(record, "record", NULL, "print a decision record in Markdown")                                                                         \
  X(roadmap, "roadmap", "FILE", "plan an item of this roadmap in place of an objective; - is stdin")                                       \
  X(replay, "replay", "FILE", "a recorded quest: what is asked there in the same words is not asked again")                                \
  X(role, "role", "ROLE", "leader or worker; owner for @owner")                                                                            \
  X(root, "root", "DIR", "the folder of the project (.)")                                                                                  \
  X(rules, "kind", "KIND", "only rules of this kind: gate, escalation, ...")                                                               \
  X(sign, "sign", "FILE", "sign what is written with this key, one that the quest names (QUESTLINE_SIGN)")                                 \
  X(signed_, "signed", NULL, "fail unless every line of an agent with a key is signed: exit code 1")                                       \
  X(specs, "specs", "DIR", "folder of agent files")                                                                                        \
  X(store, "store", "DIR", "use DIR in place of the .questline folder found here or above")                                                \
  X(strict, "strict", NULL, "warnings fail too: exit code 1")                                                                              \
  X(target, "to", "DIALECT", "the product to write for: " CLI_DIALECTS)                                                                    \
  X(timeout, "timeout", "SECONDS", "how long to wait for the turn, 0 to look once (90)")                                                   \
  X(work, "work", "DIR", "the folder that models work on, with the tools their files list")                                                \
  X(write, "write", NULL, "what they change is written into that folder")                                                                  \
  X(yes, "yes", NULL, "allow the uses of tools that a person has to allow")                                                                \
  X(window, "window", "N", "tokens of the model's window (what the agent's file says, or 200000)")                                         \
  X(within, "budget", "WHAT=N,...", "what the plan may take: tokens, micro (millionths of a dollar) and ms, such as tokens=200000,ms=8h")

/* Then each field of each event: CLI_FIELD_message_to. */
typedef enum cli_option {
#define X(id, name, placeholder, words) CLI_##id,
  CLI_OPTIONS(X)
#undef X
#define EVENT(type, doc)
#define FIELD(type, name, kind, need, doc) CLI_FIELD_##type##_##name,
#include <questline/events.def>
#undef EVENT
#undef FIELD
      CLI_OPTION_COUNT
} cli_option;

#define CLI_FIELDS_FROM CLI_FIELD_create_agents /* the first of them */

#define CLI_REQUIRED 0x100 /* added to an option that a command cannot do without */
#define CLI_EVENT    0xffe /* in a list of options: the fields of the event that the command is called after */
#define CLI_END      0xfff /* ends a command's list of options */
_Static_assert(CLI_OPTION_COUNT <= CLI_REQUIRED, "an option and CLI_REQUIRED fit beside each other");

typedef struct cli cli;

typedef struct cli_command {
  const char *name; /* "quest create" */
  const char *summary;
  const char *operands; /* as shown in the usage line: "FILE"; "" when there are none */
  size_t min_operands, max_operands;
  const uint16_t *options; /* but for help and json, which every command takes */
  unsigned exits;          /* bits: which exit codes can come */
  const char *example;
  int (*run)(cli *c);
} cli_command;

/// One run of the program.
struct cli {
  const cli_command *command;          /* NULL until it is known */
  const char *value[CLI_OPTION_COUNT]; /* of the options given; "" for a switch; NULL where not given */
  const char *const *operands;
  size_t operand_count;
  ql_arena *a;
  bool json;
  bool holds;     /* a failure is kept in held, shape Failure, in place of printing it */
  ql_value *held; /* NULL while there is none */
};

/// Set by SIGINT and SIGTERM. Whatever waits returns then; a write that began is ended first.
bool cli_interrupted(void);
/// For what goes on behind a Ctrl-C: the next one is the first again. False where it was none, and the command is to end.
bool cli_take_interrupt(void);
void cli_catch_signals(void);
/// Says that the command was interrupted; returns CLI_INTERRUPTED.
int cli_stop(cli *c);

/* args.c */

/// Reads the words behind the command's name. @return CLI_DONE, or another exit code after having said why; *help is set when it was asked for.
int cli_parse(cli *c, int argc, const char *const *argv, bool *help);
/// The name closest to a word out of count, NULL when none is close.
const char *cli_closest(const char *word, const char *const *names, size_t count);
/// Says that given is none of the names there are, which one is close, and lists them; returns CLI_USAGE.
int cli_fail_choice(cli *c, const char *what, const char *given, const char *const *names, size_t count);
void cli_print_help(const cli_command *command);
/// A whole number of an option, from 0 to max; otherwise says so and returns CLI_USAGE.
int cli_number(cli *c, cli_option option, int64_t max, int64_t *out);

/* out.c: everything that is printed and did not come from our own source goes through cli_put or cli_put_block: control characters of
   untrusted text must not reach a terminal. */

/// On one line: line ends become \n.
void cli_put(FILE *to, ql_str text);
/// A piece of a longer text: line ends and tabs stay.
void cli_put_piece(FILE *to, ql_str text);
/// Keeps line ends; each line begins with indent and ends with a line end.
void cli_put_block(FILE *to, ql_str text, const char *indent);
/// The first line, cut to `columns` code points.
void cli_put_short(FILE *to, ql_str text, size_t columns);
/// Pads with blanks up to a column; text of `used` code points stands there already.
void cli_pad(FILE *to, size_t used, size_t columns);

#define CLI_COUNT_MAX 32
/// A number with commas between its thousands; returns out.
const char *cli_count(char out[CLI_COUNT_MAX], int64_t n);

#define CLI_STAMP_MAX 32
/// A time, ms since 1970, in UTC as ISO 8601; returns out.
const char *cli_stamp(char out[CLI_STAMP_MAX], int64_t at);

typedef enum cli_colour { CLI_PLAIN, CLI_BOLD, CLI_RED, CLI_YELLOW, CLI_GREEN, CLI_DIM } cli_colour;
/// Switches colour on terminals; CLI_PLAIN switches back.
void cli_colour_on(FILE *to, cli_colour colour);

/// Prints a value as one line of JSON. @return CLI_DONE; CLI_FAILED when value is NULL (out of memory).
int cli_json(cli *c, const ql_value *value);
/// Says why the command failed, with printf's format, and returns CLI_FAILED, or CLI_USAGE for QL_ERR_ARGUMENT.
int cli_fail(cli *c, ql_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/// The same for an error of the core; what names the thing it is about (a file, an option), or NULL.
int cli_fail_error(cli *c, const ql_error *err, const char *what);
/// The same for the system's errno.
int cli_fail_errno(cli *c, const char *doing, const char *path);
int cli_no_memory(cli *c);
/// Prints a refusal, returns CLI_REFUSED.
int cli_refuse(cli *c, ql_value *refusal);
/// A note to the person on stderr, also with --json.
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fields.c */

/// A field of an event as an option of the command that writes it.
typedef struct cli_field {
  const char *name, *placeholder, *words, *more; /* more: said behind the words */
  ql_event_type type;
  bool offered, required; /* not offered: the core or the command itself knows it */
} cli_field;

/// @param option  from CLI_FIELDS_FROM on
cli_field cli_field_of(cli_option option);
/// The type of event that a command is called after: "quest drop" writes drop. QL_EVENT_COUNT for a command that writes none.
ql_event_type cli_event_of(const cli_command *command);
/// A name as the core writes it. Brackets and the like are no part of a name but a sign that something else was meant.
int cli_read_name(cli *c, const char *label, ql_str given, ql_str *out);
/// Adds what one of these options says to the command.
int cli_read_field(cli *c, cli_option option, ql_value *command);
/// Pairs such as tokens=200000,ms=8h, as members of out. What they are called is not looked at.
/// @param label  the option, for messages: "--budget"
int cli_read_counts(cli *c, const char *label, const char *given, ql_value *out);
/// The command that the options describe, but for who sends it; what they do not say stays as it is in command.
int cli_read_fields(cli *c, ql_value *command);

/* input.c */

int64_t cli_now(void);       /* ms since epoch */
int64_t cli_monotonic(void); /* ms of a clock that nobody sets */
bool cli_random(uint8_t *bytes, size_t len);

/// Valid UTF-8 in any case: bytes that are not become U+FFFD.
ql_str cli_clean(cli *c, const char *text);
/// Reads a file, or stdin for "-", into the arena; of what is longer than max a little more than that. False with errno set, EISDIR for a folder.
bool cli_read_bytes(cli *c, const char *path, size_t max, ql_str *out);
/// The same; what is longer than max is an error, which is told.
/// @param limit  the name of max
int cli_read_limited(cli *c, const char *path, size_t max, const char *limit, ql_str *out);
#define cli_read(c, path, limit, out) cli_read_limited((c), (path), (limit), #limit, (out))
/// A text given as an option or operand: itself, or stdin for "-" without its last line end. Valid UTF-8, not empty.
/// @param label  what the text is, for messages: "--msg"
/// @param limit  the name of max, the most bytes from stdin
int cli_text_limited(cli *c, const char *label, const char *given, size_t max, const char *limit, ql_str *out);
#define cli_text_within(c, label, given, limit, out) cli_text_limited((c), (label), (given), (limit), #limit, (out))
#define cli_text(c, label, given, out)               cli_text_within(c, label, given, QL_LINE_BYTES_MAX, out)

/* files.c */

typedef struct ql_roster ql_roster;

/// An agent file as it was found.
typedef struct cli_file {
  const char *path; /* as the system knows it; "-" for stdin */
  ql_str label;     /* as people read it */
  ql_str text;      /* one byte more than QL_SPEC_BYTES_MAX of a larger file; absent when it could not be read */
  ql_str before;    /* the text that `check --fix` has mended; absent when there was nothing to mend */
  const char *code; /* of what went wrong with the file itself: "unreadable", "unwritable"; NULL when nothing did */
  ql_str trouble;   /* the same as a sentence */
} cli_file;

typedef struct cli_files {
  cli_file *at;
  size_t count, cap;
} cli_files;

/// Reads agent files: files as named, folders' *.md and *.mdc at any depth.
int cli_read_files(cli *c, const char *const *paths, size_t count, cli_files *out);
/// Notes what went wrong with a file: "Cannot read it: Permission denied."
void cli_trouble(cli *c, cli_file *file, const char *code, const char *doing, const char *why);
/// Says on stderr what went wrong with files. @return of how many
size_t cli_tell_troubles(const cli_files *files);
/// The same as `failed` in an answer, {code, message, path} each; left out where there is nothing to tell.
size_t cli_set_troubles(cli *c, const cli_files *files, ql_value *answer);
/// What could be read, in order, linked.
/// @param dialect  absent: found out from each file
int cli_make_roster(cli *c, const cli_files *files, ql_str dialect, ql_roster **out);
/// Puts a new text in the place of one that was read, all at once: whoever opens the file meanwhile sees one of them. A symbolic link
/// stays, the file it leads to is replaced and keeps its permissions.
/// @return NULL; otherwise why not, and the file is as it was
const char *cli_replace_file(cli *c, const char *path, ql_str before, ql_str after);
/// Makes a file that is not there yet: as a whole or not at all, also where the program is killed meanwhile.
int cli_make_file(cli *c, const char *path, ql_str bytes);

/// Whether a path below root, or a folder on the way to it, is a symbolic link; also where that cannot be found out.
int cli_find_link(cli *c, const char *root, const char *path, bool *link);
/// --root, or here. One that is no folder is an error.
int cli_root(cli *c, const char **root);

/* cmd_*.c */

typedef struct ql_agent ql_agent;
/// path:line:col: severity[code] message, of the shape Diagnostic.
void cli_print_diagnostic(FILE *to, ql_str path, const ql_value *diagnostic);
/// "s" unless there is one.
const char *cli_plural(int64_t count);
/// The dialect of an option; absent when it is not given. An unknown one is wrong usage.
int cli_dialect(cli *c, cli_option option, ql_str *out);
/// The roster of a folder; one without agents is a failure.
int cli_read_team(cli *c, const char *folder, ql_roster **out);
/// The roster of --specs and the agent in it that an option names.
int cli_open_team(cli *c, cli_option who, ql_roster **out, const ql_agent **agent);

int cli_chat(cli *c);
int cli_models_list(cli *c);
int cli_resume(cli *c);
int cli_record(cli *c);
int cli_test(cli *c);
/// Plays a recorded quest again with other files or another model, into a new quest.
int cli_play_again(cli *c, const char *quest);
int cli_spec(cli *c);
int cli_check(cli *c);
int cli_export(cli *c);
int cli_load(cli *c);
int cli_mode(cli *c);
int cli_workflow(cli *c);
int cli_context(cli *c);
int cli_delegate(cli *c);
int cli_form_check(cli *c);
int cli_form_fill(cli *c);
int cli_duplicates(cli *c);
int cli_permit(cli *c);
int cli_policy(cli *c);
int cli_roster(cli *c);
int cli_impact(cli *c);
int cli_trace(cli *c);
int cli_route(cli *c);
int cli_plan(cli *c);
int cli_roadmap(cli *c);
typedef struct ql_plan_source ql_plan_source;
/// What to plan for the item of --roadmap and --item.
int cli_roadmap_request(cli *c, ql_str *objective, ql_plan_source *item);
/// The plan in a file, its text or its JSON; stdin for "-".
typedef struct ql_plan ql_plan;
int cli_read_plan(cli *c, const char *path, const ql_plan **plan);
int cli_plan_check(cli *c);
int cli_plan_edit(cli *c);
int cli_plan_compare(cli *c);
int cli_plan_show(cli *c);
int cli_plan_schedule(cli *c);
int cli_plan_cost(cli *c);
int cli_decide(cli *c);
int cli_services(cli *c);
int cli_quest_create(cli *c);
int cli_quest_command(cli *c);
int cli_quest_artifact(cli *c);
int cli_quest_monitor(cli *c);
int cli_quest_show(cli *c);
int cli_quest_list(cli *c);
int cli_quest_log(cli *c);
int cli_quest_note(cli *c);
int cli_quest_notes(cli *c);
int cli_quest_board(cli *c);
int cli_quest_inbox(cli *c);
int cli_quest_timeline(cli *c);
int cli_quest_metrics(cli *c);
int cli_quest_report(cli *c);
int cli_quest_backlog(cli *c);
int cli_quest_certificate(cli *c);
int cli_quest_compare(cli *c);
int cli_quest_fork(cli *c);
int cli_quest_import(cli *c);
int cli_quest_redact(cli *c);
int cli_quest_reveal(cli *c);
int cli_quest_what_if(cli *c);
int cli_quest_sign(cli *c);
int cli_make_key(cli *c);
int cli_show_key(cli *c);
int cli_memory_create(cli *c);
int cli_memory_relate(cli *c);
int cli_memory_unrelate(cli *c);
int cli_memory_observe(cli *c);
int cli_memory_delete(cli *c);
int cli_memory_search(cli *c);
int cli_memory_open(cli *c);
int cli_memory_read(cli *c);
int cli_memory_pending(cli *c);
int cli_memory_learn(cli *c);
int cli_memory_import(cli *c);
int cli_memory_export(cli *c);
int cli_run(cli *c);
int cli_verify(cli *c);
int cli_link_make(cli *c);
int cli_link_open(cli *c);

#endif
