#include "driver/evidence.h"

#include "base/text.h"
#include "driver/look.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))
#define IS(object, key, literal) ql_eq(TEXT_OF((object), key), QL_STR(literal))

static bool by_rule(const ql_value *gate) { return IS(gate, "judge", "rule"); }
static bool settled(const ql_value *gate) { return IS(gate, "status", "passed") || IS(gate, "status", "waived"); }

static bool wanting(const ql_value *gate) { return !settled(gate) && (by_rule(gate) || !IS(gate, "status", "given")); }

static ql_value *gate_command(ql_arena *a, const ql_value *gate, ql_str as, ql_str by) {
  ql_value *c = ql_object(a);
  QL_SET(c, "as", ql_string(a, as));
  QL_SET(c, "by", ql_string(a, by));
  QL_SET(c, "gate", ql_string(a, TEXT_OF(gate, "id")));
  QL_SET(c, "type", ql_string(a, QL_STR("gate")));
  return c;
}

/* The smallest number that settles it. */
static int64_t number_for(const ql_value *gate) {
  int64_t milli = ql_get_int(gate, QL_STR("milli"), 0);
  if (IS(gate, "op", "<")) return milli - 1;
  return IS(gate, "op", ">") ? milli + 1 : milli;
}

static ql_value *shown(ql_arena *a, const ql_value *gate, ql_str by) {
  ql_value *c = gate_command(a, gate, QL_STR("given"), by);
  ql_str text = TEXT_OF(gate, "text");
  const ql_str pieces[] = {QL_STR("Rehearsed, nothing was measured: "), text.ptr ? text : QL_STR("a check whose text was withheld")};
  QL_SET(c, "evidence", ql_string(a, ql_arena_concat(a, pieces, QL_COUNT(pieces))));
  if (QL_GET(gate, "op")) QL_SET(c, "value", ql_int(a, number_for(gate)));
  if (QL_GET(gate, "expect")) QL_SET(c, "word", ql_string(a, TEXT_OF(gate, "expect")));
  return c;
}

ql_value *ql__show_evidence(ql_arena *a, const ql_value *gates, const ql_value *held, bool last, ql_str worker) {
  for (const ql_value *gate = gates ? gates->first : NULL; gate; gate = gate->next) {
    ql_str task = TEXT_OF(gate, "task");
    if (wanting(gate) && (task.ptr ? ql__lists(held, task) : last)) return shown(a, gate, worker);
  }
  return NULL;
}

ql_value *ql__judge_evidence(ql_arena *a, const ql_value *gates, ql_str leader) {
  for (const ql_value *gate = gates ? gates->first : NULL; gate; gate = gate->next) {
    if (by_rule(gate) && wanting(gate) && !TEXT_OF(gate, "task").ptr) return shown(a, gate, leader);
    if (IS(gate, "status", "given") && !ql_eq(TEXT_OF(gate, "by"), leader)) return gate_command(a, gate, QL_STR("pass"), leader);
  }
  return NULL;
}

bool ql__gates_open(const ql_value *gates, const ql_value *tasks) {
  for (const ql_value *gate = gates ? gates->first : NULL; gate; gate = gate->next) {
    ql_str id = TEXT_OF(gate, "task");
    bool dropped = false;
    for (const ql_value *task = tasks->first; task && id.ptr; task = task->next)
      dropped |= ql_eq(TEXT_OF(task, "id"), id) && IS(task, "status", "dropped");
    if (!settled(gate) && !dropped) return true;
  }
  return false;
}
