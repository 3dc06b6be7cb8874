/* Roadmaps: read, the request for an item, the edit that ticks one off. */
#include <questline/roadmap.h>

#include "base/text.h"
#include "shim_inside.h"

int32_t qlw_roadmap_read(const char *text, uint32_t text_len, const char *path, uint32_t path_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roadmap *roadmap = NULL;
  ql_status status = ql_roadmap_read(qlw__arena, qlw__view(text, text_len), qlw__view(path, path_len), &roadmap, &qlw__error);
  return status == QL_OK ? qlw__give(ql_roadmap_value(qlw__arena, roadmap)) : qlw__give_failure(status);
}

int32_t qlw_roadmap_request(const char *text, uint32_t text_len, const char *path, uint32_t path_len, double n) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roadmap *roadmap = NULL;
  ql_str objective;
  ql_plan_source item;
  int64_t number = 0;
  ql_status status = qlw__to_integer(n, &number);
  if (status == QL_OK) status = ql_roadmap_read(qlw__arena, qlw__view(text, text_len), qlw__view(path, path_len), &roadmap, &qlw__error);
  size_t index = number < 1 ? SIZE_MAX : (size_t)number - 1;
  if (status == QL_OK) status = ql_roadmap_request(qlw__arena, roadmap, index, &objective, &item, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  ql_value *answer = ql_object(qlw__arena), *source = QL_SET(answer, "item", ql_object(qlw__arena));
  QL_SET(answer, "objective", ql_string(qlw__arena, objective));
  QL_SET(source, "from", ql_string(qlw__arena, QL_STR("document")));
  QL_SET(source, "line", ql_int(qlw__arena, item.line));
  if (item.path.len > 0) QL_SET(source, "path", ql_string(qlw__arena, item.path));
  QL_SET(source, "words", ql_string(qlw__arena, item.words));
  return qlw__give(answer);
}

int32_t qlw_roadmap_tick(const char *text, uint32_t text_len, const char *title, uint32_t title_len, double line) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  int64_t number = 0;
  size_t offset = 0;
  ql_status status = qlw__to_integer(line, &number);
  ql_plan_source item = {.origin = QL_FROM_DOCUMENT, .words = qlw__view(title, title_len)};
  item.line = number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
  if (status == QL_OK) status = ql_roadmap_tick(qlw__arena, qlw__view(text, text_len), &item, &offset, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  ql_value *edit = ql_object(qlw__arena);
  QL_SET(edit, "length", ql_int(qlw__arena, 1));
  QL_SET(edit, "offset", ql_int(qlw__arena, (int64_t)offset));
  QL_SET(edit, "text", ql_string(qlw__arena, QL_STR("x")));
  return qlw__give(edit);
}
