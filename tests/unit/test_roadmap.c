/* Roadmaps: what is read, what comes next, what is asked of a planner, how an item is ticked off. Row S11. */
#include "support.h"

#include <questline/limits.h>
#include <questline/roadmap.h>

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

static const ql_roadmap *read_map(const char *text) {
  const ql_roadmap *map = NULL;
  if (ql_roadmap_read(a, str(text), QL_STR("docs/roadmap.md"), &map, &err) != QL_OK) fail_msg("%s: %s", err.message, text);
  return map;
}

static const char MAP[] = "# Where we go\n\n"
                          "## Phase 1: Ground (2 weeks)\n\n"
                          "**Goal:** Something stands\n"
                          "**Success Criteria:** Ten people use it\n\n"
                          "### Features\n\n"
                          "- [x] **Accounts** - People sign in `M`\n"
                          "- [X] Lists - Things in rows `S`\n\n"
                          "### Dependencies\n\n- a database\n\n"
                          "## \xF0\x9F\x8E\xAF Phase 2 - Walls\n\n"
                          "**Goal**: It holds\n\n"
                          "**Success Criteria**:\n- nothing falls\n- all is dry\n\n"
                          "### Features\n\n"
                          "- [ ] **Export** - Files out, depends on: Import `L`\n"
                          "- [ ] **Blocked thing** (blocked: no licence) `XS`\n"
                          "- [ ] **Import** - Files in `XL` `3 weeks`\n"
                          "  - [x] **Parse** - first\n"
                          "  - [ ] **Store** - then `S`\n"
                          "  - a note\n"
                          "- [x] **Old** - done long ago\n"
                          "  - [ ] left over\n\n"
                          "### Risks\n\n- rain\n\n"
                          "## Phase 3: Roof\n\n- [ ] Tiles: red ones `M`\n\n"
                          "## Success Metrics\n\n- [ ] no item\n\n"
                          "## Risks\n\n- no money\n";

static void phases_and_items(void **state) {
  (void)state;
  const ql_roadmap *map = read_map(MAP);
  assert_int_equal(map->phase_count, 3);
  assert_str_is(map->phases[0].title, "Ground");
  assert_str_is(map->phases[0].duration, "2 weeks");
  assert_str_is(map->phases[0].goal, "Something stands");
  assert_str_is(map->phases[0].success[0], "Ten people use it");
  assert_str_is(map->phases[0].dependencies[0], "a database");
  assert_int_equal(map->phases[0].open, 0);
  assert_str_is(map->phases[1].title, "Walls");
  assert_int_equal(map->phases[1].success_count, 2);
  assert_str_is(map->phases[1].risks[0], "rain");
  assert_str_is(map->risks[0], "no money");
  assert_int_equal(map->item_count, 10);
  const ql_roadmap_item *item = map->items;
  assert_str_is(item[0].title, "Accounts");
  assert_str_is(item[0].description, "People sign in");
  assert_int_equal(item[0].effort, QL_EFFORT_M);
  assert_int_equal(item[0].line, 10);
  assert_str_is(item[1].title, "Lists");
  assert_true(item[1].done);
  assert_true(item[2].blocked && item[2].after_count == 1 && item[2].after[0] == 4);
  assert_true(item[3].blocked);
  assert_str_is(item[4].description, "Files in");
  assert_str_is(item[4].duration, "3 weeks");
  assert_int_equal(item[4].effort, QL_EFFORT_XL);
  assert_str_is(item[4].details[0], "a note");
  assert_int_equal(item[5].parent, 4);
  assert_int_equal(item[6].parent, 4);
  assert_str_is(item[9].title, "Tiles");
  assert_str_is(item[9].description, "red ones");
  assert_int_equal(map->next, 4);
}

static void what_comes_next(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *next;
  } rows[] = {
      {"## Phase 1: a\n- [x] one\n## Phase 2: b\n- [ ] two\n", "two"},
      {"## Phase 1: a\n- [ ] one (blocked)\n- [ ] two\n", "two"},
      {"## Phase 1: a\n- [ ] one (blocked)\n## Phase 2: b\n- [ ] two\n", NULL}, /* the phase is not done */
      {"## Phase 1: a\n- [x] one\n  - [ ] part\n- [ ] two\n", "part"},
      {"## Phase 1: a\n- [ ] one\n  - [ ] part\n", "one"},
      {"## Phase 1: a\n- [ ] one, depends on two\n- [ ] two\n", "two"},
      {"## Phase 1: a\n- [ ] one - blocked by: two\n- [x] two\n", "one"},
      {"## Phase 1: a\n- [ ] one - depends on: two\n- [ ] two - depends on: one\n", NULL},
      {"## Phase 1: a\n- [ ] one - unblocked\n", "one"},
      {"## Now\n- [x] one\n## Later\n- [ ] two\n", "two"},
      {"- [ ] bare\n", "bare"},
      {"1. [ ] numbered\n", "numbered"},
      {"* [x] all\n* [x] done\n", NULL},
  };
  for (size_t i = 0; i < QL_COUNT(rows); i++) {
    const ql_roadmap *map = read_map(rows[i].text);
    if (!rows[i].next) {
      if (map->next != SIZE_MAX) fail_msg("row %zu has a next item", i);
      continue;
    }
    if (map->next == SIZE_MAX) fail_msg("row %zu has no next item", i);
    if (!ql_starts(map->items[map->next].title, str(rows[i].next)))
      fail_msg("row %zu: %.*s", i, (int)map->items[map->next].title.len, map->items[map->next].title.ptr);
  }
}

