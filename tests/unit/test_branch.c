/* Certificates, forks beside their origin, continuations, withheld and revealed texts. */
#include <questline/report.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

static ql_str member(const ql_value *object, const char *key) { return ql_get_str(object, str(key)); }
static int64_t number(const ql_value *object, const char *key) { return ql_get_int(object, str(key), -1); }

static ql_quest *read_log(ql_str log) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  assert_int_equal(ql_quest_append_log(quest, log, NULL), QL_OK);
  return quest;
}

/* The first `count` events. */
static ql_quest *cut(const ql_quest *quest, int64_t count) {
  ql_str log = ql_quest_log(quest), last = ql_quest_line(quest, count - 1);
  return read_log(ql_slice(log, 0, (size_t)(last.ptr - log.ptr) + last.len));
}

/* T1 is completed; @lead holds. 4 events. */
static stage *play(void) {
  stage *g = raise_stage("'agents':['@lead','@api'],'loops':3");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api'],'msg':'secret words'"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ACCEPTED(does(g, "@api", "respond", "'msg':'the answer'"));
  return g;
}

static stage *on_stage(ql_quest *quest, int64_t now) {
  stage *g = calloc(1, sizeof *g);
  g->quest = quest;
  g->now = now;
  return g;
}

static void a_certificate_says_what_is_proven(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_value *certificate;
  assert_int_equal(ql_quest_certificate(a, ql_quest_log(g->quest), QL_ABSENT, &certificate, NULL), QL_OK);
  assert_int_equal(QL_GET(certificate, "unanswered")->count, 0);
  assert_int_equal(QL_GET(certificate, "turns")->count, 3);
  const ql_value *task = QL_GET(certificate, "tasks")->first;
  assert_int_equal(number(task, "given"), 1);
  assert_int_equal(number(task, "closed"), 3);
  assert_int_equal(member(task, "answer").len, QL_HASH_CHARS);
  assert_str_is(member(QL_GET(certificate, "verdict"), "complete"), "open");
  assert_true(QL_GET(certificate, "not_proven")->count > 0);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "drop", "'task':'T2'"));
  ACCEPTED(does(g, "@owner", "abort", ""));
  assert_int_equal(ql_quest_certificate(a, ql_quest_log(g->quest), QL_ABSENT, &certificate, NULL), QL_OK);
  assert_str_is(QL_GET(certificate, "unanswered")->first->text, "T2");
  assert_str_is(member(QL_GET(certificate, "verdict"), "complete"), "terminal");
  /* A changed time breaks the chain: the certificate says so, and covers what is before. */
  char broken[8192];
  ql_str log = ql_quest_log(g->quest);
  assert_true(log.len < sizeof broken);
  memcpy(broken, log.ptr, log.len);
  size_t at = (size_t)(ql_quest_line(g->quest, 3).ptr - log.ptr);
  broken[ql_find(log, QL_STR("\"at\":17"), at) + 5] = '2';
  log.ptr = broken;
  assert_int_equal(ql_quest_certificate(a, log, QL_ABSENT, &certificate, NULL), QL_OK);
  assert_str_is(member(QL_GET(certificate, "verdict"), "intact"), "no");
  assert_str_is(QL_GET(certificate, "unanswered")->first->text, "T1");
  ql_arena_free(a);
  strike_stage(g);
}

