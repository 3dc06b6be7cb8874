/* The declarations of core/include/questline as tables, for the printers of questline-gen. */
#ifndef QL_GEN_H
#define QL_GEN_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gen_mark {
  GEN_HEAD, /* opens a shape or an event */
  GEN_FIELD,
  GEN_REST, /* the shape takes further fields */
} gen_mark;

/// A line of shapes.def or events.def. The fields of a shape or event follow its head.
typedef struct gen_row {
  gen_mark mark;
  const char *name;
  const char *type; /* TypeScript in a shape, a kind in an event */
  bool required;
  bool filled; /* of an event: each has it, but a command may leave it out */
  const char *doc;
} gen_row;

/// A status, a limit, a refusal, a diagnostic, a kind of rule or a dialect.
typedef struct gen_item {
  const char *name;
  long long value;  /* of a status or limit */
  const char *word; /* the severity of a diagnostic, the title of a rule, the product of a dialect */
  const char *doc;
  const char *items; /* what the items of a rule are */
} gen_item;

/// A version of the turn machine, or what it brought: then `since` is that version, and 0 otherwise.
typedef struct gen_version {
  const char *name;
  int since;
  const char *doc;
} gen_version;

extern const gen_version gen_versions[];
extern const size_t gen_version_count;

/// A row of commands.def.
typedef struct gen_command {
  const char *name, *who;
  const char *says[4]; /* proposed, running, paused, closing */
  const char *refusals;
} gen_command;

typedef struct gen_commands {
  const gen_command *at;
  size_t count;
} gen_commands;

extern const gen_commands gen_turns;

typedef struct gen_rows {
  const gen_row *at;
  size_t count;
} gen_rows;

typedef struct gen_items {
  const gen_item *at;
  size_t count;
} gen_items;

extern const gen_rows gen_shapes, gen_events;
extern const gen_items gen_statuses, gen_limits, gen_refusals, gen_diagnostics, gen_rules, gen_dialects;

/* A tool, or an argument of the one before it. */
typedef struct gen_tool {
  bool head;
  const char *name, *kind; /* kind: of a tool, who runs it; [] stands before what is in the items of a list */
  bool required;
  const char *doc;
} gen_tool;
extern const gen_tool gen_tools[];
extern const size_t gen_tool_count;

/// What a kind of events.def is.
typedef struct gen_kind {
  const char *name;
  const char *command; /* its TypeScript type in a command */
  const char *event;   /* and in an event, where a text may be withheld */
  const char *words;
} gen_kind;

/// Ends the program when there is none: a new kind has to be described in tables.c.
const gen_kind *gen_find_kind(const char *name);

void gen_print_types(void);
void gen_print_schema(void);
void gen_print_json_schema(void);
/// One page of the reference in Markdown. False when there is no page of that name.
bool gen_print_page(const char *page);
void gen_print_page_names(void);

#endif
