/* The lines of the seeds' plan form: what the reader recognises, and so what the writer must protect. Private to plan/. */
#ifndef QL_PLAN_FORM_H
#define QL_PLAN_FORM_H

#include <questline/base.h>

typedef enum ql__section {
  QL_SECTION_NONE,
  QL_SECTION_PLAN,
  QL_SECTION_FILES,
  QL_SECTION_STEPS,
  QL_SECTION_NEEDS,
  QL_SECTION_ORDER,
  QL_SECTION_TASKS,
  QL_SECTION_RISKS,
  QL_SECTION_OBJECTIVE,
  QL_SECTION_LEADER,
  QL_SECTION_MAKER,
  QL_SECTION_FROM,     /* the item of a roadmap that it was planned from */
  QL_SECTION_ROADMAP,  /* phases with their tasks */
  QL_SECTION_PHASES,   /* titles of the declared groups */
  QL_SECTION_FINDINGS, /* what the objective was found to need */
  QL_SECTION_GATES,
  QL_SECTION_SUCCESS,
  QL_SECTION_ROLLBACK,
  QL_SECTION_DURATION,
  QL_SECTION_HEADER, /* "Generated:", "Module:": said of the text, not of the plan */
  QL_SECTION_OTHER   /* a heading that is none of ours */
} ql__section;

typedef enum ql__marker { QL_MARKER_NONE, QL_MARKER_BULLET, QL_MARKER_NUMBER, QL_MARKER_ARROW } ql__marker;

typedef enum ql__field {
  QL_FIELD_NONE,
  QL_FIELD_ASSIGN,
  QL_FIELD_WHY,
  QL_FIELD_OUTPUT,
  QL_FIELD_ACCEPT,
  QL_FIELD_DEPENDS,
  QL_FIELD_PRIORITY,
  QL_FIELD_EFFORT,
  QL_FIELD_DEMAND,
  QL_FIELD_WRITES,
  QL_FIELD_ROLLBACK,
  QL_FIELD_ESTIMATE,
  QL_FIELD_SOURCE,
  QL_FIELD_FILES, /* several paths */
  QL_FIELD_TASK,  /* of a block that starts with an agent: the title; of a gate: the task's name */
  QL_FIELD_TASKS, /* tasks follow as a list */
  QL_FIELD_MEASURE,
  QL_FIELD_EXPECT,
  QL_FIELD_JUDGE,
  QL_FIELD_EVIDENCE
} ql__field;

/// Cuts the run of emphasis characters (*, _, `) at the start; says how many there were. And those at the end.
size_t ql__cut_emphasis(ql_str *s);
ql_str ql__cut_emphasis_end(ql_str s);
/// The bytes of the dash, or of the arrow, that s starts with; 0 for none.
size_t ql__dash(ql_str s);
size_t ql__arrow(ql_str s);
bool ql__is_label_byte(char c);

/// Takes the list marker off a trimmed line: "- ", "* ", "• ", "3. ", "→ ", "-> ".
ql__marker ql__form_marker(ql_str *line);
/// What a line opens: a heading, with or without Markdown around it; *rest is what stands behind its colon. The headings under IMPLEMENTATION
/// PLAN are recognised in that part only, and may carry a bullet.
ql__section ql__form_heading(ql_str line, ql__marker marker, ql__section current, ql_str *rest);
/// "Task A: title", "T1 - title", with or without Markdown around it.
bool ql__form_task(ql_str line, ql_str *label, ql_str *title);
/// "Output: …", "**Assign to:** …".
ql__field ql__form_field(ql_str line, ql_str *value);
/// "Phase 2 - title:", "### Phase 2: title", "**Phase 2**".
bool ql__form_phase(ql_str line, ql_str *title);
/// "**@agent**: …", "@agent - …": a block of what this agent does. False for a sentence that only begins with a name.
bool ql__form_block(ql_str item, ql_str *agent, ql_str *rest);
/// "~~@agent~~: reason": thought of, and not needed.
bool ql__form_struck(ql_str item, ql_str *agent, ql_str *reason);
/// "Parallel Group 2 (after A & B): …" or "Sequential:", which has number 0. False for a sentence.
bool ql__form_group(ql_str line, size_t *number, ql_str *rest);
/// The text of an item: a leading backslash says that the rest is meant literally; without one a checkbox is taken off.
ql_str ql__form_text(ql_str item);
/// "None.", and other lines that stand where there is nothing to say.
bool ql__form_says_none(ql_str item);
/// True when ql__form_text or a reader behind it would not give the text back, so that the writer puts a backslash before it.
bool ql__form_guarded(ql_str text);
/// Takes the next path of a list "a.c, `b, c.d`" off *rest; false at its end.
bool ql__form_next_path(ql_str *rest, ql_str *path);
/// Whether an item of a list of files names one: a code span, or a word with a slash or a dot in it.
bool ql__form_is_path(ql_str item);
/// "path: purpose", the path plain, in backticks or in emphasis.
void ql__form_file(ql_str item, ql_str *path, ql_str *purpose);
/// "@agent: reason", also without the @, also in Markdown. False when no name is there.
bool ql__form_need(ql_str item, ql_str *agent, ql_str *reason);
/// The first agent named in a text: the whole of it, the first @name, or its first word. False when there is none.
bool ql__form_agent(ql_str text, ql_str *agent);

#endif
