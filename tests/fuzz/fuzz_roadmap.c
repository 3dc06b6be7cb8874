// Roadmaps: what comes next is never done or blocked, and ticking it off is one byte that makes it done.

#include <stdlib.h>
#include <string.h>

#include <questline/roadmap.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_next(ql_arena *a, ql_str text, const ql_roadmap *map) {
  const ql_roadmap *later;
  ql_str objective;
  ql_plan_source source;
  size_t offset;
  ql_error err;
  const ql_roadmap_item *next = &map->items[map->next];
  if (next->done || next->blocked) abort();
  if (ql_roadmap_request(a, map, map->next, &objective, &source, &err) != QL_OK) abort();
  /* Words that begin with a NUL have no place in the file by which the box could be found. */
  if (next->box == SIZE_MAX && ql_find_byte(text, '\0', 0) != SIZE_MAX) return;
  if (ql_roadmap_tick(a, text, &source, &offset, &err) != QL_OK || offset != next->box || offset >= text.len) abort();
  char *bytes = ql_arena_get(a, text.len);
  memcpy(bytes, text.ptr, text.len);
  if (bytes[offset] != ' ') abort();
  bytes[offset] = 'x';
  if (ql_roadmap_read(a, (ql_str){bytes, text.len}, map->path, &later, &err) != QL_OK || later->item_count != map->item_count) abort();
  if (!later->items[map->next].done || later->next == map->next) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str text = {(const char *)data, size};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_roadmap *map;
  ql_error err;
  if (ql_roadmap_read(a, text, QL_STR("roadmap.md"), &map, &err) == QL_OK) {
    if (!ql_roadmap_value(a, map)) abort();
    if (map->next != SIZE_MAX) check_next(a, text, map);
  } else if (err.offset > size) {
    abort();
  }
  ql_arena_free(a);
  return 0;
}
