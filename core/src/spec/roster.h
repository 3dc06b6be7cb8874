/* A roster's insides: files as they were added, agents as they were linked. */
#ifndef QL_SPEC_ROSTER_H
#define QL_SPEC_ROSTER_H

#include <questline/roster.h>

#include "spec/naming.h"
#include "spec/notes.h"

/* A file names an agent that is there. */
typedef struct ql__ref {
  const ql_agent *agent;
  uint32_t line;
  bool declares; /* in a list of its team */
} ql__ref;

typedef struct ql__file {
  ql_str path;
  const ql_spec *spec; /* NULL for a file that is too large */
  ql_str opening;      /* the first sentence of its prose; absent when it starts with something else */
  const ql__declared *declared;
  size_t declared_count;
  const ql__mention *mentions;
  size_t mention_count;
  /* from here on: of the last link, in its arena */
  ql_agent *agent; /* NULL when another file has its name */
  const ql_agent **team;
  size_t team_count;
  ql__ref *refs; /* the team first, then those that are only mentioned */
  size_t ref_count;
  const ql_diagnostic *diagnostics; /* the spec's, and those across files */
  size_t diagnostic_count;
} ql__file;

typedef struct ql__switch {
  ql_str agent, rule; /* ids */
  bool off;
} ql__switch;

struct ql_roster {
  ql_alloc alloc;
  ql_arena *kept;      /* files */
  ql_arena *linked;    /* agents, teams, findings across files */
  ql__dialect dialect; /* of the files to come; QL__DIALECT_COUNT: found out */
  ql__file *files;
  size_t file_count, file_cap;
  ql__switch *switches; /* by agent and rule */
  size_t switch_count, switch_cap;
  ql_agent *agents;
  size_t agent_count;
  size_t *slots; /* hash table by id: 1 + index of an agent, 0 for none */
  size_t slot_count;
};

/// The agent with exactly that id.
ql_agent *ql__roster_get(const ql_roster *roster, ql_str id);
/// The id closest to one that is not there; absent when none is close.
ql_str ql__roster_close(const ql_roster *roster, ql_str id);

#endif
