/* What the seed files promise about teams and their work: rosters, phases, tasks, gates, ladders, meetings, forms. Row by row of the policy
   table. */
#include "rules.h"

#include <dirent.h>
#include <time.h>

#include <questline/value.h>

#include "base/text.h"

/* ---- 002 ---- */

static void nine_agents_in_two_groups(void **state) {
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_ROSTER), 2);
  const ql_rule *core = rule_at(spec, QL_RULE_ROSTER, 0), *languages = rule_at(spec, QL_RULE_ROSTER, 1);
  assert_int_equal(core->item_count, 4);
  assert_int_equal(languages->item_count, 5);
  assert_list_is(item_named(core->first, "microservices-expert")->agents, 1, "@microservices-expert");
  assert_list_is(item_named(languages->first, "rust-backend-expert")->agents, 1, "@rust-backend-expert");
  for (const ql_rule *rule = core; rule; rule = rule == core ? languages : NULL) {
    for (const ql_rule_item *item = rule->first; item; item = item->next) {
      assert_int_equal(item->agent_count, 1);
      assert_false(ql_eq(item->text, item->name));
    }
  }
}

static void four_patterns_of_phases(void **state) {
  /* Who acts in each phase; "-" where nobody is named. */
  static const struct {
    size_t phases;
    const char *agents[4];
  } patterns[] = {
      {4, {"@backend-architect @database-architect @api-architect", "- @database-architect @api-architect", "- - -", "- - -"}},
      {3, {"@backend-architect @database-architect -", "- - -", "- - -"}},
      {3, {"@backend-architect @microservices-expert @database-architect", "- @api-architect @microservices-expert", "- - -"}},
      {3, {"@backend-architect @database-architect -", "- - -", "- - -"}},
  };
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_PATTERN), 4);
  for (size_t i = 0; i < 4; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_PATTERN, i);
    assert_int_equal(rule->item_count, patterns[i].phases);
    for (size_t k = 0; k < patterns[i].phases; k++) {
      const ql_rule_item *phase = item_at(rule->first, k);
      assert_int_equal(phase->number, k + 1);
      ql_str who[3];
      assert_int_equal(count_items(phase->first), 3);
      for (size_t n = 0; n < 3; n++) {
        const ql_rule_item *duty = item_at(phase->first, n);
        who[n] = duty->agent_count > 0 ? duty->agents[0] : QL_STR("-");
      }
      assert_list_is(who, 3, patterns[i].agents[k]);
    }
  }
  const ql_rule_item *role = item_at(rule_at(spec, QL_RULE_PATTERN, 0)->first, 1)->first;
  assert_str_is(role->name, "Selected language expert");
  assert_int_equal(role->agent_count, 0);
}

static void five_weights(void **state) {
  static const int64_t percent[] = {35, 25, 20, 10, 10};
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_WEIGHTS), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_WEIGHTS, 0);
  assert_int_equal(rule->item_count, 5);
  assert_int_equal(rule->confidence, 95);
  for (size_t i = 0; i < 5; i++) {
    const ql_rule_item *item = item_at(rule->first, i);
    assert_true(item->has_measure);
    assert_int_equal(item->measure.milli, percent[i] * 1000);
    assert_str_is(item->measure.unit, "%");
  }
  item_named(rule->first, "team_expertise");
  item_named(rule->first, "maintenance_cost");
}

static void four_levels_with_time_limits(void **state) {
  static const struct {
    int64_t least, most;
    const char *agents;
    size_t conditions, actions, limits;
  } levels[] = {
      {2 * 3600000, 4 * 3600000, "", 1, 1, 1},
      {8 * 3600000, 24 * 3600000, "@backend-team-orchestrator", 0, 3, 1},
      {-1, 48 * 3600000, "", 2, 1, 1},
      {0, 0, "@main-orchestrator", 2, 1, 1},
  };
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_ESCALATION), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_ESCALATION, 0);
  assert_int_equal(rule->item_count, 4);
  for (size_t i = 0; i < 4; i++) {
    const ql_rule_item *level = item_at(rule->first, i);
    assert_int_equal(level->number, i + 1);
    assert_int_equal(level->min_ms, levels[i].least);
    assert_int_equal(level->max_ms, levels[i].most);
    assert_int_equal(level->retries, -1);
    assert_list_is(level->agents, level->agent_count, levels[i].agents);
    size_t conditions = 0, actions = 0, limits = 0;
    for (const ql_rule_item *part = level->first; part; part = part->next) {
      conditions += ql_eq(part->name, QL_STR("condition"));
      actions += ql_eq(part->name, QL_STR("action"));
      limits += ql_eq(part->name, QL_STR("limit"));
    }
    assert_int_equal(conditions, levels[i].conditions);
    assert_int_equal(actions, levels[i].actions);
    assert_int_equal(limits, levels[i].limits);
  }
}

