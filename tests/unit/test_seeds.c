/* The five seed files, each in another dialect: rows S01 to S05. */
#include "support.h"

#include <dirent.h>

#include <questline/roster.h>
#include <questline/spec.h>
#include <questline/value.h>

#include "base/text.h"

#define SEEDS 5u

static ql_arena *a;
static const ql_spec *seeds[SEEDS];
static char *texts[SEEDS];

static int load(size_t seed) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  if (!folder) return -1;
  char prefix[8], path[1024] = "";
  snprintf(prefix, sizeof prefix, "%03zu_", seed);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, prefix, 4) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  closedir(folder);
  size_t len = 0;
  texts[seed] = read_file(path, &len);
  if (!texts[seed]) return -1;
  char name[16];
  snprintf(name, sizeof name, "%03zu/agent.md", seed);
  return ql_spec_parse(a, ql_arena_str(a, str(name)), (ql_str){texts[seed], len}, &seeds[seed], NULL);
}

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  if (!a) return -1;
  for (size_t i = 0; i < SEEDS; i++)
    if (load(i) != 0) seeds[i] = NULL;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  for (size_t i = 0; i < SEEDS; i++) free(texts[i]);
  ql_arena_free(a);
  return 0;
}

static const ql_spec *seed(size_t index) {
  if (!seeds[index]) {
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  return seeds[index];
}

static size_t count_of(const ql_spec *spec, const char *code) {
  size_t count = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) count += strcmp(spec->diagnostics[i].code, code) == 0;
  return count;
}

static const ql_diagnostic *finding(const ql_spec *spec, const char *code) {
  for (size_t i = 0; i < spec->diagnostic_count; i++)
    if (strcmp(spec->diagnostics[i].code, code) == 0) return &spec->diagnostics[i];
  fail_msg("no finding %s", code);
  return NULL;
}

/* All edits of all findings with that code, made at once. */
static ql_str fixed(const ql_spec *spec, const char *code) {
  ql_buf out = ql_buf_new(ql_alloc_libc());
  size_t at = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    const ql_diagnostic *d = &spec->diagnostics[i];
    for (size_t k = 0; strcmp(d->code, code) == 0 && k < d->fix_count; k++) {
      ql_buf_add(&out, ql_slice(spec->text, at, d->fix[k].offset));
      ql_buf_add(&out, d->fix[k].text);
      at = d->fix[k].offset + d->fix[k].length;
    }
  }
  ql_buf_add(&out, ql_slice(spec->text, at, spec->text.len));
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

static const ql_spec *reread(ql_str text) {
  const ql_spec *spec = NULL;
  assert_int_equal(ql_spec_parse(a, QL_STR("agent.md"), text, &spec, NULL), QL_OK);
  return spec;
}

