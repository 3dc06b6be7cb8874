#include "support.h"

#include <questline/limits.h>
#include <questline/schedule.h>

#include "base/text.h"
#include "plan/crew.h"

#define MOST 12u

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

/* ---- plans by chance ---- */

static uint32_t chance_state;

static uint32_t chance(uint32_t below) {
  chance_state = chance_state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (chance_state >> 8) % below;
}

typedef struct drawn {
  size_t count, agents;
  bool waits[MOST][MOST]; /* [i][k]: i waits for k, by a dependency or a barrier */
  int64_t minutes[MOST];
  size_t agent[MOST]; /* 0 for nobody's */
  ql_plan plan;
} drawn;

static const ql_str NAMES[] = {QL_STR_INIT(""), QL_STR_INIT("@a"), QL_STR_INIT("@b"), QL_STR_INIT("@c"), QL_STR_INIT("@d")};

/* Dependencies run from any task to any other; the numbering of tasks says nothing about their order. */
static drawn *draw(uint32_t seed, size_t most) {
  chance_state = seed * 7919 + 1;
  drawn *d = ql_arena_get(a, sizeof *d);
  ql_plan_task *tasks = ql_arena_array(a, MOST, sizeof *tasks);
  assert_true(d && tasks);
  *d = (drawn){.count = 1 + chance((uint32_t)most), .agents = 1 + chance(4)};
  size_t order[MOST], groups = chance(2) ? 1 + chance(4) : 0;
  for (size_t i = 0; i < d->count; i++) {
    size_t at = chance((uint32_t)i + 1);
    order[i] = order[at];
    order[at] = i;
  }
  uint32_t dense = 1 + chance(6);
  for (size_t p = 0; p < d->count; p++) {
    size_t i = order[p], *after = ql_arena_array(a, MOST, sizeof *after);
    d->agent[i] = chance(5) ? 1 + chance((uint32_t)d->agents) : 0;
    d->minutes[i] = chance(8) ? 1 + chance(9) : 0;
    tasks[i] = (ql_plan_task){.id = ql_task_id(a, i), .title = QL_STR("t"), .agent = NAMES[d->agent[i]], .after = after};
    tasks[i].estimate = (ql_plan_estimate){-1, -1, d->minutes[i]};
    tasks[i].group = groups > 0 ? 1 + p * groups / d->count : 0;
    for (size_t k = 0; k < d->count; k++) {
      bool before = false;
      for (size_t q = 0; q < p; q++) before |= order[q] == k;
      if (before && chance(8) < dense) after[tasks[i].after_count++] = k;
      d->waits[i][k] = before && ((tasks[i].after_count > 0 && after[tasks[i].after_count - 1] == k) || tasks[k].group < tasks[i].group);
    }
  }
  d->plan = (ql_plan){.objective = QL_STR("o"), .leader = QL_STR("@lead"), .tasks = tasks, .task_count = d->count};
  return d;
}

static ql_value *schedule(const ql_plan *plan) {
  ql_value *value = NULL;
  if (ql_plan_schedule(a, plan, &value, &err) != QL_OK) fail_msg("no schedule: %s %s", err.message, err.detail);
  return value;
}

static int64_t number(const ql_value *value, const char *key) { return ql_get_int(value, str(key), -1); }

static const ql_value *item(const ql_value *list, size_t index) {
  const ql_value *value = list->first;
  while (index-- > 0) value = value->next;
  return value;
}

/* ---- by trial: everything that can be told without our algorithms ---- */

/* The end of the last task when all start as early as they may; one of them takes longer. */
static int64_t whole_with(const drawn *d, size_t longer, int64_t by, int64_t *starts) {
  int64_t end = 0;
  for (size_t i = 0; i < d->count; i++) starts[i] = 0;
  for (size_t round = 0; round < d->count; round++)
    for (size_t i = 0; i < d->count; i++)
      for (size_t k = 0; k < d->count; k++) {
        int64_t free = starts[k] + d->minutes[k] + (k == longer ? by : 0);
        if (d->waits[i][k] && free > starts[i]) starts[i] = free;
      }
  for (size_t i = 0; i < d->count; i++)
    if (starts[i] + d->minutes[i] + (i == longer ? by : 0) > end) end = starts[i] + d->minutes[i] + (i == longer ? by : 0);
  return end;
}

