#include "driver/tooling.h"

#include <questline/tools.h>

#include "base/text.h"
#include "driver/records.h"
#include "format/crypto.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static ql_toolbox box_of(const ql_driver *d, ql_str agent) {
  return (ql_toolbox){.roster = d->roster, .agent = agent, .workspace = d->kit.workspace, .memory = d->kit.memory};
}

/* A list of things to do alone is no reason to offer tools. */
static bool has_any(const ql_driver_kit *kit) { return kit->workspace || kit->memory || kit->servers || kit->commands; }

ql_status ql__offer_tools(ql_driver *d, ql__turn *t, ql_str agent, ql_error *err) {
  const ql_toolbox box = box_of(d, agent);
  ql_value *tools = NULL;
  if (!has_any(&d->kit) || !d->roster || !ql_roster_find(d->roster, agent)) return QL_OK;
  ql_status status = ql_tools_for(t->arena, &box, &tools, err);
  if (status != QL_OK) return status;
  t->tooled = tools->first != NULL;
  if (!t->tools && t->tooled) t->tools = ql_array(t->arena);
  for (const ql_value *tool = tools->first; tool; tool = tool->next) ql_push(t->tools, ql_copy(t->arena, tool));
  return ql_arena_failed(t->arena) ? ql__out_of_memory(err) : QL_OK;
}

ql_status ql__use_tool(ql_driver *d, ql__turn *t, ql_error *err) {
  const ql_toolbox box = box_of(d, t->agent.ptr ? t->agent : d->leader);
  ql_value *call = ql_object(t->attempt), *outcome = NULL;
  QL_SET(call, "arguments", ql_string(t->attempt, TEXT_OF(t->part, "arguments")));
  QL_SET(call, "name", ql_string(t->attempt, TEXT_OF(t->part, "name")));
  ql_status status = ql_tool_call(t->attempt, &box, call, t->approved, &outcome, err);
  if (status != QL_OK) return status;
  const ql_value *result = QL_GET(outcome, "result");
  t->question = TEXT_OF(QL_GET(outcome, "permit"), "message");
  t->outcome = result;
  t->made = result ? QL_GET(result, "changed")->first : NULL;
  t->step = result ? (t->start >= 0 ? QL__TURN_TOOL_DONE : QL__TURN_TOOL_TOLD) : QL__TURN_TOOL_ASK;
  return QL_OK;
}

/* ---- what is logged ---- */

ql_value *ql__tool_start(const ql__turn *t, ql_arena *a) {
  uint8_t digest[QL_HASH_BYTES];
  char *hex = ql_arena_get(a, 2 * sizeof digest);
  ql_value *command = ql__owners_command(a, QL_STR("start"));
  if (!hex) return NULL;
  ql_sha256(TEXT_OF(t->part, "arguments"), digest);
  ql_hex_write(hex, digest, sizeof digest);
  QL_SET(command, "attempt", ql_int(a, 1));
  QL_SET(command, "effect", ql_string(a, QL_STR("tool")));
  QL_SET(command, "micro", ql_int(a, 0));
  QL_SET(command, "request", ql_string(a, (ql_str){hex, 2 * sizeof digest}));
  QL_SET(command, "seat", ql_string(a, t->agent));
  if (t->task.ptr) QL_SET(command, "task", ql_string(a, t->task));
  QL_SET(command, "tokens", ql_int(a, 0));
  return command;
}

ql_value *ql__tool_done(const ql__turn *t, ql_arena *a) {
  ql_value *command = ql__owners_command(a, QL_STR("done"));
  bool failed = ql_get_bool(t->outcome, QL_STR("error"));
  QL_SET(command, "outcome", ql_string(a, !t->outcome ? QL_STR("cancelled") : failed ? QL_STR("error") : QL_STR("ok")));
  if (t->recalled >= 0) QL_SET(command, "recalled", ql_int(a, t->recalled));
  if (t->outcome && !t->unkept) ql__log_reply(a, command, t->outcome);
  QL_SET(command, "start", ql_int(a, t->start));
  return command;
}

static bool is_artifact(const ql_value *state, ql_str hash) {
  const ql_value *artifacts = QL_GET(state, "artifacts");
  for (const ql_value *artifact = artifacts ? artifacts->first : NULL; artifact; artifact = artifact->next)
    if (ql_eq(TEXT_OF(artifact, "hash"), hash) && !ql_get_bool(artifact, QL_STR("replaced"))) return true;
  return false;
}

ql_value *ql__tool_made(const ql_driver *d, const ql__turn *t, const ql_value *state, ql_arena *a) {
  ql_str after = TEXT_OF(t->made, "after"), before = TEXT_OF(t->made, "before"), path = TEXT_OF(t->made, "path");
  ql_file file;
  /* The same bytes once more are no new artifact, and one that is gone is none. */
  if (!after.ptr || is_artifact(state, after) || !ql_workspace_file(d->kit.workspace, path, &file)) return NULL;
  ql_value *command = ql_object(a);
  QL_SET(command, "by", ql_string(a, t->agent));
  QL_SET(command, "bytes", ql_int(a, (int64_t)file.size));
  QL_SET(command, "hash", ql_string(a, after));
  QL_SET(command, "media", ql_string(a, QL_STR("text/plain")));
  QL_SET(command, "name", ql_string(a, path));
  if (t->task.ptr) QL_SET(command, "task", ql_string(a, t->task));
  if (before.ptr && is_artifact(state, before)) QL_SET(command, "replaces", ql_string(a, before));
  QL_SET(command, "type", ql_string(a, QL_STR("artifact")));
  return command;
}
