/* Links that hold a quest. */
#include <questline/link.h>

#include "shim_inside.h"

int32_t qlw_link_make(const char *log, uint32_t log_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_str fragment = QL_ABSENT;
  ql_status status = ql_link_make(qlw__arena, qlw__view(log, log_len), &fragment, &qlw__error);
  return status == QL_OK ? qlw__give(ql_link_value(qlw__arena, fragment)) : qlw__give_failure(status);
}

int32_t qlw_link_open(const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_str log = QL_ABSENT;
  ql_status status = ql_link_open(qlw__arena, qlw__view(text, text_len), &log, &qlw__error);
  return status == QL_OK ? qlw__give_bytes(log) : qlw__give_failure(status);
}
