/* Every cell of the table of the turn machine, command × status, has a vector of quests: what the table says there was answered by one. */
#include <questline/limits.h>

#include <dirent.h>

#include "base/text.h"
#include "stage.h"
#include "support.h"

typedef struct cell {
  ql__refusal_code says;
  bool met;
} cell;

enum { PROPOSED, RUNNING, PAUSED, CLOSING, COLUMNS };

static cell table[QL_EVENT_COUNT][COLUMNS] = {
#define COMMAND(type, who, proposed, running, paused, closing, guard, refusals)                                                            \
  [QL_EVENT_##type] = {{QL__##proposed, false}, {QL__##running, false}, {QL__##paused, false}, {QL__##closing, false}},
#include <questline/commands.def>
#undef COMMAND
};
static cell over[QL_EVENT_COUNT], empty[QL_EVENT_COUNT];

static cell *cell_of(ql__status status, ql_event_type type) {
  switch (status) {
  case QL__PROPOSED: return &table[type][PROPOSED];
  case QL__RUNNING: return &table[type][RUNNING];
  case QL__PAUSED: return &table[type][PAUSED];
  case QL__CLOSING: return &table[type][CLOSING];
  case QL__EMPTY: return &empty[type];
  case QL__COMPLETED:
  case QL__FAILED:
  case QL__ABORTED:
  case QL__TIMED_OUT:
  case QL__STATUS_COUNT: break;
  }
  return &over[type];
}

/* What is asked of one command of a vector: did it get what the table says of its status? */
static void note(const ql_quest *quest, const ql_value *command, const ql_decision *decision) {
  ql_event_type type = ql__event_type(ql_get_str(command, QL_STR("type")));
  cell *at = cell_of(quest->state.status, type);
  ql_str code = decision->refusal ? ql_get_str(decision->refusal, QL_STR("code")) : ql__refusal_name(QL__ACCEPTED);
  if (decision->duplicate_of < 0 && ql_eq(code, ql__refusal_name(at->says))) at->met = true;
}

static void play(ql_arena *a, const ql_value *steps) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  uint8_t entropy[QL_ENTROPY_BYTES] = {0};
  int64_t now = INT64_C(1763712000000);
  for (const ql_value *step = steps->first; step; step = step->next, now += 1000, entropy[0]++) {
    ql_value *command = QL_GET(step, "command");
    ql_decision decision = {0};
    if (!command || (command->kind == QL_STRING && ql_json_read(a, command->text, &command, NULL) != QL_OK)) continue;
    if (ql_quest_decide(quest, a, command, ql_get_int(step, QL_STR("now"), now), entropy, &decision, NULL) != QL_OK) continue;
    note(quest, command, &decision);
    if (decision.line.ptr) assert_int_equal(ql_quest_append(quest, decision.line, NULL), QL_OK);
  }
  ql_quest_free(quest);
}

static size_t unmet(const cell *at, ql_event_type type, const char *status) {
  if (at->met) return 0;
  ql_str name = ql__event_name(type), says = ql__refusal_name(at->says);
  print_message("no vector: %.*s, %s: %.*s\n", (int)name.len, name.ptr, status, (int)says.len, says.ptr);
  return 1;
}

static void every_cell_has_a_vector(void **state) {
  (void)state;
  static const char *const NAMES[] = {"proposed", "running", "paused", "closing"};
  char folder[512], path[1024];
  for (size_t type = 0; type < QL_EVENT_COUNT; type++) {
    over[type].says = QL__quest_over;
    empty[type].says = type == QL_EVENT_create ? QL__ACCEPTED : QL__not_created;
  }
  snprintf(folder, sizeof folder, "%s/vectors/quest", QL_TEST_DATA);
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (!strstr(entry->d_name, ".json")) continue;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    char *bytes = read_file(path, &len);
    ql_arena *a = ql_arena_new(ql_alloc_libc());
    ql_value *vector;
    assert_int_equal(ql_json_read(a, (ql_str){bytes, len}, &vector, NULL), QL_OK);
    play(a, QL_GET(vector, "steps"));
    ql_arena_free(a);
    free(bytes);
  }
  (void)closedir(dir);
  size_t missing = 0, cells = 0;
  for (size_t type = 0; type < QL_EVENT_COUNT; type++) {
    for (size_t i = 0; i < COLUMNS; i++, cells++) {
      bool never = type == QL_EVENT_done && i == PROPOSED; /* nothing is under way before it runs */
      if (!never) missing += unmet(&table[type][i], (ql_event_type)type, NAMES[i]);
    }
    missing += unmet(&over[type], (ql_event_type)type, "over");
    missing += unmet(&empty[type], (ql_event_type)type, "empty");
    cells += 2;
  }
  print_message("%zu cells\n", cells);
  assert_int_equal(missing, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_cell_has_a_vector)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
