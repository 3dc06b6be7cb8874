/* Looking things up: what a file asks for below a certainty, and the tools that are there for it. */
#include "base/text.h"
#include "driver/tooling.h"
#include "spec/effects.h"
#include "spec/inforce.h"
#include "spec/tools.h"

#define TEXT_OF(object, literal) ql_get_str((object), QL_STR(literal))

/* Whether a tool that is offered is one that a step names: "mcp:context7/" with a star stands for all of a server. */
static bool fits(ql_str named, ql_str offered) {
  if (!offered.ptr) return false;
  if (ql_ends(named, QL_STR("/*"))) return ql_starts(offered, ql_slice(named, 0, named.len - 1));
  return ql_eq(named, offered);
}

static bool is_named(const ql_rule_item *step, ql_str offered) {
  for (size_t i = 0; i < step->tool_count; i++)
    if (fits(step->tools[i], offered)) return true;
  return false;
}

static void add_tool(ql_buf *out, ql_str name, bool *first) {
  ql_buf_add(out, *first ? QL_STR(" Here: ") : QL_STR(", "));
  ql_buf_add(out, name);
  *first = false;
}

static void add_step(ql_arena *a, ql_buf *out, const ql_rule_item *step, const ql_value *tools) {
  bool first = true;
  ql_buf_int(out, step->number);
  ql_buf_add(out, QL_STR(". "));
  ql_buf_add(out, step->text);
  if (step->tool_count > 0) {
    for (const ql_value *tool = tools->first; tool; tool = tool->next)
      if (is_named(step, ql__tool_canonical(a, TEXT_OF(tool, "name")))) add_tool(out, TEXT_OF(tool, "name"), &first);
    ql_buf_add(out, first ? QL_STR(" (no such tool is here: say so)") : QL_STR("."));
  }
  ql_buf_byte(out, '\n');
}

/* Tools of servers that look things up, and that no step names. */
static void add_others(ql_arena *a, ql_buf *out, const ql_roster *roster, const ql_agent *agent, const ql_rule *rule,
                       const ql_value *tools) {
  bool first = true;
  for (const ql_value *tool = tools->first; tool; tool = tool->next) {
    ql_str name = TEXT_OF(tool, "name"), canonical = ql__tool_canonical(a, name);
    bool looks =
        ql_starts(name, QL_STR("mcp__")) && !ql_starts(name, QL_STR("mcp__memory__")) && ql__effect_of(name, canonical) == QL__EFFECT_NONE;
    for (const ql_rule_item *step = NULL; looks && (step = ql__next_rule_item(roster, agent, rule, step)) != NULL;)
      looks = !is_named(step, canonical);
    if (!looks) continue;
    ql_buf_add(out, first ? QL_STR("Other tools that look things up: ") : QL_STR(", "));
    ql_buf_add(out, name);
    first = false;
  }
  if (!first) ql_buf_add(out, QL_STR(".\n"));
}

ql_str ql__lookup_rule(ql_arena *a, const ql_roster *roster, ql_str agent, const ql_value *tools) {
  const ql_agent *known = ql_roster_find(roster, agent);
  const ql_rule *rule = ql__next_rule(roster, known, QL_RULE_RESEARCH, NULL);
  ql_buf out = ql_buf_new(ql_arena_alloc(a));
  if (!rule || !rule->has_measure) return QL_STR("");
  ql_buf_add(&out, QL_STR("\n# Looking things up\n\nWhere you are less than "));
  ql_buf_int(&out, rule->measure.milli / 1000);
  ql_buf_add(&out, QL_STR(" % certain of a technical matter, you do not guess. In this order, by your file:\n\n"));
  for (const ql_rule_item *step = NULL; (step = ql__next_rule_item(roster, known, rule, step)) != NULL;) add_step(a, &out, step, tools);
  add_others(a, &out, roster, known, rule, tools);
  ql_buf_add(&out, QL_STR("Each of these calls is recorded. Say in your answer what you looked up, and what stayed uncertain.\n"));
  return ql_buf_take(&out, a);
}