static void twelve_gates(void **state) {
  static const struct {
    const char *name, *measure, *expect, *severity;
  } gates[3][4] = {
      {{"test_coverage", ">= 80000 %", NULL, ""},
       {"cyclomatic_complexity", "<= 10000", NULL, ""},
       {"code_duplication", "<= 5000 %", NULL, ""},
       {"security_vulnerabilities", "= 0", NULL, "high critical"}},
      {{"api_response_time_p95", "< 200000 ms", NULL, ""},
       {"throughput_capacity", NULL, NULL, ""},
       {"memory_usage", NULL, NULL, ""},
       {"error_rate", "< 100 %", NULL, ""}},
      {{"service_coupling", NULL, "low", ""},
       {"documentation_completeness", "> 90000 %", NULL, ""},
       {"api_versioning_compliance", NULL, "true", ""},
       {"monitoring_coverage", "= 100000 %", NULL, ""}},
  };
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_GATE), 3);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_GATE, i);
    assert_int_equal(rule->item_count, 4);
    for (size_t k = 0; k < 4; k++) {
      const ql_rule_item *item = item_at(rule->first, k);
      bool settled = gates[i][k].measure || gates[i][k].expect;
      assert_str_is(item->name, gates[i][k].name);
      assert_measure_is(item, gates[i][k].measure);
      assert_list_is(item->severity, item->severity_count, gates[i][k].severity);
      assert_int_equal(item->judge, settled ? QL_JUDGE_RULE : QL_JUDGE_SEAT);
      if (gates[i][k].expect)
        assert_str_is(item->expect, gates[i][k].expect);
      else
        assert_null(item->expect.ptr);
    }
  }
}

static void fifteen_success_criteria(void **state) {
  /* NULL: a target in words. */
  static const char *const targets[3][5] = {
      {"> 95000 %", "< 2000 %", NULL, "> 4500 /5", "> 90000 %"},
      {"> 90000 %", NULL, "> 90000 %", "= 100000 %", "= 0"},
      {"> 99900 %", "< 30000 minutes", "< 2000 hours", "> 99000 %", NULL},
  };
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_METRIC), 6);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_METRIC, 3 + i);
    assert_int_equal(rule->item_count, 5);
    for (size_t k = 0; k < 5; k++) {
      const ql_rule_item *item = item_at(rule->first, k);
      assert_true(item->name.len > 0);
      assert_measure_is(item, targets[i][k]);
      assert_int_equal(item->judge, targets[i][k] ? QL_JUDGE_RULE : QL_JUDGE_SEAT);
      assert_true(targets[i][k] != NULL || item->expect.len > 0);
    }
  }
  const ql_rule_item *security = item_at(rule_at(spec, QL_RULE_METRIC, 4)->first, 4);
  assert_list_is(security->severity, security->severity_count, "critical");
}

static void team_performance_metrics(void **state) {
  (void)state;
  const ql_spec *spec = seed(2);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_METRIC, i);
    assert_str_is(rule->heading, "Team Performance Metrics");
    assert_int_equal(rule->item_count, 5);
    for (const ql_rule_item *item = rule->first; item; item = item->next) {
      assert_false(item->has_measure);
      assert_int_equal(item->judge, QL_JUDGE_NONE);
    }
  }
}