static void comparing_finds_where_logs_part(void **state) {
  (void)state;
  stage *g = play(), *fork = on_stage(cut(g->quest, 3), g->now);
  ACCEPTED(say(fork, "{'by':'@owner','type':'fork','from':2,'id':'0123456789'}"));
  ACCEPTED(does(fork, "@api", "respond", "'kind':'blocked'"));
  ql_quest *prefix = cut(g->quest, 2), *empty = ql_quest_new(ql_alloc_libc());
  stage *other = raise_stage("'agents':['@lead','@b']");
  const struct {
    const ql_quest *left, *right;
    const char *relation;
    int64_t shared;
  } ROWS[] = {{g->quest, g->quest, "same", 4},         {g->quest, prefix, "left_continues", 2}, {prefix, g->quest, "right_continues", 2},
              {g->quest, fork->quest, "diverged", 3},  {empty, g->quest, "right_continues", 0}, {empty, empty, "same", 0},
              {g->quest, other->quest, "unrelated", 0}};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    const ql_value *comparison = ql_quest_compare(ROWS[i].left, ROWS[i].right, a);
    assert_str_is(member(comparison, "relation"), ROWS[i].relation);
    assert_int_equal(number(comparison, "shared"), ROWS[i].shared);
  }
  const ql_value *comparison = ql_quest_compare(g->quest, fork->quest, a);
  assert_str_is(member(QL_GET(QL_GET(comparison, "left"), "first"), "type"), "respond");
  assert_str_is(member(QL_GET(QL_GET(comparison, "right"), "first"), "type"), "fork");
  const ql_value *differs = QL_GET(comparison, "differs");
  assert_str_is(member(differs->last, "name"), "T1");
  assert_str_is(member(differs->last, "left"), "done");
  assert_str_is(member(differs->last, "right"), "blocked");
  ql_arena_free(a);
  ql_quest_free(prefix);
  ql_quest_free(empty);
  strike_stage(other);
  strike_stage(fork);
  strike_stage(g);
}

static void only_a_continuation_is_taken(void **state) {
  (void)state;
  stage *g = play(), *apart = on_stage(cut(g->quest, 3), g->now + 5), *fork = on_stage(cut(g->quest, 4), g->now);
  ACCEPTED(does(apart, "@api", "respond", "'kind':'blocked'"));
  ACCEPTED(say(fork, "{'by':'@owner','type':'fork','from':3,'id':'0123456789'}"));
  ql_quest *prefix = cut(g->quest, 2), *empty = ql_quest_new(ql_alloc_libc());
  stage *other = raise_stage("'agents':['@lead','@b']");
  const struct {
    ql_quest *mine;
    const ql_quest *theirs;
    ql_status status;
    uint32_t line;
    int64_t events;
  } ROWS[] = {{g->quest, g->quest, QL_OK, 0, 4},
              {g->quest, prefix, QL_OK, 0, 4},
              {g->quest, apart->quest, QL_ERR_CONFLICT, 4, 4},
              {g->quest, fork->quest, QL_ERR_CONFLICT, 0, 4},
              {g->quest, other->quest, QL_ERR_CONFLICT, 0, 4},
              {prefix, g->quest, QL_OK, 0, 4},
              {empty, g->quest, QL_OK, 0, 4}};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    ql_str lines = QL_STR("");
    ql_error err = {0};
    assert_int_equal(ql_quest_continuation(ROWS[i].mine, ROWS[i].theirs, a, &lines, &err), ROWS[i].status);
    assert_int_equal(err.line, ROWS[i].line);
    assert_int_equal(ql_quest_append_log(ROWS[i].mine, lines, NULL), QL_OK);
    assert_int_equal(ql_quest_count(ROWS[i].mine), ROWS[i].events);
  }
  ql_arena_free(a);
  ql_quest_free(prefix);
  ql_quest_free(empty);
  strike_stage(other);
  strike_stage(apart);
  strike_stage(fork);
  strike_stage(g);
}

static bool has(ql_str text, const char *part) { return ql_find(text, str(part), 0) != SIZE_MAX; }

