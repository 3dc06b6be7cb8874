/* The state of reading a plan's text, and the parts of the reader. Private to plan/. */
#ifndef QL_PLAN_READER_H
#define QL_PLAN_READER_H

#include "plan/draft.h"
#include "plan/form.h"

/* Text that names tasks, kept until all tasks are known. */
typedef struct ql__reference {
  ql_str text;
  size_t task;  /* that depends on what it names; SIZE_MAX for none */
  size_t gate;  /* that is about what it names; SIZE_MAX for none; with neither, members of a group are named */
  size_t group; /* of the members */
  bool one;     /* only the first label counts: the rest is a title */
} ql__reference;

typedef struct ql__reader {
  ql_arena *arena;
  ql_str text, line; /* all of it; the line that is read */
  ql__draft draft;
  ql__section section;
  size_t level;      /* how many # the section's heading has */
  size_t indent;     /* of the line that is read */
  size_t base;       /* of the items of the list that is read; SIZE_MAX before the first */
  ql_str *last;      /* the text that a further line goes on; NULL behind a blank line */
  ql__texts *list;   /* of the open task, that its bullets go to; NULL when there is none */
  bool known;        /* a heading of the form was seen */
  bool has_tasks;    /* tasks stand in the text itself */
  bool open;         /* a task is open in the section that is read */
  bool titled;       /* the open task has its own title */
  bool numbered;     /* the steps are a numbered list, so that bullets in it are details */
  bool strict;       /* of a list of files only what looks like a path is one */
  bool total;        /* the sum of a time was found */
  ql_str block;      /* the agent whose block is read; absent outside */
  ql__texts times;   /* pieces of the duration */
  ql__texts chains;  /* drawings of the order */
  size_t group;      /* the open group of DEPENDENCIES & ORDER; 0 before the first */
  size_t next_group; /* one above the largest so far */
  bool sequential;   /* each member of the open list is a group of its own */
  ql__reference *references;
  size_t reference_count, reference_cap;
} ql__reader;

ql_status ql__read_no_memory(ql_error *err);
/// Fails at a piece of the text.
ql_status ql__read_fault(const ql__reader *r, ql_str at, ql_status code, const char *message, ql_error *err);
/// The agent that a name stands for. @return QL_OK; QL_ERR_SYNTAX; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__read_agent(ql__reader *r, ql_str name, ql_str *out, ql_error *err);
void ql__read_reference(ql__reader *r, ql__reference ref);
/// Adds an item to a list, and further lines to the item.
void ql__read_text(ql__reader *r, ql__texts *texts, ql_str item);
/// The text that is open goes on: from its start to the end of this line, line ends included; they become spaces at the end of reading. False
/// when no text is open.
bool ql__read_on(ql__reader *r, ql_str line);

/* read_tasks.c: tasks, phases, gates. Each reads one line of its part, without its marker. */

/// @param label  QL_ABSENT for a task that nothing can refer to
QL_NODISCARD ql_status ql__read_open_task(ql__reader *r, ql_str label, ql_str title, ql_error *err);
QL_NODISCARD ql_status ql__read_in_task(ql__reader *r, ql_str item, ql__marker marker, ql_error *err);
QL_NODISCARD ql_status ql__read_phase(ql__reader *r, ql_str title, ql_error *err);
QL_NODISCARD ql_status ql__read_in_phase(ql__reader *r, ql_str item, ql__marker marker, ql_error *err);
/// Behind the last line of the phases: one without a task gets one.
QL_NODISCARD ql_status ql__read_end_phase(ql__reader *r, ql_error *err);
QL_NODISCARD ql_status ql__read_need(ql__reader *r, ql_str item, ql__marker marker, ql_error *err);
QL_NODISCARD ql_status ql__read_gate(ql__reader *r, ql_str item, ql__marker marker, ql_error *err);
void ql__read_file(ql__reader *r, ql_str path, ql_str purpose);

#endif
