/* The text forms of a plan: the seeds', the rules' mini-roadmap, the pre-quest document. */
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

static const ql_plan *read_plan(ql_str text) {
  const ql_plan *plan = NULL;
  if (ql_plan_read(a, text, &plan, &err) != QL_OK)
    fail_msg("%u:%u %s: %s\n%.*s", err.line, err.column, err.message, err.detail, (int)text.len, text.ptr);
  return plan;
}

static void add(ql_buf *buf, const char *literal) { ql_buf_add(buf, str(literal)); }

/* "T2 @agent title <T1 #2; …" */
static ql_str summary(const ql_plan *plan) {
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < plan->task_count; i++) {
    const ql_plan_task *t = &plan->tasks[i];
    ql_buf_add(&buf, t->id);
    add(&buf, " ");
    ql_buf_add(&buf, t->agent);
    add(&buf, " ");
    ql_buf_add(&buf, t->title);
    for (size_t k = 0; k < t->after_count; k++) {
      add(&buf, k ? "," : " <");
      ql_buf_add(&buf, plan->tasks[t->after[k]].id);
    }
    if (t->group) add(&buf, " #");
    if (t->group) ql_buf_int(&buf, (int64_t)t->group);
    add(&buf, "; ");
  }
  return ql_buf_take(&buf, a);
}

/* ---- S12 ---- */

/* The lines between "IMPLEMENTATION PLAN:" and the end of the fence around it. */
static ql_str fenced_plan(ql_str text) {
  size_t start = ql_find(text, QL_STR("IMPLEMENTATION PLAN:"), 0);
  size_t end = ql_find(text, QL_STR("\n```"), start == SIZE_MAX ? 0 : start);
  return start == SIZE_MAX ? QL_ABSENT : ql_slice(text, start, end);
}

static void S12_the_plan_form_of_the_seed(void **state) {
  (void)state;
  size_t len = 0;
  char *seed = read_file(QL_SHARED_DIR "/seeds/000_e97ca9701edbd81b.txt", &len);
  if (!seed) {
    print_message("SKIPPED: 1 seed file is not here\n");
    skip();
  }
  const ql_plan *plan = read_plan(fenced_plan((ql_str){seed, len}));
  assert_int_equal(plan->file_count, 2);
  assert_true(ql_ends(plan->files[1].path, QL_STR(".ext")) && plan->files[1].purpose.len > 0);
  assert_int_equal(plan->step_count, 3);
  assert_int_equal(plan->need_count, 3);
  for (size_t i = 0; i < 3; i++) assert_true(ql_starts(plan->needs[i].reason, QL_STR("for ")));
  assert_int_equal(plan->order_count, 3);
  assert_int_equal(plan->task_count, 3);
  for (int format = QL_PLAN_SEED; format <= QL_PLAN_PREQUEST; format++) {
    if (format == QL_PLAN_MARKDOWN || format == QL_PLAN_MERMAID) continue;
    const ql_plan *again = read_plan(ql_plan_write(a, plan, (ql_plan_format)format));
    assert_int_equal(again->file_count, 2);
    assert_int_equal(again->need_count, 3);
    assert_int_equal(again->order_count, 3);
    for (size_t i = 0; i < 3; i++) assert_true(ql_eq(again->tasks[i].agent, plan->tasks[i].agent));
  }
  free(seed);
}

/* ---- what the forms say ---- */

#define ARROW "\xE2\x86\x92"
#define SIDE  "\xE2\x88\xA5"

static const char ROADMAP[] = "MINI-ROADMAP:\n\n"
                              "Phase 1 - Ground:\n"
                              "- Task 1: Draw the tables\n"
                              "- Task 2: Set up the settings\n"
                              "- Files: /db/tables.sql, /conf/base.json\n\n"
                              "Phase 2 - Walls:\n"
                              "- Task 3: Build the endpoints\n"
                              "- Task 4: Build the screens\n"
                              "- Files: /api/routes.js, /ui/parts/\n\n"
                              "AGENTS NEEDED:\n"
                              "- @data.sql: tables and queries\n"
                              "- @api.node: endpoints of the API\n"
                              "- @ui.vue: screens and parts\n"
                              "- ~~@ops.cloud~~: nothing is deployed\n\n"
                              "DEPENDENCIES & ORDER:\n"
                              "- The tables come before the API\n"
                              "- @data.sql -> (@api.node || @ui.vue)\n\n"
                              "ESTIMATED TIME: 3-4 hours with two at once\n";

