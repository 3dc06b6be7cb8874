/* The memory graph: what is in it, and its file. */
#include "knowledge/memory.h"

#include <questline/limits.h>

#include "base/text.h"

#define WASTE_MIN (256u * 1024u)

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

ql_memory *ql_memory_new(ql_alloc alloc) {
  ql_memory *memory = alloc.resize(alloc.ctx, NULL, 0, sizeof *memory);
  if (!memory) return NULL;
  *memory = (ql_memory){.arena = ql_arena_new(alloc)};
  if (memory->arena) return memory;
  alloc.resize(alloc.ctx, memory, sizeof *memory, 0);
  return NULL;
}

void ql_memory_free(ql_memory *memory) {
  if (!memory) return;
  ql_alloc alloc = ql_arena_alloc(memory->arena);
  ql_arena_free(memory->arena);
  alloc.resize(alloc.ctx, memory, sizeof *memory, 0);
}

size_t ql_memory_entities(const ql_memory *memory) { return memory->entity_count; }
size_t ql_memory_relations(const ql_memory *memory) { return memory->relation_count; }

/* ---- places ---- */

/* The three parts cannot be told apart by one byte that none of them holds: JSON texts hold no U+0000. */
static ql_str relation_key(ql_arena *a, const ql__relation *r) {
  return ql_arena_concat(a, (ql_str[]){r->from, QL_STR("\0"), r->to, QL_STR("\0"), r->type}, 5);
}

static bool name_places(ql_memory *m, size_t room) {
  ql__names names;
  if (!ql__names_make(m->arena, room, &names)) return false;
  for (size_t i = 0; i < m->entity_count; i++) ql__names_put(&names, m->entities[i].name, i);
  m->by_name = names;
  m->name_room = room;
  return true;
}

static bool relation_places(ql_memory *m, size_t room) {
  ql__names names;
  if (!ql__names_make(m->arena, room, &names)) return false;
  for (size_t i = 0; i < m->relation_count; i++) {
    ql_str key = relation_key(m->arena, &m->relations[i]);
    if (!key.ptr) return false;
    ql__names_put(&names, key, i);
  }
  m->by_relation = names;
  m->relation_room = room;
  return true;
}

size_t ql__memory_find(const ql_memory *m, ql_str name) { return m->name_room == 0 ? SIZE_MAX : ql__names_get(&m->by_name, name); }

/* ---- adding ---- */

static ql_status fits(ql_str text, ql_error *err) {
  return text.len <= QL_MEMORY_TEXT_MAX ? QL_OK : ql_fail(err, QL_ERR_LIMIT, "QL_MEMORY_TEXT_MAX", text);
}

ql_status ql__memory_entity(ql_memory *m, ql_str name, ql_str type, ql__entity **out, bool *fresh, ql_error *err) {
  size_t at = ql__memory_find(m, name);
  *fresh = at == SIZE_MAX;
  if (*fresh) {
    if (m->entity_count == QL_MEMORY_ENTITIES_MAX) return ql_fail(err, QL_ERR_LIMIT, "QL_MEMORY_ENTITIES_MAX", name);
    ql_status status = fits(name, err);
    if (status == QL_OK) status = fits(type, err);
    if (status != QL_OK) return status;
    if (m->entity_count == m->name_room && !name_places(m, m->name_room == 0 ? 64 : 2 * m->name_room)) return no_memory(err);
    ql__entity *entities = ql_arena_grow(m->arena, m->entities, m->entity_count, &m->entity_cap, sizeof *entities);
    ql__entity entity = {.name = ql_arena_str(m->arena, name), .type = ql_arena_str(m->arena, type)};
    if (!entities || !entity.name.ptr || !entity.type.ptr) return no_memory(err);
    m->entities = entities;
    at = m->entity_count++;
    entities[at] = entity;
    ql__names_put(&m->by_name, entity.name, at);
    m->used += name.len + type.len;
  }
  *out = &m->entities[at];
  return QL_OK;
}

static size_t observation_at(const ql__entity *entity, ql_str words) {
  size_t at = 0;
  while (at < entity->count && !ql_eq(entity->observations[at], words)) at++;
  return at;
}

