/* Roadmaps: what comes next, and what to plan for it. */
#include <questline/roadmap.h>

#include "base/text.h"
#include "shim_inside.h"

static ql_status read_roadmap(const char *text, uint32_t text_len, const char *path, uint32_t path_len, const ql_roadmap **out) {
  return ql_roadmap_read(qlw__arena, qlw__view(text, text_len), qlw__view(path, path_len), out, &qlw__error);
}

int32_t qlw_roadmap_read(const char *text, uint32_t text_len, const char *path, uint32_t path_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_roadmap *roadmap = NULL;
  ql_status status = read_roadmap(text, text_len, path, path_len, &roadmap);
  return status == QL_OK ? qlw__give(ql_roadmap_value(qlw__arena, roadmap)) : qlw__give_failure(status);
}

/* The plan that the rehearsal makes of an item, with the item that it comes from. Items are numbered from 1: 0 is none. */
int32_t qlw_roadmap_plan(uint32_t roster, const char *leader, uint32_t leader_len, const char *text, uint32_t text_len, const char *path,
                         uint32_t path_len, double item) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  const ql_roadmap *roadmap = NULL;
  const ql_plan *plan = NULL;
  ql_str objective = QL_ABSENT;
  ql_plan_source source = {0};
  int64_t index = 0;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK) status = qlw__to_integer(item, &index);
  if (status == QL_OK) status = read_roadmap(text, text_len, path, path_len, &roadmap);
  if (status == QL_OK) status = ql_roadmap_request(qlw__arena, roadmap, (size_t)index - 1, &objective, &source, &qlw__error);
  if (status == QL_OK) status = ql_plan_rehearse(qlw__arena, found->ptr, qlw__view(leader, leader_len), objective, &plan, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  const ql_plan *made = ql_plan_for_item(qlw__arena, plan, &source);
  return made != NULL ? qlw__give(ql_plan_value(qlw__arena, made)) : qlw__give_out_of_memory();
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
