#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <questline/base.h>
#include <questline/limits.h>

static const gen_row shapes[] = {
#define SHAPE(name, doc)          {GEN_HEAD, #name, NULL, true, false, doc},
#define FIELD(name, type, doc)    {GEN_FIELD, #name, #type, true, false, doc},
#define OPTIONAL(name, type, doc) {GEN_FIELD, #name, #type, false, false, doc},
#define REST                      {GEN_REST, NULL, NULL, false, false, NULL},
#define END
#include <questline/shapes.def>
#undef SHAPE
#undef FIELD
#undef OPTIONAL
#undef REST
#undef END
};
const gen_rows gen_shapes = {shapes, QL_COUNT(shapes)};

static const gen_row events[] = {
#define REQUIRED                            true, false
#define OPTIONAL                            false, false
#define FILLED                              true, true
#define EVENT(type, doc)                    {GEN_HEAD, #type, NULL, REQUIRED, doc},
#define FIELD(event, name, kind, need, doc) {GEN_FIELD, #name, #kind, need, doc},
#include <questline/events.def>
#undef REQUIRED
#undef OPTIONAL
#undef FILLED
#undef EVENT
#undef FIELD
};
const gen_rows gen_events = {events, QL_COUNT(events)};

static const gen_command turns[] = {
#define ANYONE                  "anyone for its own seat; the owner"
#define OWNER                   "the owner"
#define LEADER_ON_TURN          "the leader on its turn"
#define HOLDER                  "who holds the turn"
#define LEADER_ON_TURN_OR_OWNER "the leader on its turn; the owner"
#define HOLDER_OR_OWNER         "who holds the turn; the owner"
#define COMMAND(type, who, proposed, running, paused, closing, guard, refusals)                                                            \
  {#type, who, {#proposed, #running, #paused, #closing}, refusals},
#include <questline/commands.def>
#undef COMMAND
};
const gen_commands gen_turns = {turns, QL_COUNT(turns)};

const gen_version gen_versions[] = {
#define VERSION(number, what)      {#number, 0, what},
#define FLAG(name, since, meaning) {#name, since, meaning},
#include <questline/versions.def>
#undef VERSION
#undef FLAG
};
const size_t gen_version_count = QL_COUNT(gen_versions);

static const gen_item statuses[] = {
#define X(name, code, sentence) {#name, code, NULL, sentence, NULL},
#include <questline/status.def>
#undef X
};
const gen_items gen_statuses = {statuses, QL_COUNT(statuses)};

static const gen_item limits[] = {
#define LIMIT(name, doc) {#name, name, NULL, doc, NULL},
#include <questline/limits.def>
#undef LIMIT
};
const gen_items gen_limits = {limits, QL_COUNT(limits)};

static const gen_item refusals[] = {
#define X(code, sentence) {#code, 0, NULL, sentence, NULL},
#include <questline/refusals.def>
#undef X
};
const gen_items gen_refusals = {refusals, QL_COUNT(refusals)};

static const gen_item diagnostics[] = {
#define DIAGNOSTIC(name, code, severity, meaning) {code, 0, DIAGNOSTIC_##severity, meaning, NULL},
#define DIAGNOSTIC_ERROR                          "error"
#define DIAGNOSTIC_WARNING                        "warning"
#define DIAGNOSTIC_INFO                           "info"
#include <questline/diagnostics.def>
#undef DIAGNOSTIC
};
const gen_items gen_diagnostics = {diagnostics, QL_COUNT(diagnostics)};

static const gen_item rules[] = {
#define RULE(name, kind, title, meaning, items) {kind, 0, title, meaning, items},
#include <questline/rules.def>
#undef RULE
};
const gen_items gen_rules = {rules, QL_COUNT(rules)};

/* Without "plain", which is no product's. */
static const gen_item dialects[] = {
#define DIALECT(name, id, product, reads) {id, 0, product, READS_##reads, NULL},
#define READS_SKIPS                       "leaves it out without a word"
#define READS_REPORTS                     "says so"
#define READS_IGNORES                     "reads the prose only, as it always does"
#include "spec/dialects.def"
};
const gen_items gen_dialects = {dialects, QL_COUNT(dialects) - 1};

const gen_tool gen_tools[] = {
#define REQUIRED                            true
#define OPTIONAL                            false
#define TEXT                                "text"
#define COUNT                               "number"
#define FLAG                                "true or false"
#define TEXTS                               "texts"
#define LIST                                "list"
#define CHOICE(words)                       words
#define RUNS_FILES                          "on the workspace"
#define RUNS_NOTHING                        "here"
#define RUNS_MEMORY                         "on the memory graph"
#define RUNS_AGENT                          "by another agent, in a conversation; refused in a quest"
#define RUNS_COMMAND                        "by the command line, when a person said yes; refused in a browser and in the worker"
#define TOOL(name, runs, path, description) {true, name, RUNS_##runs, true, description},
#define ARG(name, kind, need, description)  {false, name, kind, need, description},
#define ITEM(name, kind, need, description) {false, "[]." name, kind, need, description},
#include <questline/tool_schemas.def>
#undef REQUIRED
#undef OPTIONAL
#undef TEXT
#undef COUNT
#undef FLAG
#undef TEXTS
#undef LIST
#undef CHOICE
};
const size_t gen_tool_count = QL_COUNT(gen_tools);

#define SEAT_KIND     "\"human\" | \"model\" | \"rehearsal\" | \"remote\""
#define ANSWER_KIND   "\"progress\" | \"completed\" | \"clarification\" | \"blocked\""
#define SEAT_PAIRS    "[agent: string, kind: " SEAT_KIND "][]"
#define SPEC_PAIRS    "[agent: string, sha256: string][]"
#define POLICY        "\"strict\" | \"parallel\""
#define TASK_IN(text) "{ accept?: " text "[]; after?: string[]; id: string; outputs?: " text "[]; title: " text "; to: string }[]"

#define GATE_IN(text)                                                                                                                                   \
  "{ expect?: string; id: string; judge: \"rule\" | \"seat\"; milli?: number; op?: \"<\" | \"<=\" | \"=\" | \">=\" | \">\"; task?: string; text: " text \
  "; unit?: string }[]"
#define LEVEL_IN(text) "{ max_ms?: number; min_ms?: number; name?: " text "; retries?: number; to?: string[] }[]"
#define BUDGET         "{ micro?: number; ms?: number; tokens?: number; turns?: number }"
#define DEADLINES      "{ quest?: number; task?: number; turn?: number }"
#define KEY_PAIRS      "[agent: string, key: string][]"
#define VERDICT        "\"given\" | \"pass\" | \"fail\" | \"waived\""
#define EFFECT         "\"http\" | \"tool\" | \"blob\""
#define OUTCOME        "\"ok\" | \"error\" | \"lost\" | \"cancelled\""

static const gen_kind kinds[] = {
    {"INT", "number", "number", "integer"},
    {"QUEST_ID", "string", "string", "quest id"},
    {"TASK", "string", "string", "task id"},
    {"TASK_LIST", "string[]", "string[]", "task ids"},
    {"GROUPS", "string[][]", "string[][]", "lists of task ids"},
    {"AGENT", "string", "string", "agent"},
    {"AGENT_LIST", "string[]", "string[]", "agents"},
    {"TEXT", "string", "string | null", "text"},
    {"TEXT_LIST", "string[]", "(string | null)[]", "texts"},
    {"SPECS", SPEC_PAIRS, SPEC_PAIRS, "pairs of agent and SHA-256"},
    {"SEATS", SEAT_PAIRS, SEAT_PAIRS, "pairs of agent and seat kind"},
    {"TASKS", TASK_IN("string"), TASK_IN("(string | null)"), "tasks"},
    {"POLICY", POLICY, POLICY, "strict or parallel"},
    {"KIND", ANSWER_KIND, ANSWER_KIND, "kind of an answer"},
    {"SEAT", SEAT_KIND, SEAT_KIND, "seat kind"},
    {"COUNT", "number", "number", "integer above 0"},
    {"WORD", "string", "string", "word"},
    {"SHA256", "string", "string", "SHA-256"},
    {"DIGEST", "string", "string", "digest"},
    {"MEDIA", "string", "string", "media type"},
    {"BUDGET", BUDGET, BUDGET, "budget"},
    {"DEADLINES", DEADLINES, DEADLINES, "deadlines"},
    {"GATES", GATE_IN("string"), GATE_IN("string | null"), "gates"},
    {"LADDER", LEVEL_IN("string"), LEVEL_IN("string | null"), "levels"},
    {"KEYS", KEY_PAIRS, KEY_PAIRS, "pairs of agent and Ed25519 key"},
    {"VERDICT", VERDICT, VERDICT, "given, pass, fail or waived"},
    {"EFFECT", EFFECT, EFFECT, "http, tool or blob"},
    {"OUTCOME", OUTCOME, OUTCOME, "ok, error, lost or cancelled"},
};

const gen_kind *gen_find_kind(const char *name) {
  for (size_t i = 0; i < QL_COUNT(kinds); i++)
    if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
  fprintf(stderr, "questline-gen: events.def uses the kind %s, which core/gen/tables.c does not describe\n", name);
  exit(1);
}
