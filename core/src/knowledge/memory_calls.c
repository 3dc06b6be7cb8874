/* The calls of the MCP memory server. Arguments are checked in full before anything changes; what a limit stops half-way is taken back. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "knowledge/memory.h"

typedef struct call {
  ql_memory *memory;
  ql_arena *arena;
  const ql_value *arguments;
  ql_value *answer;
  ql_error *err;
} call;

static ql_status no_memory(call *c) { return ql_fail(c->err, QL_ERR_NOMEM, "out of memory", QL_ABSENT); }
static ql_status wrong(call *c, const char *message, ql_str argument) { return ql_fail(c->err, QL_ERR_SYNTAX, message, argument); }

static bool are_texts(const ql_value *list) {
  if (!list || list->kind != QL_ARRAY) return false;
  for (const ql_value *item = list->first; item; item = item->next)
    if (item->kind != QL_STRING) return false;
  return true;
}

/* The list of that name, whose items have these members, texts but for the last one, which may be a list of texts. */
static ql_status list_of(call *c, ql_str name, const ql_str *texts, size_t count, ql_str many, const ql_value **out) {
  const ql_value *list = ql_get(c->arguments, name);
  if (!list || list->kind != QL_ARRAY) return wrong(c, "the call needs a list of this name", name);
  for (const ql_value *item = list->first; item; item = item->next) {
    for (size_t i = 0; i < count; i++)
      if (!ql_get_str(item, texts[i]).ptr) return wrong(c, "an item of the list has no text of this name", texts[i]);
    if (many.ptr && !are_texts(ql_get(item, many))) return wrong(c, "an item of the list has no list of texts of this name", many);
  }
  *out = list;
  return QL_OK;
}

static ql_status names_of(call *c, ql_str name, const ql_value **out) {
  *out = ql_get(c->arguments, name);
  return are_texts(*out) ? QL_OK : wrong(c, "the call needs a list of names", name);
}

/* Marks that all is kept; the caller clears what goes. */
static bool keep_all(call *c, bool **entities, bool **relations) {
  *entities = ql_arena_array(c->arena, c->memory->entity_count + 1, sizeof **entities);
  *relations = ql_arena_array(c->arena, c->memory->relation_count + 1, sizeof **relations);
  if (!*entities || !*relations) return false;
  memset(*entities, 1, c->memory->entity_count * sizeof **entities);
  memset(*relations, 1, c->memory->relation_count * sizeof **relations);
  return true;
}

/* Back to so many of each; what comes later goes. */
static ql_status take_back(call *c, size_t entities, size_t relations, ql_status status) {
  bool *keep_entities, *keep_relations;
  if (!keep_all(c, &keep_entities, &keep_relations)) return no_memory(c);
  for (size_t i = entities; i < c->memory->entity_count; i++) keep_entities[i] = false;
  for (size_t i = relations; i < c->memory->relation_count; i++) keep_relations[i] = false;
  ql__memory_keep(c->memory, keep_entities, keep_relations);
  return status;
}

static ql_status done(call *c, ql_str words) {
  QL_SET(c->answer, "message", ql_string(c->arena, words));
  QL_SET(c->answer, "success", ql_bool(c->arena, true));
  return QL_OK;
}

/* ---- adding ---- */

static ql_status create_entities(call *c) {
  const ql_str texts[] = {QL_STR("name"), QL_STR("entityType")};
  const ql_value *list;
  size_t before = c->memory->entity_count;
  ql_status status = list_of(c, QL_STR("entities"), texts, QL_COUNT(texts), QL_STR("observations"), &list);
  ql_value *made = ql_array(c->arena);
  for (const ql_value *item = status == QL_OK ? list->first : NULL; status == QL_OK && item; item = item->next) {
    ql__entity *entity;
    bool fresh, new_one;
    status = ql__memory_entity(c->memory, ql_get_str(item, texts[0]), ql_get_str(item, texts[1]), &entity, &fresh, c->err);
    if (status != QL_OK || !fresh) continue;
    for (const ql_value *words = QL_GET(item, "observations")->first; status == QL_OK && words; words = words->next)
      status = ql__memory_observe(c->memory, entity, words->text, &new_one, c->err);
    ql_push(made, ql__entity_value(c->arena, entity));
  }
  if (status != QL_OK) return take_back(c, before, c->memory->relation_count, status);
  QL_SET(c->answer, "entities", made);
  return QL_OK;
}

static ql_status relations_of(call *c, const ql_value **list) {
  const ql_str texts[] = {QL_STR("from"), QL_STR("to"), QL_STR("relationType")};
  return list_of(c, QL_STR("relations"), texts, QL_COUNT(texts), QL_ABSENT, list);
}

