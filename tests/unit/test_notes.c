/* Notes: what may be written, what a set gives back, and that sets merge to the same whoever merges what first. */
#include <questline/limits.h>
#include <questline/notes.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

#define AT INT64_C(1763712009000)

static ql_arena *a;
static stage *g;

static int begin(void **state) {
  (void)state;
  a = ql_arena_new(ql_alloc_libc());
  g = raise_stage("'agents':['@lead','@api']");
  ACCEPTED(does(g, "@lead", "message", "'to':['@api']"));
  return 0;
}

static int end(void **state) {
  (void)state;
  strike_stage(g);
  ql_arena_free(a);
  return 0;
}

static ql_value *draft(const char *by, int64_t n, ql_str text) {
  ql_value *value = ql_object(a);
  if (by) QL_SET(value, "by", ql_string(a, str(by)));
  if (n >= -1) QL_SET(value, "n", ql_int(a, n));
  QL_SET(value, "text", ql_string(a, text));
  return value;
}

static ql_status make(ql_str notes, const ql_value *value, uint8_t seed, ql_str *line, ql_error *err) {
  uint8_t entropy[QL_NOTE_ID_BYTES];
  memset(entropy, seed, sizeof entropy);
  return ql_note_make(g->quest, a, notes, value, AT, entropy, line, err);
}

static ql_str made(const char *by, int64_t n, const char *text, uint8_t seed) {
  ql_str line = QL_ABSENT;
  assert_int_equal(make(QL_ABSENT, draft(by, n, str(text)), seed, &line, NULL), QL_OK);
  return line;
}

static ql_str both(ql_str x, ql_str y) { return ql_arena_concat(a, (const ql_str[]){x, y}, 2); }

static ql_value *listed(ql_str notes) {
  ql_value *list = NULL;
  assert_int_equal(ql_notes_list(g->quest, a, notes, &list, NULL), QL_OK);
  return list;
}

static ql_value *merged(ql_str mine, ql_str theirs) {
  ql_value *out = NULL;
  assert_int_equal(ql_notes_merge(a, mine, theirs, &out, NULL), QL_OK);
  return out;
}

static ql_str text_of(const ql_value *answer) { return ql_get_str(answer, QL_STR("text")); }
static int64_t number(const ql_value *answer, const char *key) { return ql_get_int(answer, str(key), -1); }

static const ql_value *nth(const ql_value *list, size_t i) {
  const ql_value *item = list->first;
  while (item && i-- > 0) item = item->next;
  return item;
}

/* ---- making ---- */

static void a_note_is_one_canonical_line(void **state) {
  (void)state;
  char head[QL_HASH_CHARS];
  ql_str log = ql_arena_str(a, ql_quest_log(g->quest)), line = made(" Anna ", -2, "Look\n\"here\"", 0);
  ql_value *note = NULL;
  assert_int_equal(ql_canon_read(a, ql_slice(line, 0, line.len - 1), &note, NULL), QL_OK);
  assert_int_equal(note->count, 6);
  assert_str_is(ql_get_str(note, QL_STR("by")), "@anna");
  assert_str_is(ql_get_str(note, QL_STR("id")), "AAAAAAAAAAAAAAAAAAAAAA");
  assert_str_is(ql_get_str(note, QL_STR("text")), "Look\n\"here\"");
  assert_int_equal(ql_get_int(note, QL_STR("at"), 0), AT);
  assert_int_equal(ql_get_int(note, QL_STR("n"), -1), 1);
  ql_quest_head(g->quest, head);
  assert_true(ql_eq(ql_get_str(note, QL_STR("h")), (ql_str){head, sizeof head}));
  assert_true(ql_eq(ql_quest_log(g->quest), log)); /* the log does not know of it */
}

