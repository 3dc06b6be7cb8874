/* Boards, inboxes, timelines, metrics and reports. */
#include <questline/report.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

#define SHA(c) c c c c c c c c
#define HASH_A SHA("aaaaaaaa")
#define HASH_B SHA("bbbbbbbb")
#define TEAM   "'agents':['@lead','@api','@db']"

static ql_str member(const ql_value *object, const char *key) { return ql_get_str(object, str(key)); }
static int64_t number(const ql_value *object, const char *key) { return ql_get_int(object, str(key), -1); }

static const ql_value *find(const ql_value *list, const char *key, const char *name) {
  for (const ql_value *item = list->first; item; item = item->next)
    if (ql_eq(member(item, key), str(name))) return item;
  fail_msg("no %s %s", key, name);
  return NULL;
}

static const ql_value *inbox_of(const ql_quest *quest, ql_arena *a, const char *agent) {
  ql_value *inbox = NULL;
  assert_int_equal(ql_quest_inbox(quest, a, str(agent), &inbox, NULL), QL_OK);
  return QL_GET(inbox, "items");
}

/* The same quest read from a log without its openings. */
static ql_quest *withhold(const ql_quest *full) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  for (int64_t n = 0; n < ql_quest_count(full); n++) {
    char line[8192];
    ql_str text = ql_quest_line(full, n);
    assert_true(text.len < sizeof line);
    memcpy(line, text.ptr, text.len);
    line[text.len] = 0;
    char *x = strstr(line, ",\"x\":");
    if (x) strcpy(x, "}\n");
    assert_int_equal(ql_quest_append(quest, str(line), NULL), QL_OK);
  }
  return quest;
}

/* T1 of @api is completed after 3 s, T2 of @db blocked, T3 dropped; usage is booked; @lead holds. */
static stage *play(void) {
  stage *g = raise_stage(TEAM ",'mission':'Add <b>login</b>'");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api'],'msg':'# Write *it*'"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@db'],'msg':'Index it'"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@db'],'msg':'Not this'"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@owner','type':'usage','agent':'@api','task':'T1','model':'m1','input':90,'output':10,'micro':7,'ms':20}"));
  later(g, 3000);
  ACCEPTED(does(g, "@api", "respond", "'msg':'Wrote | it\\nand more'"));
  ACCEPTED(say(g, "{'by':'@owner','type':'usage','agent':'@db','model':'m2','input':5}"));
  ACCEPTED(does(g, "@db", "respond", "'kind':'blocked','msg':'Which table?'"));
  ACCEPTED(does(g, "@db", "respond", "'kind':'completed','msg':'Left it'"));
  ACCEPTED(does(g, "@lead", "drop", "'task':'T2','reason':'Too <large>'"));
  return g;
}

static void a_board_says_how_everybody_stands(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *board = ql_quest_board(g->quest, a, g->quest->state.at + 500), *agents = QL_GET(board, "agents");
  const ql_value *lead = find(agents, "agent", "@lead"), *api = find(agents, "agent", "@api"), *db = find(agents, "agent", "@db");
  assert_str_is(member(lead, "status"), "working");
  assert_true(number(lead, "elapsed") >= 500);
  assert_str_is(member(api, "status"), "done");
  assert_int_equal(number(api, "tokens"), 100);
  assert_int_equal(number(api, "micro"), 7);
  assert_int_equal(number(api, "completed"), 1);
  assert_int_equal(number(api, "elapsed"), 0);
  assert_str_is(member(QL_GET(api, "last"), "text"), "Wrote | it");
  assert_int_equal(number(db, "turns"), 2);
  assert_int_equal(number(board, "tokens"), 105);
  assert_int_equal(number(board, "completed"), 2);
  assert_int_equal(number(board, "open"), 0);
  assert_int_equal(agents->count, 3);
  ACCEPTED(does(g, "@lead", "message", "'to':['@db','@api']"));
  agents = QL_GET(ql_quest_board(g->quest, a, 0), "agents");
  assert_str_is(member(find(agents, "agent", "@db"), "status"), "waiting");
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@db", "respond", "'kind':'blocked'"));
  agents = QL_GET(ql_quest_board(g->quest, a, 0), "agents");
  assert_str_is(member(find(agents, "agent", "@db"), "status"), "blocked");
  assert_int_equal(QL_GET(find(agents, "agent", "@db"), "open")->count, 1);
  ql_arena_free(a);
  strike_stage(g);
}

