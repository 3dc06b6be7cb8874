// Calls to models: the body of a request is JSON, the same each time, and a call with its members in canonical order gives the same one.

#include <stdlib.h>

#include <questline/llm.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *call = NULL, *canonical = NULL, *request = NULL, *again = NULL, *body = NULL;
  if (ql_json_read(a, (ql_str){(const char *)data, size}, &call, NULL) == QL_OK && ql_llm_request(a, call, &request, NULL) == QL_OK) {
    ql_str text = ql_get_str(request, QL_STR("body")), url = ql_get_str(request, QL_STR("url"));
    if (ql_json_read(a, text, &body, NULL) != QL_OK || body->kind != QL_OBJECT) abort();
    for (size_t i = 0; i < url.len; i++)
      if (url.ptr[i] <= ' ' || url.ptr[i] > '~') abort();
    if (ql_json_read(a, ql_value_text(a, call), &canonical, NULL) != QL_OK) abort();
    if (ql_llm_request(a, canonical, &again, NULL) != QL_OK || !ql_value_equal(request, again)) abort();
  }
  ql_arena_free(a);
  return 0;
}
