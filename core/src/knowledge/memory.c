/* The memory graph: what is in it, and its file. */
#include "knowledge/memory.h"

#include <questline/limits.h>

#include "base/text.h"

#define WASTE_MIN (256u * 1024u)

static ql_status no_memory(ql_error *err) { return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }

static bool begin(ql_memory *m, ql_alloc alloc) {
  *m = (ql_memory){.arena = ql_arena_new(alloc), .key = ql_buf_new(alloc)};
  return m->arena != NULL;
}

static void end(ql_memory *m) {
  ql_buf_free(&m->key);
  ql_arena_free(m->arena);
}

ql_memory *ql_memory_new(ql_alloc alloc) {
  ql_memory *memory = alloc.resize(alloc.ctx, NULL, 0, sizeof *memory);
  if (!memory || begin(memory, alloc)) return memory;
  alloc.resize(alloc.ctx, memory, sizeof *memory, 0);
  return NULL;
}

void ql_memory_free(ql_memory *memory) {
  if (!memory) return;
  ql_alloc alloc = ql_arena_alloc(memory->arena);
  end(memory);
  alloc.resize(alloc.ctx, memory, sizeof *memory, 0);
}

size_t ql_memory_entities(const ql_memory *memory) { return memory->entity_count; }
size_t ql_memory_relations(const ql_memory *memory) { return memory->relation_count; }

/* ---- places ---- */

static bool name_places(ql_memory *m, size_t room) {
  ql__names names;
  if (!ql__names_make(m->arena, room, &names)) return false;
  m->waste += m->name_room * sizeof(ql_str);
  m->by_name = names;
  m->name_room = room;
  for (size_t i = 0; i < m->entity_count; i++) ql__names_put(&m->by_name, m->entities[i].name, i);
  return true;
}

static bool relation_places(ql_memory *m, size_t room) {
  ql__names names;
  if (!ql__names_make(m->arena, room, &names)) return false;
  m->waste += m->relation_room * sizeof(ql_str);
  m->by_relation = names;
  m->relation_room = room;
  for (size_t i = 0; i < m->relation_count; i++) ql__names_put(&m->by_relation, m->relations[i].key, i);
  return true;
}

size_t ql__memory_find(const ql_memory *m, ql_str name) { return m->name_room == 0 ? SIZE_MAX : ql__names_get(&m->by_name, name); }

/* The three parts are told apart by one byte that none of them holds: JSON texts hold no U+0000. */
static ql_str key_of(ql_memory *m, ql_str from, ql_str to, ql_str type) {
  m->key.len = 0;
  ql_buf_add(&m->key, from);
  ql_buf_byte(&m->key, '\0');
  ql_buf_add(&m->key, to);
  ql_buf_byte(&m->key, '\0');
  ql_buf_add(&m->key, type);
  if (!m->key.failed) return ql_buf_str(&m->key);
  ql_buf_free(&m->key); /* a later call may have more luck */
  m->key = ql_buf_new(ql_arena_alloc(m->arena));
  return QL_ABSENT;
}

ql_status ql__memory_relation(ql_memory *m, ql_str from, ql_str to, ql_str type, size_t *at, ql_error *err) {
  ql_str key = key_of(m, from, to, type);
  if (!key.ptr) return no_memory(err);
  *at = m->relation_room == 0 ? SIZE_MAX : ql__names_get(&m->by_relation, key);
  return QL_OK;
}

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

size_t ql__memory_observation(const ql__entity *entity, ql_str words) {
  size_t at = 0;
  while (at < entity->count && !ql_eq(entity->observations[at], words)) at++;
  return at;
}

