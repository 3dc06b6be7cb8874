/* The exports of core.wasm. One instance has one caller.

   An operation takes texts as pointer and length (both 0: absent), objects as handles, numbers as f64; it returns a ql_status or 1 for a
   refusal, and leaves its answer, canonical JSON or raw bytes, where qlw_out_ptr and qlw_out_len say, until the next operation. After a
   negative status the answer is the shape `Failure`. An operation that makes an object answers its handle. */
#ifndef QUESTLINE_WASM_SHIM_H
#define QUESTLINE_WASM_SHIM_H

#include <stdint.h>

uint32_t qlw_abi_version(void);
void *qlw_alloc(uint32_t size);
void qlw_free(void *block, uint32_t size);
const char *qlw_out_ptr(void);
uint32_t qlw_out_len(void);
int32_t qlw_close(uint32_t handle);

int32_t qlw_info(void);
/* A dialect that is absent is found out from the file. Of fixes: those with this code, absent: all, at this offset, below 0: anywhere. */
int32_t qlw_spec_parse(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len);
int32_t qlw_spec_fix(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                     const char *code, uint32_t code_len, double offset);
int32_t qlw_spec_export(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                        const char *to, uint32_t to_len);
int32_t qlw_markdown_grow(const char *text, uint32_t text_len, uint32_t whole);
int32_t qlw_markdown_html(const char *text, uint32_t text_len);
int32_t qlw_sha256(const char *bytes, uint32_t bytes_len);
int32_t qlw_canonical(const char *json, uint32_t json_len);

int32_t qlw_roster_new(void);
int32_t qlw_roster_add(uint32_t roster, const char *path, uint32_t path_len, const char *text, uint32_t text_len);
int32_t qlw_roster_dialect(uint32_t roster, const char *dialect, uint32_t dialect_len);
int32_t qlw_roster_switch(uint32_t roster, const char *agent, uint32_t agent_len, const char *rule, uint32_t rule_len, uint32_t on);
int32_t qlw_roster_value(uint32_t roster);
int32_t qlw_permit(uint32_t roster, const char *agent, uint32_t agent_len, const char *tool, uint32_t tool_len, const char *path,
                   uint32_t path_len, uint32_t link);

/* An agent that is absent: every one that leads. */
int32_t qlw_route(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len);
/* Documents: a JSON array of PackSource. Window and budget: 0 where nothing is said. */
int32_t qlw_context_pack(uint32_t roster, const char *agent, uint32_t agent_len, const char *documents, uint32_t documents_len,
                         double window, double budget);
/* What each worker of a plan is given; plan: a Plan, documents: a JSON array of PackSource. */
int32_t qlw_context_plan(uint32_t roster, const char *plan, uint32_t plan_len, const char *documents, uint32_t documents_len, double window,
                         double budget);
/* A mode that was chosen, or absent: found out from the request. */
int32_t qlw_mode(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len, const char *chosen,
                 uint32_t chosen_len);
int32_t qlw_workflow(uint32_t roster, const char *agent, uint32_t agent_len, const char *documents, uint32_t documents_len,
                     const char *request, uint32_t request_len, const char *chosen, uint32_t chosen_len);
/* Roster 0: our own form. Context: a ContextPlan, or absent. */
int32_t qlw_delegation(uint32_t roster, const char *plan, uint32_t plan_len, const char *task, uint32_t task_len, const char *context,
                       uint32_t context_len);
int32_t qlw_delegation_write(uint32_t roster, const char *leader, uint32_t leader_len, const char *delegation, uint32_t delegation_len);
int32_t qlw_delegation_read(uint32_t roster, const char *leader, uint32_t leader_len, const char *text, uint32_t text_len);
int32_t qlw_forms(uint32_t roster, const char *agent, uint32_t agent_len);
int32_t qlw_form_check(uint32_t roster, const char *agent, uint32_t agent_len, const char *form, uint32_t form_len, const char *text,
                       uint32_t text_len);
/* Entries: a JSON array of FormEntry. */
int32_t qlw_form_fill(uint32_t roster, const char *agent, uint32_t agent_len, const char *form, uint32_t form_len, const char *entries,
                      uint32_t entries_len);
int32_t qlw_duplicates(const char *documents, uint32_t documents_len);