static void what_may_not_be_written_is_refused(void **state) {
  (void)state;
  static char longest[QL_NOTE_BYTES_MAX + 1];
  memset(longest, 'x', sizeof longest);
  const struct {
    const char *by;
    int64_t n;
    ql_str text;
    ql_status status;
    const char *detail;
  } cases[] = {
      {"@anna", 1, QL_STR("ok"), QL_OK, ""},
      {"@anna", 2, QL_STR("no such event"), QL_ERR_NOT_FOUND, ""},
      {"@anna", -1, QL_STR("no such event"), QL_ERR_NOT_FOUND, ""},
      {"@anna", 1, QL_STR(""), QL_ERR_ARGUMENT, ""},
      {"@anna", 1, QL_STR(" \n\t"), QL_ERR_ARGUMENT, ""},
      {"@", 1, QL_STR("by nobody"), QL_ERR_ARGUMENT, ""},
      {"\xff", 1, QL_STR("by nobody"), QL_ERR_ARGUMENT, ""},
      {NULL, 1, QL_STR("by nobody"), QL_ERR_ARGUMENT, ""},
      {"@anna", 1, QL_STR("a\0b"), QL_ERR_UTF8, ""},
      {"@anna", 1, QL_STR("\xc3"), QL_ERR_UTF8, ""},
      {"@anna", 1, {longest, QL_NOTE_BYTES_MAX}, QL_OK, ""},
      {"@anna", 1, {longest, QL_NOTE_BYTES_MAX + 1}, QL_ERR_LIMIT, "QL_NOTE_BYTES_MAX"},
  };
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    ql_str line = QL_ABSENT;
    ql_error err = {0};
    ql_status status = make(QL_ABSENT, draft(cases[i].by, cases[i].n, cases[i].text), 1, &line, &err);
    if (status != cases[i].status) fail_msg("case %zu: status %d, %s", i, (int)status, err.message);
    assert_int_equal(line.ptr != NULL, status == QL_OK);
    if (status != QL_OK) assert_string_equal(err.detail, cases[i].detail);
    if (status == QL_OK) assert_int_equal(number(listed(line), "bad"), 0); /* what is written is read */
  }
  ql_str line = QL_ABSENT;
  ql_value *other = draft("@anna", 1, QL_STR("x"));
  QL_SET(other, "id", ql_string(a, QL_STR("mine")));
  assert_int_equal(make(QL_ABSENT, other, 1, &line, NULL), QL_ERR_ARGUMENT);
  other = draft("@anna", -2, QL_STR("x"));
  QL_SET(other, "n", ql_string(a, QL_STR("1")));
  assert_int_equal(make(QL_ABSENT, other, 1, &line, NULL), QL_ERR_ARGUMENT);
  assert_int_equal(make(QL_ABSENT, NULL, 1, &line, NULL), QL_ERR_ARGUMENT);
}

static void an_empty_quest_has_nothing_to_note(void **state) {
  (void)state;
  ql_quest *empty = ql_quest_new(ql_alloc_libc());
  uint8_t entropy[QL_NOTE_ID_BYTES] = {0};
  ql_str line = QL_ABSENT;
  assert_int_equal(ql_note_make(empty, a, QL_ABSENT, draft("@anna", -2, QL_STR("x")), AT, entropy, &line, NULL), QL_ERR_NOT_FOUND);
  ql_quest_free(empty);
}

/* `count` notes, each with an id of its own. */
static ql_str many(size_t count) {
  ql_str one = made("@anna", 0, "x", 0);
  size_t at = ql_find(one, QL_STR("\"id\":\""), 0) + 6;
  char *lines = ql_arena_get(a, count * one.len);
  for (size_t i = 0; i < count; i++) {
    uint8_t id[QL_NOTE_ID_BYTES] = {(uint8_t)(i >> 8), (uint8_t)i};
    memcpy(lines + i * one.len, one.ptr, one.len);
    ql_base64url_write(lines + i * one.len + at, id, sizeof id);
  }
  return (ql_str){lines, count * one.len};
}

static void a_quest_has_so_many_notes(void **state) {
  (void)state;
  ql_str full = many(QL_NOTES_MAX), one = made("@anna", 0, "one more", 0xff), line = QL_ABSENT;
  ql_error err = {0};
  ql_value *out = NULL;
  const ql_value *value = draft("@anna", 0, QL_STR("x"));
  assert_int_equal(make(ql_slice(full, one.len, full.len), value, 1, &line, NULL), QL_OK);
  assert_int_equal(make(full, value, 1, &line, &err), QL_ERR_LIMIT);
  assert_string_equal(err.detail, "QL_NOTES_MAX");
  assert_int_equal(QL_GET(listed(both(full, full)), "notes")->count, QL_NOTES_MAX);
  assert_int_equal(QL_GET(merged(full, full), "fresh")->count, 0);
  assert_int_equal(ql_notes_merge(a, full, one, &out, &err), QL_ERR_LIMIT);
  assert_int_equal(ql_notes_list(g->quest, a, both(full, one), &out, &err), QL_ERR_LIMIT);
  assert_null(out);
}

/* ---- reading ---- */

