/* The memory graph in memory. Private to knowledge/. */
#ifndef QL_KNOWLEDGE_MEMORY_H
#define QL_KNOWLEDGE_MEMORY_H

#include <questline/memory.h>

#include "knowledge/names.h"

typedef struct ql__entity {
  ql_str name, type;
  ql_str *observations;
  size_t count, cap;
} ql__entity;

typedef struct ql__relation {
  ql_str key; /* the three, with a U+0000 between them; they borrow from it */
  ql_str from, to, type;
} ql__relation;

struct ql_memory {
  ql_arena *arena; /* what is deleted stays in it until half of it is waste */
  ql_buf key;      /* of the relation that is looked for */
  ql__entity *entities;
  ql__relation *relations;
  size_t entity_count, entity_cap, relation_count, relation_cap;
  ql__names by_name, by_relation; /* places, by name and by ends and type */
  size_t name_room, relation_room;
  size_t used, waste; /* bytes of texts */
};

/// The place of an entity, SIZE_MAX when there is none.
size_t ql__memory_find(const ql_memory *memory, ql_str name);
/// Adds an entity; *fresh says whether it was not there. An existing one keeps its type. @return QL_OK; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__memory_entity(ql_memory *memory, ql_str name, ql_str type, ql__entity **out, bool *fresh, ql_error *err);
/// Adds an observation; *fresh says whether it was not there. @return QL_OK; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__memory_observe(ql_memory *memory, ql__entity *entity, ql_str words, bool *fresh, ql_error *err);
/// The place of a relation, SIZE_MAX when there is none. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__memory_relation(ql_memory *memory, ql_str from, ql_str to, ql_str type, size_t *at, ql_error *err);
/// Adds a relation; *fresh says whether it was not there. @return QL_OK; QL_ERR_LIMIT; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__memory_relate(ql_memory *memory, ql_str from, ql_str to, ql_str type, bool *fresh, ql_error *err);
/// The place of an observation, the count of them when it is not there.
size_t ql__memory_observation(const ql__entity *entity, ql_str words);
/// Takes an observation away, if it is there.
void ql__memory_forget(ql_memory *memory, ql__entity *entity, ql_str words);
/// Takes all observations away but so many.
void ql__memory_cut(ql_memory *memory, ql__entity *entity, size_t count);
/// Keeps those for which keep is true, by place.
void ql__memory_keep(ql_memory *memory, const bool *entities, const bool *relations);
/// Gives memory back when half of it is waste. Pointers to entities are not valid afterwards.
void ql__memory_tidy(ql_memory *memory);

/// The shapes `MemoryEntity`, `MemoryRelation`, copied: a later call may move what they are made of.
ql_value *ql__entity_value(ql_arena *a, const ql__entity *entity);
ql_value *ql__relation_value(ql_arena *a, const ql__relation *relation);

/// Entities that fit a query, the best first: places, *count of them. NULL when out of memory.
const size_t *ql__memory_search(const ql_memory *memory, ql_arena *a, ql_str query, size_t *count);

#endif