int32_t qlw_plan_rehearse(uint32_t roster, const char *leader, uint32_t leader_len, const char *objective, uint32_t objective_len);
int32_t qlw_plan_complete(const char *plan, uint32_t plan_len);
int32_t qlw_plan_check(uint32_t roster, const char *plan, uint32_t plan_len);
/* Facts: an object with budget (as in create), cost (PlanCost) and paths, each if it is known. */
int32_t qlw_plan_check_with(uint32_t roster, const char *plan, uint32_t plan_len, const char *facts, uint32_t facts_len);
int32_t qlw_plan_command(uint32_t roster, const char *plan, uint32_t plan_len);
int32_t qlw_plan_write(const char *plan, uint32_t plan_len, const char *format, uint32_t format_len);
int32_t qlw_plan_read(const char *text, uint32_t text_len);

/* The edit that ticks off the item of a plan: shape Edit. */
int32_t qlw_roadmap_tick(const char *text, uint32_t text_len, const char *title, uint32_t title_len, double line);

/* Item: its number in the shape Roadmap. */
int32_t qlw_roadmap_read(const char *text, uint32_t text_len, const char *path, uint32_t path_len);
int32_t qlw_roadmap_plan(uint32_t roster, const char *leader, uint32_t leader_len, const char *text, uint32_t text_len, const char *path,
                         uint32_t path_len, double item);

/* Edits: a PlanEdit, or an array of them. */
int32_t qlw_plan_edit(uint32_t roster, const char *plan, uint32_t plan_len, const char *edits, uint32_t edits_len);
/* Plans: a JSON array. Answers PlanConflicts in an array. */
int32_t qlw_plan_conflicts(const char *plans, uint32_t plans_len);
int32_t qlw_plan_compare(const char *before, uint32_t before_len, const char *after, uint32_t after_len);
int32_t qlw_plan_schedule(const char *plan, uint32_t plan_len);
/* Roster 0, prices (a PriceTable) and sizes (TaskSize[]) that are absent: without them. */
int32_t qlw_plan_cost(uint32_t roster, const char *plan, uint32_t plan_len, const char *prices, uint32_t prices_len, const char *sizes,
                      uint32_t sizes_len);

/* Matrix, DecisionRecord and ServiceForm as JSON; records and forms are answered as Markdown. */
int32_t qlw_decision_criteria(uint32_t roster, const char *agent, uint32_t agent_len);
int32_t qlw_decision_rank(const char *matrix, uint32_t matrix_len);
int32_t qlw_decision_template(uint32_t roster, const char *agent, uint32_t agent_len);
int32_t qlw_decision_record(const char *record, uint32_t record_len);
int32_t qlw_services_check(const char *form, uint32_t form_len);
int32_t qlw_services_write(const char *form, uint32_t form_len);

/* Models: ModelCall, CallFailure and ConnectionAttempt as JSON; 8 bytes of entropy. A base URL that is absent: the provider's own. */
int32_t qlw_llm_providers(void);
int32_t qlw_llm_request(const char *call, uint32_t call_len);
int32_t qlw_llm_retry(const char *failure, uint32_t failure_len, const char *entropy, uint32_t entropy_len);
int32_t qlw_llm_models_request(const char *provider, uint32_t provider_len, const char *base_url, uint32_t base_url_len);
int32_t qlw_llm_sign_in(const char *provider, uint32_t provider_len, const char *base_url, uint32_t base_url_len, const char *page,
                        uint32_t page_len, const char *entropy, uint32_t entropy_len);
int32_t qlw_llm_sign_in_request(const char *signing, uint32_t signing_len, const char *query, uint32_t query_len);
int32_t qlw_llm_models_read(const char *attempt, uint32_t attempt_len);

int32_t qlw_note_make(uint32_t quest, const char *notes, uint32_t notes_len, const char *draft, uint32_t draft_len, double now,
                      const char *entropy, uint32_t entropy_len);                                      /* Note as a line */
