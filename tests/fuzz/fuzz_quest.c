// Commands made of bytes, hostile ones among them: what decide promises is what append does, a refusal leaves no trace and cannot be forced
// into the log, every invariant holds after each event, and the log alone, with or without its texts, gives the same state.

#include <questline/limits.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/invariants.h"
#include "base/text.h"
#include "quest/quest.h"

#define STEPS_MAX 96

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
  const uint8_t *at, *end;
} input;

/* Zeros behind the end. */
static unsigned take(input *in) { return in->at < in->end ? *in->at++ : 0; }

#define check(right) hold((right), __LINE__)
static void hold(bool right, int line) {
  if (right) return;
  fprintf(stderr, "broken in line %d\n", line);
  abort();
}

/* ---- values, by the kinds of events.def ---- */

#define OPTIONAL false
#define REQUIRED true
#define FILLED   true
typedef enum kind {
  INT,
  COUNT,
  QUEST_ID,
  TASK,
  TASK_LIST,
  GROUPS,
  AGENT,
  AGENT_LIST,
  TEXT,
  TEXT_LIST,
  POLICY,
  KIND,
  SEAT,
  WORD,
  SHA256,
  DIGEST,
  MEDIA,
  VERDICT,
  EFFECT,
  OUTCOME,
  SPECS,
  SEATS,
  KEYS,
  TASKS,
  GATES,
  LADDER,
  BUDGET,
  DEADLINES,
  KINDS
} kind;

static const struct {
  ql_event_type type;
  ql_str name;
  kind kind;
  bool required;
} FIELDS[] = {
#define EVENT(type, doc)
#define FIELD(type, name, kind, need, doc) {QL_EVENT_##type, QL_STR_INIT(#name), kind, need},
#include <questline/events.def>
#undef EVENT
#undef FIELD
};

static const ql_str TYPES[] = {
#define EVENT(type, doc) QL_STR_INIT(#type),
#define FIELD(type, name, kind, need, doc)
#include <questline/events.def>
#undef EVENT
#undef FIELD
};

#define HASH_A   "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define HASH_B   "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\""
#define DIGEST_A "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""

