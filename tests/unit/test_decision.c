#include "support.h"

#include <dirent.h>

#include <questline/decision.h>
#include <questline/limits.h>
#include <questline/plan.h>
#include <questline/value.h>

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
  if (ql_json_read(a, str(text), &value, &err) != QL_OK) fail_msg("no JSON: %s", text);
  return value;
}

static ql_value *rank(const ql_value *matrix) {
  ql_value *ranking = NULL;
  if (ql_decision_rank(a, matrix, &ranking, &err) != QL_OK) fail_msg("no ranking: %s %s", err.message, err.detail);
  return ranking;
}

static int64_t number(const ql_value *value, const char *key) { return ql_get_int(value, str(key), -1); }
static ql_str word(const ql_value *value, const char *key) { return ql_get_str(value, str(key)); }

static const ql_value *item(const ql_value *value, const char *list, size_t index) {
  const ql_value *found = ql_get(value, str(list))->first;
  while (index-- > 0) found = found->next;
  return found;
}

/* ---- ranking ---- */

#define STACKS                                                                                                                             \
  "{\"criteria\":[{\"name\":\"team\",\"weight\":35},{\"name\":\"speed\",\"weight\":25},{\"name\":\"scale\",\"weight\":20},"                \
  "{\"name\":\"mature\",\"weight\":10},{\"less\":true,\"name\":\"cost\",\"weight\":10}],"                                                  \
  "\"options\":[{\"name\":\"Node\",\"scores\":{\"cost\":3,\"mature\":9,\"scale\":6,\"speed\":6,\"team\":9}},"                              \
  "{\"name\":\"Go\",\"scores\":{\"cost\":2,\"mature\":7,\"scale\":9,\"speed\":9,\"team\":4}},"                                             \
  "{\"name\":\"Rust\",\"scores\":{\"mature\":6,\"scale\":9,\"speed\":\"9.5\",\"team\":2}}]}"

/* Node: (35*9 + 25*6 + 20*6 + 10*9 + 10*7) / 100 = 7.45; Go: (140 + 225 + 180 + 70 + 80) / 100 = 6.95. */
static void options_are_ranked_by_weighted_scores(void **state) {
  (void)state;
  ql_value *ranking = rank(json(STACKS));
  static const struct {
    const char *name;
    int64_t total;
  } rows[] = {{"Node", 7450}, {"Go", 6950}, {"Rust", 5475}};
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_value *option = item(ranking, "options", i);
    assert_str_is(word(option, "name"), rows[i].name);
    assert_int_equal(number(option, "total"), rows[i].total);
    assert_int_equal(number(option, "rank"), i + 1);
  }
  assert_int_equal(number(QL_GET(item(ranking, "options", 0), "parts"), "cost"), 700); /* less is better */
  assert_int_equal(QL_GET(ranking, "missing")->count, 1);
  assert_str_is(word(item(ranking, "missing", 0), "criterion"), "cost");
  assert_str_is(word(item(ranking, "missing", 0), "option"), "Rust");
}

static void equals_share_a_rank(void **state) {
  (void)state;
  ql_value *ranking =
      rank(json("{\"criteria\":[{\"name\":\"c\",\"weight\":1}],\"options\":[{\"name\":\"a\",\"scores\":{\"c\":5}},"
                "{\"name\":\"b\",\"scores\":{\"c\":7}},{\"name\":\"d\",\"scores\":{\"c\":7}},{\"name\":\"e\",\"scores\":{}}]}"));
  static const int64_t ranks[] = {1, 1, 3, 4};
  for (size_t i = 0; i < QL_COUNT(ranks); i++) assert_int_equal(number(item(ranking, "options", i), "rank"), ranks[i]);
  assert_str_is(word(item(ranking, "options", 0), "name"), "b"); /* of equals, as given */
}

/* ---- matrices by chance ---- */

static uint32_t chance_state;

static uint32_t chance(uint32_t below) {
  chance_state = chance_state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (chance_state >> 8) % below;
}

