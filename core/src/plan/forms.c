/* The forms that an agent knows. */
#include "plan/forms.h"

#include "base/text.h"
#include "spec/inforce.h"

#define LEVELS_MAX 5u /* of fields in fields: three of a file, and what is known of phases */

/* Forms that every agent has, and what a phase of a plan consists of. */
typedef struct own_field {
  uint8_t level; /* 0: a form */
  ql_str name, type;
} own_field;

#define FIELD(level, name, type)                                                                                                           \
  { level, QL_STR_INIT(name), QL_STR_INIT(type) }

static const own_field OWN[] = {
    FIELD(0, "request", ""),
    FIELD(1, "to", "string"),
    FIELD(1, "request", "string"),
    FIELD(1, "query", "string"),
    FIELD(1, "context", "object"),
    FIELD(0, "response", ""),
    FIELD(1, "from", "string"),
    FIELD(1, "current_state", "object"),
    FIELD(1, "impact_assessment", "object"),
    FIELD(1, "migration_plan", "object"),
    FIELD(2, "phase_1", "object"),
    FIELD(1, "risks", "array"),
    FIELD(2, "risk", "string"),
    FIELD(2, "mitigation", "string"),
    FIELD(2, "severity", "string"),
    FIELD(0, "directive", ""),
    FIELD(1, "to", "array"),
    FIELD(1, "task", "string"),
    FIELD(1, "context", "string"),
    FIELD(1, "specific_instructions", "object"),
    FIELD(1, "coordination_points", "array"),
};

static const own_field PHASE[] = {FIELD(1, "duration", "string"), FIELD(1, "tasks", "array"), FIELD(1, "assigned_to", "array")};

/* ---- fields ---- */

static ql_value *add_field(ql_arena *a, ql_value *fields, ql_str name, ql_str type, uint32_t line) {
  ql_value *field = ql_push(fields, ql_object(a));
  QL_SET(field, "fields", ql_array(a));
  QL_SET(field, "free", ql_bool(a, false));
  if (line > 0) QL_SET(field, "line", ql_int(a, line));
  QL_SET(field, "name", ql_string(a, name));
  QL_SET(field, "required", ql_bool(a, false));
  QL_SET(field, "type", ql_string(a, type.len > 0 ? type : QL_STR("any")));
  return field;
}

/* "phase_1", "step2": a number at the end. */
static bool is_numbered(ql_str name) { return name.len > 1 && ql_is_digit(name.ptr[name.len - 1]); }

/* Names of agents have hyphens or dots, those of fields have not. */
static bool names_agent(ql_str name) { return ql_find_byte(name, '-', 0) != SIZE_MAX || ql_find_byte(name, '.', 0) != SIZE_MAX; }

static bool are_examples(const ql_value *fields) {
  bool numbered = true, agents = true;
  for (const ql_value *f = fields->first; f; f = f->next) {
    ql_str name = ql_get_str(f, QL_STR("name"));
    numbered = numbered && is_numbered(name);
    agents = agents && names_agent(name);
  }
  return numbered || agents; /* also where none is known */
}

static bool is_type(const ql_value *field, const char *type) {
  ql_str t = ql_get_str(field, QL_STR("type"));
  size_t len = 0;
  while (type[len]) len++;
  return ql_eq(t, (ql_str){type, len});
}

static void mark(ql_value *field, const char *member, bool value) {
  ql_value *v = ql_get_literal(field, member);
  if (v) v->number = value;
}

/* The one object of a message that has nothing else but who it is from and to: its body. NULL when it is not so. */
static const ql_value *body_of(const ql_value *fields) {
  const ql_value *body = NULL;
  for (const ql_value *f = fields->first; f; f = f->next) {
    ql_str name = ql_get_str(f, QL_STR("name"));
    if (ql_eq(name, QL_STR("from")) || ql_eq(name, QL_STR("to"))) continue;
    if (body || !is_type(f, "object")) return NULL;
    body = f;
  }
  return body;
}