/* What a field of a kind may be given, as JSON: mostly what makes sense, once what does not. NULL ends a row. */
static const char *const MENU[KINDS][12] = {
    [INT] = {"0", "1", "2", "3", "5", "7", "11", "80000", "-1", "9007199254740991", NULL},
    [COUNT] = {"1", "2", "3", "40", "1000", "0", NULL},
    [QUEST_ID] = {"\"0123456789\"", "\"abcdefghjk\"", "\"no\"", NULL},
    [TASK] = {"\"T1\"", "\"T2\"", "\"T3\"", "\"T4\"", "\"T9\"", "\"T0\"", NULL},
    [TASK_LIST] = {"[\"T1\"]", "[\"T1\",\"T2\"]", NULL},
    [GROUPS] = {"[[\"T1\"],[\"T2\"],[\"T3\"]]", "[[\"T1\",\"T2\"],[\"T3\"]]", "[[\"T3\"],[\"T1\",\"T2\"]]", NULL},
    [AGENT] = {"\"@api\"", "\"@db\"", "\"@ui\"", "\"@lead\"", "\"@owner\"", "\"@new\"", "\"@api.x\"", NULL},
    [AGENT_LIST] = {"[\"@api\"]", "[\"@db\"]", "[\"@ui\"]", "[\"@api\",\"@db\"]", "[\"@lead\",\"@api\",\"@db\",\"@ui\"]", "[\"@lead\"]",
                    "[\"@owner\"]", "[\"@new\",\"@api\"]", "[\"@api\",\"@api\"]", NULL},
    [TEXT] = {"\"x\"", "\"X  y\"", "\"\"", "\"\\u00e9\\n\\\",\\\"x\\\":\"", "\"\\u0001\\ud834\\udd1e\"", NULL},
    [TEXT_LIST] = {"[\"x\"]", "[\"x\",\"y\"]", NULL},
    [POLICY] = {"\"strict\"", "\"parallel\"", NULL},
    [KIND] = {"\"completed\"", "\"clarification\"", "\"blocked\"", "\"progress\"", NULL},
    [SEAT] = {"\"human\"", "\"model\"", "\"rehearsal\"", "\"remote\"", NULL},
    [WORD] = {"\"cov\"", "\"rev\"", "\"end\"", "\"green\"", "\"m\\\"x\"", NULL},
    [SHA256] = {HASH_A, HASH_B, "\"short\"", NULL},
    [DIGEST] = {DIGEST_A, NULL},
    [MEDIA] = {"\"text/plain\"", "\"text\"", NULL},
    [VERDICT] = {"\"given\"", "\"pass\"", "\"fail\"", "\"waived\"", NULL},
    [EFFECT] = {"\"http\"", "\"tool\"", "\"blob\"", NULL},
    [OUTCOME] = {"\"ok\"", "\"error\"", "\"lost\"", "\"cancelled\"", NULL},
    [SPECS] = {"[[\"@lead\"," HASH_A "]]", NULL},
    [SEATS] = {"[[\"@api\",\"model\"],[\"@db\",\"rehearsal\"]]", "[[\"@owner\",\"human\"]]", NULL},
    [KEYS] = {"[[\"@api\"," DIGEST_A "]]", NULL},
    [TASKS] =
        {"[{\"id\":\"T1\",\"title\":\"a\",\"to\":\"@api\"},{\"after\":[\"T1\"],\"id\":\"T2\",\"title\":\"b\",\"to\":\"@db\"},"
         "{\"after\":[\"T1\",\"T2\"],\"id\":\"T3\",\"title\":\"c\",\"to\":\"@ui\"}]",
         "[{\"accept\":[\"r\",\"r\"],\"id\":\"T1\",\"outputs\":[\"o\"],\"title\":\"a\",\"to\":\"@api\"},"
         "{\"id\":\"T2\",\"title\":\"b\",\"to\":\"@api\"},{\"id\":\"T3\",\"title\":\"c\",\"to\":\"@db\"}]",
         "[{\"after\":[\"T2\"],\"id\":\"T1\",\"title\":\"a\",\"to\":\"@api\"},{\"after\":[\"T1\"],\"id\":\"T2\",\"title\":\"b\",\"to\":\"@db\"}]",
         NULL},
    [GATES] =
        {"[{\"id\":\"cov\",\"judge\":\"rule\",\"milli\":80000,\"op\":\">=\",\"text\":\"t\"},{\"id\":\"rev\",\"judge\":\"seat\",\"text\":\"t\"}]",
         "[{\"expect\":\"green\",\"id\":\"end\",\"judge\":\"rule\",\"task\":\"T1\",\"text\":\"t\"}]",
         "[{\"id\":\"rev\",\"judge\":\"seat\",\"task\":\"T2\",\"text\":\"t\",\"unit\":\"%\"}]",
         "[{\"id\":\"cov\",\"judge\":\"rule\",\"text\":\"t\"}]", NULL},
    [LADDER] = {"[{\"max_ms\":50,\"min_ms\":20,\"to\":[\"@api\"]},{\"max_ms\":90,\"name\":\"n\"},{\"max_ms\":0,\"min_ms\":0}]",
                "[{\"retries\":2},{\"retries\":1,\"to\":[\"@lead\"]}]", "[{\"max_ms\":1,\"min_ms\":2}]", NULL},
    [BUDGET] = {"{\"tokens\":10}", "{\"turns\":3}", "{\"ms\":100}", "{\"micro\":9}",
                "{\"micro\":1000,\"ms\":5000,\"tokens\":9000,\"turns\":40}", NULL},
    [DEADLINES] = {"{\"turn\":60}", "{\"task\":80}", "{\"quest\":500}", "{\"quest\":200,\"task\":70,\"turn\":30}", NULL},
};

static ql_value *from_json(ql_arena *a, const char *json) {
  ql_value *value;
  check(ql_json_read(a, (ql_str){json, strlen(json)}, &value, NULL) == QL_OK);
  return value;
}

static ql_value *choose(ql_arena *a, kind of, unsigned which) {
  size_t count = 0;
  while (MENU[of][count]) count++;
  return from_json(a, MENU[of][which % count]);
}

/* ---- commands ---- */

static const char *const SPEAKERS[] = {"@owner", "@lead", "@api", "@db", "@ui", "@new", "@nobody"};

static ql_value *fields(ql_arena *a, input *in, ql_event_type type) {
  ql_value *command = ql_object(a);
  unsigned wanted = take(in) | take(in) << 8;
  for (size_t i = 0, bit = 0; i < QL_COUNT(FIELDS); i++) {
    if (FIELDS[i].type != type || ql_eq(FIELDS[i].name, QL_STR("format")) || ql_eq(FIELDS[i].name, QL_STR("rules"))) continue;
    bool optional = !FIELDS[i].required || ql_eq(FIELDS[i].name, QL_STR("kind")) || ql_eq(FIELDS[i].name, QL_STR("policy"));
    if (optional && !(wanted >> bit++ % 16 & 1)) continue;
    ql_set(command, FIELDS[i].name, choose(a, FIELDS[i].kind, take(in)));
  }
  QL_SET(command, "type", ql_string(a, TYPES[type]));
  return command;
}