static void bad_lines_are_told_and_the_others_kept(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",
      "{}",
      "[1,2,3,4,5,6]",
      "no JSON",
      "{\"at\":1,\"by\":\"anna\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\"x\"}",
      "{\"at\":1,\"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\"x\"}",
      "{\"at\":1,\"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\"x\"}",
      "{\"at\":-1,\"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\"x\"}",
      "{\"at\":1,\"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":100000,\"text\":\"x\"}",
      "{\"at\":1,\"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\" \"}",
      "{\"at\":1, \"by\":\"@a\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"n\":0,\"text\":\"x\"}",
  };
  ql_str notes = made("@anna", 0, "first", 1), last = made("@anna", 1, "last", 2);
  for (size_t i = 0; i < QL_COUNT(bad); i++) notes = both(notes, both(str(bad[i]), QL_STR("\n")));
  notes = both(notes, ql_slice(last, 0, last.len - 1)); /* a last line without its end */
  const ql_value *list = listed(notes), *problems = QL_GET(list, "problems");
  assert_int_equal(number(list, "bad"), QL_COUNT(bad));
  assert_int_equal(problems->count, QL_COUNT(bad));
  assert_int_equal(QL_GET(list, "notes")->count, 2);
  for (size_t i = 0; i < QL_COUNT(bad); i++) {
    assert_int_equal(number(nth(problems, i), "line"), 2 + (int64_t)i);
    assert_true(ql_get_str(nth(problems, i), QL_STR("message")).len > 0);
  }
  /* The same notes whatever stands between them; what was wrong with mine is no matter of the set that comes. */
  assert_true(ql_eq(text_of(merged(QL_STR(""), notes)), text_of(merged(both(made("@anna", 0, "first", 1), last), QL_STR("")))));
  assert_int_equal(number(merged(notes, last), "bad"), 0);
  assert_int_equal(number(merged(last, notes), "bad"), QL_COUNT(bad));
}

static void of_many_bad_lines_the_first_are_told(void **state) {
  (void)state;
  char lines[1000];
  memset(lines, '\n', sizeof lines);
  const ql_value *list = listed((ql_str){lines, sizeof lines});
  assert_int_equal(number(list, "bad"), 1000);
  assert_int_equal(QL_GET(list, "problems")->count, 100);
}

static void a_line_longer_than_any_note_is_bad(void **state) {
  (void)state;
  static char line[16 * QL_NOTE_BYTES_MAX];
  memset(line, 'x', sizeof line);
  assert_int_equal(number(listed((ql_str){line, sizeof line}), "bad"), 1);
  static char control[QL_NOTE_BYTES_MAX];
  memset(control, 1, sizeof control); /* each is escaped */
  ql_str longest = QL_ABSENT;
  assert_int_equal(make(QL_ABSENT, draft("@anna", 0, (ql_str){control, sizeof control}), 1, &longest, NULL), QL_OK);
  assert_int_equal(number(listed(longest), "bad"), 0);
}

static void a_list_is_sorted_and_says_what_is_loose(void **state) {
  (void)state;
  ql_str notes = both(both(made("@b", 1, "third", 9), made("@a", 0, "first", 1)), made("@a", 1, "second", 2));
  stage *other = g;
  g = raise_stage("'agents':['@lead','@db']");
  later(g, 1);
  ACCEPTED(does(g, "@lead", "message", "'to':['@db']"));
  ACCEPTED(does(g, "@lead", "respond", ""));
  notes = both(notes, both(made("@c", 1, "elsewhere", 0), made("@c", 2, "later", 3)));
  strike_stage(g);
  g = other;
  ql_str ahead = made("@d", 1, "ahead", 4); /* the head of an event, at the number of another */
  char *line = ql_arena_get(a, ahead.len);
  memcpy(line, ahead.ptr, ahead.len);
  line[ql_find(ahead, QL_STR("\"n\":1"), 0) + 4] = '7';
  notes = both(notes, (ql_str){line, ahead.len});
  static const struct {
    const char *text;
    bool anchored;
  } expect[] = {{"first", true}, {"elsewhere", false}, {"second", true}, {"third", true}, {"later", false}, {"ahead", false}};
  const ql_value *list = QL_GET(listed(notes), "notes");
  assert_int_equal(list->count, QL_COUNT(expect));
  for (size_t i = 0; i < QL_COUNT(expect); i++) {
    assert_str_is(text_of(nth(list, i)), expect[i].text);
    assert_int_equal(ql_get_bool(nth(list, i), QL_STR("anchored")), expect[i].anchored);
  }
}

/* ---- merging ---- */