ql_status ql__memory_observe(ql_memory *m, ql__entity *entity, ql_str words, bool *fresh, ql_error *err) {
  *fresh = observation_at(entity, words) == entity->count;
  if (!*fresh) return QL_OK;
  if (entity->count == QL_MEMORY_OBSERVATIONS_MAX) return ql_fail(err, QL_ERR_LIMIT, "QL_MEMORY_OBSERVATIONS_MAX", entity->name);
  ql_status status = fits(words, err);
  if (status != QL_OK) return status;
  ql_str *list = ql_arena_grow(m->arena, entity->observations, entity->count, &entity->cap, sizeof *list);
  ql_str copy = ql_arena_str(m->arena, words);
  if (!list || !copy.ptr) return no_memory(err);
  entity->observations = list;
  list[entity->count++] = copy;
  m->used += words.len;
  return QL_OK;
}

ql_status ql__memory_relate(ql_memory *m, ql__relation r, bool *fresh, ql_error *err) {
  ql_status status = fits(r.type, err);
  if (status == QL_OK) status = fits(r.from, err);
  if (status == QL_OK) status = fits(r.to, err);
  if (status != QL_OK) return status;
  ql__relation copy = {ql_arena_str(m->arena, r.from), ql_arena_str(m->arena, r.to), ql_arena_str(m->arena, r.type)};
  ql_str key = relation_key(m->arena, &r);
  if (!copy.from.ptr || !copy.to.ptr || !copy.type.ptr || !key.ptr) return no_memory(err);
  *fresh = m->relation_room == 0 || ql__names_get(&m->by_relation, key) == SIZE_MAX;
  if (!*fresh) return QL_OK;
  if (m->relation_count == QL_MEMORY_RELATIONS_MAX) return ql_fail(err, QL_ERR_LIMIT, "QL_MEMORY_RELATIONS_MAX", r.from);
  if (m->relation_count == m->relation_room && !relation_places(m, m->relation_room == 0 ? 64 : 2 * m->relation_room))
    return no_memory(err);
  ql__relation *relations = ql_arena_grow(m->arena, m->relations, m->relation_count, &m->relation_cap, sizeof *relations);
  if (!relations) return no_memory(err);
  m->relations = relations;
  relations[m->relation_count] = copy;
  ql__names_put(&m->by_relation, key, m->relation_count++);
  m->used += r.from.len + r.to.len + r.type.len;
  return QL_OK;
}

/* ---- taking away ---- */

bool ql__memory_forget(ql_memory *m, ql__entity *entity, ql_str words) {
  size_t at = observation_at(entity, words);
  if (at == entity->count) return false;
  m->used -= words.len;
  m->waste += words.len;
  for (; at + 1 < entity->count; at++) entity->observations[at] = entity->observations[at + 1];
  entity->count--;
  return true;
}

/* A copy of all that is there, in an arena of its own. */
static bool move_house(ql_memory *m) {
  ql_memory fresh = {.arena = ql_arena_new(ql_arena_alloc(m->arena))};
  ql_error err;
  bool made = fresh.arena != NULL, is_new;
  for (size_t i = 0; made && i < m->entity_count; i++) {
    ql__entity *entity;
    made = ql__memory_entity(&fresh, m->entities[i].name, m->entities[i].type, &entity, &is_new, &err) == QL_OK;
    for (size_t k = 0; made && k < m->entities[i].count; k++)
      made = ql__memory_observe(&fresh, entity, m->entities[i].observations[k], &is_new, &err) == QL_OK;
  }
  for (size_t i = 0; made && i < m->relation_count; i++) made = ql__memory_relate(&fresh, m->relations[i], &is_new, &err) == QL_OK;
  if (!made) {
    if (fresh.arena) ql_arena_free(fresh.arena);
    return false;
  }
  ql_arena_free(m->arena);
  *m = fresh;
  return true;
}

ql_status ql__memory_keep(ql_memory *m, const bool *entities, const bool *relations, ql_error *err) {
  size_t kept = 0;
  for (size_t i = 0; i < m->entity_count; i++) {
    if (entities[i])
      m->entities[kept++] = m->entities[i];
    else
      m->waste += m->entities[i].name.len + m->entities[i].count * sizeof(ql_str);
  }
  m->entity_count = kept;
  kept = 0;
  for (size_t i = 0; i < m->relation_count; i++) {
    if (relations[i])
      m->relations[kept++] = m->relations[i];
    else
      m->waste += sizeof(ql__relation);
  }
  m->relation_count = kept;
  if (!name_places(m, m->name_room) || !relation_places(m, m->relation_room)) return no_memory(err);
  m->waste += (m->name_room + m->relation_room) * sizeof(ql_str);
  if (m->waste > WASTE_MIN && m->waste > m->used && !move_house(m)) return no_memory(err);
  return QL_OK;
}

