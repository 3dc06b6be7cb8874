/* What is spent: effects reserve their worst cost when they start and are booked when they settle. Rows are by agent, task and model; `used` is
   their sum. Also the guard that knows the same words again. */
#include <string.h>

#include <questline/limits.h>

#include "base/text.h"
#include "quest/machine.h"

/* ---- numbers ---- */

static int64_t number(const ql_value *d, const char *name) {
  const ql_value *v = ql_get_literal(d, name);
  return v ? v->number : 0;
}

static int64_t tokens_of(const ql__usage *used) { return used->input + used->output + used->unknown_tokens; }
static int64_t micro_of(const ql__usage *used) { return used->micro + used->unknown_micro; }

static ql__usage usage_of(const ql_value *d) {
  return (ql__usage){.input = number(d, "input"),
                     .output = number(d, "output"),
                     .cached = number(d, "cached"),
                     .reasoning = number(d, "reasoning"),
                     .micro = number(d, "micro"),
                     .ms = number(d, "ms"),
                     .calls = 1};
}

static void add(ql__usage *sum, const ql__usage *more) {
  sum->input += more->input;
  sum->output += more->output;
  sum->cached += more->cached;
  sum->reasoning += more->reasoning;
  sum->micro += more->micro;
  sum->ms += more->ms;
  sum->calls += more->calls;
  sum->unknown_tokens += more->unknown_tokens;
  sum->unknown_micro += more->unknown_micro;
}

/* Whether all sums stay integers that a log can hold. */
static bool fits(const ql__state *s, const ql__usage *more) {
  ql__usage sum = s->used;
  add(&sum, more);
  const int64_t sums[] = {sum.cached, sum.reasoning, sum.ms, tokens_of(&sum) + s->reserved_tokens, micro_of(&sum) + s->reserved_micro};
  for (size_t i = 0; i < QL_COUNT(sums); i++)
    if (sums[i] > QL_INT_MAX) return false;
  return true;
}

/* ---- guards ---- */

static ql__verdict guard_task(const ql__state *s, const ql__event *event) {
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  return task.ptr && ql__task_of(s, task) == QL__NONE ? ql__refuse_about(QL__unknown_task, task) : QL__MAY;
}

ql__verdict ql__guard_start(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("seat"));
  size_t target = ql__seat_of(s, id);
  const ql__usage most = {.input = number(event->d, "tokens"), .micro = number(event->d, "micro")};
  (void)seat;
  if (target == QL__NONE) return ql__refuse_about(QL__not_recruited, id);
  if (!ql__holds(s, target)) return ql__refuse(QL__not_your_turn);
  return fits(s, &most) ? guard_task(s, event) : ql__refuse_about(QL__limit, QL_STR("QL_INT_MAX"));
}

static size_t effect_of(const ql__state *s, int64_t n) {
  for (size_t i = 0; i < s->effect_count; i++)
    if (s->effects[i].n == n) return i;
  return QL__NONE;
}

ql__verdict ql__guard_done(const ql__state *s, const ql__event *event, size_t seat) {
  const ql__usage used = usage_of(event->d);
  (void)seat;
  if (effect_of(s, number(event->d, "start")) == QL__NONE) return ql__refuse(QL__unknown_start);
  return fits(s, &used) ? QL__MAY : ql__refuse_about(QL__limit, QL_STR("QL_INT_MAX"));
}

ql__verdict ql__guard_usage(const ql__state *s, const ql__event *event, size_t seat) {
  ql_str id = ql_get_str(event->d, QL_STR("agent"));
  const ql__usage used = usage_of(event->d);
  (void)seat;
  if (ql__ever_seated(s, id) == QL__NONE) return ql__refuse_about(QL__not_recruited, id);
  return fits(s, &used) ? guard_task(s, event) : ql__refuse_about(QL__limit, QL_STR("QL_INT_MAX"));
}

/* ---- booking ---- */

static ql_str known_model(const ql__state *s, ql_str model) {
  for (size_t i = 0; model.ptr && i < s->model_count; i++)
    if (ql_eq(s->models[i], model)) return s->models[i];
  return QL_ABSENT;
}

/* Names of models outlive their lines; a fork or a tick can book each effect that is under way. */
bool ql__reserve_ledger(ql_arena *a, ql__state *s, const ql__event *event) {
  ql_str model = event->type == QL_EVENT_done || event->type == QL_EVENT_usage ? ql_get_str(event->d, QL_STR("model")) : QL_ABSENT;
  if (!QL__GROW(a, s->ledger, s->booking_count, s->booking_cap, s->effect_count + 1)) return false;
  if (event->type == QL_EVENT_start && !QL__GROW(a, s->effects, s->effect_count, s->effect_cap, 1)) return false;
  if (!model.ptr || known_model(s, model).ptr) return true;
  if (!QL__GROW(a, s->models, s->model_count, s->model_cap, 1)) return false;
  ql_str kept = ql_arena_str(a, model);
  if (kept.ptr) s->models[s->model_count++] = kept;
  return kept.ptr != NULL;
}

static void book(ql__state *s, size_t seat, size_t task, ql_str model, const ql__usage *used) {
  size_t row = s->booking_count;
  while (row > 0 && !(s->ledger[row - 1].seat == seat && s->ledger[row - 1].task == task && ql_eq(s->ledger[row - 1].model, model))) row--;
  if (row == 0) {
    row = ++s->booking_count;
    s->ledger[row - 1] = (ql__booking){.seat = seat, .task = task, .model = known_model(s, model)};
  }
  add(&s->ledger[row - 1].used, used);
  add(&s->used, used);
}

