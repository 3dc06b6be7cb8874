/* Two copies of a memory graph that went apart, made one again. */
#include "knowledge/memory.h"

#include "base/text.h"

typedef struct copies {
  const ql_memory *known, *mine, *theirs;
} copies;

static const ql__entity *entity_of(const ql_memory *m, ql_str name) {
  size_t at = ql__memory_find(m, name);
  return at == SIZE_MAX ? NULL : &m->entities[at];
}

static bool observes(const ql__entity *entity, ql_str words) { return entity && ql__memory_observation(entity, words) < entity->count; }

static bool relates(const ql_memory *m, ql_str key) { return m->relation_room > 0 && ql__names_get(&m->by_relation, key) != SIZE_MAX; }

/* What both knew stays when both have it still; what is asked about, one of them has. */
static bool stays(bool known, bool mine, bool theirs) { return !known || (mine && theirs); }

static bool entity_stays(const copies *c, ql_str name) {
  return stays(entity_of(c->known, name), entity_of(c->mine, name), entity_of(c->theirs, name));
}

/* A type that was changed is that of who changed it: mine, where both did. */
static ql_str type_of(const ql__entity *known, const ql__entity *mine, const ql__entity *theirs) {
  if (!mine || !theirs) return (mine ? mine : theirs)->type;
  return known && ql_eq(known->type, mine->type) ? theirs->type : mine->type;
}

static ql_status add_entities(ql_memory *to, const copies *c, const ql_memory *from, ql_error *err) {
  ql_status status = QL_OK;
  for (size_t i = 0; status == QL_OK && i < from->entity_count; i++) {
    const ql__entity *one = &from->entities[i];
    const ql__entity *known = entity_of(c->known, one->name), *mine = entity_of(c->mine, one->name),
                     *theirs = entity_of(c->theirs, one->name);
    ql__entity *made;
    bool fresh;
    if (!stays(known, mine, theirs)) continue;
    status = ql__memory_entity(to, one->name, type_of(known, mine, theirs), &made, &fresh, err);
    for (size_t k = 0; status == QL_OK && k < one->count; k++) {
      ql_str words = one->observations[k];
      if (stays(observes(known, words), observes(mine, words), observes(theirs, words)))
        status = ql__memory_observe(to, made, words, &fresh, err);
    }
  }
  return status;
}

/* Relations go with a name that is forgotten, as they do when it is deleted. */
static ql_status add_relations(ql_memory *to, const copies *c, const ql_memory *from, ql_error *err) {
  ql_status status = QL_OK;
  for (size_t i = 0; status == QL_OK && i < from->relation_count; i++) {
    const ql__relation *one = &from->relations[i];
    bool fresh;
    if (stays(relates(c->known, one->key), relates(c->mine, one->key), relates(c->theirs, one->key)) && entity_stays(c, one->from) &&
        entity_stays(c, one->to))
      status = ql__memory_relate(to, one->from, one->to, one->type, &fresh, err);
  }
  return status;
}

static ql_status merge(ql_memory *memory, const copies *c, ql_memory *to, ql_error *err) {
  ql_status status = add_entities(to, c, c->mine, err);
  if (status == QL_OK) status = add_entities(to, c, c->theirs, err);
  if (status == QL_OK) status = add_relations(to, c, c->mine, err);
  if (status == QL_OK) status = add_relations(to, c, c->theirs, err);
  if (status != QL_OK) return status;
  ql_memory merged = *to;
  *to = *memory;
  *memory = merged;
  return QL_OK;
}

ql_status ql_memory_merge(ql_memory *memory, ql_str known, ql_str theirs, ql_error *err) {
  ql_alloc alloc = ql_arena_alloc(memory->arena);
  ql_memory *before = ql_memory_new(alloc), *other = ql_memory_new(alloc), *to = ql_memory_new(alloc);
  ql_status status = before && other && to ? ql_memory_read(before, known, err) : ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  if (status == QL_OK) status = ql_memory_read(other, theirs, err);
  if (status == QL_OK) status = merge(memory, &(copies){before, memory, other}, to, err);
  ql_memory_free(before);
  ql_memory_free(other);
  ql_memory_free(to);
  return status;
}
