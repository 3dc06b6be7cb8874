#include "support.h"

#include <questline/limits.h>
#include <questline/schedule.h>
#include <questline/value.h>

#include "base/text.h"
#include "plan/price.h"

static ql_arena *a;
static ql_error err;
static ql_roster *roster;

#define OPUS_FILE  "---\nname: db\ndescription: Keeps the data.\nmodel: claude-opus-4-5\n---\nYou keep the data of the program.\n"
#define HAIKU_FILE "---\nname: api\ndescription: Writes the interface.\nmodel: haiku\n---\nYou write the interface.\n"
#define LEAD_FILE  "---\nname: lead\ndescription: Leads.\nmodel: inherit\n---\nYou lead.\n"
#define ODD_FILE   "---\nname: odd\ndescription: Something else.\nmodel: gpt-99-nobody-knows\n---\nYou test.\n"

static int setup(void **state) {
  (void)state;
  static const char *const files[][2] = {{"db.md", OPUS_FILE}, {"api.md", HAIKU_FILE}, {"lead.md", LEAD_FILE}, {"odd.md", ODD_FILE}};
  a = ql_arena_new(ql_alloc_libc());
  roster = ql_roster_new(ql_alloc_libc());
  if (!a || !roster) return -1;
  for (size_t i = 0; i < QL_COUNT(files); i++)
    if (ql_roster_add(roster, str(files[i][0]), str(files[i][1]), &err) != QL_OK) return -1;
  return ql_roster_link(roster, &err);
}

static int teardown(void **state) {
  (void)state;
  ql_roster_free(roster);
  ql_arena_free(a);
  return 0;
}

static ql_value *json(const char *text) {
  ql_value *value = NULL;
  if (ql_json_read(a, str(text), &value, &err) != QL_OK) fail_msg("no JSON: %s", text);
  return value;
}

/* T1 @db gives what it writes, T2 @api reads it, T3 @odd follows both. */
static const size_t after_first[] = {0}, after_both[] = {0, 1};
static const ql_str outputs[] = {QL_STR_INIT("db/schema.sql with the tables of accounts")};
static ql_plan_task tasks[] = {
    {.id = QL_STR_INIT("T1"), .title = QL_STR_INIT("Write the schema"), .agent = QL_STR_INIT("@db"), .outputs = outputs, .output_count = 1},
    {.id = QL_STR_INIT("T2"),
     .title = QL_STR_INIT("Write the routes"),
     .agent = QL_STR_INIT("@api"),
     .after = after_first,
     .after_count = 1},
    {.id = QL_STR_INIT("T3"), .title = QL_STR_INIT("Try it"), .agent = QL_STR_INIT("@odd"), .after = after_both, .after_count = 2},
};
static const ql_plan plan = {.objective = QL_STR_INIT("Accounts"), .leader = QL_STR_INIT("@lead"), .tasks = tasks, .task_count = 3};

static void fresh(void) {
  for (size_t i = 0; i < QL_COUNT(tasks); i++) {
    tasks[i].estimate = (ql_plan_estimate){-1, -1, -1};
    tasks[i].effort = QL_EFFORT_NONE;
  }
  tasks[0].effort = QL_EFFORT_L;
}

static ql_value *cost(const ql_value *prices, const ql_value *sizes) {
  const ql_cost_terms terms = {roster, prices, sizes};
  ql_value *value = NULL;
  if (ql_plan_cost(a, &plan, &terms, &value, &err) != QL_OK) fail_msg("no cost: %s %s", err.message, err.detail);
  return value;
}

static const ql_value *item(const ql_value *value, const char *list, size_t index) {
  const ql_value *found = ql_get(value, str(list))->first;
  while (index-- > 0) found = found->next;
  return found;
}

static int64_t number(const ql_value *value, const char *key) { return ql_get_int(value, str(key), -1); }

static int64_t tokens(const char *text) { return ql_token_estimate(str(text)); }

