/* Tools that a model may call. What an agent may do is decided by its file before anything runs, whether or not the model agrees. */
#ifndef QUESTLINE_TOOLS_H
#define QUESTLINE_TOOLS_H

#include <questline/memory.h>
#include <questline/roster.h>
#include <questline/workspace.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What there is to work with, and for whom. Nothing is owned.
typedef struct ql_toolbox {
  const ql_roster *roster; /* linked */
  ql_str agent;
  ql_workspace *workspace; /* NULL: there are no files */
  ql_memory *memory;       /* NULL: nothing is remembered */
  ql_str request;          /* the words of whoever it works for: some agents remember only what they are asked to */
  const ql_value *servers; /* tools of MCP servers: an array of ModelTool, each named mcp__server__tool; NULL for none */
  bool agents;             /* other agents can be asked with Task */
  ql_str alone;            /* why not, as the end of a sentence; absent: as in a quest, whose leader hands out work */
  bool commands;           /* somebody can run a command, and asks a person first */
} ql_toolbox;

/// The tools an agent is offered: those its file lists (all of them when it lists none, none when its list is empty), without those that
/// every call of would be refused.
/// @param out  an array of the shape `ModelTool`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_tools_for(ql_arena *a, const ql_toolbox *box, ql_value **out, ql_error *err);

/// Makes a call. First the agent's file is asked; what it refuses is not done, what it wants asked is done when `approved`. What is wrong with a call
/// is told the model in its result. Calls that are run elsewhere (runs is not "here") have no result when they are allowed.
/// @param call      the shape `ToolCall`
/// @param approved  a person said yes to this very call
/// @param out       the shape `ToolOutcome`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM: nothing was changed.
QL_NODISCARD ql_status ql_tool_call(ql_arena *a, const ql_toolbox *box, const ql_value *call, bool approved, ql_value **out, ql_error *err);

/// Words of somebody else (a file, a tool, another agent), between marks that do not stand in them.
/// @param source  where they are from, in a few words
/// @return absent when out of memory
ql_str ql_data_block(ql_arena *a, ql_str text, ql_str source);
/// What a model is told of these marks; belongs into its system prompt.
ql_str ql_data_rule(void);

#ifdef __cplusplus
}
#endif
#endif