static void three_ceremonies(void **state) {
  static const struct {
    const char *name, *parts[3];
    size_t lines[3];
  } meetings[] = {
      {"daily", {"participants", "agenda", "outputs"}, {2, 5, 4}},
      {"weekly", {"participants", "agenda", "outputs"}, {4, 5, 4}},
      {"sprint", {"inputs", "process", "outputs"}, {4, 5, 4}},
  };
  (void)state;
  const ql_spec *spec = seed(2);
  assert_int_equal(count_rules(spec, QL_RULE_CEREMONY), 3);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_CEREMONY, i);
    assert_str_is(rule->name, meetings[i].name);
    assert_int_equal(rule->item_count, 3);
    for (size_t k = 0; k < 3; k++) {
      assert_str_is(item_at(rule->first, k)->name, meetings[i].parts[k]);
      assert_int_equal(count_items(item_at(rule->first, k)->first), meetings[i].lines[k]);
    }
  }
  const ql_rule_item *daily = item_at(rule_at(spec, QL_RULE_CEREMONY, 0)->first, 0)->first;
  assert_list_is(daily->agents, daily->agent_count, "@backend-team-orchestrator");
  assert_int_equal(daily->next->agent_count, 0);
  for (const ql_rule_item *who = item_at(rule_at(spec, QL_RULE_CEREMONY, 1)->first, 0)->first; who; who = who->next)
    assert_int_equal(who->agent_count, 1);
}

/* ---- 003 ---- */

static void eight_agents_with_capabilities(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_ROSTER), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_ROSTER, 0);
  assert_int_equal(rule->item_count, 8);
  for (const ql_rule_item *item = rule->first; item; item = item->next) {
    assert_int_equal(item->agent_count, 1);
    assert_false(ql_eq(item->text, item->name));
  }
  item_named(rule->first, "python-pro");
}

static void eight_tasks(void **state) {
  static const char *const agents[] = {"@api-architect", "@database-optimizer", "@nodejs-expert @python-pro", "@nodejs-expert",
                                       "@nodejs-expert", "@database-optimizer", "@backend-architect",         "@backend-architect"};
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_BREAKDOWN), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_BREAKDOWN, 0);
  assert_int_equal(rule->item_count, 8);
  for (size_t i = 0; i < 8; i++) {
    const ql_rule_item *task = item_at(rule->first, i);
    assert_true(task->name.len == 1 && task->name.ptr[0] == (char)('A' + i));
    assert_list_is(task->agents, task->agent_count, agents[i]);
    assert_int_equal(task->output_count, 1);
    assert_true(task->text.len > 10 && task->outputs[0].len > 10);
    assert_true(ql_find(ql_slice(spec->text, task->offset, task->end), task->outputs[0], 0) != SIZE_MAX);
  }
}

static void groups_of_tasks(void **state) {
  static const struct {
    unsigned flags;
    const char *after, *tasks;
  } groups[] = {{QL_ITEM_PARALLEL, "", "A B"}, {QL_ITEM_PARALLEL, "A B", "C D"}, {0, "", "E F G H"}};
  static const char *const tail[] = {"endpoints defined", "schema ready", "implementation", ""};
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_ORDER), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_ORDER, 0);
  assert_int_equal(rule->item_count, 3);
  for (size_t i = 0; i < 3; i++) {
    const ql_rule_item *group = item_at(rule->first, i);
    ql_str names[4];
    size_t count = 0;
    for (const ql_rule_item *task = group->first; task && count < 4; task = task->next) names[count++] = task->name;
    assert_int_equal(group->number, i + 1);
    assert_int_equal(group->flags, groups[i].flags);
    assert_list_is(group->after, group->after_count, groups[i].after);
    assert_list_is(names, count, groups[i].tasks);
    assert_int_equal(count_items(group->first), count);
  }
  for (size_t i = 0; i < 4; i++) {
    const ql_rule_item *task = item_at(item_at(rule->first, 2)->first, i);
    assert_list_is(task->after, task->after_count, tail[i]);
  }
  const ql_rule_item *last = item_at(item_at(rule->first, 1)->first, 1);
  assert_list_is(last->agents, last->agent_count, "@nodejs-expert");
}

static void context_for_five_agents(void **state) {
  static const struct {
    const char *agents;
    size_t given, withheld;
  } rules[] = {{"@api-architect", 4, 2}, {"@backend-architect", 5, 2}, {"@nodejs-expert @python-pro", 5, 2}, {"@database-optimizer", 5, 2}};
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_CONTEXT), 4);
  for (size_t i = 0; i < 4; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_CONTEXT, i);
    size_t given = 0, withheld = 0;
    for (const ql_rule_item *item = rule->first; item; item = item->next) {
      given += item->flags == QL_ITEM_GIVEN;
      withheld += item->flags == QL_ITEM_WITHHELD;
      assert_true(ql_is_alpha(item->text.ptr[0]));
    }
    assert_list_is(rule->agents, rule->agent_count, rules[i].agents);
    assert_int_equal(given, rules[i].given);
    assert_int_equal(withheld, rules[i].withheld);
  }
}