static ql_value *create(ql_arena *a, input *in) {
  ql_value *command = fields(a, in, QL_EVENT_create);
  QL_SET(command, "agents", choose(a, AGENT_LIST, 4));
  QL_SET(command, "by", ql_string(a, QL_STR("@owner")));
  return command;
}

/* Mostly what somebody who holds the turn could mean: a byte below 96 is one of the moves that make a quest. */
static ql_value *move(ql_arena *a, input *in, const ql__state *s) {
  static const ql_event_type MOVES[] = {QL_EVENT_message, QL_EVENT_respond, QL_EVENT_gate, QL_EVENT_start, QL_EVENT_done, QL_EVENT_tick};
  unsigned what = take(in), who = take(in);
  ql_event_type type = what < 96 ? MOVES[what % QL_COUNT(MOVES)] : (ql_event_type)(what % QL_EVENT_COUNT);
  ql_value *command = fields(a, in, type);
  const char *by = SPEAKERS[who % QL_COUNT(SPEAKERS)];
  QL_SET(command, "by", ql_string(a, (ql_str){by, strlen(by)}));
  for (size_t i = 0; who >= 128 && i < s->seat_count; i++)
    if (ql__holds(s, (i + who) % s->seat_count)) QL_SET(command, "by", ql_string(a, s->seats[(i + who) % s->seat_count].id));
  if (type == QL_EVENT_done && s->effect_count > 0 && who % 4) QL_SET(command, "start", ql_int(a, s->effects[who % s->effect_count].n));
  if (type == QL_EVENT_fork && who % 2) QL_SET(command, "from", ql_int(a, s->events - 1));
  if (take(in) % 16 == 1) QL_SET(command, "fence", ql_int(a, (int64_t)take(in) % 4));
  if (take(in) % 16 == 1) QL_SET(command, "k", ql_int(a, (int64_t)take(in) % 8));
  return command;
}

/* ---- what has to be true ---- */

static void hash_of(const ql_quest *quest, char out[QL_HASH_CHARS]) { check(ql_quest_state_hash(quest, out, NULL) == QL_OK); }

static void whole(const char *broken) {
  if (broken) fprintf(stderr, "%s\n", broken);
  check(!broken);
}

static void accept(ql_quest *quest, ql_arena *a, ql_str line) {
  const ql__state before = kept_state(a, &quest->state);
  ql__line read;
  ql_error err = {0};
  check(ql__line_read(a, (ql_str){line.ptr, line.len - 1}, quest->head, quest->state.events, &read, &err) == QL_OK);
  check(ql_quest_append(quest, line, &err) == QL_OK);
  whole(broken_step(&(step){&before, &read.event, QL__ACCEPTED, &quest->state}));
}

/* The event that was refused, written as if nobody had asked. */
static void force(ql_quest *quest, ql_arena *a, ql_value *command, int64_t now) {
  static const uint8_t entropy[QL_ENTROPY_BYTES] = {9};
  ql_value *d = ql_object(a);
  for (const ql_value *member = command->first; member; member = member->next)
    if (!ql_eq(member->key, QL_STR("by")) && !ql_eq(member->key, QL_STR("type")) && !ql_eq(member->key, QL_STR("fence")) &&
        !ql_eq(member->key, QL_STR("k")))
      ql_set(d, member->key, ql_copy(a, member));
  ql__event event = {.type = ql__event_type(ql_get_str(command, QL_STR("type"))), .by = ql_get_str(command, QL_STR("by")), .d = d};
  size_t seat = ql__seat_of(&quest->state, event.by);
  event.at = now > quest->state.at ? now : quest->state.at;
  event.n = quest->state.events;
  event.fence = ql_get_int(command, QL_STR("fence"), seat == QL__NONE ? 1 : quest->state.seats[seat].fence);
  event.counter = ql_get_int(command, QL_STR("k"), seat == QL__NONE ? 0 : quest->state.seats[seat].counter);
  ql_str line;
  if (ql__event_check(event.type, d, QL__PLAIN, NULL) != QL_OK) return; /* left out what decide fills in */
  if (quest->state.status != QL__EMPTY) whole(S2(&(step){&quest->state, &event, ql__guard(&quest->state, &event).code, NULL}));
  if (ql__line_build(a, &event, quest->head, entropy, &line, NULL) != QL_OK) return;
  ql_status status = ql_quest_append(quest, line, NULL);
  check(status == QL_ERR_STATE || (status == QL_ERR_VERSION && event.type == QL_EVENT_upgrade));
}