/* By hand: its file, the words, and what comes from before it; money rounded up. */
static void tasks_cost_what_their_sizes_say(void **state) {
  (void)state;
  fresh();
  ql_value *value = cost(NULL, NULL);
  const ql_value *first = item(value, "tasks", 0), *second = item(value, "tasks", 1), *third = item(value, "tasks", 2);
  int64_t in1 = tokens(OPUS_FILE) + tokens("Accounts") + tokens("Write the schema") + tokens("db/schema.sql with the tables of accounts");
  int64_t in2 = tokens(HAIKU_FILE) + tokens("Accounts") + tokens("Write the routes") + 8000;
  int64_t in3 = tokens(ODD_FILE) + tokens("Accounts") + tokens("Try it") + 8000 + 1500;
  assert_int_equal(number(first, "input"), in1);
  assert_int_equal(number(first, "output"), 8000);
  assert_int_equal(number(first, "micro"), in1 * 5 + 8000 * 25);
  assert_int_equal(number(second, "input"), in2);
  assert_int_equal(number(second, "micro"), (in2 + 1500 * 5 + 9) / 10);
  assert_int_equal(number(third, "input"), in3);
  assert_null(QL_GET(third, "micro"));
  assert_str_is(ql_get_str(first, QL_STR("from")), "computed");

  const ql_value *lead = item(value, "agents", 0);
  int64_t words1 = in1 - tokens(OPUS_FILE), words2 = in2 - 8000 - tokens(HAIKU_FILE), words3 = in3 - 9500 - tokens(ODD_FILE);
  assert_str_is(ql_get_str(lead, QL_STR("agent")), "@lead");
  assert_int_equal(number(lead, "turns"), 3);
  assert_int_equal(number(lead, "input"), 3 * tokens(LEAD_FILE) + words1 + words2 + words3 + 8000 + 1500 + 1500);
  assert_int_equal(number(lead, "output"), words1 + words2 + words3);
  assert_int_equal(number(value, "input"), in1 + in2 + in3 + number(lead, "input"));
  assert_int_equal(number(value, "output"), 11000 + number(lead, "output"));
  assert_int_equal(number(value, "micro"), number(first, "micro") + number(second, "micro"));
}

static void what_has_no_price_is_listed(void **state) {
  (void)state;
  fresh();
  ql_value *value = cost(NULL, NULL);
  assert_int_equal(QL_GET(value, "unknown")->count, 2);
  assert_str_is(ql_get_str(item(value, "unknown", 0), QL_STR("agent")), "@lead"); /* "inherit" is no model */
  assert_str_is(ql_get_str(item(value, "unknown", 1), QL_STR("model")), "gpt-99-nobody-knows");
  const ql_cost_terms none = {NULL, NULL, NULL};
  ql_value *bare = NULL;
  assert_int_equal(ql_plan_cost(a, &plan, NULL, &bare, &err), QL_OK);
  assert_int_equal(QL_GET(bare, "unknown")->count, 4);
  assert_int_equal(number(bare, "micro"), 0);
  ql_value *again = NULL;
  assert_int_equal(ql_plan_cost(a, &plan, &none, &again, &err), QL_OK);
  assert_str_is(ql_value_text(a, again), ql_arena_concat(a, (ql_str[]){ql_value_text(a, bare)}, 1).ptr);
}