static void the_smaller_of_two_with_one_id_stays(void **state) {
  (void)state;
  ql_str x = made("@anna", 0, "aaa", 1), y = made("@anna", 0, "bbb", 1);
  const ql_value *xy = merged(x, y), *yx = merged(y, x);
  assert_true(ql_eq(text_of(xy), x));
  assert_true(ql_eq(text_of(yx), x));
  assert_int_equal(QL_GET(xy, "fresh")->count, 0);
  assert_int_equal(QL_GET(yx, "fresh")->count, 1);
  assert_int_equal(number(xy, "conflicts"), 1);
  assert_int_equal(number(yx, "conflicts"), 1);
  assert_int_equal(number(merged(x, x), "conflicts"), 0);
  assert_int_equal(number(listed(both(both(x, y), y)), "conflicts"), 1);
  assert_str_is(text_of(nth(QL_GET(listed(both(y, x)), "notes"), 0)), "aaa");
}

static uint32_t chance_state = 7;
static uint32_t chance(uint32_t below) {
  chance_state = chance_state * 1664525u + 1013904223u;
  return (chance_state >> 16) % below;
}

/* Few ids and few texts, so that sets share notes and fight about ids; now and then a line that is no note. */
static ql_str some_set(void) {
  static const char *const texts[] = {"a", "b", "c\n", "ü"};
  ql_str set = QL_STR("");
  for (uint32_t i = chance(8); i > 0; i--) {
    ql_str line = chance(9) == 0 ? QL_STR("{}\n") : made(chance(2) ? "@a" : "@b", chance(2), texts[chance(4)], (uint8_t)chance(6));
    set = both(set, line);
  }
  return set;
}

static void merging_is_a_union(void **state) {
  (void)state;
  int64_t conflicts = 0;
  for (size_t round = 0; round < 2000; round++) {
    ql_arena_reset(a);
    ql_str x = some_set(), y = some_set(), z = some_set(), none = QL_STR("");
    ql_str xy = text_of(merged(x, y)), yx = text_of(merged(y, x)), yz = text_of(merged(y, z));
    assert_true(ql_eq(xy, yx));
    assert_true(ql_eq(text_of(merged(xy, z)), text_of(merged(x, yz))));
    assert_true(ql_eq(text_of(merged(xy, xy)), xy));
    assert_true(ql_eq(text_of(merged(xy, x)), xy));
    assert_true(ql_eq(text_of(merged(none, both(x, y))), xy)); /* a file that only grows is the same set */
    assert_int_equal(QL_GET(merged(xy, y), "fresh")->count, 0);
    conflicts += number(merged(x, y), "conflicts");
    /* What is fresh is all that x lacked: appended to x it gives the union. */
    ql_str grown = x;
    const ql_value *fresh = QL_GET(merged(x, y), "fresh");
    for (const ql_value *line = fresh->first; line; line = line->next) grown = both(grown, both(line->text, QL_STR("\n")));
    assert_true(ql_eq(text_of(merged(grown, none)), xy));
  }
  assert_true(conflicts > 100);
}

/* ---- memory ---- */

static ql_status trial(ql_arena *arena, const void *ctx) {
  const ql_str *sets = ctx;
  uint8_t entropy[QL_NOTE_ID_BYTES] = {3};
  ql_value *value = ql_object(arena), *out = NULL;
  ql_str line = QL_ABSENT;
  QL_SET(value, "by", ql_string(arena, QL_STR("Anna")));
  QL_SET(value, "text", ql_string(arena, QL_STR("Why?")));
  if (!value) return QL_ERR_NOMEM;
  ql_status status = ql_note_make(g->quest, arena, sets[0], value, AT, entropy, &line, NULL);
  if (status == QL_OK) status = ql_notes_merge(arena, sets[0], sets[1], &out, NULL);
  if (status == QL_OK) status = ql_notes_list(g->quest, arena, sets[1], &out, NULL);
  return status;
}

static void out_of_memory_is_an_error(void **state) {
  (void)state;
  ql_str sets[] = {both(made("@a", 0, "x", 1), QL_STR("{}\n")), both(made("@a", 0, "w", 1), made("@b", 1, "y", 2))};
  assert_true(try_every_allocation(trial, sets) > 10);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      T(a_note_is_one_canonical_line),
      T(what_may_not_be_written_is_refused),
      T(an_empty_quest_has_nothing_to_note),
      T(a_quest_has_so_many_notes),
      T(bad_lines_are_told_and_the_others_kept),
      T(of_many_bad_lines_the_first_are_told),
      T(a_line_longer_than_any_note_is_bad),
      T(a_list_is_sorted_and_says_what_is_loose),
      T(the_smaller_of_two_with_one_id_stays),
      T(merging_is_a_union),
      T(out_of_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
