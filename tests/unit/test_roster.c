#include "support.h"

#include <time.h>

#include <questline/limits.h>
#include <questline/roster.h>
#include <questline/value.h>

#include "base/text.h"

static ql_arena *a;
static ql_roster *roster;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  return a && roster ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static void add(const char *path, const char *text) { assert_int_equal(ql_roster_add(roster, str(path), str(text), NULL), QL_OK); }

static void join(void) { assert_int_equal(ql_roster_link(roster, NULL), QL_OK); }

/* A file with a name, a description and a body. */
static void add_agent(const char *name, const char *body) {
  char text[2048], path[64];
  snprintf(text, sizeof text, "---\nname: %s\ndescription: Does %s.\n---\n%s\n", name, name, body);
  snprintf(path, sizeof path, "%s.md", name);
  add(path, text);
}

/* "code line:column" of each finding of the index-th file that concerns agents, in order, with ", " between. */
static ql_str across(size_t index) {
  ql_value *files = QL_GET(ql_roster_value(a, roster), "files");
  const ql_value *file = files->first;
  while (index-- > 0) file = file->next;
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (const ql_value *d = QL_GET(file, "diagnostics")->first; d; d = d->next) {
    ql_str code = ql_get_str(d, QL_STR("code"));
    if (!ql_ends(code, QL_STR("-agent")) && !ql_eq(code, QL_STR("file-too-large"))) continue;
    if (out.len > 0) ql_buf_add(&out, QL_STR(", "));
    ql_buf_add(&out, code);
    ql_buf_byte(&out, ' ');
    ql_buf_int(&out, ql_get_int(d, QL_STR("line"), 0));
    ql_buf_byte(&out, ':');
    ql_buf_int(&out, ql_get_int(d, QL_STR("column"), 0));
  }
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

static ql_str team_of(const char *name) {
  size_t count;
  const ql_agent *const *team = ql_roster_team(roster, ql_roster_find(roster, str(name)), &count);
  ql_buf out = ql_buf_new(ql_alloc_libc());
  for (size_t i = 0; i < count; i++) {
    if (i > 0) ql_buf_byte(&out, ' ');
    ql_buf_add(&out, team[i]->id);
  }
  ql_str copy = ql_arena_str(a, ql_buf_str(&out));
  ql_buf_free(&out);
  return copy;
}

static void empty(void **state) {
  (void)state;
  join();
  assert_int_equal(ql_roster_count(roster), 0);
  assert_null(ql_roster_agent(roster, 0));
  assert_null(ql_roster_find(roster, QL_STR("x")));
  assert_null(ql_roster_suggest(roster, QL_STR("x")).ptr);
  assert_str_is(ql_value_text(a, ql_roster_value(a, roster)), "{\"agents\":[],\"errors\":0,\"files\":[],\"warnings\":0}");
}

static void found_by_any_spelling(void **state) {
  (void)state;
  add_agent("api-architect", "Designs.");
  add("Data Base.md", "# Data Base\n\n## Mission\nKeeps *tables*. Also indexes.\n");
  join();
  assert_str_is(ql_roster_agent(roster, 1)->description, "Keeps tables.");
  assert_null(ql_roster_agent(roster, 1)->spec->description.ptr);
  assert_int_equal(ql_roster_count(roster), 2);
  assert_ptr_equal(ql_roster_find(roster, QL_STR("API Architect")), ql_roster_agent(roster, 0));
  assert_ptr_equal(ql_roster_find(roster, QL_STR(" @api-architect ")), ql_roster_agent(roster, 0));
  assert_ptr_equal(ql_roster_find(roster, QL_STR("data-base")), ql_roster_agent(roster, 1));
  assert_null(ql_roster_find(roster, QL_STR("api")));
  assert_null(ql_roster_find(roster, QL_STR("")));
  assert_str_is(ql_roster_suggest(roster, QL_STR("api-architct")), "@api-architect");
  assert_str_is(ql_roster_suggest(roster, QL_STR("@api_architect")), "@api-architect");
  assert_null(ql_roster_suggest(roster, QL_STR("@gardener")).ptr);
}

static void names_used_twice(void **state) {
  (void)state;
  add_agent("api-pro", "First.");
  add("other/api.md", "---\nname: API Pro\ndescription: Second.\n---\nB\n");
  join();
  assert_int_equal(ql_roster_count(roster), 1);
  assert_str_is(ql_roster_agent(roster, 0)->description, "Does api-pro.");
  assert_str_is(across(0), "");
  assert_str_is(across(1), "duplicate-agent 2:7");
}

/* Lists that declare agents, and lists that only look like it. */
static void declared_agents(void **state) {
  static const struct {
    const char *body, *team, *across;
  } cases[] = {
      {"## Team Composition\n### Core\n- **db-pro**: Tables\n- **ui-pro**: Pages\n", "@db-pro @ui-pro",
       "declared-agent 7:5, declared-agent 8:5"},
      {"## Specialist Roster\n\n- `@db-pro` - Tables\n- @ui - Pages\n", "@db-pro @ui", "declared-agent 7:5, declared-agent 8:4"},
      {"## My Agents\n* **@db.pro** \xE2\x80\x94 Tables\n* **@db.pro** again\n", "@db.pro", "declared-agent 6:6"},
      {"## Team\n- **db-pro:** Tables\n", "@db-pro", "declared-agent 6:5"},
      {"## Team\n- @db-pro (tables), @ui, @ops.pro / @x-y - the rest\n- @a-b or @c-d\n- @db-pro, e@mail.org\n",
       "@db-pro @ui @ops.pro @x-y @a-b",
       "declared-agent 6:4, declared-agent 6:22, declared-agent 6:27, declared-agent 6:38, declared-agent 7:4, unknown-agent 7:11"},
      {"## Team\n1. `db-pro` - Tables\n", "@db-pro", "declared-agent 6:5"},
      {"## Team\n- **Language Selection**: Node.js\n- **quality**: high\n- **On-Call**: daily\n- plain-words: x\n- **no-words**\n", "", ""},
      {"## Patterns\n- **db-pro**: Tables\n", "", ""},
      {"# Team of One\n- **db-pro**: Tables\n", "", ""},
      {"## Team\n## Later\n- **db-pro**: Tables\n", "", ""},
      {"## Team\n```\n- **db-pro**: Tables\n```\n> - **db-pro**: Tables\n", "", ""},
      {"## Team\n- **boss**: me\n- **boss-man**: him\n- `@boss` - me\n", "@boss-man", "declared-agent 7:5"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_roster_free(roster);
    roster = ql_roster_new(ql_alloc_libc());
    add_agent("boss", cases[i].body);
    join();
    assert_str_is(team_of("boss"), cases[i].team);
    assert_str_is(across(0), cases[i].across);
    for (size_t k = 1; k < ql_roster_count(roster); k++) {
      const ql_agent *agent = ql_roster_agent(roster, k);
      assert_null(agent->spec);
      assert_ptr_equal(agent->declared_by, ql_roster_agent(roster, 0)->spec);
      assert_false(agent->leads);
    }
    assert_int_equal(ql_roster_agent(roster, 0)->leads, cases[i].team[0] != 0);
  }
}

static void files_before_declared(void **state) {
  (void)state;
  add_agent("boss", "## Team\n- **zed-pro**: Last letter\n- **db-pro**: Tables\n");
  add_agent("db-pro", "Works.");
  add_agent("chief", "## Team\n- **zed-pro**: Other words\n- **db-pro**: Tables\n");
  join();
  assert_int_equal(ql_roster_count(roster), 4);
  const ql_agent *zed = ql_roster_agent(roster, 3), *db = ql_roster_agent(roster, 1);
  assert_str_is(zed->id, "@zed-pro");
  assert_str_is(zed->description, "Last letter");
  assert_int_equal(zed->declared_line, 6);
  assert_str_is(db->description, "Does db-pro.");
  assert_str_is(db->declared_by->id, "@boss");
  assert_int_equal(db->declared_line, 7);
  assert_str_is(team_of("chief"), "@zed-pro @db-pro");
  assert_str_is(across(0), "declared-agent 6:5");
  assert_str_is(across(2), "declared-agent 6:5");
  /* A file that comes later takes the declared agent's place. */
  add_agent("zed-pro", "Works.");
  join();
  assert_int_equal(ql_roster_count(roster), 4);
  assert_str_is(ql_roster_find(roster, QL_STR("zed-pro"))->spec->path, "zed-pro.md");
  assert_str_is(across(0), "");
}

static void mentions(void **state) {
  static const struct {
    const char *body, *across;
  } cases[] = {
      {"Ask @db-pro, then @boss.", ""},
      {"Ask @db-por first.", "unknown-agent 5:5"},
      {"Ask \xE2\x86\x92@tech-lead or (@tech-lead), @data.lake!", "unknown-agent 5:6, unknown-agent 5:34"},
      {"Ask @agent-db-pro.", ""},
      {"Ask @bos and @db-pr and @whoever.", "unknown-agent 5:14"},
      {"Ask `@tech-lead` and ``@x ` @y-z`` but @data-lead.", "unknown-agent 5:40"},
      {"```\n@tech-lead\n```\n\n    @tech-lead\n\nEnd @tech-lead", "unknown-agent 11:5"},
      {"me@tech-lead.com x/@tech-lead @tech-lead/core @tech-lead(1) @tech-* @tech-{x} @Tech-Lead @README.md @docs.md @site.com", ""},
      {"@agent-name @your-agent @specialist-name @font-face @ts-ignore @media @param @tech_lead @data.lake_load", ""},
      {"| who |\n|---|\n| @tech-lead |", "unknown-agent 7:3"},
      {"- Call @tech-lead's desk", "unknown-agent 5:8"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_roster_free(roster);
    roster = ql_roster_new(ql_alloc_libc());
    add_agent("boss", cases[i].body);
    add_agent("db-pro", "Works.");
    join();
    assert_str_is(across(0), cases[i].across);
  }
}

static void did_you_mean(void **state) {
  (void)state;
  add_agent("boss", "Ask @db-por first.");
  add_agent("db-pro", "Works.");
  join();
  ql_value *files = QL_GET(ql_roster_value(a, roster), "files");
  const ql_value *d = QL_GET(files->first, "diagnostics")->first;
  assert_str_is(ql_get_str(d, QL_STR("severity")), "error");
  assert_non_null(strstr(ql_arena_str(a, ql_get_str(d, QL_STR("message"))).ptr, "Did you mean @db-pro?"));
  assert_str_is(ql_value_text(a, QL_GET(d, "fix")), "[{\"length\":7,\"offset\":47,\"text\":\"@db-pro\"}]");
  /* A letter may be missing at the start; another first word is another agent. */
  assert_str_is(ql_roster_suggest(roster, QL_STR("b-pro")), "@db-pro");
  add_agent("api-architect", "Works.");
  join();
  assert_false(ql_roster_suggest(roster, QL_STR("ml-architect")).ptr);
  assert_str_is(ql_roster_suggest(roster, QL_STR("api-arcihtect")), "@api-architect");
}

static void who_leads(void **state) {
  static const struct {
    const char *name, *description;
    bool leads;
  } cases[] = {
      {"backend-coordinator", "Works.", true},  {"tech-lead", "Works.", true},
      {"x", "Orchestrates the release.", true}, {"x", "Writes code. Works with the coordinator.", false},
      {"x", "Misleading leaderboards.", false}, {"x", "Writes code", false},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_roster_free(roster);
    roster = ql_roster_new(ql_alloc_libc());
    char text[256];
    snprintf(text, sizeof text, "---\nname: %s\ndescription: %s\n---\nB\n", cases[i].name, cases[i].description);
    add("x.md", text);
    join();
    assert_int_equal(ql_roster_agent(roster, 0)->leads, cases[i].leads);
  }
}

static void limits(void **state) {
  (void)state;
  char *big = malloc(QL_SPEC_BYTES_MAX + 1);
  assert_non_null(big);
  memset(big, 'x', QL_SPEC_BYTES_MAX + 1);
  ql_error err = {0};
  assert_int_equal(ql_roster_add(roster, QL_STR("big.md"), (ql_str){big, QL_SPEC_BYTES_MAX + 1}, &err), QL_ERR_LIMIT);
  assert_non_null(strstr(err.message, "QL_SPEC_BYTES_MAX"));
  free(big);
  join();
  assert_int_equal(ql_roster_count(roster), 0);
  assert_str_is(across(0), "file-too-large 1:1");
  for (size_t i = 1; i < QL_ROSTER_FILES_MAX; i++) add("x.md", "");
  assert_int_equal(ql_roster_add(roster, QL_STR("y.md"), QL_STR(""), &err), QL_ERR_LIMIT);
  assert_non_null(strstr(err.message, "QL_ROSTER_FILES_MAX"));
  join();
  assert_int_equal(ql_roster_count(roster), 1);
}

/* `before`, a number and `after`, count times. */
static double seconds_for(const char *before, const char *after, size_t count) {
  ql_buf text = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&text, QL_STR("## Team\n"));
  for (size_t i = 0; i < count; i++) {
    ql_buf_add(&text, str(before));
    ql_buf_int(&text, (int64_t)i);
    ql_buf_add(&text, str(after));
  }
  ql_roster *many = ql_roster_new(ql_alloc_libc());
  clock_t start = clock();
  assert_int_equal(ql_roster_add(many, QL_STR("x.md"), ql_buf_str(&text), NULL), QL_OK);
  assert_int_equal(ql_roster_link(many, NULL), QL_OK);
  double took = (double)(clock() - start) / CLOCKS_PER_SEC;
  ql_roster_free(many);
  ql_buf_free(&text);
  return took;
}

static void near_linear(void **state) {
  static const struct { const char *before, *after; } cases[] = {{"- **a-", "**: x\n"}, {"@b-", "\n"}, {"@c", "\n"}};
  (void)state;
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    double one = seconds_for(cases[i].before, cases[i].after, 10000), four = seconds_for(cases[i].before, cases[i].after, 40000);
    if (four > 0.1 && four > one * 12) {
      print_error("%s: %.3f s, four times as much: %.3f s\n", cases[i].before, one, four);
      fail();
    }
  }
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  (void)ctx;
  ql_roster *r = ql_roster_new(ql_arena_alloc(arena));
  if (!r) return QL_ERR_NOMEM;
  ql_status status = ql_roster_add(
      r, QL_STR("a.md"), QL_STR("---\nname: boss\ndescription: W.\n---\n## Team\n- **db-pro**: T\n\n@db-por @x-y @x-y @agent-z\n"), NULL);
  if (status == QL_OK) status = ql_roster_add(r, QL_STR("b.md"), QL_STR("---\nname: boss\n---\n@db-pro\n"), NULL);
  if (status == QL_OK) status = ql_roster_link(r, NULL);
  if (status == QL_OK && !ql_roster_value(arena, r)) status = QL_ERR_NOMEM;
  /* After memory ran out, looking is still allowed. */
  for (size_t i = 0; i < ql_roster_count(r); i++) assert_non_null(ql_roster_agent(r, i)->id.ptr);
  (void)ql_roster_find(r, QL_STR("boss"));
  ql_roster_free(r);
  return status;
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(trial, NULL) > 20);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
  const struct CMUnitTest tests[] = {
      EACH(empty),    EACH(found_by_any_spelling), EACH(names_used_twice), EACH(declared_agents), EACH(files_before_declared),
      EACH(mentions), EACH(did_you_mean),          EACH(who_leads),        EACH(limits),          EACH(near_linear),
      EACH(memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
