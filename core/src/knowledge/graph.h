/* The module graph in memory: names, and dependencies by index in both directions. Private to knowledge/. */
#ifndef QL_KNOWLEDGE_GRAPH_H
#define QL_KNOWLEDGE_GRAPH_H

#include <questline/impact.h>

#include "knowledge/names.h"

typedef struct ql__module {
  ql_str name;
  ql_str group;          /* given; else its folder, once the graph is sealed */
  int64_t coverage;      /* percent that tests run; -1 where nothing is known */
  int64_t debt, serious; /* known defects of its making, and those that cannot wait; -1 likewise */
  bool grouped;          /* the group was given */
  bool test;             /* it is a test itself */
} ql__module;

typedef struct ql__edge {
  uint32_t from, to;
} ql__edge;

/// Lists of neighbours one after another: those of module i are to[start[i]] … to[start[i + 1] - 1], each once, with how often it was added.
typedef struct ql__adjacent {
  size_t *start;
  uint32_t *to, *times;
} ql__adjacent;

struct ql_graph {
  ql_arena *arena;
  ql__names index;
  ql__module *modules;
  size_t count, cap, room; /* room: names that the index has space for */
  ql__edge *edges;
  size_t edge_count, edge_cap;
  bool sealed;
  ql_arena *lists;            /* what follows; NULL before it is sealed for the first time */
  ql__adjacent needs, needed; /* what a module needs, and who needs it; once sealed */
  uint32_t *group_of;         /* likewise */
  ql_str *groups;             /* sorted */
  size_t group_count;
  uint32_t *knot; /* the strongly connected component of each module: from 0, a component only needs those with smaller numbers */
  size_t knot_count;
};

/// A name as it is kept: without blanks around it and without ./ before it.
ql_str ql__graph_name(ql_str name);
/// The module of that name, new if need be. @return QL_OK; QL_ERR_ARGUMENT; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__graph_module(ql_graph *graph, ql_str name, ql__module **out, ql_error *err);
/// ql_graph_add, so many times. @return QL_OK; QL_ERR_ARGUMENT; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__graph_edge(ql_graph *graph, ql_str from, ql_str to, uint64_t times, ql_error *err);
/// Makes lists, groups and components of what was added. Everything that asks calls it first. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__graph_seal(ql_graph *graph, ql_error *err);
/// Lists of m edges between n places, by the end they go out from (forward) or come in to. False when out of memory.
bool ql__adjacent_make(ql_arena *a, const ql__edge *edges, size_t m, size_t n, bool forward, ql__adjacent *out);

#endif
