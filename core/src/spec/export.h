/* Writing an agent file for another product: what its parts have in common. */
#ifndef QL_SPEC_EXPORT_H
#define QL_SPEC_EXPORT_H

#include "spec/dialect.h"
#include "spec/locate.h"

typedef enum ql__name_form {
  QL__NAME_PLAINLY,    /* a key, in letters that the product takes */
  QL__NAME_FREELY,     /* a key, in any words; the file's name is the id */
  QL__NAME_IN_PATH,    /* the file's name */
  QL__NAME_IN_HEADING, /* the first heading: there is no frontmatter */
} ql__name_form;

typedef enum ql__tools_form {
  QL__TOOLS_COMMAS,   /* tools: Read, Write */
  QL__TOOLS_LIST,     /* a sequence */
  QL__TOOLS_SWITCHES, /* a mapping of true and false */
  QL__TOOLS_NOWHERE,  /* the product has no lists of tools */
} ql__tools_form;

typedef enum ql__servers_form {
  QL__SERVERS_DOUBLE, /* mcp__server__tool */
  QL__SERVERS_SINGLE, /* mcp_server_tool */
  QL__SERVERS_SLASH,  /* server/tool */
  QL__SERVERS_JOINED, /* server_tool */
} ql__servers_form;

typedef struct ql__product {
  ql_str folder, ending;
  ql__name_form name;
  ql__tools_form tools;
  ql__servers_form servers;
  bool described;
} ql__product;

typedef struct ql__export {
  ql_arena *arena;
  const ql_spec *spec;
  ql__dialect source, target; /* ACOLYTES stands as CLAUDE_CODE, whose keys and tools it has */
  const ql__product *product;
  ql_str whom; /* the product in a message */
  ql__place place;
  ql__front front;
  ql_tool *denied; /* tools that the file takes away */
  size_t denied_count;
  bool denied_by_key; /* by a list of them, not by switching tools off */
  ql_buf out;         /* frontmatter */
  ql_loss *losses;
  size_t loss_count, loss_cap;
} ql__export;

/// Adds a loss; the message is the pieces one after another.
void ql__lose(ql__export *e, ql_str field, size_t offset, const ql_str *pieces, size_t count);
#define QL__LOSE(e, field, offset, ...)                                                                                                    \
  ql__lose((e), (field), (offset), (const ql_str[]){__VA_ARGS__}, sizeof((const ql_str[]){__VA_ARGS__}) / sizeof(ql_str))

/// Writes the frontmatter, but for its fences. A name or description that is absent is not written.
void ql__export_keys(ql__export *e, ql_str name, ql_str description);
/// Finds out which tools the file takes away, before anything is written.
void ql__export_collect_denied(ql__export *e);
/// Writes the tools, and those that are taken away. at is where the file speaks of them.
void ql__export_tools(ql__export *e, size_t at);

typedef enum ql__spoken { /* what keys of several names mean */
                          QL__SPOKEN_DENIED,
                          QL__SPOKEN_PERMISSION,
                          QL__SPOKEN_SERVERS,
                          QL__SPOKEN_TURNS,
                          QL__SPOKEN_APPROVES,
                          QL__SPOKEN_COLORED,
                          QL__SPOKEN_BEHIND,
                          QL__SPOKEN_INVOCABLE,
                          QL__SPOKEN_NOTHING, /* nothing that other names have */
} ql__spoken;

ql__spoken ql__spoken_by(ql_str key);
/// The target's key for a meaning; absent when it has none.
ql_str ql__spoken_as(const ql__export *e, ql__spoken meaning);

#endif
