/* Which states are one to the model: fences, counters, numbers of events, texts and hashes are left out, times are as far as the limit they run
   to, the ledger is as far as the budget, and names of agents that can do the same are exchanged so that the smallest of all writings stands. */
#include <stdlib.h>
#include <string.h>

#include "model.h"

typedef struct writing {
  uint8_t bytes[256];
  size_t len;
} writing;

/* What does not fit would be left out, and states that differ would be one. */
static void put(writing *out, int64_t value) {
  if (out->len == sizeof out->bytes || value < -2 || value > 253) abort();
  out->bytes[out->len++] = (uint8_t)(value + 2);
}

static int64_t at_most(int64_t value, int64_t most) { return value < most ? value : most; }

/* How far a limit has run: -1 when it has passed and was noticed. */
static int64_t elapsed(const ql__state *s, int64_t since, int64_t limit) {
  if (limit <= 0) return 0;
  return since < 0 ? -1 : at_most(s->ran - since, limit);
}

static int64_t longest(const ql__level *level) { return level->max_ms > level->min_ms ? level->max_ms : level->min_ms; }

/* A tick that is late climbs on from this level. */
static int64_t longest_from(const ql__state *s, size_t level) {
  int64_t sum = 0;
  for (size_t i = level - 1; i < s->level_count && longest(&s->levels[i]) > 0; i++) sum += longest(&s->levels[i]);
  return sum;
}

/* Of a turn: where it waits, `since` is what it has used. */
static int64_t turn_elapsed(const ql__state *s, size_t seat, int64_t since) {
  return elapsed(s, ql__waits(s, seat) ? s->ran - since : since, s->turn_ms);
}

static void put_tasks(writing *out, const ql__state *s, const size_t *as) {
  put(out, (int64_t)s->task_count);
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    put(out, task->status);
    put(out, (int64_t)as[task->seat]);
    bool limited = task->status != QL__DONE && task->status != QL__DROPPED;
    put(out, limited ? elapsed(s, task->since, s->task_ms) : 0);
    if (s->level_count == 0) continue;
    bool on_level = task->level > 0 && task->level <= s->level_count;
    put(out, (int64_t)task->level);
    int64_t retries = on_level ? s->levels[task->level - 1].retries : 0;
    put(out, retries > 0 ? at_most(task->tries, retries) : 0);
    put(out, task->reminded);
    put(out, on_level ? elapsed(s, task->level_since, longest_from(s, task->level)) : 0);
  }
}

static void put_items(writing *out, const ql__state *s, size_t slot) {
  for (size_t task = 0; task < s->task_count; task++)
    for (size_t i = 0; i < s->item_count; i++)
      if (s->items[i].slot == slot && s->items[i].task == task) put(out, (int64_t)task * 2 + s->items[i].returned);
  put(out, -2);
}

/* Slots by group, and within a group by the seat's new name. */
static void put_turn(writing *out, const ql__state *s, const size_t *as) {
  put(out, (int64_t)s->group);
  put(out, s->group == 0 ? elapsed(s, s->leader_since, s->turn_ms) : 0);
  size_t groups = ql__group_count(s);
  for (size_t group = 1; group <= groups; group++) {
    for (size_t name = 0; name < s->seat_count; name++)
      for (size_t i = 0; i < s->slot_count; i++) {
        const ql__slot *slot = &s->slots[i];
        if (slot->group != group || as[slot->seat] != name) continue;
        put(out, (int64_t)name);
        put(out, slot->status);
        put(out, slot->status == QL__HOLDING ? turn_elapsed(s, slot->seat, slot->since) : 0);
        put_items(out, s, i);
      }
    put(out, -1);
  }
  for (size_t name = 0; name < s->seat_count; name++)
    for (size_t i = 0; i < s->frame_count; i++) {
      if (as[s->frames[i].asker] != name) continue;
      put(out, (int64_t)name);
      put(out, (int64_t)as[s->frames[i].peer]);
      put(out, turn_elapsed(s, s->frames[i].peer, s->frames[i].since));
    }
}

