#include "support.h"

#include <questline/limits.h>
#include <questline/plan.h>

#include "base/text.h"

static ql_arena *a;
static ql_error err;

static int setup(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ql_arena_free(a);
  return 0;
}

static ql_value *json(const char *text) {
  ql_value *value = NULL;
  if (ql_canon_read(a, str(text), &value, &err) != QL_OK) fail_msg("not canonical at %zu: %s", err.offset, text);
  return value;
}

/* A plan of tasks "T1" … with the dependencies "2<1 3<1 3<2" (from 1) and the groups given, 0 for none. */
static ql_plan *graph(size_t tasks, const char *edges, const size_t *groups) {
  ql_plan *plan = ql_arena_get(a, sizeof *plan);
  ql_plan_task *list = ql_arena_array(a, tasks, sizeof *list);
  size_t **after = ql_arena_array(a, tasks, sizeof *after);
  assert_true(plan && list && after);
  for (size_t i = 0; i < tasks; i++) {
    char id[32];
    snprintf(id, sizeof id, "T%zu", i + 1);
    after[i] = ql_arena_array(a, tasks, sizeof(size_t));
    list[i] = (ql_plan_task){.id = ql_arena_str(a, str(id)), .title = QL_STR("t"), .agent = QL_STR("@a"), .after = after[i]};
    list[i].group = groups ? groups[i] : 0;
  }
  size_t task, before;
  int used;
  for (; sscanf(edges, "%zu<%zu%n", &task, &before, &used) == 2; edges += used) after[task - 1][list[task - 1].after_count++] = before - 1;
  *plan = (ql_plan){.objective = QL_STR("o"), .leader = QL_STR("@lead"), .tasks = list, .task_count = tasks};
  return plan;
}

static void groups_are_levels_or_declared(void **state) {
  (void)state;
  static const struct {
    size_t tasks;
    const char *edges;
    size_t groups[6], expected[6];
  } rows[] = {
      {1, "", {0}, {1}},
      {3, "", {0}, {1, 1, 1}},
      {3, "2<1 3<2", {0}, {1, 2, 3}},
      {4, "2<1 3<1 4<2 4<3", {0}, {1, 2, 2, 3}},
      {4, "1<4 2<1", {0}, {2, 3, 1, 1}},      /* order in the file says nothing */
      {4, "4<1", {1, 1, 2, 2}, {1, 1, 2, 2}}, /* a barrier that the dependencies do not ask for */
      {4, "", {3, 7, 7, 900}, {1, 2, 2, 3}},  /* gaps close */
      {4, "4<3", {1, 2, 2, 0}, {1, 2, 2, 3}}, /* one without a group comes after what it waits for */
      {3, "", {2, 0, 2}, {2, 1, 2}},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const size_t *groups = NULL;
    assert_int_equal(ql_plan_groups(a, graph(rows[i].tasks, rows[i].edges, rows[i].groups), &groups, &err), QL_OK);
    for (size_t k = 0; k < rows[i].tasks; k++)
      if (groups[k] != rows[i].expected[k]) fail_msg("row %zu, task %zu: group %zu", i, k + 1, groups[k]);
  }
}

