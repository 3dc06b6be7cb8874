#include "support.h"

#include <questline/plan.h>

#include "base/text.h"
#include "plan/objective.h"

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

/* A leader with specialists that it only names. */
static const char BACKEND[] = "---\n"
                              "name: backend-lead\n"
                              "description: Coordinates the backend team.\n"
                              "---\n"
                              "# Backend lead\n"
                              "\n"
                              "## Team\n"
                              "\n"
                              "- `@api-designer` - HTTP and GraphQL contracts, endpoint design, versioning\n"
                              "- `@system-architect` - Server architecture, boundaries between services\n"
                              "- `@node-expert` - Node.js and Express services\n"
                              "- `@python-expert` - Python, Django and FastAPI services\n"
                              "- `@database-engineer` - Schema design, migrations, index tuning\n";

/* A small team of files, each a few words. */
static const char *const SMALL[][2] = {
    {"lead.md",
     "---\nname: lead\ndescription: Plans the work and hands it out.\n---\n# Lead\n\n## Team\n\n- `@api` - endpoints\n- `@data` - tables\n- `@review` - reads changes\n- `@docs` - guides\n"},
    {"api.md", "---\nname: api\ndescription: Builds HTTP endpoints and the services behind them.\n---\n# API\n"},
    {"data.md", "---\nname: data\ndescription: Owns schema, migrations and slow queries.\n---\n# Data\n"},
    {"review.md", "---\nname: review\ndescription: Reads every change for faults and for security.\n---\n# Review\n"},
    {"docs.md", "---\nname: docs\ndescription: Writes guides, references and the README.\n---\n# Docs\n"},
};

static void add(ql_roster *roster, const char *path, const char *text) {
  assert_int_equal(ql_roster_add(roster, str(path), str(text), &err), QL_OK);
}

static ql_roster *backend(void) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  add(roster, "backend-lead.md", BACKEND);
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  return roster;
}

static ql_roster *small(void) {
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(SMALL); i++) add(roster, SMALL[i][0], SMALL[i][1]);
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  return roster;
}

static const ql_plan *plan_for(const ql_roster *roster, const char *leader, const char *objective) {
  const ql_plan *plan = NULL;
  if (ql_plan_rehearse(a, roster, str(leader), str(objective), &plan, &err) != QL_OK)
    fail_msg("%s: %s: %s", objective, err.message, err.detail);
  return plan;
}

/* "title @agent <T1,T2; …" */
static const char *summary(const ql_plan *plan) {
  static char out[4096];
  size_t at = 0;
  out[0] = 0;
  for (size_t i = 0; i < plan->task_count; i++) {
    const ql_plan_task *t = &plan->tasks[i];
    at += (size_t)snprintf(out + at, sizeof out - at, "%.*s %.*s", (int)t->title.len, t->title.ptr, (int)t->agent.len, t->agent.ptr);
    for (size_t k = 0; k < t->after_count; k++)
      at += (size_t)snprintf(out + at, sizeof out - at, "%sT%zu", k ? "," : " <", t->after[k] + 1);
    at += (size_t)snprintf(out + at, sizeof out - at, "; ");
  }
  return out;
}