typedef struct drawn {
  size_t criteria, options;
  int64_t weights[6], scores[6][6]; /* whole; weights add up to sum */
  int64_t sum;
} drawn;

static const char *const LETTERS[] = {"a", "b", "c", "d", "e", "f"};

static drawn draw(uint32_t seed) {
  chance_state = seed * 31337 + 5;
  drawn d = {.criteria = 2 + chance(5), .options = 2 + chance(5)};
  for (size_t c = 0; c < d.criteria; c++) d.sum += d.weights[c] = chance(6) ? 1 + chance(40) : 0;
  if (d.sum == 0) d.sum = d.weights[0] = 7;
  for (size_t o = 0; o < d.options; o++)
    for (size_t c = 0; c < d.criteria; c++) d.scores[o][c] = chance(11);
  return d;
}

static ql_value *matrix_of(const drawn *d) {
  ql_value *matrix = ql_object(a), *criteria = QL_SET(matrix, "criteria", ql_array(a)), *options = QL_SET(matrix, "options", ql_array(a));
  for (size_t c = 0; c < d->criteria; c++) {
    ql_value *one = ql_push(criteria, ql_object(a));
    QL_SET(one, "name", ql_string(a, str(LETTERS[c])));
    QL_SET(one, "weight", ql_int(a, d->weights[c]));
  }
  for (size_t o = 0; o < d->options; o++) {
    ql_value *one = ql_push(options, ql_object(a)), *scores = QL_SET(one, "scores", ql_object(a));
    QL_SET(one, "name", ql_string(a, str(LETTERS[o])));
    for (size_t c = 0; c < d->criteria; c++) ql_set(scores, str(LETTERS[c]), ql_int(a, d->scores[o][c]));
  }
  return matrix;
}

/* The score of an option, times a common factor, when criterion c weighs x thousandths of a percent and the others keep their proportions. */
static int64_t score_at(const drawn *d, size_t option, size_t c, int64_t x) {
  int64_t others = 0;
  for (size_t k = 0; k < d->criteria; k++)
    if (k != c) others += d->weights[k] * d->scores[option][k];
  return x * (d->sum - d->weights[c]) * d->scores[option][c] + (100000 - x) * others;
}

static size_t option_of(ql_str name) { return (size_t)(name.ptr[0] - 'a'); }

/* Nobody beats the first option at this weight; equals may. */
static bool still_first(const drawn *d, size_t first, size_t c, int64_t x) {
  for (size_t o = 0; o < d->options; o++)
    if (score_at(d, o, c, x) > score_at(d, first, c, x)) return false;
  return true;
}

static void the_winner_stays_up_to_the_flip_and_no_further(void **state) {
  (void)state;
  size_t flips = 0, none = 0;
  for (uint32_t seed = 0; seed < 600; seed++) {
    drawn d = draw(seed);
    ql_value *ranking = rank(matrix_of(&d));
    size_t first = option_of(word(item(ranking, "options", 0), "name"));
    for (size_t c = 0; c < d.criteria; c++) {
      const ql_value *flip = item(ranking, "sensitivity", c);
      int64_t now = d.weights[c] * 100000 / d.sum, at = number(flip, "at");
      assert_int_equal(number(flip, "weight"), now);
      if (d.weights[c] == d.sum) { /* the others have no proportions */
        assert_null(QL_GET(flip, "to"));
        continue;
      }
      if (!QL_GET(flip, "to")) {
        none++;
        for (int64_t x = 0; x <= 100000; x += 500) assert_true(still_first(&d, first, c, x));
        continue;
      }
      size_t other = option_of(word(flip, "to"));
      assert_int_equal(number(flip, "change") + now, at);
      /* Between the weight it has and the flip nothing changes; `at` and `now` are rounded down by less than one. */
      int64_t low = at < now ? at + 2 : now + 1, high = at < now ? now : at - 1;
      for (int64_t k = 0; low <= high && k <= 8; k++)
        if (!still_first(&d, first, c, low + (high - low) * k / 8))
          fail_msg("seed %u, criterion %zu: it flips before %d", seed, c, (int)at);
      /* Beyond it the other one is ahead, where there is a beyond and they are not level all along. */
      int64_t beyond = at < now ? at - 1 : at + 2, lead = score_at(&d, other, c, beyond) - score_at(&d, first, c, beyond);
      if (beyond >= 0 && beyond <= 100000 && at != now && lead <= 0) fail_msg("seed %u, criterion %zu: no flip at %d", seed, c, (int)at);
      flips++;
    }
    ql_arena_reset(a);
  }
  print_message("%zu flips, %zu criteria without one\n", flips, none);
  assert_true(flips > 300 && none > 300);
}

