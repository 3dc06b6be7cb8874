/* Checkpoints: the bytes, and whether they fit a log. What event 0 says is not in them: it is executed, and the rest is laid over it. */
#include <questline/checkpoint.h>

#include <string.h>

#include "base/text.h"
#include "quest/build_id.h"
#include "quest/codec.h"
#include "quest/machine.h"
#include "quest/quest.h"

#define MAGIC QL_STR("questline.ckpt.1")

/* ---- the state ---- */

static void code_seats(ql__codec *c, ql__state *s) {
  QL__CODE_LIST(c, s->seats, s->seat_count, s->seat_cap);
  for (size_t i = 0; i < s->seat_count; i++) {
    ql__seat *seat = &s->seats[i];
    ql__code_text(c, &seat->id);
    ql__code_int(c, &seat->fence);
    ql__code_int(c, &seat->counter);
    ql__code_text(c, &seat->kind);
    ql__code_bool(c, &seat->taken);
    ql__code_bool(c, &seat->stuck);
    ql__code_bool(c, &seat->removed);
    ql__code_int(c, &seat->heard);
    ql__code_text(c, &seat->spec);
  }
}

/* What they depend on and which group they were declared in stands in event 0. */
static void code_tasks(ql__codec *c, ql__state *s) {
  QL__CODE_LIST(c, s->tasks, s->task_count, s->task_cap);
  for (size_t i = 0; i < s->task_count; i++) {
    ql__task *task = &s->tasks[i];
    ql__code_size(c, &task->seat);
    QL__CODE_ENUM(c, task->status, ql__task_status);
    ql__code_int(c, &task->opened_by);
    ql__code_int(c, &task->since);
    ql__code_size(c, &task->level);
    ql__code_int(c, &task->level_since);
    ql__code_int(c, &task->tries);
    ql__code_bool(c, &task->reminded);
  }
}

static void code_turn(ql__codec *c, ql__state *s) {
  QL__CODE_LIST(c, s->slots, s->slot_count, s->slot_cap);
  for (size_t i = 0; i < s->slot_count; i++) {
    ql__code_size(c, &s->slots[i].group);
    ql__code_size(c, &s->slots[i].seat);
    QL__CODE_ENUM(c, s->slots[i].status, ql__slot_status);
    ql__code_int(c, &s->slots[i].since);
  }
  QL__CODE_LIST(c, s->items, s->item_count, s->item_cap);
  for (size_t i = 0; i < s->item_count; i++) {
    ql__code_size(c, &s->items[i].slot);
    ql__code_size(c, &s->items[i].task);
    ql__code_int(c, &s->items[i].n);
    ql__code_bool(c, &s->items[i].returned);
  }
  ql__code_size(c, &s->group);
  ql__code_count(c, &s->frame_count, s->consult > 0 ? QL_QUEST_AGENTS_MAX + 1 : 0);
  for (size_t i = 0; i < s->frame_count; i++) {
    ql__code_size(c, &s->frames[i].asker);
    ql__code_size(c, &s->frames[i].peer);
    ql__code_int(c, &s->frames[i].n);
    ql__code_int(c, &s->frames[i].since);
  }
}

static void code_messages(ql__codec *c, ql__state *s) {
  QL__CODE_LIST(c, s->messages, s->message_count, s->message_cap);
  int64_t last = 0;
  for (size_t i = 0; i < s->message_count; i++) {
    int64_t step = s->messages[i].n - last;
    ql__code_int(c, &step);
    s->messages[i].n = last += step;
    ql__code_size(c, &s->messages[i].seat);
    ql__code_hash(c, s->messages[i].commitment);
  }
}

static void code_gates(ql__codec *c, ql__state *s) {
  for (size_t i = 0; i < s->gate_count; i++) {
    ql__gate *gate = &s->gates[i];
    QL__CODE_ENUM(c, gate->status, ql__gate_status);
    ql__code_size(c, &gate->giver);
    ql__code_int(c, &gate->n);
    ql__code_bytes(c, gate->artifact, sizeof gate->artifact);
  }
  size_t count = s->artifact_count;
  ql__code_count(c, &count, SIZE_MAX);
  if (c->in.ptr && !c->failed && !ql__reserve_artifacts(c->a, s, count)) c->failed = true;
  for (size_t i = 0; i < count && !c->failed; i++) {
    ql__artifact *artifact = &s->artifacts[i];
    ql__code_int(c, &artifact->n);
    ql__code_int(c, &artifact->bytes);
    ql__code_bytes(c, artifact->hash, sizeof artifact->hash);
    ql__code_size(c, &artifact->task);
    ql__code_bool(c, &artifact->replaced);
    if (!c->in.ptr) continue;
    s->artifact_count = i + 1;
    ql__index_artifact(s, i);
  }
}

static void code_usage(ql__codec *c, ql__usage *used) {
  int64_t *numbers[] = {&used->input, &used->output, &used->cached,         &used->reasoning,    &used->micro,
                        &used->ms,    &used->calls,  &used->unknown_tokens, &used->unknown_micro};
  for (size_t i = 0; i < QL_COUNT(numbers); i++) ql__code_int(c, numbers[i]);
}