static void a_table_stands_before_ours(void **state) {
  (void)state;
  fresh();
  ql_value *prices = json("{\"model\":\"house\",\"prices\":[{\"input\":1000000,\"model\":\"house\",\"output\":2000000},"
                          "{\"input\":7000000,\"model\":\"Claude Opus 4.5\",\"output\":0},"
                          "{\"above\":100,\"input\":9000000,\"model\":\"claude-opus-4-5\",\"output\":0},"
                          "{\"input\":1,\"model\":\"gpt-99-nobody-knows\",\"output\":1}]}");
  ql_value *value = cost(prices, NULL);
  const ql_value *first = item(value, "tasks", 0), *lead = item(value, "agents", 0);
  assert_int_equal(QL_GET(value, "unknown")->count, 0);
  assert_int_equal(number(first, "micro"), number(first, "input") * (number(first, "input") > 100 ? 9 : 7));
  assert_int_equal(number(lead, "micro"), number(lead, "input") + 2 * number(lead, "output"));
  assert_int_equal(number(item(value, "tasks", 2), "micro"), 1); /* rounded up */
}

static void measured_stands_before_given_before_computed(void **state) {
  (void)state;
  fresh();
  tasks[0].estimate = (ql_plan_estimate){2000, 3000, -1};
  tasks[1].estimate = (ql_plan_estimate){-1, 700, -1};
  ql_value *sizes = json("[{\"cached\":1500,\"input\":2500,\"output\":10,\"task\":\"T1\"},{\"input\":1,\"output\":1,\"task\":\"T77\"}]");
  ql_value *given = cost(NULL, NULL), *measured = cost(NULL, sizes);
  assert_int_equal(number(item(given, "tasks", 0), "micro"), 2000 * 5 + 3000 * 25);
  assert_str_is(ql_get_str(item(given, "tasks", 0), QL_STR("from")), "given");
  assert_int_equal(number(item(given, "tasks", 1), "input"), tokens(HAIKU_FILE) + tokens("Accounts") + tokens("Write the routes") + 3000);
  assert_int_equal(number(item(given, "tasks", 1), "output"), 700);
  const ql_value *first = item(measured, "tasks", 0);
  assert_str_is(ql_get_str(first, QL_STR("from")), "measured");
  assert_int_equal(number(first, "cached"), 1500);
  assert_int_equal(number(first, "micro"), 1000 * 5 + 1500 / 2 + 10 * 25);
  assert_str_is(ql_get_str(item(measured, "tasks", 1), QL_STR("from")), "given");
  ql_value *said = cost(NULL, json("[{\"from\":\"words\",\"input\":40,\"output\":9,\"task\":\"T2\"}]"));
  assert_int_equal(number(item(said, "tasks", 1), "input"), 40 + tokens(HAIKU_FILE)); /* the file is read too */
}

static void names_of_models(void **state) {
  (void)state;
  static const struct {
    const char *model;
    int64_t prompt, input; /* 0: not known */
  } rows[] = {
      {"claude-opus-4-5", 1, 5000000},
      {"claude-opus-4-5-20251101", 1, 5000000},
      {"claude-opus-4.5", 1, 5000000},
      {"anthropic/claude-opus-4.5", 1, 5000000},
      {"Claude Opus 4.5 (copilot)", 1, 5000000},
      {"claude-opus-4-5[1m]", 1, 5000000},
      {"opus", 1, 4000000},
      {"Sonnet", 1, 2000000},
      {"gpt-5", 1, 1250000},
      {"gpt-5-2025-08-07", 1, 1250000},
      {"gpt-5-mini", 1, 250000},
      {"gpt-5-codex-of-somebody", 1, 0},
      {"gpt-5-2025", 1, 0},
      {"claude-haiku-5-5", 100000, 100000},
      {"claude-haiku-5-5", 100001, 500000},
      {"claude-opus", 1, 0},
      {"inherit", 1, 0},
      {"", 1, 0},
      {"/", 1, 0},
      {"(", 1, 0},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_price price = {0, 0, 0};
    bool known = ql_price_of(str(rows[i].model), rows[i].prompt, &price);
    if (known != (rows[i].input > 0) || price.input != rows[i].input) fail_msg("%s: %d", rows[i].model, (int)price.input);
  }
}