static void what_an_objective_asks(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned kind, concerns; /* of the concerns at least these */
    const char *subject;
  } rows[] = {
      {"Add user authentication with OAuth2 and JWT", QL_KIND_CREATE,
       QL_CONCERN_AUTH | QL_CONCERN_API | QL_CONCERN_DATA | QL_CONCERN_SECURITY, "user authentication"},
      {"Build a REST API for invoices", QL_KIND_CREATE, QL_CONCERN_API, "invoices"},
      {"Add dark mode to the settings page", QL_KIND_CREATE, QL_CONCERN_UI, "dark mode"},
      {"Let users export their data as CSV", QL_KIND_CREATE, 0, "data export"},
      {"Design and implement a plugin system", QL_KIND_CREATE, 0, "plugin system"},
      {"Real-time chat between customers and support", QL_KIND_CREATE, QL_CONCERN_LIVE, "real-time chat"},
      {"Migrate from REST to GraphQL", QL_KIND_MIGRATE, QL_CONCERN_API, "REST to GraphQL"},
      {"Upgrade Node.js to version 22", QL_KIND_UPGRADE, 0, "Node.js"},
      {"Refactor the billing module", QL_KIND_CHANGE, QL_CONCERN_PAYMENT, "billing module"},
      {"Fix slow query in the order report", QL_KIND_FIX, QL_CONCERN_DATA | QL_CONCERN_SPEED, "slow query"},
      {"Our checkout page crashes when the cart is empty", QL_KIND_FIX, QL_CONCERN_UI, "checkout page crashes"},
      {"Find out why the nightly import fails", QL_KIND_FIX, 0, "nightly import failure"},
      {"Speed up the product search page", QL_KIND_SPEED, QL_CONCERN_UI, "product search page"},
      {"Make the checkout faster", QL_KIND_SPEED, 0, "checkout"},
      {"Improve performance of the report", QL_KIND_SPEED, QL_CONCERN_SPEED, "report"},
      {"Review the codebase for security issues", QL_KIND_AUDIT, QL_CONCERN_SECURITY, "codebase"},
      {"Write documentation for the plugin API", QL_KIND_DOCUMENT, QL_CONCERN_DOCS, "plugin API"},
      {"Add unit tests for the billing module", QL_KIND_TEST, QL_CONCERN_TESTS, "billing module"},
      {"Set up a CI pipeline with Docker", QL_KIND_RELEASE, QL_CONCERN_INFRA, "CI pipeline"},
      {"Remove the legacy export endpoint", QL_KIND_REMOVE, QL_CONCERN_API, "legacy export endpoint"},
      {"Fix a typo in the README", QL_KIND_TRIFLE, QL_CONCERN_DOCS, NULL},
      {"Xyzzy plugh", QL_KIND_CREATE, 0, NULL},
      {"\xE2\x80\xA6 !", QL_KIND_CREATE, 0, NULL},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql__objective o;
    assert_true(ql__objective_read(a, str(rows[i].text), &o));
    if (o.kind != rows[i].kind || (o.concerns & rows[i].concerns) != rows[i].concerns)
      fail_msg("%s: kind %x, concerns %x", rows[i].text, o.kind, o.concerns);
    if (rows[i].subject) assert_str_is(o.subject, rows[i].subject);
  }
}

static void named_specialists_get_what_they_are_for(void **state) {
  (void)state;
  ql_roster *roster = backend();
  static const struct {
    const char *objective, *tasks;
  } rows[] = {
      {"Add user authentication with OAuth2 and JWT",
       "Design the user authentication API @api-designer; Design the user authentication schema @database-engineer; "
       "Build the endpoints @node-expert <T1,T2; Integrate OAuth2 sign-in @node-expert <T1,T2; "
       "Check JWT on protected routes @node-expert <T3; Test it end to end @system-architect <T4,T5; "
       "Review the security @system-architect <T4,T5; "},
      {"Fix a typo in the README", "Fix a typo in the README @node-expert; "},
      {"Build a Django service for invoices",
       "Design the Django service API @api-designer; Design the Django service schema @database-engineer; "
       "Build the endpoints @python-expert <T1,T2; Test it end to end @system-architect <T3; "
       "Review the result @system-architect <T4; "},
      {"Fix the slow query of the order report",
       "Find the cause of the slow query @database-engineer; Fix the slow query @database-engineer <T1; "
       "Add a regression test @system-architect <T2; Review the change @system-architect <T3; "},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++)
    assert_string_equal(summary(plan_for(roster, "Backend Lead", rows[i].objective)), rows[i].tasks);
  const ql_plan *plan = plan_for(roster, "backend-lead", rows[0].objective);
  assert_str_is(plan->leader, "@backend-lead");
  assert_str_is(plan->tasks[1].reason, "Its name says database, its description names Schema, migrations and index.");
  assert_str_is(plan->needs[2].agent, "@node-expert");
  assert_str_is(plan->needs[2].reason, "for the endpoints, the OAuth2 sign-in and the JWT checks");
  assert_str_is(plan->order[0], "T1 and T2 wait for nothing and can start together.");
  assert_str_is(plan->order[3], "T6 and T7 come after T4 and T5."); /* one agent's */
  assert_str_is(plan->tasks[0].outputs[1], "docs/user-authentication-api.md");
  assert_str_is(plan->risks[plan->risk_count - 1],
                "@api-designer, @database-engineer, @node-expert and @system-architect are only named, without files of their own: "
                "what they can do is a guess.");
  assert_str_is(plan->files[0].path, "docs/user-authentication-api.md");
  assert_true(plan->rehearsed && plan->risk_count > 2 && plan->step_count == 4);
  ql_roster_free(roster);
}