static void an_inbox_holds_what_was_said_to_its_agent(void **state) {
  (void)state;
  static const struct {
    const char *agent;
    size_t items;
    const char *first, *last;
  } ROWS[] = {{"@api", 1, "# Write *it*", "# Write *it*"},
              {"@db", 2, "Index it", "Not this"},
              {"@lead", 3, "Wrote | it\nand more", "Left it"},
              {"@owner", 1, "m", "m"}};
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    const ql_value *items = inbox_of(g->quest, a, ROWS[i].agent);
    assert_int_equal(items->count, ROWS[i].items);
    assert_str_is(member(items->first, "text"), ROWS[i].first);
    assert_str_is(member(items->last, "text"), ROWS[i].last);
  }
  assert_str_is(member(inbox_of(g->quest, a, "@api")->first, "state"), "delivered");
  ql_value *none;
  assert_int_equal(ql_quest_inbox(g->quest, a, str("@nobody"), &none, NULL), QL_ERR_NOT_FOUND);
  ql_arena_free(a);
  strike_stage(g);
}

static ql_status try_standing(ql_arena *a, const void *quest) { return ql_quest_standing(quest, a) ? QL_OK : QL_ERR_NOMEM; }

static void a_standing_says_what_holds_a_quest_up(void **state) {
  (void)state;
  stage *g = raise_stage(
      TEAM ",'budget':{'tokens':100,'turns':9},'gates':[{'id':'cov','judge':'rule','milli':80000,'op':'>=','text':'Coverage','unit':'%'},"
           "{'id':'seen','judge':'seat','task':'T1','text':'Looked at'}],'ladder':[{'name':'Peers','max_ms':5000,'to':['@db']}],"
           "'tasks':[{'id':'T1','to':'@api','title':'Build'}]");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ACCEPTED(say(g, "{'by':'@owner','type':'approve'}"));
  ACCEPTED(does(g, "@lead", "message", "'to':['@api'],'task':'T1'"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(say(g, "{'by':'@api','type':'artifact','hash':'" HASH_A "','bytes':3,'media':'text/plain','name':'a.txt','task':'T1'}"));
  ACCEPTED(say(g, "{'by':'@api','type':'gate','gate':'seen','as':'given','artifact':'" HASH_A "','evidence':'See a.txt'}"));
  ACCEPTED(say(g, "{'by':'@owner','type':'start','seat':'@api','effect':'http','attempt':1,'request':'" HASH_A "','tokens':40,'micro':0}"));
  const ql_value *standing = ql_quest_standing(g->quest, a), *gates = QL_GET(standing, "gates");
  const ql_value *seen = find(gates, "id", "seen");
  assert_str_is(member(find(gates, "id", "cov"), "text"), "Coverage");
  assert_int_equal(QL_GET(find(gates, "id", "cov"), "notes")->count, 0);
  assert_str_is(member(seen, "status"), "given");
  assert_str_is(member(QL_GET(seen, "notes")->first, "evidence"), "See a.txt");
  assert_str_is(member(QL_GET(seen, "notes")->first, "by"), "@api");
  assert_false(ql_get_bool(seen, str("stale")));
  assert_str_is(member(QL_GET(standing, "artifacts")->first, "name"), "a.txt");
  const ql_value *tokens = find(QL_GET(standing, "budget"), "name", "tokens");
  assert_int_equal(number(tokens, "reserved"), 40);
  assert_int_equal(number(tokens, "limit"), 100);
  assert_int_equal(QL_GET(standing, "budget")->count, 2);
  assert_int_equal(QL_GET(standing, "matters")->count, 0);

  ACCEPTED(
      say(g, "{'by':'@api','type':'artifact','hash':'" HASH_B "','bytes':3,'media':'text/plain','name':'a.txt','replaces':'" HASH_A "'}"));
  ACCEPTED(does(g, "@api", "respond", "'kind':'blocked'"));
  later(g, 2000);
  ACCEPTED(say(g, "{'by':'@owner','type':'tick'}"));
  standing = ql_quest_standing(g->quest, a);
  assert_true(ql_get_bool(find(QL_GET(standing, "gates"), "id", "seen"), str("stale")));
  assert_true(ql_get_bool(QL_GET(standing, "artifacts")->first, str("replaced")));
  assert_false(ql_get_bool(QL_GET(standing, "artifacts")->last, str("replaced")));
  const ql_value *matter = QL_GET(standing, "matters")->first;
  assert_str_is(member(matter, "task"), "T1");
  assert_int_equal(number(matter, "level"), 1);
  assert_true(number(matter, "left") <= 3000 && number(matter, "left") > 0);
  assert_int_equal(number(matter, "until"), g->quest->state.at + number(matter, "left"));
  assert_str_is(member(QL_GET(standing, "ladder")->first, "name"), "Peers");
  assert_true(try_every_allocation(try_standing, g->quest) > 0);
  int64_t left = number(matter, "left");
  ACCEPTED(say(g, "{'by':'@owner','type':'pause'}"));
  later(g, 60000);
  ACCEPTED(say(g, "{'by':'@owner','type':'escalate','task':'T1'}"));
  matter = QL_GET(ql_quest_standing(g->quest, a), "matters")->first;
  assert_true(left > 0 && !QL_GET(matter, "left") && !QL_GET(matter, "until")); /* all levels are gone through */
  assert_int_equal(number(matter, "level"), 2);
  ql_arena_free(a);
  strike_stage(g);
}

static void a_timeline_has_a_line_for_each_event(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_value *items = QL_GET(ql_quest_timeline(g->quest, a), "items");
  assert_int_equal(items->count, ql_quest_count(g->quest));
  assert_str_is(member(items->first, "line"), "Add <b>login</b>");
  assert_str_is(member(items->last, "line"), "Too <large>");
  assert_str_is(member(items->last, "task"), "T2");
  assert_int_equal(number(items->last, "ms"), g->quest->state.at - number(items->first, "at"));
  ql_arena_free(a);
  strike_stage(g);
}

static const ql_value *metric(const ql_value *metrics, const char *name) { return find(QL_GET(metrics, "metrics"), "name", name); }

static void metrics_are_what_they_say(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t value; /* -1: no data */
  } ROWS[] = {{"quests-completed", 0},
              {"quest-success-rate", -1},
              {"tasks-completed", 2},
              {"tasks-dropped", 1},
              {"tasks-open", 0},
              {"task-success-rate", 6667},
              {"turns", 4},
              {"messages", 7},
              {"blocked-rate", 3333},
              {"escalations", -1},
              {"guards-tripped", 0},
              {"gate-pass-rate", -1},
              {"gates-waived", -1},
              {"artifacts", 0},
              {"calls", 2},
              {"tokens", 105},
              {"cost", 7},
              {"tokens-cached", 0},
              {"reassignments", 0},
              {"call-time-average", 10}};
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const ql_quest *both[] = {g->quest, g->quest};
  const ql_value *metrics = ql_quest_metrics(both, 1, a), *twice = ql_quest_metrics(both, 2, a);
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    const ql_value *value = QL_GET(metric(metrics, ROWS[i].name), "value");
    if ((value->kind == QL_NULL ? -1 : value->number) != ROWS[i].value) fail_msg("%s is %lld", ROWS[i].name, (long long)value->number);
  }
  assert_int_equal(number(metric(twice, "tokens"), "value"), 210);
  assert_int_equal(number(metric(twice, "task-success-rate"), "value"), 6667);
  const ql_value *parts = QL_GET(metric(metrics, "tokens"), "parts");
  assert_int_equal(number(find(parts, "name", "@api"), "value"), 100);
  assert_int_equal(number(find(parts, "name", "m2"), "value"), 5);
  assert_int_equal(number(find(parts, "name", "T1"), "value"), 100);
  assert_int_equal(number(find(QL_GET(metric(twice, "tokens"), "parts"), "name", "@api"), "value"), 200);
  assert_true(number(metric(metrics, "completion-time-p95"), "value") >= number(metric(metrics, "completion-time-average"), "value"));
  assert_true(number(metric(metrics, "completion-time-average"), "value") >= 3000);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@api", "respond", "'kind':'clarification'"));
  assert_int_equal(number(metric(ql_quest_metrics(both, 1, a), "blocked-rate"), "value"), 5000);
  ql_arena_free(a);
  strike_stage(g);
}

