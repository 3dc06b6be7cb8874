#include "format/sse.h"

#include <string.h>

#include <questline/limits.h>

#include "base/text.h"

static const ql_str bom = QL_STR_INIT("\xEF\xBB\xBF");

ql_sse ql_sse_new(ql_alloc alloc, ql_sse_form form) {
  ql_buf empty = ql_buf_new(alloc);
  return (ql_sse){form, QL_SSE_BOM, false, false, empty, empty, empty, empty, -1, QL_ABSENT};
}

void ql_sse_free(ql_sse *sse) {
  ql_buf_free(&sse->line);
  ql_buf_free(&sse->data);
  ql_buf_free(&sse->name);
  ql_buf_free(&sse->id);
}

static ql_status crossed(ql_sse *sse, ql_str limit) {
  sse->crossed = limit;
  return QL_ERR_LIMIT;
}

static ql_status add_data(ql_sse *sse, ql_str value) {
  if (sse->data.len + value.len + sse->has_data > QL_SSE_EVENT_MAX) return crossed(sse, QL_STR("event_limit"));
  if (sse->has_data) ql_buf_byte(&sse->data, '\n');
  ql_buf_add(&sse->data, value);
  sse->has_data = true;
  return sse->data.failed ? QL_ERR_NOMEM : QL_OK;
}

static void set(ql_buf *buf, ql_str value) {
  buf->len = 0;
  ql_buf_add(buf, value);
}

static void set_retry(ql_sse *sse, ql_str value) {
  int64_t ms = 0;
  for (size_t i = 0; i < value.len; i++) {
    if (!ql_is_digit(value.ptr[i]) || ms > INT32_MAX) return;
    ms = ms * 10 + (value.ptr[i] - '0');
  }
  if (value.len > 0) sse->retry = ms;
}

static ql_status take_field(ql_sse *sse, ql_str line) {
  size_t colon = ql_find_byte(line, ':', 0);
  ql_str name = ql_slice(line, 0, colon), value = colon < line.len ? ql_slice(line, colon + 1, line.len) : QL_STR("");
  if (value.len > 0 && value.ptr[0] == ' ') value = ql_slice(value, 1, value.len);
  if (ql_eq(name, QL_STR("data"))) return add_data(sse, value);
  if (ql_eq(name, QL_STR("event"))) set(&sse->name, value);
  if (ql_eq(name, QL_STR("id")) && ql_find_byte(value, '\0', 0) >= value.len) set(&sse->id, value);
  if (ql_eq(name, QL_STR("retry"))) set_retry(sse, value);
  return sse->name.failed || sse->id.failed ? QL_ERR_NOMEM : QL_OK;
}

/* A whole line. */
static ql_status take_line(ql_sse *sse, ql_str line) {
  ql_status status;
  if (sse->form == QL_SSE_LINES) {
    line = ql_trim(line);
    status = line.len > 0 ? add_data(sse, line) : QL_OK;
  } else if (line.len > 0) {
    status = take_field(sse, line);
    if (status == QL_OK) return QL_MORE;
  } else {
    status = QL_OK;
  }
  if (status != QL_OK) return status;
  if (!sse->has_data) {
    sse->name.len = 0;
    return QL_MORE;
  }
  sse->has_data = false;
  sse->done = true;
  return QL_DONE;
}

/* True when the mark is over, or none: held bytes that are none begin a line. */
static bool skip_bom(ql_sse *sse, ql_str *bytes) {
  while (bytes->len > 0 && sse->line.len < bom.len && bytes->ptr[0] == bom.ptr[sse->line.len]) {
    ql_buf_byte(&sse->line, bytes->ptr[0]);
    *bytes = ql_slice(*bytes, 1, bytes->len);
    if (sse->line.failed) return false;
  }
  if (sse->line.len < bom.len && bytes->len == 0) return false;
  if (sse->line.len == bom.len) sse->line.len = 0;
  return true;
}

/* Takes the bytes up to the end of the line. */
static ql_status read_line(ql_sse *sse, ql_str *bytes) {
  size_t end = ql_line_end(*bytes, 0);
  if (sse->line.len + end > QL_SSE_LINE_MAX) return crossed(sse, QL_STR("line_limit"));
  ql_str line = ql_slice(*bytes, 0, end);
  bool whole = end < bytes->len;
  if (!whole || sse->line.len > 0) {
    ql_buf_add(&sse->line, line);
    if (sse->line.failed) return QL_ERR_NOMEM;
    line = ql_buf_str(&sse->line);
  }
  if (!whole) {
    *bytes = ql_slice(*bytes, end, end);
    return QL_MORE;
  }
  if (bytes->ptr[end] == '\r') sse->state = QL_SSE_AFTER_CR;
  *bytes = ql_slice(*bytes, end + 1, bytes->len);
  ql_status status = take_line(sse, line);
  sse->line.len = 0;
  return status;
}

static void forget_given(ql_sse *sse) {
  if (!sse->done) return;
  sse->done = false;
  sse->data.len = sse->name.len = 0;
}

ql_status ql_sse_next(ql_sse *sse, ql_str *bytes) {
  if (sse->crossed.ptr) return QL_ERR_LIMIT;
  forget_given(sse);
  while (bytes->len > 0) switch (sse->state) {
    case QL_SSE_BOM:
      if (skip_bom(sse, bytes)) sse->state = QL_SSE_LINE;
      if (sse->line.failed) return QL_ERR_NOMEM;
      break;
    case QL_SSE_AFTER_CR:
      if (bytes->ptr[0] == '\n') *bytes = ql_slice(*bytes, 1, bytes->len);
      sse->state = QL_SSE_LINE;
      break;
    case QL_SSE_LINE: {
      ql_status status = read_line(sse, bytes);
      if (status != QL_MORE) return status;
      break;
    }
    }
  return QL_MORE;
}

ql_status ql_sse_rest(ql_sse *sse) {
  if (sse->crossed.ptr) return QL_ERR_LIMIT;
  forget_given(sse);
  ql_status status = sse->line.len > 0 ? take_line(sse, ql_buf_str(&sse->line)) : QL_MORE;
  sse->line.len = 0;
  return status == QL_MORE && sse->has_data ? take_line(sse, QL_STR("")) : status;
}