/* The same by the function itself: two criteria have weights that are exact at any place. */
static ql_str first_at(const drawn *d, int64_t thousandths) {
  ql_value *matrix = matrix_of(d), *criteria = QL_SET(matrix, "criteria", ql_array(a));
  for (size_t c = 0; c < 2; c++) {
    char text[32];
    int64_t weight = c == 0 ? thousandths : 100000 - thousandths;
    snprintf(text, sizeof text, "%d.%03d", (int)(weight / 1000), (int)(weight % 1000));
    ql_value *one = ql_push(criteria, ql_object(a));
    QL_SET(one, "name", ql_string(a, str(LETTERS[c])));
    QL_SET(one, "weight", ql_string(a, ql_arena_str(a, str(text))));
  }
  return word(item(rank(matrix), "options", 0), "name");
}

static void ranking_again_beside_a_flip_shows_it(void **state) {
  (void)state;
  size_t checked = 0;
  for (uint32_t seed = 0; seed < 300; seed++) {
    drawn d = draw(seed);
    d.criteria = 2;
    d.weights[0] = 1 + seed % 99;
    d.weights[1] = 100 - d.weights[0];
    d.sum = 100;
    ql_value *ranking = rank(matrix_of(&d));
    const ql_value *flip = item(ranking, "sensitivity", 0);
    int64_t at = number(flip, "at"), now = number(flip, "weight"), step = at < now ? -2 : 2;
    if (!QL_GET(flip, "to") || at == now || at + step < 0 || at + step > 100000) continue;
    ql_str winner = word(item(ranking, "options", 0), "name");
    assert_true(ql_eq(first_at(&d, at - step), winner) || at - step == now);
    assert_false(ql_eq(first_at(&d, at + step), winner));
    checked++;
    ql_arena_reset(a);
  }
  print_message("%zu flips ranked again on both sides\n", checked);
  assert_true(checked > 60);
}

/* ---- what is refused ---- */

static void what_is_wrong_is_named(void **state) {
  (void)state;
#define CRITERION "\"criteria\":[{\"name\":\"c\",\"weight\":1}]"
  static const struct {
    const char *matrix, *detail;
  } rows[] = {
      {"{}", "criteria"},
      {"[]", "criteria"},
      {"{\"criteria\":[],\"options\":[]}", "criteria"},
      {"{\"criteria\":{},\"options\":[]}", "criteria"},
      {"{\"criteria\":[{\"weight\":1}],\"options\":[]}", "criteria[0].name"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":0}],\"options\":[]}", "criteria"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":-1}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":101}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":\"100.001\"}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":\"1.2345\"}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":\"1.\"}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":\"\"}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":\"99999999999999999999999\"}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":9007199254740991}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":true}],\"options\":[]}", "criteria[0].weight"},
      {"{\"criteria\":[{\"name\":\"c\",\"weight\":1},{\"name\":\"c\",\"weight\":1}],\"options\":[]}", "criteria[1].name"},
      {"{" CRITERION "}", "options"},
      {"{" CRITERION ",\"options\":[{}]}", "options[0].name"},
      {"{" CRITERION ",\"options\":[{\"name\":\"a\",\"scores\":{\"d\":1}}]}", "options[0].scores.d"},
      {"{" CRITERION ",\"options\":[{\"name\":\"a\",\"scores\":[1]}]}", "options[0].scores"},
      {"{" CRITERION ",\"options\":[{\"name\":\"a\",\"scores\":{\"c\":11}}]}", "options[0].scores.c"},
      {"{" CRITERION ",\"options\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "options[1].name"},
      {"{" CRITERION ",\"options\":[],\"scale\":0}", "scale"},
      {"{" CRITERION ",\"options\":[],\"scale\":\"100.5\"}", "scale"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *ranking = NULL;
    if (ql_decision_rank(a, json(rows[i].matrix), &ranking, &err) != QL_ERR_SYNTAX || strcmp(err.detail, rows[i].detail) != 0)
      fail_msg("%s: %s", rows[i].matrix, err.detail);
    assert_null(ranking);
  }
  ql_value *empty = rank(json("{" CRITERION ",\"options\":[]}"));
  assert_int_equal(QL_GET(empty, "options")->count, 0);
  assert_int_equal(QL_GET(empty, "sensitivity")->count, 0);
}