/* What is an example and what is needed, of all fields; the lists that are still to be gone through are kept one behind the other. */
static void finish_fields(ql_arena *a, ql_value *form) {
  typedef struct list {
    struct list *next;
    ql_value *fields;
    bool needed;
  } list;
  ql_value *top = QL_GET(form, "fields");
  list first = {NULL, top, true}, *last = &first;
  const ql_value *body = top ? body_of(top) : NULL;
  for (list *at = &first; at; at = at->next) {
    for (ql_value *f = at->fields ? at->fields->first : NULL; f; f = f->next) {
      ql_value *inner = QL_GET(f, "fields");
      bool object = is_type(f, "object"), phases = ql_eq(ql_get_str(f, QL_STR("name")), QL_STR("migration_plan"));
      if (!inner) return;
      mark(f, "required", at->needed);
      mark(f, "free", object && are_examples(inner));
      for (ql_value *phase = object && phases ? inner->first : NULL; phase; phase = phase->next)
        for (size_t i = 0; is_type(phase, "object") && QL_GET(phase, "fields")->count < QL_COUNT(PHASE); i++)
          add_field(a, QL_GET(phase, "fields"), PHASE[i].name, PHASE[i].type, 0);
      list *more = ql_arena_get(a, sizeof *more);
      if (!more) return;
      *more = (list){NULL, inner, is_type(f, "array") || f == body};
      last->next = more;
      last = more;
    }
  }
}

/* ---- forms ---- */

static ql_value *add_form(ql_arena *a, ql_value *forms, ql_str name, ql_str title) {
  ql_value *form = ql_push(forms, ql_object(a));
  QL_SET(form, "fields", ql_array(a));
  QL_SET(form, "name", ql_string(a, name));
  QL_SET(form, "title", ql_string(a, title));
  return form;
}

static void add_file_form(ql_arena *a, ql_value *forms, const ql_spec *spec, const ql_rule *rule) {
  ql_value *form = add_form(a, forms, rule->name.ptr ? rule->name : rule->title, rule->title);
  ql_value *fields[LEVELS_MAX] = {QL_GET(form, "fields")};
  const ql_rule_item *open[LEVELS_MAX] = {rule->first};
  QL_SET(form, "line", ql_int(a, rule->line));
  if (spec->path.ptr) QL_SET(form, "path", ql_string(a, spec->path));
  for (size_t level = 0;;) {
    const ql_rule_item *item = open[level];
    if (!item) {
      if (level-- == 0) break;
      continue;
    }
    open[level] = item->next;
    ql_value *field = add_field(a, fields[level], item->name.ptr ? item->name : item->text, item->type, item->line);
    if (!item->first || level + 1 == LEVELS_MAX) continue;
    fields[++level] = QL_GET(field, "fields");
    open[level] = item->first;
  }
  finish_fields(a, form);
}

static bool has_form(const ql_value *forms, ql_str name) {
  for (const ql_value *form = forms ? forms->first : NULL; form; form = form->next)
    if (ql_eq_nocase(ql_get_str(form, QL_STR("name")), name)) return true;
  return false;
}

static void add_own_forms(ql_arena *a, ql_value *forms) {
  for (size_t i = 0; i < QL_COUNT(OWN);) {
    bool known = has_form(forms, OWN[i].name);
    ql_value *form = known ? NULL : add_form(a, forms, OWN[i].name, OWN[i].name), *fields[LEVELS_MAX] = {NULL, QL_GET(form, "fields")};
    for (i++; i < QL_COUNT(OWN) && OWN[i].level > 0; i++) {
      if (known) continue;
      ql_value *field = add_field(a, fields[OWN[i].level], OWN[i].name, OWN[i].type, 0);
      fields[OWN[i].level + 1] = QL_GET(field, "fields");
    }
    if (form) finish_fields(a, form);
  }
}

ql_status ql_forms(ql_arena *a, const ql_roster *roster, ql_str agent, ql_value **out, ql_error *err) {
  const ql_agent *found = ql_roster_find(roster, agent);
  if (!found) return ql_fail(err, QL_ERR_NOT_FOUND, "there is no such agent", agent);
  ql_value *forms = ql_array(a);
  for (const ql_rule *rule = NULL; forms && (rule = ql__next_rule(roster, found, QL_RULE_MESSAGE, rule)) != NULL;)
    add_file_form(a, forms, found->spec, rule);
  add_own_forms(a, forms);
  if (ql_arena_failed(a)) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *out = forms;
  return QL_OK;
}

ql_status ql__form_find(ql_arena *a, const ql_roster *roster, ql_str agent, ql_str name, ql_value **out, ql_error *err) {
  ql_value *forms;
  ql_status status = ql_forms(a, roster, agent, &forms, err);
  if (status != QL_OK) return status;
  for (ql_value *form = forms->first; form; form = form->next)
    if (ql_eq_nocase(ql_get_str(form, QL_STR("name")), name)) {
      *out = form;
      return QL_OK;
    }
  return ql_fail(err, QL_ERR_NOT_FOUND, "the agent has no such form", name);
}

const ql_value *ql__form_field_of(const ql_value *fields, bool free, ql_str name) {
  for (const ql_value *f = fields ? fields->first : NULL; f; f = f->next)
    if (ql_eq(ql_get_str(f, QL_STR("name")), name)) return f;
  return free && fields ? fields->first : NULL;
}
