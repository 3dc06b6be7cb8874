/* Traces: where the time of a request goes. */
#include <questline/impact.h>

#include "shim_inside.h"

int32_t qlw_request_flow(const char *spans, uint32_t spans_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_value *list = NULL, *flow = NULL;
  ql_status status = ql_json_read(qlw__arena, qlw__view(spans, spans_len), &list, &qlw__error);
  if (status == QL_OK) status = ql_request_flow(qlw__arena, list, &flow, &qlw__error);
  return qlw__give_or_fail(status, flow);
}