static void texts_are_withheld_and_revealed(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const int64_t one[] = {1}, none[] = {9};
  ql_str bare, some, back;
  char head[2][QL_HASH_CHARS];
  assert_int_equal(ql_quest_redact(g->quest, a, NULL, 0, &bare, NULL), QL_OK);
  assert_false(has(bare, "\"x\""));
  assert_int_equal(ql_quest_redact(g->quest, a, one, 1, &some, NULL), QL_OK);
  assert_false(has(some, "secret"));
  assert_true(has(some, "the answer"));
  assert_false(has(some, "\"key\":[")); /* with it the words could be guessed */
  assert_true(has(ql_quest_log(g->quest), "\"key\":["));
  assert_int_equal(ql_quest_redact(g->quest, a, none, 1, &back, NULL), QL_ERR_ARGUMENT);
  ql_quest *all = read_log(bare), *redacted = read_log(some);
  ql_quest_head(g->quest, head[0]);
  ql_quest_head(redacted, head[1]);
  assert_memory_equal(head[0], head[1], QL_HASH_CHARS);
  assert_int_equal(ql_quest_reveal(all, g->quest, a, 1, &back, NULL), QL_OK);
  assert_true(has(back, "secret"));
  assert_false(has(back, "the answer"));
  ql_quest_free(read_log(back));
  assert_int_equal(ql_quest_reveal(all, g->quest, a, 0, &back, NULL), QL_OK);
  assert_false(has(back, "\"key\":["));
  assert_int_equal(ql_quest_reveal(all, g->quest, a, -1, &back, NULL), QL_OK);
  assert_true(ql_eq(back, ql_quest_log(g->quest)));
  stage *other = raise_stage("'agents':['@lead','@b']");
  assert_int_equal(ql_quest_reveal(all, other->quest, a, 0, &back, NULL), QL_ERR_CONFLICT);
  assert_int_equal(ql_quest_reveal(all, other->quest, a, 3, &back, NULL), QL_ERR_CONFLICT);
  assert_int_equal(ql_quest_reveal(all, other->quest, a, 4, &back, NULL), QL_ERR_ARGUMENT);
  strike_stage(other);
  ql_quest_free(all);
  ql_quest_free(redacted);
  ql_arena_free(a);
  strike_stage(g);
}

/* ---- two copies as one ---- */

static ql_quest *without(const ql_quest *quest, ql_arena *a, int64_t event) {
  ql_str log;
  assert_int_equal(ql_quest_redact(quest, a, &event, 1, &log, NULL), QL_OK);
  return read_log(log);
}

static void assert_joined(const ql_quest *mine, const ql_quest *theirs, ql_str expected) {
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = QL_ABSENT;
  assert_int_equal(ql_quest_join(mine, theirs, a, &log, NULL), QL_OK);
  assert_true(ql_eq(log, expected));
  ql_arena_free(a);
}

static void copies_are_joined_and_nothing_is_lost(void **state) {
  (void)state;
  stage *g = play();
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str full = ql_quest_log(g->quest), bare_log, keyless;
  ql_quest *first = without(g->quest, a, 1), *last = without(g->quest, a, 3), *early = cut(g->quest, 2), *empty = read_log(QL_STR(""));
  assert_int_equal(ql_quest_redact(g->quest, a, NULL, 0, &bare_log, NULL), QL_OK);
  ql_quest *bare = read_log(bare_log);
  assert_joined(g->quest, bare, full);
  assert_joined(bare, g->quest, full);
  assert_joined(bare, bare, bare_log);
  assert_joined(
      early, bare,
      ql_arena_concat(
          a,
          (const ql_str[]){ql_quest_log(early),
                           ql_slice(bare_log, ql_find(bare_log, QL_STR("\n"), ql_find(bare_log, QL_STR("\n"), 0) + 1) + 1, bare_log.len)},
          2));
  assert_joined(early, first,
                ql_arena_concat(a, (const ql_str[]){ql_quest_log(early), ql_quest_line(g->quest, 2), ql_quest_line(g->quest, 3)}, 3));
  assert_joined(empty, g->quest, full);
  assert_joined(g->quest, empty, full);
  /* Each has a text that the other lacks; the key of the digests is in neither. */
  assert_int_equal(ql_quest_reveal(first, g->quest, a, 0, &keyless, NULL), QL_OK);
  ql_quest *expected = read_log(keyless);
  assert_int_equal(ql_quest_reveal(expected, g->quest, a, 1, &keyless, NULL), QL_OK);
  assert_true(has(keyless, "secret") && has(keyless, "the answer"));
  assert_joined(first, last, keyless);
  assert_joined(last, first, keyless);
  ql_quest *const all[] = {first, last, early, empty, bare, expected};
  for (size_t i = 0; i < QL_COUNT(all); i++) ql_quest_free(all[i]);
  ql_arena_free(a);
  strike_stage(g);
}