static void the_table_is_sound(void **state) {
  (void)state;
  static const struct {
    const char *model;
    int64_t above;
    ql_price price;
  } prices[] = {
#define PRICE(model, above, input, cached, output) {model, above, {input, cached, output}},
#define ALIAS(word, model)
#include "plan/prices.def"
  };
  static const char *const aliases[] = {
#define PRICE(model, above, input, cached, output)
#define ALIAS(word, model) word,
#include "plan/prices.def"
  };
  ql_price price;
  for (size_t i = 0; i < QL_COUNT(prices); i++) {
    assert_true(prices[i].price.cached < prices[i].price.input && prices[i].price.input < prices[i].price.output);
    assert_true(ql_price_of(str(prices[i].model), prices[i].above + 1, &price));
    if (memcmp(&price, &prices[i].price, sizeof price) != 0 && prices[i].above > 0) fail_msg("%s is priced otherwise", prices[i].model);
  }
  for (size_t i = 0; i < QL_COUNT(aliases); i++) assert_true(ql_price_of(str(aliases[i]), 1, &price));
}

static void what_is_wrong_is_named(void **state) {
  (void)state;
  static const struct {
    const char *prices, *sizes, *detail;
  } rows[] = {
      {"[]", NULL, ""},
      {"{\"prices\":{}}", NULL, "prices"},
      {"{\"model\":3}", NULL, "model"},
      {"{\"prices\":[{\"input\":1,\"output\":1}]}", NULL, "prices[0].model"},
      {"{\"prices\":[{\"input\":1,\"model\":\"m\",\"output\":1},{\"input\":1,\"model\":\"m\"}]}", NULL, "prices[1].output"},
      {"{\"prices\":[{\"input\":-1,\"model\":\"m\",\"output\":1}]}", NULL, "prices[0].input"},
      {"{\"prices\":[{\"input\":1000000001,\"model\":\"m\",\"output\":1}]}", NULL, "prices[0].input"},
      {"{\"prices\":[{\"cached\":\"0.5\",\"input\":1,\"model\":\"m\",\"output\":1}]}", NULL, "prices[0].cached"},
      {"{\"prices\":[7]}", NULL, "prices[0].model"},
      {NULL, "{}", "sizes"},
      {NULL, "[{\"input\":-4,\"task\":\"T1\"}]", "sizes[0].input"},
      {NULL, "[{\"task\":\"T1\"},{\"output\":\"9\",\"task\":\"T1\"}]", "sizes[1].output"},
  };
  fresh();
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_cost_terms terms = {roster, rows[i].prices ? json(rows[i].prices) : NULL, rows[i].sizes ? json(rows[i].sizes) : NULL};
    ql_value *value = NULL;
    assert_int_equal(ql_plan_cost(a, &plan, &terms, &value, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.detail, rows[i].detail);
    assert_null(value);
  }
  assert_int_equal(number(cost(json("{\"prices\":[{\"input\":1000000000,\"model\":\"m\",\"output\":1}]}"), json("[]")), "input") > 0, 1);
}

static ql_plan *large(void) {
  ql_plan *big = ql_arena_get(a, sizeof *big);
  ql_plan_task *list = ql_arena_array(a, QL_PLAN_TASKS_MAX, sizeof *list);
  size_t *all = ql_arena_array(a, QL_PLAN_TASKS_MAX, sizeof *all);
  assert_true(big && list && all);
  for (size_t i = 0; i < QL_PLAN_TASKS_MAX; i++) {
    all[i] = i;
    list[i] = (ql_plan_task){.id = ql_task_id(a, i), .agent = QL_STR("@db"), .after = all, .after_count = i};
    list[i].estimate = (ql_plan_estimate){i % 2 ? QL_INT_MAX : -1, QL_INT_MAX, -1};
  }
  *big = (ql_plan){.objective = QL_STR("o"), .leader = QL_STR("@lead"), .tasks = list, .task_count = QL_PLAN_TASKS_MAX};
  return big;
}

