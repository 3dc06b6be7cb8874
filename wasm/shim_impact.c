/* Module graphs: read, asked, written; health over time. */
#include <questline/impact.h>
#include <questline/limits.h>

#include "base/text.h"
#include "shim_inside.h"

static void let_go(void *graph) { ql_graph_free(graph); }

int32_t qlw_graph_new(void) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_graph *graph = ql_graph_new(ql_alloc_libc());
  return graph != NULL ? qlw__give_handle(room, QLW__GRAPH, graph, let_go) : qlw__give_out_of_memory();
}

static const ql_str formats[] = {
    [QL_GRAPH_AUTO] = QL_STR_INIT("auto"),   [QL_GRAPH_OWN] = QL_STR_INIT("own"),       [QL_GRAPH_CRUISE] = QL_STR_INIT("cruise"),
    [QL_GRAPH_MADGE] = QL_STR_INIT("madge"), [QL_GRAPH_PYDEPS] = QL_STR_INIT("pydeps"), [QL_GRAPH_MAKE] = QL_STR_INIT("make"),
    [QL_GRAPH_PLAN] = QL_STR_INIT("plan"),
};

int32_t qlw_graph_read(uint32_t graph, const char *text, uint32_t text_len, const char *format, uint32_t format_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(graph, QLW__GRAPH);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  size_t i = 0;
  while (i < QL_COUNT(formats) && !ql_eq(formats[i], qlw__view(format, format_len))) i++;
  if (i == QL_COUNT(formats))
    return qlw__give_failure(ql_fail(&qlw__error, QL_ERR_ARGUMENT, "there is no such form of a graph", qlw__view(format, format_len)));
  ql_status status = ql_graph_read(found->ptr, qlw__view(text, text_len), (ql_graph_format)i, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_graph_value(uint32_t graph) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(graph, QLW__GRAPH);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_value *value = NULL;
  ql_status status = ql_graph_value(found->ptr, qlw__arena, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_graph_coupling(uint32_t graph, double most) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(graph, QLW__GRAPH);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  int64_t entries = 0;
  ql_value *value = NULL;
  ql_status status = qlw__to_integer(most, &entries);
  if (entries > QL_GRAPH_EDGES_MAX) entries = 0; /* that is all */
  if (status == QL_OK) status = ql_graph_coupling(found->ptr, qlw__arena, (size_t)entries, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

/* A JSON array of strings. */
static ql_status read_names(ql_str json, ql_str **names, size_t *count) {
  ql_value *value = NULL;
  ql_status status = ql_json_read(qlw__arena, json, &value, &qlw__error);
  if (status != QL_OK) return status;
  *names = ql_arena_array(qlw__arena, value->count + 1, sizeof **names);
  if (*names == NULL) return QL_ERR_NOMEM;
  *count = 0;
  for (const ql_value *item = value->kind == QL_ARRAY ? value->first : NULL; item; item = item->next) {
    if (item->kind != QL_STRING) return ql_fail(&qlw__error, QL_ERR_ARGUMENT, "modules are given by their names", QL_ABSENT);
    (*names)[(*count)++] = item->text;
  }
  return QL_OK;
}

int32_t qlw_graph_breaks(uint32_t graph, const char *modules, uint32_t modules_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(graph, QLW__GRAPH);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_str *names = NULL;
  size_t count = 0;
  ql_value *value = NULL;
  ql_status status = read_names(qlw__view(modules, modules_len), &names, &count);
  if (status == QL_OK) status = ql_graph_breaks(found->ptr, qlw__arena, names, count, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_health(const char *snapshots, uint32_t snapshots_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *list = NULL, *value = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(snapshots, snapshots_len), &list, &qlw__error);
  if (status == QL_OK) status = ql_health(qlw__arena, list, &value, &qlw__error);
  return qlw__give_or_fail(status, value);
}

int32_t qlw_impact_write(const char *answer, uint32_t answer_len, uint32_t markdown) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *value = NULL;
  ql_str text = QL_ABSENT;
  ql_status status = ql_json_read(qlw__arena, qlw__view(answer, answer_len), &value, &qlw__error);
  if (status == QL_OK) status = ql_impact_write(qlw__arena, value, markdown != 0, &text, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(text) : qlw__give_failure(status);
}