/* A log whose first line has of a list of texts only those that are named: each is the whole pair in JSON. */
static ql_quest *opens(ql_arena *a, ql_str log, size_t from, size_t to, ql_str pairs) {
  return read_log(ql_arena_concat(a, (const ql_str[]){ql_slice(log, 0, from), pairs, ql_slice(log, to, log.len)}, 3));
}

static void texts_of_a_list_are_joined_one_by_one(void **state) {
  (void)state;
  stage *g = raise_stage("'agents':['@lead','@api'],'tasks':[{'id':'T1','title':'one','to':'@api'},{'id':'T2','title':'two','to':'@api'},"
                         "{'id':'T3','title':'three','to':'@api'}]");
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log = ql_quest_log(g->quest), start = QL_STR("\"title\":[["), comma = QL_STR(",");
  size_t from = ql_find(log, start, ql_find(log, QL_STR("\"x\":"), 0)) + start.len - 1;
  size_t second = ql_find(log, QL_STR("],["), from) + 2, third = ql_find(log, QL_STR("],["), second) + 2,
         to = ql_find(log, QL_STR("]]"), third) + 1;
  ql_str one = ql_slice(log, from, second - 1), two = ql_slice(log, second, third - 1), three = ql_slice(log, third, to);
  ql_quest *outer = opens(a, log, from, to, ql_arena_concat(a, (const ql_str[]){one, comma, three}, 3));
  ql_quest *inner = opens(a, log, from, to, two),
           *begun = opens(a, log, from, to, ql_arena_concat(a, (const ql_str[]){one, comma, two}, 3));
  assert_joined(outer, inner, log);
  assert_joined(inner, outer, log);
  assert_joined(begun, outer, log);
  assert_joined(begun, inner, ql_quest_log(begun));
  ql_quest_free(outer);
  ql_quest_free(inner);
  ql_quest_free(begun);
  ql_arena_free(a);
  strike_stage(g);
}

static void only_copies_of_one_quest_are_joined(void **state) {
  (void)state;
  stage *g = play(), *apart = on_stage(cut(g->quest, 3), g->now + 5), *fork = on_stage(cut(g->quest, 4), g->now);
  ACCEPTED(does(apart, "@api", "respond", "'kind':'blocked'"));
  ACCEPTED(say(fork, "{'by':'@owner','type':'fork','from':3,'id':'0123456789'}"));
  stage *other = raise_stage("'agents':['@lead','@b']");
  const ql_quest *const ROWS[] = {apart->quest, fork->quest, other->quest};
  static const uint32_t LINES[] = {4, 0, 0};
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  for (size_t i = 0; i < QL_COUNT(ROWS) * 2; i++) {
    ql_str log = QL_ABSENT;
    ql_error err = {0};
    const ql_quest *mine = i % 2 ? g->quest : ROWS[i / 2], *theirs = i % 2 ? ROWS[i / 2] : g->quest;
    assert_int_equal(ql_quest_join(mine, theirs, a, &log, &err), QL_ERR_CONFLICT);
    assert_int_equal(err.line, LINES[i / 2]);
    assert_null(log.ptr);
  }
  ql_arena_free(a);
  strike_stage(other);
  strike_stage(apart);
  strike_stage(fork);
  strike_stage(g);
}

