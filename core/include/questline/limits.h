/* Every limit of the product, in one place; limits.def says what each is about. Past a limit the
   input is refused, by the limit's name, before any large allocation. */
#ifndef QUESTLINE_LIMITS_H
#define QUESTLINE_LIMITS_H

#define QL_SPEC_BYTES_MAX          (1024u * 1024u)
#define QL_FRONTMATTER_BYTES_MAX   (64u * 1024u)
#define QL_FRONTMATTER_DEPTH_MAX   16u
#define QL_FRONTMATTER_NODES_MAX   1024u
#define QL_SPEC_DIAGNOSTICS_MAX    256u
#define QL_RULE_ITEMS_MAX          4096u
#define QL_REQUEST_BYTES_MAX       (64u * 1024u)
#define QL_ROSTER_FILES_MAX        4096u
#define QL_JSON_DEPTH_MAX          64u
#define QL_JSON_BYTES_MAX          (8u * 1024u * 1024u)
#define QL_LINE_BYTES_MAX          (1024u * 1024u)
#define QL_QUEST_BYTES_MAX         (64u * 1024u * 1024u)
#define QL_QUEST_EVENTS_MAX        100000u
#define QL_QUEST_RESERVE_EVENTS    1024u
#define QL_QUEST_RESERVE_BYTES     (4u * 1024u * 1024u)
#define QL_QUEST_ARTIFACTS_MAX     4096u
#define QL_QUEST_AGENTS_MAX        64u
#define QL_QUEST_TASKS_MAX         1024u
#define QL_TURN_STEPS_MAX          256u
#define QL_AGENT_ID_MAX            128u
#define QL_NOTE_BYTES_MAX          (8u * 1024u)
#define QL_NOTES_MAX               4096u
#define QL_PLAN_TASKS_MAX          1024u
#define QL_PLAN_EDGES_MAX          8192u
#define QL_PLAN_REQUEST_MAX        (4u * 1024u * 1024u)
#define QL_LINK_CHARS_MAX          (16u * 1024u)
#define QL_LINK_CHARS_WARN         2000u
#define QL_HANDLES_MAX             256u
#define QL_CALL_BYTES_MAX          (16u * 1024u * 1024u)
#define QL_CALL_PARALLEL_MAX       256u
#define QL_SSE_LINE_MAX            (8u * 1024u * 1024u)
#define QL_SSE_EVENT_MAX           (8u * 1024u * 1024u)
#define QL_REPLY_BYTES_MAX         (8u * 1024u * 1024u)
#define QL_MCP_OPEN_MAX            64u
#define QL_MCP_TOOLS_MAX           1000u
#define QL_MCP_PAGES_MAX           100u
#define QL_MCP_TEXT_MAX            (1024u * 1024u)
#define QL_GRAPH_MODULES_MAX       65536u
#define QL_GRAPH_EDGES_MAX         1048576u
#define QL_TRACE_SPANS_MAX         65536u
#define QL_MATRIX_SIDE_MAX         32u
#define QL_SERVICES_MAX            512u
#define QL_MEMORY_ENTITIES_MAX     65536u
#define QL_MEMORY_RELATIONS_MAX    262144u
#define QL_MEMORY_OBSERVATIONS_MAX 4096u
#define QL_MEMORY_BYTES_MAX        (64u * 1024u * 1024u)
#define QL_MEMORY_TEXT_MAX         (16u * 1024u)
#define QL_PATTERN_BYTES_MAX       4096u
#define QL_PATTERN_STATES_MAX      2048u
#define QL_PATTERN_WORK_MAX        268435456u
#define QL_WORKSPACE_FILES_MAX     65536u
#define QL_WORKSPACE_BYTES_MAX     (128u * 1024u * 1024u)
#define QL_WORKSPACE_FILE_MAX      (4u * 1024u * 1024u)
#define QL_WORKSPACE_PATH_MAX      1024u
#define QL_TOOL_ARGUMENTS_MAX      (1024u * 1024u)
#define QL_TOOL_TEXT_MAX           (64u * 1024u)
#define QL_TOOL_LINE_MAX           2000u
#define QL_TOOL_LINES              2000u
#define QL_TOOL_EDITS_MAX          256u
#define QL_DUPLICATE_LINES         6u
#define QL_DUPLICATE_WORDS         40u
#define QL_DUPLICATE_BYTES_MAX     (16u * 1024u * 1024u)

#endif