int32_t qlw_notes_list(uint32_t quest, const char *notes, uint32_t notes_len);                         /* Notes */
int32_t qlw_notes_merge(const char *mine, uint32_t mine_len, const char *theirs, uint32_t theirs_len); /* NotesMerged */
int32_t qlw_quest_open(const char *log, uint32_t log_len);
int32_t qlw_quest_decide(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len);
/* The same, but what was accepted is answered as the line itself; status 1: it was not, or before, as qlw_quest_decide says. */
int32_t qlw_quest_line(uint32_t quest, const char *command, uint32_t command_len, double now, const char *entropy, uint32_t entropy_len);
int32_t qlw_quest_append(uint32_t quest, const char *lines, uint32_t lines_len);
int32_t qlw_quest_head(uint32_t quest);
int32_t qlw_quest_verdict(uint32_t quest, const char *head, uint32_t head_len);
int32_t qlw_quest_view(uint32_t quest);
int32_t qlw_quest_view_at(uint32_t quest, double n);
int32_t qlw_quest_state(uint32_t quest);
int32_t qlw_quest_monitor(uint32_t quest, const char *agent, uint32_t agent_len);
int32_t qlw_quest_event(uint32_t quest, double n);
int32_t qlw_quest_log(uint32_t quest, double from);
int32_t qlw_quest_rehearse(uint32_t quest);
int32_t qlw_quest_board(uint32_t quest, double now);
int32_t qlw_quest_inbox(uint32_t quest, const char *agent, uint32_t agent_len);
int32_t qlw_quest_standing(uint32_t quest);
int32_t qlw_quest_sizes(uint32_t quest);
int32_t qlw_quest_timeline(uint32_t quest);
int32_t qlw_quest_compare(uint32_t left, uint32_t right);
int32_t qlw_quest_what_if(uint32_t quest, uint32_t branch, const char *change, uint32_t change_len, const char *entropy,
                          uint32_t entropy_len);
/* The lines by which theirs continues mine. */
int32_t qlw_quest_continuation(uint32_t mine, uint32_t theirs);
int32_t qlw_quest_join(uint32_t mine, uint32_t theirs);
/* Events: a JSON array of numbers; none: all. Answers the log. */
int32_t qlw_quest_redact(uint32_t quest, const char *events, uint32_t events_len);
/* Event -1: all. Answers the log. */
int32_t qlw_quest_reveal(uint32_t quest, uint32_t source, double event);
/* What is to be checked of all lines, of one that is or will be in the quest, and two ways to put a signature: into a line, into the quest. */
int32_t qlw_quest_signatures(uint32_t quest);
int32_t qlw_quest_signature(uint32_t quest, const char *line, uint32_t line_len);
int32_t qlw_quest_sign(uint32_t quest, double n, const char *signature, uint32_t signature_len);
int32_t qlw_line_sign(const char *line, uint32_t line_len, const char *signature, uint32_t signature_len);
/* Quests: a JSON array of handles. */
int32_t qlw_quest_metrics(const char *quests, uint32_t quests_len);
int32_t qlw_quest_report(const char *quests, uint32_t quests_len, const char *kind, uint32_t kind_len, double from, double to);
int32_t qlw_quest_backlog(const char *quests, uint32_t quests_len, const char *leader,
                          uint32_t leader_len); /* Plan; leader absent: the last quest's */
int32_t qlw_certificate(const char *log, uint32_t log_len, const char *head, uint32_t head_len);

/* Formats: auto, own, cruise, madge, pydeps, make, plan. Modules: a JSON array of names. Most: entries of a list; 0: all. */
int32_t qlw_graph_new(void);
int32_t qlw_graph_read(uint32_t graph, const char *text, uint32_t text_len, const char *format, uint32_t format_len);
int32_t qlw_graph_value(uint32_t graph);                                              /* ModuleGraph */
int32_t qlw_graph_coupling(uint32_t graph, double most);                              /* Coupling */
int32_t qlw_graph_breaks(uint32_t graph, const char *modules, uint32_t modules_len);  /* Breaks */
int32_t qlw_health(const char *snapshots, uint32_t snapshots_len);                    /* Health */
int32_t qlw_impact_write(const char *answer, uint32_t answer_len, uint32_t markdown); /* text of one of the last three */
int32_t qlw_request_flow(const char *spans, uint32_t spans_len);                      /* RequestFlow, of a JSON array of TraceSpan */

int32_t qlw_verify(const char *log, uint32_t log_len, const char *head, uint32_t head_len);
int32_t qlw_link_make(const char *log, uint32_t log_len);
int32_t qlw_link_open(const char *text, uint32_t text_len);

/* What a server says, but for a key: bytes as they come, what is held back at their end, and whole texts. Answers are bytes. */
int32_t qlw_blank_new(const char *key, uint32_t key_len);
int32_t qlw_blank_bytes(uint32_t blank, const char *bytes, uint32_t bytes_len);
int32_t qlw_blank_rest(uint32_t blank);
int32_t qlw_blank_text(uint32_t blank, const char *text, uint32_t text_len);