static ql_status create_relations(call *c) {
  const ql_value *list;
  size_t before = c->memory->relation_count;
  ql_status status = relations_of(c, &list);
  ql_value *made = ql_array(c->arena);
  for (const ql_value *item = status == QL_OK ? list->first : NULL; status == QL_OK && item; item = item->next) {
    bool fresh = false;
    status = ql__memory_relate(c->memory, ql_get_str(item, QL_STR("from")), ql_get_str(item, QL_STR("to")),
                               ql_get_str(item, QL_STR("relationType")), &fresh, c->err);
    if (fresh) ql_push(made, ql__relation_value(c->arena, &c->memory->relations[c->memory->relation_count - 1]));
  }
  if (status != QL_OK) return take_back(c, c->memory->entity_count, before, status);
  QL_SET(c->answer, "relations", made);
  return QL_OK;
}

static ql_status add_observations(call *c) {
  const ql_str texts[] = {QL_STR("entityName")};
  const ql_value *list;
  ql_status status = list_of(c, QL_STR("observations"), texts, 1, QL_STR("contents"), &list);
  if (status != QL_OK) return status;
  for (const ql_value *item = list->first; item; item = item->next)
    if (ql__memory_find(c->memory, ql_get_str(item, texts[0])) == SIZE_MAX)
      return ql_fail(c->err, QL_ERR_NOT_FOUND, "no entity of that name", ql_get_str(item, texts[0]));
  size_t *before = ql_arena_array(c->arena, list->count + 1, sizeof *before),
         *places = ql_arena_array(c->arena, list->count + 1, sizeof *places);
  size_t n = 0;
  ql_value *added = ql_array(c->arena);
  if (!before || !places) return no_memory(c);
  for (const ql_value *item = list->first; status == QL_OK && item; item = item->next, n++) {
    places[n] = ql__memory_find(c->memory, ql_get_str(item, texts[0]));
    ql__entity *entity = &c->memory->entities[places[n]];
    before[n] = entity->count;
    ql_value *result = ql_push(added, ql_object(c->arena)), *words = ql_array(c->arena);
    for (const ql_value *text = QL_GET(item, "contents")->first; status == QL_OK && text; text = text->next) {
      bool fresh = false;
      status = ql__memory_observe(c->memory, entity, text->text, &fresh, c->err);
      if (fresh) ql_push(words, ql_string(c->arena, text->text));
    }
    QL_SET(result, "addedObservations", words);
    QL_SET(result, "entityName", ql_string(c->arena, ql_get_str(item, texts[0])));
  }
  while (status != QL_OK && n-- > 0) ql__memory_cut(c->memory, &c->memory->entities[places[n]], before[n]);
  QL_SET(c->answer, "results", added);
  return status;
}

/* ---- taking away ---- */

/* Relations go with a name that is deleted, whether or not there is an entity of it. */
static ql_status delete_entities(call *c) {
  const ql_value *names;
  bool *entities, *relations;
  ql_memory *m = c->memory;
  ql__names gone;
  ql_status status = names_of(c, QL_STR("entityNames"), &names);
  if (status != QL_OK) return status;
  if (!keep_all(c, &entities, &relations) || !ql__names_make(c->arena, names->count, &gone)) return no_memory(c);
  for (const ql_value *name = names->first; name; name = name->next) (void)ql__names_put(&gone, name->text, 0);
  for (size_t i = 0; i < m->entity_count; i++) entities[i] = ql__names_get(&gone, m->entities[i].name) == SIZE_MAX;
  for (size_t i = 0; i < m->relation_count; i++)
    relations[i] = ql__names_get(&gone, m->relations[i].from) == SIZE_MAX && ql__names_get(&gone, m->relations[i].to) == SIZE_MAX;
  ql__memory_keep(m, entities, relations);
  return done(c, QL_STR("Entities deleted successfully"));
}

static ql_status delete_observations(call *c) {
  const ql_str texts[] = {QL_STR("entityName")};
  const ql_value *list;
  ql_status status = list_of(c, QL_STR("deletions"), texts, 1, QL_STR("observations"), &list);
  for (const ql_value *item = status == QL_OK ? list->first : NULL; item; item = item->next) {
    size_t at = ql__memory_find(c->memory, ql_get_str(item, texts[0]));
    if (at == SIZE_MAX) continue;
    for (const ql_value *words = QL_GET(item, "observations")->first; words; words = words->next)
      ql__memory_forget(c->memory, &c->memory->entities[at], words->text);
  }
  return status == QL_OK ? done(c, QL_STR("Observations deleted successfully")) : status;
}

static ql_status delete_relations(call *c) {
  const ql_value *list;
  bool *entities, *relations;
  ql_memory *m = c->memory;
  ql_status status = relations_of(c, &list);
  if (status != QL_OK) return status;
  if (!keep_all(c, &entities, &relations)) return no_memory(c);
  for (const ql_value *item = list->first; status == QL_OK && item; item = item->next) {
    size_t at = SIZE_MAX;
    status = ql__memory_relation(m, ql_get_str(item, QL_STR("from")), ql_get_str(item, QL_STR("to")),
                                 ql_get_str(item, QL_STR("relationType")), &at, c->err);
    if (at != SIZE_MAX) relations[at] = false;
  }
  if (status != QL_OK) return status;
  ql__memory_keep(m, entities, relations);
  return done(c, QL_STR("Relations deleted successfully"));
}

