/* The plan of a quest: what will be done, by whom, in which order. Data first; the text forms are read and written from it. */
#ifndef QUESTLINE_PLAN_H
#define QUESTLINE_PLAN_H

#include <questline/policy.h>
#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_plan_file {
  ql_str path, purpose;
} ql_plan_file;

typedef struct ql_plan_need {
  ql_str agent, reason; /* "@database-optimizer", why it is needed */
} ql_plan_need;

/// Where a piece of a plan comes from.
typedef enum ql_origin {
  QL_FROM_NOWHERE,   /* nothing is said */
  QL_FROM_RULE,      /* a rule of an agent's file: agent, rule, path, line */
  QL_FROM_DOCUMENT,  /* a line of a document: path, line */
  QL_FROM_OBJECTIVE, /* words of the objective */
  QL_FROM_PLANNER,   /* what the rehearsal planner knows by itself */
  QL_FROM_MODEL,
  QL_FROM_PERSON,
  QL_ORIGIN_COUNT
} ql_origin;

typedef struct ql_plan_source {
  ql_origin origin;
  ql_str agent, rule, path, words; /* absent where they have no meaning */
  uint32_t line;                   /* from 1; 0 for none */
} ql_plan_source;

typedef struct ql_plan_finding {
  ql_str need;  /* "endpoints", "schema", "auth", … */
  ql_str words; /* of the objective */
} ql_plan_finding;

/// What has to be shown before a task, or the quest, counts as done.
typedef struct ql_plan_gate {
  ql_str id, text;
  size_t task;      /* its index; SIZE_MAX for the quest */
  ql_measure wants; /* counts when measured */
  bool measured;
  ql_str expect; /* a word, where no number is asked for; may be absent */
  ql_judge judge;
  ql_str evidence; /* what shows it: a command, a report, a file; may be absent */
  ql_plan_source source;
} ql_plan_gate;

typedef enum ql_priority {
  QL_PRIORITY_NONE,
  QL_PRIORITY_LOW,
  QL_PRIORITY_MEDIUM,
  QL_PRIORITY_HIGH,
  QL_PRIORITY_CRITICAL,
  QL_PRIORITY_COUNT
} ql_priority;
typedef enum ql_effort { QL_EFFORT_NONE, QL_EFFORT_XS, QL_EFFORT_S, QL_EFFORT_M, QL_EFFORT_L, QL_EFFORT_XL, QL_EFFORT_COUNT } ql_effort;

/// "high", "XL" and so on; "" for none. And back: false for another word.
ql_str ql_priority_word(ql_priority priority);
ql_str ql_effort_word(ql_effort effort);
bool ql_priority_read(ql_str word, ql_priority *out);
bool ql_effort_read(ql_str word, ql_effort *out);

/// How large a task is thought to be; -1 where nothing is said.
typedef struct ql_plan_estimate {
  int64_t input, output; /* tokens */
  int64_t minutes;
} ql_plan_estimate;

/// The id of a task by its index: "T1" for 0. Absent when out of memory.
ql_str ql_task_id(ql_arena *a, size_t index);

typedef struct ql_plan_task {
  ql_str id; /* "T1", "T2" … in order */
  ql_str title;
  ql_str agent;  /* who does it */
  ql_str reason; /* why this one; may be absent */
  const ql_str *outputs;
  size_t output_count;
  const ql_str *accept; /* acceptance criteria */
  size_t accept_count;
  const size_t *after; /* indices of the tasks it depends on, rising */
  size_t after_count;
  size_t group; /* the declared barrier it stands in, from 1; 0 when groups are computed */
  ql_priority priority;
  ql_effort effort;
  const ql_str *demands; /* what the work has to meet, beside its acceptance criteria */
  size_t demand_count;
  const ql_str *writes; /* paths it creates or changes */
  size_t write_count;
  ql_str rollback; /* how it is taken back; may be absent */
  ql_plan_estimate estimate;
  ql_plan_source source;
} ql_plan_task;

typedef struct ql_plan {
  ql_str objective;
  ql_str leader; /* "@backend-coordinator" */
  const ql_plan_file *files;
  size_t file_count;
  const ql_str *steps;
  size_t step_count;
  const ql_plan_need *needs; /* agents needed, in order of first use, the leader not among them */
  size_t need_count;
  const ql_plan_task *tasks;
  size_t task_count;
  const ql_str *order; /* the sentences of DEPENDENCIES & ORDER */
  size_t order_count;
  const ql_str *risks;
  size_t risk_count;
  const ql_plan_finding *findings; /* what the objective was found to need */
  size_t finding_count;
  const ql_plan_gate *gates;
  size_t gate_count;
  const ql_str *rollback; /* how the whole is taken back */
  size_t rollback_count;
  const ql_str *success; /* when the whole counts as done */
  size_t success_count;
  const ql_plan_need *considered; /* agents that were thought of and are not needed, and why */
  size_t considered_count;
  const ql_str *phases; /* titles of the declared groups, in order; empty where they have none */
  size_t phase_count;
  ql_str duration;     /* as somebody wrote it; may be absent */
  ql_plan_source item; /* what it was planned from: an item of a roadmap */
  bool rehearsed;      /* made by the rehearsal planner, not by a model or a person */
} ql_plan;