static void phases_with_tasks_and_files(void **state) {
  (void)state;
  const ql_plan *plan = read_plan(str(ROADMAP));
  assert_str_is(summary(plan), "T1 @data.sql Draw the tables #1; T2 @data.sql Set up the settings #1; "
                               "T3 @api.node Build the endpoints <T1,T2 #2; T4 @ui.vue Build the screens <T1,T2 #2; ");
  assert_int_equal(plan->phase_count, 2);
  assert_str_is(plan->phases[1], "Walls");
  assert_int_equal(plan->file_count, 4);
  assert_str_is(plan->files[3].path, "/ui/parts/");
  assert_int_equal(plan->considered_count, 1);
  assert_str_is(plan->considered[0].agent, "@ops.cloud");
  assert_str_is(plan->considered[0].reason, "nothing is deployed");
  assert_str_is(plan->duration, "3-4 hours with two at once");
  assert_int_equal(plan->order_count, 2);
}

static const char PREQUEST[] = "# PRE-QUEST A board\n"
                               "Generated: 2026-01-02 03:04:05\n"
                               "Module: /board\n"
                               "Request: Put a board for messages on the start page\n\n"
                               "## MINI-ROADMAP FOR THE BOARD\n\n"
                               "### Phase 1 - Tables (of the board)\n"
                               "**Target**: board/store.db (the board's own)\n"
                               "- Create the table\n"
                               "- Add an index\n"
                               "  - on the time\n"
                               "  - on the writer\n\n"
                               "### Phase 2 - Service\n"
                               "1. **@service.py**:\n"
                               "   - Task: Add the three endpoints\n"
                               "   - Deliverables:\n"
                               "     - board/server.py\n"
                               "     - docs of each endpoint\n"
                               "   - Time: ~45 minutes\n"
                               "   - Priority: urgent\n"
                               "   - Task: Watch them\n"
                               "2. **@look.html** - the page\n\n"
                               "### Phase 3 - Rest\n\n"
                               "## FILES TO CREATE/MODIFY\n\n"
                               "### New\n"
                               "- **Table**: `x` in the store\n"
                               "- **/board/server.py** (13 KB)\n"
                               "  - Three endpoints\n"
                               "- Using what is there\n\n"
                               "## AGENTS NEEDED FOR THE QUEST\n\n"
                               "### First\n"
                               "1. **@store.sql** - tables\n"
                               "   - Create the table\n"
                               "2. **@service.py** - service\n"
                               "3. ~~**@gold.plate**~~ - not needed\n\n"
                               "## DEPENDENCIES & EXECUTION ORDER\n\n"
                               "### Sequence\n"
                               "```\n"
                               "Sequential: @store.sql " ARROW " @service.py " ARROW " @look.html\n"
                               "No more is needed\n"
                               "```\n\n"
                               "## ESTIMATED IMPLEMENTATION TIME\n"
                               "- **Tables**: 15 minutes\n\n"
                               "**Total**: ~1 hour\n\n"
                               "## SUCCESS CRITERIA\n"
                               "1. Messages are shown\n"
                               "2. The page stays whole\n\n"
                               "## TECHNICAL NOTES\n"
                               "- none of this\n\n---\n\n**NEXT STEP**: go\n";

