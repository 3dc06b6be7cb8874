// An agent file: every offset lies in it, every fix fits, answers are canonical JSON in valid UTF-8, and what is parsed twice is the same.

#include <stdlib.h>

#include <questline/limits.h>
#include <questline/roster.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static void check_diagnostics(const ql_diagnostic *items, size_t count, size_t size) {
  check(count <= QL_SPEC_DIAGNOSTICS_MAX);
  for (size_t i = 0; i < count; i++) {
    const ql_diagnostic *d = &items[i];
    check(d->offset <= size && d->line > 0 && d->column > 0 && d->message.len > 0 && ql_utf8_bad(d->message) == SIZE_MAX);
    check(i == 0 || items[i - 1].offset <= d->offset);
    check(i == 0 || items[i - 1].line <= d->line);
    size_t end = 0;
    for (size_t k = 0; k < d->fix_count; k++) {
      check(d->fix[k].offset >= end && d->fix[k].length <= size && d->fix[k].offset <= size - d->fix[k].length);
      end = d->fix[k].offset + d->fix[k].length;
    }
  }
}

static void check_spec(const ql_spec *spec, ql_str file) {
  check(spec->text.len == file.len && ql_utf8_bad(spec->text) == SIZE_MAX && ql_find_byte(spec->text, '\0', 0) == SIZE_MAX);
  check(ql_agent_id_valid(spec->id) && spec->body_offset <= file.len);
  check((spec->tools_state == QL_TOOLS_LISTED) == (spec->tool_count > 0));
  for (size_t i = 0; i < spec->tool_count; i++) check(spec->tools[i].offset <= file.len && spec->tools[i].name.len > 0);
  for (size_t i = 0; i < spec->section_count; i++) {
    const ql_section *s = &spec->sections[i];
    check(s->offset < s->end && s->end <= file.len && s->offset >= spec->body_offset && s->level >= 1 && s->level <= 6);
    check(i == 0 || spec->sections[i - 1].offset < s->offset);
  }
}

static ql_str answer(ql_arena *a, const ql_value *value) {
  ql_str text = ql_value_text(a, value);
  ql_value *again = NULL;
  check(text.ptr != NULL && ql_canon_read(a, text, &again, NULL) == QL_OK);
  return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ql_str file = {(const char *)data, size}, path = QL_STR(".claude/agents/some-agent.md");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_spec *spec = NULL, *twin = NULL;
  ql_status status = ql_spec_parse(a, path, file, &spec, NULL);
  check(status == (size > QL_SPEC_BYTES_MAX ? QL_ERR_LIMIT : QL_OK));
  if (status == QL_OK) {
    check_spec(spec, file);
    check_diagnostics(spec->diagnostics, spec->diagnostic_count, size);
    ql_str first = answer(a, ql_spec_value(a, spec));
    check(ql_spec_parse(a, path, file, &twin, NULL) == QL_OK && ql_eq(first, answer(a, ql_spec_value(a, twin))));
  }
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  check(ql_roster_add(roster, path, file, NULL) == status);
  check(ql_roster_add(roster, QL_STR("two.md"), QL_STR("---\nname: some-agent\ndescription: The other.\n---\nAsk @nobody-known.\n"),
                      NULL) == QL_OK);
  check(ql_roster_link(roster, NULL) == QL_OK);
  for (size_t i = 0; i < ql_roster_count(roster); i++) {
    const ql_agent *agent = ql_roster_agent(roster, i);
    size_t team;
    check(ql_agent_id_valid(agent->id) && ql_roster_find(roster, agent->id) == agent && (agent->spec || agent->declared_by));
    (void)ql_roster_team(roster, agent, &team);
    check(agent->spec || team == 0);
  }
  (void)answer(a, ql_roster_value(a, roster));
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}
