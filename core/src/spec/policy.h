/* Compiling prose into rules: the sections of a file and what is found in each. */
#ifndef QL_SPEC_POLICY_H
#define QL_SPEC_POLICY_H

#include "spec/lines.h"
#include "spec/notes.h"
#include "spec/parse.h"
#include "spec/topics.h"

/// A part of the prose about one thing: what stands below a heading, or below a label such as "**When to use**:", up to the next of them.
typedef struct ql__region {
  ql__topic topic;           /* of its own words, or else of the nearest heading above it that has one */
  bool own;                  /* its own words say so */
  bool filled;               /* they do not, and the heading that says so has words of its own below it, before this one */
  ql_str heading;            /* plain text of the heading; empty above the first */
  ql_str parent;             /* of the heading above that one; empty when there is none */
  ql_str label;              /* plain text of the label it stands below; absent below a heading */
  const ql_md_block *head;   /* the heading or label itself; NULL above the first heading */
  const ql_md_block *blocks; /* what stands below it */
  size_t count;
} ql__region;

typedef struct ql__compiler {
  ql_arena *arena;
  ql_spec *spec; /* rules are added to it */
  ql__notes *notes;
  const ql__outline *outline;
  ql_rule *first, *last;
  size_t rules, items; /* so far; items counts both, those inside items too */
  ql_str *known;       /* ids of the agents that the file names in its lists, and its own: a table with open addressing */
  size_t known_mask;
  ql_rule *ongoing;    /* goes on from heading to heading: "Phase 1", "Phase 2" */
  bool *taken;         /* for each block of the outline: what it forbids is in a rule already */
  ql_rule *spread;     /* whose items are headings; NULL before the first */
  ql_str spread_below; /* the heading that these stand below */
} ql__compiler;

/* What finds rules: one function a topic (topics.def), in policy_*.c. Findings are noted. Out of memory is the arena's to tell. */
typedef void ql__compile(ql__compiler *c, const ql__region *region);

/// "- **name**: words", "- `@name` - words", "- @name - words", and rows of them: "- @name (words), @name", under any heading with a word
/// of a team in it. First of all, for then these agents are known without an @.
void ql__compile_roster(ql__compiler *c);
void ql__compile_accept(ql__compiler *c, const ql__region *region);
void ql__compile_breakdown(ql__compiler *c, const ql__region *region);
void ql__compile_ceremony(ql__compiler *c, const ql__region *region);
void ql__compile_context(ql__compiler *c, const ql__region *region);
void ql__compile_decision(ql__compiler *c, const ql__region *region);
void ql__compile_decline(ql__compiler *c, const ql__region *region);
void ql__compile_documents(ql__compiler *c, const ql__region *region);
void ql__compile_enforced(ql__compiler *c, const ql__region *region);
void ql__compile_escalate_when(ql__compiler *c, const ql__region *region);
void ql__compile_escalation(ql__compiler *c, const ql__region *region);
void ql__compile_fallback(ql__compiler *c, const ql__region *region);
void ql__compile_flow(ql__compiler *c, const ql__region *region);
void ql__compile_gate(ql__compiler *c, const ql__region *region);
void ql__compile_identity(ql__compiler *c, const ql__region *region);
void ql__compile_loading(ql__compiler *c, const ql__region *region);
void ql__compile_mandate(ql__compiler *c, const ql__region *region);
void ql__compile_memory(ql__compiler *c, const ql__region *region);
void ql__compile_message(ql__compiler *c, const ql__region *region);
void ql__compile_metric(ql__compiler *c, const ql__region *region);
void ql__compile_modes(ql__compiler *c, const ql__region *region);
void ql__compile_order(ql__compiler *c, const ql__region *region);
void ql__compile_pattern(ql__compiler *c, const ql__region *region);
void ql__compile_research(ql__compiler *c, const ql__region *region);
void ql__compile_restriction(ql__compiler *c, const ql__region *region);
void ql__compile_template(ql__compiler *c, const ql__region *region);
void ql__compile_toolkit(ql__compiler *c, const ql__region *region);
void ql__compile_weights(ql__compiler *c, const ql__region *region);
void ql__compile_workflow(ql__compiler *c, const ql__region *region);
/// A line that says what the lines below it are: it ends with a colon, or all of it is bold.
bool ql__is_label(const ql_md_block *block);
/// Sentences that bind the agent wherever they stand.
void ql__compile_conduct(ql__compiler *c, const ql__region *region);

/// Compiles every region and fills in spec->rules. @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql__compile_policy(ql_arena *a, const ql__outline *outline, ql__notes *notes, ql_spec *spec);

/// For a region whose head is one of several ("Phase 2", "Level 3"), the rule that they all belong to: of the heading above, or of the
/// section that a label stands in. Started when there is none.
ql_rule *ql__ongoing_rule(ql__compiler *c, ql_rule_kind kind, const ql__region *region, ql_str title, int confidence);

/// Starts a rule below what region says; title is trimmed, a colon at its end dropped. NULL when out of memory or past QL_RULE_ITEMS_MAX.
/// A rule that ends up without items, and was given no place by ql__place_rule, is dropped.
ql_rule *ql__add_rule(ql__compiler *c, ql_rule_kind kind, const ql__region *region, ql_str title, int confidence);
/// Where a rule lies; without this, from its first item to its last.
void ql__place_rule(ql_rule *rule, size_t offset, size_t end, uint32_t line);
/// Adds an item to a rule, or to an item of it (at most two levels below the first). Text is trimmed. NULL when rule is NULL, when out of
/// memory or past QL_RULE_ITEMS_MAX, which is noted once.
ql_rule_item *ql__add_item(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, size_t offset, size_t end, uint32_t line);
/// The same for a line of a fence, and for a block of the outline with its whole text.
ql_rule_item *ql__add_line(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, ql_str text, const ql__line *line);
ql_rule_item *ql__add_block(ql__compiler *c, ql_rule *rule, ql_rule_item *parent, const ql_md_block *block);

#endif