static void documents_with_blocks_of_agents(void **state) {
  (void)state;
  const ql_plan *plan = read_plan(str(PREQUEST));
  assert_str_is(plan->objective, "Put a board for messages on the start page");
  assert_str_is(summary(plan), "T1 @store.sql Create the table #1; T2 @store.sql Add an index #1; "
                               "T3 @service.py Add the three endpoints <T1,T2 #2; T4 @service.py Watch them <T1,T2 #2; "
                               "T5 @look.html the page #2; T6 @look.html Rest <T3,T4 #3; ");
  assert_int_equal(plan->tasks[1].demand_count, 2);
  assert_str_is(plan->tasks[1].demands[1], "on the writer");
  assert_int_equal(plan->tasks[2].output_count, 2);
  assert_str_is(plan->tasks[2].outputs[1], "docs of each endpoint");
  assert_int_equal(plan->tasks[2].estimate.minutes, 45);
  assert_str_is(plan->tasks[2].demands[0], "Priority: urgent"); /* not understood, not lost */
  assert_int_equal(plan->file_count, 2);
  assert_str_is(plan->files[0].path, "board/store.db");
  assert_str_is(plan->files[1].path, "/board/server.py");
  assert_str_is(plan->needs[0].reason, "tables - Create the table");
  assert_str_is(plan->considered[0].agent, "@gold.plate");
  assert_str_is(plan->duration, "~1 hour");
  assert_int_equal(plan->success_count, 2);
  assert_str_is(plan->order[1], "No more is needed");
}

static void blocks_without_phases_are_tasks(void **state) {
  (void)state;
  const ql_plan *plan =
      read_plan(str("## AGENTS NEEDED\n1. **@a.one**: first\n   - **Task**: Dig\n   - **Deliverables**: pit.md\n   - **Time**: 1-2 hours\n"
                    "2. **@b.two**:\n   - Task: Fill\n   - Time: 2 days\n3. ~~@c.three~~\n\n"
                    "## DEPENDENCIES & ORDER\n**Sequential**: @b.two => @a.one\n"));
  assert_str_is(summary(plan), "T1 @a.one Dig <T2; T2 @b.two Fill; ");
  assert_int_equal(plan->tasks[0].estimate.minutes, 120);
  assert_int_equal(plan->tasks[1].estimate.minutes, 960);
  assert_int_equal(plan->considered_count, 1);
  assert_int_equal(plan->need_count, 2);
}

#define TASKS4                                                                                                                             \
  "TASKS:\nTask A: a\n- Agent: @a\nTask B: b\n- Agent: @b\nTask C: c\n- Agent: @c\nTask D: d\n- Agent: @a\nDEPENDENCIES & ORDER:\n"