/* Each was signed by somebody in one of the two copies. */
static void signatures_of_both_are_kept(void **state) {
  (void)state;
  static const char KEY[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  char create[256], signature[86 + 1] = "";
  snprintf(create, sizeof create, "'agents':['@lead','@api'],'keys':[['@lead','%s'],['@api','%s']]", KEY, KEY);
  memset(signature, 'A', 86);
  stage *g = raise_stage(create);
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  ql_quest *one = cut(g->quest, 3), *other = cut(g->quest, 3);
  assert_int_equal(ql_quest_sign(one, 1, str(signature), NULL), QL_OK);
  assert_int_equal(ql_quest_sign(other, 2, str(signature), NULL), QL_OK);
  assert_int_equal(ql_quest_sign(g->quest, 1, str(signature), NULL), QL_OK);
  assert_int_equal(ql_quest_sign(g->quest, 2, str(signature), NULL), QL_OK);
  assert_joined(one, other, ql_quest_log(g->quest));
  signature[0] = 'B';
  assert_int_equal(ql_quest_sign(other, 1, str(signature), NULL), QL_OK);
  assert_joined(one, other, ql_quest_log(g->quest)); /* where both have one, mine stays */
  ql_quest_free(one);
  ql_quest_free(other);
  strike_stage(g);
}

static void an_empty_quest_has_nothing_to_withhold(void **state) {
  (void)state;
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_str log;
  ql_value *certificate;
  assert_int_equal(ql_quest_redact(quest, a, NULL, 0, &log, NULL), QL_OK);
  assert_int_equal(log.len, 0);
  assert_int_equal(ql_quest_certificate(a, QL_STR(""), QL_ABSENT, &certificate, NULL), QL_OK);
  assert_int_equal(QL_GET(certificate, "agents")->count, 0);
  ql_arena_free(a);
  ql_quest_free(quest);
}

/* ---- memory ---- */

static ql_status try_certificate(ql_arena *a, const void *quest) {
  ql_value *value;
  return ql_quest_certificate(a, ql_quest_log(quest), QL_ABSENT, &value, NULL);
}
static ql_status try_compare(ql_arena *a, const void *quest) { return ql_quest_compare(quest, quest, a) ? QL_OK : QL_ERR_NOMEM; }
static ql_status try_continuation(ql_arena *a, const void *quest) {
  ql_str lines;
  return ql_quest_continuation(quest, quest, a, &lines, NULL);
}
static ql_status try_redact(ql_arena *a, const void *quest) {
  const int64_t one[] = {1};
  ql_str log;
  return ql_quest_redact(quest, a, one, 1, &log, NULL);
}
static ql_status try_reveal(ql_arena *a, const void *quest) {
  ql_str log;
  return ql_quest_reveal(quest, quest, a, -1, &log, NULL);
}

static ql_status try_join(ql_arena *a, const void *quest) {
  ql_quest *bare = ql_quest_new(ql_arena_alloc(a));
  ql_str log = QL_ABSENT;
  ql_status status = bare ? ql_quest_redact(quest, a, NULL, 0, &log, NULL) : QL_ERR_NOMEM;
  if (status == QL_OK) status = ql_quest_append_log(bare, log, NULL);
  if (status == QL_OK) status = ql_quest_join(bare, quest, a, &log, NULL);
  ql_quest_free(bare);
  return status;
}

static void memory_may_run_out(void **state) {
  (void)state;
  static const memory_trial TRIALS[] = {try_certificate, try_compare, try_continuation, try_redact, try_reveal, try_join};
  stage *g = play();
  for (size_t i = 0; i < QL_COUNT(TRIALS); i++) assert_true(try_every_allocation(TRIALS[i], g->quest) > 0);
  strike_stage(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_certificate_says_what_is_proven),      cmocka_unit_test(comparing_finds_where_logs_part),
      cmocka_unit_test(only_a_continuation_is_taken),           cmocka_unit_test(texts_are_withheld_and_revealed),
      cmocka_unit_test(copies_are_joined_and_nothing_is_lost),  cmocka_unit_test(texts_of_a_list_are_joined_one_by_one),
      cmocka_unit_test(only_copies_of_one_quest_are_joined),    cmocka_unit_test(signatures_of_both_are_kept),
      cmocka_unit_test(an_empty_quest_has_nothing_to_withhold), cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