static bool same_agent(const drawn *d, size_t i, size_t k) { return d->agent[i] > 0 && d->agent[i] == d->agent[k]; }

/* Whether task i can start at this time beside those that are placed. What takes no time needs its agent and a place all the same. */
static bool fits(const drawn *d, const bool *placed, const int64_t *starts, size_t i, int64_t at, size_t at_once) {
  int64_t last = d->minutes[i] > 0 ? at + d->minutes[i] - 1 : at;
  for (int64_t t = at; t <= last; t++) {
    size_t running = 0;
    for (size_t k = 0; k < d->count; k++) {
      if (!placed[k] || starts[k] > t || starts[k] + d->minutes[k] <= t) continue;
      if (d->minutes[i] == 0 && starts[k] == t) continue; /* just before it */
      if (same_agent(d, i, k)) return false;
      running++;
    }
    if (running >= at_once) return false;
  }
  for (size_t k = 0; k < d->count; k++) { /* nor may a task without length come to stand inside this one */
    if (!placed[k] || d->minutes[k] > 0 || starts[k] <= at || starts[k] > last) continue;
    if (same_agent(d, i, k)) return false;
    size_t running = 1;
    for (size_t m = 0; m < d->count; m++) running += placed[m] && starts[m] < starts[k] && starts[m] + d->minutes[m] > starts[k];
    if (running >= at_once) return false;
  }
  return true;
}

/* The shortest schedule: every order of the tasks, each task as early as it fits. */
static int64_t shortest(const drawn *d, bool *placed, int64_t *starts, size_t count, size_t at_once, int64_t best) {
  int64_t end = 0;
  for (size_t i = 0; i < d->count; i++)
    if (placed[i] && starts[i] + d->minutes[i] > end) end = starts[i] + d->minutes[i];
  if (end >= best) return best;
  if (count == d->count) return end;
  for (size_t i = 0; i < d->count; i++) {
    if (placed[i]) continue;
    int64_t at = 0;
    bool ready = true;
    for (size_t k = 0; k < d->count; k++) {
      if (!d->waits[i][k]) continue;
      ready &= placed[k];
      if (placed[k] && starts[k] + d->minutes[k] > at) at = starts[k] + d->minutes[k];
    }
    if (!ready) continue;
    while (!fits(d, placed, starts, i, at, at_once)) at++;
    placed[i] = true;
    starts[i] = at;
    best = shortest(d, placed, starts, count + 1, at_once, best);
    placed[i] = false;
  }
  return best;
}

/* ---- tests ---- */

static void times_and_slack_are_those_of_trial(void **state) {
  (void)state;
  for (uint32_t seed = 0; seed < 400; seed++) {
    drawn *d = draw(seed, MOST);
    int64_t starts[MOST], other[MOST], whole = whole_with(d, 0, 0, starts), work = 0;
    ql_value *value = schedule(&d->plan);
    assert_int_equal(number(value, "minutes"), whole);
    for (size_t i = 0; i < d->count; i++) {
      const ql_value *task = item(QL_GET(value, "tasks"), i);
      int64_t slack = number(task, "slack");
      work += d->minutes[i];
      assert_int_equal(number(task, "start"), starts[i]);
      assert_int_equal(number(task, "end"), starts[i] + d->minutes[i]);
      assert_int_equal(whole_with(d, i, slack, other), whole);
      if (whole_with(d, i, slack + 1, other) == whole) fail_msg("seed %u: T%zu has more slack than %lld", seed, i + 1, (long long)slack);
    }
    assert_int_equal(number(value, "work"), work);
    ql_arena_reset(a);
  }
}

static void the_critical_chain_is_one(void **state) {
  (void)state;
  for (uint32_t seed = 0; seed < 400; seed++) {
    drawn *d = draw(seed, MOST);
    ql_value *value = schedule(&d->plan);
    int64_t sum = 0;
    size_t before = SIZE_MAX;
    for (const ql_value *id = QL_GET(value, "critical")->first; id; id = id->next) {
      size_t i = 0;
      while (!ql_eq(d->plan.tasks[i].id, id->text)) i++;
      if (before != SIZE_MAX && !d->waits[i][before]) fail_msg("seed %u: T%zu does not wait for T%zu", seed, i + 1, before + 1);
      assert_int_equal(number(item(QL_GET(value, "tasks"), i), "slack"), 0);
      sum += d->minutes[i];
      before = i;
    }
    assert_int_equal(sum, number(value, "minutes"));
    ql_arena_reset(a);
  }
}

