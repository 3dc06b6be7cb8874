/* Quests by chance, the same ones every time: whatever the machine accepts of random commands. They hold what makes bytes differ between
   targets: every escape, text beyond the basic plane, the largest integer, 64 agents. */
#include "vectors.h"

#include <string.h>

#include <questline/quest.h>

#include "../../wasm/shim.h"
#include "base/text.h"

#define LOG_COUNT     200u
#define STEPS_MAX     60u
#define AGENTS_MAX    64u
#define LEADER        QL_STR("@lead")
#define WORD(literal) QL_STR_INIT(literal)

typedef struct chance {
  uint64_t state;
} chance;

/* xorshift64*, Vigna 2014. */
static uint32_t below(chance *c, uint32_t bound) {
  c->state ^= c->state >> 12;
  c->state ^= c->state << 25;
  c->state ^= c->state >> 27;
  return (uint32_t)((c->state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

static bool one_in(chance *c, uint32_t bound) { return below(c, bound) == 0; }

static const ql_str pieces[] = {
    WORD("Add a login. "),
    WORD("\x01\x02\x03\x04\x05\x06\x07\b\t\n\x0b\f\r\x0e\x0f"),
    WORD("\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f"),
    WORD("\"quoted\" and \\escaped\\ and /slashed/ "),
    WORD("\xc2\x80\xc2\xa0\xdf\xbf"),                                     /* U+0080, U+00A0, U+07FF */
    WORD("\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf"),                         /* line and paragraph separator, byte order mark */
    WORD("\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf"), /* around the surrogates; the last of the basic plane */
    WORD("\xf0\x90\x80\x80\xf0\x9f\xa7\xad\xf4\x8f\xbf\xbf"),             /* U+10000, U+1F9ED, U+10FFFF */
    WORD("e\xcc\x81 \xc3\xa9 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d "),         /* not normalised; right to left */
    WORD("9007199254740991 -9007199254740991 1e999 -0 "),
    WORD("{\"e\":{}}"),
};

static ql_value *some_text(ql_arena *a, chance *c) {
  ql_str chosen[6];
  size_t count = 1 + below(c, QL_COUNT(chosen));
  for (size_t i = 0; i < count; i++) chosen[i] = pieces[below(c, QL_COUNT(pieces))];
  return ql_string(a, ql_arena_concat(a, chosen, count));
}

static ql_str numbered(ql_arena *a, const char *stem, size_t number) {
  ql_buf buf = ql_buf_new(ql_alloc_libc());
  ql_buf_add(&buf, (ql_str){stem, strlen(stem)});
  ql_buf_int(&buf, (int64_t)number);
  ql_str copy = ql_arena_str(a, ql_buf_str(&buf));
  ql_buf_free(&buf);
  return copy;
}

static ql_str agent_name(ql_arena *a, size_t number) { return number == 0 ? LEADER : numbered(a, "@agent.", number); }

static ql_value *some_agent(ql_arena *a, chance *c, size_t agents) { return ql_string(a, agent_name(a, below(c, (uint32_t)agents))); }

static ql_value *some_task(ql_arena *a, chance *c, size_t tasks) {
  return ql_string(a, numbered(a, "T", 1 + below(c, (uint32_t)tasks + 1)));
}

static ql_value *command(ql_arena *a, ql_value *by, ql_str type) {
  ql_value *value = ql_object(a);
  QL_SET(value, "by", by);
  QL_SET(value, "type", ql_string(a, type));
  return value;
}

static ql_value *owner(ql_arena *a) { return ql_string(a, QL_STR("@owner")); }

static ql_value *some_plan(ql_arena *a, chance *c, size_t agents) {
  ql_value *tasks = ql_array(a);
  size_t count = 1 + below(c, 12);
  for (size_t i = 0; i < count; i++) {
    ql_value *task = ql_push(tasks, ql_object(a)), *after = ql_array(a), *accept = ql_array(a);
    for (size_t j = 0; j < i; j++)
      if (one_in(c, 4)) ql_push(after, ql_string(a, numbered(a, "T", j + 1)));
    for (uint32_t left = below(c, 3); left > 0; left--) ql_push(accept, some_text(a, c));
    QL_SET(task, "id", ql_string(a, numbered(a, "T", i + 1)));
    QL_SET(task, "title", some_text(a, c));
    QL_SET(task, "to", ql_string(a, agent_name(a, 1 + below(c, (uint32_t)agents - 1))));
    if (after->count > 0) QL_SET(task, "after", after);
    if (accept->count > 0) QL_SET(task, "accept", accept);
  }
  return tasks;
}

static ql_value *create(ql_arena *a, chance *c, size_t agents) {
  static const ql_str seat_kinds[] = {WORD("human"), WORD("model"), WORD("rehearsal"), WORD("remote")};
  ql_value *value = command(a, owner(a), QL_STR("create")), *list = ql_array(a), *seats = ql_array(a);
  for (size_t i = 0; i < agents; i++) {
    ql_push(list, ql_string(a, agent_name(a, i)));
    if (!one_in(c, 3)) continue;
    ql_value *pair = ql_push(seats, ql_array(a));
    ql_push(pair, ql_string(a, agent_name(a, i)));
    ql_push(pair, ql_string(a, seat_kinds[below(c, QL_COUNT(seat_kinds))]));
  }
  QL_SET(value, "agents", list);
  QL_SET(value, "format", ql_int(a, QL_QUEST_FORMAT));
  QL_SET(value, "mission", some_text(a, c));
  QL_SET(value, "policy", ql_string(a, QL_STR("strict")));
  QL_SET(value, "rules", ql_int(a, QL_QUEST_RULES));
  if (seats->count > 0) QL_SET(value, "seats", seats);
  if (one_in(c, 2)) {
    QL_SET(value, "brief", some_text(a, c));
    QL_SET(value, "tasks", some_plan(a, c, agents));
  }
  return value;
}

static ql_value *order(ql_arena *a, chance *c, ql_value *by, size_t agents, size_t tasks) {
  ql_value *value = command(a, by, QL_STR("message")), *to = ql_array(a);
  bool about_task = one_in(c, 2);
  for (uint32_t left = about_task ? 1 : 1 + below(c, 3); left > 0; left--) ql_push(to, some_agent(a, c, agents));
  QL_SET(value, "msg", some_text(a, c));
  QL_SET(value, "to", to);
  if (about_task) QL_SET(value, "task", some_task(a, c, tasks));
  return value;
}

static ql_value *answer(ql_arena *a, chance *c, ql_value *by, bool leads) {
  static const ql_str kinds[] = {WORD("completed"), WORD("completed"), WORD("completed"), WORD("clarification"), WORD("blocked")};
  ql_value *value = command(a, by, QL_STR("respond"));
  QL_SET(value, "kind", ql_string(a, leads ? QL_STR("progress") : kinds[below(c, QL_COUNT(kinds))]));
  QL_SET(value, "msg", some_text(a, c));
  return value;
}

static ql_value *with_reason(ql_arena *a, chance *c, ql_value *value) {
  if (one_in(c, 2)) QL_SET(value, "reason", some_text(a, c));
  return value;
}

static ql_value *from_owner(ql_arena *a, chance *c, size_t agents, size_t tasks) {
  static const ql_str usual[] = {WORD("approve"), WORD("pause"), WORD("resume"), WORD("resume"),
                                 WORD("drop"),    WORD("claim"), WORD("release")};
  static const ql_str last[] = {WORD("abort"), WORD("reject")};
  ql_str type = one_in(c, 40) ? last[below(c, QL_COUNT(last))] : usual[below(c, QL_COUNT(usual))];
  ql_value *value = command(a, owner(a), type);
  bool claim = ql_eq(type, QL_STR("claim")), seat = claim || ql_eq(type, QL_STR("release"));
  if (claim) QL_SET(value, "seat", ql_string(a, QL_STR("remote")));
  if (seat) QL_SET(value, "agent", some_agent(a, c, agents));
  if (ql_eq(type, QL_STR("drop"))) QL_SET(value, "task", some_task(a, c, tasks));
  return seat ? value : with_reason(a, c, value);
}

static ql_value *from_holder(ql_arena *a, chance *c, ql_str holder, size_t agents, size_t tasks) {
  bool leads = ql_eq(holder, LEADER);
  ql_value *by = ql_string(a, holder);
  if (leads && tasks > 0 && one_in(c, 12)) {
    ql_value *value = command(a, by, QL_STR("complete"));
    QL_SET(value, "summary", some_text(a, c));
    return value;
  }
  if (leads && one_in(c, 60)) return with_reason(a, c, command(a, by, QL_STR("fail")));
  return one_in(c, leads ? 3 : 2) ? answer(a, c, by, leads) : order(a, c, by, agents, tasks);
}

static ql_value *next_command(ql_arena *a, chance *c, uint32_t quest, size_t agents) {
  (void)qlw_quest_view(quest);
  const ql_value *view = answered_value(a);
  size_t tasks = QL_GET(view, "tasks")->count;
  if (ql_eq(ql_get_str(view, QL_STR("status")), QL_STR("proposed")) && one_in(c, 2))
    return with_reason(a, c, command(a, owner(a), QL_STR("approve")));
  const ql_value *holder = QL_GET(view, "holders")->first;
  if (holder == NULL || one_in(c, 8)) return from_owner(a, c, agents, tasks);
  return from_holder(a, c, holder->text, agents, tasks);
}

/* Asks the machine; appends what it accepts. */
static void play(ql_arena *a, uint32_t quest, const ql_value *wanted, int64_t now, const uint8_t entropy[QL_ENTROPY_BYTES]) {
  ql_str text = ql_value_text(a, wanted);
  if (qlw_quest_decide(quest, PASS(text), (double)now, (const char *)entropy, QL_ENTROPY_BYTES) < 0)
    give_up("a random command was not understood", text);
  ql_str line = ql_get_str(answered_value(a), QL_STR("line"));
  if (line.ptr != NULL && qlw_quest_append(quest, PASS(line)) != QL_OK) give_up("an accepted line was not appended", line);
}

static ql_value *generate(ql_arena *a, size_t number) {
  chance c = {UINT64_C(0x9e3779b97f4a7c15) * (number + 1)};
  size_t agents = number % 10 == 0 ? AGENTS_MAX : 2 + below(&c, 6);
  int64_t now = number % 7 == 0 ? QL_INT_MAX : number % 7 == 1 ? 0 : INT64_C(1763712000000);
  (void)qlw_quest_open(NULL, 0);
  uint32_t quest = answered_handle(a);
  size_t steps = 5 + below(&c, STEPS_MAX - 5);
  for (size_t step = 0; step < steps; step++) {
    ql_arena *scratch = new_arena();
    uint8_t entropy[QL_ENTROPY_BYTES];
    for (size_t i = 0; i < sizeof entropy; i++) entropy[i] = (uint8_t)below(&c, 256);
    ql_value *wanted = step == 0 ? create(scratch, &c, agents) : next_command(scratch, &c, quest, agents);
    play(scratch, quest, wanted, now, entropy);
    if (now < QL_INT_MAX) now += below(&c, 100000);
    ql_arena_free(scratch);
  }
  ql_value *vector = ql_object(a), *expect = QL_SET(vector, "expect", ql_object(a)), *verdict = ql_object(a);
  QL_SET(verdict, "intact", ql_string(a, QL_STR("yes")));
  QL_SET(verdict, "legal", ql_string(a, QL_STR("yes")));
  QL_SET(expect, "verdict", verdict);
  (void)qlw_quest_log(quest, 0);
  QL_SET(vector, "log", ql_string(a, answered(a)));
  QL_SET(vector, "name", ql_string(a, numbered(a, "generated-", number)));
  (void)qlw_quest_state(quest);
  QL_SET(expect, "state_hash", ql_string(a, ql_get_str(answered_value(a), QL_STR("hash"))));
  (void)qlw_close(quest);
  return vector;
}

ql_value *generate_logs(ql_arena *a) {
  ql_value *logs = need(ql_array(a));
  for (size_t i = 0; i < LOG_COUNT; i++) ql_push(logs, generate(a, i));
  if (ql_arena_failed(a)) give_up("out of memory", QL_ABSENT);
  return logs;
}