static void drawings_make_dependencies(void **state) {
  (void)state;
  static const struct {
    const char *text, *tasks;
  } rows[] = {
      {"- A " ARROW " B " ARROW " C\n", "T1 @a a; T2 @b b <T1; T3 @c c <T2; T4 @a d; "},
      {"- A->B->C\n", "T1 @a a; T2 @b b <T1; T3 @c c <T2; T4 @a d; "},
      {"- A \xC3\xA2\xE2\x80\xA0\xE2\x80\x99 B \xC3\xA2\xCB\x86\xC2\xA5 C\n", "T1 @a a; T2 @b b <T1; T3 @c c <T1; T4 @a d; "},
      {"- A => (B " SIDE " C) => Task D\n", "T1 @a a; T2 @b b <T1; T3 @c c <T1; T4 @a d <T2,T3; "},
      {"Sequential: A, B, C\n", "T1 @a a; T2 @b b <T1; T3 @c c <T2; T4 @a d; "},
      {"**Parallel**: B, C\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},
      {"- @a " ARROW " @b & @c " ARROW " @a\n", "T1 @a a; T2 @b b <T1; T3 @c c <T1; T4 @a d <T2,T3; "},
      {"- @b -> @a\n", "T1 @a a <T2; T2 @b b; T3 @c c; T4 @a d <T2; "},
      {"- @nobody -> @b -> @c\n", "T1 @a a; T2 @b b; T3 @c c <T2; T4 @a d; "},
      {"- Database " ARROW " Backend\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},    /* names nothing here */
      {"- A " ARROW " B when C is there\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "}, /* a sentence */
      {"- A and B\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},
      {"- \\A " ARROW " B\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},
      {"- (A -> B) || C\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},
      {"- A -> \n- -> B\n- A -> (B\n- A) -> B\n", "T1 @a a; T2 @b b; T3 @c c; T4 @a d; "},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_str pieces[] = {QL_STR(TASKS4), str(rows[i].text)};
    assert_str_is(summary(read_plan(ql_arena_concat(a, pieces, 2))), rows[i].tasks);
  }
  const ql_plan *plan = read_plan(str("AGENTS NEEDED:\n- @a\n- @b\n- @c\nDEPENDENCIES & ORDER:\n- @c -> @a || @b\n"));
  assert_str_is(summary(plan), "T1 @a @a <T3; T2 @b @b <T3; T3 @c @c; "); /* in place of one after the other */
}

static void errors_have_places(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t line, column;
    const char *detail;
  } rows[] = {
      {TASKS4 "- A -> T7\n", 11, 8, "T7"},
      {"TASKS:\nTask A: x\nGATES:\n- g: y\n  -> Task: B\n", 5, 12, "B"},
      {"TASKS:\nTask A: x\nGATES:\n- g: y\n  -> Measure: many\n", 5, 15, "many"},
      {"TASKS:\nTask A: x\nGATES:\n- g: y\n  -> Source: hearsay\n", 5, 14, "hearsay"},
      {"TASKS:\nTask A: x\nGATES:\n- g: y\n- g: z\n", 5, 3, "g: z"},
      {"PLANNED FROM: a dream\nTASKS:\nTask A: x\n", 1, 15, "a dream"},
      {"MINI-ROADMAP:\nPhase 1:\n- **@**: x\nAGENTS NEEDED:\n- ~~@~~: y\n", 5, 5, "@"},
      {"## Phase 1 - Alone\n- x\n", 1, 1, "## Phase 1 - Alone"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_plan *plan = NULL;
    if (ql_plan_read(a, str(rows[i].text), &plan, &err) != QL_ERR_SYNTAX) fail_msg("row %zu is read", i);
    assert_string_equal(err.detail, rows[i].detail);
    if (err.line != rows[i].line || err.column != rows[i].column) fail_msg("row %zu: %u:%u", i, err.line, err.column);
    if (!strpbrk(err.message, ";")) fail_msg("row %zu does not say what to do: %s", i, err.message);
  }
}

/* ---- round trip ---- */

static uint32_t seed;

static uint32_t pick(uint32_t n) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % n;
}

static ql_str nasty(void) {
  static const char *const bits[] = {"Build it",
                                     "two\nlines",
                                     ARROW " x",
                                     "-> x",
                                     "A -> B",
                                     "T1 " ARROW " T2",
                                     "@a || @b",
                                     "Sequential: T1, T2",
                                     "Parallel: @a",
                                     "- x",
                                     "1. x",
                                     "[x] y",
                                     "\\",
                                     "\\x",
                                     "**b**",
                                     "`c`",
                                     "a: b",
                                     ":",
                                     "x:",
                                     "\"q\"",
                                     "\"",
                                     "none",
                                     "nothing.",
                                     "Phase 1 - x:",
                                     "Phase 2",
                                     "### Phase 3",
                                     "## RISKS",
                                     "RISKS:",
                                     "GATES:",
                                     "SUCCESS CRITERIA:",
                                     "ESTIMATED TIME: 1 h",
                                     "MINI-ROADMAP:",
                                     "Task: T1",
                                     "Task T1: x",
                                     "T1: y",
                                     "Files: a.c",
                                     "Target: b.c",
                                     "Writes: c",
                                     "Priority: high",
                                     "Time: 5 minutes",
                                     "Measure: >= 1",
                                     "Judge: rule",
                                     "**@a**: x",
                                     "@a",
                                     "~~@a~~",
                                     "~~",
                                     "Request: x",
                                     "Module: y",
                                     "---",
                                     "***",
                                     "```",
                                     "document, line 3",
                                     ", words \"x\"",
                                     "Total: 3",
                                     "**Total**: 3",
                                     "",
                                     "\xC3\xA2\xE2\x80\xA0\xE2\x80\x99",
                                     "\xF0\x9F\x9A\x80",
                                     "tab\tx",
                                     "  x  ",
                                     "G1",
                                     "#T1",
                                     "x -",
                                     ".",
                                     "|"};
  ql_str pieces[3] = {str(bits[pick(QL_COUNT(bits))]), QL_STR(""), QL_STR("")};
  if (pick(3) == 0) pieces[1] = QL_STR(" ");
  if (pick(3) == 0) pieces[2] = str(bits[pick(QL_COUNT(bits))]);
  return ql_arena_concat(a, pieces, 3);
}

static ql_str words(void) {
  ql_str text = nasty();
  return ql_trim(text).len > 0 ? text : QL_STR("w");
}

static ql_value *list(uint32_t most) {
  ql_value *all = ql_array(a);
  for (uint32_t n = pick(most + 1); n > 0; n--) ql_push(all, ql_string(a, nasty()));
  return all;
}

static ql_str agent(void) {
  static const char *const agents[] = {"@a", "@b", "@shop.data", "@x_y", "@a.", "@b-", "@none", "@t1"};
  return str(agents[pick(QL_COUNT(agents))]);
}

static ql_str id(uint32_t n) {
  char text[32];
  snprintf(text, sizeof text, "T%u", n);
  return ql_arena_str(a, str(text));
}

static void some(ql_value *object, const char *key, ql_str text) {
  if (pick(2)) ql_set(object, str(key), ql_string(a, text));
}

static void source(ql_value *object, const char *key) {
  static const char *const origins[] = {"rule", "document", "objective", "planner", "model", "person"};
  if (pick(3) > 0) return;
  ql_value *value = ql_set(object, str(key), ql_object(a));
  QL_SET(value, "from", ql_string(a, str(origins[pick(6)])));
  some(value, "agent", agent());
  some(value, "path", nasty());
  some(value, "rule", nasty());
  some(value, "words", nasty());
  if (pick(2)) QL_SET(value, "line", ql_int(a, pick(2) ? pick(900) : UINT32_MAX));
}

static ql_value *pairs(const char *key, const char *other, bool agents) {
  ql_value *all = ql_array(a);
  for (uint32_t n = pick(4); n > 0; n--) {
    ql_value *pair = ql_push(all, ql_object(a));
    ql_set(pair, str(key), ql_string(a, agents ? agent() : words()));
    ql_set(pair, str(other), ql_string(a, nasty()));
  }
  return all;
}

static ql_value *gates(uint32_t tasks) {
  static const char *const signs[] = {"<", "<=", "=", ">=", ">"};
  static const int64_t numbers[] = {0, 80000, 79500, 1, -1234, 1050, 10, QL_INT_MAX, -QL_INT_MAX};
  ql_value *all = ql_array(a);
  for (uint32_t n = pick(4); n > 0; n--) {
    ql_value *gate = ql_push(all, ql_object(a));
    char number[32];
    snprintf(number, sizeof number, "%u", n);
    const ql_str name[] = {words(), str(number)};
    QL_SET(gate, "id", ql_string(a, ql_arena_concat(a, name, 2)));
    QL_SET(gate, "text", ql_string(a, words()));
    QL_SET(gate, "judge", ql_string(a, pick(2) ? QL_STR("rule") : QL_STR("seat")));
    some(gate, "evidence", nasty());
    some(gate, "expect", nasty());
    source(gate, "source");
    if (tasks > 0 && pick(2)) QL_SET(gate, "task", ql_string(a, id(1 + pick(tasks))));
    if (pick(2)) continue;
    ql_value *measure = QL_SET(gate, "measure", ql_object(a));
    QL_SET(measure, "op", ql_string(a, str(signs[pick(5)])));
    QL_SET(measure, "milli", ql_int(a, numbers[pick(QL_COUNT(numbers))]));
    QL_SET(measure, "unit", ql_string(a, pick(3) ? str(pick(2) ? "%" : "ms") : nasty()));
  }
  return all;
}

static ql_value *generated(void) {
  static const char *const priorities[] = {"low", "medium", "high", "critical"}, *const efforts[] = {"XS", "S", "M", "L", "XL"},
                           *const counts[] = {"input", "output", "minutes"};
  ql_value *plan = ql_object(a), *tasks = ql_array(a);
  uint32_t count = pick(7);
  for (uint32_t i = 0; i < count; i++) {
    ql_value *task = ql_push(tasks, ql_object(a)), *after = QL_SET(task, "after", ql_array(a));
    for (uint32_t k = 0; k < count; k++)
      if (k != i && pick(4) == 0 && (k < i || pick(8) == 0)) ql_push(after, ql_string(a, id(k + 1))); /* a cycle now and then */
    QL_SET(task, "accept", list(2));
    QL_SET(task, "agent", ql_string(a, pick(6) ? agent() : QL_STR("")));
    QL_SET(task, "demands", list(2));
    QL_SET(task, "group", ql_int(a, 1 + pick(5)));
    QL_SET(task, "id", ql_string(a, id(i + 1)));
    QL_SET(task, "outputs", list(2));
    QL_SET(task, "title", ql_string(a, nasty()));
    QL_SET(task, "writes", list(2));
    some(task, "effort", str(efforts[pick(5)]));
    some(task, "priority", str(priorities[pick(4)]));
    some(task, "reason", nasty());
    some(task, "rollback", nasty());
    source(task, "source");
    ql_value *estimate = QL_SET(task, "estimate", ql_object(a));
    for (int k = 0; k < 3; k++)
      if (pick(2)) ql_set(estimate, str(counts[k]), ql_int(a, pick(2) ? pick(5000) : 1000000000000));
  }
  QL_SET(plan, "considered", pairs("agent", "reason", true));
  QL_SET(plan, "declared_groups", ql_bool(a, pick(2)));
  QL_SET(plan, "files", pairs("path", "purpose", false));
  QL_SET(plan, "findings", pairs("need", "words", false));
  QL_SET(plan, "gates", gates(count));
  QL_SET(plan, "leader", ql_string(a, pick(5) ? agent() : QL_STR("")));
  QL_SET(plan, "needs", pairs("agent", "reason", true));
  QL_SET(plan, "objective", ql_string(a, nasty()));
  QL_SET(plan, "order", list(3));
  QL_SET(plan, "phases", list(4));
  QL_SET(plan, "rehearsed", ql_bool(a, pick(2)));
  QL_SET(plan, "risks", list(2));
  QL_SET(plan, "rollback", list(2));
  QL_SET(plan, "steps", list(3));
  QL_SET(plan, "success", list(2));
  QL_SET(plan, "tasks", tasks);
  some(plan, "duration", nasty());
  source(plan, "item");
  return plan;
}

static void show_and_fail(unsigned round, ql_str text, ql_str before, ql_str after) {
  fprintf(stderr, "round %u\n%.*s\n%.*s\n%.*s\n", round, (int)text.len, text.ptr, (int)before.len, before.ptr, (int)after.len, after.ptr);
  fail(); /* cmocka's own messages are cut at a kilobyte */
}

static const ql_plan *made(void) {
  const ql_plan *plan = NULL;
  if (ql_plan_from_value(a, generated(), &plan, &err) != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  return plan;
}

static void the_seeds_form_keeps_every_field(void **state) {
  (void)state;
  seed = 20261121;
  for (unsigned round = 0; round < 6000; round++) {
    ql_arena_reset(a);
    const ql_plan *plan = made(), *again;
    ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
    again = read_plan(text);
    ql_str before = ql_value_text(a, ql_plan_value(a, plan)), after = ql_value_text(a, ql_plan_value(a, again));
    if (!ql_eq(before, after)) show_and_fail(round, text, before, after);
  }
}

/* Phases put the tasks into the order of their groups, and declare these; all else stays, but for the steps. */
static void the_forms_with_phases_keep_the_tasks(void **state) {
  (void)state;
  seed = 7;
  for (unsigned round = 0; round < 6000; round++) {
    ql_arena_reset(a);
    ql_plan_format format = round % 2 ? QL_PLAN_ROADMAP : QL_PLAN_PREQUEST;
    const ql_plan *plan = made();
    const size_t *groups = NULL, *later = NULL;
    if (ql_plan_groups(a, plan, &groups, NULL) != QL_OK) groups = NULL;
    ql_str first = ql_plan_write(a, plan, format);
    const ql_plan *again = read_plan(first);
    assert_int_equal(plan->task_count, again->task_count);
    bool *found = ql_arena_array(a, plan->task_count + 1, sizeof *found);
    if (groups) assert_int_equal(ql_plan_groups(a, again, &later, NULL), QL_OK);
    for (size_t i = 0, place = 0; groups && i < plan->task_count; i++, place++) {
      size_t next = 0; /* the task of the lowest group that has not been seen */
      for (size_t k = 0; k < plan->task_count; k++)
        if (!found[k] && (found[next] || groups[k] < groups[next])) next = k;
      found[next] = true;
      const ql_plan_task *x = &plan->tasks[next], *y = &again->tasks[place];
      bool same = ql_eq(x->title, y->title) && ql_eq(x->agent, y->agent) && x->after_count == y->after_count &&
                  x->output_count == y->output_count && x->accept_count == y->accept_count && x->demand_count == y->demand_count &&
                  x->write_count == y->write_count && x->estimate.input == y->estimate.input &&
                  x->estimate.minutes == y->estimate.minutes && x->source.origin == y->source.origin && ql_eq(x->rollback, y->rollback) &&
                  groups[next] == later[place];
      if (!same) show_and_fail(round, first, x->title, y->title);
    }
    bool same = plan->gate_count == again->gate_count && plan->need_count == again->need_count &&
                plan->finding_count == again->finding_count && plan->considered_count == again->considered_count &&
                plan->order_count == again->order_count && plan->success_count == again->success_count &&
                ql_eq(plan->duration, again->duration) && ql_eq(plan->leader, again->leader);
    ql_str second = ql_plan_write(a, again, format), third = ql_plan_write(a, read_plan(second), format);
    if (!same || (groups && !ql_eq(second, third))) show_and_fail(round, first, second, third);
  }
}

/* ---- memory ---- */

static ql_status everything(ql_arena *arena, const void *ctx) {
  const ql_plan *plan = NULL;
  ql_status status = ql_plan_read(arena, str(ctx), &plan, NULL);
  for (int format = QL_PLAN_SEED; status == QL_OK && format <= QL_PLAN_PREQUEST; format++)
    if (!ql_plan_write(arena, plan, (ql_plan_format)format).ptr) status = QL_ERR_NOMEM;
  return status;
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(everything, ROADMAP) > 5);
  assert_true(try_every_allocation(everything, PREQUEST) > 5);
  assert_true(try_every_allocation(
                  everything,
                  "PLANNED FROM: document, path \"r.md\", line 3, words \"x\"\nTASKS:\nTask A: x\n  -> Source: rule, agent \"@a\"\n"
                  "GATES:\n- \"g g\": y\n  -> Task: A\n  -> Measure: >= 80.5 %\nNEEDS FOUND:\n- auth: login\nROLLBACK:\n- r\n") > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(S12_the_plan_form_of_the_seed),
      cmocka_unit_test(phases_with_tasks_and_files),
      cmocka_unit_test(documents_with_blocks_of_agents),
      cmocka_unit_test(blocks_without_phases_are_tasks),
      cmocka_unit_test(drawings_make_dependencies),
      cmocka_unit_test(errors_have_places),
      cmocka_unit_test(the_seeds_form_keeps_every_field),
      cmocka_unit_test(the_forms_with_phases_keep_the_tasks),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