static ql_value *square(size_t criteria, size_t options) {
  ql_value *matrix = ql_object(a), *cs = QL_SET(matrix, "criteria", ql_array(a)), *os = QL_SET(matrix, "options", ql_array(a));
  QL_SET(matrix, "scale", ql_int(a, 100));
  for (size_t i = 0; i < criteria; i++) {
    ql_value *c = ql_push(cs, ql_object(a));
    QL_SET(c, "name", ql_string(a, ql_task_id(a, i)));
    QL_SET(c, "weight", ql_int(a, 100));
  }
  for (size_t i = 0; i < options; i++) {
    ql_value *o = ql_push(os, ql_object(a)), *scores = QL_SET(o, "scores", ql_object(a));
    QL_SET(o, "name", ql_string(a, ql_task_id(a, i)));
    for (size_t c = 0; c < criteria; c++) ql_set(scores, ql_task_id(a, c), ql_int(a, (i * 7 + c) % 2 ? 100 : 0));
  }
  return matrix;
}

static void a_side_has_a_limit(void **state) {
  (void)state;
  static const size_t rows[][3] = {
      {QL_MATRIX_SIDE_MAX, QL_MATRIX_SIDE_MAX, 1}, {QL_MATRIX_SIDE_MAX + 1, 2, 0}, {2, QL_MATRIX_SIDE_MAX + 1, 0}};
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *ranking = NULL;
    ql_status status = ql_decision_rank(a, square(rows[i][0], rows[i][1]), &ranking, &err);
    assert_int_equal(status, rows[i][2] ? QL_OK : QL_ERR_LIMIT);
    if (!rows[i][2]) assert_string_equal(err.message, "QL_MATRIX_SIDE_MAX");
  }
}

/* ---- records ---- */

static ql_str record_of(const char *text) {
  ql_str out = QL_ABSENT;
  if (ql_decision_record(a, json(text), &out, &err) != QL_OK) fail_msg("no record: %s %s", err.message, err.detail);
  return out;
}