static const char *const KINDS[] = {"standup", "review", "sprint", "final"};

static ql_str report(const ql_quest *quest, ql_arena *a, const char *kind, int64_t from, int64_t to) {
  ql_str text = QL_ABSENT;
  assert_int_equal(ql_quest_report(&quest, 1, a, str(kind), from, to, &text, NULL), QL_OK);
  return text;
}

static bool holds_text(ql_str text, const char *part) { return ql_find(text, str(part), 0) != SIZE_MAX; }

static void reports_say_what_happened(void **state) {
  (void)state;
  static const struct {
    const char *kind, *part;
  } PARTS[] = {
      {"standup", "### `@api`"},
      {"standup", ": Wrote \\| it\n"},
      {"review", "### Decisions"},
      {"review", "dropped T2: Too \\<large\\>"},
      {"sprint", "### Completed"},
      {"sprint", "### Dropped"},
      {"sprint", "| `@api` | 100 | 7 | 1 |"},
      {"final", "## Add \\<b\\>login\\</b\\>"},
      {"final", "| T1 \\# Write \\*it\\* | `@api` | done | "},
      {"final", "0 texts are withheld."},
  };
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(PARTS); i++) {
    ql_str text = report(g->quest, a, PARTS[i].kind, 0, QL_INT_MAX);
    if (!holds_text(text, PARTS[i].part)) fail_msg("%s has no %s:\n%.*s", PARTS[i].kind, PARTS[i].part, (int)text.len, text.ptr);
    for (size_t at = 1; at < text.len; at++) assert_true(text.ptr[at] != '<' || text.ptr[at - 1] == '\\');
  }
  assert_true(holds_text(report(g->quest, a, "standup", QL_INT_MAX - 1, QL_INT_MAX), "Nothing happened."));
  assert_false(holds_text(report(g->quest, a, "review", g->quest->state.at + 1, QL_INT_MAX), "Decisions"));
  ql_str text;
  const ql_quest *quest = g->quest;
  assert_int_equal(ql_quest_report(&quest, 1, a, QL_STR("poem"), 0, 1, &text, NULL), QL_ERR_ARGUMENT);
  ql_arena_free(a);
  strike_stage(g);
}