/* ---- the file ---- */

ql_value *ql__entity_value(ql_arena *a, const ql__entity *entity) {
  ql_value *value = ql_object(a), *observations = ql_array(a);
  for (size_t i = 0; i < entity->count; i++) ql_push(observations, ql_string(a, entity->observations[i]));
  QL_SET(value, "entityType", ql_string(a, entity->type));
  QL_SET(value, "name", ql_string(a, entity->name));
  QL_SET(value, "observations", observations);
  return value;
}

ql_value *ql__relation_value(ql_arena *a, const ql__relation *relation) {
  ql_value *value = ql_object(a);
  QL_SET(value, "from", ql_string(a, relation->from));
  QL_SET(value, "relationType", ql_string(a, relation->type));
  QL_SET(value, "to", ql_string(a, relation->to));
  return value;
}

static ql_status read_entity(ql_memory *m, const ql_value *line, ql_error *err) {
  ql_str name = ql_get_str(line, QL_STR("name")), type = ql_get_str(line, QL_STR("entityType"));
  const ql_value *observations = QL_GET(line, "observations");
  if (name.len == 0 || !type.ptr || (observations && observations->kind != QL_ARRAY))
    return ql_fail(err, QL_ERR_SYNTAX, "an entity has a name, an entityType and observations", name);
  ql__entity *entity;
  bool fresh;
  ql_status status = ql__memory_entity(m, name, type, &entity, &fresh, err);
  for (const ql_value *item = observations ? observations->first : NULL; status == QL_OK && item; item = item->next)
    status = item->kind == QL_STRING ? ql__memory_observe(m, entity, item->text, &fresh, err)
                                     : ql_fail(err, QL_ERR_SYNTAX, "an observation is a text", name);
  return status;
}

static ql_status read_line(ql_memory *m, const ql_value *line, ql_error *err) {
  ql_str kind = ql_get_str(line, QL_STR("type"));
  if (ql_eq(kind, QL_STR("entity"))) return read_entity(m, line, err);
  ql__relation r = {ql_get_str(line, QL_STR("from")), ql_get_str(line, QL_STR("to")), ql_get_str(line, QL_STR("relationType"))};
  bool fresh;
  if (!ql_eq(kind, QL_STR("relation"))) return ql_fail(err, QL_ERR_SYNTAX, "a line is of type entity or relation", kind);
  if (r.from.len == 0 || r.to.len == 0 || !r.type.ptr)
    return ql_fail(err, QL_ERR_SYNTAX, "a relation has from, to and relationType", r.from);
  return ql__memory_relate(m, r, &fresh, err);
}

ql_status ql_memory_read(ql_memory *m, ql_str lines, ql_error *err) {
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(m->arena));
  if (!scratch) return no_memory(err);
  ql_status status = QL_OK;
  ql_str line;
  for (uint32_t number = 1; status == QL_OK && ql_next_line(&lines, &line); number++) {
    if (ql_trim(line).len == 0) continue;
    ql_value *value;
    ql_arena_reset(scratch);
    status = ql_json_read(scratch, line, &value, err);
    if (status == QL_OK) status = read_line(m, value, err);
    if (status != QL_OK && err) err->line = number;
  }
  ql_arena_free(scratch);
  return status;
}

static void write_line(ql_buf *buf, ql_value *value, ql_arena *a, ql_str kind) {
  QL_SET(value, "type", ql_string(a, kind));
  if (value) ql_value_write(buf, value);
  ql_buf_byte(buf, '\n');
}

ql_str ql_memory_write(const ql_memory *m, ql_arena *a) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  bool made = scratch != NULL;
  for (size_t i = 0; made && i < m->entity_count; i++) {
    write_line(&buf, ql__entity_value(scratch, &m->entities[i]), scratch, QL_STR("entity"));
    made = !ql_arena_failed(scratch);
    ql_arena_reset(scratch);
  }
  for (size_t i = 0; made && i < m->relation_count; i++) {
    write_line(&buf, ql__relation_value(scratch, &m->relations[i]), scratch, QL_STR("relation"));
    made = !ql_arena_failed(scratch);
    ql_arena_reset(scratch);
  }
  if (scratch) ql_arena_free(scratch);
  if (made) return ql_buf_take(&buf, a);
  ql_buf_free(&buf);
  return QL_ABSENT;
}
