/* S10 and S12: a path of the model as a real log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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
  if (memcmp(before, after, QL_HASH_CHARS) != 0) return "S8: a question changed the state";
  bool left = seat != QL__NONE && quest->state.seats[seat].removed;
  return decision.duplicate_of == n || left ? NULL : "S12: a command that comes again is not known again";
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

static bool same_state(const ql_quest *x, const ql_quest *y) {
  char left[QL_HASH_CHARS], right[QL_HASH_CHARS];
  return x && y && ql_quest_state_hash(x, left, NULL) == QL_OK && ql_quest_state_hash(y, right, NULL) == QL_OK &&
         memcmp(left, right, QL_HASH_CHARS) == 0;
}

static const char *compare(const slice *what, const ql_quest *quest, const world *end) {
  const char *broken = NULL;
  ql_quest *full = again(quest, false), *bare = again(quest, true);
  if (!same_state(quest, full)) broken = "S10: replay is not what was live";
  if (!broken && !same_state(quest, bare)) broken = "S10: replay of the redacted log is not what was live";
  if (full) ql_quest_free(full);
  if (bare) ql_quest_free(bare);
  if (broken || what->commands == NULL) return broken;
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

const char *replay(const slice *what, const move *const *path, size_t count, const world *end) {
  ql_quest *quest = ql_quest_new(ql_alloc_libc());
  ql_arena *a = ql_arena_new(ql_alloc_libc());
  const char *broken = play(quest, a, create_members(a, what), QL_STR("create"), QL_STR("@owner"), 1000);
  for (size_t i = 0; i < count && !broken; i++) {
    ql__event event = event_of(&quest->state, path[i]);
    broken = play(quest, a, event.d, ql__event_name(event.type), event.by, event.at);
  }
  if (!broken) broken = compare(what, quest, end);
  ql_quest_free(quest);
  ql_arena_free(a);
  return broken;
}