/* Name, model, colour, tools, sections: nothing is lost. */
static void s01_every_seed_is_read(void **state) {
  static const struct {
    const char *id, *name, *model, *color, *dialect;
    size_t tools, sections;
    ql_tools_from from;
  } expected[SEEDS] = {
      {"@coordinator.backend", "coordinator.backend", "opus", "red", "acolytes", 11, 66, QL_TOOLS_FROM_FRONTMATTER},
      {"@coordinator-backend", "coordinator-backend", "opus", NULL, "acolytes", 10, 38, QL_TOOLS_FROM_FRONTMATTER},
      {"@backend-team-orchestrator", "backend-team-orchestrator", "claude-3-5-sonnet-20241022", NULL, "claude-code", 25, 41,
       QL_TOOLS_FROM_FRONTMATTER},
      {"@backend-coordinator", "backend-coordinator", "opus", NULL, "claude-code", 0, 22, QL_TOOLS_FROM_NONE},
      {"@backend-architect-agent", "Backend Architect Agent", NULL, NULL, "ouroboros", 14, 15, QL_TOOLS_FROM_BODY},
  };
  (void)state;
  for (size_t i = 0; i < SEEDS; i++) {
    const ql_spec *spec = seed(i);
    assert_str_is(spec->id, expected[i].id);
    assert_str_is(spec->name, expected[i].name);
    if (expected[i].model)
      assert_str_is(spec->model, expected[i].model);
    else
      assert_null(spec->model.ptr);
    if (expected[i].color)
      assert_str_is(spec->color, expected[i].color);
    else
      assert_null(spec->color.ptr);
    assert_string_equal(spec->dialect, expected[i].dialect);
    assert_int_equal(spec->tool_count, expected[i].tools);
    assert_int_equal(spec->tools_from, expected[i].from);
    assert_int_equal(spec->section_count, expected[i].sections);
    assert_true(i == 4 ? spec->description.ptr == NULL : spec->description.len > 80);
    for (size_t k = 0; k < spec->tool_count; k++) {
      assert_non_null(spec->tools[k].canonical.ptr);
      assert_true(ql_starts(ql_slice(spec->text, spec->tools[k].offset, spec->text.len), spec->tools[k].name));
    }
    for (size_t k = 0; k < spec->diagnostic_count; k++) {
      uint32_t line, column;
      ql_position(spec->text, spec->diagnostics[k].offset, &line, &column);
      assert_int_equal(spec->diagnostics[k].line, line);
      assert_int_equal(spec->diagnostics[k].column, column);
    }
    ql_str text = ql_value_text(a, ql_spec_value(a, spec));
    ql_value *value = NULL;
    assert_int_equal(ql_canon_read(a, text, &value, NULL), QL_OK);
  }
  assert_int_equal(seeds[3]->diagnostic_count, 0);
  assert_int_equal(seeds[3]->tools_state, QL_TOOLS_ABSENT);
}

static void s02_mojibake_is_repaired(void **state) {
  (void)state;
  const ql_spec *spec = seed(0);
  assert_int_equal(count_of(spec, "mojibake"), 13);
  assert_int_equal(spec->diagnostic_count, 14); /* and a sum that is wrong */
  size_t sirens = 0, arrows = 0, length = 0;
  for (size_t i = 0; i < spec->diagnostic_count; i++) {
    const ql_diagnostic *d = &spec->diagnostics[i];
    if (strcmp(d->code, "mojibake") != 0) continue;
    assert_int_equal(d->fix_count, 1);
    assert_int_equal(d->fix[0].offset, d->offset);
    sirens += ql_eq(d->fix[0].text, QL_STR("\xF0\x9F\x9A\xA8"));
    arrows += ql_eq(d->fix[0].text, QL_STR("\xE2\x86\x92"));
    length += d->fix[0].length - d->fix[0].text.len;
  }
  assert_int_equal(sirens, 1);
  assert_int_equal(arrows, 12);
  ql_str repaired = fixed(spec, "mojibake");
  assert_int_equal(repaired.len, spec->text.len - length);
  assert_int_equal(reread(repaired)->diagnostic_count, 1);
  assert_int_equal(ql_utf8_count(spec->text) - ql_utf8_count(repaired), 12 * 2 + 3);
}

static void s03_orphan_list_is_adopted(void **state) {
  (void)state;
  const ql_spec *spec = seed(1);
  ql_value *value = ql_spec_value(a, spec);
  ql_str tools = ql_value_text(a, QL_GET(value, "tools"));
  assert_str_is(tools, "[\"Read\",\"Write\",\"Edit\",\"MultiEdit\",\"Bash\",\"Grep\",\"Glob\",\"Task\",\"memory\",\"context7\"]");
  assert_str_is(ql_value_text(a, spec->extra), "{\"activation\":\"manual\",\"category\":\"coordinator\",\"expertise_level\":\"expert\","
                                               "\"knowledge_scope\":\"complete_backend\",\"priority\":\"critical\",\"version\":\"2.0.0\"}");
  const ql_diagnostic *orphan = finding(spec, "orphan-list");
  assert_int_equal(orphan->line, 9);
  assert_int_equal(orphan->column, 3);
  assert_int_equal(finding(spec, "silent-skip")->severity, QL_SEVERITY_ERROR);
  assert_int_equal(spec->diagnostic_count, 3);
  const ql_spec *again = reread(fixed(spec, "orphan-list"));
  assert_int_equal(again->diagnostic_count, 1); /* the total */
  assert_true(ql_eq(ql_value_text(a, QL_GET(ql_spec_value(a, again), "tools")), tools));
  assert_true(ql_value_equal(again->extra, spec->extra));
}

