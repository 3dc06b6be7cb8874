/* Refusals as data: the code, one sentence, and the names that complete it. */
#include "base/text.h"
#include "quest/machine.h"

static const struct {
  ql_str name, sentence;
} REFUSALS[] = {
    {QL_STR_INIT("accepted"), QL_STR_INIT("")},
#define X(code, sentence) {QL_STR_INIT(#code), QL_STR_INIT(sentence)},
#include <questline/refusals.def>
#undef X
};
_Static_assert(QL_COUNT(REFUSALS) == QL__REFUSAL_COUNT, "one row for each code");

ql_str ql__refusal_name(ql__refusal_code code) { return REFUSALS[code].name; }

static ql_str suggestion(const ql__state *s, ql_str name) {
  size_t best = name.len > 6 ? 3 : 2; /* edits; more is another name */
  ql_str found = QL_ABSENT;
  for (size_t i = QL__OWNER + 1; i < s->seat_count; i++) {
    if (s->seats[i].removed) continue;
    size_t distance = ql_edit_distance(s->seats[i].id, name);
    if (distance > best || (found.ptr && distance == best)) continue;
    best = distance;
    found = s->seats[i].id;
  }
  return found;
}

static ql_str joined(ql_arena *a, ql_str sentence, const ql_value *names, ql_str about) {
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  ql_buf_add(&out, sentence);
  for (const ql_value *name = names ? names->first : NULL; name; name = name->next) {
    ql_buf_add(&out, name == names->first ? QL_STR(" ") : QL_STR(", "));
    ql_buf_add(&out, name->text);
  }
  if (about.ptr) {
    ql_buf_byte(&out, ' ');
    ql_buf_add(&out, about);
  }
  if (sentence.len > 0 && sentence.ptr[sentence.len - 1] == ':') ql_buf_byte(&out, '.');
  return ql_buf_take(&out, a);
}

ql_value *ql__refusal_value(ql_arena *a, const ql__state *s, ql__verdict verdict) {
  ql_value *refusal = ql_object(a), *names = ql_array(a);
  if (verdict.code == QL__not_your_turn) {
    for (size_t i = 0; i < s->seat_count; i++)
      if (ql__holds(s, i)) ql_push(names, ql_string(a, s->seats[i].id));
    QL_SET(refusal, "holders", names);
  }
  if (verdict.code == QL__tasks_open) {
    for (size_t i = 0; i < s->task_count; i++)
      if (!ql__closed(&s->tasks[i])) ql_push(names, ql_string(a, ql_task_id(a, i)));
    QL_SET(refusal, "tasks", names);
  }
  if (verdict.code == QL__gates_open) {
    for (size_t i = 0; i < s->gate_count; i++)
      if (ql__gate_blocks(s, &s->gates[i])) ql_push(names, ql_string(a, s->gates[i].id));
    QL_SET(refusal, "gates", names);
  }
  bool about_task = verdict.code == QL__unknown_task || verdict.code == QL__task_closed || verdict.code == QL__task_taken ||
                    verdict.code == QL__dependency_open || verdict.code == QL__not_your_task;
  if (verdict.blocker != QL__NONE) verdict.about = ql_task_id(a, verdict.blocker);
  if (about_task) QL_SET(refusal, "task", ql_string(a, verdict.about));
  ql_str meant = verdict.code == QL__not_recruited ? suggestion(s, verdict.about) : QL_ABSENT;
  if (meant.ptr) QL_SET(refusal, "did_you_mean", ql_string(a, meant));
  QL_SET(refusal, "code", ql_string(a, REFUSALS[verdict.code].name));
  QL_SET(refusal, "message", ql_string(a, joined(a, REFUSALS[verdict.code].sentence, names, verdict.about)));
  return ql_arena_failed(a) ? NULL : refusal;
}