/* A graph, with the lines of its file; absent: an empty one. Reading adds to it. Arguments: JSON. */
int32_t qlw_memory_open(const char *lines, uint32_t lines_len);
int32_t qlw_memory_read(uint32_t memory, const char *lines, uint32_t lines_len);
/* Takes in what somebody else made, since the lines were the known ones, of the graph's file. */
int32_t qlw_memory_merge(uint32_t memory, const char *known, uint32_t known_len, const char *theirs, uint32_t theirs_len);
int32_t qlw_memory_write(uint32_t memory);
int32_t qlw_memory_call(uint32_t memory, const char *tool, uint32_t tool_len, const char *arguments, uint32_t arguments_len);
int32_t qlw_memory_pending(uint32_t memory);
int32_t qlw_memory_permit(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len);
int32_t qlw_quest_learn(uint32_t quest);

/* Files that models work on. Skips: why a file or a folder of that path is not loaded; empty: it is. */
int32_t qlw_workspace_new(void);
int32_t qlw_workspace_skips(const char *path, uint32_t path_len);
int32_t qlw_workspace_load(uint32_t workspace, const char *path, uint32_t path_len, const char *bytes, uint32_t bytes_len);
int32_t qlw_workspace_write(uint32_t workspace, const char *path, uint32_t path_len, const char *text, uint32_t text_len);
int32_t qlw_workspace_file(uint32_t workspace, const char *path, uint32_t path_len); /* WorkspaceFile */
int32_t qlw_workspace_changes(uint32_t workspace);                                   /* WorkspaceChange[] */
int32_t qlw_workspace_saved(uint32_t workspace, const char *path, uint32_t path_len);
int32_t qlw_workspace_size(uint32_t workspace); /* WorkspaceSize */

/* A client of an MCP server (McpServer), and what comes of it: McpExchange or null, McpResult or null. Whole: nothing more will come of the answer.
   Tested: McpTest, of an McpAttempt. */
int32_t qlw_mcp_new(const char *server, uint32_t server_len);
int32_t qlw_mcp_list(uint32_t mcp);
int32_t qlw_mcp_end_session(uint32_t mcp);
int32_t qlw_mcp_next(uint32_t mcp);
int32_t qlw_mcp_begin(uint32_t mcp, double exchange, double status, const char *headers, uint32_t headers_len);
int32_t qlw_mcp_feed(uint32_t mcp, double exchange, const char *bytes, uint32_t bytes_len);
int32_t qlw_mcp_end(uint32_t mcp, double exchange, uint32_t whole);
int32_t qlw_mcp_result(uint32_t mcp);
int32_t qlw_mcp_tested(const char *attempt, uint32_t attempt_len);

/* Context: a JSON array of PlanContext, or absent. Request: PlanRequest, as it was answered. */
int32_t qlw_plan_request(uint32_t roster, const char *leader, uint32_t leader_len, const char *objective, uint32_t objective_len,
                         const char *context, uint32_t context_len);
int32_t qlw_plan_answer(uint32_t roster, const char *request, uint32_t request_len, const char *answer, uint32_t answer_len);

int32_t qlw_driver_new(uint32_t quest, uint32_t roster, const char *request, uint32_t request_len);
/* Workspace and memory: 0 for none. Kit: an object with servers (McpServer[]) and commands, each if there is something to say. */
int32_t qlw_driver_use(uint32_t driver, uint32_t workspace, uint32_t memory, const char *kit, uint32_t kit_len);
/* recorded: handle of a quest that the driver borrows from now on */
int32_t qlw_driver_recall(uint32_t driver, uint32_t recorded, uint32_t only);
int32_t qlw_driver_steer(uint32_t driver, const char *steer, uint32_t steer_len);
int32_t qlw_driver_next(uint32_t driver, double now);
int32_t qlw_driver_result(uint32_t driver, double now, const char *result, uint32_t result_len);
/* Bytes of the answer to the effect with that id, as they come. */
int32_t qlw_driver_bytes(uint32_t driver, double id, const char *bytes, uint32_t bytes_len);
int32_t qlw_driver_deltas(uint32_t driver); /* SeatDelta[] */

#endif
