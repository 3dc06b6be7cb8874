// Bytes as a memory file: what could be read is written, read again and written the same; calls leave a graph of which that holds too.

#include <questline/memory.h>
#include <questline/value.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

static void check_file(const ql_memory *memory, ql_arena *a) {
  ql_memory *again = ql_memory_new(ql_alloc_libc());
  ql_str text = ql_memory_write(memory, a);
  check(text.ptr && ql_memory_read(again, text, NULL) == QL_OK);
  check(ql_eq(ql_memory_write(again, a), text));
  check(ql_memory_entities(again) == ql_memory_entities(memory) && ql_memory_relations(again) == ql_memory_relations(memory));
  ql_memory_free(again);
}

/* Each entity is found by its name, and by a part of it. */
static void check_found(ql_memory *memory, ql_arena *a, const ql_value *graph) {
  for (const ql_value *entity = QL_GET(graph, "entities")->first; entity; entity = entity->next) {
    ql_value *names = ql_array(a), *by_name = ql_object(a), *by_words = ql_object(a), *out;
    ql_str name = ql_get_str(entity, QL_STR("name"));
    ql_push(names, ql_string(a, name));
    QL_SET(by_name, "names", names);
    QL_SET(by_words, "query", ql_string(a, name));
    check(ql_memory_call(memory, a, QL_STR("open_nodes"), by_name, &out, NULL) == QL_OK);
    check(QL_GET(out, "entities")->count == 1 && ql_value_equal(QL_GET(out, "entities")->first, entity));
    check(ql_memory_call(memory, a, QL_STR("search_nodes"), by_words, &out, NULL) == QL_OK);
    const ql_value *hit = QL_GET(out, "entities")->first;
    while (hit && !ql_value_equal(hit, entity)) hit = hit->next;
    check(hit != NULL);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_memory *memory = ql_memory_new(ql_alloc_libc());
  ql_value *graph, *out;
  ql_error err = {0};
  ql_status status = ql_memory_read(memory, (ql_str){(const char *)data, size}, &err);
  check(status == QL_OK || err.line > 0);
  check_file(memory, a);
  check(ql_memory_call(memory, a, QL_STR("read_graph"), NULL, &graph, NULL) == QL_OK);
  if (ql_memory_entities(memory) <= 64) check_found(memory, a, graph);
  check(ql_memory_pending(memory, a) != NULL);

  ql_value *names = ql_array(a), *arguments = ql_object(a);
  size_t i = 0;
  for (const ql_value *entity = QL_GET(graph, "entities")->first; entity; entity = entity->next)
    if (i++ % 2 == 0) ql_push(names, ql_string(a, ql_get_str(entity, QL_STR("name"))));
  QL_SET(arguments, "entityNames", names);
  check(ql_memory_call(memory, a, QL_STR("delete_entities"), arguments, &out, NULL) == QL_OK);
  check(ql_memory_entities(memory) == i / 2);
  check_file(memory, a);
  check(ql_memory_call(memory, a, QL_STR("delete_relations"), graph, &out, NULL) == QL_OK);
  check(ql_memory_relations(memory) == 0);
  check(ql_memory_call(memory, a, QL_STR("create_entities"), graph, &out, NULL) == QL_OK);
  check(ql_memory_call(memory, a, QL_STR("create_relations"), graph, &out, NULL) == QL_OK);
  check(QL_GET(out, "relations")->count == QL_GET(graph, "relations")->count);
  ql_memory_free(memory);
  ql_arena_free(a);
  return 0;
}
