/* What can be asked of a rule without its file. */
#include <questline/policy.h>

static const struct {
  const char *id, *title;
} KINDS[] = {
#define RULE(name, kind, title, meaning, items) {kind, title},
#include <questline/rules.def>
#undef RULE
};

const char *ql_rule_kind_id(ql_rule_kind kind) { return KINDS[kind].id; }
const char *ql_rule_kind_title(ql_rule_kind kind) { return KINDS[kind].title; }

bool ql_measure_holds(const ql_measure *measure, int64_t value_milli) {
  switch (measure->relation) {
  case QL_LESS: return value_milli < measure->milli;
  case QL_AT_MOST: return value_milli <= measure->milli;
  case QL_EQUAL: return value_milli == measure->milli;
  case QL_AT_LEAST: return value_milli >= measure->milli;
  case QL_MORE_THAN: break;
  }
  return value_milli > measure->milli;
}