static void put_gates(writing *out, const ql__state *s, const size_t *as) {
  for (size_t i = 0; i < s->gate_count; i++) {
    const ql__gate *gate = &s->gates[i];
    put(out, gate->status);
    put(out, gate->giver == QL__NONE ? -1 : (int64_t)as[gate->giver]);
    put(out, gate->artifact[0]);
  }
  put(out, (int64_t)s->artifact_count);
  for (size_t i = 0; i < s->artifact_count; i++) {
    put(out, s->artifacts[i].hash[0]);
    put(out, s->artifacts[i].replaced);
    put(out, s->artifacts[i].task == QL__NONE ? -1 : (int64_t)s->artifacts[i].task);
  }
}

static void put_spending(writing *out, const ql__state *s, const size_t *as) {
  const ql__usage *used = &s->used;
  if (s->budget.tokens > 0) put(out, at_most(used->input + used->output + used->unknown_tokens, s->budget.tokens + 1));
  if (s->budget.turns > 0) put(out, at_most(s->turns, s->budget.turns + 1));
  put(out, at_most(s->budget.tokens, 250));
  put(out, at_most(s->budget.turns, 250));
  for (size_t i = 0; i < s->effect_count; i++) {
    put(out, (int64_t)as[s->effects[i].seat]);
    put(out, s->effects[i].tokens);
  }
  put(out, -1);
  for (size_t name = 0; s->loops > 0 && name < s->seat_count; name++)
    for (char digest = 'A'; digest <= 'B'; digest++)
      for (size_t i = 0; i < s->repeat_count; i++)
        if (as[s->repeats[i].seat] == name && s->repeats[i].digest[0] == digest) {
          put(out, (int64_t)name * 2 + (digest - 'A'));
          put(out, s->repeats[i].count);
        }
}

static void write_state(writing *out, const ql__state *s, const size_t *as) {
  out->len = 0;
  put(out, s->status);
  put(out, s->status == QL__CLOSING ? s->outcome : 0);
  put(out, s->status == QL__CLOSING ? at_most((s->at - s->closing_at) / 1000, QL__CLOSING_MS / 1000) : 0);
  put(out, s->cause);
  put(out, (int64_t)as[s->leader]);
  put(out, s->rules);
  put(out, s->quest_ms > 0 ? at_most(s->ran, s->quest_ms) : 0);
  put(out, s->id.len > 0 ? s->id.ptr[0] - '0' : 0);
  for (size_t name = 0; name < s->seat_count; name++)
    for (size_t i = 0; i < s->seat_count; i++)
      if (as[i] == name) put(out, s->seats[i].removed * 2 + s->seats[i].taken);
  put_tasks(out, s, as);
  put_turn(out, s, as);
  put_gates(out, s, as);
  put_spending(out, s, as);
}

/* The next order of these names, as far as there is one. */
static bool next_order(size_t *names, size_t count) {
  size_t i = count - 1;
  while (i > 0 && names[i - 1] >= names[i]) i--;
  if (i == 0) return false;
  size_t k = count - 1;
  while (names[k] <= names[i - 1]) k--;
  size_t kept = names[i - 1];
  names[i - 1] = names[k];
  names[k] = kept;
  for (size_t end = count - 1; i < end; i++, end--) {
    kept = names[i];
    names[i] = names[end];
    names[end] = kept;
  }
  return true;
}

static uint64_t hash(const writing *w, uint64_t seed) {
  uint64_t h = seed;
  for (size_t i = 0; i < w->len; i++) {
    h = (h ^ w->bytes[i]) * UINT64_C(0x9E3779B97F4A7C15);
    h ^= h >> 29;
  }
  return h ^ (h >> 32);
}

key key_of(const slice *what, const world *w) {
  size_t as[SEATS] = {0, 1, 2, 3, 4, 5};
  size_t first = what->all_agents_alike ? 1 : 2;
  writing best, other;
  write_state(&best, &w->s, as);
  while (next_order(as + first, 5 - first)) {
    write_state(&other, &w->s, as);
    size_t shorter = other.len < best.len ? other.len : best.len;
    int order = memcmp(other.bytes, best.bytes, shorter);
    if (order < 0 || (order == 0 && other.len < best.len)) best = other;
  }
  return (key){{hash(&best, UINT64_C(0x243F6A8885A308D3)), hash(&best, UINT64_C(0x13198A2E03707344))}};
}
