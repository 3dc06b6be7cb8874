/* S10 and S12: a path of the model as a real log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "invariants.h"
#include "model.h"
#include "quest/quest.h"

static const char *play(ql_quest *quest, ql_arena *a, const ql_value *d, ql_str type, ql_str by, int64_t now) {
  uint8_t entropy[QL_ENTROPY_BYTES] = {(uint8_t)ql_quest_count(quest), 7};
  ql_value *command = ql_object(a);
  ql_decision decision;
  ql_error err = {0};
  for (const ql_value *member = d->first; member; member = member->next)
    if (!ql_eq(member->key, QL_STR("same"))) ql_set(command, member->key, ql_copy(a, member));
  QL_SET(command, "type", ql_string(a, type));
  QL_SET(command, "by", ql_string(a, by));
  size_t seat = ql__seat_of(&quest->state, by);
  int64_t fence = seat == QL__NONE ? 1 : quest->state.seats[seat].fence, k = seat == QL__NONE ? 0 : quest->state.seats[seat].counter;
  if (ql_quest_decide(quest, a, command, now, entropy, &decision, &err) != QL_OK) return "S10: decide cannot read what the model did";
  if (!decision.line.ptr) return "S10: decide refuses what the guard accepted";
  int64_t n = ql_quest_count(quest);
  if (ql_quest_append(quest, decision.line, &err) != QL_OK) return "S10: append refuses what decide made";
  /* S12: the same command with the same fence and counter is the same event, not a second one. */
  QL_SET(command, "fence", ql_int(a, fence));
  QL_SET(command, "k", ql_int(a, k));
  char before[QL_HASH_CHARS], after[QL_HASH_CHARS];
  if (ql_quest_state_hash(quest, before, NULL) != QL_OK) return "S12: out of memory";
  if (ql_quest_decide(quest, a, command, now, entropy, &decision, &err) != QL_OK) return "S12: a command that comes again is not read";
  if (ql_quest_state_hash(quest, after, NULL) != QL_OK) return "S12: out of memory";
  bool left = seat != QL__NONE && quest->state.seats[seat].removed; /* a stranger now */
  return S12(n, left ? n : decision.duplicate_of, (ql_str){before, QL_HASH_CHARS}, (ql_str){after, QL_HASH_CHARS});
}

static ql_quest *again(const ql_quest *quest, bool bare) {
  ql_quest *copy = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  ql_error err = {0};
  for (int64_t n = 0; n < ql_quest_count(quest); n++) {
    ql_str line = ql_quest_line(quest, n);
    char *text = ql_arena_get(a, line.len + 1);
    memcpy(text, line.ptr, line.len);
    char *x = bare ? strstr(text, ",\"x\":") : NULL;
    if (x) strcpy(x, "}\n");
    if (ql_quest_append(copy, (ql_str){text, strlen(text)}, &err) == QL_OK) continue;
    ql_quest_free(copy);
    copy = NULL;
    break;
  }
  ql_arena_free(a);
  return copy;
}

/* What the state of a quest hashes to; absent when there is none. */
static ql_str hash_of(const ql_quest *quest, char hash[QL_HASH_CHARS]) {
  bool there = quest && ql_quest_state_hash(quest, hash, NULL) == QL_OK;
  return there ? (ql_str){hash, QL_HASH_CHARS} : QL_ABSENT;
}

static const char *compare(const ql_quest *quest, const world *end) {
  char hashes[3][QL_HASH_CHARS];
  ql_quest *full = again(quest, false), *bare = again(quest, true);
  const char *broken = S10(hash_of(quest, hashes[0]), hash_of(full, hashes[1]), hash_of(bare, hashes[2]));
  if (full) ql_quest_free(full);
  if (bare) ql_quest_free(bare);
  if (broken) return broken;
  world live = *end;
  ql__state s = quest->state;
  bool same = s.status == live.s.status && s.group == live.s.group && s.task_count == live.s.task_count &&
              s.slot_count == live.s.slot_count && s.item_count == live.s.item_count && s.events == live.s.events && s.ran == live.s.ran &&
              s.leader == live.s.leader && s.effect_count == live.s.effect_count && s.used.calls == live.s.used.calls;
  for (size_t i = 0; same && i < s.seat_count; i++)
    same = s.seats[i].fence == live.seats[i].fence && s.seats[i].counter == live.seats[i].counter;
  for (size_t i = 0; same && i < s.task_count; i++)
    same = s.tasks[i].status == live.tasks[i].status && s.tasks[i].seat == live.tasks[i].seat;
  return same ? NULL : "S10: the log leads elsewhere than the model";
}

const char *replay(const run *x, const move *const *path, size_t count, const world *end) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const char *broken = play(quest, a, create_members(a, x), QL_STR("create"), QL_STR("@owner"), 1000);
  for (size_t i = 0; i < count && !broken; i++) {
    ql__event event = event_of(&quest->state, path[i]);
    broken = play(quest, a, event.d, ql__event_name(event.type), event.by, event.at);
  }
  if (!broken) broken = compare(quest, end);
  ql_quest_free(quest);
  ql_arena_free(a);
  return broken;
}