static void send(ql_quest *quest, ql_arena *a, ql_value *command, int64_t now) {
  uint8_t entropy[QL_ENTROPY_BYTES] = {(uint8_t)quest->state.events, 3};
  char before[QL_HASH_CHARS], after[QL_HASH_CHARS];
  ql_decision decision;
  ql_error err = {0};
  hash_of(quest, before);
  ql_status status = ql_quest_decide(quest, a, command, now, entropy, &decision, &err);
  check(status == QL_OK || status == QL_ERR_SYNTAX || status == QL_ERR_LIMIT);
  hash_of(quest, after);
  check(memcmp(before, after, QL_HASH_CHARS) == 0);
  if (status != QL_OK) return;
  check((decision.line.ptr != NULL) + (decision.refusal != NULL) + (decision.duplicate_of >= 0) == 1);
  if (decision.line.ptr) accept(quest, a, decision.line);
  if (!decision.refusal) return;
  force(quest, a, command, now);
  hash_of(quest, after);
  check(memcmp(before, after, QL_HASH_CHARS) == 0);
}

static void look(const ql_quest *quest, ql_arena *a) {
  ql_value *view;
  check(ql_quest_view(quest, a) != NULL);
  for (int64_t n = 0; n < ql_quest_count(quest); n += 7) check(ql_quest_view_at(quest, a, n, &view, NULL) == QL_OK);
  for (int64_t n = 0; n < ql_quest_count(quest); n++) check(ql_quest_event(quest, a, n) != NULL);
  for (size_t i = 0; i < quest->state.seat_count; i++)
    check(quest->state.seats[i].removed || ql_quest_monitor(quest, a, quest->state.seats[i].id) != NULL);
}

/* The log alone, as it is and without its texts. */
static void replay(const ql_quest *quest, ql_arena *a) {
  ql_quest *again = ql_quest_new(ql_alloc_libc()), *bare = ql_quest_new(ql_alloc_libc());
  char hashes[3][QL_HASH_CHARS];
  ql_value *verdict;
  check(ql_quest_append_log(again, ql_quest_log(quest), NULL) == QL_OK);
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    ql_str line = ql_quest_line(quest, n);
    size_t x = 0;
    while (x + 5 <= line.len && memcmp(line.ptr + x, ",\"x\":", 5) != 0) x++;
    if (x + 5 <= line.len) line = ql_arena_concat(a, (const ql_str[]){{line.ptr, x}, QL_STR("}\n")}, 2);
    check(ql_quest_append(bare, line, NULL) == QL_OK);
  }
  hash_of(quest, hashes[0]);
  hash_of(again, hashes[1]);
  hash_of(bare, hashes[2]);
  whole(S10((ql_str){hashes[0], QL_HASH_CHARS}, (ql_str){hashes[1], QL_HASH_CHARS}, (ql_str){hashes[2], QL_HASH_CHARS}));
  check(ql_verify(a, ql_quest_log(quest), QL_ABSENT, &verdict, NULL) == QL_OK);
  check(ql_eq(ql_get_str(verdict, QL_STR("intact")), QL_STR("yes")) && ql_eq(ql_get_str(verdict, QL_STR("legal")), QL_STR("yes")));
  look(bare, a);
  ql_quest_free(again);
  ql_quest_free(bare);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {data, data + size};
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  int64_t now = INT64_C(1763712000000);
  send(quest, a, create(a, &in), now);
  for (size_t i = 0; i < STEPS_MAX && in.at < in.end; i++) {
    unsigned wait = take(&in);
    now += wait < 128 ? 1 : (int64_t)wait - 128;
    if (wait == 255) now += 60000;
    if (wait == 254) now -= 1000;
    ql_arena_reset(a);
    send(quest, a, move(a, &in, &quest->state), now);
  }
  ql_arena_reset(a);
  if (ql_quest_count(quest) > 0) {
    look(quest, a);
    replay(quest, a);
  }
  ql_quest_free(quest);
  ql_arena_free(a);
  return 0;
}