static bool beyond(int64_t limit, int64_t amount) { return limit > 0 && amount > limit; }

void ql__check_budget(ql__state *s) {
  const ql__limits *budget = &s->budget;
  bool over = beyond(budget->tokens, tokens_of(&s->used)) || beyond(budget->micro, micro_of(&s->used)) || beyond(budget->turns, s->turns);
  if (over) ql__pause(s, QL__BY_BUDGET);
}

bool ql__budget_left(const ql__state *s) {
  const ql__limits *budget = &s->budget;
  int64_t used[][2] = {
      {budget->tokens, tokens_of(&s->used)}, {budget->micro, micro_of(&s->used)}, {budget->turns, s->turns}, {budget->ms, s->ran}};
  for (size_t i = 0; i < QL_COUNT(used); i++)
    if (used[i][0] > 0 && used[i][1] >= used[i][0]) return false;
  return true;
}

void ql__set_budget(ql__limits *budget, const ql_value *d) {
  budget->micro = ql_get_int(d, QL_STR("micro"), budget->micro);
  budget->ms = ql_get_int(d, QL_STR("ms"), budget->ms);
  budget->tokens = ql_get_int(d, QL_STR("tokens"), budget->tokens);
  budget->turns = ql_get_int(d, QL_STR("turns"), budget->turns);
}

/* One that does not fit the budget is not started: it is the event that trips the guard. */
void ql__apply_start(ql__state *s, const ql__event *event) {
  int64_t tokens = number(event->d, "tokens"), micro = number(event->d, "micro");
  bool over = beyond(s->budget.tokens, tokens_of(&s->used) + s->reserved_tokens + tokens) ||
              beyond(s->budget.micro, micro_of(&s->used) + s->reserved_micro + micro);
  if (over) {
    ql__pause(s, QL__BY_BUDGET);
    return;
  }
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  s->effects[s->effect_count++] = (ql__effect){event->n, tokens, micro, ql__seat_of(s, ql_get_str(event->d, QL_STR("seat"))),
                                               task.ptr ? ql__task_of(s, task) : QL__NONE};
  s->reserved_tokens += tokens;
  s->reserved_micro += micro;
}

/* Frees what was reserved; behind the last one a closing quest ends. */
static void settle(ql__state *s, size_t index, ql_str model, const ql__usage *used) {
  const ql__effect effect = s->effects[index];
  s->reserved_tokens -= effect.tokens;
  s->reserved_micro -= effect.micro;
  s->effect_count--;
  for (size_t i = index; i < s->effect_count; i++) s->effects[i] = s->effects[i + 1];
  book(s, effect.seat, effect.task, model, used);
  if (s->status == QL__CLOSING && s->effect_count == 0) s->status = s->outcome;
}

void ql__apply_done(ql__state *s, const ql__event *event) {
  size_t index = effect_of(s, number(event->d, "start"));
  ql__usage used = usage_of(event->d);
  if (ql_eq(ql_get_str(event->d, QL_STR("outcome")), QL_STR("lost"))) {
    used.unknown_tokens = s->effects[index].tokens;
    used.unknown_micro = s->effects[index].micro;
  }
  settle(s, index, ql_get_str(event->d, QL_STR("model")), &used);
  ql__check_budget(s);
}

void ql__apply_usage(ql__state *s, const ql__event *event) {
  const ql__usage used = usage_of(event->d);
  ql_str task = ql_get_str(event->d, QL_STR("task"));
  book(s, ql__ever_seated(s, ql_get_str(event->d, QL_STR("agent"))), task.ptr ? ql__task_of(s, task) : QL__NONE,
       ql_get_str(event->d, QL_STR("model")), &used);
  ql__check_budget(s);
}

void ql__settle_as_lost(ql__state *s) {
  while (s->effect_count > 0) {
    const ql__usage unknown = {.calls = 1, .unknown_tokens = s->effects[0].tokens, .unknown_micro = s->effects[0].micro};
    settle(s, 0, QL_ABSENT, &unknown);
  }
}

/* ---- the same words again ---- */

static void forget(ql__state *s, size_t index) {
  s->repeat_count--;
  for (size_t i = index; i < s->repeat_count; i++) s->repeats[i] = s->repeats[i + 1];
}

static int64_t count_one(ql__state *s, size_t seat, ql_str digest) {
  size_t i = 0;
  while (i < s->repeat_count && !(s->repeats[i].seat == seat && ql_eq((ql_str){s->repeats[i].digest, QL_HASH_CHARS}, digest))) i++;
  if (i == s->repeat_count) {
    if (s->repeat_count == QL__REPEATS_MAX) forget(s, 0);
    i = s->repeat_count++;
    s->repeats[i] = (ql__repeat){.seat = seat};
    memcpy(s->repeats[i].digest, digest.ptr, QL_HASH_CHARS);
  }
  int64_t count = ++s->repeats[i].count;
  if (count >= s->loops) forget(s, i);
  return count;
}

void ql__count_repeats(ql__state *s, const ql__event *event) {
  ql_str digest = ql_get_str(event->d, QL_STR("same"));
  if (s->loops == 0 || !digest.ptr) return;
  bool trips = false;
  for (const ql_value *to = QL_GET(event->d, "to")->first; to; to = to->next)
    if (count_one(s, ql__seat_of(s, to->text), digest) >= s->loops) trips = true;
  if (trips) ql__pause(s, QL__BY_LOOP);
}

void ql__forget_repeats(ql__state *s, size_t seat) {
  for (size_t i = s->repeat_count; i-- > 0;)
    if (s->repeats[i].seat == seat) forget(s, i);
}
