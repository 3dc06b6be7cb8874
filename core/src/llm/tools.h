/* How tools are run. Private to llm/tool_*.c and to driver/tooling.c. */
#ifndef QL_LLM_TOOLS_H
#define QL_LLM_TOOLS_H

#include <questline/tools.h>

#include "knowledge/workspace.h"

typedef enum ql__runner { QL__RUNS_FILES, QL__RUNS_NOTHING, QL__RUNS_MEMORY, QL__RUNS_AGENT, QL__RUNS_COMMAND } ql__runner;

typedef struct ql__tool_schema {
  ql_str name, path, description;
  ql__runner runs;
  size_t from, to; /* of its arguments */
} ql__tool_schema;

/// The index-th tool of tool_schemas.def; false behind the last.
bool ql__tool_at(size_t index, ql__tool_schema *out);
bool ql__tool_named(ql_str name, ql__tool_schema *out);
/// The shape `ModelTool`.
ql_value *ql__tool_value(ql_arena *a, const ql__tool_schema *tool);
/// What is wrong with arguments, one sentence; absent when nothing is.
ql_str ql__tool_fault(ql_arena *a, const ql__tool_schema *tool, const ql_value *arguments);

/// What ql_tool_call would answer to a call before it is done: a result only where it is wrong, or refused.
ql_status ql__tool_look(ql_arena *a, const ql_toolbox *box, const ql_value *call, ql_value **out, ql_error *err);

/// A call on its way.
typedef struct ql__running {
  ql_arena *arena;
  const ql_toolbox *box;
  const ql_value *arguments;
  ql_buf text;
  ql_value *changed;
  ql_str path;    /* of the file that is written at the very end, when nothing can fail any more; absent for none */
  ql_str content; /* of it */
  ql_buf edited;  /* what content borrows from, where it is no argument */
  bool error, truncated;
} ql__running;

/// Says what went wrong, in place of what was said so far.
#define QL__TOOL_FAIL(r, ...) ql__tool_fail((r), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))
void ql__tool_fail(ql__running *r, const ql_str *words, size_t count);
/// Whether so many bytes may be added to what is answered.
bool ql__tool_room(ql__running *r, size_t more);
/// Adds a line of a text, cut when it is too long.
void ql__tool_add_line(ql__running *r, ql_str line);
/// Numbers with commas: "1,234".
void ql__tool_add_count(ql_buf *out, size_t count);
ql_str ql__tool_number(ql_arena *a, size_t count);
ql_str ql__tool_text(const ql__running *r, const char *name);
size_t ql__tool_count(const ql__running *r, const char *name, size_t otherwise);
/// The file or folder an argument names; without one the root. NULL after saying what is wrong.
const ql__node *ql__tool_place(ql__running *r, const char *argument);
/// The same for a text file.
const ql__node *ql__tool_file(ql__running *r, const char *argument);
/// Has a file written, and notes what changes. Both are borrowed.
void ql__tool_write(ql__running *r, ql_str path, ql_str content);

typedef void ql__tool_run(ql__running *r);
ql__tool_run ql__tool_read, ql__tool_list, ql__tool_write_file, ql__tool_glob, ql__tool_grep, ql__tool_edit, ql__tool_multi_edit;

#endif