static void a_record_in_markdown(void **state) {
  (void)state;
  assert_str_is(
      record_of(
          "{\"at\":1782864000000,\"consequences\":[\"One more program to run.\"],\"context\":\"Sessions are in <MySQL>.\","
          "\"decision\":\"Redis.\",\"matrix\":{\"criteria\":[{\"name\":\"speed\",\"weight\":60},{\"name\":\"cost\",\"weight\":40}],"
          "\"options\":[{\"name\":\"MySQL\",\"scores\":{\"cost\":9,\"speed\":4}},{\"name\":\"Redis\",\"scores\":{\"speed\":9}}]},"
          "\"participants\":[\"@lead\",\"@db\"],\"phases\":[{\"name\":\"Write both\",\"rollback\":\"Read MySQL.\",\"steps\":[\"Add it\"]},"
          "{\"name\":\"Switch\"}],\"status\":\"accepted\",\"title\":\"Where sessions live\"}"),
      "# Where sessions live\n\nStatus: accepted, 2026-07-01\n\nDecided by @lead, @db.\n\n## Context\n\nSessions are in \\<MySQL\\>.\n"
      "\n## Options\n\n| Rank | Option | Total | speed | cost |\n|---:|---|---:|---:|---:|\n| 1 | MySQL | 6 | 2.4 | 3.6 |\n"
      "| 2 | Redis | 5.4 | 5.4 | no score |\n\nEach number is a score times its weight.\n"
      "- speed weighs 60 %; at 64.29 % Redis draws level.\n- cost weighs 40 %; at 35.71 % Redis draws level.\n"
      "\n## Decision\n\nRedis.\n\n## Migration\n\n1. **Write both**\n   - Add it\n   - Rollback: Read MySQL.\n2. **Switch**\n"
      "   - Rollback: *none is planned*\n\n## Consequences\n\n- One more program to run.\n");
}

static void a_record_that_is_none(void **state) {
  (void)state;
  static const struct {
    const char *record, *detail;
  } rows[] = {
      {"{}", "title"},
      {"7", "title"},
      {"{\"gates\":\"x\",\"title\":\"t\"}", "gates"},
      {"{\"gates\":[1],\"title\":\"t\"}", "gates"},
      {"{\"context\":[],\"title\":\"t\"}", "context"},
      {"{\"participants\":[{}],\"title\":\"t\"}", "participants"},
      {"{\"phases\":{},\"title\":\"t\"}", "phases"},
      {"{\"phases\":[{\"name\":\"p\",\"steps\":[1]}],\"title\":\"t\"}", "phases"},
      {"{\"phases\":[3],\"title\":\"t\"}", "phases"},
      {"{\"matrix\":{},\"title\":\"t\"}", "criteria"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_str out = QL_ABSENT;
    assert_int_equal(ql_decision_record(a, json(rows[i].record), &out, &err), QL_ERR_SYNTAX);
    assert_string_equal(err.detail, rows[i].detail);
    assert_null(out.ptr);
  }
}

/* ---- seeds ---- */

static char *seed_text;

static ql_roster *seed(size_t index) {
  DIR *folder = opendir(QL_SHARED_DIR "/seeds");
  if (!folder) {
    print_message("skipped: no seed files at %s\n", QL_SHARED_DIR "/seeds");
    skip();
  }
  char prefix[32], path[1024] = "";
  snprintf(prefix, sizeof prefix, "%03zu_", index);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
    if (strncmp(entry->d_name, prefix, 4) == 0) snprintf(path, sizeof path, QL_SHARED_DIR "/seeds/%s", entry->d_name);
  closedir(folder);
  size_t len = 0;
  seed_text = read_file(path, &len);
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_true(seed_text && roster);
  assert_int_equal(ql_roster_add(roster, QL_STR("agent.md"), (ql_str){seed_text, len}, &err), QL_OK);
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  return roster;
}

static void free_seed(ql_roster *roster) {
  ql_roster_free(roster);
  free(seed_text);
}

static void S28_the_technology_matrix_weighs_as_the_file_says(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t weight, line;
  } rows[] = {{"team_expertise", 35, 161},
              {"performance_requirements", 25, 162},
              {"scalability_needs", 20, 163},
              {"ecosystem_maturity", 10, 164},
              {"maintenance_cost", 10, 165}};
  ql_roster *roster = seed(2);
  ql_value *criteria = NULL;
  assert_int_equal(ql_decision_criteria(a, roster, ql_roster_agent(roster, 0)->id, &criteria, &err), QL_OK);
  assert_int_equal(criteria->count, QL_COUNT(rows));
  const ql_value *one = criteria->first;
  for (size_t i = 0; i < QL_COUNT(rows); i++, one = one->next) {
    assert_str_is(word(one, "name"), rows[i].name);
    assert_int_equal(number(one, "weight"), rows[i].weight);
    assert_int_equal(number(one, "line"), rows[i].line);
  }
  ql_value *matrix =
      json("{\"options\":[{\"name\":\"Node\",\"scores\":{\"ecosystem_maturity\":9,\"maintenance_cost\":6,\"performance_requirements\":6,"
           "\"scalability_needs\":6,\"team_expertise\":9}},{\"name\":\"Go\",\"scores\":{\"ecosystem_maturity\":7,\"maintenance_cost\":8,"
           "\"performance_requirements\":9,\"scalability_needs\":9,\"team_expertise\":4}}]}");
  QL_SET(matrix, "criteria", criteria);
  ql_value *ranking = rank(matrix);
  assert_str_is(word(item(ranking, "options", 0), "name"), "Node");
  assert_int_equal(number(item(ranking, "options", 0), "total"), 7350); /* 35*9 + 25*6 + 20*6 + 10*9 + 10*6 of 100 */
  assert_int_equal(number(item(ranking, "options", 1), "total"), 6950);
  /* Node leads by 5 in the team, Go by 135 / 65 in the rest: they are even where 5 x = (100 - x) 135 / 65. */
  assert_str_is(word(item(ranking, "sensitivity", 0), "to"), "Go");
  int64_t at = number(item(ranking, "sensitivity", 0), "at");
  assert_int_equal(at, 100000 * 135 / (135 + 325));
  free_seed(roster);
}