static size_t model_of(const ql__state *s, ql_str model) {
  size_t i = 0;
  while (i < s->model_count && !(model.ptr && ql_eq(s->models[i], model))) i++;
  return i < s->model_count ? i : QL__NONE;
}

static void code_ledger(ql__codec *c, ql__state *s) {
  code_usage(c, &s->used);
  QL__CODE_LIST(c, s->models, s->model_count, s->model_cap);
  for (size_t i = 0; i < s->model_count; i++) ql__code_text(c, &s->models[i]);
  QL__CODE_LIST(c, s->ledger, s->booking_count, s->booking_cap);
  for (size_t i = 0; i < s->booking_count; i++) {
    ql__booking *row = &s->ledger[i];
    size_t model = model_of(s, row->model);
    ql__code_size(c, &row->seat);
    ql__code_size(c, &row->task);
    ql__code_size(c, &model);
    row->model = model < s->model_count ? s->models[model] : QL_ABSENT;
    code_usage(c, &row->used);
  }
  QL__CODE_LIST(c, s->effects, s->effect_count, s->effect_cap);
  for (size_t i = 0; i < s->effect_count; i++) {
    ql__effect *effect = &s->effects[i];
    ql__code_int(c, &effect->n);
    ql__code_int(c, &effect->tokens);
    ql__code_int(c, &effect->micro);
    ql__code_size(c, &effect->seat);
    ql__code_size(c, &effect->task);
  }
  ql__code_count(c, &s->repeat_count, s->loops > 0 ? QL__REPEATS_MAX : 0);
  for (size_t i = 0; i < s->repeat_count; i++) {
    ql__code_size(c, &s->repeats[i].seat);
    ql__code_int(c, &s->repeats[i].count);
    ql__code_hash(c, s->repeats[i].digest);
  }
}

static void code_state(ql__codec *c, ql__state *s) {
  int64_t *numbers[] = {
      &s->rules,           &s->at,         &s->events,    &s->closing_at,   &s->ran,           &s->leader_since, &s->turns,
      &s->escalations,     &s->trips,      &s->budget.ms, &s->budget.micro, &s->budget.tokens, &s->budget.turns, &s->reserved_micro,
      &s->reserved_tokens, &s->parent_from};
  QL__CODE_ENUM(c, s->status, ql__status);
  QL__CODE_ENUM(c, s->outcome, ql__status);
  QL__CODE_ENUM(c, s->cause, ql__cause);
  for (size_t i = 0; i < QL_COUNT(numbers); i++) ql__code_int(c, numbers[i]);
  ql__code_text(c, &s->id);
  ql__code_text(c, &s->parent);
  ql__code_size(c, &s->leader);
  code_seats(c, s);
  code_tasks(c, s);
  code_turn(c, s);
  code_messages(c, s);
  code_gates(c, s);
  code_ledger(c, s);
}

/* ---- the history ---- */

static void code_history(ql__codec *c, ql_quest *quest) {
  size_t events = (size_t)quest->state.events, names = quest->state.artifact_count;
  ql__code_int(c, &quest->withheld);
  ql__code_int(c, &quest->ended);
  ql__code_int(c, &quest->turn_from);
  QL__CODE_LIST(c, quest->hold_tasks, quest->hold_task_count, quest->hold_task_cap);
  for (size_t i = 0; i < quest->hold_task_count; i++) ql__code_size(c, &quest->hold_tasks[i]);
  QL__CODE_LIST(c, quest->holds, quest->hold_count, quest->hold_cap);
  int64_t last = 0;
  for (size_t i = 0; i < quest->hold_count; i++) {
    ql__hold *hold = &quest->holds[i];
    int64_t step = hold->from - last, length = hold->to < 0 ? -1 : hold->to - hold->from;
    ql__code_size(c, &hold->seat);
    ql__code_int(c, &step);
    ql__code_int(c, &length);
    ql__code_size(c, &hold->first_task);
    ql__code_size(c, &hold->task_count);
    hold->from = last += step;
    hold->to = length < 0 ? -1 : last + length;
  }
  QL__CODE_LIST(c, quest->delivery, events, quest->delivery_cap);
  ql__code_bytes(c, quest->delivery, events);
  QL__CODE_LIST(c, quest->names, names, quest->name_cap);
  for (size_t i = 0; i < names; i++) {
    int64_t name = (int64_t)quest->names[i];
    ql__code_int(c, &name);
    quest->names[i] = (uint64_t)name;
  }
}

/* ---- the bytes ---- */

/* What has to fit before anything else is read. */
typedef struct frame {
  ql_str build;
  int64_t rules, events, log_len;
  uint8_t head[QL_HASH_BYTES], log_hash[QL_HASH_BYTES];
} frame;

static void code_frame(ql__codec *c, frame *f) {
  ql__code_text(c, &f->build);
  ql__code_int(c, &f->rules);
  ql__code_int(c, &f->events);
  ql__code_int(c, &f->log_len);
  ql__code_bytes(c, f->head, sizeof f->head);
  ql__code_bytes(c, f->log_hash, sizeof f->log_hash);
}

