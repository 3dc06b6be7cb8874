/* Agent files: read, mended, exported, together in a roster; who takes a request, who may do what, what is loaded. */
#include <questline/route.h>

#include "base/text.h"
#include "shim_inside.h"
#include "spec/bytes.h"

static void free_roster(void *ptr) { ql_roster_free(ptr); }

static ql_status parse_spec(ql_str path, ql_str text, ql_str dialect, const ql_spec **spec) {
  return ql_spec_parse_as(qlw__arena, path, text, dialect, spec, &qlw__error);
}

int32_t qlw_spec_parse(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect,
                       uint32_t dialect_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_spec *spec = NULL;
  ql_status status = parse_spec(qlw__view(path, path_len), qlw__view(text, text_len), qlw__view(dialect, dialect_len), &spec);
  return status == QL_OK ? qlw__give(ql_spec_value(qlw__arena, spec)) : qlw__give_failure(status);
}

int32_t qlw_spec_fix(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                     const char *code, uint32_t code_len, double offset) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_mend which = {qlw__view(dialect, dialect_len), qlw__view(code, code_len), SIZE_MAX};
  ql_str mended = QL_ABSENT;
  size_t count = 0;
  int64_t at = 0;
  ql_status status = offset >= 0 ? qlw__to_integer(offset, &at) : QL_OK;
  if (offset >= 0) which.offset = (size_t)at;
  if (status == QL_OK)
    status = ql_spec_fix(qlw__arena, qlw__view(path, path_len), qlw__view(text, text_len), which, &mended, &count, &qlw__error);
  if (status != QL_OK) return qlw__give_failure(status);
  ql_value *value = ql_object(qlw__arena);
  QL_SET(value, "mended", ql_int(qlw__arena, (int64_t)count));
  QL_SET(value, "text", ql_string(qlw__arena, ql__clean_path(qlw__arena, mended)));
  return qlw__give(value);
}

int32_t qlw_spec_export(const char *path, uint32_t path_len, const char *text, uint32_t text_len, const char *dialect, uint32_t dialect_len,
                        const char *to, uint32_t to_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  const ql_spec *spec = NULL;
  ql_export export_ = {0};
  ql_status status = parse_spec(qlw__view(path, path_len), qlw__view(text, text_len), qlw__view(dialect, dialect_len), &spec);
  if (status == QL_OK) status = ql_spec_export(qlw__arena, spec, qlw__view(text, text_len), qlw__view(to, to_len), &export_, &qlw__error);
  return status == QL_OK ? qlw__give(ql_export_value(qlw__arena, &export_)) : qlw__give_failure(status);
}

/* ---- rosters and plans ---- */

int32_t qlw_roster_new(void) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *room = qlw__find_room();
  if (room == NULL) return qlw__give_failure(QL_ERR_LIMIT);
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  if (roster == NULL) return qlw__give_out_of_memory();
  room->unlinked = true;
  return qlw__give_handle(room, QLW__ROSTER, roster, free_roster);
}

ql_status qlw__find_roster(uint32_t handle, qlw__object **found) {
  qlw__object *o = qlw__find(handle, QLW__ROSTER);
  if (o == NULL) return QL_ERR_HANDLE;
  if (o->unlinked) {
    ql_status status = ql_roster_link(o->ptr, &qlw__error);
    if (status != QL_OK) return status;
    o->unlinked = false;
  }
  *found = o;
  return QL_OK;
}

int32_t qlw_roster_value(uint32_t roster) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  return status == QL_OK ? qlw__give(ql_roster_value(qlw__arena, found->ptr)) : qlw__give_failure(status);
}

/* One that no driver uses, whose names have to be resolved again. */
static ql_status qlw__find_free_roster(uint32_t handle, ql_roster **roster) {
  qlw__object *o = qlw__find(handle, QLW__ROSTER);
  if (o == NULL) return QL_ERR_HANDLE;
  if (o->users > 0) return ql_fail(&qlw__error, QL_ERR_STATE, "a driver uses the roster, close the driver first", QL_ABSENT);
  o->unlinked = true;
  *roster = o->ptr;
  return QL_OK;
}

int32_t qlw_roster_add(uint32_t roster, const char *path, uint32_t path_len, const char *text, uint32_t text_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_roster *found = NULL;
  ql_status status = qlw__find_free_roster(roster, &found);
  if (status == QL_OK) status = ql_roster_add(found, qlw__view(path, path_len), qlw__view(text, text_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_roster_dialect(uint32_t roster, const char *dialect, uint32_t dialect_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  ql_roster *found = NULL;
  ql_status status = qlw__find_free_roster(roster, &found);
  if (status == QL_OK) status = ql_roster_dialect(found, qlw__view(dialect, dialect_len), &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_roster_switch(uint32_t roster, const char *agent, uint32_t agent_len, const char *rule, uint32_t rule_len, uint32_t on) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = qlw__find(roster, QLW__ROSTER);
  if (found == NULL) return qlw__give_failure(QL_ERR_HANDLE);
  ql_status status = ql_roster_switch(found->ptr, qlw__view(agent, agent_len), qlw__view(rule, rule_len), on != 0, &qlw__error);
  return status == QL_OK ? qlw__give_nothing() : qlw__give_failure(status);
}

int32_t qlw_permit(uint32_t roster, const char *agent, uint32_t agent_len, const char *tool, uint32_t tool_len, const char *path,
                   uint32_t path_len, uint32_t link) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *permit = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK)
    status = ql_permit(qlw__arena, found->ptr, qlw__view(agent, agent_len), qlw__view(tool, tool_len), qlw__view(path, path_len), link != 0,
                       &permit, &qlw__error);
  return qlw__give_or_fail(status, permit);
}

int32_t qlw_route(uint32_t roster, const char *agent, uint32_t agent_len, const char *request, uint32_t request_len) {
  if (!qlw__begin()) return QL_ERR_NOMEM;
  qlw__object *found = NULL;
  ql_value *route = NULL;
  ql_status status = qlw__find_roster(roster, &found);
  if (status == QL_OK)
    status = ql_route(qlw__arena, found->ptr, qlw__view(agent, agent_len), qlw__view(request, request_len), &route, &qlw__error);
  return qlw__give_or_fail(status, route);
}