static void what_is_withheld_is_said_to_be(void **state) {
  (void)state;
  stage *g = play();
  ql_quest *bare = withhold(g->quest);
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(KINDS); i++) {
    ql_str text = report(bare, a, KINDS[i], 0, QL_INT_MAX);
    assert_true(holds_text(text, "*(withheld)*"));
    assert_false(holds_text(text, "login"));
  }
  assert_int_equal(QL_GET(QL_GET(find(QL_GET(ql_quest_board(bare, a, 0), "agents"), "agent", "@api"), "last"), "text")->kind, QL_NULL);
  assert_int_equal(QL_GET(inbox_of(bare, a, "@api")->first, "text")->kind, QL_NULL);
  assert_int_equal(QL_GET(QL_GET(ql_quest_timeline(bare, a), "items")->first, "line")->kind, QL_NULL);
  const ql_quest *one = g->quest, *other = bare;
  assert_true(ql_value_equal(ql_quest_metrics(&one, 1, a), ql_quest_metrics(&other, 1, a)));
  ql_arena_free(a);
  ql_quest_free(bare);
  strike_stage(g);
}

static void an_empty_quest_has_them_all(void **state) {
  (void)state;
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  const ql_quest *one = quest;
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  assert_int_equal(QL_GET(ql_quest_board(quest, a, 5), "agents")->count, 0);
  assert_int_equal(QL_GET(ql_quest_timeline(quest, a), "items")->count, 0);
  const ql_value *metrics = QL_GET(ql_quest_metrics(&one, 1, a), "metrics");
  for (const ql_value *item = metrics->first; item; item = item->next) assert_int_equal(QL_GET(item, "value")->kind, QL_NULL);
  for (size_t i = 0; i < QL_COUNT(KINDS); i++) assert_true(report(quest, a, KINDS[i], 0, QL_INT_MAX).len > 0);
  ql_arena_free(a);
  ql_quest_free(quest);
}

/* ---- cost ---- */

static void command(ql_quest *quest, const char *text) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const uint8_t entropy[QL_ENTROPY_BYTES] = {(uint8_t)quest->state.events, (uint8_t)(quest->state.events >> 8)};
  ql_value *value;
  ql_decision decision;
  assert_int_equal(ql_json_read(a, str(text), &value, NULL), QL_OK);
  assert_int_equal(ql_quest_decide(quest, a, value, 1763712000000 + quest->state.events, entropy, &decision, NULL), QL_OK);
  assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  ql_arena_free(a);
}