static void a_cycle_is_shown(void **state) {
  (void)state;
  static const struct {
    size_t tasks;
    const char *edges, *path;
  } rows[] = {
      {1, "1<1", "T1 -> T1"},
      {3, "3<1 1<3", "T1 -> T3 -> T1"},
      {5, "3<2 4<3 2<4 5<4", "T2 -> T3 -> T4 -> T2"},
      {4, "2<1 4<2 4<3 3<4", "T3 -> T4 -> T3"},
      {14, "2<1 3<2 4<3 5<4 6<5 7<6 8<7 9<8 10<9 11<10 12<11 13<12 14<13 1<14",
       "T1 -> T2 -> T3 -> T4 -> T5 -> T6 -> ... -> T9 -> T10 -> T11 -> T12 -> T13 -> T14 -> T1"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const size_t *groups = NULL;
    ql_plan *plan = graph(rows[i].tasks, rows[i].edges, NULL);
    assert_int_equal(ql_plan_groups(a, plan, &groups, &err), QL_ERR_STATE);
    assert_string_equal(err.detail, rows[i].path);
    assert_null(groups);
    ql_value *value = ql_plan_value(a, plan);
    assert_int_equal(QL_GET(value, "groups")->count, 0);
    assert_int_equal(QL_GET(value, "path")->count, 0);
    assert_str_is(ql_get_str(QL_GET(value, "problems")->first, QL_STR("code")), "cycle");
  }
}

static void the_longest_chain(void **state) {
  (void)state;
  static const struct {
    size_t tasks;
    const char *edges, *path;
  } rows[] = {
      {1, "", "[\"T1\"]"},
      {3, "", "[\"T1\"]"},
      {5, "2<1 3<1 4<2 4<3 5<4", "[\"T1\",\"T2\",\"T4\",\"T5\"]"},
      {5, "5<1 4<3 3<2", "[\"T2\",\"T3\",\"T4\"]"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *value = ql_plan_value(a, graph(rows[i].tasks, rows[i].edges, NULL));
    assert_str_is(ql_value_text(a, QL_GET(value, "path")), rows[i].path);
  }
}

/* ---- JSON ---- */

#define TASK(id, after, agent) "{\"after\":[" after "],\"agent\":\"" agent "\",\"id\":\"" id "\",\"title\":\"t\"}"
#define PLAN(tasks)            "{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[" tasks "]}"

static void from_json_says_what_is_wrong(void **state) {
  (void)state;
  static const struct {
    const char *json, *detail;
  } rows[] = {
      {"[]", ""},
      {"{\"leader\":\"@lead\",\"tasks\":[]}", "objective"},
      {"{\"objective\":\"o\",\"tasks\":[]}", "leader"},
      {"{\"leader\":\"@!\",\"objective\":\"o\",\"tasks\":[]}", "leader"},
      {"{\"leader\":\"@lead\",\"objective\":\"o\"}", "tasks"},
      {"{\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":{}}", "tasks"},
      {"{\"leader\":\"@lead\",\"objective\":7,\"tasks\":[]}", "objective"},
      {"{\"files\":[{\"path\":\"a\"},{\"purpose\":\"x\"}],\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[]}", "files[1].path"},
      {"{\"files\":[{\"path\":\" \"}],\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[]}", "files[0].path"},
      {"{\"leader\":\"@lead\",\"needs\":[{\"agent\":\"\"}],\"objective\":\"o\",\"tasks\":[]}", "needs[0].agent"},
      {"{\"leader\":\"@lead\",\"objective\":\"o\",\"steps\":[\"a\",1],\"tasks\":[]}", "steps[1]"},
      {PLAN(TASK("T1", "", "@a") "," TASK("T1", "", "@a")), "tasks[1].id"},
      {PLAN(TASK("", "", "@a")), "tasks[0].id"},
      {PLAN(TASK("T1", "", "@a") "," TASK("T2", "\"T1\",\"T9\"", "@a")), "tasks[1].after[1]"},
      {PLAN(TASK("T1", "3", "@a")), "tasks[0].after[0]"},
      {PLAN(TASK("T1", "", "?")), "tasks[0].agent"},
      {PLAN("7"), "tasks[0].id"},
      {"{\"declared_groups\":true,\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[" TASK("T1", "", "@a") "]}", "tasks[0].group"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = NULL;
    if (ql_plan_from_value(a, json(rows[i].json), &plan, &err) != QL_ERR_SYNTAX) fail_msg("accepted: %s", rows[i].json);
    assert_string_equal(err.detail, rows[i].detail);
    assert_null(plan);
  }
}

static const ql_plan *plan_of(const char *text) {
  const ql_plan *plan = NULL;
  if (ql_plan_from_value(a, json(text), &plan, &err) != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  return plan;
}

static void from_json_makes_order(void **state) {
  (void)state;
  const ql_plan *plan = plan_of(
      "{\"leader\":\" Lead\",\"objective\":\" two\\nlines\\t\",\"risks\":[\"\",\"r\"],\"tasks\":[{\"accept\":[\"  a\\r\\nb \"],\"after\":[\"c\",\"b\",\"c\"],"
      "\"agent\":\"\",\"id\":\"a\",\"title\":\"t\"}," TASK("b", "", "API Team") "," TASK("c", "", "@x") "]}");
  assert_str_is(plan->leader, "@lead");
  assert_str_is(plan->objective, "two lines");
  assert_int_equal(plan->risk_count, 1);
  assert_str_is(plan->tasks[0].id, "T1");
  assert_str_is(plan->tasks[0].accept[0], "a b");
  assert_str_is(plan->tasks[0].agent, "");
  assert_null(plan->tasks[0].reason.ptr);
  assert_str_is(plan->tasks[1].agent, "@api-team");
  assert_int_equal(plan->tasks[0].after_count, 2); /* sorted, each once */
  assert_int_equal(plan->tasks[0].after[0], 1);
  assert_int_equal(plan->tasks[0].after[1], 2);
}

/* A plan as a value, with so many tasks, each depending on those `reach` before it. */
static ql_value *large(size_t tasks, size_t edges, size_t reach) {
  ql_value *plan = ql_object(a), *list = QL_SET(plan, "tasks", ql_array(a));
  QL_SET(plan, "leader", ql_string(a, QL_STR("@lead")));
  QL_SET(plan, "objective", ql_string(a, QL_STR("o")));
  for (size_t i = 0; i < tasks; i++) {
    ql_value *task = ql_push(list, ql_object(a)), *after = QL_SET(task, "after", ql_array(a));
    char id[32];
    for (size_t k = 1; k <= reach && k <= i && edges > 0; k++, edges--) {
      snprintf(id, sizeof id, "T%zu", i - k + 1);
      ql_push(after, ql_string(a, ql_arena_str(a, str(id))));
    }
    snprintf(id, sizeof id, "T%zu", i + 1);
    QL_SET(task, "agent", ql_string(a, QL_STR("@a")));
    QL_SET(task, "id", ql_string(a, ql_arena_str(a, str(id))));
    QL_SET(task, "title", ql_string(a, QL_STR("t")));
  }
  assert_int_equal(edges, 0);
  return plan;
}

static void limits(void **state) {
  (void)state;
  const ql_plan *plan = NULL, *again = NULL;
  assert_int_equal(ql_plan_from_value(a, large(QL_PLAN_TASKS_MAX, QL_PLAN_EDGES_MAX, 9), &plan, &err), QL_OK);
  ql_value *value = ql_plan_value(a, plan);
  assert_true(QL_GET(value, "path")->count > 900);
  ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
  assert_int_equal(ql_plan_read(a, text, &again, &err), QL_OK);
  assert_true(ql_value_equal(value, ql_plan_value(a, again)));

  again = NULL;
  assert_int_equal(ql_plan_from_value(a, large(QL_PLAN_TASKS_MAX + 1, 0, 0), &again, &err), QL_ERR_LIMIT);
  assert_int_equal(ql_plan_from_value(a, large(QL_PLAN_TASKS_MAX, QL_PLAN_EDGES_MAX + 1, 9), &again, &err), QL_ERR_LIMIT);
  assert_null(again);

  ql_str more[] = {text, QL_STR("\nTASKS:\nTask X: one more\n")};
  assert_int_equal(ql_plan_read(a, ql_arena_concat(a, more, 2), &again, &err), QL_ERR_LIMIT);
  assert_true(err.line > 1000);
  more[1] = QL_STR("\nTASKS:\n  \xE2\x86\x92 Depends on: T1\n");
  assert_int_equal(ql_plan_read(a, ql_arena_concat(a, more, 2), &again, &err), QL_ERR_LIMIT);
  char *huge = calloc(1, QL_JSON_BYTES_MAX + 1);
  assert_non_null(huge);
  memset(huge, '\n', QL_JSON_BYTES_MAX + 1);
  assert_int_equal(ql_plan_read(a, (ql_str){huge, QL_JSON_BYTES_MAX}, &again, &err), QL_ERR_SYNTAX);
  assert_int_equal(ql_plan_read(a, (ql_str){huge, QL_JSON_BYTES_MAX + 1}, &again, &err), QL_ERR_LIMIT);
  free(huge);
}

/* ---- checks ---- */

static void checks(void **state) {
  (void)state;
#define OUT(id, group, agent, file)                                                                                                        \
  "{\"agent\":\"" agent "\",\"group\":" group ",\"id\":\"" id "\",\"outputs\":[\"" file "\"],\"title\":\"t\"}"
#define DECLARED(tasks) "{\"declared_groups\":true,\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[" tasks "]}"
  static const struct {
    const char *plan, *problems; /* "severity code task," */
  } rows[] = {
      {PLAN(""), "error empty-plan -,"},
      {PLAN(TASK("T1", "", "@a")), ""},
      {"{\"leader\":\"\",\"objective\":\"o\",\"tasks\":[" TASK("T1", "", "@a") "]}", "error no-leader -,"},
      {PLAN(TASK("T1", "", "")), "error unassigned T1,"},
      {PLAN(TASK("T1", "", "@a") "," TASK("T2", "", "@lead")), "error leader-assigned T2,"},
      {PLAN(TASK("T1", "\"T2\"", "@a") "," TASK("T2", "\"T1\"", "@b")), "error cycle T1,"},
      {PLAN(TASK("T1", "", "@a") "," TASK("T2", "", "@a")), "info overbooked T2,"},
      {DECLARED(OUT("T1", "1", "@a", "src/a.ts") "," OUT("T2", "1", "@b", "tests for src/a.ts.")), "warning write-conflict T2,"},
      {DECLARED(OUT("T1", "1", "@a", "src/a.ts") "," OUT("T2", "2", "@b", "src/a.ts")), ""},
      {DECLARED(OUT("T1", "1", "@a", "src/a.ts, src/b.ts") "," OUT("T2", "1", "@b", "a Node.js service at example/")), ""},
      {"{\"declared_groups\":true,\"leader\":\"@lead\",\"objective\":\"o\",\"tasks\":[{\"agent\":\"@a\",\"group\":1,\"id\":\"T1\",\"title\":\"t\"},"
       "{\"after\":[\"T1\"],\"agent\":\"@b\",\"group\":1,\"id\":\"T2\",\"title\":\"t\"}]}",
       "error group-order T2,"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    char seen[512] = "";
    ql_value *problems = ql_plan_check(a, plan_of(rows[i].plan), NULL);
    for (const ql_value *p = problems->first; p; p = p->next) {
      ql_str severity = ql_get_str(p, QL_STR("severity")), code = ql_get_str(p, QL_STR("code")), task = ql_get_str(p, QL_STR("task"));
      size_t at = strlen(seen);
      snprintf(seen + at, sizeof seen - at, "%.*s %.*s %.*s,", (int)severity.len, severity.ptr, (int)code.len, code.ptr,
               task.ptr ? (int)task.len : 1, task.ptr ? task.ptr : "-");
      assert_true(ql_get_str(p, QL_STR("message")).len > 10);
    }
    assert_string_equal(seen, rows[i].problems);
  }
}

static void too_many_agents(void **state) {
  (void)state;
  for (unsigned agents = QL_QUEST_AGENTS_MAX - 1; agents <= QL_QUEST_AGENTS_MAX; agents++) { /* and the leader */
    ql_plan *plan = graph(agents, "", NULL);
    ql_plan_task *tasks = ql_arena_array(a, agents, sizeof *tasks);
    for (unsigned i = 0; i < agents; i++) {
      char id[32];
      snprintf(id, sizeof id, "@a%u", i);
      tasks[i] = plan->tasks[i];
      tasks[i].agent = ql_arena_str(a, str(id));
    }
    plan->tasks = tasks;
    assert_int_equal(ql_plan_check(a, plan, NULL)->count, agents == QL_QUEST_AGENTS_MAX);
  }
}

/* ---- text ---- */

/* "T1 @agent title <T0,T0; …" */
static const char *summary(const ql_plan *plan) {
  static char out[4096];
  size_t at = 0;
  out[0] = 0;
  for (size_t i = 0; i < plan->task_count; i++) {
    const ql_plan_task *t = &plan->tasks[i];
    at += (size_t)snprintf(out + at, sizeof out - at, "%.*s %.*s %.*s", (int)t->id.len, t->id.ptr, (int)t->agent.len, t->agent.ptr,
                           (int)t->title.len, t->title.ptr);
    for (size_t k = 0; k < t->after_count; k++)
      at += (size_t)snprintf(out + at, sizeof out - at, "%sT%zu", k ? "," : " <", t->after[k] + 1);
    if (t->group) at += (size_t)snprintf(out + at, sizeof out - at, " #%zu", t->group);
    at += (size_t)snprintf(out + at, sizeof out - at, "; ");
  }
  return out;
}

static const ql_plan *read_text(const char *text) {
  const ql_plan *plan = NULL;
  if (ql_plan_read(a, str(text), &plan, &err) != QL_OK) fail_msg("%s: %s (%u:%u)\n%s", err.message, err.detail, err.line, err.column, text);
  return plan;
}

static const char BARE[] = "Here is the plan you asked for.\n"
                           "```\n"
                           "IMPLEMENTATION PLAN:\n"
                           "- Files to create/modify:\n"
                           "  - src/tables.sql: the tables\n"
                           "  - `src/routes.ts` - the routes\n"
                           "- Step-by-step approach:\n"
                           "  1. Write the schema and its migration\n"
                           "  2. @shop.api: build the routes (v1), keep them small.\n"
                           "     - one file each\n"
                           "  3. Build the screens\n"
                           "  4. Try all of it\n"
                           "\n"
                           "AGENTS NEEDED:\n"
                           "- @shop.data: for schema and queries\n"
                           "- @shop.api: for the routes\n"
                           "- @shop.screens: for all screens\n"
                           "\n"
                           "DEPENDENCIES & ORDER:\n"
                           "- The schema comes first\n"
                           "- Routes and screens can be built in parallel\n"
                           "```\n";

static void bare_form(void **state) {
  (void)state;
  const ql_plan *plan = read_text(BARE);
  assert_string_equal(summary(plan), "T1 @shop.data Write the schema and its migration; T2 @shop.api build the routes <T1; "
                                     "T3 @shop.screens Build the screens <T1; T4 @shop.screens Try all of it <T2,T3; ");
  assert_int_equal(plan->file_count, 2);
  assert_str_is(plan->files[0].path, "src/tables.sql");
  assert_str_is(plan->files[0].purpose, "the tables");
  assert_str_is(plan->files[1].path, "src/routes.ts");
  assert_str_is(plan->files[1].purpose, "the routes");
  assert_int_equal(plan->step_count, 4);
  assert_str_is(plan->steps[1], "@shop.api: build the routes (v1), keep them small. - one file each");
  assert_int_equal(plan->need_count, 3);
  assert_str_is(plan->needs[0].reason, "for schema and queries");
  assert_int_equal(plan->order_count, 2);
  assert_false(plan->rehearsed);
}

static void the_same_in_other_clothes(void **state) {
  (void)state;
  static const char *const texts[] = {
      "## IMPLEMENTATION PLAN\r\n\r\n* **Files to create/modify:**\r\n  * `a.c`: code\r\n* **Step-by-step approach:**\r\n  1) Do it\r\n\r\n"
      "## **AGENTS NEEDED**\r\n\r\n* **@dev**: for the code\r\n\r\n## DEPENDENCIES AND ORDER\r\n\r\n* None.\r\n",
      "**IMPLEMENTATION PLAN:**\n- Files to create/modify:\n  - **a.c**: code\n- Step-by-step approach:\n  1. Do it\n**AGENTS NEEDED:**\n- `@dev` - for the code\n",
      "\xEF\xBB\xBFimplementation plan:\r- files to create/modify:\r  - a.c: code\r- step-by-step approach:\r  1. Do\r     it\ragents needed:\r- dev: for the code\r"
      "- ~~@other~~: not needed\r",
      "IMPLEMENTATION PLAN\n\xE2\x80\xA2 Files to create/modify:\n  \xE2\x80\xA2 a.c \xE2\x80\x94 code\n\xE2\x80\xA2 Step-by-step approach:\n  \xE2\x80\xA2 Do it\n"
      "AGENTS NEEDED\n1. **`@dev`**: for the code\nNOTES:\n- nothing of this\n",
  };
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    const ql_plan *plan = read_text(texts[i]);
    assert_string_equal(summary(plan), "T1 @dev Do it; ");
    assert_int_equal(plan->file_count, 1);
    assert_str_is(plan->files[0].path, "a.c");
    assert_str_is(plan->files[0].purpose, "code");
    assert_str_is(plan->steps[0], "Do it");
    assert_str_is(plan->needs[0].reason, "for the code");
    assert_int_equal(plan->order_count, 0);
  }
}

static void task_breakdowns(void **state) {
  (void)state;
  static const struct {
    const char *text, *tasks;
  } rows[] = {
      /* As a bare breakdown with its strategy, arrows of all kinds. */
      {"Objective: \"Ship it\"\n\nTask A: Draw the map\n  \xE2\x86\x92 Assign to: @map-maker\n  -> Output: map.svg\nTask B: Walk the way\n"
       "  \xC3\xA2\xE2\x80\xA0\xE2\x80\x99 Assign to: @walker or @runner\n  => Depends on: Task A\n\nParallel groups:\n```\nParallel Group 1:\n"
       "- Task A (drawing) \xE2\x86\x92 @map-maker\n\nSequential:\n- Task B (walking) - after the map\n```\n",
       "T1 @map-maker Draw the map #1; T2 @walker Walk the way <T1 #2; "},
      /* Markdown, labels of other forms, agents in the title or found by words. */
      {"# TASKS\n### Task 1. Write tests \xE2\x86\x92 @tester\n### Task 2 - Review everything\n- **Depends on:** Task 1\n- **Deliverables:**\n  - report.md\n\n"
       "## AGENTS NEEDED\n- @tester: for tests\n- @critic: for review\n",
       "T1 @tester Write tests \xE2\x86\x92 @tester; T2 @critic Review everything <T1; "},
      {"TASKS:\n- T1: first\n- T2: second\n  - after: x\n  - Depends on: T1, and the weather\nDEPENDENCIES & ORDER:\n- **Parallel Group 1 (after none):** T2, T1\n",
       "T1  first #1; T2  second <T1 #1; "},
      {"TASKS:\nT1: a\nT2: b\nT3: c\nParallel Group 1: T3\nSequential:\n- Task T2\n- Task T1\n", "T1  a #3; T2  b #2; T3  c #1; "},
      {"TASKS: none\n", ""},
      {"AGENTS NEEDED:\n- @a: for the first thing\n- @b\n", "T1 @a the first thing; T2 @b @b <T1; "},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) assert_string_equal(summary(read_text(rows[i].text)), rows[i].tasks);
  const ql_plan *plan = read_text(rows[0].text);
  assert_str_is(plan->objective, "Ship it");
  assert_str_is(plan->tasks[0].outputs[0], "map.svg");
  assert_str_is(read_text(rows[1].text)->tasks[1].outputs[0], "report.md");
}

static void text_errors_have_places(void **state) {
  (void)state;
  static const struct {
    const char *text;
    ql_status status;
    uint32_t line, column;
    const char *detail;
  } rows[] = {
      {"", QL_ERR_SYNTAX, 1, 1, ""},
      {"Objective: nothing but this\n", QL_ERR_SYNTAX, 1, 1, "Objective: nothing but this"},
      {"TASKS:\nTask A: x\n  \xE2\x86\x92 Depends on: Task B\n", QL_ERR_SYNTAX, 3, 22, "B"},
      {"TASKS:\nTask T1: x\n  -> Depends on: T7\n", QL_ERR_SYNTAX, 3, 18, "T7"},
      {"TASKS:\nTask A: x\nTask A: y\n", QL_ERR_SYNTAX, 3, 6, "A"},
      {"TASKS:\nTask A: x\nParallel Group 1: A\nSequential:\n- Task Z: y\n", QL_ERR_SYNTAX, 5, 8, "Z"},
      {"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4",
       QL_ERR_SYNTAX, 1, 1, /* not cut inside a character */
       "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"},
      {"TASKS:\nTask A: \xC3\xA4 \xFF\n", QL_ERR_UTF8, 2, 11, ""},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = NULL;
    assert_int_equal(ql_plan_read(a, str(rows[i].text), &plan, &err), rows[i].status);
    assert_null(plan);
    assert_string_equal(err.detail, rows[i].detail);
    if (err.line != rows[i].line || err.column != rows[i].column) fail_msg("row %zu: %u:%u", i, err.line, err.column);
  }
  const ql_plan *plan = NULL;
  assert_int_equal(ql_plan_read(a, (ql_str){"TASKS:\nTask A: x\0\n", 18}, &plan, &err), QL_ERR_SYNTAX);
  assert_int_equal(err.line, 2);
}

/* ---- round trip ---- */

static uint32_t seed;

static uint32_t pick(uint32_t n) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % n;
}

/* What would be read as something else if the writer did not guard it. */
static ql_str nasty(void) {
  static const char *const bits[] = {"Design the API",
                                     "two\nlines",
                                     "a\r\nb",
                                     "\xE2\x86\x92 arrow",
                                     "-> arrow",
                                     "=> arrow",
                                     "- dash",
                                     "* star",
                                     "1. one",
                                     "12) twelve",
                                     "[x] box",
                                     "[ ] box",
                                     "[",
                                     "\\",
                                     "\\\\ two",
                                     "\\[x] y",
                                     "**bold**",
                                     "__init__",
                                     "`code`",
                                     "``",
                                     "a: b",
                                     ": colon",
                                     "colon:",
                                     "a:",
                                     "\"quoted\"",
                                     "\"",
                                     "none",
                                     "None.",
                                     "nothing",
                                     "\xF0\x9F\x9A\x80 non-BMP \xF0\x9D\x84\x9E",
                                     "OBJECTIVE: x",
                                     "TASKS:",
                                     "RISKS:",
                                     "Task T1: x",
                                     "Task A: y",
                                     "T1",
                                     "T1: z",
                                     "Parallel Group 1: T1",
                                     "Group 2: T1, T9",
                                     "Sequential:",
                                     "Parallel groups:",
                                     "Depends on: T1",
                                     "Output: x",
                                     "**Output:** x",
                                     "Assign to: @b",
                                     "@agent",
                                     "@agent: why",
                                     "nobody",
                                     "IMPLEMENTATION PLAN:",
                                     "- Files to create/modify:",
                                     "Files",
                                     "Files: x",
                                     "Step-by-step approach:",
                                     "# heading",
                                     "```",
                                     "~~~",
                                     "~~struck~~",
                                     "path - purpose",
                                     "a \xE2\x80\x94 b",
                                     "tab\tbed",
                                     "  padded  ",
                                     "\x01\x1f control",
                                     "\xC2\xA0nbsp\xC2\xA0",
                                     "\xE2\x80\xA8",
                                     "<b>&amp;",
                                     "|",
                                     "x",
                                     "",
                                     "C:\\dir\\file",
                                     "https://example.org/a?b=c",
                                     "src/a.ts",
                                     "Node.js",
                                     "\xEF\xBB\xBF",
                                     "\xC3\xA2\xE2\x80\xA0\xE2\x80\x99 mojibake",
                                     "{s}",
                                     "AGENTS NEEDED",
                                     "OUT OF SCOPE:",
                                     "+ plus",
                                     "\xE2\x80\xA2 bullet",
                                     ".",
                                     "-",
                                     "*"};
  ql_str pieces[5];
  size_t n = 0;
  pieces[n++] = str(bits[pick(QL_COUNT(bits))]);
  while (n < 5 && pick(3) == 0) {
    pieces[n++] = str(pick(2) ? " " : "");
    if (n < 5) pieces[n++] = str(bits[pick(QL_COUNT(bits))]);
  }
  return ql_arena_concat(a, pieces, n);
}

static ql_value *nasty_list(uint32_t most) {
  ql_value *list = ql_array(a);
  for (uint32_t n = pick(most + 1); n > 0; n--) ql_push(list, ql_string(a, nasty()));
  return list;
}

static ql_str some_agent(void) {
  static const char *const agents[] = {"@a", "@api-architect", "@shop.data", "@x_y", "@a.", "@b-", "@_c", "@none", "@1", "@t1"};
  return str(agents[pick(QL_COUNT(agents))]);
}

static ql_value *generated(void) {
  ql_value *plan = ql_object(a), *files = ql_array(a), *needs = ql_array(a), *tasks = ql_array(a);
  uint32_t count = pick(7);
  bool declared = pick(2);
  for (uint32_t n = pick(4); n > 0; n--) {
    ql_value *file = ql_push(files, ql_object(a));
    ql_str path = nasty();
    QL_SET(file, "path", ql_string(a, ql_trim(path).len > 0 ? path : QL_STR("p")));
    QL_SET(file, "purpose", ql_string(a, nasty()));
  }
  for (uint32_t n = pick(4); n > 0; n--) {
    ql_value *need = ql_push(needs, ql_object(a));
    QL_SET(need, "agent", ql_string(a, some_agent()));
    QL_SET(need, "reason", ql_string(a, nasty()));
  }
  for (uint32_t i = 0; i < count; i++) {
    ql_value *task = ql_push(tasks, ql_object(a)), *after = QL_SET(task, "after", ql_array(a));
    char id[32];
    for (uint32_t k = 0; k < count; k++) {
      if (k == i || pick(4) != 0 || (k > i && pick(8) != 0)) continue; /* a cycle now and then */
      snprintf(id, sizeof id, "T%u", k + 1);
      ql_push(after, ql_string(a, ql_arena_str(a, str(id))));
    }
    snprintf(id, sizeof id, "T%u", i + 1);
    QL_SET(task, "accept", nasty_list(2));
    QL_SET(task, "agent", ql_string(a, pick(6) ? some_agent() : QL_STR("")));
    QL_SET(task, "group", ql_int(a, 1 + pick(5)));
    QL_SET(task, "id", ql_string(a, ql_arena_str(a, str(id))));
    QL_SET(task, "outputs", nasty_list(2));
    if (pick(2)) QL_SET(task, "reason", ql_string(a, nasty()));
    QL_SET(task, "title", ql_string(a, nasty()));
  }
  QL_SET(plan, "declared_groups", ql_bool(a, declared));
  QL_SET(plan, "files", files);
  QL_SET(plan, "leader", ql_string(a, pick(5) ? some_agent() : QL_STR("")));
  QL_SET(plan, "needs", needs);
  QL_SET(plan, "objective", ql_string(a, nasty()));
  QL_SET(plan, "order", nasty_list(4));
  QL_SET(plan, "rehearsed", ql_bool(a, pick(2)));
  QL_SET(plan, "risks", nasty_list(3));
  QL_SET(plan, "steps", nasty_list(4));
  QL_SET(plan, "tasks", tasks);
  return plan;
}

static void assert_same(const ql_plan *x, const ql_plan *y, ql_str text, unsigned round) {
  ql_value *vx = ql_plan_value(a, x), *vy = ql_plan_value(a, y);
  for (size_t i = 0; i < x->task_count && i < y->task_count; i++) assert_int_equal(x->tasks[i].group, y->tasks[i].group);
  if (ql_value_equal(vx, vy)) return;
  ql_str before = ql_value_text(a, vx), after = ql_value_text(a, vy);
  fprintf(stderr, "round %u\n%.*s\n%.*s\n%.*s\n", round, (int)text.len, text.ptr, (int)before.len, before.ptr, (int)after.len, after.ptr);
  fail(); /* cmocka's own messages are cut at a kilobyte */
}

static void written_plans_read_back_equal(void **state) {
  (void)state;
  seed = 20261121;
  for (unsigned round = 0; round < 4000; round++) {
    ql_arena_reset(a);
    const ql_plan *plan = NULL, *again = NULL, *third = NULL;
    ql_value *value = generated();
    assert_int_equal(ql_plan_from_value(a, value, &plan, &err), QL_OK);
    ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
    if (ql_plan_read(a, text, &again, &err) != QL_OK)
      fail_msg("round %u: %s: %s\n%.*s", round, err.message, err.detail, (int)text.len, text.ptr);
    assert_same(plan, again, text, round);
    assert_int_equal(ql_plan_from_value(a, ql_plan_value(a, again), &third, &err), QL_OK);
    assert_same(plan, third, text, round);
  }
}

/* What is read from anybody's text is kept by writing and reading it again. */
static void read_plans_are_kept(void **state) {
  (void)state;
  static const char *const texts[] = {
      BARE,
      "AGENTS NEEDED:\n- @a: a title of single words is cut behind eight of them, one long word behind its 80th byte, a_space_may_stand_there\n"
      "- @b: sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss t\n",
      "TASKS:\n- T1: first\n- T2:\t tab  and  spaces \nDEPENDENCIES & ORDER:\nGroup 4: T2\n",
      "IMPLEMENTATION PLAN:\n- Files to create/modify: none\n- Step-by-step approach:\n  1. \\ x\n  2. [ ] [ ] y\n  3. a\n\n     b\nRISKS:\n- \\none\n- r\n  more\n"};
  for (size_t i = 0; i < QL_COUNT(texts); i++) {
    const ql_plan *plan = read_text(texts[i]), *again = NULL;
    ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
    assert_int_equal(ql_plan_read(a, text, &again, &err), QL_OK);
    assert_same(plan, again, text, (unsigned)i);
  }
}

/* ---- for people ---- */

static bool holds(ql_str text, const char *part) { return ql_find(text, str(part), 0) != SIZE_MAX; }

static void documents(void **state) {
  (void)state;
  const ql_plan *plan = plan_of(
      "{\"files\":[{\"path\":\"a`b.c\",\"purpose\":\"1. *x*\"}],\"leader\":\"@lead\",\"objective\":\"<b>|# `go`\",\"risks\":[\"- r\"],\"tasks\":["
      "{\"accept\":[\"done_\"],\"agent\":\"@a\",\"id\":\"1\",\"outputs\":[\"[x](y)\"],\"title\":\"Say \\\"hi\\\"; end\"},"
      "{\"after\":[\"1\"],\"agent\":\"\",\"id\":\"2\",\"title\":\"# `t`\"}]}");
  ql_str text = ql_plan_write(a, plan, QL_PLAN_MARKDOWN);
  static const char *const parts[] = {"# \\<b\\>\\|\\# \\`go\\`\n",
                                      "- `` a`b.c ``: 1\\. \\*x\\*\n",
                                      "- \\- r\n",
                                      "- [ ] done\\_\n",
                                      "- \\[x\\](y)\n",
                                      "### T2. \\# \\`t\\`\n",
                                      "**After:** T1",
                                      "| 1 | T1 Say \"hi\"; end |\n",
                                      "Longest chain: T1, T2\n",
                                      "**Assigned to:** nobody"};
  for (size_t i = 0; i < QL_COUNT(parts); i++)
    if (!holds(text, parts[i])) fail_msg("%s is not in\n%.*s", parts[i], (int)text.len, text.ptr);
  assert_str_is(ql_plan_write(a, plan, QL_PLAN_MERMAID), "flowchart LR\n"
                                                         "  subgraph G1[\"Group 1\"]\n"
                                                         "    T1[\"T1 Say #34;hi#34;#59; end<br/>@a\"]\n"
                                                         "  end\n"
                                                         "  subgraph G2[\"Group 2\"]\n"
                                                         "    T2[\"T2 #35; #96;t#96;\"]\n"
                                                         "  end\n"
                                                         "  T1 --> T2\n");
}

/* ---- memory ---- */

static ql_status everything(ql_arena *arena, const void *ctx) {
  const ql_plan *plan = NULL, *again = NULL;
  ql_status status = ql_plan_read(arena, str(ctx), &plan, NULL);
  if (status != QL_OK) return status;
  ql_value *value = ql_plan_value(arena, plan);
  if (!value) return QL_ERR_NOMEM;
  status = ql_plan_from_value(arena, value, &again, NULL);
  if (status != QL_OK) return status;
  for (int format = QL_PLAN_SEED; format <= QL_PLAN_MERMAID; format++)
    if (!ql_plan_write(arena, again, (ql_plan_format)format).ptr) return QL_ERR_NOMEM;
  const size_t *groups;
  return ql_plan_groups(arena, again, &groups, NULL);
}

static ql_status round_cycle(ql_arena *arena, const void *ctx) {
  const ql_plan *plan = NULL;
  ql_status status = ql_plan_read(arena, str(ctx), &plan, NULL);
  return status == QL_OK && !ql_plan_value(arena, plan) ? QL_ERR_NOMEM : status;
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(everything, BARE) > 5);
  assert_true(try_every_allocation(
                  everything,
                  "TASKS:\nTask A: x\n  -> Output: a.c\n     b\n  -> Assign to: @a\nTask B: y\n  -> Output: a.c\n  -> Assign to: @a\n"
                  "Parallel Group 1: A, B\nRISKS:\n- r\n") > 5);
  assert_true(try_every_allocation(round_cycle, "TASKS:\nTask A: x\n  -> Depends on: B\nTask B: y\n  -> Depends on: A\n") > 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(groups_are_levels_or_declared),
      cmocka_unit_test(a_cycle_is_shown),
      cmocka_unit_test(the_longest_chain),
      cmocka_unit_test(from_json_says_what_is_wrong),
      cmocka_unit_test(from_json_makes_order),
      cmocka_unit_test(limits),
      cmocka_unit_test(checks),
      cmocka_unit_test(too_many_agents),
      cmocka_unit_test(bare_form),
      cmocka_unit_test(the_same_in_other_clothes),
      cmocka_unit_test(task_breakdowns),
      cmocka_unit_test(text_errors_have_places),
      cmocka_unit_test(written_plans_read_back_equal),
      cmocka_unit_test(read_plans_are_kept),
      cmocka_unit_test(documents),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