static bool lists(const ql_value *record, const char *member, const char *text) {
  const ql_value *list = ql_get(record, str(member));
  for (const ql_value *one = list ? list->first : NULL; one; one = one->next)
    if (ql_eq(one->kind == QL_STRING ? one->text : word(one, "name"), str(text))) return true;
  return false;
}

static void S22_the_decision_framework_becomes_a_record(void **state) {
  (void)state;
  for (size_t index = 0; index < 2; index++) {
    ql_roster *roster = seed(index);
    ql_value *record = NULL;
    ql_str text = QL_ABSENT;
    assert_int_equal(ql_decision_template(a, roster, ql_roster_agent(roster, 0)->id, &record, &err), QL_OK);
    assert_true(lists(record, "current", "Measure technical debt"));
    assert_true(lists(record, "impact", "What tests need updating?"));
    assert_int_equal(QL_GET(record, "phases")->count, 4);
    assert_true(lists(record, "phases", "Preparation (no breaking changes)"));
    assert_true(lists(record, "coordination", "Set quality gates"));
    QL_SET(ql_get(record, QL_STR("phases"))->first, "rollback", ql_string(a, QL_STR("Take the change back.")));
    assert_int_equal(ql_decision_record(a, record, &text, &err), QL_OK);
    const char *order[] = {"Status: proposed",
                           "## Current state",
                           "## Impact",
                           "## Migration",
                           "Rollback: Take the change back.",
                           "Rollback: *none is planned*",
                           "## Execution"};
    const char *at = ql_arena_concat(a, (ql_str[]){text, QL_STR("\0")}, 2).ptr;
    for (size_t i = 0; i < QL_COUNT(order); i++) {
      at = strstr(at, order[i]);
      if (!at) fail_msg("seed %zu: no %s", index, order[i]);
    }
    free_seed(roster);
  }
  ql_roster *roster = seed(2);
  ql_value *record = NULL;
  assert_int_equal(ql_decision_template(a, roster, ql_roster_agent(roster, 0)->id, &record, &err), QL_OK);
  assert_true(lists(record, "gates", "test_coverage: minimum 80%"));
  assert_int_equal(QL_GET(QL_GET(record, "matrix"), "criteria")->count, 5);
  assert_int_equal(ql_decision_template(a, roster, QL_STR("@nobody"), &record, &err), QL_ERR_NOT_FOUND);
  free_seed(roster);
}

/* ---- services ---- */

