/* Gates: what has to be shown before a task or the quest is completed. A number or a word settles what is judged by rule; anything else is
   judged by another seat than the one that gave the evidence. Evidence about an artifact is stale when another one takes its place. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

static size_t gate_of(const ql__state *s, ql_str id) {
  for (size_t i = 0; i < s->gate_count; i++)
    if (ql_eq(s->gates[i].id, id)) return i;
  return QL__NONE;
}

static bool settled(const ql__gate *gate) { return gate->status == QL__GATE_PASSED || gate->status == QL__GATE_WAIVED; }

size_t ql__gate_wanting(const ql__state *s, size_t task) {
  for (size_t i = 0; i < s->gate_count; i++) {
    const ql__gate *gate = &s->gates[i];
    bool shown = settled(gate) || (!gate->by_rule && gate->status == QL__GATE_GIVEN);
    if (gate->task == task && !shown) return i;
  }
  return QL__NONE;
}

bool ql__gate_blocks(const ql__state *s, const ql__gate *gate) {
  return !settled(gate) && (gate->task == QL__NONE || s->tasks[gate->task].status != QL__DROPPED);
}

/* ---- artifacts ---- */

/* Where in the table the last artifact of that hash stands, or would: 1 + its index. */
static size_t place_of(const ql__state *s, ql_str hash) {
  size_t place = 0;
  for (size_t i = 0; i < hash.len; i++) place = place * 31 + (unsigned char)hash.ptr[i];
  place &= s->by_hash_cap - 1;
  while (s->by_hash[place] != 0 && !ql_eq((ql_str){s->artifacts[s->by_hash[place] - 1].hash, 64}, hash))
    place = (place + 1) & (s->by_hash_cap - 1);
  return place;
}

static size_t artifact_of(const ql__state *s, ql_str hash) {
  size_t found = s->artifact_count > 0 ? s->by_hash[place_of(s, hash)] : 0;
  return found == 0 || s->artifacts[found - 1].replaced ? QL__NONE : found - 1;
}

void ql__index_artifact(ql__state *s, size_t index) {
  s->by_hash[place_of(s, (ql_str){s->artifacts[index].hash, 64})] = (uint32_t)index + 1;
}

bool ql__reserve_artifacts(ql_arena *a, ql__state *s, size_t more) {
  size_t count = s->artifact_count + more, cap = s->by_hash_cap ? s->by_hash_cap : 16;
  if (!QL__GROW(a, s->artifacts, s->artifact_count, s->artifact_cap, more)) return false;
  while (cap < count * 2) cap *= 2;
  if (cap == s->by_hash_cap) return true;
  uint32_t *table = ql_arena_array(a, cap, sizeof *table);
  if (!table) return false;
  s->by_hash = table;
  s->by_hash_cap = cap;
  for (size_t i = 0; i < s->artifact_count; i++) ql__index_artifact(s, i);
  return true;
}

ql__verdict ql__guard_artifact(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str hash = ql_get_str(event->d, QL_STR("hash")), replaces = ql_get_str(event->d, QL_STR("replaces"));
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  (void)seat;
  if (task.ptr && ql__task_of(s, task) == QL__NONE) return ql__refuse_about(QL__unknown_task, task);
  if (replaces.ptr && artifact_of(s, replaces) == QL__NONE) return ql__refuse_about(QL__unknown_artifact, replaces);
  if (artifact_of(s, hash) != QL__NONE) return ql__refuse(QL__unchanged);
  bool full = s->artifact_count >= QL_QUEST_ARTIFACTS_MAX && ql__by_rules(s, QL__FEW_ARTIFACTS);
  return full ? ql__refuse_about(QL__limit, QL_STR("QL_QUEST_ARTIFACTS_MAX")) : QL__MAY;
}

void ql__apply_artifact(ql__state *s, const ql__event *event) {
  ql_str replaces = ql_get_str(event->d, QL_STR("replaces")), task = ql_get_str(event->d, QL_STR("task"));
  if (replaces.ptr) {
    s->artifacts[artifact_of(s, replaces)].replaced = true;
    for (size_t i = 0; i < s->gate_count; i++) {
      ql__gate *gate = &s->gates[i];
      if (gate->status == QL__GATE_WAIVED || !ql_eq((ql_str){gate->artifact, 64}, replaces)) continue;
      gate->status = QL__GATE_OPEN;
      gate->giver = QL__NONE;
      gate->artifact[0] = 0;
    }
  }
  ql__artifact *artifact = &s->artifacts[s->artifact_count++];
  *artifact =
      (ql__artifact){.n = event->n, .bytes = ql_get_int(event->d, QL_STR("bytes"), 0), .task = task.ptr ? ql__task_of(s, task) : QL__NONE};
  memcpy(artifact->hash, ql_get_str(event->d, QL_STR("hash")).ptr, 64);
  ql__index_artifact(s, s->artifact_count - 1);
}

