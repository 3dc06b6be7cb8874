#include "spec/roster.h"

#include "base/text.h"
#include "spec/body.h"
#include "spec/bytes.h"
#include "spec/id.h"

#define CLOSE 3u /* edits between an id and one it may be meant for, and no more than a quarter of its letters */

ql_roster *ql_roster_new(ql_alloc alloc) {
  ql_roster *roster = alloc.resize(alloc.ctx, NULL, 0, sizeof *roster);
  if (!roster) return NULL;
  *roster = (ql_roster){.alloc = alloc, .kept = ql_arena_new(alloc), .linked = ql_arena_new(alloc), .dialect = QL__DIALECT_COUNT};
  if (roster->kept && roster->linked) return roster;
  ql_roster_free(roster);
  return NULL;
}

void ql_roster_free(ql_roster *roster) {
  if (!roster) return;
  if (roster->kept) ql_arena_free(roster->kept);
  if (roster->linked) ql_arena_free(roster->linked);
  roster->alloc.resize(roster->alloc.ctx, roster, sizeof *roster, 0);
}

ql_status ql_roster_add(ql_roster *roster, ql_str path, ql_str text, ql_error *err) {
  if (roster->file_count >= QL_ROSTER_FILES_MAX) return ql_fail(err, QL_ERR_LIMIT, "more files than QL_ROSTER_FILES_MAX", path);
  ql_arena *a = roster->kept;
  ql__file file = {.path = ql__clean_path(a, path)};
  ql__outline outline = {0};
  ql_status status = ql__parse(a, path, text, (ql__reading){.dialect = roster->dialect}, &file.spec, &outline, err);
  if (status != QL_OK && status != QL_ERR_LIMIT) return status;
  if (status == QL_OK) {
    file.opening = ql__opening_sentence(outline.blocks, outline.count);
    file.declared = ql__find_declared(a, file.spec, &file.declared_count);
    file.mentions = ql__find_mentions(a, file.spec, &outline, &file.mention_count);
  }
  ql__file *files = ql_arena_grow(a, roster->files, roster->file_count, &roster->file_cap, sizeof *files);
  if (!files || ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  roster->files = files;
  files[roster->file_count++] = file;
  return status;
}

ql_status ql_roster_dialect(ql_roster *roster, ql_str dialect, ql_error *err) { return ql__dialect_named(dialect, &roster->dialect, err); }

size_t ql_roster_count(const ql_roster *roster) { return roster->agent_count; }

const ql_agent *ql_roster_agent(const ql_roster *roster, size_t index) {
  return index < roster->agent_count ? &roster->agents[index] : NULL;
}

const ql_agent *ql_roster_find(const ql_roster *roster, ql_str name) {
  char id[QL_AGENT_ID_MAX];
  size_t len = ql__write_id(id, name);
  return len > 0 ? ql__roster_get(roster, (ql_str){id, len}) : NULL;
}

ql_str ql__roster_close(const ql_roster *roster, ql_str id) {
  size_t best = SIZE_MAX;
  ql_str closest = QL_ABSENT;
  for (size_t i = 0; i < roster->agent_count; i++) {
    ql_str other = roster->agents[i].id;
    size_t apart = other.len > id.len ? other.len - id.len : id.len - other.len;
    size_t distance = apart > CLOSE ? SIZE_MAX : ql_edit_distance(other, id);
    if (distance > CLOSE || distance >= best || distance * 4 > id.len) continue;
    if (distance > 1 && other.ptr[1] != id.ptr[1]) continue; /* another word, not a misspelled one */
    best = distance;
    closest = other;
  }
  return closest;
}

ql_str ql_roster_suggest(const ql_roster *roster, ql_str name) {
  char id[QL_AGENT_ID_MAX];
  size_t len = ql__write_id(id, name);
  return len > 0 ? ql__roster_close(roster, (ql_str){id, len}) : QL_ABSENT;
}

const ql_agent *const *ql_roster_team(const ql_roster *roster, const ql_agent *leader, size_t *count) {
  *count = 0;
  for (size_t i = 0; leader && leader->spec && i < roster->file_count; i++) {
    if (roster->files[i].agent != leader) continue;
    *count = roster->files[i].team_count;
    return roster->files[i].team;
  }
  return NULL;
}

static ql_value *refs_value(ql_arena *a, const ql__file *file) {
  ql_value *refs = ql_array(a);
  for (size_t i = 0; file && i < file->ref_count; i++) {
    const ql__ref *ref = &file->refs[i];
    ql_value *value = ql_push(refs, ql_object(a));
    QL_SET(value, "agent", ql_string(a, ref->agent->id));
    QL_SET(value, "how", ql_string(a, ref->declares ? QL_STR("declares") : QL_STR("mentions")));
    QL_SET(value, "line", ql_int(a, ref->line));
  }
  return refs;
}

static ql_value *agent_value(ql_arena *a, const ql_agent *agent, const ql__file *file) {
  ql_value *value = ql_object(a), *team = ql_array(a);
  if (agent->declared_by) {
    QL_SET(value, "declared_by",
           agent->declared_by->path.ptr ? ql_string(a, agent->declared_by->path) : ql_string(a, agent->declared_by->id));
    QL_SET(value, "declared_line", ql_int(a, agent->declared_line));
  }
  if (agent->description.ptr) QL_SET(value, "description", ql_string(a, agent->description));
  size_t errors = file ? ql__notes_of(file->diagnostics, file->diagnostic_count, QL_SEVERITY_ERROR) : 0;
  size_t warnings = file ? ql__notes_of(file->diagnostics, file->diagnostic_count, QL_SEVERITY_WARNING) : 0;
  QL_SET(value, "errors", ql_int(a, (int64_t)errors));
  QL_SET(value, "id", ql_string(a, agent->id));
  QL_SET(value, "leads", ql_bool(a, agent->leads));
  if (agent->spec && agent->spec->model.ptr) QL_SET(value, "model", ql_string(a, agent->spec->model));
  if (agent->spec && agent->spec->path.ptr) QL_SET(value, "path", ql_string(a, agent->spec->path));
  QL_SET(value, "refs", refs_value(a, file));
  if (agent->spec) QL_SET(value, "sha256", ql_string(a, (ql_str){agent->spec->sha256, 64}));
  QL_SET(value, "source", ql_string(a, agent->spec ? QL_STR("file") : QL_STR("declared")));
  for (size_t i = 0; file && i < file->team_count; i++) ql_push(team, ql_string(a, file->team[i]->id));
  QL_SET(value, "team", team);
  QL_SET(value, "warnings", ql_int(a, (int64_t)warnings));
  return value;
}

ql_value *ql_roster_value(ql_arena *a, const ql_roster *roster) {
  ql_value *value = ql_object(a), *agents = ql_array(a), *files = ql_array(a);
  size_t errors = 0, warnings = 0, next = 0;
  /* Agents with files come first, in the order of their files. */
  for (size_t i = 0; i < roster->file_count; i++) {
    const ql__file *file = &roster->files[i];
    errors += ql__notes_of(file->diagnostics, file->diagnostic_count, QL_SEVERITY_ERROR);
    warnings += ql__notes_of(file->diagnostics, file->diagnostic_count, QL_SEVERITY_WARNING);
    if (file->agent) {
      ql_push(agents, agent_value(a, file->agent, file));
      next++;
    }
    ql_value *entry = ql_push(files, ql_object(a)), *diagnostics = ql_array(a);
    for (size_t k = 0; k < file->diagnostic_count; k++) ql_push(diagnostics, ql_diagnostic_value(a, &file->diagnostics[k]));
    QL_SET(entry, "diagnostics", diagnostics);
    QL_SET(entry, "path", ql_string(a, file->path.ptr ? file->path : QL_STR("")));
  }
  for (; next < roster->agent_count; next++) ql_push(agents, agent_value(a, &roster->agents[next], NULL));
  QL_SET(value, "agents", agents);
  QL_SET(value, "errors", ql_int(a, (int64_t)errors));
  QL_SET(value, "files", files);
  QL_SET(value, "warnings", ql_int(a, (int64_t)warnings));
  return ql_arena_failed(a) ? NULL : value;
}