static void check_crew(const drawn *d, const ql_value *crew, uint32_t seed) {
  size_t at_once = (size_t)number(crew, "at_once");
  int64_t starts[MOST], end = 0;
  bool others[MOST] = {false};
  for (size_t i = 0; i < d->count; i++) {
    starts[i] = ql_get_int(QL_GET(crew, "starts"), d->plan.tasks[i].id, -1);
    others[i] = true;
    if (starts[i] + d->minutes[i] > end) end = starts[i] + d->minutes[i];
  }
  for (size_t i = 0; i < d->count; i++) {
    others[i] = false;
    if (starts[i] < 0 || !fits(d, others, starts, i, starts[i], at_once)) fail_msg("seed %u, %zu at once: T%zu", seed, at_once, i + 1);
    others[i] = true;
    for (size_t k = 0; k < d->count; k++)
      if (d->waits[i][k] && starts[i] < starts[k] + d->minutes[k]) fail_msg("seed %u: T%zu before T%zu", seed, i + 1, k + 1);
  }
  assert_int_equal(number(crew, "minutes"), end);
  assert_true(number(crew, "bound") <= end);
  assert_int_equal(ql_get_bool(crew, QL_STR("shortest")), number(crew, "bound") == end);
}

static void crews_keep_to_the_rules(void **state) {
  (void)state;
  size_t crews = 0, proven = 0;
  for (uint32_t seed = 0; seed < 400; seed++) {
    drawn *d = draw(seed, MOST);
    ql_value *value = schedule(&d->plan);
    int64_t before = INT64_MAX;
    for (const ql_value *crew = QL_GET(value, "crews")->first; crew; crew = crew->next) {
      check_crew(d, crew, seed);
      assert_true(number(crew, "minutes") <= before);
      before = number(crew, "minutes");
      crews++;
      proven += ql_get_bool(crew, QL_STR("shortest"));
    }
    ql_arena_reset(a);
  }
  print_message("%zu schedules, %zu of them proven to be the shortest\n", crews, proven);
  assert_true(proven * 100 >= crews * 99);
}

static void the_shortest_is_the_shortest(void **state) {
  (void)state;
  size_t checked = 0;
  for (uint32_t seed = 1000; seed < 1400; seed++) {
    drawn *d = draw(seed, 6);
    ql_value *value = schedule(&d->plan);
    for (const ql_value *crew = QL_GET(value, "crews")->first; crew; crew = crew->next) {
      bool placed[MOST] = {false};
      int64_t starts[MOST], best = shortest(d, placed, starts, 0, (size_t)number(crew, "at_once"), INT64_MAX);
      if (!ql_get_bool(crew, QL_STR("shortest"))) fail_msg("seed %u: not proven", seed);
      if (number(crew, "minutes") != best)
        fail_msg("seed %u, %d at once: %d, but %d can be", seed, (int)number(crew, "at_once"), (int)number(crew, "minutes"), (int)best);
      checked++;
    }
    if (QL_GET(value, "crews")->count > 0) { /* more at once would not help */
      bool placed[MOST] = {false};
      int64_t starts[MOST], best = shortest(d, placed, starts, 0, d->count, INT64_MAX);
      const ql_value *last = item(QL_GET(value, "crews"), QL_GET(value, "crews")->count - 1);
      assert_int_equal(number(last, "minutes"), best);
    }
    ql_arena_reset(a);
  }
  print_message("%zu schedules compared with all there are\n", checked);
}

