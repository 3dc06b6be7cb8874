/* How the quest stands with what holds it up: gates with their evidence, the ladder, limits, artifacts. Most is of the canonical state; here the
   openings are put in the place of its commitments, and what clocks come to is said. */
#include <questline/report.h>

#include "base/text.h"
#include "quest/opened.h"

/* An event's fields with their openings, and who did it when. */
static ql_value *note_of(const ql_quest *quest, ql_arena *a, int64_t n) {
  static const ql_str KEYS[] = {QL_STR_INIT("at"), QL_STR_INIT("by"), QL_STR_INIT("n")};
  const ql_value *event = ql_quest_event(quest, a, n);
  ql_value *note = event ? ql_copy(a, QL_GET(event, "data")) : NULL;
  for (size_t i = 0; note && i < QL_COUNT(KEYS); i++) ql_set(note, KEYS[i], ql_copy(a, ql_get(event, KEYS[i])));
  return note;
}

static size_t gate_of(const ql__state *s, ql_str id) {
  size_t i = 0;
  while (!ql_eq(s->gates[i].id, id)) i++;
  return i;
}

/* Copies of what the state says of gates and levels, with the texts of event 0. */
static ql_value *opened_list(ql_arena *a, const ql_value *list, const ql__opened *create, ql_str name, const char *text) {
  ql_value *copy = list ? ql_copy(a, list) : ql_array(a);
  const ql_value *made = ql_get(create->d, name);
  made = made ? made->first : NULL;
  for (ql_value *item = copy ? copy->first : NULL; item && made; item = item->next, made = made->next) {
    const ql_value *words = ql_get_literal(made, text);
    if (words) ql_set_literal(item, text, ql_string(a, ql__text_at(create, words)));
  }
  return copy;
}

/* What was shown for each gate and what was made, from the log. */
static bool read_log(const ql_quest *quest, ql_arena *a, ql_value **notes, ql_value *artifacts) {
  const ql__state *s = &quest->state;
  ql_arena *scratch = ql_arena_new(ql_arena_alloc(a));
  bool ok = scratch != NULL;
  for (int64_t n = 1; ok && n < s->events && (s->gate_count > 0 || s->artifact_count > 0); n++) {
    ql__opened event;
    ql_arena_reset(scratch);
    ok = ql__open_event(quest, scratch, n, &event);
    if (!ok || (event.type != QL_EVENT_gate && event.type != QL_EVENT_artifact)) continue;
    ql_value *note = note_of(quest, a, n);
    ok = note != NULL;
    if (!ok) break;
    if (event.type == QL_EVENT_gate) {
      ql_push(notes[gate_of(s, ql_get_str(note, QL_STR("gate")))], note);
      continue;
    }
    QL_SET(note, "replaced", ql_bool(a, s->artifacts[artifacts->count].replaced));
    ql_push(artifacts, note);
  }
  ql_arena_free(scratch);
  return ok && !ql_arena_failed(a);
}

/* Tasks that are on the ladder. A level's limit runs on running time: while that stands there is no time of day for it. */
static ql_value *matters_value(ql_arena *a, const ql__state *s) {
  ql_value *matters = ql_array(a);
  for (size_t i = 0; i < s->task_count; i++) {
    const ql__task *task = &s->tasks[i];
    if (task->level == 0) continue;
    ql_value *matter = ql_push(matters, ql_object(a));
    int64_t limit = task->level <= s->level_count ? s->levels[task->level - 1].max_ms : 0;
    int64_t left = task->level_since + limit - s->ran;
    if (limit > 0) QL_SET(matter, "left", ql_int(a, left > 0 ? left : 0));
    QL_SET(matter, "level", ql_int(a, (int64_t)task->level));
    QL_SET(matter, "reminded", ql_bool(a, task->reminded));
    QL_SET(matter, "task", ql_string(a, ql_task_id(a, i)));
    QL_SET(matter, "tries", ql_int(a, task->tries));
    if (limit > 0 && s->status == QL__RUNNING) QL_SET(matter, "until", ql_int(a, s->at + (left > 0 ? left : 0)));
  }
  return matters;
}

static ql_value *budget_value(ql_arena *a, const ql__state *s) {
  const ql__usage *used = &s->used;
  const struct {
    ql_str name;
    int64_t limit, used, reserved;
  } ROWS[] = {{QL_STR("micro"), s->budget.micro, used->micro + used->unknown_micro, s->reserved_micro},
              {QL_STR("ms"), s->budget.ms, s->ran, 0},
              {QL_STR("tokens"), s->budget.tokens, used->input + used->output + used->unknown_tokens, s->reserved_tokens},
              {QL_STR("turns"), s->budget.turns, s->turns, 0}};
  ql_value *budget = ql_array(a);
  for (size_t i = 0; i < QL_COUNT(ROWS); i++) {
    if (ROWS[i].limit == 0) continue;
    ql_value *limit = ql_push(budget, ql_object(a));
    QL_SET(limit, "limit", ql_int(a, ROWS[i].limit));
    QL_SET(limit, "name", ql_string(a, ROWS[i].name));
    QL_SET(limit, "reserved", ql_int(a, ROWS[i].reserved));
    QL_SET(limit, "used", ql_int(a, ROWS[i].used));
  }
  return budget;
}

ql_value *ql_quest_standing(const ql_quest *quest, ql_arena *a) {
  const ql__state *s = &quest->state;
  ql__opened create = {0};
  const ql_value *state = ql_quest_state(quest, a);
  if (!state || (s->events > 0 && !ql__open_event(quest, a, 0, &create))) return NULL;
  ql_value *standing = ql_object(a), *artifacts = ql_array(a);
  ql_value *gates = opened_list(a, QL_GET(state, "gates"), &create, QL_STR("gates"), "text");
  ql_value *ladder = opened_list(a, QL_GET(state, "ladder"), &create, QL_STR("ladder"), "name");
  ql_value **notes = ql_arena_array(a, s->gate_count + 1, sizeof *notes);
  for (size_t i = 0; notes && i < s->gate_count; i++) notes[i] = ql_array(a);
  if (ql_arena_failed(a) || !read_log(quest, a, notes, artifacts)) return NULL;
  ql_value *gate = gates->first;
  for (size_t i = 0; i < s->gate_count; i++, gate = gate->next) {
    QL_SET(gate, "notes", notes[i]);
    /* Nothing but another artifact in its place opens a gate again. */
    QL_SET(gate, "stale", ql_bool(a, s->gates[i].status == QL__GATE_OPEN && notes[i]->count > 0));
  }
  QL_SET(standing, "artifacts", artifacts);
  QL_SET(standing, "budget", budget_value(a, s));
  QL_SET(standing, "gates", gates);
  QL_SET(standing, "ladder", ladder);
  QL_SET(standing, "matters", matters_value(a, s));
  return ql_arena_failed(a) ? NULL : standing;
}