/* ---- evidence and judgement ---- */

static bool is(const ql__event *event, ql_str as) { return ql_eq(ql_get_str(event->d, QL_STR("as")), as); }

static ql__verdict guard_evidence(const ql__state *s, const ql__event *event, size_t seat, const ql__gate *gate) {
  const ql_value *d = event->d;
  ql_str artifact = ql_get_str(d, QL_STR("artifact"));
  if (!ql__holds(s, seat)) return ql__refuse(QL__not_your_turn);
  bool others = gate->task != QL__NONE && seat != s->leader && s->tasks[gate->task].seat != seat;
  if (others) return (ql__verdict){QL__not_your_task, QL_ABSENT, gate->task};
  if (artifact.ptr && artifact_of(s, artifact) == QL__NONE) return ql__refuse_about(QL__unknown_artifact, artifact);
  if (gate->by_rule)
    return QL_GET(d, "value") || QL_GET(d, "word")
               ? ((gate->relation != QL__ANY) == (QL_GET(d, "value") != NULL) ? QL__MAY : ql__refuse(QL__bad_evidence))
               : ql__refuse(QL__bad_evidence);
  bool something = artifact.ptr || QL_GET(d, "evidence") || QL_GET(d, "value") || QL_GET(d, "word");
  return something ? QL__MAY : ql__refuse_about(QL__evidence_missing, gate->id);
}

ql__verdict ql__guard_gate(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("gate"));
  size_t index = gate_of(s, id);
  if (index == QL__NONE) return ql__refuse_about(QL__unknown_gate, id);
  const ql__gate *gate = &s->gates[index];
  if (gate->status == QL__GATE_WAIVED) return ql__refuse(QL__gate_settled);
  if (is(event, QL_STR("waived"))) {
    if (seat != QL__OWNER) return ql__refuse(QL__owner_only);
    return settled(gate) ? ql__refuse(QL__gate_settled) : QL__MAY;
  }
  if (is(event, QL_STR("given"))) return guard_evidence(s, event, seat, gate);
  if (gate->by_rule) return ql__refuse(QL__bad_evidence);
  if (gate->status == QL__GATE_OPEN) return ql__refuse_about(QL__evidence_missing, id);
  return seat == gate->giver ? ql__refuse(QL__self_judged) : QL__MAY;
}

static bool holds_true(const ql__gate *gate, const ql_value *d) {
  if (gate->expect.ptr) return ql_eq(gate->expect, ql_get_str(d, QL_STR("word")));
  int64_t value = ql_get_int(d, QL_STR("value"), 0);
  switch (gate->relation) {
  case QL__LT: return value < gate->milli;
  case QL__LE: return value <= gate->milli;
  case QL__EQ: return value == gate->milli;
  case QL__GE: return value >= gate->milli;
  case QL__GT: return value > gate->milli;
  case QL__ANY: break;
  }
  return false;
}

void ql__apply_gate(ql__state *s, const ql__event *event, size_t seat) {
  ql__gate *gate = &s->gates[gate_of(s, ql_get_str(event->d, QL_STR("gate")))];
  gate->n = event->n;
  if (is(event, QL_STR("waived"))) {
    gate->status = QL__GATE_WAIVED;
  } else if (is(event, QL_STR("given"))) {
    ql_str artifact = ql_get_str(event->d, QL_STR("artifact"));
    gate->giver = seat;
    gate->artifact[0] = 0;
    if (artifact.ptr) memcpy(gate->artifact, artifact.ptr, 64);
    gate->status = !gate->by_rule ? QL__GATE_GIVEN : holds_true(gate, event->d) ? QL__GATE_PASSED : QL__GATE_FAILED;
  } else {
    gate->status = is(event, QL_STR("pass")) ? QL__GATE_PASSED : QL__GATE_FAILED;
  }
}
