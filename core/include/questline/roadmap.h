/* Roadmaps: Markdown with phases and check boxes. What comes next, a request to plan it, and the edit that ticks it off. */
#ifndef QUESTLINE_ROADMAP_H
#define QUESTLINE_ROADMAP_H

#include <questline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_roadmap_item {
  ql_str title, description; /* without effort and duration; the description may be empty */
  ql_effort effort;
  ql_str duration; /* "2 weeks"; may be absent */
  bool done;
  bool blocked;        /* not done, and it says so or waits for an item that is not done */
  size_t phase;        /* index */
  size_t parent;       /* index of the item that it is nested in; SIZE_MAX for none */
  const size_t *after; /* indices of the items that it names as dependencies */
  size_t after_count;
  const ql_str *details; /* list items without a box below it */
  size_t detail_count;
  uint32_t line;
  size_t box; /* offset of the character between the brackets; SIZE_MAX where it was not found */
} ql_roadmap_item;

typedef struct ql_roadmap_phase {
  ql_str title, duration, goal; /* the last two may be absent */
  const ql_str *success, *dependencies, *risks;
  size_t success_count, dependency_count, risk_count;
  size_t items, open; /* how many items, and how many of them are not done */
  uint32_t line;
} ql_roadmap_phase;

typedef struct ql_roadmap {
  ql_str path;
  const ql_roadmap_phase *phases;
  size_t phase_count;
  const ql_roadmap_item *items; /* of all phases, in order */
  size_t item_count;
  const ql_str *dependencies, *risks; /* of no phase */
  size_t dependency_count, risk_count;
  size_t next; /* index of the pending item; SIZE_MAX for none */
} ql_roadmap;

/// Reads the template's form: headings "Phase N: title (duration)", "**Goal**:", "**Success Criteria**:", items "- [ ] **Feature** - description `M`",
/// lists under headings Dependencies and Risks. Without such headings every heading with items of its own is a phase. An item waits for those it names
/// behind "depends on", "blocked by" or "after" by their titles. The next item is the first that is not done, not blocked, and not part of another that is
/// not done, in the first phase that has an item left; when all of these are blocked there is none.
/// @param path  for sources of plans; borrowed, like text
/// @return QL_OK; QL_ERR_SYNTAX (no item at all); QL_ERR_UTF8; QL_ERR_LIMIT (QL_SPEC_BYTES_MAX, QL_PLAN_EDGES_MAX items or dependencies); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_roadmap_read(ql_arena *a, ql_str text, ql_str path, const ql_roadmap **out, ql_error *err);
/// The shape `Roadmap`. NULL when out of memory.
ql_value *ql_roadmap_value(ql_arena *a, const ql_roadmap *roadmap);

/// What to plan for an item: its words, and those of what is left below it.
/// @param item  index
/// @return QL_OK; QL_ERR_NOT_FOUND (no such item); QL_ERR_STATE (it is done); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_roadmap_request(ql_arena *a, const ql_roadmap *roadmap, size_t item, ql_str *objective, ql_plan_source *source,
                                          ql_error *err);
/// The plan with the item that it comes from. NULL when out of memory.
const ql_plan *ql_plan_for_item(ql_arena *a, const ql_plan *plan, const ql_plan_source *item);

/// Ticks off the item that a plan came from: one byte of the file changes. The item is found by its title, where there are several by the line.
/// @param offset  of the byte that becomes an x
/// @return QL_OK; QL_ERR_NOT_FOUND (it is not in the text, or twice and at another line); QL_ERR_STATE (it is ticked off); as ql_roadmap_read.
QL_NODISCARD ql_status ql_roadmap_tick(ql_arena *a, ql_str text, const ql_plan_source *item, size_t *offset, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
