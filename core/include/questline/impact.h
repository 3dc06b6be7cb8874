/* A module graph: which part of a program needs which. What forms a cycle, what is coupled to what, what a change breaks, where to cut. The core
   reads no source code: a graph comes from our own JSON, from what kept tools print, or from a plan. */
#ifndef QUESTLINE_IMPACT_H
#define QUESTLINE_IMPACT_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a graph can be read from.
typedef enum ql_graph_format {
  QL_GRAPH_AUTO,   /* found out from the text */
  QL_GRAPH_OWN,    /* shape `ModuleGraph` */
  QL_GRAPH_CRUISE, /* dependency-cruiser, --output-type json */
  QL_GRAPH_MADGE,  /* madge --json: an object of lists */
  QL_GRAPH_PYDEPS, /* pydeps --show-deps: an object of objects with imports */
  QL_GRAPH_MAKE,   /* rules of a compiler's -MM */
  QL_GRAPH_PLAN    /* shape `Plan`: tasks and what they depend on */
} ql_graph_format;

typedef struct ql_graph ql_graph;

/// @return NULL when out of memory. Freed with ql_graph_free.
ql_graph *ql_graph_new(ql_alloc alloc);
void ql_graph_free(ql_graph *graph);

/// Adds what a text says to a graph; several texts make one graph. After a failure the graph is only good for ql_graph_free.
/// @return QL_OK; QL_ERR_SYNTAX (no such format; line where there is one), QL_ERR_UTF8; QL_ERR_LIMIT (QL_GRAPH_MODULES_MAX, QL_GRAPH_EDGES_MAX,
///         QL_JSON_BYTES_MAX); QL_ERR_ARGUMENT (as ql_graph_add); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_graph_read(ql_graph *graph, ql_str text, ql_graph_format format, ql_error *err);
/// Adds one dependency, and the modules that are new; the names are copied. A repeated one counts again, one of a module on itself is left out.
/// @return QL_OK; QL_ERR_ARGUMENT (an empty name, or one with a NUL); QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_graph_add(ql_graph *graph, ql_str from, ql_str to, ql_error *err);

size_t ql_graph_modules(const ql_graph *graph);
size_t ql_graph_edges(const ql_graph *graph); /* as they were added */

/// The shape `ModuleGraph`. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_graph_value(ql_graph *graph, ql_arena *a, ql_value **out, ql_error *err);
/// Cycles, coupling of each module, the matrix between groups, the order of extraction, where to cut: shape `Coupling`.
/// @param most  entries of a list, the weightiest first; 0: all
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_graph_coupling(ql_graph *graph, ql_arena *a, size_t most, ql_value **out, ql_error *err);
/// What breaks if these modules change: shape `Breaks`, with the risk by the formula that it states.
/// @param modules  names; a group's name stands for all modules in it
/// @return QL_OK; QL_ERR_NOT_FOUND (detail: the name; the message suggests nothing); QL_ERR_ARGUMENT (none given); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_graph_breaks(ql_graph *graph, ql_arena *a, const ql_str *modules, size_t count, ql_value **out, ql_error *err);

/// A backend's health over time: shape `Health`.
/// @param snapshots  an array of the shape `HealthSnapshot`, in any order
/// @return QL_OK; QL_ERR_SYNTAX (detail names the member); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_health(ql_arena *a, const ql_value *snapshots, ql_value **out, ql_error *err);

/// Where the time of a request goes: the chain of calls, what each takes by itself, steps that take a fifth of the whole or more, and calls that one
/// step makes of another five times or more. Shape `RequestFlow`.
/// @param spans  an array of the shape `TraceSpan`, in any order
/// @return QL_OK; QL_ERR_SYNTAX (detail: the id); QL_ERR_LIMIT (QL_TRACE_SPANS_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_request_flow(ql_arena *a, const ql_value *spans, ql_value **out, ql_error *err);

/// Coupling, Breaks or Health as people read it: Markdown, or a text for a terminal, in which control characters of names stand as they are.
/// @return QL_OK; QL_ERR_SYNTAX (it is none of these); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_impact_write(ql_arena *a, const ql_value *value, bool markdown, ql_str *out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
