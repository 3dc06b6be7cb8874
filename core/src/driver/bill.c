/* What an answer took: the sum of its calls. */
#include "base/text.h"
#include "driver/session.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

static const char *const COUNTS[QL__USAGE_COUNT] = {"cached", "input", "output", "reasoning", "written"};

ql_status ql__bill_call(ql_driver *d, const ql__turn *t, ql_error *err) {
  const ql_value *usage = QL_GET(t->reply, "usage"), *took = ql__turn_done(t, t->attempt);
  if (!took) return ql__out_of_memory(err);
  bool used = false;
  for (size_t i = 0; i < QL__USAGE_COUNT; i++) {
    const ql_value *count = ql_get_literal(usage, COUNTS[i]);
    if (!count) continue;
    used = d->bill.counted[i] = true;
    d->bill.usage[i] += count->number;
  }
  const ql_value *micro = QL_GET(took, "micro");
  if (micro) d->bill.micro += micro->number;
  d->bill.priced |= micro != NULL;
  d->bill.unpriced |= used && !micro;
  d->bill.ms += t->took;
  d->bill.any = true;
  if (!t->asker) d->answer_model = ql_arena_str(d->arena, TEXT_OF(took, "model")); /* who answers, not who was asked */
  return ql_arena_failed(d->arena) ? ql__out_of_memory(err) : QL_OK;
}

void ql__bill_say(const ql_driver *d, ql_value *effect, ql_arena *a) {
  if (!d->bill.any) return;
  ql_value *usage = ql_object(a);
  for (size_t i = 0; i < QL__USAGE_COUNT; i++)
    if (d->bill.counted[i]) ql_set_literal(usage, COUNTS[i], ql_int(a, d->bill.usage[i]));
  if (d->bill.priced && !d->bill.unpriced) QL_SET(effect, "micro", ql_int(a, d->bill.micro));
  if (d->answer_model.ptr) QL_SET(effect, "model", ql_string(a, d->answer_model));
  QL_SET(effect, "ms", ql_int(a, d->bill.ms));
  QL_SET(effect, "usage", usage);
}