/* Two at once, pieces of 3, 3, 2, 2 and 2 minutes: the longest first needs 7. */
static void a_list_is_not_always_the_shortest(void **state) {
  (void)state;
  static const ql__job jobs[] = {{3, 3, 0, 0, 0, 0}, {3, 3, 1, 0, 0, 0}, {2, 2, 2, 0, 0, 0}, {2, 2, 3, 0, 0, 0}, {2, 2, 4, 0, 0, 0}};
  const ql__work work = {jobs, NULL, QL_COUNT(jobs), QL_COUNT(jobs)};
  int64_t starts[QL_COUNT(jobs)];
  uint32_t none = 0, many = 1000, few = 3;
  ql__crew crew;
  assert_int_equal(ql__share_out(a, &work, 2, starts, &none, &crew), QL_OK);
  assert_int_equal(crew.minutes, 7);
  assert_int_equal(crew.bound, 6);
  assert_int_equal(ql__share_out(a, &work, 2, starts, &few, &crew), QL_OK);
  assert_int_equal(few, 0);
  assert_int_equal(crew.bound, 6); /* not proven, not said */
  assert_int_equal(ql__share_out(a, &work, 2, starts, &many, &crew), QL_OK);
  assert_int_equal(crew.minutes, 6);
  assert_int_equal(crew.bound, 6);
  assert_true(many < 1000);
}

/* ---- limits and failures ---- */

static ql_plan *wide(size_t count, size_t agents, size_t chain) {
  ql_plan *plan = ql_arena_get(a, sizeof *plan);
  ql_plan_task *tasks = ql_arena_array(a, count + 1, sizeof *tasks);
  assert_true(plan && tasks);
  for (size_t i = 0; i < count; i++) {
    char name[32];
    size_t *after = ql_arena_array(a, 1, sizeof *after);
    snprintf(name, sizeof name, "@agent%zu", agents > 0 ? i % agents : 0);
    *after = i - chain;
    tasks[i] = (ql_plan_task){.id = ql_task_id(a, i), .agent = agents > 0 ? ql_arena_str(a, str(name)) : QL_STR("")};
    tasks[i].estimate = (ql_plan_estimate){-1, -1, (int64_t)(i * 37 % 91)};
    tasks[i].after = after;
    tasks[i].after_count = chain > 0 && i >= chain;
  }
  *plan = (ql_plan){.objective = QL_STR("o"), .leader = QL_STR("@lead"), .tasks = tasks, .task_count = count};
  return plan;
}

static void the_largest_plan(void **state) {
  (void)state;
  static const size_t rows[][2] = {{0, 0}, {1, 0}, {7, 0}, {1024, 0}, {0, 1}, {7, 3}, {40, 25}};
  for (size_t r = 0; r < QL_COUNT(rows); r++) {
    ql_value *value = schedule(wide(QL_PLAN_TASKS_MAX, rows[r][0], rows[r][1]));
    const ql_value *crews = QL_GET(value, "crews"), *last = item(crews, crews->count - 1);
    assert_true(crews->count <= 33);
    assert_int_equal(number(crews->first, "minutes"), number(value, "work"));
    assert_true(number(last, "minutes") >= number(value, "minutes"));
    ql_arena_reset(a);
  }
}

static void an_empty_plan_takes_no_time(void **state) {
  (void)state;
  ql_value *value = schedule(wide(0, 0, 0));
  assert_int_equal(number(value, "minutes"), 0);
  assert_int_equal(QL_GET(value, "crews")->count, 0);
  assert_int_equal(QL_GET(value, "critical")->count, 0);
}

static void minutes_stay_integers(void **state) {
  (void)state;
  ql_plan *plan = wide(QL_PLAN_TASKS_MAX, 1, 1);
  ql_plan_task *tasks = ql_arena_array(a, QL_PLAN_TASKS_MAX, sizeof *tasks);
  memcpy(tasks, plan->tasks, QL_PLAN_TASKS_MAX * sizeof *tasks);
  for (size_t i = 0; i < QL_PLAN_TASKS_MAX; i++) tasks[i].estimate.minutes = QL_INT_MAX;
  plan->tasks = tasks;
  ql_value *value = schedule(plan);
  assert_true(number(value, "work") <= QL_INT_MAX && number(value, "work") > QL_INT_MAX / 2);
  assert_int_equal(number(value, "minutes"), number(value, "work"));
}

static void minutes_go_by_effort(void **state) {
  (void)state;
  ql_plan_task task = {.effort = QL_EFFORT_XL, .estimate = {-1, -1, -1}};
  assert_int_equal(ql_plan_minutes(&task), 240);
  task.effort = QL_EFFORT_NONE;
  assert_int_equal(ql_plan_minutes(&task), 30);
  task.estimate.minutes = 0;
  assert_int_equal(ql_plan_minutes(&task), 0);
}