/* ---- reading ---- */

/* These entities, and the relations that one of them has. */
static ql_status answer_with(call *c, const size_t *places, size_t count) {
  ql_memory *m = c->memory;
  bool *shown = ql_arena_array(c->arena, m->entity_count + 1, sizeof *shown);
  ql_value *entities = ql_array(c->arena), *relations = ql_array(c->arena);
  if (!shown) return no_memory(c);
  for (size_t i = 0; i < count; i++) {
    shown[places[i]] = true;
    ql_push(entities, ql__entity_value(c->arena, &m->entities[places[i]]));
  }
  for (size_t i = 0; i < m->relation_count; i++) {
    size_t from = ql__memory_find(m, m->relations[i].from), to = ql__memory_find(m, m->relations[i].to);
    if ((from != SIZE_MAX && shown[from]) || (to != SIZE_MAX && shown[to]))
      ql_push(relations, ql__relation_value(c->arena, &m->relations[i]));
  }
  QL_SET(c->answer, "entities", entities);
  QL_SET(c->answer, "relations", relations);
  return QL_OK;
}

static ql_status read_graph(call *c) {
  ql_memory *m = c->memory;
  ql_value *entities = ql_array(c->arena), *relations = ql_array(c->arena);
  for (size_t i = 0; i < m->entity_count; i++) ql_push(entities, ql__entity_value(c->arena, &m->entities[i]));
  for (size_t i = 0; i < m->relation_count; i++) ql_push(relations, ql__relation_value(c->arena, &m->relations[i]));
  QL_SET(c->answer, "entities", entities);
  QL_SET(c->answer, "relations", relations);
  return QL_OK;
}

static ql_status search_nodes(call *c) {
  ql_str query = ql_get_str(c->arguments, QL_STR("query"));
  size_t count;
  if (!query.ptr) return wrong(c, "the call needs a text of this name", QL_STR("query"));
  const size_t *places = ql__memory_search(c->memory, c->arena, query, &count);
  return places ? answer_with(c, places, count) : no_memory(c);
}

static ql_status open_nodes(call *c) {
  const ql_value *names;
  ql_memory *m = c->memory;
  ql_status status = names_of(c, QL_STR("names"), &names);
  if (status != QL_OK) return status;
  bool *wanted = ql_arena_array(c->arena, m->entity_count + 1, sizeof *wanted);
  size_t *places = ql_arena_array(c->arena, m->entity_count + 1, sizeof *places), count = 0;
  if (!wanted || !places) return no_memory(c);
  for (const ql_value *name = names->first; name; name = name->next) {
    size_t at = ql__memory_find(m, name->text);
    if (at != SIZE_MAX) wanted[at] = true;
  }
  for (size_t i = 0; i < m->entity_count; i++)
    if (wanted[i]) places[count++] = i;
  return answer_with(c, places, count);
}

/* ---- which ---- */

static const struct tool {
  ql_str name;
  ql_status (*make)(call *c);
  bool changes;
} tools[] = {
    {QL_STR_INIT("create_entities"), create_entities, true},
    {QL_STR_INIT("create_relations"), create_relations, true},
    {QL_STR_INIT("add_observations"), add_observations, true},
    {QL_STR_INIT("delete_entities"), delete_entities, true},
    {QL_STR_INIT("delete_observations"), delete_observations, true},
    {QL_STR_INIT("delete_relations"), delete_relations, true},
    {QL_STR_INIT("read_graph"), read_graph, false},
    {QL_STR_INIT("search_nodes"), search_nodes, false},
    {QL_STR_INIT("open_nodes"), open_nodes, false},
};

/* "mcp__memory__read_graph" is read_graph. */
static const struct tool *tool_of(ql_str name) {
  for (size_t at; (at = ql_find(name, QL_STR("__"), 0)) != SIZE_MAX;) name = ql_slice(name, at + 2, name.len);
  for (size_t i = 0; i < QL_COUNT(tools); i++)
    if (ql_eq(tools[i].name, name)) return &tools[i];
  return NULL;
}

bool ql_memory_changes(ql_str name) {
  const struct tool *tool = tool_of(name);
  return tool && tool->changes;
}

ql_status ql_memory_call(ql_memory *memory, ql_arena *a, ql_str name, const ql_value *arguments, ql_value **out, ql_error *err) {
  const struct tool *tool = tool_of(name);
  if (!tool) return ql_fail(err, QL_ERR_NOT_FOUND, "the memory has no such call", name);
  call c = {memory, a, arguments, ql_object(a), err};
  ql_status status = tool->make(&c);
  ql__memory_tidy(memory);
  if (status != QL_OK) return status;
  if (ql_arena_failed(a)) return no_memory(&c);
  *out = c.answer;
  return QL_OK;
}
