/* A set of agent files, and the agents that they name without a file. */
#ifndef QUESTLINE_ROSTER_H
#define QUESTLINE_ROSTER_H

#include <questline/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_agent {
  ql_str id;                  /* "@api-architect" */
  ql_str description;         /* of the file, or its first sentence, or the words in the list that declares it; may be absent */
  const ql_spec *spec;        /* NULL for a declared agent */
  const ql_spec *declared_by; /* the first file whose list names it; NULL when none does */
  uint32_t declared_line;     /* in that file */
  bool leads;                 /* its file coordinates others: declares agents, or says so in name or description */
} ql_agent;

typedef struct ql_roster ql_roster;

/// @return NULL when out of memory. Freed with ql_roster_free.
ql_roster *ql_roster_new(ql_alloc alloc);
void ql_roster_free(ql_roster *roster);
/// Adds one file; path and text are copied. Order of adding is kept and decides who keeps a name that is used twice.
/// @return QL_OK; QL_ERR_LIMIT (QL_ROSTER_FILES_MAX, or the file is larger than QL_SPEC_BYTES_MAX: then it is kept as a diagnostic only); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_roster_add(ql_roster *roster, ql_str path, ql_str text, ql_error *err);
/// Reads the files that are added from now on as this dialect; absent: found out from each. @return QL_OK; QL_ERR_ARGUMENT.
QL_NODISCARD ql_status ql_roster_dialect(ql_roster *roster, ql_str dialect, ql_error *err);
/// Switches a rule, or an item of one, of an agent's file off or on again. Rules are on to begin with; what is off is not asked by
/// ql_route, ql_permit and ql_context_pack. An id that the file does not have is kept, for it may come back with the next version.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_roster_switch(ql_roster *roster, ql_str agent, ql_str rule, bool on, ql_error *err);
/// Whether nothing switched that rule or item off.
bool ql_roster_rule_on(const ql_roster *roster, ql_str agent, ql_str rule);
/// Resolves names across files; called after the last add and again after further ones. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_roster_link(ql_roster *roster, ql_error *err);
size_t ql_roster_count(const ql_roster *roster);
/// Agents with files first, in order of adding, then the declared ones in order of mention. Valid until the next link or free.
const ql_agent *ql_roster_agent(const ql_roster *roster, size_t index);
/// By id, or by any spelling ql_agent_id() maps to it. NULL when there is none.
const ql_agent *ql_roster_find(const ql_roster *roster, ql_str name);
/// The closest id by edit distance, absent when none is close.
ql_str ql_roster_suggest(const ql_roster *roster, ql_str name);
/// The agents that a file's lists name, in order; *count is set. Empty for an unknown or declared agent.
const ql_agent *const *ql_roster_team(const ql_roster *roster, const ql_agent *leader, size_t *count);
/// The shape `Roster` of shapes.def, in the arena a.
ql_value *ql_roster_value(ql_arena *a, const ql_roster *roster);

#ifdef __cplusplus
}
#endif
#endif