static void forty_gates_in_seven_groups(void **state) {
  static const size_t counts[] = {7, 5, 7, 6, 5, 5, 5};
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_GATE), 7);
  size_t total = 0, measured = 0;
  for (size_t i = 0; i < 7; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_GATE, i);
    assert_int_equal(rule->item_count, counts[i]);
    for (const ql_rule_item *item = rule->first; item; item = item->next) {
      total++;
      measured += item->has_measure;
      assert_int_equal(item->judge, item->has_measure ? QL_JUDGE_RULE : QL_JUDGE_SEAT);
      assert_null(item->first);
    }
  }
  assert_int_equal(total, 40);
  assert_int_equal(measured, 2);
  assert_measure_is(item_at(rule_titled(spec, QL_RULE_GATE, "Code Quality")->first, 4), ">= 80000 %");
  assert_measure_is(item_at(rule_titled(spec, QL_RULE_GATE, "Performance")->first, 2), "< 200000 ms");
}

static void delegation_form(void **state) {
  static const struct {
    const char *name;
    size_t lines;
  } fields[] = {
      {"DELEGATION TO", 0},       {"TASK ID", 0},      {"PRIORITY", 0}, {"OBJECTIVE", 0},       {"REQUIREMENTS", 4},
      {"ACCEPTANCE CRITERIA", 4}, {"DEPENDENCIES", 2}, {"CONTEXT", 5},  {"EXPECTED OUTPUT", 4}, {"SUCCESS CRITERIA", 4},
  };
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_TEMPLATE), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_TEMPLATE, 0);
  assert_int_equal(rule->item_count, QL_COUNT(fields));
  for (size_t i = 0; i < QL_COUNT(fields); i++) {
    const ql_rule_item *field = item_at(rule->first, i);
    assert_str_is(field->name, fields[i].name);
    assert_int_equal(count_items(field->first), fields[i].lines);
  }
  const ql_rule_item *dependencies = item_named(rule->first, "DEPENDENCIES");
  assert_str_is(item_at(dependencies->first, 0)->name, "Depends on");
  assert_str_is(item_at(dependencies->first, 1)->name, "Blocks");
}

static void error_escalation(void **state) {
  static const struct {
    int32_t retries;
    const char *agents;
    size_t conditions, actions;
  } levels[] = {
      {2, "", 3, 3},
      {-1, "@backend-architect @database-optimizer @api-architect", 3, 3},
      {-1, "@backend-coordinator", 3, 1},
      {-1, "@tech-lead-orchestrator", 3, 1},
  };
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_ESCALATION), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_ESCALATION, 0);
  assert_int_equal(rule->item_count, 4);
  for (size_t i = 0; i < 4; i++) {
    const ql_rule_item *level = item_at(rule->first, i);
    assert_int_equal(level->number, i + 1);
    assert_int_equal(level->retries, levels[i].retries);
    assert_int_equal(level->max_ms, -1);
    assert_list_is(level->agents, level->agent_count, levels[i].agents);
    size_t conditions = 0, actions = 0;
    for (const ql_rule_item *part = level->first; part; part = part->next) {
      conditions += ql_eq(part->name, QL_STR("condition"));
      actions += ql_eq(part->name, QL_STR("action")) + count_items(part->first);
    }
    assert_int_equal(conditions, levels[i].conditions);
    assert_int_equal(actions, levels[i].actions);
  }
  const ql_rule_item *asked = item_at(item_at(rule->first, 1)->first, 1)->first;
  assert_str_is(asked->name, "action");
  assert_list_is(asked->agents, asked->agent_count, "@database-optimizer");
}

static void eight_metrics(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_METRIC), 1);
  const ql_rule *rule = rule_at(spec, QL_RULE_METRIC, 0);
  assert_int_equal(rule->item_count, 8);
  item_named(rule->first, "backend_avg_completion_time");
  for (const ql_rule_item *item = rule->first; item; item = item->next) {
    assert_false(item->has_measure);
    assert_true(ql_find_byte(item->name, '_', 0) != SIZE_MAX);
  }
}