static void hash_of(ql_str bytes, uint8_t out[QL_HASH_BYTES]) { ql_blake2b_256("questline.ckpt.1", NULL, &bytes, 1, out); }

ql_status ql_quest_checkpoint(const ql_quest *quest, ql_arena *a, ql_str *bytes, ql_error *err) {
  if (quest->state.events == 0) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has no event yet", QL_ABSENT);
  ql_buf body = ql_buf_new(ql_arena_alloc(a));
  ql__codec c = {.out = &body, .a = a};
  frame f = {QL_STR(QL_BUILD_ID), quest->state.rules, quest->state.events, (int64_t)quest->log.len, {0}, {0}};
  memcpy(f.head, quest->head, sizeof f.head);
  hash_of(ql_buf_str(&quest->log), f.log_hash);
  ql_quest copy = *quest; /* writing changes nothing: each value is put back as it was */
  code_frame(&c, &f);
  code_state(&c, &copy.state);
  code_history(&c, &copy);
  uint8_t hash[QL_HASH_BYTES];
  hash_of(ql_buf_str(&body), hash);
  const ql_str pieces[] = {MAGIC, {(const char *)hash, sizeof hash}, ql_buf_str(&body)};
  ql_str made = body.failed ? QL_ABSENT : ql_arena_concat(a, pieces, QL_COUNT(pieces));
  ql_buf_free(&body);
  if (!made.ptr) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  *bytes = made;
  return QL_OK;
}

/* Whether it may be used; c is then behind the frame. */
static ql_checkpoint_use judge(ql__codec *c, ql_str log, ql_str checkpoint, frame *f) {
  uint8_t hash[QL_HASH_BYTES];
  size_t body = MAGIC.len + QL_HASH_BYTES;
  if (!checkpoint.ptr) return QL_CHECKPOINT_NONE;
  if (checkpoint.len < body || !ql_starts(checkpoint, MAGIC)) return QL_CHECKPOINT_DAMAGED;
  c->in = ql_slice(checkpoint, body, checkpoint.len);
  hash_of(c->in, hash);
  if (memcmp(hash, checkpoint.ptr + MAGIC.len, sizeof hash) != 0) return QL_CHECKPOINT_DAMAGED;
  code_frame(c, f);
  if (c->failed || !ql_eq(f->build, QL_STR(QL_BUILD_ID)) || !ql__known_rules(f->rules)) return QL_CHECKPOINT_OTHER_BUILD;
  if (f->log_len < 1 || (uint64_t)f->log_len > log.len) return QL_CHECKPOINT_OTHER_LOG;
  hash_of(ql_slice(log, 0, (size_t)f->log_len), hash);
  return memcmp(hash, f->log_hash, sizeof hash) == 0 ? QL_CHECKPOINT_USED : QL_CHECKPOINT_OTHER_LOG;
}

/* The lines as they stand, and where each begins. */
static bool take_lines(ql_quest *quest, ql_str lines, size_t count) {
  size_t at = 0, number = 0;
  if (!QL__GROW(quest->arena, quest->starts, 1, quest->start_cap, count)) return false;
  quest->log.len = 0;
  if (!ql_buf_reserve(&quest->log, lines.len)) return false;
  ql_buf_add(&quest->log, lines);
  for (; at < lines.len && number < count; at = ql_find_byte(lines, '\n', at) + 1) quest->starts[number++] = at;
  return at == lines.len && number == count;
}

static bool lay_over(ql_quest *quest, ql__codec *c, const frame *f, ql_str lines) {
  code_state(c, &quest->state);
  quest->hold_count = quest->hold_task_count = 0;
  code_history(c, quest);
  memset(quest->open_holds, 0, sizeof quest->open_holds);
  for (size_t i = 0; i < quest->hold_count && !c->failed; i++)
    if (quest->holds[i].to < 0) quest->open_holds[quest->holds[i].seat] = i + 1;
  memcpy(quest->head, f->head, sizeof f->head);
  return !c->failed && take_lines(quest, lines, (size_t)f->events);
}

ql_status ql_quest_open_checkpoint(ql_quest *quest, ql_str log, ql_str checkpoint, ql_checkpoint_use *use, ql_error *err) {
  if (quest->state.events > 0) return ql_fail(err, QL_ERR_ARGUMENT, "the quest has events already", QL_ABSENT);
  ql__codec c = {.a = quest->arena};
  frame f = {0};
  ql_checkpoint_use found = judge(&c, log, checkpoint, &f);
  if (use) *use = found;
  if (found != QL_CHECKPOINT_USED) return ql_quest_append_log(quest, log, err);
  ql_status status = ql_quest_append(quest, ql_slice(log, 0, ql_find_byte(log, '\n', 0)), err);
  if (status != QL_OK) return status;
  if (!lay_over(quest, &c, &f, ql_slice(log, 0, (size_t)f.log_len))) return ql_fail(err, QL_ERR_NOMEM, "out of memory", QL_ABSENT);
  return ql_quest_append_log(quest, ql_slice(log, (size_t)f.log_len, log.len), err);
}
