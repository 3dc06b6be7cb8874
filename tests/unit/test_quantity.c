/* Numbers in prose: what is one, what it asks for, and what only looks like one. */
#include "rules.h"

#include "spec/policy_quantity.h"

static const struct {
  const char *words, *measure; /* NULL: none */
} MEASURES[] = {
    {"minimum 80%", ">= 80000 %"},
    {"Minimum: 80 %", ">= 80000 %"},
    {"minimum of 3 reviewers", ">= 3000"},
    {"maximum 10", "<= 10000"},
    {"max. 5%", "<= 5000 %"},
    {"(\xE2\x89\xA5"
     "80% coverage)",
     ">= 80000 %"},
    {"\xE2\x89\xA4 2 s", "<= 2000 s"},
    {"<200ms", "< 200000 ms"},
    {"< 0.1%", "< 100 %"},
    {"<0.05", "< 50"},
    {">4.5/5 score", "> 4500 /5"},
    {">= 18", ">= 18000"},
    {"zero high/critical", "= 0"},
    {"Zero warnings", "= 0"},
    {"100%", "= 100000 %"},
    {"0% of them", "= 0 %"},
    {">95% on time", "> 95000 %"},
    {">99.9% uptime", "> 99900 %"},
    {"p95 < 200ms", "< 200000 ms"},
    {"under 5 minutes", "< 5000 minutes"},
    {"at least two, at most 7 files", "<= 7000"},
    {"no more than 3 days", "<= 3000 days"},
    {"not less than 4", ">= 4000"},
    {"up to 10,000 requests", "<= 10000000"},
    {"within 30 seconds", "<= 30000 seconds"},
    {"a 30-minute limit, at most 45-minute", "<= 45000 minute"},
    {"85%+", ">= 85000 %"},
    {"85% or higher", ">= 85000 %"},
    {"3 or fewer", "<= 3000"},
    {"<$0.01 each", "< 10 $"},
    {"meets or exceeds 90%", ">= 90000 %"},
    {"within 5 business days", "<= 5000 days"},
    {"no loss, growth > 3%", "> 3000 %"},
    {"a rating of 4.5+", ">= 4500"},
    {"= 1.500", "= 1500"},
    {"> 1000000000000", "> 1000000000000000"},
    {"exactly 2", "= 2000"},
    /* Not a number that is asked for. */
    {"", NULL},
    {"80%", NULL},
    {"12 files", NULL},
    {"95th percentile", NULL},
    {"> 95th percentile", NULL},
    {"P50, P95, P99", NULL},
    {"HTTP/2 and OAuth2", NULL},
    {"v2.0 or later", NULL},
    {"> 1.2.3", NULL},
    {"at least v2", NULL},
    {"GET/POST (200/201/404)", NULL},
    {"no N+1 queries", NULL},
    {"over 2024-11-21", NULL},
    {"under 11/21/2024", NULL},
    {"below 10:30:00", NULL},
    {"<200-300ms", NULL},
    {"60-80%", NULL},
    {"a -> 5, b => 6", NULL},
    {"<placeholder> and <2>x", NULL},
    {"zero-downtime", NULL},
    {"zero", NULL},
    {"minimal 5", NULL},
    {"overall 5, maxed 6", NULL},
    {"> 0.0001", NULL},
    {"> 10000000000000", NULL},
    {"> 99999999999999999999999999999999999999", NULL},
    {"> 1_000", NULL},
    {"> .5", NULL},
    {"Node 18+", NULL},
    {"Python 3.11+ only", NULL},
    {"split for > 300 lines", NULL},
    {"if over 5 minutes pass", NULL},
    {"alert when any weight drifts > 10%", NULL},
    {"no single client > 60% of it", NULL},
    {"> 5abcdefghijklmnopqrstuvwxyz", NULL},
};

static void measures(void **state) {
  (void)state;
  for (size_t i = 0; i < QL_COUNT(MEASURES); i++) {
    ql_measure measure;
    char written[96] = "none";
    if (ql__read_measure(str(MEASURES[i].words), &measure)) write_measure(written, sizeof written, &measure);
    if (strcmp(written, MEASURES[i].measure ? MEASURES[i].measure : "none") != 0)
      fail_msg("\"%s\" is read as %s", MEASURES[i].words, written);
  }
}

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static void spans(void **state) {
  static const struct {
    const char *words;
    int64_t least, most; /* most -1: none */
  } table[] = {
      {"2-4 hours depending", 2 * HOUR, 4 * HOUR},
      {"8\xE2\x80\x93"
       "24 hours",
       8 * HOUR, 24 * HOUR},
      {"1 hour to 2 days", HOUR, 2 * DAY},
      {"between 10 and 20 min", 10 * MINUTE, 20 * MINUTE},
      {"48 hours with updates", -1, 48 * HOUR},
      {"within 24h", -1, DAY},
      {"30 minutes", -1, 30 * MINUTE},
      {"a 15-minute window", -1, 15 * MINUTE},
      {"1.5 hours", -1, 90 * MINUTE},
      {"1 business day", -1, DAY},
      {"3 working days", -1, 3 * DAY},
      {"two or 2 weeks", -1, 14 * DAY},
      {"within an hour", -1, HOUR},
      {"a day", -1, DAY},
      {"Immediate response", 0, 0},
      {"immediately", 0, 0},
      {"500 ms", -1, 500},
      {"", -1, -1},
      {"24/7", -1, -1},
      {"2 attempts", -1, -1},
      {"a second opinion", -1, -1},
      {"$5 hours", -1, -1},
      {"v2 hours", -1, -1},
      {"4-2 hours", -1, -1},
      {"1.2.3 hours", -1, -1},
      {"2024-11-21", -1, -1},
      {"999999999999 weeks", -1, -1},
      {"99999999999999999999 hours", -1, -1},
      {"5 minuteslater", -1, -1},
  };
  (void)state;
  for (size_t i = 0; i < QL_COUNT(table); i++) {
    int64_t least = -1, most = -1;
    bool found = ql__read_span(str(table[i].words), &least, &most);
    if (found != (table[i].most >= 0)) fail_msg("\"%s\": %s", table[i].words, found ? "found" : "missed");
    if (!found) continue;
    assert_int_equal(least, table[i].least);
    assert_int_equal(most, table[i].most);
  }
}

static void percentages(void **state) {
  (void)state;
  ql_measure measure;
  ql_str rest;
  assert_true(ql__read_percent(QL_STR("35% - what for"), &measure, &rest));
  assert_int_equal(measure.milli, 35000);
  assert_str_is(rest, "what for");
  assert_true(ql__read_percent(QL_STR("12.5 %"), &measure, &rest));
  assert_int_equal(measure.milli, 12500);
  assert_str_is(rest, "");
  assert_false(ql__read_percent(QL_STR("about 35%"), &measure, &rest));
  assert_false(ql__read_percent(QL_STR("35"), &measure, &rest));
  assert_false(ql__read_percent(QL_STR("35-40%"), &measure, &rest));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(measures), cmocka_unit_test(spans), cmocka_unit_test(percentages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