static void a_small_team(void **state) {
  (void)state;
  ql_roster *roster = small();
  static const struct {
    const char *objective, *tasks;
  } rows[] = {
      {"Add a wishlist to the shop", "Design the wishlist API @api; Design the wishlist schema @data; Build the endpoints @api <T1,T2; "
                                     "Test it end to end @review <T3; Review the result @review <T4; Write the documentation @docs <T3; "},
      {"Fix a typo in the README", "Fix a typo in the README @docs; "},
      {"Write a guide for new contributors",
       "Collect the facts @docs; Write the contributors guide @docs <T1; Check the text against the code @review <T2; "},
      {"Review the codebase",
       "Read through the codebase @review; Look through the API @api; Look through the data layer @data; Look for security faults @review; Weigh and order the findings @review <T1,T2,T3,T4; "},
      {"Speed up the product list",
       "Measure the product list @review; Tune the queries behind the product list @data <T1; Remove the bottlenecks @api <T1; "
       "Measure again @review <T2,T3; Review the change @review <T4; "},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) assert_string_equal(summary(plan_for(roster, "@lead", rows[i].objective)), rows[i].tasks);
  ql_roster_free(roster);
}

static const char *const OBJECTIVES[] = {
    "Add user authentication with OAuth2 and JWT",
    "Add a wishlist to the shop",
    "Fix a typo in the README",
    "Fix crash when uploading large files",
    "Migrate from REST to GraphQL",
    "Migrate the orders table to partitioned storage",
    "Refactor the billing module",
    "Speed up the product search page",
    "Review the codebase for security issues",
    "Write documentation for the plugin API",
    "Add unit tests for the billing module",
    "Deploy the service to Kubernetes",
    "Remove the legacy export endpoint",
    "Build a Python service that imports CSV files from S3 into Postgres every night",
    "Add dark mode to the settings page",
    "Add a --verbose flag to the CLI",
    "Send weekly email digests",
    "Real-time chat between customers and support",
    "F\xC3\xBCge eine Suche hinzu",
    "Add Stripe payments with refunds and a monitoring dashboard",
    "Upgrade Node.js to version 22",
    "Update src/server.ts and README.md, then \xF0\x9F\x9A\x80 ship:\n- fast\n- safe",
    "x",
    "\xE2\x86\x92",
    "[x] none",
    "Design a microservice architecture with a login page, search, uploads, a nightly job, Slack and Stripe, docs, tests, metrics, caching, a load test and a rollout to Kubernetes",
};

/* Of more pieces than a plan may have those go that matter least. */
static void too_much_for_one_plan(void **state) {
  (void)state;
  ql_roster *roster = small();
  const ql_plan *plan = plan_for(roster, "@lead", OBJECTIVES[QL_COUNT(OBJECTIVES) - 1]);
  assert_int_equal(plan->task_count, 12);
  static const char *const kept[] = {"Connect Slack and Stripe", "Build the endpoints", "Test it end to end", "Review the security"};
  static const char *const left_out[] = {"Write the documentation", "Roll it out"};
  ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
  for (size_t i = 0; i < QL_COUNT(kept); i++) assert_int_not_equal(ql_find(text, str(kept[i]), 0), SIZE_MAX);
  for (size_t i = 0; i < QL_COUNT(left_out); i++) assert_int_equal(ql_find(text, str(left_out[i]), 0), SIZE_MAX);
  assert_str_is(plan->tasks[0].agent, "@api"); /* that docs are asked for makes nobody an architect */
  ql_roster_free(roster);
}

/* Words as long as a page, cut inside a character or not. */
static void endless_words(void **state) {
  (void)state;
  ql_roster *roster = small();
  for (size_t n = 500; n < 504; n++) {
    ql_buf buf = ql_buf_new(ql_alloc_libc());
    ql_buf_add(&buf, n % 2 ? QL_STR("Fix the typo ") : QL_STR("Add a "));
    for (size_t i = 0; i < n; i++) ql_buf_add(&buf, i % 7 ? QL_STR("\xF0\x9F\x9A\x80") : QL_STR("x"));
    ql_buf_byte(&buf, 0);
    const ql_plan *plan = plan_for(roster, "@lead", buf.ptr);
    for (size_t k = 0; k < plan->task_count; k++) assert_true(plan->tasks[k].title.len <= 80);
    assert_int_equal(ql_utf8_bad(ql_plan_write(a, plan, QL_PLAN_SEED)), SIZE_MAX);
    ql_buf_free(&buf);
  }
  ql_roster_free(roster);
}