#define SHOP                                                                                                                               \
  "{\"communication\":[{\"contract\":\"orders.v1\",\"from\":\"orders\",\"style\":\"event\",\"to\":\"mail\"}],"                             \
  "\"consistency\":[{\"data\":\"orders\",\"model\":\"eventual\",\"owner\":\"orders\"}],"                                                   \
  "\"deployment\":[{\"rollback\":\"The version before.\",\"service\":\"orders\",\"strategy\":\"blue-green\"},{\"service\":\"mail\"}],"     \
  "\"services\":[{\"name\":\"orders\",\"owns\":[\"orders\",\"carts\"],\"responsibility\":\"Takes orders.\",\"team\":\"@shop\"},"           \
  "{\"name\":\"mail\",\"owns\":[\"templates\"]}],\"title\":\"Shop\"}"

static void S29_a_service_architecture_is_written_and_checked(void **state) {
  (void)state;
  ql_str text = QL_ABSENT;
  ql_value *found = NULL;
  assert_int_equal(ql_services_write(a, json(SHOP), &text, &err), QL_OK);
  assert_str_is(text, "# Shop\n\n## Services\n\n| Service | Responsible for | Owns | Team |\n|---|---|---|---|\n"
                      "| orders | Takes orders. | orders, carts | @shop |\n| mail |  | templates |  |\n"
                      "\n## Communication\n\n| From | To | Style | Contract |\n|---|---|---|---|\n| orders | mail | event | orders.v1 |\n"
                      "\n## Consistency\n\n| Data | Model | Owner |\n|---|---|---|\n| orders | eventual | orders |\n"
                      "\n## Deployment\n\n| Service | Strategy | Rollback |\n|---|---|---|\n| orders | blue-green | The version before. |\n"
                      "| mail |  |  |\n");
  assert_int_equal(ql_services_check(a, json(SHOP), &found, &err), QL_OK);
  assert_int_equal(found->count, 0);
  assert_int_equal(
      ql_services_check(a,
                        json("{\"communication\":[{\"from\":\"a\",\"to\":\"c\"}],\"consistency\":[{\"data\":\"x\",\"owner\":\"d\"}],"
                             "\"deployment\":[{\"service\":\"a\"}],\"services\":[{\"name\":\"a\",\"owns\":[\"x\",\"x\"]},"
                             "{\"name\":\"b\",\"owns\":[\"x\"]},{\"name\":\"e\",\"owns\":[\"x\"]},{\"name\":\"b\"}],\"title\":\"t\"}"),
                        &found, &err),
      QL_OK);
  static const char *const codes[] = {"no-deployment", "no-deployment",   "service-twice",  "no-deployment",
                                      "owned-twice",   "unknown-service", "unknown-service"};
  assert_int_equal(found->count, QL_COUNT(codes));
  const ql_value *problem = found->first;
  for (size_t i = 0; i < QL_COUNT(codes); i++, problem = problem->next) assert_str_is(word(problem, "code"), codes[i]);
}

static void a_form_that_is_none(void **state) {
  (void)state;
  static const struct {
    const char *form, *detail;
  } rows[] = {
      {"{}", "title"},
      {"{\"services\":{},\"title\":\"t\"}", "services"},
      {"{\"services\":[{}],\"title\":\"t\"}", "services"},
      {"{\"services\":[{\"name\":\"a\",\"owns\":\"x\"}],\"title\":\"t\"}", "services"},
      {"{\"services\":[{\"name\":\"a\",\"owns\":[1]}],\"title\":\"t\"}", "services"},
      {"{\"services\":[{\"name\":\"a\",\"team\":[\"x\"]}],\"title\":\"t\"}", "services"},
      {"{\"deployment\":[{\"service\":\"a\",\"strategy\":1}],\"title\":\"t\"}", "deployment"},
      {"{\"communication\":[7],\"title\":\"t\"}", "communication"},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    ql_value *found = NULL;
    ql_str text = QL_ABSENT;
    if (ql_services_check(a, json(rows[i].form), &found, &err) != QL_ERR_SYNTAX || strcmp(err.detail, rows[i].detail) != 0)
      fail_msg("%s: %s", rows[i].form, err.detail);
    assert_int_equal(ql_services_write(a, json(rows[i].form), &text, &err), QL_ERR_SYNTAX);
  }
  for (size_t more = 0; more < 2; more++) {
    ql_value *form = ql_object(a), *services = QL_SET(form, "services", ql_array(a)), *found = NULL;
    QL_SET(form, "title", ql_string(a, QL_STR("t")));
    for (size_t i = 0; i < QL_SERVICES_MAX + more; i++) QL_SET(ql_push(services, ql_object(a)), "name", ql_string(a, ql_task_id(a, i)));
    assert_int_equal(ql_services_check(a, form, &found, &err), more ? QL_ERR_LIMIT : QL_OK);
  }
}