static void what_has_no_order_has_no_schedule(void **state) {
  (void)state;
  static const size_t first[] = {1}, second[] = {0};
  ql_plan_task tasks[] = {{.id = QL_STR("T1"), .after = first, .after_count = 1}, {.id = QL_STR("T2"), .after = second, .after_count = 1}};
  ql_plan plan = {.tasks = tasks, .task_count = 2};
  ql_value *value = NULL;
  assert_int_equal(ql_plan_schedule(a, &plan, &value, &err), QL_ERR_STATE);
  assert_string_equal(err.detail, "T1 -> T2 -> T1");
  tasks[1].after_count = 0;
  tasks[0].group = 1;
  tasks[1].group = 2;
  assert_int_equal(ql_plan_schedule(a, &plan, &value, &err), QL_ERR_STATE);
  assert_string_equal(err.detail, "T1");
  assert_null(value);
  tasks[1].group = 1; /* inside a group a task may wait for another */
  tasks[0].estimate.minutes = tasks[1].estimate.minutes = 5;
  assert_int_equal(number(schedule(&plan), "minutes"), 10);
}

static ql_status try_schedule(ql_arena *arena, const void *ctx) {
  ql_value *value;
  return ql_plan_schedule(arena, ctx, &value, &err);
}

static void memory_may_run_out(void **state) {
  (void)state;
  for (uint32_t seed = 0; seed < 4; seed++) assert_true(try_every_allocation(try_schedule, &draw(seed * 5 + 2, MOST)->plan) > 0);
  assert_true(try_every_allocation(try_schedule, wide(200, 9, 4)) > 2);
}

/* ---- S32 ---- */

static void S32_tasks_that_want_one_agent_follow_each_other(void **state) {
  (void)state;
  ql_plan_task tasks[] = {
      {.id = QL_STR("T1"), .agent = QL_STR("@db"), .group = 1, .estimate = {-1, -1, 40}},
      {.id = QL_STR("T2"), .agent = QL_STR("@db"), .group = 1, .estimate = {-1, -1, 20}},
      {.id = QL_STR("T3"), .agent = QL_STR("@api"), .group = 1, .estimate = {-1, -1, 50}},
      {.id = QL_STR("T4"), .agent = QL_STR("@qa"), .group = 2, .estimate = {-1, -1, 10}},
  };
  const ql_plan plan = {.tasks = tasks, .task_count = QL_COUNT(tasks)};
  ql_value *value = schedule(&plan);
  assert_int_equal(number(value, "minutes"), 60); /* where there were two of @db */
  const ql_value *crews = QL_GET(value, "crews"), *most = item(crews, crews->count - 1);
  assert_int_equal(number(most, "minutes"), 70);
  assert_true(ql_get_bool(most, QL_STR("shortest")));
  assert_int_equal(number(QL_GET(most, "starts"), "T1"), 0);
  assert_int_equal(number(QL_GET(most, "starts"), "T2"), 40);
  assert_int_equal(number(QL_GET(most, "starts"), "T3"), 0);
  assert_int_equal(number(QL_GET(most, "starts"), "T4"), 60);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(times_and_slack_are_those_of_trial, setup, teardown),
      cmocka_unit_test_setup_teardown(the_critical_chain_is_one, setup, teardown),
      cmocka_unit_test_setup_teardown(crews_keep_to_the_rules, setup, teardown),
      cmocka_unit_test_setup_teardown(the_shortest_is_the_shortest, setup, teardown),
      cmocka_unit_test_setup_teardown(a_list_is_not_always_the_shortest, setup, teardown),
      cmocka_unit_test_setup_teardown(the_largest_plan, setup, teardown),
      cmocka_unit_test_setup_teardown(an_empty_plan_takes_no_time, setup, teardown),
      cmocka_unit_test_setup_teardown(minutes_stay_integers, setup, teardown),
      cmocka_unit_test_setup_teardown(minutes_go_by_effort, setup, teardown),
      cmocka_unit_test_setup_teardown(what_has_no_order_has_no_schedule, setup, teardown),
      cmocka_unit_test_setup_teardown(memory_may_run_out, setup, teardown),
      cmocka_unit_test_setup_teardown(S32_tasks_that_want_one_agent_follow_each_other, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