typedef enum ql_plan_format {
  QL_PLAN_SEED,
  QL_PLAN_MARKDOWN,
  QL_PLAN_MERMAID,
  QL_PLAN_ROADMAP, /* MINI-ROADMAP: phases with their tasks */
  QL_PLAN_PREQUEST /* the same as a document: phases with numbered blocks of agents */
} ql_plan_format;

/// Plans without a model: the rehearsal planner. Same roster and objective, same plan.
/// @param leader  an agent of the roster
/// @return QL_OK; QL_ERR_ARGUMENT (empty objective); QL_ERR_NOT_FOUND (leader); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_rehearse(ql_arena *a, const ql_roster *roster, ql_str leader, ql_str objective, const ql_plan **out,
                                        ql_error *err);

/// Reads the seeds' text form (IMPLEMENTATION PLAN / AGENTS NEEDED / DEPENDENCIES & ORDER), and a bare task breakdown. Strings borrow from
/// text or live in the arena. Without tasks of its own a text gets one task for each numbered step, or else for each agent needed.
/// @return QL_OK; QL_ERR_SYNTAX (no heading of the form is there; line and column say where it broke); QL_ERR_UTF8;
///         QL_ERR_LIMIT (QL_JSON_BYTES_MAX, QL_PLAN_TASKS_MAX, QL_PLAN_EDGES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_read(ql_arena *a, ql_str text, const ql_plan **out, ql_error *err);
/// Writes one of the text forms; absent when out of memory. Reading QL_PLAN_SEED back gives a plan equal in every field, for every plan that
/// ql_plan_read, ql_plan_from_value or ql_plan_rehearse made.
ql_str ql_plan_write(ql_arena *a, const ql_plan *plan, ql_plan_format format);

/// What a plan is checked against, beside itself. Each may be missing: then nothing is said of it.
typedef struct ql_plan_facts {
  const ql_roster *roster; /* who is there */
  const ql_value *paths;   /* an array: the files that are there, from the root of the project */
  const ql_value *budget;  /* as in create: micro, ms, tokens */
  const ql_value *cost;    /* shape `PlanCost`; without it the estimates of the plan are added up */
} ql_plan_facts;

/// What keeps a plan from running, or should be looked at: an array of the shape `PlanProblem`; errors block approval. A problem has a place and, where
/// there is one, a fix: edits after which it is gone. Of two tasks that want one agent or one file at a time the one of higher priority goes first (where
/// none is said it is medium), then the one with the longer tail in minutes, then the one with the smaller number.
/// @param facts  may be NULL
/// @return NULL when out of memory.
ql_value *ql_plan_check_with(ql_arena *a, const ql_plan *plan, const ql_plan_facts *facts);
/// The same with a roster alone, which may be NULL.
ql_value *ql_plan_check(ql_arena *a, const ql_plan *plan, const ql_roster *roster);

/// Which agents and files several plans want, and who has them when, by the rules above: of each plan its next task that wants it, the one that goes first
/// before the others. An array of the shape `PlanConflict`.
/// @return QL_OK; QL_ERR_STATE (a cycle in a plan; detail shows it); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_conflicts(ql_arena *a, const ql_plan *const *plans, size_t count, ql_value **out, ql_error *err);

/// The shape `Plan` of shapes.def, with `groups`, `path` and `problems` computed (those found without a roster). With a cycle there are no
/// groups and no path, and a task's group is 0.
ql_value *ql_plan_value(ql_arena *a, const ql_plan *plan);
/// The reverse; objective, leader and tasks must be there, other members may be missing; computed and unknown ones are not looked at.
/// Texts become one line each; tasks are numbered T1, T2 … in order, whatever unique ids they came with. Nothing borrows from value.
/// @return QL_OK; QL_ERR_SYNTAX (detail names the member: "tasks[2].after[0]"); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_from_value(ql_arena *a, const ql_value *value, const ql_plan **out, ql_error *err);

/// SHA-256, 64 hexadecimal digits, over the canonical bytes of what is not computed in ql_plan_value: two plans with one hash say the same.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_hash(ql_arena *a, const ql_plan *plan, ql_str *out, ql_error *err);

/// The command that opens a quest with this plan, shape `Command` of type create by @owner: the leader and whoever has a task, the tasks,
/// declared groups, the plan's gates, its hash as ql_plan_hash gives it, its text as brief; with a roster also the SHA-256 of the agents' files. NULL when
/// out of memory.
ql_value *ql_plan_command(ql_arena *a, const ql_plan *plan, const ql_roster *roster);

/// What the files of those who take part say about a quest, as fields of create: `specs`, the SHA-256 of each file; `gates` and `ladder` as they stand
/// in the prose of who leads, without what is switched off in the roster. A field of which nothing is said is left out. NULL when out of memory.
/// @param agents  ids; the first leads
ql_value *ql_plan_terms(ql_arena *a, const ql_value *agents, const ql_roster *roster);

/// The order of work: groups[i] is the group, from 1, of task i. Declared groups are kept as barriers; without them a task's group is one
/// more than the largest of those it depends on (topological levels).
/// @return QL_OK; QL_ERR_STATE (a cycle: detail shows it as a path "T1 -> T3 -> T1"); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_plan_groups(ql_arena *a, const ql_plan *plan, const size_t **groups, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