/* ---- memory ---- */

static ql_status try_rank(ql_arena *arena, const void *ctx) {
  ql_value *out;
  return ql_decision_rank(arena, ctx, &out, &err);
}

static ql_status try_record(ql_arena *arena, const void *ctx) {
  ql_str out;
  return ql_decision_record(arena, ctx, &out, &err);
}

static ql_status try_services(ql_arena *arena, const void *ctx) {
  ql_value *out;
  ql_str text;
  ql_status status = ql_services_check(arena, ctx, &out, &err);
  return status == QL_OK ? ql_services_write(arena, ctx, &text, &err) : status;
}

static ql_status try_template(ql_arena *arena, const void *ctx) {
  ql_value *out;
  return ql_decision_template(arena, ctx, QL_STR("@lead"), &out, &err);
}

static void memory_may_run_out(void **state) {
  (void)state;
  static const char file[] =
      "---\nname: lead\ndescription: Leads.\n---\n## Decision Framework\n\n1. **Current State Analysis** - Load all\n"
      "2. **Impact Assessment** - Evaluate effects\n\n## Quality Gates\n\n- Test coverage >= 80%\n- Error rate < 0.1%\n";
  assert_true(try_every_allocation(try_rank, square(32, 32)) > 1);
  assert_true(try_every_allocation(try_record,
                                   json("{\"matrix\":" STACKS ",\"phases\":[{\"name\":\"p\",\"steps\":[\"s\"]}],\"title\":\"t\"}")) > 1);
  assert_true(try_every_allocation(try_services, json(SHOP)) > 1);
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("lead.md"), str(file), &err), QL_OK);
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  ql_value *record = NULL;
  assert_int_equal(ql_decision_template(a, roster, QL_STR("@lead"), &record, &err), QL_OK);
  assert_true(lists(record, "current", "Load all") && QL_GET(record, "gates")->count == 2);
  assert_true(try_every_allocation(try_template, roster) > 0);
  ql_roster_free(roster);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(options_are_ranked_by_weighted_scores, setup, teardown),
      cmocka_unit_test_setup_teardown(equals_share_a_rank, setup, teardown),
      cmocka_unit_test_setup_teardown(the_winner_stays_up_to_the_flip_and_no_further, setup, teardown),
      cmocka_unit_test_setup_teardown(ranking_again_beside_a_flip_shows_it, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(a_side_has_a_limit, setup, teardown),
      cmocka_unit_test_setup_teardown(a_record_in_markdown, setup, teardown),
      cmocka_unit_test_setup_teardown(a_record_that_is_none, setup, teardown),
      cmocka_unit_test_setup_teardown(S22_the_decision_framework_becomes_a_record, setup, teardown),
      cmocka_unit_test_setup_teardown(S28_the_technology_matrix_weighs_as_the_file_says, setup, teardown),
      cmocka_unit_test_setup_teardown(S29_a_service_architecture_is_written_and_checked, setup, teardown),
      cmocka_unit_test_setup_teardown(a_form_that_is_none, setup, teardown),
      cmocka_unit_test_setup_teardown(memory_may_run_out, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
