/* A key that a server repeats, and that nobody is told. */
#include <questline/blank.h>

#include "shim_inside.h"

static void let_go(void *blank) { ql_blank_free(blank); }

static ql_blank *find_blank(uint32_t handle) {
  const qlw__object *found = qlw__find(handle, QLW__BLANK);
  return found != NULL ? found->ptr : NULL;
}

static int32_t give_told(ql_str told) { return told.ptr != NULL ? qlw__give_bytes(told) : qlw__give_out_of_memory(); }

int32_t qlw_blank_new(const char *key, uint32_t key_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_blank *blank = ql_blank_new(ql_alloc_libc(), qlw__view(key, key_len));
  return blank != NULL ? qlw__give_handle(room, QLW__BLANK, blank, let_go) : qlw__give_out_of_memory();
}

int32_t qlw_blank_bytes(uint32_t blank, const char *bytes, uint32_t bytes_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_blank *found = find_blank(blank);
  return found != NULL ? give_told(ql_blank_bytes(found, qlw__view(bytes, bytes_len))) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_blank_rest(uint32_t blank) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_blank *found = find_blank(blank);
  return found != NULL ? give_told(ql_blank_rest(found)) : qlw__give_failure(QL_ERR_HANDLE);
}

int32_t qlw_blank_text(uint32_t blank, const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_blank *found = find_blank(blank);
  return found != NULL ? give_told(ql_blank_text(found, qlw__arena, qlw__view(text, text_len))) : qlw__give_failure(QL_ERR_HANDLE);
}
