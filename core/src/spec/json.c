/* The shapes Spec, Section, Diagnostic and Edit of shapes.def. */
#include <string.h>

#include <questline/spec.h>

static ql_str literal(const char *s) { return (ql_str){s, strlen(s)}; }

static ql_str severity_word(ql_severity severity) {
  switch (severity) {
  case QL_SEVERITY_ERROR: return QL_STR("error");
  case QL_SEVERITY_WARNING: return QL_STR("warning");
  case QL_SEVERITY_INFO: break;
  }
  return QL_STR("info");
}

static ql_str from_word(ql_tools_from from) {
  switch (from) {
  case QL_TOOLS_FROM_FRONTMATTER: return QL_STR("frontmatter");
  case QL_TOOLS_FROM_BODY: return QL_STR("body");
  case QL_TOOLS_FROM_NONE: break;
  }
  return QL_STR("none");
}

ql_value *ql_diagnostic_value(ql_arena *a, const ql_diagnostic *d) {
  ql_value *value = ql_object(a);
  QL_SET(value, "code", ql_string(a, literal(d->code)));
  QL_SET(value, "column", ql_int(a, d->column));
  if (d->fix_count > 0) {
    ql_value *fix = QL_SET(value, "fix", ql_array(a));
    for (size_t i = 0; i < d->fix_count; i++) {
      ql_value *edit = ql_push(fix, ql_object(a));
      QL_SET(edit, "length", ql_int(a, (int64_t)d->fix[i].length));
      QL_SET(edit, "offset", ql_int(a, (int64_t)d->fix[i].offset));
      QL_SET(edit, "text", ql_string(a, d->fix[i].text));
    }
  }
  QL_SET(value, "line", ql_int(a, d->line));
  QL_SET(value, "message", ql_string(a, d->message));
  QL_SET(value, "offset", ql_int(a, (int64_t)d->offset));
  QL_SET(value, "severity", ql_string(a, severity_word(d->severity)));
  return value;
}

static ql_value *section_value(ql_arena *a, const ql_section *section) {
  ql_value *value = ql_object(a);
  QL_SET(value, "end", ql_int(a, (int64_t)section->end));
  QL_SET(value, "level", ql_int(a, section->level));
  QL_SET(value, "line", ql_int(a, section->line));
  QL_SET(value, "offset", ql_int(a, (int64_t)section->offset));
  QL_SET(value, "title", ql_string(a, section->title));
  return value;
}

/* A node of its own above the same members, so that the spec's own stays out of every answer's tree. */
static ql_value *shared_object(ql_arena *a, const ql_value *object) {
  ql_value *copy = ql_object(a);
  if (!copy) return NULL;
  *copy = *object;
  copy->next = NULL;
  return copy;
}

ql_value *ql_spec_value(ql_arena *a, const ql_spec *spec) {
  ql_value *value = ql_object(a);
  QL_SET(value, "color", ql_string(a, spec->color));
  QL_SET(value, "description", ql_string(a, spec->description));
  ql_value *diagnostics = QL_SET(value, "diagnostics", ql_array(a));
  for (size_t i = 0; i < spec->diagnostic_count; i++) ql_push(diagnostics, ql_diagnostic_value(a, &spec->diagnostics[i]));
  QL_SET(value, "dialect", ql_string(a, literal(spec->dialect)));
  QL_SET(value, "extra", shared_object(a, spec->extra));
  QL_SET(value, "id", ql_string(a, spec->id));
  QL_SET(value, "model", ql_string(a, spec->model));
  QL_SET(value, "name", ql_string(a, spec->name));
  QL_SET(value, "path", ql_string(a, spec->path));
  ql_value *rules = QL_SET(value, "rules", ql_array(a));
  for (const ql_rule *rule = spec->rules; rule; rule = rule->next) ql_push(rules, ql_rule_value(a, rule));
  ql_value *sections = QL_SET(value, "sections", ql_array(a));
  for (size_t i = 0; i < spec->section_count; i++) ql_push(sections, section_value(a, &spec->sections[i]));
  QL_SET(value, "sha256", ql_string(a, literal(spec->sha256)));
  QL_SET(value, "tokens", ql_int(a, spec->tokens));
  bool absent = spec->tools_state == QL_TOOLS_ABSENT;
  ql_value *tools = QL_SET(value, "tools", absent ? ql_null(a) : ql_array(a));
  ql_value *canonical = QL_SET(value, "tools_canonical", absent ? ql_null(a) : ql_array(a));
  for (size_t i = 0; i < spec->tool_count; i++) {
    ql_push(tools, ql_string(a, spec->tools[i].name));
    ql_push(canonical, ql_string(a, spec->tools[i].canonical));
  }
  QL_SET(value, "tools_from", ql_string(a, from_word(spec->tools_from)));
  return ql_arena_failed(a) ? NULL : value;
}