static void s04_no_frontmatter(void **state) {
  (void)state;
  const ql_spec *spec = seed(4);
  assert_str_is(
      ql_value_text(a, QL_GET(ql_spec_value(a, spec), "tools")),
      "[\"FindFiles\",\"ReadFolder\",\"ReadFile\",\"ReadManyFiles\",\"SearchText\",\"Edit\",\"WriteFile\",\"Shell\",\"Local Shell\","
      "\"update_plan\",\"Save Memory\",\"WebFetch\",\"GoogleSearch\",\"Image Generator\"]");
  assert_int_equal(spec->sections[1].level, 2); /* underlined, not a fence */
  assert_int_equal(spec->sections[1].line, 3);
  assert_int_equal(spec->body_offset, 0);
  assert_int_equal(spec->diagnostic_count, 1);
  assert_int_equal(finding(spec, "no-frontmatter")->severity, QL_SEVERITY_INFO);
}

static void s05_mcp_names_and_retired_model(void **state) {
  (void)state;
  const ql_spec *spec = seed(2);
  assert_str_is(spec->tools[14].name, "mcp__context7__resolve-library-id");
  assert_str_is(spec->tools[14].canonical, "mcp:context7/resolve-library-id");
  size_t mcp = 0;
  for (size_t i = 0; i < spec->tool_count; i++) mcp += ql_starts(spec->tools[i].canonical, QL_STR("mcp:"));
  assert_int_equal(mcp, 16);
  const ql_diagnostic *d = finding(spec, "model-retired");
  assert_int_equal(d->line, 4);
  assert_int_equal(d->column, 8);
  assert_non_null(strstr(ql_arena_str(a, d->message).ptr, "\"sonnet\""));
  const ql_spec *again = reread(fixed(spec, "model-retired"));
  assert_str_is(again->model, "sonnet");
  assert_int_equal(again->diagnostic_count, 0);
}

static void roster_of_the_seeds(void **state) {
  (void)state;
  (void)seed(0); /* skips before anything is to be freed */
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < SEEDS; i++) {
    const ql_spec *spec = seed(i);
    assert_int_equal(ql_roster_add(roster, spec->path, spec->text, NULL), QL_OK);
  }
  assert_int_equal(ql_roster_link(roster, NULL), QL_OK);
  static const size_t teams[SEEDS] = {0, 0, 9, 8, 0};
  static const bool leads[SEEDS] = {true, true, true, true, false};
  assert_int_equal(ql_roster_count(roster), 5 + 9 + 8 - 2); /* two are in both lists */
  for (size_t i = 0; i < SEEDS; i++) {
    size_t count = 0;
    const ql_agent *agent = ql_roster_agent(roster, i);
    const ql_agent *const *team = ql_roster_team(roster, agent, &count);
    assert_str_is(agent->id, ql_arena_str(a, seeds[i]->id).ptr);
    assert_int_equal(count, teams[i]);
    assert_int_equal(agent->leads, leads[i]);
    for (size_t k = 0; k < count; k++) assert_true(team[k]->declared_by && !team[k]->spec && team[k]->description.len > 0);
  }
  assert_str_is(ql_roster_agent(roster, 5)->id, "@backend-architect");
  assert_int_equal(ql_roster_find(roster, QL_STR("nodejs-expert"))->declared_line, 32);
  ql_value *value = ql_roster_value(a, roster);
  assert_int_equal(ql_get_int(value, QL_STR("errors"), -1), 2); /* a file that is skipped, an agent that nobody declares */
  ql_roster_free(roster);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(s01_every_seed_is_read),          cmocka_unit_test(s02_mojibake_is_repaired),
      cmocka_unit_test(s03_orphan_list_is_adopted),      cmocka_unit_test(s04_no_frontmatter),
      cmocka_unit_test(s05_mcp_names_and_retired_model), cmocka_unit_test(roster_of_the_seeds),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