static ql_quest *long_quest(int64_t events) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  command(quest, "{\"agents\":[\"@lead\",\"@api\"],\"by\":\"@owner\",\"mission\":\"m\",\"type\":\"create\"}");
  while (quest->state.events < events) {
    command(quest, "{\"by\":\"@lead\",\"msg\":\"m\",\"task\":\"T1\",\"to\":[\"@api\"],\"type\":\"message\"}");
    command(quest, "{\"by\":\"@lead\",\"kind\":\"progress\",\"msg\":\"m\",\"type\":\"respond\"}");
    command(quest, "{\"by\":\"@api\",\"kind\":\"completed\",\"msg\":\"m\",\"type\":\"respond\"}");
  }
  return quest;
}

static void *count_bytes(void *ctx, void *block, size_t old_size, size_t size) {
  *(size_t *)ctx += size;
  return ql_alloc_libc().resize(NULL, block, old_size, size);
}
static ql_alloc counting_bytes(size_t *bytes) { return (ql_alloc){bytes, count_bytes}; }

/* ---- memory ---- */

static ql_status try_board(ql_arena *a, const void *quest) { return ql_quest_board(quest, a, 0) ? QL_OK : QL_ERR_NOMEM; }
static ql_status try_inbox(ql_arena *a, const void *quest) {
  ql_value *inbox;
  return ql_quest_inbox(quest, a, QL_STR("@lead"), &inbox, NULL);
}
static ql_status try_timeline(ql_arena *a, const void *quest) { return ql_quest_timeline(quest, a) ? QL_OK : QL_ERR_NOMEM; }
static ql_status try_metrics(ql_arena *a, const void *quest) {
  const ql_quest *one = quest;
  return ql_quest_metrics(&one, 1, a) ? QL_OK : QL_ERR_NOMEM;
}
static ql_status try_reports(ql_arena *a, const void *quest) {
  const ql_quest *one = quest;
  ql_str text;
  ql_status status = QL_OK;
  for (size_t i = 0; i < QL_COUNT(KINDS) && status == QL_OK; i++)
    status = ql_quest_report(&one, 1, a, str(KINDS[i]), 0, QL_INT_MAX, &text, NULL);
  return status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  static const memory_trial TRIALS[] = {try_board, try_inbox, try_standing, try_timeline, try_metrics, try_reports};
  stage *g = play();
  for (size_t i = 0; i < QL_COUNT(TRIALS); i++) assert_true(try_every_allocation(TRIALS[i], g->quest) > 0);
  strike_stage(g);
}

/* Ten times the events: ten times the memory, and a little for what doubles. */
static void ten_thousand_events_cost_ten_times_a_thousand(void **state) {
  (void)state;
  static const memory_trial TRIALS[] = {try_board, try_inbox, try_standing, try_timeline, try_metrics, try_reports};
  ql_quest *small = long_quest(1000), *large = long_quest(10000);
  for (size_t i = 0; i < QL_COUNT(TRIALS); i++) {
    size_t bytes[2] = {0, 0};
    for (size_t k = 0; k < 2; k++) {
      ql_arena *a = ql_arena_new(counting_bytes(&bytes[k]));
      assert_int_equal(TRIALS[i](a, k == 0 ? small : large), QL_OK);
      ql_arena_free(a);
    }
    if (bytes[1] > 20 * bytes[0]) fail_msg("trial %zu: %zu bytes, then %zu", i, bytes[0], bytes[1]);
  }
  ql_quest_free(small);
  ql_quest_free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_board_says_how_everybody_stands),
      cmocka_unit_test(an_inbox_holds_what_was_said_to_its_agent),
      cmocka_unit_test(a_standing_says_what_holds_a_quest_up),
      cmocka_unit_test(a_timeline_has_a_line_for_each_event),
      cmocka_unit_test(metrics_are_what_they_say),
      cmocka_unit_test(reports_say_what_happened),
      cmocka_unit_test(what_is_withheld_is_said_to_be),
      cmocka_unit_test(an_empty_quest_has_them_all),
      cmocka_unit_test(memory_may_run_out),
      cmocka_unit_test(ten_thousand_events_cost_ten_times_a_thousand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