static void seven_reasons_to_escalate(void **state) {
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_ESCALATE_WHEN), 1);
  assert_int_equal(rule_at(spec, QL_RULE_ESCALATE_WHEN, 0)->item_count, 7);
}

static void two_change_flows(void **state) {
  static const struct {
    size_t steps;
    const char *agents[6];
  } flows[] = {
      {6, {"@database-optimizer", "", "", "@database-admin", "", ""}},
      {5, {"@api-architect", "@frontend-coordinator", "", "", ""}},
  };
  (void)state;
  const ql_spec *spec = seed(3);
  assert_int_equal(count_rules(spec, QL_RULE_FLOW), 2);
  for (size_t i = 0; i < 2; i++) {
    const ql_rule *rule = rule_at(spec, QL_RULE_FLOW, i);
    assert_int_equal(rule->item_count, flows[i].steps);
    for (size_t k = 0; k < flows[i].steps; k++) {
      const ql_rule_item *step = item_at(rule->first, k);
      assert_int_equal(step->number, k + 1);
      assert_list_is(step->agents, step->agent_count, flows[i].agents[k]);
    }
  }
}

/* ---- all ---- */

/* Nothing from functions, examples and message forms: what is not listed above is not there. */
static void nothing_else(void **state) {
  static const ql_rule_kind kinds[] = {QL_RULE_WEIGHTS,       QL_RULE_PATTERN,  QL_RULE_BREAKDOWN, QL_RULE_ORDER,  QL_RULE_FLOW,
                                       QL_RULE_ROSTER,        QL_RULE_CONTEXT,  QL_RULE_GATE,      QL_RULE_METRIC, QL_RULE_ESCALATION,
                                       QL_RULE_ESCALATE_WHEN, QL_RULE_CEREMONY, QL_RULE_TEMPLATE};
  static const size_t counts[SEEDS][QL_COUNT(kinds)] = {
      {0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
      {0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
      {1, 4, 0, 0, 0, 2, 0, 3, 6, 1, 0, 3, 0},
      {0, 0, 1, 1, 2, 1, 4, 7, 1, 1, 1, 0, 1},
      {0},
  };
  (void)state;
  for (size_t i = 0; i < SEEDS; i++)
    for (size_t k = 0; k < QL_COUNT(kinds); k++) assert_int_equal(count_rules(seed(i), kinds[k]), counts[i][k]);
}

/* An item's place is on its line, and inside its rule. */
static void every_item_has_its_place(void **state) {
  (void)state;
  for (size_t i = 2; i < 4; i++) {
    const ql_spec *spec = seed(i);
    for (const ql_rule *rule = spec->rules; rule; rule = rule->next) {
      assert_true(rule->offset < rule->end && rule->end <= spec->text.len);
      for (const ql_rule_item *item = rule->first; item; item = item->next) {
        uint32_t line, column;
        ql_position(spec->text, item->offset, &line, &column);
        assert_int_equal(item->line, line);
        assert_true(item->offset < item->end && item->offset >= rule->offset && item->end <= rule->end);
        for (const ql_rule_item *below = item->first; below; below = below->next) {
          ql_position(spec->text, below->offset, &line, &column);
          assert_int_equal(below->line, line);
        }
      }
    }
  }
}

/* ---- memory and cost ---- */

static ql_status read_text(ql_arena *a, const void *ctx) {
  const ql_spec *spec;
  return ql_spec_parse(a, QL_STR("agent.md"), *(const ql_str *)ctx, &spec, NULL);
}

/* Every text of the policy vectors, with every allocation failing. */
static void memory(void **state) {
  (void)state;
  DIR *folder = opendir(QL_TEST_DATA "/vectors/spec");
  assert_non_null(folder);
  size_t files = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[1024];
    if (strncmp(entry->d_name, "policy-", 7) != 0) continue;
    snprintf(path, sizeof path, QL_TEST_DATA "/vectors/spec/%s", entry->d_name);
    size_t len;
    char *json = read_file(path, &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *vector = NULL;
    assert_int_equal(ql_json_read(a, (ql_str){json, len}, &vector, NULL), QL_OK);
    ql_str text = ql_get_str(vector, QL_STR("text"));
    if (text.ptr) assert_true(try_every_allocation(read_text, &text) > 3);
    files += text.ptr != NULL;
    ql_arena_free(a);
    free(json);
  }
  closedir(folder);
  assert_true(files > 20);
}

static double seconds_of(const char *head, const char *line, size_t times) {
  size_t head_len = strlen(head), line_len = strlen(line), len = head_len + times * line_len;
  char *text = malloc(len);
  assert_non_null(text);
  memcpy(text, head, head_len);
  for (size_t i = 0; i < times; i++) memcpy(text + head_len + i * line_len, line, line_len);
  double best = 1e9;
  for (int round = 0; round < 3; round++) {
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    const ql_spec *spec;
    assert_int_equal(ql_spec_parse(a, QL_STR("agent.md"), (ql_str){text, len}, &spec, NULL), QL_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    if (seconds < best) best = seconds;
    ql_arena_free(a);
  }
  free(text);
  return best;
}

/* Four times as much of the same takes not much more than four times as long. */
static void cost_is_linear(void **state) {
  static const struct {
    const char *head, *line;
  } shapes[] = {
      {"## Quality gates\n\n", "- [ ] at least < > = 0% zero minimum maximum\n"},
      {"## Quality gates\n\n", "**Group:**\n\n- [ ] check\n\n"},
      {"## Quality gates\n\n- [ ] ", "< < <  for if > > zero 1.2.3 "},
      {"## Quality gates\n\n```yaml\n", "key: at least 5 # > 6\n"},
      {"## Quality gates\n\n```yaml\n", " - "},
      {"## Success metrics\n\n| Metric | Target |\n|---|---|\n", "| a | > 5 |\n"},
      {"## Escalation\n\n", "**Level 1: x**\n- a \xE2\x86\x92 @b-agent retry 5 minutes\n\n"},
      {"## Escalation\n\n", "### Level 2: x\n- y\n"},
      {"## Escalation\n\n**Level 1: x**\n- ", "@a-b c-engineer \xE2\x86\x92 "},
      {"## When to escalate\n\n", "- \xE2\x9C\x93 x -> y\n"},
      {"## Phases\n\n", "### Phase 1: x\n- a-b: c\n"},
      {"## Team\n\n", "- **a-b**: c\n"},
      {"## Team\n\n- @a", ", @b"},
      {"## Context filtering\n\n", "**For @a-b:**\n- \xE2\x9C\x85 c\n\n"},
      {"## Task breakdown\n\n```\n", "Task A: x\n  -> Output: y\n"},
      {"## Output format\n\n```markdown\n", "## A\n- b: [c]\n"},
      {"## Daily standup\n\n```yaml\nparticipants: ", "[a, b], "},
      {"## Decision matrix\n\n", "- a (5%): b\n"},
      {"", "**a**: b\n"},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(shapes); i++) {
    size_t times = 60000 / strlen(shapes[i].line);
    double once = seconds_of(shapes[i].head, shapes[i].line, times), four = seconds_of(shapes[i].head, shapes[i].line, 4 * times);
    if (four > 10 * once + 0.02) fail_msg("shape %zu: %f s and %f s", i, once, four);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nine_agents_in_two_groups),
      cmocka_unit_test(four_patterns_of_phases),
      cmocka_unit_test(five_weights),
      cmocka_unit_test(four_levels_with_time_limits),
      cmocka_unit_test(twelve_gates),
      cmocka_unit_test(fifteen_success_criteria),
      cmocka_unit_test(team_performance_metrics),
      cmocka_unit_test(three_ceremonies),
      cmocka_unit_test(eight_agents_with_capabilities),
      cmocka_unit_test(eight_tasks),
      cmocka_unit_test(groups_of_tasks),
      cmocka_unit_test(context_for_five_agents),
      cmocka_unit_test(forty_gates_in_seven_groups),
      cmocka_unit_test(delegation_form),
      cmocka_unit_test(error_escalation),
      cmocka_unit_test(eight_metrics),
      cmocka_unit_test(seven_reasons_to_escalate),
      cmocka_unit_test(two_change_flows),
      cmocka_unit_test(nothing_else),
      cmocka_unit_test(every_item_has_its_place),
      cmocka_unit_test(memory),
      cmocka_unit_test(cost_is_linear),
  };
  return cmocka_run_group_tests(tests, load_seeds, free_seeds);
}