static void errors(void **state) {
  (void)state;
  const ql_roadmap *map = NULL;
  assert_int_equal(ql_roadmap_read(a, QL_STR("# Nothing\n- here\n"), QL_STR("r"), &map, &err), QL_ERR_SYNTAX);
  assert_int_equal(err.line, 1);
  assert_int_equal(ql_roadmap_read(a, QL_STR("- [ ] a\n\n\xFF"), QL_STR("r"), &map, &err), QL_ERR_UTF8);
  assert_int_equal(err.line, 3);
  ql_buf buf = ql_buf_new(ql_arena_alloc(a));
  for (size_t i = 0; i < QL_PLAN_EDGES_MAX; i++) ql_buf_add(&buf, QL_STR("- [ ] a\n"));
  assert_int_equal(ql_roadmap_read(a, ql_buf_str(&buf), QL_STR("r"), &map, &err), QL_OK);
  ql_buf_add(&buf, QL_STR("- [ ] a\n"));
  map = NULL;
  assert_int_equal(ql_roadmap_read(a, ql_buf_str(&buf), QL_STR("r"), &map, &err), QL_ERR_LIMIT);
  assert_int_equal(err.line, QL_PLAN_EDGES_MAX + 1);
  assert_null(map);
  ql_buf_free(&buf);
}

static void an_item_is_asked_for_and_ticked_off(void **state) {
  (void)state;
  const ql_roadmap *map = read_map(MAP), *later;
  ql_str objective;
  ql_plan_source source;
  assert_int_equal(ql_roadmap_request(a, map, map->next, &objective, &source, &err), QL_OK);
  assert_str_is(objective, "Import - Files in: Store");
  assert_str_is(source.path, "docs/roadmap.md");
  assert_int_equal(source.line, 29);
  assert_int_equal(ql_roadmap_request(a, map, 0, &objective, &source, &err), QL_ERR_STATE);
  assert_int_equal(ql_roadmap_request(a, map, 10, &objective, &source, &err), QL_ERR_NOT_FOUND);

  size_t offset = 0;
  char text[sizeof MAP];
  memcpy(text, MAP, sizeof MAP);
  assert_int_equal(ql_roadmap_tick(a, str(text), &source, &offset, &err), QL_OK);
  assert_int_equal(text[offset], ' ');
  text[offset] = 'x';
  later = read_map(text);
  assert_true(later->items[4].done);
  assert_int_equal(later->next, 2); /* what waited for it */
  assert_int_equal(ql_roadmap_tick(a, str(text), &source, &offset, &err), QL_ERR_STATE);

  /* Lines above it came and went: the title finds it; with two of that name only the line does. */
  source.line = 99;
  assert_int_equal(ql_roadmap_tick(a, str(MAP), &source, &offset, &err), QL_OK);
  source.words = QL_STR("a");
  assert_int_equal(ql_roadmap_tick(a, QL_STR("- [ ] a\n- [ ] a\n"), &source, &offset, &err), QL_ERR_NOT_FOUND);
  source.line = 2;
  assert_int_equal(ql_roadmap_tick(a, QL_STR("- [ ] a\n- [ ] a\n"), &source, &offset, &err), QL_OK);
  assert_int_equal(offset, 11);
  source.words = QL_STR("gone");
  assert_int_equal(ql_roadmap_tick(a, str(MAP), &source, &offset, &err), QL_ERR_NOT_FOUND);
}

