/* The fields of a delegation, and the form that a leader's file has for them. Private to plan/. */
#ifndef QL_PLAN_DELEGATION_H
#define QL_PLAN_DELEGATION_H

#include <questline/delegation.h>

typedef enum ql__part {
  QL__PART_TO,
  QL__PART_ID,
  QL__PART_PRIORITY,
  QL__PART_OBJECTIVE,
  QL__PART_DEMANDS,
  QL__PART_ACCEPT,
  QL__PART_DEPENDS,
  QL__PART_CONTEXT,
  QL__PART_OUTPUTS,
  QL__PART_SUCCESS,
  QL__PART_COUNT /* also: none of these */
} ql__part;

/* The member of the shape `Delegation`, and the label of our own form. QL__PART_DEPENDS has two members, after and blocks. */
typedef struct ql__part_name {
  ql_str member, label;
} ql__part_name;
extern const ql__part_name ql__part_names[QL__PART_COUNT];

typedef struct ql__blank {
  ql_arena *arena;
  const ql_rule *rule;    /* NULL: our own form */
  const ql_agent *leader; /* whose rule */
  const ql_roster *roster;
  ql_str prefix; /* of ids, before the number; absent where the form shows none */
  size_t digits;
} ql__blank;

/// The form for delegations in the leader's file, or our own. roster may be NULL.
ql__blank ql__blank_of(ql_arena *a, const ql_roster *roster, ql_str leader);
/// What a label is about; QL__PART_COUNT for anything else. strict: every word of it is one of such labels.
ql__part ql__part_of(ql_str label, bool strict);
/// The next item of the form behind `after` that can be written as a label; NULL behind the last, and for our own form.
const ql_rule_item *ql__blank_next(const ql__blank *blank, const ql_rule_item *after);
/// Whether a line is a label, of the form or of one like ours, with or without Markdown around it; *value is what stands behind it.
bool ql__blank_label(const ql__blank *blank, ql_str line, ql__part *part, ql_str *value);
/// Without the signs of strong words around it.
ql_str ql__unstarred(ql_str text);
/// "backend-T001" as the form shows ids, for "T1", and back. Others stay as they are.
ql_str ql__blank_id(const ql__blank *blank, ql_str id);
ql_str ql__blank_read_id(const ql__blank *blank, ql_str written);
/// Letters, digits, dots, hyphens and underscores.
bool ql__is_task_name(ql_str id);

#endif
