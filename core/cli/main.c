/* The table of commands, and the way from the command line to one of them. */
#include <questline/quest.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define BIT(exit_code) (1u << ((exit_code) == CLI_INTERRUPTED ? 6 : (exit_code)))
#define READS          (BIT(CLI_DONE) | BIT(CLI_FAILED) | BIT(CLI_USAGE))
#define WRITES         (READS | BIT(CLI_REFUSED))
#define NEED(option)   (CLI_##option | CLI_REQUIRED)
#define OPTIONS(...)   ((const uint16_t[]){__VA_ARGS__, CLI_END})
#define NO_OPTIONS     ((const uint16_t[]){CLI_END})
#define EVENT(...)                                                                                                                         \
  OPTIONS(NEED(quest), __VA_ARGS__, CLI_EVENT, CLI_fence, CLI_counter, CLI_sign, CLI_store) /* of a command that writes one */

static const cli_command commands[] = {
    {"spec", "reads one agent file", "FILE", 1, 1, OPTIONS(CLI_dialect), READS, "questline spec agents/api-architect.md", cli_spec},
    {"check", "checks agent files together, and mends them", "PATH...", 1, 4096,
     OPTIONS(CLI_fix, CLI_dry_run, CLI_format, CLI_dialect, CLI_strict), READS | BIT(CLI_INTERRUPTED),
     "questline check --fix .claude/agents", cli_check},
    {"export", "writes agent files for another product", "PATH...", 1, 4096,
     OPTIONS(NEED(target), CLI_folder, CLI_force, CLI_lossless, CLI_dialect), READS | BIT(CLI_INTERRUPTED),
     "questline export .claude/agents --to copilot --out .", cli_export},
    {"policy", "shows the rules that stand in the prose of agent files", "PATH...", 1, 4096, OPTIONS(CLI_rules, CLI_only, CLI_dialect),
     READS | BIT(CLI_INTERRUPTED), "questline policy --kind gate .claude/agents", cli_policy},
    {"roster", "lists the agents of a folder and those they name", "DIR", 1, 1, NO_OPTIONS, READS, "questline roster .claude/agents",
     cli_roster},
    {"route", "tells who should take a request", "REQUEST", 1, 1, OPTIONS(NEED(specs), CLI_asked), WRITES | BIT(CLI_NOT_YET),
     "questline route --specs .claude/agents \"Split the monolith into services\"", cli_route},
    {"permit", "tells whether an agent may make a tool call", "TOOL [PATH]", 1, 2, OPTIONS(NEED(specs), NEED(agent), CLI_root),
     WRITES | BIT(CLI_NOT_YET), "questline permit --specs .claude/agents --agent backend-coordinator Edit src/app.ts", cli_permit},
    {"load", "shows what an agent loads on activation, and what does not fit", "", 0, 0,
     OPTIONS(NEED(specs), NEED(agent), CLI_root, CLI_window, CLI_budget, CLI_complete), READS | BIT(CLI_INTERRUPTED),
     "questline load --specs .claude/agents --agent backend-coordinator", cli_load},
    {"mode", "tells how a request is worked on: answered, planned or carried out", "REQUEST", 1, 1,
     OPTIONS(NEED(specs), NEED(agent), CLI_chosen), READS,
     "questline mode --specs .claude/agents --agent backend-coordinator \"QUEST: add login\"", cli_mode},
    {"workflow", "shows the steps of an agent's work on a request: what is read, missing, turned down", "REQUEST", 1, 1,
     OPTIONS(NEED(specs), NEED(agent), CLI_root, CLI_chosen), WRITES | BIT(CLI_INTERRUPTED),
     "questline workflow --specs .claude/agents --agent backend-coordinator \"Add login\"", cli_workflow},
    {"context", "shows what each worker of a plan is given, and what is withheld by which rule", "PLAN", 1, 1,
     OPTIONS(NEED(specs), CLI_root, CLI_window, CLI_budget), READS | BIT(CLI_INTERRUPTED),
     "questline context --specs .claude/agents plan.json", cli_context},
    {"delegate", "writes the message that hands a task to a worker", "PLAN TASK", 2, 2,
     OPTIONS(CLI_specs, CLI_root, CLI_window, CLI_budget), READS | BIT(CLI_INTERRUPTED),
     "questline delegate --specs .claude/agents plan.json T2", cli_delegate},
    {"form check", "holds a message, as JSON, against a form of the agent's file", "FORM FILE", 2, 2, OPTIONS(NEED(specs), NEED(agent)),
     READS, "questline form check --specs .claude/agents --agent backend-coordinator request request.json", cli_form_check},
    {"form fill", "makes a message of what is filled in: a JSON list of path and text", "FORM FILE", 2, 2,
     OPTIONS(NEED(specs), NEED(agent)), READS,
     "questline form fill --specs .claude/agents --agent backend-coordinator request entries.json", cli_form_fill},
    {"duplicates", "finds what files say more than once", "PATH...", 1, 4096, NO_OPTIONS, READS | BIT(CLI_INTERRUPTED),
     "questline duplicates .claude/agents docs", cli_duplicates},
    {"roadmap", "shows a roadmap and which item comes next", "FILE", 1, 1, NO_OPTIONS, READS, "questline roadmap docs/roadmap.md",
     cli_roadmap},
    {"plan", "makes a plan for an objective or an item of a roadmap, by rules or by a model", "[OBJECTIVE]", 0, 1,
     OPTIONS(NEED(specs), NEED(agent), CLI_provider, CLI_model, CLI_base_url, CLI_fallback, CLI_reasoning, CLI_work, CLI_roadmap, CLI_item,
             CLI_known, CLI_within, CLI_prices, CLI_strict, CLI_md, CLI_mermaid),
     READS | BIT(CLI_INTERRUPTED), "questline plan --specs .claude/agents --agent backend-coordinator \"Add login with OAuth2\"", cli_plan},
    {"plan check", "finds what keeps a plan from running", "FILE", 1, 1, OPTIONS(CLI_specs, CLI_known, CLI_within, CLI_prices, CLI_strict),
     READS | BIT(CLI_INTERRUPTED), "questline plan check --specs .claude/agents plan.json", cli_plan_check},
    {"plan edit", "changes a plan and prints it as JSON; it stays sound, or nothing is changed", "FILE", 1, 1,
     OPTIONS(NEED(edits), CLI_specs), WRITES, "questline plan edit plan.json --edits edits.json", cli_plan_edit},
    {"plan compare", "tells what differs between two plans, and how much larger and dearer one is: exit code 1", "FILE FILE", 2, 2,
     OPTIONS(CLI_specs, CLI_prices), READS, "questline plan compare plan.json changed.json --specs .claude/agents", cli_plan_compare},
    {"plan show", "prints a plan in another form", "FILE", 1, 1, OPTIONS(CLI_as_form), READS, "questline plan show plan.json --as mermaid",
     cli_plan_show},
    {"plan schedule", "shows when the tasks of a plan can run, and how long it takes with so many at work at once", "FILE", 1, 1,
     OPTIONS(CLI_at_once), READS, "questline plan schedule plan.json --at-once 2", cli_plan_schedule},
    {"plan cost", "shows what a plan costs in tokens and money", "FILE", 1, 1, OPTIONS(CLI_specs, CLI_prices, CLI_measured, CLI_store),
     READS, "questline plan cost plan.json --specs .claude/agents", cli_plan_cost},
    {"decide", "ranks options by weighted criteria, and shows what would change the winner; without a matrix: a record to be filled in",
     "[MATRIX.json]", 0, 1, OPTIONS(CLI_specs, CLI_agent, CLI_record), READS, "questline decide matrix.json --record", cli_decide},
    {"services", "checks a service architecture, and writes it in Markdown", "FILE", 1, 1, NO_OPTIONS, READS,
     "questline services shop.json", cli_services},
    {"impact", "shows how the modules of a program hang together, and what a change breaks", "[GRAPH...]", 0, 4096,
     OPTIONS(CLI_graph_format, CLI_change, CLI_most, CLI_health, CLI_md), READS | BIT(CLI_INTERRUPTED),
     "questline impact modules.json --change src/db.js", cli_impact},
    {"trace", "shows where the time of a request goes: the chain of calls, bottlenecks, calls again and again", "[FILE]", 0, 1, NO_OPTIONS,
     READS, "questline trace spans.json", cli_trace},
    {"run", "plans, approves and plays an objective, by a model or by rehearsal, or goes on with a quest", "[OBJECTIVE]", 0, 1,
     OPTIONS(CLI_specs, CLI_agent, CLI_quest, CLI_provider, CLI_model, CLI_base_url, CLI_fallback, CLI_reasoning, CLI_work, CLI_write,
             CLI_yes, CLI_ask, CLI_allow_bash, CLI_mcp, CLI_remembers, CLI_replay, CLI_FIELD_create_budget, CLI_order, CLI_pace, CLI_sign,
             CLI_store),
     WRITES | BIT(CLI_NOT_YET) | BIT(CLI_INTERRUPTED),
     "questline run --specs .claude/agents --agent backend-coordinator \"Add login with OAuth2\"", cli_run},
    {"resume", "goes on with a quest that was stopped or paused", "QUEST", 1, 1,
     OPTIONS(CLI_specs, CLI_provider, CLI_model, CLI_base_url, CLI_fallback, CLI_reasoning, CLI_work, CLI_write, CLI_yes, CLI_ask,
             CLI_allow_bash, CLI_mcp, CLI_remembers, CLI_FIELD_resume_budget, CLI_pace, CLI_sign, CLI_store),
     WRITES | BIT(CLI_NOT_YET) | BIT(CLI_INTERRUPTED), "questline resume 4k --specs .claude/agents --provider ollama --model qwen3",
     cli_resume},
    {"chat", "asks one agent, or talks with it line by line", "[QUESTION]", 0, 1,
     OPTIONS(NEED(specs), NEED(agent), CLI_provider, CLI_model, CLI_base_url, CLI_fallback, CLI_reasoning, CLI_work, CLI_write, CLI_yes,
             CLI_ask, CLI_allow_bash, CLI_mcp, CLI_remembers),
     READS | BIT(CLI_INTERRUPTED),
     "questline chat --specs .claude/agents --agent backend-coordinator --provider anthropic --model claude-sonnet-5-5", cli_chat},
    {"record", "writes the log of a quest, with the answers of its models, as a test", "QUEST", 1, 1, OPTIONS(NEED(out), CLI_store), READS,
     "questline record 4k --out login.quest", cli_record},
    {"test", "plays recorded quests again without a model, and tells what is different now", "FILE...", 1, 4096,
     OPTIONS(NEED(specs), CLI_work, CLI_allow_bash, CLI_remembers, CLI_provider, CLI_model, CLI_reasoning, CLI_store),
     READS | BIT(CLI_INTERRUPTED), "questline test --specs .claude/agents *.quest", cli_test},
    {"models", "lists the models of a provider, or says why it cannot be reached", "", 0, 0, OPTIONS(NEED(provider), CLI_base_url),
     READS | BIT(CLI_INTERRUPTED), "questline models --provider ollama", cli_models_list},
    {"verify", "checks that a log is whole and that every move was legal", "FILE", 1, 1, OPTIONS(CLI_head, CLI_signed_, CLI_store), READS,
     "questline verify .questline/quests/0123456789.quest", cli_verify},
    {"quest create", "opens a quest and prints its id", "", 0, 0,
     OPTIONS(CLI_EVENT, CLI_plan, CLI_specs, CLI_agents_from, CLI_sign, CLI_store), WRITES,
     "questline quest create --mission \"Add login with OAuth2\" --agents @lead,@api,@tests", cli_quest_create},
    {"quest approve", "starts a proposed quest", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest approve --quest 4k",
     cli_quest_command},
    {"quest reject", "ends a proposed quest", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest reject --quest 4k --reason \"Too large.\"", cli_quest_command},
    {"quest pause", "stops the quest, the turn is kept", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest pause --quest 4k",
     cli_quest_command},
    {"quest resume", "goes on with a paused quest", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest resume --quest 4k --budget tokens=400000", cli_quest_command},
    {"quest abort", "ends the quest", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest abort --quest 4k --reason \"Priorities changed.\"", cli_quest_command},
    {"quest upgrade", "lets newer rules hold from here on", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest upgrade --quest 4k --to 2",
     cli_quest_command},
    {"quest monitor", "waits until it is an agent's turn", "", 0, 0, OPTIONS(NEED(role), NEED(agent), NEED(quest), CLI_timeout, CLI_store),
     WRITES | BIT(CLI_NOT_YET) | BIT(CLI_OVER) | BIT(CLI_INTERRUPTED), "questline quest monitor --role worker --agent @api --quest 4k",
     cli_quest_monitor},
    {"quest message", "gives work to an agent, or notes a worker's progress", "", 0, 0, EVENT(NEED(from)), WRITES,
     "questline quest message --quest 4k --from @lead --to @api --msg \"Write the callback.\"", cli_quest_command},
    {"quest respond", "ends the turn of who sends it", "", 0, 0, EVENT(NEED(from)), WRITES,
     "questline quest respond --quest 4k --from @api --msg \"Callback written, tests pass.\"", cli_quest_command},
    {"quest complete", "ends the quest as done; the leader's", "", 0, 0, EVENT(NEED(from)), WRITES,
     "questline quest complete --quest 4k --from @lead --summary \"Login works.\"", cli_quest_command},
    {"quest fail", "ends the quest as failed; the leader's, on its turn", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest fail --quest 4k --reason \"The provider has no OAuth2.\"", cli_quest_command},
    {"quest drop", "closes a task unanswered", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest drop --quest 4k --task T2 --reason \"Not needed.\"", cli_quest_command},
    {"quest gate", "gives evidence for a gate, or judges it", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest gate --quest 4k --from @tests --gate coverage --as given --value 92.5", cli_quest_command},
    {"quest artifact", "records a file that was made, by its hash", "", 0, 0, EVENT(NEED(file), CLI_no_copy, CLI_from), WRITES,
     "questline quest artifact --quest 4k --from @api --file src/callback.ts --task T1", cli_quest_artifact},
    {"quest escalate", "moves a task up one level of the ladder", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest escalate --quest 4k --from @lead --task T1", cli_quest_command},
    {"quest claim", "takes an agent's seat and prints its new fence", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest claim --quest 4k --agent @api --seat human", cli_quest_command},
    {"quest release", "leaves an agent's seat", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest release --quest 4k --agent @api",
     cli_quest_command},
    {"quest reassign", "gives a task to another agent", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest reassign --quest 4k --task T1 --to @tests", cli_quest_command},
    {"quest add", "lets an agent join", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest add --quest 4k --agent @docs --seat model",
     cli_quest_command},
    {"quest remove", "lets an agent leave", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest remove --quest 4k --agent @docs",
     cli_quest_command},
    {"quest promote", "makes another agent lead", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest promote --quest 4k --agent @api",
     cli_quest_command},
    {"quest tick", "lets all happen that is due by now", "", 0, 0, EVENT(CLI_from), WRITES, "questline quest tick --quest 4k",
     cli_quest_command},
    {"quest start", "reserves the worst cost of something that is about to be done", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest start --quest 4k --seat @api --effect http --attempt 1 --tokens 8000 --micro 0 --request SHA256", cli_quest_command},
    {"quest done", "settles what was started", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest done --quest 4k --start 7 --outcome ok --input 1200 --output 300", cli_quest_command},
    {"quest usage", "books what a turn used that was played elsewhere", "", 0, 0, EVENT(CLI_from), WRITES,
     "questline quest usage --quest 4k --agent @api --input 1200 --output 300", cli_quest_command},
    {"quest show", "shows a quest: who holds the turn, what was said, what comes next", "", 0, 0, OPTIONS(NEED(quest), CLI_store), READS,
     "questline quest show --quest 4k", cli_quest_show},
    {"quest list", "lists the quests", "", 0, 0, OPTIONS(CLI_store), READS, "questline quest list", cli_quest_list},
    {"quest log", "prints the events of a quest", "", 0, 0, OPTIONS(NEED(quest), CLI_store), READS, "questline quest log --quest 4k",
     cli_quest_log},
    {"quest note", "writes a note beside the log; without TEXT it comes from stdin", "QUEST [TEXT]", 1, 2,
     OPTIONS(CLI_at, CLI_by, CLI_store), READS, "questline quest note 4k --at 3 --by anna \"Why PKCE only?\"", cli_quest_note},
    {"quest notes", "shows the notes of a quest", "QUEST", 1, 1, OPTIONS(CLI_merge, CLI_store), READS,
     "questline quest notes 4k --merge theirs.notes", cli_quest_notes},
    {"quest board", "shows who works, waits, is blocked or done, and what each said last", "", 0, 0, OPTIONS(NEED(quest), CLI_store), READS,
     "questline quest board --quest 4k", cli_quest_board},
    {"quest inbox", "shows all that was said to an agent", "", 0, 0, OPTIONS(NEED(quest), NEED(agent), CLI_store), READS,
     "questline quest inbox --quest 4k --agent @api", cli_quest_inbox},
    {"quest timeline", "shows every event as one line", "", 0, 0, OPTIONS(NEED(quest), CLI_store), READS,
     "questline quest timeline --quest 4k", cli_quest_timeline},
    {"quest metrics", "computes numbers by name over quests, all of the store where none is named", "[QUEST...]", 0, 4096,
     OPTIONS(CLI_store), READS, "questline quest metrics 4k 7q", cli_quest_metrics},
    {"quest standup", "writes a standup in Markdown: who did what, what is next, what is in the way", "[QUEST...]", 0, 4096,
     OPTIONS(CLI_days, CLI_store), READS, "questline quest standup", cli_quest_report},
    {"quest review", "writes a review in Markdown: decisions with their reasons, what was completed, open questions", "[QUEST...]", 0, 4096,
     OPTIONS(CLI_days, CLI_store), READS, "questline quest review --days 7", cli_quest_report},
    {"quest sprint", "writes the account of a sprint in Markdown: completed, open and dropped tasks, usage", "[QUEST...]", 0, 4096,
     OPTIONS(CLI_days, CLI_store), READS, "questline quest sprint --days 14", cli_quest_report},
    {"quest backlog", "plans the next round of work from what quests left open", "[QUEST...]", 0, 4096,
     OPTIONS(CLI_specs, CLI_agent, CLI_md, CLI_mermaid, CLI_store), READS, "questline quest backlog 4k 7q --specs .claude/agents",
     cli_quest_backlog},
    {"quest report", "writes the final report in Markdown", "[QUEST...]", 0, 4096, OPTIONS(CLI_store), READS, "questline quest report 4k",
     cli_quest_report},
    {"quest certificate", "shows what the log of a quest proves, and what it does not", "", 0, 0, OPTIONS(NEED(quest), CLI_store), READS,
     "questline quest certificate --quest 4k", cli_quest_certificate},
    {"quest compare", "shows where two quests part and what differs", "QUEST QUEST", 2, 2, OPTIONS(CLI_store), READS,
     "questline quest compare 4k 7q", cli_quest_compare},
    {"quest fork", "makes another quest that shares the events up to one of them", "", 0, 0,
     OPTIONS(NEED(quest), CLI_at, CLI_sign, CLI_store), WRITES, "questline quest fork --quest 4k --at 12", cli_quest_fork},
    {"quest what-if", "plays a quest again with one answer changed, or with other agents or another model, asking only what is new", "", 0,
     0,
     OPTIONS(NEED(quest), CLI_at, CLI_FIELD_message_msg, CLI_FIELD_respond_kind, CLI_FIELD_gate_as, CLI_FIELD_gate_value,
             CLI_FIELD_gate_word, CLI_FIELD_gate_evidence, CLI_out, CLI_specs, CLI_provider, CLI_model, CLI_base_url, CLI_fallback,
             CLI_reasoning, CLI_work, CLI_write, CLI_yes, CLI_ask, CLI_allow_bash, CLI_mcp, CLI_remembers, CLI_store),
     WRITES | BIT(CLI_NOT_YET) | BIT(CLI_INTERRUPTED), "questline quest what-if --quest 4k --at 12 --kind blocked", cli_quest_what_if},
    {"quest import", "takes over what somebody else added to a copy of a quest", "FILE", 1, 1, OPTIONS(CLI_store), READS,
     "questline quest import theirs.quest", cli_quest_import},
    {"quest redact", "writes a copy of the log with texts withheld; it verifies as before", "", 0, 0,
     OPTIONS(NEED(quest), NEED(out), CLI_events, CLI_store), READS, "questline quest redact --quest 4k --events 3,7 --out public.quest",
     cli_quest_redact},
    {"quest reveal", "writes a copy of a redacted log with texts given back", "FILE", 1, 1,
     OPTIONS(NEED(quest), NEED(out), CLI_at, CLI_store), READS, "questline quest reveal public.quest --quest 4k --at 3 --out shown.quest",
     cli_quest_reveal},
    {"quest sign", "signs the lines of an agent that have no signature yet", "", 0, 0, OPTIONS(NEED(quest), NEED(key), CLI_store), READS,
     "questline quest sign --quest 4k --key api.key", cli_quest_sign},
    {"key make", "makes a key to sign with and prints its public half", "FILE", 1, 1, NO_OPTIONS, READS, "questline key make api.key",
     cli_make_key},
    {"key show", "prints the public half of a key", "FILE", 1, 1, NO_OPTIONS, READS, "questline key show api.key", cli_show_key},
    {"memory create", "remembers something, with what is known of it", "NAME TYPE [OBSERVATION...]", 2, 64, OPTIONS(CLI_memory, CLI_store),
     READS, "questline memory create billing module \"Owns invoices\"", cli_memory_create},
    {"memory relate", "remembers how two things stand to each other", "FROM RELATION TO", 3, 3, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory relate billing uses queue", cli_memory_relate},
    {"memory unrelate", "forgets that", "FROM RELATION TO", 3, 3, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory unrelate billing uses queue", cli_memory_unrelate},
    {"memory observe", "remembers more of something", "NAME OBSERVATION...", 2, 64, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory observe billing \"Deployed on Tuesdays\"", cli_memory_observe},
    {"memory delete", "forgets something, or only some observations of it", "NAME [OBSERVATION...]", 1, 64, OPTIONS(CLI_memory, CLI_store),
     READS, "questline memory delete billing", cli_memory_delete},
    {"memory search", "finds what is remembered, the best first", "QUERY", 1, 1, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory search invoices", cli_memory_search},
    {"memory open", "shows what is remembered of something", "NAME...", 1, 64, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory open billing", cli_memory_open},
    {"memory read", "shows all that is remembered", "", 0, 0, OPTIONS(CLI_memory, CLI_store), READS, "questline memory read",
     cli_memory_read},
    {"memory pending", "shows flags that are not settled", "", 0, 0, OPTIONS(CLI_memory, CLI_store), READS, "questline memory pending",
     cli_memory_pending},
    {"memory learn", "remembers what a finished quest taught: what went well, what did not, what was decided", "", 0, 0,
     OPTIONS(NEED(quest), CLI_memory, CLI_store), READS, "questline memory learn --quest 4k", cli_memory_learn},
    {"memory import", "takes over a file of the MCP memory server", "FILE", 1, 1, OPTIONS(CLI_memory, CLI_store), READS,
     "questline memory import memory.jsonl", cli_memory_import},
    {"memory export", "writes the graph as a file of the MCP memory server", "", 0, 0, OPTIONS(CLI_out, CLI_memory, CLI_store), READS,
     "questline memory export --out memory.jsonl", cli_memory_export},
    {"link make", "puts a whole quest into a link", "FILE", 1, 1, OPTIONS(CLI_base, CLI_store), READS,
     "questline link make .questline/quests/0123456789.quest", cli_link_make},
    {"link open", "takes the quest out of a link", "URL", 1, 1, OPTIONS(CLI_out, CLI_store), READS,
     "questline link open \"http://localhost:8787/app/#q=...\"", cli_link_open},
};

/* Above which command the overview says what the following ones are about. */
static const struct {
  const char *first, *title;
} headings[] = {
    {"quest create", "Owner"},        {"quest monitor", "Turns"},  {"quest claim", "Team"},
    {"quest tick", "Time and money"}, {"quest show", "Reading"},   {"quest compare", "Branches"},
    {"quest sign", "Signatures"},     {"memory create", "Memory"}, {"link make", "Links"},
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  if (interrupted) _exit(CLI_INTERRUPTED); /* asked twice */
  interrupted = number;
}

bool cli_interrupted(void) { return interrupted != 0; }

bool cli_take_interrupt(void) {
  if (interrupted != SIGINT) return false;
  interrupted = 0;
  return true;
}

void cli_catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: what waits shall wake up */
  sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  action.sa_handler = SIG_IGN; /* a file that grew too large is an error of write, like a full disk */
  (void)sigaction(SIGXFSZ, &action, NULL);
}

/* A command is one word, or a group and a word. */
static size_t group_length(const char *name) {
  const char *blank = strchr(name, ' ');
  return blank ? (size_t)(blank - name) : 0;
}

static bool in_group(const cli_command *command, const char *group) {
  size_t len = group_length(command->name);
  return len == strlen(group) && memcmp(command->name, group, len) == 0;
}

static bool is_group(const char *word) {
  for (size_t i = 0; *word && i < QL_COUNT(commands); i++)
    if (in_group(&commands[i], word)) return true;
  return false;
}

static const cli_command *find_command(const char *group, const char *word) {
  for (size_t i = 0; i < QL_COUNT(commands); i++) {
    const char *name = commands[i].name;
    if (!group && strcmp(name, word) == 0) return &commands[i];
    if (group && in_group(&commands[i], group) && strcmp(name + strlen(group) + 1, word) == 0) return &commands[i];
  }
  return NULL;
}

/// Lists the commands; of one group, or all.
static void print_overview(FILE *to, const char *group) {
  if (group)
    fprintf(to, "Usage: questline %s COMMAND [OPTION...]\n\n", group);
  else
    fprintf(to, "questline reads agent files, makes plans with them, and runs the plans as turn-based quests.\n\n"
                "Usage: questline COMMAND [OPTION...]\n\n");
  for (size_t i = 0; i < QL_COUNT(commands); i++) {
    if (group && !in_group(&commands[i], group)) continue;
    for (size_t k = 0; k < QL_COUNT(headings); k++)
      if (strcmp(headings[k].first, commands[i].name) == 0) fprintf(to, "%s%s\n", group && k == 0 ? "" : "\n", headings[k].title);
    fprintf(to, "  %-17s  %s\n", commands[i].name, commands[i].summary);
  }
  fprintf(to, "\nEvery command takes --help and --json. questline --version prints the version.\n");
}

static int unknown_command(cli *c, const char *group, const char *word) {
  static const char *const groups[] = {"quest", "key", "memory", "link"};
  const char *names[QL_COUNT(commands) + QL_COUNT(groups)];
  size_t count = 0;
  for (size_t i = 0; i < QL_COUNT(commands); i++) {
    if (group && in_group(&commands[i], group)) names[count++] = commands[i].name + strlen(group) + 1;
    if (!group && !group_length(commands[i].name)) names[count++] = commands[i].name;
  }
  for (size_t i = 0; !group && i < QL_COUNT(groups); i++) names[count++] = groups[i];
  const char *close = cli_closest(word, names, count);
  if (close) return cli_fail(c, QL_ERR_ARGUMENT, "There is no command %s. Did you mean %s?", word, close);
  return cli_fail(c, QL_ERR_ARGUMENT, "There is no command %s. See questline%s%s --help.", word, group ? " " : "", group ? group : "");
}

static int print_version(cli *c) {
  if (!c->json) {
    printf("questline %s (log format %d, rules %d)\n", QL_VERSION, QL_QUEST_FORMAT, QL_QUEST_RULES);
    return CLI_DONE;
  }
  ql_value *version = ql_object(c->a);
  QL_SET(version, "format", ql_int(c->a, QL_QUEST_FORMAT));
  QL_SET(version, "rules", ql_int(c->a, QL_QUEST_RULES));
  QL_SET(version, "version", ql_string(c->a, QL_STR(QL_VERSION)));
  return cli_json(c, version);
}

static int dispatch(cli *c, int argc, const char *const *argv) {
  const char *word = argc > 1 ? argv[1] : "";
  if (!*word) {
    if (!c->json) print_overview(stderr, NULL);
    return c->json ? cli_fail(c, QL_ERR_ARGUMENT, "No command is given. See questline --help.") : CLI_USAGE;
  }
  if (strcmp(word, "--json") == 0 && argc > 2) word = argv[2]; /* before a switch of the program itself */
  if (strcmp(word, "--version") == 0) return print_version(c);
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
    print_overview(stdout, NULL);
    return CLI_DONE;
  }
  word = argv[1];
  const char *group = is_group(word) ? word : NULL;
  if (group && find_command(NULL, group) && (argc < 3 || !find_command(group, argv[2]))) group = NULL; /* plan is a command itself, too */
  int taken = group ? 3 : 2;
  if (group) {
    word = argc > 2 ? argv[2] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
      print_overview(stdout, group);
      return CLI_DONE;
    }
    if (!*word || *word == '-') return cli_fail(c, QL_ERR_ARGUMENT, "questline %s needs a command. See questline %s --help.", group, group);
  }
  if (*word == '-') return cli_fail(c, QL_ERR_ARGUMENT, "Options come behind the command. See questline --help.");
  c->command = find_command(group, word);
  if (!c->command) return unknown_command(c, group, word);
  bool help = false;
  int code = cli_parse(c, argc - taken, argv + taken, &help);
  if (code != CLI_DONE) return code;
  if (help) {
    cli_print_help(c->command);
    return CLI_DONE;
  }
  return c->command->run(c);
}

/// A file that is opened later must not get the number of a closed stream: what is printed would go into it.
static void occupy_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY); /* takes the lowest free number; writing to it fails */
}

/// Writes what is left. False after having said so when not all that was printed could be written.
static bool finish_output(void) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return true;
  fprintf(stderr, "questline: Cannot write the output%s%s.\n", errno ? ": " : "", errno ? strerror(errno) : "");
  return false;
}

int main(int argc, char **argv) {
  occupy_streams();
  cli_catch_signals();
  cli c = {.a = ql_arena_new(ql_alloc_libc())};
  const char **words = ql_arena_array(c.a, (size_t)argc + 1, sizeof *words);
  if (!c.a || !words) return cli_no_memory(&c);
  for (int i = 0; i < argc; i++) words[i] = argv[i];
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) c.json |= strcmp(argv[i], "--json") == 0;
  int code = dispatch(&c, argc, words);
  if (!finish_output() && code == CLI_DONE) code = CLI_FAILED;
  ql_arena_free(c.a);
  return code;
}
