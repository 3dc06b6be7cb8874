/* What can be asked of a rule without its file. */
#include <questline/policy.h>

/* Apart, so that a program that shows no titles holds none. */
static const char *const IDS[] = {
#define RULE(name, kind, title, meaning, items) kind,
#include <questline/rules.def>
#undef RULE
};

static const char *const TITLES[] = {
#define RULE(name, kind, title, meaning, items) title,
#include <questline/rules.def>
#undef RULE
};

const char *ql_rule_kind_id(ql_rule_kind kind) { return IDS[kind]; }
const char *ql_rule_kind_title(ql_rule_kind kind) { return TITLES[kind]; }

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