ql_status ql__memory_observe(ql_memory *m, ql__entity *entity, ql_str words, bool *fresh, ql_error *err) {
  *fresh = ql__memory_observation(entity, words) == entity->count;
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

ql_status ql__memory_relate(ql_memory *m, ql_str from, ql_str to, ql_str type, bool *fresh, ql_error *err) {
  size_t at;
  ql_status status = fits(from, err);
  if (status == QL_OK) status = fits(to, err);
  if (status == QL_OK) status = fits(type, err);
  if (status == QL_OK) status = ql__memory_relation(m, from, to, type, &at, err);
  if (status != QL_OK) return status;
  *fresh = at == SIZE_MAX;
  if (!*fresh) return QL_OK;
  if (m->relation_count == QL_MEMORY_RELATIONS_MAX) return ql_fail(err, QL_ERR_LIMIT, "QL_MEMORY_RELATIONS_MAX", from);
  if (m->relation_count == m->relation_room && !relation_places(m, m->relation_room == 0 ? 64 : 2 * m->relation_room))
    return no_memory(err);
  ql__relation *relations = ql_arena_grow(m->arena, m->relations, m->relation_count, &m->relation_cap, sizeof *relations);
  ql_str key = ql_arena_str(m->arena, ql_buf_str(&m->key));
  if (!relations || !key.ptr) return no_memory(err);
  m->relations = relations;
  relations[m->relation_count] = (ql__relation){
      .key = key,
      .from = ql_slice(key, 0, from.len),
      .to = ql_slice(key, from.len + 1, from.len + 1 + to.len),
      .type = ql_slice(key, key.len - type.len, key.len),
  };
  ql__names_put(&m->by_relation, key, m->relation_count++);
  m->used += key.len;
  return QL_OK;
}

/* ---- taking away ---- */

static void throw_away(ql_memory *m, size_t bytes) {
  m->used -= bytes;
  m->waste += bytes;
}

void ql__memory_forget(ql_memory *m, ql__entity *entity, ql_str words) {
  size_t at = ql__memory_observation(entity, words);
  if (at == entity->count) return;
  throw_away(m, entity->observations[at].len);
  for (; at + 1 < entity->count; at++) entity->observations[at] = entity->observations[at + 1];
  entity->count--;
}

void ql__memory_cut(ql_memory *m, ql__entity *entity, size_t count) {
  while (entity->count > count) throw_away(m, entity->observations[--entity->count].len);
}

void ql__memory_keep(ql_memory *m, const bool *entities, const bool *relations) {
  size_t kept = 0;
  for (size_t i = 0; i < m->entity_count; i++) {
    ql__entity *entity = &m->entities[i];
    if (entities[i]) {
      m->entities[kept++] = *entity;
      continue;
    }
    ql__memory_cut(m, entity, 0);
    throw_away(m, entity->name.len + entity->type.len);
    m->waste += entity->cap * sizeof *entity->observations;
  }
  m->entity_count = kept;
  kept = 0;
  for (size_t i = 0; i < m->relation_count; i++) {
    if (relations[i])
      m->relations[kept++] = m->relations[i];
    else
      throw_away(m, m->relations[i].key.len);
  }
  m->relation_count = kept;
  if (m->name_room > 0) ql__names_clear(&m->by_name);
  for (size_t i = 0; i < m->entity_count; i++) ql__names_put(&m->by_name, m->entities[i].name, i);
  if (m->relation_room > 0) ql__names_clear(&m->by_relation);
  for (size_t i = 0; i < m->relation_count; i++) ql__names_put(&m->by_relation, m->relations[i].key, i);
}

/* All that is there, once more. */
static bool copy_all(ql_memory *to, const ql_memory *from) {
  bool made = true, fresh;
  for (size_t i = 0; made && i < from->entity_count; i++) {
    const ql__entity *entity = &from->entities[i];
    ql__entity *copy;
    made = ql__memory_entity(to, entity->name, entity->type, &copy, &fresh, NULL) == QL_OK;
    for (size_t k = 0; made && k < entity->count; k++) made = ql__memory_observe(to, copy, entity->observations[k], &fresh, NULL) == QL_OK;
  }
  for (size_t i = 0; made && i < from->relation_count; i++) {
    const ql__relation *r = &from->relations[i];
    made = ql__memory_relate(to, r->from, r->to, r->type, &fresh, NULL) == QL_OK;
  }
  return made;
}

void ql__memory_tidy(ql_memory *m) {
  if (m->waste < WASTE_MIN || m->waste < m->used) return;
  ql_memory fresh;
  if (!begin(&fresh, ql_arena_alloc(m->arena))) return;
  bool made = copy_all(&fresh, m);
  end(made ? m : &fresh);
  if (made) *m = fresh;
}

/* ---- the file ---- */

static ql_value *copied(ql_arena *a, ql_str text) { return ql_string(a, ql_arena_str(a, text)); }

ql_value *ql__entity_value(ql_arena *a, const ql__entity *entity) {
  ql_value *value = ql_object(a), *observations = ql_array(a);
  for (size_t i = 0; i < entity->count; i++) ql_push(observations, copied(a, entity->observations[i]));
  QL_SET(value, "entityType", copied(a, entity->type));
  QL_SET(value, "name", copied(a, entity->name));
  QL_SET(value, "observations", observations);
  return value;
}

ql_value *ql__relation_value(ql_arena *a, const ql__relation *relation) {
  ql_value *value = ql_object(a);
  QL_SET(value, "from", copied(a, relation->from));
  QL_SET(value, "relationType", copied(a, relation->type));
  QL_SET(value, "to", copied(a, relation->to));
  return value;
}

static ql_status read_entity(ql_memory *m, const ql_value *line, ql_error *err) {
  ql_str name = ql_get_str(line, QL_STR("name")), type = ql_get_str(line, QL_STR("entityType"));
  const ql_value *observations = QL_GET(line, "observations");
  if (!name.ptr || !type.ptr || (observations && observations->kind != QL_ARRAY))
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
  if (!ql_eq(kind, QL_STR("relation"))) return ql_fail(err, QL_ERR_SYNTAX, "a line is of type entity or relation", kind);
  ql_str from = ql_get_str(line, QL_STR("from")), to = ql_get_str(line, QL_STR("to")), type = ql_get_str(line, QL_STR("relationType"));
  bool fresh;
  if (!from.ptr || !to.ptr || !type.ptr) return ql_fail(err, QL_ERR_SYNTAX, "a relation has from, to and relationType", from);
  return ql__memory_relate(m, from, to, type, &fresh, err);
}

ql_status ql_memory_read(ql_memory *m, ql_str lines, ql_error *err) {
  if (lines.len > QL_MEMORY_BYTES_MAX) return ql_fail(err, QL_ERR_LIMIT, "the file is too large", QL_STR("QL_MEMORY_BYTES_MAX"));
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

/* `{"type":"entity","name":"` and so on: the keys in the order that server writes them in. */
static void write_member(ql_buf *buf, ql_str before, ql_str text) {
  ql_buf_add(buf, before);
  ql_json_string(buf, text);
}

static void write_entity(ql_buf *buf, const ql__entity *entity) {
  write_member(buf, QL_STR("{\"type\":\"entity\",\"name\":"), entity->name);
  write_member(buf, QL_STR(",\"entityType\":"), entity->type);
  ql_buf_add(buf, QL_STR(",\"observations\":["));
  for (size_t i = 0; i < entity->count; i++) write_member(buf, i == 0 ? QL_STR("") : QL_STR(","), entity->observations[i]);
  ql_buf_add(buf, QL_STR("]}"));
}

static void write_relation(ql_buf *buf, const ql__relation *relation) {
  write_member(buf, QL_STR("{\"type\":\"relation\",\"from\":"), relation->from);
  write_member(buf, QL_STR(",\"to\":"), relation->to);
  write_member(buf, QL_STR(",\"relationType\":"), relation->type);
  ql_buf_byte(buf, '}');
}

ql_str ql_memory_write(const ql_memory *m, ql_arena *a) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < m->entity_count; i++) {
    if (buf.len > 0) ql_buf_byte(&buf, '\n');
    write_entity(&buf, &m->entities[i]);
  }
  for (size_t i = 0; i < m->relation_count; i++) {
    if (buf.len > 0) ql_buf_byte(&buf, '\n');
    write_relation(&buf, &m->relations[i]);
  }
  return ql_buf_take(&buf, a);
}