/* The words of an item may begin on a later line, and with what would be a marker and a box there. */
static void the_box_of_an_item_is_not_one_of_its_words(void **state) {
  (void)state;
  static const struct {
    ql_str text;
    size_t box;
  } cases[] = {{QL_STR_INIT("* [ ]\n        - [ ] a\n"), 3},
               {QL_STR_INIT("* [ ]\n        1. - [ ] a\n"), 3},
               {QL_STR_INIT("> * [ ]\n>         - [ ] a\n"), 5},
               {QL_STR_INIT("* [ ]\n        [ ] a\n"), 3},
               {QL_STR_INIT("* [ ] - [ ] a\n"), 3},
               {QL_STR_INIT("- 1. [ ] a\n"), 6},
               {QL_STR_INIT("* [ ]\n\0\n        - [ ] a\n"), 3},
               {QL_STR_INIT("- b\n  - [ ] a\n"), 9},
               {QL_STR_INIT("- b\n\n- [ ] `\r\n  a`\n"), 8},
               {QL_STR_INIT("> 1. [ ] ![\n> a](x)\n"), 6},
               {QL_STR_INIT("* [ ] [](x)\n      - [ ] a\n"), 3}};
  for (size_t i = 0; i < QL_COUNT(cases); i++) {
    size_t offset = 0;
    ql_str whole = cases[i].text;
    const ql_roadmap *map = NULL;
    ql_plan_source source = {.origin = QL_FROM_DOCUMENT, .path = QL_STR("r.md")};
    char text[64];
    memcpy(text, whole.ptr, whole.len);
    assert_int_equal(ql_roadmap_read(a, whole, source.path, &map, &err), QL_OK);
    assert_int_equal(map->item_count, 1);
    source.words = map->items[0].title;
    if (ql_roadmap_tick(a, whole, &source, &offset, &err) != QL_OK || offset != cases[i].box) fail_msg("%zu: %zu", i, offset);
    text[offset] = 'x';
    assert_int_equal(ql_roadmap_read(a, (ql_str){text, whole.len}, source.path, &map, &err), QL_OK);
    assert_true(map->items[0].done);
  }
}

static void S11_from_a_request_and_from_the_roadmap(void **state) {
  (void)state;
  size_t len = 0;
  char *seed = read_file(QL_SHARED_DIR "/seeds/000_e97ca9701edbd81b.txt", &len);
  if (!seed) {
    print_message("SKIPPED: 1 seed file is not here\n");
    skip();
  }
  ql_roster *roster = ql_roster_new(ql_alloc_libc());
  assert_int_equal(ql_roster_add(roster, QL_STR("seed.md"), (ql_str){seed, len}, &err), QL_OK);
  static const char *const team[] = {"---\nname: api-dev\ndescription: Builds HTTP endpoints of the API.\n---\n",
                                     "---\nname: data-dev\ndescription: Designs the schema and writes queries.\n---\n"};
  for (size_t i = 0; i < QL_COUNT(team); i++) assert_int_equal(ql_roster_add(roster, str(i ? "b.md" : "a.md"), str(team[i]), &err), QL_OK);
  assert_int_equal(ql_roster_link(roster, &err), QL_OK);
  ql_str leader = QL_STR("@coordinator.backend");
  const ql_plan *direct = NULL, *planned = NULL, *again = NULL;
  ql_status status = ql_plan_rehearse(a, roster, leader, QL_STR("Add an export of all invoices to the API"), &direct, &err);
  if (status != QL_OK) fail_msg("%s: %s", err.message, err.detail);
  assert_int_equal(direct->item.origin, QL_FROM_NOWHERE);

  const ql_roadmap *map = read_map(MAP);
  ql_str objective, hash, other;
  ql_plan_source source;
  assert_int_equal(ql_roadmap_request(a, map, map->next, &objective, &source, &err), QL_OK);
  assert_int_equal(ql_plan_rehearse(a, roster, leader, objective, &planned, &err), QL_OK);
  assert_true(planned->task_count > 0);
  const ql_plan *plan = ql_plan_for_item(a, planned, &source);
  assert_int_equal(plan->item.line, 29);
  assert_int_equal(ql_plan_read(a, ql_plan_write(a, plan, QL_PLAN_SEED), &again, &err), QL_OK);
  assert_str_is(again->item.words, "Import");
  assert_int_equal(ql_plan_hash(a, plan, &hash, &err), QL_OK);
  assert_int_equal(ql_plan_hash(a, again, &other, &err), QL_OK);
  assert_true(ql_eq(hash, other));
  ql_roster_free(roster);
  free(seed);
}

static ql_status everything(ql_arena *arena, const void *ctx) {
  const ql_roadmap *map = NULL;
  ql_status status = ql_roadmap_read(arena, str(ctx), QL_STR("r.md"), &map, NULL);
  if (status != QL_OK) return status;
  ql_str objective;
  ql_plan_source source;
  size_t offset;
  if (!ql_roadmap_value(arena, map)) return QL_ERR_NOMEM;
  status = ql_roadmap_request(arena, map, map->next, &objective, &source, NULL);
  return status == QL_OK ? ql_roadmap_tick(arena, str(ctx), &source, &offset, NULL) : status;
}

static void memory(void **state) {
  (void)state;
  assert_true(try_every_allocation(everything, MAP) > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(phases_and_items),
      cmocka_unit_test(what_comes_next),
      cmocka_unit_test(errors),
      cmocka_unit_test(an_item_is_asked_for_and_ticked_off),
      cmocka_unit_test(the_box_of_an_item_is_not_one_of_its_words),
      cmocka_unit_test(S11_from_a_request_and_from_the_roadmap),
      cmocka_unit_test(memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