/* What holds for every plan, whatever the objective. */
static void plans_can_be_run(void **state) {
  (void)state;
  for (int team = 0; team < 2; team++) {
    ql_roster *roster = team ? small() : backend();
    const char *leader = team ? "@lead" : "@backend-lead";
    for (size_t i = 0; i < QL_COUNT(OBJECTIVES); i++) {
      const ql_plan *plan = plan_for(roster, leader, OBJECTIVES[i]), *again = NULL;
      assert_in_range(plan->task_count, 1, 12);
      for (const ql_value *p = ql_plan_check(a, plan, roster)->first; p; p = p->next)
        if (!ql_eq(ql_get_str(p, QL_STR("severity")), QL_STR("info"))) fail_msg("%s: %s", OBJECTIVES[i], ql_value_text(a, p).ptr);
      for (size_t k = 0; k < plan->task_count; k++) {
        const ql_plan_task *task = &plan->tasks[k];
        assert_true(task->title.len > 0 && task->title.len <= 80 && task->reason.len > 0 && task->output_count > 0 &&
                    task->accept_count > 0);
        assert_true(k == 0 || plan->tasks[0].after_count == 0);
        for (size_t n = 0; n < task->output_count; n++) assert_int_equal(ql_find_byte(task->outputs[n], '{', 0), SIZE_MAX);
        assert_int_equal(ql_find_byte(task->title, '{', 0), SIZE_MAX);
      }
      assert_true(plan->step_count > 0 && plan->order_count > 0 && plan->need_count > 0);
      ql_str text = ql_plan_write(a, plan, QL_PLAN_SEED);
      assert_int_equal(ql_plan_read(a, text, &again, &err), QL_OK);
      assert_true(ql_value_equal(ql_plan_value(a, plan), ql_plan_value(a, again)));
      assert_str_is(ql_plan_write(a, plan_for(roster, leader, OBJECTIVES[i]), QL_PLAN_SEED), text.ptr); /* same input, same plan */
    }
    ql_roster_free(roster);
  }
}

static void plans_are_about_their_objective(void **state) {
  (void)state;
  ql_roster *roster = backend();
  ql_str texts[QL_COUNT(OBJECTIVES)];
  for (size_t i = 0; i < QL_COUNT(OBJECTIVES); i++) {
    ql_plan plan = *plan_for(roster, "@backend-lead", OBJECTIVES[i]);
    plan.objective = QL_STR("");
    texts[i] = ql_plan_write(a, &plan, QL_PLAN_SEED);
    for (size_t k = 0; k < i; k++) {
      /* Without a word that it knows the planner has only one plan to offer. */
      bool told = ql_find(texts[i], QL_STR("how it should work"), 0) == SIZE_MAX;
      if (told && ql_eq(texts[i], texts[k])) fail_msg("%s and %s", OBJECTIVES[i], OBJECTIVES[k]);
    }
    if (i == 0) continue;
    static const char *const absent[] = {"OAuth", "JWT", "sign-in"};
    for (size_t k = 0; k < QL_COUNT(absent); k++)
      if (ql_find(texts[i], str(absent[k]), 0) != SIZE_MAX) fail_msg("%s in %s", absent[k], OBJECTIVES[i]);
  }
  ql_roster_free(roster);
}