static void sums_stay_integers(void **state) {
  (void)state;
  ql_value *prices = json("{\"model\":\"m\",\"prices\":[{\"input\":1000000000,\"model\":\"m\",\"output\":1000000000},"
                          "{\"input\":1000000000,\"model\":\"claude-opus-4-5\",\"output\":1000000000}]}");
  const ql_cost_terms terms = {roster, prices, NULL};
  ql_value *value = NULL;
  assert_int_equal(ql_plan_cost(a, large(), &terms, &value, &err), QL_OK);
  assert_true(number(value, "micro") > 0 && number(value, "micro") <= QL_INT_MAX);
  assert_true(number(value, "input") <= QL_INT_MAX);
}

/* Who is played by which model stands before what the files name; nobody else costs anything. */
static void players_pay_their_own_price(void **state) {
  (void)state;
  fresh();
  ql_value *prices = json("{\"players\":["
                          "{\"agent\":\"@db\",\"model\":\"small\",\"fallback\":\"large\",\"provider\":\"compatible\"},"
                          "{\"agent\":\"@odd\",\"model\":\"new\",\"fallback\":\"large\",\"provider\":\"compatible\"}],"
                          "\"prices\":[{\"input\":1000000,\"model\":\"small\",\"output\":2000000},"
                          "{\"input\":3000000,\"model\":\"large\",\"output\":4000000}]}");
  ql_value *value = cost(prices, NULL);
  const ql_value *lead = item(value, "agents", 0), *db = item(value, "agents", 1), *api = item(value, "agents", 2),
                 *odd = item(value, "agents", 3);
  int64_t in = number(item(value, "tasks", 0), "input");
  assert_str_is(ql_get_str(db, QL_STR("model")), "small");
  assert_str_is(ql_get_str(db, QL_STR("fallback")), "large");
  assert_int_equal(number(db, "micro"), in + 8000 * 2);
  assert_int_equal(number(db, "dearest"), in * 3 + 8000 * 4);
  assert_int_equal(number(lead, "micro") + number(api, "micro") + number(lead, "input") + number(api, "output"), 0);
  assert_null(QL_GET(api, "model"));
  assert_null(QL_GET(odd, "micro"));
  assert_null(QL_GET(odd, "dearest")); /* not known what it is at most */
  assert_int_equal(QL_GET(value, "unknown")->count, 1);
  assert_int_equal(number(value, "micro"), number(db, "micro"));
  ql_value *out = NULL;
  const ql_cost_terms terms = {roster, json("{\"players\":{}}"), NULL};
  assert_int_equal(ql_plan_cost(a, &plan, &terms, &out, &err), QL_ERR_SYNTAX);
  assert_string_equal(err.detail, "players");
}

static ql_status try_cost(ql_arena *arena, const void *ctx) {
  ql_value *value;
  return ql_plan_cost(arena, &plan, ctx, &value, &err);
}

static void memory_may_run_out(void **state) {
  (void)state;
  fresh();
  ql_cost_terms terms = {roster, json("{\"prices\":[{\"input\":1,\"model\":\"m\",\"output\":1}]}"),
                         json("[{\"input\":9,\"task\":\"T2\"}]")};
  assert_true(try_every_allocation(try_cost, &terms) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(tasks_cost_what_their_sizes_say, setup, teardown),
      cmocka_unit_test_setup_teardown(what_has_no_price_is_listed, setup, teardown),
      cmocka_unit_test_setup_teardown(players_pay_their_own_price, setup, teardown),
      cmocka_unit_test_setup_teardown(a_table_stands_before_ours, setup, teardown),
      cmocka_unit_test_setup_teardown(measured_stands_before_given_before_computed, setup, teardown),
      cmocka_unit_test_setup_teardown(names_of_models, setup, teardown),
      cmocka_unit_test_setup_teardown(the_table_is_sound, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(sums_stay_integers, setup, teardown),
      cmocka_unit_test_setup_teardown(memory_may_run_out, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
