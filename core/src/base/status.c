#include <string.h>

#include "base/text.h"

static const struct {
  ql_status status;
  const char *name, *sentence;
} STATUSES[] = {
#define X(name, code, sentence) {name, #name, sentence},
#include <questline/status.def>
#undef X
};

const char *ql_status_name(ql_status status) {
  for (size_t i = 0; i < QL_COUNT(STATUSES); i++)
    if (STATUSES[i].status == status) return STATUSES[i].name;
  return "QL_ERR_UNKNOWN";
}

const char *ql_status_sentence(ql_status status) {
  for (size_t i = 0; i < QL_COUNT(STATUSES); i++)
    if (STATUSES[i].status == status) return STATUSES[i].sentence;
  return "unknown status";
}

ql_status ql_fail(ql_error *err, ql_status status, const char *message, ql_str detail) {
  if (!err) return status;
  memset(err, 0, sizeof *err);
  err->status = status;
  err->message = message;
  size_t len = detail.len < QL_ERROR_DETAIL_MAX - 1 ? detail.len : QL_ERROR_DETAIL_MAX - 1;
  while (len > 0 && len < detail.len && ((unsigned char)detail.ptr[len] & 0xC0u) == 0x80u) len--;
  if (len > 0) memcpy(err->detail, detail.ptr, len);
  return status;
}