static void who_else_there_is(void **state) {
  (void)state;
  /* Somebody outside the team who knows the field comes before somebody of the team who does not; another leader comes last. */
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  add(roster, "lead.md", "---\nname: lead\ndescription: Hands out work.\n---\n# Lead\n\n## Team\n\n- `@gardener` - plants and hedges\n");
  add(roster, "web-lead.md",
      "---\nname: web-lead\ndescription: Coordinates frontend, interface and css.\n---\n# Web\n\n## Team\n\n- `@gardener` - plants\n");
  add(roster, "painter.md", "---\nname: painter\ndescription: Builds every screen and interface of the frontend, css and all.\n---\n# P\n");
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  const ql_plan *plan = plan_for(roster, "@lead", "Add dark mode to the settings page");
  assert_str_is(plan->tasks[1].title, "Build the dark mode");
  assert_str_is(plan->tasks[1].agent, "@painter");
  assert_str_is(plan_for(roster, "@lead", "Deploy it")->tasks[0].agent, "@gardener");
  ql_roster_free(roster);

  /* Who builds does not check, if there is somebody else who could. */
  roster = ql_roster_new(ql_alloc_libc());
  add(roster, "lead.md", "---\nname: lead\ndescription: Hands out work.\n---\n# Lead\n");
  add(roster, "ann.md", "---\nname: ann\ndescription: Writes code and tests.\n---\n# Ann\n");
  add(roster, "ben.md", "---\nname: ben\ndescription: Writes tests.\n---\n# Ben\n");
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  plan = plan_for(roster, "@lead", "Fix the crash");
  assert_str_is(plan->tasks[1].agent, "@ann");
  assert_str_is(plan->tasks[2].agent, "@ben");
  ql_roster_free(roster);

  /* Two agents: nobody is left to review. */
  roster = ql_roster_new(ql_alloc_libc());
  add(roster, "lead.md", "---\nname: lead\ndescription: Hands out work.\n---\n# Lead\n");
  add(roster, "dev.md", "---\nname: dev\ndescription: Writes code.\n---\n# Dev\n");
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  assert_string_equal(summary(plan_for(roster, "@lead", "Fix the crash")),
                      "Find the cause of the crash @dev; Fix the crash @dev <T1; Add a regression test @dev <T2; ");
  ql_roster_free(roster);
}

static void refusals(void **state) {
  (void)state;
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  const ql_plan *plan = NULL;
  add(roster, "alone.md", "---\nname: alone\ndescription: Does it all.\n---\n# Alone\n");
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  assert_int_equal(ql_plan_rehearse(a, roster, QL_STR("@alone"), QL_STR("Build a boat"), &plan, &err), QL_ERR_NOT_FOUND);
  assert_non_null(strstr(err.message, "besides the leader"));
  assert_int_equal(ql_plan_rehearse(a, roster, QL_STR("@nobody"), QL_STR("Build a boat"), &plan, &err), QL_ERR_NOT_FOUND);
  assert_string_equal(err.detail, "@nobody");
  assert_int_equal(ql_plan_rehearse(a, roster, QL_STR("@alone"), QL_STR(" \n\t"), &plan, &err), QL_ERR_ARGUMENT);
  assert_null(plan);
  ql_roster_free(roster);
}

static void agents_that_are_not_there(void **state) {
  (void)state;
  ql_roster *roster = backend();
  const ql_plan *plan = NULL;
  assert_int_equal(
      ql_plan_read(a,
                   QL_STR("LEADER: @backend-lead\nTASKS:\nTask A: x\n-> Assign to: @node-expart\nTask B: y\n-> Assign to: @zzzzzzzzzzzz\n"),
                   &plan, &err),
      QL_OK);
  ql_value *problems = ql_plan_check(a, plan, roster);
  assert_int_equal(problems->count, 2);
  assert_str_is(ql_get_str(problems->first, QL_STR("message")), "Nobody here is called @node-expart. Did you mean @node-expert?");
  assert_str_is(ql_get_str(problems->first, QL_STR("task")), "T1");
  assert_str_is(ql_get_str(problems->last, QL_STR("message")),
                "Nobody here is called @zzzzzzzzzzzz; add its file or choose another agent.");
  ql_roster_free(roster);
}

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_plan *plan = NULL;
  ql_status status =
      ql_plan_rehearse(arena, ctx, QL_STR("@lead"), QL_STR("Add a login page with OAuth2 and Slack alerts, see src/a.ts"), &plan, NULL);
  return status == QL_OK && !ql_plan_check(arena, plan, ctx) ? QL_ERR_NOMEM : status;
}

static void memory(void **state) {
  (void)state;
  ql_roster *roster = small();
  assert_true(try_every_allocation(trial, roster) > 5);
  ql_roster_free(roster);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_an_objective_asks),
      cmocka_unit_test(named_specialists_get_what_they_are_for),
      cmocka_unit_test(a_small_team),
      cmocka_unit_test(too_much_for_one_plan),
      cmocka_unit_test(endless_words),
      cmocka_unit_test(plans_can_be_run),
      cmocka_unit_test(plans_are_about_their_objective),
      cmocka_unit_test(who_else_there_is),
      cmocka_unit_test(refusals),
      cmocka_unit_test(agents_that_are_not_there),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
