/* The memory graph: entities with observations, and relations between them, under the names and in the file form of the MCP memory server. */
#ifndef QUESTLINE_MEMORY_H
#define QUESTLINE_MEMORY_H

#include <questline/roster.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_memory ql_memory;

/// An empty graph. @return NULL when out of memory. Freed with ql_memory_free.
ql_memory *ql_memory_new(ql_alloc alloc);
void ql_memory_free(ql_memory *memory);

/// Takes over a file of that server: JSON Lines of entities and relations. What is there already gains observations and loses nothing.
/// @return QL_OK; QL_ERR_SYNTAX, QL_ERR_UTF8 (err->line); QL_ERR_LIMIT (QL_MEMORY_…_MAX); QL_ERR_NOMEM. After an error the lines before it are in the graph.
QL_NODISCARD ql_status ql_memory_read(ql_memory *memory, ql_str lines, ql_error *err);
/// The whole graph in that form; absent when out of memory.
ql_str ql_memory_write(const ql_memory *memory, ql_arena *a);

/// Takes in what somebody else made of the graph meanwhile. What one side added is added; what one side forgot is forgotten, and with an entity all
/// that the other side said of it. A type that one side changed is changed; where both did, the type here stays. What is new comes last. Merging the
/// same once more changes nothing, and whose graph takes in whose makes no difference but for the order and for types that both changed.
/// @param known   the file as it was when both had the same; absent or empty for none
/// @param theirs  the file as it is now
/// @return QL_OK; what ql_memory_read returns. After an error the graph is as before.
QL_NODISCARD ql_status ql_memory_merge(ql_memory *memory, ql_str known, ql_str theirs, ql_error *err);

/// Makes one call of that server: create_entities, create_relations, add_observations, delete_entities, delete_observations, delete_relations,
/// read_graph, search_nodes, open_nodes. Names in front ("mcp__memory__") may stand before it.
/// @param arguments  as that server takes them
/// @param out        what that server answers; search_nodes gives the entities in the order of how well they fit
/// @return QL_OK; QL_ERR_NOT_FOUND (no such call; an entity that observations are for); QL_ERR_SYNTAX (detail names the argument);
///         QL_ERR_LIMIT (QL_MEMORY_…_MAX); QL_ERR_NOMEM. After an error other than QL_ERR_NOMEM the graph is as before.
QL_NODISCARD ql_status ql_memory_call(ql_memory *memory, ql_arena *a, ql_str tool, const ql_value *arguments, ql_value **out,
                                      ql_error *err);
/// Whether a call changes the graph.
bool ql_memory_changes(ql_str tool);

/// Entities of type "flag" that no observation says to be settled ("status: completed"), an array of the shape `MemoryEntity`.
/// NULL when out of memory.
ql_value *ql_memory_pending(const ql_memory *memory, ql_arena *a);
size_t ql_memory_entities(const ql_memory *memory);
size_t ql_memory_relations(const ql_memory *memory);

/// Whether an agent may save something: an agent whose file keeps memory only on request needs a request that asks for it.
/// @param request  the words of whoever it works for
/// @param out      the shape `Permit`
/// @return QL_OK; QL_ERR_NOT_FOUND (no such agent); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_memory_permit(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str request, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
